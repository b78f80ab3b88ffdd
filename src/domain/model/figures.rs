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
    /// One entry for each `cycles/<cycle>.figures.toml`.
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
    /// The id of the cycle.
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
    /// What is published about them.
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
    /// What is measured.
    pub measure: Measure,
    /// What is counted: people, for [`Measure::Goals`] expectations.
    pub of: usize,
    /// Its counts, words in their place, or nothing.
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

    /// How much of it is done, without the exact number where too few people are left over: `8 of 10`, `at least 6 of 10`.
    /// `None` if nothing is told.
    pub fn amount(&self) -> Option<String> {
        let (of, few) = (self.of, FIGURES_MIN_PEOPLE - 1);
        match &self.shown {
            Shown::Hidden => None,
            Shown::NearlyAll => Some(format!("at least {} of {of}", of.saturating_sub(few))),
            Shown::HardlyAny => Some(format!("at most {few} of {of}")),
            Shown::Blocks(blocks) => Some(format!("{} of {of}", blocks.first()?.count)),
        }
    }

    /// What [`amount`](Self::amount) counts: `handed in`, `handed in on time`, `met`.
    pub fn achieved(&self) -> String {
        let parts = self.blocks().first().map_or(&[][..], |first| &first.parts);
        match parts {
            [] => label_of(&[Part::OnTime, Part::Late]),
            [Part::OnTime] => "handed in on time".to_owned(),
            parts => label_of(parts),
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

/// A count of one part, or of several together where one alone would be about too few people.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Block {
    /// The parts that `count` adds up; at least one.
    pub parts: Vec<Part>,
    /// People; for [`Measure::Goals`], expectations.
    pub count: usize,
}

impl Block {
    /// How files call it: `on-time`, `late-or-open`.
    pub fn id(&self) -> String {
        block_id(&self.parts)
    }

    /// What is counted, in words: `on time`, `handed in`, `partly met or missed`.
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
        [Part::OnTime, Part::Late] => "handed in".to_owned(),
        [Part::Late, Part::Open] => "late or not handed in".to_owned(),
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
    /// Self-assessments, counted by person.
    SelfAssessment,
    /// Peer feedback, counted by the person whom it is about.
    Peer,
    /// Reviews that are shared, counted by the person whom they are about.
    Review,
    /// Responses, counted by person.
    Response,
    /// Expectations, by how they ended.
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
    /// In by the due day.
    OnTime,
    /// In after the due day.
    Late,
    /// Not in when the cycle was counted; a review: not shared.
    Open,
    /// The expectation was reached.
    Met,
    /// A part of the expectation was reached.
    Partly,
    /// The expectation was not reached.
    Missed,
    /// The expectation was given up, neither reached nor missed.
    Obsolete,
    /// Nobody has said yet how the expectation ended.
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
            Part::Open => "not handed in",
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
    fn an_amount_is_true_of_every_count_that_its_words_stand_for() {
        let figure = |of, shown| Figure {
            measure: Measure::Review,
            of,
            shown,
        };
        for (of, least) in [(10, "at least 6 of 10"), (24, "at least 20 of 24")] {
            let few = FIGURES_MIN_PEOPLE - 1;
            let nearly = figure(of, Shown::NearlyAll);
            assert_eq!(nearly.amount().as_deref(), Some(least));
            assert!(least.contains(&(of - few).to_string()));
            let hardly = figure(of, Shown::HardlyAny).amount();
            assert_eq!(hardly, Some(format!("at most {few} of {of}")));
            assert_eq!(nearly.achieved(), "handed in");
        }
        let blocks = |parts: &[&[Part]]| {
            let block = |parts: &&[Part]| Block {
                parts: parts.to_vec(),
                count: 5,
            };
            figure(10, Shown::Blocks(parts.iter().map(block).collect()))
        };
        use Part::{Late, Met, OnTime, Open, Partly};
        for (parts, achieved) in [
            (&[&[OnTime][..], &[Late, Open]][..], "handed in on time"),
            (&[&[OnTime, Late], &[Open]], "handed in"),
            (&[&[Met, Partly]], "met or partly met"),
        ] {
            let figure = blocks(parts);
            assert_eq!(figure.amount().as_deref(), Some("5 of 10"));
            assert_eq!(figure.achieved(), achieved);
        }
        assert_eq!(figure(10, Shown::Hidden).amount(), None);
    }

    #[test]
    fn parts_that_are_told_together_are_named_together() {
        assert_eq!(
            label_of(&[Part::Partly, Part::Missed]),
            "partly met or missed"
        );
        assert_eq!(label_of(&[Part::OnTime, Part::Late]), "handed in");
        assert_eq!(
            label_of(&[Part::Missed, Part::Obsolete, Part::Unjudged]),
            "missed, obsolete or not judged yet"
        );
    }
}
