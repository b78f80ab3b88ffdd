//! History: the level ladder, and competencies by cycle.

use serde::Serialize;

use super::alignment::StandingChip;
use super::marks::{Mark, When, counted, hundredths};
use crate::domain::growth::{
    Change, HeatCell, HeatTable, History, LadderKind, LadderStep, LevelInCycle, fact_day, history,
};
use crate::domain::model::*;
use crate::site::Context;
use crate::site::view::level::LevelChip;

/// Room above the highest rung, between rungs, and below the lowest, in pixels.
const LADDER_TOP_PX: usize = 48;
const LADDER_RUNG_PX: usize = 40;
const LADDER_BOTTOM_PX: usize = 46;

/// The first and last place of a cycle on the ladder, in percent; the aim stands right of the last.
const LADDER_FIRST: f64 = 14.0;
const LADDER_LAST: f64 = 84.0;
const LADDER_AIM: f64 = 96.0;

/// Most cycles whose labels fit under the ladder on a phone.
const CYCLE_LABELS_MAX: usize = 4;

/// The whole section.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryView {
    /// `5 cycles, 2 levels`.
    pub summary: String,
    /// Nothing where no level was ever held.
    pub ladder: Option<Ladder>,
    /// The ladder in words, oldest first.
    pub steps: Vec<LadderLine>,
    /// Nothing where no shared review rates anything.
    pub heat: Option<Heat>,
}

/// A change of level in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LadderLine {
    /// `Promoted to L4`.
    pub words: String,
    pub when: When,
}

/// The drawing; x in percent, y in pixels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ladder {
    pub height: usize,
    /// Where the cycles' labels stand.
    pub label_y: usize,
    /// Lowest first.
    pub rungs: Vec<LadderRung>,
    pub lines: Vec<Segment>,
    pub stops: Vec<LadderStop>,
    pub notes: Vec<LadderNote>,
    pub aim: Option<Aim>,
}

/// One level of the drawing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LadderRung {
    pub label: String,
    pub y: usize,
    /// Where its label stands, above the line.
    pub label_y: usize,
}

/// A straight piece of the way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segment {
    pub x1: f64,
    pub x2: f64,
    pub y1: usize,
    pub y2: usize,
}

/// One cycle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LadderStop {
    pub x: f64,
    /// Nothing where no level was held.
    pub y: Option<usize>,
    /// Empty where labels would run into one another.
    pub label: String,
    pub is_last: bool,
}

/// What happened at a stop.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LadderNote {
    pub text: String,
    pub x: f64,
    pub y: usize,
    /// `start`, `middle` or `end`.
    pub anchor: &'static str,
}

/// The level that expectations aim at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Aim {
    /// Where the way there begins.
    pub from_x: f64,
    pub from_y: usize,
    pub x: f64,
    pub y: usize,
    /// Where its words stand.
    pub label_y: usize,
    pub text: String,
}

/// Competencies by cycle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Heat {
    pub cycles: Vec<HeatColumn>,
    pub rows: Vec<HeatLine>,
}

/// One cycle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeatColumn {
    pub title: String,
    pub href: String,
    pub is_current: bool,
}

/// One competency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeatLine {
    pub competency: String,
    /// One a cycle.
    pub cells: Vec<Option<HeatMark>>,
}

/// One competency in one cycle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeatMark {
    pub chip: StandingChip,
    /// An arrow where it moved; nothing where it did not.
    pub moved: Option<Mark>,
}

/// The history up to a cycle, with the level that its expectations aim at.
pub fn view(ctx: &Context, person: &Person, cycle: &Cycle, aim: Option<&LevelRef>) -> HistoryView {
    let it = history(ctx.commons, person, cycle);
    HistoryView {
        summary: summary(&it),
        ladder: ladder(ctx, &it, aim),
        steps: it.ladder.iter().map(ladder_line).collect(),
        heat: heat(ctx, person, cycle, &it.heat),
    }
}

fn summary(it: &History<'_>) -> String {
    let mut levels: Vec<&str> = it
        .levels
        .iter()
        .filter_map(|l| l.label.as_deref())
        .collect();
    levels.sort_unstable();
    levels.dedup();
    let cycles = counted(it.levels.len(), "cycle", "cycles");
    match levels.len() {
        0 => cycles,
        n => format!("{cycles}, {}", counted(n, "level", "levels")),
    }
}

