//! Whoever has keys of which none counts any more, and logins whose keys do not.

use super::codes;
use crate::domain::model::{Date, Person};
use crate::ground::diag::{Diagnostic, Place};
use crate::tree::source::Source;

/// Warns of everyone who is here and had keys, and has none left on the day.
pub(super) fn none_left<'p>(
    source: &Source,
    people: impl Iterator<Item = &'p Person>,
    today: Date,
) -> Vec<Diagnostic> {
    let without = people.filter(|person| {
        let had = !person.keys.is_empty();
        had && person.is_here(today) && person.recipients_on(today).next().is_none()
    });
    without.map(|person| warning(source, person)).collect()
}

/// Warns of every login that is left out of the site on the day, of somebody who is here.
pub(super) fn logins_left_out<'p>(
    source: &Source,
    people: impl Iterator<Item = &'p Person>,
    today: Date,
) -> Vec<Diagnostic> {
    let without = people.filter(|person| person.is_login_left_out(today));
    without.map(|person| left_out(source, person)).collect()
}

fn left_out(source: &Source, person: &Person) -> Diagnostic {
    let id = &person.id;
    let is_marked = person.keys.iter().any(|key| key.is_login);
    let (why, help) = if is_marked {
        (
            "the key that it wraps does not count",
            format!("take the file away; `gradus keys login {id}` makes another"),
        )
    } else {
        (
            "a key that counts no more may be the one that it wraps",
            format!(
                "take the file away, and `gradus keys login {id}` makes another; or mark the key that it wraps: `{{ key = \"age1…\", login = true }}`"
            ),
        )
    };
    let place = Place::file(source.shown(&format!("people/{id}/login.age")));
    let message = format!("the login of `{id}` is left out of the site: {why}");
    codes::OLD_LOGIN.said(place, message, Some(help))
}

fn warning(source: &Source, person: &Person) -> Diagnostic {
    let id = &person.id;
    let since = since(person);
    let place = Place::file(source.shown(&format!("people/{id}/person.toml")));
    let message = format!("`{id}` has no key left: {since}");
    codes::NO_KEY_LEFT.said(
        place,
        message,
        Some(format!("`gradus keys new {id}` makes one")),
    )
}

fn since(person: &Person) -> String {
    let unrevoked = || person.keys.iter().filter(|key| key.revoked.is_none());
    match unrevoked().filter_map(|key| key.until).max() {
        _ if unrevoked().any(|key| !key.is_of_site) => {
            "the others are of another kind than the site is sealed to".to_owned()
        }
        Some(until) => format!("the last one counted until {until}"),
        None => "all were revoked".to_owned(),
    }
}
