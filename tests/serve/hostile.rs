//! Questions that nobody honest asks.

use std::fs;
use std::io::Write;
use std::thread;

use super::running::{CANARY, Running, exchange};

/// Nothing of the tree, nothing that lets a page of another origin read on, and no way in.
fn assert_empty(answer: &str, what: &str) {
    let shown: String = what.chars().take(300).collect();
    assert!(!answer.contains(CANARY), "{shown:?} got {answer}");
    for forbidden in [
        "AGE-SECRET-KEY",
        "\"generation\"",
        "root:",
        "Set-Cookie",
        "Access-Control",
    ] {
        assert!(
            !answer.contains(forbidden),
            "{forbidden}: {shown:?} got {answer}"
        );
    }
    assert!(
        !answer.starts_with("HTTP/1.1 200"),
        "{shown:?} got {answer}"
    );
    assert!(
        answer.matches("HTTP/1.1 ").count() <= 1,
        "one answer at most: {shown:?} got {answer}"
    );
}

const TARGETS: [&str; 46] = [
    "/..",
    "/../",
    "/../gradus.toml",
    "/../../../../etc/passwd",
    "/assets/../index.html",
    "/assets/../../gradus.toml",
    "/./index.html",
    "/.git/config",
    "/.gradus/site.key",
    "/.",
    "/%2e%2e/gradus.toml",
    "/%2e%2e%2fgradus.toml",
    "/..%2f..%2fetc/passwd",
    "/%252e%252e/",
    "/..%c0%af",
    "/index.html%00",
    "/%00",
    "/\\..\\gradus.toml",
    "/..\\",
    "//",
    "//evil.test/",
    "//index.html",
    "/preview//state.json",
    "/index.html/",
    "/index.html;a=b",
    "/index.html#a",
    "*",
    "http://127.0.0.1/",
    "http://evil.test/",
    "file:///etc/passwd",
    "127.0.0.1:4040",
    "evil.test:80",
    "",
    "index.html",
    "/gradus.toml",
    "/people/sam/person.toml",
    "/access.lock",
    "/proc/self/environ",
    "/etc/passwd",
    "/preview/identity/",
    "/preview/identity/../state.json",
    "/preview/identity/nobody",
    "/preview/",
    "/preview",
    "/ä",
    "/\u{202e}",
];

#[test]
fn no_path_leads_out_of_the_site_whoever_asks() {
    let running = Running::start();
    let cookie = format!("Cookie: {}\r\n", running.cookie());
    for target in TARGETS {
        for method in ["GET", "HEAD"] {
            for headers in ["", &*cookie] {
                let question = format!(
                    "{method} {target} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n",
                    running.host()
                );
                assert_empty(&running.raw(question.as_bytes()), &question);
            }
        }
    }
    for raw in [
        &b"GET /\0 HTTP/1.1\r\n"[..],
        b"GET /\xff HTTP/1.1\r\n",
        b"GET /\xc0\xae\xc0\xae/ HTTP/1.1\r\n",
    ] {
        let host = format!("Host: {}\r\n{cookie}\r\n", running.host());
        assert_empty(&running.raw(&[raw, host.as_bytes()].concat()), "bytes");
    }
    assert!(
        running.get("/", &cookie).contains(CANARY),
        "the honest question is answered"
    );
}

#[test]
fn only_the_exact_host_is_answered_even_with_the_cookie() {
    let running = Running::start();
    let cookie = running.cookie();
    let port = running.host().rsplit(':').next().expect("a port");
    let own = running.host();
    let names = [
        "",
        "127.0.0.1",
        "localhost",
        "evil.test",
        "localhost.",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "LOCALHOST",
        "evil.test#127.0.0.1",
        "127.0.0.1@evil.test",
        "user@127.0.0.1",
        "127.0.0.1.evil.test",
        "localhost.evil.test",
        "*",
        "null",
    ];
    let mut hosts: Vec<String> = Vec::new();
    for name in names {
        hosts.extend([name.to_owned(), format!("{name}:1"), format!("{name}:80")]);
        hosts.push(format!("{name}:{port}"));
    }
    hosts.extend([
        format!("{own},{own}"),
        format!("{own} {own}"),
        format!("{own}/"),
        format!("{own}:"),
        format!("0{own}"),
        format!("127.0.0.1:0{port}"),
        own.to_uppercase(),
        own[1..].to_owned(),
        format!("a.{own}"),
        own.replace("localhost", "localhost."),
        own.replace("localhost", "evil.test"),
        own.replace(".localhost", ""),
        format!("{}.localhost:{port}", "0".repeat(32)),
    ]);
    for host in &hosts {
        let question = format!("GET / HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n");
        assert_empty(&running.raw(question.as_bytes()), &question);
    }
    let honest = format!("GET / HTTP/1.1\r\nHost: {own}\r\nCookie: {cookie}\r\n\r\n");
    assert!(running.raw(honest.as_bytes()).contains(CANARY));
    for headers in [
        String::new(),
        format!("Host: {own}\r\nHost: {own}\r\n"),
        format!("Host: evil.test\r\nHost: {own}\r\n"),
        format!("Host: {own}\r\nhost: evil.test\r\n"),
        format!("Host : {own}\r\n"),
        format!(" Host: {own}\r\n"),
        format!("Host:\r\n {own}\r\n"),
        format!("X-Forwarded-Host: {own}\r\n"),
    ] {
        let question = format!("GET / HTTP/1.1\r\n{headers}Cookie: {cookie}\r\n\r\n");
        assert_empty(&running.raw(question.as_bytes()), &question);
    }
}

