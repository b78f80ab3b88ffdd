//! The few figures on top of a portfolio, and what was promised in 1:1s.

use super::alignment::level_alignment;
use super::outcome::{Achievement, Judge, achievement, percent};
use super::phases::{Phase, phase};
use super::progress::{StepProgress, expectation_facts};
use super::standing::Seen;
use crate::domain::model::*;

/// `n` of `of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many count.
    pub n: usize,
    /// Of how many.
    pub of: usize,
}

impl Tally {
    /// Rounded; nothing of nothing.
    pub fn percent(&self) -> Option<u8> {
        percent(self.n, self.of)
    }
}

/// One point of a sparkline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeriesPoint<'a> {
    /// The cycle.
    pub cycle: &'a Cycle,
    /// What is counted in it.
    pub tally: Tally,
}

/// The figures of one cycle, each with its series over the cycles up to it, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Headline<'a> {
    /// The cycle that the figures are of.
    pub cycle: &'a Cycle,
    /// Outcomes of the cycle's expectations.
    pub expectations: Achievement,
    /// Met of all but the obsolete, by ended cycle; cycles without agreed expectations are left out.
    pub expectations_series: Vec<SeriesPoint<'a>>,
    /// Key steps of the cycle's expectations.
    pub steps: StepProgress,
    /// Done of the counted, by ended cycle; cycles without counted steps are left out.
    pub steps_series: Vec<SeriesPoint<'a>>,
    /// Competencies at or above the level held, of those that the last shared review rates; nothing where
    /// there is none. The level is the one held in `cycle`.
    pub areas: Option<Tally>,
    /// The same in every cycle that has a shared review, against the level held then.
    pub areas_series: Vec<SeriesPoint<'a>>,
    /// The cycle's last day.
    pub ends: Date,
    /// The day the self-assessment is due, days of leave left out; nothing for who takes no part.
    pub self_due: Option<Date>,
}

/// The headline figures of a portfolio that shows `cycle`.
pub fn headline<'a>(commons: &'a Commons, person: &'a Person, cycle: &'a Cycle) -> Headline<'a> {
    let seen = Seen::from(commons, person, cycle);
    let cycles = seen.cycles().into_iter().map(|(cycle, _)| cycle);
    // A cycle that still runs would look like a fall.
    let ended: Vec<&'a Cycle> = cycles.filter(|c| c.end < commons.as_of).collect();
    let own_files = person.cycles.get(&cycle.id);
    Headline {
        cycle,
        expectations: own_files.map_or(Achievement::default(), achievement),
        expectations_series: series(&ended, |cycle| met(person.cycles.get(&cycle.id)?)),
        steps: steps(commons, person, cycle),
        steps_series: series(&ended, |cycle| done(&steps(commons, person, cycle))),
        areas: areas(commons, person, cycle),
        areas_series: series(&seen.rated_cycles(Judge::Manager), |cycle| {
            areas(commons, person, cycle)
        }),
        ends: cycle.end,
        self_due: phase(commons, person, cycle, Phase::SelfAssessment).map(|status| status.due),
    }
}

/// The points of those cycles that have something to count.
fn series<'a>(
    cycles: &[&'a Cycle],
    tally: impl Fn(&'a Cycle) -> Option<Tally>,
) -> Vec<SeriesPoint<'a>> {
    let point = |cycle: &&'a Cycle| {
        let tally = tally(cycle).filter(|tally| tally.of > 0)?;
        Some(SeriesPoint { cycle, tally })
    };
    cycles.iter().filter_map(point).collect()
}

fn met(of: &PersonCycle) -> Option<Tally> {
    let counts = achievement(of);
    Some(Tally {
        n: counts.met,
        of: counts.total() - counts.obsolete,
    })
}

fn steps(commons: &Commons, person: &Person, cycle: &Cycle) -> StepProgress {
    let all = expectation_facts(commons, person, cycle);
    all.iter().map(|facts| facts.progress).sum()
}

fn done(progress: &StepProgress) -> Option<Tally> {
    Some(Tally {
        n: progress.done,
        of: progress.counted(),
    })
}

