//! Prose: markdown → HTML that holds nothing but what is written here.
//!
//! Authors are many and none is trusted. Raw HTML is shown as the text that it is, link targets are
//! checked, no picture is loaded from elsewhere, and nesting is bounded before any HTML is parsed:
//! what lies deeper than `DEPTH_MAX` keeps its words and loses its markup.

use std::cell::Cell;
use std::collections::BTreeMap;

use linkify::{LinkFinder, LinkKind};
use pulldown_cmark::{
    Alignment, BlockQuoteKind, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Tag, TagEnd,
    TextMergeStream,
};

use super::highlight;
use super::html::{Html, Writer};
use super::tree;
use crate::domain::model::{Allowlist, Namespace, markup};

/// Elements within one another; far under the depth that a page may have.
const DEPTH_MAX: usize = 24;

/// Tags and texts of one prose. What has more is shown as its source, for a page's nodes are bounded.
const PIECES_MAX: usize = 20_000;

/// The highest number that a list may begin with.
const LIST_START_MAX: u64 = 10_000;

/// Longer addresses are shown as text.
const URL_MAX_BYTES: usize = 8_192;

/// Longer alternative texts are cut.
const ALT_MAX_CHARS: usize = 2_000;

/// From the name of a file beside the text to its key among the section's attachments.
pub type Attach<'a> = Box<dyn Fn(&str) -> Option<String> + 'a>;

/// What a prose cannot know by itself.
pub struct Surroundings<'a> {
    /// The highest heading that may appear, 1 to 6; the prose's own levels follow on from it.
    pub heading: u8,
    /// Begins the ids of footnotes, so that no two proses of a page share one.
    pub footnotes: String,
    /// `graph.png` of a link to `files/graph.png` → the key of that attachment; nothing where there is none.
    pub attach: Attach<'a>,
    /// Tags and texts that the page has room for; what a prose uses is taken off.
    pub room: &'a Cell<usize>,
}

/// Markdown as blocks: paragraphs, lists, tables, code.
pub fn blocks(markdown: &str, around: &Surroundings) -> Html {
    let rendered = Renderer::new(around, false).render(markdown);
    rendered.unwrap_or_else(|| source(markdown))
}

/// Markdown as what may stand within a line: the breaks between its blocks are line breaks.
pub fn inline(markdown: &str, around: &Surroundings) -> Html {
    let line = markup::one_line(markdown);
    let rendered = Renderer::new(around, true).render(line.as_deref().unwrap_or(markdown));
    rendered.unwrap_or_else(|| Html::text(markdown))
}

/// Whether a tag is `<br>`, in any of its spellings.
fn is_line_break(html: &str) -> bool {
    let name = html.strip_prefix('<').and_then(|tag| tag.strip_suffix('>'));
    let name = name.map(|name| name.trim_end_matches([' ', '/']));
    name.is_some_and(|name| name.eq_ignore_ascii_case("br"))
}

/// Too much markup: the text as it was written.
fn source(markdown: &str) -> Html {
    let mut html = Writer::default();
    html.tag("<pre class=\"plain\" dir=\"auto\">")
        .text(markdown)
        .tag("</pre>");
    html.finish()
}

/// Where a link or picture leads.
enum Target {
    /// Another site, or a mail.
    Web(String),
    /// An attachment, by its key.
    File(String),
    /// Nowhere that a page may lead.
    Refused,
}

/// What is written when an element ends.
enum Closing {
    Tag(&'static str),
    /// A block that was dropped: a line break keeps its words apart from the next.
    Break,
    /// A link that was refused: its target, as words.
    Refused(String),
    Picture,
    Code,
    Nothing,
}

/// A picture, while its alternative text is read.
struct Picture {
    target: String,
    alt: String,
}

/// A fence, while its lines are read.
struct Fence {
    language: String,
    text: String,
}

struct Renderer<'s> {
    around: &'s Surroundings<'s>,
    /// Drop all blocks.
    inline: bool,
    out: Writer,
    pieces: usize,
    /// One for each element that is open in the markdown.
    closings: Vec<Closing>,
    columns: Vec<Alignment>,
    column: usize,
    in_cell: bool,
    head: bool,
    picture: Option<Picture>,
    fence: Option<Fence>,
    /// Label → number, in order of first appearance.
    notes: BTreeMap<String, usize>,
    referred: Vec<usize>,
    defined: Vec<usize>,
    break_due: bool,
}

