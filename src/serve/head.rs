//! The head of a request, read strictly: what is not exactly one plain question is refused before anything looks at it.
//!
//! Browsers ask with one request line of HTTP/1.1, each header once, and no body. All else (folded lines, bare line
//! ends, lengths, codings, a second request behind the first) is how one server is made to see what another does not.

/// Longest head, in bytes.
pub const HEAD_MAX_BYTES: usize = 16 * 1024;

/// Most headers in one head.
const HEADERS_MAX: usize = 64;

/// Longest target, in bytes.
const TARGET_MAX_BYTES: usize = 1024;

const END: &[u8] = b"\r\n\r\n";

/// The headers that answers depend on, in lower case: all that an [`Asker`](super::guard::Asker) is made of. No other goes
/// further.
const HEEDED: [&str; 9] = [
    "host",
    "origin",
    "sec-fetch-site",
    "sec-fetch-dest",
    "sec-purpose",
    "purpose",
    "x-purpose",
    "x-moz",
    "cookie",
];

/// Headers that no honest question for a page has.
const REFUSED: [&str; 5] = [
    "transfer-encoding",
    "upgrade",
    "expect",
    "trailer",
    "http2-settings",
];

/// A head that is in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    method: &'static str,
    target: String,
    /// By name, in lower case; each once.
    headers: Vec<(&'static str, String)>,
}

/// What has come of a head so far.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress {
    /// The rest is still to come.
    Partial,
    Whole(Head),
    Refused(Refusal),
}

/// Why a head is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Malformed,
    Method,
    TooLarge,
    Version,
    /// More questions than can be answered at once.
    Busy,
}

impl Refusal {
    /// The whole answer: it says nothing of what is here.
    pub fn answer(self) -> String {
        let (status, more) = match self {
            Self::Malformed => ("400 Bad Request", ""),
            Self::Method => ("405 Method Not Allowed", "Allow: GET, HEAD\r\n"),
            Self::TooLarge => ("431 Request Header Fields Too Large", ""),
            Self::Version => ("505 HTTP Version Not Supported", ""),
            Self::Busy => ("503 Service Unavailable", "Retry-After: 1\r\n"),
        };
        format!(
            "HTTP/1.1 {status}\r\n{more}Content-Length: 0\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
        )
    }
}

impl Head {
    /// Reads what has arrived on a connection.
    pub fn read(bytes: &[u8]) -> Progress {
        if !may_begin_a_head(bytes) {
            return Progress::Refused(Refusal::Malformed);
        }
        let Some(end) = bytes.windows(END.len()).position(|window| window == END) else {
            return match bytes.len() < HEAD_MAX_BYTES {
                true => Progress::Partial,
                false => Progress::Refused(Refusal::TooLarge),
            };
        };
        if end > HEAD_MAX_BYTES {
            return Progress::Refused(Refusal::TooLarge);
        }
        if bytes.len() > end + END.len() {
            return Progress::Refused(Refusal::Malformed);
        }
        match parse(&bytes[..end]) {
            Ok(head) => Progress::Whole(head),
            Err(refusal) => Progress::Refused(refusal),
        }
    }

    /// The same question in its plainest form, for one answer and no more.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("connection: close\r\n\r\n");
        text.into_bytes()
    }
}

/// The first bytes of every method that there is; what talks another protocol is not waited for.
fn may_begin_a_head(bytes: &[u8]) -> bool {
    bytes.iter().take(3).all(u8::is_ascii_uppercase)
}

fn parse(head: &[u8]) -> Result<Head, Refusal> {
    let text = std::str::from_utf8(head).map_err(|_| Refusal::Malformed)?;
    let mut lines = text.split("\r\n");
    let (method, target) = request_line(lines.next().unwrap_or_default())?;
    let mut headers = Vec::new();
    let mut seen = 0;
    for line in lines {
        seen += 1;
        let (name, value) = header(line).ok_or(Refusal::Malformed)?;
        if seen > HEADERS_MAX {
            return Err(Refusal::TooLarge);
        }
        take(&name, value, &mut headers)?;
    }
    match headers.iter().any(|(name, _)| *name == "host") {
        true => Ok(Head {
            method,
            target: target.to_owned(),
            headers,
        }),
        false => Err(Refusal::Malformed),
    }
}

