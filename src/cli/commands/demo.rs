//! `gradus demo`: the example organisation, sealed and served on this machine.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::mpsc::sync_channel;

use crate::serve::auth::SecretIn;
use crate::serve::server::Server;
use crate::serve::static_files::StaticFiles;
use walkdir::WalkDir;

use crate::cli::args;

use super::{Failure, Here, build, link};

/// The files of `example-org`, by path.
const EXAMPLE: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/example.rs"));

/// The site key in it. Other people must not be able to read it, or the build warns.
const SITE_KEY: &str = ".gradus/site.key";

/// Builds the example in a folder of its own and serves that until Ctrl-C.
///
/// # Errors
///
/// The folder cannot be written, or there is no such port to be had.
pub fn run(here: &Here, args: &args::Demo) -> Result<(), Failure> {
    let (listeners, port) = link::listeners(SecretIn::Path, args.port)?;
    let (told, ending) = sync_channel(1);
    // One word is enough, however often it is said.
    ctrlc::set_handler(move || told.try_send(()).unwrap_or_default())
        .map_err(|error| Failure::environment("could not listen for Ctrl-C", error))?;
    let failed = |error| Failure::environment("could not write the example organisation", error);
    let folder = tempfile::Builder::new().prefix("gradus-demo-").tempdir();
    let folder = folder.map_err(failed)?;
    unpack(folder.path()).map_err(failed)?;
    build::run(&here.quietly_in(folder.path()), &args::Build::default())?;
    let site = files(&folder.path().join("public"));
    let site = site.map_err(|error| Failure::environment("could not read the site", error))?;
    let server =
        Server::start(listeners, StaticFiles::for_anyone(site)).map_err(link::no_server)?;
    let address = format!("http://127.0.0.1:{port}/");
    let keys = folder.path().join("demo-keys");
    // With `-q`, too: nobody could find it without.
    anstream::eprintln!("demo at {address}");
    here.say("choose a key file there to unlock it:");
    for (file, whose) in [("ada.txt", "an engineer"), ("grace.txt", "her manager")] {
        here.say(&format!("  {}  ({whose})", keys.join(file).display()));
    }
    here.say(&format!("it is built from `{}`", folder.path().display()));
    here.say("press Ctrl-C to stop, which removes that folder");
    if args.open {
        link::open_address(here, &address);
    }
    // The handler lives as long as the program: it is a signal that ends this.
    let _ = ending.recv();
    drop(server);
    folder.close().map_err(failed)
}

fn unpack(folder: &Path) -> io::Result<()> {
    for (path, bytes) in EXAMPLE {
        let file = folder.join(path);
        file.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(&file, bytes)?;
        if *path == SITE_KEY {
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}

/// The files below a folder, by their paths in it.
fn files(folder: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in WalkDir::new(folder) {
        let entry = entry?;
        let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        if entry.file_type().is_file() {
            files.insert(path.to_string_lossy().into_owned(), fs::read(entry.path())?);
        }
    }
    Ok(files)
}
