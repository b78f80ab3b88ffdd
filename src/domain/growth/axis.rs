//! The level axis of a track: where levels and ratings lie on it.

use std::cmp::Ordering;

use super::standing::Standing;
use crate::domain::model::*;

/// Where a rating lies on a track: the rank of the level that was rated against, and the rating.
///
/// Ordered by rank, then by rating, worst first. Positions of different tracks do not compare;
/// callers keep them apart. Positions are never averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The level's rank.
    pub rank: i64,
    /// Index on the scale, 0 for the worst.
    rating: usize,
    /// Length of the scale.
    scale: usize,
}

impl Position {
    /// A rating against a level of that rank; nothing where the scale has no such rating.
    pub fn new(rank: i64, ratings: &[Rating], rating: &RatingId) -> Option<Self> {
        let index = ratings.iter().position(|one| one.id == *rating)?;
        Some(Self {
            rank,
            rating: index,
            scale: ratings.len(),
        })
    }

    /// How far the rating moves off its level, in levels: at most a third either way, 0 for the
    /// middle rating and for every rating of an even scale, which has no middle.
    pub fn offset(&self) -> f64 {
        let steps_each_way = self.scale / 2;
        if self.scale.is_multiple_of(2) || steps_each_way == 0 {
            return 0.0;
        }
        let off = self.rating as f64 - steps_each_way as f64;
        off / steps_each_way as f64 / 3.0
    }

    /// Whether it is at or above a level: rated against a higher one, or against one of that rank
    /// with the middle rating or better (on an even scale: in its better half).
    pub fn reaches(&self, rank: i64) -> bool {
        match self.rank.cmp(&rank) {
            Ordering::Less => false,
            Ordering::Equal => self.rating >= self.scale / 2,
            Ordering::Greater => true,
        }
    }
}

/// How something moved from one review to the next, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Nothing before to compare with.
    New,
    /// Higher than before.
    Up,
    /// Lower than before.
    Down,
    /// As before.
    Same,
    /// The one before was on another track: not joined by a line, not compared.
    OtherTrack,
}

impl Change {
    /// `new`, `up`, `down`, `same`, `other-track`: for classes and tests.
    pub fn id(self) -> &'static str {
        match self {
            Change::New => "new",
            Change::Up => "up",
            Change::Down => "down",
            Change::Same => "same",
            Change::OtherTrack => "other-track",
        }
    }

    pub(super) fn between(before: Position, now: Position) -> Self {
        match now.cmp(&before) {
            Ordering::Greater => Change::Up,
            Ordering::Less => Change::Down,
            Ordering::Equal => Change::Same,
        }
    }
}

/// A level's short name: its id in capitals where that is a code such as `l4` or `ic5`, else its
/// title.
pub fn level_label(level: &Level) -> String {
    let id = level.id.as_str();
    let letters = id.bytes().take_while(u8::is_ascii_lowercase).count();
    let digits = &id[letters..];
    let code = (1..=3).contains(&letters)
        && (1..=3).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit());
    if code {
        id.to_ascii_uppercase()
    } else {
        level.title.clone()
    }
}

/// One rank of the axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick<'a> {
    /// The rank; a higher one is a higher level.
    pub rank: i64,
    /// `L4`; at a fork the labels of all its levels, `L5 / E5`.
    pub label: String,
    /// The levels of that rank, by id: one, or several at a fork.
    pub levels: Vec<&'a Level>,
    /// Place on the axis, 0–100.
    pub share: f64,
}

/// The axis of one track: its ranks, evenly spaced however far apart the numbers are, with half a
/// level of room at both ends.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelAxis<'a> {
    /// The track.
    pub track: &'a Track,
    /// Lowest rank first.
    pub ticks: Vec<Tick<'a>>,
}

impl<'a> LevelAxis<'a> {
    /// The axis of a track; without ticks where the track has no level.
    pub fn of(track: &'a Track) -> Self {
        let mut ranks: Vec<i64> = track.levels.iter().map(|level| level.rank).collect();
        ranks.sort_unstable();
        ranks.dedup();
        let width = ranks.len();
        let tick = |(at, rank): (usize, &i64)| tick(track, *rank, share_at(at as f64, width));
        let ticks = ranks.iter().enumerate().map(tick).collect();
        Self { track, ticks }
    }

    /// The place of a level, 0–100; nothing where the track has no level of that rank.
    pub fn share_of_rank(&self, rank: i64) -> Option<f64> {
        Some(self.ticks[self.index(rank)?].share)
    }

    /// The place of a rating, 0–100; nothing where the track has no level of its rank.
    pub fn share_of(&self, position: Position) -> Option<f64> {
        let at = self.index(position.rank)? as f64 + position.offset();
        Some(share_at(at, self.ticks.len()))
    }

