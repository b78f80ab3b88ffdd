//! The stage: a folder in which a build comes to be before anyone sees it.
//!
//! `.gradus-stage-…/` holds `site/`, which takes the output's place, and `marker`, which says whose it is
//! and is locked while a build uses it. After an exchange `site/` is the old output.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tempfile::TempDir;
use walkdir::WalkDir;

use super::PublishError;
use super::flush::Flush;
use super::folder::link_or_copy;
use crate::ground::private;
use crate::ground::regular_file;

const PREFIX: &str = ".gradus-stage-";
const SITE: &str = "site";
const MARKER: &str = "marker";
const MARKER_TEXT: &str = "a build of gradus; removed by the next one\n";

/// One stage. Removed when dropped.
#[derive(Debug)]
pub struct Stage {
    site: PathBuf,
    flush: Flush,
    // Fields are dropped in order: the folder goes while its marker is still locked.
    folder: TempDir,
    _marker: File,
}

impl Stage {
    /// A new, empty stage in a folder.
    pub fn make(parent: &Path) -> Result<Self, PublishError> {
        let made = Self::try_make(parent);
        made.map_err(PublishError::io("make a stage in", parent))
    }

    fn try_make(parent: &Path) -> io::Result<Self> {
        let folder = private::passing_folder(PREFIX, parent)?;
        let mut marker = File::create_new(folder.path().join(MARKER))?;
        marker.lock()?;
        marker.write_all(MARKER_TEXT.as_bytes())?;
        let site = folder.path().join(SITE);
        fs::create_dir(&site)?;
        Ok(Self {
            site,
            flush: Flush::begin()?,
            folder,
            _marker: marker,
        })
    }

    /// The folder that takes the output's place.
    pub fn site(&self) -> &Path {
        &self.site
    }

    /// Writes a file of the site.
    pub fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let target = self.target(path)?;
        File::create_new(&target)?.write_all(bytes)?;
        self.flush.add(target);
        Ok(())
    }

    /// Takes a file over from another folder.
    pub fn link(&self, from: &Path, path: &str) -> io::Result<()> {
        link_or_copy(&from.join(path), &self.target(path)?)
    }

    fn target(&self, path: &str) -> io::Result<PathBuf> {
        let target = self.site.join(path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(target)
    }

    /// Waits until everything is on the disk.
    pub fn sync(&mut self) -> Result<(), PublishError> {
        self.flush.finish()?;
        let entries = WalkDir::new(&self.site).into_iter().flatten();
        let folders: Vec<_> = entries.filter(|entry| entry.file_type().is_dir()).collect();
        folders
            .par_iter()
            .try_for_each(|folder| sync_folder(folder.path()))
    }
}

impl Stage {
    /// Removes it; gives where it lies if that fails.
    pub fn clear(self) -> Option<PathBuf> {
        let folder = self.folder.path().to_owned();
        drop(self);
        folder.exists().then_some(folder)
    }
}

impl Drop for Stage {
    /// The marker goes last, so that what a kill leaves here is still known as ours.
    fn drop(&mut self) {
        let _ = self.flush.stop(); // so that nobody has a file open
        remove_whole(&self.site);
    }
}

/// Removes a folder, also where those in it forbid that to us who own them. What fails here is told by what is left.
fn remove_whole(folder: &Path) {
    if fs::remove_dir_all(folder).is_ok() {
        return;
    }
    // A folder is opened to us before what is in it is read.
    for entry in WalkDir::new(folder).into_iter().flatten() {
        if entry.file_type().is_dir() {
            let _ = fs::set_permissions(entry.path(), Permissions::from_mode(0o700));
        }
    }
    let _ = fs::remove_dir_all(folder);
}

/// Waits until the names in a folder are on the disk.
pub fn sync_folder(folder: &Path) -> Result<(), PublishError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(PublishError::io("write", folder))
}

/// Removes the stages that killed builds left in a folder; gives those that it could not. What is in use, or has not our
/// marker, stays.
pub fn clear_leftovers(parent: &Path) -> Vec<PathBuf> {
    let mut left = Vec::new();
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && is_stage_name(&entry.file_name()) {
            left.extend(clear_leftover(&entry.path()));
        }
    }
    left
}

fn is_stage_name(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with(PREFIX))
}

/// Gives where it lies, if it is ours and cannot be removed.
fn clear_leftover(stage: &Path) -> Option<PathBuf> {
    let Ok(mut marker) = regular_file::open_to_read(&stage.join(MARKER)) else {
        let _ = fs::remove_dir(stage); // only where it is empty
        return None;
    };
    let mut text = String::new();
    let read = Read::by_ref(&mut marker)
        .take(MARKER_TEXT.len() as u64 + 1)
        .read_to_string(&mut text);
    if read.is_err() || !MARKER_TEXT.starts_with(&text) || marker.try_lock().is_err() {
        return None;
    }
    remove_whole(&stage.join(SITE));
    remove_whole(stage);
    stage.exists().then(|| stage.to_owned())
}
