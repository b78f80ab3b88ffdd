//! The loop: a change, the next generation, and word of it.

use std::time::{Duration, Instant};

use super::changes::Changes;
use super::screen::Screen;
use super::{Preview, Refreshed, Touched};

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

/// Refreshes after every change until there are no more.
pub fn until_the_end(
    preview: &mut Preview,
    changes: &Changes,
    screen: &Screen,
    tell: &mut dyn FnMut(&Turn),
) {
    while let Some(touched) = changes.next() {
        refresh(preview, &touched, screen, tell);
    }
}
