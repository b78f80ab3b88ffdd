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
    /// `expectations.toml`; `None` if there is no such file, or it is left out here.
    pub expectations: Option<Expectations>,
    /// `self.md`; `None` if there is no such file, or it is left out here.
    pub self_assessment: Option<Feedback>,
    /// One file a peer, by author.
    pub peers: BTreeMap<PersonId, PeerFeedback>,
    /// `review.md`; `None` if there is no such file, or it is left out here.
    pub review: Option<Review>,
    /// `response.md`; `None` if there is no such file, or it is left out here.
    pub response: Option<Response>,
    /// `plan.toml`; `None` if there is no such file, or it is left out here.
    pub plan: Option<Plan>,
    /// `pip.toml`; `None` if there is no such file, it is a draft, or it is left out here.
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
    /// The name in `files/`, by which texts link to it.
    pub name: String,
    /// The name in `files/` of the file that `name` leads to, which says whose it is: another one where `name` is a link.
    pub file: String,
    /// The content as it is published; an SVG picture without what gradus leaves out.
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
    /// The tables `[[expectation]]`, in the order of the file.
    #[serde(rename = "expectation")]
    pub expectations: Vec<Expectation>,
    /// The tables `[[note]]`, in the order of the file.
    #[serde(rename = "note")]
    pub notes: Vec<Note>,
    /// The tables `[[skip]]`, in the order of the file.
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
    /// `remedy`: closes a gap.
    Remedy,
    /// `next-level`: shows evidence of the next level.
    NextLevel,
    /// `objective`: serves an objective of the team or company.
    Objective,
    /// `interest`: chosen out of personal interest.
    Interest,
    /// `stable`: keeps things steady.
    Stable,
    /// `onboarding`: for a first stretch only, which ends with `until`.
    Onboarding,
}

/// What was agreed.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Expectation {
    /// What headings, outcomes and log entries call it.
    pub id: ExpectationId,
    /// What will be different, in markdown.
    #[serde(default)]
    pub text: Prose,
    /// Why it was chosen; `None` if the file does not say.
    pub kind: Option<ExpectationKind>,
    /// How it will show, in markdown; `None` if the file does not say.
    pub measure: Option<Prose>,
    /// Ids of the competencies that it shows; may be empty.
    #[serde(default)]
    pub competencies: Vec<CompetencyId>,
    /// Why it matters, in markdown; `None` if the file does not say.
    pub why: Option<Prose>,
    /// The level whose evidence this is; nothing: the level held.
    pub aims: Option<LevelRef>,
    /// Where it differs from the file's.
    pub agreed: Option<Date>,
    /// The last day, where it differs from the file's; else `None`.
    pub until: Option<Date>,
    /// The objective of the team or company that it serves, in words; `None` if the file names none.
    pub objective: Option<String>,
    /// What it carries on from an earlier cycle; `None` if nothing.
    pub follows: Option<Follows>,
    /// The checklist, in the order of the file; may be empty.
    #[serde(default)]
    pub steps: Vec<KeyStep>,
    /// What git shows of it; nothing: no commit holds it with an `agreed`, or nothing can be shown.
    #[serde(skip)]
    pub fixed: Option<Fixed>,
}

/// What an expectation carries on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Follows {
    /// An expectation of that cycle, written `2025-h2/on-call`.
    Expectation(CycleId, ExpectationId),
    /// A goal of that cycle's plan, written `2025-h2/plan/two-teams`.
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
    /// What is to be done, in markdown.
    pub text: Prose,
    /// The day by which it is to be done; `None` if the file sets none.
    pub due: Option<Date>,
    /// The day on which it was done; `None` if it is not done.
    pub done: Option<Date>,
    /// The day on which it was given up; `None` if it was not.
    pub dropped: Option<Date>,
    /// Why it was given up, in markdown; `None` if the file does not say.
    pub why: Option<Prose>,
    /// A remark, in markdown; `None` if there is none.
    pub note: Option<Prose>,
    /// Web addresses that show it; may be empty.
    pub evidence: Vec<String>,
}

