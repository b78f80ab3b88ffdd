//! What all commands share: how they find the organisation, and how much they say.

use crate::program::Program;

/// The team template, with a key for Sam and an organisation that was accepted.
fn team() -> Program {
    let here = Program::new();
    here.run(&["-q", "init", "org"]).exits(0);
    here.run(&["-q", "keys", "new", "sam", "org", "-o", "sam.key.txt"])
        .exits(0);
    here.run(&["-q", "access", "org", "--accept"]).exits(0);
    here
}

/// Removes the measure of Sam's expectations, which is advice, and says the cycle.
fn without_measure(here: &Program) -> String {
    let cycles = std::fs::read_dir(here.path("org/people/sam")).expect("a folder");
    let names = cycles.map(|entry| entry.expect("an entry").file_name().into_string());
    let mut names = names.map(|name| name.expect("text"));
    let cycle = names.find(|name| name.starts_with("20")).expect("a cycle");
    let path = format!("org/people/sam/{cycle}/expectations.toml");
    let lines: Vec<String> = here.read(&path).lines().map(str::to_owned).collect();
    let kept = lines.iter().filter(|line| !line.starts_with("measure"));
    here.write(&path, &kept.cloned().collect::<Vec<_>>().join("\n"));
    cycle
}

#[test]
fn every_command_takes_the_organisation_by_name_and_by_c() {
    let here = team();
    for command in [
        &["check"][..],
        &["status"],
        &["access"],
        &["keys", "list"],
        &["build", "--dry-run"],
        &["access", "--diff"],
    ] {
        here.run(&[command, &["org"]].concat()).exits(0);
        here.run(&[&["-C", "org"], command].concat()).exits(0);
        here.run(command).exits(3).says("no `gradus.toml`");
        here.run(&[command, &["org/cycles"]].concat());
    }
    here.run(&["new", "person", "kim", "org", "--name", "Kim"])
        .exits(0);
    here.run(&["new", "checkin", "sam", "org"]).exits(0);
    here.run(&["new", "log", "sam", "org", "--text", "Won"])
        .exits(0);
    assert!(here.read("org/people/kim/person.toml").contains("Kim"));
    here.run(&["keys", "site", "org"]).exits(3);
    here.run(&["keys", "list", "org", "--json"]).prints("age1");
    here.run(&["keys", "list", "elsewhere"])
        .exits(3)
        .says("no `gradus.toml` in `elsewhere`");
}

#[test]
fn status_and_access_take_an_id_beside_the_organisation_in_any_order() {
    let here = team();
    let everyone = here.run(&["status", "org"]).exits(0).stdout();
    assert!(everyone.contains("alex") && everyone.contains("sam"));
    for words in [["org", "sam"], ["sam", "org"]] {
        here.run(&[&["access"], &words[..]].concat())
            .exits(0)
            .prints("about Sam Engineer (sam)");
        let of_sam = here
            .run(&[&["status", "--json"], &words[..]].concat())
            .exits(0)
            .stdout();
        assert!(
            of_sam.contains("\"sam\"") && !of_sam.contains("\"alex\""),
            "{of_sam}"
        );
    }
    here.run(&["-C", "org", "access", "sam"])
        .exits(0)
        .prints("about Sam");
    here.run(&["-C", "org", "status", "sma"])
        .exits(2)
        .says("`sma` is nobody in people/")
        .says("did you mean `sam`");
    here.run(&["-C", "org", "status", "sam", "alex"])
        .exits(2)
        .says("two people");
    here.run(&["-C", "org", "access", "sam", "--accept"])
        .exits(2);
}

#[test]
fn check_looks_at_the_part_of_the_tree_that_it_is_given() {
    let here = team();
    here.write("org/people/alex/person.toml", "name = 1\n");
    here.write("org/people/sam/person.toml", "nam = \"Sam\"\n");
    here.run(&["check", "org"])
        .exits(1)
        .says("alex/person.toml")
        .says("sam/person.toml");
    let of_alex = here.run(&["check", "org/people/alex"]).exits(1);
    assert!(
        !of_alex.stderr().contains("people/sam/person.toml:"),
        "{}",
        of_alex.stderr()
    );
    of_alex
        .says("people/alex/person.toml")
        .says("elsewhere in the tree");
    here.run(&["-C", "org", "check", "people/alex/person.toml"])
        .exits(1)
        .says("alex");
    here.run(&["check", "org/cycles"])
        .exits(0)
        .says("elsewhere in the tree");
    here.run(&["check", "org/cycles", "-q"])
        .exits(0)
        .says_nothing();
    here.run(&["check", "org/nowhere"])
        .exits(3)
        .says("org/nowhere");
    let json = here
        .run(&["check", "org/people/alex", "--format", "json"])
        .stdout();
    assert!(json.contains("people/alex") && !json.contains("\"people/sam/person.toml\""));
}

