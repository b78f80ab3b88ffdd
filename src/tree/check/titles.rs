//! Titles and ids that a heading may name, found however somebody spelt them.

use std::collections::BTreeMap;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::meant::{Line, Look, Within, is_unseen};
use crate::domain::model::*;
use crate::ground::diag::nearest;

/// A number or word may stand before a title, such as `Question 12:`. It has so many words at most.
const LABEL_WORDS_MAX: usize = 6;

/// A name of so many words is hardly the beginning of an ordinary sentence.
const LONG_WORDS: usize = 3;

/// A name of so many words is none at all.
const VERY_LONG_WORDS: usize = 7;

/// After a comma, a title goes on for so many bytes, and a sentence for more.
const SHORT_REST_BYTES: usize = 20;

/// So many words may stand beside a title of several words in a line with the marks of a heading.
const BESIDE_WORDS_MAX: usize = 9;

/// So many words may stand beside a title of one word, or in a line that only ends with a colon.
const BESIDE_FEW_WORDS_MAX: usize = 3;

/// How people write `&` out.
const ANDS: [&str; 3] = [" and ", " und ", " et "];

/// Shorter names are so near to other words that a slip is no hint.
const SLIP_LETTERS_MIN: usize = 5;

/// From so many letters on, two slips are one.
const TWO_SLIPS_LETTERS_MIN: usize = 16;

/// Of how many lines of one file it is asked whether they are misspelt titles.
const NEAR_MAX: usize = 5_000;

/// A misspelt title is at most so much longer or shorter.
const SLIP_BYTES: usize = 2;

/// The ids, titles and prompts of a file, by their letters.
#[derive(Default)]
pub(super) struct Titles {
    by_letters: BTreeMap<String, Named>,
    /// The most bytes of letters of one of them.
    longest: usize,
    near_left: usize,
}

/// What some letters name.
#[derive(Default)]
struct Named {
    to: Vec<AnswerTo>,
    words: usize,
    /// Of an expectation, only its id and a mark begin a paragraph.
    is_question: bool,
    /// It ends as sentences do.
    is_sentence: bool,
}

/// What a line names.
pub(super) struct Found<'t> {
    pub to: &'t [AnswerTo],
    /// The line says nothing else.
    pub is_whole: bool,
    /// No program and no sentence has words like these.
    pub is_long: bool,
    /// The line ends as sentences do, such as `Thanks!`.
    pub is_call: bool,
    /// Other words stand beside a short name, such as in `### Key strengths`.
    pub is_loose: bool,
}

