//! What every room stands on: diagnostics, fingerprints, files that are private.

#[cfg(test)]
pub(crate) mod cases;
pub mod diag;
pub mod fingerprint;
pub mod private;
pub mod regular_file;
pub(crate) mod secrets;
