//! What key commands never do: let something come back, write elsewhere, lose an edit, publish what has ended.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::thread;

use super::guide::{today, yesterday};
use super::life::Demo;
use crate::program::{Program, Ran};

const ADA: &str = "org/people/ada/person.toml";

fn run(here: &Program, words: &str) -> Ran {
    let words: Vec<&str> = ["-C", "org"].into_iter().chain(words.split(' ')).collect();
    here.run(&words)
}

#[test]
fn what_is_taken_from_a_key_is_taken_out_of_the_lock_too() {
    let taken = [
        (
            format!("keys revoke {}", Demo::new().recipient("ada")),
            "by a new key, `ada` would read",
        ),
        (
            format!("keys retire ada --on {}", yesterday()),
            "by a key that counts longer, `ada` would read",
        ),
    ];
    for (taken, would) in taken {
        let demo = Demo::new();
        let here = &demo.here;
        let (person, lock) = (here.read(ADA), here.read("org/access.lock"));
        run(here, &taken)
            .exits(0)
            .says("wrote that into access.lock");
        run(here, "access --diff")
            .exits(0)
            .says("all that the lock records is as it was accepted");
        // That fact alone: one line of the lock is another.
        let after = here.read("org/access.lock");
        let changed = lock.lines().zip(after.lines()).filter(|(a, b)| a != b);
        assert_eq!(changed.count(), 1, "{taken}");
        here.write(ADA, &person);
        run(here, "build").exits(1).says(would);
    }
}

#[test]
fn a_later_last_day_is_left_for_somebody_to_accept() {
    let demo = Demo::new();
    let here = &demo.here;
    run(here, &format!("keys retire ada --on {}", today())).exits(0);
    let lock = here.read("org/access.lock");
    let key = demo.recipient("ada");
    run(
        here,
        &format!("keys retire ada --on 2999-01-01 --key {key}"),
    )
    .exits(0);
    assert_eq!(here.read("org/access.lock"), lock);
    run(here, "build")
        .exits(1)
        .says("by a key that counts longer, `ada` would read");
}

#[test]
fn a_lock_that_is_not_understood_is_left_alone_and_that_is_said() {
    for (mark, why) in [
        ("<<<<<<< HEAD\n", "a merge left its marks here"),
        ("rules = 99\n", "this was accepted under rules 99"),
    ] {
        let demo = Demo::new();
        let here = &demo.here;
        let lock = here
            .read("org/access.lock")
            .replacen("rules = 1\n", mark, 1);
        here.write("org/access.lock", &lock);
        let key = demo.recipient("ada");
        run(here, &format!("keys revoke {key}"))
            .exits(0)
            .says(why)
            .says("then run `gradus access --accept`");
        assert_eq!(here.read("org/access.lock"), lock);
        assert!(here.read(ADA).contains("revoked = "));
    }
}

#[test]
fn an_end_is_told_until_it_is_accepted_and_not_undone_without_a_question_after() {
    let demo = Demo::new();
    let here = &demo.here;
    let person = here.read(ADA);
    let end = format!("end = {}\nlogin = ", yesterday());
    here.write(ADA, &person.replacen("login = ", &end, 1));
    run(here, "build")
        .exits(0)
        .says("`gradus access --accept` writes it down");
    run(here, "check").exits(0).says("W032");
    run(here, "access --diff").exits(0).says("W032");
    run(here, "access --accept").exits(0);
    here.write(ADA, &person);
    run(here, "build").exits(1).says("`ada` would read");
}

