//! One file a subcommand: arguments → library call → words on the terminal.

mod access;
mod at_rest;
mod build;
mod check;
mod ci;
mod close;
mod demo;
mod deploy;
mod import;
mod init;
mod keys;
mod link;
mod mv;
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

use crate::ground::visible;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::build::acceptance::Acceptance;
use crate::build::pipeline::{self, Loaded};
use crate::cli::terminal::Shown;
use crate::domain::model::{Date, Organisation, is_id};
use crate::ground::diag::{Diagnostic, Report};
use crate::ground::regular_file;
use crate::tree::check::codes;
use crate::tree::source::{self, Given, Identities, Outside, Source, Unopened};
use crate::{cli::terminal, sealed::keys as library_keys};
use anstream::eprintln;

use crate::cli::args::{Cli, ColorWhen, Command, IdentityFiles};

/// The file that marks an organisation's directory.
const MARKER: &str = "gradus.toml";

/// What helps who is in no organisation.
const NAME_IT: &str =
    "name the organisation's directory, as in `-C DIR`, or write one with `gradus init DIR`";

/// Runs the command.
///
/// # Errors
///
/// Every failure, with the exit code that it means.
pub fn run(cli: &Cli) -> Result<(), Failure> {
    let mut here = Here::new(cli)?;
    match &cli.command {
        Command::Demo(args) => demo::run(&here, args),
        Command::Init(args) => init::run(&here, args),
        Command::New(args) => new::run(&here, args),
        Command::Check(args) => check::run(&here, args),
        Command::Close(args) => close::run(&here, args),
        Command::Status(args) => {
            let id = here.about(&args.about)?;
            status::run(&here, args, id)
        }
        Command::Build(args) => build::run(&here, args),
        Command::Serve(args) => serve::run(&here, args),
        Command::Access(args) => {
            let id = here.about(&args.about)?;
            access::run(&here, args, id)
        }
        Command::Keys(args) => keys::run(&here, args),
        Command::Verify(args) => verify::run(&here, args),
        Command::Open(args) => open::run(&here, args),
        Command::Mv(args) => mv::run(&here, args),
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
    /// The organisation that the command names, as it was typed.
    named: Option<PathBuf>,
    identity_files: IdentityFiles,
    /// The folders that `--outside` or the environment names.
    outside_folders: Vec<PathBuf>,
    pub quiet: bool,
    pub verbose: bool,
    /// Whether every piece of advice and every name is printed.
    pub all: bool,
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
            named: cli.command.organisation().map(Path::to_owned),
            directory,
            identity_files: cli.identity_files(),
            outside_folders: cli.outside.clone(),
            quiet: cli.quiet,
            verbose: cli.verbose,
            all: cli.all,
            today: today(),
        })
    }

    /// The same in another directory, where it prints errors alone.
    fn quietly_in(&self, directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            named: None,
            identity_files: IdentityFiles::default(),
            outside_folders: self.outside_folders.clone(),
            quiet: true,
            verbose: false,
            all: false,
            today: self.today,
        }
    }

    /// A path as the user meant it.
    pub fn path(&self, path: &Path) -> PathBuf {
        if path == Path::new(".") {
            self.directory.clone()
        } else {
            self.directory.join(path)
        }
    }

    /// The organisation's directory: the one that is named, or the first upwards that holds `gradus.toml`.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn organisation(&self) -> Result<PathBuf, Failure> {
        match &self.named {
            Some(named) => {
                let root = self.path(named);
                if root.join(MARKER).exists() {
                    return Ok(root);
                }
                let message = format!("no `{MARKER}` in `{}`", named.display());
                Err(Failure::Environment(
                    Message::new(message).help("`gradus init DIR` writes an organisation"),
                ))
            }
            None => upwards(&self.directory).ok_or_else(|| {
                let message = format!(
                    "no `{MARKER}` in `{}` or any parent directory",
                    self.directory.display()
                );
                Failure::Environment(Message::new(message).help(NAME_IT))
            }),
        }
    }

    /// The organisation that is named, or the first directory upwards that holds `gradus.toml`. `None` if none is named,
    /// and there is none upwards.
    ///
    /// # Errors
    ///
    /// What is named is no organisation.
    pub fn organisation_around(&self) -> Result<Option<PathBuf>, Failure> {
        match &self.named {
            Some(_) => self.organisation().map(Some),
            None => Ok(upwards(&self.directory)),
        }
    }

    /// Whether a path is an organisation's directory.
    fn is_organisation(&self, path: &Path) -> bool {
        self.path(path).join(MARKER).exists()
    }

    /// Takes the words that name an organisation or a person: a folder with `gradus.toml` is the organisation, all else
    /// an id. Returns the id.
    ///
    /// # Errors
    ///
    /// Two words name the same kind of thing, or a word is neither.
    pub fn about<'w>(&mut self, words: &'w [String]) -> Result<Option<&'w str>, Failure> {
        let mut id = None;
        for word in words {
            let folder = PathBuf::from(word);
            let before = if self.is_organisation(&folder) {
                self.named.replace(folder).map(|_| "organisations")
            } else if is_id(word) {
                id.replace(word.as_str()).map(|_| "people")
            } else {
                return Err(Failure::Usage(neither(word)));
            };
            if let Some(things) = before {
                let message = Message::new(format!("`{}` names two {things}", words.join(" ")));
                let help =
                    "a folder with `gradus.toml` is the organisation, all else the id of a person";
                return Err(Failure::Usage(message.help(help)));
            }
        }
        if let (Some(id), None) = (id, self.organisation_around()?) {
            let is_folder = self.path(Path::new(id)).is_dir();
            let what = if is_folder {
                format!("no `{MARKER}` in `{id}`")
            } else {
                format!(
                    "`{id}` is no folder, and there is no organisation here to look for a person in"
                )
            };
            return Err(Failure::Environment(Message::new(what).help(NAME_IT)));
        }
        Ok(id)
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
        let mut identities = Vec::new();
        for file in files {
            self.warn_of_open_secret(&file);
            identities.extend(library_keys::load_identity_file(&file, &ask)?.identities);
        }
        Ok(identities.into_iter().collect())
    }

    /// What a tree is read with.
    ///
    /// # Errors
    ///
    /// As [`Here::identities`] and [`Here::outside`].
    pub fn given(&self) -> Result<Given, Failure> {
        Ok(Given {
            outside: self.outside()?,
            identities: self.identities()?,
        })
    }

    /// Where settings of a tree may lead: the folders of `--outside` or of the environment.
    ///
    /// # Errors
    ///
    /// One is not there.
    pub fn outside(&self) -> Result<Outside, Failure> {
        let named = self.outside_folders.iter();
        let named = named.filter(|folder| !folder.as_os_str().is_empty());
        Outside::new(named.map(|folder| self.path(folder))).map_err(|(folder, error)| {
            let what = format!("could not find the folder `{}`", folder.display());
            Failure::environment(&what, error)
        })
    }

    /// The identity files of `-i`.
    pub fn flagged_identity_files(&self) -> &[PathBuf] {
        &self.identity_files.by_flag
    }

    /// The identity files of `-i`, or else of the environment.
    pub fn named_identity_files(&self) -> Vec<PathBuf> {
        let by_flag = self.flagged_identity_files().iter();
        let named = by_flag.map(|file| self.path(file));
        named
            .chain(self.identity_files.by_environment.clone())
            .collect()
    }

    /// Says that others than its owner can read a file that holds a secret, where they can.
    pub fn warn_of_open_secret(&self, file: &Path) {
        if regular_file::is_open_to_others(file) {
            let file = visible::visible(&file.display().to_string());
            self.say(&format!(
                "others on this machine can read `{file}`: `chmod 600 {file}` keeps it to its owner"
            ));
        }
    }

    /// Prints a report as far as it was asked for: errors always, the rest not with `-q`, each with `--all`.
    pub fn print_report(&self, report: &Report) {
        let shown = if self.quiet {
            Shown::Errors
        } else if self.all {
            Shown::Each
        } else {
            Shown::FirstOfEachCode
        };
        terminal::print_report(report, shown);
    }

    /// Names in a line: the first few and how many more, or all of them.
    pub fn names(&self, names: &[&str]) -> String {
        terminal::names(names, self.all)
    }

    /// A line for each of many things: the first few and how many more, or all of them.
    pub fn say_each<T>(&self, things: &[T], line: impl Fn(&T) -> String) {
        let (shown, more) = terminal::first(things, self.all);
        for thing in shown {
            self.say(&line(thing));
        }
        if more > 0 {
            self.say(&format!("and {more} more (`--all` names each)"));
        }
    }

    /// Words for people, on stderr, in one line.
    pub fn say(&self, words: &str) {
        if !self.quiet {
            eprintln!("{}", visible::visible(words));
        }
    }

    /// The same in several lines. Names in them that anybody may have chosen are made visible before.
    pub fn say_lines(&self, words: &str) {
        if !self.quiet {
            eprintln!("{}", visible::visible_lines(words));
        }
    }
}

