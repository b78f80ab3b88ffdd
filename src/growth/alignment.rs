//! Level alignment: every competency now, before, in the own view, and its target.

use super::axis::{Change, LevelAxis, level_label};
use super::cycles::{agreed_expectations, held_level};
use super::outcome::Judge;
use super::standing::{Seen, Standing, known_as};
use crate::model::*;

/// Where a person stands in their track, seen from one cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelAlignment<'a> {
    /// The track of the level held, in the rubric that the cycle is judged against.
    pub axis: LevelAxis<'a>,
    /// The level held in the cycle.
    pub held: &'a LevelRef,
    pub held_level: &'a Level,
    /// In the order of the track; one for each competency, rated or not.
    pub rows: Vec<AlignmentRow<'a>>,
}

/// One competency.
#[derive(Debug, Clone, PartialEq)]
pub struct AlignmentRow<'a> {
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
    pub level: &'a LevelRef,
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
    let seen = Seen {
        commons,
        person,
        from: cycle,
    };
    let sources = Sources::of(seen);
    let row = |competency| row(seen, &sources, (track, held), competency);
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
    (track, held): (&'a Track, &'a LevelRef),
    competency: &'a Competency,
) -> AlignmentRow<'a> {
    let ids = known_as(track, competency);
    let read = |cycle: Option<&'a Cycle>, judge| seen.standing(cycle?, &ids, judge);
    let now = read(sources.now, Judge::Manager);
    let before = read(sources.before, Judge::Manager);
    let own = read(sources.own, Judge::Own);
    let differs = |own: &Standing<'_>| now.as_ref().is_none_or(|now| !own.says_the_same(now));
    let aims = aims(seen, (track, held), &ids);
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
    seen: Seen<'a>,
    (track, held): (&'a Track, &'a LevelRef),
    ids: &[&CompetencyId],
) -> Vec<Aim<'a>> {
    let of = seen.person.cycles.get(&seen.from.id);
    let file = of.and_then(agreed_expectations);
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
