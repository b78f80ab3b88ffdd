//! `gradus access`: who can open what, and why.

use std::fmt::Write as _;
use std::path::Path;

use crate::build::acceptance::{self, Acceptance, LockStatus};
use crate::build::pipeline::Loaded;
use crate::domain::access::lock::Difference;
use crate::domain::access::{Access, Planned, Resource, plan};
use crate::domain::model::{Organisation, PersonId, SectionReader};
use crate::ground::diag::{self, Report};
use crate::sealed::keys as library_keys;
use crate::sealed::seal::SiteKey;
use serde::Serialize;

use crate::cli::args;

use super::{
    Failure, Here, Message, checked_beside_lock, closed_in_words, errors_of, keys, loaded, shell,
    valid,
};

/// Prints the sections of a site with their readers, or how they stand to what was accepted.
///
/// # Errors
///
/// The tree has errors, or nobody is called so; or somebody would read more than was accepted.
pub fn run(here: &Here, args: &args::Access, id: Option<&str>) -> Result<(), Failure> {
    if let (Some(id), true) = (id, args.accept || args.diff) {
        let message = Message::new(format!(
            "`--accept` and `--diff` are about everyone, not `{id}`"
        ));
        return Err(Failure::Usage(message));
    }
    let root = here.organisation()?;
    // What is accepted is the tree that was read: no key command changes either of the two meanwhile.
    let _held = args.accept.then(|| library_keys::hold(&root)).transpose()?;
    if args.diff {
        return diff(here, loaded(here, &root)?);
    }
    let (org, acceptance) = checked_beside_lock(here, &root)?;
    if args.accept {
        return accept(here, &root, &acceptance, args.new);
    }
    let person = id.map(|id| known(&org, id)).transpose()?;
    let access = plan(&org, here.today);
    if args.json {
        let key = keys::site_key(here, &root, &org).ok();
        return shell::print_json(&json(&org, &access, person, key.as_ref()));
    }
    let text = person.map_or_else(
        || everyone(here, &org, &access),
        |id| one(&org, &access, id),
    );
    shell::print(text.as_bytes())
}

/// Prints the difference, and writes the lock. Without a lock to compare with, that accepts the whole organisation, and
/// is done only if asked for.
fn accept(here: &Here, root: &Path, acceptance: &Acceptance, new: bool) -> Result<(), Failure> {
    if let LockStatus::Compared(difference) = &acceptance.status
        && difference.is_none()
        && acceptance.is_recorded()
    {
        here.say("`access.lock` holds the tree already");
        return Ok(());
    }
    // With `-q`, what is accepted is no error to be told.
    let is_told = !here.quiet || acceptance.is_refused();
    if is_told && !matches!(acceptance.status, LockStatus::Missing) {
        here.print_report(&without_what_is_done(&acceptance.report));
    }
    if acceptance.is_refused() {
        return Err(errors_of(&acceptance.report));
    }
    let why = match acceptance.status {
        LockStatus::Compared(_) => None,
        LockStatus::Missing => Some("there is no `access.lock` to compare with"),
        LockStatus::Unreadable => Some("`access.lock` cannot be compared with"),
    };
    if let Some(why) = why.filter(|_| !new) {
        let help = "`gradus access --accept --new` accepts who reads what of the whole organisation; `gradus access` shows it";
        return Err(Failure::Broken(
            Message::new(why).note("nothing was accepted").help(help),
        ));
    }
    acceptance::accept(root, &acceptance.present)
        .map_err(|e| Failure::environment("could not write `access.lock`", e))?;
    let people = acceptance.present.people.len();
    here.say(&match &acceptance.status {
        LockStatus::Compared(difference) if difference.is_none() => {
            "nobody reads more; texts are recorded as they are worded now".to_owned()
        }
        LockStatus::Compared(difference) => format!("accepted {}", facts(difference)),
        _ => format!("accepted who reads what of {people} people; `gradus access` shows it"),
    });
    here.say("wrote access.lock; commit it with the change that it accepts");
    Ok(())
}

