//! `gradus status` in words and columns: 80 wide, and the same in a pipe but for the colour.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use chrono::Days;
use unicode_width::UnicodeWidthStr;

use super::{names, visible};
use crate::domain::growth::{Phase, PhaseState, PhaseStatus};
use crate::domain::model::*;
use crate::domain::status::{Action, CycleStatus, PersonStatus, Slip, Task, Todo};

/// Columns that a terminal has at least.
const WIDTH: usize = 80;

/// Least width of the names' column.
const NAMES_MIN: usize = 12;

/// One cycle: people × phases, then what slips. Ends with an empty line.
pub fn cycle(status: &CycleStatus<'_>, as_of: Date) -> String {
    let cycle = status.cycle;
    let bold = Style::new().bold();
    let title = visible(&cycle.title);
    let mut text = format!(
        "{bold}{title}{bold:#}  {} to {}, on {as_of}\n\n",
        cycle.start, cycle.end
    );
    if status.people.is_empty() {
        text.push_str("  nobody takes part\n\n");
        return text;
    }
    text.push_str(&table(status));
    text.push('\n');
    let slips = status.people.iter().flat_map(|person| {
        let slip = |slip: &Slip| slip_lines(&person.id, slip);
        person.slipping.iter().map(slip)
    });
    text + &section("slipping", slips.collect())
}

/// Open actions of 1:1s.
pub fn actions(actions: &[Action]) -> String {
    let line = |action: &Action| {
        let words = format!("{}: {}", action.person, visible(&action.text));
        dated(action.since, &words)
    };
    section(
        "open 1:1 actions, by the day they were noted",
        actions.iter().map(line).collect(),
    )
}

/// How many days of key steps are told ahead.
const STEPS_AHEAD_DAYS: u64 = 28;

/// Who owes what by when: what is overdue, the key steps of the next weeks, then all that is to come. Key steps that
/// are overdue stand among what slips. Of many names in a line, the first few and a count, or `all` of them.
pub fn tasks(tasks: &[Task], as_of: Date, all: bool) -> String {
    let soon = as_of
        .checked_add_days(Days::new(STEPS_AHEAD_DAYS))
        .unwrap_or(as_of);
    let open = tasks.iter().filter(|task| !task.is_done);
    let (steps, texts): (Vec<&Task>, Vec<&Task>) = open.partition(|task| task.todo == Todo::Step);
    let (overdue, ahead): (Vec<&Task>, Vec<&Task>) =
        texts.into_iter().partition(|task| task.is_overdue);
    let steps: Vec<&Task> = steps
        .into_iter()
        .filter(|task| !task.is_overdue && task.due <= soon)
        .collect();
    section("overdue", lines(&overdue, all))
        + &section(&format!("key steps due by {soon}"), lines(&steps, all))
        + &section("who owes what by when", lines(&ahead, all))
}

/// The cycles whose figures the keeper can count.
pub fn to_close<'c>(cycles: impl Iterator<Item = &'c Cycle>) -> String {
    let line = |cycle: &Cycle| format!("  gradus close {}\n", cycle.id);
    section("figures to count", cycles.map(line).collect())
}

fn section(title: &str, lines: Vec<String>) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let bold = Style::new().bold();
    format!("{bold}{title}{bold:#}\n{}\n", lines.concat())
}

fn slip_lines(person: &PersonId, slip: &Slip) -> String {
    let whose = format!("{person}: {}", slip.expectation);
    let mut text = String::new();
    match slip.steps.as_slice() {
        [] => text.push_str(&wrapped(
            "  ",
            4,
            &format!("{whose}: past half of the period, less than half of the steps are done"),
        )),
        steps => {
            let _ = writeln!(text, "  {whose}");
            for (day, step) in steps {
                text.push_str(&wrapped(&format!("    {day}  "), 16, &visible(step)));
            }
        }
    }
    text
}

