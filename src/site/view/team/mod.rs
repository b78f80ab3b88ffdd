//! A manager's people: who stands where, at a glance.
//!
//! | file | draws |
//! |---|---|
//! | `phases` | which texts of a cycle are in, by person |
//! | `due` | who is due what, by date; what slips |
//! | `heat` | people × competencies |
//! | `expectations` | `team/<id>/expectations`: everyone's, side by side by level |

mod due;
mod expectations;
mod heat;
mod phases;

use serde::Serialize;

use self::due::{DueLine, Slip};
use self::heat::TeamHeat;
use self::phases::PhaseTable;
use super::level::LevelChip;
use super::person::marks::{Link, Mark, Progress, counted, initials};
use super::person::names::{cycle_route, portfolio_route};
use crate::domain::growth::{self, ExpectationFacts, ExpectationState};
use crate::domain::model::*;
use crate::site::{Context, PageHead, ThemeError};

/// How many cycles a team's page looks at: the current one and the one before.
const CYCLES_SHOWN: usize = 2;

/// `team.html`: the direct reports of one manager.
#[derive(Debug, Serialize)]
struct TeamView {
    manager: String,
    /// Whom the manager reports to.
    up: Option<Link>,
    /// Titles of the cycles that the page is about, newest first.
    cycles: Vec<String>,
    /// By name.
    members: Vec<MemberView>,
    /// Expectations that slip.
    at_risk: usize,
    /// Texts that are overdue.
    overdue: usize,
    /// Responses that nobody has acknowledged.
    unacknowledged: usize,
    /// Overdue first, then by date.
    due: Vec<DueLine>,
    /// Key steps that are due later, by date.
    steps: Vec<DueLine>,
    /// By person.
    slipping: Vec<Slip>,
    /// Newest cycle first.
    phases: Vec<PhaseTable>,
    /// One a track.
    heat: Vec<TeamHeat>,
    /// The pages of the teams below.
    teams: Vec<Link>,
    expectations_href: String,
}

/// One direct report.
#[derive(Debug, Serialize)]
struct MemberView {
    who: Who,
    title: Option<String>,
    team: Option<String>,
    /// Their own team's page, for one who manages.
    team_href: Option<String>,
    /// On leave on the day that facts are judged on.
    on_leave: bool,
    /// Nothing where nothing is agreed yet.
    cycle: Option<CycleProgress>,
    /// What asks for a talk, in words; empty where nothing does.
    notices: Vec<Mark>,
}

/// Someone, and where they stand.
#[derive(Debug, Clone, Serialize)]
struct Who {
    name: String,
    /// Of the name, for the round mark.
    initials: String,
    href: String,
    level: Option<LevelChip>,
}

/// How the current cycle goes.
#[derive(Debug, Serialize)]
struct CycleProgress {
    title: String,
    href: String,
    /// Nothing where no step counts.
    progress: Option<Progress>,
    /// `2 on track, 1 at risk`, most telling first.
    states: Vec<Mark>,
}

/// The pages of one team: the team, and its expectations side by side.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn parts(ctx: &Context, draw: &TeamDraw) -> Result<Vec<PagePart>, ThemeError> {
    let head = PageHead {
        route: team_route(&draw.manager.id),
        slot: 0,
        title: team_title(&draw.manager.name),
        kind: "team",
    };
    let team = ctx.part("team.html", head, &view(ctx, draw))?;
    Ok(vec![team, expectations::part(ctx, draw)?])
}

/// `team/grace`.
pub fn team_route(manager: &PersonId) -> String {
    format!("team/{manager}")
}

/// `Grace Hopper's team`.
pub fn team_title(name: &str) -> String {
    format!("{name}'s team")
}

fn team_link(ctx: &Context, manager: &PersonId) -> Link {
    Link {
        text: team_title(ctx.commons.name_of(manager)),
        href: format!("/{}", team_route(manager)),
    }
}

fn who(ctx: &Context, person: &Person) -> Who {
    let level = person.level_on(ctx.commons.as_of);
    Who {
        name: person.name.clone(),
        initials: initials(&person.name),
        href: format!("/{}", portfolio_route(&person.id)),
        level: level.map(|at| ctx.level(at)),
    }
}

