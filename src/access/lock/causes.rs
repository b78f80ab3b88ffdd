//! Two locks → the causes that they tell otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::{Lock, Since, Standing};
use crate::model::*;

/// The causes of which two locks say something else, in order.
pub(super) fn differing(accepted: &Lock, present: &Lock) -> BTreeSet<Cause> {
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
    let readers = other_keys(&accepted.readers, &present.readers);
    causes.extend(readers.cloned().map(Cause::Readers));
    let public = other_keys(&accepted.public, &present.public).cloned();
    causes.extend(public.map(|(rubric, track)| Cause::Public(rubric, track)));
    causes
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
