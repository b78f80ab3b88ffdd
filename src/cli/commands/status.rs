//! `gradus status`: where everyone stands, and who owes what by when.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use crate::domain::growth::{self, Phase, PhaseState, PhaseStatus};
use crate::domain::model::{
    Commons, Cycle, CycleFigures, Date, GroupFigures, Organisation, Person, PersonId,
};
use crate::domain::status::{self, CALENDAR_MARK, CycleStatus, PersonStatus, Task};
use crate::{cli::terminal, domain::access, ground::private, tree::scaffold};
use serde::Serialize;

use crate::cli::args;

use super::{Failure, Here, Message, checked, shell};

/// Prints it. However much is overdue, that is no failure.
///
/// # Errors
///
/// The tree has errors, there is no such cycle, or a calendar cannot be written.
pub fn run(here: &Here, args: &args::Status, id: Option<&str>) -> Result<(), Failure> {
    if let (Some(id), true) = (id, args.org) {
        let message = Message::new(format!("`--org` is about everyone, not `{id}`"));
        return Err(Failure::Usage(message));
    }
    let root = here.organisation()?;
    let org = checked(here, &root)?;
    let person = id.map(|id| scaffold::person_named(&org, id)).transpose()?;
    let of = Asked {
        org: &org,
        person: person.map(|person| &person.id),
    };
    let commons = access::commons(&org, org.as_of.unwrap_or(here.today));
    let named = args
        .cycle
        .as_deref()
        .map(|id| scaffold::cycle_named(&org, id))
        .transpose()?;
    let cycles = named.map_or_else(|| status::in_hand(&org, &commons), |cycle| vec![cycle]);
    if let Some(folder) = &args.ics {
        return write_calendars(here, of, &commons, &cycles, &here.path(folder));
    }
    match (args.org, args.json) {
        (true, json) => figures(&org, &commons, json),
        (false, true) => {
            let cycle = named.or_else(|| status::current(&org, commons.as_of));
            shell::print_json(&json(of, &commons, cycle))
        }
        (false, false) => print(&text(here, of, &commons, &cycles)),
    }
}

/// Words with colour, for standard output: stripped where none is wanted.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = Vec::new();
    let wanted = anstream::AutoStream::choice(&std::io::stdout());
    let mut stream = anstream::AutoStream::new(&mut out, wanted);
    let written = stream.write_all(text.as_bytes());
    written.map_err(|e| Failure::environment("could not write to standard output", e))?;
    shell::print(&out)
}

/// Everyone, or one person.
#[derive(Clone, Copy)]
struct Asked<'a> {
    org: &'a Organisation,
    person: Option<&'a PersonId>,
}

impl<'a> Asked<'a> {
    fn is_about(&self, id: &PersonId) -> bool {
        self.person.is_none_or(|person| person == id)
    }

