//! Level alignment: every competency now, before, in the own view, and its target.

use super::axis::{Change, LevelAxis, level_label};
use super::cycles::{agreed_expectations, held_level};
use super::outcome::Judge;
use super::standing::{Seen, Standing, known_as};
use crate::domain::model::*;

/// Where a person stands in their track, seen from one cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelAlignment<'a> {
    /// The track of the level held, in the rubric that the cycle is judged against.
    pub axis: LevelAxis<'a>,
    /// The level held in the cycle.
    pub held: &'a LevelRef,
    /// The same, as the rubric has it.
    pub held_level: &'a Level,
    /// In the order of the track; one for each competency, rated or not.
    pub rows: Vec<AlignmentRow<'a>>,
}

/// One competency.
#[derive(Debug, Clone, PartialEq)]
pub struct AlignmentRow<'a> {
    /// The competency.
    pub competency: &'a Competency,
    /// In the last shared review that rates anything; nothing where it leaves this one out.
    pub now: Option<Standing<'a>>,
    /// In the shared review before that one.
    pub before: Option<Standing<'a>>,
    /// In the last self-assessment that rates anything, only where it says something else than `now`.
    pub own: Option<Standing<'a>>,
    /// Nothing where no agreed expectation of the cycle names the competency, aiming at a level of this
    /// track (without `aims`, the level held).
    pub target: Option<Target<'a>>,
    /// From `before` to `now`; nothing without `now`.
    pub change: Option<Change>,
}

/// The level that the expectations of the cycle are to show evidence of.
#[derive(Debug, Clone, PartialEq)]
pub struct Target<'a> {
    /// The level aimed at.
    pub level: &'a LevelRef,
    /// Its rank.
    pub rank: i64,
    /// `L5`.
    pub label: String,
    /// The expectations of the cycle that name the competency and aim at a level of that rank.
    pub expectations: Vec<&'a ExpectationId>,
    /// `now` is at or above it; false without `now`.
    pub met: bool,
}

/// Level alignment as of a cycle. Nothing where no level was held, or the rubric does not know it.
pub fn level_alignment<'a>(
    commons: &'a Commons,
    person: &'a Person,
    cycle: &'a Cycle,
) -> Option<LevelAlignment<'a>> {
    let held = held_level(commons, person, cycle)?;
    let (track, held_level) = commons.rubric_of(cycle).level(held)?;
    let seen = Seen::from(commons, person, cycle);
    let sources = Sources::of(seen);
    let file = person.cycles.get(&cycle.id).and_then(agreed_expectations);
    let row = |competency| row(seen, &sources, (track, held, file), competency);
    Some(LevelAlignment {
        axis: LevelAxis::of(track),
        held,
        held_level,
        rows: track.competencies.iter().map(row).collect(),
    })
}

/// The cycles whose texts the rows are drawn from.
struct Sources<'a> {
    now: Option<&'a Cycle>,
    before: Option<&'a Cycle>,
    own: Option<&'a Cycle>,
}

impl<'a> Sources<'a> {
    fn of(seen: Seen<'a>) -> Self {
        let mut reviews = seen.rated_cycles(Judge::Manager).into_iter().rev();
        Self {
            now: reviews.next(),
            before: reviews.next(),
            own: seen.rated_cycles(Judge::Own).pop(),
        }
    }
}

fn row<'a>(
    seen: Seen<'a>,
    sources: &Sources<'a>,
    (track, held, file): (&'a Track, &'a LevelRef, Option<&'a Expectations>),
    competency: &'a Competency,
) -> AlignmentRow<'a> {
    let ids = known_as(track, competency);
    let read = |cycle: Option<&'a Cycle>, judge| seen.standing(cycle?, &ids, judge);
    let now = read(sources.now, Judge::Manager);
    let before = read(sources.before, Judge::Manager);
    let own = read(sources.own, Judge::Own);
    let differs = |own: &Standing<'_>| now.as_ref().is_none_or(|now| !own.says_the_same(now));
    let aims = aims(file, (track, held), &ids);
    AlignmentRow {
        competency,
        own: own.filter(differs),
        target: target(&aims, track, now.as_ref()),
        change: now.as_ref().map(|now| now.change_from(before.as_ref())),
        now,
        before,
    }
}

