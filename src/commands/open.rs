//! `gradus open`: a published site without any code that it serves.

use std::path::Path;
use std::sync::mpsc::sync_channel;

use gradus::host::Host;
use gradus::keys::load_identity_file;
use gradus::open::{Copy, FolderError, LoginError, NewFolder, copy, identity_of_login};
use gradus::seal::{IdentityFile, ReadError, SealedSiteReader, Trust};
use gradus::serve::RunSecret;
use gradus::serve::guard::Guard;
use gradus::serve::server::Server;
use gradus::serve::shelf::Shelf;
use gradus::terminal::{ask_passphrase, visible};

use crate::cli;

use super::published::{Published, now};
use super::{Failure, Here, Message, serve};

/// Reads what an identity opens, and writes or shows it.
///
/// # Errors
///
/// The site, or part of it, is not what was signed; no identity opens it; it cannot be read, written or shown.
pub fn run(here: &Here, args: &cli::Open) -> Result<(), Failure> {
    let published = Published::named(here, &args.site, &args.trusting)?;
    // Found out before anything is decrypted.
    let folder = args
        .out
        .as_deref()
        .map(|out| NewFolder::make(&here.path(out)))
        .transpose()?;
    let copy = read(here, args, &published)?;
    for left in &copy.left {
        here.say(&format!(
            "not shown: {}: {}",
            visible(&left.what),
            visible(&left.why)
        ));
    }
    let is_whole = copy.left.is_empty();
    match (folder, &args.out) {
        (Some(folder), Some(out)) => write(here, &folder, out, &copy)?,
        _ => show(here, args, copy)?,
    }
    match is_whole {
        true => Ok(()),
        false => Err(Failure::Content),
    }
}

fn read(here: &Here, args: &cli::Open, published: &Published) -> Result<Copy, Failure> {
    let trust = Trust {
        signer: published.signer,
        seen_build: published.at_least,
    };
    let identities = identities(here, args, published, &trust)?;
    for file in &identities {
        let site = SealedSiteReader::new(&published.host, &trust, &file.signers)?;
        let portfolio = match site.unlock(&file.identity) {
            Err(ReadError::NoMatch) => continue,
            unlocked => unlocked?,
        };
        trusted(here, &site, file, &trust);
        return Ok(copy(&portfolio, site.site_json())?);
    }
    Err(ReadError::NoMatch.into())
}

/// Says what the signature was held against, and whether the site is stale.
fn trusted(here: &Here, site: &SealedSiteReader<'_>, file: &IdentityFile, trust: &Trust) {
    if file.signers.is_empty() && trust.signer.is_none() {
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
    args: &cli::Open,
    published: &Published,
    trust: &Trust,
) -> Result<Vec<IdentityFile>, Failure> {
    match (&args.login, here.identity_files.as_slice()) {
        (Some(_), [_, ..]) => {
            let message = Message::new("`-i` and `--login` name two identities");
            Err(Failure::Usage(message))
        }
        (Some(login), []) => Ok(vec![of_login(&published.host, trust, login)?]),
        (None, _) => {
            let files = here.named_identity_files();
            if files.is_empty() {
                let message = Message::new("no identity to open it with");
                let help = "name an identity file with `-i FILE`, or a login with `--login NAME`";
                return Err(Failure::Usage(message.help(help)));
            }
            let ask = |path: &Path| ask_passphrase(&path.display().to_string());
            let load = |file: &std::path::PathBuf| Ok(load_identity_file(file, &ask)?);
            files.iter().map(load).collect()
        }
    }
}

/// The site is opened again with the signers that the login pins, so that a forged one shows nothing.
fn of_login(host: &Host, trust: &Trust, login: &str) -> Result<IdentityFile, Failure> {
    let site = SealedSiteReader::new(host, trust, &[])?;
    let passphrase = ask_passphrase(&format!("the login `{}`", visible(login)));
    let passphrase =
        passphrase.map_err(|error| Failure::environment("could not read the passphrase", error))?;
    Ok(identity_of_login(&site, login, &passphrase)?)
}

fn write(here: &Here, folder: &NewFolder, out: &Path, copy: &Copy) -> Result<(), Failure> {
    folder.write(copy)?;
    here.say(&format!(
        "wrote {} pages; begin with {}: they are no longer protected",
        copy.pages,
        out.join("index.html").display()
    ));
    Ok(())
}

/// Shows it until Ctrl-C.
fn show(here: &Here, args: &cli::Open, copy: Copy) -> Result<(), Failure> {
    let (told, ending) = sync_channel(1);
    // One word is enough, however often it is said.
    ctrlc::set_handler(move || told.try_send(()).unwrap_or_default())
        .map_err(|error| Failure::environment("could not listen for Ctrl-C", error))?;
    let listener = serve::listener(args.port)?;
    let port = listener.local_addr().map_err(serve::no_server)?.port();
    let guard = Guard::new(RunSecret::generate(), port);
    let link = guard.link();
    let pages = copy.pages;
    let server =
        Server::start(listener, Shelf::new(guard, copy.files)).map_err(serve::no_server)?;
    here.say(&format!("{pages} pages at {link}"));
    here.say("nothing is written to disk; Ctrl-C ends it");
    if args.open {
        serve::open(here, &link);
    }
    // The handler lives as long as the program: it is a signal that ends this.
    let _ = ending.recv();
    drop(server);
    Ok(())
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        let message = Message::from_error(&error);
        Self::Environment(match error {
            FolderError::NotEmpty(_) => message.help("name a folder that is new or empty"),
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
