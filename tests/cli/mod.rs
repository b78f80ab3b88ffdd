//! The program as people and scripts meet it: words, streams, exit codes.

mod accepting;
mod alike;
mod bombs;
mod dependencies;
mod import;
mod names;
mod progress;
mod renaming;
mod renewal;
mod sealed;
mod security;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::program::Program;

#[test]
fn every_beginning_checks_and_builds_at_once() {
    for template in ["team", "solo", "rubric", "empty"] {
        let here = Program::new();
        here.run(&["init", "org", "--template", template])
            .exits(0)
            .prints_nothing();
        here.run(&["-C", "org", "check"]).exits(0);
        here.run(&["-C", "org", "build"]).exits(0).says("sealed");
        assert!(here.path("org/public/index.html").exists(), "{template}");
        assert!(here.path("org/public/site.json").exists(), "{template}");
        assert_eq!(
            here.path("org/public/rubric/ic/index.html").exists(),
            template == "rubric"
        );
    }
}

#[test]
fn init_never_overwrites() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    here.write("org/people/sam/person.toml", "name = \"Mine\"");
    here.run(&["init", "org"])
        .exits(3)
        .says("already in `org`")
        .says("nothing was written");
    assert_eq!(here.read("org/people/sam/person.toml"), "name = \"Mine\"");
}

#[test]
fn an_organisation_is_found_upwards_as_cargo_does() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    here.run(&["-C", "org/people/sam", "check"]).exits(0);
    here.run(&["check", "org"]).exits(0);
    here.run(&["check"])
        .exits(3)
        .says("no `gradus.toml`")
        .says("gradus init");
    here.run(&["build", "org/people"])
        .exits(3)
        .says("no `gradus.toml` in `org/people`");
}

#[test]
fn content_with_errors_exits_with_1_and_shows_the_line() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    let file = "org/people/sam/person.toml";
    here.write(
        file,
        &here
            .read(file)
            .replace("manager = \"alex\"", "manager = \"alx\""),
    );
    for command in ["check", "build"] {
        here.run(&["-C", "org", command])
            .exits(1)
            .says("people/sam/person.toml:")
            .says("manager = \"alx\"")
            .says("did you mean `alex`?");
    }
    assert!(!here.path("org/public").exists());
}

#[test]
fn a_site_is_never_written_over_the_tree() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    for out in [
        "org",
        ".",
        "org/people",
        "org/people/../rubrics/site",
        "org/.gradus",
    ] {
        here.run(&["-C", ".", "build", "org", "-o", out])
            .exits(2)
            .says("is a folder of the tree itself");
    }
    here.run(&["-C", "org", "check"]).exits(0);
    here.run(&["build", "org", "-o", "org/site"]).exits(0);
}

#[test]
fn a_byte_order_mark_is_no_content() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    for file in ["org/gradus.toml", "org/people/sam/person.toml"] {
        let text = here.read(file);
        here.write(file, &format!("\u{feff}{text}"));
    }
    let own = "\u{feff}+++\r\nby = \"sam\"\r\ndate = 2026-07-01\r\n+++\r\n";
    here.write("org/people/sam/2026-h2/self.md", own);
    here.run(&["-C", "org", "check"]).exits(0);
}

#[test]
fn a_theme_is_not_read_through_a_link() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    here.write("elsewhere/cycle.html", "from elsewhere");
    let settings = here.read("org/gradus.toml");
    here.write("org/gradus.toml", &format!("theme = \"mine\"\n{settings}"));
    fs::create_dir(here.path("org/themes")).unwrap();
    std::os::unix::fs::symlink("../../elsewhere", here.path("org/themes/mine")).unwrap();
    here.run(&["-C", "org", "build"])
        .exits(1)
        .says("is a symbolic link");
}

