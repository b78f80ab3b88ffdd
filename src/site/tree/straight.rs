//! HTML that says by itself where each element ends → a page, tag by tag.
//!
//! A browser closes elements that were left open, moves what may not stand in a table, and so on. Where all tags are in
//! pairs, one within the other, and no element stands where that would happen, there is nothing to mend: the tree is what
//! is written. This reads such HTML, which is what templates write; of any other it makes nothing.

use std::borrow::Cow;
use std::str;

use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};
use memchr::{memchr, memchr2};

use super::MediaTypes;
use super::tags::{Role, Tag, Tags, Unusual};
use super::writer::Writer;
use crate::model::{Namespace, Tree};

/// The page; nothing where a browser might mend what is written, or where something may not stand there.
pub(super) fn page(html: &str, files: MediaTypes) -> Option<Tree> {
    // How line ends are written, and bytes that show nothing, are mended too.
    if memchr2(b'\r', b'\0', html.as_bytes()).is_some() {
        return None;
    }
    let mut page = Page::new(html.len());
    let mut rest = html;
    while let Some(at) = memchr(b'<', rest.as_bytes()) {
        let (text, from_tag) = rest.split_at(at);
        // One with a `>` within an attribute is cut too soon: then it is no tag.
        let (tag, after) = from_tag.split_at(memchr(b'>', from_tag.as_bytes())? + 1);
        page.text(text)?;
        match tag.strip_prefix("</") {
            Some(name) => page.end(name.strip_suffix('>')?)?,
            None => page.start(&*Tags::get(tag, page.namespace(), files)?)?,
        }
        rest = after;
    }
    page.text(rest)?;
    page.finish()
}

/// A page while its tags come.
struct Page {
    page: Writer,
    /// Elements that are not at their end yet, outermost first.
    open: Vec<Open>,
    /// A `pre` has just begun.
    at_start_of_pre: bool,
}

/// An element that is open.
#[derive(Clone, Copy)]
struct Open {
    role: Role,
    /// Whether it, or one around it, is a `p`.
    in_paragraph: bool,
    /// The same of an `a`.
    in_link: bool,
}

impl Open {
    /// What is around a page.
    const TOP: Self = Self {
        role: Role::Division,
        in_paragraph: false,
        in_link: false,
    };
}

impl Page {
    fn new(expected: usize) -> Self {
        Self {
            page: Writer::new(expected),
            open: Vec::new(),
            at_start_of_pre: false,
        }
    }

    /// Of the innermost element.
    fn namespace(&self) -> Namespace {
        self.page.around().namespace
    }

    fn start(&mut self, tag: &Tag) -> Option<()> {
        if !stands_by_itself(tag.role, &self.open) {
            return None;
        }
        self.page.start(&tag.start).ok()?;
        self.at_start_of_pre = tag.role == Role::Preformatted;
        if tag.ends {
            return self.page.end().ok();
        }
        let around = self.open.last().unwrap_or(&Open::TOP);
        self.open.push(Open {
            role: tag.role,
            in_paragraph: around.in_paragraph || tag.role == Role::Paragraph,
            in_link: around.in_link || tag.role == Role::Link,
        });
        Some(())
    }

    fn end(&mut self, name: &str) -> Option<()> {
        self.at_start_of_pre = false;
        self.open.pop()?;
        (self.page.around().name == name).then_some(())?;
        self.page.end().ok()
    }

    fn text(&mut self, written: &str) -> Option<()> {
        if written.is_empty() {
            return Some(());
        }
        let text = said(written)?;
        let first_break = std::mem::take(&mut self.at_start_of_pre);
        let text = match text.strip_prefix('\n') {
            Some(rest) if first_break => rest,
            _ => &text,
        };
        let around = self.open.last().unwrap_or(&Open::TOP);
        let moved = around.role.is_of_table() && !text.trim_ascii().is_empty();
        (!moved).then(|| self.page.text(text))
    }

    /// The page, where every element has ended.
    fn finish(self) -> Option<Tree> {
        self.open.is_empty().then_some(())?;
        self.page.finish().ok()
    }
}

