//! What an identity opens, as pages and files of a folder.

use std::collections::BTreeMap;

use super::markup::{Place, Setting, markup};
use super::page::{self, Listing};
use crate::seal::{OpenedPage, OpenedSection, Portfolio, ReadError, SiteJson};

/// Pages and files, by path relative to the folder, with `/`. `index.html` names all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Copy {
    pub files: BTreeMap<String, Vec<u8>>,
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

/// Part of a page, and the section that it comes from.
type Part<'o> = (&'o OpenedPage, &'o Opened);

/// Opens everything that the keyring names. `site` is the verified `site.json`.
///
/// # Errors
/// `Io` alone: what is not as signed is left out, and said to be.
pub fn copy(portfolio: &Portfolio<'_>, site: &SiteJson) -> Result<Copy, ReadError> {
    let mut copy = Copy::default();
    let mut opened = Vec::new();
    for entry in &portfolio.keyring().sections {
        match portfolio.section(&entry.id) {
            Ok(section) => {
                let attachments = attachments(portfolio, &section, &mut copy)?;
                opened.push(Opened {
                    section,
                    attachments,
                });
            }
            Err(error @ ReadError::Io { .. }) => return Err(error),
            Err(error) => copy.leave(&entry.title, error.to_string()),
        }
    }
    let pages = by_route(&opened, &mut copy);
    for (route, parts) in &pages {
        let html = draw(route, parts, &pages);
        copy.files.insert(path_of(route), html.into_bytes());
    }
    copy.pages = pages.len();
    let titles = pages
        .iter()
        .map(|(route, parts)| (path_of(route), title(parts)));
    let listing = Listing {
        site,
        reader: &portfolio.keyring().reader.name,
        pages: titles.collect(),
        left: &copy.left,
    };
    let list = page::list(&listing);
    copy.files
        .insert("index.html".to_owned(), list.into_bytes());
    copy.files.insert(
        page::STYLE_PATH.to_owned(),
        page::style().as_bytes().to_vec(),
    );
    Ok(copy)
}

impl Copy {
    fn leave(&mut self, what: &str, why: String) {
        self.left.push(Left {
            what: what.to_owned(),
            why,
        });
    }
}

/// Opens the attachments of a section into the folder.
fn attachments(
    portfolio: &Portfolio<'_>,
    section: &OpenedSection,
    copy: &mut Copy,
) -> Result<BTreeMap<String, Attachment>, ReadError> {
    let mut attachments = BTreeMap::new();
    for (key, file) in &section.files {
        let bytes = match portfolio.attachment(section, key) {
            Ok(bytes) if bytes.len() as u64 == file.bytes => bytes,
            Ok(_) => {
                copy.leave(
                    &file.name,
                    "it has another length than its section says".to_owned(),
                );
                continue;
            }
            Err(error @ ReadError::Io { .. }) => return Err(error),
            Err(error) => {
                copy.leave(&file.name, error.to_string());
                continue;
            }
        };
        // Named by count: what a section calls it may be no name that a disk can hold.
        let path = format!(
            "files/{}.{}",
            copy.files.len() + 1,
            ending(&file.media_type)
        );
        copy.files.insert(path.clone(), bytes);
        let name = file.name.clone();
        attachments.insert(key.clone(), Attachment { path, name });
    }
    Ok(attachments)
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

/// The parts of every page, in the order of slot, then of section.
fn by_route<'o>(opened: &'o [Opened], copy: &mut Copy) -> BTreeMap<&'o str, Vec<Part<'o>>> {
    let mut pages: BTreeMap<&str, Vec<Part<'_>>> = BTreeMap::new();
    for one in opened {
        for page in &one.section.pages {
            match is_route(&page.route) {
                true => pages.entry(&page.route).or_default().push((page, one)),
                false => copy.leave(&page.title, "its route is none".to_owned()),
            }
        }
    }
    for parts in pages.values_mut() {
        parts.sort_by_key(|(page, one)| (page.slot, one.section.section.as_str()));
    }
    pages
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

fn title<'o>(parts: &[Part<'o>]) -> &'o str {
    parts.first().map_or("", |(page, _)| &page.title)
}

fn draw(route: &str, parts: &[Part<'_>], pages: &BTreeMap<&str, Vec<Part<'_>>>) -> String {
    let up = "../".repeat(route.matches('/').count() + 1);
    let mut content = String::new();
    for (page, one) in parts {
        let setting = InFolder {
            up: &up,
            pages,
            attachments: &one.attachments,
        };
        markup(&page.tree, &setting, &mut content);
    }
    page::page(title(parts), &up, &content)
}

/// A page of the folder, which knows where the others lie.
struct InFolder<'s> {
    /// The way to the folder itself.
    up: &'s str,
    pages: &'s BTreeMap<&'s str, Vec<Part<'s>>>,
    attachments: &'s BTreeMap<String, Attachment>,
}

impl Setting for InFolder<'_> {
    fn page(&self, link: &str) -> Option<String> {
        let (route, anchor) = match link.split_once('#') {
            Some((route, anchor)) => (route, format!("#{anchor}")),
            None => (link, String::new()),
        };
        let is_here = self.pages.contains_key(route);
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
