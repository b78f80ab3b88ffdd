//! `cycles/<cycle>.toml`.

use std::sync::Arc;

use super::codes;
use super::known::Known;
use super::table::At;
use super::tree;
use crate::domain::model::*;
use crate::tree::source::{FileKind, Revision, RevisionProblem, Trouble};

/// Reads all cycles whose dates can be read; by start, then end, then id.
pub(super) fn read(known: &Known<'_>) -> Vec<Cycle> {
    let read = known.cycle_ids.iter().filter_map(|id| cycle(known, id));
    let mut cycles: Vec<Cycle> = read.collect();
    cycles.sort_by(|a, b| (a.start, a.end, &a.id).cmp(&(b.start, b.end, &b.id)));
    cycles
}

fn cycle(known: &Known<'_>, id: &CycleId) -> Option<Cycle> {
    let file = known.read(&FileKind::Cycle(id.as_str().into()), "cycle")?;
    let table = file.table();
    let has_dates = table.has("start") && table.has("end");
    let asks = table.has("question");
    let cycle: Cycle = file.model_of(id.as_str()).filter(|_| has_dates)?;
    let questions = if asks {
        cycle.questions
    } else {
        known.questions.clone()
    };
    Some(Cycle { questions, ..cycle })
}

/// Whether there is a rubric of that name.
pub(super) fn is_pin(known: &Known<'_>, text: &At<&str>) -> bool {
    let is_there = known.rubrics.by_directory.contains_key(text.value);
    if !is_there {
        let (message, help) = no_pin(text.value, known.source.revisions.get(text.value));
        known
            .about(codes::NO_PIN, text.place.clone(), message)
            .help(help);
    }
    is_there
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
