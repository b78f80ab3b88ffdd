//! Key steps, and where an expectation stands.

use super::cycles::agreed_expectations;
use super::outcome::{Judge, OutcomeGiven, outcome_by, outcome_of, percent};
use crate::domain::model::*;

/// Key steps of one or several expectations, as counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StepProgress {
    /// Done.
    pub done: usize,
    /// Neither done nor dropped.
    pub open: usize,
    /// Given up, with a reason; part of no share.
    pub dropped: usize,
}

impl StepProgress {
    /// Counts steps. One that is both done and dropped is done.
    pub fn of<'s>(steps: impl IntoIterator<Item = &'s KeyStep>) -> Self {
        let mut counts = Self::default();
        for step in steps {
            match (step.done, step.dropped) {
                (Some(_), _) => counts.done += 1,
                (None, Some(_)) => counts.dropped += 1,
                (None, None) => counts.open += 1,
            }
        }
        counts
    }

    /// What a share is a share of: all but the dropped.
    pub fn counted(&self) -> usize {
        self.done + self.open
    }

    /// Percent done of the counted, rounded; nothing where no step counts.
    pub fn percent(&self) -> Option<u8> {
        percent(self.done, self.counted())
    }
}

impl std::iter::Sum for StepProgress {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, next| Self {
            done: sum.done + next.done,
            open: sum.open + next.open,
            dropped: sum.dropped + next.dropped,
        })
    }
}

/// Where one key step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Done on that day.
    Done(Date),
    /// Given up on that day.
    Dropped(Date),
    /// Open, and its due day is not over or it has none.
    Open,
    /// Open, and its due day is over, days of leave left out.
    Overdue,
}

/// One key step with what follows from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepFacts<'a> {
    /// The step.
    pub step: &'a KeyStep,
    /// Where it stands.
    pub state: StepState,
    /// `due` moved on by the days of leave since the expectation was agreed; nothing where the step
    /// has no due day. Equal to `step.due` without leave.
    pub due: Option<Date>,
}

/// Why an expectation is at risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Risk {
    /// An open step is past this due day (the earliest of them, leave left out).
    StepOverdue(Date),
    /// No step has a due day, and less than half are done past half of the person's own period.
    BehindHalfway,
}

/// Where an expectation stands on the day that facts are judged on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectationState {
    /// Somebody has said how it ended.
    Ended(OutcomeIs, Judge),
    /// Some steps are done, none is late.
    OnTrack,
    /// It slips.
    AtRisk(Risk),
    /// No step is done yet and none is late, or its period has not begun.
    NotStarted,
    /// Under way without key steps, so that nothing tells how it goes.
    Running,
    /// Its period is over and nobody has said how it ended.
    Unassessed,
}

impl ExpectationState {
    /// One word for classes and tests: `met`, `partly`, `missed`, `obsolete`, `on-track`,
    /// `at-risk`, `not-started`, `running`, `unassessed`.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Ended(OutcomeIs::Met, _) => "met",
            Self::Ended(OutcomeIs::Partly, _) => "partly",
            Self::Ended(OutcomeIs::Missed, _) => "missed",
            Self::Ended(OutcomeIs::Obsolete, _) => "obsolete",
            Self::OnTrack => "on-track",
            Self::AtRisk(_) => "at-risk",
            Self::NotStarted => "not-started",
            Self::Running => "running",
            Self::Unassessed => "unassessed",
        }
    }

    /// The words to show.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Ended(OutcomeIs::Met, _) => "Met",
            Self::Ended(OutcomeIs::Partly, _) => "Partly met",
            Self::Ended(OutcomeIs::Missed, _) => "Missed",
            Self::Ended(OutcomeIs::Obsolete, _) => "Obsolete",
            Self::OnTrack => "On track",
            Self::AtRisk(_) => "At risk",
            Self::NotStarted => "Not started",
            Self::Running => "Running",
            Self::Unassessed => "Not assessed yet",
        }
    }
}

