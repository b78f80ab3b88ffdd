//! The valid organisation: what the other stages may rely on.
//!
//! Everything here has passed `check`: references resolve, dates are in order, ids are well formed.
//! The types carry no file positions, except where a later message needs one ([`crate::diag::Place`]).

mod allowlist;
mod draw;
mod feedback;
mod figures;
mod fixed;
mod growing;
mod id;
mod leave;
mod management;
mod organisation;
mod page;
mod person;
mod phase;
mod recipient;
mod rubric;
mod sealed;
mod section;
mod writing;

pub use allowlist::*;
pub use draw::*;
pub use feedback::*;
pub use figures::*;
pub use fixed::*;
pub use growing::*;
pub use id::*;
pub use leave::*;
pub use management::*;
pub use organisation::*;
pub use page::*;
pub use person::*;
pub use phase::*;
pub use recipient::*;
pub use rubric::*;
pub use sealed::*;
pub use section::*;
pub use writing::turns_direction;

use std::sync::Arc;

/// A calendar date; the model knows no time of day and no time zone.
pub type Date = chrono::NaiveDate;

/// Markdown as its author wrote it. Rendered by [`crate::site`], where raw HTML becomes text.
///
/// Serialised and compared as its text; shared by everything that was cut out of the same file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prose(pub Arc<str>);

impl Prose {
    /// The markdown text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True where there is nothing but white space.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}
