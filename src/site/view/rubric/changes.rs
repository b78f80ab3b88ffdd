//! `rubric/<track>/changes/<n>`: what changed from one version of the rubric to the next, cell by cell and word by word.
//!
//! The versions are those that cycles pin, in the order in which cycles were first judged by them, and the one in
//! force last. Whatever a rubric says about something is a list of labelled texts; two versions of it are compared label by label.

use serde::Serialize;

use super::cell::stage_words;
use super::{TrackLink, anchor};
use crate::domain::model::*;
use crate::site::view::level::LevelChip;
use crate::site::view::person::marks::{Link, Mark, counted};
use crate::site::{Context, Html, PageHead, ThemeError, diff};

/// One version of the whole rubric.
#[derive(Debug)]
pub(super) struct Version<'a> {
    name: String,
    /// Titles of the cycles that are judged by it, oldest first.
    cycles: Vec<String>,
    rubric: &'a Rubric,
}

/// All versions, oldest first; the one in force is the last.
pub(super) fn versions(commons: &Commons) -> Vec<Version<'_>> {
    let mut versions: Vec<Version<'_>> = Vec::new();
    for (pin, cycle) in pins(commons) {
        let Some(rubric) = commons.pinned.get(&pin) else {
            continue;
        };
        match versions.iter_mut().find(|version| version.name == pin) {
            Some(version) => version.cycles.extend(cycle),
            None => versions.push(Version {
                name: pin,
                cycles: cycle.into_iter().collect(),
                rubric,
            }),
        }
    }
    let by_the_last = commons.cycles.iter().filter(|cycle| {
        let pin = cycle.rubric.as_ref();
        pin.is_none_or(|pin| !commons.pinned.contains_key(pin))
    });
    versions.push(Version {
        name: "In force".to_owned(),
        cycles: by_the_last.map(|cycle| cycle.title.clone()).collect(),
        rubric: &commons.rubric,
    });
    versions
}

/// Pinned versions with the cycle that pins them, by its start; by name where no cycle is known.
fn pins(commons: &Commons) -> Vec<(String, Option<String>)> {
    if commons.cycles.is_empty() {
        return commons
            .pinned
            .keys()
            .map(|pin| (pin.clone(), None))
            .collect();
    }
    let pin = |cycle: &Cycle| Some((cycle.rubric.clone()?, Some(cycle.title.clone())));
    commons.cycles.iter().filter_map(pin).collect()
}

/// A version in the list of a track.
#[derive(Debug, Serialize)]
pub(super) struct VersionLine {
    name: String,
    cycles: Vec<String>,
    /// What changed since the version before it; nothing for the first.
    words: Option<String>,
    /// Where that stands; nothing where nothing changed.
    href: Option<String>,
}

