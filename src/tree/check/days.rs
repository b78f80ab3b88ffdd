//! Days as people write them, in English and German. Only whether there is one matters, not which.

/// Names of months; three letters of one are enough.
const MONTHS: [&str; 17] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "januar",
    "februar",
    "märz",
    "oktober",
    "dezember",
];

/// Other names of months, all of them short.
const SHORT_MONTHS: [&str; 5] = ["mai", "juni", "juli", "mrz", "sept"];

/// Names of days of the week; two letters of one are enough.
const WEEKDAYS: [&str; 14] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
];

/// What a word of a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A whole date, or a whole week.
    Whole,
    Month,
    /// One or two digits, such as `5`, `5.` and `5th`.
    Number,
    Year,
    /// `Week`, which a number follows.
    Week,
    /// Means nothing alone.
    Weekday,
}

/// What follows the day that words begin with; `None` if they begin with none.
pub(super) fn after_day(words: &str) -> Option<&str> {
    let mut rest = words.trim_start_matches(|c: char| !c.is_alphanumeric());
    let mut parts = Vec::new();
    while let Some((part, after)) = first_part(rest) {
        parts.push(part);
        rest = after;
        if part == Part::Whole {
            break;
        }
    }
    let has = |part| parts.contains(&part);
    let is_day = has(Part::Whole) || (has(Part::Month) || has(Part::Week)) && has(Part::Number);
    is_day.then_some(rest)
}

/// Whether words hold a day anywhere.
pub(super) fn holds_day(words: &str) -> bool {
    let ends = |c: char| c.is_whitespace() || matches!(c, '(' | '[');
    let starts = words.match_indices(ends).map(|(at, mark)| at + mark.len());
    [0].into_iter()
        .chain(starts)
        .any(|at| after_day(&words[at..]).is_some())
}

/// The part of a date that a text begins with, and what follows it and its marks.
fn first_part(text: &str) -> Option<(Part, &str)> {
    let ends = |c: char| !(c.is_alphanumeric() || matches!(c, '-' | '/' | '.'));
    let end = text.find(ends).unwrap_or(text.len());
    let word = text[..end].trim_end_matches(['.', '-', '/']);
    let part = part(&word.to_lowercase())?;
    let rest = &text[word.len()..];
    let marks = rest.trim_start_matches(['.', ',', ' ']);
    Some((part, if part == Part::Whole { rest } else { marks }))
}

fn part(word: &str) -> Option<Part> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let pieces: Vec<&str> = word.split(['-', '/', '.']).collect();
    let is_month = |word: &str| {
        word.chars().count() >= 3 && MONTHS.iter().any(|month| month.starts_with(word))
            || SHORT_MONTHS.contains(&word)
    };
    let is_week = |word: &str| word.strip_prefix('w').is_some_and(digits);
    let is_number = |word: &str| digits(word) && word.len() <= 2;
    let is_year = |word: &str| digits(word) && word.len() == 4 && word.starts_with(['1', '2']);
    match pieces.as_slice() {
        [a, b, c] if [a, b, c].iter().all(|one| digits(one) || is_month(one)) => Some(Part::Whole),
        [year, week] if is_year(year) && is_week(week) => Some(Part::Whole),
        [word] if digits(word) && word.len() == 8 && word.starts_with("20") => Some(Part::Whole),
        [word] if is_month(word) => Some(Part::Month),
        [word] if is_year(word) => Some(Part::Year),
        [word] if is_number(word.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h'])) => {
            Some(Part::Number)
        }
        ["week" | "kw" | "woche"] => Some(Part::Week),
        [word] if word.len() >= 2 && WEEKDAYS.iter().any(|day| day.starts_with(word)) => {
            Some(Part::Weekday)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_seen_however_they_are_written() {
        for (words, rest) in [
            ("2026-03-05", ""),
            ("2026/03/05 Next", " Next"),
            ("05.03.2026: more", ": more"),
            ("20260305", ""),
            ("05-Mar-2026", ""),
            ("2026-W10", ""),
            ("Week 10", ""),
            ("KW 10", ""),
            ("5 March 2026", ""),
            ("5. März 2026", ""),
            ("1. April 2026", ""),
            ("March 5th, 2026", ""),
            ("Mar. 5, 2026 with Linus", "with Linus"),
            ("Thu 5 March 2026", ""),
            ("Thursday, 2026-03-05", ""),
            ("Sonntag, 1. März 2026", ""),
            ("(5 March)", ")"),
        ] {
            assert_eq!(after_day(words), Some(rest), "{words:?}");
        }
        for words in [
            "March on",
            "5 things",
            "2026 was good",
            "May I",
            "version 1.2",
            "Weekly",
            "1:1",
            "",
        ] {
            assert_eq!(after_day(words), None, "{words:?}");
        }
        assert!(holds_day("1:1 on 2026-03-05"));
        assert!(holds_day("Our talk (5 March)"));
        assert!(!holds_day("Our talk in March"));
    }
}
