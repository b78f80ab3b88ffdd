//! Disk → texts. The only stage that reads the tree.
//!
//! [`fn@load`] walks the tree that `gradus.toml` stands in, recognises every known file by where it lies
//! ([`FileKind`]) and reads it within bounds. It judges nothing but the tree itself: what cannot be
//! read, must not be read or is not known becomes a [`Problem`], and `check` finds the words for it.
//! [`written`] takes single files apart, keeping byte spans.
//!
//! A file with a further `.age` ending is opened in memory with the [`Identities`] that were given; what it says stands
//! nowhere else.
//!
//! Nothing outside the tree is read unless whoever runs gradus gives the folder ([`Outside`]): a symbolic link that leaves
//! the tree is a problem, devices and pipes are never opened. The directories that `[sources]` declares are trees of their own.

mod agreed;
mod areas;
mod git;
mod history;
mod inputs;
mod layout;
mod load;
mod lock;
mod lookup;
mod outside;
mod owner;
mod published;
mod read;
mod recall;
mod reload;
mod revision;
mod sealed;
mod settings;
mod theme;
mod tree;
pub mod written;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use agreed::{AsWritten, Worded, readers_of};
pub use git::{Fingerprint, Trouble, would_be_committed};
pub use history::{History, Version};
pub use inputs::{Input, InputHashes, Inputs, SharedInput};
pub use layout::{CycleFile, Directory, FileKind, Name, PersonFile};
pub use lock::{ACCESS_LOCK, access_lock};
pub use lookup::{Lies, lies};
pub use outside::{Given, LeadsOut, Outside, leading_out};
pub use published::STATIC;
pub use read::FILE_MAX_BYTES;
pub use revision::{Revision, RevisionProblem, Revisions};
pub use sealed::{Identities, SEALED_ENDING, SEALED_MAX_BYTES, Unopened};
pub use settings::{Sources, pin};
pub use theme::{THEMES, ThemeFilesError, theme_files};
pub use tree::is_portable;

use crate::ground::diag::{Diagnostic, Place, Private, Report};
use crate::tree::schema;
use areas::Areas;

/// The directory of the rubric in force.
pub const RUBRICS: &str = "rubrics";

/// Everything that was read, exactly as written.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The directory that holds `gradus.toml`.
    pub root: PathBuf,
    /// Every known file that could be read.
    pub files: BTreeMap<FileKind, SourceFile>,
    /// Known directories, with their paths, even where nothing in them could be read.
    pub directories: BTreeMap<Directory, Arc<str>>,
    /// The files of `static/`, by path.
    pub published: published::Published,
    /// The texts of all files that a complaint may point into, by path; what is not UTF-8 is in
    /// here with replacement characters.
    pub texts: BTreeMap<Arc<str>, Arc<str>>,
    /// What is wrong with the tree itself.
    pub problems: Vec<Problem>,
    /// What git holds of expectations.
    pub history: History,
    /// Rubrics that cycles pin to a revision.
    pub revisions: Revisions,
    /// Where its parts lie on the disk.
    areas: Areas,
    /// Whether anything was read through a symbolic link.
    links: bool,
    /// What it is read with.
    given: Given,
}

impl Source {
    /// The same organisation, of which nothing is read but where its parts lie.
    fn without_files(&self) -> Self {
        Self {
            root: self.root.clone(),
            areas: self.areas.clone(),
            given: self.given.clone(),
            ..Self::default()
        }
    }

    /// Takes in what several threads read of one area.
    fn take_parts(&mut self, mut parts: Vec<Self>) {
        // All at once: adding part by part would go through everything for each of them.
        self.files = joined(&mut self.files, &mut parts, |part| &mut part.files);
        self.directories = joined(&mut self.directories, &mut parts, |part| {
            &mut part.directories
        });
        self.texts = joined(&mut self.texts, &mut parts, |part| &mut part.texts);
        let problems = parts.iter_mut().map(|part| &mut part.problems);
        problems.for_each(|problems| self.problems.append(problems));
    }

    /// Whether people could be read where `[sources] people` says. If not, that is an error of its own, and everyone
    /// else's name is unknown for that reason.
    pub fn reads_people(&self) -> bool {
        let area = &self.areas.people;
        !area.moved || (!area.refused && area.directory.is_dir())
    }

