//! Questions → answers, all from memory. No path of a question ever reaches the disk.

use std::io::Cursor;
use std::sync::Arc;

use serde::Serialize;
use tiny_http::{Header, Method, Request, Response, StatusCode};

use super::complaints::Complaints;
use super::guard::{Asker, Guard};
use super::preview::SCRIPT;
use super::screen::{Screen, Shown};
use super::server::Answers;
use super::{Generation, Reader, RunSecret};
use crate::deploy::POLICY;
use crate::model::{Date, PersonId};

/// How bar and overlay look.
const STYLE: &[u8] = include_bytes!("../../viewer/preview.css");
/// What stands there as long as there has been no good site.
const WAITING: &[u8] = include_bytes!("../../viewer/preview.html");

/// What a browser keeps to, whatever the answer.
const ALWAYS: [(&str, &str); 6] = [
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
];

const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

/// Answers for one run.
pub struct Answerer {
    pub guard: Guard,
    pub run: RunSecret,
    pub screen: Arc<Screen>,
    /// Whose eyes a page that names nobody sees with.
    pub beginner: Beginner,
    pub today: Date,
}

/// Whom the preview begins as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beginner {
    /// Whoever opens most: a lead at the top.
    Widest,
    Person(PersonId),
    /// The locked page.
    Nobody,
}

/// An answer before it is written.
pub(super) struct Answer {
    status: u16,
    kind: &'static str,
    bytes: Arc<[u8]>,
    more: Vec<(&'static str, String)>,
}

impl Answer {
    pub(super) fn new(kind: &'static str, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self {
            status: 200,
            kind,
            bytes: bytes.into(),
            more: Vec::new(),
        }
    }

    /// The same, never shown as a document of its own; an `img` shows it still.
    pub(super) fn saved_only(mut self) -> Self {
        let saved = "attachment".to_owned();
        self.more.push(("Content-Disposition", saved));
        self
    }

    fn refusal(status: u16, words: &str) -> Self {
        Self {
            status,
            ..Self::new(TEXT, words.as_bytes())
        }
    }

    pub(super) fn not_here() -> Self {
        Self::refusal(404, "nothing is here\n")
    }
}

/// `preview/state.json`.
#[derive(Serialize)]
struct State<'s> {
    generation: u64,
    readers: Vec<StateReader<'s>>,
    /// Whom the preview begins as; nothing: nobody.
    first: Option<&'s str>,
    complaints: Option<&'s Complaints>,
}

#[derive(Serialize)]
struct StateReader<'s> {
    id: &'s str,
    name: &'s str,
    has_own_key: bool,
}

impl Answers for Answerer {
    fn answer(&self, request: Request) {
        let answer = match refused(&self.guard, &request) {
            Some(refusal) => refusal,
            None if is_for_events(&request) => return self.stream(request),
            None => self.page(path_of(request.url())),
        };
        respond(request, answer);
    }

    fn end(&self) {
        self.screen.go_dark(); // or relays would wait for events
    }
}

impl Answerer {
    fn page(&self, path: &str) -> Answer {
        let shown = self.screen.shown();
        match path.strip_prefix("preview/") {
            Some(own) => self.own(own, &shown),
            None => site_file(path, shown.generation.as_ref()),
        }
    }

    fn own(&self, path: &str, shown: &Shown) -> Answer {
        match path {
            "preview.js" => Answer::new("text/javascript; charset=utf-8", SCRIPT),
            "preview.css" => Answer::new("text/css; charset=utf-8", STYLE),
            "state.json" => Answer::new(JSON, self.state(shown)),
            _ => match path.strip_prefix("identity/") {
                Some(id) => self.identity(id, shown),
                None => Answer::not_here(),
            },
        }
    }

    fn state(&self, shown: &Shown) -> Vec<u8> {
        let readers = shown.generation.as_ref().map_or(&[][..], |g| &g.readers);
        let state = State {
            generation: shown.generation.as_ref().map_or(0, |g| g.number),
            readers: readers.iter().map(state_reader).collect(),
            first: self.beginner.among(readers).map(PersonId::as_str),
            complaints: shown.complaints.as_deref(),
        };
        serde_json::to_vec(&state).expect("numbers and texts are JSON")
    }

    fn identity(&self, id: &str, shown: &Shown) -> Answer {
        let readers = shown.generation.as_ref().map_or(&[][..], |g| &g.readers);
        match readers.iter().find(|reader| reader.id.as_str() == id) {
            Some(reader) => {
                let file = self.run.identity_file(&reader.id, self.today);
                Answer::new(TEXT, file.as_bytes())
            }
            None => Answer::not_here(),
        }
    }

