//! What hangs on a name, or on a link, and what could take that over: hundreds of edits of each kind, judged by what the
//! sections of a site hold.
//!
//! Texts stay what they are in these edits. What is written is for whoever writes it to say.

use std::collections::BTreeSet;

use gradus::domain::access::lock::{Lock, difference};
use gradus::domain::model::Organisation;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use super::company::{TODAY, World, company, day};
use super::readings::readings;
use crate::cases::cases;

/// How many edits are tried of each kind, and of each organisation of that kind.
const TRIED: u32 = 144;
const EDITS: u32 = 12;

/// How many organisations are tried of each kind.
fn beginnings() -> u64 {
    cases(TRIED).div_ceil(EDITS).into()
}

/// Holds an edited organisation against what was accepted of another; says whether somebody gained what was there before.
fn judge(before: &Organisation, now: &Organisation, said: &str) -> bool {
    let found = difference(&Lock::of(before), &Lock::of(now), now, day(TODAY));
    let was = readings(before, day(TODAY));
    let known: BTreeSet<&String> = was.iter().map(|(word, _)| word).collect();
    let now = readings(now, day(TODAY));
    let gained = now
        .difference(&was)
        .filter(|(word, _)| known.contains(word));
    let gained: Vec<_> = gained.collect();
    let is_silent = !gained.is_empty() && !found.is_wider();
    assert!(!is_silent, "silently wider: {gained:?}\n{said}");
    !gained.is_empty()
}

/// A part of a file: what it is called, what it says, and its `readers` line.
#[derive(Debug, Clone)]
struct Part {
    name: String,
    word: String,
    readers: Option<&'static str>,
}

/// Parts of one kind, and the file that they stand in.
struct Kind {
    path: &'static str,
    names: [&'static str; 3],
    readers: &'static [&'static str],
    written: fn(&Part) -> String,
    before: &'static str,
}

const LOG: Kind = Kind {
    path: "people/m3/log.toml",
    names: ["2026-03-20", "2026-03-21", "2026-04-02"],
    readers: &["\"pair\"", "\"chain\"", "[\"m3\"]"],
    written: |part| {
        let Part { name, word, .. } = part;
        format!("[[entry]]\ndate = {name}\nkind = \"win\"\ntext = \"{word}\"\n")
    },
    before: "",
};

const LEVEL: Kind = Kind {
    path: "rubrics/ic/l1.toml",
    names: ["For managers", "For all", "Pay"],
    readers: &["\"managers\""],
    written: |part| {
        let Part { name, word, .. } = part;
        format!("[[section]]\ntitle = \"{name}\"\ntext = \"{word}\"\n")
    },
    before: "title = \"Engineer\"\nrank = 1\n",
};

impl Kind {
    fn text(&self, parts: &[Part]) -> String {
        let parts = parts.iter().map(|part| {
            let readers = part.readers.map(|readers| format!("readers = {readers}\n"));
            (self.written)(part) + &readers.unwrap_or_default()
        });
        self.before.to_owned() + &parts.collect::<String>()
    }

    fn begin(&self, random: &mut StdRng) -> Vec<Part> {
        let count = random.gen_range(1..5);
        let part = |n: usize, random: &mut StdRng| Part {
            name: self.names.choose(random).expect("names").to_string(),
            word: format!("canary-part-{n}"),
            readers: self.line(random),
        };
        (0..count).map(|n| part(n, random)).collect()
    }

