//! `management/`: talent mapping and private notes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes;
use super::known::{Known, Names};
use super::running;
use super::table::At;
use crate::domain::model::*;
use crate::tree::source::{FileKind, Name, Source, SourceFile};

/// One file under `management/`.
pub(super) type File<'s> = (&'s FileKind, &'s SourceFile);

/// All files under `management/`, by the person that their names say.
pub(super) fn files(source: &Source) -> BTreeMap<Name, Vec<File<'_>>> {
    let first = FileKind::Talent {
        cycle: "".into(),
        person: "".into(),
    };
    let mut files: BTreeMap<Name, Vec<File<'_>>> = BTreeMap::new();
    for (kind, file) in source.files.range(first..) {
        if let FileKind::Talent { person, .. } | FileKind::PrivateNotes(person) = kind {
            files.entry(person.clone()).or_default().push((kind, file));
        }
    }
    files
}

/// Reads the files about one person; nothing where they are nobody.
pub(super) fn read(known: &Known<'_>, files: &[File<'_>]) -> Option<(PersonId, Arc<Managed>)> {
    let mut managed = Managed::default();
    let mut about = None;
    for (kind, file) in files {
        match kind {
            FileKind::Talent { cycle, person } => {
                let cycle = cycle_of(known, cycle, file);
                let person = running::subject(known, person, file);
                if let (Some(cycle), Some(person)) = (cycle, &person) {
                    let talent = talent(known, kind, person, &cycle);
                    managed.talent.extend(talent.map(|talent| (cycle, talent)));
                }
                about = about.or(person);
            }
            FileKind::PrivateNotes(person) => {
                managed.notes = running::notes(known, file);
                about = about.or(running::subject(known, person, file));
            }
            _ => {}
        }
    }
    about.map(|person| (person, Arc::new(managed)))
}

fn cycle_of(known: &Known<'_>, name: &str, file: &SourceFile) -> Option<CycleId> {
    let place = crate::ground::diag::Place::file(file.path.clone());
    super::cycle_named(known, &At { value: name, place })
}

fn talent(
    known: &Known<'_>,
    kind: &FileKind,
    person: &PersonId,
    cycle: &CycleId,
) -> Option<Talent> {
    let file = known.read_by(kind, "talent", &Names::in_cycle(known, cycle))?;
    for key in ["by", "partner"] {
        let named = file.table().text(key);
        if let Some(named) = named.filter(|named| named.value == person.as_str()) {
            let message = format!("`{person}` cannot take part in their own talent mapping");
            known.about(codes::ABOUT_ONESELF, named.place, message);
        }
    }
    file.model()
}
