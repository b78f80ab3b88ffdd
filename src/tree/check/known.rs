//! What references may name, and the complaint where they name nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::codes::{self, Rule};
use super::complaints::{Complaint, Complaints, did_you_mean};
use super::seat::Seat;
use super::table::{At, Doc, File};
use super::{cycles, prose, recipient};
use crate::domain::model::*;
use crate::ground::diag::Place;
use crate::tree::schema::Form;
use crate::tree::source::{Directory, FileKind, Source, SourceFile};

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

    /// Begins a complaint.
    pub fn about(&self, rule: Rule, place: Place, message: impl Into<String>) -> Complaint<'_> {
        self.complaints.about(rule, place, message)
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
            let help = if reserved.contains(&name) {
                "the word has a meaning of its own; choose another name"
            } else {
                ID_FORM
            };
            self.about(codes::BAD_ID, place, message).help(help);
        }
        id
    }

    /// A file of the tree.
    pub fn file(&self, kind: &FileKind) -> Option<&'s SourceFile> {
        self.source.files.get(kind)
    }

    /// A TOML file held against its declaration. `None` if it is not there.
    pub fn read(&self, kind: &FileKind, declared: &str) -> Option<File<'s>> {
        self.read_by(kind, declared, &Names::anywhere(self))
    }

    /// The same, with names of its own.
    pub fn read_by(&self, kind: &FileKind, declared: &str, names: &Names<'_>) -> Option<File<'s>> {
        let doc = Doc::of(self.file(kind)?, self.complaints)?;
        Some(File::read(doc, declared, names))
    }

    /// The person that a text names.
    pub fn person(&self, text: &At<&str>) -> Option<PersonId> {
        let person = self.people.get(text.value).cloned();
        if person.is_none() && self.source.reads_people() {
            let message = format!("`{}` is nobody in people/", text.value);
            self.about(codes::NOBODY, text.place.clone(), message)
                .maybe_help(did_you_mean(
                    text.value,
                    self.people.iter().map(PersonId::as_str),
                ));
        }
        person
    }

    /// The cycle of that id, where its dates could be read.
    pub fn cycle(&self, id: &CycleId) -> Option<&Cycle> {
        self.cycles.iter().find(|cycle| cycle.id == *id)
    }

    /// Whether a text names a rating.
    fn is_rating(&self, text: &At<&str>) -> bool {
        let found = self.ratings.iter().any(|r| r.id.as_str() == text.value);
        if !found && self.complaints.is_sound("gradus.toml") {
            let message = format!("`{}` is not a rating", text.value);
            let ids = self.ratings.iter().map(|rating| rating.id.as_str());
            let all: Vec<String> = ids.clone().map(|id| format!("`{id}`")).collect();
            let help = did_you_mean(text.value, ids)
                .unwrap_or_else(|| format!("ratings are {}", all.join(", ")));
            self.about(codes::NO_RATING, text.place.clone(), message)
                .help(help);
        }
        found
    }

    /// Where references of one cycle are looked up: in the rubric that it pins, or in the one in force.
    pub fn rubric_of(&self, cycle: Option<&Cycle>) -> Lookup<'_> {
        let pin = cycle.and_then(|cycle| cycle.rubric.as_deref());
        let directory = pin.unwrap_or(crate::tree::source::RUBRICS);
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

    /// Whether a text names a level.
    pub fn is_level(&self, text: &At<&str>, lookup: &Lookup<'_>) -> bool {
        let level = LevelRef::new(text.value);
        let found = level.as_ref().is_some_and(|level| lookup.has_level(level));
        if !found && lookup.sure {
            let message = format!("there is no level `{}`", text.value);
            let levels = lookup.levels();
            self.about(codes::NO_LEVEL, text.place.clone(), message)
                .maybe_help(did_you_mean(text.value, levels.iter().map(String::as_str)));
        }
        found
    }

    /// Whether a text names a competency, by its id or an earlier one.
    fn is_competency(&self, text: &At<&str>, lookup: &Lookup<'_>) -> bool {
        let id = CompetencyId::new(text.value);
        let found = id.as_ref().is_some_and(|id| lookup.has_competency(id));
        if !found && lookup.sure {
            let message = format!("there is no competency `{}`", text.value);
            self.about(codes::NO_COMPETENCY, text.place.clone(), message)
                .maybe_help(did_you_mean(text.value, lookup.competencies()));
        }
        found
    }

    /// Whether a text names an audience or a person.
    fn is_reader(&self, text: &At<&str>) -> bool {
        let audience = Audience::named(text.value);
        if let Some(Audience::Public | Audience::Managers) = audience {
            let message = format!("`{}` is not an audience of this", text.value);
            self.about(codes::PUBLIC_READERS, text.place.clone(), message)
                .help(
                    "audiences are `org`, `person`, `chain`, `pair` and `hr`, besides people by id",
                );
            return false;
        }
        let found = audience.is_some() || self.people.contains(text.value);
        if !found && self.source.reads_people() {
            let message = format!("`{}` is neither an audience nor a person", text.value);
            let people = self.people.iter().map(PersonId::as_str);
            let known = people.chain(RESERVED_PEOPLE);
            self.about(codes::NOBODY, text.place.clone(), message)
                .maybe_help(did_you_mean(text.value, known));
        }
        found
    }

    /// Whether a text is an id.
    fn is_id(&self, text: &At<&str>) -> bool {
        let is_id = is_id(text.value);
        if !is_id {
            let message = format!("`{}` is not an id", text.value);
            self.about(codes::BAD_ID, text.place.clone(), message)
                .help(ID_FORM);
        }
        is_id
    }

    /// Whether a text has a form; complains otherwise.
    fn has_form(&self, has: bool, text: &At<&str>, form: (Rule, &str, &str)) -> bool {
        let (rule, what, help) = form;
        if !has {
            let message = format!("`{}` is not {what}", text.value);
            let complaint = self.about(rule, text.place.clone(), message);
            complaint.help(help);
        }
        has
    }
}

