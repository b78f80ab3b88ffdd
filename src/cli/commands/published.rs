//! A published site that a command is given: where it lies, whose it must be, and the organisation at hand.

use crate::ground::visible;
use std::path::{Path, PathBuf};

use crate::build::known::Tree;
use crate::sealed::host::{Host, HostError};
use crate::sealed::publish;
use crate::sealed::seal::{ReadError, Signer, Trust};
use visible::visible;

use crate::cli::args::Trusting;

use super::{Failure, Here, Message, keys};

/// Names a file with the certificates that https is held against, as other programs have it.
const CERTIFICATES: &str = "SSL_CERT_FILE";

/// A site, and what is known of it beforehand.
pub struct Published {
    pub host: Host,
    /// Whose it must be, as the command line says.
    demanded: Option<Signer>,
    /// Whose it must be: as the command line says, else the organisation at hand.
    pub signer: Option<Signer>,
    /// The lowest build that is no old copy, as the command line says.
    given: Option<u64>,
    /// The last build made from the organisation at hand, which is a matter of its own signer alone.
    last: Option<u64>,
    /// The organisation at hand, where it is this site's as far as anyone knows.
    tree: Option<PathBuf>,
}

impl Published {
    /// # Errors
    ///
    /// No site can lie there, or a signer is none.
    pub fn named(here: &Here, site: &str, trusting: &Trusting) -> Result<Self, Failure> {
        let certificates = std::env::var_os(CERTIFICATES).filter(|file| !file.is_empty());
        let host = Host::named(
            site,
            |path| here.path(path),
            certificates.as_deref().map(Path::new),
        )?;
        let demanded = trusting.signer.as_deref().map(keys::signer_of);
        let demanded = demanded.transpose()?;
        let found = here.organisation_around()?;
        let found = found.filter(|root| {
            let is_apart = !lies_in(root, &host);
            if !is_apart {
                say_inside(here, root);
            }
            is_apart
        });
        let named = match (&found, demanded) {
            (None, _) => None,
            (Some(root), None) => keys::named_signer(root)?,
            // Whatever is wrong with a tree that need not be this site's.
            (Some(root), Some(_)) => keys::named_signer(root).ok().flatten(),
        };
        let is_its = demanded.is_none() || demanded == named;
        if let (false, Some(named)) = (is_its, named) {
            here.say(&format!(
                "the organisation here names another signer, `{named}`, so nothing was taken from it"
            ));
        }
        let tree = found.filter(|_| is_its);
        let state = tree.as_ref().map(|root| root.join(".gradus"));
        Ok(Self {
            host,
            demanded,
            signer: demanded.or(named),
            given: trusting.at_least,
            last: state.and_then(|state| publish::last_published(&state)),
            tree,
        })
    }

    /// Whose the site must be for someone whose identity pins these signers, or who names one on the command line.
    ///
    /// # Errors
    ///
    /// The two contradict each other: a pin is there so that nobody is talked out of it.
    pub fn pins(&self, of_identity: &[String]) -> Result<Vec<String>, Failure> {
        let Some(demanded) = self.demanded.map(|signer| signer.to_string()) else {
            return Ok(of_identity.to_owned());
        };
        if of_identity.is_empty() || of_identity.contains(&demanded) {
            return Ok(vec![demanded]);
        }
        let pinned: Vec<String> = of_identity.iter().map(|pin| visible(pin)).collect();
        let message = Message::new(format!(
            "the identity pins the signer `{}`, and `--signer` names `{demanded}`",
            pinned.join("`, `")
        ));
        let help = "leave `--signer` out; if the site's owner told you in person that its signer changed, `gradus keys pin FILE --signer KEY` pins the new one";
        Err(Failure::Keys(message.help(help)))
    }

    /// What is known of the site where these signers are pinned: the organisation at hand tells nothing of a site that is
    /// another's.
    pub fn trust(&self, pins: &[String]) -> Trust {
        let is_ours = |signer: Signer| pins.is_empty() || pins.contains(&signer.to_string());
        let last = self.last.filter(|_| self.signer.is_some_and(is_ours));
        Trust {
            signer: self.signer,
            seen_build: self.given.or(last),
        }
    }

    /// What the organisation at hand tells of its site; nothing where there is none.
    ///
    /// # Errors
    ///
    /// It cannot be read, or an identity that is named cannot.
    pub fn tree(&self, here: &Here) -> Result<Option<Tree>, Failure> {
        let Some(root) = &self.tree else {
            return Ok(None);
        };
        let tree = Tree::load(root, &here.given()?, here.today);
        tree.map(Some).map_err(Failure::from_load)
    }
}

/// Whether an organisation lies within the site that it would vouch for: whoever made the site put it there.
fn lies_in(root: &Path, host: &Host) -> bool {
    let Host::Folder(folder) = host else {
        return false;
    };
    match (root.canonicalize(), folder.0.canonicalize()) {
        (Ok(root), Ok(site)) => root.starts_with(site),
        _ => true, // nobody knows, so it does not count
    }
}

fn say_inside(here: &Here, root: &Path) {
    here.say(&format!(
        "the organisation in `{}` lies inside the site itself, so nothing was taken from it: run it from elsewhere, or name the signer with `--signer`",
        visible(&root.display().to_string())
    ));
}

/// The moment, in Unix seconds.
pub fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        let message = Message::new(visible(&error.to_string()));
        match error {
            HostError::Address(_) => Self::Usage(
                message.help("a site is a folder, or an address such as `https://growth.example/`"),
            ),
            HostError::PlainHttp(_) => Self::Usage(message.help("write `https://`")),
            HostError::NotAFolder(_) => {
                Self::Environment(message.help("`gradus build` writes a site into `public/`"))
            }
            HostError::Certificates(_) => {
                Self::Environment(message.help(format!("`{CERTIFICATES}` names it")))
            }
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        let mut message = Message::from_error(&error);
        message.what = visible(&message.what);
        match error {
            ReadError::Io { .. } => Self::Environment(message),
            ReadError::WrongKey(_) | ReadError::NoMatch => Self::Keys(message),
            ReadError::Damaged { .. } | ReadError::Forged { .. } | ReadError::Older { .. } => {
                Self::Broken(
                    message.help("`gradus verify` says more; tell whoever publishes the site"),
                )
            }
            ReadError::Newer { .. } => {
                Self::Broken(message.help("a newer release of gradus reads it"))
            }
        }
    }
}
