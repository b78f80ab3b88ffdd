//! Reading a tree again, as far as it may have changed.
//!
//! The tree is cut into [`Part`]s. A path says which parts are read again, whole. Where a part cannot be told from the
//! others (symbolic links, names that differ only in case, settings that may have moved a part), everything is read again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::load::{self, CYCLES, ORGANISATION};
use super::published::{Published, STATIC};
use super::{
    CycleFile, Directory, FileKind, LoadError, Name, PersonFile, Problem, ProblemKind, Source,
    SourceFile,
};

/// A part of the tree that can be read again by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Cycles,
    Rubrics,
    /// Whatever has that name in `people/`.
    Person(Name),
    Management,
    Static,
}

impl Source {
    /// Reads again what may have changed. The paths are absolute, without symbolic links as far as they are there; that of
    /// a directory is for everything below it.
    ///
    /// # Errors
    /// As [`fn@super::load`]; the source is of no use then.
    pub fn reload(&mut self, paths: &BTreeSet<PathBuf>) -> Result<(), LoadError> {
        let memory = self.forget();
        let read = self.parts(paths).and_then(|parts| {
            let read = load::load_parts(self, &parts);
            read.stands_alone().then_some((parts, read))
        });
        match read {
            Some((parts, read)) => self.exchange(&parts, read),
            None => *self = load::load(&self.root, &self.given)?,
        }
        self.recall(memory);
        Ok(())
    }

    /// Puts what was read of some parts in the place of what is known of them.
    fn exchange(&mut self, parts: &BTreeSet<Part>, read: Source) {
        self.take_out(parts);
        self.files.extend(read.files);
        self.directories.extend(read.directories);
        self.published.extend(read.published);
        self.texts.extend(read.texts);
        self.problems.extend(read.problems);
        self.areas.rubrics = read.areas.rubrics;
        self.problems.sort_by(|a, b| a.place.cmp(&b.place));
    }

    fn take_out(&mut self, parts: &BTreeSet<Part>) {
        let kinds = self.kinds_of(parts).into_iter();
        let files: Vec<SourceFile> = kinds.filter_map(|kind| self.files.remove(&kind)).collect();
        for directory in self.directories_of(parts) {
            self.directories.remove(&directory);
        }
        let published = if parts.contains(&Part::Static) {
            std::mem::take(&mut self.published)
        } else {
            Published::default()
        };
        let areas = &self.areas;
        let of_parts = |problem: &mut Problem| {
            let path = &problem.place.file;
            parts.iter().any(|part| areas.show(part, path))
        };
        let problems: Vec<Problem> = self.problems.extract_if(.., of_parts).collect();
        let files = files.iter().map(|file| &file.path).chain(published.keys());
        for path in files.chain(problems.iter().map(|problem| &problem.place.file)) {
            self.texts.remove(path);
        }
    }

    fn kinds_of(&self, parts: &BTreeSet<Part>) -> Vec<FileKind> {
        let mut kinds = Vec::new();
        for part in parts {
            match part {
                Part::Person(name) => kinds.extend(self.kinds_of_person(name)),
                part => {
                    let of_part = |kind: &&FileKind| Part::of_file(kind).as_ref() == Some(part);
                    kinds.extend(self.files.keys().filter(of_part).cloned());
                }
            }
        }
        kinds
    }

    /// Both ranges of a person's files: among 100,000 others, they are not looked for one by one.
    fn kinds_of_person(&self, name: &Name) -> Vec<FileKind> {
        let person = name.clone();
        let own = FileKind::Person {
            person: person.clone(),
            file: PersonFile::Person,
        };
        let in_cycles = FileKind::InCycle {
            person,
            cycle: "".into(),
            file: CycleFile::Expectations,
        };
        let of_person = |kind: &&FileKind| kind.person() == Some(name);
        let from = |first: FileKind| self.files.range(first..).map(|(kind, _)| kind);
        let all = from(own).take_while(of_person);
        all.chain(from(in_cycles).take_while(of_person))
            .cloned()
            .collect()
    }

    fn directories_of(&self, parts: &BTreeSet<Part>) -> Vec<Directory> {
        let mut directories = Vec::new();
        for part in parts {
            match part {
                Part::Person(name) => directories.extend(self.directories_of_person(name)),
                part => {
                    let of_part = |one: &&Directory| Part::of_directory(one) == *part;
                    directories.extend(self.directories.keys().filter(of_part).cloned());
                }
            }
        }
        directories
    }

