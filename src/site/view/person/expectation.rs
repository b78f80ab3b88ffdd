//! One expectation as a card: what was agreed, its key steps, how it ended, what was said about it.

use serde::Serialize;

use super::fixed::{self, FixedNote};
use super::marks::{Evidence, Link, Mark, Progress, When, counted};
use super::names::*;
use crate::domain::growth::{
    ExpectationFacts, ExpectationState, Judge, LineageEntry, OutcomeGiven, Risk, StepFacts,
    StepState, expectation_facts, lineage, outcome_by,
};
use crate::domain::model::*;
use crate::site::date::{Day, written};
use crate::site::view::level::LevelChip;
use crate::site::{Context, Html};

/// A card: `{{ <person.expectation card={c} /> }}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExpectationCard {
    /// Where links to this expectation arrive.
    pub id: String,
    /// Its text, in one line.
    pub title: Html,
    /// Shown opened out.
    pub open: bool,
    /// Titles.
    pub competencies: Vec<String>,
    /// `shows the next level`; nothing where none was given.
    pub kind: Option<&'static str>,
    /// The level whose evidence this is; nothing: the level held.
    pub aims: Option<LevelChip>,
    pub mark: Mark,
    /// Nothing without key steps.
    pub progress: Option<Progress>,
    /// Why it is at risk; nothing where it is not.
    pub risk: Option<String>,
    pub why: Option<Html>,
    pub measure: Option<Html>,
    /// The objective of team or company that it serves.
    pub objective: Option<String>,
    /// What it carries on.
    pub follows: Option<Link>,
    /// Where its own days differ from the cycle's.
    pub agreed: Option<Day>,
    /// Likewise.
    pub until: Option<Day>,
    /// Nothing where it stayed as it was agreed, or nothing can be shown.
    pub fixed: Option<FixedNote>,
    pub steps: Vec<StepLine>,
    /// How it ended: in the manager's words, then in the engineer's.
    pub ends: Vec<End>,
    /// Amendments and skip-level comments, oldest first.
    pub remarks: Vec<Remark>,
    /// All cycles that it ran through, oldest first; empty where this is the only one.
    pub lineage: Vec<Stop>,
}

/// A key step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepLine {
    /// `done`, `late`, `next`, `open` or `dropped`.
    pub state: &'static str,
    /// The state in words, for the icon.
    pub mark: Mark,
    pub text: Html,
    /// A note, and why it was dropped.
    pub notes: Vec<Html>,
    pub evidence: Vec<Evidence>,
    /// When it was done, dropped or is due; a done step that had a due day has both.
    pub when: Vec<When>,
}

/// How an expectation ended, in the eyes of one of the two.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct End {
    /// `Grace Hopper’s review`, `Own assessment`.
    pub who: String,
    pub mark: Mark,
    pub why: Option<Html>,
    pub learned: Option<Html>,
    pub day: Day,
}

/// Something that was said about what was agreed, beside its text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Remark {
    /// `Amended`, `Skip-level comment`.
    pub kind: &'static str,
    pub by: String,
    pub day: Day,
    pub text: Html,
}

/// One cycle of an expectation that ran through several.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stop {
    pub mark: Mark,
    /// The cycle, with the place on its page; this very card has no link.
    pub cycle: String,
    pub href: Option<String>,
}

/// All cards of a cycle, in the order agreed, the first one open.
pub fn cards(ctx: &Context, person: &Person, cycle: &Cycle) -> Vec<ExpectationCard> {
    let desk = Desk::new(ctx, person, cycle);
    let all = expectation_facts(ctx.commons, person, cycle);
    let mut cards: Vec<ExpectationCard> = all.iter().map(|facts| desk.card(facts)).collect();
    if let Some(first) = cards.first_mut() {
        first.open = true;
    }
    cards
}

/// Amendments and skip-level comments on the expectations as a whole, oldest first.
pub fn general_remarks(ctx: &Context, person: &Person, cycle: &Cycle) -> Vec<Remark> {
    Desk::new(ctx, person, cycle).remarks(None)
}

/// What one cycle's cards are drawn with.
struct Desk<'a> {
    ctx: &'a Context<'a>,
    person: &'a Person,
    cycle: &'a Cycle,
    file: Option<&'a Expectations>,
}

