//! Which cycle is meant: from its id, and from the day.

use crate::domain::model::*;

/// A period that an id names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Period {
    pub title: String,
    pub start: Date,
    /// Inclusive.
    pub end: Date,
}

/// The period that `2026`, `2026-h1` or `2026-q3` names; nothing for other ids.
pub(super) fn named(id: &str) -> Option<Period> {
    let (year, part) = match id.split_once('-') {
        Some((year, part)) => (year, Some(part)),
        None => (id, None),
    };
    let in_four_digits = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
    let number: i32 = year.parse().ok().filter(|_| in_four_digits)?;
    let (first, months, title) = match part {
        None => (1, 12, year.to_owned()),
        Some("h1") => (1, 6, format!("H1 {year}")),
        Some("h2") => (7, 6, format!("H2 {year}")),
        Some("q1") => (1, 3, format!("Q1 {year}")),
        Some("q2") => (4, 3, format!("Q2 {year}")),
        Some("q3") => (7, 3, format!("Q3 {year}")),
        Some("q4") => (10, 3, format!("Q4 {year}")),
        Some(_) => return None,
    };
    let start = Date::from_ymd_opt(number, first, 1)?;
    let end = start
        .checked_add_months(chrono::Months::new(months))?
        .pred_opt()?;
    Some(Period { title, start, end })
}

/// The cycle that runs on a day: one that the person has files in, else the latest to begin; before the
/// first has begun, the first, and between two the one before. Nothing where there are no cycles.
pub fn running<'o>(org: &'o Organisation, person: &Person, day: Date) -> Option<&'o Cycle> {
    let begun = || org.cycles.iter().rev().filter(|cycle| cycle.start <= day);
    let used = |cycle: &&Cycle| cycle.contains(day) && has_files(person, cycle);
    let running = |cycle: &&Cycle| cycle.contains(day);
    begun()
        .find(used)
        .or_else(|| begun().find(running))
        .or_else(|| begun().next())
        .or_else(|| org.cycles.first())
}

/// The cycle whose texts are being written on a day: the last to end, while its last text is not yet due,
/// else the one that runs.
pub fn in_review<'o>(org: &'o Organisation, person: &Person, day: Date) -> Option<&'o Cycle> {
    let written = |cycle: &&Cycle| {
        let days = u64::from(cycle.phases.response_days);
        let last = crate::domain::growth::due_after(&person.leaves, cycle.end, days);
        cycle.end < day && day <= last && has_files(person, cycle)
    };
    let ended = org.cycles.iter().rev().find(written);
    ended.or_else(|| running(org, person, day))
}

fn has_files(person: &Person, cycle: &Cycle) -> bool {
    person.cycles.contains_key(&cycle.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_can_say_its_period() {
        let days = |id| named(id).map(|p| (p.title, p.start.to_string(), p.end.to_string()));
        let of = |title: &str, start: &str, end: &str| {
            Some((title.to_owned(), start.to_owned(), end.to_owned()))
        };
        assert_eq!(days("2026-h1"), of("H1 2026", "2026-01-01", "2026-06-30"));
        assert_eq!(days("2026-q4"), of("Q4 2026", "2026-10-01", "2026-12-31"));
        assert_eq!(days("2028"), of("2028", "2028-01-01", "2028-12-31"));
        for other in [
            "2026-h3",
            "spring",
            "26-h1",
            "+026",
            "2026-h1-b",
            "99999",
            "",
        ] {
            assert_eq!(named(other), None, "{other}");
        }
    }
}
