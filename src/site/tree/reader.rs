//! A parsed document → a page, in the order of the document.

use html5ever::{Attribute, QualName, ns};

use super::dom::{At, Document, Node};
use super::writer::{Start, Writer};
use super::{Forbidden, MediaTypes};
use crate::model::{Allowlist, Namespace, Tree};

/// The page of a fragment's document.
///
/// # Errors
/// Something may not stand there.
pub(super) fn page(dom: &Document, files: MediaTypes, expected: usize) -> Result<Tree, Forbidden> {
    let page = Writer::new(expected);
    let mut reader = Reader { dom, files, page };
    // A fragment's document holds one `html` element, which holds the fragment.
    for html in dom.children(Document::ROOT) {
        for child in dom.children(html) {
            reader.read(child)?;
        }
    }
    reader.page.finish()
}

struct Reader<'d> {
    dom: &'d Document,
    files: MediaTypes<'d>,
    page: Writer,
}

impl Reader<'_> {
    /// Writes a node and what stands in it. The writer bounds how deep that goes.
    fn read(&mut self, at: At) -> Result<(), Forbidden> {
        match self.dom.node(at) {
            Node::Element(name, attributes) => {
                let start = self.start(name, attributes)?;
                self.page.start(&start)?;
                for child in self.dom.children(at) {
                    self.read(child)?;
                }
                self.page.end()
            }
            Node::Text(text) => {
                self.page.text(text);
                Ok(())
            }
            Node::Root | Node::Nothing => self.page.nothing(),
        }
    }

    fn start(&self, name: &QualName, attributes: &[Attribute]) -> Result<Start, Forbidden> {
        let namespace = self.page.around().namespace.of_child(&name.local);
        let as_parsed = match namespace {
            Namespace::Html => ns!(html),
            Namespace::Svg => ns!(svg),
        };
        let element = Allowlist::get().element(namespace, &name.local);
        let Some(element) = element.filter(|_| name.ns == as_parsed) else {
            return Err(forbidden(namespace, &name.local));
        };
        let mut sorted: Vec<&Attribute> = attributes.iter().collect();
        sorted.sort_unstable_by(|a, b| a.name.local.cmp(&b.name.local));
        let attributes = sorted
            .iter()
            .map(|attribute| (&*attribute.name.local, &*attribute.value));
        Start::new(namespace, element, attributes, self.files)
    }
}

fn forbidden(namespace: Namespace, name: &str) -> Forbidden {
    let allowed: Vec<&str> = Allowlist::get().elements(namespace).collect();
    Forbidden::Element {
        name: name.to_owned(),
        allowed: allowed.join(", "),
    }
}
