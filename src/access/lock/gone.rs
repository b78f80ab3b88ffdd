//! Restrictions that were accepted, and whose names are in the tree no more.
//!
//! A `readers` line hangs on a name: the path of a file, the day of a log's entry, the title of a level's section, the id
//! of a question. Where the name is gone, the text may be under another one, reworded, and nothing keeps it any more; whether
//! it is, no fact of the lock can tell. So a line that kept something from somebody never goes silently. What passes is
//! what cannot be a renaming: a person who is gone while nobody is new, and a pinned rubric that nothing takes the place of.

use std::collections::BTreeSet;

use super::difference::{Comparison, names};
use super::facts::{self, Section};
use super::written::in_words;
use super::{Lock, Readers};
use crate::access::audience::{Audiences, People};
use crate::model::*;

impl Comparison<'_> {
    /// What was kept, and from whom, under a name that is gone; nothing where the name is there, nobody was kept out, or
    /// nothing can stand in its place.
    pub(super) fn gone(&self, cause: &Cause, today: Date) -> Option<String> {
        match cause {
            Cause::Readers(at) => self.readers_gone(at, today),
            Cause::Question(cycle, question) => {
                let moved = || self.answers_moved(cycle.as_ref()?, question);
                self.question_gone(cycle.as_ref(), question).or_else(moved)
            }
            Cause::Attachment(path, None) => self.attachment_gone(path),
            _ => None,
        }
    }

    fn readers_gone(&self, at: &ReadersAt, today: Date) -> Option<String> {
        let kept = &self.accepted.readers.get(at)?.tightest();
        if self.present.readers.contains_key(at) || facts::is_there(self.org, at) {
            return None;
        }
        let from = match Section::at(at) {
            Some(section) => self.section_gone(&section, kept)?,
            None => self.text_gone(at, kept, today)?,
        };
        if let Some(like) = self.like_in_its_place(at, kept) {
            return Some(format!(
                "`{at}` is gone, which was for {}; `{like}`, which is new in that file, is for them too, and whether it is the same text the lock cannot tell",
                in_words(kept)
            ));
        }
        Some(format!(
            "`{at}` is gone, and with it the `readers` line that kept it for {}{from}",
            in_words(kept)
        ))
    }

    /// The title of a section in the same file that the lock does not know, and that is kept as one was that is gone: that
    /// one under another name, it may be. No more of them count than are gone.
    fn like_in_its_place(&self, at: &ReadersAt, kept: &Readers) -> Option<&str> {
        Section::at(at)?;
        let only_in = |lock: &Lock, other: &Lock| {
            let lines = lock.readers.iter();
            let lines =
                lines.filter(|(known, like)| known.path == at.path && like.tightest() == *kept);
            let lines = lines.filter(|(known, _)| !other.readers.contains_key(*known));
            lines.map(|(known, _)| known.clone()).collect::<Vec<_>>()
        };
        let gone = only_in(self.accepted, self.present);
        let place = gone.iter().position(|gone| gone == at)?;
        let new = only_in(self.present, self.accepted);
        let like = new.get(place)?;
        let (like, _) = self.present.readers.get_key_value(like)?;
        like.part.as_deref()
    }

    /// From whom a section was kept, as the end of a sentence.
    fn section_gone(&self, section: &Section, kept: &Readers) -> Option<String> {
        let is_kept = *kept == facts::managers_alone();
        (is_kept && self.may_live_on(section))
            .then(|| format!(", from {}", self.readers_of_rubric(section)))
    }

    /// Whether a section may stand elsewhere: in the rubric that it stood in, in one that the lock does not know, or open
    /// under its own name in another.
    fn may_live_on(&self, section: &Section) -> bool {
        let known = directories(self.accepted);
        let mut rubrics = facts::rubrics(self.org).map(|(directory, _)| directory);
        let is_suspect = |directory: &str| {
            directory == section.directory || {
                directory != facts::RUBRICS && !known.contains(directory)
            }
        };
        rubrics.any(is_suspect) || facts::is_open_anywhere(self.org, section)
    }

    /// Whoever reads a rubric's open sections, in words.
    pub(super) fn readers_of_rubric(&self, section: &Section) -> &'static str {
        let of_track = |(directory, track): &(String, TrackId)| {
            *directory == section.directory && track.as_str() == section.track
        };
        match self.present.public.keys().any(of_track) {
            true => "anyone who can reach the site",
            false => "everyone who reads the rubric",
        }
    }

    /// From whom a text about somebody was kept, as the end of a sentence.
    fn text_gone(&self, at: &ReadersAt, kept: &Readers, today: Date) -> Option<String> {
        let default = self.widest(&at.path);
        if !narrows(kept, &default) {
            return None;
        }
        let subject = subject_of(&at.path).filter(|id| self.org.people.contains_key(id));
        let Some(subject) = subject else {
            return self.has_newcomers().then(String::new);
        };
        let audiences = Audiences::new(self.org, today);
        let named = |readers: &Readers| {
            let tokens: Vec<ReaderToken> = readers.iter().cloned().collect();
            audiences.named(&tokens, &subject, today)
        };
        let out: People = named(&default).difference(&named(kept)).cloned().collect();
        Some(match out.is_empty() {
            true => String::new(),
            false => format!(", from {}", names(&out)),
        })
    }

    /// Whether somebody is there whom the lock does not know: who is gone may be there under another id.
    pub(super) fn has_newcomers(&self) -> bool {
        let mut people = self.present.people.keys();
        people.any(|id| !self.accepted.people.contains_key(id))
    }

    /// Everybody whom the rules can let read a file that says nothing of it, on whatever day.
    fn widest(&self, path: &str) -> Readers {
        use Audience::{Chain, Hr, Person};
        let name = path.rsplit('/').next().unwrap_or_default();
        let policies = [self.accepted.peer_feedback, self.present.peer_feedback];
        let for_chain = policies.iter().all(|p| *p == PeerFeedbackPolicy::Chain);
        let audiences: &[Audience] = match name {
            _ if path.starts_with("management/") => &[Chain, Hr],
            "pip.toml" => &[Person, Hr],
            _ if name.starts_with("peer-") && for_chain => &[Chain],
            _ => &[Person],
        };
        let tokens = audiences.iter().copied().map(ReaderToken::Audience);
        tokens.collect()
    }

    fn question_gone(&self, cycle: Option<&CycleId>, question: &QuestionId) -> Option<String> {
        let key = (cycle.cloned(), question.clone());
        let kept = self.accepted.questions.get(&key)?;
        let asked = match cycle {
            Some(cycle) => self
                .org
                .cycle(cycle)
                .map(|cycle| cycle.questions.as_slice()),
            None => Some(self.org.questions.as_slice()),
        };
        let mut asked = asked.unwrap_or_default().iter();
        if asked.any(|asked| asked.id == *question) || !narrows(kept, &self.of_answers(cycle)) {
            return None;
        }
        let of_cycle = cycle
            .map(|cycle| format!(" of {cycle}"))
            .unwrap_or_default();
        Some(format!(
            "the question `{question}`{of_cycle} is gone, and with it the `readers` line that kept its answers for {}",
            in_words(kept)
        ))
    }

    /// Everybody whom the files that hold the answers may be read by; what kind of file that was, the lock does not say.
    pub(super) fn of_answers(&self, cycle: Option<&CycleId>) -> Readers {
        let mut readers = Readers::from([ReaderToken::Audience(Audience::Person)]);
        let Some(cycle) = cycle else {
            return readers;
        };
        let lines = self.accepted.readers.iter().chain(&self.present.readers);
        let of_cycle = |at: &ReadersAt| {
            let mut parts = at.path.split('/');
            parts.next() == Some("people") && parts.nth(1) == Some(cycle.as_str())
        };
        let lines = lines.filter(|(at, _)| at.path.ends_with(".md") && of_cycle(at));
        readers.extend(lines.flat_map(|(_, kept)| kept.tightest()));
        readers
    }
}

