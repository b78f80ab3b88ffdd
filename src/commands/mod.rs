//! One file a subcommand: arguments → library call → words on the terminal.

mod access;
mod at_rest;
mod build;
mod check;
mod ci;
mod deploy;
mod import;
mod init;
mod keys;
mod link;
mod new;
mod open;
mod progress;
mod published;
mod repository;
mod schema;
mod serve;
mod shell;
mod status;
mod tree_files;
mod verify;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anstream::eprintln;
use gradus::acceptance::Acceptance;
use gradus::check::codes;
use gradus::diag::{Diagnostic, Report};
use gradus::model::{Date, Organisation};
use gradus::pipeline::{self, Loaded};
use gradus::regular_file;
use gradus::source::{self, Identities, Source, Unopened};
use gradus::{keys as library_keys, terminal};

use crate::cli::{Cli, ColorWhen, Command};

/// The file that marks an organisation's directory.
const MARKER: &str = "gradus.toml";

/// Names a file with the builder's identity.
const IDENTITY_FILE: &str = "GRADUS_IDENTITY_FILE";

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
        Command::Verify(args) => verify::run(&here, args),
        Command::Open(args) => open::run(&here, args),
        Command::Seal(args) => at_rest::seal(&here, args),
        Command::Unseal(args) => at_rest::unseal(&here, args),
        Command::Import(args) => import::run(&here, args),
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

/// The day, in local time.
fn today() -> Date {
    chrono::Local::now().date_naive()
}

/// Where and when a command runs.
pub struct Here {
    directory: PathBuf,
    /// The identity files that `-i` names.
    pub identity_files: Vec<PathBuf>,
    pub quiet: bool,
    pub verbose: bool,
    /// The real day, in local time: audiences follow it.
    pub today: Date,
}

