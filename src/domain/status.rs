//! Where everyone stands in a cycle, and who owes what by when: facts for those who run it.
//!
//! This is what the keeper of the tree may know: it is drawn on their terminal and goes into no page. Everything
//! is judged on one day; what people have on paper comes from [`crate::domain::growth`].

mod calendar;
mod tasks;

use crate::domain::growth::{self, Achievement, ExpectationState, Phase, PhaseState, PhaseStatus};
use crate::domain::growth::{StepProgress, StepState};
use crate::domain::model::*;

pub use calendar::{CALENDAR_MARK, calendars};
pub use tasks::{Task, Todo, tasks};

/// One cycle.
#[derive(Debug, Clone)]
pub struct CycleStatus<'o> {
    /// Which one.
    pub cycle: &'o Cycle,
    /// Those who take part, by id.
    pub people: Vec<PersonStatus>,
}

/// One person in one cycle.
#[derive(Debug, Clone)]
pub struct PersonStatus {
    /// Who.
    pub id: PersonId,
    /// Whether their expectations are set.
    pub agreement: Agreement,
    /// In order; without those that do not apply: nobody reviews whom nobody manages.
    pub phases: Vec<PhaseStatus>,
    /// Key steps, by state.
    pub steps: StepProgress,
    /// Expectations, by outcome.
    pub outcomes: Achievement,
    /// Expectations that slip.
    pub slipping: Vec<Slip>,
    /// The day of a review that its subject does not read yet.
    pub unshared: Option<Date>,
    /// The day of a response that nobody has acknowledged.
    pub unacknowledged: Option<Date>,
}

/// Whether expectations are set: agreed, in time or late, or open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// The day by which they are to be agreed.
    pub due: Date,
    /// Whether they are.
    pub state: PhaseState,
}

/// An expectation that slips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// Which one.
    pub expectation: ExpectationId,
    /// Open steps past their day, with that day; empty where less than half are done past half of the period.
    pub steps: Vec<(Date, String)>,
}

/// An action from a 1:1 that nobody has ticked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Who has it to do, or for whom.
    pub person: PersonId,
    /// The day that it was noted.
    pub since: Date,
    /// Its words.
    pub text: String,
}

/// The cycle that a day belongs to: one that is over and whose last text is not yet due, else the latest that
/// has begun, else the first.
pub fn current(org: &Organisation, day: Date) -> Option<&Cycle> {
    let written = |cycle: &&Cycle| {
        let days = u64::from(cycle.phases.response_days);
        cycle.end < day && day <= growth::due_after(&[], cycle.end, days) && is_used(org, cycle)
    };
    let begun = || org.cycles.iter().rev().filter(|cycle| cycle.start <= day);
    begun()
        .find(written)
        .or_else(|| begun().find(|cycle| is_used(org, cycle)))
        .or_else(|| begun().next())
        .or_else(|| org.cycles.first())
}

/// The cycles that something is to be done in on a day: the current one, those that run, and the last that
/// ended where a text is still missing; by start.
pub fn in_hand<'o>(org: &'o Organisation, commons: &Commons) -> Vec<&'o Cycle> {
    let day = commons.as_of;
    let current = current(org, day);
    let last = org.cycles.iter().filter(|c| c.end < day && is_used(org, c));
    let last = last.max_by_key(|cycle| cycle.end);
    let unfinished = last.filter(|cycle| {
        let open = tasks(org, commons, cycle);
        open.iter().any(|task| !task.is_done)
    });
    let wanted = |cycle: &&Cycle| {
        let named = [current, unfinished].into_iter().flatten();
        let running = cycle.contains(day) && is_used(org, cycle);
        running || named.into_iter().any(|one| one.id == cycle.id)
    };
    org.cycles.iter().filter(wanted).collect()
}

fn is_used(org: &Organisation, cycle: &Cycle) -> bool {
    let mut people = org.people.values();
    people.any(|person| person.cycles.contains_key(&cycle.id))
}

/// Where everyone stands in a cycle.
pub fn cycle_status<'o>(
    org: &'o Organisation,
    commons: &Commons,
    cycle: &'o Cycle,
) -> CycleStatus<'o> {
    let people = org.people.values();
    let people = people.filter_map(|person| person_status(org, commons, person, cycle));
    CycleStatus {
        cycle,
        people: people.collect(),
    }
}

