//! What `check` says about trees: written beside the faulty text, between `«` and `»`.

#[cfg(unix)]
mod attached;
mod cases;
mod complete;
mod crossing;
mod figures;
mod guidance;
mod history;
mod hostile;
#[cfg(unix)]
mod hostile_trees;
mod leftovers;
mod markdown;
mod mutated;
mod published;
mod sealed;
mod tree;
mod unquoted;
