//! An organisation → who may read each thing in it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::attachments::{Links, Spot, pieces_of};
use crate::access::artefact::{
    Artefact, FeedbackFile, answered, pieces, restricted_questions, talent_readers,
};
use crate::access::audience::{Audiences, People};
use crate::access::project::unnamed;
use crate::model::*;

/// Something that can be read. A section is made of nothing else; what several people's sections share (teams) is cut
/// down to what each of its readers may read of each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// What everyone with a key reads.
    Everyone,
    /// What only managers read of the rubric.
    Managers,
    /// Whatever will be written of one kind, even where nothing is yet.
    Kind(SectionKind),
    /// What is written.
    Piece(Artefact),
    /// A peer's answer, without their name.
    Unnamed(CycleId, PersonId, QuestionId),
    /// A file that texts link to.
    Attachment(CycleId, String),
}

/// Who may read each thing about one person, or about everyone.
#[derive(Debug, Default)]
pub(super) struct Rights(BTreeMap<Right, Arc<People>>);

impl Rights {
    /// What is about nobody in particular.
    pub fn of_everyone(audiences: &Audiences) -> Self {
        let managers = Arc::new(audiences.managers().clone());
        Self(BTreeMap::from([
            (Right::Everyone, audiences.everyone().clone()),
            (Right::Managers, managers),
        ]))
    }

    /// What is about one person, whose texts are given as they stand on that side.
    pub fn about(audiences: &Audiences, subject: &Person) -> Self {
        let mut rights = Self::default();
        rights.add_kinds(audiences, &subject.id);
        for piece in pieces(audiences, subject) {
            match piece.artefact {
                Artefact::Anonymous(cycle) => rights.add_unnamed(audiences, subject, cycle),
                artefact => {
                    rights.0.insert(Right::Piece(artefact), piece.audience);
                }
            }
        }
        rights
    }

    fn add_kinds(&mut self, audiences: &Audiences, id: &PersonId) {
        let (person, own) = (audiences.person(id), audiences.own(id));
        let chain = audiences.chain(id);
        let with_hr = |people: &People| people.union(audiences.hr()).cloned().collect::<People>();
        let kinds = [
            (SectionKind::Pip, with_hr(&person)),
            (SectionKind::Closed, with_hr(&own)),
            (SectionKind::Talent, talent_readers(audiences, id, &chain)),
            (SectionKind::Person, person),
            (SectionKind::Own, own),
            (SectionKind::Pair, audiences.pair(id)),
            (SectionKind::Chain, chain),
        ];
        let kinds = kinds.into_iter();
        self.0
            .extend(kinds.map(|(kind, people)| (Right::Kind(kind), Arc::new(people))));
    }

    /// Answers without names are those of single files: which of them are shown follows from causes too.
    fn add_unnamed(&mut self, audiences: &Audiences, subject: &Person, cycle: CycleId) {
        let Some(files) = subject.cycles.get(&cycle).map(PersonCycle::published) else {
            return;
        };
        let own = Arc::new(audiences.own(&subject.id));
        for (author, question, _) in unnamed(audiences, &subject.id, &cycle, &files) {
            let right = Right::Unnamed(cycle.clone(), author.clone(), question.clone());
            self.0.insert(right, own.clone());
        }
    }

    /// Adds the attachments of somebody that texts link to: whoever reads one of the texts reads them.
    pub fn add_attachments(&mut self, subject: &PersonId, links: &Links) {
        for (path, texts) in links {
            let Some(spot) = Spot::at(path).filter(|spot| spot.subject == *subject) else {
                continue;
            };
            let pieces = texts.iter().filter_map(|text| pieces_of(&spot.cycle, text));
            let readers: Vec<&Arc<People>> = pieces
                .filter_map(|(file, question)| {
                    let answer = question.map(|question| Artefact::Answer(file.clone(), question));
                    let answer = answer.and_then(|answer| self.0.get(&Right::Piece(answer)));
                    answer.or_else(|| self.0.get(&Right::Piece(Artefact::File(file))))
                })
                .collect();
            let readers = readers
                .into_iter()
                .flat_map(|people| people.iter().cloned());
            let readers = Arc::new(readers.collect());
            let right = Right::Attachment(spot.cycle, spot.name);
            self.0.insert(right, readers);
        }
    }

    /// Makes a right of its own of every answer to a question that has readers of its own in `other`: in this
    /// organisation it may lie in its file.
    pub fn split_like(&mut self, other: &Organisation, subject: &Person) {
        for (cycle, files) in &subject.cycles {
            for question in restricted_questions(other, cycle) {
                for (file, feedback) in feedbacks(cycle, files) {
                    let is_answered = answered(feedback).any(|id| *id == question.id);
                    let whole = self.0.get(&Right::Piece(Artefact::File(file.clone())));
                    if let (true, Some(whole)) = (is_answered, whole.cloned()) {
                        let answer = Artefact::Answer(file, question.id.clone());
                        self.0.entry(Right::Piece(answer)).or_insert(whole);
                    }
                }
            }
        }
    }

