//! What an identity opens of a built site, found with the age format alone and nothing of our reader: every file is tried.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

use flate2::read::GzDecoder;
use gradus::domain::model::Identity;
use rayon::prelude::*;
use serde_json::Value;

/// The sealed files of a site, by path.
pub struct Site(BTreeMap<String, Vec<u8>>);

/// All that somebody got out of a site.
#[derive(Debug, Default)]
pub struct Opened {
    /// Section → its text.
    pub sections: BTreeMap<String, String>,
    /// The identities of these sections.
    pub identities: Vec<String>,
}

impl Site {
    pub fn read(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        for part in ["keyring", "sealed", "login"] {
            let Ok(entries) = fs::read_dir(folder.join(part)) else {
                continue;
            };
            for entry in entries {
                let path = entry.expect("an entry").path();
                let name = path
                    .file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned();
                files.insert(format!("{part}/{name}"), fs::read(&path).expect("a file"));
            }
        }
        assert!(!files.is_empty(), "{} holds a site", folder.display());
        Self(files)
    }

    /// The names of the files in one of the folders.
    pub fn names(&self, part: &str) -> BTreeSet<&str> {
        let paths = self.0.keys().map(String::as_str);
        paths.filter(|path| path.starts_with(part)).collect()
    }

    /// Everything that a key file opens.
    pub fn opened_by(&self, key_file: &str) -> Opened {
        let mut opened = Opened::default();
        let keyrings = self
            .0
            .iter()
            .filter(|(path, _)| path.starts_with("keyring/"));
        for keyring in keyrings.filter_map(|(_, sealed)| open(key_in(key_file), sealed)) {
            let keyring: Value = serde_json::from_str(&keyring).expect("JSON");
            for entry in keyring["sections"].as_array().expect("sections") {
                let text = |key: &str| entry[key].as_str().expect(key).to_owned();
                let plain = open(key_in(&text("identity")), &self.0[&text("file")]);
                let plain = plain.expect("a section's identity opens it");
                opened.sections.insert(text("id"), plain);
                opened.identities.push(text("identity"));
            }
        }
        opened
    }

    /// How many files any of some identities opens, whatever they are of.
    pub fn files_open_to(&self, identities: &[String]) -> usize {
        let each_once: BTreeSet<&String> = identities.iter().collect();
        let identities: Vec<Key> = each_once.into_iter().map(|text| key_in(text)).collect();
        let files = self.0.par_iter();
        files
            .filter(|(_, sealed)| decrypt(&identities, sealed).is_some())
            .count()
    }
}

impl Opened {
    pub fn ids(&self) -> BTreeSet<&str> {
        self.sections.keys().map(String::as_str).collect()
    }

    /// Whether any section holds a text.
    pub fn holds(&self, text: &str) -> bool {
        self.sections.values().any(|section| section.contains(text))
    }
}

type Key = Box<dyn age::Identity + Send + Sync>;

fn key_in(key_file: &str) -> Key {
    let line = key_file
        .lines()
        .find(|line| line.starts_with("AGE-SECRET-KEY-"))
        .expect("a key");
    match age::x25519::Identity::from_str(line) {
        Ok(key) => Box::new(key),
        Err(_) => Box::new(Identity::parse(line).expect("a key of either kind")),
    }
}

fn open(key: Key, sealed: &[u8]) -> Option<String> {
    let mut text = String::new();
    let packed = decrypt(&[key], sealed)?;
    GzDecoder::new(packed.as_slice())
        .read_to_string(&mut text)
        .ok()?;
    Some(text)
}

fn decrypt(keys: &[Key], sealed: &[u8]) -> Option<Vec<u8>> {
    let decryptor = age::Decryptor::new_buffered(sealed).ok()?;
    let mut plain = Vec::new();
    let keys = keys.iter().map(|key| &**key as &dyn age::Identity);
    decryptor.decrypt(keys).ok()?.read_to_end(&mut plain).ok()?;
    Some(plain)
}
