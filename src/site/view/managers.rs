//! What the rubric says to managers only: a part of each level's page that others do not have.

use serde::Serialize;

use super::level::LevelChip;
use super::rubric::{SectionView, level_head};
use crate::domain::model::*;
use crate::site::{Context, ThemeError};

/// After the level's own part.
const SLOT: u32 = 50;

/// `level-managers.html`.
#[derive(Debug, Serialize)]
struct ManagersView {
    level: LevelChip,
    sections: Vec<SectionView>,
}

/// One part for each level that has such sections.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn parts(
    ctx: &Context,
    levels: &[(LevelRef, Vec<LevelSection>)],
) -> Result<Vec<PagePart>, ThemeError> {
    let known = levels.iter().filter_map(|(at, sections)| {
        let (track, level) = ctx.commons.rubric.level(at)?;
        (!track.is_abstract && !sections.is_empty()).then_some((track, level, sections))
    });
    let part = |(track, level, sections): (&Track, &Level, &Vec<LevelSection>)| {
        let view = ManagersView {
            level: LevelChip::new(track, level),
            sections: sections
                .iter()
                .map(|section| SectionView::new(ctx, section))
                .collect(),
        };
        ctx.part("level-managers.html", level_head(track, level, SLOT), &view)
    };
    known.map(part).collect()
}
