//! The gap to the next level: what it asks, what speaks for it, and where nothing does.

use super::axis::level_label;
use super::cycles::agreed_expectations;
use super::outcome::{Judge, OutcomeGiven, outcome_of};
use super::standing::{Seen, Standing, known_as};
use crate::domain::model::*;

/// From the level held to the next one, or ones.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelGap<'a> {
    /// The track of the level held.
    pub track: &'a Track,
    /// The level held.
    pub held: &'a LevelRef,
    /// The same, as the rubric has it.
    pub held_level: &'a Level,
    /// `L4`.
    pub held_label: String,
    /// By id; empty at the top of the track, several at a fork.
    pub next: Vec<NextLevel<'a>>,
    /// In the order of the track; one for each competency.
    pub rows: Vec<GapRow<'a>>,
}

/// A level that the person could hold next.
#[derive(Debug, Clone, PartialEq)]
pub struct NextLevel<'a> {
    /// The level.
    pub level: &'a Level,
    /// `L5`.
    pub label: String,
}

/// One competency.
#[derive(Debug, Clone, PartialEq)]
pub struct GapRow<'a> {
    /// The competency.
    pub competency: &'a Competency,
    /// What the level held asks; nothing where the rubric has no such cell.
    pub held: Option<&'a Cell>,
    /// What each of [`LevelGap::next`] asks, in that order; nothing where the rubric has no such cell.
    pub next: Vec<Option<&'a Cell>>,
    /// Everything that names the competency, newest first.
    pub evidence: Vec<Evidence<'a>>,
}

impl GapRow<'_> {
    /// There is a next level and nothing yet speaks for it, whatever there is for the present one.
    pub fn is_missing(&self) -> bool {
        !self.next.is_empty() && !self.evidence.iter().any(|piece| piece.for_next)
    }
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence<'a> {
    /// The day it is of.
    pub date: Date,
    /// Where it stands; nothing for a log entry outside of all the person's cycles.
    pub cycle: Option<&'a Cycle>,
    /// What it is.
    pub of: EvidenceOf<'a>,
    /// As the author wrote them; may be empty for outcomes, ratings and log entries.
    pub links: &'a [String],
    /// It speaks for a level above the one held: a step or outcome of an expectation that aims there, a rating
    /// that is at or above one, a log entry on such an expectation.
    pub for_next: bool,
}

/// What a piece of evidence is.
#[derive(Debug, Clone, PartialEq)]
pub enum EvidenceOf<'a> {
    /// A key step done, with evidence.
    Step(&'a Expectation, &'a KeyStep),
    /// An expectation met.
    Met(&'a Expectation, OutcomeGiven<'a>),
    /// A rating in a shared review, or in the self-assessment ([`Standing::judge`] says which).
    Rating(Box<Standing<'a>>),
    /// A win, feedback, award or touchpoint.
    Log(&'a LogEntry),
}

/// The gap to the next level on the day that facts are judged on, by the rubric in force. Log entries of
/// a later day do not count. Nothing where no level is held, or the rubric does not know it.
pub fn level_gap<'a>(commons: &'a Commons, person: &'a Person) -> Option<LevelGap<'a>> {
    let held = person.level_on(commons.as_of)?;
    let (track, held_level) = commons.rubric.level(held)?;
    let next = track.next_levels(&held.level);
    let search = Search {
        seen: Seen::today(commons, person),
        track,
        above: held_level.rank,
        next: next.first().map(|level| level.rank),
    };
    let row = |competency: &'a Competency| GapRow {
        competency,
        held: held_level.cells.get(&competency.id),
        next: next
            .iter()
            .map(|level| level.cells.get(&competency.id))
            .collect(),
        evidence: search.evidence(competency),
    };
    Some(LevelGap {
        track,
        held,
        held_level,
        held_label: level_label(held_level),
        rows: track.competencies.iter().map(row).collect(),
        next: next.into_iter().map(next_level).collect(),
    })
}

fn next_level(level: &Level) -> NextLevel<'_> {
    NextLevel {
        level,
        label: level_label(level),
    }
}

/// Where to look, and what counts as speaking for the next level.
struct Search<'a> {
    seen: Seen<'a>,
    track: &'a Track,
    /// Rank of the level held.
    above: i64,
    /// Rank of the next one.
    next: Option<i64>,
}

