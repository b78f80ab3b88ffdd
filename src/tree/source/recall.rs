//! What git remembers of a tree that was read: how expectations were first agreed, and the rubrics of pinned revisions.
//!
//! A tree that sets `as_of` is not held against its history: an example or a test says the same in every clone. Its
//! pins are read all the same.

use super::git::{Fingerprint, Repository, Trouble};
use super::load;
use super::{History, Problem, ProblemKind, Revisions, Source, history, revision};
use crate::ground::diag::Place;

/// What was asked of git before.
#[derive(Debug, Default)]
pub(super) struct Memory {
    history: History,
    revisions: Revisions,
}

impl Source {
    /// Asks git, and not again for what it told before. What goes wrong becomes a [`Problem`], or stands in
    /// [`Source::revisions`].
    pub(super) fn recall(&mut self, before: Memory) {
        revision::read_pinned(self, &before.revisions);
        if !load::fixes_its_day(self) {
            let problem = self.ask_history(before.history);
            self.problems.extend(problem);
        }
        self.problems.sort_by(|a, b| a.place.cmp(&b.place));
    }

    fn ask_history(&mut self, before: History) -> Option<Problem> {
        let (history, trouble) = history::ask(self, before);
        self.history = history;
        let place = Place::file(load::ORGANISATION);
        let worth_a_word = trouble.is_some() || self.history.is_shallow();
        let what = ProblemKind::NoHistory(trouble);
        worth_a_word.then_some(Problem { place, what })
    }

    /// Takes out all that came from git, so that what is left came from the disk.
    pub(super) fn forget(&mut self) -> Memory {
        let revisions = std::mem::take(&mut self.revisions);
        for pin in revisions.keys() {
            revision::take_out(self, pin);
        }
        let of_history = |problem: &Problem| matches!(problem.what, ProblemKind::NoHistory(_));
        self.problems.retain(|problem| !of_history(problem));
        Memory {
            history: std::mem::take(&mut self.history),
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
