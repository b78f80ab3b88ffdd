//! Figures about the whole organisation: what everyone with a key may know of how the process goes.
//!
//! These are aggregates over at least [`FIGURES_MIN_PEOPLE`] people, and no difference of two of them is
//! about fewer. `growth::figures` counts them, and `gradus close` writes them into the tree, once for each
//! cycle. A build publishes what that file says.

use super::{CycleId, Date};

/// Fewest people that a published count may be about, and fewest that two of them may differ by.
pub const FIGURES_MIN_PEOPLE: usize = 5;

/// Every cycle that has figures, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct OrgFigures {
    pub cycles: Vec<CycleFigures>,
}

impl OrgFigures {
    /// The figures of one cycle. `None` if it has none.
    pub fn of(&self, cycle: &CycleId) -> Option<&CycleFigures> {
        self.cycles.iter().find(|of| of.cycle == *cycle)
    }
}

/// One cycle.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CycleFigures {
    pub cycle: CycleId,
    /// What is dated later was not counted.
    pub as_of: Date,
    /// Nothing where fewer than [`FIGURES_MIN_PEOPLE`] took part.
    pub everyone: Option<GroupFigures>,
    /// By name, what is left over last; empty where there are not two groups that are large enough.
    pub teams: Vec<TeamFigures>,
}

/// One team, or everyone whose team is too small to stand alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TeamFigures {
    /// Nothing: everyone else.
    pub team: Option<String>,
    pub figures: GroupFigures,
}

/// What is published about one group of people.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GroupFigures {
    /// How many took part.
    pub people: usize,
    /// One for each of [`Measure::ALL`], in that order.
    pub figures: Vec<Figure>,
}

/// One measure of one group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Figure {
    pub measure: Measure,
    /// What is counted: people, for [`Measure::Goals`] expectations.
    pub of: usize,
    pub shown: Shown,
}

impl Figure {
    /// The blocks that it is published as; none if it has no counts.
    pub fn blocks(&self) -> &[Block] {
        match &self.shown {
            Shown::Blocks(blocks) => blocks,
            _ => &[],
        }
    }
}

/// How much of a measure is published.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Shown {
    /// Nothing: a group of fewer than [`FIGURES_MIN_PEOPLE`] would show.
    Hidden,
    /// Fewer than [`FIGURES_MIN_PEOPLE`] are not in; perhaps none.
    NearlyAll,
    /// Fewer than [`FIGURES_MIN_PEOPLE`] are in; perhaps none.
    HardlyAny,
    /// Counts that add up to the whole.
    Blocks(Vec<Block>),
}

impl Shown {
    /// The words for what has no counts: `nearly all are in`. `None` if there are counts, or nothing is said.
    pub fn words(&self) -> Option<&'static str> {
        match self {
            Shown::NearlyAll => Some("nearly all are in"),
            Shown::HardlyAny => Some("hardly any are in"),
            Shown::Hidden | Shown::Blocks(_) => None,
        }
    }
}

/// A count of one part, or of several together where one alone would be about too few people.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Block {
    pub parts: Vec<Part>,
    pub count: usize,
}

impl Block {
    /// How files call it: `on-time`, `late-or-open`.
    pub fn id(&self) -> String {
        block_id(&self.parts)
    }

    /// What is counted, in words: `on time`, `in, on time or late`, `partly met or missed`.
    pub fn label(&self) -> String {
        label_of(&self.parts)
    }
}

/// How files call a block of these parts.
pub fn block_id(parts: &[Part]) -> String {
    let ids: Vec<&str> = parts.iter().map(|part| part.id()).collect();
    ids.join("-or-")
}

fn label_of(parts: &[Part]) -> String {
    match parts {
        [Part::OnTime, Part::Late] => "in, on time or late".to_owned(),
        [Part::Late, Part::Open] => "late or not in".to_owned(),
        _ => {
            let words: Vec<&str> = parts.iter().map(|part| part.words()).collect();
            match words.split_last() {
                Some((last, [])) => (*last).to_owned(),
                Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
                None => String::new(),
            }
        }
    }
}

/// A share in words, from `none` to `all`: never `all` of less than all.
pub fn share_words(n: usize, of: usize) -> &'static str {
    let percent = (n * 200 + of).checked_div(of * 2).unwrap_or(0);
    match (n, percent) {
        _ if of == 0 => "nothing to count",
        (0, _) => "none",
        _ if n == of => "all",
        (_, 90..) => "nearly all",
        (_, 60..) => "most",
        (_, 51..) => "more than half",
        (_, 40..) => "about half",
        (_, 20..) => "fewer than half",
        _ => "few",
    }
}

