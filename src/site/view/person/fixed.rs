//! Whether expectations stayed as they were agreed: on the card of what changed, and once a cycle for the rest.

use serde::Serialize;

use super::marks::Mark;
use crate::domain::model::*;
use crate::site::Html;
use crate::site::date::Day;
use crate::site::diff;

/// The longest text of the past that is shown, in characters: it was never checked.
const PAST_MAX_CHARS: usize = 8_000;

/// What git shows of one expectation, for `<person.fixed fixed={card.fixed} />`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FixedNote {
    /// `Changed after it was agreed`, also in the head of the card; nothing where it only came late.
    pub mark: Option<Mark>,
    /// What changed; nothing where it did not.
    pub changed: Option<ChangedNote>,
    /// The day that git holds it from, where that is after it was agreed.
    pub since: Option<Day>,
    /// `45 days after it was agreed`; empty where it came in time.
    pub delay: String,
    /// It joined a set that was agreed before.
    pub added: bool,
}

/// A change after it was agreed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangedNote {
    /// Nothing: it is not committed yet.
    pub day: Option<Day>,
    /// Both texts in one: what went in `<del>`, what came in `<ins>`; nothing where it stayed.
    pub text: Option<Html>,
    /// Likewise.
    pub measure: Option<Html>,
    /// The day that it was agreed on, as it was and as it is; nothing where that stayed.
    pub agreed: Option<[Day; 2]>,
    /// The words of then were for other readers, and are not shown.
    pub hidden: bool,
}

/// What holds for all expectations of a cycle, for `<person.kept kept={kept} />`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kept {
    /// That they stayed as agreed, or why that cannot be shown; empty where the cards say what changed.
    pub words: String,
    /// What was agreed and is on the list no more.
    pub dropped: Vec<DroppedLine>,
}

/// An expectation that was dropped from the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DroppedLine {
    /// As it was written; nothing where its words were for other readers.
    pub text: Option<String>,
    pub measure: Option<String>,
    /// Nothing: that is not committed yet.
    pub day: Option<Day>,
}

/// What there is to say of one expectation; nothing where it stayed as it was agreed, or nothing can be shown.
pub fn note(it: &Expectation, agreed: Option<Date>) -> Option<FixedNote> {
    let fixed = it.fixed.as_ref()?;
    let late = fixed.late_days > 0;
    if !late && !fixed.added && fixed.changed.is_none() {
        return None;
    }
    Some(FixedNote {
        mark: mark(fixed),
        changed: fixed.changed.as_ref().map(|c| changed(it, agreed, c)),
        since: (late || fixed.added).then(|| fixed.since.into()),
        delay: delay(fixed.late_days),
        added: fixed.added,
    })
}

fn mark(fixed: &Fixed) -> Option<Mark> {
    let words = match (fixed.added, &fixed.changed) {
        (_, Some(_)) => "Changed after it was agreed",
        (true, None) => "Added after the others were agreed",
        (false, None) => return None,
    };
    Some(Mark::new("risk", "talk", words))
}

fn delay(days: u32) -> String {
    match days {
        0 => String::new(),
        1 => "a day after it was agreed".to_owned(),
        days => format!("{days} days after it was agreed"),
    }
}

fn changed(it: &Expectation, agreed: Option<Date>, changed: &Changed) -> ChangedNote {
    let was = changed.was.as_ref();
    let measure = it.measure.as_ref().map_or("", Prose::as_str);
    let agreed = was.and_then(|was| Some([was.agreed, it.agreed.or(agreed)?]));
    ChangedNote {
        day: changed.on.map(Day::from),
        text: was.and_then(|was| both(&was.text, it.text.as_str())),
        measure: was.and_then(|was| both(was.measure.as_deref().unwrap_or_default(), measure)),
        agreed: agreed
            .filter(|[was, is]| was != is)
            .map(|days| days.map(Day::from)),
        hidden: was.is_none(),
    }
}

/// Both texts, where they differ in more than their line breaks.
fn both(was: &str, is: &str) -> Option<Html> {
    let same = was.split_whitespace().eq(is.split_whitespace());
    (!same).then(|| diff::rewording(&bounded(was), is))
}

fn bounded(text: &str) -> String {
    match text.char_indices().nth(PAST_MAX_CHARS) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}

/// What there is to say of a cycle's expectations as a whole; nothing where none are agreed, or the cards say it all.
pub fn kept(person: &Person, cycle: &Cycle) -> Option<Kept> {
    let file = person.cycles.get(&cycle.id)?.expectations.as_ref()?;
    let (words, dropped) = match &file.proof {
        Proof::Unshown(_) if file.expectations.is_empty() => return None,
        Proof::Unshown(unshown) => (unshown_words(*unshown), &[][..]),
        Proof::Shown(dropped) => (shown_words(file, dropped), &dropped[..]),
    };
    let kept = Kept {
        words,
        dropped: dropped.iter().map(dropped_line).collect(),
    };
    (!kept.words.is_empty() || !kept.dropped.is_empty()).then_some(kept)
}

