//! `people/<id>/next`: what the next level asks, what speaks for it so far, and what is missing.
//!
//! | file | draws |
//! |---|---|
//! | `proof` | one piece of evidence: what, where, when, whose word |
//! | `packet` | `people/<id>/packet`: the same as one document to print or to copy |
//! | `markdown` | that document as Markdown |
//!
//! Drawn in the section that the subject and their chain read, from what that section holds.

mod markdown;
mod packet;
mod proof;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::level::LevelChip;
use super::person::SLOT_PERSON;
use super::person::alignment::StandingChip;
use super::person::marks::Link;
use super::person::names::{anchor, portfolio_route};
use super::rubric::SectionView;
use super::rubric::area;
use super::rubric::cell::{short_words, stage_words};
use crate::domain::growth::{
    GapRow, LevelAlignment, LevelGap, NextLevel, current_cycle, level_alignment, level_gap,
    points_held, points_of_level,
};
use crate::domain::model::*;
use crate::site::{Context, Html, PageHead, ThemeError, diff};
use proof::Proof;

/// So many pieces of evidence for the level held are shown for each area, the newest. All of them stand on the pages of
/// their cycles and in the log; this page is about what comes next.
const OTHERS_MAX: usize = 5;

/// `next.html`.
#[derive(Debug, Serialize)]
struct NextView {
    name: String,
    portfolio: String,
    packet: String,
    /// `What L5 asks`.
    title: String,
    /// Nothing where no level is held, or the rubric does not know it.
    gap: Option<GapView>,
}

/// From the level held to the next one, or ones.
#[derive(Debug, Serialize)]
struct GapView {
    track: Link,
    held: LevelChip,
    /// Empty at the top of the track; several at a fork.
    next: Vec<NextLevelView>,
    /// Levels of other tracks that are worth the same as the one held.
    equivalent: Vec<LevelChip>,
    /// Sum of points held; nothing where the rubric counts none.
    points: Option<i64>,
    /// How many areas have evidence for the next level.
    found: usize,
    areas: Vec<AreaGap>,
}

/// A level that could be held next.
#[derive(Debug, Serialize)]
struct NextLevelView {
    chip: LevelChip,
    /// The comparison of the two in the rubric.
    compare: String,
    /// What it says about itself.
    sections: Vec<SectionView>,
    /// The points it wants; nothing where the rubric counts none.
    points: Option<i64>,
}

/// One competency.
#[derive(Debug, Serialize)]
struct AreaGap {
    anchor: String,
    title: String,
    /// Its page in the rubric; nothing where the track has none.
    href: Option<String>,
    /// Where it stands by the last shared review.
    now: Option<StandingChip>,
    /// What the level held asks; empty where the rubric does not say.
    held: Html,
    held_stage: Option<String>,
    /// What each next level asks, in the order of [`GapView::next`].
    next: Vec<NextAsked>,
    /// Evidence for the next level, newest first.
    proofs: Vec<Proof>,
    /// Evidence for the level held, newest first: the newest of it.
    others: Vec<Proof>,
    /// How many pieces of evidence for the level held there are in all.
    others_in_all: usize,
}

/// What one next level asks in one competency.
#[derive(Debug, Serialize)]
struct NextAsked {
    level: String,
    /// What is new stands in `<b class="new">`; empty where the rubric does not say.
    text: Html,
    stage: Option<String>,
    /// The same words as those of the level held.
    same: bool,
    signals: Vec<Html>,
}

/// The pages about a person's next level.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn parts(ctx: &Context, person: &Person) -> Result<Vec<PagePart>, ThemeError> {
    let gap = level_gap(ctx.commons, person);
    let view = NextView {
        name: person.name.clone(),
        portfolio: format!("/{}", portfolio_route(&person.id)),
        packet: format!("/{}", packet_route(&person.id)),
        title: title(gap.as_ref()),
        gap: gap.as_ref().map(|gap| gap_view(ctx, person, gap)),
    };
    let head = PageHead {
        route: next_route(&person.id),
        slot: SLOT_PERSON,
        title: format!("{}, {}", view.title, person.name),
        kind: "next",
    };
    Ok(vec![
        ctx.part("next.html", head, &view)?,
        packet::part(ctx, person, gap.as_ref())?,
    ])
}

/// The link from a portfolio: `What L5 asks`.
pub fn link(ctx: &Context, person: &Person) -> Link {
    Link {
        text: title(level_gap(ctx.commons, person).as_ref()),
        href: format!("/{}", next_route(&person.id)),
    }
}

/// How far the evidence for the next level goes, in a line of a portfolio.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ahead {
    /// Several at a fork.
    pub levels: Vec<LevelChip>,
    /// Areas with evidence for it, and all of them.
    pub found: usize,
    pub of: usize,
    /// `done` or `open`, one an area: those with evidence first.
    pub segments: Vec<&'static str>,
    /// The areas without any, each with its place on the page about the next level.
    pub missing: Vec<Link>,
}

/// Nothing where no level is held, at the top of a track, and where a track has no areas.
pub fn ahead(ctx: &Context, person: &Person) -> Option<Ahead> {
    let gap = level_gap(ctx.commons, person).filter(|gap| !gap.next.is_empty())?;
    let has = |row: &&GapRow<'_>| row.evidence.iter().any(|piece| piece.for_next);
    let found = gap.rows.iter().filter(has).count();
    let page = next_route(&person.id);
    let place = |row: &GapRow<'_>| Link {
        text: row.competency.title.clone(),
        href: format!("/{page}#{}", anchor("c", row.competency.id.as_str())),
    };
    let chip = |next: &NextLevel<'_>| LevelChip::new(gap.track, next.level);
    let of = gap.rows.len();
    (of > 0).then(|| Ahead {
        levels: gap.next.iter().map(chip).collect(),
        found,
        of,
        segments: [vec!["done"; found], vec!["open"; of - found]].concat(),
        missing: gap.rows.iter().filter(|row| !has(row)).map(place).collect(),
    })
}

