//! HTML that says by itself where each element ends → a page, token by token.
//!
//! A browser closes elements that were left open, moves what may not stand in a table, and so on. Where all tags are in
//! pairs, one within the other, and no element stands where that would happen, there is nothing to mend: the tree is what
//! is written. This reads such HTML, which is what templates write; of any other it makes nothing.

use std::str;
use std::sync::LazyLock;

use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

use super::MediaTypes;
use super::writer::{Around, Writer};
use crate::model::{Allowlist, Namespace, Tree};

/// The page; nothing where a browser might mend what is written, or where something may not stand there.
pub(super) fn page(html: &str, files: MediaTypes) -> Option<Tree> {
    // How line ends are written, and bytes that show nothing, are mended too.
    if html.bytes().any(|byte| matches!(byte, b'\r' | b'\0')) {
        return None;
    }
    let mut page = Page::new(Writer::new(files, html.len()));
    let mut tokens = Tokenizer::new_with_emitter(html, CallbackEmitter::new(&mut page));
    if tokens.next().is_some() {
        return None;
    }
    drop(tokens);
    page.finish()
}

/// A page while its tokens come.
struct Page<'f> {
    page: Writer<'f>,
    /// The tag that is read: its name and attributes, and those of tags before it, for their memory.
    name: String,
    attributes: Vec<(String, String)>,
    /// How many of the attributes are this tag's.
    own: usize,
    /// A `pre` has just begun.
    at_start_of_pre: bool,
}

/// Why no page comes of it: whoever reads the whole says so.
struct Unusual;

impl Callback<Unusual, ()> for &mut Page<'_> {
    fn handle_event(&mut self, event: CallbackEvent<'_>, _: Span<()>) -> Option<Unusual> {
        self.take(event).is_none().then_some(Unusual)
    }
}

impl<'f> Page<'f> {
    fn new(page: Writer<'f>) -> Self {
        Self {
            page,
            name: String::new(),
            attributes: Vec::new(),
            own: 0,
            at_start_of_pre: false,
        }
    }

    fn take(&mut self, event: CallbackEvent<'_>) -> Option<()> {
        match event {
            CallbackEvent::OpenStartTag { name } => self.tag(str::from_utf8(name).ok()?),
            CallbackEvent::AttributeName { name } => self.attribute(str::from_utf8(name).ok()?),
            CallbackEvent::AttributeValue { value } => {
                let attribute = self.attributes[..self.own].last_mut()?;
                attribute.1.push_str(str::from_utf8(value).ok()?);
            }
            CallbackEvent::CloseStartTag { self_closing } => self.start(self_closing)?,
            CallbackEvent::EndTag { name } => self.end(str::from_utf8(name).ok()?)?,
            CallbackEvent::String { value } => self.text(str::from_utf8(value).ok()?)?,
            CallbackEvent::Comment { .. }
            | CallbackEvent::Doctype { .. }
            | CallbackEvent::Error(_) => return None,
        }
        Some(())
    }

    fn tag(&mut self, name: &str) {
        self.name.clear();
        self.name.push_str(name);
        self.own = 0;
    }

    fn attribute(&mut self, name: &str) {
        if self.own == self.attributes.len() {
            self.attributes.push(Default::default());
        }
        let (own, value) = &mut self.attributes[self.own];
        own.clear();
        own.push_str(name);
        value.clear();
        self.own += 1;
    }

    fn start(&mut self, self_closing: bool) -> Option<()> {
        let namespace = self.page.around().namespace.of_child(&self.name);
        let element = Allowlist::get().element(namespace, &self.name)?;
        let in_svg = namespace == Namespace::Svg;
        let ends = element.is_void() || (in_svg && self_closing);
        let fits = stands_by_itself(element.name(), namespace, self.page.open());
        if !fits || (self_closing && !ends) {
            return None;
        }
        let attributes = &mut self.attributes[..self.own];
        if in_svg {
            attributes
                .iter_mut()
                .for_each(|(name, _)| restore_case(name));
        }
        attributes.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        if attributes.windows(2).any(|two| two[0].0 == two[1].0) {
            return None;
        }
        let attributes = attributes.iter();
        let attributes = attributes.map(|(name, value)| (name.as_str(), value.as_str()));
        self.page
            .start(namespace, element.name(), attributes)
            .ok()?;
        self.at_start_of_pre = element.name() == "pre";
        if ends { self.page.end().ok() } else { Some(()) }
    }

