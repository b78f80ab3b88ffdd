//! Who reads what, over tiny organisations.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::domain::model::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn id(text: &str) -> PersonId {
    PersonId::new(text).unwrap()
}

fn h1() -> CycleId {
    CycleId::new("2026-h1").unwrap()
}

fn person(name: &str, managers: &[(&str, &str)]) -> Person {
    let role = |(from, manager): &(&str, &str)| Role {
        from: day(from),
        level: None,
        title: None,
        team: None,
        manager: (!manager.is_empty()).then(|| id(manager)),
    };
    Person {
        id: id(name),
        name: name.to_uppercase(),
        start: day("2020-01-01"),
        end: None,
        login: name.into(),
        keys: vec![ReaderKey::lasting(format!("age1{name}"))],
        external: false,
        roles: managers.iter().map(role).collect(),
        leaves: vec![],
        log: vec![],
        checkins: vec![],
        login_file: None,
        cycles: BTreeMap::new(),
    }
}

/// barbara ← grace, marek; ada was grace's until June 2026, then marek's; linus is grace's; hanna is hr.
fn company() -> Organisation {
    let people = [
        person("barbara", &[("2020-01-01", "")]),
        person("grace", &[("2020-01-01", "barbara")]),
        person("marek", &[("2020-01-01", "barbara")]),
        person("ada", &[("2020-01-01", "grace"), ("2026-06-01", "marek")]),
        person("linus", &[("2020-01-01", "grace")]),
        person("hanna", &[("2020-01-01", "barbara")]),
    ];
    Organisation {
        name: "Test".into(),
        public_title: "Portfolios".into(),
        base_url: None,
        theme: "default".into(),
        as_of: None,
        ratings: vec![],
        questions: vec![],
        policy: Policy::default(),
        seal: SealPolicy::default(),
        access: AccessPolicy {
            hr: vec![id("hanna")],
            ..AccessPolicy::default()
        },
        rubric: Rubric::default(),
        pinned: BTreeMap::new(),
        figures: OrgFigures::default(),
        static_files: BTreeMap::new(),
        cycles: vec![Cycle {
            id: h1(),
            title: "H1".into(),
            start: day("2026-01-01"),
            end: day("2026-06-30"),
            rubric: None,
            phases: Phases::default(),
            questions: vec![],
        }],
        people: people
            .into_iter()
            .map(|p| (p.id.clone(), p.into()))
            .collect(),
        management: Management::default(),
    }
}

const TODAY: &str = "2026-11-22";

fn feedback(by: &str, on: &str, text: &str) -> Feedback {
    let answers = ["strengths", "growth"].map(|question| Answer {
        to: AnswerTo::Question(QuestionId::new(question).unwrap()),
        text: Prose::new(format!("{text} {question}")),
    });
    Feedback {
        by: id(by),
        date: Some(day(on)),
        readers: None,
        outcomes: BTreeMap::new(),
        ratings: BTreeMap::new(),
        answers: answers.into(),
    }
}

impl Organisation {
    fn person_mut(&mut self, name: &str) -> &mut Person {
        Arc::make_mut(self.people.get_mut(name).unwrap())
    }

    fn of(&mut self, name: &str) -> &mut PersonCycle {
        let person = self.person_mut(name);
        person.cycles.entry(h1()).or_default()
    }

    fn peer(&mut self, subject: &str, by: &str, on: &str) {
        let peer = PeerFeedback {
            feedback: feedback(by, on, &format!("{by} on {subject}:")),
            relationship: None,
        };
        self.of(subject).peers.insert(id(by), peer);
    }

    fn review(&mut self, subject: &str, by: &str, on: &str, shared: Option<&str>) {
        self.of(subject).review = Some(Review {
            feedback: feedback(by, on, &format!("review of {subject}:")),
            shared: shared.map(day),
            acknowledged: None,
            reply: None,
        });
    }

    fn ask(&mut self, question: &str, readers: Option<Vec<ReaderToken>>) {
        self.cycles[0].questions.push(Question {
            id: QuestionId::new(question).unwrap(),
            asked: QuestionFor::Peer,
            title: question.into(),
            prompt: Prose::default(),
            readers,
        });
    }

