//! Prose: markdown → HTML that holds nothing but what is written here.
//!
//! Authors are many and none is trusted. Raw HTML is shown as the text that it is, link targets are
//! checked, no picture is loaded from elsewhere, and nesting is bounded before any HTML is parsed:
//! what lies deeper than [`DEPTH_MAX`] keeps its words and loses its markup.

use std::collections::BTreeMap;

use pulldown_cmark::{Alignment, CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag};

use super::highlight;
use super::html::{Html, Writer};
use super::tree;
use crate::model::{Allowlist, Namespace};

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

/// What a prose cannot know by itself.
pub struct Surroundings<'a> {
    /// The highest heading that may appear, 1 to 6; the prose's own levels follow on from it.
    pub heading: u8,
    /// Begins the ids of footnotes, so that no two proses of a page share one.
    pub footnotes: String,
    /// `graph.png` of a link to `files/graph.png` → the key of that attachment; nothing where there is none.
    pub attach: Box<dyn Fn(&str) -> Option<String> + 'a>,
}

/// Markdown as blocks: paragraphs, lists, tables, code.
pub fn blocks(markdown: &str, around: &Surroundings) -> Html {
    let rendered = Renderer::new(around, false).render(markdown);
    rendered.unwrap_or_else(|| source(markdown))
}

/// Markdown as what may stand within a line: the breaks between its blocks are line breaks.
pub fn inline(markdown: &str, around: &Surroundings) -> Html {
    let rendered = Renderer::new(around, true).render(markdown);
    rendered.unwrap_or_else(|| Html::text(markdown))
}

/// The words alone, in one line.
pub fn plain(markdown: &str) -> String {
    let mut words = String::new();
    for event in Parser::new_ext(markdown, options()) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                words.push_str(&text);
            }
            Event::SoftBreak | Event::HardBreak | Event::End(_) => words.push(' '),
            _ => {}
        }
    }
    let words: Vec<&str> = words.split_whitespace().collect();
    words.join(" ")
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
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
            head: false,
            picture: None,
            fence: None,
            notes: BTreeMap::new(),
            referred: Vec::new(),
            defined: Vec::new(),
            break_due: false,
        }
    }

    /// The HTML; nothing where it would be more than [`PIECES_MAX`].
    fn render(mut self, markdown: &str) -> Option<Html> {
        for event in Parser::new_ext(markdown, options()) {
            self.event(event);
            self.pieces += 1;
            if self.pieces > PIECES_MAX {
                return None;
            }
        }
        Some(self.out.finish())
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Start(tag) => {
                let closing = self.open(tag);
                self.closings.push(closing);
            }
            Event::End(_) => self.close(),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.code(&text)
            }
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
            Tag::BlockQuote(_) => self.element("<blockquote dir=\"auto\">", "</blockquote>"),
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
        let to = to.trim();
        let file = to.strip_prefix("./").unwrap_or(to).strip_prefix("files/");
        if let Some(name) = file {
            let attach = &self.around.attach;
            let key = attach(name).or_else(|| attach(&name.replace("%20", " ")));
            return key.map_or(Target::Refused, Target::File);
        }
        outward(to).map_or(Target::Refused, Target::Web)
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
        *self.notes.entry(label.to_string()).or_insert(next)
    }

    fn reference(&mut self, label: &CowStr) {
        let number = self.number(label);
        if self.inline || self.picture.is_some() {
            return self.text(&format!("[{number}]"));
        }
        self.pay_break();
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

/// Whether an attachment can be shown as a picture.
fn is_picture(key: &str) -> bool {
    super::media_type(key).starts_with("image/")
}
