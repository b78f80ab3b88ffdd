//! `static/`: which of its files are published.
//!
//! Only kinds of files that a browser neither runs nor shows as a document, and that configure no host. Otherwise a writer
//! of the tree could replace the lock page.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::attachments;
use super::codes::NOT_STATIC;
use super::known::Known;
use crate::domain::model::is_svg;
use crate::ground::diag::Place;
use crate::ground::secrets;
use crate::tree::source::STATIC;

/// Names without an ending that are published.
const NAMES: [&str; 2] = ["CNAME", ".nojekyll"];

/// In here, a name needs no ending.
const WELL_KNOWN: &str = ".well-known/";

/// Endings of text.
const TEXTS: [&str; 2] = ["txt", "json"];

/// Endings of pictures, icons and fonts.
const BINARIES: [&str; 12] = [
    "png", "jpg", "jpeg", "gif", "webp", "avif", "ico", "bmp", "woff", "woff2", "ttf", "otf",
];

/// What gradus writes itself: files, and folders with everything in them.
const OWN: [&str; 11] = [
    "index.html",
    "site.json",
    "site.sig",
    "sealed",
    "keyring",
    "login",
    "index",
    "assets",
    "rubric",
    "portable",
    "next",
];

/// Text files that configure a host, which could then serve another page.
const CONFIGURES_HOST: [&str; 7] = [
    "firebase.json",
    "netlify.json",
    "now.json",
    "serve.json",
    "static.json",
    "staticwebapp.config.json",
    "vercel.json",
];

const KINDS_HELP: &str = "these are published: text (`.txt`, `.json`), pictures, icons and fonts (`.png`, `.jpg`, `.gif`, `.webp`, `.avif`, `.bmp`, \
     `.ico`, `.svg` without anything active, `.woff`, `.woff2`, `.ttf`, `.otf`), `CNAME`, `.nojekyll`, and texts in `.well-known/`";

/// The files of a site that come from `static/`, by their paths there.
pub(super) fn read(known: &Known<'_>) -> BTreeMap<String, Arc<[u8]>> {
    let files = known.source.published.iter();
    let read = files.filter_map(|(shown, bytes)| {
        let path = shown.strip_prefix(STATIC)?.strip_prefix('/')?;
        if let Err((what, help)) = judge(path, bytes) {
            let place = Place::file(shown.clone());
            let message = format!("`{shown}` {what}");
            let complaint = known.complaints.about(NOT_STATIC, place, message);
            complaint.help(help);
            return None;
        }
        if is_svg(path) {
            let inert = attachments::inert(bytes);
            let complain = |faults| attachments::complain(known, shown, faults);
            let inert = inert.map_err(complain).ok()?;
            return Some((path.to_owned(), inert));
        }
        Some((path.to_owned(), bytes.clone()))
    });
    read.collect()
}

/// What is wrong with a file, in words that follow its path, and what to do.
type Fault = (&'static str, &'static str);

fn judge(path: &str, bytes: &[u8]) -> Result<(), Fault> {
    let lower = path.to_ascii_lowercase();
    let first = lower.split('/').next().unwrap_or_default();
    if OWN.contains(&first) {
        return Err((
            "has a name that gradus writes itself",
            "give it another name",
        ));
    }
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-".contains(&b);
    if !path.bytes().all(is_plain) {
        let help = "use letters, digits, `.`, `-` and `_` alone";
        return Err(("has a name that not every host serves", help));
    }
    let name = lower.rsplit('/').next().unwrap_or_default();
    if name.starts_with('_') || CONFIGURES_HOST.contains(&name) {
        let help = "configure the host where it is deployed from: in the tree, it could lead readers to another page";
        return Err(("may configure a host", help));
    }
    kind(path, name)?.check(bytes)?;
    if begins_as_document(bytes) && !is_svg(path) {
        return Err((
            "begins as a document, which a browser may show or run whatever it is called",
            KINDS_HELP,
        ));
    }
    match secrets::found_in(bytes, false) {
        Some(_) => Err((
            "holds a secret key, which everyone could fetch",
            "take it away, and replace the key",
        )),
        None => Ok(()),
    }
}

/// Whether a browser that goes by how a file begins takes it for HTML, XML, PDF or PostScript.
fn begins_as_document(bytes: &[u8]) -> bool {
    let marks = [&b"\xef\xbb\xbf"[..], b"\xff\xfe", b"\xfe\xff"];
    let unmarked = marks.iter().find_map(|mark| bytes.strip_prefix(*mark));
    let mut text = unmarked.unwrap_or(bytes).iter().copied();
    // Zero bytes stand between the letters of UTF-16.
    let is_blank = |b: &u8| b.is_ascii_whitespace() || *b == 0;
    let first = text.find(|b| !is_blank(b));
    first == Some(b'<') || bytes.starts_with(b"%PDF") || bytes.starts_with(b"%!PS")
}

/// What a published file holds.
enum Kind {
    Text,
    Binary,
}

/// The kind of a file, by its path and its name in lower case.
fn kind(path: &str, name: &str) -> Result<Kind, Fault> {
    let is_hidden = |part: &str| part.starts_with('.');
    let in_well_known = path.strip_prefix(WELL_KNOWN);
    if NAMES.contains(&path) {
        return Ok(Kind::Text);
    }
    let not_published = Err(("is of no kind that is published", KINDS_HELP));
    if in_well_known.unwrap_or(path).split('/').any(is_hidden) {
        return not_published;
    }
    match name.rsplit_once('.') {
        None if in_well_known.is_some() => Ok(Kind::Text),
        Some((_, ending)) if TEXTS.contains(&ending) || ending == "svg" => Ok(Kind::Text),
        Some((_, ending)) if BINARIES.contains(&ending) => Ok(Kind::Binary),
        _ => not_published,
    }
}

impl Kind {
    fn check(&self, bytes: &[u8]) -> Result<(), Fault> {
        let is_text = || std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0'));
        match self {
            Self::Text if !is_text() => Err(("is no text of UTF-8", "save it as UTF-8")),
            Self::Text | Self::Binary => Ok(()),
        }
    }
}