/// One line for what several people have to do of one kind by one day.
fn lines(tasks: &[&Task], all: bool) -> Vec<String> {
    let mut groups: BTreeMap<(Date, Todo, String), Vec<&Task>> = BTreeMap::new();
    for task in tasks {
        let apart = match task.todo {
            Todo::Agree | Todo::SelfAssessment | Todo::Response => task.cycle.to_string(),
            Todo::Step => format!("{} {}", task.owner, task.text),
            _ => format!("{} {}", task.cycle, task.owner),
        };
        groups
            .entry((task.due, task.todo, apart))
            .or_default()
            .push(task);
    }
    let line =
        |((due, ..), group): (&(Date, Todo, String), &Vec<&Task>)| dated(*due, &words(group, all));
    groups.iter().map(line).collect()
}

fn words(group: &[&Task], all: bool) -> String {
    let Some(first) = group.first() else {
        return String::new();
    };
    let (owner, cycle) = (&first.owner, &first.cycle);
    let list = |of: fn(&Task) -> &PersonId| {
        let people: Vec<&str> = group.iter().map(|task| of(task).as_str()).collect();
        names(&people, all)
    };
    let owners = || list(|task| &task.owner);
    let about = || list(|task| &task.about);
    match first.todo {
        Todo::Agree => format!("expectations of {cycle} agreed: {}", owners()),
        Todo::Step => format!("{owner}: {}", visible(&first.text)),
        Todo::SelfAssessment => format!("self-assessment of {cycle}: {}", owners()),
        Todo::AskPeers => format!("{owner} asks for feedback about {}", about()),
        Todo::Peer => format!("{owner} writes feedback about {}", about()),
        Todo::Review => format!("{owner} reviews {}", about()),
        Todo::Share => format!("{owner} shares the review with {}", about()),
        Todo::Response => format!("response to the review of {cycle}: {}", owners()),
        Todo::Acknowledge => format!("{owner} reads the response of {}", about()),
    }
}

fn dated(day: Date, words: &str) -> String {
    wrapped(&format!("  {day}  "), 14, words)
}

