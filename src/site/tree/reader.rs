//! A parsed document → the JSON of a page, as far as the allow-list has what stands in it.

use std::borrow::Cow;

use html5ever::{Attribute, QualName, ns};

use super::dom::{At, Document, Node};
use super::{Forbidden, MediaTypes};
use crate::model::{Allowlist, Namespace, Tree, turns_direction};

/// What a node's place in the page says about it.
#[derive(Clone, Copy)]
struct Around<'n> {
    namespace: Namespace,
    /// The parent's name.
    parent: &'n str,
    /// How many elements stand around.
    depth: usize,
    /// Inside `pre`.
    preformatted: bool,
}

impl Around<'_> {
    const TOP: Self = Around {
        namespace: Namespace::Html,
        parent: "div",
        depth: 0,
        preformatted: false,
    };
}

/// Writes a page while it walks through its document.
pub(super) struct Reader<'d> {
    dom: &'d Document,
    list: &'static Allowlist,
    files: MediaTypes<'d>,
    nodes: usize,
    text_units: usize,
    /// JSON.
    out: Vec<u8>,
}

impl<'d> Reader<'d> {
    /// Expects so many bytes of JSON, more or less.
    pub fn new(dom: &'d Document, files: MediaTypes<'d>, expected: usize) -> Self {
        Self {
            dom,
            list: Allowlist::get(),
            files,
            nodes: 0,
            text_units: 0,
            out: Vec::with_capacity(expected + expected / 8),
        }
    }

    /// The page: its one element, or a `div` around several.
    ///
    /// # Errors
    /// Something may not stand there.
    pub fn page(mut self) -> Result<Tree, Forbidden> {
        const AROUND: &[u8] = b"[\"div\"";
        self.out.extend(AROUND);
        let (mut roots, mut elements) = (0, 0);
        // A fragment's document holds one `html` element, which holds the fragment.
        let dom = self.dom;
        for html in dom.children(Document::ROOT) {
            for child in dom.children(html) {
                roots += usize::from(self.child(child, Around::TOP)?);
                elements += usize::from(matches!(dom.node(child), Node::Element(..)));
            }
        }
        let json = if (roots, elements) == (1, 1) {
            self.out.split_off(AROUND.len() + 1) // and the comma
        } else {
            self.out.push(b']');
            self.out
        };
        Ok(Tree::from_json(json))
    }

    /// Writes a comma and what is shown of a node; says whether anything is.
    fn child(&mut self, at: At, around: Around) -> Result<bool, Forbidden> {
        match self.dom.node(at) {
            Node::Element(name, attributes) => {
                self.out.push(b',');
                self.element(at, name, attributes, around)?;
                Ok(true)
            }
            Node::Text(text) => {
                let edges = Edges {
                    before: self.dom.before(at).is_none_or(|at| self.is_block(at)),
                    after: self.dom.after(at).is_none_or(|at| self.is_block(at)),
                };
                self.text(&shown(text, around, edges))
            }
            Node::Root | Node::Nothing => Ok(false),
        }
    }

    fn text(&mut self, text: &str) -> Result<bool, Forbidden> {
        if text.is_empty() {
            return Ok(false);
        }
        self.count_node()?;
        self.text_units += utf16_units(text);
        let limit = self.list.limits().text;
        if self.text_units > limit {
            let what = "UTF-16 units of text";
            return Err(Forbidden::TooLarge { what, limit });
        }
        self.out.push(b',');
        self.string(text);
        Ok(true)
    }

    fn string(&mut self, text: &str) {
        let written = serde_json::to_writer(&mut self.out, text);
        written.expect("a text is always JSON, and memory takes it");
    }

    fn count_node(&mut self) -> Result<(), Forbidden> {
        self.nodes += 1;
        let limit = self.list.limits().nodes;
        if self.nodes > limit {
            let what = "elements and texts";
            return Err(Forbidden::TooLarge { what, limit });
        }
        Ok(())
    }

    fn element(
        &mut self,
        at: At,
        name: &QualName,
        attributes: &[Attribute],
        around: Around,
    ) -> Result<(), Forbidden> {
        let namespace = around.namespace.of_child(&name.local);
        let as_parsed = match namespace {
            Namespace::Html => ns!(html),
            Namespace::Svg => ns!(svg),
        };
        if name.ns != as_parsed || !self.list.element(namespace, &name.local) {
            return Err(self.forbidden_element(namespace, &name.local));
        }
        let depth = around.depth + 1;
        if depth > self.list.limits().depth {
            let limit = self.list.limits().depth;
            return Err(Forbidden::TooDeep { limit });
        }
        self.count_node()?;
        self.out.push(b'[');
        self.string(&name.local);
        self.attributes(namespace, &name.local, attributes)?;
        let inside = Around {
            namespace,
            parent: &name.local,
            depth,
            preformatted: around.preformatted || &*name.local == "pre",
        };
        for child in self.dom.children(at) {
            self.child(child, inside)?;
        }
        self.out.push(b']');
        Ok(())
    }

