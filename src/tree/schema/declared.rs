//! The declarations: what each kind of file holds.

use super::Holds::{
    Date, Either, Flag, Like, List, Map, Number, Open, Past, Prose, Range, Table, Text, Value, Word,
};
use super::Form::{
    Address, AnyLevel, Competency, Expectation, Followed, Guidance, Id, Level, LevelRef, Named, Own, Person, Pin,
    Rating, Reader, Recipient, Signer, TreePath,
};
use super::Relation::{Excludes, Needs, NotBefore};
use super::{Holds, Key, Kind, Relation};
use crate::domain::model::FIGURES_MIN_PEOPLE;

const fn key(name: &'static str, holds: Holds, about: &'static str) -> Key {
    Key { name, holds, is_required: false, about, relation: Relation::None }
}

const fn required(name: &'static str, holds: Holds, about: &'static str) -> Key {
    Key { is_required: true, ..key(name, holds, about) }
}

impl Key {
    const fn with(self, relation: Relation) -> Self {
        Self { relation, ..self }
    }
}

const A_PERSON: Holds = Like(Person);
const COMPETENCIES: Holds = List(&Like(Competency));
const ADDRESSES: Holds = List(&Like(Address));
const PROSES: Holds = List(&Prose);
const CONFIDENCE: Holds = Word(&["low", "medium", "high"]);
const ALIGNMENT: Holds = Word(&["below", "at", "above"]);

/// An audience or a person, or a list of them.
const READERS: Holds = Either(&[Like(Reader), List(&Like(Reader))]);
const READERS_ABOUT: &str = "who reads it instead: `org`, `person`, `chain`, `pair`, `hr`, a person's id, or a list of these";

/// The most days, points and limits.
const DAYS_MAX: i64 = 1_000;
const POINTS_MAX: i64 = 1_000_000;
const LIMIT_MAX: i64 = 10_000;

/// One of the two numbers of a range.
pub static LIMIT: Holds = Number(0, LIMIT_MAX);

const fn file(id: &'static str, files: &'static str, about: &'static str, keys: &'static [Key]) -> Kind {
    Kind { id, about, files, is_front_matter: false, keys }
}

const fn front_matter(id: &'static str, files: &'static str, about: &'static str, keys: &'static [Key]) -> Kind {
    Kind { is_front_matter: true, ..file(id, files, about, keys) }
}

/// Every kind of file, in the order of the tree.
pub static KINDS: &[Kind] = &[
    file("gradus", "gradus.toml", "the organisation and its policies", ORGANISATION),
    file("track", "rubrics/*/track.toml", "a career track and its competencies", TRACK),
    file("level", "rubrics/*/*.toml", "one level of a track", LEVEL),
    file("figures", "cycles/*.figures.toml", "the figures of a closed cycle, which `gradus close` writes", FIGURES),
    file("cycle", "cycles/*.toml", "one review period", CYCLE),
    file("person", "people/*/person.toml", "one person: who they are, and where they stood when", PERSON),
    file("log", "people/*/log.toml", "wins, instant feedback, awards, touchpoints", LOG),
    file("expectations", "people/*/*/expectations.toml", "what was agreed for a cycle, with key steps", EXPECTATIONS),
    front_matter("self", "people/*/*/self.md", "self-assessment", SELF),
    front_matter("peer", "people/*/*/peer-*.md", "feedback of a peer", PEER),
    front_matter("review", "people/*/*/review.md", "the manager's synthesis", REVIEW),
    front_matter("response", "people/*/*/response.md", "the written response to the review", RESPONSE),
    file("plan", "people/*/*/plan.toml", "development plan for the next cycle", PLAN),
    file("pip", "people/*/*/pip.toml", "performance improvement plan", PIP),
    file("talent", "management/*/*.toml", "talent mapping, internal to management", TALENT),
];

