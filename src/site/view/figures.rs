//! How the process goes, for everyone: counts that were suppressed where they would betray a few.

use serde::Serialize;

use super::person::marks::{counted, hundredths};
use crate::domain::growth::Tally;
use crate::domain::model::*;
use crate::site::date::Day;
use crate::site::{Context, PageHead, ThemeError};

/// `figures.html`.
#[derive(Debug, Serialize)]
struct FiguresView {
    /// Of the organisation.
    name: String,
    /// Fewest people that a count may be about.
    least: usize,
    /// The last cycle with figures; nothing while there is none.
    newest: Option<CycleView>,
    trend: Option<Trend>,
    /// Later cycles that have begun, oldest first.
    coming: Vec<ComingView>,
}

/// A cycle without figures.
#[derive(Debug, Serialize)]
struct ComingView {
    title: String,
    /// The day as of which they are counted.
    day: Day,
}

/// One cycle.
#[derive(Debug, Serialize)]
struct CycleView {
    title: String,
    from: Day,
    to: Day,
    /// What is dated later does not count.
    as_of: Day,
    /// Nothing where too few took part.
    people: Option<usize>,
    /// The phases in order, then the goals.
    figures: Vec<FigureView>,
    teams: Option<TeamsView>,
}

/// One measure of everyone.
#[derive(Debug, Serialize)]
struct FigureView {
    title: &'static str,
    /// `11 people`, `38 expectations`.
    of: String,
    /// Empty where it is not shown.
    blocks: Vec<BlockView>,
    /// The whole in words: `8 of 10 handed in`; empty where nothing is said.
    words: String,
}

/// One part of a measure, or several together.
#[derive(Debug, Serialize)]
struct BlockView {
    /// `done`, `half`, `miss` or `idle`.
    tone: &'static str,
    label: String,
    count: usize,
    percent: u8,
    /// On the bar, in percent of its width.
    x: f64,
    width: f64,
}

/// Teams × measures.
#[derive(Debug, Serialize)]
struct TeamsView {
    columns: Vec<&'static str>,
    rows: Vec<TeamRow>,
}

/// One team.
#[derive(Debug, Serialize)]
struct TeamRow {
    /// `Everyone else` for what is left over.
    team: String,
    people: usize,
    /// One a column; nothing where it is not shown.
    cells: Vec<Option<Share>>,
}

/// Measures × cycles.
#[derive(Debug, Serialize)]
struct Trend {
    /// Titles, oldest first.
    cycles: Vec<String>,
    rows: Vec<TrendRow>,
}

/// One measure over time.
#[derive(Debug, Serialize)]
struct TrendRow {
    title: &'static str,
    /// One a cycle; nothing where it is not shown.
    cells: Vec<Option<Share>>,
}

/// The better part of a measure.
#[derive(Debug, Serialize)]
struct Share {
    /// `8 of 10`; `at least 6 of 10` where a number would tell of too few people.
    amount: String,
    /// Whether the amount is a number, so that `percent` says the same.
    exact: bool,
    percent: u8,
    /// `handed in on time`, `handed in`, `met`.
    label: String,
}

/// The part; it is there even while there is nothing to count.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn part(ctx: &Context, org: &OrgDraw) -> Result<PagePart, ThemeError> {
    let head = PageHead {
        route: "org".to_owned(),
        slot: 0,
        title: "Organisation".to_owned(),
        kind: "organisation",
    };
    ctx.part("figures.html", head, &view(ctx, org))
}

fn view(ctx: &Context, org: &OrgDraw) -> FiguresView {
    let known: Vec<(&Cycle, &CycleFigures)> = org
        .figures
        .cycles
        .iter()
        .filter_map(|of| Some((ctx.commons.cycle(&of.cycle)?, of)))
        .collect();
    FiguresView {
        name: ctx.commons.name.clone(),
        least: FIGURES_MIN_PEOPLE,
        newest: known.last().map(|(cycle, of)| cycle_view(cycle, of)),
        trend: trend(&known),
        coming: coming(ctx, org, known.last().map(|(cycle, _)| *cycle)),
    }
}

/// The cycles that have begun after the newest one that has figures.
fn coming(ctx: &Context, org: &OrgDraw, newest: Option<&Cycle>) -> Vec<ComingView> {
    let begun = |cycle: &&Cycle| cycle.start <= ctx.commons.as_of;
    let later = |cycle: &&Cycle| newest.is_none_or(|newest| newest.start < cycle.start);
    let cycles = ctx.commons.cycles.iter().filter(begun).filter(later);
    let coming = cycles.filter_map(|cycle| {
        let (_, day) = org.closes.iter().find(|(id, _)| *id == cycle.id)?;
        Some(ComingView {
            title: cycle.title.clone(),
            day: (*day).into(),
        })
    });
    coming.collect()
}

