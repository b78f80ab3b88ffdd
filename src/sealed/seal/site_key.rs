//! The site key, and everything that is derived from it.

use std::fmt;

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Hrp};
use ed25519_dalek::SigningKey;
use rand::RngCore;
use rand::rngs::OsRng;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use x25519_dalek::SharedSecret;
use zeroize::Zeroizing;

use super::{RouteKey, Signer, derive};
use crate::domain::model::{FileHash, Identity, KeyKind, Recipient, Section, SectionId, hex};

const SITE_KEY_HRP: Hrp = Hrp::parse_unchecked("gradus-site-key-");
const NAME_BYTES: usize = 12;

/// The secret of a site: whoever holds it opens everything. Wiped when dropped.
#[derive(Clone)]
pub struct SiteKey(Zeroizing<[u8; 32]>);

/// A text is not the site key that gradus wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a site key (`GRADUS-SITE-KEY-1…`): it is mistyped or cut short")]
pub struct SiteKeyError;

/// The public name of a site: 16 bytes, shown in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteId([u8; 16]);

impl SiteId {
    /// Reads 32 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        let well_formed = text.len() == 32 && text.bytes().all(digit);
        let number = u128::from_str_radix(text, 16).ok()?;
        well_formed.then(|| Self(number.to_be_bytes()))
    }
}

impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for SiteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SiteKey({})", self.site_id())
    }
}

impl SiteKey {
    /// A new one from the system's randomness.
    pub fn generate() -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        OsRng.fill_bytes(&mut *bytes);
        Self(bytes)
    }

    /// The site key with those bytes, which nobody must be able to guess.
    pub fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// Reads the text of a site key file: one line that is no comment.
    ///
    /// # Errors
    /// There is no such line, or several, or it is mistyped.
    pub fn parse(text: &str) -> Result<Self, SiteKeyError> {
        let mut lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let (Some(line), None) = (lines.next(), lines.next()) else {
            return Err(SiteKeyError);
        };
        let checked = CheckedHrpstring::new::<Bech32>(line).map_err(|_| SiteKeyError)?;
        let mut bytes = Zeroizing::new([0; 32]);
        let mut decoded = checked.byte_iter();
        for slot in bytes.iter_mut() {
            *slot = decoded.next().ok_or(SiteKeyError)?;
        }
        let whole = checked.hrp() == SITE_KEY_HRP && decoded.next().is_none();
        whole.then_some(Self(bytes)).ok_or(SiteKeyError)
    }

    /// `GRADUS-SITE-KEY-1…`, one line without its end.
    pub fn to_text(&self) -> Zeroizing<String> {
        let text = bech32::encode_upper::<Bech32>(SITE_KEY_HRP, &*self.0);
        Zeroizing::new(text.expect("32 bytes are within Bech32's length"))
    }

    /// The public name of the site.
    pub fn site_id(&self) -> SiteId {
        SiteId(self.derive("site", &[]))
    }

    /// The public half of the signing key.
    pub fn signer(&self) -> Signer {
        Signer::of(&self.signing_key())
    }

    pub(super) fn signing_key(&self) -> SigningKey {
        SigningKey::from_bytes(&Zeroizing::new(self.derive("signer", &[])))
    }

    /// The public half of the site's agreement key.
    pub(super) fn agreement(&self) -> Recipient {
        self.agreement_key().recipient()
    }

    fn agreement_key(&self) -> Identity {
        Identity::new(
            KeyKind::X25519,
            Zeroizing::new(self.derive("agreement", &[])),
        )
    }

    pub(super) fn route_key(&self, epoch: u64) -> RouteKey {
        RouteKey::new(self.derive("route", &[&epoch.to_be_bytes()]))
    }

    /// The identity that a section's files are sealed to.
    pub(super) fn section_identity(&self, lineage: &Lineage) -> Identity {
        let secret = self.derive(&lineage.label("section"), &lineage.parts());
        Identity::new(lineage.keys, Zeroizing::new(secret))
    }

    /// The path of a section's file.
    pub(super) fn section_file(&self, lineage: &Lineage) -> String {
        self.sealed_path(&lineage.label("section-file"), &lineage.parts())
    }

    /// The path of an attachment.
    pub(super) fn attachment_file(&self, lineage: &Lineage, key: &str) -> String {
        let mut parts = lineage.parts();
        parts.push(key.as_bytes());
        self.sealed_path(&lineage.label("attachment-file"), &parts)
    }

    /// The path of a section's file, for lists of what there is.
    pub fn path_of(&self, section: &Section, epoch: u64, keys: KeyKind) -> String {
        let recipients = section.recipients();
        let lineage = Lineage::new(self.site_id(), (epoch, keys), &section.id, &recipients);
        self.section_file(&lineage)
    }

    fn sealed_path(&self, label: &str, parts: &[&[u8]]) -> String {
        let name: [u8; NAME_BYTES] = self.derive(label, parts);
        format!("sealed/{}.age", hex(&name))
    }

    /// The path of a reader's keyring; nothing where the recipient is of low order.
    pub fn keyring_path(&self, reader: &Recipient, epoch: u64) -> Option<String> {
        let shared = self.agreement_key().agree(reader.x25519())?;
        Some(keyring_path(&shared, self.site_id(), epoch, reader))
    }

    /// The keyed hash by which the ledger knows a plaintext and whom it is sealed to.
    pub(super) fn content_hash(&self, recipient: &str, plaintext: &[u8]) -> FileHash {
        let key = Zeroizing::new(self.derive::<32>("ledger", &[]));
        let to_whom = derive::info("content", &[recipient.as_bytes()]);
        FileHash(derive::hmac(&*key, &[&to_whom, plaintext]))
    }

    /// The keyed hash by which the ledger knows what a section was drawn from.
    pub(super) fn drawing_hash(&self, section: &str, from: &FileHash) -> FileHash {
        self.ledger_hash("drawing", section, from)
    }

    /// The keyed hash by which the ledger knows what something was made from: without the key, nobody can tell by it
    /// whether a text that they guess is the one.
    pub fn ledger_hash(&self, label: &str, about: &str, from: &FileHash) -> FileHash {
        let key = Zeroizing::new(self.derive::<32>("ledger", &[]));
        let about = derive::info(label, &[about.as_bytes()]);
        FileHash(derive::hmac(&*key, &[&about, &from.0]))
    }

    fn derive<const N: usize>(&self, label: &str, parts: &[&[u8]]) -> [u8; N] {
        derive::hkdf(&*self.0, &derive::info(label, parts))
    }
}