#[test]
fn usage_exits_with_2() {
    let here = Program::new();
    here.run(&["frobnicate"]).exits(2).says("frobnicate");
    here.run(&["init", "org"]).exits(0);
    here.run(&["-C", "org", "access", "sm"])
        .exits(2)
        .says("did you mean `sam`?");
    here.run(&["-C", "org", "keys", "new", "nobody"])
        .exits(2)
        .says("`nobody` is nobody in people/");
    here.run(&["check", "--explain", "E999"])
        .exits(2)
        .says("docs/diagnostics.md");
    here.run(&["-C", "org", "build", "--as-of", "yesterday"])
        .exits(2);
}

#[test]
fn a_missing_or_foreign_site_key_exits_with_4_and_leaves_the_site() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    here.run(&["-C", "org", "build"]).exits(0);
    let before = here.read("org/public/site.json");
    fs::rename(here.path("org/.gradus/site.key"), here.path("kept.key")).unwrap();
    here.run(&["-C", "org", "build"])
        .exits(4)
        .says("there is no site key");
    here.run(&["-C", "org", "build", "--dry-run"])
        .exits(0)
        .says("would write");
    here.run(&["-C", "org", "keys", "site"])
        .exits(4)
        .says("names the signer");
    here.run(&["init", "other"]).exits(0);
    fs::copy(
        here.path("other/.gradus/site.key"),
        here.path("org/.gradus/site.key"),
    )
    .unwrap();
    here.run(&["-C", "org", "build"])
        .exits(4)
        .says("but the site's signer is");
    assert_eq!(here.read("org/public/site.json"), before);
    here.run_with(
        &["-C", "org", "build"],
        &[("GRADUS_SITE_KEY_FILE", "kept.key")],
    )
    .exits(0);
}

#[test]
fn an_identity_is_private_pinned_and_never_overwritten() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    let recipient = here
        .run(&["-C", "org", "keys", "new", "sam", "-o", "../sam.txt"])
        .exits(0)
        .stdout();
    let identity = here.read("sam.txt");
    assert_eq!(
        here.path("sam.txt")
            .metadata()
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    let signer = here.read("org/gradus.toml");
    let signer = signer
        .split('"')
        .find(|part| part.starts_with("ed25519:"))
        .unwrap();
    assert!(identity.contains(&format!("# signer: {signer}")));
    let person = here.read("org/people/sam/person.toml");
    assert!(person.contains(recipient.trim()) && person.starts_with("# Who someone is"));
    here.run(&["-C", "org", "keys", "new", "sam", "-o", "../sam.txt"])
        .exits(3)
        .says("exists already");
    assert_eq!(here.read("sam.txt"), identity);
    assert_eq!(here.read("org/people/sam/person.toml"), person);
    here.run(&["-C", "org", "keys", "list"])
        .exits(0)
        .prints(recipient.trim())
        .prints("alex             no key");
}

#[test]
fn without_a_tree_a_new_identity_prints_its_recipient() {
    let here = Program::new();
    here.run(&["keys", "new", "sam"])
        .exits(0)
        .prints("age1")
        .says("pins no signer");
    let pinned = here.run(&["keys", "new", "ada", "--signer", "ed25519:AAAA"]);
    pinned.exits(2).says("signer");
    assert!(!here.path("ada.key.txt").exists());
}

#[test]
fn a_login_wraps_an_identity_once() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    here.run(&["-C", "org", "keys", "new", "sam", "-o", "../sam.txt"])
        .exits(0);
    let words = here
        .run(&["-C", "org", "keys", "login", "sam", "-i", "../sam.txt"])
        .exits(0)
        .stdout();
    assert!(words.trim().split('-').count() >= 6, "{words}");
    assert!(here.path("org/people/sam/login.age").exists());
    here.run(&["-C", "org", "keys", "login", "sam"])
        .exits(3)
        .says("exists already");
    here.run(&["-C", "org", "access", "--accept"]).exits(0);
    here.run(&["-C", "org", "build"]).exits(0);
    assert_eq!(
        fs::read_dir(here.path("org/public/login")).unwrap().count(),
        1
    );
}

