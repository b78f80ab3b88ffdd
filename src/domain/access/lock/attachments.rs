//! Attachments that not everyone reads who reads what is about their subject.
//!
//! Who reads a text reads the attachments that it links to. No line says so: the link is the fact. So the lock
//! knows which texts linked to a file that restricted texts alone linked to, and by which content it is known. A text beyond
//! those that links to the path, or to the same content under another name, may give the file to more readers.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::kept::is_within;
use super::{Lock, Readers};
use crate::domain::access::resource::{FeedbackFile, feedbacks, restricted_questions};
use crate::domain::model::*;

/// What links to an attachment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Linked {
    /// A fingerprint of the file; empty if its content is open in the same folder, or was not recorded.
    pub content: String,
    /// The texts that link to it.
    pub texts: BTreeSet<Linking>,
}

/// Where an attachment is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub subject: PersonId,
    pub cycle: CycleId,
    pub name: String,
}

impl Spot {
    /// The attachment of a path; `None` if it is no attachment's.
    pub fn at(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.splitn(5, '/').collect();
        let ["people", subject, cycle, "files", name] = parts.as_slice() else {
            return None;
        };
        Some(Self {
            subject: PersonId::new(subject)?,
            cycle: CycleId::new(cycle)?,
            name: (*name).to_owned(),
        })
    }

    /// Whether it is in the tree.
    pub fn is_there(&self, org: &Organisation) -> bool {
        let cycles = org.people.get(&self.subject).map(|person| &person.cycles);
        let files = cycles.and_then(|cycles| cycles.get(&self.cycle));
        files.is_some_and(|files| files.files.contains_key(&self.name))
    }
}

/// The attachments that restricted texts alone link to.
pub(super) fn restricted(org: &Organisation) -> BTreeMap<String, Linked> {
    let people = org.people.values();
    let cycles = people.flat_map(|person| {
        person
            .cycles
            .iter()
            .map(|(id, files)| (&person.id, id, files))
    });
    let restricted = cycles.filter(|(.., files)| !files.files.is_empty());
    restricted
        .flat_map(|(subject, cycle, files)| in_folder(org, subject, cycle, files))
        .collect()
}

fn in_folder(
    org: &Organisation,
    subject: &PersonId,
    cycle: &CycleId,
    files: &PersonCycle,
) -> BTreeMap<String, Linked> {
    let links = links(org, cycle, files);
    let is_open = |texts: &BTreeSet<Linking>| {
        let mut texts = texts.iter();
        !texts.all(|text| is_restricted(org, cycle, files, text))
    };
    if links.values().all(is_open) {
        return BTreeMap::new();
    }
    let open = links.iter().filter(|(_, texts)| is_open(texts));
    let open: BTreeSet<String> = open.map(|(name, _)| content(&files.files[name])).collect();
    let kept = links.into_iter().filter(|(_, texts)| !is_open(texts));
    let kept = kept.map(|(name, texts)| {
        let content = Some(content(&files.files[&name])).filter(|content| !open.contains(content));
        let content = content.unwrap_or_default();
        (
            format!("people/{subject}/{cycle}/files/{name}"),
            Linked { content, texts },
        )
    });
    kept.collect()
}

fn content(attachment: &Attachment) -> String {
    fingerprint(&format!("{:x}", Sha256::digest(&attachment.bytes)))
}

/// Which texts, drafts too, link to each attachment of a cycle.
fn links(
    org: &Organisation,
    cycle: &CycleId,
    files: &PersonCycle,
) -> BTreeMap<String, BTreeSet<Linking>> {
    let mut links: BTreeMap<String, BTreeSet<Linking>> = BTreeMap::new();
    let own: BTreeSet<&QuestionId> = restricted_questions(org, cycle).map(|q| &q.id).collect();
    for (file, feedback) in feedbacks(cycle, files) {
        for answer in &feedback.answers {
            let text = match &answer.to {
                AnswerTo::Question(id) if own.contains(id) => format!("{}#{id}", file.name()),
                _ => file.name(),
            };
            let linked = answer.linked_files();
            for name in files.files.keys().filter(|name| linked.holds(name)) {
                links.entry(name.clone()).or_default().insert(text.clone());
            }
        }
    }
    links
}

