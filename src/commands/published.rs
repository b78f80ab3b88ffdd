//! A published site that a command is given: where it lies, whose it must be, and the organisation at hand.

use std::path::{Path, PathBuf};

use gradus::host::{Host, HostError};
use gradus::publish;
use gradus::seal::{ReadError, Signer, Trust};
use gradus::terminal::visible;
use gradus::verify::Tree;

use crate::cli::Trusting;

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
        let found = here.found_upwards();
        let named = match (&found, demanded) {
            (None, _) => None,
            (Some(root), None) => keys::named_signer(root)?,
            // Whatever is wrong with a tree that need not be this site's.
            (Some(root), Some(_)) => keys::named_signer(root).ok().flatten(),
        };
        let tree = found.filter(|_| demanded.is_none() || demanded == named);
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

    /// Whose the site must be for someone whose identity pins these signers: the command line has the last word.
    pub fn pins(&self, of_identity: &[String]) -> Vec<String> {
        let demanded = self.demanded.map(|signer| vec![signer.to_string()]);
        demanded.unwrap_or_else(|| of_identity.to_owned())
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
