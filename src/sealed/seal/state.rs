//! What is known of a site between two sealings: which sections lie in which files, and who opens them.

use std::collections::{BTreeMap, BTreeSet};

use super::index;
use super::sealer::SealInput;
use super::site_key::is_keyring_path;
use super::{KeyringSection, SiteId};
use crate::domain::model::{Drawn, FileHash, Ledger, LedgerEntry, PersonId, Recipient, SectionId};

/// What is known of a site that was sealed, so that a next one need only take what is different.
#[derive(Default)]
pub struct SealState {
    /// The site, epoch and readers' names that it was sealed with.
    frame: Option<(SiteId, u64, BTreeMap<PersonId, String>)>,
    pub(super) files: BTreeMap<String, LedgerEntry>,
    pub(super) sections: BTreeMap<SectionId, Placed>,
    /// Paths that are not sealed for a section or a reader: they are added anew for each site.
    pub(super) plain: BTreeSet<String>,
    /// The files of the keyrings; nothing where they do not hold what they should.
    pub(super) keyrings: Option<BTreeSet<String>>,
    pub(super) standing: Standing,
}

/// What of the build before is to be kept as it lies.
#[derive(Default)]
pub(super) struct Standing {
    /// Its sections, by the path of their own file.
    pub(super) drawn: BTreeMap<String, Drawn>,
    /// Their files and all others.
    pub(super) files: BTreeMap<String, LedgerEntry>,
}

/// A section in its files.
#[derive(PartialEq)]
pub(super) struct Placed {
    pub(super) opens: KeyringSection,
    pub(super) readers: Readers,
    /// Its own file and those of its attachments; its own is the last.
    pub(super) files: Vec<String>,
    /// Pages that it has a part of.
    pub(super) pages: usize,
    /// What it was drawn from, where that is known.
    pub(super) from: Option<FileHash>,
}

/// Who opens a section, by their keys; as small as can be, for a site has hundreds of thousands of them.
pub(super) type Readers = Box<[(Recipient, PersonId)]>;

impl SealState {
    /// What there is to know of the site before that lies in the store, whole, for one that is sealed to the same readers.
    pub(super) fn standing(before: &Ledger, input: &SealInput) -> Self {
        let is_kept = |path: &String| !index::is_of_signed_list(path);
        let files = before.files.iter().filter(|(path, _)| is_kept(path));
        let files: BTreeMap<String, LedgerEntry> =
            files.map(|(path, entry)| (path.clone(), *entry)).collect();
        let keyrings = files.keys().filter(|path| is_keyring_path(path)).cloned();
        Self {
            frame: Some((input.site_key.site_id(), input.epoch, input.names.clone())),
            keyrings: Some(keyrings.collect()),
            standing: Standing {
                drawn: before.drawn.clone(),
                files,
            },
            ..Self::default()
        }
    }

    /// What its sections were drawn from, by the path of their own file.
    pub(super) fn drawn(&self, files: &BTreeMap<String, LedgerEntry>) -> BTreeMap<String, Drawn> {
        let hash = |path: &String| Some((path.clone(), files.get(path)?.sha256));
        let drawn = |placed: &Placed| {
            let (from, pages) = (placed.from?, placed.pages);
            let files: Option<BTreeMap<_, _>> = placed.files.iter().map(hash).collect();
            let own = placed.files.last()?.clone();
            let files = files?.into_iter().collect(); // by path, as a ledger that is read has them
            Some((own, Drawn { from, pages, files }))
        };
        let anew = self.sections.values().filter_map(drawn);
        anew.chain(self.standing.drawn.clone()).collect()
    }

    /// Pages, where parts of one page count once a section.
    pub(super) fn pages(&self) -> usize {
        let anew = self.sections.values().map(|placed| placed.pages);
        let kept = self.standing.drawn.values().map(|drawn| drawn.pages);
        anew.chain(kept).sum()
    }

    /// What of it holds for a site with that input: nothing of another site or epoch.
    pub(super) fn continued(mut self, input: &SealInput) -> Self {
        let frame = (input.site_key.site_id(), input.epoch, input.names.clone());
        let same = |(site, epoch): (SiteId, u64)| (site, epoch) == (frame.0, frame.1);
        if !self.frame.as_ref().is_some_and(|f| same((f.0, f.1))) {
            self = Self::default();
        }
        if self.frame.as_ref() != Some(&frame) {
            self.forget_keyrings();
        }
        for path in std::mem::take(&mut self.plain) {
            self.files.remove(&path);
        }
        self.frame = Some(frame);
        self
    }

    pub(super) fn place(&mut self, id: SectionId, placed: Placed) {
        let before = self.sections.get(&id);
        let same_readers = before
            .is_some_and(|before| before.opens == placed.opens && before.readers == placed.readers);
        // A section's path follows from its name and from who opens it.
        let stood = placed
            .files
            .last()
            .is_some_and(|own| self.standing.leave(own));
        if !same_readers && !stood {
            self.forget_keyrings();
        }
        if let Some(before) = self.sections.insert(id, placed) {
            self.forget_files(&before);
        }
    }

    pub(super) fn remove(&mut self, id: &SectionId) {
        if let Some(before) = self.sections.remove(id) {
            self.forget_files(&before);
            self.forget_keyrings();
        }
    }

    fn forget_files(&mut self, placed: &Placed) {
        for path in &placed.files {
            self.files.remove(path);
        }
    }

    fn forget_keyrings(&mut self) {
        for path in self.keyrings.take().into_iter().flatten() {
            self.files.remove(&path);
        }
    }
}

impl Standing {
    /// Leaves a section to be added anew; says whether it was there.
    fn leave(&mut self, own: &str) -> bool {
        let Some(drawn) = self.drawn.remove(own) else {
            return false;
        };
        for (path, _) in &drawn.files {
            self.files.remove(path);
        }
        true
    }
}