/// Neither an organisation's directory nor an id: a path, or a word with a mistake in it.
fn neither(word: &str) -> Message {
    let message = format!("`{word}` is neither a folder with `{MARKER}` nor the id of a person");
    let path = Path::new(word);
    let last = path.file_name().and_then(|name| name.to_str());
    let is_person = path.parent().is_some_and(|above| above.ends_with("people"));
    Message::new(message).help(match last.filter(|id| is_person && is_id(id)) {
        Some(id) => format!("name a person by their id: `{id}`"),
        None => NAME_IT.to_owned(),
    })
}

/// The first directory upwards that holds `gradus.toml`.
pub fn upwards(from: &Path) -> Option<PathBuf> {
    let up = from.ancestors();
    up.map(Path::to_owned).find(|dir| dir.join(MARKER).exists())
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
        ..
    } = loaded;
    if report.has_errors() || here.verbose {
        here.print_report(&report);
    } else if !report.diagnostics.is_empty() {
        let summary = report.summary();
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
    let given = here.given()?;
    let _line = progress::Line::show(here, "reading the tree");
    source::load_with(root, &given).map_err(Failure::from_load)
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
    let (count, named) = closed_in_words(closed);
    let other = closed
        .iter()
        .any(|(_, why)| *why == Unopened::OtherIdentity);
    let (why, help) = if other {
        (
            "the identity that was given does not open",
            "give the identity of one of their recipients, or have them sealed again to `[sources] recipients`",
        )
    } else {
        (
            "no identity was given to open",
            "name an identity file with `-i FILE` or in `GRADUS_IDENTITY_FILE`",
        )
    };
    let message = Message::new(format!("{count} not opened, and nothing is made without"))
        .note(format!("{why} {named}"))
        .help(help);
    Failure::Keys(message)
}

