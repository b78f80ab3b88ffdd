//! What may stand where gradus keeps its own files, or reads a key: pipes, devices, links.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use super::verifying::built;
use crate::program::{Program, Ran};

/// Far longer than any of these runs takes.
const SECONDS_MAX: &str = "60";

/// Address space, in KiB: 1 GiB.
const MEMORY_KIB: u32 = 1024 * 1024;

fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}

/// Runs the program in bounds of time and memory, so that a test fails where it would wait or swell for ever.
fn bounded(here: &Program, args: &[&str]) -> Ran {
    let script = format!("ulimit -v {MEMORY_KIB}; exec timeout {SECONDS_MAX} \"$@\"");
    here.run_in(&["sh", "-c", &script, "sh"], args)
}

/// Runs the program as one who may not do everything: permissions hold for the superuser too.
fn unprivileged(here: &Program, args: &[&str]) -> Ran {
    if rustix::process::geteuid().is_root() {
        here.run_in(
            &["setpriv", "--bounding-set=-dac_override,-dac_read_search"],
            args,
        )
    } else {
        here.run(args)
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn stages(here: &Program) -> usize {
    let entries = fs::read_dir(here.path("org")).unwrap().flatten();
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    names
        .filter(|name| name.starts_with(".gradus-stage-"))
        .count()
}

#[test]
fn what_a_killed_build_left_is_removed_even_where_it_forbids_that() {
    let here = built();
    let left = "org/.gradus-stage-left";
    here.write(
        &format!("{left}/marker"),
        "a build of gradus; removed by the next one\n",
    );
    here.write(&format!("{left}/site/docs/mine.txt"), "mine");
    set_mode(&here.path(left).join("site/docs"), 0o555);
    unprivileged(&here, &["-C", "org", "build"]).exits(0);
    assert_eq!(stages(&here), 0);
}

#[test]
fn a_source_that_may_not_be_read_is_the_environments_fault() {
    let here = built();
    set_mode(&here.path("org/people/sam/person.toml"), 0o000);
    for command in ["check", "build", "status"] {
        unprivileged(&here, &["-C", "org", command])
            .exits(3)
            .says("could not read `people/sam/person.toml`")
            .says("not every file of the tree could be read");
    }
}

#[test]
fn two_organisations_that_build_into_one_folder_are_told_of_each_other() {
    let here = built();
    let busy = fs::File::open(here.path("org/public")).unwrap();
    busy.lock().unwrap();
    here.run(&["-C", "org", "build"])
        .exits(3)
        .says("another build is running")
        .says("org/public` is locked");
    drop(busy);
    here.run(&["-C", "org", "build"]).exits(0);
}

#[test]
fn a_device_or_pipe_as_the_site_key_is_refused_in_words() {
    let here = built();
    let toml = here.read("org/gradus.toml");
    for device in ["/dev/zero", "/dev/full", "../pipe"] {
        let _ = fs::remove_file(here.path("pipe"));
        pipe(&here.path("pipe"));
        let with = toml.replace("[seal]\n", &format!("[seal]\nkey_file = \"{device}\"\n"));
        assert_ne!(with, toml);
        here.write("org/gradus.toml", &with);
        let around = ["--outside", "/dev", "--outside", ".."];
        bounded(&here, &[&["-C", "org", "build"], &around[..]].concat())
            .exits(3)
            .says("could not read")
            .says("which is never opened");
        bounded(&here, &[&["-C", "org", "access"], &around[..]].concat()).exits(0);
    }
}

#[test]
fn whatever_stands_where_gradus_keeps_its_own_files_stops_a_build_in_words() {
    for name in ["lock", "site.key", "ledger.json"] {
        for (what, words) in [
            ("pipe", "it is a pipe"),
            ("zero", "it is a"),
            ("folder", "it is a folder"),
            ("huge", "bytes"),
        ] {
            let here = built();
            let path = here.path(&format!("org/.gradus/{name}"));
            fs::remove_file(&path).unwrap();
            match what {
                "pipe" => pipe(&path),
                "zero" => symlink("/dev/zero", &path).unwrap(),
                "folder" => fs::create_dir(&path).unwrap(),
                _ if name == "lock" => continue, // which is never read
                _ => fs::File::create(&path).unwrap().set_len(1 << 40).unwrap(),
            }
            let code = match (what, name) {
                ("huge", "site.key") => 4,
                ("huge", _) => 1,
                _ => 3,
            };
            let around = ["--outside", "/dev", "--outside", ".."];
            bounded(&here, &[&["-C", "org", "build"], &around[..]].concat())
                .exits(code)
                .says(&format!("org/.gradus/{name}`"))
                .says(words);
            bounded(&here, &["-C", "org", "verify", "public"]);
        }
    }
}

#[test]
fn no_link_in_the_place_of_gradus_own_files_leads_out_of_the_tree() {
    for name in ["lock", "ledger.json"] {
        let here = built();
        let path = here.path(&format!("org/.gradus/{name}"));
        fs::remove_file(&path).unwrap();
        symlink(here.path("outside"), &path).unwrap();
        here.run(&["-C", "org", "build"])
            .exits(3)
            .says("it is a symbolic link")
            .says("take it away");
        assert!(!here.path("outside").exists());
        fs::remove_file(&path).unwrap();
        here.run(&["-C", "org", "build"]).exits(0);
    }
    let here = built();
    fs::rename(here.path("org/.gradus"), here.path("elsewhere")).unwrap();
    let before = fs::read(here.path("elsewhere/ledger.json")).unwrap();
    symlink("../elsewhere", here.path("org/.gradus")).unwrap();
    here.run(&["-C", "org", "build"])
        .exits(3)
        .says("org/.gradus`")
        .says("it is a symbolic link");
    assert_eq!(
        fs::read(here.path("elsewhere/ledger.json")).unwrap(),
        before
    );
    fs::create_dir(here.path("empty")).unwrap();
    fs::remove_file(here.path("org/.gradus")).unwrap();
    symlink("../empty", here.path("org/.gradus")).unwrap();
    let toml = here.read("org/gradus.toml");
    let unsigned: Vec<&str> = toml
        .lines()
        .filter(|line| !line.starts_with("signer"))
        .collect();
    here.write("org/gradus.toml", &unsigned.join("\n"));
    here.run(&["-C", "org", "keys", "site"])
        .exits(3)
        .says("is a symbolic link");
    assert_eq!(fs::read_dir(here.path("empty")).unwrap().count(), 0);
}

#[test]
fn what_an_earlier_build_left_half_written_stops_no_other() {
    let here = built();
    fs::create_dir(here.path("org/.gradus/.gradus-ledger")).unwrap();
    here.write("org/.gradus/.gradus-ledger0", "half");
    here.run(&["-C", "org", "build"]).exits(0);
    assert!(!here.path("org/.gradus/.gradus-ledger0").exists());
    let ledger = fs::metadata(here.path("org/.gradus/ledger.json")).unwrap();
    assert_eq!(ledger.permissions().mode() & 0o777, 0o600);
}

#[test]
fn what_no_site_can_hold_is_named_before_anything_is_written() {
    let here = built();
    let before = here.read("org/public/site.json");
    pipe(&here.path("org/public/pipe"));
    here.run(&["-C", "org", "build"])
        .exits(3)
        .says("org/public` holds a file that gradus did not sign")
        .says("`pipe`")
        .says("`static/`");
    let _socket = std::os::unix::net::UnixListener::bind(here.path("org/public/talk")).unwrap();
    fs::remove_file(here.path("org/public/pipe")).unwrap();
    here.run(&["-C", "org", "build"]).exits(3).says("`talk`");
    assert_eq!(here.read("org/public/site.json"), before);
}

/// A pipe that holds a text, and ends.
fn piped(text: &str) -> Stdio {
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(text.as_bytes()).unwrap();
    reader.into()
}

#[test]
fn an_identity_comes_from_a_pipe_as_from_a_file_and_has_a_bound() {
    let here = built();
    let open = [
        "-C",
        "org",
        "-i",
        "/dev/stdin",
        "open",
        "public",
        "-o",
        "../pages",
    ];
    let identity = piped(&here.read("org/sam.txt"));
    here.start(&open, &[], identity).exits(0);
    assert!(here.path("pages/index.html").exists());
    for endless in ["/dev/zero", "huge"] {
        fs::File::create(here.path("huge"))
            .unwrap()
            .set_len(1 << 40)
            .unwrap();
        let named = if endless == "huge" {
            "../huge"
        } else {
            endless
        };
        bounded(
            &here,
            &["-C", "org", "-i", named, "open", "public", "-o", "../more"],
        )
        .exits(4)
        .says("bytes");
    }
    here.run(&["-C", "org", "-i", ".", "open", "public", "-o", "../more"])
        .exits(3)
        .says("it is a folder");
    let key = here.read("org/.gradus/site.key");
    fs::remove_file(here.path("org/.gradus/site.key")).unwrap();
    let named = [("GRADUS_SITE_KEY_FILE", "/dev/stdin")];
    here.start(&["-C", "org", "build"], &named, piped(&key))
        .exits(0);
}

#[test]
fn a_secret_that_others_can_read_is_told_with_what_closes_it() {
    let here = built();
    let open_to = |path: &str, mode| {
        fs::set_permissions(here.path(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    let quiet = here.run(&["-C", "org", "build"]).exits(0);
    assert!(!quiet.stderr().contains("chmod"), "{}", quiet.stderr());
    open_to("org/.gradus/site.key", 0o640);
    here.run(&["-C", "org", "build"])
        .exits(0)
        .says("site.key`: `chmod 600 ");
    open_to("org/sam.txt", 0o604);
    here.run(&["-i", "org/sam.txt", "open", "org/public", "-o", "pages"])
        .exits(0)
        .says("sam.txt`: `chmod 600 ");
    here.run(&["-C", "org", "-i", "sam.txt", "check"])
        .exits(0)
        .says("sam.txt`: `chmod 600 ");
}

#[test]
fn a_name_that_is_not_utf_8_is_an_error_of_its_own() {
    let here = built();
    let key = here.read("org/.gradus/site.key");
    let public = here.path("org/public");
    fs::write(public.join(OsStr::from_bytes(b"key\xff.txt")), &key).unwrap();
    let folder = public.join(OsStr::from_bytes(b"a\xfe"));
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("notes.txt"), &key).unwrap();
    here.run(&["-C", "org", "verify", "public"])
        .exits(1)
        .prints("error[unnameable]: `key\\xFF.txt`")
        .prints("error[unnameable]: `a\\xFE/notes.txt`");
}

#[test]
fn what_the_folder_names_and_does_not_hand_out_is_an_error() {
    let here = built();
    here.write("org/public/a:b.txt", &here.read("org/.gradus/site.key"));
    let verify = ["-C", "org", "verify", "public", "--allow", "a:b.txt"];
    here.run(&verify)
        .exits(1)
        .prints("error[unreadable]: `a:b.txt`");
}

#[test]
fn a_file_beside_the_site_that_may_not_be_read_is_an_error() {
    let here = built();
    here.write("org/public/notes.txt", &here.read("org/.gradus/site.key"));
    set_mode(&here.path("org/public/notes.txt"), 0o000);
    unprivileged(&here, &["-C", "org", "verify", "public"])
        .exits(1)
        .prints("error[unreadable]: `notes.txt`");
}

#[test]
fn a_lock_that_may_not_be_read_is_the_environments_fault_and_is_not_written_anew() {
    let here = built();
    let lock = here.path("org/access.lock");
    let before = here.read("org/access.lock");
    set_mode(&lock, 0o000);
    for run in [
        &["-C", "org", "build"][..],
        &["-C", "org", "access", "--accept"],
        &["-C", "org", "access", "--diff"],
    ] {
        let ran = unprivileged(&here, run)
            .exits(3)
            .says("could not read `access.lock`")
            .says("ermission denied");
        assert!(!ran.stderr().contains("--accept"), "{}", ran.stderr());
    }
    set_mode(&lock, 0o600);
    assert_eq!(here.read("org/access.lock"), before);
}

/// Builds after the usual folder was replaced by a link.
fn built_through(here: &Program, to: &str) -> Ran {
    let public = here.path("org/public");
    let _ = fs::remove_file(&public);
    symlink(to, &public).unwrap();
    here.run(&["-C", "org", "build"])
}

#[test]
fn a_link_in_the_place_of_the_usual_folder_leads_no_site_out_of_the_organisation() {
    let here = built();
    fs::remove_dir_all(here.path("org/public")).unwrap();
    fs::create_dir(here.path("outside")).unwrap();
    for to in ["../outside", "../outside/new", "../nowhere"] {
        built_through(&here, to)
            .exits(3)
            .says("`public` is a symbolic link")
            .says(to)
            .says("`-o");
    }
    assert_eq!(fs::read_dir(here.path("outside")).unwrap().count(), 0);
    assert!(!here.path("nowhere").exists());
    built_through(&here, "people")
        .exits(2)
        .says("is a folder of the tree itself");
    fs::create_dir(here.path("org/site")).unwrap();
    built_through(&here, "site").exits(0);
    built_through(&here, "../outside").exits(3);
    here.run(&["-C", "org", "build", "-o", "public"]).exits(0);
    assert!(here.path("outside/site.json").exists());
}

#[test]
fn a_name_of_others_that_is_not_utf_8_stops_a_build_with_what_to_do() {
    let here = built();
    let before = here.read("org/public/site.json");
    let name = OsStr::from_bytes(b"a\xff.txt");
    fs::write(here.path("org/public").join(name), "mine").unwrap();
    here.run(&["-C", "org", "build"])
        .exits(3)
        .says("`a\\xFF.txt`");
    assert_eq!(here.read("org/public/site.json"), before);
}
