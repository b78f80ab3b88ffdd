//! What the preview shows at the moment, and who is told when that changes.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::complaints::Complaints;
use super::{Generation, Refreshed};
use crate::domain::model::FileHash;

/// Open streams of events. Whoever has listened longest goes when there is one more.
const STREAMS_MAX: usize = 8;

/// A stream of events that a page listens to.
type Stream = Box<dyn Write + Send>;

/// The last good generation, and what is wrong since.
#[derive(Clone, Default)]
pub struct Shown {
    /// `None` if there has been no good one yet.
    pub generation: Option<Generation>,
    /// Nothing where the tree is in order.
    pub complaints: Option<Arc<Complaints>>,
}

/// What is shown, shared by all threads that answer.
#[derive(Default)]
pub struct PreviewState {
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    shown: Shown,
    streams: VecDeque<Stream>,
    is_dark: bool,
}

/// What a page is told: enough to know whether it is behind.
#[derive(Serialize)]
struct Word<'s> {
    /// 0 before the first.
    generation: u64,
    css_only: bool,
    style: &'s str,
    /// Changes with the lock page, but not with its style.
    shell: String,
    broken: bool,
}

impl PreviewState {
    /// What is shown.
    pub fn shown(&self) -> Shown {
        self.now().shown.clone()
    }

    /// Shows what a refresh has made, and tells everyone who listens.
    pub fn show(&self, refreshed: &Refreshed) {
        let mut now = self.now();
        let was_broken = now.shown.complaints.is_some();
        now.shown.complaints = Complaints::of(refreshed).map(Arc::new);
        if let Some(generation) = &refreshed.generation {
            now.shown.generation = Some(generation.clone());
        }
        if refreshed.generation.is_some() || refreshed.is_broken() || was_broken {
            let event = event(&now.shown);
            now.streams
                .retain_mut(|stream| send(stream, &event).is_ok());
        }
    }

    /// Tells a page what is shown, now and whenever it changes. `head` goes before.
    pub fn listen(&self, mut stream: Stream, head: &str) {
        let mut now = self.now();
        let first = format!("{head}{}", event(&now.shown));
        if now.is_dark || send(&mut stream, &first).is_err() {
            return;
        }
        if now.streams.len() >= STREAMS_MAX {
            now.streams.pop_front();
        }
        now.streams.push_back(stream);
    }

    /// Ends all streams, and takes no more.
    pub fn go_dark(&self) {
        let mut now = self.now();
        now.is_dark = true;
        now.streams.clear();
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        // What is shown is replaced as a whole: a panic elsewhere leaves it as it was.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn event(shown: &Shown) -> String {
    let generation = shown.generation.as_ref();
    let word = Word {
        generation: generation.map_or(0, |generation| generation.number),
        css_only: generation.is_some_and(|generation| generation.css_only),
        style: generation.map_or("", |generation| &generation.style),
        shell: generation.map_or_else(String::new, shell_of),
        broken: shown.complaints.is_some(),
    };
    let data = serde_json::to_string(&word).expect("numbers and texts are JSON");
    format!("data: {data}\n\n")
}

fn shell_of(generation: &Generation) -> String {
    let shell = generation.files.get("index.html");
    let shell = String::from_utf8_lossy(shell.map_or(&[], |bytes| bytes));
    FileHash::of(shell.replace(&generation.style, "").as_bytes()).to_string()
}

fn send(stream: &mut Stream, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}
