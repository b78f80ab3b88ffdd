//! An organisation → the causes of its audiences.

use std::collections::{BTreeMap, BTreeSet};

use super::kept::{Part, default_of_part};
use super::{Kept, Lock, Readers, Since, Standing};
use super::{adopt, attachments};
use crate::access::artefact::{Artefact, FeedbackFile, restricted_questions};
use crate::model::*;

/// The directory of the rubric in force.
pub(super) const RUBRICS: &str = "rubrics";

impl Lock {
    /// The causes that hold in an organisation.
    pub fn of(org: &Organisation) -> Self {
        let dates = |cycle: &Cycle| (cycle.id.clone(), (cycle.start, cycle.end));
        let standing = |person: &Person| (person.id.clone(), standing(person));
        Self {
            chain: org.access.chain,
            peer_feedback: org.access.peer_feedback,
            hr: org.access.hr.iter().cloned().collect(),
            people: org.people.values().map(|person| standing(person)).collect(),
            cycles: org.cycles.iter().map(dates).collect(),
            questions: questions(org),
            asked: asked(org),
            headings: headings(org),
            readers: readers(org),
            attachments: attachments::restricted(org, org.people.keys()),
            public: public(org),
        }
    }

    /// The same after a change of nothing but what is written about some people: in their directories, `person.toml`
    /// aside, and under `management/`.
    pub fn renew(&mut self, org: &Organisation, people: &BTreeSet<PersonId>) {
        let is_about = |at: &ReadersAt| subject_of(&at.path).is_some_and(|id| people.contains(id));
        self.readers.retain(|at, _| !is_about(at));
        for id in people {
            self.readers.extend(readers_about(org, id));
        }
        let is_of = |path: &String| subject_of(path).is_some_and(|id| people.contains(id));
        self.attachments.retain(|path, _| !is_of(path));
        self.attachments
            .extend(attachments::restricted(org, people.iter()));
    }
}

/// What the files about one person say of who reads them.
pub fn readers_about(org: &Organisation, id: &PersonId) -> BTreeMap<ReadersAt, Kept> {
    let mut found = BTreeMap::new();
    let person = org.people.get(id).into_iter();
    person.for_each(|person| of_person(person, &mut found));
    let managed = org.management.about.get(id).into_iter();
    managed.for_each(|managed| of_talent(id, managed, &mut found));
    found
}

/// Whom a file is about, by its path.
pub(super) fn subject_of(path: &str) -> Option<&str> {
    let own = path
        .strip_prefix("people/")
        .and_then(|rest| rest.split('/').next());
    let talent = || {
        path.strip_prefix("management/")?
            .rsplit('/')
            .next()?
            .strip_suffix(".toml")
    };
    own.or_else(talent)
}

