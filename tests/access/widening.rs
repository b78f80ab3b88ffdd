//! More than a thousand random changes of one line or two: none lets anybody read more without being told.
//!
//! What a text says of itself (its `date`, that a plan is `closed`) is for its author to say, and no fact of the lock: a change
//! of such a line is judged by what else was changed with it.

use std::collections::BTreeSet;

use gradus::domain::access::lock::{Difference, Gained, Lock, Readable, difference};
use gradus::domain::model::{Date, Organisation};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use super::company::{Company, TODAY, World, company, day, recipient};
use super::readings::{Readings, readings};
use crate::cases::cases;

/// How many changes are tried of each company.
const CHANGES: u32 = 300;

/// Of how many changes that are told one is looked at from the other side too.
const LOOKED_AT: usize = 4;

#[test]
fn no_line_is_silently_wider_where_peers_write_to_the_chain() {
    try_changes("chain", 1);
}

#[test]
fn no_line_is_silently_wider_where_peers_are_read_without_names() {
    try_changes("anonymous", 2);
}

#[test]
fn no_line_is_silently_wider_where_peers_are_read_by_name() {
    try_changes("person", 3);
}

#[test]
fn no_line_is_silently_wider_where_a_cycle_asks_its_own_questions() {
    try_changes("own questions", 4);
}

fn try_changes(policy: &'static str, seed: u64) {
    let mut company = company();
    let own_questions = policy == "own questions";
    if !own_questions {
        company.peer_feedback = policy;
    }
    let mut random = StdRng::seed_from_u64(seed);
    let mut world = beginning(&company);
    if own_questions {
        copy_questions(&mut world);
    }
    let base = Base::of(world.valid());
    let mut tried = Tried::default();
    let wanted = cases(CHANGES) as usize;
    while tried.changes < wanted {
        let Some(change) = changed(&world, &mut random) else {
            continue;
        };
        let Change { path, before, .. } = &change;
        let said = format!(
            "{policy}: {path}\n--- before\n{before}\n--- after\n{}",
            change.after
        );
        let of_itself = change.of_itself.as_ref().map(|text| {
            world.set(path, text);
            world.organisation()
        });
        world.set(path, &change.after);
        match (world.organisation(), of_itself) {
            (Some(org), None) => tried.judge(&base, &org, change.renames, &said),
            (Some(org), Some(Some(own))) => {
                tried.judge(&base.saying(own), &org, change.renames, &said)
            }
            _ => {}
        }
        world.set(path, before);
    }
    // The changes must be worth trying: many of each kind.
    assert!(tried.wider > wanted / 5, "{} are wider", tried.wider);
    assert!(
        tried.narrower > wanted / 20,
        "{} are narrower",
        tried.narrower
    );
}

/// The company with lines of every kind to change.
fn beginning(company: &Company) -> World {
    let mut world = World::new(company);
    let mut add = |path: &str, from: &str, to: &str| {
        let text = world.text(path);
        assert!(text.contains(from), "{path}:\n{text}");
        world.set(path, &text.replacen(from, to, 1));
    };
    add(
        "people/m3/2026-h1/self.md",
        "date",
        "readers = [\"person\", \"m6\"]\ndate",
    );
    add(
        "people/m6/2026-h1/peer-m7.md",
        "date",
        "readers = [\"m2\"]\ndate",
    );
    add("people/m4/log.toml", "kind", "readers = \"org\"\nkind");
    for kept in ["m5", "m6", "m7"] {
        let log = format!("people/{kept}/log.toml");
        add(&log, "kind", "readers = \"pair\"\nkind");
    }
    // Two entries of a day, one of them kept; and attachments of what is kept, which other texts of theirs may link to.
    let second = "[[entry]]\ndate = 2026-03-20\nkind = \"win\"\ntext = \"canary-second-m6\"\n";
    add(
        "people/m6/log.toml",
        "[[entry]]",
        &format!("{second}[[entry]]"),
    );
    for kept in ["m2", "m6", "m8"] {
        let own = format!("people/{kept}/2026-h1/self.md");
        add(&own, "date", "readers = \"pair\"\ndate");
        add(
            &own,
            "## went-well\n",
            &format!("## went-well\n\n{}\n", link(kept)),
        );
    }
    add(
        "management/2026-h1/m7.toml",
        "date",
        "readers = [\"chain\"]\ndate",
    );
    add("people/m7/person.toml", "start", "end = 2026-10-01\nstart");
    add("people/m8/person.toml", "start", "end = 2027-10-01\nstart");
    for kept in ["m2", "m6", "m8"] {
        world.attach(
            &format!("people/{kept}/2026-h1/files/canary-file-{kept}.png"),
            kept.as_bytes(),
        );
    }
    let paths: Vec<_> = world.source.texts.keys().cloned().collect();
    for path in paths.iter().filter(|path| path.contains("/peer-")) {
        // Answers under the title stay whatever happens to the id.
        let text = world
            .text(path)
            .replace("## growth-of", "## Title of growth-of");
        world.set(path, &text);
    }
    world
}

