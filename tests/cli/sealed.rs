//! Sources at rest: sealed files in the tree, and the commands that seal and open them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::program::{Program, Ran};

const PEER: &str = "org/people/sam/2026-q1/peer-kim.md";
const SEALED: &str = "org/people/sam/2026-q1/peer-kim.md.age";
const CANARY: &str = "sphinx of black quartz";

/// An organisation with feedback on sam by kim, and a builder whose identity is `builder.txt`. Gives the recipient.
fn organisation() -> (Program, String) {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    here.write(
        "org/people/kim/person.toml",
        "name = \"Kim\"\nstart = 2024-01-01\n[[role]]\nfrom = 2024-01-01\nmanager = \"alex\"\n",
    );
    here.write(
        "org/cycles/2026-q1.toml",
        "title = \"Q1\"\nstart = 2026-01-01\nend = 2026-03-31\n",
    );
    let words = format!("+++\nby = \"kim\"\ndate = 2026-04-01\n+++\n\n## strengths\n\n{CANARY}\n");
    here.write(PEER, &words);
    let made = here.run(&["keys", "new", "builder", "-o", "builder.txt"]);
    let recipient = made.exits(0).stdout().trim().to_owned();
    (here, recipient)
}

/// The same, with the feedback sealed.
fn sealed() -> (Program, String) {
    let (here, recipient) = organisation();
    here.run(&["seal", PEER, "--to", &recipient]).exits(0);
    (here, recipient)
}

/// Runs the program with a text on its standard input.
fn typing(here: &Program, args: &[&str], text: &str) -> Ran {
    here.write("typed", text);
    let typed = fs::File::open(here.path("typed")).unwrap();
    here.start(args, &[], Stdio::from(typed))
}

fn files_below(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found)
        } else {
            found.push(path)
        }
    }
}

#[test]
fn sealing_takes_the_files_place_and_unsealing_gives_it_back() {
    let (here, recipient) = organisation();
    let before = here.read(PEER);
    here.run(&["seal", PEER, "--to", &recipient])
        .exits(0)
        .prints_nothing()
        .says("to 1 key: peer-kim.md.age");
    assert!(!here.path(PEER).exists());
    here.run(&["unseal", SEALED, "-i", "builder.txt"])
        .exits(0)
        .says("peer-kim.md");
    assert_eq!(here.read(PEER), before);
    let mode = here.path(PEER).metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!here.path(SEALED).exists());
}

#[test]
fn the_age_program_opens_what_is_sealed_and_seals_what_is_read() {
    let (here, recipient) = sealed();
    let identity = here.path("builder.txt");
    let age = |arguments: &[&str]| {
        let mut command = Command::new("age");
        command.args(arguments).arg("-i").arg(&identity);
        let output = command.arg(here.path(SEALED)).output();
        output.expect("`age` has to be installed").stdout
    };
    let opened = String::from_utf8(age(&["--decrypt"])).unwrap();
    assert!(opened.contains(CANARY));
    fs::write(here.path("words.md"), opened).unwrap();
    for armour in [&["-a"][..], &[]] {
        let mut command = Command::new("age");
        command.args(armour).args(["-r", &recipient, "-o"]);
        command.arg(here.path(SEALED)).arg(here.path("words.md"));
        assert!(command.status().unwrap().success());
        here.run(&["-C", "org", "-i", "../builder.txt", "build", "--fresh"])
            .exits(0);
    }
}

#[test]
fn a_sealed_tree_builds_the_pages_of_the_open_one_and_its_words_touch_no_disk() {
    let (here, recipient) = organisation();
    let built = |arguments: &[&str]| {
        let all = [&["-C", "org", "build", "--dry-run"], arguments].concat();
        here.run(&all).exits(0).stderr()
    };
    let open = built(&[]);
    let access = |arguments: &[&str]| {
        let all = [&["-C", "org", "access", "--json"], arguments].concat();
        here.run(&all).exits(0).stdout()
    };
    let (before, identity) = (access(&[]), ["-i", "../builder.txt"]);
    here.run(&["seal", PEER, "--to", &recipient]).exits(0);
    assert_eq!(built(&identity), open);
    assert_eq!(access(&identity), before);
    here.run(&["-C", "org", "build", "-i", "../builder.txt"])
        .exits(0);
    let mut files = Vec::new();
    files_below(&here.path("."), &mut files);
    for file in files {
        let bytes = fs::read(&file).unwrap();
        let found = bytes
            .windows(CANARY.len())
            .any(|at| at == CANARY.as_bytes());
        assert!(!found, "{} holds the words", file.display());
    }
}

