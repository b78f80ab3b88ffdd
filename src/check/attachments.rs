//! Attachments: one that a confidential text shows belongs to that text alone.

use super::codes::SHARED_ATTACHMENT;
use super::known::Known;
use super::seat::Seat;
use crate::diag::Place;
use crate::model::*;

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
    for name in cycle.files.keys() {
        let Some(owner) = confidential.iter().find(|text| text.links.holds(name)) else {
            continue;
        };
        let others = confidential.iter().chain(&open);
        let other = others.filter(|text| text.file != owner.file && text.by != owner.by);
        for text in other.filter(|text| text.links.holds(name)) {
            let message = format!(
                "`files/{name}` belongs to `{}`, which others read than this",
                owner.file
            );
            let path = format!("{}/{}", seat.path, text.file);
            let place = Place::file(known.source.as_it_lies(path));
            known
                .complaints
                .about(SHARED_ATTACHMENT, place, message)
                .help("give each text a copy of its own, under another name");
        }
    }
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
