//! `gradus keys login`: an identity wrapped with a passphrase.

use std::io::{self, IsTerminal};
use std::path::Path;

use crate::cli::terminal;
use crate::domain::model::{Identity, Recipient};
use crate::sealed::keys;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::{Failure, Here, Message, shell};
use super::{Marker, add_to_person, identity_text, no_person, read};
use crate::cli::args;

/// Wraps a person's identity, and adds its recipient to their `person.toml`.
///
/// # Errors
///
/// They are nobody, have a login, the identity is of another kind than the site's or was revoked, or the passphrase is
/// too weak.
pub fn login(here: &Here, args: &args::KeysLogin) -> Result<(), Failure> {
    let root = here.organisation()?;
    let marker = Marker::read(here, &root)?;
    let person = marker.person_file(&root, &args.person);
    if !person.exists() {
        return Err(no_person(&args.person, &person));
    }
    let person = marker.writable(&root, &person)?;
    let file = person.with_file_name("login.age");
    if file.symlink_metadata().is_ok() {
        let message = Message::new(format!("`{}` exists already", file.display()));
        let help = "a changed passphrase means a new identity: old copies of the site keep the old login. Remove the file, then run this without `-i`";
        return Err(Failure::Environment(message.help(help)));
    }
    let identity = identity(here, &marker)?;
    let recipient = identity.recipient();
    let before = read(&person)?;
    keys::add_recipient(&before, &recipient)?; // refused before anything is written where it was revoked
    if !here.flagged_identity_files().is_empty() {
        must_be_theirs(here, &args.person, &before, &recipient)?;
    }
    let passphrase = if args.own {
        own_passphrase(args, &before)?
    } else {
        keys::generate_passphrase()
    };
    let signer = marker.seal.signer.as_deref();
    let text = identity_text(here, &args.person, &identity, None, signer);
    let _held = keys::hold(&root)?;
    keys::write_new(&file, &keys::wrap_login(&text, &passphrase))?;
    here.say(&format!("wrote {}", file.display()));
    add_to_person(here, &person, &recipient)?;
    mark(&person, &recipient)?;
    if args.own {
        return Ok(());
    }
    here.say("the passphrase is shown once, here; whoever reads the host may guess at it, so it is long:");
    shell::print(format!("{}\n", *passphrase).as_bytes())
}

/// Says in `person.toml` which key the login wraps, so that it is left out of the site once that one does not count.
fn mark(person: &Path, recipient: &Recipient) -> Result<(), Failure> {
    let before = read(person)?;
    let after = keys::mark_login(&before, recipient)?;
    Ok(keys::replace_file(person, &before, &after)?)
}

/// Refuses an identity that is nobody's, or somebody else's: whoever has the passphrase would read as them.
fn must_be_theirs(
    here: &Here,
    person: &str,
    person_toml: &str,
    recipient: &Recipient,
) -> Result<(), Failure> {
    let listed = keys::listed(person_toml)?;
    let theirs = listed.iter().find(|key| key.recipient == *recipient);
    let refused = |message: String, help: String| Failure::Keys(Message::new(message).help(help));
    match theirs {
        Some(key) if key.counts_on(here.today) => Ok(()),
        Some(_) => Err(refused(
            format!("this key of {person} counts no more"),
            "leave `-i` out, and a new identity is made".to_owned(),
        )),
        None => Err(refused(
            format!("the identity that `-i` names is none of {person}'s keys"),
            format!(
                "where it is theirs, put `{recipient}` into `keys` of their person.toml first; or leave `-i` out, and a new identity is made"
            ),
        )),
    }
}

/// The identity to wrap: the one named, or a new one.
fn identity(here: &Here, marker: &Marker) -> Result<Identity, Failure> {
    let path = match here.flagged_identity_files() {
        [] => return Ok(Identity::generate_of(marker.key_kind())),
        [path] => here.path(path),
        _ => {
            let message = Message::new("a login wraps one identity, and `-i` names several");
            return Err(Failure::Usage(message));
        }
    };
    let ask = |path: &Path| terminal::ask_passphrase(&path.display().to_string());
    let file = keys::load_identity_file(&path, &ask)?;
    let count = file.identities.len();
    let Ok([identity]) = <[Identity; 1]>::try_from(file.identities) else {
        let message = format!(
            "`{}` holds {count} identities, and a login wraps one",
            path.display()
        );
        return Err(Failure::Keys(Message::new(message)));
    };
    let kind = marker.key_kind();
    if identity.kind() != kind {
        let message = format!(
            "`{}` holds no `{}…` key, and the site is sealed to such keys alone",
            path.display(),
            kind.prefix()
        );
        return Err(Failure::Keys(Message::new(message)));
    }
    Ok(identity)
}

/// A passphrase that somebody thought of, where it is as good as six random words.
fn own_passphrase(args: &args::KeysLogin, person_toml: &str) -> Result<Zeroizing<String>, Failure> {
    let passphrase = asked(&format!("the login of {}", args.person))?;
    let about = words_about(&args.person, person_toml);
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    let Some(weak) = keys::weakness(&passphrase, &about) else {
        return Ok(passphrase);
    };
    let message = Message::new(format!(
        "this passphrase is too weak: about 2^{} guesses find it, at ten thousand a second in {}",
        weak.bits, weak.takes
    ));
    let help = "six random words take 2^66 guesses; leave `--own` out, and seven are made";
    Err(Failure::Keys(message.help(help)))
}

/// A passphrase, asked for twice where somebody types it unseen.
fn asked(for_what: &str) -> Result<Zeroizing<String>, Failure> {
    let ask = |for_what: &str| {
        terminal::ask_passphrase(for_what)
            .map_err(|e| Failure::environment("could not read the passphrase", e))
    };
    let passphrase = ask(for_what)?;
    if io::stdin().is_terminal() && *ask(&format!("{for_what}, once more"))? != *passphrase {
        return Err(Failure::Usage(Message::new("the two passphrases differ")));
    }
    Ok(passphrase)
}

/// What somebody who knows the person would try first.
fn words_about(id: &str, person_toml: &str) -> Vec<String> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct About {
        name: String,
        login: String,
    }
    let about: About = toml::from_str(person_toml).unwrap_or_default();
    let texts = [about.name, about.login, id.to_owned()];
    let words = texts
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
