//! `rubric`: all tracks.

use serde::Serialize;

use super::rungs::Rungs;
use super::tracks;
use crate::domain::model::*;
use crate::site::{Context, Html, PageHead, ThemeError};

/// `rubric-index.html`.
#[derive(Debug, Serialize)]
struct IndexView {
    tracks: Vec<TrackCard>,
}

/// A track on the index.
#[derive(Debug, Serialize)]
struct TrackCard {
    title: String,
    href: String,
    /// Empty where the track says nothing about itself.
    description: Html,
    /// How many competencies it has.
    areas: usize,
    public: bool,
    rungs: Rungs,
}

pub(super) fn part(ctx: &Context) -> Result<PagePart, ThemeError> {
    let cards = tracks(&ctx.commons.rubric).map(|track| TrackCard {
        title: track.title.clone(),
        href: format!("/rubric/{}", track.id),
        description: ctx.prose(&track.description, None),
        areas: track.competencies.len(),
        public: track.public,
        rungs: Rungs::of(ctx, track),
    });
    let view = IndexView {
        tracks: cards.collect(),
    };
    let head = PageHead {
        route: "rubric".to_owned(),
        slot: 0,
        title: "Rubrics".to_owned(),
        kind: "rubric-index",
    };
    ctx.part("rubric-index.html", head, &view)
}
