//! A new signer for a site, and the signers that identity files pin: `gradus keys site --rotate` and `gradus keys pin`.

use std::path::Path;

use crate::sealed::keys as library;
use crate::sealed::seal::{IdentityFile, Signer};
use zeroize::Zeroizing;

use super::super::{Failure, Here, MARKER, Message};
use super::{Marker, plainly_below, read, signer_named};
use crate::cli::args;

/// Puts the site's key aside, where there is one, makes another, and says what every reader has to do.
///
/// # Errors
///
/// What stands in the key's place is no key, or something cannot be written.
pub fn rotate(here: &Here, root: &Path) -> Result<(), Failure> {
    let _held = library::hold(root)?;
    let marker = Marker::read(here, root)?;
    let path = marker.new_key_path(root)?;
    marker.writable(root, &root.join(MARKER))?;
    let (key, aside) = library::replace_site_key(&path)?;
    if let Some(aside) = aside {
        here.say(&format!(
            "put the old site key aside, as {}: it opens every old copy, so delete it unless you need one",
            aside.display()
        ));
    }
    write_signer(here, root, &path, &key.signer())?;
    here.say_lines(&format!(
        "every reader has pinned the old signer and will be told that the site is not what its publisher signed, until they pin this one:\n\
         `gradus keys pin FILE --signer {}`, or that line in a text editor. Tell it to them in person, or where nobody else writes.\n\
         Logins pin the old one too: take each `login.age` out, and make it anew with `gradus keys login ID`",
        key.signer()
    ));
    Ok(())
}

/// Says where a new key lies, and writes its signer into `gradus.toml`.
pub(super) fn write_signer(
    here: &Here,
    root: &Path,
    path: &Path,
    signer: &Signer,
) -> Result<(), Failure> {
    let toml = library::inside(root, Path::new(MARKER))?;
    let before = read(&toml)?;
    library::replace_file(&toml, &before, &library::set_signer(&before, signer)?)?;
    here.say(&format!(
        "wrote the site key to {}: keep a copy where only the builders of the site can read it",
        path.display()
    ));
    here.say(&format!("wrote `[seal] signer` into {MARKER}: {signer}"));
    Ok(())
}

/// Pins a signer in an identity file, in the place of the one that is pinned there.
///
/// # Errors
///
/// The file holds no identity, or pins several signers and none of them is named.
pub fn pin(here: &Here, args: &args::KeysPin) -> Result<(), Failure> {
    let path = here.path(&args.file);
    let around = here.organisation_around()?;
    let below = around
        .as_deref()
        .and_then(|root| Some((root, plainly_below(&path, root)?)));
    let path = match below {
        Some((root, below)) => library::inside(root, below)?,
        None => path,
    };
    let signer = signer_named(&args.signer)?;
    let text = Zeroizing::new(read(&path)?);
    let file = IdentityFile::parse(&text)
        .map_err(|e| Failure::Keys(Message::from_error(&e).help(e.help())))?;
    let old = replaced(args, &file.signers)?;
    let after = IdentityFile::pin(&text, old.as_deref(), &signer);
    library::replace_file(&path, &text, &after)?;
    match old {
        Some(old) => here.say(&format!("pinned {signer} in the place of {old}")),
        None => here.say(&format!("pinned {signer}")),
    }
    Ok(())
}

/// The signer that gives way: the one named, or the only one; nothing where none is pinned.
fn replaced(args: &args::KeysPin, pinned: &[String]) -> Result<Option<String>, Failure> {
    if let Some(named) = &args.instead_of {
        let message = || Message::new(format!("the file does not pin `{named}`"));
        let is_pinned = pinned.contains(named);
        return (is_pinned.then(|| Some(named.clone()))).ok_or_else(|| Failure::Usage(message()));
    }
    match pinned {
        [] => Ok(None),
        [only] => Ok(Some(only.clone())),
        several => {
            let message = Message::new(format!("the file pins {} signers", several.len()));
            let help = format!(
                "name the one to be replaced with `--instead-of`: {}",
                several.join(", ")
            );
            Err(Failure::Usage(message.help(help)))
        }
    }
}
