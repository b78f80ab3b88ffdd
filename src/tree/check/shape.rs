//! Every file of TOML against the declaration of its kind: all mistakes of shape, with their places.
//!
//! What is wrong is taken out, so that reading goes on and one run finds everything; the error keeps the rest from ever
//! reaching a build. What is short is written out: a value that stands for a list or a table, a date as a text.

use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};
use toml::value::Datetime;

use super::codes::{self, Rule};
use super::complaints::did_you_mean;
use super::known::{Names, Once};
use super::prose;
use super::table::{At, Doc};
use crate::domain::model::{Date, turns_direction};
use crate::ground::diag::Place;
use crate::tree::schema::{self, Holds, Key, Relation};

/// The most tables of one kind in a file.
const TABLES_MAX: usize = 1_000;

/// The most dated entries of one file: one a day for thirteen years.
pub(super) const ENTRIES_MAX: usize = 5_000;

/// Whether the table holds all that a model needs, once what was wrong is taken out of it.
pub(super) fn check<'t>(
    doc: &Doc<'t>,
    root: &mut DeTable<'t>,
    kind: &str,
    names: &Names<'_>,
) -> bool {
    let keys = schema::kind(kind).map_or(&[][..], |kind| kind.keys);
    let start = doc.at(0..0);
    Shape { doc, names }.table(root, &start, keys, None, &mut Once::default())
}

struct Shape<'s, 't> {
    doc: &'s Doc<'t>,
    names: &'s Names<'s>,
}

