//! SECURITY.md names tests that exist.

use std::fs;
use std::path::Path;

/// All Rust and TypeScript of the tests, and of the modules that hold tests of their own.
fn sources() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["src", "tests", "viewer/tests", "viewer/browser"];
    let files = folders
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(root.join(folder)));
    let files = files.map(|entry| entry.expect("a readable folder").into_path());
    let code = files.filter(|path| {
        path.extension()
            .is_some_and(|ending| ending == "rs" || ending == "ts")
    });
    code.map(|path| fs::read_to_string(path).expect("code"))
        .collect()
}

/// What stands between backticks after "Proven by"; a name that holds backticks itself stands between two of them.
fn named(document: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for line in document
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Proven by "))
    {
        let mut rest = line;
        while let Some(start) = rest.find('`') {
            let marks = if rest[start..].starts_with("``") {
                "``"
            } else {
                "`"
            };
            let inside = &rest[start + marks.len()..];
            let end = inside.find(marks).expect("every name ends");
            names.push(inside[..end].trim());
            rest = &inside[end + marks.len()..];
        }
    }
    names
}

#[test]
fn every_test_that_the_security_page_names_exists() {
    let document = include_str!("../../SECURITY.md");
    let sources = sources();
    let names = named(document);
    assert!(names.len() > 40, "{names:?}");
    let exists = |name: &&str| {
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        let written = [
            format!("fn {name}()"),
            format!("#[test]\n        fn {name}("), // of generated values
            format!("test(\"{quoted}\""),
        ];
        written.iter().any(|test| sources.contains(test))
    };
    let missing: Vec<&str> = names.into_iter().filter(|name| !exists(name)).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn every_promise_is_proven() {
    let document = include_str!("../../SECURITY.md");
    let promised = document
        .split("## What is not promised")
        .next()
        .expect("a beginning");
    let promises = promised
        .lines()
        .filter(|line| line.starts_with("- "))
        .count();
    let proven = promised
        .lines()
        .filter(|line| line.trim().starts_with("Proven by "))
        .count();
    assert_eq!(promises, proven);
}
