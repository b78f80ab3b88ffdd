//! From a tree to a published site: the stages in their order, and what of an earlier build can be kept.

pub mod acceptance;
pub mod known;
pub mod pipeline;
pub mod rebuild;
pub mod renewal;