#[test]
fn quiet_commands_print_errors_alone() {
    let here = team();
    without_measure(&here);
    here.run(&["check", "org"]).exits(0).says("advice[G013]");
    for command in [
        &["check", "org"][..],
        &["keys", "new", "alex", "org", "-o", "alex.key.txt"],
        &["access", "org", "--accept"],
        &["build", "org"],
        &["new", "checkin", "sam", "org"],
    ] {
        here.run(&[&["-q"], command].concat())
            .exits(0)
            .says_nothing();
    }
    here.write("ladder.csv", "Competency,L1,L2\nCraft,small,large\n");
    here.run(&["-q", "import", "rubric", "ladder.csv", "org"])
        .exits(0)
        .prints_nothing()
        .says_nothing();
    here.run(&["-q", "check", "org", "--deny-warnings"])
        .exits(1)
        .says("advice[G013]");
    here.write("org/people/sam/person.toml", "nam = 1");
    let said = here
        .run(&["-q", "check", "org"])
        .exits(1)
        .says("error[")
        .stderr();
    assert!(!said.contains("advice"), "{said}");
}

#[test]
fn advice_of_one_code_is_grouped_unless_all_of_it_is_asked_for() {
    let here = team();
    let cycle = without_measure(&here);
    let path = format!("org/people/sam/{cycle}/expectations.toml");
    let mut text = here.read(&path);
    for id in ["one", "two", "three", "four"] {
        text.push_str(&format!(
            "\n[[expectation]]\nid = \"{id}\"\ntext = \"Move\"\n"
        ));
    }
    here.write(&path, &text);
    let counted = |more: &[&str]| {
        let said = here.run(&[&["check", "org"], more].concat()).stderr();
        said.matches("advice[G013]").count()
    };
    assert_eq!(counted(&[]), 3);
    here.run(&["check", "org"])
        .says("of G013")
        .says("`--all` shows each");
    assert!(counted(&["--all"]) >= 5);
    let json = here.run(&["check", "org", "--format", "json"]).stdout();
    assert!(json.matches("\"G013\"").count() >= 5);
}

#[test]
fn a_build_names_three_who_have_no_key_and_counts_the_others() {
    let here = team();
    for id in ["kim", "lee", "max", "noa", "pat"] {
        here.run(&["-q", "new", "person", id, "org", "--name", id])
            .exits(0);
    }
    here.run(&["-q", "access", "org", "--accept"]).exits(0);
    here.run(&["build", "org"])
        .exits(0)
        .says("without a key: alex, kim, lee and 3 more (`--all` names each)");
    here.run(&["build", "org", "--all", "--fresh"])
        .exits(0)
        .says("lee, max, noa, pat");
}

#[test]
fn what_is_neither_an_organisation_nor_an_id_is_said_to_be_neither() {
    let here = team();
    for command in ["status", "access"] {
        here.run(&["-C", "org", command, "people/sam"])
            .exits(2)
            .says("`people/sam` is neither")
            .says("name a person by their id: `sam`");
        here.run(&[command, "ogr/"])
            .exits(2)
            .says("`ogr/` is neither a folder with `gradus.toml` nor the id of a person")
            .says("-C DIR");
        here.run(&[command, "ogr"])
            .exits(3)
            .says("`ogr` is no folder, and there is no organisation here");
        std::fs::create_dir_all(here.path("empty")).expect("a folder");
        here.run(&[command, "empty"])
            .exits(3)
            .says("no `gradus.toml` in `empty`");
    }
    here.run(&["keys", "new", "org"])
        .exits(2)
        .says("`org` is an organisation, not a person")
        .says("gradus keys new ID org");
    assert!(!here.path("org.key.txt").exists());
    here.run(&["keys", "new", "kim", "empty"])
        .exits(3)
        .says("no `gradus.toml` in `empty`");
}

