//! Causes → an organisation that they hold in.
//!
//! Everything that is written in the tree stays; only what decides who reads it becomes as a lock says.

use std::sync::Arc;

use super::facts::log_entries;
use super::{Lock, Readers, Since};
use crate::access::artefact::{Artefact, FeedbackFile};
use crate::model::*;

/// Makes one cause of an organisation what it is in a lock.
pub(super) fn adopt(org: &mut Organisation, cause: &Cause, lock: &Lock) {
    match cause {
        Cause::Person(id) | Cause::End(id) => end(org, id, lock),
        Cause::Managers(id, _) => managers(org, id, lock),
        Cause::Hr(id) => {
            org.access.hr.retain(|other| other != id);
            org.access.hr.extend(lock.hr.get(id).cloned());
        }
        Cause::ChainReach => org.access.chain = lock.chain,
        Cause::PeerFeedback => org.access.peer_feedback = lock.peer_feedback,
        Cause::Cycle(id) => {
            for cycle in org.cycles.iter_mut().filter(|cycle| cycle.id == *id) {
                if let Some((start, end)) = lock.cycles.get(id) {
                    (cycle.start, cycle.end) = (*start, *end);
                }
                ask(cycle, None, lock);
            }
        }
        Cause::Question(of, question) => {
            let asked = |cycle: &&mut Cycle| of.as_ref().is_none_or(|id| *id == cycle.id);
            for cycle in org.cycles.iter_mut().filter(asked) {
                ask(cycle, Some(question), lock);
            }
        }
        Cause::Readers(at) => readers(org, at, lock),
        // Keys and plain pages are compared by themselves: no audience of people follows from them. Links to attachments are
        // no part of an organisation that could be another.
        Cause::Key(..) | Cause::Public(..) | Cause::Attachment(..) => {}
    }
}

/// Whoever a lock does not know was never there: they read nothing.
fn end(org: &mut Organisation, id: &PersonId, lock: &Lock) {
    let standing = lock.people.get(id);
    let end = standing.map_or(Some(Date::MIN), |standing| standing.end);
    person(org, id).end = end;
}

fn managers(org: &mut Organisation, id: &PersonId, lock: &Lock) {
    let since = lock.people.get(id).map(|standing| &standing.managers);
    person(org, id).roles = roles(since.map_or(&[], |managers| managers));
}

/// The person of that id; somebody without anything where there is nobody.
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
            cycles: Default::default(),
        })
    };
    Arc::make_mut(org.people.entry(id.clone()).or_insert_with(nobody))
}

/// Roles that say nothing but who stood above when.
fn roles(managers: &[Since]) -> Vec<Role> {
    let role = |from: Option<Date>, manager: &Option<PersonId>| Role {
        from: from.unwrap_or(Date::MIN),
        level: None,
        title: None,
        team: None,
        manager: manager.clone(),
    };
    let mut roles = vec![role(None, &None)];
    roles.extend(
        managers
            .iter()
            .map(|since| role(since.from, &since.manager)),
    );
    roles
}

/// Gives the questions of a cycle, or one of them, the readers that a lock knows.
fn ask(cycle: &mut Cycle, only: Option<&QuestionId>, lock: &Lock) {
    for question in &mut cycle.questions {
        if only.is_none_or(|only| *only == question.id) {
            question.readers = listed(lock.question(&cycle.id, &question.id));
        }
    }
}

fn listed(readers: Option<&Readers>) -> Option<Vec<ReaderToken>> {
    readers.map(|readers| readers.iter().cloned().collect())
}

fn readers(org: &mut Organisation, at: &ReadersAt, lock: &Lock) {
    let path: Vec<&str> = at.path.split('/').collect();
    match path.as_slice() {
        ["people", id, "log.toml"] => {
            if let Some(person) = org.people.get_mut(*id) {
                of_entries(Arc::make_mut(person), at, lock);
            }
        }
        ["people", id, ..] => {
            if let Some(person) = org.people.get_mut(*id) {
                of_file(Arc::make_mut(person), at, lock);
            }
        }
        ["management", _, file] => {
            let id = file.strip_suffix(".toml").and_then(PersonId::new);
            if let Some((id, managed)) = id.and_then(|id| {
                let managed = org.management.about.get_mut(&id)?;
                Some((id, managed))
            }) {
                for (cycle, talent) in &mut Arc::make_mut(managed).talent {
                    if Artefact::Talent(cycle.clone()).path(&id) == at.path {
                        talent.readers = listed(of_path(at, lock).as_ref());
                    }
                }
            }
        }
        // Sections of levels are compared by themselves.
        _ => {}
    }
}

/// The readers of a whole file.
fn of_path(at: &ReadersAt, lock: &Lock) -> Option<Readers> {
    lock.readers.get(at).map(super::Kept::tightest)
}

/// All entries of a day, whichever of them a line stands in.
fn of_entries(person: &mut Person, at: &ReadersAt, lock: &Lock) {
    let entries = log_entries(person).into_iter().map(|(part, _)| part);
    let parts: Vec<_> = entries.collect();
    for (part, entry) in parts.iter().zip(&mut person.log) {
        if part.at == *at {
            entry.readers = listed(lock.kept(part).as_ref());
        }
    }
}

fn of_file(person: &mut Person, at: &ReadersAt, lock: &Lock) {
    let id = person.id.clone();
    let readers = listed(of_path(at, lock).as_ref());
    for (cycle, files) in &mut person.cycles {
        for (path, slot) in slots(&id, cycle, files) {
            if path == at.path {
                slot.clone_from(&readers);
            }
        }
    }
}

/// The paths of a cycle's files that may say who reads them.
pub(super) fn paths(subject: &PersonId, id: &CycleId, cycle: &PersonCycle) -> Vec<String> {
    let mut cycle = cycle.clone();
    let slots = slots(subject, id, &mut cycle).into_iter();
    slots.map(|(path, _)| path).collect()
}

/// Where the files of a cycle keep their readers.
fn slots<'c>(
    subject: &PersonId,
    id: &CycleId,
    cycle: &'c mut PersonCycle,
) -> Vec<(String, &'c mut Option<Vec<ReaderToken>>)> {
    let mut slots = Vec::new();
    let whole = |artefact: Artefact| artefact.path(subject);
    let file = |file: FeedbackFile| file.path(subject);
    if let Some(expectations) = &mut cycle.expectations {
        let path = whole(Artefact::Expectations(id.clone()));
        slots.push((path, &mut expectations.readers));
    }
    if let Some(plan) = &mut cycle.plan {
        slots.push((whole(Artefact::Plan(id.clone())), &mut plan.readers));
    }
    if let Some(pip) = &mut cycle.pip {
        slots.push((whole(Artefact::Pip(id.clone())), &mut pip.readers));
    }
    if let Some(own) = &mut cycle.self_assessment {
        let path = file(FeedbackFile::SelfAssessment(id.clone()));
        slots.push((path, &mut own.readers));
    }
    if let Some(review) = &mut cycle.review {
        let path = file(FeedbackFile::Review(id.clone()));
        slots.push((path, &mut review.feedback.readers));
    }
    if let Some(response) = &mut cycle.response {
        let path = file(FeedbackFile::Response(id.clone()));
        slots.push((path, &mut response.feedback.readers));
    }
    for (author, peer) in &mut cycle.peers {
        let path = file(FeedbackFile::Peer(id.clone(), author.clone()));
        slots.push((path, &mut peer.feedback.readers));
    }
    slots
}
