//! A tree beside its `access.lock`: whether it may be built, and what to say of it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use crate::access::lock::{Difference, Lock, difference, line_of};
use crate::check::causes;
use crate::diag::{Diagnostic, Report, Severity};
use crate::model::{Date, Organisation};
use crate::source::{ACCESS_LOCK, Source, access_lock};

/// How an organisation stands to what was accepted.
#[derive(Debug)]
pub struct Acceptance {
    /// What access follows from now: what accepting writes down.
    pub present: Lock,
    pub standing: Standing,
    /// What there is to say, as `check` says it: the lock is missing or not understood, every cause by which somebody
    /// would read more, or that it is behind. Empty where the tree is what was accepted.
    pub report: Report,
}

/// What was found in `access.lock`.
#[derive(Debug)]
pub enum Standing {
    /// There is none.
    Missing,
    /// What is there is no lock, or one of other rules.
    Unreadable,
    /// How the tree differs.
    Compared(Difference),
}

/// What `access.lock` holds.
enum Accepted {
    Nothing,
    Unreadable(Diagnostic),
    Lock(Box<Lock>),
}

impl Acceptance {
    /// Reads the lock beside the tree, and compares.
    pub fn of(source: &Source, org: &Organisation, today: Date) -> Self {
        Self::compared(source, org, today, |present, _| present)
    }

    /// The same for an organisation whose keys are stand-ins: whoever was accepted keeps the keys that were.
    pub fn besides_keys(source: &Source, org: &Organisation, today: Date) -> Self {
        Self::compared(source, org, today, Lock::with_keys_of)
    }

    fn compared(
        source: &Source,
        org: &Organisation,
        today: Date,
        adjusted: impl Fn(Lock, &Lock) -> Lock,
    ) -> Self {
        let (text, accepted) = read(source);
        let present = Lock::of(org);
        let (standing, diagnostics) = match accepted {
            Accepted::Nothing => (Standing::Missing, vec![causes::no_lock()]),
            Accepted::Unreadable(diagnostic) => (Standing::Unreadable, vec![diagnostic]),
            Accepted::Lock(lock) => {
                let difference = difference(&lock, &adjusted(present.clone(), &lock), org, today);
                let text = text.as_deref().unwrap_or_default();
                let diagnostics = told(source, text, &difference);
                (Standing::Compared(difference), diagnostics)
            }
        };
        let mut report = Report::new(diagnostics, &source.texts, source.root.clone());
        report
            .texts
            .extend(text.map(|text| (ACCESS_LOCK.into(), text)));
        Self {
            present,
            standing,
            report,
        }
    }

    /// What there is to say where nothing is refused, as while a tree is being written: warnings all of it.
    pub fn into_warnings(mut self) -> Report {
        for diagnostic in &mut self.report.diagnostics {
            diagnostic.severity = Severity::Warning;
        }
        self.report
    }

    /// Whether nobody would read more than was accepted.
    pub fn permits_a_build(&self) -> bool {
        matches!(&self.standing, Standing::Compared(difference) if !difference.is_wider())
    }
}

fn read(source: &Source) -> (Option<Arc<str>>, Accepted) {
    let text = match access_lock(&source.root) {
        Ok(Some(text)) => text,
        Ok(None) => return (None, Accepted::Nothing),
        Err(problem) => {
            let diagnostic = causes::unreadable_lock(&problem.what);
            return (None, Accepted::Unreadable(diagnostic));
        }
    };
    let accepted = match Lock::parse(&text) {
        Ok(lock) => Accepted::Lock(Box::new(lock)),
        Err(mistake) => Accepted::Unreadable(causes::bad_lock(
            mistake.span,
            mistake.message,
            &mistake.help,
        )),
    };
    (Some(text), accepted)
}

fn told(source: &Source, lock: &str, difference: &Difference) -> Vec<Diagnostic> {
    let wider = difference.gains.iter();
    let wider = wider.map(|gain| {
        let accepted = line_of(lock, &gain.cause);
        causes::wider(source, &gain.cause, gain.to_string(), accepted)
    });
    wider
        .chain(difference.behind().map(causes::behind))
        .collect()
}

/// What became of something less in `access.lock`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Narrowed {
    /// It is written there.
    Written,
    /// The lock said no more than that before, or there is none.
    AsBefore,
    /// The lock is as it was, since it is not understood: why.
    Unreadable(String),
}

/// Writes something less into `access.lock`, and nothing else: `narrow` takes it out, and tells whether it was there.
///
/// # Errors
/// The file cannot be written; it is as it was then.
pub fn narrow(root: &Path, narrow: impl FnOnce(&mut Lock) -> bool) -> io::Result<Narrowed> {
    let text = match access_lock(root) {
        Ok(Some(text)) => text,
        Ok(None) => return Ok(Narrowed::AsBefore),
        Err(problem) => {
            let why = causes::unreadable_lock(&problem.what).message;
            return Ok(Narrowed::Unreadable(why));
        }
    };
    let mut lock = match Lock::parse(&text) {
        Ok(lock) => lock,
        Err(mistake) => return Ok(Narrowed::Unreadable(mistake.message)),
    };
    if !narrow(&mut lock) {
        return Ok(Narrowed::AsBefore);
    }
    accept(root, &lock)?;
    Ok(Narrowed::Written)
}

/// Writes what access follows from beside the tree, at once: whoever reads meanwhile reads the one or the other whole.
///
/// # Errors
/// The file cannot be written; it is as it was then.
pub fn accept(root: &Path, lock: &Lock) -> io::Result<()> {
    let path = root.join(ACCESS_LOCK);
    let mut file = tempfile::NamedTempFile::new_in(root)?;
    file.write_all(lock.to_string().as_bytes())?;
    // Made readable as files of the tree are, not as secrets are.
    let like = fs::metadata(&path).or_else(|_| fs::metadata(root.join("gradus.toml")))?;
    file.as_file().set_permissions(like.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}
