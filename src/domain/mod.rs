//! What the files mean: people, cycles, goals, who reads what, and what follows. No disk, no keys, no clock.

pub mod access;
pub mod growth;
pub mod model;
pub mod status;
