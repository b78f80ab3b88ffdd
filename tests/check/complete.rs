//! Every file kind and every key of the format, read into the model.

use gradus::domain::model::*;

use super::tree::{ADA, GRACE, LINUS, Tree};

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

fn prose(text: &str) -> Prose {
    Prose::new(text)
}

fn complete() -> Organisation {
    let person = |name: &str, key: &str, role: &str| {
        format!(
            "name = \"{name}\"\nstart = 2024-01-01\nkeys = [\"{key}\"]\n[[role]]\nfrom = 2024-01-01\n{role}"
        )
    };
    let tree = Tree::empty()
        .with("gradus.toml", include_str!("complete/gradus.toml"))
        .with("rubrics/generic/track.toml", include_str!("complete/generic-track.toml"))
        .with("rubrics/generic/l3.toml", "title = \"Any\"\nrank = 3\n[cell.care]\ntext = \"Cares\"\n")
        .with("rubrics/ic/track.toml", include_str!("complete/track.toml"))
        .with("rubrics/ic/l3.toml", "title = \"Engineer\"\nrank = 3\n")
        .with("rubrics/ic/l4.toml", include_str!("complete/l4.toml"))
        .with("rubrics-2025/ic/track.toml", "title = \"Then\"\n[[competency]]\nid = \"craft\"\ntitle = \"Craft\"\n")
        .with("rubrics-2025/ic/l3.toml", "title = \"L3 then\"\nrank = 3\n")
        .with("cycles/2025-h2.toml", "title = \"H2 2025\"\nstart = 2025-07-01\nend = 2025-12-31\nrubric = \"rubrics-2025\"\n")
        .with("cycles/2026-h1.toml", include_str!("complete/cycle.toml"))
        .with("people/ada/person.toml", &include_str!("complete/person.toml").replace("ADA", ADA))
        .with("people/grace/person.toml", &person("Grace", GRACE, "manager = \"barbara\"\n"))
        .with("people/linus/person.toml", &person("Linus", LINUS, "manager = \"grace\"\n"))
        .with("people/barbara/person.toml", "name = \"Barbara\"\nstart = 2024-01-01\nexternal = true\n[[role]]\nfrom = 2024-01-01\n")
        .with_bytes("people/ada/login.age", b"age")
        .with("people/ada/log.toml", include_str!("complete/log.toml"))
        .with("people/ada/checkins.md", include_str!("complete/checkins.md"))
        .with("people/ada/2025-h2/expectations.toml", "agreed = 2025-07-10\n[[expectation]]\nid = \"on-call\"\ntext = \"Carry\"\ncompetencies = [\"craft\"]\n")
        .with("people/ada/2026-h1/expectations.toml", include_str!("complete/expectations.toml"))
        .with("people/ada/2026-h1/self.md", include_str!("complete/self.md"))
        .with("people/ada/2026-h1/peer-linus.md", include_str!("complete/peer.md"))
        .with("people/ada/2026-h1/review.md", include_str!("complete/review.md"))
        .with("people/ada/2026-h1/response.md", include_str!("complete/response.md"))
        .with("people/ada/2026-h1/plan.toml", include_str!("complete/plan.toml"))
        .with("people/ada/2026-h1/pip.toml", include_str!("complete/pip.toml"))
        .with_bytes("people/ada/2026-h1/files/graph.png", b"png")
        .with("management/2026-h1/ada.toml", include_str!("complete/talent.toml"))
        .with("management/notes/ada.md", "## 2026-02-02 First\n\nA note.\n");
    let (organisation, report) = tree.check();
    let drawn = anstream::adapter::strip_str(&gradus::cli::terminal::drawn(&report)).to_string();
    assert!(report.diagnostics.is_empty(), "{drawn}");
    organisation.expect("no errors")
}

#[test]
fn settings_are_read_as_written() {
    let organisation = complete();
    assert_eq!(organisation.name, "Example Payments");
    assert_eq!(organisation.as_of, Some(date("2026-11-15")));
    assert_eq!(organisation.ratings.len(), 3);
    assert_eq!(organisation.questions.len(), 2);
    assert_eq!(
        organisation.questions[0].readers,
        Some(vec![ReaderToken::Audience(Audience::Chain)])
    );
    assert_eq!(organisation.policy.peers, (2, 6));
    assert_eq!(organisation.policy.allow[0].code, "G014");
    assert_eq!(organisation.seal.epoch, 2);
    assert_eq!(organisation.access.chain, ChainReach::Steps(2));
    assert_eq!(
        organisation.access.peer_feedback,
        PeerFeedbackPolicy::Anonymous
    );
    assert_eq!(organisation.access.hr.len(), 1);
}

#[test]
fn rubrics_inherit_what_they_do_not_say_themselves() {
    let organisation = complete();
    let track = &organisation.rubric.tracks["ic"];
    let ids: Vec<&str> = track.competencies.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids, ["care", "technical"]);
    assert!(track.public && track.cumulative && !track.is_abstract);
    let [l3, l4] = track.levels.as_slice() else {
        panic!("{:?}", track.levels);
    };
    assert!(l3.cells["care"].inherited);
    let cell = &l4.cells["technical"];
    assert_eq!(cell.by_rating["meets"], prose("Meets it"));
    assert_eq!(cell.signals[1].examples, [prose("One")]);
    assert_eq!(cell.stage.as_ref().map(StageId::as_str), Some("designs"));
    assert_eq!((l4.rank, l4.min_points), (4, Some(36)));
    assert!(l4.sections[0].managers_only && !l4.sections[1].managers_only);
    assert_eq!(track.competencies[1].stages[0].points, Some(2));
}

