//! Files of two answers with different readers, whose markdown is broken in every way that was thought of: `check` stops
//! with an error, or no word of an answer reaches a reader of the other alone.

use std::collections::{BTreeMap, BTreeSet};

use gradus::domain::access::{Audiences, draw, plan};
use gradus::domain::model::Organisation;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use unicode_normalization::UnicodeNormalization;

use super::company::{Company, TODAY, World, company, day};
use super::readings::words;
use crate::cases::cases;

/// How many files are tried.
const FILES: u32 = 1000;

/// Whom the answers are about.
const SUBJECT: &str = "m4";

/// The file that holds them.
const FILE: &str = "people/m4/2026-h1/peer-m5.md";

/// Id, title and `readers` of the questions: for the subject too, for the chain alone, for one person who is neither.
const QUESTIONS: [(&str, &str, &str); 3] = [
    ("thanks", "A thank-you", "readers = \"person\"\n"),
    ("more-less", "Qualités à développer, größere zuerst", ""),
    ("aside", "For the eyes of m7", "readers = [\"m7\"]\n"),
];

/// How a heading that is meant may be written; `T` is the id or title.
const HEADINGS: &[&str] = &[
    "## T",
    "##T",
    "## T ##",
    "# T",
    "### T",
    "#### T",
    "##\u{a0}T",
    "##\u{2003}T",
    "\u{feff}## T",
    "\u{200b}## T",
    "\\## T",
    "\\#\\# T",
    "＃＃ T",
    "##＃ T",
    "T\n---",
    "T\n===",
    "**T**",
    "__T__",
    "***T***",
    "*T*",
    "**T:**",
    "**T**:",
    "T",
    "T:",
    "> ## T",
    "> **T**",
    "- ## T",
    "1. ## T",
    "* T",
    "2. T",
    "    ## T",
    "\t## T",
    " ## T",
    "   ## T",
    "<h2>T</h2>",
    "<h2 id=\"x\">T</h2>",
    "<b>T</b>",
    "&#35;&#35; T",
    "&num;# T",
    "| T |",
    "words ## T",
    "words\n## T",
    "words\u{2028}## T",
    "words\u{b}## T",
    "words\r## T",
    "`## T`",
    "~~T~~",
    "[^x]: ## T",
    "## **T**",
    "## `T`",
    "##\tT",
    "## T {#x}",
    "<!-- x --> ## T",
    "<!-- x -->\n## T",
    "T\n\n---",
    "<div>\n## T\n</div>",
    "<div>\n**T**\n</div>",
    "|a|\n|-|\nT",
    "- a\n\n  ## T",
    "> a\n## T",
    "> a\nT\n---",
    "[T]",
    "[T](https://a.example)",
    "## [T](https://a.example)",
];

/// How a title alone may be written, where an id may be a word of a sentence.
const TITLED: &[&str] = &[
    "T: words",
    "T – words",
    "T -> words",
    "T. Words",
    "T    words",
    "T (optional)",
    "T, part 2",
    "T; words",
    "T／words",
    "T > words",
    "T!",
    "T…",
    "Q2 T",
    "Question 2 – T",
    "second: T",
    "① T",
    ":star: T",
    "“T”",
    "【T】",
    "== T ==",
    "\\section{T}",
    "### T: words",
    "### Question 2 T",
    "**Question 2: T**",
    "**T** (words)",
    "<b>T</b> words",
    "<h2>T</h2>words",
    "<h2 title=\"T\"></h2>",
    "&lt;h2&gt;T&lt;/h2&gt;",
    "words<br>T<br>words",
    "words. **T:** words",
    "words **T**",
    "words ## T words",
    "words\\n\\n## T\\n\\nwords",
    "| x | T |",
    "[T]: words",
    "[T][x]",
    "<!-- ## T -->",
    "<T>",
    "♯♯ T",
];

