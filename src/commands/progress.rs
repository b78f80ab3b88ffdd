//! One line on the terminal while work takes long: written over as it gets on, and gone at its end.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use gradus::pipeline::Progress;

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
    /// When it was last written.
    written: Option<Mutex<Instant>>,
}

impl Line {
    /// Shows what is being done.
    pub fn show(here: &Here, words: &str) -> Self {
        let wipes = std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let shown = !here.quiet && wipes && io::stderr().is_terminal();
        let line = Self {
            written: shown.then(|| Mutex::new(Instant::now())),
        };
        if shown {
            write(words);
        }
        line
    }
}

impl Progress for Line {
    fn sealed(&self, sections: usize, all: usize) {
        let Some(written) = &self.written else {
            return;
        };
        // Another thread is writing at this moment: it tells almost the same.
        let Ok(mut written) = written.try_lock() else {
            return;
        };
        if written.elapsed() >= EVERY {
            write(&format!("sealing: {sections} of {all} sections"));
            *written = Instant::now();
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.written.is_some() {
            write("");
        }
    }
}

/// A terminal that takes nothing any more is no reason to stop.
fn write(words: &str) {
    let _ = write!(io::stderr().lock(), "{START}{words}{WIPE}");
}
