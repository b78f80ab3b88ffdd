//! Lines that somebody may have meant for a heading, however they are written.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use crate::model::markup::COMMENT;
use crate::source::written::{Enclosed, EnclosedKind, Markdown};

/// A line that is no heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Bytes of the file, without the white space around.
    pub span: Range<usize>,
    /// What it says without marks, tags and what nobody sees.
    pub words: String,
    pub look: Look,
    pub within: Within,
}

/// What a line is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Text,
    /// Code that nothing says to be there by mistake.
    Code,
    /// A comment that nothing says to be there by mistake.
    Comment,
}

/// What makes a line look like a heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Two `#`, as headings of answers have them.
    Two,
    /// Other marks of a heading: another number of `#`, bold, a line under it, a tag, `##` within a line.
    Marked,
    /// Its first words are set off from the others.
    RunIn,
    /// Nothing but what it says. `alone`: a paragraph of its own.
    Plain { alone: bool },
}

impl Line {
    /// Whether it has marks that people give to headings.
    pub fn is_marked(&self) -> bool {
        matches!(self.look, Look::Two | Look::Marked)
    }
}

/// The letters and digits of a text, in lower case: what is left of a title whatever is done to its marks.
pub(super) fn normal(words: &str) -> String {
    let letters = words.chars().filter(|c| c.is_alphanumeric());
    let normal: String = letters.flat_map(char::to_lowercase).collect();
    if normal.is_empty() {
        words.trim().to_owned()
    } else {
        normal
    }
}

/// The lines of a file that are no headings of sections. Those without marks are left out where they are longer than
/// `plain_max` bytes.
pub(super) fn lines(text: &str, cut: &Markdown, plain_max: usize) -> Vec<Line> {
    let mut found = Vec::new();
    let doubtful = doubtful(text, cut);
    let mut heads = cut.sections.iter().map(|section| &section.heading.span);
    let mut head = heads.next();
    let mut start = cut.preamble.start;
    let mut before_is_blank = true;
    while start < text.len() {
        let (written, after) = first_line(&text[start..]);
        let end = start + written.len();
        while head.is_some_and(|span| span.end <= start) {
            head = heads.next();
        }
        let is_heading = head.is_some_and(|span| span.start < end && start < span.end);
        if !is_heading && !written.trim().is_empty() {
            let (next, _) = first_line(after);
            let around = Around {
                alone: before_is_blank && next.trim().is_empty(),
                is_underlined: is_underline(next),
                enclosed: cut
                    .enclosed_at(end - written.trim_start().len())
                    .filter(|one| !doubtful.contains(&one.span.start)),
            };
            found.extend(looks(written, start, &around, plain_max));
            if before_is_blank && !next.trim().is_empty() {
                found.extend(broken_title(written, next, start, &around, plain_max));
            }
        }
        before_is_blank = is_heading || written.trim().is_empty();
        start = text.len() - after.len();
    }
    found
}

/// The first line of a text, and what follows its end.
fn first_line(text: &str) -> (&str, &str) {
    let ends = |c: char| {
        matches!(
            c,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    let end = text.find(ends).unwrap_or(text.len());
    let (line, rest) = text.split_at(end);
    let one = rest.chars().next().map_or(0, char::len_utf8);
    let length = if rest.starts_with("\r\n") { 2 } else { one };
    (line, &rest[length..])
}

/// Where code and comments begin that go on by mistake, it seems: to the end, or over what begins another.
fn doubtful(text: &str, cut: &Markdown) -> BTreeSet<usize> {
    let is_doubtful = |one: &&Enclosed| {
        let whole = text.get(one.span.clone()).unwrap_or_default();
        let twice = match one.kind {
            EnclosedKind::Fence => holds_a_fence(whole),
            EnclosedKind::Comment => whole.matches(COMMENT).nth(1).is_some(),
            EnclosedKind::IndentedCode => false,
            EnclosedKind::Html => true,
        };
        one.is_open || twice
    };
    let doubtful = cut.enclosed.iter().filter(is_doubtful);
    doubtful.map(|one| one.span.start).collect()
}

fn is_underline(line: &str) -> bool {
    let line = line.trim_matches(|c: char| c.is_whitespace() || c == '>');
    line.len() > 1 && (line.chars().all(|c| c == '-') || line.chars().all(|c| c == '='))
}

/// What surrounds a line.
struct Around<'t> {
    alone: bool,
    is_underlined: bool,
    /// The code or comment that it lies in, where that is what it seems.
    enclosed: Option<&'t Enclosed>,
}

impl Around<'_> {
    fn within(&self, written: &str) -> Within {
        let after = written.rsplit_once("-->").map_or("", |(_, after)| after);
        match self.enclosed.map(|one| one.kind) {
            Some(EnclosedKind::Fence | EnclosedKind::IndentedCode) => Within::Code,
            Some(EnclosedKind::Comment) if after.trim().is_empty() => Within::Comment,
            _ => Within::Text,
        }
    }
}