    /// The sealed files that were not opened, and why.
    pub fn unopened(&self) -> impl Iterator<Item = (&Arc<str>, &FileKind, Unopened)> {
        self.problems
            .iter()
            .filter_map(|problem| match &problem.what {
                ProblemKind::Unopened { kind, why } => Some((&problem.place.file, kind, *why)),
                _ => None,
            })
    }

    /// The diagnostics about this tree, with the texts that they point into. Of texts that were sealed or lie outside of the
    /// tree it shows no line, and repeats no words.
    pub fn report(&self, diagnostics: Vec<Diagnostic>) -> Report {
        let report = Report::new(diagnostics, &self.texts, self.root.clone());
        let texts = self.texts.iter().filter(|(path, _)| self.is_private(path));
        let texts: BTreeMap<&str, &str> = texts.map(|(path, text)| (&**path, &**text)).collect();
        if texts.is_empty() {
            return report;
        }
        let names = self.names_of_files();
        let is_known = |word: &str| names.contains(word) || schema::is_word(word);
        report.hiding(&Private::new(texts, &is_known))
    }

    /// Whether a text was sealed, or lies outside of the tree.
    fn is_private(&self, path: &str) -> bool {
        path.ends_with(SEALED_ENDING) || self.areas.is_outside(path)
    }

    /// What files and directories are called, which everybody sees who sees the tree.
    fn names_of_files(&self) -> HashSet<&str> {
        let files = self.files.values().map(|file| &file.path);
        let paths = files.chain(self.directories.values());
        let parts = paths.flat_map(|path| path.split(['/', '.']));
        parts.collect()
    }

    /// How a path of the usual layout (`people/…`) is shown, wherever `[sources]` points and whether or not the file
    /// is sealed.
    pub fn shown(&self, path: &str) -> String {
        self.as_it_lies(self.placed(path))
    }

    /// The path of a file that may be sealed, with its further ending where it is.
    pub fn as_it_lies(&self, path: String) -> String {
        let sealed = format!("{path}{SEALED_ENDING}");
        if self.texts.contains_key(sealed.as_str()) {
            sealed
        } else {
            path
        }
    }

    /// Where a file that is shown as `path` lies if `[sources]` names nothing and it is not sealed.
    pub fn usual(&self, path: &str) -> String {
        let path = path.strip_suffix(SEALED_ENDING).unwrap_or(path);
        let areas = [
            ("people", &self.areas.people),
            ("management", &self.areas.management),
        ];
        let moved = areas.iter().find_map(|(usual, area)| {
            let rest = path.strip_prefix(area.shown.as_str())?;
            rest.starts_with('/').then(|| format!("{usual}{rest}"))
        });
        moved.unwrap_or_else(|| path.to_owned())
    }

    /// Where a path of the usual layout lies, relative to the organisation.
    pub fn placed(&self, path: &str) -> String {
        let areas = [
            ("people/", &self.areas.people),
            ("management/", &self.areas.management),
        ];
        let moved = areas.iter().find_map(|(usual, area)| {
            let rest = path.strip_prefix(usual)?;
            Some(format!("{}/{rest}", area.shown))
        });
        moved.unwrap_or_else(|| path.to_owned())
    }
}

/// What a map holds, and what the parts' maps do.
fn joined<K: Ord, V>(
    own: &mut BTreeMap<K, V>,
    parts: &mut [Source],
    of: impl Fn(&mut Source) -> &mut BTreeMap<K, V>,
) -> BTreeMap<K, V> {
    let own = std::mem::take(own).into_iter();
    let parts = parts.iter_mut().flat_map(|part| std::mem::take(of(part)));
    own.chain(parts).collect()
}

/// Reads the organisation that lies in `root`, and what git remembers of it, without a key to what is sealed.
///
/// # Errors
/// Where there is no `gradus.toml`, or the directory itself cannot be read. Everything else that goes
/// wrong is among the [`Problem`]s of the source.
pub fn load(root: &Path) -> Result<Source, LoadError> {
    load_with(root, &Given::default())
}

