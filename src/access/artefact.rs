//! What a person's files say, cut into pieces that have one audience each.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::model::*;

use super::audience::{Audiences, People};

/// One piece of what is known about one person. Files whose questions have readers of their own fall
/// into several: the file itself, and each such answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Artefact {
    /// Who they are: roles, leave.
    Profile,
    Expectations(CycleId),
    /// A file without the answers to questions that have readers of their own.
    File(FeedbackFile),
    /// The answer to one question of a file.
    Answer(FeedbackFile, QuestionId),
    /// Peer answers to questions without names.
    Anonymous(CycleId),
    Plan(CycleId),
    Pip(CycleId),
    /// By position in the log.
    Log(usize),
    /// By position in the check-ins.
    CheckIn(usize),
    Talent(CycleId),
    /// By position in the private notes.
    PrivateNote(usize),
}

/// A file with front matter and answers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FeedbackFile {
    SelfAssessment(CycleId),
    Peer(CycleId, PersonId),
    Review(CycleId),
    Response(CycleId),
}

impl FeedbackFile {
    /// The cycle it belongs to.
    pub fn cycle(&self) -> &CycleId {
        match self {
            Self::SelfAssessment(c) | Self::Peer(c, _) | Self::Review(c) | Self::Response(c) => c,
        }
    }

    /// The name of the file.
    pub fn name(&self) -> String {
        match self {
            Self::SelfAssessment(_) => "self.md".into(),
            Self::Peer(_, who) => format!("peer-{who}.md"),
            Self::Review(_) => "review.md".into(),
            Self::Response(_) => "response.md".into(),
        }
    }

    /// The file of that name; nothing where none is called so.
    pub fn named(cycle: &CycleId, name: &str) -> Option<Self> {
        Some(match name {
            "self.md" => Self::SelfAssessment(cycle.clone()),
            "review.md" => Self::Review(cycle.clone()),
            "response.md" => Self::Response(cycle.clone()),
            _ => {
                let who = name.strip_prefix("peer-")?.strip_suffix(".md")?;
                Self::Peer(cycle.clone(), PersonId::new(who)?)
            }
        })
    }

    /// The path of the file, relative to the organisation.
    pub fn path(&self, subject: &PersonId) -> String {
        format!("people/{subject}/{}/{}", self.cycle(), self.name())
    }
}

impl Artefact {
    /// The path of the file that it stands in, relative to the organisation.
    pub fn path(&self, subject: &PersonId) -> String {
        let in_cycle = |cycle: &CycleId, name: &str| format!("people/{subject}/{cycle}/{name}");
        match self {
            Self::Profile => format!("people/{subject}/person.toml"),
            Self::Expectations(cycle) => in_cycle(cycle, "expectations.toml"),
            Self::File(file) | Self::Answer(file, _) => file.path(subject),
            Self::Anonymous(cycle) => in_cycle(cycle, ""),
            Self::Plan(cycle) => in_cycle(cycle, "plan.toml"),
            Self::Pip(cycle) => in_cycle(cycle, "pip.toml"),
            Self::Log(_) => format!("people/{subject}/log.toml"),
            Self::CheckIn(_) => format!("people/{subject}/checkins.md"),
            Self::Talent(cycle) => format!("management/{cycle}/{subject}.toml"),
            Self::PrivateNote(_) => format!("management/notes/{subject}.md"),
        }
    }
}

impl fmt::Display for Artefact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile => write!(f, "profile"),
            Self::Expectations(cycle) => write!(f, "expectations {cycle}"),
            Self::File(file) => write!(f, "{file}"),
            Self::Answer(file, question) => write!(f, "the answer to `{question}` in {file}"),
            Self::Anonymous(cycle) => write!(f, "peer answers without names {cycle}"),
            Self::Plan(cycle) => write!(f, "plan {cycle}"),
            Self::Pip(cycle) => write!(f, "improvement plan {cycle}"),
            Self::Log(index) => write!(f, "log entry {}", index + 1),
            Self::CheckIn(index) => write!(f, "check-in {}", index + 1),
            Self::Talent(cycle) => write!(f, "talent mapping {cycle}"),
            Self::PrivateNote(index) => write!(f, "private note {}", index + 1),
        }
    }
}

