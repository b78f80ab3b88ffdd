//! Files of the tree on disk. Nothing that a person wrote is ever overwritten.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::ground::regular_file::{self, Links, NotTaken};
use crate::sealed::keys as library_keys;
use crate::tree::scaffold::{Entry, NewFile};
use crate::tree::source::FILE_MAX_BYTES;
use crate::tree::source::Sources;

use super::{Failure, Here, Message, keys};

/// An organisation's directory, to add files to.
pub struct Tree<'r> {
    root: &'r Path,
    pub sources: Sources,
}

/// Paths as a person types them, relative to the organisation.
#[derive(Debug, Default)]
pub struct Written {
    pub made: Vec<String>,
    /// What was there already, and is as it was.
    pub left: Vec<String>,
}

impl<'r> Tree<'r> {
    /// The tree that `gradus.toml` describes.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn open(here: &Here, root: &'r Path) -> Result<Self, Failure> {
        let text = keys::settings(here, root)?;
        let sources = Sources::of(&text);
        Ok(Self { root, sources })
    }

    /// A tree that is only being begun.
    pub fn begin(root: &'r Path) -> Self {
        let sources = Sources::of("");
        Self { root, sources }
    }

    /// Writes the files that are not there.
    ///
    /// # Errors
    ///
    /// A file cannot be written; those before it are there then.
    pub fn add(&self, files: &[NewFile]) -> Result<Written, Failure> {
        let mut written = Written::default();
        for file in files {
            let place = self.sources.place(&file.path);
            if self.is_taken(&place) || !create(&self.root.join(&place), &file.text)? {
                written.left.push(place)
            } else {
                written.made.push(place)
            }
        }
        Ok(written)
    }

    /// Writes one file.
    ///
    /// # Errors
    ///
    /// It is there already, or cannot be written.
    pub fn add_one(&self, file: &NewFile) -> Result<String, Failure> {
        let written = self.add(std::slice::from_ref(file))?;
        match written.left.first() {
            Some(path) => Err(taken(path)),
            None => Ok(self.sources.place(&file.path)),
        }
    }

    /// Writes a file that gradus makes alone, at once and with the permissions that it had.
    ///
    /// # Errors
    ///
    /// The file is sealed, or cannot be written.
    pub fn replace(&self, file: &NewFile) -> Result<String, Failure> {
        let place = self.sources.place(&file.path);
        let path = self.root.join(&place);
        if sealed(&path).symlink_metadata().is_ok() {
            let what = format!("`{place}.age` is sealed, and cannot be counted again");
            return Err(Failure::Environment(
                Message::new(what).help("unseal it first"),
            ));
        }
        if !create(&path, &file.text)? {
            let before = text_of(&path, &place)?;
            library_keys::replace_file(&path, &before, &file.text)?;
        }
        Ok(place)
    }

    /// Adds an entry at the end of its file, which is made where it is not there. What stands in it stays.
    ///
    /// # Errors
    ///
    /// The file cannot be read or written, is sealed, or would no longer be understood.
    pub fn append(&self, entry: &Entry) -> Result<String, Failure> {
        let place = self.sources.place(&entry.path);
        let path = self.root.join(&place);
        if sealed(&path).exists() {
            let what = format!("`{place}.age` is sealed, and nothing can be added to it");
            return Err(Failure::Environment(
                Message::new(what).help("unseal it first"),
            ));
        }
        let first = format!("{}{}", entry.opening, entry.text);
        if create(&path, first.trim_start())? {
            return Ok(place);
        }
        let before = text_of(&path, &place)?;
        let apart = if before.is_empty() || before.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        let added = format!("{apart}{}", entry.text);
        understood(&place, &format!("{before}{added}"))?;
        let append = || {
            let mut file = regular_file::open_or_make(&path)?;
            Ok::<_, NotTaken>(file.write_all(added.as_bytes())?)
        };
        append().map_err(|e| Failure::environment(&format!("could not write `{place}`"), e))?;
        Ok(place)
    }

    /// Whether a file stands there, in clear or sealed.
    pub fn is_taken(&self, place: &str) -> bool {
        let path = self.root.join(place);
        path.symlink_metadata().is_ok() || sealed(&path).symlink_metadata().is_ok()
    }
}

/// The path with the ending of sealed files.
fn sealed(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".age");
    name.into()
}

/// The text of a file that is to be added to; what a link leads to may be anybody's.
fn text_of(path: &Path, shown: &str) -> Result<String, Failure> {
    let failed = || format!("could not read `{shown}`");
    let bytes = regular_file::read(path, Links::Refused, FILE_MAX_BYTES);
    let bytes = bytes.map_err(|error| Failure::environment(&failed(), error))?;
    String::from_utf8(bytes).map_err(|error| Failure::environment(&failed(), error))
}

/// Writes a file where there is none; tells whether it did.
fn create(path: &Path, text: &str) -> Result<bool, Failure> {
    let write = || -> io::Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut new = OpenOptions::new().write(true).create_new(true).open(path)?;
        new.write_all(text.as_bytes())
    };
    match write() {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(e) => {
            let what = format!("could not write `{}`", path.display());
            Err(Failure::environment(&what, e))
        }
    }
}

/// Refuses what would break a file that was well written.
fn understood(place: &str, text: &str) -> Result<(), Failure> {
    if !place.ends_with(".toml") {
        return Ok(());
    }
    match text.parse::<toml_edit::DocumentMut>() {
        Ok(_) => Ok(()),
        Err(_) => {
            let what = format!("`{place}` lists its entries in a way that none can be added to");
            let help = "write them as tables, `[[…]]`; nothing was changed";
            Err(Failure::Broken(Message::new(what).help(help)))
        }
    }
}

fn taken(path: &str) -> Failure {
    let message = Message::new(format!("`{path}` is there already"));
    Failure::Environment(message.help("nothing is overwritten; edit it, or move it away"))
}
