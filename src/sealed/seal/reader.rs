//! Reading a sealed site with an identity, in the order of the format.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use chrono::DateTime;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::index::{shard_of, shard_path};
use super::site_json::read_signature;
use super::site_key::keyring_path;
use super::{
    FORMAT, Keyring, KeyringSection, Lies, OpenedSection, RouteKey, SITE_JSON, SITE_SIG, Shard,
    SignedFile, Signer, SiteId, SiteJson, age_file, container, from_b64,
};
use crate::domain::model::{FileHash, Identity, Ledger, LedgerEntry, NotAnIdentity};
use crate::ground::regular_file::{self, Links, NotTaken};

/// Longest file that is read: what a section may hold, with room for padding that does not shrink.
pub const FILE_MAX_BYTES: u64 = 2 * container::UNPACKED_MAX_BYTES as u64;

/// Where the files of a site are read from.
pub trait SiteFiles {
    /// The bytes at a path; nothing where there is no such file.
    ///
    /// # Errors
    /// The place itself cannot be read.
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>>;
}

impl SiteFiles for BTreeMap<String, Vec<u8>> {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.get(path).cloned())
    }
}

/// A site in a folder.
#[derive(Debug, Clone)]
pub struct Folder(pub PathBuf);

impl SiteFiles for Folder {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        if !is_inside(path) {
            return Ok(None);
        }
        let absent = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];
        match regular_file::read(&self.0.join(path), Links::Followed, FILE_MAX_BYTES) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(NotTaken::TooLarge { .. }) => Err(io::ErrorKind::FileTooLarge.into()),
            Err(NotTaken::Io(e)) if !absent.contains(&e.kind()) => Err(e),
            // Nor is anything that is no file a part of a site.
            Err(_) => Ok(None),
        }
    }
}

/// Whether a path of a site stays inside it.
pub fn is_inside(path: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    !path.contains(['\\', ':', '\0']) && path.split('/').all(plain)
}

/// Where an upload keeps the new files whole while it replaces those beside them.
const NEXT: &str = "next/";

/// What a reader knows of a site from before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trust {
    /// The signer remembered of this site; counts only where the identity file pins none. With
    /// neither, the site's own word is taken.
    pub signer: Option<Signer>,
    /// The highest build seen of this site.
    pub seen_build: Option<u64>,
}

/// Why a site, or part of it, is not to be read. Each is another sentence to a person.
#[derive(Debug, Error)]
pub enum ReadError {
    /// What was given is no identity.
    #[error(transparent)]
    WrongKey(#[from] NotAnIdentity),
    /// No keyring of the site is for the identity.
    #[error("this key opens nothing here")]
    NoMatch,
    /// A file cannot be what was written.
    #[error("`{file}` is damaged: {why}")]
    Damaged {
        /// The path in the site.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// A signature or a signed hash does not hold.
    #[error("`{file}` is not what the site's owner signed")]
    Forged {
        /// The path in the site.
        file: String,
    },
    /// An old copy of the site.
    #[error("this build ({build}) is older than one that was seen before ({seen})")]
    Older {
        /// The number of this build.
        build: u64,
        /// The number of the one that was seen.
        seen: u64,
    },
    /// A later release wrote it.
    #[error("`{file}` has format {format}; this program reads format 1")]
    Newer {
        /// The path in the site.
        file: String,
        /// Its format number.
        format: u64,
    },
    /// It was not read.
    #[error("could not read `{file}`")]
    Io {
        /// The path in the site.
        file: String,
        /// What the system or the host says.
        #[source]
        source: io::Error,
    },
}

impl ReadError {
    fn damaged(file: &str, why: impl Into<String>) -> Self {
        Self::Damaged {
            file: file.to_owned(),
            why: why.into(),
        }
    }

    fn forged(file: &str) -> Self {
        Self::Forged {
            file: file.to_owned(),
        }
    }
}

/// A site whose signature and build number hold.
pub struct SealedSiteReader<'a> {
    files: &'a dyn SiteFiles,
    json: SiteJson,
    id: SiteId,
    shard_hashes: Vec<FileHash>,
    shards: RefCell<BTreeMap<usize, Shard>>,
    /// Whether a file that does not fit is looked for in [`NEXT`] as well.
    in_upload: bool,
}

impl<'a> SealedSiteReader<'a> {
    /// Checks format, signature and build number. `pins` are the signers in the identity file:
    /// where there are any, one of them must be the site's.
    ///
    /// # Errors
    /// `Newer`, `Damaged`, `Forged`, `Older` or `Io`.
    pub fn new(
        files: &'a dyn SiteFiles,
        trust: &Trust,
        pins: &[String],
    ) -> Result<Self, ReadError> {
        Self::signed_in("", files, trust, pins)
    }

