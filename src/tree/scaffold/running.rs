//! What runs on besides the cycles: entries of logs, check-ins and private notes.

use super::words::{key, list, maybe_key, word};
use super::{Entry, Refusal, known};
use crate::domain::model::*;
use crate::ground::diag;
use crate::tree::source::written::Markdown;

/// An entry of a log.
#[derive(Debug, Clone)]
pub struct LogAsk<'a> {
    /// When it happened.
    pub date: Date,
    /// What it is.
    pub kind: LogKind,
    /// Nothing: an entry behind `#`, to fill in.
    pub text: Option<&'a str>,
    /// The id of the person who says so.
    pub by: Option<&'a str>,
    /// An expectation of the cycle that the date lies in.
    pub on: Option<&'a str>,
    /// Ids of competencies of the rubric.
    pub competencies: &'a [String],
    /// Web addresses.
    pub evidence: &'a [String],
}

const LOG_OPENING: &str = "\
# What is worth remembering, as it happens: the review draws on it, so that it does not rest on the last weeks alone.
# The person and their managers read it; `readers = \"org\"` shows an entry to everyone.
";

/// An entry at the end of `log.toml`.
///
/// # Errors
/// Whom or what it names is not there.
pub fn log(org: &Organisation, person: &Person, ask: &LogAsk<'_>) -> Result<Entry, Refusal> {
    let by = ask.by.map(|id| known::person_named(org, id)).transpose()?;
    if let Some(on) = ask.on {
        expectation_on(org, person, on, ask.date)?;
    }
    for id in ask.competencies {
        known::competency(org, id)?;
    }
    for address in ask.evidence {
        known::web_address(address)?;
    }
    let text = ask.text.filter(|text| !text.trim().is_empty());
    let lines = [
        "[[entry]]\n".to_owned(),
        format!("date = {}\n", ask.date),
        key("kind", &word(ask.kind)),
        maybe_key("by", by.map(|by| by.id.as_str())),
        maybe_key("on", ask.on),
        list_key("competencies", ask.competencies),
        key("text", text.unwrap_or("What happened, and what came of it")),
        list_key("evidence", ask.evidence),
    ];
    let entry = lines.concat();
    let entry = match text {
        Some(_) => entry,
        None => entry.lines().map(|line| format!("# {line}\n")).collect(),
    };
    Ok(Entry {
        path: format!("people/{}/log.toml", person.id),
        opening: LOG_OPENING.to_owned(),
        text: format!("\n{entry}"),
    })
}

fn list_key(key: &str, texts: &[String]) -> String {
    match texts {
        [] => String::new(),
        some => format!("{key} = {}\n", list(some)),
    }
}

fn expectation_on(
    org: &Organisation,
    person: &Person,
    id: &str,
    date: Date,
) -> Result<(), Refusal> {
    let cycles = org.cycles.iter().filter(|cycle| cycle.contains(date));
    let files = cycles.filter_map(|cycle| person.cycles.get(&cycle.id)?.expectations.as_ref());
    let ids: Vec<&str> = files
        .flat_map(|all| all.expectations.iter().map(|one| one.id.as_str()))
        .collect();
    if ids.contains(&id) {
        Ok(())
    } else {
        Err(Refusal::new(format!(
            "`{id}` is not an expectation of `{}` in the cycle that {date} lies in",
            person.id
        ))
        .maybe_help(diag::did_you_mean(id, ids)))
    }
}

/// An entry under a heading with a date.
#[derive(Debug, Clone, Copy)]
pub struct DatedAsk<'a> {
    /// The day in the heading.
    pub date: Date,
    /// What follows the day in the heading.
    pub title: Option<&'a str>,
    /// Markdown; nothing: room for it.
    pub text: Option<&'a str>,
}

/// An entry at the end of `checkins.md`.
///
/// # Errors
/// The text has headings that would end the entry.
pub fn checkin(person: &Person, ask: DatedAsk<'_>) -> Result<Entry, Refusal> {
    dated(format!("people/{}/checkins.md", person.id), ask)
}

/// An entry at the end of a manager's private notes about a person.
///
/// # Errors
/// The text has headings that would end the entry.
pub fn note(person: &Person, ask: DatedAsk<'_>) -> Result<Entry, Refusal> {
    dated(format!("management/notes/{}.md", person.id), ask)
}

fn dated(path: String, ask: DatedAsk<'_>) -> Result<Entry, Refusal> {
    let title = ask.title.map(super::seat::one_line).unwrap_or_default();
    let text = ask.text.map(str::trim).filter(|text| !text.is_empty());
    if let Some(section) = text.and_then(|text| Markdown::cut(text, 0).sections.into_iter().next())
    {
        let what = format!(
            "the text has a heading, `{}`, that would end the entry",
            section.heading.title
        );
        return Err(Refusal::new(what).help("use `###` for headings within an entry"));
    }
    let text = text.map_or_else(String::new, |text| format!("\n{text}\n"));
    let heading = format!("## {} {title}", ask.date);
    Ok(Entry {
        path,
        opening: String::new(),
        text: format!("\n{}\n{text}", heading.trim_end()),
    })
}
