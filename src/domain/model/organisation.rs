//! The organisation, its policies and its cycles.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;
use serde::{Deserialize, Deserializer, Serialize};

use super::*;

/// One organisation, valid as a whole.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Organisation {
    /// What the organisation is called: `name` of `gradus.toml`.
    pub name: String,
    /// What the lock page says; the only text of the organisation that is in clear.
    pub public_title: String,
    /// The web address where the site will be; `None` if the tree does not say.
    pub base_url: Option<String>,
    /// The name of a directory in `themes/`; `default` if the tree names none.
    pub theme: String,
    /// The day that facts are judged on, where the tree fixes one (examples and tests).
    pub as_of: Option<Date>,
    /// Worst first; at least two.
    pub ratings: Vec<Rating>,
    /// For cycles without questions of their own; a set of twelve if the tree has none.
    pub questions: Vec<Question>,
    /// `[policy]`: limits of the guidance.
    pub policy: Policy,
    /// `[seal]`: how the site is sealed.
    pub seal: SealPolicy,
    /// `[access]`: how far the chain reaches, and who else reads.
    pub access: AccessPolicy,
    /// The rubric in force.
    pub rubric: Rubric,
    /// Rubrics that cycles pin, by the text of the pin.
    pub pinned: BTreeMap<String, Rubric>,
    /// By start, then end, then id.
    pub cycles: Vec<Cycle>,
    /// As counted when cycles were closed, in the order of the cycles.
    pub figures: OrgFigures,
    /// What is published as it is, by path in the site.
    pub static_files: BTreeMap<String, Arc<[u8]>>,
    /// Shared, so that who has not changed is not copied from one version of the tree to the next.
    pub people: BTreeMap<PersonId, Arc<Person>>,
    /// Kept apart from [`Person`], so that no code that draws a person's pages holds it by accident.
    pub management: Management,
}

impl Organisation {
    /// The cycle of that id.
    pub fn cycle(&self, id: &CycleId) -> Option<&Cycle> {
        self.cycles.iter().find(|cycle| cycle.id == *id)
    }

    /// The cycles whose figures can be counted on a day, and were not. Those in which too few people take part are left
    /// out: nothing would be published.
    pub fn to_close(&self, day: Date) -> impl Iterator<Item = &Cycle> {
        let cycles = self.cycles.iter();
        cycles.filter(move |cycle| {
            let is_judged = self.policy.since.is_none_or(|since| since <= cycle.end);
            let is_due = is_judged && self.policy.closes(cycle) <= day;
            is_due && self.figures.of(&cycle.id).is_none() && self.has_many_in(cycle)
        })
    }

    fn has_many_in(&self, cycle: &Cycle) -> bool {
        let agreed = |person: &&Arc<Person>| {
            let files = person.cycles.get(&cycle.id);
            let expectations = files.and_then(|files| files.expectations.as_ref());
            expectations.is_some_and(|of| of.agreed.is_some()) && person.takes_part_in(cycle)
        };
        self.people
            .values()
            .filter(agreed)
            .nth(FIGURES_MIN_PEOPLE - 1)
            .is_some()
    }

    /// The rubric that a cycle is judged against: its pinned one, or the one in force.
    pub fn rubric_of(&self, cycle: &Cycle) -> &Rubric {
        cycle
            .rubric
            .as_ref()
            .and_then(|pin| self.pinned.get(pin))
            .unwrap_or(&self.rubric)
    }

    /// The position of a rating on the scale, 0 for the worst.
    pub fn rating_index(&self, id: &RatingId) -> Option<usize> {
        self.ratings.iter().position(|rating| rating.id == *id)
    }

    /// The rating of that id.
    pub fn rating(&self, id: &RatingId) -> Option<&Rating> {
        self.ratings.iter().find(|rating| rating.id == *id)
    }

    /// The managers of a person on a day, nearest first, as far up as they go (no policy applied).
    pub fn managers_of(&self, person: &PersonId, on: Date) -> Vec<&PersonId> {
        let mut chain = Vec::new();
        let mut at = self.people.get(person);
        while let Some(manager) = at.and_then(|p| p.manager_on(on)) {
            if chain.contains(&manager) {
                break; // `check` refuses circles; a loop here must still end
            }
            chain.push(manager);
            at = self.people.get(manager);
        }
        chain
    }
}

