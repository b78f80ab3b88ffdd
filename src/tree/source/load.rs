//! The walk over the whole tree.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;

use super::areas::Area;
use super::layout::Kind;
use super::outside::{Given, LeadsOut, leading_out};
use super::reload::Part;
use super::settings::{Sources, pin};
use super::tree::{ENTRIES_MAX, Walk};
use super::{
    Directory, FILE_MAX_BYTES, FileKind, LoadError, Problem, ProblemKind, RUBRICS, Source,
    SourceFile, published, read, written,
};
use crate::ground::diag::Place;

/// The file that makes a directory an organisation.
pub(super) const ORGANISATION: &str = "gradus.toml";

/// How many people one thread reads before it looks for more.
const PEOPLE_AT_ONCE: usize = 16;

/// Where the cycles lie.
pub(super) const CYCLES: &str = "cycles";

/// Reads the organisation that lies in `root`, opening what is sealed.
///
/// # Errors
/// Where there is no `gradus.toml`, or the directory itself cannot be read. Everything else that goes
/// wrong is among the [`Problem`]s of the source.
pub fn load(root: &Path, given: &Given) -> Result<Source, LoadError> {
    let mut source = begin(root, given)?;
    load_rubrics(&mut source);
    load_everyone(&mut source);
    load_management(&mut source);
    published::load(&mut source);
    source.problems.sort_by(|a, b| a.place.cmp(&b.place));
    Ok(source)
}

/// Reads what says where everything lies: the settings, and the cycles, which pin rubrics.
///
/// # Errors
/// As [`load`].
pub(super) fn begin(root: &Path, given: &Given) -> Result<Source, LoadError> {
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
        given: given.clone(),
        ..Source::default()
    };
    source.areas.root = fence;
    load_organisation(&mut source, &file);
    let file = source.files.get(&FileKind::Organisation);
    let settings = file.and_then(SourceFile::text).cloned().unwrap_or_default();
    let declared = Sources::of(&settings);
    let refused = leading_out(&source.areas.root, &settings, &source.given.outside);
    let [people_at, management_at] = declared.named_at;
    let people = (declared.people, people_at);
    source.areas.people = placed(&mut source, "people", people, &refused);
    let management = (declared.management, management_at);
    source.areas.management = placed(&mut source, "management", management, &refused);
    let problems = refused.into_iter().map(Problem::from);
    source.problems.extend(problems);
    load_cycles(&mut source);
    source.areas.rubrics = pinned_directories(&source);
    Ok(source)
}

/// Reads parts of an organisation that was read before, and nothing else.
pub(super) fn load_parts(known: &Source, parts: &BTreeSet<Part>) -> Source {
    let mut source = known.without_files();
    for part in parts {
        match part {
            Part::Cycles => {
                load_cycles(&mut source);
                source.areas.rubrics = pinned_directories(&source);
            }
            Part::Rubrics => load_rubrics(&mut source),
            Part::Person(name) => load_people(&mut source, Some(name)),
            Part::Management => load_management(&mut source),
            Part::Static => published::load(&mut source),
        }
    }
    source
}

fn load_organisation(source: &mut Source, file: &Path) {
    let read = match file.canonicalize() {
        Ok(target) if target.starts_with(&source.areas.root) => {
            read::bytes(&target, FILE_MAX_BYTES)
        }
        Ok(_) => Err(ProblemKind::LeavesTree),
        Err(_) => Err(ProblemKind::BrokenLink),
    };
    source.links |= file.is_symlink();
    match read {
        Ok(bytes) => source.take_in(ORGANISATION, FileKind::Organisation, bytes),
        Err(what) => source.problems.push(Problem {
            place: Place::file(ORGANISATION),
            what,
        }),
    }
}

/// Where an area lies: where it was declared to, or in its place in the tree.
fn placed(
    source: &mut Source,
    usual: &str,
    (path, named_at): (String, Option<Range<usize>>),
    refused: &[LeadsOut],
) -> Area {
    let in_tree = source.areas.root.join(usual);
    let Some(named_at) = named_at else {
        return Area {
            directory: in_tree,
            shown: usual.to_owned(),
            ..Area::default()
        };
    };
    let place = Place {
        file: ORGANISATION.into(),
        start: named_at.start,
        end: named_at.end,
    };
    if refused.iter().any(|leads| leads.place == place) {
        return Area {
            directory: in_tree,
            shown: path,
            moved: true,
            refused: true,
        };
    }
    let directory = source.root.join(&path);
    let there = directory.canonicalize().ok().filter(|path| path.is_dir());
    if there.is_none() {
        let what = ProblemKind::NoSuchDirectory;
        source.problems.push(Problem { place, what });
    }
    Area {
        directory: there.unwrap_or(directory),
        shown: path,
        moved: true,
        refused: false,
    }
}

