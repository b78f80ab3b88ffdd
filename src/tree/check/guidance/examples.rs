//! Answers that hold no example.
//!
//! An answer passes where it holds a link, code, a quotation, a number or a name, or any word that is neither praise
//! nor glue: "for the silence" is short and says something, "great communication and a real team player" is longer and
//! does not. A whole text passes unless all its answers together come to a few such words. Languages whose words are
//! not listed pass, so that in doubt nothing is said.

use super::Lint;
use super::in_cycle::InCycle;
use super::spot::Spot;
use crate::domain::model::*;
use crate::tree::check::codes;
use crate::tree::source::CycleFile;

/// Judges the answers to questions in self-assessment, peer feedback and review, once they are dated.
pub(super) fn judge(seat: &InCycle<'_>) -> Vec<Lint> {
    let own = seat.dated(seat.files.self_assessment.as_ref());
    let own = own.map(|own| (CycleFile::SelfAssessment, own));
    let peers = seat.peers().map(|(who, peer)| {
        let file = CycleFile::Peer(who.as_str().into());
        (file, &peer.feedback)
    });
    let review = seat
        .review()
        .map(|review| (CycleFile::Review, &review.feedback));
    let texts = own.into_iter().chain(peers).chain(review);
    let texts = texts.map(|(file, feedback)| Text {
        seat,
        file,
        feedback,
    });
    texts.flat_map(|text| text.judge()).collect()
}

/// One file of feedback.
struct Text<'a> {
    seat: &'a InCycle<'a>,
    file: CycleFile,
    feedback: &'a Feedback,
}

impl Text<'_> {
    fn judge(&self) -> Vec<Lint> {
        let stock = self.stock();
        if stock.is_empty() {
            self.short().into_iter().collect()
        } else {
            stock
        }
    }

    /// Answers that could be given about anybody.
    fn stock(&self) -> Vec<Lint> {
        const HELP: &str = "tell of one situation, and what came of it";
        let answers = self.feedback.answers.iter();
        let stock = answers.filter(|answer| is_stock(answer.text.as_str()));
        let message = "this could be said of anybody";
        stock
            .filter_map(|answer| self.lint(answer, message.into(), HELP))
            .collect()
    }

    /// The text as a whole, where it comes to too few words and nothing else speaks for it.
    fn short(&self) -> Option<Lint> {
        const HELP: &str =
            "one situation, told in three sentences, helps more than a page of praise";
        let texts = self.texts();
        if texts.iter().any(|text| speaks(text)) {
            return None;
        }
        let words: usize = texts.iter().map(|text| substance(text)).sum();
        let least = self.seat.policy().feedback_words_min as usize;
        let message = format!("{words} words of substance in the whole text");
        let mut answers = self.feedback.answers.iter().filter(|_| words < least);
        answers.find_map(|answer| self.lint(answer, message.clone(), HELP))
    }

    /// All that it says in words: answers, and the reasons of outcomes and ratings.
    fn texts(&self) -> Vec<&str> {
        let answers = self.feedback.answers.iter().map(|answer| &answer.text);
        let outcomes = self.feedback.outcomes.values();
        let outcomes = outcomes.flat_map(|outcome| [&outcome.why, &outcome.learned]);
        let ratings = self.feedback.ratings.values().map(|rating| &rating.why);
        let reasons = outcomes.chain(ratings).flatten();
        answers.chain(reasons).map(Prose::as_str).collect()
    }

    /// A word about an answer to a question, at its heading.
    fn lint(&self, answer: &Answer, message: String, help: &str) -> Option<Lint> {
        let AnswerTo::Question(id) = &answer.to else {
            return None;
        };
        let mut questions = self.seat.cycle.questions.iter();
        let question = questions.find(|question| question.id == *id)?;
        let spot = Spot::Heading([id.to_string(), question.title.clone()]);
        let file = self.seat.file(self.file.clone());
        Some(Lint::new(codes::NO_EXAMPLE, file, spot, message).help(help))
    }
}

/// Whether an answer says nothing but what could be said of anybody.
fn is_stock(answer: &str) -> bool {
    !speaks(answer) && !is_honest_nothing(answer) && substance(answer) == 0
}

/// Whether an answer holds something that praise does not.
fn speaks(answer: &str) -> bool {
    has_mark(answer) || has_name(answer)
}

/// A link, code, a picture, a quotation or a number.
fn has_mark(answer: &str) -> bool {
    let is_mark = |c: char| c.is_ascii_digit() || matches!(c, '`' | '"' | '“' | '„' | '«' | '>');
    answer.contains("](") || answer.contains("://") || answer.contains(is_mark)
}

/// A word with a capital letter that does not begin a sentence.
fn has_name(answer: &str) -> bool {
    let mut begins = true;
    answer.split_whitespace().any(|word| {
        let letters = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        let is_name = !begins
            && letters.len() > 1
            && letters.starts_with(char::is_uppercase)
            && !letters.starts_with("I'");
        // A line or an item may begin with a capital letter too.
        begins = word.ends_with(['.', '!', '?', ':', ';', '-', '*', '…']);
        is_name
    })
}

