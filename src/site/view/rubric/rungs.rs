//! The levels of a track as steps.

use serde::Serialize;

use super::first_sentence;
use crate::domain::growth::points_of_level;
use crate::domain::model::*;
use crate::site::Context;
use crate::site::view::level::LevelChip;
use crate::site::view::person::marks::counted;

/// Levels up to this number stand as steps that rise; more of them stand level, in rows.
const STEPS_MAX: usize = 6;

/// The levels of a track, lowest first.
#[derive(Debug, Serialize)]
pub(super) struct Rungs {
    /// Few enough to rise.
    steps: bool,
    levels: Vec<Rung>,
}

/// One level as a step.
#[derive(Debug, Serialize)]
struct Rung {
    /// Its id: the viewer marks the reader's own.
    at: String,
    level: LevelChip,
    /// 1 for the lowest; equal at a fork.
    step: usize,
    /// The first sentence that the level says about itself; empty where it says none.
    summary: String,
    /// Another level has the same rank.
    fork: bool,
    /// `36 points`; nothing where the rubric counts none.
    points: Option<String>,
    /// Levels of other tracks that are worth the same.
    equal: Vec<LevelChip>,
}

impl Rungs {
    pub(super) fn of(ctx: &Context, track: &Track) -> Self {
        let mut ranks: Vec<i64> = track.levels.iter().map(|level| level.rank).collect();
        ranks.dedup(); // levels are in order of rank
        let rung = |level: &Level| Rung {
            at: level.id.to_string(),
            level: LevelChip::new(track, level),
            step: 1 + ranks.iter().take_while(|rank| **rank < level.rank).count(),
            summary: summary(ctx, level),
            fork: track.levels.iter().filter(|l| l.rank == level.rank).count() > 1,
            points: points(track, level),
            equal: equal(ctx, level),
        };
        Self {
            steps: track.levels.len() <= STEPS_MAX,
            levels: track.levels.iter().map(rung).collect(),
        }
    }
}

/// Levels of other tracks that are worth the same.
pub(super) fn equal(ctx: &Context, level: &Level) -> Vec<LevelChip> {
    let equal = level.equivalent.iter();
    equal
        .map(|at| LevelChip::of(&ctx.commons.rubric, at))
        .collect()
}

/// The least that a level wants, else the sum of what its cells ask for.
pub(super) fn points(track: &Track, level: &Level) -> Option<String> {
    let points = points_of_level(track, level)?;
    let count = |n: i64| counted(usize::try_from(n).unwrap_or(0), "point", "points");
    match (points.least, points.asked) {
        (Some(least), Some(asked)) if asked != least => {
            Some(format!("{} of the {asked} asked for", count(least)))
        }
        (Some(points), _) | (None, Some(points)) => Some(count(points)),
        (None, None) => None,
    }
}

fn summary(ctx: &Context, level: &Level) -> String {
    let open = level.sections.iter().find(|section| !section.managers_only);
    let text = open.and_then(|section| {
        if section.text.is_empty() {
            section.items.first()
        } else {
            Some(&section.text)
        }
    });
    text.map_or(String::new(), |text| first_sentence(&ctx.plain(text)))
}
