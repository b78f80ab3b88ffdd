//! Two locks → the causes that they tell otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{all_sections, log_entries, subject_of};
use super::kept::{Kept, Part};
use super::{Lock, Since, Standing, attachments};
use crate::model::*;

/// The causes of which two locks say something else, in order. `present` is what holds in the organisation.
pub(super) fn differing(accepted: &Lock, present: &Lock, org: &Organisation) -> BTreeSet<Cause> {
    let mut causes = BTreeSet::new();
    let (people, cycles) = (&accepted.people, &accepted.cycles);
    for id in other_keys(people, &present.people) {
        of_person(id, people.get(id), present.people.get(id), &mut causes);
    }
    let hr = accepted.hr.symmetric_difference(&present.hr);
    causes.extend(hr.cloned().map(Cause::Hr));
    causes.extend((accepted.chain != present.chain).then_some(Cause::ChainReach));
    let loosened = accepted.peer_feedback != present.peer_feedback;
    causes.extend(loosened.then_some(Cause::PeerFeedback));
    causes.extend(
        other_keys(cycles, &present.cycles)
            .cloned()
            .map(Cause::Cycle),
    );
    let questions = other_keys(&accepted.questions, &present.questions);
    let asked = other_keys(&accepted.asked, &present.asked);
    let headings = other_keys(&accepted.headings, &present.headings);
    let questions = questions.chain(asked).chain(headings).cloned();
    causes.extend(questions.map(|(cycle, question)| Cause::Question(cycle, question)));
    causes.extend(other_names(accepted, present).map(Cause::Readers));
    causes.extend(moved(accepted, present, org).map(Cause::Readers));
    causes.extend(attachments::differing(accepted, present, org));
    let public = other_keys(&accepted.public, &present.public).cloned();
    causes.extend(public.map(|(rubric, track)| Cause::Public(rubric, track)));
    causes
}

/// The names of which `readers` lines say something else. That a text under a name was edited is nothing else.
fn other_names(accepted: &Lock, present: &Lock) -> impl Iterator<Item = ReadersAt> {
    let names: BTreeSet<&ReadersAt> = accepted
        .readers
        .keys()
        .chain(present.readers.keys())
        .collect();
    let others = names
        .into_iter()
        .filter(|at| !is_the_same(accepted, present, at));
    others.cloned().collect::<Vec<_>>().into_iter()
}

fn is_the_same(accepted: &Lock, present: &Lock, at: &ReadersAt) -> bool {
    match (accepted.readers.get(at), present.readers.get(at)) {
        (Some(Kept::Parts(before)), Some(Kept::Parts(now))) => {
            let part = |text: &String| Part {
                at: at.clone(),
                text: text.clone(),
                namesakes: now.len(),
            };
            let mut all = now.iter();
            let is_as_before = |(text, readers): (&String, &_)| {
                accepted.kept(&part(text)).as_ref() == Some(readers)
            };
            before.len() == now.len() && all.all(is_as_before)
        }
        (before, now) => before == now,
    }
}

/// The names under which texts are that the lock knows by another name, moved or copied, and that other people read there.
fn moved(accepted: &Lock, present: &Lock, org: &Organisation) -> impl Iterator<Item = ReadersAt> {
    let (mut texts, mut logs, mut is_in_rubric) = (BTreeSet::new(), BTreeSet::new(), false);
    for (at, kept) in &accepted.readers {
        let known = kept.texts();
        if known.is_empty() {
            continue;
        }
        texts.extend(known);
        match subject_of(&at.path) {
            Some(id) => {
                logs.insert(id);
            }
            None => is_in_rubric = true,
        }
    }
    let people = logs.into_iter().filter_map(|id| org.people.get(id));
    let entries = people.flat_map(|person| log_entries(person));
    let entries = entries.map(|(part, _)| part);
    let sections = is_in_rubric.then(|| all_sections(org).map(|(part, _)| part));
    let parts = entries.chain(sections.into_iter().flatten());
    let now = |part: &Part| {
        let kept = present.readers.get(&part.at);
        kept.and_then(|kept| kept.of(&part.text)).cloned()
    };
    let moved = parts.filter(|part| texts.contains(&part.text) && accepted.kept(part) != now(part));
    let names: BTreeSet<ReadersAt> = moved.map(|part| part.at).collect();
    names.into_iter()
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

fn of_person(
    id: &PersonId,
    accepted: Option<&Standing>,
    present: Option<&Standing>,
    causes: &mut BTreeSet<Cause>,
) {
    let nothing = Standing::default();
    let (before, now) = (accepted.unwrap_or(&nothing), present.unwrap_or(&nothing));
    if before.managers != now.managers {
        let from = first_other(&before.managers, &now.managers);
        causes.insert(Cause::Managers(id.clone(), from));
    }
    if accepted.is_none() || present.is_none() {
        causes.insert(Cause::Person(id.clone()));
        return; // their keys and end come and go with them
    }
    causes.extend((before.end != now.end).then(|| Cause::End(id.clone())));
    let keys = other_keys(&before.keys, &now.keys).cloned();
    causes.extend(keys.map(|key| Cause::Key(id.clone(), key)));
}

/// The day from which a history is told otherwise; nothing where that is from ever on.
fn first_other(before: &[Since], now: &[Since]) -> Option<Date> {
    let other = now
        .iter()
        .enumerate()
        .find(|(at, since)| before.get(*at) != Some(since));
    other.and_then(|(_, since)| since.from)
}

/// The days after `today` on which a differing cause begins or ends to count.
pub(super) fn days_ahead(
    causes: &BTreeSet<Cause>,
    (accepted, present): (&Lock, &Lock),
    today: Date,
) -> BTreeSet<Date> {
    let people: BTreeSet<&PersonId> = causes.iter().filter_map(person_of).collect();
    let standings = people.into_iter().flat_map(|id| {
        let both = [accepted.people.get(id), present.people.get(id)];
        both.into_iter().flatten()
    });
    let days = standings.flat_map(days_of);
    days.filter(|day| *day > today).collect()
}

fn person_of(cause: &Cause) -> Option<&PersonId> {
    match cause {
        Cause::Person(id) | Cause::End(id) | Cause::Key(id, _) | Cause::Managers(id, _) => Some(id),
        _ => None,
    }
}

fn days_of(standing: &Standing) -> impl Iterator<Item = Date> {
    let roles = standing.managers.iter().filter_map(|since| since.from);
    // A key counts on its last day still.
    let keys = standing.keys.values().flatten();
    let keys = keys.filter_map(|until| until.succ_opt());
    roles.chain(keys).chain(standing.end)
}
