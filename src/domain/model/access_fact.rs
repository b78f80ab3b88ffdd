//! What access follows from: the single facts that decide who reads what.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::*;

/// One fact that decides who reads what. In the order in which a difference is told: people first, then who stands
/// above whom, then policies, then what files say for themselves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessFact {
    /// That somebody is there at all.
    Person(PersonId),
    /// The day on which somebody leaves.
    End(PersonId),
    /// A key of somebody, by its [`fingerprint`].
    Key(PersonId, String),
    /// Who stood above somebody when; with the first day that is told otherwise, where it is not the first role.
    Managers(PersonId, Option<Date>),
    /// That somebody is in `[access] hr`.
    Hr(PersonId),
    /// `[access] chain`.
    ChainReach,
    /// `[access] peer_feedback`.
    PeerFeedback,
    /// The dates of a cycle, which say whose feedback goes upward.
    Cycle(CycleId),
    /// The `readers` of a question: of one cycle, or of every cycle that has no questions of its own.
    Question(Option<CycleId>, QuestionId),
    /// The `readers` of a file, or of the parts of one that share a name.
    Readers(ReadersAt),
    /// That a text, by its [`Linking`] name, links to an attachment, by the path of that. Without a text: that one does so
    /// no longer, or that the attachment is gone.
    Attachment(String, Option<Linking>),
    /// That a track of a rubric (by its directory) is public, with what it extends.
    Public(String, TrackId),
}

/// What a `readers` line stands in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadersAt {
    /// Relative to the organisation, as if `[sources]` named nothing and nothing were sealed.
    pub path: String,
    /// The name of the part: a day of a log, or the title of a level's section. Nothing for the whole file.
    pub part: Option<String>,
}

/// A text that links to an attachment: the name of its file in the same cycle, and `#` with the question for an answer
/// that has readers of its own.
pub type Linking = String;

impl ReadersAt {
    /// A whole file.
    pub fn file(path: impl Into<String>) -> Self {
        let path = path.into();
        Self { path, part: None }
    }
}

/// Where a file of the usual layout lies once a person has another id: their folder, feedback that they gave, and what
/// management wrote about them.
pub fn path_of_renamed(path: &str, from: &PersonId, to: &PersonId) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    let name_after = |name: &str, before: &str| {
        let ending = name.strip_prefix(before)?.strip_prefix(from.as_str())?;
        let is_file = matches!(ending, ".md" | ".toml" | ".md.age" | ".toml.age");
        is_file.then(|| format!("{before}{to}{ending}"))
    };
    let renamed = match parts.as_slice() {
        ["people", _, _, name] => name_after(name, "peer-"),
        ["management", _, name] => name_after(name, ""),
        _ => None,
    };
    if let (Some(renamed), Some(last)) = (&renamed, parts.last_mut()) {
        *last = renamed;
    }
    if let ["people", person, ..] = parts.as_mut_slice()
        && *person == from.as_str()
    {
        *person = to.as_str();
    }
    parts.join("/")
}

impl fmt::Display for ReadersAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.part {
            Some(part) => write!(f, "{}#{part}", self.path),
            None => f.write_str(&self.path),
        }
    }
}

/// Bytes of a fingerprint: enough that nobody makes a second key with the same one.
const FINGERPRINT_BYTES: usize = 16;

/// What stands for a recipient in the lock: the beginning of its SHA-256, as base64url. Recipients themselves may be
/// two thousand characters long.
pub fn fingerprint(recipient: &str) -> String {
    fingerprint_of_text(&recipient.to_ascii_lowercase())
}

/// What the lock records of a text that shares a name with others: a hash of its letters and digits, so that no space, mark or
/// invisible character makes another text of it.
pub fn fingerprint_of_text(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    let letters: String = letters.flat_map(char::to_lowercase).collect();
    let hashed = if letters.is_empty() { text } else { &letters };
    let hash = Sha256::digest(hashed.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash[..FINGERPRINT_BYTES])
}
