//! Figures about the whole organisation: what everyone with a key may know of how the process goes.
//!
//! These are aggregates over at least [`FIGURES_MIN_PEOPLE`] people, and no difference of two of them is
//! about fewer. Only `growth::figures` makes them.

use super::CycleId;

/// Fewest people that a published count may be about, and fewest that two of them may differ by.
pub const FIGURES_MIN_PEOPLE: usize = 5;

/// Every cycle that is over and that somebody took part in, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrgFigures {
    pub cycles: Vec<CycleFigures>,
}

/// One cycle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CycleFigures {
    pub cycle: CycleId,
    /// Nothing where fewer than [`FIGURES_MIN_PEOPLE`] took part.
    pub everyone: Option<GroupFigures>,
    /// By name, what is left over last; empty where there are not two groups that are large enough.
    pub teams: Vec<TeamFigures>,
}

/// One team, or everyone whose team is too small to stand alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamFigures {
    /// Nothing: everyone else.
    pub team: Option<String>,
    pub figures: GroupFigures,
}

/// What is published about one group of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupFigures {
    /// How many took part.
    pub people: usize,
    /// One for each of [`Measure::ALL`], in that order.
    pub figures: Vec<Figure>,
}

/// One measure of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    pub measure: Measure,
    /// What is counted: people, for [`Measure::Goals`] expectations.
    pub of: usize,
    /// They add up to `of`. Nothing where a group of fewer than [`FIGURES_MIN_PEOPLE`] would stand apart.
    pub blocks: Option<Vec<Block>>,
}

/// A count of one part, or of several together where one alone would be about too few people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub parts: Vec<Part>,
    pub count: usize,
}

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
