//! Builds that are killed, or whose disk fails, at any of their calls: there is always one whole site.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use gradus::build::known;
use gradus::domain::model::Ledger;
use gradus::sealed::host::Host;
use gradus::sealed::keys::load_site_key;
use gradus::sealed::publish::Publication;
use gradus::sealed::verify::{Against, LeakTerms, verify};

use super::strace::{CHANGES, Traced, changes};
use crate::program::Program;

/// An organisation that publishes files of its own.
struct Place {
    here: Program,
    edition: usize,
}

impl Place {
    fn new() -> Self {
        let here = Program::new();
        here.run(&["init", "org", "--template", "solo"]).exits(0);
        here.write("org/static/CNAME", "growth.example\n");
        here.write("org/static/docs/mine.txt", "mine");
        let mut place = Self { here, edition: 0 };
        place.write_next();
        place.here.run(&["-C", "org", "-q", "build"]).exits(0);
        assert_eq!(place.served(), place.edition);
        place
    }

    /// Changes what the next build says.
    fn write_next(&mut self) {
        let before = title(self.edition);
        self.edition += 1;
        let text = self.here.read("org/gradus.toml");
        let from = if text.contains(&before) {
            before
        } else {
            "Portfolios".to_owned()
        };
        self.here.write(
            "org/gradus.toml",
            &text.replace(&from, &title(self.edition)),
        );
    }

    fn root(&self) -> PathBuf {
        self.here.path("org")
    }

    fn traced<'t>(&'t self, root: &'t std::path::Path) -> Traced<'t> {
        Traced {
            arguments: &["-q", "build"],
            directory: root,
            environment: &[],
        }
    }

    /// The edition that is served, if it is one whole site with nothing left over, `static/` included.
    fn served(&self) -> usize {
        let signer = load_site_key(&self.here.path("org/.gradus/site.key"), None)
            .unwrap()
            .signer();
        let host = Host::named("public", |path| self.root().join(path), None).unwrap();
        let entries = host.entries().unwrap();
        let against = Against {
            signer: Some(signer),
            at_least: None,
            now: 0,
            entries: entries.as_deref(),
            allowed: &[],
            release: &known::release(),
            leak_terms: &LeakTerms::default(),
        };
        let verdict = verify(&host, &against).unwrap();
        assert!(verdict.is_as_signed(), "{:?}", verdict.findings);
        assert_eq!(self.here.read("org/public/CNAME"), "growth.example\n");
        assert_eq!(self.here.read("org/public/docs/mine.txt"), "mine");
        let title = verdict.site.unwrap().title;
        title.trim_start_matches("edition ").parse().unwrap()
    }

    /// A build that nobody disturbs puts everything right.
    fn is_put_right(&mut self) {
        self.write_next();
        self.here.run(&["-C", "org", "-q", "build"]).exits(0);
        assert_eq!(self.served(), self.edition);
        let left = |name: &String| name.starts_with(".gradus-") || name.starts_with(".tmp");
        for folder in ["org", "org/public", "org/.gradus"] {
            assert_eq!(
                self.names(folder).iter().find(|name| left(name)),
                None,
                "{folder}"
            );
        }
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.here.path(folder)).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    /// Does harm to one build after the other, each at its next call, as long as they make so many; `judge` is told
    /// how each ended, what it was to show, what was served before and what is now.
    fn at_every_call(
        &mut self,
        calls: &str,
        harm: impl Fn(&str, usize) -> &'static str,
        judge: impl Fn(&Output, [usize; 3], &str),
    ) -> usize {
        self.at_calls(calls, None, harm, judge)
    }

    /// The same, at most at so many of the calls, evenly spread.
    fn at_calls(
        &mut self,
        calls: &str,
        most: Option<usize>,
        harm: impl Fn(&str, usize) -> &'static str,
        judge: impl Fn(&Output, [usize; 3], &str),
    ) -> usize {
        let root = self.root();
        self.write_next();
        let (output, listed) = self
            .traced(&root)
            .calls(calls, &self.here.path("calls.log"));
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let changes = changes(&listed);
        assert!(changes.len() > 60, "{changes:?}");
        let step = most.map_or(1, |most| changes.len().div_ceil(most));
        let mut before = self.served();
        let mut harmed = 0;
        for (threads, call, number) in changes.iter().step_by(step) {
            harmed += 1;
            self.write_next();
            let harm = harm(call, *number);
            let output = self.traced(&root).harmed(*threads, call, harm, *number);
            let served = self.served();
            let which = format!("{harm} at {call} {number} of {threads:?}");
            judge(&output, [self.edition, before, served], &which);
            before = served;
        }
        harmed
    }
}

fn title(edition: usize) -> String {
    format!("edition {edition}")
}

