//! What the views of one section share, and what they leave behind.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::html::Html;
use super::markdown::{self, Surroundings};
use super::theme::{Theme, ThemeError};
use crate::domain::model::*;

/// Where headings in prose begin: below a page's `h1`, a section's `h2` and a card's `h3`.
const PROSE_HEADING: u8 = 4;

/// Tags and texts that all prose of one part may come to; the rest of a page's nodes are the templates'.
const ROOM_FOR_PROSE: usize = 120_000;

/// Everything that drawing one section needs besides what it draws.
///
/// It remembers which attachments the section's pages link to, so that no other file is sealed with it.
pub struct Context<'a> {
    /// What all sections share.
    pub commons: &'a Commons,
    /// The templates.
    pub theme: &'a Theme,
    /// Keys (`2026-h1/graph.png`) of the files that this section may show.
    available: BTreeSet<String>,
    linked: RefCell<BTreeSet<String>>,
    /// Tells this section's footnotes from those of another part of the same page.
    mark: String,
    proses: Cell<u32>,
    /// What is left of [`ROOM_FOR_PROSE`] in the part that is being drawn.
    room: Cell<usize>,
}

/// Where a part goes, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageHead {
    /// `people/ada/2026-h1`.
    pub route: String,
    /// Parts of one route are put together in this order.
    pub slot: u32,
    /// Names the page in links and in the browser's tab.
    pub title: String,
    /// `rubric`, `level`, `portfolio`, …
    pub kind: &'static str,
}

impl<'a> Context<'a> {
    /// A context for one section, whose pages may show the files of these keys.
    pub fn new(
        commons: &'a Commons,
        theme: &'a Theme,
        section: &SectionId,
        available: BTreeSet<String>,
    ) -> Self {
        let digest = Sha256::digest(section.as_str());
        Self {
            commons,
            theme,
            available,
            linked: RefCell::default(),
            mark: format!("{:02x}{:02x}", digest[0], digest[1]),
            proses: Cell::new(0),
            room: Cell::new(ROOM_FOR_PROSE),
        }
    }

    /// Markdown as HTML blocks; headings in it begin at `h4`. `files/<name>` links are those of `cycle`;
    /// without one they are shown as text.
    pub fn prose(&self, text: &Prose, cycle: Option<&CycleId>) -> Html {
        self.prose_below(text, cycle, PROSE_HEADING)
    }

    /// The same, with the highest heading that may appear (1 to 6).
    pub fn prose_below(&self, text: &Prose, cycle: Option<&CycleId>, heading: u8) -> Html {
        markdown::blocks(text.as_str(), &self.surroundings(cycle, heading))
    }

    /// Markdown as HTML that may stand within a line: block structure is dropped, its breaks are line breaks.
    pub fn inline(&self, text: &Prose, cycle: Option<&CycleId>) -> Html {
        markdown::inline(text.as_str(), &self.surroundings(cycle, PROSE_HEADING))
    }

    /// Markdown as plain words, for titles and labels.
    pub fn plain(&self, text: &Prose) -> String {
        markup::plain(text.as_str())
    }

    /// Renders one part of a page.
    ///
    /// # Errors
    /// Whatever is wrong with the theme's template.
    pub fn part<V: Serialize>(
        &self,
        template: &str,
        head: PageHead,
        view: &V,
    ) -> Result<PagePart, ThemeError> {
        self.room.set(ROOM_FOR_PROSE);
        Ok(PagePart {
            route: head.route,
            slot: head.slot,
            title: head.title,
            kind: head.kind,
            tree: self
                .theme
                .render(template, view, &|key| self.media_type(key))?,
        })
    }

    /// Keys of the files that were linked to or shown so far.
    pub fn linked(&self) -> BTreeSet<String> {
        self.linked.borrow().clone()
    }

    fn surroundings<'c>(&'c self, cycle: Option<&'c CycleId>, heading: u8) -> Surroundings<'c> {
        let number = self.proses.get();
        self.proses.set(number + 1);
        Surroundings {
            heading,
            footnotes: format!("fn-{}-{number}-", self.mark),
            attach: Box::new(move |name| self.attach(cycle?, name)),
            room: &self.room,
        }
    }

    fn media_type(&self, key: &str) -> Option<&'static str> {
        self.available.contains(key).then(|| super::media_type(key))
    }

    fn attach(&self, cycle: &CycleId, name: &str) -> Option<String> {
        let key = format!("{cycle}/{name}");
        let known = self.available.contains(&key);
        known.then(|| self.linked.borrow_mut().insert(key.clone()));
        known.then_some(key)
    }
}
