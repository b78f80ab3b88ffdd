//! One person in one cycle: expectations, self-assessment, review, response, plan, improvement plan.

use std::collections::BTreeSet;

use super::carried::carried;
use super::words::{comment, declared, hint, key, maybe_key, quoted, word};
use super::{Entry, NewFile, Refusal, known};
use crate::domain::growth;
use crate::domain::model::*;

/// Whose files in which cycle.
pub(super) struct Seat<'o> {
    pub org: &'o Organisation,
    pub person: &'o Person,
    pub cycle: &'o Cycle,
}

impl Seat<'_> {
    /// `people/ada/2026-h1/self.md`
    pub fn path(&self, name: &str) -> String {
        format!("people/{}/{}/{name}", self.person.id, self.cycle.id)
    }

    /// The day by which a text is due, that many days after the end, leave left out.
    pub fn due(&self, days: u32) -> Date {
        growth::due_after(&self.person.leaves, self.cycle.end, days.into())
    }

    /// Who reviews: the manager on the cycle's last day.
    pub fn manager(&self) -> Option<&PersonId> {
        self.person.manager_on(self.cycle.end)
    }

    /// The expectations that stand in the tree; nothing where there is no file yet.
    fn written(&self) -> Option<&Expectations> {
        let files = self.person.cycles.get(&self.cycle.id)?;
        files.expectations.as_ref()
    }

    /// The competencies of the level held, with their titles; none without a level.
    fn competencies(&self) -> Vec<&Competency> {
        let level = self.person.level_on(self.cycle.end);
        let rubric = self.org.rubric_of(self.cycle);
        let track = level.and_then(|level| rubric.tracks.get(&level.track));
        track.map_or_else(Vec::new, |track| track.competencies.iter().collect())
    }

    pub fn questions(&self, asked: QuestionFor) -> Vec<&Question> {
        let all = self.cycle.questions.iter();
        all.filter(|question| question.asked == asked).collect()
    }

    /// What every text of the cycle begins with: its title and the day it is due.
    fn head(&self, what: &str, due: Date) -> String {
        let words = format!("{what}, {}. Due by {due}.", self.cycle.title);
        comment(&words, 0)
    }

    /// Lines for `[outcome]` and `[ratings]`, each behind a `#`.
    pub fn judgements(&self, expectations: &[String]) -> String {
        let mut text = String::new();
        let ids: Vec<&str> = match expectations {
            [] => vec!["an-expectation"],
            some => some.iter().map(String::as_str).collect(),
        };
        text.push_str("#\n# How each expectation ended: met | partly | missed | obsolete. Obsolete is learning, not failure.\n");
        text.push_str("# [outcome]\n");
        for (at, id) in ids.iter().enumerate() {
            let line = match at {
                0 => format!("# {id} = {{ is = \"partly\", why = \"…\", learned = \"…\" }}\n"),
                _ => format!("# {id} = \"met\"\n"),
            };
            text.push_str(&line);
        }
        text + &self.ratings()
    }

    /// Lines for `[ratings]`, each behind a `#`; none without a level.
    pub fn ratings(&self) -> String {
        let competencies = self.competencies();
        let Some(level) = self.person.level_on(self.cycle.end) else {
            return String::new();
        };
        if competencies.is_empty() {
            return String::new();
        }
        let scale: Vec<&str> = self.org.ratings.iter().map(|r| r.id.as_str()).collect();
        let middle = scale.get(scale.len() / 2).copied().unwrap_or_default();
        let words = format!(
            "Against {level}, the level held, with evidence: {}. Leave out what you cannot tell.",
            scale.join(" | ")
        );
        let lines = competencies.iter().map(|one| {
            let line = format!(
                "# {} = {{ is = \"{middle}\", evidence = [\"https://…\"] }}",
                one.id
            );
            let title: String = one.title.chars().filter(|c| !c.is_control()).collect();
            format!("{line:<64} # {title}\n")
        });
        let lines: String = lines.collect();
        format!("#\n{}# [ratings]\n{lines}", comment(&words, 0))
    }

    /// The questions, as comments.
    pub fn prompts(&self, asked: QuestionFor) -> String {
        let questions = self.questions(asked);
        if questions.is_empty() {
            return String::new();
        }
        let prompts = questions.iter().map(|question| {
            let words = if question.prompt.is_empty() {
                question.title.as_str()
            } else {
                question.prompt.as_str()
            };
            comment(&format!("{}: {}", question.id, one_line(words)), 4)
        });
        format!(
            "#\n# The questions, by the headings below:\n{}",
            prompts.collect::<String>()
        )
    }
}

