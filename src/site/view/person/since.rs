//! What changed since the last cycle, as a ledger.

use serde::Serialize;

use super::alignment::StandingChip;
use super::marks::{Link, Mark, When};
use super::names::*;
use crate::domain::growth::{
    Changes, Ended, ExpectationFacts, Risk, Shift, Stalled, changes_since_last_cycle,
};
use crate::domain::model::*;
use crate::site::Context;
use crate::site::date::written;

/// The ledger; shown only where there is a cycle before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ledger {
    pub from: Link,
    pub to: String,
    /// Empty where nothing changed.
    pub lines: Vec<LedgerLine>,
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LedgerLine {
    pub mark: Mark,
    /// What it is about.
    pub subject: Option<Link>,
    /// What follows the subject: `, on the third try`.
    pub words: String,
    /// Competencies that moved.
    pub moves: Vec<Move>,
    pub when: Option<When>,
    /// What stands in the place of a date.
    pub note: String,
}

/// One competency that moved from one shared review to the next.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Move {
    pub competency: String,
    pub from: StandingChip,
    pub to: StandingChip,
}

/// The ledger of a portfolio that opens with `cycle`; nothing where that is the person's first.
pub fn ledger(ctx: &Context, person: &Person, cycle: &Cycle) -> Option<Ledger> {
    let changes = changes_since_last_cycle(ctx.commons, person, cycle)?;
    let scribe = Scribe { ctx, person, cycle };
    Some(Ledger {
        from: cycle_link(&person.id, changes.from),
        to: changes.to.title.clone(),
        lines: scribe.lines(&changes),
    })
}

/// Writes the lines of one ledger.
struct Scribe<'a> {
    ctx: &'a Context<'a>,
    person: &'a Person,
    cycle: &'a Cycle,
}

