//! Histories in which people and their texts change places: whose words are shown of what was agreed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gradus::domain::model::Organisation;
use gradus::{tree::check, tree::source};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rayon::prelude::*;

use super::tree::Tree;
use crate::cases::cases;

/// How many histories are tried.
const HISTORIES: u32 = 104;

const IDS: [&str; 5] = ["ada", "grace", "linus", "p1", "p2"];
const CYCLES: [&str; 2] = ["2025-h2", "2026-h1"];

/// A person, who has words of their own wherever their directory is.
#[derive(Clone)]
struct Somebody {
    name: String,
    /// How often their `person.toml` was edited.
    edits: usize,
}

/// A history that is being written, one commit after another.
struct Generated {
    tree: Tree,
    random: StdRng,
    /// Whose each directory is.
    people: BTreeMap<&'static str, Somebody>,
    /// How many words there have been.
    words: usize,
    commits: usize,
}

fn git(root: &Path, asked: &[&str]) {
    let output = Command::new("git")
        .current_dir(root)
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
        .args(["-c", "core.fsync=none", "-c", "gc.auto=0"])
        .args(asked)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git is installed");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {asked:?}: {words}");
}

impl Generated {
    fn begin(seed: u64) -> Self {
        let tree = Tree::sample().without("people").with_directory("people");
        let mut generated = Self {
            tree,
            random: StdRng::seed_from_u64(seed),
            people: BTreeMap::new(),
            words: 0,
            commits: 0,
        };
        git(&generated.tree.root(), &["init", "--quiet", "-b", "main"]);
        for (id, name) in [("ada", "Ada"), ("grace", "Grace"), ("linus", "Linus")] {
            let name = name.to_owned();
            generated.settle(id, Somebody { name, edits: 0 });
            CYCLES.iter().for_each(|cycle| generated.write(id, cycle));
        }
        generated.commit();
        generated
    }

    fn directory(&self, id: &str) -> PathBuf {
        self.tree.root().join("people").join(id)
    }

    fn settle(&mut self, id: &'static str, somebody: Somebody) {
        let directory = self.directory(id);
        fs::create_dir_all(&directory).expect("a directory");
        // Much alike, so that git takes one person's for another's wherever it can.
        let (name, edits) = (&somebody.name, somebody.edits);
        let text = format!(
            "name = \"{name}\"\nstart = 2025-01-01\n[[role]]\nfrom = 2025-01-01\nlevel = \"ic/l3\"\ntitle = \"Engineer {edits}\"\n"
        );
        fs::write(directory.join("person.toml"), text).expect("a file");
        self.people.insert(id, somebody);
    }

    /// Words that say whose they are.
    fn write(&mut self, id: &str, cycle: &str) {
        self.words += 1;
        let name = &self.people[id].name;
        let text = format!(
            "agreed = 2026-01-10\n[[expectation]]\nid = \"auth\"\ntext = \"Words of {name}, number {}\"\nmeasure = \"As agreed by both sides, in the words of this half-year\"\n",
            self.words
        );
        let directory = self.directory(id).join(cycle);
        fs::create_dir_all(&directory).expect("a directory");
        fs::write(directory.join("expectations.toml"), text).expect("a file");
    }

    fn commit(&mut self) {
        let root = self.tree.root();
        git(&root, &["add", "--all"]);
        git(&root, &["commit", "--quiet", "--allow-empty", "-m", "so"]);
        self.commits += 1;
    }

