//! Expectations held against the first commit that has them with an `agreed`: what changed since, what came too late,
//! what was dropped. git gives texts and days; the comparison is here, and pure.

use std::collections::BTreeMap;

use super::codes;
use super::complaints::Complaints;
use super::known::Known;
use super::seat::Seat;
use super::table::{Doc, File, Table};
use crate::domain::model::*;
use crate::ground::diag::Place;
use crate::tree::source::{SourceFile, Version, Worded};

/// Says of the expectations of a file what git shows, and complains about what changed or came late.
pub(super) fn prove(
    known: &Known<'_>,
    seat: &Seat<'_>,
    file: &SourceFile,
    readers: Option<&str>,
    expectations: &mut Expectations,
) {
    match known.source.history.of(&file.path) {
        Ok(versions) => {
            compare(expectations, readers, versions);
            let late_from_days = late_from_days(known, seat);
            if is_worth_a_word(expectations, late_from_days) {
                complain(known, late_from_days, file, expectations);
            }
        }
        Err(unshown) => expectations.proof = Proof::Unshown(unshown),
    }
}

/// From how many days on a first commit is late. What was over before the tree came into git, nobody could have
/// committed in time.
fn late_from_days(known: &Known<'_>, seat: &Seat<'_>) -> u32 {
    let cycle = known.cycle(&seat.cycle);
    let over = cycle
        .zip(known.source.history.begins())
        .is_some_and(|(cycle, begins)| cycle.end < begins);
    if over { u32::MAX } else { known.late_from_days }
}

/// Compares what stands there with its versions, oldest first.
fn compare(now: &mut Expectations, readers: Option<&str>, versions: &[Version]) {
    let set = versions
        .iter()
        .position(|version| !agreed_ids(version).is_empty());
    let Some(set) = set else {
        now.proof = Proof::Unshown(Unshown::NotCommitted);
        return;
    };
    let past = Past {
        versions,
        set: &versions[set],
        readers,
    };
    let agreed = now.agreed;
    for expectation in &mut now.expectations {
        let own = expectation.agreed.or(agreed);
        expectation.fixed = own.and_then(|own| past.fixed(expectation, own));
    }
    now.proof = Proof::Shown(past.dropped(now));
}

fn agreed_ids(version: &Version) -> Vec<&str> {
    let held = &version.held;
    let agreed = held.expectations.iter();
    let agreed = agreed.filter(|one| held.agreed_of(one).is_some());
    agreed.map(|one| one.id.as_str()).collect()
}

/// The versions of one file.
struct Past<'v> {
    versions: &'v [Version],
    /// The first one with something agreed.
    set: &'v Version,
    /// Who reads the file now, where it says so.
    readers: Option<&'v str>,
}

impl Past<'_> {
    fn fixed(&self, now: &Expectation, agreed: Date) -> Option<Fixed> {
        let id = now.id.as_str();
        let first = |version| Some((version, holds(version, id)?));
        let (since, (then, agreed_then)) = self.versions.iter().find_map(first)?;
        let late = since.day.signed_duration_since(agreed_then).num_days();
        let in_set = holds(self.set, id).is_some();
        Some(Fixed {
            since: since.day,
            late_days: u32::try_from(late).unwrap_or(0),
            added: !in_set && since.day > self.set.day && agreed_then <= self.set.day,
            changed: (!says((then, agreed_then), now, agreed)).then(|| Changed {
                on: self.changed_on(now, agreed),
                was: self.as_agreed(since, then, agreed_then),
            }),
        })
    }

    /// The day from which on it said what it says now; nothing where no commit says it yet.
    fn changed_on(&self, now: &Expectation, agreed: Date) -> Option<Date> {
        let holding = self.versions.iter().rev();
        let holding = holding.filter_map(|v| Some((v.day, holds(v, now.id.as_str())?)));
        let same = holding.take_while(|(_, then)| says(*then, now, agreed));
        same.last().map(|(day, _)| day)
    }

    /// The words of then, where they were for those who read the file now.
    fn as_agreed(&self, version: &Version, then: &Worded, agreed: Date) -> Option<AsAgreed> {
        (version.held.readers.as_deref() == self.readers).then_some(())?;
        Some(AsAgreed {
            id: ExpectationId::new(&then.id)?,
            text: published(&then.text),
            measure: then.measure.as_deref().map(published),
            agreed,
        })
    }

    /// What was in the first set and is not there now.
    fn dropped(&self, now: &Expectations) -> Vec<Dropped> {
        let there = |id: &str| now.expectations.iter().any(|one| one.id.as_str() == id);
        let gone = agreed_ids(self.set).into_iter().filter(|id| !there(id));
        let dropped = gone.filter_map(|id| {
            let (then, agreed) = holds(self.set, id)?;
            Some(Dropped {
                on: self.dropped_on(id),
                was: self.as_agreed(self.set, then, agreed),
            })
        });
        dropped.collect()
    }

    /// The day of the first version after the last one that holds it.
    fn dropped_on(&self, id: &str) -> Option<Date> {
        let last = self.versions.iter().rposition(|v| holds(v, id).is_some())?;
        self.versions.get(last + 1).map(|version| version.day)
    }
}

