//! The documentation does what it says: every command that it shows is run, every file is read, every link leads somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use chrono::Local;
use gradus::build::pipeline;
use walkdir::WalkDir;

use crate::shell::{Shell, said};

/// Where the commands of a page are run.
enum Place {
    /// An empty directory.
    Nowhere,
    /// A copy of example-org, with its site built.
    Organisation,
    /// Beside a copy of its site, with Ada's key.
    Reader,
}

/// The pages whose commands are run here.
const RUN: [(&str, Place); 8] = [
    ("README.md", Place::Nowhere),
    ("docs/start.md", Place::Nowhere),
    ("docs/engineers.md", Place::Reader),
    ("docs/managers.md", Place::Organisation),
    ("docs/hosts.md", Place::Organisation),
    ("docs/access.md", Place::Organisation),
    ("docs/authenticity.md", Place::Organisation),
    ("docs/files.md", Place::Organisation),
];

/// Pages whose commands other tests run: where these are, and what they are called.
const RUN_ELSEWHERE: [(&str, &str, &[&str]); 3] = [
    (
        "docs/keys-life.md",
        "tests/keys/life.rs",
        &["every_section_of_the_guide_is_tried_here"],
    ),
    (
        "docs/performance.md",
        "tests/world/workshop.rs",
        &["the_commands_of_the_page_about_speed_measure_it"],
    ),
    (
        "CONTRIBUTING.md",
        "tests/world/workshop.rs",
        &[
            "the_commands_of_the_page_for_contributors_name_tests_that_are_there",
            "a_release_is_made_as_the_page_says_and_lies_where_an_installer_looks",
        ],
    ),
];

/// Single lines that are not, and why.
const LINES_NOT_RUN: [(&str, &str, &str); 4] = [
    (
        "README.md",
        "cargo run --release -- demo",
        "tests/world/demo.rs does, with a program that is built",
    ),
    (
        "README.md",
        "cargo run --release -- serve",
        "tests/serve does, with a program that is built",
    ),
    ("README.md", "tests/run", "this is part of it"),
    (
        "README.md",
        "cargo install",
        "tests/world/package.rs looks at what it installs from",
    ),
];

/// What a line stands for: by page and by how it begins, something to do before it, and what is put into the place of which words.
struct StandIn {
    page: &'static str,
    line: &'static str,
    before: &'static str,
    instead: (&'static str, &'static str),
}

const STAND_INS: [StandIn; 12] = [
    StandIn {
        page: "README.md",
        line: "gradus import",
        before: "printf 'Competency,L1,L2\\nCraft,small,large\\n' > ladder.csv",
        instead: ("", ""),
    },
    StandIn {
        page: "README.md",
        line: "gradus seal",
        before: "cp -r . ../sealed; cd ../sealed",
        instead: ("", ""),
    },
    StandIn {
        page: "README.md",
        line: "gradus new person",
        before: "cd ../growth",
        instead: ("", ""),
    },
    StandIn {
        page: "docs/start.md",
        line: "git commit",
        before: "git config user.name t; git config user.email t@example.com",
        instead: ("", ""),
    },
    StandIn {
        page: "docs/managers.md",
        line: "git add",
        before: "git init -q; git config user.name t; git config user.email t@example.com",
        instead: ("", ""),
    },
    StandIn {
        page: "docs/engineers.md",
        line: "gradus open",
        before: "cp ../org/demo-keys/ada.txt ada.key.txt",
        instead: ("", ""),
    },
    StandIn {
        page: "docs/engineers.md",
        line: "for file",
        before: "cd public; cp ../ada.key.txt .",
        instead: ("", ""),
    },
    StandIn {
        page: "docs/engineers.md",
        line: "gradus seal",
        before: "test -s keyring.json; echo word > peer-ada.md",
        instead: ("", ""),
    },
    StandIn {
        page: "docs/authenticity.md",
        line: "gradus open",
        before: "cp demo-keys/ada.txt ada.key.txt",
        instead: (
            "--login ada@example.com",
            "--login ada@meridian.example -o by-login <<< velvet-next-wheat-cruise-model-behind-filter",
        ),
    },
    StandIn {
        page: "docs/files.md",
        line: "gradus seal people",
        before: BUILDER,
        instead: ("", ""),
    },
    StandIn {
        page: "docs/files.md",
        line: "gradus seal peer",
        before: "cd ..; echo word > peer-linus.md",
        instead: ("", ""),
    },
    StandIn {
        page: "docs/files.md",
        line: "gradus build",
        before: "cd org",
        instead: ("", ""),
    },
];

