//! Answers from files that do not change: to the browser that opened the link, or to anyone.

use std::collections::BTreeMap;
use std::sync::Arc;

use tiny_http::Request;

use super::answer::{Answer, admit, admit_anyone, kind_of, respond};
use super::auth::Auth;
use super::server::Answers;

/// Files, and who may ask for them.
pub struct StaticFiles {
    /// `None` if anyone may ask: what lies there is a sealed site, as on a host.
    auth: Option<Arc<Auth>>,
    files: BTreeMap<String, Arc<[u8]>>,
}

impl StaticFiles {
    /// Files by path, relative and with `/`; `index.html` is shown first.
    pub fn new(auth: Arc<Auth>, files: BTreeMap<String, Vec<u8>>) -> Self {
        Self {
            auth: Some(auth),
            ..Self::for_anyone(files)
        }
    }

    /// The same for anyone on this machine.
    pub fn for_anyone(files: BTreeMap<String, Vec<u8>>) -> Self {
        let files = files.into_iter().map(|(path, bytes)| (path, bytes.into()));
        Self {
            auth: None,
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

impl Answers for StaticFiles {
    fn answer(&self, request: Request) {
        let admitted = match &self.auth {
            Some(auth) => admit(auth, &request),
            None => admit_anyone(&request),
        };
        let answer = admitted.map_or_else(|instead| instead, |path| self.file(path));
        respond(request, answer);
    }
}
