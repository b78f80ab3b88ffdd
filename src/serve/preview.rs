//! What changed → the next generation of the site, by the same calls as a build, with throwaway keys.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::RunSecret;
use crate::build::pipeline::{self, BuildError};
use crate::build::rebuild::{Outcome, Rebuilder};
use crate::domain::model::{
    Date, KeyKind, Ledger, LedgerEntry, Organisation, Person, PersonId, SealedSite, SiteStore,
};
use crate::ground::diag::{Report, Severity};
use crate::ground::visible::{visible, visible_lines};
use crate::sealed::seal::{SealError, SealInput, SealState, Sealer, SiteKey};
use crate::tree::source::{Given, LoadError, Unopened};

/// The viewer with the preview's bar around it, bundled when this program was built.
pub const SCRIPT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/preview.js"));

/// Bytes by path, relative to the site's root, with `/`.
pub type Files = BTreeMap<String, Arc<[u8]>>;

/// One generation of the site. It never changes, is cheap to clone, and is served while the next one is made.
#[derive(Debug, Clone)]
pub struct Generation {
    /// Counts from 1.
    pub number: u64,
    /// Everything that the site consists of.
    pub files: Arc<Files>,
    /// Everyone who has not left, by name.
    pub readers: Arc<[Reader]>,
    /// The path of the style sheet.
    pub style: String,
    /// Nothing but the style sheet differs from the generation before.
    pub css_only: bool,
}

/// Someone whose eyes the preview can borrow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// The name of their directory in `people/`.
    pub id: PersonId,
    /// As `person.toml` has it.
    pub name: String,
    /// Whether the tree names a live key of theirs: without one, the published site does not open for them yet.
    pub has_own_key: bool,
    /// How many sections they open.
    pub sections: usize,
}

/// What a refresh found.
#[derive(Debug, Clone)]
pub struct Refreshed {
    /// Nothing where the tree is broken, or the site is what it was.
    pub generation: Option<Generation>,
    /// Every diagnostic of the tree, warnings and advice too.
    pub report: Report,
    /// What else keeps the site from being made: a theme that fails, a tree that cannot be read.
    pub trouble: Option<Trouble>,
    /// How much there is and how much was made.
    pub figures: Figures,
}

impl Refreshed {
    /// Whether the site could not be made.
    pub fn is_broken(&self) -> bool {
        self.trouble.is_some() || self.report.has_errors()
    }

    /// How many warnings there are.
    pub fn warnings(&self) -> usize {
        self.report.count(Severity::Warning)
    }
}

/// What a refresh did, for one line on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Pages that were drawn, where parts of one page count once a section.
    pub pages: usize,
    /// Sections that were drawn.
    pub drawn: usize,
    /// Sections of the site.
    pub sections: usize,
    /// Files that were sealed or written.
    pub written: usize,
}

/// A failure that is no diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// May hold several lines.
    pub message: String,
    /// What led to it, the nearest first.
    pub causes: Vec<String>,
    /// What to do. `None` if nothing better than the message is known.
    pub help: Option<String>,
}

impl Trouble {
    /// `message` is the error's own, made visible.
    fn of(message: String, error: &dyn Error, help: Option<String>) -> Self {
        let causes = std::iter::successors(error.source(), |cause| (*cause).source());
        Self {
            message,
            causes: causes.map(ToString::to_string).collect(),
            help,
        }
    }
}

impl Trouble {
    /// Sealed files that the preview would silently lack.
    fn of_closed(closed: &[(Arc<str>, Unopened)]) -> Option<Self> {
        let (path, why) = closed.first()?;
        let more = match closed.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        Some(Self {
            message: format!("`{path}` was not opened{more}"),
            causes: vec![why.to_string()],
            help: Some("end the preview, and begin it again with `-i FILE`".to_owned()),
        })
    }
}

impl From<&LoadError> for Trouble {
    fn from(error: &LoadError) -> Self {
        Self::of(visible(&error.to_string()), error, None)
    }
}

impl From<&BuildError> for Trouble {
    fn from(error: &BuildError) -> Self {
        let help = match error {
            BuildError::Theme(error) => error.help(),
            BuildError::ThemeFiles(error) => error.help().map(str::to_owned),
            BuildError::Seal(_) | BuildError::Portable(_) => None,
        };
        let message = match error {
            // A report of several lines, whose names are those of a theme's own files.
            BuildError::Theme(error) => visible_lines(&error.to_string()),
            _ => visible(&error.to_string()),
        };
        Self::of(message, error, help)
    }
}

