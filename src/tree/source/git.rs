//! The only file that asks git.
//!
//! Asked is the `git` program: libraries that read repositories are many crates, and whoever keeps a tree in git
//! has the program. It gets a fixed argument vector and no shell; it takes no locks, asks nobody anything, and neither
//! fetches nor runs what a repository's own configuration names (hooks, monitors, pagers, diff drivers). The user's and
//! the system's configuration stay in force, because `safe.directory` stands there. Answers are bounded in
//! size and time.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rayon::prelude::*;

use super::FILE_MAX_BYTES;

/// The longest that one question may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// The longest answer that is kept as a whole.
const ANSWER_MAX_BYTES: u64 = 512 * 1024 * 1024;

/// The most that is kept of what git says on its error stream.
const WORDS_MAX_BYTES: u64 = 4 * 1024;

/// The longest line that begins an answer about one object: a path that is not there is repeated in it.
const HEAD_MAX_BYTES: u64 = 64 * 1024;

/// Fewer commits than these are not worth a process of their own.
const SHARE_MIN_COMMITS: usize = 1_000;

/// The most names that a misspelt revision is compared with.
const NAMES_MAX: usize = 5_000;

/// Settings of a repository that could run a program, or change what an answer looks like.
const SETTINGS: [&str; 7] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "log.showSignature=false",
    "log.follow=false",
    "diff.orderFile=/dev/null",
    "gc.auto=0",
];

/// Beginnings of variables that hold the user's configuration; all others of git's are taken away, such as those
/// that a hook sets to its own repository.
const KEPT: [&str; 8] = [
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_VALUE_",
    "GIT_CEILING_DIRECTORIES",
    "GIT_EXEC_PATH",
];

/// Why git gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// There is no `git` program.
    NoGit,
    /// The directory lies in no work tree.
    NoRepository,
    /// The repository belongs to somebody else, and git opens it only when told to.
    Untrusted,
    /// git's first words.
    Refused(String),
    /// It took longer than a build should.
    TooSlow,
    /// The answer is larger than anything honest.
    TooMuch,
}

/// What the facts of a repository's history depend on. Cheap to ask for: equal ones have equal facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// The directory that was asked.
    pub directory: PathBuf,
    /// The commit that is checked out; nothing before the first one.
    pub head: Option<String>,
    /// Whether the repository holds a part of its history.
    pub shallow: bool,
}

/// A repository, seen from a directory of its work tree.
#[derive(Debug, Clone)]
pub(super) struct Repository {
    directory: PathBuf,
    /// Where the directory lies in the repository: nothing, or a path with `/` at its end.
    pub prefix: Vec<u8>,
    pub fingerprint: Fingerprint,
}

/// One file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// From the top of the repository.
    pub path: Vec<u8>,
    pub blob: String,
}

impl Repository {
    /// The repository that a directory lies in.
    pub fn at(directory: &Path) -> Result<Self, Trouble> {
        let asked = [
            "rev-parse",
            "--is-inside-work-tree",
            "--is-shallow-repository",
            "--show-prefix",
        ];
        let answer = match whole(directory, &asked) {
            Err(Trouble::NoGit) if !below_git(directory) => return Err(Trouble::NoRepository),
            answer => answer?,
        };
        let mut lines = answer.splitn(3, |byte| *byte == b'\n');
        let mut line = || lines.next().unwrap_or_default();
        let (inside, shallow, prefix) = (line(), line(), line());
        if inside != b"true" {
            return Err(Trouble::NoRepository);
        }
        let fingerprint = Fingerprint {
            directory: directory.to_owned(),
            head: commit(directory, "HEAD")?,
            shallow: shallow == b"true",
        };
        Ok(Self {
            directory: directory.to_owned(),
            prefix: prefix.strip_suffix(b"\n").unwrap_or(prefix).to_vec(),
            fingerprint,
        })
    }

    /// Which files of that name came, changed and went in which commit, newest first, with moves found. The pieces are
    /// ended by NUL: `@`, the hash and the day of a commit, then for each of its files the raw line and the paths.
    pub fn log(&self, name: &str) -> Result<Vec<Vec<u8>>, Trouble> {
        let commits = whole(&self.directory, &["rev-list", "--date-order", "HEAD"])?;
        let commits: Vec<&[u8]> = commits.split_inclusive(|byte| *byte == b'\n').collect();
        // Every commit by itself: as many processes as there are threads are done sooner than one.
        let share = commits.len().div_ceil(rayon::current_num_threads());
        let shares = commits.par_chunks(share.max(SHARE_MIN_COMMITS));
        shares
            .map(|some| self.touched(some.concat(), name))
            .collect()
    }

