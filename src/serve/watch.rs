//! Sees what changes on disk: told by the system where it tells, and by looking again and again where it does not.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Config, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::Touched;
use super::changes::Changes;
use super::survey::Survey;
use super::territory::{Depth, Territory};

/// How often everything is looked at, at most and at least.
const LOOK_EVERY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_millis(2_500));

/// How often at least where the disk is one that tells of every change.
const LOOK_SELDOM: Duration = Duration::from_secs(30);

/// A look may take one part in so many of the time.
const LOOK_SHARE: u32 = 30;

/// Called once, with why the system tells of no changes.
pub type Deaf = Box<dyn FnOnce(String) + Send>;

/// How changes are noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// By what the system tells, and by looking.
    ToldAndSeen,
    /// By looking alone, as on a network's disk.
    Seen,
}

/// Watches until it is dropped.
pub struct Watch {
    news: Sender<News>,
    threads: Vec<JoinHandle<()>>,
}

enum News {
    Told(notify::Result<notify::Event>),
    /// Everything, seen anew.
    Seen(Territory, Survey),
    End,
}

impl Watch {
    /// Watches the organisation in `root`. What is there when this returns is what later changes are changes of.
    ///
    /// # Errors
    /// The system refuses threads.
    pub fn start(
        root: PathBuf,
        changes: Arc<Changes>,
        notice: Notice,
        deaf: Deaf,
    ) -> io::Result<Self> {
        let (news, heard) = channel();
        let (ask, asked) = channel();
        let territory = Territory::of(&root);
        let mut ears = Ears {
            watcher: None,
            deaf: Some(deaf),
        };
        if notice == Notice::ToldAndSeen {
            ears.open(news.clone());
            ears.listen_to(territory.folders());
        }
        let survey = Survey::of(&territory);
        ears.listen_to(links_of(&survey, &territory.areas));
        let watchman = Watchman {
            root,
            territory,
            survey,
            changes,
            ears,
            ask,
        };
        let seen = news.clone();
        let threads = vec![
            spawn("look", move || look_when_asked(&asked, &seen))?,
            spawn("watch", move || watchman.run(&heard))?,
        ];
        Ok(Self { news, threads })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.news.send(News::End);
        for thread in self.threads.drain(..) {
            let _ = thread.join(); // a thread that panicked has ended too
        }
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.into()).spawn(work)
}

/// Looks at a territory whenever it is asked to, so that nothing told has to wait for that.
fn look_when_asked(asked: &Receiver<Territory>, seen: &Sender<News>) {
    for territory in asked {
        let survey = Survey::of(&territory);
        if seen.send(News::Seen(territory, survey)).is_err() {
            return;
        }
    }
}

/// What the system tells.
struct Ears {
    watcher: Option<RecommendedWatcher>,
    deaf: Option<Deaf>,
}

impl Ears {
    fn open(&mut self, news: Sender<News>) {
        let told = move |event| {
            let _ = news.send(News::Told(event)); // nobody listens at the end
        };
        // A link may lead to the whole disk.
        let config = Config::default().with_follow_symlinks(false);
        match RecommendedWatcher::new(told, config) {
            Ok(watcher) => self.watcher = Some(watcher),
            Err(error) => self.go_deaf(&error),
        }
    }

    /// Listens to those of some folders that are there, as if for the first time.
    fn listen_to<'f>(&mut self, folders: impl Iterator<Item = (&'f Path, Depth)>) {
        for (folder, depth) in folders.filter(|(folder, _)| folder.is_dir()) {
            let Some(watcher) = &mut self.watcher else {
                return;
            };
            let mode = match depth {
                Depth::Whole => RecursiveMode::Recursive,
                Depth::Top => RecursiveMode::NonRecursive,
            };
            let _ = watcher.unwatch(folder); // it may be another folder of that name by now
            if let Err(error) = watcher.watch(folder, mode)
                && !is_gone(&error)
            {
                self.go_deaf(&error);
            }
        }
    }

    /// What is heard only in part would be believed to be all.
    fn go_deaf(&mut self, why: &notify::Error) {
        self.watcher = None;
        if let Some(deaf) = self.deaf.take() {
            deaf(why.to_string());
        }
    }
}

