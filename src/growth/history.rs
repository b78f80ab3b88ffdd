//! The long view: levels over time, and competencies by cycle.

use super::axis::{Change, level_label};
use super::cycles::held_level;
use super::outcome::Judge;
use super::standing::{Seen, Standing, known_as};
use crate::model::*;

/// A person's history up to a cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct History<'a> {
    /// Joining and every change of level since, oldest first; roles that begin after the day that facts are
    /// judged on are not there yet.
    pub ladder: Vec<LadderStep<'a>>,
    /// The person's cycles, oldest first, each with the level held.
    pub levels: Vec<LevelInCycle<'a>>,
    pub heat: HeatTable<'a>,
}

/// What a step of the ladder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LadderKind {
    /// The first role.
    Joined,
    /// The first level, after roles without one.
    Placed,
    /// Same track, higher rank.
    Promoted,
    /// Same track, same rank: the other side of a fork.
    Sideways,
    /// Same track, lower rank.
    Lowered,
    ChangedTrack,
}

impl LadderKind {
    /// For classes and tests.
    pub fn id(self) -> &'static str {
        match self {
            LadderKind::Joined => "joined",
            LadderKind::Placed => "placed",
            LadderKind::Promoted => "promoted",
            LadderKind::Sideways => "sideways",
            LadderKind::Lowered => "lowered",
            LadderKind::ChangedTrack => "changed-track",
        }
    }

    /// The words to show before the level: `Promoted to`, `Joined at`.
    pub fn words(self) -> &'static str {
        match self {
            LadderKind::Joined => "Joined",
            LadderKind::Placed => "Placed at",
            LadderKind::Promoted => "Promoted to",
            LadderKind::Sideways => "Moved to",
            LadderKind::Lowered => "Moved down to",
            LadderKind::ChangedTrack => "Changed track to",
        }
    }
}

/// One rung of the ladder.
#[derive(Debug, Clone, PartialEq)]
pub struct LadderStep<'a> {
    pub date: Date,
    pub kind: LadderKind,
    /// The role that began.
    pub role: &'a Role,
    /// The level with its track; nothing where the role has none, or the rubric in force lacks it.
    pub level: Option<(&'a Track, &'a Level)>,
    /// `L4`; the reference as written where the rubric in force lacks the level; nothing without a level.
    pub label: Option<String>,
}

/// The level held in one cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelInCycle<'a> {
    pub cycle: &'a Cycle,
    /// Nothing where none was held, or the cycle's rubric lacks it.
    pub level: Option<(&'a Track, &'a Level)>,
    pub label: Option<String>,
}

/// Competencies by cycle, from shared reviews alone.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatTable<'a> {
    /// The columns: the person's cycles, oldest first, reviewed or not.
    pub cycles: Vec<&'a Cycle>,
    /// The present track's competencies in its order, then those that only earlier tracks had and that
    /// were rated. A renamed competency is one row, under its present name.
    pub rows: Vec<HeatRow<'a>>,
}

/// One competency.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatRow<'a> {
    pub competency: &'a Competency,
    /// One a column; nothing where that cycle's review does not rate it, or is not shared.
    pub cells: Vec<Option<HeatCell<'a>>>,
}

/// One competency in one cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatCell<'a> {
    pub standing: Standing<'a>,
    /// Against the last cell before that is not empty.
    pub change: Change,
}

/// A person's history as seen from a cycle: later cycles are not in it.
pub fn history<'a>(commons: &'a Commons, person: &'a Person, from: &'a Cycle) -> History<'a> {
    let seen = Seen {
        commons,
        person,
        from,
    };
    History {
        ladder: ladder(commons, person),
        levels: seen
            .cycles()
            .into_iter()
            .map(|(cycle, _)| level_in(seen, cycle))
            .collect(),
        heat: heat(seen),
    }
}

fn ladder<'a>(commons: &'a Commons, person: &'a Person) -> Vec<LadderStep<'a>> {
    let mut steps = Vec::new();
    let mut before: Option<&Role> = None;
    for role in person
        .roles
        .iter()
        .filter(|role| role.from <= commons.as_of)
    {
        if let Some(kind) = ladder_kind(&commons.rubric, before, role) {
            steps.push(ladder_step(&commons.rubric, kind, role));
        }
        before = Some(role);
    }
    steps
}

