//! What a page of the site would run or load: the viewer of this release, and nothing besides.

use super::finding::Finding;
use super::release::Release;
use crate::ground::document::{self, Contract};

/// The page that opens the site; the others run nothing at all.
const SHELL: &str = "index.html";

/// The first thing in a page that no page of gradus holds, or that a browser may read in another way.
pub fn look(path: &str, html: &[u8], release: &Release) -> Option<Finding> {
    let loads = |address: &str| {
        let is_viewer = path == SHELL && release.is_script(address);
        // Pages of public rubrics lie deeper.
        let within = address.trim_start_matches("../");
        is_viewer || (within.starts_with("assets/") && within.ends_with(".css"))
    };
    let contract = Contract {
        needs: &[],
        loads: &loads,
    };
    let fault = document::fault(&String::from_utf8_lossy(html), &contract)?;
    let words = format!("no page of this release is so: it {}", fault.what);
    Some(Finding::warning("page", Some(path), words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::PlainFile;

    const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
        base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'\">";

    const VIEWER: &str = "assets/viewer.0123456789abcdef.js";

    fn words(page: &str) -> Option<String> {
        let viewer = PlainFile {
            path: VIEWER.to_owned(),
            bytes: Vec::new(),
        };
        let found = look(SHELL, page.as_bytes(), &Release::of_scripts(vec![viewer]));
        found.map(|finding| finding.words)
    }

    #[test]
    fn a_page_that_runs_the_viewer_alone_is_in_order() {
        let page = format!("<!doctype html>{POLICY}<script src=\"{VIEWER}\" defer></script>");
        assert_eq!(words(&page), None);
    }

    #[test]
    fn whatever_else_would_run_is_told() {
        for (page, expected) in [
            (
                "<script src=\"https://evil.example/x.js\"></script>",
                "evil.example",
            ),
            ("<script src=\"x.txt\"></script>", "x.txt"),
            ("<link rel=stylesheet href=x.txt>", "x.txt"),
            ("<script>alert(1)</script>", "script of its own"),
            ("<SCRIPT\n>x</SCRIPT>", "script of its own"),
            ("<img src=x onerror=alert(1)>", "onerror"),
            ("<a href=' JavaScript:alert(1)'>x</a>", "href"),
            ("<svg><a xlink:href='data:text/html,x'>", "<a>"),
            ("<iframe src=x>", "<iframe>"),
            ("<base href=//evil.example>", "<base>"),
            ("<meta http-equiv=refresh content='0;url=x'>", "<meta>"),
            // What a browser takes for text may hide tags, and end before them.
            (
                "<style><!--</style><script src=x.js></script>-->",
                "<style>",
            ),
            (
                "<title><!--</title><script src=x.js></script>-->",
                "comment",
            ),
            ("<title><i title='</title><script src=x.js>'>", "<i>"),
            (
                "<noscript><i title='</noscript><script src=x.js>'>",
                "attribute",
            ),
        ] {
            let found = words(&format!("{POLICY}{page}")).expect(page);
            assert!(found.contains(expected), "{page}: {found}");
        }
        assert!(words("<p>x</p>").unwrap().contains("policy"));
    }

    #[test]
    fn no_page_is_too_deep() {
        let deep = words(&format!("{POLICY}{}", "<div>".repeat(1_000_000)));
        assert!(deep.unwrap().contains("deep"));
    }
}
