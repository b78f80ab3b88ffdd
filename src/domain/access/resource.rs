//! What a person's files say, cut into pieces that have one audience each.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::domain::model::*;

use super::audience::{Audiences, People};

/// One piece of what is known about one person. Files whose questions have readers of their own fall
/// into several: the file itself, and each such answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// Who they are: roles, leave.
    Profile,
    /// `expectations.toml` of a cycle.
    Expectations(CycleId),
    /// A file without the answers to questions that have readers of their own.
    File(FeedbackFile),
    /// The answer to one question of a file.
    Answer(FeedbackFile, QuestionId),
    /// Peer answers to questions without names.
    Anonymous(CycleId),
    /// `plan.toml` of a cycle.
    Plan(CycleId),
    /// `pip.toml` of a cycle: the improvement plan.
    Pip(CycleId),
    /// By position in the log.
    Log(usize),
    /// By position in the check-ins.
    CheckIn(usize),
    /// The talent mapping of a cycle.
    Talent(CycleId),
    /// By position in the private notes.
    PrivateNote(usize),
}

/// A file with front matter and answers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FeedbackFile {
    /// `self.md`
    SelfAssessment(CycleId),
    /// `peer-<author>.md`
    Peer(CycleId, PersonId),
    /// `review.md`
    Review(CycleId),
    /// `response.md`
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

impl Resource {
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

impl fmt::Display for Resource {
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
    /// The piece.
    pub resource: Resource,
    /// All who may read it.
    pub audience: Arc<People>,
    /// The kind of section that it lies in by default.
    pub home: SectionKind,
    /// Set where a `readers` line made the audience: who the default would be.
    pub instead_of: Option<Arc<People>>,
}

/// All published pieces about one person. Drafts are not among them.
pub fn pieces(audiences: &Audiences, subject: &Person) -> Vec<Piece> {
    let mut builder = PieceBuilder {
        audiences,
        subject,
        person: Arc::new(audiences.person(&subject.id)),
        pieces: Vec::new(),
    };
    builder.running();
    for (cycle, files) in &subject.cycles {
        builder.cycle(cycle, &audiences.compared(files));
    }
    builder.management();
    builder.pieces
}

struct PieceBuilder<'a> {
    audiences: &'a Audiences<'a>,
    subject: &'a Person,
    /// The subject and the present chain.
    person: Arc<People>,
    pieces: Vec<Piece>,
}

impl<'a> PieceBuilder<'a> {
    fn add(&mut self, resource: Resource, home: SectionKind, audience: Arc<People>) {
        self.pieces.push(Piece {
            resource,
            audience,
            home,
            instead_of: None,
        });
    }

    fn person(&self) -> Arc<People> {
        self.person.clone()
    }

    fn running(&mut self) {
        self.add(Resource::Profile, SectionKind::Person, self.person());
        for (index, readers) in self.audiences.log_lines(self.subject).iter().enumerate() {
            let resource = Resource::Log(index);
            self.add_passing_on(resource, SectionKind::Person, readers.as_deref());
        }
        for (index, checkin) in self.subject.checkins.iter().enumerate() {
            let pair = self.by_default(SectionKind::Pair, checkin.date);
            self.add(Resource::CheckIn(index), SectionKind::Pair, pair);
        }
    }

    fn by_default(&self, kind: SectionKind, day: Date) -> Arc<People> {
        let people = self.audiences.by_default(kind, &self.subject.id, day);
        people.into()
    }

