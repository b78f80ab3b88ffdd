//! Self-assessment, peer feedback, review and response.

use serde::de::DeserializeOwned;

use super::codes;
use super::complaints::did_you_mean;
use super::known::{Known, Names, Once};
use super::neighbours::{Answerable, Answered};
use super::prose;
use super::seat::Seat;
use super::table::{At, Doc, File};
use crate::domain::model::*;
use crate::tree::source::SourceFile;
use crate::tree::source::written::{Apart, Heading, front_matter};

/// Who has to have written a file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Author<'a> {
    /// The person it is about.
    Subject,
    /// Somebody else, whom the file name says.
    Named(&'a PersonId),
    /// Somebody else.
    Another,
}

/// A kind of feedback file.
pub(super) struct Form<'f> {
    pub asked: QuestionFor,
    /// The kind of file that declares its front matter.
    pub declared: &'static str,
    pub author: Author<'f>,
}

/// Reads `self.md`.
pub(super) fn self_assessment(
    known: &Known<'_>,
    file: &SourceFile,
    seat: &Seat<'_>,
) -> Option<Feedback> {
    let form = Form {
        asked: QuestionFor::SelfAssessment,
        declared: "self",
        author: Author::Subject,
    };
    form.read(known, file, seat, |feedback| feedback)
}

/// Reads `peer-<who>.md`.
pub(super) fn peer(
    known: &Known<'_>,
    file: &SourceFile,
    seat: &Seat<'_>,
    who: &PersonId,
) -> Option<PeerFeedback> {
    let form = Form {
        asked: QuestionFor::Peer,
        declared: "peer",
        author: Author::Named(who),
    };
    form.read(known, file, seat, |peer: &mut PeerFeedback| {
        &mut peer.feedback
    })
}

/// Reads `review.md`.
pub(super) fn review(known: &Known<'_>, file: &SourceFile, seat: &Seat<'_>) -> Option<Review> {
    let form = Form {
        asked: QuestionFor::Manager,
        declared: "review",
        author: Author::Another,
    };
    form.read(known, file, seat, |review: &mut Review| {
        &mut review.feedback
    })
}

/// Reads `response.md`.
pub(super) fn response(known: &Known<'_>, file: &SourceFile, seat: &Seat<'_>) -> Option<Response> {
    let form = Form {
        asked: QuestionFor::Response,
        declared: "response",
        author: Author::Subject,
    };
    form.read(known, file, seat, |response: &mut Response| {
        &mut response.feedback
    })
}

