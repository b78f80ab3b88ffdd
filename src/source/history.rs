//! What git holds of every `expectations.toml`: its versions, oldest first, wherever the file lay.
//!
//! One question tells which commit touched which file; one more brings the first versions of all files. Most files
//! still say what they said first, and are done with. Of the others every version is read. However many people there
//! are, these are a handful of processes.
//!
//! A file that moved is followed where git finds it by its content: under the same cycle's name however
//! much changed with the move (people are renamed, trees moved), under another's only where nothing did. Otherwise two
//! people's files that look alike would be taken for one.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::agreed::AsWritten;
use super::git::{Fingerprint, Repository, Trouble};
use super::{CycleFile, FileKind, Source, SourceFile};
use crate::model::{Date, Unshown};

/// The file that is asked after.
const NAME: &str = "expectations.toml";

/// As many blobs are asked for at once; of more, the contents would fill the memory.
const AT_ONCE: usize = 4_096;

/// What git holds. Made by [`super::recall`]; by default nothing was asked.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// What the versions depend on; nothing where there is no repository to ask.
    pub fingerprint: Option<Fingerprint>,
    /// Why nothing can be told of any file.
    unshown: Option<Unshown>,
    files: BTreeMap<Arc<str>, Result<Arc<[Version]>, Unshown>>,
    /// Kept for the next time, where the fingerprint is still the same.
    lines: Arc<Lines>,
    /// Versions that were read, by the hash of their blob; nothing where one is no TOML.
    read: HashMap<Blob, Option<Arc<AsWritten>>>,
}

type Blob = Arc<str>;

/// What a file held from some commit on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The commit's day, by its committer's calendar.
    pub day: Date,
    pub held: Arc<AsWritten>,
}

impl History {
    /// The versions of a file by its path, oldest first, each unlike the one before. Where the first says what the
    /// file says now, the ones after it are left out.
    ///
    /// # Errors
    /// Why there is nothing to tell.
    pub fn of(&self, path: &str) -> Result<&[Version], Unshown> {
        match (self.unshown, self.files.get(path)) {
            (Some(unshown), _) => Err(unshown),
            (None, None) => Err(Unshown::NotAsked),
            (None, Some(versions)) => versions.as_deref().map_err(|unshown| *unshown),
        }
    }

    /// Whether the clone holds a part of the history, so that nothing is told.
    pub fn is_shallow(&self) -> bool {
        self.unshown == Some(Unshown::Shallow)
    }

    /// The day of the first commit that holds any expectations: the tree may be older than its history.
    pub fn begins(&self) -> Option<Date> {
        let firsts = self.lines.lives.iter().filter_map(|life| life.first());
        firsts.map(|event| event.day).min()
    }

    /// Nothing can be told of any file.
    fn silent(unshown: Unshown) -> Self {
        Self {
            unshown: Some(unshown),
            ..Self::default()
        }
    }
}

/// Asks git about every `expectations.toml`. What `before` knows is not asked for again.
///
/// # Errors
/// Why git told nothing, where it should have; the history that comes with it says so of every file.
pub(super) fn ask(source: &Source, before: History) -> Result<History, (History, Trouble)> {
    let files: Vec<&SourceFile> = expectations(source).collect();
    let Some(first) = files.first() else {
        return Ok(History::default());
    };
    let area = area(&first.path);
    let told = source.root.join(area).canonicalize();
    let told = told.map_err(|error| Trouble::Refused(error.to_string()));
    match told.and_then(|directory| told_of(&directory, area, &files, before)) {
        Ok(history) => Ok(history),
        Err(Trouble::NoRepository) => Ok(History::silent(Unshown::NoRepository)),
        Err(trouble) => {
            let unshown = match trouble {
                Trouble::NoGit => Unshown::NoGit,
                _ => Unshown::Refused,
            };
            Err((History::silent(unshown), trouble))
        }
    }
}

fn expectations(source: &Source) -> impl Iterator<Item = &SourceFile> {
    let files = source.files.iter();
    files.filter_map(|(kind, file)| match kind {
        FileKind::InCycle {
            file: CycleFile::Expectations,
            ..
        } => Some(file),
        _ => None,
    })
}

/// `people` of `people/ada/2026-h1/expectations.toml`, wherever `[sources]` has people lie.
fn area(path: &str) -> &str {
    path.rsplitn(4, '/').nth(3).unwrap_or_default()
}

