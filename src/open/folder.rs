//! Pages and files → a folder that only its owner can enter.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why there is no copy. What was written of it is gone again.
#[derive(Debug, Error)]
pub enum FolderError {
    #[error("`{}` is not empty", .0.display())]
    NotEmpty(PathBuf),
    #[error("could not write `{}`", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// A folder that was new or empty, and belongs to its owner alone.
#[derive(Debug)]
pub struct NewFolder {
    path: PathBuf,
    /// What was put there, relative and with `/`.
    written: Vec<String>,
}

impl NewFolder {
    /// Makes the folder, or takes one in which nothing is.
    ///
    /// # Errors
    /// Something is in it, or it cannot be made.
    pub fn make(path: &Path) -> Result<Self, FolderError> {
        let failed = |source| FolderError::Io {
            path: path.to_owned(),
            source,
        };
        let made = DirBuilder::new().mode(0o700).recursive(true).create(path);
        made.map_err(failed)?;
        if fs::read_dir(path).map_err(failed)?.next().is_some() {
            return Err(FolderError::NotEmpty(path.to_owned()));
        }
        let private = fs::Permissions::from_mode(0o700);
        fs::set_permissions(path, private).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            written: Vec::new(),
        })
    }

    /// Writes a file. It never follows or overwrites what somebody put there meanwhile.
    ///
    /// # Errors
    /// The disk is full, say.
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let target = self.path.join(path);
        self.written.push(path.to_owned());
        write(&target, bytes).map_err(|source| FolderError::Io {
            path: target,
            source,
        })
    }

    /// Takes everything away again. Nothing better can be done about a failure here than to go on with the others.
    pub fn clear(self) {
        for path in &self.written {
            let _ = fs::remove_file(self.path.join(path));
            for (at, _) in path.rmatch_indices('/') {
                let _ = fs::remove_dir(self.path.join(&path[..at]));
            }
        }
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        DirBuilder::new()
            .mode(0o700)
            .recursive(true)
            .create(folder)?;
    }
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests {
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
        assert_eq!(fs::read_dir(&out).unwrap().count(), 0);
    }

    #[test]
    fn nothing_is_written_over() {
        let place = tempfile::tempdir().unwrap();
        let mut folder = NewFolder::make(place.path()).unwrap();
        std::os::unix::fs::symlink("/dev/null", place.path().join("a")).unwrap();
        assert!(folder.put("a", b"x").is_err());
    }
}
