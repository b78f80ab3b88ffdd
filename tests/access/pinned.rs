//! Sections for managers, and the older rubrics in which cycles are judged.

use std::process::Command;

use gradus::build::acceptance::{Acceptance, accept};
use gradus::build::pipeline;
use gradus::domain::access::Lock;

use super::company::{TODAY, day};

/// A tree on disk.
struct Tree(tempfile::TempDir);

const SECTION: &str = "[[section]]\ntitle = \"Pay\"\ntext = \"Bands\"\n";
const KEPT: &str = "readers = \"managers\"\n";
const KEPT_SENTENCE: &str = "is gone, and with it the `readers` line that kept it for `managers`, from everyone who reads the rubric";

impl Tree {
    /// A rubric with a section about pay for managers, and a cycle that is judged by `pin`.
    fn new(pin: &str) -> Self {
        let tree = Self(tempfile::tempdir().expect("a directory"));
        tree.write("gradus.toml", "name = \"A\"\n");
        tree.rubric("rubrics", KEPT);
        tree.pin(pin);
        tree
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// A rubric with the section, and whoever reads it.
    fn rubric(&self, directory: &str, readers: &str) {
        self.section(directory, &format!("{SECTION}{readers}"));
    }

    fn section(&self, directory: &str, section: &str) {
        self.write(&format!("{directory}/ic/track.toml"), "title = \"IC\"\n");
        let level = format!("title = \"Engineer\"\nrank = 1\n{section}");
        self.write(&format!("{directory}/ic/l1.toml"), &level);
    }

    fn pin(&self, pin: &str) {
        let cycle = format!("title = \"H1\"\nstart = 2025-01-01\nend = 2025-06-30\n{pin}\n");
        self.write("cycles/2025-h1.toml", &cycle);
    }

    fn git(&self, arguments: &[&str]) {
        let ran = Command::new("git")
            .current_dir(self.0.path())
            .args(["-c", "user.name=a", "-c", "user.email=a@a"])
            .args(arguments)
            .output();
        assert!(ran.expect("git").status.success(), "{arguments:?}");
    }

    /// Keeps the tree as it is, under a name.
    fn tag(&self, name: &str) {
        self.git(&["add", "."]);
        self.git(&["commit", "-qm", name]);
        self.git(&["tag", name]);
    }

    fn found(&self) -> Acceptance {
        let source = gradus::tree::source::load(self.0.path()).expect("a tree");
        let (org, report) = gradus::tree::check::check(&source);
        let org = org.unwrap_or_else(|| panic!("{:?}", report.diagnostics));
        Acceptance::of(&source, &org, day(TODAY))
    }

    fn accept(self) -> Self {
        let (org, _) = pipeline::load(self.0.path(), day(TODAY)).expect("a tree");
        accept(self.0.path(), &Lock::of(&org.expect("it is valid"))).expect("a lock");
        assert_eq!(self.told(), "");
        self
    }

    /// Where and what, a line for each.
    fn told(&self) -> String {
        let found = self.found();
        let lines = found.report.diagnostics.iter();
        let lines = lines.map(|told| format!("{}: {}\n", told.place.file, told.message));
        lines.collect()
    }

    fn is_wider(&self, line: &str) {
        assert_eq!(self.told(), format!("{line}\n"));
        assert!(!self.found().permits_a_build());
    }
}

#[test]
fn another_pinned_directory_in_which_the_section_is_open_is_told() {
    let tree = Tree::new("rubric = \"rubrics-2024\"");
    tree.rubric("rubrics-2024", KEPT);
    let tree = tree.accept();
    tree.rubric("rubrics-2023", "");
    tree.pin("rubric = \"rubrics-2023\"");
    let told = tree.told();
    let open = "rubrics-2023/ic/l1.toml: everyone who reads the rubric would read `Pay` of `rubrics-2023`, so far for managers";
    assert!(told.contains(open), "{told}");
    assert!(told.contains(KEPT_SENTENCE), "{told}");
    assert!(!tree.found().permits_a_build());
    tree.accept();
}

#[test]
fn another_pinned_directory_in_which_the_title_is_another_is_told() {
    let tree = Tree::new("rubric = \"rubrics-2024\"");
    tree.rubric("rubrics-2024", KEPT);
    let tree = tree.accept();
    let open = SECTION.replace("Pay", "Bands");
    tree.section("rubrics-2023", &open);
    tree.pin("rubric = \"rubrics-2023\"");
    tree.is_wider(&format!(
        "access.lock: `rubrics-2024/ic/l1.toml#Pay` {KEPT_SENTENCE}"
    ));
    tree.accept();
}

#[test]
fn a_first_pin_to_a_rubric_in_which_a_kept_section_is_open_is_told() {
    let tree = Tree::new("").accept();
    tree.rubric("rubrics-2023", "");
    tree.pin("rubric = \"rubrics-2023\"");
    tree.is_wider("rubrics-2023/ic/l1.toml: everyone who reads the rubric would read `Pay` of `rubrics-2023`, so far for managers");
    // What was accepted is recorded, and asked no second time.
    let tree = tree.accept();
    let lock = std::fs::read_to_string(tree.0.path().join("access.lock")).expect("a lock");
    let mut lines = lock.lines();
    let line = lines.find(|line| line.starts_with("\"rubrics-2023/ic/l1.toml#Pay\" = {"));
    assert!(
        line.is_some_and(|line| line.ends_with("= [\"org\"] }")),
        "{lock}"
    );
}

#[test]
fn a_section_that_becomes_one_for_managers_asks_nothing_of_what_was_pinned_before() {
    let tree = Tree::new("rubric = \"rubrics-2023\"");
    tree.rubric("rubrics", "");
    tree.rubric("rubrics-2023", "");
    let tree = tree.accept();
    tree.rubric("rubrics", KEPT);
    assert!(tree.found().permits_a_build(), "{}", tree.told());
}

#[test]
fn a_cycle_that_is_judged_by_the_rubric_in_force_again_asks_nothing() {
    let tree = Tree::new("rubric = \"rubrics-2024\"");
    tree.rubric("rubrics-2024", KEPT);
    let tree = tree.accept();
    tree.pin("");
    assert!(tree.found().permits_a_build(), "{}", tree.told());
    // But where that shows what the older one kept, it does.
    tree.rubric("rubrics", "");
    tree.is_wider(
        "rubrics/ic/l1.toml: everyone who reads the rubric would read `Pay`, so far for managers",
    );
}

#[test]
fn a_revision_in_which_the_section_is_open_or_has_another_title_is_told() {
    let tree = Tree::new("");
    tree.git(&["init", "-q"]);
    tree.rubric("rubrics", "");
    tree.tag("open");
    tree.section("rubrics", &SECTION.replace("Pay", "Bands"));
    tree.tag("renamed");
    tree.rubric("rubrics", KEPT);
    tree.tag("kept");
    tree.pin("rubric = \"kept\"");
    let tree = tree.accept();
    tree.pin("rubric = \"open\"");
    let told = tree.told();
    let open = "open:rubrics/ic/l1.toml: everyone who reads the rubric would read `Pay` of `open`, so far for managers";
    assert!(told.contains(open), "{told}");
    let gone = format!("access.lock: `kept/ic/l1.toml#Pay` {KEPT_SENTENCE}");
    assert!(told.contains(&gone), "{told}");
    tree.pin("rubric = \"renamed\"");
    tree.is_wider(&gone);
}

#[test]
fn a_tag_that_moves_to_where_the_section_is_open_is_told() {
    let tree = Tree::new("rubric = \"now\"");
    tree.git(&["init", "-q"]);
    tree.tag("now");
    let tree = tree.accept();
    tree.section("rubrics", &SECTION.replace("Pay", "Bands"));
    tree.git(&["add", "."]);
    tree.git(&["commit", "-qm", "renamed"]);
    tree.git(&["tag", "-f", "now"]);
    tree.rubric("rubrics", KEPT);
    // The text is told where it is found, and its name where it was.
    let found = "everyone who reads the rubric would read `Bands` of `now`, so far for managers";
    tree.is_wider(&format!(
        "now:rubrics/ic/l1.toml: `now/ic/l1.toml#Pay` {KEPT_SENTENCE}\nnow:rubrics/ic/l1.toml: {found}"
    ));
}
