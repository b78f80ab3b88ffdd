//! How all files look from outside: what tells that one was changed where nobody said so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::territory::{Territory, is_hidden};

/// What changes with every change of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    inode: u64,
    bytes: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
    changed: (i64, i64),
    /// Of what a link leads to, the same.
    target: Option<(u64, u64, i64, i64)>,
}

/// All files and directories of a territory at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    looks: BTreeMap<PathBuf, Look>,
}

impl Survey {
    /// Looks at everything. What cannot be looked at is as if it were not there.
    pub fn of(territory: &Territory) -> Self {
        let mut survey = Self::default();
        for area in &territory.areas {
            survey.take_in(WalkDir::new(area));
        }
        survey.take_in(WalkDir::new(&territory.root).min_depth(1).max_depth(1));
        survey.looks.retain(|path, _| territory.counts(path));
        survey
    }

    /// Looks at one path anew, and at everything below it.
    pub fn renew(&mut self, territory: &Territory, path: &Path) {
        if territory.counts(path) {
            self.forget(path);
            self.take_in(WalkDir::new(path));
        }
    }

    /// The paths that look different, are new, or are gone.
    pub fn difference(&self, other: &Self) -> BTreeSet<PathBuf> {
        let unlike = |(path, look): (&PathBuf, &Look), there: &Self| {
            (there.looks.get(path) != Some(look)).then(|| path.clone())
        };
        let here = self.looks.iter().filter_map(|one| unlike(one, other));
        let there = other.looks.iter().filter_map(|one| unlike(one, self));
        here.chain(there).collect()
    }

    /// Whatever lies below a path stands right behind it.
    fn forget(&mut self, path: &Path) {
        let from_here = self.looks.range(path.to_owned()..);
        let below = from_here.map(|(known, _)| known);
        let below: Vec<PathBuf> = below
            .take_while(|known| known.starts_with(path))
            .cloned()
            .collect();
        for known in below {
            self.looks.remove(&known);
        }
    }

    fn take_in(&mut self, walk: WalkDir) {
        let visible =
            |entry: &walkdir::DirEntry| entry.depth() == 0 || !is_hidden(entry.file_name());
        for entry in walk.into_iter().filter_entry(visible).flatten() {
            if let Some(look) = look_at(&entry) {
                self.looks.insert(entry.into_path(), look);
            }
        }
    }
}

fn look_at(entry: &walkdir::DirEntry) -> Option<Look> {
    let own = entry.metadata().ok()?;
    let target = entry
        .path_is_symlink()
        .then(|| fs::metadata(entry.path()).ok());
    let target = target.flatten();
    if own.is_dir() {
        // Its time tells of files that come and go, and those tell of themselves.
        return Some(Look {
            inode: own.ino(),
            bytes: 0,
            modified: (0, 0),
            changed: (0, 0),
            target: None,
        });
    }
    Some(Look {
        inode: own.ino(),
        bytes: own.size(),
        modified: (own.mtime(), own.mtime_nsec()),
        changed: (own.ctime(), own.ctime_nsec()),
        target: target.map(|to| (to.ino(), to.size(), to.mtime(), to.ctime_nsec())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let territory = Territory::of(folder.path());
        let before = Survey::of(&territory);
        assert_eq!(before, Survey::of(&territory));
        write("people/a/x.md", "22");
        fs::rename(path("people/a/y.md"), path("people/a/z.md")).unwrap();
        fs::remove_dir_all(path("people/b")).unwrap();
        write("people/.h", "22");
        write("public/z", "22");
        let after = Survey::of(&territory);
        let expected = [
            "people/a/x.md",
            "people/a/y.md",
            "people/a/z.md",
            "people/b",
            "people/b/x.md",
        ];
        assert_eq!(before.difference(&after), expected.map(path).into());
        let mut renewed = before.clone();
        for changed in before.difference(&after) {
            renewed.renew(&territory, &changed);
        }
        assert_eq!(renewed, after);
    }
}
