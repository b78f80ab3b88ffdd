//! `management/`: talent mapping and private notes.

use super::codes;
use super::feedback::{self, CONFIDENCE};
use super::known::Known;
use super::running;
use super::table::{At, Table};
use crate::model::*;
use crate::source::{FileKind, SourceFile};

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

/// Reads everything under `management/`.
pub(super) fn read(known: &Known<'_>) -> Management {
    let mut management = Management::default();
    for (kind, file) in &known.source.files {
        match kind {
            FileKind::Talent { cycle, person } => {
                let cycle = cycle_of(known, cycle, file);
                let person = running::subject(known, person, file);
                if let (Some(cycle), Some(person)) = (cycle, person) {
                    let read = |table: &Table<'_>| talent(known, table, &person, &cycle);
                    let talent = known.toml(kind, &KEYS, read).flatten();
                    let of_person = management.talent.entry(person).or_default();
                    of_person.extend(talent.map(|talent| (cycle, talent)));
                }
            }
            FileKind::PrivateNotes(person) => {
                let notes = running::notes(known, file);
                let person = running::subject(known, person, file);
                management
                    .notes
                    .extend(person.map(|person| (person, notes)));
            }
            _ => {}
        }
    }
    management
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
