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
    /// Something cannot be read, is neither file, folder nor link, or has a name that is not UTF-8:
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
    let unnameable = || PublishError::Unnameable {
        path: path.to_owned(),
    };
    let relative = relative(root, path).ok_or_else(unnameable)?;
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

/// With `/`; nothing where the name is not UTF-8.
fn relative(root: &Path, path: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?.iter();
    let parts: Option<Vec<&str>> = parts.map(|part| part.to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

/// Entries on their way into another folder. Folders on the way become as open as they were once everything is in
/// them: one that forbids writing would not take its own files.
pub struct Carriage<'f> {
    from: &'f Path,
    to: &'f Path,
    /// Paths of folders that were made.
    made: Vec<String>,
}

impl<'f> Carriage<'f> {
    pub fn between(from: &'f Path, to: &'f Path) -> Self {
        Self {
            from,
            to,
            made: Vec::new(),
        }
    }

    /// Brings an entry over: as a hard link where that is possible, else as a copy.
    pub fn carry(&mut self, path: &str) -> Result<(), PublishError> {
        let source = self.from.join(path);
        let carried = self.carry_entry(path, &source);
        carried.map_err(PublishError::io("carry over", &source))
    }

    fn carry_entry(&mut self, path: &str, source: &Path) -> io::Result<()> {
        let target = self.to.join(path);
        self.make_folders(path)?;
        let kind = fs::symlink_metadata(source)?.file_type();
        if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(source)?, target)
        } else if kind.is_dir() {
            fs::create_dir(target)?;
            self.made.push(path.to_owned());
            Ok(())
        } else {
            link_or_copy(source, &target)
        }
    }

    /// Moves an entry over, where its place is free.
    fn rescue(&mut self, path: &str) -> io::Result<()> {
        self.make_folders(path)?;
        fs::rename(self.from.join(path), self.to.join(path))
    }

    fn make_folders(&mut self, path: &str) -> io::Result<()> {
        for (at, _) in path.match_indices('/') {
            match fs::create_dir(self.to.join(&path[..at])) {
                Ok(()) => self.made.push(path[..at].to_owned()),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Makes the folders as open as those they are modelled on, inner ones first.
    pub fn finish(self) -> Result<(), PublishError> {
        for path in self.made.iter().rev() {
            let model = self.from.join(path);
            let copied = fs::metadata(&model)
                .and_then(|found| fs::set_permissions(self.to.join(path), found.permissions()));
            copied.map_err(PublishError::io("copy the permissions of", &model))?;
        }
        Ok(())
    }
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
    let mut carriage = Carriage::between(old, new);
    for entry in WalkDir::new(old).min_depth(1).into_iter().flatten() {
        let Some(path) = relative(old, entry.path()) else {
            continue;
        };
        if entry.file_type().is_dir() || before.contains(&path) {
            continue;
        }
        if fs::symlink_metadata(new.join(&path)).is_err() {
            // Nothing better can be done about a failure here than to go on with the others.
            let _ = carriage.rescue(&path);
        }
    }
    let _ = carriage.finish();
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
