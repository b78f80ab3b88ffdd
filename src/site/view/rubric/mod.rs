//! The rubric: all tracks, one track as a matrix, one level in full.

use serde::Serialize;

use super::level::LevelChip;
use super::person::marks::Evidence;
use crate::model::*;
use crate::site::{Context, Html, PageHead, ThemeError};

/// Characters of a first sentence that fit under a title.
const SUMMARY_MAX_CHARS: usize = 110;

/// Levels up to this number stand as steps that rise; more of them stand level, in rows.
const STEPS_MAX: usize = 6;

/// Columns up to this number fit beside each other on a wide screen without scrolling.
const COLUMNS_MAX: usize = 5;

/// For whom the pages are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// For people with a key, by the viewer.
    Sealed,
    /// For everyone, without a script.
    Public,
}

/// All pages of the rubric in force: the index, each track, each level. Abstract tracks have none.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn parts(ctx: &Context, edition: Edition) -> Result<Vec<PagePart>, ThemeError> {
    let mut parts = vec![index(ctx)?];
    for track in tracks(&ctx.commons.rubric) {
        parts.push(track_page(ctx, track, edition)?);
        for level in &track.levels {
            parts.push(level_page(ctx, track, level)?);
        }
    }
    Ok(parts)
}

/// The tracks that have pages, by id.
pub fn tracks(rubric: &Rubric) -> impl Iterator<Item = &Track> {
    rubric.tracks.values().filter(|track| !track.is_abstract)
}

/// The id of a competency's row and of its block on a level's page: `/rubric/ic#c-technical`.
pub fn anchor(competency: &CompetencyId) -> String {
    format!("c-{competency}")
}

/// `rubric-index.html`: all tracks.
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

/// The levels of a track as steps.
#[derive(Debug, Serialize)]
struct Rungs {
    /// Few enough to rise.
    steps: bool,
    levels: Vec<Rung>,
}

/// One level as a step.
#[derive(Debug, Serialize)]
struct Rung {
    level: LevelChip,
    /// 1 for the lowest; equal at a fork.
    step: usize,
    /// The first sentence that the level says about itself; empty where it says none.
    summary: String,
    /// Another level has the same rank.
    fork: bool,
}

