//! A site that opens from disk too, by a double click: a page that was opened so may fetch nothing, but may load scripts.
//!
//! So each file that the viewer reads gets a *twin*, `portable/<path>.js`, which hands over its bytes, sealed as they are,
//! in base64. Twins follow from the files alone: nobody need sign them, and what they hand over is held against the
//! signature like what comes from a host. The page's policy names one way to a script, and that leads to twins only.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rayon::prelude::*;
use thiserror::Error;

use crate::domain::model::{FileHash, LedgerEntry, PlainFile, SealedSite, SiteStore};

/// Goes before the viewer's script.
pub const SCRIPT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/portable.js"));

/// Where twins lie.
const FOLDER: &str = "portable/";
const ENDING: &str = ".js";

/// Begins what the pages' policy says of ways to a script.
const WAYS: &str = "trusted-types ";
/// What it says, and what it says where twins are loaded.
const NO_WAY: &str = "trusted-types 'none'";
const ONE_WAY: &str = "trusted-types gradus-portable";

/// The lock page.
const SHELL: &str = "index.html";

/// The viewer's script with what reads twins before it.
pub fn viewer(script: &[u8]) -> Vec<u8> {
    [SCRIPT, script].concat()
}

/// A theme's lock page says of ways to a script what this program does not know how to widen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the theme's `shell.html` has a `trusted-types` of its own, so that its site cannot open from disk"
)]
pub struct OwnWays;

/// Lets the lock page load twins.
///
/// # Errors
/// The theme's policy names ways of its own. Where it names none, all are open.
pub fn admit_twins(files: &mut [PlainFile]) -> Result<(), OwnWays> {
    for file in files.iter_mut().filter(|file| file.path == SHELL) {
        let page = String::from_utf8_lossy(&file.bytes);
        if page.contains(WAYS) && !page.contains(NO_WAY) {
            return Err(OwnWays);
        }
        file.bytes = page.replace(NO_WAY, ONE_WAY).into_bytes();
    }
    Ok(())
}

/// Where the twin of a file lies; nothing where it has none, because pages and scripts are loaded as they are.
pub fn twin_path(path: &str) -> Option<String> {
    let is_loaded = path.ends_with(".html") || path.ends_with(ENDING);
    (!is_loaded).then(|| format!("{FOLDER}{path}{ENDING}"))
}

/// The file that a twin is of.
pub fn original_of(path: &str) -> Option<&str> {
    let inner = path.strip_prefix(FOLDER)?.strip_suffix(ENDING)?;
    (!inner.ends_with(".html") && !inner.ends_with(ENDING)).then_some(inner)
}

/// The twin of a file of these bytes.
pub fn twin(path: &str, bytes: &[u8]) -> Vec<u8> {
    // Paths of a site are letters, digits and `/._-`.
    format!("gradusTwin(\"{path}\",\"{}\");\n", STANDARD.encode(bytes)).into_bytes()
}

/// Adds the twins of all files to a site whose files are in a store. `stored` reads one of them.
///
/// # Errors
/// A file cannot be read, or its twin not be written: there is no site then.
pub fn add_twins(
    site: &mut SealedSite,
    store: &dyn SiteStore,
    stored: &(dyn Fn(&str) -> io::Result<Vec<u8>> + Sync),
) -> io::Result<()> {
    let add = |(path, entry): (&String, &LedgerEntry)| -> Option<io::Result<Twin>> {
        let twin_path = twin_path(path)?;
        Some(add_twin(path, entry, twin_path, store, stored))
    };
    let twins: io::Result<Vec<Twin>> = site.ledger.files.par_iter().filter_map(add).collect();
    for twin in twins? {
        site.ledger.files.insert(twin.path, twin.entry);
        if twin.is_kept {
            site.reused += 1
        } else {
            site.written += 1
        }
    }
    Ok(())
}

struct Twin {
    path: String,
    entry: LedgerEntry,
    is_kept: bool,
}

fn add_twin(
    path: &str,
    original: &LedgerEntry,
    twin_path: String,
    store: &dyn SiteStore,
    stored: &dyn Fn(&str) -> io::Result<Vec<u8>>,
) -> io::Result<Twin> {
    let earlier = store.earlier(&twin_path);
    if let Some(entry) = earlier.filter(|entry| entry.content == original.sha256) {
        store.keep(&twin_path)?;
        return Ok(Twin {
            path: twin_path,
            entry,
            is_kept: true,
        });
    }
    let bytes = twin(path, &stored(path)?);
    let entry = LedgerEntry {
        content: original.sha256, // it follows from the file alone
        sha256: FileHash::of(&bytes),
        bytes: bytes.len() as u64,
    };
    store.write(&twin_path, bytes)?;
    Ok(Twin {
        path: twin_path,
        entry,
        is_kept: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twin_is_found_from_its_file_and_back() {
        for path in ["site.json", "sealed/00.age", "assets/theme.00.css"] {
            let twin = twin_path(path).unwrap();
            assert_eq!(original_of(&twin), Some(path));
        }
        for path in ["index.html", "rubric/ic/index.html", "assets/viewer.00.js"] {
            assert_eq!(twin_path(path), None, "{path}");
            assert_eq!(original_of(&format!("portable/{path}.js")), None);
        }
        for path in ["sealed/00.age", "portable/x", "portable/x.css"] {
            assert_eq!(original_of(path), None, "{path}");
        }
    }

    #[test]
    fn the_lock_page_of_the_default_theme_gets_the_one_way() {
        let shell = include_bytes!("../../themes/default/shell.html");
        let mut files = [PlainFile {
            path: SHELL.to_owned(),
            bytes: shell.to_vec(),
        }];
        assert_eq!(admit_twins(&mut files), Ok(()));
        let page = String::from_utf8_lossy(&files[0].bytes);
        assert!(page.contains(ONE_WAY) && !page.contains(NO_WAY));
        assert_eq!(page.len(), shell.len() + ONE_WAY.len() - NO_WAY.len());
    }

    #[test]
    fn a_lock_page_with_ways_of_its_own_does_not_open_from_disk() {
        let page = |policy: &str| {
            [PlainFile {
                path: SHELL.to_owned(),
                bytes: policy.into(),
            }]
        };
        let own = "require-trusted-types-for 'script'; trusted-types mine";
        assert_eq!(admit_twins(&mut page(own)), Err(OwnWays));
        let none = "require-trusted-types-for 'script'";
        assert_eq!(admit_twins(&mut page(none)), Ok(()));
    }
}
