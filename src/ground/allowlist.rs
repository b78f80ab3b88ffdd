//! What may stand in a page: `viewer/allowlist.json`, read by this side and by the viewer.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

/// Elements, attributes, values and limits of the trees of a site. `docs/format.md` says what each rule means.
#[derive(Debug, Deserialize)]
pub struct Allowlist {
    elements: Elements,
    attributes: Attributes,
    values: Values,
    /// Of no use to a viewer, which need not know it: `pictures.json`.
    #[serde(skip)]
    pictures: Pictures,
    reserved_prefix: String,
    links: Links,
    limits: Limits,
    /// All of the above, by the element that it is about.
    #[serde(skip)]
    allowed: ByNamespace,
}

#[derive(Debug, Default)]
struct ByNamespace {
    html: HashMap<String, Allowed>,
    svg: HashMap<String, Allowed>,
}

/// An element that may stand in a page.
#[derive(Debug)]
pub struct Allowed {
    name: String,
    is_void: bool,
    /// By name.
    attributes: Vec<(String, Kind)>,
}

impl Allowed {
    /// Its name, in lower case but for SVG's own.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it has no children.
    pub fn is_void(&self) -> bool {
        self.is_void
    }

    /// What an attribute may hold; nothing where it may not stand there.
    pub fn rule(&self, name: &str) -> Option<Rule<'_>> {
        let found = self
            .attributes
            .binary_search_by(|(known, _)| known.as_str().cmp(name));
        found.ok().map(|at| self.attributes[at].1.rule())
    }
}

/// Bounds of one tree.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Limits {
    /// Elements nested in one another; texts do not count.
    pub depth: usize,
    /// Elements and texts.
    pub nodes: usize,
    /// UTF-16 code units in all texts.
    pub text: usize,
    /// UTF-16 code units in one attribute.
    pub attribute: usize,
    token: usize,
    whole_number: u32,
}

/// The two vocabularies of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace {
    /// Everything outside `svg`.
    Html,
    /// `svg` and everything inside it.
    Svg,
}

impl Namespace {
    /// The namespace of an element of that name whose parent is in `self`.
    pub fn of_child(self, name: &str) -> Self {
        if name == "svg" { Self::Svg } else { self }
    }
}

/// What one attribute may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule<'a> {
    /// The id of an element.
    Id,
    /// Ids of elements, with blanks between them.
    IdList,
    /// Words such as classes, with blanks between them.
    Words,
    /// One word.
    Token,
    /// Any text.
    Text,
    /// Digits alone.
    WholeNumber,
    /// One of these values.
    OneOf(&'a BTreeSet<String>),
    /// Where a link may lead.
    Link,
    /// Where a picture may come from.
    Image,
    /// Drawing attributes and sizes.
    Drawing,
}

#[derive(Debug, Deserialize)]
struct Elements {
    html: BTreeSet<String>,
    svg: BTreeSet<String>,
    void: BTreeSet<String>,
}

/// What an attached picture may hold besides what stands in a page's drawings.
#[derive(Debug, Default, Deserialize)]
struct Pictures {
    elements: BTreeSet<String>,
    attributes: BTreeSet<String>,
}

/// By element, `*` for all.
#[derive(Debug, Deserialize)]
struct Attributes {
    html: BTreeMap<String, BTreeSet<String>>,
    svg: BTreeMap<String, BTreeSet<String>>,
}

/// By rule, the attributes that follow it.
#[derive(Debug, Deserialize)]
struct Values {
    id: BTreeSet<String>,
    id_list: BTreeSet<String>,
    link: BTreeSet<String>,
    image: BTreeSet<String>,
    words: BTreeSet<String>,
    token: BTreeSet<String>,
    text: BTreeSet<String>,
    whole_number: BTreeSet<String>,
    one_of: BTreeMap<String, BTreeSet<String>>,
}

/// A [`Rule`] by itself.
#[derive(Debug, Clone, Default)]
enum Kind {
    Id,
    IdList,
    Words,
    Token,
    Text,
    WholeNumber,
    Link,
    Image,
    OneOf(BTreeSet<String>),
    #[default]
    Drawing,
}

impl Kind {
    fn rule(&self) -> Rule<'_> {
        match self {
            Self::Id => Rule::Id,
            Self::IdList => Rule::IdList,
            Self::Words => Rule::Words,
            Self::Token => Rule::Token,
            Self::Text => Rule::Text,
            Self::WholeNumber => Rule::WholeNumber,
            Self::Link => Rule::Link,
            Self::Image => Rule::Image,
            Self::OneOf(words) => Rule::OneOf(words),
            Self::Drawing => Rule::Drawing,
        }
    }
}

