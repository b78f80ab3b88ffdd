//! Files of TOML that [`shape`] has held against the declaration of their kind.
//!
//! What was wrong is gone from them, and what is short is written out. Rules look here for places, and plain serde makes
//! the model.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::codes::{self, Rule};
use super::complaints::{Complaint, Complaints};
use super::known::Names;
use super::shape;
use crate::domain::model::Date;
use crate::ground::diag::Place;
use crate::tree::source::written::Toml;
use crate::tree::source::{Content, SourceFile, readers_of};

/// Something read, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct At<T> {
    pub value: T,
    pub place: Place,
}

impl<T> At<T> {
    /// The same place with another reading of what stands there.
    pub fn with<U>(&self, value: U) -> At<U> {
        let place = self.place.clone();
        At { value, place }
    }
}

/// One file being read.
#[derive(Debug, Clone)]
pub(super) struct Doc<'t> {
    pub path: Arc<str>,
    pub text: &'t Arc<str>,
    pub complaints: &'t Complaints,
    /// The names in `files/` that prose may link to; nothing where it may link to none.
    pub attachments: Option<&'t BTreeSet<String>>,
    /// The subject reads it without names.
    pub is_nameless: bool,
    /// Where the TOML lies within the text.
    toml: Range<usize>,
}

impl<'t> Doc<'t> {
    /// A file as a document; nothing for attachments.
    pub fn of(file: &'t SourceFile, complaints: &'t Complaints) -> Option<Self> {
        let Content::Text(text) = &file.content else {
            return None;
        };
        Some(Self {
            path: file.path.clone(),
            text,
            complaints,
            attachments: None,
            is_nameless: false,
            toml: 0..text.len(),
        })
    }

    /// The same, with `files/` to link to.
    pub fn with_attachments(mut self, names: &'t BTreeSet<String>) -> Self {
        self.attachments = Some(names);
        self
    }

    /// Begins a complaint.
    pub fn about(&self, rule: Rule, place: Place, message: impl Into<String>) -> Complaint<'_> {
        self.complaints.about(rule, place, message)
    }

    /// Bytes of the whole file.
    pub fn place(&self, range: Range<usize>) -> Place {
        Place {
            file: self.path.clone(),
            start: range.start,
            end: range.end,
        }
    }

    /// Where the file begins.
    pub fn start(&self) -> Place {
        Place::file(self.path.clone())
    }

    /// The same, of which a part is TOML.
    pub fn with_toml_in(mut self, range: Range<usize>) -> Self {
        self.toml = range;
        self
    }

    fn parse(&self) -> DeTable<'t> {
        let toml = Toml::parse(&self.text[self.toml.clone()]);
        for error in &toml.errors {
            let place = self.at(error.span.clone());
            self.complaints
                .about(codes::TOML_SYNTAX, place, error.message.clone());
        }
        toml.root
    }

    /// Bytes of the TOML as bytes of the file.
    pub fn at(&self, span: Range<usize>) -> Place {
        self.place(span.start + self.toml.start..span.end + self.toml.start)
    }
}

/// A file of TOML without what was wrong in it.
pub(super) struct File<'t> {
    doc: Doc<'t>,
    root: DeTable<'t>,
    /// Whether it holds all that a model needs.
    is_whole: bool,
}

impl<'t> File<'t> {
    /// Takes a file apart. Reports where it is not TOML.
    pub fn parse(doc: Doc<'t>) -> Self {
        let root = doc.parse();
        Self {
            doc,
            root,
            is_whole: false,
        }
    }

    /// Takes a file apart and holds it against the declaration of its kind.
    pub fn read(doc: Doc<'t>, kind: &str, names: &Names<'_>) -> Self {
        let mut file = Self::parse(doc);
        file.check(kind, names);
        file
    }

    /// Holds the file against the declaration of its kind. Reports all mistakes.
    pub fn check(&mut self, kind: &str, names: &Names<'_>) {
        self.is_whole = shape::check(&self.doc, &mut self.root, kind, names);
    }

    /// The same, with `files/` to link to.
    pub fn with_attachments(mut self, names: &'t BTreeSet<String>) -> Self {
        self.doc.attachments = Some(names);
        self
    }

    /// The words of `readers`, as versions of the file are held against one another.
    pub fn readers(&self) -> Option<String> {
        readers_of(&self.root)
    }

