//! The loop: a change, the next generation, and word of it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::preview_state::PreviewState;
use super::watch::News;
use super::{Preview, Refreshed};
use crate::domain::model::Date;

/// How often the day is asked for while nothing changes.
const DAY_CHECK: Duration = Duration::from_secs(30);

/// One turn of the loop.
pub struct Turn<'t> {
    /// What changed. Nothing the first time, and on another day.
    pub changed: &'t BTreeSet<PathBuf>,
    /// What came of it.
    pub refreshed: &'t Refreshed,
    /// How long the refresh took.
    pub took: Duration,
}

/// Refreshes once.
pub fn refresh(
    preview: &mut Preview,
    changed: &BTreeSet<PathBuf>,
    state: &PreviewState,
    tell: &mut dyn FnMut(&Turn),
) {
    let began = Instant::now();
    let refreshed = preview.refresh(changed);
    let took = began.elapsed();
    state.show(&refreshed);
    tell(&Turn {
        changed,
        refreshed: &refreshed,
        took,
    });
}

/// Refreshes after every change, and when another day begins, until the end.
pub fn until_the_end(
    preview: &mut Preview,
    news: &Receiver<News>,
    state: &PreviewState,
    day: &dyn Fn() -> Date,
    tell: &mut dyn FnMut(&Turn),
) {
    loop {
        let mut next = news.recv_timeout(DAY_CHECK);
        let mut changed = BTreeSet::new();
        while let Ok(News::Changed(paths)) = next {
            changed.extend(paths);
            next = news.try_recv().map_err(|_| RecvTimeoutError::Timeout);
        }
        if next != Err(RecvTimeoutError::Timeout) {
            return;
        }
        let is_another_day = preview.turn_to(day());
        if is_another_day || !changed.is_empty() {
            refresh(preview, &changed, state, tell);
        }
    }
}