/// A link to the attachment of somebody.
fn link(id: &str) -> String {
    format!("![shown](files/canary-file-{id}.png)")
}

/// Has the cycle ask by itself what all ask, as `gradus new cycle` does.
fn copy_questions(world: &mut World) {
    let settings = world.text("gradus.toml");
    let (from, to) = (settings.find("[[question]]"), settings.find("[access]"));
    let questions = from.zip(to).map(|(from, to)| &settings[from..to]);
    let path = "cycles/2026-h1.toml";
    let text = world.text(path) + "\n" + questions.expect("questions, and then [access]");
    world.set(path, &text);
}

/// What the change begins from.
struct Base {
    lock: Lock,
    org: Organisation,
    readings: Readings,
}

impl Base {
    fn of(org: Organisation) -> Self {
        Self {
            lock: Lock::of(&org),
            readings: readings(&org, day(TODAY)),
            org,
        }
    }

    /// The same lock over texts that say something else of themselves.
    fn saying(&self, org: Organisation) -> Self {
        Self {
            lock: self.lock.clone(),
            ..Self::of(org)
        }
    }
}

#[derive(Default)]
struct Tried {
    changes: usize,
    wider: usize,
    narrower: usize,
}

impl Tried {
    fn judge(&mut self, base: &Base, org: &Organisation, renames: bool, said: &str) {
        self.changes += 1;
        let found = difference(&base.lock, &Lock::of(org), org, day(TODAY));
        self.wider += usize::from(found.is_wider());
        self.narrower += usize::from(is_narrower(&found));
        if found.is_wider() && !self.wider.is_multiple_of(LOOKED_AT) {
            return;
        }
        let now = readings(org, day(TODAY));
        let gained: BTreeSet<_> = now.difference(&base.readings).collect();
        // What is written passes.
        let known: BTreeSet<_> = base.readings.iter().map(|(word, _)| word).collect();
        let is_silent = |(word, _): &&(String, String)| known.contains(word) && !found.is_wider();
        let silent: Vec<_> = gained.iter().copied().filter(is_silent).collect();
        assert!(silent.is_empty(), "silently wider: {silent:?}\n{said}");
        if renames {
            return; // under another name the same readers are told once more
        }
        // Each gain that is told is one: today, or on the day that it is told for.
        for gain in &found.gains {
            let Gained::Texts(reading) = &gain.what else {
                continue;
            };
            let is_unnamed = |readable| matches!(readable, &Readable::Unnamed(..));
            let unnamed_alone = reading.readables().all(is_unnamed);
            let backed = unnamed_alone || gains_on(gain.from, base, org, &gained);
            assert!(backed, "nobody gains: {gain}\n{said}");
        }
    }
}

fn gains_on(
    from: Option<Date>,
    base: &Base,
    org: &Organisation,
    today: &BTreeSet<&(String, String)>,
) -> bool {
    match from {
        None => !today.is_empty(),
        Some(day) => readings(org, day)
            .difference(&readings(&base.org, day))
            .next()
            .is_some(),
    }
}

fn is_narrower(found: &Difference) -> bool {
    !found.is_wider() && !found.losing.is_empty()
}

/// A file with a line or two changed, added or taken away.
struct Change {
    path: String,
    before: String,
    after: String,
    /// With the one line alone that the text says of itself, where that was changed.
    of_itself: Option<String>,
    /// Whether anything may have another name.
    renames: bool,
}

