//! What `gradus new` takes.

use clap::{Args, Subcommand, ValueEnum};

use crate::domain::model::{Date, ExpectationKind, LogKind};

use super::InOrg;

#[derive(Debug, Subcommand)]
pub enum New {
    /// Make a person: `people/<ID>/person.toml`
    Person(NewPerson),
    /// Make a cycle: its questions, and for everyone who takes part expectations, self-assessment, review and response
    Cycle(NewCycle),
    /// Add an expectation at the end of a person's draft
    Expectation(NewExpectation),
    /// Make a form that asks for feedback, with what to judge and who will read it; print it too, to be sent
    Peer(NewPeer),
    /// Make a development plan, with the goals that the response names
    #[command(after_help = "\
Examples:
  gradus new plan kim")]
    Plan(OfCycle),
    /// Make an improvement plan, a draft until it has a start
    Pip(NewPip),
    /// Make a talent mapping, which its subject never reads
    Talent(NewTalent),
    /// Add an entry to a person's log: a win, feedback, an award, a touchpoint
    Log(NewLog),
    /// Add an entry to a person's 1:1 log
    #[command(after_help = "\
Examples:
  gradus new checkin kim --text \"- [ ] Write the runbook\"")]
    Checkin(NewDated),
    /// Add a private note about a person, for their managers alone
    #[command(after_help = "\
Examples:
  gradus new note kim --title \"Before the review\"")]
    Note(NewDated),
    /// Make a career track with its levels
    Rubric(NewRubric),
}

impl New {
    /// The organisation to make it in.
    pub(super) fn organisation(&self) -> &InOrg {
        match self {
            Self::Person(args) => &args.org,
            Self::Cycle(args) => &args.org,
            Self::Expectation(args) => &args.org,
            Self::Peer(args) => &args.org,
            Self::Plan(args) => &args.org,
            Self::Pip(args) => &args.org,
            Self::Talent(args) => &args.org,
            Self::Log(args) => &args.org,
            Self::Checkin(args) | Self::Note(args) => &args.org,
            Self::Rubric(args) => &args.org,
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus new person kim --name \"Kim Lee\" --manager alex --level ic/l1")]
pub struct NewPerson {
    #[arg(value_name = "ID")]
    pub id: String,

    /// As it is shown
    #[arg(long)]
    pub name: String,

    /// The first day [default: today]
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    pub start: Option<Date>,

    /// The direct manager
    #[arg(long, value_name = "ID")]
    pub manager: Option<String>,

    /// The level held
    #[arg(long, value_name = "TRACK/LEVEL")]
    pub level: Option<String>,

    /// Their own title, where it is not the level's
    #[arg(long)]
    pub title: Option<String>,

    #[arg(long)]
    pub team: Option<String>,

    /// Of elsewhere: gives feedback, takes part in no cycle
    #[arg(long)]
    pub external: bool,

    #[command(flatten)]
    pub org: InOrg,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus new cycle 2027-h1
  gradus new cycle spring --start 2027-02-01 --end 2027-05-31")]
pub struct NewCycle {
    /// `2026-h2`, `2026-q3` and `2026` say their days themselves
    #[arg(value_name = "ID")]
    pub id: String,

    /// As it is shown
    #[arg(long)]
    pub title: Option<String>,

    /// The first day
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    pub start: Option<Date>,

    /// The last day
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    pub end: Option<Date>,

    #[command(flatten)]
    pub org: InOrg,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus new expectation kim auth --text \"Lead the migration\"")]
pub struct NewExpectation {
    #[arg(value_name = "PERSON")]
    pub person: String,

    /// What feedback calls it: a short name
    #[arg(value_name = "ID")]
    pub id: String,

    /// What will be different at the end
    #[arg(long, allow_hyphen_values = true)]
    pub text: Option<String>,

    /// Why it was chosen
    #[arg(long, value_enum)]
    pub kind: Option<Kind>,

    /// What it carries on: `<cycle>/<expectation>` or `<cycle>/plan/<goal>`
    #[arg(long, value_name = "EARLIER")]
    pub follows: Option<String>,

    /// The day it was agreed, where the others were agreed before
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    pub agreed: Option<Date>,

    /// [default: the cycle that runs]
    #[arg(long, value_name = "CYCLE")]
    pub cycle: Option<String>,

