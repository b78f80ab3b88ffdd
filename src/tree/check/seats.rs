//! `people/<id>/<cycle>/…`: everything of one person, cycle by cycle.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::codes;
use super::complaints::did_you_mean;
use super::expectations::{self, Following};
use super::known::{Known, Names};
use super::people::person_file;
use super::seat::Seat;
use super::table::{At, Doc, File};
use super::{attachments, feedback, fixed, pip, running};
use crate::domain::model::*;
use crate::ground::diag::Place;
use crate::tree::source::{CycleFile, Directory, PersonFile, SourceFile};

/// Reads everything of a person that is not in `person.toml`.
pub(super) fn read(known: &Known<'_>, person: &mut Person) {
    let id = person.id.clone();
    let mut seats = seats(known, &id);
    if let (true, Some(seat)) = (person.external, seats.first()) {
        let message = format!("`{id}` is external and takes part in no cycle");
        let place = Place::file(seat.path.clone());
        known.about(codes::EXTERNAL, place, message);
    }
    check_overlaps(known, &seats);
    let mut following = Vec::new();
    for seat in &mut seats {
        let cycle = cycle(known, seat, &mut following);
        person.cycles.insert(seat.cycle.clone(), cycle);
    }
    for following in &following {
        check_follows(known, &seats, &person.cycles, following);
    }
    let log = person_file(&id, PersonFile::Log);
    person.log = running::log(known, &log, &person.cycles).unwrap_or_default();
    if let Some(file) = known.file(&person_file(&id, PersonFile::CheckIns)) {
        person.checkins = running::checkins(known, file, &person.roles);
    }
}

/// The cycles that a person has a directory for.
fn seats<'p>(known: &Known<'_>, person: &'p PersonId) -> Vec<Seat<'p>> {
    let first = Directory::PersonCycle {
        person: person.as_str().into(),
        cycle: "".into(),
    };
    let from_here = known.source.directories.range(first..);
    let own = from_here.map_while(|(directory, path)| match directory {
        Directory::PersonCycle { person: of, cycle } if **of == *person.as_str() => {
            Some((cycle, path))
        }
        _ => None,
    });
    own.filter_map(|(cycle, path)| {
        let place = Place::file(path.clone());
        let cycle = super::cycle_named(
            known,
            &At {
                value: &**cycle,
                place,
            },
        )?;
        Some(seat(known, person, cycle, path))
    })
    .collect()
}

fn seat<'p>(known: &Known<'_>, person: &'p PersonId, cycle: CycleId, path: &Arc<str>) -> Seat<'p> {
    let mut seat = Seat {
        person,
        cycle,
        path: path.clone(),
        expectations: BTreeMap::new(),
        attachments: BTreeSet::new(),
    };
    for (file, _) in seat.files(known) {
        if let CycleFile::Attachment(name) = file {
            seat.attachments.insert(name.to_string());
        }
    }
    seat
}

fn cycle(known: &Known<'_>, seat: &mut Seat<'_>, following: &mut Vec<Following>) -> PersonCycle {
    let mut cycle = PersonCycle::default();
    for (file, held) in seat.files(known) {
        match file {
            CycleFile::Expectations => {
                // The first file of all: the others refer to its ids.
                cycle.expectations = agreed(known, held, seat, following);
            }
            CycleFile::SelfAssessment => {
                cycle.self_assessment = feedback::self_assessment(known, held, seat);
            }
            CycleFile::Peer(who) => peer(known, seat, held, who, &mut cycle),
            CycleFile::Review => cycle.review = feedback::review(known, held, seat),
            CycleFile::Response => cycle.response = feedback::response(known, held, seat),
            CycleFile::Plan => {
                cycle.plan = toml(known, seat, held, "plan").and_then(File::model);
            }
            CycleFile::Pip => {
                cycle.pip = toml(known, seat, held, "pip").and_then(|file| pip::read(known, file));
            }
            CycleFile::Attachment(name) => {
                let attachment = attachments::read(known, name, held);
                let named = attachment.map(|attachment| (name.to_string(), attachment));
                cycle.files.extend(named);
            }
        }
    }
    attachments::check(known, seat, &cycle);
    cycle
}

fn agreed(
    known: &Known<'_>,
    held: &SourceFile,
    seat: &mut Seat<'_>,
    following: &mut Vec<Following>,
) -> Option<Expectations> {
    let file = File::parse(Doc::of(held, known.complaints)?);
    seat.expectations = expectations::texts(&file);
    let readers = file.readers();
    let mut file = file.with_attachments(&seat.attachments);
    file.check("expectations", &Names::of(known, seat));
    let mut agreed = expectations::read(known, file, seat, following)?;
    fixed::prove(known, seat, held, readers.as_deref(), &mut agreed);
    Some(agreed)
}

