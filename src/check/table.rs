//! Reading TOML tables as written: what a key holds, or a complaint about it.
//!
//! Where a value is wrong, a stand-in takes its place and reading goes on, so that one run finds
//! everything; the complaint keeps the stand-in from ever reaching the model.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::codes;
use super::complaints::{Complaints, did_you_mean};
use super::prose;
use crate::diag::Place;
use crate::model::{Date, Prose, markup, turns_direction};
use crate::source::written::Toml;
use crate::source::{Content, SourceFile};

/// The most tables of one kind in a file.
const TABLES_MAX: usize = 1_000;

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
    /// Where the TOML begins within the text.
    offset: usize,
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
            offset: 0,
        })
    }

    /// The same, with `files/` to link to.
    pub fn with_attachments(mut self, names: &'t BTreeSet<String>) -> Self {
        self.attachments = Some(names);
        self
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

    /// The TOML of a whole file, with its syntax errors reported.
    pub fn toml(&self) -> Toml<'t> {
        self.parse(self.text)
    }

    /// The TOML in a part of the file; the document that reads its tables comes with it.
    pub fn toml_in(&self, range: Range<usize>) -> (Doc<'t>, Toml<'t>) {
        let mut part = self.clone();
        part.offset = range.start;
        let toml = part.parse(&self.text[range]);
        (part, toml)
    }

    fn parse(&self, text: &'t str) -> Toml<'t> {
        let toml = Toml::parse(text);
        for error in &toml.errors {
            let place = self.at(error.span.clone());
            self.complaints
                .about(codes::TOML_SYNTAX, place, error.message.clone());
        }
        toml
    }

    /// Bytes of the TOML as bytes of the file.
    fn at(&self, span: Range<usize>) -> Place {
        self.place(span.start + self.offset..span.end + self.offset)
    }
}

/// A table whose keys are all known.
#[derive(Debug, Clone)]
pub(super) struct Table<'t> {
    pub doc: &'t Doc<'t>,
    entries: &'t DeTable<'t>,
    /// Its header or braces; the beginning of the file for the outermost.
    pub place: Place,
}

impl<'t> Table<'t> {
    /// The outermost table of a document; complains about every key but those given.
    pub fn root(doc: &'t Doc<'t>, toml: &'t Toml<'t>, keys: &[&str]) -> Self {
        let place = doc.place(doc.offset..doc.offset);
        Self::open(doc, &toml.root, place, keys)
    }

    fn open(doc: &'t Doc<'t>, entries: &'t DeTable<'t>, place: Place, keys: &[&str]) -> Self {
        for key in entries
            .keys()
            .filter(|key| !keys.contains(&&**key.get_ref()))
        {
            let name = key.get_ref();
            doc.complaints
                .about(
                    codes::UNKNOWN_KEY,
                    doc.at(key.span()),
                    format!("`{name}` is not a key here"),
                )
                .help(did_you_mean(name, keys.iter().copied()).unwrap_or_else(|| known_keys(keys)));
        }
        Self {
            doc,
            entries,
            place,
        }
    }

