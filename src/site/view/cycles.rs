//! The dates and questions of all cycles: what everyone may know about the process.

use chrono::Days;
use serde::Serialize;

use crate::domain::model::*;
use crate::site::date::Day;
use crate::site::{Context, Html, PageHead, ThemeError};

/// `cycles.html`: newest first.
#[derive(Debug, Serialize)]
struct CyclesView {
    cycles: Vec<CycleCard>,
}

/// One cycle.
#[derive(Debug, Serialize)]
struct CycleCard {
    /// `cycle-2026-h1`.
    anchor: String,
    title: String,
    start: Day,
    end: Day,
    /// The day that facts are judged on lies in it.
    running: bool,
    /// The rubric that it is judged against, where that is not the one in force.
    pinned: Option<String>,
    phases: Vec<PhaseDue>,
    /// A cycle above whose questions are word for word the same; `questions` is then empty.
    same_as: Option<String>,
    questions: Vec<Asked>,
}

/// What is due, and when.
#[derive(Debug, Serialize)]
struct PhaseDue {
    title: &'static str,
    due: Day,
}

/// The questions to one kind of writer.
#[derive(Debug, Serialize)]
struct Asked {
    title: &'static str,
    /// Who reads the answers to the first of them, and to the others as a rule.
    readers: String,
    questions: Vec<QuestionView>,
}

/// One question.
#[derive(Debug, Serialize)]
struct QuestionView {
    title: String,
    prompt: Html,
    /// Who reads the answers.
    readers: String,
}

/// The page, or nothing where there is no cycle.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn part(ctx: &Context) -> Result<Option<PagePart>, ThemeError> {
    if ctx.commons.cycles.is_empty() {
        return Ok(None);
    }
    let view = CyclesView { cycles: cards(ctx) };
    let head = PageHead {
        route: "cycles".to_owned(),
        slot: 0,
        title: "Cycles".to_owned(),
        kind: "cycles",
    };
    ctx.part("cycles.html", head, &view).map(Some)
}

fn cards(ctx: &Context) -> Vec<CycleCard> {
    let newest_first: Vec<&Cycle> = ctx.commons.cycles.iter().rev().collect();
    let card = |(at, cycle): (usize, &&Cycle)| {
        let above = newest_first[..at].iter();
        let same = above.rev().find(|other| other.questions == cycle.questions);
        CycleCard {
            anchor: format!("cycle-{}", cycle.id),
            title: cycle.title.clone(),
            start: cycle.start.into(),
            end: cycle.end.into(),
            running: cycle.contains(ctx.commons.as_of),
            pinned: cycle.rubric.clone(),
            phases: phases(cycle),
            same_as: same.map(|other| other.title.clone()),
            questions: if same.is_some() {
                Vec::new()
            } else {
                questions(ctx, cycle)
            },
        }
    };
    newest_first.iter().enumerate().map(card).collect()
}

fn phases(cycle: &Cycle) -> Vec<PhaseDue> {
    let Phases {
        self_days,
        peer_days,
        review_days,
        response_days,
    } = cycle.phases;
    let due = |title, days: u32| PhaseDue {
        title,
        // Beyond the calendar's last day there is nothing to be due; the end stands for it.
        due: cycle
            .end
            .checked_add_days(Days::new(days.into()))
            .unwrap_or(cycle.end)
            .into(),
    };
    vec![
        due("Self-assessment", self_days),
        due("Peer feedback", peer_days),
        due("Review", review_days),
        due("Written response", response_days),
    ]
}

fn questions(ctx: &Context, cycle: &Cycle) -> Vec<Asked> {
    let order = [
        (QuestionFor::SelfAssessment, "Self-assessment"),
        (QuestionFor::Peer, "Peer feedback"),
        (QuestionFor::Manager, "Review"),
        (QuestionFor::Response, "Written response"),
    ];
    let asked = order.map(|(asked, title)| {
        let of = cycle
            .questions
            .iter()
            .filter(|question| question.asked == asked);
        let questions = of.map(|question| QuestionView {
            title: question.title.clone(),
            prompt: ctx.prose(&question.prompt, None),
            readers: readers(ctx.commons, question),
        });
        let questions: Vec<QuestionView> = questions.collect();
        Asked {
            title,
            readers: questions
                .first()
                .map_or_else(String::new, |first| first.readers.clone()),
            questions,
        }
    });
    asked
        .into_iter()
        .filter(|asked| !asked.questions.is_empty())
        .collect()
}

/// Who reads the answers to a question, in words.
fn readers(commons: &Commons, question: &Question) -> String {
    let Some(readers) = &question.readers else {
        return by_default(question.asked).to_owned();
    };
    let words: Vec<&str> = readers.iter().map(|token| reader(commons, token)).collect();
    words.join("; ")
}

fn by_default(asked: QuestionFor) -> &'static str {
    match asked {
        QuestionFor::SelfAssessment | QuestionFor::Response => {
            "the person and their management chain"
        }
        QuestionFor::Peer => "whoever reads peer feedback here",
        QuestionFor::Manager => "the management chain, and the person once the review is shared",
    }
}

fn reader<'a>(commons: &'a Commons, token: &'a ReaderToken) -> &'a str {
    match token {
        ReaderToken::Person(person) => commons.name_of(person),
        ReaderToken::Audience(Audience::Public | Audience::Org) => "everyone with a key",
        ReaderToken::Audience(Audience::Person) => "the person and their management chain",
        ReaderToken::Audience(Audience::Chain) => "the management chain, not the person",
        ReaderToken::Audience(Audience::Pair) => "the person and their direct manager",
        ReaderToken::Audience(Audience::Hr) => "HR",
        ReaderToken::Audience(Audience::Managers) => "everyone who manages someone",
    }
}
