//! What has changed and was not looked at yet.
//!
//! Editors write in bursts, and a checkout in a long one: what comes close together is taken together.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Touched;

/// So long nothing more must come before what came is looked at.
const QUIET: Duration = Duration::from_millis(5);

/// So long at most it is waited for that.
const BURST: Duration = Duration::from_millis(100);

/// Changes on their way from whoever sees them to whoever makes the next generation.
#[derive(Default)]
pub struct Changes {
    state: Mutex<State>,
    more: Condvar,
}

#[derive(Default)]
struct State {
    burst: Option<Burst>,
    has_ended: bool,
}

struct Burst {
    touched: Touched,
    first: Instant,
    last: Instant,
}

/// What came while it was waited for.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    Change(Touched),
    Nothing,
    /// And nothing will.
    End,
}

impl Changes {
    /// Adds what has changed. It is kept until it is taken, however long that lasts.
    pub fn add(&self, touched: Touched) {
        let now = Instant::now();
        let mut state = self.state();
        state.burst = Some(match state.burst.take() {
            Some(burst) => Burst {
                touched: both(burst.touched, touched),
                last: now,
                ..burst
            },
            None => Burst {
                touched,
                first: now,
                last: now,
            },
        });
        self.more.notify_all();
    }

    /// Nobody waits any longer from now on.
    pub fn end(&self) {
        self.state().has_ended = true;
        self.more.notify_all();
    }

    /// Waits for a change, and for the end of its burst; nothing once there is an end.
    pub fn next(&self) -> Option<Touched> {
        loop {
            match self.next_within(Duration::MAX) {
                Next::Change(touched) => return Some(touched),
                Next::Nothing => {}
                Next::End => return None,
            }
        }
    }

    /// Waits so long for a change to begin, and then for the end of its burst.
    pub fn next_within(&self, patience: Duration) -> Next {
        let is_quiet = |state: &mut State| state.burst.is_none() && !state.has_ended;
        let waited = self
            .more
            .wait_timeout_while(self.state(), patience, is_quiet);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        loop {
            let left = match &state.burst {
                _ if state.has_ended => return Next::End,
                None => return Next::Nothing,
                Some(burst) => burst.left(),
            };
            if left.is_zero() {
                let burst = state.burst.take();
                return burst.map_or(Next::Nothing, |burst| Next::Change(burst.touched));
            }
            let waited = self.more.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A set of paths is whole at any moment, whoever panics.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Burst {
    /// How long it is still waited for more.
    fn left(&self) -> Duration {
        let end = (self.last + QUIET).min(self.first + BURST);
        end.saturating_duration_since(Instant::now())
    }
}

fn both(one: Touched, other: Touched) -> Touched {
    match (one, other) {
        (Touched::Paths(mut some), Touched::Paths(more)) => {
            some.extend(more);
            Touched::Paths(some)
        }
        _ => Touched::Everything,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn path(name: &str) -> Touched {
        Touched::Paths([PathBuf::from(name)].into())
    }

    #[test]
    fn what_comes_together_is_taken_together_and_what_comes_later_is_kept() {
        let changes = Changes::default();
        for name in ["a", "b", "a"] {
            changes.add(path(name));
        }
        assert_eq!(changes.next(), Some(both(path("a"), path("b"))));
        changes.add(path("c")); // while that is looked at
        assert_eq!(changes.next(), Some(path("c")));
    }

    #[test]
    fn a_burst_without_end_is_taken_in_pieces() {
        let changes = Changes::default();
        std::thread::scope(|threads| {
            let endless = threads.spawn(|| {
                while !changes.state().has_ended {
                    changes.add(path("a"));
                    std::thread::yield_now();
                }
            });
            for _ in 0..3 {
                assert_eq!(changes.next(), Some(path("a")));
            }
            changes.end();
            endless.join().unwrap();
        });
        assert_eq!(changes.next(), None);
    }

    #[test]
    fn whoever_waits_no_longer_than_that_is_told_of_nothing_and_then_of_the_end() {
        let changes = Changes::default();
        assert_eq!(changes.next_within(Duration::ZERO), Next::Nothing);
        changes.add(path("a"));
        assert_eq!(changes.next_within(Duration::ZERO), Next::Change(path("a")));
        changes.end();
        assert_eq!(changes.next_within(Duration::MAX), Next::End);
    }

    #[test]
    fn everything_and_a_path_is_everything() {
        for (one, other) in [
            (path("a"), Touched::Everything),
            (Touched::Everything, path("a")),
        ] {
            assert_eq!(both(one, other), Touched::Everything);
        }
    }
}
