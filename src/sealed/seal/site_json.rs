//! `site.json` and its signature: writer and reader.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{b64, from_b64};
use crate::domain::model::KeyKind;

const SIGNER_PREFIX: &str = "ed25519:";

/// The public key that a site is signed by, written `ed25519:<b64>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signer(VerifyingKey);

/// A text is no signer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a signer (`ed25519:…`): it is mistyped or cut short")]
pub struct SignerError;

impl Signer {
    pub(super) fn of(key: &SigningKey) -> Self {
        Self(key.verifying_key())
    }

    /// Whether the signature is this signer's, over exactly those bytes.
    pub(super) fn signed(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        self.0.verify_strict(bytes, &signature).is_ok()
    }
}

impl FromStr for Signer {
    type Err = SignerError;

    fn from_str(text: &str) -> Result<Self, SignerError> {
        let bytes = text.trim().strip_prefix(SIGNER_PREFIX).and_then(from_b64);
        let key = bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        key.map(Self).ok_or(SignerError)
    }
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SIGNER_PREFIX}{}", b64(self.0.as_bytes()))
    }
}

/// What a reader must know before unlocking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteJson {
    /// The format number.
    pub format: u64,
    /// The site id.
    pub site: String,
    /// What the lock page says.
    pub title: String,
    /// The build number.
    pub build: u64,
    /// `2026-11-22T00:00:00Z`, as is `expires`.
    pub created: String,
    /// From when on readers are warned that the site is stale.
    pub expires: String,
    /// Counts how often everything was renamed and rekeyed.
    pub epoch: u64,
    /// The kind of all keys, by its [`tag`](crate::domain::model::KeyKind::tag).
    #[serde(default = "x25519")]
    pub keys: String,
    /// X25519 public key, `b64`.
    pub agreement: String,
    /// The key that signed the site, `ed25519:…`.
    pub signer: String,
    /// Path → `b64` of SHA-256.
    pub assets: BTreeMap<String, String>,
    /// `b64` of each shard's SHA-256, in order.
    pub index: Vec<String>,
}

fn x25519() -> String {
    KeyKind::X25519.tag().to_owned()
}

impl SiteJson {
    /// The kind of all keys; nothing where this program does not know it.
    pub fn key_kind(&self) -> Option<KeyKind> {
        let mut kinds = [KeyKind::X25519, KeyKind::Hybrid].into_iter();
        kinds.find(|kind| kind.tag() == self.keys)
    }

    /// Its bytes, and those of `site.sig`.
    pub(super) fn sign(&self, key: &SigningKey) -> (Vec<u8>, Vec<u8>) {
        let bytes = serde_json::to_vec(self).expect("texts and numbers are always JSON");
        let signature = key.sign(&bytes).to_bytes();
        (bytes, format!("{}\n", b64(&signature)).into_bytes())
    }
}

/// The signature in `site.sig`: 64 bytes in `b64`, and a newline.
pub(super) fn read_signature(bytes: &[u8]) -> Option<[u8; 64]> {
    let text = std::str::from_utf8(bytes).ok()?;
    from_b64(text.strip_suffix('\n')?)
}
