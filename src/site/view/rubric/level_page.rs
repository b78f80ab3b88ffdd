//! `rubric/<track>/<level>`: one level in full.

use serde::Serialize;

use super::cell::FullCell;
use super::rungs::{equal, points};
use super::{TrackLink, anchor, area, by_category, first_sentence, inlines, levels_below};
use crate::domain::model::*;
use crate::site::view::level::LevelChip;
use crate::site::{Context, Html, PageHead, ThemeError};

/// `level.html`.
#[derive(Debug, Serialize)]
struct LevelView {
    track: TrackLink,
    level: LevelChip,
    /// The id of the level: the viewer marks the reader's own.
    at: String,
    /// The level before and after in order; several at a fork.
    below: Vec<LevelChip>,
    above: Vec<LevelChip>,
    /// Levels of other tracks that are worth the same.
    equivalent: Vec<LevelChip>,
    /// `36 points`; nothing where the rubric counts none.
    points: Option<String>,
    /// Includes what the levels below it ask.
    cumulative: bool,
    /// Words that are new here are marked.
    marks: bool,
    sections: Vec<SectionView>,
    groups: Vec<AreaGroup>,
}

/// Free prose about a level.
#[derive(Debug, Serialize)]
pub(in crate::site::view) struct SectionView {
    title: String,
    text: Html,
    items: Vec<Html>,
}

impl SectionView {
    /// The section as it is shown.
    pub(in crate::site::view) fn new(ctx: &Context, section: &LevelSection) -> Self {
        Self {
            title: section.title.clone(),
            text: ctx.prose(&section.text, None),
            items: inlines(ctx, &section.items),
        }
    }

    /// What a level says to everyone.
    pub(in crate::site::view) fn all(ctx: &Context, level: &Level) -> Vec<Self> {
        let open = level.sections.iter().filter(|one| !one.managers_only);
        open.map(|section| Self::new(ctx, section)).collect()
    }
}

/// Competencies of one category.
#[derive(Debug, Serialize)]
struct AreaGroup {
    title: Option<String>,
    areas: Vec<Area>,
}

/// One competency at the level.
#[derive(Debug, Serialize)]
struct Area {
    anchor: String,
    title: String,
    /// The page of the competency.
    href: String,
    summary: String,
    cell: FullCell,
}

pub(super) fn part(ctx: &Context, track: &Track, level: &Level) -> Result<PagePart, ThemeError> {
    let chip = |other: &Level| LevelChip::new(track, other);
    let area = |competency: &Competency| Area {
        anchor: anchor(&competency.id),
        title: competency.title.clone(),
        href: format!("/{}", area::route(track, competency)),
        summary: first_sentence(&ctx.plain(&competency.description)),
        cell: FullCell::of(ctx, track, level, competency),
    };
    let below: Vec<LevelChip> = levels_below(track, level).map(chip).collect();
    let view = LevelView {
        track: TrackLink::of(&ctx.commons.rubric, &track.id),
        level: chip(level),
        at: level.id.to_string(),
        above: track.next_levels(&level.id).into_iter().map(chip).collect(),
        equivalent: equal(ctx, level),
        points: points(track, level),
        cumulative: track.cumulative,
        marks: !below.is_empty(),
        below,
        sections: SectionView::all(ctx, level),
        groups: by_category(track, area, |title, areas| AreaGroup { title, areas }),
    };
    ctx.part("level.html", level_head(track, level, 0), &view)
}

/// The head of a part of a level's page.
pub(in crate::site::view) fn level_head(track: &Track, level: &Level, slot: u32) -> PageHead {
    PageHead {
        route: format!("rubric/{}/{}", track.id, level.id),
        slot,
        title: format!("{}, {}", level.title, track.title),
        kind: "level",
    }
}
