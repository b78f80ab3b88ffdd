//! A person with everything, and one with nothing, for the tests of the pages.

use std::collections::BTreeMap;

pub use crate::domain::growth::fixture::*;
use crate::domain::model::*;
use crate::site::{Theme, render};

/// What only the chain may read, word for word.
pub const UNSHARED: &str = "An unshared thought about Ada";

/// What only hr and the chain may read, word for word.
pub const TALENT: &str = "Could lead a group within the year";

pub fn prose(text: &str) -> Prose {
    Prose::new(text)
}

/// Three cycles of Ada: two reviewed, one running; every kind of resource that is hers to read.
pub fn full() -> World {
    let mut world = World::on("2026-05-20");
    areas(&mut world);
    let names = [
        ("ada", "Ada Okafor"),
        ("grace", "Grace Lindqvist"),
        ("barbara", "Barbara Noor"),
    ];
    world.commons.names = names
        .map(|(id, name)| (person_id(id), name.to_owned()))
        .into();
    world.ada.roles[0].team = Some("Payments".into());
    world.promoted("2025-09-01", "ic/l4");
    first_cycles(&mut world);
    running_cycle(&mut world);
    continuous(&mut world.ada);
    world
}

fn areas(world: &mut World) {
    let titles = [
        "Delivery",
        "System design",
        "Code quality",
        "Operations",
        "Collaboration",
        "Leadership",
    ];
    world.track().competencies = titles
        .map(|title| Competency {
            title: title.into(),
            ..competency(&title.to_lowercase().replace(' ', "-"))
        })
        .into();
    for cycle in &mut world.commons.cycles {
        let (year, half) = cycle
            .id
            .as_str()
            .split_once('-')
            .expect("cycles have two words");
        cycle.title = format!("{} {year}", half.to_uppercase());
        cycle.questions = vec![Question {
            id: QuestionId::new("strengths").expect("an id"),
            asked: QuestionFor::Manager,
            title: "Strengths".into(),
            prompt: prose("What went exceptionally well? Give specific examples."),
            readers: None,
        }];
    }
}

fn first_cycles(world: &mut World) {
    world.expects(
        "2025-h1",
        expectation("pager")
            .about("operations")
            .with_steps([step_done("2025-03-01")]),
    );
    world.judged("2025-h1", "pager", OutcomeIs::Missed);
    let again = expectation("pager")
        .about("operations")
        .following("2025-h1", "pager");
    world.expects(
        "2025-h2",
        again.with_steps([step_done("2025-09-01"), step_done("2025-10-03")]),
    );
    world.judged("2025-h2", "pager", OutcomeIs::Met);
    world.expects(
        "2025-h2",
        expectation("ledger")
            .about("delivery")
            .with_steps([step_done("2025-09-01"), step()]),
    );
    world.judged("2025-h2", "ledger", OutcomeIs::Partly);
    for (area, first, second) in [
        ("delivery", "exceeds ic/l3", "exceeds"),
        ("system-design", "meets", "meets ic/l4"),
        ("code-quality", "exceeds", "exceeds ic/l4"),
        ("operations", "misses", "meets ic/l4"),
        ("collaboration", "meets", "exceeds ic/l4"),
        ("leadership", "misses", "misses ic/l4"),
    ] {
        world.reviewed("2025-h1", area, first);
        world.reviewed("2025-h2", area, second);
    }
    let own = world.own("2025-h2");
    own.ratings
        .insert(competency_id("leadership"), rated("meets ic/l4"));
    own.answers.push(Answer {
        to: AnswerTo::Preamble,
        text: prose(
            "The ledger took most of the half-year; I would plan the cut-over earlier next time.",
        ),
    });
    own.outcomes.insert(
        expectation_id("ledger"),
        Outcome {
            is: OutcomeIs::Partly,
            why: Some(prose("Four weeks went into the card launch.")),
            learned: Some(prose("Book slack for launches.")),
        },
    );
    let review = world.review("2025-h2");
    review.acknowledged = Some(day("2026-01-24"));
    review.reply = Some(prose("Thank you. Let us start with the cut-over plan."));
    let rating = review
        .feedback
        .ratings
        .get_mut("delivery")
        .expect("rated above");
    rating.why = Some(prose("Shadow writes went out without a single rollback."));
    rating.confidence = Some(Confidence::High);
    rating.evidence = vec!["https://git.example/payments/ledger/-/merge_requests/2207".into()];
    review.feedback.answers.push(Answer {
        to: AnswerTo::Question(QuestionId::new("strengths").expect("an id")),
        text: prose("Ada wrote the rollback plan **before anyone asked**, and it was the reason the October incident lasted nine minutes.\n\n```rust\nlet drift = ledger.compare(&shadow)?;\n```\n\nNext time, let someone else run the bridge call."),
    });
    world.files("2025-h2").response = Some(Response {
        feedback: Feedback {
            answers: vec![Answer {
                to: AnswerTo::Preamble,
                text: prose("I agree, and I would like more room for design work."),
            }],
            ..feedback("ada", day("2026-01-22"))
        },
        goals: vec![prose("Finish the ledger"), prose("Lead two design reviews")],
    });
    world.files("2025-h2").plan = Some(Plan {
        goals: vec![Goal {
            id: Some(goal_id("two-teams")),
            text: prose("Lead work that spans two teams"),
            competencies: vec![competency_id("leadership")],
            actions: vec![
                prose("Own the cut-over plan"),
                prose("Run the design review with Identity"),
            ],
            resources: vec![prose("System design course")],
            support: vec![prose("Grace books time with platform")],
            by: Some(day("2026-06-30")),
        }],
        readers: None,
    });
}

