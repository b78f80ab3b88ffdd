//! Pieces → sections.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::domain::model::*;

use super::audience::{Audiences, BASIC_SECTIONS, People};
use super::resource::{Piece, Resource, pieces};

/// All sections of a site, with what each draws on.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// By id.
    pub sections: Vec<Planned>,
    /// Pieces that more people read than by default, because a `readers` line says so.
    pub extra_grants: Vec<ExtraGrant>,
    /// Pieces that nobody can read.
    pub unread: Vec<(PersonId, Resource)>,
}

/// A section and what it draws on.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Its subject, kind and readers.
    pub section: Section,
    /// Whom it is about: one person, or for a section about a team its manager.
    pub about: Option<PersonId>,
    /// In the order of the model.
    pub resources: Vec<Resource>,
}

impl Planned {
    /// The one person whom it is about; nothing for sections about a team or everyone.
    pub fn person(&self) -> Option<&PersonId> {
        let about = self.about.as_ref()?;
        (!self.is_about_team()).then_some(about)
    }

    /// Whether it is about the people who report to someone.
    pub fn is_about_team(&self) -> bool {
        self.section.subject.starts_with("team/")
    }
}

/// A `readers` line that lets more people read than the default would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraGrant {
    /// Whom the text is about.
    pub subject: PersonId,
    /// The text.
    pub resource: Resource,
    default: Arc<People>,
    audience: Arc<People>,
}

impl ExtraGrant {
    /// Who gains, by id.
    pub fn gained(&self) -> impl Iterator<Item = &PersonId> {
        self.audience.difference(&self.default)
    }

    /// How many gain.
    pub fn gains(&self) -> usize {
        let (audience, default) = (&self.audience, &self.default);
        // Most gain everyone: then nobody need be counted one by one.
        if default.is_subset(audience) {
            return audience.len() - default.len();
        }
        self.gained().count()
    }
}

/// Plans all sections of an organisation for the real `today`.
pub fn plan(org: &Organisation, today: Date) -> Access {
    let audiences = Audiences::new(org, today);
    let mut access = plan_about(&audiences, org.people.keys(), audiences.managers());
    access.sections.push(everyone(&audiences, SectionKind::Org));
    access
        .sections
        .push(everyone(&audiences, SectionKind::Managers));
    access.sort();
    access
}

/// Plans what is about some people and about the teams of some managers, and nothing else. Of the people there need be
/// no cycles of anyone else.
pub fn plan_about<'p>(
    audiences: &Audiences,
    people: impl IntoIterator<Item = &'p PersonId>,
    managers: impl IntoIterator<Item = &'p PersonId>,
) -> Access {
    let mut access = Access::default();
    access.add_people(audiences, people);
    for manager in managers {
        access.sections.push(team(audiences, manager));
        access.sections.push(team_talent(audiences, manager));
    }
    access.sort();
    access
}

/// What is about one person.
fn about_person(audiences: &Audiences, person: &Person) -> Access {
    let mut access = Access::default();
    let mut allocator = SectionAllocator::new(audiences, person);
    for piece in pieces(audiences, person) {
        access.extra_grants.extend(extra_grant(person, &piece));
        if piece.audience.is_empty() && allocator.exact(piece.home, &piece.audience).is_none() {
            access.unread.push((person.id.clone(), piece.resource));
            continue;
        }
        allocator.put(piece);
    }
    access.sections.extend(allocator.into_sections());
    access
}

fn extra_grant(person: &Person, piece: &Piece) -> Option<ExtraGrant> {
    let grant = ExtraGrant {
        subject: person.id.clone(),
        resource: piece.resource.clone(),
        default: piece.instead_of.clone()?,
        audience: piece.audience.clone(),
    };
    (grant.gains() > 0).then_some(grant)
}

/// The sections about one person while pieces are put into them.
struct SectionAllocator<'a> {
    audiences: &'a Audiences<'a>,
    person: &'a Person,
    slots: Vec<Slot>,
}

struct Slot {
    id: String,
    kind: SectionKind,
    readers: People,
    resources: Vec<Resource>,
}

impl<'a> SectionAllocator<'a> {
    /// The sections that every person has, whatever was written about them.
    fn new(audiences: &'a Audiences<'a>, person: &'a Person) -> Self {
        let mut allocator = Self {
            audiences,
            person,
            slots: Vec::new(),
        };
        for (suffix, kind) in BASIC_SECTIONS {
            let readers = audiences.by_default(kind, &person.id, audiences.today);
            allocator.open(suffix, kind, readers);
        }
        allocator.open_earlier_chains();
        allocator
    }

