//! Levels as chips: a short label on a shade that says how high it stands in its track.

use serde::Serialize;

use crate::growth::level_label;
use crate::model::*;
use crate::site::Context;

/// Shades there are: `s1` (lowest) to `s6`.
const SHADES: usize = 6;

/// A level as a chip: `{{ <ui.level level={l} /> }}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LevelChip {
    /// `L4`, or the title where the id is no such code.
    pub label: String,
    /// `Senior engineer`.
    pub title: String,
    /// 1 to 6, by relative rank within the track.
    pub shade: usize,
    /// `/rubric/ic/l4`; nothing where the rubric does not have it.
    pub href: Option<String>,
}

impl LevelChip {
    /// The chip of a level of a track.
    pub fn new(track: &Track, level: &Level) -> Self {
        Self {
            label: level_label(level),
            title: level.title.clone(),
            shade: shade(track, level.rank),
            href: Some(format!("/rubric/{}/{}", track.id, level.id)),
        }
    }

    /// The chip of a level of a rubric; its bare id where the rubric does not have it.
    pub fn of(rubric: &Rubric, at: &LevelRef) -> Self {
        match rubric.level(at) {
            Some((track, level)) => Self::new(track, level),
            None => Self {
                label: at.level.as_str().to_uppercase(),
                title: at.to_string(),
                shade: 1,
                href: None,
            },
        }
    }
}

impl Context<'_> {
    /// The chip of a level of the rubric in force.
    pub fn level(&self, at: &LevelRef) -> LevelChip {
        LevelChip::of(&self.commons.rubric, at)
    }
}

/// Spreads the distinct ranks of a track over the shades; a track of one level takes the lowest.
fn shade(track: &Track, rank: i64) -> usize {
    let mut ranks: Vec<i64> = track.levels.iter().map(|level| level.rank).collect();
    ranks.dedup(); // levels are in order of rank
    let position = ranks.iter().position(|r| *r == rank).unwrap_or(0);
    match ranks.len() {
        0 | 1 => 1,
        // Few levels keep the low shades apart from one another instead of jumping to the darkest.
        n if n <= SHADES => 1 + position + (SHADES - n) / 2,
        n => 1 + position * (SHADES - 1) / (n - 1),
    }
}
