//! The text of `access.lock`: its writer and its reader.
//!
//! It is TOML with one fact a line, sorted, so that two branches that change different facts merge by themselves, and the
//! same causes always give the same bytes. What was read is written again as it was.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use toml::value::Datetime;

use super::attachments::{Spot, is_linking};
use super::{Kept, Lock, RULES, Readers, Since, Standing};
use crate::model::*;

const HEADER: &str = "\
# What access to the site follows from, as it was accepted. `gradus build` stops where the tree would let anybody read
# more than this. `gradus access --diff` shows how the tree differs, `gradus access --accept` writes this file. Review
# its changes as you review code.
";

/// The words for audiences.
const AUDIENCES: [(Audience, &str); 7] = [
    (Audience::Public, "public"),
    (Audience::Org, "org"),
    (Audience::Person, "person"),
    (Audience::Chain, "chain"),
    (Audience::Pair, "pair"),
    (Audience::Hr, "hr"),
    (Audience::Managers, "managers"),
];

const PEER_FEEDBACK: [(PeerFeedbackPolicy, &str); 3] = [
    (PeerFeedbackPolicy::Chain, "chain"),
    (PeerFeedbackPolicy::Person, "person"),
    (PeerFeedbackPolicy::Anonymous, "anonymous"),
];

/// The words for who answers a question.
const ASKED: [(QuestionFor, &str); 4] = [
    (QuestionFor::SelfAssessment, "self"),
    (QuestionFor::Peer, "peer"),
    (QuestionFor::Manager, "manager"),
    (QuestionFor::Response, "response"),
];

/// Stands where there is nobody; it is no id.
const NOBODY: &str = "-";

/// Why a text is no lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Lower-case, no full stop.
    pub message: String,
    /// Bytes of the text.
    pub span: Range<usize>,
    pub help: String,
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HEADER}\nrules = {RULES}\n")?;
        self.write_access(f)?;
        table(f, "cycle", &self.cycles, |(id, (start, end))| {
            format!("{id} = {}", quoted(&format!("{start} to {end}")))
        })?;
        table(
            f,
            "question",
            &self.questions,
            |((cycle, question), readers)| {
                let key = question_key(cycle.as_ref(), question);
                format!("{key} = {}", list(words(readers)))
            },
        )?;
        table(f, "asked", &self.asked, |((cycle, question), asked)| {
            let key = question_key(cycle.as_ref(), question);
            let word = ASKED.iter().find(|(who, _)| who == asked);
            format!("{key} = {}", quoted(word.map_or("", |(_, word)| word)))
        })?;
        table(
            f,
            "heading",
            &self.headings,
            |((cycle, question), title)| {
                let key = question_key(cycle.as_ref(), question);
                format!("{key} = {}", quoted(title))
            },
        )?;
        table(f, "public", &self.public, |((rubric, track), extends)| {
            let key = quoted(&format!("{rubric}/{track}"));
            format!("{key} = {}", list(extends.iter().map(TrackId::to_string)))
        })?;
        table(f, "readers", &self.readers, |(at, kept)| {
            format!("{} = {}", quoted(&at.to_string()), kept_line(kept))
        })?;
        table(f, "attachments", &self.attachments, |(path, texts)| {
            format!("{} = {}", quoted(path), list(texts.iter().cloned()))
        })?;
        table(f, "people", &self.people, person_lines)
    }
}

impl Lock {
    fn write_access(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chain = match self.chain {
            ChainReach::All => quoted("all"),
            ChainReach::Steps(steps) => steps.to_string(),
        };
        let policy = PEER_FEEDBACK.iter().find(|(p, _)| *p == self.peer_feedback);
        let policy = policy.map_or("", |(_, word)| word);
        writeln!(f, "\n[access]\nchain = {chain}")?;
        writeln!(f, "peer_feedback = {}", quoted(policy))?;
        writeln!(f, "hr = [")?;
        for person in &self.hr {
            writeln!(f, "  {},", quoted(person.as_str()))?;
        }
        writeln!(f, "]")
    }
}

fn question_key(cycle: Option<&CycleId>, question: &QuestionId) -> String {
    match cycle {
        Some(cycle) => quoted(&format!("{cycle}/{question}")),
        None => question.to_string(),
    }
}

/// The readers of a file; or of each part, by the fingerprint of what it says.
fn kept_line(kept: &Kept) -> String {
    match kept {
        Kept::File(readers) => list(words(readers)),
        Kept::Parts(parts) => {
            let part = |(text, readers)| format!("{text} = {}", list(words(readers)));
            let parts: Vec<String> = parts.iter().map(part).collect();
            format!("{{ {} }}", parts.join(", "))
        }
    }
}

