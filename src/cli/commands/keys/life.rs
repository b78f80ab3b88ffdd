//! The end of a key: `gradus keys retire` and `gradus keys revoke`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::build::acceptance::{self, Narrowed};
use crate::domain::access::Lock;
use crate::domain::model::{PersonId, Recipient};
use crate::sealed::keys::{self as library, KeysError, ListedKey};
use chrono::Days;

use super::super::{Failure, Here, MARKER, Message};
use super::{Marker, no_person, read};
use crate::cli::args;

/// Least of a recipient that may stand for it.
const ENOUGH_CHARS: usize = 12;

/// Sets the last day of a key.
///
/// # Errors
///
/// There is no such person, or none or several of their keys may be meant.
pub fn retire(here: &Here, args: &args::KeysRetire) -> Result<(), Failure> {
    let root = here.organisation()?;
    let _held = library::hold(&root)?;
    let marker = Marker::read(here, &root)?;
    let file = marker.person_file(&root, &args.person);
    if !file.exists() {
        return Err(no_person(&args.person, &file));
    }
    let file = marker.writable(&root, &file)?;
    let text = read(&file)?;
    let keys = library::listed(&text)?;
    let key = match &args.key {
        Some(named) => one_named(keys.iter(), named, &args.person)?,
        None => only_lasting(&keys, &args.person)?,
    };
    let after = library::retire(&text, &key.recipient, args.on)?;
    library::replace_file(&file, &text, &after)?;
    say_until_when(here, args, key);
    narrow(here, &root, |lock| {
        let person = PersonId::new(&args.person);
        person.is_some_and(|person| lock.ends_key(&person, &key.recipient, args.on))
    })?;
    let after = args.on + Days::new(1);
    let mut others = keys.iter().filter(|other| other.recipient != key.recipient);
    if !others.any(|other| other.counts_on(after)) {
        let person = &args.person;
        here.say(&format!(
            "{person} has no key for after that day: `gradus keys new {person}` makes one"
        ));
    }
    Ok(())
}

/// Writes what was taken into `access.lock` too, so that it cannot come back without a question.
fn narrow(here: &Here, root: &Path, taken: impl FnOnce(&mut Lock) -> bool) -> Result<(), Failure> {
    let narrowed = acceptance::narrow(root, taken)
        .map_err(|e| Failure::environment("could not write `access.lock`", e))?;
    match narrowed {
        Narrowed::AsBefore => {}
        Narrowed::Written => {
            here.say("wrote that into access.lock: commit it with the change");
        }
        Narrowed::Unreadable(why) => here.say(&format!(
            "access.lock is as it was and still lists the key ({why}): mend it, then run `gradus access --accept`"
        )),
    }
    Ok(())
}

fn say_until_when(here: &Here, args: &args::KeysRetire, key: &ListedKey) {
    let (shown, person, on) = (key.recipient.shown(), &args.person, args.on);
    here.say(&if on < here.today {
        format!("{shown} of {person} counts no more, since {on} was its last day")
    } else {
        format!("{shown} of {person} counts until {on}: what is built after that day does not open to it")
    });
}

/// The one key that has no end yet.
fn only_lasting<'k>(keys: &'k [ListedKey], person: &str) -> Result<&'k ListedKey, Failure> {
    let lasting = keys
        .iter()
        .filter(|key| key.until.is_none() && !key.is_revoked);
    match lasting.collect::<Vec<_>>()[..] {
        [key] => Ok(key),
        [] => Err(Failure::Usage(
            Message::new(format!("`{person}` has no key without an end"))
                .help("`--key RECIPIENT` names one whose day is to be changed"),
        )),
        ref several => Err(Failure::Usage(
            Message::new(format!(
                "`{person}` has {} keys without an end",
                several.len()
            ))
            .help(format!("name one with `--key`: {}", shown(several))),
        )),
    }
}

