//! One piece of evidence: what it is, where it stands, when it was given and by whom.

use serde::Serialize;

use crate::domain::growth::{Evidence as Piece, EvidenceOf, Judge};
use crate::domain::model::*;
use crate::site::view::person::log::kind_mark;
use crate::site::view::person::marks::{Evidence, Link, Mark, When, confidence_words};
use crate::site::view::person::names::{cycle_link, cycle_route, expectation_anchor};
use crate::site::{Context, Html};

/// `{{ <next.proofs proofs={area.proofs} /> }}`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Proof {
    pub mark: Mark,
    pub text: Html,
    /// The same without markup.
    #[serde(skip)]
    pub plain: String,
    /// The expectation that it belongs to.
    pub on: Option<Link>,
    /// Whose word it is; nothing for what needs none.
    pub by: Option<String>,
    /// Why it was judged so.
    pub why: Option<Html>,
    #[serde(skip)]
    pub plain_why: Option<String>,
    /// Nothing outside of all cycles.
    pub cycle: Option<Link>,
    pub when: When,
    pub links: Vec<Evidence>,
    /// It speaks for a level above the one held.
    pub for_next: bool,
}

impl Proof {
    pub fn of(ctx: &Context, person: &Person, piece: &Piece<'_>) -> Self {
        let cycle = piece.cycle.map(|cycle| &cycle.id);
        let said = Said::of(ctx, piece);
        let on = piece.cycle.zip(expectation(&piece.of));
        Self {
            mark: said.mark,
            text: match &said.text {
                Words::Prose(text) => ctx.inline(text, cycle),
                Words::Plain(text) => Html::text(text),
            },
            plain: match said.text {
                Words::Prose(text) => ctx.plain(text),
                Words::Plain(text) => text,
            },
            on: on.map(|(cycle, one)| Link {
                text: ctx.plain(&one.text),
                href: format!(
                    "/{}#{}",
                    cycle_route(&person.id, &cycle.id),
                    expectation_anchor(&one.id)
                ),
            }),
            by: said.by,
            why: said.why.map(|why| ctx.prose(why, cycle)),
            plain_why: said.why.map(|why| ctx.plain(why)),
            cycle: piece.cycle.map(|cycle| cycle_link(&person.id, cycle)),
            when: When::on("", piece.date),
            links: Evidence::all(piece.links),
            for_next: piece.for_next,
        }
    }
}

/// The expectation that a piece belongs to.
pub(super) fn expectation<'a>(of: &EvidenceOf<'a>) -> Option<&'a Expectation> {
    match of {
        EvidenceOf::Step(one, _) | EvidenceOf::Met(one, _) => Some(one),
        EvidenceOf::Rating(_) | EvidenceOf::Log(_) => None,
    }
}

enum Words<'a> {
    Prose(&'a Prose),
    Plain(String),
}

struct Said<'a> {
    mark: Mark,
    text: Words<'a>,
    by: Option<String>,
    why: Option<&'a Prose>,
}

impl<'a> Said<'a> {
    fn of(ctx: &Context, piece: &Piece<'a>) -> Self {
        let name = |person: &PersonId| ctx.commons.name_of(person).to_owned();
        let judged = |judge: Judge, by: &PersonId| match judge {
            Judge::Manager => format!("review by {}", name(by)),
            Judge::Own => "own assessment".to_owned(),
        };
        match &piece.of {
            EvidenceOf::Step(_, step) => Self {
                mark: Mark::new("done", "done", "Step done"),
                text: Words::Prose(&step.text),
                by: None,
                why: step.note.as_ref(),
            },
            EvidenceOf::Met(_, given) => Self {
                mark: Mark::new("done", "star", "Met"),
                text: Words::Plain("Expectation met".to_owned()),
                by: Some(judged(given.judge, given.by)),
                why: given.outcome.why.as_ref(),
            },
            EvidenceOf::Rating(standing) => {
                let sure = standing.given.confidence.map(confidence_words);
                let sure = sure.map(|words| format!(", {words}")).unwrap_or_default();
                Self {
                    mark: Mark::new("track", "half", "Rating"),
                    text: Words::Plain(standing.label.clone()),
                    by: Some(judged(standing.judge, standing.by) + &sure),
                    why: standing.given.why.as_ref(),
                }
            }
            EvidenceOf::Log(entry) => Self {
                mark: kind_mark(entry.kind),
                text: Words::Prose(&entry.text),
                by: entry.by.as_ref().map(name),
                why: None,
            },
        }
    }
}
