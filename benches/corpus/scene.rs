//! Who is there, who manages whom, and which half-years they went through.

use chrono::{Datelike, Days};
use gradus::domain::model::Date;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::markdown::Fences;
use crate::words;

/// The half-year that everybody has just finished.
const LAST_YEAR: i32 = 2026;

/// What the whole tree is made from.
pub struct Scene {
    pub people: usize,
    /// Direct reports of each manager.
    pub span: usize,
    /// First to last.
    pub periods: Vec<Period>,
    pub seed: u64,
    pub fences: Fences,
}

/// One half-year.
pub struct Period {
    pub id: String,
    pub title: String,
    pub start: Date,
    pub end: Date,
}

impl Period {
    /// A day of the period or after it: so many days after its first.
    pub fn day(&self, days: u64) -> Date {
        self.start + Days::new(days)
    }

    /// So many days after its last.
    pub fn after(&self, days: u64) -> Date {
        self.end + Days::new(days)
    }
}

/// The last half-years up to the first of 2026, first to last.
pub fn periods(count: u32) -> Vec<Period> {
    (0..count as i32).rev().map(period).collect()
}

fn period(back: i32) -> Period {
    // Half-years since the year 0; the last is the first half of its year.
    let half = LAST_YEAR * 2 - back;
    let (year, second) = (half.div_euclid(2), half.rem_euclid(2) == 1);
    let (name, start, end) = if second {
        ("h2", (7, 1), (12, 31))
    } else {
        ("h1", (1, 1), (6, 30))
    };
    let day = |(month, day)| Date::from_ymd_opt(year, month, day).unwrap_or_default();
    Period {
        id: format!("{year}-{name}"),
        title: format!("{} {year}", name.to_uppercase()),
        start: day(start),
        end: day(end),
    }
}

impl Scene {
    /// Chance for one person, or for one period of theirs (counted from 1; 0 is for the person).
    pub fn random(&self, person: usize, period: usize) -> StdRng {
        let number = ((person as u64) << 8) ^ period as u64;
        StdRng::seed_from_u64(self.seed.rotate_left(40) ^ number)
    }

    /// `ines-okoro-7`.
    pub fn id(&self, person: usize) -> String {
        let name = self.name(person).to_lowercase();
        format!("{}-{person}", name.replace(' ', "-"))
    }

    /// `Ines Okoro`; several people may share it.
    pub fn name(&self, person: usize) -> String {
        let first = words::FIRST_NAMES[person * 7 % words::FIRST_NAMES.len()];
        let last = words::LAST_NAMES[person * 11 % words::LAST_NAMES.len()];
        format!("{first} {last}")
    }

    /// Nobody for the director.
    pub fn manager(&self, person: usize) -> Option<usize> {
        (person > 0).then(|| (person - 1) / self.span)
    }

    /// Whether someone reports to them.
    pub fn manages(&self, person: usize) -> bool {
        person * self.span + 1 < self.people
    }

    /// Those who share a manager share a team.
    pub fn team(&self, person: usize) -> String {
        let team = person.saturating_sub(1) / self.span;
        let name = words::TEAMS[team % words::TEAMS.len()];
        format!("{name}-{team}")
    }

    /// Colleagues from the own team, another team and anywhere; fewer in a tiny organisation.
    pub fn peers(&self, person: usize, period: usize) -> Vec<usize> {
        let (people, next) = (self.people, person + period);
        let near = [person + 1, next + 17, next * 31 + 5];
        let mut peers: Vec<usize> = near.iter().map(|peer| peer % people).collect();
        peers.retain(|peer| *peer != person);
        peers.sort_unstable();
        peers.dedup();
        peers
    }

    /// A director, a manager and an engineer, whose keys are written out.
    pub fn shown(&self) -> Vec<usize> {
        let mut shown = vec![0, 1, self.people - 1];
        shown.retain(|person| *person < self.people);
        shown.dedup();
        shown
    }

    /// The day that everybody began on, before the first period.
    pub fn began(&self) -> Date {
        self.periods[0].start - Days::new(200)
    }

    /// The day that the last period is over for everyone.
    pub fn as_of(&self) -> Date {
        let last = &self.periods[self.periods.len() - 1];
        last.end.with_month(8).unwrap_or(last.end)
    }
}