fn told_of(
    directory: &Path,
    area: &str,
    files: &[&SourceFile],
    before: History,
) -> Result<History, Trouble> {
    let repository = Repository::at(directory)?;
    let same = before.fingerprint.as_ref() == Some(&repository.fingerprint);
    let mut history = History {
        fingerprint: Some(repository.fingerprint.clone()),
        read: before.read,
        ..History::default()
    };
    if repository.fingerprint.shallow {
        history.unshown = Some(Unshown::Shallow);
        return Ok(history);
    }
    history.lines = match same {
        true => before.lines,
        false if repository.fingerprint.head.is_none() => Arc::default(),
        false => Arc::new(Lines::of(&repository.log(NAME)?)),
    };
    let mut reading = Reading {
        repository,
        history,
    };
    reading.all(area, files)?;
    Ok(reading.history)
}

/// Versions being read.
struct Reading {
    repository: Repository,
    history: History,
}

impl Reading {
    fn all(&mut self, area: &str, files: &[&SourceFile]) -> Result<(), Trouble> {
        let lines = self.history.lines.clone();
        let located = files.iter().map(|file| (*file, self.located(area, file)));
        let located: Vec<(&SourceFile, Located<'_>)> = located
            .map(|(file, path)| (file, lines.find(&path)))
            .collect();
        let first = |(_, found): &(_, Located<'_>)| found.events().first().cloned();
        self.read(located.iter().filter_map(first))?;
        let told: Vec<bool> = located
            .par_iter()
            .map(|(file, found)| self.says_the_same(file, found))
            .collect();
        let open = located.iter().zip(&told).filter(|(_, told)| !**told);
        let events = open.flat_map(|((_, found), _)| found.events().to_vec());
        self.read(events.collect::<Vec<_>>())?;
        for ((file, found), told) in located.iter().zip(told) {
            let events = found.events();
            let events = &events[..if told { 1 } else { events.len() }];
            let versions = match found {
                Located::Sealed => Err(Unshown::Sealed),
                Located::Plain(_) => Ok(self.versions(events)),
            };
            self.history.files.insert(file.path.clone(), versions);
        }
        Ok(())
    }

    /// Where a file lies in the repository.
    fn located(&self, area: &str, file: &SourceFile) -> Vec<u8> {
        let below = file.path.strip_prefix(area).unwrap_or(&file.path);
        let below = below.trim_start_matches('/');
        [&self.repository.prefix, below.as_bytes()].concat()
    }

    /// Whether the first version says what the file says now.
    fn says_the_same(&self, file: &SourceFile, found: &Located<'_>) -> bool {
        let first = found.events().first();
        let first = first.and_then(|event| self.history.read.get(&event.blob));
        match (first, file.text()) {
            (Some(Some(first)), Some(now)) => AsWritten::read(now).as_ref() == Some(first),
            _ => false,
        }
    }

    /// Reads the blobs that have not been read.
    fn read(&mut self, events: impl IntoIterator<Item = Event>) -> Result<(), Trouble> {
        let read = &self.history.read;
        let unread = events.into_iter().map(|event| event.blob);
        let mut unread: Vec<Blob> = unread.filter(|blob| !read.contains_key(blob)).collect();
        unread.sort();
        unread.dedup();
        for some in unread.chunks(AT_ONCE) {
            let hashes: Vec<&str> = some.iter().map(|blob| &**blob).collect();
            let contents = self.repository.blobs(&hashes)?;
            let read = contents.into_par_iter().map(|content| written(content?));
            let read: Vec<_> = read.collect();
            self.history.read.extend(some.iter().cloned().zip(read));
        }
        Ok(())
    }

    fn versions(&self, events: &[Event]) -> Arc<[Version]> {
        let read = &self.history.read;
        let versions = events.iter().filter_map(|event| {
            let held = read.get(&event.blob)?.clone()?;
            let day = event.day;
            Some(Version { day, held })
        });
        let mut versions: Vec<Version> = versions.collect();
        versions.dedup_by(|later, earlier| later.held == earlier.held);
        versions.into()
    }
}

fn written(content: Vec<u8>) -> Option<Arc<AsWritten>> {
    let text = String::from_utf8(content).ok()?;
    AsWritten::read(text.trim_start_matches('\u{feff}')).map(Arc::new)
}

/// A file held something else from a commit on.
#[derive(Debug, Clone)]
struct Event {
    day: Date,
    blob: Blob,
}

/// The lives of all files of that name.
#[derive(Debug, Default)]
struct Lines {
    /// Events of one life, oldest first.
    lives: Vec<Vec<Event>>,
    by_path: HashMap<Vec<u8>, Life>,
}

/// The life that a path belongs to.
#[derive(Debug, Clone, Copy)]
struct Life {
    at: usize,
    /// It went on under another path: what comes here next begins a life of its own.
    moved_on: bool,
}

/// What is known of a path.
enum Located<'l> {
    Plain(&'l [Event]),
    /// git holds it sealed, or held it so.
    Sealed,
}

impl<'l> Located<'l> {
    fn events(&self) -> &'l [Event] {
        match self {
            Self::Plain(events) => events,
            Self::Sealed => &[],
        }
    }
}

impl Lines {
    /// Takes apart what [`Repository::log`] says.
    fn of(log: &[u8]) -> Self {
        let mut lines = Self::default();
        // Newest first as told; files are followed forwards.
        for touched in touches(log).into_iter().rev() {
            lines.take(touched);
        }
        lines
    }

