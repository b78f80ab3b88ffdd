//! `gradus demo`: what a newcomer sees first.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};

/// A running demo.
struct Demo {
    child: Child,
    said: BufReader<ChildStderr>,
    temporary: tempfile::TempDir,
}

impl Demo {
    fn start() -> Self {
        let temporary = tempfile::tempdir().expect("a folder");
        let mut child = Command::new(env!("CARGO_BIN_EXE_gradus"))
            .args(["demo", "--port", "0"])
            .current_dir("/")
            .env_clear()
            .env("TMPDIR", temporary.path())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let said = BufReader::new(child.stderr.take().expect("piped"));
        Self {
            child,
            said,
            temporary,
        }
    }

    /// The next line that it says.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).expect("a line");
        line
    }

    fn interrupt(&mut self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status();
        assert!(sent.expect("`kill` starts").success());
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it has ended, unless a test failed
        let _ = self.child.wait();
    }
}

/// Head and body of what an address answers.
fn get(address: &str, path: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let question = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(question.as_bytes()).expect("a question");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.expect("a head");
    let head = String::from_utf8(answer[..end].to_vec()).expect("text");
    (head, answer[end + 4..].to_vec())
}

#[test]
fn the_demo_serves_a_sealed_site_that_the_key_it_names_opens_and_leaves_nothing() {
    let mut demo = Demo::start();
    let link = demo.line();
    let address = link
        .trim()
        .strip_prefix("demo at http://")
        .expect(&link)
        .trim_end_matches('/')
        .to_owned();
    assert!(demo.line().contains("choose a key file"));
    let named = [demo.line(), demo.line()];
    let [key, other] = named.each_ref().map(|line| {
        let path = line.trim().split("  (").next().expect(line);
        PathBuf::from(path)
    });
    assert!(key.ends_with("demo-keys/ada.txt"), "{named:?}");
    assert!(other.ends_with("demo-keys/grace.txt"), "{named:?}");
    for file in [&key, &other] {
        assert!(file.starts_with(demo.temporary.path()), "{named:?}");
        assert!(file.is_file(), "{named:?}");
    }
    assert!(demo.line().contains("it is built from"));
    assert!(demo.line().contains("Ctrl-C"));

    let (head, page) = get(&address, "/");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("frame-ancestors 'none'"), "{head}");
    assert!(
        !String::from_utf8_lossy(&page).contains("Ada"),
        "it is sealed"
    );
    let (_, description) = get(&address, "/site.json");
    let site = key.ancestors().nth(2).expect("a folder").join("public");
    assert_eq!(
        fs::read(site.join("site.json")).expect("it was built"),
        description
    );
    assert!(get(&address, "/../gradus.toml").0.starts_with("HTTP/1.1 4"));
    assert!(get(&address, "/people").0.starts_with("HTTP/1.1 404"));
    let opened = Command::new(env!("CARGO_BIN_EXE_gradus"))
        .args(["-q", "open"])
        .arg(&site)
        .arg("-i")
        .arg(&key)
        .arg("-o")
        .arg(demo.temporary.path().join("pages"))
        .status();
    assert!(opened.expect("the program starts").success());
    fs::remove_dir_all(demo.temporary.path().join("pages")).expect("pages");

    demo.interrupt();
    assert!(demo.child.wait().expect("it ends").success());
    let left = fs::read_dir(demo.temporary.path()).expect("a folder");
    assert_eq!(left.count(), 0, "nothing is left behind");
}
