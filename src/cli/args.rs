//! The command line as clap structs, and nothing else.

pub mod new;

use std::path::{Path, PathBuf};

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::parser::ValueSource;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::domain::model::Date;
use glob::Pattern;

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
    /// Run as if started in this directory: the organisation, or one inside it
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,

    /// Open sealed sources with this identity; may be given several times
    #[arg(
        short,
        long = "identity",
        value_name = "FILE",
        global = true,
        env = IDENTITY_FILE,
        hide_env_values = true,
        value_parser = OsStringValueParser::new().map(PathBuf::from)
    )]
    identities: Vec<PathBuf>,

    /// Let settings of the tree lead out of it, into this folder; may be given several times
    #[arg(
        long,
        value_name = "DIR",
        global = true,
        env = OUTSIDE,
        value_delimiter = ':',
        value_parser = OsStringValueParser::new().map(PathBuf::from)
    )]
    pub outside: Vec<PathBuf>,

    /// Whether the environment names the identity, and no flag
    #[arg(skip)]
    identity_of_environment: bool,

    /// Print errors, and nothing else that was not asked for
    #[arg(short, long, global = true, conflicts_with_all = ["verbose", "all"])]
    pub quiet: bool,

    /// Print more detail
    #[arg(short, long, global = true)]
    pub verbose: bool,

    /// Print every piece of advice and every name, where the first three and a count would do
    #[arg(long, global = true)]
    pub all: bool,

    /// When to print colour for people
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorWhen::Auto, global = true)]
    pub color: ColorWhen,

    #[command(subcommand)]
    pub command: Command,
}

/// Names a file with the builder's identity.
const IDENTITY_FILE: &str = "GRADUS_IDENTITY_FILE";

/// Names folders outside of the tree that its settings may lead into, with `:` between them.
const OUTSIDE: &str = "GRADUS_OUTSIDE";

/// The identity files that somebody named.
#[derive(Debug, Clone, Default)]
pub struct IdentityFiles {
    /// By `-i`.
    pub by_flag: Vec<PathBuf>,
    /// By the environment. None if a flag names one.
    pub by_environment: Option<PathBuf>,
}

impl Cli {
    /// Reads the command line of this process.
    ///
    /// # Errors
    ///
    /// It is none of gradus, or asks for help or the version.
    pub fn of_process() -> Result<Self, clap::Error> {
        let matches = Self::command().try_get_matches()?;
        let mut cli = Self::from_arg_matches(&matches)?;
        let source = matches.value_source("identities");
        cli.identity_of_environment = source == Some(ValueSource::EnvVariable);
        Ok(cli)
    }

    /// What names the builder's identity; an empty variable names none.
    pub fn identity_files(&self) -> IdentityFiles {
        let mut named = self
            .identities
            .iter()
            .filter(|file| !file.as_os_str().is_empty());
        if self.identity_of_environment {
            return IdentityFiles {
                by_environment: named.next().cloned(),
                ..IdentityFiles::default()
            };
        }
        IdentityFiles {
            by_flag: self.identities.clone(),
            by_environment: None,
        }
    }
}

