//! Watches a tree: the system says that something happened, and a [snapshot](DirSnapshot) says what.
//!
//! Where the system says nothing, as on a network's disk, all files are looked at every few seconds.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Config, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::snapshot::DirSnapshot;
use super::watched_paths::{Depth, WatchedPaths};
use crate::tree::source::Given;

/// How often everything is looked at, at most and at least.
const LOOK_EVERY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_millis(2_500));

/// How often at least on a disk whose every change the system reports.
const LOOK_SELDOM: Duration = Duration::from_secs(30);

/// A look may take one part in so many of the time.
const LOOK_SHARE: u32 = 30;

/// A path is looked at once nothing has happened to it for so long: editors write in bursts, and a checkout in a long one.
const QUIET: Duration = Duration::from_millis(5);

/// What is quiet is looked at after so long, though something else still happens.
const BURST: Duration = Duration::from_millis(100);

/// Called once, with the reason why the system reports no changes.
pub type OnUnwatched = Box<dyn FnOnce(String) + Send>;

/// How changes are noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// By what the system reports, and by looking.
    ReportedAndSeen,
    /// By looking alone, as on a network's disk.
    Seen,
}

/// What the loop that rebuilds waits for.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// These paths look different, are new, or are gone.
    Changed(BTreeSet<PathBuf>),
    /// The preview ends.
    End,
}

/// Watches until it is dropped.
pub struct Watch {
    signals: Sender<Signal>,
    thread: Option<JoinHandle<()>>,
}

enum Signal {
    Event(notify::Result<notify::Event>),
    End,
}