impl<'a> Desk<'a> {
    fn new(ctx: &'a Context, person: &'a Person, cycle: &'a Cycle) -> Self {
        let of = person.cycles.get(&cycle.id);
        let file = of.and_then(|of| of.expectations.as_ref());
        Self {
            ctx,
            person,
            cycle,
            file,
        }
    }

    fn card(&self, facts: &ExpectationFacts<'_>) -> ExpectationCard {
        let it = facts.expectation;
        let rubric = self.ctx.commons.rubric_of(self.cycle);
        let held = crate::domain::growth::held_level(self.ctx.commons, self.person, self.cycle);
        let title = |id| competency_title(rubric, held, id);
        ExpectationCard {
            id: expectation_anchor(&it.id),
            title: self.inline(&it.text),
            open: false,
            competencies: it.competencies.iter().map(title).collect(),
            kind: it.kind.map(kind_words),
            aims: it.aims.as_ref().map(|aims| LevelChip::of(rubric, aims)),
            mark: Mark::of_state(&facts.state),
            progress: Progress::of(facts.steps.iter().map(|step| step.state)),
            risk: risk_words(&facts.state),
            why: self.some_prose(&it.why),
            measure: self.some_prose(&it.measure),
            objective: it.objective.clone(),
            follows: it.follows.as_ref().and_then(|f| self.follows(f)),
            agreed: it.agreed.map(Day::from),
            until: (facts.until != self.cycle.end).then(|| facts.until.into()),
            fixed: fixed::note(it, self.file.and_then(|file| file.agreed)),
            steps: self.steps(&facts.steps),
            ends: self.ends(&it.id),
            remarks: self.remarks(Some(&it.id)),
            lineage: self.lineage(&it.id),
        }
    }

    fn inline(&self, text: &Prose) -> Html {
        self.ctx.inline(text, Some(&self.cycle.id))
    }

    fn prose(&self, text: &Prose) -> Html {
        self.ctx.prose(text, Some(&self.cycle.id))
    }

    fn some_prose(&self, text: &Option<Prose>) -> Option<Html> {
        let text = text.as_ref().filter(|text| !text.is_empty())?;
        Some(self.prose(text))
    }

    /// What it carries on; nothing where that cannot be read here.
    fn follows(&self, follows: &Follows) -> Option<Link> {
        let (Follows::Expectation(cycle, _) | Follows::PlanGoal(cycle, _)) = follows;
        let of = self.person.cycles.get(cycle)?;
        let title = &self.ctx.commons.cycle(cycle)?.title;
        let route = cycle_route(&self.person.id, cycle);
        Some(match follows {
            Follows::Expectation(_, id) => Link {
                text: format!("{}, {title}", expectation_title(self.ctx, of, id)),
                href: format!("/{route}#{}", expectation_anchor(id)),
            },
            Follows::PlanGoal(..) => Link {
                text: format!("the plan of {title}"),
                href: format!("/{route}#plan"),
            },
        })
    }

