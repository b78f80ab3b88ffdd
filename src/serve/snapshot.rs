//! A snapshot of the watched folders: what differs between two of them has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::watched_paths::{WatchedPaths, is_hidden};

/// Deeper than anything that is read.
const DEPTH_MAX: usize = 16;

/// More than are read of one folder: links can lead round and round.
const ENTRIES_MAX: usize = 1_000_000;

/// What changes with every change of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileStat {
    inode: u64,
    bytes: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
    changed: (i64, i64),
    /// Of what a link leads to, the same.
    target: Option<(u64, u64, i64, i64)>,
}

/// A path with its parts parted by the byte that no path holds. So whatever lies below a path stands right behind it,
/// and comparing two is comparing bytes: there are hundreds of thousands of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key(Box<[u8]>);

impl Key {
    fn of(path: &Path) -> Self {
        let bytes = path.as_os_str().as_bytes().iter();
        Self(
            bytes
                .map(|byte| if *byte == b'/' { 0 } else { *byte })
                .collect(),
        )
    }

    fn path(&self) -> PathBuf {
        let bytes = self.0.iter();
        let bytes = bytes.map(|byte| if *byte == 0 { b'/' } else { *byte });
        OsString::from_vec(bytes.collect()).into()
    }

    fn is_at_or_below(&self, other: &Self) -> bool {
        let rest = self.0.strip_prefix(&*other.0);
        rest.is_some_and(|rest| rest.first().is_none_or(|byte| *byte == 0))
    }
}

/// All files and directories of an organisation at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DirSnapshot {
    stats: BTreeMap<Key, FileStat>,
    /// Those that are links to folders of the organisation.
    links: BTreeSet<PathBuf>,
}

impl DirSnapshot {
    /// Looks at everything. What cannot be looked at is as if it were not there.
    pub fn of(watched: &WatchedPaths) -> Self {
        let mut snapshot = Self::default();
        for area in &watched.areas {
            snapshot.take_in(watched, area);
        }
        for entry in fs::read_dir(&watched.root).into_iter().flatten().flatten() {
            let path = entry.path();
            if watched.counts(&path) {
                snapshot.take(&path);
            }
        }
        for mark in watched.marks.iter().chain(&watched.ways) {
            snapshot.take(mark);
        }
        snapshot
    }

    /// Looks again at some paths, and at everything below them. Returns what stats different, is new, or is gone.
    pub fn refresh(
        &mut self,
        watched: &WatchedPaths,
        paths: &BTreeSet<PathBuf>,
    ) -> BTreeSet<PathBuf> {
        let (mut before, mut after) = (Self::default(), Self::default());
        for path in paths.iter().filter(|path| watched.counts(path)) {
            self.move_to(&mut before, path);
            after.take_in(watched, path);
        }
        let changed = before.difference(&after);
        self.stats.extend(after.stats);
        self.links.extend(after.links);
        changed
    }

    /// The links to folders at some paths and below them: who listens to a tree does not hear what happens there.
    pub fn links<'s>(&'s self, paths: &'s BTreeSet<PathBuf>) -> impl Iterator<Item = &'s Path> {
        let links = self.links.iter().map(PathBuf::as_path);
        links.filter(|link| paths.iter().any(|path| link.starts_with(path)))
    }

    /// The paths that look different, are new, or are gone.
    pub fn difference(&self, other: &Self) -> BTreeSet<PathBuf> {
        let unlike = |(key, stat): (&Key, &FileStat), there: &Self| {
            (there.stats.get(key) != Some(stat)).then(|| key.path())
        };
        let here = self.stats.iter().filter_map(|one| unlike(one, other));
        let there = other.stats.iter().filter_map(|one| unlike(one, self));
        here.chain(there).collect()
    }

    /// Moves what is known of a path, and of everything below it.
    fn move_to(&mut self, other: &mut Self, path: &Path) {
        let first = Key::of(path);
        let from_here = self.stats.range(first.clone()..);
        let below = from_here.map(|(key, _)| key);
        let below: Vec<Key> = below
            .take_while(|key| key.is_at_or_below(&first))
            .cloned()
            .collect();
        let moved = below.iter().filter_map(|key| self.stats.remove_entry(key));
        other.stats.extend(moved);
        self.links.retain(|link| !link.starts_with(path));
    }

