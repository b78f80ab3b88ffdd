//! `gradus.toml`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::known::{Known, Once};
use super::table::{At, Table, Value};
use super::{codes, prose, questions, recipient};
use crate::diag::Place;
use crate::model::*;
use crate::source::FileKind;

const KEYS: [&str; 11] = [
    "name",
    "public_title",
    "base_url",
    "theme",
    "as_of",
    "rating",
    "question",
    "policy",
    "seal",
    "access",
    "sources",
];

/// What `gradus.toml` says.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Settings {
    pub name: String,
    pub public_title: String,
    pub base_url: Option<String>,
    pub theme: String,
    pub as_of: Option<Date>,
    pub ratings: Vec<Rating>,
    pub questions: Vec<Question>,
    pub policy: Policy,
    pub seal: SealPolicy,
    pub access: AccessPolicy,
}

/// The keys that sources are sealed to, as written, and where.
pub(super) type Builders = Vec<(String, Place)>;

/// Reads `gradus.toml`; stand-ins where it could not be read.
pub(super) fn read(known: &Known<'_>) -> (Settings, Builders) {
    let read = |table: &Table<'_>| settings(known, table);
    known
        .toml(&FileKind::Organisation, &KEYS, read)
        .unwrap_or_default()
}

fn settings(known: &Known<'_>, table: &Table<'_>) -> (Settings, Builders) {
    let seal = table
        .table("seal", &SEAL_KEYS)
        .map_or_else(SealPolicy::default, |t| seal(&t));
    let builders = builders(known, table, seal.keys);
    let settings = Settings {
        name: table.required_string("name"),
        public_title: table
            .string("public_title")
            .unwrap_or_else(|| "Portfolios".into()),
        base_url: base_url(known, table),
        theme: theme(table),
        as_of: table.date("as_of"),
        ratings: ratings(known, table),
        questions: questions::of_organisation(known, table),
        policy: table
            .table("policy", &POLICY_KEYS)
            .map_or_else(Policy::default, |t| policy(&t)),
        seal,
        access: table
            .table("access", &ACCESS_KEYS)
            .map_or_else(AccessPolicy::default, |t| access(known, &t)),
    };
    (settings, builders)
}

fn base_url(known: &Known<'_>, table: &Table<'_>) -> Option<String> {
    let text = table.text("base_url")?;
    prose::check_web_address(known.complaints, &text);
    Some(text.value.to_owned())
}

fn theme(table: &Table<'_>) -> String {
    let Some(text) = table.text("theme") else {
        return "default".into();
    };
    // The name becomes a directory name below `themes/`.
    if !is_id(text.value) {
        let message = format!("`{}` is not the name of a theme", text.value);
        table
            .doc
            .complaints
            .about(codes::BAD_ID, text.place, message);
    }
    text.value.to_owned()
}

fn builders(known: &Known<'_>, table: &Table<'_>, kind: KeyKind) -> Builders {
    const KEYS: [&str; 3] = ["people", "management", "recipients"];
    let Some(sources) = table.table("sources", &KEYS) else {
        return Vec::new();
    };
    sources.string("people");
    sources.string("management");
    let recipients = sources.texts("recipients").into_iter();
    let checked = recipients.inspect(|text| {
        recipient::check(known.complaints, text);
        recipient::check_kind(known.complaints, text, kind);
    });
    checked
        .map(|text| (text.value.to_owned(), text.place))
        .collect()
}

/// The keys of a rubric's cell besides one per rating.
pub(super) const CELL_KEYS: [&str; 6] = [
    "text",
    "signals",
    "stage",
    "proficiency",
    "examples",
    "links",
];

fn ratings(known: &Known<'_>, table: &Table<'_>) -> Vec<Rating> {
    if !table.has("rating") {
        return default_ratings();
    }
    let mut once = Once::default();
    let ratings: Vec<Rating> = table
        .tables("rating", &["id", "title"])
        .iter()
        .filter_map(|table| rating(known, table, &mut once))
        .collect();
    if ratings.len() < 2 && known.complaints.is_sound("gradus.toml") {
        let place = table.place_of("rating");
        known.complaints.about(
            codes::OUT_OF_BOUNDS,
            place,
            "a scale has at least two ratings",
        );
    }
    ratings
}