/// One agreed expectation with what follows from it.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectationFacts<'a> {
    /// The cycle that it was agreed in.
    pub cycle: &'a CycleId,
    /// The expectation.
    pub expectation: &'a Expectation,
    /// Its own `agreed`, else the file's.
    pub agreed: Date,
    /// Its own `until`, else the file's, else the cycle's last day; inclusive.
    pub until: Date,
    /// Its key steps, as counts.
    pub progress: StepProgress,
    /// In the order of the file.
    pub steps: Vec<StepFacts<'a>>,
    /// Where it stands.
    pub state: ExpectationState,
    /// The outcome that counts; nothing while it runs.
    pub outcome: Option<OutcomeGiven<'a>>,
    /// What the engineer says; the same as `outcome` where the manager has not judged.
    pub own_outcome: Option<OutcomeGiven<'a>>,
}

/// The agreed expectations of one cycle, in the order of the file; empty where there are none.
pub fn expectation_facts<'a>(
    commons: &Commons,
    person: &'a Person,
    cycle: &'a Cycle,
) -> Vec<ExpectationFacts<'a>> {
    let Some(of) = person.cycles.get(&cycle.id) else {
        return Vec::new();
    };
    let Some(agreed) = agreed_expectations(of) else {
        return Vec::new();
    };
    let judge = |one| {
        let terms = Terms::of(agreed, one, cycle)?;
        Some(facts(
            commons.as_of,
            &person.leaves,
            (cycle, of),
            one,
            terms,
        ))
    };
    agreed.expectations.iter().filter_map(judge).collect()
}

/// Every day on which it may change where an expectation or a step of a cycle stands.
pub(super) fn days_of_expectations(person: &Person, cycle: &Cycle, of: &PersonCycle) -> Vec<Date> {
    let Some(agreed) = agreed_expectations(of) else {
        return Vec::new();
    };
    let terms = |one| Some((one, Terms::of(agreed, one, cycle)?));
    let days = agreed
        .expectations
        .iter()
        .filter_map(terms)
        .flat_map(|(one, terms)| {
            let due = one.steps.iter().filter_map(|step| step.due);
            let due = due.map(|due| moved_by_leave(&person.leaves, terms.agreed, due));
            let half = halfway(&person.leaves, terms);
            let own = [Some(terms.start), half, after(terms.until)];
            let stands_on = |day| {
                let of = facts(day, &person.leaves, (cycle, of), one, terms);
                let steps: Vec<StepState> = of.steps.iter().map(|step| step.state).collect();
                (of.state, steps)
            };
            let days: Vec<Date> = due
                .filter_map(after)
                .chain(own.into_iter().flatten())
                .collect();
            let is_turn = move |day: &Date| {
                let eve = day.pred_opt();
                eve.is_some_and(|eve| stands_on(eve) != stands_on(*day))
            };
            days.into_iter().filter(is_turn).collect::<Vec<Date>>()
        });
    days.collect()
}

/// From when until when an expectation holds.
#[derive(Clone, Copy)]
struct Terms {
    agreed: Date,
    /// First day of the person's own period.
    start: Date,
    until: Date,
}

impl Terms {
    /// Nothing for a draft.
    fn of(file: &Expectations, one: &Expectation, cycle: &Cycle) -> Option<Self> {
        let agreed = one.agreed.or(file.agreed)?;
        Some(Self {
            agreed,
            start: agreed.max(cycle.start),
            until: one.until.or(file.until).unwrap_or(cycle.end),
        })
    }
}

fn facts<'a>(
    as_of: Date,
    leaves: &[Leave],
    (cycle, of): (&'a Cycle, &'a PersonCycle),
    one: &'a Expectation,
    terms: Terms,
) -> ExpectationFacts<'a> {
    let outcome = outcome_of(of, &one.id);
    let steps: Vec<StepFacts<'a>> = one
        .steps
        .iter()
        .map(|step| step_facts(as_of, leaves, terms, step))
        .collect();
    let state = match outcome {
        Some(given) => ExpectationState::Ended(given.is(), given.judge),
        None => running_state(as_of, leaves, terms, &steps),
    };
    ExpectationFacts {
        cycle: &cycle.id,
        expectation: one,
        agreed: terms.agreed,
        until: terms.until,
        progress: StepProgress::of(&one.steps),
        steps,
        state,
        outcome,
        own_outcome: outcome_by(of, &one.id, Judge::Own),
    }
}

