//! Each file against the list, and against what may stand in it.

use std::collections::BTreeMap;
use std::io;

use rayon::prelude::*;

use super::finding::Finding;
use super::listed::Listed;
use super::packed::{self, Texts};
use super::{Against, secrets, shell, stranger};
use crate::host::EntryKind;
use crate::portable;
use crate::seal::{FILE_MAX_BYTES, ReadError, SiteFiles, read_signed};

/// Folders in which every file is age's.
const SEALED_FOLDERS: [&str; 3] = ["sealed/", "keyring/", "login/"];

/// How an age file begins, as bytes or as text.
const AGE_BEGINNINGS: [&[u8]; 2] = [
    b"age-encryption.org/v1\n",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
];

/// What was looked at.
#[derive(Debug, Default)]
pub struct Judged {
    pub findings: Vec<Finding>,
    /// Listed files that are just as signed.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Looks at every file that is listed or there. Nothing is known of what should be there where there is no list.
///
/// # Errors
/// `Io` alone: a file of the list cannot be read.
pub fn files(
    site: &(dyn SiteFiles + Sync),
    against: &Against<'_>,
    listed: Option<&Listed>,
) -> Result<Judged, ReadError> {
    let mut paths: BTreeMap<&str, EntryKind> = BTreeMap::new();
    let signed = listed.iter().flat_map(|listed| listed.files.keys());
    paths.extend(signed.map(|path| (path.as_str(), EntryKind::File)));
    let there = against.entries.unwrap_or_default().iter();
    let (unnameable, there): (Vec<_>, Vec<_>) =
        there.partition(|entry| entry.kind == EntryKind::Unnameable);
    let there = there.iter();
    paths.extend(there.map(|entry| (entry.path.as_str(), entry.kind)));
    let missing = listed.map_or_else(Vec::new, |listed| twins_missing(&paths, listed));
    let paths: Vec<(&str, EntryKind)> = paths.into_iter().collect();
    let judge = |(path, kind): &(&str, EntryKind)| -> Result<Judged, ReadError> {
        let mut judged = one(site, against, listed, path, *kind)?;
        judged.findings.extend(no_file(path, *kind));
        Ok(judged)
    };
    let mut judged = paths
        .par_iter()
        .map(judge)
        .try_reduce(Judged::default, |mut a, b| {
            a.findings.extend(b.findings);
            a.files += b.files;
            a.bytes += b.bytes;
            Ok(a)
        })?;
    judged.findings.extend(missing);
    // What is shown of such a name may be the name of another file: none of them is one of the paths.
    let unnameable = unnameable.iter();
    judged
        .findings
        .extend(unnameable.filter_map(|entry| no_file(&entry.path, entry.kind)));
    Ok(judged)
}

/// Files of a folder that opens from disk which cannot be read from there.
fn twins_missing(there: &BTreeMap<&str, EntryKind>, listed: &Listed) -> Vec<Finding> {
    if !there
        .keys()
        .any(|path| portable::original_of(path).is_some())
    {
        return Vec::new();
    }
    let files = listed.files.keys().chain(&listed.vouching);
    let twins = files.filter_map(|path| portable::twin_path(path));
    let missing = twins.filter(|twin| !there.contains_key(twin.as_str()));
    let words = "it is missing, so a page opened from disk lacks the file that it hands over";
    missing
        .map(|twin| Finding::wrong("damaged", Some(&twin), words))
        .collect()
}

/// What is to be said of an entry that is no file: a host follows links wherever they lead.
fn no_file(path: &str, kind: EntryKind) -> Option<Finding> {
    let (code, words) = match kind {
        EntryKind::File => return None,
        EntryKind::Link => (
            "link",
            "it is a symbolic link: a host may serve what it leads to, and sites hold none",
        ),
        EntryKind::Special => (
            "link",
            "it is neither a file nor a folder, and sites hold nothing else",
        ),
        EntryKind::Unnameable => (
            "unnameable",
            "its name is not UTF-8, so it was not looked into: rename it, or take it away",
        ),
    };
    Some(Finding::wrong(code, Some(path), words))
}

fn one(
    site: &(dyn SiteFiles + Sync),
    against: &Against<'_>,
    listed: Option<&Listed>,
    path: &str,
    kind: EntryKind,
) -> Result<Judged, ReadError> {
    let signed = listed.and_then(|listed| listed.files.get(path));
    let Some(signed) = signed else {
        let findings = match kind {
            EntryKind::File => unlisted(site, against, listed, path),
            // Nothing of the site, wherever it leads.
            EntryKind::Link | EntryKind::Special | EntryKind::Unnameable => Vec::new(),
        };
        return Ok(Judged {
            findings,
            ..Judged::default()
        });
    };
    let bytes = match read_signed(site, path, signed) {
        Ok(bytes) => bytes,
        Err(error @ ReadError::Io { .. }) => return Err(error),
        Err(error) => {
            let findings = vec![Finding::of_refusal(&error)];
            return Ok(Judged {
                findings,
                ..Judged::default()
            });
        }
    };
    let mut findings = inside(against, path, &bytes);
    findings.extend(against.release.compare(path, &bytes));
    Ok(Judged {
        findings,
        files: 1,
        bytes: signed.bytes,
    })
}

/// A file that nobody signed.
fn unlisted(
    site: &dyn SiteFiles,
    against: &Against<'_>,
    listed: Option<&Listed>,
    path: &str,
) -> Vec<Finding> {
    if listed.is_some_and(|listed| listed.vouching.contains(path)) {
        return Vec::new();
    }
    let bytes = match site.read(path) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return vec![untold(path)],
        Err(error) => return vec![unseen(path, &error)],
    };
    let mut findings = Vec::new();
    if let Some(original) = portable::original_of(path)
        && listed.is_some_and(|listed| listed.knows(original))
    {
        return twin(site, path, original, &bytes);
    }
    // Whatever an unreadable part of the list says of a file, is said of that part.
    if let Some(listed) = listed.filter(|listed| !listed.has_gaps)
        && !against.allowed.iter().any(|allowed| allowed == path)
    {
        findings.extend(strange(site, listed, path, &bytes));
    }
    findings.extend(inside(against, path, &bytes));
    findings.extend(of_a_repository(against, path));
    if let Some(source) = against.canaries.file_of(&bytes) {
        let words = format!("it is `{source}` of the organisation, in clear");
        findings.push(Finding::wrong("canary", Some(path), words));
    }
    findings
}

