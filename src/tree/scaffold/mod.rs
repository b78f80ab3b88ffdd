//! Files for people to begin with. Texts only: writing them is the commands' work.
//!
//! What is made here passes `check` as it stands, and is a draft wherever the format knows drafts: a
//! person reads it, fills it in and dates it. Comments in the files teach the format.
//!
//! | file | makes |
//! |---|---|
//! | `beginning` | the tree that `init` writes |
//! | `person` | `people/<id>/person.toml` |
//! | `cycle` | `cycles/<id>.toml`, and what everyone begins it with |
//! | `figures` | `cycles/<id>.figures.toml`, once the cycle is closed |
//! | `seat` | the files of one person in one cycle |
//! | `peer` | a form for feedback, and who will read it |
//! | `running` | entries of logs, check-ins and private notes |
//! | `management` | a talent mapping |
//! | `rubric` | a career track with its levels |
//! | `rename` | a person's new id, in every file that has the old one |

mod beginning;
mod carried;
mod cycle;
mod figures;
mod known;
mod management;
mod peer;
mod period;
mod person;
mod rename;
mod rubric;
mod running;
mod seat;
mod words;

pub use beginning::{Beginning, beginning, ignored_beside};
pub use cycle::{CycleAsk, CycleFiles, cycle};
pub use figures::figures;
pub use known::{cycle_named, person_named};
pub use management::talent;
pub use peer::{PeerForm, peer};
pub use period::{in_review, running};
pub use person::{PersonAsk, person};
pub use rename::{Edit, Rename, rename};
pub use rubric::{RubricAsk, rubric};
pub use running::{DatedAsk, LogAsk, checkin, log, note};
pub use seat::{ExpectationAsk, PipAsk, expectation, pip, plan};

/// A file to write where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Relative to the organisation, with `/`; below `people/` and `management/`, whatever `[sources]` says.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// Something to add at the end of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// As in [`NewFile`].
    pub path: String,
    /// What the file begins with where it is not there yet.
    pub opening: String,
    /// Ends with a line feed.
    pub text: String,
}

/// Why nothing was made: what was asked for cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Refusal {
    /// What is wrong, in a line.
    pub what: String,
    /// What would help.
    pub help: Option<String>,
}

impl Refusal {
    fn new(what: impl Into<String>) -> Self {
        let what = what.into();
        Self { what, help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }
}
