//! The command line as clap structs, and nothing else.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use gradus::model::Date;

/// A directory tree of review portfolios in git becomes an encrypted static site that each engineer
/// opens in a plain browser with their own key.
#[derive(Debug, Parser)]
#[command(
    name = "gradus",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// Begin here instead of in the current directory
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,

    /// Open sealed sources with this identity; may be given several times [env: GRADUS_IDENTITY_FILE]
    #[arg(short, long = "identity", value_name = "FILE", global = true)]
    pub identities: Vec<PathBuf>,

    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say more
    #[arg(short, long, global = true)]
    pub verbose: bool,

    /// Colour in what is printed for people
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorWhen::Auto, global = true)]
    pub color: ColorWhen,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a tree that builds at once
    Init(Init),
    /// Report every mistake in the tree; needs no keys
    Check(Check),
    /// Write the sealed site
    Build(Build),
    /// Show who can open what, and why
    Access(Access),
    /// Make and list identities and recipients
    #[command(subcommand)]
    Keys(Keys),
    /// Encrypt sources: `peer-linus.md` becomes `peer-linus.md.age`, which the tree may hold instead
    Seal(Seal),
    /// Open sealed sources: `peer-linus.md.age` becomes `peer-linus.md`
    Unseal(Unseal),
    /// Make files of the tree from what is kept elsewhere
    #[command(subcommand)]
    Import(Import),
    /// Print a completion script
    Completions(Completions),
    /// Print the manual page, or write one for every command
    Man(Man),
}

#[derive(Debug, Args)]
pub struct Init {
    /// Where to write; created if it is not there
    #[arg(value_name = "DIR", default_value = ".")]
    pub target: PathBuf,

    /// What to begin with
    #[arg(long, value_enum, default_value_t = Template::Team)]
    pub template: Template,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// A manager, an engineer, a rubric and the running half-year
    Team,
    /// One person who keeps their own portfolio
    Solo,
    /// A rubric that everyone may read
    Rubric,
}

#[derive(Debug, Args)]
pub struct Check {
    /// The organisation; default: found upwards from here
    #[arg(value_name = "ORG")]
    pub organisation: Option<PathBuf>,

    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub format: CheckFormat,

    /// Exit with 1 on warnings too
    #[arg(long)]
    pub deny_warnings: bool,

    /// Explain one code, such as `E021`, and stop
    #[arg(long, value_name = "CODE", conflicts_with_all = ["organisation", "format", "deny_warnings"])]
    pub explain: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    Human,
    Json,
    /// Workflow commands that annotate a pull request
    Github,
    /// A code quality report
    Gitlab,
}

#[derive(Debug, Args)]
pub struct Build {
    /// The organisation; default: found upwards from here
    #[arg(value_name = "ORG")]
    pub organisation: Option<PathBuf>,

    /// The folder to write [default: `public` in the organisation]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// The day that facts are judged on; who may read what always follows the real day
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,

    /// Encrypt everything again, so that unchanged files cannot be told from changed ones
    #[arg(long)]
    pub fresh: bool,

    /// Do everything but seal and write; needs no site key
    #[arg(long)]
    pub dry_run: bool,

    /// Print what was done as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Access {
    /// Only what this person opens, or the sections about them
    #[arg(value_name = "ID")]
    pub person: Option<String>,

    /// Print sections and readers as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Make an identity for a person and add its recipient to `person.toml`
    New(KeysNew),
    /// List the recipients of everyone, and how far they reach
    List(KeysList),
    /// Wrap a person's identity with a passphrase, so that they can unlock by login
    Login(KeysLogin),
    /// Make the site key and write its signer into `gradus.toml`
    Site,
}

#[derive(Debug, Args)]
pub struct KeysNew {
    /// The person; without a tree around, the recipient is only printed
    #[arg(value_name = "ID")]
    pub person: String,

    /// The identity file to write [default: `<ID>.key.txt` here]
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// The site's signer to pin, where there is no tree to take it from
    #[arg(long, value_name = "KEY")]
    pub signer: Option<String>,
}

#[derive(Debug, Args)]
pub struct KeysList {
    /// Print as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct KeysLogin {
    /// The person
    ///
    /// `-i FILE` names their identity; without it they get a new one, known by its passphrase alone
    #[arg(value_name = "ID")]
    pub person: String,
}

#[derive(Debug, Args)]
pub struct Seal {
    /// The files; each is replaced by one with a further `.age` ending
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// Whose identity opens them, an `age1…` key; may be given several times [default: `[sources] recipients`]
    #[arg(long, value_name = "RECIPIENT")]
    pub to: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Unseal {
    /// The files; each is replaced by one without its `.age` ending, which only you can read
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Import {
    /// Make a track of `rubrics/` from a table of levels and competencies
    Rubric(ImportRubric),
}

#[derive(Debug, Args)]
pub struct ImportRubric {
    /// A spreadsheet saved as CSV, or a markdown file with tables
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// The track to make [default: the file's name]
    #[arg(long, value_name = "ID")]
    pub track: Option<String>,

    /// Where the levels stand [default: as their headings tell]
    #[arg(long, value_enum, value_name = "WHERE")]
    pub levels: Option<LevelsIn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LevelsIn {
    /// Each column is a level
    Columns,
    /// Each row is a level
    Rows,
}

#[derive(Debug, Args)]
pub struct Completions {
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub struct Man {
    /// Write the pages of all commands into this folder
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}
