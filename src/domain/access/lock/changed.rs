//! Two locks → the facts that differ, and an organisation in which they hold.
//!
//! Everything that is written in the tree stays; only what decides who reads it becomes as a lock says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::attachments::{NewLink, Spot};
use super::facts::{all_sections, log_entries, reader_list, subject_of};
use super::kept::Part;
use super::{Kept, Lock, PersonFacts, Since};
use crate::domain::access::audience::ReadersLines;
use crate::domain::model::*;

/// The facts of which two locks say something else, in order. `present` is what holds in the organisation.
pub(super) fn changed(
    accepted: &Lock,
    present: &Lock,
    org: &Organisation,
    new_links: &[NewLink],
) -> BTreeSet<AccessFact> {
    let mut facts: BTreeSet<AccessFact> = new_links.iter().map(NewLink::fact).collect();
    let (people, nobody) = (&accepted.people, PersonFacts::default());
    for id in other_keys(people, &present.people) {
        let (before, now) = (people.get(id), present.people.get(id));
        let is_on_both = before.is_some() && now.is_some();
        let (before, now) = (before.unwrap_or(&nobody), now.unwrap_or(&nobody));
        if before.managers != now.managers {
            let mut since = now.managers.iter().enumerate();
            let other = since.find(|(at, since)| before.managers.get(*at) != Some(since));
            let from = other.and_then(|(_, since)| since.from);
            facts.insert(AccessFact::Managers(id.clone(), from));
        }
        if !is_on_both {
            facts.insert(AccessFact::Person(id.clone()));
            continue; // their keys and end come and go with them
        }
        facts.extend((before.end != now.end).then(|| AccessFact::End(id.clone())));
        let keys = other_keys(&before.keys, &now.keys).cloned();
        facts.extend(keys.map(|key| AccessFact::Key(id.clone(), key)));
    }
    let hr = accepted.hr.symmetric_difference(&present.hr);
    facts.extend(hr.cloned().map(AccessFact::Hr));
    facts.extend((accepted.chain != present.chain).then_some(AccessFact::ChainReach));
    let is_other_policy = accepted.peer_feedback != present.peer_feedback;
    facts.extend(is_other_policy.then_some(AccessFact::PeerFeedback));
    let cycles = other_keys(&accepted.cycles, &present.cycles);
    facts.extend(cycles.cloned().map(AccessFact::Cycle));
    let questions = other_keys(&accepted.questions, &present.questions);
    let asked = other_keys(&accepted.asked, &present.asked);
    let headings = other_keys(&accepted.headings, &present.headings);
    let questions = questions.chain(asked).chain(headings).cloned();
    facts.extend(questions.map(|(cycle, question)| AccessFact::Question(cycle, question)));
    let lines = other_keys(&accepted.readers, &present.readers);
    let files = lines.filter(|at| at.part.is_none()).cloned();
    let parts = other_parts(accepted, present, org).into_iter();
    facts.extend(files.chain(parts).map(AccessFact::Readers));
    let attachments = other_attachments(accepted, present, org);
    facts.extend(attachments.map(|path| AccessFact::Attachment(path.clone(), None)));
    let public = other_keys(&accepted.public, &present.public).cloned();
    facts.extend(public.map(|(rubric, track)| AccessFact::Public(rubric, track)));
    facts
}

/// The keys that only one of two maps has, or that hold something else.
fn other_keys<'m, K: Ord, V: PartialEq>(
    one: &'m BTreeMap<K, V>,
    other: &'m BTreeMap<K, V>,
) -> impl Iterator<Item = &'m K> {
    let gone = one.keys().filter(|key| !other.contains_key(key));
    let new = other
        .iter()
        .filter(|(key, value)| one.get(key) != Some(value));
    gone.chain(new.map(|(key, _)| key))
}

/// The attachments of which fewer texts link, or none that the lock knows, or that are gone. That one has another content
/// is no difference.
fn other_attachments<'l>(
    accepted: &'l Lock,
    present: &'l Lock,
    org: &Organisation,
) -> impl Iterator<Item = &'l String> {
    let (known, now) = (&accepted.attachments, &present.attachments);
    let less = known.iter().filter(move |(path, linked)| {
        let is_there = Spot::at(path).is_some_and(|spot| spot.is_there(org));
        let now = now.get(*path);
        !is_there || now.is_some_and(|now| !linked.texts.is_subset(&now.texts))
    });
    let new = now.keys().filter(|path| !known.contains_key(*path));
    less.map(|(path, _)| path)
        .chain(new)
        .collect::<Vec<_>>()
        .into_iter()
}

