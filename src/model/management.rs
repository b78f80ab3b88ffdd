//! What is internal to the management chain. Nothing here may reach its subject, not even its existence.

use std::collections::BTreeMap;

use super::*;

/// Everything under `management/`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Management {
    /// By subject and cycle.
    pub talent: BTreeMap<PersonId, BTreeMap<CycleId, Talent>>,
    /// Private notes about a person, by date.
    pub notes: BTreeMap<PersonId, Vec<PrivateNote>>,
}

impl Management {
    /// The talent mappings of a person, drafts too, by cycle.
    pub fn talent_of(&self, person: &PersonId) -> impl Iterator<Item = (&CycleId, &Talent)> {
        self.talent.get(person).into_iter().flatten()
    }

    /// The private notes about a person.
    pub fn notes_of(&self, person: &PersonId) -> &[PrivateNote] {
        self.notes.get(person).map_or(&[], Vec::as_slice)
    }
}

/// Where someone stands against the level they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alignment {
    Below,
    At,
    Above,
}

/// `management/<cycle>/<id>.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Talent {
    pub by: PersonId,
    /// The thought partner who pressure-tests the assessment.
    pub partner: Option<PersonId>,
    /// Nothing: a draft.
    pub date: Option<Date>,
    pub readers: Option<Vec<ReaderToken>>,
    pub alignment: Option<Alignment>,
    pub confidence: Option<Confidence>,
    pub strengths: Vec<Prose>,
    pub needs: Vec<Prose>,
    pub missing: Vec<Prose>,
    pub potential: Option<Prose>,
    pub ratings: BTreeMap<CompetencyId, RatingGiven>,
    pub adjusted: Vec<Adjustment>,
    pub level: Option<LevelChange>,
    pub coaching: Coaching,
}

/// What calibration changed, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjustment {
    pub date: Date,
    pub was: Alignment,
    pub why: Prose,
}

/// How far a level change has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LevelChangeStatus {
    Recommended,
    Deferred,
    Done,
}

/// A recommended change of level.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelChange {
    pub recommend: LevelRef,
    pub status: LevelChangeStatus,
    pub why: Option<Prose>,
}

/// The coaching plan of a talent mapping.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Coaching {
    pub actions: Vec<Prose>,
    pub opportunities: Vec<Prose>,
    pub support: Vec<Prose>,
}

/// One dated entry of `management/notes/<id>.md`.
#[derive(Debug, Clone, PartialEq)]
pub struct PrivateNote {
    pub date: Date,
    pub title: String,
    pub text: Prose,
}
