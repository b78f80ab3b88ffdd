//! Level alignment: a dot plot inside a table, drawn from what the subject may read alone.

use serde::Serialize;

use super::marks::{Mark, hundredths};
use crate::domain::growth::{
    AlignmentRow, Change, LevelAlignment, Standing, Target, level_alignment,
};
use crate::domain::model::*;
use crate::site::Context;
use crate::site::view::level::LevelChip;

/// Most levels whose labels fit side by side on a phone.
const LABELS_MAX: usize = 6;

/// Labels up to this length fit under one another's ticks.
const LABEL_MAX_CHARS: usize = 4;

/// The table: `{{ <person.alignment table={alignment} /> }}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlignmentTable {
    /// What the table says, for those who hear it.
    pub caption: String,
    pub track: String,
    pub href: String,
    pub held: LevelChip,
    pub ticks: Vec<AxisTick>,
    /// Where the level held lies, in percent.
    pub held_x: f64,
    pub rows: Vec<AlignmentLine>,
    /// Some row has a view of the engineer's own that differs.
    pub has_own: bool,
    /// No review that rates anything has been shared yet.
    pub is_unrated: bool,
}

/// One level on the axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AxisTick {
    /// Percent of the axis.
    pub x: f64,
    /// Empty where labels would run into one another.
    pub label: String,
    /// The level held.
    pub is_held: bool,
}

/// One competency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlignmentLine {
    pub competency: String,
    /// Nothing where the last shared review leaves it out.
    pub now: Option<StandingChip>,
    /// The engineer's own view, only where it differs.
    pub own: Option<String>,
    /// Nothing where no expectation aims at a level of this track.
    pub target: Option<LevelChip>,
    /// What happened since the review before, in words.
    pub since: Mark,
    pub plot: Plot,
}

/// Places on the axis, in percent; what is not there is not drawn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plot {
    pub now: Option<f64>,
    pub was: Option<f64>,
    pub own: Option<f64>,
    pub target: Option<f64>,
    /// The target is reached.
    pub met: bool,
    /// Before and now are joined by a line: same track, other place.
    pub joined: bool,
    /// Now and the target are joined by a dotted one.
    pub gap: bool,
}

/// A rating as a chip, such as `exceeds L3`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StandingChip {
    pub label: String,
    /// The shade of the level rated against, 1 to 6.
    pub shade: usize,
    /// `over` or `under` where the rating moves it off the level; else empty.
    pub lean: &'static str,
}

impl StandingChip {
    /// The chip of a rating, its level shaded as in that rubric.
    pub fn of(rubric: &Rubric, standing: &Standing<'_>) -> Self {
        let offset = standing.position.offset();
        Self {
            label: standing.label.clone(),
            shade: LevelChip::of(rubric, standing.level).shade,
            lean: match offset {
                over if over > 0.0 => "over",
                under if under < 0.0 => "under",
                _ => "",
            },
        }
    }
}

/// The table as of a cycle; nothing where no level was held, or the rubric does not know it.
pub fn table(ctx: &Context, person: &Person, cycle: &Cycle) -> Option<AlignmentTable> {
    let alignment = level_alignment(ctx.commons, person, cycle)?;
    let rubric = ctx.commons.rubric_of(cycle);
    let track = alignment.axis.track;
    let held = LevelChip::new(track, alignment.held_level);
    let line = |row| line(rubric, &alignment, row);
    let rows: Vec<AlignmentLine> = alignment.rows.iter().map(line).collect();
    Some(AlignmentTable {
        caption: format!(
            "Level alignment by competency, {}, against {}",
            cycle.title, held.label
        ),
        track: track.title.clone(),
        href: format!("/rubric/{}", track.id),
        ticks: ticks(&alignment),
        held_x: hundredths(alignment.axis.share_of_rank(alignment.held_level.rank)?),
        has_own: rows.iter().any(|row| row.own.is_some()),
        is_unrated: rows.iter().all(|row| row.now.is_none()),
        held,
        rows,
    })
}

fn ticks(alignment: &LevelAlignment<'_>) -> Vec<AxisTick> {
    let ticks = &alignment.axis.ticks;
    let short = ticks
        .iter()
        .all(|tick| tick.label.chars().count() <= LABEL_MAX_CHARS);
    let every = if short {
        ticks.len().div_ceil(LABELS_MAX).max(1)
    } else {
        usize::MAX
    };
    let held_at = ticks
        .iter()
        .position(|tick| tick.rank == alignment.held_level.rank);
    let label = |at: usize| {
        let from_held = held_at.map_or(at, |held| held.abs_diff(at));
        from_held.is_multiple_of(every)
    };
    let tick = |(at, tick): (usize, &crate::domain::growth::Tick<'_>)| AxisTick {
        x: hundredths(tick.share),
        label: if label(at) {
            tick.label.clone()
        } else {
            String::new()
        },
        is_held: held_at == Some(at),
    };
    ticks.iter().enumerate().map(tick).collect()
}

fn line(rubric: &Rubric, all: &LevelAlignment<'_>, row: &AlignmentRow<'_>) -> AlignmentLine {
    let target = row.target.as_ref();
    AlignmentLine {
        competency: row.competency.title.clone(),
        now: row.now.as_ref().map(|now| StandingChip::of(rubric, now)),
        own: row.own.as_ref().map(|own| own.label.clone()),
        target: target.map(|target| LevelChip::of(rubric, target.level)),
        since: since(row, target),
        plot: plot(all, row),
    }
}

fn plot(all: &LevelAlignment<'_>, row: &AlignmentRow<'_>) -> Plot {
    let place = |standing: &Option<Standing<'_>>| {
        let on_track = standing
            .as_ref()
            .filter(|s| s.level.track == all.held.track)?;
        all.axis.share_of(on_track.position).map(hundredths)
    };
    let (now, was) = (place(&row.now), place(&row.before));
    let target = row
        .target
        .as_ref()
        .and_then(|target| all.axis.share_of_rank(target.rank));
    let met = row.target.as_ref().is_some_and(|target| target.met);
    Plot {
        own: place(&row.own),
        target: target.map(hundredths),
        gap: now.is_some() && target.is_some() && !met,
        met,
        joined: now.is_some() && was.is_some() && now != was,
        now,
        was,
    }
}

fn since(row: &AlignmentRow<'_>, target: Option<&Target<'_>>) -> Mark {
    if target.is_some_and(|target| target.met) {
        return Mark::new("done", "done", "Target met");
    }
    let from = |word: &str| match &row.before {
        Some(before) => format!("{word} from {}", before.label),
        None => word.to_owned(),
    };
    match row.change {
        None => Mark::new("idle", "", "not rated yet"),
        Some(Change::New) => Mark::new("idle", "", "first rating"),
        Some(Change::Same) => Mark::new("idle", "", "no change"),
        Some(Change::OtherTrack) => Mark::new("idle", "", "other track before"),
        Some(Change::Up) => Mark::new("done", "up", from("up")),
        Some(Change::Down) => Mark::new("risk", "down", from("down")),
    }
}
