//! Files that are small to write and large to read: each is refused or built, within bounds.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cases::are_all_tried;
use tempfile::TempDir;

/// Address space, in KiB: 512 MiB.
const MEMORY_KIB: u32 = 512 * 1024;
/// Processor time, not the clock's: far more than any of them takes, even unoptimised on a slow machine.
const SECONDS_MAX: u32 = 60;

const SELF: &str = "people/ada/2026-h1/self.md";
const LOG: &str = "people/ada/log.toml";
/// Nearly half of what a file may hold, in bytes. What grows with the square of it takes minutes.
const MUCH: usize = 400_000;
/// Bytes, unless all cases are tried.
const LESS: usize = 150_000;

/// Languages whose patterns go back and forth over a line.
const LANGUAGES: &[&str] = &[
    "rust",
    "python",
    "javascript",
    "c",
    "java",
    "ruby",
    "perl",
    "php",
    "haskell",
    "html",
    "css",
    "sql",
    "yaml",
    "bash",
    "markdown",
    "regex",
];

/// Lines that such patterns do not like.
const LINES: &[&str] = &[
    "(", "\"\\", "/*", "a ", "<a ", "{[(", "'''", "$(", "=>", "#!", "\\\\", "0x0.", ": : ", "/**/",
    "]]",
];

fn tree() -> TempDir {
    let tree = tempfile::tempdir().expect("a temporary directory");
    for (path, text) in [
        ("gradus.toml", "name = \"Tiny\"\n"),
        (
            "cycles/2026-h1.toml",
            "title = \"H1\"\nstart = 2026-01-01\nend = 2026-06-30\n",
        ),
        ("rubrics/ic/track.toml", "title = \"IC\"\n"),
        ("rubrics/ic/l1.toml", "title = \"L1\"\nrank = 1\n"),
        (
            "people/ada/person.toml",
            "name = \"Ada\"\nstart = 2025-01-01\n[[role]]\nfrom = 2025-01-01\nlevel = \"ic/l1\"\n",
        ),
    ] {
        put(tree.path(), path, text);
    }
    let commands: [&[&str]; 2] = [&["keys", "site"], &["access", "--accept", "--new"]];
    for arguments in commands {
        assert_eq!(bounded(tree.path(), arguments).0, Some(0));
    }
    tree
}

fn put(tree: &Path, path: &str, text: &str) {
    let file = tree.join(path);
    fs::create_dir_all(file.parent().expect("it lies in the tree")).expect("a directory");
    fs::write(file, text).expect("a file");
}

