//! Whom the texts under one name are for.
//!
//! A log has several entries of one day, a level two sections of one title. So the lock knows the parts under a recorded
//! name by what they say as well. A text under the name that it does not know counts as the one that fewest people read; one
//! that it knows keeps its readers wherever in the same log or rubric it is found.

use std::collections::BTreeMap;

use super::facts::managers_alone;
use super::{Lock, Readers};
use crate::domain::model::*;

/// The readers of what has one name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Kept {
    /// Of a file: no other has its path.
    File(Readers),
    /// Of parts of a file, each by the fingerprint of what it says. If one of the name is restricted, all of them are here.
    Parts(BTreeMap<String, Readers>),
}

impl Kept {
    /// The readers of the one that fewest people read; nobody if that cannot be said.
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

    pub(super) fn of(&self, text: &str) -> Option<&Readers> {
        match self {
            Self::File(_) => None,
            Self::Parts(parts) => parts.get(text),
        }
    }
}

/// The list of readers that every other one covers; nobody if there is none.
fn tightest<'r>(lists: impl Iterator<Item = &'r Readers> + Clone) -> Readers {
    let mut candidates = lists.clone();
    let found = candidates.find(|list| lists.clone().all(|other| is_within(list, other)));
    found.cloned().unwrap_or_default()
}

/// Whether everyone whom a list can ever name is among those whom another names.
pub(super) fn is_within(list: &Readers, other: &Readers) -> bool {
    let mut tokens = list.iter();
    tokens.all(|token| other.iter().any(|known| covers(known, token)))
}

fn covers(known: &ReaderToken, token: &ReaderToken) -> bool {
    use Audience::{Chain, Org, Pair, Person, Public};
    match (known, token) {
        (ReaderToken::Audience(Org | Public), _) => true,
        (ReaderToken::Audience(Person), ReaderToken::Audience(Chain | Pair)) => true,
        (known, token) => known == token,
    }
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
    /// Whom a part of a file is for by this lock; `None` if no line restricts it.
    pub(super) fn kept(&self, part: &Part) -> Option<Readers> {
        let by_name = self.readers.get(&part.at);
        if let Some(known) = by_name.and_then(|kept| kept.of(&part.text)) {
            return Some(known.clone());
        }
        let default = default_of_part(&part.at);
        let place = part.at.place();
        let elsewhere = self.readers.range(ReadersAt::file(place)..);
        let elsewhere = elsewhere
            .take_while(|(at, _)| at.path.starts_with(place))
            .filter(|(at, _)| at.place() == place);
        let by_text = elsewhere.filter_map(|(_, kept)| kept.of(&part.text));
        let mut lists: Vec<Readers> = by_text
            .filter(|readers| !is_within(&default, readers))
            .cloned()
            .collect();
        if let Some(kept) = by_name {
            let is_one_more = part.namesakes > kept.count();
            lists.extend(is_one_more.then_some(default));
            lists.push(kept.tightest());
        } else if self.is_kept_in_another_rubric(&part.at) {
            lists.push(managers_alone());
        }
        (!lists.is_empty()).then(|| tightest(lists.iter()))
    }

    /// Whether a section is for managers in another rubric, under the same track, level and title.
    fn is_kept_in_another_rubric(&self, at: &ReadersAt) -> bool {
        let like = at.without_rubric();
        let mut lines = self.readers.iter();
        like.is_some()
            && lines.any(|(other, kept)| {
                other.without_rubric() == like && kept.tightest() == managers_alone()
            })
    }
}

impl ReadersAt {
    /// Where a text may move from one name to another: its log, or the directory of its rubric.
    fn place(&self) -> &str {
        let rubric = self.path.rsplitn(3, '/').nth(2);
        rubric.filter(|_| self.is_section()).unwrap_or(&self.path)
    }

    /// Whether it is a section of a level.
    pub(super) fn is_section(&self) -> bool {
        let parts: Vec<&str> = self.path.split('/').collect();
        self.part.is_some() && !matches!(parts.as_slice(), ["people", _, "log.toml"])
    }

    /// The directory of a section's rubric.
    pub(super) fn rubric(&self) -> Option<&str> {
        self.is_section().then(|| self.place())
    }

    /// The track, level and title of a section.
    pub(super) fn without_rubric(&self) -> Option<(&str, &str)> {
        let inside = self.path.strip_prefix(self.rubric()?)?;
        Some((inside, self.part.as_deref()?))
    }
}

/// Who reads a part that no line restricts.
pub(super) fn default_of_part(at: &ReadersAt) -> Readers {
    let audience = if at.is_section() {
        Audience::Org
    } else {
        Audience::Person
    };
    Readers::from([ReaderToken::Audience(audience)])
}
