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
    /// Does less than the level asks.
    Below,
    /// Does what the level asks.
    At,
    /// Does more than the level asks.
    Above,
}

/// `management/<cycle>/<id>.toml`.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Talent {
    /// The id of the author.
    pub by: PersonId,
    /// The thought partner who pressure-tests the assessment.
    pub partner: Option<PersonId>,
    /// Nothing: a draft.
    pub date: Option<Date>,
    /// Where the file sets them; else `None`.
    pub readers: Option<Vec<ReaderToken>>,
    /// Against the level held; `None` if the file does not say.
    pub alignment: Option<Alignment>,
    /// How sure the author is; `None` if the file does not say.
    pub confidence: Option<Confidence>,
    /// What the person does well, in markdown.
    #[serde(default)]
    pub strengths: Vec<Prose>,
    /// What the person needs, in markdown.
    #[serde(default)]
    pub needs: Vec<Prose>,
    /// Data that would make the author surer, in markdown.
    #[serde(default)]
    pub missing: Vec<Prose>,
    /// Where the person could go, in markdown; `None` if the file does not say.
    pub potential: Option<Prose>,
    /// Per competency.
    #[serde(default)]
    pub ratings: BTreeMap<CompetencyId, RatingGiven>,
    /// The tables `[[adjusted]]`: what calibration changed.
    #[serde(default)]
    pub adjusted: Vec<Adjustment>,
    /// `[level]`; `None` if no change is recommended.
    pub level: Option<LevelChange>,
    /// `[coaching]`; empty if the file has none.
    #[serde(default)]
    pub coaching: Coaching,
}

/// What calibration changed, and why.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Adjustment {
    /// The day of the change.
    #[serde(default)]
    pub date: Date,
    /// The alignment before it.
    pub was: Alignment,
    /// The reason, in markdown.
    #[serde(default)]
    pub why: Prose,
}

/// How far a level change has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LevelChangeStatus {
    /// `recommended`: proposed.
    Recommended,
    /// `deferred`: it waits, for instance for budget.
    Deferred,
    /// `done`: the level was changed.
    Done,
}

/// A recommended change of level.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct LevelChange {
    /// The new level.
    pub recommend: LevelRef,
    /// How far it has come.
    pub status: LevelChangeStatus,
    /// The reason, in markdown; `None` if the file gives none.
    pub why: Option<Prose>,
}

/// The coaching plan of a talent mapping.
#[derive(Debug, Clone, PartialEq, Default, Hash, Deserialize)]
#[serde(default)]
pub struct Coaching {
    /// What the manager does, in markdown.
    pub actions: Vec<Prose>,
    /// What the person could take on, in markdown.
    pub opportunities: Vec<Prose>,
    /// What others do for it, in markdown.
    pub support: Vec<Prose>,
}

/// One dated entry of `management/notes/<id>.md`.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct PrivateNote {
    /// The day in the heading.
    pub date: Date,
    /// The rest of the heading; empty if that is the date alone.
    pub title: String,
    /// The markdown below the heading.
    pub text: Prose,
}
