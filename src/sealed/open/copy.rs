//! What an identity opens, as pages and files of a folder.
//!
//! Each section is opened twice: to see which pages there are, so that links know where they lead, and to draw them.
//! Only sections of which a page is still to be drawn are in memory.

use std::cell::Cell;
use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::markup::{Place, Setting, markup};
use super::page::{self, Listing};
use crate::domain::model::inert_svg;
use crate::sealed::seal::{OpenedSection, Portfolio, ReadError, SiteJson};

/// The most bytes of drawings that stand in one page: each showing of one is a copy of it.
const DRAWINGS_MAX_BYTES: usize = 32 * 1024 * 1024;

/// The media type of drawings. As a file of their own they would be documents, so that they are shown in the page alone.
const SVG: &str = "image/svg+xml";

/// Takes a file: its path relative to the folder, with `/`, and its bytes. Each path comes once.
pub type Take<'t, E> = dyn FnMut(&str, Vec<u8>) -> Result<(), E> + 't;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Copied {
    /// How many pages there are, the list of them aside.
    pub pages: usize,
    /// What was left out.
    pub left: Vec<Left>,
}

/// Something that is not shown, because it is not what was signed or not in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The section or attachment.
    pub what: String,
    /// Why it is not shown.
    pub why: String,
}

/// Opens everything that the keyring names, and hands on one file after the other; `index.html`, the list of all
/// pages, last. `site` is the verified `site.json`, `style` a theme's style sheet.
///
/// # Errors
/// `Io`, or whatever keeps a file from being taken. What is not as signed is left out, and said to be.
pub fn copy<E: From<ReadError>>(
    portfolio: &Portfolio<'_>,
    site: &SiteJson,
    style: &str,
    take: &mut Take<'_, E>,
) -> Result<Copied, E> {
    let mut left = Vec::new();
    let contents = Contents::read(portfolio, &mut left)?;
    let mut drawing = Drawing {
        portfolio,
        contents: &contents,
        open: BTreeMap::new(),
        files: 0,
        left,
        take,
    };
    for (number, (route, parts)) in contents.routes.iter().enumerate() {
        drawing.page(route, parts)?;
        drawing
            .open
            .retain(|section, _| contents.last_use[section] > number);
    }
    let left = drawing.left;
    let titles = contents
        .routes
        .iter()
        .map(|(route, parts)| (path_of(route), parts.title()));
    let listing = Listing {
        site,
        reader: &portfolio.keyring().reader.name,
        pages: titles.collect(),
        left: &left,
    };
    take(page::STYLE_PATH, page::style(style).into_bytes())?;
    take("index.html", page::list(&listing).into_bytes())?;
    Ok(Copied {
        pages: contents.routes.len(),
        left,
    })
}

/// Which pages there are, and which sections they are made of.
struct Contents {
    routes: BTreeMap<String, Parts>,
    /// The number of the last page that a section is needed for, by its place in the keyring.
    last_use: BTreeMap<usize, usize>,
}

/// The parts of a page: slot, section and its place in the keyring → title.
#[derive(Default)]
struct Parts(BTreeMap<(u32, String, usize), String>);

impl Parts {
    fn title(&self) -> &str {
        self.0.values().next().map_or("", String::as_str)
    }

    fn sections(&self) -> impl Iterator<Item = usize> {
        self.0.keys().map(|(_, _, place)| *place)
    }
}

impl Contents {
    fn read(portfolio: &Portfolio<'_>, left: &mut Vec<Left>) -> Result<Self, ReadError> {
        let mut routes: BTreeMap<String, Parts> = BTreeMap::new();
        for (place, entry) in portfolio.keyring().sections.iter().enumerate() {
            let Some(section) = held(portfolio.section(&entry.id), &entry.title, left)? else {
                continue;
            };
            for page in section.pages {
                if is_route(&page.route) {
                    let part = (page.slot, section.section.clone(), place);
                    routes
                        .entry(page.route)
                        .or_default()
                        .0
                        .insert(part, page.title);
                } else {
                    leave(left, &page.title, "its route is none");
                }
            }
        }
        let mut last_use = BTreeMap::new();
        for (number, parts) in routes.values().enumerate() {
            last_use.extend(parts.sections().map(|place| (place, number)));
        }
        Ok(Self { routes, last_use })
    }
}