impl Titles {
    pub fn new<'a>(
        questions: impl Iterator<Item = &'a Question>,
        expectations: impl Iterator<Item = (&'a ExpectationId, &'a String)>,
    ) -> Self {
        let mut titles = Self {
            near_left: NEAR_MAX,
            ..Self::default()
        };
        for question in questions {
            let (id, title) = (question.id.as_str(), &*question.title);
            let both = [format!("{id} {title}"), format!("{title} {id}")];
            let prompt = question.prompt.as_str();
            for name in [id, title, &both[0], &both[1], prompt] {
                titles.add(name, AnswerTo::Question(question.id.clone()));
            }
            // Forms show the prompt, of which people copy the sentence that asks.
            for sentence in prompt.split_inclusive(['.', '?', '!', ':']) {
                if pieces(sentence, usize::MAX).len() > LONG_WORDS {
                    titles.add(sentence, AnswerTo::Question(question.id.clone()));
                }
            }
        }
        for (id, text) in expectations {
            for name in [id.as_str(), text] {
                titles.add(name, AnswerTo::Expectation(id.clone()));
            }
        }
        titles
    }

    fn add(&mut self, name: &str, to: AnswerTo) {
        for and in ANDS.iter().filter(|_| name.contains('&')) {
            self.add(&name.replace('&', and), to.clone());
        }
        let words = pieces(name, usize::MAX);
        let letters = letters_or_signs(&words, name);
        if letters.is_empty() {
            return;
        }
        self.longest = self.longest.max(letters.len());
        let named = self.by_letters.entry(letters).or_default();
        named.words = named.words.max(words.len());
        named.is_question |= matches!(to, AnswerTo::Question(_));
        named.is_sentence |= ends_sentence(name);
        named.to.push(to);
    }

    /// Whether a name goes on after these words.
    pub fn begins_with(&self, words: &str) -> bool {
        let letters = letters_of(&pieces(words, self.longest_written()));
        !letters.is_empty() && self.beginning_with(&letters).any(|name| *name != letters)
    }

    fn beginning_with<'s>(&'s self, letters: &'s str) -> impl Iterator<Item = &'s String> {
        let after = self.by_letters.range(letters.to_owned()..);
        after
            .map(|(name, _)| name)
            .take_while(move |name| name.starts_with(letters))
    }

    /// How many bytes of a line may belong to a name and a label.
    fn longest_written(&self) -> usize {
        6 * self.longest + 200
    }

    /// What a line names as a heading would; `None` if nothing.
    pub fn named_by(&mut self, line: &Line) -> Option<Found<'_>> {
        let words = pieces(&line.words, self.longest_written());
        let (letters, how) = if words.is_empty() {
            (line.words.trim().to_owned(), How::Alone)
        } else {
            self.letters_in(line, &words)?
        };
        let named = self.by_letters.get(&letters)?;
        let is_whole = how == How::Alone;
        Some(Found {
            to: &named.to,
            is_whole,
            is_loose: how == How::Beside,
            is_long: named.words >= LONG_WORDS,
            is_call: is_whole && ends_sentence(&line.words) && !named.is_sentence,
        })
    }

    fn letters_in(&mut self, line: &Line, words: &[Piece]) -> Option<(String, How)> {
        let count = words.len().min(LABEL_WORDS_MAX + 1);
        let exact = (0..count).find_map(|first| self.exact(line, words, first));
        let near = exact.or_else(|| (0..count).find_map(|first| self.near(line, words, first)));
        near.or_else(|| self.beside(line, words))
    }

    /// A short name among the few words of a line that has the marks of a heading, or ends with a colon.
    fn beside(&self, line: &Line, words: &[Piece]) -> Option<(String, How)> {
        let is_tagged = line.words.contains('#');
        let is_label = line.look == Look::Plain { alone: true } && line.words.ends_with(':');
        let is_heading = line.is_marked() || is_label;
        if !is_heading || is_tagged || line.within != Within::Text {
            return None;
        }
        let all = 0..words.len().min(VERY_LONG_WORDS + BESIDE_WORDS_MAX);
        let mut stretches = all.clone().flat_map(|first| {
            let ends = first..all.end;
            ends.map(move |last| letters_of(&words[first..=last]))
        });
        let is_one = |letters: &String| {
            let named = self.by_letters.get(letters);
            named.is_some_and(|named| {
                let most = if line.is_marked() && named.words > 1 {
                    BESIDE_WORDS_MAX
                } else {
                    BESIDE_FEW_WORDS_MAX
                };
                words.len() <= named.words + most
            })
        };
        Some((stretches.find(is_one)?, How::Beside))
    }

    fn exact(&self, line: &Line, words: &[Piece], first: usize) -> Option<(String, How)> {
        let label = Label::of(line, words, first);
        let mut letters = String::new();
        for last in first..words.len() {
            push_letters(&mut letters, &words[last]);
            self.beginning_with(&letters).next()?;
            let Some(named) = self.by_letters.get(&letters) else {
                continue;
            };
            let rest = Rest::of(line, words, last);
            let written = &line.words[words[first].span.start..words[last].span.end];
            if label.fits(line, named, written) && rest.fits(line, named, written) {
                return Some((letters, How::of(first, &rest)));
            }
        }
        None
    }

    /// The name that the line, or what it says before a colon, is a misspelling of.
    fn near(&mut self, line: &Line, words: &[Piece], first: usize) -> Option<(String, How)> {
        let is_text = line.within == Within::Text || line.look == Look::Two;
        if !is_text || line.look == Look::Cell {
            return None;
        }
        let label = Label::of(line, words, first);
        if matches!(label, Label::Words) {
            return None;
        }
        let ends = (first..words.len()).filter(|last| Rest::of(line, words, *last).is_set_off());
        let letters: Vec<(String, usize)> = ends
            .map(|last| (letters_of(&words[first..=last]), last))
            .take_while(|(letters, _)| letters.len() <= self.longest + SLIP_BYTES)
            .collect();
        for (letters, last) in letters {
            self.near_left = self.near_left.checked_sub(1)?;
            let rest = Rest::of(line, words, last);
            let written = &line.words[words[first].span.start..words[last].span.end];
            let found = if line.is_marked() && rest == Rest::Nothing {
                self.alike(&letters)
            } else {
                self.slipped(&letters, |named| {
                    let stands_out = line.look == Look::RunIn
                        || line.look == Look::Plain { alone: true }
                        || named.words >= LONG_WORDS
                        || is_capital(written);
                    stands_out
                        && label.fits(line, named, written)
                        && rest.fits(line, named, written)
                })
            };
            if let Some(found) = found {
                return Some((found, How::of(first, &rest)));
            }
        }
        None
    }

    fn alike(&self, letters: &str) -> Option<String> {
        let names = self.by_letters.keys().map(String::as_str);
        let names = names.filter(|name| name.len().abs_diff(letters.len()) <= SLIP_BYTES);
        nearest(letters, names).map(str::to_owned)
    }

    fn slipped(&self, letters: &str, fits: impl Fn(&Named) -> bool) -> Option<String> {
        let count = letters.chars().count();
        if count < SLIP_LETTERS_MIN {
            return None;
        }
        let slips = if count < TWO_SLIPS_LETTERS_MIN { 1 } else { 2 };
        let mut names = self.by_letters.iter().filter(|(name, named)| {
            let alike = name.len().abs_diff(letters.len()) <= 2 * SLIP_BYTES;
            alike && fits(named) && strsim::osa_distance(name, letters) <= slips
        });
        names.next().map(|(name, _)| name.clone())
    }
}

