//! Edits of a TOML file that leave the rest of it as it was, to the byte: comments beside their lines, line ends too.

use toml_edit::{Array, DocumentMut, RawString, TomlError, Value};

/// Changes a document, and gives its text with the line ends that it had.
///
/// # Errors
/// It is no TOML, or what the change says.
pub(super) fn edited<E: From<TomlError>>(
    text: &str,
    change: impl FnOnce(&mut DocumentMut) -> Result<(), E>,
) -> Result<String, E> {
    let mut document: DocumentMut = text.parse().map_err(E::from)?;
    change(&mut document)?;
    Ok(with_line_ends_of(text, &document.to_string()))
}

/// The new text with the line ends of the old one: of each line that is the same, counted from both sides, its own, and
/// where lines differ those of the first line.
fn with_line_ends_of(old: &str, new: &str) -> String {
    if !old.contains("\r\n") {
        return new.to_owned();
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (lines(old), lines(new));
    let same = |(one, other): &(&&str, &&str)| bare(one) == bare(other);
    let head = old.iter().zip(&new).take_while(same).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = (old_rest.iter().rev().zip(new_rest.iter().rev()))
        .take_while(same)
        .count();
    let usual = if old[0].ends_with("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let changed = &new_rest[..new_rest.len() - tail];
    let changed = changed.iter().map(|line| {
        if line.ends_with('\n') {
            format!("{}{usual}", bare(line))
        } else {
            (*line).to_owned()
        }
    });
    let kept = |lines: &[&str]| lines.concat();
    [
        kept(&old[..head]),
        changed.collect(),
        kept(&old[old.len() - tail..]),
    ]
    .concat()
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn bare(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

/// Adds a value at the end of a list. In a list of several lines it stands on its own, and a comment behind the value before
/// stays there.
pub(super) fn append(list: &mut Array, value: impl Into<Value>) {
    let Some(last) = list.len().checked_sub(1) else {
        list.push(value);
        return;
    };
    let indent = indent(list);
    let behind = if list.trailing_comma() {
        raw(list.trailing())
    } else {
        let last = list.get_mut(last).map(Value::decor_mut);
        let own = last.and_then(|decor| {
            let own = decor.suffix().map(raw);
            decor.set_suffix("");
            own
        });
        own.unwrap_or_default() + &raw(list.trailing())
    };
    let Some(indent) = indent else {
        list.push(value);
        return;
    };
    // What stands behind the last value up to the end of its line is about that value.
    let (beside, below) = behind.split_once('\n').unwrap_or((&behind, ""));
    let below = below.trim_end_matches([' ', '\t']);
    let mut value = value.into();
    *value.decor_mut() = toml_edit::Decor::new(format!("{beside}\n{below}{indent}"), "");
    list.push_formatted(value);
    list.set_trailing("\n");
}

/// What a value on a line of its own is indented by; nothing where the list is on one line.
fn indent(list: &Array) -> Option<String> {
    let before = list.iter().filter_map(|value| value.decor().prefix());
    let indents = before.filter_map(|prefix| {
        let prefix = raw(prefix);
        let (_, indent) = prefix.rsplit_once('\n')?;
        Some(indent.to_owned())
    });
    indents.last()
}

fn raw(text: &RawString) -> String {
    text.as_str().unwrap_or_default().to_owned()
}
