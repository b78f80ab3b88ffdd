//! Which expectations carry on which, over the cycles.

use super::cycles::cycles_of;
use super::progress::{ExpectationFacts, expectation_facts};
use crate::model::*;

/// An expectation's ancestors and descendants by `follows`, with itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Lineage<'a> {
    /// The goal of a development plan that the first entry follows; nothing where it follows none, or the
    /// plan is not there to be read.
    pub origin: Option<PlanOrigin<'a>>,
    /// Oldest first. Those of one cycle, where several carry on the same one, in the order of the file.
    pub entries: Vec<LineageEntry<'a>>,
    /// Which of the entries was asked about.
    pub here: usize,
}

impl Lineage<'_> {
    /// 1 for the first time that something is set, 3 for the third try.
    pub fn tries(&self) -> usize {
        let here = &self.entries[self.here];
        let before = self.entries[..self.here].iter();
        1 + before
            .filter(|entry| entry.cycle.id != here.cycle.id)
            .count()
    }

    /// Whether it follows nothing and nothing follows it.
    pub fn is_single(&self) -> bool {
        self.entries.len() == 1 && self.origin.is_none()
    }
}

/// A goal of a development plan that became an expectation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlanOrigin<'a> {
    pub cycle: &'a Cycle,
    pub goal: &'a Goal,
}

/// One cycle's part of a lineage.
#[derive(Debug, Clone, PartialEq)]
pub struct LineageEntry<'a> {
    pub cycle: &'a Cycle,
    pub facts: ExpectationFacts<'a>,
    /// A later expectation carries it on.
    pub carried_on: bool,
}

/// The lineage of one agreed expectation; nothing where there is no such expectation.
pub fn lineage<'a>(
    commons: &'a Commons,
    person: &'a Person,
    cycle: &CycleId,
    expectation: &ExpectationId,
) -> Option<Lineage<'a>> {
    let all = agreed_ever(commons, person);
    let start = position(&all, cycle, expectation)?;
    let family = family(&all, start);
    let here = family.iter().position(|at| *at == start)?;
    let carried = |at: usize| family.iter().any(|child| parent(&all, *child) == Some(at));
    let entry = |at: &usize| LineageEntry {
        cycle: all[*at].0,
        facts: all[*at].1.clone(),
        carried_on: carried(*at),
    };
    Some(Lineage {
        origin: origin(commons, person, all[family[0]].1.expectation),
        entries: family.iter().map(entry).collect(),
        here,
    })
}

type Agreed<'a> = (&'a Cycle, ExpectationFacts<'a>);

/// All agreed expectations of a person, oldest cycle first, then in the order of the file.
fn agreed_ever<'a>(commons: &'a Commons, person: &'a Person) -> Vec<Agreed<'a>> {
    let cycles = cycles_of(commons, person).into_iter();
    cycles
        .flat_map(|(cycle, _)| {
            let facts = expectation_facts(commons, person, cycle);
            facts.into_iter().map(move |one| (cycle, one))
        })
        .collect()
}

fn position(all: &[Agreed<'_>], cycle: &CycleId, id: &ExpectationId) -> Option<usize> {
    all.iter()
        .position(|(at, facts)| at.id == *cycle && facts.expectation.id == *id)
}

/// The expectation that one follows. Only earlier ones count, so that no circle can be walked.
fn parent(all: &[Agreed<'_>], child: usize) -> Option<usize> {
    let Some(Follows::Expectation(cycle, id)) = &all[child].1.expectation.follows else {
        return None;
    };
    position(all, cycle, id).filter(|parent| *parent < child)
}

/// Ancestors, itself and descendants, in order.
fn family(all: &[Agreed<'_>], start: usize) -> Vec<usize> {
    let mut family: Vec<usize> =
        std::iter::successors(Some(start), |at| parent(all, *at)).collect();
    family.reverse();
    let mut descent = vec![start];
    for child in start + 1..all.len() {
        if parent(all, child).is_some_and(|parent| descent.contains(&parent)) {
            descent.push(child);
            family.push(child);
        }
    }
    family
}

fn origin<'a>(
    commons: &'a Commons,
    person: &'a Person,
    first: &Expectation,
) -> Option<PlanOrigin<'a>> {
    let Some(Follows::PlanGoal(cycle, goal)) = &first.follows else {
        return None;
    };
    let plan = person.cycles.get(cycle)?.plan.as_ref()?;
    Some(PlanOrigin {
        cycle: commons.cycle(cycle)?,
        goal: plan
            .goals
            .iter()
            .find(|one| one.id.as_ref() == Some(goal))?,
    })
}
