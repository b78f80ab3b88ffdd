//! Causes by which nobody gains anything yet, and will: what is promised for texts that are not written, or not dated.
//!
//! Texts that are there are compared one by one. Plain pages, and policies for what is still to come, are compared by what
//! they say: where it is not plain that they say less, they say more.

use std::collections::BTreeSet;

use super::difference::{Comparison, Gain, Gained};
use super::facts::{self, Section};
use super::gone::{covers, subject_of};
use super::written::in_words;
use super::{Kept, Lock, Readers};
use crate::access::artefact::pieces;
use crate::access::audience::Audiences;
use crate::model::*;

/// What is promised to more people, through causes that brought nothing yet.
pub(super) fn loosened(comparison: &Comparison, felt: &BTreeSet<Cause>, today: Date) -> Vec<Gain> {
    let unfelt = comparison
        .causes
        .iter()
        .filter(|cause| !felt.contains(*cause));
    let promised = unfelt.filter_map(|cause| {
        let gone = || comparison.gone(cause, today);
        let sentence = comparison.promise(cause, today).or_else(gone)?;
        Some(Gain {
            cause: cause.clone(),
            from: None,
            what: Gained::Promised(sentence),
        })
    });
    promised.collect()
}

impl Comparison<'_> {
    fn promise(&self, cause: &Cause, today: Date) -> Option<String> {
        match cause {
            Cause::PeerFeedback => self.of_peers(),
            Cause::Question(cycle, question) => self.of_question(cycle.as_ref(), question),
            Cause::Cycle(cycle) => self.of_cycle(cycle),
            Cause::Readers(at) => self.of_readers(at, today),
            Cause::Public(rubric, track) => self.of_track(rubric, track),
            _ => None,
        }
    }

    fn of_peers(&self) -> Option<String> {
        let shown = |policy: PeerFeedbackPolicy| match policy {
            PeerFeedbackPolicy::Chain => 0,
            PeerFeedbackPolicy::Anonymous => 1,
            PeerFeedbackPolicy::Person => 2,
        };
        let (before, now) = (self.accepted.peer_feedback, self.present.peer_feedback);
        let how = match now {
            PeerFeedbackPolicy::Person => "with names",
            _ => "without names",
        };
        (shown(now) > shown(before))
            .then(|| format!("people would read what peers say about them, {how}"))
    }

    fn of_question(&self, cycle: Option<&CycleId>, question: &QuestionId) -> Option<String> {
        let (before, now) = match cycle {
            Some(cycle) => (
                self.accepted.question(cycle, question),
                self.present.question(cycle, question),
            ),
            None => {
                let key = (None, question.clone());
                (
                    self.accepted.questions.get(&key),
                    self.present.questions.get(&key),
                )
            }
        };
        let of_cycle = |id: &CycleId| self.org.cycle(id).map(|cycle| cycle.questions.as_slice());
        let mut asked = cycle
            .and_then(of_cycle)
            .unwrap_or(&self.org.questions)
            .iter();
        let asked = asked.find(|asked| asked.id == *question)?.asked;
        let default = default_of_answers(asked);
        let sentence = loosens(before, now, default).then(|| {
            let (now, before) = (shown(now, default), shown(before, default));
            format!("answers to `{question}` would be for {now}, so far for {before}")
        });
        let sentence = sentence.or_else(|| self.of_asked(cycle, question, asked));
        // The same of every cycle is told once, for all of them.
        sentence.filter(|sentence| {
            cycle.is_none() || self.of_question(None, question).as_ref() != Some(sentence)
        })
    }

    /// That the same readers are those of other people's answers now.
    fn of_asked(
        &self,
        cycle: Option<&CycleId>,
        question: &QuestionId,
        asked: QuestionFor,
    ) -> Option<String> {
        let key = || (None, question.clone());
        let (kept, before, now) = match cycle {
            Some(cycle) => (
                self.accepted.question(cycle, question),
                self.accepted.asked(cycle, question),
                self.present.question(cycle, question),
            ),
            None => (
                self.accepted.questions.get(&key()),
                self.accepted.asked.get(&key()).copied(),
                self.present.questions.get(&key()),
            ),
        };
        let now = now.filter(|_| kept.is_some() && before != Some(asked))?;
        self.may_widen(cycle, now, asked).then(|| {
            let so_far = match before {
                Some(before) => format!("so far of {}", who(before)),
                None => "of whom so far is not recorded".to_owned(),
            };
            format!(
                "`{question}`, the answers to which are for {}, would be asked of {}, {so_far}",
                in_words(now),
                who(asked)
            )
        })
    }

    /// Whether the readers of a question let anybody read who does not read the files, of whatever cycle where none is
    /// named, that its answers stand in.
    pub(super) fn may_widen(
        &self,
        cycle: Option<&CycleId>,
        readers: &Readers,
        asked: QuestionFor,
    ) -> bool {
        let lines = self.present.readers.iter();
        let mut lines = lines.filter(|(at, _)| holds_answers(&at.path, cycle, asked));
        let lets_in = |file: &Readers| loosens(Some(file), Some(readers), &[]);
        loosens(None, Some(readers), default_of_answers(asked))
            || lines.any(|(_, file)| lets_in(&file.tightest()))
    }

    /// A cycle that is new asks its questions under the rules that were accepted for all cycles.
    fn of_cycle(&self, id: &CycleId) -> Option<String> {
        if self.accepted.cycles.contains_key(id) {
            return None; // whom its dates move is compared text by text
        }
        let questions = &self.org.cycle(id)?.questions;
        let mut loosened = questions
            .iter()
            .filter_map(|question| self.of_question(Some(id), &question.id));
        loosened.next()
    }

    fn of_readers(&self, at: &ReadersAt, today: Date) -> Option<String> {
        if let Some(section) = Section::at(at) {
            return self.of_section(at, &section);
        }
        let readers = |lock: &Lock| lock.readers.get(at).map(Kept::tightest);
        let (before, now) = (readers(self.accepted), readers(self.present));
        let (before, now) = (before.as_ref(), now.as_ref());
        if self.is_published(at, today) {
            return None; // compared text by text
        }
        let default = default_of(&at.path);
        let is_there = now.is_some() || self.is_draft(at);
        (is_there && loosens(before, now, default)).then(|| {
            let (now, before) = (shown(now, default), shown(before, default));
            format!("once it is dated, this would be for {now}, so far for {before}")
        })
    }

    fn of_section(&self, at: &ReadersAt, section: &Section) -> Option<String> {
        let open = facts::open_at(self.org, at);
        if open.is_empty() {
            return None;
        }
        let (what, who) = (&section.title, self.readers_of_rubric(section));
        let kept = open.iter().filter_map(|part| self.accepted.kept(part));
        if kept.into_iter().any(|kept| kept == facts::managers_alone()) {
            return Some(format!("{who} would read `{what}`, so far for managers"));
        }
        if self.accepted.readers.contains_key(at) {
            return None;
        }
        let known = self.accepted.readers.iter();
        let mut kept = known.filter(|(_, kept)| kept.tightest() == facts::managers_alone());
        let elsewhere = kept
            .find_map(|(at, _)| Section::at(at).filter(|other| other.is_same_elsewhere(section)))?;
        Some(format!(
            "{who} would read `{what}` of `{}`, which is for managers in `{}`",
            section.directory, elsewhere.directory
        ))
    }

    fn is_published(&self, at: &ReadersAt, today: Date) -> bool {
        let audiences = Audiences::new(self.org, today);
        let Some(subject) = self.subject(at) else {
            return false;
        };
        let mut pieces = pieces(&audiences, subject).into_iter();
        pieces.any(|piece| piece.artefact.path(&subject.id) == at.path)
    }

    /// Whether the file is there, whatever it says of its readers: adopting what was accepted has changed it.
    fn is_draft(&self, at: &ReadersAt) -> bool {
        Lock::of(self.locked).readers.contains_key(at)
    }

    fn subject(&self, at: &ReadersAt) -> Option<&Person> {
        let id = subject_of(&at.path)?;
        self.org.people.get(&id).map(|person| &**person)
    }

    /// Each public track is compared with what was accepted of it alone: that another one shows a parent makes neither
    /// the parent's own page nor a second heir's a page that anyone agreed to.
    fn of_track(&self, rubric: &str, track: &TrackId) -> Option<String> {
        let key = (rubric.to_owned(), track.clone());
        let now = self.present.public.get(&key)?;
        let before = self.accepted.public.get(&key);
        let is_new = |shown: &&TrackId| match before {
            Some(extended) => *shown != track && !extended.contains(shown),
            None => true,
        };
        let shown = std::iter::once(track).chain(now);
        let gained: Vec<String> = shown.filter(is_new).map(|id| format!("`{id}`")).collect();
        (!gained.is_empty()).then(|| {
            let through = match before {
                Some(_) => format!(" on the page of `{track}`"),
                None => String::new(),
            };
            format!(
                "anyone who can reach the site would read the track {}{through}",
                gained.join(" and ")
            )
        })
    }
}

