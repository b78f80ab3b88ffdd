//! What git holds of every `expectations.toml`: its versions, oldest first, wherever the file lay.
//!
//! One question tells which commit touched which file; one more brings the first versions of all files. Most files
//! still say what they said first, and are done with. Of the others every version is read. However many people there
//! are, these are a handful of processes.
//!
//! A file that moved is followed where git finds it by its content: under the same cycle's name however
//! much changed with the move (people are renamed, trees moved), under another's only where nothing did. Otherwise two
//! people's files that look alike would be taken for one.
//!
//! A file's history ends where it was another person's: see [`super::owner`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use super::agreed::AsWritten;
use super::git::{Fingerprint, Repository, Trouble};
use super::owner::{Asked, Owner, Owners, directory_of};
use super::{CycleFile, FileKind, PersonFile, Source, SourceFile};
use crate::domain::model::{Date, Unshown};

/// The file that is asked after.
const NAME: &str = "expectations.toml";

/// As many blobs are asked for at once; of more, the contents would fill the memory.
pub(super) const AT_ONCE: usize = 4_096;

/// What git holds of every `expectations.toml`. By default nothing was asked.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// What the versions depend on; nothing where there is no repository to ask.
    pub fingerprint: Option<Fingerprint>,
    told: Told,
    /// Kept for the next time, where the fingerprint is still the same.
    lines: Arc<Lines>,
    /// Versions that were read, by the hash of their blob; nothing where one is no TOML.
    read: HashMap<Blob, Option<Arc<AsWritten>>>,
    /// Whose directories were in commits that were asked about.
    owners: Owners,
}

/// What is known of all files.
#[derive(Debug, Clone, Default)]
struct Told {
    /// Why nothing can be told of any file.
    unshown: Option<Unshown>,
    /// The day of the first commit that holds any expectations.
    begins: Option<Date>,
    files: BTreeMap<Arc<str>, ToldOf>,
}

/// What is known of one file.
#[derive(Debug, Clone)]
struct ToldOf {
    /// The text that the versions were held against.
    text: Arc<str>,
    /// Whose file it was then.
    owner: Option<Owner>,
    versions: Result<Arc<[Version]>, Unshown>,
}

type Blob = Arc<str>;

/// What a file held from some commit on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version {
    /// The commit's day, by its committer's calendar.
    pub day: Date,
    /// What `check` compares of it.
    pub held: Arc<AsWritten>,
}

impl History {
    /// The versions of a file by its path, oldest first, each unlike the one before. Where the first says what the
    /// file says now, the ones after it are left out.
    ///
    /// # Errors
    /// Why there is nothing to tell.
    pub fn of(&self, path: &str) -> Result<&[Version], Unshown> {
        self.told.of(path)
    }

    /// Whether the clone holds a part of the history, so that nothing is told.
    pub fn is_shallow(&self) -> bool {
        self.told.unshown == Some(Unshown::Shallow)
    }

    /// The day of the first commit that holds any expectations: the tree may be older than its history.
    pub fn begins(&self) -> Option<Date> {
        self.told.begins
    }

    /// Nothing can be told of any file.
    fn silent(unshown: Unshown) -> Self {
        let unshown = Some(unshown);
        Self {
            told: Told {
                unshown,
                ..Told::default()
            },
            ..Self::default()
        }
    }
}

impl Told {
    fn of(&self, path: &str) -> Result<&[Version], Unshown> {
        match (self.unshown, self.files.get(path)) {
            (Some(unshown), _) => Err(unshown),
            (None, None) => Err(Unshown::NotAsked),
            (None, Some(told)) => told.versions.as_deref().map_err(|unshown| *unshown),
        }
    }
}

/// Asks git about every `expectations.toml`, and not again for what `before` knows. Where it told nothing and should
/// have, why comes with the history, which says so of every file.
pub(super) fn ask(source: &Source, before: History) -> (History, Option<Trouble>) {
    let files: Vec<Owned<'_>> = expectations(source).collect();
    if files.is_empty() {
        return (History::default(), None);
    }
    match told_of(source, &files, before) {
        Ok(history) => (history, None),
        Err(Trouble::NoRepository) => (History::silent(Unshown::NoRepository), None),
        Err(trouble) => {
            let unshown = match trouble {
                Trouble::NoGit => Unshown::NoGit,
                _ => Unshown::Refused,
            };
            (History::silent(unshown), Some(trouble))
        }
    }
}

