//! The plain files of a site as this program would write them.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Finding;
use crate::model::{KeyKind, PlainFile};
use crate::pipeline;

/// The viewer, and more of the plain files where the organisation is at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    files: BTreeMap<String, Vec<u8>>,
    /// Where a viewer's script may stand: each kind of keys has its own.
    scripts: BTreeSet<String>,
    /// Whether these are all plain files of the site.
    is_whole: bool,
}

impl Release {
    /// What is known without the organisation: the viewer's scripts, which are the same for all.
    pub fn of_program() -> Self {
        let theme = program_theme();
        let script = |keys| {
            let assets = crate::site::assets(&theme, pipeline::viewer(keys));
            let script = assets.script_path;
            let mut files = assets.files.into_iter();
            let file = files.find(|file| file.path == script);
            file.map(|file| (file.path, file.bytes))
        };
        let kinds = [KeyKind::X25519, KeyKind::Hybrid];
        let files: BTreeMap<_, _> = kinds.into_iter().filter_map(script).collect();
        Self {
            scripts: files.keys().cloned().collect(),
            files,
            is_whole: false,
        }
    }

    /// What a build of the organisation at hand writes beside what it seals.
    pub fn of_build(files: Vec<PlainFile>) -> Self {
        Self {
            files: files
                .into_iter()
                .map(|file| (file.path, file.bytes))
                .collect(),
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
        self.files.values().map(Vec::as_slice)
    }

    /// Whether exactly these bytes would be written there.
    pub fn holds(&self, path: &str, bytes: &[u8]) -> bool {
        self.files.get(path).is_some_and(|own| own == bytes)
    }

    /// What is to be said of a signed file that this program would write otherwise, or not at all.
    pub fn compare(&self, path: &str, bytes: &[u8]) -> Option<Finding> {
        let is_viewer = path.starts_with("assets/viewer.");
        let words = match self.files.get(path) {
            Some(own) if own == bytes => return None,
            None if is_viewer => {
                "it is signed, but not the viewer of this release: another release of gradus wrote the site, or another program"
            }
            None if !self.is_whole || is_sealed(path) => return None,
            _ => {
                "it is signed, but this release would write it otherwise from the organisation as it is now"
            }
        };
        Some(Finding::doubtful(
            if is_viewer { "viewer" } else { "release" },
            Some(path),
            words,
        ))
    }
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
        assert_eq!(release.scripts.len(), 2);
        for script in &release.scripts {
            assert!(script.starts_with("assets/viewer."));
            let kinds = [KeyKind::X25519, KeyKind::Hybrid].map(pipeline::viewer);
            let bytes = kinds.into_iter().find(|bytes| release.holds(script, bytes));
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