    fn end(&mut self, name: &str) -> Option<()> {
        self.at_start_of_pre = false;
        let open = self.page.open().last()?;
        (open.name == name).then_some(())?;
        self.page.end().ok()
    }

    fn text(&mut self, text: &str) -> Option<()> {
        let first_break = std::mem::take(&mut self.at_start_of_pre);
        let text = match text.strip_prefix('\n') {
            Some(rest) if first_break => rest,
            _ => text,
        };
        let moved = is_of_table(self.page.around().name) && !text.trim_ascii().is_empty();
        (!moved).then(|| self.page.text(text))
    }

    /// The page, where every element has ended.
    fn finish(self) -> Option<Tree> {
        self.page.open().is_empty().then_some(())?;
        self.page.finish().ok()
    }
}

/// Whether an element of the allow-list may begin there without a browser ending another, or moving it.
fn stands_by_itself(name: &str, namespace: Namespace, open: &[Around]) -> bool {
    let parent = open.last().map_or("", |parent| parent.name);
    if open
        .last()
        .is_some_and(|parent| parent.namespace == Namespace::Svg)
    {
        // Within these, elements are HTML's.
        return namespace == Namespace::Svg && !matches!(parent, "title" | "desc");
    }
    let is_open = |name: &str| open.iter().any(|around| around.name == name);
    let of_table = match name {
        "caption" | "colgroup" | "thead" | "tbody" | "tfoot" => Some(parent == "table"),
        "col" => Some(parent == "colgroup"),
        "tr" => Some(matches!(parent, "thead" | "tbody" | "tfoot")),
        "td" | "th" => Some(parent == "tr"),
        _ if is_of_table(parent) => Some(false),
        _ => None,
    };
    of_table.unwrap_or_else(|| match name {
        "a" => !is_open("a"),
        "li" => matches!(parent, "ul" | "ol") && !is_open("p"),
        "dt" | "dd" => is_of_terms(open) && !is_open("p"),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => !is_heading(parent) && !is_open("p"),
        _ if ends_a_paragraph(name) => !is_open("p"),
        _ => true,
    })
}

