//! A person's pages: the portfolio, a page a cycle, and on both the parts that fewer people read.
//!
//! | file | draws |
//! |---|---|
//! | [`portfolio`] | `people/<id>`: figures, changes, expectations, alignment, history, feedback, plan, log |
//! | [`next`] | `people/<id>/next`, `people/<id>/packet`: what the next level asks, and what speaks for it |
//! | [`cycle`] | `people/<id>/<cycle>`: everything of one cycle in the order of the process |
//! | [`closed`] | confidential texts, 1:1s, improvement plans, and what `readers` cut out |
//! | [`talent`] | talent mapping |
//! | [`profile`], [`since`], [`expectation`], [`alignment`], [`history`], [`feedback`], [`plan`], [`log`], [`checkins`], [`pip`] | one section each |
//! | [`marks`], [`names`] | what they share: states, bars, links; routes, anchors, titles |
//!
//! Every view is built from a draw that was cut down to its readers before it came here, and from facts
//! that follow from that draw. Nothing here decides who reads what.

pub mod alignment;
pub mod checkins;
pub mod closed;
pub mod cycle;
pub mod expectation;
pub mod feedback;
pub mod fixed;
#[cfg(test)]
mod fixture;
pub mod history;
pub mod log;
pub mod marks;
pub mod names;
pub mod pip;
pub mod plan;
pub mod portfolio;
pub mod profile;
pub mod since;
pub mod talent;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::domain::growth::cycles_of;
use crate::domain::model::*;
use crate::site::date::Day;
use crate::site::view::next;
use crate::site::{Context, ThemeError};

/// Where the person's own part stands on its pages.
pub const SLOT_PERSON: u32 = 10;

/// Where the parts of a section stand on the pages that several share.
pub fn slot(kind: SectionKind) -> u32 {
    match kind {
        SectionKind::Person => SLOT_PERSON,
        SectionKind::Own => 15,
        SectionKind::Pair => 20,
        SectionKind::Pip | SectionKind::Closed => 30,
        SectionKind::Chain => 40,
        SectionKind::Talent => 50,
        SectionKind::Custom | SectionKind::Team | SectionKind::Org | SectionKind::Managers => 60,
    }
}

/// First and last day of something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Period {
    pub from: Day,
    /// Inclusive.
    pub to: Day,
}

impl Period {
    fn of(cycle: &Cycle) -> Self {
        Self {
            from: cycle.start.into(),
            to: cycle.end.into(),
        }
    }
}

/// The parts of a section about a person: their own pages, or what fewer people read.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn parts(
    ctx: &Context,
    draw: &PersonDraw,
    section: &Section,
) -> Result<Vec<PagePart>, ThemeError> {
    if section.kind != SectionKind::Person {
        return closed::parts(ctx, draw, section);
    }
    let cycles = cycles_of(ctx.commons, &draw.person).into_iter();
    let cycles = cycles.map(|(cycle, _)| cycle::part(ctx, draw, cycle));
    let own = std::iter::once(portfolio::part(ctx, draw)).chain(cycles);
    let mut parts = own.collect::<Result<Vec<PagePart>, ThemeError>>()?;
    parts.extend(next::parts(ctx, &draw.person)?);
    Ok(parts)
}

/// The parts of a talent section.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn talent_parts(
    ctx: &Context,
    draw: &TalentDraw,
    section: &Section,
) -> Result<Vec<PagePart>, ThemeError> {
    closed::talent_parts(ctx, draw, section)
}