/// The names under which parts are read by others than the lock says, moved and copied ones too, or of which there are
/// fewer. That a text under a name was edited is no difference.
fn other_parts(accepted: &Lock, present: &Lock, org: &Organisation) -> BTreeSet<ReadersAt> {
    let lines = accepted.readers.keys().chain(present.readers.keys());
    let recorded: BTreeSet<&ReadersAt> = lines.filter(|at| at.part.is_some()).collect();
    let mut names = BTreeSet::new();
    let mut check = |part: &Part| {
        let now = present
            .readers
            .get(&part.at)
            .and_then(|kept| kept.of(&part.text));
        if accepted.kept(part).as_ref() != now {
            names.insert(part.at.clone());
        }
    };
    let logs = recorded.iter().filter(|at| !at.is_section());
    let logs: BTreeSet<PersonId> = logs.filter_map(|at| subject_of(&at.path)).collect();
    for person in logs.iter().filter_map(|id| org.people.get(id)) {
        log_entries(person).iter().for_each(|(part, _)| check(part));
    }
    if recorded.iter().any(|at| at.is_section()) {
        all_sections(org).for_each(|(part, _)| check(&part));
    }
    let count = |lock: &Lock, at: &ReadersAt| lock.readers.get(at).map_or(0, Kept::count);
    let fewer = recorded.into_iter();
    names.extend(
        fewer
            .filter(|at| count(accepted, at) != count(present, at))
            .cloned(),
    );
    names
}

/// The days after `today` on which a changed fact of a person begins or ends to count, or anybody gets another manager:
/// facts of `[access]` may bring something then only.
pub(super) fn days_ahead(
    facts: &BTreeSet<AccessFact>,
    (accepted, present): (&Lock, &Lock),
    today: Date,
) -> BTreeSet<Date> {
    let people: BTreeSet<&PersonId> = facts
        .iter()
        .filter_map(|fact| match fact {
            AccessFact::Person(id) | AccessFact::End(id) | AccessFact::Managers(id, _) => Some(id),
            AccessFact::Key(id, _) => Some(id),
            _ => None,
        })
        .collect();
    let of_both = |id| [&accepted.people, &present.people].map(|people| people.get(id));
    let days = people
        .into_iter()
        .flat_map(of_both)
        .flatten()
        .flat_map(|facts| {
            let roles = facts.managers.iter().filter_map(|since| since.from);
            // A key counts on its last day still.
            let keys = facts.keys.values().flatten();
            let keys = keys.filter_map(|until| until.succ_opt());
            roles.chain(keys).chain(facts.end)
        });
    let managers = present.people.values().flat_map(|facts| &facts.managers);
    let roles = managers.filter_map(|since| since.from);
    days.chain(roles).filter(|day| *day > today).collect()
}

/// An organisation in which accepted facts hold, and by and by those of the tree.
#[derive(Debug, Clone)]
pub(super) struct Applied<'a> {
    pub org: Organisation,
    accepted: &'a Lock,
    /// The names whose `readers` lines are those of the tree.
    own: BTreeSet<ReadersAt>,
}

impl ReadersLines for Applied<'_> {
    fn of_file(&self, path: String, own: Option<&[ReaderToken]>) -> Option<Vec<ReaderToken>> {
        let at = ReadersAt::file(path);
        if self.own.contains(&at) {
            return own.map(<[_]>::to_vec);
        }
        let kept = self.accepted.readers.get(&at)?;
        Some(reader_list(&kept.tightest()))
    }

    fn of_log(&self, person: &Person) -> Vec<Option<Vec<ReaderToken>>> {
        let entries = log_entries(person).into_iter();
        let lines = entries.map(|(part, entry)| {
            if self.own.contains(&part.at) {
                return entry.readers.clone();
            }
            self.accepted.kept(&part).as_ref().map(reader_list)
        });
        lines.collect()
    }
}

/// The `readers` lines of the tree.
#[derive(Debug)]
pub(super) struct OwnLines;

impl ReadersLines for OwnLines {
    fn of_file(&self, _: String, own: Option<&[ReaderToken]>) -> Option<Vec<ReaderToken>> {
        own.map(<[_]>::to_vec)
    }

