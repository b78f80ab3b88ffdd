//! `static/`: the files that the organisation publishes as they are.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use super::tree::{LFS_POINTER, Neighbours};
use super::{FILE_MAX_BYTES, Problem, ProblemKind, Source, read};
use crate::domain::model::is_svg;
use crate::ground::diag::Place;

/// The directory, and what its paths begin with.
pub const STATIC: &str = "static";

/// The most files and directories that it may hold.
const ENTRIES_MAX: usize = 10_000;

/// Files of git and of systems, which nobody means to publish.
const PASSED_OVER: [&str; 3] = [".gitkeep", ".gitignore", ".DS_Store"];

/// Reads all files of `static/`. Links are not followed.
pub(super) fn load(source: &mut Source) {
    let directory = source.areas.root.join(STATIC);
    let Ok(found) = directory.symlink_metadata() else {
        return;
    };
    if !found.is_dir() {
        let what = if found.is_symlink() {
            ProblemKind::StaticLink
        } else {
            ProblemKind::FileForDirectory
        };
        return source.static_problem(STATIC, what);
    }
    let mut neighbours = Neighbours::default();
    let entries = WalkDir::new(&directory).sort_by_file_name();
    for (count, entry) in entries.into_iter().enumerate() {
        let problem = match entry {
            _ if count > ENTRIES_MAX => {
                let max = ENTRIES_MAX;
                source.static_problem(STATIC, ProblemKind::TooManyEntries { max });
                return;
            }
            Ok(entry) => take(source, &directory, &entry, &mut neighbours),
            Err(error) => {
                let path = shown(&directory, error.path().unwrap_or(&directory));
                Some((path, ProblemKind::Unreadable(error.to_string())))
            }
        };
        if let Some((path, what)) = problem {
            source.static_problem(&path, what);
        }
    }
}

fn take(
    source: &mut Source,
    directory: &Path,
    entry: &DirEntry,
    neighbours: &mut Neighbours,
) -> Option<(String, ProblemKind)> {
    let kind = entry.file_type();
    let path = shown(directory, entry.path());
    let name = entry.file_name();
    if PASSED_OVER.iter().any(|passed| name == *passed) {
        return None;
    }
    if kind.is_symlink() {
        return Some((path, ProblemKind::StaticLink));
    }
    if name.to_str().is_none() {
        return Some((path, ProblemKind::UnportableName));
    }
    if let Some(other) = neighbours.collision(&path) {
        return Some((path, ProblemKind::CaseCollision { other }));
    }
    if kind.is_dir() {
        return None;
    }
    match read::bytes(entry.path(), FILE_MAX_BYTES) {
        Ok(bytes) if bytes.starts_with(LFS_POINTER) => Some((path, ProblemKind::LfsPointer)),
        Ok(bytes) => {
            let path: Arc<str> = path.into();
            if is_svg(&path) {
                // What is wrong with it is shown there.
                let text = String::from_utf8_lossy(&bytes);
                source.texts.insert(path.clone(), text.into());
            }
            source.published.insert(path, bytes.into());
            None
        }
        Err(what) => Some((path, what)),
    }
}

impl Source {
    fn static_problem(&mut self, path: &str, what: ProblemKind) {
        let place = Place::file(path);
        self.problems.push(Problem { place, what });
    }
}

/// What was read of `static/`, by path.
pub(super) type Published = BTreeMap<Arc<str>, Arc<[u8]>>;

fn shown(directory: &Path, path: &Path) -> String {
    let mut shown = STATIC.to_owned();
    for part in path.strip_prefix(directory).unwrap_or(path) {
        shown.push('/');
        shown.push_str(&part.to_string_lossy());
    }
    shown
}
