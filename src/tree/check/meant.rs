//! Lines that somebody may have meant for a heading, however they are written.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::Event;

use super::titles::Titles;
use crate::domain::model::markup::{self, COMMENT};
use crate::tree::source::written::{Enclosed, EnclosedKind, Markdown};

/// A line that is no heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Bytes of the file, without the white space around.
    pub span: Range<usize>,
    /// What it says without marks, tags and what nobody sees.
    pub words: String,
    pub look: Look,
    pub within: Within,
    /// It is the first line of its paragraph or item, or the line before it ends a sentence.
    pub begins: bool,
    /// It is the end of a paragraph whose lines were broken at some width.
    pub is_wrapped: bool,
}

/// What a line is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Text,
    /// A fence that nothing says to be there by mistake.
    Fence,
    /// Code by its indentation alone.
    Indented,
    /// A comment that nothing says to be there by mistake.
    Comment,
}

/// What makes a line look like a heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Two `#`, as headings of answers have them.
    Two,
    /// Other marks of a heading: another number of `#`, bold, a line under it, a tag.
    Marked,
    /// `##` within a line.
    Amid,
    /// Its words are set off from the others.
    RunIn,
    /// A cell of a table, but the first.
    Cell,
    /// Nothing but what it says. `alone`: a paragraph of its own.
    Plain { alone: bool },
}

impl Line {
    /// Whether it has marks that people give to headings.
    pub fn is_marked(&self) -> bool {
        matches!(self.look, Look::Two | Look::Marked | Look::Amid)
    }
}

/// The lines of a file that are no headings of sections, and what several lines say together where a title goes on in
/// the next one.
pub(super) fn lines(text: &str, cut: &Markdown, titles: &Titles) -> Vec<Line> {
    let mut found = Vec::new();
    let doubtful = doubtful(text, cut);
    let mut heads = cut.sections.iter().map(|section| &section.heading.span);
    let mut head = heads.next();
    let mut start = cut.preamble.start;
    let mut before = "";
    while start < text.len() {
        let (written, after) = first_line(&text[start..]);
        let end = start + written.len();
        while head.is_some_and(|span| span.end <= start) {
            head = heads.next();
        }
        let is_heading = head.is_some_and(|span| span.start < end && start < span.end);
        let enclosed = cut
            .enclosed_at(end - written.trim_start().len())
            .filter(|one| !doubtful.contains(&one.span.start));
        if !is_heading && !written.trim().is_empty() {
            let (next, _) = first_line(after);
            let around = Around {
                begins: ends_thought(before) || begins_item(written),
                alone: before.trim().is_empty() && next.trim().is_empty(),
                is_underlined: is_underline(next),
                is_wrapped: next.trim().is_empty() && is_wrapped(before, written),
                enclosed,
            };
            found.extend(looks(written, start, &around));
            found.extend(broken_titles(written, after, start, &around, titles));
        }
        before = if is_heading { "" } else { written };
        start = text.len() - after.len();
    }
    found
}

/// Whether what follows a line begins anew: nothing goes on after it.
fn ends_thought(line: &str) -> bool {
    let line = line.trim_end();
    line.is_empty() || line.ends_with(['.', '!', '?', ':', '…'])
}

/// Whether a line begins an item of a list, or a row of a table.
fn begins_item(line: &str) -> bool {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || c == '>');
    unlisted(line).is_some() || line.starts_with('|')
}

/// The first line of a text, and what follows its end.
fn first_line(text: &str) -> (&str, &str) {
    let end = text.find(['\n', '\r']).unwrap_or(text.len());
    let (line, rest) = text.split_at(end);
    let length = if rest.starts_with("\r\n") { 2 } else { 1 };
    (line, rest.get(length..).unwrap_or_default())
}

/// Shorter lines are not broken because they are full.
const FULL_BYTES: usize = 50;

/// Whether a line goes on with a sentence of the full line before it.
fn is_wrapped(before: &str, line: &str) -> bool {
    let goes_on = line.trim_start().starts_with(char::is_lowercase);
    let ends = |c: char| matches!(c, '.' | '!' | '?' | ':' | ';' | '…' | '\\');
    let is_full = before.trim().len() >= FULL_BYTES && !before.ends_with("  ");
    goes_on && is_full && !before.trim_end().ends_with(ends)
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
    begins: bool,
    alone: bool,
    is_underlined: bool,
    is_wrapped: bool,
    /// The code or comment that it lies in, where that is what it seems.
    enclosed: Option<&'t Enclosed>,
}

