//! 1:1s: what is still open first, then every meeting, newest first.

use serde::Serialize;

use super::marks::When;
use crate::domain::growth::open_actions;
use crate::domain::model::*;
use crate::site::date::Day;
use crate::site::{Context, Html};

/// How many of the newest meetings are shown opened out.
const OPEN_MEETINGS: usize = 1;

/// The log of a pair; nothing where they keep none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckIns {
    pub actions: Vec<ActionLine>,
    /// Newest first.
    pub meetings: Vec<Meeting>,
}

/// Something that was promised and is not ticked yet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActionLine {
    pub text: Html,
    pub since: When,
}

/// One 1:1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Meeting {
    pub title: String,
    pub day: Day,
    pub text: Html,
    pub open: bool,
}

/// The check-ins of a draw; nothing where it holds none.
pub fn view(ctx: &Context, person: &Person) -> Option<CheckIns> {
    if person.checkins.is_empty() {
        return None;
    }
    let newest_first = person.checkins.iter().rev().enumerate();
    let action = |action: crate::domain::growth::OpenAction<'_>| ActionLine {
        text: ctx.inline(&Prose::new(action.text), None),
        since: When::on("since", action.since),
    };
    Some(CheckIns {
        actions: open_actions(person).into_iter().map(action).collect(),
        meetings: newest_first
            .map(|(at, one)| meeting(ctx, one, at < OPEN_MEETINGS))
            .collect(),
    })
}

fn meeting(ctx: &Context, checkin: &CheckIn, open: bool) -> Meeting {
    Meeting {
        title: checkin.title.clone(),
        day: checkin.date.into(),
        text: ctx.prose(&checkin.text, None),
        open,
    }
}
