//! The days on which a site changes by itself, since facts and access are judged by the day.
//!
//! Whatever asks which day it is has its days here: the test of all days draws a site day by day, and fails where it
//! changes on a day that is not named.

use std::fmt;

use rayon::prelude::*;

use super::phases::{PhaseState, phases_of};
use super::progress::days_of_expectations;
use crate::domain::model::*;

/// A day from which on a site says something else, or others read it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    /// The first day on which it is so.
    pub day: Date,
    /// What happens on it.
    pub what: What,
}

/// What happens on a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A cycle begins.
    Begins(CycleId),
    /// A cycle is over.
    Over(CycleId),
    /// The figures of a cycle are published.
    Figures(CycleId),
    /// A text of a cycle is overdue.
    Overdue(PersonId, CycleId, Phase),
    /// Where a step or an expectation stands changes.
    Progress(PersonId, CycleId),
    /// A review is shared.
    Shared(PersonId, CycleId),
    /// An improvement plan is closed.
    Closed(PersonId, CycleId),
    /// An entry of the log counts.
    Log(PersonId),
    /// A leave begins.
    Away(PersonId),
    /// A leave is over.
    Back(PersonId),
    /// Another level, title, team or manager.
    Role(PersonId),
    /// A key does not count any longer.
    Key(PersonId),
    /// They have left.
    Left(PersonId),
}

impl What {
    /// Whether it follows the real day, whatever day facts are judged on: who reads what, and what is published.
    fn is_access(&self) -> bool {
        matches!(
            self,
            Self::Figures(_)
                | Self::Shared(..)
                | Self::Closed(..)
                | Self::Role(_)
                | Self::Key(_)
                | Self::Left(_)
        )
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begins(cycle) => write!(f, "`{cycle}` begins"),
            Self::Over(cycle) => write!(f, "`{cycle}` is over"),
            Self::Figures(cycle) => write!(f, "the figures of `{cycle}` are published"),
            Self::Overdue(person, cycle, phase) => {
                let text = match phase {
                    Phase::SelfAssessment => "the self-assessment",
                    Phase::Peer => "peer feedback",
                    Phase::Review => "the review",
                    Phase::Response => "the response",
                };
                write!(f, "{text} of `{person}` in `{cycle}` is overdue")
            }
            Self::Progress(person, cycle) => {
                write!(
                    f,
                    "an expectation of `{person}` in `{cycle}` stands elsewhere"
                )
            }
            Self::Shared(person, cycle) => {
                write!(f, "the review of `{person}` in `{cycle}` is shared")
            }
            Self::Closed(person, cycle) => {
                write!(
                    f,
                    "the improvement plan of `{person}` in `{cycle}` is closed"
                )
            }
            Self::Log(person) => write!(f, "an entry in the log of `{person}` counts"),
            Self::Away(person) => write!(f, "a leave of `{person}` begins"),
            Self::Back(person) => write!(f, "a leave of `{person}` is over"),
            Self::Role(person) => write!(f, "a new role of `{person}` begins"),
            Self::Key(person) => write!(f, "a key of `{person}` counts no longer"),
            Self::Left(person) => write!(f, "`{person}` has left"),
        }
    }
}

/// The days that a site is judged by, from which on it is asked when it changes.
#[derive(Debug, Clone, Copy)]
pub struct From {
    /// The real day.
    pub today: Date,
    /// Whether facts are judged on one day, however many pass.
    pub is_fixed: bool,
}

/// The next day on which the site changes by itself. `None` if it never does.
pub fn next_turn(org: &Organisation, from: From) -> Option<Turn> {
    let people = org.people.par_iter();
    let people = people.filter_map(|(_, person)| next_turn_of(org, person, from));
    people
        .min()
        .into_iter()
        .chain(next_turn_of_all(org, from))
        .min()
}

