//! Peer feedback: enough voices, from other teams and other levels.

use super::Lint;
use super::in_cycle::InCycle;
use super::spot::Spot;
use crate::domain::model::*;
use crate::tree::check::codes::{self, Rule};

/// The fewest voices of which it can be said that all are alike.
const SEVERAL: usize = 2;

/// Judges one cycle. Too many are seen as soon as they are asked, the rest once the day for it is over.
pub(super) fn judge(seat: &InCycle<'_>) -> Vec<Lint> {
    if !seat.takes_part() {
        return Vec::new();
    }
    let is_over = seat.practice.as_of > Phase::Peer.due(seat.person, seat.cycle, None);
    let overdue = [too_few, none_across, none_of_another_level];
    let overdue = overdue.iter().filter(|_| is_over);
    let lints = overdue.filter_map(|lint| lint(seat));
    lints.chain(too_many(seat)).collect()
}

fn lint(seat: &InCycle<'_>, rule: Rule, message: String) -> Lint {
    Lint::new(rule, seat.concluding(), Spot::File, message)
}

fn too_few(seat: &InCycle<'_>) -> Option<Lint> {
    let (least, _) = seat.policy().peers;
    let given = seat.peers().count();
    let voices = if given == 1 { "peer has" } else { "peers have" };
    let message = format!(
        "{given} {voices} written about `{}`, fewer than {least}",
        seat.person.id
    );
    (given < least as usize).then(|| {
        lint(seat, codes::PEER_COUNT, message)
            .help("one voice is an anecdote; ask those whose work depends on theirs")
    })
}

fn too_many(seat: &InCycle<'_>) -> Option<Lint> {
    let (_, most) = seat.policy().peers;
    let asked = seat.files.peers.len();
    let message = format!(
        "{asked} peers were asked about `{}`, more than {most}",
        seat.person.id
    );
    (asked > most as usize).then(|| {
        lint(seat, codes::PEER_COUNT, message)
            .help("every request costs somebody an hour; fewer are answered better")
    })
}

fn none_across(seat: &InCycle<'_>) -> Option<Lint> {
    let message = format!(
        "nobody from another team has written about `{}`",
        seat.person.id
    );
    all(seat, |who, peer| is_across(seat, who, peer) == Some(false)).then(|| {
        lint(seat, codes::NONE_CROSS_FUNCTIONAL, message)
            .help("ask one person of a team that uses the work; `relationship = \"cross-functional\"` says so")
    })
}

/// Whether a peer works elsewhere; nothing where that cannot be known.
fn is_across(seat: &InCycle<'_>, who: &PersonId, peer: &PeerFeedback) -> Option<bool> {
    let author = seat.practice.organisation.people.get(who)?;
    if author.external || peer.relationship == Some(Relationship::CrossFunctional) {
        return Some(true);
    }
    let team = |person: &Person| person.role_on(seat.cycle.end).team.clone();
    match (team(author), team(seat.person)) {
        (Some(theirs), Some(own)) => Some(theirs != own),
        _ => peer.relationship.map(|_| false),
    }
}

fn none_of_another_level(seat: &InCycle<'_>) -> Option<Lint> {
    let level = |person: &Person| person.level_on(seat.cycle.end).cloned();
    let own = level(seat.person)?;
    let same = |who: &PersonId| {
        let author = seat.practice.organisation.people.get(who);
        author.and_then(|author| level(author)).as_ref() == Some(&own)
    };
    let message = format!(
        "everyone who has written about `{}` holds {own} as well",
        seat.person.id
    );
    all(seat, |who, _| same(who)).then(|| {
        lint(seat, codes::NONE_OF_ANOTHER_LEVEL, message)
            .help("somebody more senior sees the next step, and somebody more junior what it is like to learn from them")
    })
}

/// Whether it holds for everyone who wrote, and several did.
fn all(seat: &InCycle<'_>, holds: impl Fn(&PersonId, &PeerFeedback) -> bool) -> bool {
    seat.peers().count() >= SEVERAL && seat.peers().all(|(who, peer)| holds(who, peer))
}