/// The first file of a bare git repository, whose folder may have any name.
fn of_a_repository(against: &Against<'_>, path: &str) -> Option<Finding> {
    let folder = path.strip_suffix("HEAD")?;
    let is_named = folder == ".git/" || folder.ends_with("/.git/");
    if !(folder.is_empty() || folder.ends_with('/')) || is_named {
        return None; // its name alone tells it, or it is no such file
    }
    let objects = format!("{folder}objects/");
    let mut entries = against.entries.unwrap_or_default().iter();
    entries
        .any(|entry| entry.path.starts_with(&objects))
        .then(|| {
            let words =
                "it is of a git repository, which is for nobody who reaches the host; take it away";
            Finding::wrong("tree", Some(path), words)
        })
}

/// What cannot be looked into may hold anything.
fn unseen(path: &str, error: &io::Error) -> Finding {
    match error.kind() {
        io::ErrorKind::FileTooLarge => {
            let words = format!(
                "nobody signed it, and it has more than {FILE_MAX_BYTES} bytes, so it was not looked into"
            );
            Finding::doubtful("too-large", Some(path), words)
        }
        _ => {
            let words = format!("it could not be looked at: {error}");
            Finding::wrong("unreadable", Some(path), words)
        }
    }
}

/// What the folder names, and does not hand out: by a name that no file of a site has, or because it went meanwhile.
fn untold(path: &str) -> Finding {
    let words =
        "the folder names it, and it could not be found by that name, so it was not looked into";
    Finding::wrong("unreadable", Some(path), words)
}

/// A file that hands another over to a page that was opened from disk: it follows from that one.
fn twin(site: &dyn SiteFiles, path: &str, original: &str, bytes: &[u8]) -> Vec<Finding> {
    let handed = site.read(original).ok().flatten();
    if handed.is_some_and(|handed| portable::twin(original, &handed) == bytes) {
        return Vec::new();
    }
    let words =
        format!("it is not what hands over `{original}`, and a page opened from disk runs it");
    vec![Finding::wrong("runnable", Some(path), words)]
}

/// What a file that nobody signed may do where it lies: nothing where it is a packed form of what is signed.
fn strange(site: &dyn SiteFiles, listed: &Listed, path: &str, bytes: &[u8]) -> Option<Finding> {
    let known = |base: &str| listed.files.contains_key(base) || listed.vouching.contains(base);
    let Some((base, ending)) = packed::served_for(path).filter(|(base, _)| known(base)) else {
        return Some(stranger::judge(path, bytes, listed));
    };
    if !ending.eq_ignore_ascii_case("gz") {
        let words =
            format!("a host may serve it in the place of `{base}`, and it cannot be looked into");
        return Some(Finding::wrong("packed", Some(path), words));
    }
    let own = site.read(base).ok().flatten().unwrap_or_default();
    let words =
        format!("a host may serve it in the place of `{base}`, and it holds something else");
    (!packed::holds(bytes, &own)).then(|| Finding::wrong("packed", Some(path), words))
}

/// What must not stand in a file, whoever signed it.
fn inside(against: &Against<'_>, path: &str, bytes: &[u8]) -> Vec<Finding> {
    if against.release.holds(path, bytes) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let is_sealed = AGE_BEGINNINGS
        .iter()
        .any(|beginning| bytes.starts_with(beginning));
    if !is_sealed && SEALED_FOLDERS.iter().any(|folder| path.starts_with(folder)) {
        let words = "it is no age file, and whoever reaches the host can read it";
        findings.push(Finding::wrong("not-sealed", Some(path), words));
    }
    if path.ends_with(".html") {
        findings.extend(shell::look(path, bytes, against.release));
    }
    findings.extend(said_in(against, path, bytes, is_sealed));
    findings
}

/// Words of the organisation and secrets, in clear or packed.
fn said_in(against: &Against<'_>, path: &str, bytes: &[u8], is_sealed: bool) -> Vec<Finding> {
    let mut texts = Texts::of(bytes);
    let (mut secret, mut source) = (
        secrets::found_in(bytes, is_sealed),
        against.canaries.found_in(path, bytes, is_sealed),
    );
    for text in texts.by_ref() {
        secret = secret.or_else(|| secrets::found_in(&text, is_sealed));
        source = source.or_else(|| against.canaries.found_in("", &text, is_sealed));
    }
    let secret = secret.map(|what| {
        let words =
            format!("{what} stands in it in clear: take it away, and replace whatever it opens");
        Finding::wrong("secret", Some(path), words)
    });
    let source = source.map(|source| {
        let words = format!("words of `{source}` stand in it in clear");
        Finding::wrong("canary", Some(path), words)
    });
    let partial = texts.is_partial.then(|| {
        let words = "more is packed in it than was looked into";
        Finding::doubtful("packed", Some(path), words)
    });
    secret.into_iter().chain(source).chain(partial).collect()
}
