//! Building again: what is told of it, and when everything is built.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::Value;

use crate::program::Program;

const NOTHING: &str = "nothing has changed since the build before";
const ONE: &str = "1 of 14 people changed since the build before";

/// The example beside its site, ready to be built again.
fn built() -> Program {
    static BUILT: LazyLock<Program> = LazyLock::new(|| {
        let here = Program::new();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("example-org");
        copy(&from, &here.path("org"));
        let _ = fs::remove_dir_all(here.path("org/public"));
        let _ = fs::remove_file(here.path("org/.gradus/ledger.json"));
        here.run(&["build", "org"]).exits(0);
        here
    });
    let here = Program::new();
    copy(&BUILT.path("org"), &here.path("org"));
    here
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap) {
        let to = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).unwrap()
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn replace(here: &Program, path: &str, old: &str, new: &str) {
    let text = here.read(path);
    assert!(text.contains(old), "{path} has no `{old}`");
    here.write(path, &text.replacen(old, new, 1));
}

fn append(here: &Program, path: &str, text: &str) {
    let before = here.read(path);
    here.write(path, &format!("{before}{text}"));
}

fn ledger(here: &Program) -> Value {
    serde_json::from_str::<Value>(&here.read("org/.gradus/ledger.json")).unwrap()["present"].take()
}

/// What a ledger says of the site, whatever it was encrypted with.
fn held(ledger: &Value) -> (BTreeMap<String, Value>, Vec<Value>, Value) {
    let files = ledger["files"].as_object().unwrap().iter();
    let files = files.filter(|(path, _)| !path.starts_with("index/") && !path.starts_with("site."));
    let files = files.map(|(path, entry)| (path.clone(), entry["content"].clone()));
    let drawn = ledger["drawn"].as_object().unwrap().values();
    let drawn = drawn.map(|drawn| Value::from(vec![drawn["from"].clone(), drawn["pages"].clone()]));
    (files.collect(), drawn.collect(), ledger["made"].clone())
}

/// Holds what stands there against what a build of everything makes of the same tree.
fn holds_what_the_whole_holds(here: &Program) {
    here.run(&["verify", "org/public"]).exits(0);
    let renewed = ledger(here);
    fs::remove_file(here.path("org/.gradus/ledger.json")).unwrap();
    fs::remove_dir_all(here.path("org/public")).unwrap();
    let ran = here.run(&["build", "org"]).exits(0);
    assert!(!ran.stderr().contains("since the build before"));
    assert!(held(&renewed) == held(&ledger(here)));
}

#[test]
fn a_tree_that_is_as_it_was_has_its_list_signed_again_and_nothing_else() {
    let here = built();
    let before = ledger(&here);
    let ran = here.run(&["build", "org", "--json"]).exits(0);
    let json: Value = serde_json::from_str(&ran.stdout()).unwrap();
    let files = before["files"].as_object().unwrap().len() as u64;
    assert_eq!(
        (json["written"].as_u64(), json["reused"].as_u64()),
        (Some(2), Some(files - 2))
    );
    assert!(json["build"].as_u64() > before["build"].as_u64());
    let again = ledger(&here);
    let other = |path: &&String| before["files"][*path] != again["files"][*path];
    let other: Vec<&String> = before["files"]
        .as_object()
        .unwrap()
        .keys()
        .filter(other)
        .collect();
    assert_eq!(other, ["site.json", "site.sig"]);
    here.run(&["build", "org"])
        .exits(0)
        .says(NOTHING)
        .says("keys open it");
    holds_what_the_whole_holds(&here);
}

#[test]
fn what_is_written_about_one_person_is_drawn_and_nobody_else_read() {
    let here = built();
    append(
        &here,
        "org/people/ada/2026-h1/review.md",
        "\nAnd more words.\n",
    );
    here.run(&["build", "org"]).exits(0).says(ONE);
    replace(
        &here,
        "org/people/ada/2026-h1/expectations.toml",
        "Lead the cut-over",
        "Lead all of the cut-over",
    );
    here.run(&["build", "org"]).exits(0).says(ONE);
    append(
        &here,
        "org/management/notes/pawel.md",
        "\nA private word more.\n",
    );
    here.run(&["build", "org"]).exits(0).says(ONE);
    // Late, where it was in time: figures about everyone come from a file, and are not counted.
    replace(
        &here,
        "org/people/ada/2026-h1/self.md",
        "date = 2026-07-0",
        "date = 2026-09-0",
    );
    here.run(&["build", "org"]).exits(0).says(ONE);
    here.write("org/people/ada/2026-h1/files/more.txt", "attached");
    here.run(&["build", "org"]).exits(0).says(ONE);
    holds_what_the_whole_holds(&here);
}

#[test]
fn what_bears_on_others_has_everything_built() {
    for (path, old, new) in [
        // What is shared with everyone.
        (
            "people/ada/log.toml",
            "Calm in a room that was not",
            "Calm in a room that was anything but",
        ),
        // What everyone reads of a closed cycle.
        (
            "cycles/2026-h1.figures.toml",
            "as_of = 2026-07-25",
            "as_of = 2026-07-26",
        ),
        // Who there is, and how they are called.
        ("people/ada/person.toml", "name = \"Ada", "name = \"Ada B."),
        ("gradus.toml", "title = \"Below\"", "title = \"Under\""),
        ("rubrics/ic/l4.toml", "title = \"", "title = \"The "),
    ] {
        let here = built();
        replace(&here, &format!("org/{path}"), old, new);
        let said = here.run(&["build", "org"]).exits(0).stderr();
        assert!(!said.contains("since the build before"), "{path}: {said}");
        here.run(&["build", "org"]).exits(0).says(NOTHING);
    }
}

