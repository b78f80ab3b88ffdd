//! What `check` says about trees: written beside the faulty text, between `«` and `»`.

mod cases;
mod complete;
mod figures;
mod guidance;
mod history;
mod hostile;
#[cfg(unix)]
mod hostile_trees;
mod mutated;
mod sealed;
mod tree;
