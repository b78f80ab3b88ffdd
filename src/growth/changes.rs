//! What changed since the last cycle.

use super::alignment::{AlignmentRow, level_alignment};
use super::axis::Change;
use super::cycles::previous_cycle;
use super::lineage::lineage;
use super::outcome::{OutcomeGiven, outcome_of};
use super::progress::{ExpectationFacts, ExpectationState, Risk, expectation_facts};
use super::standing::Standing;
use crate::model::*;

/// What changed from the cycle before to this one. Every list may be empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes<'a> {
    /// The person's cycle before.
    pub from: &'a Cycle,
    pub to: &'a Cycle,
    /// The cycle whose outcomes `met` and `learned` tell: `to` once an outcome is given in it, else `from`.
    pub judged: &'a Cycle,
    /// Expectations met.
    pub met: Vec<Ended<'a>>,
    /// Expectations missed or obsolete: learning.
    pub learned: Vec<Ended<'a>>,
    /// Competencies above where the shared review before saw them.
    pub raised: Vec<Shift<'a>>,
    /// Competencies below where the shared review before saw them.
    pub lowered: Vec<Shift<'a>>,
    /// Expectations of `to` that follow one of an earlier cycle.
    pub carried: Vec<CarriedOver<'a>>,
    /// The other expectations of `to`.
    pub new: Vec<NewExpectation<'a>>,
    /// What does not move.
    pub stalled: Vec<Stalled<'a>>,
}

/// An expectation that somebody has judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended<'a> {
    pub facts: ExpectationFacts<'a>,
    /// With the date, and why and what was learned.
    pub given: OutcomeGiven<'a>,
    /// 1 where it was set for the first time, 3 for the third try.
    pub tries: usize,
}

/// A competency that moved between the last two shared reviews.
#[derive(Debug, Clone, PartialEq)]
pub struct Shift<'a> {
    pub competency: &'a Competency,
    pub from: Standing<'a>,
    /// Its date is the date of the change.
    pub to: Standing<'a>,
}

/// An expectation that carries on an earlier one.
#[derive(Debug, Clone, PartialEq)]
pub struct CarriedOver<'a> {
    /// Its `agreed` is the date of the change.
    pub facts: ExpectationFacts<'a>,
    /// Cycle and expectation that it follows.
    pub follows: (&'a CycleId, &'a ExpectationId),
    /// How that one ended; nothing where nobody has said.
    pub ended: Option<OutcomeGiven<'a>>,
}

/// An expectation that was not there before.
#[derive(Debug, Clone, PartialEq)]
pub struct NewExpectation<'a> {
    /// Its `agreed` is the date of the change.
    pub facts: ExpectationFacts<'a>,
    /// The goal of an earlier development plan that it takes up.
    pub plan_goal: Option<(&'a CycleId, &'a GoalId)>,
}

/// Something that does not move.
#[derive(Debug, Clone, PartialEq)]
pub enum Stalled<'a> {
    /// The last two shared reviews say the same, and it is below its target.
    Competency {
        competency: &'a Competency,
        before: Standing<'a>,
        now: Standing<'a>,
        /// `L5`.
        target: String,
    },
    /// At risk.
    Expectation {
        facts: ExpectationFacts<'a>,
        risk: Risk,
    },
}

/// What changed since the person's cycle before this one; nothing where this is their first.
pub fn changes_since_last_cycle<'a>(
    commons: &'a Commons,
    person: &'a Person,
    to: &'a Cycle,
) -> Option<Changes<'a>> {
    let from = previous_cycle(commons, person, to)?;
    let running = expectation_facts(commons, person, to);
    let is_judged = running.iter().any(|facts| facts.outcome.is_some());
    let judged = if is_judged { to } else { from };
    let rows = level_alignment(commons, person, to).map_or(Vec::new(), |it| it.rows);
    let mut changes = Changes {
        from,
        to,
        judged,
        met: ended(commons, person, judged, &[OutcomeIs::Met]),
        learned: ended(
            commons,
            person,
            judged,
            &[OutcomeIs::Missed, OutcomeIs::Obsolete],
        ),
        raised: shifts(&rows, Change::Up),
        lowered: shifts(&rows, Change::Down),
        carried: Vec::new(),
        new: Vec::new(),
        stalled: rows.iter().filter_map(stalled_competency).collect(),
    };
    for facts in running {
        changes.stalled.extend(stalled_expectation(&facts));
        match carried_over(person, &facts) {
            Some(carried) => changes.carried.push(carried),
            None => changes.new.push(new_expectation(facts)),
        }
    }
    Some(changes)
}

fn ended<'a>(
    commons: &'a Commons,
    person: &'a Person,
    cycle: &'a Cycle,
    how: &[OutcomeIs],
) -> Vec<Ended<'a>> {
    let all = expectation_facts(commons, person, cycle).into_iter();
    all.filter_map(|facts| {
        let given = facts.outcome.filter(|given| how.contains(&given.is()))?;
        let line = lineage(commons, person, &cycle.id, &facts.expectation.id);
        let tries = line.map_or(1, |line| line.tries());
        Some(Ended {
            facts,
            given,
            tries,
        })
    })
    .collect()
}

fn shifts<'a>(rows: &[AlignmentRow<'a>], direction: Change) -> Vec<Shift<'a>> {
    let moved = rows.iter().filter(|row| row.change == Some(direction));
    moved
        .filter_map(|row| {
            Some(Shift {
                competency: row.competency,
                from: row.before.clone()?,
                to: row.now.clone()?,
            })
        })
        .collect()
}

fn stalled_competency<'a>(row: &AlignmentRow<'a>) -> Option<Stalled<'a>> {
    let target = row.target.as_ref().filter(|target| !target.met)?;
    if row.change != Some(Change::Same) {
        return None;
    }
    Some(Stalled::Competency {
        competency: row.competency,
        before: row.before.clone()?,
        now: row.now.clone()?,
        target: target.label.clone(),
    })
}

fn stalled_expectation<'a>(facts: &ExpectationFacts<'a>) -> Option<Stalled<'a>> {
    let ExpectationState::AtRisk(risk) = facts.state else {
        return None;
    };
    let facts = facts.clone();
    Some(Stalled::Expectation { facts, risk })
}

fn carried_over<'a>(person: &'a Person, facts: &ExpectationFacts<'a>) -> Option<CarriedOver<'a>> {
    let Some(Follows::Expectation(cycle, id)) = &facts.expectation.follows else {
        return None;
    };
    let before = person.cycles.get(cycle);
    Some(CarriedOver {
        facts: facts.clone(),
        follows: (cycle, id),
        ended: before.and_then(|of| outcome_of(of, id)),
    })
}

fn new_expectation(facts: ExpectationFacts<'_>) -> NewExpectation<'_> {
    let plan_goal = match &facts.expectation.follows {
        Some(Follows::PlanGoal(cycle, goal)) => Some((cycle, goal)),
        _ => None,
    };
    NewExpectation { facts, plan_goal }
}
