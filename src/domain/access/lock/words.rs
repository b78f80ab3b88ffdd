//! What somebody gains, in a sentence: exactly what, and exactly who.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::readings::Readable;
use crate::domain::access::audience::People;
use crate::domain::model::PersonId;

/// Whom a text is about; `None` for what is about everyone.
pub(super) type Subject = Option<PersonId>;

/// A text, and somebody who would read it.
pub(super) type Pair = (Readable, PersonId);

/// Texts that people would read: whom each is about, and who reads it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading(pub(super) BTreeMap<Subject, BTreeSet<Pair>>);

/// The most people that a sentence names one by one.
const NAMED_MAX: usize = 4;

/// The most texts that a sentence names one by one; of more it says the kinds.
const TEXTS_MAX: usize = 3;

/// The most readers of different things that a sentence tells apart.
const GROUPS_MAX: usize = 4;

impl Reading {
    /// Each thing that somebody would read.
    pub fn readables(&self) -> impl Iterator<Item = &Readable> {
        self.0.values().flatten().map(|(readable, _)| readable)
    }

    /// What each reader gains of each subject, without what is part of something else that they gain.
    fn told(&self) -> BTreeMap<(&Subject, &PersonId), BTreeSet<&Readable>> {
        let mut told: BTreeMap<(&Subject, &PersonId), BTreeSet<&Readable>> = BTreeMap::new();
        for (subject, pairs) in &self.0 {
            for (readable, reader) in pairs {
                let is_part = readable
                    .wholes()
                    .into_iter()
                    .any(|whole| pairs.contains(&(whole, reader.clone())));
                if !is_part {
                    told.entry((subject, reader)).or_default().insert(readable);
                }
            }
        }
        told
    }
}

/// For whom, which things, about whom: each of the readers would read each thing about each subject.
type Groups = BTreeMap<People, BTreeMap<Vec<String>, BTreeSet<About>>>;

/// Whom a text is about, seen from its reader.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Themselves,
    Person(PersonId),
    Everyone,
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.told();
        let names: BTreeSet<String> = told.values().flatten().map(ToString::to_string).collect();
        let is_named = names.len() <= TEXTS_MAX;
        let mut by_texts: BTreeMap<(About, Vec<String>), People> = BTreeMap::new();
        for ((subject, reader), readables) in told {
            let about = match subject {
                None => About::Everyone,
                Some(id) if id == reader => About::Themselves,
                Some(id) => About::Person(id.clone()),
            };
            let mut words: Vec<String> = Vec::new();
            for readable in readables {
                let word = if is_named {
                    readable.to_string()
                } else {
                    readable.kind().to_owned()
                };
                if !words.contains(&word) {
                    words.push(word);
                }
            }
            by_texts
                .entry((about, words))
                .or_default()
                .insert(reader.clone());
        }
        let mut groups = Groups::new();
        for ((about, words), readers) in by_texts {
            let of_readers = groups.entry(readers).or_default();
            of_readers.entry(words).or_default().insert(about);
        }
        let sentences = groups.iter().take(GROUPS_MAX).map(|(readers, things)| {
            let things = things
                .iter()
                .map(|(words, about)| joined(words) + &of(about));
            let things = things.collect::<Vec<_>>().join(", and ");
            format!("{} would read {things}", listed(readers))
        });
        f.write_str(&sentences.collect::<Vec<_>>().join("; "))?;
        let rest: People = groups.into_keys().skip(GROUPS_MAX).flatten().collect();
        if rest.is_empty() {
            return Ok(());
        }
        write!(f, "; {} would read more as well", listed(&rest))
    }
}

fn of(about: &BTreeSet<About>) -> String {
    let people = about.iter().filter_map(|about| match about {
        About::Person(id) => Some(id.clone()),
        _ => None,
    });
    let people: People = people.collect();
    let mut words = Vec::new();
    words.extend(
        about
            .contains(&About::Themselves)
            .then(|| "their own".to_owned()),
    );
    words.extend((!people.is_empty()).then(|| listed(&people)));
    if words.is_empty() {
        return String::new();
    }
    format!(" of {}", words.join(" and of "))
}

fn joined(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [words @ .., last] => format!("{} and {last}", words.join(", ")),
    }
}

/// People in words: all of them, or the first and how many more.
pub(super) fn listed(people: &People) -> String {
    let shown = if people.len() <= NAMED_MAX + 1 {
        people.len()
    } else {
        NAMED_MAX
    };
    let names = people.iter().take(shown).map(|id| format!("`{id}`"));
    let names = names.collect::<Vec<_>>().join(", ");
    match people.len() - shown {
        0 => names,
        more => format!("{names} and {more} more"),
    }
}
