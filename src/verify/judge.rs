//! Each file against the list, and against what may stand in it.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::finding::Finding;
use super::listed::Listed;
use super::{Against, shell};
use crate::portable;
use crate::seal::{ReadError, SiteFiles, is_inside, read_signed};

/// Folders in which every file is age's.
const SEALED_FOLDERS: [&str; 3] = ["sealed/", "keyring/", "login/"];

/// Folders that hold nothing but what gradus writes.
const OWN_FOLDERS: [&str; 7] = [
    "sealed/",
    "keyring/",
    "login/",
    "index/",
    "assets/",
    "rubric/",
    "portable/",
];

/// How an age file begins, as bytes or as text.
const AGE_BEGINNINGS: [&[u8]; 2] = [
    b"age-encryption.org/v1\n",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
];

/// Endings of what a browser shows as a page or runs in one.
const RUN_BY_BROWSERS: [&str; 10] = [
    "html",
    "htm",
    "xhtml",
    "xht",
    "js",
    "mjs",
    "svg",
    "xml",
    "wasm",
    "webmanifest",
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
    let mut paths: BTreeSet<&str> = BTreeSet::new();
    paths.extend(
        against
            .entries
            .unwrap_or_default()
            .iter()
            .map(String::as_str),
    );
    paths.extend(
        listed
            .iter()
            .flat_map(|listed| listed.files.keys())
            .map(String::as_str),
    );
    let missing = listed.map_or_else(Vec::new, |listed| twins_missing(&paths, listed));
    let paths: Vec<&str> = paths.into_iter().collect();
    let judge = |path: &&str| one(site, against, listed, path);
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
    Ok(judged)
}

/// Files of a folder that opens from disk which cannot be read from there.
fn twins_missing(there: &BTreeSet<&str>, listed: &Listed) -> Vec<Finding> {
    if !there
        .iter()
        .any(|path| portable::original_of(path).is_some())
    {
        return Vec::new();
    }
    let files = listed.files.keys().chain(&listed.vouching);
    let twins = files.filter_map(|path| portable::twin_path(path));
    let missing = twins.filter(|twin| !there.contains(twin.as_str()));
    let words = "it is missing, so a page opened from disk lacks the file that it hands over";
    missing
        .map(|twin| Finding::wrong("damaged", Some(&twin), words))
        .collect()
}

fn one(
    site: &(dyn SiteFiles + Sync),
    against: &Against<'_>,
    listed: Option<&Listed>,
    path: &str,
) -> Result<Judged, ReadError> {
    let signed = listed.and_then(|listed| listed.files.get(path));
    let Some(signed) = signed else {
        return Ok(unlisted(site, against, listed, path));
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
) -> Judged {
    let mut findings = Vec::new();
    match listed {
        Some(listed) if listed.vouching.contains(path) => return Judged::default(),
        Some(listed) if portable::original_of(path).is_some_and(|of| listed.knows(of)) => {
            return twin(site, path);
        }
        // Whatever an unreadable part of the list says of it, is said of that part.
        Some(listed) if !listed.has_gaps => findings.push(stranger(path)),
        _ => {}
    }
    match site.read(path) {
        Ok(bytes) => findings.extend(inside(against, path, &bytes.unwrap_or_default())),
        Err(error) => {
            let words = format!("it could not be looked at: {error}");
            findings.push(Finding::doubtful("unreadable", Some(path), words));
        }
    }
    Judged {
        findings,
        ..Judged::default()
    }
}

/// A file that hands another over to a page that was opened from disk: it follows from that one.
fn twin(site: &dyn SiteFiles, path: &str) -> Judged {
    let original = portable::original_of(path).unwrap_or(path);
    let read = |path: &str| site.read(path).ok().flatten();
    let follows = read(original)
        .is_some_and(|bytes| read(path).as_deref() == Some(&portable::twin(original, &bytes)[..]));
    let words =
        format!("it is not what hands over `{original}`, and a page opened from disk runs it");
    let findings = match follows {
        true => Vec::new(),
        false => vec![Finding::wrong("runnable", Some(path), words)],
    };
    Judged {
        findings,
        ..Judged::default()
    }
}

fn stranger(path: &str) -> Finding {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    if OWN_FOLDERS.iter().any(|folder| path.starts_with(folder)) {
        let words = "nobody signed it, and it lies where only files of the site do: left over, or slipped in";
        return Finding::wrong("leftover", Some(path), words);
    }
    if !is_inside(path) || RUN_BY_BROWSERS.contains(&ending.to_ascii_lowercase().as_str()) {
        let words = "nobody signed it, and a browser would run it beside the site";
        return Finding::wrong("runnable", Some(path), words);
    }
    Finding::doubtful(
        "foreign",
        Some(path),
        "nobody signed it; the site does without it",
    )
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
    if let Some(source) = against.canaries.found_in(path, bytes, is_sealed) {
        let words = format!("words of `{source}` stand in it in clear");
        findings.push(Finding::wrong("canary", Some(path), words));
    }
    findings
}