fn standing(person: &Person) -> Standing {
    // What counts on no day at all is as if it were not there.
    let counts = |key: &&ReaderKey| key.counts_on(key.until.unwrap_or(Date::MAX));
    let keys = person.keys.iter().filter(counts);
    Standing {
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

/// The questions whose answers have readers of their own.
fn restricted(
    org: &Organisation,
) -> impl Iterator<Item = ((Option<CycleId>, QuestionId), &Question)> {
    let of_all = org.questions.iter().map(|question| (None, question));
    let of_cycles = org.cycles.iter().flat_map(|cycle| {
        let questions = cycle.questions.iter();
        questions.map(|question| (Some(cycle.id.clone()), question))
    });
    let all = of_all.chain(of_cycles);
    let restricted = all.filter(|(_, question)| question.readers.is_some());
    restricted.map(|(cycle, question)| ((cycle, question.id.clone()), question))
}

fn questions(org: &Organisation) -> BTreeMap<(Option<CycleId>, QuestionId), Readers> {
    let readers = |question: &Question| tokens(question.readers.as_deref().unwrap_or_default());
    restricted(org)
        .map(|(key, question)| (key, readers(question)))
        .collect()
}

fn asked(org: &Organisation) -> BTreeMap<(Option<CycleId>, QuestionId), QuestionFor> {
    restricted(org)
        .map(|(key, question)| (key, question.asked))
        .collect()
}

fn headings(org: &Organisation) -> BTreeMap<(Option<CycleId>, QuestionId), String> {
    let of_cycles = org.cycles.iter().flat_map(|cycle| {
        let kept = restricted_questions(org, &cycle.id);
        kept.map(|question| {
            let key = (Some(cycle.id.clone()), question.id.clone());
            (key, question.title.trim().to_owned())
        })
    });
    of_cycles.collect()
}

fn tokens(readers: &[ReaderToken]) -> Readers {
    readers.iter().cloned().collect()
}

fn readers(org: &Organisation) -> BTreeMap<ReadersAt, Kept> {
    let mut found = BTreeMap::new();
    for person in org.people.values() {
        of_person(person, &mut found);
    }
    for (subject, managed) in &org.management.about {
        of_talent(subject, managed, &mut found);
    }
    found.extend(of_sections(org));
    found
}

fn of_talent(subject: &PersonId, managed: &Managed, found: &mut BTreeMap<ReadersAt, Kept>) {
    for (cycle, talent) in &managed.talent {
        let path = Artefact::Talent(cycle.clone()).path(subject);
        add(found, ReadersAt::file(path), talent.readers.as_deref());
    }
}

fn add(found: &mut BTreeMap<ReadersAt, Kept>, at: ReadersAt, readers: Option<&[ReaderToken]>) {
    found.extend(readers.map(|readers| (at, Kept::File(tokens(readers)))));
}

fn of_person(person: &Person, found: &mut BTreeMap<ReadersAt, Kept>) {
    let log = if person.log.iter().any(|entry| entry.readers.is_some()) {
        log_entries(person)
    } else {
        Vec::new()
    };
    let readers = |(part, entry): (Part, &LogEntry)| (part, entry.readers.as_deref().map(tokens));
    found.extend(of_parts(log.into_iter().map(readers)));
    for (id, cycle) in &person.cycles {
        for (path, readers) in in_cycle(&person.id, id, cycle) {
            add(found, ReadersAt::file(path), Some(readers));
        }
    }
}

/// The entries of a log, by their days.
pub(super) fn log_entries(person: &Person) -> Vec<(Part, &LogEntry)> {
    let path = Artefact::Log(0).path(&person.id);
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
    let mut namesakes: BTreeMap<&String, usize> = BTreeMap::new();
    for (name, _) in &named {
        *namesakes.entry(name).or_default() += 1;
    }
    let part = |(name, text): &(String, String)| Part {
        at: ReadersAt {
            path: path.to_owned(),
            part: Some(name.clone()),
        },
        text: fingerprint_of_text(text),
        namesakes: namesakes[name],
    };
    named.iter().map(part).zip(all).collect()
}

/// The readers of all parts whose name a line hangs on: where one of the name is kept, of the others too.
fn of_parts(
    parts: impl Iterator<Item = (Part, Option<Readers>)> + Clone,
) -> BTreeMap<ReadersAt, Kept> {
    let kept = parts.clone().filter(|(_, readers)| readers.is_some());
    let names: BTreeSet<ReadersAt> = kept.map(|(part, _)| part.at).collect();
    let mut found: BTreeMap<ReadersAt, BTreeMap<String, Readers>> = BTreeMap::new();
    for (part, readers) in parts.filter(|(part, _)| names.contains(&part.at)) {
        let readers = readers.unwrap_or_else(|| default_of_part(&part.at));
        // Of one text that stands there twice, whoever reads either reads both.
        let known = found.entry(part.at).or_default();
        known.entry(part.text).or_default().extend(readers);
    }
    let kept = found.into_iter();
    kept.map(|(at, parts)| (at, Kept::Parts(parts))).collect()
}

/// The files of one cycle, drafts too, that say who reads them.
fn in_cycle<'c>(
    subject: &PersonId,
    id: &CycleId,
    cycle: &'c PersonCycle,
) -> impl Iterator<Item = (String, &'c [ReaderToken])> {
    let file = |file: FeedbackFile, feedback: &'c Feedback| {
        Some((file.path(subject), feedback.readers.as_deref()?))
    };
    let whole = |artefact: Artefact, readers: &'c Option<Vec<ReaderToken>>| {
        Some((artefact.path(subject), readers.as_deref()?))
    };
    let peers = cycle.peers.iter();
    let peers = peers.filter_map(|(author, peer)| {
        file(
            FeedbackFile::Peer(id.clone(), author.clone()),
            &peer.feedback,
        )
    });
    let peers: Vec<_> = peers.collect();
    let single = [
        (cycle.expectations.as_ref())
            .and_then(|e| whole(Artefact::Expectations(id.clone()), &e.readers)),
        (cycle.plan.as_ref()).and_then(|plan| whole(Artefact::Plan(id.clone()), &plan.readers)),
        (cycle.pip.as_ref()).and_then(|pip| whole(Artefact::Pip(id.clone()), &pip.readers)),
        (cycle.self_assessment.as_ref())
            .and_then(|own| file(FeedbackFile::SelfAssessment(id.clone()), own)),
        (cycle.review.as_ref())
            .and_then(|review| file(FeedbackFile::Review(id.clone()), &review.feedback)),
        (cycle.response.as_ref())
            .and_then(|response| file(FeedbackFile::Response(id.clone()), &response.feedback)),
    ];
    single.into_iter().flatten().chain(peers)
}

/// The rubric in force and those that cycles pin, each by its directory or revision.
pub(super) fn rubrics(org: &Organisation) -> impl Iterator<Item = (&str, &Rubric)> {
    let pinned = org.pinned.iter().filter(|(pin, _)| *pin != RUBRICS);
    let pinned = pinned.map(|(pin, rubric)| (pin.as_str(), rubric));
    std::iter::once((RUBRICS, &org.rubric)).chain(pinned)
}

/// A section of a level, by the name that its readers hang on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// The directory of its rubric, or the revision that stands for one.
    pub directory: String,
    pub track: String,
    /// The file of its level.
    pub level: String,
    pub title: String,
}

