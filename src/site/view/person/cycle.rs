//! One cycle of one person, in the order of the process.

use serde::Serialize;

use super::expectation::{self, ExpectationCard, Remark};
use super::feedback::{FeedbackText, NamelessAnswers, Reader};
use super::fixed::{self, Kept};
use super::marks::{Link, Mark, When, counted};
use super::names::{cycle_link, cycle_route};
use super::plan::{self, GoalCard};
use super::profile::Profile;
use super::{Period, SLOT_PERSON};
use crate::domain::growth::{Phase, PhaseState, PhaseStatus, cycles_of, phase};
use crate::domain::model::*;
use crate::site::date::Day;
use crate::site::{Context, PageHead, ThemeError};

/// `cycle.html`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CyclePage {
    pub profile: Profile,
    pub title: String,
    pub period: Period,
    /// The process with its dates, in order.
    pub phases: Vec<PhaseLine>,
    /// Nothing where no expectations are agreed.
    pub agreed: Option<Day>,
    pub cards: Vec<ExpectationCard>,
    /// On the expectations as a whole.
    pub remarks: Vec<Remark>,
    /// Whether they stayed as agreed; nothing where the cards say it all.
    pub kept: Option<Kept>,
    pub own: Option<FeedbackText>,
    /// Peer feedback that the subject may read, with names.
    pub peers: Vec<FeedbackText>,
    /// The same without names.
    pub nameless: Vec<NamelessAnswers>,
    /// Once it is shared.
    pub review: Option<FeedbackText>,
    pub response: Option<FeedbackText>,
    pub goals: Vec<GoalCard>,
    /// The cycle before and the one after.
    pub previous: Option<Link>,
    pub next: Option<Link>,
}

/// One phase of the process.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhaseLine {
    pub name: &'static str,
    /// Its section on the page, where there is something in it.
    pub href: Option<&'static str>,
    pub mark: Mark,
    pub when: Option<When>,
}

/// The part of a cycle's page that its subject and their chain read.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn part(ctx: &Context, draw: &PersonDraw, cycle: &Cycle) -> Result<PagePart, ThemeError> {
    let person = &draw.person;
    let head = PageHead {
        route: cycle_route(&person.id, &cycle.id),
        slot: SLOT_PERSON,
        title: format!("{}, {}", person.name, cycle.title),
        kind: "cycle",
    };
    ctx.part("cycle.html", head, &view(ctx, draw, cycle))
}

/// The page of one cycle.
pub fn view(ctx: &Context, draw: &PersonDraw, cycle: &Cycle) -> CyclePage {
    let person = &draw.person;
    let nothing = PersonCycle::default();
    let of = person.cycles.get(&cycle.id).unwrap_or(&nothing);
    let reader = Reader {
        ctx,
        person,
        cycle,
        of,
        prefix: "",
    };
    let answers = draw.anonymous.get(&cycle.id).map_or(&[][..], Vec::as_slice);
    let (previous, next) = neighbours(ctx, person, cycle);
    let agreed = of.expectations.as_ref().and_then(|file| file.agreed);
    let mut page = CyclePage {
        profile: Profile::of(ctx, person, Some(cycle)),
        title: cycle.title.clone(),
        period: Period::of(cycle),
        phases: Vec::new(),
        agreed: agreed.map(Day::from),
        cards: expectation::cards(ctx, person, cycle),
        remarks: expectation::general_remarks(ctx, person, cycle),
        kept: fixed::kept(person, cycle),
        own: reader.own(),
        peers: reader.peers(),
        nameless: reader.nameless(answers),
        review: of.shared_review().and_then(|_| reader.review()),
        response: reader.response(),
        goals: plan::goals(ctx, person, cycle),
        previous,
        next,
    };
    page.phases = process(ctx, person, cycle, &page);
    page
}

fn neighbours(ctx: &Context, person: &Person, cycle: &Cycle) -> (Option<Link>, Option<Link>) {
    let all = cycles_of(ctx.commons, person);
    let Some(at) = all.iter().position(|(other, _)| other.id == cycle.id) else {
        return (None, None);
    };
    let link = |at: usize| all.get(at).map(|(other, _)| cycle_link(&person.id, other));
    (at.checked_sub(1).and_then(link), link(at + 1))
}

