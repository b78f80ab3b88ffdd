//! Words and colours for people. The only file that draws diagnostics.
//!
//! Colour is decided once by `anstream` (`--color`, `NO_COLOR`, `CLICOLOR_FORCE`, whether it is a terminal):
//! everything here is drawn with colour, and stripped on the way out where none is wanted.

mod figures;
mod passphrase;
mod status;
mod verdict;

use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::ground::diag::{Diagnostic, Place, Report, Severity};
use crate::ground::visible::{is_spelled_out, visible, without_secrets};

pub use figures::figures;
pub use passphrase::ask_passphrase;
pub use status::{actions, cycle, tasks, to_close};
pub use verdict::{findings, verdict};

/// How much of a report people are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Every diagnostic.
    Each,
    /// Every error and warning; of advice the first few of each code, and how many more.
    FirstOfEachCode,
    /// Errors, and no count at the end.
    Errors,
}

/// How many of a kind are shown before the rest is counted.
const FIRST: usize = 3;

/// Prints a report to the standard error.
pub fn print_report(report: &Report, shown: Shown) {
    anstream::eprint!("{}", drawn_as(report, shown));
}

/// A whole report with colour, and the count of its diagnostics at the end. Empty if there are none.
pub fn drawn(report: &Report) -> String {
    drawn_as(report, Shown::Each)
}

/// A report as [`print_report`] prints it.
pub fn drawn_as(report: &Report, shown: Shown) -> String {
    let renderer = Renderer::styled();
    let mut text = String::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for diagnostic in &report.diagnostics {
        let before = seen.entry(diagnostic.code).or_default();
        let is_shown = match shown {
            Shown::Each => true,
            Shown::FirstOfEachCode => *before < FIRST || diagnostic.severity != Severity::Advice,
            Shown::Errors => diagnostic.severity == Severity::Error,
        };
        *before += 1;
        if is_shown {
            text.push_str(&renderer.render(&groups(report, diagnostic)));
            text.push_str("\n\n");
            if diagnostic.severity != Severity::Advice {
                *before = 0; // all of them are shown: none is left to be counted
            }
        }
    }
    if shown == Shown::FirstOfEachCode {
        text.push_str(&more(&seen));
    }
    if !report.diagnostics.is_empty() && shown != Shown::Errors {
        text.push_str(&report.summary());
        text.push('\n');
    }
    text
}

/// How many of each code were left out. Empty if none was.
fn more(seen: &BTreeMap<&str, usize>) -> String {
    let left = seen.iter().filter(|(_, count)| **count > FIRST);
    let left = left.map(|(code, count)| format!("{} of {code}", count - FIRST));
    let left: Vec<String> = left.collect();
    if left.is_empty() {
        return String::new();
    }
    format!("and {} more; `--all` shows each\n\n", left.join(", "))
}

/// Names in a line: the first few and how many more, or `all` of them.
pub fn names(names: &[&str], all: bool) -> String {
    let (shown, more) = first(names, all);
    let shown = shown.join(", ");
    match more {
        0 => shown,
        more => format!("{shown} and {more} more (`--all` names each)"),
    }
}

/// Of a list, what is shown and how many more there are: the first few, or `all`.
pub fn first<T>(list: &[T], all: bool) -> (&[T], usize) {
    match list.len().saturating_sub(FIRST) {
        more if all || more < 2 => (list, 0), // one more name is as short as its number
        more => (&list[..FIRST], more),
    }
}

fn groups(report: &Report, diagnostic: &Diagnostic) -> Vec<Group<'static>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Advice => Level::INFO.with_name("advice"),
    };
    let title = level
        .primary_title(visible(&diagnostic.message))
        .id(diagnostic.code);
    let label = diagnostic.label.as_deref();
    let mut groups = vec![placed(
        Group::with_title(title),
        report,
        &diagnostic.place,
        label,
    )];
    for (place, why) in &diagnostic.related {
        let title = Level::NOTE.secondary_title(visible(why));
        groups.push(placed(Group::with_title(title), report, place, None));
    }
    if let Some(help) = &diagnostic.help {
        groups.push(Group::with_title(
            Level::HELP.secondary_title(visible(help)),
        ));
    }
    groups
}

/// Adds the place, and the line that stands there.
fn placed(
    group: Group<'static>,
    report: &Report,
    place: &Place,
    label: Option<&str>,
) -> Group<'static> {
    let origin = Origin::path(visible(&place.file));
    if !report.texts.contains_key(&place.file) {
        return group.element(origin);
    }
    let at = report.position(place);
    let Some(text) = report.excerpt(place) else {
        return group.element(origin.line(at.line).char_column(at.column));
    };
    let line = ShownLine::at(text, place.start..place.end);
    let mut mark = AnnotationKind::Primary.span(line.marked);
    if let Some(label) = label {
        mark = mark.label(visible(label));
    }
    let snippet = Snippet::source(line.text).path(visible(&place.file));
    group.element(snippet.line_start(at.line).annotation(mark))
}

/// The most bytes of a line that are drawn from its marks on; the terminal's width cuts the rest.
const DRAWN_BYTES_MAX: usize = 100_000;

/// The line that a place begins in, harmless to print, character for character.
struct ShownLine {
    text: String,
    marked: Range<usize>,
}