    /// What a key holds; nothing where it is absent.
    pub fn value(&self, key: &str) -> Option<Value<'t>> {
        let node = self.entries.get(key)?;
        Some(Value {
            doc: self.doc,
            node,
            key: key.to_owned(),
        })
    }

    /// All keys with what they hold, in the order of the text.
    pub fn values(&self) -> Vec<(At<&'t str>, Value<'t>)> {
        let mut all: Vec<_> = self.entries.iter().collect();
        all.sort_by_key(|(key, _)| key.span().start);
        all.into_iter()
            .map(|(key, node)| {
                let value: &'t str = key.get_ref();
                let place = self.doc.at(key.span());
                let held = Value {
                    doc: self.doc,
                    node,
                    key: value.to_owned(),
                };
                (At { value, place }, held)
            })
            .collect()
    }

    /// Whether the key is there at all, rightly or wrongly.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Where a key's value stands; the table itself where it is absent.
    pub fn place_of(&self, key: &str) -> Place {
        self.value(key)
            .map_or_else(|| self.place.clone(), |v| v.place())
    }

    /// Complains where a required key is absent.
    pub fn require(&self, key: &str) {
        if !self.has(key) {
            self.doc.complaints.about(
                codes::MISSING_KEY,
                self.place.clone(),
                format!("`{key}` is missing"),
            );
        }
    }

    /// A text with its place.
    pub fn text(&self, key: &str) -> Option<At<&'t str>> {
        self.value(key)?.text()
    }

    /// A text that is not blank.
    pub fn string(&self, key: &str) -> Option<String> {
        let text = self.text(key)?;
        self.not_blank(key, &text);
        self.reads_as_written(key, &text);
        Some(text.value.to_owned())
    }

    /// A required text that is not blank.
    pub fn required_string(&self, key: &str) -> String {
        self.require(key);
        self.string(key).unwrap_or_default()
    }

    /// A required title: marks of emphasis are no part of it.
    pub fn required_title(&self) -> String {
        markup::title(&self.required_string("title"))
    }

    fn not_blank(&self, key: &str, text: &At<&str>) {
        if text.value.trim().is_empty() {
            self.doc.complaints.about(
                codes::OUT_OF_BOUNDS,
                text.place.clone(),
                format!("`{key}` is empty"),
            );
        }
    }

    /// Names stand within the words of others, whose order they must not change; prose is shown with such characters spelt out.
    fn reads_as_written(&self, key: &str, text: &At<&str>) {
        let deceives = |c: char| turns_direction(c) || (c.is_control() && !c.is_whitespace());
        if let Some(c) = text.value.chars().find(|c| deceives(*c)) {
            self.doc.complaints.about(
                codes::DECEPTIVE_NAME,
                text.place.clone(),
                format!("`{key}` holds U+{:04X}, which nobody sees", u32::from(c)),
            );
        }
    }

    /// Markdown.
    pub fn prose(&self, key: &str) -> Option<Prose> {
        self.value(key)?.prose()
    }

    /// Required markdown that is not blank.
    pub fn required_prose(&self, key: &str) -> Prose {
        self.require(key);
        if let Some(Value { node, .. }) = self.value(key)
            && let DeValue::String(text) = node.get_ref()
        {
            let place = self.place_of(key);
            self.not_blank(key, &At { value: text, place });
        }
        self.prose(key).unwrap_or_default()
    }

    /// A list of markdown texts.
    pub fn proses(&self, key: &str) -> Vec<Prose> {
        self.list(key).iter().filter_map(Value::prose).collect()
    }

    /// A list of texts.
    pub fn texts(&self, key: &str) -> Vec<At<&'t str>> {
        self.list(key).iter().filter_map(Value::text).collect()
    }

    /// A list of web addresses.
    pub fn addresses(&self, key: &str) -> Vec<String> {
        let texts = self.texts(key).into_iter();
        let mut addresses: Vec<String> = texts
            .inspect(|text| prose::check_web_address(self.doc.complaints, text))
            .map(|text| text.value.to_owned())
            .collect();
        // They are collected where the texts with their places lay, and there are many such lists.
        addresses.shrink_to_fit();
        addresses
    }

    /// A calendar date.
    pub fn date(&self, key: &str) -> Option<Date> {
        self.value(key)?.date()
    }

    /// A required calendar date.
    pub fn required_date(&self, key: &str) -> Date {
        self.require(key);
        self.date(key).unwrap_or_default()
    }

    /// `true` or `false`; absent is `false`.
    pub fn flag(&self, key: &str) -> bool {
        self.value(key).and_then(|value| value.flag()) == Some(true)
    }

    /// A whole number within bounds.
    pub fn integer(&self, key: &str, bounds: RangeInclusive<i64>) -> Option<i64> {
        self.value(key)?.integer(bounds)
    }

    /// A whole number within bounds that are not negative.
    pub fn count(&self, key: &str, bounds: RangeInclusive<u32>) -> Option<u32> {
        let bounds = i64::from(*bounds.start())..=i64::from(*bounds.end());
        let number = self.integer(key, bounds)?;
        u32::try_from(number).ok()
    }

    /// One of a few words.
    pub fn word<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        self.value(key)?.word(choices)
    }

    /// An id.
    pub fn id<I>(&self, key: &str, new: fn(&str) -> Option<I>) -> Option<At<I>> {
        let text = self.text(key)?;
        id(self.doc.complaints, &text, new)
    }

    /// A required id.
    pub fn required_id<I>(&self, key: &str, new: fn(&str) -> Option<I>) -> Option<At<I>> {
        self.require(key);
        self.id(key, new)
    }

    /// A table below this one.
    pub fn table(&self, key: &str, keys: &[&str]) -> Option<Table<'t>> {
        self.value(key)?.table(keys)
    }

    /// A table below this one whose keys are names, not words of the format.
    pub fn map(&self, key: &str) -> Vec<(At<&'t str>, Value<'t>)> {
        self.value(key).map(|value| value.map()).unwrap_or_default()
    }

    /// Tables below this one, as `[[key]]` or as a list, and no more of them than anybody writes.
    pub fn tables(&self, key: &str, keys: &[&str]) -> Vec<Table<'t>> {
        self.tables_up_to(TABLES_MAX, key, keys)
    }

    /// The same with a bound of its own. The first that is too many is complained about, and it and what follows is
    /// left out.
    pub fn tables_up_to(&self, max: usize, key: &str, keys: &[&str]) -> Vec<Table<'t>> {
        let mut list = self.list(key);
        if let Some(beyond) = list.get(max) {
            let message = format!("there are {} of `{key}`; the most is {max}", list.len());
            self.doc
                .complaints
                .about(codes::TOO_MANY, beyond.place(), message);
            list.truncate(max);
        }
        list.iter().filter_map(|value| value.table(keys)).collect()
    }

    /// A list of anything.
    pub fn list(&self, key: &str) -> Vec<Value<'t>> {
        self.value(key)
            .map(|value| value.list())
            .unwrap_or_default()
    }

    /// Complains where the second date is before the first.
    pub fn in_order(&self, first: &str, second: &str) {
        let date = |key| self.value(key).and_then(|value| value.quiet_date());
        if let (Some(from), Some(to)) = (date(first), date(second))
            && to < from
        {
            self.doc.complaints.about(
                codes::DATES,
                self.place_of(second),
                format!("`{second}` ({to}) is before `{first}` ({from})"),
            );
        }
    }

    /// Complains where both keys are there.
    pub fn exclusive(&self, one: &str, other: &str) {
        if self.has(one) && self.has(other) {
            self.doc.complaints.about(
                codes::CONTRADICTION,
                self.place_of(other),
                format!("`{one}` and `{other}` exclude one another"),
            );
        }
    }

    /// Complains where a key is there without another one that it needs.
    pub fn needs(&self, key: &str, needed: &str) {
        if self.has(key) && !self.has(needed) {
            self.doc.complaints.about(
                codes::CONTRADICTION,
                self.place_of(key),
                format!("`{key}` without `{needed}`"),
            );
        }
    }
}