/// Words after a beginning, broken before the width and continued below `indent` spaces.
fn wrapped(beginning: &str, indent: usize, words: &str) -> String {
    let mut text = beginning.to_owned();
    let mut width = beginning.width();
    let mut is_first = true;
    for word in words.split_whitespace() {
        if !is_first && width + 1 + word.width() > WIDTH {
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            width = indent;
        } else if !is_first {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += word.width();
        is_first = false;
    }
    text.push('\n');
    text
}

/// A word of a table, and how it looks.
struct Cell {
    words: String,
    style: Style,
}

impl Cell {
    fn plain(words: impl Into<String>) -> Self {
        let (words, style) = (words.into(), Style::new());
        Self { words, style }
    }
}

/// What stands over the columns, with the phase of each.
const COLUMNS: [(&str, Option<Phase>, usize); 6] = [
    ("agreed", None, 9),
    ("steps", None, 7),
    ("self", Some(Phase::SelfAssessment), 9),
    ("peers", Some(Phase::Peer), 13),
    ("review", Some(Phase::Review), 10),
    ("response", Some(Phase::Response), 10),
];

fn table(status: &CycleStatus<'_>) -> String {
    let names = status.people.iter().map(|person| person.id.as_str().len());
    let names = names.max().unwrap_or(0).max(NAMES_MIN);
    let titles = COLUMNS.map(|(title, ..)| Cell::plain(title));
    let due = COLUMNS.map(|(title, phase, _)| Cell::plain(usual_due(status, title, phase)));
    let mut text = row("", names, &titles) + &row("", names, &due);
    for person in &status.people {
        text.push_str(&row(person.id.as_str(), names, &cells(status, person)));
    }
    text
}

/// The day that most have in common; a cell says where one differs.
fn usual_due(status: &CycleStatus<'_>, title: &str, phase: Option<Phase>) -> String {
    let day = match (title, phase) {
        ("agreed", _) => most(status.people.iter().map(|person| person.agreement.due)),
        (_, Some(phase)) => most(
            status
                .people
                .iter()
                .filter_map(|person| due_of(person, phase)),
        ),
        _ => None,
    };
    day.map_or_else(String::new, |day| format!("by {}", short(day)))
}

fn due_of(person: &PersonStatus, phase: Phase) -> Option<Date> {
    let status = person.phases.iter().find(|status| status.phase == phase)?;
    Some(status.due)
}

fn most(days: impl Iterator<Item = Date>) -> Option<Date> {
    let mut counts: BTreeMap<Date, usize> = BTreeMap::new();
    for day in days {
        *counts.entry(day).or_default() += 1;
    }
    let most = counts
        .into_iter()
        .max_by_key(|(day, count)| (*count, std::cmp::Reverse(*day)));
    most.map(|(day, _)| day)
}

/// `01-05`: the year stands above.
fn short(day: Date) -> String {
    day.format("%m-%d").to_string()
}

fn cells(status: &CycleStatus<'_>, person: &PersonStatus) -> [Cell; 6] {
    let agreed = state(person.agreement.state);
    let steps = match person.steps.counted() {
        0 => Cell::plain("-"),
        all => Cell {
            words: format!("{}/{all}", person.steps.done),
            style: if person.slipping.is_empty() {
                Style::new()
            } else {
                AnsiColor::Red.on_default()
            },
        },
    };
    let phase = |phase| {
        let of = person.phases.iter().find(|status| status.phase == phase);
        of.map_or_else(|| Cell::plain("-"), |of| phase_cell(status, person, of))
    };
    [
        agreed,
        steps,
        phase(Phase::SelfAssessment),
        phase(Phase::Peer),
        phase(Phase::Review),
        phase(Phase::Response),
    ]
}

fn phase_cell(status: &CycleStatus<'_>, person: &PersonStatus, of: &PhaseStatus) -> Cell {
    let mut cell = state(of.state);
    let asked = of.given + of.asked;
    if of.phase == Phase::Peer && asked > 0 {
        let _ = write!(cell.words, " {}/{asked}", of.given);
    }
    let yellow = AnsiColor::Yellow.on_default();
    match of.phase {
        Phase::Review if person.unshared.is_some() => {
            cell = Cell {
                words: "unshared".into(),
                style: yellow,
            }
        }
        Phase::Response if person.unacknowledged.is_some() => {
            cell = Cell {
                words: "unread".into(),
                style: yellow,
            }
        }
        _ => {}
    }
    let usual = usual_due(status, "", Some(of.phase));
    let own = format!("by {}", short(of.due));
    if matches!(of.state, PhaseState::Due | PhaseState::NotYet)
        && own != usual
        && of.phase != Phase::Peer
    {
        cell.words = own;
    }
    cell
}

fn state(state: PhaseState) -> Cell {
    let (words, style) = match state {
        PhaseState::Done(_) => ("done", AnsiColor::Green.on_default()),
        PhaseState::Late(_) => ("late", AnsiColor::Yellow.on_default()),
        PhaseState::Due => ("due", Style::new().bold()),
        PhaseState::Overdue => ("overdue", AnsiColor::Red.on_default().bold()),
        PhaseState::NotYet => ("not yet", Style::new().dimmed()),
    };
    let words = words.to_owned();
    Cell { words, style }
}

/// A line of the table, without spaces at its end.
fn row(name: &str, names: usize, cells: &[Cell]) -> String {
    let mut text = format!("  {name:<names$}");
    for (cell, (.., width)) in cells.iter().zip(COLUMNS) {
        let style = cell.style;
        let words = &cell.words;
        let _ = write!(text, "  {style}{words}{style:#}");
        text.push_str(&" ".repeat(width.saturating_sub(words.width() + 2)));
    }
    format!("{}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_are_continued_under_themselves() {
        let text = wrapped("  2027-01-05  ", 14, &"word ".repeat(30));
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        assert!(
            text.lines()
                .skip(1)
                .all(|line| line.starts_with("              word"))
        );
    }

    #[test]
    fn nothing_in_the_tree_can_write_to_the_terminal() {
        let task = Task {
            due: Date::default(),
            todo: Todo::Step,
            owner: PersonId::new("ada").expect("an id"),
            about: PersonId::new("ada").expect("an id"),
            cycle: CycleId::new("h1").expect("an id"),
            text: "\u{1b}[2J\u{202e}".into(),
            step_of: None,
            is_done: false,
            is_overdue: false,
        };
        let text =
            anstream::adapter::strip_str(&tasks(&[task], Date::default(), false)).to_string();
        assert!(text.contains("\\u{1b}[2J"), "{text}");
    }
}
