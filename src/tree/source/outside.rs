//! What lies outside of a tree is read only where whoever runs gradus allows it: a tree, which may have come with a pull
//! request, cannot.

use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use toml::de::DeTable;

use super::load::ORGANISATION;
use super::written::Toml;
use super::{Identities, Problem, ProblemKind};
use crate::ground::diag::Place;

/// Where the site key lies, unless `[seal] key_file` says otherwise.
const KEY_FILE: &str = ".gradus/site.key";

/// The settings of `gradus.toml` that name a path, with what they name by default.
const SETTINGS: [(&str, &str, &str); 3] = [
    ("sources", "people", "people"),
    ("sources", "management", "management"),
    ("seal", "key_file", KEY_FILE),
];

/// The folders outside of a tree that its settings may lead into, without symbolic links; none by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outside(Arc<[PathBuf]>);

impl Outside {
    /// # Errors
    /// A folder is not there: which, and what the system says.
    pub fn new(folders: impl IntoIterator<Item = PathBuf>) -> Result<Self, (PathBuf, io::Error)> {
        let real = |folder: PathBuf| folder.canonicalize().map_err(|error| (folder, error));
        let folders: Result<Vec<PathBuf>, _> = folders.into_iter().map(real).collect();
        Ok(Self(folders?.into()))
    }

    fn allows(&self, path: &Path) -> bool {
        self.0.iter().any(|folder| path.starts_with(folder))
    }
}

/// What a tree is read with, from whoever runs gradus; nothing by default. A clone shares it.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// What sealed sources are opened with.
    pub identities: Identities,
    /// The folders outside the tree that it may lead to.
    pub outside: Outside,
}

impl From<Identities> for Given {
    fn from(identities: Identities) -> Self {
        Self {
            identities,
            outside: Outside::default(),
        }
    }
}

/// A setting of `gradus.toml` that leads out of the tree, and into no folder that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadsOut {
    /// As people write it: `[sources] people`.
    pub setting: String,
    /// Where the setting is; the whole file if the default leads out, through a symbolic link.
    pub place: Place,
}

/// Every setting of `gradus.toml` that leads out of the tree without having been allowed to.
pub fn leading_out(root: &Path, gradus_toml: &str, outside: &Outside) -> Vec<LeadsOut> {
    let toml = Toml::parse(gradus_toml);
    let leads = |(table, key, usual)| leads_out(root, &toml.root, (table, key, usual), outside);
    SETTINGS.into_iter().filter_map(leads).collect()
}

fn leads_out(
    root: &Path,
    settings: &DeTable<'_>,
    (table, key, usual): (&str, &str, &str),
    outside: &Outside,
) -> Option<LeadsOut> {
    let value = settings
        .get(table)
        .and_then(|table| table.get_ref().as_table()?.get(key));
    let declared = value.and_then(|value| value.get_ref().as_str());
    // What lies in its usual place is judged with the rest of the tree; the key is not read with it.
    if declared.is_none() && (usual != KEY_FILE || !is_link_to_file(&root.join(usual))) {
        return None;
    }
    if stays(root, Path::new(declared.unwrap_or(usual)), outside) {
        return None;
    }
    let mut place = Place::file(ORGANISATION);
    if let Some(value) = value {
        (place.start, place.end) = (value.span().start, value.span().end);
    }
    let setting = format!("[{table}] {key}");
    Some(LeadsOut { setting, place })
}

/// Whether a path is a symbolic link to a file. Whatever else is in the place of a key, its reader refuses.
fn is_link_to_file(path: &Path) -> bool {
    path.is_symlink() && path.is_file()
}

/// Whether a path, relative to a tree, leads to somewhere in it or in a folder that was given.
fn stays(root: &Path, path: &Path, outside: &Outside) -> bool {
    let root = root.canonicalize();
    let real = root.and_then(|root| Ok((real_path(&root.join(path))?, root)));
    real.is_ok_and(|(path, root)| path.starts_with(root) || outside.allows(&path))
}

/// A path without symbolic links, however much of it is there.
fn real_path(path: &Path) -> io::Result<PathBuf> {
    let mut real = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = real.pop(),
            Component::CurDir => {}
            part => real.push(part),
        }
        // A link to what is not there yet is an error: nobody knows where it will lead.
        if real.symlink_metadata().is_ok() {
            real = real.canonicalize()?;
        }
    }
    Ok(real)
}

impl From<LeadsOut> for Problem {
    fn from(leads: LeadsOut) -> Self {
        let setting = leads.setting;
        Self {
            place: leads.place,
            what: ProblemKind::LeadsOut { setting },
        }
    }
}
