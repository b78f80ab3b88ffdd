//! The long view: levels over time, and competencies by cycle.

use super::axis::{Change, level_label};
use super::cycles::held_level;
use super::outcome::Judge;
use super::standing::{Seen, Standing, known_as};
use crate::domain::model::*;

/// A person's history up to a cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct History<'a> {
    /// Joining and every change of level since, oldest first; roles that begin after the day that facts are
    /// judged on are not there yet.
    pub ladder: Vec<LadderStep<'a>>,
    /// The person's cycles, oldest first, each with the level held.
    pub levels: Vec<LevelInCycle<'a>>,
    /// Every competency in every cycle.
    pub heat: HeatTable<'a>,
}

/// What a step of the ladder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LadderKind {
    /// The first role.
    Joined,
    /// The first level, after roles without one.
    Placed,
    /// Same track, higher rank.
    Promoted,
    /// Same track, same rank: the other side of a fork; or a rank that no rubric knows any more.
    Sideways,
    /// Same track, lower rank.
    Lowered,
    /// Another track than before.
    ChangedTrack,
}

impl LadderKind {
    /// For classes and tests.
    pub fn id(self) -> &'static str {
        match self {
            LadderKind::Joined => "joined",
            LadderKind::Placed => "placed",
            LadderKind::Promoted => "promoted",
            LadderKind::Sideways => "sideways",
            LadderKind::Lowered => "lowered",
            LadderKind::ChangedTrack => "changed-track",
        }
    }

    /// The words to show before the level: `Promoted to`, `Joined at`.
    pub fn words(self) -> &'static str {
        match self {
            LadderKind::Joined => "Joined",
            LadderKind::Placed => "Placed at",
            LadderKind::Promoted => "Promoted to",
            LadderKind::Sideways => "Moved to",
            LadderKind::Lowered => "Moved down to",
            LadderKind::ChangedTrack => "Changed track to",
        }
    }
}

/// One rung of the ladder.
#[derive(Debug, Clone, PartialEq)]
pub struct LadderStep<'a> {
    /// The first day of the role.
    pub date: Date,
    /// What the step is.
    pub kind: LadderKind,
    /// The role that began.
    pub role: &'a Role,
    /// The level with its track, of the rubric in force, else of a pinned one; nothing where the role has
    /// none or no rubric knows it.
    pub level: Option<(&'a Track, &'a Level)>,
    /// `L4`; the reference as written where no rubric knows the level; nothing without a level.
    pub label: Option<String>,
}

/// The level held in one cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelInCycle<'a> {
    /// The cycle.
    pub cycle: &'a Cycle,
    /// Nothing where none was held, or the cycle's rubric lacks it.
    pub level: Option<(&'a Track, &'a Level)>,
    /// `L4`; the reference as written where no rubric knows the level; nothing without a level.
    pub label: Option<String>,
}

/// Competencies by cycle, from shared reviews alone.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatTable<'a> {
    /// The columns: the person's cycles, oldest first, reviewed or not.
    pub cycles: Vec<&'a Cycle>,
    /// The present track's competencies in its order, then those that only earlier tracks had and that
    /// were rated. A renamed competency is one row, under its present name.
    pub rows: Vec<HeatRow<'a>>,
}

/// One competency.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatRow<'a> {
    /// The competency.
    pub competency: &'a Competency,
    /// One a column; nothing where that cycle's review does not rate it, or is not shared.
    pub cells: Vec<Option<HeatCell<'a>>>,
}

/// One competency in one cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatCell<'a> {
    /// How it was rated.
    pub standing: Standing<'a>,
    /// Against the last cell before that is not empty.
    pub change: Change,
}

/// A person's history as seen from a cycle: later cycles are not in it. The ladder is whole whatever the
/// cycle, up to the day that facts are judged on.
pub fn history<'a>(commons: &'a Commons, person: &'a Person, from: &'a Cycle) -> History<'a> {
    let seen = Seen::from(commons, person, from);
    History {
        ladder: ladder(commons, person),
        levels: seen
            .cycles()
            .into_iter()
            .map(|(cycle, _)| level_in(seen, cycle))
            .collect(),
        heat: heat(seen, from),
    }
}

fn ladder<'a>(commons: &'a Commons, person: &'a Person) -> Vec<LadderStep<'a>> {
    let mut steps = Vec::new();
    let mut before: Option<&Role> = None;
    for role in person
        .roles
        .iter()
        .filter(|role| role.from <= commons.as_of)
    {
        if let Some(kind) = ladder_kind(commons, before, role) {
            steps.push(ladder_step(commons, kind, role));
        }
        before = Some(role);
    }
    steps
}

