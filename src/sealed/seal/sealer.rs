//! Pages and keys → the files of a site, section by section.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, SecondsFormat, Utc};
use rayon::prelude::*;
use thiserror::Error;

use super::container::{self, TooLarge};
use super::index::Shards;
use super::site_key::{Lineage, login_path};
use super::state::{Placed, Readers, SealState};
use super::{
    FORMAT, Keyring, KeyringReader, KeyringSection, SITE_JSON, SITE_SIG, SignedFile, SiteId,
    SiteJson, SiteKey, age_file, b64, section,
};
use crate::domain::model::{
    FileHash, Identity, KeyKind, Ledger, LedgerEntry, PersonId, PlainFile, Recipient,
    RecipientError, SealedSite, Section, SectionContent, SectionId, SiteStore,
};

/// What holds for the whole site.
#[derive(Debug, Clone)]
pub struct SealInput {
    /// The key that signs the site, and that all names and keys are made from.
    pub site_key: SiteKey,
    /// What the lock page says: public.
    pub title: String,
    /// Raised to rename and rekey everything.
    pub epoch: u64,
    /// The kind of all keys, the readers' and the sections'.
    pub keys: KeyKind,
    /// When the site is built, in Unix seconds. The build number is this, or one more than the last.
    pub created: u64,
    /// From when on readers are warned, in Unix seconds.
    pub expires: u64,
    /// Display names of readers; a reader without one is shown by id.
    pub names: BTreeMap<PersonId, String>,
    /// Encrypt everything anew, so that nobody sees what changed.
    pub fresh: bool,
}

/// An identity wrapped with a passphrase, as it stands in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginFile<'a> {
    /// Whose it is.
    pub person: &'a PersonId,
    /// The name of the login.
    pub login: &'a str,
    /// The file as it was encrypted.
    pub bytes: &'a [u8],
}