impl ShownLine {
    fn at(text: &str, place: Range<usize>) -> Self {
        let start = text.floor_char_boundary(place.start);
        let from = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let to = text[start..]
            .find('\n')
            .map_or(text.len(), |length| start + length);
        let to = text.floor_char_boundary(to.min(start + DRAWN_BYTES_MAX));
        let end = text.ceil_char_boundary(place.end).clamp(start, to);
        // The whole line at once: marks may stand within a key.
        let shown = harmless(&text[from..to]);
        let place_of = |at: usize| {
            let before = text[from..at].chars().count();
            shown
                .char_indices()
                .nth(before)
                .map_or(shown.len(), |(place, _)| place)
        };
        let marked = place_of(start)..place_of(end);
        let length = shown.trim_end().len().max(marked.end);
        Self {
            text: shown[..length].to_owned(),
            marked,
        }
    }
}

/// The same text with one visible character for each that must not be printed, so that columns stay.
fn harmless(text: &str) -> String {
    let text = without_secrets(text);
    let shown = |c: char| match c {
        '\t' => ' ',
        c if is_spelled_out(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(text: &str, marked: &str) -> Report {
        let start = text.find(marked).unwrap_or(0);
        let mut report = Report::default();
        report
            .texts
            .insert("people/ari/person.toml".into(), text.into());
        report.diagnostics.push(Diagnostic {
            code: "E021",
            severity: Severity::Error,
            message: "`dana-k` is nobody in people/".into(),
            place: Place {
                file: "people/ari/person.toml".into(),
                start,
                end: start + marked.len(),
            },
            label: None,
            related: Vec::new(),
            help: Some("did you mean `dana-kim`?".into()),
        });
        report
    }

    fn plain(report: &Report) -> String {
        anstream::adapter::strip_str(&drawn(report)).to_string()
    }

    #[test]
    fn a_complaint_shows_its_code_place_line_marks_and_help() {
        let shown = plain(&report("name = \"é\"\nby = \"dana-k\"\n", "\"dana-k\""));
        let expected = "\
error[E021]: `dana-k` is nobody in people/
 --> people/ari/person.toml:2:6
  |
2 | by = \"dana-k\"
  |      ^^^^^^^^
  |
help: did you mean `dana-kim`?

1 error
";
        assert_eq!(shown, expected);
    }

    #[test]
    fn nothing_in_the_tree_can_write_to_the_terminal() {
        let mut report = report("by = \"\u{1b}[2J\u{202e}x\u{7}\"", "x");
        report.diagnostics[0].message = "\u{1b}]0;owned\u{7}\n\u{9b}31m".into();
        let shown = plain(&report);
        let harmless = |c: char| c == '\n' || !is_spelled_out(c);
        assert!(shown.chars().all(harmless), "{shown:?}");
        assert!(shown.contains("by = \"�[2J�x�\""), "{shown}");
        assert!(shown.contains("\\u{1b}]0;owned"), "{shown}");
    }

    #[test]
    fn a_very_long_line_is_cut_around_its_marks() {
        let long = "ä".repeat(5_000);
        let shown = plain(&report(&format!("{long}MARK{long}"), "MARK"));
        assert!(shown.contains(":1:5001"), "{shown}");
        assert!(
            shown.lines().all(|line| line.chars().count() < 150),
            "{shown}"
        );
    }

    #[test]
    fn places_beyond_their_text_are_drawn_without_a_panic() {
        let mut report = report("é", "é");
        for place in [0..0, 1..1, 0..99, 50..99, 1..2] {
            report.diagnostics[0].place.start = place.start;
            report.diagnostics[0].place.end = place.end;
            assert!(plain(&report).contains("E021"));
        }
    }

    #[test]
    fn advice_of_one_code_is_shown_three_times_and_then_counted_and_errors_always() {
        let mut report = report("by = 1", "1");
        let error = report.diagnostics[0].clone();
        let advice = Diagnostic {
            code: "G012",
            severity: Severity::Advice,
            ..error.clone()
        };
        report.diagnostics = [vec![error; 5], vec![advice; 8]].concat();
        let said = |shown| anstream::adapter::strip_str(&drawn_as(&report, shown)).to_string();
        let counts =
            |text: &str| ["error[E021]", "advice[G012]"].map(|of| text.matches(of).count());
        let grouped = said(Shown::FirstOfEachCode);
        assert_eq!(counts(&grouped), [5, 3]);
        assert!(grouped.contains("and 5 of G012 more; `--all` shows each\n"));
        assert!(grouped.ends_with("5 errors, 8 advice\n"));
        assert_eq!(counts(&said(Shown::Each)), [5, 8]);
        assert!(!said(Shown::Each).contains("more"));
        let quiet = said(Shown::Errors);
        assert_eq!(counts(&quiet), [5, 0]);
        assert!(!quiet.contains("advice"));
    }

    #[test]
    fn of_many_names_the_first_three_are_shown_and_how_many_more() {
        let many = ["a", "b", "c", "d", "e"];
        assert_eq!(
            names(&many, false),
            "a, b, c and 2 more (`--all` names each)"
        );
        assert_eq!(names(&many, true), "a, b, c, d, e");
        assert_eq!(names(&many[..4], false), "a, b, c, d");
    }

    #[test]
    fn the_summary_counts_in_words() {
        let mut report = report("", "");
        assert_eq!(report.summary(), "1 error");
        report.diagnostics.push(report.diagnostics[0].clone());
        assert_eq!(report.summary(), "2 errors");
        assert_eq!(Report::default().summary(), "no complaints");
    }
}
