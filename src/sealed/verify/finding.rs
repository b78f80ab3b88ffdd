//! What was found, and what comes of it.

use serde::Serialize;

use crate::ground::diag::Severity;
use crate::sealed::seal::{ReadError, SiteJson};

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `damaged`, `forged`, `older`, `newer` as in the format, or one of this command's own; the same from release to
    /// release.
    pub code: &'static str,
    /// An error if the site is not what its owner signed, or shows what it must not.
    pub severity: Severity,
    /// Relative to the site, with `/`; nothing where it is about all of it.
    pub file: Option<String>,
    /// What is so, in words.
    #[serde(rename = "message")]
    pub words: String,
}

impl Finding {
    /// Something for which the site must not be believed.
    pub fn error(code: &'static str, file: Option<&str>, words: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            file: file.map(str::to_owned),
            words: words.into(),
        }
    }

    /// Something to look at.
    pub fn warning(code: &'static str, file: Option<&str>, words: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, file, words)
        }
    }

    /// What a reader says who refuses a file.
    pub fn of_refusal(error: &ReadError) -> Self {
        let (code, file) = match error {
            ReadError::Damaged { file, .. } => ("damaged", Some(file.as_str())),
            ReadError::Forged { file } => ("forged", Some(file.as_str())),
            ReadError::Newer { file, .. } => ("newer", Some(file.as_str())),
            ReadError::Older { .. } => ("older", None),
            ReadError::Io { file, .. } => ("unreadable", Some(file.as_str())),
            ReadError::WrongKey(_) | ReadError::NoMatch => ("key", None),
        };
        let words = match error {
            ReadError::Damaged { why, .. } => why.clone(),
            ReadError::Forged { .. } => "it is not what the site's owner signed".to_owned(),
            ReadError::Io { source, .. } => format!("it could not be read: {source}"),
            other => other.to_string(),
        };
        Self::error(code, file, words)
    }
}

/// What came of it all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What the owner says of the site; nothing where no signature holds.
    pub site: Option<SiteJson>,
    /// Whether it was held against a signer that was known before.
    pub signer_known: bool,
    /// Listed files that are just as signed.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// What is wrong first, then by file.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// Whether nothing is wrong. There may still be something to look at.
    pub fn is_as_signed(&self) -> bool {
        self.count(Severity::Error) == 0
    }

    /// How many findings are of that severity.
    pub fn count(&self, severity: Severity) -> usize {
        let findings = self.findings.iter();
        findings.filter(|found| found.severity == severity).count()
    }
}