/// Reads the organisation that lies in `root`, with what was given for it, and what git remembers of it.
///
/// # Errors
/// As [`fn@load`].
pub fn load_with(root: &Path, given: &Given) -> Result<Source, LoadError> {
    let mut source = load::load(root, given)?;
    source.recall(recall::Memory::default());
    Ok(source)
}

/// The directories besides `root` that the organisation is read from at the moment, absolute. They need not be there.
pub fn directories(root: &Path, given: &Given) -> Vec<PathBuf> {
    let read = load::begin(root, given);
    read.map_or_else(|_| Vec::new(), |source| source.areas.all().collect())
}

/// The paths by which somebody named the organisation and the directories of `[sources]`, with the links in them.
pub fn named_directories(root: &Path, given: &Given) -> Vec<PathBuf> {
    let read = load::begin(root, given);
    let areas = read.map_or_else(
        |_| Vec::new(),
        |source| vec![source.areas.people, source.areas.management],
    );
    let moved = areas.into_iter().filter(|area| area.moved && !area.refused);
    let moved = moved.map(|area| root.join(area.shown));
    moved.chain([root.to_owned()]).collect()
}

/// One file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SourceFile {
    /// Relative to the organisation, with `/`; begins with `../` where `[sources]` points outside. A sealed file keeps
    /// its further ending; an attachment that is a link has the path of the file it leads to.
    pub path: Arc<str>,
    /// What it holds.
    pub content: Content,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Content {
    /// TOML and markdown.
    Text(Arc<str>),
    /// Attachments and `login.age`.
    Bytes(Arc<[u8]>),
}

impl SourceFile {
    /// The text; nothing for attachments.
    pub fn text(&self) -> Option<&Arc<str>> {
        match &self.content {
            Content::Text(text) => Some(text),
            Content::Bytes(_) => None,
        }
    }

    /// The bytes of an attachment; nothing for texts.
    pub fn bytes(&self) -> Option<&Arc<[u8]>> {
        match &self.content {
            Content::Text(_) => None,
            Content::Bytes(bytes) => Some(bytes),
        }
    }
}

/// Something wrong with the tree itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Problem {
    /// The file or directory.
    pub place: Place,
    /// What is wrong with it.
    pub what: ProblemKind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant says what its field is")]
pub enum ProblemKind {
    /// The operating system refused; its words.
    Unreadable(String),
    /// The place is the first byte that is not UTF-8.
    NotUtf8,
    /// Over [`FILE_MAX_BYTES`].
    TooLarge { bytes: u64 },
    /// A symbolic link to somewhere outside.
    LeavesTree,
    /// A symbolic link to another part of the tree, which others read.
    AnotherPlace,
    /// A symbolic link to nothing, or in a circle.
    BrokenLink,
    /// What Git LFS leaves in the place of a file that was not fetched.
    LfsPointer,
    /// A symbolic link in `static/`.
    StaticLink,
    /// A pipe, a device or a socket; never opened.
    SpecialFile,
    /// A directory stands where a file belongs.
    DirectoryForFile,
    /// A file stands where a directory belongs.
    FileForDirectory,
    /// A name that some systems cannot hold.
    UnportableName,
    /// Differs from a neighbour only in case.
    CaseCollision { other: String },
    /// A sealed file that was not opened: which, and why.
    Unopened { kind: FileKind, why: Unopened },
    /// The same file as another, which is not sealed; this one was not looked at.
    SealedTwice { other: String },
    /// Not a name of the layout; the nearest one, where one is near.
    Unknown { nearest: Option<String> },
    /// A setting leads out of the tree, and into no folder that was given.
    LeadsOut { setting: String },
    /// A directory that `[sources]` names is not there.
    NoSuchDirectory,
    /// git tells nothing of how expectations were agreed: why; nothing where the clone is shallow.
    NoHistory(Option<Trouble>),
    /// The tree holds more than that many entries; the rest was not looked at.
    TooManyEntries { max: usize },
}

/// Why there is no [`Source`] at all.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum LoadError {
    /// Not an organisation.
    #[error("there is no `gradus.toml` in `{}`", .0.display())]
    NoOrganisation(PathBuf),
    /// The directory itself cannot be read.
    #[error("could not read `{}`", path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
}