/// Headings with room under each.
pub(super) fn headings<S: AsRef<str>>(ids: impl IntoIterator<Item = S>) -> String {
    let ids = ids.into_iter();
    ids.map(|id| format!("\n## {}\n", id.as_ref())).collect()
}

pub(super) fn ids(questions: &[&Question]) -> Vec<String> {
    questions
        .iter()
        .map(|question| question.id.to_string())
        .collect()
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a person begins a cycle with: expectations and self-assessment and, where someone manages them,
/// review and response.
pub(super) fn beginning(seat: &Seat<'_>) -> Vec<NewFile> {
    let carried = carried(seat.org, seat.person, seat.cycle);
    let expectations: Vec<String> = match seat.written() {
        Some(written) => written
            .expectations
            .iter()
            .map(|e| e.id.to_string())
            .collect(),
        None => carried.iter().map(|one| one.id.clone()).collect(),
    };
    let blocks: String = carried
        .iter()
        .map(|one| format!("\n{}", one.text))
        .collect();
    let mut files = vec![
        NewFile {
            path: seat.path("expectations.toml"),
            text: expectations_file(seat, &blocks),
        },
        self_assessment(seat, &expectations),
    ];
    if let Some(manager) = seat.manager() {
        files.push(review(seat, manager, &expectations));
        files.push(response(seat));
    }
    files
}

fn expectations_file(seat: &Seat<'_>, blocks: &str) -> String {
    let (person, cycle) = (seat.person, seat.cycle);
    let within = u64::from(seat.org.policy.agree_within_days);
    let by = growth::due_after(&person.leaves, cycle.start.max(person.start), within);
    let (low, high) = seat.org.policy.expectations;
    let words = format!(
        "What {} takes on in {}: {low} to {high} expectations, set together by {by}.",
        person.name, cycle.title
    );
    let manager = person.manager_on(cycle.start);
    let manager = manager.map_or("manager", PersonId::as_str);
    let skip = seat.org.managers_of(&person.id, cycle.start);
    let skip = skip.get(1).map_or("skip-level", |id| id.as_str());
    let competency = seat
        .competencies()
        .first()
        .map_or("technical", |c| c.id.as_str());
    declared(
        "expectations",
        include_str!("tree/expectations-draft.toml"),
        &[
            ("head", &comment(&words, 0)),
            ("by", &by.to_string()),
            ("end", &cycle.end.to_string()),
            ("start", &cycle.start.to_string()),
            ("blocks", blocks),
            ("competency", competency),
            ("manager", manager),
            ("skip", skip),
        ],
    )
}

/// A text of feedback to write.
struct Form<'f> {
    /// The kind of file that declares its keys, and its name without the ending.
    kind: &'f str,
    what: String,
    due: Date,
    how: &'f str,
    by: &'f PersonId,
    asked: QuestionFor,
    /// Keys besides `date` that may be filled in, with what they would hold.
    optional: &'f [(&'f str, &'f str)],
    /// The expectations to judge. `None` if the text judges none.
    judges: Option<&'f [String]>,
}

impl Form<'_> {
    fn file(&self, seat: &Seat<'_>) -> NewFile {
        let due = self.due.to_string();
        let optional = [("date", &*due)]
            .into_iter()
            .chain(self.optional.iter().copied());
        let optional: String = optional
            .map(|(key, value)| hint(self.kind, key, value))
            .collect();
        let judgements = self
            .judges
            .map(|expectations| seat.judgements(expectations));
        let questions = seat.questions(self.asked);
        let text = [
            "+++\n".to_owned(),
            seat.head(&self.what, self.due),
            comment(self.how, 0),
            key("by", self.by.as_str()),
            optional,
            judgements.unwrap_or_default(),
            seat.prompts(self.asked),
            "+++\n".to_owned(),
            headings(self.judges.unwrap_or_default()),
            headings(ids(&questions)),
        ];
        NewFile {
            path: seat.path(&format!("{}.md", self.kind)),
            text: text.concat(),
        }
    }
}

