//! `gradus verify`, as people and scripts meet it.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::hosted::host;
use crate::program::Program;

/// An organisation that is built; its site is `org/public`.
pub fn built() -> Program {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    here.run(&["-C", "org", "keys", "new", "sam", "-o", "sam.txt"])
        .exits(0);
    here.run(&["-C", "org", "access", "--accept"]).exits(0);
    here.run(&["-C", "org", "-q", "build"]).exits(0);
    here
}

fn signer(here: &Program) -> String {
    let toml = here.read("org/gradus.toml");
    let line = toml
        .lines()
        .find(|line| line.starts_with("signer = "))
        .unwrap();
    line.split('"').nth(1).unwrap().to_owned()
}

fn any_in(here: &Program, folder: &str) -> String {
    let entry = fs::read_dir(here.path(&format!("org/public/{folder}")))
        .unwrap()
        .next()
        .unwrap();
    format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap())
}

#[test]
fn a_site_that_is_as_signed_passes_as_a_folder_and_at_an_address() {
    let here = built();
    here.run(&["-C", "org", "verify", "public"])
        .exits(0)
        .prints("as signed: ")
        .says("looked for");
    let address = host(&here.path("org/public"), |_| None);
    here.run(&["-C", "org", "verify", &address])
        .exits(0)
        .prints("as signed: ");
    here.run(&[
        "verify",
        &format!("{address}index.html#/abc"),
        "--signer",
        &signer(&here),
    ])
    .exits(0)
    .prints("as signed: ")
    .says("no organisation is at hand");
    here.run(&["-q", "-C", "org", "verify", "public", "--deny-warnings"])
        .exits(0);
}

#[test]
fn without_a_signer_it_is_said_that_only_the_sites_own_word_was_taken() {
    let here = built();
    here.run(&["verify", "org/public"])
        .exits(0)
        .prints("warning[signer-unknown]")
        .prints("consistent in itself");
    here.run(&["verify", "org/public", "--deny-warnings"])
        .exits(1);
    here.run(&["verify", "org/public", "--signer", "ed25519:no"])
        .exits(2)
        .says("is no signer");
    let other = "ed25519:siyJT-YkL-6pMQdohEnQjbbPEL7YQjsPVFse1gde4e4";
    here.run(&["verify", "org/public", "--signer", other])
        .exits(1)
        .prints("error[forged]")
        .prints("was expected");
}

#[test]
fn whatever_was_changed_is_named() {
    for (harm, code) in [
        ("sealed", "forged"),
        ("keyring", "forged"),
        ("assets", "forged"),
        ("index", "forged"),
        ("cut", "damaged"),
        ("gone", "damaged"),
        ("left", "unsigned"),
        ("page", "unsigned"),
        ("fifo", "damaged"),
    ] {
        let here = built();
        let folder = if ["sealed", "keyring", "assets", "index"].contains(&harm) {
            harm
        } else {
            "sealed"
        };
        let file = any_in(&here, folder);
        let path = here.path(&format!("org/public/{file}"));
        let mut bytes = fs::read(&path).unwrap();
        match harm {
            "cut" => fs::write(&path, &bytes[..bytes.len() / 2]).unwrap(),
            "gone" => fs::remove_file(&path).unwrap(),
            "left" => here.write(
                "org/public/sealed/0123456789abcdef01234567.age",
                "age-encryption.org/v1\n",
            ),
            "page" => here.write("org/public/evil.html", "<p>"),
            "fifo" => {
                fs::remove_file(&path).unwrap();
                let made = std::process::Command::new("mkfifo").arg(&path).status();
                assert!(made.unwrap().success());
            }
            _ => {
                let last = bytes.len() - 1;
                bytes[last] ^= 1;
                fs::write(&path, &bytes).unwrap();
            }
        }
        here.run(&["-C", "org", "verify", "public"])
            .exits(1)
            .prints(&format!("error[{code}]: "))
            .prints("not what its owner signed");
    }
}

