//! Markdown as written: front matter, and the stretches between headings.

use std::ops::Range;

use pulldown_cmark::{
    CodeBlockKind, Event, HeadingLevel, LinkType, MetadataBlockKind, Options, Parser, RefDefs, Tag,
    TagEnd,
};

use crate::domain::model::markup;

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

/// A markdown text cut at its `##` headings, and what belongs to the whole of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Markdown {
    /// What stands before the first heading.
    pub preamble: Range<usize>,
    /// In the order of the text.
    pub sections: Vec<Section>,
    /// Footnotes and link definitions, in the order of the text.
    pub definitions: Vec<Definition>,
    /// Where definitions are used, in the order of the text.
    pub uses: Vec<Use>,
    /// Code, comments and other raw HTML, in the order of the text.
    pub enclosed: Vec<Enclosed>,
    /// `<!--` that begins no comment, because none ends there.
    pub loose_comments: Vec<Range<usize>>,
}

/// One heading and what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Begins it.
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

/// What a label means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// What it is found by.
    pub label: Label,
    /// All of it, from its `[` on.
    pub span: Range<usize>,
}

/// The label of a definition, as labels are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// `[^label]`
    Note(String),
    /// `[label]`
    Link(String),
}

/// A place that draws on a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The first byte in the text.
    pub at: usize,
    /// The definition that it draws on.
    pub label: Label,
}

/// A block or span whose text is no markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosed {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// Code or HTML.
    pub kind: EnclosedKind,
    /// It goes on to the end of the text, for nothing ends it.
    pub is_open: bool,
}

/// See [`Enclosed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnclosedKind {
    /// Code between fences.
    Fence,
    /// Code by four spaces.
    IndentedCode,
    /// `<!-- … -->`
    Comment,
    /// A block of other raw HTML, which is shown as its text.
    Html,
}

impl Label {
    /// The label of a footnote.
    pub fn note(written: &str) -> Self {
        Self::Note(written.to_lowercase())
    }

    /// The label of a link.
    pub fn link(written: &str) -> Self {
        let words: Vec<&str> = written.split_whitespace().collect();
        Self::Link(words.join(" ").to_lowercase())
    }
}

impl Markdown {
    /// Cuts a text; all ranges are counted from `offset`, where the text begins in its file.
    pub fn cut(text: &str, offset: usize) -> Self {
        Self::read(text, offset, |_, _| {})
    }

    /// The same, and shows every event with its range in the text, from its own beginning.
    pub fn read(text: &str, offset: usize, mut see: impl FnMut(&Event<'_>, &Range<usize>)) -> Self {
        let mut reading = Reading::of(text);
        let mut events = markup::parse(text).into_offset_iter();
        while let Some((event, range)) = events.next() {
            see(&event, &range);
            reading.event(event, range, events.reference_definitions());
        }
        reading.links(events.reference_definitions());
        reading.finish(offset)
    }

    /// The place in [`Markdown::sections`] of what a byte of the file lies in; nothing in the preamble.
    pub fn section_at(&self, at: usize) -> Option<usize> {
        let begun = |section: &Section| section.heading.span.start <= at;
        self.sections.partition_point(begun).checked_sub(1)
    }

    /// The code, comment or raw HTML that a byte lies in.
    pub fn enclosed_at(&self, at: usize) -> Option<&Enclosed> {
        let begun = self.enclosed.partition_point(|one| one.span.start <= at);
        let last = self.enclosed[..begun].last();
        last.filter(|one| at < one.span.end)
    }

    /// The innermost definition that a byte lies in.
    pub fn definition_around(&self, at: usize) -> Option<&Definition> {
        let begun = self.definitions.partition_point(|one| one.span.start <= at);
        // Definitions lie in one another at most as deep as quotes and lists do.
        let before = self.definitions[..begun].iter().rev().take(DEPTH_LOOKED_AT);
        let mut around = before.filter(|one| at < one.span.end);
        around.next()
    }

    /// What a stretch of the text draws on.
    pub(super) fn uses_in(&self, range: &Range<usize>) -> &[Use] {
        let start = self.uses.partition_point(|one| one.at < range.start);
        let end = self.uses.partition_point(|one| one.at < range.end);
        &self.uses[start..end.max(start)]
    }
}

/// How many definitions before a place are looked at for one that it lies in.
const DEPTH_LOOKED_AT: usize = 64;

/// A text while its events are read; ranges are counted from its own beginning.
struct Reading<'t> {
    text: &'t str,
    found: Markdown,
    headings: Vec<Heading>,
    open: Option<Heading>,
    depth: usize,
    code: usize,
}

