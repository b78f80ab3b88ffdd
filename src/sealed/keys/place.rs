//! Where key commands may write: inside of the organisation, whatever links say, and one command at a time.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::thread;
use std::time::Duration;

use tempfile::NamedTempFile;

use super::KeysError;

/// How long a command waits for another one to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long it sleeps before it looks again.
const PAUSE: Duration = Duration::from_millis(20);

/// The organisation, held by one command that changes it: what it has read is so until it has written. Let go when this is
/// dropped, or the process ends.
#[derive(Debug)]
pub struct Held {
    _directory: Option<File>,
}

/// Waits until no other command changes the organisation in `root`, and holds it.
///
/// # Errors
/// `Busy` where another one goes on for long; or `Io`.
pub fn hold(root: &Path) -> Result<Held, KeysError> {
    hold_within(root, PATIENCE)
}

fn hold_within(root: &Path, patience: Duration) -> Result<Held, KeysError> {
    let directory = File::open(root).map_err(KeysError::io("read", root))?;
    let mut waited = Duration::ZERO;
    loop {
        match directory.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if waited >= patience => {
                return Err(KeysError::Busy(root.to_owned()));
            }
            Err(TryLockError::WouldBlock) => {
                thread::sleep(PAUSE);
                waited += PAUSE;
            }
            // Some file systems lock no directories; a file that has changed since is seen all the same.
            Err(TryLockError::Error(_)) => return Ok(Held { _directory: None }),
        }
    }
    Ok(Held {
        _directory: Some(directory),
    })
}

/// Where a path below `root` lies, without symbolic links; what is not there yet is not asked after.
///
/// # Errors
/// `Leaves` where a link of it, or `..`, leads out of `root`, or to nothing; or `Io`.
pub fn inside(root: &Path, below: &Path) -> Result<PathBuf, KeysError> {
    let real = root.canonicalize().map_err(KeysError::io("read", root))?;
    let mut at = real.clone();
    let mut named = root.to_owned();
    for part in below.components() {
        named.push(part);
        match part {
            Component::Normal(name) => at.push(name),
            Component::CurDir => continue,
            _ => return Err(KeysError::leaves(&named, &at.join(part))),
        }
        let is_link = at.symlink_metadata().is_ok_and(|there| there.is_symlink());
        if is_link {
            at = target(&named, &at, &real)?;
        }
    }
    Ok(at)
}

fn target(named: &Path, link: &Path, root: &Path) -> Result<PathBuf, KeysError> {
    match link.canonicalize() {
        Ok(target) if target.starts_with(root) => Ok(target),
        Ok(target) => Err(KeysError::leaves(named, &target)),
        Err(_) => {
            let target = fs::read_link(link).map_err(KeysError::io("read", named))?;
            Err(KeysError::leaves(named, &target))
        }
    }
}

/// Replaces a file at once, with the permissions that it had. `before` is what it held when it was read.
///
/// # Errors
/// `Changed` where it holds something else by now; `Link`; or `Io`.
pub fn replace_file(
    path: &Path,
    before: impl AsRef<[u8]>,
    after: impl AsRef<[u8]>,
) -> Result<(), KeysError> {
    let failed = || KeysError::io("write", path);
    let there = path.symlink_metadata().map_err(failed())?;
    if there.is_symlink() {
        let target = fs::read_link(path).map_err(failed())?;
        let link = path.to_owned();
        return Err(KeysError::Link { link, target });
    }
    let prepared = || -> io::Result<NamedTempFile> {
        let mut file = NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
        file.write_all(after.as_ref())?;
        file.as_file().set_permissions(there.permissions())?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    let file = prepared().map_err(failed())?;
    if fs::read(path).map_err(failed())? != before.as_ref() {
        return Err(KeysError::Changed(path.to_owned()));
    }
    file.persist(path).map_err(|e| failed()(e.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_that_leaves_the_organisation_is_named_with_where_it_leads() {
        let (inner, outer) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (root, out) = (inner.path(), outer.path().canonicalize().unwrap());
        fs::create_dir_all(root.join("people/ada")).unwrap();
        symlink(&out, root.join("people/eve")).unwrap();
        symlink("ada", root.join("people/within")).unwrap();
        symlink("/nowhere/at/all", root.join("dangling")).unwrap();
        let real = root.canonicalize().unwrap();
        let ada = real.join("people/ada/person.toml");
        for path in ["people/ada/person.toml", "people/within/./person.toml"] {
            assert_eq!(inside(root, Path::new(path)).unwrap(), ada);
        }
        for (path, link, leads) in [
            ("people/eve/person.toml", "people/eve", out.clone()),
            ("dangling", "dangling", "/nowhere/at/all".into()),
        ] {
            let Err(KeysError::Leaves {
                link: found,
                target,
            }) = inside(root, Path::new(path))
            else {
                panic!("{path}");
            };
            assert_eq!((found, target), (root.join(link), leads));
        }
        for path in ["../x", "people/../../x", "/etc/x"] {
            let refused = inside(root, Path::new(path));
            assert!(matches!(refused, Err(KeysError::Leaves { .. })), "{path}");
        }
    }

    #[test]
    fn a_file_that_changed_since_it_was_read_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("person.toml");
        fs::write(&path, "theirs").unwrap();
        let refused = replace_file(&path, "before", "mine");
        assert!(matches!(refused, Err(KeysError::Changed(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        replace_file(&path, "theirs", "mine").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        symlink(&path, folder.path().join("link")).unwrap();
        let refused = replace_file(&folder.path().join("link"), "mine", "x");
        assert!(matches!(refused, Err(KeysError::Link { .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    }

    #[test]
    fn who_waits_for_long_is_told_that_another_is_at_work() {
        let folder = tempfile::tempdir().unwrap();
        let first = hold(folder.path()).unwrap();
        let second = hold_within(folder.path(), Duration::ZERO);
        assert!(matches!(second, Err(KeysError::Busy(_))));
        drop(first);
        hold_within(folder.path(), Duration::ZERO).unwrap();
    }
}
