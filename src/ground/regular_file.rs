//! Files at names that a tree chooses or anybody may have put something at: opened without waiting, within bounds, and
//! only where a regular file stands there.
//!
//! A pipe would be waited for without end, a device has no end, and a link may lead out of the tree.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use thiserror::Error;

use crate::ground::private;

/// Whether the name may be a symbolic link. Links above it are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// The file that it leads to is read.
    Followed,
    /// A symbolic link is not read.
    Refused,
}

/// Why a file is not taken.
#[derive(Debug, Error)]
pub enum NotTaken {
    /// A symbolic link, where none is followed.
    #[error("it is a symbolic link")]
    Link,
    /// A folder, where a file is wanted.
    #[error("it is a folder")]
    Folder,
    /// No folder, where one is wanted.
    #[error("it is no folder")]
    NoFolder,
    /// `a pipe`, `a socket` or `a device`.
    #[error("it is {0}, which is never opened")]
    Special(&'static str),
    /// More than is read.
    #[error("it has more than {max_bytes} bytes")]
    TooLarge {
        /// As many as there are, or as were read.
        bytes: u64,
        /// The most that is read.
        max_bytes: u64,
    },
    /// The system refused it.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl NotTaken {
    /// Whether there is nothing at all at that name.
    pub fn is_absence(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// Whether the operating system failed; otherwise what stands there is wrong.
    pub fn is_io(&self) -> bool {
        matches!(self, Self::Io(_))
    }
}

/// Reads a whole regular file of at most so many bytes.
///
/// # Errors
/// See [`NotTaken`].
pub fn read(path: &Path, links: Links, max_bytes: u64) -> Result<Vec<u8>, NotTaken> {
    let mut options = OpenOptions::new();
    let file = open(path, links, options.read(true))?;
    let bytes = file.metadata()?.len();
    if bytes > max_bytes {
        return Err(NotTaken::TooLarge { bytes, max_bytes });
    }
    // In one piece: a secret leaves no copy of itself behind where a buffer grew.
    let mut bytes = Vec::with_capacity(bytes as usize + 1);
    bounded(file, max_bytes, &mut bytes)?;
    Ok(bytes)
}

/// Reads what a person named on the command line or in the environment: a pipe is waited for, as `<(…)` wants it.
///
/// # Errors
/// See [`NotTaken`].
pub fn read_named(path: &Path, max_bytes: u64) -> Result<Vec<u8>, NotTaken> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(NotTaken::Folder);
    }
    let mut bytes = Vec::with_capacity(max_bytes as usize + 1);
    bounded(file, max_bytes, &mut bytes)?;
    Ok(bytes)
}

/// Opens a file for reading. A link is refused.
///
/// # Errors
/// See [`NotTaken`].
pub fn open_to_read(path: &Path) -> Result<File, NotTaken> {
    open(path, Links::Refused, OpenOptions::new().read(true))
}

/// Opens a file of gradus' own for appending, which is made where it is missing, for its owner alone. A link is refused.
///
/// # Errors
/// See [`NotTaken`].
pub fn open_or_make_private(path: &Path) -> Result<File, NotTaken> {
    match private::new_file(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => open_or_make(path),
        made => Ok(made?),
    }
}

/// Opens a file for appending, which is made where it is missing. A link is refused.
///
/// # Errors
/// See [`NotTaken`].
pub fn open_or_make(path: &Path) -> Result<File, NotTaken> {
    let mut options = OpenOptions::new();
    open(path, Links::Refused, options.create(true).append(true))
}

/// Makes a folder that only its owner enters, with those missing above it. Closes one that is there to others. Only the
/// folder itself may be no link.
///
/// # Errors
/// See [`NotTaken`].
pub fn make_private_folder(path: &Path) -> Result<(), NotTaken> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(private::make_folder(path)?),
        Err(error) => Err(error.into()),
        Ok(found) if found.is_symlink() => Err(NotTaken::Link),
        Ok(found) if found.is_dir() => {
            // The folder of somebody else is theirs to close.
            let _ = private::close_folder(path);
            Ok(())
        }
        Ok(_) => Err(NotTaken::NoFolder),
    }
}

