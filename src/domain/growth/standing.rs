//! What one rating of one competency says: words, position, author, evidence.

use super::axis::{Change, Position, level_label};
use super::cycles::{cycles_of, cycles_until, held_level};
use super::outcome::{Judge, published_feedback};
use crate::domain::model::*;

/// One rating, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing<'a> {
    /// The cycle it was given in.
    pub cycle: &'a Cycle,
    /// The day the review was shared, or the self-assessment's date.
    pub date: Date,
    /// Who rated.
    pub by: &'a PersonId,
    /// Whose word it is.
    pub judge: Judge,
    /// The competency as that text calls it: an earlier id where it was renamed since.
    pub competency: &'a CompetencyId,
    /// The level rated against: its own `level`, else the one held in that cycle.
    pub level: &'a LevelRef,
    /// The rating.
    pub rating: &'a Rating,
    /// Evidence, confidence, reasons.
    pub given: &'a RatingGiven,
    /// The words: `exceeds L3`, `meets L4`.
    pub label: String,
    /// Where it lies on the axis of the track.
    pub position: Position,
}

impl Standing<'_> {
    /// How this compares with the one before it.
    pub fn change_from(&self, before: Option<&Standing<'_>>) -> Change {
        match before {
            None => Change::New,
            Some(before) if before.level.track != self.level.track => Change::OtherTrack,
            Some(before) => Change::between(before.position, self.position),
        }
    }

    /// Whether both say the same: the same rating against the same level.
    pub fn says_the_same(&self, other: &Standing<'_>) -> bool {
        self.level == other.level && self.rating.id == other.rating.id
    }
}

/// A person seen from one of their cycles, or from today. Levels are ranked by one rubric, so that
/// ratings of several cycles share one axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub commons: &'a Commons,
    pub person: &'a Person,
    pub rubric: &'a Rubric,
    /// Later cycles are not there yet.
    until: Option<&'a Cycle>,
}

impl<'a> Seen<'a> {
    /// By the rubric that the cycle is judged against.
    pub fn from(commons: &'a Commons, person: &'a Person, cycle: &'a Cycle) -> Self {
        Self {
            commons,
            person,
            rubric: commons.rubric_of(cycle),
            until: Some(cycle),
        }
    }

    /// All cycles, by the rubric in force.
    pub fn today(commons: &'a Commons, person: &'a Person) -> Self {
        Self {
            commons,
            person,
            rubric: &commons.rubric,
            until: None,
        }
    }

    /// The person's cycles, oldest first.
    pub fn cycles(&self) -> Vec<(&'a Cycle, &'a PersonCycle)> {
        match self.until {
            Some(cycle) => cycles_until(self.commons, self.person, cycle),
            None => cycles_of(self.commons, self.person),
        }
    }

    /// Those in which a shared review or a self-assessment rates anything, oldest first.
    pub fn rated_cycles(&self, judge: Judge) -> Vec<&'a Cycle> {
        let rates = |of| published_feedback(of, judge).is_some_and(|(f, _)| !f.ratings.is_empty());
        let all = self.cycles().into_iter();
        all.filter(|(_, of)| rates(of))
            .map(|(cycle, _)| cycle)
            .collect()
    }

    /// What a cycle's shared review or self-assessment says of a competency, known by any of these
    /// ids. Nothing where that text is absent or does not rate it, or no level was held.
    pub fn standing(
        &self,
        cycle: &'a Cycle,
        known_as: &[&'a CompetencyId],
        judge: Judge,
    ) -> Option<Standing<'a>> {
        let (feedback, date) = published_feedback(self.person.cycles.get(&cycle.id)?, judge)?;
        let mut named = known_as.iter();
        let (competency, given) = named.find_map(|id| feedback.ratings.get_key_value(*id))?;
        let (level_ref, level) = self.level_rated(cycle, given)?;
        let rating = rating_named(self.commons, &given.is)?;
        Some(Standing {
            cycle,
            date,
            by: &feedback.by,
            judge,
            competency,
            level: level_ref,
            rating,
            given,
            label: rating_label(rating, level),
            position: Position::new(level.rank, &self.commons.ratings, &given.is)?,
        })
    }

    /// The level as the rubric looked through knows it, else as the rating's own cycle did.
    fn level_rated(
        &self,
        cycle: &Cycle,
        given: &'a RatingGiven,
    ) -> Option<(&'a LevelRef, &'a Level)> {
        let held = held_level(self.commons, self.person, cycle);
        let level_ref = given.level.as_ref().or(held)?;
        let rubrics = [self.rubric, self.commons.rubric_of(cycle)];
        let (_, level) = rubrics.into_iter().find_map(|r| r.level(level_ref))?;
        Some((level_ref, level))
    }
}

