//! What people shared with everyone: wins and awards, newest first.

use serde::Serialize;

use super::person::marks::Evidence;
use crate::domain::model::*;
use crate::site::date::Day;
use crate::site::{Context, Html, PageHead, ThemeError};

/// Below the organisation's figures.
const SLOT: u32 = 10;

/// `recognition.html`.
#[derive(Debug, Serialize)]
struct RecognitionView {
    entries: Vec<EntryView>,
}

/// One entry of somebody's log.
#[derive(Debug, Serialize)]
struct EntryView {
    date: Day,
    /// Whose it is.
    name: String,
    /// `Award`, …
    kind: &'static str,
    /// The icon of its kind.
    icon: &'static str,
    /// Who wrote it, where that is somebody else.
    by: Option<String>,
    text: Html,
    evidence: Vec<Evidence>,
}

/// The part; it is there even while nothing is shared.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn part(ctx: &Context, draw: &OrgDraw) -> Result<PagePart, ThemeError> {
    let entries = draw
        .shared
        .iter()
        .map(|(person, entry)| view(ctx, person, entry));
    let view = RecognitionView {
        entries: entries.collect(),
    };
    let head = PageHead {
        route: "org".to_owned(),
        slot: SLOT,
        title: "Recognition".to_owned(),
        kind: "recognition",
    };
    ctx.part("recognition.html", head, &view)
}

fn view(ctx: &Context, person: &PersonId, entry: &LogEntry) -> EntryView {
    let (kind, icon) = match entry.kind {
        LogKind::Win => ("Win", "done"),
        LogKind::Feedback => ("Feedback", "talk"),
        LogKind::Award => ("Award", "star"),
        LogKind::Touchpoint => ("Touchpoint", "track"),
    };
    let by = entry.by.as_ref().filter(|by| *by != person);
    EntryView {
        date: entry.date.into(),
        name: ctx.commons.name_of(person).to_owned(),
        kind,
        icon,
        by: by.map(|by| ctx.commons.name_of(by).to_owned()),
        text: ctx.prose(&entry.text, None),
        evidence: Evidence::all(&entry.evidence),
    }
}
