//! One person in one cycle.

use super::Practice;
use crate::domain::model::*;
use crate::tree::source::{CycleFile, FileKind};

/// One person in one cycle, as guidance looks at them.
pub(super) struct InCycle<'a> {
    pub practice: Practice<'a>,
    pub person: &'a Person,
    pub cycle: &'a Cycle,
    /// Drafts too.
    pub files: &'a PersonCycle,
}

impl<'a> InCycle<'a> {
    /// The cycles of a person that have begun and are judged, by start.
    pub fn all(practice: Practice<'a>, person: &'a Person) -> impl Iterator<Item = Self> {
        let cycles = practice.organisation.cycles.iter();
        let begun =
            cycles.filter(move |cycle| practice.judges(cycle) && cycle.start <= practice.as_of);
        begun.filter_map(move |cycle| {
            Some(Self {
                practice,
                person,
                cycle,
                files: person.cycles.get(&cycle.id)?,
            })
        })
    }

    /// The limits that the organisation set.
    pub fn policy(&self) -> &'a Policy {
        &self.practice.organisation.policy
    }

    /// A file of this person and cycle.
    pub fn file(&self, file: CycleFile) -> FileKind {
        in_cycle(self.person, &self.cycle.id, file)
    }

    /// The expectations, once they are agreed.
    pub fn agreed(&self) -> Option<(&'a Expectations, Date)> {
        let expectations = self.files.expectations.as_ref()?;
        let agreed = expectations
            .agreed
            .filter(|day| *day <= self.practice.as_of)?;
        Some((expectations, agreed))
    }

    /// What a text says, once it is dated.
    pub fn dated(&self, feedback: Option<&'a Feedback>) -> Option<&'a Feedback> {
        feedback.filter(|feedback| feedback.date.is_some_and(|day| day <= self.practice.as_of))
    }

    /// The review, once it is dated.
    pub fn review(&self) -> Option<&'a Review> {
        let review = self.files.review.as_ref()?;
        self.dated(Some(&review.feedback)).map(|_| review)
    }

    /// The peers whose texts are dated.
    pub fn peers(&self) -> impl Iterator<Item = (&'a PersonId, &'a PeerFeedback)> {
        let peers = self.files.peers.iter();
        peers.filter(|(_, peer)| self.dated(Some(&peer.feedback)).is_some())
    }

    /// The first day of the person's own part of the cycle.
    pub fn begins(&self) -> Date {
        self.cycle.start.max(self.person.start)
    }

    /// Whether they were there at the end of the cycle, with something to be judged by.
    pub fn takes_part(&self) -> bool {
        let has_something =
            self.agreed().is_some() || self.dated(self.files.self_assessment.as_ref()).is_some();
        self.person.takes_part_in(self.cycle) && (has_something || self.review().is_some())
    }

    /// The file that what is missing in this cycle is said about: the one that concludes it.
    pub fn concluding(&self) -> FileKind {
        let file = match (&self.files.review, &self.files.self_assessment) {
            (Some(_), _) => CycleFile::Review,
            (None, Some(_)) => CycleFile::SelfAssessment,
            (None, None) => CycleFile::Expectations,
        };
        self.file(file)
    }
}

/// A file of a person in a cycle.
pub(super) fn in_cycle(person: &Person, cycle: &CycleId, file: CycleFile) -> FileKind {
    FileKind::InCycle {
        person: person.id.as_str().into(),
        cycle: cycle.as_str().into(),
        file,
    }
}

impl Practice<'_> {
    /// Whether a cycle is judged at all.
    pub fn judges(&self, cycle: &Cycle) -> bool {
        let since = self.organisation.policy.since;
        since.is_none_or(|since| since <= cycle.end)
    }
}
