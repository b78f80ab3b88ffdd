//! The model cut down to what the readers of one section may read.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::domain::model::*;

use super::audience::{Audiences, People};
use super::plan::Planned;
use super::resource::{
    FeedbackFile, Resource, is_for_subject, is_shown_with, is_upward, restricted_questions,
};

/// Fewest answers to one question that are shown without names.
pub const ANONYMOUS_MIN: usize = 3;

/// What every page may say.
pub fn commons(org: &Organisation, as_of: Date) -> Commons {
    Commons {
        name: org.name.clone(),
        public_title: org.public_title.clone(),
        as_of,
        ratings: org.ratings.clone(),
        cycles: org.cycles.clone(),
        rubric: for_everyone(&org.rubric),
        pinned: org
            .pinned
            .iter()
            .map(|(pin, r)| (pin.clone(), for_everyone(r)))
            .collect(),
        names: org
            .people
            .values()
            .map(|p| (p.id.clone(), p.name.clone()))
            .collect(),
    }
}

/// A rubric without what only managers read.
fn for_everyone(rubric: &Rubric) -> Rubric {
    let mut rubric = rubric.clone();
    for level in rubric
        .tracks
        .values_mut()
        .flat_map(|track| &mut track.levels)
    {
        level.sections.retain(|section| !section.managers_only);
    }
    rubric
}

/// What one section draws on.
pub fn draw(audiences: &Audiences, planned: &Planned) -> SectionDraw {
    let org = audiences.org;
    let content = match (planned.section.kind, &planned.about) {
        (SectionKind::Team, Some(manager)) => {
            Draw::Team(Box::new(team(audiences, planned, manager)))
        }
        (SectionKind::Talent, Some(manager)) if planned.is_about_team() => {
            Draw::TeamTalent(Box::new(team_talent(audiences, planned, manager)))
        }
        (SectionKind::Talent, Some(person)) => {
            Draw::Talent(Box::new(talent(audiences, planned, person)))
        }
        (SectionKind::Managers, _) => Draw::Managers(managers_sections(&org.rubric)),
        (_, Some(person)) => Draw::Person(Box::new(cut_person(audiences, planned, person))),
        (_, None) => {
            let figures = published_figures(org, audiences.today);
            Draw::Org(Box::new(OrgDraw {
                shared: shared_log(audiences),
                closes: closes(org, &figures),
                figures,
            }))
        }
    };
    SectionDraw {
        section: planned.section.clone(),
        content,
    }
}

/// The figures whose day has come. A file that says another day was written while its cycle was open.
fn published_figures(org: &Organisation, today: Date) -> OrgFigures {
    let cycles = org.figures.cycles.iter();
    let over = cycles.filter(|of| of.as_of <= today);
    OrgFigures {
        cycles: over.cloned().collect(),
    }
}

/// From which day on there are figures of the cycles that have none. Nothing here may depend on a text of a person: what is
/// counted is in the tree as a file.
fn closes(org: &Organisation, published: &OrgFigures) -> Vec<(CycleId, Date)> {
    let cycles = org.cycles.iter();
    let open = cycles.filter(|cycle| published.of(&cycle.id).is_none());
    let closes = open.map(|cycle| {
        let written = org.figures.of(&cycle.id);
        let day = written.map_or_else(|| org.policy.closes(cycle), |of| of.as_of);
        (cycle.id.clone(), day)
    });
    closes.collect()
}

fn managers_sections(rubric: &Rubric) -> Vec<(LevelRef, Vec<LevelSection>)> {
    let mut found = Vec::new();
    for track in rubric.tracks.values() {
        for level in &track.levels {
            let only = level.sections.iter().filter(|s| s.managers_only);
            let only: Vec<LevelSection> = only.cloned().collect();
            if !only.is_empty() {
                let at = LevelRef {
                    track: track.id.clone(),
                    level: level.id.clone(),
                };
                found.push((at, only));
            }
        }
    }
    found
}

fn shared_log(audiences: &Audiences) -> Vec<(PersonId, LogEntry)> {
    let people = audiences.org.people.values();
    let shared = people.flat_map(|person| {
        let entries = shared_by(audiences, person);
        entries.map(|entry| (person.id.clone(), entry.clone()))
    });
    let mut shared: Vec<(PersonId, LogEntry)> = shared.collect();
    shared.sort_by(|a, b| (b.1.date, &a.0).cmp(&(a.1.date, &b.0)));
    shared
}

/// The log entries that someone shares with everyone.
pub fn shared_by<'p>(
    audiences: &Audiences,
    person: &'p Person,
) -> impl Iterator<Item = &'p LogEntry> {
    let everyone = audiences.everyone();
    person.log.iter().filter(move |entry| {
        let readers = entry.readers.as_deref();
        readers.is_some_and(|r| audiences.named(r, &person.id, audiences.today) == *everyone)
    })
}

