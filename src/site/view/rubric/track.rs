//! `rubric/<track>`: the levels as steps, the matrix, the way from level to level, the versions.

use serde::Serialize;

use super::cell::{is_described, marked_text, short_words, stage_words};
use super::changes::{self, Version, VersionLine};
use super::rungs::Rungs;
use super::{Edition, TrackLink, anchor, area, by_category, first_sentence, tracks};
use crate::domain::model::*;
use crate::site::view::level::LevelChip;
use crate::site::{Context, Html, PageHead, ThemeError, diff};

/// Columns up to this number fit beside each other on a wide screen, where their cells are short.
const COLUMNS_MAX: usize = 6;

/// Columns of middling cells that do.
const ROOMY_COLUMNS_MAX: usize = 4;

/// The longest text, in characters, that a narrow column and a middling one hold without growing out of bounds.
const NARROW_MAX_CHARS: usize = 160;
const MIDDLING_MAX_CHARS: usize = 360;

/// `rubric.html`.
#[derive(Debug, Serialize)]
struct TrackView {
    title: String,
    description: Html,
    cumulative: bool,
    /// The track whose words it takes over where it has none of its own.
    extends: Option<TrackLink>,
    areas: usize,
    /// A choice of one level at a time is offered: it needs the viewer.
    switch: bool,
    rungs: Rungs,
    matrix: Matrix,
    /// From each level to the next, in order.
    differences: Vec<Difference>,
    /// The versions of the rubric, newest first; empty where there is but one.
    versions: Vec<VersionLine>,
    /// The other tracks, by id.
    others: Vec<TrackLink>,
}

/// Competencies × levels.
#[derive(Debug, Serialize)]
struct Matrix {
    columns: Vec<LevelChip>,
    /// The ids of the levels, in the order of the columns.
    levels: Vec<String>,
    /// How wide a column must be for its longest cell: `narrow`, `middling` or `wide`.
    width: &'static str,
    /// Fits a wide screen without a scroll bar of its own.
    fits: bool,
    groups: Vec<Group>,
}

/// Rows of one category; all of them in one group without a title where there are no categories.
#[derive(Debug, Serialize)]
struct Group {
    title: Option<String>,
    rows: Vec<Row>,
}

/// One competency.
#[derive(Debug, Serialize)]
struct Row {
    anchor: String,
    title: String,
    /// The page of the competency.
    href: String,
    summary: String,
    cells: Vec<CellView>,
}

/// One cell of the matrix.
#[derive(Debug, Serialize)]
struct CellView {
    /// The id of its level.
    level: String,
    chip: LevelChip,
    /// False where the rubric says nothing: shown as such.
    described: bool,
    /// What is new at the level stands in `<b class="new">`.
    text: Html,
    stage: Option<String>,
    proficiency: Option<String>,
    /// Only where there is no text.
    signals: Vec<Html>,
    /// In the words of the track that this one extends.
    inherited: bool,
}

/// What changes from one level to the next.
#[derive(Debug, Serialize)]
struct Difference {
    /// `from-l4-to-l5`.
    anchor: String,
    /// The id of the level that it begins at: the viewer opens the reader's own step.
    at: String,
    from: LevelChip,
    to: LevelChip,
    rows: Vec<DifferenceRow>,
}

/// One competency at two levels; empty where a level says nothing.
#[derive(Debug, Serialize)]
struct DifferenceRow {
    title: String,
    from: Html,
    /// What is new stands in `<b class="new">`.
    to: Html,
    /// Both say the same.
    same: bool,
}