    fn cycle(&self, commons: &Commons, cycle: &'a Cycle) -> CycleStatus<'a> {
        let mut status = status::cycle_status(self.org, commons, cycle);
        status.people.retain(|person| self.is_about(&person.id));
        status
    }

    /// What they owe, and what others owe them.
    fn tasks(&self, commons: &Commons, cycles: &[&Cycle]) -> Vec<Task> {
        let mut tasks = tasks(self.org, commons, cycles);
        tasks.retain(|task| self.is_about(&task.owner) || self.is_about(&task.about));
        tasks
    }
}

fn text(here: &Here, of: Asked<'_>, commons: &Commons, cycles: &[&Cycle]) -> String {
    if cycles.is_empty() {
        return "there is no cycle yet: `gradus new cycle ID` makes one\n".to_owned();
    }
    let mut text = String::new();
    for cycle in cycles {
        let status = of.cycle(commons, cycle);
        text.push_str(&terminal::cycle(&status, commons.as_of));
    }
    let mut actions = status::actions(of.org);
    actions.retain(|action| of.is_about(&action.person));
    text.push_str(&terminal::actions(&actions));
    let tasks = of.tasks(commons, cycles);
    text.push_str(&terminal::tasks(&tasks, commons.as_of, here.all));
    if of.person.is_none() {
        text.push_str(&terminal::to_close(of.org.to_close(commons.as_of)));
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// Who owes what by when, in words.
pub fn tasks_text(here: &Here, org: &Organisation, commons: &Commons, cycles: &[&Cycle]) -> String {
    terminal::tasks(&tasks(org, commons, cycles), commons.as_of, here.all)
}

fn tasks(org: &Organisation, commons: &Commons, cycles: &[&Cycle]) -> Vec<Task> {
    let of = |cycle: &&Cycle| status::tasks(org, commons, cycle);
    cycles.iter().flat_map(of).collect()
}

#[derive(Serialize)]
struct Json<'a> {
    schema: u32,
    cycle: Option<&'a str>,
    as_of: Date,
    people: Vec<JsonPerson>,
}

#[derive(Serialize)]
struct JsonPerson {
    id: PersonId,
    phases: JsonPhases,
    steps: JsonSteps,
    outcomes: JsonOutcomes,
}

/// Those that apply: nobody reviews whom nobody manages.
#[derive(Default, Serialize)]
struct JsonPhases {
    #[serde(rename = "self", skip_serializing_if = "Option::is_none")]
    own: Option<JsonPhase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<JsonPhase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<JsonPhase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<JsonPhase>,
}

impl JsonPhases {
    fn of(all: &[PhaseStatus]) -> Self {
        let mut phases = Self::default();
        for status in all {
            let slot = match status.phase {
                Phase::SelfAssessment => &mut phases.own,
                Phase::Peer => &mut phases.peer,
                Phase::Review => &mut phases.review,
                Phase::Response => &mut phases.response,
            };
            *slot = Some(JsonPhase::of(status));
        }
        phases
    }
}

#[derive(Serialize)]
struct JsonPhase {
    state: &'static str,
    due: Date,
    /// The day it was in; null where it is not.
    date: Option<Date>,
}

impl JsonPhase {
    fn of(status: &PhaseStatus) -> Self {
        let date = match status.state {
            PhaseState::Done(day) | PhaseState::Late(day) => Some(day),
            _ => None,
        };
        let (state, due) = (status.state.id(), status.due);
        Self { state, due, date }
    }
}

#[derive(Serialize)]
struct JsonSteps {
    done: usize,
    open: usize,
    dropped: usize,
}

#[derive(Serialize)]
struct JsonOutcomes {
    met: usize,
    partly: usize,
    missed: usize,
    obsolete: usize,
    open: usize,
}

fn json<'a>(of: Asked<'a>, commons: &Commons, cycle: Option<&'a Cycle>) -> Json<'a> {
    let status = cycle.map(|cycle| of.cycle(commons, cycle));
    let people = status.iter().flat_map(|status| &status.people);
    Json {
        schema: 1,
        cycle: cycle.map(|cycle| cycle.id.as_str()),
        as_of: commons.as_of,
        people: people.map(json_person).collect(),
    }
}

fn json_person(person: &PersonStatus) -> JsonPerson {
    let (steps, outcomes) = (person.steps, person.outcomes);
    JsonPerson {
        id: person.id.clone(),
        phases: JsonPhases::of(&person.phases),
        steps: JsonSteps {
            done: steps.done,
            open: steps.open,
            dropped: steps.dropped,
        },
        outcomes: JsonOutcomes {
            met: outcomes.met,
            partly: outcomes.partly,
            missed: outcomes.missed,
            obsolete: outcomes.obsolete,
            open: outcomes.open,
        },
    }
}

fn figures(org: &Organisation, commons: &Commons, as_json: bool) -> Result<(), Failure> {
    let people: Vec<&Person> = org.people.values().map(|person| &**person).collect();
    let figures = growth::live_figures(commons, &people);
    if as_json {
        return shell::print_json(&JsonFigures {
            schema: 1,
            as_of: commons.as_of,
            cycles: figures.cycles.iter().map(json_cycle).collect(),
        });
    }
    print(&terminal::figures(&figures, &commons.cycles))
}

/// By cycle, oldest first. What is suppressed is null.
#[derive(Serialize)]
struct JsonFigures {
    schema: u32,
    as_of: Date,
    cycles: Vec<JsonCycle>,
}

#[derive(Serialize)]
struct JsonCycle {
    cycle: String,
    everyone: Option<JsonGroup>,
    teams: Vec<JsonTeam>,
}

#[derive(Serialize)]
struct JsonTeam {
    /// Null: everyone else.
    team: Option<String>,
    figures: JsonGroup,
}

#[derive(Serialize)]
struct JsonGroup {
    people: usize,
    measures: BTreeMap<&'static str, JsonMeasure>,
}

#[derive(Serialize)]
struct JsonMeasure {
    of: usize,
    blocks: Option<Vec<JsonBlock>>,
    /// What is said in the place of counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
}

#[derive(Serialize)]
struct JsonBlock {
    parts: Vec<&'static str>,
    count: usize,
}

fn json_cycle(of: &CycleFigures) -> JsonCycle {
    let team = |team: &crate::domain::model::TeamFigures| JsonTeam {
        team: team.team.clone(),
        figures: json_group(&team.figures),
    };
    JsonCycle {
        cycle: of.cycle.to_string(),
        everyone: of.everyone.as_ref().map(json_group),
        teams: of.teams.iter().map(team).collect(),
    }
}

fn json_group(group: &GroupFigures) -> JsonGroup {
    let block = |block: &crate::domain::model::Block| JsonBlock {
        parts: block.parts.iter().map(|part| part.id()).collect(),
        count: block.count,
    };
    let measures = group.figures.iter().map(|figure| {
        let blocks: Vec<JsonBlock> = figure.blocks().iter().map(block).collect();
        let measure = JsonMeasure {
            of: figure.of,
            blocks: (!blocks.is_empty()).then_some(blocks),
            words: figure.amount().filter(|_| figure.blocks().is_empty()),
        };
        (figure.measure.id(), measure)
    });
    JsonGroup {
        people: group.people,
        measures: measures.collect(),
    }
}

/// Writes a calendar for everyone who has deadlines, and takes away those of ours that nobody has any for.
fn write_calendars(
    here: &Here,
    of: Asked<'_>,
    commons: &Commons,
    cycles: &[&Cycle],
    folder: &Path,
) -> Result<(), Failure> {
    let mut calendars = status::calendars(of.org, &of.tasks(commons, cycles), commons.as_of);
    calendars.retain(|id, _| of.is_about(id));
    private::make_folder(folder)
        .map_err(|e| Failure::environment(&format!("could not make `{}`", folder.display()), e))?;
    for id in of.org.people.keys().filter(|id| of.is_about(id)) {
        let path = folder.join(format!("{id}.ics"));
        match calendars.get(id) {
            Some(text) => write_calendar(&path, text)?,
            None => remove_calendar(&path)?,
        }
    }
    let shown = folder.display();
    here.say(&format!("wrote {} calendars to {shown}", calendars.len()));
    if private::is_open_folder(folder) {
        here.say(&format!(
            "others on this machine can see in `{shown}` who has a calendar: `chmod 700 {shown}` closes it"
        ));
    }
    Ok(())
}

/// Replaces a calendar at once; only its owner may read the file.
fn write_calendar(path: &Path, text: &str) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() && !is_ours(path) {
        let message = Message::new(format!("`{}` is not a calendar of gradus", path.display()));
        return Err(Failure::Environment(
            message.help("name another folder; it is left as it is"),
        ));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        let mut file = private::passing_file(&tempfile::Builder::new(), folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|e| Failure::environment(&format!("could not write `{}`", path.display()), e))
}

fn remove_calendar(path: &Path) -> Result<(), Failure> {
    if !is_ours(path) {
        return Ok(());
    }
    std::fs::remove_file(path)
        .map_err(|e| Failure::environment(&format!("could not remove `{}`", path.display()), e))
}

fn is_ours(path: &Path) -> bool {
    let text = std::fs::read_to_string(path);
    text.is_ok_and(|text| text.lines().any(|line| line == CALENDAR_MARK))
}
