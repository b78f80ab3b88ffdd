//! Periods without the days of leave.

use chrono::{Days, TimeDelta};

use crate::model::*;

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
