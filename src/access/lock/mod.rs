//! `access.lock`: what access follows from, as somebody accepted it.
//!
//! The lock records causes, not lists of readers: who stood above whom when, whose keys count, who has left, `[access]`,
//! and every `readers` line. A [`Lock`] is those facts, [`Lock::of`] an organisation or [read](Lock::parse) from the
//! file. Where the two are equal, nobody reads anything that was not accepted, on any day: what is new in the tree is new
//! under causes that were accepted. Where they are not, [`difference()`] takes today's texts,
//! lays both sets of causes over them, and says who would read what more, and through which cause.
//!
//! 1. `facts`: an organisation → its causes.
//! 2. `written`: causes ↔ the text of the file.
//! 3. `adopt`: causes → an organisation that they hold in.
//! 4. `rights`: an organisation → who may read each thing.
//! 5. [`mod@difference`]: the two sets of rights beside one another, and through which of the differing `causes` one is larger;
//!    `promises` looks at what nobody feels yet, `gone` at restrictions whose names are in the tree no more, `headings` at
//!    answers that are found under another question.
//!
//! Two kinds of line hang on something that others can take: `kept` says whom a text is for whose name several texts
//! have, and `attachments` which texts linked to a file that not everyone around it reads.

mod adopt;
mod attachments;
mod causes;
pub mod difference;
mod facts;
mod gone;
mod headings;
mod kept;
mod narrowed;
mod promises;
mod renamed;
mod rights;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::*;

pub use difference::{Difference, Gain, Gained, Reading, difference};
pub use facts::readers_about;
pub use kept::Kept;
pub use rights::{Right, TextKind};
pub use written::{Mistake, line_of};

/// The version of the rules by which this program makes audiences out of causes. It rises with every release in which
/// the same causes let somebody read more: what was accepted under other rules is not accepted under these.
pub const RULES: u32 = 1;

/// What access follows from. Equal locks give equal audiences, whatever else is in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    pub chain: ChainReach,
    pub peer_feedback: PeerFeedbackPolicy,
    pub hr: BTreeSet<PersonId>,
    pub people: BTreeMap<PersonId, Standing>,
    /// First and last day of each cycle.
    pub cycles: BTreeMap<CycleId, (Date, Date)>,
    /// The questions whose answers have readers of their own: those of `gradus.toml`, and of each cycle those in force.
    pub questions: BTreeMap<(Option<CycleId>, QuestionId), Readers>,
    /// Who answers them: `readers` mean other texts where others are asked.
    pub asked: BTreeMap<(Option<CycleId>, QuestionId), QuestionFor>,
    /// The titles of those of cycles: answers are found by them.
    pub headings: BTreeMap<(Option<CycleId>, QuestionId), String>,
    /// All other `readers` lines but those of tracks, by the name that they hang on.
    pub readers: BTreeMap<ReadersAt, Kept>,
    /// The attachments that restricted texts alone link to, by path, with those texts.
    pub attachments: BTreeMap<String, BTreeSet<Linking>>,
    /// Public tracks, by the directory of the rubric and their id, with what they extend, nearest first.
    pub public: BTreeMap<(String, TrackId), Vec<TrackId>>,
}

/// Whom a `readers` line names.
pub type Readers = BTreeSet<ReaderToken>;

/// What access follows from in one person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// The last day of each key, by the key's [`fingerprint`]; nothing: it counts until it is taken away.
    pub keys: BTreeMap<String, Option<Date>>,
    /// In order, each different from the one before. Empty: never anybody.
    pub managers: Vec<Since>,
    pub end: Option<Date>,
}

/// Who stands above somebody from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// Nothing: from ever on.
    pub from: Option<Date>,
    pub manager: Option<PersonId>,
}

impl Standing {
    /// The fingerprints that count on a day; none of somebody who has left.
    pub fn live_on(&self, day: Date) -> impl Iterator<Item = &String> {
        let here = self.end.is_none_or(|end| day < end);
        let live = move |until: &Option<Date>| here && until.is_none_or(|until| day <= until);
        self.keys
            .iter()
            .filter(move |(_, until)| live(until))
            .map(|(key, _)| key)
    }
}

impl Lock {
    /// The same with the keys that another lock knows of the same people: for organisations whose keys are stand-ins.
    pub fn with_keys_of(mut self, other: &Self) -> Self {
        for (id, standing) in &mut self.people {
            if let Some(known) = other.people.get(id) {
                standing.keys.clone_from(&known.keys);
            }
        }
        self
    }

    /// The readers of a question's answers in a cycle: as recorded for it, or where the cycle is not known, as recorded
    /// for every cycle.
    pub fn question(&self, cycle: &CycleId, question: &QuestionId) -> Option<&Readers> {
        self.questions.get(&self.recorded(cycle, question))
    }

    /// Who answers a question in a cycle, recorded likewise.
    pub fn asked(&self, cycle: &CycleId, question: &QuestionId) -> Option<QuestionFor> {
        self.asked.get(&self.recorded(cycle, question)).copied()
    }

    fn recorded(&self, cycle: &CycleId, question: &QuestionId) -> (Option<CycleId>, QuestionId) {
        let cycle = self.cycles.contains_key(cycle).then(|| cycle.clone());
        (cycle, question.clone())
    }
}
