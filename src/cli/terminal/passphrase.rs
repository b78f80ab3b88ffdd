//! Asking for a passphrase: a line of standard input, not shown where that is a terminal.

use std::io::{self, BufRead, IsTerminal, Read, Stdin, Write};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// The longest line that is read, in bytes.
const LINE_MAX_BYTES: u64 = 4 * 1024;

/// The next line of standard input, asked for in words where somebody sits there.
///
/// # Errors
/// Standard input has ended, or cannot be read.
pub fn ask_passphrase(for_what: &str) -> io::Result<Zeroizing<String>> {
    let input = io::stdin();
    let quiet = Unseen::begin(&input);
    if quiet.is_some() {
        write!(io::stderr(), "passphrase for {for_what}: ")?;
    }
    let mut line = Zeroizing::new(String::new());
    let read = input.lock().take(LINE_MAX_BYTES).read_line(&mut line)?;
    if quiet.is_some() {
        writeln!(io::stderr())?;
    }
    match read {
        0 => Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "standard input holds no passphrase",
        )),
        _ => Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).into())),
    }
}

/// A terminal that does not show what is typed, until it is dropped.
struct Unseen<'i> {
    input: &'i Stdin,
    before: Termios,
}

impl<'i> Unseen<'i> {
    /// Nothing where the input is no terminal.
    fn begin(input: &'i Stdin) -> Option<Self> {
        let before = tcgetattr(input).ok().filter(|_| input.is_terminal())?;
        let mut unseen = before.clone();
        unseen.local_modes.remove(LocalModes::ECHO);
        tcsetattr(input, OptionalActions::Flush, &unseen).ok()?;
        Some(Self { input, before })
    }
}

impl Drop for Unseen<'_> {
    fn drop(&mut self) {
        // There is nobody to tell of a terminal that has gone.
        let _ = tcsetattr(self.input, OptionalActions::Flush, &self.before);
    }
}
