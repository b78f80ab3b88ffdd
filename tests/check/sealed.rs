//! Trees in which files are sealed: checked without a key as far as that goes, with one as if they were open.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use gradus::domain::model::Identity;
use gradus::tree::at_rest::{SealTo, seal};
use gradus::tree::check;
use gradus::tree::source::{self, FileKind, Given, Identities, Outside, ProblemKind};

use super::tree::Tree;

fn codes(tree: &Tree) -> Vec<(&'static str, String)> {
    let diagnostics = tree.diagnostics().into_iter();
    diagnostics
        .map(|d| (d.code, d.place.file.to_string()))
        .collect()
}

fn builder() -> (Identity, SealTo) {
    let identity = Identity::generate();
    let to = SealTo::new([identity.recipient()]).expect("a key");
    (identity, to)
}

/// The sample with texts that refer to one another in every way.
fn entangled() -> Tree {
    Tree::sample()
        .with(
            "people/ada/2026-h1/review.md",
            "+++\nby = \"grace\"\ndate = 2026-07-10\n[outcome]\nauth = \"met\"\n[ratings]\ntechnical = { is = \"meets\", level = \"ic/l4\" }\n+++\n\n## auth\n\nSee ![the graph](files/graph.png).\n",
        )
        .with(
            "people/linus/2026-q2/expectations.toml",
            "agreed = 2026-04-01\n[[expectation]]\nid = \"pager\"\ntext = \"Carry\"\naims = \"ic/l4\"\ncompetencies = [\"technical\"]\n",
        )
        .with(
            "people/ada/2025-h2/peer-linus.md",
            "+++\nby = \"linus\"\ndate = 2026-01-05\n+++\n",
        )
        .with(
            "management/2026-h1/ada.toml",
            "by = \"grace\"\ndate = 2026-07-14\nalignment = \"at\"\n",
        )
}

fn files_below(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files_below(&path, found)
        } else {
            found.push(path)
        }
    }
}

#[test]
fn whatever_is_sealed_is_one_warning_and_misleads_no_other_check() {
    let paths = {
        let tree = entangled();
        assert_eq!(codes(&tree), []);
        let mut files = Vec::new();
        files_below(&tree.root(), &mut files);
        let root = tree.root();
        let below = files
            .iter()
            .map(|file| file.strip_prefix(&root).expect("in the tree"));
        below.map(Path::to_owned).collect::<Vec<_>>()
    };
    let (identity, to) = builder();
    let identities = Given::from(Identities::from_iter([identity]));
    for path in paths
        .iter()
        .filter(|path| *path != Path::new("gradus.toml"))
    {
        let tree = entangled();
        let (open, _) = tree.check();
        seal(&tree.root().join(path), &to).expect("a sealed file");
        let shown = format!("{}.age", path.display());
        assert_eq!(codes(&tree), [("W008", shown.clone())], "{shown}");
        assert!(
            tree.check().0.is_none(),
            "{shown}: nothing is made without it"
        );
        let source = source::load_with(&tree.root(), &identities).expect("a tree");
        let (organisation, report) = check::check(&source);
        assert!(report.diagnostics.is_empty(), "{shown}");
        assert_eq!(organisation, open, "{shown}");
    }
}

#[test]
fn the_same_file_sealed_and_in_the_open_is_an_error() {
    let tree = entangled();
    let review = tree.root().join("people/ada/2026-h1/review.md");
    let open = fs::read(&review).expect("the review");
    let (_, to) = builder();
    seal(&review, &to).expect("a sealed file");
    fs::write(&review, open).expect("the review again");
    let sealed = "people/ada/2026-h1/review.md.age".to_owned();
    assert_eq!(codes(&tree), [("E040", sealed)]);
}

#[test]
fn a_sealed_file_that_changes_is_read_again_with_the_same_keys() {
    let tree = entangled();
    let review = tree.root().join("people/ada/2026-h1/review.md");
    let words = fs::read_to_string(&review).expect("the review");
    let (identity, to) = builder();
    let identities = Given::from(Identities::from_iter([identity]));
    let mut source = source::load_with(&tree.root(), &identities).expect("a tree");
    let sealed = seal(&review, &to).expect("a sealed file");
    let real = |path: &Path| {
        let folder = path.parent().expect("a folder").canonicalize();
        folder
            .expect("a folder")
            .join(path.file_name().expect("a name"))
    };
    let paths = BTreeSet::from([real(&review), real(&sealed)]);
    let same_as_anew = |source: &source::Source| {
        let anew = source::load_with(&tree.root(), &identities).expect("a tree");
        assert_eq!(source.files, anew.files);
        assert_eq!(source.texts, anew.texts);
        assert_eq!(source.problems, anew.problems);
    };
    let before = source.inputs();
    source.reload(&paths).expect("a tree");
    assert_ne!(source.inputs().people["ada"], before.people["ada"]);
    same_as_anew(&source);
    fs::remove_file(&sealed).expect("the sealed file");
    fs::write(
        &review,
        words.replace("auth = \"met\"", "auth = \"partly\""),
    )
    .expect("the review");
    seal(&review, &to).expect("a sealed file");
    let before = source.inputs();
    source.reload(&paths).expect("a tree");
    assert_ne!(source.inputs().people["ada"], before.people["ada"]);
    assert_eq!(source.inputs().people["linus"], before.people["linus"]);
    same_as_anew(&source);
    fs::write(&sealed, "no age file").expect("a damaged file");
    source.reload(&paths).expect("a tree");
    same_as_anew(&source);
    let unopened = |problem: &source::Problem| {
        matches!(
            &problem.what,
            ProblemKind::Unopened {
                kind: FileKind::InCycle { .. },
                ..
            }
        )
    };
    assert!(source.problems.iter().any(unopened));
}

#[test]
fn a_moved_people_directory_may_be_sealed_too() {
    let (identity, to) = builder();
    let elsewhere = Tree::sample();
    let tree = Tree::sample().without("people").with(
        "gradus.toml",
        "name = \"Tiny\"\n[sources]\npeople = \"apart\"\n",
    );
    fs::rename(elsewhere.root().join("people"), tree.root().join("apart")).expect("a move");
    let plan = tree.root().join("apart/ada/2025-h2/plan.toml");
    let lies = source::lies(&tree.root(), &plan, &Outside::default()).expect("a tree");
    assert!(matches!(lies, source::Lies::Known { sealed: false, .. }));
    seal(&plan, &to).expect("a sealed file");
    let identities = Given::from(Identities::from_iter([identity]));
    let source = source::load_with(&tree.root(), &identities).expect("a tree");
    assert!(check::check(&source).0.is_some());
}

#[test]
fn a_path_is_found_whatever_lies_around_it() {
    let tree = Tree::sample().with("notes.md", "");
    let lies = |path: &str| {
        let file = tree.root().join(path);
        source::lies(&tree.root(), &file, &Outside::default()).expect("a file")
    };
    assert_eq!(lies("notes.md"), source::Lies::Unknown);
    assert!(matches!(
        lies("rubrics/ic/l3.toml"),
        source::Lies::Known { .. }
    ));
    assert!(matches!(
        lies("cycles/2026-h1.toml"),
        source::Lies::Known { .. }
    ));
    let apart = Tree::sample();
    let other = apart.root().join("cycles/2026-h1.toml");
    assert_eq!(
        source::lies(&tree.root(), &other, &Outside::default()).expect("a file"),
        source::Lies::Elsewhere
    );
}
