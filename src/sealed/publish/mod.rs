//! Sealed files → the folder on disk, whole or not at all.
//!
//! A build goes into a stage beside the output folder and takes its place in one atomic exchange.
//! Files that did not change are hard links to those of the build before. The folder is gradus's alone: a file
//! that it did not sign stops the build. Only what the ledger lists, with the hash that it lists, is ever deleted.
//!
//! The ledger is written twice: before the exchange it lists the coming build as *pending* beside the
//! present one, so that after a kill at any moment the next build knows the files of both as ours.
//! Where the ledger does not know the site that stands there, the caller may prove files ours by the site's own signature.

mod flush;
mod folder;
mod ledger_file;
mod stage;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use thiserror::Error;

use crate::domain::model::{Drawn, FileHash, Ledger, LedgerEntry, Made, SealedSite, SiteStore};
use crate::ground::regular_file::{self, NotTaken};
use crate::sealed::portable;
use folder::Snapshot;
use ledger_file::{LedgerFile, Lock, Writing};
use stage::Stage;

/// Why a site was not published. The one that was there before is unchanged, unless `Io` came from
/// writing in place.
#[derive(Debug, Error)]
#[expect(
    missing_docs,
    reason = "each message says what happened, and names its fields"
)]
pub enum PublishError {
    #[error("another build is running: `{}` is locked", lock.display())]
    Locked { lock: PathBuf },
    /// There was none when this build began.
    #[error("`{}` came to be while this build ran, with something in it", path.display())]
    Appeared { path: PathBuf },
    #[error("`{}` is not a folder", path.display())]
    NotAFolder { path: PathBuf },
    /// Files that gradus did not sign, which a site may not hold.
    #[error("`{}` holds {} that gradus did not sign, or that someone changed", out.display(), counted(paths))]
    Unsigned {
        out: PathBuf,
        /// Relative to the folder, with `/`.
        paths: Vec<String>,
    },
    /// Something else than a file or folder of gradus stands in the `.gradus` folder, or at its name.
    #[error("could not {action} `{}`", path.display())]
    NotTaken {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: NotTaken,
    },
    #[error("`{}` is not a ledger that this program wrote", path.display())]
    Ledger {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error("could not {action} `{}`", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl PublishError {
    /// For `map_err`: what was tried with which path of the `.gradus` folder.
    fn not_taken(action: &'static str, path: &Path) -> impl FnOnce(NotTaken) -> Self {
        let path = path.to_owned();
        move |source| Self::NotTaken {
            action,
            path,
            source,
        }
    }

    /// For `map_err`: what was tried with which path.
    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}

fn counted(paths: &[String]) -> String {
    match paths.len() {
        1 => "a file".to_owned(),
        count => format!("{count} files"),
    }
}

/// How the site came to stand in its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// There was no folder before.
    Created,
    /// In one atomic exchange.
    Exchanged,
    /// File by file, `site.json` last, since an exchange is impossible there.
    InPlace,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Whether the whole site changed at once.
    pub how: How,
    /// Files of earlier builds that are no more.
    pub removed: usize,
    /// Folders of this build and earlier ones that could not be removed, absolute: somebody else owns what is in them.
    pub left: Vec<PathBuf>,
}

/// The number of the build that was published last from an organisation, by its `.gradus` folder; nothing where none
/// was, or nobody knows.
pub fn last_published(state: &Path) -> Option<u64> {
    let ledger = LedgerFile::read(state).ok()??;
    Some(ledger.present_build()).filter(|build| *build > 0)
}

/// What the site was made from that was published last from an organisation, by its `.gradus` folder; nothing where
/// nobody knows.
pub fn last_made(state: &Path) -> Option<Made> {
    LedgerFile::read(state).ok()??.into_settled()?.made
}

/// Whether these bytes are a ledger, which tells what stands in a site and what was drawn from what.
pub fn is_ledger(bytes: &[u8]) -> bool {
    bytes.first() == Some(&b'{') && serde_json::from_slice::<LedgerFile>(bytes).is_ok()
}

/// What has just been done; a build may be killed after any of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// All new files are on the disk.
    Synced,
    /// The ledger says what is about to stand in the folder.
    Announced,
    /// Readers see the new site.
    Shown,
    /// The ledger says what stands there.
    Recorded,
    /// Files of earlier builds are gone.
    Cleared,
}

const SITE_JSON: &str = "site.json";

/// One build on its way to the output folder. Holds the lock; dropped unfinished, it leaves nothing.
pub struct Publication {
    out: PathBuf,
    /// Nothing where there is no folder yet.
    before: Option<Snapshot>,
    last_build: u64,
    /// Files that stand in the folder just as the ledger says, by path.
    ours: BTreeMap<String, LedgerEntry>,
    drawn: BTreeMap<String, Drawn>,
    /// The build before, where all of it stands there and what it was made from is known.
    standing: Option<Ledger>,
    stage: Stage,
    in_place: bool,
    /// What killed builds left and cannot be removed.
    left: Vec<PathBuf>,
    state: PathBuf,
    /// Nothing where there is no folder yet, or its file system knows no locks of folders.
    _out_lock: Option<Lock>,
    _lock: Lock,
}

impl Publication {
    /// Locks, clears what killed builds left, looks at what stands in the folder, and makes a stage.
    ///
    /// `state` is the `.gradus` folder of the organisation. `proven` is asked where the ledger does
    /// not know the site that stands there, being lost or about another folder: it may list files of the output folder that the site's signature proves to be ours.
    ///
    /// # Errors
    /// See [`PublishError`].
    pub fn begin(
        out: &Path,
        state: &Path,
        proven: impl FnOnce(&Path) -> Ledger,
    ) -> Result<Self, PublishError> {
        regular_file::make_private_folder(state).map_err(PublishError::not_taken("use", state))?;
        let lock = Lock::take(state)?;
        let (parent, out) = resolve(out)?;
        let _out_lock = Lock::of_folder(&out)?;
        let mut left = stage::clear_leftovers(&parent);
        left.extend(stage::clear_leftovers(&out));
        let before = match fs::symlink_metadata(&out) {
            Ok(_) => Some(Snapshot::take(&out)?),
            Err(_) => None,
        };
        let known = Known::find(state, before.as_ref(), || proven(&out))?;
        Ok(Self {
            stage: Stage::make(&parent)?,
            out,
            before,
            last_build: known.last_build,
            ours: known.ours,
            drawn: known.drawn,
            standing: known.standing,
            in_place: false,
            left,
            state: state.to_owned(),
            _out_lock,
            _lock: lock,
        })
    }