/// Reads a TOML file whose prose may link to `files/`.
fn toml<'f>(
    known: &Known<'f>,
    seat: &'f Seat<'_>,
    file: &'f SourceFile,
    declared: &str,
) -> Option<File<'f>> {
    let doc = Doc::of(file, known.complaints)?.with_attachments(&seat.attachments);
    Some(File::read(doc, declared, &Names::of(known, seat)))
}

fn peer(known: &Known<'_>, seat: &Seat<'_>, file: &SourceFile, who: &str, cycle: &mut PersonCycle) {
    let place = Place::file(file.path.clone());
    if who == seat.person.as_str() {
        let message = format!("`{who}` cannot be their own peer");
        known
            .about(codes::ABOUT_ONESELF, place, message)
            .help("what people say about themselves stands in `self.md`");
        return;
    }
    let Some(who) = known.person(&At { value: who, place }) else {
        return;
    };
    let feedback = feedback::peer(known, file, seat, &who);
    cycle.peers.extend(feedback.map(|feedback| (who, feedback)));
}

fn check_overlaps(known: &Known<'_>, seats: &[Seat<'_>]) {
    let mut used: Vec<(&Seat<'_>, &Cycle)> = seats
        .iter()
        .filter(|seat| !seat.files(known).is_empty())
        .filter_map(|seat| Some((seat, known.cycle(&seat.cycle)?)))
        .collect();
    used.sort_by_key(|(_, cycle)| (cycle.start, cycle.end));
    for pair in used.windows(2) {
        let [(before, first), (after, second)] = pair else {
            continue;
        };
        if second.start <= first.end {
            let message = format!(
                "`{}` has files in two cycles that overlap, `{}` and `{}`",
                after.person, first.id, second.id
            );
            known
                .about(codes::OVERLAP, Place::file(after.path.clone()), message)
                .related(Place::file(before.path.clone()), "the other one");
        }
    }
}

fn check_follows(
    known: &Known<'_>,
    seats: &[Seat<'_>],
    cycles: &BTreeMap<CycleId, PersonCycle>,
    following: &Following,
) {
    let follows = &following.follows;
    let (cycle, file) = match &follows.value {
        Follows::Expectation(cycle, _) => (cycle, "expectations.toml"),
        Follows::PlanGoal(cycle, _) => (cycle, "plan.toml"),
    };
    let seat = seats.iter().find(|seat| seat.cycle == *cycle);
    let unsure =
        seat.is_some_and(|seat| !known.complaints.is_sound(&format!("{}/{file}", seat.path)));
    let earlier = *cycle != following.from;
    if unsure || (earlier && is_there(cycles, &follows.value)) {
        return;
    }
    let message = match (earlier, &follows.value) {
        (false, _) => "an expectation cannot follow one of its own cycle".to_owned(),
        (_, Follows::Expectation(_, id)) => format!("there is no expectation `{id}` in `{cycle}`"),
        (_, Follows::PlanGoal(_, id)) => {
            format!("there is no goal `{id}` in the plan of `{cycle}`")
        }
    };
    known
        .about(codes::NO_FOLLOWED, follows.place.clone(), message)
        .maybe_help(nearest_followed(cycles, &follows.value));
}

fn is_there(cycles: &BTreeMap<CycleId, PersonCycle>, follows: &Follows) -> bool {
    followed(cycles, follows).contains(&follows_id(follows))
}

fn nearest_followed(cycles: &BTreeMap<CycleId, PersonCycle>, follows: &Follows) -> Option<String> {
    did_you_mean(follows_id(follows), followed(cycles, follows))
}

fn follows_id(follows: &Follows) -> &str {
    match follows {
        Follows::Expectation(_, id) => id.as_str(),
        Follows::PlanGoal(_, id) => id.as_str(),
    }
}

/// The ids of what could be followed in that cycle.
fn followed<'c>(cycles: &'c BTreeMap<CycleId, PersonCycle>, follows: &Follows) -> Vec<&'c str> {
    match follows {
        Follows::Expectation(cycle, _) => {
            let agreed = cycles
                .get(cycle)
                .and_then(|cycle| cycle.expectations.as_ref());
            let all = agreed.into_iter().flat_map(|agreed| &agreed.expectations);
            all.map(|expectation| expectation.id.as_str()).collect()
        }
        Follows::PlanGoal(cycle, _) => {
            let plan = cycles.get(cycle).and_then(|cycle| cycle.plan.as_ref());
            let goals = plan.into_iter().flat_map(|plan| &plan.goals);
            goals
                .filter_map(|goal| Some(goal.id.as_ref()?.as_str()))
                .collect()
        }
    }
}
