//! Which folders of a disk an organisation consists of, and which paths in them count.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use crate::tree::source::{self, FILE_MAX_BYTES, Given};

/// Where the files of an organisation lie, in its directory.
const AREAS: [&str; 5] = ["rubrics", "cycles", "people", "management", "themes"];

/// Folders that are watched, without links in their paths.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WatchedPaths {
    /// The organisation's own directory: the files that lie right in it count.
    pub root: PathBuf,
    /// Everything below these counts. Some may not be there at the moment.
    pub areas: BTreeSet<PathBuf>,
    /// Files of the git repositories that these lie in, which change with what git holds of them. Some may not be
    /// there.
    pub marks: BTreeSet<PathBuf>,
    /// Links on the way to the root and the areas: where one leads elsewhere, everything does.
    pub ways: BTreeSet<PathBuf>,
}

/// What is another where another commit is checked out, made, or fetched into a part of a history.
const MARKS: [&str; 3] = ["HEAD", "logs/HEAD", "shallow"];

/// How far down a folder belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What lies right in it.
    Top,
    /// Everything below it.
    Whole,
}

impl WatchedPaths {
    /// What the organisation in `root` consists of at the moment, if it is read with that.
    pub fn of(root: &Path, given: &Given) -> Self {
        let named = source::named_directories(root, given).into_iter();
        let ways = named.flat_map(|named| links_on_the_way(&named)).collect();
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let usual = AREAS.map(|area| root.join(area)).into_iter();
        let areas = usual.chain(source::directories(&root, given));
        let areas = areas.map(|area| area.canonicalize().unwrap_or(area));
        let areas: BTreeSet<PathBuf> = areas.filter(|area| *area != root).collect();
        let repositories = areas.iter().chain([&root]).filter_map(|at| repository(at));
        let repositories: BTreeSet<PathBuf> = repositories.collect();
        let marks = |repository: &PathBuf| MARKS.map(|mark| repository.join(mark));
        Self {
            marks: repositories.iter().flat_map(marks).collect(),
            areas,
            root,
            ways,
        }
    }

    /// All folders, the root first.
    pub fn folders(&self) -> impl Iterator<Item = (&Path, Depth)> {
        let areas = self.areas.iter().map(|area| (area.as_path(), Depth::Whole));
        let of_marks: BTreeSet<&Path> = (self.marks.iter().chain(&self.ways))
            .filter_map(|mark| mark.parent())
            .collect();
        let of_marks = of_marks.into_iter().map(|folder| (folder, Depth::Top));
        let root = (self.root.as_path(), Depth::Top);
        [root].into_iter().chain(areas).chain(of_marks)
    }

    /// Whether what a link leads to lies in the organisation: no other is ever read.
    pub fn holds_end_of(&self, link: &Path) -> bool {
        let inside = |end: PathBuf| {
            let mut folders = self.areas.iter().chain([&self.root]);
            folders.any(|folder| end.starts_with(folder))
        };
        link.canonicalize().is_ok_and(inside)
    }

    /// Whether a change of that path can change the site.
    pub fn counts(&self, path: &Path) -> bool {
        let in_area = |area: &PathBuf| path.strip_prefix(area).is_ok_and(is_visible);
        let right_in_root = || {
            path.parent() == Some(&self.root)
                && path.file_name().is_some_and(|name| !is_hidden(name))
        };
        self.areas.iter().any(in_area)
            || (right_in_root() && !self.is_of_others(path))
            || self.marks.contains(path)
            || self.ways.contains(path)
    }

    /// Whether what is watched follows from that file.
    pub fn follows_from(&self, path: &Path) -> bool {
        path.parent() == Some(&self.root)
            || path.starts_with(self.root.join("cycles"))
            || self.areas.contains(path)
            || self.ways.contains(path)
    }

    /// A folder right in the organisation that is none of its areas: the built site, or anything else.
    fn is_of_others(&self, path: &Path) -> bool {
        path.is_dir() || path.file_name().is_some_and(|name| name == "public")
    }
}

/// More links than a system follows.
const LINKS_MAX: usize = 64;

/// Every link that is followed on the way to a path, each at its own place.
fn links_on_the_way(path: &Path) -> Vec<PathBuf> {
    let mut rest: Vec<OsString> = parts(path).rev().collect();
    let mut at = std::env::current_dir().unwrap_or_default();
    let mut links = Vec::new();
    while let Some(part) = rest.pop() {
        if part == "." {
            continue;
        }
        if part == ".." {
            at.pop();
            continue;
        }
        at.push(&part); // an absolute one begins anew
        if let Ok(target) = fs::read_link(&at) {
            if links.len() == LINKS_MAX {
                break;
            }
            links.push(at.clone());
            at.pop();
            rest.extend(parts(&target).rev());
        }
    }
    links
}