const ORGANISATION: &[Key] = &[
    required("name", Text, "what the organisation is called; sealed like everything else"),
    key("public_title", Text, "what the lock page says, in clear; default `Portfolios`"),
    key("base_url", Like(Address), "where the site will be; it works at any address without it"),
    key("theme", Like(Id), "a directory of `themes/`; default `default`"),
    key("as_of", Date, "the day that facts are judged on, for examples and tests; default today"),
    key("rating", List(&Table(RATING)), "the scale, worst first; default misses, meets, exceeds"),
    key("question", List(&Table(QUESTION)), "what reviews ask; default a set of twelve"),
    key("policy", Table(POLICY), "limits for guidance"),
    key("seal", Table(SEAL), "how the site is sealed"),
    key("access", Table(ACCESS), "how far the management chain reaches, and who else reads"),
    key("sources", Table(SOURCES), "where parts of the tree lie, and whom they are sealed to"),
];

const RATING: &[Key] = &[
    required("id", Like(Own("the rating")), "what files call it"),
    required("title", Text, "as it is shown"),
];

const QUESTION: &[Key] = &[
    required("id", Like(Own("the question")), "the heading that answers it; keep it from cycle to cycle"),
    required("for", Word(&["self", "peer", "manager", "response"]), "who answers it"),
    required("title", Text, "as it is shown"),
    key("prompt", Prose, "the question itself"),
    READ_BY,
];

const POLICY: &[Key] = &[
    key("expectations", Range, "how many expectations a cycle has; default `[3, 5]`"),
    key("peers", Range, "how many peers give feedback; default `[3, 5]`"),
    key("questions_max", Number(0, LIMIT_MAX), "the most questions; default 15"),
    key("agree_within_days", Number(0, LIMIT_MAX), "by when expectations are agreed; default 14"),
    key("onboarding_days_max", Number(0, LIMIT_MAX), "the longest onboarding; default 90"),
    key("close_within_days", Number(0, LIMIT_MAX), "by when a cycle is closed, after its end; default 25"),
    key("since", Date, "cycles that ended before are not judged; default all are"),
    key("recent_percent", Number(0, LIMIT_MAX), "the last part of a period, that evidence should not all come from; default 20"),
    key("feedback_words_min", Number(0, LIMIT_MAX), "the fewest words of a text, besides praise and glue; default 6"),
    key("misleveled_cycles", Number(0, LIMIT_MAX), "after how many cycles below or above a level it asks for a decision; default 2"),
    key("pip_days", Range, "how long an improvement plan runs; default `[30, 90]`"),
    key("pip_objectives", Range, "how many objectives it has; default `[3, 4]`"),
    key("pip_checkin_days", Number(0, LIMIT_MAX), "the most days between two of its check-ins; default 10"),
    key("allow", List(&Table(ALLOW)), "guidance that a file is excused from"),
];

const ALLOW: &[Key] = &[
    required("code", Like(Guidance), "which guidance"),
    required("path", Like(TreePath), "the file or directory that is excused"),
    required("why", Text, "the reason"),
];

const SEAL: &[Key] = &[
    key("signer", Like(Signer), "the site's public signing key, written by `gradus keys site`; a build with another one stops"),
    key("key_file", Text, "where the site key lies; default `.gradus/site.key`"),
    key("epoch", Number(1, u32::MAX as i64), "raise it to rename and rekey everything; default 1"),
    key("post_quantum", Flag, "seal to `age1pq1…` keys alone, which withstand quantum computers; default `false`, to `age1…` keys alone"),
];

const ACCESS: &[Key] = &[
    key("chain", Either(&[Word(&["all"]), Number(1, 100)]), "how many managers up may read a person: `all` (default) or a number of steps"),
    key("hr", List(&A_PERSON), "people who also read talent mapping and improvement plans"),
    key("peer_feedback", Word(&["chain", "person", "anonymous"]), "who reads it once the review is shared: the chain (default), the person too, or the person without names"),
];

const SOURCES: &[Key] = &[
    key("people", Text, "the directory of people"),
    key("management", Text, "the directory of what is internal to management"),
    key("recipients", List(&Like(Recipient)), "the public keys of who builds; files sealed to them can come back into the tree"),
];

const TRACK: &[Key] = &[
    required("title", Text, "as it is shown"),
    key("description", Prose, "what the track is for"),
    key("readers", Word(&["org", "public"]), "`public` makes plain pages that anyone who reaches the host can read; default `org`"),
    key("extends", Like(Id), "a track whose competencies and cells it inherits; own ones override"),
    key("abstract", Flag, "only there to be extended; no page of its own"),
    key("cumulative", Flag, "a level includes the levels below it"),
    key("competency", List(&Table(COMPETENCY)), "the rows of the rubric, in order"),
];