fn index(ctx: &Context) -> Result<PagePart, ThemeError> {
    let cards = tracks(&ctx.commons.rubric).map(|track| TrackCard {
        title: track.title.clone(),
        href: format!("/rubric/{}", track.id),
        description: ctx.prose(&track.description, None),
        areas: track.competencies.len(),
        public: track.public,
        rungs: rungs(ctx, track),
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

fn rungs(ctx: &Context, track: &Track) -> Rungs {
    let mut ranks: Vec<i64> = track.levels.iter().map(|level| level.rank).collect();
    ranks.dedup();
    let rung = |level: &Level| Rung {
        level: LevelChip::new(track, level),
        step: 1 + ranks.iter().take_while(|rank| **rank < level.rank).count(),
        summary: level_summary(ctx, level),
        fork: track.levels.iter().filter(|l| l.rank == level.rank).count() > 1,
    };
    Rungs {
        steps: track.levels.len() <= STEPS_MAX,
        levels: track.levels.iter().map(rung).collect(),
    }
}

fn level_summary(ctx: &Context, level: &Level) -> String {
    let open = level.sections.iter().find(|section| !section.managers_only);
    let text = open.and_then(|s| {
        if s.text.is_empty() {
            s.items.first()
        } else {
            Some(&s.text)
        }
    });
    text.map_or(String::new(), |text| first_sentence(&ctx.plain(text)))
}

/// The first sentence without its full stop, cut at a word where it is long.
fn first_sentence(text: &str) -> String {
    let sentence = text.split_inclusive(['.', '!', '?', ':', ';']).next();
    let sentence = sentence
        .unwrap_or_default()
        .trim_end_matches(['.', ':', ';'])
        .trim();
    let Some((end, _)) = sentence.char_indices().nth(SUMMARY_MAX_CHARS) else {
        return sentence.to_owned();
    };
    let words = sentence[..end]
        .rsplit_once(' ')
        .map_or(&sentence[..end], |(words, _)| words);
    format!("{words} …")
}

/// `rubric.html`: one track.
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
    /// Competencies that have more to say than their row's head.
    details: Vec<AreaDetail>,
    /// The other tracks, by id.
    others: Vec<TrackLink>,
}

/// A link to a track.
#[derive(Debug, Serialize)]
struct TrackLink {
    title: String,
    /// Nothing where the readers have no page of it.
    href: Option<String>,
}

/// Competencies × levels.
#[derive(Debug, Serialize)]
struct Matrix {
    columns: Vec<LevelChip>,
    /// The ids of the levels, in the order of the columns.
    levels: Vec<String>,
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
    from: LevelChip,
    to: LevelChip,
    rows: Vec<DifferenceRow>,
}

/// One competency at two levels; empty where a level says nothing.
#[derive(Debug, Serialize)]
struct DifferenceRow {
    title: String,
    from: Html,
    to: Html,
}

/// A competency with its description and stages in full.
#[derive(Debug, Serialize)]
struct AreaDetail {
    title: String,
    href: String,
    description: Html,
    stages: Vec<StageView>,
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

/// An observable behaviour, with examples.
#[derive(Debug, Serialize)]
struct SignalView {
    text: Html,
    examples: Vec<Html>,
}

fn track_page(ctx: &Context, track: &Track, edition: Edition) -> Result<PagePart, ThemeError> {
    let rubric = &ctx.commons.rubric;
    let others = tracks(rubric).filter(|other| other.id != track.id);
    let view = TrackView {
        title: track.title.clone(),
        description: ctx.prose(&track.description, None),
        cumulative: track.cumulative,
        extends: track.extends.as_ref().map(|id| track_link(rubric, id)),
        areas: track.competencies.len(),
        switch: edition == Edition::Sealed && track.levels.len() > 1,
        rungs: rungs(ctx, track),
        matrix: matrix(ctx, track),
        differences: differences(ctx, track),
        details: details(ctx, track),
        others: others.map(|other| track_link(rubric, &other.id)).collect(),
    };
    let head = PageHead {
        route: format!("rubric/{}", track.id),
        slot: 0,
        title: format!("{} rubric", track.title),
        kind: "rubric",
    };
    ctx.part("rubric.html", head, &view)
}

fn track_link(rubric: &Rubric, id: &TrackId) -> TrackLink {
    let track = rubric.tracks.get(id);
    TrackLink {
        title: track.map_or(id.to_string(), |track| track.title.clone()),
        href: track
            .filter(|track| !track.is_abstract)
            .map(|_| format!("/rubric/{id}")),
    }
}

fn matrix(ctx: &Context, track: &Track) -> Matrix {
    let row = |competency: &Competency| Row {
        anchor: anchor(&competency.id),
        title: competency.title.clone(),
        summary: first_sentence(&ctx.plain(&competency.description)),
        cells: track
            .levels
            .iter()
            .map(|level| cell(ctx, track, level, competency))
            .collect(),
    };
    Matrix {
        columns: track
            .levels
            .iter()
            .map(|level| LevelChip::new(track, level))
            .collect(),
        levels: track
            .levels
            .iter()
            .map(|level| level.id.to_string())
            .collect(),
        fits: track.levels.len() <= COLUMNS_MAX,
        groups: by_category(track, row, |title, rows| Group { title, rows }),
    }
}

/// Competencies by category, categories in the order in which they first appear.
fn by_category<R, G>(
    track: &Track,
    row: impl Fn(&Competency) -> R,
    group: impl Fn(Option<String>, Vec<R>) -> G,
) -> Vec<G> {
    let mut groups: Vec<(Option<String>, Vec<R>)> = Vec::new();
    for competency in &track.competencies {
        let category = &competency.category;
        match groups.iter_mut().find(|(title, _)| title == category) {
            Some((_, rows)) => rows.push(row(competency)),
            None => groups.push((category.clone(), vec![row(competency)])),
        }
    }
    groups
        .into_iter()
        .map(|(title, rows)| group(title, rows))
        .collect()
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
        text: ctx.prose(&cell.text, None),
        stage: cell.stage.as_ref().map(|id| stage_title(competency, id)),
        proficiency: cell.proficiency.clone(),
        signals: signals
            .iter()
            .map(|signal| ctx.inline(&signal.text, None))
            .collect(),
        inherited: cell.inherited,
    }
}

fn is_described(cell: &Cell) -> bool {
    let says_nothing = cell.text.is_empty()
        && cell.by_rating.is_empty()
        && cell.signals.is_empty()
        && cell.examples.is_empty();
    !says_nothing || cell.stage.is_some() || cell.proficiency.is_some()
}

fn stage_title(competency: &Competency, id: &StageId) -> String {
    let stage = competency.stages.iter().find(|stage| stage.id == *id);
    stage.map_or(id.to_string(), |stage| stage.title.clone())
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
    let row = |competency: &Competency| DifferenceRow {
        title: competency.title.clone(),
        from: short_words(ctx, from, competency),
        to: short_words(ctx, to, competency),
    };
    let rows = track.competencies.iter().map(row);
    Difference {
        anchor: format!("from-{}-to-{}", from.id, to.id),
        from: LevelChip::new(track, from),
        to: LevelChip::new(track, to),
        rows: rows
            .filter(|row| !(row.from.is_empty() && row.to.is_empty()))
            .collect(),
    }
}

/// What a cell says in one text: its own, its signals, or the name of its stage.
fn short_words(ctx: &Context, level: &Level, competency: &Competency) -> Html {
    let Some(cell) = level.cells.get(&competency.id) else {
        return Html::default();
    };
    if !cell.text.is_empty() {
        return ctx.inline(&cell.text, None);
    }
    let signals: Vec<&str> = cell
        .signals
        .iter()
        .map(|signal| signal.text.as_str().trim())
        .collect();
    if !signals.is_empty() {
        return ctx.inline(&Prose(signals.join("\n\n")), None);
    }
    let stage = cell.stage.as_ref().map(|id| stage_title(competency, id));
    stage
        .or_else(|| cell.proficiency.clone())
        .map_or(Html::default(), |words| Html::text(&words))
}

fn details(ctx: &Context, track: &Track) -> Vec<AreaDetail> {
    let long = |c: &&Competency| {
        let words = ctx.plain(&c.description);
        !c.stages.is_empty() || words.len() > first_sentence(&words).len() + 1
    };
    let detail = |c: &Competency| AreaDetail {
        title: c.title.clone(),
        href: format!("#{}", anchor(&c.id)),
        description: ctx.prose(&c.description, None),
        stages: c
            .stages
            .iter()
            .map(|stage| stage_view(ctx, stage))
            .collect(),
    };
    track.competencies.iter().filter(long).map(detail).collect()
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

fn signals(ctx: &Context, signals: &[Signal]) -> Vec<SignalView> {
    let view = |signal: &Signal| SignalView {
        text: ctx.inline(&signal.text, None),
        examples: inlines(ctx, &signal.examples),
    };
    signals.iter().map(view).collect()
}

fn inlines(ctx: &Context, texts: &[Prose]) -> Vec<Html> {
    texts.iter().map(|text| ctx.inline(text, None)).collect()
}

/// `level.html`: one level in full.
#[derive(Debug, Serialize)]
struct LevelView {
    track: TrackLink,
    level: LevelChip,
    /// The level before and after in order; several after it at a fork.
    below: Vec<LevelChip>,
    above: Vec<LevelChip>,
    /// Levels of other tracks that are worth the same.
    equivalent: Vec<LevelChip>,
    min_points: Option<i64>,
    /// Includes what the levels below it ask.
    cumulative: bool,
    sections: Vec<SectionView>,
    groups: Vec<AreaGroup>,
}

/// Free prose about a level.
#[derive(Debug, Serialize)]
pub(super) struct SectionView {
    title: String,
    text: Html,
    items: Vec<Html>,
}

impl SectionView {
    /// The section as it is shown.
    pub(super) fn new(ctx: &Context, section: &LevelSection) -> Self {
        Self {
            title: section.title.clone(),
            text: ctx.prose(&section.text, None),
            items: inlines(ctx, &section.items),
        }
    }
}

/// Competencies of one category.
#[derive(Debug, Serialize)]
struct AreaGroup {
    title: Option<String>,
    areas: Vec<Area>,
}

/// One competency at one level, in full.
#[derive(Debug, Serialize)]
struct Area {
    anchor: String,
    title: String,
    /// The row of this competency in the track's matrix.
    href: String,
    summary: String,
    described: bool,
    inherited: bool,
    text: Html,
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

fn level_page(ctx: &Context, track: &Track, level: &Level) -> Result<PagePart, ThemeError> {
    let rubric = &ctx.commons.rubric;
    let open = level
        .sections
        .iter()
        .filter(|section| !section.managers_only);
    let below = track.levels.iter().filter(|other| {
        let next = track.next_levels(&other.id);
        next.iter().any(|next| next.id == level.id)
    });
    let above = track.next_levels(&level.id).into_iter();
    let view = LevelView {
        track: track_link(rubric, &track.id),
        level: LevelChip::new(track, level),
        below: below.map(|l| LevelChip::new(track, l)).collect(),
        above: above.map(|l| LevelChip::new(track, l)).collect(),
        equivalent: level
            .equivalent
            .iter()
            .map(|at| LevelChip::of(rubric, at))
            .collect(),
        min_points: level.min_points,
        cumulative: track.cumulative,
        sections: open.map(|section| SectionView::new(ctx, section)).collect(),
        groups: by_category(
            track,
            |competency| area(ctx, track, level, competency),
            |title, areas| AreaGroup { title, areas },
        ),
    };
    ctx.part("level.html", level_head(track, level, 0), &view)
}

/// The head of a part of a level's page.
pub(super) fn level_head(track: &Track, level: &Level, slot: u32) -> PageHead {
    PageHead {
        route: format!("rubric/{}/{}", track.id, level.id),
        slot,
        title: format!("{}, {}", level.title, track.title),
        kind: "level",
    }
}

fn area(ctx: &Context, track: &Track, level: &Level, competency: &Competency) -> Area {
    let nothing = Cell::default();
    let cell = level.cells.get(&competency.id).unwrap_or(&nothing);
    Area {
        anchor: anchor(&competency.id),
        title: competency.title.clone(),
        href: format!("/rubric/{}#{}", track.id, anchor(&competency.id)),
        summary: first_sentence(&ctx.plain(&competency.description)),
        described: is_described(cell),
        inherited: cell.inherited,
        text: ctx.prose(&cell.text, None),
        stage: cell.stage.as_ref().map(|id| stage_title(competency, id)),
        proficiency: cell.proficiency.clone(),
        ratings: ratings(ctx, cell),
        signals: signals(ctx, &cell.signals),
        examples: inlines(ctx, &cell.examples),
        links: Evidence::all(&cell.links),
    }
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
