//! What the program knows is written where it was asked for, and nowhere else: no temporary file, cache, core dump or
//! message holds a name, a text or a key.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gradus::domain::model::Identity;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use super::strace::Traced;
use crate::cases::cases;
use crate::program::Program;

/// Stands in every text of the tree that is not public.
const SENTENCE: &str = "the quiet heron crossed seven rivers at dawn";
const NAME: &str = "Quintessa Featherstonehaugh";

/// Programs look for these to know where their files go.
const HOMES: [&str; 6] = [
    "HOME",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
    "XDG_RUNTIME_DIR",
];

/// Calls by which a file comes to be or changes.
const WRITES: &str = "open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mknod,mknodat,bind,memfd_create,execve";

/// An organisation full of canaries, with homes that nobody has used.
struct Place {
    here: Program,
    homes: Vec<(&'static str, PathBuf)>,
}

impl Place {
    fn new() -> Self {
        let here = Program::new();
        here.run(&["init", "org"]).exits(0);
        let person = here
            .read("org/people/sam/person.toml")
            .replace("Sam Engineer", NAME);
        here.write("org/people/sam/person.toml", &person);
        here.write(
            "org/people/sam/checkins.md",
            &format!("## 2026-01-02 Talk\n\n{SENTENCE}\n"),
        );
        here.write(
            "org/management/notes/sam.md",
            &format!("## 2026-01-02\n\n{SENTENCE}, privately\n"),
        );
        here.run(&["-C", "org", "keys", "new", "sam", "-o", "sam.txt"])
            .exits(0);
        here.run(&["-C", "org", "access", "--accept"]).exits(0);
        let homes: Vec<_> = HOMES
            .iter()
            .map(|name| (*name, here.path(&format!("homes/{name}"))))
            .collect();
        for (_, home) in &homes {
            fs::create_dir_all(home).unwrap();
        }
        Self { here, homes }
    }

    /// Every secret that must not be in a file that was not asked for.
    fn secrets(&self) -> Vec<String> {
        let key = |file: &str| {
            let text = self.here.read(file);
            text.lines()
                .find(|line| line.contains("KEY-1"))
                .unwrap()
                .to_owned()
        };
        vec![
            SENTENCE.to_owned(),
            NAME.to_owned(),
            key("org/sam.txt"),
            key("org/.gradus/site.key"),
        ]
    }

    /// Runs a command under `strace`; gives the paths that it wrote to, absolute.
    fn written_by(&self, arguments: &[&str], exits: i32) -> BTreeSet<PathBuf> {
        let root = self.here.path("org");
        let traced = Traced {
            arguments,
            directory: &root,
            environment: &self.homes,
        };
        let (output, calls) = traced.calls(WRITES, &self.here.path("calls.log"));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(exits), "{arguments:?}: {said}");
        calls
            .iter()
            .filter_map(|call| written(call, &root))
            .collect()
    }

    /// No home holds anything, and no file outside of the tree's own holds a secret.
    fn is_clean(&self, what: &str) {
        for (name, home) in &self.homes {
            assert_eq!(
                fs::read_dir(home).unwrap().count(),
                0,
                "{what} left something in {name}"
            );
        }
        let secrets = self.secrets();
        for entry in walkdir::WalkDir::new(self.here.path(""))
            .into_iter()
            .flatten()
        {
            let path = entry.path().strip_prefix(self.here.path("")).unwrap();
            if !entry.file_type().is_file() || is_source(path) {
                continue;
            }
            let bytes = fs::read(entry.path()).unwrap();
            for secret in &secrets {
                let stands = bytes
                    .windows(secret.len())
                    .any(|window| window == secret.as_bytes());
                assert!(!stands, "{what}: {} holds `{secret}`", path.display());
            }
            let name = path.file_name().unwrap().to_string_lossy();
            assert!(!name.starts_with("core"), "{what}: {}", path.display());
        }
    }
}

/// Files that are meant to hold it.
fn is_source(path: &Path) -> bool {
    let own = [
        "org/people",
        "org/management",
        "org/sam.txt",
        "org/.gradus/site.key",
        "org/new.txt",
        "org/copy",
        "calls.log",
    ];
    own.iter().any(|own| path.starts_with(own))
}

/// The path that a call writes to, where it is one that writes and does not fail.
fn written(call: &str, root: &Path) -> Option<PathBuf> {
    let opens = call.contains(" open") || call.contains(" creat");
    let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TMPFILE"]
        .iter()
        .any(|flag| call.contains(flag));
    if (opens && !writes)
        || call.contains(" execve(")
        || call.contains(" = -1 ")
        || !call.contains('"')
    {
        assert!(!call.contains("memfd_create"), "{call}");
        return None;
    }
    let quoted: Vec<&str> = call.split('"').skip(1).step_by(2).collect();
    let target = quoted.last()?; // of two, the second is the new name
    let is_device = target.starts_with("/dev/") && !target.starts_with("/dev/shm/");
    (!is_device).then(|| root.join(target))
}

