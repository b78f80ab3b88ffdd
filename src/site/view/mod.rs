//! One typed view a page kind.
//!
//! A view is all that its template may say: fields are documented, text is plain `String` (escaped by the
//! template) or [`Html`](super::Html) (prose that is rendered already), dates are [`Day`](super::date::Day)s.

pub mod cycles;
pub mod figures;
pub mod level;
pub mod managers;
pub mod next;
pub mod person;
pub mod recognition;
pub mod rubric;
pub mod talent_grid;
pub mod team;

use super::{Context, ThemeError};
use crate::domain::model::*;

/// The parts that a section contributes to pages, by kind.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn parts(ctx: &Context, draw: &SectionDraw) -> Result<Vec<PagePart>, ThemeError> {
    match &draw.content {
        Draw::Person(person) => person::parts(ctx, person, &draw.section),
        Draw::Talent(talent) => person::talent_parts(ctx, talent, &draw.section),
        Draw::TeamTalent(team) => talent_grid::parts(ctx, team, &draw.section),
        Draw::Team(team) => team::parts(ctx, team),
        Draw::Org(org) => org_parts(ctx, org),
        Draw::Managers(levels) => managers::parts(ctx, levels),
    }
}

fn org_parts(ctx: &Context, org: &OrgDraw) -> Result<Vec<PagePart>, ThemeError> {
    let mut parts = rubric::parts(ctx, rubric::Edition::Sealed)?;
    parts.push(figures::part(ctx, org)?);
    parts.push(recognition::part(ctx, org)?);
    parts.extend(cycles::part(ctx)?);
    Ok(parts)
}