fn changed(world: &World, random: &mut StdRng) -> Option<Change> {
    let (path, lines) = one_change(random)?;
    let before = world.source.texts.get(path.as_str())?.to_string();
    let first = lines.choose(random)?;
    let (mut after, mut of_itself) = (before.clone(), None);
    let second = random.gen_bool(0.5).then(|| name_line(&path, random));
    let second = second.flatten();
    let renames = second.is_some();
    if let Some(name) = second {
        after = with_line(&after, &name, random)?;
        let is_of_itself = ["date", "closed"].iter().any(|key| name.starts_with(key));
        of_itself = (is_of_itself && !path.ends_with("log.toml")).then(|| after.clone());
    }
    after = match (random.gen_range(0..6), &of_itself) {
        (0, Some(_)) => after,
        _ => with_line(&after, first, random)?,
    };
    (after != before).then_some(Change {
        path,
        before,
        after,
        of_itself,
        renames,
    })
}

/// A line that a text, or the readers of one, are found by, or that a text says of itself.
fn name_line(path: &str, random: &mut StdRng) -> Option<String> {
    let number = random.gen_range(0..100);
    let date = format!(
        "date = 2026-{:02}-{:02}",
        random.gen_range(1..12),
        random.gen_range(1..28)
    );
    let name = path.rsplit('/').next().unwrap_or_default();
    Some(match name {
        "gradus.toml" | "2026-h1.toml" => match number % 3 {
            0 => format!("title = \"Renamed {number}\""),
            _ => format!("id = \"renamed-{number}\""),
        },
        "l1.toml" => format!("title = \"Renamed {number}\""),
        "pip.toml" => format!("closed = 2026-{:02}-03", random.gen_range(3..12)),
        "log.toml" | "self.md" | "review.md" | "response.md" => date,
        _ if name.starts_with("peer-") || path.starts_with("management/") => date,
        _ => return None,
    })
}

/// One more entry of the day that others have.
const DUMMY: &str = "[[entry]]\ndate = 2026-03-20\nkind = \"win\"\ntext = \"canary-dummy\"\n";

/// A file, and lines of which one is to be changed.
fn one_change(random: &mut StdRng) -> Option<(String, Vec<String>)> {
    let person = format!("m{}", random.gen_range(0..9));
    let cycle = "2026-h1";
    let files = [
        "self.md",
        "review.md",
        "plan.toml",
        "expectations.toml",
        "pip.toml",
        "response.md",
    ];
    Some(match random.gen_range(0..15) {
        0..=5 => (format!("people/{person}/person.toml"), person_lines(random)),
        6 | 7 => ("gradus.toml".to_owned(), settings_lines(random)),
        8 => {
            let peer = format!("peer-m{}.md", random.gen_range(0..9));
            let file = files.choose(random)?;
            let file = if random.gen_bool(0.5) { &peer } else { *file };
            let mut lines = vec![readers(random)];
            if file.ends_with("response.md") {
                lines.push(format!("+\n{}", link(&person)));
            }
            (format!("people/{person}/{cycle}/{file}"), lines)
        }
        9 | 10 => {
            let path = [
                format!("people/{person}/log.toml"),
                format!("management/{cycle}/{person}.toml"),
            ];
            let path = path.choose(random)?.clone();
            let mut lines = vec![readers(random)];
            if path.ends_with("log.toml") {
                lines.push(format!("+{}readers = \"pair\"", DUMMY));
                lines.push(format!("+{}", DUMMY));
            }
            (path, lines)
        }
        11 | 12 => rubric_lines(random),
        13 => (
            format!("cycles/{cycle}.toml"),
            vec![readers(random), "readers".to_owned()],
        ),
        _ => {
            let day = format!(
                "2026-{:02}-{:02}",
                random.gen_range(1..12),
                random.gen_range(1..28)
            );
            let key = ["start", "end"].choose(random)?;
            (
                format!("cycles/{cycle}.toml"),
                vec![format!("{key} = {day}")],
            )
        }
    })
}

fn someone(random: &mut StdRng) -> String {
    format!("m{}", random.gen_range(0..9))
}