fn request_line(line: &str) -> Result<(&'static str, &str), Refusal> {
    let mut words = line.split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(Refusal::Malformed);
    };
    if version != "HTTP/1.1" {
        return Err(Refusal::Version);
    }
    let method = match method {
        "GET" => "GET",
        "HEAD" => "HEAD",
        _ => return Err(Refusal::Method),
    };
    match is_plain_target(target) {
        true => Ok((method, target)),
        false => Err(Refusal::Malformed),
    }
}

/// An absolute path of segments without escapes, none of which leads upwards or is hidden, and perhaps a query.
fn is_plain_target(target: &str) -> bool {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let Some(path) = path.strip_prefix('/') else {
        return false;
    };
    let mut segments = path.split('/').peekable();
    let mut are_plain = true;
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        are_plain &= is_plain_segment(segment) || (segment.is_empty() && is_last);
    }
    let in_query = |b: u8| b.is_ascii_alphanumeric() || b"-._~=&".contains(&b);
    target.len() <= TARGET_MAX_BYTES && are_plain && query.bytes().all(in_query)
}

fn is_plain_segment(segment: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    !segment.is_empty() && !segment.starts_with('.') && segment.bytes().all(plain)
}

/// A header's name in lower case, and its value.
fn header(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.split_once(':')?;
    let in_name = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let in_value = |c: char| c == '\t' || !c.is_control();
    let is_plain = !name.is_empty() && name.bytes().all(in_name) && value.chars().all(in_value);
    is_plain.then(|| (name.to_ascii_lowercase(), value.trim_matches([' ', '\t'])))
}

