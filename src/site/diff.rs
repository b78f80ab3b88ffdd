//! Differences between two texts, word by word.
//!
//! Words are what people read; punctuation counts as words of its own, white space does not count. A few words
//! that happen to stand in both texts between two changes are no kept passage: they belong to the change around them.
//! Texts of more than `WORDS_MAX` words are not compared, so that time does not depend on an author.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::html::{Html, Writer};

/// Longer texts are taken as a whole.
const WORDS_MAX: usize = 800;

/// Fewer words than these between two changes are part of the change.
const KEPT_MIN: usize = 3;

/// A level's text that keeps less than this share of its words, in percent, is written anew.
const NEW_LEVEL_BELOW_PERCENT: usize = 34;

/// The same for the text of one cell at two times.
const NEW_WORDING_BELOW_PERCENT: usize = 20;

/// Texts with more separate changes are written anew: a page of crumbs says nothing, and its nodes are bounded.
const CHANGES_MAX: usize = 24;

/// A comma after fewer words ends no passage: "Gives specific, kind feedback".
const LEAD_MIN_WORDS: usize = 3;

/// Longest passage at the beginning of a text that is marked as what it says first, in words.
const LEAD_MAX_WORDS: usize = 16;

/// `new` with the words that `old` does not have in `<b class="new">`. Of a text that is written anew, or has
/// nothing before it to be compared with, the first passage is marked alone: bold throughout would mark nothing.
pub fn new_words(old: Option<&Html>, new: &Html) -> Html {
    let (pieces, words) = (pieces(new.as_str()), words_of(new.as_str()));
    let old_words = old.map(|old| words_of(old.as_str())).unwrap_or_default();
    let marked: Vec<Range<usize>> = match compare(&old_words, &words, NEW_LEVEL_BELOW_PERCENT) {
        Some(changes) => changes.into_iter().map(|change| change.new).collect(),
        None => std::iter::once(0..lead(&words)).collect(),
    };
    mark(&pieces, &marked)
}

/// Both texts in one line: what went in `<del>`, what came in `<ins>`. Of a text that is written anew the old one
/// stands whole before the new one.
pub fn rewording(old: &str, new: &str) -> Html {
    let (old, new) = (spaced(old), spaced(new));
    let words = |text: &[Spaced<'_>]| text.iter().map(|word| word.word.to_owned()).collect();
    let (old_words, new_words): (Vec<String>, Vec<String>) = (words(&old), words(&new));
    let changes = compare(&old_words, &new_words, NEW_WORDING_BELOW_PERCENT).unwrap_or_else(|| {
        vec![Change {
            old: 0..old.len(),
            new: 0..new.len(),
        }]
    });
    let mut out = Writer::default();
    let mut at = 0;
    for change in changes {
        let kept = &new[at..change.new.start];
        write(&mut out, kept, Part::Kept);
        // The word before may have had a space after it when there was more to follow.
        let apart = ends_with_space(&old[..change.old.start]);
        if !change.old.is_empty() && !kept.is_empty() && apart && !ends_with_space(kept) {
            out.text(" ");
        }
        write(&mut out, &old[change.old.clone()], Part::Gone);
        let both = !change.old.is_empty() && !change.new.is_empty();
        if both && !ends_with_space(&old[change.old]) && new[change.new.start].begins_apart() {
            out.text(" ");
        }
        write(&mut out, &new[change.new.clone()], Part::Come);
        at = change.new.end;
    }
    write(&mut out, &new[at..], Part::Kept);
    out.finish()
}

/// What stands in `old` gives way to what stands in `new`; either may be empty, not both.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

/// The changes in order; nothing where the text is written anew, or too long to tell.
fn compare(old: &[String], new: &[String], anew_below_percent: usize) -> Option<Vec<Change>> {
    if old.len().max(new.len()) > WORDS_MAX {
        return (old == new).then(Vec::new);
    }
    let changes = joined(&capture_diff_slices(Algorithm::Myers, old, new));
    let changed: usize = changes.iter().map(|change| change.new.len()).sum();
    let kept = new.len() - changed;
    let anew = kept * 100 < new.len() * anew_below_percent;
    (!anew && changes.len() <= CHANGES_MAX).then_some(changes)
}

/// Changes with hardly anything between them are one.
fn joined(ops: &[DiffOp]) -> Vec<Change> {
    let changed = ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    let mut changes: Vec<Change> = Vec::new();
    for op in changed {
        let (old, new) = (op.old_range(), op.new_range());
        match changes.last_mut() {
            Some(last) if new.start - last.new.end < KEPT_MIN => {
                last.old.end = old.end;
                last.new.end = new.end;
            }
            _ => changes.push(Change { old, new }),
        }
    }
    changes
}

/// How many words the first passage has: up to the first punctuation that ends one. Nothing where that is far.
fn lead(words: &[String]) -> usize {
    let ends =
        |word: &String| matches!(word.as_str(), "," | ";" | ":" | "." | "!" | "?" | "–" | "—");
    let found = words
        .iter()
        .enumerate()
        .position(|(at, word)| ends(word) && (at >= LEAD_MIN_WORDS || word != ","));
    match found {
        Some(at) if at <= LEAD_MAX_WORDS => at,
        None if words.len() <= LEAD_MAX_WORDS => words.len(),
        _ => 0,
    }
}

/// A piece of HTML that was rendered here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'h> {
    /// `<p>` or `</p>`.
    Tag(&'h str),
    Word(&'h str),
    Space(&'h str),
}

/// Our own HTML in pieces. Neither its texts nor its attributes hold a bare `<` or `>`: both are escaped.
fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        if rest.starts_with('<') {
            let end = rest.find('>').map_or(rest.len(), |at| at + 1);
            pieces.push(Piece::Tag(&rest[..end]));
            rest = &rest[end..];
        } else {
            let end = rest.find('<').unwrap_or(rest.len());
            pieces.extend(text_pieces(&rest[..end]));
            rest = &rest[end..];
        }
    }
    pieces
}

/// Text without tags in words and the spaces between them.
fn text_pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            space if space.is_whitespace() => run(rest, char::is_whitespace),
            '&' => rest.find(';').map_or(1, |at| at + 1), // an escaped character
            letter if in_word(letter) => run(rest, in_word),
            mark => mark.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        pieces.push(if first.is_whitespace() {
            Piece::Space(piece)
        } else {
            Piece::Word(piece)
        });
        rest = after;
    }
    pieces
}

