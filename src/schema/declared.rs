//! The declarations: what each kind of file holds.

use super::Holds::{
    Date, Either, Flag, Like, List, Map, Number, Open, Past, Prose, Range, Table, Text, Word,
};
use super::{Form, Holds, Key, Kind, Names};

const fn key(name: &'static str, holds: Holds, about: &'static str) -> Key {
    Key {
        name,
        holds,
        is_required: false,
        about,
    }
}

const fn required(name: &'static str, holds: Holds, about: &'static str) -> Key {
    Key {
        name,
        holds,
        is_required: true,
        about,
    }
}

const ID: Form = Form {
    name: "an id",
    pattern: "^[a-z0-9][a-z0-9-]{0,63}$",
    example: "ada",
    names: Names::Nothing,
};

const PERSON_ID: Form = Form {
    name: "the id of a person",
    names: Names::Person,
    ..ID
};

/// An audience or a person.
const READER: Form = Form {
    names: Names::Person,
    ..ID
};

const TREE_PATH: Form = Form {
    name: "a path of the tree",
    pattern: "\\S",
    example: "people/ada/2026-h1",
    names: Names::Path,
};

const LEVEL_REF: Form = Form {
    name: "a level, as `track/level`",
    pattern: "^[a-z0-9][a-z0-9-]{0,63}/[a-z0-9][a-z0-9-]{0,63}$",
    example: "ic/l4",
    names: Names::Nothing,
};

const FOLLOWED: Form = Form {
    name: "`cycle/expectation` or `cycle/plan/goal`",
    pattern: "^[a-z0-9][a-z0-9-]{0,63}(/plan)?/[a-z0-9][a-z0-9-]{0,63}$",
    example: "2025-h2/on-call",
    names: Names::Nothing,
};

const ADDRESS: Form = Form {
    name: "a web address",
    pattern: "^[hH][tT][tT][pP][sS]?://[^/\\s]\\S*$",
    example: "https://code.example/240",
    names: Names::Nothing,
};

const RECIPIENT: Form = Form {
    name: "an age recipient",
    pattern: "^([aA][gG][eE]1[a-zA-Z0-9]+)$",
    example: "age10zqd3s0tad6ep2xl8gqst2fhdpmy3c5r6ccu22s446lqp9g7h4wq0n5u3l",
    names: Names::Nothing,
};

const SIGNER: Form = Form {
    name: "a public signing key",
    pattern: "^ed25519:[A-Za-z0-9_-]{43}$",
    example: "ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    names: Names::Nothing,
};

const GUIDANCE: Form = Form {
    name: "the code of a guidance lint",
    pattern: "^G[0-9]{3}$",
    example: "G014",
    names: Names::Nothing,
};

const AN_ID: Holds = Like(&ID);
const A_PERSON: Holds = Like(&PERSON_ID);
const IDS: Holds = List(&Like(&ID));
const ADDRESSES: Holds = List(&Like(&ADDRESS));
const PROSES: Holds = List(&Prose);
const CONFIDENCE: Holds = Word(&["low", "medium", "high"]);
const ALIGNMENT: Holds = Word(&["below", "at", "above"]);

/// An audience or a person, or a list of them.
const READERS: Holds = Either(&[Like(&READER), List(&Like(&READER))]);
const READERS_ABOUT: &str = "who reads it instead: `org`, `person`, `chain`, `pair`, `hr`, a person's id, or a list of these";

/// The most days, points and limits, as `check` has them.
const DAYS_MAX: i64 = 1_000;
const POINTS_MAX: i64 = 1_000_000;
const LIMIT_MAX: i64 = 10_000;

