//! The preview: the same site, in memory, made anew whenever a file changes.
//!
//! | module | what it does |
//! |---|---|
//! | [`run_secret`] | throwaway keys, token and cookie of one run |
//! | [`preview`] | what changed → the next generation of the site |

pub mod preview;
pub mod run_secret;

pub use preview::{Figures, Generation, Preview, Reader, Refreshed, Touched, Trouble};
pub use run_secret::RunSecret;
