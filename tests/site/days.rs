//! A site changes by itself on the days that are named, and on no other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use gradus::build::pipeline;
use gradus::domain::access;
use gradus::domain::growth::turns::{From, Turn, What, next_turn};
use gradus::domain::model::*;
use gradus::site;
use rayon::prelude::*;

use super::generated;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A tree without a day of its own, so that all of it follows the day.
struct Tree {
    organisation: Organisation,
    theme: site::Theme,
}

impl Tree {
    fn read(root: &Path, today: Date) -> Self {
        let (organisation, report) = pipeline::load(root, today).unwrap();
        let mut organisation = organisation.unwrap_or_else(|| panic!("{:#?}", report.diagnostics));
        organisation.as_of = None;
        let theme = pipeline::theme(root, &organisation).unwrap();
        Self {
            organisation,
            theme,
        }
    }

    /// All that a build of a day seals and for whom.
    fn on(&self, today: Date) -> BTreeSet<String> {
        let organisation = &self.organisation;
        let commons = access::commons(organisation, today);
        let audiences = access::Audiences::new(organisation, today);
        let plan = access::plan(organisation, today);
        let sections = plan.sections.par_iter().map(|planned| {
            let draw = access::draw(&audiences, planned);
            let content = site::render(&commons, &self.theme, &draw).unwrap();
            format!("{:?} {content:?}", planned.section)
        });
        let mut all: BTreeSet<String> = sections.collect();
        let logins = organisation
            .people
            .values()
            .filter(|person| person.login_on(today).is_some());
        all.extend(logins.map(|person| format!("login of {}", person.id)));
        let plain = pipeline::plain_files(organisation, &commons, &self.theme, b"viewer").unwrap();
        all.extend(plain.iter().map(|file| format!("{file:?}")));
        all
    }

    fn next(&self, today: Date) -> Option<Turn> {
        let is_fixed = false;
        next_turn(&self.organisation, From { today, is_fixed })
    }

    /// From one named day to the next: in between nothing changes, and then something does.
    fn leaps(&self, from: Date, leaps: usize) {
        let (mut today, mut site) = (from, self.on(from));
        for _ in 0..leaps {
            let Some(turn) = self.next(today) else {
                return assert!(
                    self.on(day("2040-01-01")) == site,
                    "nothing is named after {today}"
                );
            };
            let eve = turn.day.pred_opt().unwrap();
            assert!(
                self.on(eve) == site,
                "between {today} and {turn:?}: {}",
                difference(&site, &self.on(eve))
            );
            let after = self.on(turn.day);
            assert!(after != site, "{turn:?} changes nothing");
            (today, site) = (turn.day, after);
        }
    }
}

/// The beginning of what two days have apart.
fn difference(before: &BTreeSet<String>, after: &BTreeSet<String>) -> String {
    let pairs = before.difference(after).zip(after.difference(before));
    let shown = pairs.map(|(one, other)| {
        let at = one
            .bytes()
            .zip(other.bytes())
            .position(|(one, other)| one != other);
        let at = at.unwrap_or(0).saturating_sub(150);
        let part = |text: &str| text.get(at..at + 300).unwrap_or(text).to_owned();
        format!("{}\n{}\n", part(one), part(other))
    });
    shown.take(2).collect()
}

const KEYS: [&str; 3] = [
    "age10zqd3s0tad6ep2xl8gqst2fhdpmy3c5r6ccu22s446lqp9g7h4wq0n5u3l",
    "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg",
    "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa",
];