/// What a section's identity and names follow from: any change of it changes all of them.
pub(super) struct Lineage<'a> {
    keys: KeyKind,
    site: [u8; 16],
    epoch: [u8; 8],
    section: &'a str,
    /// Canonical, sorted as bytes, each once.
    recipients: &'a [&'a str],
}

impl<'a> Lineage<'a> {
    pub(super) fn new(
        site: SiteId,
        (epoch, keys): (u64, KeyKind),
        section: &'a SectionId,
        recipients: &'a [&'a str],
    ) -> Self {
        Self {
            keys,
            site: site.0,
            epoch: epoch.to_be_bytes(),
            section: section.as_str(),
            recipients,
        }
    }

    /// The same bytes for both kinds would let who breaks the one open the other.
    fn label(&self, of: &str) -> String {
        match self.keys {
            KeyKind::X25519 => of.to_owned(),
            KeyKind::Hybrid => format!("{of}-hybrid"),
        }
    }

    fn parts(&self) -> Vec<&[u8]> {
        let fixed: [&[u8]; 3] = [&self.site, &self.epoch, self.section.as_bytes()];
        let recipients = self.recipients.iter().map(|recipient| recipient.as_bytes());
        fixed.into_iter().chain(recipients).collect()
    }
}

/// Where the keyrings lie.
const KEYRINGS: &str = "keyring/";

