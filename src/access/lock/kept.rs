//! Whom the texts under one name are for.
//!
//! A `readers` line hangs on a name, and a part of a file does not have its name alone: a log has several entries of one
//! day, a level two sections of one title. So the lock knows the parts that a line keeps by what they say as well. A text
//! under the name that it does not know counts as the one that is kept most, and one that it knows is kept wherever in
//! the same place it is found.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::Section;
use super::gone::{covers, narrows};
use super::{Lock, Readers};
use crate::model::*;

/// The readers of what has one name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Kept {
    /// Of a file: no other has its path.
    File(Readers),
    /// Of parts of a file, each by the fingerprint of what it says. Where one of the name is kept, all of them are here.
    Parts(BTreeMap<String, Readers>),
}

impl Kept {
    /// The readers of the one that fewest people read; nobody where that cannot be said.
    pub fn tightest(&self) -> Readers {
        match self {
            Self::File(readers) => readers.clone(),
            Self::Parts(parts) => tightest(parts.values()),
        }
    }

    /// How many texts have the name.
    pub fn count(&self) -> usize {
        match self {
            Self::File(_) => 1,
            Self::Parts(parts) => parts.len(),
        }
    }

    /// The fingerprints of what the texts say; none of a file.
    pub(super) fn texts(&self) -> BTreeSet<&String> {
        match self {
            Self::File(_) => BTreeSet::new(),
            Self::Parts(parts) => parts.keys().collect(),
        }
    }

    pub(super) fn of(&self, text: &str) -> Option<&Readers> {
        match self {
            Self::File(readers) => Some(readers),
            Self::Parts(parts) => parts.get(text),
        }
    }
}

/// The list of readers that every other one covers; nobody where there is none.
fn tightest<'r>(lists: impl Iterator<Item = &'r Readers> + Clone) -> Readers {
    let is_within = |list: &Readers, other: &Readers| {
        let mut tokens = list.iter();
        tokens.all(|token| other.iter().any(|known| covers(known, token)))
    };
    let mut candidates = lists.clone();
    let found = candidates.find(|list| lists.clone().all(|other| is_within(list, other)));
    found.cloned().unwrap_or_default()
}

/// A part of a file as it is there.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub at: ReadersAt,
    /// The fingerprint of what it says.
    pub text: String,
    /// How many parts have the name.
    pub namesakes: usize,
}

impl Lock {
    /// Whom a part of a file is for by this lock; nothing where it says nothing of it.
    pub(super) fn kept(&self, part: &Part) -> Option<Readers> {
        let by_name = self.readers.get(&part.at);
        if let Some(known) = by_name.and_then(|kept| kept.of(&part.text)) {
            return Some(known.clone());
        }
        let default = default_of_part(&part.at);
        let by_name = by_name.map(|kept| match part.namesakes > kept.count() {
            true => tightest([&kept.tightest(), &default].into_iter()),
            false => kept.tightest(),
        });
        let by_text = self.kept_elsewhere(part);
        let by_text = by_text.filter(|readers| narrows(readers, &default));
        match (by_name, by_text) {
            (Some(one), Some(other)) => Some(tightest([&one, &other].into_iter())),
            (one, other) => one.or(other),
        }
    }

    /// Whom the same text was for under another name of the same place.
    fn kept_elsewhere(&self, part: &Part) -> Option<Readers> {
        let place = place(&part.at);
        let parts = self.readers.iter().filter_map(|(at, kept)| match kept {
            Kept::Parts(parts) => (at.part.is_some()).then_some((at, parts)),
            Kept::File(_) => None,
        });
        let known = parts.filter_map(|(at, parts)| {
            let readers = parts.get(&part.text)?;
            (self::place(at) == place).then_some(readers)
        });
        let known: Vec<&Readers> = known.collect();
        (!known.is_empty()).then(|| tightest(known.iter().copied()))
    }
}

/// Where a text may move from one name to another: within a log, or within a rubric.
fn place(at: &ReadersAt) -> String {
    Section::at(at).map_or_else(|| at.path.clone(), |section| section.directory)
}

/// Who reads a part that no line keeps.
pub(super) fn default_of_part(at: &ReadersAt) -> Readers {
    let audience = match Section::at(at) {
        Some(_) => Audience::Org,
        None => Audience::Person,
    };
    Readers::from([ReaderToken::Audience(audience)])
}
