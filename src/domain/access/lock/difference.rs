//! Who would read what more than was accepted, and through which fact.
//!
//! Both sides read the same texts, those of the tree. On one, everything that decides who reads them is as it is in the
//! tree; on the other, as it was accepted. What somebody may read on the first and not on the second is a gain. To tell
//! which fact brings it, the facts are applied one after another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use rayon::prelude::*;

use super::Lock;
use super::attachments::{NewLink, new_links, text_of};
use super::changed::{Applied, OwnLines, changed, days_ahead};
use super::readings::{Readable, Readings, may_read, readings};
use super::words::{Pair, Reading, Subject, listed};
use crate::domain::access::audience::{Audiences, People};
use crate::domain::access::resource::Resource;
use crate::domain::model::*;

/// How a tree differs from what was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// What stops a build, by fact. Empty if nothing is wider than accepted.
    pub gains: Vec<Gain>,
    /// Who reads less than was accepted today.
    pub losing: People,
    /// Every fact that differs, whether anybody gains by it or not.
    pub facts: BTreeSet<AccessFact>,
}

/// What one fact brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gain {
    /// The line of the lock that differs.
    pub fact: AccessFact,
    /// The first day on which it does, if that is not today already.
    pub from: Option<Date>,
    /// Who reads what by it.
    pub what: Gained,
}

/// Who gains what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gained {
    /// Effective: texts that there are, or that there will be of some kind.
    Texts(Reading),
    /// Reported: no rule proves that nobody gains. The sentence that says so.
    Unproven(String),
}

impl Gain {
    /// The first entry of a log that it is about, by position; `None` for what is no log.
    pub fn entry(&self) -> Option<usize> {
        let Gained::Texts(reading) = &self.what else {
            return None;
        };
        reading.readables().find_map(|readable| match readable {
            Readable::Written(Resource::Log(entry)) => Some(*entry),
            _ => None,
        })
    }
}

impl fmt::Display for Gain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            Gained::Texts(reading) => write!(f, "{reading}")?,
            Gained::Unproven(sentence) => f.write_str(sentence)?,
        }
        match self.from {
            Some(day) => write!(f, ", from {day} on"),
            None => Ok(()),
        }
    }
}

impl Difference {
    /// What has become less or is not recorded, in one line; `None` if the tree is what was accepted, or wider.
    pub fn behind(&self) -> Option<String> {
        if self.is_wider() || self.is_none() {
            return None;
        }
        if self.losing.is_empty() {
            return Some("by what the lock records nobody reads more, but the tree says otherwise than the lock".to_owned());
        }
        Some(format!(
            "{} read less than was accepted, and by what the lock records nobody reads more",
            listed(&self.losing)
        ))
    }

    /// Whether anybody may read more.
    pub fn is_wider(&self) -> bool {
        !self.gains.is_empty()
    }

    /// Whether the tree is exactly what was accepted.
    pub fn is_none(&self) -> bool {
        self.facts.is_empty()
    }
}

/// Compares what was accepted with what an organisation says today. `present` is what holds in the organisation.
pub fn difference(accepted: &Lock, present: &Lock, org: &Organisation, today: Date) -> Difference {
    let links = new_links(accepted, org);
    let facts = changed(accepted, present, org, &links);
    if facts.is_empty() {
        return Difference::default();
    }
    let locked = Applied::new(org, accepted, &facts);
    let comparison = Comparison {
        accepted,
        present,
        org,
        today,
        locked,
        facts: &facts,
    };
    let mut found = Found::new();
    let losing = comparison.on(today, &mut found);
    for day in days_ahead(&facts, (accepted, present), today) {
        comparison.on(day, &mut found);
    }
    comparison.by_links(&links, &mut found);
    let mut gains = comparison.unproven(&found);
    gains.extend(found.into_iter().map(|(fact, (since, reading))| Gain {
        fact,
        from: (since > today).then_some(since),
        what: Gained::Texts(reading),
    }));
    gains.sort_by(|a, b| a.fact.cmp(&b.fact));
    Difference {
        gains,
        losing,
        facts,
    }
}

/// Both sides.
pub(super) struct Comparison<'a> {
    pub accepted: &'a Lock,
    pub present: &'a Lock,
    pub org: &'a Organisation,
    pub today: Date,
    /// The organisation under the facts that were accepted.
    locked: Applied<'a>,
    pub facts: &'a BTreeSet<AccessFact>,
}

/// What each fact was found to bring, and from which day on.
pub(super) type Found = BTreeMap<AccessFact, (Date, Reading)>;

fn add(found: &mut Found, fact: &AccessFact, day: Date, subject: &Subject, pairs: BTreeSet<Pair>) {
    let new = || (day, Reading::default());
    let (since, reading) = found.entry(fact.clone()).or_insert_with(new);
    if *since == day && !pairs.is_empty() {
        reading.0.entry(subject.clone()).or_default().extend(pairs);
    }
}

/// What is different in what is about one subject.
struct SubjectDiff {
    subject: Subject,
    gained: BTreeSet<Pair>,
    losing: People,
}

