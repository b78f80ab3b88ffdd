//! The head of a person's pages: who they are, and the few figures on top.

use serde::Serialize;

use super::expectation::states_in_words;
use super::marks::{Link, When, hundredths, initials};
use super::names::portfolio_route;
use crate::domain::growth::{
    Achievement, ExpectationFacts, ExpectationState, Headline, SeriesPoint, Tally,
    expectation_facts, fact_day, headline, level_alignment,
};
use crate::domain::model::*;
use crate::site::Context;
use crate::site::date::Day;
use crate::site::view::level::LevelChip;

/// The drawing area of a sparkline, in pixels.
const SPARK_WIDTH_PX: f64 = 72.0;
const SPARK_HEIGHT_PX: f64 = 28.0;
const SPARK_MARGIN_PX: f64 = 4.0;

/// Longest reference to a level that a page may carry, in bytes.
const AT_MAX_BYTES: usize = 64;

/// Who a page is about, as they stood on the day that the page is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Profile {
    pub name: String,
    /// At most two letters; empty for a name without any.
    pub initials: String,
    /// Their own title, or the level's; nothing where there is neither.
    pub title: Option<String>,
    pub level: Option<LevelChip>,
    /// The same as `ic/l4`: the viewer marks it in the rubric, where the page is the reader's own.
    pub at: Option<String>,
    pub team: Option<String>,
    pub manager: Option<String>,
    /// The rubric of their track.
    pub rubric: Option<Link>,
    /// `since` their first day, or `left` on their last.
    pub since: When,
    pub href: String,
}

impl Profile {
    /// As of a cycle, with its rubric; today without one.
    pub fn of(ctx: &Context, person: &Person, cycle: Option<&Cycle>) -> Self {
        let commons = ctx.commons;
        let day = cycle.map_or(commons.as_of, |cycle| fact_day(commons, cycle));
        let rubric = cycle.map_or(&commons.rubric, |cycle| commons.rubric_of(cycle));
        let role = person.role_on(day);
        let level = role.level.as_ref();
        let held = level.and_then(|level| rubric.level(level));
        let manager = role.manager.as_ref();
        Self {
            name: person.name.clone(),
            initials: initials(&person.name),
            title: role
                .title
                .clone()
                .or(held.map(|(_, level)| level.title.clone())),
            level: level.map(|level| LevelChip::of(rubric, level)),
            at: level
                .map(ToString::to_string)
                .filter(|at| at.len() <= AT_MAX_BYTES),
            team: role.team.clone(),
            manager: manager.map(|manager| commons.name_of(manager).to_owned()),
            rubric: held.map(|(track, _)| Link {
                text: track.title.clone(),
                href: format!("/rubric/{}", track.id),
            }),
            since: match person.end.filter(|_| !person.is_here(day)) {
                Some(end) => When::on("left", end),
                None => When::on("since", person.start),
            },
            href: format!("/{}", portfolio_route(&person.id)),
        }
    }
}

/// One figure on top of a portfolio.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stat {
    pub label: &'static str,
    /// `12`; empty where `day` stands in its place.
    pub figure: String,
    /// `of 19`.
    pub of: String,
    pub day: Option<When>,
    /// A line in words below.
    pub words: String,
    /// `up`, `dn` or empty: the tone of the words.
    pub tone: &'static str,
    /// The date that the words end with.
    pub words_day: Option<Day>,
    /// Nothing where there are fewer than two cycles to compare.
    pub spark: Option<Spark>,
}

/// A line over the cycles, oldest first; it says nothing that the words do not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spark {
    /// `x,y x,y …`
    pub points: String,
    pub end_x: f64,
    pub end_y: f64,
}

impl Spark {
    /// Shares of their wholes; nothing for fewer than two points.
    fn of(series: &[SeriesPoint<'_>]) -> Option<Self> {
        let last = series.len().checked_sub(1).filter(|last| *last > 0)?;
        let width = SPARK_WIDTH_PX - 2.0 * SPARK_MARGIN_PX;
        let height = SPARK_HEIGHT_PX - 2.0 * SPARK_MARGIN_PX;
        let place = |(at, point): (usize, &SeriesPoint<'_>)| {
            let share = point.tally.n as f64 / point.tally.of as f64;
            let x = SPARK_MARGIN_PX + width * at as f64 / last as f64;
            let y = SPARK_MARGIN_PX + height * (1.0 - share);
            (hundredths(x), hundredths(y))
        };
        let places: Vec<(f64, f64)> = series.iter().enumerate().map(place).collect();
        let (end_x, end_y) = *places.last()?;
        let points: Vec<String> = places.iter().map(|(x, y)| format!("{x},{y}")).collect();
        Some(Self {
            points: points.join(" "),
            end_x,
            end_y,
        })
    }
}

/// The figures of a portfolio that opens with `cycle`; those that there is nothing to count for are left out.
pub fn stats(ctx: &Context, person: &Person, cycle: &Cycle) -> Vec<Stat> {
    let it = headline(ctx.commons, person, cycle);
    let facts = expectation_facts(ctx.commons, person, cycle);
    let figures = [
        under_way(&it, &facts).or_else(|| expectations(&it, states_in_words(&facts))),
        steps(&it),
        areas(ctx, person, &it),
        Some(ends(ctx, &it)),
    ];
    figures.into_iter().flatten().collect()
}

impl Stat {
    fn counted(label: &'static str, tally: Tally) -> Self {
        Self {
            label,
            figure: tally.n.to_string(),
            of: format!("of {}", tally.of),
            day: None,
            words: String::new(),
            tone: "",
            words_day: None,
            spark: None,
        }
    }
}

/// While nobody has said how anything ended, `0 of 4 met` would tell of a failure: what runs well counts instead.
fn under_way(it: &Headline<'_>, facts: &[ExpectationFacts<'_>]) -> Option<Stat> {
    let well = |one: &&ExpectationFacts<'_>| matches!(one.state, ExpectationState::OnTrack);
    let n = facts.iter().filter(well).count();
    let others = facts.iter().filter(|one| !well(one)).cloned();
    let others = states_in_words(&others.collect::<Vec<_>>());
    let before = before(&it.expectations_series, it.cycle).map(|before| {
        let Tally { n, of } = before.tally;
        format!("{n} of {of} met in {}", before.cycle.title)
    });
    let none_ended = it.expectations.open == it.expectations.total();
    (n > 0 && none_ended).then(|| Stat {
        words: if others.is_empty() {
            before.unwrap_or_default()
        } else {
            others
        },
        ..Stat::counted("Expectations on track", Tally { n, of: facts.len() })
    })
}

