//! Draws pages: the valid model, cut down to what one section's readers may read, becomes trees.
//!
//! | module | what it knows |
//! |---|---|
//! | `view` | one typed view a page kind: what a template may say |
//! | [`theme`] | templates and style sheets, overridden file by file |
//! | [`markdown`] | prose → HTML that holds nothing but what we wrote |
//! | [`highlight`] | code fences → classes that `syntax.css` styles |
//! | [`diff`] | what two texts do not share, word by word |
//! | [`tree`] | rendered HTML → [`crate::domain::model::Tree`], as a browser would read it, checked against the allow-list |
//! | [`public`] | public rubrics as plain pages |
//! | [`mod@assets`] | style sheets and the viewer's script, named by their content; the shell |
//!
//! No disk and no clock: the pipeline reads the theme's files and hands them in.

pub mod assets;
pub mod context;
pub mod date;
pub mod diff;
pub mod highlight;
pub mod html;
pub mod markdown;
pub mod public;
mod recent;
pub mod theme;
pub mod tree;
pub(crate) mod view;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use assets::{Assets, RubricLink, assets, shell};
pub use context::{Context, PageHead};
pub use html::Html;
pub use public::{public_rubric_files, public_rubrics};
pub use theme::{Theme, ThemeError};

use crate::domain::model::*;

/// The language of the words that templates add.
const LANGUAGE: &str = "en";

/// Draws one section: its pages by route and slot, and the files that they show or link to.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn render(
    commons: &Commons,
    theme: &Theme,
    draw: &SectionDraw,
) -> Result<SectionContent, ThemeError> {
    let mut files = files_of(&draw.content);
    let context = Context::new(
        commons,
        theme,
        &draw.section.id,
        files.keys().cloned().collect(),
    );
    let mut pages = view::parts(&context, draw)?;
    pages.sort_by(|a, b| (&a.route, a.slot).cmp(&(&b.route, b.slot)));
    let linked = context.linked();
    files.retain(|key, _| linked.contains(key));
    Ok(SectionContent {
        section: draw.section.id.clone(),
        pages,
        files,
    })
}

/// Every file that the section may show, by key (`2026-h1/graph.png`).
fn files_of(content: &Draw) -> std::collections::BTreeMap<String, SectionFile> {
    let Draw::Person(draw) = content else {
        return Default::default();
    };
    let cycles = draw.person.cycles.iter();
    cycles
        .flat_map(|(cycle, of)| of.files.values().map(move |file| (cycle, file)))
        .map(|(cycle, file)| (format!("{cycle}/{}", file.name), section_file(file)))
        .collect()
}

fn section_file(file: &Attachment) -> SectionFile {
    SectionFile {
        name: saved_name(&file.name),
        media_type: media_type(&file.name),
        bytes: file.bytes.clone(),
    }
}

/// What a double click shows and does not run, by its ending, and its media type.
const SHOWN: &[(&str, &str)] = &[
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("avif", "image/avif"),
    ("svg", "image/svg+xml"), // `check` takes none that holds anything active
    ("pdf", "application/pdf"),
    ("txt", "text/plain"),
    ("md", "text/plain"),
    ("csv", "text/plain"),
    ("tsv", "text/plain"),
    ("log", "text/plain"),
    ("json", BYTES),
    ("toml", BYTES),
    ("yaml", BYTES),
    ("yml", BYTES),
];

/// What is saved and never shown.
const BYTES: &str = "application/octet-stream";

/// The media type that goes with an ending; nothing for one that is not known to be shown only.
fn shown(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    let mut known = SHOWN.iter();
    let found = known.find(|(known, _)| ending.eq_ignore_ascii_case(known));
    found.map(|(_, media_type)| *media_type)
}

/// The media type by a file's ending; anything that a browser might run is plain bytes to save.
fn media_type(name: &str) -> &'static str {
    shown(name).unwrap_or(BYTES)
}

/// The name that a file is saved under: one whose ending may run something gets a further one, which every system shows as
/// text.
fn saved_name(name: &str) -> String {
    match shown(name) {
        Some(_) => name.to_owned(),
        None => format!("{name}.txt"),
    }
}

#[cfg(test)]
mod naming {
    use super::*;

    #[test]
    fn what_a_double_click_might_run_is_saved_as_text() {
        for name in [
            "a.html",
            "a.HTM",
            "a.xhtml",
            "a.xml",
            "a.svgz",
            "a.js",
            "a.mjs",
            "a.exe",
            "a.bat",
            "a.cmd",
            "a.ps1",
            "a.vbs",
            "a.hta",
            "a.lnk",
            "a.url",
            "a.scr",
            "a.jar",
            "a.sh",
            "a.desktop",
            "a.command",
            "a.webloc",
            "a.scpt",
            "a.py",
            "a.docm",
            "a.png.exe",
            "README",
            "a.",
            ".x",
        ] {
            assert_eq!(saved_name(name), format!("{name}.txt"));
            assert_eq!(media_type(name), BYTES);
        }
        for name in ["a.png", "a.PNG", "b.svg", "a.html.txt", "a.csv", "a.json"] {
            assert_eq!(saved_name(name), name);
        }
    }
}