/// Every kind of file, in the order of the tree.
pub static KINDS: &[Kind] = &[
    Kind {
        id: "gradus",
        about: "the organisation and its policies",
        files: "gradus.toml",
        is_front_matter: false,
        keys: ORGANISATION,
    },
    Kind {
        id: "track",
        about: "a career track and its competencies",
        files: "rubrics/*/track.toml",
        is_front_matter: false,
        keys: TRACK,
    },
    Kind {
        id: "level",
        about: "one level of a track",
        files: "rubrics/*/*.toml",
        is_front_matter: false,
        keys: LEVEL,
    },
    Kind {
        id: "figures",
        about: "the figures of a closed cycle, which `gradus close` writes",
        files: "cycles/*.figures.toml",
        is_front_matter: false,
        keys: FIGURES,
    },
    Kind {
        id: "cycle",
        about: "one review period",
        files: "cycles/*.toml",
        is_front_matter: false,
        keys: CYCLE,
    },
    Kind {
        id: "person",
        about: "one person: who they are, and where they stood when",
        files: "people/*/person.toml",
        is_front_matter: false,
        keys: PERSON,
    },
    Kind {
        id: "log",
        about: "wins, instant feedback, awards, touchpoints",
        files: "people/*/log.toml",
        is_front_matter: false,
        keys: LOG,
    },
    Kind {
        id: "expectations",
        about: "what was agreed for a cycle, with key steps",
        files: "people/*/*/expectations.toml",
        is_front_matter: false,
        keys: EXPECTATIONS,
    },
    Kind {
        id: "self",
        about: "self-assessment",
        files: "people/*/*/self.md",
        is_front_matter: true,
        keys: SELF,
    },
    Kind {
        id: "peer",
        about: "feedback of a peer",
        files: "people/*/*/peer-*.md",
        is_front_matter: true,
        keys: PEER,
    },
    Kind {
        id: "review",
        about: "the manager's synthesis",
        files: "people/*/*/review.md",
        is_front_matter: true,
        keys: REVIEW,
    },
    Kind {
        id: "response",
        about: "the written response to the review",
        files: "people/*/*/response.md",
        is_front_matter: true,
        keys: RESPONSE,
    },
    Kind {
        id: "plan",
        about: "development plan for the next cycle",
        files: "people/*/*/plan.toml",
        is_front_matter: false,
        keys: PLAN,
    },
    Kind {
        id: "pip",
        about: "performance improvement plan",
        files: "people/*/*/pip.toml",
        is_front_matter: false,
        keys: PIP,
    },
    Kind {
        id: "talent",
        about: "talent mapping, internal to management",
        files: "management/*/*.toml",
        is_front_matter: false,
        keys: TALENT,
    },
];

const ORGANISATION: &[Key] = &[
    required("name", Text, "what the organisation is called; sealed like everything else"),
    key("public_title", Text, "what the lock page says, in clear; default `Portfolios`"),
    key("base_url", Like(&ADDRESS), "where the site will be; it works at any address without it"),
    key("theme", AN_ID, "a directory of `themes/`; default `default`"),
    key("as_of", Date, "the day that facts are judged on, for examples and tests; default today"),
    key("rating", List(&Table(RATING)), "the scale, worst first; default misses, meets, exceeds"),
    key("question", List(&Table(QUESTION)), "what reviews ask; default a set of twelve"),
    key("policy", Table(POLICY), "limits for guidance"),
    key("seal", Table(SEAL), "how the site is sealed"),
    key("access", Table(ACCESS), "how far the management chain reaches, and who else reads"),
    key("sources", Table(SOURCES), "where parts of the tree lie, and whom they are sealed to"),
];

const RATING: &[Key] = &[
    required("id", AN_ID, "what files call it"),
    required("title", Text, "as it is shown"),
];

const QUESTION: &[Key] = &[
    required("id", AN_ID, "the heading that answers it; keep it from cycle to cycle"),
    required("for", Word(&["self", "peer", "manager", "response"]), "who answers it"),
    required("title", Text, "as it is shown"),
    key("prompt", Prose, "the question itself"),
    key("readers", READERS, READERS_ABOUT),
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
    required("code", Like(&GUIDANCE), "which guidance"),
    required("path", Like(&TREE_PATH), "the file or directory that is excused"),
    required("why", Text, "the reason"),
];

const SEAL: &[Key] = &[
    key("signer", Like(&SIGNER), "the site's public signing key, written by `gradus keys site`; a build with another one stops"),
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
    key("recipients", List(&Like(&RECIPIENT)), "the public keys of who builds; files sealed to them can come back into the tree"),
];