    fn of_log(&self, person: &Person) -> Vec<Option<Vec<ReaderToken>>> {
        let entries = person.log.iter();
        entries.map(|entry| entry.readers.clone()).collect()
    }
}

impl<'a> Applied<'a> {
    /// The organisation with the facts that were accepted.
    pub fn new(org: &Organisation, accepted: &'a Lock, facts: &BTreeSet<AccessFact>) -> Self {
        let mut applied = Self {
            org: org.clone(),
            accepted,
            own: BTreeSet::new(),
        };
        facts.iter().for_each(|fact| applied.set(fact, accepted));
        applied
    }

    /// Makes one fact what it is in the tree.
    pub fn apply(&mut self, fact: &AccessFact, present: &Lock) {
        if let AccessFact::Readers(at) = fact {
            self.own.insert(at.clone());
        }
        self.set(fact, present);
    }

    fn set(&mut self, fact: &AccessFact, lock: &Lock) {
        let org = &mut self.org;
        match fact {
            // A person whom the lock does not know reads nothing.
            AccessFact::Person(id) | AccessFact::End(id) => {
                let facts = lock.people.get(id);
                person(org, id).end = facts.map_or(Some(Date::MIN), |facts| facts.end);
            }
            AccessFact::Managers(id, _) => {
                let facts = lock.people.get(id);
                person(org, id).roles = roles(facts.map_or(&[], |facts| &facts.managers));
            }
            AccessFact::Hr(id) => {
                org.access.hr.retain(|other| other != id);
                org.access.hr.extend(lock.hr.get(id).cloned());
            }
            AccessFact::ChainReach => org.access.chain = lock.chain,
            AccessFact::PeerFeedback => org.access.peer_feedback = lock.peer_feedback,
            AccessFact::Cycle(id) => {
                for cycle in org.cycles.iter_mut().filter(|cycle| cycle.id == *id) {
                    if let Some((start, end)) = lock.cycles.get(id) {
                        (cycle.start, cycle.end) = (*start, *end);
                    }
                    ask(cycle, None, lock);
                }
            }
            AccessFact::Question(of, question) => {
                let is_meant = |cycle: &&mut Cycle| of.as_ref().is_none_or(|id| *id == cycle.id);
                let cycles = org.cycles.iter_mut().filter(is_meant);
                cycles.for_each(|cycle| ask(cycle, Some(question), lock));
            }
            // `readers` lines are looked up; no audience of people follows from the others.
            AccessFact::Readers(_)
            | AccessFact::Key(..)
            | AccessFact::Public(..)
            | AccessFact::Attachment(..) => {}
        }
    }
}

/// The person of that id; somebody without anything if there is nobody.
fn person<'o>(org: &'o mut Organisation, id: &PersonId) -> &'o mut Person {
    let nobody = || {
        Arc::new(Person {
            id: id.clone(),
            name: id.to_string(),
            start: Date::MIN,
            end: Some(Date::MIN),
            login: String::new(),
            keys: Vec::new(),
            external: false,
            roles: roles(&[]),
            leaves: Vec::new(),
            log: Vec::new(),
            checkins: Vec::new(),
            login_file: None,
            cycles: BTreeMap::new(),
        })
    };
    Arc::make_mut(org.people.entry(id.clone()).or_insert_with(nobody))
}

/// Roles that say nothing but who stood above when.
fn roles(managers: &[Since]) -> Vec<Role> {
    let role = |from: Option<Date>, manager: Option<PersonId>| Role {
        from: from.unwrap_or(Date::MIN),
        level: None,
        title: None,
        team: None,
        manager,
    };
    let managers = managers.iter().cloned();
    let managers = managers.map(|since| role(since.from, since.manager));
    std::iter::once(role(None, None)).chain(managers).collect()
}

/// Gives the questions of a cycle, or one of them, the readers that a lock knows.
fn ask(cycle: &mut Cycle, only: Option<&QuestionId>, lock: &Lock) {
    let id = cycle.id.clone();
    for question in &mut cycle.questions {
        if only.is_none_or(|only| *only == question.id) {
            let at = lock.recorded(&(Some(id.clone()), question.id.clone()));
            question.readers = lock.questions.get(&at).map(reader_list);
        }
    }
}
