//! `people/<id>/person.toml`.

use super::words::{filled, key, maybe_key, quoted};
use super::{NewFile, Refusal, known};
use crate::domain::model::*;

/// What is known of a new person.
#[derive(Debug, Clone)]
pub struct PersonAsk<'a> {
    /// Their id.
    pub id: &'a str,
    /// Their name, as it is shown.
    pub name: &'a str,
    /// The first day of their first role.
    pub start: Date,
    /// `<track>/<level>`
    pub level: Option<&'a str>,
    /// Their own title; none: the level's.
    pub title: Option<&'a str>,
    /// The name of their team.
    pub team: Option<&'a str>,
    /// The id of their direct manager.
    pub manager: Option<&'a str>,
    /// Gives feedback, takes part in no cycle.
    pub external: bool,
}

/// A person's file.
///
/// # Errors
/// The id is none, the name is empty, or level or manager are not there.
pub fn person(org: &Organisation, ask: &PersonAsk<'_>) -> Result<NewFile, Refusal> {
    let id = known::new_person_id(ask.id)?;
    for text in [Some(ask.name), ask.title, ask.team].into_iter().flatten() {
        if text.trim().is_empty() {
            return Err(Refusal::new("a name, title or team is empty"));
        }
    }
    let level = ask.level.map(|text| known::level(org, text)).transpose()?;
    let level = level.map(|level| level.to_string());
    let manager = ask
        .manager
        .map(|id| known::person_named(org, id))
        .transpose()?;
    let manager = manager.map(|manager| manager.id.as_str());
    login_is_free(org, &id)?;
    let role = [
        maybe_key("level", level.as_deref()),
        maybe_key("title", ask.title),
        maybe_key("team", ask.team),
        maybe_key("manager", manager),
    ];
    let external = if ask.external {
        "external = true                 # gives feedback, takes part in no cycle\n"
    } else {
        ""
    };
    let start = ask.start.to_string();
    let text = filled(
        include_str!("tree/person.toml"),
        &[
            ("name", &quoted(ask.name)),
            ("start", &start),
            ("external", external),
            ("role", &role.concat()),
            ("login", &key("# login", &format!("{id}@example.com"))),
        ],
    );
    let path = format!("people/{id}/person.toml");
    Ok(NewFile { path, text })
}

/// Nobody else may unlock by the name that this person would by default.
fn login_is_free(org: &Organisation, id: &PersonId) -> Result<(), Refusal> {
    let mut others = org.people.values().filter(|other| other.id != *id);
    let taken = others.find(|other| other.login.trim().to_lowercase() == id.as_str());
    match taken {
        Some(other) => {
            let what = format!("`{}` unlocks by the login `{id}`", other.id);
            Err(Refusal::new(what).help("choose another id: it is the login by default"))
        }
        None => Ok(()),
    }
}