/// The one key that is meant by a recipient, or by enough of its beginning.
fn one_named<'k>(
    keys: impl Iterator<Item = &'k ListedKey>,
    named: &str,
    whose: &str,
) -> Result<&'k ListedKey, Failure> {
    let found: Vec<&ListedKey> = keys.filter(|key| is_meant(&key.recipient, named)).collect();
    match found[..] {
        [key] => Ok(key),
        [] => Err(unknown(named, whose)),
        _ => Err(ambiguous(named, &found)),
    }
}

fn is_meant(recipient: &Recipient, named: &str) -> bool {
    let named = named.trim().to_ascii_lowercase();
    let text = recipient.to_string();
    text == named || named.len() >= ENOUGH_CHARS && text.starts_with(&named)
}

fn unknown(named: &str, whose: &str) -> Failure {
    let message = match Recipient::parse(named) {
        // Said without repeating what may be a secret.
        Err(crate::domain::model::RecipientError::Secret) => {
            return Failure::Usage(Message::new("that is a secret key, which belongs on no command line").help(
                "the public half is meant; it stands in the key file. Make another key: this one is in the shell's history now",
            ));
        }
        _ => Message::new(format!("`{named}` is no key of {whose}")),
    };
    let help =
        format!("`gradus keys list` shows them; the first {ENOUGH_CHARS} characters are enough");
    Failure::Usage(message.help(help))
}

fn ambiguous(named: &str, found: &[&ListedKey]) -> Failure {
    let message = Message::new(format!("`{named}` may be {} keys", found.len()));
    Failure::Usage(message.help(format!("give more of it: {}", shown(found))))
}

fn shown(keys: &[&ListedKey]) -> String {
    let shown = keys.iter().map(|key| key.recipient.shown());
    shown.collect::<Vec<_>>().join(", ")
}

/// A file of somebody who has the key.
struct Holder {
    person: String,
    file: PathBuf,
    text: String,
    keys: Vec<ListedKey>,
}

/// Takes a key out of everything that is built from now on, and says what that cannot undo.
///
/// # Errors
///
/// Nobody has such a key, or several may be meant.
pub fn revoke(here: &Here, args: &args::KeysRevoke) -> Result<(), Failure> {
    let root = here.organisation()?;
    let _held = library::hold(&root)?;
    let marker = Marker::read(here, &root)?;
    let people = people(&marker.people(&root))?;
    let builders: Vec<ListedKey> = marker.builders().collect();
    let listed = people.holders.iter().flat_map(|holder| &holder.keys);
    let found = one_of(listed.chain(&builders), &args.recipient);
    let recipient = match (found, still_sealed(people.sealed)) {
        (Err(_), Some(sealed)) => return Err(sealed),
        (found, _) => found?,
    };
    let has_it = |holder: &&Holder| holder.keys.iter().any(|key| key.recipient == recipient);
    let holders: Vec<&Holder> = people.holders.iter().filter(has_it).collect();
    // Before anything is written, so that nothing is left half done.
    let places = holders
        .iter()
        .map(|holder| marker.writable(&root, &holder.file));
    let places = places.collect::<Result<Vec<PathBuf>, Failure>>()?;
    let settings = library::inside(&root, Path::new(MARKER))?;
    for (holder, place) in holders.iter().zip(&places) {
        revoke_of(here, holder, place, &recipient)?;
    }
    let was_builders = strike_builder(here, &settings, &recipient)?;
    narrow(here, &root, |lock| lock.without_key(&recipient))?;
    say_what_remains(here, !holders.is_empty(), was_builders);
    still_sealed(people.sealed).map_or(Ok(()), Err)
}

/// A key may stand in files that were not looked into, and would count on.
fn still_sealed(files: usize) -> Option<Failure> {
    let message = match files {
        0 => return None,
        1 => "a `person.toml.age` was not looked into: the key may stand in it, and counts on then"
            .to_owned(),
        more => format!(
            "{more} `person.toml.age` were not looked into: the key may stand in them, and counts on then"
        ),
    };
    let help = "`gradus unseal` each, revoke the key in it, and seal it again";
    Some(Failure::Broken(Message::new(message).help(help)))
}