    fn take(&mut self, touched: Touch<'_>) {
        let life = match touched.from {
            Some(from) if is_move(&touched, from) => self.move_on(from),
            _ => None,
        };
        let own = self.by_path.get(touched.path).copied();
        let own = own.filter(|life| !(life.moved_on && touched.begins));
        let at = life.or(own.map(|life| life.at)).unwrap_or_else(|| {
            self.lives.push(Vec::new());
            self.lives.len() - 1
        });
        if let Some(blob) = touched.blob {
            let day = touched.day;
            self.lives[at].push(Event { day, blob });
        }
        let moved_on = own.is_some_and(|life| life.at == at && life.moved_on);
        let life = Life { at, moved_on };
        self.by_path.insert(touched.path.to_vec(), life);
    }

    /// The life of a path, which goes on elsewhere.
    fn move_on(&mut self, from: &[u8]) -> Option<usize> {
        let life = self.by_path.get_mut(from)?;
        life.moved_on = true;
        Some(life.at)
    }

    fn find(&self, path: &[u8]) -> Located<'_> {
        let sealed = [path, b".age"].concat();
        if path.ends_with(b".age") || self.by_path.contains_key(&sealed) {
            return Located::Sealed;
        }
        let life = self.by_path.get(path).filter(|life| !life.moved_on);
        Located::Plain(life.map_or(&[], |life| &self.lives[life.at]))
    }
}

/// One commit's change of one file.
#[derive(Debug)]
struct Touch<'l> {
    day: Date,
    path: &'l [u8],
    /// The path before, where git takes it for moved.
    from: Option<&'l [u8]>,
    /// Nothing of it changed with the move.
    exact: bool,
    /// There was nothing at that path before.
    begins: bool,
    /// Nothing: it went, or is no regular file any more.
    blob: Option<Blob>,
}

fn is_move(touched: &Touch<'_>, from: &[u8]) -> bool {
    let cycle = |path: &[u8]| path.rsplit(|byte| *byte == b'/').nth(1).map(<[u8]>::to_vec);
    touched.exact || cycle(from) == cycle(touched.path)
}

/// What a log says, in its order.
fn touches(log: &[u8]) -> Vec<Touch<'_>> {
    let mut pieces = log.split(|byte| *byte == 0);
    let mut day = Date::MIN;
    let mut touches = Vec::new();
    while let Some(piece) = pieces.next() {
        let piece = piece.trim_ascii_start();
        match piece.first() {
            // A day that is none is that of the commit after it.
            Some(b'@') => day = commit_day(&piece[1..]).unwrap_or(day),
            Some(b':') => touches.extend(touch(piece, day, &mut pieces)),
            _ => {}
        }
    }
    touches
}

fn commit_day(text: &[u8]) -> Option<Date> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// `:<mode> <mode> <blob> <blob> <status>`, with as many colons as parents, and as many modes and blobs and one
/// more; the paths follow.
fn touch<'l>(
    line: &[u8],
    day: Date,
    paths: &mut impl Iterator<Item = &'l [u8]>,
) -> Option<Touch<'l>> {
    let line = std::str::from_utf8(line).ok()?;
    let words = line.trim_start_matches(':');
    let parents = line.len() - words.len();
    let words: Vec<&str> = words.split_whitespace().collect();
    let [modes @ .., status] = words.as_slice() else {
        return None;
    };
    let (before, mode) = (modes.first()?, modes.get(parents)?);
    let blob = modes.get(2 * parents + 1)?;
    let one = paths.next()?;
    let moved = parents == 1 && status.starts_with('R');
    let (from, path) = match moved {
        true => (Some(one), paths.next()?),
        false => (None, one),
    };
    Some(Touch {
        day,
        path,
        from,
        exact: *status == "R100",
        begins: moved || before.trim_matches('0').is_empty(),
        blob: mode.starts_with("100").then(|| (*blob).into()),
    })
}