    /// Everything a person's sections hold, as one text.
    fn readable_by(&self, reader: &str) -> String {
        let access = plan(self, day(TODAY));
        let reader = id(reader);
        let draws = access
            .of_reader(&reader)
            .map(|planned| draw(&Audiences::new(self, day(TODAY)), planned));
        draws.map(|draw| format!("{:?}\n", draw.content)).collect()
    }

    fn sections(&self) -> Vec<(String, Vec<String>)> {
        let access = plan(self, day(TODAY));
        let row = |p: &Planned| {
            let readers = p.section.readers.iter().map(|r| r.person.to_string());
            (p.section.id.to_string(), readers.collect())
        };
        access.sections.iter().map(row).collect()
    }

    fn readers_of(&self, section: &str) -> Vec<String> {
        let sections = self.sections();
        let found = sections.into_iter().find(|(id, _)| id == section);
        found.unwrap_or_else(|| panic!("no section {section}")).1
    }
}

fn talent(by: &str, on: &str, words: &str) -> Talent {
    Talent {
        by: id(by),
        partner: None,
        date: Some(day(on)),
        readers: None,
        alignment: Some(Alignment::Below),
        confidence: None,
        strengths: vec![],
        needs: vec![Prose::new(words)],
        missing: vec![],
        potential: None,
        ratings: BTreeMap::new(),
        adjusted: vec![],
        level: None,
        coaching: Coaching::default(),
    }
}

#[test]
fn the_basic_sections_have_the_readers_of_the_table() {
    let org = company();
    assert_eq!(org.readers_of("person/ada"), ["ada", "barbara", "marek"]);
    assert_eq!(org.readers_of("person/ada/chain"), ["barbara", "marek"]);
    assert_eq!(org.readers_of("person/ada/pair"), ["ada", "marek"]);
    assert_eq!(org.readers_of("person/ada/own"), ["ada"]);
    assert_eq!(
        org.readers_of("person/ada/talent"),
        ["barbara", "hanna", "marek"]
    );
    assert_eq!(
        org.readers_of("person/ada/pip"),
        ["ada", "barbara", "hanna", "marek"]
    );
    assert_eq!(org.readers_of("person/ada/closed"), ["ada", "hanna"]);
    assert_eq!(org.readers_of("team/marek"), ["barbara", "marek"]);
    assert_eq!(org.readers_of("managers"), ["barbara", "grace", "marek"]);
    assert_eq!(org.readers_of("org").len(), 6);
}

#[test]
fn writing_in_confidence_opens_no_section() {
    let quiet = company();
    let mut loud = company();
    for on in ["2026-03-01", "2026-07-05"] {
        let cycle = if on < "2026-06" { "2025-h2" } else { "2026-h1" };
        let of_ada = &mut loud.management.about_mut(id("ada")).talent;
        of_ada.insert(CycleId::new(cycle).unwrap(), talent("grace", on, "secret"));
    }
    loud.management.about_mut(id("ada")).notes = vec![PrivateNote {
        date: day("2026-05-01"),
        title: String::new(),
        text: Prose::new("secret"),
    }];
    loud.peer("ada", "linus", "2026-05-20");
    loud.review("ada", "marek", "2026-07-10", None);
    assert_eq!(quiet.sections(), loud.sections());
}

#[test]
fn a_new_manager_does_not_inherit_what_was_said_in_confidence() {
    let mut org = company();
    org.peer("ada", "linus", "2026-05-20");
    assert!(!org.readable_by("marek").contains("linus on ada"));
    assert!(org.readable_by("barbara").contains("linus on ada"));
    assert!(!org.readable_by("ada").contains("linus on ada"));
    assert!(
        !org.readable_by("grace").contains("linus on ada"),
        "past managers do not keep reading"
    );
    assert_eq!(org.readers_of("person/ada/chain/barbara"), ["barbara"]);
}

#[test]
fn a_shared_review_passes_on_and_an_unshared_one_stays_with_the_chain() {
    let mut org = company();
    org.review("ada", "grace", "2026-05-10", None);
    assert!(!org.readable_by("ada").contains("review of ada"));
    assert!(org.readable_by("barbara").contains("review of ada"));
    org.review("ada", "grace", "2026-05-10", Some("2026-05-12"));
    assert!(org.readable_by("ada").contains("review of ada"));
    assert!(org.readable_by("marek").contains("review of ada"));
    assert!(!org.readable_by("grace").contains("review of ada"));
}

