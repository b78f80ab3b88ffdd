//! What the pages about the next level say.

use super::*;
use crate::site::Theme;
use crate::site::fixture::{ada, at, commons, day, id, prose};

fn with_context<T>(commons: &Commons, draw: impl Fn(&Context) -> T) -> T {
    let theme = Theme::new(Default::default()).expect("the default theme is in order");
    let section = SectionId::new("person/ada");
    draw(&Context::new(commons, &theme, &section, Default::default()))
}

fn html(person: &Person, commons: &Commons) -> [String; 2] {
    let parts = with_context(commons, |ctx| {
        parts(ctx, person).expect("the theme is in order")
    });
    let html: Vec<String> = parts
        .iter()
        .map(|part| crate::site::tree::to_html(&part.tree.node()).to_string())
        .collect();
    html.try_into().expect("there are two pages")
}

/// Ada with an expectation in operations that aims at L4, one step of it done with evidence.
fn on_the_way() -> Person {
    let mut ada = ada();
    let cycle = ada.cycles.values_mut().next().expect("she has a cycle");
    let file = cycle.expectations.as_mut().expect("it is agreed");
    let one = &mut file.expectations[0];
    one.competencies = vec![id!(CompetencyId, "operations")];
    one.aims = Some(at("ic", "l4"));
    one.steps[0].evidence = vec!["https://git.example/240".to_owned()];
    ada
}

#[test]
fn both_levels_stand_beside_each_other_with_the_new_words_marked() {
    let [next, _] = html(&on_the_way(), &commons());
    assert!(next.contains("<h1>What L4 asks</h1>"), "{next}");
    assert!(next.contains("Handles common incidents alone"));
    assert!(next.contains("<b class=\"new\">Leads incidents</b>; removes causes and noise."));
}

#[test]
fn evidence_has_its_date_and_link_and_what_is_missing_is_said() {
    let [next, _] = html(&on_the_way(), &commons());
    assert!(next.contains("1 of 6 areas"));
    assert!(next.contains("https://git.example/240") && next.contains("1 August 2026"));
    assert!(next.contains("/people/ada/2026-h2#exp-auth"));
    assert_eq!(next.matches("Nothing speaks for").count(), 5);
}

#[test]
fn of_much_evidence_for_the_level_held_the_newest_is_shown_and_all_is_counted() {
    let mut ada = on_the_way();
    let cycle = ada.cycles.values_mut().next().expect("she has a cycle");
    let file = cycle.expectations.as_mut().expect("it is agreed");
    file.expectations[0].aims = None;
    let step = file.expectations[0].steps[0].clone();
    file.expectations[0].steps = vec![step; 9];
    let [next, _] = html(&ada, &commons());
    assert!(next.contains("The newest 5 of 9;"), "{next}");
    assert!(next.contains("9 pieces for L3"));
    assert_eq!(next.matches("https://git.example/240\"").count(), 5);
}

#[test]
fn at_the_top_of_a_track_and_without_a_level_the_pages_say_so() {
    let mut top = ada();
    top.roles[0].level = Some(at("ic", "l6"));
    let [next, packet] = html(&top, &commons());
    assert!(next.contains("L6 is the highest level of this track"));
    assert!(packet.contains("the highest level") && !next.contains("Nothing speaks for"));
    top.roles[0].level = None;
    let [next, packet] = html(&top, &commons());
    assert!(next.contains("No level is set for Ada Okafor"));
    assert!(packet.contains("No level is set for Ada Okafor"));
}

#[test]
fn a_fork_shows_every_level_that_could_come_next() {
    let mut commons = commons();
    let track = commons.rubric.tracks.get_mut("ic").expect("it is there");
    let fork = Level {
        id: id!(LevelId, "e4"),
        title: "Expert".to_owned(),
        ..track.levels[2].clone()
    };
    track.levels.insert(2, fork);
    let [next, packet] = html(&on_the_way(), &commons);
    assert!(next.contains("What E4 and L4 ask"), "{next}");
    assert!(packet.contains("Expert") && packet.contains("Senior engineer"));
}

#[test]
fn the_packet_goes_from_expectation_to_competency_to_evidence_and_is_markdown_too() {
    let mut ada = on_the_way();
    let cycle = ada.cycles.values_mut().next().expect("she has a cycle");
    let file = cycle.expectations.as_mut().expect("it is agreed");
    file.expectations[0].steps[0].text = prose("Wrote `<b>` & _this_");
    ada.log = vec![LogEntry {
        date: day("2026-09-20"),
        kind: LogKind::Award,
        by: None,
        on: Some(id!(ExpectationId, "auth")),
        competencies: Vec::new(),
        text: prose("Calm lead"),
        evidence: Vec::new(),
        readers: None,
    }];
    let [_, packet] = html(&ada, &commons());
    let source = packet
        .split("data-slot=\"markdown\">")
        .nth(1)
        .expect("it holds its source");
    for line in [
        "# Promotion packet: Ada Okafor",
        "- From L3 to L4, Backend",
        "### Operations",
        "- Expectation: Lead the migration of \\&lt;auth\\&gt;",
        "- Award: Calm lead (20 September 2026)",
        "- Step done: Wrote \\&lt;b\\&gt; &amp; this (1 August 2026)",
        "  - &lt;https://git.example/240&gt;",
        "- No evidence yet",
    ] {
        assert!(source.contains(line), "{line} in {source}");
    }
}

#[test]
fn a_portfolio_counts_the_areas_with_evidence_and_names_those_without() {
    let line = |person: &Person| with_context(&commons(), |ctx| ahead(ctx, person));
    let found = line(&on_the_way()).expect("there is a level above");
    assert_eq!((found.found, found.of, found.missing.len()), (1, 6, 5));
    assert_eq!(
        found.segments.iter().filter(|one| **one == "done").count(),
        1
    );
    let places = found.missing.iter().map(|area| area.href.as_str());
    assert!(
        places
            .clone()
            .all(|href| href.starts_with("/people/ada/next#c-"))
    );
    assert!(!places.clone().any(|href| href.ends_with("operations")));
    let mut top = ada();
    top.roles[0].level = Some(at("ic", "l6"));
    assert_eq!(line(&top), None, "nothing lies ahead at the top");
}