    /// Writes the attributes of an element, by name; nothing where it has none.
    fn attributes(
        &mut self,
        namespace: Namespace,
        element: &str,
        attributes: &[Attribute],
    ) -> Result<(), Forbidden> {
        if attributes.is_empty() {
            return Ok(());
        }
        let mut sorted: Vec<&Attribute> = attributes.iter().collect();
        sorted.sort_unstable_by(|a, b| a.name.local.cmp(&b.name.local));
        for (nth, attribute) in sorted.into_iter().enumerate() {
            let (name, value) = (&*attribute.name.local, visible(&attribute.value));
            let value = if name == "class" { words(value) } else { value };
            self.check_attribute(namespace, element, name, &value)?;
            self.out.extend(if nth == 0 { &b",{"[..] } else { b"," });
            self.string(name);
            self.out.push(b':');
            self.string(&value);
        }
        self.out.push(b'}');
        Ok(())
    }

    fn check_attribute(
        &self,
        namespace: Namespace,
        element: &str,
        name: &str,
        value: &str,
    ) -> Result<(), Forbidden> {
        let list = self.list;
        let Some(rule) = list.rule(namespace, element, name) else {
            let allowed: Vec<&str> = list.attributes(namespace, element).collect();
            return Err(Forbidden::Attribute {
                element: element.to_owned(),
                name: name.to_owned(),
                allowed: allowed.join(", "),
            });
        };
        if !list.follows(rule, value, self.files) {
            return Err(Forbidden::Value {
                element: element.to_owned(),
                name: name.to_owned(),
                value: value.to_owned(),
            });
        }
        Ok(())
    }

    fn forbidden_element(&self, namespace: Namespace, name: &str) -> Forbidden {
        let allowed: Vec<&str> = self.list.elements(namespace).collect();
        Forbidden::Element {
            name: name.to_owned(),
            allowed: allowed.join(", "),
        }
    }

    fn is_block(&self, at: At) -> bool {
        match self.dom.node(at) {
            Node::Element(name, _) => is_block_name(&name.local),
            _ => false,
        }
    }
}

/// Whether a text begins or ends at the edge of a block.
#[derive(Clone, Copy)]
struct Edges {
    before: bool,
    after: bool,
}

/// A text as it is shown: runs of white space become one space, none at the edges of blocks.
fn shown<'t>(text: &'t str, around: Around, edges: Edges) -> Cow<'t, str> {
    let text = visible(text);
    if around.preformatted {
        return text;
    }
    let collapsed = collapse(text);
    let flows =
        !is_block_name(around.parent) && around.parent != "text" && around.parent != "tspan";
    if around.namespace == Namespace::Svg && collapsed == " " {
        return "".into();
    }
    if flows {
        return collapsed;
    }
    let mut shown: &str = &collapsed;
    if edges.before {
        shown = shown.trim_start_matches(' ');
    }
    if edges.after {
        shown = shown.trim_end_matches(' ');
    }
    if shown.len() == collapsed.len() {
        return collapsed;
    }
    shown.to_owned().into()
}

fn collapse(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_space = |b: u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0xc);
    let bytes = text.as_bytes();
    let odd = |b: u8| is_space(b) && b != b' ';
    let double = bytes
        .windows(2)
        .any(|two| is_space(two[0]) && is_space(two[1]));
    if !double && !bytes.iter().any(|b| odd(*b)) {
        return text;
    }
    let mut collapsed = String::with_capacity(text.len());
    for c in text.chars() {
        let space = u8::try_from(c).is_ok_and(is_space);
        if !space {
            collapsed.push(c);
        } else if !collapsed.ends_with(' ') {
            collapsed.push(' ');
        }
    }
    collapsed.into()
}

fn utf16_units(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.encode_utf16().count()
}

/// Text whose order on the screen is its order in the file: characters that turn the writing direction of what
/// follows them are written out, and so are control characters.
fn visible(text: &str) -> Cow<'_, str> {
    // Nearly all text is told by its bytes.
    let plain = |b: &u8| matches!(b, b' '..=b'~' | b'\n' | b'\t' | b'\r');
    if text.as_bytes().iter().all(plain) || !text.contains(is_deceptive) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_deceptive(c) {
            shown.push_str(&format!("[U+{:04X}]", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown.into()
}

/// Whether a character changes the order of others on the screen, or stands for nothing visible.
pub fn is_deceptive(c: char) -> bool {
    turns_direction(c) || (c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
}

/// Class names with one space between them, as templates that leave some out write more.
fn words(value: Cow<'_, str>) -> Cow<'_, str> {
    let space = |b: &u8| b.is_ascii_whitespace();
    let bytes = value.as_bytes();
    let edges = bytes.first().is_some_and(space) || bytes.last().is_some_and(space);
    let odd = |two: &[u8]| space(&two[1]) && (two[1] != b' ' || space(&two[0]));
    if !edges && !bytes.windows(2).any(odd) {
        return value;
    }
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    words.join(" ").into()
}

/// Elements that begin a line of their own, and those that hold nothing but such.
fn is_block_name(name: &str) -> bool {
    const BLOCKS: &[&str] = &[
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "col",
        "colgroup",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ];
    BLOCKS.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_blocks_are_found_wherever_they_stand_in_the_list() {
        for name in ["article", "li", "p", "ul"] {
            assert!(is_block_name(name), "{name}");
        }
        assert!(!is_block_name("span"));
    }
}