#[test]
fn a_day_of_sharing_that_is_still_to_come_shares_nothing() {
    let mut org = company();
    org.access.peer_feedback = PeerFeedbackPolicy::Person;
    org.peer("linus", "ada", "2026-07-05");
    org.review("linus", "grace", "2026-07-10", Some("2027-03-01"));
    let own = org.readable_by("linus");
    assert!(!own.contains("review of linus") && !own.contains("ada on linus"));
    assert!(org.readable_by("grace").contains("review of linus"));
    org.access.peer_feedback = PeerFeedbackPolicy::Anonymous;
    for by in ["hanna", "marek"] {
        org.peer("linus", by, "2026-07-05");
    }
    assert!(!org.readable_by("linus").contains("on linus: strengths"));
}

#[test]
fn what_is_read_by_everyone_reaches_everyone() {
    let mut org = company();
    let mut own = feedback("linus", "2026-07-02", "own words:");
    own.readers = Some(vec![ReaderToken::Audience(Audience::Org)]);
    org.of("linus").self_assessment = Some(own);
    for reader in ["linus", "grace", "barbara", "ada", "hanna"] {
        assert!(org.readable_by(reader).contains("own words:"), "{reader}");
    }
}

#[test]
fn talent_notes_never_reach_their_subject_even_if_hr_or_named() {
    let mut org = company();
    let cycles = &mut org.management.about_mut(id("hanna")).talent;
    let mut about_hr = talent("barbara", "2026-07-10", "about hr");
    about_hr.readers = Some(vec![
        ReaderToken::Audience(Audience::Org),
        ReaderToken::Person(id("hanna")),
    ]);
    cycles.insert(h1(), about_hr);
    assert!(!org.readable_by("hanna").contains("about hr"));
    assert!(
        org.readable_by("linus").contains("about hr"),
        "a named extra grant holds for others"
    );
    assert_eq!(org.readers_of("person/hanna/talent"), ["barbara"]);
}

#[test]
fn feedback_about_someone_above_is_upward_whatever_it_is_called() {
    let mut org = company();
    org.access.peer_feedback = PeerFeedbackPolicy::Person;
    org.peer("grace", "linus", "2026-07-05");
    org.peer("grace", "ada", "2026-07-05"); // ada was grace's report until June: within the cycle
    org.peer("grace", "marek", "2026-07-05");
    org.review("grace", "barbara", "2026-07-10", Some("2026-07-12"));
    let own = org.readable_by("grace");
    assert!(own.contains("marek on grace"));
    assert!(!own.contains("linus on grace"));
    assert!(!own.contains("ada on grace"));
    assert!(org.readable_by("barbara").contains("linus on grace"));
}

#[test]
fn peers_reach_their_subject_only_together_with_the_shared_review() {
    let mut org = company();
    org.access.peer_feedback = PeerFeedbackPolicy::Person;
    org.peer("linus", "ada", "2026-07-05");
    assert!(!org.readable_by("linus").contains("ada on linus"));
    org.review("linus", "grace", "2026-07-10", Some("2026-07-12"));
    assert!(org.readable_by("linus").contains("ada on linus"));
}

#[test]
fn anonymous_answers_need_three_peers_and_carry_no_name() {
    let mut org = company();
    org.access.peer_feedback = PeerFeedbackPolicy::Anonymous;
    org.review("linus", "grace", "2026-07-10", Some("2026-07-12"));
    org.peer("linus", "ada", "2026-07-05");
    org.peer("linus", "hanna", "2026-07-05");
    assert!(!org.readable_by("linus").contains("on linus: strengths"));
    org.peer("linus", "marek", "2026-07-05");
    let access = plan(&org, day(TODAY));
    let own = access.get(&SectionId::new("person/linus/own")).unwrap();
    let Draw::Person(own) = draw(&Audiences::new(&org, day(TODAY)), own).content else {
        panic!("own is about a person");
    };
    assert_eq!(own.anonymous[&h1()].len(), 2);
    assert!(own.anonymous[&h1()].iter().all(|a| a.answers.len() == 3));
    assert!(own.person.cycles.is_empty(), "nothing with a name");
}