#[test]
fn the_login_of_a_key_that_ended_is_left_out_of_the_site_and_that_is_said() {
    let demo = Demo::new();
    let here = &demo.here;
    // Marked: the login's key ends, while another one goes on.
    fs::remove_file(here.path("org/people/ada/login.age")).expect("the demo's login");
    run(here, "keys login ada").exits(0);
    run(here, "access --accept").exits(0);
    run(here, "build").exits(0);
    assert_eq!(demo.site().names("login/").len(), 1);
    let marked = here.read(ADA);
    let key = marked.split("{ key = \"").nth(1).expect("a marked key");
    let key = key.split('"').next().expect("a key");
    assert!(marked.contains(&format!("{{ key = \"{key}\", login = true }}")));
    run(
        here,
        &format!("keys retire ada --on {} --key {key}", yesterday()),
    )
    .exits(0);
    run(here, "build").exits(0).says("without their login");
    assert!(demo.site().names("login/").is_empty());
    run(here, "check")
        .exits(0)
        .says("warning[W033]: the login of `ada` is left out of the site: the key that it wraps does not count");

    // Not marked: nothing tells that it is not the key that was revoked.
    let demo = Demo::new();
    let here = &demo.here;
    run(here, "keys new ada -o ada-2.key.txt").exits(0);
    let key = demo.recipient("ada");
    run(here, &format!("keys revoke {key}")).exits(0);
    run(here, "access --accept").exits(0);
    run(here, "build").exits(0);
    assert!(demo.site().names("login/").is_empty());
    run(here, "check").exits(0).says("warning[W033]");
}

#[test]
fn a_login_wraps_none_but_a_key_of_theirs() {
    let demo = Demo::new();
    let here = &demo.here;
    let login = here.path("org/people/ada/login.age");
    fs::remove_file(&login).expect("the demo's login");
    let before = here.read(ADA);
    run(here, "keys login ada -i demo-keys/grace.txt")
        .exits(4)
        .says("is none of ada's keys");
    run(here, &format!("keys retire ada --on {}", yesterday())).exits(0);
    run(here, "keys login ada -i demo-keys/ada.txt")
        .exits(4)
        .says("counts no more");
    assert!(!login.exists());
    assert_eq!(
        here.read(ADA).matches("age1").count(),
        before.matches("age1").count()
    );
}

#[test]
fn no_key_command_writes_through_a_link_that_leaves_the_organisation() {
    let key = Demo::new().recipient("ada");
    let revoke = format!("keys revoke {key}");
    let commands = [
        ("people/ada/person.toml", "keys new ada -o ../new.txt"),
        ("people/ada/person.toml", "keys retire ada --on 2999-01-01"),
        ("people/ada/person.toml", revoke.as_str()),
        ("people/ada/person.toml", "keys login ada"),
        ("people/ada", "keys new ada -o ../new.txt"),
        ("people/ada", "keys login ada"),
        ("people/ada", revoke.as_str()),
        ("people", "keys new ada -o ../new.txt"),
        ("gradus.toml", "keys site --rotate"),
        ("gradus.toml", revoke.as_str()),
        (".gradus", "keys site --rotate"),
        ("demo-keys", "keys new ada -o demo-keys/new.txt"),
        (
            "demo-keys/ada.txt",
            "keys pin demo-keys/ada.txt --signer SIGNER",
        ),
        ("demo-keys", "keys pin demo-keys/ada.txt --signer SIGNER"),
    ];
    for (moved, words) in commands {
        let demo = Demo::new();
        let here = &demo.here;
        let _ = fs::remove_file(here.path("org/people/ada/login.age"));
        let signer = gradus::sealed::seal::SiteKey::generate()
            .signer()
            .to_string();
        let (inner, outer) = (here.path(&format!("org/{moved}")), here.path("outside"));
        fs::rename(&inner, &outer).expect(moved);
        symlink(&outer, &inner).expect("a link");
        let before = contents(here);
        run(here, &words.replace("SIGNER", &signer))
            .exits(3)
            .says(match moved {
                ".gradus" => "is a symbolic link, to `",
                _ => "leads out of the organisation, to `",
            })
            .says(&outer.display().to_string());
        assert!(contents(here) == before, "{moved}: {words}");
    }
}

