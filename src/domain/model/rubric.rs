//! Rubrics: tracks × levels × competencies.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::*;

/// All tracks as they stand in one directory or revision.
#[derive(Debug, Clone, PartialEq, Default, Hash)]
pub struct Rubric {
    /// By id, which is the name of the directory.
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
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Track {
    /// The name of its directory, such as `ic`.
    pub id: TrackId,
    /// Its name on pages.
    #[serde(default, deserialize_with = "markup::read_title")]
    pub title: String,
    /// What the track is for, in markdown; empty if the file has none.
    #[serde(default)]
    pub description: Prose,
    /// `readers = "public"`: written as plain HTML too.
    #[serde(default, rename = "readers", deserialize_with = "is_not_org")]
    pub public: bool,
    /// The track that it inherits competencies and cells from; `None` if none.
    pub extends: Option<TrackId>,
    /// Only there to be extended; has no page of its own.
    #[serde(default, rename = "abstract")]
    pub is_abstract: bool,
    /// A level includes the levels below it.
    #[serde(default)]
    pub cumulative: bool,
    /// In the order of the file, inherited ones first.
    #[serde(default, rename = "competency")]
    pub competencies: Vec<Competency>,
    /// By rank, then id. Equal ranks are a fork.
    #[serde(skip)]
    pub levels: Vec<Level>,
}

/// Whether other readers than `org` are named.
fn is_not_org<'de, D: Deserializer<'de>>(d: D) -> Result<bool, D::Error> {
    Ok(String::deserialize(d)? != "org")
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
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Competency {
    /// What cells, ratings and expectations call it.
    pub id: CompetencyId,
    /// Its name on pages.
    #[serde(default, deserialize_with = "markup::read_title")]
    pub title: String,
    /// The name of a group of competencies; `None` if it is in none.
    pub category: Option<String>,
    /// What it means, in markdown; empty if the file has none.
    #[serde(default)]
    pub description: Prose,
    /// Earlier ids, so that its history stays one row.
    #[serde(default)]
    pub was: Vec<CompetencyId>,
    /// Ordered maturity stages; empty in most rubrics.
    #[serde(default, rename = "stage")]
    pub stages: Vec<Stage>,
}

/// A maturity stage of one competency.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Stage {
    /// What `stage` of a cell calls it.
    pub id: StageId,
    /// Its name on pages.
    #[serde(default, deserialize_with = "markup::read_title")]
    pub title: String,
    /// What it means, in markdown; empty if the file has none.
    #[serde(default)]
    pub text: Prose,
    /// What it is worth in points; `None` if the rubric gives it none.
    pub points: Option<i64>,
    /// Behaviour that others would see.
    #[serde(default)]
    pub signals: Vec<Signal>,
    /// What it looks like, in markdown.
    #[serde(default)]
    pub examples: Vec<Prose>,
}

/// One column of the rubric.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Level {
    /// The name of its file, without `.toml`, such as `l4`.
    pub id: LevelId,
    /// Its name on pages.
    #[serde(default, deserialize_with = "markup::read_title")]
    pub title: String,
    /// Its place in the track: higher is further up.
    #[serde(default)]
    pub rank: i64,
    /// Levels of other tracks that are worth the same.
    #[serde(default)]
    pub equivalent: Vec<LevelRef>,
    /// Points that the level asks; `None` if it asks for none.
    pub min_points: Option<i64>,
    /// The tables `[[section]]`, in the order of the file.
    #[serde(default, rename = "section")]
    pub sections: Vec<LevelSection>,
    /// A missing cell is allowed and shown as missing.
    #[serde(default, rename = "cell")]
    pub cells: BTreeMap<CompetencyId, Cell>,
}

/// Free prose about a level.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct LevelSection {
    /// Its heading on pages.
    #[serde(default, deserialize_with = "markup::read_title")]
    pub title: String,
    /// Prose in markdown; empty if the file has none.
    #[serde(default)]
    pub text: Prose,
    /// A list, each item in markdown; may be empty.
    #[serde(default)]
    pub items: Vec<Prose>,
    /// `readers = "managers"`: only for everyone who manages someone.
    #[serde(default, rename = "readers", deserialize_with = "is_not_org")]
    pub managers_only: bool,
}

/// What one level asks in one competency.
#[derive(Debug, Clone, PartialEq, Default, Hash, Deserialize)]
#[serde(default)]
pub struct Cell {
    /// What is asked, in markdown; empty if the file has none.
    pub text: Prose,
    /// What each rating means here, where the rubric says so.
    #[serde(flatten)]
    pub by_rating: BTreeMap<RatingId, Prose>,
    /// Behaviour that others would see.
    pub signals: Vec<Signal>,
    /// The stage of the competency that is asked; `None` if the file names none.
    pub stage: Option<StageId>,
    /// A word for how well; `None` if the file has none.
    pub proficiency: Option<String>,
    /// What it looks like, in markdown.
    pub examples: Vec<Prose>,
    /// Web addresses where to read more.
    pub links: Vec<String>,
    /// Taken over from the track that this one extends.
    #[serde(skip)]
    pub inherited: bool,
}

/// An observable behaviour.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Signal {
    /// The behaviour, in markdown.
    #[serde(default)]
    pub text: Prose,
    /// What it looks like, in markdown.
    #[serde(default)]
    pub examples: Vec<Prose>,
}
