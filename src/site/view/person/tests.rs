//! What a person's pages say, and to whom.

use std::collections::BTreeSet;

use super::fixture::*;
use super::{cycle, portfolio, since};
use crate::domain::model::*;
use crate::site::{Context, Theme};

/// Draws a view with the default theme.
fn with_context<T>(commons: &Commons, draw: impl Fn(&Context) -> T) -> T {
    let theme = Theme::new(Default::default()).expect("the default theme is in order");
    let section = SectionId::new("person/ada");
    draw(&Context::new(commons, &theme, &section, Default::default()))
}

fn walk(tree: &Node, see: &mut dyn FnMut(&Node)) {
    see(tree);
    if let Node::Element(element) = tree {
        element.children.iter().for_each(|child| walk(child, see));
    }
}

fn text_of(tree: &Tree) -> String {
    let mut all = String::new();
    walk(&tree.node(), &mut |node| {
        if let Node::Text(text) = node {
            all.push_str(text);
        }
    });
    all
}

fn attributes(parts: &[PagePart], name: &str) -> Vec<String> {
    let mut all = Vec::new();
    for part in parts {
        walk(&part.tree.node(), &mut |node| {
            if let Node::Element(element) = node {
                all.extend(element.attributes.get(name).cloned());
            }
        });
    }
    all
}

fn everything(parts: &[PagePart]) -> String {
    let texts = |part: &PagePart| [&part.route, &part.title, part.tree.as_json()].join("\n");
    parts.iter().map(texts).collect()
}

fn all_on_portfolio() -> Vec<PagePart> {
    let world = full();
    let (section, draw) = talent();
    let mut all = parts(&world.commons, own(world.ada.clone()));
    all.extend(parts(&world.commons, pair()));
    all.extend(parts(&world.commons, pip()));
    all.extend(parts(&world.commons, chain()));
    all.extend(drawn(&world.commons, section, Draw::Talent(Box::new(draw))));
    all
}

#[test]
fn a_full_person_has_a_portfolio_and_a_page_a_cycle() {
    let world = full();
    let pages = parts(&world.commons, own(world.ada.clone()));
    let routes: Vec<&str> = pages.iter().map(|page| page.route.as_str()).collect();
    assert_eq!(
        routes,
        [
            "people/ada",
            "people/ada/2025-h1",
            "people/ada/2025-h2",
            "people/ada/2026-h1",
            "people/ada/next",
            "people/ada/packet"
        ]
    );
    let text = text_of(&pages[0].tree);
    for said in [
        "Ada Okafor",
        "Own the ledger migration",
        "At risk",
        "exceeds L4",
        "Promoted to L4",
    ] {
        assert!(text.contains(said), "`{said}` is missing in: {text}");
    }
}

#[test]
fn a_person_without_level_or_cycles_still_has_an_honest_page() {
    let world = sparse();
    let pages = parts(&world.commons, own(world.ada.clone()));
    assert_eq!(pages.len(), 3);
    let text = text_of(&pages[0].tree);
    for said in [
        "No shared review yet",
        "No level is set",
        "No expectations are agreed yet",
    ] {
        assert!(text.contains(said), "`{said}` is missing in: {text}");
    }
}

#[test]
fn forty_expectations_on_an_even_scale_break_nothing() {
    let mut world = full();
    world.commons.ratings = scale(&["Misses", "Meets", "Exceeds", "Shines"]);
    for number in 0..40 {
        let mut one = expectation(&format!("{}{number}", "a".repeat(60)));
        one.text = Prose::new("Unbreakably".repeat(40));
        one.steps = vec![step(); 60];
        world.expects("2026-h1", one);
    }
    let pages = parts(&world.commons, own(world.ada.clone()));
    let view = with_context(&world.commons, |ctx| portfolio::view(ctx, &world.ada));
    assert_eq!(view.current.expect("a cycle").cards.len(), 43);
    assert_eq!(pages.len(), 6);
}

#[test]
fn ids_are_valid_and_unique_on_every_page() {
    let all = all_on_portfolio();
    let routes: BTreeSet<&str> = all.iter().map(|part| part.route.as_str()).collect();
    for route in routes {
        let on_page: Vec<PagePart> = all.iter().filter(|p| p.route == route).cloned().collect();
        let ids = attributes(&on_page, "id");
        let distinct: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(ids.len(), distinct.len(), "{route}: {ids:?}");
        let valid = |id: &String| id.starts_with(|c: char| c.is_ascii_lowercase());
        assert!(ids.iter().all(valid), "{ids:?}");
        assert!(!ids.iter().any(|id| id.starts_with("gradus-")));
    }
}