impl Form<'_> {
    fn read<T: DeserializeOwned>(
        &self,
        known: &Known<'_>,
        file: &SourceFile,
        seat: &Seat<'_>,
        feedback: impl FnOnce(&mut T) -> &mut Feedback,
    ) -> Option<T> {
        let mut doc = Doc::of(file, known.complaints)?.with_attachments(&seat.attachments);
        doc.is_nameless = self.asked == QuestionFor::Peer && known.peers_are_nameless;
        let Some(front) = front_matter(doc.text) else {
            complain_of_front_matter(&doc);
            return None;
        };
        let answers = self.answers(known, &doc, front.body, seat);
        let head = doc.with_toml_in(front.toml);
        let head = File::read(head, self.declared, &Names::of(known, seat));
        if let Some(by) = head.table().text("by") {
            self.check_author(known, seat, &by);
        }
        let mut read: T = head.model()?;
        feedback(&mut read).answers = answers;
        Some(read)
    }

    fn check_author(&self, known: &Known<'_>, seat: &Seat<'_>, at: &At<&str>) {
        let by = at.value;
        let (rule, message) = match self.author {
            Author::Subject if by != seat.person.as_str() => {
                let message = format!(
                    "this file is by `{}`, whose directory it lies in",
                    seat.person
                );
                (codes::WRONG_AUTHOR, message)
            }
            Author::Named(who) if by != who.as_str() => {
                let message = format!("the file's name says that it is by `{who}`");
                (codes::WRONG_AUTHOR, message)
            }
            Author::Another if by == seat.person.as_str() => {
                let message = format!("`{by}` cannot review themselves");
                (codes::ABOUT_ONESELF, message)
            }
            _ => return,
        };
        known.about(rule, at.place.clone(), message);
    }

    fn answers(
        &self,
        known: &Known<'_>,
        doc: &Doc<'_>,
        body: usize,
        seat: &Seat<'_>,
    ) -> Vec<Answer> {
        let cut = prose::read(doc, body);
        let apart = Apart::new(&cut, doc.text, body);
        prose::complain_of_definitions(doc, &apart);
        prose::complain_of_glued(doc, &cut);
        let mut once = Once::default();
        let preamble = prose::stretch(doc, &apart, cut.preamble.clone());
        let preamble = Answer {
            to: AnswerTo::Preamble,
            text: preamble,
        };
        let sections = cut.sections.iter();
        let answers: Vec<Option<Answer>> = sections
            .map(|section| {
                let text = prose::stretch(doc, &apart, section.body.clone());
                self.answer(known, doc, seat, &section.heading, text, &mut once)
            })
            .collect();
        let answered = answers.iter().map(|answer| Answered::of(answer.as_ref()));
        let answered: Vec<Answered> = answered.collect();
        self.answerable(known, seat, doc)
            .check(doc, &cut, &answered);
        // Scaffolds hold headings with nothing under them: those are no answers.
        let given = |answer: &Answer| !answer.text.is_empty();
        let answers = answers.into_iter().flatten();
        [preamble]
            .into_iter()
            .chain(answers)
            .filter(given)
            .collect()
    }

    fn answerable<'k>(
        &self,
        known: &'k Known<'_>,
        seat: &'k Seat<'_>,
        doc: &Doc<'_>,
    ) -> Answerable<'k> {
        Answerable {
            questions: self.questions(known, seat).collect(),
            expectations: seat.expectations.iter().collect(),
            is_nameless: doc.is_nameless,
        }
    }

    fn answer(
        &self,
        known: &Known<'_>,
        doc: &Doc<'_>,
        seat: &Seat<'_>,
        heading: &Heading,
        text: Prose,
        once: &mut Once,
    ) -> Option<Answer> {
        let mut named = self.named(known, seat, &heading.title);
        if named.len() > 1 {
            complain_of_ambiguity(doc, heading, &named);
        }
        let to = (!named.is_empty()).then(|| named.swap_remove(0));
        // Nothing is lost below a heading that stands empty since its expectation was renamed.
        if to.is_none() && !text.is_empty() && seat.knows_expectations(known) {
            self.complain_of_heading(known, doc, seat, heading);
        }
        let to = to?;
        let id = match &to {
            AnswerTo::Question(id) => id.as_str(),
            AnswerTo::Expectation(id) => id.as_str(),
            AnswerTo::Preamble => "",
        };
        once.admit(
            known.complaints,
            "an answer to",
            id,
            &doc.place(heading.words.clone()),
        );
        Some(Answer { to, text })
    }

    /// Everything that a heading may answer: a question or an expectation of that id, questions of that title.
    fn named(&self, known: &Known<'_>, seat: &Seat<'_>, title: &str) -> Vec<AnswerTo> {
        let lower = title.to_lowercase();
        let is_meant = |question: &&Question| {
            question.id.as_str() == title || question.title.trim().to_lowercase() == lower
        };
        let questions = self.questions(known, seat).filter(is_meant);
        let questions = questions.map(|question| AnswerTo::Question(question.id.clone()));
        let expectation = seat
            .expectations
            .get_key_value(title)
            .map(|(id, _)| id.clone());
        let expectation = expectation.map(AnswerTo::Expectation);
        questions.chain(expectation).collect()
    }

    fn questions<'k>(
        &self,
        known: &'k Known<'_>,
        seat: &Seat<'_>,
    ) -> impl Iterator<Item = &'k Question> {
        let asked = self.asked;
        seat.questions(known)
            .iter()
            .filter(move |question| question.asked == asked)
    }

    fn complain_of_heading(
        &self,
        known: &Known<'_>,
        doc: &Doc<'_>,
        seat: &Seat<'_>,
        heading: &Heading,
    ) {
        let message = format!(
            "`{}` is neither a question of this file nor an expectation",
            heading.title
        );
        let questions = self.questions(known, seat);
        let words: Vec<&str> = questions
            .flat_map(|question| [question.title.as_str(), question.id.as_str()])
            .chain(seat.expectations.keys().map(ExpectationId::as_str))
            .collect();
        let help = did_you_mean(&heading.title, words)
            .unwrap_or_else(|| "use `###` for headings of your own".into());
        known
            .about(
                codes::NO_QUESTION,
                doc.place(heading.words.clone()),
                message,
            )
            .help(help);
    }
}

/// An answer that is read as one thing today could be read as another tomorrow, by other people.
fn complain_of_ambiguity(doc: &Doc<'_>, heading: &Heading, named: &[AnswerTo]) {
    let one = |to: &AnswerTo| match to {
        AnswerTo::Question(id) => format!("the question `{id}`"),
        AnswerTo::Expectation(id) => format!("the expectation `{id}`"),
        AnswerTo::Preamble => "the preamble".to_owned(),
    };
    let all: Vec<String> = named.iter().map(one).collect();
    let message = format!("`{}` may mean {}", heading.title, all.join(" or "));
    doc.about(
        codes::AMBIGUOUS_HEADING,
        doc.place(heading.words.clone()),
        message,
    )
    .help("who reads an answer follows from what it answers: give one of them another id or title");
}

fn complain_of_front_matter(doc: &Doc<'_>) {
    let (message, help) = if doc.text.starts_with("+++") {
        (
            "the front matter does not end",
            "no blank line may follow the first `+++`, and a line of `+++` ends the TOML",
        )
    } else {
        (
            "the front matter is missing",
            "begin with a line of `+++`, then `by = \"<id>\"`, then another line of `+++`",
        )
    };
    let line = doc.text.lines().next().map_or(0, str::len);
    doc.about(codes::FRONT_MATTER, doc.place(0..line), message)
        .help(help);
}