    /// Keeps the connection, for events.
    fn stream(&self, request: Request) {
        let mut head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n".to_owned();
        for (name, value) in ALWAYS {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("Connection: close\r\n\r\nretry: 500\n\n");
        self.screen.listen(request.into_writer(), &head);
    }
}

/// The refusal of a question that would do more than read.
pub(super) fn unread(request: &Request) -> Option<Answer> {
    let reads = matches!(request.method(), Method::Get | Method::Head);
    (!reads).then(|| Answer::refusal(405, "only GET and HEAD are answered\n"))
}

/// What keeps a question from its answer; the way in counts as that too.
pub(super) fn refused(guard: &Guard, request: &Request) -> Option<Answer> {
    let asker = asker(request);
    if let Some(refusal) = unread(request) {
        return Some(refusal);
    }
    if !guard.is_ours(&asker) {
        return Some(Answer::refusal(
            403,
            "this address is not asked from here\n",
        ));
    }
    if let Some(token) = query_value(request.url(), "token") {
        return Some(match guard.is_token(token) {
            true => let_in(guard, request.url()),
            false => locked_out(),
        });
    }
    (!guard.is_known(&asker)).then(locked_out)
}

/// Exchanges the token for the cookie, and takes it out of the address.
fn let_in(guard: &Guard, url: &str) -> Answer {
    let as_whom = query_value(url, "as").map(|id| format!("?as={id}"));
    let to = format!("/{}", as_whom.unwrap_or_default());
    Answer {
        more: vec![("Set-Cookie", guard.set_cookie()), ("Location", to)],
        ..Answer::refusal(303, "")
    }
}

impl Beginner {
    /// Who that is; nothing: nobody.
    fn among<'r>(&'r self, readers: &'r [Reader]) -> Option<&'r PersonId> {
        match self {
            Self::Nobody => None,
            Self::Person(id) => Some(id),
            // Of several, the first by name.
            Self::Widest => {
                let widest = readers.iter().rev().max_by_key(|reader| reader.sections);
                widest.map(|reader| &reader.id)
            }
        }
    }
}

fn state_reader(reader: &Reader) -> StateReader<'_> {
    StateReader {
        id: reader.id.as_str(),
        name: &reader.name,
        has_own_key: reader.has_own_key,
    }
}

fn locked_out() -> Answer {
    Answer::refusal(
        403,
        "open the link that gradus printed: it belongs to one run\n",
    )
}

fn is_for_events(request: &Request) -> bool {
    path_of(request.url()) == "preview/events" && *request.method() == Method::Get
}

/// A file of the site, by its path in it.
fn site_file(path: &str, generation: Option<&Generation>) -> Answer {
    let path = match path.is_empty() || path.ends_with('/') {
        true => format!("{path}index.html"),
        false => path.to_owned(),
    };
    let Some(generation) = generation else {
        return match path == "index.html" {
            true => Answer::new(kind_of(&path), WAITING),
            false => Answer::not_here(),
        };
    };
    match generation.files.get(&path) {
        Some(bytes) => Answer::new(kind_of(&path), Arc::clone(bytes)),
        None => Answer::not_here(),
    }
}

pub(super) fn kind_of(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("avif") => "image/avif",
        Some("pdf") => "application/pdf",
        Some("txt") => TEXT,
        Some("json") => JSON,
        _ => "application/octet-stream",
    }
}

fn asker(request: &Request) -> Asker<'_> {
    let value = |name: &'static str| {
        let mut headers = request.headers().iter(); // the gate lets each of them through once
        let found = headers.find(|header| header.field.equiv(name));
        found.map(|header| header.value.as_str())
    };
    Asker {
        host: value("Host"),
        origin: value("Origin"),
        site: value("Sec-Fetch-Site"),
        cookie: value("Cookie"),
    }
}

/// A path as the site names it, without the `/` before it and the query behind.
pub(super) fn path_of(url: &str) -> &str {
    let path = url.split('?').next().unwrap_or_default();
    path.strip_prefix('/').unwrap_or(path)
}

fn query_value<'u>(url: &'u str, name: &str) -> Option<&'u str> {
    let (_, query) = url.split_once('?')?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut named = pairs.filter(|(key, _)| *key == name);
    named.next().map(|(_, value)| value)
}

/// Whoever has gone away needs no answer.
pub(super) fn respond(request: Request, answer: Answer) {
    let _ = request.respond(response(answer));
}

fn response(answer: Answer) -> Response<Cursor<Arc<[u8]>>> {
    let always = ALWAYS.map(|(name, value)| (name, value.to_owned()));
    let kind = ("Content-Type", answer.kind.to_owned());
    let headers = always.into_iter().chain([kind]).chain(answer.more);
    let headers = headers.filter_map(|(name, value)| Header::from_bytes(name, value).ok());
    let length = answer.bytes.len();
    Response::new(
        StatusCode(answer.status),
        headers.collect(),
        Cursor::new(answer.bytes),
        Some(length),
        None,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read_by_name() {
        let url = "/?as=ada&token=1&token=2";
        assert_eq!(query_value(url, "token"), Some("1"));
        assert_eq!(query_value(url, "as"), Some("ada"));
        assert_eq!(query_value("/token=1", "token"), None);
        assert_eq!(path_of("/a/b?c"), "a/b");
    }

    #[test]
    fn who_opens_most_is_begun_as_and_the_first_by_name_of_several() {
        let reader = |id: &str, sections| Reader {
            id: PersonId::new(id).unwrap(),
            name: id.into(),
            has_own_key: true,
            sections,
        };
        let readers = [reader("a", 1), reader("b", 3), reader("c", 3)];
        let widest = Beginner::Widest.among(&readers);
        assert_eq!(widest.map(PersonId::as_str), Some("b"));
        assert_eq!(Beginner::Nobody.among(&readers), None);
    }
}