fn dropped_line(dropped: &Dropped) -> DroppedLine {
    let was = dropped.was.as_ref();
    DroppedLine {
        text: was.map(|was| bounded(&was.text)),
        measure: was.and_then(|was| was.measure.as_deref()).map(bounded),
        day: dropped.on.map(Day::from),
    }
}

fn shown_words(file: &Expectations, dropped: &[Dropped]) -> String {
    let all = file.expectations.iter();
    let open = all.clone().filter(|one| one.fixed.is_none()).count();
    let stayed = all
        .filter_map(|one| one.fixed.as_ref())
        .all(|fixed| fixed.changed.is_none() && !fixed.added);
    let words = match (open, stayed && dropped.is_empty()) {
        (0, true) => "As agreed: git shows no change since.",
        (0, false) => "",
        (1, _) => {
            "One of these is not committed yet, so that nothing shows whether it stays as agreed."
        }
        _ => {
            "Some of these are not committed yet, so that nothing shows whether they stay as agreed."
        }
    };
    words.to_owned()
}

fn unshown_words(unshown: Unshown) -> String {
    let why = match unshown {
        Unshown::NotAsked => "this is an example, and is not held against its history",
        Unshown::NoRepository => "the files are not kept in git",
        Unshown::NoGit => "there was no git to ask when this was built",
        Unshown::Shallow => "only the end of the history was at hand when this was built",
        Unshown::Refused => "git gave no answer when this was built",
        Unshown::Sealed => "they were kept sealed",
        Unshown::NotCommitted => "they are not committed yet",
    };
    format!("That these stayed as agreed cannot be shown: {why}.")
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{full, own, parts};
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    const STAYED: fn() -> Fixed = || Fixed {
        since: day("2026-01-12"),
        late_days: 0,
        added: false,
        changed: None,
    };

    fn was(text: &str) -> Option<AsAgreed> {
        Some(AsAgreed {
            id: ExpectationId::new("ledger")?,
            text: text.to_owned(),
            measure: None,
            agreed: day("2026-01-12"),
        })
    }

    /// The pages of Ada, of whose every cycle git shows this.
    fn pages(proof: &Proof, fixed: Option<&Fixed>) -> String {
        let world = full();
        let mut ada = world.ada.clone();
        for of in ada.cycles.values_mut() {
            let Some(file) = of.expectations.as_mut() else {
                continue;
            };
            file.proof = proof.clone();
            for one in &mut file.expectations {
                one.fixed = fixed.cloned();
            }
        }
        let all = parts(&world.commons, own(ada));
        let texts = |part: &PagePart| [&part.route, &part.title, part.tree.as_json()].join("\n");
        all.iter().map(texts).collect()
    }

    fn changed(was: Option<AsAgreed>) -> Fixed {
        let on = Some(day("2026-04-02"));
        Fixed {
            changed: Some(Changed { on, was }),
            ..STAYED()
        }
    }

    #[test]
    fn a_changed_expectation_shows_both_texts_and_the_day() {
        let text = "Something else <b>altogether</b>";
        let pages = pages(&Proof::Shown(Vec::new()), Some(&changed(was(text))));
        assert!(pages.contains("Changed after it was agreed"));
        assert!(pages.contains("2 April 2026"));
        assert!(pages.contains(text), "it is shown as text");
        assert!(pages.contains("Own the ledger migration"));
        assert!(!pages.contains("As agreed: git"));
    }

    #[test]
    fn words_that_were_for_others_are_said_to_be_hidden() {
        let pages = pages(&Proof::Shown(Vec::new()), Some(&changed(None)));
        assert!(pages.contains("for other readers then"));
    }

    #[test]
    fn what_stayed_is_said_once_and_nothing_stands_on_the_cards() {
        let pages = pages(&Proof::Shown(Vec::new()), Some(&STAYED()));
        assert!(pages.contains("As agreed: git shows no change since."));
        assert!(!pages.contains("after it was agreed"));
    }

    #[test]
    fn a_late_first_commit_is_told_in_days() {
        let late = Fixed {
            late_days: 45,
            ..STAYED()
        };
        let pages = pages(&Proof::Shown(Vec::new()), Some(&late));
        assert!(pages.contains("45 days after it was agreed"));
    }

    #[test]
    fn why_nothing_can_be_shown_is_said_in_one_line() {
        for unshown in [Unshown::NoRepository, Unshown::Shallow, Unshown::Sealed] {
            let pages = pages(&Proof::Unshown(unshown), None);
            assert!(pages.contains(&unshown_words(unshown)));
        }
    }

    #[test]
    fn what_was_dropped_is_listed_with_its_day() {
        let dropped = Dropped {
            on: Some(day("2026-03-01")),
            was: was("Hire two"),
        };
        let pages = pages(&Proof::Shown(vec![dropped]), Some(&STAYED()));
        assert!(pages.contains("Hire two") && pages.contains("1 March 2026"));
        assert!(!pages.contains("As agreed: git"));
    }

    #[test]
    fn a_huge_text_of_the_past_is_cut() {
        let long = "é".repeat(PAST_MAX_CHARS + 10);
        assert_eq!(bounded(&long).chars().count(), PAST_MAX_CHARS + 2);
    }
}
