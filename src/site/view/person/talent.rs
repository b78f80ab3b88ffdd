//! Talent mapping: internal to management, never for its subject.

use serde::Serialize;

use super::feedback::{RatingLine, Reader};
use super::marks::{Link, Mark, When, confidence_words};
use super::names::*;
use crate::domain::growth::held_level;
use crate::domain::model::*;
use crate::site::date::Day;
use crate::site::view::level::LevelChip;
use crate::site::{Context, Html};

/// The whole part, newest cycle first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TalentView {
    /// Above or below for two cycles running: `Above level in H1 2026 and H2 2026`.
    pub misleveled: Option<String>,
    pub mappings: Vec<Mapping>,
}

/// What management thinks of one person in one cycle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mapping {
    /// Where links to it arrive.
    pub id: String,
    pub cycle: Link,
    pub by: String,
    pub partner: Option<String>,
    pub day: Day,
    /// The level it was judged against.
    pub level: Option<LevelChip>,
    /// Nothing where it was left open.
    pub alignment: Option<Mark>,
    pub confidence: Option<&'static str>,
    /// Titled lists, empty ones left out: strengths, needs, missing data, coaching.
    pub lists: Vec<TitledList>,
    pub potential: Option<Html>,
    pub ratings: Vec<RatingLine>,
    /// What calibration changed, oldest first.
    pub adjusted: Vec<Adjusted>,
    pub change: Option<Change>,
    pub open: bool,
}

/// A list under a heading.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TitledList {
    pub title: &'static str,
    pub items: Vec<Html>,
}

/// One change by calibration.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Adjusted {
    pub when: When,
    /// What it was before.
    pub was: &'static str,
    pub why: Html,
}

/// A recommended change of level.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    pub level: LevelChip,
    pub mark: Mark,
    pub why: Option<Html>,
}

/// The mappings of a draw; nothing where it holds none that is dated.
pub fn view(ctx: &Context, draw: &TalentDraw, prefix: &str) -> Option<TalentView> {
    let cycles = ctx.commons.cycles.iter().rev();
    let dated = |cycle: &'_ Cycle| -> Option<(Date, &Talent)> {
        let talent = draw.talent.get(&cycle.id)?;
        Some((talent.date?, talent))
    };
    let found: Vec<(&Cycle, Date, &Talent)> = cycles
        .filter_map(|cycle| dated(cycle).map(|(date, talent)| (cycle, date, talent)))
        .collect();
    let desk = Desk {
        ctx,
        person: &draw.person,
        prefix,
    };
    let mut mappings: Vec<Mapping> = found.iter().map(|one| desk.mapping(*one)).collect();
    mappings.first_mut()?.open = true;
    Some(TalentView {
        misleveled: misleveled(&found),
        mappings,
    })
}

/// Above, or below, in the last two cycles that were mapped.
fn misleveled(newest_first: &[(&Cycle, Date, &Talent)]) -> Option<String> {
    let [(last, _, now), (earlier, _, before), ..] = newest_first else {
        return None;
    };
    let alignment = now.alignment.filter(|is| *is != Alignment::At)?;
    let twice = before.alignment == Some(alignment);
    twice.then(|| {
        let word = alignment_words(alignment);
        format!("{word} in {} and {}", earlier.title, last.title)
    })
}

struct Desk<'a> {
    ctx: &'a Context<'a>,
    person: &'a Person,
    prefix: &'a str,
}

impl Desk<'_> {
    fn mapping(&self, (cycle, date, talent): (&Cycle, Date, &Talent)) -> Mapping {
        let name = |id: &PersonId| self.ctx.commons.name_of(id).to_owned();
        let rubric = self.ctx.commons.rubric_of(cycle);
        let held = held_level(self.ctx.commons, self.person, cycle);
        Mapping {
            id: anchor(&format!("{}mapping", self.prefix), cycle.id.as_str()),
            cycle: cycle_link(&self.person.id, cycle),
            by: name(&talent.by),
            partner: talent.partner.as_ref().map(name),
            day: date.into(),
            level: held.map(|held| LevelChip::of(rubric, held)),
            alignment: talent.alignment.map(alignment_mark),
            confidence: talent.confidence.map(confidence_words),
            lists: self.lists(talent),
            potential: talent
                .potential
                .as_ref()
                .map(|text| self.ctx.prose(text, None)),
            ratings: self.ratings(cycle, talent),
            adjusted: talent
                .adjusted
                .iter()
                .map(|one| self.adjusted(one))
                .collect(),
            change: talent
                .level
                .as_ref()
                .map(|change| self.change(rubric, change)),
            open: false,
        }
    }

    fn lists(&self, talent: &Talent) -> Vec<TitledList> {
        let all: [(&'static str, &[Prose]); 6] = [
            ("Strengths", &talent.strengths),
            ("Needs", &talent.needs),
            ("Data still missing", &talent.missing),
            ("Coaching: actions", &talent.coaching.actions),
            ("Coaching: opportunities", &talent.coaching.opportunities),
            ("Coaching: support", &talent.coaching.support),
        ];
        let said = all.into_iter().filter(|(_, texts)| !texts.is_empty());
        said.map(|(title, texts)| TitledList {
            title,
            items: texts
                .iter()
                .map(|text| self.ctx.inline(text, None))
                .collect(),
        })
        .collect()
    }

    fn ratings(&self, cycle: &Cycle, talent: &Talent) -> Vec<RatingLine> {
        let reader = Reader {
            ctx: self.ctx,
            person: self.person,
            cycle,
            of: &PersonCycle::default(),
            prefix: self.prefix,
        };
        reader.ratings(&talent.ratings)
    }

    fn adjusted(&self, adjustment: &Adjustment) -> Adjusted {
        Adjusted {
            when: When::on("", adjustment.date),
            was: alignment_words(adjustment.was),
            why: self.ctx.inline(&adjustment.why, None),
        }
    }

    fn change(&self, rubric: &Rubric, change: &LevelChange) -> Change {
        Change {
            level: LevelChip::of(rubric, &change.recommend),
            mark: change_mark(change.status),
            why: change.why.as_ref().map(|why| self.ctx.prose(why, None)),
        }
    }
}

/// How far a recommended change has come.
pub fn change_mark(status: LevelChangeStatus) -> Mark {
    match status {
        LevelChangeStatus::Recommended => Mark::new("track", "up", "Recommended"),
        LevelChangeStatus::Deferred => Mark::new("risk", "carry", "Deferred"),
        LevelChangeStatus::Done => Mark::new("done", "done", "Done"),
    }
}

/// Where someone stands against the level held.
pub fn alignment_mark(alignment: Alignment) -> Mark {
    let (tone, icon) = match alignment {
        Alignment::Below => ("risk", "down"),
        Alignment::At => ("idle", "eq"),
        Alignment::Above => ("done", "up"),
    };
    Mark::new(tone, icon, alignment_words(alignment))
}

/// Where someone stands against the level held, in words.
pub fn alignment_words(alignment: Alignment) -> &'static str {
    match alignment {
        Alignment::Below => "Below level",
        Alignment::At => "At level",
        Alignment::Above => "Above level",
    }
}
