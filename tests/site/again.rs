//! Drawing again as far as a change can reach gives what drawing everything gives.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use gradus::access;
use gradus::diag::Report;
use gradus::fingerprint;
use gradus::growth;
use gradus::model::*;
use gradus::pipeline;
use gradus::rebuild::Rebuilder;
use gradus::site;
use gradus::source::Touched;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use crate::generated;

const PEOPLE: usize = 8;
/// At least so many edits; what is drawn is compared after every one or two.
const EDITS: usize = 76;

/// Sections as they are before they are sealed, and the files that are not.
type Drawn = (
    BTreeMap<SectionId, (Section, SectionContent)>,
    Vec<PlainFile>,
);

fn today() -> Date {
    "2026-11-22".parse().unwrap()
}

/// An organisation on the disk that is edited at random.
struct Tree {
    root: PathBuf,
    random: StdRng,
    /// What would mend what was broken, the last first.
    mending: Vec<Mending>,
    touched: BTreeSet<PathBuf>,
}

/// How a change is taken back.
enum Mending {
    Write(PathBuf, Vec<u8>),
    Remove(PathBuf),
    Rename { from: PathBuf, to: PathBuf },
}

impl Tree {
    fn files(&self) -> Vec<PathBuf> {
        let entries = walkdir::WalkDir::new(&self.root).sort_by_file_name();
        let files = entries.into_iter().map(|entry| entry.unwrap());
        let files = files.filter(|entry| entry.file_type().is_file());
        files.map(walkdir::DirEntry::into_path).collect()
    }

    fn any(&mut self, of: impl Fn(&Path) -> bool) -> Option<PathBuf> {
        let files: Vec<PathBuf> = self.files().into_iter().filter(|path| of(path)).collect();
        files.choose(&mut self.random).cloned()
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self.touched.insert(path.to_owned());
    }

    /// The same, to be taken back.
    fn write_for_now(&mut self, path: &Path, bytes: &[u8]) {
        let before = fs::read(path).ok();
        self.mending.push(match before {
            Some(bytes) => Mending::Write(path.to_owned(), bytes),
            None => Mending::Remove(path.to_owned()),
        });
        self.write(path, bytes);
    }

    fn edit(&mut self) {
        match self.random.gen_range(0..20) {
            0..=6 => self.reword(),
            7 | 8 => self.break_one(),
            9 | 10 => self.mend(),
            11 => self.remove(),
            12 => self.rename_file(),
            13 => self.rename_directory(),
            14 => self.add_person(),
            15 => self.add_peer(),
            16 => self.change_manager(),
            17 => self.change_policy(),
            18 => self.change_theme(),
            _ => self.add_attachment(),
        }
    }

    /// Another word in the place of one.
    fn reword(&mut self) {
        let Some(path) = self.any(|_| true) else {
            return;
        };
        let Ok(text) = fs::read_to_string(&path) else {
            return;
        };
        let n: u32 = self.random.gen_range(0..1000);
        let text = text.replacen("canary", &format!("word{n} canary"), 1);
        self.write(&path, text.as_bytes());
    }

    fn break_one(&mut self) {
        let Some(path) = self.any(|path| !path.ends_with("gradus.toml")) else {
            return;
        };
        let ways: [&[u8]; 4] = [b"= nothing", b"\xff\xfe", b"", b"+++\nby = 3\n+++\n"];
        let broken = ways.choose(&mut self.random).unwrap();
        self.write_for_now(&path, broken);
    }

    fn mend(&mut self) {
        while let Some(mending) = self.mending.pop() {
            match mending {
                Mending::Write(path, bytes) => self.write(&path, &bytes),
                Mending::Remove(path) => self.take_away(&path),
                Mending::Rename { from, to } => {
                    fs::rename(&from, &to).unwrap();
                    self.touched.extend([from, to]);
                }
            }
        }
    }

    fn take_away(&mut self, path: &Path) {
        fs::remove_file(path).unwrap();
        let mut empty = path.parent().unwrap().to_owned();
        while fs::remove_dir(&empty).is_ok() {
            empty.pop();
        }
        self.touched.insert(path.to_owned());
    }

    fn remove(&mut self) {
        let Some(path) = self.any(|path| !path.ends_with("gradus.toml")) else {
            return;
        };
        let before = fs::read(&path).unwrap();
        self.mending.push(Mending::Write(path.clone(), before));
        self.take_away(&path);
    }