/// What an answer may begin and never end, or end in a way that ends something else.
const OPENERS: &[&str] = &[
    "",
    "",
    "",
    "```",
    "```sh",
    "~~~",
    "````",
    "```\ncode\n```sh",
    "~~~\ncode\n```",
    "> ```",
    "- ```",
    "  ```",
    "    code",
    "<!--",
    "<!-- canary-comment",
    "words <!-- open",
    "<!-- canary-comment -->",
    "<pre>",
    "<script>",
    "<?php",
    "<![CDATA[",
    "<!DOCTYPE x",
    "<div>",
    "<textarea>",
    "> quote",
    "- item",
    "1. item",
    "|a|b|\n|-|-|\n|1|2|",
    "[^n]: note of",
    "[^n]:\n",
    "[l]: https://a.example\n\"title",
    "[l]:",
    "**bold",
    "`code",
    "[link](",
    "![",
    "<a href=\"",
    "words  ",
    "words\\",
    "***",
    "---",
    "$$",
    "words\n---",
    "<h2>",
    "<details>",
    "&lt;!--",
];

/// What an answer may end although nothing of it began.
const CLOSERS: &[&str] = &[
    "",
    "",
    "",
    "```",
    "~~~",
    "````",
    "```\ncode\n```",
    "-->",
    "<!-- canary-comment -->",
    "</pre>",
    "</script>",
    "?>",
    "]]>",
    "</div>",
    "**",
    "`",
    "\">",
    ")",
    "`` ` ``",
    "</textarea>",
    "```sh",
];

/// Where the definitions stand.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Defined {
    Above,
    InFirst,
    InSecond,
    AtEnd,
    InQuote,
    InList,
}

struct Made {
    text: String,
    /// Written as the pages about the format say.
    is_sound: bool,
    first: usize,
    second: usize,
}

fn one<'a>(random: &mut StdRng, all: &[&'a str]) -> &'a str {
    all.choose(random).copied().unwrap_or_default()
}

fn title(random: &mut StdRng, question: usize) -> &'static str {
    let (id, title, _) = QUESTIONS[question];
    if random.gen_bool(0.5) { id } else { title }
}

/// A title as somebody may spell it.
fn spelt(random: &mut StdRng, title: &str) -> String {
    let at = random.gen_range(1..title.chars().count() - 1);
    let with = |put: &dyn Fn(char) -> String| {
        let chars = title.chars().enumerate();
        let spelt = chars.map(|(n, c)| if n == at { put(c) } else { c.to_string() });
        spelt.collect::<String>()
    };
    let bare = || title.nfd().filter(char::is_ascii).collect();
    match random.gen_range(0..18) {
        0 => title.to_uppercase(),
        1 => title.nfd().collect(),
        2 => bare(),
        3 => title.replace('ß', "ss"),
        4 => title.replace('ö', "oe"),
        5 => title.replace(' ', "\u{a0}"),
        6 => title.replace(' ', ""),
        7 => title.replace([' ', '-'], "_"),
        8 => title.chars().flat_map(|c| [c, ' ']).collect(),
        9 => title.chars().flat_map(|c| [c, '\u{332}']).collect(),
        10 => title
            .chars()
            .map(|c| format!("&#{};", u32::from(c)))
            .collect(),
        11 => with(&|_| String::new()),
        12 => with(&|c| format!("{c}{c}")),
        13 => with(&|_| "x".to_owned()),
        14 => with(&|c| format!("{c}\u{3164}")),
        15 => with(&|c| format!("{c}\u{2028}")),
        16 => with(&|c| format!("{c}-\n")),
        _ => title.to_owned(),
    }
}