#[test]
fn no_readers_line_brings_back_a_name_that_was_promised_away() {
    let mut org = company();
    org.access.peer_feedback = PeerFeedbackPolicy::Anonymous;
    org.ask(
        "strengths",
        Some(vec![ReaderToken::Audience(Audience::Person)]),
    );
    org.ask("growth", Some(vec![ReaderToken::Audience(Audience::Chain)]));
    org.review("linus", "grace", "2026-07-10", Some("2026-07-12"));
    for peer in ["ada", "hanna", "marek"] {
        org.peer("linus", peer, "2026-07-05");
    }
    let access = plan(&org, day(TODAY));
    let linus = id("linus");
    for planned in access
        .of_reader(&linus)
        .filter(|p| p.about.as_ref() == Some(&linus))
    {
        let Draw::Person(draw) = draw(&Audiences::new(&org, day(TODAY)), planned).content else {
            panic!("sections about a person");
        };
        assert!(
            draw.person
                .cycles
                .values()
                .all(|cycle| cycle.peers.is_empty())
        );
    }
    let seen = org.readable_by("linus");
    assert!(seen.contains("ada on linus: strengths"));
    assert!(!seen.contains("on linus: growth"));
}

#[test]
fn a_question_with_readers_takes_its_answer_out_of_the_file() {
    let mut org = company();
    org.ask("growth", Some(vec![ReaderToken::Audience(Audience::Chain)]));
    org.ask("strengths", None);
    org.of("linus").self_assessment = Some(feedback("linus", "2026-07-02", "own words:"));
    assert!(org.readable_by("linus").contains("own words: strengths"));
    assert!(!org.readable_by("linus").contains("own words: growth"));
    assert!(org.readable_by("grace").contains("own words: growth"));
    assert!(plan(&org, day(TODAY)).extra_grants.is_empty());
}

#[test]
fn a_readers_line_that_widens_is_told_with_who_gains() {
    let mut org = company();
    org.person_mut("linus").log.push(LogEntry {
        date: day("2026-03-20"),
        kind: LogKind::Award,
        by: None,
        on: None,
        competencies: vec![],
        text: Prose::new("calm lead"),
        evidence: vec![],
        readers: Some(vec![
            ReaderToken::Audience(Audience::Person),
            ReaderToken::Person(id("ada")),
        ]),
    });
    let access = plan(&org, day(TODAY));
    assert_eq!(access.extra_grants.len(), 1);
    assert!(access.extra_grants[0].gained().eq([&id("ada")]));
    assert_eq!(access.extra_grants[0].gains(), 1);
    assert_eq!(org.readers_of("person/linus/custom/ada"), ["ada"]);
    let custom = access.get(&SectionId::new("person/linus/custom/ada"));
    let seen = format!(
        "{:?}",
        draw(&Audiences::new(&org, day(TODAY)), custom.unwrap()).content
    );
    assert!(seen.contains("calm lead"));
    assert!(!seen.contains("grace"), "the profile is not ada's to read");
    assert!(org.readable_by("grace").contains("calm lead"));
}

#[test]
fn leavers_open_nothing_and_the_chain_goes_on_above_them() {
    let mut org = company();
    org.person_mut("grace").end = Some(day("2026-11-22"));
    assert_eq!(org.readers_of("person/linus"), ["barbara", "linus"]);
    let grace = id("grace");
    assert_eq!(plan(&org, day(TODAY)).of_reader(&grace).count(), 0);
}

#[test]
fn a_chain_of_one_step_keeps_the_director_out_of_teams_she_may_not_read() {
    let mut org = company();
    org.access.chain = ChainReach::Steps(1);
    assert_eq!(org.readers_of("person/linus"), ["grace", "linus"]);
    assert_eq!(org.readers_of("team/grace"), ["grace"]);
}

#[test]
fn drafts_are_in_no_section() {
    let mut org = company();
    org.peer("linus", "ada", "2026-07-05");
    org.of("linus").peers.get_mut("ada").unwrap().feedback.date = None;
    org.review("linus", "grace", "2026-07-10", Some("2026-07-12"));
    org.of("linus").review.as_mut().unwrap().feedback.date = None;
    for reader in ["linus", "grace", "barbara"] {
        let seen = org.readable_by(reader);
        assert!(!seen.contains("ada on linus") && !seen.contains("review of linus"));
    }
}

