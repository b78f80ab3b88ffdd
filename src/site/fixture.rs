//! A small organisation for the tests of this stage.

use std::collections::BTreeMap;

use crate::domain::model::*;

/// The id of that text.
macro_rules! id {
    ($kind:ident, $text:expr) => {
        $kind::new($text).unwrap()
    };
}
pub(crate) use id;

pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn prose(text: &str) -> Prose {
    Prose::new(text)
}

pub fn at(track: &str, level: &str) -> LevelRef {
    LevelRef {
        track: id!(TrackId, track),
        level: id!(LevelId, level),
    }
}

/// Everyone's knowledge of an organisation with a public track `ic` and a track `manager` that is not public.
pub fn commons() -> Commons {
    Commons {
        name: "Example Payments".to_owned(),
        public_title: "Portfolios".to_owned(),
        as_of: day("2026-11-15"),
        ratings: ["misses", "meets", "exceeds"].map(rating).into(),
        cycles: vec![cycle()],
        rubric: Rubric {
            tracks: [ic(), manager()]
                .map(|track| (track.id.clone(), track))
                .into(),
        },
        pinned: BTreeMap::new(),
        names: [(id!(PersonId, "ada"), "Ada Okafor".to_owned())].into(),
    }
}

fn rating(text: &str) -> Rating {
    Rating {
        id: id!(RatingId, text),
        title: text.to_owned(),
    }
}

fn cycle() -> Cycle {
    Cycle {
        id: id!(CycleId, "2026-h2"),
        title: "H2 2026".to_owned(),
        start: day("2026-07-01"),
        end: day("2026-12-31"),
        rubric: None,
        phases: Phases::default(),
        questions: vec![Question {
            id: id!(QuestionId, "strengths"),
            asked: QuestionFor::Peer,
            title: "Strengths".to_owned(),
            prompt: prose("What does this person do **well**?"),
            readers: Some(vec![ReaderToken::Audience(Audience::Hr)]),
        }],
    }
}

const AREAS: &[(&str, &str, &str, &str)] = &[
    (
        "delivery",
        "Delivery",
        "Craft",
        "Getting valuable work to users.",
    ),
    (
        "design",
        "System design",
        "Craft",
        "Choosing structures that last.",
    ),
    (
        "quality",
        "Code quality",
        "Craft",
        "Code the next person can change.",
    ),
    (
        "operations",
        "Operations",
        "Craft",
        "Running what we build.",
    ),
    (
        "collaboration",
        "Collaboration",
        "People",
        "Working with people.",
    ),
    ("leadership", "Leadership", "People", "Growing others."),
];