    /// The same for a host that may be in the middle of an upload: whatever is newer, and whole, is read.
    ///
    /// # Errors
    /// As [`SealedSiteReader::new`].
    pub fn newest(
        files: &'a dyn SiteFiles,
        trust: &Trust,
        pins: &[String],
    ) -> Result<Self, ReadError> {
        let here = Self::new(files, trust, pins);
        let site = match (here, Self::waiting(files, trust, pins)) {
            (Ok(here), Some(waiting)) if waiting.follows(&here) => waiting,
            (Err(_), Some(waiting)) => waiting,
            (here, _) => here?,
        };
        Ok(Self {
            in_upload: true,
            ..site
        })
    }

    /// The site that an upload has brought whole, before its files take their places; nothing where there is none that holds.
    pub fn waiting(files: &'a dyn SiteFiles, trust: &Trust, pins: &[String]) -> Option<Self> {
        let waiting = Self::signed_in(NEXT, files, trust, pins).ok()?;
        Some(Self {
            in_upload: true,
            ..waiting
        })
    }

    fn follows(&self, before: &Self) -> bool {
        self.id == before.id && self.json.build > before.json.build
    }

    /// What is signed in a folder of the host.
    fn signed_in(
        folder: &str,
        files: &'a dyn SiteFiles,
        trust: &Trust,
        pins: &[String],
    ) -> Result<Self, ReadError> {
        let bytes = fetch(files, &format!("{folder}{SITE_JSON}"))?;
        let json: SiteJson = parse(SITE_JSON, &bytes)?;
        let (signer, id, shard_hashes) =
            members(&json).map_err(|what| ReadError::damaged(SITE_JSON, what))?;
        if !is_pinned(&signer, trust, pins) {
            return Err(ReadError::forged(SITE_JSON));
        }
        let signature = read_signature(&fetch(files, &format!("{folder}{SITE_SIG}"))?)
            .ok_or_else(|| ReadError::damaged(SITE_SIG, "not a signature"))?;
        if !signer.signed(&bytes, &signature) {
            return Err(ReadError::forged(SITE_JSON));
        }
        let build = json.build;
        if let Some(seen) = trust.seen_build.filter(|seen| build < *seen) {
            return Err(ReadError::Older { build, seen });
        }
        Ok(Self {
            files,
            json,
            id,
            shard_hashes,
            shards: RefCell::default(),
            in_upload: false,
        })
    }

    /// The public name of the site.
    pub fn id(&self) -> SiteId {
        self.id
    }

    /// The assets that `site.json` names, with their hashes; nothing where one is no hash.
    pub fn assets(&self) -> impl Iterator<Item = (&str, Option<FileHash>)> {
        let assets = self.json.assets.iter();
        assets.map(|(path, hash)| (path.as_str(), from_b64(hash).map(FileHash)))
    }

    /// The paths of the shards, in order.
    pub fn shard_paths(&self) -> Vec<String> {
        self.shard_hashes.iter().map(shard_path).collect()
    }

    /// What `site.json` says.
    pub fn site_json(&self) -> &SiteJson {
        &self.json
    }