impl fmt::Display for FeedbackFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SelfAssessment(cycle) => write!(f, "self-assessment {cycle}"),
            Self::Peer(cycle, who) => write!(f, "peer feedback by {who} {cycle}"),
            Self::Review(cycle) => write!(f, "review {cycle}"),
            Self::Response(cycle) => write!(f, "response {cycle}"),
        }
    }
}

/// A piece and who may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub artefact: Artefact,
    pub audience: Arc<People>,
    /// The kind of section that it lies in by default.
    pub home: SectionKind,
    /// Set where a `readers` line made the audience: who the default would be.
    pub instead_of: Option<Arc<People>>,
}

/// All published pieces about one person. Drafts are not among them.
pub fn pieces(audiences: &Audiences, subject: &Person) -> Vec<Piece> {
    let mut cut = Cutter {
        audiences,
        subject,
        person: Arc::new(audiences.person(&subject.id)),
        pieces: Vec::new(),
    };
    cut.running();
    for (cycle, files) in &subject.cycles {
        cut.cycle(cycle, &files.published());
    }
    cut.management();
    cut.pieces
}

struct Cutter<'a> {
    audiences: &'a Audiences<'a>,
    subject: &'a Person,
    /// The subject and the present chain.
    person: Arc<People>,
    pieces: Vec<Piece>,
}

impl<'a> Cutter<'a> {
    fn add(&mut self, artefact: Artefact, home: SectionKind, audience: Arc<People>) {
        self.pieces.push(Piece {
            artefact,
            audience,
            home,
            instead_of: None,
        });
    }

    fn person(&self) -> Arc<People> {
        self.person.clone()
    }

    fn running(&mut self) {
        self.add(Artefact::Profile, SectionKind::Person, self.person());
        for (index, entry) in self.subject.log.iter().enumerate() {
            let artefact = Artefact::Log(index);
            let readers = entry.readers.as_deref();
            self.add_passing_on(artefact, SectionKind::Person, self.person(), readers);
        }
        for (index, checkin) in self.subject.checkins.iter().enumerate() {
            let pair = self.audiences.pair_since(&self.subject.id, checkin.date);
            self.add(Artefact::CheckIn(index), SectionKind::Pair, pair.into());
        }
    }

    /// What passes on to the present chain, whenever it was written.
    fn add_passing_on(
        &mut self,
        artefact: Artefact,
        home: SectionKind,
        default: Arc<People>,
        readers: Option<&[ReaderToken]>,
    ) {
        let today = self.audiences.today;
        let named = readers.map(|readers| self.audiences.named(readers, &self.subject.id, today));
        self.add_named(artefact, home, default, named);
    }

    fn add_named(
        &mut self,
        artefact: Artefact,
        home: SectionKind,
        default: Arc<People>,
        named: Option<Arc<People>>,
    ) {
        let Some(audience) = named else {
            return self.add(artefact, home, default);
        };
        self.pieces.push(Piece {
            artefact,
            audience,
            home,
            instead_of: Some(default),
        });
    }

    fn cycle(&mut self, id: &CycleId, files: &PersonCycle) {
        if let Some(expectations) = &files.expectations {
            let artefact = Artefact::Expectations(id.clone());
            let readers = expectations.readers.as_deref();
            self.add_passing_on(artefact, SectionKind::Person, self.person(), readers);
        }
        if let Some(plan) = &files.plan {
            let artefact = Artefact::Plan(id.clone());
            let readers = plan.readers.as_deref();
            self.add_passing_on(artefact, SectionKind::Person, self.person(), readers);
        }
        if let Some(pip) = &files.pip {
            self.pip(id, pip);
        }
        if let Some(own) = &files.self_assessment {
            self.open_file(FeedbackFile::SelfAssessment(id.clone()), own);
        }
        if let Some(response) = &files.response {
            self.open_file(FeedbackFile::Response(id.clone()), &response.feedback);
        }
        if let Some(review) = &files.review {
            self.review(id, review);
        }
        self.peers(id, files);
    }

