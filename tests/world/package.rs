//! What is handed out: the image, the package, the list of changes.

use std::fs;
use std::path::Path;

use gradus::seal::FORMAT;

const DOCKERFILE: &str = include_str!("../../Dockerfile");
const DOCKERIGNORE: &str = include_str!("../../.dockerignore");
const CHANGELOG: &str = include_str!("../../CHANGELOG.md");
const MANIFEST: &str = include_str!("../../Cargo.toml");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The paths of the repository that go into the image.
fn copied() -> Vec<&'static str> {
    let copies = DOCKERFILE
        .lines()
        .filter_map(|line| line.strip_prefix("COPY "));
    let own = copies.filter(|copy| !copy.starts_with("--from="));
    let sources = own.flat_map(|copy| {
        let mut words: Vec<&str> = copy.split(' ').collect();
        words.pop(); // where to
        words
    });
    sources.collect()
}

#[test]
fn the_image_is_made_of_files_that_are_there_and_are_let_through() {
    for path in copied() {
        assert!(root().join(path).exists(), "{path}");
        let mut above = Path::new(path).ancestors();
        let let_through = above.any(|part| {
            let line = format!("!{}", part.display());
            DOCKERIGNORE.lines().any(|known| known == line)
        });
        assert!(let_through, "{path}");
    }
}

#[test]
fn nothing_that_the_programs_sources_include_is_missing_from_image_and_package() {
    let manifest: toml::Table = MANIFEST.parse().unwrap();
    let packaged = manifest["package"]["include"].as_array().unwrap();
    let packaged: Vec<&str> = packaged.iter().filter_map(|line| line.as_str()).collect();
    for entry in walkdir::WalkDir::new(root().join("src")) {
        let entry = entry.unwrap();
        let Ok(text) = fs::read_to_string(entry.path()) else {
            continue; // a folder
        };
        let included = text
            .split("include_str!(\"")
            .chain(text.split("include_bytes!(\""));
        let paths = included.filter_map(|rest| rest.split_once("\")").map(|(path, _)| path));
        for path in paths.filter(|path| path.starts_with("../") && !path.contains('\n')) {
            let beside = entry.path().parent().unwrap().join(path);
            let Ok(file) = beside.canonicalize() else {
                continue; // a text about such a file
            };
            let file = file.strip_prefix(root()).unwrap();
            let first = file.iter().next().unwrap().to_str().unwrap();
            if matches!(first, "tests" | "example-org" | "src") {
                continue; // for the tests of this repository
            }
            let in_image = copied().iter().any(|source| file.starts_with(source));
            assert!(in_image, "{} is not in the image", file.display());
            let of = |line: &&str| {
                file.starts_with(line.trim_start_matches('/').trim_end_matches("/**"))
            };
            assert!(
                packaged.iter().any(of),
                "{} is not packaged",
                file.display()
            );
        }
    }
}

#[test]
fn nothing_secret_reaches_an_image_and_nobody_is_root_in_it() {
    assert_eq!(
        DOCKERIGNORE.lines().find(|line| !line.starts_with('#')),
        Some("*")
    );
    for secret in [".git", ".gradus", "example-org", "target"] {
        assert!(!DOCKERIGNORE.contains(&format!("!{secret}")), "{secret}");
    }
    let last_stages = DOCKERFILE.split("\nFROM ").skip(3);
    let mut stages = 0;
    for stage in last_stages {
        stages += 1;
        let user = stage
            .lines()
            .filter_map(|line| line.strip_prefix("USER "))
            .next_back();
        let number = user.and_then(|user| user.split(':').next()?.parse::<u32>().ok());
        assert!(number.is_some_and(|number| number > 0), "{stage}");
        assert!(stage.contains("ENTRYPOINT [\"/usr/bin/gradus\"]"));
    }
    assert_eq!(stages, 2);
}

#[test]
fn the_list_of_changes_knows_this_version_and_the_format_that_it_writes() {
    let version = env!("CARGO_PKG_VERSION");
    let is_released = CHANGELOG.contains(&format!("\n## {version} - "));
    assert!(is_released || CHANGELOG.contains(&format!("To be {version},")));
    let unreleased = CHANGELOG.split("\n## ").nth(1).unwrap();
    assert!(
        unreleased.contains(&format!("Writes format {FORMAT},")),
        "or the present one is not said"
    );
    let page = include_str!("../../docs/format.md");
    assert!(page.starts_with(&format!("# The sealed site, format {FORMAT}\n")));
}

#[test]
fn every_shell_gets_completions_and_every_command_a_manual_page() {
    let here = crate::program::Program::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        here.run(&["completions", shell]).exits(0).prints("gradus");
    }
    here.run(&["man", "-o", "man"]).exits(0);
    let pages = crate::shell::files_below(&here.path("man"));
    for page in [
        "gradus.1",
        "gradus-build.1",
        "gradus-keys-new.1",
        "gradus-verify.1",
    ] {
        assert!(pages.iter().any(|known| known == page), "{page}: {pages:?}");
    }
}