fn made(random: &mut StdRng) -> Made {
    let mut order = [0, 1, 2];
    order.shuffle(random);
    let [first, second, _] = order;
    let is_sound = random.gen_bool(0.15);
    let breaks = |random: &mut StdRng, all: &[&'static str]| {
        if is_sound { "" } else { one(random, all) }
    };
    let opener = breaks(random, OPENERS);
    // Within code, only what has the marks and the title of a heading may be one.
    let is_code = opener.contains("```") || opener.contains("~~~");
    let heading = if is_sound || is_code || random.gen_bool(0.5) {
        "## T"
    } else {
        one(random, HEADINGS)
    };
    let heading = match random.gen_range(0..4) {
        _ if is_sound || is_code => heading.replace('T', title(random, second)),
        0 => {
            let spelt = spelt(random, QUESTIONS[second].1);
            heading.replace('T', &spelt)
        }
        1 => one(random, TITLED).replace('T', QUESTIONS[second].1),
        _ => heading.replace('T', title(random, second)),
    };
    let places = [
        Defined::Above,
        Defined::InFirst,
        Defined::InSecond,
        Defined::AtEnd,
        Defined::InQuote,
        Defined::InList,
    ];
    let place = places[random.gen_range(0..if is_sound { 4 } else { places.len() })];
    let definitions = definitions(place);
    let at = |wanted: &[Defined]| {
        if wanted.contains(&place) {
            definitions.as_str()
        } else {
            ""
        }
    };
    let gap = if is_sound || random.gen_bool(0.7) {
        "\n\n"
    } else {
        "\n"
    };
    let text = [
        "+++\nby = \"m5\"\ndate = 2026-07-08\n+++\n\n",
        at(&[Defined::Above]),
        &format!(
            "## {}\n\ncanary-one-a words[^1] and [a log][One].\n\n",
            title(random, first)
        ),
        at(&[Defined::InFirst]),
        opener,
        gap,
        "canary-one-b <!-- canary-comment --> words.",
        gap,
        &heading,
        gap,
        "canary-two-a words[^2] and [another][two].\n\n",
        at(&[Defined::InSecond, Defined::InQuote, Defined::InList]),
        breaks(random, OPENERS),
        "\n\ncanary-two-b words, both[^both].\n\n",
        breaks(random, CLOSERS),
        "\n\ncanary-two-c words.\n\n",
        at(&[Defined::AtEnd]),
    ];
    Made {
        text: text.concat(),
        is_sound,
        first,
        second,
    }
}

fn definitions(place: Defined) -> String {
    let all = [
        "[^1]: canary-one-note says, and [so does][deep] another[^deep].\n\n    canary-one-note in a second paragraph.\n\n",
        "[one]: https://a.example/canary-one-link \"canary-one-title\"\n",
        "[two]: https://a.example/canary-two-link\n\n",
        "[^2]: canary-two-note says so.\n",
        "[^both]: canary-two-both\n\n",
        "[^deep]: canary-one-deep\n\n[deep]: https://a.example/canary-one-deeper\n\n",
    ];
    let all = all.concat();
    let lines = |mark: &str| {
        all.lines()
            .map(|line| format!("{mark}{line}\n"))
            .collect::<String>()
            + "\n"
    };
    match place {
        Defined::InQuote => lines("> "),
        Defined::InList => format!("- item\n\n{}", lines("  ")),
        _ => all,
    }
}

/// What everyone who opens a section about the subject reads of these words: by person.
fn read(org: &Organisation) -> BTreeMap<String, BTreeSet<String>> {
    let today = day(TODAY);
    let audiences = Audiences::new(org, today);
    let mut read: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for planned in &plan(org, today).sections {
        if planned
            .about
            .as_ref()
            .is_some_and(|about| about.as_str() != SUBJECT)
        {
            continue;
        }
        let drawn = draw(&audiences, planned).content;
        let words = words(&format!("{drawn:?}"));
        for reader in &planned.section.readers {
            read.entry(reader.person.to_string())
                .or_default()
                .extend(words.iter().cloned());
        }
    }
    read
}