impl Watch {
    /// Watches the organisation in `root`. Changes are changes of what is there when this returns.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub fn start(
        (root, given): (PathBuf, Given),
        news: Sender<News>,
        notice: Notice,
        on_unwatched: OnUnwatched,
    ) -> io::Result<Self> {
        let (signals, heard) = channel();
        let paths = WatchedPaths::of(&root, &given);
        let mut notifier = Notifier {
            watcher: None,
            on_unwatched: Some(on_unwatched),
        };
        if notice == Notice::ReportedAndSeen {
            notifier.start(signals.clone());
            notifier.watch(paths.folders());
        }
        let snapshot = DirSnapshot::of(&paths);
        notifier.watch(links_of(&snapshot, &paths.areas));
        let watch_loop = WatchLoop {
            root,
            given,
            paths,
            snapshot,
            notifier,
            news,
            pending: BTreeMap::new(),
            pending_since: Instant::now(),
            next_look: Instant::now() + LOOK_EVERY.0,
        };
        let thread = thread::Builder::new().name("watch".into());
        let thread = thread.spawn(move || watch_loop.run(&heard))?;
        let thread = Some(thread);
        Ok(Self { signals, thread })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.signals.send(Signal::End);
        // A thread that panicked has ended too.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// What the system reports.
struct Notifier {
    watcher: Option<RecommendedWatcher>,
    on_unwatched: Option<OnUnwatched>,
}

impl Notifier {
    fn start(&mut self, signals: Sender<Signal>) {
        let send = move |event| {
            let _ = signals.send(Signal::Event(event)); // nobody listens at the end
        };
        // A link may lead to the whole disk.
        let config = Config::default().with_follow_symlinks(false);
        match RecommendedWatcher::new(send, config) {
            Ok(watcher) => self.watcher = Some(watcher),
            Err(error) => self.give_up(&error),
        }
    }

    /// Watches those of some folders that are there, as if for the first time.
    fn watch<'f>(&mut self, folders: impl Iterator<Item = (&'f Path, Depth)>) {
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
                self.give_up(&error);
            }
        }
    }

    /// Reports of a part would be taken for reports of everything.
    fn give_up(&mut self, why: &notify::Error) {
        self.watcher = None;
        if let Some(on_unwatched) = self.on_unwatched.take() {
            on_unwatched(why.to_string());
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

/// Looks where something happened, and at everything now and then; sends what differs.
struct WatchLoop {
    root: PathBuf,
    given: Given,
    paths: WatchedPaths,
    snapshot: DirSnapshot,
    notifier: Notifier,
    news: Sender<News>,
    /// Where something happened that was not looked at yet, and when it last did.
    pending: BTreeMap<PathBuf, Instant>,
    pending_since: Instant,
    /// When everything is looked at.
    next_look: Instant,
}

impl WatchLoop {
    fn run(mut self, signals: &Receiver<Signal>) {
        loop {
            let now = Instant::now();
            let pending_is_due = self.pending_is_due();
            if pending_is_due.is_some_and(|due| due <= now) {
                self.look_at_pending(now);
            } else if self.next_look <= now {
                self.look_at_everything(now);
            }
            let due = self.pending_is_due().unwrap_or(self.next_look);
            let due = due.min(self.next_look);
            match signals.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(Signal::Event(event)) => self.heard(event),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Signal::End) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn heard(&mut self, event: notify::Result<notify::Event>) {
        match event {
            // More happened than the system keeps in mind, and it names no file: the next look finds what it was. To look at
            // once, and to watch again, would make the next flood: the system reports every folder that is opened.
            Ok(event) if event.need_rescan() => self.look_within(LOOK_EVERY.1),
            Ok(event) if is_only_a_look(event.kind) => {}
            Ok(event) => {
                let now = Instant::now();
                let paths = event.paths.into_iter();
                let paths = paths.filter(|path| self.paths.counts(path));
                if self.pending.is_empty() {
                    self.pending_since = now;
                }
                self.pending.extend(paths.map(|path| (path, now)));
            }
            Err(error) => {
                if matches!(error.kind, notify::ErrorKind::MaxFilesWatch) {
                    self.notifier.give_up(&error);
                }
                self.notifier.watch(self.paths.folders());
                self.look_within(Duration::ZERO);
            }
        }
    }

    fn look_within(&mut self, time: Duration) {
        self.next_look = self.next_look.min(Instant::now() + time);
    }

    /// When there is something to look at, if something happened.
    fn pending_is_due(&self) -> Option<Instant> {
        let last = self.pending.values().max()?;
        Some((*last + QUIET).min(self.pending_since + BURST))
    }

    /// Looks at what is quiet: the next change of a file that is written at this moment may not show.
    fn look_at_pending(&mut self, now: Instant) {
        let is_quiet = |_: &PathBuf, last: &mut Instant| *last + QUIET <= now;
        let quiet = self.pending.extract_if(.., is_quiet);
        let quiet: BTreeSet<PathBuf> = quiet.map(|(path, _)| path).collect();
        self.pending_since = now;
        // Watching comes first: what happens after it is reported, and what happened before is looked at now.
        let is_new = |(folder, _): &(&Path, Depth)| quiet.contains(*folder);
        self.notifier.watch(self.paths.folders().filter(is_new));
        let changed = self.snapshot.refresh(&self.paths, &quiet);
        self.notifier.watch(links_of(&self.snapshot, &quiet));
        self.send(changed);
    }

    fn look_at_everything(&mut self, now: Instant) {
        let paths = WatchedPaths::of(&self.root, &self.given);
        let is_new = |(folder, _): &(&Path, Depth)| !self.paths.areas.contains(*folder);
        if paths != self.paths {
            self.notifier.watch(paths.folders().filter(is_new));
        }
        let snapshot = DirSnapshot::of(&paths);
        let changed = self.snapshot.difference(&snapshot);
        // What was not reported may be in a folder that is not watched any more.
        let unreported =
            |(folder, _): &(&Path, Depth)| changed.iter().any(|path| path.starts_with(folder));
        self.notifier.watch(paths.folders().filter(unreported));
        self.notifier.watch(links_of(&snapshot, &changed));
        (self.paths, self.snapshot) = (paths, snapshot);
        let pause = now.elapsed() * LOOK_SHARE;
        self.next_look = Instant::now() + pause.clamp(LOOK_EVERY.0, self.looks_at_least_every());
        self.send(changed);
    }

    /// On a network's disk, others change files and the system reports nothing.
    fn looks_at_least_every(&self) -> Duration {
        let mut places = self.paths.folders().map(|(folder, _)| folder);
        if self.notifier.watcher.is_some() && places.all(reports_every_change) {
            LOOK_SELDOM
        } else {
            LOOK_EVERY.1
        }
    }

    fn send(&mut self, changed: BTreeSet<PathBuf>) {
        if changed.is_empty() {
            return;
        }
        let moves = changed.iter().any(|path| self.paths.follows_from(path));
        let _ = self.news.send(News::Changed(changed)); // nobody listens at the end
        if moves && WatchedPaths::of(&self.root, &self.given) != self.paths {
            self.look_at_everything(Instant::now());
        }
    }
}

/// The folders behind links, each to be watched by itself.
fn links_of<'s>(
    snapshot: &'s DirSnapshot,
    paths: &'s BTreeSet<PathBuf>,
) -> impl Iterator<Item = (&'s Path, Depth)> {
    snapshot.links(paths).map(|link| (link, Depth::Whole))
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
fn reports_every_change(folder: &Path) -> bool {
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
fn reports_every_change(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use notify::event::{Event, Flag};

    use super::*;

    fn watch_loop(root: &Path, news: Sender<News>) -> WatchLoop {
        let paths = WatchedPaths::of(root, &Given::default());
        WatchLoop {
            root: root.to_owned(),
            given: Given::default(),
            snapshot: DirSnapshot::of(&paths),
            paths,
            notifier: Notifier {
                watcher: None,
                on_unwatched: None,
            },
            news,
            pending: BTreeMap::new(),
            pending_since: Instant::now(),
            next_look: Instant::now() + LOOK_SELDOM,
        }
    }

    #[test]
    fn what_a_flood_of_events_has_hidden_is_found_by_the_next_look_and_makes_no_other_flood() {
        let root = tempfile::tempdir().expect("a folder can be made");
        let root = root.path().canonicalize().expect("a folder");
        std::fs::create_dir(root.join("people")).expect("it is empty");
        let (news, told) = channel();
        let mut watch = watch_loop(&root, news);
        let file = root.join("gradus.toml");
        std::fs::write(&file, "name = \"A\"").expect("it can be written");
        watch.heard(Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan)));
        assert!(watch.pending.is_empty() && told.try_recv().is_err());
        let next = watch.next_look;
        assert!(next <= Instant::now() + LOOK_EVERY.1, "it looks sooner");
        watch.heard(Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan)));
        assert!(watch.next_look <= next, "and never later");
        watch.look_at_everything(Instant::now());
        assert_eq!(told.try_recv(), Ok(News::Changed([file].into())));
    }

    #[test]
    fn a_file_that_is_still_written_is_looked_at_once_it_is_quiet() {
        let root = tempfile::tempdir().expect("a folder can be made");
        let root = root.path().canonicalize().expect("a folder");
        std::fs::create_dir(root.join("people")).expect("it is empty");
        let (news, told) = channel();
        let mut watch = watch_loop(&root, news);
        let paths = ["people/a", "people/b"].map(|name| root.join(name));
        paths
            .iter()
            .for_each(|path| std::fs::write(path, "1").expect("written"));
        let now = Instant::now();
        watch.pending.insert(paths[0].clone(), now);
        watch.pending.insert(paths[1].clone(), now + BURST);
        watch.pending_since = now;
        assert_eq!(
            watch.pending_is_due(),
            Some(now + BURST),
            "however much happens"
        );
        watch.look_at_pending(now + BURST);
        assert_eq!(
            told.try_recv(),
            Ok(News::Changed([paths[0].clone()].into()))
        );
        watch.look_at_pending(now + BURST + QUIET);
        assert_eq!(
            told.try_recv(),
            Ok(News::Changed([paths[1].clone()].into()))
        );
    }
}
