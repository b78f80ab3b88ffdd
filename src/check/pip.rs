//! `pip.toml`: a performance improvement plan.

use std::collections::{BTreeMap, BTreeSet};

use super::codes;
use super::complaints::did_you_mean;
use super::known::{Known, Once};
use super::table::Table;
use crate::model::*;

/// The keys of the file.
pub(super) const KEYS: [&str; 11] = [
    "readers",
    "start",
    "days",
    "cause",
    "support",
    "success",
    "consequence",
    "objective",
    "checkin",
    "closed",
    "result",
];

/// Reads the file; nothing where it has no `start`: a draft, which is checked and never published.
pub(super) fn read(known: &Known<'_>, table: &Table<'_>) -> Option<Pip> {
    const DAYS_MAX: u32 = 1_000;
    const RESULTS: [(&str, PipResult); 3] = [
        ("met", PipResult::Met),
        ("extended", PipResult::Extended),
        ("ended", PipResult::Ended),
    ];
    table.require("days");
    table.in_order("start", "closed");
    table.needs("result", "closed");
    let objectives = objectives(known, table);
    let pip = Pip {
        start: table.date("start").unwrap_or_default(),
        days: table.count("days", 1..=DAYS_MAX).unwrap_or_default(),
        cause: table.prose("cause"),
        support: table.proses("support"),
        success: table.prose("success"),
        consequence: table.prose("consequence"),
        checkins: checkins(known, table, &objectives),
        objectives,
        closed: table.date("closed"),
        result: table.word("result", &RESULTS),
        readers: known.readers(table),
    };
    table.has("start").then_some(pip)
}

fn objectives(known: &Known<'_>, table: &Table<'_>) -> Vec<PipObjective> {
    let mut once = Once::default();
    let tables = table.tables("objective", &["id", "text", "from", "to"]);
    let mut objective = |table: &Table<'_>| {
        let text = table.required_prose("text");
        let from = table.string("from");
        let to = table.string("to");
        let id = table.required_id("id", ObjectiveId::new)?;
        once.admit(
            known.complaints,
            "the objective",
            id.value.as_str(),
            &id.place,
        );
        let id = id.value;
        Some(PipObjective { id, text, from, to })
    };
    tables.iter().filter_map(&mut objective).collect()
}

fn checkins(known: &Known<'_>, table: &Table<'_>, objectives: &[PipObjective]) -> Vec<PipCheckIn> {
    let ids: BTreeSet<ObjectiveId> = objectives
        .iter()
        .map(|objective| objective.id.clone())
        .collect();
    let tables = table.tables("checkin", &["date", "text", "values"]);
    let checkin = |table: &Table<'_>| PipCheckIn {
        date: table.required_date("date"),
        text: table.prose("text").unwrap_or_default(),
        values: values(known, table, &ids),
    };
    let mut checkins: Vec<PipCheckIn> = tables.iter().map(checkin).collect();
    checkins.sort_by_key(|checkin| checkin.date);
    checkins
}

fn values(
    known: &Known<'_>,
    table: &Table<'_>,
    ids: &BTreeSet<ObjectiveId>,
) -> BTreeMap<ObjectiveId, String> {
    let value = |(key, value): &(super::table::At<&str>, super::table::Value<'_>)| {
        let text = value.text();
        let id = ids.get(key.value).cloned();
        if id.is_none() && known.complaints.is_sound(&table.doc.path) {
            let message = format!("`{}` is not an objective of this plan", key.value);
            known
                .complaints
                .about(codes::NO_OBJECTIVE, key.place.clone(), message)
                .maybe_help(did_you_mean(key.value, ids.iter().map(|id| id.as_str())));
        }
        Some((id?, text?.value.to_owned()))
    };
    table.map("values").iter().filter_map(value).collect()
}