/// One step of the rating scale.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
pub struct Rating {
    /// What files call it, such as `meets`.
    pub id: RatingId,
    /// Its name on pages, such as `Meets`.
    #[serde(default, deserialize_with = "markup::read_title")]
    pub title: String,
}

/// Who answers a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuestionFor {
    /// The person, in `self.md`.
    #[serde(rename = "self")]
    SelfAssessment,
    /// Peers, in `peer-<who>.md`.
    Peer,
    /// The manager, in `review.md`.
    Manager,
    /// The person, in `response.md`, after the review.
    Response,
}

/// One question of the review.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
pub struct Question {
    /// The heading of answers to it, as in `## strengths`.
    pub id: QuestionId,
    /// Who answers it.
    #[serde(rename = "for")]
    pub asked: QuestionFor,
    /// Its name on pages; a heading may use it in place of the id.
    #[serde(default, deserialize_with = "markup::read_title")]
    pub title: String,
    /// What is asked, in markdown; empty if the file has none.
    #[serde(default)]
    pub prompt: Prose,
    /// Who reads the answers; nothing: whoever reads the file they stand in.
    pub readers: Option<Vec<ReaderToken>>,
}

/// A named audience of the model's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Anyone who reaches the host, for a track of a rubric; for anything else, the same as `Org`.
    Public,
    /// Everyone with a key.
    Org,
    /// The subject and their management chain.
    Person,
    /// The management chain, never the subject.
    Chain,
    /// The subject and their present direct manager.
    Pair,
    /// The people whom `[access] hr` names.
    Hr,
    /// Everyone who manages someone.
    Managers,
}

impl Audience {
    /// The audience that a word names.
    pub fn named(word: &str) -> Option<Self> {
        let word: StrDeserializer<'_, serde::de::value::Error> = word.into_deserializer();
        Self::deserialize(word).ok()
    }

    /// Whether it is everyone with a key. Only rubrics become plain pages; whatever else says `public` is for the
    /// organisation.
    pub fn is_everyone(self) -> bool {
        matches!(self, Self::Public | Self::Org)
    }
}

/// One entry of a `readers` list: an audience or a single person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ReaderToken {
    /// A word such as `chain`.
    Audience(Audience),
    /// The id of one person.
    Person(PersonId),
}

/// Limits of the guidance lints, in the units that their names say.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Expectations of a person in a cycle, least and most.
    pub expectations: (u32, u32),
    /// Peers who give feedback about a person in a cycle, least and most.
    pub peers: (u32, u32),
    /// The most questions of a cycle, for all who answer together.
    pub questions_max: u32,
    /// Days from the beginning of the cycle, or of the person, by which expectations are agreed.
    pub agree_within_days: u32,
    /// The most days from `agreed` to `until` of an onboarding expectation.
    pub onboarding_days_max: u32,
    /// Days after a cycle's end by which its reviews are shared, and on which its figures are counted.
    pub close_within_days: u32,
    /// Cycles that ended before this day are not judged; nothing: all are.
    pub since: Option<Date>,
    /// The last part of a period, in percent, that evidence should not all come from.
    pub recent_percent: u32,
    /// Words besides praise and glue that a text of feedback holds at least.
    pub feedback_words_min: u32,
    /// For how many cycles running someone may stand above or below their level.
    pub misleveled_cycles: u32,
    /// Length of an improvement plan, least and most.
    pub pip_days: (u32, u32),
    /// Objectives of an improvement plan, least and most.
    pub pip_objectives: (u32, u32),
    /// Days between two check-ins of an improvement plan: weekly, and a few to spare.
    pub pip_checkin_days: u32,
    /// Exceptions from single lints.
    pub allow: Vec<Allow>,
}

impl Policy {
    /// The day as of which the figures of a cycle are counted.
    pub fn closes(&self, cycle: &Cycle) -> Date {
        due_after(&[], cycle.end, self.close_within_days.into())
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            expectations: (3, 5),
            peers: (3, 5),
            questions_max: 15,
            agree_within_days: 14,
            onboarding_days_max: 90,
            close_within_days: 25,
            since: None,
            recent_percent: 20,
            feedback_words_min: 6,
            misleveled_cycles: 2,
            pip_days: (30, 90),
            pip_objectives: (3, 4),
            pip_checkin_days: 10,
            allow: Vec::new(),
        }
    }
}

