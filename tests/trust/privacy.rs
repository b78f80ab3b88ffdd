//! What gradus makes for one person alone, whatever the umask of whoever runs it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::opening::example;
use crate::program::{Program, Ran};

/// What opens everything to everybody, what is usual, what closes to others, and what closes even to the owner.
const UMASKS: [&str; 4] = ["000", "022", "077", "777"];

fn under(here: &Program, umask: &str, args: &[&str]) -> Ran {
    let first = format!("umask {umask}; exec \"$@\"");
    here.run_in(&["sh", "-c", &first, "sh"], args)
}

/// Each folder below and at a path is for its owner alone, and each file.
fn assert_private(path: &Path, umask: &str) {
    let mut files = 0;
    for entry in walkdir::WalkDir::new(path) {
        let entry = entry.unwrap();
        let wanted = if entry.file_type().is_dir() {
            0o700
        } else {
            0o600
        };
        files += usize::from(!entry.file_type().is_dir());
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(
            mode,
            wanted,
            "{:o} under {umask}: {}",
            mode,
            entry.path().display()
        );
    }
    assert!(files > 0, "nothing lies in {}", path.display());
}

#[test]
fn opened_pages_and_calendars_are_their_owners_alone_whatever_the_umask() {
    for umask in UMASKS {
        let here = example();
        let ada = ["-i", "keys/ada.txt", "open", "site", "-o", "deep/out"];
        under(&here, umask, &ada).exits(0);
        assert_private(&here.path("deep"), umask);
        here.run(&["-q", "init", "org"]).exits(0);
        under(&here, umask, &["status", "org", "--ics", "deep/ics"]).exits(0);
        assert_private(&here.path("deep"), umask);
        let files = fs::read_dir(here.path("deep/ics")).unwrap().count();
        assert!(files > 0);
    }
}

#[test]
fn a_folder_for_calendars_keeps_its_mode_and_whom_that_lets_in_is_said() {
    for (mode, is_said) in [(0o755, true), (0o770, true), (0o701, true), (0o700, false)] {
        let here = Program::new();
        here.run(&["-q", "init", "org"]).exits(0);
        let folder = here.path("shared");
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
        let said = here
            .run(&["status", "org", "--ics", "shared"])
            .exits(0)
            .stderr();
        assert_eq!(said.contains("chmod 700"), is_said, "{mode:o}: {said}");
        let found = fs::metadata(&folder).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode);
        for file in fs::read_dir(&folder).unwrap() {
            let mode = file.unwrap().metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600);
        }
    }
}

#[test]
fn the_state_of_an_organisation_is_its_owners_alone_whatever_the_umask() {
    for umask in UMASKS {
        let here = Program::new();
        here.run(&["-q", "init", "org"]).exits(0);
        let state = here.path("org/.gradus");
        let _ = fs::remove_dir_all(&state);
        under(&here, umask, &["-C", "org", "keys", "site", "--rotate"]).exits(0);
        assert_private(&state, umask);
        // A folder that somebody left open is closed, and what a build puts there is closed too.
        fs::set_permissions(&state, fs::Permissions::from_mode(0o777)).unwrap();
        here.run(&["-C", "org", "access", "--accept"]).exits(0);
        if umask != "777" {
            under(&here, umask, &["build", "org"]).exits(0);
            assert!(state.join("ledger.json").exists());
            assert_private(&state, umask);
        }
    }
}

#[test]
fn a_published_site_is_as_open_as_the_umask_lets_it_be() {
    let here = Program::new();
    here.run(&["-q", "init", "org"]).exits(0);
    under(&here, "022", &["build", "org", "-o", "site"]).exits(0);
    let mode = |path: &str| fs::metadata(here.path(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("site"), mode("site/index.html")), (0o755, 0o644));
}

#[test]
fn the_inner_socket_of_a_preview_is_its_owners_alone_whatever_the_umask() {
    for umask in UMASKS {
        let here = Program::new();
        here.run(&["-q", "init", "org"]).exits(0);
        fs::create_dir(here.path("tmp")).unwrap();
        let first = format!("umask {umask}; exec \"$@\"");
        let mut serving = Command::new("sh")
            .args(["-c", &first, "sh", env!("CARGO_BIN_EXE_gradus")])
            .args(["serve", "org", "--port", "0"])
            .current_dir(here.path(""))
            .env("TMPDIR", here.path("tmp"))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(serving.stderr.take().unwrap()).lines();
        let serves = said.any(|line| line.unwrap().contains("preview at "));
        let folders: Vec<PathBuf> = fs::read_dir(here.path("tmp"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        let private = std::panic::catch_unwind(|| {
            let [folder] = &folders[..] else {
                panic!("one folder: {folders:?}");
            };
            assert_private(folder, umask);
        });
        let _ = serving.kill();
        let _ = serving.wait();
        assert!(serves && private.is_ok(), "under {umask}");
    }
}