fn is_gone(error: &notify::Error) -> bool {
    match &error.kind {
        notify::ErrorKind::PathNotFound => true,
        notify::ErrorKind::Io(error) => error.kind() == io::ErrorKind::NotFound,
        _ => false,
    }
}

/// Takes in all news.
struct Watchman {
    root: PathBuf,
    territory: Territory,
    survey: Survey,
    changes: Arc<Changes>,
    ears: Ears,
    ask: Sender<Territory>,
}

impl Watchman {
    fn run(mut self, heard: &Receiver<News>) {
        let mut pace = Pace::new();
        loop {
            match heard.recv_timeout(pace.left()) {
                // More happened than the system keeps in mind, and it names no file: the next look finds what it was. To
                // look at once, and to listen anew, would make the next flood: every folder that is opened is told too.
                Ok(News::Told(Ok(event))) if event.need_rescan() => pace.hurry(),
                Ok(News::Told(Ok(event))) => self.told(&event),
                Ok(News::Told(Err(error))) => self.mistold(&error),
                Ok(News::Seen(territory, survey)) => {
                    pace.looked(self.looks_at_least_every());
                    self.seen(&territory, survey);
                }
                Err(RecvTimeoutError::Timeout) => {
                    pace.looking();
                    if self.ask.send(self.territory.clone()).is_err() {
                        return;
                    }
                }
                Ok(News::End) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// On a network's disk, others change files and nobody is told.
    fn looks_at_least_every(&self) -> Duration {
        let mut places = self.territory.folders().map(|(folder, _)| folder);
        match self.ears.watcher.is_some() && places.all(tells_of_changes) {
            true => LOOK_SELDOM,
            false => LOOK_EVERY.1,
        }
    }

    fn told(&mut self, event: &notify::Event) {
        if is_only_a_look(event.kind) {
            return;
        }
        let paths = event.paths.iter();
        let paths: BTreeSet<PathBuf> = paths
            .filter(|path| self.territory.counts(path))
            .cloned()
            .collect();
        self.took(paths);
    }

    /// An error of the system's: who knows what it has not told.
    fn mistold(&mut self, error: &notify::Error) {
        if matches!(error.kind, notify::ErrorKind::MaxFilesWatch) {
            self.ears.go_deaf(error);
        }
        self.everything();
    }

    fn seen(&mut self, territory: &Territory, survey: Survey) {
        if *territory != self.territory {
            return; // it was another one that was looked at: the next look counts
        }
        let unheard = self.survey.difference(&survey);
        // Where something was not heard, nobody may be listening any more.
        let deaf =
            |(folder, _): &(&Path, Depth)| unheard.iter().any(|path| path.starts_with(folder));
        self.ears.listen_to(self.territory.folders().filter(deaf));
        self.took(unheard);
    }

    fn took(&mut self, paths: BTreeSet<PathBuf>) {
        if paths.is_empty() {
            return;
        }
        // Listening comes first: what happens after it is heard, and what happened before is looked at now.
        let is_new = |(folder, _): &(&Path, Depth)| paths.contains(*folder);
        self.ears.listen_to(self.territory.folders().filter(is_new));
        for path in &paths {
            self.survey.renew(&self.territory, path);
        }
        self.ears.listen_to(links_of(&self.survey, &paths));
        let moves = paths.iter().any(|path| self.territory.follows_from(path));
        self.changes.add(Touched::Paths(paths));
        if moves {
            self.move_on();
        }
    }

    /// Watches what the organisation consists of now.
    fn move_on(&mut self) {
        let territory = Territory::of(&self.root);
        if territory == self.territory {
            return;
        }
        let is_new = |(folder, _): &(&Path, Depth)| !self.territory.areas.contains(*folder);
        self.ears.listen_to(territory.folders().filter(is_new));
        self.survey = Survey::of(&territory);
        self.ears
            .listen_to(links_of(&self.survey, &territory.areas));
        self.territory = territory;
        self.changes.add(Touched::Everything);
    }

    fn everything(&mut self) {
        self.territory = Territory::of(&self.root);
        self.ears.listen_to(self.territory.folders());
        self.survey = Survey::of(&self.territory);
        self.ears
            .listen_to(links_of(&self.survey, &self.territory.areas));
        self.changes.add(Touched::Everything);
    }
}

/// The folders behind links, each to be listened to by itself.
fn links_of<'s>(
    survey: &'s Survey,
    paths: &'s BTreeSet<PathBuf>,
) -> impl Iterator<Item = (&'s Path, Depth)> {
    survey.links(paths).map(|link| (link, Depth::Whole))
}

/// Files that were only opened, read or closed unwritten.
fn is_only_a_look(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        EventKind::Access(_) => true,
        _ => false,
    }
}

/// Whether a folder lies on a disk of this machine's own, whose every change passes through its system.
#[cfg(target_os = "linux")]
fn tells_of_changes(folder: &Path) -> bool {
    // ext2 to ext4, xfs, btrfs, tmpfs, zfs, f2fs: see `man 2 statfs`.
    const OWN: [u64; 6] = [
        0xef53,
        0x5846_5342,
        0x9123_683e,
        0x0102_1994,
        0x2fc1_2fc1,
        0xf2f5_2010,
    ];
    let kind = rustix::fs::statfs(folder).map(|disk| disk.f_type as u64);
    kind.is_ok_and(|kind| OWN.contains(&(kind & 0xffff_ffff)))
}

#[cfg(not(target_os = "linux"))]
fn tells_of_changes(_: &Path) -> bool {
    false
}

/// When to look again.
struct Pace {
    next: Instant,
    began: Option<Instant>,
}

impl Pace {
    fn new() -> Self {
        Self {
            next: Instant::now() + LOOK_EVERY.0,
            began: None,
        }
    }

