//! Links in and around `files/`: from every place to every target, nothing of what lies outside that very directory is
//! ever an attachment.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use gradus::domain::access::{Audiences, draw, plan};
use gradus::domain::model::{Date, Organisation};
use gradus::ground::diag::Severity;
use tempfile::TempDir;

use super::tree::Tree;

const OWN: &str = "people/ada/2026-h1";

/// What texts say before a word of their own.
const FRONTS: &[(&str, &str)] = &[
    (
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\ndate = 2026-07-03\n+++\n",
    ),
    (
        "people/ada/2026-h1/peer-linus.md",
        "+++\nby = \"linus\"\ndate = 2026-07-03\n+++\n",
    ),
    (
        "people/ada/2026-h1/review.md",
        "+++\nby = \"grace\"\ndate = 2026-07-10\n+++\n",
    ),
    (
        "people/ada/2026-h1/response.md",
        "+++\nby = \"ada\"\ndate = 2026-07-12\n+++\n",
    ),
    (
        "people/ada/2026-h1/plan.toml",
        "[[goal]]\nid = \"lead\"\ntext = \"\"\"\n",
    ),
    (
        "people/ada/2025-h2/review.md",
        "+++\nby = \"grace\"\ndate = 2026-01-10\n+++\n",
    ),
    ("people/ada/checkins.md", "## 2026-03-20\n\n"),
    (
        "people/linus/2026-h1/self.md",
        "+++\nby = \"linus\"\ndate = 2026-07-03\n+++\n",
    ),
    (
        "people/linus/2026-h1/peer-ada.md",
        "+++\nby = \"ada\"\ndate = 2026-07-03\n+++\n",
    ),
    ("management/notes/ada.md", "## 2026-03-20\n\n"),
    (
        "management/2026-h1/ada.toml",
        "by = \"grace\"\ndate = 2026-07-14\nneeds = [\"x\"]\n# ",
    ),
    (
        "archive/old.md",
        "+++\nby = \"ada\"\ndate = 2026-07-03\n+++\n",
    ),
    ("people/ada/2026-h1/files/own.txt", ""),
    ("people/ada/2026-h1/files/own.png", ""),
    ("people/ada/2025-h2/files/other.png", ""),
    ("people/linus/2026-h1/files/theirs.png", ""),
    (".gradus/site.key", ""),
];

/// Confidential to the subject, so that no link may bring a word of it there.
const NOT_FOR_ADA: &[&str] = &[
    "people/ada/2026-h1/peer-linus.md",
    "people/ada/2026-h1/review.md",
    "people/ada/2025-h2/review.md",
    "people/linus/2026-h1/self.md",
    "people/linus/2026-h1/files/theirs.png",
    "management/notes/ada.md",
    "management/2026-h1/ada.toml",
    ".gradus/site.key",
];

/// Places in the very directory, and the directory itself.
const IN_FILES: &[&str] = &[
    "files/a.txt",
    "files/a.png",
    "files/a.svg",
    "files/a.txt.age",
    "files/own.png",
    "files/peer-linus.md",
    "files/sub",
    "files/sub/a.txt",
    "files",
];

/// Other places in a person's directory.
const AROUND: &[&str] = &[
    "people/ada",
    "people/ada/2025-h2",
    "people/ada/2026-h1",
    "people/ada/2027-h1",
    "people/ada/person.toml",
    "people/ada/log.toml",
    "people/ada/checkins.md",
    "people/ada/login.age",
    "people/ada/2025-h2/files",
    "people/ada/2025-h2/self.md",
    "people/ada/2026-h1/expectations.toml",
    "people/ada/2026-h1/self.md",
    "people/ada/2026-h1/self.md.age",
    "people/ada/2026-h1/peer-linus.md",
    "people/ada/2026-h1/peer-grace.md",
    "people/ada/2026-h1/review.md",
    "people/ada/2026-h1/response.md",
    "people/ada/2026-h1/plan.toml",
    "people/ada/2026-h1/pip.toml",
];

/// The word that a file holds and no other one does.
fn word(path: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    format!("canary-{}-", path.chars().map(plain).collect::<String>())
}

fn organisation() -> Tree {
    let settings = "name = \"Tiny\"\nas_of = 2026-11-15\n";
    let tree = Tree::sample().with("gradus.toml", settings);
    let tree = tree.with(
        "cycles/2027-h1.toml",
        "title = \"H1\"\nstart = 2027-01-01\nend = 2027-06-30\n",
    );
    FRONTS.iter().fold(tree, |tree, (path, front)| {
        let end = if path.ends_with("plan.toml") {
            "\"\"\""
        } else {
            ""
        };
        tree.with(path, &format!("{front}{}\n{end}\n", word(path)))
    })
}

