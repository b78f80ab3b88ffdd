//! Ratings: evidence stands behind each, and not only from the last weeks.

use super::Lint;
use super::expectations::before;
use super::in_cycle::InCycle;
use super::spot::Spot;
use crate::domain::model::*;
use crate::tree::check::codes;
use crate::tree::source::CycleFile;

/// The fewest dated pieces of evidence of which it can be said that all are late.
const SEVERAL: usize = 3;

/// Judges every rating of the self-assessment and of the review, once they are dated.
pub(super) fn judge(seat: &InCycle<'_>) -> Vec<Lint> {
    let own = seat.dated(seat.files.self_assessment.as_ref());
    let review = seat.review().map(|review| &review.feedback);
    let files = [
        (CycleFile::SelfAssessment, own),
        (CycleFile::Review, review),
    ];
    let mut lints = Vec::new();
    for (file, feedback) in files {
        let ratings = feedback.into_iter().flat_map(|feedback| &feedback.ratings);
        for (competency, rating) in ratings {
            let rated = Rated {
                seat,
                file: &file,
                competency,
                rating,
                evidence: evidence(seat, competency),
            };
            lints.extend(rated.judge());
        }
    }
    lints
}

/// One rating, and the days of what is tagged with its competency.
struct Rated<'s> {
    seat: &'s InCycle<'s>,
    file: &'s CycleFile,
    competency: &'s CompetencyId,
    rating: &'s RatingGiven,
    evidence: Vec<Date>,
}

impl Rated<'_> {
    fn judge(&self) -> Option<Lint> {
        if self.is_own_middle() {
            None
        } else {
            self.without_evidence().or_else(|| self.recent())
        }
    }

    /// Nobody needs to prove that they do what their level asks.
    fn is_own_middle(&self) -> bool {
        let scale = &self.seat.practice.organisation.ratings;
        let middle = (scale.len() % 2 == 1).then(|| &scale[scale.len() / 2].id);
        *self.file == CycleFile::SelfAssessment && middle == Some(&self.rating.is)
    }

    fn without_evidence(&self) -> Option<Lint> {
        let rating = self.rating;
        let says_nothing =
            rating.evidence.is_empty() && rating.why.as_ref().is_none_or(Prose::is_empty);
        let message = format!("nothing shows why `{}` is `{}`", self.competency, rating.is);
        (says_nothing && self.evidence.is_empty()).then(|| {
            self.lint(codes::NO_EVIDENCE, message)
                .help("`evidence` links to the work, `why` tells what was seen; steps and log entries of the competency count too")
        })
    }

    /// Of the review alone: it weighs the whole period.
    fn recent(&self) -> Option<Lint> {
        let percent = self.seat.policy().recent_percent;
        let late = self
            .evidence
            .iter()
            .filter(|day| is_late(self.seat, **day, percent));
        let all_late = self.evidence.len() >= SEVERAL && late.count() == self.evidence.len();
        let message = format!(
            "all {} dated pieces of evidence for `{}` are from the last {percent} % of the period",
            self.evidence.len(),
            self.competency
        );
        (all_late && *self.file == CycleFile::Review).then(|| {
            self.lint(codes::RECENT_EVIDENCE, message).help(
                "look through the log and the check-ins of the first months, or ask who was there",
            )
        })
    }

    fn lint(&self, rule: super::Rule, message: String) -> Lint {
        let spot = Spot::key("ratings").of(self.competency.as_str());
        Lint::new(rule, self.seat.file(self.file.clone()), spot, message)
    }
}

/// When, within the cycle, something tagged with the competency was done or noted.
fn evidence(seat: &InCycle<'_>, competency: &CompetencyId) -> Vec<Date> {
    let names = names(&seat.practice.organisation.rubric, competency);
    let is_tagged = |tags: &[CompetencyId]| tags.iter().any(|tag| names.contains(&tag));
    let expectations = seat.files.expectations.as_ref();
    let expectations = expectations.map_or(&[][..], |all| &all.expectations);
    let tagged: Vec<&Expectation> = expectations
        .iter()
        .filter(|expectation| is_tagged(&expectation.competencies))
        .collect();
    let steps = tagged.iter().flat_map(|expectation| &expectation.steps);
    let done = steps.filter_map(|step| step.done);
    let is_about = |entry: &&LogEntry| {
        let on = entry.on.as_ref();
        is_tagged(&entry.competencies)
            || on.is_some_and(|on| tagged.iter().any(|expectation| expectation.id == *on))
    };
    let noted = seat
        .person
        .log
        .iter()
        .filter(is_about)
        .map(|entry| entry.date);
    done.chain(noted)
        .filter(|day| seat.cycle.contains(*day))
        .collect()
}

/// All names that a competency has had.
fn names<'a>(rubric: &'a Rubric, competency: &'a CompetencyId) -> Vec<&'a CompetencyId> {
    let all = rubric.tracks.values().flat_map(|track| &track.competencies);
    let same = all.filter(|one| one.id == *competency || one.was.contains(competency));
    let names = same.flat_map(|one| one.was.iter().chain([&one.id]));
    names.chain([competency]).collect()
}

/// Whether a day lies in the last part of the person's period, days of leave left out.
fn is_late(seat: &InCycle<'_>, day: Date, percent: u32) -> bool {
    let eve = before(seat.begins());
    let present = |through| days_present(&seat.person.leaves, eve, through);
    let whole = present(seat.cycle.end);
    present(day) * 100 > whole * i64::from(100 - percent.min(100))
}
