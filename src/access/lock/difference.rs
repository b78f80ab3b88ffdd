//! Who would read what more than was accepted, and through which cause.
//!
//! Both sides read the same texts, those of the tree. On one, everything that decides who reads them is as it is in the
//! tree; on the other, as it was accepted. What somebody may read on the first and not on the second is a gain. To tell
//! through what they gain it, the causes are taken over one after another, and the one that brings it is named.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rayon::prelude::*;

use super::adopt::adopt;
use super::attachments::{self, Links};
use super::causes::{days_ahead, differing};
use super::gone::subject_of;
use super::rights::{Right, Rights, TextKind};
use super::{Lock, promises};
use crate::access::artefact::Artefact;
use crate::access::audience::{Audiences, People};
use crate::model::*;

/// How a tree differs from what was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// What anybody would gain, by cause. None: nothing is wider than accepted.
    pub gains: Vec<Gain>,
    /// Who reads less than was accepted today.
    pub losing: People,
    /// Every cause that is told otherwise, whether anybody gains by it or not.
    pub causes: BTreeSet<Cause>,
}

/// What one cause brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gain {
    pub cause: Cause,
    /// The first day on which it does, where that is not today already.
    pub from: Option<Date>,
    pub what: Gained,
}

/// Who gains what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gained {
    /// Texts that there are, or that there will be of some kind.
    Texts(Reading),
    /// Nobody gains anything yet; what will be written is promised to more people. The sentence that says so.
    Promised(String),
}

/// Texts that people would read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    pub people: People,
    /// Whom the texts are about, where they are about somebody.
    pub subjects: People,
    pub kinds: BTreeSet<TextKind>,
    /// The texts themselves, where there are few.
    pub texts: BTreeSet<Right>,
    /// How many pairs of a text and a reader there are.
    pub count: usize,
}

impl Gain {
    /// The first entry of a log that it is about, by position; nothing for what is no log.
    pub fn entry(&self) -> Option<usize> {
        let Gained::Texts(reading) = &self.what else {
            return None;
        };
        reading.texts.iter().find_map(|right| match right {
            Right::Piece(Artefact::Log(entry)) => Some(*entry),
            _ => None,
        })
    }
}

impl fmt::Display for Gain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            Gained::Texts(reading) => match &self.cause {
                Cause::Key(..) => write!(f, "by a new key, {reading}")?,
                _ => write!(f, "{reading}")?,
            },
            Gained::Promised(sentence) => f.write_str(sentence)?,
        }
        match self.from {
            Some(day) => write!(f, ", from {day} on"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (personal, common): (Vec<TextKind>, Vec<TextKind>) =
            self.kinds.iter().partition(|kind| kind.is_personal());
        let personal = match self.told() {
            Some(texts) => joined(texts),
            None => joined(personal.iter()),
        };
        let mut parts: Vec<String> = Vec::new();
        if !personal.is_empty() {
            parts.push(format!("{personal} {}", self.whose()));
        }
        parts.extend(common.iter().map(TextKind::to_string));
        write!(
            f,
            "{} would read {}",
            names(&self.people),
            parts.join(", and ")
        )
    }
}

fn joined<T: fmt::Display>(things: impl Iterator<Item = T>) -> String {
    let mut words: Vec<String> = things.map(|thing| thing.to_string()).collect();
    let last = words.pop().unwrap_or_default();
    match words.is_empty() {
        true => last,
        false => format!("{} and {last}", words.join(", ")),
    }
}

impl Reading {
    fn whose(&self) -> String {
        match self.subjects == self.people {
            true => "of their own".to_owned(),
            false => format!("of {}", names(&self.subjects)),
        }
    }
}

/// The most people that a sentence names one by one.
const NAMED_MAX: usize = 4;

