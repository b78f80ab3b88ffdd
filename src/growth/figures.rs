//! Figures about the whole organisation that betray nobody.
//!
//! A count is published only where it is about nobody or about at least [`FIGURES_MIN_PEOPLE`] people, and so
//! is every difference of published counts:
//!
//! - All measures of a cycle are about the same people, so that two totals never differ by a few.
//! - A measure is published as blocks that add up to its total; a block too small to stand alone is put
//!   together with others, and where that does not help, the total alone is told.
//! - Teams too small to stand alone are counted as everyone else; if those are too few, the smallest team
//!   joins them. Teams are told apart by blocks of which the organisation's are parts, the same in all teams, and by none
//!   where one team's would be too small: what the others leave over is then always one of these blocks.
//! - Counts of different cycles are about different texts and goals: one is no part of another.

use std::collections::{BTreeMap, BTreeSet};

use super::cycles::agreed_expectations;
use super::outcome::{Achievement, achievement};
use super::phases::{Phase, PhaseState, phases};
use crate::model::*;

/// The figures of all cycles that are over on the day that facts are judged on. `people` are whole: what
/// is confidential is counted too, and leaves as a count.
///
/// Who takes part is of the company on the cycle's last day, has a manager then and at least one agreed expectation.
pub fn org_figures<'p>(
    commons: &Commons,
    people: impl IntoIterator<Item = &'p Person>,
) -> OrgFigures {
    Census::of(commons, people).figures()
}

/// What the figures are made of, so that they need not be made anew where little is different.
#[derive(Debug, Default)]
pub struct Census {
    /// Of every cycle that is over, in their order.
    cycles: Vec<CycleCensus>,
}

/// What the figures of one cycle are made of, and the figures.
#[derive(Debug)]
struct CycleCensus {
    cycle: CycleId,
    takings: BTreeMap<PersonId, Taking>,
    /// Nothing where nobody takes part.
    figures: Option<CycleFigures>,
}

impl Census {
    /// Of all people.
    pub fn of<'p>(commons: &Commons, people: impl IntoIterator<Item = &'p Person>) -> Self {
        let over = commons.cycles.iter().filter(|c| c.end < commons.as_of);
        let empty = over.map(|cycle| CycleCensus {
            cycle: cycle.id.clone(),
            takings: BTreeMap::new(),
            figures: None,
        });
        let mut census = Self {
            cycles: empty.collect(),
        };
        census.renew(commons, people);
        census
    }

    /// Looks at some people anew. What these commons say must be what was said before.
    pub fn renew<'p>(&mut self, commons: &Commons, people: impl IntoIterator<Item = &'p Person>) {
        let people: Vec<&Person> = people.into_iter().collect();
        let cycles = |id: &CycleId| commons.cycles.iter().find(|cycle| cycle.id == *id);
        for census in &mut self.cycles {
            if let Some(cycle) = cycles(&census.cycle) {
                census.renew(commons, cycle, &people);
            }
        }
    }

    /// The figures of all cycles in which somebody takes part.
    pub fn figures(&self) -> OrgFigures {
        let figures = self
            .cycles
            .iter()
            .filter_map(|census| census.figures.clone());
        OrgFigures {
            cycles: figures.collect(),
        }
    }
}

impl CycleCensus {
    fn renew(&mut self, commons: &Commons, cycle: &Cycle, people: &[&Person]) {
        let mut differs = false;
        for person in people {
            let now = Taking::of(commons, person, cycle);
            differs |= self.takings.get(&person.id) != now.as_ref();
            match now {
                Some(taking) => self.takings.insert(person.id.clone(), taking),
                None => self.takings.remove(&person.id),
            };
        }
        if differs {
            let takings = self.takings.values().collect();
            self.figures = (!self.takings.is_empty()).then(|| cycle_figures(&self.cycle, &takings));
        }
    }
}

/// What one person adds to the figures of every cycle that is over, to be compared with what they added before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Takings(Vec<(CycleId, Taking)>);

impl Takings {
    /// What they add, as these commons have it.
    pub fn of(commons: &Commons, person: &Person) -> Self {
        let over = commons.cycles.iter().filter(|c| c.end < commons.as_of);
        let taking = |cycle: &Cycle| Some((cycle.id.clone(), Taking::of(commons, person, cycle)?));
        Self(over.filter_map(taking).collect())
    }
}

/// What one person adds to the figures of a cycle.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Taking {
    team: Option<String>,
    /// Counts above zero.
    counts: BTreeMap<(Measure, Part), usize>,
}

