//! What the last cycle leaves open: expectations that go on, and goals of its plan.

use std::collections::BTreeSet;

use pulldown_cmark::Event;

use super::known::has_competency;
use super::words::{key, list, maybe_key, quoted, word};
use crate::domain::growth;
use crate::domain::model::*;

/// An expectation that carries something on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Carried {
    pub id: String,
    /// Its block in `expectations.toml`.
    pub text: String,
}

/// What a person takes along into a cycle, from their last one before it: expectations that are not
/// known to be met or obsolete, and the goals of the plan.
pub(super) fn carried(org: &Organisation, person: &Person, into: &Cycle) -> Vec<Carried> {
    let Some((last, files)) = last_cycle(org, person, into) else {
        return Vec::new();
    };
    let mut carry = Carry {
        org,
        last: &last.id,
        taken: into.questions.iter().map(|q| q.id.to_string()).collect(),
    };
    let agreed = files.expectations.iter().filter(|all| all.agreed.is_some());
    let agreed = agreed.flat_map(|all| &all.expectations);
    let goals = files.plan.iter().flat_map(|plan| &plan.goals);
    let open: Vec<Carried> = agreed
        .filter_map(|one| carry.expectation(one, growth::outcome_of(files, &one.id)))
        .collect();
    let new: Vec<Carried> = goals.map(|goal| carry.goal(goal)).collect();
    open.into_iter().chain(new).collect()
}

/// The last cycle before this one that the person agreed or planned something in.
fn last_cycle<'o>(
    org: &'o Organisation,
    person: &'o Person,
    into: &Cycle,
) -> Option<(&'o Cycle, &'o PersonCycle)> {
    let earlier = org.cycles.iter().rev().filter(|c| c.end < into.start);
    earlier
        .filter_map(|cycle| Some((cycle, person.cycles.get(&cycle.id)?)))
        .find(|(_, files)| {
            let agreed = files.expectations.as_ref().and_then(|all| all.agreed);
            agreed.is_some() || files.plan.as_ref().is_some_and(|p| !p.goals.is_empty())
        })
}

struct Carry<'o> {
    org: &'o Organisation,
    last: &'o CycleId,
    /// Ids that are used already: of questions too, for a heading must mean one thing.
    taken: BTreeSet<String>,
}

impl Carry<'_> {
    fn expectation(
        &mut self,
        one: &Expectation,
        outcome: Option<growth::OutcomeGiven<'_>>,
    ) -> Option<Carried> {
        let was = match outcome.map(|given| given.is()) {
            Some(OutcomeIs::Met | OutcomeIs::Obsolete) => return None,
            Some(OutcomeIs::Partly) => "partly met",
            Some(OutcomeIs::Missed) => "missed",
            None => "not judged yet",
        };
        let id = self.free(one.id.as_str());
        let open = one
            .steps
            .iter()
            .filter(|s| s.done.is_none() && s.dropped.is_none());
        let steps: Vec<String> = open.map(|step| portable(&step.text)).collect();
        let aims = one
            .aims
            .as_ref()
            .filter(|at| self.org.rubric.level(at).is_some());
        let text = [
            format!(
                "[[expectation]]                 # {was} in {}: keep it, change it or delete it\n",
                self.last
            ),
            key("id", &id),
            key("text", &portable(&one.text)),
            maybe_key("kind", one.kind.map(word).as_deref()),
            maybe_key("measure", one.measure.as_ref().map(portable).as_deref()),
            self.competencies(&one.competencies),
            maybe_key("why", one.why.as_ref().map(portable).as_deref()),
            maybe_key("aims", aims.map(LevelRef::to_string).as_deref()),
            maybe_key("objective", one.objective.as_deref()),
            key("follows", &format!("{}/{}", self.last, one.id)),
            steps_key(&steps),
        ];
        let text = text.concat();
        Some(Carried { id, text })
    }

    fn goal(&mut self, goal: &Goal) -> Carried {
        let id = self.free(goal.id.as_ref().map_or("goal", GoalId::as_str));
        let follows = goal
            .id
            .as_ref()
            .map(|id| format!("{}/plan/{id}", self.last));
        let steps: Vec<String> = goal.actions.iter().map(portable).collect();
        let text = [
            format!(
                "[[expectation]]                 # a goal of the plan of {}\n",
                self.last
            ),
            key("id", &id),
            key("text", &portable(&goal.text)),
            self.competencies(&goal.competencies),
            maybe_key("follows", follows.as_deref()),
            steps_key(&steps),
        ];
        let text = text.concat();
        Carried { id, text }
    }

    /// The id, or one like it that is still free.
    fn free(&mut self, id: &str) -> String {
        let mut free = id.to_owned();
        let mut number = 2;
        while !self.taken.insert(free.clone()) {
            let suffix = format!("-{number}");
            let kept = id.len().min(ID_MAX_BYTES - suffix.len()); // ids are ASCII
            free = format!("{}{suffix}", &id[..kept]);
            number += 1;
        }
        free
    }

    /// Those that the rubric in force still knows.
    fn competencies(&self, ids: &[CompetencyId]) -> String {
        let known = ids.iter().filter(|id| has_competency(&self.org.rubric, id));
        let known: Vec<&str> = known.map(CompetencyId::as_str).collect();
        if known.is_empty() {
            String::new()
        } else {
            format!("competencies = {}\n", list(known))
        }
    }
}

fn steps_key(steps: &[String]) -> String {
    let steps: Vec<String> = steps
        .iter()
        .map(|step| format!("  {},\n", quoted(step)))
        .collect();
    if steps.is_empty() {
        String::new()
    } else {
        format!("steps = [\n{}]\n", steps.concat())
    }
}

/// A text that says the same in another cycle's directory: a link to `files/` would lead nowhere there, so
/// such a text keeps its words alone.
fn portable(text: &Prose) -> String {
    if !text.as_str().contains("files/") {
        return text.as_str().to_owned();
    }
    let mut words = String::new();
    for event in markup::parse(text.as_str()) {
        match event {
            Event::Text(text) | Event::Code(text) => words.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::End(_) => words.push(' '),
            _ => {}
        }
    }
    let words: Vec<&str> = words.split_whitespace().collect();
    if words.is_empty() {
        "(see the earlier cycle)".to_owned()
    } else {
        words.join(" ")
    }
}
