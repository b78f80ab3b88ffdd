//! `gradus.toml`.

use serde::Deserialize;

use super::known::Known;
use super::table::Table;
use super::{codes, questions, recipient};
use crate::domain::model::*;
use crate::ground::diag::Place;
use crate::tree::schema;
use crate::tree::source::FileKind;

/// What `gradus.toml` says.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct Settings {
    pub name: String,
    #[serde(default = "public_title")]
    pub public_title: String,
    pub base_url: Option<String>,
    #[serde(default = "theme")]
    pub theme: String,
    pub as_of: Option<Date>,
    #[serde(rename = "rating", default = "default_ratings")]
    pub ratings: Vec<Rating>,
    #[serde(rename = "question", default = "questions::default_questions")]
    pub questions: Vec<Question>,
    pub policy: Policy,
    pub seal: SealPolicy,
    pub access: AccessPolicy,
}

fn public_title() -> String {
    "Portfolios".into()
}

fn theme() -> String {
    "default".into()
}

/// The keys that sources are sealed to, as written, and where.
pub(super) type Builders = Vec<(String, Place)>;

/// Reads `gradus.toml`; stand-ins where it could not be read.
pub(super) fn read(known: &Known<'_>) -> (Settings, Builders) {
    let Some(file) = known.read(&FileKind::Organisation, "gradus") else {
        return Default::default();
    };
    let recipients = file.table().table("sources");
    let recipients = recipients
        .iter()
        .flat_map(|sources| sources.texts("recipients"));
    let recipients: Vec<(String, Place)> = recipients
        .map(|text| (text.value.to_owned(), text.place))
        .collect();
    check_ratings(known, &file.table());
    let settings: Settings = file.model().unwrap_or_default();
    for (recipient, place) in &recipients {
        recipient::check_kind(known.complaints, recipient, place, settings.seal.keys);
    }
    (settings, recipients)
}

fn check_ratings(known: &Known<'_>, table: &Table<'_>) {
    let ids = || {
        table
            .tables("rating")
            .filter_map(|rating| rating.text("id"))
    };
    for id in ids() {
        if schema::CELL.iter().any(|key| key.name == id.value) {
            let message = format!(
                "a rating cannot be called `{}`: a cell has a key of that name",
                id.value
            );
            known.about(codes::RATING_IS_CELL_KEY, id.place, message);
        }
    }
    if table.has("rating") && ids().nth(1).is_none() && known.complaints.is_sound("gradus.toml") {
        let place = table.place_of("rating");
        known.about(
            codes::OUT_OF_BOUNDS,
            place,
            "a scale has at least two ratings",
        );
    }
}

fn default_ratings() -> Vec<Rating> {
    let scale = [
        ("misses", "Misses"),
        ("meets", "Meets"),
        ("exceeds", "Exceeds"),
    ];
    scale
        .iter()
        .filter_map(|(id, title)| {
            Some(Rating {
                id: RatingId::new(id)?,
                title: (*title).into(),
            })
        })
        .collect()
}
