//! `people/<id>/person.toml`: who they are and where they stood when.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::complaints::Complaints;
use super::known::{Known, Once};
use super::organisation::Builders;
use super::table::{Table, Value};
use super::{codes, recipient};
use crate::diag::Place;
use crate::model::*;
use crate::source::{Directory, FileKind, PersonFile};

const KEYS: [&str; 8] = [
    "name", "start", "end", "login", "keys", "external", "role", "leave",
];

/// People by themselves, and where they said what others must agree with.
#[derive(Debug, Default)]
pub(super) struct People {
    pub people: BTreeMap<PersonId, Person>,
    /// Where each role's manager is named; inherited ones where they were first.
    pub managers: BTreeMap<(PersonId, Date), Place>,
    recipients: BTreeMap<String, Listed>,
    logins: Once,
}

/// A recipient where it stands first.
#[derive(Debug)]
struct Listed {
    person: PersonId,
    place: Place,
    revoked: Option<Date>,
}

/// Reads every `person.toml`, without logs and cycles.
pub(super) fn read(known: &Known<'_>) -> People {
    let mut people = People::default();
    for id in &known.people {
        let kind = person_file(id, PersonFile::Person);
        let person = known.toml(&kind, &KEYS, |table| people.person(known, table, id));
        if person.is_none() {
            missing(known, id);
        }
        people
            .people
            .extend(person.flatten().map(|person| (id.clone(), person)));
    }
    people
}

/// The kind of one of a person's own files.
pub(super) fn person_file(id: &PersonId, file: PersonFile) -> FileKind {
    FileKind::Person {
        person: id.as_str().into(),
        file,
    }
}

fn missing(known: &Known<'_>, id: &PersonId) {
    let directory = Directory::Person(id.as_str().into());
    let Some(path) = known.source.directories.get(&directory) else {
        return;
    };
    if known.complaints.is_sound(&format!("{path}/person.toml")) {
        let message = format!("`{path}` has no `person.toml`");
        known
            .complaints
            .about(codes::NO_FILE, Place::file(path.clone()), message);
    }
}

impl People {
    fn person(&mut self, known: &Known<'_>, table: &Table<'_>, id: &PersonId) -> Option<Person> {
        table.in_order("start", "end");
        let login = self.login(known, table, id);
        let keys = self.keys(known, table, id);
        let roles = self.roles(known, table, id);
        let person = Person {
            id: id.clone(),
            name: table.required_string("name"),
            start: table.required_date("start"),
            end: table.date("end"),
            login,
            keys,
            external: table.flag("external"),
            roles,
            leaves: leaves(table),
            log: Vec::new(),
            checkins: Vec::new(),
            login_file: login_file(known, id),
            cycles: BTreeMap::new(),
        };
        warn_without_keys(table, &person);
        (!person.roles.is_empty()).then_some(person)
    }

    fn login(&mut self, known: &Known<'_>, table: &Table<'_>, id: &PersonId) -> String {
        let login = table.string("login").unwrap_or_else(|| id.to_string());
        let place = table.place_of("login");
        self.logins
            .admit(known.complaints, "the login", login.trim(), &place);
        login
    }

    fn keys(&mut self, known: &Known<'_>, table: &Table<'_>, id: &PersonId) -> Vec<ReaderKey> {
        let values = table.list("keys");
        let keys = values.iter().filter_map(|value| self.key(known, value, id));
        let keys: Vec<ReaderKey> = keys.collect();
        let counting = keys.iter().filter(|key| key.revoked.is_none());
        let counting: Vec<&ReaderKey> = counting.collect();
        let are_others = counting.iter().all(|key| !key.is_of_site);
        if !counting.is_empty() && are_others && table.date("end").is_none() {
            complain_of_kind(known, table, id);
        }
        keys
    }

    fn key(&mut self, known: &Known<'_>, value: &Value<'_>, id: &PersonId) -> Option<ReaderKey> {
        let (text, until, revoked, is_login) = if value.is_table() {
            let table = value.table(&["key", "until", "revoked", "login"])?;
            table.require("key");
            (
                table.text("key"),
                table.date("until"),
                table.date("revoked"),
                table.flag("login"),
            )
        } else {
            (value.text(), None, None, false)
        };
        let text = text?;
        recipient::check(known.complaints, &text);
        let listed = Listed {
            person: id.clone(),
            place: text.place.clone(),
            revoked,
        };
        self.alone(known, text.value, listed);
        let kind = Recipient::parse(text.value).ok().map(|key| key.kind());
        Some(ReaderKey {
            recipient: text.value.to_owned(),
            until,
            revoked,
            is_of_site: kind.is_none_or(|kind| kind == known.key_kind),
            is_login,
        })
    }

    /// Complains where somebody has the same recipient already.
    fn alone(&mut self, known: &Known<'_>, recipient: &str, listed: Listed) {
        let key = recipient.to_ascii_lowercase();
        let Some(first) = self.recipients.get(&key) else {
            self.recipients.insert(key, listed);
            return;
        };
        if first.revoked.is_some() != listed.revoked.is_some() {
            let (revoked, back) = match first.revoked {
                Some(_) => (first, &listed),
                None => (&listed, first),
            };
            return revoked.is_back(known.complaints, &back.place);
        }
        let (rule, message) = match first.person == listed.person {
            true => (codes::DUPLICATE, "this key is there twice".to_owned()),
            false => (
                codes::SHARED_RECIPIENT,
                format!("`{}` has the same key", first.person),
            ),
        };
        known
            .complaints
            .about(rule, listed.place, message)
            .related(first.place.clone(), "first here");
    }

