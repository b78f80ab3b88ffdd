//! The elements of a whole document, as a browser would find them.

use html5ever::tendril::TendrilSink;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, parse_document};

use super::dom::{At, Document, Dom, Node};

/// An element of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::site) struct Found {
    /// In lower case, but for a few of SVG's.
    pub name: String,
    /// Names in lower case, but for a few of SVG's; in the order of the text.
    pub attributes: Vec<(String, String)>,
}

impl Found {
    /// The value of an attribute; nothing where it is not there.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|(of, _)| of == name)
            .map(|(_, value)| &**value)
    }
}

/// All elements in the order of the document, whatever stands around them. What a comment holds is none. `scripting` is
/// whether the browser runs scripts: where it does, a `noscript` holds text.
pub(in crate::site) fn elements(html: &str, scripting: bool) -> Vec<Found> {
    let options = ParseOpts {
        tree_builder: TreeBuilderOpts {
            scripting_enabled: scripting,
            ..Default::default()
        },
        ..Default::default()
    };
    let parsed = parse_document(Dom::for_html(html), options).one(html);
    let mut found = Vec::new();
    let mut open: Vec<At> = vec![Document::ROOT];
    while let Some(at) = open.pop() {
        if let Node::Element(name, attributes) = parsed.node(at) {
            let attribute =
                |one: &html5ever::Attribute| (one.name.local.to_string(), one.value.to_string());
            found.push(Found {
                name: name.local.to_string(),
                attributes: attributes.iter().map(attribute).collect(),
            });
        }
        let children: Vec<At> = parsed.children(at).collect();
        open.extend(children.into_iter().rev());
    }
    found
}