impl Scribe<'_> {
    fn lines(&self, changes: &Changes<'_>) -> Vec<LedgerLine> {
        let mut lines: Vec<LedgerLine> = changes.met.iter().map(|one| self.ended(one)).collect();
        lines.extend(self.shifts(Mark::new("done", "up", "Raised"), &changes.raised));
        lines.extend(self.shifts(Mark::new("risk", "down", "Lowered"), &changes.lowered));
        lines.extend(changes.learned.iter().map(|one| self.ended(one)));
        let begun = self.begun(changes);
        let (slipping, going): (Vec<_>, Vec<_>) =
            begun.into_iter().partition(|one| one.risk.is_some());
        lines.extend(slipping.iter().map(|one| self.at_risk(one)));
        lines.extend(going.iter().map(|one| self.going(one)));
        lines.extend(self.unchanged(changes));
        lines
    }

    /// Every running expectation once, however many reasons there are to name it.
    fn begun<'c>(&self, changes: &'c Changes<'_>) -> Vec<Begun<'c>> {
        let carried = changes
            .carried
            .iter()
            .map(|one| (Since::Carried, &one.facts));
        let new = changes.new.iter().map(|one| (Since::New, &one.facts));
        let slips = changes.stalled.iter().filter_map(|stalled| match stalled {
            Stalled::Expectation { facts, risk } => Some((facts, risk)),
            Stalled::Competency { .. } => None,
        });
        let risks: Vec<_> = slips.collect();
        let risk_of = |facts: &ExpectationFacts<'_>| {
            let found = risks.iter().find(|(slipping, _)| is_same(slipping, facts));
            found.map(|(_, risk)| *risk)
        };
        let mut begun: Vec<Begun<'_>> = carried
            .chain(new)
            .map(|(since, facts)| Begun {
                since,
                facts,
                risk: risk_of(facts),
            })
            .collect();
        for (facts, risk) in &risks {
            if !begun.iter().any(|one| is_same(one.facts, facts)) {
                begun.push(Begun {
                    since: Since::Before,
                    facts,
                    risk: Some(*risk),
                });
            }
        }
        begun
    }

    /// The card of an expectation: on this page where it is of the current cycle.
    fn link(&self, facts: &ExpectationFacts<'_>) -> Link {
        let anchor = expectation_anchor(&facts.expectation.id);
        let here = *facts.cycle == self.cycle.id;
        let route = cycle_route(&self.person.id, facts.cycle);
        Link {
            text: self.ctx.plain(&facts.expectation.text),
            href: if here {
                format!("#{anchor}")
            } else {
                format!("/{route}#{anchor}")
            },
        }
    }

    fn about(&self, mark: Mark, facts: &ExpectationFacts<'_>) -> LedgerLine {
        LedgerLine {
            subject: Some(self.link(facts)),
            ..LedgerLine::bare(mark)
        }
    }

    fn ended(&self, ended: &Ended<'_>) -> LedgerLine {
        let tries = ended.tries;
        LedgerLine {
            words: if tries > 1 {
                format!(", on the {} try", ordinal(tries))
            } else {
                String::new()
            },
            when: Some(When::on("", ended.given.date)),
            ..self.about(Mark::of_outcome(ended.given.is()), &ended.facts)
        }
    }

    fn shifts(&self, mark: Mark, shifts: &[Shift<'_>]) -> Option<LedgerLine> {
        let last = shifts.iter().map(|shift| shift.to.date).max()?;
        let rubric = self.ctx.commons.rubric_of(self.cycle);
        let moved = |shift: &Shift<'_>| Move {
            competency: shift.competency.title.clone(),
            from: StandingChip::of(rubric, &shift.from),
            to: StandingChip::of(rubric, &shift.to),
        };
        Some(LedgerLine {
            moves: shifts.iter().map(moved).collect(),
            when: Some(When::on("", last)),
            ..LedgerLine::bare(mark)
        })
    }

    fn going(&self, begun: &Begun<'_>) -> LedgerLine {
        let facts = begun.facts;
        let (done, counted) = (facts.progress.done, facts.progress.counted());
        match begun.since {
            Since::New => LedgerLine {
                when: Some(When::on("", facts.agreed)),
                ..self.about(Mark::new("track", "plus", "New"), facts)
            },
            Since::Carried | Since::Before => LedgerLine {
                note: match counted {
                    0 => String::new(),
                    _ => format!("{done} of {counted} steps"),
                },
                ..self.about(Mark::new("idle", "carry", "Carried over"), facts)
            },
        }
    }

    fn at_risk(&self, begun: &Begun<'_>) -> LedgerLine {
        let why = match begun.risk {
            Some(Risk::StepOverdue(due)) => format!(": a step was due on {}", written(*due)),
            Some(Risk::BehindHalfway) => ": behind at half time".to_owned(),
            None => String::new(),
        };
        LedgerLine {
            words: why,
            note: match begun.since {
                Since::Carried => "carried over".to_owned(),
                Since::New => "new".to_owned(),
                Since::Before => String::new(),
            },
            ..self.about(Mark::new("risk", "risk", "At risk"), begun.facts)
        }
    }

    /// Competencies that stand where they stood, in one line.
    fn unchanged(&self, changes: &Changes<'_>) -> Option<LedgerLine> {
        let still = changes.stalled.iter().filter_map(|stalled| match stalled {
            Stalled::Competency {
                competency,
                now,
                target,
                ..
            } => Some((
                format!("{} {}, aiming at {target}", competency.title, now.label),
                now.date,
            )),
            Stalled::Expectation { .. } => None,
        });
        let (words, dates): (Vec<String>, Vec<Date>) = still.unzip();
        let last = dates.into_iter().max()?;
        Some(LedgerLine {
            words: format!("In two reviews: {}", words.join("; ")),
            when: Some(When::on("", last)),
            ..LedgerLine::bare(Mark::new("idle", "eq", "Unchanged"))
        })
    }
}

/// A running expectation.
struct Begun<'c> {
    since: Since,
    facts: &'c ExpectationFacts<'c>,
    /// Why it is at risk, where it is.
    risk: Option<&'c Risk>,
}

/// Where a running expectation comes from.
#[derive(Debug, Clone, Copy)]
enum Since {
    Carried,
    New,
    /// Neither is told: only that it slips.
    Before,
}

fn is_same(a: &ExpectationFacts<'_>, b: &ExpectationFacts<'_>) -> bool {
    a.cycle == b.cycle && a.expectation.id == b.expectation.id
}

impl LedgerLine {
    fn bare(mark: Mark) -> Self {
        Self {
            mark,
            subject: None,
            words: String::new(),
            moves: Vec::new(),
            when: None,
            note: String::new(),
        }
    }
}

fn ordinal(number: usize) -> String {
    match number {
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        4 => "fourth".to_owned(),
        5 => "fifth".to_owned(),
        more => format!("{more}th"), // nobody tries the same for twenty-one cycles
    }
}