/// People in words: all of them, or the first and how many more.
pub(super) fn names(people: &People) -> String {
    let shown = match people.len() {
        few if few <= NAMED_MAX + 1 => few,
        _ => NAMED_MAX,
    };
    let names: Vec<String> = people
        .iter()
        .take(shown)
        .map(|id| format!("`{id}`"))
        .collect();
    match people.len() - shown {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// The most texts that are told one by one.
const TOLD_MAX: usize = 3;

impl Difference {
    /// What has become less or is not recorded, in one line; nothing where the tree is what was accepted or wider.
    pub fn behind(&self) -> Option<String> {
        if self.is_wider() || self.is_none() {
            return None;
        }
        Some(match self.losing.is_empty() {
            false => format!(
                "{} read less than was accepted, and by what the lock records nobody reads more",
                names(&self.losing)
            ),
            true => "by what the lock records nobody reads more, but the tree says otherwise than the lock".to_owned(),
        })
    }

    /// Whether anybody would read more.
    pub fn is_wider(&self) -> bool {
        !self.gains.is_empty()
    }

    /// Whether the tree is exactly what was accepted.
    pub fn is_none(&self) -> bool {
        self.causes.is_empty()
    }
}

/// Lays what was accepted beside what an organisation says today. `present` is what holds in the organisation.
pub fn difference(accepted: &Lock, present: &Lock, org: &Organisation, today: Date) -> Difference {
    let causes = differing(accepted, present, org);
    if causes.is_empty() {
        return Difference::default();
    }
    let mut locked = org.clone();
    causes
        .iter()
        .for_each(|cause| adopt(&mut locked, cause, accepted));
    let (accepted_links, links) = links(accepted, org, &causes);
    let comparison = Comparison {
        accepted,
        present,
        org,
        locked: &locked,
        causes: &causes,
        accepted_links: &accepted_links,
        links: &links,
    };
    let mut found = Found::default();
    let losing = comparison.on(today, &mut found);
    for day in days_ahead(&causes, (accepted, present), today) {
        comparison.on(day, &mut found);
    }
    let mut gains = found.into_gains(today);
    let felt: BTreeSet<Cause> = gains.iter().map(|gain| gain.cause.clone()).collect();
    gains.extend(promises::loosened(&comparison, &felt, today));
    gains.sort_by(|a, b| a.cause.cmp(&b.cause));
    Difference {
        gains,
        losing,
        causes,
    }
}

/// The texts that link to the attachments of which a cause tells otherwise: as accepted, and today.
fn links(accepted: &Lock, org: &Organisation, causes: &BTreeSet<Cause>) -> (Links, Links) {
    let told = |path: &String| {
        let is_it = |cause: &Cause| matches!(cause, Cause::Attachment(told, _) if told == path);
        causes.iter().any(is_it)
    };
    let known = accepted.attachments.iter().filter(|(path, _)| told(path));
    let known: Links = known
        .map(|(path, texts)| (path.clone(), texts.clone()))
        .collect();
    let mut now = attachments::present(accepted, org);
    now.retain(|path, _| known.contains_key(path));
    (known, now)
}

/// Both sides.
pub(super) struct Comparison<'a> {
    pub accepted: &'a Lock,
    pub present: &'a Lock,
    pub org: &'a Organisation,
    /// The organisation as it would be under what was accepted.
    pub locked: &'a Organisation,
    pub causes: &'a BTreeSet<Cause>,
    /// The texts that linked to attachments of which the two say otherwise.
    pub accepted_links: &'a Links,
    /// Those that link to them now.
    pub links: &'a Links,
}

/// What each cause was found to bring, and from which day on.
#[derive(Default)]
struct Found(BTreeMap<Cause, (Date, Reading)>);

impl Found {
    fn add(&mut self, cause: &Cause, day: Date, subject: &Subject, (right, reader): &Pair) {
        let (since, reading) = self
            .0
            .entry(cause.clone())
            .or_insert_with(|| (day, Reading::default()));
        if *since == day {
            reading.add(subject, right, reader);
        }
    }

    fn into_gains(self, today: Date) -> Vec<Gain> {
        let gain = |(cause, (since, reading)): (Cause, (Date, Reading))| Gain {
            cause,
            from: (since > today).then_some(since),
            what: Gained::Texts(reading),
        };
        self.0.into_iter().map(gain).collect()
    }
}

impl Reading {
    fn add(&mut self, subject: &Subject, right: &Right, reader: &PersonId) {
        self.people.insert(reader.clone());
        self.subjects.extend(subject.clone());
        self.kinds.insert(right.kind());
        if self.texts.len() <= TOLD_MAX {
            self.texts.insert(right.clone());
        }
        self.count += 1;
    }

    /// The texts by name, where there are few and none of them is yet to be written.
    pub fn told(&self) -> Option<impl Iterator<Item = &Right>> {
        let is_written = |right: &Right| {
            matches!(
                right,
                Right::Piece(_) | Right::Unnamed(..) | Right::Attachment(..)
            )
        };
        let few = self.texts.len() <= TOLD_MAX && self.texts.iter().all(is_written);
        few.then(|| self.texts.iter())
    }
}

/// A text, and somebody who would read it.
type Pair = (Right, PersonId);

/// Whom a text is about; nothing for what is about everyone.
type Subject = Option<PersonId>;

/// What is different in what is about one subject.
struct Aside {
    subject: Subject,
    /// Readers who were in no audience of it.
    gained: BTreeSet<Pair>,
    /// Readers who were, and would read it by another key.
    by_key: Vec<Pair>,
    losing: People,
}

impl Comparison<'_> {
    /// Compares both sides on one day; tells who reads less.
    fn on(&self, day: Date, found: &mut Found) -> People {
        let keys = Keys::on(self, day);
        let asides = self.asides(&keys, day);
        let mut losing = keys.losing.clone();
        let mut open: BTreeMap<Subject, BTreeSet<Pair>> = BTreeMap::new();
        for aside in asides {
            for pair in &aside.by_key {
                let key = Cause::Key(pair.1.clone(), keys.fresh[&pair.1].clone());
                found.add(&key, day, &aside.subject, pair);
            }
            losing.extend(aside.losing);
            if !aside.gained.is_empty() {
                open.insert(aside.subject, aside.gained);
            }
        }
        if !open.is_empty() {
            Tracing::new(self, open, day).run(found);
        }
        losing
    }

    fn asides(&self, keys: &Keys, day: Date) -> Vec<Aside> {
        let tree = Audiences::new(self.org, day);
        let locked = Audiences::new(self.locked, day);
        let people: Vec<&PersonId> = self.org.people.keys().collect();
        let about = people.par_iter().map(|id| {
            let mut now = Rights::about(&tree, &self.org.people[*id]);
            now.split_like(self.locked, &self.org.people[*id]);
            now.add_attachments(id, self.links);
            let mut before = Rights::about(&locked, &self.locked.people[*id]);
            before.add_attachments(id, self.accepted_links);
            keys.aside(Some((*id).clone()), &now, &before)
        });
        let mut asides: Vec<Aside> = about.collect();
        let (now, before) = (Rights::of_everyone(&tree), Rights::of_everyone(&locked));
        asides.push(keys.aside(None, &now, &before));
        asides
    }
}

