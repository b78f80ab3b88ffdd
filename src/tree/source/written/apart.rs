//! Stretches of one markdown text, each as a text of its own that says what it said there.
//!
//! A definition belongs to the whole text: it goes with every stretch that draws on it, and with no other. What the
//! parser saw in the whole text is held against what it sees in the stretch, so that none says anything else alone.

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{Event, Tag, TagEnd, TextMergeWithOffset};

use super::markdown::{Definition, Label, Markdown};
use crate::domain::model::{Prose, markup};

/// Takes a text apart.
pub struct Apart<'t> {
    markdown: &'t Markdown,
    /// The whole file.
    file: &'t Arc<str>,
    /// Where the markdown begins in it.
    offset: usize,
    by_label: BTreeMap<&'t Label, &'t Definition>,
    whole: OnceCell<Whole<'t>>,
    /// The bytes of all stretches so far.
    bytes: Cell<usize>,
}

/// The most bytes of all stretches of one file together, with what each draws on. One note that is used by every
/// answer is there as often as they are.
const BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why a stretch cannot be set apart, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tangled {
    /// A label has another definition there.
    Twice(Range<usize>),
    /// Without the text around it, the stretch or a definition would say something else.
    Grown(Range<usize>),
    /// With what it draws on, it is more than there may be.
    TooMuch(Range<usize>),
}

impl<'t> Apart<'t> {
    /// Takes apart what was read from a file from `offset` on.
    pub fn new(markdown: &'t Markdown, file: &'t Arc<str>, offset: usize) -> Self {
        let definitions = markdown.definitions.iter().rev();
        Self {
            markdown,
            file,
            offset,
            by_label: definitions.map(|one| (&one.label, one)).collect(),
            whole: OnceCell::new(),
            bytes: Cell::new(0),
        }
    }

    /// The definitions whose label has one before already.
    pub fn second_definitions(&self) -> impl Iterator<Item = &'t Definition> {
        let definitions = self.markdown.definitions.iter();
        definitions.filter(|one| !std::ptr::eq(self.by_label[&one.label], *one))
    }

    /// The definitions that nothing draws on.
    pub fn unused(&self) -> impl Iterator<Item = &'t Definition> {
        let whole = self.offset..self.file.len();
        let used = self.used_in(&whole);
        let definitions = self.markdown.definitions.iter();
        definitions.filter(move |one| !used.contains(&one.label))
    }

    /// The labels that a stretch draws on outside of definitions, and what their definitions draw on in turn.
    fn used_in(&self, stretch: &Range<usize>) -> BTreeSet<&'t Label> {
        let markdown = self.markdown;
        let uses = markdown.uses_in(stretch).iter();
        let outside = uses.filter(|one| markdown.definition_around(one.at).is_none());
        let mut due: Vec<&Label> = outside.map(|one| &one.label).collect();
        let mut used = BTreeSet::new();
        while let Some(label) = due.pop() {
            if used.insert(label) {
                let within = self.by_label.get(label);
                let within = within.map_or(&[][..], |one| markdown.uses_in(&one.span));
                due.extend(within.iter().map(|one| &one.label));
            }
        }
        used
    }

    /// What a stretch says, without blank lines around it and without the definitions written there, but with
    /// those that it draws on.
    ///
    /// # Errors
    /// It would not say alone what it says in the whole text.
    pub fn prose(&self, stretch: Range<usize>) -> Result<Prose, Tangled> {
        if self.markdown.definitions.is_empty() {
            return Ok(Prose::part(self.file, trimmed(self.file, stretch)));
        }
        let inside: Vec<Range<usize>> = self.spans_in(&stretch);
        let own = markup::without(&self.file[stretch.clone()], &inside, "\n");
        let own = &own[trimmed(&own, 0..own.len())];
        let mut events = markup::parse(own).into_offset_iter();
        events.by_ref().for_each(drop);
        if let Some((_, second)) = events.reference_definitions().iter().next() {
            let written = &own[second.span.clone()];
            let at = self.file[stretch.clone()].find(written);
            let start = stretch.start + at.unwrap_or(0);
            return Err(Tangled::Twice(
                start..start + at.map_or(0, |_| written.len()),
            ));
        }
        let used = self.used_in(&stretch);
        if inside.is_empty() && used.is_empty() {
            return Ok(Prose::part(self.file, trimmed(self.file, stretch)));
        }
        if own.is_empty() {
            return Ok(Prose::default());
        }
        let alone = self.with_definitions(own, &used);
        self.bytes.set(self.bytes.get() + alone.len());
        if self.bytes.get() > BYTES_MAX {
            return Err(Tangled::TooMuch(stretch.start..stretch.start));
        }
        self.says_the_same(&alone, &stretch, &used)?;
        Ok(Prose::new(alone))
    }

    /// The definitions within a stretch, counted from its beginning.
    fn spans_in(&self, stretch: &Range<usize>) -> Vec<Range<usize>> {
        let definitions = &self.markdown.definitions;
        let start = definitions.partition_point(|one| one.span.start < stretch.start);
        let end = definitions.partition_point(|one| one.span.start < stretch.end);
        let spans = definitions[start..end].iter().map(|one| &one.span);
        let within = |span: &Range<usize>| {
            span.start - stretch.start..span.end.min(stretch.end) - stretch.start
        };
        spans.map(within).collect()
    }

    /// Links are defined before the text and notes after it: neither reaches into a block of its own there.
    fn with_definitions(&self, own: &str, used: &BTreeSet<&Label>) -> String {
        let defined = |label: &&Label| {
            let span = self.by_label.get(*label).map(|one| one.span.clone());
            self.file[span.unwrap_or_default()].trim_end()
        };
        let is_note = |label: &&&Label| matches!(label, Label::Note(_));
        let mut text = String::new();
        for label in used.iter().filter(|label| !is_note(label)) {
            text += &format!("{}\n", defined(label));
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text += own;
        for label in used.iter().filter(is_note) {
            text += &format!("\n\n{}", defined(label));
        }
        text.push('\n');
        text
    }

    fn says_the_same(
        &self,
        alone: &str,
        stretch: &Range<usize>,
        used: &BTreeSet<&Label>,
    ) -> Result<(), Tangled> {
        let there = self
            .whole
            .get_or_init(|| Whole::read(&self.file[self.offset..]));
        let here = Whole::read(alone);
        let from_offset = stretch.start - self.offset..stretch.end - self.offset;
        let said = there.said_in(&from_offset) == here.said_in(&(0..alone.len()));
        let grown = used
            .iter()
            .find(|label| there.notes.get(*label) != here.notes.get(*label));
        match grown.and_then(|label| self.by_label.get(*label)) {
            Some(definition) => Err(Tangled::Grown(definition.span.clone())),
            None if said && here.notes.len() == used.iter().filter(|one| is_note(one)).count() => {
                Ok(())
            }
            None => {
                let first = self.spans_in(stretch).first().cloned();
                let first = first.map(|one| one.start + stretch.start..one.end + stretch.start);
                Err(Tangled::Grown(
                    first.unwrap_or(stretch.start..stretch.start),
                ))
            }
        }
    }
}

