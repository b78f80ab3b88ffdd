//! Where a thing stands: its file's text is taken apart once more, and walked down to it.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use crate::domain::model::Date;
use crate::ground::diag::Place;
use crate::tree::source::written::{Markdown, Section, Toml, front_matter};
use crate::tree::source::{FileKind, Source};

/// What of a file a lint is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spot {
    /// The file as a whole.
    File,
    /// What is found by these steps in its TOML, or as near to it as they lead.
    Toml(Vec<Step>),
    /// These bytes.
    Bytes(Range<usize>),
    /// A heading of its markdown: one of these titles, without regard to case.
    Heading([String; 2]),
}

/// One step down a TOML document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    /// The place in a list, from 0.
    Nth(usize),
    /// The first table of a list that has this date.
    On(Date),
}

impl Spot {
    /// The value of a key.
    pub fn key(key: impl Into<String>) -> Self {
        Self::File.then(Step::Key(key.into()))
    }

    /// A value within this one.
    pub fn of(self, key: impl Into<String>) -> Self {
        self.then(Step::Key(key.into()))
    }

    /// A place in this list, from 0.
    pub fn nth(self, index: usize) -> Self {
        self.then(Step::Nth(index))
    }

    /// The table of this list that has this `date`.
    pub fn on(self, date: Date) -> Self {
        self.then(Step::On(date))
    }

    fn then(self, step: Step) -> Self {
        let mut steps = match self {
            Self::Toml(steps) => steps,
            Self::File | Self::Bytes(_) | Self::Heading(_) => Vec::new(),
        };
        steps.push(step);
        Self::Toml(steps)
    }
}

/// The texts of a tree, of which each is taken apart once, however many spots of it are looked for.
pub(super) struct Texts<'s> {
    source: &'s Source,
    apart: BTreeMap<FileKind, Apart<'s>>,
}

/// A text that was taken apart as far as something in it was looked for.
#[derive(Default)]
struct Apart<'s> {
    toml: Option<(usize, Toml<'s>)>,
    sections: Option<Vec<Section>>,
}

impl<'s> Texts<'s> {
    pub fn of(source: &'s Source) -> Self {
        Self {
            source,
            apart: BTreeMap::new(),
        }
    }

    /// Where a spot is; its file as a whole where the text does not hold it, the organisation's where there is no file.
    pub fn place_of(&mut self, file: &FileKind, spot: &Spot) -> Place {
        let Some(held) = self.source.files.get(file) else {
            return Place::file("gradus.toml");
        };
        let text = held.text().map_or("", |text| text);
        let bytes = match spot {
            Spot::File => None,
            Spot::Bytes(bytes) => Some((bytes.start, bytes.end)),
            Spot::Toml(steps) => self.apart(file).toml_bytes(text, steps),
            Spot::Heading(titles) => self.apart(file).heading_bytes(text, titles),
        };
        let (start, end) = bytes.unwrap_or_default();
        Place {
            file: held.path.clone(),
            start,
            end,
        }
    }

    fn apart(&mut self, file: &FileKind) -> &mut Apart<'s> {
        self.apart.entry(file.clone()).or_default()
    }
}

/// Whether a file of TOML has that key.
pub(super) fn has_key(source: &Source, file: &FileKind, key: &str) -> bool {
    let text = source.files.get(file).and_then(|held| held.text());
    text.is_some_and(|text| Toml::parse(text).root.contains_key(key))
}

impl<'s> Apart<'s> {
    fn toml_bytes(&mut self, text: &'s str, steps: &[Step]) -> Option<(usize, usize)> {
        let (offset, toml) = self.toml.get_or_insert_with(|| {
            let front = front_matter(text);
            let toml = front.map_or(0..text.len(), |front| front.toml);
            (toml.start, Toml::parse(&text[toml]))
        });
        let (Step::Key(first), rest) = steps.split_first()? else {
            return None;
        };
        let mut at = toml.root.get(first.as_str())?;
        for step in rest {
            let Some(next) = down(at, step) else { break };
            at = next;
        }
        let span = at.span();
        Some((span.start + *offset, span.end + *offset))
    }

    fn heading_bytes(&mut self, text: &str, titles: &[String; 2]) -> Option<(usize, usize)> {
        let sections = self.sections.get_or_insert_with(|| {
            let body = front_matter(text).map_or(0, |front| front.body);
            Markdown::cut(&text[body..], body).sections
        });
        let is_meant = |title: &str| {
            let title = title.to_lowercase();
            titles
                .iter()
                .any(|meant| meant.trim().to_lowercase() == title)
        };
        let mut meant = sections
            .iter()
            .filter(|section| is_meant(&section.heading.title));
        meant.next().map(|section| {
            let words = &section.heading.words;
            (words.start, words.end)
        })
    }
}

fn down<'t, 'v>(value: &'v Spanned<DeValue<'t>>, step: &Step) -> Option<&'v Spanned<DeValue<'t>>> {
    match (value.get_ref(), step) {
        (DeValue::Table(table), Step::Key(key)) => table.get(key.as_str()),
        (DeValue::Array(items), Step::Nth(index)) => items.get(*index),
        (DeValue::Array(items), Step::On(date)) => items.iter().find(|item| has_date(item, *date)),
        _ => None,
    }
}

fn has_date(item: &Spanned<DeValue<'_>>, date: Date) -> bool {
    let held = item
        .get_ref()
        .as_table()
        .and_then(|table| table.get("date"));
    let held = held.and_then(|held| held.get_ref().as_datetime()?.date);
    held.is_some_and(|held| held.to_string() == date.to_string())
}