/// Somebody may have nothing to add, and says so: with a word, or with a dash.
fn is_honest_nothing(answer: &str) -> bool {
    const NOTHING: [&str; 5] = ["nothing", "none", "no", "n/a", "nothing yet"];
    let words = answer.trim().trim_end_matches('.').to_lowercase();
    NOTHING.contains(&words.as_str()) || !words.contains(char::is_alphanumeric)
}

/// How many words are neither praise nor glue. In scripts without spaces, each character counts.
fn substance(answer: &str) -> usize {
    let mut lower = answer.to_lowercase();
    for phrase in PHRASES {
        lower = lower.replace(phrase, " ");
    }
    let words = lower.split(|c: char| !c.is_alphanumeric() && c != '\'');
    let words = words.filter(|word| !word.is_empty());
    let without_spaces = |word: &str| word.chars().filter(|c| is_unspaced(*c)).count();
    words
        .filter(|word| !GLUE.contains(word) && !PRAISE.contains(word))
        .map(|word| without_spaces(word).max(1))
        .sum()
}

/// Thai, Lao, Burmese, Khmer, and what stands from the CJK radicals on.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..)
}

/// Praise in several words, of which each alone could tell something.
const PHRASES: &[&str] = &[
    "attention to detail",
    "above and beyond",
    "extra mile",
    "fast learner",
    "quick learner",
    "culture fit",
    "go-to person",
    "can-do",
    "problem solver",
    "problem solving",
    "self-starter",
    "role model",
    "eager to learn",
    "on time",
];

#[rustfmt::skip]
const GLUE: &[&str] = &[
    "a", "about", "all", "also", "always", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "do",
    "does", "every", "everyone", "everything", "for", "from", "gets", "goes", "had", "has", "have", "he", "her", "him", "his", "i", "in",
    "is", "it", "its", "just", "keep", "lot", "me", "more", "most", "my", "never", "nothing", "of", "on", "one", "or", "our",
    "quite", "really", "say", "she", "so", "some", "such", "than", "that", "the", "their", "them", "they", "think", "this",
    "to", "too", "up", "us", "very", "was", "we", "well", "were", "what", "who", "will", "with", "would", "you", "your",
];

#[rustfmt::skip]
const PRAISE: &[&str] = &[
    "amazing", "asset", "attitude", "awesome", "best", "brilliant", "collaboration", "collaborative", "colleague",
    "communicate", "communicates", "communication", "communicator", "continue", "could", "dedicated", "dependable",
    "developer", "doing", "engaged", "engineer", "excellent", "exceptional", "fantastic", "friendly", "fun", "good",
    "great", "hard", "hardworking", "help", "helpful", "impressive", "improve", "improved", "job", "kind", "leader",
    "leadership", "mate", "motivated", "nice", "outstanding", "patient", "perfect", "performance", "performer",
    "person", "player", "pleasant", "pleasure", "positive", "proactive", "professional", "professionalism", "quality",
    "real", "reliable", "responsible", "rockstar", "should", "skill", "skilled", "skills", "smart", "solid", "strong",
    "super", "supportive", "talented", "team", "teammate", "teamwork", "technical", "thank", "thanks", "top", "true",
    "truly", "valuable", "wonderful", "work", "worker", "working", "works", "yes",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn praise_that_fits_anybody_holds_no_example() {
        for answer in [
            "Great communication.",
            "Great communication and a real team player!",
            "He is very helpful and always friendly",
            "She is an excellent engineer. A pleasure to work with.",
            "- strong technical skills\n- positive attitude",
            "Could communicate more.",
            "Great attention to detail, goes above and beyond!",
            "Yes.",
        ] {
            assert!(is_stock(answer), "{answer}");
        }
    }

    #[test]
    fn a_short_answer_that_says_something_does() {
        for answer in [
            "For the silence.",
            "For inviting us to watch the florist.",
            "Great help on call with Linus",
            "See [the record](https://docs.example/adr/41)",
            "Good work on `settle()`",
            "Great: 22 minutes",
            "Nothing.",
            "Sehr gute Zusammenarbeit mit dem Team",
            "障害対応で落ち着いて役割を分けた",
            "Finishes what others leave half done",
            "—",
            "I trust her with the pager",
            "Explains trade-offs before she picks one",
            "Answers juniors within the hour, and never makes them feel small",
            "Her runbook is why the night shift sleeps",
            "Says no early, and offers another way",
            "Interrupts people in design reviews",
            "Would love to see more writing",
            "Takes on too much, then goes quiet",
            "Nothing this time",
            "Très bonne écoute",
            "Keeps promises to other teams",
        ] {
            assert!(!is_stock(answer), "{answer}");
        }
    }
}
