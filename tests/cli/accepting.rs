//! `access.lock`: what stops, what passes, and how it is accepted.

use std::os::unix::fs::PermissionsExt;

use crate::program::Program;

/// An organisation as `init` writes it, with a key for Sam that was accepted.
fn accepted() -> Program {
    let here = Program::new();
    here.run(&["init", "org"])
        .exits(0)
        .says("wrote access.lock");
    here.run(&["-C", "org", "keys", "new", "sam", "-o", "sam.txt"])
        .exits(0)
        .says("gradus access --accept");
    here.run(&["-C", "org", "access", "--accept"])
        .exits(0)
        .prints_nothing()
        .says("by a new key, `sam` would read")
        .says("wrote access.lock");
    here.run(&["-C", "org", "build"]).exits(0);
    here
}

/// The same, where Sam has become hr since and would read more.
fn wider_than_accepted() -> Program {
    let here = accepted();
    let hr = "[access]\nhr = [\"sam\"]";
    edit(&here, "gradus.toml", "# [access]", hr);
    here
}

/// Puts something else into a file of the organisation.
fn edit(here: &Program, file: &str, from: &str, to: &str) {
    let file = format!("org/{file}");
    let text = here.read(&file);
    assert!(text.contains(from), "`{from}` in {file}:\n{text}");
    here.write(&file, &text.replacen(from, to, 1));
}

#[test]
fn a_wider_tree_is_not_built_until_it_is_accepted() {
    let here = wider_than_accepted();
    let built = here.read("org/public/site.json");
    for arguments in [&["build"][..], &["build", "--dry-run"]] {
        here.run(&[&["-C", "org"], arguments].concat())
            .exits(1)
            .says("warning[W031]: `sam` would read talent mapping and improvement plans of `alex`")
            .says("--> gradus.toml:")
            .says("error: more would be read than was accepted in `access.lock`")
            .says("help: where it is meant, `gradus access --accept` accepts it");
    }
    assert_eq!(here.read("org/public/site.json"), built);
    let lock = here.read("org/access.lock");
    here.run(&["-C", "org", "access", "--diff"])
        .exits(1)
        .prints_nothing()
        .says("W031");
    assert_eq!(here.read("org/access.lock"), lock);
    here.run(&["-C", "org", "access", "--accept"])
        .exits(0)
        .says("W031");
    assert_eq!(
        here.read("org/access.lock"),
        lock.replace("hr = [\n]", "hr = [\n  \"sam\",\n]")
    );
    here.run(&["-C", "org", "access", "--diff"])
        .exits(0)
        .says("all that the lock records is as it was accepted");
    here.run(&["-C", "org", "build"]).exits(0);
}

#[test]
fn a_narrower_tree_is_built_and_that_is_said_in_a_line() {
    let here = accepted();
    let person = here.read("org/people/sam/person.toml");
    let keys = person.lines().find(|line| line.starts_with("keys = "));
    let keys = keys.expect("sam has a key");
    edit(&here, "people/sam/person.toml", keys, "keys = []");
    let said = here
        .run(&["-C", "org", "build", "--fresh"])
        .exits(0)
        .stderr();
    let line = "`sam` read less than was accepted, and by what the lock records nobody reads more; `gradus access --accept` writes it down, and what was taken cannot come back without a question then";
    assert!(said.lines().any(|said| said == line), "{said}");
    here.run(&["-C", "org", "access", "--diff"])
        .exits(0)
        .says("W032");
    here.run(&["-C", "org", "check"])
        .exits(0)
        .says("warning[W032]");
    here.run(&["-C", "org", "check", "--deny-warnings"])
        .exits(1);
}

#[test]
fn without_a_lock_nothing_is_built_and_check_warns() {
    let here = accepted();
    std::fs::remove_file(here.path("org/access.lock")).expect("init wrote it");
    here.run(&["-C", "org", "build"])
        .exits(1)
        .says("error: nobody has accepted who reads what: there is no `access.lock`")
        .says("help: read `gradus access`, then `gradus access --accept --new` accepts it");
    here.run(&["-C", "org", "check", "--format", "json"])
        .exits(0)
        .prints("\"W030\"");
    here.run(&["-C", "org", "access", "--diff"])
        .exits(1)
        .says("W030");
    here.run(&["-C", "org", "access", "--accept"])
        .exits(1)
        .says("error: there is no `access.lock` to compare with")
        .says("`gradus access --accept --new`");
    assert!(!here.path("org/access.lock").exists());
    here.run(&["-C", "org", "access", "--new"]).exits(2);
    here.run(&["-C", "org", "access", "--accept", "--new"])
        .exits(0)
        .says("accepted who reads what of 2 people");
    here.run(&["-C", "org", "build"]).exits(0);
    let mode = |file: &str| here.path(file).metadata().expect(file).permissions().mode() & 0o777;
    assert_eq!(mode("org/access.lock"), mode("org/gradus.toml"));
}

#[test]
fn the_marks_of_a_merge_are_shown_where_they_stand() {
    let here = accepted();
    edit(&here, "access.lock", "[people]", "<<<<<<< HEAD\n[people]");
    let line = here
        .read("org/access.lock")
        .lines()
        .position(|line| line.starts_with("<<<<<<<"));
    let place = format!("--> access.lock:{}:1", line.expect("it was put there") + 1);
    for command in ["check", "build"] {
        here.run(&["-C", "org", command])
            .exits(1)
            .says("error[E080]: a merge left its marks here")
            .says(&place);
    }
    let marked = here.read("org/access.lock");
    here.run(&["-C", "org", "access", "--accept"])
        .exits(1)
        .says("error[E080]: a merge left its marks here")
        .says("note: nothing was accepted");
    assert_eq!(here.read("org/access.lock"), marked);
    // A whole organisation is accepted only if that is asked for.
    here.run(&["-C", "org", "access", "--accept", "--new"])
        .exits(0);
    here.run(&["-C", "org", "build"]).exits(0);
}

#[test]
fn a_new_person_is_not_accepted_by_being_made() {
    let here = accepted();
    let lock = here.read("org/access.lock");
    here.run(&[
        "-C",
        "org",
        "new",
        "person",
        "kim",
        "--name",
        "Kim Lee",
        "--manager",
        "sam",
    ])
    .exits(0)
    .says("`gradus access --accept` accepts it");
    assert_eq!(here.read("org/access.lock"), lock);
    here.run(&["-C", "org", "build"])
        .exits(1)
        .says("`sam` would read pages, confidential texts, 1:1s, talent mapping and improvement plans of `kim`")
        .says("--> people/kim/person.toml:");
}

#[test]
fn access_lists_sections_whatever_was_accepted() {
    let here = wider_than_accepted();
    here.run(&["-C", "org", "access", "--json"])
        .exits(0)
        .prints("\"schema\": 1");
    here.run(&["-C", "org", "access", "sam"])
        .exits(0)
        .prints("opened by sam");
    here.run(&["-C", "org", "access", "--accept", "--diff"])
        .exits(2);
}

#[test]
fn whoever_accepts_is_told_what_and_not_how_to_accept_it() {
    let here = wider_than_accepted();
    let said = here.run(&["-C", "org", "access", "--accept"]).exits(0);
    let said = said.says("W031").stderr();
    assert!(!said.contains("gradus access --accept"), "{said}");
}
