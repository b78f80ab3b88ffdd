//! Rendered HTML → a page, tag by tag.
//!
//! A browser closes elements that were left open and moves what is not allowed in a table. A template has to write HTML
//! that needs none of it: all tags in pairs, each pair within another, each element where it may be. Anything else is an
//! error of the theme.

use std::borrow::Cow;
use std::str;

use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};
use memchr::{memchr, memchr3};

use super::tags::{Role, Tag, Tags};
use super::writer::Writer;
use super::{Forbidden, MediaTypes};
use crate::domain::model::{Namespace, Tree};

/// The page.
///
/// # Errors
/// The first thing in the HTML that a page may not hold, or that a browser would read in another way.
pub(super) fn page(html: &str, files: MediaTypes) -> Result<Tree, Forbidden> {
    let html = line_ends(html);
    let mut page = Page::new(html.len());
    let mut rest = &*html;
    while let Some(at) = memchr(b'<', rest.as_bytes()) {
        let (text, from_tag) = rest.split_at(at);
        page.text(text)?;
        let end = end_of_tag(from_tag).ok_or_else(|| Forbidden::not_a_tag(from_tag))?;
        let (tag, after) = from_tag.split_at(end);
        match tag.strip_prefix("</") {
            Some(name) => page.end(name.trim_end_matches('>').trim_ascii_end())?,
            None => page.start(&*Tags::get(tag, page.namespace(), files)?)?,
        }
        rest = after;
    }
    page.text(rest)?;
    page.finish()
}

/// The HTML with line ends as a browser reads them, and without the bytes that it ignores.
fn line_ends(html: &str) -> Cow<'_, str> {
    if !html.contains(['\r', '\0']) {
        return html.into();
    }
    let html = html.replace("\r\n", "\n").replace('\r', "\n");
    html.replace('\0', "").into()
}

