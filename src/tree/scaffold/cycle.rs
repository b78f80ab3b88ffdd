//! `cycles/<id>.toml`, and what everyone begins the cycle with.

use super::seat::{self, Seat, overlapping};
use super::words::{declared, key, quoted, readers, word};
use super::{NewFile, Refusal, known, period};
use crate::domain::model::*;

/// A cycle to make.
#[derive(Debug, Clone)]
pub struct CycleAsk<'a> {
    /// `2026-h2`, `2026-q3` and `2026` name their days.
    pub id: &'a str,
    /// Nothing: as the id says.
    pub title: Option<&'a str>,
    /// Nothing: as the id says.
    pub start: Option<Date>,
    /// Inclusive; nothing: as the id says.
    pub end: Option<Date>,
}

/// What a cycle begins with.
#[derive(Debug, Clone)]
pub struct CycleFiles {
    /// Its id.
    pub cycle: CycleId,
    /// The cycle's own file first, then by person.
    pub files: Vec<NewFile>,
    /// Who would take part but has files in another cycle at the same time, with that cycle.
    pub elsewhere: Vec<(PersonId, CycleId)>,
    /// Who takes part without a manager, and so without a review.
    pub unmanaged: Vec<PersonId>,
}

/// A cycle with its questions and, for everyone who takes part, expectations, self-assessment, review and
/// response. Of a cycle that is there already, the files that people lack.
///
/// # Errors
/// The id is none, its days are not known or not in order, or others than those that its file says.
pub fn cycle(org: &Organisation, ask: &CycleAsk<'_>) -> Result<CycleFiles, Refusal> {
    let id = known::new_cycle_id(ask.id)?;
    let cycle = match org.cycle(&id) {
        Some(there) => unchanged(there, ask)?.clone(),
        None => new_cycle(org, ask, id)?,
    };
    let mut made = CycleFiles {
        cycle: cycle.id.clone(),
        files: vec![NewFile {
            path: format!("cycles/{}.toml", cycle.id),
            text: cycle_file(&cycle),
        }],
        elsewhere: Vec::new(),
        unmanaged: Vec::new(),
    };
    for person in org.people.values() {
        made.add(org, person, &cycle);
    }
    Ok(made)
}

impl CycleFiles {
    fn add(&mut self, org: &Organisation, person: &Person, cycle: &Cycle) {
        let takes_part = !person.external && person.start <= cycle.end && person.is_here(cycle.end);
        if !takes_part {
            return;
        }
        if let Some(other) = overlapping(org, person, cycle) {
            let elsewhere = (person.id.clone(), other.id.clone());
            return self.elsewhere.push(elsewhere);
        }
        let seat = Seat { org, person, cycle };
        if seat.manager().is_none() {
            self.unmanaged.push(person.id.clone());
        }
        self.files.extend(seat::beginning(&seat));
    }
}

/// A cycle that is there, unless something else is asked for.
fn unchanged<'o>(there: &'o Cycle, ask: &CycleAsk<'_>) -> Result<&'o Cycle, Refusal> {
    let same = ask.start.is_none_or(|start| start == there.start)
        && ask.end.is_none_or(|end| end == there.end)
        && ask.title.is_none_or(|title| title == there.title);
    if same {
        Ok(there)
    } else {
        Err(Refusal::new(format!(
            "`cycles/{}.toml` is there already, and says otherwise",
            there.id
        ))
        .help("leave out `--title`, `--start` and `--end` to make the files that people lack"))
    }
}

fn new_cycle(org: &Organisation, ask: &CycleAsk<'_>, id: CycleId) -> Result<Cycle, Refusal> {
    let period = period::named(ask.id);
    let start = ask.start.or(period.as_ref().map(|period| period.start));
    let end = ask.end.or(period.as_ref().map(|period| period.end));
    let (Some(start), Some(end)) = (start, end) else {
        let what = format!("`{id}` does not say when it begins and ends");
        let help = "add `--start DATE --end DATE`, or name it as in `2026-h1`, `2026-q3`, `2026`";
        return Err(Refusal::new(what).help(help));
    };
    if end < start {
        return Err(Refusal::new(format!(
            "the end ({end}) is before the start ({start})"
        )));
    }
    let title = match ask.title {
        Some(title) if title.trim().is_empty() => return Err(Refusal::new("the title is empty")),
        Some(title) => title.to_owned(),
        None => period.map_or_else(|| id.to_string(), |period| period.title),
    };
    let before = org.cycles.iter().rev().find(|cycle| cycle.start < start);
    Ok(Cycle {
        id,
        title,
        start,
        end,
        rubric: None,
        phases: before.map_or_else(Phases::default, |cycle| cycle.phases),
        questions: org.questions.clone(),
    })
}

fn cycle_file(cycle: &Cycle) -> String {
    let phases = cycle.phases;
    let questions: String = cycle.questions.iter().map(question).collect();
    declared(
        "cycle",
        include_str!("tree/cycle-full.toml"),
        &[
            ("title", &quoted(&cycle.title)),
            ("start", &cycle.start.to_string()),
            ("end", &cycle.end.to_string()),
            ("self", &phases.self_days.to_string()),
            ("peer", &phases.peer_days.to_string()),
            ("review", &phases.review_days.to_string()),
            ("response", &phases.response_days.to_string()),
            ("questions", &questions),
        ],
    )
}

fn question(question: &Question) -> String {
    let named = question.readers.as_deref().filter(|list| !list.is_empty());
    let readers = named.map(|list| format!("readers = {}\n", readers(list)));
    let prompt = if question.prompt.is_empty() {
        String::new()
    } else {
        key("prompt", question.prompt.as_str())
    };
    let lines = [
        "\n[[question]]\n".to_owned(),
        key("id", question.id.as_str()),
        key("for", &word(question.asked)),
        key("title", &question.title),
        prompt,
        readers.unwrap_or_default(),
    ];
    lines.concat()
}
