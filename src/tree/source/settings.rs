//! What must be known of a tree before it is checked: where its parts lie, and which rubrics its cycles pin. What is
//! wrong with these settings, `check` says.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::written::Toml;

/// `[sources]` of `gradus.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// The directory of people, relative to the organisation.
    pub people: String,
    /// The directory of what is internal to management, likewise.
    pub management: String,
    /// The public keys of who builds; what is sealed to them can come back into the tree.
    pub recipients: Vec<String>,
    /// Where `people` and `management` are named, in bytes. `None` for what lies in its usual place.
    pub(super) named_at: [Option<Range<usize>>; 2],
}

impl Sources {
    /// Reads the table.
    pub fn of(gradus_toml: &str) -> Self {
        let toml = Toml::parse(gradus_toml);
        let table = toml
            .root
            .get("sources")
            .and_then(|table| table.get_ref().as_table());
        let empty = DeTable::new();
        let table = table.unwrap_or(&empty);
        let path = |key: &str| {
            let value = table.get(key)?;
            let path = value.get_ref().as_str()?;
            Some((path.trim_end_matches('/').to_owned(), value.span()))
        };
        let [people, management] = ["people", "management"].map(|key| match path(key) {
            Some((path, span)) => (path, Some(span)),
            None => (key.to_owned(), None),
        });
        let recipients = table.get("recipients").map(|list| list.get_ref());
        let recipients = recipients.and_then(DeValue::as_array).into_iter().flatten();
        let recipients = recipients.filter_map(|key| key.get_ref().as_str());
        Self {
            people: people.0,
            management: management.0,
            recipients: recipients.map(str::to_owned).collect(),
            named_at: [people.1, management.1],
        }
    }

    /// Where a path of the usual layout lies, relative to the organisation.
    pub fn place(&self, path: &str) -> String {
        let areas = [("people/", &self.people), ("management/", &self.management)];
        let moved = areas.iter().find_map(|(usual, declared)| {
            let rest = path.strip_prefix(usual)?;
            Some(format!("{declared}/{rest}"))
        });
        moved.unwrap_or_else(|| path.to_owned())
    }
}

/// The `rubric` of a cycle as written.
pub fn pin(cycle_toml: &str) -> Option<String> {
    let toml = Toml::parse(cycle_toml);
    let value = toml.root.get("rubric")?.get_ref().as_str()?;
    Some(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_may_lie_elsewhere() {
        let toml = "name = \"x\"\n[sources]\npeople = \"../people/\"\nrecipients = [\"age1a\"]\n";
        let sources = Sources::of(toml);
        assert_eq!(
            sources.place("people/ada/log.toml"),
            "../people/ada/log.toml"
        );
        assert_eq!(
            sources.place("management/notes/ada.md"),
            "management/notes/ada.md"
        );
        assert_eq!(sources.place("cycles/a.toml"), "cycles/a.toml");
        assert_eq!(sources.recipients, ["age1a"]);
    }
}
