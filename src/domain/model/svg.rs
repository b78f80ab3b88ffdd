//! Pictures as SVG that can be seen and do nothing else.
//!
//! A browser that opens such a file on its own takes it for a document, which may run scripts and load what it names. So
//! each one is read by an XML parser, held against the allow-list, and written again: what is published is what was
//! understood here, whatever another program would make of the file as it lay on the disk.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark_escape::{escape_html, escape_html_body_text};
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::Allowlist;

const NAMESPACE: &str = "http://www.w3.org/2000/svg";

/// The only element that may clip others, and may not be clipped itself: clips of clips take time without end.
const CLIP: &str = "clipPath";
const CLIPPED: &str = "clip-path";

/// The most that is said of one picture.
const FAULTS_MAX: usize = 20;

/// What would help against any fault.
pub const SVG_HELP: &str = "draw it with shapes, texts and gradients alone, or export it as PNG";

/// Whether a file of that name is published as SVG.
pub fn is_svg(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ending.eq_ignore_ascii_case("svg")
}

/// Something in a picture that may not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SvgFault {
    /// Where it is in the text, in bytes.
    pub at: Range<usize>,
    /// What is wrong, in words for a message.
    pub what: String,
}

/// The picture as it is published.
///
/// # Errors
/// Everything in it that may not be there, each kind once; in the order of the text.
pub fn inert_svg(text: &str) -> Result<String, Vec<SvgFault>> {
    let mut picture = Picture::default();
    let mut reader = Reader::from_str(text);
    loop {
        let start = position(&reader);
        match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(event) => {
                picture.at = start..position(&reader);
                picture.event(&event);
            }
            Err(error) => {
                picture.at = start..text.len();
                picture.refuse(format!("this is not SVG: {error}"));
                break;
            }
        }
    }
    picture.end(text.len())
}

