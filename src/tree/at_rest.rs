//! Sources at rest: a file of the tree becomes an age file beside it, and back.
//!
//! What is written is whole before it has its name, never takes another file's place, and only then goes the
//! original, unless somebody changed it in between.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use age::Encryptor;
use thiserror::Error;

use crate::domain::model::Recipient;
use crate::ground::private;
use crate::tree::source::{
    FILE_MAX_BYTES, Identities, Lies, SEALED_ENDING, SEALED_MAX_BYTES, Unopened,
};

/// What half-written files are called until they are whole; hidden, so that no tree reads them.
const UNFINISHED: &str = ".gradus-";

/// Why a file was not sealed or unsealed. Nothing has changed then, unless it says so.
#[derive(Debug, Error)]
pub enum AtRestError {
    /// The system refused it.
    #[error("could not {action} `{}`", path.display())]
    Io {
        /// What was tried, after "could not".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A folder, a link or something else stands there.
    #[error("`{}` is not a file", .0.display())]
    NotAFile(PathBuf),
    /// It is larger than what is read.
    #[error("`{}` is larger than {max} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most bytes that are read.
        max: u64,
    },
    /// The file that would be written is there already.
    #[error("`{}` exists already", .0.display())]
    Exists(PathBuf),
    /// Somebody else wrote it meanwhile.
    #[error("`{}` was changed in the meantime; it stands beside `{}` now", file.display(), written.display())]
    Changed {
        /// The file that was read.
        file: PathBuf,
        /// What was made from it.
        written: PathBuf,
    },
    /// A file of another kind than may be sealed.
    #[error("`{}` is {what}, which is not sealed", path.display())]
    NotForSealing {
        /// The file.
        path: PathBuf,
        /// What it is, after "is".
        what: &'static str,
    },
    /// Its name does not end as that of a sealed source.
    #[error("`{}` is no sealed source", .0.display())]
    NotSealed(PathBuf),
    /// No key is named, and the organisation lists none for its sources.
    #[error("there is no key to seal to")]
    NoRecipients,
    /// X25519 and post-quantum keys are named together.
    #[error("keys of both kinds, `age1…` and `age1pq1…`: a file is sealed to one kind")]
    MixedKinds,
    /// A key whose secret everyone knows.
    #[error("`{0}` protects nothing: everyone can open what is sealed to it")]
    WeakRecipient(Recipient),
    /// No identity opens it.
    #[error("`{}` was not opened: {why}", path.display())]
    Unopened {
        /// The file.
        path: PathBuf,
        /// Why no identity opened it.
        why: Unopened,
    },
}

impl AtRestError {
    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}

/// Whom sources are sealed to: keys, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealTo(Vec<Recipient>);

impl SealTo {
    /// # Errors
    /// There are none, they are of both kinds, or one protects nothing.
    pub fn new(recipients: impl IntoIterator<Item = Recipient>) -> Result<Self, AtRestError> {
        let mut all: Vec<Recipient> = recipients.into_iter().collect();
        all.sort();
        all.dedup();
        let first = all.first().ok_or(AtRestError::NoRecipients)?.kind();
        if all.iter().any(|key| key.kind() != first) {
            return Err(AtRestError::MixedKinds);
        }
        match all.iter().find(|key| !key.is_contributory()) {
            Some(weak) => Err(AtRestError::WeakRecipient(weak.clone())),
            None => Ok(Self(all)),
        }
    }

    /// How many keys there are.
    pub fn keys(&self) -> usize {
        self.0.len()
    }

    /// The age file that holds some bytes.
    pub fn seal(&self, plain: &[u8]) -> Vec<u8> {
        let recipients = self.0.iter().map(|key| key as &dyn age::Recipient);
        let encryptor = Encryptor::with_recipients(recipients)
            .expect("some recipients of one kind are always a valid set");
        let mut sealed = Vec::with_capacity(plain.len() + 1024);
        let written = encryptor.wrap_output(&mut sealed).and_then(|mut writer| {
            writer.write_all(plain)?;
            writer.finish().map(drop)
        });
        written.expect("writing to memory does not fail");
        sealed
    }
}

/// Whether a file may be sealed, from its name and where it lies; nothing is read of it.
///
/// # Errors
/// `NotForSealing`, or `NotAFile`.
pub fn may_be_sealed(file: &Path, lies: &Lies) -> Result<(), AtRestError> {
    let name = name_of(file);
    let what = match lies {
        _ if name.ends_with(SEALED_ENDING) => "encrypted already",
        _ if name == "gradus.toml" => "the settings, which say whom to seal to",
        Lies::Known { kind, .. } if kind.may_be_sealed() => return as_file(file),
        Lies::Known { .. } => "read as it is",
        Lies::Unknown => "no source of the tree",
        Lies::Elsewhere => return as_file(file),
    };
    let path = file.to_owned();
    Err(AtRestError::NotForSealing { path, what })
}

/// Seals a file: `<file>.age`, with its permissions, takes its place. Gives the new path.
///
/// # Errors
/// See [`AtRestError`].
pub fn seal(file: &Path, to: &SealTo) -> Result<PathBuf, AtRestError> {
    let sealed = beside(file, |name| Some(format!("{name}{SEALED_ENDING}")))?;
    let plain = read(file, FILE_MAX_BYTES)?;
    let metadata = fs::metadata(file).map_err(AtRestError::io("read", file))?;
    put(&sealed, &to.seal(&plain), metadata.permissions())?;
    take_away(file, &plain, FILE_MAX_BYTES, &sealed)?;
    Ok(sealed)
}