/// The one recipient that is meant, though several files may hold it.
fn one_of<'k>(
    keys: impl Iterator<Item = &'k ListedKey>,
    named: &str,
) -> Result<Recipient, Failure> {
    let mut found: Vec<&ListedKey> = Vec::new();
    for key in keys.filter(|key| is_meant(&key.recipient, named)) {
        if found.iter().all(|other| other.recipient != key.recipient) {
            found.push(key);
        }
    }
    one_named(found.into_iter(), named, "anybody here").map(|key| key.recipient.clone())
}

/// The directory of people.
#[derive(Default)]
struct People {
    holders: Vec<Holder>,
    /// How many files cannot be looked into.
    sealed: usize,
}

fn people(directory: &Path) -> Result<People, Failure> {
    let unread = |e| Failure::environment(&format!("could not read `{}`", directory.display()), e);
    let entries = fs::read_dir(directory).map_err(unread)?;
    let folders: Result<Vec<PathBuf>, _> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut folders = folders.map_err(unread)?;
    folders.sort();
    let mut people = People::default();
    for folder in folders {
        let file = folder.join("person.toml");
        people.sealed += usize::from(file.with_added_extension("age").exists());
        if file.exists() {
            people.holders.push(Holder::read(&folder, file)?);
        }
    }
    Ok(people)
}

impl Holder {
    fn read(folder: &Path, file: PathBuf) -> Result<Self, Failure> {
        let text = read(&file)?;
        Ok(Self {
            person: folder.file_name().unwrap_or_default().display().to_string(),
            keys: library::listed(&text).map_err(|error| unreadable(&file, &error))?,
            text,
            file,
        })
    }
}

fn unreadable(file: &Path, error: &KeysError) -> Failure {
    let help = format!(
        "mend `{}` first: `gradus check` shows what is wrong",
        file.display()
    );
    Failure::Broken(Message::from_error(error).help(help))
}

fn revoke_of(
    here: &Here,
    holder: &Holder,
    place: &Path,
    recipient: &Recipient,
) -> Result<(), Failure> {
    let Holder {
        person,
        file,
        text,
        keys,
    } = holder;
    let after = library::revoke(text, recipient, here.today)?;
    library::replace_file(place, text, &after)?;
    here.say(&format!(
        "revoked {} of {person}: nothing that is built from now on opens to it",
        recipient.shown()
    ));
    let others = keys.iter().filter(|key| key.recipient != *recipient);
    if !others.into_iter().any(|key| key.counts_on(here.today)) {
        here.say(&format!(
            "{person} has no key now: `gradus keys new {person}` makes one"
        ));
    }
    if file.with_file_name("login.age").exists() {
        here.say(&format!(
            "if {person}'s login wraps this key, take `login.age` out of their folder too; `gradus keys login {person}` makes another"
        ));
    }
    Ok(())
}

fn strike_builder(here: &Here, file: &Path, recipient: &Recipient) -> Result<bool, Failure> {
    let before = read(file)?;
    let Some(after) = library::without_builder(&before, recipient)? else {
        return Ok(false);
    };
    library::replace_file(file, &before, &after)?;
    here.say(&format!(
        "took {} out of `[sources] recipients`: seal those files again for the keys that remain",
        recipient.shown()
    ));
    Ok(true)
}

fn say_what_remains(here: &Here, is_anybodys: bool, was_builders: bool) {
    let mut copies = Vec::new();
    copies.extend(is_anybodys.then_some("copies of the site that were made before"));
    copies.extend(was_builders.then_some("sealed files in the history of the repository"));
    here.say(&format!(
        "what it opened stays open to it, and no command can undo that: {}",
        copies.join(", ")
    ));
    if is_anybodys {
        here.say("next: raise `[seal] epoch` in gradus.toml, `gradus build --fresh`, publish, and delete the old files where the site lies");
    }
}
