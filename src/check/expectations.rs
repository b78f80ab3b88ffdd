//! `expectations.toml`: what was agreed for one cycle, with key steps.

use super::codes;
use super::known::{Known, Lookup, Once};
use super::seat::Seat;
use super::table::{At, Table, Value};
use crate::model::*;

/// The keys of the file.
pub(super) const KEYS: [&str; 6] = ["agreed", "until", "readers", "expectation", "note", "skip"];

/// The keys of one expectation.
pub(super) const EXPECTATION_KEYS: [&str; 12] = [
    "id",
    "text",
    "kind",
    "measure",
    "competencies",
    "why",
    "aims",
    "agreed",
    "until",
    "objective",
    "follows",
    "steps",
];

/// What an expectation says it carries on; looked up once all cycles of the person are read.
pub(super) struct Following {
    pub from: CycleId,
    pub follows: At<Follows>,
}

/// The ids of a file's expectations, whatever else is wrong with them.
pub(super) fn ids(table: &Table<'_>) -> Vec<ExpectationId> {
    let tables = table.list("expectation");
    let id = |value: &Value<'_>| {
        let entries = value.is_table().then(|| value.map())?;
        let (_, id) = entries.into_iter().find(|(key, _)| key.value == "id")?;
        ExpectationId::new(id.text_if_any()?)
    };
    tables.iter().filter_map(id).collect()
}

/// Reads the file.
pub(super) fn read(
    known: &Known<'_>,
    table: &Table<'_>,
    seat: &Seat<'_>,
    following: &mut Vec<Following>,
) -> Expectations {
    table.in_order("agreed", "until");
    let mut once = Once::default();
    let tables = table.tables("expectation", &EXPECTATION_KEYS);
    let mut one = |table: &Table<'_>| expectation(known, table, seat, &mut once, following);
    Expectations {
        agreed: table.date("agreed"),
        until: table.date("until"),
        expectations: tables.iter().filter_map(&mut one).collect(),
        notes: notes(known, table, seat),
        skip_comments: skip_comments(known, table, seat),
        readers: known.readers(table),
        proof: Proof::default(),
    }
}

const KINDS: [(&str, ExpectationKind); 6] = [
    ("remedy", ExpectationKind::Remedy),
    ("next-level", ExpectationKind::NextLevel),
    ("objective", ExpectationKind::Objective),
    ("interest", ExpectationKind::Interest),
    ("stable", ExpectationKind::Stable),
    ("onboarding", ExpectationKind::Onboarding),
];

fn expectation(
    known: &Known<'_>,
    table: &Table<'_>,
    seat: &Seat<'_>,
    once: &mut Once,
    following: &mut Vec<Following>,
) -> Option<Expectation> {
    let lookup = seat.lookup(known);
    table.in_order("agreed", "until");
    let follows = follows(known, table);
    let id = table.required_id("id", ExpectationId::new);
    if let Some(id) = &id {
        check_id(known, seat, once, id);
    }
    let from = seat.cycle.clone();
    following.extend(follows.clone().map(|follows| Following { from, follows }));
    Some(Expectation {
        text: table.required_prose("text"),
        kind: table.word("kind", &KINDS),
        measure: table.prose("measure"),
        competencies: known.competencies(table, "competencies", &lookup),
        why: table.prose("why"),
        aims: known.level_at(table, "aims", &lookup),
        agreed: table.date("agreed"),
        until: table.date("until"),
        objective: table.string("objective"),
        follows: follows.map(|at| at.value),
        steps: steps(table),
        fixed: None,
        // Last, so that all the rest is read and complained about whatever the id is.
        id: id?.value,
    })
}

fn check_id(known: &Known<'_>, seat: &Seat<'_>, once: &mut Once, id: &At<ExpectationId>) {
    let text = id.value.as_str();
    once.admit(known.complaints, "the expectation", text, &id.place);
    if seat
        .questions(known)
        .iter()
        .any(|question| question.id.as_str() == text)
    {
        let message = format!("`{text}` is the id of a question too");
        known
            .complaints
            .about(codes::AMBIGUOUS, id.place.clone(), message)
            .help("a heading of that name could mean either; rename the expectation");
    }
}