/// Whose keys count on a day.
struct Keys {
    /// Who has a key.
    live: People,
    /// Who would read by a key that does not count on the other side, and that key.
    fresh: BTreeMap<PersonId, String>,
    /// Who had a key that counts no more.
    losing: People,
}

impl Keys {
    fn on(comparison: &Comparison, day: Date) -> Self {
        let mut keys = Self {
            live: People::new(),
            fresh: BTreeMap::new(),
            losing: People::new(),
        };
        let nothing = super::Standing::default();
        let (accepted, present) = (&comparison.accepted.people, &comparison.present.people);
        for (id, standing) in present {
            let before: BTreeSet<&String> =
                accepted.get(id).unwrap_or(&nothing).live_on(day).collect();
            let now: BTreeSet<&String> = standing.live_on(day).collect();
            keys.live.extend((!now.is_empty()).then(|| id.clone()));
            let fresh = now.difference(&before).next();
            keys.fresh
                .extend(fresh.map(|key| (id.clone(), (*key).clone())));
            let lost = before.difference(&now).next();
            keys.losing.extend(lost.map(|_| id.clone()));
        }
        let gone = accepted.iter().filter(|(id, _)| !present.contains_key(*id));
        let gone = gone.filter(|(_, standing)| standing.live_on(day).next().is_some());
        keys.losing.extend(gone.map(|(id, _)| id.clone()));
        keys
    }

    fn aside(&self, subject: Subject, now: &Rights, before: &Rights) -> Aside {
        let mut aside = Aside {
            subject,
            gained: BTreeSet::new(),
            by_key: Vec::new(),
            losing: People::new(),
        };
        for (right, people) in now.iter() {
            if !before.same(now, right) {
                let gained = people.iter().filter(|reader| !before.allow(reader, right));
                let gained = gained.filter(|reader| self.live.contains(*reader));
                aside
                    .gained
                    .extend(gained.map(|reader| (right.clone(), reader.clone())));
            }
            for reader in self.fresh.keys().filter(|reader| people.contains(*reader)) {
                if before.allow(reader, right) {
                    aside.by_key.push((right.clone(), reader.clone()));
                }
            }
        }
        for (right, people) in before.iter().filter(|(right, _)| !now.same(before, right)) {
            let losing = people.iter().filter(|reader| !now.allow(reader, right));
            aside.losing.extend(losing.cloned());
        }
        aside
    }
}

/// Finds the cause of each gain: the accepted organisation takes over one cause after another.
struct Tracing<'a> {
    comparison: &'a Comparison<'a>,
    /// What has no cause yet.
    open: BTreeMap<Subject, BTreeSet<Pair>>,
    /// The subjects that a change above somebody may reach.
    below: BTreeMap<PersonId, BTreeSet<Subject>>,
    /// The texts that link to attachments, as far as causes were taken over.
    links: Links,
    day: Date,
}

