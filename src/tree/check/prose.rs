//! Markdown: links that lead somewhere, bounds on nesting, and what merges and comments leave behind.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag};

use super::codes;
use super::complaints::{Complaints, did_you_mean};
use super::table::{At, Doc};
use crate::domain::model::{Prose, markup};
use crate::ground::diag::Place;
use crate::tree::source::written::{Apart, Definition, EnclosedKind, Label, Markdown, Tangled};

/// The most quotes, lists and spans that may stand inside one another.
const DEPTH_MAX: usize = 32;

/// The most quote and list marks that may open one line; looked for before anything is parsed.
const MARKS_MAX: usize = 100;

/// Where a markdown text stands in its file.
pub(super) enum Origin {
    /// Byte for byte from there on.
    Verbatim(usize),
    /// Written with escapes; somewhere in there.
    Somewhere(Range<usize>),
}

impl Origin {
    fn place(&self, doc: &Doc<'_>, range: Range<usize>) -> Place {
        match self {
            Origin::Verbatim(start) => doc.place(start + range.start..start + range.end),
            Origin::Somewhere(whole) => doc.place(whole.clone()),
        }
    }
}

/// Complains about links, nesting and comments of a markdown text that is one thing.
pub(super) fn check(doc: &Doc<'_>, markdown: &str, origin: &Origin) {
    let mut checking = Checking::new(doc, markdown, origin);
    let read = Markdown::read(markdown, 0, |event, range| checking.see(event, range));
    complain_of_merge(doc, markdown, origin, &read);
    refuse_loose_comments(doc, origin, &read);
}

/// Reads the markdown of a file, from a byte on, and complains about the same.
pub(super) fn read(doc: &Doc<'_>, from: usize) -> Markdown {
    let text: &str = &doc.text[from..];
    let origin = Origin::Verbatim(from);
    let mut checking = Checking::new(doc, text, &origin);
    let read = Markdown::read(text, from, |event, range| checking.see(event, range));
    let in_file = Origin::Verbatim(0);
    complain_of_merge(doc, doc.text, &in_file, &read);
    refuse_loose_comments(doc, &in_file, &read);
    refuse_settings(doc, &read);
    read
}

/// What a stretch of a file says; complains where it cannot be set apart from the rest.
pub(super) fn stretch(doc: &Doc<'_>, apart: &Apart<'_>, stretch: Range<usize>) -> Prose {
    let tangled = match apart.prose(stretch) {
        Ok(prose) => return prose,
        Err(tangled) => tangled,
    };
    match tangled {
        Tangled::Twice(span) => complain_of_second(doc, span),
        Tangled::TooMuch(span) => {
            let message = "the texts of this file use definitions of more than 4 MiB in all";
            doc.about(codes::TOO_MANY, doc.place(span), message);
        }
        Tangled::Grown(span) => {
            doc.about(
                codes::TANGLED,
                doc.place(first_line(doc.text, span)),
                "a definition here cannot be set apart from the text around it",
            )
            .help("put it at the end of the file, with a blank line before it");
        }
    }
    Prose::default()
}

/// Complains about labels that are defined twice, and warns of those that nothing uses.
pub(super) fn complain_of_definitions(doc: &Doc<'_>, apart: &Apart<'_>) {
    for second in apart.second_definitions() {
        complain_of_second(doc, second.span.clone());
    }
    for unused in apart.unused() {
        doc.about(
            codes::UNUSED_DEFINITION,
            doc.place(first_line(doc.text, unused.span.clone())),
            "nothing uses this definition, so nobody reads it",
        )
        .help("refer to it where it belongs, or delete it");
    }
}

/// The most bytes of a line that is looked at as a definition.
const DEFINITION_BYTES_MAX: usize = 4_096;

