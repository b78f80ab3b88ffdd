//! Which advice comes too late to act on.
//!
//! | advice about | is given until |
//! |---|---|
//! | what a cycle holds | its last day to close: `close_within_days` after its end |
//! | a review that is not shared or answered, a goal that the next cycle does not carry on | the last day to close the next cycle |
//! | figures that are to be counted, the questions in force, a day that has not come, and all that is about no cycle | it is followed |

use super::{Lint, Practice};
use crate::domain::model::*;
use crate::tree::check::codes;
use crate::tree::source::FileKind;

impl Practice<'_> {
    /// Whether the time to close a cycle is over, for somebody with these leaves.
    pub(super) fn is_closed(&self, cycle: &Cycle, leaves: &[Leave]) -> bool {
        let within = self.organisation.policy.close_within_days;
        due_after(leaves, cycle.end, within.into()) < self.as_of
    }

    /// Whether advice is not given any more: it comes too late to act on.
    pub(super) fn is_over(&self, lint: &Lint) -> bool {
        if lint.rule.code == codes::NOT_YET.code {
            return false;
        }
        let (cycle, leaves) = match &lint.file {
            FileKind::Cycle(cycle) => (cycle, &[][..]),
            FileKind::InCycle { cycle, person, .. } | FileKind::Talent { cycle, person } => {
                let person = self.organisation.people.get(&**person);
                (cycle, person.map_or(&[][..], |person| &person.leaves))
            }
            _ => return false,
        };
        let cycles = &self.organisation.cycles;
        let own = cycles.iter().find(|known| known.id.as_str() == &**cycle);
        let until = if is_about_what_follows(lint) {
            if own.is_some_and(|own| self.organisation.figures.of(&own.id).is_some()) {
                return true;
            }
            own.and_then(|own| next(cycles, own))
        } else {
            own
        };
        until.is_some_and(|cycle| self.is_closed(cycle, leaves))
    }
}

/// Whether it can still be acted on after its cycle is closed.
fn is_about_what_follows(lint: &Lint) -> bool {
    let rules = [
        codes::UNSHARED,
        codes::UNANSWERED,
        codes::UNFOLLOWED_GOAL,
        codes::NOT_CLOSED,
    ];
    rules.iter().any(|rule| rule.code == lint.rule.code)
}

/// None if no later cycle is planned.
fn next<'a>(cycles: &'a [Cycle], cycle: &Cycle) -> Option<&'a Cycle> {
    let later = cycles.iter().filter(|later| later.start > cycle.end);
    later.min_by_key(|later| later.start)
}
