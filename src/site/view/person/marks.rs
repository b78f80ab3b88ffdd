//! The small marks that all pages of a person share: states, bars, names, evidence, dates.

use serde::Serialize;

use crate::domain::growth::{ExpectationState, StepState};
use crate::domain::model::*;
use crate::site::date::Day;

/// Longest text of an evidence link, in characters, before its middle gives way to a `…`.
const EVIDENCE_MAX_CHARS: usize = 44;

/// A state: its words with a tone and an icon, so that colour is never alone. For `ui.pill` and `ui.tag`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// `done`, `track`, `risk`, `miss` or `idle`.
    pub tone: &'static str,
    pub icon: &'static str,
    pub text: String,
}

impl Mark {
    /// A mark with words of its own.
    pub fn new(tone: &'static str, icon: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { tone, icon, text }
    }

    /// Where an expectation stands.
    pub fn of_state(state: &ExpectationState) -> Self {
        let (tone, icon) = match state {
            ExpectationState::Ended(is, _) => tone_of(*is),
            ExpectationState::OnTrack | ExpectationState::Running => ("track", "track"),
            ExpectationState::AtRisk(_) => ("risk", "risk"),
            ExpectationState::NotStarted | ExpectationState::Unassessed => ("idle", "idle"),
        };
        Self::new(tone, icon, state.words())
    }

    /// How an expectation ended.
    pub fn of_outcome(is: OutcomeIs) -> Self {
        let (tone, icon) = tone_of(is);
        Self::new(tone, icon, outcome_words(is))
    }
}

fn tone_of(is: OutcomeIs) -> (&'static str, &'static str) {
    match is {
        OutcomeIs::Met => ("done", "done"),
        OutcomeIs::Partly => ("track", "half"),
        OutcomeIs::Missed => ("miss", "miss"),
        OutcomeIs::Obsolete => ("idle", "eq"),
    }
}

/// The words for an outcome.
pub fn outcome_words(is: OutcomeIs) -> &'static str {
    match is {
        OutcomeIs::Met => "Met",
        OutcomeIs::Partly => "Partly met",
        OutcomeIs::Missed => "Missed",
        OutcomeIs::Obsolete => "Obsolete",
    }
}

/// How sure someone is.
pub fn confidence_words(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low confidence",
        Confidence::Medium => "medium confidence",
        Confidence::High => "high confidence",
    }
}

/// One piece of a progress bar; numbers are percent of the bar's width.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Piece {
    /// `done`, `late` or `open`.
    pub class: &'static str,
    pub x: f64,
    pub width: f64,
}

/// The bar of key steps, and its counts in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Progress {
    /// One a step that counts, in the order of the list.
    pub pieces: Vec<Piece>,
    pub done: usize,
    /// Without the dropped ones.
    pub counted: usize,
}

impl Progress {
    /// The bar of an expectation's steps; nothing where no step counts.
    pub fn of(states: impl Iterator<Item = StepState>) -> Option<Self> {
        let classes: Vec<&'static str> = states.filter_map(piece_class).collect();
        let counted = classes.len();
        let done = classes.iter().filter(|class| **class == "done").count();
        (counted > 0).then(|| Self {
            pieces: pieces(&classes),
            done,
            counted,
        })
    }
}

fn piece_class(state: StepState) -> Option<&'static str> {
    match state {
        StepState::Done(_) => Some("done"),
        StepState::Overdue => Some("late"),
        StepState::Open => Some("open"),
        StepState::Dropped(_) => None,
    }
}

/// Spreads pieces over the bar. The gaps take at most a fifth of it, however many steps there are.
fn pieces(classes: &[&'static str]) -> Vec<Piece> {
    let count = classes.len() as f64;
    let gap = f64::min(1.2, 20.0 / count);
    let width = (100.0 - gap * (count - 1.0)) / count;
    let piece = |(at, class): (usize, &&'static str)| Piece {
        class,
        x: hundredths(at as f64 * (width + gap)),
        width: hundredths(width),
    };
    classes.iter().enumerate().map(piece).collect()
}

/// Rounds to two decimals, so that pages stay small and the same on every machine.
pub fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// Something that supports a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    pub text: String,
    /// Nothing where it is no web address: then the text says what it is.
    pub href: Option<String>,
}