    /// One more section for every set of readers that confidential texts of earlier times can have.
    fn open_earlier_chains(&mut self) {
        let id = &self.person.id;
        for (chain, day) in self.audiences.earlier_chains(id) {
            let name = joined(&chain);
            let talent = self.audiences.by_default(SectionKind::Talent, id, day);
            self.open(&format!("/chain/{name}"), SectionKind::Chain, chain);
            if self.exact(SectionKind::Talent, &talent).is_none() {
                self.open(&format!("/talent/{name}"), SectionKind::Talent, talent);
            }
        }
        // What no one of today's chain was there for: hr alone.
        let mut hr = self.audiences.hr().clone();
        hr.remove(id);
        if !hr.is_empty() && self.exact(SectionKind::Talent, &hr).is_none() {
            self.open("/talent/+", SectionKind::Talent, hr);
        }
    }

    fn open(&mut self, suffix: &str, kind: SectionKind, readers: People) -> usize {
        self.slots.push(Slot {
            id: format!("person/{}{suffix}", self.person.id),
            kind,
            readers,
            resources: Vec::new(),
        });
        self.slots.len() - 1
    }

    fn exact(&self, kind: SectionKind, readers: &People) -> Option<usize> {
        let same = |slot: &Slot| slot.kind == kind && slot.readers == *readers;
        self.slots.iter().position(same)
    }

    fn put(&mut self, piece: Piece) {
        // A basic section of just these readers holds it alone, so that nobody finds it twice.
        if let Some(at) = self.basic(&piece) {
            return self.place(at, &piece);
        }
        let home = self.slots.iter().position(|slot| slot.kind == piece.home);
        let home = home.filter(|at| self.slots[*at].readers.is_subset(&piece.audience));
        if let Some(at) = home {
            self.place(at, &piece);
        }
        // A log entry that everyone may read lies in the section of everyone; see `everyone`.
        let is_log = matches!(piece.resource, Resource::Log(_));
        if is_log && piece.audience == *self.audiences.everyone() {
            return;
        }
        // Where the home's readers all may read it, only those beyond need a section of their own.
        let rest: People = match home {
            Some(at) => piece
                .audience
                .difference(&self.slots[at].readers)
                .cloned()
                .collect(),
            None => People::clone(&piece.audience),
        };
        if rest.is_empty() {
            return;
        }
        let at = self.section_of(&piece, rest);
        self.place(at, &piece);
    }

    /// The section, of its home's kind first, whose readers are exactly the audience.
    fn basic(&self, piece: &Piece) -> Option<usize> {
        let others = kinds_for(&piece.resource).iter().copied();
        let mut kinds = std::iter::once(piece.home).chain(others);
        kinds.find_map(|kind| self.exact(kind, &piece.audience))
    }

    fn section_of(&mut self, piece: &Piece, readers: People) -> usize {
        let mut kinds = kinds_for(&piece.resource).iter();
        let found = kinds.find_map(|kind| self.exact(*kind, &readers));
        found.unwrap_or_else(|| {
            let (name, kind) = match piece.resource {
                Resource::Talent(_) => ("talent", SectionKind::Talent),
                _ => ("custom", SectionKind::Custom),
            };
            self.open(&format!("/{name}/{}", joined(&readers)), kind, readers)
        })
    }

    fn place(&mut self, at: usize, piece: &Piece) {
        let slot = &mut self.slots[at];
        assert!(
            slot.readers.is_subset(&piece.audience),
            "{} would be read by more than its audience in {}",
            self.person.id,
            slot.id,
        );
        slot.resources.push(piece.resource.clone());
    }

    fn into_sections(self) -> impl Iterator<Item = Planned> {
        let Self {
            audiences,
            person,
            slots,
        } = self;
        slots.into_iter().map(move |slot| {
            let readers = slot.readers.into_iter();
            let why = |id: &PersonId| audiences.why(id, &person.id);
            Planned {
                section: Section {
                    id: SectionId::new(slot.id),
                    kind: slot.kind,
                    title: person.name.clone(),
                    subject: format!("people/{}", person.id),
                    readers: readers.map(|id| reader(audiences, id, why)).collect(),
                },
                about: Some(person.id.clone()),
                resources: slot.resources,
            }
        })
    }
}

/// The kinds of section that a piece may lie in besides its home's.
fn kinds_for(resource: &Resource) -> &'static [SectionKind] {
    match resource {
        Resource::Talent(_) => &[SectionKind::Talent],
        Resource::Pip(_) => &[SectionKind::Pip, SectionKind::Closed],
        _ => &[
            SectionKind::Person,
            SectionKind::Chain,
            SectionKind::Pair,
            SectionKind::Own,
            SectionKind::Custom,
        ],
    }
}

/// A manager and their chain, as far as each of them may read every report.
fn team(audiences: &Audiences, manager: &PersonId) -> Planned {
    let mut readers = audiences.person(manager);
    for report in audiences.reports_of(manager) {
        let may = audiences.person(&report.id);
        readers.retain(|reader| *reader != report.id && may.contains(reader));
    }
    of_team(audiences, manager, "", SectionKind::Team, readers)
}

