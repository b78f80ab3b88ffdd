//! `build --deploy`: what is written where, and what a host holds while the scripts bring files there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use gradus::sealed::keys::load_identity_file;
use gradus::sealed::seal::{Folder, SealedSiteReader, Trust};

use crate::program::Program;
use crate::shell::{Shell, files_below, said};

/// What plays the host in them.
const MOMENTS: &str = include_str!("stand-ins/moments.sh");
const RSYNC: &str = include_str!("stand-ins/rsync.sh");
const AWS: &str = include_str!("stand-ins/aws.sh");

/// A way to bring a site to a host: what it is written for, and how it is called.
const UPLOADS: [(&str, &str); 2] = [
    ("nginx", "deploy/upload.sh host:"),
    ("s3", "deploy/s3.sh s3://growth/"),
];

/// An organisation that was built with what a host needs, and a folder that plays the host.
fn deployed(host: &str) -> Shell {
    let mut shell = Shell::new();
    let keys = ["gradus keys new sam", "gradus access --accept"];
    shell.does(".", &["gradus init org", "mkdir host"]);
    shell.does("org", &keys);
    let build = format!("gradus build --portable --deploy {host}");
    shell.does("org", &[&build]);
    for (name, path) in [("NOTES", "notes"), ("HOST", "host"), ("CACHED", "cached")] {
        shell.set(name, shell.path(path).display().to_string());
    }
    shell.stand_in("rsync", &format!("{MOMENTS}\n{RSYNC}"));
    shell.stand_in("aws", &format!("{MOMENTS}\n{AWS}"));
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

/// Gives everybody's pages another text, and keeps what is built of it as `name`.
fn build_another(shell: &Shell, name: &str) {
    let rename = format!("sed -i 's/^name = .*/name = \"{name}\"/' people/*/person.toml");
    let keep = format!("cp -r public ../{name} && rm -r ../{name}/portable");
    shell.does("org", &[&rename, "gradus build --portable --fresh", &keep]);
}

/// Whether all files of a build lie in a folder.
fn holds(folder: &Path, build: &Path) -> bool {
    files_below(build)
        .iter()
        .all(|file| fs::read(folder.join(file)).ok() == fs::read(build.join(file)).ok())
}

/// The folders in which the host was kept, in their order.
fn moments(shell: &Shell) -> Vec<PathBuf> {
    let kept = fs::read_dir(shell.path("moments")).expect("moments were kept");
    let mut kept: Vec<_> = kept.map(|entry| entry.expect("a folder").path()).collect();
    kept.sort();
    kept
}

/// A host that was brought the build `new` over `old` and over files that neither has; its moments were kept.
fn uploaded_over_an_older(host: &str, upload: &str) -> Shell {
    let mut shell = deployed(host);
    build_another(&shell, "old");
    shell.does("org", &[upload]);
    shell.write("host/sealed/of-an-older-build.age", "");
    shell.write("host/portable/keyring/of-a-key-that-counts-no-more.js", "");
    build_another(&shell, "new");
    shell.set("MOMENTS", shell.path("moments").display().to_string());
    shell.does("org", &[upload]);
    shell
}

/// At each moment one of the builds is there whole: in its place, or waiting to take it. How many moments are of the second
/// kind.
fn always_whole(shell: &Shell, builds: &[&str]) -> usize {
    let builds: Vec<_> = builds.iter().map(|name| shell.path(name)).collect();
    let mut by_what_waits = 0;
    for moment in moments(shell) {
        if builds.iter().any(|build| holds(&moment, build)) {
            continue;
        }
        let waits = builds
            .iter()
            .any(|build| holds(&moment.join("next"), build));
        assert!(waits, "{} is not whole", moment.display());
        by_what_waits += 1;
    }
    by_what_waits
}

/// How many sections Sam opens of what a host holds, all of them whole.
fn sections_of_sam(shell: &Shell, host: PathBuf) -> usize {
    let unasked = |_: &Path| unreachable!("the file is in clear");
    let sam = load_identity_file(&shell.path("org/sam.key.txt"), &unasked).expect("an identity");
    let folder = Folder(host);
    let site = SealedSiteReader::newest(&folder, &Trust::default(), &sam.signers).expect("a site");
    let opened = site.unlock(&sam.identities[0]).expect("a keyring");
    let sections = &opened.keyring().sections;
    for section in sections {
        opened.section(&section.id).expect(&section.id);
    }
    sections.len()
}

#[test]
fn a_first_upload_brings_the_site_and_nothing_else() {
    for (host, upload) in UPLOADS {
        let shell = deployed(host);
        shell.does("org", &[upload]);
        assert_eq!(files_below(&shell.path("host")), for_a_host(&shell));
        let gone = notes(&shell);
        assert!(gone.iter().all(|note| !note.contains("portable/")));
    }
}

#[test]
fn at_every_moment_of_an_upload_over_an_older_site_one_of_the_two_is_whole() {
    for (host, upload) in UPLOADS {
        let shell = uploaded_over_an_older(host, upload);
        assert!(always_whole(&shell, &["old", "new"]) > 10, "{host}");
        for moment in moments(&shell) {
            assert!(sections_of_sam(&shell, moment) > 3);
        }
        assert_eq!(files_below(&shell.path("host")), for_a_host(&shell));
        assert!(holds(&shell.path("host"), &shell.path("new")));
    }
}

#[test]
fn an_upload_that_broke_off_leaves_a_whole_site_and_so_does_the_next_at_every_moment() {
    for (host, upload) in UPLOADS {
        let mut shell = uploaded_over_an_older(host, upload);
        let before = moments(&shell);
        build_another(&shell, "newest");
        for broken in [before.len() / 3, before.len() * 2 / 3].map(|at| &before[at]) {
            let restore = format!("rm -rf host moments-after; cp -r {} host", broken.display());
            shell.does(".", &[&restore]);
            shell.set("MOMENTS", shell.path("moments-after").display().to_string());
            shell.does("org", &[upload]);
            assert!(holds(&shell.path("host"), &shell.path("newest")));
            assert_eq!(files_below(&shell.path("host")), for_a_host(&shell));
            shell.does(
                ".",
                &["mv moments moments-before; mv moments-after moments"],
            );
            always_whole(&shell, &["old", "new", "newest"]);
            shell.does(".", &["rm -r moments; mv moments-before moments"]);
        }
    }
}

#[test]
fn who_verifies_in_the_middle_of_an_upload_is_told_of_it_and_who_opens_reads_on() {
    let (host, upload) = UPLOADS[0];
    let mut shell = deployed(host);
    shell.does("org", &[upload]);
    build_another(&shell, "new");
    shell.set("MOMENTS", shell.path("moments").display().to_string());
    shell.does("org", &[upload]);
    let moments = moments(&shell);
    let is_amid = |moment: &&PathBuf| {
        moment.join("next/site.sig").exists() && !holds(moment, &shell.path("new"))
    };
    let amid = moments.iter().rfind(is_amid);
    let amid = amid.expect("files were replaced").display();
    let verified = shell.run("org", &[format!("gradus verify {amid}")]);
    assert_eq!(verified.status.code(), Some(1), "{}", said(&verified));
    assert!(said(&verified).contains("an upload of a newer build is under way, or broke off"));
    shell.does(
        "org",
        &[&format!("gradus open {amid} -i sam.key.txt -o pages")],
    );
    let after = shell.does("org", &["gradus verify ../host 2>&1"]);
    assert!(!after.contains("an upload"));
}

#[test]
fn in_a_bucket_each_file_says_how_long_it_may_be_kept() {
    let shell = deployed("s3");
    shell.does("org", &["deploy/s3.sh s3://growth"]);
    for path in for_a_host(&shell) {
        let expected = if path.starts_with("assets/") {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        assert_eq!(
            shell.read(&format!("cached/{path}")).trim(),
            expected,
            "{path}"
        );
    }
}

#[test]
fn a_script_that_is_not_told_where_to_uploads_nothing() {
    for (host, script) in [("caddy", "deploy/upload.sh"), ("s3", "deploy/s3.sh")] {
        let shell = deployed(host);
        let ran = shell.run("org", &[script.to_owned()]);
        assert!(!ran.status.success());
        assert!(said(&ran).contains("say where to"));
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