/// Somebody who builds, whose key the tree's sources are sealed to.
const BUILDER: &str = "cd /; key=$(gradus keys new builder -o \"$OLDPWD/builder.key.txt\" --signer \"$SIGNER\"); cd - > /dev/null; \
    printf '\\n[sources]\\nrecipients = [\"%s\"]\\n' \"$key\" >> gradus.toml";

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the repository.
pub fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).expect(page)
}

/// Every page, by its path in the repository.
fn pages() -> Vec<String> {
    let chapters = WalkDir::new(root().join("docs")).sort_by_file_name();
    let chapters = chapters.into_iter().map(|entry| entry.expect("a folder"));
    let chapters = chapters.filter(|entry| entry.path().extension().is_some_and(|e| e == "md"));
    let paths = chapters.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let above = [
        "README.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
    ];
    let above = above.map(str::to_owned);
    paths
        .map(|name| format!("docs/{name}"))
        .chain(above)
        .collect()
}

/// The fenced blocks of a page: what they are called, and what stands in them.
fn blocks(text: &str) -> Vec<(&str, &str)> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("\n```") {
        let inside = &rest[start + 4..];
        let (name, body) = inside.split_once('\n').expect("a block has lines");
        let end = body.find("\n```").expect("a block ends");
        blocks.push((name, &body[..=end]));
        rest = &body[end + 4..];
    }
    blocks
}

/// Lines to run, those that are not left out.
pub fn commands(page: &str) -> Vec<String> {
    let text = read(page);
    let shown = blocks(&text).into_iter().filter(|(name, _)| *name == "sh");
    let lines = shown.flat_map(|(_, body)| body.lines());
    let is_run = |line: &&str| {
        let mut left_out = LINES_NOT_RUN.iter();
        !line.is_empty() && !left_out.any(|(of, begins, _)| *of == page && line.starts_with(begins))
    };
    lines.filter(is_run).map(str::to_owned).collect()
}

/// The line as it can be run here.
fn stood_in(page: &str, line: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = line.to_owned();
    for stand_in in &STAND_INS {
        if stand_in.page == page && line.starts_with(stand_in.line) {
            lines.push(stand_in.before.to_owned());
            let (from, to) = stand_in.instead;
            if !from.is_empty() {
                line = line.replace(from, to);
            }
        }
    }
    for address in ["https://growth.example/", "https://…"] {
        line = line.replace(address, "public");
    }
    line = line
        .replace("age1…", "$RECIPIENT")
        .replace("ed25519:…", "$SIGNER");
    lines.push(until_interrupted(&line));
    lines
}

/// Runs what serves, and interrupts it once it has said where.
const UNTIL_IT_SERVES: &str = r#"until_it_serves() {
    local ear line served=""
    mkfifo "$HOME/said"
    "$@" 2> "$HOME/said" & local server=$!
    exec {ear}< "$HOME/said"
    rm "$HOME/said"
    while read -r -u $ear line; do
        served+="$line"$'\n'
        case "$line" in *http://*) kill -INT $server ;; esac
    done
    wait $server || { echo "$served" >&2; return 1; }
}"#;

/// What serves until somebody ends it is ended, and has to take that well.
fn until_interrupted(line: &str) -> String {
    let writes = line.contains(" -o ");
    let serves = line.starts_with("gradus serve") || (line.starts_with("gradus open") && !writes);
    match line.split_once("  #").map_or(line, |(command, _)| command) {
        command if serves => {
            format!("until_it_serves {command} --port 0")
        }
        _ => line.to_owned(),
    }
}

/// Where a page's commands begin, with what they need.
fn begin(place: &Place) -> (Shell, &'static str) {
    let mut shell = Shell::new();
    let org = shell.path("org");
    let copy = format!(
        "cp -r {} org && rm -rf org/public",
        root().join("example-org").display()
    );
    shell.does(
        ".",
        &[
            &copy,
            "gradus -C org build",
            "mkdir beside",
            "cp -r org/public beside/public",
        ],
    );
    let settings = fs::read_to_string(org.join("gradus.toml")).expect("settings");
    let settings: toml::Table = settings.parse().expect("settings");
    let signer = settings["seal"]["signer"]
        .as_str()
        .expect("a signer")
        .to_owned();
    shell.set("SIGNER", signer);
    let recipient = "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z";
    shell.set("RECIPIENT", recipient);
    match place {
        Place::Nowhere => {
            fs::create_dir(shell.path("nowhere")).expect("a folder");
            // The addresses of a page that begins with nothing are of the site that it builds.
            (shell, "nowhere")
        }
        Place::Organisation => (shell, "org"),
        Place::Reader => (shell, "beside"),
    }
}

