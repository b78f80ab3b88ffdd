//! What a page of the site would run or load: the viewer of this release, and nothing besides.
//!
//! Only tags are read, one after the other, so that no page is too deep to be looked at.

use std::collections::BTreeSet;

use html5gum::{StartTag, Token, Tokenizer};

use super::finding::Finding;
use super::release::Release;

/// Elements that bring in what others wrote.
const FOREIGN: [&str; 8] = [
    "iframe", "frame", "object", "embed", "base", "applet", "portal", "template",
];

/// Attributes that hold an address.
const ADDRESSES: [&str; 6] = ["src", "href", "action", "formaction", "data", "xlink:href"];

/// The page that opens the site; the others run nothing at all.
const SHELL: &str = "index.html";

/// What must not be in a page.
pub fn look(path: &str, html: &[u8], release: &Release) -> Vec<Finding> {
    let seen = read(html);
    let mut words = seen.strange;
    for script in &seen.scripts {
        // Pages of public rubrics lie deeper, and run nothing.
        if path != SHELL || !release.is_script(script) {
            words.insert(format!(
                "it runs `{script}`, which is not the viewer of this release"
            ));
        }
    }
    if !seen.is_confined {
        words.insert(
            "it does not forbid what pages of gradus forbid (no content security policy)"
                .to_owned(),
        );
    }
    let finding = |words| Finding::doubtful("page", Some(path), words);
    words.into_iter().map(finding).collect()
}

/// What a page does.
#[derive(Default)]
struct Seen {
    scripts: BTreeSet<String>,
    strange: BTreeSet<String>,
    /// There is a policy that begins by forbidding everything.
    is_confined: bool,
}

fn read(html: &[u8]) -> Seen {
    let mut seen = Seen::default();
    for token in Tokenizer::new(html) {
        if let Ok(Token::StartTag(tag)) = token {
            seen.take(&tag);
        }
    }
    seen
}

impl Seen {
    fn take(&mut self, tag: &StartTag<()>) {
        let value = |name: &str| {
            let value = tag.attributes.get(name.as_bytes())?;
            Some(String::from_utf8_lossy(value).into_owned())
        };
        match &*String::from_utf8_lossy(&tag.name) {
            "script" => match value("src") {
                Some(script) => drop(self.scripts.insert(script)),
                None => self.strange("holds a script of its own"),
            },
            "meta" => self.meta(value("http-equiv"), value("content")),
            name if FOREIGN.contains(&name) => self.strange(&format!("holds the element `{name}`")),
            _ => {}
        }
        for (name, value) in &tag.attributes {
            self.attribute(
                &String::from_utf8_lossy(name),
                &String::from_utf8_lossy(value),
            );
        }
    }

    fn meta(&mut self, what: Option<String>, content: Option<String>) {
        let content = content.unwrap_or_default();
        match what.unwrap_or_default().to_ascii_lowercase().as_str() {
            "content-security-policy" => {
                self.is_confined |= content.trim_start().starts_with("default-src 'none'");
            }
            "refresh" => self.strange("leads away by itself"),
            _ => {}
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        if name.starts_with("on") {
            self.strange(&format!("runs what stands in `{name}`"));
        }
        let scheme = value.trim_start().split(':').next().unwrap_or_default();
        let runs = ["javascript", "data", "vbscript", "blob"];
        if ADDRESSES.contains(&name) && runs.iter().any(|kind| scheme.eq_ignore_ascii_case(kind)) {
            self.strange(&format!("runs the address in `{name}`"));
        }
    }

    fn strange(&mut self, what: &str) {
        self.strange.insert(format!("it {what}"));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::KeyKind;
    use crate::pipeline;
    use crate::site::{Theme, assets};

    const POLICY: &str =
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">";

    fn words(page: &str) -> Vec<String> {
        let found = look(SHELL, page.as_bytes(), &Release::of_program());
        found.into_iter().map(|finding| finding.words).collect()
    }

    #[test]
    fn a_page_that_runs_the_viewer_alone_is_in_order() {
        let viewer = pipeline::viewer(KeyKind::X25519);
        let script = assets(&Theme::new(BTreeMap::new()).unwrap(), viewer).script_path;
        let page = format!("<!doctype html>{POLICY}<script src=\"{script}\" defer></script>");
        assert_eq!(words(&page), Vec::<String>::new());
    }

    #[test]
    fn whatever_else_would_run_is_told() {
        for (page, expected) in [
            (
                "<script src=\"https://evil.example/x.js\"></script>",
                "not the viewer",
            ),
            ("<script>alert(1)</script>", "script of its own"),
            ("<SCRIPT\n>x</SCRIPT>", "script of its own"),
            ("<img src=x onerror=alert(1)>", "`onerror`"),
            ("<a href=' JavaScript:alert(1)'>", "`href`"),
            ("<svg><a xlink:href='data:text/html,x'>", "`xlink:href`"),
            ("<iframe src=x>", "`iframe`"),
            ("<base href=//evil.example>", "`base`"),
            ("<meta http-equiv=refresh content='0;url=x'>", "leads away"),
        ] {
            let found = words(&format!("{POLICY}{page}"));
            assert!(
                found.iter().any(|words| words.contains(expected)),
                "{page}: {found:?}"
            );
        }
        assert!(words("<p>x").iter().any(|words| words.contains("policy")));
    }

    #[test]
    fn no_page_is_too_deep() {
        assert!(words(&format!("{POLICY}{}", "<div>".repeat(1_000_000))).is_empty());
    }
}
