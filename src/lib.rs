//! gradus turns a directory tree of review portfolios into an encrypted static site.
//!
//! The way of the data, and the table of contents of this crate:
//!
//! | step | module | from | to |
//! |---|---|---|---|
//! | load | [`source`] | files on disk | texts and TOML as written, with byte spans |
//! | check | [`check`] | as written | the valid [`model`], or every complaint at once ([`diag`]) |
//! | derive | [`growth`] | model | progress, alignment, changes, gap (pure functions) |
//! | plan | [`access`] | model | sections: which audience reads what, and why |
//! | render | [`site`] | model, facts, sections | pages as trees, section by section |
//! | seal | [`seal`] | pages, keys | sealed files, keyrings, signed index |
//! | publish | [`publish`] | sealed files | the folder on disk, swapped in atomically |
//!
//! [`pipeline`] calls them in that order; [`renewal`] does so after an earlier build, for as much as is different since;
//! [`rebuild`] again and again, for as much as a change can reach, and [`serve`] shows what comes of it. Stages never import one another; they meet in the
//! pipeline and share [`model`] and [`diag`].

// Types, functions and constants all have docs. Where a module is excused, fields and variants say what they are by name alone.
pub mod acceptance;
#[allow(missing_docs)]
pub mod access;
pub mod at_rest;
#[cfg(test)]
mod cases;
pub mod check;
pub mod core_dumps;
pub mod deploy;
pub mod diag;
pub mod fingerprint;
pub mod formats;
pub mod growth;
pub mod host;
pub mod import;
pub mod keys;
#[allow(missing_docs)]
pub mod model;
pub mod open;
pub mod pipeline;
pub mod portable;
pub mod private;
#[allow(missing_docs)]
pub mod publish;
pub mod rebuild;
pub mod regular_file;
pub mod renewal;
pub mod scaffold;
#[allow(missing_docs)]
pub mod schema;
pub mod seal;
mod secrets;
#[allow(missing_docs)]
pub mod serve;
#[allow(missing_docs)]
pub mod site;
#[allow(missing_docs)]
pub mod source;
pub mod status;
pub mod terminal;
pub mod verify;
