//! An organisation → the causes of its audiences.

use std::collections::{BTreeMap, BTreeSet};

use super::{Lock, Readers, Since, Standing};
use crate::access::artefact::{Artefact, FeedbackFile};
use crate::model::*;

/// The directory of the rubric in force.
const RUBRICS: &str = "rubrics";

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
            readers: readers(org),
            public: public(org),
        }
    }
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

fn questions(org: &Organisation) -> BTreeMap<(Option<CycleId>, QuestionId), Readers> {
    let of_all = org.questions.iter().map(|question| (None, question));
    let of_cycles = org.cycles.iter().flat_map(|cycle| {
        let questions = cycle.questions.iter();
        questions.map(|question| (Some(cycle.id.clone()), question))
    });
    let restricted = of_all.chain(of_cycles).filter_map(|(cycle, question)| {
        let readers = question.readers.as_deref()?;
        Some(((cycle, question.id.clone()), tokens(readers)))
    });
    restricted.collect()
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
        for (cycle, talent) in &managed.talent {
            let path = Artefact::Talent(cycle.clone()).path(subject);
            add(&mut found, ReadersAt::file(path), talent.readers.as_deref());
        }
    }
    for (directory, rubric) in rubrics(org) {
        for track in rubric.tracks.values() {
            found.extend(for_managers(directory, track));
        }
    }
    found
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
fn rubrics(org: &Organisation) -> impl Iterator<Item = (&str, &Rubric)> {
    let pinned = org.pinned.iter().filter(|(pin, _)| *pin != RUBRICS);
    let pinned = pinned.map(|(pin, rubric)| (pin.as_str(), rubric));
    std::iter::once((RUBRICS, &org.rubric)).chain(pinned)
}

/// The sections of a track's levels that only managers read.
fn for_managers(directory: &str, track: &Track) -> Vec<(ReadersAt, Readers)> {
    let only = Readers::from([ReaderToken::Audience(Audience::Managers)]);
    let sections = sections(directory, track).filter(|(_, section)| section.managers_only);
    sections.map(|(at, _)| (at, only.clone())).collect()
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

/// The sections of levels that everyone with a key reads.
pub(super) fn open_sections(org: &Organisation) -> BTreeSet<ReadersAt> {
    let tracks = rubrics(org).flat_map(|(directory, rubric)| {
        let tracks = rubric.tracks.values();
        tracks.flat_map(move |track| sections(directory, track).collect::<Vec<_>>())
    });
    tracks
        .filter(|(_, section)| !section.managers_only)
        .map(|(at, _)| at)
        .collect()
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
