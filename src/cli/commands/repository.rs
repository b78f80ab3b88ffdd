//! The repository that an organisation lies in, as forges see it.

use std::path::{Path, PathBuf};

use crate::sealed::deploy::{PlaceError, TreePath};

use super::build::real;

/// A repository, and an organisation in it.
pub struct Repository {
    /// Where forges look for pipelines; the organisation's own directory where there is no repository yet.
    pub root: PathBuf,
    /// The organisation, relative to it.
    tree: PathBuf,
}

impl Repository {
    /// The repository around a directory, which need not be there yet.
    pub fn around(organisation: &Path) -> Self {
        let organisation = real(organisation);
        let has_git = |above: &&Path| above.join(".git").exists();
        let root = organisation.ancestors().find(has_git);
        let root = root.unwrap_or(&organisation);
        let tree = organisation.strip_prefix(root).unwrap_or(Path::new(""));
        Self {
            root: root.to_owned(),
            tree: tree.to_owned(),
        }
    }

    /// Where the organisation lies in it, to be written into a pipeline.
    ///
    /// # Errors
    ///
    /// It cannot be named there.
    pub fn tree(&self) -> Result<TreePath, PlaceError> {
        TreePath::new(&self.tree)
    }

    /// What stands before a path in the organisation for one in the repository, with `/` behind; empty where they are one.
    pub fn prefix(&self) -> String {
        if self.tree.as_os_str().is_empty() {
            String::new()
        } else {
            format!("{}/", self.tree.display())
        }
    }
}