/// Those who may read the talent mapping of every report of a manager and are none of them: whatever has
/// been written, or nothing.
fn team_talent(audiences: &Audiences, manager: &PersonId) -> Planned {
    let reports = audiences.reports_of(manager);
    let mut readers = audiences.person(manager);
    readers.extend(audiences.hr().iter().cloned());
    for report in reports {
        let may = audiences.by_default(SectionKind::Talent, &report.id, audiences.today);
        readers.retain(|reader| may.contains(reader));
    }
    readers.retain(|reader| reports.iter().all(|report| report.id != *reader));
    of_team(audiences, manager, "/talent", SectionKind::Talent, readers)
}

/// A section about the reports of a manager. What it draws on follows from its readers; see
/// [`super::project`].
fn of_team(
    audiences: &Audiences,
    manager: &PersonId,
    suffix: &str,
    kind: SectionKind,
    readers: People,
) -> Planned {
    let chain = audiences.chain(manager);
    let why = |id: &PersonId| match id {
        _ if id == manager => Why::OwnTeam,
        _ if chain.contains(id) => Why::AboveTeam,
        _ => Why::Hr,
    };
    Planned {
        section: Section {
            id: SectionId::new(format!("team/{manager}{suffix}")),
            kind,
            title: audiences.org.people[manager].name.clone(),
            subject: format!("team/{manager}"),
            readers: readers
                .into_iter()
                .map(|id| reader(audiences, id, why))
                .collect(),
        },
        about: Some(manager.clone()),
        resources: Vec::new(),
    }
}

fn everyone(audiences: &Audiences, kind: SectionKind) -> Planned {
    let (id, readers, why) = match kind {
        SectionKind::Managers => ("managers", audiences.managers(), Why::ManagesSomeone),
        _ => ("org", &**audiences.everyone(), Why::HasKey),
    };
    let why = |_: &PersonId| why;
    Planned {
        section: Section {
            id: SectionId::new(id),
            kind,
            title: audiences.org.name.clone(),
            subject: id.into(),
            readers: readers
                .iter()
                .map(|id| reader(audiences, id.clone(), why))
                .collect(),
        },
        about: None,
        resources: Vec::new(),
    }
}

fn reader(
    audiences: &Audiences,
    person: PersonId,
    why: impl Fn(&PersonId) -> Why,
) -> SectionReader {
    SectionReader {
        recipients: audiences.recipients_of(&person),
        why: why(&person),
        person,
    }
}

/// Names of readers as part of a section's id; `+` is in no id.
fn joined(people: &People) -> String {
    let names: Vec<&str> = people.iter().map(PersonId::as_str).collect();
    names.join("+")
}

impl Access {
    /// Plans anew what is about some people. Nothing but their cycles, logs, check-ins, talent mapping and private
    /// notes may be different from what this was planned from.
    pub fn replan(&mut self, org: &Organisation, today: Date, people: &BTreeSet<PersonId>) {
        let about = |planned: &Planned| planned.person().is_some_and(|id| people.contains(id));
        self.sections.retain(|planned| !about(planned));
        self.extra_grants
            .retain(|grant| !people.contains(&grant.subject));
        self.unread.retain(|(subject, _)| !people.contains(subject));
        self.add_people(&Audiences::new(org, today), people);
        self.sort();
    }

    fn add_people<'p>(
        &mut self,
        audiences: &Audiences,
        people: impl IntoIterator<Item = &'p PersonId>,
    ) {
        let people: Vec<&Person> = people
            .into_iter()
            .filter_map(|id| audiences.org.people.get(id).map(|person| &**person))
            .collect();
        let people = people.into_par_iter().with_max_len(1);
        let about = people.map(|p| about_person(audiences, p));
        for access in about.collect::<Vec<Access>>() {
            self.sections.extend(access.sections);
            self.extra_grants.extend(access.extra_grants);
            self.unread.extend(access.unread);
        }
    }

    /// Sections by id, the rest by subject.
    fn sort(&mut self) {
        self.sections
            .sort_by(|a, b| a.section.id.cmp(&b.section.id));
        self.extra_grants.sort_by(|a, b| a.subject.cmp(&b.subject));
        self.unread.sort_by(|a, b| a.0.cmp(&b.0));
    }

    /// The section of that id.
    pub fn get(&self, id: &SectionId) -> Option<&Planned> {
        let at = self
            .sections
            .binary_search_by(|planned| planned.section.id.cmp(id))
            .ok()?;
        self.sections.get(at)
    }

    /// Every section that one person opens, by id.
    pub fn of_reader<'a>(&'a self, person: &'a PersonId) -> impl Iterator<Item = &'a Planned> {
        let reads =
            move |planned: &&Planned| planned.section.readers.iter().any(|r| r.person == *person);
        self.sections.iter().filter(reads)
    }

    /// How many sections each live recipient opens.
    pub fn per_recipient(&self) -> BTreeMap<&str, usize> {
        let mut count = BTreeMap::new();
        for planned in &self.sections {
            for recipient in planned.section.recipients() {
                *count.entry(recipient).or_default() += 1;
            }
        }
        count
    }
}