fn self_assessment(seat: &Seat<'_>, expectations: &[String]) -> NewFile {
    let form = Form {
        kind: "self",
        what: format!("Self-assessment of {}", seat.person.name),
        due: seat.due(seat.cycle.phases.self_days),
        how: "Answer below the headings; `### …` makes headings of your own. For each expectation: were the steps done? If not, why, and what did you learn?",
        by: &seat.person.id,
        asked: QuestionFor::SelfAssessment,
        optional: &[],
        judges: Some(expectations),
    };
    form.file(seat)
}

fn review(seat: &Seat<'_>, manager: &PersonId, expectations: &[String]) -> NewFile {
    let due = seat.due(seat.cycle.phases.review_days);
    let answered = seat.due(seat.cycle.phases.response_days);
    let (shared, acknowledged) = (due.to_string(), answered.to_string());
    let form = Form {
        kind: "review",
        what: format!("Review of {}", seat.person.name),
        due,
        how: "No surprises: what stands here was said in a 1:1 before. Themes of the peer feedback, then your own view.",
        by: manager,
        asked: QuestionFor::Manager,
        optional: &[
            ("shared", &shared),
            ("acknowledged", &acknowledged),
            ("reply", "\"…\""),
        ],
        judges: Some(expectations),
    };
    form.file(seat)
}

fn response(seat: &Seat<'_>) -> NewFile {
    let form = Form {
        kind: "response",
        what: format!("Response of {} to the review", seat.person.name),
        due: seat.due(seat.cycle.phases.response_days),
        how: "",
        by: &seat.person.id,
        asked: QuestionFor::Response,
        optional: &[("goals", "[\"…\", \"…\"]")],
        judges: None,
    };
    form.file(seat)
}

/// An expectation to add.
#[derive(Debug, Clone)]
pub struct ExpectationAsk<'a> {
    /// What feedback calls it.
    pub id: &'a str,
    /// Nothing: words to replace.
    pub text: Option<&'a str>,
    /// Why it was chosen.
    pub kind: Option<ExpectationKind>,
    /// `<cycle>/<expectation>` or `<cycle>/plan/<goal>`
    pub follows: Option<&'a str>,
    /// For one that was agreed after the others.
    pub agreed: Option<Date>,
}

/// An expectation at the end of `expectations.toml`, with its headings in drafts that judge it.
///
/// # Errors
/// The id is none or taken; or the others are agreed, so that no draft can stand beside them.
pub fn expectation(
    org: &Organisation,
    person: &Person,
    cycle: &Cycle,
    ask: &ExpectationAsk<'_>,
) -> Result<Vec<Entry>, Refusal> {
    let seat = Seat { org, person, cycle };
    takes_part(&seat)?;
    let id = known::new_id(ask.id, ExpectationId::new)?;
    id_is_free(&seat, &id)?;
    still_open(&seat, ask.agreed)?;
    let follows = ask.follows.map(|text| followed(&seat, text)).transpose()?;
    let text = ask.text.filter(|text| !text.trim().is_empty());
    let block = [
        "\n[[expectation]]\n".to_owned(),
        key("id", id.as_str()),
        key(
            "text",
            text.unwrap_or("What will be different at the end, and for whom"),
        ),
        maybe_key("kind", ask.kind.map(word).as_deref()),
        ask.agreed
            .map_or_else(String::new, |day| format!("agreed = {day}\n")),
        maybe_key("follows", follows),
        hint("expectations", "expectation.measure", "\"…\""),
        hint("expectations", "expectation.competencies", "[\"…\"]"),
        format!(
            "# steps = [\"…\", {{ text = \"…\", due = {} }}]\n",
            cycle.end
        ),
    ];
    let mut entries = vec![Entry {
        path: seat.path("expectations.toml"),
        opening: expectations_file(&seat, ""),
        text: block.concat(),
    }];
    entries.extend(headings_in_drafts(&seat, &id));
    Ok(entries)
}

