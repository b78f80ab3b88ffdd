//! Which texts of a cycle are in, by person. Peer feedback and reviews that are not shared are confidential
//! beyond this page: it knows nothing of them.

use serde::Serialize;

use super::{Who, who};
use crate::domain::growth::{self, Phase, PhaseState, PhaseStatus};
use crate::domain::model::*;
use crate::site::Context;
use crate::site::date::Day;
use crate::site::view::person::marks::{Mark, When};
use crate::site::view::person::names::cycle_route;

/// The texts whose files a team's page may hold.
pub const SHOWN: [Phase; 3] = [Phase::SelfAssessment, Phase::Review, Phase::Response];

/// One cycle.
#[derive(Debug, Serialize)]
pub struct PhaseTable {
    pub title: String,
    /// The cycle's last day.
    pub ends: Day,
    pub is_over: bool,
    /// What the columns are called.
    pub columns: Vec<&'static str>,
    /// Those who have files in the cycle, by name.
    pub rows: Vec<PhaseRow>,
    pub overdue: usize,
    pub unacknowledged: usize,
}

/// One person.
#[derive(Debug, Serialize)]
pub struct PhaseRow {
    who: Who,
    /// Their page of the cycle.
    href: String,
    /// One a column, and whether the response is acknowledged.
    cells: Vec<PhaseCell>,
}

/// One text of one person.
#[derive(Debug, Serialize)]
pub struct PhaseCell {
    mark: Mark,
    /// Nothing where there is no day to tell.
    when: Option<When>,
}

/// The table of one cycle; nothing where none of these people takes part in it.
pub fn table(ctx: &Context, people: &[&Person], cycle: &Cycle) -> Option<PhaseTable> {
    let in_cycle = || people.iter().filter(|p| p.cycles.contains_key(&cycle.id));
    let rows: Vec<PhaseRow> = in_cycle().filter_map(|p| row(ctx, p, cycle)).collect();
    let mut columns: Vec<&'static str> = SHOWN.into_iter().map(title_of).collect();
    columns.push("Acknowledged");
    (!rows.is_empty()).then(|| PhaseTable {
        title: cycle.title.clone(),
        ends: cycle.end.into(),
        is_over: cycle.end < ctx.commons.as_of,
        columns,
        rows,
        overdue: in_cycle().map(|p| overdue(ctx, p, cycle)).sum(),
        unacknowledged: in_cycle()
            .filter(|p| unacknowledged(p, cycle).is_some())
            .count(),
    })
}

/// What a text is called on this page.
pub fn title_of(phase: Phase) -> &'static str {
    match phase {
        Phase::SelfAssessment => "Self-assessment",
        Phase::Peer => "Peer feedback",
        Phase::Review => "Shared review",
        Phase::Response => "Response",
    }
}

/// Where the texts stand that this page may tell of.
pub fn shown(ctx: &Context, person: &Person, cycle: &Cycle) -> Vec<PhaseStatus> {
    if !person.cycles.contains_key(&cycle.id) {
        return Vec::new();
    }
    let mut all = growth::phases(ctx.commons, person, cycle);
    all.retain(|status| SHOWN.contains(&status.phase));
    all
}

/// How many texts of a person's cycle are overdue.
pub fn overdue(ctx: &Context, person: &Person, cycle: &Cycle) -> usize {
    let all = shown(ctx, person, cycle).into_iter();
    all.filter(|status| status.state == PhaseState::Overdue)
        .count()
}

/// The day of a response that its manager has not acknowledged.
pub fn unacknowledged(person: &Person, cycle: &Cycle) -> Option<Date> {
    let files = person.cycles.get(&cycle.id)?;
    let given = files.response.as_ref()?.feedback.date?;
    let review = files.shared_review()?;
    review.acknowledged.is_none().then_some(given)
}

fn row(ctx: &Context, person: &Person, cycle: &Cycle) -> Option<PhaseRow> {
    let statuses = shown(ctx, person, cycle);
    if statuses.is_empty() {
        return None;
    }
    let mut cells: Vec<PhaseCell> = statuses.iter().map(cell).collect();
    cells.push(acknowledgement(person, cycle));
    Some(PhaseRow {
        who: who(ctx, person),
        href: format!("/{}", cycle_route(&person.id, &cycle.id)),
        cells,
    })
}

fn cell(status: &PhaseStatus) -> PhaseCell {
    let (mark, when) = match status.state {
        PhaseState::Done(on) => (Mark::new("done", "done", "Done"), When::on("", on)),
        PhaseState::Late(on) => (Mark::new("done", "half", "Late"), When::on("", on)),
        PhaseState::Due => (
            Mark::new("track", "track", "Due"),
            When::due(status.due, false),
        ),
        PhaseState::Overdue => (
            Mark::new("miss", "risk", "Overdue"),
            When::due(status.due, true),
        ),
        PhaseState::NotYet => (
            Mark::new("idle", "idle", "Not yet"),
            When::due(status.due, false),
        ),
    };
    PhaseCell {
        mark,
        when: Some(when),
    }
}

fn acknowledgement(person: &Person, cycle: &Cycle) -> PhaseCell {
    let files = person.cycles.get(&cycle.id);
    let answered = files.and_then(|files| files.response.as_ref()).is_some();
    let acknowledged = files.and_then(|files| files.shared_review()?.acknowledged);
    let (mark, when) = match (unacknowledged(person, cycle), acknowledged) {
        (Some(given), _) => (
            Mark::new("risk", "talk", "Not yet"),
            Some(When::on("answered", given)),
        ),
        (None, Some(on)) if answered => (Mark::new("done", "done", "Done"), Some(When::on("", on))),
        _ => (Mark::new("idle", "idle", "No response"), None),
    };
    PhaseCell { mark, when }
}