impl Around<'_> {
    fn within(&self, written: &str) -> Within {
        let after = written.rsplit_once("-->").map_or("", |(_, after)| after);
        match self.enclosed.map(|one| one.kind) {
            Some(EnclosedKind::Fence) => Within::Fence,
            Some(EnclosedKind::IndentedCode) => Within::Indented,
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

/// The most lines that a title is broken over.
const BROKEN_MAX: usize = 12;

/// Titles that go on in the next lines of a paragraph.
fn broken_titles(
    first: &str,
    mut after: &str,
    start: usize,
    around: &Around<'_>,
    titles: &Titles,
) -> Vec<Line> {
    let mut found = Vec::new();
    let mut all = first.trim().to_owned();
    let start = start + first.len() - first.trim_start().len();
    for _ in 1..BROKEN_MAX {
        let (next, rest) = first_line(after);
        let next = next.trim_matches(|c: char| c.is_whitespace() || c == '>');
        let begins = Said::of(&shortened(&all)).lines().pop();
        let begins = begins.is_some_and(|last| titles.begins_with(heading_of(&last)));
        if next.is_empty() || !begins || unlisted(next).is_some() {
            break;
        }
        all = format!("{all} {next}");
        after = rest;
        found.extend(looks(&all, start, around).into_iter().map(|line| Line {
            span: start..start + first.trim().len(),
            is_wrapped: false,
            ..line
        }));
    }
    found
}

/// A line without the marks of a heading before its words.
fn heading_of(line: &str) -> &str {
    peeled(line).trim_start_matches(['#', '*', '_', '~', ' '])
}

fn looks(written: &str, start: usize, around: &Around<'_>) -> Vec<Line> {
    let trimmed = written.trim();
    let start = start + written.len() - written.trim_start().len();
    let said = Said::of(&shortened(trimmed));
    let mut found = Vec::new();
    let mut line = |words: &str, look: Look| {
        found.push(Line {
            span: start..start + trimmed.len(),
            words: words.trim().to_owned(),
            look,
            within: around.within(written),
            begins: around.begins,
            is_wrapped: around.is_wrapped,
        });
    };
    for words in said.lines() {
        look_of(&words, said.has_tags, around, &mut line);
    }
    for inside in &said.tags {
        line(inside, Look::Marked);
    }
    for inside in &said.comments {
        let (look, words) = look(inside, false, around);
        if matches!(look, Look::Two | Look::Marked) {
            line(words, Look::Marked);
        }
    }
    found
}

fn look_of(said: &str, has_tags: bool, around: &Around<'_>, line: &mut impl FnMut(&str, Look)) {
    let (look, words) = look(said, has_tags, around);
    line(words, look);
    let plain = Look::Plain {
        alone: around.alone,
    };
    if look == Look::RunIn || look == Look::Marked {
        line(peeled(said), plain);
    }
    for (at, marks) in said.match_indices("##").filter(|(at, _)| *at > 0) {
        if look != Look::Two && !said[..at].ends_with('#') {
            // Within code, nothing follows a heading in its line.
            let is_code = said[..at].matches('`').count() % 2 == 1;
            let look = if is_code { Look::RunIn } else { Look::Amid };
            line(said[at + marks.len()..].trim_matches('#'), look);
        }
    }
    for words in set_off_within(said) {
        line(words, Look::RunIn);
    }
    for cell in said
        .split('|')
        .skip(1)
        .filter(|cell| !cell.trim().is_empty())
    {
        line(cell, Look::Cell);
    }
}

/// Words in bold that a new sentence begins with, and are followed by a colon or by nothing.
fn set_off_within(said: &str) -> Vec<&str> {
    let mut pieces = said.split("**");
    let mut before = pieces.next().unwrap_or_default();
    let mut found = Vec::new();
    while let (Some(words), Some(after)) = (pieces.next(), pieces.next()) {
        let begins = before.trim_end().ends_with(['.', '!', '?', ':', '…']);
        let ends = words.trim_end().ends_with([':', '.']) || after.trim_start().starts_with(':');
        if ends && begins || after.trim().is_empty() {
            found.push(words);
        }
        before = after;
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

fn look<'s>(said: &'s str, has_tags: bool, around: &Around<'_>) -> (Look, &'s str) {
    let text = peeled(said);
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
    if has_tags || around.is_underlined {
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
    /// Its words, with a line's end for tags that make one.
    text: String,
    has_tags: bool,
    /// What stands within tags.
    tags: Vec<String>,
    comments: Vec<String>,
}

impl Said {
    fn of(line: &str) -> Self {
        let mut said = Self {
            text: String::with_capacity(line.len()),
            has_tags: false,
            tags: Vec::new(),
            comments: Vec::new(),
        };
        let line = &without_end_of_tag(line).replace("\\n", "\n");
        let line = &unreferenced(line);
        let mut rest = line.as_str();
        while let Some(c) = rest.chars().next() {
            let (meant, length) = match c {
                '<' => said.tag(rest),
                ']' => end_of_link(rest),
                _ => (Some(c), c.len_utf8()),
            };
            said.text.extend(meant.and_then(seen));
            rest = &rest[length..];
        }
        said
    }

    /// A tag is a mark if it is within words, and the end of a line otherwise.
    fn tag(&mut self, rest: &str) -> (Option<char>, usize) {
        if let Some(comment) = rest.strip_prefix(COMMENT) {
            let Some(end) = comment.find("-->") else {
                return (Some(' '), COMMENT.len());
            };
            self.comments.push(comment[..end].trim().to_owned());
            return (None, COMMENT.len() + end + "-->".len());
        }
        let begins = |c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?');
        let end = rest.find('>').filter(|_| rest[1..].starts_with(begins));
        let Some(end) = end else {
            return (Some('<'), 1);
        };
        self.has_tags = true;
        let inside = rest[1..end].trim_matches('/');
        let name = inside.split(|c: char| !c.is_ascii_alphanumeric()).next();
        let mark = match name.unwrap_or_default().to_ascii_lowercase().as_str() {
            "b" | "strong" | "i" | "em" | "u" | "mark" | "big" | "font" => '*',
            "span" | "a" | "code" | "small" | "sup" | "sub" | "s" | "del" | "ins" | "kbd" => ' ',
            _ => '\n',
        };
        // Names of tags are in lower case, those of most questions are not.
        let is_title = inside.starts_with(|c: char| !c.is_lowercase());
        self.tags.extend(is_title.then(|| inside.to_owned()));
        let values = inside.split('"').skip(1).step_by(2);
        self.tags.extend(values.map(str::to_owned));
        (Some(mark), end + 1)
    }

    fn lines(&self) -> Vec<String> {
        let lines = self.text.split('\n').map(str::trim);
        let whole = self.text.replace('\n', " ");
        let mut all: Vec<String> = lines
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect();
        if self.text.contains('\n') {
            all.push(whole);
        }
        all
    }
}

/// What is left of a tag that began in a line before.
fn without_end_of_tag(line: &str) -> &str {
    let end = line
        .split_once('>')
        .filter(|(tag, _)| tag.contains("=\"") && !tag.contains('<'));
    end.map_or(line, |(_, rest)| rest)
}

/// What a closing bracket says: nothing if it ends a link. And the bytes of it, with where the link leads.
fn end_of_link(rest: &str) -> (Option<char>, usize) {
    let end = match rest.as_bytes().get(1) {
        Some(b'(') => rest.find(')'),
        Some(b'[') => rest[1..].find(']').map(|end| end + 1),
        _ => None,
    };
    end.map_or((Some(']'), 1), |end| (None, end + 1))
}

/// The longest character reference that is looked for.
const REFERENCE_MAX_BYTES: usize = 12;

/// A line with characters in the place of references such as `&#35;`.
fn unreferenced(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').filter(|end| *end <= REFERENCE_MAX_BYTES);
        let length = end.map_or(1, |end| end + 1);
        let meant = markup::parse(&rest[..length]).find_map(|event| match event {
            Event::Text(text) => Some(text),
            _ => None,
        });
        plain.push_str(meant.as_deref().unwrap_or_default());
        rest = &rest[length..];
    }
    plain + rest
}

/// Whether nobody sees a character.
pub(super) fn is_unseen(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{e}'..='\u{1b}' | '\u{7f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// A character as the eye takes it; nothing where nobody sees it.
fn seen(c: char) -> Option<char> {
    match c {
        '\u{fe5f}' | '\u{266f}' | '\u{2317}' => Some('#'),
        '\u{fe55}' | '\u{fe30}' => Some(':'),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\t' => Some(c),
        _ if c.is_whitespace() => Some(' '),
        _ => Some(c).filter(|c| !is_unseen(*c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks_of(text: &str) -> Vec<(String, Look)> {
        let lines = lines(text, &Markdown::cut(text, 0), &Titles::default());
        let bare = |words: &str| {
            words
                .replace(|c: char| !c.is_alphanumeric(), "")
                .to_lowercase()
        };
        let lines = lines.into_iter();
        lines.map(|line| (bare(&line.words), line.look)).collect()
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
            ("words ## more-less", Look::Amid),
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
