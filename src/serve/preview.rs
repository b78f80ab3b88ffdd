//! What changed → the next generation of the site, by the same calls as a build, with throwaway keys.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use super::RunSecret;
use crate::access::Access;
use crate::diag::{Report, Severity};
use crate::model::{Date, Ledger, MemoryStore, Organisation, PersonId, ReaderKey};
use crate::pipeline::{self, BuildError, Built, Days};
use crate::seal::SiteKey;
use crate::source::LoadError;

/// What may have changed on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// These, absolute, whether they are still there or not; of a directory, everything below it.
    Paths(BTreeSet<PathBuf>),
    /// Nobody knows.
    Everything,
}

impl Touched {
    /// Both.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Paths(mut some), Self::Paths(more)) => {
                some.extend(more);
                Self::Paths(some)
            }
            _ => Self::Everything,
        }
    }
}

/// One generation of the site. It never changes, is cheap to clone, and is served while the next one is made.
#[derive(Debug, Clone)]
pub struct Generation {
    /// Counts from 1.
    pub number: u64,
    /// Bytes by path, relative to the site's root, with `/`.
    pub files: Arc<BTreeMap<String, Arc<[u8]>>>,
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
    pub id: PersonId,
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
    /// Pages in the site, where parts of one page count once a section.
    pub pages: usize,
    /// Sections in the site.
    pub sections: usize,
    /// Files that were sealed or written anew.
    pub written: usize,
}

/// A failure that is no diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// May hold several lines.
    pub message: String,
    pub causes: Vec<String>,
    pub help: Option<String>,
}

impl Trouble {
    fn of(error: &dyn Error, help: Option<String>) -> Self {
        let causes = std::iter::successors(error.source(), |cause| (*cause).source());
        Self {
            message: error.to_string(),
            causes: causes.map(ToString::to_string).collect(),
            help,
        }
    }
}

impl From<&LoadError> for Trouble {
    fn from(error: &LoadError) -> Self {
        Self::of(error, None)
    }
}

impl From<&BuildError> for Trouble {
    fn from(error: &BuildError) -> Self {
        let help = match error {
            BuildError::Theme(error) => error.help(),
            BuildError::ThemeFiles(error) => error.help().map(str::to_owned),
            BuildError::Seal(_) => None,
        };
        Self::of(error, help)
    }
}

/// The organisation as a site in memory, with throwaway keys of this run. Nothing of it touches the disk.
pub struct Preview {
    root: PathBuf,
    today: Date,
    run: RunSecret,
    site_key: SiteKey,
    recipients: BTreeMap<PersonId, String>,
    last: Last,
}

/// The generation before the next one, with what sealing reuses of it.
#[derive(Default)]
struct Last {
    number: u64,
    files: BTreeMap<String, Vec<u8>>,
    ledger: Ledger,
    readers: Vec<Reader>,
}

/// A site that was made.
struct Made {
    built: Built,
    files: BTreeMap<String, Vec<u8>>,
    readers: Vec<Reader>,
}

impl Preview {
    /// The preview of the organisation in `root`, before its first [`Preview::refresh`].
    pub fn new(root: PathBuf, today: Date, run: RunSecret) -> Self {
        Self {
            site_key: run.site_key(),
            root,
            today,
            run,
            recipients: BTreeMap::new(),
            last: Last::default(),
        }
    }

    /// Loads, checks, renders and seals what the change can reach.
    pub fn refresh(&mut self, touched: &Touched) -> Refreshed {
        let _ = touched;
        let (organisation, report) = match pipeline::load(&self.root, self.today) {
            Ok(loaded) => loaded,
            Err(error) => return broken(Report::default(), Some(Trouble::from(&error))),
        };
        let Some(organisation) = organisation else {
            return broken(report, None);
        };
        match self.make(organisation) {
            Ok(made) => self.next(made, report),
            Err(error) => broken(report, Some(Trouble::from(&error))),
        }
    }

    fn make(&mut self, mut organisation: Organisation) -> Result<Made, BuildError> {
        let theme = pipeline::theme(&self.root, &organisation)?;
        let with_keys = with_own_keys(&organisation, self.today);
        self.hand_out_keys(&mut organisation);
        let store = MemoryStore::after(self.last.files.clone(), self.last.ledger.clone());
        let days = Days {
            today: self.today,
            as_of: organisation.as_of.unwrap_or(self.today),
        };
        let input = pipeline::seal_input(
            &organisation,
            self.site_key.clone(),
            beginning_of(self.today),
            false,
        );
        let built = pipeline::build(&organisation, &theme, days, &input, &store)?;
        let readers = readers(&organisation, self.today, &with_keys, &built.access);
        Ok(Made {
            built,
            files: store.into_files(),
            readers,
        })
    }

