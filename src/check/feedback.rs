//! Self-assessment, peer feedback, review and response.

use std::collections::BTreeMap;

use super::codes;
use super::complaints::did_you_mean;
use super::known::{Known, Lookup, Once};
use super::neighbours::{Answerable, Answered};
use super::prose;
use super::seat::Seat;
use super::table::{At, Doc, Table, Value};
use crate::model::*;
use crate::source::SourceFile;
use crate::source::written::{Apart, Heading, front_matter};

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

/// A feedback file taken apart.
pub(super) struct Form<'f> {
    pub asked: QuestionFor,
    pub keys: &'f [&'f str],
    pub author: Author<'f>,
}

const SELF_KEYS: [&str; 5] = ["by", "date", "readers", "outcome", "ratings"];
const PEER_KEYS: [&str; 6] = [
    "by",
    "date",
    "readers",
    "outcome",
    "ratings",
    "relationship",
];
const REVIEW_KEYS: [&str; 8] = [
    "by",
    "date",
    "readers",
    "outcome",
    "ratings",
    "shared",
    "acknowledged",
    "reply",
];
const RESPONSE_KEYS: [&str; 4] = ["by", "date", "readers", "goals"];

/// Reads `self.md`.
pub(super) fn self_assessment(
    known: &Known<'_>,
    file: &SourceFile,
    seat: &Seat<'_>,
) -> Option<Feedback> {
    let form = Form {
        asked: QuestionFor::SelfAssessment,
        keys: &SELF_KEYS,
        author: Author::Subject,
    };
    form.read(known, file, seat, |_, feedback| feedback)
}

/// Reads `peer-<who>.md`.
pub(super) fn peer(
    known: &Known<'_>,
    file: &SourceFile,
    seat: &Seat<'_>,
    who: &PersonId,
) -> Option<PeerFeedback> {
    const RELATIONSHIPS: [(&str, Relationship); 6] = [
        ("peer", Relationship::Peer),
        ("pair", Relationship::Pair),
        ("cross-functional", Relationship::CrossFunctional),
        ("report", Relationship::Report),
        ("skip", Relationship::Skip),
        ("past-manager", Relationship::PastManager),
    ];
    let form = Form {
        asked: QuestionFor::Peer,
        keys: &PEER_KEYS,
        author: Author::Named(who),
    };
    form.read(known, file, seat, |table, feedback| PeerFeedback {
        feedback,
        relationship: table.word("relationship", &RELATIONSHIPS),
    })
}

/// Reads `review.md`.
pub(super) fn review(known: &Known<'_>, file: &SourceFile, seat: &Seat<'_>) -> Option<Review> {
    let form = Form {
        asked: QuestionFor::Manager,
        keys: &REVIEW_KEYS,
        author: Author::Another,
    };
    form.read(known, file, seat, |table, feedback| {
        table.needs("shared", "date");
        table.in_order("date", "shared");
        table.in_order("shared", "acknowledged");
        Review {
            feedback,
            shared: table.date("shared"),
            acknowledged: table.date("acknowledged"),
            reply: table.prose("reply"),
        }
    })
}

/// Reads `response.md`.
pub(super) fn response(known: &Known<'_>, file: &SourceFile, seat: &Seat<'_>) -> Option<Response> {
    let form = Form {
        asked: QuestionFor::Response,
        keys: &RESPONSE_KEYS,
        author: Author::Subject,
    };
    form.read(known, file, seat, |table, feedback| Response {
        feedback,
        goals: table.proses("goals"),
    })
}