#[test]
fn unsigned_files_are_errors_unless_they_are_allowed_and_are_looked_into_all_the_same() {
    let here = built();
    let verify = |allow: &[&str]| {
        let allow = allow.iter().flat_map(|glob| ["--allow", glob]);
        let args = ["-C", "org", "verify", "public", "--deny-warnings"];
        here.run(&args.into_iter().chain(allow).collect::<Vec<_>>())
    };
    for (file, glob, other) in [
        ("CNAME", "CNAME", "cname"),
        ("index.php", "*.php", "php"),
        (".htaccess", "*", "?"),
        ("docs/a/b.html.gz", "docs/**", "docs/*"),
        ("index.html.gz", "index.html.*", "*/*.gz"),
        ("sealed/0.age.bak", "**/*.bak", "*.bak"),
    ] {
        here.write(&format!("org/public/{file}"), "x");
        let told = format!("error[unsigned]: `{file}`");
        verify(&[]).exits(1).prints(&told);
        verify(&[other]).exits(1).prints(&told);
        let ran = verify(&[other, glob]);
        assert!(!ran.stdout().contains("unsigned"), "{}", ran.stdout());
        fs::remove_file(here.path(&format!("org/public/{file}"))).unwrap();
    }
    here.write("org/public/CNAME", "growth.example");
    verify(&["CNAME"]).exits(0);
    here.write("org/public/CNAME", "ask sam about it");
    verify(&["CNAME"]).exits(1).prints("error[canary]");
    verify(&["[a"]).exits(2).says("--allow");
}

#[test]
fn what_static_publishes_is_signed_verified_and_no_leak() {
    let here = built();
    here.write("org/static/CNAME", "growth.example\n");
    here.write("org/static/team/names.txt", "ask sam about it\n");
    here.write(
        "org/static/mark.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect width=\"1\" height=\"1\"/></svg>",
    );
    let strict = ["-C", "org", "verify", "public", "--deny-warnings"];
    here.run(&["-C", "org", "-q", "build"]).exits(0);
    here.run(&strict).exits(0);
    assert_eq!(here.read("org/public/CNAME"), "growth.example\n");
    here.run(&["verify", "org/public", "--signer", &signer(&here)])
        .exits(0);
    here.write("org/public/CNAME", "evils1.example\n");
    here.run(&strict).exits(1).prints("error[forged]: `CNAME`");
    here.run(&["-C", "org", "build"]).exits(3).says("`CNAME`");
    here.write("org/public/CNAME", "growth.example\n");
    here.write("org/static/CNAME", "other.example\n");
    here.run(&strict)
        .exits(1)
        .prints("warning[release]: `CNAME`");
    fs::remove_dir_all(here.path("org/static/team")).unwrap();
    here.run(&["-C", "org", "-q", "build"]).exits(0);
    assert_eq!(here.read("org/public/CNAME"), "other.example\n");
    assert!(!here.path("org/public/team").exists());
    here.run(&strict).exits(0);
    here.write("org/static/about.html", "<p>");
    here.run(&["-C", "org", "build"])
        .exits(1)
        .says("E067")
        .says("static/about.html");
}

#[test]
fn every_name_that_gradus_writes_is_refused_in_static() {
    let here = Program::new();
    here.run(&["init", "org", "--template", "rubric"]).exits(0);
    here.run(&["-C", "org", "-q", "build", "--portable"])
        .exits(0);
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(here.path("org/public")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let file = if name.contains('.') {
            format!("org/static/{name}")
        } else {
            format!("org/static/{name}/x.txt")
        };
        here.write(&file, "x");
        here.run(&["-C", "org", "check"])
            .exits(1)
            .says("has a name that gradus writes itself");
        fs::remove_dir_all(here.path("org/static")).unwrap();
        names.insert(name);
    }
    let named = [
        "assets",
        "index",
        "index.html",
        "portable",
        "rubric",
        "site.json",
        "site.sig",
    ];
    assert!(named.iter().all(|name| names.contains(*name)), "{names:?}");
}

#[test]
fn a_file_beside_an_earlier_site_moves_to_static_and_the_next_build_takes_it() {
    let here = built();
    let before = here.read("org/public/site.json");
    here.write("org/public/CNAME", "growth.example\n");
    here.write("org/public/docs/mine.txt", "mine");
    here.run(&["-C", "org", "build"])
        .exits(3)
        .says("2 files that gradus did not sign")
        .says("`CNAME`")
        .says("`docs/mine.txt`")
        .says("`static/`");
    assert_eq!(here.read("org/public/site.json"), before);
    here.write("org/static/CNAME", "growth.example\n");
    here.write("org/static/docs/mine.txt", "mine");
    here.run(&["-C", "org", "build"]).exits(0);
    here.run(&["-C", "org", "verify", "public", "--deny-warnings"])
        .exits(0);
}