    fn left(&self) -> Duration {
        match self.began {
            Some(_) => Duration::from_secs(3600), // the look that is under way comes first
            None => self.next.saturating_duration_since(Instant::now()),
        }
    }

    fn looking(&mut self) {
        self.began = Some(Instant::now());
    }

    /// What costs much is done seldom.
    fn looked(&mut self, at_least_every: Duration) {
        let took = self.began.take().map_or(Duration::ZERO, |at| at.elapsed());
        let pause = (took * LOOK_SHARE).clamp(LOOK_EVERY.0, at_least_every);
        self.next = Instant::now() + pause;
    }

    /// Something was not told.
    fn hurry(&mut self) {
        self.next = self.next.min(Instant::now() + LOOK_EVERY.1);
    }
}

#[cfg(test)]
mod tests {
    use notify::event::{Event, Flag};

    use super::super::changes::Next;
    use super::*;

    #[test]
    fn what_a_flood_of_news_has_hidden_is_found_by_the_next_look_and_makes_no_other_flood() {
        let root = tempfile::tempdir().expect("a folder can be made");
        let root = root.path().to_owned();
        std::fs::create_dir(root.join("people")).expect("it is empty");
        let territory = Territory::of(&root);
        let (ask, asked) = channel();
        let (news, heard) = channel();
        let changes = Arc::<Changes>::default();
        let watchman = Watchman {
            survey: Survey::of(&territory),
            territory: territory.clone(),
            changes: Arc::clone(&changes),
            ears: Ears {
                watcher: None,
                deaf: None,
            },
            ask,
            root: root.clone(),
        };
        let file = root.join("gradus.toml");
        std::fs::write(&file, "a = 1").expect("it can be written");
        let flood = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        news.send(News::Told(Ok(flood))).expect("it is heard");
        std::thread::scope(|threads| {
            threads.spawn(move || watchman.run(&heard));
            asked.recv().expect("a look is asked for");
            assert_eq!(changes.next_within(Duration::ZERO), Next::Nothing);
            let seen = News::Seen(territory.clone(), Survey::of(&territory));
            news.send(seen).expect("it is heard");
            let change = Next::Change(Touched::Paths([file].into()));
            assert_eq!(changes.next_within(Duration::from_secs(60)), change);
            news.send(News::End).expect("it is heard");
        });
    }

    #[test]
    fn who_has_missed_something_looks_sooner_and_never_later() {
        let mut pace = Pace::new();
        let before = Instant::now();
        pace.began = before.checked_sub(Duration::from_secs(5));
        assert!(pace.began.is_some(), "the clock began longer ago");
        pace.looked(LOOK_SELDOM);
        assert!(pace.next > before + LOOK_EVERY.1);
        pace.hurry();
        let sooner = pace.next;
        assert!(sooner <= Instant::now() + LOOK_EVERY.1);
        pace.hurry();
        assert_eq!(pace.next, sooner);
    }
}