fn process(ctx: &Context, person: &Person, cycle: &Cycle, page: &CyclePage) -> Vec<PhaseLine> {
    let status = |which| phase(ctx.commons, person, cycle, which);
    let written = |which, name, href, is_there: bool| {
        let status = status(which)?;
        Some(PhaseLine {
            name,
            href: is_there.then_some(href),
            mark: state_mark(status.state),
            when: Some(state_day(&status)),
        })
    };
    let lines = [
        Some(agreed_line(page)),
        written(
            Phase::SelfAssessment,
            "Self-assessment",
            "#self",
            page.own.is_some(),
        ),
        status(Phase::Peer).map(|status| peer_line(&status, page)),
        status(Phase::Review).map(|status| review_line(&status, page)),
        written(
            Phase::Response,
            "Response",
            "#response",
            page.response.is_some(),
        ),
        Some(plan_line(page)),
    ];
    lines.into_iter().flatten().collect()
}

fn agreed_line(page: &CyclePage) -> PhaseLine {
    let agreed = page.agreed.clone();
    PhaseLine {
        name: "Expectations",
        href: agreed.is_some().then_some("#expectations"),
        mark: match agreed {
            Some(_) => Mark::new("done", "done", "Agreed"),
            None => Mark::new("idle", "idle", "Not agreed yet"),
        },
        when: agreed.map(|day| When {
            word: "",
            day,
            late: false,
            relative: false,
        }),
    }
}

/// Whether peers have answered is told only where their answers are: a count would speak of texts that
/// these readers may not have.
fn peer_line(status: &PhaseStatus, page: &CyclePage) -> PhaseLine {
    let is_there = !page.peers.is_empty() || !page.nameless.is_empty();
    let mark = if is_there {
        Mark::new("done", "done", "Shared")
    } else {
        Mark::new("idle", "lock", "Confidential")
    };
    PhaseLine {
        name: "Peer feedback",
        href: is_there.then_some("#peers"),
        mark,
        when: Some(When::on("by", status.due)),
    }
}

/// Likewise: a review counts from the day it is shared.
fn review_line(status: &PhaseStatus, page: &CyclePage) -> PhaseLine {
    let shared = page
        .review
        .as_ref()
        .and_then(|review| review.shared.clone());
    PhaseLine {
        name: "Review",
        href: shared.is_some().then_some("#review"),
        mark: match shared {
            Some(_) => Mark::new("done", "done", "Shared"),
            None => Mark::new("idle", "idle", "Not shared yet"),
        },
        when: Some(match shared {
            Some(day) => When {
                word: "",
                day,
                late: false,
                relative: false,
            },
            None => When::on("by", status.due),
        }),
    }
}

fn plan_line(page: &CyclePage) -> PhaseLine {
    let count = page.goals.len();
    PhaseLine {
        name: "Plan",
        href: (count > 0).then_some("#plan"),
        mark: match count {
            0 => Mark::new("idle", "idle", "No goals yet"),
            _ => Mark::new("done", "done", counted(count, "goal", "goals")),
        },
        when: None,
    }
}

fn state_mark(state: PhaseState) -> Mark {
    match state {
        PhaseState::Done(_) => Mark::new("done", "done", "Done"),
        PhaseState::Late(_) => Mark::new("done", "done", "Done late"),
        PhaseState::Due => Mark::new("track", "track", "Due"),
        PhaseState::Overdue => Mark::new("risk", "risk", "Overdue"),
        PhaseState::NotYet => Mark::new("idle", "idle", "Not yet"),
    }
}

fn state_day(status: &PhaseStatus) -> When {
    match status.state {
        PhaseState::Done(day) | PhaseState::Late(day) => When::on("", day),
        PhaseState::Overdue => When {
            word: "by",
            ..When::due(status.due, true)
        },
        PhaseState::Due | PhaseState::NotYet => When {
            word: "by",
            ..When::due(status.due, false)
        },
    }
}
