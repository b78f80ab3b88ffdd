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
//! - Where texts may be unknown to the people they are about, no block is empty: "all" or "none" would tell each of
//!   them of their own. A review counts once it is shared.
//! - A cycle is counted as of one day and published once; [`recounted`] says when its numbers may change.

use std::collections::{BTreeMap, BTreeSet};

use super::cycles::agreed_expectations;
use super::outcome::{Achievement, achievement};
use super::phases::{Phase, PhaseState, phases_of};
use crate::domain::model::*;

/// Counts one cycle as of a day: what is dated later is left out. `people` are whole: what is confidential is counted
/// too, and leaves as a count.
///
/// A person takes part with agreed expectations and, on the cycle's last day, a manager.
pub fn cycle_figures<'p>(
    people: impl IntoIterator<Item = &'p Person>,
    cycle: &Cycle,
    as_of: Date,
) -> CycleFigures {
    counted(&takings(people, cycle, as_of), cycle, as_of)
}

/// Counts every cycle that is over, as of today. These numbers change with each text: they are for the keeper alone.
pub fn live_figures(commons: &Commons, people: &[&Person]) -> OrgFigures {
    let today = commons.as_of;
    let over = commons.cycles.iter().filter(|cycle| cycle.end < today);
    let figures = over.filter_map(|cycle| {
        let takings = takings(people.iter().copied(), cycle, today);
        (!takings.is_empty()).then(|| counted(&takings, cycle, today))
    });
    OrgFigures {
        cycles: figures.collect(),
    }
}

/// Counts a published cycle again, as of the same day. `None` if nothing may change.
///
/// The people of each group, and each published count of people, stay as they are or differ by
/// [`FIGURES_MIN_PEOPLE`] or more. So whatever changes, that many people differ, and no count tells of fewer:
///
/// - Groups and blocks stay as published. What was not published as counts stays so.
/// - A measure keeps all its numbers if one of them would move by fewer people.
/// - The goals always keep theirs: one person has several, so their number does not tell how many people moved.
/// - Where the number of people moves, the phases move together or not at all.
pub fn recounted<'p>(
    before: &CycleFigures,
    people: impl IntoIterator<Item = &'p Person>,
    cycle: &Cycle,
) -> Option<CycleFigures> {
    again(before, &takings(people, cycle, before.as_of))
}

fn takings<'p>(
    people: impl IntoIterator<Item = &'p Person>,
    cycle: &Cycle,
    as_of: Date,
) -> Vec<Taking> {
    let people = people.into_iter();
    let takings = people.filter_map(|person| Taking::of(person, cycle, as_of));
    takings.collect()
}

/// What one person adds to the figures of a cycle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Taking {
    team: Option<String>,
    /// Counts above zero.
    counts: BTreeMap<(Measure, Part), usize>,
}

