//! `rubrics/<track>/…`: tracks and levels, and what a track inherits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::codes;
use super::complaints::did_you_mean;
use super::known::{Known, Lookup, Once, Rubrics};
use super::organisation::CELL_KEYS;
use super::prose;
use super::table::{At, Table, Value};
use crate::diag::Place;
use crate::model::*;
use crate::source::{Directory, FileKind};

/// Reads the rubric in force and all that cycles pin.
pub(super) fn read_all(known: &Known<'_>) -> Rubrics {
    let mut rubrics = Rubrics::default();
    for (directory, path) in &known.source.directories {
        if let Directory::Rubric(name) = directory {
            read(known, name, path, &mut rubrics);
        }
    }
    rubrics
}

fn read(known: &Known<'_>, directory: &Arc<str>, path: &str, rubrics: &mut Rubrics) {
    let mut written = BTreeMap::new();
    for (id, path) in track_names(known, directory) {
        let track = track(known, directory, &id, &path);
        written.extend(track.map(|track| (id, track)));
    }
    let sound = is_sound(known, path);
    let rubric = Inheritance::resolve(known, &written, sound);
    check_equivalents(known, &written, &rubric, sound);
    if !sound {
        rubrics.unsound.insert(directory.to_string());
    }
    rubrics.by_directory.insert(directory.to_string(), rubric);
}

fn track_names(known: &Known<'_>, rubric: &Arc<str>) -> Vec<(TrackId, Arc<str>)> {
    let directories = known.source.directories.iter();
    directories
        .filter_map(|(directory, path)| match directory {
            Directory::Track { rubric: of, track } if of == rubric => {
                let id = known.name(track, path, TrackId::new, &[])?;
                Some((id, path.clone()))
            }
            _ => None,
        })
        .collect()
}

