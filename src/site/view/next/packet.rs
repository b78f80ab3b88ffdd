//! `people/<id>/packet`: expectation → competency → evidence as one document, to print or to copy.

use serde::Serialize;

use super::proof::{Proof, expectation};
use super::{markdown, next_route, packet_route, standing};
use crate::domain::growth::{
    Evidence, EvidenceOf, Judge, LevelGap, current_cycle, level_alignment, outcome_of,
};
use crate::domain::model::*;
use crate::site::date::Day;
use crate::site::view::level::LevelChip;
use crate::site::view::person::SLOT_PERSON;
use crate::site::view::person::alignment::StandingChip;
use crate::site::view::person::marks::{Link, Mark};
use crate::site::view::person::names::{
    competency_title, cycle_link, cycle_route, expectation_anchor, portfolio_route,
};
use crate::site::view::rubric::cell::short_words;
use crate::site::{Context, Html, PageHead, ThemeError};

/// `packet.html`.
#[derive(Debug, Serialize)]
pub(super) struct Packet {
    pub name: String,
    pub portfolio: String,
    pub next: String,
    pub team: Option<String>,
    pub manager: Option<String>,
    /// Nothing where no level is held, or the rubric does not know it.
    pub levels: Option<Levels>,
    /// Evidence is that of the time at the level held: since this day.
    pub since: Option<Day>,
    pub areas: Vec<PacketArea>,
    /// Those for the next level first, then newest first.
    pub expectations: Vec<PacketExpectation>,
}

/// From which level to which.
#[derive(Debug, Serialize)]
pub(super) struct Levels {
    pub held: LevelChip,
    /// Empty at the top of the track; several at a fork.
    pub next: Vec<LevelChip>,
    pub track: String,
    /// Areas with evidence for the next level.
    pub found: usize,
}

/// One competency.
#[derive(Debug, Serialize)]
pub(super) struct PacketArea {
    pub title: String,
    /// Where it stands by the last shared review.
    pub now: Option<StandingChip>,
    /// What each next level asks; at the top of the track, what the level held asks.
    pub asks: Vec<Ask>,
    /// Pieces of evidence for the next level, and all of them.
    pub for_next: usize,
    pub all: usize,
    /// Ratings and log entries, newest first.
    pub proofs: Vec<Proof>,
    /// Expectations whose steps or outcome speak for it, in their order.
    pub expectations: Vec<Link>,
}

/// What one level asks.
#[derive(Debug, Serialize)]
pub(super) struct Ask {
    pub level: LevelChip,
    /// Empty where the rubric does not say.
    pub text: Html,
    #[serde(skip)]
    pub plain: String,
}

/// One expectation with what was shown for it.
#[derive(Debug, Serialize)]
pub(super) struct PacketExpectation {
    /// Its place in the document.
    pub anchor: String,
    pub title: String,
    pub href: String,
    pub cycle: Link,
    pub aims: Option<LevelChip>,
    pub competencies: Vec<String>,
    /// How it ended; nothing while it runs.
    pub mark: Option<Mark>,
    pub measure: Option<Html>,
    #[serde(skip)]
    pub plain_measure: Option<String>,
    /// Steps done and the outcome, newest first.
    pub proofs: Vec<Proof>,
    pub for_next: bool,
}

/// The document, with itself as Markdown.
#[derive(Debug, Serialize)]
struct PacketView {
    packet: Packet,
    markdown: String,
}

pub(super) fn part(
    ctx: &Context,
    person: &Person,
    gap: Option<&LevelGap<'_>>,
) -> Result<PagePart, ThemeError> {
    let packet = packet(ctx, person, gap);
    let view = PacketView {
        markdown: markdown::of(&packet),
        packet,
    };
    let head = PageHead {
        route: packet_route(&person.id),
        slot: SLOT_PERSON,
        title: format!("Promotion packet, {}", person.name),
        kind: "packet",
    };
    ctx.part("packet.html", head, &view)
}

fn packet(ctx: &Context, person: &Person, gap: Option<&LevelGap<'_>>) -> Packet {
    let role = person.role_on(ctx.commons.as_of);
    let manager = role.manager.as_ref();
    let since = held_since(person, ctx.commons.as_of);
    let gap = gap.map(|gap| at_this_level(gap, since));
    let gap = gap.as_ref();
    Packet {
        name: person.name.clone(),
        portfolio: format!("/{}", portfolio_route(&person.id)),
        next: format!("/{}", next_route(&person.id)),
        team: role.team.clone(),
        manager: manager.map(|manager| ctx.commons.name_of(manager).to_owned()),
        levels: gap.map(levels),
        since: gap.map(|_| since.into()),
        areas: gap.map_or(Vec::new(), |gap| areas(ctx, person, gap)),
        expectations: gap.map_or(Vec::new(), |gap| expectations(ctx, person, gap)),
    }
}

/// The first day of the roles that hold the present level without a break.
fn held_since(person: &Person, today: Date) -> Date {
    let held = person.level_on(today);
    let past = person.roles.iter().rev().filter(|role| role.from <= today);
    let same = past.take_while(|role| person.level_on(role.from) == held);
    same.last().map_or(person.start, |role| role.from)
}

/// What a packet argues with: evidence since the level is held or for the next one; of ratings, the manager's alone.
fn at_this_level<'a>(gap: &LevelGap<'a>, since: Date) -> LevelGap<'a> {
    let mut gap = gap.clone();
    for row in &mut gap.rows {
        row.evidence.retain(|piece| {
            let own =
                matches!(&piece.of, EvidenceOf::Rating(standing) if standing.judge == Judge::Own);
            !own && (piece.for_next || piece.date >= since)
        });
    }
    gap
}

