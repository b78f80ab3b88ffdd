//! One generation after the other, as a reader opens it: the same as if the site were made anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use gradus::domain::model::Date;
use gradus::sealed::seal::{SealedSiteReader, Trust};
use gradus::serve::{Files, Preview, RunSecret};
use tempfile::TempDir;

/// What each reader opens: by person, by section, its pages and files.
type Opened = BTreeMap<String, BTreeMap<String, String>>;

fn today() -> Date {
    Date::from_ymd_opt(2026, 11, 22).expect("a day")
}

/// A copy of the demo organisation that may be changed.
fn demo() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let root = folder
        .path()
        .canonicalize()
        .expect("a directory")
        .join("org");
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("example-org"),
        &root,
    );
    (folder, root)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory").flatten() {
        let target = to.join(entry.file_name());
        if !entry.path().is_dir() {
            fs::copy(entry.path(), target).expect("a file");
        } else if entry.file_name() != "public" {
            copy(&entry.path(), &target);
        }
    }
}

/// Opens everything that every reader can open, with the identities that the preview hands out.
fn open(files: &Files, readers: &[gradus::serve::Reader], run: &RunSecret) -> Opened {
    let files: BTreeMap<String, Vec<u8>> = files
        .iter()
        .map(|(path, bytes)| (path.clone(), bytes.to_vec()))
        .collect();
    let site = SealedSiteReader::new(
        &files,
        &Trust::default(),
        &[run.site_key().signer().to_string()],
    )
    .expect("a signed site");
    let listed: BTreeSet<String> = site.all_files().expect("a list").into_keys().collect();
    let there = files
        .keys()
        .filter(|path| !path.starts_with("index/") && !path.starts_with("site."));
    assert_eq!(
        there.cloned().collect::<BTreeSet<_>>(),
        listed,
        "nothing lies about, and nothing is missing"
    );
    let mut opened = Opened::new();
    for reader in readers {
        let Ok(portfolio) = site.unlock(&run.identity(&reader.id)) else {
            assert_eq!(reader.sections, 0, "{}", reader.id);
            continue;
        };
        let sections = portfolio.keyring().sections.iter().map(|section| {
            let content = portfolio.section(&section.id).expect("it opens");
            (section.id.clone(), format!("{content:?}"))
        });
        opened.insert(reader.id.to_string(), sections.collect());
    }
    opened
}

/// Steps after which nothing is compared: later ones look at the same again.
const QUICK: [&str; 3] = ["a text", "a name", "a style"];

#[test]
fn whatever_happened_before_a_generation_opens_as_a_first_one_does() {
    let (_folder, root) = demo();
    let run = RunSecret::generate();
    let mut preview = Preview::new(root.clone(), today(), run.clone());
    let mut shown = preview
        .refresh(&BTreeSet::new())
        .generation
        .expect("a site");
    let edit = |path: &str, from: &str, to: &str| {
        let path = root.join(path);
        let text = fs::read_to_string(&path).expect("a text");
        assert!(text.contains(from), "{from} in {text}");
        fs::write(&path, text.replacen(from, to, 1)).expect("a file");
    };
    let (ada, review) = ("people/ada/person.toml", "people/ada/2026-h1/review.md");
    let own = root.join("themes/default");
    // What is done, what it touches, and whether the tree is in order then.
    type Step<'s> = (&'s str, &'s str, bool, &'s dyn Fn());
    let steps: [Step; 11] = [
        ("a text", review, true, &|| {
            let text = fs::read_to_string(root.join(review)).expect("a text");
            fs::write(root.join(review), format!("{text}\n\nMore words.\n")).expect("a file");
        }),
        ("a mistake", ada, false, &|| edit(ada, "name =", "mane =")),
        ("a text beside the mistake", review, false, &|| {
            edit(review, "More words.", "Still more words.")
        }),
        ("the mistake is mended", ada, true, &|| {
            edit(ada, "mane =", "name =")
        }),
        ("a template fails", "themes", false, &|| {
            fs::create_dir_all(&own).expect("a directory");
            fs::write(own.join("cycle.html"), "{{ nothing }}").expect("a file");
        }),
        ("a text meanwhile", review, false, &|| {
            edit(review, "Still more", "Other")
        }),
        ("the template goes", "themes", true, &|| {
            fs::remove_dir_all(root.join("themes")).expect("a directory")
        }),
        ("a name", ada, true, &|| {
            edit(ada, "name = \"Ada Okafor\"", "name = \"Ada Lovelace\"")
        }),
        ("a style", "themes", true, &|| {
            fs::create_dir_all(&own).expect("a directory");
            fs::write(own.join("own.css"), "p { color: red }").expect("a file");
        }),
        (
            "a file less",
            "people/ada/2025-h1/peer-linus.md",
            true,
            &|| {
                fs::remove_file(root.join("people/ada/2025-h1/peer-linus.md")).expect("a file");
            },
        ),
        ("another epoch", "gradus.toml", true, &|| {
            edit("gradus.toml", "epoch = ", "epoch = 1")
        }),
    ];
    for (what, path, is_good, step) in steps {
        step();
        let refreshed = preview.refresh(&[root.join(path)].into());
        assert_eq!(
            !refreshed.is_broken(),
            is_good,
            "{what}: {:#?} {:?}",
            refreshed.report.diagnostics,
            refreshed.trouble
        );
        if let Some(generation) = refreshed.generation {
            assert_eq!(generation.number, shown.number + 1, "{what}");
            assert_eq!(generation.css_only, what == "a style", "{what}");
            shown = generation;
        }
        // Making a site anew takes long.
        if is_good && !QUICK.contains(&what) {
            let first = Preview::new(root.clone(), today(), run.clone()).refresh(&BTreeSet::new());
            let first = first.generation.expect("a site");
            assert_eq!(first.readers, shown.readers, "{what}");
            let [now, anew] = [&shown, &first].map(|site| open(&site.files, &site.readers, &run));
            assert!(now == anew, "{what}");
        }
    }
    assert!(
        preview.refresh(&[root].into()).generation.is_none(),
        "where nothing changed there is no next one"
    );
}