const TRACK: &[Key] = &[
    required("title", Text, "as it is shown"),
    key("description", Prose, "what the track is for"),
    key("readers", Word(&["org", "public"]), "`public` makes plain pages that anyone who reaches the host can read; default `org`"),
    key("extends", AN_ID, "a track whose competencies and cells it inherits; own ones override"),
    key("abstract", Flag, "only there to be extended; no page of its own"),
    key("cumulative", Flag, "a level includes the levels below it"),
    key("competency", List(&Table(COMPETENCY)), "the rows of the rubric, in order"),
];

const COMPETENCY: &[Key] = &[
    required("id", AN_ID, "what files call it; tracks that share an id mean the same"),
    required("title", Text, "as it is shown"),
    key("category", Text, "groups competencies"),
    key("description", Prose, "what it means"),
    key("was", IDS, "earlier ids, so that its history stays one row"),
    key("stage", List(&Table(STAGE)), "ordered stages of maturity"),
];

const STAGE: &[Key] = &[
    required("id", AN_ID, "what cells call it"),
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
    key("equivalent", List(&Like(&LEVEL_REF)), "levels of other tracks that are worth the same"),
    key("min_points", Number(-POINTS_MAX, POINTS_MAX), "points that the level asks, in frameworks that count them"),
    key("section", List(&Table(SECTION)), "free prose about the level"),
    key("cell", Map(&Open(CELL, &Prose)), "what the level asks, by competency"),
];

const SECTION: &[Key] = &[
    required("title", Text, "as it is shown"),
    key("text", Prose, "prose"),
    key("items", PROSES, "a list"),
    key("readers", Word(&["org", "managers"]), "`managers`: everyone who manages someone; default `org`"),
];

const CELL: &[Key] = &[
    key("text", Prose, "what is asked; beside it, a key for each rating's id says what that rating means here"),
    key("signals", SIGNALS, "behaviour that others would see"),
    key("stage", AN_ID, "the stage of the competency that is asked"),
    key("proficiency", Text, "a word for how well"),
    key("examples", PROSES, "what it looks like"),
    key("links", ADDRESSES, "where to read more"),
];

const CYCLE: &[Key] = &[
    required("title", Text, "as it is shown"),
    required("start", Date, "the first day"),
    required("end", Date, "the last day"),
    key("rubric", Text, "the rubric as it stood: a git revision, or a directory of the tree such as `rubrics-2025`"),
    key("phases", Table(PHASES), "days after the end by which each text is due"),
    key("question", List(&Table(QUESTION)), "what this cycle asks; default the organisation's questions"),
];

const PHASES: &[Key] = &[
    key("self", Number(0, DAYS_MAX), "self-assessment; default 5"),
    key("peer", Number(0, DAYS_MAX), "peer feedback; default 12"),
    key("review", Number(0, DAYS_MAX), "the manager's review; default 18"),
    key("response", Number(0, DAYS_MAX), "the response, or seven days after the review was shared, whichever is later; default 25"),
];

/// The most people and expectations of the figures, as `check` has it.
const COUNT_MAX: i64 = 1_000_000;
const COUNT: Holds = Number(0, COUNT_MAX);

const FIGURES: &[Key] = &[
    required("as_of", Date, "texts dated later were not counted"),
    key("everyone", Table(EVERYONE), "all who took part; absent if fewer than five did"),
    key("team", List(&Table(TEAM)), "the teams of five people or more, and everyone else"),
];

const PEOPLE_ABOUT: &str = "how many took part";
const SELF_ABOUT: &str = "self-assessments";
const PEER_ABOUT: &str = "peer feedback";
const REVIEW_ABOUT: &str = "reviews, once they are shared";
const RESPONSE_ABOUT: &str = "responses";
const GOALS_ABOUT: &str = "expectations, by how they ended";