/// Whether an element may begin there without a browser ending another, or moving it.
fn stands_by_itself(role: Role, open: &[Open]) -> bool {
    let around = open.last().unwrap_or(&Open::TOP);
    match role {
        _ if around.role == Role::Drawing => true,
        _ if around.role == Role::DrawingText => false, // within these, elements are HTML's
        Role::Caption | Role::Columns | Role::Rows => around.role == Role::Table,
        Role::Column => around.role == Role::Columns,
        Role::Row => around.role == Role::Rows,
        Role::Cell => around.role == Role::Row,
        _ if around.role.is_of_table() => false,
        Role::Link => !around.in_link,
        Role::Item => around.role == Role::List && !around.in_paragraph,
        Role::Term => is_of_terms(open) && !around.in_paragraph,
        Role::Heading => around.role != Role::Heading && !around.in_paragraph,
        Role::Paragraph
        | Role::Preformatted
        | Role::List
        | Role::Terms
        | Role::Division
        | Role::Block
        | Role::Table => !around.in_paragraph,
        Role::Drawing | Role::DrawingText | Role::Other => true,
    }
}

/// Whether the innermost element is a list of terms, or a group in one.
fn is_of_terms(open: &[Open]) -> bool {
    let mut outwards = open.iter().rev().map(|open| open.role);
    match outwards.next() {
        Some(Role::Division) => outwards.next() == Some(Role::Terms),
        role => role == Some(Role::Terms),
    }
}

/// What a text between tags says; nothing where it is not written as a browser reads it.
fn said(written: &str) -> Option<Cow<'_, str>> {
    if memchr(b'&', written.as_bytes()).is_none() {
        return Some(written.into());
    }
    let mut said = Said(String::with_capacity(written.len()));
    let mut tokens = Tokenizer::new_with_emitter(written, CallbackEmitter::new(&mut said));
    if tokens.next().is_some() {
        return None;
    }
    drop(tokens);
    Some(said.0.into())
}

/// A text while it is read.
struct Said(String);

impl Callback<Unusual, ()> for &mut Said {
    fn handle_event(&mut self, event: CallbackEvent<'_>, _: Span<()>) -> Option<Unusual> {
        match event {
            CallbackEvent::String { value } => match str::from_utf8(value) {
                Ok(text) => {
                    self.0.push_str(text);
                    None
                }
                Err(_) => Some(Unusual),
            },
            _ => Some(Unusual),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::by_a_whole_parser;
    use super::*;
    use crate::cases::property;
    use crate::model::Allowlist;

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
            "&lt",
            "\u{1}\u{fdd0}",
            "a &amp; b &gt;",
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

    /// Pieces of tags, quotes and marks in any order: most of it is no HTML that anyone would write.
    fn soup() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "<",
            ">",
            "/",
            "=",
            "\"",
            "'",
            " ",
            "\n",
            "a",
            "<p",
            "<p>",
            "</p>",
            "</p ",
            "<b>",
            "</b>",
            "</B>",
            "<a href=\"#a\">",
            "</a>",
            "<i title=\"",
            "<i title='",
            " class=x",
            " title=\"a>b\"",
            " id=\"<b>\"",
            "<!--",
            "-->",
            "<!",
            "<?",
            "<![CDATA[",
            "]]>",
            "&amp;",
            "&lt",
            "&#60;b&#62;",
            "&",
            "<svg>",
            "</svg>",
            "<svg/>",
            "<title>",
            "</title>",
            "<path d=\"M0 0\"/>",
            "<pre>",
            "</pre>",
            "<br>",
            "</br>",
            "<br/>",
            "<script>",
            "</script>",
            "<textarea>",
            "</textarea>",
            "<style>",
            "<plaintext>",
            "<math>",
            "<mi>",
            "<template>",
            "<div onclick=x>",
            "<div>",
            "</div>",
            "<img src=x>",
            "<table>",
            "<tbody>",
            "<tr>",
            "<td>",
            "</td>",
            "</tr>",
            "</tbody>",
            "</table>",
            "\u{0}",
            "\r",
            "\u{202e}",
        ]);
        prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
    }

    fn is_read_alike(html: &str) -> Result<(), TestCaseError> {
        let Some(tree) = straight(html) else {
            return Ok(());
        };
        let whole = whole(html);
        prop_assert_eq!(
            Some(tree.as_json()),
            whole.as_ref().map(Tree::as_json),
            "{}",
            html
        );
        Ok(())
    }

    proptest! {
        #![proptest_config(property(20_000))]

        #[test]
        fn what_is_read_straight_is_what_a_browser_reads(html in html()) {
            is_read_alike(&html)?;
        }

        #[test]
        fn so_it_is_where_nothing_is_in_order(html in soup()) {
            is_read_alike(&html)?;
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
