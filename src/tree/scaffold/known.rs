//! What an argument may name, and the refusal where it names nothing.

use std::collections::BTreeSet;

use super::Refusal;
use crate::domain::model::*;
use crate::ground::diag;
use crate::tree::check;

/// The person of that id.
///
/// # Errors
/// There is none.
pub fn person_named<'o>(org: &'o Organisation, id: &str) -> Result<&'o Person, Refusal> {
    let person = org.people.get(id);
    let ids = || org.people.keys().map(PersonId::as_str);
    match person {
        Some(person) => Ok(person),
        None => Err(Refusal::new(format!("`{id}` is nobody in people/"))
            .help("`gradus new person ID --name NAME` makes one")
            .maybe_help(diag::did_you_mean(id, ids()))),
    }
}

/// The cycle of that id.
///
/// # Errors
/// There is none.
pub fn cycle_named<'o>(org: &'o Organisation, id: &str) -> Result<&'o Cycle, Refusal> {
    let cycle = org.cycles.iter().find(|cycle| cycle.id.as_str() == id);
    cycle.ok_or_else(|| {
        let ids = org.cycles.iter().map(|cycle| cycle.id.as_str());
        Refusal::new(format!("there is no cycle `{id}`"))
            .help("`gradus new cycle ID` makes one")
            .maybe_help(diag::did_you_mean(id, ids))
    })
}

/// The level of the rubric in force that `<track>/<level>` names.
pub(super) fn level(org: &Organisation, text: &str) -> Result<LevelRef, Refusal> {
    let known = LevelRef::new(text).filter(|level| org.rubric.level(level).is_some());
    known.ok_or_else(|| {
        let levels = levels(org);
        let near = diag::did_you_mean(text, levels.iter().map(String::as_str));
        Refusal::new(format!("there is no level `{text}`"))
            .help(if levels.is_empty() {
                "there is no rubric yet: `gradus new rubric TRACK` makes one".to_owned()
            } else {
                format!("levels are {}", levels.join(", "))
            })
            .maybe_help(near)
    })
}

fn levels(org: &Organisation) -> Vec<String> {
    let tracks = org.rubric.tracks.values();
    let levels = tracks.flat_map(|track| {
        let level = |level: &Level| format!("{}/{}", track.id, level.id);
        track.levels.iter().map(level)
    });
    levels.collect()
}

/// A competency of the rubric in force, by its id or an earlier one.
pub(super) fn competency(org: &Organisation, text: &str) -> Result<CompetencyId, Refusal> {
    let id = CompetencyId::new(text).filter(|id| has_competency(&org.rubric, id));
    id.ok_or_else(|| {
        let tracks = org.rubric.tracks.values();
        let ids = tracks.flat_map(|track| track.competencies.iter().map(|c| c.id.as_str()));
        let ids: BTreeSet<&str> = ids.collect();
        let near = diag::did_you_mean(text, ids.iter().copied());
        let all = Vec::from_iter(ids).join(", ");
        let refusal = Refusal::new(format!("there is no competency `{text}`"));
        let known = (!all.is_empty()).then(|| format!("competencies are {all}"));
        refusal.maybe_help(near.or(known))
    })
}

/// Whether a track of the rubric knows the competency, by its id or an earlier one.
pub(super) fn has_competency(rubric: &Rubric, id: &CompetencyId) -> bool {
    let mut tracks = rubric.tracks.values();
    tracks.any(|track| track.competency(id).is_some())
}

/// A new id, for the name of a file or directory.
pub(super) fn new_id<I>(text: &str, new: fn(&str) -> Option<I>) -> Result<I, Refusal> {
    new(text).ok_or_else(|| {
        Refusal::new(format!("`{text}` is not an id")).help(
            "ids are lower-case letters, digits and `-`, at most 64, and do not begin with `-`",
        )
    })
}

/// A new id of a person.
pub(super) fn new_person_id(text: &str) -> Result<PersonId, Refusal> {
    free(text, &check::RESERVED_PEOPLE)?;
    new_id(text, PersonId::new)
}

/// A new id of a cycle.
pub(super) fn new_cycle_id(text: &str) -> Result<CycleId, Refusal> {
    free(text, &check::RESERVED_CYCLES)?;
    new_id(text, CycleId::new)
}

/// Refuses words that mean something else where ids stand, and names that some systems cannot hold.
pub(super) fn free(text: &str, reserved: &[&str]) -> Result<(), Refusal> {
    if reserved.contains(&text) || !crate::tree::source::is_portable(text) {
        let what = format!("`{text}` has a meaning of its own; choose another name");
        return Err(Refusal::new(what));
    }
    Ok(())
}

/// A web address, as evidence is.
pub(super) fn web_address(text: &str) -> Result<&str, Refusal> {
    if check::is_web_address(text) {
        Ok(text)
    } else {
        Err(Refusal::new(format!("`{text}` is not a web address"))
            .help("web addresses begin with `https://` or `http://`"))
    }
}
