//! Whether a published site is what its owner signed, and holds nothing that it must not.
//!
//! | module | what it does |
//! |---|---|
//! | [`finding`] | what was found, and what comes of it |
//! | [`listed`] | the signed list of files, held against itself |
//! | `judge` | each file against the list, and against what may stand in it |
//! | `packed` | what is packed in a file |
//! | [`release`] | the plain files as this program would write them |
//! | `shell` | what a page of the site would run or load |
//! | [`leak_terms`] | words of the tree that must stand nowhere in clear |
//!
//! Nothing of the site is run, decrypted or trusted: all of it is bytes.

pub mod finding;
mod judge;
pub mod leak_terms;
pub mod listed;
mod packed;
pub mod release;
mod shell;

pub use finding::{Finding, Verdict};
pub use leak_terms::LeakTerms;
pub use release::Release;

use glob::{MatchOptions, Pattern};

use crate::sealed::host::Entry;
use crate::sealed::seal::{
    ReadError, SITE_JSON, SealedSiteReader, Signer, SiteFiles, SiteJson, Trust,
};
use listed::Listed;

/// What a site is held against.
#[derive(Debug, Clone, Copy)]
pub struct Against<'a> {
    /// Whose signature it must be; nothing where nobody knows, and the site's own word is taken.
    pub signer: Option<Signer>,
    /// The lowest build number that is not an old copy.
    pub at_least: Option<u64>,
    /// The moment, in Unix seconds.
    pub now: i64,
    /// All that lies in its folder, relative and with `/`; nothing where a host does not tell.
    pub entries: Option<&'a [Entry]>,
    /// Unsigned files that are meant to lie there, as `entries` name them. What is in them is judged all the same.
    pub allowed: &'a [Pattern],
    /// What this release writes into every site.
    pub release: &'a Release,
    /// Words that must not be there in clear.
    pub leak_terms: &'a LeakTerms,
}

impl Against<'_> {
    /// Whether an unsigned file may lie there. `*` stays within a folder, `**` does not.
    fn allows(&self, path: &str) -> bool {
        let options = MatchOptions {
            case_sensitive: true,
            require_literal_separator: true,
            require_literal_leading_dot: false,
        };
        let mut allowed = self.allowed.iter();
        allowed.any(|pattern| pattern.matches_with(path, options))
    }
}

/// Reads the whole site, and says what is not as it should be.
///
/// # Errors
/// `Io`: the place cannot be read, so that nothing can be said of the site.
pub fn verify(site: &(dyn SiteFiles + Sync), against: &Against<'_>) -> Result<Verdict, ReadError> {
    let trust = Trust {
        signer: against.signer,
        seen_build: against.at_least,
    };
    let reader = match SealedSiteReader::new(site, &trust, &[]) {
        Ok(reader) => reader,
        Err(error @ ReadError::Io { .. }) => return Err(error),
        Err(error) => return refused(site, against, &error),
    };
    let mut findings = about_the_whole(&reader, against);
    let listed = Listed::read(&reader, &mut findings)?;
    let judged = judge::files(site, against, Some(&listed))?;
    findings.extend(judged.findings);
    Ok(Verdict {
        site: Some(reader.site_json().clone()),
        signer_known: against.signer.is_some(),
        files: judged.files,
        bytes: judged.bytes,
        findings: sorted(findings),
    })
}

/// Nothing of such a site is known to be its owner's, but what stands in clear there can still be told.
fn refused(
    site: &(dyn SiteFiles + Sync),
    against: &Against<'_>,
    error: &ReadError,
) -> Result<Verdict, ReadError> {
    let mut findings = vec![Finding::of_refusal(error)];
    if let (ReadError::Forged { .. }, Some(expected), Some(found)) =
        (error, against.signer, signer_of(site)?)
        && found != expected.to_string()
    {
        let words = format!("it names the signer `{found}`, and `{expected}` was expected");
        findings.push(Finding::error("signer", Some(SITE_JSON), words));
    }
    let judged = judge::files(site, against, None)?;
    findings.extend(judged.findings);
    Ok(Verdict {
        site: None,
        signer_known: against.signer.is_some(),
        files: 0,
        bytes: 0,
        findings: sorted(findings),
    })
}

/// The signer that `site.json` names, true or not.
fn signer_of(site: &dyn SiteFiles) -> Result<Option<String>, ReadError> {
    let read = site.read(SITE_JSON).map_err(|source| ReadError::Io {
        file: SITE_JSON.to_owned(),
        source,
    })?;
    let json = read.and_then(|bytes| serde_json::from_slice::<SiteJson>(&bytes).ok());
    Ok(json.map(|json| json.signer))
}

fn about_the_whole(reader: &SealedSiteReader<'_>, against: &Against<'_>) -> Vec<Finding> {
    let json = reader.site_json();
    let mut findings = Vec::new();
    if against.signer.is_none() {
        let words = format!(
            "nobody said whose signature it must be: it is held against its own word, `{}`",
            json.signer
        );
        findings.push(Finding::warning("signer-unknown", Some(SITE_JSON), words));
    }
    if reader.is_expired(against.now) {
        let words = format!(
            "it was to be replaced by a newer build before {}: someone may be holding that back",
            json.expires
        );
        findings.push(Finding::warning("expired", Some(SITE_JSON), words));
    }
    findings
}

/// What is wrong first, then by file.
fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| (a.severity, &a.file, a.code).cmp(&(b.severity, &b.file, b.code)));
    findings
}
