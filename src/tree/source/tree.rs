//! Walking one directory of the tree, recognising and reading what lies in it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use super::layout::{Kind, Known};
use super::{
    Content, Directory, FILE_MAX_BYTES, FileKind, Problem, ProblemKind, SEALED_ENDING,
    SEALED_MAX_BYTES, Source, SourceFile, read,
};
use crate::domain::model::{markup::composed, turns_direction};
use crate::ground::diag::Place;

/// The most files and directories that one area may hold.
pub(super) const ENTRIES_MAX: usize = 1_000_000;

/// The most attachments that one `files/` directory may hold.
const ATTACHMENTS_MAX: usize = 10_000;

/// What a file begins with that Git LFS did not fetch.
pub(super) const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";

/// The deepest path that the layout knows is `person/cycle/files/name`; one more shows what is too deep.
const DEPTH_MAX: usize = 5;

/// One directory that is walked.
pub(super) struct Walk<'a> {
    pub kind: Kind,
    /// Where it lies on disk.
    pub directory: PathBuf,
    /// What its paths begin with in messages, without `/` at the end.
    pub shown: String,
    /// The canonical directory that symbolic links must stay in.
    pub fence: PathBuf,
    pub source: &'a mut Source,
}

impl Walk<'_> {
    /// Reads everything of the directory into the source, or only what has one name in it.
    pub fn run(mut self, only: Option<&str>) {
        let mut seen = Seen::default();
        let (from, min_depth) = match only {
            None => (self.directory.clone(), 1),
            Some(name) => (self.directory.join(name), 0),
        };
        if from.symlink_metadata().is_err() {
            return; // what was there is gone
        }
        let mut entries = WalkDir::new(from)
            .follow_links(true)
            .min_depth(min_depth)
            .max_depth(DEPTH_MAX + min_depth - 1)
            .sort_by_file_name()
            .into_iter();
        let mut count = 0;
        while let Some(entry) = entries.next() {
            count += 1;
            if count > ENTRIES_MAX {
                let max = ENTRIES_MAX;
                self.problem(&self.shown.clone(), ProblemKind::TooManyEntries { max });
                return;
            }
            let descend = match entry {
                Ok(entry) => self.entry(&entry, &mut seen),
                Err(error) => {
                    self.walk_error(&error);
                    true
                }
            };
            if !descend {
                entries.skip_current_dir();
            }
        }
    }

    /// Takes one entry in; whether a directory is worth descending into (`true` for files).
    fn entry(&mut self, entry: &DirEntry, seen: &mut Seen) -> bool {
        let is_dir = entry.file_type().is_dir();
        if hidden(entry) {
            return !is_dir;
        }
        let path = self.shown_path(entry.path());
        self.source.links |= entry.path_is_symlink();
        let known = self.recognise(entry.path(), is_dir);
        if !known.is_attachment() && is_leftover(&entry.file_name().to_string_lossy()) {
            let nearest = None;
            self.problem(&path, ProblemKind::Unknown { nearest });
            return !is_dir;
        }
        if let Some(what) = self.misleads(entry, &known) {
            self.problem(&path, what);
            return !is_dir;
        }
        if let Some(problem) = name_problem(entry) {
            self.problem(&path, problem);
        }
        if let Some(other) = seen.neighbours.collision(&path) {
            self.problem(&path, ProblemKind::CaseCollision { other });
        }
        if known.is_attachment() && seen.siblings.count(entry.path()) > ATTACHMENTS_MAX {
            let directory = path.rsplit_once('/').map_or(&*path, |(above, _)| above);
            let max = ATTACHMENTS_MAX;
            self.problem(directory, ProblemKind::TooManyEntries { max });
            return false; // which skips the others of its directory
        }
        self.take(&path, entry, known)
    }

    fn recognise(&self, path: &Path, is_dir: bool) -> Known {
        let within = path.strip_prefix(&self.directory).unwrap_or(path);
        let parts: Vec<_> = within.iter().map(|part| part.to_string_lossy()).collect();
        let parts: Vec<&str> = parts.iter().map(|part| &**part).collect();
        self.kind.known(&parts, is_dir)
    }

    fn take(&mut self, path: &str, entry: &DirEntry, known: Known) -> bool {
        let kind = entry.file_type();
        match known {
            Known::Directory(_) if !kind.is_dir() => {
                self.problem(path, ProblemKind::FileForDirectory);
                true
            }
            Known::Directory(directory) => {
                self.source.directories.insert(directory, path.into());
                true
            }
            Known::File(_) | Known::Sealed(_) if kind.is_dir() => {
                self.problem(path, ProblemKind::DirectoryForFile);
                false
            }
            Known::File(kind) => {
                self.file(&led_to(path, entry), entry.path(), kind);
                true
            }
            Known::Sealed(kind) => {
                self.sealed(&led_to(path, entry), entry.path(), kind);
                true
            }
            Known::Nothing { nearest } => {
                self.problem(path, ProblemKind::Unknown { nearest });
                !kind.is_dir()
            }
        }
    }

    fn file(&mut self, shown: &str, path: &Path, kind: FileKind) {
        match self.bytes_of(path, FILE_MAX_BYTES) {
            Ok(bytes) if bytes.starts_with(LFS_POINTER) => {
                self.problem(shown, ProblemKind::LfsPointer);
            }
            Ok(bytes) => self.source.take_in(shown, kind, bytes),
            Err(what) => self.problem(shown, what),
        }
    }

    fn sealed(&mut self, shown: &str, path: &Path, kind: FileKind) {
        match self.bytes_of(path, SEALED_MAX_BYTES) {
            Ok(bytes) => self.source.take_in_sealed(shown, kind, &bytes),
            Err(what) => self.problem(shown, what),
        }
    }

    /// Links inside the tree were judged before; the file itself is opened without following any.
    fn bytes_of(&self, path: &Path, max: u64) -> Result<Vec<u8>, ProblemKind> {
        // Without a link above it, a path is its own target.
        if !self.source.links {
            return read::bytes(path, max);
        }
        let path = path.canonicalize();
        let path = path.map_err(|error| ProblemKind::Unreadable(error.to_string()))?;
        read::bytes(&path, max)
    }

    /// What is wrong with a symbolic link. Where a file lies says who reads it, so none may stand for one that lies in
    /// another place.
    fn misleads(&self, entry: &DirEntry, known: &Known) -> Option<ProblemKind> {
        if !entry.path_is_symlink() {
            return None;
        }
        let target = entry.path().canonicalize().ok();
        let Some(target) = target.filter(|target| target.starts_with(&self.fence)) else {
            return Some(ProblemKind::LeavesTree);
        };
        let may_lead_there = match known {
            Known::Directory(Directory::Attachments { .. }) => false,
            known if known.is_attachment() => is_neighbour(entry, &target),
            _ => {
                let own = self.own_place(entry.path());
                own.is_some_and(|own| target.starts_with(own)) || self.is_nobodys(&target)
            }
        };
        (!may_lead_there).then_some(ProblemKind::AnotherPlace)
    }

    /// Within which links may lead as they like: the directory of the same person, the same rubric, the cycles.
    fn own_place(&self, path: &Path) -> Option<PathBuf> {
        let place = match self.kind {
            Kind::Management => return None,
            Kind::Rubric(_) | Kind::Cycles => self.directory.clone(),
            Kind::People => {
                let mut within = path.strip_prefix(&self.directory).ok()?.iter();
                let person = within.next()?;
                within.next()?; // a person's directory itself lies in none
                self.directory.join(person)
            }
        };
        place.canonicalize().ok()
    }

    /// Whether a path lies in no part of the organisation: an archive beside it, say.
    fn is_nobodys(&self, target: &Path) -> bool {
        let mut parts = self.source.areas.all();
        let is_part = parts.any(|part| target.starts_with(part.canonicalize().unwrap_or(part)));
        let within = target.strip_prefix(&self.fence).unwrap_or(target);
        !is_part && !within.iter().any(is_hidden)
    }

    fn shown_path(&self, path: &Path) -> String {
        let within = path.strip_prefix(&self.directory).unwrap_or(path);
        let mut shown = self.shown.clone();
        for part in within {
            shown.push('/');
            shown.push_str(&part.to_string_lossy());
        }
        shown
    }

    fn walk_error(&mut self, error: &walkdir::Error) {
        let path = error.path().unwrap_or(&self.directory).to_owned();
        // Emacs' lock of a file that is being edited is a link that leads nowhere.
        if path.file_name().is_some_and(is_hidden) {
            return;
        }
        let shown = self.shown_path(&path);
        let is_link = path.is_symlink();
        let what = match error.io_error() {
            None => ProblemKind::BrokenLink,
            Some(_) if is_link => ProblemKind::BrokenLink,
            Some(error) => ProblemKind::Unreadable(error.to_string()),
        };
        self.problem(&shown, what);
    }

    fn problem(&mut self, path: &str, what: ProblemKind) {
        let place = Place::file(path);
        self.source.problems.push(Problem { place, what });
    }
}