/// The organisation as a site in memory, with throwaway keys of this run. Nothing of it touches the disk.
pub struct Preview {
    root: PathBuf,
    today: Date,
    run: RunSecret,
    site_key: SiteKey,
    /// What sealed sources are opened with.
    given: Given,
    rebuilder: Rebuilder,
    with_own_keys: Keyed,
    sealed: SealState,
    last: Last,
}

/// Who has a live key of their own, as of the last look at the tree.
type Keyed = Arc<Mutex<BTreeSet<PersonId>>>;

/// The last generation, with what sealing goes on from.
#[derive(Default)]
struct Last {
    number: u64,
    files: Arc<Files>,
    ledger: Ledger,
    readers: Vec<Reader>,
}

/// A site that was made.
struct Made {
    outcome: Outcome,
    site: SealedSite,
    files: Files,
    readers: Vec<Reader>,
}

impl Preview {
    /// The preview of the organisation in `root`, before its first [`Preview::refresh`].
    pub fn new(root: PathBuf, today: Date, run: RunSecret) -> Self {
        let with_own_keys = Keyed::default();
        Self {
            site_key: run.site_key(),
            rebuilder: rebuilder(&root, today, &run, &with_own_keys),
            given: Given::default(),
            root,
            today,
            run,
            with_own_keys,
            sealed: SealState::default(),
            last: Last::default(),
        }
    }

    /// Goes by another day from the next refresh on, and then makes everything anew. Says whether it is another.
    pub fn turn_to(&mut self, today: Date) -> bool {
        let is_another = std::mem::replace(&mut self.today, today) != today;
        if is_another {
            self.begin_anew();
        }
        is_another
    }

    /// The same, opening what is sealed with these; to be said before the first [`Preview::refresh`].
    pub fn with_given(mut self, given: Given) -> Self {
        self.given = given;
        self.begin_anew();
        self
    }

    /// The sealed files that another identity is needed for, as of the last look at the tree.
    pub fn closed(&self) -> Vec<(Arc<str>, Unopened)> {
        self.rebuilder.closed()
    }

    /// Loads, checks, renders and seals what the change can reach.
    pub fn refresh(&mut self, changed: &BTreeSet<PathBuf>) -> Refreshed {
        if let Err(error) = self.rebuilder.look(changed, self.today) {
            return broken(Report::default(), Some(Trouble::from(&error)));
        }
        let report = self.rebuilder.report().clone();
        let report = report.and(self.rebuilder.unaccepted());
        match self.make() {
            Ok(Some(made)) => self.next(made, report),
            Ok(None) => broken(report, Trouble::of_closed(&self.closed())),
            Err(error) => broken(report, Some(Trouble::from(&error))),
        }
    }

    /// Draws and seals what is due; nothing while the tree has errors.
    fn make(&mut self) -> Result<Option<Made>, BuildError> {
        let Some(input) = self.input() else {
            return Ok(None);
        };
        let store = PreviewStore::behind(&self.last);
        let sealer = Sealer::after(mem::take(&mut self.sealed), &input, &store);
        let drawn = self.rebuilder.render(SCRIPT, |section, content| {
            Ok(sealer.add_section(section, content, None)?)
        });
        let outcome = match drawn {
            Ok(Some(outcome)) => outcome,
            failed => {
                self.sealed = sealer.abandon();
                return failed.map(|_| None);
            }
        };
        match finish(sealer, &outcome) {
            Ok((site, sealed)) => {
                self.sealed = sealed;
                let files = store.into_files(&site.ledger);
                Ok(Some(Made {
                    outcome,
                    site,
                    files,
                    readers: self.readers(),
                }))
            }
            Err(error) => {
                self.begin_anew();
                Err(error.into())
            }
        }
    }

    /// What was drawn is lost where it could not be sealed, and only the first drawing draws everything.
    fn begin_anew(&mut self) {
        let anew = rebuilder(&self.root, self.today, &self.run, &self.with_own_keys);
        self.rebuilder = anew.with_given(self.given.clone());
        self.sealed = SealState::default();
    }

