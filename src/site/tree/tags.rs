//! A start tag, by itself: its characters tell what it says, with the namespace that it stands in and, where it names an
//! attachment, with the kind of that.
//!
//! Templates write the same few tags again and again: one that was read before is remembered.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::str;
use std::sync::LazyLock;

use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Error, Span, Tokenizer};

use super::writer::Start;
use super::{Forbidden, MediaTypes};
use crate::domain::model::{Allowlist, Namespace};
use crate::site::recent::Recent;

/// What the tags of one namespace may take that one thread knows, in bytes, by the measure of [`Tags::keep`].
const KNOWN_MAX_BYTES: usize = 2 * 1024 * 1024;

/// A tag of more comes once.
const TAG_MAX_BYTES: usize = 4096;

/// About what a tag takes besides its text and its JSON.
const ENTRY_BYTES: usize = 128;

thread_local! {
    static KNOWN: RefCell<Tags> = RefCell::default();
}

/// A start tag of an element that may stand in a page of that namespace, wherever in it.
pub(super) struct Tag {
    pub start: Start,
    pub role: Role,
    /// There is no end tag.
    pub ends: bool,
}

/// What an element is, as far as its place is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Link,
    Paragraph,
    Preformatted,
    Heading,
    List,
    Item,
    Terms,
    Term,
    /// A `div`: it may stand around terms.
    Division,
    /// Another one at whose start a browser ends a `p`.
    Block,
    Table,
    Caption,
    Columns,
    Column,
    Rows,
    Row,
    Cell,
    /// `svg`, or what stands in one.
    Drawing,
    /// What stands in a drawing and holds HTML.
    DrawingText,
    Other,
}

impl Role {
    fn of(namespace: Namespace, name: &str) -> Self {
        if namespace == Namespace::Svg {
            return match name {
                "title" | "desc" => Self::DrawingText,
                _ => Self::Drawing,
            };
        }
        match name {
            "a" => Self::Link,
            "p" => Self::Paragraph,
            "pre" => Self::Preformatted,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Self::Heading,
            "ol" | "ul" => Self::List,
            "li" => Self::Item,
            "dl" => Self::Terms,
            "dd" | "dt" => Self::Term,
            "div" => Self::Division,
            "article" | "aside" | "blockquote" | "details" | "figcaption" | "figure" | "footer"
            | "header" | "hr" | "nav" | "section" | "summary" => Self::Block,
            "table" => Self::Table,
            "caption" => Self::Caption,
            "colgroup" => Self::Columns,
            "col" => Self::Column,
            "tbody" | "tfoot" | "thead" => Self::Rows,
            "tr" => Self::Row,
            "td" | "th" => Self::Cell,
            _ => Self::Other,
        }
    }

    /// Whether nothing but a table's parts may stand in it.
    pub fn is_of_table(self) -> bool {
        matches!(self, Self::Table | Self::Columns | Self::Rows | Self::Row)
    }
}

/// Tags by how they are written.
pub(super) struct Tags {
    in_html: Recent<Box<str>, Rc<Tag>>,
    in_svg: Recent<Box<str>, Rc<Tag>>,
}

impl Default for Tags {
    fn default() -> Self {
        Self {
            in_html: Recent::new(KNOWN_MAX_BYTES),
            in_svg: Recent::new(KNOWN_MAX_BYTES),
        }
    }
}

impl Tags {
    /// What `<name …>` says within an element of that namespace.
    ///
    /// # Errors
    /// It is not one tag, or a page may not hold it.
    pub fn get(tag: &str, within: Namespace, files: MediaTypes) -> Result<Rc<Tag>, Forbidden> {
        if let Some(known) = KNOWN.with_borrow_mut(|tags| tags.find(tag, within)) {
            return Ok(known);
        }
        let asked = Cell::new(false);
        let read = Reading::default().tag(tag, within, &|key| {
            asked.set(true);
            files(key)
        })?;
        let read = Rc::new(read);
        // What an attachment is told by is not its tag alone.
        if !asked.get() {
            KNOWN.with_borrow_mut(|tags| tags.keep(tag, within, read.clone()));
        }
        Ok(read)
    }

    fn find(&mut self, tag: &str, within: Namespace) -> Option<Rc<Tag>> {
        self.within(within).find(tag, |tag| Some(tag.clone()))
    }

    fn keep(&mut self, tag: &str, within: Namespace, read: Rc<Tag>) {
        let bytes = tag.len() + read.start.json().len() + ENTRY_BYTES;
        if bytes <= TAG_MAX_BYTES {
            self.within(within).keep(tag.into(), bytes, |_| read);
        }
    }

    fn within(&mut self, namespace: Namespace) -> &mut Recent<Box<str>, Rc<Tag>> {
        match namespace {
            Namespace::Html => &mut self.in_html,
            Namespace::Svg => &mut self.in_svg,
        }
    }
}

