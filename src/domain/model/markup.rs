//! What markdown means here: one dialect, for all that cut, check or render it.

use std::ops::Range;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use regex::Regex;
use serde::{Deserialize, Deserializer};
use unicode_normalization::UnicodeNormalization;

/// The events of a markdown text, by the one dialect that the tree is written in.
pub fn parse(markdown: &str) -> Parser<'_> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM;
    Parser::new_ext(markdown, options)
}

/// Stands before a text of one line, so that nothing in it begins a block. A punctuation mark, since emphasis may follow one.
const GUARD: char = '\u{2e31}';

/// A text of one line as markdown that is one paragraph: its first sign is a part of the words, as in `- 20 %`.
///
/// None if the text has several lines, or begins with the guard itself. [`unguarded`] takes the guard away again.
pub fn one_line(markdown: &str) -> Option<String> {
    let line = markdown.trim();
    let is_line = !line.contains('\n') && !line.contains(GUARD);
    is_line.then(|| format!("{GUARD}{line}"))
}

/// Takes the guard away that [`one_line`] put in.
pub fn unguarded(text: &str) -> &str {
    text.strip_prefix(GUARD).unwrap_or(text)
}

/// The words alone, in one line.
pub fn plain(markdown: &str) -> String {
    let mut words = String::new();
    let line = one_line(markdown);
    for event in parse(line.as_deref().unwrap_or(markdown)) {
        match event {
            Event::InlineMath(text) => words.push_str(&format!("${text}$")),
            Event::DisplayMath(text) => words.push_str(&format!("$${text}$$")),
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                words.push_str(&text);
            }
            Event::SoftBreak | Event::HardBreak | Event::End(_) => words.push(' '),
            _ => {}
        }
    }
    let words: Vec<&str> = unguarded(&words).split_whitespace().collect();
    words.join(" ")
}

/// A title: its words, without marks of emphasis. Every other sign stays as it was typed.
pub fn title(text: &str) -> String {
    let line = one_line(text);
    let mut events = parse(line.as_deref().unwrap_or(text));
    let is_mark = |event| matches!(event, Event::Start(Tag::Strong | Tag::Emphasis));
    if events.any(is_mark) {
        plain(text)
    } else {
        text.to_owned()
    }
}

/// Reads a title of a file as [`title`] does.
pub(super) fn read_title<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    String::deserialize(from).map(|text| title(&text))
}

/// The same of a title that may be missing.
pub(super) fn read_optional_title<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<String>, D::Error> {
    read_title(from).map(Some)
}

/// What begins an HTML comment.
pub const COMMENT: &str = "<!--";

/// The text without HTML comments, which nobody publishes; nothing where it has none.
pub(super) fn without_comments(markdown: &str) -> Option<String> {
    if !markdown.contains(COMMENT) {
        return None;
    }
    let found = comments(markdown);
    if found.is_empty() {
        return None;
    }
    let joined = without(markdown, &found, "");
    // What was around a comment may make another one together.
    let apart = || without(markdown, &found, " ");
    Some(if comments(&joined).is_empty() {
        joined
    } else {
        apart()
    })
}

/// The HTML comments of a text, in order. Within code there is none.
pub fn comments(markdown: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (event, range) in parse(markdown).into_offset_iter() {
        match event {
            Event::Start(Tag::HtmlBlock) => found.extend(comments_of_block(markdown, range)),
            Event::InlineHtml(html) if html.starts_with(COMMENT) => found.push(range),
            _ => {}
        }
    }
    found
}

/// A comment that does not end takes along what is left of its block.
fn comments_of_block(markdown: &str, block: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = block.start;
    while let Some(at) = markdown[from..block.end].find(COMMENT) {
        let start = from + at;
        let length = comment_bytes(&markdown[start..block.end]);
        let end = length.map_or(block.end, |length| start + length);
        found.push(start..end);
        from = end;
    }
    found
}

