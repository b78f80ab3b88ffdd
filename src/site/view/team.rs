//! A manager's people: who stands where, at a glance.

use serde::Serialize;

use super::level::LevelChip;
use super::person::marks::{Mark, initials};
use super::person::names::{cycle_route, expectation_anchor, portfolio_route};
use crate::growth::{self, ExpectationFacts, Phase, PhaseState, StepProgress};
use crate::model::*;
use crate::site::date::written;
use crate::site::{Context, PageHead, ThemeError};

/// `team.html`: the direct reports of one manager, by name.
#[derive(Debug, Serialize)]
struct TeamView {
    manager: String,
    /// Titles of the cycles that the rows are about, newest first; usually one.
    cycles: Vec<String>,
    members: Vec<MemberView>,
    /// Expectations of all rows that slip, for the line under the heading.
    at_risk: usize,
    /// Phases of all rows that are overdue.
    overdue: usize,
}

/// One direct report.
#[derive(Debug, Serialize)]
struct MemberView {
    name: String,
    /// Of the name, for the round mark.
    initials: String,
    href: String,
    title: Option<String>,
    team: Option<String>,
    level: Option<LevelChip>,
    /// Their own team's page, for one who manages.
    team_href: Option<String>,
    /// On leave on the day that facts are judged on.
    on_leave: bool,
    /// Nothing where there is no cycle yet.
    cycle: Option<CycleProgress>,
}

/// How the current cycle goes.
#[derive(Debug, Serialize)]
struct CycleProgress {
    title: String,
    href: String,
    /// Nothing agreed yet is said, not drawn as an empty list.
    expectations: Vec<ExpectationLine>,
    steps_done: usize,
    /// All but the dropped.
    steps: usize,
    phases: Vec<PhaseMark>,
}

/// One expectation in a line.
#[derive(Debug, Serialize)]
struct ExpectationLine {
    text: String,
    href: String,
    state: Mark,
}

/// One of the texts that follow a cycle.
#[derive(Debug, Serialize)]
struct PhaseMark {
    title: &'static str,
    state: Mark,
    /// `done 3 July 2026`, `due 5 July 2026`.
    words: String,
}

/// The page of one team.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn part(ctx: &Context, draw: &TeamDraw) -> Result<PagePart, ThemeError> {
    let view = view(ctx, draw);
    let head = PageHead {
        route: format!("team/{}", draw.manager.id),
        slot: 0,
        title: format!("{}'s team", draw.manager.name),
        kind: "team",
    };
    ctx.part("team.html", head, &view)
}

fn view(ctx: &Context, draw: &TeamDraw) -> TeamView {
    let members: Vec<MemberView> = draw.reports.iter().map(|member| row(ctx, member)).collect();
    let progress = || members.iter().filter_map(|member| member.cycle.as_ref());
    let mut cycles: Vec<String> = Vec::new();
    for title in progress().map(|cycle| &cycle.title) {
        if !cycles.contains(title) {
            cycles.push(title.clone());
        }
    }
    let risks = progress().flat_map(|cycle| &cycle.expectations);
    let late = progress().flat_map(|cycle| &cycle.phases);
    TeamView {
        manager: draw.manager.name.clone(),
        at_risk: risks.filter(|line| line.state.tone == "risk").count(),
        overdue: late.filter(|phase| phase.state.tone == "miss").count(),
        cycles,
        members,
    }
}

fn row(ctx: &Context, member: &TeamMember) -> MemberView {
    let person = &member.person;
    let today = ctx.commons.as_of;
    let role = person.role_on(today);
    let level = role.level.as_ref().map(|at| ctx.level(at));
    let level_title = level.as_ref().map(|level| level.title.clone());
    let away = |leave: &Leave| leave.from <= today && today <= leave.to;
    MemberView {
        name: person.name.clone(),
        initials: initials(&person.name),
        href: format!("/{}", portfolio_route(&person.id)),
        title: role.title.clone().or(level_title),
        team: role.team.clone(),
        level,
        team_href: member.manages.then(|| format!("/team/{}", person.id)),
        on_leave: person.leaves.iter().any(away),
        cycle: growth::current_cycle(ctx.commons, person).map(|cycle| progress(ctx, person, cycle)),
    }
}

fn progress(ctx: &Context, person: &Person, cycle: &Cycle) -> CycleProgress {
    let href = format!("/{}", cycle_route(&person.id, &cycle.id));
    let facts = growth::progress::expectation_facts(ctx.commons, person, cycle);
    let steps: StepProgress = facts.iter().map(|fact| fact.progress).sum();
    CycleProgress {
        title: cycle.title.clone(),
        expectations: facts.iter().map(|fact| line(ctx, &href, fact)).collect(),
        steps_done: steps.done,
        steps: steps.counted(),
        phases: phases(ctx, person, cycle),
        href,
    }
}

fn line(ctx: &Context, cycle_href: &str, fact: &ExpectationFacts) -> ExpectationLine {
    ExpectationLine {
        text: ctx.plain(&fact.expectation.text),
        href: format!("{cycle_href}#{}", expectation_anchor(&fact.expectation.id)),
        state: Mark::of_state(&fact.state),
    }
}

/// The phases whose files a team's page may hold: peer feedback is confidential beyond it.
fn phases(ctx: &Context, person: &Person, cycle: &Cycle) -> Vec<PhaseMark> {
    let all = growth::phases(ctx.commons, person, cycle);
    let open_here = |phase: &Phase| !matches!(phase, Phase::Peer);
    let shown = all.into_iter().filter(|status| open_here(&status.phase));
    shown
        .map(|status| phase_mark(status.phase, status.state, status.due))
        .collect()
}

fn phase_mark(phase: Phase, state: PhaseState, due: Date) -> PhaseMark {
    let due = written(due);
    let (tone, icon, text, words) = match state {
        PhaseState::Done(on) => ("done", "done", "Done", format!("done {}", written(on))),
        PhaseState::Late(on) => (
            "done",
            "done",
            "Done late",
            format!("done {}, due {due}", written(on)),
        ),
        PhaseState::Due => ("track", "track", "Due", format!("due {due}")),
        PhaseState::Overdue => ("miss", "risk", "Overdue", format!("overdue since {due}")),
        PhaseState::NotYet => ("idle", "idle", "Not yet", format!("due {due}")),
    };
    PhaseMark {
        title: title_of(phase),
        state: Mark::new(tone, icon, text),
        words,
    }
}

fn title_of(phase: Phase) -> &'static str {
    match phase {
        Phase::SelfAssessment => "Self-assessment",
        Phase::Peer => "Peer feedback",
        Phase::Review => "Review",
        Phase::Response => "Response",
    }
}