impl Values {
    /// The same by attribute.
    fn rules(&self) -> HashMap<String, Kind> {
        let kinds = [
            (&self.id, Kind::Id),
            (&self.id_list, Kind::IdList),
            (&self.words, Kind::Words),
            (&self.token, Kind::Token),
            (&self.text, Kind::Text),
            (&self.whole_number, Kind::WholeNumber),
            (&self.link, Kind::Link),
            (&self.image, Kind::Image),
        ];
        let each = |(names, kind): (&BTreeSet<String>, Kind)| {
            let names = names.iter().cloned();
            names
                .map(move |name| (name, kind.clone()))
                .collect::<Vec<_>>()
        };
        let one_of = self.one_of.iter();
        let one_of = one_of.map(|(name, words)| (name.clone(), Kind::OneOf(words.clone())));
        kinds.into_iter().flat_map(each).chain(one_of).collect()
    }
}

#[derive(Debug, Deserialize)]
struct Links {
    schemes: BTreeSet<String>,
    images: BTreeSet<String>,
}

impl Allowlist {
    /// The list that this program was built with.
    pub fn get() -> &'static Self {
        static LIST: LazyLock<Allowlist> = LazyLock::new(|| {
            let text = include_str!("../../viewer/allowlist.json");
            // Part of the program, not input: the tests below read it.
            let list: Allowlist = serde_json::from_str(text)
                .expect("viewer/allowlist.json has the form of `Allowlist`");
            let allowed = list.by_namespace();
            let pictures = serde_json::from_str(include_str!("pictures.json"))
                .expect("pictures.json has the form of `Pictures`");
            Allowlist {
                allowed,
                pictures,
                ..list
            }
        });
        &LIST
    }

    /// Bounds of one tree.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    fn by_namespace(&self) -> ByNamespace {
        let kinds = self.values.rules();
        // An attribute without a rule of its own is a drawing's.
        let kind = |name: &str| kinds.get(name).cloned().unwrap_or_default();
        let allowed = |namespace: Namespace| {
            let element = |name: &str| Allowed {
                name: name.to_owned(),
                is_void: self.is_void(name),
                attributes: self
                    .attributes(namespace, name)
                    .map(|name| (name.to_owned(), kind(name)))
                    .collect::<BTreeMap<_, _>>()
                    .into_iter()
                    .collect(),
            };
            let elements = self.elements(namespace);
            elements
                .map(|name| (name.to_owned(), element(name)))
                .collect()
        };
        ByNamespace {
            html: allowed(Namespace::Html),
            svg: allowed(Namespace::Svg),
        }
    }

    /// The element of that name, where it may stand in that namespace.
    pub fn element(&self, namespace: Namespace, name: &str) -> Option<&Allowed> {
        match namespace {
            Namespace::Html => self.allowed.html.get(name),
            Namespace::Svg => self.allowed.svg.get(name),
        }
    }

    /// The elements that may stand in a namespace, by name.
    pub fn elements(&self, namespace: Namespace) -> impl Iterator<Item = &str> {
        let elements = match namespace {
            Namespace::Html => &self.elements.html,
            Namespace::Svg => &self.elements.svg,
        };
        elements.iter().map(String::as_str)
    }

    /// The attributes that may stand on an element: its own, then those of all.
    pub fn attributes(&self, namespace: Namespace, element: &str) -> impl Iterator<Item = &str> {
        let by_element = match namespace {
            Namespace::Html => &self.attributes.html,
            Namespace::Svg => &self.attributes.svg,
        };
        let names = [element, "*"].map(|key| by_element.get(key));
        names.into_iter().flatten().flatten().map(String::as_str)
    }

    /// Whether an HTML element of that name has no children.
    pub fn is_void(&self, name: &str) -> bool {
        self.elements.void.contains(name)
    }

    /// The media types of pictures.
    pub fn is_image(&self, media_type: &str) -> bool {
        self.links.images.contains(media_type)
    }

    /// Whether an element may stand in an attached picture.
    pub fn is_in_picture(&self, element: &str) -> bool {
        self.elements.svg.contains(element) || self.pictures.elements.contains(element)
    }

    /// Whether an attribute may stand on the elements of an attached picture.
    pub fn is_on_picture(&self, name: &str) -> bool {
        self.attributes(Namespace::Svg, "*")
            .any(|known| known == name)
            || self.pictures.attributes.contains(name)
    }

    /// Whether an attribute of an attached picture may hold that value. Nobody refers to its ids and classes from outside, so
    /// that they may be any words, and its colours and clips may be parts of the picture itself.
    pub fn picture_may_say(&self, name: &str, value: &str) -> bool {
        match self.rule(Namespace::Svg, "svg", name) {
            Some(rule @ (Rule::Text | Rule::Token | Rule::OneOf(_))) => {
                self.follows(rule, value, |_| None)
            }
            _ => value.len() <= self.limits.attribute && is_picture_value(value),
        }
    }

    /// What an attribute of an element may hold; nothing where it may not stand there.
    pub fn rule(&self, namespace: Namespace, element: &str, name: &str) -> Option<Rule<'_>> {
        self.element(namespace, element)?.rule(name)
    }

    /// Whether an attribute of an allowed element may stand there and hold that value. `media_type`
    /// answers for the section's attachments, by key.
    pub fn attribute<'f>(
        &self,
        namespace: Namespace,
        element: &str,
        name: &str,
        value: &str,
        media_type: impl Fn(&str) -> Option<&'f str>,
    ) -> bool {
        self.rule(namespace, element, name)
            .is_some_and(|rule| self.follows(rule, value, media_type))
    }

    /// Whether a value is one that a rule lets an attribute hold.
    pub fn follows<'f>(
        &self,
        rule: Rule<'_>,
        value: &str,
        media_type: impl Fn(&str) -> Option<&'f str>,
    ) -> bool {
        // As many UTF-16 units as bytes at most.
        let short = value.len() <= self.limits.attribute
            || value.encode_utf16().count() <= self.limits.attribute;
        short && self.accepts(rule, value, media_type)
    }

    fn accepts<'f>(
        &self,
        rule: Rule<'_>,
        value: &str,
        media_type: impl Fn(&str) -> Option<&'f str>,
    ) -> bool {
        match rule {
            Rule::Id => self.is_anchor(value),
            Rule::IdList => value.split(' ').all(|id| self.is_anchor(id)),
            Rule::Words => value.is_empty() || value.split(' ').all(|word| self.is_word(word)),
            Rule::Token => value.len() <= self.limits.token && value.bytes().all(is_token_byte),
            Rule::Text => true,
            Rule::WholeNumber => self.is_whole_number(value),
            Rule::OneOf(words) => words.contains(value),
            Rule::Link => self.is_link(value, media_type),
            Rule::Image => attachment(value, media_type).is_some_and(|kind| self.is_image(kind)),
            Rule::Drawing => is_drawing(value),
        }
    }

    /// `[a-z][a-z0-9-]*` that is not one of the viewer's own.
    fn is_anchor(&self, id: &str) -> bool {
        id.starts_with(|c: char| c.is_ascii_lowercase())
            && id.bytes().all(is_route_byte)
            && !id.starts_with(&self.reserved_prefix)
    }

    fn is_word(&self, word: &str) -> bool {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        !word.is_empty() && word.bytes().all(allowed) && !word.starts_with(&self.reserved_prefix)
    }

    fn is_whole_number(&self, value: &str) -> bool {
        let digits = value.strip_prefix('-').unwrap_or(value);
        let canonical = digits == "0" || !digits.starts_with('0');
        !digits.is_empty()
            && canonical
            && digits.bytes().all(|b| b.is_ascii_digit())
            && digits
                .parse::<u32>()
                .is_ok_and(|n| n <= self.limits.whole_number)
    }

    fn is_link<'f>(&self, value: &str, media_type: impl Fn(&str) -> Option<&'f str>) -> bool {
        if value.starts_with("attachment:") {
            return attachment(value, media_type).is_some();
        }
        if let Some(anchor) = value.strip_prefix('#') {
            return self.is_anchor(anchor);
        }
        match value.strip_prefix('/') {
            Some(page) => self.is_page(page),
            None => self.is_outward(value),
        }
    }

    /// A route, or a route and `#` and an id.
    fn is_page(&self, page: &str) -> bool {
        let (route, anchor) = match page.split_once('#') {
            Some((route, anchor)) => (route, Some(anchor)),
            None => (page, None),
        };
        let segment = |s: &str| !s.is_empty() && s.bytes().all(is_route_byte);
        route.split('/').all(segment) && anchor.is_none_or(|id| self.is_anchor(id))
    }

    fn is_outward(&self, value: &str) -> bool {
        let Some((scheme, rest)) = value.split_once(':') else {
            return false;
        };
        let rest = match scheme {
            "http" | "https" => rest.strip_prefix("//").unwrap_or_default(),
            _ => rest,
        };
        let plain = |c: char| c > ' ' && c != '\u{7f}';
        self.links.schemes.contains(scheme) && !rest.is_empty() && rest.chars().all(plain)
    }
}