fn running_cycle(world: &mut World) {
    let done = |text: &str, on: &str, evidence: &str| KeyStep {
        text: prose(text),
        evidence: vec![evidence.into()],
        ..step_done(on)
    };
    let open = |text: &str, due: &str| KeyStep {
        text: prose(text),
        due: Some(day(due)),
        ..step()
    };
    let mut ledger = expectation("ledger")
        .about("delivery")
        .aiming_at("ic/l5")
        .following("2025-h2", "ledger");
    ledger.text = prose("Own the ledger migration end to end");
    ledger.why = Some(prose(
        "The double-entry ledger replaces three tables nobody trusts. Success is every merchant on the new writer with drift below 0.01 % and no manual repair for two weeks.",
    ));
    ledger.measure = Some(prose("Drift below 0.01 % for 14 days"));
    ledger.objective = Some("Payments OKR 2".into());
    ledger.kind = Some(ExpectationKind::NextLevel);
    ledger.steps = vec![
        done(
            "Decision record approved",
            "2026-01-12",
            "https://git.example/adr/41",
        ),
        done(
            "Shadow writes for all merchants",
            "2026-02-09",
            "https://git.example/mr/2207",
        ),
        KeyStep {
            dropped: Some(day("2026-03-01")),
            why: Some(prose("Card launch")),
            ..open("Move the reports", "2026-03-10")
        },
        KeyStep {
            note: Some(prose("Waves of 20 %")),
            ..open("Remaining merchants cut over", "2026-06-12")
        },
        open("Old writer removed", "2026-06-20"),
    ];
    world.expects("2026-h1", ledger);
    let mut reviews = expectation("reviews")
        .about("system-design")
        .about("leadership")
        .aiming_at("ic/l5");
    reviews.text = prose("Lead design reviews outside Payments");
    reviews.steps = vec![
        done("Review guild joined", "2026-02-02", "guild minutes"),
        open("Lead the identity tokens review", "2026-04-30"),
        open("Write up what changed because of it", "2026-06-18"),
    ];
    world.expects("2026-h1", reviews);
    let mut oncall = expectation("oncall").about("operations").aiming_at("ic/l4");
    oncall.text = prose("Grow Jonas into leading the on-call rota");
    oncall.steps = vec![
        done("Jonas shadows two shifts", "2026-02-28", "rota"),
        open("Jonas leads alone", "2026-06-28"),
    ];
    world.expects("2026-h1", oncall);
    let file = world
        .files("2026-h1")
        .expectations
        .as_mut()
        .expect("agreed above");
    file.notes.push(Note {
        date: day("2026-05-12"),
        by: person_id("grace"),
        on: Some(expectation_id("ledger")),
        text: prose("The launch took four weeks; we judge the rest at the end."),
    });
    file.skip_comments.push(SkipComment {
        by: person_id("barbara"),
        date: day("2026-01-20"),
        on: None,
        text: prose("Fits the platform plan."),
    });
}

