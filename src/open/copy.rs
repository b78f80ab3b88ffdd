//! What an identity opens, as pages and files of a folder.
//!
//! Each section is opened twice: to see which pages there are, so that links know where they lead, and to draw them.
//! Only sections of which a page is still to be drawn are in memory.

use std::collections::BTreeMap;

use super::markup::{Place, Setting, markup};
use super::page::{self, Listing};
use crate::seal::{OpenedSection, Portfolio, ReadError, SiteJson};

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
    pub why: String,
}

/// Opens everything that the keyring names, and hands on one file after the other; `index.html`, the list of all
/// pages, last. `site` is the verified `site.json`.
///
/// # Errors
/// `Io`, or whatever keeps a file from being taken. What is not as signed is left out, and said to be.
pub fn copy<E: From<ReadError>>(
    portfolio: &Portfolio<'_>,
    site: &SiteJson,
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
    take(page::STYLE_PATH, page::style().as_bytes().to_vec())?;
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
    name: String,
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
        for (slot, _, place) in parts.0.keys() {
            let Some(Some(one)) = self.open.get(place) else {
                continue;
            };
            let setting = InFolder {
                up: &up,
                contents: self.contents,
                attachments: &one.attachments,
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
            // Named by count: what a section calls it may be no name that a disk can hold.
            let path = format!("files/{}.{}", self.files, ending(&file.media_type));
            (self.take)(&path, bytes)?;
            let name = file.name.clone();
            attachments.insert(key.clone(), Attachment { path, name });
        }
        Ok(attachments)
    }
}

/// The ending of a file's name, for programs that go by it. Nothing that is run by a double click has one.
fn ending(media_type: &str) -> &'static str {
    match media_type {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/avif" => "avif",
        "image/svg+xml" => "svg",
        "application/pdf" => "pdf",
        "text/plain" => "txt",
        _ => "bin",
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
}

#[cfg(test)]
mod tests {
    use super::*;

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
