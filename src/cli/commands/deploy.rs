//! `gradus build --deploy`: what a web host needs, beside the site and never in it.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::domain::model::Organisation;
use crate::sealed::deploy::{self, Forge, HostFile, Place, PlaceError, WebHost};

use crate::cli::args::DeployHost;

use super::build::real;
use super::repository::Repository;
use super::{Failure, Here, Message};

/// Where the files go, in the organisation.
const FOLDER: &str = "deploy";

/// The files for a host, to be written once the site is there.
pub struct Deployment {
    folder: PathBuf,
    /// Those that are not there yet.
    files: Vec<HostFile>,
    next: &'static str,
}

impl Deployment {
    /// Makes them, and sees to it that nothing is in the way.
    ///
    /// # Errors
    ///
    /// The site cannot be named in a configuration, the folder would be served with it, or a file was changed by
    /// somebody.
    pub fn plan(
        host: DeployHost,
        root: &Path,
        out: &Path,
        organisation: &Organisation,
    ) -> Result<Self, Failure> {
        let folder = real(&root.join(FOLDER));
        if folder.starts_with(out) || out.starts_with(&folder) {
            let what = format!(
                "`{}` is where `--deploy` writes",
                root.join(FOLDER).display()
            );
            let help = "a site needs a folder of its own, such as `public`";
            return Err(Failure::Usage(Message::new(what).help(help)));
        }
        let place = Place::new(out, organisation.base_url.as_deref())?;
        let mut files = deploy::files(web_host(host), &place, &Repository::around(root).tree()?);
        for file in &files {
            refuse_changed(&folder.join(file.name), file)?;
        }
        files.retain(|file| !folder.join(file.name).exists());
        Ok(Self {
            folder,
            files,
            next: next(host),
        })
    }

    /// Writes them.
    ///
    /// # Errors
    ///
    /// The folder cannot be written.
    pub fn write(&self, here: &Here) -> Result<(), Failure> {
        for file in &self.files {
            let path = self.folder.join(file.name);
            create(&path, file).map_err(|error| {
                Failure::environment(&format!("could not write `{}`", path.display()), error)
            })?;
            here.say(&format!("wrote {}", path.display()));
        }
        here.say(self.next);
        Ok(())
    }
}

fn web_host(host: DeployHost) -> WebHost {
    match host {
        DeployHost::Nginx => WebHost::Nginx,
        DeployHost::Caddy => WebHost::Caddy,
        DeployHost::S3 => WebHost::S3,
        DeployHost::Gitlab => WebHost::Pages(Forge::Gitlab),
        DeployHost::Github => WebHost::Pages(Forge::Github),
    }
}

/// What is to be done with the files.
fn next(host: DeployHost) -> &'static str {
    match host {
        DeployHost::Nginx => "include `deploy/nginx.conf` in the `server` that listens with TLS",
        DeployHost::Caddy => "`caddy run --config deploy/Caddyfile` serves the site",
        DeployHost::S3 => "`deploy/s3.sh s3://BUCKET` uploads the site",
        DeployHost::Gitlab => {
            "move `deploy/gitlab-ci.yml` to `.gitlab-ci.yml` at the top of the repository, or `include` it there; GitLab Pages sets no headers, and the file says what that means"
        }
        DeployHost::Github => {
            "move `deploy/github.yml` to `.github/workflows/gradus.yml` at the top of the repository; GitHub Pages sets no headers, and the file says what that means"
        }
    }
}

/// A file that somebody has changed is theirs.
fn refuse_changed(path: &Path, file: &HostFile) -> Result<(), Failure> {
    match fs::read(path) {
        Ok(there) if there == file.text.as_bytes() => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => {
            let what = format!("could not read `{}`", path.display());
            Err(Failure::environment(&what, error))
        }
        Ok(_) => {
            let what = format!("`{}` is not as this program would write it", path.display());
            let message = Message::new(what)
                .note("nothing was built")
                .help("move it away to have it written anew, or build without `--deploy`");
            Err(Failure::Environment(message))
        }
    }
}

fn create(path: &Path, file: &HostFile) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mode = if file.runs { 0o755 } else { 0o644 };
    let mut options = OpenOptions::new();
    let mut opened = options.write(true).create_new(true).mode(mode).open(path)?;
    opened.write_all(file.text.as_bytes())
}

impl From<PlaceError> for Failure {
    fn from(error: PlaceError) -> Self {
        let help = match error {
            PlaceError::Tree(_) => {
                "give the folders between the repository and the organisation plainer names: letters, digits, `.`, `_`, `-`"
            }
            PlaceError::Folder(_) => "build into a folder with a plainer name, by `-o DIR`",
            PlaceError::Address(_) => "say it as in `https://growth.example/team/`",
        };
        Self::Usage(Message::from_error(&error).help(help))
    }
}
