//! Where every known file lies.

use std::sync::Arc;

use super::SEALED_ENDING;
use crate::domain::model::{is_svg, markup};
use crate::tree::schema;

/// A file or directory name as it stands on disk; not yet known to be an id.
pub type Name = Arc<str>;

/// What a file is, from its place in the tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each path names its parts")]
pub enum FileKind {
    /// `gradus.toml`
    Organisation,
    /// `<rubric>/<track>/track.toml`; the rubric is the directory, `rubrics` for the one in force.
    Track { rubric: Name, track: Name },
    /// `<rubric>/<track>/<level>.toml`
    Level {
        rubric: Name,
        track: Name,
        level: Name,
    },
    /// `cycles/<cycle>.toml`
    Cycle(Name),
    /// `cycles/<cycle>.figures.toml`
    Figures(Name),
    /// `people/<person>/…`
    Person { person: Name, file: PersonFile },
    /// `people/<person>/<cycle>/…`
    InCycle {
        person: Name,
        cycle: Name,
        file: CycleFile,
    },
    /// `management/<cycle>/<person>.toml`
    Talent { cycle: Name, person: Name },
    /// `management/notes/<person>.md`
    PrivateNotes(Name),
}

impl FileKind {
    /// Whose directory in `people/` it lies in.
    pub fn person(&self) -> Option<&Name> {
        match self {
            FileKind::Person { person, .. } | FileKind::InCycle { person, .. } => Some(person),
            _ => None,
        }
    }

    /// Whom alone it is about, so that nobody else's files refer to it; nothing for what all may refer to.
    pub fn subject(&self) -> Option<&Name> {
        match self {
            FileKind::InCycle { person, .. }
            | FileKind::Person {
                person,
                file: PersonFile::Log | PersonFile::CheckIns,
            }
            | FileKind::Talent { person, .. }
            | FileKind::PrivateNotes(person) => Some(person),
            _ => None,
        }
    }

    /// Whether it may carry the further ending of what is sealed: all but the settings, which say whom to seal to, and
    /// logins, which are encrypted already.
    pub fn may_be_sealed(&self) -> bool {
        let is_login = |file: &PersonFile| *file == PersonFile::Login;
        match self {
            FileKind::Organisation => false,
            FileKind::Person { file, .. } => !is_login(file),
            _ => true,
        }
    }

    /// What is declared of it. `None` if it has no keys.
    pub fn declared(&self) -> Option<&'static schema::Kind> {
        let id = match self {
            FileKind::Organisation => "gradus",
            FileKind::Track { .. } => "track",
            FileKind::Level { .. } => "level",
            FileKind::Cycle(_) => "cycle",
            FileKind::Figures(_) => "figures",
            FileKind::Talent { .. } => "talent",
            FileKind::PrivateNotes(_) => return None,
            FileKind::Person { file, .. } => match file {
                PersonFile::Person => "person",
                PersonFile::Log => "log",
                PersonFile::CheckIns | PersonFile::Login => return None,
            },
            FileKind::InCycle { file, .. } => match file {
                CycleFile::Expectations => "expectations",
                CycleFile::SelfAssessment => "self",
                CycleFile::Peer(_) => "peer",
                CycleFile::Review => "review",
                CycleFile::Response => "response",
                CycleFile::Plan => "plan",
                CycleFile::Pip => "pip",
                CycleFile::Attachment(_) => return None,
            },
        };
        schema::kind(id)
    }

    /// Whether it is a picture as SVG.
    pub fn is_svg(&self) -> bool {
        let is_svg = |file: &CycleFile| matches!(file, CycleFile::Attachment(name) if is_svg(name));
        matches!(self, FileKind::InCycle { file, .. } if is_svg(file))
    }

    /// Whether it is read as bytes, not as text.
    pub fn is_bytes(&self) -> bool {
        matches!(
            self,
            FileKind::Person {
                file: PersonFile::Login,
                ..
            } | FileKind::InCycle {
                file: CycleFile::Attachment(_),
                ..
            }
        )
    }
}

/// A file of one person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonFile {
    /// `person.toml`
    Person,
    /// `log.toml`
    Log,
    /// `checkins.md`
    CheckIns,
    /// `login.age`
    Login,
}

/// A file of one person in one cycle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CycleFile {
    /// First in order, so that all files of one cycle follow it.
    Expectations,
    /// `self.md`
    SelfAssessment,
    /// The author, as the file name says.
    Peer(Name),
    /// `review.md`
    Review,
    /// `response.md`
    Response,
    /// `plan.toml`
    Plan,
    /// `pip.toml`
    Pip,
    /// The name within `files/`.
    Attachment(Name),
}