/// The direct reports of a manager, and below them the direct reports of those who manage. [`Audiences::shown_to`] says
/// whom that can be: the two change together.
fn team(audiences: &Audiences, planned: &Planned, manager: &PersonId) -> TeamDraw {
    let managers = audiences.managers();
    let reports = reports_by_name(audiences, manager);
    let below = reports
        .iter()
        .filter(|report| managers.contains(&report.id))
        .flat_map(|report| reports_by_name(audiences, &report.id))
        .filter(|person| all_may(planned, &audiences.person(&person.id)))
        .filter(|person| !reads(planned, &person.id));
    let mut below: Vec<Person> = below
        .map(|person| as_person_section(audiences, person))
        .collect();
    below.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    TeamDraw {
        manager: profile(&audiences.org.people[manager]),
        reports: reports
            .into_iter()
            .map(|report| TeamMember {
                manages: managers.contains(&report.id),
                person: as_person_section(audiences, report),
            })
            .collect(),
        below,
    }
}

fn reports_by_name<'a>(audiences: &Audiences<'a>, manager: &PersonId) -> Vec<&'a Person> {
    let mut reports = audiences.reports_of(manager).to_vec();
    reports.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    reports
}

/// Whether everyone who opens the section is in an audience.
fn all_may(planned: &Planned, audience: &People) -> bool {
    let mut readers = planned.section.readers.iter();
    readers.all(|reader| audience.contains(&reader.person))
}

fn reads(planned: &Planned, person: &PersonId) -> bool {
    let mut readers = planned.section.readers.iter();
    readers.any(|reader| reader.person == *person)
}

/// Of every report, the mappings that all readers of the section may read: those of before a change of
/// manager do not come along.
fn team_talent(audiences: &Audiences, planned: &Planned, manager: &PersonId) -> TeamTalentDraw {
    let reports = reports_by_name(audiences, manager).into_iter();
    TeamTalentDraw {
        manager: manager.clone(),
        reports: reports
            .map(|report| talent_for(audiences, planned, report))
            .collect(),
    }
}

fn talent_for(audiences: &Audiences, planned: &Planned, report: &Person) -> TalentDraw {
    let open = super::resource::pieces(audiences, report)
        .into_iter()
        .filter(|piece| all_may(planned, &piece.audience));
    let drawn: BTreeSet<Resource> = open.map(|piece| piece.resource).collect();
    let talent = audiences.org.management.talent_of(&report.id);
    TalentDraw {
        person: base(audiences, planned, report),
        talent: talent
            .filter(|(cycle, _)| drawn.contains(&Resource::Talent((*cycle).clone())))
            .map(|(cycle, talent)| (cycle.clone(), talent.clone()))
            .collect(),
    }
}

/// A person as their own `person` section shows them.
fn as_person_section(audiences: &Audiences, person: &Person) -> Person {
    let of_person = super::resource::pieces(audiences, person)
        .into_iter()
        .filter(|piece| {
            piece.home == SectionKind::Person
                && audiences.person(&person.id).is_subset(&piece.audience)
        });
    let resources: Vec<Resource> = of_person.map(|piece| piece.resource).collect();
    fill(audiences, person, &resources, profile(person))
}

fn talent(audiences: &Audiences, planned: &Planned, id: &PersonId) -> TalentDraw {
    let org = audiences.org;
    let drawn: BTreeSet<&Resource> = planned.resources.iter().collect();
    let talent = org.management.talent_of(id);
    TalentDraw {
        person: base(audiences, planned, &org.people[id]),
        talent: talent
            .filter(|(cycle, _)| drawn.contains(&Resource::Talent((*cycle).clone())))
            .map(|(cycle, talent)| (cycle.clone(), talent.clone()))
            .collect(),
    }
}

fn cut_person(audiences: &Audiences, planned: &Planned, id: &PersonId) -> PersonDraw {
    let person = &audiences.org.people[id];
    let base = base(audiences, planned, person);
    let anonymous = planned
        .resources
        .iter()
        .filter_map(|resource| match resource {
            Resource::Anonymous(cycle) => {
                Some((cycle.clone(), anonymous(audiences, person, cycle)))
            }
            _ => None,
        });
    let notes = audiences.org.management.notes_of(id);
    let notes = planned
        .resources
        .iter()
        .filter_map(|resource| match resource {
            Resource::PrivateNote(index) => notes.get(*index).cloned(),
            _ => None,
        });
    PersonDraw {
        anonymous: anonymous
            .filter(|(_, answers)| !answers.is_empty())
            .collect(),
        notes: notes.collect(),
        person: fill(audiences, person, &planned.resources, base),
    }
}