fn areas<'a>(commons: &'a Commons, person: &'a Person, cycle: &'a Cycle) -> Option<Tally> {
    let alignment = level_alignment(commons, person, cycle)?;
    let track = &alignment.held.track;
    let rated = alignment.rows.iter().filter_map(|row| row.now.as_ref());
    let mut tally = Tally::default();
    for now in rated.filter(|now| now.level.track == *track) {
        tally.of += 1;
        tally.n += usize::from(now.position.reaches(alignment.held_level.rank));
    }
    (tally.of > 0).then_some(tally)
}

/// An action from a 1:1 that nobody has ticked.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenAction<'a> {
    /// As its line says, without the box.
    pub text: &'a str,
    /// The latest 1:1 that lists it.
    pub checkin: &'a CheckIn,
    /// The first that did.
    pub since: Date,
}

/// The open actions of all check-ins, those of the latest first, in the order of its lines. A line that
/// several check-ins repeat word for word is one action.
pub fn open_actions(person: &Person) -> Vec<OpenAction<'_>> {
    let mut actions: Vec<OpenAction<'_>> = Vec::new();
    for checkin in person.checkins.iter().rev() {
        for text in &checkin.open_actions {
            match actions.iter_mut().find(|action| action.text == text) {
                Some(known) => known.since = checkin.date,
                None => actions.push(OpenAction {
                    text,
                    checkin,
                    since: checkin.date,
                }),
            }
        }
    }
    actions
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;

    fn shown<'a>(world: &'a World, cycle: &str) -> Headline<'a> {
        headline(&world.commons, &world.ada, world.cycle(cycle))
    }

    #[test]
    fn the_figures_have_their_series_oldest_first() {
        let mut world = World::on("2025-09-01");
        let steps = |done: usize| {
            (0..3).map(move |at| {
                if at < done {
                    step_done("2025-02-01")
                } else {
                    step()
                }
            })
        };
        world.expects("2025-h1", expectation("a").with_steps(steps(3)));
        world.expects("2025-h2", expectation("b").with_steps(steps(1)));
        world.judged("2025-h1", "a", OutcomeIs::Met);
        let shown = shown(&world, "2025-h2");
        assert_eq!((shown.expectations.open, shown.steps.done), (1, 1));
        let tallies = |series: &[SeriesPoint<'_>]| -> Vec<(usize, usize)> {
            series
                .iter()
                .map(|point| (point.tally.n, point.tally.of))
                .collect()
        };
        assert_eq!(tallies(&shown.steps_series), [(3, 3)]);
        assert_eq!(tallies(&shown.expectations_series), [(1, 1)]);
        assert_eq!(shown.ends, day("2025-12-31"));
    }

    #[test]
    fn areas_count_against_the_level_held_and_only_where_rated() {
        let mut world = World::on("2025-08-01");
        assert_eq!(shown(&world, "2025-h1").areas, None);
        world.reviewed("2025-h1", "technical", "exceeds");
        assert_eq!(shown(&world, "2025-h1").areas, Some(Tally { n: 1, of: 1 }));
        world.reviewed("2025-h1", "ownership", "misses");
        assert_eq!(shown(&world, "2025-h1").areas, Some(Tally { n: 1, of: 2 }));
    }

    #[test]
    fn an_action_that_is_carried_along_is_one_action() {
        let mut world = World::on("2025-08-01");
        let checkin = |date: &str, actions: &[&str]| CheckIn {
            date: day(date),
            title: String::new(),
            text: Prose::default(),
            open_actions: actions.iter().map(|text| text.to_string()).collect(),
        };
        world.ada.checkins = vec![
            checkin("2025-03-01", &["Ask platform", "Book the room"]),
            checkin("2025-03-15", &["Read the plan", "Ask platform"]),
        ];
        let actions = open_actions(&world.ada);
        let told: Vec<(&str, Date)> = actions.iter().map(|one| (one.text, one.since)).collect();
        assert_eq!(
            told,
            [
                ("Read the plan", day("2025-03-15")),
                ("Ask platform", day("2025-03-01")),
                ("Book the room", day("2025-03-01")),
            ]
        );
    }
}