fn load_cycles(source: &mut Source) {
    let directory = source.areas.root.join(CYCLES);
    load_inside(source, Kind::Cycles, &directory, CYCLES, None);
}

/// Loads the rubric in force and every directory that a cycle pins.
fn load_rubrics(source: &mut Source) {
    for name in source.areas.rubrics.clone() {
        let directory = source.areas.root.join(&name);
        // What a cycle pins may be a revision, whatever else has its name; of the rubric in force it is said what is there.
        if directory.is_dir() || name == RUBRICS {
            let known = Directory::Rubric(name.as_str().into());
            source.directories.insert(known, name.as_str().into());
            let kind = Kind::Rubric(name.as_str().into());
            load_inside(source, kind, &directory, &name, None);
        }
    }
}

/// Loads everyone, side by side where nobody's directory says anything about another's.
fn load_everyone(source: &mut Source) {
    let Some(read) = side_by_side(source) else {
        return load_people(source, None);
    };
    source.take_parts(read);
}

/// What lies in `people/`, read by several threads; nothing where it has to be read in one go.
fn side_by_side(source: &Source) -> Option<Vec<Source>> {
    let area = &source.areas.people;
    let names = names_in(&area.directory)?;
    let read = |names: &[String]| {
        let mut part = source.without_files();
        for name in names {
            load_people(&mut part, Some(name));
        }
        part
    };
    let parts: Vec<Source> = names.par_chunks(PEOPLE_AT_ONCE).map(read).collect();
    let entries = |part: &Source| part.files.len() + part.directories.len() + part.problems.len();
    let count: usize = parts.iter().map(entries).sum();
    let alone = parts.iter().all(Source::stands_alone);
    (alone && count <= ENTRIES_MAX).then_some(parts)
}

/// The names in a directory, in order; nothing where they are not told apart by case, are not UTF-8, or are so few or
/// so many that they are better read in one go.
fn names_in(directory: &Path) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for entry in directory.read_dir().ok()? {
        names.push(entry.ok()?.file_name().into_string().ok()?);
        if names.len() > ENTRIES_MAX {
            return None;
        }
    }
    let distinct: BTreeSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
    names.sort_unstable();
    (names.len() > PEOPLE_AT_ONCE && distinct.len() == names.len()).then_some(names)
}

/// Loads everyone, or whatever has one name in `people/`.
fn load_people(source: &mut Source, only: Option<&str>) {
    let area = source.areas.people.clone();
    load_area(source, Kind::People, &area, only);
}

fn load_management(source: &mut Source) {
    let area = source.areas.management.clone();
    load_area(source, Kind::Management, &area, None);
}

fn load_area(source: &mut Source, kind: Kind, area: &Area, only: Option<&str>) {
    if !area.moved {
        return load_inside(source, kind, &area.directory, &area.shown, only);
    }
    if area.directory.is_dir() && !area.refused {
        Walk {
            kind,
            directory: area.directory.clone(),
            shown: area.shown.clone(),
            fence: area.directory.clone(),
            source,
        }
        .run(only);
    }
}

/// Loads a directory within the tree; nothing where it is not there.
fn load_inside(source: &mut Source, kind: Kind, directory: &Path, shown: &str, only: Option<&str>) {
    if directory.symlink_metadata().is_err() {
        return;
    }
    source.links |= directory.is_symlink();
    let fence = source.areas.root.clone();
    let problem = match directory.canonicalize() {
        Err(_) => Some(ProblemKind::BrokenLink),
        Ok(target) if !target.starts_with(&fence) => Some(ProblemKind::LeavesTree),
        Ok(target) if !target.is_dir() => Some(ProblemKind::FileForDirectory),
        Ok(_) => None,
    };
    if let Some(what) = problem {
        let place = Place::file(shown);
        return source.problems.push(Problem { place, what });
    }
    Walk {
        kind,
        directory: directory.to_owned(),
        shown: shown.to_owned(),
        fence,
        source,
    }
    .run(only);
}

/// The directories of rubrics: that of the one in force, and those that cycles pin.
fn pinned_directories(source: &Source) -> BTreeSet<String> {
    let mut pins = pins(source);
    pins.retain(|pin| is_plain(&PathBuf::from(pin)));
    pins.insert(RUBRICS.to_owned());
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

/// Whether a path only goes down.
fn is_plain(path: &Path) -> bool {
    let down = |part: Component<'_>| matches!(part, Component::Normal(_));
    path.components().next().is_some() && path.components().all(down)
}