    fn input(&self) -> Option<SealInput> {
        let organisation = self.rebuilder.organisation()?;
        let (key, created) = (self.site_key.clone(), beginning_of(self.today));
        let input = pipeline::seal_input(organisation, key, created, false);
        // Keys of this run alone, which nobody records: the quicker kind will do.
        let keys = KeyKind::X25519;
        Some(SealInput { keys, ..input })
    }

    fn readers(&self) -> Vec<Reader> {
        let Some(organisation) = self.rebuilder.organisation() else {
            return Vec::new();
        };
        let sections = self.sections_of_readers();
        let with_keys = self
            .with_own_keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut readers: Vec<Reader> = here(organisation, self.today)
            .map(|person| Reader {
                id: person.id.clone(),
                name: person.name.clone(),
                has_own_key: with_keys.contains(&person.id),
                sections: sections.get(&person.id).copied().unwrap_or(0),
            })
            .collect();
        readers.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        readers
    }

    fn sections_of_readers(&self) -> BTreeMap<&PersonId, usize> {
        let mut sections = BTreeMap::new();
        let planned = self.rebuilder.access().into_iter();
        for planned in planned.flat_map(|access| &access.sections) {
            for reader in &planned.section.readers {
                *sections.entry(&reader.person).or_default() += 1;
            }
        }
        sections
    }

    fn next(&mut self, made: Made, report: Report) -> Refreshed {
        let figures = Figures {
            pages: made.outcome.pages,
            drawn: made.outcome.sections,
            sections: made.site.sections,
            written: made.site.written,
        };
        Refreshed {
            generation: self.generation(made),
            report,
            trouble: None,
            figures,
        }
    }

    /// The next generation; nothing where the site is what it was.
    fn generation(&mut self, made: Made) -> Option<Generation> {
        let is_first = self.last.number == 0;
        let difference = if self.last.readers == made.readers {
            Difference::between(&self.last.files, &made.files)
        } else {
            Difference::More
        };
        if !is_first && difference == Difference::Nothing {
            return None;
        }
        self.last = Last {
            number: self.last.number + 1,
            files: Arc::new(made.files),
            ledger: made.site.ledger,
            readers: made.readers,
        };
        Some(Generation {
            number: self.last.number,
            files: Arc::clone(&self.last.files),
            readers: self.last.readers.as_slice().into(),
            style: style_of(&self.last.files).unwrap_or_default().to_owned(),
            css_only: !is_first && difference == Difference::Style,
        })
    }
}

/// One that gives everyone who has not left a key of this run, and nobody any other.
fn rebuilder(root: &Path, today: Date, run: &RunSecret, keyed: &Keyed) -> Rebuilder {
    let (run, keyed) = (run.clone(), Arc::clone(keyed));
    let known: Mutex<BTreeMap<PersonId, String>> = Mutex::default();
    let stand_in = move |person: &Person| {
        let mut keyed = keyed.lock().unwrap_or_else(PoisonError::into_inner);
        match person.recipients_on(today).next() {
            Some(_) => keyed.insert(person.id.clone()),
            None => keyed.remove(&person.id),
        };
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let recipient = known.entry(person.id.clone());
        let recipient =
            recipient.or_insert_with(|| run.identity(&person.id).recipient().to_string());
        person.is_here(today).then(|| recipient.clone())
    };
    Rebuilder::new(root.to_owned(), Some(Box::new(stand_in)))
}

/// Adds what is not drawn section by section. Logins stay out: they wrap identities that open nothing here.
fn finish(sealer: Sealer, outcome: &Outcome) -> Result<(SealedSite, SealState), SealError> {
    for section in &outcome.gone {
        sealer.remove_section(section);
    }
    for file in outcome.plain.iter() {
        sealer.add_plain(&file.path, &file.bytes)?;
    }
    sealer.finish_for_now()
}

/// The last generation's files, with those of the next one beside them until that is whole.
struct PreviewStore<'l> {
    last: &'l Last,
    written: Mutex<Files>,
}

impl<'l> PreviewStore<'l> {
    fn behind(last: &'l Last) -> Self {
        Self {
            last,
            written: Mutex::default(),
        }
    }

    /// The files that a ledger lists.
    fn into_files(self, ledger: &Ledger) -> Files {
        let mut files = Files::clone(&self.last.files);
        let written = self.written.into_inner();
        files.extend(written.unwrap_or_else(PoisonError::into_inner));
        files.retain(|path, _| ledger.files.contains_key(path));
        files
    }
}

