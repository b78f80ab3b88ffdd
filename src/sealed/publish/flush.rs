//! Files reach the disk while others are still being made, so that little is left to wait for at the end.

use std::fs::File;
use std::io;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use rayon::prelude::*;

use super::PublishError;

/// So many files are brought to the disk between two looks at whether there will be more.
const BATCH: usize = 256;

/// Brings files to the disk, from a thread of its own.
#[derive(Debug)]
pub struct Flush {
    due: Arc<Due>,
    /// There until its end is waited for.
    thread: Option<JoinHandle<Result<(), PublishError>>>,
}

impl Flush {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub fn begin() -> io::Result<Self> {
        let due = Arc::<Due>::default();
        let thread = thread::Builder::new().name("flush".to_owned()).spawn({
            let due = due.clone();
            move || due.flush_batches()
        })?;
        Ok(Self {
            due,
            thread: Some(thread),
        })
    }

    /// Takes a file that was written in full.
    pub fn add(&self, path: PathBuf) {
        let mut files = self.due.files();
        files.paths.push(path);
        if files.paths.len() >= BATCH {
            self.due.more.notify_one();
        }
    }

    /// Waits until all files are on the disk.
    ///
    /// # Errors
    /// One of them did not get there.
    pub fn finish(&mut self) -> Result<(), PublishError> {
        self.stop()?;
        let rest = mem::take(&mut self.due.files().paths);
        rest.par_iter().try_for_each(|path| flush(path))
    }

    /// Leaves the rest to the system. Waits for the batch in hand.
    ///
    /// # Errors
    /// One of the files so far did not get to the disk.
    pub fn stop(&mut self) -> Result<(), PublishError> {
        self.due.files().no_more = true;
        self.due.more.notify_one();
        let Some(thread) = self.thread.take() else {
            return Ok(());
        };
        thread.join().expect("it does not panic")
    }
}

impl Drop for Flush {
    fn drop(&mut self) {
        let _ = self.stop(); // nobody asks any more
    }
}

/// What is to be brought to the disk.
#[derive(Debug, Default)]
struct Due {
    files: Mutex<Files>,
    /// A batch is full, or there will be no more.
    more: Condvar,
}

#[derive(Debug, Default)]
struct Files {
    paths: Vec<PathBuf>,
    no_more: bool,
}

impl Due {
    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves what makes no full batch.
    fn flush_batches(&self) -> Result<(), PublishError> {
        while let Some(paths) = self.batch() {
            paths.iter().try_for_each(|path| flush(path))?;
        }
        Ok(())
    }

    /// The next, as soon as it is full; nothing where there will be no more.
    fn batch(&self) -> Option<Vec<PathBuf>> {
        let is_short = |files: &mut Files| files.paths.len() < BATCH && !files.no_more;
        let files = self.more.wait_while(self.files(), is_short);
        let mut files = files.unwrap_or_else(PoisonError::into_inner);
        (!files.no_more).then(|| files.paths.drain(..BATCH).collect())
    }
}

/// Waits until a file is on the disk.
fn flush(path: &Path) -> Result<(), PublishError> {
    let synced = File::open(path).and_then(|file| file.sync_all());
    synced.map_err(PublishError::io("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(paths: Vec<PathBuf>) -> Flush {
        let flush = Flush::begin().unwrap();
        paths.into_iter().for_each(|path| flush.add(path));
        flush
    }

    #[test]
    fn every_file_is_brought_to_the_disk_and_one_that_is_not_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("there");
        File::create(&there).unwrap();
        let gone = folder.path().join("gone");
        for count in [0, 1, BATCH - 1, BATCH, 3 * BATCH + 7] {
            let mut paths = vec![there.clone(); count];
            assert!(added(paths.clone()).finish().is_ok(), "{count}");
            // Whether the thread or the end meets it.
            paths.push(gone.clone());
            for place in [0, count / 2, count] {
                paths.swap(place, count);
                let told = added(paths.clone()).finish().unwrap_err();
                assert!(told.to_string().contains("gone"), "{told}");
                paths.swap(place, count);
            }
        }
    }

    #[test]
    fn the_thread_takes_a_batch_as_soon_as_it_is_full() {
        let gone = vec![PathBuf::from("gone"); BATCH + 1];
        let mut flush = added(gone);
        let thread = flush.thread.take().unwrap();
        assert!(thread.join().unwrap().is_err());
        assert_eq!(flush.due.files().paths.len(), 1);
    }
}
