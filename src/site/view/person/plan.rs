//! The development plan for the next cycle.

use serde::Serialize;

use super::marks::When;
use super::names::competency_title;
use crate::domain::growth::held_level;
use crate::domain::model::*;
use crate::site::{Context, Html};

/// One goal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GoalCard {
    pub text: Html,
    /// Titles.
    pub competencies: Vec<String>,
    pub actions: Vec<Html>,
    pub resources: Vec<Html>,
    pub support: Vec<Html>,
    pub by: Option<When>,
}

/// The goals of the plan that a cycle ended with; empty where there is none.
pub fn goals(ctx: &Context, person: &Person, cycle: &Cycle) -> Vec<GoalCard> {
    let of = person.cycles.get(&cycle.id);
    let plan = of.and_then(|of| of.plan.as_ref());
    let goals = plan.into_iter().flat_map(|plan| &plan.goals);
    goals.map(|goal| card(ctx, person, cycle, goal)).collect()
}

/// A resource that is nothing but an address is a link.
fn linked(resource: &Prose) -> Prose {
    let text = resource.as_str().trim();
    let bare = text.starts_with("https://") && !text.contains([' ', '<', '>']);
    if bare {
        Prose::new(format!("<{text}>"))
    } else {
        resource.clone()
    }
}

fn card(ctx: &Context, person: &Person, cycle: &Cycle, goal: &Goal) -> GoalCard {
    let rubric = ctx.commons.rubric_of(cycle);
    let held = held_level(ctx.commons, person, cycle);
    let title = |id| competency_title(rubric, held, id);
    let all = |texts: &[Prose]| -> Vec<Html> {
        texts
            .iter()
            .map(|text| ctx.inline(text, Some(&cycle.id)))
            .collect()
    };
    GoalCard {
        text: ctx.inline(&goal.text, Some(&cycle.id)),
        competencies: goal.competencies.iter().map(title).collect(),
        actions: all(&goal.actions),
        resources: all(&goal.resources.iter().map(linked).collect::<Vec<_>>()),
        support: all(&goal.support),
        by: goal.by.map(|by| When {
            relative: true,
            ..When::on("by", by)
        }),
    }
}
