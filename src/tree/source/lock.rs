//! `access.lock` as it stands.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::{Problem, ProblemKind, read};
use crate::ground::diag::Place;

/// The file of what was accepted, beside `gradus.toml`.
pub const ACCESS_LOCK: &str = "access.lock";

/// The largest lock that is read: a hundred times what two thousand people take.
const LOCK_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The text of the lock; nothing where there is none.
///
/// # Errors
/// It is there and cannot be read: too large, no text, a link or another thing that is no file.
pub fn access_lock(root: &Path) -> Result<Option<Arc<str>>, Problem> {
    let path = root.join(ACCESS_LOCK);
    let problem = |what: ProblemKind| Problem {
        place: Place::file(ACCESS_LOCK),
        what,
    };
    let metadata = match path.symlink_metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(problem(ProblemKind::Unreadable(error.to_string()))),
    };
    if metadata.is_symlink() {
        return Err(problem(ProblemKind::LeavesTree));
    }
    let bytes = read::bytes(&path, LOCK_MAX_BYTES).map_err(problem)?;
    let text = String::from_utf8(bytes).map_err(|_| problem(ProblemKind::NotUtf8))?;
    Ok(Some(text.into()))
}
