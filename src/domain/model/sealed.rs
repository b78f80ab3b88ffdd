//! The sealed site between `seal`, which makes its files, and whoever keeps them: a folder
//! (`publish`) or memory.

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;

use crate::ground::hash::FileHash;
use serde::{Deserialize, Serialize};

use super::Date;

/// Where a site can be opened from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// A web host.
    #[default]
    Web,
    /// A folder on disk as well.
    Disk,
}

/// What is known of one file that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Keyed hash of the plaintext and of whom it is sealed to; of the bytes where nothing is sealed.
    pub content: FileHash,
    /// Hash of the file as it was written.
    pub sha256: FileHash,
    /// Its length.
    pub bytes: u64,
}

/// All files of one build. What is in it, with that hash, is ours to reuse and to delete.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// The build number; 0 before the first.
    pub build: u64,
    /// By path, relative to the site's root, with `/`.
    pub files: BTreeMap<String, LedgerEntry>,
    /// What sections were drawn from, by the path of their own file.
    #[serde(default)]
    pub drawn: BTreeMap<String, Drawn>,
    /// What the whole of it was made from, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Made>,
}

/// What a site was made from, so that who has not changed need not be read again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Keyed hash of everything but what is about one person alone: the rest of the tree, what was accepted, the days,
    /// the theme, the program.
    pub shared: FileHash,
    /// Who there is, by keyed hashes of their ids.
    pub people: BTreeMap<FileHash, MadeOf>,
}

/// What the sections about one person were made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeOf {
    /// Keyed hash of their files.
    pub files: FileHash,
    /// Keyed hash of what others' pages and everyone's access follow from, besides what they say to their team.
    pub bearing: FileHash,
    /// The next day on which what is said of them, or who reads it, changes by itself.
    #[serde(default)]
    pub turns: Option<Date>,
}

/// A section that was drawn, so that it need not be drawn again from the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// Keyed hash of everything that it was drawn from: what it may say, the theme, the program.
    pub from: FileHash,
    /// How many pages it has a part of.
    pub pages: usize,
    /// Its own file and those of its attachments, as they were written; by path.
    #[serde(with = "by_path")]
    pub files: Box<[(String, FileHash)]>,
}

/// Few files, written as an object. A map of one file would take the room of eleven.
mod by_path {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use crate::ground::hash::FileHash;

    /// Writes `{path: hash}`, in the order of the list.
    pub fn serialize<S: Serializer>(
        files: &[(String, FileHash)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(files.iter().map(|(path, hash)| (path, hash)))
    }

    /// Reads `{path: hash}`; the list is by path.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Box<[(String, FileHash)]>, D::Error> {
        let files = BTreeMap::deserialize(deserializer)?;
        Ok(files.into_iter().collect())
    }
}

/// Where the files of a site go, and what stands there from an earlier build.
///
/// Paths are relative to the site's root, with `/`. Every path of a site is written or kept once.
pub trait SiteStore: Sync {
    /// The build number of the newest build known; 0 if none.
    fn last_build(&self) -> u64;

    /// What an earlier build wrote at that path, if it is still there, byte for byte.
    fn earlier(&self, path: &str) -> Option<LedgerEntry>;

    /// What an earlier build drew the section from whose own file has that path. Its files may have changed since.
    fn drawn(&self, _path: &str) -> Option<Drawn> {
        None
    }

    /// Takes a file of the new build.
    ///
    /// # Errors
    /// Whatever keeps the store from taking it; the build ends then.
    fn write(&self, path: &str, bytes: Vec<u8>) -> io::Result<()>;

    /// Keeps a file that [`SiteStore::earlier`] answered for.
    ///
    /// # Errors
    /// Whatever keeps the store from doing so; the build ends then.
    fn keep(&self, path: &str) -> io::Result<()>;
}

/// A sealed site whose files are all in the store: what is left to do is to show it to the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSite {
    /// All of its files, with the build number.
    pub ledger: Ledger,
    /// `site id`, in hexadecimal.
    pub site_id: String,
    /// How many sections it has.
    pub sections: usize,
    /// How many pages, where parts of one page count once a section.
    pub pages: usize,
    /// How many keys open it.
    pub keyrings: usize,
    /// Files that were written anew.
    pub written: usize,
    /// Files that kept their bytes.
    pub reused: usize,
}

/// A site in memory: for previews and tests.
#[derive(Debug, Default)]
pub struct MemoryStore {
    earlier: BTreeMap<String, Vec<u8>>,
    ledger: Ledger,
    files: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl MemoryStore {
    /// A store that reuses the files of an earlier one.
    pub fn after(files: BTreeMap<String, Vec<u8>>, ledger: Ledger) -> Self {
        Self {
            earlier: files,
            ledger,
            files: Mutex::default(),
        }
    }

    /// The files that were written or kept.
    pub fn into_files(self) -> BTreeMap<String, Vec<u8>> {
        // A panic elsewhere cannot leave a map half changed.
        self.files
            .into_inner()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn put(&self, path: &str, bytes: Vec<u8>) {
        let mut files = self
            .files
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        files.insert(path.to_owned(), bytes);
    }
}

impl SiteStore for MemoryStore {
    fn last_build(&self) -> u64 {
        self.ledger.build
    }

    fn earlier(&self, path: &str) -> Option<LedgerEntry> {
        let entry = *self.ledger.files.get(path)?;
        let bytes = self.earlier.get(path)?;
        (FileHash::of(bytes) == entry.sha256).then_some(entry)
    }

    fn drawn(&self, path: &str) -> Option<Drawn> {
        self.ledger.drawn.get(path).cloned()
    }

    fn write(&self, path: &str, bytes: Vec<u8>) -> io::Result<()> {
        self.put(path, bytes);
        Ok(())
    }

    fn keep(&self, path: &str) -> io::Result<()> {
        let bytes = self.earlier.get(path).ok_or(io::ErrorKind::NotFound)?;
        self.put(path, bytes.clone());
        Ok(())
    }
}