fn leave(left: &mut Vec<Left>, what: &str, why: impl ToString) {
    left.push(Left {
        what: what.to_owned(),
        why: why.to_string(),
    });
}

/// What was read; nothing where it is not as signed, which is noted then.
fn held<T>(
    read: Result<T, ReadError>,
    what: &str,
    left: &mut Vec<Left>,
) -> Result<Option<T>, ReadError> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(error @ ReadError::Io { .. }) => Err(error),
        Err(error) => {
            leave(left, what, error);
            Ok(None)
        }
    }
}

/// Pages are being drawn.
struct Drawing<'d, 't, E> {
    portfolio: &'d Portfolio<'d>,
    contents: &'d Contents,
    /// By place in the keyring; nothing where one is not as signed any more.
    open: BTreeMap<usize, Option<Opened>>,
    /// How many attachments were taken.
    files: usize,
    left: Vec<Left>,
    take: &'d mut Take<'t, E>,
}

/// One section with its attachments.
struct Opened {
    section: OpenedSection,
    /// Where each attachment stands in the folder, by its key in the section. What is not here is not shown.
    attachments: BTreeMap<String, Attachment>,
}

struct Attachment {
    path: String,
    /// The name that it is saved under, which ends as the path does.
    name: String,
    /// Of a drawing, the address that holds it; nothing where it is more than a drawing.
    drawn: Option<Option<String>>,
}

impl Attachment {
    /// Named by count: what a section calls it may be no name that a disk can hold.
    fn new(number: usize, name: &str, media_type: &str, bytes: &[u8]) -> Self {
        let ending = ending(media_type);
        let own = name.rsplit_once('.').map_or("", |(_, own)| own);
        let ends_so = own.eq_ignore_ascii_case(ending);
        Self {
            path: format!("files/{number}.{ending}"),
            name: if ends_so {
                name.to_owned()
            } else {
                format!("{name}.{ending}")
            },
            drawn: (media_type == SVG).then(|| drawn(bytes)),
        }
    }
}

/// The address that holds a drawing; nothing where it is more than one, whatever program published it.
fn drawn(bytes: &[u8]) -> Option<String> {
    let svg = inert_svg(std::str::from_utf8(bytes).ok()?).ok()?;
    Some(format!("data:{SVG};base64,{}", STANDARD.encode(svg)))
}

impl<E: From<ReadError>> Drawing<'_, '_, E> {
    fn page(&mut self, route: &str, parts: &Parts) -> Result<(), E> {
        for place in parts.sections() {
            if !self.open.contains_key(&place) {
                let opened = self.open(place)?;
                self.open.insert(place, opened);
            }
        }
        let up = "../".repeat(route.matches('/').count() + 1);
        let mut content = String::new();
        let room = Cell::new(DRAWINGS_MAX_BYTES);
        for (slot, _, place) in parts.0.keys() {
            let Some(Some(one)) = self.open.get(place) else {
                continue;
            };
            let setting = InFolder {
                up: &up,
                contents: self.contents,
                attachments: &one.attachments,
                room: &room,
            };
            let pages = one.section.pages.iter();
            for part in pages.filter(|page| page.route == route && page.slot == *slot) {
                markup(&part.tree, &setting, &mut content);
            }
        }
        let html = page::page(parts.title(), &up, &content);
        (self.take)(&path_of(route), html.into_bytes())
    }

    fn open(&mut self, place: usize) -> Result<Option<Opened>, E> {
        let entry = &self.portfolio.keyring().sections[place];
        let section = held(
            self.portfolio.section(&entry.id),
            &entry.title,
            &mut self.left,
        )?;
        let Some(section) = section else {
            return Ok(None);
        };
        let attachments = self.attachments(&section)?;
        Ok(Some(Opened {
            section,
            attachments,
        }))
    }

