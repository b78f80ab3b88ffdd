//! A person under another id: what of the tree changes.
//!
//! References are found by what [`schema`] declares of every key, so a new key that names a person is
//! followed from the day it is declared. A text is edited in its bytes: comments, order and line ends stay.

use std::ops::Range;
use std::sync::Arc;

use toml::de::DeValue;

use super::Refusal;
use super::known::new_person_id;
use super::words::quoted;
use crate::domain::model::{PersonId, path_of_renamed};
use crate::ground::diag::{did_you_mean, line_and_column};
use crate::tree::schema::{self, Declared, Holds, Key, Names};
use crate::tree::source::written::{Toml, front_matter};
use crate::tree::source::{
    CycleFile, Directory, FileKind, PersonFile, ProblemKind, SEALED_ENDING, Source, SourceFile,
};

/// What a rename changes.
#[derive(Debug)]
pub struct Rename {
    /// The id so far.
    pub from: PersonId,
    /// The new id.
    pub to: PersonId,
    /// The texts that change, at the paths that they have so far.
    pub edits: Vec<Edit>,
    /// Files and folders by their paths so far and from then on, in the order in which they move: the person's folder is
    /// the last.
    pub moves: Vec<(String, String)>,
    /// They unlock by a passphrase, and the name that they type is the id.
    pub unlocks_by_id: bool,
}

/// A text that changes.
#[derive(Debug, PartialEq, Eq)]
pub struct Edit {
    /// Relative to the organisation.
    pub path: String,
    /// What the file holds, without a byte order mark; of a sealed one what is in it.
    pub before: Arc<str>,
    /// What it holds then.
    pub after: String,
    /// How many places change.
    pub places: usize,
}

/// Finds everything that refers to a person.
///
/// # Errors
/// `from` is nobody, `to` is taken or no id, or a file cannot be understood, so that references in it stay unknown.
pub fn rename(source: &Source, from: &str, to: &str) -> Result<Rename, Refusal> {
    let renaming = Renaming {
        source,
        from: known(source, from)?,
        to: free(source, to)?,
    };
    let unread = source.problems.iter().find(|problem| hides(&problem.what));
    if let Some(problem) = unread {
        return Err(not_understood(&problem.place.file));
    }
    let mut edits = Vec::new();
    for (kind, file) in &source.files {
        edits.extend(renaming.edit(kind, file)?);
    }
    Ok(Rename {
        moves: renaming.moves(),
        unlocks_by_id: renaming.unlocks_by_id(),
        edits,
        from: renaming.from,
        to: renaming.to,
    })
}

fn known(source: &Source, id: &str) -> Result<PersonId, Refusal> {
    let mut folders = person_folders(source);
    let found = folders.find(|name| *name == id).and_then(PersonId::new);
    found.ok_or_else(|| {
        Refusal::new(format!("`{id}` is nobody in people/"))
            .maybe_help(did_you_mean(id, person_folders(source)))
    })
}

fn free(source: &Source, id: &str) -> Result<PersonId, Refusal> {
    let new = new_person_id(id)?;
    if person_folders(source).any(|name| name == id) {
        let what = format!(
            "`{}` is there already",
            source.placed(&format!("people/{id}"))
        );
        return Err(Refusal::new(what).help("choose another id; two people are never made one"));
    }
    Ok(new)
}

fn not_understood(path: &str) -> Refusal {
    Refusal::new(format!(
        "`{path}` cannot be read, so nobody knows whom it refers to"
    ))
    .help("`gradus check` says what is wrong with it; nothing was changed")
}

/// Whether references may be behind what is wrong.
fn hides(problem: &ProblemKind) -> bool {
    !matches!(
        problem,
        ProblemKind::Unknown { .. }
            | ProblemKind::UnportableName
            | ProblemKind::CaseCollision { .. }
            | ProblemKind::StaticLink
            | ProblemKind::NoHistory(_)
    )
}

/// What the folders of people are called.
fn person_folders(source: &Source) -> impl Iterator<Item = &str> {
    source.directories.keys().filter_map(|known| match known {
        Directory::Person(name) => Some(&**name),
        _ => None,
    })
}

struct Renaming<'s> {
    source: &'s Source,
    from: PersonId,
    to: PersonId,
}

/// The bytes of a text that change, and what stands there then.
type Change = (Range<usize>, String);