/// Whether the innermost element is a list of terms, or a group in one.
fn is_of_terms(open: &[Around]) -> bool {
    let mut outwards = open.iter().rev().map(|around| around.name);
    match outwards.next() {
        Some("dl") => true,
        Some("div") => outwards.next() == Some("dl"),
        _ => false,
    }
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Elements in which nothing but a table's parts may stand.
fn is_of_table(name: &str) -> bool {
    matches!(
        name,
        "table" | "colgroup" | "thead" | "tbody" | "tfoot" | "tr"
    )
}

/// Elements of the allow-list at whose start a browser ends a `p`, besides headings and items.
fn ends_a_paragraph(name: &str) -> bool {
    matches!(
        name,
        "article"
            | "aside"
            | "blockquote"
            | "details"
            | "div"
            | "dl"
            | "figcaption"
            | "figure"
            | "footer"
            | "header"
            | "hr"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "ul"
    )
}

/// Writes the name of a drawing's attribute as the allow-list does: tokens have no upper case.
fn restore_case(name: &mut String) {
    static MIXED: LazyLock<Vec<(String, &'static str)>> = LazyLock::new(|| {
        let names = Allowlist::get().attributes(Namespace::Svg, "svg");
        let mixed = names.filter(|name| name.contains(|c: char| c.is_ascii_uppercase()));
        mixed
            .map(|name| (name.to_ascii_lowercase(), name))
            .collect()
    });
    if let Some((_, as_listed)) = MIXED.iter().find(|(lower, _)| lower == name) {
        name.clear();
        name.push_str(as_listed);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::by_a_whole_parser;
    use super::*;

    fn straight(html: &str) -> Option<Tree> {
        page(html, &|_| None)
    }

    fn whole(html: &str) -> Option<Tree> {
        by_a_whole_parser(html, &|_| None).ok()
    }

    /// HTML of nested elements and texts, closed as they should be, but anywhere.
    fn html() -> impl Strategy<Value = String> {
        let list = Allowlist::get();
        let names = |namespace| -> Vec<String> {
            let names = list.elements(namespace).map(str::to_owned);
            names.collect()
        };
        let text = prop::sample::select(vec![
            " ",
            "\n",
            "a",
            " b ",
            "\n\nc",
            "&lt;p&gt;",
            "&amp;nbsp",
            "&nbsp;",
            "ä\u{202e}",
            "a  b",
            "1 < 2",
            "&#10;d",
        ]);
        let attributes = prop::sample::select(vec![
            "",
            "",
            "",
            " class=\" a  b \"",
            " id=x",
            " dir='auto' class=b",
            " viewbox=\"0 0 1 1\"",
            " title=\"&quot;\"",
            " d=\"M0 0\" class=\"\"",
            " HREF=\"#a\"",
            " id=a id=b",
            " hidden",
            " href=\"javascript:x\"",
        ]);
        let any = prop::sample::select([names(Namespace::Html), names(Namespace::Svg)].concat());
        // Those that a browser treats in a way of their own come more often.
        let odd = prop::sample::select(vec![
            "p", "a", "li", "ul", "table", "tbody", "tr", "td", "h2", "b", "i", "pre", "div",
            "svg", "title", "dl", "dd", "br",
        ]);
        let name = prop_oneof![any, odd.prop_map(str::to_owned)];
        let leaf = text.prop_map(str::to_owned);
        leaf.prop_recursive(7, 60, 5, move |inside| {
            let children = prop::collection::vec(inside, 0..5);
            (name.clone(), attributes.clone(), children, 0..12).prop_map(
                |(name, attributes, children, end)| {
                    let children = children.concat();
                    match end {
                        0 => format!("<{name}{attributes}/>{children}"),
                        1 => format!("<{name}{attributes}>{children}"),
                        2 => format!("<!-- x --><{name}{attributes}>{children}</{name}>"),
                        _ if list.is_void(&name) => format!("<{name}{attributes}>{children}"),
                        _ => format!("<{name}{attributes}>{children}</{name}>"),
                    }
                },
            )
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn what_is_read_straight_is_what_a_browser_reads(html in html()) {
            if let Some(tree) = straight(&html) {
                let whole = whole(&html);
                prop_assert_eq!(Some(tree.as_json()), whole.as_ref().map(Tree::as_json), "{}", html);
            }
        }
    }

    #[test]
    fn what_a_browser_mends_is_left_to_one() {
        for mended in [
            "<p>a<p>b",
            "<p>a<div>b</div></p>",
            "<b>a<i>b</b>c</i>",
            "<a href=\"#a\"><i><a href=\"#b\">x</a></i></a>",
            "<table><tr><td>a</td></tr></table>",
            "<table>a</table>",
            "<table><b>a</b></table>",
            "<ul><li>a<li>b</ul>",
            "<ul><li><div><li>a</li></div></li></ul>",
            "<svg><p>a</p></svg>",
            "<svg><title><b>a</b></title></svg>",
            "<h1><h2>a</h2></h1>",
            "<div/>a",
            "a<!-- b -->c",
            "a\r\nb",
            "a\0b",
            "<p id=a id=b>c</p>",
            "</p>",
            "<div",
            "<p>a</p",
            "<script>a</script>",
            "<math><mi>a</mi></math>",
        ] {
            assert!(straight(mended).is_none(), "{mended}");
        }
    }

    #[test]
    fn what_templates_write_is_read_straight() {
        for plain in [
            "<p dir=\"auto\">a <b>b</b><br>c</p>\n",
            "<pre>\n\n a\n</pre>",
            "<svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"/><title>a</title></svg>",
            "<table><caption>a</caption><thead>\n<tr><th>a</th></tr></thead><tbody><tr><td><p>a</p></td></tr></tbody></table>",
            "<ul><li><p>a</p><ul><li>b</li></ul></li></ul>",
            "a<p>b</p>c",
            "",
            "<h2><span>a &amp; b</span></h2>",
        ] {
            let read = straight(plain).map(|tree| tree.as_json().to_owned());
            assert_eq!(read, whole(plain).map(|tree| tree.as_json().to_owned()));
            assert!(read.is_some(), "{plain}");
        }
    }
}
