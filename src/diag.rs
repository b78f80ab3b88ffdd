//! What went wrong in the tree, where, and what would help. Drawn only by the commands.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The tree cannot be built.
    Error,
    /// The tree can be built; a person should look.
    Warning,
    /// Guidance of the practice.
    Advice,
}

/// Bytes `start..end` of one file. The path is relative to the organisation, with `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub file: Arc<str>,
    pub start: usize,
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
    pub severity: Severity,
    /// Lower-case, no full stop.
    pub message: String,
    pub place: Place,
    /// What stands under the marks.
    pub label: Option<String>,
    /// A second place that matters, with what it has to do with it.
    pub related: Vec<(Place, String)>,
    /// What would help.
    pub help: Option<String>,
}

/// All complaints of a run, with the texts they point into.
#[derive(Debug, Clone, Default)]
pub struct Report {
    pub diagnostics: Vec<Diagnostic>,
    /// Texts of the files that diagnostics name, by relative path; unreadable files are absent.
    pub texts: BTreeMap<Arc<str>, Arc<str>>,
    /// Where the relative paths start.
    pub root: PathBuf,
}

impl Report {
    /// How many diagnostics have that severity.
    pub fn count(&self, severity: Severity) -> usize {
        let with = |d: &&Diagnostic| d.severity == severity;
        self.diagnostics.iter().filter(with).count()
    }

    /// Whether the tree cannot be built.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// By file, then place, then code.
    pub fn sort(&mut self) {
        self.diagnostics
            .sort_by(|a, b| (&a.place, a.code, &a.message).cmp(&(&b.place, b.code, &b.message)));
        self.diagnostics.dedup();
    }
}