impl SiteStore for PreviewStore<'_> {
    fn last_build(&self) -> u64 {
        self.last.ledger.build
    }

    fn earlier(&self, path: &str) -> Option<LedgerEntry> {
        self.last.ledger.files.get(path).copied()
    }

    fn write(&self, path: &str, bytes: Vec<u8>) -> io::Result<()> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.insert(path.to_owned(), bytes.into());
        Ok(())
    }

    fn keep(&self, _: &str) -> io::Result<()> {
        Ok(()) // what is not written anew stays as it is
    }
}

fn broken(report: Report, trouble: Option<Trouble>) -> Refreshed {
    Refreshed {
        generation: None,
        report,
        trouble,
        figures: Figures::default(),
    }
}

/// Midnight in Unix seconds. The preview's builds are numbered from there, so that it needs no clock.
fn beginning_of(day: Date) -> u64 {
    let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
    u64::try_from(midnight).unwrap_or(0)
}

/// Everyone who has not left.
fn here(organisation: &Organisation, today: Date) -> impl Iterator<Item = &Person> {
    let people = organisation.people.values().map(|person| &**person);
    people.filter(move |person| person.is_here(today))
}

/// How two sites differ.
#[derive(Debug, PartialEq, Eq)]
enum Difference {
    Nothing,
    /// In the style sheet alone, and in what names it.
    Style,
    More,
}

impl Difference {
    fn between(before: &Files, after: &Files) -> Self {
        let styles = (style_of(before), style_of(after));
        if !same_but_for_style(before, after, styles) {
            return Self::More;
        }
        if styles.0 == styles.1 {
            Self::Nothing
        } else {
            Self::Style
        }
    }
}

fn same_but_for_style(
    before: &Files,
    after: &Files,
    (old, new): (Option<&str>, Option<&str>),
) -> bool {
    let is_content =
        |(path, _): &(&String, &Arc<[u8]>)| !is_of_every_build(path) && !is_style(path);
    let same = |path: &str, bytes: &Arc<[u8]>, now: &Arc<[u8]>| {
        if Arc::ptr_eq(now, bytes) || now == bytes {
            return true;
        }
        let [then, now] = [bytes, now].map(|bytes| String::from_utf8_lossy(bytes));
        let renamed = || then.replace(old.unwrap_or_default(), new.unwrap_or_default());
        path.ends_with(".html") && renamed() == now
    };
    let mut after = after.iter().filter(is_content);
    let mut before = before.iter().filter(is_content);
    // Both are in order: nothing need be looked up.
    let all = before.all(|(path, bytes)| {
        let mut now = after.next().into_iter();
        now.any(|(there, now)| there == path && same(path, bytes, now))
    });
    all && after.next().is_none()
}

/// Files that name all others, and the moment of the build.
fn is_of_every_build(path: &str) -> bool {
    path == "site.json" || path == "site.sig" || path.starts_with("index/")
}

fn is_style(path: &str) -> bool {
    path.starts_with("assets/") && path.ends_with(".css")
}

fn style_of(files: &Files) -> Option<&str> {
    files.keys().find(|path| is_style(path)).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(of: &[(&str, &str)]) -> Files {
        let file = |(path, text): &(&str, &str)| (path.to_string(), text.as_bytes().into());
        of.iter().map(file).collect()
    }

    #[test]
    fn a_change_of_style_alone_is_told_from_any_other() {
        let page = |style: &str| format!("<link href=\"{style}\">");
        let site = |style: &str, page: &str, sealed: &str| {
            files(&[
                (style, style),
                ("index.html", page),
                ("sealed/a.age", sealed),
                ("site.json", style),
            ])
        };
        let (a, b) = ("assets/theme.a.css", "assets/theme.b.css");
        let before = site(a, &page(a), "1");
        let to = |after| Difference::between(&before, &after);
        assert_eq!(to(site(a, &page(a), "1")), Difference::Nothing);
        assert_eq!(to(site(b, &page(b), "1")), Difference::Style);
        assert_eq!(to(site(b, &page(b), "2")), Difference::More);
        assert_eq!(to(site(b, "other", "1")), Difference::More);
        let mut more = site(a, &page(a), "1");
        more.insert("sealed/b.age".into(), Arc::default());
        assert_eq!(to(more), Difference::More);
    }
}