    /// The outermost table.
    pub fn table(&self) -> Table<'_> {
        let start = self.doc.toml.start;
        Table {
            doc: &self.doc,
            entries: &self.root,
            place: self.doc.place(start..start),
        }
    }

    /// What the file says. `None` if something is wrong for which nothing can stand in.
    pub fn model<T: DeserializeOwned>(self) -> Option<T> {
        if !self.is_whole {
            return None;
        }
        let whole = Spanned::new(0..self.doc.toml.len(), self.root);
        let read = T::deserialize(toml::de::Deserializer::from(whole));
        let refuse = |error: &toml::de::Error| {
            let place = self.doc.at(error.span().unwrap_or_default());
            let message = error.message().to_owned();
            self.doc.about(codes::WRONG_TYPE, place, message);
        };
        read.inspect_err(refuse).ok()
    }

    /// The same of something whose id is the name of the file or its directory.
    pub fn model_of<T: DeserializeOwned>(mut self, id: &str) -> Option<T> {
        let id = DeValue::String(id.to_owned().into());
        let key = Spanned::new(0..0, "id".into());
        self.root.insert(key, Spanned::new(0..0, id));
        self.model()
    }
}

/// A table in which all is as it is declared.
#[derive(Debug, Clone)]
pub(super) struct Table<'t> {
    doc: &'t Doc<'t>,
    entries: &'t DeTable<'t>,
    /// Its header or braces; the beginning of the file for the outermost.
    pub place: Place,
}

impl<'t> Table<'t> {
    /// Whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Where a key's value stands; the table itself where it is absent.
    pub fn place_of(&self, key: &str) -> Place {
        let value = self.entries.get(key);
        value.map_or_else(|| self.place.clone(), |value| self.doc.at(value.span()))
    }

    /// A text with its place.
    pub fn text(&self, key: &str) -> Option<At<&'t str>> {
        text(self.doc, self.entries.get(key)?)
    }

    /// A calendar date.
    pub fn date(&self, key: &str) -> Option<Date> {
        self.text(key)?.value.parse().ok()
    }

    /// A whole number.
    pub fn number(&self, key: &str) -> Option<usize> {
        let number = self.entries.get(key)?.get_ref().as_integer()?;
        usize::from_str_radix(number.as_str(), number.radix()).ok()
    }

    /// A table below this one.
    pub fn table(&self, key: &str) -> Option<Table<'t>> {
        table(self.doc, self.entries.get(key)?)
    }

    /// The texts of a list.
    pub fn texts(&self, key: &str) -> impl Iterator<Item = At<&'t str>> {
        let doc = self.doc;
        self.list(key).filter_map(move |value| text(doc, value))
    }

    /// The tables of a list.
    pub fn tables(&self, key: &str) -> impl Iterator<Item = Table<'t>> {
        let doc = self.doc;
        self.list(key).filter_map(move |value| table(doc, value))
    }

    fn list(&self, key: &str) -> impl Iterator<Item = &'t Spanned<DeValue<'t>>> {
        let list = self.entries.get(key);
        let list = list.and_then(|list| list.get_ref().as_array());
        list.into_iter().flat_map(|list| list.iter())
    }

    /// The names in this table.
    pub fn names(&self) -> impl Iterator<Item = At<&'t str>> {
        let doc = self.doc;
        self.entries.keys().map(move |key| At {
            value: &**key.get_ref(),
            place: doc.at(key.span()),
        })
    }

    /// The tables in this one, by their names.
    pub fn named_tables(&self) -> impl Iterator<Item = (At<&'t str>, Table<'t>)> {
        let doc = self.doc;
        let tables = self.entries.values().map(move |value| table(doc, value));
        self.names()
            .zip(tables)
            .filter_map(|(name, table)| Some((name, table?)))
    }

    /// The path of the file.
    pub fn file(&self) -> &'t str {
        &self.doc.path
    }
}

fn text<'t>(doc: &Doc<'_>, value: &'t Spanned<DeValue<'_>>) -> Option<At<&'t str>> {
    let value_at = doc.at(value.span());
    let value = value.get_ref().as_str()?;
    Some(At {
        value,
        place: value_at,
    })
}

fn table<'t>(doc: &'t Doc<'t>, value: &'t Spanned<DeValue<'t>>) -> Option<Table<'t>> {
    Some(Table {
        doc,
        entries: value.get_ref().as_table()?,
        place: doc.at(value.span()),
    })
}
