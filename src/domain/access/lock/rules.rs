//! Lines of the lock that no text in the tree can be compared by: keys, names, and what is promised for texts to come.
//!
//! A line passes if a rule for its kind proves that nobody gains by it: it is gone, ends earlier, or names a subset. Where a
//! name is gone, its text may be there under another one, reworded: so a restriction never goes without a question.

use super::difference::{Comparison, Found, Gain, Gained};
use super::facts::{self, subject_of};
use super::kept::is_within;
use super::text::in_words;
use super::words::listed;
use super::{Kept, Lock, QuestionAt, Readers};
use crate::domain::access::audience::{Audiences, People, default_readers};
use crate::domain::model::*;

impl Comparison<'_> {
    /// The facts that no rule proves to be narrowing, and that are not told by what they bring already.
    pub(super) fn unproven(&self, found: &Found) -> Vec<Gain> {
        let mut gains: Vec<Gain> = Vec::new();
        for fact in self.facts {
            let is_found = found.contains_key(fact);
            if is_found && !matches!(fact, AccessFact::Readers(_)) {
                continue;
            }
            let Some((from, sentence)) = self.suspicion(fact, is_found) else {
                continue;
            };
            let what = Gained::Unproven(sentence);
            // The same of every cycle is told once.
            let is_question = matches!(fact, AccessFact::Cycle(_) | AccessFact::Question(..));
            if !is_question || !gains.iter().any(|told| told.what == what) {
                let fact = fact.clone();
                gains.push(Gain { fact, from, what });
            }
        }
        gains
    }

    /// Why a fact may let somebody read more, and from which day on if not today; `None` if it cannot.
    fn suspicion(&self, fact: &AccessFact, is_found: bool) -> Option<(Option<Date>, String)> {
        let sentence = match fact {
            AccessFact::Key(id, key) => return self.key(id, key),
            AccessFact::PeerFeedback => self.peer_feedback(),
            AccessFact::Cycle(cycle) => self.cycle(cycle),
            AccessFact::Question(cycle, question) => {
                self.question(&(cycle.clone(), question.clone()))
            }
            AccessFact::Readers(at) if at.is_section() => self.section(at),
            AccessFact::Readers(at) => self.text(at, is_found),
            AccessFact::Attachment(path, None) => self.attachment(path),
            AccessFact::Public(rubric, track) => self.track(rubric, track),
            // Whom these let read what is compared text by text.
            _ => None,
        };
        Some((None, sentence?))
    }

    /// A key that is gone or ends earlier lets nobody read more.
    fn key(&self, id: &PersonId, key: &str) -> Option<(Option<Date>, String)> {
        let until = *self.present.people.get(id)?.keys.get(key)?;
        let before = self
            .accepted
            .people
            .get(id)
            .and_then(|facts| facts.keys.get(key));
        let (from, how) = match before {
            Some(None) => return None,
            Some(Some(last)) => (last.succ_opt(), "by a key that counts longer"),
            None => (None, "by a new key"),
        };
        let from = from.filter(|from| *from > self.today);
        let counts = until.is_none_or(|until| until >= from.unwrap_or(self.today));
        counts.then(|| {
            (
                from,
                format!("{how}, `{id}` would read all that they may read"),
            )
        })
    }

    fn peer_feedback(&self) -> Option<String> {
        let shown = |policy: PeerFeedbackPolicy| match policy {
            PeerFeedbackPolicy::Chain => 0,
            PeerFeedbackPolicy::Anonymous => 1,
            PeerFeedbackPolicy::Person => 2,
        };
        let (before, now) = (self.accepted.peer_feedback, self.present.peer_feedback);
        let how = if now == PeerFeedbackPolicy::Person {
            "with names"
        } else {
            "without names"
        };
        (shown(now) > shown(before))
            .then(|| format!("people would read what peers say about them, {how}"))
    }

    /// The more days a cycle has, the more feedback goes upward in it, and no further. A new one asks its questions as was
    /// accepted for all cycles.
    fn cycle(&self, id: &CycleId) -> Option<String> {
        let Some((start, end)) = self.accepted.cycles.get(id) else {
            let questions = self.org.cycle(id)?.questions.iter();
            let told =
                questions.filter_map(|asked| self.question(&(Some(id.clone()), asked.id.clone())));
            let told: Vec<String> = told.collect();
            return (!told.is_empty()).then(|| told.join("; "));
        };
        let (now_start, now_end) = self.present.cycles.get(id)?;
        (now_start > start || now_end < end).then(|| {
            format!("feedback about people who stood above its author on a day that is no longer in {id} would be for them")
        })
    }

    fn question(&self, at: &QuestionAt) -> Option<String> {
        let recorded = self.accepted.recorded(at);
        let kept = self.accepted.questions.get(&recorded);
        let (cycle, id) = at;
        let questions = match cycle {
            Some(cycle) => self.org.cycle(cycle).map(|cycle| &cycle.questions),
            None => Some(&self.org.questions),
        };
        let mut questions = questions.into_iter().flatten();
        let Some(question) = questions.find(|question| question.id == *id) else {
            let kept = self
                .accepted
                .questions
                .get(at)
                .filter(|kept| is_restriction(kept))?;
            let of_cycle = cycle
                .as_ref()
                .map(|cycle| format!(" of {cycle}"))
                .unwrap_or_default();
            return Some(format!(
                "the question `{id}`{of_cycle} is gone, and with it the `readers` line that kept its answers for {}",
                in_words(kept)
            ));
        };
        let now = question.readers.as_ref();
        let now: Option<Readers> = now.map(|now| now.iter().cloned().collect());
        let (narrowest, widest) = self.defaults(match question.asked {
            QuestionFor::SelfAssessment | QuestionFor::Response => TextKind::Open,
            QuestionFor::Peer => TextKind::Peer,
            QuestionFor::Manager => TextKind::Review,
        });
        if kept.is_none() && now.is_none() {
            return None;
        }
        let (before, now) = (kept.unwrap_or(&narrowest), now.unwrap_or(widest));
        if !is_within(&now, before) {
            let how = so_far(&now, before);
            return Some(format!("answers to `{id}` would be {how}"));
        }
        let kept = kept?;
        let asked = self.accepted.asked.get(&recorded);
        if asked != Some(&question.asked) {
            let so_far = match asked {
                Some(asked) => format!("so far of {}", who(*asked)),
                None => "of whom so far is not recorded".to_owned(),
            };
            let (kept, now) = (in_words(kept), who(question.asked));
            return Some(format!(
                "`{id}`, the answers to which are for {kept}, would be asked of {now}, {so_far}"
            ));
        }
        let heading = self.accepted.headings.get(at)?;
        let title = question.title.trim();
        (title.to_lowercase() != heading.to_lowercase()).then(|| {
            format!(
                "answers under `{heading}` would no longer be those to `{id}`, which are for {}; answers under `{title}` would",
                in_words(kept)
            )
        })
    }

    /// A section that was for managers, open now or gone.
    fn section(&self, at: &ReadersAt) -> Option<String> {
        let (rubric, title) = (at.rubric()?, at.part.as_deref()?);
        let of_track = |(directory, track): &(String, TrackId)| {
            at.path
                .strip_prefix(directory.as_str())
                .is_some_and(|rest| rest.starts_with(&format!("/{track}/")))
        };
        let who = if self.present.public.keys().any(of_track) {
            "anyone who can reach the site"
        } else {
            "everyone who reads the rubric"
        };
        let sections = facts::all_sections(self.org).filter(|(part, _)| part.at == *at);
        let mut parts: Vec<_> = sections.collect();
        let recorded = self.accepted.readers.get(at);
        let count = parts.len();
        parts.retain(|(part, section)| {
            let kept = self.accepted.kept(part);
            !section.managers_only && kept.is_some_and(|kept| is_restriction(&kept))
        });
        if !parts.is_empty() {
            let of_rubric = if rubric == facts::RUBRICS {
                String::new()
            } else {
                format!(" of `{rubric}`")
            };
            return Some(format!(
                "{who} would read `{title}`{of_rubric}, so far for managers"
            ));
        }
        let recorded =
            recorded.filter(|kept| is_restriction(&kept.tightest()) && count < kept.count())?;
        let known = |directory: &str| {
            let of_sections = self.accepted.readers.keys().filter_map(ReadersAt::rubric);
            let of_tracks = self
                .accepted
                .public
                .keys()
                .map(|(directory, _)| directory.as_str());
            of_sections.chain(of_tracks).any(|known| known == directory)
        };
        let mut rubrics = facts::rubrics(self.org).map(|(directory, _)| directory);
        let may_live_on = rubrics.any(|directory| {
            directory == rubric || directory != facts::RUBRICS && !known(directory)
        });
        may_live_on.then(|| gone(at, &recorded.tightest(), &format!(", from {who}")))
    }

    /// A text about somebody that was restricted, and whose name is gone, or stands for fewer texts. Or one that others read
    /// as soon as a review is shared.
    fn text(&self, at: &ReadersAt, is_found: bool) -> Option<String> {
        self.gone_text(at)
            .or_else(|| self.line(at).filter(|_| !is_found))
    }

    /// Another `readers` line of a whole file. Who reads the file now is compared; this is for whom it lets in later.
    fn line(&self, at: &ReadersAt) -> Option<String> {
        if at.part.is_some() || !facts::is_there(self.org, at) {
            return None;
        }
        let readers = |lock: &Lock| lock.readers.get(at).map(Kept::tightest);
        let (kept, now) = (readers(self.accepted), readers(self.present));
        let (narrowest, widest) = self.defaults(TextKind::of(at));
        // Anyone else whom it names would read the file already.
        let is_later = |token: &ReaderToken| !matches!(token, ReaderToken::Person(id) if Some(id) != subject_of(&at.path).as_ref());
        let (kept, now) = (kept.unwrap_or(narrowest), now.unwrap_or(widest));
        let later: Readers = now
            .iter()
            .filter(|token| is_later(token))
            .cloned()
            .collect();
        let is_wider = !is_within(&later, &kept);
        is_wider.then(|| format!("this would be {}", so_far(&now, &kept)))
    }

    fn gone_text(&self, at: &ReadersAt) -> Option<String> {
        let kept = self.accepted.readers.get(at)?;
        let count = match &at.part {
            None => usize::from(facts::is_there(self.org, at)),
            Some(_) => self.texts_under(at),
        };
        let tightest = kept.tightest();
        let (_, default) = self.defaults(TextKind::of(at));
        if count >= kept.count() || is_within(&default, &tightest) {
            return None;
        }
        let subject = subject_of(&at.path).filter(|id| self.org.people.contains_key(id));
        let Some(subject) = subject else {
            return self.has_newcomers().then(|| gone(at, &tightest, ""));
        };
        let audiences = Audiences::new(self.org, self.today);
        let named =
            |readers: &Readers| audiences.named(&facts::reader_list(readers), &subject, self.today);
        let out: People = named(&default)
            .difference(&named(&tightest))
            .cloned()
            .collect();
        let from = if out.is_empty() {
            String::new()
        } else {
            format!(", from {}", listed(&out))
        };
        Some(gone(at, &tightest, &from))
    }

    /// How many entries of a log have a name.
    fn texts_under(&self, at: &ReadersAt) -> usize {
        let person = subject_of(&at.path).and_then(|id| self.org.people.get(&id));
        let entries = person
            .map(|person| facts::log_entries(person))
            .unwrap_or_default();
        entries.iter().filter(|(part, _)| part.at == *at).count()
    }

    fn attachment(&self, path: &str) -> Option<String> {
        let linked = self.accepted.attachments.get(path)?;
        let spot = super::attachments::Spot::at(path)?;
        let may_live_on = self.org.people.contains_key(&spot.subject) || self.has_newcomers();
        (may_live_on && !spot.is_there(self.org)).then(|| {
            let texts: Vec<String> = linked
                .texts
                .iter()
                .map(|text| format!("`{text}`"))
                .collect();
            format!(
                "`{path}` is gone, to which {} alone linked: under another name nothing keeps it",
                texts.join(", ")
            )
        })
    }

    /// Whether somebody is there whom the lock does not know: who is gone may be there under another id.
    fn has_newcomers(&self) -> bool {
        let mut people = self.present.people.keys();
        people.any(|id| !self.accepted.people.contains_key(id))
    }

    /// Each public track is compared with what was accepted of it alone: that another one shows a parent makes neither
    /// the parent's own page nor a second heir's a page that anyone agreed to.
    fn track(&self, rubric: &str, track: &TrackId) -> Option<String> {
        let key = (rubric.to_owned(), track.clone());
        let now = self.present.public.get(&key)?;
        let before = self.accepted.public.get(&key);
        let is_new = |shown: &&TrackId| match before {
            Some(extended) => *shown != track && !extended.contains(shown),
            None => true,
        };
        let shown = std::iter::once(track).chain(now);
        let gained: Vec<String> = shown.filter(is_new).map(|id| format!("`{id}`")).collect();
        let through = before
            .map(|_| format!(" on the page of `{track}`"))
            .unwrap_or_default();
        (!gained.is_empty()).then(|| {
            let gained = gained.join(" and ");
            format!("anyone who can reach the site would read the track {gained}{through}")
        })
    }
}

