//! Writing TOML and comments.

use serde::Serialize;

use crate::domain::model::*;
use crate::tree::schema;

/// Width of comments, in characters.
const COMMENT_WIDTH: usize = 100;

/// A text as a TOML string.
pub(super) fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

/// A list of texts as a TOML array on one line.
pub(super) fn list<S: AsRef<str>>(texts: impl IntoIterator<Item = S>) -> String {
    let texts = texts.into_iter();
    let array: toml_edit::Array = texts.map(|text| text.as_ref().to_owned()).collect();
    toml_edit::Value::from(array).to_string()
}

/// `key = "text"` and a line feed.
pub(super) fn key(key: &str, text: &str) -> String {
    format!("{key} = {}\n", quoted(text))
}

/// The same, or nothing.
pub(super) fn maybe_key(name: &str, text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| key(name, text))
}

/// Lines of comment. What a comment cannot hold is left out; long lines are broken between words, and
/// continue below `hang` spaces.
pub(super) fn comment(text: &str, hang: usize) -> String {
    let mut lines = String::new();
    for line in text.lines() {
        let mut width = 1;
        lines.push('#');
        for word in line.split_whitespace() {
            let word: String = word.chars().filter(|c| !c.is_control()).collect();
            let length = word.chars().count();
            if width + 1 + length > COMMENT_WIDTH && width > hang + 1 {
                lines.push_str("\n#");
                lines.push_str(&" ".repeat(hang));
                width = 1 + hang;
            }
            lines.push(' ');
            lines.push_str(&word);
            width += 1 + length;
        }
        lines.push('\n');
    }
    lines
}

/// A template with every `{name}` of the values replaced, in one pass: what is filled in is never
/// taken for a placeholder.
pub(super) fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        let value = values.iter().find_map(|(name, value)| {
            let after = from[1..].strip_prefix(name)?.strip_prefix('}')?;
            Some((value, after))
        });
        match value {
            Some((value, after)) => {
                text.push_str(value);
                rest = after;
            }
            None => {
                text.push('{');
                rest = &from[1..];
            }
        }
    }
    text + rest
}

/// A template of a file of that kind, filled in. Where a line says `{about}`, it gets what the declaration says of its key
/// or table.
pub(super) fn declared(kind: &str, template: &str, values: &[(&str, &str)]) -> String {
    let mut table = String::new();
    let lines = template.lines().map(|line| {
        let words = line.trim_start_matches(['#', ' ']);
        let name = if let Some(header) = words.strip_prefix('[') {
            table = header
                .trim_start_matches('[')
                .split(']')
                .next()
                .unwrap_or_default()
                .to_owned();
            table.clone()
        } else {
            let name = words.split(' ').next().unwrap_or_default();
            format!("{table}.{name}").trim_start_matches('.').to_owned()
        };
        let about = schema::about(kind, &name).unwrap_or_default();
        line.replace("{about}", &about) + "\n"
    });
    filled(&lines.collect::<String>(), values)
}

/// A key that may be filled in, behind `#`, with what the declaration says of it. Tables stand before it, with dots.
pub(super) fn hint(kind: &str, key: &str, value: &str) -> String {
    let about = schema::about(kind, key).unwrap_or_default();
    let name = key.rsplit('.').next().unwrap_or_default();
    let line = format!("# {name} = {value}");
    format!("{line:<31} # {about}\n")
}

/// The word that a file says it with. Empty for what is no word.
pub(super) fn word(of: impl Serialize) -> String {
    let value = toml::Value::try_from(of).ok();
    let word = value.and_then(|value| Some(value.as_str()?.to_owned()));
    word.unwrap_or_default()
}

/// A `readers` line as a file says it.
pub(super) fn readers(readers: &[ReaderToken]) -> String {
    match readers {
        [one] => quoted(&word(one)),
        several => list(several.iter().map(word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_never_a_placeholder() {
        let text = filled("{a} {b} { c = 1 }", &[("a", "{b}"), ("b", "2")]);
        assert_eq!(text, "{b} 2 { c = 1 }");
    }

    #[test]
    fn a_comment_cannot_be_left() {
        let text = comment("one\r\ntwo\u{0}\u{7f}\n+++\nby = 1", 0);
        assert_eq!(text, "# one\n# two\n# +++\n# by = 1\n");
        let long = comment(&"word ".repeat(60), 4);
        assert!(
            long.lines()
                .all(|line| line.starts_with('#') && line.len() <= 100),
            "{long}"
        );
        assert!(toml::from_str::<toml::Table>(&long).is_ok());
    }

    #[test]
    fn any_text_can_be_quoted() {
        for text in ["a \"b\" \\", "two\nlines", "'''\"\"\"", "\u{1}\t\r\n", ""] {
            let line = key("text", text);
            let read: toml::Table = toml::from_str(&line).expect(&line);
            assert_eq!(read["text"].as_str(), Some(text));
        }
    }
}