impl<'t> Reading<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            found: Markdown::default(),
            headings: Vec::new(),
            open: None,
            depth: 0,
            code: 0,
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>, links: &RefDefs<'_>) {
        match event {
            Event::Start(tag) => {
                self.start(tag, range, links);
                self.depth += 1;
            }
            Event::End(tag) => self.end(tag),
            Event::Text(words) => {
                self.loose_comments(&range);
                self.words(&words, range);
            }
            Event::Code(words) => self.words(&words, range),
            Event::InlineHtml(html) if html.starts_with(markup::COMMENT) => {
                self.enclose(range, EnclosedKind::Comment, false);
            }
            Event::FootnoteReference(label) => self.found.uses.push(Use {
                at: range.start,
                label: Label::note(&label),
            }),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>, links: &RefDefs<'_>) {
        match tag {
            Tag::Heading {
                level: HeadingLevel::H2,
                ..
            } if self.depth == 0 && self.text[range.clone()].starts_with('#') => {
                self.open = Some(Heading {
                    title: String::new(),
                    words: range.end..range.start,
                    span: range,
                });
            }
            Tag::FootnoteDefinition(label) => self.found.definitions.push(Definition {
                label: Label::note(&label),
                span: range,
            }),
            Tag::Link { link_type, id, .. } | Tag::Image { link_type, id, .. }
                if by_reference(link_type) && links.get(&id).is_some() =>
            {
                self.found.uses.push(Use {
                    at: range.start,
                    label: Label::link(&id),
                });
            }
            Tag::CodeBlock(kind) => self.code_block(&kind, range),
            Tag::HtmlBlock => self.html_block(range),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        self.depth -= 1;
        match tag {
            TagEnd::Heading(_) if self.depth == 0 => {
                self.headings.extend(self.open.take().map(closed));
            }
            TagEnd::CodeBlock => self.code -= 1,
            _ => {}
        }
    }

    fn words(&mut self, words: &str, range: Range<usize>) {
        if let Some(heading) = &mut self.open {
            heading.title.push_str(words);
            heading.words.start = heading.words.start.min(range.start);
            heading.words.end = heading.words.end.max(range.end);
        }
    }

    fn loose_comments(&mut self, range: &Range<usize>) {
        if self.code > 0 {
            return;
        }
        // Texts are given in pieces, of which one may end within the mark.
        let end = self
            .text
            .floor_char_boundary(range.end + markup::COMMENT.len() - 1);
        let written = &self.text[range.start..end];
        let loose = written.match_indices(markup::COMMENT);
        let loose = loose.map(|(at, mark)| range.start + at..range.start + at + mark.len());
        let is_escaped = |at: usize| self.text[..at].ends_with('\\');
        let loose = loose.filter(|mark| mark.start < range.end && !is_escaped(mark.start));
        self.found.loose_comments.extend(loose);
    }

    fn enclose(&mut self, span: Range<usize>, kind: EnclosedKind, is_open: bool) {
        self.found.enclosed.push(Enclosed {
            span,
            kind,
            is_open,
        });
    }

    fn code_block(&mut self, kind: &CodeBlockKind<'_>, range: Range<usize>) {
        self.code += 1;
        match kind {
            CodeBlockKind::Indented => self.enclose(range, EnclosedKind::IndentedCode, false),
            CodeBlockKind::Fenced(_) => {
                let is_open = self.reaches_the_end(&range) && !is_closed(&self.text[range.clone()]);
                self.enclose(range, EnclosedKind::Fence, is_open);
            }
        }
    }

    fn html_block(&mut self, range: Range<usize>) {
        let block = self.text[range.clone()].trim_start();
        let range = range.end - block.len()..range.end;
        let reaches = self.reaches_the_end(&range);
        let is_open = reaches && closing_of(block).is_some_and(|end| !ends_by(block, end));
        let kind = if block.starts_with(markup::COMMENT) {
            EnclosedKind::Comment
        } else {
            EnclosedKind::Html
        };
        if let Some(at) = last_comment(block).filter(|_| !is_open) {
            let start = range.start + at;
            self.found
                .loose_comments
                .push(start..start + markup::COMMENT.len());
        }
        self.enclose(range, kind, is_open);
    }

    fn reaches_the_end(&self, range: &Range<usize>) -> bool {
        self.text[range.end..].trim().is_empty()
    }

    fn links(&mut self, links: &RefDefs<'_>) {
        let links = links.iter().map(|(label, link)| Definition {
            label: Label::link(label),
            span: link.span.clone(),
        });
        self.found.definitions.extend(links);
        let place = |one: &Definition| (one.span.start, one.span.end);
        self.found.definitions.sort_by_key(place);
    }

    fn finish(self, offset: usize) -> Markdown {
        let Self {
            text,
            mut found,
            headings,
            ..
        } = self;
        let ends = headings.iter().skip(1).map(|h| h.span.start);
        let ends: Vec<usize> = ends.chain([text.len()]).collect();
        found.preamble = 0..headings.first().map_or(text.len(), |h| h.span.start);
        let sections = headings.into_iter().zip(ends);
        let sections = sections.map(|(heading, end)| Section {
            body: heading.span.end..end,
            heading,
        });
        found.sections = sections.collect();
        found.shift(offset);
        found
    }
}