#[test]
fn a_build_that_is_killed_at_any_call_leaves_one_whole_site() {
    let mut place = Place::new();
    let mut killed = std::cell::Cell::new(0);
    let count = place.at_every_call(
        CHANGES,
        |_, _| "signal=SIGKILL",
        |output, [wanted, before, served], which| {
            let was_killed = output.status.signal() == Some(9) || output.status.code() == Some(137);
            killed.set(killed.get() + usize::from(was_killed));
            // A call of git may be the one: the build goes on without it.
            assert!(was_killed || output.status.success(), "{which}");
            assert!(
                served == wanted || (was_killed && served == before),
                "{which}"
            );
        },
    );
    assert!(
        *killed.get_mut() > count * 9 / 10,
        "{killed:?} of {count} builds were killed"
    );
    place.is_put_right();
}

/// How a disk fails, in turn: full, damaged, not ours, read-only.
fn failure_of(call: &str, number: usize) -> &'static str {
    let moves_bytes = [
        "write",
        "writev",
        "pwrite64",
        "fsync",
        "fdatasync",
        "ftruncate",
    ]
    .contains(&call);
    let errors: &[&str] = if moves_bytes {
        &["error=ENOSPC", "error=EIO"]
    } else {
        &["error=EACCES", "error=EROFS", "error=ENOSPC"]
    };
    errors[number % errors.len()]
}

#[test]
fn a_build_whose_disk_fails_at_any_call_says_so_and_leaves_one_whole_site() {
    let mut place = Place::new();
    let refused = std::cell::Cell::new(0);
    // Locks are no matter of the disk.
    let calls = CHANGES.replace("flock,", "");
    let judge = |output: &Output, [wanted, before, served]: [usize; 3], which: &str| {
        let said = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => assert_eq!(served, wanted, "{which}: {said}"),
            Some(3) => {
                refused.set(refused.get() + 1);
                assert!(served == wanted || served == before, "{which}");
                assert!(said.contains("could not"), "{which}: {said}");
            }
            code => panic!("{which}: {code:?}: {said}"),
        }
    };
    let count = place.at_every_call(&calls, failure_of, judge);
    assert!(refused.get() > count / 4, "{refused:?} of {count}");
    place.is_put_right();
}

/// How many builds a signal is sent to: at calls of every stage.
const SIGNALLED: usize = 24;

#[test]
fn a_build_that_is_told_to_end_ends_at_that_call_and_the_site_stays() {
    let mut place = Place::new();
    let signals = [
        ("signal=SIGINT", 2),
        ("signal=SIGTERM", 15),
        ("signal=SIGHUP", 1),
    ];
    let ended = std::cell::Cell::new(0);
    let count = place.at_calls(
        CHANGES,
        Some(SIGNALLED),
        |_, number| signals[number % signals.len()].0,
        |output, [wanted, before, served], which| {
            let by = signals.iter().any(|(_, signal)| {
                output.status.signal() == Some(*signal)
                    || output.status.code() == Some(128 + signal)
            });
            ended.set(ended.get() + usize::from(by));
            // A call of git may be the one: the build goes on without it.
            assert!(by || output.status.success(), "{which}");
            assert!(served == wanted || (by && served == before), "{which}");
        },
    );
    let ended = ended.get();
    assert!(ended > count * 9 / 10, "{ended} of {count} builds ended");
    place.is_put_right();
}

fn build(place: &Place) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradus"));
    command
        .args(["-q", "build"])
        .current_dir(place.root())
        .env_clear();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

#[test]
fn while_one_build_runs_eight_others_say_so_and_do_not_wait_for_it() {
    let mut place = Place::new();
    let before = place.served();
    place.write_next();
    let state = place.here.path("org/.gradus");
    let running = Publication::begin(&place.here.path("org/public"), &state, |_| {
        Ledger::default()
    })
    .unwrap();
    let others: Vec<_> = (0..8).map(|_| build(&place).spawn().unwrap()).collect();
    // The first one holds the folder until all of them have ended.
    for other in others {
        let output = other.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("another build is running"), "{said}");
    }
    assert_eq!(place.served(), before);
    drop(running);
    place.is_put_right();
}

#[test]
fn of_eight_builds_at_once_at_least_one_ends_well_and_nobody_does_harm() {
    let mut place = Place::new();
    for _ in 0..4 {
        place.write_next();
        let all: Vec<_> = (0..8).map(|_| build(&place).spawn().unwrap()).collect();
        let ended = all.into_iter().map(|one| one.wait_with_output().unwrap());
        let codes: Vec<Option<i32>> = ended.map(|output| output.status.code()).collect();
        assert!(codes.contains(&Some(0)), "{codes:?}");
        assert!(
            codes.iter().all(|code| matches!(code, Some(0 | 3))),
            "{codes:?}"
        );
        assert_eq!(place.served(), place.edition);
    }
    place.is_put_right();
}