/// Complains about lines that would be definitions, or part of one, had they another beginning: as they are, they are
/// shown to the readers of the text around them.
pub(super) fn complain_of_glued(doc: &Doc<'_>, cut: &Markdown) {
    let mut end = cut.preamble.start;
    let mut may_begin = true;
    let notes: BTreeSet<&str> = cut.definitions.iter().filter_map(note_of).collect();
    for line in doc.text[end..].split_inclusive('\n') {
        end += line.len();
        let bare = line.trim_start_matches(|c: char| c.is_whitespace() || c == '>');
        let start = end - bare.len();
        let is_one = is_definition(bare);
        let is_text = !bare.is_empty() && cut.enclosed_at(start).is_none();
        let what = if is_text && is_one && !may_begin && cut.definition_around(start).is_none() {
            Some("this is no definition, since it goes on with the paragraph above")
        } else if is_text && !is_one && is_loose_note(bare, &notes) {
            Some("this note is defined nowhere")
        } else if is_text && !is_one && is_loose_end(doc.text, cut, start, end - line.len()) {
            Some("this is no part of the note above")
        } else {
            None
        };
        if let Some(what) = what {
            let place = doc.place(start..start + bare.trim_end().len());
            let complaint = doc.complaints.about(codes::TANGLED, place, what);
            complaint.help(if is_one {
                "write a blank line before it"
            } else {
                "a note is `[^1]: words` after a blank line; indent what goes on in it by four spaces"
            });
        }
        may_begin = is_one && may_begin || bare.is_empty() || bare.starts_with('#');
    }
}

/// The label of a note, in lower case as it is compared; `None` of a link.
fn note_of(definition: &Definition) -> Option<&str> {
    match &definition.label {
        Label::Note(label) => Some(label),
        Label::Link(_) => None,
    }
}

/// Whether a line begins with the label of a note that the file does not define.
fn is_loose_note(line: &str, notes: &BTreeSet<&str>) -> bool {
    let after = line.trim_start_matches('\\').strip_prefix("[^");
    let label = after.and_then(|after| after.split_once(']'));
    label.is_some_and(|(label, _)| {
        let is_named = !label.trim().is_empty() && !label.contains('[');
        is_named && !notes.contains(&*label.to_lowercase())
    })
}

/// Whether a line after a note looks as though it went on with it: nothing is between them, or it is indented too little.
/// `line` is where the line begins, and `start` where its words do.
fn is_loose_end(text: &str, cut: &Markdown, start: usize, line: usize) -> bool {
    if cut.definition_around(start).is_some() {
        return false;
    }
    let begun = cut
        .definitions
        .partition_point(|one| one.span.start <= start);
    let note = cut.definitions[..begun].last();
    let note = note.filter(|one| note_of(one).is_some());
    let between = note.and_then(|note| text.get(note.span.end..start));
    let Some(between) = between.filter(|between| between.trim().is_empty()) else {
        return false;
    };
    let note = text[..start - between.len()].trim_end();
    let breaks = text[note.len()..start].matches('\n').count();
    let is_heading = text[start..].starts_with('#');
    !is_heading && (breaks < 2 || (1..4).contains(&(start - line)))
}

/// Whether a line alone defines a link.
fn is_definition(line: &str) -> bool {
    let is_likely =
        line.starts_with('[') && line.len() <= DEFINITION_BYTES_MAX && line.contains("]:");
    is_likely && !Markdown::cut(line, 0).definitions.is_empty()
}

fn complain_of_second(doc: &Doc<'_>, span: Range<usize>) {
    doc.about(
        codes::DEFINED_TWICE,
        doc.place(first_line(doc.text, span)),
        "this label is defined before already",
    )
    .help("a label means one thing in the whole file: give this one another");
}

/// What every event of a text is held against.
struct Checking<'c> {
    doc: &'c Doc<'c>,
    markdown: &'c str,
    origin: &'c Origin,
    depth: usize,
    /// What is deeper was complained about; nothing that follows is looked at.
    is_too_deep: bool,
}

impl<'c> Checking<'c> {
    fn new(doc: &'c Doc<'c>, markdown: &'c str, origin: &'c Origin) -> Self {
        let marks = line_of_marks(markdown);
        let is_too_deep = marks.is_some();
        if let Some(line) = marks {
            too_deep(doc, origin.place(doc, line));
        }
        Self {
            doc,
            markdown,
            origin,
            depth: 0,
            is_too_deep,
        }
    }

