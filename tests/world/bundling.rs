//! The build script, run by itself in a small repository, with stand-ins for Node and npm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::program::Program;
use crate::shell::files_below;

const BUNDLES: [&str; 4] = ["portable.js", "preview.js", "viewer-hybrid.js", "viewer.js"];

/// The compiled build script, and the folder that holds it.
static SCRIPT: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("build");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("build.rs");
    let compiled = Command::new("rustc")
        .args(["--edition", "2024", "-o"])
        .arg(&script)
        .arg(source)
        .status();
    assert!(compiled.expect("rustc starts").success());
    (folder, script)
});

/// A repository with as much in it as the script reads.
struct Repository {
    here: Program,
}

impl Repository {
    fn new() -> Self {
        let here = Program::new();
        for file in [
            "allowlist.json",
            "build.mjs",
            "package.json",
            "package-lock.json",
            "tsconfig.json",
            "src/main.ts",
        ] {
            here.write(&format!("viewer/{file}"), file);
        }
        here.write("example-org/gradus.toml", "name = \"Example\"");
        here.write("example-org/.gradus/site.key", "a key");
        here.write("example-org/public/index.html", "a built site");
        here.write("called", "");
        Self { here }
    }

    /// Puts stand-ins where programs are looked for.
    fn with_node(self) -> Self {
        let note = "#!/bin/sh\n[ \"$1\" != --version ] || { echo v20.19.4; exit 0; }\n";
        let called = self.here.path("called").display().to_string();
        let bundles = BUNDLES.map(|name| format!("echo bundle > \"$2/{name}\"\n"));
        let node = format!(
            "{note}echo node >> {called}\nmkdir -p \"$2\"\n{}",
            bundles.concat()
        );
        self.with("node", &node)
            .with("npm", &format!("{note}echo \"npm $1\" >> {called}\n"))
    }

    /// Puts a stand-in where programs are looked for, in the place of one that is there.
    fn with(self, program: &str, script: &str) -> Self {
        let path = format!("programs/{program}");
        self.here.write(&path, script);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(self.here.path(&path), mode).expect("a program");
        self
    }

    /// Runs the script as cargo does for a profile; gives what it says to cargo.
    fn build(&self, profile: &str) -> String {
        let out = self.out(profile);
        fs::create_dir_all(&out).expect("a folder");
        let programs = self.here.path("programs").display().to_string();
        let of_system = if Path::new(&programs).exists() {
            ":/usr/bin:/bin"
        } else {
            ""
        };
        let ran = Command::new(&SCRIPT.1)
            .env_clear()
            .env("PATH", format!("{programs}{of_system}"))
            .env("CARGO_MANIFEST_DIR", self.here.path(""))
            .env("OUT_DIR", out)
            .output()
            .expect("the script starts");
        String::from_utf8(ran.stdout).expect("text")
    }

    fn out(&self, profile: &str) -> PathBuf {
        self.here
            .path(&format!("target/{profile}/build/gradus-0/out"))
    }

    fn called(&self) -> String {
        self.here.read("called")
    }
}

fn said<'s>(output: &'s str, kind: &str) -> Vec<&'s str> {
    let lines = output.lines();
    lines.filter_map(|line| line.strip_prefix(kind)).collect()
}

#[test]
fn an_unchanged_viewer_is_bundled_once_for_all_profiles_and_its_packages_are_fetched_once() {
    let repository = Repository::new().with_node();
    let first = repository.build("debug");
    assert_eq!(said(&first, "cargo::warning=").len(), 1, "{first}");
    assert_eq!(repository.called(), "npm ci\nnode\n");
    for profile in ["debug", "release"] {
        let again = repository.build(profile);
        assert_eq!(said(&again, "cargo::warning="), [""; 0]);
        for bundle in BUNDLES {
            assert!(
                repository.out(profile).join(bundle).exists(),
                "{profile} {bundle}"
            );
        }
    }
    assert_eq!(repository.called(), "npm ci\nnode\n");
    repository.here.write("viewer/src/main.ts", "changed");
    repository.build("debug");
    assert_eq!(repository.called(), "npm ci\nnode\nnode\n");
}

#[test]
fn without_node_one_line_says_what_a_build_needs_before_anything_is_made() {
    let repository = Repository::new();
    let output = repository.build("debug");
    let [error] = said(&output, "cargo::error=")[..] else {
        panic!("{output}");
    };
    for word in [
        "there is no `node`",
        "Node.js 20",
        "npm",
        "GRADUS_VIEWER_DIST",
    ] {
        assert!(error.contains(word), "{error}");
    }
    assert_eq!(
        files_below(&repository.here.path("target/viewer")),
        ["lock"]
    );
}

#[test]
fn a_node_that_is_too_old_is_refused_before_anything_is_made() {
    let old = "#!/bin/sh\necho v18.20.4\n";
    let repository = Repository::new().with_node().with("node", old);
    let output = repository.build("debug");
    let [error] = said(&output, "cargo::error=")[..] else {
        panic!("{output}");
    };
    assert!(error.contains("`node` is v18.20.4; "), "{error}");
    assert!(error.contains("Node.js 20 or newer"), "{error}");
    assert_eq!(repository.called(), "");
}

#[test]
fn where_npm_fails_its_own_words_are_passed_on() {
    let npm = "#!/bin/sh\n[ \"$1\" != --version ] || exit 0\n\
        for line in 'code ENOTFOUND' 'request failed' 'A complete log is in x'; do echo \"npm error $line\" >&2; done\nexit 1\n";
    let repository = Repository::new().with_node().with("npm", npm);
    let output = repository.build("debug");
    let [first, rest @ ..] = &said(&output, "cargo::error=")[..] else {
        panic!("{output}");
    };
    assert!(first.contains("`npm` failed"), "{first}");
    assert!(first.contains("the network once"), "{first}");
    let words = ["code ENOTFOUND", "request failed", "A complete log is in x"];
    assert_eq!(rest, words.map(|word| format!("npm error {word}")));
    // What failed is done again, not taken for done.
    let repaired = repository.with_node();
    repaired.build("debug");
    assert_eq!(repaired.called(), "npm ci\nnode\n");
}

#[test]
fn a_package_with_built_bundles_needs_no_node() {
    let repository = Repository::new();
    for bundle in BUNDLES {
        repository
            .here
            .write(&format!("viewer/dist/{bundle}"), "ready");
    }
    let output = repository.build("release");
    assert_eq!(said(&output, "cargo::error="), [""; 0]);
    let out = repository.out("release");
    assert_eq!(
        fs::read_to_string(out.join("viewer.js")).expect("a bundle"),
        "ready"
    );
    assert!(!repository.here.path("target/viewer").exists());
}

#[test]
fn the_example_is_carried_without_what_was_built_from_it() {
    let repository = Repository::new().with_node();
    repository.build("debug");
    let list = fs::read_to_string(repository.out("debug").join("example.rs")).expect("a list");
    assert!(list.contains("(\"gradus.toml\", include_bytes!("));
    assert!(list.contains("(\".gradus/site.key\", include_bytes!("));
    assert!(!list.contains("public"));
}
