//! Rubrics: tracks × levels × competencies.

use std::collections::BTreeMap;

use super::*;

/// All tracks as they stand in one directory or revision.
#[derive(Debug, Clone, PartialEq, Default, Hash)]
pub struct Rubric {
    pub tracks: BTreeMap<TrackId, Track>,
}

impl Rubric {
    /// The level that a reference names, with its track.
    pub fn level(&self, at: &LevelRef) -> Option<(&Track, &Level)> {
        let track = self.tracks.get(&at.track)?;
        Some((track, track.level(&at.level)?))
    }
}

/// A career track, with what it inherits by `extends` already merged in.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Track {
    pub id: TrackId,
    pub title: String,
    pub description: Prose,
    /// `readers = "public"`: written as plain HTML too.
    pub public: bool,
    pub extends: Option<TrackId>,
    /// Only there to be extended; has no page of its own.
    pub is_abstract: bool,
    /// A level includes the levels below it.
    pub cumulative: bool,
    /// In the order of the file, inherited ones first.
    pub competencies: Vec<Competency>,
    /// By rank, then id. Equal ranks are a fork.
    pub levels: Vec<Level>,
}

impl Track {
    /// The level of that id.
    pub fn level(&self, id: &LevelId) -> Option<&Level> {
        self.levels.iter().find(|level| level.id == *id)
    }

    /// The competency of that id, or one that was once called so.
    pub fn competency(&self, id: &CompetencyId) -> Option<&Competency> {
        self.competencies
            .iter()
            .find(|c| c.id == *id)
            .or_else(|| self.competencies.iter().find(|c| c.was.contains(id)))
    }

    /// The levels of the lowest rank above this level's; empty at the top, several at a fork.
    pub fn next_levels(&self, id: &LevelId) -> Vec<&Level> {
        let Some(here) = self.level(id) else {
            return Vec::new();
        };
        let above = self.levels.iter().filter(|l| l.rank > here.rank);
        let Some(rank) = above.clone().map(|l| l.rank).min() else {
            return Vec::new();
        };
        above.filter(|l| l.rank == rank).collect()
    }
}

/// One row of the rubric.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Competency {
    pub id: CompetencyId,
    pub title: String,
    pub category: Option<String>,
    pub description: Prose,
    /// Earlier ids, so that its history stays one row.
    pub was: Vec<CompetencyId>,
    /// Ordered maturity stages; empty in most rubrics.
    pub stages: Vec<Stage>,
}

/// A maturity stage of one competency.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Stage {
    pub id: StageId,
    pub title: String,
    pub text: Prose,
    pub points: Option<i64>,
    pub signals: Vec<Signal>,
    pub examples: Vec<Prose>,
}

/// One column of the rubric.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Level {
    pub id: LevelId,
    pub title: String,
    pub rank: i64,
    /// Levels of other tracks that are worth the same.
    pub equivalent: Vec<LevelRef>,
    pub min_points: Option<i64>,
    pub sections: Vec<LevelSection>,
    /// A missing cell is allowed and shown as missing.
    pub cells: BTreeMap<CompetencyId, Cell>,
}

/// Free prose about a level.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct LevelSection {
    pub title: String,
    pub text: Prose,
    pub items: Vec<Prose>,
    /// `readers = "managers"`: only for everyone who manages someone.
    pub managers_only: bool,
}

/// What one level asks in one competency.
#[derive(Debug, Clone, PartialEq, Default, Hash)]
pub struct Cell {
    pub text: Prose,
    /// What each rating means here, where the rubric says so.
    pub by_rating: BTreeMap<RatingId, Prose>,
    pub signals: Vec<Signal>,
    pub stage: Option<StageId>,
    pub proficiency: Option<String>,
    pub examples: Vec<Prose>,
    pub links: Vec<String>,
    /// Taken over from the track that this one extends.
    pub inherited: bool,
}

/// An observable behaviour.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Signal {
    pub text: Prose,
    pub examples: Vec<Prose>,
}