#[test]
fn without_an_identity_check_says_what_it_did_not_check_and_nothing_else_goes_on() {
    let (here, _) = sealed();
    here.run(&["-C", "org", "check"])
        .exits(0)
        .says("W008")
        .says("`people/sam/2026-q1/peer-kim.md.age` is sealed and was not checked")
        .says("GRADUS_IDENTITY_FILE");
    for command in [
        &["build"][..],
        &["build", "--dry-run"],
        &["access"],
        &["keys", "list"],
        &["status"],
        &["serve", "--port", "0"],
        &["new", "peer", "sam", "--by", "alex"],
    ] {
        let all = [&["-C", "org"], command].concat();
        here.run(&all)
            .exits(4)
            .prints_nothing()
            .says("1 sealed file is not opened")
            .says("`people/sam/2026-q1/peer-kim.md.age`")
            .says("`-i FILE`");
    }
    assert!(!here.path("org/public").exists());
    here.run_with(
        &["-C", "org", "build"],
        &[(
            "GRADUS_IDENTITY_FILE",
            here.path("builder.txt").to_str().unwrap(),
        )],
    )
    .exits(0);
}

#[test]
fn another_identity_exits_with_4_and_damage_with_1() {
    let (here, _) = sealed();
    here.run(&["keys", "new", "other", "-o", "other.txt"])
        .exits(0);
    for command in ["check", "build"] {
        here.run(&["-C", "org", "-i", "../other.txt", command])
            .exits(4)
            .says("sealed to other keys")
            .says("does not open");
        // Any of several will do.
        let both = [
            "-C",
            "org",
            "-i",
            "../other.txt",
            "-i",
            "../builder.txt",
            command,
        ];
        here.run(&both).exits(0);
    }
    let mut bytes = fs::read(here.path(SEALED)).unwrap();
    bytes.pop();
    fs::write(here.path(SEALED), bytes).unwrap();
    for command in ["check", "build"] {
        here.run(&["-C", "org", "-i", "../builder.txt", command])
            .exits(1)
            .says("E008")
            .says("people/sam/2026-q1/peer-kim.md.age")
            .says("damaged");
    }
    here.write("nothing.txt", "hello");
    here.run(&["-C", "org", "-i", "../nothing.txt", "check"])
        .exits(4)
        .says("holds no identity");
    here.run(&["-C", "org", "-i", "../none.txt", "check"])
        .exits(3);
}

#[test]
fn a_mistake_in_a_sealed_file_has_its_place_and_no_line_of_it_is_shown() {
    let (here, recipient) = organisation();
    let words = here.read(PEER).replace("2026-04-01", "\"2026-04-01\"");
    here.write(PEER, &words);
    here.run(&["seal", PEER, "--to", &recipient]).exits(0);
    let said = here
        .run(&["-C", "org", "-i", "../builder.txt", "check"])
        .exits(1)
        .says("people/sam/2026-q1/peer-kim.md.age:3:8")
        .says("`date` takes a date")
        .stderr();
    assert!(!said.contains("2026-04-01"), "{said}");
    let json = [
        "-C",
        "org",
        "-i",
        "../builder.txt",
        "check",
        "--format",
        "json",
    ];
    let json = here.run(&json).exits(1).stdout();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let found = json["diagnostics"].as_array().unwrap().iter();
    let found = found.clone().find(|one| one["code"] == "E012").unwrap();
    assert_eq!(
        (found["line"].as_u64(), found["column"].as_u64()),
        (Some(3), Some(8))
    );
}

#[test]
fn an_identity_wrapped_with_a_passphrase_opens_sources_too() {
    let (here, recipient) = sealed();
    let person = "org/people/kim/person.toml";
    let text = here.read(person);
    let keys = format!("keys = [\"{recipient}\"]\nstart = ");
    here.write(person, &text.replacen("start = ", &keys, 1));
    let login = ["-C", "org", "keys", "login", "kim", "-i", "../builder.txt"];
    let words = here.run(&login).exits(0).stdout();
    let wrapped = "people/kim/login.age";
    let accept = ["-C", "org", "access", "--accept", "-i", "../builder.txt"];
    here.run(&accept).exits(0);
    let build = ["-C", "org", "build", "--dry-run", "-i", wrapped];
    typing(&here, &build, &words).exits(0);
    typing(&here, &build, "abacus\n")
        .exits(4)
        .says("passphrase");
    typing(&here, &build, "").exits(3);
}