    fn line(&self, random: &mut StdRng) -> Option<&'static str> {
        let is_kept = random.gen_bool(0.6);
        is_kept.then(|| *self.readers.choose(random).expect("readers"))
    }

    /// One step of an edit: a dummy beside a part, another name, another line, or another order.
    fn edit(&self, parts: &mut Vec<Part>, random: &mut StdRng) {
        let at = random.gen_range(0..parts.len());
        let other = random.gen_range(0..parts.len());
        match random.gen_range(0..7) {
            0 | 1 => {
                // A dummy takes the name and the line, and what had them loses the line.
                let mut dummy = parts[at].clone();
                dummy.word = format!("dummy-{}", random.gen_range(0..1000));
                parts[at].readers = None;
                parts.insert(random.gen_range(0..=parts.len()), dummy);
            }
            2 => parts[at].name = self.names.choose(random).expect("names").to_string(),
            3 => {
                let name = parts[at].name.clone();
                parts[at].name = std::mem::replace(&mut parts[other].name, name);
            }
            4 => {
                let readers = parts[at].readers;
                parts[at].readers = std::mem::replace(&mut parts[other].readers, readers);
            }
            5 => parts.swap(at, other),
            _ => parts[at].readers = self.line(random),
        }
    }
}

fn try_names(kind: &Kind, seed: u64) {
    let mut world = World::new(&company());
    let (mut gained, mut tried) = (0, 0);
    for beginning in 0..beginnings() {
        let mut random = StdRng::seed_from_u64(seed + beginning);
        let parts = kind.begin(&mut random);
        world.set(kind.path, &kind.text(&parts));
        let before = world.valid();
        let accepted = Lock::of(&before);
        let again = difference(&accepted, &accepted, &before, day(TODAY));
        assert!(again.is_none(), "{again:?}\n{}", kind.text(&parts));
        for _ in 0..EDITS {
            let mut edited = parts.clone();
            for _ in 0..random.gen_range(1..4) {
                kind.edit(&mut edited, &mut random);
            }
            let said = format!("{}--- after\n{}", kind.text(&parts), kind.text(&edited));
            world.set(kind.path, &kind.text(&edited));
            let Some(now) = world.organisation() else {
                continue;
            };
            gained += usize::from(judge(&before, &now, &said));
            tried += 1;
        }
    }
    assert!(gained > tried / 6, "of {tried}, {gained} gained");
}

#[test]
fn no_entry_takes_over_the_day_of_one_that_is_kept() {
    try_names(&LOG, 100);
}

#[test]
fn no_section_takes_over_the_title_of_one_that_is_kept() {
    try_names(&LEVEL, 200);
}

#[test]
fn a_text_that_is_copied_under_another_name_keeps_its_readers_whatever_marks_are_put_into_it() {
    for marks in ["", " ", "**", "\u{200b}", "."] {
        let mut world = World::new(&company());
        let mut parts = LOG.begin(&mut StdRng::seed_from_u64(1));
        parts.truncate(1);
        parts[0].name = LOG.names[0].to_owned();
        parts[0].readers = Some("\"pair\"");
        world.set(LOG.path, &LOG.text(&parts));
        let before = Lock::of(&world.valid());
        let mut copy = parts[0].clone();
        copy.name = LOG.names[1].to_owned();
        copy.word = format!("{marks}{}{marks}", copy.word);
        copy.readers = None;
        parts.push(copy);
        world.set(LOG.path, &LOG.text(&parts));
        let now = world.valid();
        let found = difference(&before, &Lock::of(&now), &now, day(TODAY));
        assert!(found.is_wider(), "{marks:?}");
    }
}

#[test]
fn an_entry_that_is_reworded_under_its_day_asks_nothing() {
    let mut world = World::new(&company());
    let mut parts = LOG.begin(&mut StdRng::seed_from_u64(1));
    parts.truncate(1);
    parts[0].readers = Some("\"pair\"");
    world.set(LOG.path, &LOG.text(&parts));
    let before = Lock::of(&world.valid());
    parts[0].word = "canary-reworded".to_owned();
    world.set(LOG.path, &LOG.text(&parts));
    let now = world.valid();
    assert!(difference(&before, &Lock::of(&now), &now, day(TODAY)).is_none());
}

