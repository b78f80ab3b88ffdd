//! What a file that nobody signed may do where it lies, by its name.

use super::finding::Finding;
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
const RUN_BY_BROWSERS: [&str; 16] = [
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
];

/// Endings of what a host may run itself, to answer whatever it likes.
const RUN_BY_HOSTS: [&str; 19] = [
    "cgi", "fcgi", "php", "php5", "php7", "phtml", "phar", "asp", "aspx", "ashx", "jsp", "jspx",
    "shtml", "shtm", "stm", "pl", "py", "rb", "lua",
];

/// Names of files by which hosts are told what to serve, where to lead, and with which headers.
const CONTROLS: [&str; 11] = [
    ".htaccess",
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
];

/// Names that only files and folders of an organisation have.
const OF_A_TREE: [&str; 5] = [".git", ".gradus", "access.lock", "gradus.toml", "site.key"];

/// What is to be said of it.
pub fn judge(path: &str, listed: &Listed) -> Finding {
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

    fn code(path: &str) -> &'static str {
        let mut listed = Listed::default();
        let signed = crate::seal::SignedFile {
            sha256: crate::model::FileHash([0; 32]),
            bytes: 0,
        };
        listed.files.insert("index.html".to_owned(), signed);
        judge(path, &listed).code
    }

    #[test]
    fn what_changes_what_a_host_serves_or_a_browser_runs_is_known_by_its_name() {
        for (path, expected) in [
            (".htaccess", "control"),
            ("people/_headers", "control"),
            ("Web.Config", "control"),
            ("_redirects.gz", "control"),
            ("index.php", "runnable"),
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
}
