//! What git remembers of a tree that was read: how expectations were first agreed, and the rubrics of pinned revisions.
//!
//! A tree that sets `as_of` is not held against its history: an example or a test says the same in every clone. Its
//! pins are read all the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::git::{Fingerprint, Repository, Trouble};
use super::load;
use super::{
    Changed, CycleFile, FileKind, History, Problem, ProblemKind, Revisions, Source, history,
    revision,
};
use crate::diag::Place;

/// What was asked of git before.
#[derive(Debug, Default)]
pub(super) struct Memory {
    history: History,
    revisions: Revisions,
    problems: Vec<Problem>,
}

impl Source {
    /// Asks git, and gives what is different from what was told before. What goes wrong becomes a
    /// [`Problem`], or stands in [`Source::revisions`].
    pub(super) fn recall(&mut self, mut before: Memory) -> Changed {
        revision::read_pinned(self, &before.revisions);
        let known = before.history.clone_told();
        let problem = match load::fixes_its_day(self) {
            true => None,
            false => self.ask_history(std::mem::take(&mut before.history)),
        };
        let problems: Vec<Problem> = problem.into_iter().collect();
        let changed = Changed {
            shared: problems != before.problems || !same(&self.revisions, &before.revisions),
            people: self.proven_otherwise(&known),
            ..Changed::default()
        };
        self.problems.extend(problems);
        self.problems.sort_by(|a, b| a.place.cmp(&b.place));
        changed
    }

    fn ask_history(&mut self, before: History) -> Option<Problem> {
        let (history, trouble) = history::ask(self, before);
        self.history = history;
        let place = Place::file(load::ORGANISATION);
        let worth_a_word = trouble.is_some() || self.history.is_shallow();
        let what = ProblemKind::NoHistory(trouble);
        worth_a_word.then_some(Problem { place, what })
    }

    /// Of whom git shows something else than before.
    fn proven_otherwise(&self, before: &history::Told) -> BTreeSet<super::Name> {
        let files = self.files.iter();
        let other = files.filter_map(|(kind, file)| match kind {
            FileKind::InCycle {
                person,
                file: CycleFile::Expectations,
                ..
            } if !before.says_the_same(&self.history, &file.path) => Some(person.clone()),
            _ => None,
        });
        other.collect()
    }

    /// Takes out all that came from git, so that what is left came from the disk.
    pub(super) fn forget(&mut self) -> Memory {
        let revisions = std::mem::take(&mut self.revisions);
        for pin in revisions.keys() {
            revision::take_out(self, pin);
        }
        let of_history = |problem: &mut Problem| matches!(problem.what, ProblemKind::NoHistory(_));
        Memory {
            history: std::mem::take(&mut self.history),
            problems: self.problems.extract_if(.., of_history).collect(),
            revisions,
        }
    }

    /// Whether git would tell something else than it told: another commit is checked out, or the rest of a
    /// shallow clone was fetched. Costs two short questions. [`Source::reload`] asks again.
    pub fn is_outdated(&self) -> bool {
        if load::fixes_its_day(self) {
            return false;
        }
        self.fingerprint().ok() != self.history.fingerprint
    }

    /// What the facts of git depend on, as of now.
    ///
    /// # Errors
    /// There is no repository, or git does not answer.
    pub fn fingerprint(&self) -> Result<Fingerprint, Trouble> {
        Ok(Repository::at(&self.areas.people.directory)?.fingerprint)
    }
}

/// Whether every pin is the same commit, or fails in the same way.
fn same(now: &Revisions, before: &Revisions) -> bool {
    let pairs = || now.iter().zip(before);
    now.len() == before.len()
        && pairs().all(|((pin, one), (other_pin, other))| {
            pin == other_pin
                && match (one, other) {
                    (Ok(one), Ok(other)) => Arc::ptr_eq(one, other),
                    (Err(one), Err(other)) => one == other,
                    _ => false,
                }
        })
}
