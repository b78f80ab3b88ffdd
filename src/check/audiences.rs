//! What the plan of audiences shows: lines that widen, and texts that nobody reads.

use super::codes::{NO_READERS, Rule, WIDENED};
use crate::diag::{Diagnostic, Place, Report};
use crate::model::PersonId;

/// The key that names readers.
const READERS: &str = "readers";

/// Warns that a `readers` line lets more people read `what`, which stands in the file of that path.
pub fn widened(report: &mut Report, path: &str, what: &str, gained: &[PersonId]) {
    let names: Vec<String> = gained.iter().map(|id| format!("`{id}`")).collect();
    let message = format!("{what} is read by {} beyond the default", names.join(", "));
    let place = line_of(report, path, READERS);
    add(report, WIDENED, place, message);
}

/// Warns that nobody can read `what`, which stands in the file of that path.
pub fn unread(report: &mut Report, path: &str, what: &str) {
    let message = format!("nobody may read {what}");
    add(report, NO_READERS, Place::file(path), message);
}

fn add(report: &mut Report, rule: Rule, place: Place, message: String) {
    report.diagnostics.push(Diagnostic {
        code: rule.code,
        severity: rule.severity,
        message,
        place,
        label: None,
        related: Vec::new(),
        help: None,
    });
}

/// Where a key stands first in a file; its beginning where the key is not in it, because a question set it.
fn line_of(report: &Report, path: &str, key: &str) -> Place {
    let begins = |line: &str| {
        line.trim_start()
            .strip_prefix(key)
            .is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let Some(text) = report.texts.get(path) else {
        return Place::file(path);
    };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if begins(line) {
            let indent = line.len() - line.trim_start().len();
            return Place {
                file: path.into(),
                start: start + indent,
                end: start + line.trim_end().len(),
            };
        }
        start += line.len();
    }
    Place::file(path)
}
