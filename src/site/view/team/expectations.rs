//! The skip-level's view: everyone's expectations side by side, by the level that people hold, so that the
//! same level is asked for the same.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Who, team_route, team_title, who};
use crate::domain::growth::{self, ExpectationFacts};
use crate::domain::model::*;
use crate::site::view::level::LevelChip;
use crate::site::view::person::marks::{Link, Mark};
use crate::site::view::person::names::{
    competency_title, cycle_link, expectation_anchor, kind_words,
};
use crate::site::{Context, Html, PageHead, ThemeError};

/// `team-expectations.html`.
#[derive(Debug, Serialize)]
struct SideBySide {
    title: String,
    team: Link,
    /// Whether reports of reports are among them.
    has_below: bool,
    people: usize,
    /// By track and rank, without a level last.
    levels: Vec<LevelGroup>,
}

/// Everyone who holds one level.
#[derive(Debug, Serialize)]
struct LevelGroup {
    /// Where links to it arrive.
    id: String,
    /// Nothing: no level is held.
    level: Option<LevelChip>,
    track: String,
    people: Vec<PersonColumn>,
}

/// One person's expectations.
#[derive(Debug, Serialize)]
struct PersonColumn {
    who: Who,
    /// Whom they report to, where that is not whose page this is.
    manager: Option<String>,
    /// Nothing where there is no cycle yet.
    cycle: Option<Link>,
    expectations: Vec<ExpectationBrief>,
}

/// One expectation, as far as it tells how much is asked.
#[derive(Debug, Serialize)]
struct ExpectationBrief {
    text: String,
    href: String,
    state: Mark,
    kind: Option<&'static str>,
    /// The level whose evidence it is, where that is not the level held.
    aims: Option<LevelChip>,
    measure: Option<Html>,
    competencies: Vec<String>,
    /// Steps without the dropped.
    steps: usize,
}

/// `team/grace/expectations`.
pub fn route(manager: &PersonId) -> String {
    format!("{}/expectations", team_route(manager))
}

/// The page.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn part(ctx: &Context, draw: &TeamDraw) -> Result<PagePart, ThemeError> {
    let view = view(ctx, draw);
    let head = PageHead {
        route: route(&draw.manager.id),
        slot: 0,
        title: view.title.clone(),
        kind: "team-expectations",
    };
    ctx.part("team-expectations.html", head, &view)
}

/// Orders levels within and across tracks.
type LevelKey = (bool, String, i64, String);

fn view(ctx: &Context, draw: &TeamDraw) -> SideBySide {
    let mut groups: BTreeMap<LevelKey, Vec<&Person>> = BTreeMap::new();
    let reports = draw.reports.iter().map(|member| &member.person);
    for person in reports.chain(&draw.below) {
        groups.entry(key(ctx, person)).or_default().push(person);
    }
    let levels = groups.into_values().enumerate();
    SideBySide {
        title: format!("Expectations of {}", team_title(&draw.manager.name)),
        team: Link {
            text: team_title(&draw.manager.name),
            href: format!("/{}", team_route(&draw.manager.id)),
        },
        has_below: !draw.below.is_empty(),
        people: draw.reports.len() + draw.below.len(),
        levels: levels
            .map(|(at, people)| group(ctx, draw, at, &people))
            .collect(),
    }
}

fn key(ctx: &Context, person: &Person) -> LevelKey {
    let Some(at) = person.level_on(ctx.commons.as_of) else {
        return (true, String::new(), 0, String::new());
    };
    let rank = ctx
        .commons
        .rubric
        .level(at)
        .map_or(i64::MAX, |(_, level)| level.rank);
    (false, at.track.to_string(), rank, at.level.to_string())
}

fn group(ctx: &Context, draw: &TeamDraw, at: usize, people: &[&Person]) -> LevelGroup {
    let held = people.first().and_then(|p| p.level_on(ctx.commons.as_of));
    let track = held.and_then(|at| ctx.commons.rubric.tracks.get(&at.track));
    LevelGroup {
        id: format!("level-{}", at + 1),
        level: held.map(|at| ctx.level(at)),
        track: track.map_or_else(String::new, |track| track.title.clone()),
        people: people
            .iter()
            .map(|person| column(ctx, draw, person))
            .collect(),
    }
}

fn column(ctx: &Context, draw: &TeamDraw, person: &Person) -> PersonColumn {
    let manager = person.manager_on(ctx.commons.as_of);
    let manager = manager.filter(|id| **id != draw.manager.id);
    let cycle = growth::current_cycle(ctx.commons, person);
    let facts = cycle.map(|cycle| (cycle, growth::expectation_facts(ctx.commons, person, cycle)));
    let briefs = facts
        .iter()
        .flat_map(|(cycle, facts)| facts.iter().map(|fact| brief(ctx, person, cycle, fact)));
    PersonColumn {
        who: who(ctx, person),
        manager: manager.map(|id| ctx.commons.name_of(id).to_owned()),
        cycle: cycle.map(|cycle| cycle_link(&person.id, cycle)),
        expectations: briefs.collect(),
    }
}

fn brief(
    ctx: &Context,
    person: &Person,
    cycle: &Cycle,
    fact: &ExpectationFacts<'_>,
) -> ExpectationBrief {
    let one = fact.expectation;
    let rubric = ctx.commons.rubric_of(cycle);
    let held = growth::held_level(ctx.commons, person, cycle);
    let aims = one.aims.as_ref().filter(|aims| Some(*aims) != held);
    let title = |id| competency_title(rubric, held, id);
    ExpectationBrief {
        text: ctx.plain(&one.text),
        href: format!(
            "{}#{}",
            cycle_link(&person.id, cycle).href,
            expectation_anchor(&one.id)
        ),
        state: Mark::of_state(&fact.state),
        kind: one.kind.map(kind_words),
        aims: aims.map(|at| LevelChip::of(rubric, at)),
        measure: one
            .measure
            .as_ref()
            .map(|measure| ctx.inline(measure, None)),
        competencies: one.competencies.iter().map(title).collect(),
        steps: fact.progress.counted(),
    }
}