    /// The build before, where it stands in the folder, every file as it was written, and it is known what it was made
    /// from.
    pub fn standing(&self) -> Option<&Ledger> {
        self.standing.as_ref()
    }

    /// Writes file by file even where an exchange would be possible: for folders whose own identity
    /// matters to someone, such as the source of a bind mount.
    pub fn in_place(mut self) -> Self {
        self.in_place = true;
        self
    }

    /// The bytes of a file that was written or kept.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn stored(&self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(self.stage.site().join(path))
    }

    /// Shows the site to the world. `on_step` is told of each step, for a line of progress.
    ///
    /// # Errors
    /// See [`PublishError`].
    pub fn commit(
        mut self,
        site: &SealedSite,
        on_step: &mut dyn FnMut(Step),
    ) -> Result<Published, PublishError> {
        self.refuse_unsigned(&site.ledger)?;
        self.keep_permissions()?;
        self.stage.sync()?;
        on_step(Step::Synced);
        Writing::pending(&self.ours, self.last_build, &site.ledger).write(&self.state)?;
        on_step(Step::Announced);
        let how = self.show(site)?;
        on_step(Step::Shown);
        Writing::of(&site.ledger).write(&self.state)?;
        on_step(Step::Recorded);
        let removed = self
            .ours
            .keys()
            .filter(|path| !site.ledger.files.contains_key(*path))
            .count();
        self.clear(site, how);
        let mut left = self.left;
        left.extend(self.stage.clear());
        on_step(Step::Cleared);
        Ok(Published { how, removed, left })
    }

