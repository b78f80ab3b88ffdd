//! The walk over the whole tree.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::layout::Area;
use super::tree::Walk;
use super::{
    Directory, FileKind, LoadError, Problem, ProblemKind, RUBRICS, Source, SourceFile, read,
    written,
};
use crate::diag::Place;

/// The file that makes a directory an organisation.
pub(super) const ORGANISATION: &str = "gradus.toml";

/// Reads the organisation that lies in `root`.
///
/// # Errors
/// Where there is no `gradus.toml`, or the directory itself cannot be read. Everything else that goes
/// wrong is among the [`Problem`]s of the source.
pub fn load(root: &Path) -> Result<Source, LoadError> {
    let unreadable = |source| LoadError::Unreadable {
        path: root.to_owned(),
        source,
    };
    let fence = root.canonicalize().map_err(unreadable)?;
    let file = root.join(ORGANISATION);
    if file.symlink_metadata().is_err() {
        return Err(LoadError::NoOrganisation(root.to_owned()));
    }
    let mut source = Source {
        root: root.to_owned(),
        ..Source::default()
    };
    load_organisation(&mut source, &file, &fence);
    let declared = Declared::of(&source);
    load_inside(&mut source, Area::Cycles, "cycles", &fence);
    load_rubrics(&mut source, &fence);
    load_area(&mut source, Area::People, "people", declared.people, &fence);
    load_area(
        &mut source,
        Area::Management,
        "management",
        declared.management,
        &fence,
    );
    Ok(source)
}

fn load_organisation(source: &mut Source, file: &Path, fence: &Path) {
    let read = match file.canonicalize() {
        Ok(target) if target.starts_with(fence) => read::bytes(&target),
        Ok(_) => Err(ProblemKind::LeavesTree),
        Err(_) => Err(ProblemKind::BrokenLink),
    };
    match read {
        Ok(bytes) => source.take_in(ORGANISATION, FileKind::Organisation, bytes),
        Err(what) => source.problems.push(Problem {
            place: Place::file(ORGANISATION),
            what,
        }),
    }
}

/// The directories that `[sources]` names. What is wrong with the table itself, `check` says.
#[derive(Default)]
struct Declared {
    people: Option<DeclaredDirectory>,
    management: Option<DeclaredDirectory>,
}

/// A directory as declared, and where.
struct DeclaredDirectory {
    path: String,
    place: Place,
}

impl Declared {
    fn of(source: &Source) -> Self {
        let Some(file) = source.files.get(&FileKind::Organisation) else {
            return Self::default();
        };
        let text = file.text().map_or("", |text| text);
        let toml = written::Toml::parse(text);
        let sources = toml
            .root
            .get("sources")
            .and_then(|v| v.get_ref().as_table());
        let directory = |key: &str| {
            let value = sources?.get(key)?;
            let span = value.span();
            Some(DeclaredDirectory {
                path: value.get_ref().as_str()?.trim_end_matches('/').to_owned(),
                place: Place {
                    file: file.path.clone(),
                    start: span.start,
                    end: span.end,
                },
            })
        };
        Self {
            people: directory("people"),
            management: directory("management"),
        }
    }
}

/// Loads an area from where it was declared to lie, or from its place in the tree.
fn load_area(
    source: &mut Source,
    area: Area,
    usual: &str,
    declared: Option<DeclaredDirectory>,
    fence: &Path,
) {
    let Some(declared) = declared else {
        return load_inside(source, area, usual, fence);
    };
    let directory = source.root.join(&declared.path);
    let fence = directory.canonicalize().ok().filter(|path| path.is_dir());
    let Some(fence) = fence else {
        let place = declared.place;
        let what = ProblemKind::NoSuchDirectory;
        return source.problems.push(Problem { place, what });
    };
    Walk {
        area,
        directory: fence.clone(),
        shown: declared.path,
        fence,
        source,
    }
    .run();
}

/// Loads an area from a directory within the tree; nothing where it is not there.
fn load_inside(source: &mut Source, area: Area, shown: &str, fence: &Path) {
    let directory = source.root.join(shown);
    if directory.symlink_metadata().is_err() {
        return;
    }
    let problem = match directory.canonicalize() {
        Err(_) => Some(ProblemKind::BrokenLink),
        Ok(target) if !target.starts_with(fence) => Some(ProblemKind::LeavesTree),
        Ok(target) if !target.is_dir() => Some(ProblemKind::FileForDirectory),
        Ok(_) => None,
    };
    if let Some(what) = problem {
        let place = Place::file(shown);
        return source.problems.push(Problem { place, what });
    }
    Walk {
        area,
        directory,
        shown: shown.to_owned(),
        fence: fence.to_owned(),
        source,
    }
    .run();
}

/// Loads the rubric in force and every directory that a cycle pins.
fn load_rubrics(source: &mut Source, fence: &Path) {
    let mut directories = pinned_directories(source);
    directories.insert(RUBRICS.to_owned());
    for directory in directories {
        let area = Area::Rubric(directory.as_str().into());
        let known = Directory::Rubric(directory.as_str().into());
        if source.root.join(&directory).is_dir() {
            let path = directory.as_str().into();
            source.directories.insert(known, path);
            load_inside(source, area, &directory, fence);
        }
    }
}

fn pinned_directories(source: &Source) -> BTreeSet<String> {
    let mut pins = pins(source);
    pins.retain(|pin| is_plain(&PathBuf::from(pin)));
    pins
}

/// What cycles pin their rubric to, as written.
pub(super) fn pins(source: &Source) -> BTreeSet<String> {
    let cycles = source
        .files
        .iter()
        .filter(|(kind, _)| matches!(kind, FileKind::Cycle(_)));
    cycles.filter_map(|(_, file)| pin(file.text()?)).collect()
}

/// Whether the organisation sets `as_of`, as examples and tests do.
pub(super) fn fixes_its_day(source: &Source) -> bool {
    let file = source.files.get(&FileKind::Organisation);
    let text = file.and_then(SourceFile::text);
    text.is_some_and(|text| written::Toml::parse(text).root.contains_key("as_of"))
}

/// The `rubric` of a cycle as written.
fn pin(text: &str) -> Option<String> {
    let toml = written::Toml::parse(text);
    let value = toml.root.get("rubric")?.get_ref().as_str()?;
    Some(value.to_owned())
}

/// Whether a path only goes down.
fn is_plain(path: &Path) -> bool {
    let down = |part: Component<'_>| matches!(part, Component::Normal(_));
    path.components().next().is_some() && path.components().all(down)
}
