//! What stands in a folder, and how single entries move between folders.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use walkdir::{DirEntry, WalkDir};

use super::PublishError;
use crate::model::FileHash;
use crate::regular_file;

/// One entry of a folder. Folders with something in them are known by what is in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    File { sha256: FileHash },
    Link,
    EmptyFolder,
}

/// All entries of a folder, by path with `/`.
#[derive(Debug, Default)]
pub struct Snapshot(BTreeMap<String, Found>);

impl Snapshot {
    /// Reads every file. Links are not followed.
    ///
    /// # Errors
    /// Something cannot be read, is neither file, folder nor link, or has a name that is not Unicode:
    /// it could not be carried over, so the build ends before anything is lost.
    pub fn take(root: &Path) -> Result<Self, PublishError> {
        let mut entries = Vec::new();
        for entry in WalkDir::new(root).min_depth(1) {
            let entry = entry.map_err(|error| {
                let path = error.path().unwrap_or(root).to_owned();
                PublishError::io("read", &path)(error.into())
            })?;
            entries.push(entry);
        }
        let found = |entry: &DirEntry| look(root, entry).transpose();
        entries
            .par_iter()
            .filter_map(found)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// All entries.
    pub fn entries(&self) -> impl Iterator<Item = (&String, &Found)> {
        self.0.iter()
    }

    /// Whether there was an entry at that path.
    pub fn contains(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// The hash of the file at that path.
    pub fn file(&self, path: &str) -> Option<FileHash> {
        match self.0.get(path)? {
            Found::File { sha256 } => Some(*sha256),
            Found::Link | Found::EmptyFolder => None,
        }
    }
}

fn look(root: &Path, entry: &DirEntry) -> Result<Option<(String, Found)>, PublishError> {
    let path = entry.path();
    let unsupported = || PublishError::io("carry over", path)(io::ErrorKind::Unsupported.into());
    let relative = relative(root, path).ok_or_else(unsupported)?;
    let kind = entry.file_type();
    let found = if kind.is_file() {
        let sha256 = hash(path).map_err(PublishError::io("read", path))?;
        Found::File { sha256 }
    } else if kind.is_symlink() {
        Found::Link
    } else if kind.is_dir() {
        let mut inside = fs::read_dir(path).map_err(PublishError::io("read", path))?;
        if inside.next().is_some() {
            return Ok(None);
        }
        Found::EmptyFolder
    } else {
        return Err(special(path));
    };
    Ok(Some((relative, found)))
}

fn special(path: &Path) -> PublishError {
    let found = fs::symlink_metadata(path).ok();
    let what = found.as_ref().and_then(regular_file::special);
    PublishError::Special {
        path: path.to_owned(),
        what: what.unwrap_or("neither file, folder nor link"),
    }
}

fn hash(path: &Path) -> io::Result<FileHash> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(FileHash(hasher.finalize().into()))
}

/// With `/`; nothing where the name is not Unicode.
fn relative(root: &Path, path: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?.iter();
    let parts: Option<Vec<&str>> = parts.map(|part| part.to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

/// Brings an entry into another folder: as a hard link where that is possible, else as a copy.
pub fn carry(from: &Path, to: &Path, path: &str) -> Result<(), PublishError> {
    let (source, target) = (from.join(path), to.join(path));
    let carried = carry_entry(from, to, path, &source, &target);
    carried.map_err(PublishError::io("carry over", &source))
}

fn carry_entry(from: &Path, to: &Path, path: &str, source: &Path, target: &Path) -> io::Result<()> {
    make_folders(from, to, path)?;
    let kind = fs::symlink_metadata(source)?.file_type();
    if kind.is_symlink() {
        std::os::unix::fs::symlink(fs::read_link(source)?, target)
    } else if kind.is_dir() {
        fs::create_dir(target)?;
        fs::set_permissions(target, fs::metadata(source)?.permissions())
    } else {
        link_or_copy(source, target)
    }
}

/// Makes the folders above a path, as open as those they are modelled on.
fn make_folders(from: &Path, to: &Path, path: &str) -> io::Result<()> {
    for (at, _) in path.match_indices('/') {
        let folder = to.join(&path[..at]);
        match fs::create_dir(&folder) {
            Ok(()) => {
                let model = fs::metadata(from.join(&path[..at]))?;
                fs::set_permissions(&folder, model.permissions())?;
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A second name for a file, or a synced copy where the file system has none.
pub fn link_or_copy(source: &Path, target: &Path) -> io::Result<()> {
    if fs::hard_link(source, target).is_ok() {
        return Ok(());
    }
    fs::copy(source, target)?;
    File::open(target)?.sync_all()
}

/// What came into the old folder after it was looked at goes on to the new one, where its place is free.
pub fn rescue_newcomers(old: &Path, before: &Snapshot, new: &Path) {
    for entry in WalkDir::new(old).min_depth(1).into_iter().flatten() {
        let Some(path) = relative(old, entry.path()) else {
            continue;
        };
        if entry.file_type().is_dir() || before.contains(&path) {
            continue;
        }
        if fs::symlink_metadata(new.join(&path)).is_err() {
            // Nothing better can be done about a failure here than to go on with the others.
            let _ = make_folders(old, new, &path);
            let _ = fs::rename(entry.path(), new.join(&path));
        }
    }
}

/// Removes a file, and the folders above it that this leaves empty.
pub fn remove(root: &Path, path: &str) {
    // What cannot be removed now is still in no list, and harms nobody.
    if fs::remove_file(root.join(path)).is_err() {
        return;
    }
    for (at, _) in path.rmatch_indices('/') {
        if fs::remove_dir(root.join(&path[..at])).is_err() {
            return;
        }
    }
}
