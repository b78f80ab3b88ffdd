//! What a file that nobody signed may do where it lies, by its name and by how it begins.

use super::finding::{Finding, Weight};
use super::listed::Listed;
use super::packed;
use crate::seal::is_inside;

/// Folders that hold nothing but what gradus writes.
const OWN_FOLDERS: [&str; 7] = [
    "sealed/",
    "keyring/",
    "login/",
    "index/",
    "assets/",
    "rubric/",
    "portable/",
];

/// Endings of what a browser shows as a page or runs in one.
const RUN_BY_BROWSERS: [&str; 22] = [
    "html",
    "htm",
    "xhtml",
    "xht",
    "js",
    "mjs",
    "svg",
    "svgz",
    "xml",
    "xsl",
    "xslt",
    "mht",
    "mhtml",
    "hta",
    "wasm",
    "webmanifest",
    "rss",
    "atom",
    "rdf",
    "mathml",
    "swf",
    "htc",
];

/// Endings of what a host may run itself, to answer whatever it likes.
const RUN_BY_HOSTS: [&str; 26] = [
    "cgi", "fcgi", "php", "php3", "php4", "php5", "php7", "php8", "pht", "phtml", "phar", "asp",
    "aspx", "ashx", "asmx", "cfm", "jsp", "jspx", "shtml", "shtm", "stm", "pl", "py", "rb", "lua",
    "cfc",
];

/// Names of files by which hosts are told what to serve, where to lead, and with which headers.
const CONTROLS: [&str; 19] = [
    ".htaccess",
    ".htgroup",
    ".htpasswd",
    ".user.ini",
    "web.config",
    "_headers",
    "_redirects",
    "_routes.json",
    "firebase.json",
    "netlify.toml",
    "staticwebapp.config.json",
    "vercel.json",
    "_config.yml",
    "caddyfile",
    "now.json",
    "php.ini",
    "serve.json",
    "static.json",
    "wrangler.toml",
];

/// Names that only files and folders of an organisation have.
const OF_A_TREE: [&str; 5] = [".git", ".gradus", "access.lock", "gradus.toml", "site.key"];

/// How pages begin that browsers know as such whatever they are called, in lower case.
const PAGES: [&[u8]; 17] = [
    b"<!doctype",
    b"<!--",
    b"<?xml",
    b"<html",
    b"<head",
    b"<title",
    b"<body",
    b"<script",
    b"<style",
    b"<svg",
    b"<iframe",
    b"<table",
    b"<div",
    b"<h1",
    b"<br",
    b"<p>",
    b"<a ",
];

/// As much of a file is looked at for a beginning.
const HEAD_BYTES: usize = 4096;

/// How the whole of a repository's history begins in one file.
const HISTORIES: [&[u8]; 3] = [b"# v2 git bundle", b"# v3 git bundle", b"PACK\0\0\0"];

/// How files begin that hold others, which are not unpacked: zip, 7z, xz, bzip2, zstd, rar, lz4, lzip.
const ARCHIVES: [&[u8]; 10] = [
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"7z\xbc\xaf\x27\x1c",
    b"\xfd7zXZ\0",
    b"BZh",
    b"\x28\xb5\x2f\xfd",
    b"Rar!\x1a\x07",
    b"\x04\x22\x4d\x18",
    b"LZIP",
];

/// What is to be said of a file, by its name; by how it begins, where its name tells nothing.
pub fn judge(path: &str, bytes: &[u8], listed: &Listed) -> Finding {
    let named = by_name(path, listed);
    match named.weight {
        Weight::Wrong => named,
        Weight::Doubtful => by_beginning(path, bytes).unwrap_or(named),
    }
}

fn by_beginning(path: &str, bytes: &[u8]) -> Option<Finding> {
    let begins = |beginnings: &[&[u8]]| beginnings.iter().any(|known| bytes.starts_with(known));
    let (code, words) = match () {
        () if is_page(bytes) => (
            "runnable",
            "nobody signed it, and it begins as a page: a browser may run it beside the site, whatever it is called",
        ),
        () if begins(&HISTORIES) => (
            "tree",
            "it is the history of a git repository, which is for nobody who reaches the host; take it away",
        ),
        () if begins(&ARCHIVES) => (
            "archive",
            "it is an archive that was not looked into; take it away, or `--allow` it",
        ),
        () => return None,
    };
    Some(Finding::wrong(code, Some(path), words))
}

/// Whether it begins as a page, after a byte order mark, blanks, and the zero bytes of UTF-16.
fn is_page(bytes: &[u8]) -> bool {
    let unmarked = [&b"\xef\xbb\xbf"[..], b"\xff\xfe", b"\xfe\xff"]
        .iter()
        .find_map(|mark| bytes.strip_prefix(*mark))
        .unwrap_or(bytes);
    let head = unmarked.iter().take(HEAD_BYTES).filter(|byte| **byte != 0);
    let text: Vec<u8> = head.map(u8::to_ascii_lowercase).collect();
    let text = text.trim_ascii_start();
    PAGES.iter().any(|page| text.starts_with(page))
}