/// Why a site cannot be sealed.
#[derive(Debug, Error)]
pub enum SealError {
    /// The tree is to be changed.
    #[error("`{first}` and `{second}` have the same key `{recipient}`")]
    SharedRecipient {
        /// The public key.
        recipient: String,
        /// One of its owners.
        first: PersonId,
        /// The other one.
        second: PersonId,
    },
    /// The tree is to be changed.
    #[error("a key of `{person}` is of no use")]
    Recipient {
        /// Whose key it is.
        person: PersonId,
        /// What is wrong with it.
        #[source]
        source: RecipientError,
    },
    /// The tree is to be changed.
    #[error("a key of `{person}` is of another kind than the site is sealed to (`{}…`)", keys.prefix())]
    OtherKind {
        /// Whose key it is.
        person: PersonId,
        /// The kind that the site is sealed to.
        keys: KeyKind,
    },
    /// The tree is to be changed.
    #[error("{what} is too large to be sealed")]
    TooLarge {
        /// The section or attachment.
        what: String,
        /// How large it is.
        #[source]
        source: TooLarge,
    },
    /// Two files of the site would have the same path: two logins of one name, say.
    #[error("two files of the site would be `{0}`")]
    SamePath(String),
    /// The tree is to be changed.
    #[error("a date of the site lies outside of the calendar")]
    Date,
    /// The disk is to be looked at.
    #[error("could not write `{path}`")]
    Store {
        /// The path in the site.
        path: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// Seals a whole site whose sections are all at hand.
///
/// # Errors
/// See [`SealError`]; nothing that was stored may be shown to anyone then.
pub fn seal_site(
    input: &SealInput,
    store: &dyn SiteStore,
    sections: &[(Section, SectionContent)],
    plain: &[PlainFile],
    logins: &[LoginFile<'_>],
) -> Result<SealedSite, SealError> {
    let sealer = Sealer::new(input, store);
    let add =
        |(section, content): &(Section, SectionContent)| sealer.add_section(section, content, None);
    sections.par_iter().try_for_each(add)?;
    plain
        .par_iter()
        .try_for_each(|file| sealer.add_plain(&file.path, &file.bytes))?;
    logins
        .iter()
        .try_for_each(|login| sealer.add_login(login))?;
    sealer.finish()
}

/// Takes sections one at a time, from any thread, and stores each at once; what remains in memory
/// is the list of files and what the keyrings will hold.
pub struct Sealer<'a> {
    input: &'a SealInput,
    store: &'a dyn SiteStore,
    record: Mutex<Record>,
}

#[derive(Default)]
struct Record {
    state: SealState,
    written: usize,
    reused: usize,
}

impl<'a> Sealer<'a> {
    /// A sealer for a site of which nothing is known.
    pub fn new(input: &'a SealInput, store: &'a dyn SiteStore) -> Self {
        Self::after(SealState::default(), input, store)
    }

    /// A sealer for the next site of the same store: sections stay as they are until they are added anew or
    /// removed; everything that is not a section is to be added again.
    pub fn after(state: SealState, input: &'a SealInput, store: &'a dyn SiteStore) -> Self {
        let record = Record {
            state: state.continued(input),
            ..Record::default()
        };
        Self {
            input,
            store,
            record: Mutex::new(record),
        }
    }

    /// A sealer for the next site of a store that holds the one before, whole: everything is kept as it lies but the
    /// sections that are added anew. Who opens them must be who opened them before: no keyring is written.
    pub fn renewing(input: &'a SealInput, store: &'a dyn SiteStore, before: &Ledger) -> Self {
        let state = SealState::standing(before, input);
        Self::after(state, input, store)
    }

    /// Whether a section stands as the build before sealed it, for the same readers.
    pub fn stands(&self, section: &Section) -> bool {
        let recipients = section.recipients();
        let lineage = self.lineage(section, &recipients);
        let path = self.input.site_key.section_file(&lineage);
        self.record().state.standing.drawn.contains_key(&path)
    }

    /// Keeps a section as an earlier build sealed it, where that one drew it from the same and its files are still
    /// there; says how many pages it has. `from` is the hash of everything that it would be drawn from.
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn keep_section(
        &self,
        section: &Section,
        from: &FileHash,
    ) -> Result<Option<usize>, SealError> {
        let key = &self.input.site_key;
        let recipients = section.recipients();
        let lineage = self.lineage(section, &recipients);
        let path = key.section_file(&lineage);
        let from = key.drawing_hash(section.id.as_str(), from);
        let drawn = self.store.drawn(&path);
        let Some(drawn) = drawn.filter(|drawn| drawn.from == from && !self.input.fresh) else {
            return Ok(None);
        };
        let as_written = |(path, hash): &(String, FileHash)| {
            let entry = self.store.earlier(path);
            let entry = entry.filter(|entry| entry.sha256 == *hash)?;
            Some((path.clone(), entry))
        };
        let entries: Option<Vec<_>> = drawn.files.iter().map(as_written).collect();
        let Some(entries) = entries else {
            return Ok(None);
        };
        let files = drawn.files.iter().map(|(file, _)| file);
        let attachments = files.filter(|file| **file != path);
        let identity = key.section_identity(&lineage);
        let files = attachments.cloned().chain([path.clone()]).collect();
        self.place(section, &identity, files, (drawn.pages, Some(from)))?;
        for (path, entry) in entries {
            self.keep(&path, entry)?;
        }
        Ok(Some(drawn.pages))
    }

    /// Seals a section and its attachments: beside it, or within it where a file more would tell its subject what is in
    /// it. Where `from` is the hash of everything that it was drawn from, a later
    /// build may keep it.
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn add_section(
        &self,
        section: &Section,
        content: &SectionContent,
        from: Option<&FileHash>,
    ) -> Result<(), SealError> {
        let key = &self.input.site_key;
        let site = key.site_id();
        let recipients = section.recipients();
        let lineage = self.lineage(section, &recipients);
        let identity = key.section_identity(&lineage);
        let path = key.section_file(&lineage);
        let beside = (!section.is_kept_from_its_subject()).then_some(&content.files);
        let path_of = |name: &str| beside.map(|_| key.attachment_file(&lineage, name));
        let attachments = beside.into_iter().flatten();
        let files = attachments.map(|(name, _)| key.attachment_file(&lineage, name));
        let files = files.chain([path.clone()]).collect();
        let from = from.map(|from| key.drawing_hash(section.id.as_str(), from));
        self.place(section, &identity, files, (content.pages.len(), from))?;
        let json = section::write(content, site, path_of);
        self.put_sealed(&path, &identity.recipient(), &json)
            .map_err(|e| e.about(&section.id, None))?;
        for (name, file) in beside.into_iter().flatten() {
            let path = key.attachment_file(&lineage, name);
            self.put_sealed(&path, &identity.recipient(), &file.bytes)
                .map_err(|e| e.about(&section.id, Some(name)))?;
        }
        Ok(())
    }

    /// Adds a file that is not sealed: the shell, an asset, a public page.
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn add_plain(&self, path: &str, bytes: &[u8]) -> Result<(), SealError> {
        self.put_plain(path, bytes.to_vec())
    }

    /// Adds a login as it stands.
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn add_login(&self, login: &LoginFile<'_>) -> Result<(), SealError> {
        let path = login_path(self.input.site_key.site_id(), login.login);
        self.put_plain(&path, login.bytes.to_vec())
    }

    /// Takes a section away.
    pub fn remove_section(&self, section: &SectionId) {
        self.record().state.remove(section);
    }

    /// Seals the keyrings, writes the index, and signs the site.
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn finish(self) -> Result<SealedSite, SealError> {
        let (closed, mut state) = self.close()?;
        let files = std::mem::take(&mut state.files);
        Ok(closed.site(files, &state))
    }

    /// Gives up this site, and says what is known of it for the next one: that one must take again whatever
    /// was to be different in this.
    pub fn abandon(self) -> SealState {
        let record = self.record.into_inner();
        record.unwrap_or_else(PoisonError::into_inner).state
    }

    /// Finishes the site, and says what is known of it for the next one.
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn finish_for_now(self) -> Result<(SealedSite, SealState), SealError> {
        let (closed, state) = self.close()?;
        Ok((closed.site(state.files.clone(), &state), state))
    }

    fn close(self) -> Result<(Closed, SealState), SealError> {
        let keyrings = self.put_keyrings()?;
        self.keep_standing()?;
        let build = self
            .input
            .created
            .max(self.store.last_build().saturating_add(1));
        self.put_signed_list(build)?;
        let record = self
            .record
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let closed = Closed {
            build,
            site: self.input.site_key.site_id(),
            keyrings,
            written: record.written,
            reused: record.reused,
        };
        Ok((closed, record.state))
    }

    /// Says who opens the section by which files, in the place of what was said of it before.
    fn place(
        &self,
        section: &Section,
        identity: &Identity,
        files: Vec<String>,
        (pages, from): (usize, Option<FileHash>),
    ) -> Result<(), SealError> {
        let path = files.last().map_or("", |own| own);
        let placed = Placed {
            opens: keyring_section(section, path, identity),
            readers: readers(section, self.input.keys)?,
            files,
            pages,
            from,
        };
        self.record().state.place(section.id.clone(), placed);
        Ok(())
    }

    /// Keeps what is left of the build before.
    fn keep_standing(&self) -> Result<(), SealError> {
        let files = std::mem::take(&mut self.record().state.standing.files);
        files.par_iter().try_for_each(|(path, _)| {
            let kept = self.store.keep(path);
            kept.map_err(|source| not_stored(path, source))
        })?;
        let mut record = self.record();
        record.reused += files.len();
        for (path, entry) in files {
            if record.state.files.insert(path.clone(), entry).is_some() {
                return Err(SealError::SamePath(path));
            }
        }
        Ok(())
    }

    /// Seals all keyrings, unless they hold what they should; says how many there are.
    fn put_keyrings(&self) -> Result<usize, SealError> {
        let sections = {
            let mut record = self.record();
            if let Some(keyrings) = &record.state.keyrings {
                return Ok(keyrings.len());
            }
            let kept = record.state.standing.drawn.len();
            assert_eq!(kept, 0, "keyrings would leave out sections that are kept");
            std::mem::take(&mut record.state.sections)
        };
        let rings = rings(&sections)?;
        let put = |(recipient, ring): (&Recipient, &Ring<'_>)| self.put_keyring(recipient, ring);
        let paths: Result<BTreeSet<String>, SealError> = rings.par_iter().map(put).collect();
        let mut record = self.record();
        record.state.sections = sections;
        Ok(record.state.keyrings.insert(paths?).len())
    }

    /// Seals one keyring; says where it lies.
    fn put_keyring(&self, recipient: &Recipient, ring: &Ring<'_>) -> Result<String, SealError> {
        let (person, sections) = ring;
        let SealInput {
            site_key,
            epoch,
            names,
            ..
        } = self.input;
        let path = site_key.keyring_path(recipient, *epoch);
        let path = path.ok_or_else(|| SealError::Recipient {
            person: PersonId::clone(person),
            source: RecipientError::Malformed,
        })?;
        let name = names.get(*person).cloned();
        let reader = KeyringReader {
            name: name.unwrap_or_else(|| person.to_string()),
            id: person.to_string(),
        };
        let route_key = site_key.route_key(*epoch).to_text();
        let sections = sections.iter().copied();
        let keyring = Keyring::new(site_key.site_id(), reader, route_key, sections);
        self.put_sealed(&path, recipient, &keyring.write())
            .map_err(|e| match e {
                PutError::TooLarge(source) => SealError::TooLarge {
                    what: format!("the list of sections of `{person}`"),
                    source,
                },
                PutError::Seal(error) => error,
            })?;
        Ok(path)
    }

    /// The shards, `site.json` and `site.sig`: they list every other file.
    fn put_signed_list(&self, build: u64) -> Result<(), SealError> {
        let signed: BTreeMap<String, SignedFile> = {
            let record = self.record();
            let files = record.state.files.iter();
            files
                .map(|(path, entry)| (path.clone(), signed_file(entry)))
                .collect()
        };
        let shards = Shards::write(self.input.site_key.site_id(), &signed);
        let site_json = self.site_json(build, &signed, &shards)?;
        for (path, bytes) in shards.files() {
            self.put_plain(&path, bytes)?;
        }
        let (json, signature) = site_json.sign(&self.input.site_key.signing_key());
        self.put_plain(SITE_JSON, json)?;
        self.put_plain(SITE_SIG, signature)
    }

    fn site_json(
        &self,
        build: u64,
        signed: &BTreeMap<String, SignedFile>,
        shards: &Shards,
    ) -> Result<SiteJson, SealError> {
        let SealInput {
            site_key,
            title,
            epoch,
            created,
            expires,
            ..
        } = self.input;
        let assets = signed
            .iter()
            .filter(|(path, _)| path.starts_with("assets/"));
        Ok(SiteJson {
            format: FORMAT,
            site: site_key.site_id().to_string(),
            title: title.clone(),
            build,
            created: timestamp(*created)?,
            expires: timestamp(*expires)?,
            epoch: *epoch,
            keys: self.input.keys.tag().to_owned(),
            agreement: b64(site_key.agreement().as_bytes()),
            signer: site_key.signer().to_string(),
            assets: assets
                .map(|(path, file)| (path.clone(), b64(&file.sha256.0)))
                .collect(),
            index: shards.hashes().iter().map(|hash| b64(&hash.0)).collect(),
        })
    }

    /// Stores a sealed file, or keeps the earlier one where it holds the same for the same reader.
    fn put_sealed(
        &self,
        path: &str,
        recipient: &Recipient,
        plaintext: &[u8],
    ) -> Result<(), PutError> {
        let to_whom = recipient.to_string();
        let content = self.input.site_key.content_hash(&to_whom, plaintext);
        let earlier = self
            .store
            .earlier(path)
            .filter(|entry| entry.content == content);
        if let (false, Some(entry)) = (self.input.fresh, earlier) {
            return Ok(self.keep(path, entry)?);
        }
        let packed = container::pack(plaintext).map_err(PutError::TooLarge)?;
        Ok(self.write(path, content, age_file::seal(recipient, &packed))?)
    }

    fn put_plain(&self, path: &str, bytes: Vec<u8>) -> Result<(), SealError> {
        self.record().state.plain.insert(path.to_owned());
        let content = FileHash::of(&bytes);
        match self.store.earlier(path) {
            Some(entry) if entry.sha256 == content => self.keep(path, entry),
            _ => self.write(path, content, bytes),
        }
    }

    fn keep(&self, path: &str, entry: LedgerEntry) -> Result<(), SealError> {
        self.store
            .keep(path)
            .map_err(|source| not_stored(path, source))?;
        self.record().reused += 1;
        self.list(path, entry)
    }

    fn write(&self, path: &str, content: FileHash, bytes: Vec<u8>) -> Result<(), SealError> {
        let entry = LedgerEntry {
            content,
            sha256: FileHash::of(&bytes),
            bytes: bytes.len() as u64,
        };
        self.list(path, entry)?;
        self.store
            .write(path, bytes)
            .map_err(|source| not_stored(path, source))?;
        self.record().written += 1;
        Ok(())
    }

    fn list(&self, path: &str, entry: LedgerEntry) -> Result<(), SealError> {
        match self.record().state.files.insert(path.to_owned(), entry) {
            Some(_) => Err(SealError::SamePath(path.to_owned())),
            None => Ok(()),
        }
    }

    fn lineage<'s>(&self, section: &'s Section, recipients: &'s [&'s str]) -> Lineage<'s> {
        let SealInput {
            site_key,
            epoch,
            keys,
            ..
        } = self.input;
        Lineage::new(site_key.site_id(), (*epoch, *keys), &section.id, recipients)
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        // A panic elsewhere ends the build anyway.
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A site of which everything is stored.
struct Closed {
    build: u64,
    site: SiteId,
    keyrings: usize,
    written: usize,
    reused: usize,
}

impl Closed {
    /// It, with all of its files.
    fn site(self, files: BTreeMap<String, LedgerEntry>, state: &SealState) -> SealedSite {
        SealedSite {
            ledger: Ledger {
                build: self.build,
                drawn: state.drawn(&files),
                files,
                made: None,
            },
            site_id: self.site.to_string(),
            sections: state.sections.len() + state.standing.drawn.len(),
            pages: state.pages(),
            keyrings: self.keyrings,
            written: self.written,
            reused: self.reused,
        }
    }
}

/// A reader and what one of their keys opens.
type Ring<'a> = (&'a PersonId, Vec<&'a KeyringSection>);

fn rings(
    sections: &BTreeMap<SectionId, Placed>,
) -> Result<BTreeMap<Recipient, Ring<'_>>, SealError> {
    let mut rings: BTreeMap<Recipient, Ring<'_>> = BTreeMap::new();
    for placed in sections.values() {
        for (recipient, reader) in &*placed.readers {
            let (person, opens) = rings
                .entry(recipient.clone())
                .or_insert((reader, Vec::new()));
            if *person != reader {
                return Err(shared(recipient, person, reader));
            }
            opens.push(&placed.opens);
        }
    }
    Ok(rings)
}

fn shared(recipient: &Recipient, first: &PersonId, second: &PersonId) -> SealError {
    SealError::SharedRecipient {
        recipient: recipient.to_string(),
        first: first.clone(),
        second: second.clone(),
    }
}

/// Who opens a section. The same key may be listed twice under one person.
fn readers(section: &Section, keys: KeyKind) -> Result<Readers, SealError> {
    let mut readers = BTreeMap::new();
    for reader in &section.readers {
        for text in reader.recipients.iter() {
            let recipient = Recipient::parse(text).map_err(|source| SealError::Recipient {
                person: reader.person.clone(),
                source,
            })?;
            if recipient.kind() != keys {
                let person = reader.person.clone();
                return Err(SealError::OtherKind { person, keys });
            }
            match readers.insert(recipient.clone(), reader.person.clone()) {
                Some(first) if first != reader.person => {
                    return Err(shared(&recipient, &first, &reader.person));
                }
                _ => {}
            }
        }
    }
    Ok(readers.into_iter().collect())
}

/// Why a sealed file was not stored, before it is known what it was.
enum PutError {
    TooLarge(TooLarge),
    Seal(SealError),
}

impl From<SealError> for PutError {
    fn from(error: SealError) -> Self {
        Self::Seal(error)
    }
}

impl PutError {
    fn about(self, section: &SectionId, attachment: Option<&str>) -> SealError {
        let source = match self {
            Self::Seal(error) => return error,
            Self::TooLarge(source) => source,
        };
        let what = match attachment {
            Some(key) => format!("`{key}` of the section `{section}`"),
            None => format!("the section `{section}`"),
        };
        SealError::TooLarge { what, source }
    }
}

fn not_stored(path: &str, source: io::Error) -> SealError {
    SealError::Store {
        path: path.to_owned(),
        source,
    }
}

fn signed_file(entry: &LedgerEntry) -> SignedFile {
    SignedFile {
        sha256: entry.sha256,
        bytes: entry.bytes,
    }
}

fn keyring_section(section: &Section, path: &str, identity: &Identity) -> KeyringSection {
    KeyringSection {
        id: section.id.to_string(),
        kind: kind_text(section),
        title: section.title.clone(),
        subject: section.subject.clone(),
        file: path.to_owned(),
        identity: identity.to_text().to_string(),
    }
}

/// The kind as the model writes it.
fn kind_text(section: &Section) -> String {
    let kind = serde_json::to_value(section.kind);
    let text = kind.ok().and_then(|kind| kind.as_str().map(str::to_owned));
    text.expect("a kind is written as a text")
}

fn timestamp(unix_seconds: u64) -> Result<String, SealError> {
    let seconds = i64::try_from(unix_seconds).map_err(|_| SealError::Date)?;
    let date = DateTime::<Utc>::from_timestamp(seconds, 0).ok_or(SealError::Date)?;
    Ok(date.to_rfc3339_opts(SecondsFormat::Secs, true))
}
