//! TOML as written.

use std::ops::Range;

use toml::de::DeTable;

/// A TOML document: what could be understood of it, and every syntax error.
#[derive(Debug, Clone)]
pub struct Toml<'t> {
    /// All that could be understood, each value with its place.
    pub root: DeTable<'t>,
    /// In the order of the text. Empty if the document is whole.
    pub errors: Vec<SyntaxError>,
}

/// One place where the text is not TOML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The parser's words: lower-case, no full stop.
    pub message: String,
    /// Bytes of the text, within it and on character boundaries.
    pub span: Range<usize>,
}

impl<'t> Toml<'t> {
    /// Takes a text apart. Nesting is bounded by the parser: what is deeper is a syntax error.
    pub fn parse(text: &'t str) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let errors = errors
            .iter()
            .map(|error| SyntaxError {
                message: error.message().to_owned(),
                span: within(text, error.span()),
            })
            .collect();
        Self {
            root: root.into_inner(),
            errors,
        }
    }
}

/// A span that is safe to slice with; an error without a place stands at the end of the text.
fn within(text: &str, span: Option<Range<usize>>) -> Range<usize> {
    let span = span.unwrap_or(text.len()..text.len());
    let start = text.floor_char_boundary(span.start);
    let end = text.ceil_char_boundary(span.end.max(start));
    start..end
}
