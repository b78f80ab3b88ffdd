//! The signed list of all files, in shards: writer and reader.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{FORMAT, SITE_JSON, SITE_SIG, SiteId, b64, from_b64};
use crate::domain::model::{FileHash, hex};

/// Every shard is shorter than this.
pub const SHARD_MAX_BYTES: usize = 32_768;

/// The length of a hash in base64.
const HASH_B64_BYTES: usize = 43;

/// Most shards that a site may have: 2^20.
const BITS_MAX: u32 = 20;

/// The hash and length that a file must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedFile {
    /// SHA-256 of its bytes.
    pub sha256: FileHash,
    /// Its length, in bytes.
    pub bytes: u64,
}

/// Part of the list: directory → file name → hash and length.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Shard {
    format: u64,
    /// The site id.
    pub site: String,
    files: BTreeMap<String, BTreeMap<String, (String, u64)>>,
}

impl Shard {
    /// What is signed for that path; nothing where it is not listed or its hash is none.
    pub fn get(&self, path: &str) -> Option<SignedFile> {
        let (directory, name) = split(path);
        let (sha256, bytes) = self.files.get(directory)?.get(name)?;
        let sha256 = FileHash(from_b64(sha256)?);
        Some(SignedFile {
            sha256,
            bytes: *bytes,
        })
    }

    /// All paths.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        self.files.iter().flat_map(|(directory, names)| {
            names.keys().map(move |name| match directory.as_str() {
                "" => name.clone(),
                _ => format!("{directory}/{name}"),
            })
        })
    }
}

/// A [`Shard`] while it is filled.
#[derive(Clone, Serialize)]
struct Filling<'f> {
    format: u64,
    site: &'f str,
    files: BTreeMap<&'f str, BTreeMap<&'f str, (String, u64)>>,
}

impl<'f> Filling<'f> {
    fn new(site: &'f str) -> Self {
        Self {
            format: FORMAT,
            site,
            files: BTreeMap::new(),
        }
    }

    fn insert(&mut self, path: &'f str, file: &SignedFile) {
        let (directory, name) = split(path);
        let names = self.files.entry(directory).or_default();
        names.insert(name, (b64(&file.sha256.0), file.bytes));
    }

    fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts and numbers are always JSON")
    }
}

/// All shards of a site, in order, as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shards(Vec<Vec<u8>>);

impl Shards {
    /// As few shards as keep each under 32,768 bytes.
    pub fn write(site: SiteId, files: &BTreeMap<String, SignedFile>) -> Self {
        let placed: Vec<(u32, &str, &SignedFile)> = files
            .iter()
            .map(|(path, file)| (place_of(path), path.as_str(), file))
            .collect();
        let site = site.to_string();
        let split = |bits: u32| {
            let mut shards = vec![Filling::new(&site); 1_usize << bits];
            for (place, path, file) in &placed {
                shards[shard_at(*place, bits)].insert(path, file);
            }
            Self(shards.iter().map(Filling::write).collect())
        };
        let length: usize = files
            .iter()
            .map(|(path, file)| least_bytes(path, file))
            .sum();
        // Fewer could not hold them, however evenly they were spread.
        let least = (length / SHARD_MAX_BYTES + 1).next_power_of_two().ilog2();
        (least..BITS_MAX)
            .map(split)
            .find(|shards| shards.0.iter().all(|shard| shard.len() < SHARD_MAX_BYTES))
            .unwrap_or_else(|| split(BITS_MAX))
    }

    /// Path and bytes of each, in order.
    pub fn files(self) -> impl Iterator<Item = (String, Vec<u8>)> {
        let with_path = |bytes: Vec<u8>| (shard_path(&FileHash::of(&bytes)), bytes);
        self.0.into_iter().map(with_path)
    }

    /// The hashes, in order.
    pub fn hashes(&self) -> Vec<FileHash> {
        self.0.iter().map(|shard| FileHash::of(shard)).collect()
    }
}

/// Where the shards lie.
const DIRECTORY: &str = "index/";

/// Where the shard of that hash lies.
pub fn shard_path(hash: &FileHash) -> String {
    format!("{DIRECTORY}{}.json", hex(&hash.0[..12]))
}

/// Whether a path is that of a shard, or of what says which shards there are.
pub(super) fn is_of_signed_list(path: &str) -> bool {
    matches!(path, SITE_JSON | SITE_SIG) || path.starts_with(DIRECTORY)
}

/// The number of the shard that lists a path, where there are 2^`bits`.
pub fn shard_of(path: &str, bits: u32) -> usize {
    shard_at(place_of(path), bits)
}

/// Where a path stands among all that there could be.
fn place_of(path: &str) -> u32 {
    let digest = Sha256::digest(path.as_bytes());
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

fn shard_at(place: u32, bits: u32) -> usize {
    (u64::from(place) >> (32 - bits)) as usize
}

/// What a file takes at least in a shard: its name, its hash, its length and what parts them.
fn least_bytes(path: &str, file: &SignedFile) -> usize {
    let (_, name) = split(path);
    let digits = file.bytes.checked_ilog10().unwrap_or(0) as usize + 1;
    name.len() + "\"\":[\"\",]".len() + HASH_B64_BYTES + digits
}

/// Directory and name; the directory is empty at the root.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: &str = "00112233445566778899aabbccddeeff";

    fn synthetic(count: u32) -> BTreeMap<String, SignedFile> {
        let file = |number: u32| {
            let sha256 = FileHash::of(&number.to_be_bytes());
            let path = format!("sealed/{}.age", hex(&sha256.0[..12]));
            (
                path,
                SignedFile {
                    sha256,
                    bytes: 99_999,
                },
            )
        };
        (0..count).map(file).collect()
    }

    #[test]
    fn a_small_site_has_one_shard() {
        let shards = Shards::write(SiteId::parse(SITE).unwrap(), &synthetic(30));
        assert_eq!(shards.hashes().len(), 1);
    }

    #[test]
    fn a_hundred_and_sixty_thousand_files_keep_every_shard_and_the_list_of_shards_small() {
        let files = synthetic(160_000);
        let shards = Shards::write(SiteId::parse(SITE).unwrap(), &files);
        assert!(shards.hashes().len().is_power_of_two());
        assert!(shards.hashes().len() * "\"\",".len() + shards.hashes().len() * 43 < 31_000);
        assert!(shards.0.iter().all(|shard| shard.len() < SHARD_MAX_BYTES));
    }

    #[test]
    fn every_file_is_in_the_shard_of_its_path() {
        let files = synthetic(2_000);
        let shards = Shards::write(SiteId::parse(SITE).unwrap(), &files);
        let bits = shards.0.len().ilog2();
        assert!(bits > 1);
        let read: Vec<Shard> = shards
            .0
            .iter()
            .map(|bytes| serde_json::from_slice(bytes).unwrap())
            .collect();
        for (path, file) in &files {
            assert_eq!(read[shard_of(path, bits)].get(path), Some(*file));
        }
        assert_eq!(read.iter().flat_map(Shard::paths).count(), files.len());
    }
}
