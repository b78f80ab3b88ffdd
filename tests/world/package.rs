//! What is handed out: the image, the package, the list of changes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gradus::sealed::seal::FORMAT;

const DOCKERFILE: &str = include_str!("../../Dockerfile");
const DOCKERIGNORE: &str = include_str!("../../.dockerignore");
const CHANGELOG: &str = include_str!("../../CHANGELOG.md");

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

/// The files of the repository that the compiler and the build script read for the program, as they noted them.
fn read_for_the_program() -> BTreeSet<PathBuf> {
    let built = Path::new(env!("CARGO_BIN_EXE_gradus"))
        .parent()
        .expect("it lies in a folder");
    let of_program = |notes: &String| notes.contains(" src/main.rs");
    let of_library = |notes: &String| notes.contains(".rlib: ");
    let compiled = [
        newest(&built.join("deps"), ".d", of_program),
        newest(&built.join("deps"), ".d", of_library),
    ];
    let compiled = compiled
        .iter()
        .filter_map(|notes| notes.lines().next()?.split_once(": "));
    let files = compiled.flat_map(|(_, files)| files.split_whitespace());
    let script = newest(&built.join("build"), "/output", |_| true);
    let watched = script
        .lines()
        .filter_map(|line| line.strip_prefix("cargo::rerun-if-changed="));
    let own = files.chain(watched).filter_map(|file| {
        let file = root().join(file).canonicalize().ok()?;
        Some(file.strip_prefix(root()).ok()?.to_owned())
    });
    own.filter(|file| !file.starts_with("target")).collect()
}

/// The text that was written last of those about this package which are wanted.
fn newest(folder: &Path, ending: &str, is_wanted: impl Fn(&String) -> bool) -> String {
    let entries = fs::read_dir(folder).expect("cargo's folder").flatten();
    let own = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("gradus-"));
    let paths = own.map(|entry| match ending.strip_prefix('/') {
        Some(file) => entry.path().join(file),
        None => entry.path(),
    });
    let paths = paths.filter(|path| path.to_string_lossy().ends_with(ending));
    let mut texts: Vec<_> = paths
        .filter_map(|path| {
            Some((
                fs::metadata(&path).ok()?.modified().ok()?,
                fs::read_to_string(path).ok()?,
            ))
        })
        .filter(|(_, text)| is_wanted(text))
        .collect();
    texts.sort();
    texts.pop().expect("cargo has built the program").1
}

/// The files of the package that would be published.
fn packaged() -> Vec<PathBuf> {
    let listed = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline", "--quiet"])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(listed.status.success(), "{listed:?}");
    let listed = String::from_utf8(listed.stdout).expect("text");
    listed.lines().map(PathBuf::from).collect()
}

#[test]
fn all_that_the_program_was_compiled_from_is_in_image_and_package() {
    let packaged = packaged();
    let read = read_for_the_program();
    assert!(
        read.contains(Path::new("src/main.rs")) && read.len() > 300,
        "{read:?}"
    );
    for file in read {
        let is_packaged = packaged.iter().any(|known| known.starts_with(&file));
        assert!(is_packaged, "{} is not packaged", file.display());
        let in_image = copied().iter().any(|source| file.starts_with(source));
        assert!(in_image, "{} is not in the image", file.display());
    }
    let built = packaged
        .iter()
        .find(|file| file.starts_with("example-org/public"));
    assert_eq!(built, None, "nothing that was built is packaged");
}

#[test]
fn nothing_secret_reaches_an_image_and_nobody_is_root_in_it() {
    assert_eq!(
        DOCKERIGNORE.lines().find(|line| !line.starts_with('#')),
        Some("*")
    );
    for secret in [".git", ".gradus", "example-org/public", "target"] {
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
