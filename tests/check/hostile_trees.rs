//! Five hundred trees that lead elsewhere, pretend or never end: nothing outside is read, nothing hangs, and each is told what is wrong with it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use gradus::tree::source;
use tempfile::TempDir;

use super::tree::{Tree, check_at};

/// Stands in every file outside; a word of it in any answer is a leak.
const CANARY: &str = "canary-of-the-outside";

/// Far more than the slowest takes; what hangs never comes back.
const PATIENCE: Duration = Duration::from_secs(60);

/// Files that an author may write, known and unknown.
const FILES: &[&str] = &[
    "gradus.toml",
    "rubrics/ic/track.toml",
    "rubrics/ic/l3.toml",
    "rubrics/ic/l9.toml",
    "cycles/2026-h1.toml",
    "cycles/2027-h1.toml",
    "people/ada/person.toml",
    "people/ada/log.toml",
    "people/ada/checkins.md",
    "people/ada/login.age",
    "people/ada/2026-h1/expectations.toml",
    "people/ada/2026-h1/self.md",
    "people/ada/2026-h1/self.md.age",
    "people/ada/2026-h1/peer-linus.md",
    "people/ada/2026-h1/review.md",
    "people/ada/2026-h1/response.md",
    "people/ada/2026-h1/plan.toml",
    "people/ada/2026-h1/pip.toml",
    "people/ada/2026-h1/files/graph.png",
    "people/ada/2026-h1/files/other.svg",
    "management/2026-h1/ada.toml",
    "management/notes/ada.md",
    "themes/own/own.css",
    "people/nobody-knows-this.toml",
];

/// Directories that an author may make.
const DIRECTORIES: &[&str] = &[
    "rubrics",
    "rubrics/ic",
    "rubrics/other",
    "cycles",
    "people",
    "people/eve",
    "people/ada",
    "people/ada/2026-h1",
    "people/ada/2027-h1",
    "people/ada/2026-h1/files",
    "management",
    "management/2026-h1",
    "management/notes",
    "themes",
    "themes/own",
];

/// What another place may be reached by.
fn ways(outside: &Path) -> Vec<PathBuf> {
    let up = "../".repeat(40);
    let relative = format!("{up}{}", outside.display());
    let mut ways = vec![
        outside.join("secret.toml"),
        outside.join("people"),
        outside.to_owned(),
        outside.join("again"),
        PathBuf::from(relative).join("secret.toml"),
    ];
    let others = [
        "/",
        "..",
        "/dev/zero",
        "/dev/random",
        "/dev/stdin",
        "/proc/self/environ",
        "/proc/self/root",
        "nowhere",
        "loop",
    ];
    ways.extend(others.map(PathBuf::from));
    ways
}

/// A place beside the trees that none of them may reach.
fn outside() -> TempDir {
    let outside = tempfile::tempdir().expect("a temporary directory");
    let secret = format!("name = \"{CANARY}\"\ntitle = \"{CANARY}\"\n{CANARY} = 1\n");
    fs::write(outside.path().join("secret.toml"), &secret).expect("a file");
    fs::create_dir(outside.path().join("people")).expect("a directory");
    for name in ["person.toml", "self.md", "own.css", "l3.toml"] {
        fs::write(outside.path().join("people").join(name), &secret).expect("a file");
    }
    symlink("secret.toml", outside.path().join("again")).expect("a link");
    outside
}

/// Everything that stands in a directory: paths and bytes.
fn contents(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = walkdir::WalkDir::new(directory).sort_by_file_name();
    let entries = entries.into_iter().map(|entry| entry.expect("an entry"));
    entries
        .map(|entry| {
            (
                entry.path().to_owned(),
                fs::read(entry.path()).unwrap_or_default(),
            )
        })
        .collect()
}

/// All that the program has to say of a tree, its themes too; fails where it does not come to an end.
fn answer(root: &Path, what: &str) -> String {
    let (tell, told) = mpsc::channel();
    let root = root.to_owned();
    std::thread::spawn(move || {
        let answer = match source::load(&root) {
            Err(error) => format!("{error:?}"),
            Ok(_) => format!("{:?}", check_at(&root)),
        };
        let themes = source::theme_files(&root, "own");
        let _ = tell.send(format!("{answer}\n{themes:?}"));
    });
    told.recv_timeout(PATIENCE)
        .unwrap_or_else(|_| panic!("{what} has no end"))
}

/// Puts something in the place of what a path names in the sample.
fn sample_with(path: &str, put: impl FnOnce(&Path)) -> Tree {
    let tree = Tree::sample();
    let place = tree.root().join(path);
    let _ = fs::remove_file(&place).or_else(|_| fs::remove_dir_all(&place)); // most are not there
    fs::create_dir_all(place.parent().expect("it lies in the tree")).expect("a directory");
    put(&place);
    tree
}

/// Asks about a tree, and gives what is said of it.
fn harmless(tree: &Tree, outside: &Path, what: &str) -> String {
    let before = contents(outside);
    let said = answer(&tree.root(), what);
    assert!(
        !said.contains(CANARY),
        "{what} shows what lies outside:\n{said}"
    );
    assert_eq!(
        contents(outside),
        before,
        "{what} changes what lies outside"
    );
    said
}

