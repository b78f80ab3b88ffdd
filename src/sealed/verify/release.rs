//! The plain files of a site as this program would write them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::finding::Finding;
use crate::build::pipeline;
use crate::domain::model::{KeyKind, PlainFile};
use crate::sealed::portable;

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
    pub fn of_program() -> Self {
        let theme = program_theme();
        let scripts = scripts().into_iter().filter_map(|script| {
            let assets = crate::site::assets(&theme, &script);
            let path = assets.script_path;
            assets.files.into_iter().find(|file| file.path == path)
        });
        let files = by_path(scripts.collect());
        Self {
            scripts: files.keys().cloned().collect(),
            files,
            published: BTreeMap::new(),
            is_whole: false,
        }
    }

    /// What a build of the organisation at hand writes beside what it seals, wherever it can be opened from, and what it
    /// publishes from `static/`.
    pub fn of_build(files: Vec<PlainFile>, published: BTreeMap<String, Arc<[u8]>>) -> Self {
        Self {
            files: by_path(files),
            published,
            is_whole: true,
            ..Self::of_program()
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

/// The viewer's scripts: for either kind of keys, and for sites that open from disk too.
fn scripts() -> Vec<Vec<u8>> {
    let kinds = [KeyKind::X25519, KeyKind::Hybrid].map(pipeline::viewer);
    let portable = kinds.map(portable::viewer);
    kinds
        .map(<[u8]>::to_vec)
        .into_iter()
        .chain(portable)
        .collect()
}

fn is_sealed(path: &str) -> bool {
    path.ends_with(".age")
}

/// The program's own theme. Only what names the script is taken from it, which is the same in every theme.
fn program_theme() -> crate::site::Theme {
    // The templates are part of the program, and its tests render all of them.
    crate::site::Theme::new(BTreeMap::new()).expect("the program's own theme is in order")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_own_viewer_is_known_without_a_tree() {
        let release = Release::of_program();
        assert_eq!(release.scripts.len(), 4);
        for script in &release.scripts {
            assert!(script.starts_with("assets/viewer."));
            let known = scripts();
            let bytes = known.iter().find(|bytes| release.holds(script, bytes));
            assert_eq!(release.compare(script, bytes.unwrap()), None);
        }
        let other = release
            .compare("assets/viewer.0123456789abcdef.js", b"")
            .unwrap();
        assert_eq!(other.code, "viewer");
        assert_eq!(
            release.compare("assets/theme.0123456789abcdef.css", b""),
            None
        );
    }
}
