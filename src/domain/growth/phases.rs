//! Which of the texts that follow a cycle are in, due or late.

use crate::domain::model::*;
pub use crate::domain::model::{Phase, RESPONSE_DAYS_AFTER_REVIEW};

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
    /// Which phase.
    pub phase: Phase,
    /// Days of leave left out: each phase builds on the one before, so all wait for the person.
    pub due: Date,
    /// Where it stands.
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
    let files = person.cycles.get(&cycle.id);
    phases_of(person, files, cycle, commons.as_of)
}

/// The same of these files, on a day.
pub(super) fn phases_of(
    person: &Person,
    files: Option<&PersonCycle>,
    cycle: &Cycle,
    as_of: Date,
) -> Vec<PhaseStatus> {
    let one = |which| phase_of(person, files, cycle, as_of, which);
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
    let files = person.cycles.get(&cycle.id);
    phase_of(person, files, cycle, commons.as_of, phase)
}

fn phase_of(
    person: &Person,
    files: Option<&PersonCycle>,
    cycle: &Cycle,
    as_of: Date,
    phase: Phase,
) -> Option<PhaseStatus> {
    if !person.takes_part_in(cycle) {
        return None;
    }
    let handed = files.map_or(Handed::default(), |of| Handed::of(of, phase));
    let shared = files.and_then(|of| of.shared_review()?.shared);
    let due = phase.due(person, cycle, shared);
    let state = match handed.complete() {
        Some(on) if on <= due => PhaseState::Done(on),
        Some(on) => PhaseState::Late(on),
        None if phase == Phase::Response && shared.is_none() => PhaseState::NotYet,
        None => open_state(as_of, cycle, due),
    };
    Some(PhaseStatus {
        phase,
        due,
        state,
        given: handed.given,
        asked: handed.asked,
    })
}

/// Where a phase stands whose text is not in.
fn open_state(as_of: Date, cycle: &Cycle, due: Date) -> PhaseState {
    match as_of {
        _ if as_of <= cycle.end => PhaseState::NotYet,
        _ if as_of <= due => PhaseState::Due,
        _ => PhaseState::Overdue,
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

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;

    fn status(world: &World, which: Phase) -> PhaseStatus {
        let cycle = world.cycle("2025-h1");
        phase(&world.commons, &world.ada, cycle, which).expect("ada takes part")
    }

    fn own_state(as_of: &str) -> PhaseState {
        status(&World::on(as_of), Phase::SelfAssessment).state
    }

    #[test]
    fn not_yet_due_and_overdue_are_different() {
        assert_eq!(own_state("2025-06-30"), PhaseState::NotYet);
        assert_eq!(own_state("2025-07-01"), PhaseState::Due);
        assert_eq!(own_state("2025-07-05"), PhaseState::Due);
        assert_eq!(own_state("2025-07-06"), PhaseState::Overdue);
    }

    #[test]
    fn a_text_is_done_by_its_due_day_and_late_after_it() {
        let mut world = World::on("2025-08-01");
        let own = world.own("2025-h1");
        own.date = Some(day("2025-07-05"));
        let state = |world: &World| status(world, Phase::SelfAssessment).state;
        assert_eq!(state(&world), PhaseState::Done(day("2025-07-05")));
        world.own("2025-h1").date = Some(day("2025-07-06"));
        assert_eq!(state(&world), PhaseState::Late(day("2025-07-06")));
        world.own("2025-h1").date = None;
        assert_eq!(state(&world), PhaseState::Overdue);
    }

    #[test]
    fn leave_after_the_cycle_moves_what_is_due() {
        let mut world = World::on("2025-07-20");
        world.ada.leaves = vec![leave("2025-06-20", "2025-07-15")];
        let own = status(&world, Phase::SelfAssessment);
        assert_eq!((own.due, own.state), (day("2025-07-20"), PhaseState::Due));
    }

    #[test]
    fn a_response_waits_for_the_shared_review_and_seven_days_more() {
        let mut world = World::on("2025-09-01");
        let response = |world: &World| status(world, Phase::Response);
        assert_eq!(response(&world).state, PhaseState::NotYet);
        world.review("2025-h1").shared = Some(day("2025-07-10"));
        assert_eq!(response(&world).due, day("2025-07-25"));
        world.review("2025-h1").shared = Some(day("2025-08-28"));
        assert_eq!(response(&world).due, day("2025-09-04"));
        assert_eq!(response(&world).state, PhaseState::Due);
    }

    #[test]
    fn an_unanswered_request_keeps_the_peer_phase_open() {
        let mut world = World::on("2025-07-20");
        let peer = |by: &str| PeerFeedback {
            feedback: feedback(by, day("2025-07-08")),
            relationship: None,
        };
        let mut asked = peer("linus");
        asked.feedback.date = None;
        let peers = &mut world.files("2025-h1").peers;
        peers.insert(person_id("barbara"), peer("barbara"));
        peers.insert(person_id("linus"), asked);
        let open = status(&world, Phase::Peer);
        assert_eq!(
            (open.given, open.asked, open.state),
            (1, 1, PhaseState::Overdue)
        );
        world.files("2025-h1").peers.remove("linus");
        assert_eq!(
            status(&world, Phase::Peer).state,
            PhaseState::Done(day("2025-07-08"))
        );
    }

    #[test]
    fn who_takes_no_part_has_no_phases() {
        let mut world = World::on("2025-08-01");
        let count =
            |world: &World| phases(&world.commons, &world.ada, world.cycle("2025-h1")).len();
        assert_eq!(count(&world), 4);
        world.ada.end = Some(day("2025-06-30"));
        assert_eq!(count(&world), 0);
        world.ada.end = None;
        world.ada.external = true;
        assert_eq!(count(&world), 0);
    }
}
