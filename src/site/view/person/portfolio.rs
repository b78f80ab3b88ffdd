//! An engineer's portfolio: what a person reads about themselves, and their chain with them.

use serde::Serialize;

use super::alignment::{self, AlignmentTable};
use super::expectation::{self, ExpectationCard, Remark, how_many};
use super::feedback::{FeedbackText, Reader};
use super::fixed::{self, Kept};
use super::history::{self, HistoryView};
use super::log::{self, LogLine};
use super::marks::{Link, Mark};
use super::names::{cycle_link, portfolio_route};
use super::plan::{self, GoalCard};
use super::profile::{self, Profile, Stat};
use super::since::{self, Ledger};
use super::{Period, SLOT_PERSON};
use crate::domain::growth::{Achievement, achievement, current_cycle, cycles_of, level_alignment};
use crate::domain::model::*;
use crate::site::date::Day;
use crate::site::view::next;
use crate::site::{Context, PageHead, ThemeError};

/// `portfolio.html`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Portfolio {
    pub profile: Profile,
    pub stats: Vec<Stat>,
    /// What the next level asks, and the same as a document.
    pub next: Link,
    pub packet: Link,
    /// Nothing where there is no level to go to.
    pub ahead: Option<next::Ahead>,
    /// The cycle that the page opens with; nothing before the first.
    pub current: Option<Current>,
    /// Nothing in the first cycle.
    pub ledger: Option<Ledger>,
    /// Nothing where no level is held.
    pub alignment: Option<AlignmentTable>,
    pub history: Option<HistoryView>,
    /// The last shared review with the response to it.
    pub feedback: Option<LatestFeedback>,
    /// The last development plan.
    pub plan: Option<LatestPlan>,
    /// Newest first.
    pub log: Vec<LogLine>,
    /// Newest first.
    pub cycles: Vec<CycleLine>,
}

/// The cycle that the page opens with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Current {
    pub cycle: Link,
    pub period: Period,
    /// Nothing where no expectations are agreed yet.
    pub agreed: Option<Day>,
    pub cards: Vec<ExpectationCard>,
    /// On the expectations as a whole.
    pub remarks: Vec<Remark>,
    /// Whether they stayed as agreed; nothing where the cards say it all.
    pub kept: Option<Kept>,
}

/// A shared review, and the response to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LatestFeedback {
    pub cycle: Link,
    pub review: FeedbackText,
    pub response: Option<FeedbackText>,
}

/// A development plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LatestPlan {
    pub cycle: Link,
    pub goals: Vec<GoalCard>,
}

/// One cycle in the list of all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CycleLine {
    pub cycle: Link,
    pub period: Period,
    /// `4 expectations: 3 met, 1 missed`; empty where none were agreed.
    pub words: String,
    /// Whether its review is shared, or what comes first.
    pub mark: Mark,
}

/// The part of a portfolio that its subject and their chain read.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn part(ctx: &Context, draw: &PersonDraw) -> Result<PagePart, ThemeError> {
    let person = &draw.person;
    let head = PageHead {
        route: portfolio_route(&person.id),
        slot: SLOT_PERSON,
        title: person.name.clone(),
        kind: "portfolio",
    };
    ctx.part("portfolio.html", head, &view(ctx, person))
}

/// The portfolio as of the day that facts are judged on.
pub fn view(ctx: &Context, person: &Person) -> Portfolio {
    let cycle = current_cycle(ctx.commons, person);
    Portfolio {
        profile: Profile::of(ctx, person, None),
        stats: cycle.map_or(Vec::new(), |cycle| profile::stats(ctx, person, cycle)),
        next: next::link(ctx, person),
        packet: Link {
            text: "Promotion packet".to_owned(),
            href: format!("/{}", next::packet_route(&person.id)),
        },
        ahead: next::ahead(ctx, person),
        current: cycle.map(|cycle| current(ctx, person, cycle)),
        ledger: cycle.and_then(|cycle| since::ledger(ctx, person, cycle)),
        alignment: cycle.and_then(|cycle| alignment::table(ctx, person, cycle)),
        history: cycle.map(|cycle| {
            let aim = highest_aim(ctx, person, cycle);
            history::view(ctx, person, cycle, aim)
        }),
        feedback: latest_feedback(ctx, person),
        plan: latest_plan(ctx, person),
        log: log::lines(ctx, person),
        cycles: cycle_lines(ctx, person),
    }
}

