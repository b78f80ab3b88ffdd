//! `cycles/<cycle>.toml`.

use super::codes;
use super::known::Known;
use super::questions;
use super::table::Table;
use crate::model::*;
use crate::source::FileKind;

const KEYS: [&str; 6] = ["title", "start", "end", "rubric", "phases", "question"];

/// Reads all cycles whose dates can be read; by start, then end, then id.
pub(super) fn read(known: &Known<'_>) -> Vec<Cycle> {
    let mut cycles: Vec<Cycle> = known
        .cycle_ids
        .iter()
        .filter_map(|id| {
            let kind = FileKind::Cycle(id.as_str().into());
            known.toml(&kind, &KEYS, |table| cycle(known, table, id))?
        })
        .collect();
    cycles.sort_by(|a, b| (a.start, a.end, &a.id).cmp(&(b.start, b.end, &b.id)));
    cycles
}

fn cycle(known: &Known<'_>, table: &Table<'_>, id: &CycleId) -> Option<Cycle> {
    let title = table.required_string("title");
    table.require("start");
    table.require("end");
    table.in_order("start", "end");
    let rubric = pin(known, table);
    let phases = table.table("phases", &["self", "peer", "review", "response"]);
    let questions = questions::of_cycle(known, table);
    Some(Cycle {
        title,
        rubric,
        phases: phases.map_or_else(Phases::default, |table| self::phases(&table)),
        questions,
        start: table.date("start")?,
        end: table.date("end")?,
        id: id.clone(),
    })
}

fn phases(table: &Table<'_>) -> Phases {
    const DAYS_MAX: u32 = 1_000;
    let default = Phases::default();
    let days = |key, otherwise| table.count(key, 0..=DAYS_MAX).unwrap_or(otherwise);
    Phases {
        self_days: days("self", default.self_days),
        peer_days: days("peer", default.peer_days),
        review_days: days("review", default.review_days),
        response_days: days("response", default.response_days),
    }
}

fn pin(known: &Known<'_>, table: &Table<'_>) -> Option<String> {
    let text = table.text("rubric")?;
    if !known.rubrics.by_directory.contains_key(text.value) {
        let message = format!(
            "there is no directory `{}` of tracks; git revisions cannot be read yet",
            text.value
        );
        known
            .complaints
            .about(codes::NO_PIN, text.place, message)
            .help(
                "put the rubric as it stood into a directory such as `rubrics-2025`, and name that",
            );
        return None;
    }
    Some(text.value.to_owned())
}