    fn rename_file(&mut self) {
        let Some(from) = self.any(|path| path.ends_with("self.md")) else {
            return;
        };
        self.rename(&from, &from.with_file_name("peer-person-1.md"));
    }

    fn rename_directory(&mut self) {
        let Some(file) = self.any(|path| path.ends_with("person.toml")) else {
            return;
        };
        let from = file.parent().unwrap().to_owned();
        let n: u32 = self.random.gen_range(50..60);
        self.rename(&from, &from.with_file_name(format!("person-{n}")));
    }

    fn rename(&mut self, from: &Path, to: &Path) {
        if !to.exists() {
            fs::rename(from, to).unwrap();
            let (from, to) = (from.to_owned(), to.to_owned());
            self.touched.extend([from.clone(), to.clone()]);
            self.mending.push(Mending::Rename { from: to, to: from });
        }
    }

    fn add_person(&mut self) {
        let n: u32 = self.random.gen_range(20..24);
        let path = self.root.join(format!("people/person-{n}/person.toml"));
        let text = format!(
            "name = \"New {n}\"\nstart = 2026-01-01\n[[role]]\nfrom = 2026-01-01\nmanager = \"person-0\"\n"
        );
        self.write_for_now(&path, text.as_bytes());
    }

    fn add_peer(&mut self) {
        let Some(file) = self.any(|path| path.ends_with("review.md")) else {
            return;
        };
        let n: u32 = self.random.gen_range(0..9);
        let path = file.with_file_name(format!("peer-person-{n}.md"));
        let text = format!(
            "+++\nby = \"person-{n}\"\ndate = 2026-07-09\n+++\n\n## strengths\n\nNew words\n"
        );
        self.write(&path, text.as_bytes());
    }

    fn change_manager(&mut self) {
        let Some(path) = self.any(|path| path.ends_with("person.toml")) else {
            return;
        };
        let Ok(text) = fs::read_to_string(&path) else {
            return;
        };
        let n: u32 = self.random.gen_range(0..3);
        self.write(
            &path,
            text.replacen("person-0", &format!("person-{n}"), 1)
                .as_bytes(),
        );
    }

    fn change_policy(&mut self) {
        let path = self.root.join("gradus.toml");
        let text = fs::read_to_string(&path).unwrap();
        let policies = ["\"chain\"", "\"person\"", "\"anonymous\""];
        let policy = policies.choose(&mut self.random).unwrap();
        let kept = text
            .lines()
            .filter(|line| !line.starts_with("peer_feedback"));
        let text = kept.collect::<Vec<_>>().join("\n");
        self.write(
            &path,
            format!("{text}\npeer_feedback = {policy}\n").as_bytes(),
        );
    }

    fn change_theme(&mut self) {
        let n: u32 = self.random.gen_range(0..1000);
        let (name, text) = match n % 3 {
            0 => ("mark.html", format!("<svg viewBox=\"0 0 {n} 8\"></svg>")),
            1 => ("tokens.css", format!(":root {{ --paper: #{n:06} }}")),
            _ => ("mark.html", "{{ nothing.of_that_name }}".to_owned()),
        };
        self.write(
            &self.root.join("themes/default").join(name),
            text.as_bytes(),
        );
    }

    fn add_attachment(&mut self) {
        let Some(file) = self.any(|path| path.ends_with("self.md")) else {
            return;
        };
        let n: u8 = self.random.gen_range(0..255);
        self.write(&file.with_file_name("files").join("graph.png"), &[n; 9]);
        let text = format!(
            "{}\n![graph](files/graph.png)\n",
            fs::read_to_string(&file).unwrap_or_default()
        );
        self.write(&file, text.as_bytes());
    }

    /// What a watcher says: the paths, directories above them, or nothing that helps.
    fn touched(&mut self) -> Touched {
        let paths = std::mem::take(&mut self.touched);
        match self.random.gen_range(0..8) {
            0 => Touched::Everything,
            1 => {
                let above = paths.iter().filter_map(|path| path.parent());
                Touched::Paths(above.map(Path::to_owned).collect())
            }
            _ => Touched::Paths(paths),
        }
    }
}

/// What came of each fingerprint. A build draws nothing again whose fingerprint it knows.
type ByFingerprint = HashMap<FileHash, SectionContent>;