fn step_facts<'a>(as_of: Date, leaves: &[Leave], terms: Terms, step: &'a KeyStep) -> StepFacts<'a> {
    let due = step
        .due
        .map(|due| moved_by_leave(leaves, terms.agreed, due));
    let state = match (step.done, step.dropped, due) {
        (Some(done), _, _) => StepState::Done(done),
        (None, Some(dropped), _) => StepState::Dropped(dropped),
        (None, None, Some(due)) if due < as_of => StepState::Overdue,
        (None, None, _) => StepState::Open,
    };
    StepFacts { step, state, due }
}

fn running_state(
    as_of: Date,
    leaves: &[Leave],
    terms: Terms,
    steps: &[StepFacts<'_>],
) -> ExpectationState {
    let progress = StepProgress::of(steps.iter().map(|s| s.step));
    if terms.until < as_of {
        return ExpectationState::Unassessed;
    }
    if let Some(risk) = risk(as_of, leaves, terms, steps) {
        return ExpectationState::AtRisk(risk);
    }
    match progress {
        _ if as_of < terms.start => ExpectationState::NotStarted,
        StepProgress {
            done: 0, open: 0, ..
        } => ExpectationState::Running,
        StepProgress { done: 0, .. } => ExpectationState::NotStarted,
        _ => ExpectationState::OnTrack,
    }
}

fn risk(as_of: Date, leaves: &[Leave], terms: Terms, steps: &[StepFacts<'_>]) -> Option<Risk> {
    let overdue = steps.iter().filter(|s| s.state == StepState::Overdue);
    if let Some(due) = overdue.filter_map(|s| s.due).min() {
        return Some(Risk::StepOverdue(due));
    }
    let dropped = |s: &StepFacts<'_>| matches!(s.state, StepState::Dropped(_));
    if steps.iter().any(|s| s.due.is_some() && !dropped(s)) {
        return None;
    }
    let progress = StepProgress::of(steps.iter().map(|s| s.step));
    let behind = progress.done * 2 < progress.counted();
    (behind && past_halfway(as_of, leaves, terms)).then_some(Risk::BehindHalfway)
}

/// The first day on which more than half of them are over.
fn halfway(leaves: &[Leave], terms: Terms) -> Option<Date> {
    let (mut from, mut to) = (terms.start, after(terms.until)?);
    while from < to {
        let between = from + (to - from) / 2;
        if past_halfway(between, leaves, terms) {
            to = between;
        } else {
            from = after(between)?;
        }
    }
    (from <= terms.until).then_some(from)
}

fn after(day: Date) -> Option<Date> {
    day.succ_opt()
}

/// Whether more than half of the days of a period are over, days of leave left out.
fn past_halfway(as_of: Date, leaves: &[Leave], terms: Terms) -> bool {
    let eve = terms.start.pred_opt().unwrap_or(terms.start);
    let gone = days_present(leaves, eve, as_of.min(terms.until));
    gone * 2 > days_present(leaves, eve, terms.until)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;

    fn facts_of(world: &World) -> ExpectationFacts<'_> {
        let all = expectation_facts(&world.commons, &world.ada, world.cycle("2026-h1"));
        all.into_iter().next().expect("the test's expectation")
    }

    fn state(as_of: &str, leaves: &[Leave], steps: Vec<KeyStep>) -> ExpectationState {
        let mut world = World::on(as_of);
        world.ada.leaves = leaves.to_vec();
        world.expects("2026-h1", expectation("auth").with_steps(steps));
        facts_of(&world).state
    }

    fn half_done() -> Vec<KeyStep> {
        vec![step_done("2026-01-20"), step()]
    }

    fn third_done() -> Vec<KeyStep> {
        vec![step_done("2026-01-20"), step(), step()]
    }

    #[test]
    fn a_dropped_step_is_part_of_no_share() {
        let dropped = KeyStep {
            dropped: Some(day("2026-02-01")),
            ..step()
        };
        let progress = StepProgress::of(&[step_done("2026-01-20"), dropped, step()]);
        assert_eq!(
            progress,
            StepProgress {
                done: 1,
                open: 1,
                dropped: 1
            }
        );
        assert_eq!(progress.percent(), Some(50));
        assert_eq!(StepProgress::default().percent(), None);
    }

    #[test]
    fn a_step_past_its_due_day_puts_the_expectation_at_risk() {
        let steps = || vec![step_done("2026-01-20"), step_due("2026-02-10")];
        assert_eq!(state("2026-02-10", &[], steps()), ExpectationState::OnTrack);
        let risk = Risk::StepOverdue(day("2026-02-10"));
        assert_eq!(
            state("2026-02-11", &[], steps()),
            ExpectationState::AtRisk(risk)
        );
    }

    #[test]
    fn days_of_leave_move_due_days() {
        let away = [leave("2026-02-01", "2026-02-20")];
        let steps = || vec![step_done("2026-01-20"), step_due("2026-02-10")];
        assert_eq!(
            state("2026-03-02", &away, steps()),
            ExpectationState::OnTrack
        );
        let risk = Risk::StepOverdue(day("2026-03-02"));
        assert_eq!(
            state("2026-03-03", &away, steps()),
            ExpectationState::AtRisk(risk)
        );
    }

    #[test]
    fn without_due_days_less_than_half_past_halfway_is_at_risk() {
        let behind = ExpectationState::AtRisk(Risk::BehindHalfway);
        assert_eq!(
            state("2026-03-31", &[], third_done()),
            ExpectationState::OnTrack
        );
        assert_eq!(state("2026-04-01", &[], third_done()), behind);
        assert_eq!(
            state("2026-06-30", &[], half_done()),
            ExpectationState::OnTrack
        );
    }

    #[test]
    fn days_of_leave_are_no_part_of_the_period() {
        let away = [leave("2026-02-01", "2026-03-31")];
        assert_eq!(
            state("2026-04-15", &away, third_done()),
            ExpectationState::OnTrack
        );
        assert_eq!(
            state("2026-05-15", &away, third_done()),
            ExpectationState::AtRisk(Risk::BehindHalfway)
        );
    }

    #[test]
    fn due_days_in_the_future_keep_the_halfway_rule_out() {
        let steps = vec![step(), step_due("2026-06-20"), step()];
        assert_eq!(
            state("2026-06-01", &[], steps),
            ExpectationState::NotStarted
        );
    }

    #[test]
    fn the_due_day_of_a_dropped_step_keeps_no_rule_out() {
        let dropped = KeyStep {
            dropped: Some(day("2026-02-01")),
            ..step_due("2026-06-20")
        };
        let behind = ExpectationState::AtRisk(Risk::BehindHalfway);
        assert_eq!(state("2026-06-01", &[], vec![dropped, step()]), behind);
    }

    #[test]
    fn exactly_half_of_a_period_is_not_past_half_of_it() {
        let away = [leave("2026-06-30", "2026-06-30")]; // leaves 180 days
        let on_track = ExpectationState::OnTrack;
        assert_eq!(state("2026-03-31", &away, third_done()), on_track);
        assert_ne!(state("2026-04-01", &away, third_done()), on_track);
    }

    #[test]
    fn an_expectation_without_steps_is_running_until_its_period_is_over() {
        assert_eq!(state("2026-06-30", &[], vec![]), ExpectationState::Running);
        assert_eq!(
            state("2026-07-01", &[], vec![]),
            ExpectationState::Unassessed
        );
    }

    #[test]
    fn an_outcome_ends_it_whatever_the_steps_say() {
        let mut world = World::on("2026-07-20");
        world.expects("2026-h1", expectation("auth").with_steps(third_done()));
        world.judged("2026-h1", "auth", OutcomeIs::Met);
        let ended = ExpectationState::Ended(OutcomeIs::Met, Judge::Manager);
        assert_eq!(facts_of(&world).state, ended);
    }

    #[test]
    fn its_own_terms_stand_above_the_files() {
        let mut world = World::on("2026-03-01");
        let mut one = expectation("auth");
        one.agreed = Some(day("2026-03-20"));
        world.expects("2026-h1", one);
        world.files("2026-h1").expectations.as_mut().unwrap().until = Some(day("2026-05-31"));
        let facts = facts_of(&world);
        assert_eq!(
            (facts.agreed, facts.until),
            (day("2026-03-20"), day("2026-05-31"))
        );
        assert_eq!(facts.state, ExpectationState::NotStarted);
    }

    #[test]
    fn a_draft_has_no_facts() {
        let mut world = World::on("2026-03-01");
        world.expects("2026-h1", expectation("auth"));
        world.files("2026-h1").expectations.as_mut().unwrap().agreed = None;
        let cycle = world.cycle("2026-h1");
        assert!(expectation_facts(&world.commons, &world.ada, cycle).is_empty());
    }
}
