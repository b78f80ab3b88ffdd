//! Tables of texts, each with where it stood.

use std::ops::Range;

use csv::ReaderBuilder;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{Format, ImportError};

/// What may stand between two cells.
const DELIMITERS: [u8; 3] = *b",;\t";

/// A document with tables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Sheet {
    /// The first heading of the first rank.
    pub title: Option<String>,
    pub tables: Vec<Grid>,
}

/// One table, with as many cells in each row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Grid {
    /// The heading that it stands below, other than the title.
    pub heading: Option<String>,
    pub rows: Vec<Vec<Cell>>,
}

/// A text, trimmed, and where it stood, both counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Cell {
    pub text: String,
    pub row: usize,
    pub column: usize,
}

impl Cell {
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// `C2`, as spreadsheets call it.
    pub fn name(&self) -> String {
        format!("{}{}", column_name(self.column), self.row + 1)
    }
}

/// `A`, … `Z`, `AA`, …
pub(super) fn column_name(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

impl Grid {
    fn new(heading: Option<String>, rows: Vec<Vec<String>>) -> Self {
        let width = rows.iter().map(Vec::len).max().unwrap_or(0);
        let rows = rows.into_iter().enumerate().map(|(row, texts)| {
            let mut texts = texts.into_iter();
            let cell = |column| Cell {
                text: texts.next().map(|text| tidy(&text)).unwrap_or_default(),
                row,
                column,
            };
            (0..width).map(cell).collect()
        });
        Self {
            heading,
            rows: rows.collect(),
        }
    }

    /// Columns for rows; every cell remembers where it stood.
    pub fn transposed(&self) -> Self {
        let width = self.rows.first().map_or(0, Vec::len);
        let column = |at: usize| self.rows.iter().map(|row| row[at].clone()).collect();
        Self {
            heading: self.heading.clone(),
            rows: (0..width).map(column).collect(),
        }
    }
}

/// Without white space around it, and with one kind of line end.
fn tidy(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}'], "\n");
    let text = text
        .replace('\u{a0}', " ")
        .replace(['\u{0}', '\u{feff}'], "");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim().to_owned()
}

/// Reads a document.
pub(super) fn read(bytes: &[u8], format: Format) -> Result<Sheet, ImportError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ImportError::NotUtf8)?;
    let text = text.trim_start_matches('\u{feff}');
    let sheet = match format {
        Format::Csv => of_csv(text)?,
        Format::Markdown => of_markdown(text),
    };
    if sheet.tables.iter().any(|table| !table.rows.is_empty()) {
        Ok(sheet)
    } else {
        Err(ImportError::NoTable)
    }
}

fn of_csv(text: &str) -> Result<Sheet, ImportError> {
    let (delimiter, text) = declared(text).unwrap_or_else(|| (likely(text), text));
    let rows = records(text, delimiter).map_err(|error| ImportError::Csv(error.to_string()))?;
    Ok(Sheet {
        title: None,
        tables: vec![Grid::new(None, rows)],
    })
}

/// `sep=;` in the first line, as some spreadsheets write and read it.
fn declared(text: &str) -> Option<(u8, &str)> {
    let (first, rest) = text.split_once('\n')?;
    match first
        .trim_end_matches('\r')
        .strip_prefix("sep=")?
        .as_bytes()
    {
        [delimiter] => Some((*delimiter, rest)),
        _ => None,
    }
}

/// The delimiter that makes most rows as wide as one another, and wider than one cell.
fn likely(text: &str) -> u8 {
    let fits = |delimiter: &u8| {
        let widths: Vec<usize> = records(text, *delimiter)
            .unwrap_or_default()
            .iter()
            .map(Vec::len)
            .collect();
        let first = widths.first().copied().unwrap_or(0);
        let alike = widths.iter().filter(|width| **width == first).count();
        if first > 1 { (alike, first) } else { (0, 0) }
    };
    // The first of equals: a comma, where nothing tells.
    let best = DELIMITERS.into_iter().rev().max_by_key(fits);
    best.unwrap_or(b',')
}

fn records(text: &str, delimiter: u8) -> Result<Vec<Vec<String>>, csv::Error> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let rows = reader.records().map(|record| {
        let record = record?;
        Ok(record.iter().map(str::to_owned).collect())
    });
    rows.collect()
}

