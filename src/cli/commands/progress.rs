//! One line on the terminal while work takes long: written over as it gets on, and gone at its end.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::build::pipeline::Progress;

use super::Here;

/// What moves faster than this nobody reads.
const EVERY: Duration = Duration::from_millis(100);

/// Back to the first column.
const START: &str = "\r";
/// Takes away what stands from the cursor to the end of the line.
const WIPE: &str = "\x1b[K";

/// The line, for as long as this lives. There is none where the standard error is no terminal, or one that cannot wipe,
/// and where the command was asked to be quiet.
pub struct Line {
    /// When it last told how far the work is; nothing: not yet.
    told: Option<Mutex<Option<Instant>>>,
}

impl Line {
    /// Shows what is being done.
    pub fn show(here: &Here, words: &str) -> Self {
        let wipes = std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let shown = !here.quiet && wipes && io::stderr().is_terminal();
        let line = Self {
            told: shown.then(Mutex::default),
        };
        if shown {
            write(words);
        }
        line
    }
}

impl Progress for Line {
    fn sealed(&self, sections: usize, all: usize) {
        // Where another thread is telling at this moment, it tells almost the same.
        let told = self.told.as_ref().and_then(|told| told.try_lock().ok());
        let Some(mut told) = told else {
            return;
        };
        if told.is_none_or(|at| at.elapsed() >= EVERY) {
            write(&format!("sealing: {sections} of {all} sections"));
            *told = Some(Instant::now());
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.told.is_some() {
            write("");
        }
    }
}

/// A terminal that takes nothing any more is no reason to stop.
fn write(words: &str) {
    let _ = write!(io::stderr().lock(), "{START}{words}{WIPE}");
}