    fn see(&mut self, event: &Event<'_>, range: &Range<usize>) {
        match event {
            Event::Start(tag) => {
                self.depth += 1;
                if self.is_too_deep {
                    return;
                }
                let Self { doc, origin, .. } = *self;
                self.is_too_deep = self.depth > DEPTH_MAX;
                if self.is_too_deep {
                    let line = first_line(self.markdown, range.clone());
                    return too_deep(doc, origin.place(doc, line));
                }
                check_tag(doc, tag, || origin.place(doc, range.clone()));
            }
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

/// The length of git's marks of a merge.
const MERGE_MARK_BYTES: usize = 7;

/// What a merge leaves between the two sides that somebody still has to choose from would be published with both.
fn complain_of_merge(doc: &Doc<'_>, text: &str, origin: &Origin, read: &Markdown) {
    let marks = lines_from(text, read.preamble.start);
    let marks =
        marks.filter(|span| is_merge_mark(&text[span.clone()]) && !is_code(read, span.start));
    let marks: Vec<Range<usize>> = marks.collect();
    let is_middle = |mark: &Range<usize>| text[mark.clone()].starts_with('=');
    let has_sides = !marks.iter().all(is_middle);
    for mark in marks {
        let before = &text[read.preamble.start..mark.start];
        if has_sides || !ends_with_a_title(before) {
            let place = origin.place(doc, mark);
            doc.about(codes::MERGE_MARKS, place, "a merge left its marks here")
                .help("keep what is meant of both sides, and delete the lines of marks");
        }
    }
}

/// The lines of a text from a byte on, without white space at their ends.
fn lines_from(text: &str, mut start: usize) -> impl Iterator<Item = Range<usize>> {
    text[start..].split_inclusive('\n').map(move |line| {
        let span = start..start + line.trim_end().len();
        start += line.len();
        span
    })
}

/// Whether a text ends with a paragraph of one line, which a line of `=` makes a title.
fn ends_with_a_title(text: &str) -> bool {
    let mut lines = text.lines().rev().map(str::trim);
    let last = lines.next().unwrap_or_default();
    !last.is_empty() && lines.next().is_none_or(str::is_empty)
}

/// What was meant to say who reads the words below it says nothing there.
fn refuse_settings(doc: &Doc<'_>, read: &Markdown) {
    for span in lines_from(doc.text, read.preamble.start) {
        let line = doc.text[span.clone()].trim();
        if (line == FRONT_MATTER_MARK || is_readers_line(line))
            && read.enclosed_at(span.start).is_none()
        {
            doc.complaints
                .about(
                    codes::FRONT_MATTER,
                    doc.place(span),
                    "this looks like front matter and stands in the text, where it keeps nothing from anybody",
                )
                .help("`readers` stands between the lines of `+++` at the beginning, or with the question in `gradus.toml`");
        }
    }
}

/// The line before and after the front matter.
const FRONT_MATTER_MARK: &str = "+++";

/// Whether a line says who reads something, as front matter does.
fn is_readers_line(line: &str) -> bool {
    let line = line.trim_matches(|c: char| c.is_whitespace() || "->*#`_[]".contains(c));
    let end = line.find(['=', ':']).unwrap_or(0);
    let (key, value) = line.split_at(end);
    let key = key
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    let words = value.split(|c: char| !(c.is_alphanumeric() || "-_".contains(c)));
    let mut words = words.filter(|word| !word.is_empty()).peekable();
    let is_value = value
        .trim_start_matches(['=', ':', ' ', '*', '_', '`'])
        .starts_with(['"', '\'', '[', '“'])
        || value.starts_with('=') && words.clone().count() == 1
        || words.peek().is_some()
            && words.all(|word| matches!(word, "org" | "person" | "chain" | "pair" | "hr"));
    matches!(&*key, "readers" | "reader") && is_value
}

fn is_merge_mark(line: &str) -> bool {
    let Some(first) = line.chars().next().filter(|c| "<=>|".contains(*c)) else {
        return false;
    };
    let marks = line.chars().take_while(|c| *c == first).count();
    let rest = &line[marks..];
    let alone = rest.trim().is_empty();
    // A middle says nothing after its marks; a table has words between single ones.
    let ends = alone || rest.starts_with(' ') && first != '=';
    marks == MERGE_MARK_BYTES && ends
}

fn is_code(read: &Markdown, at: usize) -> bool {
    let around = read.enclosed_at(at);
    around.is_some_and(|one| matches!(one.kind, EnclosedKind::Fence | EnclosedKind::IndentedCode))
}

/// The words of such a comment would be shown.
fn refuse_loose_comments(doc: &Doc<'_>, origin: &Origin, read: &Markdown) {
    for mark in &read.loose_comments {
        doc.about(
            codes::LEFT_OPEN,
            origin.place(doc, mark.clone()),
            "a comment begins here and ends nowhere in the same block",
        )
        .help("end it with `-->` before the next blank line, or begin it on a line of its own");
    }
}

fn too_deep(doc: &Doc<'_>, place: Place) {
    doc.about(
        codes::TOO_DEEP,
        place,
        format!("markdown is nested deeper than {DEPTH_MAX} here"),
    );
}

fn first_line(markdown: &str, range: Range<usize>) -> Range<usize> {
    let line = markdown[range.clone()].lines().next().map_or(0, str::len);
    range.start..range.start + line
}

/// The first line that opens with too many marks of quotes and lists.
fn line_of_marks(markdown: &str) -> Option<Range<usize>> {
    let mut start = 0;
    for line in markdown.split_inclusive('\n') {
        if opening_marks(line) > MARKS_MAX {
            return Some(start..start + line.trim_end().len());
        }
        start += line.len();
    }
    None
}

fn opening_marks(line: &str) -> usize {
    let mark = |c: char| matches!(c, '>' | '-' | '+' | '*' | '.' | ')');
    let opening = line
        .chars()
        .take_while(|c| mark(*c) || c.is_ascii_digit() || c.is_whitespace());
    let mut marks = 0;
    let mut before = ' ';
    for c in opening {
        // A quote needs no space after it; a list mark does, which sets it apart from a ruled line.
        marks += usize::from(before == '>' || (c == ' ' && mark(before)));
        before = c;
    }
    marks
}

fn check_tag(doc: &Doc<'_>, tag: &Tag<'_>, place: impl FnOnce() -> Place) {
    match tag {
        Tag::Link {
            link_type: LinkType::Email,
            ..
        } => {}
        Tag::Link { dest_url, .. } => check_target(doc, dest_url, place),
        Tag::Image { dest_url, .. } if is_web_address(dest_url) => {
            doc.about(
                codes::REMOTE_IMAGE,
                place(),
                "an image from elsewhere is not shown, only linked",
            )
            .help("put the image into `files/` beside the text and link it as `files/<name>`");
        }
        Tag::Image { dest_url, .. } => check_target(doc, dest_url, place),
        _ => {}
    }
}

fn check_target(doc: &Doc<'_>, target: &str, place: impl FnOnce() -> Place) {
    if target.len() > LINK_BYTES_MAX {
        return too_long(doc.complaints, place());
    }
    if is_web_address(target) || is_mail_address(target) {
        return;
    }
    if target.starts_with('#') {
        let message = format!("`{target}` leads nowhere, since headings of a text have no address");
        doc.complaints
            .about(codes::ANCHOR_LINK, place(), message)
            .help("name the heading in words; they are shown without a link");
        return;
    }
    let is_there = |name: &str| doc.attachments.is_some_and(|names| names.contains(name));
    if let Some(name) = markup::attachment(target, is_there) {
        return check_attachment(doc, &name, place);
    }
    if scheme(target).is_some() {
        doc.about(
            codes::BAD_URL,
            place(),
            format!("`{target}` is not an address to link to"),
        )
        .help("links begin with `https:`, `http:` or `mailto:`");
        return;
    }
    doc.about(
        codes::DEAD_LINK,
        place(),
        format!("`{target}` leads nowhere on the site"),
    )
    .help("link to `files/<name>`, or give the full address");
}

fn check_attachment(doc: &Doc<'_>, name: &str, place: impl FnOnce() -> Place) {
    let Some(names) = doc.attachments else {
        doc.about(
            codes::DEAD_LINK,
            place(),
            format!("`files/{name}` leads nowhere from this file"),
        )
        .help("only files of a person's cycle have a `files/` beside them");
        return;
    };
    let folder = doc.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_sealed = || !doc.complaints.is_sound(&format!("{folder}/files/{name}"));
    if !names.contains(name) && !is_sealed() {
        doc.about(
            codes::NO_ATTACHMENT,
            place(),
            format!("there is no `files/{name}` beside this file"),
        )
        .maybe_help(did_you_mean(name, names.iter().map(String::as_str)));
    } else if doc.is_nameless {
        doc.about(
            codes::HIDDEN_ATTACHMENT,
            place(),
            format!("`files/{name}` is not shown to the subject"),
        )
        .help("peer feedback is shown without names, and an attachment can give one away");
    }
}

/// Whether a text is a web address; complains otherwise.
pub(super) fn check_web_address(complaints: &Complaints, text: &At<&str>) -> bool {
    let is_address = is_web_address(text.value);
    if text.value.len() > LINK_BYTES_MAX {
        too_long(complaints, text.place.clone());
    } else if !is_address {
        complaints
            .about(
                codes::BAD_URL,
                text.place.clone(),
                format!("`{}` is not a web address", text.value),
            )
            .help("web addresses begin with `https://` or `http://`");
    }
    is_address
}

fn too_long(complaints: &Complaints, place: Place) {
    let message = format!("an address of over {LINK_BYTES_MAX} bytes");
    complaints
        .about(codes::BAD_URL, place, message)
        .help("link to a page where the whole of it can be found");
}

/// The longest address of a link: far over what browsers carry, and under what one attribute of a page may hold.
const LINK_BYTES_MAX: usize = 16_384;

/// Whether a text is an `https:` or `http:` address.
pub fn is_web_address(text: &str) -> bool {
    let web = |scheme: &str| {
        text.get(..scheme.len())
            .is_some_and(|s| s.eq_ignore_ascii_case(scheme))
    };
    let rest = if web("https://") {
        &text[8..]
    } else if web("http://") {
        &text[7..]
    } else {
        return false;
    };
    !rest.is_empty()
        && text.len() <= LINK_BYTES_MAX
        && !rest.starts_with('/')
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

fn is_mail_address(text: &str) -> bool {
    scheme(text).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto"))
}

/// What stands before the first colon, where that is not within a path.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    (!scheme.contains(['/', '?', '#'])).then_some(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_list_marks_are_counted_and_ruled_lines_are_not() {
        assert_eq!(opening_marks(">>>> words > more"), 4);
        assert_eq!(opening_marks("- 1. * words"), 3);
        assert_eq!(opening_marks("--------------- words"), 1);
    }

    #[test]
    fn a_line_that_says_who_reads_is_known_and_prose_about_readers_is_not() {
        for setting in [
            "readers = \"chain\"",
            "readers=[\"hr\", \"chain\"]",
            "Readers: chain, hr",
            "readers = mia",
            "- `readers = \"chain\"`",
            "**readers:** [\"mia\"]",
        ] {
            assert!(is_readers_line(setting), "{setting}");
        }
        for prose in [
            "Readers: the whole team, and then some",
            "readers of the log said so",
            "Her readers = her users, mostly",
            "readers",
            "readers:",
        ] {
            assert!(!is_readers_line(prose), "{prose}");
        }
    }

    #[test]
    fn only_web_addresses_pass_for_evidence() {
        for good in ["https://a.example/x", "HTTP://a.example"] {
            assert!(is_web_address(good), "{good}");
        }
        for bad in [
            "",
            "https://",
            "https:///x",
            "javascript:alert(1)",
            "https://a b",
            "ä",
        ] {
            assert!(!is_web_address(bad), "{bad}");
        }
        let endless = "https://a.example/".to_owned() + &"a".repeat(LINK_BYTES_MAX);
        assert!(!is_web_address(&endless));
    }
}
