//! How a browser gets in: at which addresses, by which links, and by which file.

use std::fs;
use std::net::{Ipv6Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;

use notify::{Event, RecursiveMode, Watcher};
use tempfile::TempDir;

use super::running::{CANARY, PATIENCE, Running, organisation, token_of};

/// Where the stand-in for the system's opener notes its arguments, and keeps what it was handed.
const NOTED: &str = "noted";

/// A folder with an organisation, a home, and a program that opens files.
fn with_opener(script: &str) -> TempDir {
    let folder = organisation();
    let at = |name: &str| folder.path().join(name);
    for name in ["home", "bin", NOTED] {
        fs::create_dir(at(name)).expect("a directory");
    }
    let opener = at("bin/xdg-open");
    let noted = at(NOTED);
    let text = format!("#!/bin/sh\nnoted='{}'\n{script}\n", noted.display());
    fs::write(&opener, text).expect("a script");
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).expect("a program");
    folder
}

fn opening(folder: TempDir, more: &[&str]) -> Running {
    let home = folder.path().join("home");
    opening_in(folder, &home, &[&["--open"], more].concat())
}

fn opening_in(folder: TempDir, home: &Path, more: &[&str]) -> Running {
    let bin = folder.path().join("bin");
    Running::of(folder, |command| {
        command
            .args(more)
            .env("HOME", home)
            .env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
    })
}

/// Waits until something holds in a folder: looks again each time that something there changes.
fn until<T>(what: &str, folder: &Path, look: impl Fn() -> Option<T>) -> T {
    let (tell, told) = channel();
    let mut watcher = notify::recommended_watcher(tell).expect("a watcher");
    let watched = watcher.watch(folder, RecursiveMode::NonRecursive);
    watched.expect("a folder");
    loop {
        if let Some(found) = look() {
            return found;
        }
        // To look is an event of its own, of which there is no end.
        let is_change = |event: notify::Result<Event>| !event.expect("an event").kind.is_access();
        while !is_change(told.recv_timeout(PATIENCE).expect(what)) {}
    }
}

/// What the opener was called with, once it was.
fn arguments_of_opener(running: &Running) -> String {
    let noted = running.path(NOTED);
    until("the opener", &noted, || {
        fs::read_to_string(noted.join("args")).ok()
    })
}

fn in_home(running: &Running) -> Vec<PathBuf> {
    let entries = fs::read_dir(running.path("home")).expect("a home");
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}

const NOTE: &str = "printf '%s\\n' \"$@\" > \"$noted/args.part\"; cp \"$1\" \"$noted/page\"; \
    mv \"$noted/args.part\" \"$noted/args\"";

/// The link in a file that a browser was handed.
fn link_in(page: &Path) -> String {
    let text = fs::read_to_string(page).expect("a page");
    let (_, rest) = text.split_once("0; url=").expect("it leads on");
    rest.split('"').next().expect("an address").to_owned()
}