/// Everything, by the functions that a build calls; nothing where the tree or its theme has errors.
fn whole(root: &Path, seen: &mut ByFingerprint) -> (Option<Drawn>, Report) {
    let (organisation, report) = pipeline::load(root, today()).unwrap();
    let drawn = organisation.and_then(|organisation| {
        let theme = pipeline::theme(root, &organisation).ok()?;
        let commons = access::commons(&organisation, today());
        let people = organisation.people.values().map(|person| &**person);
        let figures = growth::org_figures(&commons, people);
        let plan = access::plan(&organisation, today());
        let audiences = access::Audiences::new(&organisation, today());
        let sections = plan.sections.iter().map(|planned| {
            let draw = access::draw(&audiences, &figures, planned);
            let content = site::render(&commons, &theme, &draw).ok()?;
            let from = fingerprint::of(&(theme.fingerprint(), &commons, &draw));
            let before = seen.entry(from).or_insert_with(|| content.clone());
            assert!(
                *before == content,
                "{} has its fingerprint from something else",
                draw.section.id
            );
            Some((
                planned.section.id.clone(),
                (planned.section.clone(), content),
            ))
        });
        let sections: Option<BTreeMap<_, _>> = sections.collect();
        Some((
            sections?,
            pipeline::plain_files(&commons, &theme, b"viewer").ok()?,
        ))
    });
    (drawn, report)
}

fn edited_at_random(seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    generated::organisation(PEOPLE, seed).write(&root);
    let mut tree = Tree {
        root: root.clone(),
        random: StdRng::seed_from_u64(seed),
        mending: Vec::new(),
        touched: BTreeSet::new(),
    };
    let mut rebuilder = Rebuilder::new(root.clone(), None);
    let shown: Mutex<Drawn> = Mutex::default();
    let mut seen = ByFingerprint::new();
    let mut drawn_sections = 0;
    let mut good = 0;
    let (mut edits, mut round) = (0, 0);
    while edits < EDITS {
        let touched = tree.touched();
        rebuilder.look(&touched, today()).unwrap();
        let drawn = rebuilder.draw(b"viewer", |section, content| {
            let mut shown = shown.lock().unwrap();
            let entry = (section.clone(), content.clone());
            shown.0.insert(section.id.clone(), entry);
            Ok(())
        });
        let (expected, report) = whole(&root, &mut seen);
        let why = format!("seed {seed}, round {round}: {touched:?}");
        assert_eq!(rebuilder.report().diagnostics, report.diagnostics, "{why}");
        assert_eq!(rebuilder.report().texts, report.texts, "{why}");
        match (drawn, expected) {
            (Ok(Some(outcome)), Some(expected)) => {
                drawn_sections += outcome.sections;
                good += expected.0.len();
                let mut shown = shown.lock().unwrap();
                for section in outcome.gone {
                    assert!(shown.0.remove(&section).is_some(), "{why}: {section}");
                }
                shown.1.clone_from(&outcome.plain);
                assert!(
                    *shown == expected,
                    "{why}: {:?}",
                    differing(&shown, &expected)
                );
            }
            (Ok(None) | Err(_), None) => {}
            (drawn, _) => panic!("{why}: {drawn:?}"),
        }
        for _ in 0..tree.random.gen_range(1..3) {
            tree.edit();
            edits += 1;
        }
        round += 1;
        if round % 3 == 0 {
            tree.mend();
        }
    }
    assert!(
        good > 0 && drawn_sections < good,
        "{drawn_sections} of {good}"
    );
    assert!(
        seen.len() < good,
        "{} of {good} have a fingerprint of their own",
        seen.len()
    );
}

fn differing(shown: &Drawn, expected: &Drawn) -> Vec<String> {
    let all: BTreeSet<&SectionId> = shown.0.keys().chain(expected.0.keys()).collect();
    let differ = |id: &&&SectionId| shown.0.get(**id) != expected.0.get(**id);
    all.iter().filter(differ).map(|id| id.to_string()).collect()
}

#[test]
fn random_edits_give_what_the_whole_gives() {
    edited_at_random(1);
}

#[test]
fn other_edits_give_what_the_whole_gives() {
    edited_at_random(2);
}

#[test]
fn more_edits_give_what_the_whole_gives() {
    edited_at_random(3);
}

#[test]
fn the_last_edits_give_what_the_whole_gives() {
    edited_at_random(4);
}