/// Runs the program within bounds: its exit code, nothing where a signal ended it, and its words.
fn bounded(tree: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let script = format!("ulimit -v {MEMORY_KIB}; ulimit -t {SECONDS_MAX}; exec \"$@\"");
    let output = Command::new("sh")
        .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_gradus"), "-C"])
        .arg(tree)
        .args(arguments)
        .output()
        .expect("a shell");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// Builds the tree with one file more; 0 and 1 are answers, all else is a bomb that went off.
#[track_caller]
fn defused(tree: &Path, what: &str, path: &str, text: &str) {
    put(tree, path, text);
    let (code, said) = bounded(tree, &["build", "-o", "out"]);
    assert!(
        matches!(code, Some(0 | 1)),
        "{what}: {code:?}\n{said:.2000}"
    );
    fs::remove_file(tree.join(path)).expect("it was written");
}

fn in_self(text: &str) -> String {
    format!("+++\nby = \"ada\"\ndate = 2026-07-01\n+++\n## results\n{text}\n")
}

/// The pattern over and over.
fn much(pattern: &str) -> String {
    let bytes = if are_all_tried() { MUCH } else { LESS };
    pattern.repeat(bytes / pattern.len())
}

#[test]
fn prose_that_grows_or_nests_without_end_is_bounded() {
    let tree = tree();
    let patterns = [
        "> ",
        "- ",
        "1. ",
        "[",
        "![](",
        "[a](",
        "[a][",
        "*a ",
        "**",
        "*_",
        "~~",
        "`",
        "``` ",
        "<a ",
        "<!--",
        "<![CDATA[",
        "&",
        "&#",
        "\\",
        "|",
        "|a|\n|-|\n",
        "# a\n",
        "a\n===\n",
        "[^1]",
        "[^1]: a\n",
        "[a]: b\n",
        "a\n\n",
        "- a\n",
        "* * *\n",
        "https://a.example ",
        "<https://a.example> ",
        "$",
        "\u{202e}",
        "e\u{301}",
        "[a](https://a.example \"b\") ",
        "- [x] a\n",
        "> - 1. ",
        "\t",
        "a\u{0}",
        "\u{fdfd}",
    ];
    for pattern in patterns {
        defused(tree.path(), pattern, SELF, &in_self(&much(pattern)));
    }
}

#[test]
fn tables_footnotes_and_links_without_end_are_bounded() {
    let tree = tree();
    let wide = format!(
        "{}\n{}\n{}",
        "|a".repeat(60_000),
        "|-".repeat(60_000),
        "|b".repeat(60_000)
    );
    let tall = format!("|a|b|\n|-|-|\n{}", "|c|d|\n".repeat(120_000));
    let short_rows = format!(
        "{}\n{}\n{}",
        "|a".repeat(5_000),
        "|-".repeat(5_000),
        "|\n".repeat(400_000)
    );
    let notes: String = (0..40_000)
        .map(|n| format!("[^{n}]\n\n[^{n}]: a\n\n"))
        .collect();
    let references: String = (0..40_000)
        .map(|n| format!("[a{n}]\n\n[a{n}]: https://a.example/{n}\n\n"))
        .collect();
    let one_reference = format!(
        "[a]: https://a.example/{}\n\n{}",
        "b".repeat(10_000),
        "[a] ".repeat(200_000)
    );
    let below_a_note = format!("[^1]\n\n[^1]: a\n\n{}", "b\n\n".repeat(MUCH / 3));
    for (what, text) in [
        ("below a note", below_a_note),
        ("wide", wide),
        ("tall", tall),
        ("short rows", short_rows),
        ("notes", notes),
        ("references", references),
        ("one reference", one_reference),
    ] {
        defused(tree.path(), what, SELF, &in_self(&text));
    }
}

#[test]
fn code_that_its_languages_patterns_do_not_like_is_bounded() {
    let tree = tree();
    for (at, language) in LANGUAGES.iter().enumerate() {
        let line = LINES[at % LINES.len()];
        let one_line = line.repeat(MUCH / 4 / line.len());
        let lines = format!("{}\n", line.repeat(40)).repeat(2_000);
        let text = format!("```{language}\n{one_line}\n```\n\n```{language}\n{lines}```\n");
        defused(tree.path(), language, SELF, &in_self(&text));
    }
}

#[test]
fn toml_that_grows_or_nests_without_end_is_bounded() {
    let tree = tree();
    let entry = "[[entry]]\ndate = 2026-03-01\nkind = \"win\"\ntext = \"a\"\n";
    let files = [
        ("entries", much(entry)),
        ("tables", much("[a]\n")),
        (
            "keys",
            (0..100_000).map(|n| format!("k{n} = 1\n")).collect(),
        ),
        ("dots", format!("{}a = 1", much("a."))),
        ("brackets", format!("a = {}", much("["))),
        ("braces", format!("a = {}", much("{a="))),
        ("numbers", format!("a = {}", "9".repeat(MUCH))),
        ("list", format!("a = [{}]", much("1,"))),
        ("strings", format!("a = [{}]", much("\"\",\n"))),
        (
            "one string",
            format!(
                "[[entry]]\ndate = 2026-03-01\nkind = \"win\"\ntext = \"{}\"\n",
                "a".repeat(MUCH)
            ),
        ),
        (
            "evidence",
            format!("{entry}evidence = [{}]\n", much("\"https://a.example/\",")),
        ),
        ("escapes", format!("a = \"{}\"", much("\\u0061"))),
        ("lines", much("\n")),
        ("carriage returns", much("\r")),
    ];
    for (what, text) in files {
        defused(tree.path(), what, LOG, &text);
    }
}

/// Checks and builds the tree with one file as it is given: what is too many is said, before anything is drawn.
#[track_caller]
fn too_many(tree: &Path, what: &str, path: &str, text: &str) {
    let before = fs::read_to_string(tree.join(path)).ok();
    put(tree, path, text);
    for arguments in [&["check"][..], &["build", "-o", "out"]] {
        let (code, said) = bounded(tree, arguments);
        assert_eq!(code, Some(1), "{what}: {said:.2000}");
        assert!(said.contains("error[E018]"), "{what}: {said:.2000}");
    }
    match before {
        Some(before) => put(tree, path, &before),
        None => fs::remove_file(tree.join(path)).expect("it was written"),
    }
}

#[test]
fn more_of_a_kind_than_anybody_writes_is_refused_by_its_number() {
    let tree = tree();
    let many =
        |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();
    let settings = fs::read_to_string(tree.path().join("gradus.toml")).expect("settings");
    let allow =
        |n| format!("[[policy.allow]]\ncode = \"G014\"\npath = \"people/{n}\"\nwhy = \"a\"\n");
    let inline = |n| format!("{{ code = \"G014\", path = \"{n}\", why = \"a\" }},\n");
    let track = "title = \"IC\"\n[[competency]]\nid = \"a\"\ntitle = \"A\"\n";
    let stage = |n| format!("[[competency.stage]]\nid = \"s{n}\"\ntitle = \"S\"\n");
    let competency = |n| format!("[[competency]]\nid = \"c{n}\"\ntitle = \"C\"\n");
    let checkin = |n| format!("## 2026-01-{:02} a\n\nb\n\n", n % 28 + 1);
    let entry = |_| "[[entry]]\ndate = 2026-03-01\nkind = \"win\"\ntext = \"a\"\n".to_owned();
    for (what, path, text) in [
        (
            "allowances",
            "gradus.toml",
            format!("{settings}{}", many(10_000, &allow)),
        ),
        (
            "inline allowances",
            "gradus.toml",
            format!("{settings}[policy]\nallow = [{}]\n", many(15_000, &inline)),
        ),
        (
            "stages",
            "rubrics/ic/track.toml",
            format!("{track}{}", many(10_000, &stage)),
        ),
        (
            "competencies",
            "rubrics/ic/track.toml",
            format!("{track}{}", many(10_000, &competency)),
        ),
        (
            "check-ins",
            "people/ada/checkins.md",
            many(20_000, &checkin),
        ),
        ("entries", LOG, many(10_000, &entry)),
    ] {
        too_many(tree.path(), what, path, &text);
    }
    let files = tree.path().join("people/ada/2026-h1/files");
    fs::create_dir_all(&files).expect("a directory");
    for n in 0..10_001 {
        fs::write(files.join(format!("{n}.png")), "").expect("a file");
    }
    too_many(tree.path(), "attachments", SELF, &in_self("a"));
}

#[test]
fn as_many_allowances_as_there_may_be_are_each_told_where_they_stand() {
    let tree = tree();
    let settings = fs::read_to_string(tree.path().join("gradus.toml")).expect("settings");
    let allow =
        |n| format!("[[policy.allow]]\ncode = \"G014\"\npath = \"people/{n}\"\nwhy = \"a\"\n");
    let allowances: String = (0..1_000).map(allow).collect();
    put(
        tree.path(),
        "gradus.toml",
        &format!("{settings}{allowances}"),
    );
    let (code, said) = bounded(tree.path(), &["check", "--all"]);
    assert_eq!(code, Some(0), "{said:.2000}");
    assert!(said.contains("1000 advice"), "{said:.2000}");
    let last = settings.lines().count() + 999 * 4 + 1;
    assert!(said.contains(&format!("gradus.toml:{last}:1")), "{last}");
}

#[test]
fn as_many_attachments_as_there_may_be_beside_long_texts_are_bounded() {
    let tree = tree();
    let files = tree.path().join("people/ada/2026-h1/files");
    fs::create_dir_all(&files).expect("a directory");
    for n in 0..10_000 {
        fs::write(files.join(format!("{n}.png")), "").expect("a file");
    }
    for peer in ["pia", "piet", "pim"] {
        let person = format!("people/{peer}/person.toml");
        let ada = fs::read_to_string(tree.path().join("people/ada/person.toml")).expect("a text");
        put(tree.path(), &person, &ada.replace("Ada", peer));
        let front = format!("+++\nby = \"{peer}\"\ndate = 2026-07-01\n+++\n## strengths\n");
        let text = format!("{front}{}", "word ".repeat(190_000));
        put(
            tree.path(),
            &format!("people/ada/2026-h1/peer-{peer}.md"),
            &text,
        );
    }
    let (code, said) = bounded(tree.path(), &["check"]);
    assert!(matches!(code, Some(0 | 1)), "{code:?} {said:.2000}");
}
