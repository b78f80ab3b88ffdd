//! The program in a directory of its own, with a cleared environment.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A directory to run the program in.
pub struct Program {
    directory: tempfile::TempDir,
}

impl Program {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        Self { directory }
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("paths lie in the directory"))
            .expect("a directory");
        fs::write(path, text).expect("a file");
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, &[])
    }

    pub fn run_with(&self, args: &[&str], environment: &[(&str, &str)]) -> Ran {
        self.start(args, environment, Stdio::null())
    }

    pub fn start(&self, args: &[&str], environment: &[(&str, &str)], input: Stdio) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gradus"));
        command
            .args(args)
            .current_dir(self.directory.path())
            .stdin(input)
            .env_clear();
        command.envs(environment.iter().copied());
        Ran {
            words: args.join(" "),
            output: command.output().expect("the program starts"),
        }
    }
}

impl Program {
    /// Runs the program by another, which gets it and its arguments as further arguments.
    pub fn run_in(&self, by: &[&str], args: &[&str]) -> Ran {
        let (first, rest) = by.split_first().expect("a program to run it by");
        let output = Command::new(first)
            .args(rest)
            .arg(env!("CARGO_BIN_EXE_gradus"))
            .args(args)
            .current_dir(self.directory.path())
            .stdin(Stdio::null())
            .output();
        Ran {
            words: args.join(" "),
            output: output.expect("the program starts"),
        }
    }
}

/// What a run said. Assertions chain.
pub struct Ran {
    words: String,
    output: Output,
}

impl Ran {
    pub fn exits(self, code: i32) -> Self {
        let exit = self.output.status.code();
        assert_eq!(
            exit,
            Some(code),
            "gradus {}:\n{}",
            self.words,
            self.stderr()
        );
        self
    }

    /// On stderr.
    pub fn says(self, words: &str) -> Self {
        assert!(
            self.stderr().contains(words),
            "gradus {} did not say `{words}`:\n{}",
            self.words,
            self.stderr()
        );
        self
    }

    /// On stdout.
    pub fn prints(self, text: &str) -> Self {
        assert!(
            self.stdout().contains(text),
            "gradus {} did not print `{text}`:\n{}",
            self.words,
            self.stdout()
        );
        self
    }

    pub fn prints_nothing(self) -> Self {
        assert_eq!(self.stdout(), "");
        self
    }

    pub fn says_nothing(self) -> Self {
        assert_eq!(self.stderr(), "", "gradus {}", self.words);
        self
    }

    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }
}