/// The line of a lock's text that records a `readers` line of the tree, or an attachment; nothing for other causes, and
/// where there is none.
pub fn line_of(text: &str, cause: &Cause) -> Option<Range<usize>> {
    let key = match cause {
        Cause::Readers(at) => quoted(&at.to_string()),
        Cause::Question(cycle, question) => question_key(cycle.as_ref(), question),
        Cause::Attachment(path, _) => quoted(path),
        _ => return None,
    };
    let begins = format!("\n{key} = ");
    let start = text.find(&begins)? + 1;
    let line = text[start..].lines().next().unwrap_or_default();
    Some(start..start + line.len())
}

/// A table with a line for each fact; nothing where there are none.
fn table<'m, K: 'm, V: 'm>(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    facts: &'m BTreeMap<K, V>,
    line: impl Fn((&'m K, &'m V)) -> String,
) -> fmt::Result {
    if facts.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n[{name}]")?;
    facts
        .iter()
        .try_for_each(|fact| writeln!(f, "{}", line(fact)))
}

/// A line, or two, or for somebody who leaves three.
fn person_lines((id, standing): (&PersonId, &Standing)) -> String {
    let keys = standing.keys.iter().map(|(key, until)| match until {
        Some(until) => format!("{key} until {until}"),
        None => key.clone(),
    });
    let mut lines = Vec::new();
    lines.extend(standing.end.map(|end| format!("{id}.end = {end}")));
    lines.push(format!("{id}.keys = {}", list(keys)));
    if !standing.managers.is_empty() {
        let managers = standing.managers.iter().map(Since::to_string);
        lines.push(format!("{id}.managers = {}", list(managers)));
    }
    lines.join("\n")
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(from) = self.from {
            write!(f, "{from} ")?;
        }
        f.write_str(self.manager.as_ref().map_or(NOBODY, PersonId::as_str))
    }
}

/// The words of a `readers` line.
fn words(readers: &Readers) -> impl Iterator<Item = String> {
    readers.iter().map(|token| match token {
        ReaderToken::Person(id) => id.to_string(),
        ReaderToken::Audience(audience) => {
            let found = AUDIENCES.iter().find(|(a, _)| a == audience);
            found.map_or("", |(_, word)| word).to_owned()
        }
    })
}

/// The readers of a line for people to read, each in backticks.
pub(super) fn in_words(readers: &Readers) -> String {
    let words: Vec<String> = words(readers).map(|word| format!("`{word}`")).collect();
    match words.is_empty() {
        true => "nobody".to_owned(),
        false => words.join(", "),
    }
}

fn list(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.map(|word| quoted(&word)).collect();
    format!("[{}]", words.join(", "))
}

/// A TOML string on one line, that shows every character that could hide.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            ' '..='~' => quoted.push(c),
            c if c.is_alphanumeric() => quoted.push(c),
            c => quoted.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}

impl Lock {
    /// Reads the text of the file.
    ///
    /// # Errors
    /// It was left in the middle of a merge, is no TOML, says something that this program did not write, or was accepted
    /// under other rules.
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        refuse_merge_marks(text)?;
        refuse_other_rules(text)?;
        let written: Written = toml::from_str(text).map_err(|error| mistake(text, &error))?;
        Ok(written.into_lock())
    }
}

/// What git leaves where both sides of a merge changed the same lines.
const MERGE_MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

fn refuse_merge_marks(text: &str) -> Result<(), Mistake> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if MERGE_MARKS.iter().any(|mark| line.starts_with(mark)) {
            return Err(Mistake {
                message: "a merge left its marks here".into(),
                span: start..start + line.trim_end().len(),
                help: "keep the lines of both sides that are meant, and take the marks away; then \
                       `gradus access --diff` shows what is left to accept"
                    .into(),
            });
        }
        start += line.len();
    }
    Ok(())
}

/// The rules alone, whatever else a lock of another version may hold.
#[derive(Deserialize)]
struct WrittenRules {
    rules: toml::Spanned<i64>,
}

fn refuse_other_rules(text: &str) -> Result<(), Mistake> {
    let written: WrittenRules = toml::from_str(text).map_err(|error| mistake(text, &error))?;
    let rules = *written.rules.get_ref();
    let (message, help) = match rules.cmp(&i64::from(RULES)) {
        std::cmp::Ordering::Equal => return Ok(()),
        std::cmp::Ordering::Greater => (
            format!("this was accepted under rules {rules}; this gradus knows rules {RULES}"),
            "use the gradus that wrote it, or a newer one",
        ),
        std::cmp::Ordering::Less => (
            format!(
                "this was accepted under rules {rules}; under rules {RULES} more may follow from it"
            ),
            "read `gradus access`, then `gradus access --accept` accepts the tree under the new rules",
        ),
    };
    Err(Mistake {
        message,
        span: written.rules.span(),
        help: help.into(),
    })
}

