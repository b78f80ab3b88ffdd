//! What a section holds before it is sealed: pages as trees, and attachments.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::IgnoredAny;
use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::SectionId;

/// A page: HTML as data, as the JSON that the format has for it. Only `site` makes these, from one parse against the
/// allow-list. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree(Arc<str>);

impl Tree {
    /// The tree of a node's JSON, which is taken at its word.
    ///
    /// # Panics
    /// It is no text.
    pub fn from_json(json: Vec<u8>) -> Self {
        let text = String::from_utf8(json).expect("JSON is UTF-8");
        debug_assert!(serde_json::from_str::<IgnoredAny>(&text).is_ok());
        Self(text.into())
    }

    /// The JSON.
    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// The outermost node, for whoever looks into a page.
    pub fn node(&self) -> Node {
        serde_json::from_str(self.as_json()).expect("a tree holds a node")
    }
}

impl From<Node> for Tree {
    fn from(node: Node) -> Self {
        Self::from_json(serde_json::to_vec(&node).expect("texts are always JSON"))
    }
}

/// A node of a page.
///
/// Serialises as the format says: a text, or `[name, {attributes}?, child…]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub enum Node {
    /// Plain text, without markup or escapes.
    Text(String),
    /// An element, with all that is in it.
    Element(Element),
}

/// An element with its attributes by name and its children in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The name of its tag, such as `p`.
    pub name: String,
    /// Values by the name of the attribute.
    pub attributes: BTreeMap<String, String>,
    /// What is in it, in the order of the page.
    pub children: Vec<Node>,
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let element = match self {
            Node::Text(text) => return s.serialize_str(text),
            Node::Element(element) => element,
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

/// JSON that is no node of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a node is a text, or a list of a name, attributes and children")]
pub struct NoNode;

impl TryFrom<Value> for Node {
    type Error = NoNode;

    fn try_from(value: Value) -> Result<Self, NoNode> {
        let list = match value {
            Value::String(text) => return Ok(Node::Text(text)),
            Value::Array(list) => list,
            _ => return Err(NoNode),
        };
        let mut list = list.into_iter().peekable();
        let Some(Value::String(name)) = list.next() else {
            return Err(NoNode);
        };
        let attributes = match list.next_if(Value::is_object) {
            Some(attributes) => serde_json::from_value(attributes).map_err(|_| NoNode)?,
            None => BTreeMap::new(),
        };
        Ok(Node::Element(Element {
            name,
            attributes,
            children: list.map(Node::try_from).collect::<Result<_, _>>()?,
        }))
    }
}

/// What one section contributes to one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagePart {
    /// `people/ada/2026-h1`: stable across builds; hashed before it becomes an address.
    pub route: String,
    /// Parts of one route are put together in this order.
    pub slot: u32,
    /// The title of the page, in plain words.
    pub title: String,
    /// A word for the kind of page, such as `cycle` or `portfolio`.
    pub kind: &'static str,
    /// What the part shows.
    pub tree: Tree,
}

/// A file that pages of the same section show or link to, as `attachment:<key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionFile {
    /// The name that it is saved under.
    pub name: String,
    /// Its media type, such as `image/png`.
    pub media_type: &'static str,
    /// Its content, not yet encrypted.
    pub bytes: Arc<[u8]>,
}

/// A section ready to be sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionContent {
    /// The id of the section.
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
    /// Its content, as it is published.
    pub bytes: Vec<u8>,
}