#[test]
fn a_link_in_a_site_is_an_error_and_is_not_followed() {
    let here = built();
    symlink("/etc", here.path("org/public/etc")).unwrap();
    let ran = here
        .run(&["-C", "org", "verify", "public"])
        .exits(1)
        .prints("error[link]: `etc`");
    assert!(!ran.stdout().contains("etc/"), "{}", ran.stdout());
    let here = built();
    fs::rename(here.path("org/public/sealed"), here.path("sealed")).unwrap();
    symlink("../../sealed", here.path("org/public/sealed")).unwrap();
    here.run(&["-C", "org", "verify", "public"])
        .exits(1)
        .prints("error[link]: `sealed`");
    let here = built();
    fs::rename(here.path("org/public"), here.path("release-5")).unwrap();
    symlink("../release-5", here.path("org/public")).unwrap();
    here.run(&["-C", "org", "verify", "public"]).exits(0);
}

#[test]
fn a_secret_beside_a_site_is_an_error_whatever_it_is_called() {
    let here = built();
    let ledger = here.read("org/.gradus/ledger.json");
    let (site_key, identity) = (here.read("org/.gradus/site.key"), here.read("org/sam.txt"));
    let bare = identity.lines().last().unwrap().to_ascii_lowercase();
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(site_key.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    for (file, bytes, said) in [
        ("notes.txt", site_key.as_bytes(), "a site key"),
        ("CNAME", bare.as_bytes(), "a reader's secret key"),
        ("old.bak", ledger.as_bytes(), "the ledger of a build"),
        ("backup.tgz", &packed, "a site key"),
        (
            "tls.pem",
            b"-----BEGIN PRIVATE KEY-----\nMC4C",
            "a private key",
        ),
    ] {
        fs::write(here.path("org/public").join(file), bytes).unwrap();
        // Without the organisation too.
        for run in [
            &["-C", "org", "verify", "public"][..],
            &["verify", "org/public"],
        ] {
            here.run(run)
                .exits(1)
                .prints(&format!("error[secret]: `{file}`: {said} stands in it"));
        }
        fs::remove_file(here.path("org/public").join(file)).unwrap();
    }
    here.run(&["-C", "org", "verify", "public"]).exits(0);
}

#[test]
fn any_file_of_the_tree_beside_its_site_is_an_error() {
    let here = built();
    here.write(
        "org/cycles/2026-h2.toml",
        "title = \"2\"\nstart = 2026-07-01\nend = 2026-12-31\n",
    );
    let picture = [7_u8; 100];
    here.write("org/people/sam/2026-h2/self.md", "+++\nby = \"sam\"\n+++\n");
    fs::create_dir_all(here.path("org/people/sam/2026-h2/files")).unwrap();
    fs::write(here.path("org/people/sam/2026-h2/files/a.png"), picture).unwrap();
    for (from, to, code) in [
        ("org/cycles/2026-h2.toml", "x", "canary"),
        ("org/people/sam/2026-h2/files/a.png", "y.bin", "canary"),
        ("org/gradus.toml", "gradus.toml", "unsigned"),
        ("org/access.lock", "old/access.lock", "unsigned"),
    ] {
        let to_path = here.path("org/public").join(to);
        fs::create_dir_all(to_path.parent().unwrap()).unwrap();
        fs::copy(here.path(from), &to_path).unwrap();
        here.run(&["-C", "org", "verify", "public"])
            .exits(1)
            .prints(&format!("error[{code}]: `{to}`"));
        fs::remove_file(to_path).unwrap();
    }
}

#[test]
fn an_organisation_inside_a_site_does_not_vouch_for_it() {
    let here = built();
    let forged = Program::new();
    forged.run(&["init", "org"]).exits(0);
    // Whoever forges a site brings the organisation that vouches for it.
    for file in ["gradus.toml", "access.lock"] {
        here.write(
            &format!("org/public/{file}"),
            &forged.read(&format!("org/{file}")),
        );
    }
    here.run(&["-C", "org/public", "verify", "."])
        .exits(1)
        .says("lies inside the site itself")
        .prints("warning[signer-unknown]")
        .prints("error[unsigned]: `gradus.toml`");
    here.run(&["-C", "org", "verify", "public"])
        .exits(1)
        .prints("error[unsigned]: `gradus.toml`");
}

#[test]
fn what_was_not_looked_into_is_said() {
    let here = built();
    let large = fs::File::create(here.path("org/public/film.mov")).unwrap();
    large.set_len(200 << 20).unwrap();
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(b"text").unwrap();
    let packed = packed.finish().unwrap().repeat(20);
    fs::write(here.path("org/public/many.bin"), packed).unwrap();
    here.run(&["-C", "org", "verify", "public", "--allow", "*.*"])
        .exits(0)
        .prints("warning[too-large]: `film.mov`")
        .prints("warning[packed]: `many.bin`: more is packed in it");
}

#[test]
fn an_older_build_than_the_last_one_made_here_is_an_old_copy() {
    let here = built();
    fs::rename(here.path("org/public"), here.path("old")).unwrap();
    here.run(&["-C", "org", "-q", "build"]).exits(0);
    here.run(&["-C", "org", "verify", "../old"])
        .exits(1)
        .prints("error[older]");
    here.run(&["-C", "org", "verify", "../old", "--at-least", "1"])
        .exits(0);
    here.run(&["verify", "old", "--at-least", "99999999999"])
        .exits(1)
        .prints("error[older]");
}

#[test]
fn words_of_the_tree_in_clear_are_found_wherever_they_are() {
    let secret = "Sam led the move of the ledger without a single lost entry";
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed
        .write_all(format!("<p>{secret}</p>").as_bytes())
        .unwrap();
    let packed = packed.finish().unwrap();
    for (file, bytes) in [
        ("notes.txt", secret.as_bytes()),
        ("backup.gz", &packed),
        ("who.txt", b"ask sam about it"),
        ("people/sam/x.txt", b"nothing"),
    ] {
        let here = built();
        here.write(
            "org/people/sam/checkins.md",
            &format!("## 2026-01-02 Talk\n\n{secret}.\n"),
        );
        here.run(&["-C", "org", "-q", "build"]).exits(0);
        let path = here.path(&format!("org/public/{file}"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        here.run(&["-C", "org", "verify", "public"])
            .exits(1)
            .prints(&format!("error[canary]: `{file}`"))
            .prints("of `people/sam/");
    }
}

#[test]
fn what_is_public_by_decision_is_no_leak() {
    let here = Program::new();
    here.run(&["init", "org", "--template", "rubric"]).exits(0);
    here.run(&["-C", "org", "-q", "build"]).exits(0);
    assert!(here.path("org/public/rubric/ic/index.html").exists());
    here.run(&["-C", "org", "verify", "public", "--deny-warnings"])
        .exits(0);
}

#[test]
fn scripts_get_the_same_as_json() {
    let here = built();
    here.write("org/public/x.html", "<script>1</script>");
    let ran = here
        .run(&["-C", "org", "verify", "public", "--json"])
        .exits(1);
    let json: Value = serde_json::from_str(&ran.stdout()).unwrap();
    assert_eq!(
        (&json["schema"], &json["as_signed"], &json["signer_known"]),
        (&1.into(), &false.into(), &true.into())
    );
    assert_eq!(json["site"]["signer"], signer(&here));
    let found = json["findings"].as_array().unwrap();
    assert!(
        found
            .iter()
            .any(|f| f["code"] == "unsigned" && f["severity"] == "error" && f["file"] == "x.html")
    );
    assert!(json["canaries"].as_u64().unwrap() > 10);
}

#[test]
fn a_place_that_cannot_be_read_is_the_environments_fault() {
    let here = built();
    here.run(&["verify", "nowhere"])
        .exits(3)
        .says("`nowhere` is not a folder")
        .prints_nothing();
    here.run(&["verify", "http://127.0.0.1:1/"])
        .exits(3)
        .says("could not read `site.json`");
    here.run(&["verify", "http://growth.example/"])
        .exits(2)
        .says("only read from this machine");
    here.run(&["verify", "ftp://growth.example/"]).exits(2);
    here.run(&["verify", "https://user:word@growth.example/"])
        .exits(2);
    here.run(&["verify", "org"])
        .exits(1)
        .prints("error[damaged]: `site.json`: it is missing");
}

#[test]
fn a_host_cannot_lead_elsewhere_or_answer_without_end() {
    let here = built();
    let site = here.path("org/public");
    let away = host(&site, |path| {
        (path == "site.json").then_some(
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n",
        )
    });
    here.run(&["verify", &away])
        .exits(3)
        .says("leads elsewhere (302)");
    let endless = host(&site, |path| {
        (path == "site.json").then_some("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx")
    });
    here.run(&["verify", &endless]).exits(3);
    let broken = host(&site, |path| {
        (path == "site.sig").then_some("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
    });
    here.run(&["verify", &broken])
        .exits(3)
        .says("could not read `site.sig`");
}
