//! Measures that count what is easily made more of: lines, commits, tickets.
//!
//! A unit alone is no fault: "fewer tickets about fees" is an effect, and "tickets" may stand in any sentence. A measure
//! counts where a number, or a word for one, stands just before the unit, or a rate just after it; and where
//! nothing says that there shall be less of it ("from 40 to 10") or what share of it ("nine of ten tickets").

/// What a measure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counted {
    /// `commits`
    pub what: &'static str,
    /// What would show more.
    pub better: &'static str,
}

/// The units, by their words.
const UNITS: &[(&[&str], Counted)] = &[
    (&["lines", "of", "code"], LINES),
    (&["loc"], LINES),
    (&["commits"], COMMITS),
    (&["tickets"], TICKETS),
    (&["story", "points"], TICKETS),
];

const LINES: Counted = Counted {
    what: "lines of code",
    better: "what is different for those who use or run it: fewer incidents, faster answers, a change that others make alone",
};

const COMMITS: Counted = Counted {
    what: "commits",
    better: "what they led to: a service more reliable, a feature adopted, reviews that others learn from",
};

const TICKETS: Counted = Counted {
    what: "tickets",
    better: "what their cause cost and no longer does: fewer of one sort, a service that people adopt, quality of review",
};

/// Words that make a number of what follows.
const AMOUNTS: &[&str] = &[
    "number",
    "count",
    "amount",
    "more",
    "many",
    "dozen",
    "dozens",
    "hundred",
    "hundreds",
    "thousand",
    "thousands",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "twenty",
    "thirty",
    "forty",
    "fifty",
];

/// Words that make a rate of what stands before.
const RATES: &[&str] = &["per", "each", "every", "weekly", "monthly", "daily"];

/// Words of a wish for less.
const LESS: &[&str] = &[
    "fewer",
    "less",
    "most",
    "under",
    "below",
    "halve",
    "halved",
    "halves",
    "reduce",
    "reduces",
    "reduced",
    "drop",
    "drops",
    "fall",
    "falls",
    "down",
    "no",
    "without",
    "reopened",
    "only",
    "zero",
    "lower",
    "decrease",
    "decreases",
    "shrink",
    "shrinks",
    "cut",
    "cuts",
    "removed",
    "instead",
];

/// Words of a share of all there are, which is not had by more of them.
const SHARES: &[&str] = &[
    "%", "percent", "third", "thirds", "quarter", "quarters", "half", "share", "of",
];

/// How many words before a unit may hold its number.
const REACH: usize = 3;

/// What a measure counts, where it counts something of the kind.
pub(super) fn counted(measure: &str) -> Option<Counted> {
    let lower = measure.to_lowercase();
    let sentences = lower.split(['.', ';', '!', '?', '\n']);
    sentences.map(words).find_map(|words| in_sentence(&words))
}

/// Words and numbers; "90%" is two of them, "10,000" is one.
fn words(sentence: &str) -> Vec<&str> {
    let parts = sentence.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '%' | ','));
    let parts = parts.map(|part| part.trim_matches(','));
    let split = parts.flat_map(|part| match part.strip_suffix('%') {
        Some(number) => [number, "%"],
        None => [part, ""],
    });
    split.filter(|word| !word.is_empty()).collect()
}

fn in_sentence(words: &[&str]) -> Option<Counted> {
    if words.iter().any(|word| LESS.contains(word)) || goes_down(words) {
        return None;
    }
    UNITS.iter().find_map(|(unit, counted)| {
        let mut found = words.windows(unit.len()).enumerate();
        found
            .any(|(at, window)| window == *unit && is_counted(words, at, at + unit.len()))
            .then_some(*counted)
    })
}

/// "from 40 to 10", with up to a few words behind each number.
fn goes_down(words: &[&str]) -> bool {
    let after = |from: usize, word: &str| {
        let at = words[from..].iter().position(|one| *one == word)? + from + 1;
        Some((at, number(words.get(at)?)?))
    };
    let from = after(0, "from");
    let pair = from.and_then(|(at, high)| Some((high, after(at, "to")?.1)));
    pair.is_some_and(|(high, low)| low < high)
}

fn number(word: &str) -> Option<f64> {
    word.replace(',', "").parse().ok()
}

/// Whether the unit at `from..to` has a number before it that is no share, or a rate behind it.
fn is_counted(words: &[&str], from: usize, to: usize) -> bool {
    let before = &words[from.saturating_sub(REACH)..from];
    let is_amount =
        |word: &&str| AMOUNTS.contains(word) || word.starts_with(|c: char| c.is_ascii_digit());
    let amount = before.iter().any(is_amount) && !is_share(before);
    amount || words.get(to).is_some_and(|word| RATES.contains(word))
}

/// "90 % of", "two thirds of", "nine of ten"; a number or count *of* something is none.
fn is_share(before: &[&str]) -> bool {
    const COUNTS: [&str; 7] = [
        "number",
        "count",
        "amount",
        "dozens",
        "hundreds",
        "thousands",
        "lot",
    ];
    let counts = before.iter().any(|word| COUNTS.contains(word));
    !counts && before.iter().any(|word| SHARES.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_lines_commits_and_tickets_are_counted() {
        for (measure, what) in [
            ("10,000 lines of code", "lines of code"),
            ("At least 200 commits by June", "commits"),
            ("Commits per week", "commits"),
            ("Closes thirty tickets a month", "tickets"),
            ("The service runs. Number of closed tickets", "tickets"),
            ("40 story points each sprint", "tickets"),
            ("A count of commits from 20 to 40", "commits"),
            ("Hundreds of tickets closed", "tickets"),
        ] {
            assert_eq!(
                counted(measure).map(|counted| counted.what),
                Some(what),
                "{measure}"
            );
        }
    }

    #[test]
    fn effects_are_not() {
        for measure in [
            "30 % fewer support tickets about fees",
            "No tickets about fees for 2 months",
            "Support tickets about fees fall under 10 a week",
            "The team commits to a date and keeps it, 3 times",
            "A file of under 300 lines of code",
            "Reviews take less than a day; tickets name their cause",
            "At most 5 tickets open at a time",
            "Three services on the new queue",
            "90 % of tickets are answered within a day",
            "90% of tickets name their cause",
            "Nine of ten tickets are answered within a day",
            "Two thirds of tickets about fees are closed by the form",
            "Support goes from 1,200 tickets a month to 300",
            "The number of tickets about login goes from 40 to 10",
            "10,000 lines of code of the old gateway removed",
        ] {
            assert_eq!(counted(measure), None, "{measure}");
        }
    }
}