fn headings_in_drafts(seat: &Seat<'_>, id: &ExpectationId) -> Vec<Entry> {
    let Some(files) = seat.person.cycles.get(&seat.cycle.id) else {
        return Vec::new();
    };
    let own = files.self_assessment.as_ref();
    let review = files.review.as_ref().map(|review| &review.feedback);
    let drafts = [("self.md", own), ("review.md", review)].into_iter();
    let drafts = drafts.filter(|(_, file)| file.is_some_and(|file| file.date.is_none()));
    let entry = |(name, _): (&str, _)| Entry {
        path: seat.path(name),
        opening: String::new(),
        text: headings([id.as_str()]),
    };
    drafts.map(entry).collect()
}

fn takes_part(seat: &Seat<'_>) -> Result<(), Refusal> {
    let (person, cycle) = (seat.person, seat.cycle);
    if person.external {
        let what = format!("`{}` is external and takes part in no cycle", person.id);
        return Err(Refusal::new(what));
    }
    match overlapping(seat.org, person, cycle) {
        Some(other) => {
            let what = format!(
                "`{}` has files in `{}`, which overlaps with `{}`",
                person.id, other.id, cycle.id
            );
            Err(Refusal::new(what).help("one person takes part in one cycle at a time"))
        }
        None => Ok(()),
    }
}

/// A cycle that shares days with this one and that the person has files in.
pub(super) fn overlapping<'o>(
    org: &'o Organisation,
    person: &Person,
    cycle: &Cycle,
) -> Option<&'o Cycle> {
    let shares = |other: &&Cycle| other.start <= cycle.end && cycle.start <= other.end;
    let mut others = org.cycles.iter().filter(|other| other.id != cycle.id);
    // A draft improvement plan is a file too, though nothing of it is in the model.
    others.find(|other| shares(other) && person.cycles.contains_key(&other.id))
}

fn id_is_free(seat: &Seat<'_>, id: &ExpectationId) -> Result<(), Refusal> {
    let mut written = seat.written().into_iter().flat_map(|all| &all.expectations);
    if written.any(|other| other.id == *id) {
        let what = format!("`{}` has an expectation `{id}` already", seat.person.id);
        return Err(Refusal::new(what));
    }
    let mut questions = seat.cycle.questions.iter();
    if questions.any(|question| question.id.as_str() == id.as_str()) {
        let what = format!("`{id}` is the id of a question");
        return Err(
            Refusal::new(what).help("a heading of that name could mean either; choose another")
        );
    }
    Ok(())
}

fn still_open(seat: &Seat<'_>, agreed: Option<Date>) -> Result<(), Refusal> {
    let before = seat.written().and_then(|all| all.agreed);
    match (before, agreed) {
        (Some(day), None) => {
            let what = format!(
                "the expectations of `{}` for `{}` were agreed on {day}, and stay as they are",
                seat.person.id, seat.cycle.id
            );
            let help = "`--agreed DATE` adds one that was agreed later; a `[[note]]` amends one that is there";
            Err(Refusal::new(what).help(help))
        }
        (None, Some(_)) => {
            let what = "the others are not agreed yet; this one is a draft with them";
            Err(Refusal::new(what).help("leave out `--agreed`"))
        }
        _ => Ok(()),
    }
}

/// What is carried on has to be there, in an earlier cycle.
fn followed<'a>(seat: &Seat<'_>, text: &'a str) -> Result<&'a str, Refusal> {
    let mut known = Vec::new();
    for (cycle, files) in seat
        .person
        .cycles
        .iter()
        .filter(|(id, _)| **id != seat.cycle.id)
    {
        let all = files.expectations.iter().flat_map(|all| &all.expectations);
        known.extend(all.map(|one| format!("{cycle}/{}", one.id)));
        let goals = files.plan.iter().flat_map(|plan| &plan.goals);
        known.extend(goals.filter_map(|goal| Some(format!("{cycle}/plan/{}", goal.id.as_ref()?))));
    }
    if known.iter().any(|one| one == text) {
        Ok(text)
    } else {
        Err(Refusal::new(format!("there is no `{text}` to follow"))
            .help("write `<cycle>/<expectation>` or `<cycle>/plan/<goal>`")
            .maybe_help(crate::ground::diag::did_you_mean(
                text,
                known.iter().map(String::as_str),
            )))
    }
}