impl<'a> Tracing<'a> {
    fn new(
        comparison: &'a Comparison<'a>,
        open: BTreeMap<Subject, BTreeSet<Pair>>,
        day: Date,
    ) -> Self {
        let mut below: BTreeMap<PersonId, BTreeSet<Subject>> = BTreeMap::new();
        for subject in open.keys().flatten() {
            for above in comparison.ever_above(subject) {
                below
                    .entry(above)
                    .or_default()
                    .insert(Some(subject.clone()));
            }
        }
        Self {
            comparison,
            open,
            below,
            links: comparison.accepted_links.clone(),
            day,
        }
    }

    fn run(mut self, found: &mut Found) {
        let mut step = self.comparison.locked.clone();
        for cause in self.comparison.causes {
            adopt(&mut step, cause, self.comparison.present);
            if let Cause::Attachment(path, Some(text)) = cause {
                let texts = self.links.entry(path.clone()).or_default();
                texts.insert(text.clone());
            }
            let reached = self.reached(cause);
            if reached.is_empty() {
                continue;
            }
            let audiences = Audiences::new(&step, self.day);
            for subject in reached {
                self.settle(&audiences, cause, &subject, found);
            }
        }
        // No gain may go untold: what the causes bring only in another order stands with the last of them.
        let Some(last) = self.comparison.causes.last() else {
            return;
        };
        for (subject, pairs) in &self.open {
            for pair in pairs {
                found.add(last, self.day, subject, pair);
            }
        }
    }

    /// The subjects without a cause yet of which this may be one.
    fn reached(&self, cause: &Cause) -> Vec<Subject> {
        let reads = |id: &PersonId| {
            let open = self.open.iter();
            let by = open.filter(|(subject, pairs)| {
                subject.as_ref() == Some(id) || pairs.iter().any(|(_, reader)| reader == id)
            });
            by.map(|(subject, _)| subject.clone()).collect()
        };
        match cause {
            Cause::Person(id) | Cause::End(id) | Cause::Hr(id) => reads(id),
            Cause::Managers(id, _) => {
                let below = self.below.get(id).into_iter().flatten();
                let mut reached: Vec<Subject> = below.cloned().collect();
                reached.push(None);
                reached.retain(|subject| self.open.contains_key(subject));
                reached
            }
            Cause::Key(..) | Cause::Public(..) => Vec::new(),
            Cause::Readers(at) => {
                let about = self.open.keys().filter(|subject| is_about(at, subject));
                about.cloned().collect()
            }
            Cause::Attachment(path, _) => {
                let about = |subject: &Subject| {
                    subject
                        .as_ref()
                        .is_some_and(|id| subject_of(path).as_ref() == Some(id))
                };
                let about = self.open.keys().filter(|subject| about(subject));
                about.cloned().collect()
            }
            _ => self.open.keys().cloned().collect(),
        }
    }

    /// Takes out what may be read now.
    fn settle(
        &mut self,
        audiences: &Audiences,
        cause: &Cause,
        subject: &Subject,
        found: &mut Found,
    ) {
        let rights = match subject {
            Some(id) => {
                let mut rights = Rights::about(audiences, &audiences.org.people[id]);
                rights.add_attachments(id, &self.links);
                rights
            }
            None => Rights::of_everyone(audiences),
        };
        let Some(pairs) = self.open.get_mut(subject) else {
            return;
        };
        for pair in pairs.extract_if(.., |(right, reader)| rights.allow(reader, right)) {
            found.add(cause, self.day, subject, &pair);
        }
        if pairs.is_empty() {
            self.open.remove(subject);
        }
    }
}

/// Whether a file is about a subject, by its path.
fn is_about(at: &ReadersAt, subject: &Subject) -> bool {
    let name = |part: &str| subject.as_ref().is_some_and(|id| id.as_str() == part);
    let mut parts = at.path.split('/');
    let about_person = parts.next() == Some("people") && parts.next().is_some_and(name);
    let file = at.path.rsplit('/').next().unwrap_or_default();
    about_person || name(file.trim_end_matches(".toml"))
}

impl Comparison<'_> {
    /// Everyone whose managers decide who reads what is about somebody: the subject, all who ever stood above them on either
    /// side, and the same for those who wrote about them, whose feedback may go upward.
    fn ever_above(&self, subject: &PersonId) -> People {
        let person = self.org.people.get(subject);
        let cycles = person.into_iter().flat_map(|person| person.cycles.values());
        let authors = cycles.flat_map(|cycle| cycle.peers.keys());
        let mut open: Vec<&PersonId> = authors.chain([subject]).collect();
        let mut seen = People::new();
        while let Some(id) = open.pop() {
            if seen.insert(id.clone()) {
                let both = [&self.accepted.people, &self.present.people];
                let standings = both.into_iter().filter_map(|people| people.get(id));
                let managers = standings.flat_map(|standing| &standing.managers);
                open.extend(managers.filter_map(|since| since.manager.as_ref()));
            }
        }
        seen
    }
}
