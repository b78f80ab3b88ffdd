//! The age keys that readers hold: recipients (public) and identities (secret).

use std::collections::HashSet;
use std::fmt;

use age::{DecryptError, EncryptError};
use age_core::format::{FileKey, Stanza};
use age_core::primitives::{bech32_decode, bech32_encode, bech32_encode_to_fmt};
use bech32::Hrp;
use rand::RngCore;
use rand::rngs::OsRng;
use thiserror::Error;
use x25519_dalek::{PublicKey, SharedSecret, StaticSecret};
use zeroize::Zeroizing;

use super::hybrid;

/// What age calls recipients that may be sealed to only together with their like.
const POST_QUANTUM_LABEL: &str = "postquantum";

/// The kinds of keys. A site is sealed to one of them throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum KeyKind {
    /// `age1…`: X25519.
    #[default]
    X25519,
    /// `age1pq1…`: ML-KEM-768 and X25519 together. What is sealed today stays closed to quantum computers.
    Hybrid,
}

impl KeyKind {
    /// The word by which stanzas of age files, and `site.json`, name the kind.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::X25519 => "X25519",
            Self::Hybrid => hybrid::TAG,
        }
    }

    /// As people call it.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::X25519 => "X25519",
            Self::Hybrid => "post-quantum",
        }
    }

    /// What its recipients begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::X25519 => "age1",
            Self::Hybrid => "age1pq1",
        }
    }

    const fn recipient_hrp(self) -> Hrp {
        match self {
            Self::X25519 => Hrp::parse_unchecked("age"),
            Self::Hybrid => Hrp::parse_unchecked("age1pq"),
        }
    }

    const fn identity_hrp(self) -> Hrp {
        match self {
            Self::X25519 => Hrp::parse_unchecked("age-secret-key-"),
            Self::Hybrid => Hrp::parse_unchecked("age-secret-key-pq-"),
        }
    }
}

/// An age recipient. Its canonical text is lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Recipient(Public);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Public {
    X25519([u8; 32]),
    Hybrid(Box<[u8; hybrid::PUBLIC_BYTES]>),
}

/// Why a text is no recipient that a site can be sealed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RecipientError {
    /// It is an identity, `AGE-SECRET-KEY-…`.
    #[error("this is a secret key; only its public `age1…` half belongs here")]
    Secret,
    /// It is an SSH key, `ssh-…`.
    #[error("ssh keys are not supported; make an age key with `gradus keys new`")]
    Ssh,
    /// It is a key of an age plugin, `age1<name>1…`.
    #[error("keys of age plugins are not supported; only `age1…` keys are")]
    Plugin,
    /// It is no age key, or one that is mistyped or cut short.
    #[error("not an age public key: it is mistyped or cut short")]
    Malformed,
}

impl Recipient {
    /// Reads `age1…` or `age1pq1…`, in lower or upper case, with white space around it.
    ///
    /// # Errors
    /// Which other kind of key it is, or that it is none.
    pub fn parse(text: &str) -> Result<Self, RecipientError> {
        let text = text.trim();
        let lower = text.to_ascii_lowercase();
        match lower {
            _ if lower.starts_with("age-secret-key-") => Err(RecipientError::Secret),
            _ if lower.starts_with(KeyKind::Hybrid.prefix()) => hybrid_recipient(text),
            _ if lower.starts_with("ssh-") => Err(RecipientError::Ssh),
            // The last `1` ends the prefix: `age1name1…` has a plugin's.
            _ if lower.starts_with("age1") && lower.rfind('1') != Some(3) => {
                Err(RecipientError::Plugin)
            }
            _ => decode(text, KeyKind::X25519.recipient_hrp())
                .map(|bytes| Self(Public::X25519(*bytes)))
                .ok_or(RecipientError::Malformed),
        }
    }

    /// Which kind of key it is.
    pub fn kind(&self) -> KeyKind {
        match self.0 {
            Public::X25519(_) => KeyKind::X25519,
            Public::Hybrid(_) => KeyKind::Hybrid,
        }
    }

    /// The whole public key: 32 bytes, or 1216.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Public::X25519(bytes) => bytes,
            Public::Hybrid(bytes) => &**bytes,
        }
    }

    /// The X25519 public key: all of it, or its half of a hybrid one.
    pub fn x25519(&self) -> &[u8; 32] {
        match &self.0 {
            Public::X25519(bytes) => bytes,
            Public::Hybrid(bytes) => bytes.last_chunk().expect("it is longer than its half"),
        }
    }

    /// Whether an agreement with its X25519 key depends on the other side's secret at all. One that does not
    /// protects nothing.
    pub fn is_contributory(&self) -> bool {
        let any_secret = StaticSecret::from([1; 32]);
        let key = PublicKey::from(*self.x25519());
        any_secret.diffie_hellman(&key).was_contributory()
    }

    /// Enough of it to tell it from others: the whole of a short one, beginning and end of a long one.
    pub fn shown(&self) -> String {
        let text = self.to_string();
        match self.kind() {
            KeyKind::X25519 => text,
            KeyKind::Hybrid => format!("{}…{}", &text[..40], &text[text.len() - 21..]),
        }
    }
}