#[test]
fn whom_to_seal_to_stands_in_the_settings_or_on_the_command_line() {
    let (here, recipient) = organisation();
    here.run(&["seal", PEER])
        .exits(4)
        .says("no key to seal to")
        .says("`--to age1…`");
    here.run(&["seal", PEER, "--to", "age1qqqq"])
        .exits(4)
        .says("mistyped");
    let settings = here.read("org/gradus.toml");
    let sources = format!("\n[sources]\nrecipients = [\"{recipient}\"]\n");
    here.write("org/gradus.toml", &format!("{settings}{sources}"));
    here.run(&["seal", PEER]).exits(0);
    here.run(&["-C", "org", "-i", "../builder.txt", "check"])
        .exits(0);
    let bad = sources.replace(&recipient, &recipient.to_uppercase());
    here.write("org/gradus.toml", &format!("{settings}{bad}"));
    here.run(&["-C", "org", "check"])
        .exits(1)
        .says("E050")
        .says("gradus.toml");
}

#[test]
fn a_peer_without_the_tree_seals_what_they_hand_in() {
    let (here, recipient) = organisation();
    here.write("mine/peer-kim.md", &here.read(PEER));
    here.run(&["-C", "mine", "seal", "peer-kim.md"]).exits(4);
    here.run(&["-C", "mine", "seal", "peer-kim.md", "--to", &recipient])
        .exits(0);
    fs::remove_file(here.path(PEER)).unwrap();
    fs::rename(here.path("mine/peer-kim.md.age"), here.path(SEALED)).unwrap();
    here.run(&["-C", "org", "-i", "../builder.txt", "build"])
        .exits(0);
}

#[test]
fn only_sources_are_sealed_and_nothing_is_overwritten() {
    let (here, recipient) = organisation();
    let to = ["--to", &recipient];
    let seal = |file: &str| here.run(&[&["seal", file][..], &to].concat());
    here.write("org/notes.md", "notes");
    here.write("org/people/sam/login.age", "age");
    for file in [
        "org/gradus.toml",
        "org/notes.md",
        "org/.gradus/site.key",
        "org/people/sam/login.age",
    ] {
        seal(file).exits(2).says("is not sealed");
        assert!(here.path(file).exists() && !here.path(&format!("{file}.age")).exists());
    }
    std::os::unix::fs::symlink(here.path(PEER), here.path("link.md")).unwrap();
    seal("link.md").exits(3).says("is not a file");
    seal("org/people/sam").exits(2);
    seal("org/people/sam/none.md").exits(3);
    here.write(SEALED, "theirs");
    seal(PEER).exits(3).says("exists already");
    assert_eq!(here.read(SEALED), "theirs");
    assert!(here.read(PEER).contains(CANARY));
    here.run(&["unseal", PEER, "-i", "builder.txt"])
        .exits(2)
        .says("no sealed source");
    here.run(&["unseal", SEALED, "-i", "builder.txt"])
        .exits(3)
        .says("exists already");
    fs::remove_file(here.path(PEER)).unwrap();
    here.run(&["unseal", SEALED, "-i", "builder.txt"])
        .exits(1)
        .says("damaged");
    here.run(&["unseal", "org/people/sam/login.age", "-i", "builder.txt"])
        .exits(2);
    here.run(&["unseal", SEALED]).exits(1);
}

#[test]
fn a_key_for_somebody_whose_file_is_sealed_is_not_made() {
    let (here, recipient) = organisation();
    let person = "org/people/kim/person.toml";
    here.run(&["seal", person, "--to", &recipient]).exits(0);
    here.run(&["-C", "org", "keys", "new", "kim"])
        .exits(2)
        .says("person.toml.age` is sealed")
        .says("gradus unseal");
    assert!(!here.path("org/kim.key.txt").exists());
    here.run(&["-C", "org", "-i", "../builder.txt", "build"])
        .exits(0);
}