#[test]
fn the_preview_shows_nobody_what_they_may_not_read_and_writes_nothing() {
    let (folder, root) = demo();
    let before: BTreeSet<PathBuf> = walkdir::WalkDir::new(folder.path())
        .into_iter()
        .flatten()
        .map(|e| e.into_path())
        .collect();
    let run = RunSecret::generate();
    let shown = Preview::new(root, today(), run.clone()).refresh(&BTreeSet::new());
    let shown = shown.generation.expect("a site");
    let opened = open(&shown.files, &shown.readers, &run);
    let sections = |id: &str| opened[id].keys().cloned().collect::<Vec<_>>().join(" ");
    assert!(
        sections("grace").contains("person/ada/talent"),
        "{}",
        sections("grace")
    );
    assert!(!sections("ada").contains("talent"), "{}", sections("ada"));
    for reader in shown.readers.iter() {
        let secret = run.identity(&reader.id).to_text();
        let holds = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(secret.as_str());
        assert!(
            !shown.files.values().any(|bytes| holds(bytes)),
            "a key lies there in clear"
        );
    }
    let after: BTreeSet<PathBuf> = walkdir::WalkDir::new(folder.path())
        .into_iter()
        .flatten()
        .map(|e| e.into_path())
        .collect();
    assert_eq!(before, after);
}

#[test]
fn a_preview_left_open_past_midnight_goes_by_the_new_day() {
    let (_folder, root) = demo();
    let run = RunSecret::generate();
    let mut preview = Preview::new(root.clone(), today(), run);
    let first = preview.refresh(&BTreeSet::new()).generation;
    let before = first.expect("a site").readers.len();
    assert!(!preview.turn_to(today()), "the day is the same");
    let long_after = Date::from_ymd_opt(2026, 12, 24).expect("a day");
    let person = root.join("people/linus/person.toml");
    let text = fs::read_to_string(&person).expect("a text");
    let (head, roles) = text.split_once("[[role]]").expect("a role");
    fs::write(
        &person,
        format!("{head}end = 2026-12-01\n\n[[role]]{roles}"),
    )
    .expect("a file");
    let same_day = preview.refresh(&[person].into());
    assert!(!same_day.is_broken(), "{:?}", same_day.report);
    assert!(preview.turn_to(long_after));
    let nothing = BTreeSet::new();
    let next = preview.refresh(&nothing).generation.expect("another site");
    assert_eq!(next.readers.len(), before - 1, "who has left reads no more");
}

#[test]
fn whoever_has_no_key_left_is_warned_of_in_the_preview_as_in_a_check() {
    let (_folder, root) = demo();
    let mut preview = Preview::new(root.clone(), today(), RunSecret::generate());
    let keyless = |shown: &gradus::serve::Refreshed| {
        let codes = shown.report.diagnostics.iter().map(|d| d.code);
        codes.filter(|code| *code == "W010").count()
    };
    assert_eq!(keyless(&preview.refresh(&BTreeSet::new())), 0);
    let person = root.join("people/linus/person.toml");
    let text = fs::read_to_string(&person).expect("a text");
    let (head, rest) = text.split_once("keys = [\"").expect("keys");
    let (key, rest) = rest.split_once("\"]").expect("one key");
    let until = format!("{head}keys = [{{ key = \"{key}\", until = 2026-11-21 }}]{rest}");
    fs::write(&person, until).expect("a file");
    let shown = preview.refresh(&[person].into());
    assert_eq!(keyless(&shown), 1, "{:?}", shown.report.diagnostics);
    assert!(!shown.is_broken());
}