/// The organisation that a command is about.
#[derive(Debug, Default, Args)]
pub struct InOrg {
    /// The organisation [default: found upwards from here]
    #[arg(value_name = "ORG")]
    pub organisation: Option<PathBuf>,
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
    /// Show the example organisation as a site in a browser
    Demo(Demo),
    /// Write a tree that builds at once
    Init(Init),
    /// Make drafts of people, cycles, expectations, requests for feedback and the like; nothing is overwritten
    #[command(subcommand)]
    New(new::New),
    /// Report every mistake in the tree; needs no keys
    Check(Check),
    /// Count the figures of a cycle that is over, once, for everyone to read
    Close(Close),
    /// Show where everyone stands, and who owes what by when
    Status(Status),
    /// Write the sealed site
    Build(Build),
    /// Preview the site in a browser, as any of its readers sees it; rebuilt when a file changes
    Serve(Serve),
    /// Show who can open what, and why
    Access(Access),
    /// Make and list identities and recipients
    #[command(subcommand)]
    Keys(Keys),
    /// Say whether a published site is what its owner signed
    Verify(Verify),
    /// Read a published site without any code that it serves
    Open(Open),
    /// Rename a person: files, references, access lock and history
    Mv(Mv),
    /// Encrypt sources: `peer-linus.md` becomes `peer-linus.md.age`, which the tree may hold instead
    Seal(Seal),
    /// Open sealed sources: `peer-linus.md.age` becomes `peer-linus.md`
    Unseal(Unseal),
    /// Make files of the tree from what is kept elsewhere
    #[command(subcommand)]
    Import(Import),
    /// Print the JSON Schema of a kind of file, for editors
    Schema(Schema),
    /// Print a completion script
    Completions(Completions),
    /// Print the manual page, or write one for every command
    Man(Man),
}

