//! Pages that were rendered lately, for whoever renders the same ones again and again.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::domain::model::Tree;
use crate::site::recent::Recent;

/// Pages are remembered up to so many bytes of them and of what they show.
const PAGES_MAX_BYTES: usize = 64 * 1024 * 1024;

/// What a page is made from: the hash of its template's name and its view.
type Made = [u8; 32];

/// Pages by what they were made from. A theme renders the same view to the same page.
pub(super) struct RecentPages(Mutex<Recent<Made, Tree>>);

impl Default for RecentPages {
    fn default() -> Self {
        Self(Mutex::new(Recent::new(PAGES_MAX_BYTES)))
    }
}

impl RecentPages {
    /// The page of that view: as it was rendered lately, or rendered now.
    pub fn page<V: Serialize, E>(
        &self,
        template: &str,
        view: &V,
        render: impl FnOnce() -> Result<Tree, E>,
    ) -> Result<Tree, E> {
        // A view that is no JSON is none of the templates' either: rendering says so.
        let Ok(json) = serde_json::to_vec(&(template, view)) else {
            return render();
        };
        let made: Made = Sha256::digest(&json).into();
        if let Some(tree) = self.pages(|pages| pages.find(&made, |tree| Some(tree.clone()))) {
            return Ok(tree);
        }
        let tree = render()?;
        let bytes = json.len() + tree.as_json().len();
        self.pages(|pages| pages.keep(made, bytes, |_| tree.clone()));
        Ok(tree)
    }

    fn pages<R>(&self, look: impl FnOnce(&mut Recent<Made, Tree>) -> R) -> R {
        // A panic elsewhere cannot leave the pages half changed.
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