/// A development plan, with the goals that the response names.
///
/// # Errors
/// The person takes part in no cycle, or in another at the same time.
pub fn plan(org: &Organisation, person: &Person, cycle: &Cycle) -> Result<NewFile, Refusal> {
    let seat = Seat { org, person, cycle };
    takes_part(&seat)?;
    let files = person.cycles.get(&cycle.id);
    let goals = files
        .and_then(|files| files.response.as_ref())
        .map_or(&[][..], |r| &r.goals);
    let mut taken = BTreeSet::new();
    let blocks = goals.iter().map(|goal| {
        let id = goal_id(goal.as_str(), &mut taken);
        format!(
            "\n[[goal]]\n{}text = {}\n# actions = [\"…\"]\n# resources = [\"…\"]\n# support = [\"…\"]\n# by = {}\n",
            key("id", &id),
            quoted(goal.as_str()),
            cycle.end
        )
    });
    let text = declared(
        "plan",
        include_str!("tree/plan.toml"),
        &[
            (
                "head",
                &comment(
                    &format!("What {} does next, after {}.", person.name, cycle.title),
                    0,
                ),
            ),
            ("end", &cycle.end.to_string()),
            ("blocks", &blocks.collect::<String>()),
        ],
    );
    let path = seat.path("plan.toml");
    Ok(NewFile { path, text })
}

/// The first words of a goal as an id.
fn goal_id(text: &str, taken: &mut BTreeSet<String>) -> String {
    const WORDS: usize = 4;
    let word = |word: &str| {
        let plain = word.chars().filter(char::is_ascii_alphanumeric);
        plain.collect::<String>().to_ascii_lowercase()
    };
    let words = text
        .split(|c: char| c.is_whitespace() || c == '-')
        .map(word);
    let words: Vec<String> = words.filter(|word| !word.is_empty()).take(WORDS).collect();
    let mut id = words.join("-");
    id.truncate(ID_MAX_BYTES - 4); // ASCII; leaves room for a number
    if !is_id(&id) {
        id = "goal".into();
    }
    let mut free = id.clone();
    let mut number = 2;
    while !taken.insert(free.clone()) {
        free = format!("{id}-{number}");
        number += 1;
    }
    free
}

/// An improvement plan to write.
#[derive(Debug, Clone, Copy)]
pub struct PipAsk {
    /// How long it is to run.
    pub days: u32,
    /// The day that is proposed for its start.
    pub start: Date,
}

/// An improvement plan: a draft until it has a `start`.
///
/// # Errors
/// It is shorter or longer than such a plan can be; or the person takes part in no cycle.
pub fn pip(
    org: &Organisation,
    person: &Person,
    cycle: &Cycle,
    ask: PipAsk,
) -> Result<NewFile, Refusal> {
    let (least, most) = org.policy.pip_days;
    let seat = Seat { org, person, cycle };
    takes_part(&seat)?;
    if !(least..=most).contains(&ask.days) || ask.days == 0 {
        let what = format!(
            "an improvement plan runs for {least} to {most} days, not {}",
            ask.days
        );
        return Err(Refusal::new(what).help("`[policy] pip_days` says so"));
    }
    let week = |week: u64| growth::due_after(&[], ask.start, week * 7).to_string();
    let text = declared(
        "pip",
        include_str!("tree/pip.toml"),
        &[
            (
                "head",
                &comment(&format!("Improvement plan of {}.", person.name), 0),
            ),
            ("start", &ask.start.to_string()),
            ("days", &ask.days.to_string()),
            ("range", &format!("{least} to {most}")),
            ("first", &week(1)),
            (
                "closed",
                &growth::due_after(&[], ask.start, ask.days.into()).to_string(),
            ),
        ],
    );
    let path = seat.path("pip.toml");
    Ok(NewFile { path, text })
}