#[test]
fn commands_write_what_was_asked_for_and_nothing_else() {
    let place = Place::new();
    let root = place.here.path("org");
    // git writes nothing for us: there is no repository, and if there were, it is only asked.
    for (arguments, exits, allowed) in [
        (&["check"][..], 0, &[][..]),
        (&["build"], 0, &["public", ".gradus", ".gradus-stage-"]),
        (&["build"], 0, &["public", ".gradus", ".gradus-stage-"]),
        (&["build", "--dry-run"], 0, &[]),
        (&["access"], 0, &[]),
        (&["access", "sam", "--json"], 0, &[]),
        (&["status"], 0, &[]),
        (&["keys", "list"], 0, &[]),
        (&["verify", "public"], 0, &[]),
        (
            &["-i", "sam.txt", "open", "public", "-o", "copy"],
            0,
            &["copy"],
        ),
        (
            &["keys", "new", "alex", "-o", "new.txt"],
            0,
            &["new.txt", "people/alex"],
        ),
        (&["keys", "login", "alex"], 0, &["people/alex"]),
        (
            &["access", "--accept"],
            0,
            &["access.lock", ".gradus", ".tmp"],
        ),
        (
            &["seal", "people/sam/checkins.md", "--to", RECIPIENT],
            0,
            &["people/sam"],
        ),
        (&["build"], 4, &[]),
    ] {
        let written = place.written_by(arguments, exits);
        for path in &written {
            let inside = path
                .strip_prefix(&root)
                .unwrap_or(path)
                .to_string_lossy()
                .into_owned();
            assert!(
                allowed.iter().any(|allowed| inside.starts_with(allowed)),
                "{arguments:?} wrote {inside}"
            );
        }
        assert_eq!(
            written.is_empty(),
            allowed.is_empty(),
            "{arguments:?} wrote nothing"
        );
        place.is_clean(&arguments.join(" "));
    }
}

/// Somebody's; who that is does not matter here.
const RECIPIENT: &str = "age1vahmysj7rv7cu9hr8es0qpqxhwf9558ug9t6wc3uwhf5x3hwsv9szwgww4";

#[test]
fn previews_leave_nothing_behind_and_keep_nothing_on_the_disk_while_they_run() {
    let place = Place::new();
    place.here.run(&["-C", "org", "-q", "build"]).exits(0);
    for arguments in [
        &["serve", "--port", "0"][..],
        &["-i", "sam.txt", "open", "public", "--port", "0"],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gradus"))
            .args(arguments)
            .current_dir(place.here.path("org"))
            .env_clear()
            .envs(place.homes.iter().map(|(name, home)| (name, home)))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let link = lines
            .map_while(Result::ok)
            .find(|line| line.contains("http://"));
        assert!(link.is_some(), "{arguments:?}");
        let inside = walkdir::WalkDir::new(place.here.path("homes"))
            .into_iter()
            .flatten();
        let files: Vec<_> = inside.filter(|entry| entry.file_type().is_file()).collect();
        assert!(files.is_empty(), "{arguments:?}: {files:?}");
        let pid = child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &pid])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(child.wait().unwrap().code(), Some(0));
        place.is_clean(&arguments.join(" "));
    }
}