fn expectations(it: &Headline<'_>, words: String) -> Option<Stat> {
    let Achievement { met, obsolete, .. } = it.expectations;
    let of = it.expectations.total() - obsolete;
    (of > 0).then(|| Stat {
        words,
        spark: Spark::of(&it.expectations_series),
        ..Stat::counted("Expectations met", Tally { n: met, of })
    })
}

fn steps(it: &Headline<'_>) -> Option<Stat> {
    let tally = Tally {
        n: it.steps.done,
        of: it.steps.counted(),
    };
    let before = before(&it.steps_series, it.cycle);
    (tally.of > 0).then(|| Stat {
        words: match before {
            Some(before) => format!(
                "{} of {} in {}",
                before.tally.n, before.tally.of, before.cycle.title
            ),
            None => percent_words(tally),
        },
        spark: Spark::of(&it.steps_series),
        ..Stat::counted("Key steps done", tally)
    })
}

fn areas(ctx: &Context, person: &Person, it: &Headline<'_>) -> Option<Stat> {
    let tally = it.areas?;
    // The present figure repeats the last review's; the one before that is what to compare with.
    let (_, earlier) = it.areas_series.split_last()?;
    let before = earlier.last();
    let (tone, words) = match before {
        Some(before) => match level_then(ctx, person, it.cycle, before.cycle) {
            // Against another level, neither more nor fewer is a rise or a fall.
            Some(level) => ("", against_other(before, &level)),
            None => compared(tally, before),
        },
        None => ("", "or above, in the last shared review".to_owned()),
    };
    Some(Stat {
        words,
        tone,
        spark: Spark::of(&it.areas_series),
        ..Stat::counted("Competencies at level", tally)
    })
}

/// The level held in an earlier cycle, where it was not the one of `now`.
fn level_then(ctx: &Context, person: &Person, now: &Cycle, then: &Cycle) -> Option<String> {
    let held = |cycle: &Cycle| Some(level_alignment(ctx.commons, person, cycle)?.held.clone());
    let (now, at) = (held(now)?, held(then)?);
    (now != at).then(|| LevelChip::of(ctx.commons.rubric_of(then), &at).label)
}

fn against_other(before: &SeriesPoint<'_>, level: &str) -> String {
    let Tally { n, of } = before.tally;
    format!("{n} of {of} in {}, at {level}", before.cycle.title)
}

fn compared(now: Tally, before: &SeriesPoint<'_>) -> (&'static str, String) {
    let title = &before.cycle.title;
    let (more, fewer) = (
        now.n.saturating_sub(before.tally.n),
        before.tally.n.saturating_sub(now.n),
    );
    match (more, fewer) {
        (0, 0) => ("", format!("as in {title}")),
        (more, 0) => ("up", format!("{more} more than {title}")),
        (_, fewer) => ("dn", format!("{fewer} fewer than {title}")),
    }
}

fn ends(ctx: &Context, it: &Headline<'_>) -> Stat {
    let over = it.ends < ctx.commons.as_of;
    Stat {
        label: if over { "Cycle ended" } else { "Cycle ends" },
        figure: String::new(),
        of: String::new(),
        day: Some(When {
            relative: true,
            ..When::on("", it.ends)
        }),
        words: it
            .self_due
            .map_or_else(String::new, |_| "self-assessment by".to_owned()),
        tone: "",
        words_day: it.self_due.map(Day::from),
        spark: None,
    }
}

fn before<'a>(series: &'a [SeriesPoint<'a>], cycle: &Cycle) -> Option<&'a SeriesPoint<'a>> {
    series.iter().rev().find(|point| point.cycle.id != cycle.id)
}

fn percent_words(tally: Tally) -> String {
    tally
        .percent()
        .map_or_else(String::new, |percent| format!("{percent} %"))
}