#[test]
fn every_link_within_a_page_arrives() {
    let all = all_on_portfolio();
    for part in &all {
        let page: Vec<PagePart> = all
            .iter()
            .filter(|p| p.route == part.route)
            .cloned()
            .collect();
        let ids = attributes(&page, "id");
        for href in &attributes(std::slice::from_ref(part), "href") {
            let Some(href) = href.strip_prefix('#') else {
                continue;
            };
            assert!(ids.iter().any(|id| id == href), "{}: #{href}", part.route);
        }
        for label in attributes(std::slice::from_ref(part), "aria-labelledby") {
            let all_there = label
                .split(' ')
                .all(|id| ids.iter().any(|known| known == id));
            assert!(all_there, "{}: {label}", part.route);
        }
    }
}

#[test]
fn every_link_to_another_page_of_the_person_arrives() {
    let all = all_on_portfolio();
    for href in attributes(&all, "href") {
        let Some(path) = href.strip_prefix("/people/") else {
            continue;
        };
        let (route, anchor) = path.split_once('#').unwrap_or((path, ""));
        let route = format!("people/{route}");
        let page: Vec<PagePart> = all.iter().filter(|p| p.route == route).cloned().collect();
        assert!(!page.is_empty(), "{href}");
        assert!(
            anchor.is_empty() || attributes(&page, "id").iter().any(|id| id == anchor),
            "{href}"
        );
    }
}

#[test]
fn the_persons_part_says_nothing_of_an_unshared_review() {
    let mut world = full();
    let hidden = world.review("2026-h1");
    hidden.shared = None;
    hidden.feedback.answers.push(Answer {
        to: AnswerTo::Preamble,
        text: prose(UNSHARED),
    });
    hidden
        .feedback
        .ratings
        .insert(competency_id("delivery"), rated("misses"));
    let with = everything(&parts(&world.commons, own(world.ada.clone())));
    assert!(!with.contains(UNSHARED));
    world.files("2026-h1").review = None;
    assert_eq!(
        with,
        everything(&parts(&world.commons, own(world.ada.clone())))
    );
}

#[test]
fn the_chain_reads_peers_by_name_and_the_review_that_is_not_shared() {
    let world = full();
    let pages = parts(&world.commons, chain());
    let page = pages
        .iter()
        .find(|page| page.route == "people/ada/2026-h1")
        .expect("a cycle page");
    let text = text_of(&page.tree);
    assert!(text.contains("Peer feedback by linus") && text.contains("another function"));
    assert!(text.contains(UNSHARED) && text.contains("Not shared yet"));
    assert_eq!(page.slot, 40);
}

#[test]
fn a_closed_part_begins_by_saying_who_reads_it() {
    let world = full();
    for page in parts(&world.commons, chain()) {
        let text = text_of(&page.tree);
        let said = "For the management chainOnly Barbara Noor and Grace Lindqvist read this, never Ada Okafor.";
        assert!(text.starts_with(said), "{text}");
    }
}

#[test]
fn open_actions_stand_before_the_meetings() {
    let world = full();
    let pages = parts(&world.commons, pair());
    let text = text_of(&pages[0].tree);
    let place = |said: &str| {
        text.find(said)
            .unwrap_or_else(|| panic!("`{said}` is missing in: {text}"))
    };
    assert!(place("Name a second reviewer") < place("Ask platform for a window"));
    assert!(place("Open actions") < place("Meetings"));
}

#[test]
fn an_open_improvement_plan_stands_on_the_portfolio_too() {
    let world = full();
    let pages = parts(&world.commons, pip());
    let routes: Vec<&str> = pages.iter().map(|page| page.route.as_str()).collect();
    assert_eq!(routes, ["people/ada", "people/ada/2026-h1"]);
    assert!(
        text_of(&pages[0].tree).contains("30 May 2026"),
        "60 days from 1 April, both ends counted"
    );
}

#[test]
fn a_talent_mapping_is_drawn_in_its_own_section_alone() {
    let world = full();
    let (section, draw) = talent();
    let pages = drawn(&world.commons, section, Draw::Talent(Box::new(draw)));
    let text = text_of(&pages[0].tree);
    assert!(
        text.contains(TALENT) && text.contains("Above level in H1 2025 and H2 2025"),
        "{text}"
    );
    assert!(!everything(&parts(&world.commons, own(world.ada.clone()))).contains(TALENT));
}

#[test]
fn a_section_with_nothing_in_it_draws_no_part() {
    let world = sparse();
    for kind in [
        SectionKind::Chain,
        SectionKind::Pair,
        SectionKind::Pip,
        SectionKind::Custom,
    ] {
        let (_, draw) = own(world.ada.clone());
        assert!(
            parts(
                &world.commons,
                (section("person/ada/x", kind, &["grace"]), draw)
            )
            .is_empty()
        );
    }
}