    /// Errors if a file is there that is neither ours nor, as it is, of the new site.
    fn refuse_unsigned(&self, new: &Ledger) -> Result<(), PublishError> {
        let is_signed = |path: &String, sha256: Option<FileHash>| {
            let coming = new.files.get(path);
            let is_same = coming.is_some_and(|entry| Some(entry.sha256) == sha256);
            let is_damaged = coming.is_some() && sha256.is_some() && is_derived(path);
            self.ours.contains_key(path) || is_same || is_damaged
        };
        let before = self.before.iter().flat_map(Snapshot::entries);
        let unsigned = before.filter(|(path, sha256)| !is_signed(path, *sha256));
        let paths: Vec<String> = unsigned.map(|(path, _)| path.clone()).collect();
        if paths.is_empty() {
            return Ok(());
        }
        let out = self.out.clone();
        Err(PublishError::Unsigned { out, paths })
    }

    /// The new folder is as open to the web server as the old one was.
    fn keep_permissions(&self) -> Result<(), PublishError> {
        if self.before.is_none() {
            return Ok(());
        }
        let copied = fs::metadata(&self.out)
            .and_then(|old| fs::set_permissions(self.stage.site(), old.permissions()));
        copied.map_err(PublishError::io("copy the permissions of", &self.out))
    }

    fn show(&self, site: &SealedSite) -> Result<How, PublishError> {
        let (stage, out) = (self.stage.site(), &self.out);
        if self.before.is_none() {
            fs::rename(stage, out).map_err(|error| match error.kind() {
                io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => {
                    PublishError::Appeared { path: out.clone() }
                }
                _ => PublishError::io("make", out)(error),
            })?;
            stage::sync_folder(parent_of(out))?;
            return Ok(How::Created);
        }
        if !self.in_place {
            match renameat_with(CWD, stage, CWD, out, RenameFlags::EXCHANGE) {
                Ok(()) => {
                    stage::sync_folder(parent_of(out))?;
                    return Ok(How::Exchanged);
                }
                Err(error) if is_impossible(error) => {}
                Err(error) => return Err(PublishError::io("replace", out)(error.into())),
            }
        }
        self.show_in_place(site)?;
        Ok(How::InPlace)
    }

    /// All changed files are first brought into a stage inside the folder, then each is renamed to
    /// its place: a full disk is noticed before anything changes.
    fn show_in_place(&self, site: &SealedSite) -> Result<(), PublishError> {
        let mut inner = Stage::make(&self.out)?;
        let is_new = |path: &&String| {
            let before = self.before.as_ref().and_then(|before| before.file(path));
            before != Some(site.ledger.files[*path].sha256)
        };
        let mut changed: Vec<&String> = site.ledger.files.keys().filter(is_new).collect();
        for path in &changed {
            let linked = inner.link(self.stage.site(), path);
            linked.map_err(PublishError::io("write", &self.out.join(path)))?;
        }
        inner.sync()?;
        changed.sort_by_key(|path| shown_at(path));
        for path in changed {
            let target = self.out.join(path);
            let folder = parent_of(&target);
            fs::create_dir_all(folder).map_err(PublishError::io("make", folder))?;
            fs::rename(inner.site().join(path), &target)
                .map_err(PublishError::io("write", &target))?;
        }
        stage::sync_folder(&self.out)
    }

    /// Removes what is no longer needed. What fails here is tried again by the next build.
    fn clear(&self, site: &SealedSite, how: How) {
        let Some(before) = &self.before else { return };
        match how {
            How::Created => {}
            How::Exchanged => folder::rescue_newcomers(self.stage.site(), before, &self.out),
            How::InPlace => {
                let gone = self
                    .ours
                    .keys()
                    .filter(|path| !site.ledger.files.contains_key(*path));
                gone.for_each(|path| folder::remove(&self.out, path));
            }
        }
    }
}

