//! `management/<cycle>/<id>.toml`: a talent mapping, which its subject never reads.

use super::seat::Seat;
use super::words::{comment, declared};
use super::{NewFile, Refusal};
use crate::domain::model::*;

/// A talent mapping: a draft until it is dated.
///
/// # Errors
/// Somebody would map themselves.
pub fn talent(
    org: &Organisation,
    person: &Person,
    cycle: &Cycle,
    by: &Person,
) -> Result<NewFile, Refusal> {
    if by.id == person.id {
        let what = format!("`{}` cannot take part in their own talent mapping", by.id);
        return Err(Refusal::new(what));
    }
    let seat = Seat { org, person, cycle };
    let managers = org.managers_of(&person.id, cycle.end);
    let mut partners = managers
        .into_iter()
        .filter(|id| **id != by.id && **id != person.id);
    let partner = partners.next().map_or("a-colleague", PersonId::as_str);
    let held = person.level_on(cycle.end);
    let next = held.and_then(|held| {
        let (track, _) = org.rubric_of(cycle).level(held)?;
        let next = track.next_levels(&held.level);
        Some(format!("{}/{}", track.id, next.first()?.id))
    });
    let level = held.map_or_else(String::new, |held| format!(", against {held}"));
    let words = format!("Where {} stands, {}{level}.", person.name, cycle.title);
    let text = declared(
        "talent",
        include_str!("tree/talent.toml"),
        &[
            ("head", &comment(&words, 0)),
            ("by", by.id.as_str()),
            ("partner", partner),
            ("date", &seat.due(cycle.phases.review_days).to_string()),
            ("ratings", &seat.ratings()),
            ("next", next.as_deref().unwrap_or("track/level")),
        ],
    );
    let path = format!("management/{}/{}.toml", cycle.id, person.id);
    Ok(NewFile { path, text })
}