fn run(page: &str, place: &Place) {
    let (shell, folder) = begin(place);
    let lines: Vec<String> = commands(page)
        .iter()
        .flat_map(|line| stood_in(page, line))
        .collect();
    assert!(!lines.is_empty(), "{page} shows no commands");
    let mut traced = vec![UNTIL_IT_SERVES.to_owned(), "PS4='+ '; set -x".to_owned()];
    traced.extend(lines);
    let ran = shell.run(folder, &traced);
    assert!(
        ran.status.success(),
        "{page}: {:?}\n{}",
        ran.status,
        said(&ran)
    );
}

#[test]
fn the_commands_of_the_first_pages_do_what_they_show() {
    for (page, place) in &RUN[..2] {
        run(page, place);
    }
}

#[test]
fn the_commands_for_engineers_managers_and_hosts_do_what_they_show() {
    for (page, place) in &RUN[2..5] {
        run(page, place);
    }
}

#[test]
fn the_commands_of_the_reference_do_what_they_show() {
    for (page, place) in &RUN[5..] {
        run(page, place);
    }
}

#[test]
fn every_page_with_commands_is_run() {
    for page in pages() {
        let text = read(&page);
        let shows = blocks(&text).iter().any(|(name, _)| *name == "sh");
        let run = RUN.iter().any(|(known, _)| *known == page);
        let elsewhere = RUN_ELSEWHERE.iter().any(|(known, ..)| *known == page);
        assert_eq!(shows, run || elsewhere, "{page}");
        for (name, body) in blocks(&text) {
            let known = matches!(name, "sh" | "toml" | "json" | "text" | "");
            assert!(
                known,
                "{page}: what is to be done with this `{name}`?\n{body}"
            );
        }
    }
    for (page, tests, names) in RUN_ELSEWHERE {
        let tests = read(tests);
        for name in names {
            assert!(tests.contains(&format!("#[test]\nfn {name}()")), "{page}");
        }
    }
    for (page, line, _) in LINES_NOT_RUN {
        assert!(
            read(page).contains(&format!("\n{line}")),
            "{page} has no line `{line}` any more"
        );
    }
    for StandIn { page, line, .. } in &STAND_INS {
        assert!(
            read(page).contains(&format!("\n{line}")),
            "{page} has no line `{line}` any more"
        );
    }
}