fn mistake(text: &str, error: &toml::de::Error) -> Mistake {
    let span = error.span().unwrap_or(text.len()..text.len());
    let start = text.floor_char_boundary(span.start);
    Mistake {
        message: error.message().trim_end().replace('\n', ", "),
        span: start..text.ceil_char_boundary(span.end.max(start)),
        help: "the lock is written by `gradus access --accept`; take it back from git, or have it written anew".into(),
    }
}

/// The file as serde reads it. Whatever is not understood is refused: a fact that is overlooked would be a fact that
/// nobody accepted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "rules")]
    _rules: i64,
    access: WrittenAccess,
    #[serde(default)]
    cycle: BTreeMap<Id<CycleId>, Span>,
    #[serde(default)]
    question: BTreeMap<QuestionKey, Vec<Token>>,
    #[serde(default)]
    asked: BTreeMap<QuestionKey, Asked>,
    #[serde(default)]
    heading: BTreeMap<QuestionKey, String>,
    #[serde(default)]
    public: BTreeMap<PublicKey, Vec<Id<TrackId>>>,
    #[serde(default)]
    readers: BTreeMap<ReadersKey, WrittenKept>,
    #[serde(default)]
    attachments: BTreeMap<AttachmentKey, Vec<LinkingText>>,
    #[serde(default)]
    people: BTreeMap<Id<PersonId>, WrittenStanding>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAccess {
    chain: Reach,
    peer_feedback: Policy,
    hr: Vec<Id<PersonId>>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "readers, or the readers of each text of the name"
)]
enum WrittenKept {
    File(Vec<Token>),
    Parts(BTreeMap<String, Vec<Token>>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Reach {
    Steps(u32),
    All(All),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum All {
    All,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStanding {
    keys: Vec<WrittenKey>,
    #[serde(default)]
    managers: Vec<WrittenSince>,
    end: Option<Datetime>,
}

/// Declares what a text of the file is read as, and what it ought to be where it is not that.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident($($field:ty),+) = $read:expr, $ought:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
        #[serde(try_from = "String")]
        struct $name($($field),+);

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                let read: fn(&str) -> Option<Self> = $read;
                read(&text).ok_or_else(|| format!("`{text}` is not {}", $ought))
            }
        }
    )*};
}

texts! {
    /// `2026-01-01 to 2026-06-30`.
    Span(Date, Date) = |text| {
        let (start, end) = text.split_once(" to ")?;
        Some(Self(date(start)?, date(end)?))
    }, "the first and the last day of a cycle";
    /// `growth`, or `2026-h1/growth`.
    QuestionKey(Option<CycleId>, QuestionId) = |text| match text.split_once('/') {
        Some((cycle, question)) => Some(Self(Some(CycleId::new(cycle)?), QuestionId::new(question)?)),
        None => Some(Self(None, QuestionId::new(text)?)),
    }, "the id of a question";
    /// `rubrics/ic`.
    PublicKey(String, TrackId) = |text| {
        let (rubric, track) = text.rsplit_once('/')?;
        Some(Self(rubric.to_owned(), TrackId::new(track)?))
    }, "the directory of a track";
    /// `people/ada/log.toml#2026-03-01`.
    ReadersKey(String, Option<String>) = |text| match text.split_once('#') {
        Some((path, part)) => Some(Self(path.to_owned(), Some(part.to_owned()))),
        None => Some(Self(text.to_owned(), None)),
    }, "a path";
    /// `people/ada/2026-h1/files/graph.png`.
    AttachmentKey(String) = |text| Spot::at(text).map(|_| Self(text.to_owned())),
        "the path of an attachment";
    /// `review.md`, or `self.md#growth`.
    LinkingText(String) = |text| is_linking(text).then(|| Self(text.to_owned())),
        "a text that may link to attachments";
    /// A word for an audience, or somebody's id.
    Token(ReaderToken) = |text| match AUDIENCES.iter().find(|(_, word)| *word == text) {
        Some((audience, _)) => Some(Self(ReaderToken::Audience(*audience))),
        None => PersonId::new(text).map(|id| Self(ReaderToken::Person(id))),
    }, "an audience or the id of a person";
    /// A fingerprint, and its last day.
    WrittenKey(String, Option<Date>) = |text| match text.split_once(" until ") {
        Some((key, until)) => Some(Self(key.to_owned(), Some(date(until)?))),
        None => (!text.contains(' ')).then(|| Self(text.to_owned(), None)),
    }, "the fingerprint of a key";
    /// `grace`, `2026-03-01 grace`, `2026-03-01 -`.
    WrittenSince(Option<Date>, Option<PersonId>) = |text| {
        let (from, manager) = match text.split_once(' ') {
            Some((from, manager)) => (Some(date(from)?), manager),
            None => (None, text),
        };
        let manager = match manager {
            NOBODY => None,
            manager => Some(PersonId::new(manager)?),
        };
        Some(Self(from, manager))
    }, "a manager, or the day from which there is one";
    /// `chain`, `person`, `anonymous`.
    Policy(PolicyWord) = |text| {
        let found = PEER_FEEDBACK.iter().position(|(_, word)| *word == text);
        found.map(|at| Self(PolicyWord(at)))
    }, "`chain`, `person` or `anonymous`";
    /// `self`, `peer`, `manager`, `response`.
    Asked(QuestionFor) = |text| {
        let found = ASKED.iter().find(|(_, word)| *word == text);
        found.map(|(asked, _)| Self(*asked))
    }, "`self`, `peer`, `manager` or `response`";
}