fn hybrid_recipient(text: &str) -> Result<Recipient, RecipientError> {
    let bytes = decode(text, KeyKind::Hybrid.recipient_hrp());
    let bytes = bytes.filter(|bytes| hybrid::is_public_key(bytes));
    bytes
        .map(|bytes| Recipient(Public::Hybrid(Box::new(*bytes))))
        .ok_or(RecipientError::Malformed)
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        bech32_encode_to_fmt(f, self.kind().recipient_hrp(), self.as_bytes())
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({})", self.shown())
    }
}

impl age::Recipient for Recipient {
    fn wrap_file_key(
        &self,
        file_key: &FileKey,
    ) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        match &self.0 {
            Public::X25519(_) => {
                let text = self.to_string();
                let of_age: age::x25519::Recipient =
                    text.parse().expect("`Recipient` writes what age reads");
                of_age.wrap_file_key(file_key)
            }
            Public::Hybrid(public) => {
                let labels = HashSet::from([POST_QUANTUM_LABEL.to_owned()]);
                Ok((vec![hybrid::wrap(public, file_key)], labels))
            }
        }
    }
}

/// An age identity: a secret. Wiped when dropped, and never shown by `Debug`.
#[derive(Clone)]
pub struct Identity {
    kind: KeyKind,
    /// The X25519 secret, or what both halves of a hybrid one are expanded from.
    seed: Zeroizing<[u8; 32]>,
    /// Locators are agreed on with this.
    x25519: StaticSecret,
}

/// Why a text is no age identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotAnIdentity {
    /// Nothing but comments and blank lines.
    #[error("it has no line that starts with `AGE-SECRET-KEY-`")]
    Empty,
    /// A recipient, `age1…`.
    #[error("`age1…` is the public half of a key, which opens nothing")]
    Public,
    /// An SSH key, public or private.
    #[error("it is an SSH key, and gradus opens with age identities alone")]
    Ssh,
    /// An identity of an age plugin, `AGE-PLUGIN-…`.
    #[error("`AGE-PLUGIN-…` is the identity of an age plugin, and gradus runs none")]
    Plugin,
    /// `AGE-SECRET-KEY-…`, cut short or mistyped.
    #[error("the line that starts with `AGE-SECRET-KEY-` is cut short or mistyped")]
    Mistyped,
    /// Anything else.
    #[error("a line of it is neither a comment nor an age identity")]
    Other,
}

impl NotAnIdentity {
    /// What a text is that is no identity.
    fn of(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        let begins = |start: &str| lower.starts_with(start);
        if begins("age-secret-key-") {
            Self::Mistyped
        } else if begins("age-plugin-") {
            Self::Plugin
        } else if begins("age1") {
            Self::Public
        } else if begins("ssh-") || (begins("-----begin ") && lower.contains("private key")) {
            Self::Ssh
        } else {
            Self::Other
        }
    }

    /// What to do about it.
    pub fn help(self) -> &'static str {
        match self {
            Self::Empty | Self::Other => {
                "name the file that `gradus keys new` or `age-keygen` wrote"
            }
            Self::Public => {
                "name the file with the secret half: it has a line that starts with `AGE-SECRET-KEY-`"
            }
            Self::Ssh | Self::Plugin => {
                "`gradus keys new` makes an age key; the keeper adds its public half to your person.toml"
            }
            Self::Mistyped => "copy the whole line again, to its last character",
        }
    }
}

impl Identity {
    /// A new X25519 identity from the system's randomness.
    pub fn generate() -> Self {
        Self::generate_of(KeyKind::X25519)
    }