/// The words of a rating in any text of a cycle, `exceeds L3`; nothing where the scale or the
/// rubric lacks it, or no level was held.
pub fn rating_words(
    commons: &Commons,
    person: &Person,
    cycle: &Cycle,
    given: &RatingGiven,
) -> Option<String> {
    let held = held_level(commons, person, cycle);
    let level_ref = given.level.as_ref().or(held)?;
    let (_, level) = commons.rubric_of(cycle).level(level_ref)?;
    let rating = rating_named(commons, &given.is)?;
    Some(rating_label(rating, level))
}

fn rating_named<'a>(commons: &'a Commons, id: &RatingId) -> Option<&'a Rating> {
    commons.ratings.iter().find(|rating| rating.id == *id)
}

/// `exceeds L3`. Only a leading capital is lowered, and none of an acronym.
fn rating_label(rating: &Rating, level: &Level) -> String {
    format!("{} {}", lower_first(&rating.title), level_label(level))
}

fn lower_first(title: &str) -> String {
    let mut rest = title.chars();
    match (rest.next(), rest.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(rest).collect()
        }
        _ => title.to_owned(),
    }
}

/// The ids that mean a competency: its own, then earlier ones, latest first, but for those that are
/// another competency's own id today.
pub(super) fn known_as<'a>(track: &Track, competency: &'a Competency) -> Vec<&'a CompetencyId> {
    let taken = |id: &CompetencyId| track.competencies.iter().any(|other| other.id == *id);
    let earlier = competency.was.iter().rev().filter(|id| !taken(id));
    std::iter::once(&competency.id).chain(earlier).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;

    #[test]
    fn a_rating_is_told_in_words_never_in_signs() {
        let world = World::on("2025-08-01");
        let words = |given| {
            rating_words(
                &world.commons,
                &world.ada,
                world.cycle("2025-h1"),
                &rated(given),
            )
        };
        assert_eq!(words("exceeds").as_deref(), Some("exceeds L3"));
        assert_eq!(words("meets ic/l4").as_deref(), Some("meets L4"));
        assert_eq!(words("soars"), None);
        assert_eq!(words("meets ic/l9"), None);
    }

    #[test]
    fn acronyms_keep_their_capitals() {
        assert_eq!(lower_first("Mostly meets"), "mostly meets");
        assert_eq!(lower_first("OK"), "OK");
        assert_eq!(lower_first(""), "");
    }

    #[test]
    fn an_earlier_id_that_is_a_present_one_elsewhere_stays_there() {
        let mut track = track("ic", &[]);
        track.competencies[0].was = vec![competency_id("craft"), competency_id("ownership")];
        let ids = known_as(&track, &track.competencies[0]);
        assert_eq!(ids, [&competency_id("technical"), &competency_id("craft")]);
    }

    #[test]
    fn the_rating_is_against_the_level_held_in_its_own_cycle() {
        let mut world = World::on("2025-12-01");
        world.promoted("2025-07-10", "ic/l4");
        world.reviewed("2025-h1", "technical", "meets");
        let seen = Seen::today(&world.commons, &world.ada);
        let technical = competency_id("technical");
        let read = seen.standing(world.cycle("2025-h1"), &[&technical], Judge::Manager);
        assert_eq!(read.expect("rated").label, "meets L3");
    }
}
