//! Dates as people read them: no reader mistakes day for month.

use serde::Serialize;

use crate::domain::model::Date;

/// `1 May 2026`.
pub fn written(date: Date) -> String {
    date.format("%-d %B %Y").to_string()
}

/// A date in a view, for `<time datetime="{{ d.iso }}">{{ d.text }}</time>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Day {
    /// `2026-05-01`.
    pub iso: String,
    /// `1 May 2026`.
    pub text: String,
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self {
            iso: date.format("%Y-%m-%d").to_string(),
            text: written(date),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_with_the_month_as_a_word() {
        let date = Date::from_ymd_opt(2026, 5, 1).unwrap();
        assert_eq!(written(date), "1 May 2026");
        assert_eq!(Day::from(date).iso, "2026-05-01");
    }
}