fn person_lines(random: &mut StdRng) -> Vec<String> {
    let manager = format!("manager = \"{}\"", someone(random));
    let day = |random: &mut StdRng| {
        format!(
            "202{}-{:02}-01",
            random.gen_range(5..9),
            random.gen_range(1..12)
        )
    };
    let (new, other) = (random.gen_range(1..60), random.gen_range(50..60));
    let until = format!(
        "{{ key = \"{}\", until = {} }}",
        recipient(new),
        day(random)
    );
    vec![
        manager.clone(),
        manager.clone(),
        "manager".to_owned(),
        format!("end = {}", day(random)),
        "end".to_owned(),
        format!("keys = [\"{}\"]", recipient(new)),
        format!("keys = [\"{}\", \"{}\"]", recipient(new), recipient(other)),
        format!("keys = [{until}]"),
        "keys = []".to_owned(),
        format!("from = {}", day(random)),
        format!("+[[role]]\nfrom = {}\n{manager}", day(random)),
    ]
}

fn settings_lines(random: &mut StdRng) -> Vec<String> {
    let hr = format!("hr = [\"{}\"]", someone(random));
    vec![
        hr,
        format!("hr = [\"m8\", \"{}\"]", someone(random)),
        "hr".to_owned(),
        "chain = 1".to_owned(),
        "chain = 2".to_owned(),
        "peer_feedback = \"person\"".to_owned(),
        "peer_feedback = \"anonymous\"".to_owned(),
        "peer_feedback = \"chain\"".to_owned(),
        readers(random),
        "readers".to_owned(),
    ]
}

fn rubric_lines(random: &mut StdRng) -> (String, Vec<String>) {
    let track = vec![
        "readers = \"public\"".to_owned(),
        "readers".to_owned(),
        "extends".to_owned(),
    ];
    let level = vec![
        "readers".to_owned(),
        "readers = \"org\"".to_owned(),
        "readers = \"managers\"".to_owned(),
    ];
    if random.gen_bool(0.5) {
        ("rubrics/ic/track.toml".to_owned(), track)
    } else {
        ("rubrics/ic/l1.toml".to_owned(), level)
    }
}

/// A `readers` line, or that there is none.
fn readers(random: &mut StdRng) -> String {
    let someone = someone(random);
    let tokens = ["org", "person", "chain", "pair", "hr", someone.as_str()];
    let (one, two) = (tokens.choose(random), tokens.choose(random));
    match (one, two, random.gen_range(0..4)) {
        (_, _, 0) => "readers".to_owned(),
        (Some(one), Some(two), 1) if one != two => format!("readers = [\"{one}\", \"{two}\"]"),
        (one, ..) => format!("readers = \"{}\"", one.unwrap_or(&"org")),
    }
}

/// A text in which one line of a key says something else. A bare key takes the line away; `+` adds lines at the end.
fn with_line(text: &str, line: &str, random: &mut StdRng) -> Option<String> {
    if let Some(more) = line.strip_prefix('+') {
        return Some(format!("{text}{more}\n"));
    }
    let (key, gone) = match line.split_once(" = ") {
        Some((key, _)) => (key, false),
        None => (line, true),
    };
    let lines: Vec<&str> = text.lines().collect();
    let of_key = |at: &usize| lines[*at].starts_with(&format!("{key} = "));
    let there: Vec<usize> = (0..lines.len()).filter(of_key).collect();
    let mut lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
    match (there.choose(random), gone) {
        (Some(at), true) => {
            lines.remove(*at);
        }
        (Some(at), false) => lines[*at] = line.to_owned(),
        (None, true) => return None,
        (None, false) => {
            let beside = beside(&lines, random)?;
            lines.insert(beside, line.to_owned());
        }
    }
    Some(lines.join("\n") + "\n")
}

/// Where a line may be added: beside one of the first keys of the file, or of one of its tables.
fn beside(lines: &[String], random: &mut StdRng) -> Option<usize> {
    let begins = [
        "date = ",
        "agreed = ",
        "start = ",
        "title = ",
        "id = ",
        "from = ",
    ];
    let fits = |at: &usize| begins.iter().any(|begin| lines[*at].starts_with(begin));
    let places: Vec<usize> = (0..lines.len()).filter(fits).collect();
    places.choose(random).map(|at| at + 1)
}
