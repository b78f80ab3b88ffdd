//! `pip.toml`: a performance improvement plan.

use super::codes;
use super::complaints::did_you_mean;
use super::known::Known;
use super::table::File;
use crate::domain::model::*;

/// Reads the file; nothing where it has no `start`: a draft, which is checked and never published.
pub(super) fn read(known: &Known<'_>, file: File<'_>) -> Option<Pip> {
    check_values(known, &file);
    let is_draft = !file.table().has("start");
    let mut pip: Pip = file.model().filter(|_| !is_draft)?;
    pip.checkins.sort_by_key(|checkin| checkin.date);
    Some(pip)
}

/// Complains of values that belong to no objective.
fn check_values(known: &Known<'_>, file: &File<'_>) {
    let table = file.table();
    let ids = table.tables("objective").filter_map(|one| one.text("id"));
    let ids: Vec<&str> = ids.map(|id| id.value).collect();
    let is_sound = known.complaints.is_sound(table.file());
    for values in table
        .tables("checkin")
        .filter_map(|one| one.table("values"))
    {
        for name in values
            .names()
            .filter(|name| is_sound && !ids.contains(&name.value))
        {
            let message = format!("`{}` is not an objective of this plan", name.value);
            known
                .about(codes::NO_OBJECTIVE, name.place.clone(), message)
                .maybe_help(did_you_mean(name.value, ids.iter().copied()));
        }
    }
}
