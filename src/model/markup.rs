//! What markdown means here: one dialect, for whoever cuts, checks or renders it.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag};

/// The events of a markdown text, by the one dialect that the tree is written in.
pub fn parse(markdown: &str) -> Parser<'_> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    Parser::new_ext(markdown, options)
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
    // What stood around a comment may make another one together.
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

    fn left(markdown: &str) -> String {
        without_comments(markdown).unwrap_or_else(|| markdown.to_owned())
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