/// The media type of the attachment that `attachment:<key>` names.
fn attachment<'f>(value: &str, media_type: impl Fn(&str) -> Option<&'f str>) -> Option<&'f str> {
    media_type(value.strip_prefix("attachment:")?)
}

fn is_route_byte(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'
}

fn is_token_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b":/+._-".contains(&b)
}

/// Numbers, colours and paths; nothing that could name a resource.
fn is_drawing(value: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b" #%.,()+_-\n".contains(&b);
    value.bytes().all(allowed) && !value.to_ascii_lowercase().contains("url(")
}

/// Drawing values, names of fonts, and `url(#id)`.
fn is_picture_value(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let mut parts = lower.split("url(");
    let plain = |part: &str| is_drawing(&part.replace(['\'', '"'], ""));
    parts.next().is_some_and(plain)
        && parts.all(|part| {
            let inside = part.strip_prefix('#').and_then(|part| part.split_once(')'));
            inside.is_some_and(|(id, rest)| is_fragment(id) && plain(rest))
        })
}

fn is_fragment(id: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    !id.is_empty() && id.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(element: &str, name: &str, value: &str) -> bool {
        let files = |key: &str| match key {
            "h1/a.png" => Some("image/png"),
            "h1/a.pdf" => Some("application/pdf"),
            _ => None,
        };
        Allowlist::get().attribute(Namespace::Html, element, name, value, files)
    }

    #[test]
    fn a_link_has_one_of_four_forms() {
        for good in [
            "https://x.example/a?b#c",
            "mailto:a@b.example",
            "/people/ada/2026-h1#auth",
            "/org",
            "#auth",
            "attachment:h1/a.pdf",
        ] {
            assert!(may("a", "href", good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JAVASCRIPT:x",
            "Https://x",
            "https:x",
            "https://",
            "data:text/html,x",
            "//evil.example",
            "/people//ada",
            "/",
            "",
            "#",
            "#gradus-main",
            "/a#",
            "attachment:h1/b.pdf",
            "https://x y",
            "https://x\n",
            "mailto:",
            "file:///etc/passwd",
            "/../x",
            "blob:x",
        ] {
            assert!(!may("a", "href", bad), "{bad:?}");
        }
    }

    #[test]
    fn a_picture_is_an_attachment_of_a_picture_type() {
        assert!(may("img", "src", "attachment:h1/a.png"));
        for bad in [
            "attachment:h1/a.pdf",
            "https://x.example/a.png",
            "data:image/png;base64,AA",
            "/a.png",
        ] {
            assert!(!may("img", "src", bad), "{bad}");
        }
    }

    #[test]
    fn what_is_not_listed_may_not_stand() {
        let list = Allowlist::get();
        for bad in [
            "script",
            "style",
            "iframe",
            "use",
            "foreignObject",
            "animate",
            "form",
            "input",
        ] {
            assert!(
                list.element(Namespace::Html, bad).is_none()
                    && list.element(Namespace::Svg, bad).is_none(),
                "{bad}"
            );
        }
        for bad in ["style", "onclick", "onload", "srcset", "href"] {
            assert!(!may("p", bad, "x"), "{bad}");
        }
        assert!(list.rule(Namespace::Svg, "path", "href").is_none());
        assert_eq!(
            list.rule(Namespace::Svg, "path", "fill"),
            Some(Rule::Drawing)
        );
    }

    #[test]
    fn values_follow_their_rules() {
        assert!(may("p", "id", "a-1") && !may("p", "id", "1a") && !may("p", "id", "gradus-x"));
        assert!(may("p", "class", "") && may("p", "class", "a B_1") && !may("p", "class", "a  b"));
        assert!(
            may("td", "colspan", "2")
                && !may("td", "colspan", "02")
                && !may("td", "colspan", "10001")
        );
        assert!(may("p", "dir", "rtl") && !may("p", "dir", "up"));
        assert!(
            may("img", "width", "40")
                && !may("img", "width", "uRl(x)")
                && !may("img", "width", "a;b")
        );
        assert!(may("time", "datetime", "2026-11-22") && !may("time", "datetime", &"1".repeat(65)));
        assert!(may("p", "aria-labelledby", "a b") && !may("p", "aria-labelledby", ""));
    }
}