const EVERYONE: &[Key] = &[
    required("people", Number(5, COUNT_MAX), PEOPLE_ABOUT),
    required("self", Table(OWN_PHASE), SELF_ABOUT),
    required("peer", Table(OTHERS_PHASE), PEER_ABOUT),
    required("review", Table(OTHERS_PHASE), REVIEW_ABOUT),
    required("response", Table(OWN_PHASE), RESPONSE_ABOUT),
    required("goals", Table(GOALS), GOALS_ABOUT),
];

const TEAM: &[Key] = &[
    key("name", Text, "the team; absent for everyone else"),
    required("people", Number(5, COUNT_MAX), PEOPLE_ABOUT),
    required("self", Table(OWN_PHASE), SELF_ABOUT),
    required("peer", Table(OTHERS_PHASE), PEER_ABOUT),
    required("review", Table(OTHERS_PHASE), REVIEW_ABOUT),
    required("response", Table(OWN_PHASE), RESPONSE_ABOUT),
    required("goals", Table(GOALS), GOALS_ABOUT),
];

const OWN_PHASE: &[Key] = &[
    required("of", COUNT, "people in all; without other keys, nothing more is published"),
    key("late", COUNT, "in after the due day"),
    key("late-or-open", COUNT, "both together, where one is too few"),
    key("on-time", COUNT, "in by the due day"),
    key("on-time-or-late", COUNT, "both together, where one is too few"),
    key("open", COUNT, "not handed in"),
];

const OTHERS_PHASE: &[Key] = &[
    required("of", COUNT, "people in all; without other keys, nothing more is published"),
    key("in", Word(&["nearly-all", "hardly-any"]), "in words, where fewer than five are not in, or are"),
    key("late", COUNT, "in after the due day"),
    key("late-or-open", COUNT, "both together, where one is too few"),
    key("on-time", COUNT, "in by the due day"),
    key("on-time-or-late", COUNT, "both together, where one is too few"),
    key("open", COUNT, "not handed in"),
];

const GOALS: &[Key] = &[
    required("of", COUNT, "expectations in all; without other keys, nothing more is published"),
    key("met", COUNT, "met"),
    key("met-or-partly", COUNT, "both together, where one is too few"),
    key("missed", COUNT, "missed"),
    key("missed-or-obsolete-or-unjudged", COUNT, "these together, where one is too few"),
    key("obsolete", COUNT, "obsolete"),
    key("obsolete-or-unjudged", COUNT, "both together, where one is too few"),
    key("partly", COUNT, "partly met"),
    key("partly-or-missed", COUNT, "both together, where one is too few"),
    key("partly-or-missed-or-obsolete-or-unjudged", COUNT, "these together, where one is too few"),
    key("unjudged", COUNT, "not judged yet"),
];

const PERSON: &[Key] = &[
    required("name", Text, "as it is shown"),
    required("start", Date, "the first day"),
    key("end", Date, "for leavers: their keys count no more from that day on"),
    key("login", Text, "the name to unlock by with a passphrase; default the id"),
    key("keys", List(&Either(&[Like(&RECIPIENT), Table(READER_KEY)])), "public keys that open what the person may read"),
    key("external", Flag, "a customer or other department: gives feedback, takes part in no cycle"),
    required("role", List(&Table(ROLE)), "one for every change; what a later one leaves out stays as it was"),
    key("leave", List(&Table(LEAVE)), "days away; due dates wait for them"),
];

const READER_KEY: &[Key] = &[
    required("key", Like(&RECIPIENT), "the public key"),
    key("until", Date, "the last day on which it counts"),
    key("revoked", Past, "the day on which it was revoked: it counts no more, and may never come back"),
    key("login", Flag, "`login.age` wraps this one, and is published as long as it counts; `gradus keys login` says so"),
];

const ROLE: &[Key] = &[
    required("from", Date, "the day it began"),
    key("level", Like(&LEVEL_REF), "the level held"),
    key("title", Text, "an own title; default the level's"),
    key("team", Text, "the team"),
    key("manager", A_PERSON, "the direct manager"),
];

const LEAVE: &[Key] = &[
    required("from", Date, "the first day away"),
    required("to", Date, "the last day away"),
];

const LOG: &[Key] = &[key("entry", List(&Table(ENTRY)), "one for each thing worth remembering")];