const COMPETENCY: &[Key] = &[
    required("id", Like(Own("the competency")), "what files call it; tracks that share an id mean the same"),
    required("title", Text, "as it is shown"),
    key("category", Text, "groups competencies"),
    key("description", Prose, "what it means"),
    key("was", List(&Like(Own("the competency"))), "earlier ids, so that its history stays one row"),
    key("stage", List(&Table(STAGE)), "ordered stages of maturity"),
];

const STAGE: &[Key] = &[
    required("id", Like(Own("the stage")), "what cells call it"),
    required("title", Text, "as it is shown"),
    key("text", Prose, "what it means"),
    key("points", Number(-POINTS_MAX, POINTS_MAX), "what it is worth, in frameworks that count points"),
    key("signals", SIGNALS, "behaviour that others would see"),
    key("examples", PROSES, "what it looks like"),
];

const SIGNALS: Holds = List(&Either(&[Prose, Table(SIGNAL)]));

const SIGNAL: &[Key] = &[
    required("text", Prose, "the behaviour"),
    key("examples", PROSES, "what it looks like"),
];

const LEVEL: &[Key] = &[
    required("title", Text, "as it is shown"),
    required("rank", Number(-POINTS_MAX, POINTS_MAX), "its place in the track, from below; equal ranks are a fork"),
    key("equivalent", List(&Like(LevelRef)), "levels of other tracks that are worth the same"),
    key("min_points", Number(-POINTS_MAX, POINTS_MAX), "points that the level asks, in frameworks that count them"),
    key("section", List(&Table(SECTION)), "free prose about the level"),
    key("cell", Map(Id, &Open(CELL, &Prose)), "what the level asks, by competency"),
];

const SECTION: &[Key] = &[
    required("title", Text, "as it is shown"),
    key("text", Prose, "prose"),
    key("items", PROSES, "a list"),
    key("readers", Word(&["org", "managers"]), "`managers`: everyone who manages someone; default `org`"),
];

/// The keys of a rubric's cell.
pub const CELL: &[Key] = &[
    key("text", Prose, "what is asked; beside it, a key for each rating's id says what that rating means here"),
    key("signals", SIGNALS, "behaviour that others would see"),
    key("stage", Like(Id), "the stage of the competency that is asked"),
    key("proficiency", Text, "a word for how well"),
    key("examples", PROSES, "what it looks like"),
    key("links", ADDRESSES, "where to read more"),
];

const CYCLE: &[Key] = &[
    required("title", Text, "as it is shown"),
    required("start", Date, "the first day"),
    required("end", Date, "the last day").with(NotBefore("start")),
    key("rubric", Like(Pin), "the rubric as it stood: a git revision, or a directory of the tree such as `rubrics-2025`"),
    key("phases", Table(PHASES), "days after the end by which each text is due"),
    key("question", List(&Table(QUESTION)), "what this cycle asks; default the organisation's questions"),
];

const PHASES: &[Key] = &[
    key("self", Number(0, DAYS_MAX), "self-assessment; default 5"),
    key("peer", Number(0, DAYS_MAX), "peer feedback; default 12"),
    key("review", Number(0, DAYS_MAX), "the manager's review; default 18"),
    key("response", Number(0, DAYS_MAX), "the response, or seven days after the review was shared, whichever is later; default 25"),
];

/// The most people and expectations of the figures.
const COUNT_MAX: i64 = 1_000_000;
const COUNT: Holds = Number(0, COUNT_MAX);

const FIGURES: &[Key] = &[
    required("as_of", Date, "texts dated later were not counted"),
    key("everyone", Table(EVERYONE), "all who took part; absent if fewer than five did"),
    key("team", List(&Table(TEAM)), "the teams of five people or more, and everyone else"),
];