#[test]
fn strangers_pages_and_strangers_are_refused() {
    let running = Running::start();
    let (cookie, own) = (running.cookie(), running.host().to_owned());
    let known = format!("Cookie: {cookie}\r\n");
    let port = own.rsplit(':').next().expect("a port");
    let origins = [
        "null",
        "http://evil.test",
        "https://evil.test",
        "http://127.0.0.1",
        "http://localhost",
        "http://127.0.0.1:1",
        "file://",
        "",
        "HTTP://127.0.0.1",
        "chrome-extension://abc",
    ];
    let mut headers: Vec<String> = origins
        .iter()
        .map(|origin| format!("{known}Origin: {origin}\r\n"))
        .collect();
    for origin in [
        format!("http://localhost:{port}"),
        format!("https://{own}"),
        format!("http://{own}/"),
        format!("http://{own}.evil.test"),
        format!("http://evil.test:{port}"),
    ] {
        headers.push(format!("{known}Origin: {origin}\r\n"));
    }
    headers.push(format!(
        "{known}Origin: http://{own}\r\nOrigin: http://{own}\r\n"
    ));
    for site in [
        "cross-site",
        "same-site",
        "",
        "none, same-origin",
        "SAME-ORIGIN",
        "x",
    ] {
        headers.push(format!("{known}Sec-Fetch-Site: {site}\r\n"));
    }
    let name = cookie.split('=').next().expect("a name");
    let value = cookie.split('=').nth(1).expect("a value");
    let token = running.token();
    for bad in [
        String::new(),
        name.to_owned(),
        format!("{name}="),
        format!("{name}={token}"),
        format!("{name}={}", &value[1..]),
        format!("{name}={value}0"),
        format!("{name}=\"{value}\""),
        format!("x{cookie}"),
        format!("{name} {value}"),
        format!("{name}={}", value.to_uppercase()),
        format!("{name}={}", "0".repeat(64)),
        "a=b; ".repeat(500),
        format!("{cookie}\r\nCookie: {cookie}"),
    ] {
        headers.push(format!("Cookie: {bad}\r\n"));
    }
    headers.push(format!("Authorization: Bearer {token}\r\n"));
    for headers in &headers {
        for target in [
            "/",
            "/site.json",
            "/preview/state.json",
            "/preview/identity/sam",
            "/preview/events",
            "/preview/preview.js",
        ] {
            assert_empty(
                &running.get(target, headers),
                &format!("{target} {headers}"),
            );
        }
    }
    for query in [
        "?token=",
        "?token=0",
        "?token=%00",
        "?TOKEN=a",
        "?token",
        "?token==",
        "?a=b&token=c",
    ] {
        assert_empty(&running.get(&format!("/{query}"), ""), query);
    }
    for from in [
        "Origin: http://evil.test\r\n",
        "Origin: null\r\nSec-Fetch-Dest: document\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: iframe\r\n",
        "Sec-Fetch-Site: same-site\r\nSec-Fetch-Dest: empty\r\n",
        "Sec-Fetch-Site: none\r\nSec-Fetch-Dest: document\r\nSec-Purpose: prefetch\r\n",
        "Sec-Fetch-Site: none\r\nSec-Fetch-Dest: document\r\nPurpose: prefetch\r\n",
    ] {
        assert_empty(&running.get(&format!("/?token={token}"), from), from);
    }
    let path = format!("/index.html?token={token}");
    assert_empty(&running.get(&path, ""), "a token beside another file");
    let head = format!("HEAD /?token={token} HTTP/1.1\r\nHost: {own}\r\n\r\n");
    assert_empty(
        &running.raw(head.as_bytes()),
        "a token that is only looked at",
    );
    let followed = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: document\r\n";
    let entered = running.get(&format!("/?token={token}"), followed);
    assert!(
        entered.contains("Set-Cookie: "),
        "no refusal has used the link up: {entered}"
    );
}

