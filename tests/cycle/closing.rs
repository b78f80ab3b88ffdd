//! `gradus close`: from its day on, once, and the same whenever it is run.

use std::fs;
use std::path::Path;

use crate::program::Program;

const FILE: &str = "org/cycles/2026-h1.figures.toml";

/// Copies the example to `org`.
pub fn copy_example(here: &Program) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("example-org");
    for entry in walkdir::WalkDir::new(&from).into_iter().map(Result::unwrap) {
        let to = here
            .path("org")
            .join(entry.path().strip_prefix(&from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).unwrap();
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The example on a day, with its last half-year not closed.
fn example_on(day: &str) -> Program {
    let here = Program::new();
    copy_example(&here);
    fs::remove_file(here.path(FILE)).unwrap();
    it_is(&here, day);
    here
}

fn it_is(here: &Program, day: &str) {
    let text = here.read("org/gradus.toml");
    let text = text.lines().map(|line| {
        let is_day = line.starts_with("as_of = ");
        if is_day {
            format!("as_of = {day}\n")
        } else {
            format!("{line}\n")
        }
    });
    let text: String = text.collect();
    here.write("org/gradus.toml", &text);
}

#[test]
fn a_cycle_is_closed_from_its_day_on_and_the_numbers_are_those_of_that_day() {
    let here = example_on("2026-07-24");
    let close = ["-C", "org", "close", "2026-h1"];
    here.run(&close)
        .exits(2)
        .says("`2026-h1` can be closed from 2026-07-25 on")
        .says("`close_within_days` is 25");
    assert!(!here.path(FILE).exists());
    it_is(&here, "2026-07-25");
    here.run(&["status", "org"])
        .exits(0)
        .prints("gradus close 2026-h1");
    here.run(&close)
        .exits(0)
        .says("wrote cycles/2026-h1.figures.toml");
    let first = here.read(FILE);
    assert!(first.contains("\nas_of = 2026-07-25\n"), "{first}");
    let status = here.run(&["status", "org"]).exits(0).stdout();
    assert!(!status.contains("gradus close"), "{status}");
    fs::remove_file(here.path(FILE)).unwrap();
    it_is(&here, "2027-03-01");
    here.run(&close).exits(0);
    assert_eq!(here.read(FILE), first, "whenever it is run");
    here.run(&["-C", "org", "close", "2026-h3"])
        .exits(2)
        .says("there is no cycle `2026-h3`");
}

#[test]
fn a_file_that_is_there_stays_where_fewer_than_five_people_differ() {
    let here = example_on("2026-11-15");
    let close = ["-C", "org", "close", "2026-h1"];
    here.run(&close).exits(0);
    let first = here.read(FILE);
    here.run(&close)
        .exits(0)
        .says("left cycles/2026-h1.figures.toml as it is");
    let own = "org/people/ada/2026-h1/self.md";
    let text = here.read(own);
    let date = text
        .lines()
        .find(|line| line.starts_with("date = "))
        .unwrap();
    here.write(own, &text.replacen(date, "date = 2026-07-20", 1));
    here.run(&close)
        .exits(0)
        .says("no measure moves by five people or more");
    assert_eq!(here.read(FILE), first);
}