fn ladder_line(step: &LadderStep<'_>) -> LadderLine {
    LadderLine {
        words: step_words(step),
        when: When::on("", step.date),
    }
}

fn step_words(step: &LadderStep<'_>) -> String {
    match (&step.label, step.kind) {
        (Some(label), LadderKind::Joined) => format!("Joined at {label}"),
        (Some(label), kind) => format!("{} {label}", kind.words()),
        (None, kind) => kind.words().to_owned(),
    }
}

/// A level's place in the order of rungs: earlier tracks below later ones, then by rank.
type RungKey = (usize, i64);

/// Which rungs are drawn, and what they are called.
struct Rungs {
    tracks: Vec<TrackId>,
    /// In order, lowest first.
    keys: Vec<(RungKey, String)>,
}

impl Rungs {
    fn of(levels: &[(&Track, &Level)]) -> Self {
        let mut tracks: Vec<TrackId> = Vec::new();
        for (track, _) in levels {
            if !tracks.contains(&track.id) {
                tracks.push(track.id.clone());
            }
        }
        let mut rungs = Self {
            tracks,
            keys: Vec::new(),
        };
        let named = |(track, level): &(&Track, &Level)| {
            Some((rungs.key(track, level)?, LevelChip::new(track, level).label))
        };
        let mut keys: Vec<_> = levels.iter().filter_map(named).collect();
        keys.sort();
        keys.dedup_by_key(|(key, _)| *key);
        rungs.keys = keys;
        rungs
    }

    fn key(&self, track: &Track, level: &Level) -> Option<RungKey> {
        let at = self.tracks.iter().position(|id| *id == track.id)?;
        Some((at, level.rank))
    }

    fn y(&self, (track, level): (&Track, &Level)) -> Option<usize> {
        let key = self.key(track, level)?;
        let at = self.keys.iter().position(|(one, _)| *one == key)?;
        Some(self.y_at(at))
    }

    fn y_at(&self, at: usize) -> usize {
        LADDER_TOP_PX + (self.keys.len() - 1 - at) * LADDER_RUNG_PX
    }

    fn drawn(&self) -> Vec<LadderRung> {
        let rung = |(at, (_, label)): (usize, &(RungKey, String))| LadderRung {
            label: label.clone(),
            y: self.y_at(at),
            label_y: self.y_at(at) - 6,
        };
        self.keys.iter().enumerate().map(rung).collect()
    }
}

fn ladder(ctx: &Context, it: &History<'_>, aim: Option<&LevelRef>) -> Option<Ladder> {
    let held: Vec<(&Track, &Level)> = it.levels.iter().filter_map(|l| l.level).collect();
    let last = *held.last()?;
    let aim = aim.and_then(|aim| ctx.commons.rubric.level(aim));
    let aim = aim.filter(|(track, level)| track.id == last.0.id && level.rank > last.1.rank);
    let rungs = Rungs::of(&held.iter().copied().chain(aim).collect::<Vec<_>>());
    let height = LADDER_TOP_PX + (rungs.keys.len() - 1) * LADDER_RUNG_PX + LADDER_BOTTOM_PX;
    let stops = stops(it, &rungs);
    Some(Ladder {
        height,
        label_y: height - 16,
        lines: lines(it, &stops),
        notes: notes(ctx, it, &stops),
        aim: aim.and_then(|aim| aim_at(&rungs, &stops, aim)),
        rungs: rungs.drawn(),
        stops,
    })
}

fn stops(it: &History<'_>, rungs: &Rungs) -> Vec<LadderStop> {
    let count = it.levels.len();
    let every = count.div_ceil(CYCLE_LABELS_MAX).max(1);
    let gap = (LADDER_LAST - LADDER_FIRST) / count.saturating_sub(1).max(1) as f64;
    let stop = |(at, level): (usize, &LevelInCycle<'_>)| LadderStop {
        x: hundredths(LADDER_FIRST + gap * at as f64),
        y: level.level.and_then(|level| rungs.y(level)),
        label: if (count - 1 - at).is_multiple_of(every) {
            level.cycle.title.clone()
        } else {
            String::new()
        },
        is_last: at + 1 == count,
    };
    it.levels.iter().enumerate().map(stop).collect()
}

