//! Who reads what, told from what the sections of a site hold: an expansion that shares nothing with the one that
//! `access.lock` is compared by.

use std::collections::BTreeSet;

use gradus::domain::access::{Audiences, Planned, commons, draw, plan};
use gradus::domain::model::{Date, Organisation};

/// A word, or a section that every person has, and the recipient that opens it.
pub type Readings = BTreeSet<(String, String)>;

/// The recipient of what needs no key.
const ANYONE: &str = "anyone";

/// Everything that every recipient can read on a day.
pub fn readings(org: &Organisation, today: Date) -> Readings {
    let mut readings = Readings::new();
    let access = plan(org, today);
    let audiences = Audiences::new(org, today);
    let commons = commons(org, today);
    for planned in &access.sections {
        let mut words = words(&format!("{:?}", draw(&audiences, planned).content));
        words.extend(basic(planned));
        if planned.section.id.as_str() == "org" {
            words.extend(self::words(&format!("{commons:?}")));
        }
        for recipient in planned.section.recipients() {
            let recipient = recipient.to_owned();
            readings.extend(words.iter().map(|word| (word.clone(), recipient.clone())));
        }
    }
    for track in commons
        .rubric
        .tracks
        .values()
        .filter(|track| track.public && !track.is_abstract)
    {
        let words = words(&format!("{track:?}"));
        readings.extend(words.into_iter().map(|word| (word, ANYONE.to_owned())));
    }
    readings
}

/// The sections that are there for what will be written; those of a team show what its readers may read anyway.
fn basic(planned: &Planned) -> Option<String> {
    let id = planned.section.id.as_str();
    let parts = id.split('/').count();
    let is_basic = !id.starts_with("team/") && parts <= 3;
    is_basic.then(|| format!("section {id}"))
}

/// The words of texts in anything.
pub fn words(text: &str) -> BTreeSet<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let found = text.match_indices("canary-").map(|(at, _)| {
        let rest = &text[at..];
        rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())].to_owned()
    });
    found.collect()
}
