//! What html5ever builds: nodes in one vector, linked by their places in it.

use std::borrow::Cow;
use std::cell::{Ref, RefCell};

use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, Namespace, QualName};

/// Bytes of HTML for which one node is made room for at first; pages have about one for so many.
const BYTES_PER_NODE: usize = 16;

/// Where a node stands in the vector.
pub(super) type At = u32;

/// No node.
const NONE: At = At::MAX;

/// A node and its neighbours.
struct Linked {
    node: Node,
    parent: At,
    before: At,
    after: At,
    first: At,
    last: At,
}

/// What stands in a fragment.
pub(super) enum Node {
    /// The document.
    Root,
    Element(QualName, Vec<Attribute>),
    Text(StrTendril),
    /// A comment, or whatever else shows nothing.
    Nothing,
}

/// A document while it is parsed, and thereafter.
pub(super) struct Dom(RefCell<Vec<Linked>>);

/// A parsed document.
pub(super) struct Document(Vec<Linked>);

impl Dom {
    /// An empty document with room for what a text of that length holds.
    pub fn for_html(html: &str) -> Self {
        let dom = Self(RefCell::new(Vec::with_capacity(
            html.len() / BYTES_PER_NODE + 8,
        )));
        dom.add(Node::Root);
        dom
    }

    fn add(&self, node: Node) -> At {
        let mut nodes = self.0.borrow_mut();
        // HTML is bounded far below what has more nodes than fit the number.
        let at = nodes.len() as At;
        nodes.push(Linked {
            node,
            parent: NONE,
            before: NONE,
            after: NONE,
            first: NONE,
            last: NONE,
        });
        at
    }

    /// Adds to a text that stands there already; says whether there was one.
    fn extend_text(&self, at: At, text: &StrTendril) -> bool {
        if at == NONE {
            return false;
        }
        match &mut self.0.borrow_mut()[at as usize].node {
            Node::Text(there) => {
                there.push_tendril(text);
                true
            }
            _ => false,
        }
    }

    fn unlink(&self, at: At) {
        let mut nodes = self.0.borrow_mut();
        let Linked {
            parent,
            before,
            after,
            ..
        } = nodes[at as usize];
        if parent == NONE {
            return;
        }
        match before {
            NONE => nodes[parent as usize].first = after,
            _ => nodes[before as usize].after = after,
        }
        match after {
            NONE => nodes[parent as usize].last = before,
            _ => nodes[after as usize].before = before,
        }
        let node = &mut nodes[at as usize];
        (node.parent, node.before, node.after) = (NONE, NONE, NONE);
    }

    /// Puts a node that has no parent among the children of one: before another, or last.
    fn link(&self, at: At, parent: At, after: At) {
        let mut nodes = self.0.borrow_mut();
        let before = match after {
            NONE => nodes[parent as usize].last,
            _ => nodes[after as usize].before,
        };
        let node = &mut nodes[at as usize];
        (node.parent, node.before, node.after) = (parent, before, after);
        match before {
            NONE => nodes[parent as usize].first = at,
            _ => nodes[before as usize].after = at,
        }
        match after {
            NONE => nodes[parent as usize].last = at,
            _ => nodes[after as usize].before = at,
        }
    }
}

/// The name of an element, as long as nothing is added.
#[derive(Debug)]
pub(super) struct Name<'a>(Ref<'a, QualName>);

impl ElemName for Name<'_> {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

impl TreeSink for Dom {
    type Handle = At;
    type Output = Document;
    type ElemName<'a> = Name<'a>;

    fn finish(self) -> Document {
        Document(self.0.into_inner())
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> At {
        0
    }

    fn elem_name<'a>(&'a self, at: &'a At) -> Name<'a> {
        Name(Ref::map(self.0.borrow(), |nodes| {
            match &nodes[*at as usize].node {
                Node::Element(name, _) => name,
                _ => unreachable!("the parser asks elements alone for their names"),
            }
        }))
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> At {
        self.add(Node::Element(name, attributes))
    }

    fn create_comment(&self, _: StrTendril) -> At {
        self.add(Node::Nothing)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> At {
        self.add(Node::Nothing)
    }

    fn append(&self, parent: &At, child: NodeOrText<At>) {
        let at = match child {
            NodeOrText::AppendNode(at) => at,
            NodeOrText::AppendText(text) => {
                let last = self.0.borrow()[*parent as usize].last;
                if self.extend_text(last, &text) {
                    return;
                }
                self.add(Node::Text(text))
            }
        };
        self.link(at, *parent, NONE);
    }

    fn append_before_sibling(&self, sibling: &At, child: NodeOrText<At>) {
        let (parent, before) = {
            let sibling = &self.0.borrow()[*sibling as usize];
            (sibling.parent, sibling.before)
        };
        let at = match child {
            NodeOrText::AppendNode(at) => {
                self.unlink(at);
                at
            }
            NodeOrText::AppendText(text) if self.extend_text(before, &text) => return,
            NodeOrText::AppendText(text) => self.add(Node::Text(text)),
        };
        self.link(at, parent, *sibling);
    }

    fn append_based_on_parent_node(&self, element: &At, above: &At, child: NodeOrText<At>) {
        let has_parent = self.0.borrow()[*element as usize].parent != NONE;
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(above, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    /// The element itself: none that has contents of its own may stand in a page, so nobody reads them.
    fn get_template_contents(&self, at: &At) -> At {
        *at
    }

    fn same_node(&self, a: &At, b: &At) -> bool {
        a == b
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn add_attrs_if_missing(&self, at: &At, further: Vec<Attribute>) {
        if let Node::Element(_, attributes) = &mut self.0.borrow_mut()[*at as usize].node {
            for attribute in further {
                if attributes.iter().all(|known| known.name != attribute.name) {
                    attributes.push(attribute);
                }
            }
        }
    }

    fn remove_from_parent(&self, at: &At) {
        self.unlink(*at);
    }

    fn reparent_children(&self, from: &At, to: &At) {
        loop {
            let first = self.0.borrow()[*from as usize].first;
            if first == NONE {
                return;
            }
            self.unlink(first);
            self.link(first, *to, NONE);
        }
    }
}

impl Document {
    /// The document itself.
    pub const ROOT: At = 0;

    pub fn node(&self, at: At) -> &Node {
        &self.0[at as usize].node
    }

    /// The children in order.
    pub fn children(&self, of: At) -> impl Iterator<Item = At> {
        let after = |at: &At| some(self.0[*at as usize].after);
        std::iter::successors(some(self.0[of as usize].first), after)
    }
}

fn some(at: At) -> Option<At> {
    (at != NONE).then_some(at)
}
