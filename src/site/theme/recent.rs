//! Pages that were rendered lately, for whoever renders the same ones again and again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::model::Tree;

/// Pages are remembered up to so many bytes of them and of what they show.
const PAGES_MAX_BYTES: usize = 64 * 1024 * 1024;

/// What a page is made from: the hash of its template's name and its view.
type Made = [u8; 32];

/// Pages by what they were made from. A theme renders the same view to the same page.
#[derive(Default)]
pub(super) struct Recent(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    trees: HashMap<Made, Tree>,
    bytes: usize,
}

impl Recent {
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
        if let Some(tree) = self.pages(|pages| pages.trees.get(&made).cloned()) {
            return Ok(tree);
        }
        let tree = render()?;
        self.pages(|pages| pages.keep(made, tree.clone(), json.len() + tree.as_json().len()));
        Ok(tree)
    }

    fn pages<R>(&self, look: impl FnOnce(&mut Pages) -> R) -> R {
        // A panic elsewhere cannot leave the pages half changed.
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Pages {
    fn keep(&mut self, made: Made, tree: Tree, bytes: usize) {
        self.bytes += bytes;
        if self.bytes > PAGES_MAX_BYTES {
            self.bytes = bytes;
            self.trees.clear();
        }
        self.trees.insert(made, tree);
    }
}