    /// The three ranges of a person's directories.
    fn directories_of_person(&self, name: &Name) -> Vec<Directory> {
        let (person, cycle) = (name.clone(), Name::from(""));
        let firsts = [
            Directory::Person(person.clone()),
            Directory::PersonCycle {
                person: person.clone(),
                cycle: cycle.clone(),
            },
            Directory::Attachments { person, cycle },
        ];
        let of_person = |one: &&Directory| one.person() == Some(name);
        let ranges = firsts.into_iter().map(|first| {
            let kind = std::mem::discriminant(&first);
            let from_here = self.directories.range(first..).map(|(one, _)| one);
            from_here
                .take_while(move |one| std::mem::discriminant(*one) == kind)
                .take_while(of_person)
        });
        ranges.flatten().cloned().collect()
    }

    /// The parts that some paths lie in; nothing where that cannot be told.
    fn parts(&self, paths: &BTreeSet<PathBuf>) -> Option<BTreeSet<Part>> {
        if !self.stands_alone() || self.has_moved() {
            return None;
        }
        let parts: Option<Vec<_>> = paths.iter().map(|path| self.parts_of(path)).collect();
        Some(parts?.into_iter().flatten().collect())
    }

    /// Whether a link on the way to the organisation, or to what `[sources]` names, leads to another folder by now.
    fn has_moved(&self) -> bool {
        let leads_away = |path: &Path, known: &Path| {
            let real = path.canonicalize();
            real.is_ok_and(|real| real != known)
        };
        let areas = [&self.areas.people, &self.areas.management];
        let mut areas = areas.into_iter().filter(|area| area.moved && !area.refused);
        leads_away(&self.root, &self.areas.root)
            || areas.any(|area| leads_away(&self.root.join(&area.shown), &area.directory))
    }

    /// The parts that a path lies in: none where it is not of the organisation.
    fn parts_of(&self, path: &Path) -> Option<Vec<Part>> {
        let areas = &self.areas;
        if path == areas.root.join(ORGANISATION) || areas.holds_any(path) {
            return None;
        }
        if let Ok(within) = path.strip_prefix(&areas.people.directory) {
            let name = within.iter().next()?.to_str()?;
            return (!self.has_namesake(name)).then(|| vec![Part::Person(name.into())]);
        }
        if path.starts_with(&areas.management.directory) {
            return Some(vec![Part::Management]);
        }
        if path.starts_with(areas.root.join(STATIC)) {
            return Some(vec![Part::Static]);
        }
        if path.starts_with(areas.root.join(CYCLES)) {
            // Cycles say which directories hold rubrics.
            return Some(vec![Part::Cycles, Part::Rubrics]);
        }
        let mut rubrics = areas.rubrics.iter().map(|name| areas.root.join(name));
        let of_rubric = rubrics.any(|rubric| path.starts_with(rubric));
        Some(of_rubric.then_some(Part::Rubrics).into_iter().collect())
    }

    /// Whether somebody else's directory differs from that name only in case.
    fn has_namesake(&self, name: &str) -> bool {
        let lower = name.to_lowercase();
        let people = self.directories.keys().filter_map(|known| match known {
            Directory::Person(other) if **other != *name => Some(other),
            _ => None,
        });
        people
            .into_iter()
            .any(|other| other.to_lowercase() == lower)
    }

    /// Whether no part of it says something about another: no symbolic link, and nothing that is one thing on
    /// some systems and two on others.
    pub(super) fn stands_alone(&self) -> bool {
        let several = |problem: &Problem| {
            matches!(
                problem.what,
                ProblemKind::CaseCollision { .. }
                    | ProblemKind::TooManyEntries { .. }
                    | ProblemKind::NoSuchDirectory
            )
        };
        !self.links && !self.problems.iter().any(several)
    }
}

impl Part {
    /// Nothing for the settings: they are everyone's.
    fn of_file(kind: &FileKind) -> Option<Self> {
        Some(match kind {
            FileKind::Organisation => return None,
            FileKind::Track { .. } | FileKind::Level { .. } => Self::Rubrics,
            FileKind::Cycle(_) | FileKind::Figures(_) => Self::Cycles,
            FileKind::Person { person, .. } | FileKind::InCycle { person, .. } => {
                Self::Person(person.clone())
            }
            FileKind::Talent { .. } | FileKind::PrivateNotes(_) => Self::Management,
        })
    }

    fn of_directory(directory: &Directory) -> Self {
        match directory {
            Directory::Rubric(_) | Directory::Track { .. } => Self::Rubrics,
            Directory::Person(person)
            | Directory::PersonCycle { person, .. }
            | Directory::Attachments { person, .. } => Self::Person(person.clone()),
            Directory::ManagementCycle(_) | Directory::PrivateNotes => Self::Management,
        }
    }
}