impl Taking {
    /// Nothing for who takes no part.
    fn of(commons: &Commons, person: &Person, cycle: &Cycle) -> Option<Self> {
        let files = person.cycles.get(&cycle.id)?;
        let agreed = agreed_expectations(files)?;
        if agreed.expectations.is_empty() {
            return None;
        }
        let role = person.role_on(cycle.end);
        role.manager.as_ref()?;
        let phases = phases(commons, person, cycle);
        if phases.is_empty() {
            return None;
        }
        let mut counts = BTreeMap::new();
        for status in phases {
            counts.insert((measure_of(status.phase), part_of(status.state)), 1);
        }
        for (part, count) in goals(&achievement(files)) {
            counts.insert((Measure::Goals, part), count);
        }
        counts.retain(|_, count| *count > 0);
        Some(Self {
            team: role.team.clone(),
            counts,
        })
    }

    fn count(&self, measure: Measure, parts: &[Part]) -> usize {
        let of = |part: &Part| self.counts.get(&(measure, *part));
        parts.iter().filter_map(of).sum()
    }
}

fn measure_of(phase: Phase) -> Measure {
    match phase {
        Phase::SelfAssessment => Measure::SelfAssessment,
        Phase::Peer => Measure::Peer,
        Phase::Review => Measure::Review,
        Phase::Response => Measure::Response,
    }
}

fn part_of(state: PhaseState) -> Part {
    match state {
        PhaseState::Done(_) => Part::OnTime,
        PhaseState::Late(_) => Part::Late,
        PhaseState::Due | PhaseState::Overdue | PhaseState::NotYet => Part::Open,
    }
}

fn goals(of: &Achievement) -> [(Part, usize); 5] {
    [
        (Part::Met, of.met),
        (Part::Partly, of.partly),
        (Part::Missed, of.missed),
        (Part::Obsolete, of.obsolete),
        (Part::Unjudged, of.open),
    ]
}

/// A way to cut a measure into blocks.
type Cut = &'static [&'static [Part]];

/// Ways to cut a phase, finest first.
const PHASE_CUTS: &[Cut] = {
    use Part::{Late, OnTime, Open};
    &[
        &[&[OnTime], &[Late], &[Open]],
        &[&[OnTime, Late], &[Open]],
        &[&[OnTime], &[Late, Open]],
    ]
};

/// Ways to cut the goals, finest first.
const GOAL_CUTS: &[Cut] = {
    use Part::{Met, Missed, Obsolete, Partly, Unjudged};
    &[
        &[&[Met], &[Partly], &[Missed], &[Obsolete], &[Unjudged]],
        &[&[Met], &[Partly], &[Missed], &[Obsolete, Unjudged]],
        &[&[Met], &[Partly], &[Missed, Obsolete, Unjudged]],
        &[&[Met], &[Partly, Missed], &[Obsolete, Unjudged]],
        &[&[Met], &[Partly, Missed, Obsolete, Unjudged]],
        &[&[Met, Partly], &[Missed, Obsolete, Unjudged]],
    ]
};

fn cuts(measure: Measure) -> &'static [Cut] {
    match measure {
        Measure::Goals => GOAL_CUTS,
        _ => PHASE_CUTS,
    }
}

/// Whether every block of `fine` lies within one of `coarse`.
fn is_coarser(coarse: Cut, fine: Cut) -> bool {
    let within = |block: &&'static [Part]| {
        let holds = |wide: &&[Part]| block.iter().all(|part| wide.contains(part));
        coarse.iter().any(holds)
    };
    fine.iter().all(within)
}

/// Some people and what they add.
type Group<'t> = Vec<&'t Taking>;

fn cycle_figures(cycle: &CycleId, everyone: &Group<'_>) -> CycleFigures {
    if everyone.len() < FIGURES_MIN_PEOPLE {
        return CycleFigures {
            cycle: cycle.clone(),
            everyone: None,
            teams: Vec::new(),
        };
    }
    let teams = teams(everyone);
    let groups: Vec<&Group<'_>> = teams.iter().map(|(_, group)| group).collect();
    // Each is looked for once: it is the same for every team.
    let cuts = |cut: &dyn Fn(Measure) -> Option<Cut>| -> BTreeMap<Measure, Option<Cut>> {
        let of = |measure| (measure, cut(measure));
        Measure::ALL.into_iter().map(of).collect()
    };
    let whole = cuts(&|measure| finest(measure, &[everyone], None));
    let apart = cuts(&|measure| finest(measure, &groups, Some(whole[&measure]?)));
    let figures = teams.iter().map(|(team, group)| TeamFigures {
        team: team.map(str::to_owned),
        figures: group_figures(group, |measure| apart[&measure]),
    });
    CycleFigures {
        cycle: cycle.clone(),
        teams: figures.collect(),
        everyone: Some(group_figures(everyone, |measure| whole[&measure])),
    }
}

