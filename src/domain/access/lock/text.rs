//! The text of `access.lock`: its writer and its reader.
//!
//! It is TOML with one fact a line, sorted, so that two branches that change different facts merge by themselves, and the
//! same facts always give the same bytes. What was read is written again as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use toml::value::Datetime;

use super::attachments::{Spot, text_of};
use super::{Kept, Linked, Lock, PersonFacts, QuestionAt, RULES, Readers, Since};
use crate::domain::model::*;

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

/// Stands for nobody; it is no id.
const NOBODY: &str = "-";

/// Why a text is no lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Lower-case, no full stop.
    pub message: String,
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What to do about it.
    pub help: String,
}

/// What a line says of its fact, as TOML holds it.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Value {
    Number(u32),
    Text(String),
    List(Vec<String>),
    /// Lists by the fingerprint of a text or file.
    Known(BTreeMap<String, Vec<String>>),
    #[serde(skip)]
    Day(Date),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |words: &[String]| {
            let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            format!("[{}]", words.join(", "))
        };
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Day(day) => write!(f, "{day}"),
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::List(words) => f.write_str(&list(words)),
            Self::Known(known) => {
                let known = known.iter();
                let known: Vec<String> = known
                    .map(|(text, words)| format!("{text} = {}", list(words)))
                    .collect();
                write!(f, "{{ {} }}", known.join(", "))
            }
        }
    }
}

impl Value {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Each word of a list, read.
    fn list<T, C: FromIterator<T>>(&self, read: impl Fn(&str) -> Option<T>) -> Option<C> {
        match self {
            Self::List(words) => words.iter().map(|word| read(word)).collect(),
            _ => None,
        }
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HEADER}\nrules = {RULES}\n\n[access]\n")?;
        let chain = match self.chain {
            ChainReach::All => Value::Text("all".into()),
            ChainReach::Steps(steps) => Value::Number(steps),
        };
        let policy = quoted(word(&PEER_FEEDBACK, self.peer_feedback));
        writeln!(f, "chain = {chain}\npeer_feedback = {policy}\nhr = [")?;
        self.hr
            .iter()
            .try_for_each(|id| writeln!(f, "  {},", quoted(id.as_str())))?;
        writeln!(f, "]")?;
        let text = |text: &str| Value::Text(text.to_owned());
        table(f, "cycle", &self.cycles, |id, (start, end)| {
            (id.to_string(), Value::Text(format!("{start} to {end}")))
        })?;
        table(f, "question", &self.questions, |at, readers| {
            (question_key(at), words(readers))
        })?;
        table(f, "asked", &self.asked, |at, asked| {
            (question_key(at), text(word(&ASKED, *asked)))
        })?;
        table(f, "heading", &self.headings, |at, title| {
            (question_key(at), text(title))
        })?;
        table(f, "public", &self.public, |(rubric, track), extends| {
            let extends = extends.iter().map(TrackId::to_string).collect();
            (quoted(&format!("{rubric}/{track}")), Value::List(extends))
        })?;
        table(f, "readers", &self.readers, |at, kept| {
            (quoted(&at.to_string()), kept.value())
        })?;
        table(f, "attachments", &self.attachments, |path, linked| {
            let texts: Vec<String> = linked.texts.iter().cloned().collect();
            let value = if linked.content.is_empty() {
                Value::List(texts)
            } else {
                Value::Known(BTreeMap::from([(linked.content.clone(), texts)]))
            };
            (quoted(path), value)
        })?;
        let people = self.people.iter().flat_map(|(id, facts)| facts.lines(id));
        table(
            f,
            "people",
            people
                .collect::<Vec<_>>()
                .iter()
                .map(|(key, value)| (key, value)),
            |key, value| (key.clone(), value.clone()),
        )
    }
}