#[test]
fn only_files_that_readable_texts_link_to_come_along() {
    let mut org = company();
    for name in ["open.png", "secret.png"] {
        let file = Attachment {
            name: name.into(),
            file: name.into(),
            bytes: vec![1].into(),
        };
        org.of("linus").files.insert(name.into(), file);
    }
    org.peer("linus", "ada", "2026-07-05");
    let peer = org.of("linus").peers.get_mut("ada").unwrap();
    peer.feedback.answers[0].text = Prose::new("![](files/secret.png)");
    let mut own = feedback("linus", "2026-07-02", "own");
    own.answers[0].text = Prose::new("![](files/open.png)");
    org.of("linus").self_assessment = Some(own);
    let seen = org.readable_by("linus");
    assert!(seen.contains("open.png") && !seen.contains("secret.png"));
    assert!(org.readable_by("grace").contains("secret.png"));
}

/// What one section holds, as text.
fn held(org: &Organisation, section: &str) -> String {
    let access = plan(org, day(TODAY));
    let planned = access.get(&SectionId::new(section)).unwrap();
    format!(
        "{:?}",
        draw(&Audiences::new(org, day(TODAY)), planned).content
    )
}

fn map(org: &mut Organisation, subject: &str, by: &str, on: &str) {
    let words = format!("talent of {subject}");
    let cycles = &mut org.management.about_mut(id(subject)).talent;
    cycles.insert(h1(), talent(by, on, &words));
}

#[test]
fn a_talent_grid_is_for_the_chain_and_hr_and_for_none_of_those_on_it() {
    let org = company();
    assert_eq!(
        org.readers_of("team/grace/talent"),
        ["barbara", "grace", "hanna"]
    );
    assert_eq!(
        org.readers_of("team/marek/talent"),
        ["barbara", "hanna", "marek"]
    );
    // Hanna is hr and one of barbara's reports, as are the managers grace and marek.
    assert_eq!(org.readers_of("team/barbara/talent"), ["barbara"]);
}

#[test]
fn a_talent_grid_never_reaches_a_report() {
    let mut org = company();
    for subject in ["ada", "linus", "grace", "marek", "hanna"] {
        map(&mut org, subject, "barbara", "2026-07-14");
    }
    for subject in ["ada", "linus", "grace", "marek", "hanna"] {
        assert!(
            !org.readable_by(subject)
                .contains(&format!("talent of {subject}"))
        );
    }
    assert!(held(&org, "team/grace/talent").contains("talent of linus"));
    assert!(org.readable_by("hanna").contains("talent of linus"));
}

#[test]
fn a_talent_grid_exists_whatever_has_been_mapped() {
    let quiet = company();
    let mut loud = company();
    map(&mut loud, "linus", "grace", "2026-07-14");
    assert_eq!(quiet.sections(), loud.sections());
    assert!(!held(&quiet, "team/grace/talent").contains("talent of"));
}

#[test]
fn a_mapping_from_before_a_change_of_manager_does_not_come_along() {
    let mut org = company();
    map(&mut org, "ada", "grace", "2026-05-14");
    assert!(!held(&org, "team/marek/talent").contains("talent of ada"));
    assert!(org.readable_by("barbara").contains("talent of ada"));
    map(&mut org, "ada", "marek", "2026-07-14");
    assert!(held(&org, "team/marek/talent").contains("talent of ada"));
}

#[test]
fn a_mapping_for_chosen_readers_stays_off_the_grid_of_others() {
    let mut org = company();
    map(&mut org, "linus", "grace", "2026-07-14");
    let managed = org.management.about_mut(id("linus"));
    managed.talent.get_mut(&h1()).unwrap().readers = Some(vec![ReaderToken::Person(id("grace"))]);
    assert!(!held(&org, "team/grace/talent").contains("talent of linus"));
    assert!(org.readable_by("grace").contains("talent of linus"));
}

#[test]
fn a_directors_team_holds_the_reports_of_reports_for_the_skip_level_view() {
    let mut org = company();
    org.of("linus").self_assessment = Some(feedback("linus", "2026-07-02", "own words"));
    org.review("linus", "grace", "2026-07-10", None);
    let seen = held(&org, "team/barbara");
    assert!(seen.contains("own words"));
    assert!(!seen.contains("review of linus"), "it is not shared");
    assert!(!held(&org, "team/grace").contains("MAREK"));
}

