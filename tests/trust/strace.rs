//! Builds under `strace`, which lists what they ask of the system, and can kill or fail them at any such call.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Everything by which a build changes the disk.
pub const CHANGES: &str = "openat,write,writev,pwrite64,?rename,renameat,renameat2,?link,linkat,?symlink,symlinkat,?unlink,unlinkat,\
    ?rmdir,?mkdir,mkdirat,fsync,fdatasync,ftruncate,?chmod,fchmod,fchmodat,flock,copy_file_range,sendfile";

/// Whose calls are counted: `strace` counts thread by thread and call by call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Threads {
    /// The first alone: it looks, locks, exchanges and clears.
    Main,
    /// Whichever reaches the number first: the one that seals, writes and syncs.
    Any,
}

/// A program to run.
pub struct Traced<'t> {
    pub arguments: &'t [&'t str],
    pub directory: &'t Path,
    pub environment: &'t [(&'t str, PathBuf)],
}

impl Traced<'_> {
    /// Runs it, doing harm to the call of that name and number.
    pub fn harmed(&self, threads: Threads, call: &str, harm: &str, number: usize) -> Output {
        let inject = format!("inject={call}:{harm}:when={number}");
        self.run(
            threads,
            &[
                "-e",
                &format!("trace={call}"),
                "-e",
                &inject,
                "-o",
                "/dev/null",
            ],
        )
    }

    /// Runs it, and gives its calls, each as a line.
    pub fn calls(&self, calls: &str, log: &Path) -> (Output, Vec<String>) {
        let log = log.to_str().expect("a temporary path is Unicode");
        let output = self.run(
            Threads::Any,
            &["-e", &format!("trace={calls}"), "-s", "256", "-o", log],
        );
        let text = std::fs::read_to_string(log).expect("strace writes its log");
        (output, text.lines().map(str::to_owned).collect())
    }

    fn run(&self, threads: Threads, options: &[&str]) -> Output {
        let mut command = Command::new("strace");
        command.arg("-qq").args(options);
        if threads == Threads::Any {
            command.arg("-f");
        }
        command
            .arg(env!("CARGO_BIN_EXE_gradus"))
            .args(self.arguments);
        command
            .current_dir(self.directory)
            .stdin(Stdio::null())
            .env_clear();
        // One worker, so that calls are counted the same way every time.
        command.env("RAYON_NUM_THREADS", "1");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
            .output()
            .expect("`strace` starts; on Debian: apt-get install strace")
    }
}

/// A call: whose it is, its name, and which of that name.
pub type Call = (Threads, String, usize);

/// Every call by which the disk is changed: of the thread that exchanges the folders, and of the busiest of the others.
pub fn changes(lines: &[String]) -> BTreeSet<Call> {
    let mut calls = BTreeSet::new();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let main = lines.iter().find(|line| line.contains("renameat2"));
    let main = main.and_then(|line| line.split(' ').next());
    for line in lines {
        let mut words = line.split([' ', '(']).filter(|word| !word.is_empty());
        let (Some(thread), Some(name)) = (words.next(), words.next()) else {
            continue;
        };
        if !name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        {
            continue; // a signal, an end, or the rest of a call
        }
        let count = counts.entry((thread, name)).or_default();
        *count += 1;
        let threads = if Some(thread) == main {
            Threads::Main
        } else {
            Threads::Any
        };
        // Other threads and git open files of their own, of which any would be the one.
        let is_change = name != "openat" || (line.contains("O_CREAT") && threads == Threads::Main);
        if is_change {
            calls.insert((threads, name.to_owned(), *count));
        }
    }
    calls
}