fn run(text: &str, of: impl Fn(char) -> bool) -> usize {
    text.find(|c| !of(c)).unwrap_or(text.len())
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\'' | '’' | '-' | '_')
}

fn words_of(html: &str) -> Vec<String> {
    let words = pieces(html).into_iter().filter_map(|piece| match piece {
        Piece::Word(word) => Some(word.to_owned()),
        Piece::Tag(_) | Piece::Space(_) => None,
    });
    words.collect()
}

/// The pieces again, with the words of these numbers in bold; a tag ends the bold, so that nothing overlaps.
fn mark(pieces: &[Piece<'_>], marked: &[Range<usize>]) -> Html {
    let mut out = Writer::default();
    let (mut word, mut bold) = (0, false);
    for (at, piece) in pieces.iter().enumerate() {
        let inside = match piece {
            Piece::Tag(_) => false,
            Piece::Word(_) => holds(marked, word),
            // A space is bold between two bold words of one text.
            Piece::Space(_) => {
                bold && holds(marked, word) && matches!(pieces.get(at + 1), Some(Piece::Word(_)))
            }
        };
        match (bold, inside) {
            (false, true) => out.tag("<b class=\"new\">"),
            (true, false) => out.tag("</b>"),
            _ => &mut out,
        };
        bold = inside;
        let (Piece::Tag(html) | Piece::Word(html) | Piece::Space(html)) = piece;
        out.rendered(html);
        word += usize::from(matches!(piece, Piece::Word(_)));
    }
    if bold {
        out.tag("</b>");
    }
    out.finish()
}

fn holds(ranges: &[Range<usize>], word: usize) -> bool {
    ranges.iter().any(|range| range.contains(&word))
}

/// A word with the space after it.
struct Spaced<'t> {
    word: &'t str,
    space: &'t str,
}

impl Spaced<'_> {
    /// No comma or full stop, which stands close to what is before it.
    fn begins_apart(&self) -> bool {
        !matches!(self.word, "," | ";" | ":" | "." | "!" | "?" | ")")
    }
}

fn spaced(text: &str) -> Vec<Spaced<'_>> {
    let mut words: Vec<Spaced<'_>> = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let length = if in_word(first) {
            word_length(rest)
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(length);
        let (space, after) = after.split_at(run(after, char::is_whitespace));
        words.push(Spaced { word, space });
        rest = after;
    }
    words
}

/// A word, or a number with the marks inside it: `0.01`, `1,200`.
fn word_length(text: &str) -> usize {
    let mut length = run(text, in_word);
    let is_digit = |c: char| c.is_ascii_digit();
    while text[..length].ends_with(is_digit)
        && let Some(rest) = text[length..].strip_prefix(['.', ','])
        && rest.starts_with(is_digit)
    {
        length += 1 + run(rest, in_word);
    }
    length
}

fn ends_with_space(words: &[Spaced<'_>]) -> bool {
    words.last().is_some_and(|last| !last.space.is_empty())
}

/// What becomes of a passage.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Kept,
    Gone,
    Come,
}

