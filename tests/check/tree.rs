//! A small organisation on disk that a test changes.

use std::fs;
use std::path::{Path, PathBuf};

use gradus::domain::model::Organisation;
use gradus::ground::diag::{Diagnostic, Report, Severity};
use gradus::{build::pipeline, tree::check, tree::source};
use tempfile::TempDir;

/// Three people, two cycles and a rubric, in one directory that goes away with the value.
pub struct Tree {
    directory: TempDir,
    /// Where complaints are expected: file and bytes.
    expected: Vec<(String, usize, usize)>,
}

pub const ADA: &str = "age10zqd3s0tad6ep2xl8gqst2fhdpmy3c5r6ccu22s446lqp9g7h4wq0n5u3l";
pub const GRACE: &str = "age12y2v8j0ysrm02v39gtwpzev84a6axgrtv73u9gduw3pp9464pc5qas6y9y";
pub const LINUS: &str = "age14kj8k04sklnqyse8u7pvun6qpgr0jl64ga9sn8erxmf86eze4ezqfaa96f";

/// The files of the sample, which has nothing to complain about.
pub fn sample() -> Vec<(&'static str, String)> {
    let person = |name: &str, key: &str, manager: &str| {
        format!(
            "name = \"{name}\"\nstart = 2025-01-01\nkeys = [\"{key}\"]\n[[role]]\nfrom = 2025-01-01\nlevel = \"ic/l3\"\n{manager}"
        )
    };
    let text = |text: &str| text.to_owned();
    vec![
        ("gradus.toml", text("name = \"Tiny\"\n")),
        (
            "rubrics/ic/track.toml",
            text(
                "title = \"Engineer\"\n[[competency]]\nid = \"technical\"\ntitle = \"Technical\"\nwas = [\"craft\"]\n[[competency.stage]]\nid = \"designs\"\ntitle = \"Designs\"\n",
            ),
        ),
        ("rubrics/ic/l3.toml", text("title = \"L3\"\nrank = 3\n")),
        (
            "rubrics/ic/l4.toml",
            text("title = \"L4\"\nrank = 4\n[cell.technical]\nstage = \"designs\"\n"),
        ),
        (
            "cycles/2025-h2.toml",
            text("title = \"H2\"\nstart = 2025-07-01\nend = 2025-12-31\n"),
        ),
        (
            "cycles/2026-h1.toml",
            text("title = \"H1\"\nstart = 2026-01-01\nend = 2026-06-30\n"),
        ),
        (
            "cycles/2026-q2.toml",
            text("title = \"Q2\"\nstart = 2026-04-01\nend = 2026-06-30\n"),
        ),
        (
            "people/ada/person.toml",
            person("Ada", ADA, "manager = \"grace\"\n"),
        ),
        ("people/grace/person.toml", person("Grace", GRACE, "")),
        (
            "people/linus/person.toml",
            person("Linus", LINUS, "manager = \"grace\"\n"),
        ),
        (
            "people/ada/2025-h2/expectations.toml",
            text("[[expectation]]\nid = \"on-call\"\ntext = \"Carry the pager\"\n"),
        ),
        (
            "people/ada/2025-h2/plan.toml",
            text("[[goal]]\nid = \"two-teams\"\ntext = \"Lead\"\n"),
        ),
        (
            "people/ada/2026-h1/expectations.toml",
            text(
                "agreed = 2026-01-10\n[[expectation]]\nid = \"auth\"\ntext = \"Migrate\"\nfollows = \"2025-h2/on-call\"\n",
            ),
        ),
        ("people/ada/2026-h1/files/graph.png", text("png")),
    ]
}

impl Tree {
    /// An empty directory.
    pub fn empty() -> Self {
        Self {
            directory: tempfile::tempdir().expect("a temporary directory"),
            expected: Vec::new(),
        }
    }

    /// The sample on disk.
    pub fn sample() -> Self {
        let files = sample().into_iter();
        files.fold(Self::empty(), |tree, (path, text)| tree.with(path, &text))
    }

