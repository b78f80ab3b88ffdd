//! What the whole documents of a theme must hold, and must not: the lock page, and public rubrics.
//!
//! A document has to be well-formed, and to hold elements of a list alone: then its tags are the elements that a browser
//! makes of it, with scripts and without.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Error, HtmlString, Spanned, StartTag, Token, Tokenizer};

use super::allowlist::{Allowlist, Namespace};

/// Parts of the content security policy without which a page could run or load what is not the program's.
const POLICY: [&str; 4] = [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
];

/// What a policy must never say: the whole page could run what stands in it.
const UNSAFE: [&str; 3] = ["'unsafe-", "*", "data:"];

/// The one part that may say `data:`: a picture runs nothing.
const PICTURES: &str = "img-src ";

/// What a document may hold besides the elements of a page.
const ELEMENTS: [&str; 14] = [
    "html", "head", "body", "meta", "title", "link", "script", "noscript", "main", "form", "label",
    "input", "button", "progress",
];

/// Those of them that have no end tag.
const VOID: [&str; 3] = ["meta", "link", "input"];

/// Elements that may be open at once: browsers nest no deeper.
const DEPTH_MAX: usize = 512;

/// What may come before the policy without a browser taking the head for ended.
const BEFORE_POLICY: [&str; 4] = ["html", "head", "meta", "title"];

/// What a link is to a picture, which may be any of the site.
const ICONS: [&str; 2] = ["icon", "apple-touch-icon"];

/// Attributes that load or lead; elsewhere than within the site they may not.
const ADDRESSES: [&str; 10] = [
    "href",
    "src",
    "srcset",
    "imagesrcset",
    "action",
    "formaction",
    "ping",
    "background",
    "poster",
    "xlink:href",
];

/// What is wrong with a document.
pub struct Fault {
    /// In words that follow the document's name.
    pub what: String,
    /// Where in the document, in bytes. `None` if something is missing.
    pub at: Option<usize>,
}

/// An element of a document.
struct Found {
    name: String,
    /// In lower case, by name.
    attributes: Vec<(String, String)>,
    at: usize,
}

impl Found {
    fn of(tag: &StartTag<usize>) -> Self {
        let attributes = tag.attributes.iter();
        Self {
            name: text_of(&tag.name),
            attributes: attributes
                .map(|(name, value)| (text_of(name), text_of(value)))
                .collect(),
            at: tag.span.start,
        }
    }

    /// The value of an attribute. `None` if the element does not have it.
    fn get(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|(of, _)| of == name)
            .map(|(_, value)| &**value)
    }
}

fn text_of(bytes: &HtmlString) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a document must have.
pub struct Contract<'a> {
    /// Texts in it.
    pub needs: &'a [&'a str],
    /// Whether it may load a script or a style sheet from that address.
    pub loads: &'a dyn Fn(&str) -> bool,
}

/// The first thing that is wrong with a document. `None` if nothing is.
pub fn fault(html: &str, contract: &Contract<'_>) -> Option<Fault> {
    match Reading::default().document(html) {
        Err(fault) => Some(fault),
        Ok(elements) => {
            let refused = |element| refused(element, contract.loads);
            lacking(&elements, html, contract.needs).or_else(|| elements.iter().find_map(refused))
        }
    }
}

/// A document while its tags come.
#[derive(Default)]
struct Reading {
    elements: Vec<Found>,
    /// The elements that are not closed yet, outermost first: their names, and where they begin.
    open: Vec<(String, usize)>,
    has_policy: bool,
}

impl Reading {
    /// All elements in the order of the document.
    fn document(mut self, html: &str) -> Result<Vec<Found>, Fault> {
        let emitter = DefaultEmitter::<usize>::new_with_span();
        for token in Tokenizer::new_with_emitter(html, emitter) {
            let Ok(token) = token;
            let at = Some(start_of(&token));
            self.take(token).map_err(|what| Fault { what, at })?;
        }
        match self.open.pop() {
            Some((name, at)) => Err(Fault {
                what: format!("does not close `<{name}>`"),
                at: Some(at),
            }),
            None => Ok(self.elements),
        }
    }

