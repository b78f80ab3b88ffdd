//! Which cycles a person has, and which level they held in each.

use crate::domain::model::*;

/// The cycles that a person has anything in, oldest first.
pub fn cycles_of<'a>(
    commons: &'a Commons,
    person: &'a Person,
) -> Vec<(&'a Cycle, &'a PersonCycle)> {
    let with_files = |cycle: &'a Cycle| Some((cycle, person.cycles.get(&cycle.id)?));
    commons.cycles.iter().filter_map(with_files).collect()
}

/// The cycle that a portfolio opens with: the latest that has begun and has agreed expectations,
/// else the latest with anything in it. Nothing where the person has no cycle at all.
pub fn current_cycle<'a>(commons: &'a Commons, person: &'a Person) -> Option<&'a Cycle> {
    let all = cycles_of(commons, person);
    let runs = |(cycle, of): &&(&'a Cycle, &'a PersonCycle)| {
        cycle.start <= commons.as_of && agreed_expectations(of).is_some()
    };
    let current = all.iter().rev().find(runs).or(all.last());
    current.map(|(cycle, _)| *cycle)
}

/// The person's cycle before this one; nothing where this is their first.
pub fn previous_cycle<'a>(
    commons: &'a Commons,
    person: &'a Person,
    cycle: &Cycle,
) -> Option<&'a Cycle> {
    let until = cycles_until(commons, person, cycle);
    let earlier = until.into_iter().rev().map(|(cycle, _)| cycle);
    earlier.into_iter().find(|other| other.id != cycle.id)
}

/// The person's cycles up to and including this one, oldest first.
pub(super) fn cycles_until<'a>(
    commons: &'a Commons,
    person: &'a Person,
    cycle: &Cycle,
) -> Vec<(&'a Cycle, &'a PersonCycle)> {
    let mut all = cycles_of(commons, person);
    match all.iter().position(|(other, _)| other.id == cycle.id) {
        Some(at) => all.truncate(at + 1),
        None => all.retain(|(other, _)| other.start <= cycle.start),
    }
    all
}

/// The day on which the level, team and manager of a cycle are read off: its last day, or, while
/// it runs, the day that facts are judged on, so that a role dated later does not show early.
pub fn fact_day(commons: &Commons, cycle: &Cycle) -> Date {
    cycle.end.min(commons.as_of)
}

/// The level that a person held in a cycle, on its [`fact_day`].
pub fn held_level<'a>(
    commons: &Commons,
    person: &'a Person,
    cycle: &Cycle,
) -> Option<&'a LevelRef> {
    person.level_on(fact_day(commons, cycle))
}

/// The expectations of a cycle, once they are agreed.
pub(super) fn agreed_expectations(of: &PersonCycle) -> Option<&Expectations> {
    of.expectations.as_ref().filter(|e| e.agreed.is_some())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;

    #[test]
    fn the_current_cycle_is_the_latest_with_agreed_expectations_that_has_begun() {
        let mut world = World::on("2025-09-01");
        world.expects("2025-h1", expectation("auth"));
        world.expects("2025-h2", expectation("auth"));
        world.expects("2026-h1", expectation("auth"));
        let current = current_cycle(&world.commons, &world.ada);
        assert_eq!(current, Some(world.cycle("2025-h2")));
    }

    #[test]
    fn drafted_expectations_do_not_make_a_cycle_current() {
        let mut world = World::on("2026-02-01");
        world.expects("2025-h2", expectation("auth"));
        world.expects("2026-h1", expectation("auth"));
        world.files("2026-h1").expectations.as_mut().unwrap().agreed = None;
        let current = current_cycle(&world.commons, &world.ada);
        assert_eq!(current, Some(world.cycle("2025-h2")));
    }

    #[test]
    fn without_expectations_the_latest_cycle_with_anything_is_current() {
        let mut world = World::on("2026-02-01");
        assert_eq!(current_cycle(&world.commons, &world.ada), None);
        world.own("2025-h1");
        world.own("2025-h2");
        let current = current_cycle(&world.commons, &world.ada);
        assert_eq!(current, Some(world.cycle("2025-h2")));
    }

    #[test]
    fn the_previous_cycle_skips_those_without_files() {
        let mut world = World::on("2026-02-01");
        world.own("2025-h1");
        world.own("2026-h1");
        let before = |id| previous_cycle(&world.commons, &world.ada, world.cycle(id));
        assert_eq!(before("2026-h1"), Some(world.cycle("2025-h1")));
        assert_eq!(before("2025-h1"), None);
    }

    #[test]
    fn a_promotion_planned_within_a_running_cycle_does_not_show_early() {
        let mut world = World::on("2026-02-01");
        world.promoted("2026-04-01", "ic/l4");
        let held = held_level(&world.commons, &world.ada, world.cycle("2026-h1"));
        assert_eq!(held, Some(&level_ref("ic/l3")));
        world.commons.as_of = day("2026-09-01");
        let held = held_level(&world.commons, &world.ada, world.cycle("2026-h1"));
        assert_eq!(held, Some(&level_ref("ic/l4")));
    }
}