/// The versions of a track, newest first; empty where there is but one.
pub(super) fn lines(ctx: &Context, track: &Track, versions: &[Version<'_>]) -> Vec<VersionLine> {
    if versions.len() < 2 {
        return Vec::new();
    }
    let line = |(at, version): (usize, &Version<'_>)| {
        let change = at.checked_sub(1).map(|before| {
            let (old, new) = (&versions[before], version);
            TrackChange::between(ctx, &track.id, old.rubric, new.rubric)
        });
        let changed = change.as_ref().is_some_and(|change| !change.is_empty());
        VersionLine {
            name: version.name.clone(),
            cycles: version.cycles.clone(),
            words: match (change, version.rubric.tracks.contains_key(&track.id)) {
                (_, false) => Some("This track was not part of it".to_owned()),
                (change, true) => change.map(|change| change.words()),
            },
            href: changed.then(|| format!("/{}", route(&track.id, at))),
        }
    };
    versions.iter().enumerate().rev().map(line).collect()
}

/// `rubric/ic/changes/2`: from the second version to the third.
fn route(track: &TrackId, newer: usize) -> String {
    format!("rubric/{track}/changes/{newer}")
}

/// `changes.html`.
#[derive(Debug, Serialize)]
struct ChangesView {
    track: TrackLink,
    from: VersionName,
    to: VersionName,
    words: String,
    change: TrackChange,
}

/// A version in a sentence.
#[derive(Debug, Serialize)]
struct VersionName {
    name: String,
    cycles: Vec<String>,
}

impl VersionName {
    fn of(version: &Version<'_>) -> Self {
        Self {
            name: version.name.clone(),
            cycles: version.cycles.clone(),
        }
    }
}

/// One page for each version of a track that differs from the one before.
///
/// # Errors
/// Whatever is wrong with the theme.
pub(super) fn parts(
    ctx: &Context,
    track: &Track,
    versions: &[Version<'_>],
) -> Result<Vec<PagePart>, ThemeError> {
    let mut parts = Vec::new();
    for (at, pair) in versions.windows(2).enumerate() {
        let change = TrackChange::between(ctx, &track.id, pair[0].rubric, pair[1].rubric);
        if change.is_empty() {
            continue;
        }
        let view = ChangesView {
            track: TrackLink::of(&ctx.commons.rubric, &track.id),
            from: VersionName::of(&pair[0]),
            to: VersionName::of(&pair[1]),
            words: change.words(),
            change,
        };
        let head = PageHead {
            route: route(&track.id, at + 1),
            slot: 0,
            title: format!("What changed in {}", track.title),
            kind: "rubric-changes",
        };
        parts.push(ctx.part("changes.html", head, &view)?);
    }
    Ok(parts)
}

/// What changed in one track.
#[derive(Debug, Default, Serialize)]
struct TrackChange {
    /// About the track itself.
    facts: Vec<FactChange>,
    /// In the order of the new version, those that are gone last.
    areas: Vec<AreaChange>,
    levels: Vec<LevelChange>,
}

/// One competency.
#[derive(Debug, Serialize)]
struct AreaChange {
    anchor: String,
    title: String,
    mark: Mark,
    /// What it was called, where it was renamed.
    was: Option<String>,
    /// Its page, where the rubric in force has it.
    page: Option<Link>,
    facts: Vec<FactChange>,
    cells: Vec<CellChange>,
}

/// One cell.
#[derive(Debug, Serialize)]
struct CellChange {
    chip: LevelChip,
    mark: Mark,
    facts: Vec<FactChange>,
}

/// One level, beside its cells.
#[derive(Debug, Serialize)]
struct LevelChange {
    chip: LevelChip,
    mark: Mark,
    facts: Vec<FactChange>,
}

/// One labelled text, with `<del>` and `<ins>`.
#[derive(Debug, Serialize)]
struct FactChange {
    /// Empty for the text of a cell.
    label: String,
    text: Html,
}

/// What a rubric says about something: labels and plain words.
type Facts = Vec<(String, String)>;

impl TrackChange {
    fn between(ctx: &Context, id: &TrackId, old: &Rubric, new: &Rubric) -> Self {
        let (Some(old), Some(new)) = (old.tracks.get(id), new.tracks.get(id)) else {
            return Self::default();
        };
        Self {
            facts: reworded(&track_facts(ctx, old), &track_facts(ctx, new)),
            areas: areas(ctx, old, new),
            levels: levels(ctx, old, new),
        }
    }

    fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.areas.is_empty() && self.levels.is_empty()
    }

    /// `9 cells reworded, 1 area renamed`.
    fn words(&self) -> String {
        let cells = self
            .areas
            .iter()
            .flat_map(|area| &area.cells)
            .map(|cell| &cell.mark);
        let cells: Vec<&Mark> = cells.collect();
        let areas: Vec<&Mark> = self.areas.iter().map(|area| &area.mark).collect();
        let levels: Vec<&Mark> = self.levels.iter().map(|level| &level.mark).collect();
        let count = |marks: &[&Mark], state: &str, one: &str, many: &str| {
            let number = marks.iter().filter(|mark| mark.text == state).count();
            (number > 0).then(|| format!("{} {}", counted(number, one, many), state.to_lowercase()))
        };
        let said = [RENAMED, NEW, GONE].into_iter();
        let mut said: Vec<String> = said
            .filter_map(|state| count(&areas, state, "area", "areas"))
            .collect();
        for state in [REWORDED, NEW, GONE] {
            said.extend(count(&cells, state, "cell", "cells"));
        }
        for state in [CHANGED, NEW, GONE] {
            said.extend(count(&levels, state, "level", "levels"));
        }
        match (said.is_empty(), self.is_empty()) {
            (false, _) => said.join(", "),
            (true, false) => "The words around the cells changed".to_owned(),
            (true, true) => "Nothing changed in this track".to_owned(),
        }
    }
}

const NEW: &str = "New";
const GONE: &str = "Gone";
const RENAMED: &str = "Renamed";
const REWORDED: &str = "Reworded";
const CHANGED: &str = "Changed";

fn mark(state: &'static str) -> Mark {
    match state {
        NEW => Mark::new("done", "plus", NEW),
        GONE => Mark::new("miss", "miss", GONE),
        RENAMED => Mark::new("track", "carry", RENAMED),
        other => Mark::new("track", "half", other),
    }
}

fn areas(ctx: &Context, old: &Track, new: &Track) -> Vec<AreaChange> {
    let kept = new.competencies.iter().filter_map(|competency| {
        let was = old.competencies.iter().find(|was| {
            new.competency(&was.id)
                .is_some_and(|now| now.id == competency.id)
        });
        area(ctx, (old, was), (new, Some(competency)))
    });
    let gone = old
        .competencies
        .iter()
        .filter(|was| new.competency(&was.id).is_none());
    let gone = gone.filter_map(|was| area(ctx, (old, Some(was)), (new, None)));
    kept.chain(gone).collect()
}

/// A track of one version with a competency of it, where it has it.
type Side<'a> = (&'a Track, Option<&'a Competency>);

fn area(ctx: &Context, old: Side<'_>, new: Side<'_>) -> Option<AreaChange> {
    let named = new.1.or(old.1)?;
    let facts = |side: Side<'_>| side.1.map(|c| area_facts(ctx, c)).unwrap_or_default();
    let facts = reworded(&facts(old), &facts(new));
    let cells = cells(ctx, old, new);
    let state = match (old.1, new.1) {
        (None, _) => NEW,
        (_, None) => GONE,
        (Some(was), Some(now)) if was.id != now.id => RENAMED,
        _ => CHANGED,
    };
    if state == CHANGED && facts.is_empty() && cells.is_empty() {
        return None;
    }
    let current = ctx.commons.rubric.tracks.get(&new.0.id);
    let page = current.and_then(|track| Some((track, track.competency(&named.id)?)));
    Some(AreaChange {
        anchor: anchor(&named.id),
        title: named.title.clone(),
        mark: mark(state),
        was: old
            .1
            .filter(|_| state == RENAMED)
            .map(|was| was.title.clone()),
        page: page.map(|(track, now)| Link {
            text: now.title.clone(),
            href: format!("/{}", super::area::route(track, now)),
        }),
        facts,
        cells,
    })
}

fn cells(ctx: &Context, old: Side<'_>, new: Side<'_>) -> Vec<CellChange> {
    let change = |level: &LevelId| {
        let side = |(track, competency): Side<'_>| {
            let cell = track.level(level)?.cells.get(&competency?.id)?;
            Some(cell_facts(ctx, competency?, cell))
        };
        let (was, now) = (side(old), side(new));
        let state = match (&was, &now) {
            (None, Some(_)) => NEW,
            (Some(_), None) => GONE,
            _ => REWORDED,
        };
        let facts = reworded(&was.unwrap_or_default(), &now.unwrap_or_default());
        let track = if new.0.level(level).is_some() {
            new.0
        } else {
            old.0
        };
        (!facts.is_empty()).then_some(CellChange {
            chip: chip(ctx, track, level)?,
            mark: mark(state),
            facts,
        })
    };
    let levels = levels_of_both(old.0, new.0);
    levels.into_iter().filter_map(change).collect()
}