/// The same, of what concerns no single person.
pub fn next_turn_of_all(org: &Organisation, from: From) -> Option<Turn> {
    let cycles = org.cycles.iter().flat_map(|cycle| {
        let id = || cycle.id.clone();
        [
            Some((cycle.start, What::Begins(id()))),
            after(cycle.end).map(|day| (day, What::Over(id()))),
        ]
    });
    let figures = org.figures.cycles.iter();
    let figures = figures.map(|of| Some((of.as_of, What::Figures(of.cycle.clone()))));
    first(cycles.chain(figures).flatten(), from)
}

/// The same, of what concerns one person.
pub fn next_turn_of(org: &Organisation, person: &Person, from: From) -> Option<Turn> {
    let id = || person.id.clone();
    let roles = person.roles.iter().skip(1);
    let roles = roles.map(|role| (role.from, What::Role(id())));
    let end = person.end.map(|end| (end, What::Left(id())));
    let keys = person.keys.iter().filter_map(|key| after(key.until?));
    let keys = keys.map(|day| (day, What::Key(id())));
    let leaves = person.leaves.iter().flat_map(|leave| {
        let back = after(leave.to).map(|day| (day, What::Back(id())));
        [Some((leave.from, What::Away(id()))), back]
    });
    // Of the log, the day counts only where an entry is evidence.
    let log = person.log.iter();
    let log = log.filter(|entry| !entry.competencies.is_empty() || entry.on.is_some());
    let log = log.map(|entry| (entry.date, What::Log(id())));
    let own = roles.chain(end).chain(keys).chain(log);
    let cycles = org
        .cycles
        .iter()
        .flat_map(|cycle| of_cycle(person, cycle, from.today));
    first(own.chain(leaves.flatten()).chain(cycles), from)
}

fn of_cycle(person: &Person, cycle: &Cycle, today: Date) -> Vec<(Date, What)> {
    let files = person.cycles.get(&cycle.id).map(PersonCycle::published);
    let files = files.as_deref();
    let (id, cycle_id) = (|| person.id.clone(), || cycle.id.clone());
    // No page shows the phases of a person without a manager and without agreed expectations.
    let agreed = files.and_then(|files| files.expectations.as_ref());
    let is_shown = agreed.is_some() || person.manager_on(cycle.end).is_some();
    // Whoever may not read a review that is not shared sees its phase open.
    let without_review = files.map(|files| PersonCycle {
        review: files
            .review
            .clone()
            .filter(|of| of.shared.is_some_and(|day| day <= today)),
        ..files.clone()
    });
    let open = [files, without_review.as_ref()].into_iter();
    let open = open.flat_map(|files| {
        let has_review = files.is_some_and(|files| files.shared_review().is_some());
        let open = phases_of(person, files, cycle, today).into_iter();
        open.filter(move |of| of.phase != Phase::Response || has_review)
    });
    let open =
        open.filter(|of| is_shown && matches!(of.state, PhaseState::Due | PhaseState::NotYet));
    let overdue = open.filter_map(|of| {
        let day = after(of.due)?;
        Some((day, What::Overdue(id(), cycle_id(), of.phase)))
    });
    let mut turns: Vec<(Date, What)> = overdue.collect();
    let Some(files) = files else { return turns };
    let progress = days_of_expectations(person, cycle, files).into_iter();
    turns.extend(progress.map(|day| (day, What::Progress(id(), cycle_id()))));
    let shared = files.review.as_ref().and_then(|review| review.shared);
    turns.extend(shared.map(|day| (day, What::Shared(id(), cycle_id()))));
    let closed = files.pip.as_ref().and_then(|pip| pip.closed);
    turns.extend(closed.map(|day| (day, What::Closed(id(), cycle_id()))));
    turns
}

fn first(turns: impl Iterator<Item = (Date, What)>, from: From) -> Option<Turn> {
    let ahead =
        turns.filter(|(day, what)| *day > from.today && (what.is_access() || !from.is_fixed));
    ahead.map(|(day, what)| Turn { day, what }).min()
}

fn after(day: Date) -> Option<Date> {
    day.succ_opt()
}
