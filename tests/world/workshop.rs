//! The pages for whoever works on the program itself: what they show is run, small, with stand-ins for what builds, publishes
//! and is fetched.

use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use super::docs::{commands, root};
use crate::shell::{Shell, said};

/// Notes what it is called with, and does nothing.
fn noting(program: &str) -> String {
    format!("echo \"{program} $*\" >> \"$HOME/called\"")
}

/// What was called, with which words.
fn called(shell: &Shell) -> Vec<String> {
    let notes = shell.read("called");
    notes.lines().map(str::to_owned).collect()
}

/// What follows a word on a line, where it is there.
fn after<'l>(line: &'l str, word: &str) -> Option<&'l str> {
    let mut words = line.split(' ').skip_while(|known| *known != word);
    words.nth(1)
}

/// Makes a corpus of twenty people, whatever number is asked for, by the real program; builds nothing else.
const CARGO: &str = r#"
echo "cargo $*" >> "$HOME/called"
[ "$1" = run ] || exit 0
[ "$2 $3 $4 $5" = "--release --example corpus --" ]
shift 5
before=; few=
for word in "$@"; do
  case "$before" in --people) word=20;; --cycles) word=1;; --span) word=8;; esac
  before="$word"
  few="$few $word"
done
HOME="$REAL_HOME" PATH="$REAL_PATH" exec "$REAL_CARGO" run --quiet --locked --manifest-path "$ROOT/Cargo.toml" \
  --target-dir "$TARGET" --example corpus -- $few
"#;

/// A shell in a copy of what measures, that knows where the real things are.
fn measuring() -> Shell {
    let mut shell = Shell::new();
    let program = Path::new(env!("CARGO_BIN_EXE_gradus"));
    let target = program.ancestors().nth(2).expect("target/debug/gradus");
    let inherited = |name| std::env::var(name).unwrap_or_default();
    for (name, value) in [
        ("ROOT", root().display().to_string()),
        ("TARGET", target.display().to_string()),
        ("REAL_HOME", inherited("HOME")),
        ("REAL_PATH", inherited("PATH")),
        ("REAL_CARGO", env!("CARGO").to_owned()),
        // Or the compiler of each dependency would be the one that its own folder asks for.
        ("RUSTUP_TOOLCHAIN", inherited("RUSTUP_TOOLCHAIN")),
        ("RUSTUP_AUTO_INSTALL", "0".to_owned()),
    ] {
        shell.set(name, value);
    }
    shell.stand_in("cargo", CARGO);
    shell.stand_in("npm", &noting("npm"));
    let pip =
        "mkdir -p \"$3/bin\"; printf '#!/bin/sh\\n' > \"$3/bin/pip\"; chmod +x \"$3/bin/pip\"";
    shell.stand_in("python3", pip);
    shell.does(
        ".",
        &[
            "mkdir -p repository/benches tmp",
            "cp -r \"$ROOT\"/benches/*/ repository/benches",
        ],
    );
    shell
}

/// The line with its work made small. What it shows is still read: an unknown flag fails.
fn small(shell: &Shell, line: &str) -> String {
    let line = line.replace("/tmp/", &format!("{}/", shell.path("tmp").display()));
    let gradus = env!("CARGO_BIN_EXE_gradus");
    let more = match line.split(' ').nth(1) {
        Some("benches/serve/compare.mjs") => "--no-hugo --edits 1 --warm-ups 0",
        Some("benches/compare/compare.mjs") => "--only gradus --rounds 1",
        // A browser's work on a site of thousands is not made small: it is only read.
        Some("benches/viewer/measure.mjs") => {
            return "node --check benches/viewer/measure.mjs".to_owned();
        }
        _ => return line,
    };
    format!("{line} {more} --gradus {gradus}")
}

#[test]
fn the_commands_of_the_page_about_speed_measure_it() {
    let shell = measuring();
    let lines: Vec<String> = commands("docs/performance.md")
        .iter()
        .map(|line| small(&shell, line))
        .collect();
    let ran = shell.run("repository", &lines);
    assert!(ran.status.success(), "{}", said(&ran));
    let measured = shell.read("repository/100x4.json");
    assert!(
        measured.contains("\"gradus serve\"") || measured.contains("median"),
        "{measured}"
    );
    let bench = called(&shell)
        .into_iter()
        .find(|line| line.starts_with("npm"));
    let folder = bench.as_deref().and_then(|line| after(line, "--prefix"));
    assert!(
        root()
            .join(folder.expect("npm is told where"))
            .join("package-lock.json")
            .exists()
    );
    let text = super::docs::read("docs/performance.md");
    for bench in text.split("cargo bench --bench ").skip(1) {
        let name: String = bench
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        assert!(
            root().join("benches").join(&name).join("main.rs").exists(),
            "{name}"
        );
    }
}

