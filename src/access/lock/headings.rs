//! Answers that belong to another question, since headings mean something else.
//!
//! An answer stands under a heading: the title or the id of a question, or the id of an expectation. The lock knows the
//! titles of the questions whose answers have readers of their own. Where one of them has another title, answers that
//! were for fewer may be anybody's else now, and answers that were anybody's else may be for more.

use super::Readers;
use super::difference::Comparison;
use super::gone::{covers, narrows};
use super::rights::feedbacks;
use super::written::in_words;
use crate::access::artefact::answered;
use crate::model::*;

impl Comparison<'_> {
    /// What is answered in a cycle, and belongs elsewhere by the title of a question that had another one when it was
    /// accepted.
    pub(super) fn answers_moved(&self, cycle: &CycleId, question: &QuestionId) -> Option<String> {
        let key = (Some(cycle.clone()), question.clone());
        let heading = self.accepted.headings.get(&key)?;
        let kept = self.accepted.questions.get(&key)?;
        let out = || self.heading_taken(cycle, question, heading, kept);
        out().or_else(|| self.heading_gained(cycle, question, heading))
    }

    /// That answers which are found by the title of a question are those of something else now, which keeps them less.
    fn heading_taken(
        &self,
        cycle: &CycleId,
        question: &QuestionId,
        heading: &str,
        kept: &Readers,
    ) -> Option<String> {
        if !narrows(kept, &self.of_answers(Some(cycle))) {
            return None;
        }
        let taker = match self.question_titled(cycle, question, heading, kept) {
            Some(other) => format!("`{}`", other.id),
            None if self.has_kept_title(cycle, question, heading) => return None,
            None => format!("the expectation `{}`", self.expectation(cycle, heading)?),
        };
        Some(format!(
            "what is answered under `{heading}` in {cycle} would be answers to {taker}, so far to `{question}`, which are for {}",
            in_words(kept)
        ))
    }

    /// Another question of a cycle that answers below a heading are answers to, and that keeps them for more people.
    fn question_titled(
        &self,
        cycle: &CycleId,
        question: &QuestionId,
        heading: &str,
        kept: &Readers,
    ) -> Option<&Question> {
        let asked = self.org.cycle(cycle)?.questions.iter();
        let mut others = asked.filter(|other| other.id != *question);
        others.find(|other| {
            let is_meant = is_titled(other, heading) || is_called(other.id.as_str(), heading);
            is_meant && self.asks_as_accepted(cycle, question, other) && !keeps(other, kept)
        })
    }

    /// Whether a question of today asks whom another one asked when it was accepted: it stands in the same files.
    fn asks_as_accepted(&self, cycle: &CycleId, accepted: &QuestionId, today: &Question) -> bool {
        let asked = self.accepted.asked(cycle, accepted);
        asked.is_none_or(|asked| asked == today.asked)
    }

    /// Whether a question still is what its title means.
    fn has_kept_title(&self, cycle: &CycleId, question: &QuestionId, heading: &str) -> bool {
        let asked = self.asked_in(cycle, question);
        asked.is_some_and(|asked| {
            is_titled(asked, heading) && self.asks_as_accepted(cycle, question, asked)
        })
    }

    fn asked_in(&self, cycle: &CycleId, question: &QuestionId) -> Option<&Question> {
        let mut asked = self.org.cycle(cycle)?.questions.iter();
        asked.find(|asked| asked.id == *question)
    }

    /// An expectation of anybody in a cycle that answers below a heading are answers to.
    fn expectation(&self, cycle: &CycleId, heading: &str) -> Option<&ExpectationId> {
        let people = self.org.people.values();
        let files = people.filter_map(|person| person.cycles.get(cycle));
        let agreed = files.filter_map(|files| files.expectations.as_ref());
        let mut all = agreed.flat_map(|agreed| &agreed.expectations);
        let found = all.find(|expectation| is_called(expectation.id.as_str(), heading));
        found.map(|expectation| &expectation.id)
    }

    /// That a question whose answers more people read than their files has a title that it did not have, and answers:
    /// they may be those to another one.
    fn heading_gained(
        &self,
        cycle: &CycleId,
        question: &QuestionId,
        heading: &str,
    ) -> Option<String> {
        let asked = self.asked_in(cycle, question)?;
        let key = (Some(cycle.clone()), question.clone());
        let readers = self.present.questions.get(&key)?;
        let is_other =
            !is_titled(asked, heading) && self.may_widen(Some(cycle), readers, asked.asked);
        (is_other && self.is_answered(cycle, question)).then(|| {
            format!(
                "what stands under `{}` in {cycle} would be answers to `{question}`, so far what stands under `{heading}`, which are for {}",
                asked.title.trim(),
                in_words(readers)
            )
        })
    }

    /// Whether anybody has answered a question, be it in a draft.
    fn is_answered(&self, cycle: &CycleId, question: &QuestionId) -> bool {
        let people = self.org.people.values();
        let mut files = people.filter_map(|person| person.cycles.get(cycle));
        files.any(|files| {
            let mut all = feedbacks(cycle, files);
            all.any(|(_, feedback)| answered(feedback).any(|id| id == question))
        })
    }
}

/// Whether a question has such a title, as headings are compared.
fn is_titled(question: &Question, title: &str) -> bool {
    question.title.trim().to_lowercase() == title.to_lowercase()
}

/// Whether a heading that once was a title may be an id: titles are found in any case.
fn is_called(id: &str, title: &str) -> bool {
    id.to_lowercase() == title.to_lowercase()
}

/// Whether answers to a question are for nobody else than such readers.
fn keeps(question: &Question, kept: &Readers) -> bool {
    let is_in = |token: &ReaderToken| kept.iter().any(|known| covers(known, token));
    let readers = question.readers.as_ref();
    readers.is_some_and(|readers| readers.iter().all(is_in))
}
