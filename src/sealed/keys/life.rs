//! The end of a reader's key, in the text of the file that names it; comments and order stay.

use toml_edit::{Array, Date as TomlDate, Datetime, DocumentMut, InlineTable, Item, Value};

use chrono::Datelike;

use super::{KeysError, lines, names_recipient};
use crate::domain::model::{Date, Recipient};

/// A key as a `person.toml` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// The key.
    pub recipient: Recipient,
    /// Last day on which it counts.
    pub until: Option<Date>,
    /// Whether it was revoked: then it never counts again.
    pub is_revoked: bool,
}

impl ListedKey {
    /// Whether it counts on a day, as far as its dates tell.
    pub fn counts_on(&self, day: Date) -> bool {
        !self.is_revoked && self.until.is_none_or(|until| day <= until)
    }
}

/// The keys of a `person.toml`, in order; texts that are no recipients are passed over.
///
/// # Errors
/// `Toml`, or `Shape` where `keys` is no array.
pub fn listed(person_toml: &str) -> Result<Vec<ListedKey>, KeysError> {
    let document: DocumentMut = person_toml.parse()?;
    let Some(keys) = document.get("keys") else {
        return Ok(Vec::new());
    };
    let keys = keys.as_array().ok_or(KeysError::Shape("keys"))?;
    Ok(keys.iter().filter_map(listed_key).collect())
}

fn listed_key(value: &Value) -> Option<ListedKey> {
    let table = value.as_inline_table();
    let text = value.as_str().or_else(|| table?.get("key")?.as_str())?;
    let member = |name: &str| table?.get(name)?.as_datetime()?.date.and_then(day_of);
    Some(ListedKey {
        recipient: Recipient::parse(text).ok()?,
        until: member("until"),
        is_revoked: table.is_some_and(|table| table.contains_key("revoked")),
    })
}

/// Sets the last day on which a key counts.
///
/// # Errors
/// `Unlisted` or `Revoked`; `Toml`, or `Shape` where `keys` is no array.
pub fn retire(person_toml: &str, recipient: &Recipient, until: Date) -> Result<String, KeysError> {
    edit(person_toml, recipient, |key| {
        if key.contains_key("revoked") {
            Err(KeysError::Revoked(recipient.shown()))
        } else {
            key.insert("until", date(until).into());
            Ok(())
        }
    })
}

/// Marks a key as revoked on a day: it counts no more, and stays listed so that nobody adds it again. One that is
/// revoked already keeps its day.
///
/// # Errors
/// `Unlisted`; `Toml`, or `Shape` where `keys` is no array.
pub fn revoke(person_toml: &str, recipient: &Recipient, on: Date) -> Result<String, KeysError> {
    edit(person_toml, recipient, |key| {
        if !key.contains_key("revoked") {
            key.remove("until");
            key.insert("revoked", date(on).into());
        }
        Ok(())
    })
}

/// Marks the key that a person's login wraps, and no other.
///
/// # Errors
/// `Unlisted`; `Toml`, or `Shape` where `keys` is no array.
pub fn mark_login(person_toml: &str, recipient: &Recipient) -> Result<String, KeysError> {
    lines::edited(person_toml, |document| {
        let keys = listed_in(document, recipient)?;
        for key in keys.iter_mut().filter_map(Value::as_inline_table_mut) {
            if key.remove("login").is_some() {
                key.fmt(); // what stood last left no space behind it
            }
        }
        let key = keys.iter_mut().find(|key| names_recipient(key, recipient));
        let key = key.ok_or_else(|| KeysError::Unlisted(recipient.shown()))?;
        as_table(key, recipient)?.insert("login", true.into());
        Ok(())
    })
}

/// Takes a key out of `[sources] recipients` of a `gradus.toml`; nothing where it is not there.
///
/// # Errors
/// `Toml`.
pub fn without_builder(
    gradus_toml: &str,
    recipient: &Recipient,
) -> Result<Option<String>, KeysError> {
    let mut is_changed = false;
    let after = lines::edited(gradus_toml, |document| {
        let sources = document
            .get_mut("sources")
            .and_then(Item::as_table_like_mut);
        let recipients = sources.and_then(|sources| sources.get_mut("recipients")?.as_array_mut());
        if let Some(recipients) = recipients {
            let before = recipients.len();
            recipients.retain(|key| !names_recipient(key, recipient));
            is_changed = recipients.len() < before;
        }
        Ok::<(), KeysError>(())
    })?;
    Ok(is_changed.then_some(after))
}

/// Changes the table of one key.
fn edit(
    person_toml: &str,
    recipient: &Recipient,
    change: impl FnOnce(&mut InlineTable) -> Result<(), KeysError>,
) -> Result<String, KeysError> {
    lines::edited(person_toml, |document| {
        let keys = listed_in(document, recipient)?;
        let key = keys.iter_mut().find(|key| names_recipient(key, recipient));
        let key = key.ok_or_else(|| KeysError::Unlisted(recipient.shown()))?;
        change(as_table(key, recipient)?)
    })
}