#[test]
fn every_file_of_a_theme_counts_and_its_style_too() {
    let here = built();
    for style in [
        "body { outline: 1px solid }\n",
        "body { outline: 2px solid }\n",
    ] {
        here.write("org/themes/default/own.css", style);
        whole(&here);
        here.run(&["build", "org"]).exits(0).says(NOTHING);
    }
    fs::remove_dir_all(here.path("org/themes")).unwrap();
    whole(&here);
}

#[test]
fn who_changed_is_told_what_there_is_to_say_of_them_and_of_nobody_else() {
    let here = built();
    let told = |here: &Program| -> String {
        let said = here.run(&["build", "org"]).exits(0).says(ONE).stderr();
        let line = said.lines().find(|line| line.contains("about who changed"));
        line.unwrap_or_default().to_owned()
    };
    // Two under the same manager: of one there is something to say, of the other nothing.
    let path = "org/management/notes/pawel.md";
    let notes = here.read(path);
    here.write(path, &format!("Lost words.\n\n{notes}"));
    let of_pawel = told(&here);
    assert!(
        of_pawel.starts_with("4 warnings about who changed; `gradus check`"),
        "{of_pawel}"
    );
    append(&here, "org/people/kwame/2025-h2/review.md", "\nMore.\n");
    assert!(told(&here).starts_with("1 warning about"));
    // Of the cycle that runs: nothing is advised about those that are closed.
    let path = "org/people/sofia/2026-h2/expectations.toml";
    replace(&here, path, "Noor would name it", "At least 200 commits");
    let of_sofia = told(&here);
    assert!(of_sofia.contains(", 1 advice about"), "{of_sofia}");
}

#[test]
fn nobody_reads_more_by_a_renewal() {
    let here = built();
    let before = ledger(&here);
    let line = "readers = \"org\"\n";
    let author = "by = \"grace\"\n";
    replace(
        &here,
        "org/people/ada/2026-h1/review.md",
        author,
        &format!("{author}{line}"),
    );
    here.run(&["build", "org"])
        .exits(1)
        .says("more would be read than was accepted");
    assert_eq!(ledger(&here), before);
    here.run(&["-C", "org", "access", "--accept"]).exits(0);
    whole(&here);
    here.run(&["build", "org"]).exits(0).says(NOTHING);
    // The section that everyone could open goes with the line that made it.
    let sections = ledger(&here)["drawn"].as_object().unwrap().len();
    replace(&here, "org/people/ada/2026-h1/review.md", line, "");
    whole(&here);
    assert_eq!(
        ledger(&here)["drawn"].as_object().unwrap().len(),
        sections - 1
    );
    // What stands in the tree is less than what was accepted, which every build says.
    let ran = here.run(&["build", "org"]).exits(0);
    ran.says("read less than was accepted");
}

/// Builds everything, which nobody asked for.
fn whole(here: &Program) {
    let said = here.run(&["build", "org"]).exits(0).stderr();
    assert!(!said.contains("since the build before"), "{said}");
}

#[test]
fn a_mistake_is_told_and_what_stands_there_stays() {
    let here = built();
    let before = ledger(&here);
    append(&here, "org/people/ada/2026-h1/plan.toml", "nonsense = [\n");
    here.run(&["build", "org"]).exits(1).says("plan.toml:");
    assert_eq!(ledger(&here), before);
}

#[test]
fn a_file_that_was_changed_or_lost_in_the_site_is_mended() {
    let here = built();
    let before = ledger(&here);
    let sealed = before["files"].as_object().unwrap().keys();
    let mut sealed = sealed.filter(|path| path.starts_with("sealed/"));
    here.write(&format!("org/public/{}", sealed.next().unwrap()), "damaged");
    fs::remove_file(here.path(&format!("org/public/{}", sealed.next().unwrap()))).unwrap();
    let said = here.run(&["build", "org"]).exits(0).stderr();
    assert!(!said.contains("since the build before"), "{said}");
    here.run(&["verify", "org/public"]).exits(0);
    here.run(&["build", "org"]).exits(0).says(NOTHING);
}

#[test]
fn another_day_folder_or_wish_has_everything_built() {
    for args in [
        &["build", "org", "--as-of", "2026-11-16"][..],
        &["build", "org", "-o", "elsewhere"],
        &["build", "org", "--fresh"],
        &["-v", "build", "org"],
        &["build", "org", "--portable"],
    ] {
        let here = built();
        let said = here.run(args).exits(0).stderr();
        assert!(!said.contains("since the build before"), "{args:?}: {said}");
    }
}

#[test]
fn a_site_that_opens_from_disk_is_built_whole_and_so_is_the_one_after() {
    let here = built();
    here.run(&["build", "org", "--portable"]).exits(0);
    whole(&here);
    here.run(&["build", "org"]).exits(0).says(NOTHING);
}

#[test]
fn what_is_said_goes_by_the_day_that_check_goes_by() {
    let here = built();
    let args = ["build", "org", "--as-of", "2026-07-01"];
    here.run(&args).exits(0);
    append(&here, "org/people/kwame/2025-h2/review.md", "\nMore.\n");
    here.run(&args)
        .exits(0)
        .says(ONE)
        .says("1 warning about who changed");
}
