//! Rendered HTML → tree, by one parse against the allow-list; and a tree written as HTML again.
//!
//! The HTML has to be well-formed (`page`): then the tree is what a browser would make of the text.
//! Prose is bounded before it gets here (see [`super::markdown`]), so neither depth nor time depends on an author.

use thiserror::Error;

use super::html::{Html, Writer};
use crate::domain::model::{Allowlist, Namespace, Node, Tree};

mod page;
mod tags;
mod writer;

pub(super) use writer::is_deceptive;

/// Rendered pages longer than this are not even parsed.
const HTML_MAX_BYTES: usize = 64 * 1024 * 1024;

/// What a page may not hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(
    missing_docs,
    reason = "each message says what happened, and names its fields"
)]
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
    /// A browser would close it by its own rules.
    #[error("`<{element}>` is not closed")]
    Unclosed { element: &'static str },
    #[error("`</{name}>` closes no element")]
    Stray { name: String },
    /// A browser would close the outer one, or move the inner one.
    #[error("{} may not be in `<{within}>`", quoted(what))]
    Misplaced {
        /// The name of an element, or `text`.
        what: &'static str,
        within: &'static str,
    },
    /// Neither a start tag nor an end tag; or a tag with an attribute twice, or with `/>` where that closes nothing.
    #[error("`{text}` is not a tag that pages may hold")]
    NotATag { text: String },
    #[error("elements may be nested {limit} deep")]
    TooDeep { limit: usize },
    #[error("a page may hold {limit} {what}")]
    TooLarge { what: &'static str, limit: usize },
}

impl Forbidden {
    /// What is misplaced where it is no element: in SVG, `<text>` may be anywhere.
    pub(super) const TEXT: &str = "text";

    /// What is shown of a text that is not a tag, in characters.
    const EXCERPT_CHARS: usize = 40;

    fn element(namespace: Namespace, name: &str) -> Self {
        let allowed: Vec<&str> = Allowlist::get().elements(namespace).collect();
        Self::Element {
            name: name.to_owned(),
            allowed: allowed.join(", "),
        }
    }

    fn not_a_tag(text: &str) -> Self {
        let text = text.chars().take(Self::EXCERPT_CHARS).collect();
        Self::NotATag { text }
    }
}

fn quoted(what: &str) -> String {
    if what == Forbidden::TEXT {
        return what.to_owned();
    }
    format!("`<{what}>`")
}

/// The media type of an attachment that the page may show, by key.
pub type MediaTypes<'a> = &'a dyn Fn(&str) -> Option<&'static str>;

/// The tree of rendered HTML: its one element, or a `div` around several.
///
/// White space that a browser would not show is left out; text in `pre` is kept as it is.
///
/// # Errors
/// HTML that is not well-formed; an element, attribute or value that the allow-list does not have; more nodes, text or
/// depth than it allows.
pub fn parse(html: &str, files: MediaTypes) -> Result<Tree, Forbidden> {
    if html.len() > HTML_MAX_BYTES {
        return Err(Forbidden::TooLarge {
            what: "bytes of HTML",
            limit: HTML_MAX_BYTES,
        });
    }
    page::page(html, files)
}

/// A tree as HTML, for pages that are published in clear.
pub fn to_html(tree: &Node) -> Html {
    let mut out = Writer::default();
    write(tree, &mut out);
    out.finish()
}

fn write(tree: &Node, out: &mut Writer) {
    let element = match tree {
        Node::Text(text) => {
            out.text(text);
            return;
        }
        Node::Element(element) => element,
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
        parse(html, &|_| None).map(|tree| to_html(&tree.node()).to_string())
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
        assert_eq!(
            parse(to_html(&tree.node()).as_str(), &|_| None).unwrap(),
            tree
        );
    }
}
