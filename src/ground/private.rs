//! Files and folders that only their owner may read or enter, whatever the umask is.
//!
//! A umask may open what a program makes to everybody, or close it to its own owner. Each function here makes a file or
//! folder closed to others from the beginning, and then sets the exact mode.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use tempfile::{NamedTempFile, TempDir};

/// What the owner may do with a folder, and nobody else.
const FOLDER_MODE: u32 = 0o700;

/// What the owner may do with a file, and nobody else.
const FILE_MODE: u32 = 0o600;

/// Permissions of a file that only its owner reads and writes.
pub fn of_file() -> Permissions {
    Permissions::from_mode(FILE_MODE)
}

/// Makes a folder, with all missing ones above it. Leaves a folder that is there as it is.
///
/// # Errors
/// The folder cannot be made.
pub fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        make_folder(parent)?;
    }
    match DirBuilder::new().mode(FOLDER_MODE).create(path) {
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(FOLDER_MODE)),
        // Another process made it in the meantime.
        Err(_) if path.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Takes all rights of others from a folder that is there. The owner keeps theirs.
///
/// # Errors
/// The folder belongs to somebody else, say.
pub fn close_folder(path: &Path) -> io::Result<()> {
    let mode = fs::metadata(path)?.permissions().mode() & 0o777;
    if mode & !FOLDER_MODE == 0 {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(mode & FOLDER_MODE))
}

/// Whether others than the owner may list or enter a folder.
pub fn is_open_folder(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

/// Makes a new file, open for writing. Fails where the name is taken, also by a link.
///
/// # Errors
/// The name is taken, or the file cannot be made.
pub fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = options
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(path)?;
    file.set_permissions(of_file())?;
    Ok(file)
}

/// Makes a file with a random name that is removed when it is dropped.
///
/// # Errors
/// The file cannot be made.
pub fn passing_file(name: &tempfile::Builder<'_, '_>, folder: &Path) -> io::Result<NamedTempFile> {
    let file = name.tempfile_in(folder)?;
    file.as_file().set_permissions(of_file())?;
    Ok(file)
}

/// Makes a folder with a random name that is removed when it is dropped.
///
/// # Errors
/// The folder cannot be made.
pub fn passing_folder(prefix: &str, parent: &Path) -> io::Result<TempDir> {
    let mode = Permissions::from_mode(FOLDER_MODE);
    let mut name = tempfile::Builder::new();
    let folder = name
        .prefix(prefix)
        .permissions(mode.clone())
        .tempdir_in(parent)?;
    fs::set_permissions(folder.path(), mode)?;
    Ok(folder)
}
