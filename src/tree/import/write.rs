//! The files of a track.

use pulldown_cmark::{Event, Options, Parser, Tag};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

use super::ImportError;
use super::axes::{Competency, Reading};
use crate::tree::scaffold::NewFile;

/// The deepest nesting of quotes and lists that is taken.
const NESTED_MAX: usize = 8;

/// `track.toml`, and one file a level.
///
/// # Errors
/// `TooDeep`.
pub(super) fn files(title: &str, reading: &Reading) -> Result<Vec<NewFile>, ImportError> {
    let mut files = vec![track(title, reading)?];
    let ranks = reading.ranks();
    for (at, rank) in ranks.into_iter().enumerate() {
        files.push(level(reading, at, rank)?);
    }
    Ok(files)
}

fn track(title: &str, reading: &Reading) -> Result<NewFile, ImportError> {
    let mut document = DocumentMut::new();
    document["title"] = value(one_line(title));
    let mut competencies = ArrayOfTables::new();
    for competency in &reading.competencies {
        let mut table = Table::new();
        table["id"] = value(&competency.id);
        table["title"] = value(one_line(competency.title()));
        if let Some(category) = &competency.category {
            table["category"] = value(one_line(category));
        }
        if !competency.description.is_empty() {
            let text = competency.description.join("\n\n");
            table["description"] = value(prose(competency.title(), &text)?);
        }
        competencies.push(table);
    }
    document["competency"] = Item::ArrayOfTables(competencies);
    Ok(file("track.toml".into(), &document))
}

fn level(reading: &Reading, at: usize, rank: i64) -> Result<NewFile, ImportError> {
    let level = &reading.levels[at];
    let mut document = DocumentMut::new();
    document["title"] = value(one_line(&level.title));
    document["rank"] = value(rank);
    let mut cells = Table::new();
    cells.set_implicit(true);
    for competency in &reading.competencies {
        if let Some(cell) = cell(competency, at)? {
            cells.insert(&competency.id, Item::Table(cell));
        }
    }
    document["cell"] = Item::Table(cells);
    Ok(file(format!("{}.toml", level.id), &document))
}

/// What is expected of a competency at a level: one text, or signals where several stand there.
fn cell(competency: &Competency, level: usize) -> Result<Option<Table>, ImportError> {
    let mut texts = Vec::new();
    for (_, at, text) in competency.cells.iter().filter(|(of, _, _)| *of == level) {
        for item in items(text) {
            texts.push(prose(at, &item)?);
        }
    }
    let mut table = Table::new();
    match texts.as_slice() {
        [] => return Ok(None),
        [text] => table["text"] = value(text),
        _ => {
            let mut signals: Array = texts.into_iter().collect();
            for signal in signals.iter_mut() {
                signal.decor_mut().set_prefix("\n  ");
            }
            signals.set_trailing_comma(true);
            signals.set_trailing("\n");
            table["signals"] = value(signals);
        }
    }
    Ok(Some(table))
}

/// The points of a text that is nothing but a list of them, or the text.
fn items(text: &str) -> Vec<String> {
    const BULLETS: [&str; 7] = ["- ", "* ", "• ", "– ", "·\u{20}", "‣ ", "● "];
    let point = |line: &str| {
        let line = line.trim();
        let item = BULLETS.iter().find_map(|bullet| line.strip_prefix(bullet));
        item.map(|item| item.trim().to_owned())
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let points: Option<Vec<String>> = lines.map(point).collect();
    match points {
        Some(points) if points.iter().all(|point| !point.is_empty()) => points,
        _ => vec![text.to_owned()],
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text as markdown that `check` has nothing against: a link that no reader could follow becomes words.
fn prose(at: &str, text: &str) -> Result<String, ImportError> {
    let (mut depth, mut deepest, mut is_led_astray) = (0_usize, 0, false);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(tag) => {
                is_led_astray |= leads_astray(&tag);
                depth += 1;
                deepest = deepest.max(depth);
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    if deepest > NESTED_MAX {
        return Err(ImportError::TooDeep { at: at.to_owned() });
    }
    Ok(if is_led_astray {
        text.replace('[', "\\[").replace("<", "\\<")
    } else {
        text.to_owned()
    })
}

fn leads_astray(tag: &Tag<'_>) -> bool {
    match tag {
        Tag::Image { .. } => true,
        Tag::Link { dest_url, .. } => {
            let starts = |scheme: &str| {
                let start = dest_url.get(..scheme.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            };
            !["https://", "http://", "mailto:"].iter().any(|s| starts(s))
        }
        _ => false,
    }
}

fn file(path: String, document: &DocumentMut) -> NewFile {
    let text = document.to_string();
    NewFile { path, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_points_becomes_signals_and_prose_stays_prose() {
        assert_eq!(items("- a\n\n• b"), ["a", "b"]);
        assert_eq!(items("so:\n- a\n- b"), ["so:\n- a\n- b"]);
    }

    #[test]
    fn a_link_that_leads_nowhere_becomes_words() {
        let kept = "see [this](https://example.com)";
        assert_eq!(prose("B2", kept).unwrap(), kept);
        for text in [
            "[a](b.md)",
            "![x](https://example.com/x.png)",
            "<javascript:alert(1)>",
        ] {
            let written = prose("B2", text).unwrap();
            let mut events = Parser::new(&written);
            assert!(
                !events.any(|event| matches!(
                    event,
                    Event::Start(Tag::Link { .. } | Tag::Image { .. })
                ))
            );
        }
        let deep = "> ".repeat(20);
        assert!(prose("B2", &format!("{deep}x")).is_err());
    }
}
