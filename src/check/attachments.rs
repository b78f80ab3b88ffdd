//! Attachments: one that a confidential text shows belongs to that text alone.

use super::codes::SHARED_ATTACHMENT;
use super::known::Known;
use super::seat::Seat;
use crate::diag::Place;
use crate::model::*;

/// A file of the cycle, by name and content.
type Named<'c> = (String, &'c Feedback);

/// Complains where a text of one author links to a file that a peer's text or a review of another links to:
/// whoever reads the one would get what belongs to the other.
pub(super) fn check(known: &Known<'_>, seat: &Seat<'_>, cycle: &PersonCycle) {
    let confidential = confidential(cycle);
    let open = open(cycle);
    for name in cycle.files.keys() {
        let Some((owner, of)) = confidential.iter().find(|(_, text)| text.links_to(name)) else {
            continue;
        };
        let others = confidential.iter().chain(&open);
        let other = others.filter(|(file, text)| file != owner && text.by != of.by);
        for (file, _) in other.filter(|(_, text)| text.links_to(name)) {
            let message =
                format!("`files/{name}` belongs to `{owner}`, which others read than this");
            let path = format!("{}/{file}", seat.path);
            let place = Place::file(known.source.as_it_lies(path));
            known
                .complaints
                .about(SHARED_ATTACHMENT, place, message)
                .help("give each text a copy of its own, under another name");
        }
    }
}

fn confidential(cycle: &PersonCycle) -> Vec<Named<'_>> {
    let peers = cycle.peers.iter();
    let peers = peers.map(|(who, peer)| (format!("peer-{who}.md"), &peer.feedback));
    let review = cycle
        .review
        .iter()
        .map(|review| ("review.md".to_owned(), &review.feedback));
    peers.chain(review).collect()
}

fn open(cycle: &PersonCycle) -> Vec<Named<'_>> {
    let own = cycle
        .self_assessment
        .iter()
        .map(|own| ("self.md".to_owned(), own));
    let response = cycle
        .response
        .iter()
        .map(|r| ("response.md".to_owned(), &r.feedback));
    own.chain(response).collect()
}
