//! `peer-<who>.md`: a form that tells a peer all that they need, and who will read what they write.

use super::seat::{Seat, headings, ids, one_line};
use super::words::{comment, hint, key};
use super::{NewFile, Refusal};
use crate::domain::access::Audiences;
use crate::domain::access::audience::People;
use crate::domain::access::project::ANONYMOUS_MIN;
use crate::domain::access::resource::{FeedbackFile, Resource, is_for_subject, is_upward, pieces};
use crate::domain::model::*;

/// A form, and what it holds.
#[derive(Debug, Clone)]
pub struct PeerForm {
    /// The form to send.
    pub file: NewFile,
    /// The day by which it is due.
    pub due: Date,
    /// How many expectations it asks to judge: those agreed.
    pub expectations: usize,
}

/// A request for feedback: undated, so that it counts for nothing until the peer dates it. `recipients` are the
/// public keys that the answer can be sealed to.
///
/// # Errors
/// The peer is the subject, or has left; or the subject takes part in no cycle.
pub fn peer(
    org: &Organisation,
    (subject, by): (&Person, &Person),
    cycle: &Cycle,
    today: Date,
    recipients: &[String],
) -> Result<PeerForm, Refusal> {
    refuse(subject, by, today)?;
    let seat = Seat {
        org,
        person: subject,
        cycle,
    };
    let expectations = agreed(&seat);
    let due = seat.due(cycle.phases.peer_days);
    let name = format!("peer-{}.md", by.id);
    let who_reads = readers(&seat, by, today) + &handing_in(&name, recipients);
    Ok(PeerForm {
        file: NewFile {
            path: seat.path(&name),
            text: form(&seat, by, due, &who_reads, &expectations),
        },
        due,
        expectations: expectations.len(),
    })
}

fn form(
    seat: &Seat<'_>,
    by: &Person,
    due: Date,
    who_reads: &str,
    expectations: &[&Expectation],
) -> String {
    let (cycle, subject) = (seat.cycle, seat.person);
    let head = format!(
        "Feedback about {} by {}, {} ({} to {}). Due by {due}.",
        subject.name, by.name, cycle.title, cycle.start, cycle.end
    );
    let judged: Vec<String> = expectations.iter().map(|one| one.id.to_string()).collect();
    let judgements = if judged.is_empty() {
        seat.ratings()
    } else {
        seat.judgements(&judged)
    };
    let text = [
        "+++\n".to_owned(),
        comment(&head, 0),
        comment(HOW, 0),
        "#\n".to_owned(),
        who_reads.to_owned(),
        key("by", by.id.as_str()),
        hint("peer", "date", &due.to_string()),
        hint("peer", "relationship", "\"peer\""),
        judgements,
        texts(expectations),
        seat.prompts(QuestionFor::Peer),
        "+++\n".to_owned(),
        headings(&judged),
        headings(ids(&seat.questions(QuestionFor::Peer))),
    ];
    text.concat()
}

const HOW: &str = "Write below the headings; leave empty what you cannot tell. Say what happened and what came of it: \
    \"great communication\" helps nobody. `### …` makes headings of your own.";

fn refuse(subject: &Person, by: &Person, today: Date) -> Result<(), Refusal> {
    if by.id == subject.id {
        let what = format!("`{}` cannot be their own peer", by.id);
        return Err(Refusal::new(what).help("what people say about themselves stands in `self.md`"));
    }
    if !by.is_here(today) {
        return Err(Refusal::new(format!("`{}` has left", by.id)));
    }
    if subject.external {
        let what = format!("`{}` is external and takes part in no cycle", subject.id);
        return Err(Refusal::new(what));
    }
    Ok(())
}

/// The expectations to judge: a draft is none yet.
fn agreed<'o>(seat: &Seat<'o>) -> Vec<&'o Expectation> {
    let files = seat.person.cycles.get(&seat.cycle.id);
    let agreed = files.and_then(|files| files.expectations.as_ref());
    let agreed = agreed.filter(|all| all.agreed.is_some());
    agreed.map_or_else(Vec::new, |all| all.expectations.iter().collect())
}

fn texts(expectations: &[&Expectation]) -> String {
    if expectations.is_empty() {
        return String::new();
    }
    let mut text = "#\n# What was agreed, by the headings below:\n".to_owned();
    for one in expectations {
        text += &comment(&format!("{}: {}", one.id, one_line(one.text.as_str())), 4);
        if let Some(measure) = &one.measure {
            text += &indented(&format!("Measured by: {}", one_line(measure.as_str())));
        }
        for step in &one.steps {
            let mark = match (step.done, step.dropped) {
                (Some(_), _) => "x",
                (None, Some(_)) => "dropped",
                (None, None) => " ",
            };
            text += &indented(&format!("[{mark}] {}", one_line(step.text.as_str())));
        }
    }
    text
}

/// A line of comment that belongs to the one above.
fn indented(words: &str) -> String {
    let plain = comment(words, 4);
    format!("#    {}", &plain[1..])
}

