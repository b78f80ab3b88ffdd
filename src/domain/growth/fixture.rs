//! A tiny organisation for tests: one person, one track, three half-years.

use std::collections::BTreeMap;

use crate::domain::model::*;

/// Ada, and what everyone may know.
pub struct World {
    pub commons: Commons,
    pub ada: Person,
}

/// Written `2026-03-20`.
pub fn day(text: &str) -> Date {
    text.parse().expect("tests write valid dates")
}

macro_rules! id_builders {
    ($($name:ident -> $id:ident;)*) => {$(
        pub fn $name(text: &str) -> $id {
            $id::new(text).expect("tests write valid ids")
        }
    )*};
}

id_builders! {
    person_id -> PersonId;
    cycle_id -> CycleId;
    competency_id -> CompetencyId;
    rating_id -> RatingId;
    expectation_id -> ExpectationId;
    goal_id -> GoalId;
    stage_id -> StageId;
    level_id -> LevelId;
    track_id -> TrackId;
}

/// Written `ic/l3`.
pub fn level_ref(text: &str) -> LevelRef {
    let (track, level) = text.split_once('/').expect("tests write track/level");
    LevelRef {
        track: track_id(track),
        level: level_id(level),
    }
}

impl World {
    /// Three half-years from 2025-h1 on; the track `ic` with `l2` to `l5`, and `technical` and
    /// `ownership`, every cell there; the default scale. Ada joined at `ic/l3` and has no files yet.
    pub fn on(as_of: &str) -> Self {
        let track = track("ic", &[("l2", 2), ("l3", 3), ("l4", 4), ("l5", 5)]);
        let rubric = Rubric {
            tracks: BTreeMap::from([(track.id.clone(), track)]),
        };
        let cycles = vec![
            cycle("2025-h1", "2025-01-01", "2025-06-30"),
            cycle("2025-h2", "2025-07-01", "2025-12-31"),
            cycle("2026-h1", "2026-01-01", "2026-06-30"),
        ];
        let commons = Commons {
            name: "Example".into(),
            public_title: "Portfolios".into(),
            as_of: day(as_of),
            ratings: scale(&["Misses", "Meets", "Exceeds"]),
            cycles,
            rubric,
            pinned: BTreeMap::new(),
            names: BTreeMap::new(),
        };
        Self {
            commons,
            ada: ada(),
        }
    }

    pub fn cycle(&self, id: &str) -> &Cycle {
        let cycle = self.commons.cycle(&cycle_id(id));
        cycle.expect("tests name known cycles")
    }

    pub fn track(&mut self) -> &mut Track {
        let track = self.commons.rubric.tracks.get_mut("ic");
        track.expect("every world has the track `ic`")
    }

    pub fn files(&mut self, cycle: &str) -> &mut PersonCycle {
        self.ada.cycles.entry(cycle_id(cycle)).or_default()
    }

    /// Adds an expectation, agreed on the cycle's first day.
    pub fn expects(&mut self, cycle: &str, one: Expectation) {
        let start = self.cycle(cycle).start;
        let file = self.files(cycle).expectations.get_or_insert_default();
        file.agreed = Some(start);
        file.expectations.push(one);
    }

    /// The manager's review, dated and shared 17 days after the cycle's end.
    pub fn review(&mut self, cycle: &str) -> &mut Review {
        let shared = self.cycle(cycle).end + chrono::Days::new(17);
        self.files(cycle).review.get_or_insert_with(|| Review {
            feedback: feedback("grace", shared),
            shared: Some(shared),
            acknowledged: None,
            reply: None,
        })
    }

    /// The self-assessment, dated 3 days after the cycle's end.
    pub fn own(&mut self, cycle: &str) -> &mut Feedback {
        let date = self.cycle(cycle).end + chrono::Days::new(3);
        let own = &mut self.files(cycle).self_assessment;
        own.get_or_insert_with(|| feedback("ada", date))
    }

    /// The shared review rates a competency: `exceeds` or `exceeds ic/l4`.
    pub fn reviewed(&mut self, cycle: &str, competency: &str, rating: &str) {
        let given = rated(rating);
        let ratings = &mut self.review(cycle).feedback.ratings;
        ratings.insert(competency_id(competency), given);
    }

    /// The shared review says how an expectation ended.
    pub fn judged(&mut self, cycle: &str, expectation: &str, is: OutcomeIs) {
        let outcomes = &mut self.review(cycle).feedback.outcomes;
        outcomes.insert(expectation_id(expectation), outcome(is));
    }

    /// From a day on, another level.
    pub fn promoted(&mut self, from: &str, level: &str) {
        let last = self.ada.roles.last().expect("ada has a role").clone();
        self.ada.roles.push(Role {
            from: day(from),
            level: Some(level_ref(level)),
            ..last
        });
    }
}