fn by_name(path: &str, listed: &Listed) -> Finding {
    let wrong = |code, words: &str| Finding::wrong(code, Some(path), words);
    if OWN_FOLDERS.iter().any(|folder| path.starts_with(folder)) {
        return wrong(
            "leftover",
            "nobody signed it, and it lies where only files of the site do: left over, or slipped in",
        );
    }
    if path.split('/').any(|part| OF_A_TREE.contains(&part)) {
        return wrong(
            "tree",
            "it is of an organisation's tree, which is for nobody who reaches the host; take it away",
        );
    }
    // Whatever a packed file is of, is what a host shows.
    let shown = packed::served_for(path).map_or(path, |(base, _)| base);
    let name = shown.rsplit('/').next().unwrap_or(shown).to_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if CONTROLS.contains(&name.as_str()) {
        return wrong(
            "control",
            "a host may go by it, and serve something else than was signed; `--allow` takes one that you wrote",
        );
    }
    if RUN_BY_HOSTS.contains(&ending) {
        return wrong(
            "runnable",
            "nobody signed it, and a host may run it to answer what it likes",
        );
    }
    if !is_inside(path) || RUN_BY_BROWSERS.contains(&ending) {
        return wrong(
            "runnable",
            "nobody signed it, and a browser would run it beside the site",
        );
    }
    match stands_for_page(path, listed) {
        true => wrong(
            "runnable",
            "nobody signed it, and a host may serve it in the place of the page that it is named after",
        ),
        false => Finding::doubtful(
            "foreign",
            Some(path),
            "nobody signed it; the site does without it",
        ),
    }
}

/// Whether it is named as a page of the site with a further ending, by which hosts choose languages and forms.
fn stands_for_page(path: &str, listed: &Listed) -> bool {
    let mut ends = path.match_indices('.').map(|(at, _)| &path[..at]);
    ends.any(|page| page.ends_with(".html") && listed.files.contains_key(page))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(path: &str, bytes: &[u8]) -> &'static str {
        let mut listed = Listed::default();
        let signed = crate::seal::SignedFile {
            sha256: crate::model::FileHash([0; 32]),
            bytes: 0,
        };
        listed.files.insert("index.html".to_owned(), signed);
        judge(path, bytes, &listed).code
    }

    fn code(path: &str) -> &'static str {
        code_of(path, b"text")
    }

    #[test]
    fn what_changes_what_a_host_serves_or_a_browser_runs_is_known_by_its_name() {
        for (path, expected) in [
            (".htaccess", "control"),
            ("people/_headers", "control"),
            ("Web.Config", "control"),
            ("_redirects.gz", "control"),
            ("index.php", "runnable"),
            ("index.PHP4", "runnable"),
            ("feed.atom", "runnable"),
            ("Caddyfile", "control"),
            ("a/wrangler.toml", "control"),
            ("cgi-bin/x.CGI", "runnable"),
            ("index.htm", "runnable"),
            ("service-worker.js", "runnable"),
            ("other.html.br", "runnable"),
            ("index.html.en", "runnable"),
            ("index.html.var", "runnable"),
            ("sealed/x.age", "leftover"),
            ("gradus.toml", "tree"),
            ("a/.gradus/ledger.json", "tree"),
            (".git/config", "tree"),
            ("CNAME", "foreign"),
            ("robots.txt", "foreign"),
            (".well-known/security.txt", "foreign"),
        ] {
            assert_eq!(code(path), expected, "{path}");
        }
    }

    #[test]
    fn what_begins_as_a_page_is_one_whatever_it_is_called() {
        for page in [
            "<!DOCTYPE html>",
            "\u{feff}\n\t <html>",
            "<Script>x</Script>",
            "<?xml version='1.0'?>",
            "<svg xmlns='x'>",
            "<!-- x --><p>",
        ] {
            assert_eq!(code_of("notes.txt", page.as_bytes()), "runnable", "{page}");
            let wide: Vec<u8> = page.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(code_of("CNAME", &wide), "runnable", "{page}");
        }
        assert_eq!(code_of("notes.txt", b"1 < 2 <html>"), "foreign");
        assert_eq!(code_of("notes.txt", b"<prose>"), "foreign");
    }

    #[test]
    fn what_holds_other_files_unseen_is_known_by_how_it_begins() {
        for (beginning, expected) in [
            (&b"PK\x03\x04..."[..], "archive"),
            (b"7z\xbc\xaf\x27\x1c\0\x04", "archive"),
            (b"\xfd7zXZ\0\0", "archive"),
            (b"BZh91AY&SY", "archive"),
            (b"\x28\xb5\x2f\xfd\0", "archive"),
            (b"# v2 git bundle\n", "tree"),
            (b"# v3 git bundle\n", "tree"),
            (b"PACK\0\0\0\x02", "tree"),
            (b"PACKING LIST", "foreign"),
        ] {
            assert_eq!(code_of("film", beginning), expected, "{beginning:?}");
        }
    }
}
