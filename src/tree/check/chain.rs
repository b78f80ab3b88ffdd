//! Who manages whom: circles, and managers who have left.

use std::collections::BTreeSet;

use super::codes;
use super::complaints::Complaints;
use super::people::People;
use crate::domain::model::*;
use crate::ground::diag::Place;

/// Complains about circles on any day on which a role begins, and warns of leavers above someone.
pub(super) fn check(complaints: &Complaints, people: &People) {
    check_circles(complaints, people);
    for person in people.people.values() {
        warn_of_leavers(complaints, people, person);
    }
}

/// Most people above one person.
const CHAIN_MAX: usize = 64;

fn check_circles(complaints: &Complaints, people: &People) {
    let roles = people.people.values().flat_map(|person| &person.roles);
    let days: BTreeSet<Date> = roles.map(|role| role.from).collect();
    let mut known = BTreeSet::new();
    if let Some((id, day)) = too_deep(people, &days) {
        let message = format!("more than {CHAIN_MAX} people stand above `{id}` on {day}");
        let place = place_on(people, id, day)
            .unwrap_or_else(|| Place::file(format!("people/{id}/person.toml")));
        complaints.about(codes::CHAIN_TOO_LONG, place, message);
    }
    for day in days {
        for circle in circles_on(people, day) {
            if known.insert(circle.clone()) {
                complain(complaints, people, &circle, day);
            }
        }
    }
}

/// The first person whose chain is too long on a day on which a role of theirs begins, or at last.
fn too_deep<'p>(people: &'p People, days: &BTreeSet<Date>) -> Option<(&'p PersonId, Date)> {
    people.people.values().find_map(|person| {
        let begins = person.roles.iter().map(|role| role.from);
        let mut days = begins.chain(days.last().copied());
        let day = days.find(|day| is_too_deep(people, &person.id, *day))?;
        Some((&person.id, day))
    })
}

fn is_too_deep(people: &People, person: &PersonId, day: Date) -> bool {
    let manager = |id: &&PersonId| people.people.get(*id)?.manager_on(day);
    let mut seen = BTreeSet::new();
    let above = std::iter::successors(Some(person), manager);
    // A circle ends where it began; it has a complaint of its own.
    above
        .take_while(|id| seen.insert(*id))
        .nth(CHAIN_MAX + 1)
        .is_some()
}

/// All circles of one day, each beginning with its smallest id. Every person is visited once.
fn circles_on(people: &People, day: Date) -> Vec<Vec<&PersonId>> {
    let mut circles = Vec::new();
    let mut settled: BTreeSet<&PersonId> = BTreeSet::new();
    for id in people.people.keys() {
        let mut path: Vec<&PersonId> = Vec::new();
        let mut on_path = BTreeSet::new();
        let mut at = Some(id);
        while let Some(id) = at.filter(|id| !settled.contains(id)) {
            if !on_path.insert(id) {
                let start = path.iter().position(|other| *other == id);
                circles.push(from_smallest(&path[start.unwrap_or(0)..]));
                break;
            }
            path.push(id);
            at = people
                .people
                .get(id)
                .and_then(|person| person.manager_on(day));
        }
        settled.extend(path);
    }
    circles
}

fn from_smallest<'p>(circle: &[&'p PersonId]) -> Vec<&'p PersonId> {
    let smallest = circle.iter().enumerate().min_by_key(|(_, id)| **id);
    let mut circle = circle.to_vec();
    circle.rotate_left(smallest.map_or(0, |(at, _)| at));
    circle
}

fn complain(complaints: &Complaints, people: &People, circle: &[&PersonId], day: Date) {
    let names: Vec<String> = circle
        .iter()
        .chain(circle.first())
        .map(|id| format!("`{id}`"))
        .collect();
    let message = format!(
        "people manage one another in a circle on {day}: {}",
        names.join(" → ")
    );
    let mut places = circle.iter().filter_map(|id| place_on(people, id, day));
    let Some(place) = places.next() else {
        return;
    };
    let mut complaint = complaints.about(codes::MANAGEMENT_CIRCLE, place, message);
    // A long circle is named in full; two places are enough to mend it.
    if let Some(place) = places.next() {
        complaint = complaint.related(place, "and here");
    }
    drop(complaint);
}

fn place_on(people: &People, id: &PersonId, day: Date) -> Option<Place> {
    let from = people.people.get(id)?.role_on(day).from;
    people.managers.get(&(id.clone(), from)).cloned()
}

fn warn_of_leavers(complaints: &Complaints, people: &People, person: &Person) {
    let until = person.roles.iter().skip(1).map(|role| Some(role.from));
    for (role, next) in person.roles.iter().zip(until.chain([None])) {
        let manager = role.manager.as_ref().and_then(|id| people.people.get(id));
        let Some((manager, left)) = manager.and_then(|manager| Some((manager, manager.end?)))
        else {
            continue;
        };
        // The role lasts until the next one, or until the person leaves.
        let last = next.into_iter().chain(person.end).min();
        if last.is_some_and(|last| last <= left) {
            continue;
        }
        let Some(place) = people.managers.get(&(person.id.clone(), role.from)) else {
            continue;
        };
        let message = format!(
            "`{}` leaves on {left}, and `{}` still reports to them",
            manager.id, person.id
        );
        complaints
            .about(codes::LEAVER_ABOVE, place.clone(), message)
            .help(format!(
                "add a `[[role]]` from {left} on, with another manager"
            ));
    }
}
