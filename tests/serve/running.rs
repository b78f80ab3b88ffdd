//! `gradus serve` over an organisation of its own, and raw questions to it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tempfile::TempDir;

/// Stands in everything that the preview shows to whoever may see it.
pub const CANARY: &str = "Canary-of-the-tree";

/// How long the program may take, with a busy machine around it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A preview that runs until it is dropped.
pub struct Running {
    folder: TempDir,
    child: Child,
    said: Receiver<String>,
    pub link: String,
}

/// A directory with an organisation in `org`, whose public title is the canary, and an empty `tmp`.
pub fn organisation() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary directory");
    fs::create_dir(folder.path().join("tmp")).expect("a directory");
    let init = program(&folder).args(["-q", "init", "org"]).status();
    assert!(init.expect("the program starts").success());
    let file = folder.path().join("org/gradus.toml");
    let text = fs::read_to_string(&file).expect("gradus.toml");
    let with_canary = text.lines().map(|line| {
        if line.starts_with("public_title") {
            format!("public_title = \"{CANARY}\"\n")
        } else {
            format!("{line}\n")
        }
    });
    let with_canary: String = with_canary.collect();
    assert!(with_canary.contains(CANARY));
    fs::write(&file, with_canary).expect("gradus.toml");
    folder
}

/// The program in that directory, with a cleared environment.
pub fn program(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradus"));
    command
        .current_dir(folder.path())
        .env_clear()
        .env("TMPDIR", folder.path().join("tmp"));
    command
}

/// The token in a link.
pub fn token_of(link: &str) -> &str {
    link.split("token=").nth(1).expect("a token")
}

impl Running {
    pub fn start() -> Self {
        Self::over(organisation(), &[])
    }

    pub fn over(folder: TempDir, more: &[&str]) -> Self {
        Self::of(folder, |command| {
            command.args(more);
        })
    }

    /// The same, with what more a test wants of the process.
    pub fn of(folder: TempDir, prepare: impl FnOnce(&mut Command)) -> Self {
        let mut command = program(&folder);
        command
            .args(["serve", "org", "--port", "0"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped());
        prepare(&mut command);
        let mut child = command.spawn().expect("the program starts");
        let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        let (say, said) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if say.send(line).is_err() {
                    return;
                }
            }
        });
        let mut running = Self {
            folder,
            child,
            said,
            link: String::new(),
        };
        let line = running.says("preview at ");
        running.link = line.trim_start_matches("preview at ").to_owned();
        running
    }

    /// Waits for a line with those words.
    pub fn says(&self, words: &str) -> String {
        let mut before = Vec::new();
        loop {
            match self.said.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(words) => return line,
                Ok(line) => before.push(line),
                Err(_) => panic!("it did not say `{words}`: {before:#?}"),
            }
        }
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The host of the link, with its port.
    pub fn host(&self) -> &str {
        let rest = self.link.trim_start_matches("http://");
        rest.split('/').next().expect("a host")
    }

    pub fn port(&self) -> u16 {
        let (_, port) = self.host().rsplit_once(':').expect("a port");
        port.parse().expect("a number")
    }

    /// What the paths of all addresses begin with.
    pub fn base(&self) -> &str {
        let rest = self.link.trim_start_matches("http://");
        let path = rest.find('/').map(|at| &rest[at..]);
        path.and_then(|path| path.split('?').next())
            .expect("a path")
    }

    /// Another link, as Enter prints it.
    pub fn another_link(&self) -> String {
        let mut stdin = self.child.stdin.as_ref().expect("a pipe");
        stdin.write_all(b"\n").expect("it listens");
        let line = self.says("another link: ");
        line.trim_start_matches("another link: ").to_owned()
    }

    /// The token of a link that nobody has used.
    pub fn token(&self) -> String {
        token_of(&self.another_link()).to_owned()
    }

    /// The cookie that the token is exchanged for, as a browser sends it.
    pub fn cookie(&self) -> String {
        let answer = self.get(&format!("{}?token={}", self.base(), self.token()), "");
        let line = answer
            .lines()
            .find_map(|line| line.strip_prefix("Set-Cookie: "));
        let line = line.unwrap_or_else(|| panic!("no cookie in {answer}"));
        line.split(';').next().expect("a cookie").to_owned()
    }

    /// An honest question, with more header lines.
    pub fn get(&self, target: &str, headers: &str) -> String {
        self.raw(
            format!(
                "GET {target} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n",
                self.host()
            )
            .as_bytes(),
        )
    }

    /// Whatever is answered to some bytes until the connection ends.
    pub fn raw(&self, bytes: &[u8]) -> String {
        exchange(self.connect(), bytes)
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port())).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream
    }

    /// Ends it: `-INT` as Ctrl-C does.
    pub fn end_by(&mut self, signal: &str) -> ExitStatus {
        let kill = Command::new("kill")
            .args([signal, &self.pid().to_string()])
            .status();
        assert!(kill.expect("kill starts").success());
        self.child.wait().expect("it ends")
    }
}

/// What comes back until the server hangs up.
pub fn exchange(mut stream: TcpStream, bytes: &[u8]) -> String {
    // It may be hung up on before all is said.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