    fn pip(&mut self, id: &CycleId, pip: &Pip) {
        let (home, mut audience) = if self.has_come(pip.closed) {
            (SectionKind::Closed, self.audiences.own(&self.subject.id))
        } else {
            (SectionKind::Pip, People::clone(&self.person))
        };
        audience.extend(self.audiences.hr().iter().cloned());
        self.add_passing_on(
            Artefact::Pip(id.clone()),
            home,
            audience.into(),
            pip.readers.as_deref(),
        );
    }

    /// Whether a day that opens or closes something has come: a later one changes nothing yet.
    fn has_come(&self, day: Option<Date>) -> bool {
        day.is_some_and(|day| day <= self.audiences.today)
    }

    fn review(&mut self, id: &CycleId, review: &Review) {
        let file = FeedbackFile::Review(id.clone());
        if self.has_come(review.shared) {
            return self.open_file(file, &review.feedback);
        }
        let rules = self.confidential(&review.feedback);
        self.file(file, &review.feedback, rules);
    }

    /// A file that passes on to the present chain.
    fn open_file(&mut self, file: FeedbackFile, feedback: &Feedback) {
        let rules = Rules {
            home: SectionKind::Person,
            default: self.person(),
            subject: Subject::AsNamed,
            day: self.audiences.today,
        };
        self.file(file, feedback, rules);
    }

    /// The rules of what was said in confidence: for those who were in the chain then and still are.
    fn confidential(&self, feedback: &Feedback) -> Rules {
        // Only dated files are published, so the fallback is never taken.
        let day = feedback.date.unwrap_or(self.audiences.today);
        Rules {
            home: SectionKind::Chain,
            default: self.audiences.chain_since(&self.subject.id, day).into(),
            subject: Subject::Never,
            day,
        }
    }

    fn peers(&mut self, id: &CycleId, files: &PersonCycle) {
        let shared = files.shared_review().and_then(|review| review.shared);
        let shared = shared.filter(|day| self.has_come(Some(*day)));
        let policy = self.audiences.org.access.peer_feedback;
        for (author, peer) in &files.peers {
            let mut rules = self.confidential(&peer.feedback);
            let upward = is_upward(self.audiences, author, &self.subject.id, id);
            // Where names are promised away, no `readers` line brings one back.
            let together = shared.is_some_and(|day| is_shown_with(peer, day));
            if together && !upward && policy != PeerFeedbackPolicy::Anonymous {
                rules.subject = Subject::AsNamed;
                if policy == PeerFeedbackPolicy::Person {
                    rules.home = SectionKind::Person;
                    Arc::make_mut(&mut rules.default).extend(self.audiences.own(&self.subject.id));
                }
            }
            let file = FeedbackFile::Peer(id.clone(), author.clone());
            self.file(file, &peer.feedback, rules);
        }
        if shared.is_some() && policy == PeerFeedbackPolicy::Anonymous {
            let own = self.audiences.own(&self.subject.id);
            self.add(
                Artefact::Anonymous(id.clone()),
                SectionKind::Own,
                own.into(),
            );
        }
    }

    fn file(&mut self, file: FeedbackFile, feedback: &Feedback, rules: Rules) {
        let of_file = self.named(feedback.readers.as_deref(), &rules);
        let file_audience = of_file.clone().unwrap_or_else(|| rules.default.clone());
        for question in self.restricted(&file, feedback) {
            let named = self.named(question.readers.as_deref(), &rules);
            let artefact = Artefact::Answer(file.clone(), question.id.clone());
            self.add_named(artefact, rules.home, file_audience.clone(), named);
        }
        self.add_named(Artefact::File(file), rules.home, rules.default, of_file);
    }

