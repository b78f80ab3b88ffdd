//! What an `expectations.toml` holds that stays fixed once it is agreed, read from a version that git keeps.
//!
//! Versions of the past are nobody's to mend: what cannot be understood is passed over without a word.

use toml::de::{DeTable, DeValue};

use super::written::Toml;
use crate::domain::model::Date;

/// One version of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AsWritten {
    /// The file's own.
    pub agreed: Option<Date>,
    /// What `readers` held, whatever that was.
    pub readers: Option<String>,
    /// In the order of the file.
    pub expectations: Vec<Worded>,
}

/// One expectation of a version.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Worded {
    /// As written, valid or not.
    pub id: String,
    /// As written.
    pub text: String,
    /// `None` if the version has none.
    pub measure: Option<String>,
    /// Where it differs from the file's.
    pub agreed: Option<Date>,
}

impl AsWritten {
    /// What a text holds; nothing where it is not TOML.
    pub fn read(text: &str) -> Option<Self> {
        let toml = Toml::parse(text);
        if !toml.errors.is_empty() {
            return None;
        }
        let root = &toml.root;
        let list = root
            .get("expectation")
            .and_then(|value| value.get_ref().as_array());
        let tables = list
            .into_iter()
            .flatten()
            .filter_map(|value| value.get_ref().as_table());
        Some(Self {
            agreed: date(root, "agreed"),
            readers: readers_of(root),
            expectations: tables.filter_map(worded).collect(),
        })
    }

    /// When an expectation of this version was agreed, as it says; nothing where that is a draft.
    pub fn agreed_of(&self, expectation: &Worded) -> Option<Date> {
        expectation.agreed.or(self.agreed)
    }

    /// The expectation of that id, where it is agreed.
    pub fn agreed_one(&self, id: &str) -> Option<(&Worded, Date)> {
        let one = self.expectations.iter().find(|one| one.id == id)?;
        Some((one, self.agreed_of(one)?))
    }
}

/// What `readers` holds in a file.
pub fn readers_of(root: &DeTable<'_>) -> Option<String> {
    root.get("readers").map(|value| shown(value.get_ref()))
}

fn worded(table: &DeTable<'_>) -> Option<Worded> {
    let text = |key: &str| Some(table.get(key)?.get_ref().as_str()?.to_owned());
    Some(Worded {
        id: text("id")?,
        text: text("text")?,
        measure: text("measure"),
        agreed: date(table, "agreed"),
    })
}

fn date(table: &DeTable<'_>, key: &str) -> Option<Date> {
    let date = table.get(key)?.get_ref().as_datetime()?.date?;
    Date::from_ymd_opt(i32::from(date.year), date.month.into(), date.day.into())
}

/// The words of a value, in an order that does not depend on how it was laid out.
fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Array(values) => {
            let mut words: Vec<String> = values.iter().map(|v| shown(v.get_ref())).collect();
            words.sort();
            words.join(" ")
        }
        other => format!("{other:?}"),
    }
}