#[test]
fn a_setting_that_leads_out_of_the_tree_is_refused_by_every_command_with_its_place() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    let settings = here.read("org/gradus.toml");
    let secret = "zyxquibble = [vexbrawnfjord\n";
    for path in ["away/ada/person.toml", "away/2026-q1/ada.toml", "away/key"] {
        here.write(path, secret);
    }
    std::os::unix::fs::symlink("../away", here.path("org/link")).expect("a link");
    let outside = here.path("away").display().to_string();
    let absolute = format!("people = \"{outside}\"");
    let key_file = settings.contains("[seal]");
    for setting in [
        "people = \"../away\"",
        "people = \"link\"",
        "management = \"../away\"",
        "people = \"../nowhere\"",
        &absolute,
    ] {
        here.write(
            "org/gradus.toml",
            &format!("{settings}\n[sources]\n{setting}\n[access]\nhr = [\"zoe\"]\n"),
        );
        let line = settings.lines().count() + 3;
        for command in [
            &["check"][..],
            &["build"],
            &["access", "--diff"],
            &["status"],
            &["keys", "list"],
            &["keys", "site"],
            &["new", "person", "kim", "--name", "Kim"],
        ] {
            let all = [&["-C", "org"], command].concat();
            let ran = here
                .run(&all)
                .exits(1)
                .says(&format!("gradus.toml:{line}:"))
                .says("leads out of the tree")
                .says("`--outside DIR` allows it");
            let words = format!("{}{}", ran.stdout(), ran.stderr());
            assert!(
                !words.contains("zyxquibble") && !words.contains("vexbrawn"),
                "{words}"
            );
            let unread = setting.starts_with("people");
            assert!(!unread || !words.contains("E021"), "{words}");
        }
        for format in ["json", "github", "gitlab"] {
            let ran = here
                .run(&["-C", "org", "check", "--format", format])
                .exits(1);
            assert!(ran.stdout().contains("E066"), "{}", ran.stdout());
        }
    }
    let of_key = if key_file {
        settings.replacen("[seal]", "[seal]\nkey_file = \"../away/key\"", 1)
    } else {
        format!("{settings}\n[seal]\nkey_file = \"../away/key\"\n")
    };
    here.write("org/gradus.toml", &of_key);
    for command in [&["check"][..], &["build"], &["keys", "site", "--rotate"]] {
        let all = [&["-C", "org"], command].concat();
        here.run(&all)
            .exits(1)
            .says("`[seal] key_file` leads out of the tree");
    }
    assert_eq!(here.read("away/key"), secret);
    here.run(&["-C", "org", "check", "--outside", "../away"])
        .exits(0);
    here.run_with(
        &["-C", "org", "check"],
        &[("GRADUS_OUTSIDE", &format!("/:{outside}"))],
    )
    .exits(0);
    here.run(&["-C", "org", "check", "--outside", "../nowhere"])
        .exits(3)
        .says("could not find the folder");
}

#[test]
fn what_was_opened_is_held_against_the_lock_and_what_stayed_closed_is_named() {
    let (here, recipient) = organisation();
    here.run(&["-C", "org", "access", "--accept"]).exits(0);
    let diff = ["-C", "org", "access", "--diff"];
    here.run(&[
        "seal",
        "org/people/sam/person.toml",
        PEER,
        "--to",
        &recipient,
    ])
    .exits(0);
    let same = here.run(&diff).exits(0).prints_nothing();
    let words = same.stderr();
    assert!(
        words.contains("what was opened is as it was accepted"),
        "{words}"
    );
    assert!(words.contains("2 sealed files are not opened"), "{words}");
    assert!(words.contains("`people/sam/person.toml.age`"), "{words}");
    here.run(&["-C", "org", "build"]).exits(4);
    let settings = here.read("org/gradus.toml");
    let hr = settings.replacen("# [access]", "[access]\nhr = [\"kim\"]\n#", 1);
    here.write("org/gradus.toml", &hr);
    let person = here.read("org/people/kim/person.toml");
    let key = "keys = [\"age10zqd3s0tad6ep2xl8gqst2fhdpmy3c5r6ccu22s446lqp9g7h4wq0n5u3l\"]\n";
    here.write("org/people/kim/person.toml", &format!("{key}{person}"));
    let wider = here.run(&diff).exits(1).stderr();
    assert!(
        wider.contains("W031") && wider.contains("this is a part of the answer"),
        "{wider}"
    );
}
