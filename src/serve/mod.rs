//! The preview: the same site, in memory, made anew whenever a file changes.
//!
//! | module | what it does |
//! |---|---|
//! | [`run_secret`] | throwaway keys, address, tokens and cookie of one run |
//! | [`territory`], [`survey`], [`watch`] | which files count, how they look, and when one changes |
//! | [`changes`] | what has changed and was not looked at yet |
//! | [`preview`] | what changed → the next generation of the site |
//! | [`rebuild`] | the loop over changes |
//! | [`screen`], [`complaints`] | what is shown at the moment, and who is told when that changes |
//! | [`head`], [`gate`] | which questions are let in at all |
//! | [`links`], [`guard`], [`answer`], [`server`] | who may ask, and what is answered |
//! | [`shelf`] | the same for files that do not change |

pub mod answer;
pub mod changes;
pub mod complaints;
pub mod gate;
pub mod guard;
pub mod head;
pub mod links;
pub mod preview;
pub mod rebuild;
pub mod run_secret;
pub mod screen;
pub mod server;
pub mod shelf;
pub mod survey;
pub mod territory;
pub mod watch;

pub use preview::{Figures, Files, Generation, Preview, Reader, Refreshed, Trouble};
pub use run_secret::RunSecret;

pub use crate::source::Touched;
