//! Checking a tree again and again, as far as it changed.
//!
//! What all may refer to is the [`Frame`]: settings, rubrics, cycles, who there is. The rest falls into one unit a
//! person, and one more for what management wrote about them. A unit depends on the frame and its own files. Each keeps
//! what it was read from, and is read again if that differs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::codes;
use super::complaints::Complaints;
use super::known::{Facts, Known};
use super::organisation::{self, Settings};
use super::{
    chain, cycles, figures, keys_left, management, people, published, rubric, seats, tree,
};
use crate::domain::model::*;
use crate::ground::diag::{Diagnostic, Severity};
use crate::tree::source::{Input, Name, RUBRICS, SharedInput, Source};

/// A tree that was checked.
#[derive(Debug)]
pub struct Checked {
    /// There exactly where no diagnostic is an error and every sealed file was opened.
    pub organisation: Option<Organisation>,
    /// Only what could be opened, if sealed files stayed closed for want of an identity and nothing else is wrong.
    pub opened: Option<Organisation>,
    /// In no order.
    pub diagnostics: Vec<Diagnostic>,
    /// Anything that is not in one person's cycles, log, check-ins, talent mapping or private notes.
    pub shared: SharedPart,
}

/// The identity of what all may refer to. Two are equal only if nothing of it differs.
#[derive(Debug, Clone, Default)]
pub struct SharedPart(Arc<()>);

impl PartialEq for SharedPart {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Gives a person a recipient in the place of the keys that their file names; nothing for who gets none.
pub type StandIn = Box<dyn Fn(&Person) -> Option<String> + Send + Sync>;

/// Checks a tree again and again, and reads anew only what a change can have changed.
#[derive(Default)]
pub struct Checker {
    stand_in: Option<StandIn>,
    /// With what it was read from.
    frame: Option<(SharedInput, Frame)>,
    seats: BTreeMap<PersonId, Cached<Arc<Person>>>,
    managed: BTreeMap<Name, Cached<About>>,
}

/// What was read from the files that all may refer to.
#[derive(Debug)]
struct Frame {
    settings: Settings,
    facts: Arc<Facts>,
    figures: OrgFigures,
    /// What is published as it is, by path.
    static_files: BTreeMap<String, Arc<[u8]>>,
    /// Without cycles, logs and check-ins.
    people: BTreeMap<PersonId, Person>,
    /// The same with the keys that their files name; empty where those are theirs anyway.
    as_named: BTreeMap<PersonId, Person>,
    /// The files that cannot be read as a whole.
    unsound: Arc<BTreeSet<Arc<str>>>,
    diagnostics: Vec<Diagnostic>,
    identity: SharedPart,
}

/// What was read from files that are one person's, and what is wrong with them.
#[derive(Debug)]
struct Unit<T> {
    value: T,
    diagnostics: Vec<Diagnostic>,
}

/// A unit, and what it was read from.
#[derive(Debug)]
struct Cached<T> {
    facts: Arc<Facts>,
    unsound: Arc<BTreeSet<Arc<str>>>,
    /// What their `person.toml` says; `None` for what management wrote.
    person: Option<Person>,
    input: Input,
    unit: Unit<T>,
}

/// A tree of which only that is checked which all may refer to, and of people who is asked for.
#[derive(Debug)]
pub struct Partly<'s> {
    source: &'s Source,
    frame: Frame,
}

/// What there is to say about people.
pub type Said = BTreeMap<PersonId, Vec<Diagnostic>>;

impl Checker {
    /// A checker that gives people keys of its own, or leaves them theirs.
    pub fn new(stand_in: Option<StandIn>) -> Self {
        Self {
            stand_in,
            ..Self::default()
        }
    }

    /// Warns of whoever has keys of which none counts on a day, and of logins that are left out then, whatever keys stand in
    /// for them. To be called after [`Checker::check`].
    pub fn keys_left(&self, source: &Source, today: Date) -> Vec<Diagnostic> {
        let people = self.frame.as_ref().map(|(_, frame)| match &self.stand_in {
            Some(_) => &frame.as_named,
            None => &frame.people,
        });
        let people = people.into_iter().flat_map(BTreeMap::values);
        let mut warnings = keys_left::none_left(source, people.clone(), today);
        warnings.extend(keys_left::logins_left_out(source, people, today));
        warnings
    }