/// The levels of the new version in order, then those that it does not have any more.
fn levels_of_both<'a>(old: &'a Track, new: &'a Track) -> Vec<&'a LevelId> {
    let gone = old
        .levels
        .iter()
        .filter(|level| new.level(&level.id).is_none());
    new.levels
        .iter()
        .chain(gone)
        .map(|level| &level.id)
        .collect()
}

/// A level as a chip, with a link only where the rubric in force has it.
fn chip(ctx: &Context, track: &Track, id: &LevelId) -> Option<LevelChip> {
    let current = ctx.commons.rubric.tracks.get(&track.id);
    let mut chip = LevelChip::new(track, track.level(id)?);
    chip.href = chip
        .href
        .filter(|_| current.is_some_and(|track| track.level(id).is_some()));
    Some(chip)
}

fn levels(ctx: &Context, old: &Track, new: &Track) -> Vec<LevelChange> {
    let change = |id: &LevelId| {
        let (was, now) = (old.level(id), new.level(id));
        let facts = |level: Option<&Level>| level.map(|l| level_facts(ctx, l)).unwrap_or_default();
        let facts = reworded(&facts(was), &facts(now));
        let state = match (was, now) {
            (None, _) => NEW,
            (_, None) => GONE,
            _ => CHANGED,
        };
        let track = if now.is_some() { new } else { old };
        (!facts.is_empty()).then_some(LevelChange {
            chip: chip(ctx, track, id)?,
            mark: mark(state),
            facts,
        })
    };
    let levels = levels_of_both(old, new);
    levels.into_iter().filter_map(change).collect()
}