impl<'t> Shape<'_, 't> {
    fn table(
        &self,
        table: &mut DeTable<'t>,
        place: &Place,
        keys: &'static [Key],
        of_ratings: Option<&'static Holds>,
        once: &mut Once,
    ) -> bool {
        self.take_out_unknown(table, keys, of_ratings);
        let mut is_whole = true;
        for key in keys {
            let can_stand_in = !matches!(key.holds, Holds::Like(_) | Holds::Word(_));
            let is_right = match table.get_mut(key.name) {
                Some(value) => {
                    self.required_prose(value, key) && self.value(value, key.name, &key.holds, once)
                }
                None if key.is_required => {
                    let message = format!("`{}` is missing", key.name);
                    self.wrong(codes::MISSING_KEY, place.clone(), message)
                }
                None => true,
            };
            if !is_right {
                table.remove(key.name);
                is_whole &= can_stand_in || !key.is_required;
            }
        }
        for key in keys {
            self.relation(table, key);
        }
        is_whole
    }

    /// Takes out the keys that are neither declared nor, where these may stand, ratings.
    fn take_out_unknown(
        &self,
        table: &mut DeTable<'t>,
        keys: &'static [Key],
        of_ratings: Option<&'static Holds>,
    ) {
        let is_declared = |name: &str| keys.iter().any(|key| key.name == name);
        if table.keys().all(|name| is_declared(name.get_ref())) {
            return;
        }
        let ratings = self
            .names
            .known
            .ratings
            .iter()
            .filter(|_| of_ratings.is_some());
        let ratings = ratings.map(|rating| rating.id.as_str());
        let known: Vec<&str> = keys.iter().map(|key| key.name).chain(ratings).collect();
        retain(table, |name, value| {
            let (span, name) = (name.span(), name.get_ref());
            match of_ratings {
                _ if is_declared(name) => true,
                Some(holds) if known.contains(&&**name) => {
                    self.value(value, name, holds, &mut Once::default())
                }
                _ => {
                    let place = self.doc.at(span);
                    let message = format!("`{name}` is not a key here");
                    let help = did_you_mean(name, known.iter().copied());
                    let complaint = self.doc.about(codes::UNKNOWN_KEY, place, message);
                    complaint
                        .help(help.unwrap_or_else(|| format!("known here: {}", listed(&known))));
                    false
                }
            }
        });
    }

    /// Whether a value is right. What is wrong within it and can be left out, is.
    fn value(
        &self,
        value: &mut Spanned<DeValue<'t>>,
        key: &str,
        holds: &'static Holds,
        once: &mut Once,
    ) -> bool {
        let place = self.doc.at(value.span());
        if let Holds::Either(each) = holds {
            return self.either(value, key, each, once);
        }
        if let (Holds::Date | Holds::Past, DeValue::Datetime(datetime)) = (holds, value.get_ref()) {
            let day = self.date(datetime, key, place);
            let text = day.map(|day| DeValue::String(day.to_string().into()));
            let is_day = text.is_some();
            text.into_iter().for_each(|text| *value.get_mut() = text);
            return is_day;
        }
        match (holds, value.get_mut()) {
            (Holds::Value, DeValue::String(_)) => true,
            (Holds::Text, DeValue::String(text)) => self.text(text, key, &place),
            (Holds::Prose, DeValue::String(text)) => self.prose(text, &place),
            (Holds::Word(words), DeValue::String(text)) => self.word(text, key, words, place),
            (Holds::Like(form), DeValue::String(text)) => {
                let text = At {
                    value: &**text,
                    place,
                };
                self.names.is_right(*form, &text, once)
            }
            (Holds::Flag, DeValue::Boolean(_)) => true,
            (Holds::Number(least, most), DeValue::Integer(number)) => {
                let number = i64::from_str_radix(number.as_str(), number.radix());
                let message = || format!("`{key}` is a number from {least} to {most}");
                number.is_ok_and(|number| (*least..=*most).contains(&number))
                    || self.wrong(codes::OUT_OF_BOUNDS, place, message())
            }
            (Holds::Range, DeValue::Array(items)) => self.range(items, key, place),
            (Holds::List(of), DeValue::Array(items)) => {
                self.list(items, key, of, once);
                true
            }
            (Holds::Table(keys), DeValue::Table(table)) => {
                self.table(table, &place, keys, None, once)
            }
            (Holds::Open(keys, of), DeValue::Table(table)) => {
                self.table(table, &place, keys, Some(of), once)
            }
            (Holds::Map(form, of), DeValue::Table(table)) => {
                retain(table, |name, value| {
                    let place = self.doc.at(name.span());
                    let name = At {
                        value: &**name.get_ref(),
                        place,
                    };
                    let is_right = self.value(value, name.value, of, &mut Once::default());
                    self.names.is_right(*form, &name, &mut Once::default()) && is_right
                });
                true
            }
            (_, held) => {
                let found = held.type_str();
                let article = if found.starts_with(['a', 'i']) {
                    "an"
                } else {
                    "a"
                };
                let message = format!("`{key}` takes {}, not {article} {found}", wanted(holds));
                self.wrong(codes::WRONG_TYPE, place, message)
            }
        }
    }

    fn either(
        &self,
        value: &mut Spanned<DeValue<'t>>,
        key: &str,
        each: &'static [Holds],
        once: &mut Once,
    ) -> bool {
        let [first, last] = each else {
            return each.iter().any(|one| self.value(value, key, one, once));
        };
        let held = value.get_ref();
        let is_last = match last {
            Holds::Table(_) => held.is_table(),
            Holds::List(_) => held.is_array(),
            _ => held.is_integer(),
        };
        if is_last {
            return self.value(value, key, last, once);
        }
        let is_right = self.value(value, key, first, once);
        let span = value.span();
        let inner = |held: &mut DeValue<'t>| {
            let held = std::mem::replace(held, DeValue::Boolean(false));
            Spanned::new(span.clone(), held)
        };
        let held = value.get_mut();
        match last {
            Holds::List(_) => {
                *held = DeValue::Array(DeArray::from_iter(
                    [inner(held)].into_iter().filter(|_| is_right),
                ))
            }
            Holds::Table([of, ..]) => {
                let name = Spanned::new(span.clone(), of.name.into());
                *held = DeValue::Table(DeTable::from_iter([(name, inner(held))]));
            }
            _ => {}
        }
        is_right
    }

    fn list(&self, items: &mut DeArray<'t>, key: &str, of: &'static Holds, once: &mut Once) {
        let most = match of {
            Holds::Table(_) if key == "entry" => ENTRIES_MAX,
            Holds::Table(_) => TABLES_MAX,
            _ => usize::MAX,
        };
        if let Some(beyond) = items.get(most) {
            let message = format!("there are {} of `{key}`; the most is {most}", items.len());
            self.wrong(codes::TOO_MANY, self.doc.at(beyond.span()), message);
        }
        let mut own = Once::default();
        let once = if matches!(of, Holds::Table(_)) {
            &mut own
        } else {
            once
        };
        let before = std::mem::replace(items, DeArray::new()).into_iter();
        let right = before
            .take(most)
            .filter_map(|mut item| self.value(&mut item, key, of, once).then_some(item));
        *items = right.collect();
    }

    fn text(&self, text: &str, key: &str, place: &Place) -> bool {
        self.not_blank(text, key, place);
        // Names stand within the words of others, whose order they must not change; prose is shown with such
        // characters spelt out.
        let deceives = |c: &char| turns_direction(*c) || (c.is_control() && !c.is_whitespace());
        if let Some(c) = text.chars().find(deceives) {
            let message = format!("`{key}` holds U+{:04X}, which nobody sees", u32::from(c));
            self.wrong(codes::DECEPTIVE_NAME, place.clone(), message);
        }
        true
    }

    fn required_prose(&self, value: &Spanned<DeValue<'t>>, key: &Key) -> bool {
        if let (true, Holds::Prose, Some(text)) =
            (key.is_required, &key.holds, value.get_ref().as_str())
        {
            self.not_blank(text, key.name, &self.doc.at(value.span()));
        }
        true
    }

    fn not_blank(&self, text: &str, key: &str, place: &Place) {
        if text.trim().is_empty() {
            let message = format!("`{key}` is empty");
            self.wrong(codes::OUT_OF_BOUNDS, place.clone(), message);
        }
    }

    /// Markdown, with its links and nesting.
    fn prose(&self, text: &str, place: &Place) -> bool {
        let span = place.start..place.end;
        // A text without escapes stands in the file as it is, so that links in it have places of their own.
        let raw = self.doc.text.get(span.clone()).unwrap_or_default();
        let origin = match raw.find(text) {
            Some(at) => prose::Origin::Verbatim(span.start + at),
            None => prose::Origin::Somewhere(span),
        };
        prose::check(self.doc, text, &origin);
        true
    }

    fn word(&self, text: &str, key: &str, words: &'static [&'static str], place: Place) -> bool {
        if words.contains(&text) {
            return true;
        }
        let message = format!("`{key}` is one of {}", listed(words));
        let complaint = self.doc.about(codes::UNKNOWN_WORD, place, message);
        complaint.maybe_help(did_you_mean(text, words.iter().copied()));
        false
    }

    fn date(&self, datetime: &Datetime, key: &str, place: Place) -> Option<Date> {
        let (Some(date), None) = (datetime.date, datetime.time) else {
            let message = format!("`{key}` takes a date without a time, not a datetime");
            self.wrong(codes::WRONG_TYPE, place, message);
            return None;
        };
        let day = Date::from_ymd_opt(i32::from(date.year), date.month.into(), date.day.into());
        if day.is_none() {
            let message = format!("`{datetime}` is not a day of the calendar");
            self.wrong(codes::OUT_OF_BOUNDS, place, message);
        }
        day
    }

    fn range(&self, items: &mut DeArray<'t>, key: &str, place: Place) -> bool {
        let count = items.len();
        self.list(items, key, &schema::LIMIT, &mut Once::default());
        let number = |item: &Spanned<DeValue<'_>>| {
            let number = item.get_ref().as_integer()?;
            i64::from_str_radix(number.as_str(), number.radix()).ok()
        };
        if items.len() < count {
            return false;
        }
        let numbers: Vec<Option<i64>> = items.iter().map(number).collect();
        let message = || format!("`{key}` is the least and the most, as in `[3, 5]`");
        matches!(numbers[..], [Some(least), Some(most)] if least <= most)
            || self.wrong(codes::OUT_OF_BOUNDS, place, message())
    }

    fn relation(&self, table: &DeTable<'t>, key: &Key) {
        let Some(value) = table.get(key.name) else {
            return;
        };
        let (name, place) = (key.name, self.doc.at(value.span()));
        let other = |other: &str| table.get(other).map(|other| other.get_ref());
        match key.relation {
            Relation::NotBefore(first) | Relation::Needs(first) if table.contains_key(first) => {
                let date = |value: &DeValue<'_>| value.as_str()?.parse::<Date>().ok();
                let dates = (date(value.get_ref()), other(first).and_then(date));
                if let (Some(date), Some(from)) = dates
                    && date < from
                {
                    let message = format!("`{name}` ({date}) is before `{first}` ({from})");
                    self.wrong(codes::DATES, place, message);
                }
            }
            Relation::Needs(needed) => {
                self.wrong(
                    codes::CONTRADICTION,
                    place,
                    format!("`{name}` without `{needed}`"),
                );
            }
            Relation::Excludes(one) if table.contains_key(one) => {
                let message = format!("`{one}` and `{name}` exclude one another");
                self.wrong(codes::CONTRADICTION, place, message);
            }
            _ => {}
        }
    }

    /// Reports a mistake; always `false`.
    fn wrong(&self, rule: Rule, place: Place, message: String) -> bool {
        self.doc.about(rule, place, message);
        false
    }
}

/// Takes out what is not to be kept.
fn retain<'t>(
    table: &mut DeTable<'t>,
    mut keep: impl FnMut(&Spanned<DeString<'t>>, &mut Spanned<DeValue<'t>>) -> bool,
) {
    let wrong = table.iter_mut().filter_map(|(name, value)| {
        let is_kept = keep(name, value);
        (!is_kept).then(|| name.get_ref().to_string())
    });
    for name in wrong.collect::<Vec<_>>() {
        table.remove(name.as_str());
    }
}

fn listed(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

/// What a key takes, in words.
fn wanted(holds: &Holds) -> &'static str {
    match holds {
        Holds::Date | Holds::Past => "a date such as `2026-01-15`, without quotes",
        Holds::Flag => "`true` or `false`",
        Holds::Number(..) => "a whole number",
        Holds::Range | Holds::List(_) => "a list in brackets",
        Holds::Table(_) | Holds::Open(..) | Holds::Map(..) => "a table",
        _ => "a text in quotes",
    }
}
