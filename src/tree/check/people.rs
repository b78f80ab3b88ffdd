//! `people/<id>/person.toml`: who they are and where they stood when.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes;
use super::complaints::Complaints;
use super::known::{Known, Once};
use super::organisation::Builders;
use super::table::{File, Table};
use crate::domain::model::*;
use crate::ground::diag::Place;
use crate::tree::source::{Directory, FileKind, PersonFile};

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
        match known.read(&kind, "person") {
            Some(file) => {
                let person = people.person(known, file, id);
                people
                    .people
                    .extend(person.map(|person| (id.clone(), person)));
            }
            None => missing(known, id),
        }
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
        known.about(codes::NO_FILE, Place::file(path.clone()), message);
    }
}

impl People {
    fn person(&mut self, known: &Known<'_>, file: File<'_>, id: &PersonId) -> Option<Person> {
        let table = file.table();
        self.check_login(known, &table, id);
        self.check_keys(known, &table, id);
        check_role_dates(known, &table);
        let managers = managers(&table);
        let ends = table.has("end");
        let (keys_at, start) = (table.place_of("keys"), table.place.clone());
        let mut person: Person = file.model_of(id.as_str())?;
        if person.login.is_empty() {
            person.login = id.to_string();
        }
        person.roles.sort_by_key(|role| role.from);
        person.leaves.sort_by_key(|leave| (leave.from, leave.to));
        person.login_file = login_file(known, id);
        for key in &mut person.keys {
            let kind = Recipient::parse(&key.recipient).ok().map(|key| key.kind());
            key.is_of_site = kind.is_none_or(|kind| kind == known.key_kind);
        }
        let mut counting = person
            .keys
            .iter()
            .filter(|key| key.revoked.is_none())
            .peekable();
        if counting.peek().is_some() && counting.all(|key| !key.is_of_site) && !ends {
            complain_of_kind(known, keys_at, id);
        }
        if person.keys.is_empty() {
            warn_without_keys(known, start, &person);
        }
        self.fill_in(&mut person.roles, managers, id);
        (!person.roles.is_empty()).then_some(person)
    }

    fn check_login(&mut self, known: &Known<'_>, table: &Table<'_>, id: &PersonId) {
        let login = table.text("login").map_or(id.as_str(), |login| login.value);
        let place = table.place_of("login");
        self.logins
            .admit(known.complaints, "the login", login.trim(), &place);
    }

    fn check_keys(&mut self, known: &Known<'_>, table: &Table<'_>, id: &PersonId) {
        for key in table.tables("keys") {
            if let Some(text) = key.text("key") {
                let listed = Listed {
                    person: id.clone(),
                    place: text.place.clone(),
                    revoked: key.date("revoked"),
                };
                self.alone(known, text.value, listed);
            }
        }
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
        let (rule, message) = if first.person == listed.person {
            (codes::DUPLICATE, "this key is there twice".to_owned())
        } else {
            let message = format!("`{}` has the same key", first.person);
            (codes::SHARED_RECIPIENT, message)
        };
        known
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

    /// What a later role leaves out stays as it was.
    fn fill_in(&mut self, roles: &mut [Role], mut managers: BTreeMap<Date, Place>, id: &PersonId) {
        let mut before: Option<(Role, Option<Place>)> = None;
        for role in roles {
            let mut place = managers.remove(&role.from);
            if let Some((before, manager_at)) = before {
                role.title = role.title.take().or(before.title);
                role.level = role.level.take().or(before.level);
                role.team = role.team.take().or(before.team);
                role.manager = role.manager.take().or(before.manager);
                place = place.or(manager_at);
            }
            if let Some(place) = &place {
                self.managers.insert((id.clone(), role.from), place.clone());
            }
            before = Some((role.clone(), place));
        }
    }
}

/// Where the managers of roles are named, by the day on which the role begins.
fn managers(table: &Table<'_>) -> BTreeMap<Date, Place> {
    let named = table.tables("role").filter(|role| role.has("manager"));
    let named = named.map(|role| {
        (
            role.date("from").unwrap_or_default(),
            role.place_of("manager"),
        )
    });
    named.collect()
}

fn complain_of_kind(known: &Known<'_>, place: Place, id: &PersonId) {
    let prefix = known.key_kind.prefix();
    let message =
        format!("`{id}` has no `{prefix}…` key, and the site is sealed to such keys alone");
    known
        .about(codes::OTHER_KIND, place, message)
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

fn check_role_dates(known: &Known<'_>, person: &Table<'_>) {
    let mut once = Once::default();
    let start = person.date("start");
    for role in person.tables("role") {
        let Some(from) = role.text("from") else {
            continue;
        };
        let (complaints, place) = (known.complaints, from.place);
        once.admit(complaints, "a role from", from.value, &place);
        let from: Option<Date> = from.value.parse().ok();
        if let Some((from, start)) = from.zip(start).filter(|(from, start)| from < start) {
            let message = format!("a role from {from} is before the person's `start` ({start})");
            complaints.about(codes::DATES, place, message);
        }
    }
}

fn login_file(known: &Known<'_>, id: &PersonId) -> Option<Arc<[u8]>> {
    let file = known.file(&person_file(id, PersonFile::Login))?;
    file.bytes().cloned()
}

fn warn_without_keys(known: &Known<'_>, place: Place, person: &Person) {
    if !person.external && person.end.is_none() {
        let message = format!(
            "`{}` has no key, so only the management chain can open their pages",
            person.id
        );
        known
            .about(codes::NO_KEYS, place, message)
            .help(format!("`gradus keys new {}` makes one", person.id));
    }
}