/// A position in [`PEER_FEEDBACK`].
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct PolicyWord(usize);

/// An id of any kind.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Id<T>(T);

macro_rules! ids {
    ($($id:ident)*) => {$(
        impl<'de> Deserialize<'de> for Id<$id> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let wrong = || serde::de::Error::custom(format!("`{text}` is not an id"));
                $id::new(&text).map(Id).ok_or_else(wrong)
            }
        }
    )*};
}

ids! { PersonId CycleId TrackId }

fn date(text: &str) -> Option<Date> {
    text.parse().ok()
}

fn day(day: Datetime) -> Option<Date> {
    date(&day.date?.to_string())
}

impl Written {
    fn into_lock(self) -> Lock {
        let cycles = self.cycle.into_iter();
        let questions = self.question.into_iter();
        let asked = self.asked.into_iter();
        let headings = self.heading.into_iter();
        let public = self.public.into_iter();
        let lines = self.readers.into_iter();
        let attachments = self.attachments.into_iter();
        let people = self.people.into_iter();
        let Policy(PolicyWord(policy)) = self.access.peer_feedback;
        Lock {
            chain: match self.access.chain {
                Reach::Steps(steps) => ChainReach::Steps(steps),
                Reach::All(All::All) => ChainReach::All,
            },
            peer_feedback: PEER_FEEDBACK[policy].0,
            hr: self.access.hr.into_iter().map(|Id(id)| id).collect(),
            cycles: cycles
                .map(|(Id(id), Span(start, end))| (id, (start, end)))
                .collect(),
            questions: questions
                .map(|(QuestionKey(cycle, id), tokens)| ((cycle, id), readers(tokens)))
                .collect(),
            asked: asked
                .map(|(QuestionKey(cycle, id), Asked(asked))| ((cycle, id), asked))
                .collect(),
            headings: headings
                .map(|(QuestionKey(cycle, id), title)| ((cycle, id), title))
                .collect(),
            public: public
                .map(|(PublicKey(rubric, track), extends)| {
                    let extends = extends.into_iter().map(|Id(id)| id);
                    ((rubric, track), extends.collect())
                })
                .collect(),
            readers: lines
                .map(|(ReadersKey(path, part), kept)| (ReadersAt { path, part }, kept.into_kept()))
                .collect(),
            attachments: attachments
                .map(|(AttachmentKey(path), texts)| {
                    let texts = texts.into_iter().map(|LinkingText(text)| text);
                    (path, texts.collect())
                })
                .collect(),
            people: people
                .map(|(Id(id), standing)| (id, standing.into_standing()))
                .collect(),
        }
    }
}

fn readers(tokens: Vec<Token>) -> Readers {
    tokens.into_iter().map(|Token(token)| token).collect()
}

impl WrittenKept {
    fn into_kept(self) -> Kept {
        match self {
            Self::File(tokens) => Kept::File(readers(tokens)),
            Self::Parts(parts) => {
                let parts = parts.into_iter();
                let parts = parts.map(|(text, tokens)| (text, readers(tokens)));
                Kept::Parts(parts.collect())
            }
        }
    }
}

impl WrittenStanding {
    fn into_standing(self) -> Standing {
        let managers = self.managers.into_iter();
        let mut managers: Vec<Since> = managers
            .map(|WrittenSince(from, manager)| Since { from, manager })
            .collect();
        managers.sort_by_key(|since| since.from);
        Standing {
            keys: self.keys.into_iter().map(|key| (key.0, key.1)).collect(),
            managers,
            end: self.end.and_then(day),
        }
    }
}
