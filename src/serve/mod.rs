//! The preview: the same site, in memory, made anew whenever a file changes.
//!
//! | module | what it does |
//! |---|---|
//! | [`run_secret`] | throwaway keys, address, tokens and cookie of one run |
//! | [`watched_paths`], [`snapshot`], [`watch`] | which files count, how they look, and what has changed |
//! | [`preview`] | what changed → the next generation of the site |
//! | [`rebuild`] | the loop over changes |
//! | [`preview_state`], [`complaints`] | what is shown at the moment, and who is told when that changes |
//! | [`listener`] | binds to loopback, counts connections and bytes, relays to tiny_http |
//! | [`answer`], [`auth`], [`links`], [`server`] | which requests are answered, for whom, and with what |
//! | [`static_files`] | the same for files that do not change |

pub mod answer;
pub mod auth;
pub mod complaints;
pub mod links;
pub mod listener;
pub mod preview;
pub mod preview_state;
pub mod rebuild;
pub mod run_secret;
pub mod server;
pub mod snapshot;
pub mod static_files;
pub mod watch;
pub mod watched_paths;

pub use preview::{Figures, Files, Generation, Preview, Reader, Refreshed, Trouble};
pub use run_secret::RunSecret;