fn continuous(ada: &mut Person) {
    let entry = |date: &str, kind, text: &str| LogEntry {
        date: day(date),
        kind,
        by: Some(person_id("grace")),
        on: None,
        competencies: vec![competency_id("collaboration")],
        text: prose(text),
        evidence: vec!["https://wiki.example/inc/31".into()],
        readers: None,
    };
    ada.log = vec![
        entry("2026-03-20", LogKind::Award, "Calm incident lead."),
        LogEntry {
            on: Some(expectation_id("ledger")),
            ..entry(
                "2026-04-02",
                LogKind::Feedback,
                "Clear questions, no grandstanding.",
            )
        },
    ];
}

/// Ada with nothing but a name and a first day.
pub fn sparse() -> World {
    let mut world = World::on("2026-05-20");
    world.ada.roles[0].level = None;
    world.ada.roles[0].manager = None;
    world
}

pub fn section(id: &str, kind: SectionKind, readers: &[&str]) -> Section {
    let reader = |id: &&str| SectionReader {
        person: person_id(id),
        recipients: Recipients::default(),
        why: Why::Named,
    };
    Section {
        id: SectionId::new(id),
        kind,
        title: "Ada Okafor".into(),
        subject: "people/ada".into(),
        readers: readers.iter().map(reader).collect(),
    }
}

/// The chain's section: one peer, an unshared review, a note; nothing else of Ada's.
pub fn chain() -> (Section, PersonDraw) {
    let mut ada = full().ada;
    let said = |by: &str, text: &str| Feedback {
        answers: vec![Answer {
            to: AnswerTo::Preamble,
            text: prose(text),
        }],
        ..feedback(by, day("2025-07-08"))
    };
    let mut of = PersonCycle::default();
    of.peers.insert(
        person_id("linus"),
        PeerFeedback {
            feedback: said("linus", "Explains trade-offs well."),
            relationship: Some(Relationship::CrossFunctional),
        },
    );
    of.review = Some(Review {
        feedback: said("grace", UNSHARED),
        shared: None,
        acknowledged: None,
        reply: None,
    });
    ada.cycles = BTreeMap::from([(cycle_id("2026-h1"), of)]);
    ada.log.clear();
    let notes = vec![PrivateNote {
        date: day("2026-02-01"),
        title: "After the 1:1".into(),
        text: prose("Wants more design work."),
    }];
    let draw = PersonDraw {
        person: ada,
        anonymous: BTreeMap::new(),
        notes,
    };
    (
        section(
            "person/ada/chain",
            SectionKind::Chain,
            &["barbara", "grace"],
        ),
        draw,
    )
}

/// The pair's section: two 1:1s.
pub fn pair() -> (Section, PersonDraw) {
    let mut ada = sparse().ada;
    let meeting = |date: &str, title: &str, action: &str| CheckIn {
        date: day(date),
        title: title.into(),
        text: prose(&format!(
            "We spoke about the cut-over.\n\n- [ ] {action}\n- [x] Share the plan"
        )),
        open_actions: vec![action.into()],
    };
    ada.checkins = vec![
        meeting("2026-04-02", "Cut-over", "Ask platform for a window"),
        meeting("2026-04-16", "Reviews", "Name a second reviewer"),
    ];
    let draw = PersonDraw {
        person: ada,
        anonymous: BTreeMap::new(),
        notes: Vec::new(),
    };
    (
        section("person/ada/pair", SectionKind::Pair, &["ada", "grace"]),
        draw,
    )
}