/// What one expectation aims at.
struct Aim<'a> {
    at: &'a LevelRef,
    level: &'a Level,
    expectation: &'a ExpectationId,
}

/// What the agreed expectations of the cycle that name a competency aim at in a track, in the order of
/// the file. Without `aims`, that is the level held.
fn aims<'a>(
    file: Option<&'a Expectations>,
    (track, held): (&'a Track, &'a LevelRef),
    ids: &[&CompetencyId],
) -> Vec<Aim<'a>> {
    let about = file.into_iter().flat_map(|file| &file.expectations);
    about
        .filter(|one| one.competencies.iter().any(|id| ids.contains(&id)))
        .filter_map(|one| {
            let at = one.aims.as_ref().unwrap_or(held);
            let level = (at.track == track.id).then(|| track.level(&at.level))??;
            Some(Aim {
                at,
                level,
                expectation: &one.id,
            })
        })
        .collect()
}

fn target<'a>(aims: &[Aim<'a>], track: &Track, now: Option<&Standing<'_>>) -> Option<Target<'a>> {
    let highest = aims.iter().rev().max_by_key(|aim| aim.level.rank)?;
    let rank = highest.level.rank;
    let same = aims.iter().filter(|aim| aim.level.rank == rank);
    let here = now.filter(|now| now.level.track == track.id);
    Some(Target {
        level: highest.at,
        rank,
        label: level_label(highest.level),
        expectations: same.map(|aim| aim.expectation).collect(),
        met: here.is_some_and(|now| now.position.reaches(rank)),
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;

    fn row<'a>(alignment: &'a LevelAlignment<'a>, competency: &str) -> &'a AlignmentRow<'a> {
        let mut rows = alignment.rows.iter();
        let row = rows.find(|row| row.competency.id.as_str() == competency);
        row.expect("a competency of the track")
    }

    fn aligned<'a>(world: &'a World, cycle: &str) -> LevelAlignment<'a> {
        let aligned = level_alignment(&world.commons, &world.ada, world.cycle(cycle));
        aligned.expect("ada holds a level")
    }

    fn label<'a>(standing: &'a Option<Standing<'a>>) -> Option<&'a str> {
        standing.as_ref().map(|one| one.label.as_str())
    }

    #[test]
    fn now_and_before_are_the_last_two_shared_reviews() {
        let mut world = World::on("2026-02-01");
        world.reviewed("2025-h1", "technical", "meets");
        world.reviewed("2025-h2", "technical", "exceeds");
        world.expects("2026-h1", expectation("auth"));
        let aligned = aligned(&world, "2026-h1");
        let technical = row(&aligned, "technical");
        assert_eq!(label(&technical.now), Some("exceeds L3"));
        assert_eq!(label(&technical.before), Some("meets L3"));
        assert_eq!(technical.change, Some(Change::Up));
        assert_eq!(row(&aligned, "ownership").now, None);
    }

    #[test]
    fn a_review_that_is_not_shared_changes_nothing() {
        let mut world = World::on("2026-02-01");
        world.reviewed("2025-h1", "technical", "meets");
        world.reviewed("2025-h2", "technical", "exceeds");
        world.review("2025-h2").shared = None;
        let aligned = aligned(&world, "2025-h2");
        let technical = row(&aligned, "technical");
        assert_eq!(label(&technical.now), Some("meets L3"));
        assert_eq!(technical.change, Some(Change::New));
    }

    #[test]
    fn an_earlier_cycle_does_not_know_later_reviews() {
        let mut world = World::on("2026-02-01");
        world.reviewed("2025-h1", "technical", "meets");
        world.reviewed("2025-h2", "technical", "exceeds");
        let aligned = aligned(&world, "2025-h1");
        assert_eq!(label(&row(&aligned, "technical").now), Some("meets L3"));
    }

    #[test]
    fn the_own_view_shows_only_where_it_differs() {
        let mut world = World::on("2025-08-01");
        world.reviewed("2025-h1", "technical", "meets");
        world.reviewed("2025-h1", "ownership", "meets");
        let own = &mut world.own("2025-h1").ratings;
        own.insert(competency_id("technical"), rated("meets ic/l3"));
        own.insert(competency_id("ownership"), rated("exceeds"));
        let aligned = aligned(&world, "2025-h1");
        assert_eq!(row(&aligned, "technical").own, None);
        assert_eq!(label(&row(&aligned, "ownership").own), Some("exceeds L3"));
    }

    #[test]
    fn the_target_is_the_highest_aim_and_else_the_level_held() {
        let mut world = World::on("2026-02-01");
        world.expects(
            "2026-h1",
            expectation("a").about("technical").aiming_at("ic/l5"),
        );
        world.expects(
            "2026-h1",
            expectation("b").about("technical").aiming_at("ic/l4"),
        );
        world.expects("2026-h1", expectation("c").about("ownership"));
        let aligned = aligned(&world, "2026-h1");
        let target = row(&aligned, "technical").target.as_ref().expect("aims");
        assert_eq!((target.label.as_str(), target.met), ("L5", false));
        assert_eq!(target.expectations, [&expectation_id("a")]);
        let target = row(&aligned, "ownership")
            .target
            .as_ref()
            .expect("level held");
        assert_eq!(target.label, "L3");
    }

    #[test]
    fn a_competency_that_no_expectation_names_has_no_target() {
        let mut world = World::on("2026-02-01");
        world.expects(
            "2026-h1",
            expectation("a").about("technical").aiming_at("ic/l4"),
        );
        world.files("2026-h1").expectations.as_mut().unwrap().agreed = None;
        assert_eq!(row(&aligned(&world, "2026-h1"), "technical").target, None);
    }

    #[test]
    fn a_target_is_met_at_its_level_not_just_below_it() {
        let mut world = World::on("2025-08-01");
        world.expects(
            "2025-h1",
            expectation("a").about("technical").aiming_at("ic/l4"),
        );
        world.reviewed("2025-h1", "technical", "exceeds ic/l3");
        let met = |world: &World| {
            let aligned = aligned(world, "2025-h1");
            row(&aligned, "technical")
                .target
                .as_ref()
                .is_some_and(|target| target.met)
        };
        assert!(!met(&world));
        world.reviewed("2025-h1", "technical", "meets ic/l4");
        assert!(met(&world));
    }

    #[test]
    fn ratings_of_another_track_are_not_compared_and_not_drawn() {
        let mut world = World::on("2026-02-01");
        let lead = track("lead", &[("m1", 3), ("m2", 4)]);
        world.commons.rubric.tracks.insert(lead.id.clone(), lead);
        world.promoted("2025-07-01", "lead/m1");
        world.reviewed("2025-h1", "technical", "exceeds");
        world.reviewed("2025-h2", "technical", "misses");
        let aligned = aligned(&world, "2025-h2");
        let technical = row(&aligned, "technical");
        assert_eq!(technical.change, Some(Change::OtherTrack));
        let share = |one: &Option<Standing<'_>>| {
            one.as_ref()
                .and_then(|one| aligned.axis.share_of_standing(one))
        };
        assert_eq!(share(&technical.before), None);
        assert!(share(&technical.now).is_some());
    }

    #[test]
    fn on_an_even_scale_the_words_differ_and_the_place_does_not() {
        let mut world = World::on("2026-02-01");
        world.commons.ratings = scale(&["Not", "Partly", "Mostly", "Fully"]);
        world.reviewed("2025-h1", "technical", "partly");
        world.reviewed("2025-h2", "technical", "mostly");
        let aligned = aligned(&world, "2025-h2");
        let technical = row(&aligned, "technical");
        assert_eq!(technical.change, Some(Change::Up));
        let place = |one: &Option<Standing<'_>>| {
            one.as_ref()
                .and_then(|one| aligned.axis.share_of_standing(one))
        };
        assert_eq!(place(&technical.now), place(&technical.before));
    }

    #[test]
    fn without_a_level_there_is_no_alignment() {
        let mut world = World::on("2025-08-01");
        world.ada.roles[0].level = None;
        let cycle = world.cycle("2025-h1");
        assert!(level_alignment(&world.commons, &world.ada, cycle).is_none());
    }
}
