//! Edits at random: what people do to a tree between two looks at it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use super::generated;

/// An organisation on the disk that is edited at random.
pub struct Tree {
    root: PathBuf,
    pub random: StdRng,
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
    /// Of so many people.
    pub fn generated(root: &Path, people: usize, seed: u64) -> Self {
        generated::organisation(people, seed).write(root);
        Self {
            root: root.to_owned(),
            random: StdRng::seed_from_u64(seed),
            mending: Vec::new(),
            touched: BTreeSet::new(),
        }
    }

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

    pub fn edit(&mut self) {
        match self.random.gen_range(0..21) {
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
            19 => self.close_cycle(),
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

    pub fn mend(&mut self) {
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

    fn close_cycle(&mut self) {
        let cycles = ["2025-h1", "2025-h2", "2026-h1"];
        let cycle = cycles.choose(&mut self.random).unwrap();
        let path = self.root.join(format!("cycles/{cycle}.figures.toml"));
        let n: u32 = self.random.gen_range(1..=9);
        self.write(&path, format!("as_of = 2026-08-0{n}\n").as_bytes());
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

    /// What a watcher says: the paths, directories above them, or the whole tree.
    pub fn changed(&mut self) -> BTreeSet<PathBuf> {
        let paths = std::mem::take(&mut self.touched);
        match self.random.gen_range(0..8) {
            0 => [self.root.clone()].into(),
            1 => {
                let above = paths.iter().filter_map(|path| path.parent());
                above.map(Path::to_owned).collect()
            }
            _ => paths,
        }
    }
}