/// Whether every file of the rubric could be read.
fn is_sound(known: &Known<'_>, directory: &str) -> bool {
    let first: Arc<str> = format!("{directory}/").into();
    let from_here = known.source.texts.range(first.clone()..);
    let files = from_here
        .map(|(path, _)| path)
        .take_while(|path| path.starts_with(&*first));
    let problems = known
        .source
        .problems
        .iter()
        .map(|problem| &problem.place.file);
    let within = |path: &&Arc<str>| {
        path.strip_prefix(directory)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    files.chain(problems).filter(within).all(|path| {
        let opened = path.strip_suffix(".age").unwrap_or(path);
        known.complaints.is_sound(opened)
    })
}

const TRACK_KEYS: [&str; 7] = [
    "title",
    "description",
    "readers",
    "extends",
    "abstract",
    "cumulative",
    "competency",
];

/// A track by itself, before it inherits.
struct WrittenTrack {
    track: Track,
    extends: Option<At<TrackId>>,
    levels: Vec<WrittenLevel>,
}

/// A level by itself.
struct WrittenLevel {
    level: Level,
    equivalent: Vec<At<LevelRef>>,
    cells: Vec<WrittenCell>,
}

/// A cell whose competency and stage are not yet looked up.
struct WrittenCell {
    competency: At<CompetencyId>,
    cell: Cell,
    stage: Option<At<StageId>>,
}

fn track(
    known: &Known<'_>,
    rubric: &Arc<str>,
    id: &TrackId,
    path: &Arc<str>,
) -> Option<WrittenTrack> {
    let kind = FileKind::Track {
        rubric: rubric.clone(),
        track: id.as_str().into(),
    };
    let levels = levels(known, rubric, id);
    let read = known.toml(&kind, &TRACK_KEYS, |table| written_track(known, table, id));
    if read.is_none() && known.complaints.is_sound(&format!("{path}/track.toml")) {
        let message = format!("`{path}` has no `track.toml`");
        known
            .complaints
            .about(codes::NO_FILE, Place::file(path.clone()), message);
    }
    let (track, extends) = read?;
    Some(WrittenTrack {
        track,
        extends,
        levels,
    })
}

fn written_track(
    known: &Known<'_>,
    table: &Table<'_>,
    id: &TrackId,
) -> (Track, Option<At<TrackId>>) {
    let extends = table.id("extends", TrackId::new);
    let readers = [("org", false), ("public", true)];
    let track = Track {
        id: id.clone(),
        title: table.required_title(),
        description: table.prose("description").unwrap_or_default(),
        public: table.word("readers", &readers) == Some(true),
        extends: extends.as_ref().map(|at| at.value.clone()),
        is_abstract: table.flag("abstract"),
        cumulative: table.flag("cumulative"),
        competencies: competencies(known, table),
        levels: Vec::new(),
    };
    (track, extends)
}

fn competencies(known: &Known<'_>, table: &Table<'_>) -> Vec<Competency> {
    const KEYS: [&str; 6] = ["id", "title", "category", "description", "was", "stage"];
    let mut once = Once::default();
    let tables = table.tables("competency", &KEYS);
    let read = tables
        .iter()
        .filter_map(|table| competency(known, table, &mut once));
    read.collect()
}

fn competency(known: &Known<'_>, table: &Table<'_>, once: &mut Once) -> Option<Competency> {
    let title = table.required_title();
    let category = table.string("category");
    let description = table.prose("description").unwrap_or_default();
    let stages = stages(known, table);
    let was = table.texts("was");
    let was = was
        .iter()
        .filter_map(|text| super::table::id(known.complaints, text, CompetencyId::new))
        .collect::<Vec<_>>();
    let id = table.required_id("id", CompetencyId::new)?;
    for id in was.iter().chain([&id]) {
        once.admit(
            known.complaints,
            "the competency",
            id.value.as_str(),
            &id.place,
        );
    }
    Some(Competency {
        id: id.value,
        title,
        category,
        description,
        was: was.into_iter().map(|at| at.value).collect(),
        stages,
    })
}

fn stages(known: &Known<'_>, table: &Table<'_>) -> Vec<Stage> {
    const KEYS: [&str; 6] = ["id", "title", "text", "points", "signals", "examples"];
    let mut once = Once::default();
    let tables = table.tables("stage", &KEYS);
    let read = tables
        .iter()
        .filter_map(|table| stage(known, table, &mut once));
    read.collect()
}

fn stage(known: &Known<'_>, table: &Table<'_>, once: &mut Once) -> Option<Stage> {
    let stage = Stage {
        title: table.required_title(),
        text: table.prose("text").unwrap_or_default(),
        points: table.integer("points", POINTS),
        signals: signals(table),
        examples: table.proses("examples"),
        id: {
            let id = table.required_id("id", StageId::new)?;
            once.admit(known.complaints, "the stage", id.value.as_str(), &id.place);
            id.value
        },
    };
    Some(stage)
}

/// Points of stages and levels.
const POINTS: std::ops::RangeInclusive<i64> = -1_000_000..=1_000_000;

fn signals(table: &Table<'_>) -> Vec<Signal> {
    table.list("signals").iter().filter_map(signal).collect()
}

fn signal(value: &Value<'_>) -> Option<Signal> {
    if !value.is_table() {
        let text = value.prose()?;
        let examples = Vec::new();
        return Some(Signal { text, examples });
    }
    let table = value.table(&["text", "examples"])?;
    Some(Signal {
        text: table.required_prose("text"),
        examples: table.proses("examples"),
    })
}

const LEVEL_KEYS: [&str; 6] = [
    "title",
    "rank",
    "equivalent",
    "min_points",
    "section",
    "cell",
];

fn levels(known: &Known<'_>, rubric: &Arc<str>, track: &TrackId) -> Vec<WrittenLevel> {
    let files = known.source.files.iter();
    files
        .filter_map(|(kind, file)| match kind {
            FileKind::Level {
                rubric: of,
                track: on,
                level,
            } if of == rubric && **on == *track.as_str() => {
                let id = known.name(level, &file.path, LevelId::new, &[])?;
                known.toml(kind, &LEVEL_KEYS, |table| written_level(known, table, id))
            }
            _ => None,
        })
        .collect()
}

fn written_level(known: &Known<'_>, table: &Table<'_>, id: LevelId) -> WrittenLevel {
    table.require("rank");
    let level = Level {
        id,
        title: table.required_title(),
        rank: table.integer("rank", POINTS).unwrap_or_default(),
        equivalent: Vec::new(),
        min_points: table.integer("min_points", POINTS),
        sections: sections(table),
        cells: BTreeMap::new(),
    };
    WrittenLevel {
        level,
        equivalent: equivalents(known, table),
        cells: cells(known, table),
    }
}

fn equivalents(known: &Known<'_>, table: &Table<'_>) -> Vec<At<LevelRef>> {
    let read = |text: &At<&str>| {
        let level = super::known::level_ref(text.value);
        if level.is_none() {
            let message = format!("`{}` is not a level", text.value);
            known
                .complaints
                .about(codes::NO_LEVEL, text.place.clone(), message)
                .help("levels are written `<track>/<level>`");
        }
        Some(text.with(level?))
    };
    table.texts("equivalent").iter().filter_map(read).collect()
}

fn sections(table: &Table<'_>) -> Vec<LevelSection> {
    let tables = table.tables("section", &["title", "text", "items", "readers"]);
    let section = |table: &Table<'_>| LevelSection {
        title: table.required_title(),
        text: table.prose("text").unwrap_or_default(),
        items: table.proses("items"),
        managers_only: table.word("readers", &[("managers", true), ("org", false)]) == Some(true),
    };
    tables.iter().map(section).collect()
}

