//! Goals of a development plan: somebody goes after them in the next cycle.

use super::in_cycle::in_cycle;
use super::spot::Spot;
use super::{Lint, Practice};
use crate::domain::model::*;
use crate::tree::check::codes;
use crate::tree::source::CycleFile;

/// Judges every plan whose next cycle has expectations.
pub(super) fn judge(practice: Practice<'_>, person: &Person) -> Vec<Lint> {
    let plans = practice.organisation.cycles.iter().filter_map(|cycle| {
        let plan = person.cycles.get(&cycle.id)?.plan.as_ref()?;
        let next = next_agreed(practice, person, cycle)?;
        Some((cycle, plan, next))
    });
    let lints = plans.flat_map(|(cycle, plan, next)| {
        let goals = plan.goals.iter().enumerate();
        goals.filter_map(move |(index, goal)| {
            let message = unfollowed(person, cycle, goal, next)?;
            let file = in_cycle(person, &cycle.id, CycleFile::Plan);
            let spot = Spot::key("goal").nth(index);
            let help = help(cycle, goal);
            Some(Lint::new(codes::UNFOLLOWED_GOAL, file, spot, message).help(help))
        })
    });
    lints.collect()
}

/// The first cycle after this one for which something is agreed, where it is judged.
fn next_agreed<'a>(practice: Practice<'a>, person: &Person, cycle: &Cycle) -> Option<&'a Cycle> {
    let later = practice
        .organisation
        .cycles
        .iter()
        .filter(|later| later.start > cycle.end);
    let mut agreed = later.filter(|later| {
        let expectations = person
            .cycles
            .get(&later.id)
            .and_then(|of| of.expectations.as_ref());
        expectations.is_some_and(|e| e.agreed.is_some_and(|day| day <= practice.as_of))
    });
    agreed.next().filter(|next| practice.judges(next))
}

fn unfollowed(person: &Person, cycle: &Cycle, goal: &Goal, next: &Cycle) -> Option<String> {
    let Some(id) = &goal.id else {
        let message = "this goal has no `id`, so that no expectation can follow it";
        return Some(message.to_owned());
    };
    let followed = expectations(person).any(|expectation| carries_on(expectation, cycle, goal));
    (!followed).then(|| format!("no expectation of `{}` or later follows `{id}`", next.id))
}

/// Whether an expectation follows the goal; or follows an expectation of the goal's cycle, and works on one of the
/// goal's competencies: it can name one thing only, and carries on both.
fn carries_on(expectation: &Expectation, cycle: &Cycle, goal: &Goal) -> bool {
    match &expectation.follows {
        Some(Follows::PlanGoal(of, id)) => *of == cycle.id && goal.id.as_ref() == Some(id),
        Some(Follows::Expectation(of, _)) => {
            let mut competencies = expectation.competencies.iter();
            *of == cycle.id && competencies.any(|competency| goal.competencies.contains(competency))
        }
        None => false,
    }
}

fn expectations(person: &Person) -> impl Iterator<Item = &Expectation> {
    let all = person
        .cycles
        .values()
        .filter_map(|of| of.expectations.as_ref());
    all.flat_map(|expectations| &expectations.expectations)
}

fn help(cycle: &Cycle, goal: &Goal) -> String {
    match &goal.id {
        Some(id) => format!(
            "`follows = \"{}/plan/{id}\"` on the expectation that carries it on; or excuse it, and say why it was let go",
            cycle.id
        ),
        None => "give it an `id`".into(),
    }
}
