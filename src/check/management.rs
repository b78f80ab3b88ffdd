//! `management/`: talent mapping and private notes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes;
use super::feedback::{self, CONFIDENCE};
use super::known::Known;
use super::running;
use super::table::{At, Table};
use crate::model::*;
use crate::source::{FileKind, Name, Source, SourceFile};

const KEYS: [&str; 14] = [
    "by",
    "partner",
    "date",
    "readers",
    "alignment",
    "confidence",
    "strengths",
    "needs",
    "missing",
    "potential",
    "ratings",
    "adjusted",
    "level",
    "coaching",
];

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
                    let read = |table: &Table<'_>| talent(known, table, person, &cycle);
                    let talent = known.toml(kind, &KEYS, read).flatten();
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
    let place = crate::diag::Place::file(file.path.clone());
    super::cycle_named(known, &At { value: name, place })
}

const ALIGNMENT: [(&str, Alignment); 3] = [
    ("below", Alignment::Below),
    ("at", Alignment::At),
    ("above", Alignment::Above),
];

fn talent(
    known: &Known<'_>,
    table: &Table<'_>,
    person: &PersonId,
    cycle: &CycleId,
) -> Option<Talent> {
    let lookup = known.rubric_of(known.cycle(cycle));
    let by = known.required_person(table, "by");
    let partner = known.person_at(table, "partner");
    not_about_oneself(table, "by", person, by.as_ref());
    not_about_oneself(table, "partner", person, partner.as_ref());
    let talent = Talent {
        partner,
        date: table.date("date"),
        readers: known.readers(table),
        alignment: table.word("alignment", &ALIGNMENT),
        confidence: table.word("confidence", &CONFIDENCE),
        strengths: table.proses("strengths"),
        needs: table.proses("needs"),
        missing: table.proses("missing"),
        potential: table.prose("potential"),
        ratings: feedback::ratings(known, table, &lookup),
        adjusted: adjustments(table),
        level: level_change(known, table),
        coaching: coaching(table),
        by: by?,
    };
    Some(talent)
}

fn not_about_oneself(table: &Table<'_>, key: &str, person: &PersonId, named: Option<&PersonId>) {
    if named == Some(person) {
        let message = format!("`{person}` cannot take part in their own talent mapping");
        let place = table.place_of(key);
        table
            .doc
            .complaints
            .about(codes::ABOUT_ONESELF, place, message);
    }
}

fn adjustments(table: &Table<'_>) -> Vec<Adjustment> {
    let tables = table.tables("adjusted", &["date", "was", "why"]);
    let adjustment = |table: &Table<'_>| {
        table.require("was");
        let was = table.word("was", &ALIGNMENT);
        let date = table.required_date("date");
        let why = table.required_prose("why");
        let was = was?;
        Some(Adjustment { date, was, why })
    };
    tables.iter().filter_map(adjustment).collect()
}

fn level_change(known: &Known<'_>, table: &Table<'_>) -> Option<LevelChange> {
    const STATUS: [(&str, LevelChangeStatus); 3] = [
        ("recommended", LevelChangeStatus::Recommended),
        ("deferred", LevelChangeStatus::Deferred),
        ("done", LevelChangeStatus::Done),
    ];
    let table = table.table("level", &["recommend", "status", "why"])?;
    table.require("recommend");
    table.require("status");
    let recommend = known.level_at(&table, "recommend", &known.all_rubrics());
    let status = table.word("status", &STATUS);
    let why = table.prose("why");
    Some(LevelChange {
        recommend: recommend?,
        status: status?,
        why,
    })
}

fn coaching(table: &Table<'_>) -> Coaching {
    let table = table.table("coaching", &["actions", "opportunities", "support"]);
    table.map_or_else(Coaching::default, |table| Coaching {
        actions: table.proses("actions"),
        opportunities: table.proses("opportunities"),
        support: table.proses("support"),
    })
}
