//! The JSON of a section: writer and reader.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{FORMAT, SiteId, b64, bytes_of_b64, tree_check};
use crate::domain::model::{PagePart, SectionContent};

#[derive(Serialize)]
struct WrittenHead<'a> {
    format: u64,
    site: String,
    section: &'a str,
}

#[derive(Serialize)]
struct WrittenPageHead<'a> {
    route: &'a str,
    slot: u32,
    title: &'a str,
    kind: &'a str,
}

#[derive(Serialize)]
struct WrittenFile<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    #[serde(rename = "type")]
    media_type: &'a str,
    name: &'a str,
    bytes: usize,
}

/// The JSON of a section. `path_of` names the file of an attachment, by its key; one that has none lies within.
pub(super) fn write(
    content: &SectionContent,
    site: SiteId,
    path_of: impl Fn(&str) -> Option<String>,
) -> Vec<u8> {
    let trees = content.pages.iter().map(|page| page.tree.as_json().len());
    let mut json = Vec::with_capacity(trees.sum::<usize>() + 1024);
    write_open(
        &WrittenHead {
            format: FORMAT,
            site: site.to_string(),
            section: content.section.as_str(),
        },
        &mut json,
    );
    json.extend(b",\"pages\":[");
    for (number, page) in content.pages.iter().enumerate() {
        if number > 0 {
            json.push(b',');
        }
        write_page(page, &mut json);
    }
    json.extend(b"],\"files\":");
    let files = content.files.iter().map(|(key, file)| {
        let path = path_of(key);
        let written = WrittenFile {
            data: path.is_none().then(|| b64(&file.bytes)),
            file: path,
            media_type: file.media_type,
            name: &file.name,
            bytes: file.bytes.len(),
        };
        (key.as_str(), written)
    });
    write_json(&files.collect::<BTreeMap<_, _>>(), &mut json);
    json.push(b'}');
    json
}

/// A tree is JSON already, and nearly all there is to write: it is put in as it is.
fn write_page(page: &PagePart, json: &mut Vec<u8>) {
    write_open(
        &WrittenPageHead {
            route: &page.route,
            slot: page.slot,
            title: &page.title,
            kind: page.kind,
        },
        json,
    );
    json.extend(b",\"tree\":");
    json.extend(page.tree.as_json().as_bytes());
    json.push(b'}');
}

/// An object without its end: more follows in it.
fn write_open(object: &impl Serialize, json: &mut Vec<u8>) {
    write_json(object, json);
    let end = json.pop();
    debug_assert_eq!(end, Some(b'}'));
}

fn write_json(value: &impl Serialize, json: &mut Vec<u8>) {
    serde_json::to_writer(json, value).expect("texts and numbers are always JSON");
}

/// A section as its reader finds it: every tree is within the allow-list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct OpenedSection {
    /// The site id.
    pub site: String,
    /// The id of the section.
    pub section: String,
    /// Its pages, in order.
    pub pages: Vec<OpenedPage>,
    /// By key.
    pub files: BTreeMap<String, OpenedFile>,
}

/// What a section contributes to one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenedPage {
    /// The path of the page within the site.
    pub route: String,
    /// Where its part stands among those of other sections: lowest first.
    pub slot: u32,
    /// The title of the page.
    pub title: String,
    /// The kind of the page.
    pub kind: String,
    /// The elements, as JSON.
    pub tree: Value,
}

/// An attachment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ReadFile")]
pub struct OpenedFile {
    /// Where its bytes are.
    pub lies: Lies,
    /// The media type.
    pub media_type: String,
    /// The name that it is saved under.
    pub name: String,
    /// The length, in bytes.
    pub bytes: u64,
}

/// Where the bytes of an attachment are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lies {
    /// In a sealed file of its own, by path.
    Beside(String),
    /// In the section, so that no file tells of it.
    Within(Vec<u8>),
}

/// The same as it is written.
#[derive(Deserialize)]
struct ReadFile {
    #[serde(default, deserialize_with = "given")]
    file: Option<String>,
    #[serde(default, deserialize_with = "given")]
    data: Option<String>,
    #[serde(rename = "type")]
    media_type: String,
    name: String,
    bytes: u64,
}

/// A text where there is a member, and nothing else.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

impl TryFrom<ReadFile> for OpenedFile {
    type Error = &'static str;

    fn try_from(read: ReadFile) -> Result<Self, Self::Error> {
        let lies = match (read.file, read.data) {
            (Some(path), None) => Lies::Beside(path),
            (None, Some(data)) => {
                let data = bytes_of_b64(&data).filter(|data| data.len() as u64 == read.bytes);
                Lies::Within(data.ok_or("an attachment is not what it says")?)
            }
            _ => return Err("an attachment is in one place"),
        };
        Ok(Self {
            lies,
            media_type: read.media_type,
            name: read.name,
            bytes: read.bytes,
        })
    }
}

impl OpenedSection {
    /// Checks every tree.
    ///
    /// # Errors
    /// The first thing found that may not stand there, in words.
    pub fn check_trees(&self) -> Result<(), String> {
        let media_type = |key: &str| self.files.get(key).map(|file| file.media_type.as_str());
        let mut trees = self.pages.iter().map(|page| &page.tree);
        trees.try_for_each(|tree| tree_check::check(tree, &media_type))
    }
}
