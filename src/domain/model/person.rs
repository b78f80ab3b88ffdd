//! People: who they are, where they stood when, and what runs on besides the cycles.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::*;

/// One person.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct Person {
    /// The name of their folder in `people/`.
    pub id: PersonId,
    /// Their name on pages.
    #[serde(default)]
    pub name: String,
    /// The first day.
    #[serde(default)]
    pub start: Date,
    /// A leaver's keys are dropped from every audience from that date on.
    pub end: Option<Date>,
    /// Handle for passphrase unlock.
    #[serde(default)]
    pub login: String,
    /// Their public keys, also those that count no more.
    #[serde(default)]
    pub keys: Vec<ReaderKey>,
    /// A customer or other department: gives feedback, takes part in no cycle.
    #[serde(default)]
    pub external: bool,
    /// By `from`; at least one. What a later role leaves out is already filled in from the one before.
    #[serde(default, rename = "role")]
    pub roles: Vec<Role>,
    /// The tables `[[leave]]`, by first day; due dates wait for them.
    #[serde(default, rename = "leave")]
    pub leaves: Vec<Leave>,
    /// By date.
    #[serde(skip)]
    pub log: Vec<LogEntry>,
    /// By date.
    #[serde(skip)]
    pub checkins: Vec<CheckIn>,
    /// `login.age` as it stands: the identity wrapped with a passphrase.
    #[serde(skip)]
    pub login_file: Option<Arc<[u8]>>,
    /// Their files of each cycle, drafts too.
    #[serde(skip)]
    pub cycles: BTreeMap<CycleId, PersonCycle>,
}

impl Person {
    /// The role in force on a day: the last that began by then, or the first.
    pub fn role_on(&self, day: Date) -> &Role {
        let last = self.roles.iter().rev().find(|role| role.from <= day);
        last.unwrap_or(&self.roles[0]) // `check` refuses a person without a role
    }

    /// The direct manager on a day.
    pub fn manager_on(&self, day: Date) -> Option<&PersonId> {
        self.role_on(day).manager.as_ref()
    }

    /// The level held on a day.
    pub fn level_on(&self, day: Date) -> Option<&LevelRef> {
        self.role_on(day).level.as_ref()
    }

    /// Not yet left on that day. Keys count on a person's `end` no more.
    pub fn is_here(&self, day: Date) -> bool {
        self.end.is_none_or(|end| day < end)
    }

    /// The recipients that count on a day: none of a leaver, none retired or revoked, none of another kind than
    /// the site is sealed to.
    pub fn recipients_on(&self, day: Date) -> impl Iterator<Item = &str> {
        let here = self.is_here(day);
        let live = move |key: &&ReaderKey| here && key.counts_on(day);
        self.keys
            .iter()
            .filter(live)
            .map(|key| key.recipient.as_str())
    }
}

impl Person {
    /// The login that is published on a day: one whose key counts. Which key it wraps, `keys` says; where it does not, a
    /// key that counts no more may be the one, and a login is published only where there is none such.
    pub fn login_on(&self, day: Date) -> Option<&Arc<[u8]>> {
        let has_ended =
            |key: &ReaderKey| key.revoked.is_some() || key.until.is_some_and(|until| until < day);
        let mut wrapped = self.keys.iter().filter(|key| key.is_login).peekable();
        let counts = match wrapped.peek() {
            Some(_) => wrapped.any(|key| key.counts_on(day)),
            None => !self.keys.iter().any(has_ended),
        };
        self.login_file
            .as_ref()
            .filter(|_| counts && self.is_here(day))
    }

    /// Whether somebody who is here on a day has a login that is not published.
    pub fn is_login_left_out(&self, day: Date) -> bool {
        self.login_file.is_some() && self.is_here(day) && self.login_on(day).is_none()
    }
}

/// An age recipient of a person, in canonical (lower-case) form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
pub struct ReaderKey {
    /// The public key: `age1…` or `age1pq1…`.
    #[serde(rename = "key")]
    pub recipient: String,
    /// Last day on which it counts.
    pub until: Option<Date>,
    /// The day on which it was revoked: it counts on no day any more, and stays listed so that nobody adds it
    /// again.
    pub revoked: Option<Date>,
    /// Whether the site is sealed to keys of its kind; others wait until it is.
    #[serde(skip)]
    pub is_of_site: bool,
    /// Whether `login.age` wraps its identity. Nobody else can tell: the file is ciphertext.
    #[serde(default, rename = "login")]
    pub is_login: bool,
}

impl ReaderKey {
    /// A key that counts until it is taken away.
    pub fn lasting(recipient: String) -> Self {
        Self {
            recipient,
            until: None,
            revoked: None,
            is_of_site: true,
            is_login: false,
        }
    }

    /// Whether something that is sealed on a day is sealed to it, as far as that is the key's doing.
    pub fn counts_on(&self, day: Date) -> bool {
        let is_over = self.until.is_some_and(|until| until < day);
        self.is_of_site && self.revoked.is_none() && !is_over
    }
}

/// What someone was from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
pub struct Role {
    /// The first day.
    #[serde(default)]
    pub from: Date,
    /// The level held; `None` if no role up to this one names one.
    pub level: Option<LevelRef>,
    /// Their own title; nothing: the level's.
    #[serde(default, deserialize_with = "markup::read_optional_title")]
    pub title: Option<String>,
    /// The name of the team; `None` if no role up to this one names one.
    pub team: Option<String>,
    /// The id of the direct manager; `None` if no role up to this one names one.
    pub manager: Option<PersonId>,
}

/// Days away, whatever the reason; both ends inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(default)]
pub struct Leave {
    /// The first day away.
    pub from: Date,
    /// The last day away.
    pub to: Date,
}

/// What a log entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogKind {
    /// `win`: something that went well.
    Win,
    /// `feedback`: instant feedback.
    Feedback,
    /// `award`: recognition of something that they did.
    Award,
    /// `touchpoint`: a code or design review, a postmortem, a demo.
    Touchpoint,
}

/// One entry of the running log.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
pub struct LogEntry {
    /// The day that it is about.
    #[serde(default)]
    pub date: Date,
    /// What it is.
    pub kind: LogKind,
    /// The id of who says so; `None` if the entry names nobody.
    pub by: Option<PersonId>,
    /// An expectation of the cycle that the date lies in.
    pub on: Option<ExpectationId>,
    /// Ids of the competencies that it shows; may be empty.
    #[serde(default)]
    pub competencies: Vec<CompetencyId>,
    /// What happened, and what came of it, in markdown.
    #[serde(default)]
    pub text: Prose,
    /// Web addresses that show it; may be empty.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// Where the entry sets them; else `None`.
    pub readers: Option<Vec<ReaderToken>>,
}

/// One 1:1.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct CheckIn {
    /// The day in the heading of `checkins.md`.
    pub date: Date,
    /// The rest of the heading; empty if that is the date alone.
    pub title: String,
    /// The markdown below the heading.
    pub text: Prose,
    /// The texts of its `- [ ]` lines, in order.
    pub open_actions: Vec<String>,
}
