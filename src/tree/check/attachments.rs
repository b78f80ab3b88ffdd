//! Attachments: what may be in them, and that one which a confidential text shows belongs to that text alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::codes::{ACTIVE_SVG, NOT_UTF8, SHARED_ATTACHMENT};
use super::known::Known;
use super::seat::Seat;
use crate::domain::model::*;
use crate::ground::diag::Place;
use crate::tree::source::{SEALED_ENDING, SourceFile};

/// Reads an attachment; nothing where it is a picture that may not be published, which is complained about.
pub(super) fn read(known: &Known<'_>, name: &str, held: &SourceFile) -> Option<Attachment> {
    let bytes = held.bytes()?;
    let file = held.path.rsplit('/').next().unwrap_or(name);
    let file = markup::composed(file.strip_suffix(SEALED_ENDING).unwrap_or(file));
    let bytes = if is_svg(name) {
        inert(bytes)
            .map_err(|faults| {
                // A link to a picture is complained about where it leads, once.
                if name == file || !is_svg(&file) {
                    complain(known, &held.path, faults);
                }
            })
            .ok()?
    } else {
        bytes.clone()
    };
    Some(Attachment {
        name: name.to_owned(),
        file,
        bytes,
    })
}

/// A picture as it is published, or what is wrong with it.
pub(super) fn inert(bytes: &[u8]) -> Result<Arc<[u8]>, Faults> {
    let text = std::str::from_utf8(bytes).map_err(|error| Faults::NotUtf8(error.valid_up_to()))?;
    let written = inert_svg(text.trim_start_matches('\u{feff}')).map_err(Faults::Active)?;
    Ok(written.into_bytes().into())
}

pub(super) enum Faults {
    /// The first byte that is none.
    NotUtf8(usize),
    Active(Vec<SvgFault>),
}

pub(super) fn complain(known: &Known<'_>, path: &Arc<str>, faults: Faults) {
    let place = |start, end| Place {
        file: path.clone(),
        start,
        end,
    };
    match faults {
        Faults::NotUtf8(start) => {
            let place = place(start, start + char::REPLACEMENT_CHARACTER.len_utf8());
            known.about(NOT_UTF8, place, "this byte is not UTF-8");
        }
        Faults::Active(faults) => {
            for fault in faults {
                let place = place(fault.at.start, fault.at.end);
                known.about(ACTIVE_SVG, place, fault.what).help(SVG_HELP);
            }
        }
    }
}

/// A file of the cycle, by name, with its author and what it links to.
struct Named<'c> {
    file: String,
    by: &'c PersonId,
    links: LinkedFiles<'c>,
}

/// Complains where a text of one author links to a file that a peer's text or a review of another links to:
/// whoever reads the one would get what belongs to the other.
pub(super) fn check(known: &Known<'_>, seat: &Seat<'_>, cycle: &PersonCycle) {
    if cycle.files.is_empty() {
        return;
    }
    let confidential = confidential(cycle);
    let open = open(cycle);
    for (file, names) in names_by_file(cycle) {
        let shows = |text: &&Named<'_>| names.iter().any(|name| text.links.holds(name));
        let Some(owner) = confidential.iter().find(shows) else {
            continue;
        };
        let others = confidential.iter().chain(&open);
        let other = others.filter(|text| text.file != owner.file && text.by != owner.by);
        for text in other.filter(shows) {
            let message = format!(
                "`files/{file}` belongs to `{}`, which others read than this",
                owner.file
            );
            let path = format!("{}/{}", seat.path, text.file);
            let place = Place::file(known.source.as_it_lies(path));
            known
                .about(SHARED_ATTACHMENT, place, message)
                .help("give each text a copy of its own, under another name");
        }
    }
}

/// All names that lead to one file.
fn names_by_file(cycle: &PersonCycle) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, attachment) in &cycle.files {
        names.entry(&attachment.file).or_default().insert(name);
    }
    names
}

impl<'c> Named<'c> {
    fn new(file: impl Into<String>, feedback: &'c Feedback) -> Self {
        Self {
            file: file.into(),
            by: &feedback.by,
            links: feedback.linked_files(),
        }
    }
}

fn confidential(cycle: &PersonCycle) -> Vec<Named<'_>> {
    let peers = cycle.peers.iter();
    let peers = peers.map(|(who, peer)| Named::new(format!("peer-{who}.md"), &peer.feedback));
    let review = cycle.review.iter();
    let review = review.map(|review| Named::new("review.md", &review.feedback));
    peers.chain(review).collect()
}

fn open(cycle: &PersonCycle) -> Vec<Named<'_>> {
    let own = cycle.self_assessment.iter();
    let own = own.map(|own| Named::new("self.md", own));
    let response = cycle.response.iter();
    let response = response.map(|response| Named::new("response.md", &response.feedback));
    own.chain(response).collect()
}