/// Who is asked, in words.
fn who(asked: QuestionFor) -> &'static str {
    match asked {
        QuestionFor::SelfAssessment => "people about themselves",
        QuestionFor::Peer => "peers",
        QuestionFor::Manager => "managers",
        QuestionFor::Response => "people about their review",
    }
}

/// Who reads answers that nothing is said of, at the least.
fn default_of_answers(asked: QuestionFor) -> &'static [Audience] {
    match asked {
        QuestionFor::SelfAssessment | QuestionFor::Response => &[Audience::Person],
        QuestionFor::Peer | QuestionFor::Manager => &[Audience::Chain],
    }
}

/// Whether answers of a kind stand in a file, by its path.
fn holds_answers(path: &str, cycle: Option<&CycleId>, asked: QuestionFor) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let ["people", _, of, name] = parts.as_slice() else {
        return false;
    };
    let is_of_kind = match asked {
        QuestionFor::SelfAssessment => *name == "self.md",
        QuestionFor::Peer => name.starts_with("peer-"),
        QuestionFor::Manager => *name == "review.md",
        QuestionFor::Response => *name == "response.md",
    };
    is_of_kind && cycle.is_none_or(|cycle| cycle.as_str() == *of)
}

/// Who reads a file that says nothing of it, as far as audiences can say.
fn default_of(path: &str) -> &'static [Audience] {
    let name = path.rsplit('/').next().unwrap_or_default();
    match name {
        _ if path.starts_with("management/") => &[Audience::Chain, Audience::Hr],
        "pip.toml" => &[Audience::Person, Audience::Hr],
        "review.md" => &[Audience::Chain],
        _ if name.starts_with("peer-") => &[Audience::Chain],
        _ => &[Audience::Person],
    }
}

/// Whether one list of readers may let somebody read whom the one before did not.
fn loosens(before: Option<&Readers>, now: Option<&Readers>, default: &[Audience]) -> bool {
    let (before, now) = (or_default(before, default), or_default(now, default));
    let is_new = |token: &ReaderToken| !before.iter().any(|known| covers(known, token));
    now.iter().any(is_new)
}

fn or_default(readers: Option<&Readers>, default: &[Audience]) -> Readers {
    let default = || {
        default
            .iter()
            .map(|audience| ReaderToken::Audience(*audience))
            .collect()
    };
    readers.cloned().unwrap_or_else(default)
}

fn shown(readers: Option<&Readers>, default: &[Audience]) -> String {
    in_words(&or_default(readers, default))
}
