//! What is internal to the management chain. Nothing here may reach its subject, not even its existence.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::*;

/// Everything under `management/`.
#[derive(Debug, Clone, PartialEq, Default, Hash)]
pub struct Management {
    /// By subject; shared, as [`Organisation::people`] are.
    pub about: BTreeMap<PersonId, Arc<Managed>>,
}

/// What was written about one person.
#[derive(Debug, Clone, PartialEq, Default, Hash)]
pub struct Managed {
    /// Drafts too.
    pub talent: BTreeMap<CycleId, Talent>,
    /// By date.
    pub notes: Vec<PrivateNote>,
}

impl Management {
    /// The talent mappings of a person, drafts too, by cycle.
    pub fn talent_of(&self, person: &PersonId) -> impl Iterator<Item = (&CycleId, &Talent)> {
        let managed = self.about.get(person);
        managed.into_iter().flat_map(|managed| &managed.talent)
    }

    /// The private notes about a person.
    pub fn notes_of(&self, person: &PersonId) -> &[PrivateNote] {
        self.about.get(person).map_or(&[], |managed| &managed.notes)
    }

    /// What is written about a person, to be changed.
    pub fn about_mut(&mut self, person: PersonId) -> &mut Managed {
        Arc::make_mut(self.about.entry(person).or_default())
    }
}

/// Where someone stands against the level they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alignment {
    Below,
    At,
    Above,
}

/// `management/<cycle>/<id>.toml`.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Talent {
    pub by: PersonId,
    /// The thought partner who pressure-tests the assessment.
    pub partner: Option<PersonId>,
    /// Nothing: a draft.
    pub date: Option<Date>,
    pub readers: Option<Vec<ReaderToken>>,
    pub alignment: Option<Alignment>,
    pub confidence: Option<Confidence>,
    #[serde(default)]
    pub strengths: Vec<Prose>,
    #[serde(default)]
    pub needs: Vec<Prose>,
    #[serde(default)]
    pub missing: Vec<Prose>,
    pub potential: Option<Prose>,
    #[serde(default)]
    pub ratings: BTreeMap<CompetencyId, RatingGiven>,
    #[serde(default)]
    pub adjusted: Vec<Adjustment>,
    pub level: Option<LevelChange>,
    #[serde(default)]
    pub coaching: Coaching,
}

/// What calibration changed, and why.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Adjustment {
    #[serde(default)]
    pub date: Date,
    pub was: Alignment,
    #[serde(default)]
    pub why: Prose,
}

/// How far a level change has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LevelChangeStatus {
    Recommended,
    Deferred,
    Done,
}

/// A recommended change of level.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct LevelChange {
    pub recommend: LevelRef,
    pub status: LevelChangeStatus,
    pub why: Option<Prose>,
}

/// The coaching plan of a talent mapping.
#[derive(Debug, Clone, PartialEq, Default, Hash, Deserialize)]
#[serde(default)]
pub struct Coaching {
    pub actions: Vec<Prose>,
    pub opportunities: Vec<Prose>,
    pub support: Vec<Prose>,
}

/// One dated entry of `management/notes/<id>.md`.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct PrivateNote {
    pub date: Date,
    pub title: String,
    pub text: Prose,
}