/// How a line names what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// It says nothing else.
    Alone,
    /// The name is set off from the words around it.
    SetOff,
    /// Other words stand beside the name.
    Beside,
}

impl How {
    fn of(first: usize, rest: &Rest<'_>) -> Self {
        if first == 0 && *rest == Rest::Nothing {
            Self::Alone
        } else {
            Self::SetOff
        }
    }
}

/// What stands before a name in its line.
enum Label {
    None,
    /// A number, or words that end with one.
    Number,
    /// Words with a mark after them.
    SetApart,
    Words,
}

impl Label {
    fn of(line: &Line, words: &[Piece], first: usize) -> Self {
        let Some(before) = first.checked_sub(1).map(|at| &words[at]) else {
            return Self::None;
        };
        let marks = &line.words[before.span.end..words[first].span.start];
        if is_number(before, &line.words) {
            Self::Number
        } else if sets_apart(marks) && !marks.contains('#') {
            Self::SetApart
        } else {
            Self::Words
        }
    }

    fn fits(&self, line: &Line, named: &Named, written: &str) -> bool {
        let stands_out = line.is_marked() || line.look == Look::Plain { alone: true };
        match self {
            Self::None | Self::Number => true,
            Self::SetApart if line.is_marked() || named.words >= LONG_WORDS => true,
            Self::SetApart => is_title(written) && !ends_sentence(&line.words),
            Self::Words => named.words >= LONG_WORDS && stands_out,
        }
    }
}

/// What follows a name in its line.
#[derive(PartialEq, Eq)]
enum Rest<'l> {
    Nothing,
    InBrackets,
    /// Words, after these marks.
    Words(&'l str),
}

impl<'l> Rest<'l> {
    fn of(line: &'l Line, words: &[Piece], last: usize) -> Self {
        let end = words[last].span.end;
        let after = line.words[end..].trim();
        let Some(next) = words.get(last + 1) else {
            return Self::Nothing;
        };
        let brackets = [('(', ')'), ('[', ']'), ('{', '}')];
        let in_brackets =
            |(open, close): (char, char)| after.starts_with(open) && after.ends_with(close);
        if brackets.into_iter().any(in_brackets) {
            return Self::InBrackets;
        }
        Self::Words(&line.words[end..next.span.start])
    }

    /// Whether a mark or nothing at all follows.
    fn is_set_off(&self) -> bool {
        match self {
            Self::Nothing | Self::InBrackets => true,
            Self::Words(marks) => sets_off(marks),
        }
    }

    fn fits(&self, line: &Line, named: &Named, written: &str) -> bool {
        let is_long = named.words >= LONG_WORDS;
        let is_plain = matches!(line.look, Look::Plain { .. });
        if is_plain && line.is_wrapped && !is_long {
            return false;
        }
        let is_broken = is_plain && !line.begins && ends_sentence(&line.words);
        let is_call = is_plain && !is_long && line.words.ends_with('!');
        let is_sentence = (is_broken || is_call) && !named.is_sentence;
        let marks = match self {
            Self::Nothing => return is_long || line.look != Look::Cell && !is_sentence,
            Self::InBrackets => "(",
            Self::Words(marks) => *marks,
        };
        match line.look {
            Look::Amid => true,
            // A tag of a chat is followed by others.
            Look::Two | Look::Marked | Look::RunIn => {
                is_long || sets_apart(marks) && !marks.contains('#')
            }
            Look::Cell => false,
            Look::Plain { .. } if !named.is_question => {
                line.begins && (sets_off(marks) || marks.contains('('))
            }
            Look::Plain { .. } if named.words >= VERY_LONG_WORDS => true,
            Look::Plain { alone } => {
                let is_bracket = *self == Self::InBrackets && alone;
                let is_short = line.words.len() <= written.len() + SHORT_REST_BYTES;
                let is_list = marks.contains([',', ';']);
                let begins =
                    sets_apart(marks) && !marks.contains('#') || is_list && (is_long || is_short);
                let is_long_title = sets_apart(marks)
                    || marks.contains('/')
                    || is_list && is_short && is_capital(written);
                let is_set_off = sets_off(marks) || is_bracket;
                line.begins && begins || is_long && is_long_title || is_title(written) && is_set_off
            }
        }
    }
}