/// The expectation of a version, with the day it says it was agreed.
fn holds<'v>(version: &'v Version, id: &str) -> Option<(&'v Worded, Date)> {
    version.held.agreed_one(id)
}

fn says((then, agreed_then): (&Worded, Date), now: &Expectation, agreed: Date) -> bool {
    agreed_then == agreed
        && is_worded_alike(&published(&then.text), now.text.as_str())
        && is_measured_alike(then, now)
}

fn is_measured_alike(then: &Worded, now: &Expectation) -> bool {
    let now = now.measure.as_ref().map_or("", Prose::as_str);
    let then = then.measure.as_deref().map(published);
    is_worded_alike(&then.unwrap_or_default(), now)
}

/// What a text of then would be published as.
fn published(text: &str) -> String {
    Prose::new(text).as_str().to_owned()
}

/// The same words, however the lines are broken.
fn is_worded_alike(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

fn is_worth_a_word(expectations: &Expectations, late_from_days: u32) -> bool {
    let fixed = expectations.expectations.iter();
    let mut fixed = fixed.filter_map(|one| one.fixed.as_ref());
    let dropped = matches!(&expectations.proof, Proof::Shown(dropped) if !dropped.is_empty());
    dropped || fixed.any(|f| f.added || f.changed.is_some() || f.late_days > late_from_days)
}

/// The file is taken apart once more for the places, and for files alone that there is something to say of.
fn complain(
    known: &Known<'_>,
    late_from_days: u32,
    file: &SourceFile,
    expectations: &Expectations,
) {
    let unheard = Complaints::default();
    let Some(doc) = Doc::of(file, &unheard) else {
        return;
    };
    let read = File::parse(doc);
    let root = read.table();
    let mut late = BTreeMap::new();
    for table in &root.tables("expectation").collect::<Vec<_>>() {
        let id = table.text("id").map(|id| id.value);
        let mut all = expectations.expectations.iter();
        let found = all.find(|one| Some(one.id.as_str()) == id);
        if let Some((one, fixed)) = found.and_then(|one| Some((one, one.fixed.as_ref()?))) {
            about_one(known, table, one, fixed);
            if !fixed.added && fixed.late_days > late_from_days {
                let own = if table.has("agreed") { table } else { &root };
                late.entry(own.place_of("agreed")).or_insert(fixed);
            }
        }
    }
    for (place, fixed) in late {
        about_delay(known, place, fixed);
    }
    if let Proof::Shown(dropped) = &expectations.proof {
        for dropped in dropped {
            about_dropped(known, root.place_of("agreed"), dropped);
        }
    }
}

fn about_one(known: &Known<'_>, table: &Table<'_>, one: &Expectation, fixed: &Fixed) {
    let id = &one.id;
    if fixed.added {
        let message = format!(
            "`{id}` was added on {}, after the others were agreed",
            fixed.since
        );
        let complaint = known.about(codes::CHANGED_AFTER_AGREED, table.place_of("id"), message);
        complaint.help("give it the `agreed` of the day on which it was agreed");
    }
    if let Some(changed) = &fixed.changed {
        let (key, what) = what_changed(one, changed);
        let message = match changed.on {
            Some(on) => format!("{what} of `{id}` changed on {on}, after it was agreed"),
            None => format!("{what} of `{id}` changed after it was agreed, not committed yet"),
        };
        let complaint = known.about(codes::CHANGED_AFTER_AGREED, table.place_of(key), message);
        complaint.help("let it stand as it was agreed, and amend it with a `[[note]]`");
    }
}

/// The key that changed, and what that is in words.
fn what_changed(one: &Expectation, changed: &Changed) -> (&'static str, &'static str) {
    let Some(was) = &changed.was else {
        return ("text", "something");
    };
    let measure = one.measure.as_ref().map_or("", Prose::as_str);
    let text = !is_worded_alike(&was.text, one.text.as_str());
    let measure = !is_worded_alike(was.measure.as_deref().unwrap_or_default(), measure);
    match (text, measure) {
        (true, true) => ("text", "the text and the measure"),
        (true, false) => ("text", "the text"),
        (false, true) => ("measure", "the measure"),
        (false, false) => ("agreed", "the day"),
    }
}

fn about_delay(known: &Known<'_>, place: Place, fixed: &Fixed) {
    let message = format!(
        "git holds this only from {} on, {} days after it was agreed",
        fixed.since, fixed.late_days
    );
    known
        .about(codes::COMMITTED_LATE, place, message)
        .help("commit expectations when they are agreed: nothing shows what they were before");
}

fn about_dropped(known: &Known<'_>, place: Place, dropped: &Dropped) {
    let what = match &dropped.was {
        Some(was) => format!("`{}`", was.id),
        None => "an expectation".to_owned(),
    };
    let message = match dropped.on {
        Some(on) => format!("{what} was agreed and dropped from the list on {on}"),
        None => format!("{what} was agreed and is dropped from the list (not committed)"),
    };
    known
        .about(codes::CHANGED_AFTER_AGREED, place, message)
        .help("keep it, and end it as `obsolete` in the review where it no longer holds");
}
