//! Whatever is made, in whatever order, the tree stays one that builds.

use std::fs;
use std::io::Write;
use std::path::Path;

use gradus::build::pipeline::{self, Days};
use gradus::domain::model::{Date, ExpectationKind, LogKind, Organisation, Person};
use gradus::tree::scaffold::*;
use proptest::prelude::*;

use super::schemas::judge_tree;
use crate::cases::property;

/// Something to make. Numbers choose among what is there.
#[derive(Debug, Clone)]
enum Make {
    Person {
        id: &'static str,
        name: String,
        manager: Option<usize>,
        level: bool,
        external: bool,
    },
    Cycle(&'static str),
    Expectation {
        of: usize,
        id: &'static str,
        text: String,
        agreed: bool,
    },
    Peer(usize, usize),
    Plan(usize),
    Pip(usize),
    Talent(usize, usize),
    Log(usize, String, Option<usize>),
    Checkin(usize, String),
    Note(usize, String),
    Rubric(&'static str, bool),
    /// Not a scaffold: a person agrees and dates every draft there is.
    DateAll,
}

/// Prose that is hard on quoting; without what makes links, which have to lead somewhere.
const WORDS: &str = "[a-zäß𝄞\"'\\\\#+={}.,;:*_`~\n\t -]{0,30}";

fn make() -> impl Strategy<Value = Make> {
    let people = prop::sample::select(vec!["ada", "bob", "con", "org", "x-1", "1", "-a", "A"]);
    let cycles = prop::sample::select(vec![
        "2026-h1", "2026-h2", "2027-h1", "2026-q4", "2027-q1", "2027", "next", "spring",
    ]);
    let expectations = prop::sample::select(vec!["first", "second", "results", "strengths", "a b"]);
    let tracks = prop::sample::select(vec!["ic", "ops", "nul", "track"]);
    let index = || 0..6usize;
    prop_oneof![
        3 => (people, WORDS, proptest::option::of(index()), any::<bool>(), proptest::bool::weighted(0.2))
            .prop_map(|(id, name, manager, level, external)| Make::Person { id, name, manager, level, external }),
        4 => cycles.prop_map(Make::Cycle),
        3 => (index(), expectations, WORDS, any::<bool>())
            .prop_map(|(of, id, text, agreed)| Make::Expectation { of, id, text, agreed }),
        2 => (index(), index()).prop_map(|(of, by)| Make::Peer(of, by)),
        1 => index().prop_map(Make::Plan),
        1 => index().prop_map(Make::Pip),
        1 => (index(), index()).prop_map(|(of, by)| Make::Talent(of, by)),
        2 => (index(), WORDS, proptest::option::of(index())).prop_map(|(of, text, by)| Make::Log(of, text, by)),
        1 => (index(), WORDS).prop_map(|(of, text)| Make::Checkin(of, text)),
        1 => (index(), WORDS).prop_map(|(of, text)| Make::Note(of, text)),
        1 => (tracks, any::<bool>()).prop_map(|(id, extends)| Make::Rubric(id, extends)),
        2 => Just(Make::DateAll),
    ]
}

fn today() -> Date {
    "2026-11-22".parse().expect("a date")
}

/// What was made, as texts.
#[derive(Default)]
struct Made {
    files: Vec<NewFile>,
    entries: Vec<Entry>,
}

impl Made {
    fn files(files: Vec<NewFile>) -> Self {
        Self {
            files,
            ..Self::default()
        }
    }

    fn entries(entries: Vec<Entry>) -> Self {
        Self {
            entries,
            ..Self::default()
        }
    }
}

fn nth(org: &Organisation, at: usize) -> Option<&Person> {
    let person = org.people.values().cycle().nth(at)?;
    Some(person)
}

/// What a command would write; nothing where it would refuse.
fn made(org: &Organisation, what: &Make) -> Option<Made> {
    let running_of = |person: &Person| running(org, person, today());
    Some(match what {
        Make::Person {
            id,
            name,
            manager,
            level,
            external,
        } => {
            let manager = manager
                .and_then(|at| nth(org, at))
                .map(|person| person.id.as_str());
            let ask = PersonAsk {
                id,
                name,
                start: today(),
                level: level.then_some("ic/l1"),
                title: None,
                team: Some("core"),
                manager,
                external: *external,
            };
            Made::files(vec![person(org, &ask).ok()?])
        }
        Make::Cycle(id) => {
            let ask = CycleAsk {
                id,
                title: None,
                start: None,
                end: None,
            };
            Made::files(cycle(org, &ask).ok()?.files)
        }
        Make::Expectation {
            of,
            id,
            text,
            agreed,
        } => {
            let person = nth(org, *of)?;
            let ask = ExpectationAsk {
                id,
                text: Some(text),
                kind: Some(ExpectationKind::Interest),
                follows: None,
                agreed: agreed.then(today),
            };
            Made::entries(expectation(org, person, running_of(person)?, &ask).ok()?)
        }
        Make::Peer(of, by) => {
            let (person, by) = (nth(org, *of)?, nth(org, *by)?);
            let cycle = in_review(org, person, today())?;
            let form = peer(org, (person, by), cycle, today(), &[]).ok()?;
            Made::files(vec![form.file])
        }
        Make::Plan(of) => {
            let person = nth(org, *of)?;
            Made::files(vec![plan(org, person, running_of(person)?).ok()?])
        }
        Make::Pip(of) => {
            let person = nth(org, *of)?;
            let ask = PipAsk {
                days: 60,
                start: today(),
            };
            Made::files(vec![pip(org, person, running_of(person)?, ask).ok()?])
        }
        Make::Talent(of, by) => {
            let (person, by) = (nth(org, *of)?, nth(org, *by)?);
            Made::files(vec![talent(org, person, running_of(person)?, by).ok()?])
        }
        Make::Log(of, text, by) => {
            let by = by
                .and_then(|at| nth(org, at))
                .map(|person| person.id.as_str());
            let ask = LogAsk {
                date: today(),
                kind: LogKind::Touchpoint,
                text: Some(text),
                by,
                on: None,
                competencies: &[],
                evidence: &["https://code.example/1".into()],
            };
            Made::entries(vec![log(org, nth(org, *of)?, &ask).ok()?])
        }
        Make::Checkin(of, text) => Made::entries(vec![checkin(nth(org, *of)?, dated(text)).ok()?]),
        Make::Note(of, text) => Made::entries(vec![note(nth(org, *of)?, dated(text)).ok()?]),
        Make::Rubric(track, extends) => {
            let levels = ["l1".to_owned(), "l2".to_owned()];
            let ask = RubricAsk {
                track,
                title: None,
                levels: &levels,
                extends: extends.then_some("ic"),
                public: false,
            };
            Made::files(rubric(org, &ask).ok()?)
        }
        Make::DateAll => Made::default(),
    })
}

fn dated(text: &str) -> DatedAsk<'_> {
    DatedAsk {
        date: today(),
        title: Some(text),
        text: Some(text),
    }
}

/// Writes as the commands do: never over anything.
fn write(root: &Path, made: &Made) {
    for file in &made.files {
        let path = root.join(&file.path);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        if !path.exists() {
            fs::write(path, &file.text).expect("a file");
        }
    }
    for entry in &made.entries {
        let path = root.join(&entry.path);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        if !path.exists() {
            fs::write(&path, &entry.opening).expect("a file");
        }
        let mut file = fs::OpenOptions::new()
            .append(true)
            .open(path)
            .expect("a file");
        file.write_all(entry.text.as_bytes()).expect("an entry");
    }
}

fn date_all(root: &Path) {
    for entry in walkdir::WalkDir::new(root.join("people"))
        .into_iter()
        .flatten()
    {
        // `people/<id>/<cycle>/<file>`: a log has no date of its own.
        if !entry.file_type().is_file() || entry.depth() != 3 {
            continue;
        }
        let text = fs::read_to_string(entry.path()).expect("a text");
        let key = if entry
            .path()
            .extension()
            .is_some_and(|ending| ending == "md")
        {
            "date"
        } else {
            "agreed"
        };
        let text = text.replacen(&format!("\n# {key} = "), &format!("\n{key} = "), 1);
        fs::write(entry.path(), text).expect("a file");
    }
}

fn loaded(root: &Path, after: &str) -> Organisation {
    let (organisation, report) = pipeline::load(root, today()).expect("an organisation");
    organisation.unwrap_or_else(|| {
        let drawn = gradus::cli::terminal::drawn(&report);
        panic!("after {after}:\n{}", anstream::adapter::strip_str(&drawn))
    })
}

fn builds(org: &Organisation, root: &Path) {
    let theme = pipeline::theme(root, org).expect("the theme");
    let days = Days {
        today: today(),
        as_of: "2027-01-20".parse().expect("a date"),
    };
    pipeline::rehearse(org, &theme, days).expect("it builds");
    let commons = gradus::domain::access::commons(org, days.as_of);
    for cycle in &org.cycles {
        let tasks = gradus::domain::status::tasks(org, &commons, cycle);
        let status = gradus::domain::status::cycle_status(org, &commons, cycle);
        gradus::cli::terminal::cycle(&status, days.as_of);
        gradus::cli::terminal::tasks(&tasks, days.as_of, true);
        gradus::domain::status::calendars(org, &tasks, days.as_of);
    }
}

proptest! {
    #![proptest_config(property(24))]

    #[test]
    fn any_tree_that_init_and_new_make_builds(
        begin in prop::sample::select(vec![Beginning::Team, Beginning::Solo, Beginning::Rubric, Beginning::Empty]),
        makes in prop::collection::vec(make(), 1..16),
    ) {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let root = directory.path();
        write(root, &Made::files(beginning(begin, today())));
        let mut org = loaded(root, "init");
        for what in &makes {
            match made(&org, what) {
                Some(made) => write(root, &made),
                None => continue,
            }
            if matches!(what, Make::DateAll) {
                date_all(root);
            }
            org = loaded(root, &format!("{what:?}"));
        }
        builds(&org, root);
        judge_tree(root);
    }
}
