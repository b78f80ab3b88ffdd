//! A tree beside its `access.lock`: whether it may be built, and what to say of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use crate::domain::access::lock::{Difference, Lock, difference, line_of};
use crate::domain::model::{CycleId, Date, Organisation, PersonId, TrackId};
use crate::ground::diag::{Diagnostic, Report, Severity};
use crate::tree::check::access_facts;
use crate::tree::check::codes::UNREADABLE;
use crate::tree::source::{ACCESS_LOCK, FileKind, PersonFile, Source, access_lock};

/// How an organisation stands to what was accepted.
#[derive(Debug)]
pub struct Acceptance {
    /// What access follows from now: what accepting writes down.
    pub present: Lock,
    /// How the tree compares with the lock.
    pub status: LockStatus,
    /// What there is to say, as `check` says it: the lock is missing or not understood, every fact by which somebody
    /// may read more, or that it is behind. Empty where the tree is what was accepted.
    pub report: Report,
}

/// What `access.lock` says of a tree.
#[derive(Debug)]
pub enum LockStatus {
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
        let present = Lock::of(org);
        let found = Found::beside(source);
        let (status, report) = found.compared(source, (&present, org), today);
        Self {
            present,
            status,
            report,
        }
    }

    /// The same of an organisation that lacks what is in sealed files which stayed closed. Of those, what was accepted is
    /// taken to hold still: nothing is known that would be wider, nor that would not.
    pub fn of_opened(source: &Source, org: &Organisation, today: Date) -> Self {
        let mut present = Lock::of(org);
        let found = Found::beside(source);
        if let Accepted::Lock(accepted) = &found.accepted {
            Closed::of(source).keep(accepted, &mut present);
        }
        let (status, report) = found.compared(source, (&present, org), today);
        Self {
            present,
            status,
            report,
        }
    }

    /// Whether nobody would read more than was accepted.
    pub fn permits_a_build(&self) -> bool {
        matches!(&self.status, LockStatus::Compared(difference) if !difference.is_wider())
    }

    /// What was found in `access.lock`, where the tree is exactly what that accepts.
    pub fn as_accepted(&self) -> Option<&Arc<str>> {
        let text = self.report.texts.get(ACCESS_LOCK);
        text.filter(|_| self.is_as_accepted())
    }

    /// Whether the lock knows today's texts: one under a kept name may be worded otherwise than it was, and be as accepted.
    pub fn is_recorded(&self) -> bool {
        let lock = self.as_accepted().map(|text| Lock::parse(text));
        lock.is_some_and(|lock| lock.is_ok_and(|lock| lock == self.present))
    }

    /// Whether the tree is exactly what was accepted.
    fn is_as_accepted(&self) -> bool {
        matches!(&self.status, LockStatus::Compared(difference) if difference.is_none())
    }

    /// Whether the system refuses the lock, which may be as good as ever.
    pub fn is_refused(&self) -> bool {
        let mut said = self.report.diagnostics.iter();
        said.any(|diagnostic| diagnostic.code == UNREADABLE.code)
    }
}

/// What sealed files that stayed closed say of access.
#[derive(Default)]
struct Closed {
    people: BTreeSet<PersonId>,
    cycles: BTreeSet<CycleId>,
    /// Directories of rubrics.
    rubrics: BTreeSet<String>,
    /// All other files, where they lie if `[sources]` names nothing.
    files: BTreeSet<String>,
}

impl Closed {
    fn of(source: &Source) -> Self {
        let mut closed = Self::default();
        for (path, kind, _) in source.unopened() {
            match kind {
                FileKind::Person {
                    person,
                    file: PersonFile::Person,
                } => closed.people.extend(PersonId::new(person)),
                FileKind::Cycle(cycle) => closed.cycles.extend(CycleId::new(cycle)),
                FileKind::Track { rubric, .. } | FileKind::Level { rubric, .. } => {
                    closed.rubrics.insert(rubric.to_string());
                }
                _ => _ = closed.files.insert(source.usual(path)),
            }
        }
        closed
    }

    /// Takes over what was accepted of them.
    fn keep(&self, accepted: &Lock, present: &mut Lock) {
        keep(&accepted.people, &mut present.people, |id| {
            self.people.contains(id)
        });
        keep(&accepted.cycles, &mut present.cycles, |id| {
            self.cycles.contains(id)
        });
        let of_cycle = |cycle: &Option<CycleId>| {
            let mut cycle = cycle.iter();
            cycle.any(|cycle| self.cycles.contains(cycle))
        };
        keep(&accepted.questions, &mut present.questions, |at| {
            of_cycle(&at.0)
        });
        keep(&accepted.asked, &mut present.asked, |at| of_cycle(&at.0));
        keep(&accepted.headings, &mut present.headings, |at| {
            of_cycle(&at.0)
        });
        keep(&accepted.readers, &mut present.readers, |at| {
            self.holds(&at.path)
        });
        let of_rubric = |at: &(String, TrackId)| self.rubrics.contains(&at.0);
        keep(&accepted.public, &mut present.public, of_rubric);
    }