/// What kind of step a role is; nothing where the level stays.
fn ladder_kind(commons: &Commons, before: Option<&Role>, role: &Role) -> Option<LadderKind> {
    let Some(before) = before else {
        return Some(LadderKind::Joined);
    };
    let to = role.level.as_ref()?;
    let Some(from) = before.level.as_ref() else {
        return Some(LadderKind::Placed);
    };
    if from == to {
        return None;
    }
    if from.track != to.track {
        return Some(LadderKind::ChangedTrack);
    }
    let rank = |at| Some(level_ever(commons, at)?.1.rank);
    Some(match (rank(from), rank(to)) {
        (Some(from), Some(to)) if from < to => LadderKind::Promoted,
        (Some(from), Some(to)) if from > to => LadderKind::Lowered,
        _ => LadderKind::Sideways,
    })
}

/// A level of the rubric in force, else of a pinned one: it may have been abolished since.
fn level_ever<'a>(commons: &'a Commons, at: &LevelRef) -> Option<(&'a Track, &'a Level)> {
    let mut rubrics = std::iter::once(&commons.rubric).chain(commons.pinned.values());
    rubrics.find_map(|rubric| rubric.level(at))
}

fn ladder_step<'a>(commons: &'a Commons, kind: LadderKind, role: &'a Role) -> LadderStep<'a> {
    let level = role.level.as_ref().and_then(|at| level_ever(commons, at));
    let written = role.level.as_ref().map(LevelRef::to_string);
    LadderStep {
        date: role.from,
        kind,
        role,
        level,
        label: level.map(|(_, level)| level_label(level)).or(written),
    }
}

fn level_in<'a>(seen: Seen<'a>, cycle: &'a Cycle) -> LevelInCycle<'a> {
    let held = held_level(seen.commons, seen.person, cycle);
    let level = held.and_then(|held| seen.commons.rubric_of(cycle).level(held));
    LevelInCycle {
        cycle,
        level,
        label: level.map(|(_, level)| level_label(level)),
    }
}

fn heat<'a>(seen: Seen<'a>, from: &'a Cycle) -> HeatTable<'a> {
    let cycles: Vec<&'a Cycle> = seen.cycles().into_iter().map(|(cycle, _)| cycle).collect();
    let mut rows: Vec<HeatRow<'a>> = Vec::new();
    if let Some(present) = track_in(seen, from) {
        let all = present.competencies.iter();
        rows.extend(all.map(|competency| heat_row(seen, &cycles, present, competency)));
    }
    for track in cycles
        .iter()
        .rev()
        .filter_map(|cycle| track_in(seen, cycle))
    {
        for competency in &track.competencies {
            let row = heat_row(seen, &cycles, track, competency);
            if row.is_rated() && !is_among(&rows, competency) {
                rows.push(row);
            }
        }
    }
    HeatTable { cycles, rows }
}

/// The track that the person was in, as the cycle's rubric has it.
fn track_in<'a>(seen: Seen<'a>, cycle: &'a Cycle) -> Option<&'a Track> {
    let held = held_level(seen.commons, seen.person, cycle)?;
    seen.commons.rubric_of(cycle).tracks.get(&held.track)
}

/// Whether a competency has a row already, under this id or since renamed.
fn is_among(rows: &[HeatRow<'_>], competency: &Competency) -> bool {
    let is_it = |one: &Competency| one.id == competency.id || one.was.contains(&competency.id);
    rows.iter().any(|row| is_it(row.competency))
}

fn heat_row<'a>(
    seen: Seen<'a>,
    cycles: &[&'a Cycle],
    track: &Track,
    competency: &'a Competency,
) -> HeatRow<'a> {
    let ids = known_as(track, competency);
    let mut last: Option<Standing<'a>> = None;
    let cell = |cycle: &&'a Cycle| {
        let standing = seen.standing(cycle, &ids, Judge::Manager)?;
        let change = standing.change_from(last.as_ref());
        last = Some(standing.clone());
        Some(HeatCell { standing, change })
    };
    let cells = cycles.iter().map(cell).collect();
    HeatRow { competency, cells }
}