/// The bytes of the comment that a text begins with; nothing where it does not end.
pub fn comment_bytes(html: &str) -> Option<usize> {
    let inside = html.strip_prefix(COMMENT)?;
    let empty = [">", "->"].into_iter().find(|end| inside.starts_with(end));
    let end = "-->";
    let length = empty
        .map(str::len)
        .or_else(|| Some(inside.find(end)? + end.len()))?;
    Some(COMMENT.len() + length)
}

/// What is written in the place of an attachment where its name may not be.
const ATTACHMENT: &str = "an attachment";

/// The directory of attachments, as links name it.
pub(super) const FILES: &str = "files/";

/// A text that names none of its attachments: of a link to one, its words are left; of a path or file name, that it was
/// one. Nothing where it names none.
pub(super) fn without_files<'n>(
    markdown: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> Option<String> {
    let mut longest_first: Vec<&str> = names.filter(|name| name.contains('.')).collect();
    longest_first.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let stems = longest_first.iter().map(|name| stem(name));
    let stems = stems.filter(|stem| is_made_up(stem));
    let spellings = longest_first.iter().copied().chain(stems);
    let spellings: Vec<Regex> = spellings.filter_map(spelling).collect();
    let is_named = spellings.iter().any(|name| name.is_match(markdown));
    if !is_named && !markdown.contains(FILES) {
        return None;
    }
    let mut events = parse(markdown).into_offset_iter();
    let mut marks = LinkMarks::default();
    events
        .by_ref()
        .for_each(|(event, range)| marks.event(&event, range));
    let definitions = events.reference_definitions().iter();
    let definitions = definitions.filter(|(_, link)| is_file(&link.dest));
    marks
        .found
        .extend(definitions.map(|(_, link)| (link.span.clone(), "")));
    let mut left = marks.left_of(markdown);
    for name in &spellings {
        left = name.replace_all(&left, ATTACHMENT).into_owned();
    }
    Some(without_paths(&left))
}

/// What a mark of a file's name may be written as: escaped, as a reference, percent-encoded, or as another mark.
const MARK: &str =
    r"(?:\\?[ -/:-@\[-`{-~\n\u{a0}\u{2010}-\u{2015}]|&\#?[0-9A-Za-z]{1,8};|%[0-9A-Fa-f]{2}){1,4}";

/// How a file's name may be written in a text, and the folder before it. `None` if it is longer than names are.
fn spelling(name: &str) -> Option<Regex> {
    let mut pattern = format!("(?i)(?:{FILES})?");
    for c in name.nfc() {
        if c.is_ascii_alphanumeric() {
            pattern.push(c);
        } else if c.is_alphanumeric() {
            let written = c.to_string();
            let apart: String = written.nfd().collect();
            let encoded = utf8_percent_encode(&written, NON_ALPHANUMERIC);
            pattern.push_str(&format!("(?:{written}|{apart}|{encoded})"));
        } else if !pattern.ends_with(MARK) {
            pattern.push_str(MARK);
        }
    }
    Regex::new(&pattern).ok()
}

/// A file's name without its ending.
fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Whether nobody would write this but to name the file.
fn is_made_up(stem: &str) -> bool {
    let marks = stem.trim_matches(|c: char| !c.is_alphanumeric());
    stem.len() > 3 && marks.contains(['-', '_', '.'])
}

/// Paths of attachments that are not there, or that no link led to.
fn without_paths(text: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(FILES) {
        let path = &rest[at..];
        let ends =
            |c: char| c.is_whitespace() || matches!(c, ')' | '>' | '`' | '"' | ']' | ',' | ';');
        let end = path.find(ends).unwrap_or(path.len());
        left.push_str(&rest[..at]);
        left.push_str(if end > FILES.len() { ATTACHMENT } else { FILES });
        rest = &path[end..];
    }
    left + rest
}

/// Whether a target is an attachment.
fn is_file(target: &str) -> bool {
    below_files(target).is_some()
}