fn current(ctx: &Context, person: &Person, cycle: &Cycle) -> Current {
    let of = person.cycles.get(&cycle.id);
    let agreed = of.and_then(|of| of.expectations.as_ref()?.agreed);
    Current {
        cycle: cycle_link(&person.id, cycle),
        period: Period::of(cycle),
        agreed: agreed.map(Day::from),
        cards: expectation::cards(ctx, person, cycle),
        remarks: expectation::general_remarks(ctx, person, cycle),
        kept: fixed::kept(person, cycle),
    }
}

/// The highest level of the track that an expectation of the cycle aims at.
fn highest_aim<'a>(ctx: &'a Context, person: &'a Person, cycle: &'a Cycle) -> Option<&'a LevelRef> {
    let rows = level_alignment(ctx.commons, person, cycle)?.rows;
    let targets = rows.into_iter().filter_map(|row| row.target);
    targets
        .max_by_key(|target| target.rank)
        .map(|target| target.level)
}

fn latest_feedback(ctx: &Context, person: &Person) -> Option<LatestFeedback> {
    let newest_first = cycles_of(ctx.commons, person).into_iter().rev();
    let mut shared = newest_first.filter(|(_, of)| of.shared_review().is_some());
    let (cycle, of) = shared.next()?;
    let reader = Reader {
        ctx,
        person,
        cycle,
        of,
        prefix: "",
    };
    Some(LatestFeedback {
        cycle: cycle_link(&person.id, cycle),
        review: reader.review()?,
        response: reader.response(),
    })
}

fn latest_plan(ctx: &Context, person: &Person) -> Option<LatestPlan> {
    let newest_first = cycles_of(ctx.commons, person).into_iter().rev();
    let goals = newest_first.map(|(cycle, _)| (cycle, plan::goals(ctx, person, cycle)));
    let (cycle, goals) = goals.into_iter().find(|(_, goals)| !goals.is_empty())?;
    Some(LatestPlan {
        cycle: cycle_link(&person.id, cycle),
        goals,
    })
}

fn cycle_lines(ctx: &Context, person: &Person) -> Vec<CycleLine> {
    let newest_first = cycles_of(ctx.commons, person).into_iter().rev();
    let line = |(cycle, of): (&Cycle, &PersonCycle)| CycleLine {
        cycle: cycle_link(&person.id, cycle),
        period: Period::of(cycle),
        words: outcomes_in_words(achievement(of)),
        mark: cycle_mark(ctx.commons.as_of, cycle, of),
    };
    newest_first.map(line).collect()
}

fn outcomes_in_words(counts: Achievement) -> String {
    if counts.total() == 0 {
        return String::new();
    }
    let all = [
        (counts.met, "met"),
        (counts.partly, "partly met"),
        (counts.missed, "missed"),
        (counts.obsolete, "obsolete"),
    ];
    let said = all.iter().filter(|(count, _)| *count > 0);
    let said: Vec<String> = said
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if said.is_empty() {
        how_many(counts.total())
    } else {
        format!("{}: {}", how_many(counts.total()), said.join(", "))
    }
}

fn cycle_mark(as_of: Date, cycle: &Cycle, of: &PersonCycle) -> Mark {
    if of.shared_review().is_some() {
        return Mark::new("done", "done", "Reviewed");
    }
    match as_of {
        early if early < cycle.start => Mark::new("idle", "idle", "Not begun"),
        running if running <= cycle.end => Mark::new("track", "track", "Running"),
        _ => Mark::new("idle", "idle", "No shared review yet"),
    }
}
