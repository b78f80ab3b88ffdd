//! What a single file of the tree is, without reading the tree.

use std::path::Path;

use super::areas::Area;
use super::layout::{Kind, Known};
use super::{FileKind, Given, Identities, LoadError, Outside, Source, load};

/// Where a file lies, seen from an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Lies {
    /// Where one of the layout does; whether with the ending of what is sealed.
    Known { kind: FileKind, sealed: bool },
    /// In the organisation's directory, where nothing of the layout lies.
    Unknown,
    /// In none of its directories, or where only a sealed cycle could tell.
    Elsewhere,
}

/// Where a file lies that is there.
///
/// # Errors
/// There is no organisation in `root`, or the file's directory cannot be read.
pub fn lies(root: &Path, file: &Path, outside: &Outside) -> Result<Lies, LoadError> {
    let given = Given {
        identities: Identities::default(),
        outside: outside.clone(),
    };
    let source = load::begin(root, &given)?;
    let real = file.canonicalize();
    let real = real.map_err(|error| LoadError::Unreadable {
        path: file.to_owned(),
        source: error,
    })?;
    if real == source.areas.root.join(load::ORGANISATION) {
        return Ok(known(FileKind::Organisation, false));
    }
    let found = areas(&source).find_map(|(kind, area)| in_area(&kind, &area, &real));
    Ok(found.unwrap_or_else(|| beside(&source, &real)))
}

fn areas(source: &Source) -> impl Iterator<Item = (Kind, Area)> + '_ {
    let areas = &source.areas;
    let inside = |name: &str| Area {
        directory: areas.root.join(name),
        shown: name.to_owned(),
        moved: false,
        refused: false,
    };
    let rubrics = areas.rubrics.iter();
    let rubrics = rubrics.map(move |name| (Kind::Rubric(name.as_str().into()), inside(name)));
    let moved = [
        (Kind::People, areas.people.clone()),
        (Kind::Management, areas.management.clone()),
        (Kind::Cycles, inside(load::CYCLES)),
    ];
    rubrics.chain(moved)
}

fn in_area(kind: &Kind, area: &Area, file: &Path) -> Option<Lies> {
    let directory = area.directory.canonicalize().ok()?;
    let within = file.strip_prefix(directory).ok()?;
    let parts: Vec<_> = within.iter().map(|part| part.to_string_lossy()).collect();
    let parts: Vec<&str> = parts.iter().map(|part| &**part).collect();
    Some(match kind.known(&parts, false) {
        Known::File(kind) => known(kind, false),
        Known::Sealed(kind) => known(kind, true),
        _ => Lies::Unknown,
    })
}

fn known(kind: FileKind, sealed: bool) -> Lies {
    Lies::Known { kind, sealed }
}

/// A file of no area: sealed cycles may pin a rubric's directory that nobody else knows of.
fn beside(source: &Source, file: &Path) -> Lies {
    let sure = source.unopened().next().is_none();
    if file.starts_with(&source.areas.root) && sure {
        Lies::Unknown
    } else {
        Lies::Elsewhere
    }
}
