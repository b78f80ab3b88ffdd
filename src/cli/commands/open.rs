//! `gradus open`: a published site without any code that it serves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use crate::build::known;
use crate::cli::terminal::ask_passphrase;
use crate::ground::visible::visible;
use crate::sealed::keys::load_identity_file;
use crate::sealed::open::{
    Copied, FolderError, LoginError, NewFolder, Take, copy, identity_of_login,
};
use crate::sealed::seal::{IdentityFile, ReadError, SealedSiteReader, Trust};
use crate::serve::RunSecret;
use crate::serve::server::Server;
use crate::serve::static_files::StaticFiles;

use crate::cli::args;

use super::published::{Published, now};
use super::{Failure, Here, Message, link};

/// Reads what an identity opens, and writes or shows it.
///
/// # Errors
///
/// The site, or part of it, is not what was signed; no identity opens it; it cannot be read, written or shown.
pub fn run(here: &Here, args: &args::Open) -> Result<(), Failure> {
    let published = Published::named(here, &args.site, &args.trusting)?;
    let copied = match &args.out {
        Some(out) => write(here, args, &published, out)?,
        None => show(here, args, &published)?,
    };
    if copied.left.is_empty() {
        Ok(())
    } else {
        Err(Failure::Content)
    }
}

/// Hands on everything that the first fitting identity opens.
fn read(
    here: &Here,
    args: &args::Open,
    published: &Published,
    take: &mut Take<'_, Failure>,
) -> Result<Copied, Failure> {
    let identities = identities(here, args, published)?;
    for file in &identities {
        let pins = published.pins(&file.signers)?;
        let trust = published.trust(&pins);
        let site = SealedSiteReader::newest(&published.host, &trust, &pins)?;
        let tried = file.identities.iter().map(|identity| site.unlock(identity));
        let opened = tried.skip_while(|tried| matches!(tried, Err(ReadError::NoMatch)));
        let Some(portfolio) = opened.take(1).next().transpose()? else {
            continue;
        };
        trusted(here, &site, &pins, &trust);
        let copied = copy(&portfolio, site.site_json(), &known::style(), take)?;
        for left in &copied.left {
            here.say(&format!(
                "not shown: {}: {}",
                visible(&left.what),
                visible(&left.why)
            ));
        }
        return Ok(copied);
    }
    Err(ReadError::NoMatch.into())
}

/// Says what the signature was held against, and whether the site is stale.
fn trusted(here: &Here, site: &SealedSiteReader<'_>, pins: &[String], trust: &Trust) {
    if pins.is_empty() && trust.signer.is_none() {
        let signer = &site.site_json().signer;
        here.say(&format!(
            "nobody said whose signature it must be, so the site's own word was taken: {}; `--signer KEY` pins one",
            visible(signer)
        ));
    }
    if site.is_expired(now()) {
        here.say(&format!(
            "it was to be replaced by a newer build before {}: someone may be holding that back",
            visible(&site.site_json().expires)
        ));
    }
}

/// The identities to try: those of `-i`, or the one that the login wraps.
fn identities(
    here: &Here,
    args: &args::Open,
    published: &Published,
) -> Result<Vec<IdentityFile>, Failure> {
    match (&args.login, here.flagged_identity_files()) {
        (Some(_), [_, ..]) => {
            let message = Message::new("`-i` and `--login` name two identities");
            Err(Failure::Usage(message))
        }
        (Some(login), []) => Ok(vec![of_login(published, login)?]),
        (None, _) => {
            let files = here.named_identity_files();
            if files.is_empty() {
                let message = Message::new("no identity to open it with");
                let help = "name an identity file with `-i FILE`, or a login with `--login NAME`";
                return Err(Failure::Usage(message.help(help)));
            }
            let ask = |path: &Path| ask_passphrase(&path.display().to_string());
            let load = |file: &PathBuf| {
                here.warn_of_open_secret(file);
                Ok(load_identity_file(file, &ask)?)
            };
            files.iter().map(load).collect()
        }
    }
}

/// The site is opened again with the signers that the login pins, so that a forged one shows nothing.
fn of_login(published: &Published, login: &str) -> Result<IdentityFile, Failure> {
    let pins = published.pins(&[])?;
    let site = SealedSiteReader::newest(&published.host, &Trust::default(), &pins)?;
    let passphrase = ask_passphrase(&format!("the login `{}`", visible(login)));
    let passphrase =
        passphrase.map_err(|error| Failure::environment("could not read the passphrase", error))?;
    Ok(identity_of_login(&site, login, &passphrase)?)
}

fn write(
    here: &Here,
    args: &args::Open,
    published: &Published,
    out: &Path,
) -> Result<Copied, Failure> {
    // Found out before anything is decrypted.
    let mut folder = NewFolder::make(&here.path(out))?;
    let written = read(here, args, published, &mut |path, bytes| {
        Ok(folder.put(path, &bytes)?)
    });
    match written {
        Ok(copied) => {
            let (pages, first) = (copied.pages, out.join("index.html"));
            here.say(&format!(
                "wrote {pages} pages; begin with {}: they are no longer protected",
                first.display()
            ));
            Ok(copied)
        }
        Err(failure) => {
            folder.clear();
            Err(failure)
        }
    }
}

/// Shows it until Ctrl-C.
fn show(here: &Here, args: &args::Open, published: &Published) -> Result<Copied, Failure> {
    let mut files = BTreeMap::new();
    let copied = read(here, args, published, &mut |path, bytes| {
        files.insert(path.to_owned(), bytes);
        Ok(())
    })?;
    let (told, ending) = sync_channel(1);
    // One word is enough, however often it is said.
    ctrlc::set_handler(move || told.try_send(()).unwrap_or_default())
        .map_err(|error| Failure::environment("could not listen for Ctrl-C", error))?;
    let (listeners, auth) = link::listen(&args.listening, RunSecret::generate())?;
    let shelf = StaticFiles::new(Arc::clone(&auth), files);
    let server = Server::start(listeners, shelf).map_err(link::no_server)?;
    let words = format!("{} pages at", copied.pages);
    link::show(here, &args.listening, &auth, &words);
    here.say(link::WORKS_ONCE);
    here.say("no page is written to disk; Ctrl-C ends it");
    // The handler lives as long as the program: it is a signal that ends this.
    let _ = ending.recv();
    drop(server);
    Ok(copied)
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        let message = Message::from_error(&error);
        Self::Environment(match error {
            FolderError::NotEmpty(_) | FolderError::NotOurs(_) => {
                message.help("name a folder that is new, or that is empty and yours")
            }
            FolderError::Io { .. } => message,
        })
    }
}

impl From<LoginError> for Failure {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Unknown => Self::Keys(Message::from_error(&error)),
            LoginError::Read(error) => error.into(),
            LoginError::Keys(error) => error.into(),
        }
    }
}
