//! How far a long build is: told on a terminal, by one line that is gone at the end.

use std::process::Command;

use crate::program::Program;

const WIPE: &str = "\x1b[K";

/// What a terminal gets to see of a command, which must succeed. `script` brings the terminal.
fn on_a_terminal(here: &Program, args: &str, kind: &str) -> String {
    let command = format!("{} {args}", env!("CARGO_BIN_EXE_gradus"));
    let ran = Command::new("script")
        .args(["-q", "-e", "-c", &command, "/dev/null"])
        .current_dir(here.path(""))
        .env_clear()
        .envs([("PATH", "/usr/bin:/bin"), ("SHELL", "/bin/sh")])
        .envs([("TERM", kind), ("NO_COLOR", "1")])
        .output()
        .expect("`script` starts");
    let seen = String::from_utf8(ran.stdout).expect("words");
    assert!(ran.status.success(), "{args}: {seen}");
    seen
}

fn organisation() -> Program {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    here
}

#[test]
fn a_terminal_sees_how_far_a_build_is_until_it_is_done() {
    let here = organisation();
    let seen = on_a_terminal(&here, "-C org build", "xterm");
    for words in [
        "reading the tree",
        "checking the tree",
        "planning who reads what",
        "sealing: 1 of ",
        "putting the site into its place",
    ] {
        assert!(seen.contains(&format!("\r{words}")), "{words}: {seen:?}");
    }
    let (progress, words) = seen.rsplit_once(WIPE).expect("the line is wiped");
    assert!(progress.ends_with('\r'), "nothing is left of it: {seen:?}");
    assert!(words.starts_with("sealed "), "{seen:?}");
}

#[test]
fn complaints_never_stand_beside_what_is_told_of_a_build() {
    let here = organisation();
    let seen = on_a_terminal(&here, "-C org build", "xterm");
    let (before, _) = seen.split_once("2 warnings").expect("nobody has a key");
    assert!(before.ends_with(&format!("\r{WIPE}")), "{seen:?}");
}

#[test]
fn pipes_quiet_commands_and_terminals_that_cannot_wipe_hear_nothing_of_it() {
    let here = organisation();
    let piped = here.run(&["-C", "org", "build", "--fresh"]).exits(0);
    assert!(
        !piped.stderr().contains(['\r', '\x1b']),
        "{}",
        piped.stderr()
    );
    assert_eq!(
        on_a_terminal(&here, "--quiet -C org build --fresh", "xterm"),
        ""
    );
    let dumb = on_a_terminal(&here, "-C org build --fresh", "dumb");
    assert!(dumb.starts_with("2 warnings"), "{dumb:?}");
    assert!(!dumb.contains(WIPE), "{dumb:?}");
}
