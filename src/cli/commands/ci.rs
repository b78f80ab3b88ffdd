//! `gradus init --ci`: a pipeline where the forge looks for it, which may be above the organisation.

use crate::ground::visible;
use std::path::{Path, PathBuf};

use crate::sealed::deploy::{self, Forge, TreePath};
use crate::tree::scaffold::NewFile;
use visible::visible;

use crate::cli::args::CiForge;

use super::repository::Repository;
use super::tree_files::Tree;
use super::{Failure, Here, Message};

/// A pipeline that is not written yet.
pub struct Pipeline {
    forge: Forge,
    repository: PathBuf,
    tree: TreePath,
}

impl Pipeline {
    /// For an organisation, which need not be there yet.
    ///
    /// # Errors
    ///
    /// The organisation lies where a pipeline cannot name it.
    pub fn of(forge: CiForge, organisation: &Path) -> Result<Self, Failure> {
        let repository = Repository::around(organisation);
        Ok(Self {
            forge: match forge {
                CiForge::Gitlab => Forge::Gitlab,
                CiForge::Github => Forge::Github,
            },
            tree: repository.tree()?,
            repository: repository.root,
        })
    }

    /// # Errors
    ///
    /// There is one already.
    pub fn refuse_taken(&self) -> Result<(), Failure> {
        let path = self.forge.pipeline_path();
        if self.repository.join(path).symlink_metadata().is_err() {
            return Ok(());
        }
        let what = format!("`{path}` is already in `{}`", self.repository.display());
        let (forge, written) = match self.forge {
            Forge::Gitlab => (
                "gitlab",
                "`deploy/gitlab-ci.yml`, for an `include` in yours",
            ),
            Forge::Github => ("github", "`deploy/github.yml`, to be put beside it"),
        };
        let help = format!(
            "begin without `--ci`; then `gradus build --deploy {forge}` writes {written}; nothing was written"
        );
        Err(Failure::Environment(Message::new(what).help(help)))
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn write(&self, here: &Here) -> Result<(), Failure> {
        let file = NewFile {
            path: self.forge.pipeline_path().to_owned(),
            text: deploy::pipeline(self.forge, &self.tree),
        };
        let path = Tree::begin(&self.repository).add_one(&file)?;
        here.say(&if self.tree.is_whole() {
            format!("wrote {path}")
        } else {
            let shown = self.repository.join(&path);
            format!("wrote {}, where the forge looks", shown.display())
        });
        Ok(())
    }

    /// What has to be done at the forge. `target` is the organisation as it was named.
    pub fn next_steps(&self, target: &Path) -> String {
        let key = target.join(".gradus/site.key");
        let key = key.strip_prefix(".").unwrap_or(&key);
        let key = visible(&key.display().to_string());
        let (secret, site) = match self.forge {
            Forge::Gitlab => (
                format!(
                    "Settings > CI/CD > Variables: `GRADUS_SITE_KEY_FILE`, of type File and protected, with the content of `{key}`"
                ),
                "Deploy > Pages: a unique domain, so that no other page shares the origin",
            ),
            Forge::Github => (
                format!(
                    "Settings > Environments > github-pages, for the default branch alone: the secret `GRADUS_SITE_KEY` with the content of `{key}`"
                ),
                "Settings > Pages: the source is GitHub Actions",
            ),
        };
        let path = self.forge.pipeline_path();
        let version = env!("CARGO_PKG_VERSION");
        format!(
            "\nbefore the pipeline publishes; its first lines say more:\n  {secret}\n  {site}\n  \
            protect the default branch, and `{path}` in it: nothing is published before, and whoever changes either can read the key, and with it everything\n  \
            until gradus {version} is on crates.io: the variable `GRADUS_FROM` is `--git ADDRESS`, with the address of its repository"
        )
    }
}
