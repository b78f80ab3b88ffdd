//! What `static/` publishes, and what it does not.

use std::os::unix::fs::symlink;

use gradus::domain::model::Identity;

use super::tree::Tree;

const SVG: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect width=\"1\" height=\"1\"/></svg>";

/// The paths that a tree with these files publishes.
fn published(files: &[(&str, &[u8])]) -> Vec<String> {
    let mut tree = Tree::sample();
    for (path, bytes) in files {
        tree = tree.with_bytes(path, bytes);
    }
    let (organisation, report) = tree.check();
    assert!(!report.has_errors(), "{:?}", report.diagnostics);
    let organisation = organisation.expect("nothing is wrong with it");
    organisation.static_files.into_keys().collect()
}

#[test]
fn texts_pictures_icons_and_fonts_are_published_under_their_own_paths() {
    let files: &[(&str, &[u8])] = &[
        ("static/.gitkeep", b""),
        ("static/.nojekyll", b""),
        ("static/.well-known/matrix/server", b"{}"),
        ("static/.well-known/security.txt", b"Contact: x"),
        ("static/CNAME", b"growth.example\n"),
        ("static/favicon.ico", b"\0\0\x01\0"),
        ("static/img/a.PNG", b"\x89PNG\r\n"),
        ("static/img/b.svg", SVG.as_bytes()),
        ("static/inter.woff2", b"wOF2"),
        ("static/robots.txt", b"User-agent: *\n"),
        ("static/team.json", b"{\"a\":1}"),
    ];
    let expected: Vec<&str> = files[1..]
        .iter()
        .map(|(path, _)| path.trim_start_matches("static/"))
        .collect();
    assert_eq!(published(files), expected);
    assert!(published(&[]).is_empty());
}

#[test]
fn what_runs_is_a_document_configures_a_host_or_is_gradus_own_is_an_error() {
    let key = Identity::generate().to_text();
    for (path, bytes) in [
        ("a.html", &b"x"[..]),
        ("a.HTM", b"x"),
        ("a.js", b"x"),
        ("a.mjs", b"x"),
        ("a.css", b"x"),
        ("a.xml", b"x"),
        ("a.xhtml", b"x"),
        ("a.pdf", b"%PDF-1.7"),
        ("a.wasm", b"x"),
        ("a.md", b"x"),
        ("a.php", b"x"),
        ("a.webmanifest", b"{}"),
        ("a.txt.gz", b"x"),
        ("a.html.en", b"x"),
        ("a", b"x"),
        ("a.", b"x"),
        ("cname", b"x"),
        ("sub/CNAME", b"x"),
        ("x.well-known/a", b"x"),
        (".htaccess", b"x"),
        (".git/config", b"x"),
        (".hidden/a.txt", b"x"),
        ("sub/.well-known/a", b"x"),
        (".well-known/.htaccess", b"x"),
        (".well-known/a.html", b"x"),
        (".well-known/a", b"<html>"),
        (".well-known/b", b"\xff\xfe<\0h\0"),
        ("a.txt", b"\xef\xbb\xbf\n\t <script>"),
        ("b.txt", b"%PDF-1.7"),
        ("c.txt", b"a\0b"),
        ("d.txt", b"\xff"),
        ("a.json", b" <svg>"),
        ("a.png", b"<!doctype html>"),
        ("b.png", b"\xff\xfe<\0h\0t\0m\0l\0"),
        ("_headers", b"x"),
        ("_redirects", b"x"),
        ("_routes.json", b"{}"),
        ("sub/vercel.json", b"{}"),
        ("staticwebapp.config.json", b"{}"),
        ("site.json", b"{}"),
        ("Site.Json", b"{}"),
        ("site.sig", b"x"),
        ("index.html", b"x"),
        ("sealed/a.txt", b"x"),
        ("Assets/a.png", b"x"),
        ("index/0.json", b"{}"),
        ("next/a.txt", b"x"),
        ("portable/a.txt", b"x"),
        ("rubric/a.txt", b"x"),
        ("a b.txt", b"x"),
        ("%2e.txt", b"x"),
        ("\u{e4}.txt", b"x"),
        ("key.txt", key.as_bytes()),
    ] {
        let path = format!("static/{path}");
        let tree = Tree::sample().with_bytes(&path, bytes).about(&path);
        tree.complains(&["E067"]);
    }
}

#[test]
fn all_that_is_wrong_with_the_files_is_said_at_once() {
    Tree::sample()
        .with("static/a.html", "«»x")
        .with("static/b/c.js", "«»x")
        .with(
            "static/d.svg",
            "<svg xmlns=\"http://www.w3.org/2000/svg\">«<script>»x</script></svg>",
        )
        .complains(&["E067", "E067", "E065"]);
}

#[test]
fn no_link_in_the_folder_is_followed_and_the_folder_is_none() {
    let tree = Tree::sample().with("people/ada/checkins.md", "## 2026-03-20\n\nsecret\n");
    let tree = tree.with_directory("static").about("static/a.txt");
    symlink(
        "../people/ada/checkins.md",
        tree.root().join("static/a.txt"),
    )
    .unwrap();
    tree.complains(&["E067"]);
    let tree = Tree::sample().about("static");
    symlink("people", tree.root().join("static")).unwrap();
    tree.complains(&["E067"]);
}

#[test]
fn names_that_differ_only_in_case_are_an_error() {
    Tree::sample()
        .with("static/a.txt", "«»x")
        .with_bytes("static/A.txt", b"y")
        .complains(&["E007"]);
}