#[test]
fn what_gradus_does_not_read_is_not_said_to_be_without_mistakes() {
    let here = team();
    here.write("org/notes.txt", "nothing");
    here.write("org/themes/own/own.css", "p { color: red }");
    for format in ["human", "json"] {
        here.run(&["check", "org/notes.txt", "--format", format])
            .exits(2)
            .prints_nothing()
            .says("`notes.txt` is no file of the organisation");
    }
    for part in [
        "org/people",
        "org/people/sam",
        "org/people/sam/person.toml",
        "org/gradus.toml",
        "org/access.lock",
        "org/themes/own",
    ] {
        here.run(&["check", part]).exits(0);
    }
    here.write("org/people/sam/notes.txt", "nothing");
    here.run(&["check", "org/people/sam/notes.txt"])
        .exits(0)
        .says("warning[W001]");
}

#[test]
fn commands_about_a_site_or_files_take_the_organisation_too() {
    let here = team();
    here.run(&["-q", "build", "org", "-o", "site"]).exits(0);
    for words in [
        &["verify", "site", "org"][..],
        &["-C", "org", "verify", "../site"],
    ] {
        here.run(words)
            .exits(0)
            .says("pieces of the organisation's texts");
    }
    here.run(&["verify", "site"])
        .exits(0)
        .says("no organisation is at hand");
    here.run(&["verify", "site", "elsewhere"])
        .exits(3)
        .says("no `gradus.toml` in `elsewhere`");
    here.run(&["open", "site", "org", "-i", "sam.key.txt", "-o", "pages"])
        .exits(0);
    let key = here.run(&["-q", "keys", "new", "keeper", "-o", "keeper.key.txt"]);
    let settings = here.read("org/gradus.toml");
    let sources = format!("\n[sources]\nrecipients = [{:?}]\n", key.stdout().trim());
    here.write("org/gradus.toml", &(settings + &sources));
    here.write("elsewhere/people/sam/log.toml", "");
    for files in [
        &["seal", "org/people/sam/person.toml"][..],
        &["seal", "org", "org/people/alex/person.toml"],
    ] {
        here.run(files).exits(0).says("sealed").says("to 1 key");
    }
    here.run(&["seal", "org"]).exits(2).says("no file to seal");
}

#[test]
fn long_lists_of_names_are_shortened_unless_all_is_asked_for() {
    let here = team();
    for id in ["kim", "lee", "max", "noa", "pat"] {
        let person = ["-q", "new", "person", id, "org", "--name", id];
        here.run(&[&person[..], &["--manager", "alex", "--level", "ic/l1"]].concat())
            .exits(0);
    }
    let cycle = [
        "new",
        "cycle",
        "later",
        "org",
        "--start",
        "2031-01-01",
        "--end",
        "2031-06-30",
    ];
    let made = here.run(&cycle).exits(0).says("more (`--all` names each)");
    assert_eq!(
        made.stderr().matches("wrote ").count(),
        3,
        "{}",
        made.stderr()
    );
    assert!(
        made.stdout().contains("kim, lee, max and 3 more"),
        "{}",
        made.stdout()
    );
    let whole = here
        .run(&["status", "org", "--cycle", "later", "--all"])
        .exits(0)
        .stdout();
    assert!(!whole.contains(" more ("), "{whole}");
    here.run(&["status", "org", "--cycle", "later"])
        .exits(0)
        .prints("and 3 more (`--all` names each)");
    for (id, manager) in [("a", "pat"), ("b", "a"), ("c", "b"), ("d", "c"), ("e", "d")] {
        let person = ["-q", "new", "person", id, "org", "--name", id];
        here.run(&[&person[..], &["--manager", manager]].concat())
            .exits(0);
    }
    here.run(&["access", "org"])
        .exits(0)
        .prints("more (`--all` names each)");
    let whole = here.run(&["access", "org", "--all"]).exits(0).stdout();
    assert!(!whole.contains(" more ("), "{whole}");
}

/// The commands that a help text lists.
fn commands_in(help: &str) -> Vec<String> {
    let lists = help.split_once("\nCommands:\n");
    let lines = lists.map_or("", |(_, list)| list).lines();
    let lines = lines.take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_help_of_each_command_shows_an_example() {
    let here = Program::new();
    let mut left: Vec<Vec<String>> = vec![vec![]];
    let mut seen = 0;
    while let Some(command) = left.pop() {
        let words = command.iter().map(String::as_str);
        let help = here.run(&words.chain(["--help"]).collect::<Vec<_>>());
        let help = help.exits(0).stdout();
        let below = commands_in(&help);
        if below.is_empty() {
            let example = format!("Examples:\n  gradus {}", command.join(" "));
            assert!(help.contains(&example), "{command:?}:\n{help}");
            seen += 1;
        }
        let deeper = |name: String| [command.clone(), vec![name]].concat();
        left.extend(below.into_iter().map(deeper));
    }
    assert!(seen >= 30, "{seen}");
}
