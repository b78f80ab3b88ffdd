//! Which folders of a disk an organisation consists of, and which paths in them count.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::source::FILE_MAX_BYTES;
use crate::source::written::Toml;

/// The file that makes a directory an organisation.
const ORGANISATION: &str = "gradus.toml";

/// Where the files of an organisation lie, in its directory.
const AREAS: [&str; 5] = ["rubrics", "cycles", "people", "management", "themes"];

/// Folders that are watched, without links in their paths.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Territory {
    /// The organisation's own directory: the files that lie right in it count.
    pub root: PathBuf,
    /// Everything below these counts. Some may not be there at the moment.
    pub areas: BTreeSet<PathBuf>,
}

/// How far down a folder belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What lies right in it.
    Top,
    /// Everything below it.
    Whole,
}

impl Territory {
    /// What the organisation in `root` consists of at the moment.
    pub fn of(root: &Path) -> Self {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let declared = sources(&root).into_iter().chain(pins(&root));
        let usual = AREAS.map(str::to_owned);
        let areas = usual.into_iter().chain(declared).map(|area| {
            let area = root.join(area);
            area.canonicalize().unwrap_or(area)
        });
        Self {
            areas: areas.filter(|area| *area != root).collect(),
            root,
        }
    }

    /// All folders, the root first.
    pub fn folders(&self) -> impl Iterator<Item = (&Path, Depth)> {
        let areas = self.areas.iter().map(|area| (area.as_path(), Depth::Whole));
        [(self.root.as_path(), Depth::Top)].into_iter().chain(areas)
    }

    /// Whether a change of that path can change the site.
    pub fn counts(&self, path: &Path) -> bool {
        let in_area = |area: &PathBuf| path.strip_prefix(area).is_ok_and(is_visible);
        let right_in_root = || {
            path.parent() == Some(&self.root)
                && path.file_name().is_some_and(|name| !is_hidden(name))
        };
        self.areas.iter().any(in_area) || (right_in_root() && !self.is_of_others(path))
    }

    /// Whether what is watched follows from that file.
    pub fn follows_from(&self, path: &Path) -> bool {
        path.parent() == Some(&self.root)
            || path.starts_with(self.root.join("cycles"))
            || self.areas.contains(path)
    }

    /// A folder right in the organisation that is none of its areas: the built site, or anything else.
    fn is_of_others(&self, path: &Path) -> bool {
        path.is_dir() || path.file_name().is_some_and(|name| name == "public")
    }
}

fn is_visible(path: &Path) -> bool {
    !path.iter().any(is_hidden)
}

/// Whether a name begins with a dot.
pub fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// The directories that `[sources]` names.
fn sources(root: &Path) -> Vec<String> {
    let Some(text) = text_of(&root.join(ORGANISATION)) else {
        return Vec::new();
    };
    let toml = Toml::parse(&text);
    let table = toml
        .root
        .get("sources")
        .and_then(|v| v.get_ref().as_table());
    let values = table.into_iter().flat_map(|table| table.values());
    values
        .filter_map(|value| value.get_ref().as_str())
        .map(str::to_owned)
        .collect()
}

/// The directories whose rubric a cycle pins.
fn pins(root: &Path) -> Vec<String> {
    let Ok(cycles) = fs::read_dir(root.join("cycles")) else {
        return Vec::new();
    };
    let texts = cycles.flatten().filter_map(|entry| text_of(&entry.path()));
    let pinned = texts.filter_map(|text| {
        let toml = Toml::parse(&text);
        let pin = toml.root.get("rubric")?.get_ref().as_str()?;
        Some(pin.to_owned())
    });
    // Others name no directory of the tree.
    pinned.filter(|pin| is_below(Path::new(pin))).collect()
}

fn is_below(path: &Path) -> bool {
    use std::path::Component::Normal;
    path.components()
        .all(|part| matches!(part, Normal(name) if !is_hidden(name)))
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
        let territory = Territory::of(&folder.path().join("org"));
        let top = folder.path().canonicalize().unwrap();
        for path in [
            "elsewhere/ada/person.toml",
            "org/old/rubrics/a.toml",
            "org/people/x",
            "org/gradus.toml",
        ] {
            assert!(territory.counts(&top.join(path)), "{path}");
        }
        assert!(!territory.counts(&top.join("other/file")));
    }

    #[test]
    fn hidden_and_built_files_do_not_count() {
        let folder = organisation(&[("gradus.toml", ""), ("public/index.html", "")]);
        let territory = Territory::of(folder.path());
        for path in [
            "public",
            "public/index.html",
            ".git/index",
            ".gradus/ledger.json",
            "people/.x.swp",
            "people/.a/b",
            ".x",
        ] {
            assert!(!territory.counts(&territory.root.join(path)), "{path}");
        }
        for path in [
            "people",
            "people/ada/person.toml",
            "themes/own/own.css",
            "access.lock",
        ] {
            assert!(territory.counts(&territory.root.join(path)), "{path}");
        }
    }

    #[test]
    fn a_root_behind_a_link_is_the_place_itself() {
        let folder = organisation(&[("org/gradus.toml", "")]);
        std::os::unix::fs::symlink("org", folder.path().join("link")).unwrap();
        let territory = Territory::of(&folder.path().join("link"));
        assert_eq!(territory, Territory::of(&folder.path().join("org")));
    }
}
