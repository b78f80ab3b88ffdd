//! What one cell says: in short for the matrix, in full for the pages of levels and areas.

use serde::Serialize;

use super::inlines;
use crate::domain::model::*;
use crate::site::view::person::marks::Evidence;
use crate::site::{Context, Html, diff};

/// One competency at one level, in full.
#[derive(Debug, Serialize)]
pub(in crate::site::view) struct FullCell {
    /// False where the rubric says nothing: shown as such.
    described: bool,
    /// In the words of the track that this one extends.
    inherited: bool,
    /// What is new at the level stands in `<b class="new">`.
    text: Html,
    /// `Leads, 2 points`.
    stage: Option<String>,
    proficiency: Option<String>,
    /// What each rating means here, worst first.
    ratings: Vec<RatingMeans>,
    signals: Vec<SignalView>,
    examples: Vec<Html>,
    links: Vec<Evidence>,
}

/// What a rating means in one cell.
#[derive(Debug, Serialize)]
struct RatingMeans {
    title: String,
    text: Html,
}

/// An observable behaviour, with examples.
#[derive(Debug, Serialize)]
pub(super) struct SignalView {
    text: Html,
    examples: Vec<Html>,
}

impl FullCell {
    /// What a level asks in a competency.
    pub(in crate::site::view) fn of(
        ctx: &Context,
        track: &Track,
        level: &Level,
        competency: &Competency,
    ) -> Self {
        let nothing = Cell::default();
        let cell = level.cells.get(&competency.id).unwrap_or(&nothing);
        Self {
            described: is_described(cell),
            inherited: cell.inherited,
            text: marked_text(ctx, track, level, competency),
            stage: stage_words(competency, cell),
            proficiency: cell.proficiency.clone(),
            ratings: ratings(ctx, cell),
            signals: signals(ctx, &cell.signals),
            examples: inlines(ctx, &cell.examples),
            links: Evidence::all(&cell.links),
        }
    }
}

/// Whether a cell says anything at all.
pub(super) fn is_described(cell: &Cell) -> bool {
    let says_nothing = cell.text.is_empty()
        && cell.by_rating.is_empty()
        && cell.signals.is_empty()
        && cell.examples.is_empty();
    !says_nothing || cell.stage.is_some() || cell.proficiency.is_some()
}

/// A cell's text with what is new at its level marked. The lowest level has nothing to be compared with.
pub(super) fn marked_text(
    ctx: &Context,
    track: &Track,
    level: &Level,
    competency: &Competency,
) -> Html {
    let Some(cell) = level.cells.get(&competency.id) else {
        return Html::default();
    };
    let text = ctx.prose(&cell.text, None);
    let is_lowest = track.levels.iter().all(|other| other.rank >= level.rank);
    if cell.text.is_empty() || is_lowest {
        return text;
    }
    let before = text_below(track, level, competency).map(|text| ctx.prose(text, None));
    diff::new_words(before.as_ref(), &text)
}

/// What the nearest level below says, where one does.
fn text_below<'a>(track: &'a Track, level: &Level, competency: &Competency) -> Option<&'a Prose> {
    let below = track.levels.iter().rev().filter(|l| l.rank < level.rank);
    let mut cells = below.filter_map(|level| level.cells.get(&competency.id));
    cells
        .find(|cell| !cell.text.is_empty())
        .map(|cell| &cell.text)
}

/// The stage that a cell asks for, by its title and points.
pub(in crate::site::view) fn stage_words(competency: &Competency, cell: &Cell) -> Option<String> {
    let id = cell.stage.as_ref()?;
    let stage = competency.stages.iter().find(|stage| stage.id == *id);
    Some(match stage {
        None => id.to_string(),
        Some(stage) => match stage.points {
            None => stage.title.clone(),
            Some(1) => format!("{}, 1 point", stage.title),
            Some(points) => format!("{}, {points} points", stage.title),
        },
    })
}

/// Signals with their examples.
pub(super) fn signals(ctx: &Context, signals: &[Signal]) -> Vec<SignalView> {
    let view = |signal: &Signal| SignalView {
        text: ctx.inline(&signal.text, None),
        examples: inlines(ctx, &signal.examples),
    };
    signals.iter().map(view).collect()
}

fn ratings(ctx: &Context, cell: &Cell) -> Vec<RatingMeans> {
    let means = ctx.commons.ratings.iter().filter_map(|rating| {
        Some(RatingMeans {
            title: rating.title.clone(),
            text: ctx.prose(cell.by_rating.get(&rating.id)?, None),
        })
    });
    means.collect()
}

/// What a cell says in one text: its own, its signals, or the name of its stage. Empty where there is none of them.
pub(in crate::site::view) fn short_words(
    ctx: &Context,
    competency: &Competency,
    cell: Option<&Cell>,
) -> Html {
    let Some(cell) = cell else {
        return Html::default();
    };
    if !cell.text.is_empty() {
        return ctx.inline(&cell.text, None);
    }
    let texts = cell
        .signals
        .iter()
        .map(|signal| signal.text.as_str().trim());
    let signals: Vec<&str> = texts.collect();
    if !signals.is_empty() {
        return ctx.inline(&Prose::new(signals.join("\n\n")), None);
    }
    let stage = stage_words(competency, cell);
    let words = stage.or_else(|| cell.proficiency.clone());
    words.map_or(Html::default(), |words| Html::text(&words))
}