    /// Whether the site is past its date, at a moment in Unix seconds.
    pub fn is_expired(&self, now: i64) -> bool {
        let expires = DateTime::parse_from_rfc3339(&self.json.expires);
        expires.is_ok_and(|expires| expires.timestamp() < now)
    }

    /// Opens the keyring of an identity.
    ///
    /// # Errors
    /// `NoMatch` where it has none here; else what is wrong with the keyring.
    pub fn unlock(&self, identity: &Identity) -> Result<Portfolio<'_>, ReadError> {
        let damaged = |why: &str| ReadError::damaged(SITE_JSON, why);
        let agreement: [u8; 32] =
            from_b64(&self.json.agreement).ok_or_else(|| damaged("no agreement key"))?;
        let shared = identity
            .agree(&agreement)
            .ok_or_else(|| damaged("no agreement key"))?;
        let path = keyring_path(&shared, self.id, self.json.epoch, &identity.recipient());
        let signed = self.signed(&path)?.ok_or(ReadError::NoMatch)?;
        let json = self.open_sealed(&path, &signed, identity)?;
        let keyring: Keyring = parse(&path, &json)?;
        if keyring.site != self.json.site {
            return Err(ReadError::damaged(&path, "of another site"));
        }
        let route_key = RouteKey::parse(&keyring.route_key)
            .ok_or_else(|| ReadError::damaged(&path, "no route key"))?;
        Ok(Portfolio {
            site: self,
            keyring,
            route_key,
        })
    }

    /// The paths of all files, but the shards, `site.json` and `site.sig`, with what is signed for each.
    ///
    /// # Errors
    /// A shard is damaged, forged or newer.
    pub fn all_files(&self) -> Result<BTreeMap<String, SignedFile>, ReadError> {
        let mut all = BTreeMap::new();
        for number in 0..self.shard_hashes.len() {
            let shard = self.read_shard(number)?;
            let signed = |path: String| shard.get(&path).map(|file| (path, file));
            all.extend(shard.paths().filter_map(signed));
        }
        Ok(all)
    }

    /// What is signed for a path; nothing where it is not listed.
    fn signed(&self, path: &str) -> Result<Option<SignedFile>, ReadError> {
        let number = shard_of(path, self.shard_hashes.len().ilog2());
        if let Some(shard) = self.shards.borrow().get(&number) {
            return Ok(shard.get(path));
        }
        let shard = self.read_shard(number)?;
        let signed = shard.get(path);
        self.shards.borrow_mut().insert(number, shard);
        Ok(signed)
    }

    /// The shard of that number, below how many [`SealedSiteReader::shard_paths`] there are.
    ///
    /// # Errors
    /// It is damaged, forged or newer.
    pub fn read_shard(&self, number: usize) -> Result<Shard, ReadError> {
        let hash = &self.shard_hashes[number];
        let path = shard_path(hash);
        let bytes = self.fitting(&path, |place| {
            let bytes = fetch(self.files, place)?;
            let fits = FileHash::of(&bytes) == *hash;
            fits.then_some(bytes)
                .ok_or_else(|| ReadError::forged(&path))
        })?;
        let shard: Shard = parse(&path, &bytes)?;
        if shard.site == self.json.site {
            Ok(shard)
        } else {
            Err(ReadError::damaged(&path, "of another site"))
        }
    }

    /// Checks a listed file against what is signed, opens and unpacks it.
    fn open_sealed(
        &self,
        path: &str,
        signed: &SignedFile,
        identity: &Identity,
    ) -> Result<Vec<u8>, ReadError> {
        let bytes = self.read_as_signed(path, signed)?;
        let packed = age_file::open(identity, &bytes)
            .map_err(|error| ReadError::damaged(path, error.to_string()))?;
        container::unpack(&packed).map_err(|error| ReadError::damaged(path, error.to_string()))
    }

