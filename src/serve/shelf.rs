//! Answers from files that do not change: to the browser that opened the link, or to anyone.

use std::collections::BTreeMap;
use std::sync::Arc;

use tiny_http::Request;

use super::answer::{Answer, admit, admit_anyone, kind_of, respond};
use super::guard::Guard;
use super::server::Answers;

/// Files, and who may ask for them.
pub struct Shelf {
    /// `None` if anyone may ask: what lies there is a sealed site, as on a host.
    guard: Option<Arc<Guard>>,
    files: BTreeMap<String, Arc<[u8]>>,
}

impl Shelf {
    /// Files by path, relative and with `/`; `index.html` is shown first.
    pub fn new(guard: Arc<Guard>, files: BTreeMap<String, Vec<u8>>) -> Self {
        Self {
            guard: Some(guard),
            ..Self::for_anyone(files)
        }
    }

    /// The same for anyone on this machine.
    pub fn for_anyone(files: BTreeMap<String, Vec<u8>>) -> Self {
        let files = files.into_iter().map(|(path, bytes)| (path, bytes.into()));
        Self {
            guard: None,
            files: files.collect(),
        }
    }

    /// Pages are shown; whatever else lies beside them is a part of one, or saved.
    fn file(&self, path: &str) -> Answer {
        let path = if path.is_empty() || path.ends_with('/') {
            format!("{path}index.html")
        } else {
            path.to_owned()
        };
        match self.files.get(&path) {
            Some(bytes) => {
                let answer = Answer::new(kind_of(&path), Arc::clone(bytes));
                if path.ends_with(".html") {
                    answer
                } else {
                    answer.saved_only()
                }
            }
            None => Answer::not_here(),
        }
    }
}

impl Answers for Shelf {
    fn answer(&self, request: Request) {
        let admitted = match &self.guard {
            Some(guard) => admit(guard, &request),
            None => admit_anyone(&request),
        };
        let answer = admitted.map_or_else(|instead| instead, |path| self.file(path));
        respond(request, answer);
    }
}
