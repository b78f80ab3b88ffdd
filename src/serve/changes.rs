//! What has changed and was not looked at yet.
//!
//! Editors write in bursts, and a checkout in a long one: what comes close together is taken together.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Touched;

/// So long nothing more must come before what came is looked at.
const QUIET: Duration = Duration::from_millis(10);

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
        let mut state = self.state();
        loop {
            if state.has_ended {
                return None;
            }
            let left = state.burst.as_ref().map(Burst::left);
            state = match left {
                Some(Duration::ZERO) => return state.burst.take().map(|burst| burst.touched),
                Some(left) => {
                    let waited = self.more.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let waited = self.more.wait(state);
                    waited.unwrap_or_else(PoisonError::into_inner)
                }
            };
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
    fn everything_and_a_path_is_everything() {
        for (one, other) in [
            (path("a"), Touched::Everything),
            (Touched::Everything, path("a")),
        ] {
            assert_eq!(both(one, other), Touched::Everything);
        }
    }
}
