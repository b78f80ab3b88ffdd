//! A tree within the allow-list, as HTML.

use pulldown_cmark_escape::{escape_html, escape_html_body_text};
use serde_json::{Map, Value};

use crate::domain::model::Allowlist;

/// What a page knows of its surroundings.
pub trait Setting {
    /// Where `route` or `route#anchor` stands; nothing where it is not at hand.
    fn page(&self, link: &str) -> Option<String>;
    /// Where an attachment stands; nothing where it is not at hand.
    fn attachment(&self, key: &str) -> Option<Place<'_>>;
    /// What an `img` shows of an attachment; nothing where it is not at hand.
    fn picture(&self, key: &str) -> Option<String>;
}

/// Where a file stands, and the name that it is saved under.
pub struct Place<'s> {
    /// The address, relative to the page.
    pub href: String,
    /// The name that it is saved under.
    pub name: &'s str,
}

const ATTACHMENT: &str = "attachment:";

/// Adds the HTML of a tree that was held against the allow-list, which bounds how deep it is. What it links to and
/// is not at hand is named, and not linked.
pub fn markup(tree: &Value, setting: &dyn Setting, html: &mut String) {
    match tree {
        Value::String(text) => escaped_text(text, html),
        Value::Array(parts) => element(parts, setting, html),
        _ => {} // the allow-list knows no others
    }
}

fn element(parts: &[Value], setting: &dyn Setting, html: &mut String) {
    let Some((Value::String(name), rest)) = parts.split_first() else {
        return;
    };
    let (attributes, children) = match rest.split_first() {
        Some((Value::Object(attributes), children)) => (Some(attributes), children),
        _ => (None, rest),
    };
    let written = attributes.map(|attributes| attributes_of(attributes, setting));
    let written = written.unwrap_or_default();
    let leads_nowhere = name == "a" && !written.iter().any(|(name, _)| name == "href");
    let name = if leads_nowhere { "span" } else { name.as_str() };
    html.push('<');
    html.push_str(name);
    for (attribute, value) in &written {
        html.push(' ');
        html.push_str(attribute);
        html.push_str("=\"");
        escaped(value, html);
        html.push('"');
    }
    html.push('>');
    if Allowlist::get().is_void(name) {
        return;
    }
    if name == "pre" {
        html.push('\n'); // a parser drops the first line end, which may be one of the text
    }
    for child in children {
        markup(child, setting, html);
    }
    html.push_str("</");
    html.push_str(name);
    html.push('>');
}

fn attributes_of(attributes: &Map<String, Value>, setting: &dyn Setting) -> Vec<(String, String)> {
    let mut written = Vec::new();
    for (name, value) in attributes {
        let Some(value) = value.as_str() else {
            continue; // the allow-list knows texts alone
        };
        match name.as_str() {
            "href" => written.extend(link(value, setting)),
            "src" => written.extend(picture(value, setting)),
            _ => written.push((name.clone(), value.to_owned())),
        }
    }
    written
}

fn link(value: &str, setting: &dyn Setting) -> Vec<(String, String)> {
    let href = |href: String| ("href".to_owned(), href);
    if let Some(key) = value.strip_prefix(ATTACHMENT) {
        let place = setting.attachment(key);
        let saved = |place: Place<'_>| {
            vec![
                href(place.href),
                ("download".to_owned(), place.name.to_owned()),
            ]
        };
        return place.map(saved).unwrap_or_default();
    }
    if value.starts_with('#') {
        return vec![href(value.to_owned())];
    }
    if let Some(page) = value.strip_prefix('/') {
        return setting.page(page).map(href).into_iter().collect();
    }
    vec![
        href(value.to_owned()),
        ("rel".to_owned(), "noopener noreferrer".to_owned()),
    ]
}

fn picture(value: &str, setting: &dyn Setting) -> Option<(String, String)> {
    let shown = setting.picture(value.strip_prefix(ATTACHMENT)?)?;
    Some(("src".to_owned(), shown))
}

/// Text between tags.
pub fn escaped_text(text: &str, html: &mut String) {
    // Writing to a `String` cannot fail.
    let _ = escape_html_body_text(html, text);
}

/// Text inside a quoted attribute.
pub fn escaped(text: &str, html: &mut String) {
    let _ = escape_html(html, text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct Nothing;

    impl Setting for Nothing {
        fn page(&self, link: &str) -> Option<String> {
            (link == "org#a").then(|| "../pages/org.html#a".to_owned())
        }

        fn attachment(&self, key: &str) -> Option<Place<'_>> {
            (key == "h1/a.png").then(|| Place {
                href: "../files/1.png".to_owned(),
                name: "a \"b\".png",
            })
        }

        fn picture(&self, key: &str) -> Option<String> {
            self.attachment(key).map(|place| place.href)
        }
    }

    fn html(tree: Value) -> String {
        let mut html = String::new();
        markup(&tree, &Nothing, &mut html);
        html
    }

    #[test]
    fn texts_and_attributes_are_escaped() {
        let tree = json!(["p", {"title": "\"><script>"}, "<b>&amp;", ["br"], ["b", "x"]]);
        let expected = "<p title=\"&quot;&gt;&lt;script&gt;\">&lt;b&gt;&amp;amp;<br><b>x</b></p>";
        assert_eq!(html(tree), expected);
    }

    #[test]
    fn links_lead_to_what_is_at_hand_and_nowhere_else() {
        assert_eq!(
            html(json!(["a", {"href": "/org#a"}, "x"])),
            "<a href=\"../pages/org.html#a\">x</a>"
        );
        assert_eq!(
            html(json!(["a", {"href": "/people/bob"}, "x"])),
            "<span>x</span>"
        );
        assert_eq!(
            html(json!(["a", {"href": "#b"}, "x"])),
            "<a href=\"#b\">x</a>"
        );
        assert_eq!(
            html(json!(["a", {"href": "attachment:h1/a.png"}, "x"])),
            "<a href=\"../files/1.png\" download=\"a &quot;b&quot;.png\">x</a>"
        );
        assert_eq!(
            html(json!(["img", {"src": "attachment:h1/b.png", "alt": "x"}])),
            "<img alt=\"x\">"
        );
        let outward = html(json!(["a", {"href": "https://x.example/?a&b"}, "x"]));
        assert_eq!(
            outward,
            "<a href=\"https://x.example/?a&amp;b\" rel=\"noopener noreferrer\">x</a>"
        );
    }

    #[test]
    fn the_first_line_end_of_a_block_of_code_stays() {
        assert_eq!(html(json!(["pre", "\nx"])), "<pre>\n\nx</pre>");
    }
}
