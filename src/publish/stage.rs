//! The stage: a folder in which a build comes to be before anyone sees it.
//!
//! `.gradus-stage-…/` holds `site/`, which takes the output's place, and `marker`, which says whose it is
//! and is locked while a build uses it. After an exchange `site/` is the old output.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rayon::prelude::*;
use tempfile::TempDir;
use walkdir::WalkDir;

use super::PublishError;
use super::folder::link_or_copy;

const PREFIX: &str = ".gradus-stage-";
const SITE: &str = "site";
const MARKER: &str = "marker";
const MARKER_TEXT: &str = "a build of gradus; removed by the next one\n";

/// One stage. Removed when dropped.
#[derive(Debug)]
pub struct Stage {
    site: PathBuf,
    /// Paths of the files that are to reach the disk.
    fresh: Mutex<Vec<PathBuf>>,
    // Fields are dropped in order: the folder goes while its marker is still locked.
    _folder: TempDir,
    _marker: File,
}

impl Stage {
    /// A new, empty stage in a folder.
    pub fn make(parent: &Path) -> Result<Self, PublishError> {
        let made = Self::try_make(parent);
        made.map_err(PublishError::io("make a stage in", parent))
    }

    fn try_make(parent: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let mut marker = File::create_new(folder.path().join(MARKER))?;
        marker.lock()?;
        marker.write_all(MARKER_TEXT.as_bytes())?;
        let site = folder.path().join(SITE);
        fs::create_dir(&site)?;
        Ok(Self {
            site,
            fresh: Mutex::default(),
            _folder: folder,
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
        let mut fresh = self
            .fresh
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        fresh.push(target);
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
    pub fn sync(&self) -> Result<(), PublishError> {
        let fresh = self
            .fresh
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        fresh.par_iter().try_for_each(|path| {
            let synced = File::open(path).and_then(|file| file.sync_all());
            synced.map_err(PublishError::io("write", path))
        })?;
        let entries = WalkDir::new(&self.site).into_iter().flatten();
        let folders: Vec<_> = entries.filter(|entry| entry.file_type().is_dir()).collect();
        folders
            .par_iter()
            .try_for_each(|folder| sync_folder(folder.path()))
    }
}

impl Drop for Stage {
    /// The marker goes last, so that what a kill leaves here is still known as ours.
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.site);
    }
}

/// Waits until the names in a folder are on the disk.
pub fn sync_folder(folder: &Path) -> Result<(), PublishError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(PublishError::io("write", folder))
}

/// Removes the stages that killed builds left in a folder. What is in use, or has not our marker, stays.
pub fn clear_leftovers(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && is_stage_name(&entry.file_name()) {
            clear_leftover(&entry.path());
        }
    }
}

fn is_stage_name(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with(PREFIX))
}

/// What fails here is tried again by the next build.
fn clear_leftover(stage: &Path) {
    let Ok(marker) = File::open(stage.join(MARKER)) else {
        let _ = fs::remove_dir(stage); // only where it is empty
        return;
    };
    let ours = io::read_to_string(&marker).is_ok_and(|text| MARKER_TEXT.starts_with(&text));
    if ours && marker.try_lock().is_ok() {
        let _ = fs::remove_dir_all(stage.join(SITE));
        let _ = fs::remove_dir_all(stage);
    }
}