const PEOPLE: Key = required("people", Number(FIGURES_MIN_PEOPLE as i64, COUNT_MAX), "how many took part");
const OWN: Key = required("self", Table(OWN_PHASE), "self-assessments");
const PEERS: Key = required("peer", Table(OTHERS_PHASE), "peer feedback");
const REVIEWS: Key = required("review", Table(OTHERS_PHASE), "reviews, once they are shared");
const RESPONSES: Key = required("response", Table(OWN_PHASE), "responses");
const ENDED: Key = required("goals", Table(GOALS), "expectations, by how they ended");

const EVERYONE: &[Key] = &[PEOPLE, OWN, PEERS, REVIEWS, RESPONSES, ENDED];

const TEAM: &[Key] = &[
    key("name", Text, "the team; absent for everyone else"),
    PEOPLE,
    OWN,
    PEERS,
    REVIEWS,
    RESPONSES,
    ENDED,
];

const OF_PEOPLE: Key = required("of", COUNT, "people in all; without other keys, nothing more is published");
const LATE: Key = key("late", COUNT, "in after the due day");
const LATE_OR_OPEN: Key = key("late-or-open", COUNT, TOGETHER);
const ON_TIME: Key = key("on-time", COUNT, "in by the due day");
const ON_TIME_OR_LATE: Key = key("on-time-or-late", COUNT, TOGETHER);
const OPEN: Key = key("open", COUNT, "not handed in");
const TOGETHER: &str = "both together, where one is too few";
const ALL_TOGETHER: &str = "these together, where one is too few";

const OWN_PHASE: &[Key] = &[OF_PEOPLE, LATE, LATE_OR_OPEN, ON_TIME, ON_TIME_OR_LATE, OPEN];

const OTHERS_PHASE: &[Key] = &[
    OF_PEOPLE,
    key("in", Word(&["nearly-all", "hardly-any"]), "in words, where fewer than five are not in, or are"),
    LATE,
    LATE_OR_OPEN,
    ON_TIME,
    ON_TIME_OR_LATE,
    OPEN,
];

const GOALS: &[Key] = &[
    required("of", COUNT, "expectations in all; without other keys, nothing more is published"),
    key("met", COUNT, "met"),
    key("met-or-partly", COUNT, TOGETHER),
    key("missed", COUNT, "missed"),
    key("missed-or-obsolete-or-unjudged", COUNT, ALL_TOGETHER),
    key("obsolete", COUNT, "obsolete"),
    key("obsolete-or-unjudged", COUNT, TOGETHER),
    key("partly", COUNT, "partly met"),
    key("partly-or-missed", COUNT, TOGETHER),
    key("partly-or-missed-or-obsolete-or-unjudged", COUNT, ALL_TOGETHER),
    key("unjudged", COUNT, "not judged yet"),
];

const PERSON: &[Key] = &[
    required("name", Text, "as it is shown"),
    required("start", Date, "the first day"),
    key("end", Date, "for leavers: their keys count no more from that day on").with(NotBefore("start")),
    key("login", Text, "the name to unlock by with a passphrase; default the id"),
    key("keys", List(&Either(&[Like(Recipient), Table(READER_KEY)])), "public keys that open what the person may read"),
    key("external", Flag, "a customer or other department: gives feedback, takes part in no cycle"),
    required("role", List(&Table(ROLE)), "one for every change; what a later one leaves out stays as it was"),
    key("leave", List(&Table(LEAVE)), "days away; due dates wait for them"),
];

const READER_KEY: &[Key] = &[
    required("key", Like(Recipient), "the public key"),
    key("until", Date, "the last day on which it counts"),
    key("revoked", Past, "the day on which it was revoked: it counts no more, and may never come back"),
    key("login", Flag, "`login.age` wraps this one, and is published as long as it counts; `gradus keys login` says so"),
];

const ROLE: &[Key] = &[
    required("from", Date, "the day it began"),
    key("level", Like(AnyLevel), "the level held"),
    key("title", Text, "an own title; default the level's"),
    key("team", Text, "the team"),
    key("manager", A_PERSON, "the direct manager"),
];

const LEAVE: &[Key] = &[
    required("from", Date, "the first day away"),
    required("to", Date, "the last day away").with(NotBefore("from")),
];

const LOG: &[Key] = &[key("entry", List(&Table(ENTRY)), "one for each thing worth remembering")];