impl Section {
    /// The section that stands there; nothing for what is no part of a rubric.
    pub fn at(at: &ReadersAt) -> Option<Self> {
        let title = at.part.clone()?;
        let mut parts = at.path.rsplitn(3, '/');
        let (level, track) = (parts.next()?.to_owned(), parts.next()?.to_owned());
        let directory = parts.next()?.to_owned();
        let is_log = directory == "people" && level == "log.toml";
        (!is_log).then_some(Self {
            directory,
            track,
            level,
            title,
        })
    }

    /// Whether the other is the same one of another rubric.
    pub fn is_same_elsewhere(&self, other: &Self) -> bool {
        let name = |section: &Self| {
            let Self {
                track,
                level,
                title,
                ..
            } = section;
            (track.clone(), level.clone(), title.clone())
        };
        self.directory != other.directory && name(self) == name(other)
    }
}

/// Whom a section for managers is for.
pub(super) fn managers_alone() -> Readers {
    Readers::from([ReaderToken::Audience(Audience::Managers)])
}

/// The sections that only managers read; and those that all read whose like, in another rubric, only managers do: that
/// an older text shows what a newer one keeps is for somebody to accept.
fn of_sections(org: &Organisation) -> BTreeMap<ReadersAt, Kept> {
    let all: Vec<(Part, &LevelSection)> = all_sections(org).collect();
    let like = |at: &ReadersAt| Section::at(at).map(|s| (s.track, s.level, s.title));
    let kept = all.iter().filter(|(_, section)| section.managers_only);
    let kept: BTreeSet<_> = kept.filter_map(|(part, _)| like(&part.at)).collect();
    let readers = |part: &Part, section: &LevelSection| match section.managers_only {
        true => Some(managers_alone()),
        false => {
            let is_kept_elsewhere = like(&part.at).is_some_and(|like| kept.contains(&like));
            is_kept_elsewhere.then(|| default_of_part(&part.at))
        }
    };
    let recorded = all.iter().map(|(part, section)| {
        let readers = readers(part, section);
        (part.clone(), readers)
    });
    of_parts(recorded)
}

/// All sections of all levels, by their titles.
pub(super) fn all_sections(org: &Organisation) -> impl Iterator<Item = (Part, &LevelSection)> {
    rubrics(org).flat_map(|(directory, rubric)| {
        let tracks = rubric.tracks.values();
        tracks.flat_map(move |track| sections(directory, track))
    })
}

fn sections<'t>(
    directory: &str,
    track: &'t Track,
) -> impl Iterator<Item = (Part, &'t LevelSection)> {
    let said = |section: &LevelSection| {
        let items = section.items.iter().map(Prose::as_str);
        let said: Vec<&str> = items.chain([section.text.as_str()]).collect();
        (section.title.clone(), said.join("\n"))
    };
    track.levels.iter().flat_map(move |level| {
        let path = format!("{directory}/{}/{}.toml", track.id, level.id);
        parts(&path, &level.sections, said)
    })
}

/// The sections for everyone with a key to read that have a name.
pub(super) fn open_at(org: &Organisation, at: &ReadersAt) -> Vec<Part> {
    let open = all_sections(org).filter(|(_, section)| !section.managers_only);
    let parts = open.map(|(part, _)| part);
    parts.filter(|part| part.at == *at).collect()
}

/// Whether the like of a section is open in any other rubric.
pub(super) fn is_open_anywhere(org: &Organisation, section: &Section) -> bool {
    let mut open = all_sections(org).filter(|(_, section)| !section.managers_only);
    open.any(|(part, _)| Section::at(&part.at).is_some_and(|open| open.is_same_elsewhere(section)))
}

/// Whether what a `readers` line may stand in is in the tree, with one or without.
pub(super) fn is_there(org: &Organisation, at: &ReadersAt) -> bool {
    if Section::at(at).is_some() {
        return all_sections(org).any(|(known, _)| known.at == *at);
    }
    let path: Vec<&str> = at.path.split('/').collect();
    match path.as_slice() {
        ["people", id, "log.toml"] => {
            let person = org.people.get(*id);
            let mut log = person.into_iter().flat_map(|person| &person.log);
            log.any(|entry| at.part.as_ref() == Some(&entry.date.to_string()))
        }
        ["people", id, cycle, _] => {
            let files = org
                .people
                .get(*id)
                .and_then(|person| person.cycles.get(*cycle));
            let (Some(id), Some(cycle)) = (PersonId::new(id), CycleId::new(cycle)) else {
                return false;
            };
            let slots = files.map(|files| adopt::paths(&id, &cycle, files));
            slots.is_some_and(|paths| paths.contains(&at.path))
        }
        ["management", cycle, file] => {
            let id = file.strip_suffix(".toml").and_then(PersonId::new);
            let managed = id.and_then(|id| org.management.about.get(&id));
            managed.is_some_and(|managed| managed.talent.contains_key(*cycle))
        }
        _ => false,
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