    /// The place of a rating, 0–100; nothing where it was given on another track, which no line joins.
    pub fn share_of_standing(&self, standing: &Standing<'_>) -> Option<f64> {
        (standing.level.track == self.track.id)
            .then(|| self.share_of(standing.position))
            .flatten()
    }

    fn index(&self, rank: i64) -> Option<usize> {
        self.ticks
            .binary_search_by_key(&rank, |tick| tick.rank)
            .ok()
    }
}

/// Percent of an axis of `width` levels, for a place counted in levels from the lowest.
fn share_at(levels: f64, width: usize) -> f64 {
    (levels + 0.5) * 100.0 / width as f64
}

fn tick(track: &Track, rank: i64, share: f64) -> Tick<'_> {
    let levels: Vec<&Level> = track.levels.iter().filter(|l| l.rank == rank).collect();
    let labels: Vec<String> = levels.iter().map(|level| level_label(level)).collect();
    Tick {
        rank,
        label: labels.join(" / "),
        levels,
        share,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;

    fn at(rank: i64, titles: &[&str], rating: &str) -> Position {
        let position = Position::new(rank, &scale(titles), &rating_id(rating));
        position.expect("a rating of the scale")
    }

    const THREE: &[&str] = &["Misses", "Meets", "Exceeds"];
    const FIVE: &[&str] = &["A", "B", "C", "D", "E"];
    const FOUR: &[&str] = &["A", "B", "C", "D"];

    #[test]
    fn a_rating_moves_by_at_most_a_third_of_a_level() {
        assert_eq!(at(3, THREE, "misses").offset(), -1.0 / 3.0);
        assert_eq!(at(3, THREE, "meets").offset(), 0.0);
        assert_eq!(at(3, THREE, "exceeds").offset(), 1.0 / 3.0);
        assert_eq!(at(3, FIVE, "e").offset(), 1.0 / 3.0);
        assert_eq!(at(3, FIVE, "d").offset(), 1.0 / 6.0);
    }

    #[test]
    fn an_even_scale_has_no_middle_and_moves_nothing() {
        for rating in ["a", "b", "c", "d"] {
            assert_eq!(at(3, FOUR, rating).offset(), 0.0);
        }
        assert_eq!(at(3, &["Only"], "only").offset(), 0.0);
    }

    #[test]
    fn the_level_is_reached_from_the_middle_rating_on() {
        assert!(!at(4, THREE, "misses").reaches(4));
        assert!(at(4, THREE, "meets").reaches(4));
        assert!(!at(3, THREE, "exceeds").reaches(4));
        assert!(at(5, THREE, "misses").reaches(4));
        assert!(!at(4, FOUR, "b").reaches(4));
        assert!(at(4, FOUR, "c").reaches(4));
    }

    #[test]
    fn the_order_of_positions_is_that_on_the_axis() {
        assert!(at(3, THREE, "exceeds") < at(4, THREE, "misses"));
        assert!(at(4, THREE, "misses") < at(4, THREE, "meets"));
    }

    #[test]
    fn ranks_are_evenly_spaced_however_far_apart_their_numbers_are() {
        let track = track("ic", &[("l1", 10), ("l2", 20), ("l3", 100)]);
        let axis = LevelAxis::of(&track);
        let shares: Vec<f64> = axis.ticks.iter().map(|tick| tick.share.round()).collect();
        assert_eq!(shares, [17.0, 50.0, 83.0]);
        assert_eq!(
            axis.share_of(at(10, THREE, "meets")),
            axis.share_of_rank(10)
        );
        assert_eq!(axis.share_of_rank(11), None);
    }

    #[test]
    fn every_rating_lies_within_the_axis() {
        let track = track("ic", &[("l1", 1)]);
        let axis = LevelAxis::of(&track);
        for rating in ["misses", "meets", "exceeds"] {
            let share = axis.share_of(at(1, THREE, rating)).expect("a known rank");
            assert!((0.0..=100.0).contains(&share), "{share}");
        }
    }

    #[test]
    fn a_fork_shares_one_tick() {
        let track = track("ic", &[("l4", 4), ("e5", 5), ("l5", 5)]);
        let axis = LevelAxis::of(&track);
        let labels: Vec<&str> = axis.ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels, ["L4", "E5 / L5"]);
    }

    #[test]
    fn a_level_is_called_by_its_code_or_else_by_its_title() {
        assert_eq!(level_label(&level("ic12", 3)), "IC12");
        assert_eq!(level_label(&level("senior", 3)), "Engineer 3");
        assert_eq!(level_label(&level("4", 3)), "Engineer 3");
        assert_eq!(level_label(&level("l4-b", 3)), "Engineer 3");
    }
}