    /// The questions of a file's cycle that have readers of their own and are answered in it.
    fn restricted(&self, file: &FeedbackFile, feedback: &Feedback) -> Vec<&'a Question> {
        let answered: BTreeSet<&QuestionId> = answered(feedback).collect();
        restricted_questions(self.audiences.org, file.cycle())
            .filter(|question| answered.contains(&question.id))
            .collect()
    }

    fn named(&self, readers: Option<&[ReaderToken]>, rules: &Rules) -> Option<Arc<People>> {
        let readers = readers?;
        let subject = &self.subject.id;
        let mut people = self.audiences.named(readers, subject, rules.day);
        if rules.subject == Subject::Never || !names_subject(readers, subject) {
            Arc::make_mut(&mut people).remove(subject);
        }
        Some(people)
    }

    fn management(&mut self) {
        let org = self.audiences.org;
        for (cycle, talent) in org.management.talent_of(&self.subject.id) {
            self.talent(cycle, talent);
        }
        for (index, note) in org.management.notes_of(&self.subject.id).iter().enumerate() {
            let chain = self.audiences.chain_since(&self.subject.id, note.date);
            self.add(
                Artefact::PrivateNote(index),
                SectionKind::Chain,
                chain.into(),
            );
        }
    }

    fn talent(&mut self, cycle: &CycleId, talent: &Talent) {
        let Some(day) = talent.date else {
            return; // a draft
        };
        let subject = &self.subject.id;
        let chain = self.audiences.chain_since(subject, day);
        let default = talent_readers(self.audiences, subject, &chain);
        let named = talent.readers.as_ref().map(|readers| {
            let mut people = self.audiences.named(readers, subject, day);
            Arc::make_mut(&mut people).remove(subject);
            people
        });
        let artefact = Artefact::Talent(cycle.clone());
        self.add_named(artefact, SectionKind::Talent, default.into(), named);
    }
}

/// Where a file goes and who reads it, before its `readers` lines.
struct Rules {
    home: SectionKind,
    default: Arc<People>,
    subject: Subject,
    /// The day whose chain counts: today's for what passes on, the file's for what does not.
    day: Date,
}

/// Whether a piece may ever name its subject as reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// Management, unshared reviews, upward feedback.
    Never,
    /// Where the readers say so.
    AsNamed,
}

/// A chain and hr, never the subject.
pub fn talent_readers(audiences: &Audiences, subject: &PersonId, chain: &People) -> People {
    let mut people = audiences.hr().clone();
    people.extend(chain.iter().cloned());
    people.remove(subject);
    people
}

/// Whether a peer's file is shown to its subject with the review shared on a day, where the policy shows any: one that
/// comes later would be known by the day on which it lands, and stays with the chain.
pub fn is_shown_with(peer: &PeerFeedback, shared: Date) -> bool {
    peer.feedback.date.is_some_and(|written| written <= shared)
}

/// Whether `subject` stood in the author's management chain on any day of the cycle: their feedback is
/// upward, whatever they call it.
pub fn is_upward(
    audiences: &Audiences,
    author: &PersonId,
    subject: &PersonId,
    cycle: &CycleId,
) -> bool {
    let org = audiences.org;
    let Some(cycle) = org.cycle(cycle) else {
        return false;
    };
    let mut days = audiences.days_of_change(author);
    days.retain(|day| cycle.contains(*day));
    days.insert(cycle.start);
    let above = |day: Date| org.managers_of(author, day).contains(&subject);
    days.into_iter().any(above)
}

/// The questions a cycle asks whose answers have readers of their own.
pub fn restricted_questions<'a>(
    org: &'a Organisation,
    cycle: &CycleId,
) -> impl Iterator<Item = &'a Question> {
    let questions = org.cycle(cycle).map(|c| c.questions.as_slice());
    let questions = questions.unwrap_or_default().iter();
    questions.filter(|question| question.readers.is_some())
}

/// The questions that a file answers.
pub fn answered(feedback: &Feedback) -> impl Iterator<Item = &QuestionId> {
    feedback
        .answers
        .iter()
        .filter_map(|answer| match &answer.to {
            AnswerTo::Question(id) => Some(id),
            _ => None,
        })
}

/// Whether the answers to a question with readers of its own are meant for the subject.
pub fn is_for_subject(question: &Question, subject: &PersonId) -> bool {
    let readers = question.readers.as_deref();
    readers.is_some_and(|readers| names_subject(readers, subject))
}

/// Whether a `readers` list means the subject, rather than catching them by another role.
fn names_subject(readers: &[ReaderToken], subject: &PersonId) -> bool {
    readers.iter().any(|token| match token {
        ReaderToken::Person(id) => id == subject,
        ReaderToken::Audience(audience) => matches!(
            audience,
            Audience::Public | Audience::Org | Audience::Person | Audience::Pair
        ),
    })
}
