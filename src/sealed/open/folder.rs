//! Pages and files → a folder that only its owner can enter.

use std::fs::{self, Metadata, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::ground::private;

/// Why there is no copy. What was written of it is gone again.
#[derive(Debug, Error)]
pub enum FolderError {
    /// Something is in it.
    #[error("`{}` is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// Another user owns it.
    #[error("`{}` belongs to somebody else", .0.display())]
    NotOurs(PathBuf),
    /// The system refused it.
    #[error("could not write `{}`", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// A folder that was new or empty, and belongs to its owner alone once something is in it.
#[derive(Debug)]
pub struct NewFolder {
    path: PathBuf,
    /// How open it was before; nothing where it is new.
    before: Option<Permissions>,
    /// What was put there, relative and with `/`.
    written: Vec<String>,
}

impl NewFolder {
    /// Makes the folder, or takes one of ours in which nothing is, and leaves it as it is for now.
    ///
    /// # Errors
    /// Something is in it, it is somebody else's, or it cannot be made.
    pub fn make(path: &Path) -> Result<Self, FolderError> {
        let failed = failed(path);
        let before = match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                private::make_folder(path).map_err(failed)?;
                None
            }
            found => Some(take(path, &found.map_err(&failed)?)?),
        };
        Ok(Self {
            path: path.to_owned(),
            before,
            written: Vec::new(),
        })
    }

    /// Writes a file. It never follows or overwrites what somebody put there meanwhile.
    ///
    /// # Errors
    /// The disk is full, say.
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), FolderError> {
        if self.written.is_empty() && self.before.is_some() {
            private::close_folder(&self.path).map_err(failed(&self.path))?;
        }
        let target = self.path.join(path);
        self.written.push(path.to_owned());
        write(&target, bytes).map_err(|source| FolderError::Io {
            path: target,
            source,
        })
    }

    /// Takes everything away again, and leaves the folder as it was. Nothing better can be done about a failure here
    /// than to go on with the others.
    pub fn clear(self) {
        for path in &self.written {
            let _ = fs::remove_file(self.path.join(path));
            for (at, _) in path.rmatch_indices('/') {
                let _ = fs::remove_dir(self.path.join(&path[..at]));
            }
        }
        let _ = match self.before {
            None => fs::remove_dir(&self.path),
            Some(before) => fs::set_permissions(&self.path, before),
        };
    }
}

/// A folder that was there: how open it is, where it is empty and ours.
fn take(path: &Path, found: &Metadata) -> Result<Permissions, FolderError> {
    let mut inside = fs::read_dir(path).map_err(failed(path))?;
    if inside.next().is_some() {
        return Err(FolderError::NotEmpty(path.to_owned()));
    }
    // Whoever owns the folder can exchange what is in it.
    if found.uid() == rustix::process::geteuid().as_raw() {
        Ok(found.permissions())
    } else {
        Err(FolderError::NotOurs(path.to_owned()))
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Io {
        path: path.clone(),
        source,
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        private::make_folder(folder)?;
    }
    private::new_file(path)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_its_owner_enters_the_folder_and_reads_what_is_in_it() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("x/out");
        let mut folder = NewFolder::make(&out).unwrap();
        for path in ["a/b/c.html", "index.html"] {
            folder.put(path, b"x").unwrap();
        }
        let mode = |path: &str| fs::metadata(out.join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(""), mode("a"), mode("a/b")), (0o700, 0o700, 0o700));
        assert_eq!((mode("a/b/c.html"), mode("index.html")), (0o600, 0o600));
    }

    #[test]
    fn a_folder_with_something_in_it_is_left_as_it_is() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("mine"), "").unwrap();
        assert!(matches!(
            NewFolder::make(place.path()),
            Err(FolderError::NotEmpty(_))
        ));
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_cleared_leaves_nothing() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("out");
        let mut folder = NewFolder::make(&out).unwrap();
        folder.put("a/b/c.html", b"x").unwrap();
        folder.put("index.html", b"x").unwrap();
        assert!(folder.put("index.html/x", b"x").is_err());
        folder.clear();
        assert!(!out.exists());
    }

    #[test]
    fn a_folder_that_was_there_is_closed_by_what_is_put_in_and_left_as_it_was() {
        let place = tempfile::tempdir().unwrap();
        let mode = || fs::metadata(&place).unwrap().permissions().mode() & 0o777;
        fs::set_permissions(&place, Permissions::from_mode(0o750)).unwrap();
        let mut folder = NewFolder::make(place.path()).unwrap();
        assert_eq!(mode(), 0o750);
        folder.put("index.html", b"x").unwrap();
        assert_eq!(mode(), 0o700);
        folder.clear();
        assert_eq!(mode(), 0o750);
    }

    #[test]
    fn nothing_is_written_over() {
        let place = tempfile::tempdir().unwrap();
        let mut folder = NewFolder::make(place.path()).unwrap();
        std::os::unix::fs::symlink("/dev/null", place.path().join("a")).unwrap();
        assert!(folder.put("a", b"x").is_err());
    }
}
