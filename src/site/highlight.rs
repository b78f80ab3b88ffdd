//! Code fences: the few kinds of token that `syntax.css` styles, as spans with a class.
//!
//! syntect gives every scope of a grammar; a page keeps one class a token and none for what has no style of its own.

use std::sync::OnceLock;

use syntect::parsing::{Scope, ScopeStack, SyntaxReference, SyntaxSet};

use super::html::{Html, Writer};
use lines::Walk;

mod lines;

/// Longer blocks are shown without colours.
const BLOCK_MAX_BYTES: usize = 64 * 1024;

/// A block with a longer line likewise: grammars are regular expressions, and some are slow on long lines.
const LINE_MAX_BYTES: usize = 2_000;

/// Which scopes get which class; the innermost scope of a token that is named here decides.
const STYLED: &[(&str, &str)] = &[
    ("comment", "<span class=\"hl-c\">"),
    ("string", "<span class=\"hl-s\">"),
    ("constant", "<span class=\"hl-n\">"),
    ("keyword.operator", ""),
    ("keyword", "<span class=\"hl-k\">"),
    ("storage", "<span class=\"hl-k\">"),
    ("entity.name.function", "<span class=\"hl-f\">"),
    ("support.function", "<span class=\"hl-f\">"),
    ("variable.function", "<span class=\"hl-f\">"),
    ("entity.name", "<span class=\"hl-t\">"),
    ("support.type", "<span class=\"hl-t\">"),
    ("support.class", "<span class=\"hl-t\">"),
    ("entity.other.attribute-name", "<span class=\"hl-v\">"),
    ("variable.parameter", "<span class=\"hl-v\">"),
    ("markup.inserted", "<span class=\"hl-i\">"),
    ("markup.deleted", "<span class=\"hl-d\">"),
    ("markup.heading", "<span class=\"hl-k\">"),
];

/// A block of code as HTML.
pub struct Code {
    /// The lines, each token in a `<span>` of its class.
    pub html: Html,
    /// How many spans it has, and texts between them.
    pub spans: usize,
}

/// Highlights a block; as it is where the language is unknown or the block is too long.
pub fn html(language: &str, code: &str) -> Code {
    let long = code.len() > BLOCK_MAX_BYTES || code.lines().any(|l| l.len() > LINE_MAX_BYTES);
    let syntax = if long { None } else { find(language) };
    let highlighted = syntax.and_then(|syntax| spans(syntax, code));
    highlighted.unwrap_or_else(|| Code {
        html: Html::text(code),
        spans: 1,
    })
}

fn find(language: &str) -> Option<&'static SyntaxReference> {
    if language.is_empty() {
        return None; // the set is not even loaded for a block without a language
    }
    syntaxes().find_syntax_by_token(language)
}

fn syntaxes() -> &'static SyntaxSet {
    static SET: OnceLock<SyntaxSet> = OnceLock::new();
    SET.get_or_init(two_face::syntax::extra_newlines)
}

/// How a token is shown: a line of [`STYLED`], or as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Style(Option<u8>);

impl Style {
    /// Its opening tag; empty where it has none.
    fn tag(self) -> &'static str {
        self.0.map_or("", |line| STYLED[usize::from(line)].1)
    }
}

/// The scopes of [`STYLED`].
fn styled() -> &'static [Scope] {
    static SCOPES: OnceLock<Vec<Scope>> = OnceLock::new();
    SCOPES.get_or_init(|| {
        let parse = |(scope, _): &(&str, _)| Scope::new(scope).expect("none is long");
        STYLED.iter().map(parse).collect()
    })
}

/// The style of a token within those scopes.
fn style_of(stack: &ScopeStack) -> Style {
    let style = |scope: &Scope| {
        let mut styles = (0..).zip(styled());
        styles.find(|(_, styled)| styled.is_prefix_of(*scope))
    };
    let innermost = stack.scopes.iter().rev().find_map(style);
    Style(innermost.map(|(line, _)| line))
}

/// Nothing where the grammar fails; the caller then shows the block as it is.
fn spans(syntax: &SyntaxReference, code: &str) -> Option<Code> {
    let mut walk = Walk::new(syntax, syntaxes());
    let mut spans = Spans::default();
    for line in code.split_inclusive('\n') {
        let mut rest = line;
        for token in &*walk.line(line)? {
            let (text, after) = rest.split_at(token.bytes as usize);
            spans.token(text, token.style.tag());
            rest = after;
        }
    }
    Some(spans.finish())
}

/// Writes tokens, those of one style that follow each other in one span.
#[derive(Default)]
struct Spans {
    out: Writer,
    open: &'static str,
    count: usize,
}

impl Spans {
    fn token(&mut self, text: &str, tag: &'static str) {
        // White space has no colour, so it never ends a span.
        if tag != self.open && !text.trim().is_empty() {
            self.end();
            self.out.tag(tag);
            self.open = tag;
            self.count += 2;
        }
        self.out.text(text);
    }

    fn end(&mut self) {
        if !self.open.is_empty() {
            self.out.tag("</span>");
        }
        self.open = "";
    }

    fn finish(mut self) -> Code {
        self.end();
        Code {
            html: self.out.finish(),
            spans: self.count + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn shown(language: &str, code: &str) -> String {
        html(language, code).html.to_string()
    }

    #[test]
    fn a_fence_keeps_a_class_for_what_is_styled_and_none_besides() {
        let rust = shown("rust", "fn main() { // go\n    let x = \"a<b\";\n}\n");
        assert!(
            rust.contains("<span class=\"hl-k\">fn </span><span class=\"hl-f\">main</span>"),
            "{rust}"
        );
        assert!(
            rust.contains("<span class=\"hl-s\">\"a&lt;b\"</span>"),
            "{rust}"
        );
        assert!(rust.contains("<span class=\"hl-c\">// go"), "{rust}");
        assert!(rust.len() < 400, "{}", rust.len());
    }

    #[test]
    fn further_languages_are_known() {
        for (language, code) in [
            ("toml", "a = 1\n"),
            ("ts", "const a = 1;\n"),
            ("dockerfile", "FROM x\n"),
        ] {
            assert!(shown(language, code).contains("<span"), "{language}");
        }
    }

    #[test]
    fn an_unknown_language_and_a_long_block_are_shown_as_they_are() {
        assert_eq!(shown("nonsense", "a < b"), "a &lt; b");
        assert_eq!(shown("", "a < b"), "a &lt; b");
        assert!(!shown("rust", &"fn a() {}\n".repeat(10_000)).contains("<span"));
        assert!(!shown("rust", &("// ".to_owned() + &"x".repeat(3_000))).contains("<span"));
    }

    #[test]
    fn the_style_sheet_styles_every_class_and_no_other() {
        let class = |tag: &str| Some(tag.split('"').nth(1)?.to_owned());
        let written: BTreeSet<String> = STYLED.iter().filter_map(|(_, tag)| class(tag)).collect();
        let sheet = include_str!("../../themes/default/syntax.css");
        let styled = sheet
            .lines()
            .filter_map(|line| line.strip_prefix('.')?.strip_suffix(" {"));
        let styled: BTreeSet<String> = styled.map(str::to_owned).collect();
        assert_eq!(written, styled);
    }
}
