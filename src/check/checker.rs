//! Checking a tree again and again, as far as it changed.
//!
//! What all may refer to is the [`Frame`]: settings, rubrics, cycles, who there is. The rest falls into one unit a
//! person, and one more for what management wrote about them. A unit depends on the frame, its own files and nothing
//! else, so it is read again only where one of the two is different.

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
use crate::diag::{Diagnostic, Severity};
use crate::model::*;
use crate::source::{Changed, Name, RUBRICS, Source};

/// A tree that was checked.
#[derive(Debug)]
pub struct Checked {
    /// There exactly where no diagnostic is an error and every sealed file was opened.
    pub organisation: Option<Organisation>,
    /// Only what could be opened, if sealed files stayed closed for want of an identity and nothing else is wrong.
    pub opened: Option<Organisation>,
    /// In no order.
    pub diagnostics: Vec<Diagnostic>,
    /// What of the organisation is not as it was when this checker checked it last.
    pub fresh: Fresh,
}

/// What is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fresh {
    /// Anything that is not in one person's cycles, log, check-ins, talent mapping or private notes.
    pub frame: bool,
    /// Of whom one of these is not as it was.
    pub people: BTreeSet<PersonId>,
}

/// Gives a person a recipient in the place of the keys that their file names; nothing for who gets none.
pub type StandIn = Box<dyn Fn(&Person) -> Option<String> + Send + Sync>;

/// Checks a tree again and again, and reads anew only what a change can have changed.
#[derive(Default)]
pub struct Checker {
    stand_in: Option<StandIn>,
    frame: Option<Frame>,
    seats: BTreeMap<PersonId, Unit<Arc<Person>>>,
    managed: BTreeMap<Name, Unit<About>>,
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
}

/// What was read from files that are one person's, and what is wrong with them.
#[derive(Debug)]
struct Unit<T> {
    value: T,
    diagnostics: Vec<Diagnostic>,
}

/// A tree of which only that is checked which all may refer to, and of people who is asked for.
#[derive(Debug)]
pub struct Partly<'s> {
    source: &'s Source,
    frame: Frame,
}

/// What there is to say about people.
pub type Said = BTreeMap<PersonId, Vec<Diagnostic>>;

/// What of the frame is not as it was.
#[derive(Debug, Default)]
struct Renewed {
    anything: bool,
    /// Something that files of anyone may refer to.
    facts: bool,
    /// Whose `person.toml` says something else.
    people: BTreeSet<PersonId>,
}

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
        let people = self.frame.as_ref().map(|frame| match &self.stand_in {
            Some(_) => &frame.as_named,
            None => &frame.people,
        });
        let people = people.into_iter().flat_map(BTreeMap::values);
        let mut warnings = keys_left::none_left(source, people.clone(), today);
        warnings.extend(keys_left::logins_left_out(source, people, today));
        warnings
    }

    /// Judges the tree. `changed` says what is different since the last time; the first time, everything is.
    pub fn check(&mut self, source: &Source, changed: &Changed) -> Checked {
        let renewed = self.renew_frame(source, changed);
        let mut people = self.renew_seats(source, changed, &renewed);
        people.extend(self.renew_managed(source, changed, &renewed));
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
            fresh: Fresh {
                frame: renewed.anything,
                people,
            },
        }
    }

    fn renew_frame(&mut self, source: &Source, changed: &Changed) -> Renewed {
        if self.frame.is_some() && !changed.shared {
            return Renewed::default();
        }
        let mut frame = Frame::read(source);
        if let Some(stand_in) = &self.stand_in {
            frame.as_named = frame.people.clone();
            frame.people.values_mut().for_each(|person| {
                let recipient = stand_in(person).into_iter();
                person.keys = recipient.map(ReaderKey::lasting).collect();
            });
        }
        let renewed = match &self.frame {
            Some(before) => frame.renewed_since(before),
            None => Renewed {
                anything: true,
                facts: true,
                people: BTreeSet::new(),
            },
        };
        self.frame = Some(frame);
        renewed
    }

    /// Reads the cycles, log and check-ins of whom it may concern; says whose.
    fn renew_seats(
        &mut self,
        source: &Source,
        changed: &Changed,
        renewed: &Renewed,
    ) -> BTreeSet<PersonId> {
        let Some(frame) = &self.frame else {
            return BTreeSet::new();
        };
        let seats = &self.seats;
        let is_due = |id: &&PersonId| {
            renewed.facts
                || renewed.people.contains(*id)
                || changed.people.contains(id.as_str())
                || !seats.contains_key(*id)
        };
        let due: Vec<&PersonId> = frame.people.keys().filter(is_due).collect();
        let seats = due.par_iter().with_max_len(1);
        let read = seats.map(|id| frame.seat(source, id));
        let read: Vec<(PersonId, Unit<Arc<Person>>)> = read.collect();
        let ids = read.iter().map(|(id, _)| id.clone()).collect();
        self.seats.extend(read);
        self.seats.retain(|id, _| frame.people.contains_key(id));
        ids
    }

    /// Reads what management wrote about whom it may concern; says about whom.
    fn renew_managed(
        &mut self,
        source: &Source,
        changed: &Changed,
        renewed: &Renewed,
    ) -> BTreeSet<PersonId> {
        let Some(frame) = &self.frame else {
            return BTreeSet::new();
        };
        let files = management::files(source);
        let gone = self
            .managed
            .extract_if(.., |name, _| !files.contains_key(name));
        let mut about: BTreeSet<PersonId> = gone.filter_map(|(_, unit)| unit.about()).collect();
        let managed = &self.managed;
        let is_due = |(name, _): &(&Name, &Vec<_>)| {
            renewed.facts || changed.managed.contains(*name) || !managed.contains_key(*name)
        };
        let due: Vec<_> = files.iter().filter(is_due).collect();
        let read = due
            .par_iter()
            .map(|(name, files)| (Name::clone(name), frame.managed(source, files)));
        let read: Vec<(Name, Unit<About>)> = read.collect();
        about.extend(read.iter().filter_map(|(_, unit)| unit.about()));
        self.managed.extend(read);
        about
    }

    fn diagnostics(&self) -> Vec<Diagnostic> {
        let frame = self.frame.iter().flat_map(|frame| &frame.diagnostics);
        let seats = self.seats.values().flat_map(|unit| &unit.diagnostics);
        let managed = self.managed.values().flat_map(|unit| &unit.diagnostics);
        frame.chain(seats).chain(managed).cloned().collect()
    }

    fn organisation(&self) -> Option<Organisation> {
        let frame = self.frame.as_ref()?;
        let seats = self.seats.iter();
        let about = self.managed.values().filter_map(|unit| unit.value.clone());
        Some(
            frame.organisation(
                seats
                    .map(|(id, unit)| (id.clone(), unit.value.clone()))
                    .collect(),
                Management {
                    about: about.collect(),
                },
            ),
        )
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
        }
    }

    fn renewed_since(&self, before: &Self) -> Renewed {
        let facts = self.facts != before.facts || self.unsound != before.unsound;
        let is_new = |(id, person): &(&PersonId, &Person)| before.people.get(*id) != Some(*person);
        let new = self.people.iter().filter(is_new);
        let people: BTreeSet<PersonId> = new.map(|(id, _)| id.clone()).collect();
        let gone = before.people.keys().any(|id| !self.people.contains_key(id));
        let settings = self.settings != before.settings || self.static_files != before.static_files;
        let figures = self.figures != before.figures;
        Renewed {
            anything: facts || figures || settings || gone || !people.is_empty(),
            facts,
            people,
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
