//! A person's pages.

use crate::model::*;
use crate::site::{Context, ThemeError};

/// The parts of a section of a person.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn parts(
    _ctx: &Context,
    _draw: &PersonDraw,
    _section: &Section,
) -> Result<Vec<PagePart>, ThemeError> {
    Ok(Vec::new())
}

/// The parts of a talent section.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn talent_parts(
    _ctx: &Context,
    _draw: &TalentDraw,
    _section: &Section,
) -> Result<Vec<PagePart>, ThemeError> {
    Ok(Vec::new())
}