/// What follows `files/` in a target.
fn below_files(target: &str) -> Option<&str> {
    let mut path = target.trim();
    while let Some(rest) = path.strip_prefix("./") {
        path = rest;
    }
    path.strip_prefix(FILES)
}

/// A file's name in the composed form of Unicode, in which names are compared: systems keep either form.
pub fn composed(name: &str) -> String {
    name.nfc().collect()
}

/// The name of the attachment that a link leads to: percent-encoding is decoded as browsers do, unless only the name as
/// written is there.
///
/// None if the link leads elsewhere.
pub fn attachment(target: &str, is_there: impl Fn(&str) -> bool) -> Option<String> {
    let [decoded, written] = readings(below_files(target)?);
    let as_written = !is_there(&decoded) && is_there(&written);
    Some(if as_written { written } else { decoded })
}

fn readings(name: &str) -> [String; 2] {
    let decoded = percent_decode_str(name).decode_utf8();
    [decoded.as_deref().unwrap_or(name), name].map(composed)
}

/// All names that the links and pictures of a text may mean.
pub(super) fn attachments(markdown: &str) -> Vec<String> {
    let names = parse(markdown).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            below_files(&dest_url).map(readings)
        }
        _ => None,
    });
    names.flatten().collect()
}

/// The marks of links to attachments: all of such a link but its words.
#[derive(Default)]
struct LinkMarks {
    open: Vec<OpenLink>,
    /// The marks, and what is written there instead.
    found: Vec<(Range<usize>, &'static str)>,
}

/// A link or picture while its words are read.
struct OpenLink {
    /// The link, and the letters of the attachment's name without its ending; `None` if it leads elsewhere.
    link: Option<(Range<usize>, String)>,
    /// Where its words lie, and what they say.
    words: Range<usize>,
    said: String,
}

impl LinkMarks {
    fn left_of(mut self, markdown: &str) -> String {
        self.found
            .sort_by_key(|(range, _)| (range.start, range.end));
        let mut left = String::with_capacity(markdown.len());
        let mut from = 0;
        for (range, instead) in self.found {
            if range.start < from {
                from = from.max(range.end); // within one that is left out whole
                continue;
            }
            left.push_str(&markdown[from..range.start]);
            left.push_str(instead);
            from = range.end;
        }
        left + &markdown[from..]
    }

    fn event(&mut self, event: &Event<'_>, range: Range<usize>) {
        for OpenLink { words, said, .. } in &mut self.open {
            if !matches!(event, Event::End(TagEnd::Link | TagEnd::Image)) {
                *words = words.start.min(range.start)..words.end.max(range.end);
            }
            if let Event::Text(text) | Event::Code(text) = event {
                said.push_str(text);
            }
        }
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                let name = dest_url.rsplit('/').next().unwrap_or_default();
                let stem = letters(&percent_decode_str(stem(name)).decode_utf8_lossy());
                self.open.push(OpenLink {
                    words: range.end..range.start,
                    link: is_file(dest_url).then_some((range, stem)),
                    said: String::new(),
                });
            }
            Event::End(TagEnd::Link | TagEnd::Image) => self.end(),
            _ => {}
        }
    }

    fn end(&mut self) {
        let Some(OpenLink {
            link: Some((link, stem)),
            words,
            said,
        }) = self.open.pop()
        else {
            return;
        };
        let says_the_name = letters(&said) == stem;
        if words.start < words.end && !says_the_name {
            let marks = [link.start..words.start, words.end..link.end];
            self.found.extend(marks.map(|marks| (marks, "")));
        } else {
            self.found.push((link, ATTACHMENT));
        }
    }
}