#[test]
fn other_methods_protocols_and_smuggled_questions_are_refused() {
    let running = Running::start();
    let own = running.host().to_owned();
    let known = format!("Host: {own}\r\nCookie: {}\r\n", running.cookie());
    let second = format!("GET / HTTP/1.1\r\n{known}\r\n");
    let mut questions: Vec<String> = Vec::new();
    for method in [
        "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PRI", "PROPFIND", "get",
        "GETT", "G", "G\0T", "GET\t",
    ] {
        questions.push(format!("{method} / HTTP/1.1\r\n{known}\r\n"));
        questions.push(format!(
            "{method} / HTTP/1.1\r\n{known}Content-Length: 4\r\n\r\nbody"
        ));
    }
    for version in [
        "HTTP/0.9",
        "HTTP/1.0",
        "HTTP/1.2",
        "HTTP/2.0",
        "HTTP/3",
        "http/1.1",
        "HTTP/1.1 ",
        "HTTPS/1.1",
        "",
        "HTTP/1.1\t",
    ] {
        questions.push(format!("GET / {version}\r\n{known}\r\n"));
    }
    for lengths in [
        "Content-Length: 5",
        "Content-Length: 0x0",
        "Content-Length: +0",
        "Content-Length: -1",
        "Content-Length: 0\r\nContent-Length: 5",
        "Content-Length: 0, 0",
        "Content-Length:",
        "Content-Length : 0",
        "Content-Length: 99999999999999999999",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked\r\nContent-Length: 0",
        "Transfer-Encoding:\tchunked",
        "Transfer-Encoding: xchunked",
        "transfer-encoding: CHUNKED",
        "Transfer_Encoding: chunked\r\nTransfer-Encoding: chunked",
        "X: a\r\n Transfer-Encoding: chunked",
        "X: a\nTransfer-Encoding: chunked",
        "X: a\rTransfer-Encoding: chunked",
        "X\0: a",
        "X: \0",
        "X",
        ": a",
        " : a",
        "X : a",
        "Upgrade: websocket\r\nConnection: Upgrade",
        "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk",
        "Expect: 100-continue",
        "Trailer: X",
    ] {
        questions.push(format!("GET / HTTP/1.1\r\n{known}{lengths}\r\n\r\n"));
        questions.push(format!(
            "GET / HTTP/1.1\r\n{known}{lengths}\r\n\r\n0\r\n\r\n{second}"
        ));
    }
    questions.push(format!("{second}{second}"));
    questions.push(format!("{second}POST / HTTP/1.1\r\n\r\n"));
    questions.push(format!("{second}X"));
    questions.push(format!("\r\n{second}"));
    questions.push(format!("GET /\r\n{known}\r\n"));
    questions.push("GET /\r\n".to_owned());
    questions.push("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0".to_owned());
    questions.push("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}".to_owned());
    questions.push("SSH-2.0-x\r\n".to_owned());
    questions.push(format!("GET  / HTTP/1.1\r\n{known}\r\n"));
    questions.push(format!("GET\t/\tHTTP/1.1\r\n{known}\r\n"));
    questions.push(format!("GET / HTTP/1.1\n{}\n", known.replace("\r\n", "\n")));
    // Some wait until the server gives up on them: side by side, and no more than it bears.
    for together in questions.chunks(30) {
        thread::scope(|scope| {
            for question in together {
                let stream = running.connect();
                scope.spawn(|| assert_empty(&exchange(stream, question.as_bytes()), question));
            }
        });
    }
}

#[test]
fn heads_without_end_and_floods_of_headers_are_cut_off() {
    let running = Running::start();
    let known = format!(
        "Host: {}\r\nCookie: {}\r\n",
        running.host(),
        running.cookie()
    );
    let many = "X-Many: x\r\n".repeat(100);
    let huge = format!("X-Huge: {}\r\n", "x".repeat(1 << 20));
    let name = format!("{}: x\r\n", "X".repeat(1 << 20));
    for more in [&many, &huge, &name] {
        let question = format!("GET / HTTP/1.1\r\n{known}{more}\r\n");
        assert_empty(&running.raw(question.as_bytes()), more);
    }
    let target = format!("GET /{} HTTP/1.1\r\n{known}\r\n", "a".repeat(1 << 20));
    assert_empty(&running.raw(target.as_bytes()), "a long target");
    let mut endless = running.connect();
    let sent = (0..)
        .map_while(|_| endless.write_all(&[b'A'; 1024]).ok())
        .take(100_000)
        .count();
    assert!(
        sent < 100_000,
        "a head without end is not listened to for ever"
    );
}

