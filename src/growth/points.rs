//! Sums, where a rubric counts points.

use super::alignment::LevelAlignment;
use crate::model::*;

/// The points that a level stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelPoints {
    /// Sum over the stages that its cells ask for; nothing where none of them has points.
    pub asked: Option<i64>,
    /// What the rubric says is the least.
    pub least: Option<i64>,
}

/// The points of a level; nothing where the rubric does not count points there.
pub fn points_of_level(track: &Track, level: &Level) -> Option<LevelPoints> {
    let each = track.competencies.iter();
    let points = LevelPoints {
        asked: sum(each.filter_map(|competency| cell_points(competency, level))),
        least: level.min_points,
    };
    (points.asked.is_some() || points.least.is_some()).then_some(points)
}

/// The points that a person holds: for every competency, those of the stage that the highest level
/// asks for which `now` reaches. Nothing where no competency has such a stage.
pub fn points_held(alignment: &LevelAlignment<'_>) -> Option<i64> {
    let track = alignment.axis.track;
    let held = alignment.rows.iter().filter_map(|row| {
        let now = row.now.as_ref().filter(|now| now.level.track == track.id)?;
        let reached = track
            .levels
            .iter()
            .rev()
            .filter(|l| now.position.reaches(l.rank));
        reached
            .into_iter()
            .find_map(|level| cell_points(row.competency, level))
    });
    sum(held)
}

fn cell_points(competency: &Competency, level: &Level) -> Option<i64> {
    let stage = level.cells.get(&competency.id)?.stage.as_ref()?;
    let stage = competency.stages.iter().find(|one| one.id == *stage)?;
    stage.points
}

/// Nothing of nothing. Saturates rather than wraps.
fn sum(points: impl Iterator<Item = i64>) -> Option<i64> {
    points.reduce(i64::saturating_add)
}