/// Whether a line within a fence looks like one that opens or closes a fence.
fn holds_a_fence(fence: &str) -> bool {
    let is_fence = |line: &str| {
        let line = line.trim_start_matches(|c: char| c.is_whitespace() || c == '>');
        line.starts_with("```") || line.starts_with("~~~")
    };
    let mut lines = fence.trim_end().lines().skip(1).peekable();
    while let Some(line) = lines.next() {
        if lines.peek().is_some() && is_fence(line) {
            return true;
        }
    }
    false
}

/// A title that goes on in the second line of a paragraph.
fn broken_title(
    first: &str,
    second: &str,
    start: usize,
    around: &Around<'_>,
    plain_max: usize,
) -> Option<Line> {
    let second = second.trim();
    let both = format!("{} {second}", first.trim());
    let start = start + first.len() - first.trim_start().len();
    let goes_on = peeled(second) == second && around.within(first) == Within::Text;
    (goes_on && both.len() <= plain_max).then(|| Line {
        span: start..start + first.trim().len(),
        words: Said::of(&both).text,
        look: Look::Plain { alone: false },
        within: around.within(first),
    })
}

fn looks(written: &str, start: usize, around: &Around<'_>, plain_max: usize) -> Vec<Line> {
    let trimmed = written.trim();
    let may_be_marked = trimmed.contains(['#', '*', '_', '<', '&']) || trimmed.contains(HASHES);
    if trimmed.is_empty() || !may_be_marked && trimmed.len() > plain_max {
        return Vec::new();
    }
    let start = start + written.len() - written.trim_start().len();
    let span = start..start + trimmed.len();
    let said = Said::of(&shortened(trimmed));
    let within = around.within(written);
    let line = |words: &str, look| Line {
        span: span.clone(),
        words: words.trim().to_owned(),
        look,
        within,
    };
    let mut found = Vec::new();
    let (look, words) = look(&said, around);
    if !matches!(look, Look::Plain { .. }) || words.len() <= plain_max {
        found.push(line(words, look));
    }
    if look == Look::RunIn && trimmed.len() <= plain_max {
        let alone = around.alone;
        found.push(line(peeled(&said.text), Look::Plain { alone }));
    }
    let inside = said.text.rfind("##").filter(|at| *at > 0);
    if let Some(at) = inside.filter(|_| look != Look::Two) {
        found.push(line(said.text[at..].trim_matches('#'), Look::Marked));
    }
    found
}

/// Of a longer line, its beginning and its end are looked at, so many bytes of each.
const ENDS_BYTES: usize = 1_000;

fn shortened(line: &str) -> Cow<'_, str> {
    if line.len() <= 2 * ENDS_BYTES {
        return line.into();
    }
    let head = line.floor_char_boundary(ENDS_BYTES);
    let tail = line.floor_char_boundary(line.len() - ENDS_BYTES);
    format!("{} {}", &line[..head], &line[tail..]).into()
}

/// Other characters than `#` that look like it.
const HASHES: [char; 2] = ['\u{ff03}', '\u{fe5f}'];

fn look<'s>(said: &'s Said, around: &Around<'_>) -> (Look, &'s str) {
    let text = peeled(&said.text);
    let marks = text.len() - text.trim_start_matches(['#', '\\', ' ']).len();
    let hashes = text[..marks].matches('#').count();
    if hashes > 0 {
        let look = if hashes == 2 { Look::Two } else { Look::Marked };
        let words = text[marks..].trim_end_matches(['#', ' ']);
        // Other programs read attributes of a heading there.
        let before = words.rsplit_once('{').filter(|_| words.ends_with('}'));
        return (look, before.map_or(words, |(before, _)| before));
    }
    if let Some((words, rest)) = set_off(text) {
        let alone = !rest.contains(char::is_alphanumeric);
        let look = if alone { Look::Marked } else { Look::RunIn };
        return (look, words);
    }
    let text = match text.split_once("](") {
        Some((words, target)) if target.ends_with(')') => words,
        _ => text,
    };
    if said.has_tags || around.is_underlined {
        return (Look::Marked, text);
    }
    let alone = around.alone;
    (Look::Plain { alone }, text)
}

/// The words in marks of emphasis at the beginning of a text, and what follows them.
fn set_off(text: &str) -> Option<(&str, &str)> {
    let mark = text
        .chars()
        .next()
        .filter(|c| matches!(c, '*' | '_' | '~'))?;
    let inside = text.trim_start_matches(mark);
    let marks = &text[..text.len() - inside.len()];
    let end = inside.find(marks)?;
    Some((&inside[..end], &inside[end + marks.len()..]))
}

