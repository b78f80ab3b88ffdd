//! Where the tree's parts lie, and whom it can be sealed to, as `[sources]` says.

use toml_edit::{DocumentMut, Item};

/// `[sources]` of `gradus.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// The directory of people, relative to the organisation.
    pub people: String,
    /// The directory of what is internal to management, likewise.
    pub management: String,
    /// The public keys of who builds; what is sealed to them can come back into the tree.
    pub recipients: Vec<String>,
}

impl Sources {
    /// Reads the table; what is wrong with it, `check` says.
    pub fn of(gradus_toml: &str) -> Self {
        let document: DocumentMut = gradus_toml.parse().unwrap_or_default();
        let sources = document.get("sources").and_then(Item::as_table_like);
        let text = |key: &str| {
            let text = sources?.get(key)?.as_str()?;
            Some(text.trim_end_matches('/').to_owned())
        };
        let recipients = sources.and_then(|table| table.get("recipients")?.as_array());
        let recipients = recipients.into_iter().flatten();
        Self {
            people: text("people").unwrap_or_else(|| "people".into()),
            management: text("management").unwrap_or_else(|| "management".into()),
            recipients: recipients
                .filter_map(|key| key.as_str().map(str::to_owned))
                .collect(),
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
