//! `gradus new`: drafts of every file, which a person fills in and dates.

use crate::ground::visible;
use std::path::Path;

use crate::build::acceptance::Acceptance;
use crate::domain::growth;
use crate::domain::model::{Cycle, Date, Organisation, Person};
use crate::tree::scaffold::{self, Entry, NewFile, Refusal};

use crate::cli::args::new::{self as args, New};

use super::tree_files::{Tree, Written};
use super::{Failure, Here, Message, loaded, not_whole, shell, status};

/// Makes what was asked for, and checks the tree again.
///
/// # Errors
///
/// The tree has errors, the arguments name what is not there, or a file is there already.
pub fn run(here: &Here, what: &New) -> Result<(), Failure> {
    let root = here.organisation()?;
    let (org, _) = sound(here, &root)?;
    let desk = Desk {
        here,
        tree: Tree::open(here, &root)?,
        day: org.as_of.unwrap_or(here.today),
        org: &org,
    };
    match what {
        New::Person(args) => desk.person(args),
        New::Cycle(args) => desk.cycle(args),
        New::Expectation(args) => desk.expectation(args),
        New::Peer(args) => desk.peer(args),
        New::Plan(args) => desk.plan(args),
        New::Pip(args) => desk.pip(args),
        New::Talent(args) => desk.talent(args),
        New::Log(args) => desk.log(args),
        New::Checkin(args) => desk.checkin(args),
        New::Note(args) => desk.note(args),
        New::Rubric(args) => desk.rubric(args),
    }?;
    let (org, acceptance) = sound(here, &root)?;
    if let New::Cycle(args) = what {
        owed(here, &org, &args.id)?;
    }
    if !acceptance.permits_a_build() {
        here.say("`access.lock` does not let it be built yet: `gradus access --diff` shows why, `gradus access --accept` accepts it");
    }
    Ok(())
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Usage(Message::new(refusal.what).maybe_help(refusal.help))
    }
}

/// Prints who owes what by when in a cycle, but for `-q`.
fn owed(here: &Here, org: &Organisation, cycle: &str) -> Result<(), Failure> {
    if here.quiet {
        return Ok(());
    }
    let cycle = scaffold::cycle_named(org, cycle)?;
    let commons = crate::domain::access::commons(org, org.as_of.unwrap_or(here.today));
    let tasks = status::tasks_text(here, org, &commons, &[cycle]);
    status::print(&format!("{}\n", tasks.trim_end()))
}

/// The organisation, where nothing is wrong with it. Warnings are `check`'s to tell.
fn sound(here: &Here, root: &Path) -> Result<(Organisation, Acceptance), Failure> {
    let loaded = loaded(here, root)?;
    if let Some(whole) = loaded.organisation.zip(loaded.acceptance) {
        return Ok(whole);
    }
    if loaded.report.has_errors() {
        here.print_report(&loaded.report);
    }
    Err(not_whole(&loaded.closed, &loaded.report))
}

/// What everything is made from.
struct Desk<'a> {
    here: &'a Here,
    tree: Tree<'a>,
    org: &'a Organisation,
    /// The day that facts are judged on.
    day: Date,
}

/// Which cycle is meant where none is named.
#[derive(Clone, Copy)]
enum Meant {
    Running,
    InReview,
}