/// How many sealed files there are, with the verb, and which.
fn closed_in_words(closed: &[(Arc<str>, Unopened)]) -> (String, String) {
    let count = match closed.len() {
        1 => "1 sealed file is".to_owned(),
        count => format!("{count} sealed files are"),
    };
    let named = closed.iter().take(CLOSED_NAMED_MAX);
    let mut named: Vec<String> = named.map(|(path, _)| format!("`{path}`")).collect();
    if closed.len() > CLOSED_NAMED_MAX {
        named.push(format!("{} more", closed.len() - CLOSED_NAMED_MAX));
    }
    (count, named.join(", "))
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
        let shown = visible::visible;
        let what = if self.is_report {
            visible::visible_lines(&self.what)
        } else {
            shown(&self.what)
        };
        eprintln!("{error}error{error:#}: {what}");
        for cause in &self.causes {
            let cause = visible::visible_lines(cause);
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

    /// Adds what else is so.
    pub fn note(self, note: &str) -> Self {
        match self {
            Self::Content => Self::Content,
            Self::Broken(message) => Self::Broken(message.note(note)),
            Self::Usage(message) => Self::Usage(message.note(note)),
            Self::Environment(message) => Self::Environment(message.note(note)),
            Self::Keys(message) => Self::Keys(message.note(note)),
        }
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
