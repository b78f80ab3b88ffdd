//! `.gradus/ledger.json`, which owns what may be reused and deleted, and the lock beside it.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::PublishError;
use super::folder::Snapshot;
use super::stage::sync_folder;
use crate::model::{Drawn, Ledger, LedgerEntry};

const LEDGER: &str = "ledger.json";
const LOCK: &str = "lock";
/// What a ledger is called until it is whole.
const PASSING: &str = ".gradus-ledger";

/// The ledger as it lies on disk.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LedgerFile {
    /// What stands in the output folder, as far as is known.
    present: Ledger,
    /// What was about to take its place when this was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pending: Option<Ledger>,
}

impl LedgerFile {
    /// A ledger of one build.
    pub fn of(present: Ledger) -> Self {
        Self {
            present,
            pending: None,
        }
    }

    /// Written before a build is shown: whichever of the two is found afterwards is ours.
    pub fn pending(ours: &BTreeMap<String, LedgerEntry>, last_build: u64, coming: &Ledger) -> Self {
        let present = Ledger {
            build: last_build,
            files: ours.clone(),
            drawn: BTreeMap::new(),
        };
        Self {
            present,
            pending: Some(coming.clone()),
        }
    }

    /// The ledger in a folder; nothing where there is none.
    pub fn read(state: &Path) -> Result<Option<Self>, PublishError> {
        let path = state.join(LEDGER);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(PublishError::io("read", &path)(error)),
        };
        let ledger = serde_json::from_slice(&bytes);
        ledger
            .map(Some)
            .map_err(|source| PublishError::Ledger { path, source })
    }

    /// Replaces the ledger at once, readable by its owner alone.
    pub fn write(&self, state: &Path) -> Result<(), PublishError> {
        let path = state.join(LEDGER);
        let text = serde_json::to_vec(self).map_err(|source| PublishError::Ledger {
            path: path.clone(),
            source,
        })?;
        replace(state, &path, &text).map_err(PublishError::io("write", &path))?;
        sync_folder(state)
    }

    /// The highest build number that may have been seen.
    pub fn last_build(&self) -> u64 {
        let pending = self.pending.as_ref().map_or(0, |pending| pending.build);
        self.present.build.max(pending)
    }

    /// The build that was shown last, as far as is known.
    pub fn present_build(&self) -> u64 {
        self.present.build
    }

    /// What sections were drawn from, the newest last.
    pub fn drawn(&self) -> BTreeMap<String, Drawn> {
        let ledgers = [Some(&self.present), self.pending.as_ref()];
        let drawn = ledgers.into_iter().flatten();
        drawn.flat_map(|ledger| ledger.drawn.clone()).collect()
    }

    /// The files of a folder that are just as they were written.
    pub fn ours(&self, before: &Snapshot) -> BTreeMap<String, LedgerEntry> {
        let ledgers = [Some(&self.present), self.pending.as_ref()];
        let listed = ledgers
            .into_iter()
            .flatten()
            .flat_map(|ledger| &ledger.files);
        let as_written =
            |(path, entry): &(&String, &LedgerEntry)| before.file(path) == Some(entry.sha256);
        listed
            .filter(as_written)
            .map(|(path, entry)| (path.clone(), *entry))
            .collect()
    }
}

/// The lock is held: whatever has the passing name was left by a build that was killed.
fn replace(state: &Path, path: &Path, text: &[u8]) -> io::Result<()> {
    let passing = state.join(PASSING);
    match fs::remove_file(&passing) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = File::options();
    let options = options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(&passing)?;
    let written = file.write_all(text).and_then(|()| file.sync_all());
    let replaced = written.and_then(|()| fs::rename(&passing, path));
    if replaced.is_err() {
        // The next build tries again, should this fail too.
        let _ = fs::remove_file(&passing);
    }
    replaced
}

/// Only one build of an organisation at a time. Freed by the system when the process ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone would leave the lock to a child process that another thread is just starting, until it
        // runs its own program. Nothing can be done about a failure, and the kernel ends the lock with the process.
        let _ = self.file.unlock();
    }
}

impl Lock {
    /// Takes the lock of a state folder.
    pub fn take(state: &Path) -> Result<Self, PublishError> {
        let path = state.join(LOCK);
        let file = File::options().create(true).append(true).open(&path);
        let file = file.map_err(PublishError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(PublishError::Locked { lock: path }),
            Err(TryLockError::Error(error)) => Err(PublishError::io("lock", &path)(error)),
        }
    }
}
