//! Where a person's pages are, and what they call things: routes, anchors, titles.

use super::marks::Link;
use crate::domain::model::*;
use crate::site::Context;

/// Longest id that a page may carry, in bytes.
const ANCHOR_MAX_BYTES: usize = 64;

/// `people/ada`.
pub fn portfolio_route(person: &PersonId) -> String {
    format!("people/{person}")
}

/// `people/ada/2026-h1`.
pub fn cycle_route(person: &PersonId, cycle: &CycleId) -> String {
    format!("people/{person}/{cycle}")
}

/// The link to a cycle's page, called by the cycle's title.
pub fn cycle_link(person: &PersonId, cycle: &Cycle) -> Link {
    Link {
        text: cycle.title.clone(),
        href: format!("/{}", cycle_route(person, &cycle.id)),
    }
}

/// The place of an expectation on its pages. The ending keeps long ids short enough and apart.
pub fn expectation_anchor(id: &ExpectationId) -> String {
    anchor("exp", id.as_str())
}

/// `<prefix>-<id>`, cut where it would be too long; what was cut is told apart by a checksum.
pub fn anchor(prefix: &str, id: &str) -> String {
    let whole = format!("{prefix}-{id}");
    if whole.len() <= ANCHOR_MAX_BYTES {
        return whole;
    }
    // FNV-1a: this only keeps two long ids of one page apart.
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    let hash = whole.bytes().fold(2_166_136_261, step);
    format!("{}-{hash:08x}", &whole[..ANCHOR_MAX_BYTES - 9])
}

/// What a competency is called: by the person's own track, else by any other, else its id.
pub fn competency_title(rubric: &Rubric, held: Option<&LevelRef>, id: &CompetencyId) -> String {
    let own = held.and_then(|held| rubric.tracks.get(&held.track));
    let tracks = own.into_iter().chain(rubric.tracks.values());
    let found = tracks.filter_map(|track| track.competency(id)).next();
    found.map_or_else(|| id.to_string(), |competency| competency.title.clone())
}

/// The kinds of expectations in words.
pub fn kind_words(kind: ExpectationKind) -> &'static str {
    match kind {
        ExpectationKind::Remedy => "closes a gap",
        ExpectationKind::NextLevel => "shows the next level",
        ExpectationKind::Objective => "serves an objective",
        ExpectationKind::Interest => "out of interest",
        ExpectationKind::Stable => "keeps things steady",
        ExpectationKind::Onboarding => "onboarding",
    }
}

/// How a peer works with the subject, in words.
pub fn relationship_words(relationship: Relationship) -> &'static str {
    match relationship {
        Relationship::Peer => "peer",
        Relationship::Pair => "works closely with them",
        Relationship::CrossFunctional => "another function",
        Relationship::Report => "report",
        Relationship::Skip => "skip-level",
        Relationship::PastManager => "past manager",
    }
}

/// What an answer stands under: the question's title, or the expectation's text.
pub fn answer_heading(
    ctx: &Context,
    cycle: &Cycle,
    of: &PersonCycle,
    to: &AnswerTo,
) -> Option<String> {
    match to {
        AnswerTo::Preamble => None,
        AnswerTo::Question(id) => Some(question_title(cycle, id)),
        AnswerTo::Expectation(id) => Some(expectation_title(ctx, of, id)),
    }
}

/// The title of a question of a cycle; its id where the cycle does not ask it.
pub fn question_title(cycle: &Cycle, id: &QuestionId) -> String {
    let asked = cycle.questions.iter().find(|question| question.id == *id);
    asked.map_or_else(|| id.to_string(), |question| question.title.clone())
}

/// The plain text of an expectation; its id where this draw does not hold it.
pub fn expectation_title(ctx: &Context, of: &PersonCycle, id: &ExpectationId) -> String {
    let agreed = of.expectations.as_ref().and_then(|e| e.get(id));
    agreed.map_or_else(
        || id.to_string(),
        |expectation| ctx.plain(&expectation.text),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_of_the_longest_ids_fit_and_differ() {
        let id = |last: &str| format!("{}{last}", "a".repeat(ID_MAX_BYTES - 1));
        let (one, two) = (anchor("exp", &id("b")), anchor("exp", &id("c")));
        assert_eq!(one.len(), ANCHOR_MAX_BYTES);
        assert_ne!(one, two);
        assert_eq!(anchor("exp", "auth"), "exp-auth");
    }
}