#[test]
fn no_secret_stands_in_the_arguments_of_a_process_and_the_file_is_gone_after_use() {
    for host in ["localhost", "127.0.0.1"] {
        let running = opening(with_opener(NOTE), &["--host", host]);
        let arguments = arguments_of_opener(&running);
        let [file] = &in_home(&running)[..] else {
            panic!("one file in the home folder: {:?}", in_home(&running));
        };
        assert_eq!(arguments.trim_end(), file.to_str().expect("a path"));
        let name = file.file_name().and_then(|name| name.to_str());
        assert!(name.is_some_and(|name| !name.starts_with('.')), "{name:?}");
        let mode = fs::metadata(file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let link = link_in(&running.path(NOTED).join("page"));
        let (secret, token) = (running.base().to_owned() + running.host(), token_of(&link));
        for part in [token, &secret, running.host().split('.').next().unwrap()] {
            let is_of_loopback = part == "127";
            assert!(is_of_loopback || !arguments.contains(part), "{part}");
        }
        // A browser comes from a page on the disk, and takes its tab with it.
        let target = format!("{}?token={token}", running.base());
        let from_disk = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: document\r\n";
        let entered = running.get(&target, from_disk);
        assert!(entered.contains("Set-Cookie: "), "{entered}");
        assert_eq!(in_home(&running), Vec::<PathBuf>::new());
        let again = running.get(&target, from_disk);
        assert!(again.starts_with("HTTP/1.1 403 "), "{again}");
    }
}

#[test]
fn a_file_that_no_browser_takes_is_gone_at_the_end_and_at_once_where_none_starts() {
    let mut running = opening(with_opener(NOTE), &[]);
    arguments_of_opener(&running);
    assert_eq!(in_home(&running).len(), 1);
    assert_eq!(running.end_by("-INT").code(), Some(0));
    assert_eq!(in_home(&running), Vec::<PathBuf>::new());

    let failing = opening(with_opener(&format!("{NOTE}; exit 4")), &[]);
    until("an empty home", &failing.path("home"), || {
        in_home(&failing).is_empty().then_some(())
    });
    fs::read_to_string(failing.path(NOTED).join("args")).expect("it was tried");
}

#[test]
fn what_a_killed_preview_left_opens_nothing_and_the_next_one_removes_it() {
    let mut killed = opening(with_opener(NOTE), &[]);
    arguments_of_opener(&killed);
    assert!(!killed.end_by("-KILL").success());
    let [left] = &in_home(&killed)[..] else {
        panic!("a killed program removes nothing: {:?}", in_home(&killed));
    };
    let target = format!("/?token={}", token_of(&link_in(left)));
    let home = killed.path("home");
    // One that runs keeps its own file, and one that opens no browser removes what was left, too.
    let goes_on = opening_in(with_opener(NOTE), &home, &["--open"]);
    arguments_of_opener(&goes_on);
    let there = in_home(&killed);
    assert!(there.len() == 1 && !there.contains(left), "{there:?}");
    let next = opening_in(with_opener(NOTE), &home, &[]);
    assert_eq!(in_home(&killed), there);
    for running in [&goes_on, &next] {
        let answer = running.get(&target, "");
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    }
}

/// What browsers say of a page that they load before its reader asks for it, in today's words and older ones.
const AHEAD: [&str; 8] = [
    "Sec-Purpose: prefetch",
    "Sec-Purpose: prefetch;prerender",
    "sec-purpose: prefetch;anonymous-client-ip",
    "Purpose: prefetch",
    "PURPOSE: prefetch",
    "X-Purpose: preview",
    "X-Purpose: instant",
    "X-Moz: prefetch",
];

#[test]
fn a_browser_that_loads_ahead_of_its_reader_uses_no_link_up() {
    for host in ["localhost", "127.0.0.1"] {
        let running = Running::over(organisation(), &["--host", host]);
        let target = format!("{}?token={}", running.base(), running.token());
        for ahead in AHEAD {
            for from in ["", "Sec-Fetch-Site: none\r\nSec-Fetch-Dest: document\r\n"] {
                let answer = running.get(&target, &format!("{ahead}\r\n{from}"));
                assert!(answer.starts_with("HTTP/1.1 403 "), "{ahead}: {answer}");
                assert!(!answer.contains("Set-Cookie"), "{ahead}: {answer}");
            }
        }
        let entered = running.get(&target, "");
        assert!(entered.contains("Set-Cookie: "), "{entered}");
    }
}

#[test]
fn each_link_lets_one_browser_in_and_enter_prints_another() {
    let running = Running::start();
    let target = |link: &str| format!("/?token={}", token_of(link));
    let first = running.link.clone();
    let entered = running.get(&target(&first), "");
    assert!(entered.contains("Set-Cookie: "), "{entered}");
    let again = running.get(&target(&first), "");
    assert!(again.starts_with("HTTP/1.1 403 "), "{again}");
    assert!(again.contains("Enter"), "{again}");
    let second = running.another_link();
    assert_ne!(first, second);
    assert!(running.get(&target(&second), "").contains("Set-Cookie: "));
    let again = running.get(&target(&second), "");
    assert!(again.starts_with("HTTP/1.1 403 "), "{again}");
    // A browser that is in already may go back to an old link of its own.
    let known = format!("Cookie: {}\r\n", running.cookie());
    assert!(running.get(&target(&first), &known).contains("url=/\""));
}

#[test]
fn by_127_0_0_1_nothing_is_answered_outside_of_the_secret_path() {
    let running = Running::over(organisation(), &["--host", "127.0.0.1"]);
    assert!(
        running.host().starts_with("127.0.0.1:"),
        "{}",
        running.host()
    );
    let (base, cookie) = (running.base().to_owned(), running.cookie());
    let known = format!("Cookie: {cookie}\r\n");
    assert!(running.get(&base, &known).contains(CANARY));
    assert!(
        running
            .get(&format!("{base}site.json"), &known)
            .contains("200 OK")
    );
    let token = running.token();
    let shorter = &base[..base.len() - 1];
    for (path, headers) in [
        ("/".to_owned(), &*known),
        ("/site.json".to_owned(), &known),
        (shorter.to_owned(), &known),
        (base.to_uppercase(), &known),
        (format!("/{}{base}", "0".repeat(32)), &known),
        (format!("/?token={token}"), ""),
        (base.clone(), ""),
        (format!("{base}site.json"), ""),
    ] {
        let answer = running.get(&path, headers);
        assert!(answer.starts_with("HTTP/1.1 403 "), "{path}: {answer}");
        assert!(
            !answer.contains(CANARY) && !answer.contains("Set-Cookie"),
            "{answer}"
        );
    }
    let entered = running.get(&format!("{base}?token={token}&as=sam"), "");
    assert!(
        entered.contains(&format!("url={base}?as=sam\"")),
        "{entered}"
    );
    let path = format!("; HttpOnly; SameSite=Strict; Path={base}\r\n");
    assert!(entered.contains(&path), "{entered}");
}

#[test]
fn where_a_browser_may_look_for_the_name_nobody_else_can_listen() {
    let running = Running::start();
    let Ok(_) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) else {
        return; // this system has no second address
    };
    TcpStream::connect((Ipv6Addr::LOCALHOST, running.port())).expect("it listens there too");
    let taken = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let output = super::running::program(&organisation())
        .args(["serve", "org", "--port", &port])
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(&format!("port {port} is taken")), "{said}");
}