#[test]
fn a_chain_of_one_step_shows_a_director_no_reports_of_reports() {
    let mut org = company();
    org.access.chain = ChainReach::Steps(1);
    assert!(!held(&org, "team/barbara").contains("LINUS"));
    assert_eq!(org.readers_of("team/grace/talent"), ["grace", "hanna"]);
}

fn anonymously(org: &mut Organisation) -> Vec<AnonymousAnswers> {
    org.access.peer_feedback = PeerFeedbackPolicy::Anonymous;
    let access = plan(org, day(TODAY));
    let own = access.get(&SectionId::new("person/linus/own")).unwrap();
    let Draw::Person(own) = draw(&Audiences::new(org, day(TODAY)), own).content else {
        panic!("own is about a person");
    };
    own.anonymous.get(&h1()).cloned().unwrap_or_default()
}

#[test]
fn what_comes_after_the_review_was_shared_does_not_show_as_it_lands() {
    let mut org = company();
    org.review("linus", "grace", "2026-07-10", Some("2026-07-12"));
    for (by, on) in [
        ("ada", "2026-07-05"),
        ("hanna", "2026-07-12"),
        ("marek", "2026-07-11"),
    ] {
        org.peer("linus", by, on);
    }
    let before = anonymously(&mut org);
    org.peer("linus", "barbara", "2026-07-13");
    assert_eq!(anonymously(&mut org), before);
    org.access.peer_feedback = PeerFeedbackPolicy::Person;
    let own = org.readable_by("linus");
    assert!(own.contains("hanna on linus") && !own.contains("barbara on linus"));
    assert!(org.readable_by("grace").contains("barbara on linus"));
    org.review("linus", "grace", "2026-07-10", Some("2026-07-20"));
    assert!(org.readable_by("linus").contains("barbara on linus"));
}

#[test]
fn an_answer_without_words_counts_for_none() {
    let mut org = company();
    org.review("linus", "grace", "2026-07-10", Some("2026-07-12"));
    for by in ["ada", "hanna", "marek"] {
        org.peer("linus", by, "2026-07-05");
    }
    let silent = org.of("linus").peers.get_mut("hanna").unwrap();
    silent.feedback.answers[0].text = Prose::new("\n ");
    let questions: Vec<QuestionId> = anonymously(&mut org)
        .into_iter()
        .map(|answers| answers.question)
        .collect();
    assert_eq!(questions, [QuestionId::new("growth").unwrap()]);
}

#[test]
fn an_upward_answer_does_not_make_up_the_three() {
    let mut org = company();
    // On one day of the cycle, hanna reported to linus.
    org.person_mut("hanna").roles = person(
        "hanna",
        &[
            ("2020-01-01", "barbara"),
            ("2026-03-01", "linus"),
            ("2026-03-02", "barbara"),
        ],
    )
    .roles;
    org.review("linus", "grace", "2026-07-10", Some("2026-07-12"));
    for by in ["ada", "hanna", "marek"] {
        org.peer("linus", by, "2026-07-05");
    }
    assert!(anonymously(&mut org).is_empty());
    org.peer("linus", "barbara", "2026-07-05");
    let shown = anonymously(&mut org);
    assert!(shown.iter().all(|answers| answers.answers.len() == 3));
    assert!(!format!("{shown:?}").contains("hanna on linus"));
}

#[test]
fn the_order_without_names_depends_on_the_texts_alone() {
    let texts = ["calm under load", "explains well", "asks first", "ships"];
    let order = |authors: [&str; 4]| {
        let mut org = company();
        org.review("linus", "grace", "2026-07-10", Some("2026-07-12"));
        for (by, text) in authors.iter().zip(texts) {
            org.peer("linus", by, "2026-07-05");
            let peer = org.of("linus").peers.get_mut(*by).unwrap();
            peer.feedback.answers[0].text = Prose::new(text);
        }
        let shown = anonymously(&mut org);
        let strengths = QuestionId::new("strengths").unwrap();
        let shown = shown.into_iter().find(|a| a.question == strengths);
        shown.unwrap().answers
    };
    let one = order(["ada", "barbara", "hanna", "marek"]);
    assert_eq!(one, order(["marek", "hanna", "ada", "barbara"]));
    assert_eq!(one, order(["hanna", "ada", "marek", "barbara"]));
}