/// Who reads the answer to each question where each is written as it should be.
fn readers(world: &mut World) -> [BTreeSet<String>; 3] {
    let answers = QUESTIONS.map(|(id, _, _)| format!("## {id}\n\ncanary-whole-{id}\n\n"));
    world.set(
        FILE,
        &format!(
            "+++\nby = \"m5\"\ndate = 2026-07-08\n+++\n\n{}",
            answers.concat()
        ),
    );
    let read = read(&world.valid());
    QUESTIONS.map(|(id, _, _)| {
        let word = format!("canary-whole-{id}");
        let reads = read.iter().filter(|(_, words)| words.contains(&word));
        reads.map(|(person, _)| person.clone()).collect()
    })
}

fn world(peer_feedback: &'static str) -> World {
    let mut world = World::new(&Company {
        peer_feedback,
        ..company()
    });
    let settings = world.text("gradus.toml");
    let (before, access) = settings
        .split_once("[access]")
        .expect("the settings say who reads");
    let by_name = peer_feedback == "person";
    let questions = QUESTIONS.map(|(id, title, readers)| {
        let is_open = readers.is_empty() && by_name;
        let readers = if is_open { "readers = \"chain\"\n" } else { readers };
        format!("[[question]]\nid = \"{id}\"\nfor = \"peer\"\ntitle = \"{title}\"\nprompt = \"Prompt\"\n{readers}\n")
    });
    world.set(
        "gradus.toml",
        &format!("{before}{}[access]{access}", questions.concat()),
    );
    // Nothing but the subject's cycle is looked at.
    let is_looked_at = |path: &str| {
        let of_another = path.starts_with("people/") && !path.starts_with("people/m4/");
        !of_another || path.ends_with("person.toml")
    };
    let files = &mut world.source.files;
    files.retain(|_, file| is_looked_at(&file.path));
    world
}

fn no_word_strays(peer_feedback: &'static str, seed: u64) {
    let mut world = world(peer_feedback);
    let readers = readers(&mut world);
    assert!(readers[0] != readers[1] && readers[1] != readers[2] && readers[0] != readers[2]);
    let mut random = StdRng::seed_from_u64(seed);
    let (mut stopped, mut shown) = (0, 0);
    let files = cases(FILES) as usize;
    for number in 0..files {
        let made = made(&mut random);
        world.set(FILE, &made.text);
        let Some(org) = world.organisation() else {
            assert!(
                !made.is_sound,
                "{number} is as it should be:\n{}",
                made.text
            );
            stopped += 1;
            continue;
        };
        shown += 1;
        let read = read(&org);
        let has_code = made.text.contains(['`', '~']);
        for (person, words) in &read {
            for word in words {
                let allowed = match word {
                    // In code it is no comment.
                    word if word.starts_with("canary-comment") => has_code,
                    word if word.starts_with("canary-one-") => readers[made.first].contains(person),
                    word if word.starts_with("canary-two-") => {
                        readers[made.second].contains(person)
                    }
                    _ => true,
                };
                assert!(allowed, "{person} reads {word} of {number}:\n{}", made.text);
            }
        }
        if made.is_sound {
            let reads = |person: &String, word: &str| read[person].contains(word);
            for word in ["a", "b", "note", "link", "title", "deep", "deeper"] {
                let word = format!("canary-one-{word}");
                assert!(
                    readers[made.first]
                        .iter()
                        .all(|person| reads(person, &word)),
                    "{word}:\n{}",
                    made.text
                );
            }
            for word in ["a", "note", "link", "both", "b", "c"] {
                let word = format!("canary-two-{word}");
                assert!(
                    readers[made.second]
                        .iter()
                        .all(|person| reads(person, &word)),
                    "{word}:\n{}",
                    made.text
                );
            }
        }
    }
    assert!(
        stopped > files / 5 && shown > files / 5,
        "{stopped} stopped, {shown} shown"
    );
}

#[test]
fn no_word_of_an_answer_strays_to_readers_of_another_whatever_its_markdown() {
    no_word_strays("chain", 1);
}

#[test]
fn no_word_of_an_answer_strays_whatever_its_markdown_where_peers_are_read_by_name() {
    no_word_strays("person", 2);
}