const ENTRY: &[Key] = &[
    required("date", Past, "the day"),
    required("kind", Word(&["win", "feedback", "award", "touchpoint"]), "what it is; a touchpoint is a code or design review, a postmortem, a demo"),
    key("by", A_PERSON, "who says so"),
    key("on", AN_ID, "the expectation that it belongs to"),
    key("competencies", IDS, "the competencies that it shows"),
    required("text", Prose, "what happened, and what came of it"),
    key("evidence", ADDRESSES, "where to see it"),
    key("readers", READERS, READERS_ABOUT),
];

const EXPECTATIONS: &[Key] = &[
    key("agreed", Past, "the day they were agreed; without it the file is a draft, shown to nobody"),
    key("until", Date, "the last day; default the cycle's end; onboarding and leave set another"),
    key("readers", READERS, READERS_ABOUT),
    key("expectation", List(&Table(EXPECTATION)), "three to five, set together; they stay as agreed"),
    key("note", List(&Table(NOTE)), "amends without changing what was agreed"),
    key("skip", List(&Table(NOTE)), "the skip-level manager's comments"),
];

const EXPECTATION: &[Key] = &[
    required("id", AN_ID, "what headings, outcomes and logs call it"),
    required("text", Prose, "what will be different; it stays as agreed"),
    key("kind", Word(&["remedy", "next-level", "objective", "interest", "stable", "onboarding"]), "why it was chosen"),
    key("measure", Prose, "how it will show: in services, adoption, quality; not lines, tickets or commits"),
    key("competencies", IDS, "the competencies that it shows"),
    key("why", Prose, "why it matters"),
    key("aims", Like(&LEVEL_REF), "the level whose evidence it is; default the level held"),
    key("agreed", Past, "where it differs from the file's"),
    key("until", Date, "where it differs from the file's"),
    key("objective", Text, "what of the team or company it serves"),
    key("follows", Like(&FOLLOWED), "what it carries on, of an earlier cycle"),
    key("steps", List(&Either(&[Prose, Table(STEP)])), "the checklist; may be ticked at any time"),
];

const STEP: &[Key] = &[
    required("text", Prose, "what is to be done"),
    key("due", Date, "by when"),
    key("done", Past, "the day it was done"),
    key("dropped", Past, "the day it was given up"),
    key("why", Prose, "why it was given up"),
    key("note", Prose, "what else there is to say"),
    key("evidence", ADDRESSES, "where to see it"),
];

const NOTE: &[Key] = &[
    required("date", Past, "the day"),
    required("by", A_PERSON, "who says so"),
    key("on", AN_ID, "the expectation that it is about"),
    required("text", Prose, "what is to be said"),
];

const BY: &str = "who wrote it";
const DATE: &str = "the day it was done; without it the file is a draft, shown to nobody";
const OUTCOMES: &str = "how each expectation ended, by its id";
const RATINGS: &str = "how each competency was shown, by its id";

const SELF: &[Key] = &[
    required("by", A_PERSON, BY),
    key("date", Past, DATE),
    key("readers", READERS, READERS_ABOUT),
    key("outcome", OUTCOME_MAP, OUTCOMES),
    key("ratings", RATING_MAP, RATINGS),
];

const PEER: &[Key] = &[
    required("by", A_PERSON, "who wrote it, as the file's name says too"),
    key("date", Past, "the day it was done; without it the file is a request, shown to nobody"),
    key("readers", READERS, READERS_ABOUT),
    key("outcome", OUTCOME_MAP, OUTCOMES),
    key("ratings", RATING_MAP, RATINGS),
    key("relationship", Word(&["peer", "pair", "cross-functional", "report", "skip", "past-manager"]), "how they work together; who reads it never depends on this"),
];

const REVIEW: &[Key] = &[
    required("by", A_PERSON, BY),
    key("date", Past, DATE),
    key("readers", READERS, READERS_ABOUT),
    key("outcome", OUTCOME_MAP, OUTCOMES),
    key("ratings", RATING_MAP, RATINGS),
    key("shared", Date, "from that day on its subject reads it"),
    key("acknowledged", Past, "the day the manager had read the response"),
    key("reply", Prose, "answers the response"),
];