/// What kind of step a role is; nothing where the level stays.
fn ladder_kind(rubric: &Rubric, before: Option<&Role>, role: &Role) -> Option<LadderKind> {
    let Some(before) = before else {
        return Some(LadderKind::Joined);
    };
    let to = role.level.as_ref()?;
    let Some(from) = before.level.as_ref() else {
        return Some(LadderKind::Placed);
    };
    if from == to {
        return None;
    }
    if from.track != to.track {
        return Some(LadderKind::ChangedTrack);
    }
    let rank = |at| rubric.level(at).map(|(_, level)| level.rank);
    Some(match rank(to).cmp(&rank(from)) {
        std::cmp::Ordering::Greater => LadderKind::Promoted,
        std::cmp::Ordering::Equal => LadderKind::Sideways,
        std::cmp::Ordering::Less => LadderKind::Lowered,
    })
}

fn ladder_step<'a>(rubric: &'a Rubric, kind: LadderKind, role: &'a Role) -> LadderStep<'a> {
    let level = role.level.as_ref().and_then(|at| rubric.level(at));
    let written = role.level.as_ref().map(LevelRef::to_string);
    LadderStep {
        date: role.from,
        kind,
        role,
        level,
        label: level.map(|(_, level)| level_label(level)).or(written),
    }
}

fn level_in<'a>(seen: Seen<'a>, cycle: &'a Cycle) -> LevelInCycle<'a> {
    let held = held_level(seen.commons, seen.person, cycle);
    let level = held.and_then(|held| seen.commons.rubric_of(cycle).level(held));
    LevelInCycle {
        cycle,
        level,
        label: level.map(|(_, level)| level_label(level)),
    }
}

fn heat<'a>(seen: Seen<'a>) -> HeatTable<'a> {
    let cycles: Vec<&'a Cycle> = seen.cycles().into_iter().map(|(cycle, _)| cycle).collect();
    let mut rows: Vec<HeatRow<'a>> = Vec::new();
    if let Some(present) = track_in(seen, seen.from) {
        let all = present.competencies.iter();
        rows.extend(all.map(|competency| heat_row(seen, &cycles, present, competency)));
    }
    for track in cycles
        .iter()
        .rev()
        .filter_map(|cycle| track_in(seen, cycle))
    {
        for competency in &track.competencies {
            let row = heat_row(seen, &cycles, track, competency);
            if row.is_rated() && !is_among(&rows, competency) {
                rows.push(row);
            }
        }
    }
    HeatTable { cycles, rows }
}

/// The track that the person was in, as the cycle's rubric has it.
fn track_in<'a>(seen: Seen<'a>, cycle: &'a Cycle) -> Option<&'a Track> {
    let held = held_level(seen.commons, seen.person, cycle)?;
    seen.commons.rubric_of(cycle).tracks.get(&held.track)
}

/// Whether a competency has a row already, under this id or since renamed.
fn is_among(rows: &[HeatRow<'_>], competency: &Competency) -> bool {
    let is_it = |one: &Competency| one.id == competency.id || one.was.contains(&competency.id);
    rows.iter().any(|row| is_it(row.competency))
}

fn heat_row<'a>(
    seen: Seen<'a>,
    cycles: &[&'a Cycle],
    track: &Track,
    competency: &'a Competency,
) -> HeatRow<'a> {
    let ids = known_as(track, competency);
    let mut last: Option<Standing<'a>> = None;
    let cell = |cycle: &&'a Cycle| {
        let standing = seen.standing(cycle, &ids, Judge::Manager)?;
        let change = standing.change_from(last.as_ref());
        last = Some(standing.clone());
        Some(HeatCell { standing, change })
    };
    let cells = cycles.iter().map(cell).collect();
    HeatRow { competency, cells }
}

impl HeatRow<'_> {
    /// Whether any review rates it.
    pub fn is_rated(&self) -> bool {
        self.cells.iter().any(Option::is_some)
    }
}
