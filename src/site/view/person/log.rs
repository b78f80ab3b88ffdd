//! The running log: wins, feedback, awards and touchpoints, newest first.

use serde::Serialize;

use super::marks::{Evidence, Link, Mark, When};
use super::names::*;
use crate::domain::model::*;
use crate::site::{Context, Html};

/// One entry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogLine {
    pub mark: Mark,
    pub text: Html,
    /// Nothing where the entry names nobody.
    pub by: Option<String>,
    /// Titles.
    pub competencies: Vec<String>,
    /// The expectation that it is about.
    pub on: Option<Link>,
    pub evidence: Vec<Evidence>,
    pub when: When,
}

/// All entries of a draw, newest first.
pub fn lines(ctx: &Context, person: &Person) -> Vec<LogLine> {
    let newest_first = person.log.iter().rev();
    newest_first.map(|entry| line(ctx, person, entry)).collect()
}

fn line(ctx: &Context, person: &Person, entry: &LogEntry) -> LogLine {
    let held = person.level_on(entry.date);
    let title = |id| competency_title(&ctx.commons.rubric, held, id);
    LogLine {
        mark: kind_mark(entry.kind),
        text: ctx.inline(&entry.text, None),
        by: entry
            .by
            .as_ref()
            .map(|by| ctx.commons.name_of(by).to_owned()),
        competencies: entry.competencies.iter().map(title).collect(),
        on: entry
            .on
            .as_ref()
            .and_then(|id| expectation_on(ctx, person, entry.date, id)),
        evidence: Evidence::all(&entry.evidence),
        when: When::on("", entry.date),
    }
}

/// What kind of entry it is.
pub fn kind_mark(kind: LogKind) -> Mark {
    match kind {
        LogKind::Win => Mark::new("done", "up", "Win"),
        LogKind::Feedback => Mark::new("track", "talk", "Feedback"),
        LogKind::Award => Mark::new("done", "star", "Award"),
        LogKind::Touchpoint => Mark::new("idle", "next", "Touchpoint"),
    }
}

/// The expectation of the person's cycle that a day lies in; nothing where this draw does not hold it.
fn expectation_on(ctx: &Context, person: &Person, day: Date, id: &ExpectationId) -> Option<Link> {
    let held = |cycle: &&Cycle| {
        let of = person.cycles.get(&cycle.id);
        let agreed = of.and_then(|of| of.expectations.as_ref());
        cycle.contains(day) && agreed.is_some_and(|agreed| agreed.get(id).is_some())
    };
    let cycle = ctx.commons.cycles.iter().find(held)?;
    let of = person.cycles.get(&cycle.id)?;
    let route = cycle_route(&person.id, &cycle.id);
    Some(Link {
        text: expectation_title(ctx, of, id),
        href: format!("/{route}#{}", expectation_anchor(id)),
    })
}
