//! `gradus open`: a site without any code that it serves.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use gradus::sealed::seal::{Folder, IdentityFile, SealedSiteReader, Trust};

use super::hosted::host;
use crate::program::Program;

/// The example's site with keys of some of its readers, and no tree around them.
pub fn example() -> Program {
    static BUILT: LazyLock<Program> = LazyLock::new(|| {
        let here = Program::new();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("example-org");
        let is_own =
            |path: &Path| path.starts_with("public") || path.starts_with(".gradus/ledger.json");
        copy(&from, &here.path("org"), is_own);
        here.run(&["-q", "build", "org", "-o", "site"]).exits(0);
        here
    });
    let here = Program::new();
    copy(&BUILT.path("site"), &here.path("site"), |_| false);
    copy(&BUILT.path("org/demo-keys"), &here.path("keys"), |_| false);
    here
}

fn copy(from: &Path, to: &Path, is_left_out: impl Fn(&Path) -> bool) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap) {
        let path = entry.path().strip_prefix(from).unwrap();
        if is_left_out(path) {
            continue;
        }
        if entry.file_type().is_dir() {
            fs::create_dir_all(to.join(path)).unwrap()
        } else {
            fs::copy(entry.path(), to.join(path)).unwrap();
        }
    }
}

fn pages(folder: &Path) -> Vec<(String, String)> {
    let entries = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap);
    let html = entries.filter(|entry| {
        entry
            .path()
            .extension()
            .is_some_and(|ending| ending == "html")
    });
    html.map(|entry| {
        let path = entry
            .path()
            .strip_prefix(folder)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        (path, fs::read_to_string(entry.path()).unwrap())
    })
    .collect()
}

#[test]
fn a_reader_gets_plain_pages_of_what_they_may_read_and_of_nothing_else() {
    let here = example();
    for (who, talent) in [("ada", false), ("grace", true)] {
        let key = format!("keys/{who}.txt");
        here.run(&["-i", &key, "open", "site", "-o", who])
            .exits(0)
            .says("wrote");
        let pages = pages(&here.path(who));
        assert!(
            pages
                .iter()
                .any(|(path, html)| path == "pages/people/ada.html" && html.contains("Ada Okafor"))
        );
        assert_eq!(
            pages.iter().any(|(path, _)| path.ends_with("/talent.html")),
            talent,
            "{who}"
        );
        let list = &pages
            .iter()
            .find(|(path, _)| path == "index.html")
            .unwrap()
            .1;
        assert!(
            pages
                .iter()
                .all(|(path, _)| path == "index.html" || list.contains(path.as_str()))
        );
    }
}

#[test]
fn pages_run_nothing_and_every_link_within_them_leads_somewhere() {
    let here = example();
    here.run(&["-i", "keys/grace.txt", "open", "site", "-o", "out"])
        .exits(0);
    let out = here.path("out");
    for (path, html) in pages(&out) {
        assert!(
            html.contains("default-src 'none'") && !html.contains("<script"),
            "{path}"
        );
        let folder = out.join(&path).parent().unwrap().to_owned();
        for attribute in html
            .split(" href=\"")
            .skip(1)
            .chain(html.split(" src=\"").skip(1))
        {
            let target = attribute.split('"').next().unwrap();
            let target = target.split('#').next().unwrap();
            if !target.is_empty() && !target.contains(':') {
                assert!(folder.join(target).exists(), "{path}: {target}");
            }
        }
    }
}

#[test]
fn only_the_reader_can_enter_the_folder_which_must_be_new_or_empty() {
    let here = example();
    here.run(&["-i", "keys/ada.txt", "open", "site", "-o", "out"])
        .exits(0);
    for entry in walkdir::WalkDir::new(here.path("out")) {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(
            mode,
            if entry.file_type().is_dir() {
                0o700
            } else {
                0o600
            },
            "{entry:?}"
        );
    }
    here.run(&["-i", "keys/ada.txt", "open", "site", "-o", "out"])
        .exits(3)
        .says("`")
        .says("is not empty");
}

#[test]
fn a_folder_that_was_there_stays_as_open_as_it_was_until_pages_are_in_it() {
    let here = example();
    fs::create_dir(here.path("out")).unwrap();
    let mode = || {
        let found = fs::metadata(here.path("out")).unwrap();
        found.permissions().mode() & 0o777
    };
    fs::set_permissions(here.path("out"), fs::Permissions::from_mode(0o755)).unwrap();
    for refused in ["keys/none.txt", "keys/.."] {
        here.run(&["-i", refused, "open", "site", "-o", "out"])
            .exits(3);
        assert_eq!(mode(), 0o755);
    }
    here.run(&["-i", "keys/ada.txt", "open", "site", "-o", "out"])
        .exits(0);
    assert_eq!(mode(), 0o700);
}

