//! What references may name, and the complaint where they name nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;

use super::codes;
use super::complaints::{Complaints, did_you_mean};
use super::table::{At, Doc, Table, Value};
use crate::diag::Place;
use crate::model::*;
use crate::source::{Directory, FileKind, Source, SourceFile};

/// What is known while a file is read. Topics are read in such an order that each finds here what it refers to.
pub(super) struct Known<'s> {
    pub source: &'s Source,
    pub complaints: &'s Complaints,
    facts: Arc<Facts>,
}

/// What files may refer to, found so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Facts {
    /// Everyone with a directory, whatever is in it.
    pub people: BTreeSet<PersonId>,
    /// Every cycle with a file, whatever is in it.
    pub cycle_ids: BTreeSet<CycleId>,
    pub ratings: Vec<Rating>,
    /// The organisation's questions.
    pub questions: Vec<Question>,
    /// A commit this many days after `agreed` is not late yet.
    pub late_from_days: u32,
    /// The kind of keys that the site is sealed to.
    pub key_kind: KeyKind,
    /// Whether the subject reads peer feedback without names.
    pub peers_are_nameless: bool,
    pub rubrics: Rubrics,
    /// Cycles whose dates could be read, by start, then end, then id.
    pub cycles: Vec<Cycle>,
}

impl Deref for Known<'_> {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.facts
    }
}

/// All rubrics of the tree.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Rubrics {
    /// By directory; the one in force is `rubrics`.
    pub by_directory: BTreeMap<String, Rubric>,
    /// Directories in which something could not be read.
    pub unsound: BTreeSet<String>,
}

/// The rubrics that a reference may be looked up in.
#[derive(Debug, Clone)]
pub(super) struct Lookup<'k> {
    rubrics: Vec<&'k Rubric>,
    /// Whether what is not found is really not there.
    sure: bool,
}

impl<'s> Known<'s> {
    /// Knows nobody but those whose directories and files have well-formed names.
    pub fn new(source: &'s Source, complaints: &'s Complaints) -> Self {
        let mut known = Self::with(source, complaints, Arc::default());
        let (people, cycle_ids) = (known.named_people(), known.named_cycles());
        known.learn(|facts| {
            facts.people = people;
            facts.cycle_ids = cycle_ids;
        });
        known
    }

    /// Knows what was found before.
    pub fn with(source: &'s Source, complaints: &'s Complaints, facts: Arc<Facts>) -> Self {
        Self {
            source,
            complaints,
            facts,
        }
    }

    /// Adds to what is known.
    pub fn learn(&mut self, add: impl FnOnce(&mut Facts)) {
        add(Arc::make_mut(&mut self.facts));
    }

    /// All that is known, to be shared.
    pub fn into_facts(self) -> Arc<Facts> {
        self.facts
    }

    fn named_people(&self) -> BTreeSet<PersonId> {
        let directories = self.source.directories.iter();
        directories
            .filter_map(|(directory, path)| match directory {
                Directory::Person(name) => self.name(name, path, PersonId::new, &RESERVED_PEOPLE),
                _ => None,
            })
            .collect()
    }

    fn named_cycles(&self) -> BTreeSet<CycleId> {
        let files = self.source.files.iter();
        let read = files.map(|(kind, file)| (kind, &file.path));
        let sealed = self.source.unopened().map(|(path, kind, _)| (kind, path));
        read.chain(sealed)
            .filter_map(|(kind, path)| match kind {
                FileKind::Cycle(name) => self.name(name, path, CycleId::new, &RESERVED_CYCLES),
                _ => None,
            })
            .collect()
    }

    /// An id from the name of a file or directory.
    pub fn name<I>(
        &self,
        name: &str,
        path: &Arc<str>,
        new: fn(&str) -> Option<I>,
        reserved: &[&str],
    ) -> Option<I> {
        let id = new(name).filter(|_| !reserved.contains(&name));
        if id.is_none() {
            let place = Place::file(path.clone());
            let message = format!("`{name}` cannot be an id");
            let help = match reserved.contains(&name) {
                true => "the word has a meaning of its own; choose another name",
                false => {
                    "ids are lower-case letters, digits and `-`, at most 64, and do not begin with `-`"
                }
            };
            self.complaints
                .about(codes::BAD_ID, place, message)
                .help(help);
        }
        id
    }

