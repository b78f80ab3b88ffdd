//! Answers that run into one another: what was meant to begin the next is part of the one before, and is read by
//! that one's readers.

use super::codes;
use super::complaints::Complaint;
use super::days;
use super::meant::{self, Line, Look, Within};
use super::table::Doc;
use super::titles::Titles;
use crate::domain::model::*;
use crate::tree::source::written::{Enclosed, EnclosedKind, Markdown};

/// Everything that a heading of a file may answer.
pub(super) struct Answerable<'a> {
    pub questions: Vec<&'a Question>,
    /// With their texts.
    pub expectations: Vec<(&'a ExpectationId, &'a String)>,
    /// The subject reads the answers to questions without names, and nothing else of the file.
    pub is_nameless: bool,
}

/// What decides who reads an answer, besides what holds for its whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Readers<'a> {
    /// The readers of the question.
    own: Option<&'a [ReaderToken]>,
    is_nameless: bool,
}

/// What a line was meant to answer; nothing in `to` where that may be anything.
struct Meant {
    to: Vec<AnswerTo>,
    /// People write such a line in other texts, too.
    is_weak: bool,
}

/// A section of a file.
pub(super) struct Answered {
    /// What it answers. `None` if that is not known.
    pub to: Option<AnswerTo>,
    /// It says more than `n/a` or `see below`.
    pub is_given: bool,
}

/// An answer of fewer words, such as `n/a`, counts as none.
const ANSWER_WORDS_MIN: usize = 3;

impl Answered {
    pub fn of(answer: Option<&Answer>) -> Self {
        let has_letters = |word: &&str| word.contains(char::is_alphanumeric);
        let words = |answer: &Answer| {
            answer
                .text
                .as_str()
                .split_whitespace()
                .filter(has_letters)
                .count()
        };
        Self {
            to: answer.map(|answer| answer.to.clone()),
            is_given: answer.is_some_and(|answer| words(answer) >= ANSWER_WORDS_MIN),
        }
    }
}

impl<'a> Answerable<'a> {
    /// Complains about lines that look like headings and are none, and about what is open at the end.
    pub fn check(&self, doc: &Doc<'_>, cut: &Markdown, answered: &[Answered]) {
        let mut titles = Titles::new(
            self.questions.iter().copied(),
            self.expectations.iter().copied(),
        );
        let container = |at: usize| match cut.section_at(at) {
            Some(section) => answered.get(section).and_then(|one| one.to.as_ref()),
            None => Some(&AnswerTo::Preamble),
        };
        let all = self.all();
        for line in meant::lines(doc.text, cut, &titles) {
            if line.within == Within::Comment && !is_followed(doc.text, cut, &line) {
                continue;
            }
            let Some(mut meant) = meant(&mut titles, &line) else {
                continue;
            };
            let within = container(line.span.start);
            if meant.is_weak {
                let is_given = |to: &AnswerTo| {
                    let mut given = answered.iter().filter(|one| one.is_given);
                    given.any(|one| one.to.as_ref() == Some(to))
                };
                meant.to.retain(|to| !is_given(to));
            } else if meant.to.is_empty() {
                meant.to.clone_from(&all);
            }
            self.complain(doc, &line, within, &meant);
        }
        for open in cut.enclosed.iter().filter(|one| one.is_open) {
            let within = container(open.span.start);
            let differs = all.iter().any(|other| self.differ(within, other));
            complain_of_open(doc, open, differs);
        }
    }

    fn all(&self) -> Vec<AnswerTo> {
        let questions = self.questions.iter();
        let questions = questions.map(|question| AnswerTo::Question(question.id.clone()));
        let expectations = self.expectations.iter();
        let expectations = expectations.map(|(id, _)| AnswerTo::Expectation((*id).clone()));
        questions.chain(expectations).collect()
    }

    fn complain(&self, doc: &Doc<'_>, line: &Line, within: Option<&AnswerTo>, meant: &Meant) {
        if meant.to.is_empty() {
            return;
        }
        if meant.to.iter().any(|other| self.differ(within, other)) {
            let rule = codes::MEANT_HEADING;
            say(
                doc,
                rule,
                line,
                "what follows is shown to the readers of the answer before",
            );
            return;
        }
        let own = within.is_some() && within == meant.to.first();
        let is_told = match line.look {
            Look::Two => true,
            Look::Marked => line.within == Within::Text,
            Look::Plain { alone } => alone && !own && !meant.is_weak && line.within == Within::Text,
            Look::RunIn | Look::Amid | Look::Cell => false,
        };
        if is_told {
            let rule = codes::MEANT_HEADING_ALIKE;
            say(doc, rule, line, "what follows is part of the answer before");
        }
    }

    fn differ(&self, one: Option<&AnswerTo>, other: &AnswerTo) -> bool {
        let Some(one) = one else {
            return true; // a heading that answers nothing is an error of its own
        };
        self.readers(one) != self.readers(other)
    }

    fn readers(&self, to: &AnswerTo) -> Readers<'a> {
        let question = self.questions.iter().find(|question| match to {
            AnswerTo::Question(id) => question.id == *id,
            _ => false,
        });
        Readers {
            own: question.and_then(|question| question.readers.as_deref()),
            is_nameless: self.is_nameless && question.is_some(),
        }
    }
}

