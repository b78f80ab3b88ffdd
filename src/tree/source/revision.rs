//! Rubrics that cycles pin to a revision, read as git holds them.
//!
//! What is read goes into the source as if it lay in a directory named as the pin is; in messages its
//! files are called `<revision>:rubrics/…`, as git calls them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::git::{Entry, Repository, Trouble};
use super::layout::{Kind, Known};
use super::{Directory, FileKind, Problem, RUBRICS, Source, load};
use crate::ground::diag::did_you_mean;

/// The most files that one rubric may have.
const FILES_MAX: usize = 10_000;

/// The longest name of a revision, in bytes.
const NAME_MAX_BYTES: usize = 200;

/// Names that are offered where none is near.
const OFFERED: usize = 3;

/// The rubrics that were read from git, by the pin; or why one could not be.
pub type Revisions = BTreeMap<String, Result<Arc<Revision>, RevisionProblem>>;

/// A rubric as of one commit.
#[derive(Debug)]
pub struct Revision {
    commit: String,
    /// By the path below the rubric.
    files: Vec<(String, Vec<u8>)>,
}

/// Why a pinned revision cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant says what its field is")]
pub enum RevisionProblem {
    /// It cannot be the name of a revision.
    NoName,
    /// There is no such revision; what would help.
    Missing { help: Option<String> },
    /// There is no rubric in it.
    NoRubric,
    /// It holds more files than a rubric has.
    TooMany,
    /// git could not be asked.
    Trouble(Trouble),
}

/// Reads every pin that is no directory.
pub(super) fn read_pinned(source: &mut Source, before: &Revisions) {
    let open = load::pins(source).into_iter().filter(|pin| {
        let known = Directory::Rubric(pin.as_str().into());
        !source.directories.contains_key(&known)
    });
    let open: Vec<String> = open.collect();
    if open.is_empty() {
        return;
    }
    let repository = Repository::at(&source.areas.root);
    for pin in open {
        let read = match &repository {
            _ if !is_name(&pin) => Err(RevisionProblem::NoName),
            Err(trouble) => Err(RevisionProblem::Trouble(trouble.clone())),
            Ok(repository) => read(repository, &pin, before.get(&pin)),
        };
        if let Ok(revision) = &read {
            take_in(source, &pin, revision);
        }
        source.revisions.insert(pin, read);
    }
}

/// Whether a text names a commit, and the same one in every clone: no question, no range, no reflog.
fn is_name(pin: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "._/-+~^".contains(c);
    !pin.is_empty()
        && pin.len() <= NAME_MAX_BYTES
        && pin.starts_with(char::is_alphanumeric)
        && pin.chars().all(plain)
        && !pin.contains("..")
}

fn read(
    repository: &Repository,
    pin: &str,
    before: Option<&Result<Arc<Revision>, RevisionProblem>>,
) -> Result<Arc<Revision>, RevisionProblem> {
    let commit = repository
        .commit(pin)?
        .ok_or_else(|| missing(repository, pin))?;
    if let Some(Ok(known)) = before
        && known.commit == commit
    {
        return Ok(known.clone());
    }
    let files = rubric_files(repository, &commit)?;
    if files.len() > FILES_MAX {
        return Err(RevisionProblem::TooMany);
    }
    let blobs: Vec<&str> = files.iter().map(|(_, blob)| blob.as_str()).collect();
    let contents = repository.blobs(&blobs)?;
    let files = files.iter().zip(contents);
    // A file that is missing or too large leaves one that is no text, about which `check` has words.
    let files = files.map(|((path, _), content)| (path.clone(), content.unwrap_or(vec![0xff])));
    let files = files.collect();
    Ok(Arc::new(Revision { commit, files }))
}