    /// The `readers` of a whole file.
    fn line<'l>(
        &self,
        own: &'l Option<Vec<ReaderToken>>,
        resource: &Resource,
    ) -> Option<Cow<'l, [ReaderToken]>> {
        let path = || resource.path(&self.subject.id);
        self.audiences.line(own.as_deref(), path)
    }

    /// What passes on to the present chain, whenever it was written.
    fn add_passing_on(
        &mut self,
        resource: Resource,
        home: SectionKind,
        readers: Option<&[ReaderToken]>,
    ) {
        let today = self.audiences.today;
        let default = match home {
            SectionKind::Person => self.person(),
            home => self.by_default(home, today),
        };
        let named = readers.map(|readers| self.audiences.named(readers, &self.subject.id, today));
        self.add_named(resource, home, default, named);
    }

    fn add_named(
        &mut self,
        resource: Resource,
        home: SectionKind,
        default: Arc<People>,
        named: Option<Arc<People>>,
    ) {
        let Some(audience) = named else {
            return self.add(resource, home, default);
        };
        self.pieces.push(Piece {
            resource,
            audience,
            home,
            instead_of: Some(default),
        });
    }

    fn cycle(&mut self, id: &CycleId, files: &PersonCycle) {
        if let Some(expectations) = &files.expectations {
            let resource = Resource::Expectations(id.clone());
            let readers = self.line(&expectations.readers, &resource);
            self.add_passing_on(resource, SectionKind::Person, readers.as_deref());
        }
        if let Some(plan) = &files.plan {
            let resource = Resource::Plan(id.clone());
            let readers = self.line(&plan.readers, &resource);
            self.add_passing_on(resource, SectionKind::Person, readers.as_deref());
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
        let home = if self.has_come(pip.closed) {
            SectionKind::Closed
        } else {
            SectionKind::Pip
        };
        let resource = Resource::Pip(id.clone());
        let readers = self.line(&pip.readers, &resource);
        self.add_passing_on(resource, home, readers.as_deref());
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
        // Only drafts have no date; they are compared with what was accepted, and never published.
        let day = feedback.date.unwrap_or(self.audiences.today);
        Rules {
            home: SectionKind::Chain,
            default: self.by_default(SectionKind::Chain, day),
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
                Resource::Anonymous(id.clone()),
                SectionKind::Own,
                own.into(),
            );
        }
    }

    fn file(&mut self, file: FeedbackFile, feedback: &Feedback, rules: Rules) {
        let resource = Resource::File(file.clone());
        let of_file = self.line(&feedback.readers, &resource);
        let of_file = self.named(of_file.as_deref(), &rules);
        let file_audience = of_file.clone().unwrap_or_else(|| rules.default.clone());
        for question in self.of_their_own(&file, feedback) {
            let named = self.named(question.readers.as_deref(), &rules);
            let resource = Resource::Answer(file.clone(), question.id.clone());
            self.add_named(resource, rules.home, file_audience.clone(), named);
        }
        self.add_named(resource, rules.home, rules.default, of_file);
    }

    /// The questions of a file's cycle that have readers of their own and are answered in it; of what is compared with
    /// what was accepted all, since each may have had readers there.
    fn of_their_own(&self, file: &FeedbackFile, feedback: &Feedback) -> Vec<&'a Question> {
        let answered: BTreeSet<&QuestionId> = answered(feedback).collect();
        let asked = questions(self.audiences.org, file.cycle()).iter();
        let is_cut =
            |question: &Question| question.readers.is_some() || self.audiences.is_compared();
        asked
            .filter(|question| is_cut(question) && answered.contains(&question.id))
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
            let chain = self.by_default(SectionKind::Chain, note.date);
            self.add(Resource::PrivateNote(index), SectionKind::Chain, chain);
        }
    }

    fn talent(&mut self, cycle: &CycleId, talent: &Talent) {
        let draft = self.audiences.is_compared().then_some(self.audiences.today);
        let Some(day) = talent.date.or(draft) else {
            return;
        };
        let resource = Resource::Talent(cycle.clone());
        let rules = Rules {
            home: SectionKind::Talent,
            default: self.by_default(SectionKind::Talent, day),
            subject: Subject::Never,
            day,
        };
        let readers = self.line(&talent.readers, &resource);
        let named = self.named(readers.as_deref(), &rules);
        self.add_named(resource, rules.home, rules.default, named);
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
    let questions = questions(org, cycle).iter();
    questions.filter(|question| question.readers.is_some())
}

fn questions<'a>(org: &'a Organisation, cycle: &CycleId) -> &'a [Question] {
    let questions = org.cycle(cycle).map(|cycle| cycle.questions.as_slice());
    questions.unwrap_or_default()
}

/// The files of a cycle that hold answers, drafts too.
pub fn feedbacks<'f>(
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

/// The whole files about somebody, drafts too, that may say who reads them, with what they say.
pub fn readers_lines<'p>(
    person: &'p Person,
    managed: Option<&'p Managed>,
) -> impl Iterator<Item = (Resource, &'p Option<Vec<ReaderToken>>)> {
    let of_cycles = person.cycles.iter().flat_map(|(id, files)| {
        let plain = [
            (files.expectations.as_ref())
                .map(|file| (Resource::Expectations(id.clone()), &file.readers)),
            (files.plan.as_ref()).map(|file| (Resource::Plan(id.clone()), &file.readers)),
            (files.pip.as_ref()).map(|file| (Resource::Pip(id.clone()), &file.readers)),
        ];
        let answers = feedbacks(id, files);
        let answers = answers.map(|(file, feedback)| (Resource::File(file), &feedback.readers));
        plain.into_iter().flatten().chain(answers)
    });
    let talent = managed.into_iter().flat_map(|managed| &managed.talent);
    of_cycles.chain(talent.map(|(id, talent)| (Resource::Talent(id.clone()), &talent.readers)))
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
