//! `cycles/<cycle>.figures.toml`, which `gradus close` writes.
//!
//! These numbers go to everyone with a key. A file that somebody edited follows the same rules as what gradus counts,
//! as far as one file shows it.

use std::collections::{BTreeMap, BTreeSet};

use super::known::Known;
use super::table::{At, Table};
use super::{codes, cycle_named};
use crate::diag::Place;
use crate::model::*;
use crate::source::FileKind;

/// The most that a number may be.
const COUNT_MAX: u32 = 1_000_000;

const KEYS: [&str; 3] = ["as_of", "everyone", "team"];

const WORDS: [(&str, &Shown); 2] = [
    ("nearly-all", &Shown::NearlyAll),
    ("hardly-any", &Shown::HardlyAny),
];

/// Reads the figures of all cycles, in the order of the cycles.
pub(super) fn read(known: &Known<'_>) -> OrgFigures {
    let files = known.source.files.keys();
    let mut cycles: Vec<CycleFigures> = files
        .filter_map(|kind| match kind {
            FileKind::Figures(name) => of_cycle(known, kind, name),
            _ => None,
        })
        .collect();
    cycles.sort_by_key(|of| known.cycles.iter().position(|cycle| cycle.id == of.cycle));
    OrgFigures { cycles }
}

fn of_cycle(known: &Known<'_>, kind: &FileKind, name: &str) -> Option<CycleFigures> {
    let place = Place::file(known.file(kind)?.path.clone());
    let cycle = cycle_named(known, &At { value: name, place });
    let (as_of, everyone, teams) = known.toml(kind, &KEYS, |table| {
        table.require("as_of");
        let as_of = table.date("as_of");
        if let Some((cycle, as_of)) = cycle.as_ref().and_then(|id| known.cycle(id)).zip(as_of) {
            is_over(table, cycle, as_of);
        }
        let everyone = table.table("everyone", &group_keys(false));
        let everyone = everyone.map(|table| group(&table));
        let teams = teams(table, everyone.as_ref());
        (as_of, everyone, teams)
    })?;
    Some(CycleFigures {
        cycle: cycle?,
        as_of: as_of?,
        everyone,
        teams,
    })
}

/// Complains of figures that were counted before their cycle was over.
fn is_over(table: &Table<'_>, cycle: &Cycle, as_of: Date) {
    if as_of <= cycle.end {
        let message = format!(
            "`{as_of}` is not after the end of the cycle ({})",
            cycle.end
        );
        let (complaints, place) = (table.doc.complaints, table.place_of("as_of"));
        complaints.about(codes::DATES, place, message);
    }
}

/// Complains of what cannot have been counted, or may not be published.
fn wrong(table: &Table<'_>, place: Place, message: impl Into<String>) {
    let complaint = table
        .doc
        .complaints
        .about(codes::BAD_FIGURES, place, message);
    let name = table.doc.path.rsplit('/').next().unwrap_or_default();
    let cycle = name.split('.').next().unwrap_or_default();
    complaint.help(format!(
        "remove the file, and let `gradus close {cycle}` count"
    ));
}

fn group_keys(is_team: bool) -> Vec<&'static str> {
    let name = is_team.then_some("name");
    let measures = Measure::ALL.map(Measure::id);
    name.into_iter().chain(["people"]).chain(measures).collect()
}

fn group(table: &Table<'_>) -> GroupFigures {
    table.require("people");
    let people = table.count("people", FIGURES_MIN_PEOPLE as u32..=COUNT_MAX);
    let figures = Measure::ALL.map(|measure| {
        table.require(measure.id());
        let reading = Reading::of(measure);
        let keys: Vec<&str> = reading.keys.iter().map(String::as_str).collect();
        let own = table.table(measure.id(), &keys);
        let figure = own.map(|own| reading.figure(&own, people));
        figure.unwrap_or_else(|| reading.hidden(0))
    });
    GroupFigures {
        people: people.unwrap_or_default() as usize,
        figures: figures.into(),
    }
}

/// Counts by their keys.
type Given<'r> = BTreeMap<&'r str, Option<usize>>;

/// One measure that is being read.
struct Reading {
    measure: Measure,
    keys: Vec<String>,
}

impl Reading {
    fn of(measure: Measure) -> Self {
        let blocks = measure.cuts().iter().copied().flatten();
        let blocks: BTreeSet<String> = blocks.map(|parts| block_id(parts)).collect();
        let words = measure.is_confidential().then_some("in");
        let own = ["of"].into_iter().chain(words).map(str::to_owned);
        Self {
            measure,
            keys: own.chain(blocks).collect(),
        }
    }

    fn hidden(&self, of: usize) -> Figure {
        Figure {
            measure: self.measure,
            of,
            shown: Shown::Hidden,
        }
    }

    fn figure(&self, table: &Table<'_>, people: Option<u32>) -> Figure {
        table.require("of");
        let of = table.count("of", 0..=COUNT_MAX);
        if let (Some(of), Some(people)) = (of, people)
            && of != people
            && self.measure != Measure::Goals
        {
            let message = format!("`of` is {of}, and {people} people took part");
            wrong(table, table.place_of("of"), message);
        }
        let of = of.unwrap_or_default() as usize;
        let given = self.given(table);
        let shown = match table.word("in", &WORDS) {
            Some(words) => self.words(table, of, &given, words),
            None => self.blocks(table, of, &given),
        };
        Figure {
            shown: shown.unwrap_or(Shown::Hidden),
            ..self.hidden(of)
        }
    }

