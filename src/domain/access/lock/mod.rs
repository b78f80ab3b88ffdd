//! `access.lock`: the facts that access follows from, as somebody accepted them.
//!
//! The lock records facts, not lists of readers: who stood above whom when, whose keys count, who has left, `[access]`,
//! and every `readers` line. A [`Lock`] is those facts, [`Lock::of`] an organisation or [read](Lock::parse) from the
//! file. If the two are equal, nobody reads anything that was not accepted, on any day.
//!
//! If they are not, [`difference()`] looks at each line that is new, changed or gone. It lets a line pass only if a rule for
//! that kind of line proves that nobody gains by it; every other line stops the build.
//!
//! 1. `facts`: an organisation → its facts; `kept` and `attachments` know texts and files that can take over a name.
//! 2. `text`: facts ↔ the text of the file.
//! 3. `changed`: two locks → the facts that differ, and an organisation in which one of them holds.
//! 4. `readings`: an organisation under a lock → who may read each thing.
//! 5. [`mod@difference`]: what anybody gains, by fact; `rules` judges what no text that is there can tell; `words` says it.

mod attachments;
mod changed;
pub mod difference;
mod facts;
mod kept;
mod readings;
mod renamed;
mod rules;
mod text;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::model::*;

pub use attachments::Linked;
pub use difference::{Difference, Gain, Gained, difference};
pub use facts::readers_about;
pub use kept::Kept;
pub use readings::Readable;
pub use text::{Mistake, line_of};
pub use words::Reading;

/// The version of the rules by which this program makes audiences out of facts. It rises with every release in which
/// the same facts let somebody read more: what was accepted under other rules is not accepted under these.
pub const RULES: u32 = 1;

/// What access follows from. Equal locks give equal audiences, whatever else is in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// How far up the managers read: `[access] chain`.
    pub chain: ChainReach,
    /// What a subject sees of peer feedback: `[access] peer_feedback`.
    pub peer_feedback: PeerFeedbackPolicy,
    /// The people partners: `[access] hr`.
    pub hr: BTreeSet<PersonId>,
    /// Everybody of `people/`.
    pub people: BTreeMap<PersonId, PersonFacts>,
    /// First and last day of each cycle.
    pub cycles: BTreeMap<CycleId, (Date, Date)>,
    /// The questions whose answers have readers of their own: those of `gradus.toml`, and of each cycle those in force.
    pub questions: BTreeMap<QuestionAt, Readers>,
    /// Who answers them: `readers` mean other texts where others are asked.
    pub asked: BTreeMap<QuestionAt, QuestionFor>,
    /// The titles of those of cycles: answers are found by them.
    pub headings: BTreeMap<QuestionAt, String>,
    /// All other `readers` lines but those of tracks, by the name that they are recorded under.
    pub readers: BTreeMap<ReadersAt, Kept>,
    /// The attachments that restricted texts alone link to, by path.
    pub attachments: BTreeMap<String, Linked>,
    /// Public tracks, by the directory of the rubric and their id, with what they extend, nearest first.
    pub public: BTreeMap<(String, TrackId), Vec<TrackId>>,
}

/// A question of one cycle; without a cycle, one of `gradus.toml`.
pub type QuestionAt = (Option<CycleId>, QuestionId);

/// Whom a `readers` line names.
pub type Readers = BTreeSet<ReaderToken>;

/// The facts about one person that access follows from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PersonFacts {
    /// The last day of each key, by the key's [`fingerprint`]; `None` if it counts until it is taken away.
    pub keys: BTreeMap<String, Option<Date>>,
    /// In order, each different from the one before. Empty: never anybody.
    pub managers: Vec<Since>,
    /// The last day. `None` if they have not left.
    pub end: Option<Date>,
}

/// Who stands above somebody from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// `None` if from the beginning.
    pub from: Option<Date>,
    /// `None` if nobody.
    pub manager: Option<PersonId>,
}

impl PersonFacts {
    /// The fingerprints that count on a day; none of somebody who has left.
    pub fn live_on(&self, day: Date) -> impl Iterator<Item = &String> {
        let here = self.end.is_none_or(|end| day < end);
        let keys = self.keys.iter();
        keys.filter(move |(_, until)| here && until.is_none_or(|until| day <= until))
            .map(|(key, _)| key)
    }
}

impl Lock {
    /// The same with the keys that another lock knows of the same people: for organisations whose keys are stand-ins.
    pub fn with_keys_of(mut self, other: &Self) -> Self {
        for (id, facts) in &mut self.people {
            if let Some(known) = other.people.get(id) {
                facts.keys.clone_from(&known.keys);
            }
        }
        self
    }

    /// Where a question is recorded: for its cycle, or where the cycle is not known, for every cycle.
    pub fn recorded(&self, (cycle, question): &QuestionAt) -> QuestionAt {
        let known = cycle.clone().filter(|id| self.cycles.contains_key(id));
        (known, question.clone())
    }

    /// Removes a key from every person. Returns whether it was there. Nobody gains access by that.
    pub fn without_key(&mut self, recipient: &Recipient) -> bool {
        let key = fingerprint(&recipient.to_string());
        let people = self.people.values_mut();
        let taken = people.filter_map(|facts| facts.keys.remove(&key));
        taken.count() > 0
    }

    /// Makes a day the last on which a key of somebody counts, if it counts longer. Returns whether it did. Nobody reads
    /// more by that.
    pub fn ends_key(&mut self, person: &PersonId, recipient: &Recipient, last: Date) -> bool {
        let key = fingerprint(&recipient.to_string());
        let facts = self.people.get_mut(person);
        match facts.and_then(|facts| facts.keys.get_mut(&key)) {
            Some(until) if until.is_none_or(|until| last < until) => {
                *until = Some(last);
                true
            }
            _ => false,
        }
    }
}