impl HeatRow<'_> {
    /// Whether any review rates it.
    pub fn is_rated(&self) -> bool {
        self.cells.iter().any(Option::is_some)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;

    fn seen_from<'a>(world: &'a World, cycle: &str) -> History<'a> {
        history(&world.commons, &world.ada, world.cycle(cycle))
    }

    fn ladder_of(world: &World) -> Vec<(LadderKind, Option<String>)> {
        let steps = ladder(&world.commons, &world.ada);
        steps
            .into_iter()
            .map(|step| (step.kind, step.label))
            .collect()
    }

    #[test]
    fn the_ladder_tells_joining_promotion_and_change_of_track() {
        let mut world = World::on("2026-02-01");
        let lead = track("lead", &[("m1", 3)]);
        world.commons.rubric.tracks.insert(lead.id.clone(), lead);
        world.promoted("2025-07-01", "ic/l4");
        world.promoted("2025-08-01", "ic/l4"); // another team, the same level
        world.promoted("2026-01-01", "lead/m1");
        world.promoted("2026-03-01", "ic/l5"); // not yet
        let told = [
            (LadderKind::Joined, Some("L3".to_string())),
            (LadderKind::Promoted, Some("L4".to_string())),
            (LadderKind::ChangedTrack, Some("M1".to_string())),
        ];
        assert_eq!(ladder_of(&world), told);
    }

    #[test]
    fn a_first_level_after_joining_without_one_is_no_promotion() {
        let mut world = World::on("2026-02-01");
        world.ada.roles[0].level = None;
        world.promoted("2025-03-01", "ic/l3");
        world.promoted("2025-09-01", "ic/l2");
        let kinds: Vec<LadderKind> = ladder_of(&world)
            .into_iter()
            .map(|(kind, _)| kind)
            .collect();
        assert_eq!(
            kinds,
            [LadderKind::Joined, LadderKind::Placed, LadderKind::Lowered]
        );
    }

    #[test]
    fn a_level_abolished_since_is_still_a_rung() {
        let mut world = World::on("2026-02-01");
        let pinned = world.commons.rubric.clone();
        world.commons.pinned.insert("2025".into(), pinned);
        world.track().levels.remove(1);
        world.promoted("2025-09-01", "ic/l4");
        let told = [
            (LadderKind::Joined, Some("L3".to_string())),
            (LadderKind::Promoted, Some("L4".to_string())),
        ];
        assert_eq!(ladder_of(&world), told);
        world.commons.pinned.clear();
        assert_eq!(ladder_of(&world)[0].1.as_deref(), Some("ic/l3"));
        assert_eq!(ladder_of(&world)[1].0, LadderKind::Sideways);
    }

    #[test]
    fn each_cycle_has_the_level_of_its_last_day() {
        let mut world = World::on("2026-02-01");
        world.promoted("2025-06-30", "ic/l4");
        world.own("2025-h1");
        world.own("2025-h2");
        let history = seen_from(&world, "2025-h2");
        let labels: Vec<_> = history
            .levels
            .iter()
            .map(|level| level.label.as_deref())
            .collect();
        assert_eq!(labels, [Some("L4"), Some("L4")]);
    }

    #[test]
    fn a_cell_steps_from_the_last_one_that_is_not_empty() {
        let mut world = World::on("2026-08-01");
        world.reviewed("2025-h1", "technical", "meets");
        world.reviewed("2025-h2", "ownership", "meets");
        world.reviewed("2026-h1", "technical", "exceeds");
        let history = seen_from(&world, "2026-h1");
        let changes = |row: &HeatRow<'_>| -> Vec<Option<Change>> {
            row.cells
                .iter()
                .map(|cell| cell.as_ref().map(|cell| cell.change))
                .collect()
        };
        assert_eq!(
            changes(&history.heat.rows[0]),
            [Some(Change::New), None, Some(Change::Up)]
        );
        assert_eq!(
            changes(&history.heat.rows[1]),
            [None, Some(Change::New), None]
        );
    }

    #[test]
    fn a_renamed_competency_stays_one_row() {
        let mut world = World::on("2026-02-01");
        let mut old = world.commons.rubric.clone();
        old.tracks.get_mut("ic").unwrap().competencies[0] = competency("craft");
        world.commons.pinned.insert("2025".into(), old);
        world.commons.cycles[0].rubric = Some("2025".into());
        world.track().competencies[0]
            .was
            .push(competency_id("craft"));
        world.reviewed("2025-h1", "craft", "meets");
        world.reviewed("2025-h2", "technical", "meets");
        let heat = seen_from(&world, "2025-h2").heat;
        let titles: Vec<&str> = heat
            .rows
            .iter()
            .map(|row| row.competency.title.as_str())
            .collect();
        assert_eq!(titles, ["TECHNICAL", "OWNERSHIP"]);
        assert!(heat.rows[0].cells.iter().all(Option::is_some));
    }

    #[test]
    fn what_only_an_earlier_track_asked_for_keeps_its_row() {
        let mut world = World::on("2026-02-01");
        let mut lead = track("lead", &[("m1", 3)]);
        lead.competencies = vec![competency("people"), competency("ownership")];
        world.commons.rubric.tracks.insert(lead.id.clone(), lead);
        world.promoted("2025-07-01", "lead/m1");
        world.reviewed("2025-h1", "technical", "meets");
        world.own("2025-h2");
        let heat = seen_from(&world, "2025-h2").heat;
        let ids: Vec<&str> = heat
            .rows
            .iter()
            .map(|row| row.competency.id.as_str())
            .collect();
        assert_eq!(ids, ["people", "ownership", "technical"]);
    }

    #[test]
    fn a_review_that_is_not_shared_leaves_its_column_empty() {
        let mut world = World::on("2026-02-01");
        world.reviewed("2025-h1", "technical", "meets");
        world.review("2025-h1").shared = None;
        let heat = seen_from(&world, "2025-h1").heat;
        assert_eq!(heat.cycles.len(), 1);
        assert!(!heat.rows[0].is_rated());
    }
}
