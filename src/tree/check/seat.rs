//! One person in one cycle: what their files may refer to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::codes;
use super::complaints::did_you_mean;
use super::known::Known;
use super::table::At;
use crate::domain::model::*;
use crate::tree::source::{CycleFile, FileKind, SourceFile};

/// One person in one cycle.
#[derive(Debug)]
pub(super) struct Seat<'s> {
    pub person: &'s PersonId,
    pub cycle: CycleId,
    /// `people/<person>/<cycle>`
    pub path: Arc<str>,
    /// The texts of the expectations agreed, whatever else is wrong with them.
    pub expectations: BTreeMap<ExpectationId, String>,
    /// The names in `files/`.
    pub attachments: BTreeSet<String>,
}

impl Seat<'_> {
    /// The files that are there.
    pub fn files<'k>(&self, known: &Known<'k>) -> Vec<(&'k CycleFile, &'k SourceFile)> {
        let first = FileKind::InCycle {
            person: self.person.as_str().into(),
            cycle: self.cycle.as_str().into(),
            file: CycleFile::Expectations,
        };
        let from_here = known.source.files.range(first..);
        from_here
            .map_while(|(kind, held)| match kind {
                FileKind::InCycle {
                    person,
                    cycle,
                    file,
                } if **person == *self.person.as_str() && **cycle == *self.cycle.as_str() => {
                    Some((file, held))
                }
                _ => None,
            })
            .collect()
    }

    /// The questions asked in the cycle.
    pub fn questions<'k>(&self, known: &'k Known<'_>) -> &'k [Question] {
        let cycle = known.cycle(&self.cycle);
        cycle.map_or(&known.questions, |cycle| &cycle.questions)
    }

    /// Whether every expectation of the cycle is known.
    pub fn knows_expectations(&self, known: &Known<'_>) -> bool {
        known
            .complaints
            .is_sound(&format!("{}/expectations.toml", self.path))
    }

    /// Whether a text names an expectation of the cycle.
    pub fn has_expectation(&self, known: &Known<'_>, text: &At<&str>) -> bool {
        let found = self.expectations.contains_key(text.value);
        if !found && self.knows_expectations(known) {
            let message = format!("`{}` is not an expectation of this cycle", text.value);
            let ids = self.expectations.keys().map(ExpectationId::as_str);
            known
                .about(codes::NO_EXPECTATION, text.place.clone(), message)
                .maybe_help(did_you_mean(text.value, ids));
        }
        found
    }
}