/// An open improvement plan.
pub fn pip() -> (Section, PersonDraw) {
    let mut ada = sparse().ada;
    let id = ObjectiveId::new("tickets").expect("an id");
    let of = PersonCycle {
        pip: Some(Pip {
            start: day("2026-04-01"),
            days: 60,
            cause: Some(prose("The priorities were unclear.")),
            support: vec![prose("Pairing twice a week")],
            success: Some(prose("Both objectives reached.")),
            consequence: Some(prose("We talk about another role.")),
            objectives: vec![PipObjective {
                id: id.clone(),
                text: prose("Review turnaround"),
                from: Some("5 days".into()),
                to: Some("2 days".into()),
            }],
            checkins: vec![PipCheckIn {
                date: day("2026-04-08"),
                text: prose("A good start."),
                values: BTreeMap::from([(id, "4 days".into())]),
            }],
            closed: None,
            result: None,
            readers: None,
        }),
        ..PersonCycle::default()
    };
    ada.cycles = BTreeMap::from([(cycle_id("2026-h1"), of)]);
    let draw = PersonDraw {
        person: ada,
        anonymous: BTreeMap::new(),
        notes: Vec::new(),
    };
    (
        section("person/ada/pip", SectionKind::Pip, &["ada", "grace", "hr"]),
        draw,
    )
}

/// Two mappings, both above the level held.
pub fn talent() -> (Section, TalentDraw) {
    let mapping = |date: &str| Talent {
        by: person_id("grace"),
        partner: Some(person_id("barbara")),
        date: Some(day(date)),
        readers: None,
        alignment: Some(Alignment::Above),
        confidence: Some(Confidence::Medium),
        strengths: vec![prose("Design under pressure")],
        needs: vec![prose("More room to lead")],
        missing: vec![prose("Feedback from Identity")],
        potential: Some(prose(TALENT)),
        ratings: BTreeMap::from([(competency_id("delivery"), rated("exceeds"))]),
        adjusted: vec![Adjustment {
            date: day("2026-01-20"),
            was: Alignment::At,
            why: prose("Compared across both teams"),
        }],
        level: Some(LevelChange {
            recommend: level_ref("ic/l5"),
            status: LevelChangeStatus::Deferred,
            why: Some(prose("No budget until October")),
        }),
        coaching: Coaching {
            actions: vec![prose("Co-lead the guild")],
            opportunities: Vec::new(),
            support: Vec::new(),
        },
    };
    let mut person = full().ada;
    person.cycles.clear();
    let talent = BTreeMap::from([
        (cycle_id("2025-h1"), mapping("2025-07-14")),
        (cycle_id("2025-h2"), mapping("2026-01-14")),
    ]);
    (
        section("person/ada/talent", SectionKind::Talent, &["grace", "hr"]),
        TalentDraw { person, talent },
    )
}

/// Ada's own section.
pub fn own(ada: Person) -> (Section, PersonDraw) {
    let draw = PersonDraw {
        person: ada,
        anonymous: BTreeMap::new(),
        notes: Vec::new(),
    };
    (
        section("person/ada", SectionKind::Person, &["ada", "grace"]),
        draw,
    )
}

/// The parts of a section under the default theme.
pub fn drawn(commons: &Commons, section: Section, content: Draw) -> Vec<PagePart> {
    let theme = Theme::new(BTreeMap::new()).expect("the default theme is in order");
    let draw = SectionDraw { section, content };
    render(commons, &theme, &draw)
        .expect("the default theme draws every section")
        .pages
}

/// The parts of a section about a person.
pub fn parts(commons: &Commons, (section, draw): (Section, PersonDraw)) -> Vec<PagePart> {
    drawn(commons, section, Draw::Person(Box::new(draw)))
}