    fn read_as_signed(&self, path: &str, signed: &SignedFile) -> Result<Vec<u8>, ReadError> {
        self.fitting(path, |place| read_signed(self.files, place, signed))
    }

    /// What `read` makes of the file in its place or, in an upload, of the one that waits to take it.
    fn fitting(
        &self,
        path: &str,
        read: impl Fn(&str) -> Result<Vec<u8>, ReadError>,
    ) -> Result<Vec<u8>, ReadError> {
        match read(path) {
            Err(error @ (ReadError::Damaged { .. } | ReadError::Forged { .. }))
                if self.in_upload =>
            {
                read(&format!("{NEXT}{path}")).map_err(|_| error)
            }
            read => read,
        }
    }

    /// The bytes of a listed file, as signed; nothing where it is not listed.
    ///
    /// # Errors
    /// The file, or the shard that lists it, is not what was signed.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let signed = self.signed(path)?;
        let read = signed.map(|signed| self.read_as_signed(path, &signed));
        read.transpose()
    }

    fn open_listed(&self, path: &str, identity: &Identity) -> Result<Vec<u8>, ReadError> {
        let unlisted = || ReadError::damaged(path, "it is not in the signed list");
        let signed = self.signed(path)?.ok_or_else(unlisted)?;
        self.open_sealed(path, &signed, identity)
    }
}

/// What one identity opens.
pub struct Portfolio<'a> {
    site: &'a SealedSiteReader<'a>,
    keyring: Keyring<'static>,
    route_key: RouteKey,
}

impl Portfolio<'_> {
    /// The keyring.
    pub fn keyring(&self) -> &Keyring<'static> {
        &self.keyring
    }

    /// What addresses are made with.
    pub fn route_key(&self) -> &RouteKey {
        &self.route_key
    }

    /// Opens a section of the keyring, whole.
    ///
    /// # Errors
    /// `NoMatch` where the keyring does not hold it; else what is wrong with its file.
    pub fn section(&self, id: &str) -> Result<OpenedSection, ReadError> {
        let (entry, identity) = self.entry(id)?;
        let json = self.site.open_listed(&entry.file, &identity)?;
        let section: OpenedSection = parse(&entry.file, &json)?;
        let damaged = |why: &str| ReadError::damaged(&entry.file, why);
        if section.site != self.keyring.site || section.section != id {
            return Err(damaged("of another site or section"));
        }
        section
            .check_trees()
            .map_err(|what| damaged(&format!("{what} may not stand in a page")))?;
        Ok(section)
    }

    /// Opens an attachment of a section.
    ///
    /// # Errors
    /// The section holds no such key, or what is wrong with the file.
    pub fn attachment(&self, section: &OpenedSection, key: &str) -> Result<Vec<u8>, ReadError> {
        let (_, identity) = self.entry(&section.section)?;
        let missing = || ReadError::damaged(key, "the section has no such attachment");
        let file = section.files.get(key).ok_or_else(missing)?;
        match &file.lies {
            Lies::Beside(path) => self.site.open_listed(path, &identity),
            Lies::Within(bytes) => Ok(bytes.clone()),
        }
    }

    fn entry(&self, id: &str) -> Result<(&KeyringSection, Identity), ReadError> {
        let mut sections = self.keyring.sections.iter();
        let entry = sections
            .find(|section| section.id == id)
            .ok_or(ReadError::NoMatch)?;
        let identity = Identity::parse(&entry.identity);
        let identity = identity.map_err(|_| ReadError::damaged(&entry.file, "no identity"))?;
        if Some(identity.kind()) != self.site.json.key_kind() {
            return Err(ReadError::damaged(
                &entry.file,
                "sealed to another kind of key",
            ));
        }
        Ok((entry, identity))
    }
}