/// The tables of a markdown document; cells as they are written.
fn of_markdown(text: &str) -> Sheet {
    let mut sheet = Sheet::default();
    let mut at = At::default();
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => at.heading = Some(String::new()),
            Event::End(TagEnd::Heading(level)) => {
                let heading = at.heading.take().filter(|heading| !heading.is_empty());
                let is_title = level == pulldown_cmark::HeadingLevel::H1 && sheet.title.is_none();
                if is_title {
                    sheet.title = heading
                } else {
                    at.below = heading
                }
            }
            Event::Text(words) | Event::Code(words) => {
                at.heading
                    .iter_mut()
                    .for_each(|heading| heading.push_str(&words));
            }
            Event::Start(Tag::TableHead | Tag::TableRow) => at.rows.push(Vec::new()),
            Event::Start(Tag::TableCell) => {
                let row = at.rows.last_mut();
                row.into_iter().for_each(|row| row.push(cell(text, &range)));
            }
            Event::End(TagEnd::Table) => {
                let rows = std::mem::take(&mut at.rows);
                sheet.tables.push(Grid::new(at.below.clone(), rows));
            }
            _ => {}
        }
    }
    sheet
}

/// Where in a document we are.
#[derive(Default)]
struct At {
    /// The heading that is being read.
    heading: Option<String>,
    /// The heading that was read last.
    below: Option<String>,
    rows: Vec<Vec<String>>,
}

/// What a cell holds, as markdown of its own: bars need no escape there, and lines can be lines.
fn cell(text: &str, range: &Range<usize>) -> String {
    let mut cell = text[range.clone()]
        .trim()
        .trim_matches('|')
        .replace("\\|", "|");
    for tag in ["<br>", "<br/>", "<br />", "<BR>"] {
        cell = cell.replace(tag, "\n");
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sheet: &Sheet) -> Vec<Vec<&str>> {
        let rows = sheet.tables[0].rows.iter();
        rows.map(|row| row.iter().map(|cell| cell.text.as_str()).collect())
            .collect()
    }

    #[test]
    fn commas_semicolons_and_tabs_are_told_apart() {
        let rows = [["", "L1", "L2"], ["Care; and more", "a, b", "c"]];
        for delimiter in [",", ";", "\t"] {
            let quoted = rows.map(|row| row.map(|cell| format!("\"{cell}\"")).join(delimiter));
            let text = format!("\u{feff}{}\r\n", quoted.join("\r\n"));
            let sheet = read(text.as_bytes(), Format::Csv).unwrap();
            assert_eq!(texts(&sheet), rows, "{delimiter:?}");
        }
        let sheet = read(b"sep=;\r\na;b\r\n", Format::Csv).unwrap();
        assert_eq!(texts(&sheet), [["a", "b"]]);
    }

    #[test]
    fn quoted_line_breaks_and_quotes_belong_to_their_cell() {
        let text = "x,L1\r\nCare,\"first\r\n\r\nsays \"\"so\"\"  \"\r\n";
        let sheet = read(text.as_bytes(), Format::Csv).unwrap();
        assert_eq!(texts(&sheet)[1], ["Care", "first\n\nsays \"so\""]);
    }

    #[test]
    fn a_markdown_cell_is_taken_as_it_is_written() {
        let text = "# Ladder\n\n## Craft\n\n| | L1 |\n|---|---|\n| Care | *a* \\| b<br>[c](https://c.example) |\n";
        let sheet = read(text.as_bytes(), Format::Markdown).unwrap();
        assert_eq!(sheet.title.as_deref(), Some("Ladder"));
        assert_eq!(sheet.tables[0].heading.as_deref(), Some("Craft"));
        assert_eq!(
            texts(&sheet)[1],
            ["Care", "*a* | b\n[c](https://c.example)"]
        );
    }

    #[test]
    fn cells_have_the_names_that_spreadsheets_give_them() {
        assert_eq!(column_name(0), "A");
        assert_eq!(column_name(26), "AA");
        let cell = Cell {
            text: String::new(),
            row: 1,
            column: 2,
        };
        assert_eq!(cell.name(), "C2");
    }
}