fn levels(gap: &LevelGap<'_>) -> Levels {
    let chip = |level: &Level| LevelChip::new(gap.track, level);
    let speaks = |piece: &Evidence<'_>| piece.for_next;
    let found = gap
        .rows
        .iter()
        .filter(|row| row.evidence.iter().any(speaks));
    Levels {
        held: chip(gap.held_level),
        next: gap.next.iter().map(|next| chip(next.level)).collect(),
        track: gap.track.title.clone(),
        found: found.count(),
    }
}

fn areas(ctx: &Context, person: &Person, gap: &LevelGap<'_>) -> Vec<PacketArea> {
    let cycle = current_cycle(ctx.commons, person);
    let alignment = cycle.and_then(|cycle| level_alignment(ctx.commons, person, cycle));
    let asked: Vec<&Level> = if gap.next.is_empty() {
        vec![gap.held_level]
    } else {
        gap.next.iter().map(|next| next.level).collect()
    };
    let area = |row: &crate::domain::growth::GapRow<'_>| {
        let loose = row
            .evidence
            .iter()
            .filter(|piece| expectation(&piece.of).is_none());
        let ask = |level: &&Level| ask(ctx, gap.track, level, row.competency);
        PacketArea {
            title: row.competency.title.clone(),
            now: standing(ctx, alignment.as_ref(), row.competency),
            asks: asked.iter().map(ask).collect(),
            for_next: row.evidence.iter().filter(|piece| piece.for_next).count(),
            all: row.evidence.len(),
            proofs: loose.map(|piece| Proof::of(ctx, person, piece)).collect(),
            expectations: named(ctx, &row.evidence),
        }
    };
    gap.rows.iter().map(area).collect()
}

fn ask(ctx: &Context, track: &Track, level: &Level, competency: &Competency) -> Ask {
    let cell = level.cells.get(&competency.id);
    Ask {
        level: LevelChip::new(track, level),
        text: short_words(ctx, competency, cell),
        plain: cell.map(|cell| ctx.plain(&cell.text)).unwrap_or_default(),
    }
}

/// The expectations that pieces of evidence belong to, each once.
fn named(ctx: &Context, pieces: &[Evidence<'_>]) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for (cycle, one) in pieces.iter().filter_map(belonging) {
        let href = format!("#{}", place(cycle, one));
        if links.iter().all(|link| link.href != href) {
            let text = ctx.plain(&one.text);
            links.push(Link { text, href });
        }
    }
    links
}

fn belonging<'a>(piece: &Evidence<'a>) -> Option<(&'a Cycle, &'a Expectation)> {
    piece.cycle.zip(expectation(&piece.of))
}

/// The place of an expectation in the document: ids are those of one cycle only.
fn place(cycle: &Cycle, one: &Expectation) -> String {
    crate::site::view::person::names::anchor("in", &format!("{}-{}", cycle.id, one.id))
}

fn expectations(ctx: &Context, person: &Person, gap: &LevelGap<'_>) -> Vec<PacketExpectation> {
    let mut found: Vec<(&Cycle, &Expectation, Vec<&Evidence<'_>>)> = Vec::new();
    for piece in gap.rows.iter().flat_map(|row| &row.evidence) {
        let Some((cycle, one)) = belonging(piece) else {
            continue;
        };
        match found
            .iter_mut()
            .find(|(c, e, _)| c.id == cycle.id && e.id == one.id)
        {
            Some((_, _, pieces)) if pieces.contains(&piece) => {}
            Some((_, _, pieces)) => pieces.push(piece),
            None => found.push((cycle, one, vec![piece])),
        }
    }
    found.sort_by_key(|(cycle, _, pieces)| {
        (!pieces[0].for_next, std::cmp::Reverse(cycle.start)) // each has at least one piece
    });
    let about = found.into_iter();
    about
        .map(|(cycle, one, mut pieces)| {
            pieces.sort_by_key(|piece| std::cmp::Reverse(piece.date));
            packet_expectation(ctx, person, (cycle, one), &pieces)
        })
        .collect()
}

fn packet_expectation(
    ctx: &Context,
    person: &Person,
    (cycle, one): (&Cycle, &Expectation),
    pieces: &[&Evidence<'_>],
) -> PacketExpectation {
    let rubric = ctx.commons.rubric_of(cycle);
    let held = crate::domain::growth::held_level(ctx.commons, person, cycle);
    let ended = person
        .cycles
        .get(&cycle.id)
        .and_then(|of| outcome_of(of, &one.id));
    let names = one.competencies.iter();
    PacketExpectation {
        anchor: place(cycle, one),
        title: ctx.plain(&one.text),
        href: format!(
            "/{}#{}",
            cycle_route(&person.id, &cycle.id),
            expectation_anchor(&one.id)
        ),
        cycle: cycle_link(&person.id, cycle),
        aims: one.aims.as_ref().map(|aims| LevelChip::of(rubric, aims)),
        competencies: names
            .map(|id| competency_title(&ctx.commons.rubric, held, id))
            .collect(),
        mark: ended.map(|given| Mark::of_outcome(given.is())),
        measure: one
            .measure
            .as_ref()
            .map(|text| ctx.inline(text, Some(&cycle.id))),
        plain_measure: one.measure.as_ref().map(|text| ctx.plain(text)),
        proofs: pieces
            .iter()
            .map(|piece| Proof::of(ctx, person, piece))
            .collect(),
        for_next: pieces.iter().any(|piece| piece.for_next),
    }
}
