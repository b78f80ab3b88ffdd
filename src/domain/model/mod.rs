//! The valid organisation: what the other stages may rely on.
//!
//! Everything here has passed `check`: references resolve, dates are in order, ids are well formed.
//! The types carry no file positions, except where a later message needs one ([`crate::ground::diag::Place`]).

mod access_fact;
mod draw;
mod feedback;
mod figures;
mod fixed;
mod growing;
mod hybrid;
mod id;
mod leave;
mod management;
pub mod markup;
mod organisation;
mod page;
mod person;
mod phase;
mod prose;
mod recipient;
mod rubric;
mod sealed;
mod section;
mod svg;
mod writing;

pub use crate::ground::allowlist::*;
pub use crate::ground::hash::{FileHash, hex};
pub use access_fact::*;
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
pub use prose::*;
pub use recipient::*;
pub use rubric::*;
pub use sealed::*;
pub use section::*;
pub use svg::*;
pub use writing::turns_direction;

/// A calendar date; the model knows no time of day and no time zone.
pub type Date = chrono::NaiveDate;