    /// The same of some commits, one a line.
    fn touched(&self, commits: Vec<u8>, name: &str) -> Result<Vec<u8>, Trouble> {
        // One star at the beginning and nothing else special: git compares the ends, and matches no pattern.
        let paths = [format!(":(top)*/{name}"), format!(":(top)*/{name}.age")];
        let asked = [
            "diff-tree",
            "--stdin",
            "-z",
            "-r",
            "-c",
            "--root",
            "--format=tformat:@%H %cs",
            "--raw",
            "--no-abbrev",
            "--find-renames",
            "-l2000",
            "--no-relative",
            "--no-ext-diff",
            "--no-textconv",
            "--no-color",
            "--",
            &paths[0],
            &paths[1],
        ];
        ask(&self.directory, &asked, commits, all)
    }

    /// The contents of blobs, by hash or `<commit>:<path>`, in order. `None` for a blob that is missing or over
    /// [`FILE_MAX_BYTES`]. A path must not hold a line break.
    pub fn blobs(&self, blobs: &[&str]) -> Result<Vec<Option<Vec<u8>>>, Trouble> {
        let mut input: Vec<u8> = blobs.join("\n").into_bytes();
        input.push(b'\n');
        let count = blobs.len();
        let asked = ["cat-file", "--batch"];
        ask(&self.directory, &asked, input, move |answer| {
            (0..count).map(|_| blob(answer)).collect()
        })
    }

    /// The commit that a tag, a branch or a hash names; nothing where there is none.
    pub fn commit(&self, revision: &str) -> Result<Option<String>, Trouble> {
        commit(&self.directory, revision)
    }

    /// The names of tags and branches.
    pub fn names(&self) -> Result<Vec<String>, Trouble> {
        let asked = [
            "for-each-ref",
            "--format=%(refname:lstrip=2)",
            "--sort=-creatordate",
            "refs/tags",
            "refs/heads",
            "refs/remotes",
        ];
        let answer = whole(&self.directory, &asked)?;
        let answer = String::from_utf8_lossy(&answer);
        Ok(answer.lines().take(NAMES_MAX).map(str::to_owned).collect())
    }

    /// The regular files of a commit: below a path, or all of them.
    pub fn files(&self, commit: &str, below: Option<&str>) -> Result<Vec<Entry>, Trouble> {
        let mut asked = vec!["ls-tree", "-r", "-z", "--full-tree", commit];
        if let Some(path) = below {
            asked.extend(["--", path]);
        }
        let answer = whole(&self.directory, &asked)?;
        Ok(answer.split(|byte| *byte == 0).filter_map(entry).collect())
    }
}

/// `100644 blob <hash>\t<path>`
fn entry(line: &[u8]) -> Option<Entry> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let head = std::str::from_utf8(&line[..tab]).ok()?;
    let (mode, rest) = head.split_once(' ')?;
    let blob = rest.strip_prefix("blob ")?;
    mode.starts_with("100").then(|| Entry {
        path: line[tab + 1..].to_vec(),
        blob: blob.to_owned(),
    })
}