/// Whether a path is that of a keyring.
pub(super) fn is_keyring_path(path: &str) -> bool {
    path.starts_with(KEYRINGS)
}

/// The path of the keyring of a reader, from the agreement that only the reader and the site can make.
pub(super) fn keyring_path(
    shared: &SharedSecret,
    site: SiteId,
    epoch: u64,
    reader: &Recipient,
) -> String {
    let info = derive::info(
        "locator",
        &[&site.0, &epoch.to_be_bytes(), reader.as_bytes()],
    );
    let locator: [u8; NAME_BYTES] = derive::hkdf(shared.as_bytes(), &info);
    format!("{KEYRINGS}{}.age", hex(&locator))
}

/// The path of the login of that name.
pub fn login_path(site: SiteId, login: &str) -> String {
    let name: String = login.trim().nfc().collect::<String>().to_lowercase();
    let digest = derive::hmac(&site.0, &[b"login ", name.as_bytes()]);
    format!("login/{}.age", hex(&digest[..NAME_BYTES]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SiteKey {
        SiteKey(Zeroizing::new([1; 32]))
    }

    #[test]
    fn a_site_key_is_read_as_it_was_written() {
        let key = SiteKey::generate();
        let text = format!("# keep this secret\n{}\n", *key.to_text());
        assert_eq!(SiteKey::parse(&text).unwrap().site_id(), key.site_id());
        assert!(text.contains("\nGRADUS-SITE-KEY-1"));
        for bad in [
            "",
            "# nothing",
            &text.replace("KEY-1", "KEY-1Q"),
            &format!("{text}{text}"),
        ] {
            assert!(SiteKey::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_site_id_is_read_as_it_was_written() {
        let id = key().site_id();
        assert_eq!(SiteId::parse(&id.to_string()), Some(id));
        for bad in [
            "",
            "+1111111111111111111111111111111",
            "A1111111111111111111111111111111",
        ] {
            assert_eq!(SiteId::parse(bad), None);
        }
    }

    #[test]
    fn a_sections_identity_and_names_change_with_everything_they_follow_from() {
        let key = key();
        let site = key.site_id();
        let (one, other) = (SectionId::new("person/ada"), SectionId::new("person/ad"));
        let (first, hybrid) = ((1, KeyKind::X25519), (1, KeyKind::Hybrid));
        let lineages = [
            Lineage::new(site, first, &one, &["age1a", "age1b"]),
            Lineage::new(site, (2, KeyKind::X25519), &one, &["age1a", "age1b"]),
            Lineage::new(site, hybrid, &one, &["age1a", "age1b"]),
            Lineage::new(site, first, &other, &["age1a", "age1b"]),
            Lineage::new(site, first, &one, &["age1a"]),
            Lineage::new(site, first, &one, &["age1aage1b"]),
            Lineage::new(site, first, &one, &[]),
            Lineage::new(site, hybrid, &one, &[]),
            Lineage::new(SiteId([9; 16]), first, &one, &["age1a", "age1b"]),
        ];
        let mut seen = std::collections::BTreeSet::new();
        for lineage in &lineages {
            let text = key.section_identity(lineage).to_text();
            let (_, secret) = text.rsplit_once('1').unwrap();
            assert!(seen.insert(secret.to_owned()));
            assert!(seen.insert(key.section_file(lineage)));
            assert!(seen.insert(key.attachment_file(lineage, "a.png")));
            assert!(seen.insert(key.attachment_file(lineage, "b.png")));
        }
        let other_site = SiteKey(Zeroizing::new([2; 32]));
        assert!(seen.insert(other_site.section_file(&lineages[0])));
    }

    #[test]
    fn a_login_is_found_however_it_is_typed() {
        let site = key().site_id();
        let path = login_path(site, "zoë@example.com");
        assert_eq!(login_path(site, " ZOE\u{308}@Example.com "), path);
        assert_ne!(login_path(site, "zoe@example.com"), path);
        assert_ne!(login_path(SiteId([0; 16]), "zoë@example.com"), path);
    }
}