impl<'a> Desk<'a> {
    fn known(&self, id: &str) -> Result<&'a Person, Failure> {
        Ok(scaffold::person_named(self.org, id)?)
    }

    fn cycle_of(
        &self,
        person: &Person,
        named: Option<&str>,
        meant: Meant,
    ) -> Result<&'a Cycle, Failure> {
        if let Some(id) = named {
            return Ok(scaffold::cycle_named(self.org, id)?);
        }
        let cycle = match meant {
            Meant::Running => scaffold::running(self.org, person, self.day),
            Meant::InReview => scaffold::in_review(self.org, person, self.day),
        };
        cycle.ok_or_else(|| {
            let message = Message::new("there is no cycle yet");
            Failure::Usage(message.help("`gradus new cycle ID` makes one"))
        })
    }

    fn write(&self, file: &NewFile) -> Result<(), Failure> {
        let path = self.tree.add_one(file)?;
        self.here.say(&format!("wrote {path}"));
        Ok(())
    }

    fn append(&self, entry: &Entry) -> Result<(), Failure> {
        let path = self.tree.append(entry)?;
        self.here.say(&format!("added to {path}"));
        Ok(())
    }

    /// Names what was written, and what was there already.
    fn tell(&self, written: &Written) {
        self.here
            .say_each(&written.made, |path| format!("wrote {path}"));
        self.here
            .say_each(&written.left, |path| format!("left {path} as it is"));
    }

    fn person(&self, args: &args::NewPerson) -> Result<(), Failure> {
        let ask = scaffold::PersonAsk {
            id: &args.id,
            name: &args.name,
            start: args.start.unwrap_or(self.day),
            level: args.level.as_deref(),
            title: args.title.as_deref(),
            team: args.team.as_deref(),
            manager: args.manager.as_deref(),
            external: args.external,
        };
        self.write(&scaffold::person(self.org, &ask)?)?;
        if !args.external {
            let next = format!("next: `gradus keys new {}` makes their key", args.id);
            self.here.say(&next);
        }
        Ok(())
    }

    fn cycle(&self, args: &args::NewCycle) -> Result<(), Failure> {
        let ask = scaffold::CycleAsk {
            id: &args.id,
            title: args.title.as_deref(),
            start: args.start,
            end: args.end,
        };
        let made = scaffold::cycle(self.org, &ask)?;
        self.tell(&self.tree.add(&made.files)?);
        self.here.say_each(&made.elsewhere, |(person, other)| {
            format!("nothing for {person}, who has files in `{other}` on the same days")
        });
        let unmanaged: Vec<&str> = made.unmanaged.iter().map(|id| id.as_str()).collect();
        if !unmanaged.is_empty() {
            let people = self.here.names(&unmanaged);
            self.here
                .say(&format!("no review for {people}: nobody manages them"));
        }
        Ok(())
    }

    fn expectation(&self, args: &args::NewExpectation) -> Result<(), Failure> {
        let person = self.known(&args.person)?;
        let cycle = self.cycle_of(person, args.cycle.as_deref(), Meant::Running)?;
        let ask = scaffold::ExpectationAsk {
            id: &args.id,
            text: args.text.as_deref(),
            kind: args.kind.map(Into::into),
            follows: args.follows.as_deref(),
            agreed: args.agreed,
        };
        for entry in scaffold::expectation(self.org, person, cycle, &ask)? {
            self.append(&entry)?;
        }
        Ok(())
    }

    fn peer(&self, args: &args::NewPeer) -> Result<(), Failure> {
        let person = self.known(&args.person)?;
        let by = self.known(&args.by)?;
        let cycle = self.cycle_of(person, args.cycle.as_deref(), Meant::InReview)?;
        let recipients = &self.tree.sources.recipients;
        let form = scaffold::peer(self.org, (person, by), cycle, self.here.today, recipients)?;
        self.write(&form.file)?;
        if form.expectations == 0 {
            let words = format!(
                "{} has agreed no expectations for `{}`: the form asks the questions alone",
                person.id, cycle.id
            );
            self.here.say(&words);
        }
        let words = format!(
            "asked {} for feedback by {}; what comes back takes its place. Here is what to send:",
            by.name, form.due
        );
        self.here.say(&words);
        shell::print(form.file.text.as_bytes())
    }

    fn plan(&self, args: &args::OfCycle) -> Result<(), Failure> {
        let person = self.known(&args.person)?;
        let cycle = self.cycle_of(person, args.cycle.as_deref(), Meant::InReview)?;
        self.write(&scaffold::plan(self.org, person, cycle)?)
    }

    fn pip(&self, args: &args::NewPip) -> Result<(), Failure> {
        let person = self.known(&args.person)?;
        let cycle = self.cycle_of(person, args.cycle.as_deref(), Meant::Running)?;
        let ask = scaffold::PipAsk {
            days: args.days,
            start: args.start.unwrap_or(self.day),
        };
        self.write(&scaffold::pip(self.org, person, cycle, ask)?)
    }

    fn talent(&self, args: &args::NewTalent) -> Result<(), Failure> {
        let person = self.known(&args.person)?;
        let cycle = self.cycle_of(person, args.cycle.as_deref(), Meant::InReview)?;
        let manager = person.manager_on(cycle.end).map(|id| id.as_str());
        let Some(by) = args.by.as_deref().or(manager) else {
            let message = Message::new(format!("nobody manages `{}`", person.id));
            return Err(Failure::Usage(
                message.help("name who assesses with `--by ID`"),
            ));
        };
        let by = self.known(by)?;
        self.write(&scaffold::talent(self.org, person, cycle, by)?)
    }

    fn log(&self, args: &args::NewLog) -> Result<(), Failure> {
        let ask = scaffold::LogAsk {
            date: args.date.unwrap_or(self.day),
            kind: args.kind.into(),
            text: args.text.as_deref(),
            by: args.by.as_deref(),
            on: args.on.as_deref(),
            competencies: &args.competencies,
            evidence: &args.evidence,
        };
        let person = self.known(&args.person)?;
        self.append(&scaffold::log(self.org, person, &ask)?)
    }

    fn checkin(&self, args: &args::NewDated) -> Result<(), Failure> {
        let person = self.known(&args.person)?;
        self.append(&scaffold::checkin(person, self.dated(args))?)?;
        let open = growth::open_actions(person);
        for action in &open {
            let text = visible::visible(action.text);
            self.here
                .say(&format!("  open since {}: {text}", action.since));
        }
        self.here
            .say("blockers, decisions, learnings; `- [ ] …` is an open action");
        Ok(())
    }

    fn note(&self, args: &args::NewDated) -> Result<(), Failure> {
        let person = self.known(&args.person)?;
        self.append(&scaffold::note(person, self.dated(args))?)
    }

    fn dated<'n>(&self, args: &'n args::NewDated) -> scaffold::DatedAsk<'n> {
        scaffold::DatedAsk {
            date: args.date.unwrap_or(self.day),
            title: args.title.as_deref(),
            text: args.text.as_deref(),
        }
    }

    fn rubric(&self, args: &args::NewRubric) -> Result<(), Failure> {
        let ask = scaffold::RubricAsk {
            track: &args.track,
            title: args.title.as_deref(),
            levels: &args.levels,
            extends: args.extends.as_deref(),
            public: args.public,
        };
        let files = scaffold::rubric(self.org, &ask)?;
        let written = self.tree.add(&files)?;
        self.tell(&written);
        if written.made.is_empty() {
            let message = Message::new(format!("the track `{}` is there already", args.track));
            Err(Failure::Environment(message.help("nothing is overwritten")))
        } else {
            Ok(())
        }
    }
}