pub(super) fn part(
    ctx: &Context,
    track: &Track,
    versions: &[Version<'_>],
    edition: Edition,
) -> Result<PagePart, ThemeError> {
    let rubric = &ctx.commons.rubric;
    let others = tracks(rubric).filter(|other| other.id != track.id);
    let extends = track.extends.as_ref();
    let view = TrackView {
        title: track.title.clone(),
        description: ctx.prose(&track.description, None),
        cumulative: track.cumulative,
        extends: extends.map(|id| TrackLink::of(rubric, id)),
        areas: track.competencies.len(),
        switch: edition == Edition::Sealed && track.levels.len() > 1,
        rungs: Rungs::of(ctx, track),
        matrix: matrix(ctx, track),
        differences: differences(ctx, track),
        versions: changes::lines(ctx, track, versions),
        others: others
            .map(|other| TrackLink::of(rubric, &other.id))
            .collect(),
    };
    let head = PageHead {
        route: format!("rubric/{}", track.id),
        slot: 0,
        title: format!("{} rubric", track.title),
        kind: "rubric",
    };
    ctx.part("rubric.html", head, &view)
}

fn matrix(ctx: &Context, track: &Track) -> Matrix {
    let row = |competency: &Competency| Row {
        anchor: anchor(&competency.id),
        title: competency.title.clone(),
        href: format!("/{}", area::route(track, competency)),
        summary: first_sentence(&ctx.plain(&competency.description)),
        cells: track
            .levels
            .iter()
            .map(|level| cell(ctx, track, level, competency))
            .collect(),
    };
    let levels = track.levels.iter();
    let width = column_width(ctx, track);
    Matrix {
        columns: levels
            .clone()
            .map(|level| LevelChip::new(track, level))
            .collect(),
        levels: levels.map(|level| level.id.to_string()).collect(),
        width,
        fits: track.levels.len()
            <= match width {
                "narrow" => COLUMNS_MAX,
                _ => ROOMY_COLUMNS_MAX,
            },
        groups: by_category(track, row, |title, rows| Group { title, rows }),
    }
}

fn column_width(ctx: &Context, track: &Track) -> &'static str {
    let cells = track.levels.iter().flat_map(|level| level.cells.values());
    let longest = cells
        .map(|cell| ctx.plain(&cell.text).chars().count())
        .max();
    match longest.unwrap_or(0) {
        short if short <= NARROW_MAX_CHARS => "narrow",
        middling if middling <= MIDDLING_MAX_CHARS => "middling",
        _ => "wide",
    }
}

fn cell(ctx: &Context, track: &Track, level: &Level, competency: &Competency) -> CellView {
    let nothing = Cell::default();
    let cell = level.cells.get(&competency.id).unwrap_or(&nothing);
    let signals: &[Signal] = if cell.text.is_empty() {
        &cell.signals
    } else {
        &[]
    };
    CellView {
        level: level.id.to_string(),
        chip: LevelChip::new(track, level),
        described: is_described(cell),
        text: marked_text(ctx, track, level, competency),
        stage: stage_words(competency, cell),
        proficiency: cell.proficiency.clone(),
        signals: signals
            .iter()
            .map(|signal| ctx.inline(&signal.text, None))
            .collect(),
        inherited: cell.inherited,
    }
}

fn differences(ctx: &Context, track: &Track) -> Vec<Difference> {
    let steps = track.levels.iter().flat_map(|from| {
        let next = track.next_levels(&from.id);
        next.into_iter().map(move |to| (from, to))
    });
    steps
        .map(|(from, to)| difference(ctx, track, from, to))
        .collect()
}

fn difference(ctx: &Context, track: &Track, from: &Level, to: &Level) -> Difference {
    let rows = track
        .competencies
        .iter()
        .map(|competency| difference_row(ctx, competency, from, to));
    Difference {
        anchor: crate::site::view::person::names::anchor(
            "from",
            &format!("{}-to-{}", from.id, to.id),
        ),
        at: from.id.to_string(),
        from: LevelChip::new(track, from),
        to: LevelChip::new(track, to),
        rows: rows
            .filter(|row| !(row.from.is_empty() && row.to.is_empty()))
            .collect(),
    }
}

fn difference_row(
    ctx: &Context,
    competency: &Competency,
    from: &Level,
    to: &Level,
) -> DifferenceRow {
    let words = |level: &Level| short_words(ctx, competency, level.cells.get(&competency.id));
    let (from, to) = (words(from), words(to));
    DifferenceRow {
        title: competency.title.clone(),
        same: from == to,
        to: if to.is_empty() {
            to
        } else {
            diff::new_words(Some(&from), &to)
        },
        from,
    }
}