/// Opens a sealed file: the one without `.age`, which only its owner reads, takes its place. Gives the new path.
///
/// # Errors
/// See [`AtRestError`].
pub fn unseal(file: &Path, identities: &Identities) -> Result<PathBuf, AtRestError> {
    let open = beside(file, |name| {
        let open = name.strip_suffix(SEALED_ENDING)?;
        // A login is wrapped with a passphrase on purpose.
        (!open.is_empty() && name != "login.age").then(|| open.to_owned())
    })?;
    let sealed = read(file, SEALED_MAX_BYTES)?;
    let plain = identities.open(&sealed);
    let plain = plain.map_err(|why| AtRestError::Unopened {
        path: file.to_owned(),
        why,
    })?;
    put(&open, &plain, private::of_file())?;
    take_away(file, &sealed, SEALED_MAX_BYTES, &open)?;
    Ok(open)
}

fn name_of(file: &Path) -> std::borrow::Cow<'_, str> {
    file.file_name().unwrap_or_default().to_string_lossy()
}

/// The path beside a file that another name gives, where nothing is yet.
fn beside(file: &Path, name: impl FnOnce(&str) -> Option<String>) -> Result<PathBuf, AtRestError> {
    as_file(file)?;
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .and_then(name);
    let name = name.ok_or_else(|| AtRestError::NotSealed(file.to_owned()))?;
    let path = file.with_file_name(name);
    if path.symlink_metadata().is_ok() {
        Err(AtRestError::Exists(path))
    } else {
        Ok(path)
    }
}

/// Whether it is a regular file: what a link leads to would stay as it is.
fn as_file(file: &Path) -> Result<(), AtRestError> {
    let metadata = file.symlink_metadata();
    let metadata = metadata.map_err(AtRestError::io("read", file))?;
    if metadata.is_file() {
        Ok(())
    } else {
        Err(AtRestError::NotAFile(file.to_owned()))
    }
}

fn read(path: &Path, max: u64) -> Result<Vec<u8>, AtRestError> {
    let failed = || AtRestError::io("read", path);
    let file = File::open(path).map_err(failed())?;
    let mut bytes = Vec::new();
    let read = file.take(max + 1).read_to_end(&mut bytes);
    read.map_err(failed())?;
    if bytes.len() as u64 > max {
        Err(AtRestError::TooLarge {
            path: path.to_owned(),
            max,
        })
    } else {
        Ok(bytes)
    }
}

/// Writes a new file at once, and sees to it that the disk has it.
fn put(path: &Path, bytes: &[u8], permissions: Permissions) -> Result<(), AtRestError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let written = || -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().set_permissions(permissions)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path)?;
        File::open(folder)?.sync_all()
    };
    written().map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => AtRestError::Exists(path.to_owned()),
        _ => AtRestError::io("write", path)(error),
    })
}

/// Removes the file that was written anew, where it still holds what was read.
fn take_away(file: &Path, held: &[u8], max: u64, written: &Path) -> Result<(), AtRestError> {
    if read(file, max)? != held {
        return Err(AtRestError::Changed {
            file: file.to_owned(),
            written: written.to_owned(),
        });
    }
    fs::remove_file(file).map_err(AtRestError::io("remove", file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{Identity, KeyKind};

    #[test]
    fn a_key_that_everyone_can_open_is_refused_and_each_counts_once() {
        let key = Identity::generate().recipient();
        assert_eq!(SealTo::new([key.clone(), key.clone()]).unwrap().keys(), 1);
        assert!(matches!(SealTo::new([]), Err(AtRestError::NoRecipients)));
        let nothing =
            bech32::encode::<bech32::Bech32>(bech32::Hrp::parse("age").unwrap(), &[0; 32]);
        let weak = Recipient::parse(&nothing.unwrap()).unwrap();
        assert!(matches!(
            SealTo::new([key.clone(), weak]),
            Err(AtRestError::WeakRecipient(_))
        ));
        let hybrid = Identity::generate_of(KeyKind::Hybrid).recipient();
        assert!(SealTo::new([hybrid.clone()]).is_ok());
        assert!(matches!(
            SealTo::new([key, hybrid]),
            Err(AtRestError::MixedKinds)
        ));
    }

    #[test]
    fn a_file_changed_while_it_was_sealed_is_not_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("self.md");
        fs::write(&file, "newer").unwrap();
        let written = folder.path().join("self.md.age");
        let kept = take_away(&file, b"older", FILE_MAX_BYTES, &written);
        assert!(matches!(kept, Err(AtRestError::Changed { .. })));
        assert_eq!(fs::read_to_string(&file).unwrap(), "newer");
    }

    #[test]
    fn what_appears_meanwhile_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("self.md");
        fs::write(&file, "theirs").unwrap();
        let put = put(&file, b"ours", private::of_file());
        assert!(matches!(put, Err(AtRestError::Exists(_))));
        assert_eq!(fs::read_to_string(&file).unwrap(), "theirs");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