#[test]
fn no_question_takes_over_the_title_of_one_that_is_kept() {
    let mut world = World::new(&company());
    for (path, text) in world.source.texts.clone() {
        if path.contains("/peer-") {
            world.set(
                &path,
                &text.replace("## growth-of", "## Title of growth-of"),
            );
        }
    }
    let settings = world.text("gradus.toml");
    let before = world.valid();
    let kept = "readers = [\"chain\"]\n";
    for (id, title) in [
        ("growth-of", "Title of growth-of"),
        ("dummy", "Title of growth-of"),
        ("growth-of", "Dummy"),
        ("title-of-growth-of", "Dummy"),
    ] {
        for line in [kept, ""] {
            for loses in [true, false] {
                let dummy = format!(
                    "[[question]]\nid = \"{id}\"\nfor = \"peer\"\ntitle = \"{title}\"\nprompt = \"P\"\n{line}\n"
                );
                let lost = if loses {
                    settings.replace(kept, "readers = [\"org\"]\n")
                } else {
                    settings.clone()
                };
                for text in [
                    lost.replacen("[[question]]", &format!("{dummy}[[question]]"), 1),
                    lost.replacen("[access]", &format!("{dummy}[access]"), 1),
                ] {
                    world.set("gradus.toml", &text);
                    // Two of one title or id are refused where answers stand.
                    if let Some(now) = world.organisation() {
                        judge(&before, &now, &text);
                    }
                }
            }
        }
    }
}

const CYCLE: &str = "2026-h1";

/// Texts of somebody that may link to attachments.
const LINKING: [&str; 6] = [
    "self.md",
    "response.md",
    "review.md",
    "peer-m3.md",
    "peer-m4.md",
    "peer-m6.md",
];

fn link(name: &str) -> String {
    format!("\n![shown](files/{name})\n")
}

/// Attachments of m2, each linked by a text that not everyone reads who reads about m2.
fn attached(random: &mut StdRng) -> (World, Vec<(String, String)>) {
    let mut world = World::new(&company());
    let directory = format!("people/m2/{CYCLE}");
    let own = world.text(&format!("{directory}/self.md"));
    let readers = ["\"pair\"", "[\"m0\"]", "[\"m2\"]"];
    let readers = readers.choose(random).expect("readers");
    let own = own.replacen("date", &format!("readers = {readers}\ndate"), 1);
    world.set(&format!("{directory}/self.md"), &own);
    if random.gen_bool(0.7) {
        let review = world.text(&format!("{directory}/review.md"));
        let review = review.replacen("shared = 2026-07-16\n", "", 1);
        world.set(&format!("{directory}/review.md"), &review);
        world.remove(&format!("{directory}/response.md"));
    }
    let mut links = Vec::new();
    for (n, text) in LINKING.iter().enumerate() {
        let path = format!("{directory}/{text}");
        if *text == "response.md" || !world.source.texts.contains_key(path.as_str()) {
            continue;
        }
        let name = format!("canary-file-{n}.png");
        world.attach(&format!("{directory}/files/{name}"), &[n as u8; 9]);
        let linked = world.text(&path) + &link(&name);
        world.set(&path, &linked);
        links.push((path, name));
    }
    (world, links)
}

#[test]
fn no_text_takes_over_an_attachment_of_one_that_fewer_people_read() {
    let (mut gained, mut tried) = (0, 0);
    for seed in 0..beginnings() {
        let mut random = StdRng::seed_from_u64(300 + seed);
        let (world, links) = attached(&mut random);
        let before = world.valid();
        let lock = Lock::of(&before).to_string();
        let paths = links.iter().map(|(_, name)| name);
        paths.for_each(|name| assert!(lock.contains(name.as_str()), "{name} in {lock}"));
        for _ in 0..EDITS {
            let mut edited = world.clone();
            let mut said = String::new();
            for _ in 0..random.gen_range(1..3) {
                let (path, name) = links.choose(&mut random).expect("links");
                let to = LINKING.choose(&mut random).expect("texts");
                let to = format!("people/m2/{CYCLE}/{to}");
                if !edited.source.texts.contains_key(to.as_str()) {
                    continue;
                }
                said += &format!("`{name}` from {path} to {to}\n");
                let text = edited.text(path).replace(&link(name), "");
                edited.set(path, &text);
                let text = edited.text(&to) + &link(name);
                edited.set(&to, &text);
            }
            let Some(now) = edited.organisation() else {
                continue;
            };
            gained += usize::from(judge(&before, &now, &said));
            tried += 1;
        }
    }
    assert!(gained > tried / 10, "of {tried}, {gained} gained");
}

