//! What people wrote.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;

use super::markup;

/// Markdown as its author wrote it, without HTML comments: those are for the people who open the file. Rendered by
/// [`crate::site`], where other raw HTML becomes text.
///
/// Serialised and compared as its text, which it shares with everything else that was cut out of the same file.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct Prose {
    whole: Arc<str>,
    /// Bytes of the whole.
    part: Range<usize>,
}

impl Prose {
    /// A text of its own.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let whole = text.into();
        Self::part(&whole, 0..whole.len())
    }

    /// The bytes of that range of a text.
    ///
    /// # Panics
    /// The range does not lie between characters of the text.
    pub fn part(whole: &Arc<str>, part: Range<usize>) -> Self {
        let text = whole.get(part.clone());
        assert!(text.is_some(), "{part:?} cuts a text");
        match text.and_then(markup::without_comments) {
            Some(left) => Self {
                part: 0..left.len(),
                whole: left.into(),
            },
            None => Self {
                whole: whole.clone(),
                part,
            },
        }
    }

    /// The same without the names of attachments, of which some are given: of a link to one, its words are left.
    pub fn without_files<'n>(&self, names: impl Iterator<Item = &'n str> + Clone) -> Self {
        let left = markup::without_files(self.as_str(), names);
        left.map_or_else(|| self.clone(), Self::new)
    }

    /// The markdown text.
    pub fn as_str(&self) -> &str {
        &self.whole[self.part.clone()]
    }

    /// True where there is nothing but white space.
    pub fn is_empty(&self) -> bool {
        self.as_str().trim().is_empty()
    }
}

impl From<String> for Prose {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl Default for Prose {
    fn default() -> Self {
        Self::new("")
    }
}

impl fmt::Debug for Prose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl PartialEq for Prose {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Prose {}

impl Hash for Prose {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}
