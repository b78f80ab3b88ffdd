//! Words that no report may repeat: those of texts that were sealed, or lie outside of the tree.
//!
//! Messages quote what they are about between backticks. Of a text that is private, such a quote is shown only if it says
//! nothing that is not known anyway: a key that gradus has, or the name of a file.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use toml::de::{DeTable, DeValue};

use super::{Diagnostic, Report};

/// What is shown in the place of a quote.
const HIDDEN: &str = "…";

/// The private texts of a tree, by path, and what may be quoted nevertheless.
pub struct Private<'s> {
    texts: BTreeMap<&'s str, &'s str>,
    is_known: &'s dyn Fn(&str) -> bool,
    words: OnceLock<Vec<String>>,
}

impl<'s> Private<'s> {
    /// `is_known` tells of a single word whether it may be shown.
    pub fn new(texts: BTreeMap<&'s str, &'s str>, is_known: &'s dyn Fn(&str) -> bool) -> Self {
        let words = OnceLock::new();
        Self {
            texts,
            is_known,
            words,
        }
    }

    fn holds(&self, file: &str) -> bool {
        self.texts.contains_key(file)
    }

    /// Whether a quote may be words of a private text, in a message that is placed in `open`; `None` if the message is
    /// placed in a private text itself.
    fn hides(&self, quote: &str, open: Option<&str>) -> bool {
        let words = quote.split(|c: char| !(c.is_alphanumeric() || "-_".contains(c)));
        let mut words = words.filter(|word| !word.is_empty());
        if words.all(|word| (self.is_known)(word)) {
            return false;
        }
        match open {
            None => true,
            Some(open) => !open.contains(quote) && self.hold(quote),
        }
    }

    /// Whether any text may say a backtick, written as it is or as an escape.
    fn may_hold_backticks(&self) -> bool {
        let mut texts = self.texts.values();
        texts.any(|text| text.contains(['`', '&', '\\']))
    }

    fn hold(&self, quote: &str) -> bool {
        let quote = bare(quote);
        let words = self.words.get_or_init(|| {
            let texts = self.texts.iter();
            texts
                .map(|(path, text)| bare(&all_words(path, text)))
                .collect()
        });
        !quote.is_empty() && words.iter().any(|words| words.contains(&quote))
    }
}

/// A text, and what its quoted strings say where it is TOML.
fn all_words(path: &str, text: &str) -> String {
    let mut words = text.to_owned();
    if path.contains(".toml") {
        let (toml, _) = DeTable::parse_recoverable(text);
        add_table(&mut words, toml.get_ref());
    }
    words
}

fn add_table(words: &mut String, table: &DeTable<'_>) {
    for (key, value) in table {
        words.push('\n');
        words.push_str(key.get_ref());
        add_value(words, value.get_ref());
    }
}

fn add_value(words: &mut String, value: &DeValue<'_>) {
    match value {
        DeValue::String(text) => {
            words.push('\n');
            words.push_str(text);
        }
        DeValue::Array(values) => values.iter().for_each(|v| add_value(words, v.get_ref())),
        DeValue::Table(table) => add_table(words, table),
        _ => {}
    }
}

/// Letters and digits alone, so that marks and line breaks make no difference.
fn bare(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

impl Report {
    /// The same report without any words of private texts: places and messages remain.
    pub fn hiding(mut self, private: &Private<'_>) -> Self {
        for diagnostic in &mut self.diagnostics {
            let open = open_text(&self.texts, diagnostic, private);
            let hide = |text: &mut String| *text = hidden(text, private, open.as_deref());
            hide(&mut diagnostic.message);
            diagnostic.help.iter_mut().for_each(hide);
            diagnostic.label.iter_mut().for_each(hide);
            let related = diagnostic.related.iter_mut();
            related.for_each(|(_, why)| hide(why));
        }
        let named = self.texts.keys().filter(|path| private.holds(path));
        self.private = named.cloned().collect();
        self.sort();
        self
    }
}

/// The text that a diagnostic points into; `None` if one that it points into is private.
fn open_text(
    texts: &BTreeMap<Arc<str>, Arc<str>>,
    diagnostic: &Diagnostic,
    private: &Private<'_>,
) -> Option<Arc<str>> {
    let mut related = diagnostic.related.iter().map(|(place, _)| &place.file);
    let file = &diagnostic.place.file;
    if private.holds(file) || related.any(|file| private.holds(file)) {
        return None;
    }
    Some(texts.get(file).cloned().unwrap_or_default())
}

fn hidden(message: &str, private: &Private<'_>, open: Option<&str>) -> String {
    if let Some(whole) = whole_quote(message, private, open) {
        return whole;
    }
    let pieces = message.split('`').enumerate();
    let pieces = pieces.map(|(at, piece)| {
        let is_quote = at % 2 == 1;
        if is_quote && private.hides(piece, open) {
            HIDDEN
        } else {
            piece
        }
    });
    pieces.collect::<Vec<&str>>().join("`")
}

/// A message without all that is between its first backtick and its last, if what it quotes may hold backticks itself: nobody
/// can tell then where a quote ends.
fn whole_quote(message: &str, private: &Private<'_>, open: Option<&str>) -> Option<String> {
    let count = message.matches('`').count();
    let is_unclear = count % 2 == 1 || count > 2 && private.may_hold_backticks();
    if !is_unclear {
        return None;
    }
    let (first, last) = (message.find('`')?, message.rfind('`')?);
    let quote = message.get(first + 1..last).unwrap_or_default();
    let after = &message[last + 1..];
    let (hides, after) = if first == last {
        (private.hides(after, open), "")
    } else {
        (private.hides(quote, open), after)
    };
    hides.then(|| format!("{}`{HIDDEN}`{after}", &message[..first]))
}