#[test]
fn a_key_file_is_not_changed_through_a_link() {
    let demo = Demo::new();
    let here = &demo.here;
    let (file, link) = (here.path("ada.txt"), here.path("link.txt"));
    fs::copy(here.path("org/demo-keys/ada.txt"), &file).expect("a copy");
    symlink(&file, &link).expect("a link");
    let before = here.read("ada.txt");
    let signer = gradus::sealed::seal::SiteKey::generate()
        .signer()
        .to_string();
    let pin = |file: &str| run(here, &format!("keys pin ../{file} --signer {signer}"));
    pin("link.txt").exits(3).says("is a symbolic link, to `");
    assert_eq!(here.read("ada.txt"), before);
    pin("ada.txt").exits(0);
    assert!(here.read("ada.txt").contains(&signer));
}

/// Every file of the directory, by its path, with what it holds.
fn contents(here: &Program) -> Vec<(String, Vec<u8>)> {
    let listed = Command::new("find")
        .arg(here.path("."))
        .args(["-type", "f", "-not", "-path", "*/public/*"])
        .output()
        .expect("find");
    let mut paths: Vec<String> = String::from_utf8_lossy(&listed.stdout)
        .lines()
        .map(str::to_owned)
        .collect();
    paths.sort();
    let read = |path: String| (path.clone(), fs::read(path).expect("a file"));
    paths.into_iter().map(read).collect()
}

#[test]
fn of_key_commands_at_once_no_edit_is_lost() {
    const AT_ONCE: usize = 8;
    let demo = Demo::new();
    let here = &demo.here;
    let others = ["grace", "linus", "rafael"];
    thread::scope(|scope| {
        for number in 0..AT_ONCE {
            scope.spawn(move || run(here, &format!("keys new ada -o ada-{number}.txt")).exits(0));
        }
        for other in others {
            let key = demo.recipient(other);
            scope.spawn(move || run(here, &format!("keys revoke {key}")).exits(0));
        }
    });
    assert_eq!(here.read(ADA).matches("\"age1").count(), 1 + AT_ONCE);
    let lock = here.read("org/access.lock");
    for other in others {
        let person = here.read(&format!("org/people/{other}/person.toml"));
        assert!(person.contains("revoked = "), "{other}");
        assert!(
            lock.contains(&format!("\n{other}.keys = []\n")),
            "{other}:\n{lock}"
        );
    }
}

#[test]
fn a_key_file_that_git_would_take_is_told_with_the_line_that_keeps_it_out() {
    let demo = Demo::new();
    let here = &demo.here;
    let git = Command::new("git")
        .args(["init", "-q"])
        .current_dir(here.path("org"))
        .status();
    assert!(git.expect("git").success());
    let path = std::env::var("PATH").expect("a path");
    let new = |out: &str| {
        here.run_with(
            &["-C", "org", "keys", "new", "ada", "-o", out],
            &[("PATH", &path)],
        )
        .exits(0)
    };
    new("people/p.txt").says("put this line into .gitignore: /people/p.txt");
    here.write("org/.gitignore", "/q.txt\n");
    for quiet in ["q.txt", "../p.txt"] {
        let said = new(quiet).stderr();
        assert!(!said.contains(".gitignore"), "{quiet}: {said}");
    }
}

#[test]
fn a_directory_that_is_not_there_is_no_way_to_the_organisation_above_it() {
    let demo = Demo::new();
    for missing in ["org/nosuchdir", "org/gradus.toml"] {
        demo.here
            .run(&["-C", missing, "keys", "new", "ada", "-o", "x.txt"])
            .exits(3)
            .says("is no directory");
    }
    assert_eq!(demo.here.read(ADA).matches("age1").count(), 1);
}

#[test]
fn a_site_is_not_built_over_other_things_of_the_organisation() {
    let demo = Demo::new();
    let here = &demo.here;
    let before = contents(here);
    for out in ["demo-keys", "rubrics-2025/site", "people/site"] {
        run(here, &format!("build -o {out}"))
            .exits(2)
            .says("a site needs a folder of its own");
    }
    assert!(contents(here) == before);
    run(here, "build -o another").exits(0);
    run(here, "build -o another").exits(0);
}
