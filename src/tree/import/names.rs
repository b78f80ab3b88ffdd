//! Headings → ids and titles.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

use crate::domain::model::ID_MAX_BYTES;
use crate::tree::source::is_portable;

/// A level's file of that name would be the track's.
const RESERVED: &str = "track";

/// Words that levels are called by.
const LEVEL_WORDS: [&str; 22] = [
    "apprentice",
    "associate",
    "beginner",
    "director",
    "distinguished",
    "engineer",
    "entry",
    "expert",
    "fellow",
    "graduate",
    "head",
    "intermediate",
    "intern",
    "junior",
    "lead",
    "level",
    "manager",
    "mid",
    "principal",
    "senior",
    "staff",
    "trainee",
];

/// The longest heading that can be a level's, in characters.
const LEVEL_MAX_CHARS: usize = 60;

/// Whether a heading looks like a level's: `L3`, `IC 4`, `Senior engineer`.
pub(super) fn is_like_level(heading: &str) -> bool {
    let is_word = |word: &str| LEVEL_WORDS.contains(&&*word.to_lowercase());
    // By itself, the word heads levels and is none.
    let is_axis = heading.eq_ignore_ascii_case("level");
    !is_axis
        && heading.chars().count() <= LEVEL_MAX_CHARS
        && words(heading).any(|word| is_code(word) || is_word(word))
}

/// `L3`, `ic4`, `12`: at most three letters and one or two digits.
fn is_code(word: &str) -> bool {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let letters = word.len() - digits.len();
    letters <= 3 && matches!(digits.len(), 1 | 2) && digits.bytes().all(|b| b.is_ascii_digit())
}

fn words(heading: &str) -> impl Iterator<Item = &str> {
    let words = heading.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty())
}

/// The code in a level's heading that has letters and digits: `L3` of `L3: Senior engineer`.
pub(super) fn code(heading: &str) -> Option<&str> {
    let lettered = |word: &&str| is_code(word) && word.starts_with(|c: char| c.is_alphabetic());
    words(heading).find(lettered)
}

/// The number in a level's heading.
pub(super) fn number(heading: &str) -> Option<i64> {
    let word = words(heading).find(|word| is_code(word))?;
    word.trim_start_matches(|c: char| c.is_alphabetic())
        .parse()
        .ok()
}

/// A level's heading without its code; the whole where nothing is left.
pub(super) fn title(heading: &str) -> &str {
    let Some(code) = code(heading) else {
        return heading;
    };
    let around = |c: char| !c.is_alphanumeric();
    let without = heading.strip_prefix(code).or_else(|| {
        let ended = heading.trim_end_matches(around);
        ended.strip_suffix(code)
    });
    let title = without.unwrap_or(heading).trim_matches(around);
    if title.is_empty() { heading } else { title }
}

/// An id from a heading that is not taken yet; `otherwise` where the heading has no letter for one.
pub(super) fn unique(heading: &str, otherwise: &str, taken: &mut BTreeSet<String>) -> String {
    let mut id = slug(heading);
    if id.is_empty() {
        id = otherwise.to_owned();
    }
    if id == RESERVED || !is_portable(&format!("{id}.toml")) {
        id = format!("{otherwise}-{id}");
    }
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    let free = std::iter::once(id.clone())
        .chain(numbered)
        .find(|id| !taken.contains(id))
        .unwrap_or(id);
    taken.insert(free.clone());
    free
}

/// Lower-case letters and digits of ASCII, with `-` for what is between, without accents; room is left for a number.
fn slug(heading: &str) -> String {
    const NUMBER_MAX_BYTES: usize = 8;
    let mut slug = String::new();
    for c in heading.nfkd().filter(|c| !is_accent(*c)) {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => slug.push(c),
            '&' => slug.push_str("-and-"),
            '\'' | '’' => {}
            _ if slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
        if slug.len() >= ID_MAX_BYTES - NUMBER_MAX_BYTES {
            break;
        }
    }
    let parts: Vec<&str> = slug.split('-').filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

fn is_accent(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_told_from_competencies() {
        for level in ["L3", "IC 4", "Senior Engineer", "Level 2", "E5 (Staff)"] {
            assert!(is_like_level(level), "{level}");
        }
        for other in [
            "Technical excellence",
            "Craft",
            "Level",
            "Impact",
            "",
            "Leadership",
        ] {
            assert!(!is_like_level(other), "{other}");
        }
    }

    #[test]
    fn a_code_is_the_id_and_the_rest_the_title() {
        assert_eq!(code("L3: Senior engineer"), Some("L3"));
        assert_eq!(title("L3: Senior engineer"), "Senior engineer");
        assert_eq!(title("Senior engineer (L3)"), "Senior engineer");
        assert_eq!(title("L3"), "L3");
        assert_eq!(number("Level 2"), Some(2));
    }

    #[test]
    fn ids_are_ids_whatever_the_heading() {
        let mut taken = BTreeSet::new();
        let mut id = |heading: &str| unique(heading, "competency", &mut taken);
        assert_eq!(id("Qualité & Soin"), "qualite-and-soin");
        assert_eq!(id("Qualité & Soin"), "qualite-and-soin-2");
        assert_eq!(id("品質"), "competency");
        assert_eq!(id("con"), "competency-con");
        assert_eq!(id("track"), "competency-track");
        let long = id(&"long ".repeat(50));
        assert!(crate::domain::model::is_id(&long), "{long}");
        assert!(crate::domain::model::is_id(&id(&"long ".repeat(50))));
    }
}