fn write(out: &mut Writer, words: &[Spaced<'_>], part: Part) {
    let Some((last, before)) = words.split_last() else {
        return;
    };
    let (open, close) = match part {
        Part::Kept => ("", ""),
        Part::Gone => ("<del>", "</del>"),
        Part::Come => ("<ins>", "</ins>"),
    };
    out.tag(open);
    for word in before {
        out.text(word.word).text(word.space);
    }
    out.text(last.word).tag(close).text(last.space);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bold(old: &str, new: &str) -> String {
        new_words(Some(&Html::text(old)), &Html::text(new)).to_string()
    }

    #[test]
    fn words_that_were_not_there_before_are_marked() {
        assert_eq!(
            bold(
                "Leads incidents across a team.",
                "Leads incidents across a team, and removes the cause."
            ),
            "Leads incidents across a team<b class=\"new\">, and removes the cause</b>."
        );
        assert_eq!(
            bold("The same words.", "The same words."),
            "The same words."
        );
    }

    #[test]
    fn of_a_text_written_anew_the_first_passage_is_marked() {
        assert_eq!(
            bold(
                "Finishes tasks.",
                "Owns a project end to end, including rollback and follow-up."
            ),
            "<b class=\"new\">Owns a project end to end</b>, including rollback and follow-up."
        );
        assert_eq!(
            new_words(None, &Html::text("Learns in the open")).as_str(),
            "<b class=\"new\">Learns in the open</b>"
        );
    }

    #[test]
    fn an_early_comma_does_not_end_the_first_passage() {
        assert_eq!(
            bold("Helps others.", "Gives specific, kind feedback; decides."),
            "<b class=\"new\">Gives specific, kind feedback</b>; decides."
        );
    }

    #[test]
    fn a_word_that_two_changes_share_by_chance_belongs_to_the_change() {
        let html = bold(
            "Delivers a feature from question to follow-up, and follows its errors after release.",
            "Delivers a feature from question to follow-up, and reports its effect after release.",
        );
        assert!(
            html.contains("and <b class=\"new\">reports its effect</b> after release"),
            "{html}"
        );
    }

    #[test]
    fn markup_stays_whole_around_and_within_what_is_marked() {
        let context = |html: &str| {
            let mut out = Writer::default();
            out.rendered(html);
            out.finish()
        };
        let old = context("<p>Keeps one two three four five</p>");
        let new =
            context("<p>Keeps one two three four five and <em>six &amp; seven</em> eight</p>");
        assert_eq!(
            new_words(Some(&old), &new).as_str(),
            "<p>Keeps one two three four five <b class=\"new\">and</b> <em><b class=\"new\">six &amp; seven</b></em> <b class=\"new\">eight</b></p>"
        );
    }

    #[test]
    fn a_rewording_keeps_numbers_whole_and_words_apart() {
        assert_eq!(
            rewording(
                "the ledger by the end of May, drift below 0.001 %",
                "the ledger, drift below 0.01 %"
            )
            .as_str(),
            "the ledger <del>by the end of May</del>, drift below <del>0.001</del> <ins>0.01</ins> %"
        );
    }

    #[test]
    fn a_rewording_holds_both_texts() {
        assert_eq!(
            rewording(
                "Designs a service; presents it to the team.",
                "Designs a service; others can build from it."
            )
            .as_str(),
            "Designs a service; <del>presents it to the team</del> <ins>others can build from it</ins>."
        );
        assert_eq!(
            rewording(
                "Leads all incidents across a team and sees to it.",
                "Leads all incidents across a team, and removes causes."
            )
            .as_str(),
            "Leads all incidents across a team <del>and sees to it</del><ins>, and removes causes</ins>."
        );
        assert_eq!(rewording("a <b>", "a <b>").as_str(), "a &lt;b&gt;");
        assert_eq!(rewording("", "Fresh").as_str(), "<ins>Fresh</ins>");
        assert_eq!(rewording("Old", "").as_str(), "<del>Old</del>");
    }

    #[test]
    fn texts_too_long_to_compare_are_taken_as_a_whole() {
        let (old, new) = ("a ".repeat(WORDS_MAX + 1), "b ".repeat(WORDS_MAX + 1));
        let html = rewording(&old, &new).to_string();
        assert_eq!(html.matches("<del>").count(), 1);
        assert_eq!(html.matches("<ins>").count(), 1);
        assert_eq!(bold(&new, &new), new);
    }

    #[test]
    fn scattered_changes_do_not_multiply_a_pages_nodes() {
        let words = |odd: &str| -> String {
            let word = |n: usize| {
                if n.is_multiple_of(5) {
                    odd.to_owned()
                } else {
                    format!("w{n}")
                }
            };
            (0..700).map(word).collect::<Vec<_>>().join(" ")
        };
        let html = bold(&words("x"), &words("y"));
        assert!(html.matches("<b").count() <= CHANGES_MAX);
    }
}
