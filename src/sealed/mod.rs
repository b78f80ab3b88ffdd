//! The published site as bytes: how it is sealed, written, verified, opened again and put on a host.

pub mod deploy;
pub mod host;
pub mod keys;
pub mod open;
pub mod portable;
pub mod publish;
pub mod seal;
pub mod verify;