    /// Checks the tree. What was read from the same before is not read again.
    pub fn check(&mut self, source: &Source) -> Checked {
        let inputs = source.inputs();
        let shared = self.read_frame(source, inputs.shared);
        self.read_seats(source, &inputs.people);
        self.read_managed(source, &inputs.people);
        let diagnostics = self.diagnostics();
        let is_error = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
        // Without what is sealed, a page would silently say less.
        let is_whole = source.unopened().next().is_none();
        let is_valid = is_whole && !diagnostics.iter().any(is_error);
        let mut unopened = source.unopened();
        let opens_elsewhere = unopened.all(|(_, _, why)| why.wants_identity());
        let is_closed = |diagnostic: &Diagnostic| diagnostic.code == codes::UNOPENED.code;
        let mut errors = diagnostics.iter().filter(|one| is_error(one));
        let is_sound = !is_whole && opens_elsewhere && errors.all(is_closed);
        Checked {
            organisation: is_valid.then(|| self.organisation()).flatten(),
            opened: is_sound.then(|| self.organisation()).flatten(),
            diagnostics,
            shared,
        }
    }

    fn read_frame(&mut self, source: &Source, input: SharedInput) -> SharedPart {
        if let Some((_, frame)) = self.frame.as_ref().filter(|(from, _)| *from == input) {
            return frame.identity.clone();
        }
        let mut frame = Frame::read(source);
        if let Some(stand_in) = &self.stand_in {
            frame.as_named = frame.people.clone();
            frame.people.values_mut().for_each(|person| {
                let recipient = stand_in(person).into_iter();
                person.keys = recipient.map(ReaderKey::lasting).collect();
            });
        }
        if let Some((_, before)) = &self.frame {
            frame.keep_what_is_same(before);
        }
        let identity = frame.identity.clone();
        self.frame = Some((input, frame));
        identity
    }

    /// Reads everyone's cycles, log and check-ins.
    fn read_seats(&mut self, source: &Source, inputs: &BTreeMap<Name, Input>) {
        let Some((_, frame)) = &self.frame else {
            return;
        };
        let cached = &self.seats;
        let none = Input::default();
        let due = frame.people.iter().filter_map(|(id, person)| {
            let input = inputs.get(id.as_str()).unwrap_or(&none);
            let is_known = |cached: &Cached<_>| cached.is_from(frame, Some(person), input);
            let is_known = cached.get(id).is_some_and(is_known);
            (!is_known).then_some((id, person, input))
        });
        let due: Vec<_> = due.collect();
        let read = due.par_iter().with_max_len(1).map(|&(id, person, input)| {
            let (id, unit) = frame.seat(source, id);
            (id, Cached::new(frame, Some(person), input, unit))
        });
        let read: Vec<(PersonId, Cached<Arc<Person>>)> = read.collect();
        self.seats.extend(read);
        self.seats.retain(|id, _| frame.people.contains_key(id));
    }

    /// Reads what management wrote about everyone.
    fn read_managed(&mut self, source: &Source, inputs: &BTreeMap<Name, Input>) {
        let Some((_, frame)) = &self.frame else {
            return;
        };
        let files = management::files(source);
        self.managed.retain(|name, _| files.contains_key(name));
        let cached = &self.managed;
        let none = Input::default();
        let due = files.iter().filter_map(|(name, files)| {
            let input = inputs.get(name).unwrap_or(&none);
            let is_known = |cached: &Cached<_>| cached.is_from(frame, None, input);
            let is_known = cached.get(name).is_some_and(is_known);
            (!is_known).then_some((name, files, input))
        });
        let due: Vec<_> = due.collect();
        let read = due.par_iter().map(|&(name, files, input)| {
            let unit = frame.managed(source, files);
            (Name::clone(name), Cached::new(frame, None, input, unit))
        });
        let read: Vec<(Name, Cached<About>)> = read.collect();
        self.managed.extend(read);
    }

