//! What the pages are drawn from: the model cut down to what the readers of one section may read.
//!
//! `access` makes these, `site` draws them. Rendering never holds the [`Organisation`] itself, so
//! what is not in a [`SectionDraw`] cannot reach a page.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// What every page may say, whoever reads it: read by everyone with a key.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Commons {
    /// The organisation's name: `name` of `gradus.toml`.
    pub name: String,
    /// What the lock page says, in clear: `public_title` of `gradus.toml`.
    pub public_title: String,
    /// The day that facts are judged on.
    pub as_of: Date,
    /// Worst first.
    pub ratings: Vec<Rating>,
    /// By start. Questions with an audience of their own are here too: only answers are confidential.
    pub cycles: Vec<Cycle>,
    /// The rubric in force, without what only managers read.
    pub rubric: Rubric,
    /// Pinned rubrics, likewise.
    pub pinned: BTreeMap<String, Rubric>,
    /// Display names, for the authors of what is shown.
    pub names: BTreeMap<PersonId, String>,
}

impl Commons {
    /// The cycle of that id.
    pub fn cycle(&self, id: &CycleId) -> Option<&Cycle> {
        self.cycles.iter().find(|cycle| cycle.id == *id)
    }

    /// The rubric that a cycle is judged against: its pinned one, or the one in force.
    pub fn rubric_of(&self, cycle: &Cycle) -> &Rubric {
        let pinned = cycle.rubric.as_ref().and_then(|pin| self.pinned.get(pin));
        pinned.unwrap_or(&self.rubric)
    }

    /// A person's name; the id where nobody of that id is known.
    pub fn name_of<'a>(&'a self, person: &'a PersonId) -> &'a str {
        self.names.get(person).map_or(person.as_str(), |n| n)
    }
}

/// One section and all that it may draw on.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct SectionDraw {
    /// Its name, its kind and who opens it.
    pub section: Section,
    /// What its pages may say.
    pub content: Draw,
}

/// The content of a section, by kind.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum Draw {
    /// Kinds `person`, `own`, `custom`, `chain`, `pair`, `pip`, `closed`: a person with only those
    /// parts filled in that all readers may read and that this section is for (a `chain` section has
    /// peer files and unshared reviews and nothing else in its cycles). Drafts are gone.
    Person(Box<PersonDraw>),
    /// Kind `talent`, about one person.
    Talent(Box<TalentDraw>),
    /// Kind `talent`, about the reports of one manager.
    TeamTalent(Box<TeamTalentDraw>),
    /// Kind `team`.
    Team(Box<TeamDraw>),
    /// Kind `org`: the rubric, from [`Commons`], what people shared with everyone, and figures.
    Org(Box<OrgDraw>),
    /// Kind `managers`: what the rubric says to managers only.
    Managers(Vec<(LevelRef, Vec<LevelSection>)>),
}

impl Draw {
    /// Whose files it was cut from; `None` for everyone's.
    pub fn people(&self) -> Option<BTreeSet<&PersonId>> {
        Some(match self {
            Self::Person(of) => BTreeSet::from([&of.person.id]),
            Self::Talent(of) => BTreeSet::from([&of.person.id]),
            Self::TeamTalent(of) => of.reports.iter().map(|of| &of.person.id).collect(),
            Self::Team(of) => {
                let reports = of.reports.iter().map(|report| &report.person);
                reports.chain(&of.below).map(|person| &person.id).collect()
            }
            Self::Managers(_) => BTreeSet::new(),
            Self::Org(_) => return None,
        })
    }
}

/// See [`Draw::Person`].
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct PersonDraw {
    /// The person, with only those parts filled in that all readers of the section may read.
    pub person: Person,
    /// Peer answers without names, where the policy shows them so: by cycle and question.
    pub anonymous: BTreeMap<CycleId, Vec<AnonymousAnswers>>,
    /// Private notes about this person (kind `chain` only).
    pub notes: Vec<PrivateNote>,
}

/// Answers of several peers to one question, in an order that says nothing about who wrote them.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct AnonymousAnswers {
    /// The id of the question that they answer.
    pub question: QuestionId,
    /// At least three.
    pub answers: Vec<Prose>,
}

/// Talent mapping of one person, by cycle.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct TalentDraw {
    /// Who they are; no cycles, log or check-ins.
    pub person: Person,
    /// The mappings that all readers of the section may read, without drafts.
    pub talent: BTreeMap<CycleId, Talent>,
}

/// Talent mapping of the reports of one manager.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct TeamTalentDraw {
    /// The id of the manager.
    pub manager: PersonId,
    /// One for each report, mapped or not, by name.
    pub reports: Vec<TalentDraw>,
}

/// A manager and their direct reports, each with what all readers of the section may read.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct TeamDraw {
    /// Who the manager is, with roles and leave; no keys, cycles, log or check-ins.
    pub manager: Person,
    /// By name.
    pub reports: Vec<TeamMember>,
    /// The direct reports of those reports who manage, for the skip-level's view, by name: those that all
    /// readers of the section may read.
    pub below: Vec<Person>,
}

/// One direct report.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct TeamMember {
    /// The report, as their own `person` section shows them.
    pub person: Person,
    /// Has reports, so a team page of their own.
    pub manages: bool,
}

/// What everyone with a key reads.
#[derive(Debug, Clone, PartialEq, Default, Hash)]
pub struct OrgDraw {
    /// Log entries shared with everyone, newest first.
    pub shared: Vec<(PersonId, LogEntry)>,
    /// As the files of closed cycles say.
    pub figures: OrgFigures,
    /// The days from which the other cycles can be closed.
    pub closes: Vec<(CycleId, Date)>,
}
