//! What is in a folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::PublishError;
use crate::domain::model::FileHash;
use crate::sealed::host::{self, Entry, EntryKind};

/// All files of a folder, by path with `/`. `None` is what is neither a file nor a folder, or has a name that is not UTF-8.
#[derive(Debug, Default)]
pub struct Snapshot(BTreeMap<String, Option<FileHash>>);

impl Snapshot {
    /// Reads every file. Links are not followed.
    ///
    /// # Errors
    /// The folder or a file in it cannot be read.
    pub fn take(root: &Path) -> Result<Self, PublishError> {
        let entries = host::entries_of(root).map_err(PublishError::io("read", root))?;
        let read = |entry: Entry| {
            let file = root.join(&entry.path);
            let sha256 = match entry.kind {
                EntryKind::File => Some(hash(&file).map_err(PublishError::io("read", &file))?),
                EntryKind::Link | EntryKind::Special | EntryKind::Unnameable => None,
            };
            Ok::<_, PublishError>((entry.path, sha256))
        };
        let read: Result<_, _> = entries.into_par_iter().map(read).collect();
        read.map(Self)
    }

    /// All paths, with the hashes of files.
    pub fn entries(&self) -> impl Iterator<Item = (&String, Option<FileHash>)> {
        self.0.iter().map(|(path, sha256)| (path, *sha256))
    }

    /// Whether anything was at that path.
    pub fn contains(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// The hash of the file at that path.
    pub fn file(&self, path: &str) -> Option<FileHash> {
        *self.0.get(path)?
    }
}

fn hash(path: &Path) -> io::Result<FileHash> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(FileHash(hasher.finalize().into()))
}

/// A second name for a file, or a synced copy where the file system has none.
pub fn link_or_copy(source: &Path, target: &Path) -> io::Result<()> {
    if fs::hard_link(source, target).is_ok() {
        return Ok(());
    }
    fs::copy(source, target)?;
    File::open(target)?.sync_all()
}

/// Moves what came into the old folder after it was read to the new one, where its place is free.
pub fn rescue_newcomers(old: &Path, before: &Snapshot, new: &Path) {
    let entries = host::entries_of(old).unwrap_or_default();
    for entry in entries.iter().filter(|entry| !before.contains(&entry.path)) {
        let place = new.join(&entry.path);
        if fs::symlink_metadata(&place).is_err() {
            // After a failure nothing better can be done than to go on with the others.
            let _ = place.parent().map(fs::create_dir_all);
            let _ = fs::rename(old.join(&entry.path), place);
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