impl Command {
    /// The organisation that the command names, besides `-C`. What `check`, `status`, `access` and `seal` name may be one
    /// too: they look for themselves.
    pub fn organisation(&self) -> Option<&Path> {
        let named = match self {
            Self::New(new) => new.organisation(),
            Self::Close(args) => &args.org,
            Self::Mv(args) => &args.org,
            Self::Build(args) => &args.org,
            Self::Serve(args) => &args.org,
            Self::Verify(args) => &args.org,
            Self::Open(args) => &args.org,
            Self::Keys(keys) => keys.organisation()?,
            Self::Import(Import::Rubric(args)) => &args.org,
            _ => return None,
        };
        named.organisation.as_deref()
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus demo --open")]
pub struct Demo {
    /// The port on 127.0.0.1; 0 takes any that is free
    #[arg(long, value_name = "PORT", default_value_t = 4040)]
    pub port: u16,

    /// Open the link in the browser
    #[arg(long)]
    pub open: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus init growth                   # a manager, an engineer, a rubric and the running half-year
  gradus init --template empty growth  # the settings alone")]
pub struct Init {
    /// Where to write; created if it is not there
    #[arg(value_name = "DIR", default_value = ".")]
    pub target: PathBuf,

    /// What to begin with
    #[arg(long, value_enum, default_value_t = Template::Team)]
    pub template: Template,

    /// Write a pipeline too, that checks every change and publishes the default branch
    #[arg(long, value_enum, value_name = "FORGE")]
    pub ci: Option<CiForge>,
}

/// Where the tree is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CiForge {
    Gitlab,
    Github,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// A manager, an engineer, a rubric and the running half-year
    Team,
    /// One person who keeps their own portfolio
    Solo,
    /// A rubric that everyone may read
    Rubric,
    /// The settings alone, for a team that brings its own rubric and people
    Empty,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus check                 # the organisation around the current directory
  gradus check org/people/sam  # one part of another
  gradus check --explain E021")]
pub struct Check {
    /// The organisation, or the file or folder in it that is asked about [default: found upwards from here]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,

    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub format: CheckFormat,

    /// Exit with 1 on warnings and advice too, and print them even with `-q`
    #[arg(long)]
    pub deny_warnings: bool,

    /// Explain one code, such as `E021`, and stop
    #[arg(long, value_name = "CODE", conflicts_with_all = ["path", "format", "deny_warnings"])]
    pub explain: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
The figures count what was there `close_within_days` after the cycle's end; texts dated later do not count. They are
written to `cycles/CYCLE.figures.toml`, and builds publish that file. Run again, the command changes a number only
where five people or more differ; else the file stays as it is, which is no failure.

Examples:
  gradus close 2026-h1")]
pub struct Close {
    /// The cycle
    #[arg(value_name = "CYCLE")]
    pub cycle: String,

    #[command(flatten)]
    pub org: InOrg,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Everything that names the person by their id follows: their folder, the names of files, every key of every file that
declares the id of a person, `access.lock`. Words in texts stay. All of it changes, or nothing: stopped amid, it goes on
where you run it again. Sealed sources need an identity that opens them.

Examples:
  gradus mv people/ada people/ada-okafor
  gradus mv --dry-run people/ada people/ada-okafor  # shows what would change")]
pub struct Mv {
    /// The person's folder
    #[arg(value_name = "people/OLD")]
    pub from: String,

    /// The same with the new id
    #[arg(value_name = "people/NEW")]
    pub to: String,

    /// Show what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,

    #[command(flatten)]
    pub org: InOrg,
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
#[command(after_help = "\
Examples:
  gradus status                      # everyone
  gradus status kim                  # one person
  gradus status org --ics calendars  # deadlines, a calendar for each person")]
pub struct Status {
    /// The organisation, and the person who is asked about [default: found upwards from here, and everyone]
    #[arg(value_name = "ORG|ID", num_args = 1..=2)]
    pub about: Vec<String>,

    /// Only this cycle [default: those that something is to be done in]
    #[arg(long, value_name = "CYCLE")]
    pub cycle: Option<String>,

    /// Print how the process goes for everyone: completion, goals, trend, as aggregates
    #[arg(long, conflicts_with_all = ["cycle", "ics"])]
    pub org: bool,

    /// Print as JSON
    #[arg(long, conflicts_with = "ics")]
    pub json: bool,

    /// Write the open deadlines into this folder, as a calendar for each person
    #[arg(long, value_name = "DIR")]
    pub ics: Option<PathBuf>,
}

#[derive(Debug, Default, Args)]
#[command(after_help = "\
Examples:
  gradus build                            # writes `public/`
  gradus build --deploy nginx --portable
  gradus build org --dry-run              # everything but seal and write")]
pub struct Build {
    #[command(flatten)]
    pub org: InOrg,

    /// The folder to write [default: `public` in the organisation]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// The day that facts are judged on; who may read what always follows the real day
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Date>,

    /// Encrypt everything again, so that unchanged files cannot be told from changed ones
    #[arg(long)]
    pub fresh: bool,

    /// Make the site open from disk too, by a double click on `index.html`
    #[arg(long)]
    pub portable: bool,

    /// Write into `deploy` in the organisation what this kind of host needs: headers, cache rules, order of upload
    #[arg(long, value_enum, value_name = "HOST")]
    pub deploy: Option<DeployHost>,

    /// Do everything but seal and write; needs no site key
    #[arg(long)]
    pub dry_run: bool,

    /// Print what was done as JSON
    #[arg(long)]
    pub json: bool,
}

/// What hosts a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DeployHost {
    Nginx,
    Caddy,
    /// Amazon S3 behind CloudFront
    S3,
    /// GitLab Pages
    Gitlab,
    /// GitHub Pages
    Github,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus serve --open
  gradus serve org --as sam")]
pub struct Serve {
    #[command(flatten)]
    pub org: InOrg,

    /// Begin as this person, or as `nobody` for the locked page [default: whoever opens most]
    #[arg(long = "as", value_name = "ID")]
    pub reader: Option<String>,

    #[command(flatten)]
    pub listening: Listening,
}

/// Where a browser on this machine reaches what a command shows.
#[derive(Debug, Args)]
pub struct Listening {
    /// The port on this machine; 0 takes any that is free
    #[arg(long, value_name = "PORT", default_value_t = 4040)]
    pub port: u16,

    /// `localhost` serves at a random name below it. `127.0.0.1` serves at a random path, for browsers that do not resolve such names, as Safari
    #[arg(long, value_enum, value_name = "HOST", default_value_t = Host::Localhost)]
    pub host: Host,

    /// Open it in the browser, by a file in your home folder that is removed after use
    #[arg(long)]
    pub open: bool,
}

/// The host in the addresses of a preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Host {
    Localhost,
    #[value(name = "127.0.0.1")]
    Loopback,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus access sam       # who reads what about Sam, and what Sam reads
  gradus access --diff    # what would change for whom
  gradus access --accept  # accepts it")]
pub struct Access {
    /// The organisation, and the person whose sections are asked about [default: found upwards from here, and everyone]
    #[arg(value_name = "ORG|ID", num_args = 1..=2)]
    pub about: Vec<String>,

    /// Print sections and readers as JSON
    #[arg(long)]
    pub json: bool,

    /// Write `access.lock` as the tree is, and print what that accepts
    #[arg(long, conflicts_with = "json")]
    pub accept: bool,

    /// With `--accept`: accept the whole organisation, where there is no `access.lock` or it cannot be read
    #[arg(long, requires = "accept")]
    pub new: bool,

    /// Print how the tree differs from `access.lock`; exits with 1 where somebody would read more. Of sealed files that no
    /// identity opens, it says so and compares the rest
    #[arg(long, conflicts_with_all = ["json", "accept"])]
    pub diff: bool,
}

#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Make an identity for a person and add its recipient to `person.toml`
    New(KeysNew),
    /// List the recipients of everyone, and how far they reach
    List(KeysList),
    /// Wrap a person's identity with a passphrase, so that they can unlock by login
    Login(KeysLogin),
    /// Set the last day on which a person's key counts
    Retire(KeysRetire),
    /// Take a key out of everything that is built from now on, such as one that was stolen
    Revoke(KeysRevoke),
    /// Make the site key and write its signer into `gradus.toml`
    Site(KeysSite),
    /// Pin a site's signer in an identity file, in the place of the one that is pinned there
    Pin(KeysPin),
}

impl Keys {
    /// None if the command is about a file.
    fn organisation(&self) -> Option<&InOrg> {
        Some(match self {
            Self::New(args) => &args.org,
            Self::List(args) => &args.org,
            Self::Login(args) => &args.org,
            Self::Retire(args) => &args.org,
            Self::Revoke(args) => &args.org,
            Self::Site(args) => &args.org,
            Self::Pin(_) => return None,
        })
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus keys retire sam --on 2026-12-31")]
pub struct KeysRetire {
    /// The person
    #[arg(value_name = "ID")]
    pub person: String,

    /// The last day on which it counts
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub on: Date,

    /// Which of their keys, or enough of its beginning [default: the only one without an end]
    #[arg(long, value_name = "RECIPIENT")]
    pub key: Option<String>,

    #[command(flatten)]
    pub org: InOrg,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus keys revoke age1qx0")]
pub struct KeysRevoke {
    /// The public key, or enough of its beginning
    #[arg(value_name = "RECIPIENT")]
    pub recipient: String,

    #[command(flatten)]
    pub org: InOrg,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus keys site
  gradus keys site --rotate  # the old one is lost or stolen")]
pub struct KeysSite {
    /// Make another in the place of one that is lost or stolen; every reader has to pin the new signer then
    #[arg(long)]
    pub rotate: bool,

    #[command(flatten)]
    pub org: InOrg,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus keys pin sam.key.txt --signer ed25519:KEY")]
pub struct KeysPin {
    /// The identity file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// The site's signer
    #[arg(long, value_name = "KEY")]
    pub signer: String,

    /// The signer that it takes the place of, where the file pins several
    #[arg(long, value_name = "KEY")]
    pub instead_of: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus keys new sam                          # writes sam.key.txt, and adds its public half to person.toml
  gradus keys new sam org -o safe/sam.key.txt")]
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

    /// Make a post-quantum one, `age1pq1…` [default: where the site is sealed to such]
    #[arg(long)]
    pub post_quantum: bool,

    #[command(flatten)]
    pub org: InOrg,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus keys list")]
pub struct KeysList {
    /// Print as JSON
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    pub org: InOrg,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus keys login sam -i sam.key.txt")]
pub struct KeysLogin {
    /// The person
    ///
    /// `-i FILE` names their identity; without it they get a new one, known by its passphrase alone
    #[arg(value_name = "ID")]
    pub person: String,

    /// Ask for a passphrase of your own, or read a line of standard input, rather than make seven random words
    #[arg(long)]
    pub own: bool,

    #[command(flatten)]
    pub org: InOrg,
}

/// Whose site it must be, and how new.
#[derive(Debug, Args)]
pub struct Trusting {
    /// The key that must have signed it, `ed25519:…` [default: `[seal] signer` of the organisation found here]
    #[arg(long, value_name = "KEY")]
    pub signer: Option<String>,

    /// Refuse builds with a lower number as old copies [default: the last one made here]
    #[arg(long, value_name = "BUILD")]
    pub at_least: Option<u64>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus verify https://growth.example/
  gradus verify public org --deny-warnings")]
pub struct Verify {
    /// A folder, or an address that begins with `https://` (`http://` on this machine alone)
    #[arg(value_name = "SITE")]
    pub site: String,

    #[command(flatten)]
    pub org: InOrg,

    #[command(flatten)]
    pub trusting: Trusting,

    /// Unsigned files that may lie in SITE: a path in it, `*` within a folder, `**` across folders; each is still searched for secrets
    #[arg(long, value_name = "GLOB")]
    pub allow: Vec<Pattern>,

    /// Exit with 1 on warnings too
    #[arg(long)]
    pub deny_warnings: bool,

    /// Print what was found as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus open https://growth.example/ -i sam.key.txt
  gradus open public -i sam.key.txt -o pages")]
pub struct Open {
    /// A folder, or an address that begins with `https://` (`http://` on this machine alone)
    #[arg(value_name = "SITE")]
    pub site: String,

    /// Write plain pages into this folder, which must be new or empty [default: show them in a browser on this machine]
    #[arg(short, long, value_name = "DIR", conflicts_with_all = ["port", "host", "open"])]
    pub out: Option<PathBuf>,

    /// Take the identity from the site, by this login; the passphrase is asked for, or read from standard input
    #[arg(long, value_name = "NAME")]
    pub login: Option<String>,

    #[command(flatten)]
    pub org: InOrg,

    #[command(flatten)]
    pub trusting: Trusting,

    #[command(flatten)]
    pub listening: Listening,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus seal people/sam/2026-h1/peer-kim.md
  gradus seal people/sam/log.toml --to age1KEY")]
pub struct Seal {
    /// The files, each replaced by one with a further `.age` ending; and the organisation, if it is not around them
    #[arg(value_name = "ORG|FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// Whose identity opens them, an `age1…` key; may be given several times [default: `[sources] recipients`]
    #[arg(long, value_name = "RECIPIENT")]
    pub to: Vec<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus unseal people/sam/log.toml.age -i keeper.key.txt")]
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
#[command(after_help = "\
Examples:
  gradus import rubric ladder.csv
  gradus import rubric ladder.md --track ic --levels rows")]
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

    #[command(flatten)]
    pub org: InOrg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LevelsIn {
    /// Each column is a level
    Columns,
    /// Each row is a level
    Rows,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus schema                # lists the kinds
  gradus schema expectations
  gradus schema --out .schema")]
pub struct Schema {
    /// Such as `expectations` [default: list the kinds]
    #[arg(value_name = "KIND")]
    pub kind: Option<String>,

    /// Write the schemas of all kinds into this folder
    #[arg(short, long, value_name = "DIR", conflicts_with = "kind")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus completions bash > ~/.local/share/bash-completion/completions/gradus")]
pub struct Completions {
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus man | man -l -
  gradus man --out man")]
pub struct Man {
    /// Write the pages of all commands into this folder
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// A date in the words of the tree's files: a year of four digits, and every zero.
fn date(text: &str) -> Result<Date, String> {
    let date = text.parse().ok();
    let date = date.filter(|day: &Date| text.len() == 10 && day.to_string() == text);
    date.ok_or_else(|| "dates are days of the calendar, written as in `2026-11-15`".to_owned())
}
