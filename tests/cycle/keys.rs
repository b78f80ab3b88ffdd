//! What is declared of every key is what `check` does with it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use gradus::tree::schema::{Holds, KINDS, Key, Kind};
use gradus::{tree::check, tree::source};

/// What is wrong on purpose with a file that is otherwise complete.
#[derive(Clone, Copy, PartialEq)]
enum Fault<'f> {
    None,
    /// The key at that path is missing.
    Without(&'f str),
    /// The key at that path holds something that no key takes.
    WrongType(&'f str),
    /// The key at that path holds a word that is none of the choices.
    WrongWord(&'f str),
    /// The key at that path holds one more than the most.
    TooMany(&'f str),
    /// The table at that path has a key that none has.
    UnknownKey(&'f str),
}

/// No key, no word, and near to none.
const UNKNOWN: &str = "zzqqzzqq";

/// The text of a file with every key that its kind declares.
fn text(kind: &Kind, fault: Fault<'_>) -> String {
    let keys = entries(kind.keys, "", fault).join("\n");
    if kind.is_front_matter {
        format!("+++\n{keys}\n+++\n")
    } else {
        keys + "\n"
    }
}

fn entries(keys: &[Key], path: &str, fault: Fault<'_>) -> Vec<String> {
    let mut entries: Vec<String> = keys
        .iter()
        .filter_map(|key| entry(key, &format!("{path}.{}", key.name), fault))
        .collect();
    if fault == Fault::UnknownKey(path) {
        entries.push(format!("{UNKNOWN} = 1"));
    }
    entries
}

fn entry(key: &Key, path: &str, fault: Fault<'_>) -> Option<String> {
    let value = match fault {
        Fault::Without(at) if at == path => return None,
        Fault::WrongType(at) if at == path => "1.5".to_owned(),
        Fault::WrongWord(at) if at == path => format!("\"{UNKNOWN}\""),
        Fault::TooMany(at) if at == path => most(&key.holds)?.saturating_add(1).to_string(),
        _ => values(&key.holds, path, fault).swap_remove(0),
    };
    Some(format!("{} = {value}", key.name))
}

fn most(holds: &Holds) -> Option<i64> {
    match holds {
        Holds::Number(_, most) => Some(*most),
        _ => None,
    }
}

/// A value for each form that is allowed; the first stands for them all where there is room for one.
fn values(holds: &Holds, path: &str, fault: Fault<'_>) -> Vec<String> {
    let one = |value: String| vec![value];
    match holds {
        Holds::Text | Holds::Value | Holds::Prose => one("\"x\"".into()),
        Holds::Date | Holds::Past => one("2026-03-15".into()),
        Holds::Flag => one("false".into()),
        Holds::Number(_, most) => one(most.to_string()),
        Holds::Range => one("[1, 2]".into()),
        Holds::Word(words) => words.iter().map(|word| format!("\"{word}\"")).collect(),
        Holds::Like(form) => {
            let example = form.pattern().map_or("x", |(_, example)| example);
            one(format!("\"{example}\""))
        }
        Holds::List(of) => one(format!(
            "[{}]",
            values(of, &format!("{path}[]"), fault).join(", ")
        )),
        Holds::Either(of) => of
            .iter()
            .flat_map(|form| values(form, path, fault))
            .collect(),
        Holds::Table(keys) | Holds::Open(keys, _) => {
            one(format!("{{ {} }}", entries(keys, path, fault).join(", ")))
        }
        Holds::Map(_, of) => {
            let values = values(of, &format!("{path}.<name>"), fault).into_iter();
            let named = values.enumerate();
            let named: Vec<String> = named
                .map(|(at, value)| format!("n{at} = {value}"))
                .collect();
            one(format!("{{ {} }}", named.join(", ")))
        }
    }
}

/// Every key of a kind with its path, and every table with its path and keys.
#[derive(Default)]
struct Found<'k> {
    keys: Vec<(String, &'k Key)>,
    tables: Vec<(String, &'k [Key], bool)>,
}

impl<'k> Found<'k> {
    fn of(kind: &'k Kind) -> Self {
        let mut found = Self::default();
        found.table(kind.keys, String::new(), false);
        found
    }

    fn table(&mut self, keys: &'k [Key], path: String, is_open: bool) {
        for key in keys {
            let at = format!("{path}.{}", key.name);
            self.below(&key.holds, &at);
            self.keys.push((at, key));
        }
        self.tables.push((path, keys, is_open));
    }

    fn below(&mut self, holds: &'k Holds, path: &str) {
        match holds {
            Holds::Table(keys) => self.table(keys, path.to_owned(), false),
            Holds::Open(keys, _) => self.table(keys, path.to_owned(), true),
            Holds::List(of) => self.below(of, &format!("{path}[]")),
            Holds::Map(_, of) => self.below(of, &format!("{path}.<name>")),
            Holds::Either(of) => of.iter().for_each(|form| self.below(form, path)),
            _ => {}
        }
    }
}

const TREE: [(&str, &str); 5] = [
    ("gradus.toml", "name = \"x\"\n"),
    (
        "cycles/2026-h1.toml",
        "title = \"x\"\nstart = 2026-01-01\nend = 2026-06-30\n",
    ),
    (
        "people/ada/person.toml",
        "name = \"x\"\nstart = 2026-01-01\nrole = [{ from = 2026-01-01 }]\n",
    ),
    (
        "people/bob/person.toml",
        "name = \"x\"\nstart = 2026-01-01\nrole = [{ from = 2026-01-01 }]\n",
    ),
    ("rubrics/n0/track.toml", "title = \"x\"\n"),
];

fn path_of(kind: &Kind) -> &'static str {
    match kind.id {
        "gradus" => "gradus.toml",
        "track" => "rubrics/n0/track.toml",
        "level" => "rubrics/n0/n1.toml",
        "figures" => "cycles/2026-h1.figures.toml",
        "cycle" => "cycles/2026-h1.toml",
        "person" => "people/ada/person.toml",
        "log" => "people/ada/log.toml",
        "expectations" => "people/ada/2026-h1/expectations.toml",
        "self" => "people/ada/2026-h1/self.md",
        "peer" => "people/ada/2026-h1/peer-bob.md",
        "review" => "people/ada/2026-h1/review.md",
        "response" => "people/ada/2026-h1/response.md",
        "plan" => "people/ada/2026-h1/plan.toml",
        "pip" => "people/ada/2026-h1/pip.toml",
        "talent" => "management/2026-h1/ada.toml",
        other => panic!("where does a file of the kind `{other}` lie?"),
    }
}

/// What `check` says about the file: codes, messages and hints.
fn complaints(
    directory: &Path,
    kind: &Kind,
    fault: Fault<'_>,
) -> Vec<(&'static str, String, String)> {
    let path = path_of(kind);
    fs::write(directory.join(path), text(kind, fault)).expect("a file");
    let source = source::load(directory).expect("an organisation");
    let (_, report) = check::check(&source);
    let about = report
        .diagnostics
        .into_iter()
        .filter(|d| &*d.place.file == path);
    about
        .map(|d| (d.code, d.message, d.help.unwrap_or_default()))
        .collect()
}

fn each_kind(test: impl Fn(&Kind, &dyn Fn(Fault<'_>) -> Vec<(&'static str, String, String)>)) {
    for kind in KINDS {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let root = directory.path();
        for (path, text) in TREE.into_iter().chain([(path_of(kind), "")]) {
            let file = root.join(path);
            fs::create_dir_all(file.parent().expect("a directory")).expect("a directory");
            fs::write(file, text).expect("a file");
        }
        test(kind, &|fault| complaints(root, kind, fault));
    }
}

/// Codes that say that a file is not of the form.
const OF_THE_FORM: [&str; 5] = ["E010", "E011", "E012", "E013", "E014"];

#[test]
fn a_file_with_every_declared_key_has_the_form_that_check_reads() {
    each_kind(|kind, complaints| {
        let wrong: Vec<_> = complaints(Fault::None)
            .into_iter()
            .filter(|(code, ..)| OF_THE_FORM.contains(code))
            .collect();
        assert!(
            wrong.is_empty(),
            "{}: {wrong:?}\n{}",
            kind.id,
            text(kind, Fault::None)
        );
    });
}

#[test]
fn check_knows_just_the_keys_that_are_declared() {
    each_kind(|kind, complaints| {
        for (path, keys, is_open) in Found::of(kind).tables {
            let said = complaints(Fault::UnknownKey(&path));
            let about = format!("`{UNKNOWN}` is not a key here");
            let help = said.iter().find(|(_, message, _)| *message == about);
            let (.., help) = help.unwrap_or_else(|| panic!("{}{path}: {said:?}", kind.id));
            let mut declared: BTreeSet<&str> = keys.iter().map(|key| key.name).collect();
            if is_open {
                declared.extend(["misses", "meets", "exceeds"]); // the ratings that are there from the start
            }
            let known = help.strip_prefix("known here: ").expect(help);
            let known: BTreeSet<&str> =
                known.split(", ").map(|key| key.trim_matches('`')).collect();
            assert_eq!(known, declared, "{}{path}", kind.id);
        }
    });
}

#[test]
fn check_asks_for_just_the_keys_that_are_required() {
    each_kind(|kind, complaints| {
        for (path, key) in Found::of(kind).keys {
            let said = complaints(Fault::Without(&path));
            let about = format!("`{}` is missing", key.name);
            let asked = said
                .iter()
                .any(|(code, message, _)| *code == "E013" && *message == about);
            assert_eq!(asked, key.is_required, "{}{path}: {said:?}", kind.id);
        }
    });
}

#[test]
fn no_key_takes_what_it_is_not_declared_to_hold() {
    each_kind(|kind, complaints| {
        for (path, key) in Found::of(kind).keys {
            let said = complaints(Fault::WrongType(&path));
            let about = format!("`{}` takes ", key.name);
            let refused = said
                .iter()
                .any(|(code, message, _)| *code == "E012" && message.starts_with(&about));
            assert!(refused, "{}{path}: {said:?}", kind.id);
        }
    });
}

#[test]
fn words_and_bounds_are_those_that_check_has() {
    each_kind(|kind, complaints| {
        for (path, key) in Found::of(kind).keys {
            match &key.holds {
                Holds::Word(words) => {
                    let said = complaints(Fault::WrongWord(&path));
                    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                    let choices = said.iter().find_map(|(code, message, _)| {
                        let about = format!("`{}` is one of ", key.name);
                        (*code == "E014")
                            .then(|| message.strip_prefix(&about))
                            .flatten()
                    });
                    let choices = choices.unwrap_or_else(|| panic!("{}{path}: {said:?}", kind.id));
                    let choices: BTreeSet<&str> = choices.split(", ").collect();
                    assert_eq!(
                        choices,
                        words.iter().map(String::as_str).collect(),
                        "{}{path}",
                        kind.id
                    );
                }
                Holds::Number(least, most) => {
                    let said = complaints(Fault::TooMany(&path));
                    let about = format!("`{}` is a number from {least} to {most}", key.name);
                    assert!(
                        said.iter().any(|(_, message, _)| *message == about),
                        "{}{path}: {said:?}",
                        kind.id
                    );
                }
                _ => {}
            }
        }
    });
}
