//! Which expectations carry on which, over the cycles.

use super::cycles::cycles_of;
use super::progress::{ExpectationFacts, expectation_facts};
use crate::domain::model::*;

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
    /// The cycle of the plan.
    pub cycle: &'a Cycle,
    /// The goal.
    pub goal: &'a Goal,
}

/// One cycle's part of a lineage.
#[derive(Debug, Clone, PartialEq)]
pub struct LineageEntry<'a> {
    /// The cycle.
    pub cycle: &'a Cycle,
    /// The expectation in it.
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

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;

    fn ids(line: &Lineage<'_>) -> Vec<(String, String, bool)> {
        let entry = |entry: &LineageEntry<'_>| {
            let id = entry.facts.expectation.id.to_string();
            (entry.cycle.id.to_string(), id, entry.carried_on)
        };
        line.entries.iter().map(entry).collect()
    }

    fn line<'a>(world: &'a World, cycle: &str, id: &str) -> Lineage<'a> {
        let line = lineage(
            &world.commons,
            &world.ada,
            &cycle_id(cycle),
            &expectation_id(id),
        );
        line.expect("a known expectation")
    }

    fn thrice() -> World {
        let mut world = World::on("2026-07-20");
        world.expects("2025-h1", expectation("on-call"));
        world.expects(
            "2025-h2",
            expectation("pager").following("2025-h1", "on-call"),
        );
        world.expects(
            "2026-h1",
            expectation("noise").following("2025-h2", "pager"),
        );
        world
    }

    #[test]
    fn a_chain_is_found_from_any_of_its_links() {
        let world = thrice();
        let whole = ids(&line(&world, "2025-h1", "on-call"));
        assert_eq!(whole.len(), 3);
        assert_eq!(ids(&line(&world, "2025-h2", "pager")), whole);
        assert_eq!(ids(&line(&world, "2026-h1", "noise")), whole);
        assert_eq!(whole[1], ("2025-h2".into(), "pager".into(), true));
        assert_eq!(whole[2], ("2026-h1".into(), "noise".into(), false));
    }

    #[test]
    fn the_third_link_is_the_third_try() {
        let world = thrice();
        assert_eq!(line(&world, "2025-h1", "on-call").tries(), 1);
        assert_eq!(line(&world, "2026-h1", "noise").tries(), 3);
    }

    #[test]
    fn siblings_are_not_ancestors() {
        let mut world = thrice();
        world.expects(
            "2025-h2",
            expectation("rota").following("2025-h1", "on-call"),
        );
        assert_eq!(ids(&line(&world, "2025-h2", "rota")).len(), 2);
        assert_eq!(ids(&line(&world, "2025-h1", "on-call")).len(), 4);
    }

    #[test]
    fn expectations_that_follow_each_other_end_instead_of_turning_in_circles() {
        let mut world = World::on("2025-03-01");
        world.expects("2025-h1", expectation("a").following("2025-h1", "b"));
        world.expects("2025-h1", expectation("b").following("2025-h1", "a"));
        world.expects("2025-h1", expectation("c").following("2025-h1", "c"));
        assert_eq!(ids(&line(&world, "2025-h1", "a")).len(), 2);
        assert!(line(&world, "2025-h1", "c").is_single());
    }

    #[test]
    fn a_goal_of_a_plan_is_where_a_chain_began() {
        let mut world = World::on("2025-08-01");
        let goal = Goal {
            id: Some(goal_id("two-teams")),
            text: Prose::new("Lead two teams"),
            competencies: Vec::new(),
            actions: Vec::new(),
            resources: Vec::new(),
            support: Vec::new(),
            by: None,
        };
        world.files("2025-h1").plan = Some(Plan {
            goals: vec![goal],
            readers: None,
        });
        let mut first = expectation("lead");
        first.follows = Some(Follows::PlanGoal(cycle_id("2025-h1"), goal_id("two-teams")));
        world.expects("2025-h2", first);
        let line = line(&world, "2025-h2", "lead");
        assert_eq!(
            line.origin.expect("the plan").goal.text.as_str(),
            "Lead two teams"
        );
        assert!(!line.is_single());
    }

    #[test]
    fn what_the_reader_may_not_read_is_no_link() {
        let mut world = thrice();
        world.ada.cycles.remove("2025-h1");
        assert_eq!(ids(&line(&world, "2026-h1", "noise")).len(), 2);
    }
}
