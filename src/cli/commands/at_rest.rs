//! `gradus seal` and `gradus unseal`: sources at rest.

use std::path::{Path, PathBuf};

use crate::domain::model::Recipient;
use crate::tree::at_rest::{self, AtRestError, SealTo};
use crate::tree::source::{self, Lies, Unopened};

use crate::cli::args;

use super::{Failure, Here, MARKER, Message, keys, upwards};

/// Seals files, once all of them may be.
///
/// # Errors
///
/// One may not be sealed or is sealed already, or there is nobody to seal to.
pub fn seal(here: &Here, args: &args::Seal) -> Result<(), Failure> {
    let (organisations, named): (Vec<&PathBuf>, Vec<&PathBuf>) = args
        .files
        .iter()
        .partition(|path| here.is_organisation(path));
    let (root, named) = (one_of(here, &organisations)?, all_of(named)?);
    let files: Vec<PathBuf> = named.iter().map(|file| here.path(file)).collect();
    let outside = here.outside()?;
    let mut roots = Vec::new();
    for file in &files {
        let root = root.clone().or_else(|| organisation_of(here, file));
        let lies = root
            .as_deref()
            .map(|root| source::lies(root, file, &outside));
        let lies = lies.transpose().map_err(Failure::from_load)?;
        at_rest::may_be_sealed(file, &lies.unwrap_or(Lies::Elsewhere))?;
        roots.push(root);
    }
    for ((file, shown), root) in files.iter().zip(named).zip(roots) {
        let to = recipients(root.as_deref(), &args.to)?;
        let sealed = at_rest::seal(file, &to)?;
        let keys = match to.keys() {
            1 => "1 key".to_owned(),
            keys => format!("{keys} keys"),
        };
        let sealed = sealed.file_name().unwrap_or_default().display();
        here.say(&format!("sealed {} to {keys}: {sealed}", shown.display()));
    }
    Ok(())
}

/// The one organisation that is named. `None` if none is.
fn one_of(here: &Here, named: &[&PathBuf]) -> Result<Option<PathBuf>, Failure> {
    match named {
        [] => Ok(None),
        [one] => Ok(Some(here.path(one))),
        _ => Err(Failure::Usage(Message::new(
            "files are sealed for one organisation at a time",
        ))),
    }
}

/// The files that are named, of which there is one at least.
fn all_of(named: Vec<&PathBuf>) -> Result<Vec<&PathBuf>, Failure> {
    if named.is_empty() {
        let message = Message::new("no file to seal");
        let help = "files are named one by one, as in `gradus seal ORG people/sam/log.toml`";
        Err(Failure::Usage(message.help(help)))
    } else {
        Ok(named)
    }
}

/// Opens sealed files.
///
/// # Errors
///
/// One is not sealed, or no identity opens it.
pub fn unseal(here: &Here, args: &args::Unseal) -> Result<(), Failure> {
    let identities = here.identities()?;
    for shown in &args.files {
        let open = at_rest::unseal(&here.path(shown), &identities)?;
        let open = open.file_name().unwrap_or_default().display();
        here.say(&format!("opened {}: {open}", shown.display()));
    }
    Ok(())
}

/// The organisation that a file lies in, or else the one that we stand in, which may keep its people elsewhere.
fn organisation_of(here: &Here, file: &Path) -> Option<PathBuf> {
    let mut above = file.ancestors().skip(1);
    let around = above.find(|directory| directory.join(MARKER).exists());
    around
        .map(Path::to_owned)
        .or_else(|| upwards(&here.directory))
}

/// Whom to seal to: those who are named, or else those of the organisation.
///
/// # Errors
///
/// There is nobody, or a key is none.
pub fn recipients(root: Option<&Path>, named: &[String]) -> Result<SealTo, Failure> {
    let of_tree = match root {
        Some(root) if named.is_empty() => keys::source_recipients(root)?,
        _ => Vec::new(),
    };
    let parsed = named.iter().chain(&of_tree).map(|text| {
        Recipient::parse(text).map_err(|error| {
            let message = Message::new(format!("`{text}` is no key to seal to: {error}"));
            Failure::Keys(message)
        })
    });
    Ok(SealTo::new(parsed.collect::<Result<Vec<_>, _>>()?)?)
}

impl From<AtRestError> for Failure {
    fn from(error: AtRestError) -> Self {
        let message = Message::from_error(&error).maybe_help(help(&error));
        match &error {
            AtRestError::NotForSealing { .. } | AtRestError::NotSealed(_) => Self::Usage(message),
            AtRestError::NoRecipients | AtRestError::MixedKinds | AtRestError::WeakRecipient(_) => {
                Self::Keys(message)
            }
            AtRestError::Unopened { why, .. } if why.wants_identity() => Self::Keys(message),
            AtRestError::Unopened { .. } => Self::Broken(message),
            _ => Self::Environment(message),
        }
    }
}

fn help(error: &AtRestError) -> Option<String> {
    let help = match error {
        AtRestError::NoRecipients => {
            "name one with `--to age1…`, or the builder's keys in `[sources] recipients` of gradus.toml"
        }
        AtRestError::MixedKinds => {
            "name keys of the site's kind alone; `[seal] post_quantum` of gradus.toml says which"
        }
        AtRestError::Exists(_) => "nothing is overwritten; move one of the two away",
        AtRestError::Changed { .. } => "keep the one that holds what is meant",
        AtRestError::NotSealed(_) => "sealed sources end in `.age`",
        AtRestError::NotForSealing { .. } => {
            "sealed are files of `people/`, `management/`, `cycles/` and `rubrics/`"
        }
        AtRestError::NotAFile(_) => "name files one by one; links and folders are left alone",
        AtRestError::Unopened { why, .. } => match why {
            Unopened::NoIdentity => {
                "give one with `-i FILE`, or its path in `GRADUS_IDENTITY_FILE`"
            }
            Unopened::Passphrase => "`age --decrypt` opens it",
            _ => return None,
        },
        _ => return None,
    };
    Some(help.to_owned())
}
