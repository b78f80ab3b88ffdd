//! Self-assessment, peer feedback, review and response, each as one text with its ratings and outcomes.

use serde::Serialize;

use super::marks::{Evidence, Mark, confidence_words};
use super::names::*;
use crate::domain::growth::{fact_day, held_level};
use crate::domain::model::*;
use crate::site::date::Day;
use crate::site::view::level::LevelChip;
use crate::site::{Context, Html};

/// Headings in an answer begin below the answer's own.
const ANSWER_PROSE_HEADING: u8 = 5;

/// One text of the process: `{{ <person.text text={t} /> }}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeedbackText {
    /// Where links to it arrive.
    pub id: String,
    /// `Review`, `Self-assessment`, `Peer feedback`, `Response`.
    pub what: &'static str,
    pub by: String,
    /// How the author stands to the subject, `peer`; nothing where nobody said.
    pub relation: Option<&'static str>,
    /// Nothing for a draft, which no page shows.
    pub day: Option<Day>,
    /// The day a review was shared with its subject; nothing for other texts.
    pub shared: Option<Day>,
    pub answers: Vec<AnswerText>,
    /// Goals of a response.
    pub goals: Vec<Html>,
    pub ratings: Vec<RatingLine>,
    pub outcomes: Vec<OutcomeLine>,
    /// The manager has read the response: the day, and what they say to it.
    pub acknowledged: Option<Day>,
    pub reply: Option<Html>,
}

/// The markdown under one heading.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnswerText {
    /// Nothing before the first heading.
    pub heading: Option<String>,
    /// What was asked; nothing where it is no question.
    pub prompt: Option<Html>,
    pub text: Html,
}

/// A rating of one competency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatingLine {
    pub competency: String,
    /// `Exceeds`.
    pub rating: String,
    /// What it was rated against; nothing where no level was held.
    pub level: Option<LevelChip>,
    pub confidence: Option<&'static str>,
    pub why: Option<Html>,
    pub evidence: Vec<Evidence>,
}

/// How an expectation ended, as this text has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutcomeLine {
    pub expectation: String,
    pub mark: Mark,
    pub why: Option<Html>,
    pub learned: Option<Html>,
}

/// Answers to one question by several peers whose names are not shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NamelessAnswers {
    pub question: String,
    /// In an order that says nothing.
    pub answers: Vec<Html>,
}

/// Draws the texts of one cycle of one person.
pub struct Reader<'a> {
    pub ctx: &'a Context<'a>,
    pub person: &'a Person,
    pub cycle: &'a Cycle,
    pub of: &'a PersonCycle,
    /// What ids in this part of the page begin with; empty in the person's own part.
    pub prefix: &'a str,
}

