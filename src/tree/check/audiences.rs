//! What the plan of audiences shows: lines that widen, and texts that nobody reads.

use super::codes::{NO_READERS, WIDENED};
use crate::domain::model::{CycleId, PersonId, QuestionId};
use crate::ground::diag::{Diagnostic, Place};
use crate::tree::source::Source;

/// The key that names readers.
const READERS: &str = "readers";

/// The file that holds the organisation's questions.
const SETTINGS: &str = "gradus.toml";

/// The most people that a message names one by one.
const NAMED_MAX: usize = 4;

/// People whom a message names: all of them, or the first and how many more.
pub struct Gained<'a> {
    people: Box<dyn Iterator<Item = &'a PersonId> + 'a>,
    count: usize,
}

impl<'a> Gained<'a> {
    /// So many people.
    pub fn new(people: impl Iterator<Item = &'a PersonId> + 'a, count: usize) -> Self {
        let people = Box::new(people);
        Self { people, count }
    }
}

/// Warns that a `readers` line lets more people read `what`, which stands in the file of that path.
pub fn widened(source: &Source, path: &str, what: &str, gained: Gained) -> Diagnostic {
    let message = format!("{what} is read by {} beyond the default", named(gained));
    let place = line_of(source, &source.shown(path), READERS, 0);
    WIDENED.said(place, message, None)
}

/// Warns that the answers to a question are read by more people than the files they stand in. The question is
/// that of the cycle's file, or the organisation's where the cycle asks none of its own.
pub fn question_widened(
    source: &Source,
    cycle: &CycleId,
    question: &QuestionId,
    gained: Gained,
) -> Diagnostic {
    let asked = format!("id = \"{question}\"");
    let of_cycle = source.shown(&format!("cycles/{cycle}.toml"));
    let text = |path: &str| source.texts.get(path).and_then(|text| text.find(&asked));
    let (path, from) = match text(&of_cycle) {
        Some(at) => (of_cycle.as_str(), at),
        None => (SETTINGS, text(SETTINGS).unwrap_or(0)),
    };
    let message = format!(
        "answers to `{question}` are read by {} beyond the default",
        named(gained)
    );
    let place = line_of(source, path, READERS, from);
    WIDENED.said(place, message, None)
}

fn named(gained: Gained) -> String {
    let Gained { people, count } = gained;
    let shown = if count > NAMED_MAX + 1 {
        NAMED_MAX
    } else {
        count
    };
    let names: Vec<String> = people.take(shown).map(|id| format!("`{id}`")).collect();
    match count - shown {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// Warns that nobody can read `what`, which stands in the file of that path.
pub fn unread(source: &Source, path: &str, what: &str) -> Diagnostic {
    let message = format!("nobody may read {what}");
    NO_READERS.said(Place::file(source.shown(path)), message, None)
}

/// Where a key stands first in a file from a byte on; the file's beginning where it is not.
fn line_of(source: &Source, path: &str, key: &str, from: usize) -> Place {
    let begins = |line: &str| {
        line.trim_start()
            .strip_prefix(key)
            .is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let Some((path, text)) = source.texts.get_key_value(path) else {
        return Place::file(path);
    };
    let mut start = from;
    for line in text[from..].split_inclusive('\n') {
        if begins(line) {
            let indent = line.len() - line.trim_start().len();
            return Place {
                file: path.clone(),
                start: start + indent,
                end: start + line.trim_end().len(),
            };
        }
        start += line.len();
    }
    Place::file(path.clone())
}