/// Whoever accepts need not be told that they can.
fn without_what_is_done(report: &Report) -> Report {
    let mut report = report.clone();
    for diagnostic in &mut report.diagnostics {
        diagnostic
            .help
            .take_if(|help| help.contains("gradus access --accept"));
    }
    report
}

fn facts(difference: &Difference) -> String {
    let wider = difference.gains.len();
    match difference.facts.len() - wider.min(difference.facts.len()) {
        0 => format!("{wider} by which somebody reads more"),
        others => format!("{wider} by which somebody reads more, {others} others"),
    }
}

/// Prints the difference; where sealed files stayed closed, that of all others.
fn diff(here: &Here, loaded: Loaded) -> Result<(), Failure> {
    if let Some(acceptance) = &loaded.acceptance_of_opened {
        let permitted = print_difference(here, acceptance, "what was opened is as it was accepted");
        say_closed(here, &loaded);
        return permitted;
    }
    let (_, acceptance) = valid(here, loaded)?;
    print_difference(
        here,
        &acceptance,
        "all that the lock records is as it was accepted",
    )
}

/// Says which files the answer does not cover.
fn say_closed(here: &Here, loaded: &Loaded) {
    let (count, named) = closed_in_words(&loaded.closed);
    here.say(&format!(
        "this is a part of the answer: {count} not opened, and what was accepted of them is taken to hold: {named}"
    ));
}

fn print_difference(here: &Here, acceptance: &Acceptance, same: &str) -> Result<(), Failure> {
    here.print_report(&acceptance.report);
    if let LockStatus::Compared(difference) = &acceptance.status
        && difference.is_none()
    {
        here.say(same);
    }
    if acceptance.permits_a_build() {
        Ok(())
    } else {
        Err(errors_of(&acceptance.report))
    }
}

/// Lets only pass what was accepted; says in a line where less is read than that.
///
/// # Errors
///
/// Somebody would read more, or nothing that can be read was accepted.
pub fn permit(here: &Here, acceptance: &Acceptance) -> Result<(), Failure> {
    let message = match &acceptance.status {
        LockStatus::Compared(difference) if !difference.is_wider() => {
            if let Some(behind) = difference.behind() {
                here.say(&format!(
                    "{behind}; `gradus access --accept` writes it down, and what was taken cannot come back without a question then"
                ));
            }
            return Ok(());
        }
        LockStatus::Compared(_) => "more would be read than was accepted in `access.lock`",
        LockStatus::Missing => "nobody has accepted who reads what: there is no `access.lock`",
        LockStatus::Unreadable => "who reads what cannot be held against `access.lock`",
    };
    if !matches!(acceptance.status, LockStatus::Missing) {
        here.print_report(&without_what_is_done(&acceptance.report));
    }
    if acceptance.is_refused() {
        return Err(errors_of(&acceptance.report));
    }
    let message = Message::new(message).note("nothing was written");
    Err(Failure::Broken(message.help(match acceptance.status {
        LockStatus::Missing => {
            "read `gradus access`, then `gradus access --accept --new` accepts it"
        }
        LockStatus::Compared(_) => "where it is meant, `gradus access --accept` accepts it",
        LockStatus::Unreadable => {
            "take `access.lock` back from git, or keep what is meant of both sides of a merge"
        }
    })))
}

/// The person of that id.
///
/// # Errors
///
/// There is none.
pub fn known<'a>(org: &'a Organisation, id: &str) -> Result<&'a PersonId, Failure> {
    org.people
        .get_key_value(id)
        .map(|(id, _)| id)
        .ok_or_else(|| {
            let message = Message::new(format!("`{id}` is nobody in people/"));
            let near = diag::did_you_mean(id, org.people.keys().map(PersonId::as_str));
            let help = "`gradus new person ID --name NAME` makes one";
            Failure::Usage(message.help(help).maybe_help(near))
        })
}

#[derive(Serialize)]
struct Json<'a> {
    schema: u32,
    /// The kind of all keys, as `site.json` names it.
    keys: &'static str,
    sections: Vec<JsonSection<'a>>,
}

#[derive(Serialize)]
struct JsonSection<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    readers: Vec<JsonReader<'a>>,
}