    /// Looks at a path and at everything below it, through links too, where they lead to what is read.
    fn take_in(&mut self, watched: &WatchedPaths, from: &Path) {
        let mut walk = WalkDir::new(from)
            .follow_links(true)
            .max_depth(DEPTH_MAX)
            .into_iter();
        for _ in 0..ENTRIES_MAX {
            let Some(entry) = walk.next() else { return };
            let path = match &entry {
                Ok(entry) => entry.path(),
                Err(error) => error.path().unwrap_or(from), // a link that leads nowhere, or in a circle
            };
            let is_folder = entry.as_ref().is_ok_and(|entry| entry.file_type().is_dir());
            if path != from && path.file_name().is_some_and(is_hidden) {
                skip(&mut walk, is_folder);
                continue;
            }
            if let Some(stat) = stat_of(path) {
                let is_link = stat.target.is_some();
                if is_link && !watched.holds_end_of(path) {
                    skip(&mut walk, is_folder);
                } else if is_link && is_folder {
                    self.links.insert(path.to_owned());
                }
                self.stats.insert(Key::of(path), stat);
            }
        }
    }

    /// Looks at one path alone.
    fn take(&mut self, path: &Path) {
        let stat = stat_of(path);
        self.stats.extend(stat.map(|stat| (Key::of(path), stat)));
    }
}

fn skip(walk: &mut walkdir::IntoIter, is_folder: bool) {
    if is_folder {
        walk.skip_current_dir();
    }
}

fn stat_of(path: &Path) -> Option<FileStat> {
    let own = fs::symlink_metadata(path).ok()?;
    let target = own.is_symlink().then(|| fs::metadata(path).ok());
    let target = target.flatten();
    if own.is_dir() {
        // Its time tells of files that come and go, and those tell of themselves.
        return Some(FileStat {
            inode: own.ino(),
            bytes: 0,
            modified: (0, 0),
            changed: (0, 0),
            target: None,
        });
    }
    Some(FileStat {
        inode: own.ino(),
        bytes: own.size(),
        modified: (own.mtime(), own.mtime_nsec()),
        changed: (own.ctime(), own.ctime_nsec()),
        target: target.map(|to| {
            if to.is_dir() {
                (to.ino(), 0, 0, 0)
            } else {
                (to.ino(), to.size(), to.mtime(), to.ctime_nsec())
            }
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::source::Given;

    #[test]
    fn every_change_shows_and_only_what_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().canonicalize().unwrap().join(name);
        let write = |name: &str, text: &str| {
            fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            fs::write(path(name), text).unwrap();
        };
        for name in [
            "gradus.toml",
            "people/a/x.md",
            "people/a/y.md",
            "people/b/x.md",
            "public/z",
            "people/.h",
        ] {
            write(name, "1");
        }
        let watched = WatchedPaths::of(folder.path(), &Given::default());
        let before = DirSnapshot::of(&watched);
        assert_eq!(before, DirSnapshot::of(&watched));
        write("people/a/x.md", "22");
        fs::rename(path("people/a/y.md"), path("people/a/z.md")).unwrap();
        fs::remove_dir_all(path("people/b")).unwrap();
        write("people/.h", "22");
        write("public/z", "22");
        let after = DirSnapshot::of(&watched);
        let expected = [
            "people/a/x.md",
            "people/a/y.md",
            "people/a/z.md",
            "people/b",
            "people/b/x.md",
        ];
        assert_eq!(before.difference(&after), expected.map(path).into());
        let mut refreshed = before.clone();
        let paths = ["people", "people/a/x.md", "public"].map(path).into();
        assert_eq!(
            refreshed.refresh(&watched, &paths),
            expected.map(path).into()
        );
        assert_eq!(refreshed, after);
    }
}