impl Source {
    /// Keeps what a sealed file holds, where it can be opened. The same file in the open comes before it.
    pub(super) fn take_in_sealed(&mut self, path: &str, kind: FileKind, sealed: &[u8]) {
        let what = if let Some(open) = self.files.get(&kind) {
            let other = open.path.to_string();
            ProblemKind::SealedTwice { other }
        } else {
            match self.given.identities.open(sealed) {
                Ok(bytes) => return self.take_in(path, kind, bytes),
                Err(why) => ProblemKind::Unopened { kind, why },
            }
        };
        let place = Place::file(path);
        self.problems.push(Problem { place, what });
    }

    /// Keeps what was read from one file, as text or bytes.
    pub(super) fn take_in(&mut self, path: &str, kind: FileKind, bytes: Vec<u8>) {
        let path: Arc<str> = path.into();
        if kind.is_bytes() {
            if kind.is_svg() {
                let text = String::from_utf8_lossy(&bytes);
                let text = text.trim_start_matches('\u{feff}').into();
                self.texts.insert(path.clone(), text); // what is wrong with it is shown there
            }
            let content = Content::Bytes(bytes.into());
            self.files.insert(kind, SourceFile { path, content });
            return;
        }
        match String::from_utf8(bytes) {
            Ok(text) => {
                // Some editors begin files with a byte order mark; nothing of it is content.
                let text: Arc<str> = text.trim_start_matches('\u{feff}').into();
                self.texts.insert(path.clone(), text.clone());
                let content = Content::Text(text);
                self.files.insert(kind, SourceFile { path, content });
            }
            Err(error) => self.not_utf8(path, &error),
        }
    }