/// `people/ada/packet`.
pub fn packet_route(person: &PersonId) -> String {
    format!("{}/packet", portfolio_route(person))
}

fn next_route(person: &PersonId) -> String {
    format!("{}/next", portfolio_route(person))
}

fn title(gap: Option<&LevelGap<'_>>) -> String {
    let Some(gap) = gap else {
        return "The next level".to_owned();
    };
    let labels: Vec<&str> = gap.next.iter().map(|next| next.label.as_str()).collect();
    match labels.as_slice() {
        [] => format!("{}, the highest level", gap.held_label),
        [one] => format!("What {one} asks"),
        several => format!("What {} ask", several.join(" and ")),
    }
}

fn gap_view(ctx: &Context, person: &Person, gap: &LevelGap<'_>) -> GapView {
    let cycle = current_cycle(ctx.commons, person);
    let alignment = cycle.and_then(|cycle| level_alignment(ctx.commons, person, cycle));
    let areas: Vec<AreaGap> = gap
        .rows
        .iter()
        .map(|row| area_gap(ctx, person, gap, alignment.as_ref(), row))
        .collect();
    GapView {
        track: Link {
            text: gap.track.title.clone(),
            href: format!("/rubric/{}", gap.track.id),
        },
        held: LevelChip::new(gap.track, gap.held_level),
        next: gap
            .next
            .iter()
            .map(|next| next_level(ctx, gap, next.level))
            .collect(),
        equivalent: gap
            .held_level
            .equivalent
            .iter()
            .map(|at| ctx.level(at))
            .collect(),
        points: alignment.as_ref().and_then(points_held),
        found: areas.iter().filter(|area| !area.proofs.is_empty()).count(),
        areas,
    }
}

fn next_level(ctx: &Context, gap: &LevelGap<'_>, level: &Level) -> NextLevelView {
    let points = points_of_level(gap.track, level);
    let between = anchor("from", &format!("{}-to-{}", gap.held_level.id, level.id));
    NextLevelView {
        chip: LevelChip::new(gap.track, level),
        compare: format!("/rubric/{}#{between}", gap.track.id),
        sections: SectionView::all(ctx, level),
        points: points.and_then(|points| points.least.or(points.asked)),
    }
}

fn area_gap(
    ctx: &Context,
    person: &Person,
    gap: &LevelGap<'_>,
    alignment: Option<&LevelAlignment<'_>>,
    row: &GapRow<'_>,
) -> AreaGap {
    let competency = row.competency;
    let all = row.evidence.iter();
    let (for_next, mut others): (Vec<_>, Vec<_>) = all.partition(|piece| piece.for_next);
    let others_in_all = others.len();
    others.truncate(OTHERS_MAX);
    let proofs = |pieces: Vec<_>| {
        pieces
            .into_iter()
            .map(|piece| Proof::of(ctx, person, piece))
            .collect()
    };
    let held = short_words(ctx, competency, row.held);
    let asked = gap.next.iter().zip(&row.next);
    AreaGap {
        anchor: anchor("c", competency.id.as_str()),
        title: competency.title.clone(),
        href: (!gap.track.is_abstract).then(|| format!("/{}", area::route(gap.track, competency))),
        now: standing(ctx, alignment, competency),
        held_stage: row.held.and_then(|cell| extra_words(competency, cell)),
        next: asked
            .map(|(level, cell)| asked_by(ctx, &level.label, competency, &held, *cell))
            .collect(),
        held,
        proofs: proofs(for_next),
        others: proofs(others),
        others_in_all,
    }
}

/// Where a competency stands by the last shared review.
fn standing(
    ctx: &Context,
    alignment: Option<&LevelAlignment<'_>>,
    competency: &Competency,
) -> Option<StandingChip> {
    let mut rows = alignment?.rows.iter();
    let row = rows.find(|row| row.competency.id == competency.id)?;
    let now = row.now.as_ref()?;
    Some(StandingChip::of(&ctx.commons.rubric, now))
}

fn asked_by(
    ctx: &Context,
    level: &str,
    competency: &Competency,
    held: &Html,
    cell: Option<&Cell>,
) -> NextAsked {
    let text = short_words(ctx, competency, cell);
    let signals = cell.filter(|cell| !cell.text.is_empty());
    let signals = signals.into_iter().flat_map(|cell| &cell.signals);
    NextAsked {
        level: level.to_owned(),
        same: !text.is_empty() && text == *held,
        text: if text.is_empty() {
            text
        } else {
            diff::new_words(Some(held), &text)
        },
        stage: cell.and_then(|cell| extra_words(competency, cell)),
        signals: signals
            .map(|signal| ctx.inline(&signal.text, None))
            .collect(),
    }
}

/// Stage and proficiency, where the cell has them beside a text.
fn extra_words(competency: &Competency, cell: &Cell) -> Option<String> {
    if cell.text.is_empty() {
        return None;
    }
    let stage = stage_words(competency, cell).map(|stage| format!("Stage: {stage}"));
    let words = [stage, cell.proficiency.clone()];
    let words: Vec<String> = words.into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join(", "))
}
