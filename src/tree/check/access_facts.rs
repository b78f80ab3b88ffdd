//! Where the facts of access stand in the tree, and what is said of `access.lock`.

use toml::de::{DeTable, DeValue};

use super::codes::{BAD_LOCK, BEHIND, NO_LOCK, Rule, UNREADABLE, WIDER};
use crate::domain::model::{AccessFact, PersonId, ReadersAt, fingerprint};
use crate::ground::diag::{Diagnostic, Place};
use crate::tree::source::written::{Toml, front_matter};
use crate::tree::source::{ACCESS_LOCK, ProblemKind, RUBRICS, Source};

/// The file of the organisation's own settings.
const SETTINGS: &str = "gradus.toml";

/// What is accepted by.
const ACCEPT: &str = "`gradus access --accept` accepts it";

/// Warns that a fact lets somebody read more than was accepted. `accepted` are the bytes of the lock that record it: they
/// are shown where its file is gone. Of several entries of a log that share a day, `entry` is the one that it is about.
pub fn wider(
    source: &Source,
    (fact, entry): (&AccessFact, Option<usize>),
    message: String,
    accepted: Option<Span>,
) -> Diagnostic {
    let of_entry = entry.and_then(|entry| place_of_entry(source, fact, entry));
    let place = of_entry.unwrap_or_else(|| place(source, fact));
    let recorded = accepted.filter(|_| !source.texts.contains_key(&place.file));
    let place = recorded.map_or(place, |span| Place {
        file: ACCESS_LOCK.into(),
        start: span.start,
        end: span.end,
    });
    said(WIDER, place, message, ACCEPT)
}

/// Warns that nothing was accepted yet.
pub fn no_lock() -> Diagnostic {
    let message = format!("there is no `{ACCESS_LOCK}`: nobody has accepted who reads what");
    let help =
        "`gradus access` shows who reads what; `gradus access --accept --new` writes the lock";
    said(NO_LOCK, Place::file(SETTINGS), message, help)
}

/// Warns that the lock says what is no longer so.
pub fn behind(message: String) -> Diagnostic {
    let help = "`gradus access --accept` writes the lock as the tree is";
    said(BEHIND, Place::file(ACCESS_LOCK), message, help)
}

/// Complains about a lock that cannot be read at all.
pub fn unreadable_lock(problem: &ProblemKind) -> Diagnostic {
    let why = match problem {
        ProblemKind::Unreadable(why) => return refused_lock(why),
        ProblemKind::TooLarge { .. } => "it is larger than any lock",
        ProblemKind::NotUtf8 => "it is not UTF-8 text",
        ProblemKind::LeavesTree => "it is a symbolic link, which it may not be",
        _ => "it is no file",
    };
    let message = format!("`{ACCESS_LOCK}` cannot be read: {why}");
    let help = "take it back from git, or take it away and run `gradus access --accept --new`";
    said(BAD_LOCK, Place::file(ACCESS_LOCK), message, help)
}

/// The lock may be as good as ever: nothing is to be written in its place.
fn refused_lock(why: &str) -> Diagnostic {
    let message = format!("could not read `{ACCESS_LOCK}`: {why}");
    let help = "see to it that you may read it";
    said(UNREADABLE, Place::file(ACCESS_LOCK), message, help)
}

/// Complains about a lock that is not understood, at bytes of its text.
pub fn bad_lock(span: std::ops::Range<usize>, message: String, help: &str) -> Diagnostic {
    let place = Place {
        file: ACCESS_LOCK.into(),
        start: span.start,
        end: span.end,
    };
    said(BAD_LOCK, place, message, help)
}

fn said(rule: Rule, place: Place, message: String, help: &str) -> Diagnostic {
    rule.said(place, message, Some(help.to_owned()))
}

