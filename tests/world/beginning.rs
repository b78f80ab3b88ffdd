//! The first five minutes: from nothing to an open portfolio, with no step that somebody must guess.

use chrono::{Days, NaiveDate};
use gradus::build::pipeline;
use gradus::tree::scaffold::{Beginning, beginning};

use crate::shell::{Shell, said};

/// The commands that `init` says come next.
fn next(words: &str) -> Vec<String> {
    let lines = words.lines().skip_while(|line| *line != "next:").skip(1);
    let commands = lines.take_while(|line| line.starts_with("  gradus"));
    let commands = commands.filter_map(|line| line.split("  # ").next());
    commands.map(|command| command.trim().to_owned()).collect()
}

#[test]
fn what_init_says_comes_next_works_as_it_stands() {
    for (template, key, steps) in [("team", "alex", 5), ("solo", "me", 4), ("rubric", "", 2)] {
        for target in [".", "org"] {
            let shell = Shell::new();
            std::fs::create_dir(shell.path("here")).unwrap();
            let init = format!("gradus init {target} --template {template}");
            let began = shell.run("here", &[init]);
            let commands = next(&said(&began));
            assert_eq!(commands.len(), steps, "{}", said(&began));
            for command in commands.iter().filter(|command| !command.contains("serve")) {
                shell.does("here", &[command]);
            }
            let org = if target == "." { "here" } else { "here/org" };
            assert!(shell.path(&format!("{org}/public/index.html")).exists());
            if !key.is_empty() {
                let open =
                    format!("gradus open {target}/public -i {target}/{key}.key.txt -o pages");
                shell.does("here", &[&open]);
                assert!(shell.path("here/pages/index.html").exists());
            }
        }
    }
}

#[test]
fn on_any_day_of_the_year_a_beginning_has_nothing_to_warn_of_but_missing_keys() {
    let first = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap();
    for day in (0..365).step_by(5).map(|days| first + Days::new(days)) {
        for kind in [Beginning::Team, Beginning::Solo, Beginning::Rubric] {
            let place = tempfile::tempdir().unwrap();
            for file in beginning(kind, day) {
                let path = place.path().join(&file.path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, &file.text).unwrap();
            }
            let (organisation, report) = pipeline::load(place.path(), day).unwrap();
            assert!(organisation.is_some(), "{day}");
            let codes = report
                .diagnostics
                .iter()
                .map(|found| found.code.to_string());
            let codes: Vec<String> = codes.filter(|code| code != "W002").collect();
            assert_eq!(codes, Vec::<String>::new(), "{day} {kind:?}");
        }
    }
}

#[test]
fn a_beginning_that_is_committed_on_its_day_has_nothing_to_warn_of_but_missing_keys() {
    let shell = Shell::new();
    shell.does("programs", &["gradus init ../org"]);
    let commit = "git -c user.name=t -c user.email=t@example.com commit -qm begin";
    shell.does("org", &["git init -q", "git add -A", commit]);
    let json = shell.does("org", &["gradus check --format json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    for found in json["diagnostics"].as_array().unwrap() {
        assert_eq!(found["code"], "W002", "{found}");
    }
}

#[test]
fn a_repository_with_a_gitignore_of_its_own_can_be_begun_in_and_commits_no_key() {
    let shell = Shell::new();
    shell.write("org/.gitignore", "node_modules");
    shell.write("org/README.md", "ours");
    let commands = [
        "git init -q",
        "gradus init",
        "gradus keys new sam",
        "git add -A",
        "git ls-files",
    ];
    let tracked = shell.does("org", &commands);
    assert!(tracked.contains("people/sam/person.toml"));
    assert!(
        !tracked.contains("site.key") && !tracked.contains("sam.key.txt"),
        "{tracked}"
    );
    assert!(shell.read("org/.gitignore").starts_with("node_modules\n"));
    assert_eq!(shell.read("org/README.md"), "ours");
}