/// A program that is killed in the middle leaves no core dump.
#[test]
fn a_build_that_is_aborted_leaves_no_core_dump() {
    let place = Place::new();
    let script = format!(
        "ulimit -c unlimited; exec {} serve --port 0",
        env!("CARGO_BIN_EXE_gradus")
    );
    let mut child = Command::new("sh")
        .args(["-c", &script])
        .current_dir(place.here.path("org"))
        .env_clear()
        .envs(place.homes.iter().map(|(name, home)| (name, home)))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(
        lines
            .map_while(Result::ok)
            .any(|line| line.contains("http://"))
    );
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    assert!(
        Command::new("kill")
            .args(["-ABRT", &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    assert!(!child.wait().unwrap().success());
    let dumps = fs::read_dir(place.here.path("org")).unwrap().flatten();
    let dumps: Vec<_> = dumps
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("core"))
        .collect();
    assert!(dumps.is_empty(), "{dumps:?}");
}

/// What someone has in their clipboard, where it does not belong.
#[test]
fn no_message_shows_a_key_wherever_it_was_typed() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    here.run(&["-C", "org", "-q", "build"]).exits(0);
    let site_key = here.read("org/.gradus/site.key");
    let site_key = site_key
        .lines()
        .find(|line| line.starts_with("GRADUS"))
        .unwrap()
        .to_owned();
    let mut rng = StdRng::seed_from_u64(8);
    for round in 0..cases(300) {
        let identity = Identity::from_bytes(rng.r#gen()).to_text().to_string();
        let secret = match rng.gen_range(0..3) {
            0 => site_key.clone(),
            1 => identity.to_lowercase(),
            _ => identity,
        };
        let damaged = torn(damaged(&secret, &mut rng), &mut rng);
        let (arguments, file) = misplaced(&damaged, &mut rng);
        let kept = file.as_ref().map(|(path, text)| {
            let before = fs::read_to_string(here.path(path)).ok();
            here.write(path, text);
            (path.clone(), before)
        });
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ran = here.run(&words);
        let said = format!("{}{}", ran.stdout(), ran.stderr()).to_lowercase();
        let inner = damaged.to_lowercase();
        let inner = inner.rsplit("key-").next().unwrap();
        for window in inner.as_bytes().windows(8) {
            let window = std::str::from_utf8(window).unwrap();
            assert!(
                !said.contains(window),
                "{round}: {words:?} {file:?}:\n{said}"
            );
        }
        if let Some((path, before)) = kept {
            match before {
                Some(text) => here.write(&path, &text),
                None => fs::remove_file(here.path(&path)).unwrap(),
            }
        }
    }
}

/// As it was copied: whole, cut short, mistyped, or with something behind it.
fn damaged(secret: &str, rng: &mut StdRng) -> String {
    match rng.gen_range(0..4) {
        0 => secret[..secret.len() - rng.gen_range(1..9)].to_owned(),
        1 => format!("{secret}q"),
        2 => {
            let mut bytes = secret.as_bytes().to_vec();
            let at = rng.gen_range(30..bytes.len());
            bytes[at] = b'b';
            String::from_utf8(bytes).unwrap()
        }
        _ => secret.to_owned(),
    }
}

/// With all of its beginning, or as somebody has it who copied from the middle.
fn torn(key: String, rng: &mut StdRng) -> String {
    let at = key.to_lowercase().find("key-1").expect("all have that");
    match rng.gen_range(0..4) {
        0 => key[at + 4..].to_owned(),
        1 => key[at + 5..].to_owned(),
        2 => format!(" {}", &key[at - 1..]),
        _ => key,
    }
}

/// A command line with it in the wrong place, or a file.
fn misplaced(secret: &str, rng: &mut StdRng) -> (Vec<String>, Option<(String, String)>) {
    let lines: [&[&str]; 22] = [
        &["-i", "KEY", "check", "org"],
        &["-i", "KEY", "open", "org/public", "-o", "out"],
        &["-C", "KEY", "check"],
        &["-C", "org", "keys", "new", "KEY"],
        &["-C", "org", "keys", "new", "sam", "--signer", "KEY"],
        &["-C", "org", "keys", "login", "KEY"],
        &["-C", "org", "access", "KEY"],
        &["-C", "org", "seal", "KEY"],
        &["-C", "org", "seal", "people/sam/person.toml", "--to", "KEY"],
        &["-C", "org", "unseal", "KEY"],
        &["-C", "org", "verify", "KEY"],
        &["-C", "org", "verify", "public", "--signer", "KEY"],
        &["-C", "org", "verify", "public", "--at-least", "KEY"],
        &["open", "org/public", "--login", "KEY", "-o", "out"],
        &["open", "https://KEY"],
        &["verify", "https://KEY@127.0.0.1/"],
        &["build", "KEY"],
        &["KEY"],
        &["check", "org", "--format", "KEY"],
        &["-C", "org", "new", "person", "KEY"],
        &["serve", "org", "--as", "KEY", "--port", "0"],
        &["schema", "KEY"],
    ];
    let files = [
        (
            "org/people/sam/person.toml",
            "name = \"S\"\nstart = 2026-01-01\nkeys = [\"KEY\"]\n[[role]]\nfrom = 2026-01-01\n",
        ),
        ("org/people/sam/person.toml", "name = \"S\"\nKEY = 1\n"),
        (
            "org/gradus.toml",
            "name = \"O\"\n[seal]\nsigner = \"KEY\"\n",
        ),
        (
            "org/gradus.toml",
            "name = \"O\"\n[sources]\nrecipients = [\"KEY\"]\n",
        ),
        (
            "org/gradus.toml",
            "name = \"O\"\n[access]\nhr = [\"KEY\"]\n",
        ),
        ("org/gradus.toml", "KEY\n"),
        ("key.txt", "KEY\nKEY\n"),
        ("key.txt", "\"KEY\n"),
        ("org/.gradus/site.key", "KEY\nKEY\n"),
    ];
    if rng.gen_bool(0.6) {
        let line = lines.choose(rng).unwrap();
        return (
            line.iter()
                .map(|word| word.replace("KEY", secret))
                .collect(),
            None,
        );
    }
    let (path, text) = files.choose(rng).unwrap();
    let text = (path.to_string(), text.replace("KEY", secret));
    let formats = ["human", "json", "github", "gitlab"];
    let line = match *path {
        "key.txt" => vec!["-i", "key.txt", "open", "org/public", "-o", "out"],
        "org/.gradus/site.key" => vec!["-C", "org", "build"],
        _ if rng.gen_bool(0.3) => vec!["-C", "org", "build"],
        _ => vec!["check", "org", "--format", formats.choose(rng).unwrap()],
    };
    (line.into_iter().map(str::to_owned).collect(), Some(text))
}