/// A tag while it is read.
#[derive(Default)]
struct Reading {
    name: String,
    attributes: Vec<(String, String)>,
    self_closing: bool,
    is_whole: bool,
}

/// The event does not belong to one start tag.
struct NotATag;

impl Callback<NotATag, ()> for &mut Reading {
    fn handle_event(&mut self, event: CallbackEvent<'_>, _: Span<()>) -> Option<NotATag> {
        self.take(event).is_none().then_some(NotATag)
    }
}

impl Reading {
    fn tag(mut self, tag: &str, within: Namespace, files: MediaTypes) -> Result<Tag, Forbidden> {
        let mut tokens = Tokenizer::new_with_emitter(tag, CallbackEmitter::new(&mut self));
        let is_other = tokens.next().is_some();
        drop(tokens);
        if is_other || !self.is_whole {
            return Err(Forbidden::not_a_tag(tag));
        }
        self.sort_attributes(within);
        let twice = self.attributes.windows(2).any(|two| two[0].0 == two[1].0);
        self.read(within, files)?
            .filter(|_| !twice)
            .ok_or_else(|| Forbidden::not_a_tag(tag))
    }

    fn take(&mut self, event: CallbackEvent<'_>) -> Option<()> {
        if self.is_whole {
            return None; // something follows the tag
        }
        match event {
            CallbackEvent::OpenStartTag { name } => self.name.push_str(str::from_utf8(name).ok()?),
            CallbackEvent::AttributeName { name } => {
                let name = str::from_utf8(name).ok()?.to_owned();
                self.attributes.push((name, String::new()));
            }
            CallbackEvent::AttributeValue { value } => {
                let attribute = self.attributes.last_mut()?;
                attribute.1.push_str(str::from_utf8(value).ok()?);
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                self.self_closing = self_closing;
                self.is_whole = true;
            }
            // Characters of what an author wrote; the page writer shows or spells them.
            CallbackEvent::Error(
                Error::ControlCharacterInInputStream | Error::NoncharacterInInputStream,
            ) => {}
            CallbackEvent::EndTag { .. }
            | CallbackEvent::String { .. }
            | CallbackEvent::Comment { .. }
            | CallbackEvent::Doctype { .. }
            | CallbackEvent::Error(_) => return None,
        }
        Some(())
    }

    fn sort_attributes(&mut self, within: Namespace) {
        if within.of_child(&self.name) == Namespace::Svg {
            let names = self.attributes.iter_mut().map(|(name, _)| name);
            names.for_each(restore_case);
        }
        self.attributes.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    }

    /// The tag; `None` if it ends with `/>` where a browser reads that as `>`.
    fn read(&self, within: Namespace, files: MediaTypes) -> Result<Option<Tag>, Forbidden> {
        let namespace = within.of_child(&self.name);
        let list = Allowlist::get();
        let element = list.element(namespace, &self.name);
        let element = element.ok_or_else(|| Forbidden::element(namespace, &self.name))?;
        let ends = element.is_void() || (namespace == Namespace::Svg && self.self_closing);
        if self.self_closing && !ends {
            return Ok(None);
        }
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|(name, value)| (name.as_str(), value.as_str()));
        Ok(Some(Tag {
            start: Start::new(namespace, element, attributes, files)?,
            role: Role::of(namespace, element.name()),
            ends,
        }))
    }
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
    use super::*;

    #[test]
    fn what_is_not_one_start_tag_is_none() {
        let is_tag = |written| Tags::get(written, Namespace::Html, &|_| None).is_ok();
        for tag in [
            "<p>",
            "<p class=\"a\">",
            "<p title=\"a>b\">",
            "<P dir=auto >",
        ] {
            assert!(is_tag(tag), "{tag}");
        }
        for other in [
            "<p",
            "<p class=\"a>",
            "<p><b>",
            "<p>a",
            "</p>",
            "< p>",
            "<!-- p -->",
            "<!doctype html>",
            "<?p>",
            "<p id=a id=a>",
            "<p/>",
            "<script>",
            "",
        ] {
            assert!(!is_tag(other), "{other}");
        }
    }

    #[test]
    fn what_an_attachment_is_told_by_is_asked_every_time() {
        let tag = "<img src=\"attachment:h1/a.png\">";
        let get = |kind: Option<&'static str>| Tags::get(tag, Namespace::Html, &|_| kind);
        assert!(get(Some("image/png")).is_ok());
        assert!(get(None).is_err());
        assert!(get(Some("application/pdf")).is_err());
    }

    #[test]
    fn a_tag_that_is_long_is_not_kept() {
        let mut tags = Tags::default();
        let tag = Tags::get("<p>", Namespace::Html, &|_| None).unwrap();
        let mut keep = |length: usize| {
            tags.keep(&"a".repeat(length), Namespace::Html, tag.clone());
            tags.in_html.len()
        };
        assert_eq!((keep(TAG_MAX_BYTES), keep(7)), (0, 1));
    }
}
