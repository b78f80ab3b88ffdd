//! What is noticed of a changing tree: whoever changes it, and however.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};

use gradus::domain::model::Date;
use gradus::serve::preview_state::PreviewState;
use gradus::serve::rebuild;
use gradus::serve::watch::{News, Notice, Watch};
use gradus::serve::{Preview, RunSecret};
use gradus::tree::source::{Given, Outside};
use tempfile::TempDir;

use super::running::{CANARY, PATIENCE, organisation};

/// A watched organisation, and what was noticed.
struct Watched {
    folder: TempDir,
    root: PathBuf,
    noticed: Receiver<News>,
    _watch: Watch,
}

impl Watched {
    fn start(notice: Notice) -> Self {
        Self::at("org", notice, |_| ())
    }

    /// Watches what lies at that path of the folder, once `before` has made it.
    fn at(path: &str, notice: Notice, before: impl FnOnce(&Path)) -> Self {
        let folder = organisation();
        before(folder.path());
        let outside = Outside::new([folder.path().to_owned()]).expect("a folder");
        let given = Given {
            outside,
            ..Given::default()
        };
        let unwatched = Box::new(|why: String| panic!("no events: {why}"));
        let root = folder.path().join(path);
        let (news, noticed) = channel();
        let watch = Watch::start((root.clone(), given), news, notice, unwatched).expect("a watch");
        Self {
            root: root.canonicalize().expect("a directory"),
            folder,
            noticed,
            _watch: watch,
        }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    /// Waits until all of these were noticed. Gives how many bursts that took.
    fn notices(&self, paths: &[&str]) -> usize {
        let mut missing: BTreeSet<PathBuf> = paths.iter().map(|path| self.path(path)).collect();
        let mut bursts = 0;
        while !missing.is_empty() {
            let Ok(News::Changed(some)) = self.noticed.recv_timeout(PATIENCE) else {
                panic!("not noticed: {missing:#?}");
            };
            bursts += 1;
            missing.retain(|path| !path.ancestors().any(|at| some.contains(at)));
        }
        bursts
    }
}

const PERSON: &str = "people/sam/person.toml";

/// Puts a text into a file.
type Save = fn(&Path, &str);

/// How programs save a file.
const SAVES: [(&str, Save); 6] = [
    ("in place, as VS Code does", |path, text| {
        fs::write(path, text).unwrap()
    }),
    ("by a new file, as vim does", |path, text| {
        let backup = path.with_extension("toml~");
        let probe = path.with_file_name("4913");
        fs::write(&probe, "").unwrap();
        fs::remove_file(&probe).unwrap();
        fs::rename(path, &backup).unwrap();
        fs::write(path, text).unwrap();
        fs::remove_file(&backup).unwrap();
    }),
    ("by two renames, as JetBrains does", |path, text| {
        let (new, old) = (
            path.with_file_name("person.toml___jb_tmp___"),
            path.with_file_name("person.toml___jb_old___"),
        );
        fs::write(&new, text).unwrap();
        fs::rename(path, &old).unwrap();
        fs::rename(&new, path).unwrap();
        fs::remove_file(&old).unwrap();
    }),
    ("by a rename from beside", |path, text| {
        let new = path.with_file_name(".person.toml.swp");
        fs::write(&new, text).unwrap();
        fs::rename(&new, path).unwrap();
    }),
    ("by a rename from elsewhere", |path, text| {
        let new = path.ancestors().nth(4).unwrap().join("elsewhere");
        fs::write(&new, text).unwrap();
        fs::rename(&new, path).unwrap();
    }),
    ("by a link in its place", |path, text| {
        fs::remove_file(path).unwrap();
        fs::write(path.with_file_name("real.toml"), text).unwrap();
        std::os::unix::fs::symlink("real.toml", path).unwrap();
    }),
];

#[test]
fn every_way_of_saving_is_noticed() {
    for notice in [Notice::ReportedAndSeen, Notice::Seen] {
        for (how, save) in SAVES {
            let watched = Watched::start(notice);
            eprintln!("{how}, {notice:?}");
            save(&watched.path(PERSON), "name = \"Another\"");
            watched.notices(&[PERSON]);
        }
    }
}

#[test]
fn a_folder_that_goes_and_comes_again_is_still_watched() {
    for notice in [Notice::ReportedAndSeen, Notice::Seen] {
        let watched = Watched::start(notice);
        fs::remove_dir_all(watched.path("people")).unwrap();
        watched.notices(&["people"]);
        watched.write(PERSON, "1");
        watched.notices(&[PERSON]);
        watched.write("people/ada/person.toml", "1");
        watched.notices(&["people/ada/person.toml"]);
        watched.write("people/ada/2026-h1/review.md", "1");
        watched.notices(&["people/ada/2026-h1/review.md"]);
        watched.write("people/ada/2026-h1/review.md", "22");
        watched.notices(&["people/ada/2026-h1/review.md"]);
    }
}

#[test]
fn a_tree_behind_a_link_and_one_that_lies_elsewhere_are_watched() {
    let link = |folder: &Path| std::os::unix::fs::symlink("org", folder.join("link")).unwrap();
    let watched = Watched::at("link", Notice::ReportedAndSeen, link);
    watched.write(PERSON, "1");
    watched.notices(&[PERSON]);
    let elsewhere = watched
        .folder
        .path()
        .canonicalize()
        .unwrap()
        .join("elsewhere");
    fs::create_dir_all(elsewhere.join("ada")).unwrap();
    let text = fs::read_to_string(watched.path("gradus.toml")).unwrap();
    watched.write(
        "gradus.toml",
        &format!("{text}\n[sources]\npeople = \"../elsewhere\"\n"),
    );
    watched.notices(&["gradus.toml"]);
    fs::write(elsewhere.join("ada/person.toml"), "1").unwrap();
    watched.notices(
        &["../elsewhere/ada/person.toml"]
            .map(|_| {
                elsewhere
                    .join("ada/person.toml")
                    .to_str()
                    .unwrap()
                    .to_owned()
            })
            .each_ref()
            .map(String::as_str),
    );
}

/// Points a link elsewhere in one step, as releases do.
fn point(link: &Path, target: &Path) {
    let beside = link.with_extension("new");
    std::os::unix::fs::symlink(target, &beside).unwrap();
    fs::rename(&beside, link).unwrap();
}

#[test]
fn a_link_on_the_way_that_leads_elsewhere_is_noticed_and_followed() {
    for notice in [Notice::ReportedAndSeen, Notice::Seen] {
        let watched = Watched::at("current/org", notice, |folder| {
            fs::create_dir_all(folder.join("one")).unwrap();
            fs::rename(folder.join("org"), folder.join("one/org")).unwrap();
            std::os::unix::fs::symlink("one", folder.join("current")).unwrap();
        });
        let folder = watched.folder.path().canonicalize().unwrap();
        let link = folder.join("people");
        for (name, person) in [("first", "Former"), ("second", "Latter")] {
            let text = format!("name = \"{person}\"\n");
            fs::create_dir_all(folder.join(name).join("sam")).unwrap();
            fs::write(folder.join(name).join("sam/person.toml"), text).unwrap();
        }
        point(&link, &folder.join("first"));
        let settings = fs::read_to_string(watched.path("gradus.toml")).unwrap();
        let sources = format!("{settings}\n[sources]\npeople = \"../../people\"\n");
        watched.write("gradus.toml", &sources);
        watched.notices(&["gradus.toml"]);
        let given = Given {
            outside: Outside::new([folder.clone()]).expect("a folder"),
            ..Given::default()
        };
        let mut source =
            gradus::tree::source::load_with(&folder.join("current/org"), &given).unwrap();
        let mut told = |path: &Path, words: &str, kind: &str| {
            watched.notices(&[path.to_str().unwrap()]);
            source.reload(&BTreeSet::from([path.to_owned()])).unwrap();
            let texts = source.texts.iter();
            let mut texts = texts.filter(|(path, _)| path.ends_with(kind));
            assert!(
                texts.any(|(_, text)| text.contains(words)),
                "{words}, {notice:?}"
            );
        };
        point(&link, &folder.join("second"));
        told(&link, "Latter", "sam/person.toml");
        let (one, two) = (folder.join("one/org"), folder.join("two/org"));
        fs::create_dir_all(&two).unwrap();
        for name in ["gradus.toml", "cycles", "rubrics"] {
            fs::rename(one.join(name), two.join(name)).unwrap();
        }
        fs::write(two.join("gradus.toml"), format!("# another\n{sources}")).unwrap();
        point(&folder.join("current"), &folder.join("two"));
        told(&folder.join("current"), "# another", "gradus.toml");
    }
}

#[test]
fn hidden_and_built_files_wake_nobody() {
    let watched = Watched::start(Notice::ReportedAndSeen);
    for path in [
        ".git/index",
        ".gradus/ledger.json",
        "public/index.html",
        "people/sam/.x.swp",
        ".hidden/x",
    ] {
        watched.write(path, "1");
    }
    watched.write(PERSON, "1");
    let Ok(News::Changed(first)) = watched.noticed.recv_timeout(PATIENCE) else {
        panic!("nothing was noticed");
    };
    assert_eq!(first, [watched.path(PERSON)].into());
}

#[test]
fn what_lies_behind_a_link_of_the_tree_is_watched() {
    for notice in [Notice::ReportedAndSeen, Notice::Seen] {
        let watched = Watched::at("org", notice, |folder| {
            let kept = folder.join("org/archive/ada");
            fs::create_dir_all(&kept).unwrap();
            fs::write(kept.join("person.toml"), "1").unwrap();
            std::os::unix::fs::symlink("../archive/ada", folder.join("org/people/ada")).unwrap();
        });
        watched.write("archive/ada/person.toml", "22");
        watched.notices(&["people/ada/person.toml"]);
        watched.write("archive/eve/person.toml", "1");
        std::os::unix::fs::symlink("../archive/eve", watched.path("people/eve")).unwrap();
        watched.notices(&["people/eve"]);
        watched.write("archive/eve/person.toml", "22");
        watched.notices(&["people/eve/person.toml"]);
        fs::remove_file(watched.path("people/eve")).unwrap();
        watched.notices(&["people/eve"]);
    }
}

#[test]
fn a_link_that_leaves_the_tree_is_noticed_and_not_followed() {
    let watched = Watched::at("org", Notice::ReportedAndSeen, |folder| {
        fs::create_dir_all(folder.join("elsewhere")).unwrap();
        std::os::unix::fs::symlink("/", folder.join("org/people/all")).unwrap();
    });
    std::os::unix::fs::symlink("../../elsewhere", watched.path("people/out")).unwrap();
    watched.notices(&["people/out"]);
    fs::write(watched.folder.path().join("elsewhere/x"), "1").unwrap();
    watched.write(PERSON, "1");
    let Ok(News::Changed(next)) = watched.noticed.recv_timeout(PATIENCE) else {
        panic!("nothing was noticed");
    };
    assert_eq!(next, [watched.path(PERSON)].into());
}

#[test]
fn another_commit_is_noticed_though_no_file_is_different() {
    for notice in [Notice::ReportedAndSeen, Notice::Seen] {
        let watched = Watched::at("org", notice, |folder| {
            git(folder, &["init", "-q", "-b", "main"]);
            git(folder, &["add", "-A"]);
            git(folder, &["commit", "-q", "-m", "one"]);
        });
        git(
            &watched.root,
            &["commit", "-q", "--allow-empty", "-m", "two"],
        );
        watched.notices(
            &["../.git/logs/HEAD"]
                .map(|_| {
                    let top = watched.root.parent().expect("a parent");
                    top.join(".git/logs/HEAD")
                        .to_str()
                        .expect("a name")
                        .to_owned()
                })
                .each_ref()
                .map(String::as_str),
        );
    }
}

fn git(root: &Path, args: &[&str]) {
    let mut git = Command::new("git");
    git.args([
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        "-c",
        "core.fsync=none",
        "-c",
        "gc.auto=0",
    ]);
    let output = git
        .arg("-C")
        .arg(root)
        .args(args)
        .output()
        .expect("git starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_checkout_of_ten_thousand_files_is_noticed_whole_in_a_few_bursts() {
    let name = |at: usize| format!("people/p{}/2026-h1/peer-q{at}.md", at / 20);
    let names: Vec<String> = (0..10_000).map(name).collect();
    let fill = |folder: &Path| {
        let root = folder.join("org");
        git(&root, &["init", "-q", "-b", "old"]);
        let write = |text: &str| {
            for name in &names {
                let path = root.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
        };
        for (branch, text) in [("old", "one"), ("new", "another")] {
            if branch == "new" {
                git(&root, &["checkout", "-q", "-b", "new"]);
            }
            write(text);
            git(&root, &["add", "-A"]);
            git(&root, &["commit", "-q", "-m", branch]);
        }
    };
    let watched = Watched::at("org", Notice::ReportedAndSeen, fill);
    git(&watched.root, &["checkout", "-q", "old"]);
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    let bursts = watched.notices(&all);
    assert!(bursts < 500, "ten thousand files were {bursts} bursts");
}

#[test]
fn a_change_in_the_midst_of_a_rebuild_is_in_the_next_one() {
    let watched = organisation();
    let root = watched.path().join("org");
    let (news, told) = channel();
    let unwatched = Box::new(|why: String| panic!("no events: {why}"));
    let _watch = Watch::start(
        (root.clone(), Given::default()),
        news.clone(),
        Notice::ReportedAndSeen,
        unwatched,
    )
    .expect("a watch");
    let today = Date::from_ymd_opt(2026, 11, 22).expect("a day");
    let mut preview = Preview::new(root.clone(), today, RunSecret::generate());
    let state = PreviewState::default();
    let file = root.join("gradus.toml");
    let title = |to: &str| {
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace(CANARY, to)).unwrap();
    };
    let mut turns = 0;
    rebuild::refresh(&mut preview, &BTreeSet::new(), &state, &mut |_| ());
    title(&format!("{CANARY} 2"));
    rebuild::until_the_end(&mut preview, &told, &state, &|| today, &mut |turn| {
        turns += 1;
        let shown = state.shown().generation.expect("a site");
        let page = String::from_utf8_lossy(&shown.files["index.html"]).into_owned();
        match turns {
            // The tree has been read: what is written from here on must not be taken for what was read.
            1 => title(&format!("{CANARY} 3")),
            _ if page.contains(&format!("{CANARY} 3")) => news.send(News::End).expect("it listens"),
            _ => assert!(turns < 50, "{:?}", turn.changed),
        }
    });
    assert!(turns >= 2);
}
