//! Questions: the same each time, and few.

use std::collections::BTreeSet;

use super::spot::{self, Spot};
use super::{Lint, Practice};
use crate::domain::model::*;
use crate::tree::check::codes;
use crate::tree::source::{FileKind, Source};

/// The key of the questions.
const QUESTION: &str = "question";

/// Judges the questions of every cycle, coming ones too: they can still be changed.
pub(super) fn judge(practice: Practice<'_>, source: &Source) -> Vec<Lint> {
    let cycles = &practice.organisation.cycles;
    let judged = cycles.iter().filter(|cycle| practice.judges(cycle));
    let mut lints = Vec::new();
    let mut shared_are_counted = false;
    for cycle in judged {
        let set = Set::of(source, cycle);
        if !(set.is_shared() && shared_are_counted) {
            lints.extend(set.too_many(practice));
        }
        shared_are_counted |= set.is_shared();
        if let Some(before) = before(cycles, cycle) {
            lints.extend(set.changes_since(before));
        }
    }
    lints
}

/// The last cycle that was over when this one began.
fn before<'a>(cycles: &'a [Cycle], cycle: &Cycle) -> Option<&'a Cycle> {
    let over = cycles.iter().filter(|earlier| earlier.end < cycle.start);
    over.max_by_key(|earlier| earlier.end)
}

/// The questions of one cycle, and the file that they stand in.
struct Set<'a> {
    cycle: &'a Cycle,
    file: FileKind,
}

impl<'a> Set<'a> {
    fn of(source: &Source, cycle: &'a Cycle) -> Self {
        let own = FileKind::Cycle(cycle.id.as_str().into());
        let file = if spot::has_key(source, &own, QUESTION) {
            own
        } else {
            FileKind::Organisation
        };
        Self { cycle, file }
    }

    fn is_shared(&self) -> bool {
        self.file == FileKind::Organisation
    }

    fn lint(&self, rule: super::Rule, spot: Spot, message: String) -> Lint {
        Lint::new(rule, self.file.clone(), spot, message)
    }

    fn too_many(&self, practice: Practice<'_>) -> Option<Lint> {
        let most = practice.organisation.policy.questions_max as usize;
        let number = self.cycle.questions.len();
        let message = format!("{number} questions, more than {most}");
        (number > most).then(|| {
            self.lint(
                codes::QUESTION_COUNT,
                Spot::key(QUESTION).nth(most),
                message,
            )
            .help("ten good answers tell more than fifty tired ones")
        })
    }

    fn changes_since(&self, before: &Cycle) -> Vec<Lint> {
        let questions = self.cycle.questions.iter().enumerate();
        let reworded = questions.filter_map(|(index, question)| {
            let earlier = before
                .questions
                .iter()
                .find(|earlier| is_same(earlier, question))?;
            (!same_words(&earlier.prompt, &question.prompt)).then(|| self.reworded(index, before))
        });
        reworded.chain(self.dropped(before)).collect()
    }

    fn reworded(&self, index: usize, before: &Cycle) -> Lint {
        let id = &self.cycle.questions[index].id;
        let message = format!("`{id}` asks something else than in `{}`", before.id);
        let spot = Spot::key(QUESTION).nth(index).of("prompt");
        self.lint(codes::QUESTIONS_CHANGED, spot, message)
            .help("answers can be compared over the years where the question stays; a new one takes a new `id`")
    }

    fn dropped(&self, before: &Cycle) -> Option<Lint> {
        let asked: BTreeSet<_> = self
            .cycle
            .questions
            .iter()
            .map(|q| (q.asked, &q.id))
            .collect();
        let earlier = before.questions.iter();
        let gone = earlier.filter(|earlier| !asked.contains(&(earlier.asked, &earlier.id)));
        let gone: Vec<String> = gone.map(|question| format!("`{}`", question.id)).collect();
        let message = format!(
            "asked in `{}` and not any more: {}",
            before.id,
            gone.join(", ")
        );
        (!gone.is_empty()).then(|| {
            self.lint(codes::QUESTIONS_CHANGED, Spot::File, message)
                .help("what is asked every time shows how somebody grows")
        })
    }
}

fn is_same(a: &Question, b: &Question) -> bool {
    (a.asked, &a.id) == (b.asked, &b.id)
}

fn same_words(a: &Prose, b: &Prose) -> bool {
    a.as_str()
        .split_whitespace()
        .eq(b.as_str().split_whitespace())
}