/// Whether some test of the program or of the viewer is meant by a filter.
fn is_tested(filter: &str) -> bool {
    let folders = ["src", "tests", "viewer/browser"].map(|folder| root().join(folder));
    let files = folders
        .iter()
        .flat_map(WalkDir::new)
        .map(|entry| entry.expect("a folder"));
    let mut files = files.filter(|entry| entry.file_type().is_file());
    files.any(|file| {
        let text = fs::read_to_string(file.path()).unwrap_or_default();
        let rust = format!("fn {filter}");
        text.contains(&rust)
            || text
                .lines()
                .any(|line| line.starts_with("test(") && line.contains(filter))
    })
}

#[test]
fn the_commands_of_the_page_for_contributors_name_tests_that_are_there() {
    let lines = commands("CONTRIBUTING.md");
    let lines = lines
        .iter()
        .map(|line| line.split("  #").next().unwrap_or(line).trim_end());
    let tests: Vec<&str> = lines
        .take_while(|line| !line.starts_with("version="))
        .collect();
    assert!(tests.len() > 4, "{tests:?}");
    for line in tests {
        let filter = line.rsplit(' ').next().unwrap_or_default();
        if line.starts_with("cargo run") || line.starts_with("tests/run") {
            let known = ["demo", "tests/run", "fast"];
            assert!(known.contains(&filter), "{line}");
        } else if after(line, "--test") == Some("all") {
            let module = filter.trim_end_matches("::").replace("::", "/");
            let module = root().join("tests").join(module);
            assert!(
                module.is_dir() || module.with_extension("rs").exists(),
                "{line}"
            );
        } else if line.starts_with("cargo test --lib") {
            assert!(
                root()
                    .join("src")
                    .join(filter.trim_end_matches("::").replace("::", "/"))
                    .exists(),
                "{line}"
            );
        } else if let Some(folder) = after(line, "--prefix") {
            let package = super::docs::read(&format!("{folder}/package.json"));
            let package: serde_json::Value = serde_json::from_str(&package).expect("JSON");
            assert!(package["scripts"][filter].is_string(), "{line}");
        } else {
            let (run, pattern) = line.split_once(" --test-name-pattern=").expect(line);
            assert!(
                root().join(run.trim_start_matches("node ")).exists(),
                "{line}"
            );
            assert!(is_tested(pattern.trim_matches('\'')), "{line}");
        }
    }
}

#[test]
fn a_release_is_made_as_the_page_says_and_lies_where_an_installer_looks() {
    let shell = Shell::new();
    let target = "riscv64gc-unknown-linux-gnu";
    let build = "mkdir -p target/$TRIPLE/release; [ \"$1\" != build ] || echo program > target/$TRIPLE/release/gradus";
    shell.stand_in(
        "cargo",
        &format!("{}\nTRIPLE={target}\n{build}", noting("cargo")),
    );
    shell.stand_in("rustc", &format!("printf 'rustc 1\\nhost: {target}\\n'"));
    for program in ["git", "node"] {
        shell.stand_in(program, &noting(program));
    }
    let manifest = super::docs::read("Cargo.toml");
    shell.write("checkout/Cargo.toml", &manifest);
    let lines = commands("CONTRIBUTING.md");
    let release: Vec<String> = lines
        .into_iter()
        .skip_while(|line| !line.starts_with("version="))
        .collect();
    let ran = shell.run("checkout", &release);
    assert!(ran.status.success(), "{}", said(&ran));

    let manifest: toml::Table = manifest.parse().expect("TOML");
    let version = env!("CARGO_PKG_VERSION");
    let binstall = &manifest["package"]["metadata"]["binstall"];
    let filled = |member: &str| {
        let text = binstall[member].as_str().expect(member);
        let words = [
            ("{ name }", "gradus"),
            ("{ version }", version),
            ("{ target }", target),
            ("{ bin }", "gradus"),
            ("{ binary-ext }", ""),
        ];
        words
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let address = filled("pkg-url");
    let asset = address.strip_prefix(&format!("{{ repo }}/releases/download/v{version}/"));
    let asset = asset.expect("below the tag, and nowhere that somebody made up");
    assert!(called(&shell).contains(&format!("git tag v{version}")));
    assert_eq!(binstall["pkg-fmt"].as_str(), Some("tgz"));
    let packed = shell.does("checkout", &[&format!("tar -tzf {asset}")]);
    assert_eq!(packed.trim(), filled("bin-dir"));
    // Without it there is nothing to be filled in for `{ repo }`: the page says that whoever releases sets it.
    let repository = manifest["package"]
        .get("repository")
        .and_then(toml::Value::as_str);
    assert!(repository.is_none_or(|address| address.starts_with("https://")));
    assert!(
        super::docs::read("CONTRIBUTING.md")
            .contains("also `repository`, the address where the tags are")
    );
}