/// The teams that may stand apart, by name, and everyone else after them. None where there is but one group.
fn teams<'t>(everyone: &Group<'t>) -> Vec<(Option<&'t str>, Group<'t>)> {
    let mut named: BTreeMap<&'t str, Group<'t>> = BTreeMap::new();
    let mut rest: Group<'t> = Vec::new();
    for taking in everyone.iter().copied() {
        match taking.team.as_deref() {
            Some(team) => named.entry(team).or_default().push(taking),
            None => rest.push(taking),
        }
    }
    let small = |group: &Group<'_>| group.len() < FIGURES_MIN_PEOPLE;
    let too_small: Vec<&str> = named
        .iter()
        .filter(|(_, g)| small(g))
        .map(|(t, _)| *t)
        .collect();
    rest.extend(
        too_small
            .iter()
            .filter_map(|team| named.remove(team))
            .flatten(),
    );
    while !rest.is_empty() && small(&rest) {
        let smallest = named.iter().min_by_key(|(_, group)| group.len());
        let Some(team) = smallest.map(|(team, _)| *team) else {
            break;
        };
        rest.extend(named.remove(team).into_iter().flatten());
    }
    let mut groups: Vec<_> = named
        .into_iter()
        .map(|(team, group)| (Some(team), group))
        .collect();
    if !rest.is_empty() {
        groups.push((None, rest));
    }
    if groups.len() < 2 { Vec::new() } else { groups }
}

