//! A page, piece by piece → its JSON, as far as the allow-list has what stands in it.

use std::borrow::Cow;

use super::{Forbidden, MediaTypes};
use crate::domain::model::{Allowed, Allowlist, Limits, Namespace, Tree, turns_direction};

/// Takes a page's elements and texts in the order of the page, checks them and writes them.
pub(super) struct Writer {
    /// JSON.
    out: Vec<u8>,
    /// Elements that are not at their end yet, outermost first.
    open: Vec<Around>,
    /// The text since the last tag, as it is written in the page.
    text: String,
    /// Whether nothing, or a block, stands before that text.
    after_block: bool,
    nodes: usize,
    text_units: usize,
    roots: usize,
    elements_at_root: usize,
}

/// The start of an element that may stand in a page, whatever is around it.
pub(super) struct Start {
    namespace: Namespace,
    name: &'static str,
    is_block: bool,
    json: Box<[u8]>,
}

impl Start {
    /// That of an element with these attributes, by name.
    ///
    /// # Errors
    /// One of them may not stand there.
    pub fn new<'a>(
        namespace: Namespace,
        element: &'static Allowed,
        attributes: impl Iterator<Item = (&'a str, &'a str)>,
        files: MediaTypes,
    ) -> Result<Self, Forbidden> {
        let mut json = b",[".to_vec();
        write_string(element.name(), &mut json);
        let mut before: &[u8] = b",{";
        for (name, value) in attributes {
            let value = visible(value);
            let value = if name == "class" { words(value) } else { value };
            check_attribute(namespace, element, (name, &value), files)?;
            json.extend(before);
            before = b",";
            write_string(name, &mut json);
            json.push(b':');
            write_string(&value, &mut json);
        }
        if before == b"," {
            json.push(b'}');
        }
        Ok(Self {
            namespace,
            name: element.name(),
            is_block: is_block_name(element.name()),
            json: json.into(),
        })
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The beginning of its JSON.
    pub fn json(&self) -> &[u8] {
        &self.json
    }
}

/// What an element says about what stands in it.
#[derive(Clone, Copy)]
pub(super) struct Around {
    pub namespace: Namespace,
    pub name: &'static str,
    /// It begins a line of its own.
    is_block: bool,
    /// White space at its edges is seen.
    flows: bool,
    /// White space in it is kept.
    preformatted: bool,
}

impl Around {
    /// What is around a page.
    const TOP: Self = Around {
        namespace: Namespace::Html,
        name: "div",
        is_block: true,
        flows: false,
        preformatted: false,
    };

    fn inside(self, start: &Start) -> Self {
        let is_svg_text = matches!(start.name, "text" | "tspan");
        Self {
            namespace: start.namespace,
            name: start.name,
            is_block: start.is_block,
            flows: !start.is_block && !is_svg_text,
            preformatted: self.preformatted || start.name == "pre",
        }
    }

    /// What is seen of a text without white space to collapse: all of it, but for spaces at the edges of blocks.
    fn seen_of<'t>(&self, text: &'t str, edges: Edges) -> &'t str {
        if self.preformatted {
            return text;
        }
        if self.namespace == Namespace::Svg && text == " " {
            return "";
        }
        let text = if edges.before && !self.flows {
            text.trim_start_matches(' ')
        } else {
            text
        };
        if edges.after && !self.flows {
            text.trim_end_matches(' ')
        } else {
            text
        }
    }
}

/// What a page begins with, until it is known to have one root.
const AROUND: &[u8] = b"[\"div\"";

impl Writer {
    /// Expects so many bytes of JSON, more or less.
    pub fn new(expected: usize) -> Self {
        let mut out = Vec::with_capacity(expected + expected / 8);
        out.extend(AROUND);
        Self {
            out,
            open: Vec::new(),
            text: String::new(),
            after_block: true,
            nodes: 0,
            text_units: 0,
            roots: 0,
            elements_at_root: 0,
        }
    }

    /// The innermost element that is open; what is around the page where there is none.
    pub fn around(&self) -> &Around {
        self.open.last().unwrap_or(&Around::TOP)
    }