/// A known directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each path names its parts")]
pub enum Directory {
    /// `<rubric>`
    Rubric(Name),
    /// `<rubric>/<track>`
    Track { rubric: Name, track: Name },
    /// `people/<person>`
    Person(Name),
    /// `people/<person>/<cycle>`
    PersonCycle { person: Name, cycle: Name },
    /// `people/<person>/<cycle>/files`
    Attachments { person: Name, cycle: Name },
    /// `management/<cycle>`
    ManagementCycle(Name),
    /// `management/notes`
    PrivateNotes,
}

impl Directory {
    /// Whose directory in `people/` it is, or lies in.
    pub fn person(&self) -> Option<&Name> {
        match self {
            Directory::Person(person)
            | Directory::PersonCycle { person, .. }
            | Directory::Attachments { person, .. } => Some(person),
            _ => None,
        }
    }

    /// Whom alone it is about.
    pub fn subject(&self) -> Option<&Name> {
        match self {
            Directory::PersonCycle { person, .. } | Directory::Attachments { person, .. } => {
                Some(person)
            }
            _ => None,
        }
    }
}

/// What one of the directories of the tree holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// The rubric in force, or one that a cycle pins.
    Rubric(Name),
    Cycles,
    People,
    Management,
}

/// What a path within an [`Kind`] may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Known {
    File(FileKind),
    /// The same, with the ending of what is sealed.
    Sealed(FileKind),
    Directory(Directory),
    /// Not of the layout; the nearest name that is.
    Nothing {
        nearest: Option<String>,
    },
}

impl Known {
    /// Whether it lies in a `files/` directory, which holds as many as somebody puts there.
    pub fn is_attachment(&self) -> bool {
        let (Self::File(kind) | Self::Sealed(kind)) = self else {
            return false;
        };
        let attachment = |file: &CycleFile| matches!(file, CycleFile::Attachment(_));
        matches!(kind, FileKind::InCycle { file, .. } if attachment(file))
    }
}

/// What follows the cycle in the name of its figures.
const FIGURES_ENDING: &str = ".figures.toml";

const PERSON_FILES: [&str; 4] = ["person.toml", "log.toml", "checkins.md", "login.age"];
const CYCLE_FILES: [&str; 7] = [
    "expectations.toml",
    "self.md",
    "review.md",
    "response.md",
    "plan.toml",
    "pip.toml",
    "peer-<who>.md",
];

impl Kind {
    /// What a path within the area is; `is_dir` decides where a name could be either.
    pub(super) fn known(&self, path: &[&str], is_dir: bool) -> Known {
        match self.sealed(path, is_dir) {
            Some(kind) => Known::Sealed(kind),
            None => self.open(path, is_dir),
        }
    }

    /// What a path is without the ending of what is sealed, which it has.
    fn sealed(&self, path: &[&str], is_dir: bool) -> Option<FileKind> {
        let (name, above) = path.split_last().filter(|_| !is_dir)?;
        let name = name.strip_suffix(SEALED_ENDING)?;
        let path = [above, &[name]].concat();
        match self.open(&path, false) {
            Known::File(kind) if kind.may_be_sealed() => Some(kind),
            _ => None,
        }
    }

    fn open(&self, path: &[&str], is_dir: bool) -> Known {
        match self {
            Kind::Rubric(rubric) => in_rubric(rubric, path),
            Kind::Cycles => in_cycles(path),
            Kind::People => in_people(path, is_dir),
            Kind::Management => in_management(path),
        }
    }
}

fn in_rubric(rubric: &Name, path: &[&str]) -> Known {
    match path {
        [track] => Known::Directory(Directory::Track {
            rubric: rubric.clone(),
            track: (*track).into(),
        }),
        [track, "track.toml"] => Known::File(FileKind::Track {
            rubric: rubric.clone(),
            track: (*track).into(),
        }),
        [track, file] => match file.strip_suffix(".toml") {
            Some(level) => Known::File(FileKind::Level {
                rubric: rubric.clone(),
                track: (*track).into(),
                level: level.into(),
            }),
            None => with_ending(file, ".toml"),
        },
        _ => nothing(),
    }
}

fn in_cycles(path: &[&str]) -> Known {
    match path {
        [file] => match (
            file.strip_suffix(FIGURES_ENDING),
            file.strip_suffix(".toml"),
        ) {
            (Some(cycle), _) => Known::File(FileKind::Figures(cycle.into())),
            (None, Some(cycle)) => Known::File(FileKind::Cycle(cycle.into())),
            (None, None) => with_ending(file, ".toml"),
        },
        _ => nothing(),
    }
}

fn in_people(path: &[&str], is_dir: bool) -> Known {
    match path {
        [person] => Known::Directory(Directory::Person((*person).into())),
        [person, name] => match person_file(name) {
            Some(file) => Known::File(FileKind::Person {
                person: (*person).into(),
                file,
            }),
            None if is_dir => Known::Directory(Directory::PersonCycle {
                person: (*person).into(),
                cycle: (*name).into(),
            }),
            None => nearest(name, &PERSON_FILES),
        },
        [person, cycle, "files"] => Known::Directory(Directory::Attachments {
            person: (*person).into(),
            cycle: (*cycle).into(),
        }),
        [person, cycle, name] => match cycle_file(name) {
            Some(file) => in_cycle(person, cycle, file),
            None => nearest(name, &CYCLE_FILES),
        },
        [person, cycle, "files", name] => {
            let name = markup::composed(name);
            in_cycle(person, cycle, CycleFile::Attachment(name.into()))
        }
        _ => nothing(),
    }
}