const RESPONSE: &[Key] = &[
    required("by", A_PERSON, BY),
    key("date", Past, DATE),
    key("readers", READERS, READERS_ABOUT),
    key("goals", PROSES, "two or three for the next period"),
];

const OUTCOME: Holds = Word(&["met", "partly", "missed", "obsolete"]);
const OUTCOME_MAP: Holds = Map(&Either(&[OUTCOME, Table(OUTCOME_KEYS)]));

const OUTCOME_KEYS: &[Key] = &[
    required("is", OUTCOME, "obsolete is learning, not failure"),
    key("why", Prose, "the reason"),
    key("learned", Prose, "what was learned"),
];

const RATING_MAP: Holds = Map(&Either(&[Like(&ID), Table(RATING_KEYS)]));

const RATING_KEYS: &[Key] = &[
    required("is", AN_ID, "a rating of the organisation's scale"),
    key("level", Like(&LEVEL_REF), "against this level; default the level held"),
    key("evidence", ADDRESSES, "where to see it"),
    key("confidence", CONFIDENCE, "how sure"),
    key("why", Prose, "the reason"),
];

const PLAN: &[Key] = &[
    key("readers", READERS, READERS_ABOUT),
    key("goal", List(&Table(GOAL)), "what comes next"),
];

const GOAL: &[Key] = &[
    key("id", AN_ID, "so that an expectation can follow it"),
    required("text", Prose, "the goal"),
    key("competencies", IDS, "the competencies that it grows"),
    key("actions", PROSES, "what the person does"),
    key("resources", PROSES, "what they can use"),
    key("support", PROSES, "what others do"),
    key("by", Date, "by when"),
];

const PIP: &[Key] = &[
    key("readers", READERS, READERS_ABOUT),
    key("start", Date, "the first day; without it the file is a draft, shown to nobody"),
    required("days", Number(1, DAYS_MAX), "how long it runs: 30 to 90"),
    key("cause", Prose, "the root cause: unclear expectations, mismatch, personal, skill, environment"),
    key("support", PROSES, "what others do"),
    key("success", Prose, "what counts as done"),
    key("consequence", Prose, "what follows otherwise"),
    key("objective", List(&Table(PIP_OBJECTIVE)), "three or four that can be measured"),
    key("checkin", List(&Table(PIP_CHECKIN)), "one a week"),
    key("closed", Past, "the day it ended; from then on only the person and hr read it"),
    key("result", Word(&["met", "extended", "ended"]), "how it ended"),
];

const PIP_OBJECTIVE: &[Key] = &[
    required("id", AN_ID, "what check-ins call it"),
    required("text", Prose, "what is to change"),
    key("from", Text, "the measure at the start"),
    key("to", Text, "the measure to reach"),
];

const PIP_CHECKIN: &[Key] = &[
    required("date", Past, "the day"),
    key("text", Prose, "what was said"),
    key("values", Map(&Text), "the measure of each objective, by its id"),
];

const TALENT: &[Key] = &[
    required("by", A_PERSON, "who assesses"),
    key("partner", A_PERSON, "the thought partner who pressure-tests it"),
    key("date", Past, DATE),
    key("readers", READERS, READERS_ABOUT),
    key("alignment", ALIGNMENT, "against the level held"),
    key("confidence", CONFIDENCE, "how sure"),
    key("strengths", PROSES, "what they do well"),
    key("needs", PROSES, "what they need"),
    key("missing", PROSES, "data that would raise the confidence"),
    key("potential", Prose, "where they could go"),
    key("ratings", RATING_MAP, RATINGS),
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
    required("recommend", Like(&LEVEL_REF), "the level"),
    required("status", Word(&["recommended", "deferred", "done"]), "how far it has come"),
    key("why", Prose, "the reason; a change may wait for budget"),
];

const COACHING: &[Key] = &[
    key("actions", PROSES, "what the manager does"),
    key("opportunities", PROSES, "what could be taken on"),
    key("support", PROSES, "what others do"),
];
