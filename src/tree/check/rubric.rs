//! `rubrics/<track>/…`: tracks and levels, and what a track inherits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::codes;
use super::complaints::did_you_mean;
use super::known::{Known, Lookup, Rubrics};
use super::table::{At, File, Table};
use crate::domain::model::*;
use crate::ground::diag::Place;
use crate::tree::source::{Directory, FileKind};

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

/// A track by itself, before it inherits.
struct WrittenTrack {
    track: Track,
    extends: Option<At<TrackId>>,
    levels: Vec<WrittenLevel>,
}

/// A level by itself.
struct WrittenLevel {
    level: Level,
    equivalent: Vec<At<String>>,
    cells: Vec<WrittenCell>,
}

/// Where a cell stands whose competency and stage are not yet looked up.
struct WrittenCell {
    competency: At<CompetencyId>,
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
    let file = known.read(&kind, "track");
    if file.is_none() && known.complaints.is_sound(&format!("{path}/track.toml")) {
        let message = format!("`{path}` has no `track.toml`");
        known.about(codes::NO_FILE, Place::file(path.clone()), message);
    }
    let file = file?;
    let extends = file.table().text("extends");
    let extends = extends.and_then(|text| Some(text.with(TrackId::new(text.value)?)));
    Some(WrittenTrack {
        track: file.model_of(id.as_str())?,
        extends,
        levels,
    })
}

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
                written_level(known.read(kind, "level")?, &id)
            }
            _ => None,
        })
        .collect()
}

fn written_level(file: File<'_>, id: &LevelId) -> Option<WrittenLevel> {
    let table = file.table();
    let equivalent = table
        .texts("equivalent")
        .map(|at| at.with(at.value.to_owned()));
    let equivalent = equivalent.collect();
    let cells = table.table("cell");
    let cell = |(name, cell): (At<&str>, Table<'_>)| {
        let stage = cell.text("stage");
        Some(WrittenCell {
            competency: name.with(CompetencyId::new(name.value)?),
            stage: stage.and_then(|stage| Some(stage.with(StageId::new(stage.value)?))),
        })
    };
    let cells = cells
        .iter()
        .flat_map(Table::named_tables)
        .filter_map(cell)
        .collect();
    Some(WrittenLevel {
        level: file.model_of(id.as_str())?,
        equivalent,
        cells,
    })
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
        let inherited = parent.and_then(|parent| parent.level(&level.id));
        for (competency, cell) in inherited.iter().flat_map(|level| &level.cells) {
            let own = level.cells.entry(competency.clone());
            own.or_insert_with(|| Cell {
                inherited: true,
                ..cell.clone()
            });
        }
        for cell in &written.cells {
            self.check_cell(cell, track);
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
                known.is_level(&at.with(at.value.as_str()), &lookup);
            }
        }
    }
}
