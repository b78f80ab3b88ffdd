//! Every file of the tree, key by key: what it may hold and what it means.
//!
//! [`KINDS`] is the only declaration. `check` holds files against it, editors complete and explain keys by the JSON
//! Schemas made from it, and `docs/keys.md` is written from it.

#[rustfmt::skip] // one line a key, so that it reads as a table
mod declared;
mod editors;
mod json;
#[cfg(test)]
mod page;
mod walk;
mod words;

pub use declared::{CELL, KINDS, LIMIT};
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
    /// The keys of its outermost table.
    pub keys: &'static [Key],
}

/// A key of a table.
#[derive(Debug)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What its value may be.
    pub holds: Holds,
    /// Whether a table without it is an error.
    pub is_required: bool,
    /// A sentence in lower case, without a full stop.
    pub about: &'static str,
    /// What holds between it and another key.
    pub relation: Relation,
}

/// What a key has to do with another key of the same table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Nothing.
    None,
    /// Its date is not before that of the other key.
    NotBefore(&'static str),
    /// The other key is there too. If both are dates, this one is not before it.
    Needs(&'static str),
    /// The other key is not there.
    Excludes(&'static str),
}

/// What a key holds.
#[derive(Debug)]
pub enum Holds {
    /// A text without marks, which is not blank.
    Text,
    /// Any text.
    Value,
    /// Markdown, which is not blank if the key is required.
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
    Like(Form),
    /// A list. Of tables it holds 1,000 at most, of log entries 5,000.
    List(&'static Holds),
    /// The last of these if the value has its type, otherwise the first. A single value is short for a list of one, and
    /// for a table in which its first key has that value.
    Either(&'static [Holds]),
    /// A table with these keys.
    Table(&'static [Key]),
    /// A table with these keys, and one for each rating of the organisation.
    Open(&'static [Key], &'static Holds),
    /// A table whose keys are names of that form.
    Map(Form, &'static Holds),
}

/// A form that a text has. `check` knows what each may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lower-case letters, digits and hyphens.
    Id,
    /// An id that no other table of the same list has. In messages it is called so: `the expectation`.
    Own(&'static str),
    /// An id that is looked up once the whole file was read.
    Named,
    /// The id of a person of the tree.
    Person,
    /// An audience or a person.
    Reader,
    /// A competency of the rubric that the file is judged by.
    Competency,
    /// An expectation of the same person and cycle.
    Expectation,
    /// The id of a rating of `gradus.toml`.
    Rating,
    /// A level of the rubric that the file is judged by.
    Level,
    /// A level of any rubric of the tree.
    AnyLevel,
    /// A level that is looked up once the whole rubric was read.
    LevelRef,
    /// `cycle/expectation` or `cycle/plan/goal`: what the same person had in an earlier cycle.
    Followed,
    /// An http or https address.
    Address,
    /// A public key: `age1…`.
    Recipient,
    /// The public half of the key that signs a site.
    Signer,
    /// The code of a rule that `check` gives as guidance.
    Guidance,
    /// A directory of tracks or a git revision.
    Pin,
    /// A file or folder of the tree, by its path.
    TreePath,
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

impl Form {
    /// What it is called, as in `an id`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Level | Self::AnyLevel | Self::LevelRef => "a level, as `track/level`",
            Self::Followed => "`cycle/expectation` or `cycle/plan/goal`",
            Self::Address => "a web address",
            Self::Recipient => "an age recipient",
            Self::Signer => "a public signing key",
            Self::Guidance => "the code of a guidance lint",
            Self::Pin => "a text",
            Self::TreePath => "a path of the tree",
            Self::Person => "the id of a person",
            _ => "an id",
        }
    }

    /// A regular expression that every dialect reads alike, and an example. `None` if any text may do.
    pub fn pattern(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::Level | Self::AnyLevel | Self::LevelRef => {
                ("^[a-z0-9][a-z0-9-]{0,63}/[a-z0-9][a-z0-9-]{0,63}$", "ic/l4")
            }
            Self::Followed => (
                "^[a-z0-9][a-z0-9-]{0,63}(/plan)?/[a-z0-9][a-z0-9-]{0,63}$",
                "2025-h2/on-call",
            ),
            Self::Address => (
                "^[hH][tT][tT][pP][sS]?://[^/\\s]\\S*$",
                "https://code.example/240",
            ),
            Self::Recipient => (
                "^([aA][gG][eE]1[a-zA-Z0-9]+)$",
                "age10zqd3s0tad6ep2xl8gqst2fhdpmy3c5r6ccu22s446lqp9g7h4wq0n5u3l",
            ),
            Self::Signer => (
                "^ed25519:[A-Za-z0-9_-]{43}$",
                "ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            ),
            Self::Guidance => ("^G[0-9]{3}$", "G014"),
            Self::Pin => return None,
            Self::TreePath => ("\\S", "people/ada/2026-h1"),
            _ => ("^[a-z0-9][a-z0-9-]{0,63}$", "ada"),
        })
    }

    /// What a rename follows.
    pub fn names(self) -> Names {
        match self {
            Self::Person | Self::Reader => Names::Person,
            Self::TreePath => Names::Path,
            _ => Names::Nothing,
        }
    }
}

/// What the declaration says of a key, which stands in tables by their names with dots: the words that it takes, or what
/// it is about. `None` if there is no such key.
pub fn about(kind: &str, path: &str) -> Option<String> {
    let mut keys = self::kind(kind)?.keys;
    let mut said = None;
    for name in path.split('.') {
        let key = keys.iter().find(|key| key.name == name)?;
        said = Some(match &key.holds {
            Holds::Word(words) => words.join(" | "),
            _ => key.about.to_owned(),
        });
        keys = match &key.holds {
            Holds::Table(keys) | Holds::List(Holds::Table(keys)) => keys,
            _ => &[],
        };
    }
    said
}

/// The kind of that id.
pub fn kind(id: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.id == id)
}