fn in_cycle(person: &str, cycle: &str, file: CycleFile) -> Known {
    Known::File(FileKind::InCycle {
        person: person.into(),
        cycle: cycle.into(),
        file,
    })
}

fn person_file(name: &str) -> Option<PersonFile> {
    Some(match name {
        "person.toml" => PersonFile::Person,
        "log.toml" => PersonFile::Log,
        "checkins.md" => PersonFile::CheckIns,
        "login.age" => PersonFile::Login,
        _ => return None,
    })
}

fn cycle_file(name: &str) -> Option<CycleFile> {
    Some(match name {
        "expectations.toml" => CycleFile::Expectations,
        "self.md" => CycleFile::SelfAssessment,
        "review.md" => CycleFile::Review,
        "response.md" => CycleFile::Response,
        "plan.toml" => CycleFile::Plan,
        "pip.toml" => CycleFile::Pip,
        _ => CycleFile::Peer(name.strip_prefix("peer-")?.strip_suffix(".md")?.into()),
    })
}

fn in_management(path: &[&str]) -> Known {
    match path {
        ["notes"] => Known::Directory(Directory::PrivateNotes),
        [cycle] => Known::Directory(Directory::ManagementCycle((*cycle).into())),
        ["notes", file] => match file.strip_suffix(".md") {
            Some(person) => Known::File(FileKind::PrivateNotes(person.into())),
            None => with_ending(file, ".md"),
        },
        [cycle, file] => match file.strip_suffix(".toml") {
            Some(person) => Known::File(FileKind::Talent {
                cycle: (*cycle).into(),
                person: person.into(),
            }),
            None => with_ending(file, ".toml"),
        },
        _ => nothing(),
    }
}

fn nothing() -> Known {
    Known::Nothing { nearest: None }
}

fn with_ending(name: &str, ending: &str) -> Known {
    let stem = name.split('.').next().unwrap_or(name);
    Known::Nothing {
        nearest: (!stem.is_empty()).then(|| format!("{stem}{ending}")),
    }
}

/// The least likeness (0 to 1) at which a name is worth suggesting.
const LIKE_ENOUGH: f64 = 0.7;

fn nearest(name: &str, among: &[&str]) -> Known {
    if let Some(who) = name.strip_prefix("peer_").or(name.strip_prefix("peer-")) {
        let who = who.split('.').next().unwrap_or(who);
        return Known::Nothing {
            nearest: Some(format!("peer-{who}.md")),
        };
    }
    let likeness = |known: &&str| strsim::jaro_winkler(&name.to_lowercase(), known);
    let best = among
        .iter()
        .copied()
        .map(|known| (likeness(&known), known))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    Known::Nothing {
        nearest: best
            .filter(|(like, _)| *like >= LIKE_ENOUGH)
            .map(|(_, known)| known.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_file_finds_the_name_it_was_meant_to_have() {
        let near = |name| match Kind::People.known(&["ada", "2026-h1", name], false) {
            Known::Nothing { nearest } => nearest,
            known => panic!("{known:?}"),
        };
        assert_eq!(
            near("expectation.toml").as_deref(),
            Some("expectations.toml")
        );
        assert_eq!(near("peer_linus.md").as_deref(), Some("peer-linus.md"));
        assert_eq!(near("qqq.zip"), None);
    }

    #[test]
    fn every_file_but_a_login_may_carry_a_further_ending() {
        let at = |path: &[&str]| Kind::People.known(path, false);
        for path in [
            &["ada", "person.toml.age"][..],
            &["ada", "2026-h1", "peer-linus.md.age"],
            &["ada", "2026-h1", "files", "graph.png.age"],
        ] {
            assert!(matches!(at(path), Known::Sealed(_)), "{path:?}");
        }
        assert!(matches!(at(&["ada", "login.age"]), Known::File(_)));
        assert!(matches!(
            at(&["ada", "login.age.age"]),
            Known::Nothing { .. }
        ));
        assert!(matches!(
            at(&["ada", "notes.md.age"]),
            Known::Nothing { .. }
        ));
    }

    #[test]
    fn a_directory_under_a_person_is_a_cycle_and_a_file_is_not() {
        let at = |is_dir| Kind::People.known(&["ada", "2026-h1"], is_dir);
        assert!(matches!(at(true), Known::Directory(_)));
        assert!(matches!(at(false), Known::Nothing { .. }));
    }
}