/// How far the reader is, in bytes.
fn position(reader: &Reader<&[u8]>) -> usize {
    // A text of this machine's memory has no more bytes than a `usize` counts.
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// A picture that is being read.
#[derive(Default)]
struct Picture {
    written: String,
    /// The elements that are open, by name.
    open: Vec<String>,
    has_root: bool,
    /// The event that is looked at.
    at: Range<usize>,
    faults: Vec<SvgFault>,
    said: BTreeSet<String>,
}

impl Picture {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag, false),
            Event::Empty(tag) => self.start(tag, true),
            Event::End(_) => self.close(),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => self.reference(reference),
            Event::Decl(declaration) => self.declaration(declaration),
            Event::PI(_) => self.refuse("a processing instruction may not stand in a picture"),
            Event::DocType(_) => self.refuse("a document type may not stand in a picture"),
            Event::Comment(_) | Event::Eof => {}
        }
    }

    fn refuse(&mut self, what: impl Into<String>) {
        let what = what.into();
        if self.faults.len() < FAULTS_MAX && self.said.insert(what.clone()) {
            let at = self.at.clone();
            self.faults.push(SvgFault { at, what });
        }
    }

    fn declaration(&mut self, declaration: &BytesDecl<'_>) {
        if self.at.start > 0 {
            self.refuse("an XML declaration may only be at the very beginning");
        }
        let encoding = declaration.encoding().transpose();
        let is_utf8 = |name: &str| name.eq_ignore_ascii_case("utf-8");
        if !encoding.is_ok_and(|encoding| encoding.is_none_or(|name| is_utf8(&name))) {
            self.refuse("a picture is UTF-8 and may not say that it is anything else");
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>, is_empty: bool) {
        let name = tag.name().as_ref().to_owned();
        let is_root = self.open.is_empty();
        if is_root && (name != "svg" || self.has_root) {
            self.refuse("a picture is one `<svg>` and nothing beside it");
        }
        self.has_root |= is_root;
        if !Allowlist::get().is_in_picture(&name) {
            self.refuse(format!("`<{name}>` may not stand in a picture"));
        }
        if self.open.len() >= Allowlist::get().limits().depth {
            return self.refuse("elements are nested too deep for a picture");
        }
        self.written.push('<');
        self.written.push_str(&name);
        if is_root {
            self.written.push_str(&format!(" xmlns=\"{NAMESPACE}\""));
        }
        self.attributes(tag, &name, is_root);
        self.written.push_str(if is_empty { "/>" } else { ">" });
        if !is_empty {
            self.open.push(name);
        }
    }

    fn attributes(&mut self, tag: &BytesStart<'_>, element: &str, is_root: bool) {
        let mut is_svg = !is_root; // the root says what all of it is
        for attribute in tag.attributes() {
            match attribute {
                Ok(attribute) if attribute.key.as_ref() == "xmlns" => {
                    is_svg = attribute.value == NAMESPACE;
                }
                Ok(attribute) => self.attribute(&attribute, element),
                Err(error) => return self.refuse(format!("this is not SVG: {error}")),
            }
            if self.faults.len() >= FAULTS_MAX {
                return; // nothing of it is published
            }
        }
        if !is_svg {
            self.refuse(format!(
                "`<{element}>` is not in the namespace `{NAMESPACE}`"
            ));
        }
    }

    fn attribute(&mut self, attribute: &Attribute<'_>, element: &str) {
        let name = attribute.key.as_ref();
        if name.starts_with("xmlns:") {
            return; // no name with a prefix is taken, so that nothing is in that namespace
        }
        let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0) else {
            return self.refuse(format!("the value of `{name}` on `<{element}>` is not XML"));
        };
        let list = Allowlist::get();
        let is_clip_of_clip =
            name == CLIPPED && (element == CLIP || self.open.iter().any(|open| open == CLIP));
        if is_clip_of_clip || !list.is_on_picture(name) {
            return self.refuse(format!(
                "`{name}` may not stand on `<{element}>` in a picture"
            ));
        }
        if !list.picture_may_say(name, &value) || !is_xml(&value) {
            return self.refuse(format!(
                "the value of `{name}` on `<{element}>` may not stand in a picture"
            ));
        }
        self.written.push(' ');
        self.written.push_str(name);
        self.written.push_str("=\"");
        let _ = escape_html(&mut self.written, &value); // writing to a `String` cannot fail
        self.written.push('"');
    }

    /// A character by number or one of XML's own names; there are no others without a document type.
    fn reference(&mut self, reference: &BytesRef<'_>) {
        let name = reference.xml10_content();
        let known = match reference.resolve_char_ref() {
            Ok(Some(char)) => Some(char.to_string()),
            Ok(None) => quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned),
            Err(_) => None,
        };
        match known {
            Some(text) => self.text(&text),
            None => self.refuse(format!("`&{name};` names no character in a picture")),
        }
    }

    fn text(&mut self, text: &str) {
        if !is_xml(text) {
            self.refuse("a character that no XML may hold");
        }
        if !self.open.is_empty() {
            let _ = escape_html_body_text(&mut self.written, text);
        } else if !text.trim_start_matches('\u{feff}').trim().is_empty() {
            self.refuse("a picture is one `<svg>` and nothing beside it");
        }
    }

    fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.written.push_str(&format!("</{name}>"));
        }
    }

    fn end(mut self, length: usize) -> Result<String, Vec<SvgFault>> {
        self.at = 0..length.min(1);
        if !self.has_root && self.faults.is_empty() {
            self.refuse("there is no `<svg>` in it");
        }
        if !self.open.is_empty() && self.faults.is_empty() {
            self.refuse("this is not SVG: an element is not closed");
        }
        if self.faults.is_empty() {
            Ok(self.written)
        } else {
            Err(self.faults)
        }
    }
}

