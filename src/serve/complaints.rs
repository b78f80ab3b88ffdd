//! What is wrong, as the page in the browser shows it.

use serde::Serialize;

use crate::ground::diag::{Diagnostic, Place, Report, Severity};
use crate::ground::visible::{visible, visible_lines};

use super::{Refreshed, Trouble};

/// More complaints than this are counted, not shown.
const SHOWN_MAX: usize = 100;

/// Most bytes of a line that are shown before, in and behind the marks, each.
const PART_MAX_BYTES: usize = 400;

/// Everything that a page can show of a broken tree. All texts are as somebody wrote them: the page treats them as text.
#[derive(Debug, Serialize)]
pub struct Complaints {
    /// `2 errors, 1 warning`.
    summary: String,
    trouble: Option<ShownTrouble>,
    /// Errors first.
    diagnostics: Vec<ShownDiagnostic>,
    /// How many diagnostics are not among these.
    more: usize,
}

#[derive(Debug, Serialize)]
struct ShownTrouble {
    message: String,
    causes: Vec<String>,
    help: Option<String>,
}

#[derive(Debug, Serialize)]
struct ShownDiagnostic {
    code: &'static str,
    severity: &'static str,
    message: String,
    place: ShownPlace,
    label: Option<String>,
    related: Vec<Related>,
    help: Option<String>,
}

#[derive(Debug, Serialize)]
struct Related {
    why: String,
    place: ShownPlace,
}

/// A place, and the line that stands there.
#[derive(Debug, Serialize)]
struct ShownPlace {
    file: String,
    /// From 1.
    line: usize,
    /// From 1, in characters.
    column: usize,
    /// `None` if the place is the whole file, or nothing of the file may be shown.
    text: Option<MarkedLine>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct MarkedLine {
    before: String,
    marked: String,
    after: String,
}

impl Complaints {
    /// What a refresh complains of; nothing where the site could be made.
    pub fn of(refreshed: &Refreshed) -> Option<Self> {
        if !refreshed.is_broken() {
            return None;
        }
        let report = &refreshed.report;
        let mut worst_first: Vec<&Diagnostic> = report.diagnostics.iter().collect();
        worst_first.sort_by_key(|diagnostic| diagnostic.severity);
        Some(Self {
            summary: report.summary(),
            trouble: refreshed.trouble.as_ref().map(trouble),
            more: worst_first.len().saturating_sub(SHOWN_MAX),
            diagnostics: worst_first
                .into_iter()
                .take(SHOWN_MAX)
                .map(|one| diagnostic(report, one))
                .collect(),
        })
    }
}

fn trouble(trouble: &Trouble) -> ShownTrouble {
    ShownTrouble {
        // Its lines are those of a report, with places in them.
        message: visible_lines(&trouble.message),
        causes: trouble
            .causes
            .iter()
            .map(|cause| visible_lines(cause))
            .collect(),
        help: trouble.help.as_deref().map(visible),
    }
}

fn diagnostic(report: &Report, diagnostic: &Diagnostic) -> ShownDiagnostic {
    let related = |(place, why): &(Place, String)| Related {
        why: visible(why),
        place: shown(report, place),
    };
    ShownDiagnostic {
        code: diagnostic.code,
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice => "advice",
        },
        message: visible(&diagnostic.message),
        place: shown(report, &diagnostic.place),
        label: diagnostic.label.as_deref().map(visible),
        related: diagnostic.related.iter().map(related).collect(),
        help: diagnostic.help.as_deref().map(visible),
    }
}

fn shown(report: &Report, place: &Place) -> ShownPlace {
    let at = report.position(place);
    let text = report.excerpt(place);
    ShownPlace {
        file: visible(&place.file),
        line: at.line,
        column: at.column,
        text: text.map(|text| MarkedLine::at(text, place.start, place.end)),
    }
}

impl MarkedLine {
    /// The line that bytes `start..end` begin in, cut around them.
    fn at(text: &str, start: usize, end: usize) -> Self {
        let start = text.floor_char_boundary(start);
        let begin = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..]
            .find('\n')
            .map_or(text.len(), |length| start + length);
        let end = text.ceil_char_boundary(end).clamp(start, line_end);
        let from = text.ceil_char_boundary(begin.max(start.saturating_sub(PART_MAX_BYTES)));
        let marked_to = text.floor_char_boundary(end.min(start + PART_MAX_BYTES));
        let to = text.floor_char_boundary(line_end.min(end + PART_MAX_BYTES));
        Self {
            before: visible(&text[from.min(start)..start]),
            marked: visible(&text[start..marked_to]),
            after: visible(text[end..to].trim_end()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, start: usize, end: usize) -> [String; 3] {
        let line = MarkedLine::at(text, start, end);
        [line.before, line.marked, line.after]
    }

    #[test]
    fn a_line_is_shown_with_its_marks() {
        let text = "one\nby = \"é-k\" # x\r\nthree";
        let start = text.find('"').unwrap();
        assert_eq!(marked(text, start, start + 6), ["by = ", "\"é-k\"", " # x"]);
        assert_eq!(marked("", 5, 9), ["", "", ""]);
        assert_eq!(marked("é", 1, 1), ["", "é", ""]);
        assert_eq!(marked("a\nb", 0, 3), ["", "a", ""]);
    }

    #[test]
    fn what_would_turn_the_line_around_is_spelled_out_and_a_long_line_is_cut() {
        assert_eq!(marked("a\u{202e}b", 0, 1)[2], "\\u{202e}b");
        let long = "ä".repeat(5_000);
        let [before, marked, after] = marked(&format!("{long}M{long}"), 10_000, 10_001);
        assert!(before.len() <= PART_MAX_BYTES && marked == "M" && after.len() <= PART_MAX_BYTES);
    }
}
