//! Answers that run into one another: what was meant to begin the next is part of the one before, and is read by
//! that one's readers.

use std::collections::BTreeMap;

use super::codes;
use super::complaints::Complaint;
use super::meant::{self, Line, Look, Within, normal};
use super::table::Doc;
use crate::diag::nearest;
use crate::model::*;
use crate::source::written::{Enclosed, EnclosedKind, Markdown};

/// Longer than any title by so much, a line says more than one.
const BEYOND_TITLE_BYTES: usize = 40;

/// Of how many marked lines of one file it is asked whether they are misspelt titles.
const NEAR_MAX: usize = 5_000;

/// What a line may answer that has the marks of a heading and no known title.
const ANYTHING: &[AnswerTo] = &[];

/// A misspelt title is at most so much longer or shorter.
const SLIP_BYTES: usize = 2;

/// What the title names that words are a misspelling of; nothing where they are none.
fn misspelt<'t>(
    words: &str,
    titles: &'t BTreeMap<String, Vec<AnswerTo>>,
) -> Option<&'t [AnswerTo]> {
    let alike = titles.keys().map(String::as_str);
    let alike = alike.filter(|title| title.len().abs_diff(words.len()) <= SLIP_BYTES);
    let named = titles.get(nearest(words, alike)?);
    named.map(Vec::as_slice)
}

/// Everything that a heading of a file may answer.
pub(super) struct Answerable<'a> {
    pub questions: Vec<&'a Question>,
    pub expectations: Vec<&'a ExpectationId>,
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

