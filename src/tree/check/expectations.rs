//! `expectations.toml`: what was agreed for one cycle, with key steps.

use std::collections::BTreeMap;

use super::codes;
use super::known::Known;
use super::seat::Seat;
use super::table::{At, File};
use crate::domain::model::*;

/// What an expectation says it carries on; looked up once all cycles of the person are read.
pub(super) struct Following {
    pub from: CycleId,
    pub follows: At<Follows>,
}

/// The texts of the file by id, whatever else is wrong with it.
pub(super) fn texts(file: &File<'_>) -> BTreeMap<ExpectationId, String> {
    let tables = file.table();
    let texts = tables.tables("expectation").filter_map(|one| {
        let id = ExpectationId::new(one.text("id")?.value)?;
        let text = one.text("text").map_or("", |text| text.value);
        Some((id, text.to_owned()))
    });
    texts.collect()
}

/// Reads the file.
pub(super) fn read(
    known: &Known<'_>,
    file: File<'_>,
    seat: &Seat<'_>,
    following: &mut Vec<Following>,
) -> Option<Expectations> {
    for expectation in file.table().tables("expectation") {
        if let Some(id) = expectation.text("id") {
            check_id(known, seat, &id);
        }
        let follows = expectation.text("follows");
        let follows = follows.and_then(|text| Some(text.with(Follows::new(text.value)?)));
        let from = seat.cycle.clone();
        following.extend(follows.map(|follows| Following { from, follows }));
    }
    file.model()
}

fn check_id(known: &Known<'_>, seat: &Seat<'_>, id: &At<&str>) {
    let mut questions = seat.questions(known).iter();
    if questions.any(|question| question.id.as_str() == id.value) {
        let message = format!("`{}` is the id of a question too", id.value);
        known
            .about(codes::AMBIGUOUS, id.place.clone(), message)
            .help("a heading of that name could mean either; rename the expectation");
    }
}