    fn not_utf8(&mut self, path: Arc<str>, error: &std::string::FromUtf8Error) {
        let start = error.utf8_error().valid_up_to();
        let lossy: Arc<str> = String::from_utf8_lossy(error.as_bytes()).into();
        let place = Place {
            file: path.clone(),
            start,
            end: start + char::REPLACEMENT_CHARACTER.len_utf8(),
        };
        let what = ProblemKind::NotUtf8;
        self.texts.insert(path, lossy);
        self.problems.push(Problem { place, what });
    }
}

/// Whether a link in `files/` leads to another attachment there: a text that shows it gets what lies in that very
/// directory, sealed if the link is.
fn is_neighbour(link: &DirEntry, target: &Path) -> bool {
    let directory = link.path().parent().and_then(|own| own.canonicalize().ok());
    let is_sealed = |name: &OsStr| name.as_encoded_bytes().ends_with(SEALED_ENDING.as_bytes());
    let is_attachment =
        |name: &OsStr| !is_hidden(name) && is_sealed(name) == is_sealed(link.file_name());
    directory.is_some()
        && target.parent() == directory.as_deref()
        && target.file_name().is_some_and(is_attachment)
}

/// The path of a file as it is known by: an attachment that is a link has that of the neighbour it leads to, so that both
/// names are one attachment.
fn led_to<'p>(path: &'p str, entry: &DirEntry) -> Cow<'p, str> {
    let target = entry
        .path()
        .canonicalize()
        .ok()
        .filter(|_| entry.path_is_symlink());
    let target = target.filter(|target| is_neighbour(entry, target));
    let name = target.as_deref().and_then(Path::file_name);
    match (name, path.rsplit_once('/')) {
        (Some(name), Some((directory, _))) => {
            format!("{directory}/{}", name.to_string_lossy()).into()
        }
        _ => path.into(),
    }
}