/// A tree in which everything that a day can change lies ahead of the first of July 2026, each on a day of its own.
fn everything(root: &Path) {
    let files = [
        ("gradus.toml", "name = \"Tiny\"\n".to_owned()),
        ("rubrics/ic/track.toml", "title = \"Engineer\"\n[[competency]]\nid = \"craft\"\ntitle = \"Craft\"\n".into()),
        ("rubrics/ic/l1.toml", "title = \"L1\"\nrank = 1\n[cell.craft]\ntext = \"x\"\n".into()),
        ("rubrics/ic/l2.toml", "title = \"L2\"\nrank = 2\n[cell.craft]\ntext = \"y\"\n".into()),
        ("cycles/2026-h1.toml", "title = \"H1\"\nstart = 2026-01-01\nend = 2026-06-20\n".into()),
        ("cycles/2026-h2.toml", "title = \"H2\"\nstart = 2026-07-03\nend = 2026-12-31\n".into()),
        ("cycles/2026-h1.figures.toml", "as_of = 2026-07-25\n".into()),
        ("people/grace/person.toml", format!("name = \"Grace\"\nstart = 2020-01-01\nkeys = [\"{}\"]\n[[role]]\nfrom = 2020-01-01\n", KEYS[0])),
        ("people/linus/person.toml", format!("name = \"Linus\"\nstart = 2020-01-01\nend = 2026-11-11\nkeys = [{{ key = \"{}\", until = 2026-10-20 }}]\n[[role]]\nfrom = 2020-01-01\nmanager = \"grace\"\n", KEYS[1])),
        ("people/ada/person.toml", format!(
            "name = \"Ada\"\nstart = 2020-01-01\nkeys = [\"{}\"]\n[[role]]\nfrom = 2020-01-01\nmanager = \"grace\"\nlevel = \"ic/l1\"\n[[role]]\nfrom = 2026-10-01\nlevel = \"ic/l2\"\n[[leave]]\nfrom = 2026-08-03\nto = 2026-08-14\n", KEYS[2])),
        ("people/ada/log.toml", "[[entry]]\ndate = 2026-11-02\nkind = \"win\"\ncompetencies = [\"craft\"]\ntext = \"x\"\n".into()),
        ("people/ada/2026-h1/expectations.toml", "agreed = 2026-01-05\n[[expectation]]\nid = \"one\"\ntext = \"x\"\n".into()),
        ("people/ada/2026-h1/review.md", "+++\nby = \"grace\"\ndate = 2026-06-25\nshared = 2026-07-15\n+++\n\n## impact\n\nMuch.\n".into()),
        ("people/ada/2026-h1/pip.toml", "start = 2026-02-01\ndays = 30\nclosed = 2026-09-09\nresult = \"met\"\n[[objective]]\nid = \"one\"\ntext = \"x\"\n".into()),
        ("people/ada/2026-h2/expectations.toml", "agreed = 2026-06-30\n[[expectation]]\nid = \"one\"\ntext = \"x\"\nsteps = [{ text = \"a\", due = 2026-09-15 }, \"b\"]\n[[expectation]]\nid = \"two\"\ntext = \"y\"\nuntil = 2026-12-10\nsteps = [\"a\", \"b\"]\n".into()),
    ];
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Which kind of turn it is; a new kind is to be in the tree above.
fn kind(what: &What) -> usize {
    match what {
        What::Begins(_) => 0,
        What::Over(_) => 1,
        What::Figures(_) => 2,
        What::Overdue(..) => 3,
        What::Progress(..) => 4,
        What::Shared(..) => 5,
        What::Closed(..) => 6,
        What::Log(_) => 7,
        What::Away(_) => 8,
        What::Back(_) => 9,
        What::Role(_) => 10,
        What::Key(_) => 11,
        What::Left(_) => 12,
    }
}

#[test]
fn day_by_day_a_site_changes_only_where_it_is_named() {
    let root = tempfile::tempdir().unwrap();
    everything(root.path());
    let tree = Tree::read(root.path(), day("2026-07-01"));
    let mut kinds = BTreeSet::new();
    let mut today = day("2026-07-01");
    let mut site = tree.on(today);
    while today < day("2027-02-20") {
        let next = today.succ_opt().unwrap();
        let turn = tree.next(today).filter(|turn| turn.day == next);
        let after = tree.on(next);
        let is_other = after != site;
        assert!(
            turn.is_some() || !is_other,
            "{next}: {}",
            difference(&site, &after)
        );
        let turn = turn.filter(|_| is_other);
        kinds.extend(turn.map(|turn| kind(&turn.what)));
        (today, site) = (next, after);
    }
    assert_eq!(kinds, (0..13).collect());
    assert_eq!(tree.next(today), None);
}

#[test]
fn nothing_changes_before_the_day_that_is_named() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("example-org");
    Tree::read(&example, day("2026-11-20")).leaps(day("2026-11-20"), 8);
    for seed in 1..=3 {
        let root = tempfile::tempdir().unwrap();
        generated::organisation(7, seed).write(root.path());
        let from = day("2026-02-01");
        Tree::read(root.path(), from).leaps(from, 8);
    }
}

#[test]
fn where_facts_are_judged_on_one_day_only_access_turns() {
    let root = tempfile::tempdir().unwrap();
    everything(root.path());
    let tree = Tree::read(root.path(), day("2026-07-01"));
    let next = |today: Date| {
        let from = From {
            today,
            is_fixed: true,
        };
        next_turn(&tree.organisation, from).map(|turn| turn.day.to_string())
    };
    let mut days = vec![];
    while let Some(day) = next(
        days.last()
            .map_or(day("2026-07-01"), |text: &String| day(text)),
    ) {
        days.push(day);
    }
    let access = [
        "2026-07-15",
        "2026-07-25",
        "2026-09-09",
        "2026-10-01",
        "2026-10-21",
        "2026-11-11",
    ];
    assert_eq!(days, access);
}
