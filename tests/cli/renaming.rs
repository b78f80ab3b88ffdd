//! `gradus mv`: the same organisation under another id of one person.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use gradus::domain::model::{Date, Organisation, PersonId};
use gradus::{build::pipeline, domain::access, site, tree::scaffold, tree::source};
use walkdir::WalkDir;

use crate::program::Program;
use crate::site::generated::{self, Generated};

fn today() -> Date {
    "2026-11-22".parse().unwrap()
}

/// Every file below a folder, by its path.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = WalkDir::new(root).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    let named = files.map(|entry| {
        let path = entry.path().strip_prefix(root).unwrap();
        let path = path.to_str().unwrap().to_owned();
        (path, fs::read(entry.path()).unwrap())
    });
    named
        .filter(|(path, _)| !path.starts_with(".git"))
        .collect()
}

/// An organisation with its lock, in a folder of the program.
fn generated(people: usize, seed: u64) -> (Program, Generated) {
    let here = Program::new();
    let org = generated::organisation(people, seed);
    org.write(&here.path("org"));
    here.run(&["-C", "org", "-q", "access", "--accept", "--new"])
        .exits(0);
    (here, org)
}

fn example() -> Program {
    let here = Program::new();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("example-org");
    for (path, bytes) in files(&example) {
        let path = here.path("org").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    here
}

fn organisation(root: &Path) -> Organisation {
    let (organisation, report) = pipeline::load(root, today()).unwrap();
    organisation.unwrap_or_else(|| panic!("{:#?}", report.diagnostics))
}

/// Without the numbers in anchors, which are made from ids.
fn without_numbers(text: &str) -> String {
    let is_number =
        |part: &&str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts = text.split('-').filter(|part| !is_number(part));
    parts.collect::<Vec<_>>().join("-")
}

/// All that anybody reads, section by section, in no order; an id instead of another.
fn readable(root: &Path, id: &str, instead: &str) -> Vec<String> {
    let organisation = organisation(root);
    let theme = pipeline::theme(root, &organisation).unwrap();
    let commons = access::commons(&organisation, today());
    let audiences = access::Audiences::new(&organisation, today());
    let plan = access::plan(&organisation, today());
    let sections = plan.sections.iter().map(|planned| {
        let draw = access::draw(&audiences, planned);
        let mut readers: Vec<String> = planned
            .section
            .readers
            .iter()
            .map(|of| of.person.to_string())
            .collect();
        readers
            .iter_mut()
            .for_each(|reader| *reader = reader.replace(id, instead));
        readers.sort();
        let content = site::render(&commons, &theme, &draw).unwrap();
        without_numbers(&format!("{readers:?} {content:?}").replace(id, instead))
    });
    let mut sections: Vec<String> = sections.collect();
    sections.sort();
    sections
}

fn is_same(before: &[String], after: &[String], what: &str) {
    assert_eq!(before.len(), after.len(), "{what}");
    for (before, after) in before.iter().zip(after) {
        let differs = before
            .bytes()
            .zip(after.bytes())
            .position(|(one, other)| one != other);
        let about = |text: &str, at: usize| {
            let from = text.floor_char_boundary(at.saturating_sub(200));
            text[from..text.ceil_char_boundary((at + 100).min(text.len()))].to_owned()
        };
        assert!(
            before == after,
            "{what}:\n{}\n{}",
            about(before, differs.unwrap_or(0)),
            about(after, differs.unwrap_or(0))
        );
    }
}

#[test]
fn whoever_is_renamed_the_same_people_read_the_same_but_for_the_id() {
    let (here, org) = generated(5, 3);
    let people = org.people.iter().map(|id| (&here, id.clone()));
    let example = example();
    example
        .run(&["-C", "org", "access", "--accept", "--new"])
        .exits(0);
    // An engineer with every kind of file, hr, and a customer.
    let others = ["ada", "miriam", "claire"].map(|id| (&example, id.to_owned()));
    for (here, id) in people.chain(others) {
        let root = here.path("org");
        let new = format!("{id}-x");
        let before = readable(&root, &new, &id);
        let (was, is) = (format!("people/{id}"), format!("people/{new}"));
        here.run(&["-C", "org", "mv", &was, &is]).exits(0);
        assert!(!root.join(&was).exists(), "{id}");
        is_same(&before, &readable(&root, &new, &id), &id);
        here.run(&["-C", "org", "access", "--diff"])
            .exits(0)
            .says("all that the lock records is as it was accepted");
        let lock = access::Lock::of(&organisation(&root)).to_string();
        assert_eq!(here.read("org/access.lock"), lock, "{id}");
    }
}

#[test]
fn a_rename_and_back_leaves_every_byte_as_it_was() {
    let here = example();
    let before = files(&here.path("org"));
    here.run(&[
        "-C",
        "org",
        "mv",
        "people/ada",
        "people/eva-stone",
        "--dry-run",
    ])
    .exits(0)
    .says("would change 1 place in people/ada/log.toml")
    .says("would move people/ada to people/eva-stone")
    .says("nothing was changed");
    assert!(files(&here.path("org")) == before);
    here.run(&["-C", "org/people", "mv", "people/ada/", "people/eva-stone"])
        .exits(0)
        .says("changed 1 place in people/ada/log.toml")
        .says("moved people/ada to people/eva-stone");
    assert!(files(&here.path("org")) != before);
    here.run(&["mv", "people/eva-stone", "people/ada", "org"])
        .exits(0);
    assert!(files(&here.path("org")) == before);
}

#[test]
fn every_key_opens_the_same_pages_before_and_after() {
    let (here, org) = generated(5, 11);
    let run = |args: &[&str]| here.run(&[&["-C", "org", "-q"], args].concat()).exits(0);
    run(&["keys", "site"]);
    run(&["build"]);
    let pages = |to: &str| {
        let mut all = BTreeMap::new();
        for (person, identities) in &org.identities {
            for (at, identity) in identities.iter().enumerate() {
                let (key, out) = (format!("{person}-{at}.txt"), format!("{to}/{person}-{at}"));
                here.write(&key, identity);
                here.run(&["open", "org/public", "org", "-i", &key, "-o", &out])
                    .exits(0);
                let mut pages = files(&here.path(&out));
                pages.remove("index.html"); // which names the build, and lists the pages by their addresses
                all.insert((person, at), pages);
            }
        }
        all
    };
    let before = pages("before");
    // Everyone's manager, whom every kind of file names.
    run(&["mv", "people/person-0", "people/person-0-x"]);
    run(&["build"]);
    for ((who, opened), earlier) in pages("after").into_iter().zip(before.into_values()) {
        let back = |text: &[u8]| {
            without_numbers(&String::from_utf8_lossy(text).replace("person-0-x", "person-0"))
        };
        let opened: BTreeMap<String, String> = (opened.iter())
            .map(|(path, bytes)| (back(path.as_bytes()), back(bytes)))
            .collect();
        let earlier: BTreeMap<String, String> = (earlier.iter())
            .map(|(path, bytes)| (back(path.as_bytes()), back(bytes)))
            .collect();
        assert!(earlier.len() > 3, "{who:?} opens next to nothing");
        assert_eq!(
            opened.keys().collect::<Vec<_>>(),
            earlier.keys().collect::<Vec<_>>()
        );
        for (path, text) in &earlier {
            assert_eq!(opened.get(path), Some(text), "{who:?}: {path}");
        }
    }
}

#[test]
fn stopped_amid_it_goes_on_where_it_is_run_again() {
    let here = example();
    let root = here.path("org");
    let source = source::load(&root).unwrap();
    let moves = scaffold::rename(&source, "ada", "eva").unwrap().moves;
    let rename = || here.run(&["-C", "org", "mv", "people/ada", "people/eva"]);
    rename().exits(0);
    let done = files(&root);
    // All texts have changed, and some of the files have moved.
    for moved in [0, 1, moves.len() / 2, moves.len() - 1] {
        for (from, to) in moves[moved..].iter().rev() {
            fs::rename(root.join(to), root.join(from)).unwrap();
        }
        rename().exits(0);
        assert!(files(&root) == done, "{moved} had moved");
    }
}

#[test]
fn what_git_remembers_of_expectations_follows_the_person() {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    let git = |args: &[&str], day: &str| {
        let mut git = Command::new("git");
        git.current_dir(here.path("org"))
            .args(["-c", "user.name=Alex", "-c", "user.email=alex@example.com"])
            .args(args)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_DATE", format!("{day}T12:00:00+0000"))
            .env("GIT_COMMITTER_DATE", format!("{day}T12:00:00+0000"));
        assert!(git.output().unwrap().status.success(), "git {args:?}");
    };
    let commit = |day: &str| {
        git(&["add", "-A"], day);
        git(&["commit", "-qm", "more"], day);
    };
    let expectations = |text: &str| {
        let toml = format!(
            "agreed = 2026-07-06\n[[expectation]]\nid = \"one\"\ntext = \"{text}\"\nmeasure = \"m\"\n"
        );
        here.write("org/people/sam/2026-h2/expectations.toml", &toml);
    };
    git(&["init", "-q"], "2026-07-01");
    expectations("Lead the migration");
    commit("2026-07-06");
    expectations("Follow the migration");
    commit("2026-09-01");
    let fixed = || {
        let organisation = organisation(&here.path("org"));
        let people = organisation.people.values();
        let cycles = people.flat_map(|person| person.cycles.values());
        let fixed = cycles.filter_map(|cycle| cycle.expectations.as_ref());
        format!("{:?}", fixed.collect::<Vec<_>>())
    };
    let before = fixed();
    assert!(before.contains("Lead the migration"), "{before}");
    here.run(&["-C", "org", "mv", "people/sam", "people/samira"])
        .exits(0)
        .says("in one commit");
    commit("2026-10-01");
    assert_eq!(fixed(), before);
}

#[test]
fn sealed_sources_move_and_what_is_in_them_follows() {
    let here = example();
    let builder = here.run(&["keys", "new", "builder", "-o", "builder.txt"]);
    let recipient = builder.exits(0).stdout().trim().to_owned();
    let settings = here.read("org/gradus.toml");
    let settings = settings.replacen("[sources]", "", 1);
    here.write(
        "org/gradus.toml",
        &format!("{settings}\n[sources]\nrecipients = [\"{recipient}\"]\n"),
    );
    let sealed = [
        "people/grace/2026-h1/peer-ada.md",
        "people/ada/2026-h1/review.md",
        "management/2026-h1/ada.toml",
    ];
    let before = readable(&here.path("org"), "ada-x", "ada");
    for path in sealed {
        here.run(&["seal", &format!("org/{path}")]).exits(0);
    }
    let tree = files(&here.path("org"));
    let rename = ["-C", "org", "mv", "people/ada", "people/ada-x"];
    here.run(&rename)
        .exits(4)
        .says("3 sealed files are not opened");
    assert!(files(&here.path("org")) == tree);
    let review = &tree["people/ada/2026-h1/review.md.age"];
    here.run(&[&rename[..], &["-i", "../builder.txt"]].concat())
        .exits(0)
        .says("sealed to `[sources] recipients`, and to nobody else");
    // What does not change within is the very same file.
    assert_eq!(
        &fs::read(here.path("org/people/ada-x/2026-h1/review.md.age")).unwrap(),
        review
    );
    for path in sealed {
        let path = scaffold_path(path);
        here.run(&["unseal", &format!("org/{path}.age"), "-i", "builder.txt"])
            .exits(0);
    }
    is_same(&before, &readable(&here.path("org"), "ada-x", "ada"), "ada");
}

fn scaffold_path(path: &str) -> String {
    let [from, to] = ["ada", "ada-x"].map(|id| PersonId::new(id).unwrap());
    gradus::domain::model::path_of_renamed(path, &from, &to)
}

#[test]
fn what_cannot_be_renamed_is_refused_and_nothing_changes() {
    let here = example();
    for (from, to, code, words) in [
        (
            "people/ada",
            "people/linus",
            2,
            "`people/linus` is there already",
        ),
        ("people/adda", "people/eva", 2, "did you mean `ada`?"),
        ("people/ada", "people/Eva", 2, "`Eva` is not an id"),
        ("people/ada", "people/org", 2, "has a meaning of its own"),
        ("ada", "eva", 2, "`gradus mv people/OLD people/NEW`"),
        (
            "people/ada/2026-h1",
            "people/eva/2026-h1",
            2,
            "people alone are renamed",
        ),
    ] {
        let before = files(&here.path("org"));
        here.run(&["-C", "org", "mv", from, to])
            .exits(code)
            .says(words);
        assert!(files(&here.path("org")) == before, "{from} {to}");
    }
    for (file, text, code, words) in [
        // No place of it can be trusted, or one cannot.
        (
            "people/teo/log.toml",
            "[[entry]\n",
            2,
            "`people/teo/log.toml:1` cannot be read",
        ),
        (
            "people/teo/log.toml",
            "[[entry]]\nby = 1\n",
            2,
            "`people/teo/log.toml:2` cannot be read",
        ),
        (
            "people/teo/2026-h1/self.md",
            "+++\nby = \"teo\"\n",
            2,
            "`people/teo/2026-h1/self.md` cannot be read",
        ),
        (
            "access.lock",
            "rules = \"x\"\n",
            1,
            "`access.lock` cannot be read",
        ),
        (
            "people/grace/2026-h1/peer-eva.md",
            "",
            3,
            "peer-eva.md` is there already",
        ),
    ] {
        let there = fs::read(here.path(&format!("org/{file}"))).ok();
        here.write(&format!("org/{file}"), text);
        let before = files(&here.path("org"));
        here.run(&["-C", "org", "mv", "people/ada", "people/eva"])
            .exits(code)
            .says(words)
            .says("nothing was changed");
        assert!(files(&here.path("org")) == before, "{file}");
        match there {
            Some(bytes) => fs::write(here.path(&format!("org/{file}")), bytes).unwrap(),
            None => fs::remove_file(here.path(&format!("org/{file}"))).unwrap(),
        }
    }
}

#[test]
fn edits_keep_quotes_comments_line_ends_and_byte_order_marks() {
    let here = example();
    let log = "\u{feff}# by ada\r\n[[entry]]\r\ndate = 2026-01-05 # ada\r\nkind = 'feedback'\r\nby = 'ada' # \"ada\"\r\ntext = \"by ada\"\r\nreaders = [\r\n  \"\\u0061da\", # her\r\n  'person'\r\n]\r\n";
    here.write("org/people/teo/log.toml", log);
    let allow =
        "[[policy.allow]]\ncode = \"G014\"\npath = 'people/ada/2026-h1' # ada\nwhy = \"ada\"\n";
    let settings = here.read("org/gradus.toml") + allow;
    here.write("org/gradus.toml", &settings);
    here.run(&["-C", "org", "mv", "people/ada", "people/eva"])
        .exits(0);
    let expected = log
        .replace("by = 'ada'", "by = 'eva'")
        .replace("\"\\u0061da\"", "\"eva\"");
    assert_eq!(here.read("org/people/teo/log.toml"), expected);
    let settings = settings.replace("people/ada", "people/eva");
    assert_eq!(here.read("org/gradus.toml"), settings);
}
