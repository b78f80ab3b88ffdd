//! Reading one file within bounds.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::Path;

use super::ProblemKind;

/// The largest file that is read.
pub const FILE_MAX_BYTES: u64 = 1024 * 1024;

/// Reads a whole regular file of at most so many bytes.
///
/// # Errors
/// What is wrong with it: too large, special, or refused by the operating system.
pub(super) fn bytes(path: &Path, max: u64) -> Result<Vec<u8>, ProblemKind> {
    let before = std::fs::metadata(path).map_err(unreadable)?;
    admit(&before, max)?;
    let file = open(path).map_err(unreadable)?;
    // What was opened is judged again: it may have been exchanged since.
    admit(&file.metadata().map_err(unreadable)?, max)?;
    let mut bytes = Vec::with_capacity(before.len() as usize + 1);
    file.take(max + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    let length = bytes.len() as u64;
    if length > max {
        return Err(ProblemKind::TooLarge { bytes: length });
    }
    Ok(bytes)
}

fn admit(metadata: &std::fs::Metadata, max: u64) -> Result<(), ProblemKind> {
    if metadata.is_dir() {
        return Err(ProblemKind::DirectoryForFile);
    }
    if !metadata.is_file() {
        return Err(ProblemKind::SpecialFile);
    }
    if metadata.len() > max {
        let bytes = metadata.len();
        return Err(ProblemKind::TooLarge { bytes });
    }
    Ok(())
}

fn unreadable(error: std::io::Error) -> ProblemKind {
    ProblemKind::Unreadable(error.to_string())
}

/// Opens without following a link and without waiting: a pipe that took the file's place answers at once.
#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits() as i32)
        .open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).open(path)
}
