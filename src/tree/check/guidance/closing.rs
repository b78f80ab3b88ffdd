//! The end of a cycle: the review is shared, and answered; the figures are counted.

use super::in_cycle::InCycle;
use super::spot::Spot;
use super::{Lint, Practice};
use crate::domain::model::*;
use crate::tree::check::codes;
use crate::tree::source::{CycleFile, FileKind};

/// Judges a cycle whose time to close is over, of whom is still here.
pub(super) fn judge(seat: &InCycle<'_>) -> Option<Lint> {
    if !seat.takes_part() || !seat.person.is_here(seat.practice.as_of) {
        return None;
    }
    match seat.review().and_then(|review| review.shared) {
        Some(shared) if shared <= seat.practice.as_of => unanswered(seat, shared),
        _ => unshared(seat),
    }
}

/// Judges every cycle that can be closed, and was not.
pub(super) fn not_counted(practice: Practice<'_>) -> Vec<Lint> {
    let organisation = practice.organisation;
    let due = organisation.to_close(practice.as_of);
    let lint = |cycle: &Cycle| {
        let id = &cycle.id;
        let file = FileKind::Cycle(id.as_str().into());
        let message = format!("`{id}` is over, and its figures were not counted");
        Lint::new(codes::NOT_CLOSED, file, Spot::key("end"), message).help(format!(
            "`gradus close {id}` counts them, as of {}",
            organisation.policy.closes(cycle)
        ))
    };
    due.map(lint).collect()
}

fn unshared(seat: &InCycle<'_>) -> Option<Lint> {
    let within = seat.policy().close_within_days;
    let closes = due_after(&seat.person.leaves, seat.cycle.end, within.into());
    if seat.practice.as_of <= closes.max(Phase::Review.due(seat.person, seat.cycle, None)) {
        return None;
    }
    let manager = seat.person.manager_on(seat.cycle.end);
    let (what, spot) = match (seat.review(), manager) {
        (Some(_), _) => ("review that was not shared", Spot::key("date")),
        (None, Some(_)) => ("cycle without a review", Spot::File),
        (None, None) => return None, // nobody is there to write one
    };
    let message = format!(
        "a {what}, after the {within} days to close `{}`",
        seat.cycle.id
    );
    Some(
        Lint::new(codes::UNSHARED, seat.concluding(), spot, message)
            .help("talk it through, then `shared = <day>` lets them read it; late feedback is about somebody they no longer are"),
    )
}

fn unanswered(seat: &InCycle<'_>, shared: Date) -> Option<Lint> {
    let response = seat
        .files
        .response
        .as_ref()
        .map(|response| &response.feedback);
    let due = Phase::Response.due(seat.person, seat.cycle, Some(shared));
    let message = format!(
        "`{}` has not answered this review, which was due by {due}",
        seat.person.id
    );
    (seat.dated(response).is_none() && seat.practice.as_of > due).then(|| {
        let file = seat.file(CycleFile::Review);
        Lint::new(codes::UNANSWERED, file, Spot::key("shared"), message)
            .help("`response.md` is where they agree or differ, and name two or three goals")
    })
}
