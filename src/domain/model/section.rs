//! Sections: what one audience reads about one subject.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::PersonId;

/// The name of a section, such as `person/ada/chain`. Part of its key's derivation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionId(Arc<str>);

impl SectionId {
    /// The section of that name.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for SectionId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

/// What kind of audience a section has; written into keyrings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SectionKind {
    /// The subject and their chain.
    Person,
    /// The chain, or those of it who read confidential texts of one time.
    Chain,
    /// The subject and their direct manager.
    Pair,
    /// The chain and hr: talent mapping.
    Talent,
    /// The subject, their chain and hr: an open improvement plan.
    Pip,
    /// The subject and hr: a closed improvement plan.
    Closed,
    /// The subject alone.
    Own,
    /// An audience that a file or question sets by `readers`.
    Custom,
    /// A manager and their chain.
    Team,
    /// Everyone with a key.
    Org,
    /// Everyone who manages someone.
    Managers,
}

/// Someone who opens a section, by which keys, and why.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SectionReader {
    /// The id of the reader.
    pub person: PersonId,
    /// Canonical age recipients, shared by all sections that they open; empty where the person has no live key.
    pub recipients: Recipients,
    /// The reason for which they read it.
    pub why: Why,
}

/// Someone's live recipients, as text.
pub type Recipients = Arc<[Arc<str>]>;

/// Why somebody is among the readers of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// The section is about them.
    Subject,
    /// The subject's manager today.
    DirectManager,
    /// In the subject's management chain, so many steps up.
    Chain {
        /// 2 for the manager of the direct manager, 3 for theirs.
        steps: usize,
    },
    /// By `[access] hr`.
    Hr,
    /// By `readers`.
    Named,
    /// Of a team's section: it is their team.
    OwnTeam,
    /// The same: in the chain of whose team it is.
    AboveTeam,
    /// Of the section for managers: somebody reports to them.
    ManagesSomeone,
    /// Of the section for everyone with a key.
    HasKey,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Subject => "the subject",
            Self::DirectManager => "direct manager",
            Self::Chain { steps } => return write!(f, "management chain, {steps} steps up"),
            Self::Hr => "hr",
            Self::Named => "named by `readers`",
            Self::OwnTeam => "the manager",
            Self::AboveTeam => "in the manager's chain",
            Self::ManagesSomeone => "manages someone",
            Self::HasKey => "has a key",
        })
    }
}

/// A section and who opens it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Section {
    /// Its name, such as `person/ada/chain`.
    pub id: SectionId,
    /// What kind of audience it has.
    pub kind: SectionKind,
    /// What a reader's list of sections calls it.
    pub title: String,
    /// The first part of the routes of its pages: `people/ada`, `team/grace`, `org`, `managers`.
    pub subject: String,
    /// By person.
    pub readers: Vec<SectionReader>,
}

impl Section {
    /// Whether the person whom it is about does not open it, whatever is in it: then nothing beside its file may tell what
    /// that holds, and its attachments lie within.
    pub fn is_kept_from_its_subject(&self) -> bool {
        let id = self.subject.strip_prefix("people/");
        let is_subject = |reader: &SectionReader| Some(reader.person.as_str()) == id;
        match self.kind {
            SectionKind::Chain | SectionKind::Talent => true,
            SectionKind::Custom => !self.readers.iter().any(is_subject),
            _ => false,
        }
    }

    /// All recipients, sorted, each once.
    pub fn recipients(&self) -> Vec<&str> {
        let all: BTreeSet<&str> = self
            .readers
            .iter()
            .flat_map(|reader| reader.recipients.iter().map(|recipient| &**recipient))
            .collect();
        all.into_iter().collect()
    }

    /// The people who may read it.
    pub fn people(&self) -> BTreeSet<&PersonId> {
        self.readers.iter().map(|reader| &reader.person).collect()
    }
}