    /// Text. Whatever follows one another without a tag between is one text.
    pub fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The start of an element.
    ///
    /// # Errors
    /// It, or the text before it, may not stand there.
    pub fn start(&mut self, start: &Start) -> Result<(), Forbidden> {
        let inside = self.around().inside(start);
        self.end_text(inside.is_block)?;
        let limit = limits().depth;
        if self.open.len() >= limit {
            return Err(Forbidden::TooDeep { limit });
        }
        self.count_node()?;
        if self.open.is_empty() {
            self.roots += 1;
            self.elements_at_root += 1;
        }
        self.out.extend(&start.json);
        self.open.push(inside);
        self.after_block = true;
        Ok(())
    }

    /// The end of the innermost element.
    ///
    /// # Errors
    /// The text before it may not stand there.
    pub fn end(&mut self) -> Result<(), Forbidden> {
        self.end_text(true)?;
        if let Some(ended) = self.open.pop() {
            self.out.push(b']');
            self.after_block = ended.is_block;
        }
        Ok(())
    }

    /// The page: its one element, or a `div` around several.
    ///
    /// # Errors
    /// The last text may not stand there.
    pub fn finish(mut self) -> Result<Tree, Forbidden> {
        self.end_text(true)?;
        let json = if (self.roots, self.elements_at_root) == (1, 1) {
            self.out.split_off(AROUND.len() + 1) // and the comma
        } else {
            self.out.push(b']');
            self.out
        };
        Ok(Tree::from_json(json))
    }

    /// Writes the text so far, as it is shown there.
    fn end_text(&mut self, before_block: bool) -> Result<(), Forbidden> {
        if self.text.is_empty() {
            return Ok(());
        }
        let edges = Edges {
            before: std::mem::take(&mut self.after_block),
            after: before_block,
        };
        let text = std::mem::take(&mut self.text);
        let around = *self.around();
        let written = if is_plain(&text) {
            let shown = around.seen_of(&text, edges);
            self.write_text(shown, shown.len(), |json| {
                json.push(b'"');
                json.extend(shown.as_bytes());
                json.push(b'"');
            })
        } else {
            let shown = shown(&text, &around, edges);
            self.write_text(&shown, utf16_units(&shown), |json| {
                write_string(&shown, json);
            })
        };
        self.text = text;
        self.text.clear();
        written
    }

    fn write_text(
        &mut self,
        text: &str,
        units: usize,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), Forbidden> {
        if text.is_empty() {
            return Ok(());
        }
        self.count_node()?;
        self.text_units += units;
        let limit = limits().text;
        if self.text_units > limit {
            let what = "UTF-16 units of text";
            return Err(Forbidden::TooLarge { what, limit });
        }
        self.roots += usize::from(self.open.is_empty());
        self.out.push(b',');
        write(&mut self.out);
        Ok(())
    }

    fn count_node(&mut self) -> Result<(), Forbidden> {
        self.nodes += 1;
        let limit = limits().nodes;
        if self.nodes > limit {
            let what = "elements and texts";
            return Err(Forbidden::TooLarge { what, limit });
        }
        Ok(())
    }
}

fn limits() -> &'static Limits {
    Allowlist::get().limits()
}

fn write_string(text: &str, json: &mut Vec<u8>) {
    let written = serde_json::to_writer(json, text);
    written.expect("a text is always JSON, and memory takes it");
}

fn check_attribute(
    namespace: Namespace,
    element: &Allowed,
    (name, value): (&str, &str),
    files: MediaTypes,
) -> Result<(), Forbidden> {
    let list = Allowlist::get();
    let Some(rule) = element.rule(name) else {
        let allowed: Vec<&str> = list.attributes(namespace, element.name()).collect();
        return Err(Forbidden::Attribute {
            element: element.name().to_owned(),
            name: name.to_owned(),
            allowed: allowed.join(", "),
        });
    };
    if !list.follows(rule, value, files) {
        return Err(Forbidden::Value {
            element: element.name().to_owned(),
            name: name.to_owned(),
            value: value.to_owned(),
        });
    }
    Ok(())
}

/// Whether a text begins or ends at the edge of a block.
#[derive(Clone, Copy)]
struct Edges {
    before: bool,
    after: bool,
}

/// Whether a text shows each of its bytes where it stands, but for a space at either end, and is its own JSON. Nearly all
/// text is.
fn is_plain(text: &str) -> bool {
    let mut before = 0;
    text.bytes().all(|byte| {
        let two_spaces = (before, byte) == (b' ', b' ');
        before = byte;
        matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\') && !two_spaces
    })
}