/// What a key or a place in a list holds.
#[derive(Debug, Clone)]
pub(super) struct Value<'t> {
    doc: &'t Doc<'t>,
    node: &'t Spanned<DeValue<'t>>,
    /// The key that it belongs to, for messages.
    key: String,
}

impl<'t> Value<'t> {
    /// Where it stands.
    pub fn place(&self) -> Place {
        self.doc.at(self.node.span())
    }

    /// Whether it is a table, as opposed to a short form.
    pub fn is_table(&self) -> bool {
        self.node.get_ref().is_table()
    }

    /// Whether it is a list, as opposed to a single value.
    pub fn is_list(&self) -> bool {
        self.node.get_ref().is_array()
    }

    /// Whether it is a number.
    pub fn is_integer(&self) -> bool {
        self.node.get_ref().is_integer()
    }

    /// A text, or nothing; without a complaint.
    pub fn text_if_any(&self) -> Option<&'t str> {
        self.node.get_ref().as_str()
    }

    /// A text.
    pub fn text(&self) -> Option<At<&'t str>> {
        match self.node.get_ref() {
            DeValue::String(text) => Some(At {
                value: text,
                place: self.place(),
            }),
            _ => self.wrong("a text in quotes"),
        }
    }

    /// Markdown, with its links and nesting checked.
    pub fn prose(&self) -> Option<Prose> {
        let text = self.text()?;
        let span = text.place.start..text.place.end;
        // A text without escapes stands in the file as it is, so that links in it have places of their own.
        let raw = self.doc.text.get(span.clone()).unwrap_or_default();
        let origin = match raw.find(text.value) {
            Some(at) => prose::Origin::Verbatim(span.start + at),
            None => prose::Origin::Somewhere(span),
        };
        prose::check(self.doc, text.value, &origin);
        Some(Prose::new(text.value))
    }

    /// A calendar date.
    pub fn date(&self) -> Option<Date> {
        let DeValue::Datetime(datetime) = self.node.get_ref() else {
            return self.wrong("a date such as `2026-01-15`, without quotes");
        };
        if datetime.date.is_none() || datetime.time.is_some() {
            return self.wrong("a date without a time");
        }
        let date = self.quiet_date();
        if date.is_none() {
            let place = self.place();
            let message = format!("`{datetime}` is not a day of the calendar");
            self.doc
                .complaints
                .about(codes::OUT_OF_BOUNDS, place, message);
        }
        date
    }

    fn quiet_date(&self) -> Option<Date> {
        let date = self.node.get_ref().as_datetime()?.date?;
        Date::from_ymd_opt(i32::from(date.year), date.month.into(), date.day.into())
    }

    /// `true` or `false`.
    pub fn flag(&self) -> Option<bool> {
        match self.node.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            _ => self.wrong("`true` or `false`"),
        }
    }

    /// A whole number within bounds.
    pub fn integer(&self, bounds: RangeInclusive<i64>) -> Option<i64> {
        let DeValue::Integer(number) = self.node.get_ref() else {
            return self.wrong("a whole number");
        };
        let read = i64::from_str_radix(number.as_str(), number.radix()).ok();
        let inside = read.filter(|number| bounds.contains(number));
        if inside.is_none() {
            let (low, high) = bounds.into_inner();
            let message = format!("`{}` is a number from {low} to {high}", self.key);
            self.doc
                .complaints
                .about(codes::OUT_OF_BOUNDS, self.place(), message);
        }
        inside
    }

    /// One of a few words.
    pub fn word<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        let chosen = choices.iter().find(|(word, _)| *word == text.value);
        if chosen.is_none() {
            let words: Vec<String> = choices
                .iter()
                .map(|(word, _)| format!("`{word}`"))
                .collect();
            let message = format!("`{}` is one of {}", self.key, words.join(", "));
            self.doc
                .complaints
                .about(codes::UNKNOWN_WORD, text.place, message)
                .maybe_help(did_you_mean(
                    text.value,
                    choices.iter().map(|(word, _)| *word),
                ));
        }
        chosen.map(|(_, value)| *value)
    }

    /// A table with known keys.
    pub fn table(&self, keys: &[&str]) -> Option<Table<'t>> {
        match self.node.get_ref() {
            DeValue::Table(entries) => Some(Table::open(self.doc, entries, self.place(), keys)),
            _ => self.wrong("a table"),
        }
    }

    /// A table whose keys are names.
    pub fn map(&self) -> Vec<(At<&'t str>, Value<'t>)> {
        let DeValue::Table(entries) = self.node.get_ref() else {
            self.wrong::<()>("a table");
            return Vec::new();
        };
        let table = Table {
            doc: self.doc,
            entries,
            place: self.place(),
        };
        table.values()
    }

    /// A list.
    pub fn list(&self) -> Vec<Value<'t>> {
        let DeValue::Array(items) = self.node.get_ref() else {
            self.wrong::<()>("a list in brackets");
            return Vec::new();
        };
        let held = |node| Value {
            doc: self.doc,
            node,
            key: self.key.clone(),
        };
        items.iter().map(held).collect()
    }

    /// Complains that something else was wanted.
    pub fn wrong<T>(&self, wanted: &str) -> Option<T> {
        let found = self.node.get_ref().type_str();
        let article = if found.starts_with(['a', 'i']) {
            "an"
        } else {
            "a"
        };
        let message = format!("`{}` takes {wanted}, not {article} {found}", self.key);
        self.doc
            .complaints
            .about(codes::WRONG_TYPE, self.place(), message);
        None
    }
}

fn known_keys(keys: &[&str]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    format!("known here: {}", keys.join(", "))
}

/// Reads an id, or complains.
pub(super) fn id<I>(
    complaints: &Complaints,
    text: &At<&str>,
    new: fn(&str) -> Option<I>,
) -> Option<At<I>> {
    let read = new(text.value);
    if read.is_none() {
        complaints
            .about(
                codes::BAD_ID,
                text.place.clone(),
                format!("`{}` is not an id", text.value),
            )
            .help(
                "ids are lower-case letters, digits and `-`, at most 64, and do not begin with `-`",
            );
    }
    Some(text.with(read?))
}