    /// A new identity from the system's randomness.
    pub fn generate_of(kind: KeyKind) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        OsRng.fill_bytes(&mut *seed);
        Self::new(kind, seed)
    }

    /// The identity of a kind with that secret.
    pub fn new(kind: KeyKind, seed: Zeroizing<[u8; 32]>) -> Self {
        let x25519 = match kind {
            KeyKind::X25519 => StaticSecret::from(*seed),
            KeyKind::Hybrid => hybrid::x25519_half(&seed),
        };
        Self { kind, seed, x25519 }
    }

    /// The identity with that X25519 secret.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self::new(KeyKind::X25519, Zeroizing::new(bytes))
    }

    /// Reads `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`, with white space around it.
    ///
    /// # Errors
    /// The text is anything else.
    pub fn parse(text: &str) -> Result<Self, NotAnIdentity> {
        let of = |kind: KeyKind| Some((kind, decode(text.trim(), kind.identity_hrp())?));
        let decoded = of(KeyKind::X25519).or_else(|| of(KeyKind::Hybrid));
        let (kind, seed) = decoded.ok_or_else(|| NotAnIdentity::of(text.trim()))?;
        Ok(Self::new(kind, seed))
    }

    /// `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`.
    pub fn to_text(&self) -> Zeroizing<String> {
        let lower = Zeroizing::new(bech32_encode(self.kind.identity_hrp(), &*self.seed));
        Zeroizing::new(lower.to_ascii_uppercase())
    }

    /// Which kind of key it is.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Its public half.
    pub fn recipient(&self) -> Recipient {
        Recipient(match self.kind {
            KeyKind::X25519 => Public::X25519(PublicKey::from(&self.x25519).to_bytes()),
            KeyKind::Hybrid => Public::Hybrid(hybrid::public_key(&self.seed)),
        })
    }

    /// The X25519 agreement with a public key, by the X25519 half of a hybrid identity; nothing where that
    /// key is of low order, so that anyone could tell the outcome.
    pub fn agree(&self, with: &[u8; 32]) -> Option<SharedSecret> {
        let shared = self.x25519.diffie_hellman(&PublicKey::from(*with));
        shared.was_contributory().then_some(shared)
    }
}

impl age::Identity for Identity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        match self.kind {
            KeyKind::X25519 => {
                let of_age: age::x25519::Identity =
                    (self.to_text().parse()).expect("`Identity` writes what age reads");
                of_age.unwrap_stanza(stanza)
            }
            KeyKind::Hybrid => hybrid::unwrap(&self.seed, stanza),
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.recipient().shown())
    }
}

/// The bytes of a Bech32 text with that prefix, in either case, where they are as many.
fn decode<const N: usize>(text: &str, prefix: Hrp) -> Option<Zeroizing<[u8; N]>> {
    bech32_decode(
        text,
        |_| (),
        |found| (found == prefix).then_some(()).ok_or(()),
        |_, mut decoded| {
            let mut bytes = Zeroizing::new([0; N]);
            for slot in bytes.iter_mut() {
                *slot = decoded.next().ok_or(())?;
            }
            decoded.next().is_none().then_some(bytes).ok_or(())
        },
    )
    .ok()
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
            ("age1pq1xyz", RecipientError::Malformed),
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

    #[test]
    fn hybrid_keys_are_read_as_they_were_written_and_told_by_their_kind() {
        let identity = Identity::generate_of(KeyKind::Hybrid);
        let read = Identity::parse(&identity.to_text()).unwrap();
        assert_eq!(read.recipient(), identity.recipient());
        assert_eq!(read.kind(), KeyKind::Hybrid);
        let text = identity.recipient().to_string();
        assert!(text.starts_with("age1pq1") && text.len() == 1959);
        assert_eq!(Recipient::parse(&text), Ok(identity.recipient()));
        assert_eq!(identity.recipient().kind(), KeyKind::Hybrid);
        let debug = format!("{identity:?} {:?}", identity.recipient());
        assert!(!debug.contains(&identity.to_text()[20..]) && debug.len() < 200);
    }

    #[test]
    fn the_public_key_of_the_specification_comes_of_its_identity() {
        let identity = Identity::parse(
            "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR",
        );
        let recipient = identity.unwrap().recipient().to_string();
        assert!(recipient.starts_with("age1pq1x34nzsvr0rxjsgdn8zgyhfe8j7ceq5r9rdelkjuh3y235"));
        assert!(recipient.ends_with("qmwze9pyyzk3tlhl53k2ykx3qheyty7saeq0d3fzv49zc0k"));
    }

    #[test]
    fn a_hybrid_key_with_a_second_encoding_of_its_numbers_is_malformed() {
        let mut bytes = Identity::generate_of(KeyKind::Hybrid)
            .recipient()
            .as_bytes()
            .to_vec();
        // Twelve bits that are a number of 3328 at most.
        (bytes[0], bytes[1]) = (0xff, 0x0f);
        let text = bech32_encode(KeyKind::Hybrid.recipient_hrp(), &bytes);
        assert_eq!(Recipient::parse(&text), Err(RecipientError::Malformed));
    }

    #[test]
    fn hybrid_and_other_keys_are_never_sealed_to_together() {
        let keys =
            [KeyKind::X25519, KeyKind::Hybrid].map(|kind| Identity::generate_of(kind).recipient());
        let both = keys.iter().map(|key| key as &dyn age::Recipient);
        assert!(age::Encryptor::with_recipients(both).is_err());
    }
}
