//! Rendered HTML → tree, by one parse against the allow-list; and a tree written as HTML again.
//!
//! The parser is html5ever's, so what a browser would make of the text is what stands in the tree.
//! Prose is bounded before it gets here (see [`super::markdown`]), so neither depth nor time depends on an author.

use html5ever::tendril::TendrilSink;
use html5ever::{LocalName, ParseOpts, QualName, ns, parse_fragment};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use thiserror::Error;

use super::html::{Html, Writer};
use crate::model::{Allowlist, Element, Namespace, Tree, turns_direction};

/// Rendered pages longer than this are not even parsed.
const HTML_MAX_BYTES: usize = 64 * 1024 * 1024;

/// What a page may not hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Forbidden {
    #[error("element `<{name}>` may not stand in a page; these may: {allowed}")]
    Element { name: String, allowed: String },
    #[error("attribute `{name}` may not stand on `<{element}>`; these may: {allowed}")]
    Attribute {
        element: String,
        name: String,
        allowed: String,
    },
    #[error("`<{element}>` may not have {name}=\"{value}\"")]
    Value {
        element: String,
        name: String,
        value: String,
    },
    #[error("elements may be nested {limit} deep")]
    TooDeep { limit: usize },
    #[error("a page may hold {limit} {what}")]
    TooLarge { what: &'static str, limit: usize },
}

/// The media type of an attachment that the page may show, by key.
pub type MediaTypes<'a> = &'a dyn Fn(&str) -> Option<&'static str>;

/// The tree of rendered HTML: its one element, or a `div` around several.
///
/// White space that a browser would not show is left out; text in `pre` is kept as it is.
///
/// # Errors
/// An element, attribute or value that the allow-list does not have; more nodes, text or depth than it allows.
pub fn parse(html: &str, files: MediaTypes) -> Result<Tree, Forbidden> {
    if html.len() > HTML_MAX_BYTES {
        return Err(Forbidden::TooLarge {
            what: "bytes of HTML",
            limit: HTML_MAX_BYTES,
        });
    }
    let dom = dom_of(html);
    let mut reader = Reader::new(files);
    let mut roots = Vec::new();
    // A fragment's document holds one `html` element, which holds the fragment.
    for root in dom.document.children.borrow().iter() {
        let around = Around::top();
        roots.append(&mut reader.children(root, &around)?);
    }
    Ok(one_root(roots))
}

fn dom_of(html: &str) -> RcDom {
    let context = QualName::new(None, ns!(html), LocalName::from("div"));
    parse_fragment(
        RcDom::default(),
        ParseOpts::default(),
        context,
        vec![],
        false,
    )
    .one(html)
}

fn one_root(mut roots: Vec<Tree>) -> Tree {
    match roots.pop() {
        Some(root @ Tree::Element(_)) if roots.is_empty() => root,
        last => {
            roots.extend(last);
            Tree::Element(Element {
                name: "div".to_owned(),
                attributes: Default::default(),
                children: roots,
            })
        }
    }
}

/// What a node's place in the page says about it.
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
    fn top() -> Self {
        Around {
            namespace: Namespace::Html,
            parent: "div",
            depth: 0,
            preformatted: false,
        }
    }
}

struct Reader<'f> {
    list: &'static Allowlist,
    files: MediaTypes<'f>,
    nodes: usize,
    text_units: usize,
}

impl<'f> Reader<'f> {
    fn new(files: MediaTypes<'f>) -> Self {
        Self {
            list: Allowlist::get(),
            files,
            nodes: 0,
            text_units: 0,
        }
    }

    fn children(&mut self, node: &Handle, around: &Around) -> Result<Vec<Tree>, Forbidden> {
        let nodes = node.children.borrow();
        let mut children = Vec::new();
        for (at, child) in nodes.iter().enumerate() {
            match &child.data {
                NodeData::Element { .. } => children.push(self.element(child, around)?),
                NodeData::Text { contents } => {
                    let edges = Edges {
                        before: at == 0 || is_block(&nodes[at - 1]),
                        after: nodes.get(at + 1).is_none_or(is_block),
                    };
                    let text = shown(&contents.borrow(), around, edges);
                    children.extend(self.text(text)?);
                }
                _ => {} // comments; a fragment holds nothing else
            }
        }
        Ok(children)
    }