/// A table with a line for each fact; nothing if there are none.
fn table<'m, K: 'm, V: 'm>(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    facts: impl IntoIterator<Item = (&'m K, &'m V)>,
    line: impl Fn(&'m K, &'m V) -> (String, Value),
) -> fmt::Result {
    let mut facts = facts.into_iter().peekable();
    if facts.peek().is_some() {
        writeln!(f, "\n[{name}]")?;
    }
    facts.try_for_each(|(key, value)| {
        let (key, value) = line(key, value);
        writeln!(f, "{key} = {value}")
    })
}

fn word<T: PartialEq>(all: &[(T, &'static str)], wanted: T) -> &'static str {
    let mut all = all.iter();
    all.find(|(known, _)| *known == wanted)
        .map_or("", |(_, word)| word)
}

fn meant<T: Copy>(all: &[(T, &str)], word: &str) -> Option<T> {
    let mut all = all.iter();
    all.find(|(_, known)| *known == word)
        .map(|(meant, _)| *meant)
}

fn question_key((cycle, question): &QuestionAt) -> String {
    match cycle {
        Some(cycle) => quoted(&format!("{cycle}/{question}")),
        None => question.to_string(),
    }
}

impl Kept {
    fn value(&self) -> Value {
        let list = |readers: &Readers| readers.iter().map(token_word).collect();
        match self {
            Self::File(readers) => Value::List(list(readers)),
            Self::Parts(parts) => {
                let parts = parts
                    .iter()
                    .map(|(text, readers)| (text.clone(), list(readers)));
                Value::Known(parts.collect())
            }
        }
    }

    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Known(parts) => {
                let readers = |words: &Vec<String>| -> Option<Readers> {
                    words.iter().map(|word| token(word)).collect()
                };
                let parts = parts
                    .iter()
                    .map(|(text, words)| Some((text.clone(), readers(words)?)));
                Some(Self::Parts(parts.collect::<Option<_>>()?))
            }
            list => Some(Self::File(list.list(token)?)),
        }
    }
}

impl PersonFacts {
    /// A line, or two, or for somebody who leaves three.
    fn lines(&self, id: &PersonId) -> Vec<(String, Value)> {
        let keys = self.keys.iter().map(|(key, until)| match until {
            Some(until) => format!("{key} until {until}"),
            None => key.clone(),
        });
        let managers = self
            .managers
            .iter()
            .map(Since::to_string)
            .collect::<Vec<_>>();
        let managers = (!managers.is_empty()).then_some(Value::List(managers));
        let lines = [
            ("end", self.end.map(Value::Day)),
            ("keys", Some(Value::List(keys.collect()))),
            ("managers", managers),
        ];
        let lines = lines.into_iter();
        lines
            .filter_map(|(key, value)| Some((format!("{id}.{key}"), value?)))
            .collect()
    }
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(from) = self.from {
            write!(f, "{from} ")?;
        }
        f.write_str(self.manager.as_ref().map_or(NOBODY, PersonId::as_str))
    }
}

fn token_word(token: &ReaderToken) -> String {
    match token {
        ReaderToken::Person(id) => id.to_string(),
        ReaderToken::Audience(audience) => word(&AUDIENCES, *audience).to_owned(),
    }
}

fn token(word: &str) -> Option<ReaderToken> {
    let audience = meant(&AUDIENCES, word).map(ReaderToken::Audience);
    audience.or_else(|| PersonId::new(word).map(ReaderToken::Person))
}

fn words(readers: &Readers) -> Value {
    Value::List(readers.iter().map(token_word).collect())
}