    /// Everyone who has not left gets one key, of this run; nobody keeps any other.
    fn hand_out_keys(&mut self, organisation: &mut Organisation) {
        for (id, person) in &mut organisation.people {
            let known = self.recipients.entry(id.clone());
            let recipient = known.or_insert_with(|| self.run.identity(id).recipient().to_string());
            person.login_file = None;
            person.keys = match person.is_here(self.today) {
                false => Vec::new(),
                true => vec![ReaderKey {
                    recipient: recipient.clone(),
                    until: None,
                }],
            };
        }
    }

    fn next(&mut self, made: Made, report: Report) -> Refreshed {
        let site = made.built.site;
        let figures = Figures {
            pages: made.built.pages,
            sections: site.sections,
            written: site.written,
        };
        let difference = Difference::between(&self.last.files, &made.files);
        let same_readers = self.last.readers == made.readers;
        let is_same = self.last.number > 0 && same_readers && difference == Difference::Nothing;
        let generation = (!is_same).then(|| Generation {
            number: self.last.number + 1,
            files: shared(&made.files),
            readers: made.readers.as_slice().into(),
            style: style_of(&made.files).unwrap_or_default().to_owned(),
            css_only: self.last.number > 0 && same_readers && difference == Difference::Style,
        });
        if let Some(generation) = &generation {
            self.last = Last {
                number: generation.number,
                files: made.files,
                ledger: site.ledger,
                readers: made.readers,
            };
        }
        Refreshed {
            generation,
            report,
            trouble: None,
            figures,
        }
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

fn with_own_keys(organisation: &Organisation, today: Date) -> BTreeSet<PersonId> {
    let people = organisation.people.values();
    people
        .filter(|person| person.recipients_on(today).next().is_some())
        .map(|person| person.id.clone())
        .collect()
}

fn readers(
    organisation: &Organisation,
    today: Date,
    with_keys: &BTreeSet<PersonId>,
    access: &Access,
) -> Vec<Reader> {
    let mut sections: BTreeMap<&PersonId, usize> = BTreeMap::new();
    for planned in &access.sections {
        for reader in &planned.section.readers {
            *sections.entry(&reader.person).or_default() += 1;
        }
    }
    let here = organisation.people.values().filter(|p| p.is_here(today));
    let mut readers: Vec<Reader> = here
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

fn shared(files: &BTreeMap<String, Vec<u8>>) -> Arc<BTreeMap<String, Arc<[u8]>>> {
    let share = |(path, bytes): (&String, &Vec<u8>)| (path.clone(), Arc::from(bytes.as_slice()));
    Arc::new(files.iter().map(share).collect())
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
    fn between(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>) -> Self {
        let styles = (style_of(before), style_of(after));
        if !same_but_for_style(before, after, styles) {
            return Self::More;
        }
        match styles.0 == styles.1 {
            true => Self::Nothing,
            false => Self::Style,
        }
    }
}

fn same_but_for_style(
    before: &BTreeMap<String, Vec<u8>>,
    after: &BTreeMap<String, Vec<u8>>,
    (old, new): (Option<&str>, Option<&str>),
) -> bool {
    let content = |path: &&String| !is_of_every_build(path) && !is_style(path);
    let paths = |files: &BTreeMap<String, Vec<u8>>| files.keys().filter(content).count();
    let same = |(path, bytes): (&String, &Vec<u8>)| match after.get(path) {
        None => false,
        Some(now) if now == bytes => true,
        Some(now) if path.ends_with(".html") => {
            let [then, now] = [bytes, now].map(|bytes| String::from_utf8_lossy(bytes));
            then.replace(old.unwrap_or_default(), new.unwrap_or_default()) == now
        }
        Some(_) => false,
    };
    let mut before_content = before.iter().filter(|(path, _)| content(path));
    paths(before) == paths(after) && before_content.all(same)
}

/// Files that name all others, and the moment of the build.
fn is_of_every_build(path: &str) -> bool {
    path == "site.json" || path == "site.sig" || path.starts_with("index/")
}

fn is_style(path: &str) -> bool {
    path.starts_with("assets/") && path.ends_with(".css")
}

fn style_of(files: &BTreeMap<String, Vec<u8>>) -> Option<&str> {
    files.keys().find(|path| is_style(path)).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(of: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        let file = |(path, text): &(&str, &str)| (path.to_string(), text.as_bytes().to_vec());
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
        more.insert("sealed/b.age".into(), Vec::new());
        assert_eq!(to(more), Difference::More);
    }
}
