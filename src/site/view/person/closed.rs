//! Parts that fewer people read than the portfolio itself: confidential texts, 1:1s, improvement plans,
//! and whatever a file's own `readers` cut out. They begin by saying who reads them.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::checkins::{self, CheckIns};
use super::expectation::{self, ExpectationCard};
use super::feedback::{FeedbackText, NamelessAnswers, Reader};
use super::fixed::{self, Kept};
use super::log::{self, LogLine};
use super::marks::{Link, counted};
use super::names::{cycle_link, cycle_route, portfolio_route};
use super::pip::{self, PipCard};
use super::plan::{self, GoalCard};
use super::talent::{self, TalentView};
use crate::domain::growth::cycles_of;
use crate::domain::model::*;
use crate::site::date::Day;
use crate::site::{Context, Html, PageHead, ThemeError};

/// Most names of readers that are spelt out.
const READERS_MAX: usize = 6;

/// Who reads a part, and how it is called: drawn first, by `<person.reads reads={reads}>`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reads {
    /// What ids in this part begin with: `chain-3f2a-`.
    pub prefix: String,
    /// `For the management chain`.
    pub heading: &'static str,
    /// `Only Grace Hopper and Barbara Liskov read this, never Ada Okafor.`
    pub who: String,
}

impl Reads {
    /// Of a section about somebody.
    pub fn of(ctx: &Context, section: &Section, subject: &Person) -> Self {
        let (kind, heading) = kind_words(section.kind);
        let digest = Sha256::digest(section.id.as_str());
        Self {
            prefix: format!("{kind}-{:02x}{:02x}-", digest[0], digest[1]),
            heading,
            who: who(ctx, section, subject),
        }
    }
}

fn kind_words(kind: SectionKind) -> (&'static str, &'static str) {
    match kind {
        SectionKind::Chain => ("chain", "For the management chain"),
        SectionKind::Pair => ("pair", "1:1s"),
        SectionKind::Talent => ("talent", "Talent mapping"),
        SectionKind::Pip => ("pip", "Improvement plan"),
        SectionKind::Closed => ("closed", "Closed improvement plan"),
        SectionKind::Own => ("own", "For one reader"),
        _ => ("custom", "For chosen readers"),
    }
}

fn who(ctx: &Context, section: &Section, subject: &Person) -> String {
    let names: Vec<&str> = section
        .readers
        .iter()
        .map(|reader| ctx.commons.name_of(&reader.person))
        .collect();
    let reads = if names.len() == 1 { "reads" } else { "read" };
    let includes_subject = section
        .readers
        .iter()
        .any(|reader| reader.person == subject.id);
    let never = if includes_subject {
        String::new()
    } else {
        format!(", never {}", subject.name)
    };
    if names.is_empty() {
        format!("Nobody reads this today{never}.")
    } else if shared_apart(section.kind) {
        // Others may read the same elsewhere: by default, or without names.
        format!("Opened to {} here.", listed(&names))
    } else {
        format!("Only {} {reads} this{never}.", listed(&names))
    }
}

/// Whether a section may repeat for its readers what others read in another one.
fn shared_apart(kind: SectionKind) -> bool {
    matches!(kind, SectionKind::Own | SectionKind::Custom)
}

/// `a, b and c`.
fn listed(names: &[&str]) -> String {
    let more;
    let mut shown: Vec<&str> = names.iter().take(READERS_MAX).copied().collect();
    if names.len() > shown.len() {
        more = format!("{} more", names.len() - shown.len());
        shown.push(&more);
    }
    match shown.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// `closed.html`: whatever the section holds; what it does not is empty.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClosedPart {
    pub reads: Reads,
    /// The cycle pages where more of this kind is.
    pub elsewhere: Vec<Elsewhere>,
    pub checkins: Option<CheckIns>,
    pub pips: Vec<PipCard>,
    pub cards: Vec<ExpectationCard>,
    /// Whether they stayed as agreed; nothing where the cards say it all.
    pub kept: Option<Kept>,
    /// Self-assessment, peers, review, response, in that order.
    pub texts: Vec<FeedbackText>,
    pub nameless: Vec<NamelessAnswers>,
    pub goals: Vec<GoalCard>,
    pub log: Vec<LogLine>,
    /// Newest first.
    pub notes: Vec<NoteCard>,
}

/// A cycle page that holds more of a section.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Elsewhere {
    pub cycle: Link,
    /// `3 peer texts, 1 review`.
    pub words: String,
}

/// A private note.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NoteCard {
    pub title: String,
    pub day: Day,
    pub text: Html,
}

/// The parts of a section that fewer people read; none where it holds nothing.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn parts(
    ctx: &Context,
    draw: &PersonDraw,
    section: &Section,
) -> Result<Vec<PagePart>, ThemeError> {
    let desk = Desk {
        ctx,
        draw,
        reads: Reads::of(ctx, section, &draw.person),
        slot: super::slot(section.kind),
    };
    let on_cycles = ctx.commons.cycles.iter().map(|cycle| desk.on_cycle(cycle));
    let all = std::iter::once(desk.on_portfolio()).chain(on_cycles);
    all.filter_map(Result::transpose).collect()
}

/// The part of a talent section; none where nothing is mapped.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn talent_parts(
    ctx: &Context,
    draw: &TalentDraw,
    section: &Section,
) -> Result<Vec<PagePart>, ThemeError> {
    let reads = Reads::of(ctx, section, &draw.person);
    let Some(talent) = talent::view(ctx, draw, &reads.prefix) else {
        return Ok(Vec::new());
    };
    let head = PageHead {
        route: portfolio_route(&draw.person.id),
        slot: super::slot(section.kind),
        title: draw.person.name.clone(),
        kind: "portfolio",
    };
    let part = ctx.part("talent.html", head, &TalentPart { reads, talent })?;
    Ok(vec![part])
}