/// Where a fact stands: the value that says so, or where it stood and does no more, the file.
pub fn place(source: &Source, fact: &AccessFact) -> Place {
    match fact {
        AccessFact::Person(id) => in_person(source, id, |root| span(root, "keys")),
        AccessFact::End(id) => in_person(source, id, |root| span(root, "end")),
        AccessFact::Key(id, key) => in_person(source, id, |root| key_of(root, key)),
        AccessFact::Managers(id, from) => {
            let from = from.map(|from| from.to_string());
            in_person(source, id, |root| manager(root, from.as_deref()))
        }
        AccessFact::Hr(id) => in_settings(source, |access| element(access, "hr", id.as_str())),
        AccessFact::ChainReach => in_settings(source, |access| span(access, "chain")),
        AccessFact::PeerFeedback => in_settings(source, |access| span(access, "peer_feedback")),
        AccessFact::Cycle(id) => at(source, &format!("cycles/{id}.toml"), |root| {
            span(root, "start")
        }),
        AccessFact::Question(cycle, question) => {
            let asked = |root: &DeTable<'_>| asked(root, question.as_str());
            let of_cycle = cycle
                .as_ref()
                .map(|id| at(source, &format!("cycles/{id}.toml"), asked));
            let of_all = at(source, SETTINGS, asked);
            match of_cycle {
                // Where neither asks it any more, the file that did is the one to look at.
                Some(place) if place.end > 0 || of_all.end == 0 => place,
                _ => of_all,
            }
        }
        AccessFact::Readers(readers) => at(source, &readers.path, |root| readers_of(root, readers)),
        AccessFact::Attachment(path, text) => link(source, path, text.as_deref()),
        AccessFact::Public(rubric, track) => {
            let path = format!("{rubric}/{track}/track.toml");
            at(source, &path, |root| span(root, "readers"))
        }
    }
}

/// Where an entry of a log says who reads it; nothing where the fact is no line of a log.
fn place_of_entry(source: &Source, fact: &AccessFact, entry: usize) -> Option<Place> {
    let AccessFact::Readers(readers) = fact else {
        return None;
    };
    readers.part.as_ref()?;
    Some(at(source, &readers.path, |root| {
        let entry = tables(root, "entry").nth(entry)?;
        span(entry, "readers").or_else(|| span(entry, "date"))
    }))
}

/// Where a text links to an attachment; where none is named, the attachment.
fn link(source: &Source, path: &str, text: Option<&str>) -> Place {
    let named = text.zip(path.split_once("/files/"));
    let Some((text, (directory, name))) = named else {
        return Place::file(source.shown(path));
    };
    let file = text.split('#').next().unwrap_or_default();
    let shown = source.shown(&format!("{directory}/{file}"));
    let Some((file, written)) = source.texts.get_key_value(shown.as_str()) else {
        return Place::file(shown);
    };
    let links = [name.to_owned(), name.replace(' ', "%20")].map(|name| format!("files/{name}"));
    let found = links
        .iter()
        .find_map(|link| Some((written.find(link.as_str())?, link.len())));
    match found {
        Some((start, length)) => Place {
            file: file.clone(),
            start,
            end: start + length,
        },
        None => Place::file(file.clone()),
    }
}

/// Bytes of a text.
type Span = std::ops::Range<usize>;