/// The profile where all readers of the section may read it, else the name alone.
fn base(audiences: &Audiences, planned: &Planned, person: &Person) -> Person {
    if all_may(planned, &audiences.person(&person.id)) {
        profile(person)
    } else {
        name_only(person)
    }
}

/// Who someone is, without anything they wrote or was written about them.
fn profile(person: &Person) -> Person {
    Person {
        roles: person.roles.clone(),
        leaves: person.leaves.clone(),
        start: person.start,
        end: person.end,
        ..name_only(person)
    }
}

fn name_only(person: &Person) -> Person {
    Person {
        id: person.id.clone(),
        name: person.name.clone(),
        start: Date::default(),
        end: None,
        login: String::new(),
        keys: Vec::new(),
        external: person.external,
        roles: vec![Role {
            from: Date::default(),
            level: None,
            title: None,
            team: None,
            manager: None,
        }],
        leaves: Vec::new(),
        log: Vec::new(),
        checkins: Vec::new(),
        login_file: None,
        cycles: BTreeMap::new(),
    }
}

/// Puts exactly those resources into a person that has none yet.
fn fill(audiences: &Audiences, person: &Person, resources: &[Resource], mut out: Person) -> Person {
    for resource in resources {
        match resource {
            Resource::Log(index) => out.log.extend(person.log.get(*index).cloned()),
            Resource::CheckIn(index) => out.checkins.extend(person.checkins.get(*index).cloned()),
            _ => {}
        }
    }
    let drawn: BTreeSet<&Resource> = resources.iter().collect();
    for (id, cycle) in &person.cycles {
        let cut = cut_cycle(audiences.org, id, &cycle.published(), &drawn);
        if cut != PersonCycle::default() {
            out.cycles.insert(id.clone(), cut);
        }
    }
    out
}

fn cut_cycle(
    org: &Organisation,
    id: &CycleId,
    from: &PersonCycle,
    drawn: &BTreeSet<&Resource>,
) -> PersonCycle {
    let has = |resource: Resource| drawn.contains(&resource);
    let file = |name: FeedbackFile, feedback: &Feedback| cut_feedback(org, name, feedback, drawn);
    let mut cut = PersonCycle::default();
    if has(Resource::Expectations(id.clone())) {
        cut.expectations = from.expectations.clone();
    }
    if has(Resource::Plan(id.clone())) {
        cut.plan = from.plan.clone();
    }
    if has(Resource::Pip(id.clone())) {
        cut.pip = from.pip.clone();
    }
    cut.self_assessment = from
        .self_assessment
        .as_ref()
        .and_then(|own| file(FeedbackFile::SelfAssessment(id.clone()), own));
    cut.review = from.review.as_ref().and_then(|review| {
        let (feedback, whole) = cut_part(
            org,
            FeedbackFile::Review(id.clone()),
            &review.feedback,
            drawn,
        )?;
        Some(Review {
            feedback,
            shared: review.shared,
            acknowledged: review.acknowledged,
            reply: review.reply.clone().filter(|_| whole),
        })
    });
    cut.response = from.response.as_ref().and_then(|response| {
        let (feedback, whole) = cut_part(
            org,
            FeedbackFile::Response(id.clone()),
            &response.feedback,
            drawn,
        )?;
        let goals = if whole {
            response.goals.clone()
        } else {
            Vec::new()
        };
        Some(Response { feedback, goals })
    });
    cut.peers = from
        .peers
        .iter()
        .filter_map(|(author, peer)| {
            let name = FeedbackFile::Peer(id.clone(), author.clone());
            let feedback = file(name, &peer.feedback)?;
            let relationship = peer.relationship;
            Some((
                author.clone(),
                PeerFeedback {
                    feedback,
                    relationship,
                },
            ))
        })
        .collect();
    cut.files = linked_files(&cut, from);
    cut
}

fn cut_feedback(
    org: &Organisation,
    file: FeedbackFile,
    feedback: &Feedback,
    drawn: &BTreeSet<&Resource>,
) -> Option<Feedback> {
    cut_part(org, file, feedback, drawn).map(|(feedback, _)| feedback)
}