fn rating(known: &Known<'_>, table: &Table<'_>, once: &mut Once) -> Option<Rating> {
    let title = table.required_title();
    let id = table.required_id("id", RatingId::new)?;
    if CELL_KEYS.contains(&id.value.as_str()) {
        let message = format!(
            "a rating cannot be called `{}`: a cell has a key of that name",
            id.value
        );
        known
            .complaints
            .about(codes::RATING_IS_CELL_KEY, id.place.clone(), message);
    }
    once.admit(known.complaints, "the rating", id.value.as_str(), &id.place);
    Some(Rating {
        title,
        id: id.value,
    })
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

const POLICY_KEYS: [&str; 14] = [
    "expectations",
    "peers",
    "questions_max",
    "agree_within_days",
    "onboarding_days_max",
    "close_within_days",
    "since",
    "recent_percent",
    "feedback_words_min",
    "misleveled_cycles",
    "pip_days",
    "pip_objectives",
    "pip_checkin_days",
    "allow",
];

/// The highest limit that a policy can set.
const LIMIT_MAX: u32 = 10_000;

fn policy(table: &Table<'_>) -> Policy {
    let default = Policy::default();
    let limit = |key, otherwise| table.count(key, 0..=LIMIT_MAX).unwrap_or(otherwise);
    Policy {
        expectations: range(table, "expectations").unwrap_or(default.expectations),
        peers: range(table, "peers").unwrap_or(default.peers),
        questions_max: limit("questions_max", default.questions_max),
        agree_within_days: limit("agree_within_days", default.agree_within_days),
        onboarding_days_max: limit("onboarding_days_max", default.onboarding_days_max),
        close_within_days: limit("close_within_days", default.close_within_days),
        since: table.date("since"),
        recent_percent: limit("recent_percent", default.recent_percent),
        feedback_words_min: limit("feedback_words_min", default.feedback_words_min),
        misleveled_cycles: limit("misleveled_cycles", default.misleveled_cycles),
        pip_days: range(table, "pip_days").unwrap_or(default.pip_days),
        pip_objectives: range(table, "pip_objectives").unwrap_or(default.pip_objectives),
        pip_checkin_days: limit("pip_checkin_days", default.pip_checkin_days),
        allow: table
            .tables("allow", &["code", "path", "why"])
            .iter()
            .map(allow)
            .collect(),
    }
}

fn range(table: &Table<'_>, key: &str) -> Option<(u32, u32)> {
    let value = table.value(key)?;
    let bounds = 0..=i64::from(LIMIT_MAX);
    let numbers: Option<Vec<i64>> = value
        .list()
        .iter()
        .map(|n| n.integer(bounds.clone()))
        .collect();
    match numbers?.as_slice() {
        [low, high] if low <= high => Some((u32::try_from(*low).ok()?, u32::try_from(*high).ok()?)),
        _ => {
            let message = format!("`{key}` is the least and the most, as in `[3, 5]`");
            table
                .doc
                .complaints
                .about(codes::OUT_OF_BOUNDS, value.place(), message);
            None
        }
    }
}

fn allow(table: &Table<'_>) -> Allow {
    if let Some(code) = table.text("code").filter(|code| !is_guidance(code.value)) {
        let message = format!("`{}` is not the code of a guidance lint", code.value);
        table
            .doc
            .complaints
            .about(codes::UNKNOWN_WORD, code.place, message)
            .help("guidance has codes such as `G014`; errors and warnings cannot be excused");
    }
    Allow {
        code: table.required_string("code"),
        path: table.required_string("path"),
        why: table.required_string("why"),
    }
}

fn is_guidance(code: &str) -> bool {
    let digits = code.strip_prefix('G');
    digits.is_some_and(|d| d.len() == 3 && d.bytes().all(|b| b.is_ascii_digit()))
}

const SEAL_KEYS: [&str; 4] = ["signer", "key_file", "epoch", "post_quantum"];

fn seal(table: &Table<'_>) -> SealPolicy {
    let default = SealPolicy::default();
    let epoch = table.integer("epoch", 1..=i64::from(u32::MAX));
    SealPolicy {
        signer: signer(table),
        key_file: table.string("key_file").unwrap_or(default.key_file),
        epoch: epoch
            .and_then(|epoch| u64::try_from(epoch).ok())
            .unwrap_or(default.epoch),
        keys: match table.flag("post_quantum") {
            true => KeyKind::Hybrid,
            false => KeyKind::X25519,
        },
    }
}

fn signer(table: &Table<'_>) -> Option<String> {
    let text = table.text("signer")?;
    if !is_signer(text.value) {
        table
            .doc
            .complaints
            .about(
                codes::OUT_OF_BOUNDS,
                text.place,
                "this is not a public signing key",
            )
            .help("it is written `ed25519:` and 43 characters; `gradus keys site` prints it");
    }
    Some(text.value.to_owned())
}

fn is_signer(text: &str) -> bool {
    const KEY_BYTES: usize = 32;
    let key = text.strip_prefix("ed25519:");
    key.and_then(|key| URL_SAFE_NO_PAD.decode(key).ok())
        .is_some_and(|bytes| bytes.len() == KEY_BYTES)
}

const ACCESS_KEYS: [&str; 3] = ["chain", "hr", "peer_feedback"];

fn access(known: &Known<'_>, table: &Table<'_>) -> AccessPolicy {
    let default = AccessPolicy::default();
    let feedback = [
        ("chain", PeerFeedbackPolicy::Chain),
        ("person", PeerFeedbackPolicy::Person),
        ("anonymous", PeerFeedbackPolicy::Anonymous),
    ];
    let hr: Vec<At<&str>> = table.texts("hr");
    AccessPolicy {
        chain: table
            .value("chain")
            .and_then(|value| chain(&value))
            .unwrap_or(default.chain),
        hr: hr.iter().filter_map(|text| known.person(text)).collect(),
        peer_feedback: table
            .word("peer_feedback", &feedback)
            .unwrap_or(default.peer_feedback),
    }
}

fn chain(value: &Value<'_>) -> Option<ChainReach> {
    if value.is_integer() {
        let steps = value.integer(1..=100)?;
        return Some(ChainReach::Steps(u32::try_from(steps).ok()?));
    }
    value.word(&[("all", ChainReach::All)])
}