#[test]
fn an_attachment_that_is_renamed_or_gone_with_the_link_of_a_kept_text_is_told() {
    let (world, links) = attached(&mut StdRng::seed_from_u64(9));
    let before = Lock::of(&world.valid());
    for (path, name) in &links {
        let mut edited = world.clone();
        let file = format!("people/m2/{CYCLE}/files/{name}");
        edited.remove(&file);
        edited.attach(&format!("people/m2/{CYCLE}/files/other.png"), &[1; 9]);
        let text = edited.text(path).replace(&link(name), "");
        edited.set(path, &text);
        let now = edited.valid();
        let found = difference(&before, &Lock::of(&now), &now, day(TODAY));
        let told: Vec<String> = found.gains.iter().map(ToString::to_string).collect();
        let text = path.rsplit('/').next().expect("a name");
        let [gone] = told.as_slice() else {
            panic!("{told:?}");
        };
        let begin = format!("`{file}` is gone, to which `{text}");
        let end = "alone linked: under another name nothing keeps it";
        assert!(gone.starts_with(&begin) && gone.ends_with(end), "{gone}");
    }
}

#[test]
fn two_attachments_that_exchange_their_contents_are_told_and_an_edited_one_is_not() {
    let mut world = World::new(&company());
    let directory = format!("people/m3/{CYCLE}");
    // m3 reads their own assessment, and not a review that is not shared.
    let attached = [("self.md", "open.png", 1), ("review.md", "kept.png", 2)];
    for (text, name, bytes) in attached {
        world.attach(&format!("{directory}/files/{name}"), &[bytes; 9]);
        let path = format!("{directory}/{text}");
        let linked = world.text(&path) + &link(name);
        world.set(&path, &linked);
    }
    let before = Lock::of(&world.valid());
    let found = |world: &World| {
        let now = world.valid();
        difference(&before, &Lock::of(&now), &now, day(TODAY))
    };
    let gains = |world: &World| {
        let gains = found(world).gains.into_iter();
        gains.map(|gain| gain.to_string()).collect::<Vec<_>>()
    };
    let would = "`m3` would read the attachment `2026-h1/files/";
    let with = |files: &[(&str, u8)]| {
        let mut edited = world.clone();
        for (name, bytes) in files {
            edited.attach(&format!("{directory}/files/{name}"), &[*bytes; 9]);
        }
        edited
    };
    let exchanged = with(&[("open.png", 2), ("kept.png", 1)]);
    assert_eq!(
        gains(&exchanged),
        [format!("{would}open.png` of their own")]
    );
    let mut copied = with(&[("copy.png", 2)]);
    let own = format!("{directory}/self.md");
    let linked = copied.text(&own) + &link("copy.png");
    copied.set(&own, &linked);
    assert_eq!(gains(&copied), [format!("{would}copy.png` of their own")]);
    assert!(found(&with(&[("kept.png", 3)])).is_none());
    // A content that is open in the folder when it is accepted is open under each name.
    let twice = with(&[("open.png", 2)]);
    let accepted = Lock::of(&twice.valid());
    let again = Lock::parse(&accepted.to_string()).expect("a lock");
    assert_eq!(again, accepted);
    let org = twice.valid();
    assert!(difference(&accepted, &accepted, &org, day(TODAY)).is_none());
}