/// An `expectations.toml`, and whose it is now. `None` if their `person.toml` is missing or was not opened.
#[derive(Debug, Clone)]
struct Owned<'s> {
    file: &'s SourceFile,
    owner: Option<Owner>,
}

fn expectations(source: &Source) -> impl Iterator<Item = Owned<'_>> {
    let files = source.files.iter();
    files.filter_map(|(kind, file)| match kind {
        FileKind::InCycle {
            person,
            file: CycleFile::Expectations,
            ..
        } => {
            let kind = FileKind::Person {
                person: person.clone(),
                file: PersonFile::Person,
            };
            let text = source.files.get(&kind).and_then(SourceFile::text);
            let owner = text.map(|text| Owner::of(text));
            Some(Owned { file, owner })
        }
        _ => None,
    })
}

fn told_of(source: &Source, files: &[Owned<'_>], before: History) -> Result<History, Trouble> {
    let area = &source.areas.people;
    let repository = Repository::at(&area.directory)?;
    let fingerprint = repository.fingerprint.clone();
    let same = before.fingerprint.as_ref() == Some(&fingerprint);
    if fingerprint.shallow {
        let fingerprint = Some(fingerprint);
        return Ok(History {
            fingerprint,
            ..History::silent(Unshown::Shallow)
        });
    }
    let (lines, known) = if same {
        (before.lines, before.told.files)
    } else if fingerprint.head.is_none() {
        Default::default()
    } else {
        (Arc::new(Lines::of(&repository.log(NAME)?)), BTreeMap::new())
    };
    let mut history = History {
        fingerprint: Some(fingerprint),
        read: before.read,
        owners: before.owners,
        ..History::default()
    };
    history.told.begins = lines.begins();
    history.lines = lines;
    let mut reading = Reading {
        repository,
        history,
    };
    reading.all(&area.shown, files, known)?;
    Ok(reading.history)
}

/// Versions being read.
struct Reading {
    repository: Repository,
    history: History,
}

impl Reading {
    /// Finds the versions of all files; what is known still holds for those whose text is the same.
    fn all(
        &mut self,
        area: &str,
        files: &[Owned<'_>],
        mut known: BTreeMap<Arc<str>, ToldOf>,
    ) -> Result<(), Trouble> {
        let mut open = Vec::new();
        for owned in files {
            let (file, text) = (owned.file, owned.file.text());
            match known.remove(&file.path) {
                Some(told) if text == Some(&told.text) && told.owner == owned.owner => {
                    self.history.told.files.insert(file.path.clone(), told);
                }
                _ => open.push(owned),
            }
        }
        self.open(area, &open)
    }

    fn open(&mut self, area: &str, files: &[&Owned<'_>]) -> Result<(), Trouble> {
        let lines = self.history.lines.clone();
        let followed = files.iter().map(|owned| {
            let path = self.located(area, owned.file);
            let found = lines.find(&path);
            Followed { owned, path, found }
        });
        let followed: Vec<Followed<'_>> = followed.collect();
        let firsts = followed.iter().map(|file| file.found.events());
        self.read(firsts.filter_map(|events| events.first().cloned()))?;
        let done: Vec<bool> = followed
            .par_iter()
            .map(|file| file.stays() && self.says_the_same(file.owned.file, &file.found))
            .collect();
        let open = followed.iter().zip(&done).filter(|(_, done)| !**done);
        let open: Vec<&Followed<'_>> = open.map(|(file, _)| file).collect();
        let events = open.iter().flat_map(|file| file.found.events().to_vec());
        self.read(events.collect::<Vec<_>>())?;
        let asked = open.iter().flat_map(|file| file.found.events());
        let asked: Vec<Asked> = asked.flat_map(Event::asks).collect();
        self.history.owners.read(&self.repository, asked)?;
        for (file, done) in followed.iter().zip(done) {
            let told = self.told(file, done);
            let path = file.owned.file.path.clone();
            self.history.told.files.insert(path, told);
        }
        Ok(())
    }

    /// The versions of a file; of one that still says what it said first, that one.
    fn told(&self, file: &Followed<'_>, done: bool) -> ToldOf {
        let events = file.found.events();
        let versions = match file.found {
            Located::Sealed => Err(Unshown::Sealed),
            Located::Plain(_) if done => Ok(self.versions(&events[..1])),
            Located::Plain(_) => Ok(self.versions(self.of_one_person(file))),
        };
        ToldOf {
            text: file.owned.file.text().cloned().unwrap_or_default(),
            owner: file.owned.owner.clone(),
            versions,
        }
    }

    /// The events since the file has been its person's, without a gap up to now.
    fn of_one_person<'f>(&self, file: &'f Followed<'_>) -> &'f [Event] {
        let events = file.found.events();
        let directories = self.directories(events, directory_of(&file.path));
        let mut known = file.owned.owner.as_ref();
        let mut from = events.len();
        for event in events.iter().rev() {
            let directory = directory_of(&event.path);
            let owner = self.history.owners.of(&event.commit, directory);
            let came = event.between().map_or(directory, |(from, _)| from);
            let is_theirs = directories.contains(directory) && directories.contains(came);
            if !is_theirs || event.is_of_merge || !owner.may_be(known) {
                break;
            }
            known = owner.known().or(known);
            from -= 1;
        }
        &events[from..]
    }

    /// The directories that have been one person's, who has that one now: `person.toml` moved along with the file.
    fn directories<'e>(&self, events: &'e [Event], now: &'e [u8]) -> BTreeSet<&'e [u8]> {
        let mut theirs = BTreeSet::from([now]);
        loop {
            let joined = events.iter().filter_map(|event| {
                let (from, to) = event.between()?;
                let joins = theirs.contains(to) && !theirs.contains(from);
                let moved = || self.history.owners.moved(&event.commit, from, to);
                (joins && moved()).then_some(from)
            });
            let joined: Vec<&[u8]> = joined.collect();
            if joined.is_empty() {
                return theirs;
            }
            theirs.extend(joined);
        }
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

/// A file of the tree, with what git knows of it.
struct Followed<'l> {
    owned: &'l Owned<'l>,
    /// From the top of the repository.
    path: Vec<u8>,
    found: Located<'l>,
}

impl Followed<'_> {
    /// Whether the file has been in one person's directory all the time.
    fn stays(&self) -> bool {
        let own = directory_of(&self.path);
        let mut events = self.found.events().iter();
        events.all(|event| directory_of(&event.path) == own)
    }
}

/// A file held something else from a commit on.
#[derive(Debug, Clone)]
struct Event {
    day: Date,
    commit: Arc<str>,
    path: Arc<[u8]>,
    /// The path before the commit, if the file moved with it.
    from: Option<Arc<[u8]>>,
    /// A merge made the file, so nothing tells where its text is from.
    is_of_merge: bool,
    blob: Blob,
}

impl Event {
    /// The two people's directories, if the file moved from one to the other.
    fn between(&self) -> Option<(&[u8], &[u8])> {
        let from = directory_of(self.from.as_deref()?);
        let to = directory_of(&self.path);
        (from != to).then_some((from, to))
    }

    /// What has to be known to tell whose it was.
    fn asks(&self) -> Vec<Asked> {
        let commit = &self.commit;
        let own = Asked::new(commit, directory_of(&self.path));
        let moved = self.between().into_iter();
        let moved = moved.flat_map(|(from, to)| Asked::of_move(commit, from, to));
        moved.chain([own]).collect()
    }
}

/// The lives of all files of that name.
#[derive(Debug, Default)]
struct Lines {
    /// Events of one life, oldest first.
    lives: Vec<Vec<Event>>,
    by_path: HashMap<Vec<u8>, Life>,
    /// The path at which each text was first.
    first_at: HashMap<Blob, Arc<[u8]>>,
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
    fn of(log: &[Vec<u8>]) -> Self {
        let mut lines = Self::default();
        // Newest first as told; files are followed forwards.
        for some in log.iter().rev() {
            let mut touched = touches(some);
            let commits = touched.chunk_by_mut(|one, other| one.commit == other.commit);
            commits.for_each(find_origins);
            for touched in touched.into_iter().rev() {
                lines.take(touched);
            }
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
            let path: Arc<[u8]> = touched.path.into();
            let first_at = self.first_at.entry(blob.clone());
            let first_at = first_at.or_insert_with(|| path.clone()).clone();
            let from = touched.came.or(life.and(touched.from)).map(Into::into);
            // git tells of no moves in a merge, and of none by way of a place outside.
            let is_new = touched.is_merge || touched.begins;
            let known_from = Some(first_at).filter(|at| is_new && *at != path);
            self.lives[at].push(Event {
                day: touched.day,
                commit: touched.commit,
                path,
                from: from.or(known_from),
                is_of_merge: touched.is_merge && touched.begins,
                blob,
            });
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

    fn begins(&self) -> Option<Date> {
        let firsts = self.lives.iter().filter_map(|life| life.first());
        firsts.map(|event| event.day).min()
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
    commit: Arc<str>,
    day: Date,
    path: &'l [u8],
    /// The path before, where git takes it for moved.
    from: Option<&'l [u8]>,
    /// Nothing of it changed with the move.
    exact: bool,
    /// The path in which the very same text was before, if that path lost it in this commit.
    came: Option<&'l [u8]>,
    /// What was at the path before, or at `from`.
    before: Option<Blob>,
    /// There was nothing at that path before; after a merge, in none of its parents.
    begins: bool,
    is_merge: bool,
    /// Nothing: it went, or is no regular file any more.
    blob: Option<Blob>,
}

/// Finds the texts of one commit that came from other paths of it, whatever was where they are now.
fn find_origins(touched: &mut [Touch<'_>]) {
    if touched.len() < 2 {
        return;
    }
    let left = touched.iter().filter_map(|touch| {
        let before = touch.before.clone()?;
        Some((before, touch.from.unwrap_or(touch.path)))
    });
    let left: HashMap<Blob, &[u8]> = left.collect();
    for touch in touched {
        let came = touch.blob.as_ref().and_then(|blob| left.get(blob));
        touch.came = came.copied().filter(|came| *came != touch.path);
    }
}

fn is_move(touched: &Touch<'_>, from: &[u8]) -> bool {
    let cycle = |path: &[u8]| path.rsplit(|byte| *byte == b'/').nth(1).map(<[u8]>::to_vec);
    touched.exact || cycle(from) == cycle(touched.path)
}

/// What a log says, in its order.
fn touches(log: &[u8]) -> Vec<Touch<'_>> {
    let mut pieces = log.split(|byte| *byte == 0);
    let mut commit = Commit::default();
    let mut touches = Vec::new();
    while let Some(piece) = pieces.next() {
        let piece = piece.trim_ascii_start();
        match piece.first() {
            Some(b'@') => commit = commit.next(&piece[1..]),
            Some(b':') => touches.extend(touch(piece, &commit, &mut pieces)),
            _ => {}
        }
    }
    touches
}

/// The commit whose files are listed.
struct Commit {
    hash: Arc<str>,
    day: Date,
}

impl Default for Commit {
    fn default() -> Self {
        let (hash, day) = ("".into(), Date::MIN);
        Self { hash, day }
    }
}

impl Commit {
    /// `<hash> <day>`. A day that is none is that of the commit after it.
    fn next(&self, text: &[u8]) -> Self {
        let text = std::str::from_utf8(text).unwrap_or_default();
        let (hash, day) = text.split_once(' ').unwrap_or((text, ""));
        Self {
            hash: hash.into(),
            day: day.trim().parse().unwrap_or(self.day),
        }
    }
}

/// The blob before a commit of one parent; `None` if there was no file.
fn words_before(modes: &[&str]) -> Option<Blob> {
    let blob = modes.get(2)?;
    let was_there = !blob.trim_matches('0').is_empty();
    was_there.then(|| (*blob).into())
}

/// `:<mode> <mode> <blob> <blob> <status>`, with as many colons as parents, and as many modes and blobs and one
/// more; the paths follow.
fn touch<'l>(
    line: &[u8],
    commit: &Commit,
    paths: &mut impl Iterator<Item = &'l [u8]>,
) -> Option<Touch<'l>> {
    let line = std::str::from_utf8(line).ok()?;
    let words = line.trim_start_matches(':');
    let parents = line.len() - words.len();
    let words: Vec<&str> = words.split_whitespace().collect();
    let [modes @ .., status] = words.as_slice() else {
        return None;
    };
    let (before, mode) = (modes.get(..parents)?, modes.get(parents)?);
    let blob = modes.get(2 * parents + 1)?;
    let one = paths.next()?;
    let moved = parents == 1 && status.starts_with('R');
    let (from, path) = if moved {
        (Some(one), paths.next()?)
    } else {
        (None, one)
    };
    Some(Touch {
        commit: commit.hash.clone(),
        day: commit.day,
        path,
        from,
        exact: *status == "R100",
        came: None,
        before: (parents == 1).then(|| words_before(modes)).flatten(),
        begins: moved || before.iter().all(|mode| mode.trim_matches('0').is_empty()),
        is_merge: parents > 1,
        blob: mode.starts_with("100").then(|| (*blob).into()),
    })
}