/// `<hash> blob <size>\n<content>\n`, or `<what was asked> missing\n`, which may hold any words.
fn blob(answer: &mut dyn BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut head = String::new();
    answer.take(HEAD_MAX_BYTES).read_line(&mut head)?;
    if !head.ends_with('\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let words: Vec<&str> = head.split_whitespace().collect();
    let [hash, kind, size] = words.as_slice() else {
        return Ok(None);
    };
    let is_hash = hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let Some(size) = size.parse::<u64>().ok().filter(|_| is_hash) else {
        return Ok(None);
    };
    let mut content = Vec::new();
    if *kind == "blob" && size <= FILE_MAX_BYTES {
        answer.take(size).read_to_end(&mut content)?;
        answer.read_exact(&mut [0])?;
        return Ok(Some(content));
    }
    io::copy(&mut answer.take(size + 1), &mut io::sink())?;
    Ok(None)
}

fn commit(directory: &Path, revision: &str) -> Result<Option<String>, Trouble> {
    let revision = format!("{revision}^{{commit}}");
    let asked = ["rev-parse", "--verify", "--quiet", &revision];
    match whole(directory, &asked) {
        Ok(answer) => Ok(Some(String::from_utf8_lossy(&answer).trim().to_owned())),
        // Quiet about what is not there, and about nothing else.
        Err(Trouble::Refused(words)) if words.is_empty() => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// Whether a file that is there lies in a repository that neither has it yet nor ignores it: the next commit of everything
/// would hold it. Not where git cannot tell.
pub fn would_be_committed(file: &Path) -> bool {
    let (Some(directory), Some(name)) = (file.parent(), file.file_name()) else {
        return false;
    };
    let name = format!(":(literal){}", name.to_string_lossy());
    let asked = [
        "ls-files",
        "--others",
        "--exclude-standard",
        "-z",
        "--",
        &name,
    ];
    whole(directory, &asked).is_ok_and(|answer| !answer.is_empty())
}

/// Whether there would be a repository to ask, if there were a program.
fn below_git(directory: &Path) -> bool {
    let mut above = directory.ancestors();
    above.any(|directory| directory.join(".git").exists())
}

fn whole(directory: &Path, asked: &[&str]) -> Result<Vec<u8>, Trouble> {
    ask(directory, asked, Vec::new(), all)
}

/// The whole answer.
fn all(answer: &mut BufReader<ChildStdout>) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    answer.take(ANSWER_MAX_BYTES + 1).read_to_end(&mut all)?;
    if all.len() as u64 > ANSWER_MAX_BYTES {
        Err(io::ErrorKind::FileTooLarge.into())
    } else {
        Ok(all)
    }
}

/// Asks one question: what `read` makes of the answer, once git ended well.
fn ask<T: Send>(
    directory: &Path,
    asked: &[&str],
    input: Vec<u8>,
    read: impl FnOnce(&mut BufReader<ChildStdout>) -> io::Result<T> + Send,
) -> Result<T, Trouble> {
    let mut child = command(directory, asked)
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Trouble::NoGit,
            _ => Trouble::Refused(error.to_string()),
        })?;
    let (Some(mut stdin), Some(stdout), Some(stderr)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(Trouble::Refused("its streams are closed".to_owned()));
    };
    let (done, waiting) = mpsc::channel();
    thread::scope(|scope| {
        // A git that ends early reads no further; what it said on the other streams tells why.
        scope.spawn(move || stdin.write_all(&input).ok());
        let words = scope.spawn(move || first_words(stderr));
        let answer = scope.spawn(move || {
            let answer = read(&mut BufReader::new(stdout));
            let _ = done.send(()); // nobody waits once the time is up
            answer
        });
        let in_time = waiting.recv_timeout(PATIENCE).is_ok();
        let ended = end(&mut child, in_time);
        let words = words.join().unwrap_or_default();
        let answer = answer.join().map_err(|_| Trouble::TooMuch)?;
        match (answer, ended) {
            _ if !in_time => Err(Trouble::TooSlow),
            (Err(error), _) if error.kind() == io::ErrorKind::FileTooLarge => Err(Trouble::TooMuch),
            (Ok(answer), Ok(status)) if status.success() => Ok(answer),
            _ => Err(trouble(&words)),
        }
    })
}

fn end(child: &mut Child, in_time: bool) -> io::Result<ExitStatus> {
    if !in_time {
        child.kill()?;
    }
    child.wait()
}

fn command(directory: &Path, asked: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("--no-pager").current_dir(directory);
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command.args(asked);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("GIT_") && !KEPT.iter().any(|kept| name.starts_with(kept)) {
            command.env_remove(name);
        }
    }
    command
        .env("LC_ALL", "C")
        .env("LANGUAGE", "")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_ALLOW_PROTOCOL", "none")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn first_words(mut stream: impl Read) -> String {
    let mut words = Vec::new();
    let kept = stream
        .by_ref()
        .take(WORDS_MAX_BYTES)
        .read_to_end(&mut words);
    // The rest is let go by, so that git never waits for somebody to read it.
    let _ = kept.and_then(|_| io::copy(&mut stream, &mut io::sink()));
    String::from_utf8_lossy(&words).into_owned()
}

fn trouble(words: &str) -> Trouble {
    if words.contains("not a git repository") || words.contains("must be run in a work tree") {
        return Trouble::NoRepository;
    }
    if words.contains("dubious ownership") {
        return Trouble::Untrusted;
    }
    let first = words.lines().next().unwrap_or_default();
    let first = first.trim_start_matches("fatal: ");
    Trouble::Refused(first.chars().filter(|c| !c.is_control()).collect())
}
