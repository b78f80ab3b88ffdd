//! Facts that follow from the model: progress, outcomes, positions, changes, gaps.
//!
//! Pure functions over [`Commons`](crate::domain::model::Commons) and a
//! [`Person`](crate::domain::model::Person) already cut down to what the readers of a page may read. There
//! is no clock here: the day that facts are judged on is `commons.as_of`. What a person leaves out
//! is absent from the facts, never guessed. Drafts and unshared reviews are passed over, even where
//! a caller hands them in. Dates of what was done count as written; only due days and periods are held
//! against the day that facts are judged on.
//!
//! | file | answers |
//! |---|---|
//! | [`mod@cycles`] | which cycles does this person have, and which one is current |
//! | [`mod@progress`] | how far are the key steps, and where does an expectation stand |
//! | [`mod@outcome`] | how did an expectation, or a whole cycle, end |
//! | [`mod@axis`] | where do levels and ratings lie on a track |
//! | [`mod@standing`] | what does one rating say, in words and as a position |
//! | [`mod@alignment`] | now, before, own view and target of every competency |
//! | [`mod@changes`] | what changed since the last cycle |
//! | [`mod@lineage`] | which expectations carry on which |
//! | [`mod@history`] | the level ladder, and competencies by cycle |
//! | [`mod@gap`] | what the next level asks, and the evidence so far |
//! | [`mod@points`] | sums, where a rubric counts points |
//! | [`mod@phases`] | which of the four texts of a cycle are in, due or late |
//! | [`mod@figures`] | what everyone may know about the whole organisation |
//! | [`mod@turns`] | on which day a site changes next by itself |
//! | [`mod@headline`] | the few figures on top of a portfolio |

pub mod alignment;
pub mod axis;
pub mod changes;
pub mod cycles;
pub mod figures;
#[cfg(test)]
pub(crate) mod fixture;
pub mod gap;
pub mod headline;
pub mod history;
pub mod lineage;
pub mod outcome;
pub mod phases;
pub mod points;
pub mod progress;
pub mod standing;
pub mod turns;

pub use crate::domain::model::{days_present, due_after};
pub use alignment::{AlignmentRow, LevelAlignment, Target, level_alignment};
pub use axis::{Change, LevelAxis, Position, Tick, level_label};
pub use changes::{
    CarriedOver, Changes, Ended, NewExpectation, Shift, Stalled, changes_since_last_cycle,
};
pub use cycles::{current_cycle, cycles_of, fact_day, held_level, previous_cycle};
pub use figures::{cycle_figures, live_figures, recounted};
pub use gap::{Evidence, EvidenceOf, GapRow, LevelGap, NextLevel, level_gap};
pub use headline::{Headline, OpenAction, SeriesPoint, Tally, headline, open_actions};
pub use history::{
    HeatCell, HeatRow, HeatTable, History, LadderKind, LadderStep, LevelInCycle, history,
};
pub use lineage::{Lineage, LineageEntry, PlanOrigin, lineage};
pub use outcome::{
    Achievement, Judge, OutcomeGiven, achievement, achievement_by, outcome_by, outcome_of,
};
pub use phases::{Phase, PhaseState, PhaseStatus, phase, phases};
pub use points::{LevelPoints, points_held, points_of_level};
pub use progress::{
    ExpectationFacts, ExpectationState, Risk, StepFacts, StepProgress, StepState, expectation_facts,
};
pub use standing::{Standing, rating_words};