/// The readers of a line for people to read, each in backticks.
pub(super) fn in_words(readers: &Readers) -> String {
    let words: Vec<String> = readers
        .iter()
        .map(|token| format!("`{}`", token_word(token)))
        .collect();
    if words.is_empty() {
        return "nobody".to_owned();
    }
    words.join(", ")
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

/// The line of a lock's text that records a `readers` line of the tree, or an attachment; `None` for other facts, and if
/// there is none.
pub fn line_of(text: &str, fact: &AccessFact) -> Option<Range<usize>> {
    let key = match fact {
        AccessFact::Readers(at) => quoted(&at.to_string()),
        AccessFact::Question(cycle, question) => question_key(&(cycle.clone(), question.clone())),
        AccessFact::Attachment(path, _) => quoted(path),
        _ => return None,
    };
    line_with(text, &key)
}

fn line_with(text: &str, key: &str) -> Option<Range<usize>> {
    let begins = format!("\n{key} = ");
    let start = text.find(&begins)? + 1;
    let line = text[start..].lines().next().unwrap_or_default();
    Some(start..start + line.len())
}

/// What git leaves where both sides of a merge changed the same lines.
const MERGE_MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

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
        written.read().map_err(|(key, message)| Mistake {
            message,
            span: line_with(text, &key)
                .or_else(|| line_with(text, &quoted(&key)))
                .unwrap_or(0..0),
            help: HELP.into(),
        })
    }
}

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
            "read `gradus access`, then `gradus access --accept --new` accepts the tree under the new rules",
        ),
    };
    Err(Mistake {
        message,
        span: written.rules.span(),
        help: help.into(),
    })
}

const HELP: &str = "the lock is written by `gradus access --accept`: take it back from git";

fn mistake(text: &str, error: &toml::de::Error) -> Mistake {
    let span = error.span().unwrap_or(text.len()..text.len());
    let start = text.floor_char_boundary(span.start);
    Mistake {
        message: error.message().trim_end().replace('\n', ", "),
        span: start..text.ceil_char_boundary(span.end.max(start)),
        help: HELP.into(),
    }
}

type Table = BTreeMap<String, Value>;