fn take(name: &str, value: &str, headers: &mut Vec<(&'static str, String)>) -> Result<(), Refusal> {
    let has_body = name == "content-length" && value != "0";
    if has_body || REFUSED.contains(&name) {
        return Err(Refusal::Malformed);
    }
    let Some(name) = HEEDED.into_iter().find(|heeded| *heeded == name) else {
        return Ok(());
    };
    let is_second = headers.iter().any(|(other, _)| *other == name);
    let is_plain = value.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    if is_second || !is_plain {
        return Err(Refusal::Malformed);
    }
    headers.push((name, value.to_owned()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::super::guard::Asker;
    use super::*;

    const HOST: &str = "Host: 127.0.0.1:4040\r\n";

    fn read(text: &str) -> Progress {
        Head::read(text.as_bytes())
    }

    fn refused(text: &str) -> Refusal {
        match read(text) {
            Progress::Refused(refusal) => refusal,
            other => panic!("{text:?}: {other:?}"),
        }
    }

    #[test]
    fn a_plain_question_goes_on_with_what_answers_depend_on() {
        let text = format!(
            "GET /a/b.css?as=ada HTTP/1.1\r\n{HOST}Accept: */*\r\nCOOKIE:  a=b; c=d \r\n\r\n"
        );
        let Progress::Whole(head) = read(&text) else {
            panic!("refused");
        };
        let passed = String::from_utf8(head.to_bytes()).unwrap();
        assert_eq!(
            passed,
            "GET /a/b.css?as=ada HTTP/1.1\r\nhost: 127.0.0.1:4040\r\ncookie: a=b; c=d\r\nconnection: close\r\n\r\n"
        );
    }

    #[test]
    fn every_header_that_an_asker_is_made_of_goes_on() {
        let asked = RefCell::new(Vec::new());
        Asker::of(|name| {
            asked.borrow_mut().push(name);
            None
        });
        assert!(asked.borrow().len() >= 6, "{asked:?}");
        for name in asked.into_inner() {
            let host = if name == "Host" { "" } else { HOST };
            let text = format!("GET / HTTP/1.1\r\n{host}{name}: some-value\r\n\r\n");
            let Progress::Whole(head) = read(&text) else {
                panic!("{name} is refused");
            };
            let passed = String::from_utf8(head.to_bytes()).unwrap();
            let line = format!("\r\n{}: some-value\r\n", name.to_lowercase());
            assert!(passed.contains(&line), "{name} is missing in {passed}");
        }
    }

    #[test]
    fn a_head_is_waited_for_until_it_is_too_long() {
        let text = format!("GET / HTTP/1.1\r\n{HOST}\r\n");
        for end in 0..text.len() {
            assert_eq!(read(&text[..end]), Progress::Partial, "{end}");
        }
        let endless = format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(HEAD_MAX_BYTES));
        assert_eq!(refused(&endless), Refusal::TooLarge);
        assert_eq!(refused(&format!("{endless}\r\n\r\n")), Refusal::TooLarge);
        let many = "X: a\r\n".repeat(HEADERS_MAX);
        assert_eq!(
            refused(&format!("GET / HTTP/1.1\r\n{HOST}{many}\r\n")),
            Refusal::TooLarge
        );
    }

    #[test]
    fn a_target_leads_down_and_holds_no_escapes() {
        for bad in [
            "",
            "*",
            "a",
            "//",
            "/a//b",
            "/..",
            "/../a",
            "/a/../b",
            "/a/..",
            "/.",
            "/./a",
            "/.git/config",
            "/%2e%2e/a",
            "/a%00",
            "/a\\b",
            "/a\0",
            "http://127.0.0.1:4040/",
            "/a;b",
            "/a#b",
            "/ä",
            "/a?b=/c",
            "/a?b=%41",
            "/a?b?c",
        ] {
            let text = format!("GET {bad} HTTP/1.1\r\n{HOST}\r\n");
            assert_eq!(refused(&text), Refusal::Malformed, "{bad:?}");
        }
    }

    #[test]
    fn what_two_servers_could_read_differently_is_refused() {
        for bad in [
            "Content-Length: 1\r\n",
            "Content-Length: 0, 5\r\n",
            "Content-Length: 00\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding : chunked\r\n",
            "X: a\r\n folded: b\r\n",
            "X: a\nContent-Length: 5\r\n",
            "X: a\rContent-Length: 5\r\n",
            "X: a\0\r\n",
            "no colon\r\n",
            ": empty\r\n",
            "Host: 127.0.0.1:4040\r\n",
            "Cookie: a\r\nCookie: b\r\n",
            "Upgrade: websocket\r\n",
            "Expect: 100-continue\r\n",
        ] {
            let text = format!("GET / HTTP/1.1\r\n{HOST}{bad}\r\n");
            assert_eq!(refused(&text), Refusal::Malformed, "{bad:?}");
        }
        for bad in [
            "GET / HTTP/1.1\r\n\r\n",
            &format!("GET / HTTP/1.1\r\n{HOST}\r\nGET / HTTP/1.1\r\n{HOST}\r\n"),
        ] {
            assert_eq!(refused(bad), Refusal::Malformed, "{bad:?}");
        }
    }

    #[test]
    fn other_methods_versions_and_protocols_are_refused() {
        for method in [
            "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "GETT",
        ] {
            let text = format!("{method} / HTTP/1.1\r\n{HOST}\r\n");
            assert_eq!(refused(&text), Refusal::Method, "{method}");
        }
        assert_eq!(
            refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            Refusal::Malformed
        );
        assert_eq!(
            refused(&format!("GET / HTTP/1.0\r\n{HOST}\r\n")),
            Refusal::Version
        );
        for bad in [
            "GET /\r\n\r\n",
            "get / HTTP/1.1\r\n",
            "\r\n\r\n",
            "\u{16}\u{3}\u{1}",
        ] {
            assert_eq!(refused(bad), Refusal::Malformed, "{bad:?}");
        }
    }
}
