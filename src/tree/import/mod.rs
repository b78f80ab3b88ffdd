//! A rubric from a spreadsheet or a markdown document: levels × competencies become a track.
//!
//! | step | module | from | to |
//! |---|---|---|---|
//! | read | `grid` | CSV, markdown | tables of texts, each with where it stood |
//! | understand | `axes` | a table, either way round | levels, competencies, cells, and what was left |
//! | name | `names` | headings | ids and titles |
//! | write | `write` | all of it | `track.toml` and a file a level |

mod axes;
mod grid;
mod names;
mod write;

use std::collections::BTreeSet;

use thiserror::Error;

pub use axes::LevelsIn;

use crate::tree::scaffold::NewFile;
use axes::Reading;

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// With commas, semicolons or tabs between cells.
    Csv,
    /// A document with tables.
    Markdown,
}

/// A text to import, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Import<'a> {
    /// What the file holds.
    pub bytes: &'a [u8],
    /// How to read it.
    pub format: Format,
    /// Where levels stand; nothing where their headings are to tell.
    pub levels_in: Option<LevelsIn>,
    /// The track's id; nothing where it follows from `name`.
    pub track: Option<&'a str>,
    /// The file's name without its ending: the track's title, where the text has none.
    pub name: &'a str,
}

/// A track that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The id of the track.
    pub track: String,
    /// Paths are below the directory of the track.
    pub files: Vec<NewFile>,
    /// Every cell, in the order of the table: what became of it.
    pub fates: Vec<Fate>,
}

/// What became of a cell, row or column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// As spreadsheets call it: `C2`, `row 4`, `column D`; of several tables, with `table 2` before.
    pub at: String,
    /// What became of it.
    pub what: Became,
}

/// What something became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Became {
    /// It stands in a level's file, as the cell of a competency.
    Cell {
        /// The id of the level.
        level: String,
        /// The id of the competency.
        competency: String,
        /// The text.
        text: String,
    },
    /// A heading, or what is said of one: of what, and the text.
    Heading {
        /// What it is the heading of.
        of: &'static str,
        /// The text.
        text: String,
    },
    /// It was left, and why.
    Left {
        /// Why.
        why: String,
    },
}

/// Why a text is no rubric.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportError {
    /// Some bytes are no text.
    #[error("it is not UTF-8 text")]
    NotUtf8,
    /// What the reader of CSV says.
    #[error("it is not CSV: {0}")]
    Csv(String),
    /// It holds no table.
    #[error("there is no table in it")]
    NoTable,
    /// Headings alone.
    #[error("its table has no cells besides its headings")]
    NoCells,
    /// Both or neither of rows and columns look like levels.
    #[error("its headings do not tell whether levels are rows or columns")]
    WhichWayRound,
    /// A cell would stop the reader of markdown.
    #[error("{at} nests quotes or lists too deep")]
    TooDeep {
        /// The cell.
        at: String,
    },
    /// The id as it was given.
    #[error("`{0}` is no id of a track")]
    BadTrack(String),
}

/// Reads a rubric.
///
/// # Errors
/// See [`ImportError`].
pub fn rubric(import: &Import<'_>) -> Result<Imported, ImportError> {
    let sheet = grid::read(import.bytes, import.format)?;
    let title = sheet.title.as_deref().unwrap_or(import.name);
    let track = match import.track {
        Some(track) if crate::domain::model::is_id(track) => track.to_owned(),
        Some(track) => return Err(ImportError::BadTrack(track.to_owned())),
        None => names::unique(import.name, "track", &mut BTreeSet::new()),
    };
    let reading = Reading::of(&sheet, import.levels_in)?;
    let files = write::files(title, &reading)?;
    Ok(Imported {
        track,
        files,
        fates: reading.fates,
    })
}
