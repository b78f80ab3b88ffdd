//! The plain files of a site as this program would write them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::finding::Finding;
use crate::domain::model::PlainFile;

/// The viewer, and more of the plain files where the organisation is at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// By path, what may stand there: a site that opens from disk has another lock page.
    files: BTreeMap<String, Vec<Vec<u8>>>,
    /// Where a viewer's script may stand: each kind of keys has its own.
    scripts: BTreeSet<String>,
    /// What the organisation publishes from `static/`, by path.
    published: BTreeMap<String, Arc<[u8]>>,
    /// Whether these are all plain files of the site.
    is_whole: bool,
}

impl Release {
    /// What is known without the organisation: the viewer's scripts, which are the same for all.
    pub fn of_scripts(scripts: Vec<PlainFile>) -> Self {
        let files = by_path(scripts);
        Self {
            scripts: files.keys().cloned().collect(),
            files,
            published: BTreeMap::new(),
            is_whole: false,
        }
    }

    /// With all plain files of a build, wherever the site can be opened from, and what the organisation publishes from `static/`.
    pub fn with_build(self, files: Vec<PlainFile>, published: BTreeMap<String, Arc<[u8]>>) -> Self {
        Self {
            files: by_path(files),
            published,
            is_whole: true,
            ..self
        }
    }

    /// Whether a viewer's script stands there.
    pub fn is_script(&self, path: &str) -> bool {
        self.scripts.contains(path)
    }

    /// All that is known.
    pub fn files(&self) -> impl Iterator<Item = &[u8]> {
        let own = self.files.values().flatten().map(Vec::as_slice);
        own.chain(self.published.values().map(|bytes| &**bytes))
    }

    /// Whether gradus itself writes exactly these bytes there.
    pub fn holds(&self, path: &str, bytes: &[u8]) -> bool {
        let may_stand_there = self.files.get(path);
        may_stand_there.is_some_and(|own| own.iter().any(|own| own == bytes))
    }

    /// What is to be said of a signed file that this program would write otherwise, or not at all.
    pub fn compare(&self, path: &str, bytes: &[u8]) -> Option<Finding> {
        let is_viewer = path.starts_with("assets/viewer.");
        let words = match self.files.get(path) {
            Some(_) if self.holds(path, bytes) => return None,
            None if self.published.get(path).is_some_and(|own| **own == *bytes) => return None,
            None if is_viewer => {
                "it is signed, but not the viewer of this release: another release of gradus wrote the site, or another program"
            }
            None if !self.is_whole || is_sealed(path) => return None,
            _ => {
                "it is signed, but this release would write it otherwise from the organisation as it is now"
            }
        };
        Some(Finding::warning(
            if is_viewer { "viewer" } else { "release" },
            Some(path),
            words,
        ))
    }
}

fn by_path(files: Vec<PlainFile>) -> BTreeMap<String, Vec<Vec<u8>>> {
    let mut by_path: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for file in files {
        by_path.entry(file.path).or_default().push(file.bytes);
    }
    by_path
}

fn is_sealed(path: &str) -> bool {
    path.ends_with(".age")
}
