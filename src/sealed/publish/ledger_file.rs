//! `.gradus/ledger.json`, which owns what may be reused and deleted, and the lock beside it.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, IntoInnerError};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::PublishError;
use super::folder::Snapshot;
use super::stage::sync_folder;
use crate::domain::model::{Drawn, Ledger, LedgerEntry};
use crate::ground::private;
use crate::ground::regular_file::{self, Links};

const LEDGER: &str = "ledger.json";
const LOCK: &str = "lock";
/// What the name of a ledger begins with until it is whole.
const PASSING: &str = ".gradus-ledger";

/// Largest ledger that is read: twice what two builds of 160,000 files take.
const LEDGER_MAX_BYTES: u64 = 256 << 20;

/// The ledger as it lies on disk; [`Writing`] puts it there.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct LedgerFile {
    /// What stands in the output folder, as far as is known.
    present: Ledger,
    /// What was about to take its place when this was written.
    #[serde(default)]
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

    /// The ledger in a folder; nothing where there is none.
    pub fn read(state: &Path) -> Result<Option<Self>, PublishError> {
        let path = state.join(LEDGER);
        let bytes = match regular_file::read(&path, Links::Refused, LEDGER_MAX_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.is_absence() => return Ok(None),
            Err(error) => return Err(PublishError::not_taken("read", &path)(error)),
        };
        let ledger = serde_json::from_slice(&bytes);
        ledger
            .map(Some)
            .map_err(|source| PublishError::Ledger { path, source })
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

    /// The build that was shown last, where no later one was about to be.
    pub fn into_settled(self) -> Option<Ledger> {
        self.pending.is_none().then_some(self.present)
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

/// A [`LedgerFile`] as it is written: a large site's is not copied for that.
#[derive(Serialize)]
pub struct Writing<'a> {
    present: Present<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<&'a Ledger>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Present<'a> {
    Known(&'a Ledger),
    Found {
        build: u64,
        files: &'a BTreeMap<String, LedgerEntry>,
    },
}

impl<'a> Writing<'a> {
    /// A ledger of one build.
    pub fn of(present: &'a Ledger) -> Self {
        Self {
            present: Present::Known(present),
            pending: None,
        }
    }

    /// Written before a build is shown: whichever of the two is found afterwards is ours.
    pub fn pending(
        files: &'a BTreeMap<String, LedgerEntry>,
        build: u64,
        coming: &'a Ledger,
    ) -> Self {
        Self {
            present: Present::Found { build, files },
            pending: Some(coming),
        }
    }

    /// Replaces the ledger at once, readable by its owner alone.
    pub fn write(&self, state: &Path) -> Result<(), PublishError> {
        let path = state.join(LEDGER);
        self.replace(state, &path)
            .map_err(PublishError::io("write", &path))?;
        sync_folder(state)
    }

    /// Nobody waits for the name that it has until it is whole, nor is stopped by what stands at any other.
    fn replace(&self, state: &Path, path: &Path) -> io::Result<()> {
        clear_passing(state);
        // Its owner's alone from the beginning.
        let file = private::passing_file(tempfile::Builder::new().prefix(PASSING), state)?;
        let mut text = BufWriter::new(file);
        serde_json::to_writer(&mut text, self)?;
        let file = text.into_inner().map_err(IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    }
}

/// The lock is held: whatever file has a passing name was left by a build that was killed. What fails here is tried
/// again by the next build.
fn clear_passing(state: &Path) {
    for entry in fs::read_dir(state).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_passing = name.as_encoded_bytes().starts_with(PASSING.as_bytes());
        if is_passing && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Only one build of an organisation, and into a folder, at a time. Freed by the system when the process ends.
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
        let file = regular_file::open_or_make_private(&path);
        let file = file.map_err(PublishError::not_taken("lock", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(PublishError::Locked { lock: path }),
            Err(TryLockError::Error(error)) => Err(PublishError::io("lock", &path)(error)),
        }
    }

    /// Takes the lock of an output folder, which several organisations may build into; nothing where there is none, or
    /// its file system locks no folders.
    pub fn of_folder(out: &Path) -> Result<Option<Self>, PublishError> {
        let Ok(file) = File::open(out) else {
            return Ok(None);
        };
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { file })),
            Err(TryLockError::WouldBlock) => Err(PublishError::Locked {
                lock: out.to_owned(),
            }),
            Err(TryLockError::Error(_)) => Ok(None),
        }
    }
}