/// Kinds of texts about somebody, as far as defaults differ.
#[derive(Clone, Copy)]
enum TextKind {
    /// For the subject and the chain from the first day on.
    Open,
    Review,
    Peer,
    Pip,
    Talent,
}

impl TextKind {
    fn of(at: &ReadersAt) -> Self {
        match at.path.rsplit('/').next().unwrap_or_default() {
            _ if at.path.starts_with("management/") => Self::Talent,
            "pip.toml" => Self::Pip,
            "review.md" => Self::Review,
            name if name.starts_with("peer-") => Self::Peer,
            _ => Self::Open,
        }
    }
}

impl Comparison<'_> {
    /// The fewest and the most who read a text without a `readers` line: a review becomes its subject's when it is shared,
    /// and what peers wrote goes with it.
    fn defaults(&self, kind: TextKind) -> (Readers, Readers) {
        let policies = [self.accepted.peer_feedback, self.present.peer_feedback];
        let is_for_chain = policies.iter().all(|p| *p == PeerFeedbackPolicy::Chain);
        let (narrowest, widest) = match kind {
            TextKind::Open => (SectionKind::Person, SectionKind::Person),
            TextKind::Peer if is_for_chain => (SectionKind::Chain, SectionKind::Chain),
            TextKind::Peer | TextKind::Review => (SectionKind::Chain, SectionKind::Person),
            TextKind::Pip => (SectionKind::Pip, SectionKind::Pip),
            TextKind::Talent => (SectionKind::Talent, SectionKind::Talent),
        };
        let readers = |kind| tokens(default_readers(kind));
        (readers(narrowest), readers(widest))
    }
}

fn so_far(now: &Readers, kept: &Readers) -> String {
    format!("for {}, so far for {}", in_words(now), in_words(kept))
}

fn gone(at: &ReadersAt, kept: &Readers, from: &str) -> String {
    let kept = in_words(kept);
    format!("`{at}` is gone, and with it the `readers` line that kept it for {kept}{from}")
}

/// Whether readers may leave anybody out.
fn is_restriction(readers: &Readers) -> bool {
    !is_within(&tokens(default_readers(SectionKind::Org)), readers)
}

fn tokens(audiences: &[Audience]) -> Readers {
    audiences
        .iter()
        .copied()
        .map(ReaderToken::Audience)
        .collect()
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
