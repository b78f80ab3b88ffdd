//! What changed since the last cycle.

use super::alignment::{AlignmentRow, level_alignment};
use super::axis::Change;
use super::cycles::previous_cycle;
use super::lineage::lineage;
use super::outcome::{OutcomeGiven, outcome_of};
use super::progress::{ExpectationFacts, ExpectationState, Risk, expectation_facts};
use super::standing::Standing;
use crate::domain::model::*;

/// What changed from the cycle before to this one. Every list may be empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes<'a> {
    /// The person's cycle before.
    pub from: &'a Cycle,
    /// The cycle that is compared with it.
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
    /// The expectation.
    pub facts: ExpectationFacts<'a>,
    /// With the date, and why and what was learned.
    pub given: OutcomeGiven<'a>,
    /// 1 where it was set for the first time, 3 for the third try.
    pub tries: usize,
}

/// A competency that moved between the last two shared reviews.
#[derive(Debug, Clone, PartialEq)]
pub struct Shift<'a> {
    /// The competency.
    pub competency: &'a Competency,
    /// The standing in the shared review before.
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
        /// The competency.
        competency: &'a Competency,
        /// The standing in the shared review before the last.
        before: Standing<'a>,
        /// The standing in the last shared review.
        now: Standing<'a>,
        /// `L5`.
        target: String,
    },
    /// At risk.
    Expectation {
        /// The expectation.
        facts: ExpectationFacts<'a>,
        /// Why it is at risk.
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
    let rows = recent_rows(commons, person, from, to);
    let slipping = running.iter().filter_map(stalled_expectation);
    let stalled = rows.iter().filter_map(stalled_competency).chain(slipping);
    let carried = running
        .iter()
        .filter_map(|facts| carried_over(person, facts));
    let new = running.iter().filter_map(new_expectation);
    Some(Changes {
        from,
        to,
        judged,
        met: ended(commons, person, judged, &[OutcomeIs::Met]),
        learned: ended(commons, person, judged, LEARNING),
        raised: shifts(&rows, Change::Up),
        lowered: shifts(&rows, Change::Down),
        carried: carried.collect(),
        new: new.collect(),
        stalled: stalled.collect(),
    })
}

/// Outcomes that are told for what was learned.
const LEARNING: &[OutcomeIs] = &[OutcomeIs::Missed, OutcomeIs::Obsolete];

/// Alignment as of `to`, of the competencies that a review of one of the two cycles rates: what an older
/// review said is no news.
fn recent_rows<'a>(
    commons: &'a Commons,
    person: &'a Person,
    from: &Cycle,
    to: &'a Cycle,
) -> Vec<AlignmentRow<'a>> {
    let mut rows = level_alignment(commons, person, to).map_or(Vec::new(), |it| it.rows);
    rows.retain(|row| {
        let reviewed = row.now.as_ref().map(|now| &now.cycle.id);
        reviewed == Some(&from.id) || reviewed == Some(&to.id)
    });
    rows
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