    /// A file of the tree.
    pub fn file(&self, kind: &FileKind) -> Option<&'s SourceFile> {
        self.source.files.get(kind)
    }

    /// Reads a TOML file, where it is there.
    pub fn toml<R>(
        &self,
        kind: &FileKind,
        keys: &[&str],
        read: impl FnOnce(&Table<'_>) -> R,
    ) -> Option<R> {
        let doc = Doc::of(self.file(kind)?, self.complaints)?;
        let toml = doc.toml();
        Some(read(&Table::root(&doc, &toml, keys)))
    }

    /// The person that a text names.
    pub fn person(&self, text: &At<&str>) -> Option<PersonId> {
        let person = self.people.get(text.value).cloned();
        if person.is_none() && self.source.reads_people() {
            let message = format!("`{}` is nobody in people/", text.value);
            self.complaints
                .about(codes::NOBODY, text.place.clone(), message)
                .maybe_help(did_you_mean(
                    text.value,
                    self.people.iter().map(PersonId::as_str),
                ));
        }
        person
    }

    /// The person that a key names.
    pub fn person_at(&self, table: &Table<'_>, key: &str) -> Option<PersonId> {
        self.person(&table.text(key)?)
    }

    /// The person that a required key names.
    pub fn required_person(&self, table: &Table<'_>, key: &str) -> Option<PersonId> {
        table.require(key);
        self.person_at(table, key)
    }

    /// The cycle of that id, where its dates could be read.
    pub fn cycle(&self, id: &CycleId) -> Option<&Cycle> {
        self.cycles.iter().find(|cycle| cycle.id == *id)
    }

    /// The rating that a text names.
    pub fn rating(&self, text: &At<&str>) -> Option<RatingId> {
        let found = self.ratings.iter().find(|r| r.id.as_str() == text.value);
        if found.is_none() && self.complaints.is_sound("gradus.toml") {
            let message = format!("`{}` is not a rating", text.value);
            let ids = self.ratings.iter().map(|rating| rating.id.as_str());
            let all: Vec<String> = ids.clone().map(|id| format!("`{id}`")).collect();
            let help = did_you_mean(text.value, ids)
                .unwrap_or_else(|| format!("ratings are {}", all.join(", ")));
            self.complaints
                .about(codes::NO_RATING, text.place.clone(), message)
                .help(help);
        }
        found.map(|rating| rating.id.clone())
    }

    /// Where references of one cycle are looked up: in the rubric that it pins, or in the one in force.
    pub fn rubric_of(&self, cycle: Option<&Cycle>) -> Lookup<'_> {
        let pin = cycle.and_then(|cycle| cycle.rubric.as_deref());
        let directory = pin.unwrap_or(crate::source::RUBRICS);
        Lookup {
            rubrics: self
                .rubrics
                .by_directory
                .get(directory)
                .into_iter()
                .collect(),
            sure: !self.rubrics.unsound.contains(directory),
        }
    }

    /// Where references outside any cycle are looked up: in every rubric there is, past ones too.
    pub fn all_rubrics(&self) -> Lookup<'_> {
        Lookup {
            rubrics: self.rubrics.by_directory.values().collect(),
            sure: self.rubrics.unsound.is_empty(),
        }
    }

    /// The level that a text names.
    pub fn level(&self, text: &At<&str>, lookup: &Lookup<'_>) -> Option<LevelRef> {
        let level = level_ref(text.value);
        let found = level.as_ref().is_some_and(|level| lookup.has_level(level));
        if !found && lookup.sure {
            let message = format!("there is no level `{}`", text.value);
            let levels = lookup.levels();
            self.complaints
                .about(codes::NO_LEVEL, text.place.clone(), message)
                .maybe_help(did_you_mean(text.value, levels.iter().map(String::as_str)));
        }
        level.filter(|_| found)
    }

    /// The level that a key names.
    pub fn level_at(&self, table: &Table<'_>, key: &str, lookup: &Lookup<'_>) -> Option<LevelRef> {
        self.level(&table.text(key)?, lookup)
    }

    /// The competency that a text names, by its id or an earlier one.
    pub fn competency(&self, text: &At<&str>, lookup: &Lookup<'_>) -> Option<CompetencyId> {
        let id = CompetencyId::new(text.value);
        let found = id.as_ref().is_some_and(|id| lookup.has_competency(id));
        if !found && lookup.sure {
            let message = format!("there is no competency `{}`", text.value);
            self.complaints
                .about(codes::NO_COMPETENCY, text.place.clone(), message)
                .maybe_help(did_you_mean(text.value, lookup.competencies()));
        }
        id.filter(|_| found)
    }

    /// The competencies that a list names.
    pub fn competencies(
        &self,
        table: &Table<'_>,
        key: &str,
        lookup: &Lookup<'_>,
    ) -> Vec<CompetencyId> {
        let texts = table.texts(key);
        texts
            .iter()
            .filter_map(|text| self.competency(text, lookup))
            .collect()
    }

    /// A `readers` key: an audience or a person, or a list of them.
    pub fn readers(&self, table: &Table<'_>) -> Option<Vec<ReaderToken>> {
        let value = table.value("readers")?;
        let values = if value.is_list() {
            value.list()
        } else {
            vec![value]
        };
        let tokens = values.iter().filter_map(Value::text);
        Some(tokens.filter_map(|text| self.reader(&text)).collect())
    }

    fn reader(&self, text: &At<&str>) -> Option<ReaderToken> {
        match audience(text.value) {
            Some(Audience::Public | Audience::Managers) => {
                let message = format!("`{}` is not an audience of this", text.value);
                self.complaints
                    .about(codes::PUBLIC_READERS, text.place.clone(), message)
                    .help("audiences are `org`, `person`, `chain`, `pair` and `hr`, besides people by id");
                None
            }
            Some(audience) => Some(ReaderToken::Audience(audience)),
            None => self.reading_person(text),
        }
    }

    fn reading_person(&self, text: &At<&str>) -> Option<ReaderToken> {
        let person = self.people.get(text.value).cloned();
        if person.is_none() && self.source.reads_people() {
            let message = format!("`{}` is neither an audience nor a person", text.value);
            let people = self.people.iter().map(PersonId::as_str);
            let known = people.chain(RESERVED_PEOPLE);
            self.complaints
                .about(codes::NOBODY, text.place.clone(), message)
                .maybe_help(did_you_mean(text.value, known));
        }
        person.map(ReaderToken::Person)
    }
}

