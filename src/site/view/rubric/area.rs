//! `rubric/<track>/area/<competency>`: one competency, its stages, and what each level asks of it.

use serde::Serialize;

use super::cell::{FullCell, SignalView, signals};
use super::{TrackLink, inlines};
use crate::domain::model::*;
use crate::site::view::level::LevelChip;
use crate::site::view::person::marks::Link;
use crate::site::{Context, Html, PageHead, ThemeError};

/// `area.html`.
#[derive(Debug, Serialize)]
struct AreaView {
    track: TrackLink,
    title: String,
    category: Option<String>,
    description: Html,
    /// Ordered; empty in most rubrics.
    stages: Vec<StageView>,
    /// Lowest first.
    levels: Vec<AtLevel>,
    /// The areas before and after it in the track.
    previous: Option<Link>,
    next: Option<Link>,
}

/// What one level asks.
#[derive(Debug, Serialize)]
struct AtLevel {
    /// The id of the level: the viewer marks the reader's own.
    at: String,
    chip: LevelChip,
    cell: FullCell,
}

/// One maturity stage.
#[derive(Debug, Serialize)]
struct StageView {
    title: String,
    text: Html,
    points: Option<i64>,
    signals: Vec<SignalView>,
    examples: Vec<Html>,
}

/// `rubric/ic/area/technical`.
pub(in crate::site::view) fn route(track: &Track, competency: &Competency) -> String {
    format!("rubric/{}/area/{}", track.id, competency.id)
}

pub(super) fn part(
    ctx: &Context,
    track: &Track,
    competency: &Competency,
) -> Result<PagePart, ThemeError> {
    let at_level = |level: &Level| AtLevel {
        at: level.id.to_string(),
        chip: LevelChip::new(track, level),
        cell: FullCell::of(ctx, track, level, competency),
    };
    let (previous, next) = neighbours(track, competency);
    let stages = competency.stages.iter();
    let view = AreaView {
        track: TrackLink::of(&ctx.commons.rubric, &track.id),
        title: competency.title.clone(),
        category: competency.category.clone(),
        description: ctx.prose(&competency.description, None),
        stages: stages.map(|stage| stage_view(ctx, stage)).collect(),
        levels: track.levels.iter().map(at_level).collect(),
        previous,
        next,
    };
    let head = PageHead {
        route: route(track, competency),
        slot: 0,
        title: format!("{}, {}", competency.title, track.title),
        kind: "area",
    };
    ctx.part("area.html", head, &view)
}

fn neighbours(track: &Track, competency: &Competency) -> (Option<Link>, Option<Link>) {
    let all = &track.competencies;
    let Some(here) = all.iter().position(|one| one.id == competency.id) else {
        return (None, None);
    };
    let link = |one: &Competency| Link {
        text: one.title.clone(),
        href: format!("/{}", route(track, one)),
    };
    let before = here.checked_sub(1).and_then(|at| all.get(at));
    (before.map(link), all.get(here + 1).map(link))
}

fn stage_view(ctx: &Context, stage: &Stage) -> StageView {
    StageView {
        title: stage.title.clone(),
        text: ctx.prose(&stage.text, None),
        points: stage.points,
        signals: signals(ctx, &stage.signals),
        examples: inlines(ctx, &stage.examples),
    }
}
