//! Who reads what while people, keys and policies change: `access.lock` held against an expansion of its own, and
//! reorganisations held against the rules.

mod company;
mod difference;
mod markdown;
mod outsiders;
mod pinned;
mod readings;
mod reorganised;
mod taken;
mod widening;
