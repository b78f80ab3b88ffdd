//! What every room stands on: diagnostics, fingerprints, files that are private.

pub mod allowlist;
#[cfg(test)]
pub(crate) mod cases;
pub mod diag;
pub mod document;
pub mod fingerprint;
pub mod hash;
mod hidden;
pub mod private;
pub mod regular_file;
pub(crate) mod secrets;
pub mod visible;
