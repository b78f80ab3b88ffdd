//! The signed list of files, held against itself.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Finding;
use crate::sealed::seal::{
    ReadError, SITE_JSON, SITE_SIG, SealedSiteReader, Shard, SignedFile, is_inside, shard_of,
};

/// The page that a host shows first.
const SHELL: &str = "index.html";

/// All files that a site consists of.
#[derive(Debug, Default)]
pub struct Listed {
    /// What is signed for each, by path.
    pub files: BTreeMap<String, SignedFile>,
    /// `site.json`, its signature and the shards, which vouch for the others.
    pub vouching: BTreeSet<String>,
    /// Some part of the list could not be read: what is not in it may still be the site's.
    pub has_gaps: bool,
}

impl Listed {
    /// Reads every shard; what is wrong with the list is added to the findings.
    ///
    /// # Errors
    /// `Io` alone.
    pub fn read(
        site: &SealedSiteReader<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<Self, ReadError> {
        let shards = site.shard_paths();
        let mut listed = Self::default();
        for (number, path) in shards.iter().enumerate() {
            match site.read_shard(number) {
                Ok(shard) => listed.take(&shard, number, shards.len(), path, findings),
                Err(error @ ReadError::Io { .. }) => return Err(error),
                Err(error) => {
                    listed.has_gaps = true;
                    findings.push(Finding::of_refusal(&error));
                }
            }
        }
        listed.vouching.extend(shards);
        let own = [SITE_JSON, SITE_SIG].map(str::to_owned);
        listed.vouching.extend(own);
        listed.check_assets(site, findings);
        Ok(listed)
    }

    /// Whether it is a file of the site.
    pub fn knows(&self, path: &str) -> bool {
        self.files.contains_key(path) || self.vouching.contains(path)
    }

    fn take(
        &mut self,
        shard: &Shard,
        number: usize,
        shards: usize,
        path: &str,
        findings: &mut Vec<Finding>,
    ) {
        for listed in shard.paths() {
            let why = match shard.get(&listed) {
                _ if !is_inside(&listed) || may_not_be_listed(&listed) => {
                    "which is no file of a site"
                }
                _ if shard_of(&listed, shards.ilog2()) != number => {
                    "which belongs into another shard"
                }
                None => "without a hash",
                Some(signed) => {
                    self.files.insert(listed, signed);
                    continue;
                }
            };
            let words = format!("it lists `{listed}`, {why}");
            findings.push(Finding::error("damaged", Some(path), words));
        }
    }

    /// `site.json` says of its assets what the list says of them, and there is a page to begin with.
    fn check_assets(&self, site: &SealedSiteReader<'_>, findings: &mut Vec<Finding>) {
        if self.has_gaps {
            return;
        }
        for (path, hash) in site.assets() {
            let listed = self.files.get(path).map(|signed| signed.sha256);
            if listed.is_none() || listed != hash {
                let words = "`site.json` and the list of files say two things of it";
                findings.push(Finding::error("damaged", Some(path), words));
            }
        }
        if !self.files.contains_key(SHELL) {
            let words = "no such page is in the list of files";
            findings.push(Finding::error("damaged", Some(SHELL), words));
        }
    }
}

/// What is vouched for by other means.
fn may_not_be_listed(path: &str) -> bool {
    path == SITE_JSON || path == SITE_SIG || path.starts_with("index/")
}