    fn diagnostics(&self) -> Vec<Diagnostic> {
        let frame = self.frame.iter().flat_map(|(_, frame)| &frame.diagnostics);
        let seats = self.seats.values();
        let seats = seats.flat_map(|cached| &cached.unit.diagnostics);
        let managed = self.managed.values();
        let managed = managed.flat_map(|cached| &cached.unit.diagnostics);
        frame.chain(seats).chain(managed).cloned().collect()
    }

    fn organisation(&self) -> Option<Organisation> {
        let (_, frame) = self.frame.as_ref()?;
        let seats = self.seats.iter();
        let seats = seats.map(|(id, cached)| (id.clone(), cached.unit.value.clone()));
        let managed = self.managed.values();
        let about = managed.filter_map(|cached| cached.unit.value.clone());
        let management = Management {
            about: about.collect(),
        };
        Some(frame.organisation(seats.collect(), management))
    }
}

impl<'s> Partly<'s> {
    /// Checks what all may refer to.
    pub fn read(source: &'s Source) -> Self {
        let frame = Frame::read(source);
        Self { source, frame }
    }

    /// What the tree was read from.
    pub fn source(&self) -> &'s Source {
        self.source
    }

    /// The organisation with the cycles, logs, check-ins, talent mapping and private notes of some people alone, and
    /// what there is to say about those; nothing where anything that was checked has an error, or something is sealed
    /// still.
    pub fn organisation(&self, people: &BTreeSet<PersonId>) -> Option<(Organisation, Said)> {
        let Self { source, frame } = self;
        if source.unopened().next().is_some() {
            return None;
        }
        let asked: Vec<&PersonId> = people.iter().collect();
        let asked = asked
            .par_iter()
            .filter(|id| frame.people.contains_key(**id));
        let seats: Vec<_> = asked.map(|id| frame.seat(source, id)).collect();
        let files = management::files(source);
        let files = files.iter().filter(|(name, _)| people.contains(&***name));
        let managed = files.map(|(_, files)| frame.managed(source, files));
        let managed: Vec<Unit<About>> = managed.collect();
        let mut said = Said::new();
        for (id, unit) in &seats {
            said.entry(id.clone())
                .or_default()
                .extend_from_slice(&unit.diagnostics);
        }
        for unit in &managed {
            let about = unit.about()?; // or it is an error that these files are about nobody
            said.entry(about)
                .or_default()
                .extend_from_slice(&unit.diagnostics);
        }
        let is_error = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
        let mut all = said.values().flatten().chain(&frame.diagnostics);
        if all.any(is_error) {
            return None;
        }
        let others = frame.people.iter().filter(|(id, _)| !people.contains(*id));
        let others = others.map(|(id, person)| (id.clone(), Arc::new(person.clone())));
        let seats = seats.into_iter().map(|(id, unit)| (id, unit.value));
        let about = managed.into_iter().filter_map(|unit| unit.value);
        let management = Management {
            about: about.collect(),
        };
        let organisation = frame.organisation(others.chain(seats).collect(), management);
        Some((organisation, said))
    }
}

/// Whom files under `management/` are about, and what they say; nothing where that is nobody.
type About = Option<(PersonId, Arc<Managed>)>;

impl Unit<About> {
    fn about(&self) -> Option<PersonId> {
        self.value.as_ref().map(|(person, _)| person.clone())
    }
}

impl<T> Cached<T> {
    fn new(frame: &Frame, person: Option<&Person>, input: &Input, unit: Unit<T>) -> Self {
        Self {
            facts: frame.facts.clone(),
            unsound: frame.unsound.clone(),
            person: person.cloned(),
            input: input.clone(),
            unit,
        }
    }

    /// Whether it was read from these.
    fn is_from(&self, frame: &Frame, person: Option<&Person>, input: &Input) -> bool {
        Arc::ptr_eq(&self.facts, &frame.facts)
            && Arc::ptr_eq(&self.unsound, &frame.unsound)
            && self.person.as_ref() == person
            && self.input == *input
    }
}