impl<'a> Answerable<'a> {
    /// Complains about lines that look like headings and are none, and about what is open at the end. `answered` says
    /// what each section answers; nothing where that is not known.
    pub fn check(&self, doc: &Doc<'_>, cut: &Markdown, answered: &[Option<AnswerTo>]) {
        let titles = self.titles();
        let longest = titles.keys().map(String::len).max().unwrap_or(0);
        let container = |at: usize| match cut.section_at(at) {
            Some(section) => answered.get(section).and_then(Option::as_ref),
            None => Some(&AnswerTo::Preamble),
        };
        let all = self.all();
        let mut near_left = NEAR_MAX;
        for line in meant::lines(doc.text, cut, 2 * longest + BEYOND_TITLE_BYTES) {
            let within = container(line.span.start);
            match self.meant(&titles, &line, &mut near_left) {
                Some([]) => self.complain(doc, &line, within, &all),
                Some(meant) => self.complain(doc, &line, within, meant),
                None => {}
            }
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
        let expectations = expectations.map(|id| AnswerTo::Expectation((*id).clone()));
        questions.chain(expectations).collect()
    }

    /// What ids and titles name, by their letters alone.
    fn titles(&self) -> BTreeMap<String, Vec<AnswerTo>> {
        let mut titles: BTreeMap<String, Vec<AnswerTo>> = BTreeMap::new();
        for question in &self.questions {
            let (id, title) = (question.id.as_str(), &*question.title);
            let both = [format!("{id} {title}"), format!("{title} {id}")];
            let mut names = vec![id, title, &both[0], &both[1]];
            names.extend(Some(question.prompt.as_str()).filter(|prompt| !prompt.is_empty()));
            for name in names {
                let to = AnswerTo::Question(question.id.clone());
                titles.entry(normal(name)).or_default().push(to);
            }
        }
        for id in &self.expectations {
            let to = AnswerTo::Expectation((*id).clone());
            titles.entry(normal(id.as_str())).or_default().push(to);
        }
        titles
    }

    /// What a line may have been meant to answer, empty where that may be anything; nothing where it was meant for no
    /// heading.
    fn meant<'t>(
        &self,
        titles: &'t BTreeMap<String, Vec<AnswerTo>>,
        line: &Line,
        near_left: &mut usize,
    ) -> Option<&'t [AnswerTo]> {
        let is_text = line.within == Within::Text;
        let is_commented = line.within == Within::Comment;
        if is_commented && !line.is_marked() || self.is_sentence(line) {
            return None;
        }
        let words = normal(&line.words);
        let exact = readings(line).find_map(|words| {
            let unnumbered = words.trim_start_matches(|c: char| c.is_ascii_digit());
            titles.get(&words).or_else(|| titles.get(unnumbered))
        });
        let may_be_near = line.look == Look::Two || is_text && line.is_marked();
        if exact.is_some() || !may_be_near {
            return exact.map(Vec::as_slice);
        }
        let near = match *near_left {
            0 => None,
            _ => misspelt(&words, titles),
        };
        *near_left = near_left.saturating_sub(1);
        near.or_else(|| (is_text && line.look == Look::Two).then_some(ANYTHING))
    }

    /// A line that ends as sentences do is the end of one that was broken, unless a title ends so.
    fn is_sentence(&self, line: &Line) -> bool {
        let ends = line.words.ends_with(['.', ',', ';', '!', '…']);
        let plain = line.look == Look::Plain { alone: false };
        let is_title = |words: &str| {
            let mut titles = self.questions.iter().map(|question| question.title.trim());
            titles.any(|title| title.to_lowercase() == words.to_lowercase())
        };
        plain && ends && !is_title(&line.words)
    }

    fn complain(&self, doc: &Doc<'_>, line: &Line, within: Option<&AnswerTo>, meant: &[AnswerTo]) {
        if meant.iter().any(|other| self.differ(within, other)) {
            let rule = codes::MEANT_HEADING;
            say(
                doc,
                rule,
                line,
                "what follows is shown to the readers of the answer before",
            );
            return;
        }
        let own = matches!((within, meant), (Some(within), [one, ..]) if within == one);
        let is_told = match line.look {
            Look::Two => true,
            Look::Marked => line.within == Within::Text,
            Look::Plain { alone } => alone && !own && line.within == Within::Text,
            Look::RunIn => false,
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

/// Complains about lines of a file of dated entries that look like headings of entries and are none: each entry has
/// the readers of its day.
pub(super) fn check_dated(doc: &Doc<'_>, cut: &Markdown) {
    for line in meant::lines(doc.text, cut, DATE_LINE_MAX_BYTES) {
        let is_date = begins_with_date(&line.words);
        let is_three = doc.text[line.span.clone()]
            .trim_start_matches(['>', ' '])
            .starts_with("###");
        match line.look {
            Look::Two if is_date || line.within == Within::Text => {
                say(doc, codes::MEANT_HEADING, &line, BEFORE);
            }
            Look::Marked if is_date && !is_three => say(doc, codes::MEANT_HEADING, &line, BEFORE),
            Look::Plain { .. }
                if is_date && line.within == Within::Text && line.words.len() == DATE_BYTES =>
            {
                say(doc, codes::MEANT_HEADING, &line, BEFORE);
            }
            Look::Plain { alone: true } if is_date && line.within == Within::Text => {
                say(doc, codes::MEANT_HEADING_ALIKE, &line, BEFORE);
            }
            _ => {}
        }
    }
    for open in cut.enclosed.iter().filter(|one| one.is_open) {
        complain_of_open(doc, open, true);
    }
}

/// What a line may say as a title: all of it, what is before a mark that ends a title, and what follows a label such as
/// `Q4.` or `b)`. In code and comments, all of it alone.
fn readings(line: &Line) -> impl Iterator<Item = String> {
    let words = line.words.as_str();
    let in_text = line.within == Within::Text;
    let is_plain = matches!(line.look, Look::Plain { .. });
    let ends = [":", " – ", " — ", " - ", "(", "|", "]"];
    let heads = ends.into_iter().filter_map(move |end| {
        let (head, _) = words.split_once(end)?;
        // A sentence may begin with a word or two that are an id, and a colon.
        let is_title = !is_plain || head.split_whitespace().nth(2).is_some();
        (in_text && is_title).then_some(head)
    });
    let labels = [')', '.', ':'].into_iter().filter_map(move |end| {
        let (label, rest) = words.split_once(end)?;
        let is_label = in_text && label.len() <= LABEL_MAX_BYTES && rest.starts_with(' ');
        is_label.then_some(rest)
    });
    [words].into_iter().chain(heads).chain(labels).map(normal)
}

/// The longest label of a title, such as `Question 12`.
const LABEL_MAX_BYTES: usize = 12;

const BEFORE: &str = "what follows is part of the entry before, and has its readers";

/// The length of `YYYY-MM-DD`.
const DATE_BYTES: usize = 10;

/// Longer lines that begin with a date are no titles.
const DATE_LINE_MAX_BYTES: usize = 100;

fn begins_with_date(words: &str) -> bool {
    let date = words.get(..DATE_BYTES);
    date.is_some_and(|date| date.parse::<Date>().is_ok())
}

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