/// A line without the marks of quotes, lists, tables, escapes and notes before its words.
fn peeled(line: &str) -> &str {
    let mut text = line;
    loop {
        let rest = text.trim_start_matches([' ', '>', '\\', '|', '•', '"']);
        let rest = unlisted(rest).unwrap_or(rest);
        if rest.len() == text.len() {
            return text;
        }
        text = rest;
    }
}

/// What follows the mark of a list item or a note; nothing where there is none.
fn unlisted(text: &str) -> Option<&str> {
    if let Some(note) = text.strip_prefix("[^") {
        return note.split_once("]:").map(|(_, rest)| rest);
    }
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let mark = if digits.len() == text.len() {
        ['-', '+', '*'].as_slice()
    } else {
        ['.', ')'].as_slice()
    };
    let item = digits.strip_prefix(mark)?.strip_prefix(' ')?;
    let ticked = ["[x] ", "[X] ", "[ ] "];
    let task = ticked.iter().find_map(|tick| item.strip_prefix(*tick));
    Some(task.unwrap_or(item))
}

/// What a line says to its reader.
struct Said {
    text: String,
    has_tags: bool,
}

impl Said {
    fn of(line: &str) -> Self {
        let mut said = Self {
            text: String::with_capacity(line.len()),
            has_tags: false,
        };
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            let (meant, length) = match c {
                '<' => said.tag(rest),
                '&' => reference(rest),
                _ => (Some(c), c.len_utf8()),
            };
            said.text.extend(meant.and_then(seen));
            rest = &rest[length..];
        }
        said
    }

    fn tag(&mut self, rest: &str) -> (Option<char>, usize) {
        let begins = |c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?');
        let end = rest.find('>').filter(|_| rest[1..].starts_with(begins));
        self.has_tags |= end.is_some();
        end.map_or((Some('<'), 1), |end| (None, end + 1))
    }
}

/// The longest character reference that is looked for.
const REFERENCE_MAX_BYTES: usize = 12;

/// The character that a reference such as `&#35;` means, and its length.
fn reference(rest: &str) -> (Option<char>, usize) {
    let end = rest.find(';').filter(|end| *end <= REFERENCE_MAX_BYTES);
    let Some(end) = end else {
        return (Some('&'), 1);
    };
    let name = &rest[1..end];
    let number = name.strip_prefix('#').and_then(|number| {
        let hex = number.strip_prefix(['x', 'X']);
        let code = hex.map_or_else(|| number.parse(), |hex| u32::from_str_radix(hex, 16));
        code.ok().and_then(char::from_u32)
    });
    let named = match name {
        "num" => Some('#'),
        "ast" => Some('*'),
        "lowbar" => Some('_'),
        _ => Some(' '),
    };
    (number.or(named), end + 1)
}

/// A character as the eye takes it; nothing where nobody sees it.
fn seen(c: char) -> Option<char> {
    match c {
        '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => None,
        '\u{2060}'..='\u{206f}' | '\u{feff}' => None,
        '\u{fe5f}' => Some('#'),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        _ if c.is_whitespace() => Some(' '),
        _ => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks_of(text: &str) -> Vec<(String, Look)> {
        let lines = lines(text, &Markdown::cut(text, 0), 100);
        lines
            .into_iter()
            .map(|line| (normal(&line.words), line.look))
            .collect()
    }

    #[test]
    fn a_title_is_seen_however_it_is_written() {
        for (written, look) in [
            ("##more-less", Look::Two),
            ("##\u{a0}more-less", Look::Two),
            ("\u{200b}## more-less", Look::Two),
            ("\\## more-less", Look::Two),
            ("＃＃ more-less", Look::Two),
            ("&num;&#35; more-less", Look::Two),
            ("> ## more-less", Look::Two),
            ("- ## more-less ##", Look::Two),
            ("    ## more-less", Look::Two),
            ("# more-less", Look::Marked),
            ("### More-less", Look::Marked),
            ("**more-less**", Look::Marked),
            ("__more-less:__", Look::Marked),
            ("<h2>more-less</h2>", Look::Marked),
            ("words ## more-less", Look::Marked),
            ("**more-less** and words", Look::RunIn),
            ("more-less:", Look::Plain { alone: true }),
            ("2. more-less", Look::Plain { alone: true }),
            ("| more-less |", Look::Plain { alone: true }),
        ] {
            let seen = looks_of(written);
            assert!(
                seen.contains(&("moreless".to_owned(), look)),
                "{written:?}: {seen:?}"
            );
        }
        let underlined = looks_of("more-less\n---------");
        assert_eq!(underlined[0], ("moreless".to_owned(), Look::Marked));
    }

    #[test]
    fn headings_that_are_some_are_not_looked_at() {
        assert_eq!(looks_of("## more-less"), []);
        assert_eq!(looks_of("## more-less\n\nwords").len(), 1);
    }
}