/// A way to divide a measure into blocks.
pub type Cut = &'static [&'static [Part]];

/// Ways to divide a phase, finest first.
const PHASE_CUTS: &[Cut] = {
    use Part::{Late, OnTime, Open};
    &[
        &[&[OnTime], &[Late], &[Open]],
        &[&[OnTime, Late], &[Open]],
        &[&[OnTime], &[Late, Open]],
    ]
};

/// Ways to divide the goals, finest first.
const GOAL_CUTS: &[Cut] = {
    use Part::{Met, Missed, Obsolete, Partly, Unjudged};
    &[
        &[&[Met], &[Partly], &[Missed], &[Obsolete], &[Unjudged]],
        &[&[Met], &[Partly], &[Missed], &[Obsolete, Unjudged]],
        &[&[Met], &[Partly], &[Missed, Obsolete, Unjudged]],
        &[&[Met], &[Partly, Missed], &[Obsolete, Unjudged]],
        &[&[Met], &[Partly, Missed, Obsolete, Unjudged]],
        &[&[Met, Partly], &[Missed, Obsolete, Unjudged]],
    ]
};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    SelfAssessment,
    Peer,
    Review,
    Response,
    Goals,
}

impl Measure {
    /// All of them: the phases in order, then the goals.
    pub const ALL: [Measure; 5] = [
        Measure::SelfAssessment,
        Measure::Peer,
        Measure::Review,
        Measure::Response,
        Measure::Goals,
    ];

    /// Whether texts that count here may be unknown to the person they are about: then a figure never says all or none.
    pub fn is_confidential(self) -> bool {
        matches!(self, Measure::Peer | Measure::Review)
    }

    /// The ways to divide it into blocks, finest first.
    pub fn cuts(self) -> &'static [Cut] {
        match self {
            Measure::Goals => GOAL_CUTS,
            _ => PHASE_CUTS,
        }
    }

    /// `self`, `peer`, `review`, `response`, `goals`.
    pub fn id(self) -> &'static str {
        match self {
            Measure::SelfAssessment => "self",
            Measure::Peer => "peer",
            Measure::Review => "review",
            Measure::Response => "response",
            Measure::Goals => "goals",
        }
    }

    /// The words to show.
    pub fn title(self) -> &'static str {
        match self {
            Measure::SelfAssessment => "Self-assessments",
            Measure::Peer => "Peer feedback",
            Measure::Review => "Shared reviews",
            Measure::Response => "Responses",
            Measure::Goals => "Goals",
        }
    }
}

/// What a measure falls into: the first three for phases, the others for goals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    OnTime,
    Late,
    Open,
    Met,
    Partly,
    Missed,
    Obsolete,
    Unjudged,
}

impl Part {
    /// `on-time`, `late`, `open`, `met`, `partly`, `missed`, `obsolete`, `unjudged`.
    pub fn id(self) -> &'static str {
        match self {
            Part::OnTime => "on-time",
            Part::Late => "late",
            Part::Open => "open",
            Part::Met => "met",
            Part::Partly => "partly",
            Part::Missed => "missed",
            Part::Obsolete => "obsolete",
            Part::Unjudged => "unjudged",
        }
    }

    /// The words to show.
    pub fn words(self) -> &'static str {
        match self {
            Part::OnTime => "on time",
            Part::Late => "late",
            Part::Open => "not in",
            Part::Met => "met",
            Part::Partly => "partly met",
            Part::Missed => "missed",
            Part::Obsolete => "obsolete",
            Part::Unjudged => "not judged yet",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_words_that_never_say_all_of_less_than_all() {
        assert_eq!(share_words(0, 0), "nothing to count");
        assert_eq!(share_words(0, 300), "none");
        assert_eq!(share_words(1, 300), "few");
        assert_eq!(share_words(150, 300), "about half");
        assert_eq!(share_words(299, 300), "nearly all");
        assert_eq!(share_words(300, 300), "all");
    }

    #[test]
    fn parts_that_are_told_together_are_named_together() {
        assert_eq!(
            label_of(&[Part::Partly, Part::Missed]),
            "partly met or missed"
        );
        assert_eq!(label_of(&[Part::OnTime, Part::Late]), "in, on time or late");
        assert_eq!(
            label_of(&[Part::Missed, Part::Obsolete, Part::Unjudged]),
            "missed, obsolete or not judged yet"
        );
    }
}