const ID_FORM: &str =
    "ids are lower-case letters, digits and `-`, at most 64, and do not begin with `-`";

const LEVEL_FORM: (Rule, &str, &str) = (
    codes::NO_LEVEL,
    "a level",
    "levels are written `<track>/<level>`",
);

const FOLLOWED_FORM: (Rule, &str, &str) = (
    codes::NO_FOLLOWED,
    "something to follow",
    "write `<cycle>/<expectation>` or `<cycle>/plan/<goal>`",
);

const GUIDANCE_FORM: (Rule, &str, &str) = (
    codes::UNKNOWN_WORD,
    "the code of a guidance lint",
    "guidance has codes such as `G014`; errors and warnings cannot be excused",
);

const SIGNER_FORM: (Rule, &str, &str) = (
    codes::OUT_OF_BOUNDS,
    "a public signing key",
    "it is written `ed25519:` and 43 characters; `gradus keys site` prints it",
);

/// What the texts of one file may name.
pub(super) struct Names<'n> {
    pub known: &'n Known<'n>,
    seat: Option<&'n Seat<'n>>,
    /// The rubrics that the file is judged by.
    lookup: Lookup<'n>,
}

impl<'n> Names<'n> {
    /// Of a file outside any cycle.
    pub fn anywhere(known: &'n Known<'_>) -> Self {
        let (seat, lookup) = (None, known.all_rubrics());
        Self {
            known,
            seat,
            lookup,
        }
    }

    /// Of a file about a cycle.
    pub fn in_cycle(known: &'n Known<'_>, cycle: &CycleId) -> Self {
        let (seat, lookup) = (None, known.rubric_of(known.cycle(cycle)));
        Self {
            known,
            seat,
            lookup,
        }
    }

    /// Of a person's file in a cycle.
    pub fn of(known: &'n Known<'_>, seat: &'n Seat<'_>) -> Self {
        let seat_of = Some(seat);
        Self {
            seat: seat_of,
            ..Self::in_cycle(known, &seat.cycle)
        }
    }

    /// Whether a text is of a form, and names something that there is.
    pub fn is_right(&self, form: Form, text: &At<&str>, once: &mut Once) -> bool {
        let known = self.known;
        match form {
            Form::Named | Form::TreePath => true,
            Form::Id => known.is_id(text),
            Form::Own(what) => {
                let is_id = known.is_id(text);
                if is_id {
                    once.admit(known.complaints, what, text.value, &text.place);
                }
                is_id
            }
            Form::Person => known.person(text).is_some(),
            Form::Reader => known.is_reader(text),
            Form::Competency => known.is_competency(text, &self.lookup),
            Form::Expectation => self
                .seat
                .is_none_or(|seat| seat.has_expectation(known, text)),
            Form::Rating => known.is_rating(text),
            Form::Level => known.is_level(text, &self.lookup),
            Form::AnyLevel => known.is_level(text, &known.all_rubrics()),
            Form::LevelRef => known.has_form(LevelRef::new(text.value).is_some(), text, LEVEL_FORM),
            Form::Followed => {
                known.has_form(Follows::new(text.value).is_some(), text, FOLLOWED_FORM)
            }
            Form::Guidance => known.has_form(is_guidance(text.value), text, GUIDANCE_FORM),
            Form::Signer => known.has_form(is_signer(text.value), text, SIGNER_FORM),
            Form::Address => prose::check_web_address(known.complaints, text),
            Form::Recipient => recipient::check(known.complaints, text),
            Form::Pin => cycles::is_pin(known, text),
        }
    }
}

fn is_guidance(code: &str) -> bool {
    let digits = code.strip_prefix('G');
    digits.is_some_and(|d| d.len() == 3 && d.bytes().all(|b| b.is_ascii_digit()))
}

fn is_signer(text: &str) -> bool {
    const KEY_BYTES: usize = 32;
    let key = text.strip_prefix("ed25519:");
    key.and_then(|key| URL_SAFE_NO_PAD.decode(key).ok())
        .is_some_and(|bytes| bytes.len() == KEY_BYTES)
}

/// Names beside those of cycles: of a directory in `management/`, and of pages of a person.
pub const RESERVED_CYCLES: [&str; 3] = ["next", "notes", "packet"];

/// Words that `readers` understands otherwise.
pub const RESERVED_PEOPLE: [&str; 7] =
    ["public", "org", "person", "chain", "pair", "hr", "managers"];

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