    pub fn root(&self) -> PathBuf {
        self.directory.path().to_owned()
    }

    /// Writes a file; complaints are expected at its `«…»`, which are not written.
    pub fn with(mut self, path: &str, marked: &str) -> Self {
        let (text, marks) = unmarked(marked);
        self.expected.extend(
            marks
                .into_iter()
                .map(|(start, end)| (path.to_owned(), start, end)),
        );
        self.with_bytes(path, text.as_bytes())
    }

    /// Writes a file as it is.
    pub fn with_bytes(self, path: &str, bytes: &[u8]) -> Self {
        let file = self.root().join(path);
        fs::create_dir_all(file.parent().expect("files lie in a directory")).expect("a directory");
        fs::write(file, bytes).expect("a written file");
        self
    }

    /// Makes a directory.
    pub fn with_directory(self, path: &str) -> Self {
        fs::create_dir_all(self.root().join(path)).expect("a directory");
        self
    }

    /// Removes a file or a directory.
    pub fn without(self, path: &str) -> Self {
        let path = self.root().join(path);
        if path.is_dir() {
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        }
        .expect("something to remove");
        self
    }

    /// Expects a complaint about a file or directory as a whole.
    pub fn about(mut self, path: &str) -> Self {
        self.expected.push((path.to_owned(), 0, 0));
        self
    }

    pub fn check(&self) -> (Option<Organisation>, Report) {
        check_at(&self.directory.path().join(""))
    }

    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.check().1.diagnostics
    }

    /// Asserts that exactly these codes come up, in the order of files and places, where they are expected.
    #[track_caller]
    pub fn complains(self, codes: &[&str]) {
        let (organisation, report) = self.check();
        assert_eq!(organisation.is_some(), !report.has_errors());
        self.says(&report, codes);
    }

    /// Asserts that exactly this guidance comes up on a day, where it is expected.
    #[track_caller]
    pub fn advises(self, on: &str, codes: &[&str]) {
        let (organisation, mut report) = self.judged(on);
        let drawn =
            anstream::adapter::strip_str(&gradus::cli::terminal::drawn(&report)).to_string();
        assert!(organisation.is_some(), "{drawn}");
        report
            .diagnostics
            .retain(|d| d.severity == Severity::Advice);
        self.says(&report, codes);
    }

    /// What came of it on that day.
    pub fn judged(&self, on: &str) -> (Option<Organisation>, Report) {
        let today = on.parse().expect("a date");
        pipeline::load(&self.directory.path().join(""), today).expect("an organisation")
    }

    #[track_caller]
    fn says(mut self, report: &Report, codes: &[&str]) {
        self.expected.sort();
        let said: Vec<_> = report
            .diagnostics
            .iter()
            .map(|d| {
                (
                    d.code,
                    (d.place.file.to_string(), d.place.start, d.place.end),
                )
            })
            .collect();
        let expected: Vec<_> = codes.iter().copied().zip(self.expected.clone()).collect();
        assert_eq!(codes.len(), self.expected.len(), "one mark for each code");
        let drawn = anstream::adapter::strip_str(&gradus::cli::terminal::drawn(report)).to_string();
        assert_eq!(said, expected, "\n{drawn}");
    }
}

/// Loads and checks a directory.
pub fn check_at(root: &Path) -> (Option<Organisation>, Report) {
    check::check(&source::load(root).expect("an organisation"))
}

/// A text without its marks, and where they stood.
fn unmarked(marked: &str) -> (String, Vec<(usize, usize)>) {
    let mut text = String::new();
    let mut marks = Vec::new();
    let mut open = Vec::new();
    for c in marked.chars() {
        match c {
            '«' => open.push(text.len()),
            '»' => marks.push((open.pop().expect("an open mark"), text.len())),
            c => text.push(c),
        }
    }
    (text, marks)
}

#[test]
fn the_sample_has_nothing_to_complain_about() {
    Tree::sample().complains(&[]);
}