/// What was seen of a directory so far.
#[derive(Default)]
struct Seen {
    neighbours: Neighbours,
    siblings: Siblings,
}

/// How many entries came of the directory that is being read.
#[derive(Default)]
struct Siblings {
    directory: PathBuf,
    count: usize,
}

impl Siblings {
    fn count(&mut self, path: &Path) -> usize {
        let directory = path.parent().unwrap_or(path);
        if directory != self.directory {
            (self.directory, self.count) = (directory.to_owned(), 0);
        }
        self.count += 1;
        self.count
    }
}

/// Names seen so far, to find those that are the same name on some systems.
#[derive(Default)]
pub(super) struct Neighbours(BTreeMap<String, String>);

impl Neighbours {
    pub fn collision(&mut self, path: &str) -> Option<String> {
        let first = self
            .0
            .entry(composed(path).to_lowercase())
            .or_insert_with(|| path.to_owned());
        (first != path).then(|| first.clone())
    }
}

/// Files of editors, systems and git, such as `.gitkeep`.
fn hidden(entry: &DirEntry) -> bool {
    is_hidden(entry.file_name())
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// Names that systems, editors and programs that synchronise folders leave anywhere, and what a forge shows of a folder.
fn is_leftover(name: &str) -> bool {
    let name = name.to_lowercase();
    let systems = [
        "desktop.ini",
        "thumbs.db",
        "ehthumbs.db",
        "icon\r",
        "readme",
    ];
    let ends = ["~", ".swp", ".swo", ".tmp", ".bak", ".orig", ".rej"];
    let copies = ["conflicted copy", "sync-conflict-"];
    systems.contains(&name.as_str())
        || name.starts_with("readme.")
        || (name.starts_with('#') && name.ends_with('#'))
        || ends.iter().any(|end| name.ends_with(end))
        || copies.iter().any(|copy| name.contains(copy))
        || is_numbered_copy(&name)
}

/// `l4 (1).md`, as browsers and file managers name a second copy.
fn is_numbered_copy(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    let number = stem
        .strip_suffix(')')
        .and_then(|stem| stem.rsplit_once(" ("));
    number.is_some_and(|(_, number)| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn name_problem(entry: &DirEntry) -> Option<ProblemKind> {
    let portable = entry.file_name().to_str().is_some_and(is_portable);
    (!portable).then_some(ProblemKind::UnportableName)
}

/// Whether every common system can hold a file of that name.
pub fn is_portable(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let bad = |c: char| c.is_control() || turns_direction(c) || r#"<>:"|?*\"#.contains(c);
    !is_device(stem) && !name.contains(bad) && !name.ends_with(['.', ' '])
}

/// Windows gives these names to devices, whatever ending follows.
fn is_device(stem: &str) -> bool {
    let stem = stem.to_ascii_uppercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix)
            .is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    ["CON", "PRN", "AUX", "NUL"].contains(&&*stem) || numbered("COM") || numbered("LPT")
}