fn handing_in(name: &str, recipients: &[String]) -> String {
    let words = match recipients {
        [] => comment(
            &format!(
                "Hand the file in as `{name}`, by a way that only you and who asked can read."
            ),
            0,
        ),
        keys => {
            let to: String = keys.iter().map(|key| format!("-r {key} ")).collect();
            let to: String = to.chars().filter(|c| !c.is_control()).collect();
            let why = format!("Send it sealed, as `{name}.age`, which only who asked can open:");
            // On one line, to be copied.
            format!("{}#   age {to}-o {name}.age {name}\n", comment(&why, 0))
        }
    };
    format!("#\n{words}#\n")
}

/// Who will read what the peer writes, as access has it today.
fn readers(seat: &Seat<'_>, by: &Person, today: Date) -> String {
    let audiences = Audiences::new(seat.org, today);
    let subject = seat.person;
    let file = FeedbackFile::Peer(seat.cycle.id.clone(), by.id.clone());
    let now = answered(seat, by, today, false);
    let pieces = pieces(&audiences, &now);
    let audience = |resource: &Resource| {
        let piece = pieces.iter().find(|piece| piece.resource == *resource);
        piece.map_or_else(Default::default, |piece| piece.audience.clone())
    };
    let whole = audience(&Resource::File(file.clone()));
    let mut text = comment(
        &format!("Who reads it: {}.", people(&audiences, &whole, &subject.id)),
        0,
    );
    for question in seat.questions(QuestionFor::Peer) {
        let own = audience(&Resource::Answer(file.clone(), question.id.clone()));
        if question.readers.is_some() && own != whole {
            let words = format!(
                "Of `{}`: {}.",
                question.id,
                people(&audiences, &own, &subject.id)
            );
            text += &indented(&words);
        }
    }
    text += &comment(&to_the_subject(&audiences, seat, by, today), 0);
    text + &comment(
        "Besides, whoever keeps the repository of this organisation can read what is not sealed in it.",
        0,
    )
}

/// What the subject comes to read, in words.
fn to_the_subject(audiences: &Audiences<'_>, seat: &Seat<'_>, by: &Person, today: Date) -> String {
    let (subject, cycle) = (seat.person, &seat.cycle.id);
    let name = &subject.name;
    if is_upward(audiences, &by.id, &subject.id, cycle) {
        return format!(
            "{name} stood above you in this cycle: it goes to the managers above {name}, never to {name}."
        );
    }
    let shared = answered(seat, by, today, true);
    let pieces = pieces(audiences, &shared);
    let audience = |wanted: Resource| {
        let piece = pieces.iter().find(|piece| piece.resource == wanted);
        piece.map(|piece| &piece.audience)
    };
    let file = FeedbackFile::Peer(cycle.clone(), by.id.clone());
    if audience(Resource::Anonymous(cycle.clone())).is_some() {
        return format!(
            "{name} reads answers without names, by question and in no order, once the review is shared and where at \
             least {ANONYMOUS_MIN} people answered; nothing hides how you write."
        );
    }
    if audience(Resource::File(file)).is_some_and(|readers| readers.contains(&subject.id)) {
        return format!("{name} reads it too, with your name, once the review is shared.");
    }
    format!("{name} does not read it{}.", except_for(seat))
}

/// The questions whose answers are meant for the subject nevertheless.
fn except_for(seat: &Seat<'_>) -> String {
    let questions = seat.questions(QuestionFor::Peer).into_iter();
    let meant = questions.filter(|question| is_for_subject(question, &seat.person.id));
    let ids: Vec<String> = meant.map(|question| format!("`{}`", question.id)).collect();
    if ids.is_empty() {
        String::new()
    } else {
        format!(
            ", but for {}, with your name, once the review is shared",
            ids.join(", ")
        )
    }
}

fn people(audiences: &Audiences<'_>, readers: &People, subject: &PersonId) -> String {
    let words = readers.iter().map(|id| {
        let name = audiences
            .org
            .people
            .get(id)
            .map_or(id.as_str(), |person| &person.name);
        format!("{name} ({})", audiences.why(id, subject))
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() {
        "nobody yet".to_owned()
    } else {
        words.join(", ")
    }
}

/// The subject as they would be, had the peer answered every question today; with the review shared, or not.
fn answered(seat: &Seat<'_>, by: &Person, today: Date, shared: bool) -> Person {
    let questions = seat.questions(QuestionFor::Peer);
    let answers = questions.iter().map(|question| Answer {
        to: AnswerTo::Question(question.id.clone()),
        text: Prose::new("…"),
    });
    let feedback = |by: &PersonId, answers: Vec<Answer>| Feedback {
        by: by.clone(),
        date: Some(today),
        readers: None,
        outcomes: Default::default(),
        ratings: Default::default(),
        answers,
    };
    let mut person = seat.person.clone();
    let files = person.cycles.entry(seat.cycle.id.clone()).or_default();
    let peer = PeerFeedback {
        feedback: feedback(&by.id, answers.collect()),
        relationship: None,
    };
    files.peers.insert(by.id.clone(), peer);
    files.review = shared.then(|| Review {
        feedback: feedback(seat.manager().unwrap_or(&by.id), Vec::new()),
        shared: Some(today),
        acknowledged: None,
        reply: None,
    });
    person
}