/// Whether others than its owner may read a regular file. What cannot be looked at is for whoever reads it to tell.
pub fn is_open_to_others(path: &Path) -> bool {
    let group_and_others = 0o077;
    fs::metadata(path)
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & group_and_others != 0)
}

/// `a pipe`, `a socket` or `a device`; nothing for files, folders and links.
pub fn special(found: &Metadata) -> Option<&'static str> {
    let kind = found.file_type();
    match () {
        () if kind.is_file() || kind.is_dir() || kind.is_symlink() => None,
        () if kind.is_fifo() => Some("a pipe"),
        () if kind.is_socket() => Some("a socket"),
        () => Some("a device"),
    }
}

/// What stands there is judged before, since opening alone may set a device going, and once more after: it may have been
/// exchanged meanwhile.
fn open(path: &Path, links: Links, options: &mut OpenOptions) -> Result<File, NotTaken> {
    if let Some(not_taken) = standing(path, links) {
        return Err(not_taken);
    }
    let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    flags.set(OFlags::NOFOLLOW, links == Links::Refused);
    let file = options.custom_flags(flags.bits() as i32).open(path)?;
    match judged(&file.metadata()?) {
        Some(not_taken) => Err(not_taken),
        None => Ok(file),
    }
}

/// What stands there, where it is nothing that is read.
fn standing(path: &Path, links: Links) -> Option<NotTaken> {
    let found = match links {
        Links::Followed => fs::metadata(path),
        Links::Refused => fs::symlink_metadata(path),
    };
    judged(&found.ok()?)
}

fn judged(found: &Metadata) -> Option<NotTaken> {
    if found.is_symlink() {
        return Some(NotTaken::Link);
    }
    if found.is_dir() {
        return Some(NotTaken::Folder);
    }
    special(found).map(NotTaken::Special)
}

fn bounded(file: File, max_bytes: u64, bytes: &mut Vec<u8>) -> Result<(), NotTaken> {
    file.take(max_bytes + 1).read_to_end(bytes)?;
    match bytes.len() as u64 {
        bytes if bytes > max_bytes => Err(NotTaken::TooLarge { bytes, max_bytes }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn only_a_regular_file_within_its_bound_is_read() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        fs::write(at("file"), "text").unwrap();
        symlink(at("file"), at("link")).unwrap();
        symlink("/dev/zero", at("zero")).unwrap();
        fs::create_dir(at("folder")).unwrap();
        let pipe = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(
            rustix::fs::CWD,
            at("pipe"),
            rustix::fs::FileType::Fifo,
            pipe,
            0,
        )
        .unwrap();
        let refused = |name: &str, links, max| read(&at(name), links, max).unwrap_err().to_string();
        assert_eq!(read(&at("file"), Links::Refused, 4).unwrap(), b"text");
        assert_eq!(read(&at("link"), Links::Followed, 4).unwrap(), b"text");
        assert!(refused("file", Links::Refused, 3).contains("more than 3 bytes"));
        assert!(refused("link", Links::Refused, 4).contains("symbolic link"));
        assert!(refused("zero", Links::Followed, 4).contains("a device"));
        assert!(refused("folder", Links::Refused, 4).contains("folder"));
        assert!(refused("pipe", Links::Refused, 4).contains("a pipe"));
        assert!(
            read(&at("none"), Links::Refused, 4)
                .unwrap_err()
                .is_absence()
        );
        assert!(matches!(
            open_or_make(&at("pipe")),
            Err(NotTaken::Special("a pipe"))
        ));
        assert!(matches!(open_or_make(&at("link")), Err(NotTaken::Link)));
        assert!(open_or_make(&at("new")).is_ok());
        assert!(matches!(
            make_private_folder(&at("link")),
            Err(NotTaken::Link)
        ));
        assert!(matches!(
            make_private_folder(&at("file")),
            Err(NotTaken::NoFolder)
        ));
        assert!(make_private_folder(&at("a/b")).is_ok() && at("a/b").is_dir());
    }

    #[test]
    fn what_a_person_names_has_a_bound_even_where_it_has_no_end() {
        let endless = read_named(Path::new("/dev/zero"), 1_000).unwrap_err();
        assert!(matches!(
            endless,
            NotTaken::TooLarge {
                max_bytes: 1_000,
                ..
            }
        ));
    }
}