fn cycle_view(cycle: &Cycle, of: &CycleFigures) -> CycleView {
    let figures = of.everyone.iter().flat_map(|all| &all.figures);
    CycleView {
        title: cycle.title.clone(),
        from: cycle.start.into(),
        to: cycle.end.into(),
        as_of: of.as_of.into(),
        people: of.everyone.as_ref().map(|all| all.people),
        figures: figures.map(figure).collect(),
        teams: teams(of),
    }
}

fn figure(of: &Figure) -> FigureView {
    let things = match of.measure {
        Measure::Goals => counted(of.of, "expectation", "expectations"),
        _ => counted(of.of, "person", "people"),
    };
    FigureView {
        title: of.measure.title(),
        of: things,
        blocks: blocks(of),
        words: sentence(of).unwrap_or_default(),
    }
}

/// `8 of 10 handed in`, `22 of 31 expectations met`.
fn sentence(of: &Figure) -> Option<String> {
    let things = match of.measure {
        Measure::Goals if of.of == 1 => " expectation",
        Measure::Goals => " expectations",
        _ => "",
    };
    Some(format!("{}{things} {}", of.amount()?, of.achieved()))
}

fn blocks(of: &Figure) -> Vec<BlockView> {
    let mut x = 0.0;
    let block = |block: &Block| {
        let width = if of.of == 0 {
            0.0
        } else {
            block.count as f64 * 100.0 / of.of as f64
        };
        let view = BlockView {
            tone: tone_of(&block.parts),
            label: block.label(),
            count: block.count,
            percent: percent(block.count, of.of),
            x: hundredths(x),
            width: hundredths(width),
        };
        x += width;
        view
    };
    of.blocks().iter().map(block).collect()
}

fn percent(n: usize, of: usize) -> u8 {
    Tally { n, of }.percent().unwrap_or(0)
}

/// What comes first in a measure is what it hopes for.
fn share(of: &Figure) -> Option<Share> {
    let first = of.blocks().first();
    Some(Share {
        amount: of.amount()?,
        exact: first.is_some(),
        percent: first.map_or(0, |first| percent(first.count, of.of)),
        label: of.achieved(),
    })
}

/// From the first cycle of which anything is shown; nothing for a single one.
fn trend(known: &[(&Cycle, &CycleFigures)]) -> Option<Trend> {
    let share = |of: &CycleFigures, measure| share_of(of.everyone.as_ref()?, measure);
    let says = |of: &CycleFigures| Measure::ALL.into_iter().any(|one| share(of, one).is_some());
    let first = known.iter().position(|(_, of)| says(of)).unwrap_or(0);
    let shown = &known[first..];
    let row = |measure: Measure| TrendRow {
        title: measure.title(),
        cells: shown.iter().map(|(_, of)| share(of, measure)).collect(),
    };
    (shown.len() > 1).then(|| Trend {
        cycles: shown.iter().map(|(cycle, _)| cycle.title.clone()).collect(),
        rows: Measure::ALL.into_iter().map(row).collect(),
    })
}

fn share_of(group: &GroupFigures, measure: Measure) -> Option<Share> {
    let figure = group
        .figures
        .iter()
        .find(|figure| figure.measure == measure);
    share(figure?)
}

/// Nothing where there are no teams to tell apart.
fn teams(of: &CycleFigures) -> Option<TeamsView> {
    let row = |team: &TeamFigures| TeamRow {
        team: team
            .team
            .clone()
            .unwrap_or_else(|| "Everyone else".to_owned()),
        people: team.figures.people,
        cells: Measure::ALL
            .map(|measure| share_of(&team.figures, measure))
            .into(),
    };
    (!of.teams.is_empty()).then(|| TeamsView {
        columns: Measure::ALL.map(Measure::title).into(),
        rows: of.teams.iter().map(row).collect(),
    })
}

/// The tone of a block is that of its best part.
fn tone_of(parts: &[Part]) -> &'static str {
    match parts.first() {
        Some(Part::OnTime | Part::Met) => "done",
        Some(Part::Late | Part::Partly) => "half",
        Some(Part::Open | Part::Missed) => "miss",
        Some(Part::Obsolete | Part::Unjudged) | None => "idle",
    }
}
