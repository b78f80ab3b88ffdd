//! Attachments that not everyone reads who reads what is about their subject.
//!
//! An attachment is read by whoever reads a text that links to it. No line says so: the link is the cause. So the lock
//! knows which texts linked to a file that restricted texts alone linked to, and a text beyond those is a cause by which
//! somebody may gain the file.
//!
//! A file is known by its path: what other path leads to it is for `source` to refuse or to follow.

use std::collections::{BTreeMap, BTreeSet};

use super::Lock;
use super::difference::Comparison;
use super::gone::{names_of_texts, narrows};
use super::rights::feedbacks;
use crate::access::artefact::{FeedbackFile, restricted_questions};
use crate::model::*;

/// The texts that link to each attachment, by its path.
pub(super) type Links = BTreeMap<String, BTreeSet<Linking>>;

/// Where an attachment is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub subject: PersonId,
    pub cycle: CycleId,
    pub name: String,
}

impl Spot {
    /// The attachment of a path; nothing for what is none.
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

    /// The files that somebody has in its cycle.
    fn files<'o>(&self, org: &'o Organisation) -> Option<&'o PersonCycle> {
        org.people.get(&self.subject)?.cycles.get(&self.cycle)
    }

    /// Whether it is in the tree.
    fn is_there(&self, org: &Organisation) -> bool {
        let files = self.files(org);
        files.is_some_and(|files| files.files.contains_key(&self.name))
    }
}

fn path(subject: &PersonId, cycle: &CycleId, name: &str) -> String {
    format!("people/{subject}/{cycle}/files/{name}")
}

/// The attachments of some people that restricted texts alone link to.
pub(super) fn restricted<'p>(
    org: &Organisation,
    people: impl Iterator<Item = &'p PersonId>,
) -> Links {
    let people = people.filter_map(|id| org.people.get(id));
    let cycles = people.flat_map(|person| {
        let cycles = person.cycles.iter();
        cycles.map(|(cycle, files)| (&person.id, cycle, files))
    });
    let links = cycles.flat_map(|(subject, cycle, files)| {
        let mut links = links(org, subject, cycle, files);
        links.retain(|_, texts| {
            texts
                .iter()
                .all(|text| is_restricted(org, cycle, files, text))
        });
        links
    });
    links.collect()
}

/// Which texts, drafts too, link to each attachment of a cycle.
fn links(org: &Organisation, subject: &PersonId, cycle: &CycleId, files: &PersonCycle) -> Links {
    let mut links = Links::new();
    if files.files.is_empty() {
        return links;
    }
    let own: BTreeSet<&QuestionId> = restricted_questions(org, cycle).map(|q| &q.id).collect();
    for (file, feedback) in feedbacks(cycle, files) {
        for answer in &feedback.answers {
            let text = match &answer.to {
                AnswerTo::Question(id) if own.contains(id) => format!("{}#{id}", file.name()),
                _ => file.name(),
            };
            let linked = answer.linked_files();
            for name in files.files.keys().filter(|name| linked.holds(name)) {
                let texts = links.entry(path(subject, cycle, name)).or_default();
                texts.insert(text.clone());
            }
        }
    }
    links
}

/// Whether a text may be for fewer people than those who read what is about its subject, whatever it says of itself.
fn is_restricted(org: &Organisation, cycle: &CycleId, files: &PersonCycle, text: &str) -> bool {
    let default = super::Readers::from([ReaderToken::Audience(Audience::Person)]);
    let keeps = |readers: &[ReaderToken]| narrows(&readers.iter().cloned().collect(), &default);
    let (name, question) = parted(text);
    let of_question = || {
        let mut asked = restricted_questions(org, cycle);
        let asked = asked.find(|asked| Some(asked.id.as_str()) == question);
        asked.and_then(|asked| asked.readers.as_deref())
    };
    let file = FeedbackFile::named(cycle, name);
    match file {
        Some(FeedbackFile::Review(_) | FeedbackFile::Peer(..)) => true,
        _ => {
            let mut all = feedbacks(cycle, files);
            let of_file = all.find(|(known, _)| Some(known) == file.as_ref());
            let of_file = of_file.and_then(|(_, feedback)| feedback.readers.as_deref());
            of_question().or(of_file).is_some_and(keeps)
        }
    }
}

/// The file of a text, and its question.
fn parted(text: &str) -> (&str, Option<&str>) {
    match text.split_once('#') {
        Some((file, question)) => (file, Some(question)),
        None => (text, None),
    }
}

/// Whether a lock may name such a text.
pub(super) fn is_linking(text: &str) -> bool {
    let (file, question) = parted(text);
    // The cycle is part of no name.
    let cycle = CycleId::new("any");
    let is_file = cycle.and_then(|cycle| FeedbackFile::named(&cycle, file));
    is_file.is_some() && question.is_none_or(|question| QuestionId::new(question).is_some())
}

/// The piece that a text is, where it has readers of its own; or else the file that it is a part of.
pub(super) fn pieces_of(cycle: &CycleId, text: &str) -> Option<(FeedbackFile, Option<QuestionId>)> {
    let (file, question) = parted(text);
    Some((
        FeedbackFile::named(cycle, file)?,
        question.and_then(QuestionId::new),
    ))
}

/// Today's links to the attachments that a lock records.
pub(super) fn present(accepted: &Lock, org: &Organisation) -> Links {
    let spots = accepted
        .attachments
        .keys()
        .filter_map(|path| Spot::at(path));
    let cycles: BTreeSet<_> = spots.map(|spot| (spot.subject, spot.cycle)).collect();
    let found = cycles.iter().flat_map(|(subject, cycle)| {
        let files = org.people.get(subject);
        let files = files.and_then(|person| person.cycles.get(cycle));
        files.map(|files| links(org, subject, cycle, files))
    });
    let known = |(path, _): &(String, _)| accepted.attachments.contains_key(path);
    found.flatten().filter(known).collect()
}

/// The links by which two locks differ.
pub(super) fn differing(accepted: &Lock, now: &Lock, org: &Organisation) -> BTreeSet<Cause> {
    let mut causes = BTreeSet::new();
    let present = present(accepted, org);
    let nothing = BTreeSet::new();
    for (path, before) in &accepted.attachments {
        let now = present.get(path).unwrap_or(&nothing);
        let new = now.difference(before);
        causes.extend(new.map(|text| Cause::Attachment(path.clone(), Some(text.clone()))));
        let is_less = !before.is_subset(now) || !is_there(org, path);
        causes.extend(is_less.then(|| Cause::Attachment(path.clone(), None)));
    }
    let new = now.attachments.keys();
    let new = new.filter(|path| !accepted.attachments.contains_key(*path));
    causes.extend(new.map(|path| Cause::Attachment(path.clone(), None)));
    causes
}

fn is_there(org: &Organisation, path: &str) -> bool {
    Spot::at(path).is_some_and(|spot| spot.is_there(org))
}

impl Comparison<'_> {
    /// That an attachment which restricted texts alone linked to is gone: it may be there under another name.
    pub(super) fn attachment_gone(&self, path: &str) -> Option<String> {
        let texts = self.accepted.attachments.get(path)?;
        let spot = Spot::at(path)?;
        let may_live_on = self.org.people.contains_key(&spot.subject) || self.has_newcomers();
        (may_live_on && !spot.is_there(self.org)).then(|| {
            format!(
                "`{path}` is gone, to which {} alone linked: under another name nothing keeps it",
                names_of_texts(texts)
            )
        })
    }
}
