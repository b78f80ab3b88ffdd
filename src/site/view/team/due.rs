//! Who is due what, by date; and what slips.

use std::collections::BTreeMap;

use serde::Serialize;

use super::phases::{shown, unacknowledged};
use super::{Who, who};
use crate::domain::growth::{
    self, ExpectationState, Phase, PhaseState, PhaseStatus, Risk, StepState,
};
use crate::domain::model::*;
use crate::site::Context;
use crate::site::date::Day;
use crate::site::view::person::marks::Link;
use crate::site::view::person::names::{cycle_route, expectation_anchor, portfolio_route};

/// What is due on one day.
#[derive(Debug, Serialize)]
pub struct DueLine {
    pub day: Day,
    /// Past its day.
    pub late: bool,
    /// `Self-assessments of H2 2026`.
    pub what: String,
    /// Who has to do it, by name.
    pub people: Vec<Link>,
}

/// An expectation that slips.
#[derive(Debug, Serialize)]
pub struct Slip {
    pub who: Who,
    pub expectation: Link,
    /// Open steps past their day, with that day, in the order of the list.
    pub steps: Vec<SlippedStep>,
    /// Why it counts as slipping where no step is past its day.
    pub why: &'static str,
}

/// An open step past its day.
#[derive(Debug, Serialize)]
pub struct SlippedStep {
    pub text: String,
    /// The day it was due, days of leave left out.
    pub since: Day,
}

/// All that somebody of the team, or its manager, has to do and has not: overdue first, each by date.
pub fn lines(ctx: &Context, draw: &TeamDraw, cycles: &[&Cycle]) -> Vec<DueLine> {
    let mut by_day: BTreeMap<(bool, Date, String), Vec<Link>> = BTreeMap::new();
    let mut add = |late: bool, day: Date, what: String, whom: Link| {
        let people = by_day.entry((!late, day, what)).or_default();
        if !people.contains(&whom) {
            people.push(whom);
        }
    };
    for member in &draw.reports {
        let person = &member.person;
        for cycle in cycles {
            for status in shown(ctx, person, cycle) {
                if let Some(late) = is_open(ctx, &status, cycle) {
                    let whom = cycle_link(person, cycle);
                    add(
                        late,
                        status.due,
                        what(status.phase, cycle, &draw.manager),
                        whom,
                    );
                }
            }
            if let Some(given) = unacknowledged(person, cycle) {
                let what = format!(
                    "{} acknowledges the response, {}",
                    draw.manager.name, cycle.title
                );
                add(true, given, what, cycle_link(person, cycle));
            }
        }
    }
    let line = |((in_time, day, what), people): ((bool, Date, String), Vec<Link>)| DueLine {
        day: day.into(),
        late: !in_time,
        what,
        people,
    };
    by_day.into_iter().map(line).collect()
}

/// Open steps of the current cycles with a day that is still ahead, by date.
pub fn steps(ctx: &Context, people: &[&Person]) -> Vec<DueLine> {
    let of = |person: &&Person| {
        let ahead = steps_ahead(ctx, person).into_iter();
        let whom = portfolio_link(person);
        ahead.map(move |(day, text)| (day, text, whom.clone()))
    };
    let mut all: Vec<(Date, String, Link)> = people.iter().flat_map(of).collect();
    all.sort_by_key(|(day, ..)| *day);
    let line = |(day, what, whom): (Date, String, Link)| DueLine {
        day: day.into(),
        late: false,
        what,
        people: vec![whom],
    };
    all.into_iter().map(line).collect()
}

/// Whether a text that is not in is past its day; nothing where it is in, or there is nothing to answer yet.
fn is_open(ctx: &Context, status: &PhaseStatus, cycle: &Cycle) -> Option<bool> {
    match status.state {
        PhaseState::Overdue => Some(true),
        PhaseState::Due => Some(false),
        PhaseState::NotYet if status.phase == Phase::Response => None,
        PhaseState::NotYet => (cycle.contains(ctx.commons.as_of)).then_some(false),
        PhaseState::Done(_) | PhaseState::Late(_) => None,
    }
}

fn what(phase: Phase, cycle: &Cycle, manager: &Person) -> String {
    let title = &cycle.title;
    match phase {
        Phase::SelfAssessment => format!("Self-assessment, {title}"),
        Phase::Peer => format!("Peer feedback, {title}"),
        Phase::Review => format!("{} shares the review, {title}", manager.name),
        Phase::Response => format!("Response to the review, {title}"),
    }
}

fn cycle_link(person: &Person, cycle: &Cycle) -> Link {
    Link {
        text: person.name.clone(),
        href: format!("/{}", cycle_route(&person.id, &cycle.id)),
    }
}

fn portfolio_link(person: &Person) -> Link {
    Link {
        text: person.name.clone(),
        href: format!("/{}", portfolio_route(&person.id)),
    }
}

/// Open steps of the current cycle with a day that is still ahead.
fn steps_ahead(ctx: &Context, person: &Person) -> Vec<(Date, String)> {
    let Some(cycle) = growth::current_cycle(ctx.commons, person) else {
        return Vec::new();
    };
    let facts = growth::expectation_facts(ctx.commons, person, cycle);
    let running = facts.iter().filter(|fact| fact.outcome.is_none());
    let open = running
        .flat_map(|fact| &fact.steps)
        .filter(|step| step.state == StepState::Open);
    open.filter_map(|step| Some((step.due?, ctx.plain(&step.step.text))))
        .collect()
}

/// The expectations of the current cycles that slip, by person.
pub fn slipping(ctx: &Context, people: &[&Person]) -> Vec<Slip> {
    people
        .iter()
        .flat_map(|person| slips(ctx, person))
        .collect()
}

fn slips(ctx: &Context, person: &Person) -> Vec<Slip> {
    let Some(cycle) = growth::current_cycle(ctx.commons, person) else {
        return Vec::new();
    };
    let base = format!("/{}", cycle_route(&person.id, &cycle.id));
    let facts = growth::expectation_facts(ctx.commons, person, cycle);
    let slip = |fact: &growth::ExpectationFacts<'_>| {
        let ExpectationState::AtRisk(risk) = fact.state else {
            return None;
        };
        let overdue = fact.steps.iter().filter(|s| s.state == StepState::Overdue);
        let steps = overdue.filter_map(|step| {
            Some(SlippedStep {
                text: ctx.plain(&step.step.text),
                since: step.due?.into(),
            })
        });
        Some(Slip {
            who: who(ctx, person),
            expectation: Link {
                text: ctx.plain(&fact.expectation.text),
                href: format!("{base}#{}", expectation_anchor(&fact.expectation.id)),
            },
            steps: steps.collect(),
            why: match risk {
                Risk::StepOverdue(_) => "",
                Risk::BehindHalfway => {
                    "Past half of the period, less than half of the steps are done"
                }
            },
        })
    };
    facts.iter().filter_map(slip).collect()
}