fn missing(repository: &Repository, pin: &str) -> RevisionProblem {
    let names = repository.names().unwrap_or_default();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let help = if repository.fingerprint.shallow {
        Some("the clone is shallow: fetch the whole history, with its tags".to_owned())
    } else {
        did_you_mean(pin, names.iter().copied()).or_else(|| offered(&names))
    };
    RevisionProblem::Missing { help }
}

/// The newest names.
fn offered(names: &[&str]) -> Option<String> {
    let some: Vec<String> = names
        .iter()
        .take(OFFERED)
        .map(|n| format!("`{n}`"))
        .collect();
    (!some.is_empty()).then(|| format!("there are {}", some.join(", ")))
}

/// The blobs of the rubric, with their paths below it: where the tree lies today, or where it lay then.
fn rubric_files(
    repository: &Repository,
    commit: &str,
) -> Result<Vec<(String, String)>, RevisionProblem> {
    let prefix = String::from_utf8_lossy(&repository.prefix).into_owned();
    let today = format!("{prefix}{RUBRICS}/");
    let entries = repository.files(commit, Some(today.trim_end_matches('/')))?;
    let found = below(&entries, &today);
    if !found.is_empty() {
        return Ok(found);
    }
    let entries = repository.files(commit, None)?;
    let trees = entries.iter().filter_map(|entry| {
        let path = std::str::from_utf8(&entry.path).ok()?;
        path.strip_suffix(load::ORGANISATION)
            .filter(|above| above.is_empty() || above.ends_with('/'))
    });
    let found = trees.map(|above| below(&entries, &format!("{above}{RUBRICS}/")));
    let mut found = found.filter(|files| !files.is_empty());
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(RevisionProblem::NoRubric),
    }
}

fn below(entries: &[Entry], directory: &str) -> Vec<(String, String)> {
    let files = entries.iter().filter_map(|entry| {
        let path = std::str::from_utf8(&entry.path).ok()?;
        Some((path.strip_prefix(directory)?.to_owned(), entry.blob.clone()))
    });
    files.collect()
}

/// Puts the files where those of a pinned directory go. What is not of the layout was nobody's complaint then, and is
/// none now.
fn take_in(source: &mut Source, pin: &str, revision: &Revision) {
    let shown: Arc<str> = format!("{pin}:{RUBRICS}").into();
    let area = Kind::Rubric(pin.into());
    let known = Directory::Rubric(pin.into());
    source.directories.insert(known, shown.clone());
    for (path, bytes) in &revision.files {
        let parts: Vec<&str> = path.split('/').collect();
        if parts.iter().any(|part| part.starts_with('.')) {
            continue;
        }
        let known = area.known(&parts, false);
        if !matches!(known, Known::File(_) | Known::Sealed(_)) {
            continue;
        }
        if let Known::Directory(track) = area.known(&parts[..1], true) {
            let path = format!("{shown}/{}", parts[0]);
            source.directories.insert(track, path.into());
        }
        let path = format!("{shown}/{path}");
        match known {
            Known::Sealed(kind) => source.take_in_sealed(&path, kind, bytes),
            Known::File(kind) => source.take_in(&path, kind, bytes.clone()),
            _ => {}
        }
    }
}

/// Takes out what [`take_in`] put there.
pub(super) fn take_out(source: &mut Source, pin: &str) {
    let of_pin = |kind: &FileKind| match kind {
        FileKind::Track { rubric, .. } | FileKind::Level { rubric, .. } => **rubric == *pin,
        _ => false,
    };
    let shown = format!("{pin}:{RUBRICS}/");
    source
        .files
        .retain(|kind, file| !(of_pin(kind) && file.path.starts_with(&shown)));
    source
        .directories
        .retain(|_, path| !path.starts_with(&shown) && **path != *shown.trim_end_matches('/'));
    source.texts.retain(|path, _| !path.starts_with(&shown));
    let of_pin = |problem: &Problem| problem.place.file.starts_with(&shown);
    source.problems.retain(|problem| !of_pin(problem));
}

impl From<Trouble> for RevisionProblem {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}
