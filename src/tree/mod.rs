//! The organisation's files: how they are read, checked, described, written and sealed at rest.

pub mod at_rest;
pub mod check;
pub mod import;
pub mod scaffold;
pub mod schema;
pub mod source;
