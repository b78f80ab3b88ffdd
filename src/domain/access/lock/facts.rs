//! An organisation → the facts that access follows from.

use std::collections::{BTreeMap, BTreeSet};

use super::kept::{Part, default_of_part};
use super::{Kept, Lock, PersonFacts, QuestionAt, Readers, Since, attachments};
use crate::domain::access::resource::{Resource, readers_lines};
use crate::domain::model::*;

/// The directory of the rubric in force.
pub(super) const RUBRICS: &str = "rubrics";

impl Lock {
    /// The facts of an organisation.
    pub fn of(org: &Organisation) -> Self {
        let of_all = org.questions.iter().map(|question| (None, question));
        let of_cycles = org.cycles.iter().flat_map(|cycle| {
            let questions = cycle.questions.iter();
            questions.map(|question| (Some(cycle.id.clone()), question))
        });
        let asked = of_all.chain(of_cycles);
        let restricted: Vec<(QuestionAt, &Question)> = asked
            .filter(|(_, question)| question.readers.is_some())
            .map(|(cycle, question)| ((cycle, question.id.clone()), question))
            .collect();
        let restricted = || {
            restricted
                .iter()
                .map(|(at, question)| (at.clone(), *question))
        };
        let readers = |question: &Question| tokens(question.readers.as_deref().unwrap_or_default());
        let of_cycles = restricted().filter(|((cycle, _), _)| cycle.is_some());
        let dates = |cycle: &Cycle| (cycle.id.clone(), (cycle.start, cycle.end));
        let people = org.people.values();
        let lines = people
            .clone()
            .flat_map(|person| readers_about(org, &person.id));
        Self {
            chain: org.access.chain,
            peer_feedback: org.access.peer_feedback,
            hr: org.access.hr.iter().cloned().collect(),
            people: people
                .map(|person| (person.id.clone(), of_person(person)))
                .collect(),
            cycles: org.cycles.iter().map(dates).collect(),
            questions: restricted()
                .map(|(at, question)| (at, readers(question)))
                .collect(),
            asked: restricted()
                .map(|(at, question)| (at, question.asked))
                .collect(),
            headings: of_cycles
                .map(|(at, question)| (at, question.title.trim().to_owned()))
                .collect(),
            readers: lines.chain(of_sections(org)).collect(),
            attachments: attachments::restricted(org),
            public: public(org),
        }
    }
}

/// What the files about one person say of who reads them.
pub fn readers_about(org: &Organisation, id: &PersonId) -> BTreeMap<ReadersAt, Kept> {
    let Some(person) = org.people.get(id) else {
        return BTreeMap::new();
    };
    let managed = org.management.about.get(id);
    let files = readers_lines(person, managed.map(|managed| &**managed));
    let files = files.filter_map(|(resource, readers)| {
        let readers = tokens(readers.as_deref()?);
        Some((ReadersAt::file(resource.path(id)), Kept::File(readers)))
    });
    let has_lines = person.log.iter().any(|entry| entry.readers.is_some());
    let log = if has_lines {
        log_entries(person)
    } else {
        Vec::new()
    };
    let log = log.into_iter();
    let log = log.map(|(part, entry)| (part, entry.readers.as_deref().map(tokens)));
    files.chain(of_parts(log.collect())).collect()
}

/// Whom a file is about, by its path; `None` for what is part of a rubric.
pub(super) fn subject_of(path: &str) -> Option<PersonId> {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["people", id, ..] => PersonId::new(id),
        ["management", .., file] => PersonId::new(file.strip_suffix(".toml")?),
        _ => None,
    }
}

fn of_person(person: &Person) -> PersonFacts {
    // A key that counts on no day at all is as if it were not there.
    let counts = |key: &&ReaderKey| key.counts_on(key.until.unwrap_or(Date::MAX));
    let keys = person.keys.iter().filter(counts);
    PersonFacts {
        keys: keys
            .map(|key| (fingerprint(&key.recipient), key.until))
            .collect(),
        managers: managers(&person.roles),
        end: person.end,
    }
}

/// The changes alone; the first role holds for all days before it too.
fn managers(roles: &[Role]) -> Vec<Since> {
    let mut managers: Vec<Since> = Vec::new();
    let mut above: Option<&PersonId> = None;
    for (at, role) in roles.iter().enumerate() {
        if role.manager.as_ref() != above {
            above = role.manager.as_ref();
            managers.push(Since {
                from: (at > 0).then_some(role.from),
                manager: role.manager.clone(),
            });
        }
    }
    managers
}

fn tokens(readers: &[ReaderToken]) -> Readers {
    readers.iter().cloned().collect()
}

/// Readers as files list them.
pub(super) fn reader_list(readers: &Readers) -> Vec<ReaderToken> {
    readers.iter().cloned().collect()
}

/// The entries of a log, by their days.
pub(super) fn log_entries(person: &Person) -> Vec<(Part, &LogEntry)> {
    let path = Resource::Log(0).path(&person.id);
    parts(&path, &person.log, |entry| {
        (entry.date.to_string(), entry.text.as_str().to_owned())
    })
}

