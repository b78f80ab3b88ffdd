//! What a section holds before it is sealed: pages as trees, and attachments.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::SectionId;

/// A node of a page: HTML as data. Only `site` makes these, from one parse against the allow-list.
///
/// Serialises as the format says: a text, or `[name, {attributes}?, child…]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    Text(String),
    Element(Element),
}

/// An element with its attributes in source order of name and its children in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub children: Vec<Tree>,
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let element = match self {
            Tree::Text(text) => return s.serialize_str(text),
            Tree::Element(element) => element,
        };
        let mut seq = s.serialize_seq(None)?;
        seq.serialize_element(&element.name)?;
        if !element.attributes.is_empty() {
            seq.serialize_element(&element.attributes)?;
        }
        for child in &element.children {
            seq.serialize_element(child)?;
        }
        seq.end()
    }
}

/// What one section contributes to one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PagePart {
    /// `people/ada/2026-h1`: stable across builds; hashed before it becomes an address.
    pub route: String,
    /// Parts of one route are put together in this order.
    pub slot: u32,
    pub title: String,
    pub kind: &'static str,
    pub tree: Arc<Tree>,
}

/// A file that pages of the same section show or link to, as `attachment:<key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionFile {
    /// The name that it is saved under.
    pub name: String,
    pub media_type: &'static str,
    pub bytes: Arc<[u8]>,
}

/// A section ready to be sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionContent {
    pub section: SectionId,
    /// By route, then slot.
    pub pages: Vec<PagePart>,
    /// By key.
    pub files: BTreeMap<String, SectionFile>,
}

/// A file of the site that is not sealed: the shell, assets, public rubric pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainFile {
    /// Relative to the site's root, with `/`.
    pub path: String,
    pub bytes: Vec<u8>,
}