fn ada() -> Person {
    Person {
        id: person_id("ada"),
        name: "Ada Okafor".into(),
        start: day("2025-01-01"),
        end: None,
        login: "ada".into(),
        keys: Vec::new(),
        external: false,
        roles: vec![Role {
            from: day("2025-01-01"),
            level: Some(level_ref("ic/l3")),
            title: None,
            team: None,
            manager: Some(person_id("grace")),
        }],
        leaves: Vec::new(),
        log: Vec::new(),
        checkins: Vec::new(),
        login_file: None,
        cycles: BTreeMap::new(),
    }
}

pub fn cycle(id: &str, start: &str, end: &str) -> Cycle {
    Cycle {
        id: cycle_id(id),
        title: id.to_uppercase(),
        start: day(start),
        end: day(end),
        rubric: None,
        phases: Phases::default(),
        questions: Vec::new(),
    }
}

pub fn scale(titles: &[&str]) -> Vec<Rating> {
    let rating = |title: &&str| Rating {
        id: rating_id(&title.to_lowercase()),
        title: title.to_string(),
    };
    titles.iter().map(rating).collect()
}

pub fn track(id: &str, levels: &[(&str, i64)]) -> Track {
    let levels = levels.iter().map(|(id, rank)| level(id, *rank)).collect();
    Track {
        id: track_id(id),
        title: id.to_uppercase(),
        description: Prose::default(),
        public: false,
        extends: None,
        is_abstract: false,
        cumulative: true,
        competencies: vec![competency("technical"), competency("ownership")],
        levels,
    }
}

pub fn level(id: &str, rank: i64) -> Level {
    let cell = |competency: &str| {
        let text = Prose::new(format!("{competency} at {id}"));
        (
            competency_id(competency),
            Cell {
                text,
                ..Cell::default()
            },
        )
    };
    Level {
        id: level_id(id),
        title: format!("Engineer {rank}"),
        rank,
        equivalent: Vec::new(),
        min_points: None,
        sections: Vec::new(),
        cells: ["technical", "ownership"].map(cell).into(),
    }
}

pub fn competency(id: &str) -> Competency {
    Competency {
        id: competency_id(id),
        title: id.to_uppercase(),
        category: None,
        description: Prose::default(),
        was: Vec::new(),
        stages: Vec::new(),
    }
}

pub fn feedback(by: &str, date: Date) -> Feedback {
    Feedback {
        by: person_id(by),
        date: Some(date),
        readers: None,
        outcomes: BTreeMap::new(),
        ratings: BTreeMap::new(),
        answers: Vec::new(),
    }
}

/// Written `exceeds`, or `exceeds ic/l4` against a level.
pub fn rated(text: &str) -> RatingGiven {
    let (is, level) = match text.split_once(' ') {
        Some((is, level)) => (is, Some(level_ref(level))),
        None => (text, None),
    };
    RatingGiven {
        is: rating_id(is),
        level,
        evidence: Vec::new(),
        confidence: None,
        why: None,
    }
}

pub fn outcome(is: OutcomeIs) -> Outcome {
    Outcome {
        is,
        why: None,
        learned: None,
    }
}

pub fn expectation(id: &str) -> Expectation {
    Expectation {
        id: expectation_id(id),
        text: Prose::new(id),
        kind: None,
        measure: None,
        competencies: Vec::new(),
        why: None,
        aims: None,
        agreed: None,
        until: None,
        objective: None,
        follows: None,
        steps: Vec::new(),
        fixed: None,
    }
}

/// Reads as a sentence: `expectation("auth").about("technical").aiming_at("ic/l4")`.
pub trait ExpectationWords {
    fn about(self, competency: &str) -> Self;
    fn aiming_at(self, level: &str) -> Self;
    fn following(self, cycle: &str, expectation: &str) -> Self;
    fn with_steps(self, steps: impl IntoIterator<Item = KeyStep>) -> Self;
}

impl ExpectationWords for Expectation {
    fn about(mut self, competency: &str) -> Self {
        self.competencies.push(competency_id(competency));
        self
    }

    fn aiming_at(mut self, level: &str) -> Self {
        self.aims = Some(level_ref(level));
        self
    }

    fn following(mut self, cycle: &str, expectation: &str) -> Self {
        let follows = Follows::Expectation(cycle_id(cycle), expectation_id(expectation));
        self.follows = Some(follows);
        self
    }

    fn with_steps(mut self, steps: impl IntoIterator<Item = KeyStep>) -> Self {
        self.steps.extend(steps);
        self
    }
}

pub fn step() -> KeyStep {
    KeyStep {
        text: Prose::new("a step"),
        due: None,
        done: None,
        dropped: None,
        why: None,
        note: None,
        evidence: Vec::new(),
    }
}

pub fn step_done(on: &str) -> KeyStep {
    KeyStep {
        done: Some(day(on)),
        ..step()
    }
}

pub fn step_due(by: &str) -> KeyStep {
    KeyStep {
        due: Some(day(by)),
        ..step()
    }
}

pub fn leave(from: &str, to: &str) -> Leave {
    Leave {
        from: day(from),
        to: day(to),
    }
}
