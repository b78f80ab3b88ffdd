//! The frame around a page, the list of all pages, and how they look.

use std::collections::BTreeMap;

use super::copy::Left;
use super::markup::{escaped, escaped_text};
use crate::sealed::seal::SiteJson;

/// Where the style lies in the folder.
pub const STYLE_PATH: &str = "style.css";

/// Pages run nothing and load only what lies beside them, from a folder (`file:`) or from the preview.
const POLICY: &str = "default-src 'none'; style-src 'self' file:; img-src 'self' file: data:; base-uri 'none'; form-action 'none'";

/// What pages of a folder need beyond the theme of the program.
const OWN_STYLE: &str = ".copy{max-width:960px;margin:0 auto;padding:24px 20px 80px}\
.copy>nav{padding:0 0 24px;border-bottom:1px solid var(--line);margin-bottom:32px}\
.copy>ul{columns:2 300px;padding-left:20px}\
@media print{.copy{padding:0;max-width:none}.copy>nav{display:none}}\n";

/// What the list of pages says.
pub struct Listing<'l> {
    /// The site, as it was signed.
    pub site: &'l SiteJson,
    /// Whose identity opened it.
    pub reader: &'l str,
    /// Path → title.
    pub pages: BTreeMap<String, &'l str>,
    /// What was left out.
    pub left: &'l [Left],
}

/// One page; `up` is the way from it to the folder.
pub fn page(title: &str, up: &str, content: &str) -> String {
    let mut html = head(title, up);
    html.push_str(&format!(
        "<nav><a href=\"{up}index.html\">All pages</a></nav>\n"
    ));
    html.push_str(content);
    html.push_str(FOOT);
    html
}

/// `index.html`.
pub fn list(listing: &Listing<'_>) -> String {
    let title = format!("What {} reads in {}", listing.reader, listing.site.title);
    let mut html = head(&title, "");
    html.push_str("<h1>");
    escaped_text(&title, &mut html);
    html.push_str("</h1>\n<p class=\"lede\">");
    let site = listing.site;
    let said = format!(
        "Build {} of {}, fresh until {}, signed by {}.",
        site.build, site.created, site.expires, site.signer
    );
    escaped_text(&said, &mut html);
    html.push_str(
        "</p>\n<p>These pages are no longer protected: whoever has them can read them.</p>\n",
    );
    left(listing.left, &mut html);
    html.push_str("<ul>\n");
    for (path, title) in &listing.pages {
        html.push_str(&format!("<li><a href=\"{path}\">"));
        escaped_text(title, &mut html);
        html.push_str("</a> <small>");
        escaped_text(
            path.trim_start_matches("pages/").trim_end_matches(".html"),
            &mut html,
        );
        html.push_str("</small></li>\n");
    }
    html.push_str("</ul>\n");
    html.push_str(FOOT);
    html
}

fn left(left: &[Left], html: &mut String) {
    if left.is_empty() {
        return;
    }
    html.push_str("<p><strong>Not shown, because it is not what the site's owner signed, or not in order:</strong></p>\n<ul>\n");
    for one in left {
        html.push_str("<li>");
        escaped_text(&format!("{}: {}", one.what, one.why), html);
        html.push_str("</li>\n");
    }
    html.push_str("</ul>\n");
}

fn head(title: &str, up: &str) -> String {
    let mut html = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"",
    );
    html.push_str(POLICY);
    html.push_str("\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    escaped_text(title, &mut html);
    html.push_str("</title>\n<link rel=\"stylesheet\" href=\"");
    escaped(up, &mut html);
    html.push_str(STYLE_PATH);
    html.push_str("\">\n</head>\n<body>\n<main class=\"copy\">\n");
    html
}

const FOOT: &str = "\n</main>\n</body>\n</html>\n";

/// The style of all pages, from that of a theme.
pub fn style(theme: &str) -> String {
    format!("{theme}\n{OWN_STYLE}")
}