impl<'s> Renderer<'s> {
    fn new(around: &'s Surroundings<'s>, inline: bool) -> Self {
        Self {
            around,
            inline,
            out: Writer::default(),
            pieces: 0,
            closings: Vec::new(),
            columns: Vec::new(),
            column: 0,
            in_cell: false,
            head: false,
            picture: None,
            fence: None,
            notes: BTreeMap::new(),
            referred: Vec::new(),
            defined: Vec::new(),
            break_due: false,
        }
    }

    /// The HTML; nothing where it would be more than [`PIECES_MAX`], or than the page has room for.
    fn render(mut self, markdown: &str) -> Option<Html> {
        let room = self.around.room.get();
        let most = PIECES_MAX.min(room);
        // An address is one text then, however it was taken apart.
        for event in TextMergeStream::new(markup::parse(markdown)) {
            self.event(event);
            self.pieces += 1;
            if self.pieces > most {
                return None;
            }
        }
        self.around.room.set(room - self.pieces);
        Some(self.out.finish())
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Start(tag) => {
                self.in_cell |= tag == Tag::TableCell;
                let closing = self.open(tag);
                self.closings.push(closing);
            }
            Event::End(tag) => {
                self.in_cell &= tag != TagEnd::TableCell;
                self.close();
            }
            // A row of a table is one line of markdown, so that nothing else breaks one within a cell.
            Event::InlineHtml(html) if self.in_cell && is_line_break(&html) => self.void("<br>"),
            Event::Text(text) => self.words(markup::unguarded(&text)),
            Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Code(text) => self.code(&text),
            // Math is shown as it was typed: nothing here sets it.
            Event::InlineMath(text) => self.code(&format!("${text}$")),
            Event::DisplayMath(text) => self.code(&format!("$${text}$$")),
            Event::FootnoteReference(label) => self.reference(&label),
            Event::SoftBreak => self.text("\n"),
            Event::HardBreak => self.void("<br>"),
            Event::Rule if self.inline => self.break_due = true,
            Event::Rule => self.void("<hr>"),
            Event::TaskListMarker(done) => self.task(done),
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(picture) = &mut self.picture {
            picture.alt.push_str(text);
        } else if let Some(fence) = &mut self.fence {
            fence.text.push_str(text);
        } else {
            self.pay_break();
            self.out.text(text);
        }
    }

    /// Text in which addresses of the web are links.
    fn words(&mut self, text: &str) {
        let is_plain = self.picture.is_some() || self.fence.is_some() || self.inside_link();
        if is_plain || !text.contains("://") {
            return self.text(text);
        }
        let mut finder = LinkFinder::new();
        finder.kinds(&[LinkKind::Url]);
        for span in finder.spans(text) {
            let url = span.kind().and_then(|_| outward(span.as_str()));
            match url.filter(|url| url.starts_with("http")) {
                Some(url) => {
                    self.pieces += 1;
                    self.pay_break();
                    self.out.tag("<a href=\"").value(&url).tag("\">");
                    self.out.text(span.as_str()).tag("</a>");
                }
                None => self.text(span.as_str()),
            }
        }
    }

    /// Writes the line break that a dropped block left behind, now that something follows it.
    fn pay_break(&mut self) {
        if std::mem::take(&mut self.break_due) && self.out.len_bytes() > 0 {
            self.out.tag("<br>");
        }
    }

    fn void(&mut self, tag: &'static str) {
        if self.picture.is_none() {
            self.out.tag(tag);
        }
    }

