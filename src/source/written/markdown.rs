//! Markdown as written: front matter, and the stretches between headings.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, MetadataBlockKind, Options, Parser, Tag, TagEnd};

/// The TOML between `+++` lines at the very beginning of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontMatter {
    /// The TOML text, without the `+++` lines.
    pub toml: Range<usize>,
    /// Where the markdown begins.
    pub body: usize,
}

/// Finds the front matter; nothing where the file does not begin with a closed block.
pub fn front_matter(text: &str) -> Option<FrontMatter> {
    if !text.starts_with("+++") {
        return None;
    }
    // What follows the block says nothing about it, and is longer.
    let mark = "\n+++";
    let end = text.find(mark).map_or(0, |at| at + mark.len());
    let line = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    leading_block(&text[..line]).or_else(|| leading_block(text))
}

fn leading_block(text: &str) -> Option<FrontMatter> {
    let options = Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let mut events = Parser::new_ext(text, options).into_offset_iter();
    let (first, block) = events.next()?;
    let kind = MetadataBlockKind::PlusesStyle;
    if first != Event::Start(Tag::MetadataBlock(kind)) || block.start != 0 {
        return None;
    }
    let texts = events
        .take_while(|(event, _)| *event != Event::End(TagEnd::MetadataBlock(kind)))
        .map(|(_, range)| range);
    let toml = texts.reduce(|all, range| all.start..range.end);
    Some(FrontMatter {
        toml: toml.unwrap_or(block.end..block.end),
        body: block.end,
    })
}

/// A markdown text cut at its `##` headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Markdown {
    /// What stands before the first heading.
    pub preamble: Range<usize>,
    pub sections: Vec<Section>,
}

/// One heading and what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub heading: Heading,
    /// From the end of the heading to the next one.
    pub body: Range<usize>,
}

/// A `##` heading at the outermost level: none inside quotes, lists or code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Its words without marks, trimmed.
    pub title: String,
    /// The words within the text, without `##`.
    pub words: Range<usize>,
    /// The whole heading.
    pub span: Range<usize>,
}

impl Markdown {
    /// Cuts a text; all ranges are counted from `offset`, where the text begins in its file.
    pub fn cut(text: &str, offset: usize) -> Self {
        let headings = headings(text);
        let ends = headings.iter().skip(1).map(|h| h.span.start);
        let ends: Vec<usize> = ends.chain([text.len()]).collect();
        let first = headings.first().map_or(text.len(), |h| h.span.start);
        let shift = |range: Range<usize>| range.start + offset..range.end + offset;
        let sections = headings
            .into_iter()
            .zip(ends)
            .map(|(heading, end)| Section {
                body: shift(heading.span.end..end),
                heading: Heading {
                    title: heading.title,
                    words: shift(heading.words),
                    span: shift(heading.span),
                },
            });
        Self {
            sections: sections.collect(),
            preamble: shift(0..first),
        }
    }
}

fn headings(text: &str) -> Vec<Heading> {
    let mut found = Vec::new();
    let mut open: Option<Heading> = None;
    let mut depth = 0usize;
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading {
                level: HeadingLevel::H2,
                ..
            }) if depth == 0 && text[range.clone()].starts_with('#') => {
                open = Some(Heading {
                    title: String::new(),
                    words: range.end..range.start,
                    span: range,
                });
                depth += 1;
            }
            Event::Start(_) => depth += 1,
            Event::End(tag) => {
                depth -= 1;
                if let (TagEnd::Heading(_), true) = (tag, depth == 0) {
                    found.extend(open.take().map(closed));
                }
            }
            Event::Text(words) | Event::Code(words) => {
                if let Some(heading) = &mut open {
                    heading.title.push_str(&words);
                    heading.words.start = heading.words.start.min(range.start);
                    heading.words.end = heading.words.end.max(range.end);
                }
            }
            _ => {}
        }
    }
    found
}

fn closed(mut heading: Heading) -> Heading {
    heading.title = heading.title.trim().to_owned();
    if heading.words.start > heading.words.end {
        heading.words = heading.span.clone(); // a heading without words
    }
    heading
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_inside_code_quotes_and_lists_do_not_cut() {
        let text =
            "intro\n\n## One\n\n```\n## not\n```\n\n> ## nor\n\n- ## this\n\n## Two `x`\nend\n";
        let cut = Markdown::cut(text, 0);
        let titles: Vec<_> = cut.sections.iter().map(|s| &*s.heading.title).collect();
        assert_eq!(titles, ["One", "Two x"]);
        assert_eq!(&text[cut.preamble], "intro\n\n");
        assert_eq!(text[cut.sections[1].body.clone()].trim(), "end");
    }

    #[test]
    fn a_line_of_dashes_under_a_paragraph_does_not_cut() {
        assert_eq!(Markdown::cut("words\n---\n", 0).sections, []);
    }

    #[test]
    fn front_matter_stands_at_the_very_beginning_and_is_closed() {
        let text = "+++\nby = \"ada\"\n+++\n\nbody";
        let front = front_matter(text).unwrap_or_else(|| panic!("no front matter"));
        assert_eq!(&text[front.toml], "by = \"ada\"\n");
        assert_eq!(text[front.body..].trim(), "body");
        for without in [
            "",
            "+++",
            "+++\nby = 1\n",
            "words\n\n+++\na = 1\n+++\n",
            "++\n++\n",
        ] {
            assert_eq!(front_matter(without), None, "{without:?}");
        }
    }
}
