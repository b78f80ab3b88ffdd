//! As written → the valid [`model`](crate::domain::model), or every complaint at once.
//!
//! One file a topic, one [code](mod@codes) a rule. Topics are read in the order in which they refer to one
//! another: settings, rubrics, cycles, people, their cycles, management. What each finds, the next
//! may name (`known`). A file that could not be read as a whole makes others lenient: nobody is
//! told that a thing does not exist when it may stand in the part that was not understood.
//!
//! A file of TOML takes three steps. `shape` holds it against the declaration of its kind in [`schema`](crate::tree::schema),
//! names included, and takes out what is wrong. Rules then look at the table, where all places are. Plain serde makes the
//! model from what is left.
//!
//! Guidance lints (codes `G…`) judge a valid organisation by the practice, not the tree by the
//! format: they lie in `guidance`, one file a topic, and need to know the day; the pipeline calls them once there is an
//! organisation.

pub mod access_facts;
mod attachments;
pub mod audiences;
mod chain;
mod checker;
pub mod codes;
mod complaints;
mod cycles;
mod days;
mod expectations;
mod feedback;
mod figures;
mod fixed;
mod guidance;
mod keys_left;
mod known;
mod management;
mod meant;
mod neighbours;
mod organisation;
mod people;
mod pip;
mod prose;
mod published;
mod questions;
mod recipient;
mod rubric;
mod running;
mod seat;
mod seats;
mod shape;
mod table;
mod titles;
mod tree;

pub use checker::{Checked, Checker, Partly, Said, SharedPart, StandIn};
pub use codes::Rule;
pub use guidance::Guidance;
pub use known::{RESERVED_CYCLES, RESERVED_PEOPLE};
pub use prose::is_web_address;
pub use questions::default_questions;
pub use tree::ALLOW_OUTSIDE;

use crate::domain::model::{CycleId, Organisation};
use crate::ground::diag::Report;
use crate::tree::source::Source;
use complaints::did_you_mean;
use known::Known;
use table::At;

/// Turns what was read into the organisation.
///
/// The organisation is there exactly where the report holds no error and every sealed file was opened.
pub fn check(source: &Source) -> (Option<Organisation>, Report) {
    let checked = Checker::default().check(source);
    let report = source.report(checked.diagnostics);
    (checked.organisation, report)
}

/// What `--explain` says about a code: its title, the explanation and an example, in markdown; nothing for
/// codes that are not given.
pub fn explain(code: &str) -> Option<String> {
    codes::rule(code).map(Rule::in_words)
}

/// All rules.
pub fn codes() -> &'static [Rule] {
    codes::ALL
}

/// The cycle that a file or directory name says.
fn cycle_named(known: &Known<'_>, name: &At<&str>) -> Option<CycleId> {
    let cycle = known.cycle_ids.get(name.value).cloned();
    let file = format!("cycles/{}.toml", name.value);
    if cycle.is_none() && known.complaints.is_sound(&file) {
        let message = format!("there is no cycle `{}`", name.value);
        let ids = known.cycle_ids.iter().map(CycleId::as_str);
        known
            .about(codes::NO_CYCLE, name.place.clone(), message)
            .maybe_help(did_you_mean(name.value, ids));
    }
    cycle
}
