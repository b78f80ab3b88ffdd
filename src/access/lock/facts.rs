//! An organisation → the causes of its audiences.

use std::collections::{BTreeMap, BTreeSet};

use super::adopt;
use super::{Lock, Readers, Since, Standing};
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
    }
}

/// What the files about one person say of who reads them.
pub fn readers_about(org: &Organisation, id: &PersonId) -> BTreeMap<ReadersAt, Readers> {
    let mut found = BTreeMap::new();
    let person = org.people.get(id).into_iter();
    person.for_each(|person| of_person(person, &mut found));
    let managed = org.management.about.get(id).into_iter();
    managed.for_each(|managed| of_talent(id, managed, &mut found));
    found
}

/// Whom a file is about, by its path.
fn subject_of(path: &str) -> Option<&str> {
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

fn readers(org: &Organisation) -> BTreeMap<ReadersAt, Readers> {
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

fn of_talent(subject: &PersonId, managed: &Managed, found: &mut BTreeMap<ReadersAt, Readers>) {
    for (cycle, talent) in &managed.talent {
        let path = Artefact::Talent(cycle.clone()).path(subject);
        add(found, ReadersAt::file(path), talent.readers.as_deref());
    }
}

fn add(found: &mut BTreeMap<ReadersAt, Readers>, at: ReadersAt, readers: Option<&[ReaderToken]>) {
    found.extend(readers.map(|readers| (at, tokens(readers))));
}

fn of_person(person: &Person, found: &mut BTreeMap<ReadersAt, Readers>) {
    for (part, entry) in log_parts(&person.log).zip(&person.log) {
        let at = ReadersAt {
            path: Artefact::Log(0).path(&person.id),
            part: Some(part),
        };
        add(found, at, entry.readers.as_deref());
    }
    for (id, cycle) in &person.cycles {
        for (path, readers) in in_cycle(&person.id, id, cycle) {
            add(found, ReadersAt::file(path), Some(readers));
        }
    }
}

/// The names of a log's entries: their days.
pub(super) fn log_parts(log: &[LogEntry]) -> impl Iterator<Item = String> {
    numbered(log.iter().map(|entry| entry.date))
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
    /// Numbered from the second of the same title on.
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
fn of_sections(org: &Organisation) -> Vec<(ReadersAt, Readers)> {
    let all: Vec<(ReadersAt, &LevelSection)> = all_sections(org).collect();
    let like = |at: &ReadersAt| Section::at(at).map(|s| (s.track, s.level, s.title));
    let kept = all.iter().filter(|(_, section)| section.managers_only);
    let kept: BTreeSet<_> = kept.filter_map(|(at, _)| like(at)).collect();
    let readers = |at: &ReadersAt, section: &LevelSection| match section.managers_only {
        true => Some(managers_alone()),
        false => {
            let is_kept_elsewhere = like(at).is_some_and(|like| kept.contains(&like));
            is_kept_elsewhere.then(|| Readers::from([ReaderToken::Audience(Audience::Org)]))
        }
    };
    let recorded = all.iter().filter_map(|(at, section)| {
        let readers = readers(at, section)?;
        Some((at.clone(), readers))
    });
    recorded.collect()
}

fn all_sections(org: &Organisation) -> impl Iterator<Item = (ReadersAt, &LevelSection)> {
    rubrics(org).flat_map(|(directory, rubric)| {
        let tracks = rubric.tracks.values();
        tracks.flat_map(move |track| sections(directory, track))
    })
}

/// All sections of a track's levels, and where they stand.
fn sections<'t>(
    directory: &str,
    track: &'t Track,
) -> impl Iterator<Item = (ReadersAt, &'t LevelSection)> {
    track.levels.iter().flat_map(move |level| {
        let path = format!("{directory}/{}/{}.toml", track.id, level.id);
        let parts = numbered(level.sections.iter().map(|section| section.title.clone()));
        let at = move |part| ReadersAt {
            path: path.clone(),
            part: Some(part),
        };
        parts.map(at).zip(&level.sections)
    })
}

/// Whether a section is there, for everyone with a key to read.
pub(super) fn is_open(org: &Organisation, at: &ReadersAt) -> bool {
    let mut open = all_sections(org).filter(|(_, section)| !section.managers_only);
    open.any(|(known, _)| known == *at)
}

/// Whether the like of a section is open in any other rubric.
pub(super) fn is_open_anywhere(org: &Organisation, section: &Section) -> bool {
    let mut open = all_sections(org).filter(|(_, section)| !section.managers_only);
    open.any(|(at, _)| Section::at(&at).is_some_and(|open| open.is_same_elsewhere(section)))
}

/// Whether what a `readers` line may stand in is in the tree, with one or without.
pub(super) fn is_there(org: &Organisation, at: &ReadersAt) -> bool {
    if Section::at(at).is_some() {
        return all_sections(org).any(|(known, _)| known == *at);
    }
    let path: Vec<&str> = at.path.split('/').collect();
    match path.as_slice() {
        ["people", id, "log.toml"] => {
            let log = org.people.get(*id).map(|person| log_parts(&person.log));
            log.is_some_and(|mut parts| at.part.as_ref().is_some_and(|at| parts.any(|p| p == *at)))
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