/// Texts that differ, label by label: in the order of the new ones, those that are gone last.
fn reworded(old: &Facts, new: &Facts) -> Vec<FactChange> {
    let find = |facts: &Facts, label: &str| -> String {
        let found = facts.iter().find(|(one, _)| one == label);
        found.map(|(_, words)| words.clone()).unwrap_or_default()
    };
    let gone = old
        .iter()
        .filter(|(label, _)| new.iter().all(|(one, _)| one != label));
    let labels = new.iter().chain(gone).map(|(label, _)| label);
    let change = |label: &String| {
        let (was, now) = (find(old, label), find(new, label));
        (was != now).then(|| FactChange {
            label: label.clone(),
            text: diff::rewording(&was, &now),
        })
    };
    labels.filter_map(change).collect()
}

fn track_facts(ctx: &Context, track: &Track) -> Facts {
    let cumulative = if track.cumulative {
        "Each level includes the ones below it"
    } else {
        "Each level stands for itself"
    };
    facts([
        ("Title", track.title.clone()),
        ("Description", ctx.plain(&track.description)),
        ("Levels", cumulative.to_owned()),
    ])
}

fn area_facts(ctx: &Context, competency: &Competency) -> Facts {
    let mut all = facts([
        ("Title", competency.title.clone()),
        ("Category", competency.category.clone().unwrap_or_default()),
        ("Description", ctx.plain(&competency.description)),
    ]);
    all.extend(competency.stages.iter().map(|stage| {
        let points = stage.points.map(|points| format!("{points} points"));
        let words = [points.unwrap_or_default(), ctx.plain(&stage.text)].into_iter();
        let more = signal_words(ctx, &stage.signals).chain(plain_all(ctx, &stage.examples));
        (
            format!("Stage {}", stage.title),
            sentence(words.chain(more)),
        )
    }));
    all
}

fn level_facts(ctx: &Context, level: &Level) -> Facts {
    let equal = level.equivalent.iter().map(ToString::to_string);
    let points = level.min_points.map(|points| points.to_string());
    let mut all = facts([
        ("Title", level.title.clone()),
        ("Rank", level.rank.to_string()),
        ("Points", points.unwrap_or_default()),
        ("Equal to", sentence(equal)),
    ]);
    let open = level.sections.iter().filter(|one| !one.managers_only);
    all.extend(open.map(|section| {
        let words = std::iter::once(ctx.plain(&section.text)).chain(plain_all(ctx, &section.items));
        (section.title.clone(), sentence(words))
    }));
    all
}

fn cell_facts(ctx: &Context, competency: &Competency, cell: &Cell) -> Facts {
    let mut all = facts([
        ("", ctx.plain(&cell.text)),
        ("Stage", stage_words(competency, cell).unwrap_or_default()),
        ("Proficiency", cell.proficiency.clone().unwrap_or_default()),
        ("Signals", sentence(signal_words(ctx, &cell.signals))),
        ("Examples", sentence(plain_all(ctx, &cell.examples))),
        ("See also", sentence(cell.links.iter().cloned())),
    ]);
    all.extend(ctx.commons.ratings.iter().filter_map(|rating| {
        let words = ctx.plain(cell.by_rating.get(&rating.id)?);
        Some((rating.title.clone(), words))
    }));
    all
}

fn facts<const N: usize>(all: [(&str, String); N]) -> Facts {
    all.map(|(label, words)| (label.to_owned(), words)).into()
}

fn signal_words(ctx: &Context, signals: &[Signal]) -> impl Iterator<Item = String> {
    signals.iter().flat_map(move |signal| {
        std::iter::once(ctx.plain(&signal.text)).chain(plain_all(ctx, &signal.examples))
    })
}

fn plain_all(ctx: &Context, texts: &[Prose]) -> impl Iterator<Item = String> {
    texts.iter().map(|text| ctx.plain(text))
}

fn sentence(words: impl Iterator<Item = String>) -> String {
    let said: Vec<String> = words.filter(|words| !words.is_empty()).collect();
    said.join("; ")
}