/// An amendment beside the text, which itself stays as agreed.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Note {
    /// The day of the note.
    #[serde(default)]
    pub date: Date,
    /// The id of its author.
    pub by: PersonId,
    /// The expectation that it is about; `None` if it is about all of them.
    pub on: Option<ExpectationId>,
    /// What is to be said, in markdown.
    #[serde(default)]
    pub text: Prose,
}

/// Skip-level feedback on the expectations.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct SkipComment {
    /// The id of its author.
    pub by: PersonId,
    /// The day of the comment.
    #[serde(default)]
    pub date: Date,
    /// The expectation that it is about; `None` if it is about all of them.
    pub on: Option<ExpectationId>,
    /// What is to be said, in markdown.
    #[serde(default)]
    pub text: Prose,
}

/// `plan.toml`: the development plan for the next cycle.
#[derive(Debug, Clone, PartialEq, Default, Hash, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// The tables `[[goal]]`, in the order of the file.
    #[serde(rename = "goal")]
    pub goals: Vec<Goal>,
    /// Where the file sets them.
    pub readers: Option<Vec<ReaderToken>>,
}

/// One goal of a development plan.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Goal {
    /// By which an expectation can follow it; `None` if the file gives none.
    pub id: Option<GoalId>,
    /// The goal itself, in markdown.
    #[serde(default)]
    pub text: Prose,
    /// Ids of the competencies that it grows; may be empty.
    #[serde(default)]
    pub competencies: Vec<CompetencyId>,
    /// What the person does, in markdown.
    #[serde(default)]
    pub actions: Vec<Prose>,
    /// What the person can use, in markdown.
    #[serde(default)]
    pub resources: Vec<Prose>,
    /// What others do for it, in markdown.
    #[serde(default)]
    pub support: Vec<Prose>,
    /// The day by which it is to be reached; `None` if the file sets none.
    pub by: Option<Date>,
}

/// How an improvement plan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PipResult {
    /// `met`: what it asked for was reached.
    Met,
    /// `extended`: it goes on for longer.
    Extended,
    /// `ended`: it is over, neither met nor extended.
    Ended,
}

/// `pip.toml`: a performance improvement plan.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Pip {
    /// The first day.
    #[serde(default)]
    pub start: Date,
    /// How many days it runs from `start`.
    #[serde(default)]
    pub days: u32,
    /// The root cause, in markdown; `None` if the file does not say.
    pub cause: Option<Prose>,
    /// What others do for it, in markdown.
    #[serde(default)]
    pub support: Vec<Prose>,
    /// What counts as success, in markdown; `None` if the file does not say.
    pub success: Option<Prose>,
    /// What follows without success, in markdown; `None` if the file does not say.
    pub consequence: Option<Prose>,
    /// The tables `[[objective]]`, in the order of the file.
    #[serde(default, rename = "objective")]
    pub objectives: Vec<PipObjective>,
    /// The tables `[[checkin]]`, by date.
    #[serde(default, rename = "checkin")]
    pub checkins: Vec<PipCheckIn>,
    /// The day on which it ended; from then on the person and hr read it. `None` if it is open.
    pub closed: Option<Date>,
    /// How it ended; `None` if the file does not say.
    pub result: Option<PipResult>,
    /// Where the file sets them.
    pub readers: Option<Vec<ReaderToken>>,
}

/// One measurable objective of an improvement plan.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct PipObjective {
    /// What the `values` of check-ins call it.
    pub id: ObjectiveId,
    /// What is to change, in markdown.
    #[serde(default)]
    pub text: Prose,
    /// The measure at the start, in words; `None` if the file does not say.
    pub from: Option<String>,
    /// The measure to reach, in words; `None` if the file does not say.
    pub to: Option<String>,
}

/// One weekly look at an improvement plan.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct PipCheckIn {
    /// The day of the check-in.
    #[serde(default)]
    pub date: Date,
    /// What was said, in markdown.
    #[serde(default)]
    pub text: Prose,
    /// The measure on that day, in words, by objective.
    #[serde(default)]
    pub values: BTreeMap<ObjectiveId, String>,
}
