//! Which of the texts that follow a cycle are in, due or late.

use super::period::due_after;
use crate::model::*;

/// Days that the engineer has to answer a review after it was shared.
pub const RESPONSE_DAYS_AFTER_REVIEW: u64 = 7;

/// The texts that follow a cycle, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    SelfAssessment,
    Peer,
    Review,
    Response,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Phase; 4] = [
        Phase::SelfAssessment,
        Phase::Peer,
        Phase::Review,
        Phase::Response,
    ];

    /// `self`, `peer`, `review`, `response`.
    pub fn id(self) -> &'static str {
        match self {
            Phase::SelfAssessment => "self",
            Phase::Peer => "peer",
            Phase::Review => "review",
            Phase::Response => "response",
        }
    }
}

/// Where a phase stands on the day that facts are judged on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhaseState {
    /// In on this day, which is on or before its due day.
    Done(Date),
    /// In on this day, after its due day.
    Late(Date),
    /// Not in, the cycle is over and the due day is not.
    Due,
    /// Not in, and the due day is over.
    Overdue,
    /// The cycle still runs, or, for a response, there is no shared review to answer.
    NotYet,
}

impl PhaseState {
    /// `done`, `late`, `due`, `overdue`, `not-yet`.
    pub fn id(self) -> &'static str {
        match self {
            PhaseState::Done(_) => "done",
            PhaseState::Late(_) => "late",
            PhaseState::Due => "due",
            PhaseState::Overdue => "overdue",
            PhaseState::NotYet => "not-yet",
        }
    }
}

/// One phase of one person's cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhaseStatus {
    pub phase: Phase,
    /// Days of leave left out: each phase builds on the one before, so all wait for the person.
    pub due: Date,
    pub state: PhaseState,
    /// How many dated files there are: 0 or 1, for peers one a peer.
    pub given: usize,
    /// How many peer files are still undated requests; 0 for the other phases, and where drafts were taken out.
    pub asked: usize,
}

/// All four phases, in order; empty for a person who takes no part in the cycle.
///
/// A phase is judged from the files in `person`. Where the readers of a page may not read peer
/// files or an unshared review, those phases read as open: show only what the page has the files of.
pub fn phases(commons: &Commons, person: &Person, cycle: &Cycle) -> Vec<PhaseStatus> {
    let one = |which| phase(commons, person, cycle, which);
    Phase::ALL.into_iter().filter_map(one).collect()
}

/// One phase. Nothing for a person who takes no part in the cycle: external, or not employed on its
/// last day.
pub fn phase(
    commons: &Commons,
    person: &Person,
    cycle: &Cycle,
    phase: Phase,
) -> Option<PhaseStatus> {
    let employed = person.start <= cycle.end && person.is_here(cycle.end);
    if person.external || !employed {
        return None;
    }
    let files = person.cycles.get(&cycle.id);
    let handed = files.map_or(Handed::default(), |of| Handed::of(of, phase));
    let review_shared = files.and_then(|of| of.shared_review()?.shared);
    let due = due(person, cycle, phase, review_shared);
    let waits = cycle.end >= commons.as_of || (phase == Phase::Response && review_shared.is_none());
    let state = match handed.complete() {
        Some(on) if on <= due => PhaseState::Done(on),
        Some(on) => PhaseState::Late(on),
        None if waits => PhaseState::NotYet,
        None if commons.as_of <= due => PhaseState::Due,
        None => PhaseState::Overdue,
    };
    Some(PhaseStatus {
        phase,
        due,
        state,
        given: handed.given,
        asked: handed.asked,
    })
}

/// The day by which a phase is due.
fn due(person: &Person, cycle: &Cycle, phase: Phase, review_shared: Option<Date>) -> Date {
    let days = match phase {
        Phase::SelfAssessment => cycle.phases.self_days,
        Phase::Peer => cycle.phases.peer_days,
        Phase::Review => cycle.phases.review_days,
        Phase::Response => cycle.phases.response_days,
    };
    let due = due_after(&person.leaves, cycle.end, days.into());
    match review_shared.filter(|_| phase == Phase::Response) {
        Some(shared) => due.max(due_after(
            &person.leaves,
            shared,
            RESPONSE_DAYS_AFTER_REVIEW,
        )),
        None => due,
    }
}

/// What has been handed in for a phase.
#[derive(Default)]
struct Handed {
    given: usize,
    asked: usize,
    /// Of the dated files.
    last: Option<Date>,
}

impl Handed {
    fn of(of: &PersonCycle, phase: Phase) -> Self {
        let dates: Vec<Option<Date>> = match phase {
            Phase::SelfAssessment => of.self_assessment.iter().map(|f| f.date).collect(),
            Phase::Peer => of.peers.values().map(|peer| peer.feedback.date).collect(),
            Phase::Review => of.review.iter().map(|r| r.feedback.date).collect(),
            Phase::Response => of.response.iter().map(|r| r.feedback.date).collect(),
        };
        let given = dates.iter().flatten().count();
        let asked = if phase == Phase::Peer {
            dates.len() - given
        } else {
            0
        };
        Self {
            given,
            asked,
            last: dates.into_iter().flatten().max(),
        }
    }

    /// The day on which all that was asked for was in.
    fn complete(&self) -> Option<Date> {
        self.last.filter(|_| self.asked == 0)
    }
}
