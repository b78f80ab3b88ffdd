//! What went wrong in the tree, where, and what would help. Drawn only by the commands.

mod hidden;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

pub use hidden::Private;
use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The tree cannot be built; the site is not as signed.
    Error,
    /// A person should look at it.
    Warning,
    /// Guidance of the practice.
    Advice,
}

/// Bytes `start..end` of one file. The path is relative to the organisation, with `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Relative to the organisation, with `/`.
    pub file: Arc<str>,
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Place {
    /// The beginning of a file, where nothing more precise is known.
    pub fn file(path: impl Into<Arc<str>>) -> Self {
        Self {
            file: path.into(),
            start: 0,
            end: 0,
        }
    }
}

/// One complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// `E021`, `W003`, `G014`; explained by `check --explain`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// Lower-case, no full stop.
    pub message: String,
    /// Where it is.
    pub place: Place,
    /// What stands under the marks.
    pub label: Option<String>,
    /// A second place that matters, with what it has to do with it.
    pub related: Vec<(Place, String)>,
    /// What would help.
    pub help: Option<String>,
}

/// Lines and columns of a place, counted from 1, columns in characters; the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The first line, from 1.
    pub line: usize,
    /// The first column in characters, from 1.
    pub column: usize,
    /// The last line, from 1.
    pub end_line: usize,
    /// The column after the last, in characters, from 1.
    pub end_column: usize,
}

impl Position {
    /// Where bytes `start..end` of a text stand. What lies beyond the text stands at its end.
    pub fn of(text: &str, start: usize, end: usize) -> Self {
        let (line, column) = line_and_column(text, start);
        let (end_line, end_column) = line_and_column(text, end.max(start));
        Self {
            line,
            column,
            end_line,
            end_column,
        }
    }

    /// The beginning of a file.
    pub const START: Self = Self {
        line: 1,
        column: 1,
        end_line: 1,
        end_column: 1,
    };
}

pub(crate) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

/// All complaints of a run, with the texts they point into.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// By place.
    pub diagnostics: Vec<Diagnostic>,
    /// Texts of the files that diagnostics name, by relative path; unreadable files are absent.
    /// They tell lines and columns; what may be shown of them, [`Report::excerpt`] says.
    pub texts: BTreeMap<Arc<str>, Arc<str>>,
    /// Those of which no line may be shown: they were sealed, or lie outside of the tree.
    pub(crate) private: BTreeSet<Arc<str>>,
    /// Where the relative paths start.
    pub root: PathBuf,
}

impl Report {
    /// The diagnostics in order, with those of the texts that they point into.
    pub fn new(
        diagnostics: Vec<Diagnostic>,
        texts: &BTreeMap<Arc<str>, Arc<str>>,
        root: PathBuf,
    ) -> Self {
        let related = diagnostics.iter().flat_map(|d| &d.related);
        let related = related.map(|(place, _)| &place.file);
        let named = diagnostics.iter().map(|d| &d.place.file).chain(related);
        let with_text = |file: &Arc<str>| Some((file.clone(), texts.get(file)?.clone()));
        let mut report = Self {
            texts: named.filter_map(with_text).collect(),
            private: BTreeSet::new(),
            diagnostics,
            root,
        };
        report.sort();
        report
    }

    /// This report and another about the same tree.
    pub fn and(mut self, other: &Self) -> Self {
        self.diagnostics.extend(other.diagnostics.iter().cloned());
        self.texts.extend(other.texts.clone());
        self.private.extend(other.private.iter().cloned());
        self.sort();
        self
    }

    /// The diagnostics about the files that are asked for, and all others.
    pub fn split(self, asked_for: impl Fn(&str) -> bool) -> (Self, Self) {
        let mut rest = self.clone();
        let mut asked = self;
        asked.diagnostics.retain(|d| asked_for(&d.place.file));
        rest.diagnostics.retain(|d| !asked_for(&d.place.file));
        (asked, rest)
    }

    /// How many diagnostics have that severity.
    pub fn count(&self, severity: Severity) -> usize {
        let with = |d: &&Diagnostic| d.severity == severity;
        self.diagnostics.iter().filter(with).count()
    }

    /// The counts in words: `3 errors, 1 warning`.
    pub fn summary(&self) -> String {
        let counts = [
            (Severity::Error, "error"),
            (Severity::Warning, "warning"),
            (Severity::Advice, "advice"),
        ];
        let counts = counts.map(|(severity, word)| (self.count(severity), word));
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let words = counts.map(|(count, word)| match (count, word) {
            (1, _) | (_, "advice") => format!("{count} {word}"),
            _ => format!("{count} {word}s"),
        });
        let words: Vec<String> = words.collect();
        if words.is_empty() {
            "no complaints".into()
        } else {
            words.join(", ")
        }
    }

    /// Whether the tree cannot be built.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// The text that a place's lines may be shown from. `None` if it is private, not at hand, or the place is the whole file.
    pub fn excerpt(&self, place: &Place) -> Option<&Arc<str>> {
        let is_shown = place.end > 0 && !self.private.contains(&place.file);
        self.texts.get(&place.file).filter(|_| is_shown)
    }

    /// Lines and columns of a place; the beginning of the file where its text is not at hand.
    pub fn position(&self, place: &Place) -> Position {
        let text = self.texts.get(&place.file);
        text.map_or(Position::START, |text| {
            Position::of(text, place.start, place.end)
        })
    }

    /// By file, then place, then code.
    fn sort(&mut self) {
        self.diagnostics
            .sort_by(|a, b| (&a.place, a.code, &a.message).cmp(&(&b.place, b.code, &b.message)));
        self.diagnostics.dedup();
    }
}

/// How alike two words must be for one to be offered for the other: 1 is equal.
const LIKE_ENOUGH: f64 = 0.8;

/// Longer words are no misspelling of anything, and likeness is quadratic in length.
const MISSPELT_MAX_BYTES: usize = 100;

/// "did you mean …", where one of the known words is near.
pub fn did_you_mean<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<String> {
    nearest(word, known).map(|near| format!("did you mean `{near}`?"))
}

/// The known word that is nearest, where one is near: alike from its beginning, or one slip away.
pub fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    if word.len() > MISSPELT_MAX_BYTES {
        return None;
    }
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|known| (likeness(&word, &known.to_lowercase()), known))
        .filter(|(like, _)| *like >= LIKE_ENOUGH)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

fn likeness(word: &str, known: &str) -> f64 {
    let like = strsim::jaro_winkler(word, known);
    let one_slip = word.chars().count() > 1 && strsim::osa_distance(word, known) == 1;
    if one_slip {
        like.max(LIKE_ENOUGH)
    } else {
        like
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_characters_and_places_beyond_the_end_stand_at_it() {
        let text = "ä = 1\nbé = 2\n";
        let at = Position::of(text, text.find("2").unwrap_or(0), 999);
        assert_eq!((at.line, at.column), (2, 6));
        assert_eq!((at.end_line, at.end_column), (3, 1));
        assert_eq!(Position::of("", 5, 2), Position::START);
    }
}