    fn code(&mut self, text: &str) {
        if self.picture.is_some() {
            return self.text(text);
        }
        self.pay_break();
        self.out.tag("<code>").text(text).tag("</code>");
    }

    fn task(&mut self, done: bool) {
        self.pay_break();
        self.pieces += 3;
        self.out.tag(if done {
            "<span class=\"task\"><span aria-hidden=\"true\">☑</span><span class=\"vh\">done:</span></span> "
        } else {
            "<span class=\"task\"><span aria-hidden=\"true\">☐</span><span class=\"vh\">open:</span></span> "
        });
    }

    /// Writes what opens an element, and says what closes it.
    fn open(&mut self, tag: Tag) -> Closing {
        if self.picture.is_some() {
            return Closing::Nothing; // alternative text is words alone
        }
        let too_deep = self.closings.len() >= DEPTH_MAX;
        match tag {
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } if too_deep => {
                Closing::Nothing
            }
            Tag::Emphasis => self.element("<em>", "</em>"),
            Tag::Strong => self.element("<strong>", "</strong>"),
            Tag::Strikethrough => self.element("<del>", "</del>"),
            Tag::Link {
                link_type: LinkType::Email,
                dest_url,
                ..
            } => self.link(&format!("mailto:{dest_url}")),
            Tag::Link { dest_url, .. } => self.link(&dest_url),
            Tag::Image { dest_url, .. } => self.start_picture(&dest_url),
            Tag::FootnoteDefinition(label) if !self.inline && !too_deep => self.definition(&label),
            Tag::CodeBlock(kind) if !self.inline && !too_deep => self.start_fence(kind),
            _ if self.inline || too_deep => {
                self.break_due = true;
                Closing::Break
            }
            tag => self.block(tag),
        }
    }

    fn element(&mut self, open: &'static str, close: &'static str) -> Closing {
        self.pay_break();
        self.out.tag(open);
        Closing::Tag(close)
    }

    fn block(&mut self, tag: Tag) -> Closing {
        match tag {
            Tag::Paragraph => self.element("<p dir=\"auto\">", "</p>"),
            Tag::HtmlBlock => self.element("<p class=\"plain\" dir=\"auto\">", "</p>"),
            Tag::Heading { level, .. } => self.heading(level),
            Tag::BlockQuote(None) => self.element("<blockquote dir=\"auto\">", "</blockquote>"),
            Tag::BlockQuote(Some(kind)) => {
                self.pieces += 2;
                let closing = self.element("<blockquote dir=\"auto\">", "</blockquote>");
                self.out
                    .tag("<p><strong>")
                    .text(alert(kind))
                    .tag("</strong></p>");
                closing
            }
            Tag::List(None) => self.element("<ul>", "</ul>"),
            Tag::List(Some(first)) => self.numbered(first),
            Tag::Item => self.element("<li dir=\"auto\">", "</li>"),
            Tag::Table(columns) => self.table(columns),
            Tag::TableHead => self.row(true, "<thead><tr>", "</tr></thead><tbody>"),
            Tag::TableRow => self.row(false, "<tr>", "</tr>"),
            Tag::TableCell => self.cell(),
            // The extensions that make any other are off; their words would still be shown.
            _ => Closing::Nothing,
        }
    }

    fn heading(&mut self, level: HeadingLevel) -> Closing {
        let shifted = self
            .around
            .heading
            .saturating_add(level as u8)
            .saturating_sub(1);
        match shifted {
            0..=1 => self.element("<h1 dir=\"auto\">", "</h1>"),
            2 => self.element("<h2 dir=\"auto\">", "</h2>"),
            3 => self.element("<h3 dir=\"auto\">", "</h3>"),
            4 => self.element("<h4 dir=\"auto\">", "</h4>"),
            5 => self.element("<h5 dir=\"auto\">", "</h5>"),
            _ => self.element("<h6 dir=\"auto\">", "</h6>"),
        }
    }

    fn numbered(&mut self, first: u64) -> Closing {
        // A page's whole numbers are bounded; a list that starts beyond begins at one.
        if first == 1 || first > LIST_START_MAX {
            return self.element("<ol>", "</ol>");
        }
        self.out
            .tag("<ol start=\"")
            .value(&first.to_string())
            .tag("\">");
        Closing::Tag("</ol>")
    }

    fn table(&mut self, columns: Vec<Alignment>) -> Closing {
        self.columns = columns;
        self.element(
            "<div class=\"scroll\" role=\"group\" aria-label=\"Table\" tabindex=\"0\"><table>",
            "</tbody></table></div>",
        )
    }

    fn row(&mut self, head: bool, open: &'static str, close: &'static str) -> Closing {
        self.head = head;
        self.column = 0;
        self.element(open, close)
    }

    fn cell(&mut self) -> Closing {
        let align = self.columns.get(self.column).copied();
        self.column += 1;
        self.out.tag(if self.head {
            "<th scope=\"col\" dir=\"auto\""
        } else {
            "<td dir=\"auto\""
        });
        self.out.tag(match align {
            Some(Alignment::Left) => " class=\"ta-l\">",
            Some(Alignment::Center) => " class=\"ta-c\">",
            Some(Alignment::Right) => " class=\"ta-r\">",
            Some(Alignment::None) | None => ">",
        });
        Closing::Tag(if self.head { "</th>" } else { "</td>" })
    }

    fn link(&mut self, to: &str) -> Closing {
        self.pay_break();
        match self.target(to) {
            Target::Web(url) => self.out.tag("<a href=\"").value(&url).tag("\">"),
            Target::File(key) => self.out.tag("<a href=\"attachment:").value(&key).tag("\">"),
            Target::Refused => return Closing::Refused(to.to_owned()),
        };
        Closing::Tag("</a>")
    }

    fn target(&self, to: &str) -> Target {
        let attach = &self.around.attach;
        if let Some(name) = markup::attachment(to, |name| attach(name).is_some()) {
            return attach(&name).map_or(Target::Refused, Target::File);
        }
        outward(to.trim()).map_or(Target::Refused, Target::Web)
    }

    fn start_picture(&mut self, to: &str) -> Closing {
        self.picture = Some(Picture {
            target: to.to_owned(),
            alt: String::new(),
        });
        Closing::Picture
    }

    fn start_fence(&mut self, kind: CodeBlockKind) -> Closing {
        let info = match &kind {
            CodeBlockKind::Fenced(info) => info.as_ref(),
            CodeBlockKind::Indented => "",
        };
        let language = info.split([' ', ',', '\t']).next().unwrap_or_default();
        self.fence = Some(Fence {
            language: language.to_owned(),
            text: String::new(),
        });
        Closing::Code
    }

    fn close(&mut self) {
        // Starts and ends are balanced by the parser; an end too many would write nothing.
        match self.closings.pop().unwrap_or(Closing::Nothing) {
            Closing::Tag(tag) => {
                self.out.tag(tag);
            }
            Closing::Break => self.break_due = true,
            Closing::Refused(target) => {
                self.out.text(" (").text(&target).text(")");
            }
            Closing::Picture => self.end_picture(),
            Closing::Code => self.end_fence(),
            Closing::Nothing => {}
        }
    }

    /// Pictures come from the attachments; one from elsewhere is a link, so that opening a page asks no other host.
    fn end_picture(&mut self) {
        let Some(Picture { target, mut alt }) = self.picture.take() else {
            return;
        };
        if let Some((end, _)) = alt.char_indices().nth(ALT_MAX_CHARS) {
            alt.truncate(end);
        }
        self.pay_break();
        let name = if alt.is_empty() { &target } else { &alt };
        match self.target(&target) {
            Target::File(key) if is_picture(&key) => {
                self.out.tag("<img src=\"attachment:").value(&key);
                self.out.tag("\" alt=\"").value(&alt).tag("\">");
            }
            _ if self.inside_link() => {
                self.out.text(name);
            }
            Target::File(key) => {
                self.out.tag("<a href=\"attachment:").value(&key).tag("\">");
                self.out.text(name).tag("</a>");
            }
            Target::Web(url) => {
                self.out.tag("<a href=\"").value(&url).tag("\">");
                self.out.text("Image: ").text(name).tag("</a>");
            }
            Target::Refused => {
                self.out.text(&alt).text(" (").text(&target).text(")");
            }
        }
    }

    fn inside_link(&self) -> bool {
        let link = |closing: &Closing| matches!(closing, Closing::Tag("</a>"));
        self.closings.iter().any(link)
    }

    fn end_fence(&mut self) {
        let Some(Fence { language, text }) = self.fence.take() else {
            return;
        };
        let code = highlight::html(&language, &text);
        self.pieces += code.spans;
        self.out.tag("<pre class=\"code\" tabindex=\"0\"><code>");
        self.out.html(&code.html).tag("</code></pre>");
    }

    fn number(&mut self, label: &CowStr) -> usize {
        let next = self.notes.len() + 1;
        *self.notes.entry(label.to_lowercase()).or_insert(next)
    }

    fn reference(&mut self, label: &CowStr) {
        let number = self.number(label);
        if self.inline || self.picture.is_some() {
            return self.text(&format!("[{number}]"));
        }
        self.pay_break();
        self.pieces += 2;
        let first = !self.referred.contains(&number);
        self.out.tag("<sup");
        if first {
            self.referred.push(number);
            self.out.tag(" id=\"").value(&self.around.footnotes);
            self.out.text(&format!("r{number}")).tag("\"");
        }
        self.out
            .tag("><a role=\"doc-noteref\" href=\"#")
            .value(&self.around.footnotes);
        self.out.text(&number.to_string()).tag("\">");
        self.out.text(&number.to_string()).tag("</a></sup>");
    }

    fn definition(&mut self, label: &CowStr) -> Closing {
        let number = self.number(label);
        self.out.tag("<div class=\"footnote\" role=\"note\"");
        if !self.defined.contains(&number) {
            self.defined.push(number);
            self.out.tag(" id=\"").value(&self.around.footnotes);
            self.out.text(&number.to_string()).tag("\"");
        }
        self.out
            .tag("><sup>")
            .text(&number.to_string())
            .tag("</sup> ");
        Closing::Tag("</div>")
    }
}