impl Renaming<'_> {
    fn edit(&self, kind: &FileKind, file: &SourceFile) -> Result<Option<Edit>, Refusal> {
        let (Some(declared), Some(text)) = (kind.declared(), file.text()) else {
            return Ok(None);
        };
        let toml = match (declared.is_front_matter, front_matter(text)) {
            (false, _) => 0..text.len(),
            (true, Some(front)) => front.toml,
            (true, None) if text.starts_with("+++") => return Err(not_understood(&file.path)),
            (true, None) => return Ok(None),
        };
        let start = toml.start;
        let changes = self.changes(declared.keys, &text[toml]);
        let mut changes = changes.map_err(|at| {
            let (line, _) = line_and_column(text, start + at.start);
            not_understood(&format!("{}:{line}", file.path))
        })?;
        if changes.is_empty() {
            return Ok(None);
        }
        changes.sort_by_key(|(at, _)| at.start);
        let mut after = text.to_string();
        for (at, new) in changes.iter().rev() {
            after.replace_range(start + at.start..start + at.end, new);
        }
        Ok(Some(Edit {
            path: file.path.to_string(),
            before: text.clone(),
            after,
            places: changes.len(),
        }))
    }

    /// What changes in a TOML text; the place that cannot be understood.
    fn changes(&self, keys: &[Key], toml: &str) -> Result<Vec<Change>, Range<usize>> {
        let parsed = Toml::parse(toml);
        if let Some(error) = parsed.errors.into_iter().next() {
            return Err(error.span);
        }
        let (mut changes, mut wrong) = (Vec::new(), None);
        schema::walk(keys, &parsed.root, &mut |declared| {
            if !declared.fits && names_something(declared.holds) {
                wrong.get_or_insert(declared.value.span());
            }
            changes.extend(self.change(&declared, toml));
        });
        wrong.map_or(Ok(changes), Err)
    }

    fn change(&self, declared: &Declared<'_>, toml: &str) -> Option<Change> {
        let (Holds::Like(form), DeValue::String(text)) = (declared.holds, declared.value.get_ref())
        else {
            return None;
        };
        let renamed = match form.names() {
            Names::Nothing => None,
            Names::Person => (**text == *self.from.as_str()).then(|| self.to.to_string()),
            Names::Path => self.path(text),
        }?;
        let at = declared.value.span();
        let (written, mark) = (&toml[at.clone()], &toml[at.start..=at.start]);
        let new = if *written == format!("{mark}{text}{mark}") {
            format!("{mark}{renamed}{mark}")
        } else {
            quoted(&renamed)
        };
        Some((at, new))
    }

    /// A path as somebody wrote it, where it changes.
    fn path(&self, path: &str) -> Option<String> {
        let usual = self.source.usual(path);
        let renamed = path_of_renamed(&usual, &self.from, &self.to);
        if renamed == usual {
            return None;
        }
        let (open, ending) = match path.strip_suffix(SEALED_ENDING) {
            Some(open) => (open, SEALED_ENDING),
            None => (path, ""),
        };
        let renamed = if open == usual {
            renamed
        } else {
            self.source.placed(&renamed)
        };
        Some(renamed + ending)
    }

    fn unlocks_by_id(&self) -> bool {
        let file = |file: PersonFile| {
            let person = self.from.as_str().into();
            self.source.files.get(&FileKind::Person { person, file })
        };
        let person = file(PersonFile::Person).and_then(SourceFile::text);
        let has_name = person.is_some_and(|text| Toml::parse(text).root.contains_key("login"));
        file(PersonFile::Login).is_some() && !has_name
    }

    fn moves(&self) -> Vec<(String, String)> {
        let folder = |id: &PersonId| self.source.placed(&format!("people/{id}"));
        let (from, to) = (folder(&self.from), folder(&self.to));
        let files = self.source.files.iter().filter_map(|(kind, file)| {
            let name = match kind {
                FileKind::Talent { person, .. } | FileKind::PrivateNotes(person) => person,
                FileKind::InCycle {
                    file: CycleFile::Peer(author),
                    ..
                } => author,
                _ => return None,
            };
            let (folder, file) = file.path.rsplit_once('/')?;
            let renamed = file.replacen(&**name, self.to.as_str(), 1);
            (**name == *self.from.as_str())
                .then(|| (format!("{folder}/{file}"), format!("{folder}/{renamed}")))
        });
        files.chain([(from, to)]).collect()
    }
}

/// Whether anything is named by what is declared.
fn names_something(holds: &Holds) -> bool {
    let of_keys = |keys: &[Key]| keys.iter().any(|key| names_something(&key.holds));
    match holds {
        Holds::Like(form) => form.names() != Names::Nothing,
        Holds::List(of) | Holds::Map(_, of) => names_something(of),
        Holds::Either(each) => each.iter().any(names_something),
        Holds::Table(keys) => of_keys(keys),
        Holds::Open(keys, of) => of_keys(keys) || names_something(of),
        _ => false,
    }
}