/// Whether a text may be for fewer people than those who read what is about its subject, whatever it says of itself.
fn is_restricted(org: &Organisation, cycle: &CycleId, files: &PersonCycle, text: &str) -> bool {
    let Some((file, question)) = text_of(cycle, text) else {
        return false;
    };
    if matches!(file, FeedbackFile::Review(_) | FeedbackFile::Peer(..)) {
        return true;
    }
    let default = Readers::from([ReaderToken::Audience(Audience::Person)]);
    let keeps = |readers: &[ReaderToken]| !is_within(&default, &readers.iter().cloned().collect());
    let mut asked = restricted_questions(org, cycle);
    let asked = asked.find(|asked| Some(&asked.id) == question.as_ref());
    let mut all = feedbacks(cycle, files);
    let of_file = all.find(|(known, _)| *known == file);
    let of_file = of_file.and_then(|(_, feedback)| feedback.readers.as_deref());
    let readers = asked.and_then(|asked| asked.readers.as_deref()).or(of_file);
    readers.is_some_and(keeps)
}

/// The file of a text, and its question; `None` for what cannot link.
pub(super) fn text_of(cycle: &CycleId, text: &str) -> Option<(FeedbackFile, Option<QuestionId>)> {
    let (file, question) = match text.split_once('#') {
        Some((file, question)) => (file, Some(QuestionId::new(question)?)),
        None => (text, None),
    };
    Some((FeedbackFile::named(cycle, file)?, question))
}

/// A link that the lock does not know, to an attachment that it does.
pub(super) struct NewLink {
    pub spot: Spot,
    pub text: Linking,
    /// The texts of which the readers were accepted.
    pub accepted: BTreeSet<Linking>,
}

impl NewLink {
    pub fn fact(&self) -> AccessFact {
        let Spot {
            subject,
            cycle,
            name,
        } = &self.spot;
        let path = format!("people/{subject}/{cycle}/files/{name}");
        AccessFact::Attachment(path, Some(self.text.clone()))
    }
}

/// The links to recorded attachments, by their names or their contents, that a lock does not know.
pub(super) fn new_links(accepted: &Lock, org: &Organisation) -> Vec<NewLink> {
    let mut folders: BTreeMap<(PersonId, CycleId), Vec<(String, &Linked)>> = BTreeMap::new();
    for (path, linked) in &accepted.attachments {
        if let Some(Spot {
            subject,
            cycle,
            name,
        }) = Spot::at(path)
        {
            folders
                .entry((subject, cycle))
                .or_default()
                .push((name, linked));
        }
    }
    let mut new = Vec::new();
    for ((subject, cycle), recorded) in &folders {
        let person = org.people.get(subject);
        let Some(files) = person.and_then(|person| person.cycles.get(cycle)) else {
            continue;
        };
        for (name, texts) in links(org, cycle, files) {
            let content = content(&files.files[&name]);
            let by_name = recorded.iter().filter(|(known, _)| *known == name);
            let by_name = by_name.map(|(_, linked)| linked.texts.clone());
            let by_content = recorded
                .iter()
                .filter(|(_, linked)| linked.content == content);
            let by_content: Vec<_> = by_content.map(|(_, linked)| &linked.texts).collect();
            let by_content = (!by_content.is_empty())
                .then(|| by_content.into_iter().flatten().cloned().collect());
            for accepted in by_name.chain(by_content) {
                let unknown: Vec<_> = texts.difference(&accepted).cloned().collect();
                new.extend(unknown.into_iter().map(|text| NewLink {
                    spot: Spot {
                        subject: subject.clone(),
                        cycle: cycle.clone(),
                        name: name.clone(),
                    },
                    text,
                    accepted: accepted.clone(),
                }));
            }
        }
    }
    new
}
