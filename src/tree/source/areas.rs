//! Where the parts of an organisation lie on the disk.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::load::CYCLES;
use super::reload::Part;
use super::{RUBRICS, STATIC};

/// Where everything lies, without symbolic links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Areas {
    /// The directory of `gradus.toml`.
    pub root: PathBuf,
    pub people: Area,
    pub management: Area,
    /// The directories, relative to the root, that hold rubrics or would if they were there.
    pub rubrics: BTreeSet<String>,
}

/// One directory that `[sources]` may have moved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Area {
    pub directory: PathBuf,
    /// What its paths begin with in messages, without `/` at the end.
    pub shown: String,
    /// Whether `[sources]` says where it lies; it is a tree of its own then.
    pub moved: bool,
    /// Whether that is outside of the tree and was not allowed: nothing of it is read.
    pub refused: bool,
}

impl Areas {
    /// All directories but the root itself.
    pub fn all(&self) -> impl Iterator<Item = PathBuf> {
        let inside = self.rubrics.iter().map(String::as_str);
        let inside = inside
            .chain([CYCLES, STATIC])
            .map(|name| self.root.join(name));
        let moved = [&self.people, &self.management].map(|area| area.directory.clone());
        inside.chain(moved)
    }

    /// Whether one of the directories lies in that one, or is it.
    pub fn holds_any(&self, path: &Path) -> bool {
        self.all().any(|area| area.starts_with(path))
    }

    /// Whether a path, as it is shown, lies outside of the tree.
    pub fn is_outside(&self, path: &str) -> bool {
        let mut moved = [&self.people, &self.management].into_iter();
        moved.any(|area| {
            let is_outside = area.moved && !area.directory.starts_with(&self.root);
            is_outside && lies_in(path, &area.shown)
        })
    }

    /// Whether a path, as it is shown, lies in a part.
    pub fn show(&self, part: &Part, path: &str) -> bool {
        match part {
            Part::Cycles => lies_in(path, CYCLES),
            Part::Rubrics => {
                let mut rubrics = self.rubrics.iter().map(String::as_str);
                rubrics.any(|rubric| lies_in(path, rubric)) || lies_in(path, RUBRICS)
            }
            Part::Person(name) => lies_in(path, &format!("{}/{name}", self.people.shown)),
            Part::Management => lies_in(path, &self.management.shown),
            Part::Static => lies_in(path, STATIC),
        }
    }
}

fn lies_in(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
