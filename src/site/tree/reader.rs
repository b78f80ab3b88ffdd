//! A parsed document → a page, in the order of the document.

use html5ever::{Attribute, QualName, ns};

use super::dom::{At, Document, Node};
use super::writer::Writer;
use super::{Forbidden, MediaTypes};
use crate::model::{Namespace, Tree};

/// The page of a fragment's document.
///
/// # Errors
/// Something may not stand there.
pub(super) fn page(dom: &Document, files: MediaTypes, expected: usize) -> Result<Tree, Forbidden> {
    let mut page = Writer::new(files, expected);
    // A fragment's document holds one `html` element, which holds the fragment.
    for html in dom.children(Document::ROOT) {
        for child in dom.children(html) {
            read(dom, child, &mut page)?;
        }
    }
    page.finish()
}

/// Writes a node and what stands in it. The writer bounds how deep that goes.
fn read(dom: &Document, at: At, page: &mut Writer) -> Result<(), Forbidden> {
    match dom.node(at) {
        Node::Element(name, attributes) => {
            start(name, attributes, page)?;
            for child in dom.children(at) {
                read(dom, child, page)?;
            }
            page.end()
        }
        Node::Text(text) => {
            page.text(text);
            Ok(())
        }
        Node::Root | Node::Nothing => page.nothing(),
    }
}

fn start(name: &QualName, attributes: &[Attribute], page: &mut Writer) -> Result<(), Forbidden> {
    let namespace = page.around().namespace.of_child(&name.local);
    let as_parsed = match namespace {
        Namespace::Html => ns!(html),
        Namespace::Svg => ns!(svg),
    };
    if name.ns != as_parsed {
        return Err(page.forbidden_element(namespace, &name.local));
    }
    let mut sorted: Vec<&Attribute> = attributes.iter().collect();
    sorted.sort_unstable_by(|a, b| a.name.local.cmp(&b.name.local));
    let attributes = sorted
        .iter()
        .map(|attribute| (&*attribute.name.local, &*attribute.value));
    page.start(namespace, &name.local, attributes)
}