    fn take(&mut self, token: Token<usize>) -> Result<(), String> {
        match token {
            Token::StartTag(tag) => self.start(&tag),
            Token::EndTag(tag) => self.end(&text_of(&tag.name)),
            Token::String(text) => self.text(&text_of(&text)),
            Token::Comment(text) => self.comment(&text_of(&text)),
            Token::Doctype(_) => Ok(()),
            // Characters that the organisation wrote.
            Token::Error(Spanned {
                value: Error::ControlCharacterInInputStream | Error::NoncharacterInInputStream,
                ..
            }) => Ok(()),
            Token::Error(error) => Err(format!("is not well-formed HTML: {}", *error)),
        }
    }

    fn start(&mut self, tag: &StartTag<usize>) -> Result<(), String> {
        let found = Found::of(tag);
        let name = found.name.clone();
        let in_svg = name == "svg" || self.is_within("svg");
        let list = Allowlist::get();
        let is_of_page = |namespace| list.element(namespace, &name).is_some();
        let is_known = if in_svg {
            is_of_page(Namespace::Svg)
        } else {
            is_of_page(Namespace::Html) || ELEMENTS.contains(&&*name)
        };
        if !is_known {
            return Err(format!("holds `<{name}>`, which no page may"));
        }
        // A browser takes what is in these for text, tags too.
        if let Some(text_only) = ["title", "script"]
            .into_iter()
            .find(|of| self.is_within(of))
        {
            return Err(format!("has `<{name}>` in `<{text_only}>`"));
        }
        let hides_tag = |(_, value): &(String, String)| value.contains('<');
        if self.is_within("noscript") && found.attributes.iter().any(hides_tag) {
            return Err("has a `<` in an attribute in `<noscript>`".to_owned());
        }
        let is_void = list.is_void(&name) || VOID.contains(&&*name);
        let ends = is_void || (in_svg && tag.self_closing);
        if tag.self_closing && !is_void && !in_svg {
            return Err(format!("has `<{name}/>`, which closes nothing"));
        }
        if !self.has_policy && !BEFORE_POLICY.contains(&&*name) {
            return Err(format!("has `<{name}>` before its content security policy"));
        }
        self.has_policy |= is_policy(&found);
        self.elements.push(found);
        if self.open.len() == DEPTH_MAX {
            return Err(format!("nests elements more than {DEPTH_MAX} deep"));
        }
        if !ends {
            self.open.push((name, tag.span.start));
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), String> {
        // A browser ends the head there, and takes no policy any longer.
        if !self.has_policy && name != "title" {
            return Err(format!(
                "has `</{name}>` before its content security policy"
            ));
        }
        match self.open.pop() {
            Some((open, _)) if open == name => Ok(()),
            Some((open, _)) => Err(format!("does not close `<{open}>` before `</{name}>`")),
            None => Err(format!("has `</{name}>`, which closes no element")),
        }
    }

    fn text(&self, text: &str) -> Result<(), String> {
        if text.trim_ascii().is_empty() {
            return Ok(());
        }
        if self.is_within("script") {
            return Err("has a script of its own, which its policy refuses".to_owned());
        }
        // A browser begins the body there, and takes no policy any longer.
        if !self.has_policy && !self.is_within("title") {
            return Err("has text before its content security policy".to_owned());
        }
        Ok(())
    }

    fn comment(&self, text: &str) -> Result<(), String> {
        if text.contains('<') || self.is_within("title") || self.is_within("script") {
            return Err("has a comment that may hide a tag".to_owned());
        }
        Ok(())
    }

    fn is_within(&self, name: &str) -> bool {
        self.open.iter().any(|(open, _)| open == name)
    }
}

fn start_of(token: &Token<usize>) -> usize {
    match token {
        Token::StartTag(tag) => tag.span.start,
        Token::EndTag(tag) => tag.span.start,
        Token::String(text) | Token::Comment(text) => text.span.start,
        Token::Doctype(doctype) => doctype.span.start,
        Token::Error(error) => error.span.start,
    }
}

fn lacking(elements: &[Found], html: &str, needs: &[&str]) -> Option<Fault> {
    let lacks = |what: String| Some(Fault { what, at: None });
    let Some(policy) = elements.iter().find(|element| is_policy(element)) else {
        return lacks("lacks the content security policy".to_owned());
    };
    let at = Some(policy.at);
    let policy = policy.get("content").unwrap_or_default();
    if let Some(part) = POLICY.iter().find(|part| !policy.contains(**part)) {
        let what = format!("lacks `{part}` in its content security policy");
        return Some(Fault { what, at });
    }
    if let Some(part) = UNSAFE.iter().find(|part| allows(policy, part)) {
        let what = format!("allows `{part}` in its content security policy");
        return Some(Fault { what, at });
    }
    let need = needs.iter().find(|need| !html.contains(**need))?;
    lacks(format!("lacks `{need}`, without which nothing opens"))
}

fn allows(policy: &str, unsafe_part: &str) -> bool {
    let mut parts = policy.split(';').map(str::trim_start);
    parts.any(|part| {
        let is_harmless = unsafe_part == "data:" && part.starts_with(PICTURES);
        part.contains(unsafe_part) && !is_harmless
    })
}

fn is_policy(element: &Found) -> bool {
    let kind = element.get("http-equiv").unwrap_or_default();
    element.name == "meta" && kind.eq_ignore_ascii_case("content-security-policy")
}

/// What a browser should not find there.
fn refused(element: &Found, loads: &dyn Fn(&str) -> bool) -> Option<Fault> {
    let name = &*element.name;
    let attribute = element
        .attributes
        .iter()
        .find(|(of, value)| is_refused(name, of, value) || is_foreign(element, of, value, loads));
    let moves = name == "meta" && element.get("http-equiv").is_some() && !is_policy(element);
    let inline = name == "script" && element.get("src").is_none();
    let what = match attribute {
        Some((of, value)) => format!("{of}=\"{value}\""),
        None if moves || inline => format!("<{name}>"),
        None => return None,
    };
    Some(Fault {
        what: format!("holds `{what}`, which its policy refuses"),
        at: Some(element.at),
    })
}

fn is_refused(element: &str, name: &str, value: &str) -> bool {
    let runs = name.starts_with("on") || matches!(name, "style" | "srcdoc");
    runs || (ADDRESSES.contains(&name) && leads_away(element, value))
}

/// Whether it loads a script or a style sheet that gradus did not write, such as a text that the site publishes.
fn is_foreign(element: &Found, name: &str, value: &str, loads: &dyn Fn(&str) -> bool) -> bool {
    let is_icon = || element.get("rel").is_some_and(|rel| ICONS.contains(&rel));
    let is_loaded = match (&*element.name, name) {
        ("script", "src") => true,
        ("link", "href") => !is_icon(),
        _ => false,
    };
    is_loaded && !loads(value)
}

/// Whether an address is of another host, or none at all. Links that a reader follows may lead anywhere on the web.
fn leads_away(element: &str, address: &str) -> bool {
    // Browsers leave these out wherever they are.
    let address = address.replace(['\t', '\n', '\r'], "");
    let address = address
        .trim_start_matches(|c: char| c <= ' ')
        .to_ascii_lowercase();
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    let scheme = address
        .find(':')
        .is_some_and(|at| !address[..at].contains(['/', '?', '#']));
    match element {
        "a" => scheme && !is_web && !address.starts_with("mailto:"),
        _ => {
            scheme
                || address.starts_with("//")
                || address.starts_with('\\')
                || address.starts_with("/\\")
        }
    }
}
