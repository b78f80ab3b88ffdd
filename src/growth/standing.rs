//! What one rating of one competency says: words, position, author, evidence.

use super::axis::{Change, Position, level_label};
use super::cycles::{cycles_until, held_level};
use super::outcome::{Judge, published_feedback};
use crate::model::*;

/// One rating, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing<'a> {
    /// The cycle it was given in.
    pub cycle: &'a Cycle,
    /// The day the review was shared, or the self-assessment's date.
    pub date: Date,
    pub by: &'a PersonId,
    pub judge: Judge,
    /// The competency as that text calls it: an earlier id where it was renamed since.
    pub competency: &'a CompetencyId,
    /// The level rated against: its own `level`, else the one held in that cycle.
    pub level: &'a LevelRef,
    pub rating: &'a Rating,
    /// Evidence, confidence, reasons.
    pub given: &'a RatingGiven,
    /// The words: `exceeds L3`, `meets L4`.
    pub label: String,
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

/// A person seen from one of their cycles: later cycles are not there yet, and levels are ranked by the
/// rubric of that cycle, so that ratings of several cycles share one axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub commons: &'a Commons,
    pub person: &'a Person,
    pub from: &'a Cycle,
}

impl<'a> Seen<'a> {
    /// The person's cycles up to the one looked from, oldest first.
    pub fn cycles(&self) -> Vec<(&'a Cycle, &'a PersonCycle)> {
        cycles_until(self.commons, self.person, self.from)
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

    /// The level as the rubric looked from knows it, else as the rating's own cycle did.
    fn level_rated(
        &self,
        cycle: &Cycle,
        given: &'a RatingGiven,
    ) -> Option<(&'a LevelRef, &'a Level)> {
        let held = held_level(self.commons, self.person, cycle);
        let level_ref = given.level.as_ref().or(held)?;
        let rubrics = [self.from, cycle].map(|cycle| self.commons.rubric_of(cycle));
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
