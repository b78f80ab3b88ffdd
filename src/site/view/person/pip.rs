//! An improvement plan: objectives from → to, support, weekly check-ins, and how it ended.

use chrono::Days;
use serde::Serialize;

use super::marks::{Mark, When};
use crate::domain::model::*;
use crate::site::date::Day;
use crate::site::{Context, Html};

/// One plan: `{{ <person.pip plan={p} /> }}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PipCard {
    /// The cycle it belongs to.
    pub cycle: String,
    pub start: Day,
    pub days: u32,
    /// The last day.
    pub until: When,
    /// Running, or how it ended.
    pub mark: Mark,
    pub closed: Option<Day>,
    pub cause: Option<Html>,
    pub support: Vec<Html>,
    pub success: Option<Html>,
    pub consequence: Option<Html>,
    pub objectives: Vec<PipLine>,
    /// Newest first.
    pub checkins: Vec<PipMeeting>,
}

/// One measurable objective.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PipLine {
    pub text: Html,
    pub from: Option<String>,
    pub to: Option<String>,
    /// The value of the last check-in that has one.
    pub last: Option<String>,
}

/// One weekly look.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PipMeeting {
    pub day: Day,
    pub text: Html,
    pub values: Vec<PipValue>,
}

/// Where an objective stood.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PipValue {
    /// Its place among the objectives, from 1; nothing for one that is not among them.
    pub number: Option<usize>,
    pub objective: String,
    pub value: String,
}

/// A plan of one cycle.
pub fn card(ctx: &Context, cycle: &Cycle, pip: &Pip) -> PipCard {
    let prose = |text: &Prose| ctx.prose(text, Some(&cycle.id));
    let last_day = u64::from(pip.days.saturating_sub(1));
    let until = pip
        .start
        .checked_add_days(Days::new(last_day))
        .unwrap_or(pip.start);
    PipCard {
        cycle: cycle.title.clone(),
        start: pip.start.into(),
        days: pip.days,
        until: When {
            relative: pip.closed.is_none(),
            ..When::on("", until)
        },
        mark: state(pip),
        closed: pip.closed.map(Day::from),
        cause: pip.cause.as_ref().map(prose),
        support: pip
            .support
            .iter()
            .map(|one| ctx.inline(one, Some(&cycle.id)))
            .collect(),
        success: pip.success.as_ref().map(prose),
        consequence: pip.consequence.as_ref().map(prose),
        objectives: pip
            .objectives
            .iter()
            .map(|one| line(ctx, cycle, pip, one))
            .collect(),
        checkins: pip
            .checkins
            .iter()
            .rev()
            .map(|one| meeting(ctx, cycle, pip, one))
            .collect(),
    }
}

fn state(pip: &Pip) -> Mark {
    match pip.result.filter(|_| pip.closed.is_some()) {
        Some(PipResult::Met) => Mark::new("done", "done", "Met"),
        Some(PipResult::Extended) => Mark::new("track", "carry", "Extended"),
        Some(PipResult::Ended) => Mark::new("idle", "eq", "Ended"),
        None if pip.closed.is_some() => Mark::new("idle", "eq", "Closed"),
        None => Mark::new("track", "track", "Running"),
    }
}

fn line(ctx: &Context, cycle: &Cycle, pip: &Pip, objective: &PipObjective) -> PipLine {
    let mut newest_first = pip.checkins.iter().rev();
    let last = newest_first.find_map(|checkin| checkin.values.get(&objective.id));
    PipLine {
        text: ctx.inline(&objective.text, Some(&cycle.id)),
        from: objective.from.clone(),
        to: objective.to.clone(),
        last: last.cloned(),
    }
}

fn meeting(ctx: &Context, cycle: &Cycle, pip: &Pip, checkin: &PipCheckIn) -> PipMeeting {
    let title = |id: &ObjectiveId| {
        let objective = pip.objectives.iter().find(|objective| objective.id == *id);
        objective.map_or_else(|| id.to_string(), |objective| ctx.plain(&objective.text))
    };
    let place = |id: &ObjectiveId| pip.objectives.iter().position(|one| one.id == *id);
    let value = |(id, value): (&ObjectiveId, &String)| PipValue {
        number: place(id).map(|at| at + 1),
        objective: title(id),
        value: value.clone(),
    };
    let mut values: Vec<PipValue> = checkin.values.iter().map(value).collect();
    values.sort_by_key(|value| value.number.unwrap_or(usize::MAX));
    PipMeeting {
        day: checkin.date.into(),
        text: ctx.prose(&checkin.text, Some(&cycle.id)),
        values,
    }
}
