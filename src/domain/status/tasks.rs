//! Who owes what by when.

use super::{agreement, person_status, unacknowledged, unshared};
use crate::domain::growth::{self, Phase, PhaseState, StepState};
use crate::domain::model::*;

/// Something to do by a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Task {
    /// The last day for it.
    pub due: Date,
    /// What it is.
    pub todo: Todo,
    /// Who has to do it.
    pub owner: PersonId,
    /// Whom it is about; the owner for their own texts and steps.
    pub about: PersonId,
    /// The cycle that it belongs to.
    pub cycle: CycleId,
    /// For a key step, its words and its expectation; empty for everything else.
    pub text: String,
    /// For a key step, its expectation.
    pub step_of: Option<ExpectationId>,
    /// Whether it was done.
    pub is_done: bool,
    /// Open, and its day is over.
    pub is_overdue: bool,
}

/// What is to do, in the order of a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Todo {
    /// Set expectations together.
    Agree,
    /// Finish a key step.
    Step,
    /// Write the self-assessment.
    SelfAssessment,
    /// Ask peers for feedback: nobody is asked yet.
    AskPeers,
    /// Write feedback that was asked for.
    Peer,
    /// Write the review.
    Review,
    /// Share the review that is written.
    Share,
    /// Answer the review.
    Response,
    /// Read the response, and say so.
    Acknowledge,
}

/// Everything that is due in a cycle, done or not, by day.
pub fn tasks(org: &Organisation, commons: &Commons, cycle: &Cycle) -> Vec<Task> {
    let mut list = List {
        org,
        commons,
        cycle,
        tasks: Vec::new(),
    };
    for person in org.people.values() {
        list.of_person(person);
    }
    list.tasks.sort();
    list.tasks
}

struct List<'a> {
    org: &'a Organisation,
    commons: &'a Commons,
    cycle: &'a Cycle,
    tasks: Vec<Task>,
}

impl List<'_> {
    fn add(&mut self, todo: Todo, owner: &PersonId, about: &PersonId, due: Date, is_done: bool) {
        self.tasks.push(Task {
            due,
            todo,
            owner: owner.clone(),
            about: about.clone(),
            cycle: self.cycle.id.clone(),
            text: String::new(),
            step_of: None,
            is_done,
            is_overdue: !is_done && due < self.commons.as_of,
        });
    }

    fn of_person(&mut self, person: &Person) {
        let Some(status) = person_status(self.org, self.commons, person, self.cycle) else {
            return;
        };
        let id = &person.id;
        let agreed = agreement(self.org, self.commons.as_of, person, self.cycle);
        self.add(Todo::Agree, id, id, agreed.due, is_in(agreed.state));
        self.steps(person);
        for phase in &status.phases {
            let done = is_in(phase.state);
            match phase.phase {
                Phase::SelfAssessment => self.add(Todo::SelfAssessment, id, id, phase.due, done),
                Phase::Peer => self.peers(person, phase),
                Phase::Review => self.review(person, phase.due, done),
                Phase::Response => self.response(person, phase),
            }
        }
    }

    fn steps(&mut self, person: &Person) {
        let (commons, cycle) = (self.commons, self.cycle);
        for fact in growth::expectation_facts(commons, person, cycle) {
            let over = fact.outcome.is_some();
            for step in &fact.steps {
                let (Some(due), Some(done)) = (step.due, step_is_done(step.state)) else {
                    continue;
                };
                self.add(Todo::Step, &person.id, &person.id, due, done || over);
                if let Some(task) = self.tasks.last_mut() {
                    task.text = markup::plain(step.step.text.as_str());
                    task.step_of = Some(fact.expectation.id.clone());
                }
            }
        }
    }

    /// One task for every peer who was asked; where none was, asking is the manager's.
    fn peers(&mut self, person: &Person, phase: &growth::PhaseStatus) {
        let files = person.cycles.get(&self.cycle.id);
        let peers = files.map(|files| &files.peers);
        for (by, peer) in peers.into_iter().flatten() {
            let done = peer.feedback.date.is_some();
            self.add(Todo::Peer, by, &person.id, phase.due, done);
        }
        let manager = person.manager_on(self.cycle.end);
        if let (true, Some(manager)) = (phase.given + phase.asked == 0, manager) {
            let days = u64::from(self.cycle.phases.self_days);
            let due = growth::due_after(&person.leaves, self.cycle.end, days);
            self.add(Todo::AskPeers, manager, &person.id, due, false);
        }
    }

    fn review(&mut self, person: &Person, due: Date, done: bool) {
        let files = person.cycles.get(&self.cycle.id);
        let written = files.and_then(|files| files.review.as_ref());
        let by = written.map(|review| &review.feedback.by);
        let Some(by) = by.or(person.manager_on(self.cycle.end)) else {
            return;
        };
        self.add(Todo::Review, by, &person.id, due, done);
        if files.and_then(unshared).is_some() {
            self.add(Todo::Share, by, &person.id, due, false);
        }
    }

    /// Until a review is shared there is nothing to answer, however late it is: the review is what is owed.
    fn response(&mut self, person: &Person, phase: &growth::PhaseStatus) {
        let waits = phase.state == PhaseState::NotYet && phase.due < self.commons.as_of;
        if !waits {
            let (id, done) = (&person.id, is_in(phase.state));
            self.add(Todo::Response, id, id, phase.due, done);
        }
        let files = person.cycles.get(&self.cycle.id);
        let open = files.and_then(|files| Some((unacknowledged(files)?, files.review.as_ref()?)));
        if let Some((given, review)) = open {
            let closes = u64::from(self.org.policy.close_within_days);
            let closes = growth::due_after(&person.leaves, self.cycle.end, closes);
            let by = &review.feedback.by;
            self.add(Todo::Acknowledge, by, &person.id, closes.max(given), false);
        }
    }
}

fn is_in(state: PhaseState) -> bool {
    matches!(state, PhaseState::Done(_) | PhaseState::Late(_))
}

/// Nothing for a step that was given up.
fn step_is_done(state: StepState) -> Option<bool> {
    match state {
        StepState::Done(_) => Some(true),
        StepState::Dropped(_) => None,
        StepState::Open | StepState::Overdue => Some(false),
    }
}