impl Form<'_> {
    fn read<R>(
        &self,
        known: &Known<'_>,
        file: &SourceFile,
        seat: &Seat<'_>,
        finish: impl FnOnce(&Table<'_>, Feedback) -> R,
    ) -> Option<R> {
        let mut doc = Doc::of(file, known.complaints)?.with_attachments(&seat.attachments);
        doc.is_nameless = self.asked == QuestionFor::Peer && known.peers_are_nameless;
        let Some(front) = front_matter(doc.text) else {
            complain_of_front_matter(&doc);
            return None;
        };
        let answers = self.answers(known, &doc, front.body, seat);
        let (head, toml) = doc.toml_in(front.toml);
        let table = Table::root(&head, &toml, self.keys);
        let feedback = self.feedback(known, &table, seat, answers)?;
        Some(finish(&table, feedback))
    }

    fn feedback(
        &self,
        known: &Known<'_>,
        table: &Table<'_>,
        seat: &Seat<'_>,
        answers: Vec<Answer>,
    ) -> Option<Feedback> {
        let by = known.required_person(table, "by");
        if let Some(by) = &by {
            self.check_author(known, table, seat, by);
        }
        let date = table.date("date");
        let readers = known.readers(table);
        let outcomes = outcomes(known, table, seat);
        let ratings = ratings(known, table, &seat.lookup(known));
        Some(Feedback {
            by: by?,
            date,
            readers,
            outcomes,
            ratings,
            answers,
        })
    }

    fn check_author(&self, known: &Known<'_>, table: &Table<'_>, seat: &Seat<'_>, by: &PersonId) {
        let (rule, message) = match self.author {
            Author::Subject if by != seat.person => {
                let message = format!(
                    "this file is by `{}`, whose directory it lies in",
                    seat.person
                );
                (codes::WRONG_AUTHOR, message)
            }
            Author::Named(who) if by != who => {
                let message = format!("the file's name says that it is by `{who}`");
                (codes::WRONG_AUTHOR, message)
            }
            Author::Another if by == seat.person => {
                let message = format!("`{by}` cannot review themselves");
                (codes::ABOUT_ONESELF, message)
            }
            _ => return,
        };
        known.complaints.about(rule, table.place_of("by"), message);
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
        let expectation = seat.expectations.get(title).cloned();
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
            .chain(seat.expectations.iter().map(ExpectationId::as_str))
            .collect();
        let help = did_you_mean(&heading.title, words)
            .unwrap_or_else(|| "use `###` for headings of your own".into());
        known
            .complaints
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
    doc.complaints
        .about(codes::AMBIGUOUS_HEADING, doc.place(heading.words.clone()), message)
        .help("who reads an answer follows from what it answers: give one of them another id or title");
}

fn complain_of_front_matter(doc: &Doc<'_>) {
    let (message, help) = match doc.text.starts_with("+++") {
        true => (
            "the front matter does not end",
            "no blank line may follow the first `+++`, and a line of `+++` ends the TOML",
        ),
        false => (
            "the front matter is missing",
            "begin with a line of `+++`, then `by = \"<id>\"`, then another line of `+++`",
        ),
    };
    let line = doc.text.lines().next().map_or(0, str::len);
    doc.complaints
        .about(codes::FRONT_MATTER, doc.place(0..line), message)
        .help(help);
}

fn outcomes(
    known: &Known<'_>,
    table: &Table<'_>,
    seat: &Seat<'_>,
) -> BTreeMap<ExpectationId, Outcome> {
    let outcome = |(name, value): &(At<&str>, Value<'_>)| {
        let outcome = outcome(value);
        let id = seat.expectation(known, name);
        Some((id?, outcome?))
    };
    table.map("outcome").iter().filter_map(outcome).collect()
}

const OUTCOMES: [(&str, OutcomeIs); 4] = [
    ("met", OutcomeIs::Met),
    ("partly", OutcomeIs::Partly),
    ("missed", OutcomeIs::Missed),
    ("obsolete", OutcomeIs::Obsolete),
];

fn outcome(value: &Value<'_>) -> Option<Outcome> {
    if !value.is_table() {
        return Some(Outcome {
            is: value.word(&OUTCOMES)?,
            why: None,
            learned: None,
        });
    }
    let table = value.table(&["is", "why", "learned"])?;
    table.require("is");
    let is = table.word("is", &OUTCOMES);
    let why = table.prose("why");
    let learned = table.prose("learned");
    let is = is?;
    Some(Outcome { is, why, learned })
}

/// Reads `[ratings]`, of feedback and of talent mapping.
pub(super) fn ratings(
    known: &Known<'_>,
    table: &Table<'_>,
    lookup: &Lookup<'_>,
) -> BTreeMap<CompetencyId, RatingGiven> {
    let rating = |(name, value): &(At<&str>, Value<'_>)| {
        let rating = rating(known, value, lookup);
        let id = known.competency(name, lookup);
        Some((id?, rating?))
    };
    table.map("ratings").iter().filter_map(rating).collect()
}

/// The words of [`Confidence`].
pub(super) const CONFIDENCE: [(&str, Confidence); 3] = [
    ("low", Confidence::Low),
    ("medium", Confidence::Medium),
    ("high", Confidence::High),
];

fn rating(known: &Known<'_>, value: &Value<'_>, lookup: &Lookup<'_>) -> Option<RatingGiven> {
    if !value.is_table() {
        return Some(RatingGiven {
            is: known.rating(&value.text()?)?,
            level: None,
            evidence: Vec::new(),
            confidence: None,
            why: None,
        });
    }
    let table = value.table(&["is", "level", "evidence", "confidence", "why"])?;
    table.require("is");
    let is = table.text("is").and_then(|text| known.rating(&text));
    let level = known.level_at(&table, "level", lookup);
    let evidence = table.addresses("evidence");
    let confidence = table.word("confidence", &CONFIDENCE);
    let why = table.prose("why");
    Some(RatingGiven {
        is: is?,
        level,
        evidence,
        confidence,
        why,
    })
}
