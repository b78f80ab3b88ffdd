//! Answers from files that do not change, to the browser that opened the link.

use std::collections::BTreeMap;
use std::sync::Arc;

use tiny_http::Request;

use super::answer::{Answer, admit, kind_of, respond};
use super::guard::Guard;
use super::server::Answers;

/// Files, and who may ask for them.
pub struct Shelf {
    guard: Arc<Guard>,
    files: BTreeMap<String, Arc<[u8]>>,
}

impl Shelf {
    /// Files by path, relative and with `/`; `index.html` is shown first.
    pub fn new(guard: Arc<Guard>, files: BTreeMap<String, Vec<u8>>) -> Self {
        let files = files.into_iter().map(|(path, bytes)| (path, bytes.into()));
        Self {
            guard,
            files: files.collect(),
        }
    }

    fn file(&self, path: &str) -> Answer {
        let path = if path.is_empty() { "index.html" } else { path };
        match self.files.get(path) {
            Some(bytes) => Answer::new(kind_of(path), Arc::clone(bytes)),
            None => Answer::not_here(),
        }
    }
}

impl Answers for Shelf {
    fn answer(&self, request: Request) {
        let admitted = admit(&self.guard, &request);
        let answer = admitted.map_or_else(|instead| instead, |path| self.file(path));
        respond(request, answer);
    }
}
