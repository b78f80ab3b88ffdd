//! One file a subcommand: arguments → library call → words on the terminal.

mod access;
mod build;
mod check;
mod init;
mod keys;
mod new;
mod schema;
mod serve;
mod shell;
mod status;
mod tree_files;

use std::path::{Path, PathBuf};

use anstream::eprintln;
use gradus::model::{Date, Organisation};
use gradus::pipeline;

use crate::cli::{Cli, ColorWhen, Command};

/// The file that marks an organisation's directory.
const MARKER: &str = "gradus.toml";

/// Runs the command.
///
/// # Errors
///
/// Every failure, with the exit code that it means.
pub fn run(cli: &Cli) -> Result<(), Failure> {
    let here = Here::new(cli)?;
    match &cli.command {
        Command::Init(args) => init::run(&here, args),
        Command::New(args) => new::run(&here, args),
        Command::Check(args) => check::run(&here, args),
        Command::Status(args) => status::run(&here, args),
        Command::Build(args) => build::run(&here, args),
        Command::Serve(args) => serve::run(&here, args),
        Command::Access(args) => access::run(&here, args),
        Command::Keys(args) => keys::run(&here, args),
        Command::Schema(args) => schema::run(&here, args),
        Command::Completions(args) => shell::completions(args),
        Command::Man(args) => shell::man(args),
    }
}

/// Holds for everything printed through `anstream`.
pub fn set_color(when: ColorWhen) {
    let choice = match when {
        ColorWhen::Auto => anstream::ColorChoice::Auto,
        ColorWhen::Always => anstream::ColorChoice::Always,
        ColorWhen::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
}

/// Where and when a command runs.
pub struct Here {
    directory: PathBuf,
    pub quiet: bool,
    pub verbose: bool,
    /// The real day, in local time: audiences follow it.
    pub today: Date,
}

impl Here {
    fn new(cli: &Cli) -> Result<Self, Failure> {
        let current = std::env::current_dir()
            .map_err(|e| Failure::environment("could not tell the current directory", e))?;
        Ok(Self {
            directory: match &cli.directory {
                Some(directory) => current.join(directory),
                None => current,
            },
            quiet: cli.quiet,
            verbose: cli.verbose,
            today: chrono::Local::now().date_naive(),
        })
    }

    /// A path as the user meant it.
    pub fn path(&self, path: &Path) -> PathBuf {
        match path == Path::new(".") {
            true => self.directory.clone(),
            false => self.directory.join(path),
        }
    }

    /// The organisation's directory: the one named, or the first upwards that holds `gradus.toml`.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn organisation(&self, named: Option<&Path>) -> Result<PathBuf, Failure> {
        match named {
            Some(named) => {
                let root = self.path(named);
                if root.join(MARKER).exists() {
                    return Ok(root);
                }
                let message = format!("no `{MARKER}` in `{}`", named.display());
                Err(Failure::Environment(Message::new(message).help("`gradus init DIR` writes an organisation")))
            }
            None => self.found_upwards().ok_or_else(|| {
                let message = format!("no `{MARKER}` in `{}` or any parent directory", self.directory.display());
                let help = "name the organisation's directory with `-C DIR`, or write one with `gradus init DIR`";
                Failure::Environment(Message::new(message).help(help))
            }),
        }
    }

    /// The first directory upwards that holds `gradus.toml`.
    pub fn found_upwards(&self) -> Option<PathBuf> {
        let up = self.directory.ancestors();
        up.map(Path::to_owned).find(|dir| dir.join(MARKER).exists())
    }

    /// Words for people, on stderr.
    pub fn say(&self, words: &str) {
        if !self.quiet {
            eprintln!("{words}");
        }
    }
}

/// Loads and checks an organisation. Prints what is wrong with it; of warnings only how many there are, unless
/// more was asked for.
///
/// # Errors
///
/// [`Failure::Content`] where it has errors.
pub fn checked(here: &Here, root: &Path) -> Result<Organisation, Failure> {
    let (organisation, report) = pipeline::load(root, here.today).map_err(Failure::from_load)?;
    if report.has_errors() || here.verbose {
        gradus::terminal::print_report(&report);
    } else if !report.diagnostics.is_empty() {
        let summary = gradus::terminal::summary(&report);
        here.say(&format!("{summary}; `gradus check` shows them"));
    }
    organisation.ok_or(Failure::Content)
}

/// Something said to a person: what is so, why, and what would help.
#[derive(Debug)]
pub struct Message {
    what: String,
    causes: Vec<String>,
    notes: Vec<String>,
    help: Option<String>,
}

impl Message {
    /// A message without cause or hint.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            causes: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// An error and everything that caused it.
    pub fn from_error(error: &dyn std::error::Error) -> Self {
        let mut message = Self::new(error.to_string());
        let mut cause = error.source();
        while let Some(error) = cause {
            message.causes.push(error.to_string());
            cause = error.source();
        }
        message
    }

    /// Adds what would help.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what would help, where something would.
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Adds what else is so.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    fn print(&self) {
        let error = anstyle::AnsiColor::Red.on_default().bold();
        let quiet = anstyle::AnsiColor::Cyan.on_default().bold();
        eprintln!("{error}error{error:#}: {}", self.what);
        for cause in &self.causes {
            eprintln!("{quiet}caused by{quiet:#}: {cause}");
        }
        for note in &self.notes {
            eprintln!("{quiet}note{quiet:#}: {note}");
        }
        if let Some(help) = &self.help {
            eprintln!("{quiet}help{quiet:#}: {help}");
        }
    }
}

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// The content has errors; they have been printed.
    Content,
    /// The content has an error that `check` does not look for.
    Broken(Message),
    Usage(Message),
    /// Files, disk, lock.
    Environment(Message),
    /// No key, wrong key, cannot decrypt.
    Keys(Message),
}

impl Failure {
    /// A failure of files or disk.
    pub fn environment(what: &str, error: impl std::error::Error) -> Self {
        let mut message = Message::new(what);
        let cause = Message::from_error(&error);
        message.causes.push(cause.what);
        message.causes.extend(cause.causes);
        Self::Environment(message)
    }

    /// A tree that could not be read at all.
    pub fn from_load(error: impl std::error::Error) -> Self {
        Self::Environment(Message::from_error(&error))
    }

    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Content | Self::Broken(_) => 1,
            Self::Usage(_) => 2,
            Self::Environment(_) => 3,
            Self::Keys(_) => 4,
        }
    }

    /// Says it on stderr.
    pub fn print(&self) {
        match self {
            Self::Content => {}
            Self::Broken(message)
            | Self::Usage(message)
            | Self::Environment(message)
            | Self::Keys(message) => message.print(),
        }
    }
}