/// What is known of earlier builds.
struct Known {
    last_build: u64,
    ours: BTreeMap<String, LedgerEntry>,
    drawn: BTreeMap<String, Drawn>,
    standing: Option<Ledger>,
}

impl Known {
    fn find(
        state: &Path,
        before: Option<&Snapshot>,
        proven: impl FnOnce() -> Ledger,
    ) -> Result<Self, PublishError> {
        let ledger = LedgerFile::read(state)?.unwrap_or_default();
        let mut known = Self {
            last_build: ledger.last_build(),
            ours: before.map_or_else(BTreeMap::new, |before| ledger.ours(before)),
            drawn: ledger.drawn(),
            standing: None,
        };
        let Some(before) = before else {
            return Ok(known);
        };
        let standing = ledger.into_settled().filter(|ledger| {
            let mut files = ledger.files.keys();
            ledger.made.is_some() && files.all(|path| known.ours.contains_key(path))
        });
        known.standing = standing;
        if before.contains(SITE_JSON) && !known.ours.contains_key(SITE_JSON) {
            let proven = LedgerFile::of(proven());
            known.last_build = known.last_build.max(proven.last_build());
            for (path, entry) in proven.ours(before) {
                known.ours.entry(path).or_insert(entry);
            }
        }
        Ok(known)
    }
}

impl SiteStore for Publication {
    fn last_build(&self) -> u64 {
        self.last_build
    }

    fn earlier(&self, path: &str) -> Option<LedgerEntry> {
        self.ours.get(path).copied()
    }

    fn drawn(&self, path: &str) -> Option<Drawn> {
        self.drawn.get(path).cloned()
    }

    fn write(&self, path: &str, bytes: Vec<u8>) -> io::Result<()> {
        self.stage.write(path, &bytes)
    }

    fn keep(&self, path: &str) -> io::Result<()> {
        self.stage.link(&self.out, path)
    }
}

/// The parent, which is made where it is missing, and the folder itself; symbolic links are followed.
fn resolve(out: &Path) -> Result<(PathBuf, PathBuf), PublishError> {
    if let Ok(real) = out.canonicalize() {
        return match real.parent() {
            Some(parent) if real.is_dir() => Ok((parent.to_owned(), real)),
            _ => Err(PublishError::NotAFolder { path: real }),
        };
    }
    let not_a_folder = || PublishError::NotAFolder {
        path: out.to_owned(),
    };
    let name = out.file_name().ok_or_else(not_a_folder)?;
    let parent = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(PublishError::io("make", parent))?;
    let parent = parent
        .canonicalize()
        .map_err(PublishError::io("find", parent))?;
    let out = parent.join(name);
    match fs::symlink_metadata(&out) {
        Ok(_) => Err(PublishError::NotAFolder { path: out }), // a link to nowhere
        Err(_) => Ok((parent, out)),
    }
}

/// Whether the name of a file can only come from the site key or from the file's own bytes, so that
/// nobody else's file has it: what stands there is ours, damaged.
fn is_derived(path: &str) -> bool {
    let name = portable::original_of(path)
        .unwrap_or(path)
        .split_once('/')
        .and_then(|(folder, name)| match folder {
            "sealed" | "keyring" | "login" => name.strip_suffix(".age"),
            "index" => name.strip_suffix(".json"),
            _ => None,
        });
    let digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    name.is_some_and(|name| name.len() == 24 && name.bytes().all(digit))
}

/// The order in which files appear in place: what `site.json` vouches for comes before it.
fn shown_at(path: &str) -> u8 {
    match portable::original_of(path).unwrap_or(path) {
        "site.sig" => 3,
        SITE_JSON => 2,
        "index.html" => 1,
        _ => 0,
    }
}

/// A mount point, or a file system that cannot exchange two folders.
fn is_impossible(error: Errno) -> bool {
    matches!(
        error,
        Errno::INVAL | Errno::XDEV | Errno::BUSY | Errno::NOSYS | Errno::NOTSUP
    )
}

/// The folder that a path lies in. Paths here are absolute and never the root.
fn parent_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}
