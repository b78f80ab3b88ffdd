//! Questions → answers, all from memory. No path of a question ever reaches the disk.

use std::io::Cursor;
use std::sync::Arc;

use serde::Serialize;
use tiny_http::{Header, Method, Request, Response, StatusCode};

use super::auth::{Asker, Auth};
use super::complaints::Complaints;
use super::links;
use super::preview::SCRIPT;
use super::preview_state::{PreviewState, Shown};
use super::server::Answers;
use super::{Generation, Reader, RunSecret};
use crate::domain::model::{Date, PersonId};
use crate::sealed::deploy::POLICY;

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

/// The path of the stream of events.
const EVENTS: &str = "preview/events";

const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

/// Answers for one run.
pub struct Answerer {
    /// Who may ask.
    pub auth: Arc<Auth>,
    /// The keys and the address of this run.
    pub run: RunSecret,
    /// What is shown at the moment.
    pub state: Arc<PreviewState>,
    /// Whose eyes a page that names nobody sees with.
    pub initial_reader: InitialReader,
    /// The day on which the preview began.
    pub today: Date,
}

/// Whom the preview begins as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InitialReader {
    /// Whoever opens most: a lead at the top.
    Widest,
    /// The one that `--as` names.
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
        let answer = match admit(&self.auth, &request) {
            Err(instead) => instead,
            Ok(EVENTS) if *request.method() == Method::Get => return self.stream(request),
            Ok(path) => self.page(path),
        };
        respond(request, answer);
    }

    fn end(&self) {
        self.state.go_dark(); // or relays would wait for events
    }
}

impl Answerer {
    fn page(&self, path: &str) -> Answer {
        let shown = self.state.shown();
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
            first: self.initial_reader.among(readers).map(PersonId::as_str),
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
        self.state.listen(request.into_writer(), &head);
    }
}

/// Most headers in one request.
const HEADERS_MAX: usize = 64;

/// Headers that no request for a page has: by them, servers come to read one request in two ways.
const REFUSED: [&str; 5] = [
    "Transfer-Encoding",
    "Upgrade",
    "Expect",
    "Trailer",
    "HTTP2-Settings",
];

/// The headers that an answer depends on. Each may be there once.
const READ_ONCE: [&str; 8] = [
    "Host",
    "Origin",
    "Sec-Fetch-Site",
    "Sec-Fetch-Dest",
    "Sec-Purpose",
    "Purpose",
    "Cookie",
    "Content-Length",
];

/// The path that anyone may ask for, as the site names it. `Err` holds what is answered instead.
pub(super) fn admit_anyone(request: &Request) -> Result<&str, Answer> {
    let path = plain(request)?;
    path.strip_prefix('/').ok_or_else(Answer::not_here)
}

/// The path of a plain request: GET or HEAD in HTTP/1.1, without a body, each header that matters once. `Err` holds the
/// refusal of any other.
fn plain(request: &Request) -> Result<&str, Answer> {
    let named = |name: &'static str| {
        let headers = request.headers().iter();
        headers.filter(move |header| header.field.equiv(name))
    };
    let mut lengths = named("Content-Length");
    let is_well_formed = request.url().bytes().all(is_plain)
        && named("").next().is_none()
        && lengths.all(|length| length.value == "0")
        && REFUSED.iter().all(|name| named(name).next().is_none())
        && READ_ONCE.iter().all(|name| named(name).count() <= 1)
        && named("Host").count() == 1;
    match request.method() {
        Method::Get | Method::Head if *request.http_version() != (1, 1) => {
            Err(Answer::refusal(505, "only HTTP/1.1 is answered\n"))
        }
        Method::Get | Method::Head if request.headers().len() > HEADERS_MAX => {
            Err(Answer::refusal(431, "too many headers\n"))
        }
        Method::Get | Method::Head if is_well_formed => Ok(path_of(request.url())),
        Method::Get | Method::Head => Err(Answer::refusal(400, "this is no plain request\n")),
        _ => Err(Answer::refusal(405, "only GET and HEAD are answered\n")),
    }
}

/// Whether a target of this site may hold the byte. It needs no escapes, and nothing of it means anything in HTML.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~/?=&".contains(&byte)
}

/// The path that is asked for, as the site names it. `Err` holds what is answered instead: a refusal, or the way in.
pub(super) fn admit<'r>(auth: &Auth, request: &'r Request) -> Result<&'r str, Answer> {
    let asker = asker(request);
    let path = auth.below_base(plain(request)?);
    if let (Some(""), Some(token)) = (path, query_value(request.url(), "token")) {
        return Err(arrival(auth, request, &asker, token));
    }
    if !auth.is_ours(&asker) {
        return Err(not_from_here());
    }
    path.filter(|_| auth.is_known(&asker))
        .ok_or_else(locked_out)
}

/// Lets a browser in that has the token of a link that was not used yet.
fn arrival(auth: &Auth, request: &Request, asker: &Asker, token: &str) -> Answer {
    if !auth.may_arrive(asker) {
        return not_from_here();
    }
    let is_used = *request.method() == Method::Get && auth.uses_link(token);
    // A browser that is in needs no link: it may open an old one of its own again.
    if is_used || auth.is_ours(asker) && auth.is_known(asker) {
        let_in(auth, request.url())
    } else {
        locked_out()
    }
}

/// Exchanges the token for the cookie, and leads to an address without it.
///
/// By a page rather than a status: a browser that comes from another site sends no cookie along where a status leads.
fn let_in(auth: &Auth, url: &str) -> Answer {
    let as_whom = query_value(url, "as").map(|id| format!("?as={id}"));
    let to = format!("{}{}", auth.base(), as_whom.unwrap_or_default());
    Answer {
        more: vec![("Set-Cookie", auth.set_cookie())],
        ..Answer::new(HTML, links::leading_to(&to).as_bytes())
    }
}

fn not_from_here() -> Answer {
    Answer::refusal(403, "this address is not asked from here\n")
}

impl InitialReader {
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
        "open a link that gradus printed: each works once, and Enter in its terminal prints another\n",
    )
}

/// A file of the site, by its path in it.
fn site_file(path: &str, generation: Option<&Generation>) -> Answer {
    let path = if path.is_empty() || path.ends_with('/') {
        format!("{path}index.html")
    } else {
        path.to_owned()
    };
    let Some(generation) = generation else {
        return if path == "index.html" {
            Answer::new(kind_of(&path), WAITING)
        } else {
            Answer::not_here()
        };
    };
    match generation.files.get(&path) {
        Some(bytes) => Answer::new(kind_of(&path), Arc::clone(bytes)),
        None => Answer::not_here(),
    }
}

pub(super) fn kind_of(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => HTML,
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
        let mut headers = request.headers().iter(); // each is there once
        let found = headers.find(|header| header.field.equiv(name));
        found.map(|header| header.value.as_str())
    };
    Asker::of(value)
}

/// A path without the query behind it.
fn path_of(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
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
        assert_eq!(path_of("/a/b?c"), "/a/b");
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
        let widest = InitialReader::Widest.among(&readers);
        assert_eq!(widest.map(PersonId::as_str), Some("b"));
        assert_eq!(InitialReader::Nobody.among(&readers), None);
    }
}