impl Taking {
    /// `None` for a person who takes no part.
    fn of(person: &Person, cycle: &Cycle, as_of: Date) -> Option<Self> {
        let files = by(as_of, person.cycles.get(&cycle.id)?);
        if agreed_expectations(&files)?.expectations.is_empty() {
            return None;
        }
        let role = person.role_on(cycle.end);
        role.manager.as_ref()?;
        let phases = phases_of(person, Some(&files), cycle, as_of);
        if phases.is_empty() {
            return None;
        }
        let mut counts = BTreeMap::new();
        for status in phases {
            counts.insert((measure_of(status.phase), part_of(status.state)), 1);
        }
        for (part, count) in goals(&achievement(&files)) {
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

/// What was there on a day of one person's cycle; of reviews, what was shared. A peer who wrote later had been asked.
fn by(day: Date, files: &PersonCycle) -> PersonCycle {
    let is_there = |date: Option<Date>| date.is_some_and(|date| date <= day);
    let mut files = files.clone();
    files.expectations = files.expectations.filter(|of| is_there(of.agreed));
    if let Some(of) = &mut files.expectations {
        of.expectations
            .retain(|one| one.agreed.is_none() || is_there(one.agreed));
    }
    files.self_assessment = files.self_assessment.filter(|of| is_there(of.date));
    files.review = files
        .review
        .filter(|of| is_there(of.feedback.date) && is_there(of.shared));
    files.response = files.response.filter(|of| is_there(of.feedback.date));
    for peer in files.peers.values_mut() {
        peer.feedback.date = peer.feedback.date.filter(|date| *date <= day);
    }
    files
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

fn counted(takings: &[Taking], cycle: &Cycle, as_of: Date) -> CycleFigures {
    let everyone: Group<'_> = takings.iter().collect();
    let mut figures = CycleFigures {
        cycle: cycle.id.clone(),
        as_of,
        everyone: None,
        teams: Vec::new(),
    };
    if everyone.len() < FIGURES_MIN_PEOPLE {
        return figures;
    }
    let teams = teams(&everyone);
    let groups: Vec<&Group<'_>> = teams.iter().map(|(_, group)| group).collect();
    // Each is looked for once: it is the same for every team.
    let cuts = |cut: &dyn Fn(Measure) -> Option<Cut>| -> BTreeMap<Measure, Option<Cut>> {
        let of = |measure| (measure, cut(measure));
        Measure::ALL.into_iter().map(of).collect()
    };
    let whole = cuts(&|measure| finest(measure, &[&everyone], None));
    let apart = cuts(&|measure| finest(measure, &groups, Some(whole[&measure]?)));
    let of_teams = teams.iter().map(|(team, group)| TeamFigures {
        team: team.map(str::to_owned),
        figures: group_figures(group, |measure| {
            apart[&measure].map_or(Shown::Hidden, |cut| blocks(group, measure, cut))
        }),
    });
    figures.teams = of_teams.collect();
    figures.everyone = Some(group_figures(&everyone, |measure| {
        let shown = whole[&measure].map(|cut| blocks(&everyone, measure, cut));
        shown.unwrap_or_else(|| nearly(&everyone, measure))
    }));
    figures
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
    let cuts = measure.cuts().iter().copied();
    cuts.filter(fits).find(safe)
}

/// Whether a block is about enough people; or about nobody, where that may be said.
fn is_safe(group: &Group<'_>, measure: Measure, parts: &[Part]) -> bool {
    let people = people_in(group, measure, parts);
    let says_none = people == 0 && !measure.is_confidential();
    says_none || people >= FIGURES_MIN_PEOPLE
}

fn people_in(group: &Group<'_>, measure: Measure, parts: &[Part]) -> usize {
    let about = |taking: &&&Taking| taking.count(measure, parts) > 0;
    group.iter().filter(about).count()
}

/// What is said of a confidential phase in which too few are in, or too few are not.
fn nearly(everyone: &Group<'_>, measure: Measure) -> Shown {
    let handed_in = people_in(everyone, measure, &[Part::OnTime, Part::Late]);
    if !measure.is_confidential() || everyone.len() < 2 * FIGURES_MIN_PEOPLE {
        Shown::Hidden
    } else if handed_in < FIGURES_MIN_PEOPLE {
        Shown::HardlyAny
    } else {
        Shown::NearlyAll
    }
}

fn group_figures(group: &Group<'_>, shown: impl Fn(Measure) -> Shown) -> GroupFigures {
    let figure = |measure| Figure {
        measure,
        of: total(group, measure, &all_parts(measure)),
        shown: shown(measure),
    };
    GroupFigures {
        people: group.len(),
        figures: Measure::ALL.into_iter().map(figure).collect(),
    }
}

fn blocks<P: AsRef<[Part]>>(group: &Group<'_>, measure: Measure, cut: &[P]) -> Shown {
    let block = |parts: &P| Block {
        parts: parts.as_ref().to_vec(),
        count: total(group, measure, parts.as_ref()),
    };
    Shown::Blocks(cut.iter().map(block).collect())
}

fn total(group: &Group<'_>, measure: Measure, parts: &[Part]) -> usize {
    let counts = group.iter().map(|taking| taking.count(measure, parts));
    counts.sum()
}

fn all_parts(measure: Measure) -> Vec<Part> {
    let blocks = measure.cuts().iter().copied().flatten().copied();
    let parts: BTreeSet<Part> = blocks.flatten().copied().collect();
    parts.into_iter().collect()
}

/// The same figures of people who may have changed. `None` if nothing may.
fn again(before: &CycleFigures, takings: &[Taking]) -> Option<CycleFigures> {
    let everyone: Group<'_> = takings.iter().collect();
    let mut after = before.clone();
    let mut groups = vec![(after.everyone.as_mut()?, everyone)];
    let apart = regrouped(&before.teams, takings);
    if !apart.is_empty() && apart.iter().map(Vec::len).sum::<usize>() != takings.len() {
        return None; // who is in no published team would stand apart
    }
    let teams = after.teams.iter_mut().map(|team| &mut team.figures);
    groups.extend(teams.zip(apart));
    let is_same = groups.iter().all(|(old, new)| old.people == new.len());
    if !groups
        .iter()
        .all(|(old, new)| is_far(old.people, new.len()))
    {
        return None;
    }
    for (at, measure) in Measure::ALL.into_iter().enumerate() {
        let renewed = groups
            .iter()
            .map(|(old, new)| renewed(&old.figures[at], new));
        let renewed: Option<Vec<Figure>> = renewed.collect();
        match renewed {
            Some(renewed) => {
                for ((group, _), figure) in groups.iter_mut().zip(renewed) {
                    group.figures[at] = figure;
                }
            }
            None if is_same || measure == Measure::Goals => {}
            None => return None, // a phase is about as many people as the group has
        }
    }
    for (group, takings) in groups {
        group.people = takings.len();
    }
    (after != *before).then_some(after)
}

/// The people in each of the published teams. Who is in none is of everyone else, if there is such a group.
fn regrouped<'t>(teams: &[TeamFigures], takings: &'t [Taking]) -> Vec<Group<'t>> {
    let mut groups: Vec<Group<'t>> = teams.iter().map(|_| Vec::new()).collect();
    for taking in takings {
        let own = |team: &TeamFigures| team.team.is_some() && team.team == taking.team;
        let rest = |team: &TeamFigures| team.team.is_none();
        let at = teams.iter().position(own);
        if let Some(at) = at.or_else(|| teams.iter().position(rest)) {
            groups[at].push(taking);
        }
    }
    groups
}

/// A figure of a group that may have changed. `None` if it has to stay as published.
fn renewed(before: &Figure, group: &Group<'_>) -> Option<Figure> {
    let measure = before.measure;
    if measure == Measure::Goals {
        return None;
    }
    let shown = match &before.shown {
        Shown::Hidden => Shown::Hidden,
        Shown::Blocks(old) => {
            let cut: Vec<&[Part]> = old.iter().map(|block| &*block.parts).collect();
            let safe = cut.iter().all(|parts| is_safe(group, measure, parts));
            safe.then(|| blocks(group, measure, &cut))?
        }
        words => {
            let same =
                nearly(group, measure) == *words && finest(measure, &[group], None).is_none();
            same.then(|| words.clone())?
        }
    };
    let after = Figure {
        measure,
        of: group.len(),
        shown,
    };
    let mut pairs = before.blocks().iter().zip(after.blocks());
    let far = pairs.all(|(old, new)| is_far(old.count, new.count));
    far.then_some(after)
}

/// Whether two published counts of people tell of nobody, or of enough people.
fn is_far(one: usize, other: usize) -> bool {
    one == other || one.abs_diff(other) >= FIGURES_MIN_PEOPLE
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixture::*;
    use super::*;
    use crate::ground::cases::property;

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
        let world = World::on("2026-02-01");
        counted(takings, world.cycle("2025-h1"), day("2025-07-25"))
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
            let blocks = figure.blocks().iter();
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

    /// Texts of each kind stand on their own.
    fn anybody() -> impl Strategy<Value = Taking> {
        let state =
            || prop_oneof![5 => Just(Part::OnTime), 1 => Just(Part::Late), 2 => Just(Part::Open)];
        let states = [state(), state(), state(), state()];
        (0..3usize, states, 1..3usize).prop_map(|(team, states, goals)| {
            let mut taking = taking(team, 0, &[goals]);
            taking
                .counts
                .retain(|(measure, _), _| *measure == Measure::Goals);
            let phases = Measure::ALL.into_iter().zip(states);
            taking.counts.extend(phases.map(|at| (at, 1)));
            taking
        })
    }

    /// A crowd, and the same crowd after some of them came to stand otherwise, or left.
    fn before_and_after() -> impl Strategy<Value = (Vec<Taking>, Vec<Option<Taking>>)> {
        let crowd = proptest::collection::vec(anybody(), 5..40);
        crowd.prop_flat_map(|crowd| {
            let after = crowd.iter().map(|one| {
                prop_oneof![
                    4 => Just(Some(one.clone())),
                    2 => anybody().prop_map(Some),
                    1 => Just(None),
                ]
            });
            let after: Vec<_> = after.collect();
            (Just(crowd), after)
        })
    }

    /// Every published number of people, by where it stands.
    fn numbers(of: &CycleFigures) -> BTreeMap<String, usize> {
        let everyone = of.everyone.iter().map(|all| (None, all));
        let teams = of
            .teams
            .iter()
            .map(|team| (Some(&team.team), &team.figures));
        let mut numbers = BTreeMap::new();
        for (name, group) in everyone.chain(teams) {
            numbers.insert(format!("{name:?}"), group.people);
            let phases = group
                .figures
                .iter()
                .filter(|of| of.measure != Measure::Goals);
            for (figure, block) in phases.flat_map(|of| of.blocks().iter().map(move |b| (of, b))) {
                numbers.insert(
                    format!("{name:?} {:?} {}", figure.measure, block.id()),
                    block.count,
                );
            }
        }
        numbers
    }

    /// What is said of some texts that their subjects may not know is said of a crowd in which at least five are in, or
    /// at least five are not; or it fits one more and one fewer.
    fn says_neither_all_nor_none(of: &CycleFigures) -> Result<(), TestCaseError> {
        let groups = of
            .everyone
            .iter()
            .chain(of.teams.iter().map(|team| &team.figures));
        let figures = groups.flat_map(|group| &group.figures);
        for figure in figures.filter(|of| [Measure::Peer, Measure::Review].contains(&of.measure)) {
            for block in figure.blocks() {
                prop_assert!(block.count > 0 && block.count < figure.of);
            }
            let is_counted = !figure.blocks().is_empty();
            prop_assert!(
                is_counted || figure.amount().is_none() || figure.of >= 2 * FIGURES_MIN_PEOPLE
            );
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(property(256))]

        #[test]
        fn counted_again_each_number_stays_or_moves_by_five_people((crowd, after) in before_and_after()) {
            let before = figures(&crowd);
            let now: Vec<Taking> = after.iter().flatten().cloned().collect();
            if let Some(again) = again(&before, &now) {
                let differ = crowd.iter().zip(&after).filter(|(was, is)| Some(*was) != is.as_ref()).count();
                prop_assert!(differ >= FIGURES_MIN_PEOPLE, "{differ} differ");
                let (old, new) = (numbers(&before), numbers(&again));
                prop_assert!(old.keys().eq(new.keys()));
                for (at, was) in old {
                    prop_assert!(was == new[&at] || was.abs_diff(new[&at]) >= FIGURES_MIN_PEOPLE, "{at}");
                }
                let goals = |of: &CycleFigures| of.everyone.as_ref().map(|all| all.figures[4].clone());
                prop_assert_eq!(goals(&before), goals(&again));
                says_neither_all_nor_none(&again)?;
            }
        }

        #[test]
        fn a_phase_whose_texts_people_may_not_know_of_never_says_all_or_none(crowd in proptest::collection::vec(anybody(), 0..40)) {
            says_neither_all_nor_none(&figures(&crowd))?;
        }

        #[test]
        fn no_difference_of_published_counts_is_about_fewer_than_five_people(takings in organisation()) {
            for measure in [Measure::Review, Measure::Response] {
                let (counts, people) = published(&takings, &figures(&takings), measure);
                for whole in &counts {
                    prop_assert!(smallest_rest(whole, &counts, &people) >= FIGURES_MIN_PEOPLE, "{whole:?} of {counts:?}");
                }
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
                let sum: usize = figure.blocks().iter().map(|block| block.count).sum();
                prop_assert!(figure.blocks().is_empty() || sum == figure.of);
            }
            let people: usize = of.teams.iter().map(|team| team.figures.people).sum();
            prop_assert!(of.teams.is_empty() || Some(people) == of.everyone.map(|all| all.people));
        }
    }

    fn blocks_of(of: &CycleFigures, measure: Measure) -> Option<Vec<(Vec<Part>, usize)>> {
        let all = of.everyone.as_ref()?;
        let figure = all
            .figures
            .iter()
            .find(|figure| figure.measure == measure)?;
        let blocks = figure.blocks().iter();
        let blocks: Vec<_> = blocks
            .map(|block| (block.parts.clone(), block.count))
            .collect();
        (!blocks.is_empty()).then_some(blocks)
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
            blocks_of(
                &figures(&with_phases(on_time, late, open)),
                Measure::Response,
            )
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
    fn all_nearly_all_and_all_but_four_are_the_same_of_shared_reviews() {
        let of = |on_time, open| {
            let figures = figures(&with_phases(on_time, 0, open)).everyone.unwrap();
            figures.figures[2].shown.clone()
        };
        for open in 0..=4 {
            assert_eq!(of(24 - open, open), Shown::NearlyAll);
            assert_eq!(of(open, 24 - open), Shown::HardlyAny);
            assert_eq!(
                of(9 - open, open),
                Shown::Hidden,
                "of nine, it would be few"
            );
        }
        assert!(matches!(of(19, 5), Shown::Blocks(_)));
    }

    #[test]
    fn four_who_hand_in_later_change_nothing_and_five_do() {
        let before = figures(&with_phases(10, 0, 10));
        let after = |more: usize| again(&before, &with_phases(10 + more, 0, 10 - more));
        assert_eq!(after(1), None);
        assert_eq!(after(4), None);
        let five = after(5).map(|of| blocks_of(&of, Measure::Response));
        let expected = vec![
            (vec![Part::OnTime], 15),
            (vec![Part::Late], 0),
            (vec![Part::Open], 5),
        ];
        assert_eq!(five, Some(Some(expected)));
        assert_eq!(
            after(6),
            None,
            "of shared reviews, four that are not would show"
        );
    }

    #[test]
    fn what_is_dated_after_the_day_does_not_count_nor_does_a_review_that_is_not_shared() {
        let mut world = World::on("2026-02-01");
        world.ada.roles[0].manager = Some(person_id("grace"));
        world.expects("2025-h1", expectation("auth"));
        world.expects("2025-h1", expectation("cache"));
        world.own("2025-h1").date = Some(day("2025-07-05"));
        let counts = |world: &World| {
            let taking = Taking::of(&world.ada, world.cycle("2025-h1"), day("2025-07-25"));
            taking.unwrap().counts
        };
        let before = counts(&world);
        assert_eq!(before[&(Measure::SelfAssessment, Part::OnTime)], 1);
        assert_eq!(before[&(Measure::Goals, Part::Unjudged)], 2);
        world.judged("2025-h1", "auth", OutcomeIs::Met);
        world.review("2025-h1").shared = None;
        assert_eq!(
            counts(&world),
            before,
            "a review that is written is not shared"
        );
        world.review("2025-h1").shared = Some(day("2025-07-26"));
        assert_eq!(counts(&world), before, "a review that was shared later");
        world.review("2025-h1").shared = Some(day("2025-07-25"));
        assert_eq!(counts(&world)[&(Measure::Goals, Part::Met)], 1);
        world.own("2025-h1").date = Some(day("2025-07-26"));
        assert_eq!(counts(&world)[&(Measure::SelfAssessment, Part::Open)], 1);
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
            Taking::of(&world.ada, world.cycle("2025-h1"), day("2025-07-25")).is_some()
        };
        world.ada.roles[0].manager = Some(person_id("grace"));
        assert!(takes_part(&world));
        assert!(Taking::of(&world.ada, world.cycle("2025-h2"), day("2026-01-25")).is_none());
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
        assert!(
            live_figures(&world.commons, &[&world.ada])
                .cycles
                .is_empty()
        );
        world.commons.as_of = day("2025-07-01");
        let cycles = live_figures(&world.commons, &[&world.ada]).cycles;
        assert_eq!(cycles.len(), 1);
        assert_eq!(cycles[0].everyone, None);
    }
}