impl Evidence {
    /// Evidence as its author wrote it.
    pub fn of(written: &str) -> Self {
        let written = written.trim();
        let address = web_address(written);
        Self {
            text: shortened(address.unwrap_or(written)),
            href: address.map(|_| written.to_owned()),
        }
    }

    /// All of a list, in order; blank ones left out.
    pub fn all(written: &[String]) -> Vec<Self> {
        let said = written.iter().filter(|one| !one.trim().is_empty());
        said.map(|one| Self::of(one)).collect()
    }
}

/// What follows the scheme of a web address; nothing for any other text.
fn web_address(text: &str) -> Option<&str> {
    let rest = text
        .strip_prefix("https://")
        .or(text.strip_prefix("http://"))?;
    let plain = |c: char| !c.is_whitespace() && !c.is_control();
    (!rest.is_empty() && rest.chars().all(plain)).then(|| rest.trim_end_matches('/'))
}

/// The ends of a long text: of an address these are the host and what was linked to.
fn shortened(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= EVIDENCE_MAX_CHARS {
        return text.to_owned();
    }
    let keep = EVIDENCE_MAX_CHARS / 2;
    let head: String = chars[..keep].iter().collect();
    let tail: String = chars[chars.len() - keep + 1..].iter().collect();
    format!("{head}…{tail}")
}

/// The first letters of the first and last name, for the round picture beside a name.
pub fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let ends = [words.first(), words.last().filter(|_| words.len() > 1)];
    let first = |word: &&str| word.chars().find(|c| c.is_alphanumeric());
    ends.into_iter()
        .flatten()
        .filter_map(first)
        .flat_map(char::to_uppercase)
        .collect()
}

/// A link within the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    pub text: String,
    /// `/people/ada/2026-h1#exp-auth` or `#feedback`.
    pub href: String,
}

/// A date with what it is the date of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct When {
    /// `due`, `dropped`; empty where the date says enough.
    pub word: &'static str,
    pub day: Day,
    /// Past its day, and still open.
    pub late: bool,
    /// The viewer may add how far off it is.
    pub relative: bool,
}

impl When {
    /// A day that stands.
    pub fn on(word: &'static str, date: Date) -> Self {
        Self {
            word,
            day: date.into(),
            late: false,
            relative: false,
        }
    }

    /// A day that something is due.
    pub fn due(date: Date, late: bool) -> Self {
        Self {
            late,
            relative: true,
            ..Self::on("due", date)
        }
    }
}

/// `1 expectation`, `3 expectations`.
pub fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_last_name() {
        assert_eq!(initials("Ana María Sørensen"), "AS");
        assert_eq!(initials("prince"), "P");
        assert_eq!(initials("Łukasz (Luke) O’Neil"), "ŁO");
        assert_eq!(initials("  "), "");
    }

    #[test]
    fn a_bar_of_a_hundred_steps_still_fits() {
        let bar = Progress::of(std::iter::repeat_n(StepState::Open, 100)).unwrap();
        let last = bar.pieces.last().unwrap();
        assert!(last.width > 0.0 && last.x + last.width < 100.5);
    }

    #[test]
    fn dropped_steps_are_no_part_of_the_bar() {
        let day = Date::from_ymd_opt(2026, 2, 3).unwrap();
        let states = [
            StepState::Done(day),
            StepState::Dropped(day),
            StepState::Overdue,
        ];
        let bar = Progress::of(states.into_iter()).unwrap();
        assert_eq!((bar.done, bar.counted), (1, 2));
        assert_eq!(Progress::of([StepState::Dropped(day)].into_iter()), None);
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(Evidence::of("javascript:alert(1)").href, None);
        assert_eq!(Evidence::of("https://a b").href, None);
        let link = Evidence::of("https://git.example/mr/240/");
        assert_eq!(link.href.as_deref(), Some("https://git.example/mr/240/"));
        assert_eq!(link.text, "git.example/mr/240");
    }

    #[test]
    fn a_long_address_keeps_its_ends() {
        let text = Evidence::of(&format!("https://git.example/{}/240", "group/".repeat(40))).text;
        assert!(text.starts_with("git.example/") && text.ends_with("/240"));
        assert_eq!(text.chars().count(), EVIDENCE_MAX_CHARS);
    }
}