#[test]
fn every_answer_says_what_a_browser_keeps_to() {
    let running = Running::start();
    let known = format!("Cookie: {}\r\n", running.cookie());
    for (target, status) in [
        ("/", 200),
        ("/site.json", 200),
        ("/preview/preview.css", 200),
        ("/nowhere", 404),
        ("/rubric/../", 404),
        ("/a;b", 400),
    ] {
        let answer = running.get(target, &known);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{target}: {answer}"
        );
        assert!(
            answer.contains("Cache-Control: no-store\r\n") && !answer.contains("Access-Control"),
            "{answer}"
        );
        let of_the_page = [
            "X-Content-Type-Options: nosniff",
            "Referrer-Policy: no-referrer",
            "Cross-Origin-Opener-Policy: same-origin",
            "Cross-Origin-Resource-Policy: same-origin",
            "frame-ancestors 'none'",
            "default-src 'none'",
            "trusted-types 'none'",
        ];
        for header in of_the_page {
            assert!(answer.contains(header), "{header}: {answer}");
        }
    }
    let entered = running.get(
        &format!("/?token={}&as=sam", running.token()),
        "Sec-Fetch-Site: none\r\n",
    );
    assert!(
        entered.contains("<meta http-equiv=\"refresh\" content=\"0; url=/?as=sam\">"),
        "{entered}"
    );
    assert!(!entered.contains(CANARY), "{entered}");
    assert!(
        entered.contains("; HttpOnly; SameSite=Strict; Path=/\r\n"),
        "{entered}"
    );
    let head = running
        .raw(format!("HEAD / HTTP/1.1\r\nHost: {}\r\n{known}\r\n", running.host()).as_bytes());
    assert!(
        head.starts_with("HTTP/1.1 200 ") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
}

/// `Threads` and `VmRSS` in KiB of a process.
fn weight(pid: u32) -> (u64, u64) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let value = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name));
        let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        number.unwrap_or_else(|| panic!("{name} in {status}"))
    };
    (value("Threads:"), value("VmRSS:"))
}

#[test]
fn a_thousand_idle_connections_cost_neither_threads_nor_memory_nor_keep_others_out() {
    let running = Running::start();
    let known = format!("Cookie: {}\r\n", running.cookie());
    for _ in 0..50 {
        assert!(running.get("/", &known).contains(CANARY));
    }
    let (threads, kib) = weight(running.pid());
    let mut idle: Vec<_> = (0..900).map(|_| running.connect()).collect();
    for (at, stream) in idle.iter_mut().enumerate() {
        // Some have begun to say something, and never go on.
        let _ = stream.write_all(&b"GET / HTTP/1.1\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaa"[..at % 40]);
    }
    for _ in 0..100 {
        drop(running.connect());
    }
    for _ in 0..50 {
        assert!(
            running.get("/", &known).contains(CANARY),
            "the honest question is answered"
        );
    }
    let (threads_now, kib_now) = weight(running.pid());
    assert!(
        threads_now <= threads + 4,
        "{threads} threads became {threads_now}"
    );
    assert!(kib_now < kib + 8 * 1024, "{kib} KiB became {kib_now}");
}

#[test]
fn streams_of_events_are_bounded_and_free_their_place() {
    let running = Running::start();
    let known = format!("Cookie: {}\r\n", running.cookie());
    let question = format!(
        "GET /preview/events HTTP/1.1\r\nHost: {}\r\n{known}\r\n",
        running.host()
    );
    let mut streams: Vec<_> = (0..40).map(|_| running.connect()).collect();
    for stream in &mut streams {
        stream.write_all(question.as_bytes()).expect("it listens");
    }
    assert!(
        running.get("/", &known).contains(CANARY),
        "others are answered meanwhile"
    );
    let (threads, _) = weight(running.pid());
    assert!(threads < 100, "{threads}");
    let mut last = streams.pop().expect("a stream");
    drop(streams);
    let mut first = [0; 12];
    std::io::Read::read_exact(&mut last, &mut first).expect("it is told");
    assert_eq!(&first, b"HTTP/1.1 200");
}