#[test]
fn json_carries_its_schema_and_goes_to_stdout_alone() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    for command in [
        &["check", "--format", "json"][..],
        &["build", "--json"],
        &["access", "--json"],
        &["keys", "list", "--json"],
    ] {
        let args: Vec<&str> = ["-C", "org"].iter().chain(command).copied().collect();
        let text = here.run(&args).exits(0).stdout();
        let json: serde_json::Value = serde_json::from_str(&text).expect(&text);
        assert_eq!(json["schema"], 1, "{command:?}");
    }
}

#[test]
fn pipes_get_no_colour_unless_it_is_asked_for() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    let plain = here.run(&["-C", "org", "check"]).exits(0).stderr();
    assert!(!plain.contains('\u{1b}'));
    let forced = here
        .run(&["-C", "org", "--color", "always", "check"])
        .exits(0)
        .stderr();
    assert!(forced.contains('\u{1b}'));
    let never = here.run_with(
        &["-C", "org", "check"],
        &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "0")],
    );
    assert!(!never.stderr().contains('\u{1b}'));
}

#[test]
fn a_fixed_clock_fixes_the_dates_of_a_build() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    here.run_with(
        &["-C", "org", "build"],
        &[("SOURCE_DATE_EPOCH", "1795305600")],
    )
    .exits(0);
    let site: serde_json::Value = serde_json::from_str(&here.read("org/public/site.json")).unwrap();
    assert_eq!(site["build"], 1_795_305_600);
    assert_eq!(site["created"], "2026-11-22T00:00:00Z");
    here.run_with(&["-C", "org", "build"], &[("SOURCE_DATE_EPOCH", "soon")])
        .exits(2);
}

#[test]
fn a_theme_overrides_one_file_and_its_mistakes_name_the_file() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    here.write("org/themes/ours/theme.css", "body { color: rebeccapurple }");
    let settings = here.read("org/gradus.toml");
    here.write("org/gradus.toml", &format!("theme = \"ours\"\n{settings}"));
    here.run(&["-C", "org", "build"]).exits(0);
    let styled = fs::read_dir(here.path("org/public/assets"))
        .unwrap()
        .any(|asset| {
            fs::read_to_string(asset.unwrap().path())
                .is_ok_and(|text| text.contains("rebeccapurple"))
        });
    assert!(styled);
    here.write("org/themes/ours/team.html", "<p>{{ nothing.of.that }}</p>");
    here.run(&["-C", "org", "build"])
        .exits(1)
        .says("team.html")
        .says("unchanged");
    fs::rename(here.path("org/themes/ours"), here.path("org/themes/theirs")).unwrap();
    here.run(&["-C", "org", "build"])
        .exits(1)
        .says("no theme `ours`")
        .says("`slate`");
}

#[test]
fn completions_and_manual_pages_name_the_commands() {
    let here = Program::new();
    for shell in ["bash", "zsh", "fish"] {
        here.run(&["completions", shell]).exits(0).prints("access");
    }
    here.run(&["man"]).exits(0).prints("gradus");
    here.run(&["man", "--out", "man"]).exits(0);
    assert!(here.path("man/gradus-build.1").exists());
}

#[test]
fn without_git_or_where_git_refuses_a_tree_in_a_repository_is_warned_of() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    let check = ["-C", "org", "check"];
    let empty = here.path("empty");
    let empty = empty.to_str().expect("a plain path");
    let said = here.run_with(&check, &[("PATH", empty)]).exits(0);
    assert!(!said.stderr().contains("W022") && !said.stdout().contains("W022"));
    fs::create_dir(here.path("org/.git")).expect("a directory");
    here.run_with(&check, &[("PATH", empty)])
        .exits(0)
        .says("there is no `git` program");
    here.write(
        "bin/git",
        "#!/bin/sh\necho \"fatal: detected dubious ownership in repository at '/x'\" >&2\nexit 128\n",
    );
    let runnable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(here.path("bin/git"), runnable).expect("a program");
    let bin = here.path("bin");
    let bin = bin.to_str().expect("a plain path");
    here.run_with(&check, &[("PATH", bin)])
        .exits(0)
        .says("safe.directory");
}
