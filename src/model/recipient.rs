//! The age keys that readers hold: recipients (public) and identities (secret).

use std::fmt;

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Hrp};
use thiserror::Error;
use x25519_dalek::{PublicKey, SharedSecret, StaticSecret};
use zeroize::{Zeroize, Zeroizing};

const RECIPIENT_HRP: Hrp = Hrp::parse_unchecked("age");
const IDENTITY_HRP: Hrp = Hrp::parse_unchecked("age-secret-key-");

/// An X25519 age recipient. Its canonical text is lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Recipient([u8; 32]);

/// Why a text is no recipient that a site can be sealed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RecipientError {
    #[error("this is a secret key; only its public `age1…` half belongs here")]
    Secret,
    #[error("post-quantum keys (`age1pq1…`) are not supported yet")]
    PostQuantum,
    #[error("ssh keys are not supported; make an age key with `gradus keys new`")]
    Ssh,
    #[error("keys of age plugins are not supported; only `age1…` keys are")]
    Plugin,
    #[error("not an age public key: it is mistyped or cut short")]
    Malformed,
}

impl Recipient {
    /// Reads `age1…`, in lower or upper case, with white space around it.
    ///
    /// # Errors
    /// Which other kind of key it is, or that it is none.
    pub fn parse(text: &str) -> Result<Self, RecipientError> {
        let text = text.trim();
        let lower = text.to_ascii_lowercase();
        match lower {
            _ if lower.starts_with("age-secret-key-") => Err(RecipientError::Secret),
            _ if lower.starts_with("age1pq1") => Err(RecipientError::PostQuantum),
            _ if lower.starts_with("ssh-") => Err(RecipientError::Ssh),
            // The last `1` ends the prefix: `age1name1…` has a plugin's.
            _ if lower.starts_with("age1") && lower.rfind('1') != Some(3) => {
                Err(RecipientError::Plugin)
            }
            _ => decode(text, RECIPIENT_HRP)
                .map(|b| Self(*b))
                .ok_or(RecipientError::Malformed),
        }
    }

    /// The X25519 public key.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        bech32::encode_lower_to_fmt::<Bech32, _>(f, RECIPIENT_HRP, &self.0).map_err(|_| fmt::Error)
    }
}

/// An X25519 age identity: a secret. Wiped when dropped, and never shown by `Debug`.
#[derive(Clone)]
pub struct Identity(StaticSecret);

/// A text holds no identity, or one that is mistyped, or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not one age identity (`AGE-SECRET-KEY-1…`)")]
pub struct NotAnIdentity;

impl Identity {
    /// A new one from the system's randomness.
    pub fn generate() -> Self {
        Self(StaticSecret::random_from_rng(rand::rngs::OsRng))
    }

    /// The identity with that X25519 secret.
    pub fn from_bytes(mut bytes: [u8; 32]) -> Self {
        let identity = Self(StaticSecret::from(bytes));
        bytes.zeroize();
        identity
    }

    /// Reads `AGE-SECRET-KEY-1…`, with white space around it.
    ///
    /// # Errors
    /// The text is anything else.
    pub fn parse(text: &str) -> Result<Self, NotAnIdentity> {
        let bytes = decode(text.trim(), IDENTITY_HRP).ok_or(NotAnIdentity)?;
        Ok(Self::from_bytes(*bytes))
    }

    /// `AGE-SECRET-KEY-1…`.
    pub fn to_text(&self) -> Zeroizing<String> {
        let text = bech32::encode_upper::<Bech32>(IDENTITY_HRP, self.0.as_bytes());
        Zeroizing::new(text.expect("32 bytes are within Bech32's length"))
    }

    /// Its public half.
    pub fn recipient(&self) -> Recipient {
        Recipient(PublicKey::from(&self.0).to_bytes())
    }

    /// The X25519 agreement with a public key; nothing where that key is of low order, so that
    /// anyone could tell the outcome.
    pub fn agree(&self, with: &[u8; 32]) -> Option<SharedSecret> {
        let shared = self.0.diffie_hellman(&PublicKey::from(*with));
        shared.was_contributory().then_some(shared)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.recipient())
    }
}

/// The 32 bytes of a Bech32 text with that prefix, in either case.
fn decode(text: &str, prefix: Hrp) -> Option<Zeroizing<[u8; 32]>> {
    let checked = CheckedHrpstring::new::<Bech32>(text).ok()?;
    let mut bytes = Zeroizing::new([0; 32]);
    let mut decoded = checked.byte_iter();
    for slot in bytes.iter_mut() {
        *slot = decoded.next()?;
    }
    (checked.hrp() == prefix && decoded.next().is_none()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_were_written() {
        let identity = Identity::generate();
        let read = Identity::parse(&format!(" {}\n", *identity.to_text())).unwrap();
        assert_eq!(read.recipient(), identity.recipient());
        let text = identity.recipient().to_string();
        assert_eq!(Recipient::parse(&text), Ok(identity.recipient()));
        assert_eq!(
            Recipient::parse(&text.to_uppercase()),
            Ok(identity.recipient())
        );
    }

    #[test]
    fn the_age_program_reads_the_same_keys() {
        let identity = Identity::generate();
        let of_age: age::x25519::Identity = identity.to_text().parse().unwrap();
        assert_eq!(
            of_age.to_public().to_string(),
            identity.recipient().to_string()
        );
    }

    #[test]
    fn other_kinds_of_keys_are_named() {
        let secret = Identity::generate().to_text();
        for (text, error) in [
            (secret.as_str(), RecipientError::Secret),
            ("age1pq1xyz", RecipientError::PostQuantum),
            ("ssh-ed25519 AAAA", RecipientError::Ssh),
            ("age1yubikey1qwerty", RecipientError::Plugin),
            ("age1qqqq", RecipientError::Malformed),
            ("", RecipientError::Malformed),
        ] {
            assert_eq!(Recipient::parse(text), Err(error));
        }
    }

    #[test]
    fn a_key_of_low_order_agrees_on_nothing() {
        assert!(Identity::generate().agree(&[0; 32]).is_none());
    }
}
