//! `build --deploy`: what is written where, and in which order the scripts bring files to a host.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::program::Program;
use crate::shell::{Shell, files_below};

/// Copies what it is asked to, as `rsync` would, and notes each file that it copies.
const RSYNC: &str = r#"
for last; do :; done
delete=no; excluded=
while [ $# -gt 2 ]; do
  case "$1" in --exclude=*) excluded="$excluded ${1#--exclude=}";; --delete) delete=yes;; esac
  shift
done
from="$1"; to="${2#host:}"
if [ -f "$from" ]; then cp "$from" "$to"; echo "${from##*/}" >> "$NOTES"; exit; fi
if [ $delete = yes ]; then (cd "$to" && find . -type f | while read -r f; do [ -e "$from/$f" ] || { rm "$f"; echo "gone $f" >> "$NOTES"; }; done); fi
cd "$from" && find . -type f | sort | while read -r f; do
  case " $excluded " in *" ${f#.} "*) continue;; esac
  case "$f:$excluded" in ./portable/*:*" /portable"*) continue;; esac
  if cmp -s "$f" "$to/$f"; then continue; fi
  mkdir -p "$to/${f%/*}"; cp "$f" "$to/$f"; echo "${f#./}" >> "$NOTES"
done
"#;

/// The same for `aws s3 sync` and `aws s3 cp`; notes what each file may be kept for.
const AWS: &str = r#"
test "$1" = s3; what="$2"; from="$3"; to="$BUCKET${4#s3://growth}"
shift 4; cache=none; delete=no; excluded=
while [ $# -gt 0 ]; do
  case "$1" in
    --cache-control) cache="$2"; shift;;
    --exclude) excluded="$excluded $2"; shift;;
    --recursive) what=all;;
    --delete) delete=yes;;
    --only-show-errors|--size-only) ;;
    *) echo "unknown $1" >&2; exit 2;;
  esac
  shift
done
if [ "$what" = cp ]; then cp "$from" "$to"; echo "${from##*/} $cache" >> "$NOTES"; exit; fi
mkdir -p "$to"
if [ $delete = yes ]; then (cd "$to" && find . -type f | while read -r f; do [ -e "$from/$f" ] || { rm "$f"; echo "gone $f" >> "$NOTES"; }; done); fi
cd "$from" && find . -type f | sort | while read -r f; do
  f="${f#./}"
  case " $excluded " in *" $f "*) continue;; esac
  case "$f:$excluded" in assets/*:*"assets/*"*|portable/*:*"portable/*"*) continue;; esac
  if [ $what = sync ] && [ -e "$to/$f" ]; then continue; fi
  mkdir -p "$(dirname "$to/$f")"; cp "$f" "$to/$f"; f="$to/$f"; echo "${f#"$BUCKET"/} $cache" >> "$NOTES"
done
"#;

/// An organisation that was built with what a host needs, and a folder that plays the host.
fn deployed(host: &str) -> Shell {
    let mut shell = Shell::new();
    shell.does(".", &["gradus init org", "mkdir host"]);
    let build = format!("gradus build --portable --deploy {host}");
    shell.does("org", &[&build]);
    shell.set("NOTES", shell.path("notes").display().to_string());
    shell.set("BUCKET", shell.path("host").display().to_string());
    shell.stand_in("rsync", RSYNC);
    shell.stand_in("aws", AWS);
    shell.write("host/sealed/of-an-older-build.age", "");
    shell
}

/// What came there in which order, by the notes of a stand-in.
fn notes(shell: &Shell) -> Vec<String> {
    shell.read("notes").lines().map(str::to_owned).collect()
}

/// What was built, without what only opens the folder from disk.
fn for_a_host(shell: &Shell) -> Vec<String> {
    let mut built = files_below(&shell.path("org/public"));
    built.retain(|path| !path.starts_with("portable/"));
    built
}

fn assert_vouching_comes_last(notes: &[String]) {
    let names = notes
        .iter()
        .map(|note| note.split(' ').next().unwrap_or(""));
    let names: Vec<&str> = names.collect();
    let place = |name: &str| {
        let places = names.iter().filter(|known| **known == name);
        assert_eq!(places.count(), 1, "{name} comes once: {names:?}");
        names.iter().position(|known| *known == name).expect(name)
    };
    let last = ["index.html", "site.json", "site.sig", "gone"].map(place);
    let first = names.len() - last.len();
    assert_eq!(last.to_vec(), (first..names.len()).collect::<Vec<_>>());
    assert!(
        names[..first]
            .iter()
            .any(|name| name.starts_with("sealed/"))
    );
    assert!(
        names[..first]
            .iter()
            .any(|name| name.starts_with("assets/"))
    );
}

#[test]
fn an_upload_by_rsync_brings_what_vouches_for_the_others_after_them() {
    let shell = deployed("nginx");
    let target = shell.path("host").display().to_string();
    shell.does("org", &[&format!("deploy/upload.sh host:{target}")]);
    assert_vouching_comes_last(&notes(&shell));
    assert_eq!(files_below(&shell.path("host")), for_a_host(&shell));
}

#[test]
fn an_upload_to_s3_does_too_and_says_how_long_files_are_kept() {
    let shell = deployed("s3");
    shell.does("org", &["deploy/s3.sh s3://growth"]);
    assert_vouching_comes_last(&notes(&shell));
    for note in notes(&shell)
        .iter()
        .filter(|note| !note.starts_with("gone"))
    {
        let (path, cache) = note.split_once(' ').expect("a path and its rule");
        let expected = match path.starts_with("assets/") {
            true => "public, max-age=31536000, immutable",
            false => "no-cache",
        };
        assert_eq!(cache, expected, "{path}");
    }
    assert_eq!(files_below(&shell.path("host")), for_a_host(&shell));
}

#[test]
fn a_script_that_is_not_told_where_to_uploads_nothing() {
    for (host, script) in [("caddy", "deploy/upload.sh"), ("s3", "deploy/s3.sh")] {
        let shell = deployed(host);
        let ran = shell.run("org", &[script.to_owned()]);
        assert!(!ran.status.success());
        assert!(crate::shell::said(&ran).contains("say where to"));
        assert!(!shell.path("notes").exists());
    }
}

#[test]
fn what_a_host_needs_lies_beside_the_site_and_never_in_it() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    for (host, files) in [
        ("nginx", &["nginx.conf", "upload.sh"][..]),
        ("caddy", &["Caddyfile", "upload.sh"]),
        ("s3", &["cloudfront.json", "s3.sh"]),
        ("gitlab", &["gitlab-ci.yml"]),
        ("github", &["github.yml"]),
    ] {
        here.run(&["-C", "org", "build", "--deploy", host]).exits(0);
        assert_eq!(files_below(&here.path("org/deploy")), files, "{host}");
        for file in files {
            let path = here.path(&format!("org/deploy/{file}"));
            let mode = fs::metadata(&path).expect(file).permissions().mode();
            assert_eq!(mode & 0o111 != 0, file.ends_with(".sh"), "{file}");
        }
        here.run(&["-C", "org", "check", "--deny-warnings"]); // `deploy` is none of the tree's folders
        fs::remove_dir_all(here.path("org/deploy")).expect("a folder");
    }
    let names = files_below(&here.path("org/public"));
    assert!(
        !names
            .iter()
            .any(|name| name.ends_with(".sh") || name.ends_with(".conf"))
    );
    for out in ["org/deploy", "org/deploy/site", "org/deploy/../deploy"] {
        here.run(&["build", "org", "-o", out, "--deploy", "nginx"])
            .exits(2)
            .says("is where `--deploy` writes");
    }
}

#[test]
fn a_configuration_that_somebody_has_changed_is_not_overwritten() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    let build = ["-C", "org", "build", "--deploy", "nginx"];
    here.run(&build)
        .exits(0)
        .says("wrote ")
        .says("include `deploy/nginx.conf`");
    here.run(&build).exits(0);
    let site = here.read("org/public/site.json");
    let mine = format!("# mine\n{}", here.read("org/deploy/nginx.conf"));
    here.write("org/deploy/nginx.conf", &mine);
    here.run(&build)
        .exits(3)
        .says("is not as this program would write it")
        .says("nothing was built");
    assert_eq!(here.read("org/deploy/nginx.conf"), mine);
    assert_eq!(here.read("org/public/site.json"), site);
}

#[test]
fn an_address_that_would_mean_something_else_in_a_configuration_is_refused() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    let settings = here.read("org/gradus.toml");
    let address = "https://growth.example/?a=b";
    here.write(
        "org/gradus.toml",
        &format!("base_url = \"{address}\"\n{settings}"),
    );
    here.run(&["-C", "org", "build", "--deploy", "nginx"])
        .exits(2)
        .says("which is no address of a site");
    let folder = "a$b";
    here.write("org/gradus.toml", &settings);
    here.run(&["-C", "org", "build", "-o", folder, "--deploy", "caddy"])
        .exits(2)
        .says("cannot be written into a configuration");
}
