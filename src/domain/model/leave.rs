//! Periods without the days of leave.

use chrono::{Days, TimeDelta};

use super::*;

/// How many days lie after `after`, up to and including `through`, that are not leave; 0 where
/// there is no such day.
pub fn days_present(leaves: &[Leave], after: Date, through: Date) -> i64 {
    let Some(first) = after.succ_opt().filter(|first| *first <= through) else {
        return 0;
    };
    let away = merged(leaves).into_iter().map(|leave| {
        let (from, to) = (leave.from.max(first), leave.to.min(through));
        ((to - from).num_days() + 1).max(0)
    });
    (through - after).num_days() - away.sum::<i64>()
}

/// The day that is `days` days after `start`, days of leave not counted.
pub fn due_after(leaves: &[Leave], start: Date, days: u64) -> Date {
    let mut due = start.checked_add_days(Days::new(days)).unwrap_or(Date::MAX);
    let Some(first) = start.succ_opt() else {
        return due;
    };
    for leave in merged(leaves) {
        let from = leave.from.max(first);
        if from <= due && from <= leave.to {
            let away = leave.to - from + TimeDelta::days(1);
            due = due.checked_add_signed(away).unwrap_or(Date::MAX);
        }
    }
    due
}

/// A date that was set at `start`, moved on by the days of leave in between. A date before `start`
/// stays.
pub fn moved_by_leave(leaves: &[Leave], start: Date, date: Date) -> Date {
    match u64::try_from((date - start).num_days()) {
        Ok(days) => due_after(leaves, start, days),
        Err(_) => date,
    }
}

/// Leaves in order, each day in one of them only. A reversed leave has no days.
fn merged(leaves: &[Leave]) -> Vec<Leave> {
    let mut sorted: Vec<Leave> = leaves.iter().filter(|l| l.from <= l.to).copied().collect();
    sorted.sort_by_key(|leave| (leave.from, leave.to));
    let mut merged: Vec<Leave> = Vec::new();
    for leave in sorted {
        match merged.last_mut() {
            Some(last) if leave.from <= last.to => last.to = last.to.max(leave.to),
            _ => merged.push(leave),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("tests write valid dates")
    }

    fn leave(from: &str, to: &str) -> Leave {
        Leave {
            from: day(from),
            to: day(to),
        }
    }

    #[test]
    fn a_day_of_leave_counts_once_however_often_it_is_written() {
        let leaves = [
            leave("2026-01-03", "2026-01-05"),
            leave("2026-01-04", "2026-01-06"),
        ];
        let (after, through) = (day("2026-01-01"), day("2026-01-10"));
        assert_eq!(days_present(&[], after, through), 9);
        assert_eq!(days_present(&leaves, after, through), 5);
    }

    #[test]
    fn a_period_of_nothing_but_leave_has_no_days() {
        let leaves = [leave("2025-01-01", "2027-01-01")];
        assert_eq!(
            days_present(&leaves, day("2026-01-01"), day("2026-02-01")),
            0
        );
        assert_eq!(days_present(&[], day("2026-02-01"), day("2026-01-01")), 0);
    }

    #[test]
    fn a_due_day_waits_for_leave_that_begins_before_it() {
        let start = day("2026-01-01");
        let due = |leaves: &[Leave]| due_after(leaves, start, 5);
        assert_eq!(due(&[]), day("2026-01-06"));
        assert_eq!(due(&[leave("2025-12-01", "2026-01-02")]), day("2026-01-07"));
        assert_eq!(due(&[leave("2026-01-06", "2026-01-31")]), day("2026-02-01"));
        assert_eq!(due(&[leave("2026-01-07", "2026-01-31")]), day("2026-01-06"));
    }

    #[test]
    fn a_second_leave_counts_where_the_first_moves_the_due_day_into_it() {
        let leaves = [
            leave("2026-01-08", "2026-01-09"),
            leave("2026-01-03", "2026-01-04"),
        ];
        assert_eq!(due_after(&leaves, day("2026-01-01"), 5), day("2026-01-10"));
    }

    #[test]
    fn absurd_spans_end_at_the_last_date_instead_of_a_panic() {
        let forever = Leave {
            from: Date::MIN,
            to: Date::MAX,
        };
        assert_eq!(
            due_after(&[forever], day("2026-01-01"), u64::MAX),
            Date::MAX
        );
        assert_eq!(due_after(&[forever], Date::MAX, 1), Date::MAX);
        assert_eq!(days_present(&[forever], Date::MIN, Date::MAX), 0);
    }
}