#[test]
fn a_site_of_another_signer_than_the_identity_pins_shows_nothing() {
    let here = example();
    let pinned = here.read("keys/ada.txt");
    let signer = pinned
        .lines()
        .find(|line| line.contains("signer:"))
        .unwrap();
    let other = "# signer: ed25519:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE";
    here.write("other.txt", &pinned.replace(signer, other));
    here.run(&["-i", "other.txt", "open", "site", "-o", "out"])
        .exits(1)
        .says("not what the site's owner signed");
    assert!(!here.path("out").exists());
    here.write("bare.txt", &pinned.replace(signer, ""));
    here.run(&["-i", "bare.txt", "open", "site", "-o", "out"])
        .exits(0)
        .says("the site's own word was taken");
}

#[test]
fn nobody_is_talked_out_of_the_signer_that_their_identity_pins() {
    let here = example();
    here.run(&["init", "other"]).exits(0);
    let other = here.read("other/gradus.toml");
    let other = other
        .split('"')
        .find(|word| word.starts_with("ed25519:"))
        .unwrap();
    let with = |signer: &str, out: &str| {
        here.run(&[
            "-i",
            "keys/ada.txt",
            "open",
            "site",
            "-o",
            out,
            "--signer",
            signer,
        ])
    };
    let pinned = here.read("keys/ada.txt");
    let signer = pinned
        .lines()
        .find_map(|line| line.strip_prefix("# signer: "))
        .unwrap();
    with(other, "out")
        .exits(4)
        .says(&format!("pins the signer `{signer}`"))
        .says(&format!("`--signer` names `{other}`"))
        .says("gradus keys pin");
    assert!(!here.path("out").exists());
    with(signer, "out").exits(0);
    let bare: Vec<&str> = pinned
        .lines()
        .filter(|line| !line.contains("signer:"))
        .collect();
    here.write("bare.txt", &bare.join("\n"));
    let bare = ["-i", "bare.txt", "open", "site", "-o", "bare", "--signer"];
    here.run(&[&bare[..], &[other]].concat())
        .exits(1)
        .says("not what the site's owner signed");
    here.run(&[&bare[..], &[signer]].concat()).exits(0);
    here.run(&[
        "-i",
        "keys/ada.txt",
        "open",
        "site",
        "-o",
        "x",
        "--at-least",
        "99999999999",
    ])
    .exits(1)
    .says("is older than");
}

#[test]
fn the_organisation_around_says_nothing_of_a_site_that_is_anothers() {
    let here = example();
    here.run(&["init", "org"]).exits(0);
    here.run(&["-C", "org", "-q", "build"]).exits(0);
    here.run(&[
        "-C",
        "org",
        "-i",
        "../keys/ada.txt",
        "open",
        "../site",
        "-o",
        "../out",
    ])
    .exits(0);
    here.run(&["-C", "org", "verify", "../site"])
        .exits(1)
        .prints("was expected");
}

#[test]
fn what_is_not_as_signed_is_left_out_and_said_to_be() {
    let here = example();
    here.run(&["-i", "keys/ada.txt", "open", "site", "-o", "whole"])
        .exits(0);
    let whole = pages(&here.path("whole")).len();
    let files = files_of(&here, "keys/ada.txt");
    assert!(files.len() > 5, "{files:?}");
    for (number, file) in files.iter().enumerate() {
        let path = here.path("site").join(file);
        let bytes = fs::read(&path).unwrap();
        let mut changed = bytes.clone();
        changed[bytes.len() / 2] ^= 1;
        fs::write(&path, changed).unwrap();
        let out = format!("out-{number}");
        here.run(&["-i", "keys/ada.txt", "open", "site", "-o", &out])
            .exits(1)
            .says("not shown");
        assert!(
            here.read(&format!("{out}/index.html"))
                .contains("Not shown")
        );
        assert!(pages(&here.path(&out)).len() <= whole);
        fs::write(&path, bytes).unwrap();
    }
}

/// The files of all sections that an identity opens.
fn files_of(here: &Program, key: &str) -> Vec<String> {
    let folder = Folder(here.path("site"));
    let site = SealedSiteReader::new(&folder, &Trust::default(), &[]).unwrap();
    let identity = IdentityFile::parse(&here.read(key))
        .unwrap()
        .identities
        .remove(0);
    let portfolio = site.unlock(&identity).unwrap();
    let sections = portfolio.keyring().sections.iter();
    sections.map(|section| section.file.clone()).collect()
}

