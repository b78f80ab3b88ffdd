//! Self-assessment, peer feedback, review and response: front matter, then answers in markdown.

use std::collections::BTreeMap;

use super::*;

/// What all four files share.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Feedback {
    pub by: PersonId,
    /// Nothing: a draft, or for a peer file a request.
    pub date: Option<Date>,
    /// A list of readers for the whole file, where it sets one.
    pub readers: Option<Vec<ReaderToken>>,
    /// Per expectation.
    pub outcomes: BTreeMap<ExpectationId, Outcome>,
    /// Per competency.
    pub ratings: BTreeMap<CompetencyId, RatingGiven>,
    /// In the order of the file.
    pub answers: Vec<Answer>,
}

impl Feedback {
    /// Whether an answer links to that file of `files/`.
    pub fn links_to(&self, name: &str) -> bool {
        let written = format!("files/{name}");
        let encoded = format!("files/{}", name.replace(' ', "%20"));
        let links = |text: &str| text.contains(&written) || text.contains(&encoded);
        self.answers
            .iter()
            .any(|answer| links(answer.text.as_str()))
    }
}

/// What a stretch of markdown answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AnswerTo {
    Question(QuestionId),
    Expectation(ExpectationId),
    /// Before the first heading.
    Preamble,
}

/// The markdown under one `##` heading.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Answer {
    pub to: AnswerTo,
    pub text: Prose,
}

/// How an expectation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutcomeIs {
    Met,
    Partly,
    Missed,
    /// Learning, not failure: neither hit nor miss.
    Obsolete,
}

/// An outcome with its reasons.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Outcome {
    pub is: OutcomeIs,
    pub why: Option<Prose>,
    pub learned: Option<Prose>,
}

/// How sure someone is of a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    Low,
    Medium,
    High,
}

/// A rating of one competency.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct RatingGiven {
    pub is: RatingId,
    /// Against this level; nothing: the level held on the cycle's last day.
    pub level: Option<LevelRef>,
    pub evidence: Vec<String>,
    pub confidence: Option<Confidence>,
    pub why: Option<Prose>,
}

/// How a peer says they work with the subject. Routing never relies on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relationship {
    Peer,
    Pair,
    CrossFunctional,
    Report,
    Skip,
    PastManager,
}

/// `peer-<who>.md`.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct PeerFeedback {
    pub feedback: Feedback,
    pub relationship: Option<Relationship>,
}

/// `review.md`.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Review {
    pub feedback: Feedback,
    /// From then on the subject reads it.
    pub shared: Option<Date>,
    /// The manager has read the response.
    pub acknowledged: Option<Date>,
    pub reply: Option<Prose>,
}

/// `response.md`.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Response {
    pub feedback: Feedback,
    pub goals: Vec<Prose>,
}
