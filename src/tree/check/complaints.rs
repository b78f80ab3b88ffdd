//! Where all mistakes of a run are gathered.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::codes::{self, Rule};
pub(super) use crate::ground::diag::did_you_mean;
use crate::ground::diag::{Diagnostic, Place, Severity};
use crate::tree::source::SEALED_ENDING;

/// The most complaints that one file gets.
const PER_FILE_MAX: usize = 500;

/// The complaints so far. Shared by everything that checks, so that a value can be read in the middle of
/// an expression and still be complained about.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    gathered: RefCell<Gathered>,
}

#[derive(Debug, Default)]
struct Gathered {
    diagnostics: Vec<Diagnostic>,
    per_file: BTreeMap<Arc<str>, usize>,
    unsound: BTreeSet<Arc<str>>,
    /// Files that could not be read as a whole, as others found.
    known_unsound: Arc<BTreeSet<Arc<str>>>,
}

impl Complaints {
    /// None yet, where others have found that these files cannot be read as a whole.
    pub fn besides(known_unsound: Arc<BTreeSet<Arc<str>>>) -> Self {
        let gathered = Gathered {
            known_unsound,
            ..Gathered::default()
        };
        Self {
            gathered: RefCell::new(gathered),
        }
    }

    /// The files that could not be read as a whole.
    pub fn unsound(&self) -> BTreeSet<Arc<str>> {
        self.gathered.borrow().unsound.clone()
    }

    /// Begins a complaint; it counts once the returned value is dropped.
    pub fn about(&self, rule: Rule, place: Place, message: impl Into<String>) -> Complaint<'_> {
        Complaint {
            complaints: self,
            diagnostic: Some(Diagnostic {
                code: rule.code,
                severity: rule.severity,
                message: message.into(),
                place,
                label: None,
                related: Vec::new(),
                help: None,
            }),
        }
    }

    /// Everything gathered, without what was said of values that are not TOML anyway.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        let mut diagnostics = self.gathered.into_inner().diagnostics;
        let is_syntax = |diagnostic: &Diagnostic| diagnostic.code == codes::TOML_SYNTAX.code;
        let syntax: Vec<Place> = diagnostics
            .iter()
            .filter(|diagnostic| is_syntax(diagnostic))
            .map(|diagnostic| diagnostic.place.clone())
            .collect();
        let meant = |place: &Place| syntax.iter().any(|error| overlap(error, place));
        diagnostics.retain(|diagnostic| is_syntax(diagnostic) || !meant(&diagnostic.place));
        diagnostics
    }

    /// Whether a file could be read as a whole. What is missing from one that could not may well be in
    /// the part that was not understood, so nobody should be told that it does not exist.
    pub fn is_sound(&self, path: &str) -> bool {
        let gathered = self.gathered.borrow();
        !gathered.unsound.contains(path) && !gathered.known_unsound.contains(path)
    }

    fn add(&self, diagnostic: Diagnostic) {
        let mut gathered = self.gathered.borrow_mut();
        if hides_content(&diagnostic) {
            let file = &diagnostic.place.file;
            let opened = file.strip_suffix(SEALED_ENDING).unwrap_or(file);
            gathered.unsound.insert(opened.into());
        }
        let file = diagnostic.place.file.clone();
        let count = gathered.per_file.entry(file.clone()).or_default();
        *count += 1;
        if *count <= PER_FILE_MAX {
            gathered.diagnostics.push(diagnostic);
        } else if *count == PER_FILE_MAX + 1 {
            gathered.diagnostics.push(too_many(file));
        }
    }
}

/// Whether a complaint says that what stands in the file is not known, or not all of it.
fn hides_content(diagnostic: &Diagnostic) -> bool {
    let is_error = diagnostic.severity == Severity::Error;
    diagnostic.code == codes::SEALED.code || is_error && diagnostic.code <= codes::TOML_SYNTAX.code
}

fn overlap(a: &Place, b: &Place) -> bool {
    a.file == b.file && a.start < b.end && b.start < a.end
}

fn too_many(file: Arc<str>) -> Diagnostic {
    Diagnostic {
        code: codes::TOO_MANY.code,
        severity: codes::TOO_MANY.severity,
        message: format!(
            "more than {PER_FILE_MAX} complaints about this file; the rest is not listed"
        ),
        place: Place::file(file),
        label: None,
        related: Vec::new(),
        help: None,
    }
}

/// A complaint being worded.
pub(super) struct Complaint<'c> {
    complaints: &'c Complaints,
    diagnostic: Option<Diagnostic>,
}

impl Complaint<'_> {
    /// Says what would help.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(diagnostic) = &mut self.diagnostic {
            diagnostic.help = Some(help.into());
        }
        self
    }

    /// Says what would help, where something does.
    pub fn maybe_help(self, help: Option<String>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// Shows a second place.
    pub fn related(mut self, place: Place, why: impl Into<String>) -> Self {
        if let Some(diagnostic) = &mut self.diagnostic {
            diagnostic.related.push((place, why.into()));
        }
        self
    }
}

impl Drop for Complaint<'_> {
    fn drop(&mut self) {
        if let Some(diagnostic) = self.diagnostic.take() {
            self.complaints.add(diagnostic);
        }
    }
}