fn new_expectation<'a>(facts: &ExpectationFacts<'a>) -> Option<NewExpectation<'a>> {
    let plan_goal = match &facts.expectation.follows {
        Some(Follows::Expectation(..)) => return None,
        Some(Follows::PlanGoal(cycle, goal)) => Some((cycle, goal)),
        None => None,
    };
    let facts = facts.clone();
    Some(NewExpectation { facts, plan_goal })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;

    fn changed<'a>(world: &'a World, to: &str) -> Changes<'a> {
        let changes = changes_since_last_cycle(&world.commons, &world.ada, world.cycle(to));
        changes.expect("a cycle before")
    }

    fn two_halves() -> World {
        let mut world = World::on("2026-02-01");
        world.expects("2025-h1", expectation("on-call"));
        world.expects(
            "2025-h2",
            expectation("pager").following("2025-h1", "on-call"),
        );
        world.expects("2025-h2", expectation("demo"));
        world
    }

    #[test]
    fn the_first_cycle_has_nothing_to_compare_with() {
        let world = two_halves();
        let cycle = world.cycle("2025-h1");
        assert_eq!(
            changes_since_last_cycle(&world.commons, &world.ada, cycle),
            None
        );
    }

    #[test]
    fn what_follows_is_carried_over_and_the_rest_is_new() {
        let mut world = two_halves();
        world.judged("2025-h1", "on-call", OutcomeIs::Partly);
        let changes = changed(&world, "2025-h2");
        assert_eq!(changes.carried.len(), 1);
        let carried = &changes.carried[0];
        assert_eq!(carried.facts.expectation.id, expectation_id("pager"));
        assert_eq!(
            carried.ended.map(|given| given.is()),
            Some(OutcomeIs::Partly)
        );
        assert_eq!(changes.new.len(), 1);
        assert_eq!(changes.new[0].facts.expectation.id, expectation_id("demo"));
    }

    #[test]
    fn while_nothing_is_judged_the_outcomes_of_the_cycle_before_are_the_news() {
        let mut world = two_halves();
        world.judged("2025-h1", "on-call", OutcomeIs::Missed);
        let changes = changed(&world, "2025-h2");
        assert_eq!(changes.judged.id, cycle_id("2025-h1"));
        assert_eq!(changes.learned.len(), 1);
        world.judged("2025-h2", "pager", OutcomeIs::Met);
        world.judged("2025-h2", "demo", OutcomeIs::Obsolete);
        let changes = changed(&world, "2025-h2");
        assert_eq!(changes.judged.id, cycle_id("2025-h2"));
        assert_eq!((changes.met.len(), changes.met[0].tries), (1, 2));
        assert_eq!(changes.met[0].given.date, day("2026-01-17"));
        assert_eq!(changes.learned[0].given.is(), OutcomeIs::Obsolete);
    }

    #[test]
    fn raised_and_lowered_competencies_are_told_with_both_ends() {
        let mut world = two_halves();
        world.reviewed("2025-h1", "technical", "meets");
        world.reviewed("2025-h1", "ownership", "meets");
        world.reviewed("2025-h2", "technical", "exceeds");
        world.reviewed("2025-h2", "ownership", "misses");
        let changes = changed(&world, "2025-h2");
        let ends = |shift: &Shift<'_>| (shift.from.label.clone(), shift.to.label.clone());
        assert_eq!(
            ends(&changes.raised[0]),
            ("meets L3".into(), "exceeds L3".into())
        );
        assert_eq!(
            ends(&changes.lowered[0]),
            ("meets L3".into(), "misses L3".into())
        );
    }

    #[test]
    fn the_same_twice_is_stalled_only_below_the_target() {
        let mut world = two_halves();
        for cycle in ["2025-h1", "2025-h2"] {
            world.reviewed(cycle, "technical", "meets");
            world.reviewed(cycle, "ownership", "meets");
        }
        world.expects(
            "2025-h2",
            expectation("x").about("technical").aiming_at("ic/l4"),
        );
        world.expects("2025-h2", expectation("y").about("ownership"));
        let changes = changed(&world, "2025-h2");
        let competencies = changes.stalled.iter().filter_map(|stalled| match stalled {
            Stalled::Competency {
                competency, target, ..
            } => Some((competency.id.as_str(), target.as_str())),
            Stalled::Expectation { .. } => None,
        });
        assert_eq!(competencies.collect::<Vec<_>>(), [("technical", "L4")]);
    }

    #[test]
    fn a_slipping_expectation_is_stalled() {
        let mut world = two_halves();
        world.commons.as_of = day("2025-11-15");
        let slipping = expectation("late").with_steps([step_due("2025-10-30")]);
        world.expects("2025-h2", slipping);
        let changes = changed(&world, "2025-h2");
        let is_late = |stalled: &Stalled<'_>| match stalled {
            Stalled::Expectation { risk, .. } => *risk == Risk::StepOverdue(day("2025-10-30")),
            Stalled::Competency { .. } => false,
        };
        assert!(changes.stalled.iter().any(is_late));
    }

    #[test]
    fn what_an_older_review_said_is_no_news() {
        let mut world = two_halves();
        world
            .commons
            .cycles
            .insert(0, cycle("2024-h2", "2024-07-01", "2024-12-31"));
        world
            .commons
            .cycles
            .insert(0, cycle("2024-h1", "2024-01-01", "2024-06-30"));
        world.reviewed("2024-h1", "technical", "misses");
        world.reviewed("2024-h2", "technical", "meets");
        let changes = changed(&world, "2025-h2");
        assert!(changes.raised.is_empty());
    }
}
