//! Self-assessment, peer feedback, review and response: front matter, then answers in markdown.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;

/// What all four files share.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Feedback {
    /// The id of the author.
    pub by: PersonId,
    /// Nothing: a draft, or for a peer file a request.
    pub date: Option<Date>,
    /// A list of readers for the whole file, where it sets one.
    pub readers: Option<Vec<ReaderToken>>,
    /// Per expectation.
    #[serde(default, rename = "outcome")]
    pub outcomes: BTreeMap<ExpectationId, Outcome>,
    /// Per competency.
    #[serde(default)]
    pub ratings: BTreeMap<CompetencyId, RatingGiven>,
    /// In the order of the file.
    #[serde(skip)]
    pub answers: Vec<Answer>,
}

impl Feedback {
    /// The files of `files/` that answers link to.
    pub fn linked_files(&self) -> LinkedFiles<'_> {
        LinkedFiles::in_texts(self.answers.iter().map(|answer| answer.text.as_str()))
    }
}

/// What stands in texts after each `files/`, in order, so that a name is looked up rather than searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedFiles<'t>(Vec<Cow<'t, str>>);

impl<'t> LinkedFiles<'t> {
    /// Longest name that a disk holds, were all of it blanks that a link writes as `%20`, in bytes. What follows tells
    /// names apart no more.
    const NAME_MAX_BYTES: usize = 3 * 255;

    fn in_texts(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut after: Vec<Cow<'t, str>> = texts.flat_map(Self::in_text).collect();
        after.sort_unstable();
        Self(after)
    }

    /// Whatever follows `files/`, and what its links lead to where they may be written in another way.
    fn in_text(text: &'t str) -> impl Iterator<Item = Cow<'t, str>> {
        let written = text.match_indices(markup::FILES).map(|(at, directory)| {
            let rest = &text[at + directory.len()..];
            Cow::Borrowed(&rest[..rest.floor_char_boundary(Self::NAME_MAX_BYTES)])
        });
        let is_plain = text.is_ascii() && !text.contains(['%', '&', '\\']);
        let led_to = (!is_plain).then(|| markup::attachments(text));
        written.chain(led_to.into_iter().flatten().map(Cow::Owned))
    }

    /// Whether one of the texts links to the file of that name.
    pub fn holds(&self, name: &str) -> bool {
        // Whatever begins with a name comes first of all that is not before it.
        let at = self.0.partition_point(|after| **after < *name);
        self.0.get(at).is_some_and(|after| after.starts_with(name))
    }
}

/// What a stretch of markdown answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AnswerTo {
    /// The heading is the id or title of this question.
    Question(QuestionId),
    /// The heading is the id or title of this expectation.
    Expectation(ExpectationId),
    /// Before the first heading.
    Preamble,
}

/// The markdown under one `##` heading.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Answer {
    /// What the heading names.
    pub to: AnswerTo,
    /// The markdown below the heading, without it; for [`AnswerTo::Preamble`], what is before the first one.
    pub text: Prose,
}

impl Answer {
    /// The files of `files/` that it links to.
    pub fn linked_files(&self) -> LinkedFiles<'_> {
        LinkedFiles::in_texts(std::iter::once(self.text.as_str()))
    }
}

/// How an expectation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeIs {
    /// It was reached.
    Met,
    /// A part of it was reached.
    Partly,
    /// It was not reached.
    Missed,
    /// Learning, not failure: neither hit nor miss.
    Obsolete,
}

/// An outcome with its reasons.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Outcome {
    /// The judgement; a file may give it alone, as in `planning = "met"`.
    pub is: OutcomeIs,
    /// The reason, in markdown; `None` if the file gives none.
    pub why: Option<Prose>,
    /// What was learned, in markdown; `None` if the file says nothing of it.
    pub learned: Option<Prose>,
}

/// How sure someone is of a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// `low`: not sure.
    Low,
    /// `medium`: fairly sure.
    Medium,
    /// `high`: very sure.
    High,
}

/// A rating of one competency.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct RatingGiven {
    /// A rating of the organisation's scale.
    pub is: RatingId,
    /// Against this level; nothing: the level held on the cycle's last day.
    pub level: Option<LevelRef>,
    /// Web addresses that show it; may be empty.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// How sure the author is; `None` if the file does not say.
    pub confidence: Option<Confidence>,
    /// The reason, in markdown; `None` if the file gives none.
    pub why: Option<Prose>,
}

/// How a peer says they work with the subject. Routing never relies on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relationship {
    /// `peer`: a colleague.
    Peer,
    /// `pair`: they work closely together.
    Pair,
    /// `cross-functional`: the author is of another function.
    CrossFunctional,
    /// `report`: the author reports to the subject.
    Report,
    /// `skip`: one is the manager of the other's manager.
    Skip,
    /// `past-manager`: the author managed the subject before.
    PastManager,
}

/// `peer-<who>.md`.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct PeerFeedback {
    /// Author, date, judgements and answers.
    #[serde(flatten)]
    pub feedback: Feedback,
    /// How they work together; `None` if the file does not say.
    pub relationship: Option<Relationship>,
}

/// `review.md`.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Review {
    /// Author, date, judgements and answers.
    #[serde(flatten)]
    pub feedback: Feedback,
    /// From then on the subject reads it.
    pub shared: Option<Date>,
    /// The manager has read the response.
    pub acknowledged: Option<Date>,
    /// The manager's answer to the response, in markdown; `None` if there is none.
    pub reply: Option<Prose>,
}

/// `response.md`.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Response {
    /// Author, date and answers.
    #[serde(flatten)]
    pub feedback: Feedback,
    /// Goals for the next period, in markdown; may be empty.
    #[serde(default)]
    pub goals: Vec<Prose>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_linked_to_exactly_where_its_path_stands_in_a_text() {
        let texts = [
            "see [a](files/a.png) and ![b](files/two words.png)",
            "[c](files/c%20d.pdf) files/files/x files/",
            "files/é.png",
        ];
        let linked = LinkedFiles::in_texts(texts.into_iter());
        let names = [
            "a.png",
            "a.pn",
            "two words.png",
            "c d.pdf",
            "x",
            "files/x",
            "é.png",
            "b.png",
            "z",
            "",
        ];
        for name in names {
            let forms = [name.to_owned(), name.replace(' ', "%20")];
            let stands = |form: &String| {
                let path = format!("files/{form}");
                texts.iter().any(|text| text.contains(&path))
            };
            assert_eq!(linked.holds(name), forms.iter().any(stands), "{name}");
        }
        assert!(!LinkedFiles::in_texts(std::iter::empty()).holds("a"));
    }
}
