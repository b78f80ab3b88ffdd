//! The review cycle as a whole: by commands alone, in any order, and key by key.

mod any_order;
mod closing;
mod keys;
mod scaffolds;
mod schemas;
mod status;
mod whole;