/// The file as TOML holds it. Whatever is not understood is refused: a fact that is overlooked would be a fact that
/// nobody accepted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "rules")]
    _rules: i64,
    access: WrittenAccess,
    #[serde(default)]
    cycle: Table,
    #[serde(default)]
    question: Table,
    #[serde(default)]
    asked: Table,
    #[serde(default)]
    heading: Table,
    #[serde(default)]
    public: Table,
    #[serde(default)]
    readers: Table,
    #[serde(default)]
    attachments: Table,
    #[serde(default)]
    people: BTreeMap<String, WrittenPerson>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAccess {
    chain: Value,
    peer_feedback: Value,
    hr: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPerson {
    keys: Value,
    managers: Option<Value>,
    end: Option<Datetime>,
}

/// The key of a line that is not understood, and why.
type Wrong = (String, String);

/// What a line ought to be.
fn ought<T>(key: &str, read: Option<T>, ought: &str) -> Result<T, Wrong> {
    read.ok_or_else(|| (key.to_owned(), format!("this is not {ought}")))
}

/// Reads each line of a table.
fn lines<K: Ord, V>(
    table: &Table,
    what: &str,
    line: impl Fn(&str, &Value) -> Option<(K, V)>,
) -> Result<BTreeMap<K, V>, Wrong> {
    let lines = table.iter();
    lines
        .map(|(key, value)| ought(key, line(key, value), what))
        .collect()
}

impl Written {
    fn read(&self) -> Result<Lock, Wrong> {
        let Self { access, .. } = self;
        let chain = match &access.chain {
            Value::Number(steps) => Some(ChainReach::Steps(*steps)),
            chain => (chain.text() == Some("all")).then_some(ChainReach::All),
        };
        let policy = access.peer_feedback.text();
        let policy = policy.and_then(|word| meant(&PEER_FEEDBACK, word));
        let question = "a question with who answers it, and how";
        let people = self.people.iter();
        let people = people.map(|(id, facts)| {
            let key = format!("{id}.keys");
            let id = ought(&key, PersonId::new(id), "a line of a person")?;
            Ok((id.clone(), facts.read(&id)?))
        });
        Ok(Lock {
            chain: ought("chain", chain, "`all` or a number")?,
            peer_feedback: ought("peer_feedback", policy, "`chain`, `person` or `anonymous`")?,
            hr: ought("hr", access.hr.list(PersonId::new), "a list of people")?,
            cycles: lines(
                &self.cycle,
                "the first and the last day of a cycle",
                |id, days| {
                    let (start, end) = days.text()?.split_once(" to ")?;
                    Some((CycleId::new(id)?, (date(start)?, date(end)?)))
                },
            )?,
            questions: lines(&self.question, question, |at, readers| {
                Some((question_at(at)?, readers.list(token)?))
            })?,
            asked: lines(&self.asked, question, |at, asked| {
                Some((question_at(at)?, meant(&ASKED, asked.text()?)?))
            })?,
            headings: lines(&self.heading, question, |at, title| {
                Some((question_at(at)?, title.text()?.to_owned()))
            })?,
            public: lines(
                &self.public,
                "a track with what it extends",
                |at, extends| {
                    let (rubric, track) = at.rsplit_once('/')?;
                    Some((
                        (rubric.to_owned(), TrackId::new(track)?),
                        extends.list(TrackId::new)?,
                    ))
                },
            )?,
            readers: lines(&self.readers, "a path with readers", |at, kept| {
                let (path, part) = match at.split_once('#') {
                    Some((path, part)) => (path, Some(part.to_owned())),
                    None => (at, None),
                };
                let path = path.to_owned();
                Some((ReadersAt { path, part }, Kept::read(kept)?))
            })?,
            attachments: lines(
                &self.attachments,
                "an attachment with the texts that link to it",
                |path, linked| {
                    Spot::at(path)?;
                    Some((path.to_owned(), Linked::read(linked)?))
                },
            )?,
            people: people.collect::<Result<_, Wrong>>()?,
        })
    }
}

impl Linked {
    fn read(value: &Value) -> Option<Self> {
        // The cycle is part of no name.
        let any = CycleId::new("any")?;
        let text = |word: &str| text_of(&any, word).map(|_| word.to_owned());
        let texts = |words: &[String]| -> Option<BTreeSet<Linking>> {
            words.iter().map(|word| text(word)).collect()
        };
        match value {
            Value::List(words) => Some(Self {
                content: String::new(),
                texts: texts(words)?,
            }),
            Value::Known(known) if known.len() == 1 => {
                let (content, words) = known.first_key_value()?;
                Some(Self {
                    content: content.clone(),
                    texts: texts(words)?,
                })
            }
            _ => None,
        }
    }
}

impl WrittenPerson {
    fn read(&self, id: &PersonId) -> Result<PersonFacts, Wrong> {
        let key = |word: &str| match word.split_once(" until ") {
            Some((key, until)) => Some((key.to_owned(), Some(date(until)?))),
            None => (!word.contains(' ')).then(|| (word.to_owned(), None)),
        };
        let managers = self
            .managers
            .as_ref()
            .map_or(Some(Vec::new()), |list| list.list(since));
        let managers = ought(&format!("{id}.managers"), managers, "a list of managers")?;
        let end = self.end.map(|end| date(&end.date?.to_string()));
        let mut facts = PersonFacts {
            keys: ought(
                &format!("{id}.keys"),
                self.keys.list(key),
                "a list of fingerprints",
            )?,
            managers,
            end: end
                .map(|end| ought(&format!("{id}.end"), end, "a day"))
                .transpose()?,
        };
        facts.managers.sort_by_key(|since| since.from);
        Ok(facts)
    }
}

/// `grace`, `2026-03-01 grace`, `2026-03-01 -`.
fn since(word: &str) -> Option<Since> {
    let (from, manager) = match word.split_once(' ') {
        Some((from, manager)) => (Some(date(from)?), manager),
        None => (None, word),
    };
    let manager = if manager == NOBODY {
        None
    } else {
        Some(PersonId::new(manager)?)
    };
    Some(Since { from, manager })
}

/// `growth`, or `2026-h1/growth`.
fn question_at(key: &str) -> Option<QuestionAt> {
    match key.split_once('/') {
        Some((cycle, question)) => Some((Some(CycleId::new(cycle)?), QuestionId::new(question)?)),
        None => Some((None, QuestionId::new(key)?)),
    }
}

fn date(text: &str) -> Option<Date> {
    text.parse().ok()
}