/// What a line may have been meant to answer; `None` if it was meant for no heading.
fn meant(titles: &mut Titles, line: &Line) -> Option<Meant> {
    let is_alone = line.look == Look::Plain { alone: true };
    let may_be_meant = match line.within {
        Within::Text => true,
        Within::Indented | Within::Fence => line.is_marked() || is_alone,
        Within::Comment => line.is_marked(),
    };
    if !may_be_meant {
        return None;
    }
    let found = titles.named_by(line).filter(|found| {
        line.within != Within::Fence
            || line.is_marked()
            || found.is_long && (found.is_whole || is_alone)
    });
    let found = found.map(|found| Meant {
        to: found.to.to_vec(),
        is_weak: line.within == Within::Fence
            || found.is_loose
            || !(line.is_marked() || is_alone && found.is_whole && !found.is_call),
    });
    let is_any = line.look == Look::Two && line.within == Within::Text;
    found.or_else(|| {
        is_any.then(|| Meant {
            to: Vec::new(),
            is_weak: false,
        })
    })
}

/// Whether words follow the comment that a line lies in, before the next heading. Nobody reads those within.
fn is_followed(text: &str, cut: &Markdown, line: &Line) -> bool {
    let end = cut
        .enclosed_at(line.span.start)
        .map_or(line.span.end, |one| one.span.end);
    let section = cut.section_at(line.span.start);
    let until = section.map_or(cut.preamble.end, |at| cut.sections[at].body.end);
    !text[end.min(until)..until].trim().is_empty()
}

/// Complains about lines of a file of dated entries that look like headings of entries and are none: each entry has
/// the readers of its day, who `differ` if the person has had several managers.
pub(super) fn check_dated(doc: &Doc<'_>, cut: &Markdown, differ: bool) {
    let mut said = None;
    for line in meant::lines(doc.text, cut, &Titles::default()) {
        // A line that has marks is looked at without them, too.
        if said == Some(line.span.start) {
            continue;
        }
        if let Some(is_sure) = is_dated(doc.text, &line) {
            let rule = if is_sure || differ {
                codes::MEANT_HEADING
            } else {
                codes::MEANT_HEADING_ALIKE
            };
            said = Some(line.span.start);
            say(doc, rule, &line, BEFORE);
        }
    }
    for open in cut.enclosed.iter().filter(|one| one.is_open) {
        complain_of_open(doc, open, true);
    }
}

/// Whether a line was meant to begin an entry, and is like nothing else; `None` if it was not.
fn is_dated(text: &str, line: &Line) -> Option<bool> {
    let rest = days::after_day(&line.words);
    let is_text = line.within == Within::Text;
    let is_whole = rest.is_some_and(|rest| !rest.contains(char::is_alphanumeric));
    let is_three = text[line.span.clone()]
        .trim_start_matches(['>', ' '])
        .starts_with("###");
    let is_short = line.words.len() <= DATE_LINE_MAX_BYTES;
    match line.look {
        Look::Two if rest.is_some() || is_text => Some(true),
        Look::Marked | Look::Amid if rest.is_some() => Some(!is_three),
        Look::Marked if is_text && is_short && days::holds_day(&line.words) => Some(false),
        Look::Plain { .. } if is_whole && is_text => Some(true),
        Look::Plain { alone } if is_text && is_short && (alone || line.begins) => {
            rest.map(|_| false)
        }
        Look::RunIn if is_text && line.begins => rest.map(|_| false),
        _ => None,
    }
}

/// Longer lines that begin with a date are no titles.
const DATE_LINE_MAX_BYTES: usize = 100;

const BEFORE: &str = "what follows is part of the entry before, and has its readers";

fn say(doc: &Doc<'_>, rule: codes::Rule, line: &Line, what: &str) {
    let message = format!("this looks like a heading and is none; {what}");
    let place = doc.place(line.span.clone());
    let complaint: Complaint<'_> = doc.complaints.about(rule, place, message);
    complaint.help(
        "write `## `, then the id or title and nothing else, at the beginning of a line outside of any fence, list or \
         quote; or word the line differently",
    );
}

fn complain_of_open(doc: &Doc<'_>, open: &Enclosed, is_error: bool) {
    let (what, help) = match open.kind {
        EnclosedKind::Comment => ("a comment", "end it with `-->`"),
        EnclosedKind::Html => ("raw HTML", "end it, or leave it out: HTML is shown as text"),
        EnclosedKind::Fence | EnclosedKind::IndentedCode => (
            "a fence",
            "close it with a line of the same marks and nothing else",
        ),
    };
    // Its words were meant for nobody.
    let rule = if is_error || open.kind == EnclosedKind::Comment {
        codes::LEFT_OPEN
    } else {
        codes::LEFT_OPEN_ALONE
    };
    let text = &doc.text[open.span.clone()];
    let line = text.lines().next().map_or(0, str::len);
    let place = doc.place(open.span.start..open.span.start + line);
    let message = format!("{what} that begins here is open at the end of the file");
    doc.complaints.about(rule, place, message).help(help);
}
