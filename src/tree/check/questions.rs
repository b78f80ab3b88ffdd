//! Questions: those of `gradus.toml`, of a cycle, or the set that is there from the start.

use crate::domain::model::*;

/// Five categories: results, strengths, growth, ways of working, and what comes next; asked of
/// each side in its own words. Twelve in all, and nobody answers more than four.
#[rustfmt::skip]
const DEFAULT: [(QuestionFor, &str, &str, &str); 12] = [
    (QuestionFor::SelfAssessment, "results", "Results",
     "What came of your work this period, and for whom? Link to it."),
    (QuestionFor::SelfAssessment, "learned", "What I learned",
     "What was harder than expected, and what did you learn from it?"),
    (QuestionFor::SelfAssessment, "support", "What would help",
     "What should your manager or your team change so that you can do your best work?"),
    (QuestionFor::Peer, "strengths", "Strengths",
     "What does this person do exceptionally well? Describe a situation and what came of it."),
    (QuestionFor::Peer, "growth", "Growth",
     "What one thing should they do more, less or differently? When did you last miss it?"),
    (QuestionFor::Peer, "working-together", "Working together",
     "What is it like to depend on this person's work, and to have them depend on yours?"),
    (QuestionFor::Peer, "next-step", "Next step",
     "Where could they take on more, and what would have to be true first?"),
    (QuestionFor::Manager, "themes", "What others said",
     "Which themes run through the feedback? Keep the voices, not the names."),
    (QuestionFor::Manager, "impact", "Impact",
     "What is different because of this person's work? Link the evidence."),
    (QuestionFor::Manager, "development", "Where to grow",
     "Which one or two things would change the most, and what will you do to help?"),
    (QuestionFor::Response, "response", "My response",
     "What do you recognise, and what do you see differently?"),
    (QuestionFor::Response, "upward", "What you could do better",
     "Review goes both ways: what should your manager or the company do better?"),
];

/// The questions of an organisation that has none of its own.
pub fn default_questions() -> Vec<Question> {
    let question = |(asked, id, title, prompt): &(QuestionFor, &str, &str, &str)| {
        Some(Question {
            id: QuestionId::new(id)?,
            asked: *asked,
            title: (*title).into(),
            prompt: Prose::new(*prompt),
            readers: None,
        })
    };
    DEFAULT.iter().filter_map(question).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_default_question_is_lost_to_a_malformed_id() {
        assert_eq!(default_questions().len(), DEFAULT.len());
    }
}
