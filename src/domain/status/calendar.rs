//! Deadlines as iCalendar files (RFC 5545), one a person.
//!
//! Colleagues see one another's calendars, so titles say what is due and how many of it, never about whom or what.
//! A review stays due until it is shared: that it is written is nothing its subject may know.

use std::collections::BTreeMap;

use chrono::Datelike;
use sha2::{Digest, Sha256};

use super::tasks::{Task, Todo};
use crate::domain::model::*;

/// What every calendar of ours holds; a file without it was not written by this program.
pub const CALENDAR_MARK: &str = "PRODID:-//gradus//deadlines//EN";

/// Longest line, in bytes without its end.
const LINE_MAX_BYTES: usize = 75;

/// The open deadlines of everyone who has any. `day` is the one that facts are judged on.
pub fn calendars(org: &Organisation, tasks: &[Task], day: Date) -> BTreeMap<PersonId, String> {
    let mut events: BTreeMap<PersonId, Vec<Event>> = BTreeMap::new();
    for ((owner, cycle, todo, due), group) in groups(tasks) {
        let open = group.iter().filter(|task| !task.is_done).count();
        if open == 0 || !(0..=9999).contains(&due.year()) {
            continue; // the format has four digits for a year
        }
        let title = org
            .cycle(&cycle)
            .map_or(cycle.as_str(), |cycle| &cycle.title);
        events.entry(owner.clone()).or_default().push(Event {
            uid: uid(org, &group, todo),
            due,
            title: format!("{} ({title})", words(todo, open)),
        });
    }
    let calendar = |(owner, events): (PersonId, Vec<Event>)| (owner, calendar(&events, day));
    events.into_iter().map(calendar).collect()
}

type GroupKey = (PersonId, CycleId, Todo, Date);

/// What one person has to do of one kind by one day is one event.
fn groups(tasks: &[Task]) -> BTreeMap<GroupKey, Vec<&Task>> {
    let mut groups: BTreeMap<GroupKey, Vec<&Task>> = BTreeMap::new();
    for task in tasks {
        let todo = match task.todo {
            Todo::Share => Todo::Review,
            other => other,
        };
        let key = (task.owner.clone(), task.cycle.clone(), todo, task.due);
        groups.entry(key).or_default().push(task);
    }
    groups
}

struct Event {
    uid: String,
    due: Date,
    title: String,
}

/// The same for the same thing to do, whenever it is due and however much of it is done: it is known by the
/// first of its group.
fn uid(org: &Organisation, group: &[&Task], todo: Todo) -> String {
    let first = group
        .iter()
        .min_by_key(|task| (&task.about, &task.step_of, &task.text));
    let mut hash = Sha256::new();
    let kind = format!("{todo:?}");
    let mut parts = vec![org.name.as_str(), &kind];
    if let Some(task) = first {
        let expectation = task.step_of.as_ref().map_or("", ExpectationId::as_str);
        let ids = [&task.owner, &task.about].map(PersonId::as_str);
        parts.extend(ids);
        parts.extend([task.cycle.as_str(), expectation, &task.text]);
    }
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let hex: String = hash.finalize()[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{hex}@gradus")
}

fn words(todo: Todo, count: usize) -> String {
    let (one, several) = match todo {
        Todo::Agree => ("Expectations to agree", "expectations to agree"),
        Todo::Step => ("Key step due", "key steps due"),
        Todo::SelfAssessment => ("Self-assessment due", "self-assessments due"),
        Todo::AskPeers => ("Peers to ask for feedback", "people to find peers for"),
        Todo::Peer => ("Peer feedback due", "texts of peer feedback due"),
        Todo::Review | Todo::Share => ("Review due", "reviews due"),
        Todo::Response => ("Response to the review due", "responses due"),
        Todo::Acknowledge => ("Response to read", "responses to read"),
    };
    match count {
        1 => one.to_owned(),
        _ => format!("{count} {several}"),
    }
}

fn calendar(events: &[Event], day: Date) -> String {
    let mut text = String::new();
    let mut uids = BTreeMap::new();
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        CALENDAR_MARK,
        "CALSCALE:GREGORIAN",
    ] {
        push_line(&mut text, line);
    }
    for event in events {
        // Two steps of one expectation may have the same words.
        let count: &mut usize = uids.entry(&event.uid).or_default();
        *count += 1;
        let uid = match count {
            1 => event.uid.clone(),
            nth => format!("{nth}-{}", event.uid),
        };
        let lines = [
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{uid}"),
            // No moment of the clock, so that the same facts give the same file.
            format!("DTSTAMP:{}T000000Z", basic(day)),
            format!("DTSTART;VALUE=DATE:{}", basic(event.due)),
            format!("SUMMARY:{}", escaped(&event.title)),
            "CLASS:PRIVATE".to_owned(),
            "TRANSP:TRANSPARENT".to_owned(),
            "END:VEVENT".to_owned(),
        ];
        for line in &lines {
            push_line(&mut text, line);
        }
    }
    push_line(&mut text, "END:VCALENDAR");
    text
}

/// `20261231`
fn basic(day: Date) -> String {
    day.format("%Y%m%d").to_string()
}

/// A TEXT value.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => value.extend(['\\', c]),
            '\n' => value.push_str("\\n"),
            c if c.is_control() => {}
            c => value.push(c),
        }
    }
    value
}

/// Adds a line, folded where it is too long: never within a character.
fn push_line(text: &mut String, line: &str) {
    let mut rest = line;
    let mut room = LINE_MAX_BYTES;
    while rest.len() > room {
        let (now, later) = rest.split_at(rest.floor_char_boundary(room));
        text.push_str(now);
        text.push_str("\r\n ");
        rest = later;
        room = LINE_MAX_BYTES - 1; // the space that continues a line counts too
    }
    text.push_str(rest);
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The content lines of a calendar, unfolded.
    fn unfolded(text: &str) -> Vec<String> {
        let lines = text.replace("\r\n ", "");
        lines.split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_line_is_folded_at_75_bytes_and_never_within_a_character() {
        let line = format!("SUMMARY:{}", "é€𝄞 ".repeat(40));
        let mut text = String::new();
        push_line(&mut text, &line);
        assert!(
            text.split_terminator("\r\n")
                .all(|line| line.len() <= LINE_MAX_BYTES)
        );
        assert_eq!(unfolded(&text), [line]);
    }

    #[test]
    fn what_means_something_in_a_calendar_is_escaped() {
        assert_eq!(escaped("a,b;c\\d\ne\u{7}"), "a\\,b\\;c\\\\d\\ne");
    }

    #[test]
    fn an_event_is_a_whole_day_that_blocks_no_time() {
        let day = |text: &str| text.parse().expect("a date");
        let event = Event {
            uid: "1@gradus".into(),
            due: day("2027-01-05"),
            title: "Review due (H2, 2026)".into(),
        };
        let lines = unfolded(&calendar(&[event], day("2026-11-15")));
        assert_eq!(
            lines[4..10],
            [
                "BEGIN:VEVENT",
                "UID:1@gradus",
                "DTSTAMP:20261115T000000Z",
                "DTSTART;VALUE=DATE:20270105",
                "SUMMARY:Review due (H2\\, 2026)",
                "CLASS:PRIVATE",
            ]
        );
    }
}