const ENTRY: &[Key] = &[
    required("date", Past, "the day"),
    required("kind", Word(&["win", "feedback", "award", "touchpoint"]), "what it is; a touchpoint is a code or design review, a postmortem, a demo"),
    key("by", A_PERSON, "who says so"),
    key("on", Like(Named), "the expectation that it belongs to"),
    key("competencies", COMPETENCIES, "the competencies that it shows"),
    required("text", Prose, "what happened, and what came of it"),
    key("evidence", ADDRESSES, "where to see it"),
    READ_BY,
];

const EXPECTATIONS: &[Key] = &[
    key("agreed", Past, "the day they were agreed; without it the file is a draft, shown to nobody"),
    key("until", Date, "the last day; default the cycle's end; onboarding and leave set another").with(NotBefore("agreed")),
    READ_BY,
    key("expectation", List(&Table(EXPECTATION)), "three to five, set together; they stay as agreed"),
    key("note", List(&Table(NOTE)), "amends without changing what was agreed"),
    key("skip", List(&Table(NOTE)), "the skip-level manager's comments"),
];

const EXPECTATION: &[Key] = &[
    required("id", Like(Own("the expectation")), "what headings, outcomes and logs call it"),
    required("text", Prose, "what will be different; it stays as agreed"),
    key("kind", Word(&["remedy", "next-level", "objective", "interest", "stable", "onboarding"]), "why it was chosen"),
    key("measure", Prose, "how it will show: in services, adoption, quality; not lines, tickets or commits"),
    key("competencies", COMPETENCIES, "the competencies that it shows"),
    key("why", Prose, "why it matters"),
    key("aims", Like(Level), "the level whose evidence it is; default the level held"),
    key("agreed", Past, "where it differs from the file's"),
    key("until", Date, "where it differs from the file's").with(NotBefore("agreed")),
    key("objective", Text, "what of the team or company it serves"),
    key("follows", Like(Followed), "what it carries on, of an earlier cycle"),
    key("steps", List(&Either(&[Prose, Table(STEP)])), "the checklist; may be ticked at any time"),
];

const STEP: &[Key] = &[
    required("text", Prose, "what is to be done"),
    key("due", Date, "by when"),
    key("done", Past, "the day it was done"),
    key("dropped", Past, "the day it was given up").with(Excludes("done")),
    key("why", Prose, "why it was given up"),
    key("note", Prose, "what else there is to say"),
    key("evidence", ADDRESSES, "where to see it"),
];

const NOTE: &[Key] = &[
    required("date", Past, "the day"),
    required("by", A_PERSON, "who says so"),
    key("on", Like(Expectation), "the expectation that it is about"),
    required("text", Prose, "what is to be said"),
];

const DATE_ABOUT: &str = "the day it was done; without it the file is a draft, shown to nobody";

const BY: Key = required("by", A_PERSON, "who wrote it");
const DATE: Key = key("date", Past, DATE_ABOUT);
const READ_BY: Key = key("readers", READERS, READERS_ABOUT);
const OUTCOMES: Key = key("outcome", OUTCOME_MAP, "how each expectation ended, by its id");
const RATINGS: Key = key("ratings", Map(Competency, &Either(&[Like(Rating), Table(RATING_KEYS)])), "how each competency was shown, by its id");

const SELF: &[Key] = &[BY, DATE, READ_BY, OUTCOMES, RATINGS];

const PEER: &[Key] = &[
    required("by", A_PERSON, "who wrote it, as the file's name says too"),
    key("date", Past, "the day it was done; without it the file is a request, shown to nobody"),
    READ_BY,
    OUTCOMES,
    RATINGS,
    key("relationship", Word(&["peer", "pair", "cross-functional", "report", "skip", "past-manager"]), "how they work together; who reads it never depends on this"),
];

const REVIEW: &[Key] = &[
    BY,
    DATE,
    READ_BY,
    OUTCOMES,
    RATINGS,
    key("shared", Date, "from that day on its subject reads it").with(Needs("date")),
    key("acknowledged", Past, "the day the manager had read the response").with(NotBefore("shared")),
    key("reply", Prose, "answers the response"),
];