fn outside() -> TempDir {
    let outside = tempfile::tempdir().expect("a temporary directory");
    fs::write(outside.path().join("secret.txt"), word("outside")).expect("a file");
    outside
}

/// Every file and directory of a tree, relative to it.
fn all_of(root: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(root).sort_by_file_name();
    let entries = entries.into_iter().map(|entry| entry.expect("an entry"));
    let within = |entry: walkdir::DirEntry| entry.path().strip_prefix(root).map(Path::to_owned);
    entries
        .map(within)
        .map(|path| path.expect("it lies there"))
        .collect()
}

/// What a link at a place may say to lead there: from where it stands, and from the root of the disk.
fn ways(root: &Path, place: &str, target: &Path) -> [PathBuf; 2] {
    let up = "../".repeat(place.matches('/').count());
    [PathBuf::from(up).join(target), root.join(target)]
}

/// The words of attachments, each with the directory that its file should lie in.
fn attached(org: &Organisation) -> Vec<(String, String)> {
    let people = org.people.iter();
    let cycles = people.flat_map(|(id, person)| {
        let cycles = person.cycles.iter();
        cycles.map(move |(cycle, of)| (format!("people/{id}/{cycle}/files"), of))
    });
    let files = cycles.flat_map(|(directory, of)| {
        let files = of.files.values();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        files.map(move |file| (directory.clone(), text(&file.bytes)))
    });
    files.collect()
}

/// Everything that a person opens, attachments as text.
fn read_by(org: &Organisation, person: &str) -> String {
    let today: Date = "2026-11-15".parse().expect("a day");
    let audiences = Audiences::new(org, today);
    let sections = plan(org, today);
    let own = sections.sections.iter().filter(|planned| {
        let mut readers = planned.section.readers.iter();
        readers.any(|reader| reader.person.as_str() == person)
    });
    own.map(|planned| format!("{:?}", draw(&audiences, planned).content))
        .collect()
}

/// A tree with room for a link in one place, one after the other.
struct Room {
    tree: Tree,
    at: PathBuf,
    what: String,
}

impl Room {
    fn at(place: &str) -> Self {
        let mut tree = organisation();
        if let Some(name) = place.strip_prefix(&format!("{OWN}/files/")) {
            let own = fs::read_to_string(tree.root().join(OWN).join("self.md"));
            let own = format!("{}\n[shown](files/{name})\n", own.expect("it is there"));
            tree = tree.with_bytes(&format!("{OWN}/self.md"), own.as_bytes());
        }
        let at = tree.root().join(place);
        let _ = fs::remove_file(&at).or_else(|_| fs::remove_dir_all(&at)); // most are not there
        fs::create_dir_all(at.parent().expect("it lies in the tree")).expect("a directory");
        Self {
            tree,
            at,
            what: place.to_owned(),
        }
    }

    /// Puts a link there instead of the one before.
    fn link(&mut self, place: &str, way: &Path) {
        let _ = fs::remove_file(&self.at); // the first time there is none
        symlink(way, &self.at).expect("a link");
        self.what = format!("{place} -> {}", way.display());
    }

    /// Fails where an attachment holds a word of a file outside its directory; whether there is an organisation.
    fn shows_nothing_else(&self) -> bool {
        let (organisation, report) = self.tree.check();
        let Some(organisation) = organisation else {
            let mut told = report.diagnostics.iter();
            assert!(
                told.any(|one| one.severity == Severity::Error),
                "{}",
                self.what
            );
            return false;
        };
        for (directory, text) in attached(&organisation) {
            let real = self
                .tree
                .root()
                .join(&directory)
                .canonicalize()
                .expect("it is there");
            let root = self.tree.root().canonicalize().expect("it is there");
            let real = real.strip_prefix(&root).expect("it lies in the tree");
            let own = word(&format!("{}/", real.display()));
            let own = own.trim_end_matches('-');
            let foreign = text
                .match_indices("canary-")
                .find(|(at, _)| !text[*at..].starts_with(own));
            assert!(foreign.is_none(), "{}: {directory} shows {text}", self.what);
        }
        let read = read_by(&organisation, "ada");
        for path in NOT_FOR_ADA {
            assert!(
                !read.contains(&word(path)),
                "{}: ada reads {path}",
                self.what
            );
        }
        true
    }
}