/// Names of texts in words.
pub(super) fn names_of_texts(texts: &BTreeSet<Linking>) -> String {
    let names: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
    names.join(", ")
}

/// Whom a file is about, by its path.
pub(super) fn subject_of(path: &str) -> Option<PersonId> {
    let mut parts = path.split('/');
    PersonId::new(match parts.next()? {
        "people" => parts.next()?,
        _ => parts.next_back()?.strip_suffix(".toml")?,
    })
}

/// Whether a list of readers may keep out somebody whom the default lets in.
pub(super) fn narrows(readers: &Readers, default: &Readers) -> bool {
    let is_in = |token: &ReaderToken| readers.iter().any(|known| covers(known, token));
    !default.iter().all(is_in)
}

/// Whether everyone whom `token` can ever name is among those whom `known` names.
pub(super) fn covers(known: &ReaderToken, token: &ReaderToken) -> bool {
    use Audience::{Chain, Org, Pair, Person, Public};
    match (known, token) {
        (ReaderToken::Audience(Org | Public), _) => true,
        (ReaderToken::Audience(Person), ReaderToken::Audience(Chain | Pair)) => true,
        (known, token) => known == token,
    }
}

/// The directories of the rubrics that a lock says something of.
fn directories(lock: &Lock) -> BTreeSet<String> {
    let of_sections = lock.readers.keys().filter_map(Section::at);
    let of_sections = of_sections.map(|section| section.directory);
    let of_tracks = lock.public.keys().map(|(directory, _)| directory.clone());
    of_sections.chain(of_tracks).collect()
}
