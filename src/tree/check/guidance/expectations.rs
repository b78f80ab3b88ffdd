//! Expectations: few, soon agreed, each with steps, a kind and a measure.

use super::Lint;
use super::in_cycle::InCycle;
use super::measures;
use super::spot::Spot;
use crate::domain::model::*;
use crate::tree::check::codes::{self, Rule};
use crate::tree::source::CycleFile;

/// Judges what was agreed for one cycle; nothing while it is a draft.
pub(super) fn judge(seat: &InCycle<'_>) -> Vec<Lint> {
    let Some((expectations, agreed)) = seat.agreed() else {
        return Vec::new();
    };
    let mut lints: Vec<Lint> = number(seat, expectations).into_iter().collect();
    lints.extend(agreed_late(seat, agreed));
    for (index, expectation) in expectations.expectations.iter().enumerate() {
        let one = One {
            seat,
            expectations,
            agreed,
            index,
            expectation,
        };
        lints.extend(one.judge());
    }
    lints
}

fn number(seat: &InCycle<'_>, expectations: &Expectations) -> Option<Lint> {
    let (least, most) = seat.policy().expectations;
    let number = expectations.expectations.len();
    let (spot, against) = if number > most as usize {
        (
            Spot::key("expectation").nth(most as usize),
            format!("more than {most}"),
        )
    } else if number < least as usize && !is_short(seat) && !is_onboarding(expectations) {
        (Spot::File, format!("fewer than {least}"))
    } else {
        return None;
    };
    let things = if number == 1 {
        "expectation"
    } else {
        "expectations"
    };
    let message = format!("{number} {things}, {against}");
    let file = seat.file(CycleFile::Expectations);
    Some(
        Lint::new(codes::EXPECTATION_COUNT, file, spot, message)
            .help("a handful is kept in mind all period; steps hold the details"),
    )
}

/// Whether they are there for less than half of the cycle.
fn is_short(seat: &InCycle<'_>) -> bool {
    let cycle = seat.cycle;
    let (eve, begins) = (before(cycle.start), before(seat.begins()));
    let last = seat
        .person
        .end
        .map_or(cycle.end, |end| before(end).min(cycle.end));
    let present = days_present(&seat.person.leaves, begins, last);
    present * 2 < days_present(&[], eve, cycle.end)
}

/// The day before; the first day of all stays.
pub(super) fn before(day: Date) -> Date {
    day.pred_opt().unwrap_or(day)
}

fn is_onboarding(expectations: &Expectations) -> bool {
    let mut all = expectations.expectations.iter();
    all.any(|expectation| expectation.kind == Some(ExpectationKind::Onboarding))
}

fn agreed_late(seat: &InCycle<'_>, agreed: Date) -> Option<Lint> {
    let within = seat.policy().agree_within_days;
    let begins = seat.begins();
    if agreed <= due_after(&seat.person.leaves, begins, within.into()) {
        return None;
    }
    let days = days_present(&seat.person.leaves, begins, agreed);
    let message = format!("agreed {days} days in, after the first {within}");
    let file = seat.file(CycleFile::Expectations);
    Some(
        Lint::new(codes::AGREED_LATE, file, Spot::key("agreed"), message)
            .help("until then nobody knew what the period would be judged by; weigh its first part with care"),
    )
}

/// One expectation.
struct One<'s> {
    seat: &'s InCycle<'s>,
    expectations: &'s Expectations,
    agreed: Date,
    index: usize,
    expectation: &'s Expectation,
}

impl One<'_> {
    fn judge(&self) -> Vec<Lint> {
        let all = [
            self.steps(),
            self.kind(),
            self.measure(),
            self.shallow(),
            self.onboarding(),
        ];
        all.into_iter().flatten().collect()
    }

    fn lint(&self, rule: Rule, spot: Spot, message: String) -> Lint {
        Lint::new(rule, self.seat.file(CycleFile::Expectations), spot, message)
    }

    fn spot(&self) -> Spot {
        Spot::key("expectation").nth(self.index)
    }

    /// To go on as before takes no steps.
    fn steps(&self) -> Option<Lint> {
        let lacks = self.expectation.steps.is_empty();
        let lacks = lacks && self.expectation.kind != Some(ExpectationKind::Stable);
        let message = format!("`{}` has no key steps", self.expectation.id);
        lacks.then(|| {
            self.lint(codes::NO_STEPS, self.spot(), message)
                .help("`steps` are the checklist that shows early whether it moves")
        })
    }

    fn kind(&self) -> Option<Lint> {
        let message = format!("`{}` does not say why it was chosen", self.expectation.id);
        self.expectation.kind.is_none().then(|| {
            self.lint(codes::NO_KIND, self.spot(), message)
                .help("`kind` is `remedy`, `next-level`, `objective`, `interest`, `stable` or `onboarding`")
        })
    }

    fn measure(&self) -> Option<Lint> {
        let measure = self.expectation.measure.as_ref();
        let lacks = measure.is_none_or(Prose::is_empty);
        let message = format!(
            "`{}` does not say how it is seen to be met",
            self.expectation.id
        );
        lacks.then(|| {
            self.lint(codes::NO_MEASURE, self.spot(), message)
                .help("`measure` is what both would recognise at the end; it need not be a number")
        })
    }

    fn shallow(&self) -> Option<Lint> {
        let measure = self.expectation.measure.as_ref()?;
        let counted = measures::counted(measure.as_str())?;
        let message = format!("this measure counts {}", counted.what);
        let spot = self.spot().of("measure");
        Some(
            self.lint(codes::SHALLOW_MEASURE, spot, message)
                .help(counted.better),
        )
    }

    fn onboarding(&self) -> Option<Lint> {
        if self.expectation.kind != Some(ExpectationKind::Onboarding) {
            return None;
        }
        let from = self.expectation.agreed.unwrap_or(self.agreed);
        let own = self.expectation.until;
        let until = own
            .or(self.expectations.until)
            .unwrap_or(self.seat.cycle.end);
        let days = days_present(&self.seat.person.leaves, from, until);
        let most = self.seat.policy().onboarding_days_max;
        let spot = match (own, self.expectations.until) {
            (None, Some(_)) => Spot::key("until"),
            (None, None) => self.spot().of("kind"),
            (Some(_), _) => self.spot().of("until"),
        };
        let message = format!("onboarding over {days} days, more than {most}");
        (days > i64::from(most)).then(|| {
            self.lint(codes::LONG_ONBOARDING, spot, message)
                .help("end it earlier with `until`, and agree on what follows")
        })
    }
}
