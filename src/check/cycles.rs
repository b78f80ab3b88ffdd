//! `cycles/<cycle>.toml`.

use std::sync::Arc;

use super::codes;
use super::known::Known;
use super::table::Table;
use super::{questions, tree};
use crate::model::*;
use crate::source::{FileKind, Revision, RevisionProblem, Trouble};

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
    let title = table.required_title();
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
        let (message, help) = no_pin(text.value, known.source.revisions.get(text.value));
        known
            .complaints
            .about(codes::NO_PIN, text.place, message)
            .help(help);
        return None;
    }
    Some(text.value.to_owned())
}

const ELSE: &str =
    "put the rubric as it stood into a directory such as `rubrics-2025`, and name that";

/// Why there is no such rubric, and what would help.
fn no_pin(pin: &str, read: Option<&Result<Arc<Revision>, RevisionProblem>>) -> (String, String) {
    let no_directory = format!("there is no directory `{pin}` of tracks");
    let Some(Err(problem)) = read else {
        return (no_directory, ELSE.to_owned());
    };
    let (why, help) = match problem {
        RevisionProblem::NoName => ("it cannot be the name of a git revision", None),
        RevisionProblem::Missing { help } => ("git knows no such revision", help.clone()),
        RevisionProblem::NoRubric => ("that git revision holds no `rubrics/` of this tree", None),
        RevisionProblem::TooMany => ("that git revision holds too many files", None),
        RevisionProblem::Trouble(trouble) => return git_failed(&no_directory, trouble),
    };
    let help = help.unwrap_or_else(|| ELSE.to_owned());
    (format!("{no_directory}, and {why}"), help)
}

fn git_failed(no_directory: &str, trouble: &Trouble) -> (String, String) {
    let (why, help) = tree::git_words(trouble);
    let help = help.unwrap_or(ELSE);
    (format!("{no_directory}, and {why}"), help.to_owned())
}