const RESPONSE: &[Key] = &[BY, DATE, READ_BY, key("goals", PROSES, "two or three for the next period")];

const OUTCOME: Holds = Word(&["met", "partly", "missed", "obsolete"]);
const OUTCOME_MAP: Holds = Map(Expectation, &Either(&[OUTCOME, Table(OUTCOME_KEYS)]));

const OUTCOME_KEYS: &[Key] = &[
    required("is", OUTCOME, "obsolete is learning, not failure"),
    key("why", Prose, "the reason"),
    key("learned", Prose, "what was learned"),
];

const RATING_KEYS: &[Key] = &[
    required("is", Like(Rating), "a rating of the organisation's scale"),
    key("level", Like(Level), "against this level; default the level held"),
    key("evidence", ADDRESSES, "where to see it"),
    key("confidence", CONFIDENCE, "how sure"),
    key("why", Prose, "the reason"),
];

const PLAN: &[Key] = &[
    READ_BY,
    key("goal", List(&Table(GOAL)), "what comes next"),
];

const GOAL: &[Key] = &[
    key("id", Like(Own("the goal")), "so that an expectation can follow it"),
    required("text", Prose, "the goal"),
    key("competencies", COMPETENCIES, "the competencies that it grows"),
    key("actions", PROSES, "what the person does"),
    key("resources", PROSES, "what they can use"),
    key("support", PROSES, "what others do"),
    key("by", Date, "by when"),
];

const PIP: &[Key] = &[
    READ_BY,
    key("start", Date, "the first day; without it the file is a draft, shown to nobody"),
    required("days", Number(1, DAYS_MAX), "how long it runs: 30 to 90"),
    key("cause", Prose, "the root cause: unclear expectations, mismatch, personal, skill, environment"),
    key("support", PROSES, "what others do"),
    key("success", Prose, "what counts as done"),
    key("consequence", Prose, "what follows otherwise"),
    key("objective", List(&Table(PIP_OBJECTIVE)), "three or four that can be measured"),
    key("checkin", List(&Table(PIP_CHECKIN)), "one a week"),
    key("closed", Past, "the day it ended; from then on only the person and hr read it").with(NotBefore("start")),
    key("result", Word(&["met", "extended", "ended"]), "how it ended").with(Needs("closed")),
];

const PIP_OBJECTIVE: &[Key] = &[
    required("id", Like(Own("the objective")), "what check-ins call it"),
    required("text", Prose, "what is to change"),
    key("from", Text, "the measure at the start"),
    key("to", Text, "the measure to reach"),
];

const PIP_CHECKIN: &[Key] = &[
    required("date", Past, "the day"),
    key("text", Prose, "what was said"),
    key("values", Map(Named, &Value), "the measure of each objective, by its id"),
];

const TALENT: &[Key] = &[
    required("by", A_PERSON, "who assesses"),
    key("partner", A_PERSON, "the thought partner who pressure-tests it"),
    DATE,
    READ_BY,
    key("alignment", ALIGNMENT, "against the level held"),
    key("confidence", CONFIDENCE, "how sure"),
    key("strengths", PROSES, "what they do well"),
    key("needs", PROSES, "what they need"),
    key("missing", PROSES, "data that would raise the confidence"),
    key("potential", Prose, "where they could go"),
    RATINGS,
    key("adjusted", List(&Table(ADJUSTED)), "what calibration changed"),
    key("level", Table(LEVEL_CHANGE), "a recommended change of level"),
    key("coaching", Table(COACHING), "the coaching plan"),
];

const ADJUSTED: &[Key] = &[
    required("date", Past, "the day"),
    required("was", ALIGNMENT, "what it was before"),
    required("why", Prose, "the reason"),
];

const LEVEL_CHANGE: &[Key] = &[
    required("recommend", Like(AnyLevel), "the level"),
    required("status", Word(&["recommended", "deferred", "done"]), "how far it has come"),
    key("why", Prose, "the reason; a change may wait for budget"),
];

const COACHING: &[Key] = &[
    key("actions", PROSES, "what the manager does"),
    key("opportunities", PROSES, "what could be taken on"),
    key("support", PROSES, "what others do"),
];