#[test]
fn a_pinned_rubric_is_the_one_of_its_directory() {
    let organisation = complete();
    let pinned = organisation.rubric_of(&organisation.cycles[0]);
    assert_eq!(pinned.tracks["ic"].title, "Then");
    let now = organisation.rubric_of(&organisation.cycles[1]);
    assert_eq!(now.tracks["ic"].title, "Individual contributor");
    assert_eq!(organisation.pinned.len(), 1);
}

#[test]
fn a_later_role_keeps_what_it_does_not_say() {
    let organisation = complete();
    let ada = &organisation.people["ada"];
    let role = ada.role_on(date("2026-03-01"));
    assert_eq!(
        role.level.as_ref().map(ToString::to_string).as_deref(),
        Some("ic/l4")
    );
    assert_eq!(role.team.as_deref(), Some("payments"));
    assert_eq!(role.manager.as_ref().map(PersonId::as_str), Some("grace"));
    assert_eq!(ada.login, "ada@example.com");
    assert_eq!(ada.keys[0].until, Some(date("2026-09-30")));
    assert_eq!(ada.leaves.len(), 1);
    assert_eq!(ada.login_file.as_deref(), Some(&b"age"[..]));
}

#[test]
fn the_running_log_and_check_ins_are_by_date() {
    let organisation = complete();
    let ada = &organisation.people["ada"];
    let dates: Vec<Date> = ada.log.iter().map(|entry| entry.date).collect();
    assert_eq!(dates, [date("2026-02-01"), date("2026-03-20")]);
    assert_eq!(
        ada.log[1].on.as_ref().map(ExpectationId::as_str),
        Some("auth")
    );
    assert_eq!(ada.checkins[0].title, "First");
    assert_eq!(ada.checkins[1].open_actions, ["Ask Rafael"]);
}

#[test]
fn expectations_are_read_with_their_steps() {
    let organisation = complete();
    let cycle = &organisation.people["ada"].cycles["2026-h1"];
    let agreed = cycle.expectations.as_ref().expect("expectations");
    let auth = &agreed.expectations[0];
    assert_eq!(auth.kind, Some(ExpectationKind::NextLevel));
    assert_eq!(auth.steps.len(), 3);
    assert_eq!(auth.steps[0].done, Some(date("2026-02-03")));
    assert_eq!(auth.steps[1].dropped, Some(date("2026-05-11")));
    assert_eq!(auth.steps[2].text, prose("Write the rollback plan"));
    let (cycle, id) = match &auth.follows {
        Some(Follows::Expectation(cycle, id)) => (cycle.as_str(), id.as_str()),
        other => panic!("{other:?}"),
    };
    assert_eq!((cycle, id), ("2025-h2", "on-call"));
    assert_eq!(agreed.notes.len(), 1);
    assert_eq!(agreed.skip_comments[0].by.as_str(), "barbara");
}

#[test]
fn feedback_is_cut_at_its_questions() {
    let organisation = complete();
    let cycle = &organisation.people["ada"].cycles["2026-h1"];
    let own = cycle.self_assessment.as_ref().expect("self");
    let to: Vec<&AnswerTo> = own.answers.iter().map(|answer| &answer.to).collect();
    let expectation = AnswerTo::Expectation(ExpectationId::new("auth").expect("an id"));
    let question = AnswerTo::Question(QuestionId::new("proud").expect("an id"));
    assert_eq!(to, [&AnswerTo::Preamble, &expectation, &question]);
    assert_eq!(
        own.answers[2].text,
        prose("Words.\n\n### Mine\n\n```\n## no heading\n```")
    );
    assert_eq!(own.outcomes["auth"].is, OutcomeIs::Partly);
    let peer = &cycle.peers["linus"];
    assert_eq!(peer.relationship, Some(Relationship::CrossFunctional));
    assert_eq!(peer.feedback.date, None);
    let review = cycle.review.as_ref().expect("review");
    assert_eq!(review.acknowledged, Some(date("2026-07-24")));
    assert_eq!(
        review.feedback.ratings["technical"].confidence,
        Some(Confidence::High)
    );
    assert_eq!(
        cycle.response.as_ref().expect("response").goals,
        [prose("Finish auth")]
    );
    assert_eq!(&*cycle.files["graph.png"].bytes, b"png");
}

#[test]
fn plans_are_read() {
    let organisation = complete();
    let cycle = &organisation.people["ada"].cycles["2026-h1"];
    let plan = cycle.plan.as_ref().expect("plan");
    assert_eq!(plan.goals[0].by, Some(date("2026-12-31")));
    assert_eq!(plan.readers.as_ref().map(Vec::len), Some(2));
    let pip = cycle.pip.as_ref().expect("pip");
    assert_eq!((pip.days, pip.result), (60, Some(PipResult::Met)));
    assert_eq!(pip.checkins[0].values["bugs"], "3");
}

#[test]
fn management_is_read_and_stays_apart() {
    let organisation = complete();
    let talent = &organisation.management.about["ada"].talent["2026-h1"];
    assert_eq!(talent.alignment, Some(Alignment::Above));
    assert_eq!(talent.adjusted[0].was, Alignment::At);
    assert_eq!(
        talent.level.as_ref().map(|l| l.status),
        Some(LevelChangeStatus::Deferred)
    );
    assert_eq!(talent.coaching.support, [prose("c")]);
    assert_eq!(
        organisation.management.about["ada"].notes[0].text,
        prose("A note.")
    );
}