/// Whether a document of XML 1.0 may hold all of these characters.
fn is_xml(text: &str) -> bool {
    let may = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    text.chars().all(may)
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::seq::SliceRandom;
    use rand::{Rng, SeedableRng};

    use super::*;

    const CHART: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<!-- made by a program -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="4cm" viewBox="0 0 10 10" version="1.1" xml:space="preserve" role="img">
<title>A &amp; B &#x3c; C</title>
<defs><linearGradient id="Grad_1" x1="0" x2="1" gradientUnits="userSpaceOnUse"><stop offset="0%" stop-color="#fff"/></linearGradient>
<clipPath id="c"><rect width="9" height="9"/></clipPath></defs>
<g clip-path="url(#c)"><path d="M0 0
L1 1" fill="url(#Grad_1)" stroke='none'/></g>
<text x="1" font-family="'DejaVu Sans', sans-serif"><![CDATA[1 < 2]]></text>
</svg>"##;

    fn faults(text: &str) -> Vec<String> {
        let faults = inert_svg(text).expect_err(text);
        faults.into_iter().map(|fault| fault.what).collect()
    }

    fn with(inside: &str) -> String {
        format!("<svg xmlns=\"{NAMESPACE}\">{inside}</svg>")
    }

    #[test]
    fn an_honest_chart_is_written_as_it_was_read_and_reads_the_same_again() {
        let once = inert_svg(CHART).expect("nothing active is in it");
        for part in [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4cm\"",
            "<title>A &amp; B &lt; C</title>",
            "fill=\"url(#Grad_1)\"",
            "font-family=\"&#39;DejaVu Sans&#39;, sans-serif\"",
            "1 &lt; 2</text>",
            "</svg>",
        ] {
            assert!(once.contains(part), "{part} in {once}");
        }
        for gone in ["<?xml", "<!--", "xlink", "CDATA"] {
            assert!(!once.contains(gone), "{gone} in {once}");
        }
        assert_eq!(inert_svg(&once).as_ref(), Ok(&once));
    }

    #[test]
    fn what_only_looks_active_is_written_as_text_or_not_at_all() {
        let mut tried = 0;
        for word in [
            "<script>a()</script>",
            "<a href=\"javascript:a()\">",
            "]]>&lt;x onload=\"a\">",
        ] {
            let by_number: String = word.chars().map(|c| format!("&#{};", c as u32)).collect();
            let escaped = word
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;");
            let cdata = format!("<![CDATA[{}]]>", word.replace("]]>", "]]]]><![CDATA[>"));
            for text in [by_number, escaped, cdata] {
                for inside in [
                    text.clone(),
                    format!("<title>{text}</title>"),
                    format!("<text>{text}</text>"),
                ] {
                    let written = inert_svg(&with(&inside)).expect("nothing is active in it");
                    let read = written.replace("<title>", "").replace("</title>", "");
                    let read = read.replace("<text>", "").replace("</text>", "");
                    assert_eq!(read.matches('<').count(), 2, "{written}");
                    assert_eq!(inert_svg(&written).as_ref(), Ok(&written));
                    tried += 1;
                }
            }
        }
        assert_eq!(tried, 27);
        for comment in [
            "<!-- <script>a()</script> -->",
            "<!--><script>a()</script>-->",
        ] {
            let written = inert_svg(&with(comment)).expect("a comment is left out");
            assert!(!written.contains("script"), "{written}");
        }
    }

    #[test]
    fn each_kind_of_fault_is_said_once_where_it_is() {
        let text = with("<script>a</script><g onclick=\"a\"/><script/><rect style=\"a\"/>");
        let found = inert_svg(&text).expect_err("three things are wrong");
        let said: Vec<_> = found
            .iter()
            .map(|one| (&text[one.at.clone()], &*one.what))
            .collect();
        let expected = [
            ("<script>", "`<script>` may not stand in a picture"),
            (
                "<g onclick=\"a\"/>",
                "`onclick` may not stand on `<g>` in a picture",
            ),
            (
                "<rect style=\"a\"/>",
                "`style` may not stand on `<rect>` in a picture",
            ),
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn what_is_no_single_svg_is_refused() {
        for text in [
            "",
            "words",
            "<html/>",
            "<svg/>",
            "<svg xmlns=\"http://www.w3.org/1999/xhtml\"/>",
            "<s:svg xmlns:s=\"http://www.w3.org/2000/svg\"/>",
            &with("<g>"),
            &with("</svg><script>"),
            &format!("{}{}", with(""), with("")),
            &format!("x{}", with("")),
            &with("<g xmlns=\"http://www.w3.org/1999/xhtml\"/>"),
            &with("&nbsp;"),
            &with("&#0;"),
            &with("\u{1}"),
            &with("<g id=\"a\" id=\"b\"/>"),
            &with(&"<g>".repeat(70)),
            &format!("<!DOCTYPE svg>{}", with("")),
            &format!("<?xml-stylesheet href=\"a\"?>{}", with("")),
            &format!("<?xml version=\"1.0\" encoding=\"UTF-7\"?>{}", with("")),
        ] {
            assert!(!faults(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn no_value_names_anything_but_a_part_of_the_picture() {
        for bad in [
            "url(https://a.example/)",
            "url(//a.example)",
            "URL(a.svg#b)",
            "url('#a')",
            "url(#a) url(b)",
            "u\\72l(#a)",
            "image-set(a:b)",
            "javascript:a",
        ] {
            let text = with(&format!("<rect fill=\"{bad}\"/>"));
            assert_eq!(faults(&text).len(), 1, "{bad}");
        }
        let clips = "<clipPath id=\"a\"><rect clip-path=\"url(#b)\"/></clipPath>";
        assert_eq!(faults(&with(clips)).len(), 1);
    }

    /// What is put together at random, so that some of it is well formed.
    const PIECES: &[&str] = &[
        "<svg xmlns=\"http://www.w3.org/2000/svg\">",
        "</svg>",
        "<svg",
        " xmlns=\"http://www.w3.org/2000/svg\"",
        " xmlns:x=\"http://www.w3.org/1999/xlink\"",
        ">",
        "/>",
        "<g>",
        "</g>",
        "<text>",
        "</text>",
        "<rect",
        " fill=\"",
        " onload=\"",
        " href='",
        "\"",
        "'",
        "url(#a)",
        "url(",
        "//a.example",
        "javascript:a",
        "<script>",
        "</script>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<!DOCTYPE svg>",
        "<?x y?>",
        "&lt;",
        "&#60;",
        "&#x3c;script&#62;",
        "&",
        "a",
        "é",
        "\u{feff}",
        "\0",
        "\r\n",
        "=",
        "<",
    ];

    #[test]
    fn whatever_is_taken_is_written_without_anything_active() {
        let mut random = StdRng::seed_from_u64(7);
        let mut taken = 0;
        for _ in 0..60_000 {
            let pieces = random.gen_range(0..12);
            let inside = (0..pieces).map(|_| *PIECES.choose(&mut random).expect("there are some"));
            let inside: String = inside.collect();
            let text = if random.gen_bool(0.8) {
                with(&inside)
            } else {
                inside
            };
            let Ok(written) = inert_svg(&text) else {
                continue;
            };
            taken += 1;
            let tags = written.split('<').filter_map(|part| part.split('>').next());
            let mut rest: String = tags.map(|tag| format!("<{tag}>")).collect();
            rest = rest.replacen(NAMESPACE, "", 1);
            rest.retain(|c| !c.is_whitespace());
            for bad in [
                "<script",
                "onload=",
                "href=",
                "<!",
                "<?",
                "url(/",
                "\"javascript",
                "\0",
            ] {
                assert!(!rest.contains(bad), "{bad} in {written} of {text}");
            }
            assert!(inert_svg(&written).is_ok(), "{written}");
        }
        assert!(taken > 1_000, "{taken}");
    }

    #[test]
    fn a_picture_of_many_attributes_or_elements_takes_no_time() {
        let attributes: String = (0..80_000).map(|at| format!(" a{at}=\"\"")).collect();
        assert_eq!(
            faults(&with(&format!("<g{attributes}/>"))).len(),
            FAULTS_MAX
        );
        let namespaces: String = (0..20_000)
            .map(|at| format!("<g xmlns:a{at}=\"x\">"))
            .collect();
        assert!(!faults(&with(&namespaces)).is_empty());
    }
}