    fn any(&mut self) -> &'static str {
        let there: Vec<&'static str> = self.people.keys().copied().collect();
        there[self.random.gen_range(0..there.len())]
    }

    fn free(&self) -> Option<&'static str> {
        IDS.into_iter().find(|id| !self.people.contains_key(id))
    }

    fn cycle(&mut self) -> &'static str {
        CYCLES[self.random.gen_range(0..2)]
    }

    /// One change, mostly committed.
    fn step(&mut self) {
        let (one, other, cycle) = (self.any(), self.any(), self.cycle());
        match self.random.gen_range(0..10) {
            0 | 1 => self.write(one, cycle),
            2 => self.rename(one),
            3 => self.swap(one, other),
            4 => self.move_text(one, other, cycle),
            5 => self.copy_text(one, other, cycle),
            6 => self.edit_person(one),
            7 => self.replace_person(one),
            8 => self.move_in_a_merge(one, other, cycle),
            _ => self.on_a_branch(one, other, cycle),
        }
        if self.random.gen_bool(0.7) {
            self.commit();
        }
    }

    fn rename(&mut self, from: &'static str) {
        let Some(to) = self.free() else { return };
        fs::rename(self.directory(from), self.directory(to)).expect("a move");
        let somebody = self.people.remove(from).expect("somebody");
        self.people.insert(to, somebody);
    }

    fn swap(&mut self, one: &'static str, other: &'static str) {
        if one == other {
            return;
        }
        let aside = self.directory("aside");
        fs::rename(self.directory(one), &aside).expect("a move");
        fs::rename(self.directory(other), self.directory(one)).expect("a move");
        fs::rename(&aside, self.directory(other)).expect("a move");
        let first = self.people[one].clone();
        let second = self.people.insert(other, first).expect("somebody");
        self.people.insert(one, second);
    }

    /// The text of one becomes another's, who writes on in it.
    fn move_text(&mut self, from: &'static str, to: &'static str, cycle: &'static str) {
        let at = |id: &str| self.directory(id).join(cycle).join("expectations.toml");
        if from != to && at(from).exists() {
            // Words that were never committed where they were written are nobody else's for git.
            self.commit();
            let at = |id: &str| self.directory(id).join(cycle).join("expectations.toml");
            fs::create_dir_all(self.directory(to).join(cycle)).expect("a directory");
            fs::rename(at(from), at(to)).expect("a move");
            if self.random.gen_bool(0.5) {
                self.commit();
            }
            self.write(to, cycle);
        }
    }

    fn copy_text(&mut self, from: &'static str, to: &'static str, cycle: &'static str) {
        let at = |id: &str| self.directory(id).join(cycle).join("expectations.toml");
        if from != to && at(from).exists() {
            fs::create_dir_all(self.directory(to).join(cycle)).expect("a directory");
            fs::copy(at(from), at(to)).expect("a copy");
            self.write(to, cycle);
        }
    }

    fn edit_person(&mut self, id: &'static str) {
        let mut somebody = self.people[id].clone();
        somebody.edits += 1;
        self.settle(id, somebody);
    }

    /// Somebody leaves, and a newcomer gets their directory with what is in it.
    fn replace_person(&mut self, id: &'static str) {
        let name = format!("Newcomer{}", self.words);
        self.settle(id, Somebody { name, edits: 0 });
        for cycle in CYCLES {
            self.write(id, cycle);
        }
    }

    /// One is renamed while another branch writes, and both are merged.
    fn on_a_branch(&mut self, one: &'static str, other: &'static str, cycle: &'static str) {
        self.commit();
        let root = self.tree.root();
        let branch = format!("branch-{}", self.commits);
        git(&root, &["checkout", "--quiet", "-b", &branch]);
        self.write(other, cycle);
        self.commit();
        git(&root, &["checkout", "--quiet", "main"]);
        self.rename(one);
        self.commit();
        git(
            &root,
            &["merge", "--quiet", "--no-edit", "-s", "ours", &branch],
        );
    }

    /// A commit that merges two branches moves a text besides, of which git tells nothing.
    fn move_in_a_merge(&mut self, from: &'static str, to: &'static str, cycle: &'static str) {
        let at = |tree: &Self, id: &str| {
            let directory = tree.directory(id).join(cycle);
            directory.join("expectations.toml")
        };
        if from == to || !at(self, from).exists() {
            return;
        }
        self.commit();
        let root = self.tree.root();
        let branch = format!("branch-{}", self.commits);
        git(&root, &["checkout", "--quiet", "-b", &branch]);
        self.edit_person(from);
        self.commit();
        git(&root, &["checkout", "--quiet", "main"]);
        self.edit_person(to);
        self.commit();
        let ours = ["merge", "--quiet", "--no-commit", "--no-ff", "-s", "ours"];
        git(&root, &[&ours[..], &[&branch]].concat());
        fs::create_dir_all(self.directory(to).join(cycle)).expect("a directory");
        fs::rename(at(self, from), at(self, to)).expect("a move");
        self.commit();
        self.write(to, cycle);
    }

    /// All words of the tree as it is are its people's own.
    fn end(&mut self) {
        let ids: Vec<&'static str> = self.people.keys().copied().collect();
        for id in ids {
            CYCLES.iter().for_each(|cycle| self.write(id, cycle));
        }
        self.commit();
    }

    fn organisation(&self) -> Organisation {
        let source = source::load(&self.tree.root()).expect("an organisation");
        let (organisation, report) = check::check(&source);
        organisation.unwrap_or_else(|| panic!("{:?}", report.diagnostics))
    }
}

/// The old words that are shown of one person, in one cycle.
fn old_words(organisation: &Organisation) -> Vec<(String, String)> {
    let mut shown = Vec::new();
    for person in organisation.people.values() {
        for cycle in person.cycles.values() {
            let expectations = cycle.expectations.as_ref();
            let all = expectations.map(|all| format!("{:?}\n{:?}", all.proof, all.expectations));
            shown.extend(all.map(|all| (person.name.clone(), all)));
        }
    }
    shown
}

/// Tries one history, and gives how many texts show old words of their own.
fn shown_in(seed: u64) -> usize {
    let mut generated = Generated::begin(seed);
    for _ in 0..4 {
        generated.step();
    }
    generated.end();
    let shown = old_words(&generated.organisation()).into_iter();
    let own = shown.filter(|(name, shown)| {
        let mut words = shown.match_indices("Words of ");
        let of = |at: usize| shown[at + 9..].split(',').next().unwrap_or_default();
        let others = words.clone().find(|(at, _)| of(*at) != name);
        assert_eq!(others, None, "{seed}: {name}: {shown}");
        words.nth(1).is_some()
    });
    own.count()
}

#[test]
fn old_words_of_another_person_are_never_shown_however_texts_and_people_moved() {
    let wanted = cases(HISTORIES);
    let own = (0..u64::from(wanted)).into_par_iter().map(shown_in);
    let own: usize = own.sum();
    let enough = wanted as usize * 9 / 10;
    assert!(own > enough, "old words of their own are shown of {own}");
}