    #[command(flatten)]
    pub org: InOrg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Remedy,
    NextLevel,
    Objective,
    Interest,
    Stable,
    Onboarding,
}

impl From<Kind> for ExpectationKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Remedy => Self::Remedy,
            Kind::NextLevel => Self::NextLevel,
            Kind::Objective => Self::Objective,
            Kind::Interest => Self::Interest,
            Kind::Stable => Self::Stable,
            Kind::Onboarding => Self::Onboarding,
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus new peer kim --by sam")]
pub struct NewPeer {
    /// Whom it is about
    #[arg(value_name = "PERSON")]
    pub person: String,

    /// Who is asked
    #[arg(long, value_name = "ID")]
    pub by: String,

    /// [default: the cycle whose feedback is being written, else the one that runs]
    #[arg(long, value_name = "CYCLE")]
    pub cycle: Option<String>,

    #[command(flatten)]
    pub org: InOrg,
}

#[derive(Debug, Args)]
pub struct OfCycle {
    #[arg(value_name = "PERSON")]
    pub person: String,

    /// [default: the cycle whose feedback is being written, else the one that runs]
    #[arg(long, value_name = "CYCLE")]
    pub cycle: Option<String>,

    #[command(flatten)]
    pub org: InOrg,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus new pip kim --days 90")]
pub struct NewPip {
    #[arg(value_name = "PERSON")]
    pub person: String,

    /// How long it runs, in days
    #[arg(long, default_value_t = 60)]
    pub days: u32,

    /// The day to propose for its start [default: today]
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    pub start: Option<Date>,

    /// [default: the cycle that runs]
    #[arg(long, value_name = "CYCLE")]
    pub cycle: Option<String>,

    #[command(flatten)]
    pub org: InOrg,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus new talent kim")]
pub struct NewTalent {
    #[arg(value_name = "PERSON")]
    pub person: String,

    /// Who assesses [default: the manager]
    #[arg(long, value_name = "ID")]
    pub by: Option<String>,

    /// [default: the cycle whose feedback is being written, else the one that runs]
    #[arg(long, value_name = "CYCLE")]
    pub cycle: Option<String>,

    #[command(flatten)]
    pub org: InOrg,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus new log kim --text \"Closed the incident within an hour\"")]
pub struct NewLog {
    #[arg(value_name = "PERSON")]
    pub person: String,

    #[arg(long, value_enum, default_value_t = Entry::Win)]
    pub kind: Entry,

    /// What happened, and what came of it [default: an entry behind `#`, to fill in]
    #[arg(long, allow_hyphen_values = true)]
    pub text: Option<String>,

    /// Who says so
    #[arg(long, value_name = "ID")]
    pub by: Option<String>,

    /// The expectation that it belongs to
    #[arg(long, value_name = "EXPECTATION")]
    pub on: Option<String>,

    /// An area of the rubric; may be given several times
    #[arg(long = "competency", value_name = "ID")]
    pub competencies: Vec<String>,

    /// A web address; may be given several times
    #[arg(long, value_name = "URL")]
    pub evidence: Vec<String>,

    /// [default: today]
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    pub date: Option<Date>,

    #[command(flatten)]
    pub org: InOrg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Entry {
    Win,
    Feedback,
    Award,
    /// Of a review of code or design, a postmortem, a demo
    Touchpoint,
}

impl From<Entry> for LogKind {
    fn from(entry: Entry) -> Self {
        match entry {
            Entry::Win => Self::Win,
            Entry::Feedback => Self::Feedback,
            Entry::Award => Self::Award,
            Entry::Touchpoint => Self::Touchpoint,
        }
    }
}

#[derive(Debug, Args)]
pub struct NewDated {
    #[arg(value_name = "PERSON")]
    pub person: String,

    /// [default: today]
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    pub date: Option<Date>,

    #[arg(long)]
    pub title: Option<String>,

    /// Markdown; a line of `- [ ] …` is an open action
    #[arg(long, allow_hyphen_values = true)]
    pub text: Option<String>,

    #[command(flatten)]
    pub org: InOrg,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gradus new rubric ic --levels l1,l2,l3,l4")]
pub struct NewRubric {
    /// The track: a directory of `rubrics/`
    #[arg(value_name = "TRACK")]
    pub track: String,

    /// As it is shown
    #[arg(long)]
    pub title: Option<String>,

    /// Its levels, from the lowest up
    #[arg(
        long,
        value_name = "ID",
        value_delimiter = ',',
        default_value = "l1,l2,l3"
    )]
    pub levels: Vec<String>,

    /// A track whose areas and cells it inherits
    #[arg(long, value_name = "TRACK")]
    pub extends: Option<String>,

    /// Plain pages that anyone who reaches the host can read
    #[arg(long)]
    pub public: bool,

    #[command(flatten)]
    pub org: InOrg,
}
