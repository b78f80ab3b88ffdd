//! Every file of the tree, key by key: what it may hold and what it means.
//!
//! One declaration, [`KINDS`], makes the JSON Schemas that editors complete and explain keys by, and the page of
//! keys in the docs. `check` reads files by its own tables, for it says more than a schema can; tests hold the two
//! against each other, key by key and value by value.

#[rustfmt::skip] // one line a key, so that it reads as a table
mod declared;
mod editors;
mod json;
#[cfg(test)]
mod page;
mod walk;
mod words;

pub use declared::KINDS;
pub use editors::{SCHEMAS, editor_files, schema_text};
pub use json::json_schema;
pub use walk::{Declared, walk};
pub use words::is_word;

/// A kind of file.
#[derive(Debug)]
pub struct Kind {
    /// What `gradus schema` calls it.
    pub id: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// Where it lies, relative to the organisation; `*` is one name.
    pub files: &'static str,
    /// Whether it is the front matter of a markdown file.
    pub is_front_matter: bool,
    pub keys: &'static [Key],
}

/// A key of a table.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub holds: Holds,
    pub is_required: bool,
    /// A sentence in lower case, without a full stop.
    pub about: &'static str,
}

/// What a key holds.
#[derive(Debug)]
pub enum Holds {
    /// A text without marks.
    Text,
    /// Markdown.
    Prose,
    /// A calendar date, without quotes.
    Date,
    /// The same, of something that has happened: a day that has not come yet is a slip.
    Past,
    /// `true` or `false`; absent is `false`.
    Flag,
    /// A whole number within bounds.
    Number(i64, i64),
    /// The least and the most.
    Range,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A text of a form.
    Like(&'static Form),
    List(&'static Holds),
    Either(&'static [Holds]),
    /// A table with these keys.
    Table(&'static [Key]),
    /// A table with these keys, and others whose names are the organisation's own.
    Open(&'static [Key], &'static Holds),
    /// A table whose keys are names.
    Map(&'static Holds),
}

/// A form that a text has.
#[derive(Debug)]
pub struct Form {
    /// What it is called, as in `an id`.
    pub name: &'static str,
    /// As a regular expression that every dialect reads alike.
    pub pattern: &'static str,
    pub example: &'static str,
    pub names: Names,
}

/// What of the tree a text names, so that a rename finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Nothing that a rename follows.
    Nothing,
    /// A person, by their id.
    Person,
    /// A file or folder, by its path.
    Path,
}

/// The kind of that id.
pub fn kind(id: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.id == id)
}
