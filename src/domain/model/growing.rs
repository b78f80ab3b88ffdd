//! One cycle of one person: expectations, key steps, plans.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use super::*;

/// Everything of one person in one cycle. Drafts (files without their date) are here too: checked,
/// never published. [`PersonCycle::published`] leaves them out.
#[derive(Debug, Clone, PartialEq, Default, Hash)]
pub struct PersonCycle {
    pub expectations: Option<Expectations>,
    pub self_assessment: Option<Feedback>,
    /// One file a peer, by author.
    pub peers: BTreeMap<PersonId, PeerFeedback>,
    pub review: Option<Review>,
    pub response: Option<Response>,
    pub plan: Option<Plan>,
    pub pip: Option<Pip>,
    /// What lies in `files/`, by name.
    pub files: BTreeMap<String, Attachment>,
}

impl PersonCycle {
    /// The same without drafts.
    pub fn published(&self) -> Cow<'_, PersonCycle> {
        let dated = |feedback: &Feedback| feedback.date.is_some();
        let agreed = |file: &Expectations| file.agreed.is_some();
        let has_draft = !self.expectations.iter().all(agreed)
            || !self.self_assessment.iter().all(dated)
            || !self.peers.values().all(|peer| dated(&peer.feedback))
            || !self.review.iter().all(|review| dated(&review.feedback))
            || !self.response.iter().all(|file| dated(&file.feedback));
        if !has_draft {
            return Cow::Borrowed(self);
        }
        let mut cycle = self.clone();
        cycle.expectations = cycle.expectations.filter(agreed);
        cycle.self_assessment = cycle.self_assessment.filter(dated);
        cycle.peers.retain(|_, peer| dated(&peer.feedback));
        cycle.review = cycle.review.filter(|review| dated(&review.feedback));
        cycle.response = cycle.response.filter(|file| dated(&file.feedback));
        Cow::Owned(cycle)
    }

    /// The review, once it is dated and shared with its subject.
    pub fn shared_review(&self) -> Option<&Review> {
        let review = self.review.as_ref()?;
        (review.feedback.date.is_some() && review.shared.is_some()).then_some(review)
    }
}

/// An image or attachment that markdown links to as `files/<name>`.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Attachment {
    pub name: String,
    /// The name in `files/` of the file that `name` leads to, which says whose it is: another one where `name` is a link.
    pub file: String,
    pub bytes: Arc<[u8]>,
}

/// `expectations.toml`.
#[derive(Debug, Clone, PartialEq, Default, Hash, Deserialize)]
#[serde(default)]
pub struct Expectations {
    /// Nothing: a draft.
    pub agreed: Option<Date>,
    /// Nothing: the cycle's end.
    pub until: Option<Date>,
    #[serde(rename = "expectation")]
    pub expectations: Vec<Expectation>,
    #[serde(rename = "note")]
    pub notes: Vec<Note>,
    #[serde(rename = "skip")]
    pub skip_comments: Vec<SkipComment>,
    /// Where the file sets them.
    pub readers: Option<Vec<ReaderToken>>,
    /// Whether git shows that they stayed as agreed.
    #[serde(skip)]
    pub proof: Proof,
}

impl Expectations {
    /// The expectation of that id.
    pub fn get(&self, id: &ExpectationId) -> Option<&Expectation> {
        self.expectations.iter().find(|e| e.id == *id)
    }
}

/// Why an expectation was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExpectationKind {
    Remedy,
    NextLevel,
    Objective,
    Interest,
    Stable,
    Onboarding,
}

/// What was agreed.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Expectation {
    pub id: ExpectationId,
    #[serde(default)]
    pub text: Prose,
    pub kind: Option<ExpectationKind>,
    pub measure: Option<Prose>,
    #[serde(default)]
    pub competencies: Vec<CompetencyId>,
    pub why: Option<Prose>,
    /// The level whose evidence this is; nothing: the level held.
    pub aims: Option<LevelRef>,
    /// Where it differs from the file's.
    pub agreed: Option<Date>,
    pub until: Option<Date>,
    pub objective: Option<String>,
    pub follows: Option<Follows>,
    #[serde(default)]
    pub steps: Vec<KeyStep>,
    /// What git shows of it; nothing: no commit holds it with an `agreed`, or nothing can be shown.
    #[serde(skip)]
    pub fixed: Option<Fixed>,
}