impl Markdown {
    fn shift(&mut self, offset: usize) {
        let sections = self.sections.iter_mut();
        let of_sections = sections.flat_map(|Section { heading, body }| {
            [body, &mut heading.words, &mut heading.span].into_iter()
        });
        let definitions = self.definitions.iter_mut().map(|one| &mut one.span);
        let enclosed = self.enclosed.iter_mut().map(|one| &mut one.span);
        let all = [&mut self.preamble].into_iter().chain(of_sections);
        let all = all.chain(definitions).chain(enclosed);
        for range in all.chain(&mut self.loose_comments) {
            *range = range.start + offset..range.end + offset;
        }
        self.uses.iter_mut().for_each(|one| one.at += offset);
    }
}

fn by_reference(link_type: LinkType) -> bool {
    use LinkType::{Collapsed, Reference, Shortcut};
    matches!(link_type, Reference | Collapsed | Shortcut)
}

/// Whether a fence ends by a line of its own marks.
fn is_closed(fence: &str) -> bool {
    let fence = fence.trim_start();
    let mark = |c: char| c == '`' || c == '~';
    let marks = |line: &str| line.chars().take_while(|c| mark(*c)).count();
    let opening = marks(fence);
    let last = fence.trim_end().lines().skip(1).last().unwrap_or_default();
    // What is left of it in a quote begins with the quote's mark.
    let last = last.trim_start_matches([' ', '>', '\t']);
    let same = last.chars().next() == fence.chars().next();
    same && marks(last) >= opening && last.trim_start_matches(mark).trim().is_empty()
}

/// What ends a block of raw HTML that blank lines do not end; nothing where they do.
fn closing_of(block: &str) -> Option<&'static str> {
    let word = |word: &str| {
        let begins = block.get(1..1 + word.len());
        let rest = block.get(1 + word.len()..).unwrap_or_default();
        begins.is_some_and(|begins| begins.eq_ignore_ascii_case(word))
            && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-')
    };
    const WORDS: [&str; 4] = ["</pre>", "</script>", "</style>", "</textarea>"];
    Some(match block {
        _ if block.starts_with(markup::COMMENT) => "-->",
        _ if block.starts_with("<?") => "?>",
        _ if block.starts_with("<![CDATA[") => "]]>",
        _ if block.starts_with("<!") => ">",
        // Another tag's end does not end it, for the parser that cuts the file.
        _ => return WORDS.into_iter().find(|end| word(&end[2..end.len() - 1])),
    })
}

fn ends_by(block: &str, end: &str) -> bool {
    block.to_ascii_lowercase().contains(end)
}

/// Where the last comment of a block begins that does not end in it.
fn last_comment(block: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = block[from..].find(markup::COMMENT) {
        match markup::comment_bytes(&block[from + at..]) {
            Some(length) => from += at + length,
            None => return Some(from + at),
        }
    }
    None
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