impl Here {
    fn new(cli: &Cli) -> Result<Self, Failure> {
        let current = std::env::current_dir()
            .map_err(|e| Failure::environment("could not tell the current directory", e))?;
        let directory = match &cli.directory {
            Some(directory) => current.join(directory),
            None => current,
        };
        // Or the organisation above what is not there would be taken for the one that was meant.
        if let (Some(named), false) = (&cli.directory, directory.is_dir()) {
            let message = Message::new(format!("`{}` is no directory", named.display()));
            return Err(Failure::Environment(message));
        }
        Ok(Self {
            directory,
            identity_files: cli.identities.clone(),
            quiet: cli.quiet,
            verbose: cli.verbose,
            today: today(),
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

    /// What sealed sources are opened with: the identities of `-i`, or else of the environment. None where nothing
    /// says so.
    ///
    /// # Errors
    ///
    /// A file that is named is none, or its passphrase is wrong.
    pub fn identities(&self) -> Result<Identities, Failure> {
        let files = self.named_identity_files();
        let ask = |path: &Path| terminal::ask_passphrase(&path.display().to_string());
        let identities = files.iter().map(|file| {
            self.warn_of_open_secret(file);
            let identity = library_keys::load_identity(file, &ask)?;
            Ok(identity)
        });
        identities.collect()
    }

    /// The identity files of `-i`, or else of the environment.
    pub fn named_identity_files(&self) -> Vec<PathBuf> {
        let named = self.identity_files.iter().map(|file| self.path(file));
        let mut files: Vec<PathBuf> = named.collect();
        if files.is_empty() {
            let of_environment = std::env::var_os(IDENTITY_FILE).filter(|file| !file.is_empty());
            files.extend(of_environment.map(PathBuf::from));
        }
        files
    }

    /// Says that others than its owner can read a file that holds a secret, where they can.
    pub fn warn_of_open_secret(&self, file: &Path) {
        if regular_file::is_open_to_others(file) {
            let file = terminal::visible(&file.display().to_string());
            self.say(&format!(
                "others on this machine can read `{file}`: `chmod 600 {file}` keeps it to its owner"
            ));
        }
    }

    /// Words for people, on stderr, in one line.
    pub fn say(&self, words: &str) {
        if !self.quiet {
            eprintln!("{}", terminal::visible(words));
        }
    }

    /// The same in several lines. Names in them that anybody may have chosen are made visible before.
    pub fn say_lines(&self, words: &str) {
        if !self.quiet {
            eprintln!("{}", terminal::visible_lines(words));
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
    checked_beside_lock(here, root).map(|(organisation, _)| organisation)
}

/// The same, and how it stands to what was accepted.
///
/// # Errors
///
/// As [`checked`].
pub fn checked_beside_lock(
    here: &Here,
    root: &Path,
) -> Result<(Organisation, Acceptance), Failure> {
    valid(here, loaded(here, root)?)
}

/// The same, of a tree that was checked.
///
/// # Errors
///
/// As [`checked`].
pub fn valid(here: &Here, loaded: Loaded) -> Result<(Organisation, Acceptance), Failure> {
    let Loaded {
        organisation,
        report,
        acceptance,
        closed,
    } = loaded;
    if report.has_errors() || here.verbose {
        terminal::print_report(&report);
    } else if !report.diagnostics.is_empty() {
        let summary = terminal::summary(&report);
        here.say(&format!("{summary}; `gradus check` shows them"));
    }
    organisation
        .zip(acceptance)
        .ok_or_else(|| not_whole(&closed, &report))
}

/// There is no organisation: a sealed file was not opened, or else there are errors, which have been printed.
pub fn not_whole(closed: &[(Arc<str>, Unopened)], report: &Report) -> Failure {
    match closed {
        [] => errors_of(report),
        closed => closed_sources(closed),
    }
}

/// What errors come to that have been printed: the environment's fault where the system refused a file, which may hold
/// what the others miss.
pub fn errors_of(report: &Report) -> Failure {
    let is_refusal = |diagnostic: &Diagnostic| diagnostic.code == codes::UNREADABLE.code;
    if !report.diagnostics.iter().any(is_refusal) {
        return Failure::Content;
    }
    let message = Message::new("not every file of the tree could be read");
    Failure::Environment(
        message.help("see to it that you may read them; above stands what the system says"),
    )
}

/// Loads an organisation with the identities at hand, and checks it.
///
/// # Errors
///
/// It cannot be read, or an identity cannot.
pub fn loaded(here: &Here, root: &Path) -> Result<Loaded, Failure> {
    Ok(judged(here, read(here, root)?))
}

/// Reads an organisation with the identities at hand.
///
/// # Errors
///
/// As [`loaded`].
pub fn read(here: &Here, root: &Path) -> Result<Source, Failure> {
    let identities = here.identities()?;
    let _line = progress::Line::show(here, "reading the tree");
    source::load_with(root, &identities).map_err(Failure::from_load)
}

/// Checks an organisation that was read.
pub fn judged(here: &Here, source: Source) -> Loaded {
    let _line = progress::Line::show(here, "checking the tree");
    pipeline::judge(source, here.today)
}

/// The most sealed files that are named one by one.
const CLOSED_NAMED_MAX: usize = 10;

/// Says which sealed files are not open, and what would open them.
pub fn closed_sources(closed: &[(Arc<str>, Unopened)]) -> Failure {
    let count = match closed.len() {
        1 => "1 sealed file is".to_owned(),
        count => format!("{count} sealed files are"),
    };
    let other = closed
        .iter()
        .any(|(_, why)| *why == Unopened::OtherIdentity);
    let (why, help) = match other {
        true => (
            "the identity that was given does not open",
            "give the identity of one of their recipients, or have them sealed again to `[sources] recipients`",
        ),
        false => (
            "no identity was given to open",
            "name an identity file with `-i FILE` or in `GRADUS_IDENTITY_FILE`",
        ),
    };
    let named = closed.iter().take(CLOSED_NAMED_MAX);
    let mut named: Vec<String> = named.map(|(path, _)| format!("`{path}`")).collect();
    if closed.len() > CLOSED_NAMED_MAX {
        named.push(format!("{} more", closed.len() - CLOSED_NAMED_MAX));
    }
    let message = Message::new(format!("{count} not opened, and nothing is made without"))
        .note(format!("{why} {}", named.join(", ")))
        .help(help);
    Failure::Keys(message)
}

/// Something said to a person: what is so, why, and what would help.
#[derive(Debug)]
pub struct Message {
    what: String,
    causes: Vec<String>,
    notes: Vec<String>,
    help: Option<String>,
    /// `what` has lines of its own.
    is_report: bool,
}

impl Message {
    /// A message without cause or hint.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            causes: Vec::new(),
            notes: Vec::new(),
            help: None,
            is_report: false,
        }
    }

    /// Keeps the lines that the message has. Otherwise a line end is part of a name, and spelled out.
    pub fn with_lines(mut self) -> Self {
        self.is_report = true;
        self
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
        // A name may steer a terminal, and a key may be typed in the place of a name.
        let shown = terminal::visible;
        let what = match self.is_report {
            true => terminal::visible_lines(&self.what),
            false => shown(&self.what),
        };
        eprintln!("{error}error{error:#}: {what}");
        for cause in &self.causes {
            let cause = terminal::visible_lines(cause);
            eprintln!("{quiet}caused by{quiet:#}: {cause}");
        }
        for note in &self.notes {
            eprintln!("{quiet}note{quiet:#}: {}", shown(note));
        }
        if let Some(help) = &self.help {
            eprintln!("{quiet}help{quiet:#}: {}", shown(help));
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