/// Parts of a file that have a name and say something, in order.
fn parts<'p, T>(
    path: &str,
    all: &'p [T],
    named: impl Fn(&T) -> (String, String),
) -> Vec<(Part, &'p T)> {
    let named: Vec<(String, String)> = all.iter().map(named).collect();
    let namesakes = |name: &str| named.iter().filter(|(other, _)| other == name).count();
    let part = |(name, text): &(String, String)| Part {
        at: ReadersAt {
            path: path.to_owned(),
            part: Some(name.clone()),
        },
        text: fingerprint_of_text(text),
        namesakes: namesakes(name),
    };
    named.iter().map(part).zip(all).collect()
}

/// The readers of all parts under a recorded name: where one of the name is restricted, of the others too.
fn of_parts(parts: Vec<(Part, Option<Readers>)>) -> BTreeMap<ReadersAt, Kept> {
    let restricted = parts.iter().filter(|(_, readers)| readers.is_some());
    let names: BTreeSet<ReadersAt> = restricted.map(|(part, _)| part.at.clone()).collect();
    let mut found: BTreeMap<ReadersAt, BTreeMap<String, Readers>> = BTreeMap::new();
    for (part, readers) in parts
        .into_iter()
        .filter(|(part, _)| names.contains(&part.at))
    {
        let readers = readers.unwrap_or_else(|| default_of_part(&part.at));
        // If a text is there twice, the readers of either read both.
        let known = found.entry(part.at).or_default();
        known.entry(part.text).or_default().extend(readers);
    }
    let found = found.into_iter();
    found.map(|(at, parts)| (at, Kept::Parts(parts))).collect()
}

/// The rubric in force and those that cycles pin, each by its directory or revision.
pub(super) fn rubrics(org: &Organisation) -> impl Iterator<Item = (&str, &Rubric)> {
    let pinned = org.pinned.iter().filter(|(pin, _)| *pin != RUBRICS);
    let pinned = pinned.map(|(pin, rubric)| (pin.as_str(), rubric));
    std::iter::once((RUBRICS, &org.rubric)).chain(pinned)
}

/// Whom a section for managers is for.
pub(super) fn managers_alone() -> Readers {
    Readers::from([ReaderToken::Audience(Audience::Managers)])
}

/// The sections that only managers read; and those that all read whose like, in another rubric, only managers do: that
/// an older text shows what a newer one restricts is for somebody to accept.
fn of_sections(org: &Organisation) -> BTreeMap<ReadersAt, Kept> {
    let all: Vec<(Part, &LevelSection)> = all_sections(org).collect();
    let restricted = all.iter().filter(|(_, section)| section.managers_only);
    let like: BTreeSet<_> = restricted
        .map(|(part, _)| part.at.without_rubric())
        .collect();
    let readers = |part: &Part, section: &LevelSection| {
        if section.managers_only {
            return Some(managers_alone());
        }
        let is_like = like.contains(&part.at.without_rubric());
        is_like.then(|| default_of_part(&part.at))
    };
    let recorded = all.iter().map(|(part, section)| {
        let readers = readers(part, section);
        (part.clone(), readers)
    });
    of_parts(recorded.collect())
}

/// All sections of all levels, by their titles.
pub(super) fn all_sections(org: &Organisation) -> impl Iterator<Item = (Part, &LevelSection)> {
    let said = |section: &LevelSection| {
        let items = section.items.iter().map(Prose::as_str);
        let said: Vec<&str> = items.chain([section.text.as_str()]).collect();
        (section.title.clone(), said.join("\n"))
    };
    rubrics(org).flat_map(move |(directory, rubric)| {
        let tracks = rubric.tracks.values();
        let levels = tracks.flat_map(|track| track.levels.iter().map(move |level| (track, level)));
        levels.flat_map(move |(track, level)| {
            let path = format!("{directory}/{}/{}.toml", track.id, level.id);
            parts(&path, &level.sections, said)
        })
    })
}

/// Whether the file or part that a `readers` line is recorded for is in the tree, with a line or without.
pub(super) fn is_there(org: &Organisation, at: &ReadersAt) -> bool {
    let Some(subject) = subject_of(&at.path) else {
        return all_sections(org).any(|(part, _)| part.at == *at);
    };
    let Some(person) = org.people.get(&subject) else {
        return false;
    };
    match &at.part {
        Some(day) => person
            .log
            .iter()
            .any(|entry| entry.date.to_string() == *day),
        None => {
            let managed = org.management.about.get(&subject);
            let mut files = readers_lines(person, managed.map(|managed| &**managed));
            files.any(|(resource, _)| resource.path(&subject) == at.path)
        }
    }
}

/// The tracks that anyone reads. An abstract one has no page of its own.
fn public(org: &Organisation) -> BTreeMap<(String, TrackId), Vec<TrackId>> {
    let tracks = rubrics(org).flat_map(|(directory, rubric)| {
        let public = rubric.tracks.values();
        let public = public.filter(|track| track.public && !track.is_abstract);
        public.map(move |track| {
            let key = (directory.to_owned(), track.id.clone());
            (key, extended(rubric, track))
        })
    });
    tracks.collect()
}

/// What a track extends, nearest first.
fn extended(rubric: &Rubric, track: &Track) -> Vec<TrackId> {
    let mut line: Vec<TrackId> = Vec::new();
    let mut at = Some(track);
    while let Some(parent) = at.and_then(|track| track.extends.as_ref()) {
        if line.contains(parent) {
            break; // `check` refuses circles; a loop here must still end
        }
        line.push(parent.clone());
        at = rubric.tracks.get(parent);
    }
    line
}
