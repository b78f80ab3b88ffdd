//! The texts that follow a cycle, and when they are due.

use super::*;

/// Days that the engineer has to answer a review after it was shared.
pub const RESPONSE_DAYS_AFTER_REVIEW: u64 = 7;

/// The texts that follow a cycle, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// `self.md`, by the person.
    SelfAssessment,
    /// `peer-<who>.md`, by peers.
    Peer,
    /// `review.md`, by the manager.
    Review,
    /// `response.md`, by the person, after the review.
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

    /// The day by which a person's text of this phase is due. `review_shared` is when the review that a response
    /// answers was shared.
    ///
    /// Days of leave are left out: each phase builds on the one before, so all wait for the person.
    pub fn due(self, person: &Person, cycle: &Cycle, review_shared: Option<Date>) -> Date {
        let days = match self {
            Phase::SelfAssessment => cycle.phases.self_days,
            Phase::Peer => cycle.phases.peer_days,
            Phase::Review => cycle.phases.review_days,
            Phase::Response => cycle.phases.response_days,
        };
        let due = due_after(&person.leaves, cycle.end, days.into());
        match review_shared.filter(|_| self == Phase::Response) {
            Some(shared) => due.max(due_after(
                &person.leaves,
                shared,
                RESPONSE_DAYS_AFTER_REVIEW,
            )),
            None => due,
        }
    }
}

impl Person {
    /// Whether they take part in a cycle: of the company, and employed on its last day.
    pub fn takes_part_in(&self, cycle: &Cycle) -> bool {
        !self.external && self.start <= cycle.end && self.is_here(cycle.end)
    }
}
