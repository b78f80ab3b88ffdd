//! Levels as chips: a short label on a shade that says how high it stands in its track.

use serde::Serialize;

use crate::domain::growth::level_label;
use crate::domain::model::*;
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

/// Spreads the distinct ranks of a track over the shades; few levels lie in the middle.
fn shade(track: &Track, rank: i64) -> usize {
    let mut ranks: Vec<i64> = track.levels.iter().map(|level| level.rank).collect();
    ranks.dedup(); // levels are in order of rank
    let position = ranks.iter().position(|r| *r == rank).unwrap_or(0);
    match ranks.len() {
        // Few levels take neighbouring shades of the middle, so that two of them never look alike.
        n if n <= SHADES => 1 + position + (SHADES + 1 - n.max(1)) / 2,
        n => 1 + position * (SHADES - 1) / (n - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::fixture;

    #[test]
    fn shades_rise_with_the_rank_and_stay_within_those_there_are() {
        let mut track = fixture::commons().rubric.tracks["ic"].clone();
        let shades = |track: &Track| -> Vec<usize> {
            let chips = track
                .levels
                .iter()
                .map(|level| LevelChip::new(track, level).shade);
            chips.collect()
        };
        assert_eq!(shades(&track), [2, 3, 4, 5, 6]);
        for rank in 7..20 {
            let level = Level {
                rank,
                ..track.levels[0].clone()
            };
            track.levels.push(level);
        }
        let many = shades(&track);
        assert!(
            many.is_sorted() && many.first() == Some(&1) && many.last() == Some(&6),
            "{many:?}"
        );
    }

    #[test]
    fn a_level_that_the_rubric_does_not_have_is_shown_without_a_link() {
        let chip = LevelChip::of(&fixture::commons().rubric, &fixture::at("ic", "l9"));
        assert_eq!((chip.label.as_str(), chip.href), ("L9", None));
    }
}
