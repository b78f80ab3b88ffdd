//! Names of files that would steer a terminal, or turn a line around: no command and no format shows them as they are.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::program::{Program, Ran};

/// All control characters that a name may hold, and all that turn the direction of text.
fn steering() -> Vec<char> {
    let controls = ('\u{1}'..='\u{9f}').filter(|c| c.is_control());
    let turning = ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}');
    let marks = ['\u{61c}', '\u{200e}', '\u{200f}', '\u{200b}', '\u{feff}'];
    controls.chain(turning).chain(marks).collect()
}

/// Fails where an output holds such a character. Lines may end, but no line begins with the rest of a name.
fn assert_harmless(ran: &Ran, what: &str) {
    let steering: BTreeSet<char> = steering().into_iter().collect();
    for text in [ran.stdout(), ran.stderr()] {
        let raw = text.chars().find(|c| *c != '\n' && steering.contains(c));
        assert_eq!(raw, None, "{what}: {text:?}");
        let forged = text.lines().find(|line| line.starts_with("forged"));
        assert_eq!(forged, None, "{what}: {text:?}");
    }
}

/// A name with all of them. Behind the line end stands what would be a line of its own.
fn name(ending: &str) -> String {
    let all: String = steering().into_iter().filter(|c| *c != '\n').collect();
    format!("a{all}\nforged{ending}")
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// An organisation with such names wherever a name is looked at, and a site with some beside it.
fn hostile() -> Program {
    let here = Program::new();
    here.run(&["-q", "init", "org"]).exits(0);
    here.run(&["-q", "build", "org", "-o", "site"]).exits(0);
    let folders = [
        "org",
        "org/people",
        "org/people/sam",
        "org/people/sam/2026-h1",
        "org/rubrics",
        "org/rubrics/ic",
        "org/cycles",
        "org/themes",
        "org/themes/default",
        "site",
        "site/sealed",
    ];
    for folder in folders {
        for ending in [".md", ".toml", ".md.age", ".html", ""] {
            put(&here.path(folder).join(name(ending)), "x = [\n");
        }
        put(
            &here
                .path(folder)
                .join(name(""))
                .with_extension("d")
                .join(name(".md")),
            "x",
        );
    }
    for c in steering() {
        put(&here.path("org/people/sam").join(format!("{c}.md")), "x");
        put(
            &here.path("site").join(format!("{c}.html")),
            "AGE-SECRET-KEY-1",
        );
    }
    here
}

#[test]
fn no_name_in_a_tree_or_a_site_steers_a_terminal_in_any_format() {
    let here = hostile();
    for args in [
        &["check", "org"][..],
        &["check", "org", "--format", "json"],
        &["check", "org", "--format", "github"],
        &["check", "org", "--format", "gitlab"],
        &["status", "org"],
        &["status", "org", "--json"],
        &["-C", "org", "access"],
        &["-C", "org", "access", "--json"],
        &["-C", "org", "access", "--diff"],
        &["-C", "org", "access", "sam"],
        &["-v", "build", "org"],
        &["build", "org", "--json"],
        &["build", "org", "--dry-run"],
        &["-C", "org", "keys", "list"],
        &["-C", "org", "keys", "list", "--json"],
        &["verify", "site"],
        &["verify", "site", "--json"],
        &["-C", "org", "verify", "../site", "--json"],
    ] {
        let ran = here.run(args);
        assert_harmless(&ran, &args.join(" "));
    }
    let told = here.run(&["check", "org", "--format", "json"]);
    assert!(told.stdout().contains("\\u001b"), "the names are told of");
    let told = here.run(&["verify", "site", "--json"]);
    assert!(told.stdout().contains("\\u202e"), "the names are told of");
}

#[test]
fn no_name_on_the_command_line_steers_a_terminal() {
    let here = hostile();
    let name = name("");
    let (below, file) = (
        format!("{name}/x"),
        format!("org/people/{}", self::name(".md")),
    );
    for args in [
        &["check", &*name][..],
        &["-C", &name, "check"],
        &["-C", &below, "check"],
        &["-i", &name, "check", "org"],
        &["-i", &name, "open", "site"],
        &["open", &name],
        &["open", "site", "--login", &name],
        &["open", "site", "-o", &name],
        &["verify", &name],
        &["verify", &name, "--json"],
        &["status", "org", "--ics", &file],
        &["status", "org", "--ics", &name],
        &["status", "org", "--cycle", &name],
        &["build", "org", "-o", &file],
        &["seal", &file],
        &["unseal", &file],
        &["import", "rubric", &file],
        &["-C", "org", "access", &name],
        &["-C", "org", "new", "person", &name],
        &["-C", "org", "keys", "new", &name],
        &["-C", "org", "keys", "new", "sam", "-o", &file],
        &["keys", "pin", &file, "--signer", &name],
        &["-C", "org", "keys", "revoke", &name],
        &["-C", "org", "keys", "retire", "sam", "--on", &name],
        &["schema", &name],
        &["schema", "-o", &file],
        &["check", "--explain", &name],
        &["serve", "org", "--as", &name, "--port", "0"],
        &["serve", &name],
        &["init", &name],
        &["init", &format!("{name}2"), "--ci", "github"],
        &[&name],
        &["check", "--format", &name],
        &[&format!("--{name}")],
    ] {
        let ran = here.run(args);
        assert_harmless(&ran, &args.join(" "));
    }
}