fn is_note(label: &Label) -> bool {
    matches!(label, Label::Note(_))
}

/// A range of a text without the blank lines before and after. Indentation of the first line may mean code.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = text[range.clone()].trim_end();
    let blank = part.len() - part.trim_start().len();
    let first_line = part[..blank].rfind('\n').map_or(0, |at| at + 1);
    range.start + first_line..range.start + part.len()
}

/// Everything that a text says outside of notes, block by block, and what its notes say.
struct Whole<'t> {
    /// Outermost blocks, with where they begin.
    blocks: Vec<(usize, Vec<Event<'t>>)>,
    notes: BTreeMap<Label, Vec<Event<'t>>>,
}

impl<'t> Whole<'t> {
    fn read(text: &'t str) -> Self {
        let mut whole = Self {
            blocks: Vec::new(),
            notes: BTreeMap::new(),
        };
        let mut depth = 0usize;
        let mut notes: Vec<(Label, Vec<Event<'t>>)> = Vec::new();
        // Where texts break into pieces says nothing.
        let events = TextMergeWithOffset::new(markup::parse(text).into_offset_iter());
        for (event, range) in events {
            if depth == 0 {
                whole.blocks.push((range.start, Vec::new()));
            }
            match &event {
                Event::Start(tag) => {
                    depth += 1;
                    if let Tag::FootnoteDefinition(label) = tag {
                        notes.push((Label::note(label), Vec::new()));
                        continue;
                    }
                }
                Event::End(tag) => {
                    depth -= 1;
                    if *tag == TagEnd::FootnoteDefinition {
                        whole.end_note(notes.pop());
                        continue;
                    }
                }
                _ => {}
            }
            let into = notes.last_mut().map(|(_, events)| events);
            let into = into.or_else(|| whole.blocks.last_mut().map(|(_, events)| events));
            if let Some(events) = into {
                events.push(event);
            }
        }
        whole
    }

    fn end_note(&mut self, note: Option<(Label, Vec<Event<'t>>)>) {
        if let Some((label, events)) = note {
            self.notes.entry(label).or_insert(events);
        }
    }

    fn said_in(&self, range: &Range<usize>) -> Vec<&Event<'t>> {
        let start = self.blocks.partition_point(|(at, _)| *at < range.start);
        let end = self.blocks.partition_point(|(at, _)| *at < range.end);
        let blocks = self.blocks[start..end].iter();
        blocks.flat_map(|(_, events)| events).collect()
    }
}