#[test]
fn answers_without_names_name_no_attachment() {
    let mut org = company();
    org.review("linus", "grace", "2026-07-10", Some("2026-07-12"));
    let file = Attachment {
        name: "ada-screenshot.png".into(),
        file: "ada-screenshot.png".into(),
        bytes: vec![1].into(),
    };
    org.of("linus").files.insert(file.name.clone(), file);
    for by in ["ada", "hanna", "marek"] {
        org.peer("linus", by, "2026-07-05");
        let peer = org.of("linus").peers.get_mut(by).unwrap();
        let text = "see ![my graph](files/ada-screenshot.png), ada-screenshot.png, [g], files/other.png\n\n[g]: files/ada-screenshot.png";
        peer.feedback.answers[0].text = Prose::new(text);
    }
    let shown = format!("{:?}", anonymously(&mut org));
    assert!(
        shown.contains("see my graph, an attachment, g, an attachment"),
        "{shown}"
    );
    assert!(
        !shown.contains("ada-screenshot") && !shown.contains("files/"),
        "{shown}"
    );
}

#[test]
fn a_typed_relationship_neither_opens_nor_hides() {
    let mut org = company();
    org.access.peer_feedback = PeerFeedbackPolicy::Person;
    for (subject, by, word) in [
        ("grace", "linus", Relationship::Peer),
        ("barbara", "ada", Relationship::CrossFunctional),
        ("linus", "ada", Relationship::Report),
    ] {
        org.peer(subject, by, "2026-07-05");
        org.of(subject).peers.get_mut(by).unwrap().relationship = Some(word);
        org.review(subject, "barbara", "2026-07-10", Some("2026-07-12"));
    }
    assert!(!org.readable_by("grace").contains("linus on grace"));
    let skip = org.readable_by("barbara");
    assert!(!skip.contains("ada on barbara"), "two steps up is above");
    assert!(org.readable_by("linus").contains("ada on linus"));
}

#[test]
fn a_manager_who_comes_back_reads_what_was_said_in_their_time_and_not_what_came_between() {
    let mut org = company();
    let roles = [
        ("2020-01-01", "grace"),
        ("2026-03-01", "marek"),
        ("2026-05-01", "grace"),
    ];
    org.person_mut("ada").roles = person("ada", &roles).roles;
    org.peer("ada", "linus", "2026-02-01");
    org.peer("ada", "hanna", "2026-04-01");
    let seen = org.readable_by("grace");
    assert!(seen.contains("linus on ada") && !seen.contains("hanna on ada"));
    let between = org.readable_by("marek");
    assert!(!between.contains("linus on ada") && !between.contains("hanna on ada"));
    let above = org.readable_by("barbara");
    assert!(above.contains("linus on ada") && above.contains("hanna on ada"));
}

#[test]
fn a_readers_line_does_not_carry_confidence_to_a_new_manager() {
    let mut org = company();
    org.peer("ada", "linus", "2026-05-20");
    let peer = org.of("ada").peers.get_mut("linus").unwrap();
    peer.feedback.readers = Some(vec![ReaderToken::Audience(Audience::Chain)]);
    assert!(!org.readable_by("marek").contains("linus on ada"));
    assert!(!org.readable_by("grace").contains("linus on ada"));
    assert!(org.readable_by("barbara").contains("linus on ada"));
}

#[test]
fn figures_of_a_day_to_come_are_drawn_from_that_day_on() {
    let mut org = company();
    let as_of = day("2026-07-25");
    org.figures.cycles.push(CycleFigures {
        cycle: h1(),
        as_of,
        everyone: None,
        teams: vec![],
    });
    for (today, are_there) in [
        ("2026-07-24", false),
        ("2026-07-25", true),
        ("2027-01-01", true),
    ] {
        let today = day(today);
        let audiences = Audiences::new(&org, today);
        let planned = plan(&org, today).sections;
        let drawn: Vec<SectionDraw> = planned.iter().map(|one| draw(&audiences, one)).collect();
        let of_org = drawn.iter().find_map(|draw| match &draw.content {
            Draw::Org(of) => Some(of),
            _ => None,
        });
        let of_org = of_org.expect("everyone reads it");
        assert_eq!(of_org.figures.of(&h1()).is_some(), are_there, "{today}");
        let comes = of_org.closes.iter().find(|(id, _)| *id == h1());
        let comes = comes.map(|(_, day)| *day);
        assert_eq!(comes, (!are_there).then_some(as_of), "{today}");
    }
}