    fn text(&mut self, text: String) -> Result<Option<Tree>, Forbidden> {
        if text.is_empty() {
            return Ok(None);
        }
        self.count_node()?;
        self.text_units += text.encode_utf16().count();
        let limit = self.list.limits().text;
        if self.text_units > limit {
            let what = "UTF-16 units of text";
            return Err(Forbidden::TooLarge { what, limit });
        }
        Ok(Some(Tree::Text(text)))
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

    fn element(&mut self, node: &Handle, around: &Around) -> Result<Tree, Forbidden> {
        let NodeData::Element { name, .. } = &node.data else {
            return Ok(Tree::Text(String::new())); // only elements are handed in
        };
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
        let inside = Around {
            namespace,
            parent: &name.local,
            depth,
            preformatted: around.preformatted || &*name.local == "pre",
        };
        Ok(Tree::Element(Element {
            name: name.local.to_string(),
            attributes: self.attributes(node, namespace)?,
            children: self.children(node, &inside)?,
        }))
    }

    fn attributes(
        &self,
        node: &Handle,
        namespace: Namespace,
    ) -> Result<std::collections::BTreeMap<String, String>, Forbidden> {
        let NodeData::Element { name, attrs, .. } = &node.data else {
            return Ok(Default::default());
        };
        let attrs = attrs.borrow();
        let checked = attrs.iter().map(|attribute| {
            let (of, value) = (&*attribute.name.local, visible(&attribute.value));
            let value = if of == "class" { words(&value) } else { value };
            self.check_attribute(namespace, &name.local, of, &value)?;
            Ok((of.to_owned(), value))
        });
        checked.collect()
    }

    fn check_attribute(
        &self,
        namespace: Namespace,
        element: &str,
        name: &str,
        value: &str,
    ) -> Result<(), Forbidden> {
        let (list, element_owned) = (self.list, element.to_owned());
        if list.rule(namespace, element, name).is_none() {
            let allowed: Vec<&str> = list.attributes(namespace, element).collect();
            return Err(Forbidden::Attribute {
                element: element_owned,
                name: name.to_owned(),
                allowed: allowed.join(", "),
            });
        }
        if !list.attribute(namespace, element, name, value, self.files) {
            return Err(Forbidden::Value {
                element: element_owned,
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
}

/// Whether a text begins or ends at the edge of a block.
#[derive(Clone, Copy)]
struct Edges {
    before: bool,
    after: bool,
}

/// A text as it is shown: runs of white space become one space, none at the edges of blocks.
fn shown(text: &str, around: &Around, edges: Edges) -> String {
    let text = visible(text);
    if around.preformatted {
        return text;
    }
    let collapsed = collapse(&text);
    let flows =
        !is_block_name(around.parent) && around.parent != "text" && around.parent != "tspan";
    if around.namespace == Namespace::Svg && collapsed == " " {
        return String::new();
    }
    if flows {
        return collapsed;
    }
    let from_edge = if edges.before {
        collapsed.trim_start_matches(' ')
    } else {
        &collapsed
    };
    let to_edge = if edges.after {
        from_edge.trim_end_matches(' ')
    } else {
        from_edge
    };
    to_edge.to_owned()
}

fn collapse(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for c in text.chars() {
        let space = matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}');
        if !space {
            collapsed.push(c);
        } else if !collapsed.ends_with(' ') {
            collapsed.push(' ');
        }
    }
    collapsed
}

/// Text whose order on the screen is its order in the file: characters that turn the writing direction of what
/// follows them are written out, and so are control characters.
fn visible(text: &str) -> String {
    if !text.contains(is_deceptive) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_deceptive(c) {
            shown.push_str(&format!("[U+{:04X}]", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether a character changes the order of others on the screen, or stands for nothing visible.
pub(super) fn is_deceptive(c: char) -> bool {
    turns_direction(c) || (c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
}

/// Class names with one space between them, as templates that leave some out write more.
fn words(value: &str) -> String {
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    words.join(" ")
}

fn is_block(node: &Handle) -> bool {
    match &node.data {
        NodeData::Element { name, .. } => is_block_name(&name.local),
        _ => false,
    }
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
    BLOCKS.contains(&name)
}

/// A tree as HTML, for pages that are published in clear.
pub fn to_html(tree: &Tree) -> Html {
    let mut out = Writer::default();
    write(tree, &mut out);
    out.finish()
}

fn write(tree: &Tree, out: &mut Writer) {
    let element = match tree {
        Tree::Text(text) => {
            out.text(text);
            return;
        }
        Tree::Element(element) => element,
    };
    // Names come from the allow-list alone: escaping leaves them as they are.
    out.tag("<").value(&element.name);
    for (name, value) in &element.attributes {
        out.tag(" ").value(name).tag("=\"").value(value).tag("\"");
    }
    out.tag(">");
    if Allowlist::get().is_void(&element.name) {
        return;
    }
    if element.name == "pre" {
        out.tag("\n"); // a parser drops the first line break of a `pre`
    }
    for child in &element.children {
        write(child, out);
    }
    out.tag("</").value(&element.name).tag(">");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(html: &str) -> Result<String, Forbidden> {
        parse(html, &|_| None).map(|tree| to_html(&tree).to_string())
    }

    #[test]
    fn what_is_not_in_the_list_is_named() {
        let error = parsed("<div><script>x</script></div>")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("element `<script>` may not stand in a page; these may: a, abbr,"),
            "{error}"
        );
        let error = parsed("<p onclick=\"x\">a</p>").unwrap_err().to_string();
        assert!(
            error.starts_with("attribute `onclick` may not stand on `<p>`; these may: "),
            "{error}"
        );
        let error = parsed("<a href=\"javascript:x\">a</a>")
            .unwrap_err()
            .to_string();
        assert_eq!(error, "`<a>` may not have href=\"javascript:x\"");
        assert!(parsed("<p style=\"color:red\">a</p>").is_err());
    }

    #[test]
    fn drawings_keep_the_case_of_their_attributes() {
        let html = parsed("<svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"/></svg>").unwrap();
        assert_eq!(
            html,
            "<svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"></path></svg>"
        );
        assert!(parsed("<svg><foreignObject></foreignObject></svg>").is_err());
        assert!(
            parsed("<svg><title><b>x</b></title></svg>").is_err(),
            "html inside a drawing"
        );
    }

    #[test]
    fn white_space_that_nobody_sees_is_left_out() {
        let html =
            parsed("<div>\n  <p> a  <b>b</b>\n c </p>\n\n  <pre> x\n  y </pre>\n</div>").unwrap();
        assert_eq!(html, "<div><p>a <b>b</b> c</p><pre>\n x\n  y </pre></div>");
        assert_eq!(
            parsed("<p><b>a</b> <i>b</i></p>").unwrap(),
            "<p><b>a</b> <i>b</i></p>"
        );
    }

    #[test]
    fn several_roots_get_one_around_them() {
        assert_eq!(
            parsed("<p>a</p>\n<p>b</p>").unwrap(),
            "<div><p>a</p><p>b</p></div>"
        );
        assert_eq!(parsed("").unwrap(), "<div></div>");
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let deep = "<div>".repeat(100);
        assert_eq!(parsed(&deep), Err(Forbidden::TooDeep { limit: 64 }));
        let many = "<i>x</i>".repeat(110_000);
        assert!(matches!(parsed(&many), Err(Forbidden::TooLarge { .. })));
    }

    #[test]
    fn a_tree_written_as_html_reads_as_the_same_tree() {
        let html =
            "<div class=\"a b\"><pre>\n\nx &lt; y</pre><p title=\"&quot;&amp;\">a<br>b</p></div>";
        let tree = parse(html, &|_| None).unwrap();
        assert_eq!(parse(to_html(&tree).as_str(), &|_| None).unwrap(), tree);
    }
}