/// A guidance lint that a file, or everything in a directory, is excused from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(default)]
pub struct Allow {
    /// The code of the lint, such as `G014`.
    pub code: String,
    /// The file or directory, as a path of the tree with `/`.
    pub path: String,
    /// The reason, in words.
    pub why: String,
}

/// How the site is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
pub struct SealPolicy {
    /// `ed25519:…`; a build with another signing key stops.
    pub signer: Option<String>,
    /// Relative to the organisation's directory.
    pub key_file: String,
    /// A number from 1; a higher one renames and rekeys everything.
    pub epoch: u64,
    /// The kind of all keys that the site is sealed to.
    #[serde(rename = "post_quantum", deserialize_with = "kind_of_keys")]
    pub keys: KeyKind,
}

impl Default for SealPolicy {
    fn default() -> Self {
        Self {
            signer: None,
            key_file: ".gradus/site.key".into(),
            epoch: 1,
            keys: KeyKind::default(),
        }
    }
}

fn kind_of_keys<'de, D: Deserializer<'de>>(d: D) -> Result<KeyKind, D::Error> {
    let is_hybrid = bool::deserialize(d)?;
    Ok(if is_hybrid {
        KeyKind::Hybrid
    } else {
        KeyKind::X25519
    })
}

/// How far the chain reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(from = "Reach")]
pub enum ChainReach {
    /// All managers above a person.
    All,
    /// So many managers up: 1 is the direct manager alone.
    Steps(u32),
}

/// `"all"`, or a number of steps.
#[derive(Deserialize)]
#[serde(untagged)]
enum Reach {
    Steps(u32),
    Word(ReachWord),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ReachWord {
    All,
}

impl From<Reach> for ChainReach {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::Steps(steps) => Self::Steps(steps),
            Reach::Word(ReachWord::All) => Self::All,
        }
    }
}

/// Who sees peer feedback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PeerFeedbackPolicy {
    /// The management chain alone.
    Chain,
    /// The subject too, with names, once the review is shared.
    Person,
    /// The subject too, without names, regrouped by question, once the review is shared.
    Anonymous,
}

/// `[access]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
pub struct AccessPolicy {
    /// How many managers up may read about a person.
    pub chain: ChainReach,
    /// Ids of people who also read talent mapping and improvement plans.
    pub hr: Vec<PersonId>,
    /// Whether the subject reads peer feedback, and with or without names.
    pub peer_feedback: PeerFeedbackPolicy,
}

impl Default for AccessPolicy {
    fn default() -> Self {
        Self {
            chain: ChainReach::All,
            hr: Vec::new(),
            peer_feedback: PeerFeedbackPolicy::Chain,
        }
    }
}

/// One review period.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Cycle {
    /// The name of its file in `cycles/`, without `.toml`.
    pub id: CycleId,
    /// Its name on pages, such as `H1 2026`.
    #[serde(default, deserialize_with = "markup::read_title")]
    pub title: String,
    /// The first day.
    #[serde(default)]
    pub start: Date,
    /// Inclusive.
    #[serde(default)]
    pub end: Date,
    /// A key of [`Organisation::pinned`].
    pub rubric: Option<String>,
    /// By when the texts that follow it are due.
    #[serde(default)]
    pub phases: Phases,
    /// The questions in force in this cycle: its own, or the organisation's.
    #[serde(default, rename = "question")]
    pub questions: Vec<Question>,
}

impl Cycle {
    /// Whether a day lies within the cycle.
    pub fn contains(&self, day: Date) -> bool {
        self.start <= day && day <= self.end
    }
}

/// Days after the cycle's end by which each phase is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
pub struct Phases {
    /// For the self-assessment; default 5.
    #[serde(rename = "self")]
    pub self_days: u32,
    /// For peer feedback; default 12.
    #[serde(rename = "peer")]
    pub peer_days: u32,
    /// For the review; default 18.
    #[serde(rename = "review")]
    pub review_days: u32,
    /// For the response; default 25.
    #[serde(rename = "response")]
    pub response_days: u32,
}

impl Default for Phases {
    fn default() -> Self {
        Self {
            self_days: 5,
            peer_days: 12,
            review_days: 18,
            response_days: 25,
        }
    }
}