fn cells(known: &Known<'_>, table: &Table<'_>) -> Vec<WrittenCell> {
    let ratings = known.ratings.iter().map(|rating| rating.id.as_str());
    let keys: Vec<&str> = CELL_KEYS.into_iter().chain(ratings).collect();
    table
        .map("cell")
        .iter()
        .filter_map(|(name, value)| {
            let table = value.table(&keys)?;
            let competency = super::table::id(known.complaints, name, CompetencyId::new)?;
            Some(cell(known, &table, competency))
        })
        .collect()
}

fn cell(known: &Known<'_>, table: &Table<'_>, competency: At<CompetencyId>) -> WrittenCell {
    let links = table.texts("links").into_iter();
    let links = links.inspect(|text| prose::check_web_address(known.complaints, text));
    let meaning = |rating: &Rating| Some((rating.id.clone(), table.prose(rating.id.as_str())?));
    let stage = table.id("stage", StageId::new);
    let cell = Cell {
        text: table.prose("text").unwrap_or_default(),
        by_rating: known.ratings.iter().filter_map(meaning).collect(),
        signals: signals(table),
        stage: stage.as_ref().map(|at| at.value.clone()),
        proficiency: table.string("proficiency"),
        examples: table.proses("examples"),
        links: links.map(|text| text.value.to_owned()).collect(),
        inherited: false,
    };
    WrittenCell {
        competency,
        cell,
        stage,
    }
}

/// Tracks being merged with what they extend.
struct Inheritance<'w, 's> {
    known: &'w Known<'s>,
    written: &'w BTreeMap<TrackId, WrittenTrack>,
    sound: bool,
    done: BTreeMap<TrackId, Track>,
}

impl<'w, 's> Inheritance<'w, 's> {
    fn resolve(
        known: &'w Known<'s>,
        written: &'w BTreeMap<TrackId, WrittenTrack>,
        sound: bool,
    ) -> Rubric {
        let mut inheritance = Self {
            known,
            written,
            sound,
            done: BTreeMap::new(),
        };
        for id in written.keys() {
            inheritance.line_of(id);
        }
        Rubric {
            tracks: inheritance.done,
        }
    }

    /// Merges a track and all that it extends, the furthest first.
    fn line_of(&mut self, id: &TrackId) {
        let mut line: Vec<&TrackId> = Vec::new();
        let mut at = self.written.get_key_value(id);
        while let Some((id, written)) = at {
            if self.done.contains_key(id) {
                break;
            }
            if line.contains(&id) {
                self.circle(&line, written);
                break;
            }
            line.push(id);
            at = self.parent(written);
        }
        for id in line.into_iter().rev() {
            let track = self.merge(&self.written[id]);
            self.done.insert(id.clone(), track);
        }
    }

    fn parent(&self, written: &WrittenTrack) -> Option<(&'w TrackId, &'w WrittenTrack)> {
        let extends = written.extends.as_ref()?;
        let parent = self.written.get_key_value(&extends.value);
        if parent.is_none() && self.sound {
            let message = format!("there is no track `{}`", extends.value);
            let tracks = self.written.keys().map(TrackId::as_str);
            self.known
                .complaints
                .about(codes::NO_TRACK, extends.place.clone(), message)
                .maybe_help(did_you_mean(extends.value.as_str(), tracks));
        }
        parent
    }