    /// Whether a file, where it lies if `[sources]` names nothing, is closed or hangs on one that is.
    fn holds(&self, path: &str) -> bool {
        let path = Path::new(path);
        let mut parts = path.iter().filter_map(|part| part.to_str());
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let is_of = |person: Option<&str>, cycle: Option<&str>| {
            person.is_some_and(|person| self.people.contains(person))
                || cycle.is_some_and(|cycle| self.cycles.contains(cycle))
        };
        let hangs = match parts.next() {
            Some("people") => is_of(parts.next(), parts.next()),
            Some("management") => is_of(stem, parts.next()),
            Some(rubric) => self.rubrics.contains(rubric),
            None => false,
        };
        hangs || path.to_str().is_some_and(|path| self.files.contains(path))
    }
}

/// Takes over the entries whose keys are kept.
fn keep<K: Ord + Clone, V: Clone>(
    from: &BTreeMap<K, V>,
    to: &mut BTreeMap<K, V>,
    is_kept: impl Fn(&K) -> bool,
) {
    let kept = from.iter().filter(|(key, _)| is_kept(key));
    to.extend(kept.map(|(key, value)| (key.clone(), value.clone())));
}

/// Holds a tree that is being written against `access.lock`. Its keys are stand-ins: whoever was accepted keeps the keys
/// that were.
#[derive(Default)]
pub struct Following(Option<Found>);

impl Following {
    /// Compares again. Nothing is refused while a tree is being written: warnings all of it.
    pub fn look(&mut self, source: &Source, org: &Organisation, today: Date) -> Report {
        let found = Found::again(self.0.take(), source);
        let present = Lock::of(org);
        let present = match &found.accepted {
            Accepted::Lock(lock) => present.with_keys_of(lock),
            _ => present,
        };
        let (_, mut report) = found.compared(source, (&present, org), today);
        for diagnostic in &mut report.diagnostics {
            diagnostic.severity = Severity::Warning;
        }
        self.0 = Some(found);
        report
    }
}

/// What was found in `access.lock`, and its text where there is one.
struct Found {
    text: Option<Arc<str>>,
    accepted: Accepted,
}

impl Found {
    fn beside(source: &Source) -> Self {
        Self::again(None, source)
    }

    /// What was found before is found again where the text is the same.
    fn again(before: Option<Self>, source: &Source) -> Self {
        let text = match access_lock(&source.root) {
            Ok(text) => text,
            Err(problem) => {
                let accepted = Accepted::Unreadable(access_facts::unreadable_lock(&problem.what));
                return Self {
                    text: None,
                    accepted,
                };
            }
        };
        let is_the_same = |before: &Self| before.text.is_some() && before.text == text;
        before.filter(is_the_same).unwrap_or_else(|| Self {
            accepted: text.as_deref().map_or(Accepted::Nothing, parsed),
            text,
        })
    }

    /// What there is to say of the facts of an organisation.
    fn compared(
        &self,
        source: &Source,
        (present, org): (&Lock, &Organisation),
        today: Date,
    ) -> (LockStatus, Report) {
        let text = self.text.as_deref().unwrap_or_default();
        let (status, diagnostics) = match &self.accepted {
            Accepted::Nothing => (LockStatus::Missing, vec![access_facts::no_lock()]),
            Accepted::Unreadable(diagnostic) => (LockStatus::Unreadable, vec![diagnostic.clone()]),
            Accepted::Lock(lock) => {
                let difference = difference(lock, present, org, today);
                let diagnostics = told(source, text, &difference);
                (LockStatus::Compared(difference), diagnostics)
            }
        };
        let mut report = source.report(diagnostics);
        let text = self.text.clone();
        report
            .texts
            .extend(text.map(|text| (ACCESS_LOCK.into(), text)));
        (status, report)
    }
}

fn parsed(text: &str) -> Accepted {
    match Lock::parse(text) {
        Ok(lock) => Accepted::Lock(Box::new(lock)),
        Err(mistake) => {
            let (span, message) = (mistake.span, mistake.message);
            Accepted::Unreadable(access_facts::bad_lock(span, message, &mistake.help))
        }
    }
}

fn told(source: &Source, lock: &str, difference: &Difference) -> Vec<Diagnostic> {
    let wider = difference.gains.iter();
    let wider = wider.map(|gain| {
        let accepted = line_of(lock, &gain.fact);
        access_facts::wider(
            source,
            (&gain.fact, gain.entry()),
            gain.to_string(),
            accepted,
        )
    });
    wider
        .chain(difference.behind().map(access_facts::behind))
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
            let why = access_facts::unreadable_lock(&problem.what).message;
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
    let there = fs::symlink_metadata(&path)
        .ok()
        .filter(fs::Metadata::is_file);
    let like = there.map_or_else(|| fs::metadata(root.join("gradus.toml")), Ok)?;
    file.as_file().set_permissions(like.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}
