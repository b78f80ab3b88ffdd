//! Who may open what, and why. No key is parsed and no byte encrypted here.
//!
//! Three steps, one file each:
//!
//! 1. [`audience`]: names of audiences → sets of people, on a day.
//! 2. [`resource`]: everything that a person's files say, cut into the pieces that have one audience each.
//! 3. [`mod@plan`]: pieces → sections. **A section draws only on pieces whose audience contains all its
//!    readers**; [`mod@plan`] is the only place that puts a piece into a section, and it asserts that.
//!
//! [`mod@lock`] holds what all of that follows from against what was accepted in `access.lock`.
//!
//! [`project`] then cuts the model down to the pieces of one section, for the pages to be drawn from.
//!
//! Which sections there are follows from who works for whom, never from what has been written: a
//! talent note or an improvement plan adds no file and touches no keyring. The exceptions are
//! `readers` lines in a file, which name their readers themselves.

pub mod audience;
pub mod lock;
pub mod plan;
pub mod project;
pub mod resource;

pub use audience::Audiences;
pub use lock::Lock;
pub use plan::{Access, ExtraGrant, Planned, plan, plan_about};
pub use project::{commons, draw, shared_by};
pub use resource::Resource;

#[cfg(test)]
mod tests;
