//! `gradus status`: words, JSON and calendars.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::program::Program;

/// The example, which is judged on 2026-11-15.
fn example() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/example-org").to_owned()
}

fn status(args: &[&str]) -> String {
    let example = example();
    let all: Vec<&str> = ["status", &example].iter().chain(args).copied().collect();
    Program::new().run(&all).exits(0).stdout()
}

#[test]
fn the_example_reads_well_in_80_columns_and_without_colour_in_a_pipe() {
    let text = status(&[]);
    assert!(!text.contains('\u{1b}'));
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    for said in [
        "H1 2026",
        "H2 2026",
        "slipping",
        "  ada: two-teams\n    2026-10-30  Accepted",
        "overdue\n  2026-07-27  response to the review of 2026-h1: teo",
        "open 1:1 actions",
    ] {
        assert!(text.contains(said), "`{said}` in:\n{text}");
    }
    let row = text
        .lines()
        .find(|line| line.starts_with("  hana "))
        .unwrap();
    assert!(row.contains("unshared"), "{row}");
    let coloured = Program::new()
        .run(&["--color", "always", "status", &example()])
        .exits(0)
        .stdout();
    assert!(coloured.contains('\u{1b}'));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), text);
}

#[test]
fn json_says_where_each_person_stands() {
    let json: Value = serde_json::from_str(&status(&["--json", "--cycle", "2026-h1"])).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(
        (&json["cycle"], &json["as_of"]),
        (&"2026-h1".into(), &"2026-11-15".into())
    );
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 4, "{keys:?}");
    let people = json["people"].as_array().unwrap();
    let teo = people.iter().find(|person| person["id"] == "teo").unwrap();
    let response = &teo["phases"]["response"];
    assert_eq!(
        (&response["state"], &response["date"]),
        (&"overdue".into(), &Value::Null)
    );
    assert_eq!(teo["phases"]["peer"]["state"], "late");
    assert!(
        people.iter().all(|person| person["id"] != "claire"),
        "externals take no part"
    );
    let barbara = people
        .iter()
        .find(|person| person["id"] == "barbara")
        .unwrap();
    assert_eq!(
        barbara["phases"]["review"],
        Value::Null,
        "nobody reviews whom nobody manages"
    );
}

#[test]
fn figures_are_aggregates_and_small_groups_are_not_told() {
    let json: Value = serde_json::from_str(&status(&["--org", "--json"])).unwrap();
    assert_eq!(json["schema"], 1);
    let cycles = json["cycles"].as_array().unwrap();
    assert_eq!(cycles[0]["everyone"], Value::Null, "too few took part");
    let last = &cycles[cycles.len() - 1]["everyone"];
    assert_eq!(last["people"], 10);
    assert_eq!(last["measures"]["response"]["blocks"], Value::Null);
    let text = status(&["--org"]);
    assert!(
        text.contains("not told: too few would stand apart") && text.contains("trend"),
        "{text}"
    );
    assert!(!text.contains("ada"), "{text}");
}

#[test]
fn an_organisation_without_a_cycle_has_a_status_too() {
    let here = Program::new();
    here.run(&["init", "org", "--template", "rubric"]).exits(0);
    here.run(&["-C", "org", "status"])
        .exits(0)
        .prints("there is no cycle yet");
    let text = here
        .run(&["-C", "org", "status", "--json"])
        .exits(0)
        .stdout();
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["cycle"], Value::Null);
    here.run(&["-C", "org", "status", "--org"])
        .exits(0)
        .prints("nothing to count");
    here.run(&["-C", "org", "status", "--cycle", "x"])
        .exits(2)
        .says("there is no cycle `x`")
        .says("`gradus new cycle ID`");
}

#[test]
fn nobody_owes_an_answer_to_a_review_that_is_not_shared() {
    let text = status(&["--cycle", "2026-h1"]);
    assert!(
        text.contains("grace shares the review with hana") || text.contains("shares the review"),
        "{text}"
    );
    let answers = text
        .lines()
        .find(|line| line.contains("response to the review of 2026-h1"));
    assert!(answers.is_some_and(|line| !line.contains("hana")), "{text}");
}

#[test]
fn calendars_name_nobody_and_are_their_owners_alone() {
    let here = Program::new();
    let write = || {
        here.run(&["status", &example(), "--ics", "ics"])
            .exits(0)
            .says("12 calendars")
    };
    write();
    let calendar = here.read("ics/grace.ics");
    assert!(calendar.starts_with("BEGIN:VCALENDAR\r\n") && calendar.ends_with("END:VCALENDAR\r\n"));
    assert!(
        calendar.contains("\r\nSUMMARY:3 reviews due (H2 2026)\r\n"),
        "{calendar}"
    );
    for name in ["ada", "Ada", "hana", "Hana", "Pawe"] {
        assert!(!calendar.contains(name), "{calendar}");
    }
    let mode = here
        .path("ics/grace.ics")
        .metadata()
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(
        !here.path("ics/claire.ics").exists(),
        "who owes nothing has no calendar"
    );
    write();
    assert_eq!(
        here.read("ics/grace.ics"),
        calendar,
        "the same facts give the same file"
    );
    here.write("ics/grace.ics", "BEGIN:VCALENDAR\r\nPRODID:another\r\n");
    here.run(&["status", &example(), "--ics", "ics"])
        .exits(3)
        .says("not a calendar of gradus");
    assert!(here.read("ics/grace.ics").contains("another"));
}

#[test]
fn a_calendar_does_not_tell_whether_a_review_is_written() {
    let here = Program::new();
    super::closing::copy_example(&here);
    let calendars = || {
        here.run(&["status", "org", "--cycle", "2026-h1", "--ics", "ics"])
            .exits(0);
        here.read("ics/grace.ics")
    };
    let before = calendars();
    assert!(before.contains("SUMMARY:Review due (H1 2026)"), "{before}");
    let review = "org/people/hana/2026-h1/review.md";
    let text = here.read(review);
    assert!(text.contains("date = 2026-08-12\n") && !text.contains("shared = "));
    here.write(review, &text.replacen("date = 2026-08-12\n", "", 1));
    assert_eq!(calendars(), before);
}

#[test]
fn an_event_keeps_its_name_when_its_day_moves() {
    let here = super::scaffolds::org();
    here.run(&["-C", "org", "new", "cycle", "2027-h1"]).exits(0);
    let names = || {
        here.run(&["-C", "org", "status", "--cycle", "2027-h1", "--ics", "ics"])
            .exits(0);
        let calendar = here.read("org/ics/sam.ics");
        let names: Vec<String> = calendar
            .lines()
            .filter(|line| line.starts_with("UID:"))
            .map(str::to_owned)
            .collect();
        fs::remove_dir_all(here.path("org/ics")).unwrap();
        (names, calendar)
    };
    let (before, first) = names();
    let cycle = here.read("org/cycles/2027-h1.toml");
    here.write(
        "org/cycles/2027-h1.toml",
        &cycle
            .replace("self = 5", "self = 6")
            .replace("end = 2027-06-30", "end = 2027-06-28"),
    );
    let (after, second) = names();
    assert_ne!(first, second);
    assert_eq!(before, after);
    assert!(before.len() >= 3, "{first}");
}