/// The way from stop to stop, along and then up; broken where the track changes.
fn lines(it: &History<'_>, stops: &[LadderStop]) -> Vec<Segment> {
    let mut lines = Vec::new();
    for (levels, ends) in it.levels.windows(2).zip(stops.windows(2)) {
        let track = |level: &LevelInCycle<'_>| level.level.map(|(track, _)| track.id.clone());
        let ([from, to], true) = (ends, track(&levels[0]) == track(&levels[1])) else {
            continue;
        };
        let (Some(y1), Some(y2)) = (from.y, to.y) else {
            continue;
        };
        let (x1, x2) = (from.x, to.x);
        lines.push(Segment { x1, x2, y1, y2: y1 });
        if y1 != y2 {
            lines.push(Segment { x1: x2, x2, y1, y2 });
        }
    }
    lines
}

fn notes(ctx: &Context, it: &History<'_>, stops: &[LadderStop]) -> Vec<LadderNote> {
    let mut notes: Vec<(usize, LadderNote)> = Vec::new();
    for step in &it.ladder {
        let seen = |level: &LevelInCycle<'_>| step.date <= fact_day(ctx.commons, level.cycle);
        let Some(at) = it.levels.iter().position(seen) else {
            continue;
        };
        let (Some(stop), Some(y)) = (stops.get(at), stops[at].y) else {
            continue;
        };
        notes.retain(|(other, _)| *other != at); // of several steps in one cycle the last counts
        let text = step_words(step);
        notes.push((
            at,
            LadderNote {
                text,
                x: stop.x,
                y: y - 14,
                anchor: anchor_at(at, stops),
            },
        ));
    }
    notes.into_iter().map(|(_, note)| note).collect()
}

fn anchor_at(at: usize, stops: &[LadderStop]) -> &'static str {
    match at {
        0 => "start",
        last if last + 1 == stops.len() => "end",
        _ => "middle",
    }
}

fn aim_at(rungs: &Rungs, stops: &[LadderStop], aim: (&Track, &Level)) -> Option<Aim> {
    let last = stops.iter().rev().find(|stop| stop.y.is_some())?;
    let label = LevelChip::new(aim.0, aim.1).label;
    let y = rungs.y(aim)?;
    Some(Aim {
        from_x: last.x,
        from_y: last.y?,
        x: LADDER_AIM,
        y,
        label_y: y - 14,
        text: format!("Aims at {label}"),
    })
}

fn heat(ctx: &Context, person: &Person, current: &Cycle, it: &HeatTable<'_>) -> Option<Heat> {
    let rated = |row: &&crate::domain::growth::HeatRow<'_>| row.cells.iter().any(Option::is_some);
    it.rows.iter().find(rated)?;
    // The cycle that runs has a column as soon as a review of it rates something.
    let is_empty = |at: usize| it.rows.iter().all(|row| row.cells[at].is_none());
    let last = it.cycles.len() - 1;
    let runs = it.cycles[last].id == current.id && is_empty(last);
    let cycles = &it.cycles[..if runs { last } else { last + 1 }];
    let column = |cycle: &&Cycle| HeatColumn {
        title: cycle.title.clone(),
        href: super::names::cycle_link(&person.id, cycle).href,
        is_current: cycle.id == current.id,
    };
    let cell = |(cycle, cell): (&&Cycle, &Option<HeatCell<'_>>)| {
        cell.as_ref()
            .map(|cell| heat_mark(ctx.commons.rubric_of(cycle), cell))
    };
    let line = |row: &crate::domain::growth::HeatRow<'_>| HeatLine {
        competency: row.competency.title.clone(),
        cells: cycles.iter().zip(&row.cells).map(cell).collect(),
    };
    Some(Heat {
        cycles: cycles.iter().map(column).collect(),
        rows: it.rows.iter().map(line).collect(),
    })
}

fn heat_mark(rubric: &Rubric, cell: &HeatCell<'_>) -> HeatMark {
    HeatMark {
        chip: StandingChip::of(rubric, &cell.standing),
        moved: match cell.change {
            Change::Up => Some(Mark::new("done", "up", "raised")),
            Change::Down => Some(Mark::new("risk", "down", "lowered")),
            Change::New | Change::Same | Change::OtherTrack => None,
        },
    }
}