impl Reader<'_> {
    /// The self-assessment, once it is dated.
    pub fn own(&self) -> Option<FeedbackText> {
        let own = self
            .of
            .self_assessment
            .as_ref()
            .filter(|f| f.date.is_some())?;
        Some(self.text("own", "Self-assessment", own))
    }

    /// All dated peer feedback that this draw holds, by author.
    pub fn peers(&self) -> Vec<FeedbackText> {
        let dated = self
            .of
            .peers
            .values()
            .filter(|peer| peer.feedback.date.is_some());
        dated.map(|peer| self.peer(peer)).collect()
    }

    fn peer(&self, peer: &PeerFeedback) -> FeedbackText {
        FeedbackText {
            relation: peer.relationship.map(relationship_words),
            ..self.text(
                &format!("by-{}", peer.feedback.by),
                "Peer feedback",
                &peer.feedback,
            )
        }
    }

    /// The review, once it is dated; whether it is shared is up to the caller.
    pub fn review(&self) -> Option<FeedbackText> {
        let review = self
            .of
            .review
            .as_ref()
            .filter(|r| r.feedback.date.is_some())?;
        Some(FeedbackText {
            relation: Some("manager").filter(|_| self.managed_by(&review.feedback.by)),
            shared: review.shared.map(Day::from),
            ..self.text("review", "Review", &review.feedback)
        })
    }

    /// The response with its acknowledgement and reply, once it is dated.
    pub fn response(&self) -> Option<FeedbackText> {
        let response = self
            .of
            .response
            .as_ref()
            .filter(|r| r.feedback.date.is_some())?;
        let review = self.of.shared_review();
        let reply = review.and_then(|review| review.reply.as_ref());
        Some(FeedbackText {
            goals: response
                .goals
                .iter()
                .map(|goal| self.inline(goal))
                .collect(),
            acknowledged: review.and_then(|review| review.acknowledged).map(Day::from),
            reply: reply.map(|reply| self.prose(reply)),
            ..self.text("response", "Response", &response.feedback)
        })
    }

    fn managed_by(&self, by: &PersonId) -> bool {
        let day = fact_day(self.ctx.commons, self.cycle);
        self.person.manager_on(day) == Some(by)
    }

    fn text(&self, id: &str, what: &'static str, feedback: &Feedback) -> FeedbackText {
        FeedbackText {
            id: anchor(&format!("{}text", self.prefix), id),
            what,
            by: self.ctx.commons.name_of(&feedback.by).to_owned(),
            relation: None,
            day: feedback.date.map(Day::from),
            shared: None,
            answers: feedback
                .answers
                .iter()
                .filter_map(|a| self.answer(a))
                .collect(),
            goals: Vec::new(),
            ratings: self.ratings(&feedback.ratings),
            outcomes: feedback
                .outcomes
                .iter()
                .map(|(id, o)| self.outcome(id, o))
                .collect(),
            acknowledged: None,
            reply: None,
        }
    }

    fn answer(&self, answer: &Answer) -> Option<AnswerText> {
        let said = !answer.text.is_empty();
        said.then(|| AnswerText {
            heading: answer_heading(self.ctx, self.cycle, self.of, &answer.to),
            prompt: self.prompt(&answer.to),
            text: self.prose(&answer.text),
        })
    }

    fn prompt(&self, to: &AnswerTo) -> Option<Html> {
        let AnswerTo::Question(id) = to else {
            return None;
        };
        let question = self.cycle.questions.iter().find(|q| q.id == *id)?;
        let asks = !question.prompt.is_empty();
        asks.then(|| self.ctx.inline(&question.prompt, None))
    }

    /// Ratings, by competency in the order of the rubric, others after them.
    pub fn ratings(
        &self,
        given: &std::collections::BTreeMap<CompetencyId, RatingGiven>,
    ) -> Vec<RatingLine> {
        let rubric = self.ctx.commons.rubric_of(self.cycle);
        let held = held_level(self.ctx.commons, self.person, self.cycle);
        let track = held.and_then(|held| rubric.tracks.get(&held.track));
        let place = |id: &CompetencyId| {
            let competencies = track.map(|track| &track.competencies);
            let names = |c: &Competency| c.id == *id || c.was.contains(id);
            competencies
                .and_then(|all| all.iter().position(names))
                .unwrap_or(usize::MAX)
        };
        let mut all: Vec<_> = given.iter().collect();
        all.sort_by_key(|(id, _)| place(id));
        all.into_iter()
            .map(|(id, rating)| self.rating(rubric, held, id, rating))
            .collect()
    }

    fn rating(
        &self,
        rubric: &Rubric,
        held: Option<&LevelRef>,
        id: &CompetencyId,
        given: &RatingGiven,
    ) -> RatingLine {
        let scale = &self.ctx.commons.ratings;
        let rating = scale.iter().find(|rating| rating.id == given.is);
        let level = given.level.as_ref().or(held);
        RatingLine {
            competency: competency_title(rubric, held, id),
            rating: rating.map_or_else(|| given.is.to_string(), |rating| rating.title.clone()),
            level: level.map(|level| LevelChip::of(rubric, level)),
            confidence: given.confidence.map(confidence_words),
            why: given.why.as_ref().map(|why| self.prose(why)),
            evidence: Evidence::all(&given.evidence),
        }
    }

    fn outcome(&self, id: &ExpectationId, outcome: &Outcome) -> OutcomeLine {
        OutcomeLine {
            expectation: expectation_title(self.ctx, self.of, id),
            mark: Mark::of_outcome(outcome.is),
            why: outcome.why.as_ref().map(|why| self.prose(why)),
            learned: outcome.learned.as_ref().map(|learned| self.prose(learned)),
        }
    }

    /// Answers without names, where the policy shows them so.
    pub fn nameless(&self, answers: &[AnonymousAnswers]) -> Vec<NamelessAnswers> {
        let one = |answers: &AnonymousAnswers| NamelessAnswers {
            question: question_title(self.cycle, &answers.question),
            answers: answers
                .answers
                .iter()
                .map(|text| self.prose(text))
                .collect(),
        };
        answers.iter().map(one).collect()
    }

    fn prose(&self, text: &Prose) -> Html {
        self.ctx
            .prose_below(text, Some(&self.cycle.id), ANSWER_PROSE_HEADING)
    }

    fn inline(&self, text: &Prose) -> Html {
        self.ctx.inline(text, Some(&self.cycle.id))
    }
}
