//! `cycles/<cycle>.figures.toml`, which `gradus close` writes.
//!
//! These numbers go to everyone with a key. A file that somebody edited follows the same rules as what gradus counts,
//! as far as one file shows it.

use std::collections::{BTreeMap, BTreeSet};

use super::known::Known;
use super::table::{At, Table};
use super::{codes, cycle_named};
use crate::domain::model::*;
use crate::ground::diag::Place;
use crate::tree::source::FileKind;

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
    let file = known.read(kind, "figures")?;
    let table = file.table();
    let as_of = table.date("as_of");
    if let Some((cycle, as_of)) = cycle.as_ref().and_then(|id| known.cycle(id)).zip(as_of) {
        is_over(known, &table, cycle, as_of);
    }
    let everyone = table.table("everyone").map(|table| group(known, &table));
    let teams = teams(known, &table, everyone.as_ref());
    Some(CycleFigures {
        cycle: cycle?,
        as_of: as_of?,
        everyone,
        teams,
    })
}

/// Complains of figures that were counted before their cycle was over.
fn is_over(known: &Known<'_>, table: &Table<'_>, cycle: &Cycle, as_of: Date) {
    if as_of <= cycle.end {
        let message = format!(
            "`{as_of}` is not after the end of the cycle ({})",
            cycle.end
        );
        let place = table.place_of("as_of");
        known.about(codes::DATES, place, message);
    }
}

/// Complains of what cannot have been counted, or may not be published.
fn wrong(known: &Known<'_>, table: &Table<'_>, place: Place, message: impl Into<String>) {
    let complaint = known.about(codes::BAD_FIGURES, place, message);
    let name = table.file().rsplit('/').next().unwrap_or_default();
    let cycle = name.split('.').next().unwrap_or_default();
    complaint.help(format!(
        "remove the file, and let `gradus close {cycle}` count"
    ));
}

fn group(known: &Known<'_>, table: &Table<'_>) -> GroupFigures {
    let people = table.number("people");
    let figures = Measure::ALL.map(|measure| {
        let own = table.table(measure.id());
        let reading = own.map(|table| Reading {
            known,
            table,
            measure,
        });
        let hidden = Figure {
            measure,
            of: 0,
            shown: Shown::Hidden,
        };
        reading.map_or(hidden, |reading| reading.figure(people))
    });
    GroupFigures {
        people: people.unwrap_or_default(),
        figures: figures.into(),
    }
}

/// Counts by their keys.
type Given = BTreeMap<String, usize>;

/// One measure that is being read.
struct Reading<'r, 's> {
    known: &'r Known<'s>,
    table: Table<'r>,
    measure: Measure,
}

impl Reading<'_, '_> {
    fn wrong(&self, place: Place, message: impl Into<String>) {
        wrong(self.known, &self.table, place, message);
    }

    fn figure(&self, people: Option<usize>) -> Figure {
        let of = self.table.number("of");
        if let (Some(of), Some(people)) = (of, people)
            && of != people
            && self.measure != Measure::Goals
        {
            let message = format!("`of` is {of}, and {people} people took part");
            self.wrong(self.table.place_of("of"), message);
        }
        let of = of.unwrap_or_default();
        let given = self.given();
        let words = self.table.text("in");
        let words = words.and_then(|word| WORDS.iter().find(|(id, _)| *id == word.value));
        let shown = match words {
            Some((_, words)) => self.words(of, &given, words),
            None => self.blocks(of, &given),
        };
        Figure {
            measure: self.measure,
            of,
            shown: shown.unwrap_or(Shown::Hidden),
        }
    }

    /// The counts that are there, by their keys.
    fn given(&self) -> Given {
        let blocks = self.measure.cuts().iter().copied().flatten();
        let ids = blocks.map(|parts| block_id(parts));
        let given = ids.filter_map(|id| Some((self.table.number(&id)?, id)));
        given.map(|(count, id)| (id, count)).collect()
    }

    fn words(&self, of: usize, given: &Given, words: &Shown) -> Option<Shown> {
        if let Some(block) = given.keys().next() {
            let message = format!("`in` and `{block}` exclude one another");
            let place = self.table.place_of(block);
            self.known.about(codes::CONTRADICTION, place, message);
        }
        let least = 2 * FIGURES_MIN_PEOPLE;
        if of < least {
            let message = format!("`in` says something about fewer than {least} people");
            self.wrong(self.table.place_of("in"), message);
        }
        Some(words.clone())
    }

    fn blocks(&self, of: usize, given: &Given) -> Option<Shown> {
        let sum: usize = given.values().sum();
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
            self.wrong(self.table.place.clone(), message);
            return None;
        };
        if sum != of {
            let message = format!("the parts add up to {sum}, not to {of}");
            self.wrong(self.table.place_of("of"), message);
        }
        let block = |parts: &&'static [Part]| Block {
            parts: parts.to_vec(),
            count: given.get(&block_id(parts)).copied().unwrap_or_default(),
        };
        let blocks: Vec<Block> = cut.iter().map(block).collect();
        blocks.iter().for_each(|block| self.is_safe(block));
        Some(Shown::Blocks(blocks))
    }

    /// Complains of a number that tells of too few people.
    fn is_safe(&self, block: &Block) {
        let message = match block.count {
            0 if self.measure.is_confidential() => {
                "this says none, of texts that people may not know about themselves".to_owned()
            }
            1..FIGURES_MIN_PEOPLE => {
                format!("this is about fewer than {FIGURES_MIN_PEOPLE} people")
            }
            _ => return,
        };
        self.wrong(self.table.place_of(&block.id()), message);
    }
}

fn teams(
    known: &Known<'_>,
    table: &Table<'_>,
    everyone: Option<&GroupFigures>,
) -> Vec<TeamFigures> {
    let read = |table: Table<'_>| TeamFigures {
        team: table.text("name").map(|name| name.value.to_owned()),
        figures: group(known, &table),
    };
    let teams: Vec<TeamFigures> = table.tables("team").map(read).collect();
    if let Some(first) = table.tables("team").next() {
        for message in mistakes(&teams, everyone) {
            wrong(known, table, first.place.clone(), message);
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
