//! Talent mapping: pressure-tested, honest about what is missing, and not the same two cycles running.

use super::spot::Spot;
use super::{Lint, Practice};
use crate::domain::model::*;
use crate::tree::check::codes::{self, Rule};
use crate::tree::source::FileKind;

/// Judges what is written about a person, once it is dated.
pub(super) fn judge(practice: Practice<'_>, person: &Person) -> Vec<Lint> {
    let all = mappings(practice, person);
    let mut lints = Vec::new();
    for (index, mapping) in all.iter().enumerate() {
        if practice.judges(mapping.cycle) {
            lints.extend(mapping.no_partner());
            lints.extend(mapping.nothing_missing());
            lints.extend(misleveled(practice, person, &all[..=index]));
        }
    }
    lints
}

/// What is written about a person in one cycle.
struct Mapping<'a> {
    person: &'a Person,
    cycle: &'a Cycle,
    talent: &'a Talent,
}

/// By cycle.
fn mappings<'a>(practice: Practice<'a>, person: &'a Person) -> Vec<Mapping<'a>> {
    let managed = practice.organisation.management.about.get(&person.id);
    let cycles = practice.organisation.cycles.iter();
    let dated = cycles.filter_map(|cycle| {
        let talent = managed?.talent.get(&cycle.id)?;
        talent.date.filter(|day| *day <= practice.as_of)?;
        Some(Mapping {
            person,
            cycle,
            talent,
        })
    });
    dated.collect()
}

impl Mapping<'_> {
    fn lint(&self, rule: Rule, key: &str, message: String) -> Lint {
        let file = FileKind::Talent {
            cycle: self.cycle.id.as_str().into(),
            person: self.person.id.as_str().into(),
        };
        Lint::new(rule, file, Spot::key(key), message)
    }

    fn no_partner(&self) -> Option<Lint> {
        let partner = self.talent.partner.as_ref();
        let alone = partner.is_none_or(|partner| *partner == self.talent.by);
        let message = format!("`{}` assessed `{}` alone", self.talent.by, self.person.id);
        alone.then(|| {
            self.lint(codes::NO_PARTNER, "by", message)
                .help("`partner` is the thought partner who asked how each part is known")
        })
    }

    fn nothing_missing(&self) -> Option<Lint> {
        let low = self.talent.confidence == Some(Confidence::Low);
        (low && self.talent.missing.is_empty()).then(|| {
            let message = "low confidence, and no word about what would raise it".to_owned();
            self.lint(codes::NOTHING_MISSING, "confidence", message)
                .help("`missing` lists the data to gather before the next mapping")
        })
    }
}

/// Says that the last of these is above or below as those before it were, at the same level and with nothing that follows from it.
fn misleveled(practice: Practice<'_>, person: &Person, all: &[Mapping<'_>]) -> Option<Lint> {
    let needed = practice.organisation.policy.misleveled_cycles.max(1) as usize;
    let running = all.get(all.len().checked_sub(needed)?..)?;
    let last = running.last()?;
    let alignment = last
        .talent
        .alignment
        .filter(|alignment| *alignment != Alignment::At)?;
    let same = |mapping: &Mapping<'_>| {
        mapping.talent.alignment == Some(alignment)
            && person.level_on(mapping.cycle.end) == person.level_on(last.cycle.end)
    };
    if !running.iter().all(same) || last.talent.level.is_some() {
        return None;
    }
    let side = match alignment {
        Alignment::Above => "above",
        _ => "below",
    };
    let message = format!(
        "`{}` is {side} their level {needed} cycles running",
        person.id
    );
    Some(
        last.lint(codes::MISLEVELED, "alignment", message)
            .help("`[level]` says what is recommended, and why where it has to wait"),
    )
}
