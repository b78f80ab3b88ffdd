//! Text that is already HTML, and the one way to become it.

use std::fmt;

use pulldown_cmark_escape::{escape_html, escape_html_body_text};
use serde::{Serialize, Serializer};

/// HTML that was rendered here, from escaped text and tags of our own.
///
/// A view that holds it hands it to a template as it is: `{{ text }}` writes it without
/// escaping, as templates escape everything but this type. There is no other way to mark text
/// as HTML from a view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Html(String);

impl Html {
    /// Text as HTML that shows it.
    pub fn text(text: &str) -> Self {
        let mut html = Writer::default();
        html.text(text);
        html.finish()
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Html {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Inside a template's context tera keeps the mark; any other serializer sees a string.
        tera::Value::safe_string(&self.0).serialize(serializer)
    }
}

/// Builds [`Html`]: tags are literals of this crate, everything else goes through an escape.
#[derive(Debug, Default)]
pub(super) struct Writer(String);

impl Writer {
    /// A tag, or several, written out in our own source.
    pub fn tag(&mut self, literal: &'static str) -> &mut Self {
        self.0.push_str(literal);
        self
    }

    /// Text between tags.
    pub fn text(&mut self, text: &str) -> &mut Self {
        // Writing to a `String` cannot fail.
        let _ = escape_html_body_text(&mut self.0, text);
        self
    }

    /// Text inside a quoted attribute value.
    pub fn value(&mut self, text: &str) -> &mut Self {
        let _ = escape_html(&mut self.0, text);
        self
    }

    /// HTML made before.
    pub fn html(&mut self, html: &Html) -> &mut Self {
        self.0.push_str(&html.0);
        self
    }

    /// A piece of HTML made before, cut between its tags and words.
    pub fn rendered(&mut self, piece: &str) -> &mut Self {
        self.0.push_str(piece);
        self
    }

    /// How much is written, in bytes.
    pub fn len_bytes(&self) -> usize {
        self.0.len()
    }

    /// What was written.
    pub fn finish(self) -> Html {
        Html(self.0)
    }
}
