//! Whose directory it was, in which commit: a file's history ends where the file was another person's.
//!
//! A directory's person is who its `person.toml` says, in that very commit. Two versions are of one person if they share a
//! name, a login or a key. A file that moved from one directory to another stayed its person's if `person.toml`
//! moved with it: in the same commit it left the one directory and came to the other.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use toml::de::DeValue;

use super::SEALED_ENDING;
use super::git::{Repository, Trouble};
use super::written::Toml;

/// The file that says whose directory it is.
const PERSON: &str = "person.toml";

/// Who a `person.toml` says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Owner {
    /// There is no such file, or it says nothing.
    Nobody,
    /// It is sealed, and known by its hash alone.
    Sealed([u8; 32]),
    /// By their name, login and keys.
    Known(Arc<BTreeSet<String>>),
}

impl Owner {
    /// Who a text says it is.
    pub fn of(text: &str) -> Self {
        let toml = Toml::parse(text);
        let mut marks = BTreeSet::new();
        for key in ["name", "login"] {
            let value = toml.root.get(key).map(|value| value.get_ref());
            marks.extend(value.and_then(|value| mark(key, value)));
        }
        let keys = toml.root.get("keys");
        let keys = keys.and_then(|keys| keys.get_ref().as_array());
        marks.extend(keys.into_iter().flatten().filter_map(|key| {
            let key = key.get_ref();
            let table = key.as_table().and_then(|table| table.get("key"));
            mark("key", table.map_or(key, |key| key.get_ref()))
        }));
        if marks.is_empty() {
            Self::Nobody
        } else {
            Self::Known(marks.into())
        }
    }

    /// Who it is, if that can be read.
    pub fn known(&self) -> Option<&Self> {
        matches!(self, Self::Known(_)).then_some(self)
    }

    /// Whether the same directory may be that person's: it is somebody's, and of nobody who is known to be another.
    pub fn may_be(&self, known: Option<&Self>) -> bool {
        match (self, known) {
            (Self::Nobody, _) => false,
            (Self::Known(_), Some(known @ Self::Known(_))) => self.is(known),
            _ => true,
        }
    }

    /// Whether both are certainly one person.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Known(one), Self::Known(other)) => !one.is_disjoint(other),
            (Self::Sealed(one), Self::Sealed(other)) => one == other,
            _ => false,
        }
    }
}

fn mark(key: &str, value: &DeValue<'_>) -> Option<String> {
    let text = value.as_str()?.trim();
    (!text.is_empty()).then(|| format!("{key} {text}"))
}

/// A directory in a commit, as git is asked for what lies in it: `<commit>:<directory>/`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Asked(String);

impl Asked {
    /// A directory with a name that git cannot be asked for is nobody's.
    pub fn new(commit: &str, directory: &[u8]) -> Self {
        match std::str::from_utf8(directory) {
            Ok(plain) if !plain.contains(['\n', '\0']) => Self(format!("{commit}:{plain}")),
            _ => Self(String::new()),
        }
    }

    /// What tells whether a person moved: both directories after a commit and before it.
    pub fn of_move(commit: &str, from: &[u8], to: &[u8]) -> [Self; 4] {
        let before = format!("{commit}^");
        [
            Self::new(&before, from),
            Self::new(&before, to),
            Self::new(commit, from),
            Self::new(commit, to),
        ]
    }

    fn file(&self, ending: &str) -> String {
        format!("{}{PERSON}{ending}", self.0)
    }
}

/// Whose directories are, as far as was asked.
#[derive(Debug, Clone, Default)]
pub(super) struct Owners(HashMap<Asked, Owner>);

impl Owners {
    /// Asks for all that are not known.
    pub fn read(
        &mut self,
        repository: &Repository,
        asked: impl IntoIterator<Item = Asked>,
    ) -> Result<(), Trouble> {
        let unknown = asked.into_iter();
        let unknown = unknown.filter(|asked| !asked.0.is_empty() && !self.0.contains_key(asked));
        let unknown: BTreeSet<Asked> = unknown.collect();
        let unknown: Vec<Asked> = unknown.into_iter().collect();
        for some in unknown.chunks(super::history::AT_ONCE) {
            let plain = contents(repository, some, "")?;
            let sealed = contents(repository, some, SEALED_ENDING)?;
            let owners = plain.into_iter().zip(sealed).map(|both| match both {
                (Some(plain), _) => Owner::of(&String::from_utf8_lossy(&plain)),
                (None, Some(sealed)) => Owner::Sealed(Sha256::digest(&sealed).into()),
                (None, None) => Owner::Nobody,
            });
            self.0.extend(some.iter().cloned().zip(owners));
        }
        Ok(())
    }

    /// Whose directory it is in a commit.
    pub fn of(&self, commit: &str, directory: &[u8]) -> &Owner {
        self.at(&Asked::new(commit, directory))
    }

    /// Whether the person of one directory has another one since a commit, and left the first with it.
    pub fn moved(&self, commit: &str, from: &[u8], to: &[u8]) -> bool {
        let asked = Asked::of_move(commit, from, to);
        let [from_before, to_before, from_after, to_after] = asked.each_ref().map(|at| self.at(at));
        from_before.is(to_after) && !from_before.is(from_after) && !to_before.is(to_after)
    }

    fn at(&self, asked: &Asked) -> &Owner {
        self.0.get(asked).unwrap_or(&Owner::Nobody)
    }
}

fn contents(
    repository: &Repository,
    asked: &[Asked],
    ending: &str,
) -> Result<Vec<Option<Vec<u8>>>, Trouble> {
    let files: Vec<String> = asked.iter().map(|asked| asked.file(ending)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    repository.blobs(&files)
}

/// The person's directory that a file of a cycle lies in, with `/` at its end; empty at the top of the repository.
pub(super) fn directory_of(path: &[u8]) -> &[u8] {
    let slashes = path.iter().enumerate().rev();
    let mut slashes = slashes.filter(|(_, byte)| **byte == b'/');
    slashes.nth(1).map_or(&[], |(at, _)| &path[..=at])
}
