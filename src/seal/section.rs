//! The JSON of a section: writer and reader.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{FORMAT, SiteId, tree_check};
use crate::model::{PagePart, SectionContent};

#[derive(Serialize)]
struct Written<'a> {
    format: u64,
    site: String,
    section: &'a str,
    pages: &'a [PagePart],
    files: BTreeMap<&'a str, WrittenFile<'a>>,
}

#[derive(Serialize)]
struct WrittenFile<'a> {
    file: String,
    #[serde(rename = "type")]
    media_type: &'a str,
    name: &'a str,
    bytes: usize,
}

/// The JSON of a section. `path_of` names the file of an attachment, by its key.
pub(super) fn write(
    content: &SectionContent,
    site: SiteId,
    path_of: impl Fn(&str) -> String,
) -> Vec<u8> {
    let files = content.files.iter().map(|(key, file)| {
        let written = WrittenFile {
            file: path_of(key),
            media_type: file.media_type,
            name: &file.name,
            bytes: file.bytes.len(),
        };
        (key.as_str(), written)
    });
    let document = Written {
        format: FORMAT,
        site: site.to_string(),
        section: content.section.as_str(),
        pages: &content.pages,
        files: files.collect(),
    };
    serde_json::to_vec(&document).expect("texts and numbers are always JSON")
}

/// A section as its reader finds it: every tree is within the allow-list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct OpenedSection {
    pub site: String,
    pub section: String,
    pub pages: Vec<OpenedPage>,
    /// By key.
    pub files: BTreeMap<String, OpenedFile>,
}

/// What a section contributes to one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenedPage {
    pub route: String,
    pub slot: u32,
    pub title: String,
    pub kind: String,
    pub tree: Value,
}

/// An attachment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OpenedFile {
    /// Its sealed file's path.
    pub file: String,
    #[serde(rename = "type")]
    pub media_type: String,
    /// The name that it is saved under.
    pub name: String,
    pub bytes: u64,
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