/// Nothing for who takes no part.
fn person_status(
    org: &Organisation,
    commons: &Commons,
    person: &Person,
    cycle: &Cycle,
) -> Option<PersonStatus> {
    let mut phases = growth::phases(commons, person, cycle);
    if phases.is_empty() || is_elsewhere(org, person, cycle) {
        return None;
    }
    if person.manager_on(cycle.end).is_none() {
        // At the top of an organisation, who takes part is who begins to.
        person.cycles.get(&cycle.id)?;
        let own = |status: &PhaseStatus| status.phase == Phase::SelfAssessment;
        phases.retain(|status| own(status) || is_begun(person, cycle, status));
    }
    let facts = growth::expectation_facts(commons, person, cycle);
    let files = person.cycles.get(&cycle.id);
    Some(PersonStatus {
        id: person.id.clone(),
        agreement: agreement(org, commons.as_of, person, cycle),
        phases,
        steps: facts.iter().map(|fact| fact.progress).sum(),
        outcomes: files.map(growth::achievement).unwrap_or_default(),
        slipping: facts.iter().filter_map(slip).collect(),
        unshared: files.and_then(unshared),
        unacknowledged: files.and_then(unacknowledged),
    })
}

/// Whether there is a file of a phase, or a request for one.
fn is_begun(person: &Person, cycle: &Cycle, status: &PhaseStatus) -> bool {
    let files = person.cycles.get(&cycle.id);
    files.is_some_and(|files| match status.phase {
        Phase::SelfAssessment => files.self_assessment.is_some(),
        Phase::Peer => !files.peers.is_empty(),
        Phase::Review => files.review.is_some(),
        Phase::Response => files.response.is_some(),
    })
}

/// Takes part in another cycle on the same days, and not in this one.
fn is_elsewhere(org: &Organisation, person: &Person, cycle: &Cycle) -> bool {
    let mut others = org.cycles.iter().filter(|other| {
        other.id != cycle.id && other.start <= cycle.end && cycle.start <= other.end
    });
    !person.cycles.contains_key(&cycle.id)
        && others.any(|other| person.cycles.contains_key(&other.id))
}

fn agreement(org: &Organisation, as_of: Date, person: &Person, cycle: &Cycle) -> Agreement {
    let files = person.cycles.get(&cycle.id);
    let agreed = files.and_then(|files| files.expectations.as_ref()?.agreed);
    let begins = cycle.start.max(person.start);
    let within = u64::from(org.policy.agree_within_days);
    let due = growth::due_after(&person.leaves, begins, within);
    let state = match agreed {
        Some(day) if day <= due => PhaseState::Done(day),
        Some(day) => PhaseState::Late(day),
        None if as_of < begins => PhaseState::NotYet,
        None if as_of <= due => PhaseState::Due,
        None => PhaseState::Overdue,
    };
    Agreement { due, state }
}

fn slip(fact: &growth::ExpectationFacts<'_>) -> Option<Slip> {
    let ExpectationState::AtRisk(_) = fact.state else {
        return None;
    };
    let overdue = fact
        .steps
        .iter()
        .filter(|step| step.state == StepState::Overdue);
    let steps =
        overdue.filter_map(|step| Some((step.due?, markup::plain(step.step.text.as_str()))));
    Some(Slip {
        expectation: fact.expectation.id.clone(),
        steps: steps.collect(),
    })
}

/// The day of a review that is written and not shared.
fn unshared(files: &PersonCycle) -> Option<Date> {
    let review = files.review.as_ref()?;
    review.feedback.date.filter(|_| review.shared.is_none())
}

/// The day of a response that the manager has not acknowledged.
fn unacknowledged(files: &PersonCycle) -> Option<Date> {
    let given = files.response.as_ref()?.feedback.date?;
    let review = files.shared_review()?;
    review.acknowledged.is_none().then_some(given)
}

/// The open actions of everyone's 1:1s, by person, oldest first.
pub fn actions(org: &Organisation) -> Vec<Action> {
    let mut all = Vec::new();
    for person in org.people.values() {
        let mut open = growth::open_actions(person);
        open.sort_by_key(|action| action.since);
        all.extend(open.into_iter().map(|action| Action {
            person: person.id.clone(),
            since: action.since,
            text: action.text.to_owned(),
        }));
    }
    all
}