/// The finest cut in which no block of any group is about too few people, no finer than `within`.
fn finest(measure: Measure, groups: &[&Group<'_>], within: Option<Cut>) -> Option<Cut> {
    let fits = |cut: &Cut| within.is_none_or(|fine| is_coarser(cut, fine));
    let safe = |cut: &Cut| {
        let mut blocks = cut.iter();
        blocks.all(|parts| groups.iter().all(|group| is_safe(group, measure, parts)))
    };
    cuts(measure).iter().copied().filter(fits).find(safe)
}

/// Whether a block is about nobody or about enough people.
fn is_safe(group: &Group<'_>, measure: Measure, parts: &[Part]) -> bool {
    let about = |taking: &&&Taking| taking.count(measure, parts) > 0;
    let people = group.iter().filter(about).count();
    people == 0 || people >= FIGURES_MIN_PEOPLE
}

fn group_figures(group: &Group<'_>, cut: impl Fn(Measure) -> Option<Cut>) -> GroupFigures {
    let count = |measure, parts: &[Part]| group.iter().map(|t| t.count(measure, parts)).sum();
    let figure = |measure| {
        let block = |parts: &&[Part]| Block {
            parts: parts.to_vec(),
            count: count(measure, parts),
        };
        Figure {
            measure,
            of: count(measure, &all_parts(measure)),
            blocks: cut(measure).map(|cut| cut.iter().map(block).collect()),
        }
    };
    GroupFigures {
        people: group.len(),
        figures: Measure::ALL.into_iter().map(figure).collect(),
    }
}

fn all_parts(measure: Measure) -> Vec<Part> {
    let parts: BTreeSet<Part> = cuts(measure)
        .iter()
        .copied()
        .flatten()
        .copied()
        .flatten()
        .copied()
        .collect();
    parts.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixture::*;
    use super::*;
    use crate::cases::property;

    const TEAMS: [&str; 4] = ["a", "b", "c", "d"];

    fn taking(team: usize, phase: usize, goals: &[usize]) -> Taking {
        let mut counts = BTreeMap::new();
        for measure in [
            Measure::SelfAssessment,
            Measure::Peer,
            Measure::Review,
            Measure::Response,
        ] {
            counts.insert((measure, [Part::OnTime, Part::Late, Part::Open][phase]), 1);
        }
        for (part, count) in all_parts(Measure::Goals).into_iter().zip(goals) {
            counts.insert((Measure::Goals, part), *count);
        }
        counts.retain(|_, count| *count > 0);
        let team = TEAMS.get(team).map(|team| (*team).to_owned());
        Taking { team, counts }
    }

    fn figures(takings: &[Taking]) -> CycleFigures {
        cycle_figures(&cycle_id("2025-h1"), &takings.iter().collect())
    }

    /// What a reader knows a count to be about: these parts of these groups, by position among the teams.
    type Cells = BTreeSet<(usize, Part)>;

    /// The published counts of one measure, with every person's own cell.
    fn published(
        takings: &[Taking],
        of: &CycleFigures,
        measure: Measure,
    ) -> (Vec<Cells>, Vec<Cells>) {
        let groups = of.teams.len().max(1);
        let rest = groups - 1;
        let named = |team: &str| {
            of.teams
                .iter()
                .position(|t| t.team.as_deref() == Some(team))
        };
        let cells_of = |taking: &Taking| {
            let group = taking.team.as_deref().and_then(named).unwrap_or(rest);
            let parts = all_parts(measure).into_iter();
            let there = parts.filter(|part| taking.count(measure, &[*part]) > 0);
            there.map(|part| (group, part)).collect()
        };
        let everyone = of.everyone.iter().map(|all| (0..groups, all));
        let teams = of.teams.iter().enumerate();
        let teams = teams.map(|(at, team)| (at..at + 1, &team.figures));
        let counts = everyone.chain(teams).flat_map(|(groups, figures)| {
            let mut figures = figures.figures.iter();
            let figure = figures.find(|figure| figure.measure == measure).unwrap();
            let blocks = figure.blocks.iter().flatten();
            let mut counted: Vec<Vec<Part>> = blocks.map(|block| block.parts.clone()).collect();
            counted.push(all_parts(measure));
            let cells = move |parts: Vec<Part>| -> Cells {
                let of_group = |at| parts.iter().map(move |part| (at, *part));
                groups.clone().flat_map(of_group).collect()
            };
            counted.into_iter().map(cells).collect::<Vec<_>>()
        });
        (counts.collect(), takings.iter().map(cells_of).collect())
    }

    /// How many people a count is about.
    fn people_in(cells: &Cells, people: &[Cells]) -> usize {
        people.iter().filter(|own| !own.is_disjoint(cells)).count()
    }

    /// Takes disjoint counts away from one in every way, and gives the fewest people that remain, but for none.
    fn smallest_rest(whole: &Cells, counts: &[Cells], people: &[Cells]) -> usize {
        let mut least = match people_in(whole, people) {
            0 => usize::MAX,
            some => some,
        };
        for (at, part) in counts.iter().enumerate() {
            if part.is_subset(whole) && part != whole {
                let rest = whole.difference(part).copied().collect();
                least = least.min(smallest_rest(&rest, &counts[at + 1..], people));
            }
        }
        least
    }

    fn organisation() -> impl Strategy<Value = Vec<Taking>> {
        let person = (
            0..5usize,
            prop_oneof![6 => Just(0usize), 2 => Just(1), 1 => Just(2)],
        )
            .prop_map(|(team, phase)| taking(team, phase, &[]));
        proptest::collection::vec(person, 0..60)
    }

    fn goal_setters() -> impl Strategy<Value = Vec<Taking>> {
        let goals = proptest::collection::vec(prop_oneof![3 => Just(0usize), 1 => 1..4usize], 5);
        let person = (0..5usize, goals)
            .prop_filter("who takes part has goals", |(_, goals)| {
                goals.iter().sum::<usize>() > 0
            })
            .prop_map(|(team, goals)| taking(team, 0, &goals));
        proptest::collection::vec(person, 0..60)
    }

    proptest! {
        #![proptest_config(property(256))]

        #[test]
        fn no_difference_of_published_counts_is_about_fewer_than_five_people(takings in organisation()) {
            let (counts, people) = published(&takings, &figures(&takings), Measure::Review);
            for whole in &counts {
                prop_assert!(smallest_rest(whole, &counts, &people) >= FIGURES_MIN_PEOPLE, "{whole:?} of {counts:?}");
            }
        }

        #[test]
        fn no_block_of_goals_is_about_fewer_than_five_people(takings in goal_setters()) {
            let of = figures(&takings);
            let (counts, people) = published(&takings, &of, Measure::Goals);
            for count in &counts {
                let about = people_in(count, &people);
                prop_assert!(about == 0 || about >= FIGURES_MIN_PEOPLE);
            }
        }

        #[test]
        fn blocks_add_up_to_their_total_and_teams_to_everyone(takings in goal_setters()) {
            let of = figures(&takings);
            let groups = of.everyone.iter().chain(of.teams.iter().map(|team| &team.figures));
            for figure in groups.flat_map(|group| &group.figures) {
                let sum: usize = figure.blocks.iter().flatten().map(|block| block.count).sum();
                prop_assert!(figure.blocks.is_none() || sum == figure.of);
            }
            let people: usize = of.teams.iter().map(|team| team.figures.people).sum();
            prop_assert!(of.teams.is_empty() || Some(people) == of.everyone.map(|all| all.people));
        }
    }

    fn blocks(of: &CycleFigures, measure: Measure) -> Option<Vec<(Vec<Part>, usize)>> {
        let all = of.everyone.as_ref()?;
        let figure = all
            .figures
            .iter()
            .find(|figure| figure.measure == measure)?;
        let blocks = figure.blocks.as_ref()?;
        Some(
            blocks
                .iter()
                .map(|block| (block.parts.clone(), block.count))
                .collect(),
        )
    }

    fn with_phases(on_time: usize, late: usize, open: usize) -> Vec<Taking> {
        let of = |phase, count| std::iter::repeat_n(taking(9, phase, &[]), count);
        of(0, on_time)
            .chain(of(1, late))
            .chain(of(2, open))
            .collect()
    }

    #[test]
    fn a_part_of_too_few_people_is_put_together_with_its_neighbour() {
        use Part::{Late, OnTime, Open};
        let of = |on_time, late, open| {
            blocks(&figures(&with_phases(on_time, late, open)), Measure::Review)
        };
        let apart = vec![(vec![OnTime], 7), (vec![Late], 5), (vec![Open], 0)];
        assert_eq!(of(7, 5, 0), Some(apart));
        assert_eq!(
            of(7, 2, 0),
            Some(vec![(vec![OnTime, Late], 9), (vec![Open], 0)])
        );
        assert_eq!(
            of(7, 2, 3),
            Some(vec![(vec![OnTime], 7), (vec![Late, Open], 5)])
        );
        assert_eq!(of(7, 0, 1), None);
    }

    #[test]
    fn fewer_than_five_people_have_no_figures() {
        assert_eq!(figures(&with_phases(4, 0, 0)).everyone, None);
        assert!(figures(&with_phases(5, 0, 0)).everyone.is_some());
    }

    #[test]
    fn a_rest_too_small_to_stand_alone_takes_the_smallest_team_with_it() {
        let mut takings: Vec<_> = (0..6).map(|_| taking(0, 0, &[])).collect();
        takings.extend((0..5).map(|_| taking(1, 0, &[])));
        takings.extend((0..8).map(|_| taking(2, 0, &[])));
        takings.extend((0..2).map(|_| taking(3, 0, &[])));
        let names: Vec<_> = figures(&takings)
            .teams
            .into_iter()
            .map(|t| (t.team, t.figures.people))
            .collect();
        let team = |name: &str, people| (Some(name.to_owned()), people);
        assert_eq!(names, [team("a", 6), team("c", 8), (None, 7)]);
    }

    #[test]
    fn who_has_no_manager_no_expectations_or_is_external_takes_no_part() {
        let mut world = World::on("2026-02-01");
        world.expects("2025-h1", expectation("auth"));
        let takes_part = |world: &World| {
            Taking::of(&world.commons, &world.ada, world.cycle("2025-h1")).is_some()
        };
        world.ada.roles[0].manager = Some(person_id("grace"));
        assert!(takes_part(&world));
        assert!(Taking::of(&world.commons, &world.ada, world.cycle("2025-h2")).is_none());
        world.ada.external = true;
        assert!(!takes_part(&world));
        world.ada.external = false;
        world.ada.roles[0].manager = None;
        assert!(!takes_part(&world));
    }

    #[test]
    fn a_cycle_that_still_runs_has_no_figures() {
        let mut world = World::on("2025-06-30");
        world.ada.roles[0].manager = Some(person_id("grace"));
        world.expects("2025-h1", expectation("auth"));
        assert!(org_figures(&world.commons, [&world.ada]).cycles.is_empty());
        world.commons.as_of = day("2025-07-01");
        let cycles = org_figures(&world.commons, [&world.ada]).cycles;
        assert_eq!(cycles.len(), 1);
        assert_eq!(cycles[0].everyone, None);
    }
}