    /// Complains where sources are sealed to a key that was revoked.
    pub(super) fn check_builders(&self, complaints: &Complaints, builders: &Builders) {
        for (recipient, place) in builders {
            let listed = self.recipients.get(&recipient.to_ascii_lowercase());
            if let Some(listed) = listed.filter(|listed| listed.revoked.is_some()) {
                listed.is_back(complaints, place);
            }
        }
    }

    fn roles(&mut self, known: &Known<'_>, table: &Table<'_>, id: &PersonId) -> Vec<Role> {
        const KEYS: [&str; 5] = ["from", "level", "title", "team", "manager"];
        table.require("role");
        let tables = table.tables("role", &KEYS);
        let mut roles: Vec<_> = tables
            .iter()
            .map(|table| written_role(known, table))
            .collect();
        roles.sort_by_key(|(role, _)| role.from);
        check_role_dates(table, &tables);
        self.filled_in(roles, id)
    }

    /// What a later role leaves out stays as it was.
    fn filled_in(&mut self, roles: Vec<(Role, Option<Place>)>, id: &PersonId) -> Vec<Role> {
        let mut filled: Vec<Role> = Vec::new();
        let mut manager_place = None;
        for (mut role, place) in roles {
            manager_place = place.or(manager_place);
            if let Some(before) = filled.last() {
                role.title = role.title.or(before.title.clone());
                role.level = role.level.or(before.level.clone());
                role.team = role.team.or(before.team.clone());
                role.manager = role.manager.or(before.manager.clone());
            }
            if let Some(place) = &manager_place {
                self.managers.insert((id.clone(), role.from), place.clone());
            }
            filled.push(role);
        }
        filled
    }
}

fn complain_of_kind(known: &Known<'_>, table: &Table<'_>, id: &PersonId) {
    let prefix = known.key_kind.prefix();
    let message =
        format!("`{id}` has no `{prefix}…` key, and the site is sealed to such keys alone");
    known
        .complaints
        .about(codes::OTHER_KIND, table.place_of("keys"), message)
        .help(format!("`gradus keys new {id}` makes one"));
}

impl Listed {
    /// Complains that a revoked key stands somewhere else too.
    fn is_back(&self, complaints: &Complaints, place: &Place) {
        let day = self.revoked.map(|day| day.to_string()).unwrap_or_default();
        complaints
            .about(
                codes::REVOKED_KEY,
                place.clone(),
                format!("this key was revoked on {day}"),
            )
            .related(self.place.clone(), "here")
            .help(format!("`gradus keys new {}` makes a new one", self.person));
    }
}

fn written_role(known: &Known<'_>, table: &Table<'_>) -> (Role, Option<Place>) {
    let role = Role {
        from: table.required_date("from"),
        level: known.level_at(table, "level", &known.all_rubrics()),
        title: table.string("title").map(|title| markup::title(&title)),
        team: table.string("team"),
        manager: known.person_at(table, "manager"),
    };
    let place = table.has("manager").then(|| table.place_of("manager"));
    (role, place)
}

fn check_role_dates(person: &Table<'_>, roles: &[Table<'_>]) {
    let mut once = Once::default();
    let start = person.date("start");
    for role in roles {
        let Some(from) = role.date("from") else {
            continue;
        };
        let place = role.place_of("from");
        once.admit(
            role.doc.complaints,
            "a role from",
            &from.to_string(),
            &place,
        );
        if let Some(start) = start.filter(|start| from < *start) {
            let message = format!("a role from {from} is before the person's `start` ({start})");
            role.doc.complaints.about(codes::DATES, place, message);
        }
    }
}

fn leaves(table: &Table<'_>) -> Vec<Leave> {
    let tables = table.tables("leave", &["from", "to"]);
    let leave = |table: &Table<'_>| {
        table.in_order("from", "to");
        Leave {
            from: table.required_date("from"),
            to: table.required_date("to"),
        }
    };
    let mut leaves: Vec<Leave> = tables.iter().map(leave).collect();
    leaves.sort_by_key(|leave| (leave.from, leave.to));
    leaves
}

fn login_file(known: &Known<'_>, id: &PersonId) -> Option<Arc<[u8]>> {
    let file = known.file(&person_file(id, PersonFile::Login))?;
    file.bytes().cloned()
}

fn warn_without_keys(table: &Table<'_>, person: &Person) {
    let nothing_written = table
        .value("keys")
        .is_none_or(|keys| keys.is_list() && keys.list().is_empty());
    if nothing_written && !person.external && person.end.is_none() {
        let message = format!(
            "`{}` has no key, so only the management chain can open their pages",
            person.id
        );
        let place = table.doc.start();
        table
            .doc
            .complaints
            .about(codes::NO_KEYS, place, message)
            .help(format!("`gradus keys new {}` makes one", person.id));
    }
}
