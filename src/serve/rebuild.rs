//! The loop: a change, the next generation, and word of it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::changes::{Changes, Next};
use super::screen::Screen;
use super::{Preview, Refreshed, Touched};
use crate::model::Date;

/// How often it is asked what day it is, where nothing changes.
const DAY_CHECK: Duration = Duration::from_secs(30);

/// One turn of the loop.
pub struct Turn<'t> {
    pub touched: &'t Touched,
    pub refreshed: &'t Refreshed,
    pub took: Duration,
}

/// Refreshes once.
pub fn refresh(
    preview: &mut Preview,
    touched: &Touched,
    screen: &Screen,
    tell: &mut dyn FnMut(&Turn),
) {
    let began = Instant::now();
    let refreshed = preview.refresh(touched);
    let took = began.elapsed();
    screen.show(&refreshed);
    tell(&Turn {
        touched,
        refreshed: &refreshed,
        took,
    });
}

/// Refreshes after every change, and where another day has begun, until there are no more.
pub fn until_the_end(
    preview: &mut Preview,
    changes: &Changes,
    screen: &Screen,
    day: &dyn Fn() -> Date,
    tell: &mut dyn FnMut(&Turn),
) {
    loop {
        let touched = match changes.next_within(DAY_CHECK) {
            Next::Change(touched) => touched,
            Next::Nothing => Touched::Paths(BTreeSet::new()),
            Next::End => return,
        };
        let is_another_day = preview.turn_to(day());
        if is_another_day || touched != Touched::Paths(BTreeSet::new()) {
            refresh(preview, &touched, screen, tell);
        }
    }
}