/// Whether marks set what is before them apart from what follows, as no sentence does within.
fn sets_apart(marks: &str) -> bool {
    let bare = marks.trim();
    let within_words = |c: char| matches!(c, ',' | ';' | '\'' | '’' | '&' | '+' | '%');
    let glues = |c: char| matches!(c, '-' | '.' | '/' | '_');
    let is_spaced = marks.len() > bare.len() && !marks.trim_start_matches(glues).is_empty();
    sets_off(marks)
        || !bare.is_empty()
            && !bare.starts_with(within_words)
            && (is_spaced || !bare.chars().all(glues))
}

/// Whether marks end a title that is followed by what it is about.
fn sets_off(marks: &str) -> bool {
    let signs = [':', '=', '→', '↓', '»', '–', '—', '―', '\t', '~'];
    let is_gap = marks.trim().is_empty() && marks.chars().count() >= 3;
    let is_dash = marks.contains('-') && marks.trim() != marks;
    marks.contains(signs) || marks.contains("->") || marks.contains(">>") || is_gap || is_dash
}

/// A line that ends so may be the end of a sentence that was broken.
fn ends_sentence(words: &str) -> bool {
    words.trim_end().ends_with(['.', ',', ';', '!', '…'])
}

/// Whether words are written as titles are, and not as within a sentence.
fn is_title(written: &str) -> bool {
    is_capital(written) || written.contains(['-', '_'])
}

fn is_capital(written: &str) -> bool {
    let first = written.chars().find(|c| c.is_alphabetic());
    first.is_some_and(|c| !c.is_lowercase())
}

fn is_number(piece: &Piece, words: &str) -> bool {
    let written = &words[piece.span.clone()];
    let is_roman = || written.chars().all(|c| "ivxIVX".contains(c)) && written.len() <= 4;
    let is_letter = || written.chars().count() == 1;
    let is_word = matches!(written, "a" | "A" | "i" | "I");
    piece.letters.contains(|c: char| c.is_ascii_digit()) || !is_word && (is_letter() || is_roman())
}

/// A word, and its letters and digits as they are compared.
struct Piece {
    span: Range<usize>,
    letters: String,
}

/// The words of the first bytes of a text.
fn pieces(text: &str, bytes_max: usize) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    let mut goes_on = false;
    for (at, c) in text.char_indices().take_while(|(at, _)| *at < bytes_max) {
        if is_combining_mark(c) || is_unseen(c) {
            continue;
        }
        let before = found.last_mut().filter(|_| goes_on);
        let end = at + c.len_utf8();
        goes_on = true;
        match (letters(c), before) {
            (None, _) => goes_on = false,
            (Some(letters), Some(piece)) => {
                piece.letters += &letters;
                piece.span.end = end;
            }
            (Some(letters), None) => found.push(Piece {
                span: at..end,
                letters,
            }),
        }
    }
    found
}

/// A letter or digit without accents and in lower case; `None` if it is neither. Numbers in a circle are marks.
fn letters(c: char) -> Option<String> {
    if c.is_ascii_alphanumeric() {
        return Some(c.to_ascii_lowercase().to_string());
    }
    if !c.is_alphanumeric() && !is_letter_in_a_circle(c) || c.is_numeric() && !is_digit(c) {
        return None;
    }
    let plain = [c].into_iter().nfkd().filter(|c| c.is_alphanumeric());
    let plain = plain.flat_map(char::to_lowercase);
    let mut letters = String::new();
    for c in plain {
        match c {
            'ß' => letters.push('s'),
            'æ' => letters.push('a'),
            'œ' | 'ø' => letters.push('o'),
            'ł' => letters.push('l'),
            'đ' | 'ð' => letters.push('d'),
            'ı' => letters.push('i'),
            c => letters.push(c),
        }
    }
    Some(letters)
}

