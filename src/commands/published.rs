//! A published site that a command is given: where it lies, whose it must be, and the organisation at hand.

use std::path::{Path, PathBuf};

use gradus::host::{Host, HostError};
use gradus::publish;
use gradus::seal::{ReadError, Signer};
use gradus::terminal::visible;
use gradus::verify::Tree;

use crate::cli::Trusting;

use super::{Failure, Here, Message, keys};

/// Names a file with the certificates that https is held against, as other programs have it.
const CERTIFICATES: &str = "SSL_CERT_FILE";

/// A site, and what is known of it beforehand.
pub struct Published {
    pub host: Host,
    /// Whose it must be: as the command line says, else the organisation at hand.
    pub signer: Option<Signer>,
    /// The lowest build that is no old copy.
    pub at_least: Option<u64>,
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
        let given = trusting
            .signer
            .as_deref()
            .map(keys::signer_of)
            .transpose()?;
        let found = here.found_upwards();
        let named = found
            .as_deref()
            .map(keys::named_signer)
            .transpose()?
            .flatten();
        let tree = found.filter(|_| given.is_none() || given == named);
        let last = tree
            .as_deref()
            .and_then(|root| publish::last_published(&root.join(".gradus")));
        Ok(Self {
            host,
            signer: given.or(named),
            at_least: trusting.at_least.or(last),
            tree,
        })
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
        let tree = Tree::load(root, &here.identities()?, here.today);
        tree.map(Some).map_err(Failure::from_load)
    }
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
