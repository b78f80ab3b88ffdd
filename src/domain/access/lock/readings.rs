//! An organisation under a lock → who may read each thing in it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::domain::access::audience::{Audiences, BASIC_SECTIONS, People};
use crate::domain::access::project::unnamed;
use crate::domain::access::resource::{FeedbackFile, Resource, pieces};
use crate::domain::model::*;

/// Something that can be read. A section is made of nothing else; what several people's sections share (teams) is cut
/// down to what each of its readers may read of each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Readable {
    /// What everyone with a key reads.
    Everyone,
    /// What only managers read of the rubric.
    Managers,
    /// Whatever will be written of one kind, even if nothing is yet.
    Kind(SectionKind),
    /// What is written, drafts too.
    Written(Resource),
    /// A peer's answer, without their name.
    Unnamed(CycleId, PersonId, QuestionId),
    /// A file that texts link to.
    Attachment(CycleId, String),
}

/// Who may read each thing about one person, or about everyone.
pub(super) type Readings = BTreeMap<Readable, Arc<People>>;

/// Who may read what is about one person, or `None`, about nobody in particular.
pub(super) fn readings(audiences: &Audiences, subject: Option<&PersonId>) -> Readings {
    let Some(subject) = subject else {
        let managers = Arc::new(audiences.managers().clone());
        let everyone = audiences.everyone().clone();
        return Readings::from([
            (Readable::Everyone, everyone),
            (Readable::Managers, managers),
        ]);
    };
    let subject = &audiences.org.people[subject];
    let kinds = BASIC_SECTIONS.map(|(_, kind)| {
        let people = audiences.by_default(kind, &subject.id, audiences.today);
        (Readable::Kind(kind), Arc::new(people))
    });
    let mut readings = Readings::from(kinds);
    for piece in pieces(audiences, subject) {
        match piece.resource {
            Resource::Anonymous(cycle) => {
                let files = subject.cycles[&cycle].published();
                for (author, question, _) in unnamed(audiences, &subject.id, &cycle, &files) {
                    let (author, question) = (author.clone(), question.clone());
                    let unnamed = Readable::Unnamed(cycle.clone(), author, question);
                    readings.insert(unnamed, piece.audience.clone());
                }
            }
            resource => _ = readings.insert(Readable::Written(resource), piece.audience),
        }
    }
    readings
}

/// Whether somebody may read a thing; an answer without a name also by the answer with the name.
pub(super) fn may_read(readings: &Readings, reader: &PersonId, readable: &Readable) -> bool {
    let reads = |readable: &Readable| {
        readings
            .get(readable)
            .is_some_and(|people| people.contains(reader))
    };
    let named = match readable {
        Readable::Unnamed(cycle, author, question) => {
            let file = FeedbackFile::Peer(cycle.clone(), author.clone());
            Some(Readable::Written(Resource::Answer(file, question.clone())))
        }
        _ => None,
    };
    reads(readable) || named.is_some_and(|named| reads(&named))
}

impl Readable {
    /// What it is a part of: whoever gains that gains this with it.
    pub(super) fn wholes(&self) -> Vec<Self> {
        use FeedbackFile::{Peer, Review};
        let Self::Written(resource) = self else {
            return Vec::new();
        };
        let kind = match resource {
            Resource::CheckIn(_) => SectionKind::Pair,
            Resource::Talent(_) => SectionKind::Talent,
            Resource::Pip(_) => SectionKind::Pip,
            Resource::PrivateNote(_)
            | Resource::File(Peer(..) | Review(_))
            | Resource::Answer(Peer(..) | Review(_), _) => SectionKind::Chain,
            _ => SectionKind::Person,
        };
        let file = match resource {
            Resource::Answer(file, _) => Some(Self::Written(Resource::File(file.clone()))),
            _ => None,
        };
        file.into_iter().chain([Self::Kind(kind)]).collect()
    }

    /// The kind of thing that it is, in words.
    pub fn kind(&self) -> &'static str {
        use FeedbackFile::{Peer, Review};
        match self {
            Self::Everyone => "what everyone reads",
            Self::Managers => "what managers read",
            Self::Unnamed(..) => "peer feedback without names",
            Self::Attachment(..) => "attachments",
            Self::Kind(kind) => match kind {
                SectionKind::Chain => "confidential texts",
                SectionKind::Pair => "1:1s",
                SectionKind::Talent => "talent mapping",
                SectionKind::Pip | SectionKind::Closed => "improvement plans",
                _ => "pages",
            },
            Self::Written(resource) => match resource {
                Resource::CheckIn(_) => "1:1s",
                Resource::Talent(_) => "talent mapping",
                Resource::Pip(_) => "improvement plans",
                Resource::PrivateNote(_) => "confidential texts",
                Resource::File(Peer(..)) | Resource::Answer(Peer(..), _) => "peer feedback",
                Resource::File(Review(_)) | Resource::Answer(Review(_), _) => "reviews",
                _ => "pages",
            },
        }
    }
}

impl fmt::Display for Readable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written(resource) => write!(f, "{resource}"),
            Self::Unnamed(cycle, author, question) => {
                write!(
                    f,
                    "the answer of {author} to `{question}` without the name, {cycle}"
                )
            }
            Self::Attachment(cycle, name) => write!(f, "the attachment `{cycle}/files/{name}`"),
            other => f.write_str(other.kind()),
        }
    }
}