impl<'a> Search<'a> {
    fn evidence(&self, competency: &'a Competency) -> Vec<Evidence<'a>> {
        let ids = known_as(self.track, competency);
        let mut found = Vec::new();
        for (cycle, of) in self.seen.cycles() {
            let file = agreed_expectations(of);
            let about = file.into_iter().flat_map(|file| &file.expectations);
            for one in about.filter(|one| one.competencies.iter().any(|id| ids.contains(&id))) {
                found.extend(self.steps(cycle, one));
                found.extend(self.met(cycle, of, one));
            }
            found.extend(self.ratings(cycle, &ids));
        }
        found.extend(self.log(&ids));
        found.sort_by_key(|piece| std::cmp::Reverse(piece.date));
        found
    }

    fn steps(&self, cycle: &'a Cycle, one: &'a Expectation) -> impl Iterator<Item = Evidence<'a>> {
        let for_next = self.aims_above(one);
        let proven = one.steps.iter().filter(|step| !step.evidence.is_empty());
        proven.filter_map(move |step| {
            Some(Evidence {
                date: step.done?,
                cycle: Some(cycle),
                of: EvidenceOf::Step(one, step),
                links: &step.evidence,
                for_next,
            })
        })
    }

    fn met(
        &self,
        cycle: &'a Cycle,
        of: &'a PersonCycle,
        one: &'a Expectation,
    ) -> Option<Evidence<'a>> {
        let given = outcome_of(of, &one.id).filter(|given| given.is() == OutcomeIs::Met)?;
        Some(Evidence {
            date: given.date,
            cycle: Some(cycle),
            of: EvidenceOf::Met(one, given),
            links: &[],
            for_next: self.aims_above(one),
        })
    }

    fn ratings(
        &self,
        cycle: &'a Cycle,
        ids: &[&'a CompetencyId],
    ) -> impl Iterator<Item = Evidence<'a>> {
        let judges = [Judge::Manager, Judge::Own].into_iter();
        let standings = judges.filter_map(move |judge| self.seen.standing(cycle, ids, judge));
        standings.map(move |standing| Evidence {
            date: standing.date,
            cycle: Some(cycle),
            links: &standing.given.evidence,
            for_next: self.reaches_next(&standing),
            of: EvidenceOf::Rating(Box::new(standing)),
        })
    }

    fn log(&self, ids: &[&CompetencyId]) -> Vec<Evidence<'a>> {
        let past = |entry: &&LogEntry| entry.date <= self.seen.commons.as_of;
        let entries = self.seen.person.log.iter().filter(past);
        let about = entries.filter_map(|entry| {
            let (cycle, on) = self.place_of(entry);
            let mut named = entry
                .competencies
                .iter()
                .chain(on.iter().flat_map(|e| &e.competencies));
            named.any(|id| ids.contains(&id)).then_some(Evidence {
                date: entry.date,
                cycle,
                of: EvidenceOf::Log(entry),
                links: &entry.evidence,
                for_next: on.is_some_and(|one| self.aims_above(one)),
            })
        });
        about.collect()
    }

    /// The person's cycle that a log entry falls into, and the expectation there that it is on.
    fn place_of(&self, entry: &LogEntry) -> (Option<&'a Cycle>, Option<&'a Expectation>) {
        let all = self.seen.cycles();
        let Some((cycle, of)) = all
            .into_iter()
            .rev()
            .find(|(cycle, _)| cycle.contains(entry.date))
        else {
            return (None, None);
        };
        let file = agreed_expectations(of);
        let on = entry.on.as_ref().and_then(|id| file?.get(id));
        (Some(cycle), on)
    }

    fn aims_above(&self, one: &Expectation) -> bool {
        let aims = one.aims.as_ref().filter(|aims| aims.track == self.track.id);
        let level = aims.and_then(|aims| self.track.level(&aims.level));
        level.is_some_and(|level| level.rank > self.above)
    }

    fn reaches_next(&self, standing: &Standing<'_>) -> bool {
        standing.level.track == self.track.id
            && self
                .next
                .is_some_and(|rank| standing.position.reaches(rank))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;

    fn gap_of(world: &World) -> LevelGap<'_> {
        level_gap(&world.commons, &world.ada).expect("ada holds a level")
    }

    fn proven(on: &str) -> KeyStep {
        KeyStep {
            evidence: vec!["https://example.org/240".into()],
            ..step_done(on)
        }
    }

    fn entry(date: &str) -> LogEntry {
        LogEntry {
            date: day(date),
            kind: LogKind::Award,
            by: None,
            on: None,
            competencies: Vec::new(),
            text: Prose::new("Calm lead"),
            evidence: Vec::new(),
            readers: None,
        }
    }

    #[test]
    fn each_competency_has_the_cell_held_and_the_next() {
        let world = World::on("2025-03-01");
        let gap = gap_of(&world);
        let text = |cell: Option<&Cell>| cell.map(|cell| cell.text.as_str().to_owned());
        assert_eq!(text(gap.rows[0].held), Some("technical at l3".into()));
        assert_eq!(text(gap.rows[0].next[0]), Some("technical at l4".into()));
        assert!(gap.rows[0].is_missing());
    }

    #[test]
    fn a_fork_asks_for_several_next_levels() {
        let mut world = World::on("2025-03-01");
        world.track().levels.insert(2, level("e4", 4));
        let gap = gap_of(&world);
        let labels: Vec<&str> = gap.next.iter().map(|next| next.label.as_str()).collect();
        assert_eq!(labels, ["E4", "L4"]);
        assert_eq!(gap.rows[0].next.len(), 2);
    }

    #[test]
    fn missing_cells_and_the_top_of_the_track_ask_for_nothing() {
        let mut world = World::on("2025-03-01");
        world.track().levels[2].cells.clear();
        assert_eq!(gap_of(&world).rows[0].next, [None]);
        world.promoted("2025-02-01", "ic/l5");
        let gap = gap_of(&world);
        assert!(gap.next.is_empty());
        assert!(gap.rows[0].next.is_empty());
        assert!(!gap.rows[0].is_missing());
    }

    #[test]
    fn everything_that_names_the_competency_is_evidence_newest_first() {
        let mut world = World::on("2025-12-01");
        let auth = expectation("auth").about("technical").aiming_at("ic/l4");
        world.expects(
            "2025-h1",
            auth.with_steps([proven("2025-02-03"), step_done("2025-02-04")]),
        );
        world.judged("2025-h1", "auth", OutcomeIs::Met);
        world.reviewed("2025-h1", "technical", "exceeds");
        let named = LogEntry {
            competencies: vec![competency_id("technical")],
            ..entry("2025-10-01")
        };
        let on = LogEntry {
            on: Some(expectation_id("auth")),
            ..entry("2025-03-01")
        };
        world.ada.log = vec![on, entry("2025-04-01"), named];
        let gap = gap_of(&world);
        let kinds: Vec<&str> = gap.rows[0]
            .evidence
            .iter()
            .map(|piece| match &piece.of {
                EvidenceOf::Step(..) => "step",
                EvidenceOf::Met(..) => "met",
                EvidenceOf::Rating(_) => "rating",
                EvidenceOf::Log(_) => "log",
            })
            .collect();
        assert_eq!(kinds, ["log", "met", "rating", "log", "step"]);
        assert!(gap.rows[1].evidence.is_empty());
    }

    #[test]
    fn only_what_aims_above_the_level_held_speaks_for_the_next() {
        let mut world = World::on("2025-12-01");
        let here = expectation("here")
            .about("technical")
            .with_steps([proven("2025-02-03")]);
        world.expects("2025-h1", here);
        world.reviewed("2025-h1", "technical", "exceeds ic/l3");
        assert!(gap_of(&world).rows[0].is_missing());
        world.reviewed("2025-h1", "technical", "meets ic/l4");
        assert!(!gap_of(&world).rows[0].is_missing());
    }

    #[test]
    fn after_a_promotion_the_gap_is_that_of_the_new_level() {
        let mut world = World::on("2025-12-01");
        world.expects(
            "2025-h1",
            expectation("x")
                .about("technical")
                .aiming_at("ic/l4")
                .with_steps([proven("2025-02-03")]),
        );
        world.promoted("2025-08-01", "ic/l4");
        let gap = gap_of(&world);
        assert_eq!(
            (gap.held_label.as_str(), gap.next[0].label.as_str()),
            ("L4", "L5")
        );
        assert!(gap.rows[0].is_missing());
    }
}
