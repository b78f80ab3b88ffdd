//! What changed since the last cycle, as a ledger.

use serde::Serialize;

use super::alignment::StandingChip;
use super::marks::{Link, Mark, When};
use super::names::*;
use crate::growth::{
    Changes, Ended, ExpectationFacts, Risk, Shift, Stalled, changes_since_last_cycle,
};
use crate::model::*;
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
        lines.extend(changes.carried.iter().map(|one| self.carried(&one.facts)));
        lines.extend(changes.new.iter().map(|one| self.newly(&one.facts)));
        lines.extend(changes.stalled.iter().map(|one| self.stalled(one)));
        lines
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

    fn carried(&self, facts: &ExpectationFacts<'_>) -> LedgerLine {
        let (done, counted) = (facts.progress.done, facts.progress.counted());
        LedgerLine {
            note: if counted > 0 {
                format!("{done} of {counted} steps")
            } else {
                String::new()
            },
            ..self.about(Mark::new("idle", "carry", "Carried over"), facts)
        }
    }

    fn newly(&self, facts: &ExpectationFacts<'_>) -> LedgerLine {
        LedgerLine {
            when: Some(When::on("", facts.agreed)),
            ..self.about(Mark::new("track", "plus", "New"), facts)
        }
    }

    fn stalled(&self, stalled: &Stalled<'_>) -> LedgerLine {
        match stalled {
            Stalled::Expectation { facts, risk } => LedgerLine {
                words: match risk {
                    Risk::StepOverdue(due) => format!(": a step was due on {}", written(*due)),
                    Risk::BehindHalfway => ": behind at half time".to_owned(),
                },
                ..self.about(Mark::new("risk", "risk", "At risk"), facts)
            },
            Stalled::Competency {
                competency,
                now,
                target,
                ..
            } => LedgerLine {
                words: format!(
                    "{}: {} in two reviews, aiming at {target}",
                    competency.title, now.label
                ),
                when: Some(When::on("", now.date)),
                ..LedgerLine::bare(Mark::new("idle", "eq", "Unchanged"))
            },
        }
    }
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