impl Frame {
    fn read(source: &Source) -> Self {
        let complaints = Complaints::default();
        tree::check(source, &complaints);
        let mut known = Known::new(source, &complaints);
        let (settings, builders) = organisation::read(&known);
        known.learn(|facts| {
            facts.ratings.clone_from(&settings.ratings);
            facts.questions.clone_from(&settings.questions);
            facts.late_from_days = settings.policy.agree_within_days;
            facts.key_kind = settings.seal.keys;
            facts.peers_are_nameless =
                settings.access.peer_feedback == PeerFeedbackPolicy::Anonymous;
        });
        let rubrics = rubric::read_all(&known);
        known.learn(|facts| facts.rubrics = rubrics);
        let cycles = cycles::read(&known);
        known.learn(|facts| facts.cycles = cycles);
        let figures = figures::read(&known);
        let static_files = published::read(&known);
        let people = people::read(&known);
        people.check_builders(&complaints, &builders);
        chain::check(&complaints, &people);
        Self {
            settings,
            facts: known.into_facts(),
            figures,
            static_files,
            people: people.people,
            as_named: BTreeMap::new(),
            unsound: Arc::new(complaints.unsound()),
            diagnostics: complaints.into_diagnostics(),
            identity: SharedPart::default(),
        }
    }

    /// Shares what is the same as before, so that it is known by its address.
    fn keep_what_is_same(&mut self, before: &Self) {
        if self.facts == before.facts {
            self.facts = before.facts.clone();
        }
        if self.unsound == before.unsound {
            self.unsound = before.unsound.clone();
        }
        let is_same = Arc::ptr_eq(&self.facts, &before.facts)
            && Arc::ptr_eq(&self.unsound, &before.unsound)
            && self.settings == before.settings
            && self.static_files == before.static_files
            && self.figures == before.figures
            && self.people == before.people;
        if is_same {
            self.identity = before.identity.clone();
        }
    }

    fn seat(&self, source: &Source, id: &PersonId) -> (PersonId, Unit<Arc<Person>>) {
        let mut person = self.people[id].clone();
        let unit = self.unit(source, |known| {
            seats::read(known, &mut person);
            Arc::new(person)
        });
        (id.clone(), unit)
    }

    fn managed(&self, source: &Source, files: &[management::File<'_>]) -> Unit<About> {
        self.unit(source, |known| management::read(known, files))
    }

    fn unit<T>(&self, source: &Source, read: impl FnOnce(&Known<'_>) -> T) -> Unit<T> {
        let complaints = Complaints::besides(self.unsound.clone());
        let known = Known::with(source, &complaints, self.facts.clone());
        let value = read(&known);
        Unit {
            value,
            diagnostics: complaints.into_diagnostics(),
        }
    }

    fn organisation(
        &self,
        people: BTreeMap<PersonId, Arc<Person>>,
        management: Management,
    ) -> Organisation {
        let settings = self.settings.clone();
        let rubrics = &self.facts.rubrics.by_directory;
        let cycles = self.facts.cycles.clone();
        let is_pinned = |directory: &String| {
            let mut pins = cycles.iter().filter_map(|cycle| cycle.rubric.as_ref());
            pins.any(|pin| pin == directory)
        };
        let pinned = rubrics.iter().filter(|(directory, _)| is_pinned(directory));
        Organisation {
            name: settings.name,
            public_title: settings.public_title,
            base_url: settings.base_url,
            theme: settings.theme,
            as_of: settings.as_of,
            ratings: settings.ratings,
            questions: settings.questions,
            policy: settings.policy,
            seal: settings.seal,
            access: settings.access,
            rubric: rubrics.get(RUBRICS).cloned().unwrap_or_default(),
            pinned: pinned
                .map(|(pin, rubric)| (pin.clone(), rubric.clone()))
                .collect(),
            cycles,
            figures: self.figures.clone(),
            static_files: self.static_files.clone(),
            people,
            management,
        }
    }
}