    /// Each thing, and who may read it.
    pub fn iter(&self) -> impl Iterator<Item = (&Right, &Arc<People>)> {
        self.0.iter()
    }

    /// Whether somebody may read it, by itself or in a larger part.
    pub fn allow(&self, reader: &PersonId, right: &Right) -> bool {
        let reads = |right: &Right| {
            let people = self.0.get(right);
            people.is_some_and(|people| people.contains(reader))
        };
        let file = |file: &FeedbackFile| Right::Piece(Artefact::File(file.clone()));
        match right {
            Right::Piece(Artefact::Answer(of, _)) if !self.0.contains_key(right) => {
                reads(&file(of))
            }
            Right::Unnamed(cycle, author, question) => {
                let of = FeedbackFile::Peer(cycle.clone(), author.clone());
                let named = Right::Piece(Artefact::Answer(of, question.clone()));
                reads(right) || self.allow(reader, &named)
            }
            right => reads(right),
        }
    }

    /// Whether both name the same people for a thing.
    pub fn same(&self, other: &Self, right: &Right) -> bool {
        self.0.get(right) == other.0.get(right)
    }
}

/// The files of a cycle that hold answers, drafts too.
pub(super) fn feedbacks<'f>(
    cycle: &CycleId,
    files: &'f PersonCycle,
) -> impl Iterator<Item = (FeedbackFile, &'f Feedback)> {
    let cycle = cycle.clone();
    let own = files.self_assessment.as_ref();
    let review = files.review.as_ref().map(|review| &review.feedback);
    let response = files.response.as_ref().map(|response| &response.feedback);
    let single = [
        own.map(|own| (FeedbackFile::SelfAssessment(cycle.clone()), own)),
        review.map(|review| (FeedbackFile::Review(cycle.clone()), review)),
        response.map(|response| (FeedbackFile::Response(cycle.clone()), response)),
    ];
    let peers = files.peers.iter().map(move |(author, peer)| {
        let file = FeedbackFile::Peer(cycle.clone(), author.clone());
        (file, &peer.feedback)
    });
    single.into_iter().flatten().chain(peers)
}

/// A kind of text, as a difference names it. Those about somebody come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextKind {
    Pages,
    OneOnOnes,
    Reviews,
    Peers,
    Unnamed,
    Confidential,
    Talent,
    Improvement,
    Attachments,
    Managers,
    Everyone,
}

impl TextKind {
    /// Whether it is about somebody.
    pub fn is_personal(self) -> bool {
        !matches!(self, Self::Managers | Self::Everyone)
    }
}

impl fmt::Display for TextKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pages => "pages",
            Self::OneOnOnes => "1:1s",
            Self::Reviews => "reviews",
            Self::Peers => "peer feedback",
            Self::Unnamed => "peer feedback without names",
            Self::Confidential => "confidential texts",
            Self::Talent => "talent mapping",
            Self::Improvement => "improvement plans",
            Self::Attachments => "attachments",
            Self::Managers => "what managers read",
            Self::Everyone => "what everyone reads",
        })
    }
}

impl Right {
    /// The kind of text that it is.
    pub fn kind(&self) -> TextKind {
        use SectionKind as Kind;
        match self {
            Self::Everyone => TextKind::Everyone,
            Self::Managers => TextKind::Managers,
            Self::Unnamed(..) => TextKind::Unnamed,
            Self::Attachment(..) => TextKind::Attachments,
            Self::Kind(Kind::Chain) => TextKind::Confidential,
            Self::Kind(Kind::Pair) => TextKind::OneOnOnes,
            Self::Kind(Kind::Talent) => TextKind::Talent,
            Self::Kind(Kind::Pip | Kind::Closed) => TextKind::Improvement,
            Self::Kind(_) => TextKind::Pages,
            Self::Piece(artefact) => kind_of(artefact),
        }
    }
}

fn kind_of(artefact: &Artefact) -> TextKind {
    use FeedbackFile::{Peer, Review};
    match artefact {
        Artefact::CheckIn(_) => TextKind::OneOnOnes,
        Artefact::Talent(_) => TextKind::Talent,
        Artefact::Pip(_) => TextKind::Improvement,
        Artefact::File(Peer(..)) | Artefact::Answer(Peer(..), _) => TextKind::Peers,
        Artefact::File(Review(_)) | Artefact::Answer(Review(_), _) => TextKind::Reviews,
        Artefact::PrivateNote(_) => TextKind::Confidential,
        _ => TextKind::Pages,
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Piece(artefact) => write!(f, "{artefact}"),
            Self::Unnamed(cycle, author, question) => {
                write!(
                    f,
                    "the answer of {author} to `{question}` without the name, {cycle}"
                )
            }
            Self::Attachment(cycle, name) => write!(f, "the attachment `{cycle}/files/{name}`"),
            other => write!(f, "{}", other.kind()),
        }
    }
}
