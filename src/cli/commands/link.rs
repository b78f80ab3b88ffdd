//! How a browser gets to what a command shows: by a link on the terminal, or by a file that it is handed.

use std::ffi::OsStr;
use std::io::{self, BufRead, IsTerminal, Read, Stdin};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use crate::serve::RunSecret;
use crate::serve::auth::{Auth, SecretIn};
use crate::serve::links::remove_left_behind;
use crate::serve::listener::Listener;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::getpgrp;
use rustix::termios::tcgetpgrp;

use crate::cli::args;

use super::{Failure, Here, Message};

/// Said below the first link.
pub const WORKS_ONCE: &str = "each link works once; press Enter for another one";

/// How many ports behind a taken one are tried for the hint.
const PORTS_TRIED: u16 = 20;

/// The longest line that is read where only its end matters.
const LINE_MAX_BYTES: u64 = 4 * 1024;

/// How often a program in the background looks whether it is in front again.
const IN_BACKGROUND: Duration = Duration::from_secs(1);

/// The listeners of a command, and the auth of what it shows.
///
/// # Errors
///
/// The port is not to be had.
pub fn listen(
    args: &args::Listening,
    run: RunSecret,
) -> Result<(Vec<TcpListener>, Arc<Auth>), Failure> {
    let secret = match args.host {
        args::Host::Localhost => SecretIn::Host,
        args::Host::Loopback => SecretIn::Path,
    };
    let (listeners, port) = listeners(secret, args.port)?;
    Ok((listeners, Arc::new(Auth::new(run, secret, port))))
}

/// Listeners on loopback, and the port that they have.
///
/// # Errors
///
/// The port is not to be had.
pub fn listeners(secret: SecretIn, port: u16) -> Result<(Vec<TcpListener>, u16), Failure> {
    let listeners = Listener::bind(secret, port).map_err(|error| taken(secret, port, &error))?;
    let given = listeners.first().map_or(Ok(port), |listener| {
        listener.local_addr().map(|address| address.port())
    });
    Ok((listeners, given.map_err(no_server)?))
}

fn taken(secret: SecretIn, port: u16, error: &io::Error) -> Failure {
    let message = Message::new(match error.kind() {
        io::ErrorKind::AddrInUse => format!("port {port} is taken"),
        _ => format!("cannot listen on port {port}: {error}"),
    });
    let next = (1..=PORTS_TRIED).filter_map(|more| port.checked_add(more));
    let is_free = |port: &u16| Listener::bind(secret, *port).is_ok();
    Failure::Environment(message.help(match next.into_iter().find(is_free) {
        Some(free) => format!("`--port {free}` is free, and `--port 0` takes any that is"),
        None => "`--port 0` takes any that is free".to_owned(),
    }))
}

/// For `map_err`.
pub fn no_server(error: io::Error) -> Failure {
    Failure::environment("could not start the server", error)
}

/// Shows a link behind the words, and another one whenever Enter is pressed. Opens the browser if that is wanted.
pub fn show(here: &Here, args: &args::Listening, auth: &Arc<Auth>, words: &str) {
    if let Some(home) = home() {
        remove_left_behind(&home);
    }
    // With `-q`, too: nobody could get in without it.
    anstream::eprintln!("{words} {}", auth.link());
    if args.open {
        open(here, auth);
    }
    if !here.quiet {
        let auth = Arc::downgrade(auth);
        // Without it there is the first link.
        let _ = thread::Builder::new()
            .name("enter".into())
            .spawn(move || tell_on_enter(&auth));
    }
}

/// Hands the browser a file that leads to a link: the arguments of a process are seen by everybody on this machine.
fn open(here: &Here, auth: &Arc<Auth>) {
    let Some(home) = home() else {
        return here.say(
            "you have no home folder, where a browser would find a file: open the link yourself",
        );
    };
    match auth.link_in_file(&home) {
        Ok(file) => start_browser(here, auth, &file),
        Err(error) => here.say(&format!(
            "could not write a file for the browser into `{}` ({error}): open the link yourself",
            home.display()
        )),
    }
}

/// Where files for a browser are written. `None` if there is no such folder.
fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|home| home.is_dir())
}

/// Opens an address that is no secret.
pub fn open_address(here: &Here, address: &str) {
    match browser(address.as_ref()) {
        Ok(mut child) => drop(thread::spawn(move || child.wait())),
        Err(error) => say_unopened(here, &error),
    }
}

/// What opens a file or an address in the browser of this system.
const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};

fn browser(what: &OsStr) -> io::Result<Child> {
    Command::new(OPENER)
        .arg(what)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

fn say_unopened(here: &Here, error: &io::Error) {
    here.say(&format!(
        "`{OPENER}` does not start ({error}): open the link yourself"
    ));
}

fn start_browser(here: &Here, auth: &Arc<Auth>, file: &Path) {
    match browser(file.as_os_str()) {
        Ok(mut child) => {
            let (auth, file) = (Arc::downgrade(auth), file.to_owned());
            thread::spawn(move || {
                let opened = child.wait().is_ok_and(|status| status.success());
                take_back_unless(opened, &auth, &file);
            });
        }
        Err(error) => {
            auth.take_back(file);
            say_unopened(here, &error);
        }
    }
}

/// Removes the file that no browser will read.
fn take_back_unless(opened: bool, auth: &Weak<Auth>, file: &Path) {
    if let (false, Some(auth)) = (opened, auth.upgrade()) {
        auth.take_back(file);
    }
}

/// Prints a link for each line of standard input, until that or the server ends.
fn tell_on_enter(auth: &Weak<Auth>) {
    let input = io::stdin();
    while may_read(&input) {
        let mut line = Vec::new();
        let read = input
            .lock()
            .take(LINE_MAX_BYTES)
            .read_until(b'\n', &mut line);
        match (read, auth.upgrade()) {
            (Ok(1..), Some(auth)) => anstream::eprintln!("another link: {}", auth.link()),
            _ => return,
        }
    }
}

/// Waits until a line may be read. `false` if there will be none.
///
/// The system stops a program that reads from its terminal in the background.
fn may_read(input: &Stdin) -> bool {
    if !input.is_terminal() {
        return true;
    }
    loop {
        let mut fds = [PollFd::new(input, PollFlags::IN)];
        match poll(&mut fds, None) {
            Ok(_) if fds[0].revents().contains(PollFlags::IN) => {}
            Err(rustix::io::Errno::INTR) => continue,
            _ => return false,
        }
        match tcgetpgrp(input) {
            Ok(in_front) if in_front == getpgrp() => return true,
            Ok(_) => thread::sleep(IN_BACKGROUND),
            Err(_) => return false,
        }
    }
}
