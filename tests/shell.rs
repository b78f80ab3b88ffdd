//! A shell in a directory of its own, with a cleared environment and stand-ins for programs that need the network.

use std::fs;
use std::ops::Deref;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::program::Program;

/// A directory, and the programs that are found from there.
pub struct Shell {
    place: Program,
    environment: Vec<(String, String)>,
}

/// Its files are those of the directory.
impl Deref for Shell {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.place
    }
}

impl Shell {
    /// One that finds `gradus` and what every system has.
    pub fn new() -> Self {
        let place = Program::new();
        let programs = place.path("programs");
        fs::create_dir(&programs).expect("a directory");
        let path = format!("{}:/usr/bin:/bin", programs.display());
        let shell = Self {
            environment: vec![
                ("PATH".to_owned(), path),
                ("HOME".to_owned(), place.path("").display().to_string()),
            ],
            place,
        };
        symlink(env!("CARGO_BIN_EXE_gradus"), programs.join("gradus")).expect("a link");
        shell
    }

    /// Sets a variable from now on.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.into()));
    }

    /// Puts a script where programs are looked for first.
    pub fn stand_in(&self, program: &str, script: &str) {
        let path = self.path(&format!("programs/{program}"));
        fs::write(&path, format!("#!/bin/sh\nset -eu\n{script}\n")).expect(program);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect(program);
    }

    /// Runs lines one after the other in one shell, until one fails.
    pub fn run(&self, folder: &str, lines: &[String]) -> Output {
        let mut shell = Command::new("/bin/bash");
        shell
            .args(["-e", "-o", "pipefail", "-c", &lines.join("\n")])
            .current_dir(self.path(folder))
            .stdin(Stdio::null())
            .env_clear()
            .envs(self.environment.iter().cloned());
        shell.output().expect("a shell")
    }

    /// Runs lines that have to work; gives what they print.
    pub fn does(&self, folder: &str, lines: &[&str]) -> String {
        let lines: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        let ran = self.run(folder, &lines);
        assert!(ran.status.success(), "{}\n{}", lines.join("\n"), said(&ran));
        String::from_utf8_lossy(&ran.stdout).into_owned()
    }
}

/// Everything that was printed.
pub fn said(ran: &Output) -> String {
    let [out, err] = [&ran.stdout, &ran.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{out}{err}")
}

/// All files below a folder, relative to it.
pub fn files_below(folder: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name();
    let entries = entries.into_iter().map(|entry| entry.expect("a folder"));
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).expect("it lies there");
            path.to_str().expect("names are text").to_owned()
        })
        .collect()
}
