//! Sums, where a rubric counts points.

use super::alignment::LevelAlignment;
use crate::domain::model::*;

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

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;

    use super::super::alignment::level_alignment;

    fn pointed() -> World {
        let mut world = World::on("2025-08-01");
        let stage = |id: &str, points| Stage {
            id: stage_id(id),
            title: id.into(),
            text: Prose::default(),
            points,
            signals: Vec::new(),
            examples: Vec::new(),
        };
        let stages = vec![stage("does", Some(2)), stage("designs", Some(5))];
        world.track().competencies[0].stages = stages;
        for (level, stage) in [(1, "does"), (2, "designs")] {
            let cell = world.track().levels[level].cells.get_mut("technical");
            cell.expect("every cell is there").stage = Some(stage_id(stage));
        }
        world
    }

    fn held(world: &World) -> Option<i64> {
        let cycle = world.cycle("2025-h1");
        points_held(&level_alignment(&world.commons, &world.ada, cycle)?)
    }

    #[test]
    fn a_person_holds_the_points_of_the_highest_level_reached() {
        let mut world = pointed();
        assert_eq!(held(&world), None);
        world.reviewed("2025-h1", "technical", "exceeds ic/l3");
        assert_eq!(held(&world), Some(2));
        world.reviewed("2025-h1", "technical", "misses ic/l4");
        assert_eq!(held(&world), Some(2));
        world.reviewed("2025-h1", "technical", "meets ic/l4");
        assert_eq!(held(&world), Some(5));
    }

    #[test]
    fn a_rubric_without_points_has_no_sums() {
        let mut world = pointed();
        world.track().levels[3].min_points = Some(36);
        let track = &world.commons.rubric.tracks["ic"];
        let points = |at: usize| points_of_level(track, &track.levels[at]);
        assert_eq!(points(0), None);
        assert_eq!(
            points(1),
            Some(LevelPoints {
                asked: Some(2),
                least: None
            })
        );
        assert_eq!(
            points(3),
            Some(LevelPoints {
                asked: None,
                least: Some(36)
            })
        );
    }
}