#[test]
fn nameless_answers_name_nobody() {
    let world = full();
    let (section, mut draw) = own(world.ada.clone());
    let question = QuestionId::new("strengths").expect("an id");
    let answers = ["one", "two", "three"].map(prose).to_vec();
    draw.anonymous.insert(
        cycle_id("2025-h2"),
        vec![AnonymousAnswers { question, answers }],
    );
    let pages = parts(&world.commons, (section, draw));
    let text = text_of(&pages[2].tree);
    assert!(text.contains("at least three peers") && text.contains("three"));
    assert!(!text.contains("linus"));
}

#[test]
fn a_cycle_page_leads_to_the_cycles_around_it() {
    let world = full();
    let (_, draw) = own(world.ada.clone());
    let page = with_context(&world.commons, |ctx| {
        cycle::view(ctx, &draw, world.cycle("2025-h2"))
    });
    assert_eq!(
        page.previous.expect("one before").href,
        "/people/ada/2025-h1"
    );
    assert_eq!(page.next.expect("one after").href, "/people/ada/2026-h1");
    let phases: Vec<&str> = page.phases.iter().map(|phase| phase.name).collect();
    assert_eq!(
        phases,
        [
            "Expectations",
            "Self-assessment",
            "Peer feedback",
            "Review",
            "Response",
            "Plan"
        ]
    );
}

#[test]
fn a_card_tells_both_how_the_engineer_and_the_manager_saw_the_end() {
    let world = full();
    let (_, draw) = own(world.ada.clone());
    let page = with_context(&world.commons, |ctx| {
        cycle::view(ctx, &draw, world.cycle("2025-h2"))
    });
    let card = page
        .cards
        .iter()
        .find(|card| card.id == "exp-ledger")
        .expect("agreed");
    let who: Vec<&str> = card.ends.iter().map(|end| end.who.as_str()).collect();
    assert_eq!(who, ["Review by Grace Lindqvist", "Own assessment"]);
    assert_eq!(card.lineage.len(), 2);
}

#[test]
fn the_alignment_draws_what_its_words_say() {
    let world = full();
    let view = with_context(&world.commons, |ctx| portfolio::view(ctx, &world.ada));
    let table = view.alignment.expect("a level is held");
    let row = table
        .rows
        .iter()
        .find(|row| row.competency == "Leadership")
        .expect("a row");
    assert_eq!(row.own.as_deref(), Some("meets L4"));
    assert_eq!(row.target.as_ref().expect("an aim").label, "L5");
    let (now, target) = (
        row.plot.now.expect("rated"),
        row.plot.target.expect("an aim"),
    );
    assert!(now < table.held_x && table.held_x < target && row.plot.gap);
}

#[test]
fn the_ledger_names_an_expectation_once_and_what_stayed_in_one_line() {
    let world = full();
    let now = crate::domain::growth::current_cycle(&world.commons, &world.ada).expect("one runs");
    let ledger = with_context(&world.commons, |ctx| since::ledger(ctx, &world.ada, now));
    let lines = ledger.expect("there is a cycle before").lines;
    let hrefs: Vec<String> = lines
        .iter()
        .filter_map(|line| Some(line.subject.as_ref()?.href.clone()))
        .collect();
    let once: BTreeSet<&String> = hrefs.iter().collect();
    assert!(!hrefs.is_empty() && once.len() == hrefs.len(), "{hrefs:?}");
    let still = lines.iter().filter(|line| line.mark.text == "Unchanged");
    assert!(still.count() <= 1);
}

#[test]
fn while_a_cycle_runs_what_is_on_track_counts_and_then_what_was_met() {
    let mut world = full();
    let first = |world: &World| {
        let view = with_context(&world.commons, |ctx| portfolio::view(ctx, &world.ada));
        let stat = view.stats.into_iter().next().expect("there are figures");
        (stat.label, stat.figure, stat.words)
    };
    let (label, _, words) = first(&world);
    assert_eq!(label, "Expectations on track");
    assert!(words.contains("at risk"), "{words}");
    let cycle = world.ada.cycles.values_mut().last().expect("a cycle");
    let file = cycle.expectations.as_mut().expect("agreed").clone();
    let mut own = feedback("ada", world.commons.as_of);
    own.outcomes = file
        .expectations
        .iter()
        .map(|one| (one.id.clone(), outcome(OutcomeIs::Met)))
        .collect();
    cycle.self_assessment = Some(own);
    let (label, figure, _) = first(&world);
    assert_eq!(
        (label, figure),
        ("Expectations met", file.expectations.len().to_string())
    );
}

#[test]
fn the_running_cycle_has_no_empty_column_of_ratings() {
    let world = full();
    let view = with_context(&world.commons, |ctx| portfolio::view(ctx, &world.ada));
    let heat = view
        .history
        .and_then(|history| history.heat)
        .expect("reviews rate something");
    let last = heat.cycles.len() - 1;
    assert!(heat.rows.iter().any(|row| row.cells[last].is_some()));
    assert!(
        heat.rows
            .iter()
            .all(|row| row.cells.len() == heat.cycles.len())
    );
}