fn follows(known: &Known<'_>, table: &Table<'_>) -> Option<At<Follows>> {
    let text = table.text("follows")?;
    let parts: Vec<&str> = text.value.split('/').collect();
    let read = match parts.as_slice() {
        [cycle, id] => follows_expectation(cycle, id),
        [cycle, "plan", id] => follows_goal(cycle, id),
        _ => None,
    };
    if read.is_none() {
        let message = format!("`{}` is not something to follow", text.value);
        known
            .complaints
            .about(codes::NO_FOLLOWED, text.place.clone(), message)
            .help("write `<cycle>/<expectation>` or `<cycle>/plan/<goal>`");
    }
    Some(text.with(read?))
}

fn follows_expectation(cycle: &str, id: &str) -> Option<Follows> {
    Some(Follows::Expectation(
        CycleId::new(cycle)?,
        ExpectationId::new(id)?,
    ))
}

fn follows_goal(cycle: &str, id: &str) -> Option<Follows> {
    Some(Follows::PlanGoal(CycleId::new(cycle)?, GoalId::new(id)?))
}

fn steps(table: &Table<'_>) -> Vec<KeyStep> {
    table.list("steps").iter().filter_map(step).collect()
}

fn step(value: &Value<'_>) -> Option<KeyStep> {
    const KEYS: [&str; 7] = ["text", "due", "done", "dropped", "why", "note", "evidence"];
    if !value.is_table() {
        return Some(KeyStep {
            text: value.prose()?,
            due: None,
            done: None,
            dropped: None,
            why: None,
            note: None,
            evidence: Vec::new(),
        });
    }
    let table = value.table(&KEYS)?;
    table.exclusive("done", "dropped");
    Some(KeyStep {
        text: table.required_prose("text"),
        due: table.date("due"),
        done: table.date("done"),
        dropped: table.date("dropped"),
        why: table.prose("why"),
        note: table.prose("note"),
        evidence: table.addresses("evidence"),
    })
}

const NOTE_KEYS: [&str; 4] = ["date", "by", "on", "text"];

fn notes(known: &Known<'_>, table: &Table<'_>, seat: &Seat<'_>) -> Vec<Note> {
    let tables = table.tables("note", &NOTE_KEYS);
    let note = |table: &Table<'_>| {
        let by = known.required_person(table, "by");
        let date = table.required_date("date");
        let on = seat.expectation_at(known, table, "on");
        let text = table.required_prose("text");
        let by = by?;
        Some(Note { date, by, on, text })
    };
    tables.iter().filter_map(note).collect()
}

fn skip_comments(known: &Known<'_>, table: &Table<'_>, seat: &Seat<'_>) -> Vec<SkipComment> {
    let tables = table.tables("skip", &NOTE_KEYS);
    let comment = |table: &Table<'_>| {
        let by = known.required_person(table, "by");
        let date = table.required_date("date");
        let on = seat.expectation_at(known, table, "on");
        let text = table.required_prose("text");
        let by = by?;
        Some(SkipComment { by, date, on, text })
    };
    tables.iter().filter_map(comment).collect()
}

/// The keys of `plan.toml`.
pub(super) const PLAN_KEYS: [&str; 2] = ["readers", "goal"];

/// Reads `plan.toml`.
pub(super) fn plan(known: &Known<'_>, table: &Table<'_>, lookup: &Lookup<'_>) -> Plan {
    const KEYS: [&str; 7] = [
        "id",
        "text",
        "competencies",
        "actions",
        "resources",
        "support",
        "by",
    ];
    let mut once = Once::default();
    let mut goal = |table: &Table<'_>| {
        let id = table.id("id", GoalId::new);
        if let Some(id) = &id {
            once.admit(known.complaints, "the goal", id.value.as_str(), &id.place);
        }
        Goal {
            id: id.map(|id| id.value),
            text: table.required_prose("text"),
            competencies: known.competencies(table, "competencies", lookup),
            actions: table.proses("actions"),
            resources: table.proses("resources"),
            support: table.proses("support"),
            by: table.date("by"),
        }
    };
    Plan {
        goals: table.tables("goal", &KEYS).iter().map(&mut goal).collect(),
        readers: known.readers(table),
    }
}