fn view(ctx: &Context, draw: &TeamDraw) -> TeamView {
    let people: Vec<&Person> = draw.reports.iter().map(|member| &member.person).collect();
    let cycles = recent_cycles(ctx, &people);
    let phases: Vec<PhaseTable> = cycles
        .iter()
        .filter_map(|cycle| phases::table(ctx, &people, cycle))
        .collect();
    let slipping = due::slipping(ctx, &people);
    let managers = draw.reports.iter().filter(|member| member.manages);
    let up = draw.manager.manager_on(ctx.commons.as_of);
    TeamView {
        manager: draw.manager.name.clone(),
        up: up.map(|id| team_link(ctx, id)),
        cycles: cycles.iter().map(|cycle| cycle.title.clone()).collect(),
        members: draw
            .reports
            .iter()
            .map(|member| row(ctx, member, &cycles))
            .collect(),
        at_risk: slipping.len(),
        overdue: phases.iter().map(|table| table.overdue).sum(),
        unacknowledged: phases.iter().map(|table| table.unacknowledged).sum(),
        due: due::lines(ctx, draw, &cycles),
        steps: due::steps(ctx, &people),
        slipping,
        phases,
        heat: heat::tables(ctx, &people),
        teams: managers
            .map(|member| team_link(ctx, &member.person.id))
            .collect(),
        expectations_href: format!("/{}", expectations::route(&draw.manager.id)),
    }
}

/// The last cycles that any of these people has files in and that have begun, newest first.
fn recent_cycles<'a>(ctx: &Context<'a>, people: &[&Person]) -> Vec<&'a Cycle> {
    let begun = ctx.commons.cycles.iter().rev();
    let begun = begun.filter(|cycle| cycle.start <= ctx.commons.as_of);
    let used = |cycle: &&Cycle| people.iter().any(|p| p.cycles.contains_key(&cycle.id));
    begun.filter(used).take(CYCLES_SHOWN).collect()
}

fn row(ctx: &Context, member: &TeamMember, cycles: &[&Cycle]) -> MemberView {
    let person = &member.person;
    let today = ctx.commons.as_of;
    let role = person.role_on(today);
    let level_title = role.level.as_ref().map(|at| ctx.level(at).title);
    let away = |leave: &Leave| leave.from <= today && today <= leave.to;
    let current = growth::current_cycle(ctx.commons, person);
    MemberView {
        who: who(ctx, person),
        title: role.title.clone().or(level_title),
        team: role.team.clone(),
        team_href: member
            .manages
            .then(|| format!("/{}", team_route(&person.id))),
        on_leave: person.leaves.iter().any(away),
        cycle: current.and_then(|cycle| progress(ctx, person, cycle)),
        notices: notices(ctx, person, cycles),
    }
}

fn progress(ctx: &Context, person: &Person, cycle: &Cycle) -> Option<CycleProgress> {
    let facts = growth::expectation_facts(ctx.commons, person, cycle);
    let steps = facts.iter().flat_map(|fact| &fact.steps);
    (!facts.is_empty()).then(|| CycleProgress {
        title: cycle.title.clone(),
        href: format!("/{}", cycle_route(&person.id, &cycle.id)),
        progress: Progress::of(steps.map(|step| step.state)),
        states: states(&facts),
    })
}

/// How many expectations stand where, in the order of the file.
fn states(facts: &[ExpectationFacts<'_>]) -> Vec<Mark> {
    let mut seen: Vec<(&ExpectationState, usize)> = Vec::new();
    for fact in facts {
        match seen
            .iter_mut()
            .find(|(state, _)| state.id() == fact.state.id())
        {
            Some((_, count)) => *count += 1,
            None => seen.push((&fact.state, 1)),
        }
    }
    let mark = |(state, count): (&ExpectationState, usize)| {
        let mark = Mark::of_state(state);
        let text = format!("{count} {}", mark.text.to_lowercase());
        Mark { text, ..mark }
    };
    seen.into_iter().map(mark).collect()
}

/// What about a report asks for a talk.
fn notices(ctx: &Context, person: &Person, cycles: &[&Cycle]) -> Vec<Mark> {
    let mut notices = Vec::new();
    let running = |cycle: &&Cycle| cycle.contains(ctx.commons.as_of);
    let agreed = |cycle: &Cycle| {
        let files = person.cycles.get(&cycle.id);
        files.is_some_and(|files| files.expectations.is_some())
    };
    let mut now = ctx.commons.cycles.iter().filter(running).peekable();
    if now.peek().is_some() && !now.any(agreed) {
        notices.push(Mark::new("risk", "risk", "nothing agreed yet"));
    }
    let overdue: usize = cycles.iter().map(|c| phases::overdue(ctx, person, c)).sum();
    if overdue > 0 {
        notices.push(Mark::new(
            "miss",
            "risk",
            format!("{} overdue", counted(overdue, "text", "texts")),
        ));
    }
    if cycles
        .iter()
        .any(|cycle| phases::unacknowledged(person, cycle).is_some())
    {
        notices.push(Mark::new("risk", "talk", "response not acknowledged"));
    }
    notices
}
