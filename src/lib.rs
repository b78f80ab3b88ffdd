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

pub mod build;
pub mod cli;
pub mod domain;
pub mod ground;
pub mod sealed;
#[allow(missing_docs)]
pub mod serve;
#[allow(missing_docs)]
pub mod site;
pub mod tree;
