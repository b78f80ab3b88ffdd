//! What was read, by whom it is about: whatever is made of it is made again where its inputs differ.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::published::Published;
use super::revision::RevisionProblem;
use super::{Directory, FileKind, Name, Problem, Source, SourceFile, Version};
use crate::domain::model::{Date, FileHash, Unshown};
use crate::ground::fingerprint;

/// Everything that was read, and what git told about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Inputs {
    /// What all may refer to: settings, rubrics, cycles, every `person.toml`, and whatever is wrong with the tree.
    pub shared: SharedInput,
    /// What is about one person alone, by the name that their files are found under.
    pub people: BTreeMap<Name, Input>,
}

/// Some files, and what git told about them. Texts are shared with the source, so that comparing them is cheap.
#[derive(Debug, Clone, PartialEq, Default, Hash)]
pub struct Input {
    files: Vec<(FileKind, SourceFile)>,
    directories: Vec<Directory>,
    /// Of each file, with the first day of the history.
    versions: Vec<(Option<Date>, Told)>,
}

/// The versions of a file, or why there is nothing to tell.
type Told = Result<Vec<Version>, Unshown>;

/// What all may refer to.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct SharedInput {
    own: Input,
    problems: Vec<Problem>,
    published: Published,
    /// What was read of a revision is among the files.
    pins: Vec<(String, Option<RevisionProblem>)>,
    begins: Option<Date>,
    is_shallow: bool,
    links: bool,
}

/// [`Inputs`] as hashes. A guessed text can be told by its hash: to be kept, they need a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputHashes {
    /// Of what more than one person's pages draw on.
    pub shared: FileHash,
    /// Of each directory of `people/`, by its name.
    pub people: BTreeMap<Name, FileHash>,
}

impl Inputs {
    /// Their hashes.
    pub fn hashes(&self) -> InputHashes {
        let people = self.people.par_iter();
        let people = people.map(|(name, input)| (name.clone(), fingerprint::of(input)));
        InputHashes {
            shared: fingerprint::of(&self.shared),
            people: people.collect(),
        }
    }
}

impl Source {
    /// All that was read, and what git told about it.
    pub fn inputs(&self) -> Inputs {
        let mut shared = Input::default();
        let mut people: BTreeMap<Name, Input> = BTreeMap::new();
        for (kind, file) in &self.files {
            if let (None, Some(person)) = (kind.subject(), kind.person()) {
                let own = people.entry(person.clone()).or_default();
                own.files.push((kind.clone(), file.clone())); // what is said of a person may point there
            }
            let input = match kind.subject() {
                Some(person) => people.entry(person.clone()).or_default(),
                None => &mut shared,
            };
            input.files.push((kind.clone(), file.clone()));
            let versions = match self.history.of(&file.path) {
                Err(Unshown::NotAsked) => continue,
                versions => versions.map(<[_]>::to_vec),
            };
            input.versions.push((self.history.begins(), versions));
        }
        for directory in self.directories.keys() {
            let input = match directory.subject() {
                Some(person) => people.entry(person.clone()).or_default(),
                None => &mut shared,
            };
            input.directories.push(directory.clone());
        }
        let pins = self.revisions.iter();
        let pins = pins.map(|(pin, read)| (pin.clone(), read.as_ref().err().cloned()));
        let shared = SharedInput {
            own: shared,
            problems: self.problems.clone(),
            published: self.published.clone(),
            pins: pins.collect(),
            begins: self.history.begins(),
            is_shallow: self.history.is_shallow(),
            links: self.links,
        };
        Inputs { shared, people }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::tree::source;

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
            (
                "people/bo/person.toml",
                "name = \"Bob\"\n",
                (true, vec!["bo"]),
            ),
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
