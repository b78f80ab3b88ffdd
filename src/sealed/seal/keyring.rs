//! The JSON of a keyring: which sections a key opens, and the identity of each.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::{FORMAT, SiteId};

/// All that one reader key opens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyring<'a> {
    /// The format number.
    pub format: u64,
    /// The site id.
    pub site: String,
    /// Whose key it is.
    pub reader: KeyringReader,
    /// The key that addresses of pages are made with, `b64`: a secret.
    pub route_key: String,
    /// By id.
    pub sections: Vec<Cow<'a, KeyringSection>>,
}

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyringReader {
    /// The id of the person.
    pub id: String,
    /// The name, as it is shown.
    pub name: String,
}

/// One section, and what opens it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyringSection {
    /// The id of the section.
    pub id: String,
    /// The kind of the section.
    pub kind: String,
    /// The title of the section.
    pub title: String,
    /// What the routes of its pages begin with, as far as addresses tell.
    pub subject: String,
    /// The path of its file in the site.
    pub file: String,
    /// `AGE-SECRET-KEY-1…`: a secret.
    pub identity: String,
}

impl<'a> Keyring<'a> {
    pub(super) fn new(
        site: SiteId,
        reader: KeyringReader,
        route_key: String,
        sections: impl IntoIterator<Item = &'a KeyringSection>,
    ) -> Self {
        let mut sections: Vec<_> = sections.into_iter().map(Cow::Borrowed).collect();
        sections.sort_by(|a, b| a.id.cmp(&b.id));
        Self {
            format: FORMAT,
            site: site.to_string(),
            reader,
            route_key,
            sections,
        }
    }

    pub(super) fn write(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(serde_json::to_vec(self).expect("texts and numbers are always JSON"))
    }
}

impl Drop for KeyringSection {
    fn drop(&mut self) {
        self.identity.zeroize();
    }
}

impl std::fmt::Debug for Keyring<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring({}, {:?})", self.reader.id, self.sections)
    }
}

impl std::fmt::Debug for KeyringSection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyringSection({})", self.id)
    }
}
