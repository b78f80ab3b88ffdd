//! What runs on besides the cycles: the log, check-ins and private notes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};
use serde::Deserialize;

use super::codes;
use super::complaints::did_you_mean;
use super::known::Known;
use super::neighbours;
use super::prose;
use super::shape::ENTRIES_MAX;
use super::table::{At, Doc, Table};
use crate::domain::model::*;
use crate::tree::source::written::{Apart, Heading, Markdown, Section};
use crate::tree::source::{FileKind, SourceFile};

/// Reads `log.toml`; by date.
pub(super) fn log(
    known: &Known<'_>,
    kind: &FileKind,
    cycles: &BTreeMap<CycleId, PersonCycle>,
) -> Option<Vec<LogEntry>> {
    #[derive(Deserialize)]
    struct Log {
        #[serde(default)]
        entry: Vec<LogEntry>,
    }
    let file = known.read(kind, "log")?;
    for entry in file.table().tables("entry") {
        check_on(known, &entry, cycles);
    }
    let Log { mut entry } = file.model()?;
    entry.sort_by_key(|entry| entry.date);
    Some(entry)
}

/// Complains of an `on` that is no expectation of the cycle that the entry's date lies in.
fn check_on(
    known: &Known<'_>,
    entry: &Table<'_>,
    cycles: &BTreeMap<CycleId, PersonCycle>,
) -> Option<()> {
    let (on, date) = (entry.text("on")?, entry.date("date")?);
    let within = known.cycles.iter().filter(|cycle| cycle.contains(date));
    let agreed = within.filter_map(|cycle| cycles.get(&cycle.id)?.expectations.as_ref());
    let ids = agreed.flat_map(|agreed| &agreed.expectations);
    let ids: Vec<&str> = ids.map(|expectation| expectation.id.as_str()).collect();
    if !ids.contains(&on.value) {
        let message = format!(
            "`{}` is not an expectation of the cycle that {date} lies in",
            on.value
        );
        known
            .about(codes::NO_EXPECTATION, on.place, message)
            .maybe_help(did_you_mean(on.value, ids));
    }
    Some(())
}

/// One `## YYYY-MM-DD title` entry of a markdown file.
struct Dated {
    date: Date,
    title: String,
    text: Prose,
}

/// Reads `checkins.md`; by date.
pub(super) fn checkins(known: &Known<'_>, file: &SourceFile, roles: &[Role]) -> Vec<CheckIn> {
    let checkin = |entry: Dated| CheckIn {
        open_actions: open_actions(entry.text.as_str()),
        date: entry.date,
        title: entry.title,
        text: entry.text,
    };
    let managers: BTreeSet<_> = roles.iter().map(|role| &role.manager).collect();
    let dated = dated(known, file, managers.len() > 1);
    dated.into_iter().map(checkin).collect()
}

/// Reads `management/notes/<id>.md`; by date.
pub(super) fn notes(known: &Known<'_>, file: &SourceFile) -> Vec<PrivateNote> {
    let note = |entry: Dated| PrivateNote {
        date: entry.date,
        title: entry.title,
        text: entry.text,
    };
    dated(known, file, false).into_iter().map(note).collect()
}

/// The entries of a file; their readers `differ` where the person has had several managers.
fn dated(known: &Known<'_>, file: &SourceFile, differ: bool) -> Vec<Dated> {
    let Some(doc) = Doc::of(file, known.complaints) else {
        return Vec::new();
    };
    let cut = prose::read(&doc, 0);
    let apart = Apart::new(&cut, doc.text, 0);
    prose::complain_of_definitions(&doc, &apart);
    prose::complain_of_glued(&doc, &cut);
    neighbours::check_dated(&doc, &cut, differ);
    warn_of_preamble(
        &doc,
        prose::stretch(&doc, &apart, cut.preamble.clone()),
        &cut,
    );
    warn_of_too_many(&doc, &cut.sections);
    let sections = cut.sections.iter().take(ENTRIES_MAX);
    let entry = |section: &Section| {
        let (date, title) = heading(&doc, &section.heading)?;
        let text = prose::stretch(&doc, &apart, section.body.clone());
        Some(Dated { date, title, text })
    };
    let mut entries: Vec<Dated> = sections.filter_map(entry).collect();
    entries.sort_by_key(|entry| entry.date);
    entries
}

fn warn_of_too_many(doc: &Doc<'_>, sections: &[Section]) {
    let Some(beyond) = sections.get(ENTRIES_MAX) else {
        return;
    };
    let message = format!(
        "there are {} entries; the most is {ENTRIES_MAX}",
        sections.len()
    );
    let place = doc.place(beyond.heading.words.clone());
    doc.about(codes::TOO_MANY, place, message);
}

/// The length of `YYYY-MM-DD`.
const DATE_BYTES: usize = 10;

fn heading(doc: &Doc<'_>, heading: &Heading) -> Option<(Date, String)> {
    let date = heading
        .title
        .get(..DATE_BYTES)
        .and_then(|text| text.parse().ok());
    let rest = heading.title.get(DATE_BYTES..).unwrap_or_default();
    let apart = rest.is_empty() || rest.starts_with([' ', ':', ',']);
    let Some(date) = date.filter(|_| apart) else {
        let message = format!("`{}` does not begin with a date", heading.title);
        doc.about(
            codes::NO_DATE_HEADING,
            doc.place(heading.words.clone()),
            message,
        )
        .help("write `## 2026-03-20 title`; use `###` for headings within an entry");
        return None;
    };
    let title = rest.trim_start_matches([' ', ':', ',']).to_owned();
    Some((date, title))
}

fn warn_of_preamble(doc: &Doc<'_>, lost: Prose, cut: &Markdown) {
    if lost.is_empty() {
        return;
    }
    let text = &doc.text[cut.preamble.clone()];
    let words = text.trim_start();
    let line = words.lines().next().map_or(0, |line| line.trim_end().len());
    let start = cut.preamble.start + text.len() - words.len();
    doc.about(
        codes::LOST_TEXT,
        doc.place(start..start + line),
        "this stands above the first dated heading and is shown to nobody",
    );
}

/// The texts of the `- [ ]` lines, in order.
fn open_actions(markdown: &str) -> Vec<String> {
    let mut actions = Vec::new();
    let mut open: Option<Range<usize>> = None;
    for (event, range) in markup::parse(markdown).into_offset_iter() {
        match event {
            Event::TaskListMarker(false) => open = Some(range.end..range.end),
            // The item's own words end where it does, or where a list or paragraph within it begins.
            Event::End(TagEnd::Item | TagEnd::Paragraph) | Event::Start(Tag::List(_)) => {
                actions.extend(open.take().map(|words| one_line(&markdown[words])));
            }
            Event::Start(Tag::Item) => {}
            _ => {
                if let Some(words) = &mut open {
                    words.end = words.end.max(range.end);
                }
            }
        }
    }
    actions
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The person that a file of `management/` is about, from its name.
pub(super) fn subject(known: &Known<'_>, name: &str, file: &SourceFile) -> Option<PersonId> {
    let doc = Doc::of(file, known.complaints)?;
    known.person(&At {
        value: name,
        place: doc.start(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_actions_are_the_unticked_lines_alone() {
        let text = "words\n\n- [ ] Ask *Rafael*\n  for two days\n- [x] done\n- plain\n- [ ] outer\n  - [ ] inner\n";
        let expected = ["Ask *Rafael* for two days", "outer", "inner"];
        assert_eq!(open_actions(text), expected);
    }
}
