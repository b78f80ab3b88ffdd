//! What git shows of expectations staying as they were agreed.

use super::*;

/// What git shows of one `expectations.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Proof {
    /// Each expectation carries its own [`Fixed`]; these are of the first set, and are there no more.
    Shown(Vec<Dropped>),
    /// Nothing can be shown, and why.
    Unshown(Unshown),
}

impl Default for Proof {
    fn default() -> Self {
        Self::Unshown(Unshown::NotAsked)
    }
}

/// Why it cannot be shown that expectations stayed as agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unshown {
    /// The tree sets `as_of`: its facts do not depend on the clone that it lies in.
    NotAsked,
    /// The file lies in no git repository.
    NoRepository,
    /// There is no `git` program.
    NoGit,
    /// The repository holds a part of its history.
    Shallow,
    /// git did not answer, or not in time.
    Refused,
    /// The file is or was sealed, and git holds it sealed.
    Sealed,
    /// No commit holds the file with an `agreed`.
    NotCommitted,
}

/// What git shows of one expectation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fixed {
    /// The day of the first commit that holds it with an `agreed`, as the committer's calendar had it.
    pub since: Date,
    /// From the day that it was agreed then to `since`; 0 where git held it by that day.
    pub late_days: u32,
    /// It joined a set that was committed as agreed before, on an earlier day than it claims.
    pub added: bool,
    /// Nothing: it is as it was.
    pub changed: Option<Changed>,
}

/// A change after the first commit that holds an expectation with an `agreed`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Changed {
    /// The day of the commit that brought what stands there now; nothing: it is not committed yet.
    pub on: Option<Date>,
    /// What it was; nothing where the file was for other readers then.
    pub was: Option<AsAgreed>,
}

/// An expectation as it was first agreed. Its texts have not been checked: they are shown as they were written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AsAgreed {
    /// Its id in `expectations.toml`.
    pub id: ExpectationId,
    /// The key `text` of the first commit, in markdown.
    pub text: String,
    /// The key `measure` of the first commit, in markdown; `None` if it had none.
    pub measure: Option<String>,
    /// Its own `agreed`, or the file's.
    pub agreed: Date,
}

/// An expectation of the first set that is there no more.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Dropped {
    /// The day of the commit that took it out; nothing: that is not committed yet.
    pub on: Option<Date>,
    /// What it was; nothing where the file was for other readers then.
    pub was: Option<AsAgreed>,
}
