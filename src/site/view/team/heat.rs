//! People × competencies: what the last shared review of each says, and what the one before said.

use serde::Serialize;

use super::{Who, who};
use crate::domain::growth::{self, AlignmentRow, Change, LevelAlignment};
use crate::domain::model::*;
use crate::site::Context;
use crate::site::view::person::alignment::StandingChip;
use crate::site::view::person::marks::Mark;

/// The people of one track.
#[derive(Debug, Serialize)]
pub struct TeamHeat {
    pub track: String,
    pub href: String,
    /// Competencies, in the order of the track.
    pub columns: Vec<String>,
    /// By name; those whom no shared review rates are there with empty cells.
    pub rows: Vec<TeamHeatRow>,
}

/// One person.
#[derive(Debug, Serialize)]
pub struct TeamHeatRow {
    who: Who,
    /// One a column; nothing where no shared review rates it.
    cells: Vec<Option<TeamHeatCell>>,
}

/// One competency of one person.
#[derive(Debug, Serialize)]
pub struct TeamHeatCell {
    chip: StandingChip,
    /// An arrow where it moved; nothing where it did not.
    moved: Option<Mark>,
    /// `meets L3`, where that is something else than now.
    before: Option<String>,
}

/// The tables, by track; none where no review of anyone is shared.
pub fn tables(ctx: &Context, people: &[&Person]) -> Vec<TeamHeat> {
    let mut tables: Vec<TeamHeat> = Vec::new();
    for track in ctx.commons.rubric.tracks.values() {
        let aligned = |person: &&Person| {
            let cycle = growth::current_cycle(ctx.commons, person)?;
            let alignment = growth::level_alignment(ctx.commons, person, cycle)?;
            (alignment.axis.track.id == track.id)
                .then(|| row(ctx, person, cycle, track, &alignment))
        };
        let rows: Vec<TeamHeatRow> = people.iter().filter_map(aligned).collect();
        if rows.iter().any(|row| row.cells.iter().any(Option::is_some)) {
            tables.push(TeamHeat {
                track: track.title.clone(),
                href: format!("/rubric/{}", track.id),
                columns: track.competencies.iter().map(|c| c.title.clone()).collect(),
                rows,
            });
        }
    }
    tables
}

/// The columns are those of the rubric in force: a person may still be judged by an earlier one.
fn row(
    ctx: &Context,
    person: &Person,
    cycle: &Cycle,
    track: &Track,
    alignment: &LevelAlignment<'_>,
) -> TeamHeatRow {
    let rubric = ctx.commons.rubric_of(cycle);
    let of = |column: &Competency| {
        let is_it = |row: &&AlignmentRow<'_>| {
            let id = &row.competency.id;
            *id == column.id || column.was.contains(id)
        };
        alignment
            .rows
            .iter()
            .find(is_it)
            .and_then(|row| cell(rubric, row))
    };
    TeamHeatRow {
        who: who(ctx, person),
        cells: track.competencies.iter().map(of).collect(),
    }
}

fn cell(rubric: &Rubric, row: &AlignmentRow<'_>) -> Option<TeamHeatCell> {
    let now = row.now.as_ref()?;
    let before = row
        .before
        .as_ref()
        .filter(|before| !before.says_the_same(now));
    Some(TeamHeatCell {
        chip: StandingChip::of(rubric, now),
        moved: match row.change {
            Some(Change::Up) => Some(Mark::new("done", "up", "raised")),
            Some(Change::Down) => Some(Mark::new("risk", "down", "lowered")),
            _ => None,
        },
        before: before.map(|before| before.label.clone()),
    })
}