/// Where the tag ends that a text begins with: after the first `>` outside of quotes. `None` if there is none.
fn end_of_tag(from: &str) -> Option<usize> {
    let bytes = from.as_bytes();
    let mut at = 0;
    loop {
        at += memchr3(b'>', b'"', b'\'', &bytes[at..])? + 1;
        let found = bytes[at - 1];
        if found == b'>' {
            return Some(at);
        }
        at += memchr(found, &bytes[at..])? + 1;
    }
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

    fn start(&mut self, tag: &Tag) -> Result<(), Forbidden> {
        if !is_allowed_here(tag.role, &self.open) {
            return Err(self.misplaced(tag.start.name()));
        }
        self.page.start(&tag.start)?;
        self.at_start_of_pre = tag.role == Role::Preformatted;
        if tag.ends {
            return self.page.end();
        }
        let around = self.open.last().unwrap_or(&Open::TOP);
        self.open.push(Open {
            role: tag.role,
            in_paragraph: around.in_paragraph || tag.role == Role::Paragraph,
            in_link: around.in_link || tag.role == Role::Link,
        });
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Forbidden> {
        self.at_start_of_pre = false;
        if self.open.pop().is_none() {
            let name = name.to_owned();
            return Err(Forbidden::Stray { name });
        }
        if !self.page.around().name.eq_ignore_ascii_case(name) {
            return Err(self.unclosed());
        }
        self.page.end()
    }

    fn text(&mut self, written: &str) -> Result<(), Forbidden> {
        if written.is_empty() {
            return Ok(());
        }
        let text = decoded(written);
        let first_break = std::mem::take(&mut self.at_start_of_pre);
        let text = match text.strip_prefix('\n') {
            Some(rest) if first_break => rest,
            _ => &text,
        };
        let around = self.open.last().unwrap_or(&Open::TOP);
        if around.role.is_of_table() && !text.trim_ascii().is_empty() {
            return Err(self.misplaced(Forbidden::TEXT));
        }
        self.page.text(text);
        Ok(())
    }

    fn finish(self) -> Result<Tree, Forbidden> {
        if !self.open.is_empty() {
            return Err(self.unclosed());
        }
        self.page.finish()
    }

    fn unclosed(&self) -> Forbidden {
        let element = self.page.around().name;
        Forbidden::Unclosed { element }
    }

    /// Says what is in the way: the paragraph or link around it, or the innermost element.
    fn misplaced(&self, what: &'static str) -> Forbidden {
        let around = self.open.last().unwrap_or(&Open::TOP);
        let within = match what {
            "a" if around.in_link => "a",
            _ if around.in_paragraph => "p",
            _ => self.page.around().name,
        };
        Forbidden::Misplaced { what, within }
    }
}

/// Whether an element may begin there: a browser would neither end another nor move it.
fn is_allowed_here(role: Role, open: &[Open]) -> bool {
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

/// The characters of a text between tags.
fn decoded(written: &str) -> Cow<'_, str> {
    if memchr(b'&', written.as_bytes()).is_none() {
        return written.into();
    }
    let mut text = Decoded(String::with_capacity(written.len()));
    let tokens = Tokenizer::new_with_emitter(written, CallbackEmitter::new(&mut text));
    tokens.for_each(drop);
    text.0.into()
}

/// A text while it is read.
struct Decoded(String);

impl Callback<(), ()> for &mut Decoded {
    fn handle_event(&mut self, event: CallbackEvent<'_>, _: Span<()>) -> Option<()> {
        if let CallbackEvent::String { value } = event {
            self.0.push_str(&String::from_utf8_lossy(value));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::to_html;
    use super::*;

    fn read(html: &str) -> Result<String, Forbidden> {
        page(html, &|_| None).map(|tree| to_html(&tree.node()).to_string())
    }

    #[test]
    fn what_a_browser_would_repair_is_an_error_that_names_the_element() {
        for (html, expected) in [
            ("<p>a<p>b</p></p>", "`<p>` may not be in `<p>`"),
            ("<p>a<b><div>b</div></b></p>", "`<div>` may not be in `<p>`"),
            ("<b>a<i>b</b>c</i>", "`<i>` is not closed"),
            ("<p>a", "`<p>` is not closed"),
            (
                "<a href=\"#a\"><i><a href=\"#b\">x</a></i></a>",
                "`<a>` may not be in `<a>`",
            ),
            (
                "<table><tr><td>a</td></tr></table>",
                "`<tr>` may not be in `<table>`",
            ),
            ("<table>a</table>", "text may not be in `<table>`"),
            ("<table><b>a</b></table>", "`<b>` may not be in `<table>`"),
            (
                "<ul><li>a<li>b</li></li></ul>",
                "`<li>` may not be in `<li>`",
            ),
            (
                "<svg><title><svg></svg></title></svg>",
                "`<svg>` may not be in `<title>`",
            ),
            ("<h1><h2>a</h2></h1>", "`<h2>` may not be in `<h1>`"),
            ("</p>", "`</p>` closes no element"),
            ("<div/>a", "`<div/>` is not a tag that pages may hold"),
            (
                "a<!-- b -->c",
                "`<!-- b -->` is not a tag that pages may hold",
            ),
            (
                "<p id=a id=b>c</p>",
                "`<p id=a id=b>` is not a tag that pages may hold",
            ),
            ("1 < 2", "`< 2` is not a tag that pages may hold"),
            ("<div", "`<div` is not a tag that pages may hold"),
            ("<p>a</p", "`</p` is not a tag that pages may hold"),
        ] {
            let error = read(html).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{html}: {error}");
        }
    }

    #[test]
    fn well_formed_html_is_read_as_written() {
        for html in [
            "<p dir=\"auto\">a <b>b</b><br>c</p>",
            "<pre>\n\n a\n</pre>",
            "<svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"></path><title>a</title></svg>",
            "<table><caption>a</caption><thead><tr><th>a</th></tr></thead><tbody><tr><td><p>a</p></td></tr></tbody></table>",
            "<ul><li><p>a</p><ul><li>b</li></ul></li></ul>",
            "<div>a<p>b</p>c</div>",
            "<h2><span>a &amp; b</span></h2>",
            "<i title=\"a&gt;b\">c</i>",
        ] {
            assert_eq!(read(html).as_deref(), Ok(html));
        }
        assert_eq!(
            read("<I title='a>b'>c</I >").as_deref(),
            Ok("<i title=\"a&gt;b\">c</i>")
        );
        assert_eq!(read("<p>a\r\nb\rc\0d</p>").as_deref(), Ok("<p>a b cd</p>"));
    }

    #[test]
    fn no_character_of_an_author_is_an_error() {
        for c in (0..=0x2fff_u32)
            .chain(0xfdc0..=0xfdff)
            .chain([0xfffe, 0x1_ffff, 0x10_ffff])
        {
            let Some(c) = char::from_u32(c) else { continue };
            let escaped = match c {
                '<' => "&lt;".to_owned(),
                '>' => "&gt;".to_owned(),
                '&' => "&amp;".to_owned(),
                '"' => "&quot;".to_owned(),
                _ => c.to_string(),
            };
            let html = format!("<p title=\"a{escaped}\">b &amp; {escaped}</p>");
            assert!(read(&html).is_ok(), "{c:?}: {:?}", read(&html));
        }
    }
}