/// The files that a block of TOML shows: each begins with its path behind `#`.
fn shown_files(body: &str) -> Vec<(String, String)> {
    let mut files = vec![("gradus.toml".to_owned(), String::new())];
    for line in body.lines() {
        let named = line
            .strip_prefix("# ")
            .and_then(|rest| rest.split([' ', ',', ':']).next());
        match named.filter(|path| path.ends_with(".toml") || path.ends_with(".md")) {
            Some(path) => files.push((path.to_owned(), String::new())),
            None => {
                let (_, text) = files.last_mut().expect("there is one");
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    files.retain(|(_, text)| !text.trim().is_empty());
    files
}

/// Where such a file stands in a tree.
fn in_tree(path: &str) -> PathBuf {
    let path = path.replace("<cycle>", "2026-h1").replace("<id>", "ada");
    if path.contains('/') || path == "gradus.toml" {
        path.into()
    } else {
        Path::new("people/ada/2026-h1").join(path)
    }
}

/// Mistakes of form: no TOML, no such key, no such value.
const OF_FORM: [&str; 3] = ["E010", "E011", "E012"];

#[test]
fn the_files_of_the_reference_are_as_check_wants_them() {
    let text = read("docs/files.md");
    let shown = blocks(&text)
        .into_iter()
        .filter(|(name, _)| *name == "toml");
    let files: Vec<_> = shown.flat_map(|(_, body)| shown_files(body)).collect();
    assert!(files.len() > 8, "{files:?}");
    for (path, text) in files {
        let parsed = text.parse::<toml::Table>();
        assert!(parsed.is_ok(), "{path}: {parsed:?}");
        if path.ends_with(".md") {
            continue; // the front matter of four kinds of files at once
        }
        let place = tempfile::tempdir().expect("a directory");
        let copy = place.path().join("org");
        copy_tree(&root().join("example-org"), &copy);
        let target = copy.join(in_tree(&path));
        fs::create_dir_all(target.parent().expect("in a folder")).expect("a folder");
        fs::write(&target, &text).expect("a file");
        let (_, report) = pipeline::load(&copy, Local::now().date_naive()).expect("a tree");
        let of_form = report.diagnostics.iter().filter(|found| {
            let here = Path::new(&*found.place.file) == in_tree(&path);
            here && OF_FORM.contains(&found.code)
        });
        let of_form: Vec<_> = of_form.map(|found| &found.message).collect();
        assert!(of_form.is_empty(), "{path}: {of_form:?}");
    }
}

fn copy_tree(from: &Path, to: &Path) {
    for entry in WalkDir::new(from) {
        let entry = entry.expect("a folder");
        let target = to.join(entry.path().strip_prefix(from).expect("it lies there"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).expect("a folder")
        } else {
            fs::copy(entry.path(), target).expect("a file");
        }
    }
}

#[test]
fn other_toml_and_json_on_the_pages_can_be_read() {
    for page in pages() {
        let text = read(&page);
        for (name, body) in blocks(&text) {
            match name {
                "toml" => {
                    for (path, text) in shown_files(body) {
                        let read = text.parse::<toml::Table>();
                        assert!(read.is_ok(), "{page}, {path}: {read:?}");
                    }
                }
                "json" => {
                    let read = serde_json::from_str::<serde_json::Value>(body);
                    assert!(read.is_ok(), "{page}: {read:?}\n{body}");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn the_program_is_installed_with_the_versions_that_it_was_tested_with() {
    let mut installs = 0;
    for page in pages() {
        for install in read(&page).split("cargo install ").skip(1) {
            let is_command = install.starts_with('-');
            assert!(!is_command || install.starts_with("--locked "), "{page}");
            installs += usize::from(is_command);
        }
    }
    assert!(installs > 1);
}

#[test]
fn a_shell_and_its_manual_know_the_program_once_the_page_is_followed() {
    let shell = Shell::new();
    let lines = commands("docs/start.md");
    let help: Vec<String> = lines
        .into_iter()
        .skip_while(|line| !line.starts_with("mkdir"))
        .collect();
    let ran = shell.run(".", &help);
    assert!(ran.status.success(), "{}", said(&ran));
    let completed = shell.does(
        ".",
        &[
            ". ~/.local/share/bash-completion/completions/gradus",
            "COMP_WORDS=(gradus acc); COMP_CWORD=1; _gradus gradus acc gradus; echo \"${COMPREPLY[@]}\"",
        ],
    );
    assert_eq!(completed.trim(), "access");
    for file in [".zfunc/_gradus", ".config/fish/completions/gradus.fish"] {
        assert!(shell.read(file).contains("gradus"), "{file}");
    }
    assert!(shell.path(".local/share/man/man1/gradus-build.1").exists());
}

#[test]
fn nothing_on_a_page_is_left_to_be_filled_in() {
    for page in pages() {
        let text = read(&page);
        for mark in [
            "@@", "TODO", "XXX", "FIXME", "TBD", "<figure", "{{", "lorem",
        ] {
            let found = text
                .lines()
                .find(|line| line.contains(mark) && !line.contains("{{#include"));
            let is_shown = page == "docs/themes.md" && mark == "{{"; // templates are written so
            assert!(is_shown || found.is_none(), "{page}: {found:?}");
        }
    }
}

/// What a heading is linked by.
fn slug(heading: &str) -> String {
    let letters = heading.trim().to_lowercase();
    let letters = letters
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    letters.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// A page without what stands in fences.
fn prose(text: &str) -> String {
    let parts = text.split("\n```").step_by(2);
    parts.collect::<Vec<_>>().join("\n")
}

fn links(text: &str) -> Vec<String> {
    let parts = text.split("](").skip(1);
    let targets = parts.filter_map(|part| part.split(')').next());
    targets.map(str::to_owned).collect()
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_are_there() {
    for page in pages() {
        let text = read(&page);
        let folder = Path::new(&page).parent().expect("it lies somewhere");
        for link in links(&prose(&text)) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, heading) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() {
                PathBuf::from(&page)
            } else {
                folder.join(path)
            };
            assert!(root().join(&target).exists(), "{page} links to {link}");
            if !heading.is_empty() {
                let there = read(target.to_str().expect("text"));
                let mut headings = there.lines().filter_map(|line| line.strip_prefix('#'));
                let found = headings.any(|line| slug(line.trim_start_matches('#')) == heading);
                assert!(found, "{page} links to {link}");
            }
        }
    }
}

#[test]
fn no_link_leads_out_of_the_book() {
    let chapters = links(&read("docs/SUMMARY.md"));
    assert!(chapters.len() > 10);
    for chapter in &chapters {
        let text = prose(&read(&format!("docs/{chapter}")));
        let (included, own) = text
            .lines()
            .partition::<Vec<_>, _>(|line| line.starts_with("{{"));
        for link in links(&own.join("\n")) {
            let path = link.split('#').next().unwrap_or_default();
            let is_beside = path.is_empty()
                || chapters.iter().any(|known| known == path)
                || (!path.contains('/') && !path.ends_with(".md"));
            assert!(
                link.contains("://") || is_beside,
                "{chapter} links to {link}"
            );
        }
        for line in included {
            let path = line
                .strip_prefix("{{#include ../")
                .and_then(|rest| rest.strip_suffix("}}"));
            // What is included keeps its links as they are, and would lead them from another place.
            for link in links(&prose(&read(path.expect(line)))) {
                assert!(link.contains("://"), "{chapter}: {line} links to {link}");
            }
        }
    }
}

#[test]
fn the_book_has_every_chapter_once() {
    let summary = links(&read("docs/SUMMARY.md"));
    let chapters: BTreeSet<_> = summary.iter().cloned().collect();
    assert_eq!(
        chapters.len(),
        summary.len(),
        "a chapter stands there twice"
    );
    let pages = pages();
    let expected = pages.iter().filter_map(|page| page.strip_prefix("docs/"));
    let expected = expected
        .filter(|page| *page != "SUMMARY.md")
        .map(str::to_owned);
    assert_eq!(chapters, expected.collect());
    let book: toml::Table = read("docs/book.toml").parse().expect("the book's settings");
    assert_eq!(book["book"]["src"].as_str(), Some("."));
    let readme = read("README.md");
    for chapter in chapters {
        assert!(
            readme.contains(&format!("docs/{chapter}")),
            "README.md does not name docs/{chapter}"
        );
    }
}

/// The commands that a page speaks of, in its text and in what it shows to be typed.
fn spoken_of(text: &str) -> Vec<String> {
    let spans = text.split('`').skip(1).step_by(2).map(str::to_owned);
    let typed = blocks(text).into_iter().filter(|(name, _)| *name == "sh");
    let typed = typed.flat_map(|(_, body)| body.lines().map(str::to_owned).collect::<Vec<_>>());
    let lines = spans
        .chain(typed)
        .filter(|line| line.starts_with("gradus "));
    lines.collect()
}

#[test]
fn every_command_and_flag_that_the_pages_speak_of_is_one() {
    let shell = Shell::new();
    let mut helps: BTreeMap<Vec<String>, String> = BTreeMap::new();
    for page in pages() {
        for line in spoken_of(&read(&page)) {
            let line = line.split("  #").next().unwrap_or_default();
            if line == "gradus help" {
                continue; // it is help itself
            }
            let words: Vec<String> = line.split_whitespace().skip(1).map(str::to_owned).collect();
            let named = words
                .iter()
                .skip_while(|word| word.starts_with('-') || *word == "org");
            let deep = matches!(
                words.first().map(String::as_str),
                Some("keys" | "new" | "import")
            );
            let is_word = |word: &&String| word.chars().all(|c| c.is_ascii_lowercase());
            let command: Vec<String> = named
                .take(if deep { 2 } else { 1 })
                .take_while(is_word)
                .cloned()
                .collect();
            let help = helps.entry(command.clone()).or_insert_with(|| {
                let asked = format!("gradus {} --help", command.join(" "));
                let ran = shell.run(".", &[asked]);
                assert!(
                    ran.status.success(),
                    "{page} speaks of `{line}`: {}",
                    said(&ran)
                );
                said(&ran)
            });
            for flag in words.iter().filter(|word| word.starts_with("--")) {
                let flag = flag
                    .split('=')
                    .next()
                    .unwrap_or_default()
                    .trim_end_matches([',', ';', '.']);
                assert!(
                    help.contains(flag),
                    "{page} speaks of `{line}`, and there is no {flag}"
                );
            }
        }
    }
    assert!(helps.len() > 20, "{:?}", helps.keys());
}

#[test]
fn what_is_written_by_hand_is_where_the_page_says() {
    let text = read("docs/libraries.md");
    let mut named = 0;
    for row in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.split('|').collect();
        for path in cells[2].split('`').skip(1).step_by(2) {
            named += 1;
            let there = ["src", "viewer/src"].map(|folder| root().join(folder).join(path).exists());
            assert!(there.contains(&true), "{path}");
        }
    }
    assert!(named > 20, "{named}");
}