    /// The counts that are there, by their keys. `None` for a count that cannot be read.
    fn given(&self, table: &Table<'_>) -> Given<'_> {
        let keys = self.keys.iter().map(String::as_str);
        let blocks = keys.filter(|key| !["of", "in"].contains(key) && table.has(key));
        let count = |key| Some(table.count(key, 0..=COUNT_MAX)? as usize);
        blocks.map(|key| (key, count(key))).collect()
    }

    fn words(
        &self,
        table: &Table<'_>,
        of: usize,
        given: &Given<'_>,
        words: &Shown,
    ) -> Option<Shown> {
        if let Some(block) = given.keys().next() {
            table.exclusive("in", block);
        }
        let least = 2 * FIGURES_MIN_PEOPLE;
        if of < least {
            let message = format!("`in` says something about fewer than {least} people");
            wrong(table, table.place_of("in"), message);
        }
        Some(words.clone())
    }

    fn blocks(&self, table: &Table<'_>, of: usize, given: &Given<'_>) -> Option<Shown> {
        let sum: usize = given.values().copied().sum::<Option<usize>>()?;
        if given.is_empty() {
            return None;
        }
        let is_given = |cut: &&Cut| {
            let ids: BTreeSet<String> = cut.iter().map(|parts| block_id(parts)).collect();
            ids.iter().eq(given.keys())
        };
        let Some(cut) = self.measure.cuts().iter().find(is_given) else {
            let keys: Vec<String> = given.keys().map(|key| format!("`{key}`")).collect();
            let message = format!("{} do not make a whole", keys.join(", "));
            wrong(table, table.place.clone(), message);
            return None;
        };
        if sum != of {
            let message = format!("the parts add up to {sum}, not to {of}");
            wrong(table, table.place_of("of"), message);
        }
        let block = |parts: &&'static [Part]| Block {
            parts: parts.to_vec(),
            count: given
                .get(&*block_id(parts))
                .copied()
                .flatten()
                .unwrap_or_default(),
        };
        let blocks: Vec<Block> = cut.iter().map(block).collect();
        blocks.iter().for_each(|block| self.is_safe(table, block));
        Some(Shown::Blocks(blocks))
    }

    /// Complains of a number that tells of too few people.
    fn is_safe(&self, table: &Table<'_>, block: &Block) {
        let message = match block.count {
            0 if self.measure.is_confidential() => {
                "this says none, of texts that people may not know about themselves".to_owned()
            }
            1..FIGURES_MIN_PEOPLE => {
                format!("this is about fewer than {FIGURES_MIN_PEOPLE} people")
            }
            _ => return,
        };
        wrong(table, table.place_of(&block.id()), message);
    }
}

fn teams(table: &Table<'_>, everyone: Option<&GroupFigures>) -> Vec<TeamFigures> {
    let tables = table.tables("team", &group_keys(true));
    let read = |table: &Table<'_>| TeamFigures {
        team: table.string("name"),
        figures: group(table),
    };
    let teams: Vec<TeamFigures> = tables.iter().map(read).collect();
    if let Some(first) = tables.first() {
        for message in mistakes(&teams, everyone) {
            wrong(table, first.place.clone(), message);
        }
    }
    teams
}

/// What does not fit together of several groups.
fn mistakes(teams: &[TeamFigures], everyone: Option<&GroupFigures>) -> Vec<String> {
    let Some(everyone) = everyone else {
        return vec!["there are teams, and no figures of everyone".to_owned()];
    };
    let mut found = Vec::new();
    if teams.len() < 2 {
        found.push("there is one team, and so no other to tell it from".to_owned());
    }
    let names: BTreeSet<&Option<String>> = teams.iter().map(|team| &team.team).collect();
    if names.len() < teams.len() {
        found.push("two teams have the same name, or none".to_owned());
    }
    let people: usize = teams.iter().map(|team| team.figures.people).sum();
    if people != everyone.people {
        let all = everyone.people;
        found.push(format!(
            "teams of {people} people in all, and {all} took part"
        ));
    }
    for (at, measure) in Measure::ALL.into_iter().enumerate() {
        let of_teams = teams.iter().map(|team| &team.figures.figures[at]);
        let of_teams: Vec<&Figure> = of_teams.collect();
        if !adds_up(&of_teams, &everyone.figures[at]) {
            let id = measure.id();
            found.push(format!("`{id}` of the teams is not `{id}` of everyone"));
        }
    }
    found
}

/// Whether the teams' parts are the same, and add up to those of everyone.
fn adds_up(teams: &[&Figure], everyone: &Figure) -> bool {
    let sum: usize = teams.iter().map(|figure| figure.of).sum();
    let shape = |figure: &Figure| -> Vec<Vec<Part>> {
        let blocks = figure.blocks().iter();
        blocks.map(|block| block.parts.clone()).collect()
    };
    let shapes: BTreeSet<Vec<Vec<Part>>> = teams.iter().map(|figure| shape(figure)).collect();
    let has_words = teams
        .iter()
        .any(|figure| matches!(figure.shown, Shown::NearlyAll | Shown::HardlyAny));
    let (Some(shape), 1) = (shapes.first(), shapes.len()) else {
        return false;
    };
    let fits = |(at, parts): (usize, &Vec<Part>)| {
        let counts = teams.iter().map(|figure| figure.blocks()[at].count);
        let own = everyone.blocks().iter();
        let within = own.filter(|block| block.parts.iter().all(|part| parts.contains(part)));
        counts.sum::<usize>() == within.map(|block| block.count).sum::<usize>()
    };
    sum == everyone.of && !has_words && shape.iter().enumerate().all(fits)
}