/// One row a recipient.
#[derive(Serialize)]
struct JsonReader<'a> {
    person: &'a PersonId,
    recipient: &'a str,
    why: String,
}

fn json<'a>(
    org: &Organisation,
    access: &'a Access,
    person: Option<&PersonId>,
    key: Option<&SiteKey>,
) -> Json<'a> {
    let wanted = |planned: &&Planned| person.is_none_or(|id| concerns(planned, id));
    let sections = access
        .sections
        .iter()
        .filter(wanted)
        .map(|planned| JsonSection {
            id: planned.section.id.as_str(),
            file: key.map(|key| key.path_of(&planned.section, org.seal.epoch, org.seal.keys)),
            readers: planned.section.readers.iter().flat_map(rows).collect(),
        });
    Json {
        schema: 1,
        keys: org.seal.keys.tag(),
        sections: sections.collect(),
    }
}

fn rows(reader: &SectionReader) -> impl Iterator<Item = JsonReader<'_>> {
    reader.recipients.iter().map(|recipient| JsonReader {
        person: &reader.person,
        recipient,
        why: reader.why.to_string(),
    })
}

fn concerns(planned: &Planned, person: &PersonId) -> bool {
    planned.about.as_ref() == Some(person)
        || planned.section.readers.iter().any(|r| r.person == *person)
}

fn everyone(here: &Here, org: &Organisation, access: &Access) -> String {
    let mut text = String::new();
    for person in org.people.values() {
        let opens = access.of_reader(&person.id).count();
        let about = access
            .sections
            .iter()
            .filter(|p| p.about.as_ref() == Some(&person.id));
        let readers: std::collections::BTreeSet<&str> = about
            .flat_map(|planned| &planned.section.readers)
            .filter(|reader| reader.person != person.id)
            .map(|reader| reader.person.as_str())
            .collect();
        let readers: Vec<&str> = readers.into_iter().collect();
        let _ = writeln!(
            text,
            "{:<16} opens {opens:>3} sections; read by {}",
            person.id.as_str(),
            some(here, &readers)
        );
    }
    for grant in &access.extra_grants {
        let gained: Vec<&str> = grant.gained().map(PersonId::as_str).collect();
        let what = &grant.resource;
        let _ = writeln!(
            text,
            "wider than the default: {what} of {} is read by {} too",
            grant.subject,
            some(here, &gained)
        );
    }
    let kind = org.seal.keys.in_words();
    let _ = writeln!(text, "everything is sealed to {kind} keys");
    text.push_str("`gradus access ID` shows one person's sections and what each draws on\n");
    text
}

fn one(org: &Organisation, access: &Access, id: &PersonId) -> String {
    let mut text = format!("about {} ({id})\n", org.people[id].name);
    for planned in access
        .sections
        .iter()
        .filter(|p| p.about.as_ref() == Some(id))
    {
        let readers: Vec<String> = planned.section.readers.iter().map(reader).collect();
        let _ = writeln!(
            text,
            "\n  {}\n    read by {}",
            planned.section.id,
            list(&readers)
        );
        let drawn: Vec<String> = planned.resources.iter().map(Resource::to_string).collect();
        if !drawn.is_empty() {
            let _ = writeln!(text, "    holds {}", list(&drawn));
        }
    }
    let _ = writeln!(text, "\nopened by {id}\n");
    for planned in access.of_reader(id) {
        let why = planned.section.readers.iter().find(|r| r.person == *id);
        let _ = writeln!(
            text,
            "  {:<36} {}",
            planned.section.id.as_str(),
            why.map_or_else(String::new, |reader| reader.why.to_string())
        );
    }
    text
}

fn reader(reader: &SectionReader) -> String {
    let no_key = if reader.recipients.is_empty() {
        ", no key"
    } else {
        ""
    };
    format!("{} ({}{no_key})", reader.person, reader.why)
}

/// A few of the names and how many more, or all that were asked for.
fn some(here: &Here, people: &[&str]) -> String {
    if people.is_empty() {
        return "nobody".to_owned();
    }
    here.names(people)
}

fn list<S: AsRef<str>>(words: &[S]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    if words.is_empty() {
        "nobody".into()
    } else {
        words.join(", ")
    }
}