fn is_digit(c: char) -> bool {
    [c].into_iter().nfkd().all(|c| c.is_ascii_digit())
        && !matches!(c, '\u{2460}'..='\u{249b}' | '⁰'..='₉' | '²' | '³' | '¹')
}

fn is_letter_in_a_circle(c: char) -> bool {
    matches!(c, '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f189}')
}

/// All letters of some words.
fn letters_of(words: &[Piece]) -> String {
    let mut letters = String::new();
    words
        .iter()
        .for_each(|word| push_letters(&mut letters, word));
    letters
}

/// `ae` is `ä` where that has no key, and so are the others; one `s` is as good as two.
fn push_letters(letters: &mut String, word: &Piece) {
    for c in word.letters.chars() {
        match (letters.chars().next_back(), c) {
            (Some('a' | 'o' | 'u'), 'e') | (Some('s'), 's') => {}
            _ => letters.push(c),
        }
    }
}

fn letters_or_signs(words: &[Piece], name: &str) -> String {
    if words.is_empty() {
        name.trim().to_owned()
    } else {
        letters_of(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles() -> Titles {
        let mut titles = Titles {
            near_left: NEAR_MAX,
            ..Titles::default()
        };
        for (id, title) in [
            ("impact", "Impact"),
            ("next-step", "Next step"),
            ("qualities", "Größere Qualités à développer"),
        ] {
            let to = AnswerTo::Question(QuestionId::new(id).expect("an id"));
            titles.add(id, to.clone());
            titles.add(title, to);
        }
        titles.add(
            "auth",
            AnswerTo::Expectation(ExpectationId::new("auth").expect("an id")),
        );
        titles
    }

    fn names(words: &str, look: Look) -> bool {
        let line = Line {
            span: 0..words.len(),
            words: words.to_owned(),
            look,
            within: Within::Text,
            begins: look == ALONE,
            is_wrapped: false,
        };
        titles().named_by(&line).is_some()
    }

    const WITHIN: Look = Look::Plain { alone: false };
    const ALONE: Look = Look::Plain { alone: true };

    #[test]
    fn a_title_is_found_however_it_is_spelt() {
        for spelt in [
            "Groessere Qualites a developper",
            "GRÖSSERE QUALITÉS À DÉVELOPPER",
            "Gro\u{308}ßere Qualite\u{301}s a\u{300} de\u{301}velopper",
            "größereQualitésÀDévelopper",
            "Größere_Qualités_à_développer",
            "G r ö ß e r e  Q u a l i t é s  à  d é v e l o p p e r",
            "Größere Qualités à dévelopr",
            "Größere Qualités à développer: more",
            "Question 2 – Größere Qualités à développer",
            "② Größere Qualités à développer",
            "𝐈𝐦𝐩𝐚𝐜𝐭",
            "Impcat",
            "Impact: more",
            "Next step -> more",
            "next-step: more",
            "IMPACT",
            "impact",
            "auth",
        ] {
            assert!(names(spelt, WITHIN), "{spelt:?}");
        }
    }

    #[test]
    fn a_paragraph_of_its_own_that_begins_with_a_title_is_one() {
        for title in [
            "impact.",
            "impact…",
            "impact (optional)",
            "impact: more",
            "next step -> more",
            "Next step, part 2",
            "impact; more",
            "Impact > more",
            "Impact／more",
            "auth: led, yes",
        ] {
            assert!(names(title, ALONE), "{title:?}");
        }
        for sentence in [
            "Impact was large",
            "Impact's reach",
            "Impact, as I saw it, was larger than all of us had thought",
            "impact-driven work",
            "Impact!",
        ] {
            assert!(!names(sentence, ALONE), "{sentence:?}");
        }
    }

    #[test]
    fn a_sentence_names_nothing() {
        for sentence in [
            "impact.",
            "impact: more",
            "next step: more",
            "Impact was large",
            "The impact",
            "In short, impact",
            "In short: impact.",
            "#impact #next-step (her words)",
            "auth: led, yes",
            "Impacts",
            "impart",
            "größere Qualités à développer, and more",
        ] {
            let is_named = names(sentence, WITHIN);
            assert_eq!(is_named, sentence == "Impacts", "{sentence:?}");
        }
        assert!(!names("Impact", Look::Cell));
        assert!(names("Impact of hers", Look::Amid));
        assert!(names("Impact of hers", Look::Marked));
        assert!(names("Her next step", Look::Marked));
        assert!(!names("The impact of what she did", Look::Marked));
    }
}