/// The list that is to name a key.
fn listed_in<'d>(
    document: &'d mut DocumentMut,
    recipient: &Recipient,
) -> Result<&'d mut Array, KeysError> {
    let keys = document.get_mut("keys");
    let keys = keys.ok_or_else(|| KeysError::Unlisted(recipient.shown()))?;
    keys.as_array_mut().ok_or(KeysError::Shape("keys"))
}

/// The table of a key; one that stands for itself becomes one.
fn as_table<'k>(
    key: &'k mut Value,
    recipient: &Recipient,
) -> Result<&'k mut InlineTable, KeysError> {
    if key.is_str() {
        let around = key.decor().clone();
        let mut table = InlineTable::new();
        table.insert("key", recipient.to_string().into());
        *key = Value::InlineTable(table);
        *key.decor_mut() = around;
    }
    key.as_inline_table_mut().ok_or(KeysError::Shape("keys"))
}

fn date(day: Date) -> Datetime {
    // Dates come from the clock, or are read with four digits of a year.
    let year = u16::try_from(day.year()).unwrap_or(u16::MAX);
    let (month, day) = (day.month() as u8, day.day() as u8);
    TomlDate { year, month, day }.into()
}

fn day_of(date: TomlDate) -> Option<Date> {
    Date::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::Identity;
    use crate::sealed::keys::add_recipient;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn two() -> (Recipient, Recipient, String) {
        let (one, two) = (
            Identity::generate().recipient(),
            Identity::generate().recipient(),
        );
        let text = format!(
            "name = \"Ada\" # her name\nkeys = [\n  \"{one}\", # laptop\n  \"{two}\", # spare\n]\n\n[[role]]\nfrom = 2025-01-01\n"
        );
        (one, two, text)
    }

    #[test]
    fn a_retired_key_keeps_its_place_and_its_comment() {
        let (one, two, text) = two();
        let after = retire(&text, &one, day("2026-09-30")).unwrap();
        let table = format!("{{ key = \"{one}\", until = 2026-09-30 }}");
        assert_eq!(after, text.replace(&format!("\"{one}\""), &table));
        let later = retire(&after, &one, day("2026-10-31")).unwrap();
        assert_eq!(later, after.replace("2026-09-30", "2026-10-31"));
        let keys = listed(&later).unwrap();
        assert_eq!(keys[0].until, Some(day("2026-10-31")));
        assert_eq!((&keys[1].recipient, keys[1].until), (&two, None));
        assert!(keys[0].counts_on(day("2026-10-31")) && !keys[0].counts_on(day("2026-11-01")));
    }

    #[test]
    fn a_revoked_key_stays_listed_and_never_counts_nor_comes_back() {
        let (one, two, text) = two();
        let retired = retire(&text, &one, day("2030-01-01")).unwrap();
        let after = revoke(&retired, &one, day("2026-09-30")).unwrap();
        let table = format!("{{ key = \"{one}\", revoked = 2026-09-30 }}");
        assert_eq!(after, text.replace(&format!("\"{one}\""), &table));
        assert_eq!(revoke(&after, &one, day("2026-12-24")).unwrap(), after);
        let keys = listed(&after).unwrap();
        assert!(!keys[0].counts_on(day("2026-01-01")) && keys[1].counts_on(day("2036-01-01")));
        let again = retire(&after, &one, day("2030-01-01"));
        assert!(matches!(again, Err(KeysError::Revoked(_))));
        let added = add_recipient(&after, &one);
        assert!(matches!(added, Err(KeysError::Revoked(_))));
        assert_eq!(add_recipient(&after, &two).unwrap(), after);
    }

    #[test]
    fn a_key_that_is_not_listed_is_told_so() {
        let (one, _, _) = two();
        for text in ["name = \"Ada\"\n", "keys = []\n"] {
            let told = revoke(text, &one, day("2026-09-30"));
            assert!(matches!(told, Err(KeysError::Unlisted(_))), "{told:?}");
        }
        assert!(matches!(
            revoke("keys = 1\n", &one, day("2026-09-30")),
            Err(KeysError::Shape("keys"))
        ));
    }

    #[test]
    fn one_key_alone_is_marked_as_that_of_the_login() {
        let (one, two, text) = two();
        let first = mark_login(&text, &one).unwrap();
        let table = |key: &Recipient, more: &str| format!("{{ key = \"{key}\"{more} }}");
        assert_eq!(
            first,
            text.replace(&format!("\"{one}\""), &table(&one, ", login = true"))
        );
        let second = mark_login(&first, &two).unwrap();
        let expected = text.replace(&format!("\"{one}\""), &table(&one, ""));
        let expected = expected.replace(&format!("\"{two}\""), &table(&two, ", login = true"));
        assert_eq!(second, expected);
    }

    #[test]
    fn a_builders_key_goes_out_of_the_settings_alone() {
        let (one, two, _) = two();
        let text =
            format!("name = \"A\"\n[sources] # where\nrecipients = [\"{one}\", \"{two}\"]\n");
        let after = without_builder(&text, &one).unwrap().unwrap();
        assert!(after.contains("[sources] # where") && after.contains(&two.to_string()));
        assert_eq!(without_builder(&after, &one).unwrap(), None);
        assert_eq!(without_builder("name = \"A\"\n", &one).unwrap(), None);
    }
}
