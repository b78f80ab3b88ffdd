//! `cycles/<cycle>.figures.toml`: what `gradus close` counted.

use super::words::{comment, key};
use super::{NewFile, known};
use crate::domain::growth;
use crate::domain::model::*;

/// The figures of a cycle that is closed, as a file. `None` if nothing of a file that is there may change.
///
/// # Errors
/// There is no such cycle, or its day is not over.
pub fn figures(
    org: &Organisation,
    cycle: &str,
    day: Date,
) -> Result<Option<NewFile>, super::Refusal> {
    let cycle = known::cycle_named(org, cycle)?;
    let closes = org.policy.closes(cycle);
    if day < closes {
        let what = format!("`{}` can be closed from {closes} on", cycle.id);
        let days = org.policy.close_within_days;
        let help = format!(
            "its last day is {}, and `close_within_days` is {days}",
            cycle.end
        );
        return Err(super::Refusal::new(what).help(help));
    }
    let people = org.people.values().map(|person| &**person);
    let figures = match org.figures.of(&cycle.id) {
        Some(before) => growth::recounted(before, people, cycle),
        None => Some(growth::cycle_figures(people, cycle, closes)),
    };
    let file = |figures: CycleFigures| NewFile {
        path: path(&cycle.id),
        text: text(&figures),
    };
    Ok(figures.map(file))
}

fn path(cycle: &CycleId) -> String {
    format!("cycles/{cycle}.figures.toml")
}

fn text(of: &CycleFigures) -> String {
    let cycle = &of.cycle;
    let head = format!(
        "Figures of `{cycle}`, which everyone with a key reads. `gradus close {cycle}` counted them.\n\
         A build publishes these numbers and counts nothing. Texts dated later than `as_of` do not count."
    );
    let mut text = format!("{}\nas_of = {}\n", comment(&head, 0), of.as_of);
    if let Some(everyone) = &of.everyone {
        text += &group("everyone", "\n[everyone]\n", everyone);
    }
    for team in &of.teams {
        let name = team.team.as_deref();
        let name = name.map_or_else(|| "# everyone else\n".to_owned(), |name| key("name", name));
        text += &group("team", &format!("\n[[team]]\n{name}"), &team.figures);
    }
    text
}

fn group(table: &str, head: &str, of: &GroupFigures) -> String {
    let figures = of.figures.iter().map(|of| {
        let head = format!("\n[{table}.{}]\nof = {}\n", of.measure.id(), of.of);
        head + &shown(&of.shown)
    });
    let figures: String = figures.collect();
    format!("{head}people = {}\n{figures}", of.people)
}

fn shown(of: &Shown) -> String {
    match of {
        Shown::Hidden => String::new(),
        Shown::NearlyAll => key("in", "nearly-all"),
        Shown::HardlyAny => key("in", "hardly-any"),
        Shown::Blocks(blocks) => {
            let line = |block: &Block| format!("{} = {}\n", block.id(), block.count);
            blocks.iter().map(line).collect()
        }
    }
}