/// The address of another site, or of a mail, as a page may hold it; nothing for any other target, so that none
/// can run anything or hide where it leads.
pub fn outward(to: &str) -> Option<String> {
    let (scheme, rest) = to.split_once(':')?;
    let url = format!(
        "{}:{}",
        scheme.to_ascii_lowercase(),
        rest.replace(' ', "%20")
    );
    let short = url.len() <= URL_MAX_BYTES;
    let outward = !url.starts_with(['#', '/']) && !url.starts_with("attachment:");
    let allowed = Allowlist::get().attribute(Namespace::Html, "a", "href", &url, |_| None);
    (short && outward && allowed && !url.contains(tree::is_deceptive)).then_some(url)
}

/// What an alert is called, in the words of the forges that have them.
fn alert(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "Note",
        BlockQuoteKind::Tip => "Tip",
        BlockQuoteKind::Important => "Important",
        BlockQuoteKind::Warning => "Warning",
        BlockQuoteKind::Caution => "Caution",
    }
}

/// Whether an attachment can be shown as a picture.
fn is_picture(key: &str) -> bool {
    super::media_type(key).starts_with("image/")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::model::Node;
    use crate::ground::cases::property;

    fn around<'a>() -> Surroundings<'a> {
        Surroundings {
            room: Box::leak(Box::new(Cell::new(PIECES_MAX))),
            heading: 4,
            footnotes: "fn-x-".to_owned(),
            attach: Box::new(|name| {
                let known = ["graph.png", "notes.pdf"].contains(&name);
                known.then(|| format!("h1/{name}"))
            }),
        }
    }

    fn html(markdown: &str) -> String {
        blocks(markdown, &around()).as_str().to_owned()
    }

    /// The tree that a page would hold; fails where anything in it is not allowed.
    fn tree(markdown: &str) -> Node {
        let files = |key: &str| {
            key.starts_with("h1/")
                .then(|| super::super::media_type(key))
        };
        let parsed = tree::parse(&format!("<div>{}</div>", html(markdown)), &files);
        let parsed = parsed.unwrap_or_else(|forbidden| panic!("{forbidden}\n{markdown:.200}"));
        parsed.node()
    }

    fn has(tree: &Node, name: &str) -> bool {
        match tree {
            Node::Text(_) => false,
            Node::Element(e) => e.name == name || e.children.iter().any(|child| has(child, name)),
        }
    }

    fn text(tree: &Node) -> String {
        match tree {
            Node::Text(text) => text.clone(),
            Node::Element(e) => e.children.iter().map(text).collect(),
        }
    }

    #[test]
    fn raw_html_is_shown_as_the_text_that_it_is() {
        for hostile in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "<svg onload=alert(1)><script>x</script></svg>",
            "<iframe src=\"javascript:x\"></iframe>",
            "<math><mtext></mtext></math>",
            "<style>p{}</style>",
        ] {
            let tree = tree(hostile);
            let shown: String = text(&tree).split_whitespace().collect();
            let written: String = hostile.split_whitespace().collect();
            assert_eq!(shown, written);
            for element in ["script", "img", "svg", "iframe", "math", "style"] {
                assert!(!has(&tree, element), "{element} in {hostile}");
            }
        }
    }

    #[test]
    fn a_link_that_could_run_something_is_shown_as_text() {
        for target in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,<b>x",
            "vbscript:x",
            "blob:x",
            "file:///etc/passwd",
            "//evil.example/x",
            "/people/grace",
            "#gradus-main",
            "attachment:h1/graph.png",
            "files/../../secret",
            "files/unknown.pdf",
        ] {
            let tree = tree(&format!("[see](<{target}>)"));
            assert!(!has(&tree, "a"), "{target}");
            assert!(text(&tree).contains(target), "{target} is kept as words");
        }
    }

    #[test]
    fn honest_links_stay() {
        // No link of markdown, but an address.
        assert!(
            html("[x](HTTPS://a.example/b c)")
                .contains("[x](<a href=\"https://a.example/b\">HTTPS")
        );
        assert!(html("[x](<HTTPS://a.example/b c>)").contains("href=\"https://a.example/b%20c\""));
        assert!(html("<ada@example.com>").contains("href=\"mailto:ada@example.com\""));
        assert!(html("[n](files/notes.pdf)").contains("href=\"attachment:h1/notes.pdf\""));
    }

    #[test]
    fn no_picture_is_loaded_from_elsewhere() {
        let remote = tree("![the *graph*](https://evil.example/pixel.png)");
        assert!(!has(&remote, "img") && has(&remote, "a"));
        assert_eq!(text(&remote), "Image: the graph");
        assert!(has(&tree("![g](files/graph.png)"), "img"));
        assert!(!has(&tree("![g](files/notes.pdf)"), "img"), "not a picture");
        assert!(!has(&tree("![g](data:image/svg+xml,x)"), "img"));
    }

    #[test]
    fn a_picture_inside_a_link_makes_no_link_inside_a_link() {
        let html = html("[![g](https://a.example/x.png)](https://b.example)");
        assert_eq!(html.matches("<a ").count(), 1, "{html}");
    }

    #[test]
    fn nesting_is_bounded_and_loses_no_word() {
        for deep in [
            ">".repeat(20_000) + " word",
            "- ".repeat(5_000) + "word",
            "*".repeat(5_000) + "word" + &"*".repeat(5_000),
            "[".repeat(5_000) + "word" + &"](https://x.example)".repeat(5_000),
            "> - ".repeat(2_000) + "word",
        ] {
            assert!(text(&tree(&deep)).contains("word"), "{deep:.40}");
        }
    }

    #[test]
    fn a_huge_table_and_a_flood_of_marks_are_bounded() {
        let row = "|a".repeat(500) + "|\n";
        let table = row.clone() + &"|-".repeat(500) + "|\n" + &row.repeat(200);
        for flood in [table, "*a* ".repeat(60_000), "![](x)".repeat(20_000)] {
            let html = blocks(&flood, &around());
            assert!(html.as_str().starts_with("<pre class=\"plain\""));
            tree(&flood);
        }
    }

    #[test]
    fn a_page_that_is_full_shows_the_source_of_what_is_left() {
        let around = around();
        around.room.set(10);
        assert!(blocks("one *two*", &around).as_str().contains("<em>"));
        assert!(
            blocks("one *two*", &around)
                .as_str()
                .starts_with("<pre class=\"plain\"")
        );
    }

    #[test]
    fn tables_align_by_class() {
        let html = html("|a|b|\n|-:|:-:|\n|1|2|");
        assert!(
            html.contains("<td dir=\"auto\" class=\"ta-r\">1</td>") && !html.contains("style"),
            "{html}"
        );
    }

    #[test]
    fn tasks_are_glyphs_with_words() {
        let shown = text(&tree("- [x] one\n- [ ] two"));
        assert!(
            shown.contains("☑done: one") && shown.contains("☐open: two"),
            "{shown}"
        );
    }

    #[test]
    fn footnotes_of_two_proses_never_share_an_id() {
        let note = "a[^1] b[^1]\n\n[^1]: first\n\n[^1]: again";
        let one = html(note);
        assert_eq!(one.matches("id=\"fn-x-1\"").count(), 1, "{one}");
        assert_eq!(one.matches("id=\"fn-x-r1\"").count(), 1, "{one}");
        let other = Surroundings {
            footnotes: "fn-y-".to_owned(),
            ..around()
        };
        assert!(!blocks(note, &other).as_str().contains("fn-x-"));
    }

    #[test]
    fn headings_stand_below_those_of_the_page() {
        assert!(html("# a").starts_with("<h4"));
        assert!(html("## a").starts_with("<h5"));
        assert!(html("###### a").starts_with("<h6"));
    }

    #[test]
    fn text_cannot_turn_the_direction_of_what_follows() {
        let shown = text(&tree("pay \u{202e}100\u{2066} `x\u{202e}y`"));
        assert!(
            !shown.contains(['\u{202e}', '\u{2066}']) && shown.contains("[U+202E]"),
            "{shown}"
        );
        assert!(html("שלום").starts_with("<p dir=\"auto\">"));
    }

    #[test]
    fn inline_prose_has_no_blocks() {
        let html = inline("# a\n\nb *c*\n\n- d\n- e\n\n```\nf\n```", &around());
        assert_eq!(html.as_str(), "a<br>b <em>c</em><br>d<br>e<br>f\n");
    }

    #[test]
    fn a_text_of_one_line_keeps_its_first_sign() {
        for text in [
            "> 99.9 % of payouts",
            "- 20 % cost",
            "+ 10 %",
            "* a star",
            "# of tickets",
            "2027. The year",
            "1) one",
            "    indented",
            "``` not a fence",
            "| a | b |",
            "[x] done",
            "[^1]: a note",
            "[a]: https://x.example",
            "---",
            "===",
        ] {
            let shown = inline(text, &around());
            let tree = tree::parse(&format!("<p>{shown}</p>"), &|_| None)
                .unwrap()
                .node();
            assert_eq!(super::tests::text(&tree), text.trim());
            assert_eq!(markup::plain(text), text.trim());
        }
        assert_eq!(
            inline("**\"bold\"** first", &around()).as_str(),
            "<strong>\"bold\"</strong> first"
        );
        assert_eq!(markup::plain("*first* and `- code`"), "first and - code");
    }

    #[test]
    fn what_people_know_from_their_forge_is_shown() {
        let shown = html(
            "See https://a.example/x_y_z?q=1, (http://b.example/p(1)) `https://c.example` [https://d.example](https://e.example).",
        );
        let leads = |url: &str| shown.contains(&format!("<a href=\"{url}\">"));
        assert!(
            leads("https://a.example/x_y_z?q=1")
                && leads("http://b.example/p(1)")
                && leads("https://e.example"),
            "{shown}"
        );
        assert_eq!(shown.matches("<a ").count(), 3, "{shown}");
        assert!(!html("javascript://x.example/%0aalert(1) data://x").contains("<a "));
        let alert = html("> [!WARNING]\n> Half of it.");
        assert!(
            alert.contains("<strong>Warning</strong>") && !alert.contains("[!"),
            "{alert}"
        );
        for math in [r"$$\int_0^1 x\,dx$$", r"$a\_b$"] {
            assert_eq!(text(&tree(math)), math);
            assert_eq!(markup::plain(math), math);
        }
        assert_eq!(
            text(&tree("It costs $5, then $10.")),
            "It costs $5, then $10."
        );
    }

    #[test]
    fn a_link_to_an_attachment_is_read_as_a_browser_reads_it() {
        let names = [
            "\u{fc}ber.png",
            "image (2).png",
            "Screenshot 10.15\u{202f}PM.png",
            "100%.png",
            "a%20b.png",
        ];
        let around = Surroundings {
            attach: Box::new(move |name| names.contains(&name).then(|| format!("h1/{name}"))),
            ..around()
        };
        for (target, name) in [
            ("files/%C3%BCber.png", names[0]),
            ("files/u%CC%88ber.png", names[0]),
            ("files/u\u{308}ber.png", names[0]),
            ("./files/image%20%282%29.png", names[1]),
            ("././files/image%20(2).png", names[1]),
            ("files/Screenshot%2010.15%E2%80%AFPM.png", names[2]),
            ("files/100%25.png", names[3]),
            ("files/100%.png", names[3]),
            ("files/a%20b.png", names[4]),
        ] {
            let shown = blocks(&format!("![x](<{target}>)"), &around);
            assert!(
                shown.as_str().contains(&format!("attachment:h1/{name}\"")),
                "{target}: {shown}"
            );
        }
    }

    #[test]
    fn plain_prose_is_words_in_one_line() {
        assert_eq!(
            markup::plain("# Lead *the*\n`auth` [move](x)\n\n- now"),
            "Lead the auth move now"
        );
    }

    proptest! {
        #![proptest_config(property(256))]

        #[test]
        fn whatever_is_written_stays_within_the_allow_list(markdown in any::<String>()) {
            tree(&markdown);
        }

        #[test]
        fn whatever_is_marked_up_stays_within_the_allow_list(
            pieces in proptest::collection::vec(proptest::sample::select(vec![
                "> ", "- ", "1. ", "99999999. ", "```rust\n", "```\n", "~~~", "**", "*", "_", "~~", "`", "[", "](", ")",
                "![", "(https://x.example)", "<script>", "</script>", "<b onclick=x>", "<!--", "-->", "<svg>", "<?x", "<![CDATA[",
                "|", "|-|:-:|\n", "\n", "\n\n", "    ", "\t", "[^1]", "[^1]: ", "[^a\"b]: ", "- [x] ", "# ", "---\n", "&lt;", "&#0;",
                "\u{0}", "\u{202e}", "\"", "'", "javascript:", "files/graph.png", "<https://a.example>", "é", "word",
            ]), 0..60),
        ) {
            let markdown = pieces.concat();
            tree(&markdown);
            let line = inline(&markdown, &around());
            let parsed = tree::parse(&format!("<p>{line}</p>"), &|key| key.starts_with("h1/").then_some("image/png"));
            let Ok(Node::Element(paragraph)) = parsed.map(|tree| tree.node()) else { panic!("no paragraph") };
            prop_assert_eq!(paragraph.name, "p", "{} broke out of its line", line);
        }
    }
}