/// Title, first sentence about the level, and a cell for each area; the empty one is left out.
type LevelWords = (&'static str, &'static str, [&'static str; 6]);

const LEVELS: &[LevelWords] = &[
    (
        "Engineer I",
        "Tasks with guidance",
        [
            "Finishes well-described tasks; asks early when stuck.",
            "Works inside an existing design and explains it.",
            "Readable, tested code; reacts well to review.",
            "Follows runbooks; joins the rota with support.",
            "Shares status; asks for and uses feedback.",
            "",
        ],
    ),
    (
        "Engineer II",
        "Features, mostly alone",
        [
            "Breaks a feature into steps and ships it within a cycle.",
            "Designs a component; names at least two alternatives.",
            "Reviews others with care; leaves code better than found.",
            "Handles common incidents alone; writes runbooks.",
            "Gives kind, specific feedback; writes things down.",
            "Helps new joiners become productive.",
        ],
    ),
    (
        "Senior engineer",
        "A service or project, end to end",
        [
            "Owns a project end to end, including rollout, rollback and follow-up.",
            "Designs a service with its failure modes, data model and cost.",
            "Raises the bar for a code base: tests, tooling, structure.",
            "Leads incidents; removes causes and noise.",
            "Aligns a team and its partners; resolves friction early.",
            "Mentors at least one engineer with visible results.",
        ],
    ),
    (
        "Staff engineer",
        "Outcomes that span several teams",
        [
            "Delivers outcomes that need several teams; makes the plan others can follow.",
            "Leads designs that cross team borders and settles disagreement with evidence.",
            "Makes good practice the easy path for several teams.",
            "Sets reliability goals and gets teams to meet them.",
            "Builds trust between teams with different goals.",
            "Grows leads; leads without authority.",
        ],
    ),
    (
        "Principal engineer",
        "Direction for the organisation",
        [
            "Shapes which bets the organisation makes and stops the wrong ones.",
            "Sets principles that make many designs simpler.",
            "Defines what quality means across the organisation.",
            "Builds a culture of learning from failure.",
            "Represents engineering wherever decisions are made.",
            "Grows staff engineers and the next set of leaders.",
        ],
    ),
];

fn ic() -> Track {
    Track {
        title: "Backend".to_owned(),
        description: prose(
            "What we expect at each level, in six areas. A level describes a steady pattern over two cycles, not one good month.",
        ),
        public: true,
        cumulative: true,
        competencies: AREAS.iter().map(competency).collect(),
        levels: LEVELS
            .iter()
            .zip(2..)
            .map(|(words, rank)| level(words, rank))
            .collect(),
        ..track("ic")
    }
}

fn competency(&(name, title, category, description): &(&str, &str, &str, &str)) -> Competency {
    let stages = if name == "design" {
        vec![stage()]
    } else {
        Vec::new()
    };
    Competency {
        id: id!(CompetencyId, name),
        title: title.to_owned(),
        category: Some(category.to_owned()),
        description: prose(description),
        was: Vec::new(),
        stages,
    }
}

fn stage() -> Stage {
    Stage {
        id: id!(StageId, "designs"),
        title: "Designs".to_owned(),
        text: prose("Draws the parts before building them."),
        points: Some(2),
        signals: vec![signal()],
        examples: vec![prose("The ledger's two-table plan")],
    }
}

fn signal() -> Signal {
    Signal {
        text: prose("Names what could fail"),
        examples: vec![prose("A table of failure modes in the `README`")],
    }
}

fn level(&(title, summary, cells): &LevelWords, rank: i64) -> Level {
    let described = AREAS.iter().zip(cells).filter(|(_, text)| !text.is_empty());
    Level {
        id: id!(LevelId, &format!("l{rank}")),
        title: title.to_owned(),
        rank,
        equivalent: if rank == 5 {
            vec![at("manager", "m3")]
        } else {
            Vec::new()
        },
        min_points: (rank == 4).then_some(36),
        sections: vec![
            section("Scope", summary, false),
            section("Pay", "Only managers read this", true),
        ],
        cells: described
            .map(|(area, text)| (id!(CompetencyId, area.0), cell(text, rank)))
            .collect(),
    }
}

fn section(title: &str, text: &str, managers_only: bool) -> LevelSection {
    LevelSection {
        title: title.to_owned(),
        text: prose(text),
        items: Vec::new(),
        managers_only,
    }
}

fn cell(text: &str, rank: i64) -> Cell {
    let full = rank == 4;
    Cell {
        text: prose(text),
        signals: if full { vec![signal()] } else { Vec::new() },
        by_rating: full
            .then(|| {
                (
                    id!(RatingId, "exceeds"),
                    prose("Others copy how it was done"),
                )
            })
            .into_iter()
            .collect(),
        links: if full {
            vec!["https://handbook.example/delivery".to_owned()]
        } else {
            Vec::new()
        },
        ..Cell::default()
    }
}

fn track(name: &str) -> Track {
    Track {
        id: id!(TrackId, name),
        title: String::new(),
        description: Prose::default(),
        public: false,
        extends: None,
        is_abstract: false,
        cumulative: false,
        competencies: Vec::new(),
        levels: Vec::new(),
    }
}

fn manager() -> Track {
    Track {
        title: "Secret management".to_owned(),
        levels: vec![Level {
            id: id!(LevelId, "m3"),
            title: "Secret lead".to_owned(),
            rank: 3,
            equivalent: Vec::new(),
            min_points: None,
            sections: Vec::new(),
            cells: BTreeMap::new(),
        }],
        ..track("manager")
    }
}

/// A section of that kind with that content, read by nobody.
pub fn section_draw(id: &str, kind: SectionKind, content: Draw) -> SectionDraw {
    SectionDraw {
        section: Section {
            id: SectionId::new(id),
            kind,
            title: id.to_owned(),
            subject: id.to_owned(),
            readers: Vec::new(),
        },
        content,
    }
}

/// An engineer with a running cycle: one expectation under way, one step late.
pub fn ada() -> Person {
    let steps = [("Design document", Some("2026-08-01")), ("Cut over", None)];
    let step = |(text, done): (&str, Option<&str>)| KeyStep {
        text: prose(text),
        due: Some(day("2026-10-01")),
        done: done.map(day),
        dropped: None,
        why: None,
        note: None,
        evidence: Vec::new(),
    };
    let expectation = Expectation {
        id: id!(ExpectationId, "auth"),
        text: prose("Lead the *migration* of <auth>"),
        kind: None,
        measure: None,
        competencies: Vec::new(),
        why: None,
        aims: None,
        agreed: None,
        until: None,
        objective: None,
        follows: None,
        steps: steps.map(step).into(),
        fixed: None,
    };
    let cycle = PersonCycle {
        expectations: Some(Expectations {
            agreed: Some(day("2026-07-05")),
            expectations: vec![expectation],
            ..Expectations::default()
        }),
        ..PersonCycle::default()
    };
    Person {
        id: id!(PersonId, "ada"),
        name: "Ada Okafor".to_owned(),
        start: day("2025-07-07"),
        end: None,
        login: "ada".to_owned(),
        keys: Vec::new(),
        external: false,
        roles: vec![Role {
            from: day("2025-07-07"),
            level: Some(at("ic", "l3")),
            title: None,
            team: Some("payments".to_owned()),
            manager: Some(id!(PersonId, "grace")),
        }],
        leaves: Vec::new(),
        log: Vec::new(),
        checkins: Vec::new(),
        login_file: None,
        cycles: [(id!(CycleId, "2026-h2"), cycle)].into(),
    }
}

/// A log entry of Ada's that everyone may read.
pub fn shared_entry() -> (PersonId, LogEntry) {
    let entry = LogEntry {
        date: day("2026-09-20"),
        kind: LogKind::Award,
        by: Some(id!(PersonId, "linus")),
        on: None,
        competencies: Vec::new(),
        text: prose("Calm **incident** lead."),
        evidence: vec!["https://ops.example/31".to_owned()],
        readers: None,
    };
    (id!(PersonId, "ada"), entry)
}