fn in_person(source: &Source, id: &PersonId, find: impl Fn(&DeTable<'_>) -> Option<Span>) -> Place {
    at(source, &format!("people/{id}/person.toml"), find)
}

fn in_settings(source: &Source, find: impl Fn(&DeTable<'_>) -> Option<Span>) -> Place {
    at(source, SETTINGS, |root| find(table(root, "access")?))
}

/// The place that is found in the TOML of a file, or in its front matter; the file where nothing is.
fn at(source: &Source, path: &str, find: impl Fn(&DeTable<'_>) -> Option<Span>) -> Place {
    let shown = source.shown(path);
    let texts = &source.texts;
    let text = texts.get_key_value(shown.as_str());
    let of_revision = || texts.get_key_value(in_revision(path)?.as_str());
    let Some((file, text)) = text.or_else(of_revision) else {
        return Place::file(shown);
    };
    let toml = match front_matter(text) {
        Some(front) => front.toml,
        None => 0..text.len(),
    };
    let offset = toml.start;
    let read = Toml::parse(&text[toml]);
    let found = find(&read.root).map(|span| Place {
        file: file.clone(),
        start: span.start + offset,
        end: span.end + offset,
    });
    found.unwrap_or_else(|| Place::file(file.clone()))
}

/// What a file of a rubric is called that a cycle pins to a revision.
fn in_revision(path: &str) -> Option<String> {
    let mut parts = path.rsplitn(3, '/');
    let (file, track) = (parts.next()?, parts.next()?);
    Some(format!("{}:{RUBRICS}/{track}/{file}", parts.next()?))
}

fn span(table: &DeTable<'_>, key: &str) -> Option<Span> {
    Some(table.get(key)?.span())
}

fn table<'t, 'd>(table: &'t DeTable<'d>, key: &str) -> Option<&'t DeTable<'d>> {
    table.get(key)?.get_ref().as_table()
}

/// The tables of an array, in order.
fn tables<'t, 'd>(
    table: &'t DeTable<'d>,
    key: &str,
) -> impl Iterator<Item = &'t DeTable<'d>> + Clone {
    let array = table.get(key).and_then(|value| value.get_ref().as_array());
    let values = array.into_iter().flat_map(|array| array.iter());
    values.filter_map(|value| value.get_ref().as_table())
}

fn text<'t>(table: &'t DeTable<'_>, key: &str) -> Option<&'t str> {
    table.get(key)?.get_ref().as_str()
}

fn day(table: &DeTable<'_>, key: &str) -> Option<String> {
    match table.get(key)?.get_ref() {
        DeValue::Datetime(day) => Some(day.to_string()),
        _ => None,
    }
}

/// A text in a list; the list where it is not there.
fn element(table: &DeTable<'_>, key: &str, wanted: &str) -> Option<Span> {
    let list = table.get(key)?;
    let elements = list.get_ref().as_array();
    let mut elements = elements.into_iter().flat_map(|elements| elements.iter());
    let found = elements.find(|element| element.get_ref().as_str() == Some(wanted));
    Some(found.map_or_else(|| list.span(), |element| element.span()))
}

/// The key of a fingerprint; all keys where it is not there.
fn key_of(person: &DeTable<'_>, wanted: &str) -> Option<Span> {
    let keys = person.get("keys")?;
    let elements = keys.get_ref().as_array();
    let mut elements = elements.into_iter().flat_map(|elements| elements.iter());
    let is_it = |value: &DeValue<'_>| {
        let inner = value.as_table().and_then(|table| text(table, "key"));
        let recipient = value.as_str().or(inner);
        recipient.is_some_and(|recipient| fingerprint(recipient) == wanted)
    };
    let found = elements.find(|element| is_it(element.get_ref()));
    Some(found.map_or_else(|| keys.span(), |element| element.span()))
}

/// The manager of the role that begins on a day; of the first role that names one where that is not said.
fn manager(person: &DeTable<'_>, from: Option<&str>) -> Option<Span> {
    let with_manager = || tables(person, "role").filter(|role| role.get("manager").is_some());
    let of_day = with_manager()
        .find(|role| from.is_some_and(|from| day(role, "from").as_deref() == Some(from)));
    let role = of_day.or_else(|| with_manager().next())?;
    span(role, "manager")
}

/// The readers of a question, or where it has none the question.
fn asked(root: &DeTable<'_>, question: &str) -> Option<Span> {
    let asked = tables(root, "question").find(|asked| text(asked, "id") == Some(question))?;
    span(asked, "readers").or_else(|| span(asked, "id"))
}

fn readers_of(root: &DeTable<'_>, readers: &ReadersAt) -> Option<Span> {
    let Some(part) = &readers.part else {
        return span(root, "readers");
    };
    let (key, name) = if root.contains_key("entry") {
        ("entry", "date")
    } else {
        ("section", "title")
    };
    let named = |table: &DeTable<'_>| {
        let title = text(table, name).map(str::to_owned);
        title.or_else(|| day(table, name)).unwrap_or_default()
    };
    // Of several of a name, what no line keeps is what to look at.
    let mut of_name = tables(root, key).filter(|table| named(table) == *part);
    let open = of_name.clone().find(|table| !table.contains_key("readers"));
    let table = open.or_else(|| of_name.next())?;
    span(table, "readers").or_else(|| span(table, name))
}