impl Comparison<'_> {
    /// Compares both sides on one day; returns who reads less.
    fn on(&self, day: Date, found: &mut Found) -> People {
        let now = Audiences::under(self.org, &OwnLines, day);
        let before = Audiences::under(&self.locked.org, &self.locked, day);
        let (live, mut losing) = self.keys(day);
        let people = self.org.people.keys().cloned().map(Some);
        let subjects: Vec<Subject> = people.chain([None]).collect();
        let diffs = subjects.into_par_iter().map(|subject| {
            let now = readings(&now, subject.as_ref());
            let before = readings(&before, subject.as_ref());
            SubjectDiff {
                gained: less(&before, &now, |reader| live.contains(reader)),
                losing: less(&now, &before, |_| true)
                    .into_iter()
                    .map(|(_, reader)| reader)
                    .collect(),
                subject,
            }
        });
        let mut open: BTreeMap<Subject, BTreeSet<Pair>> = BTreeMap::new();
        for diff in diffs.collect::<Vec<_>>() {
            losing.extend(diff.losing);
            if !diff.gained.is_empty() {
                open.insert(diff.subject, diff.gained);
            }
        }
        self.trace(open, day, found);
        losing
    }

    /// Who has a key on a day, and who has one no more.
    fn keys(&self, day: Date) -> (People, People) {
        let has_key = |(id, facts): (&PersonId, &super::PersonFacts)| {
            facts.live_on(day).next().map(|_| id.clone())
        };
        let live = self.present.people.iter().filter_map(has_key).collect();
        let loses = |id: &PersonId| {
            let now = self.present.people.get(id);
            let now: BTreeSet<&String> = now.into_iter().flat_map(|now| now.live_on(day)).collect();
            self.accepted.people[id]
                .live_on(day)
                .any(|key| !now.contains(key))
        };
        let before = self.accepted.people.keys();
        (live, before.filter(|id| loses(id)).cloned().collect())
    }

    /// Finds the fact that brings each gain: they are applied one after another.
    fn trace(&self, mut open: BTreeMap<Subject, BTreeSet<Pair>>, day: Date, found: &mut Found) {
        let mut step = self.locked.clone();
        for fact in self.facts {
            if open.is_empty() {
                return;
            }
            step.apply(fact, self.present);
            let concerned = open
                .iter_mut()
                .filter(|(subject, pairs)| concerns(fact, subject, pairs));
            let concerned: Vec<_> = concerned.collect();
            if concerned.is_empty() {
                continue;
            }
            let audiences = Audiences::under(&step.org, &step, day);
            let settled = concerned.into_par_iter().map(|(subject, pairs)| {
                let now = readings(&audiences, subject.as_ref());
                let settled =
                    pairs.extract_if(.., |(readable, reader)| may_read(&now, reader, readable));
                (subject.clone(), settled.collect::<BTreeSet<Pair>>())
            });
            let settled: Vec<_> = settled.collect();
            for (subject, pairs) in settled.into_iter().filter(|(_, pairs)| !pairs.is_empty()) {
                add(found, fact, day, &subject, pairs);
            }
            open.retain(|_, pairs| !pairs.is_empty());
        }
        // No gain may stay untold: what the facts bring only in another order is told with the last of them.
        for (subject, pairs) in open {
            if let Some(last) = self.facts.last() {
                add(found, last, day, &subject, pairs);
            }
        }
    }

    /// Who gains an attachment by a link that the lock does not know.
    fn by_links(&self, links: &[NewLink], found: &mut Found) {
        let audiences = Audiences::under(self.org, &OwnLines, self.today);
        for link in links {
            let spot = &link.spot;
            let readings = readings(&audiences, Some(&spot.subject));
            let of = |text: &Linking| readers_of(&readings, &spot.cycle, text);
            let known: People = link.accepted.iter().flat_map(of).collect();
            let attachment = Readable::Attachment(spot.cycle.clone(), spot.name.clone());
            let gained = of(&link.text)
                .into_iter()
                .filter(|reader| !known.contains(reader));
            let gained: BTreeSet<Pair> =
                gained.map(|reader| (attachment.clone(), reader)).collect();
            if !gained.is_empty() {
                add(
                    found,
                    &link.fact(),
                    self.today,
                    &Some(spot.subject.clone()),
                    gained,
                );
            }
        }
    }
}

/// Who reads a text that links to attachments.
fn readers_of(readings: &Readings, cycle: &CycleId, text: &Linking) -> People {
    let Some((file, question)) = text_of(cycle, text) else {
        return People::new();
    };
    let answer = question.map(|question| Resource::Answer(file.clone(), question));
    let answer = answer.and_then(|answer| readings.get(&Readable::Written(answer)));
    let whole = || readings.get(&Readable::Written(Resource::File(file)));
    answer
        .or_else(whole)
        .map(|people| Arc::unwrap_or_clone(people.clone()))
        .unwrap_or_default()
}

/// What may be read by one set of readings and not by another, by those who count.
fn less(
    than: &Readings,
    readings: &Readings,
    counts: impl Fn(&PersonId) -> bool,
) -> BTreeSet<Pair> {
    let others = readings
        .iter()
        .filter(|(readable, people)| than.get(*readable) != Some(*people));
    let pairs = others.flat_map(|(readable, people)| {
        let readers = people
            .iter()
            .filter(|reader| !may_read(than, reader, readable));
        readers.map(|reader| (readable.clone(), reader.clone()))
    });
    pairs.filter(|(_, reader)| counts(reader)).collect()
}

/// Whether a fact may bring any of what a subject's readers gain.
fn concerns(fact: &AccessFact, subject: &Subject, pairs: &BTreeSet<Pair>) -> bool {
    match fact {
        AccessFact::Person(id) | AccessFact::End(id) | AccessFact::Hr(id) => {
            subject.as_ref().is_none_or(|subject| subject == id)
                || pairs.iter().any(|(_, reader)| reader == id)
        }
        AccessFact::Readers(at) => super::facts::subject_of(&at.path) == *subject,
        AccessFact::Key(..) | AccessFact::Public(..) | AccessFact::Attachment(..) => false,
        _ => true,
    }
}
