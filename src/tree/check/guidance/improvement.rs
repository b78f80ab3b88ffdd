//! Improvement plans: bounded, small, and looked at every week.

use super::Lint;
use super::in_cycle::InCycle;
use super::spot::Spot;
use crate::domain::model::*;
use crate::tree::check::codes::{self, Rule};
use crate::tree::source::CycleFile;

/// Judges the plan of one cycle.
pub(super) fn judge(seat: &InCycle<'_>) -> Vec<Lint> {
    let Some(pip) = &seat.files.pip else {
        return Vec::new();
    };
    let all = [days(seat, pip), objectives(seat, pip), checkins(seat, pip)];
    all.into_iter().flatten().collect()
}

fn lint(seat: &InCycle<'_>, rule: Rule, spot: Spot, message: String) -> Lint {
    Lint::new(rule, seat.file(CycleFile::Pip), spot, message)
}

fn days(seat: &InCycle<'_>, pip: &Pip) -> Option<Lint> {
    let (least, most) = seat.policy().pip_days;
    let message = format!("{} days, where a plan takes {least} to {most}", pip.days);
    (!(least..=most).contains(&pip.days)).then(|| {
        lint(seat, codes::PIP_DAYS, Spot::key("days"), message)
            .help("long enough to change something, short enough to see an end")
    })
}

fn objectives(seat: &InCycle<'_>, pip: &Pip) -> Option<Lint> {
    let (least, most) = seat.policy().pip_objectives;
    let number = pip.objectives.len();
    let spot = if number > most as usize {
        Spot::key("objective").nth(most as usize)
    } else {
        Spot::key("objective").nth(0)
    };
    let things = if number == 1 {
        "objective"
    } else {
        "objectives"
    };
    let message = format!("{number} {things}, where a plan has {least} to {most}");
    (number < least as usize || number > most as usize).then(|| {
        lint(seat, codes::PIP_OBJECTIVES, spot, message)
            .help("each is measurable: where it stands (`from`) and where it shall (`to`)")
    })
}

/// The first time that nobody looked for too long.
fn checkins(seat: &InCycle<'_>, pip: &Pip) -> Option<Lint> {
    let most = seat.policy().pip_checkin_days;
    let begun = pip.start <= seat.practice.as_of;
    let (from, to) = begun.then(|| first_gap(seat, pip, most))??;
    let days = days_present(&seat.person.leaves, from, to);
    let message = format!("{days} days without a check-in, from {from} to {to}");
    let spot = if pip.checkins.iter().any(|checkin| checkin.date == from) {
        Spot::key("checkin").on(from).of("date")
    } else {
        Spot::key("start")
    };
    Some(
        lint(seat, codes::PIP_CHECKINS, spot, message)
            .help(format!("a check-in every week, at most {most} days after the last, is the support that the plan promises")),
    )
}

fn first_gap(seat: &InCycle<'_>, pip: &Pip, most: u32) -> Option<(Date, Date)> {
    let planned = due_after(&[], pip.start, pip.days.into());
    let ends = pip.closed.unwrap_or(planned).min(seat.practice.as_of);
    let held = pip
        .checkins
        .iter()
        .map(|checkin| checkin.date)
        .filter(|day| *day < ends);
    let days: Vec<Date> = [pip.start].into_iter().chain(held).chain([ends]).collect();
    let mut pairs = days.windows(2).map(|pair| (pair[0], pair[1]));
    pairs.find(|(from, to)| days_present(&seat.person.leaves, *from, *to) > i64::from(most))
}