/// `talent.html`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TalentPart {
    pub reads: Reads,
    pub talent: TalentView,
}

/// Draws the parts of one section.
struct Desk<'a> {
    ctx: &'a Context<'a>,
    draw: &'a PersonDraw,
    reads: Reads,
    slot: u32,
}

impl Desk<'_> {
    fn on_portfolio(&self) -> Result<Option<PagePart>, ThemeError> {
        let person = &self.draw.person;
        let part = ClosedPart {
            elsewhere: self.elsewhere(),
            checkins: checkins::view(self.ctx, person),
            pips: self.running_pips(),
            log: log::lines(self.ctx, person),
            notes: self.notes(),
            ..self.empty()
        };
        let route = portfolio_route(&person.id);
        self.render(route, person.name.clone(), "portfolio", part)
    }

    fn on_cycle(&self, cycle: &Cycle) -> Result<Option<PagePart>, ThemeError> {
        let person = &self.draw.person;
        let (ctx, prefix) = (self.ctx, self.reads.prefix.as_str());
        let nothing = PersonCycle::default();
        let of = person.cycles.get(&cycle.id).unwrap_or(&nothing);
        let reader = Reader {
            ctx,
            person,
            cycle,
            of,
            prefix,
        };
        let answers = self
            .draw
            .anonymous
            .get(&cycle.id)
            .map_or(&[][..], Vec::as_slice);
        let texts = reader.own().into_iter().chain(reader.peers());
        let texts = texts.chain(reader.review()).chain(reader.response());
        let part = ClosedPart {
            pips: of
                .pip
                .iter()
                .map(|pip| pip::card(ctx, cycle, pip))
                .collect(),
            cards: self.cards(cycle),
            kept: fixed::kept(&self.draw.person, cycle),
            texts: texts.collect(),
            nameless: reader.nameless(answers),
            goals: plan::goals(ctx, person, cycle),
            ..self.empty()
        };
        let route = cycle_route(&person.id, &cycle.id);
        let title = format!("{}, {}", person.name, cycle.title);
        self.render(route, title, "cycle", part)
    }

    fn empty(&self) -> ClosedPart {
        ClosedPart {
            reads: self.reads.clone(),
            elsewhere: Vec::new(),
            checkins: None,
            pips: Vec::new(),
            cards: Vec::new(),
            kept: None,
            texts: Vec::new(),
            nameless: Vec::new(),
            goals: Vec::new(),
            log: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn render(
        &self,
        route: String,
        title: String,
        kind: &'static str,
        part: ClosedPart,
    ) -> Result<Option<PagePart>, ThemeError> {
        if part == self.empty() {
            return Ok(None);
        }
        let slot = self.slot;
        let head = PageHead {
            route,
            slot,
            title,
            kind,
        };
        self.ctx.part("closed.html", head, &part).map(Some)
    }

    /// Cards whose places do not clash with those of the person's own part.
    fn cards(&self, cycle: &Cycle) -> Vec<ExpectationCard> {
        let mut cards = expectation::cards(self.ctx, &self.draw.person, cycle);
        for card in &mut cards {
            card.id = super::names::anchor(self.reads.prefix.trim_end_matches('-'), &card.id);
        }
        cards
    }

    /// An improvement plan that runs stands on the portfolio too, where it cannot be overlooked.
    fn running_pips(&self) -> Vec<PipCard> {
        let all = cycles_of(self.ctx.commons, &self.draw.person)
            .into_iter()
            .rev();
        let running = all.filter_map(|(cycle, of)| {
            let pip = of.pip.as_ref().filter(|pip| pip.closed.is_none())?;
            Some(pip::card(self.ctx, cycle, pip))
        });
        running.collect()
    }

    fn notes(&self) -> Vec<NoteCard> {
        let note = |note: &PrivateNote| NoteCard {
            title: note.title.clone(),
            day: note.date.into(),
            text: self.ctx.prose(&note.text, None),
        };
        self.draw.notes.iter().rev().map(note).collect()
    }

    fn elsewhere(&self) -> Vec<Elsewhere> {
        let person = &self.draw.person;
        let newest_first = cycles_of(self.ctx.commons, person).into_iter().rev();
        let said = newest_first.filter_map(|(cycle, of)| {
            let words = contents_in_words(&of.published());
            let nameless = self.draw.anonymous.contains_key(&cycle.id);
            let there = !words.is_empty() || nameless;
            there.then(|| Elsewhere {
                cycle: cycle_link(&person.id, cycle),
                words,
            })
        });
        said.collect()
    }
}

/// `3 peer texts, review`: what a section holds of a cycle.
fn contents_in_words(of: &PersonCycle) -> String {
    let peers = of.peers.len();
    let all = [
        of.expectations.as_ref().map(|_| "expectations".to_owned()),
        of.self_assessment
            .as_ref()
            .map(|_| "self-assessment".to_owned()),
        (peers > 0).then(|| counted(peers, "peer’s feedback", "peers’ feedback")),
        of.review.as_ref().map(|review| match review.shared {
            Some(_) => "review".to_owned(),
            None => "a review that is not shared yet".to_owned(),
        }),
        of.response.as_ref().map(|_| "response".to_owned()),
        of.plan.as_ref().map(|_| "development plan".to_owned()),
        of.pip.as_ref().map(|_| "improvement plan".to_owned()),
    ];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_listed_as_in_a_sentence() {
        assert_eq!(listed(&["Ada"]), "Ada");
        assert_eq!(listed(&["Ada", "Grace", "Linus"]), "Ada, Grace and Linus");
        assert_eq!(listed(&["A"; 9]), "A, A, A, A, A, A and 3 more");
    }
}