/// What an expectation carries on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Follows {
    Expectation(CycleId, ExpectationId),
    PlanGoal(CycleId, GoalId),
}

impl Follows {
    /// Reads `<cycle>/<expectation>` or `<cycle>/plan/<goal>`.
    pub fn new(text: &str) -> Option<Self> {
        let (cycle, id) = text.split_once('/')?;
        let cycle = CycleId::new(cycle)?;
        Some(match id.strip_prefix("plan/") {
            Some(goal) => Self::PlanGoal(cycle, GoalId::new(goal)?),
            None => Self::Expectation(cycle, ExpectationId::new(id)?),
        })
    }
}

impl<'de> Deserialize<'de> for Follows {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        parsed(d, Self::new)
    }
}

/// One line of an expectation's checklist.
#[derive(Debug, Clone, PartialEq, Default, Hash, Deserialize)]
#[serde(default)]
pub struct KeyStep {
    pub text: Prose,
    pub due: Option<Date>,
    pub done: Option<Date>,
    pub dropped: Option<Date>,
    pub why: Option<Prose>,
    pub note: Option<Prose>,
    pub evidence: Vec<String>,
}

/// An amendment beside the text, which itself stays as agreed.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Note {
    #[serde(default)]
    pub date: Date,
    pub by: PersonId,
    pub on: Option<ExpectationId>,
    #[serde(default)]
    pub text: Prose,
}

/// Skip-level feedback on the expectations.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct SkipComment {
    pub by: PersonId,
    #[serde(default)]
    pub date: Date,
    pub on: Option<ExpectationId>,
    #[serde(default)]
    pub text: Prose,
}

/// `plan.toml`: the development plan for the next cycle.
#[derive(Debug, Clone, PartialEq, Default, Hash, Deserialize)]
#[serde(default)]
pub struct Plan {
    #[serde(rename = "goal")]
    pub goals: Vec<Goal>,
    /// Where the file sets them.
    pub readers: Option<Vec<ReaderToken>>,
}

/// One goal of a development plan.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Goal {
    pub id: Option<GoalId>,
    #[serde(default)]
    pub text: Prose,
    #[serde(default)]
    pub competencies: Vec<CompetencyId>,
    #[serde(default)]
    pub actions: Vec<Prose>,
    #[serde(default)]
    pub resources: Vec<Prose>,
    #[serde(default)]
    pub support: Vec<Prose>,
    pub by: Option<Date>,
}

/// How an improvement plan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PipResult {
    Met,
    Extended,
    Ended,
}

/// `pip.toml`: a performance improvement plan.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Pip {
    #[serde(default)]
    pub start: Date,
    #[serde(default)]
    pub days: u32,
    pub cause: Option<Prose>,
    #[serde(default)]
    pub support: Vec<Prose>,
    pub success: Option<Prose>,
    pub consequence: Option<Prose>,
    #[serde(default, rename = "objective")]
    pub objectives: Vec<PipObjective>,
    #[serde(default, rename = "checkin")]
    pub checkins: Vec<PipCheckIn>,
    pub closed: Option<Date>,
    pub result: Option<PipResult>,
    /// Where the file sets them.
    pub readers: Option<Vec<ReaderToken>>,
}

/// One measurable objective of an improvement plan.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct PipObjective {
    pub id: ObjectiveId,
    #[serde(default)]
    pub text: Prose,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// One weekly look at an improvement plan.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct PipCheckIn {
    #[serde(default)]
    pub date: Date,
    #[serde(default)]
    pub text: Prose,
    #[serde(default)]
    pub values: BTreeMap<ObjectiveId, String>,
}