#[test]
fn no_link_leads_out_of_a_tree_or_in_circles() {
    let outside = outside();
    let mut trees = 0;
    let mut untold = Vec::new();
    for path in FILES.iter().chain(DIRECTORIES) {
        for way in ways(outside.path()) {
            let tree = sample_with(path, |place| {
                symlink(&way, place).expect("a link");
                let _ = symlink("loop", place.with_file_name("loop")); // once for a directory
            });
            let what = format!("{path} → {}", way.display());
            let said = harmless(&tree, outside.path(), &what);
            let is_told = ["E004", "E005", "E006", "W001", "Link", "NotFound", "Io"];
            if !is_told.iter().any(|word| said.contains(word)) {
                untold.push(format!("{what}: {said:.300}"));
            }
            trees += 1;
        }
    }
    assert!(untold.is_empty(), "{}", untold.join("\n"));
    assert!(trees >= 500, "{trees}");
}

#[test]
fn what_is_no_file_is_never_opened() {
    let outside = outside();
    for path in FILES {
        let pipe = sample_with(path, |place| {
            let made = std::process::Command::new("mkfifo").arg(place).status();
            assert!(made.expect("mkfifo").success());
        });
        let socket = sample_with(path, |place| {
            // Its name is longer than a socket's may be where the temporary directory lies deep.
            let _ = std::os::unix::net::UnixListener::bind(place);
        });
        let directory = sample_with(path, |place| fs::create_dir(place).expect("a directory"));
        for (kind, tree) in [
            ("a pipe", pipe),
            ("a socket", socket),
            ("a directory", directory),
        ] {
            harmless(&tree, outside.path(), &format!("{kind} at {path}"));
        }
    }
    for path in DIRECTORIES {
        let file = sample_with(path, |place| fs::write(place, "x").expect("a file"));
        harmless(&file, outside.path(), &format!("a file at {path}"));
    }
}

#[test]
fn a_file_of_a_hundred_gibibytes_is_refused_unread() {
    let outside = outside();
    for path in FILES {
        let tree = sample_with(path, |place| {
            let file = fs::File::create(place).expect("a file");
            file.set_len(100 << 30).expect("a sparse file");
        });
        let said = harmless(&tree, outside.path(), path);
        let is_told = ["E003", "E005", "W001", "TooLarge"];
        assert!(
            is_told.iter().any(|word| said.contains(word)),
            "{path}: {said:.400}"
        );
    }
}

#[test]
fn names_that_climb_or_collide_stay_names() {
    let outside = outside();
    let climbing = [
        "..",
        "../..",
        "../../../../../../etc",
        "/etc",
        "/",
        ".",
        "./people",
        "people/../..",
        "~",
        "~root",
        "$HOME",
        "C:\\",
        "\\\\host\\share",
        "..\\..",
        "%2e%2e",
        "a\\u0000b",
        "",
        " ",
        "con",
        "-rf",
        "--help",
        "HEAD",
        "HEAD:../x",
        "@{-1}",
        ":/x",
        "refs/heads/../../x",
    ];
    for name in climbing {
        let name = name.replace('\\', "\\\\").replace("\\\\u0000", "\\u0000");
        for (path, text) in [
            (
                "gradus.toml",
                format!("name = \"Tiny\"\ntheme = \"{name}\"\n"),
            ),
            (
                "gradus.toml",
                format!("name = \"Tiny\"\n[seal]\nkey_file = \"{name}\"\n"),
            ),
            (
                "cycles/2026-h1.toml",
                format!(
                    "title = \"H1\"\nstart = 2026-01-01\nend = 2026-06-30\nrubric = \"{name}\"\n"
                ),
            ),
            (
                "people/linus/person.toml",
                format!(
                    "name = \"L\"\nstart = 2025-01-01\n[[role]]\nfrom = 2025-01-01\nlevel = \"{name}\"\nmanager = \"{name}\"\n"
                ),
            ),
            (
                "people/ada/2026-h1/self.md",
                format!("+++\nby = \"{name}\"\n+++\n![x](<files/{name}>) [y](<{name}>)\n"),
            ),
        ] {
            let tree = Tree::sample().with(path, &text);
            let said = harmless(&tree, outside.path(), &format!("{name} in {path}"));
            assert!(!said.contains("root:x:"), "{name} in {path}");
        }
    }
}

#[test]
fn names_that_are_one_on_some_systems_are_told_apart_or_refused() {
    let outside = outside();
    let alike = [
        ["people/ada", "people/Ada"],
        ["people/ada", "people/ADA"],
        ["people/stra\u{df}e", "people/STRASSE"],
        ["people/caf\u{e9}", "people/cafe\u{301}"],
        ["people/\u{212a}im", "people/kim"],
        ["people/ada ", "people/ada."],
        ["people/ad\u{200b}a", "people/ada"],
        ["people/\u{430}da", "people/ada"],
        ["people/\u{202e}ada", "people/ada"],
        ["people/ada\u{1b}[2J", "people/ada"],
    ];
    for [one, other] in alike {
        let mut tree = Tree::sample();
        for name in [one, other] {
            let path = format!("{name}/person.toml");
            if !tree.root().join(&path).exists() {
                tree = tree.with(
                    &path,
                    "name = \"Two\"\nstart = 2025-01-01\n[[role]]\nfrom = 2025-01-01\n",
                );
            }
        }
        let said = harmless(&tree, outside.path(), one);
        assert!(
            said.contains("severity: Error") || said.contains("W001"),
            "{one} beside {other}: {said}"
        );
    }
}