/// A text as it is shown: runs of white space become one space, none at the edges of blocks.
fn shown<'t>(text: &'t str, around: &Around, edges: Edges) -> Cow<'t, str> {
    let text = visible(text);
    if around.preformatted {
        return text;
    }
    match collapse(text) {
        Cow::Borrowed(text) => around.seen_of(text, edges).into(),
        Cow::Owned(text) => {
            let seen = around.seen_of(&text, edges);
            if seen.len() == text.len() {
                return text.into();
            }
            seen.to_owned().into()
        }
    }
}

fn collapse(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_space = |b: &u8| b.is_ascii_whitespace();
    let mut after_space = false;
    let mut stays = |b: &u8| {
        let before = std::mem::replace(&mut after_space, is_space(b));
        !after_space || (*b == b' ' && !before)
    };
    let bytes = text.as_bytes();
    if bytes.iter().all(&mut stays) {
        return text;
    }
    let mut collapsed = String::with_capacity(text.len());
    if bytes.first().is_some_and(is_space) {
        collapsed.push(' ');
    }
    for word in text.split_ascii_whitespace() {
        collapsed.push_str(word);
        collapsed.push(' ');
    }
    if !bytes.last().is_some_and(is_space) {
        collapsed.pop();
    }
    collapsed.into()
}

fn utf16_units(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.encode_utf16().count()
}

/// Text whose order on the screen is its order in the file: characters that turn the writing direction of what
/// follows them are written out, and so are control characters.
fn visible(text: &str) -> Cow<'_, str> {
    // Nearly all text is told by its bytes.
    let plain = |b: &u8| matches!(b, b' '..=b'~' | b'\n' | b'\t' | b'\r');
    if text.as_bytes().iter().all(plain) || !text.contains(is_deceptive) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_deceptive(c) {
            shown.push_str(&format!("[U+{:04X}]", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown.into()
}

/// Whether a character changes the order of others on the screen, or stands for nothing visible.
pub fn is_deceptive(c: char) -> bool {
    turns_direction(c) || (c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
}

/// Class names with one space between them, as templates that leave some out write more.
fn words(value: Cow<'_, str>) -> Cow<'_, str> {
    let space = |b: &u8| b.is_ascii_whitespace();
    let bytes = value.as_bytes();
    let edges = bytes.first().is_some_and(space) || bytes.last().is_some_and(space);
    let odd = |two: &[u8]| space(&two[1]) && (two[1] != b' ' || space(&two[0]));
    if !edges && !bytes.windows(2).any(odd) {
        return value;
    }
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    words.join(" ").into()
}

/// Elements that begin a line of their own, and those that hold nothing but such.
fn is_block_name(name: &str) -> bool {
    const BLOCKS: &[&str] = &[
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "col",
        "colgroup",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ];
    BLOCKS.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ground::cases::property;

    proptest! {
        #![proptest_config(property(2_000))]

        #[test]
        fn what_is_plain_is_shown_as_any_other_text(
            text in "[ ab~\"\\\\\n\t\u{7f}\u{e4}\u{202e}]{0,6}",
            before: bool, after: bool, flows: bool, preformatted: bool, in_drawing: bool,
        ) {
            if !is_plain(&text) {
                return Ok(());
            }
            let namespace = if in_drawing { Namespace::Svg } else { Namespace::Html };
            let around = Around { namespace, flows, preformatted, ..Around::TOP };
            let edges = Edges { before, after };
            let seen = around.seen_of(&text, edges);
            prop_assert_eq!(seen, &*shown(&text, &around, edges));
            prop_assert_eq!(format!("\"{seen}\""), serde_json::to_string(seen).unwrap());
            prop_assert_eq!(seen.len(), utf16_units(seen));
        }
    }

    #[test]
    fn what_is_written_otherwise_than_it_stands_there_is_not_plain() {
        for text in ["a", " a b ", "~", ""] {
            assert!(is_plain(text), "{text:?}");
        }
        for text in ["a  b", "a\nb", "\"", "\\", "\u{7f}", "\u{e4}", "\0"] {
            assert!(!is_plain(text), "{text:?}");
        }
    }

    #[test]
    fn names_of_blocks_are_found_wherever_they_stand_in_the_list() {
        for name in ["article", "li", "p", "ul"] {
            assert!(is_block_name(name), "{name}");
        }
        assert!(!is_block_name("span"));
    }
}
