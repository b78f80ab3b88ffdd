//! How expectations ended, and who says so.

use super::cycles::agreed_expectations;
use crate::domain::model::*;

/// Whose word an outcome is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Judge {
    /// The manager, in a review that is shared.
    Manager,
    /// The engineer, in their self-assessment.
    Own,
}

impl Judge {
    /// `manager` or `own`: for classes and tests.
    pub fn id(self) -> &'static str {
        match self {
            Judge::Manager => "manager",
            Judge::Own => "own",
        }
    }
}

/// An outcome with whose word it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutcomeGiven<'a> {
    /// What happened, why, and what was learned.
    pub outcome: &'a Outcome,
    /// Whose word it is.
    pub judge: Judge,
    /// The author of the text it stands in.
    pub by: &'a PersonId,
    /// The day the review was shared, or the self-assessment's date.
    pub date: Date,
}

impl OutcomeGiven<'_> {
    /// The bare word.
    pub fn is(&self) -> OutcomeIs {
        self.outcome.is
    }
}

/// The outcome of one expectation that counts: the manager's, as soon as a shared review gives
/// one, else the engineer's own. Nothing while nobody has said how it ended.
pub fn outcome_of<'a>(of: &'a PersonCycle, id: &ExpectationId) -> Option<OutcomeGiven<'a>> {
    outcome_by(of, id, Judge::Manager).or_else(|| outcome_by(of, id, Judge::Own))
}

/// What one of the two says about an expectation.
pub fn outcome_by<'a>(
    of: &'a PersonCycle,
    id: &ExpectationId,
    judge: Judge,
) -> Option<OutcomeGiven<'a>> {
    let (feedback, date) = published_feedback(of, judge)?;
    let outcome = feedback.outcomes.get(id)?;
    let by = &feedback.by;
    Some(OutcomeGiven {
        outcome,
        judge,
        by,
        date,
    })
}

/// The shared review or the dated self-assessment, with the day from which it counts.
pub(super) fn published_feedback(of: &PersonCycle, judge: Judge) -> Option<(&Feedback, Date)> {
    match judge {
        Judge::Manager => {
            let review = of.shared_review()?;
            Some((&review.feedback, review.shared?))
        }
        Judge::Own => {
            let own = of.self_assessment.as_ref()?;
            Some((own, own.date?))
        }
    }
}

/// Goal achievement of a cycle, as counts. They add up to the number of agreed expectations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Achievement {
    /// Met.
    pub met: usize,
    /// Met in part.
    pub partly: usize,
    /// Not met.
    pub missed: usize,
    /// Neither hit nor miss.
    pub obsolete: usize,
    /// Nobody has said yet.
    pub open: usize,
}

impl Achievement {
    /// All expectations.
    pub fn total(&self) -> usize {
        self.judged() + self.obsolete + self.open
    }

    /// Those that were hit or missed, wholly or in part: what a share of hits is a share of.
    pub fn judged(&self) -> usize {
        self.met + self.partly + self.missed
    }

    /// Percent of the judged that were met, rounded; nothing where none is judged.
    pub fn met_percent(&self) -> Option<u8> {
        percent(self.met, self.judged())
    }

    fn count(&mut self, outcome: Option<OutcomeIs>) {
        let counter = match outcome {
            Some(OutcomeIs::Met) => &mut self.met,
            Some(OutcomeIs::Partly) => &mut self.partly,
            Some(OutcomeIs::Missed) => &mut self.missed,
            Some(OutcomeIs::Obsolete) => &mut self.obsolete,
            None => &mut self.open,
        };
        *counter += 1;
    }
}

/// Goal achievement by the outcomes that count ([`outcome_of`]).
pub fn achievement(of: &PersonCycle) -> Achievement {
    tally(of, |id| outcome_of(of, id))
}

/// Goal achievement in the eyes of one of the two.
pub fn achievement_by(of: &PersonCycle, judge: Judge) -> Achievement {
    tally(of, |id| outcome_by(of, id, judge))
}

fn tally<'a>(
    of: &'a PersonCycle,
    outcome: impl Fn(&ExpectationId) -> Option<OutcomeGiven<'a>>,
) -> Achievement {
    let mut counts = Achievement::default();
    for expectation in agreed_expectations(of).iter().flat_map(|e| &e.expectations) {
        counts.count(outcome(&expectation.id).map(|given| given.is()));
    }
    counts
}

/// Whole percent, rounded half up; nothing of nothing.
pub(super) fn percent(part: usize, whole: usize) -> Option<u8> {
    let rounded = (part * 200 + whole).checked_div(whole * 2)?;
    Some(u8::try_from(rounded).unwrap_or(100))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;

    fn auth_in(world: &World) -> Option<(OutcomeIs, Judge)> {
        let of = world.ada.cycles.get("2025-h1")?;
        let given = outcome_of(of, &expectation_id("auth"))?;
        Some((given.is(), given.judge))
    }

    fn world_with_own_view() -> World {
        let mut world = World::on("2025-08-01");
        world.expects("2025-h1", expectation("auth"));
        let own = world.own("2025-h1");
        own.outcomes
            .insert(expectation_id("auth"), outcome(OutcomeIs::Met));
        world
    }

    #[test]
    fn the_shared_review_overrules_the_self_assessment() {
        let mut world = world_with_own_view();
        assert_eq!(auth_in(&world), Some((OutcomeIs::Met, Judge::Own)));
        world.judged("2025-h1", "auth", OutcomeIs::Partly);
        assert_eq!(auth_in(&world), Some((OutcomeIs::Partly, Judge::Manager)));
    }

    #[test]
    fn unshared_reviews_and_drafts_say_nothing() {
        let mut world = world_with_own_view();
        world.judged("2025-h1", "auth", OutcomeIs::Missed);
        world.review("2025-h1").shared = None;
        assert_eq!(auth_in(&world), Some((OutcomeIs::Met, Judge::Own)));
        world.own("2025-h1").date = None;
        assert_eq!(auth_in(&world), None);
    }

    #[test]
    fn obsolete_is_neither_hit_nor_miss() {
        let mut world = World::on("2025-08-01");
        for id in ["a", "b", "c", "d"] {
            world.expects("2025-h1", expectation(id));
        }
        world.judged("2025-h1", "a", OutcomeIs::Met);
        world.judged("2025-h1", "b", OutcomeIs::Missed);
        world.judged("2025-h1", "c", OutcomeIs::Obsolete);
        let counts = achievement(&world.ada.cycles["2025-h1"]);
        assert_eq!((counts.judged(), counts.open, counts.total()), (2, 1, 4));
        assert_eq!(counts.met_percent(), Some(50));
    }

    #[test]
    fn both_views_are_counted_apart() {
        let mut world = world_with_own_view();
        world.judged("2025-h1", "auth", OutcomeIs::Missed);
        let of = &world.ada.cycles["2025-h1"];
        assert_eq!(achievement_by(of, Judge::Own).met, 1);
        assert_eq!(achievement_by(of, Judge::Manager).missed, 1);
    }

    #[test]
    fn a_share_of_nothing_is_no_share() {
        assert_eq!(percent(0, 0), None);
        assert_eq!(percent(1, 3), Some(33));
        assert_eq!(percent(2, 3), Some(67));
    }
}