    /// Opens the attachments of a section into the folder.
    fn attachments(&mut self, section: &OpenedSection) -> Result<BTreeMap<String, Attachment>, E> {
        let mut attachments = BTreeMap::new();
        for (key, file) in &section.files {
            let read = self.portfolio.attachment(section, key);
            let Some(bytes) = held(read, &file.name, &mut self.left)? else {
                continue;
            };
            if bytes.len() as u64 != file.bytes {
                leave(
                    &mut self.left,
                    &file.name,
                    "it has another length than its section says",
                );
                continue;
            }
            self.files += 1;
            let attachment = Attachment::new(self.files, &file.name, &file.media_type, &bytes);
            (self.take)(&attachment.path, bytes)?;
            attachments.insert(key.clone(), attachment);
        }
        Ok(attachments)
    }
}

/// The ending of a file's name, for programs that go by it: a double click shows the file and runs nothing, whatever is in
/// it. What ends in `.txt` is shown as text on every system, while others look into a file whose ending they do not know.
fn ending(media_type: &str) -> &'static str {
    match media_type {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/avif" => "avif",
        "application/pdf" => "pdf",
        _ => "txt",
    }
}

/// Words of `[a-z0-9-]` between single `/`, so that no page leaves the folder; short enough for every disk.
fn is_route(route: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let word = |word: &str| (1..=200).contains(&word.len()) && word.bytes().all(plain);
    route.len() <= 1_000 && route.split('/').all(word)
}

fn path_of(route: &str) -> String {
    format!("pages/{route}.html")
}

/// A page of the folder, which knows where the others lie.
struct InFolder<'s> {
    /// The way to the folder itself.
    up: &'s str,
    contents: &'s Contents,
    attachments: &'s BTreeMap<String, Attachment>,
    /// What is left of [`DRAWINGS_MAX_BYTES`] in the page.
    room: &'s Cell<usize>,
}

impl Setting for InFolder<'_> {
    fn page(&self, link: &str) -> Option<String> {
        let (route, anchor) = match link.split_once('#') {
            Some((route, anchor)) => (route, format!("#{anchor}")),
            None => (link, String::new()),
        };
        let is_here = self.contents.routes.contains_key(route);
        is_here.then(|| format!("{}{}{anchor}", self.up, path_of(route)))
    }

    fn attachment(&self, key: &str) -> Option<Place<'_>> {
        let attachment = self.attachments.get(key)?;
        Some(Place {
            href: format!("{}{}", self.up, attachment.path),
            name: &attachment.name,
        })
    }

    fn picture(&self, key: &str) -> Option<String> {
        let attachment = self.attachments.get(key)?;
        let Some(drawn) = &attachment.drawn else {
            return Some(format!("{}{}", self.up, attachment.path));
        };
        let drawn = drawn.clone()?;
        self.room.set(self.room.get().checked_sub(drawn.len())?);
        Some(drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_attachment_lies_in_the_folder_under_an_ending_that_runs() {
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><rect/></svg>";
        let kinds = [
            ("a.SVG", SVG, "files/1.txt", "a.SVG.txt"),
            ("a.html", "text/html", "files/1.txt", "a.html.txt"),
            (
                "a.exe",
                "application/octet-stream",
                "files/1.txt",
                "a.exe.txt",
            ),
            ("a.PNG", "image/png", "files/1.png", "a.PNG"),
            ("a.svg.png", "image/png", "files/1.png", "a.svg.png"),
            ("a.html", "image/png", "files/1.png", "a.html.png"),
            ("a.txt", "text/plain", "files/1.txt", "a.txt"),
        ];
        for (name, media_type, path, saved) in kinds {
            let attachment = Attachment::new(1, name, media_type, svg);
            assert_eq!((&*attachment.path, &*attachment.name), (path, saved));
            assert_eq!(attachment.drawn.is_some(), media_type == SVG);
        }
        let active = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>";
        assert_eq!(Attachment::new(1, "a.svg", SVG, active).drawn, Some(None));
    }

    #[test]
    fn a_route_cannot_leave_the_folder() {
        for good in ["people/ada/2026-h1", "org", "rubric/ic/l4"] {
            assert!(is_route(good), "{good}");
        }
        for bad in [
            "",
            "/",
            "..",
            "a/../b",
            "a//b",
            "/a",
            "a/",
            "A",
            "a.html",
            "a\\b",
            "a\0",
            &"a".repeat(201),
        ] {
            assert!(!is_route(bad), "{bad:?}");
        }
    }
}