#[test]
fn a_key_that_opens_nothing_or_is_none_exits_with_4() {
    let here = example();
    here.run(&["keys", "new", "eve", "-o", "eve.txt"]).exits(0);
    here.run(&["-i", "eve.txt", "open", "site", "-o", "out"])
        .exits(4)
        .says("this key opens nothing here");
    here.write("none.txt", "hello\n");
    here.run(&["-i", "none.txt", "open", "site", "-o", "out"])
        .exits(4)
        .says("holds no identity");
    here.run(&["open", "site", "-o", "out"])
        .exits(2)
        .says("no identity");
    here.run(&[
        "-i",
        "eve.txt",
        "-i",
        "keys/ada.txt",
        "open",
        "site",
        "-o",
        "out",
    ])
    .exits(0);
}

#[test]
fn a_login_opens_with_its_passphrase_alone() {
    let here = example();
    let readme = include_str!("../../example-org/demo-keys/README.md");
    let phrase = readme
        .split('`')
        .find(|word| word.matches('-').count() == 6)
        .expect("the demo passphrase");
    here.write("right", &format!("{phrase}\n"));
    here.write("wrong", "correct-horse\n");
    let with = |file: &str, login: &str, out: &str| {
        let input = fs::File::open(here.path(file)).unwrap();
        here.start(
            &["open", "site", "--login", login, "-o", out],
            &[],
            input.into(),
        )
    };
    with("right", "Ada@Meridian.example", "out")
        .exits(0)
        .says("wrote");
    with("wrong", "ada@meridian.example", "out2")
        .exits(4)
        .says("does not open");
    with("right", "nobody@meridian.example", "out3")
        .exits(4)
        .says("no such login");
    here.run(&[
        "-i",
        "keys/ada.txt",
        "open",
        "site",
        "--login",
        "ada@meridian.example",
        "-o",
        "x",
    ])
    .exits(2);
}

/// The preview, which ends with the test.
struct Shown {
    child: Child,
    host: String,
    token: String,
    /// Nobody may hang up on what it says.
    _said: Box<dyn Iterator<Item = String>>,
}

impl Drop for Shown {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn shown(here: &Program, site: &str) -> Shown {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gradus"))
        .args(["-i", "keys/ada.txt", "open", site, "--port", "0"])
        .current_dir(here.path(""))
        .env_clear()
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut lines = lines.map_while(Result::ok);
    let link = lines.find(|line| line.contains("http://")).unwrap();
    let (_, rest) = link.split_once("http://").unwrap();
    let (host, token) = rest.split_once("/?token=").unwrap();
    Shown {
        child,
        host: host.to_owned(),
        token: token.trim().to_owned(),
        _said: Box::new(lines),
    }
}

impl Shown {
    fn ask(&self, target: &str, more: &str) -> String {
        let (name, port) = self.host.rsplit_once(':').unwrap();
        assert!(name.ends_with(".localhost"), "{name}");
        let mut client = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        write!(
            client,
            "GET {target} HTTP/1.1\r\nHost: {}\r\n{more}\r\n",
            self.host
        )
        .unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

#[test]
fn the_preview_answers_the_browser_that_opened_the_link_alone() {
    let here = example();
    let address = host(&here.path("site"), |_| None);
    let shown = shown(&here, &address);
    for (target, more) in [
        ("/", ""),
        ("/pages/people/ada.html", ""),
        ("/?token=0", ""),
        ("/", "Origin: http://evil.example\r\n"),
    ] {
        let answer = shown.ask(target, more);
        assert!(
            answer.starts_with("HTTP/1.1 403") && !answer.contains("Ada"),
            "{answer}"
        );
    }
    let way_in = shown.ask(&format!("/?token={}", shown.token), "");
    assert!(way_in.starts_with("HTTP/1.1 200"), "{way_in}");
    assert!(!way_in.contains("Ada"), "{way_in}");
    let again = shown.ask(&format!("/?token={}", shown.token), "");
    assert!(again.starts_with("HTTP/1.1 403"), "{again}");
    let cookie = way_in
        .lines()
        .find_map(|line| line.strip_prefix("Set-Cookie: "))
        .unwrap();
    let cookie = format!("Cookie: {}\r\n", cookie.split(';').next().unwrap());
    let page = shown.ask("/pages/people/ada.html", &cookie);
    assert!(
        page.starts_with("HTTP/1.1 200") && page.contains("Ada Okafor"),
        "{page}"
    );
    assert!(page.contains("Content-Security-Policy: default-src 'none'"));
    assert!(
        shown
            .ask("/../../etc/passwd", &cookie)
            .starts_with("HTTP/1.1 40")
    );
    let pid = shown.child.id().to_string();
    let told = Command::new("kill").args(["-INT", &pid]).status();
    assert!(told.unwrap().success());
    let mut shown = shown;
    assert_eq!(shown.child.wait().unwrap().code(), Some(0));
}