/// The files of the site in a folder that its own signature proves to be `signer`'s: what a build may
/// reuse nothing of, but delete, where the ledger was lost. Empty where there is no such site.
pub fn owned_files(folder: &Folder, signer: &Signer) -> Ledger {
    let trust = Trust {
        signer: Some(*signer),
        seen_build: None,
    };
    let Ok(site) = SealedSiteReader::new(folder, &trust, &[]) else {
        return Ledger::default();
    };
    let Ok(listed) = site.all_files() else {
        return Ledger::default();
    };
    let unlisted = site.shard_hashes.iter().map(shard_path);
    let unlisted = unlisted.chain([SITE_JSON.to_owned(), SITE_SIG.to_owned()]);
    let whole = |path: String| {
        let bytes = folder.read(&path).ok().flatten()?;
        let file = SignedFile {
            sha256: FileHash::of(&bytes),
            bytes: bytes.len() as u64,
        };
        Some((path, file))
    };
    let files = listed.into_iter().chain(unlisted.filter_map(whole));
    Ledger {
        build: site.json.build,
        files: files.map(|(path, file)| (path, entry_of(&file))).collect(),
        ..Ledger::default()
    }
}

/// An entry whose content hash fits no plaintext, unless the file is not sealed.
fn entry_of(file: &SignedFile) -> LedgerEntry {
    LedgerEntry {
        content: file.sha256,
        sha256: file.sha256,
        bytes: file.bytes,
    }
}

/// Signer, site id and hashes of the shards; else which of them is none.
fn members(json: &SiteJson) -> Result<(Signer, SiteId, Vec<FileHash>), &'static str> {
    let signer = json.signer.parse().map_err(|_| "no signer")?;
    let id = SiteId::parse(&json.site).ok_or("no site id")?;
    let hashes = json.index.iter().map(|hash| from_b64(hash).map(FileHash));
    let hashes: Vec<FileHash> = hashes.collect::<Option<_>>().ok_or("no list of shards")?;
    json.key_kind().ok_or("no kind of key")?;
    let counted = hashes.len().is_power_of_two();
    counted
        .then_some((signer, id, hashes))
        .ok_or("no list of shards")
}

fn is_pinned(signer: &Signer, trust: &Trust, pins: &[String]) -> bool {
    match trust.signer {
        _ if !pins.is_empty() => pins.contains(&signer.to_string()),
        Some(known) => known == *signer,
        None => true,
    }
}

/// The bytes of a file, held against what is signed for it.
///
/// # Errors
/// `Damaged` where it is missing or ends early, `Forged` where it is another, or `Io`.
pub fn read_signed(
    files: &dyn SiteFiles,
    path: &str,
    signed: &SignedFile,
) -> Result<Vec<u8>, ReadError> {
    let bytes = fetch(files, path)?;
    if (bytes.len() as u64) < signed.bytes {
        return Err(ReadError::damaged(path, "it ends early"));
    }
    let as_signed = bytes.len() as u64 == signed.bytes && FileHash::of(&bytes) == signed.sha256;
    as_signed
        .then_some(bytes)
        .ok_or_else(|| ReadError::forged(path))
}

fn fetch(files: &dyn SiteFiles, path: &str) -> Result<Vec<u8>, ReadError> {
    let read = files.read(path).map_err(|source| ReadError::Io {
        file: path.to_owned(),
        source,
    })?;
    read.ok_or_else(|| ReadError::damaged(path, "it is missing"))
}

/// The JSON of a document of this format. Which format it has is looked at before its form.
fn parse<T: DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<T, ReadError> {
    #[derive(Deserialize)]
    struct AnyFormat {
        format: u64,
    }
    let not_json = |error: serde_json::Error| ReadError::damaged(path, error.to_string());
    let AnyFormat { format } = serde_json::from_slice(bytes).map_err(not_json)?;
    match format {
        FORMAT => serde_json::from_slice(bytes).map_err(not_json),
        0 => Err(ReadError::damaged(path, "format 0")),
        _ => Err(ReadError::Newer {
            file: path.to_owned(),
            format,
        }),
    }
}