/// The part of a file that was drawn, and whether it holds the file itself rather than single answers.
fn cut_part(
    org: &Organisation,
    file: FeedbackFile,
    feedback: &Feedback,
    drawn: &BTreeSet<&Resource>,
) -> Option<(Feedback, bool)> {
    let restricted: BTreeSet<&QuestionId> = restricted_questions(org, file.cycle())
        .map(|q| &q.id)
        .collect();
    let whole = drawn.contains(&Resource::File(file.clone()));
    let readable = |answer: &&Answer| match &answer.to {
        AnswerTo::Question(id) if restricted.contains(id) => {
            drawn.contains(&Resource::Answer(file.clone(), id.clone()))
        }
        _ => whole,
    };
    let answers: Vec<Answer> = feedback.answers.iter().filter(readable).cloned().collect();
    if !whole && answers.is_empty() {
        return None;
    }
    let part = Feedback {
        by: feedback.by.clone(),
        date: feedback.date,
        readers: None,
        outcomes: if whole {
            feedback.outcomes.clone()
        } else {
            BTreeMap::new()
        },
        ratings: if whole {
            feedback.ratings.clone()
        } else {
            BTreeMap::new()
        },
        answers,
    };
    Some((part, whole))
}

/// The files that what is left still links to.
fn linked_files(cut: &PersonCycle, from: &PersonCycle) -> BTreeMap<String, Attachment> {
    if from.files.is_empty() {
        return BTreeMap::new();
    }
    let feedbacks = [
        cut.self_assessment.as_ref(),
        cut.review.as_ref().map(|r| &r.feedback),
        cut.response.as_ref().map(|r| &r.feedback),
    ];
    let peers = cut.peers.values().map(|peer| &peer.feedback);
    let kept = feedbacks.into_iter().flatten().chain(peers);
    let kept: Vec<LinkedFiles<'_>> = kept.map(Feedback::linked_files).collect();
    let linked = |name: &str| kept.iter().any(|files| files.holds(name));
    let files = from.files.iter().filter(|(name, _)| linked(name));
    files
        .map(|(name, file)| (name.clone(), file.clone()))
        .collect()
}

/// Peer answers by question, without names, where enough peers answered.
fn anonymous(audiences: &Audiences, person: &Person, cycle: &CycleId) -> Vec<AnonymousAnswers> {
    let Some(files) = person.cycles.get(cycle).map(PersonCycle::published) else {
        return Vec::new();
    };
    let names = files.files.keys().map(String::as_str);
    let mut by_question: BTreeMap<&QuestionId, Vec<Prose>> = BTreeMap::new();
    for (_, question, answer) in unnamed(audiences, &person.id, cycle, &files) {
        // A file's name may be that of its author.
        let answer = answer.without_files(names.clone());
        by_question.entry(question).or_default().push(answer);
    }
    let enough = by_question
        .into_iter()
        .filter(|(_, answers)| answers.len() >= ANONYMOUS_MIN);
    enough
        .map(|(question, answers)| shuffled(question, answers))
        .collect()
}

/// The peer answers that may be shown to their subject without names, each with its author: only of peers whose feedback
/// is not upward and came before the review was shared, not to questions whose readers leave the subject out, only
/// answers in words. The files are those that are published.
pub(super) fn unnamed<'f>(
    audiences: &Audiences,
    subject: &PersonId,
    cycle: &CycleId,
    files: &'f PersonCycle,
) -> Vec<(&'f PersonId, &'f QuestionId, &'f Prose)> {
    let Some(shared) = files.shared_review().and_then(|review| review.shared) else {
        return Vec::new();
    };
    let restricted: BTreeSet<&QuestionId> = restricted_questions(audiences.org, cycle)
        .filter(|question| !is_for_subject(question, subject))
        .map(|question| &question.id)
        .collect();
    let peers = files.peers.iter().filter(|(author, peer)| {
        let line = peer.feedback.readers.as_deref();
        let path = || FeedbackFile::Peer(cycle.clone(), (*author).clone()).path(subject);
        audiences.line(line, path).is_none()
            && is_shown_with(peer, shared)
            && !is_upward(audiences, author, subject, cycle)
    });
    let answers = peers.flat_map(|(author, peer)| {
        let answers = peer.feedback.answers.iter();
        answers.map(move |answer| (author, answer))
    });
    let shown = answers.filter_map(|(author, answer)| match &answer.to {
        AnswerTo::Question(id) if !restricted.contains(id) => Some((author, id, &answer.text)),
        _ => None,
    });
    shown.filter(|(_, _, text)| !text.is_empty()).collect()
}

/// The answers in the order of their hashes. It is made of nothing but the texts that are shown, so it says no more than
/// they do: whoever computes it learns where a text stands that they can read there anyway, and nothing about who wrote
/// it. It is the same in every build, of any machine; a key would hide nothing further, and could be lost.
fn shuffled(question: &QuestionId, mut answers: Vec<Prose>) -> AnonymousAnswers {
    answers.sort_by_cached_key(|answer| Sha256::digest(answer.as_str()).to_vec());
    AnonymousAnswers {
        question: question.clone(),
        answers,
    }
}