fn parts(path: &Path) -> impl DoubleEndedIterator<Item = OsString> {
    path.components().map(|part| part.as_os_str().to_owned())
}

fn is_visible(path: &Path) -> bool {
    !path.iter().any(is_hidden)
}

/// Whether a name begins with a dot.
pub fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// The directory of git's own files, for what lies in a work tree.
fn repository(at: &Path) -> Option<PathBuf> {
    let top = at.ancestors().find(|above| above.join(".git").exists())?;
    let own = top.join(".git");
    match text_of(&own) {
        // A work tree beside others names it in a file.
        Some(text) => {
            let named = text.strip_prefix("gitdir:")?.trim();
            top.join(named).canonicalize().ok()
        }
        None => Some(own),
    }
}

/// A file that is no larger than those which are read for a site.
fn text_of(path: &Path) -> Option<String> {
    let metadata = fs::metadata(path).ok()?;
    let is_readable = metadata.is_file() && metadata.len() <= FILE_MAX_BYTES;
    is_readable.then(|| fs::read_to_string(path).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::source::Outside;

    fn of(root: &Path) -> WatchedPaths {
        WatchedPaths::of(root, &Given::default())
    }

    fn organisation(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn declared_and_pinned_directories_belong_to_it() {
        let folder = organisation(&[
            (
                "org/gradus.toml",
                "[sources]\npeople = \"../elsewhere/\"\nmanagement = 3\n",
            ),
            ("org/cycles/2026-h1.toml", "rubric = \"old/rubrics\"\n"),
            ("org/cycles/2026-h2.toml", "rubric = \"../..\"\n"),
            ("elsewhere/ada/person.toml", ""),
        ]);
        let outside = Outside::new([folder.path().to_owned()]).unwrap();
        let given = Given {
            outside,
            ..Given::default()
        };
        let watched = WatchedPaths::of(&folder.path().join("org"), &given);
        let top = folder.path().canonicalize().unwrap();
        for path in [
            "elsewhere/ada/person.toml",
            "org/old/rubrics/a.toml",
            "org/people/x",
            "org/gradus.toml",
        ] {
            assert!(watched.counts(&top.join(path)), "{path}");
        }
        assert!(!watched.counts(&top.join("other/file")));
    }

    #[test]
    fn hidden_and_built_files_do_not_count() {
        let folder = organisation(&[("gradus.toml", ""), ("public/index.html", "")]);
        let watched = of(folder.path());
        for path in [
            "public",
            "public/index.html",
            ".git/index",
            ".gradus/ledger.json",
            "people/.x.swp",
            "people/.a/b",
            ".x",
        ] {
            assert!(!watched.counts(&watched.root.join(path)), "{path}");
        }
        for path in [
            "people",
            "people/ada/person.toml",
            "themes/own/own.css",
            "access.lock",
        ] {
            assert!(watched.counts(&watched.root.join(path)), "{path}");
        }
    }

    #[test]
    fn the_state_of_the_repository_counts_and_nothing_else_of_it() {
        let folder = organisation(&[
            (".git/HEAD", ""),
            (".git/worktrees/w/HEAD", ""),
            ("w/.git", "gitdir: ../.git/worktrees/w\n"),
            ("w/gradus.toml", ""),
            ("org/gradus.toml", ""),
        ]);
        let top = folder.path().canonicalize().unwrap();
        let (of_org, of_w) = (of(&top.join("org")), of(&top.join("w")));
        for (mark, org, w) in [
            (".git/HEAD", true, false),
            (".git/logs/HEAD", true, false),
            (".git/worktrees/w/HEAD", false, true),
            (".git/index", false, false),
            ("w/.git", false, false),
        ] {
            let path = top.join(mark);
            assert_eq!(
                (of_org.counts(&path), of_w.counts(&path)),
                (org, w),
                "{mark}"
            );
        }
    }

    #[test]
    fn a_root_behind_a_link_is_the_place_itself() {
        let folder = organisation(&[("org/gradus.toml", "")]);
        std::os::unix::fs::symlink("org", folder.path().join("link")).unwrap();
        let mut watched = of(&folder.path().join("link"));
        let link = folder.path().canonicalize().unwrap().join("link");
        assert!(watched.counts(&link) && watched.follows_from(&link));
        watched.ways.retain(|way| *way != link);
        assert_eq!(watched, of(&folder.path().join("org")));
    }
}
