//! Guidance: a valid organisation, judged by the practice.
//!
//! One file a topic, one code a lint. A topic looks at one person, or at one person in one cycle, beside what
//! all share; it gives [`Lint`]s, which say in which file and under which key the reader should look. Where that
//! is, [`spot`] finds in the text again: the model carries no places, and lints are few.
//!
//! | file | asks |
//! |---|---|
//! | `expectations` | are they few, soon agreed, with steps, kind and measure |
//! | `measures` | does a measure count lines, tickets or commits |
//! | `follow_up` | is somebody going after the goals of the last plan |
//! | `peers` | did enough of them write, from other teams and levels |
//! | `questions` | are they the same each time, and not too many |
//! | `ratings` | does evidence stand behind a rating, from the whole period |
//! | `examples` | does an answer hold an example |
//! | `talent` | was an assessment pressure-tested, and what follows from it |
//! | `closing` | was the review shared, and answered, in time; were the figures counted |
//! | `improvement` | is an improvement plan bounded, small and watched |
//! | `coming` | does a day that is over lie in the future |
//! | `allowances` | what the organisation excuses, and why |
//! | `over` | which advice comes too late to act on |
//!
//! What is not due yet is no fault, nor is what a draft lacks; days of leave count nowhere. Advice about a cycle stops by
//! itself once the cycle is closed, as `over` says.

mod allowances;
mod closing;
mod coming;
mod examples;
mod expectations;
mod follow_up;
mod improvement;
mod in_cycle;
mod measures;
mod over;
mod peers;
mod questions;
mod ratings;
mod spot;
mod talent;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::codes::Rule;
use crate::domain::model::*;
use crate::ground::diag::Diagnostic;
use crate::tree::source::{FileKind, Source};
use in_cycle::InCycle;
use spot::{Spot, Texts};

/// Guidance about a tree, again and again, as far as it changed.
#[derive(Debug, Default)]
pub struct Guidance {
    as_of: Option<Date>,
    people: BTreeMap<PersonId, Vec<Found>>,
}

/// Something that the practice would have otherwise.
#[derive(Debug, Clone)]
struct Lint {
    rule: Rule,
    file: FileKind,
    spot: Spot,
    message: String,
    help: Option<String>,
}

/// A lint at its place.
#[derive(Debug, Clone)]
struct Found {
    diagnostic: Diagnostic,
    /// It is not said any more, and still needs the allowance that excuses it.
    over: bool,
}

impl Lint {
    fn new(rule: Rule, file: FileKind, spot: Spot, message: impl Into<String>) -> Self {
        Self {
            rule,
            file,
            spot,
            message: message.into(),
            help: None,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn placed<'s>(self, texts: &mut Texts<'s>) -> Diagnostic {
        Diagnostic {
            code: self.rule.code,
            severity: self.rule.severity,
            message: self.message,
            place: texts.place_of(&self.file, &self.spot),
            label: None,
            related: Vec::new(),
            help: self.help,
        }
    }
}

/// What a person is judged by and with: settings and what all may know of one another, and the day.
///
/// Of other people, only their `person.toml` counts: whoever caches what is found about one person relies on that.
#[derive(Clone, Copy)]
struct Practice<'a> {
    organisation: &'a Organisation,
    /// The day that facts are judged on.
    as_of: Date,
}

impl Guidance {
    /// Forgets what was found about some people; about everyone if there is no telling whom a change concerns.
    pub fn forget(&mut self, changed: Option<&BTreeSet<PersonId>>) {
        let is_same = |id: &PersonId| changed.is_some_and(|changed| !changed.contains(id));
        self.people.retain(|id, _| is_same(id));
    }

    /// Everything that the practice would have otherwise, as far as the organisation does not allow it. Facts are
    /// judged on the day `as_of`.
    pub fn judge(
        &mut self,
        source: &Source,
        organisation: &Organisation,
        as_of: Date,
    ) -> Vec<Diagnostic> {
        if self.as_of != Some(as_of) {
            self.people.clear();
            self.as_of = Some(as_of);
        }
        let practice = Practice {
            organisation,
            as_of,
        };
        self.renew(source, practice);
        let mut lints = questions::judge(practice, source);
        lints.extend(closing::not_counted(practice));
        let mut all = found(practice, source, lints);
        all.extend(self.people.values().flatten().cloned());
        allowances::apply(source, &organisation.policy.allow, all)
    }

    /// What the practice would have otherwise about some people, as far as the organisation does not allow it. Of
    /// others there need be no cycles.
    pub fn about(
        source: &Source,
        organisation: &Organisation,
        as_of: Date,
        people: &BTreeSet<PersonId>,
    ) -> Vec<Diagnostic> {
        let practice = Practice {
            organisation,
            as_of,
        };
        let people = people.iter().filter_map(|id| organisation.people.get(id));
        let lints = people.flat_map(|person| of_person(practice, source, person));
        let all = found(practice, source, lints.collect());
        allowances::not_excused(source, &organisation.policy.allow, all).0
    }

    fn renew(&mut self, source: &Source, practice: Practice<'_>) {
        let people = &practice.organisation.people;
        self.people.retain(|id, _| people.contains_key(id));
        let known = &self.people;
        let due: Vec<_> = people
            .iter()
            .filter(|(id, _)| !known.contains_key(*id))
            .collect();
        let due = due.into_par_iter().with_max_len(1);
        let judged = due.map(|(id, person)| {
            let lints = of_person(practice, source, person);
            (id.clone(), found(practice, source, lints))
        });
        let judged: Vec<(PersonId, Vec<Found>)> = judged.collect();
        self.people.extend(judged);
    }
}

fn placed(source: &Source, lints: Vec<Lint>) -> Vec<Diagnostic> {
    let mut texts = Texts::of(source);
    let lints = lints.into_iter();
    lints.map(|lint| lint.placed(&mut texts)).collect()
}

fn found(practice: Practice<'_>, source: &Source, lints: Vec<Lint>) -> Vec<Found> {
    let mut texts = Texts::of(source);
    let lints = lints.into_iter();
    let placed = lints.map(|lint| Found {
        over: practice.is_over(&lint),
        diagnostic: lint.placed(&mut texts),
    });
    placed.collect()
}

fn of_person(practice: Practice<'_>, source: &Source, person: &Person) -> Vec<Lint> {
    let mut lints = follow_up::judge(practice, person);
    lints.extend(coming::judge(practice, source, person));
    lints.extend(talent::judge(practice, person));
    for in_cycle in InCycle::all(practice, person) {
        lints.extend(expectations::judge(&in_cycle));
        lints.extend(peers::judge(&in_cycle));
        lints.extend(ratings::judge(&in_cycle));
        lints.extend(examples::judge(&in_cycle));
        lints.extend(closing::judge(&in_cycle));
        lints.extend(improvement::judge(&in_cycle));
    }
    lints
}
