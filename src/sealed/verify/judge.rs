//! Each file against the list, and against what may stand in it.

use std::collections::BTreeMap;
use std::io;

use rayon::prelude::*;

use super::finding::Finding;
use super::listed::Listed;
use super::packed::Texts;
use super::{Against, shell};
use crate::ground::secrets;
use crate::sealed::host::EntryKind;
use crate::sealed::portable;
use crate::sealed::publish;
use crate::sealed::seal::{FILE_MAX_BYTES, ReadError, SiteFiles, read_signed};

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
        .map(|twin| Finding::error("damaged", Some(&twin), words))
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
    Some(Finding::error(code, Some(path), words))
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

/// An unsigned file. Nothing is said of those that vouch for the signed ones.
fn unlisted(
    site: &dyn SiteFiles,
    against: &Against<'_>,
    listed: Option<&Listed>,
    path: &str,
) -> Vec<Finding> {
    if listed.is_some_and(|listed| listed.vouching.contains(path)) {
        return Vec::new();
    }
    let original = portable::original_of(path);
    let original = original.filter(|original| listed.is_some_and(|listed| listed.knows(original)));
    // A list with gaps does not say what is unsigned; that it has gaps is a finding of its own.
    let is_unsigned = listed.is_some_and(|listed| !listed.has_gaps) && original.is_none();
    let mut findings = Vec::new();
    if is_unsigned && !against.allows(path) {
        findings.push(unsigned(path));
    }
    let bytes = match site.read(path) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            findings.push(untold(path));
            return findings;
        }
        Err(error) => {
            findings.push(unseen(path, &error));
            return findings;
        }
    };
    if let Some(original) = original {
        return twin(site, path, original, &bytes);
    }
    findings.extend(inside(against, path, &bytes));
    if let Some(source) = against.leak_terms.file_of(&bytes) {
        let words = format!("it is `{source}` of the organisation, in clear");
        findings.push(Finding::error("canary", Some(path), words));
    }
    findings
}

fn unsigned(path: &str) -> Finding {
    let words = "it is not signed, and a site holds signed files alone: take it away, or publish it from `static/`";
    Finding::error("unsigned", Some(path), words)
}

/// What cannot be looked into may hold anything.
fn unseen(path: &str, error: &io::Error) -> Finding {
    if error.kind() == io::ErrorKind::FileTooLarge {
        let words = format!("it has more than {FILE_MAX_BYTES} bytes, so it was not looked into");
        return Finding::warning("too-large", Some(path), words);
    }
    let words = format!("it could not be looked at: {error}");
    Finding::error("unreadable", Some(path), words)
}

/// What the folder names, and does not hand out: by a name that no file of a site has, or because it went meanwhile.
fn untold(path: &str) -> Finding {
    let words =
        "the folder names it, and it could not be found by that name, so it was not looked into";
    Finding::error("unreadable", Some(path), words)
}

/// A file that hands another over to a page that was opened from disk: it follows from that one.
fn twin(site: &dyn SiteFiles, path: &str, original: &str, bytes: &[u8]) -> Vec<Finding> {
    let handed = site.read(original).ok().flatten();
    if handed.is_some_and(|handed| portable::twin(original, &handed) == bytes) {
        return Vec::new();
    }
    let words =
        format!("it is not what hands over `{original}`, and a page opened from disk runs it");
    vec![Finding::error("runnable", Some(path), words)]
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
        findings.push(Finding::error("not-sealed", Some(path), words));
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
        secret_in(bytes, is_sealed),
        against.leak_terms.found_in(path, bytes, is_sealed),
    );
    for text in texts.by_ref() {
        secret = secret.or_else(|| secret_in(&text, is_sealed));
        source = source.or_else(|| against.leak_terms.found_in("", &text, is_sealed));
    }
    let secret = secret.map(|what| {
        let words =
            format!("{what} stands in it in clear: take it away, and replace whatever it opens");
        Finding::error("secret", Some(path), words)
    });
    let source = source.map(|source| {
        let words = format!("words of `{source}` stand in it in clear");
        Finding::error("canary", Some(path), words)
    });
    let partial = texts.is_partial.then(|| {
        let words = "more is packed in it than was looked into";
        Finding::warning("packed", Some(path), words)
    });
    secret.into_iter().chain(source).chain(partial).collect()
}

fn secret_in(bytes: &[u8], is_sealed: bool) -> Option<&'static str> {
    let secret = secrets::found_in(bytes, is_sealed);
    secret.or_else(|| publish::is_ledger(bytes).then_some("the ledger of a build"))
}