#[test]
fn the_organisation_of_these_tests_is_in_order_and_its_subject_reads_no_confidential_word() {
    let (organisation, report) = organisation().check();
    let organisation = organisation.unwrap_or_else(|| panic!("{:?}", report.diagnostics));
    let read = read_by(&organisation, "ada");
    assert!(read.contains(&word("people/ada/2026-h1/self.md")));
    for path in NOT_FOR_ADA {
        assert!(!read.contains(&word(path)), "ada reads {path}");
    }
}

#[test]
fn no_link_in_files_leads_to_anything_outside_of_that_very_directory() {
    let outside = outside();
    let (mut tried, mut taken) = (0, 0);
    for place in IN_FILES {
        let place = format!("{OWN}/{place}");
        let mut room = Room::at(&place);
        let root = room.tree.root();
        let targets = all_of(&root);
        let targets = targets
            .iter()
            .flat_map(|target| ways(&root, &place, target));
        let up = PathBuf::from("../".repeat(40));
        let away = ["secret.txt", ""].map(|name| outside.path().join(name));
        let relative = away
            .clone()
            .map(|path| up.join(path.strip_prefix("/").expect("an absolute path")));
        for way in targets.chain(away).chain(relative).collect::<Vec<_>>() {
            room.link(&place, &way);
            let files = root.join(OWN).join("files").canonicalize();
            let stays = room.at.canonicalize().is_ok_and(|to| {
                to.is_file() && to.parent() == files.ok().as_deref() && !place.ends_with(".age")
            });
            let is_taken = room.shows_nothing_else();
            assert!(stays || !is_taken, "{} is taken", room.what);
            tried += 1;
            taken += u32::from(is_taken);
        }
    }
    assert!(tried > 500 && taken > 0, "{taken} of {tried}");
}

#[test]
fn no_link_around_files_brings_a_word_to_whom_it_is_not_for() {
    let (mut tried, mut taken) = (0, 0);
    for place in AROUND {
        let mut room = Room::at(place);
        let root = room.tree.root();
        for target in all_of(&root) {
            let [way, _] = ways(&root, place, &target);
            room.link(place, &way);
            tried += 1;
            taken += u32::from(room.shows_nothing_else());
        }
    }
    assert!(tried > 500 && taken > 0, "{taken} of {tried}");
}

#[test]
fn two_names_of_one_file_are_one_attachment_of_the_text_that_it_belongs_to() {
    let with = |own: &str| {
        let tree = Tree::sample().with(&format!("{OWN}/files/secret.png"), "secret");
        let tree = tree.with(
            &format!("{OWN}/peer-linus.md"),
            "+++\nby = \"linus\"\ndate = 2026-07-03\n+++\n![](files/secret.png)\n",
        );
        let tree = tree.with(
            &format!("{OWN}/self.md"),
            &format!("+++\nby = \"ada\"\ndate = 2026-07-03\n+++\n![](files/{own})\n"),
        );
        symlink("secret.png", tree.root().join(OWN).join("files/alias.png")).expect("a link");
        symlink("alias.png", tree.root().join(OWN).join("files/again.png")).expect("a link");
        tree
    };
    for own in ["alias.png", "again.png", "secret.png"] {
        with(own)
            .about(&format!("{OWN}/self.md"))
            .complains(&["E058"]);
    }
    let organisation = with("graph.png")
        .check()
        .0
        .expect("no text shows another's");
    let files = &organisation.people["ada"].cycles["2026-h1"].files;
    let led: Vec<_> = files
        .values()
        .map(|file| (&*file.name, &*file.file))
        .collect();
    let expected = [
        ("again.png", "secret.png"),
        ("alias.png", "secret.png"),
        ("graph.png", "graph.png"),
        ("secret.png", "secret.png"),
    ];
    assert_eq!(led, expected);
}

#[test]
fn a_link_to_a_hidden_or_a_sealed_neighbour_is_no_attachment() {
    for (name, target) in [
        ("a.png", ".hidden"),
        ("a.png", "b.png.age"),
        ("a.png.age", "graph.png"),
    ] {
        let tree = Tree::sample().with(&format!("{OWN}/files/{target}"), "words");
        symlink(target, tree.root().join(OWN).join("files").join(name)).expect("a link");
        let told = tree.diagnostics();
        assert!(
            told.iter().any(|one| one.code == "E004"),
            "{name} -> {target}: {told:?}"
        );
    }
}