/// Names beside those of cycles: of a directory in `management/`, and of pages of a person.
pub const RESERVED_CYCLES: [&str; 3] = ["next", "notes", "packet"];

/// Words that `readers` understands otherwise.
pub const RESERVED_PEOPLE: [&str; 7] =
    ["public", "org", "person", "chain", "pair", "hr", "managers"];

fn audience(word: &str) -> Option<Audience> {
    Some(match word {
        "public" => Audience::Public,
        "org" => Audience::Org,
        "person" => Audience::Person,
        "chain" => Audience::Chain,
        "pair" => Audience::Pair,
        "hr" => Audience::Hr,
        "managers" => Audience::Managers,
        _ => return None,
    })
}

/// Reads `<track>/<level>`.
pub(super) fn level_ref(text: &str) -> Option<LevelRef> {
    let (track, level) = text.split_once('/')?;
    Some(LevelRef {
        track: TrackId::new(track)?,
        level: LevelId::new(level)?,
    })
}

impl<'k> Lookup<'k> {
    /// One rubric alone.
    pub fn of(rubric: &'k Rubric, sure: bool) -> Self {
        Self {
            rubrics: vec![rubric],
            sure,
        }
    }

    fn has_level(&self, level: &LevelRef) -> bool {
        self.rubrics
            .iter()
            .any(|rubric| rubric.level(level).is_some())
    }

    fn has_competency(&self, id: &CompetencyId) -> bool {
        self.tracks().any(|track| track.competency(id).is_some())
    }

    fn tracks(&self) -> impl Iterator<Item = &'k Track> {
        self.rubrics
            .iter()
            .flat_map(|rubric| rubric.tracks.values())
    }

    fn levels(&self) -> Vec<String> {
        self.tracks()
            .flat_map(|track| {
                track
                    .levels
                    .iter()
                    .map(move |level| format!("{}/{}", track.id, level.id))
            })
            .collect()
    }

    fn competencies(&self) -> impl Iterator<Item = &'k str> {
        self.tracks()
            .flat_map(|track| track.competencies.iter().map(|c| c.id.as_str()))
    }
}

/// Ids that were seen, to complain about the second of the same.
#[derive(Debug, Default)]
pub(super) struct Once(BTreeMap<String, Place>);

impl Once {
    /// Whether the id is new; complains with the place of the first where it is not.
    pub fn admit(&mut self, complaints: &Complaints, what: &str, id: &str, place: &Place) -> bool {
        let key = id.to_lowercase();
        if let Some(first) = self.0.get(&key) {
            complaints
                .about(
                    codes::DUPLICATE,
                    place.clone(),
                    format!("{what} `{id}` is there twice"),
                )
                .related(first.clone(), "first here");
            return false;
        }
        self.0.insert(key, place.clone());
        true
    }
}