/// The letters and digits of a text, in lower case and composed.
fn letters(text: &str) -> String {
    let letters = text.nfc().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// A text with something else in the place of some of its ranges, which come in order.
pub fn without(text: &str, ranges: &[Range<usize>], instead: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut from = 0;
    for range in ranges.iter().filter(|range| !range.is_empty()) {
        if range.start < from {
            from = from.max(range.end); // within the one before
            continue;
        }
        left.push_str(&text[from..range.start]);
        left.push_str(instead);
        from = range.end;
    }
    left.push_str(&text[from..]);
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_has_no_marks_of_emphasis_and_every_other_sign() {
        for (typed, shown) in [
            ("**Impact** and *care*", "Impact and care"),
            ("__Impact__", "Impact"),
            ("# 1 - C* and snake_case", "# 1 - C* and snake_case"),
            ("2 * 3 * 4 \\_ `x`", "2 * 3 * 4 \\_ `x`"),
        ] {
            assert_eq!(title(typed), shown);
        }
    }

    fn left(markdown: &str) -> String {
        without_comments(markdown).unwrap_or_else(|| markdown.to_owned())
    }

    #[test]
    fn of_a_link_to_an_attachment_the_words_alone_are_left() {
        let names = ["linus.png", "linus two.pdf", "log-of-linus.txt"];
        for (written, left) in [
            ("see ![my graph](files/linus.png).", "see my graph."),
            ("[the **log**](./files/linus.png)", "the **log**"),
            ("![](files/linus.png)", "an attachment"),
            ("[linus.png](files/linus.png)", "an attachment"),
            ("[Linus](files/linus.png)", "an attachment"),
            ("[by **Linus**](files/linus.png)", "by **Linus**"),
            (
                "![the log-of-linus](files/log-of-linus.txt)",
                "the an attachment",
            ),
            ("[files/linus.png](files/linus.png)", "an attachment"),
            (
                "[![g](files/linus.png)](https://a.example)",
                "[g](https://a.example)",
            ),
            ("[![g](files/linus.png)](files/linus.png)", "g"),
            (
                "[![linus](files/linus.png)](files/linus.png) and",
                "an attachment and",
            ),
            (
                "[g]: files/linus.png\n\nsee ![g] and [it][g]",
                "\n\nsee g and it",
            ),
            (
                "[b](<files/linus two.pdf>) [c](files/linus%20two.pdf)",
                "b c",
            ),
            (
                "`files/linus.png` and files/other.txt",
                "`an attachment` and an attachment",
            ),
            (
                r"see log\-of\_linus\.txt and log&#45;of linus",
                "see an attachment and an attachment",
            ),
            ("[LINUS two](files/linus%20two.pdf)", "an attachment"),
            (
                r"[Linus\
two](files/linus%20two.pdf)",
                "an attachment",
            ),
            (
                "[Log_of linus.TXT](files/log-of-linus.txt)",
                "an attachment",
            ),
        ] {
            let found = without_files(written, names.into_iter());
            assert_eq!(found.as_deref(), Some(left), "{written:?}");
        }
        assert_eq!(
            without_files("no [link](https://a.example)", names.into_iter()),
            None
        );
    }

    #[test]
    fn comments_are_left_out_and_nothing_else_is() {
        for (written, published) in [
            ("a <!-- b --> c", "a  c"),
            ("a\n\n<!--\nb\n\nc\n-->\n\nd", "a\n\n\n\nd"),
            ("> <!-- a\n> b -->\n> c", "> \n> c"),
            ("<div><!-- a --><b>x</b></div>", "<div><b>x</b></div>"),
            ("<!--> a", " a"),
            ("<!---> a", " a"),
            ("a <!-- b", "a <!-- b"),
            ("<!-- a\n\nb", ""),
            ("<!-- a --!> b\n\nc", ""),
            ("<!-<!-- a -->- b --> c", "<!- - b --> c"),
            ("`<!-- a -->`", "`<!-- a -->`"),
            ("```\n<!-- a -->\n```", "```\n<!-- a -->\n```"),
            ("    <!-- a -->", "    <!-- a -->"),
            ("é <!-- é -->é", "é é"),
        ] {
            assert_eq!(left(written), published, "{written:?}");
        }
    }
}
