//! Reading one file within bounds.

use std::path::Path;

use super::ProblemKind;
use crate::ground::regular_file::{self, Links, NotTaken};

/// The largest file that is read.
pub const FILE_MAX_BYTES: u64 = 1024 * 1024;

/// Reads a whole regular file of at most so many bytes. What links lead to was judged before.
///
/// # Errors
/// What is wrong with it: too large, special, or refused by the operating system.
pub(super) fn bytes(path: &Path, max: u64) -> Result<Vec<u8>, ProblemKind> {
    regular_file::read(path, Links::Refused, max).map_err(|not_taken| match not_taken {
        NotTaken::Folder => ProblemKind::DirectoryForFile,
        NotTaken::Special(_) => ProblemKind::SpecialFile,
        // It took the file's place after links were judged.
        NotTaken::Link | NotTaken::NoFolder => ProblemKind::Unreadable(not_taken.to_string()),
        NotTaken::TooLarge { bytes, .. } => ProblemKind::TooLarge { bytes },
        NotTaken::Io(error) => ProblemKind::Unreadable(error.to_string()),
    })
}
