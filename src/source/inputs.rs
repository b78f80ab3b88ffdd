//! What was read, as hashes: to be held against what an earlier build was made from.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{Directory, FileKind, Name, Source, SourceFile};
use crate::fingerprint;
use crate::model::FileHash;

/// Everything that was read, as hashes. Who guesses a text can tell it by its hash: to be kept, they need a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    /// What all may refer to: settings, rubrics, cycles, every `person.toml`, and whatever is wrong with the tree.
    pub shared: FileHash,
    /// What is about one person alone, by the name that their files are found under.
    pub people: BTreeMap<Name, FileHash>,
}

/// What was read about one person alone.
#[derive(Default)]
struct About<'s> {
    files: Vec<(&'s FileKind, &'s SourceFile)>,
    directories: Vec<&'s Directory>,
}

impl Source {
    /// Hashes of all that was read, and of what git told about it.
    pub fn inputs(&self) -> Inputs {
        let mut shared = About::default();
        let mut people: BTreeMap<&Name, About<'_>> = BTreeMap::new();
        for entry in &self.files {
            let about = match entry.0.subject() {
                Some(person) => people.entry(person).or_default(),
                None => &mut shared,
            };
            about.files.push(entry);
        }
        for directory in self.directories.keys() {
            let about = match directory.subject() {
                Some(person) => people.entry(person).or_default(),
                None => &mut shared,
            };
            about.directories.push(directory);
        }
        let people: Vec<_> = people.into_iter().collect();
        let hashed = people.par_iter().with_max_len(1);
        let hashed = hashed.map(|(name, about)| (Name::clone(name), self.hash(about)));
        let pins: Vec<(&String, bool)> = {
            // What was read of them is among the files.
            let pins = self.revisions.iter();
            pins.map(|(pin, read)| (pin, read.is_ok())).collect()
        };
        let told = (self.history.begins(), self.history.is_shallow());
        let whole = (&self.problems, &self.published, pins, told, self.links);
        Inputs {
            shared: fingerprint::of(&(self.hash(&shared), whole)),
            people: hashed.collect(),
        }
    }

    fn hash(&self, about: &About<'_>) -> FileHash {
        let files = about.files.iter();
        let told = files.map(|(_, file)| self.history.of(&file.path));
        let told: Vec<_> = told.collect();
        fingerprint::of(&(&about.files, &about.directories, told))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::source;

    const ORGANISATION: &str = "name = \"Meridian\"\n";

    fn tree() -> tempfile::TempDir {
        let tree = tempfile::tempdir().unwrap();
        write(tree.path(), "gradus.toml", ORGANISATION);
        write(tree.path(), "people/ada/person.toml", "name = \"Ada\"\n");
        write(tree.path(), "people/ada/2026-h1/review.md", "well\n");
        write(tree.path(), "people/ada/log.toml", "");
        write(tree.path(), "people/bo/person.toml", "name = \"Bo\"\n");
        write(tree.path(), "people/bo/checkins.md", "");
        write(tree.path(), "management/notes/ada.md", "");
        tree
    }

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn inputs(tree: &tempfile::TempDir) -> Inputs {
        source::load(tree.path()).unwrap().inputs()
    }

    /// Whether what all may refer to is different, and whose own files are.
    fn differs(before: &Inputs, now: &Inputs) -> (bool, Vec<String>) {
        let names = before.people.keys().chain(now.people.keys());
        let other = names.filter(|name| before.people.get(*name) != now.people.get(*name));
        let mut other: Vec<String> = other.map(|name| name.to_string()).collect();
        other.sort();
        other.dedup();
        (before.shared != now.shared, other)
    }

    #[test]
    fn what_is_written_about_one_person_is_theirs_and_anything_else_is_everyones() {
        let tree = tree();
        let before = inputs(&tree);
        assert_eq!(inputs(&tree), before);
        for (path, text, expected) in [
            (
                "people/ada/2026-h1/review.md",
                "better\n",
                (false, vec!["ada"]),
            ),
            ("people/ada/2026-h1/plan.toml", "", (false, vec!["ada"])),
            ("people/ada/log.toml", "# a\n", (false, vec!["ada"])),
            (
                "people/bo/checkins.md",
                "## 2026-01-01\n",
                (false, vec!["bo"]),
            ),
            ("management/notes/bo.md", "", (false, vec!["bo"])),
            ("people/bo/person.toml", "name = \"Bob\"\n", (true, vec![])),
            ("cycles/2026-h1.toml", "", (true, vec![])),
            ("gradus.toml", "name = \"M\"\n", (true, vec![])),
            ("people/bo/nonsense.txt", "", (true, vec![])),
        ] {
            let path_of = tree.path().join(path);
            let old = fs::read(&path_of).ok();
            write(tree.path(), path, text);
            let expected = (
                expected.0,
                expected.1.into_iter().map(str::to_owned).collect(),
            );
            assert_eq!(differs(&before, &inputs(&tree)), expected, "{path}");
            match old {
                Some(old) => fs::write(&path_of, old).unwrap(),
                None => fs::remove_file(&path_of).unwrap(),
            }
        }
    }
}