    fn steps(&self, steps: &[StepFacts<'_>]) -> Vec<StepLine> {
        let next = steps.iter().position(|step| step.state == StepState::Open);
        let line = |(at, facts)| self.step(facts, Some(at) == next);
        steps.iter().enumerate().map(line).collect()
    }

    fn step(&self, facts: &StepFacts<'_>, next: bool) -> StepLine {
        let step = facts.step;
        let (state, mark) = step_mark(facts.state, next);
        let notes = [&step.note, &step.why].into_iter().flatten();
        StepLine {
            state,
            mark,
            text: self.inline(&step.text),
            notes: notes.map(|note| self.inline(note)).collect(),
            evidence: Evidence::all(&step.evidence),
            when: step_days(facts),
        }
    }

    fn ends(&self, id: &ExpectationId) -> Vec<End> {
        let Some(of) = self.person.cycles.get(&self.cycle.id) else {
            return Vec::new();
        };
        let given = [Judge::Manager, Judge::Own].map(|judge| outcome_by(of, id, judge));
        given
            .into_iter()
            .flatten()
            .map(|given| self.end(&given))
            .collect()
    }

    fn end(&self, given: &OutcomeGiven<'_>) -> End {
        End {
            who: match given.judge {
                Judge::Manager => format!("Review by {}", self.ctx.commons.name_of(given.by)),
                Judge::Own => "Own assessment".to_owned(),
            },
            mark: Mark::of_outcome(given.is()),
            why: self.some_prose(&given.outcome.why),
            learned: self.some_prose(&given.outcome.learned),
            day: given.date.into(),
        }
    }

    /// What was said about one expectation, or about all of them.
    fn remarks(&self, on: Option<&ExpectationId>) -> Vec<Remark> {
        let Some(file) = self.file else {
            return Vec::new();
        };
        let notes = file.notes.iter().filter(|note| note.on.as_ref() == on);
        let notes = notes.map(|n| (n.date, "Amended", &n.by, &n.text));
        let skips = file
            .skip_comments
            .iter()
            .filter(|skip| skip.on.as_ref() == on);
        let skips = skips.map(|s| (s.date, "Skip-level comment", &s.by, &s.text));
        let mut all: Vec<_> = notes.chain(skips).collect();
        all.sort_by_key(|(date, ..)| *date);
        let remark = |(date, kind, by, text): (Date, _, &PersonId, &Prose)| Remark {
            kind,
            by: self.ctx.commons.name_of(by).to_owned(),
            day: date.into(),
            text: self.prose(text),
        };
        all.into_iter().map(remark).collect()
    }

    fn lineage(&self, id: &ExpectationId) -> Vec<Stop> {
        match lineage(self.ctx.commons, self.person, &self.cycle.id, id) {
            Some(line) if line.entries.len() > 1 => {
                let here = line.here;
                let stop = |(at, entry)| self.stop(entry, at == here);
                line.entries.iter().enumerate().map(stop).collect()
            }
            _ => Vec::new(),
        }
    }

    fn stop(&self, entry: &LineageEntry<'_>, here: bool) -> Stop {
        let anchor = expectation_anchor(&entry.facts.expectation.id);
        let route = cycle_route(&self.person.id, &entry.cycle.id);
        let mark = if entry.carried_on && entry.facts.outcome.is_none() {
            Mark::new("idle", "carry", "Carried over")
        } else {
            Mark::of_state(&entry.facts.state)
        };
        Stop {
            mark,
            cycle: entry.cycle.title.clone(),
            href: (!here).then(|| format!("/{route}#{anchor}")),
        }
    }
}

fn risk_words(state: &ExpectationState) -> Option<String> {
    let ExpectationState::AtRisk(risk) = state else {
        return None;
    };
    Some(match risk {
        Risk::StepOverdue(due) => format!("A step was due on {}.", written(*due)),
        Risk::BehindHalfway => {
            "More than half of the time is over, and less than half of the steps are done."
                .to_owned()
        }
    })
}

fn step_mark(state: StepState, next: bool) -> (&'static str, Mark) {
    match state {
        StepState::Done(_) => ("done", Mark::new("done", "done", "Done")),
        StepState::Dropped(_) => ("dropped", Mark::new("idle", "miss", "Dropped")),
        StepState::Overdue => ("late", Mark::new("risk", "risk", "Overdue")),
        StepState::Open if next => ("next", Mark::new("track", "next", "Next")),
        StepState::Open => ("open", Mark::new("idle", "idle", "To do")),
    }
}

fn step_days(facts: &StepFacts<'_>) -> Vec<When> {
    let due = facts
        .due
        .filter(|_| matches!(facts.state, StepState::Open | StepState::Overdue));
    let due = due.map(|due| When::due(due, facts.state == StepState::Overdue));
    let settled = match facts.state {
        StepState::Done(day) => Some(When::on("", day)),
        StepState::Dropped(day) => Some(When::on("dropped", day)),
        StepState::Open | StepState::Overdue => None,
    };
    let planned = facts.step.due.filter(|_| settled.is_some());
    let planned = planned.map(|day| When::on("was due", day));
    settled.into_iter().chain(planned).chain(due).collect()
}

/// `2 on track, 1 at risk`: how the expectations of a cycle stand, in words.
pub fn states_in_words(facts: &[ExpectationFacts<'_>]) -> String {
    let mut words: Vec<(&'static str, usize)> = Vec::new();
    for state in facts.iter().map(|one| one.state.words()) {
        match words.iter_mut().find(|(word, _)| *word == state) {
            Some((_, count)) => *count += 1,
            None => words.push((state, 1)),
        }
    }
    let said = words
        .iter()
        .map(|(word, count)| format!("{count} {}", word.to_lowercase()));
    said.collect::<Vec<_>>().join(", ")
}

/// `4 expectations`.
pub fn how_many(number: usize) -> String {
    counted(number, "expectation", "expectations")
}