    fn circle(&self, line: &[&TrackId], written: &WrittenTrack) {
        let start = line.iter().position(|id| **id == written.track.id);
        let circle = &line[start.unwrap_or(0)..];
        let names: Vec<String> = circle.iter().map(|id| format!("`{id}`")).collect();
        if let Some(extends) = &written.extends {
            let message = format!(
                "tracks extend one another in a circle: {}",
                names.join(", ")
            );
            self.known
                .complaints
                .about(codes::EXTENDS_CIRCLE, extends.place.clone(), message);
        }
    }

    fn merge(&self, written: &WrittenTrack) -> Track {
        let parent = written
            .extends
            .as_ref()
            .and_then(|at| self.done.get(&at.value));
        let mut track = written.track.clone();
        if let Some(parent) = parent {
            let own = std::mem::take(&mut track.competencies);
            track.competencies = merged_competencies(&parent.competencies, own);
        }
        track.levels = written
            .levels
            .iter()
            .map(|level| self.level(level, &track, parent))
            .collect();
        track
            .levels
            .sort_by(|a, b| (a.rank, &a.id).cmp(&(b.rank, &b.id)));
        track
    }

    fn level(&self, written: &WrittenLevel, track: &Track, parent: Option<&Track>) -> Level {
        let mut level = written.level.clone();
        level.equivalent = written
            .equivalent
            .iter()
            .map(|at| at.value.clone())
            .collect();
        let inherited = parent.and_then(|parent| parent.level(&level.id));
        for (competency, cell) in inherited.iter().flat_map(|level| &level.cells) {
            let inherited = true;
            let cell = cell.clone();
            level
                .cells
                .insert(competency.clone(), Cell { inherited, ..cell });
        }
        for cell in &written.cells {
            self.check_cell(cell, track);
            level
                .cells
                .insert(cell.competency.value.clone(), cell.cell.clone());
        }
        level
    }

    fn check_cell(&self, cell: &WrittenCell, track: &Track) {
        let id = &cell.competency.value;
        let place = cell.competency.place.clone();
        let Some(competency) = track.competencies.iter().find(|c| c.id == *id) else {
            if self.sound {
                self.no_competency(id, place, track);
            }
            return;
        };
        if let Some(stage) = &cell.stage
            && !competency.stages.iter().any(|s| s.id == stage.value)
        {
            let message = format!("`{id}` has no stage `{}`", stage.value);
            let stages = competency.stages.iter().map(|stage| stage.id.as_str());
            self.known
                .complaints
                .about(codes::NO_STAGE, stage.place.clone(), message)
                .maybe_help(did_you_mean(stage.value.as_str(), stages));
        }
    }

    fn no_competency(&self, id: &CompetencyId, place: Place, track: &Track) {
        let renamed = track
            .competency(id)
            .map(|now| format!("it is called `{}` now", now.id));
        let ids = track
            .competencies
            .iter()
            .map(|competency| competency.id.as_str());
        let message = format!("the track `{}` has no competency `{id}`", track.id);
        self.known
            .complaints
            .about(codes::NO_COMPETENCY, place, message)
            .maybe_help(renamed.or_else(|| did_you_mean(id.as_str(), ids)));
    }
}

/// Inherited competencies first, each replaced where it stands by an own one of the same id.
fn merged_competencies(inherited: &[Competency], own: Vec<Competency>) -> Vec<Competency> {
    let mut merged = inherited.to_vec();
    for competency in own {
        match merged.iter_mut().find(|c| c.id == competency.id) {
            Some(place) => *place = competency,
            None => merged.push(competency),
        }
    }
    merged
}

fn check_equivalents(
    known: &Known<'_>,
    written: &BTreeMap<TrackId, WrittenTrack>,
    rubric: &Rubric,
    sound: bool,
) {
    let lookup = Lookup::of(rubric, sound);
    let mut seen = BTreeSet::new();
    for level in written.values().flat_map(|track| &track.levels) {
        for at in &level.equivalent {
            if seen.insert(at.place.clone()) {
                known.level(&at.with(&*at.value.to_string()), &lookup);
            }
        }
    }
}
