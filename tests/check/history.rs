//! What git shows of expectations, in repositories made for the purpose.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gradus::domain::model::*;
use gradus::ground::diag::Report;
use gradus::tree::source::{self, Given, Inputs, Outside, Source};
use gradus::{build::pipeline, tree::check};

use super::tree::Tree;

const EXPECTATIONS: &str = "people/ada/2026-h1/expectations.toml";

/// A tree in git.
struct Repository {
    tree: Tree,
}

/// The sample, with one expectation agreed on 2026-01-10 and not committed.
fn sample() -> Repository {
    let repository = Repository {
        tree: Tree::sample(),
    };
    git(&repository.root(), &["init", "--quiet", "-b", "main"], "");
    repository
}

fn agreed(rest: &str) -> String {
    format!("agreed = 2026-01-10\n[[expectation]]\nid = \"auth\"\n{rest}\n")
}

const MIGRATE: &str = "text = \"Lead the migration\"\nmeasure = \"No Sev-1\"";

/// Runs git with nobody's configuration, as somebody, on a day.
fn git(directory: &Path, asked: &[&str], day: &str) {
    let day = format!("{day}T12:00:00+0000");
    let mut command = Command::new("git");
    command
        .current_dir(directory)
        .args(["-c", "protocol.file.allow=always"])
        .args(asked)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Grace")
        .env("GIT_AUTHOR_EMAIL", "grace@example.com")
        .env("GIT_COMMITTER_NAME", "Grace")
        .env("GIT_COMMITTER_EMAIL", "grace@example.com");
    if day.len() > 20 {
        command
            .env("GIT_AUTHOR_DATE", &day)
            .env("GIT_COMMITTER_DATE", &day);
    }
    let output = command.output().expect("git is installed");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {asked:?}: {words}");
}

impl Repository {
    fn root(&self) -> PathBuf {
        self.tree.root()
    }

    fn with(self, path: &str, text: &str) -> Self {
        Self {
            tree: self.tree.with_bytes(path, text.as_bytes()),
        }
    }

    fn expecting(self, rest: &str) -> Self {
        self.with(EXPECTATIONS, &agreed(rest))
    }

    fn git(self, asked: &[&str]) -> Self {
        git(&self.root(), asked, "2026-06-01");
        self
    }

    fn committed(self, day: &str) -> Self {
        commit(&self.root(), day);
        self
    }

    fn told(&self) -> Told {
        told(&self.root())
    }
}

fn commit(directory: &Path, day: &str) {
    git(directory, &["add", "--all"], day);
    git(directory, &["commit", "--quiet", "--message", "so"], day);
}

#[test]
fn what_git_tells_counts_among_what_a_site_is_made_from() {
    let inputs = |repository: &Repository| source::load(&repository.root()).unwrap().inputs();
    let repository = sample().expecting(MIGRATE);
    let never = inputs(&repository);
    let repository = repository.committed("2026-01-12");
    let first = inputs(&repository);
    assert_ne!(never.shared, first.shared, "the day that history begins");
    let repository = repository.expecting("text = \"Follow the migration\"");
    let beside = inputs(&repository);
    let within = inputs(&repository.committed("2026-06-01"));
    assert_eq!(beside.shared, within.shared);
    let other = within
        .people
        .iter()
        .filter(|(name, hash)| beside.people[*name] != **hash);
    let other: Vec<&str> = other.map(|(name, _)| &**name).collect();
    assert_eq!(other, ["ada"]);
}

/// What came of a tree.
struct Told {
    organisation: Option<Organisation>,
    report: Report,
}

fn told(root: &Path) -> Told {
    let source = source::load(root).expect("an organisation");
    let (organisation, report) = check::check(&source);
    Told {
        organisation,
        report,
    }
}

impl Told {
    fn codes(&self) -> Vec<&str> {
        self.report.diagnostics.iter().map(|d| d.code).collect()
    }

    #[track_caller]
    fn expectations_of(&self, person: &str, cycle: &str) -> Expectations {
        let organisation = self.organisation.as_ref();
        let organisation = organisation.unwrap_or_else(|| panic!("{:?}", self.report.diagnostics));
        let person = &organisation.people[&PersonId::new(person).expect("an id")];
        let cycle = &person.cycles[&CycleId::new(cycle).expect("an id")];
        cycle.expectations.clone().expect("expectations")
    }

    #[track_caller]
    fn expectations(&self) -> Expectations {
        self.expectations_of("ada", "2026-h1")
    }

    #[track_caller]
    fn proof(&self) -> Proof {
        self.expectations().proof
    }

    #[track_caller]
    fn fixed(&self, id: &str) -> Fixed {
        let all = self.expectations().expectations;
        let one = all.into_iter().find(|one| one.id.as_str() == id);
        one.and_then(|one| one.fixed).expect("git holds it")
    }

    #[track_caller]
    fn dropped(&self) -> Vec<Dropped> {
        match self.proof() {
            Proof::Shown(dropped) => dropped,
            Proof::Unshown(why) => panic!("{why:?}"),
        }
    }
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn was(id: &str, text: &str, measure: Option<&str>, agreed: &str) -> Option<AsAgreed> {
    Some(AsAgreed {
        id: ExpectationId::new(id).expect("an id"),
        text: text.to_owned(),
        measure: measure.map(str::to_owned),
        agreed: day(agreed),
    })
}

const UNCHANGED: fn(&str) -> Fixed = |since| Fixed {
    since: day(since),
    late_days: 0,
    added: false,
    changed: None,
};

#[test]
fn what_was_committed_as_agreed_and_left_alone_stays_unremarked() {
    let told = sample().expecting(MIGRATE).committed("2026-01-10").told();
    assert_eq!(told.fixed("auth"), UNCHANGED("2026-01-10"));
    assert_eq!(told.proof(), Proof::Shown(Vec::new()));
    assert!(told.codes().is_empty(), "{:?}", told.codes());
}

#[test]
fn ticking_steps_adding_notes_and_breaking_lines_is_no_change() {
    let steps = format!("{MIGRATE}\nsteps = [\"Design\"]");
    let ticked = "text = \"\"\"Lead\n  the migration\"\"\"\nmeasure = \"No Sev-1\"\nkind = \"objective\"\nsteps = [{ text = \"Design\", done = 2026-02-01 }]\n[[note]]\ndate = 2026-03-01\nby = \"grace\"\non = \"auth\"\ntext = \"Later\"";
    let repository = sample().expecting(&steps).committed("2026-01-10");
    let told = repository.expecting(ticked).committed("2026-03-01").told();
    assert_eq!(told.fixed("auth"), UNCHANGED("2026-01-10"));
    assert!(told.codes().is_empty(), "{:?}", told.codes());
}

#[test]
fn a_text_changed_after_it_was_agreed_shows_what_it_was_and_when_it_changed() {
    let repository = sample().expecting(MIGRATE).committed("2026-01-11");
    let repository = repository
        .expecting("text = \"Help with it\"\nmeasure = \"No Sev-1\"")
        .committed("2026-04-02");
    let told = repository.told();
    let changed = told.fixed("auth").changed.expect("a change");
    assert_eq!(changed.on, Some(day("2026-04-02")));
    let then = was("auth", "Lead the migration", Some("No Sev-1"), "2026-01-10");
    assert_eq!(changed.was, then);
    assert_eq!(told.codes(), ["W020"]);
    let place = &told.report.diagnostics[0].place;
    let text = &told.report.texts[&place.file][place.start..place.end];
    assert_eq!(text, "\"Help with it\"");
}

#[test]
fn a_measure_that_changed_is_pointed_at_and_a_new_one_counts_too() {
    let repository = sample().expecting(MIGRATE).committed("2026-01-10");
    let told = repository
        .expecting("text = \"Lead the migration\"\nmeasure = \"At most one Sev-1\"")
        .committed("2026-04-02")
        .told();
    assert_eq!(told.codes(), ["W020"]);
    assert!(
        told.report.diagnostics[0]
            .message
            .starts_with("the measure of `auth`")
    );
    let repository = sample()
        .expecting("text = \"Lead the migration\"")
        .committed("2026-01-10");
    let told = repository.expecting(MIGRATE).committed("2026-04-02").told();
    assert_eq!(told.codes(), ["W020"]);
}

#[test]
fn a_day_moved_back_is_a_change_and_no_delay() {
    let late = agreed(MIGRATE).replace("01-10", "03-20");
    let repository = sample().with(EXPECTATIONS, &late).committed("2026-03-20");
    let told = repository.expecting(MIGRATE).committed("2026-04-02").told();
    let fixed = told.fixed("auth");
    assert_eq!(fixed.late_days, 0);
    let was = fixed.changed.and_then(|changed| changed.was);
    assert_eq!(was.map(|was| was.agreed), Some(day("2026-03-20")));
    assert_eq!(told.codes(), ["W020"]);
}

#[test]
fn what_was_changed_and_changed_back_stays_unremarked() {
    let repository = sample().expecting(MIGRATE).committed("2026-01-10");
    let repository = repository
        .expecting("text = \"Help\"")
        .committed("2026-02-01");
    let told = repository.expecting(MIGRATE).committed("2026-02-02").told();
    assert_eq!(told.fixed("auth").changed, None);
}

#[test]
fn a_change_that_is_not_committed_shows_without_a_day() {
    let repository = sample().expecting(MIGRATE).committed("2026-01-10");
    let told = repository.expecting("text = \"Help\"").told();
    let changed = told.fixed("auth").changed.expect("a change");
    assert_eq!(changed.on, None);
    assert_eq!(told.codes(), ["W020"]);
}

#[test]
fn expectations_added_to_an_agreed_set_and_dropped_from_it_show() {
    let one = "text = \"Lead\"\n[[expectation]]\nid = \"hiring\"\ntext = \"Hire two\"";
    let other = "text = \"Lead\"\n[[expectation]]\nid = \"mentor\"\ntext = \"Mentor\"";
    let repository = sample().expecting(one).committed("2026-01-10");
    let told = repository.expecting(other).committed("2026-03-01").told();
    let mentor = told.fixed("mentor");
    assert!(mentor.added && mentor.late_days == 50, "{mentor:?}");
    let gone = Dropped {
        on: Some(day("2026-03-01")),
        was: was("hiring", "Hire two", None, "2026-01-10"),
    };
    assert_eq!(told.dropped(), [gone]);
    assert_eq!(told.fixed("auth"), UNCHANGED("2026-01-10"));
    assert_eq!(told.codes(), ["W020", "W020"]);
}

#[test]
fn an_expectation_with_a_later_day_of_its_own_joins_the_set_honestly() {
    let both =
        "text = \"Lead\"\n[[expectation]]\nid = \"mentor\"\ntext = \"Mentor\"\nagreed = 2026-03-20";
    let repository = sample()
        .expecting("text = \"Lead\"")
        .committed("2026-01-10");
    let told = repository.expecting(both).committed("2026-03-20").told();
    assert_eq!(told.fixed("mentor"), UNCHANGED("2026-03-20"));
    assert!(told.codes().is_empty(), "{:?}", told.codes());
}

#[test]
fn a_first_commit_long_after_the_day_it_claims_is_late_once_a_file() {
    let two = "text = \"Lead\"\n[[expectation]]\nid = \"mentor\"\ntext = \"Mentor\"";
    let told = sample().expecting(two).committed("2026-02-24").told();
    assert_eq!(told.fixed("auth").late_days, 45);
    assert_eq!(told.codes(), ["W021"]);
    let told = sample().expecting(two).committed("2026-01-24").told();
    assert_eq!(told.fixed("auth").late_days, 14);
    assert!(told.codes().is_empty(), "the policy allows for two weeks");
}

#[test]
fn a_cycle_that_was_over_before_the_tree_came_into_git_is_not_warned_about() {
    let told = sample().expecting(MIGRATE).committed("2026-07-24").told();
    assert_eq!(told.fixed("auth").late_days, 195);
    assert!(told.codes().is_empty(), "{:?}", told.codes());
    let younger = sample().with(EXPECTATIONS, "").committed("2026-01-01");
    let told = younger.expecting(MIGRATE).committed("2026-07-24").told();
    assert_eq!(told.codes(), ["W021"]);
}

#[test]
fn what_a_draft_said_does_not_count() {
    let draft = agreed("text = \"To be found\"").replace("agreed = 2026-01-10\n", "");
    let repository = sample().with(EXPECTATIONS, &draft).committed("2026-01-02");
    let told = repository.expecting(MIGRATE).committed("2026-01-10").told();
    assert_eq!(told.fixed("auth"), UNCHANGED("2026-01-10"));
    assert!(told.codes().is_empty(), "{:?}", told.codes());
}

#[test]
fn a_person_renamed_and_the_whole_tree_moved_keep_their_history() {
    let repository = sample().expecting(MIGRATE).committed("2026-01-10");
    let root = repository.root();
    let repository = repository
        .git(&["mv", "people/ada", "people/ada-o"])
        .committed("2026-02-01");
    fs::create_dir(root.join("reviews")).expect("a directory");
    for part in ["people", "cycles", "rubrics", "gradus.toml"] {
        git(&root, &["mv", part, "reviews/"], "");
    }
    let path = "reviews/people/ada-o/2026-h1/expectations.toml";
    let reworded = agreed("text = \"Lead a migration\"\nmeasure = \"No Sev-1\"");
    let repository = repository.with(path, &reworded).committed("2026-03-01");
    let told = told(&root.join("reviews"));
    let all = told.expectations_of("ada-o", "2026-h1");
    let fixed = all.expectations[0].fixed.clone().expect("git holds it");
    assert_eq!(fixed.since, day("2026-01-10"));
    assert_eq!(fixed.changed.and_then(|c| c.on), Some(day("2026-03-01")));
    drop(repository);
}

#[test]
fn two_people_whose_files_look_alike_are_not_taken_for_one() {
    let linus = "people/linus/2025-h2/expectations.toml";
    let repository = sample().expecting(MIGRATE).committed("2026-01-10");
    let alike = agreed(MIGRATE)
        .replace("2026-01-10", "2025-07-10")
        .replace("Lead", "Own");
    fs::remove_file(repository.root().join(EXPECTATIONS)).expect("a file");
    let told = repository
        .with(linus, &alike)
        .committed("2026-02-01")
        .told();
    let all = told.expectations_of("linus", "2025-h2");
    let fixed = all.expectations[0].fixed.clone().expect("git holds it");
    assert_eq!((fixed.since, fixed.changed), (day("2026-02-01"), None));
}

#[test]
fn a_change_made_while_merging_is_seen_and_a_branch_brings_its_own_day() {
    let repository = sample().with(EXPECTATIONS, "").committed("2026-01-01");
    let repository = repository.git(&["checkout", "--quiet", "-b", "ada"]);
    let repository = repository.expecting(MIGRATE).committed("2026-01-10");
    let repository = repository.git(&["checkout", "--quiet", "main"]);
    let repository = repository.with("notes.md", "so").committed("2026-01-20");
    let repository = repository.git(&["merge", "--quiet", "--no-ff", "--no-commit", "ada"]);
    let clean = repository.committed("2026-02-01");
    assert_eq!(clean.told().fixed("auth"), UNCHANGED("2026-01-10"));
    let repository = clean.git(&["checkout", "--quiet", "-b", "grace"]);
    let ticked = format!("{MIGRATE}\nsteps = [\"Design\"]");
    let repository = repository.expecting(&ticked).committed("2026-02-10");
    let repository = repository.git(&["checkout", "--quiet", "main"]);
    let repository = repository.with("notes.md", "more").committed("2026-02-11");
    let repository = repository.git(&["merge", "--quiet", "--no-ff", "--no-commit", "grace"]);
    let told = repository
        .expecting("text = \"Slipped in\"")
        .committed("2026-03-01")
        .told();
    let changed = told.fixed("auth").changed.expect("a change");
    assert_eq!(changed.on, Some(day("2026-03-01")));
}

#[test]
fn a_shallow_clone_proves_nothing_and_says_so() {
    let repository = sample().expecting(MIGRATE).committed("2026-01-10");
    let repository = repository
        .expecting("text = \"Help\"")
        .committed("2026-04-02");
    let clone = tempfile::tempdir().expect("a directory");
    let from = format!("file://{}", repository.root().display());
    let to = clone.path().join("clone");
    let to = to.to_str().expect("a plain path");
    git(
        clone.path(),
        &["clone", "--quiet", "--depth", "1", &from, to],
        "",
    );
    let told = told(Path::new(to));
    assert_eq!(told.codes(), ["W022"]);
    assert_eq!(told.proof(), Proof::Unshown(Unshown::Shallow));
    assert_eq!(told.expectations().expectations[0].fixed, None);
}

#[test]
fn outside_of_git_nothing_is_shown_and_nobody_warned() {
    let tree = Tree::sample();
    let told = told(&tree.root());
    assert_eq!(told.proof(), Proof::Unshown(Unshown::NoRepository));
    assert!(told.codes().is_empty());
}

#[test]
fn what_is_not_committed_yet_accuses_nobody() {
    let empty = sample().expecting(MIGRATE).told();
    assert_eq!(empty.proof(), Proof::Unshown(Unshown::NotCommitted));
    assert!(empty.codes().is_empty());
    let repository = sample().committed("2026-01-05");
    let two = "text = \"Migrate\"\nfollows = \"2025-h2/on-call\"\n[[expectation]]\nid = \"mentor\"\ntext = \"Mentor\"";
    let told = repository.expecting(two).told();
    let mentor = told.expectations().expectations[1].clone();
    assert_eq!((mentor.id.as_str(), mentor.fixed), ("mentor", None));
    assert!(told.codes().is_empty());
}

#[test]
fn a_tree_that_fixes_its_day_is_not_compared() {
    let repository = sample().expecting(MIGRATE).committed("2026-01-10");
    let told = repository
        .with("gradus.toml", "name = \"Tiny\"\nas_of = 2026-05-01\n")
        .expecting("text = \"Help\"")
        .told();
    assert_eq!(told.proof(), Proof::Unshown(Unshown::NotAsked));
    assert!(told.codes().is_empty());
}

#[test]
fn people_in_another_repository_are_proven_by_that_one() {
    let repository = sample().committed("2026-05-01");
    let others = tempfile::tempdir().expect("a directory");
    fs::rename(
        repository.root().join("people"),
        others.path().join("people"),
    )
    .expect("moved");
    fs::write(others.path().join(EXPECTATIONS), agreed(MIGRATE)).expect("written");
    git(others.path(), &["init", "--quiet"], "");
    commit(others.path(), "2026-01-10");
    let people = others.path().join("people");
    let sources = format!(
        "name = \"Tiny\"\n[sources]\npeople = \"{}\"\n",
        people.display()
    );
    let repository = repository.with("gradus.toml", &sources);
    assert_eq!(repository.told().codes(), ["E066"]);
    let given = Given {
        outside: Outside::new([people]).expect("a folder"),
        ..Given::default()
    };
    let source = source::load_with(&repository.root(), &given).expect("an organisation");
    let (organisation, report) = check::check(&source);
    let told = Told {
        organisation,
        report,
    };
    assert_eq!(told.fixed("auth"), UNCHANGED("2026-01-10"));
}

#[test]
fn words_that_were_for_other_readers_are_not_shown() {
    let narrow = format!("readers = \"grace\"\n{}", agreed(MIGRATE));
    let repository = sample().with(EXPECTATIONS, &narrow).committed("2026-01-10");
    let told = repository
        .expecting("text = \"Help\"")
        .committed("2026-02-01")
        .told();
    let changed = told.fixed("auth").changed.expect("a change");
    assert_eq!(changed.was, None);
}

#[test]
fn a_file_that_was_sealed_cannot_be_shown() {
    let sealed = format!("{EXPECTATIONS}.age");
    let repository = sample().with(&sealed, "sealed");
    fs::remove_file(repository.root().join(EXPECTATIONS)).expect("a file");
    let repository = repository.committed("2026-01-10");
    fs::remove_file(repository.root().join(&sealed)).expect("a file");
    let told = repository.expecting(MIGRATE).committed("2026-05-01").told();
    assert_eq!(told.proof(), Proof::Unshown(Unshown::Sealed));
    assert!(told.codes().is_empty());
}

#[test]
fn versions_that_are_no_toml_are_passed_over() {
    let repository = sample()
        .with(EXPECTATIONS, "agreed = ")
        .committed("2026-01-08");
    let repository = repository.expecting(MIGRATE).committed("2026-01-10");
    let repository = repository
        .with(EXPECTATIONS, "<<<<<<<")
        .committed("2026-01-12");
    let told = repository.expecting(MIGRATE).committed("2026-01-13").told();
    assert_eq!(told.fixed("auth"), UNCHANGED("2026-01-10"));
}

#[test]
fn a_repository_that_wants_programs_run_gets_none_run() {
    let repository = sample().expecting(MIGRATE).committed("2026-01-10");
    let trap = repository.root().join("trap");
    let script = repository.root().join("trap.sh");
    fs::write(
        &script,
        format!("#!/bin/sh\ntouch {}\ncat\n", trap.display()),
    )
    .expect("a script");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("allowed");
    }
    let run = script.to_str().expect("a plain path");
    let repository = repository
        .git(&["config", "core.fsmonitor", run])
        .git(&["config", "core.pager", run])
        .git(&["config", "diff.external", run])
        .git(&["config", "diff.all.textconv", run])
        .git(&["config", "gpg.program", run])
        .git(&["config", "color.ui", "always"])
        .git(&["config", "log.showSignature", "true"])
        .git(&["config", "diff.orderFile", "/nowhere"])
        .git(&["config", "diff.relative", "true"])
        .with(".gitattributes", "* diff=all\n")
        .expecting("text = \"Help\"\nmeasure = \"No Sev-1\"");
    fs::remove_file(&trap).ok(); // setting it up may have run it
    let told = repository.told();
    assert!(told.fixed("auth").changed.is_some());
    assert!(!trap.exists(), "a program of the repository was run");
}

#[test]
fn a_repository_in_a_directory_with_a_strange_name_is_read() {
    let above = tempfile::tempdir().expect("a directory");
    let strange = above.path().join(":(top) né*\t[a]\n--x");
    let repository = sample().expecting(MIGRATE);
    fs::create_dir(&strange).expect("a directory");
    for part in ["people", "cycles", "rubrics", "gradus.toml"] {
        fs::rename(repository.root().join(part), strange.join(part)).expect("moved");
    }
    git(above.path(), &["init", "--quiet"], "");
    commit(above.path(), "2026-01-10");
    assert_eq!(told(&strange).fixed("auth"), UNCHANGED("2026-01-10"));
}

/// Reads a tree again as if one file had been saved, and gives whose inputs are different.
fn saved(source: &mut Source, path: &str) -> Vec<String> {
    let root = source.root.canonicalize().expect("a directory");
    let before = source.inputs();
    source
        .reload(&[root.join(path)].into())
        .expect("an organisation");
    let after = source.inputs();
    assert_eq!(before.shared, after.shared);
    differing(&before, &after)
}

fn differing(before: &Inputs, after: &Inputs) -> Vec<String> {
    let other = after.people.iter();
    let other = other.filter(|(name, input)| before.people.get(*name) != Some(*input));
    other.map(|(name, _)| name.to_string()).collect()
}

#[test]
fn a_commit_alone_makes_what_git_tells_of_a_person_different() {
    let repository = sample().expecting(MIGRATE).committed("2026-01-10");
    let mut source = source::load(&repository.root()).expect("an organisation");
    assert!(!source.is_outdated());
    let linus = "people/linus/person.toml";
    assert!(saved(&mut source, linus).is_empty());
    let repository = repository.expecting("text = \"Help\"");
    assert_eq!(saved(&mut source, EXPECTATIONS), ["ada"]);
    assert!(!source.is_outdated(), "nothing was committed");
    let repository = repository.committed("2026-02-01");
    assert!(source.is_outdated());
    assert_eq!(saved(&mut source, linus), ["ada"]);
    assert_eq!(source.history.of(EXPECTATIONS).map(<[_]>::len), Ok(2));
    assert!(!source.is_outdated() && saved(&mut source, linus).is_empty());
    drop(repository);
}

#[test]
fn a_tree_read_again_says_what_it_says_when_read_anew() {
    let repository = rewritten().with("cycles/2026-h1.toml", PIN);
    let mut source = source::load(&repository.root()).expect("an organisation");
    let cycle = repository.root().join("cycles/2026-h1.toml");
    let everything: BTreeSet<PathBuf> = [repository.root().canonicalize().expect("it")].into();
    let steps = [
        (PIN.to_owned(), everything.clone()),
        (pinned("v2026.2"), everything.clone()),
        (
            pinned("old/rubric"),
            [cycle.canonicalize().expect("it")].into(),
        ),
        (PIN.replace("rubric", "# rubric"), everything.clone()),
    ];
    for (text, paths) in steps {
        fs::write(&cycle, text).expect("written");
        source.reload(&paths).expect("an organisation");
        let anew = source::load(&repository.root()).expect("an organisation");
        assert_eq!(source.files, anew.files);
        assert_eq!(source.directories, anew.directories);
        assert_eq!(source.texts, anew.texts);
        assert_eq!(source.problems, anew.problems);
        let pins = |source: &Source| source.revisions.keys().cloned().collect::<Vec<_>>();
        assert_eq!(pins(&source), pins(&anew));
    }
}

const PIN: &str = "title = \"H1\"\nstart = 2026-01-01\nend = 2026-06-30\nrubric = \"v2026.1\"\n";

fn pinned(pin: &str) -> String {
    PIN.replace("v2026.1", pin)
}

/// A tree whose rubric was tagged, and then rewritten.
fn rewritten() -> Repository {
    let repository = sample().committed("2026-01-10").git(&["tag", "v2026.1"]);
    let repository = repository.git(&["branch", "old/rubric"]);
    repository
        .with("rubrics/ic/l3.toml", "title = \"Three\"\nrank = 3\n")
        .committed("2026-02-01")
}

#[track_caller]
fn level_title(told: &Told, pin: &str) -> String {
    let organisation = told.organisation.as_ref();
    let organisation = organisation.unwrap_or_else(|| panic!("{:?}", told.report.diagnostics));
    let rubric = &organisation.pinned[pin];
    let (track, level) = (TrackId::new("ic"), LevelId::new("l3"));
    let (track, level) = (track.expect("an id"), level.expect("an id"));
    let level = rubric.level(&LevelRef { track, level });
    level.expect("a level").1.title.clone()
}

#[test]
fn a_cycle_pins_its_rubric_to_a_tag_a_branch_or_a_hash() {
    let head = |repository: &Repository| {
        let asked = Command::new("git")
            .current_dir(repository.root())
            .args(["rev-parse", "v2026.1"])
            .output();
        let hash = String::from_utf8(asked.expect("git").stdout).expect("a hash");
        hash.trim()[..12].to_owned()
    };
    let repository = rewritten();
    let hash = head(&repository);
    let mut repository = repository;
    for pin in ["v2026.1", "old/rubric", &hash, "main~1"] {
        repository = repository.with("cycles/2026-h1.toml", &pinned(pin));
        let told = repository.told();
        assert_eq!(level_title(&told, pin), "L3", "{pin}");
        assert!(told.codes().is_empty());
    }
}

#[test]
fn a_directory_of_the_same_name_comes_before_a_revision() {
    let repository = rewritten()
        .with(
            "v2026.1/ic/track.toml",
            "title = \"Engineer\"\n[[competency]]\nid = \"technical\"\ntitle = \"Technical\"\n",
        )
        .with(
            "v2026.1/ic/l3.toml",
            "title = \"Of the directory\"\nrank = 3\n",
        )
        .with("cycles/2026-h1.toml", PIN);
    assert_eq!(
        level_title(&repository.told(), "v2026.1"),
        "Of the directory"
    );
}

#[test]
fn a_revision_from_before_the_tree_moved_is_found() {
    let repository = rewritten();
    let root = repository.root();
    fs::create_dir(root.join("reviews")).expect("a directory");
    for part in ["people", "cycles", "rubrics", "gradus.toml"] {
        git(&root, &["mv", part, "reviews/"], "");
    }
    let repository = repository.with("reviews/cycles/2026-h1.toml", PIN);
    assert_eq!(level_title(&told(&root.join("reviews")), "v2026.1"), "L3");
    drop(repository);
}

#[test]
fn a_revision_that_is_not_there_is_an_error_with_the_nearest_name() {
    let repository = rewritten().with("cycles/2026-h1.toml", &pinned("v2026.11"));
    let told = repository.told();
    assert_eq!(told.codes(), ["E031"]);
    let help = told.report.diagnostics[0].help.clone();
    assert_eq!(help.as_deref(), Some("did you mean `v2026.1`?"));
    let repository = repository.with("cycles/2026-h1.toml", &pinned("rubric-of-long-ago"));
    let told = repository.told();
    let help = told.report.diagnostics[0].help.clone().unwrap_or_default();
    assert!(help.contains("`v2026.1`"), "{help}");
}

#[test]
fn hostile_pins_are_no_questions_to_git() {
    let hostile = [
        "--help",
        "-x",
        "HEAD@{1}",
        ":/so",
        "a..b",
        "v2026.1:rubrics",
        "@",
        "x y",
    ];
    let mut repository = rewritten();
    for pin in hostile {
        repository = repository.with("cycles/2026-h1.toml", &pinned(pin));
        let told = repository.told();
        assert_eq!(told.codes(), ["E031"], "{pin}");
    }
}

#[test]
fn what_is_wrong_in_a_revision_is_said_with_its_name() {
    let repository = sample()
        .with("rubrics/ic/l3.toml", "title = \"L3\"\n")
        .committed("2026-01-10")
        .git(&["tag", "v2026.1"])
        .with("rubrics/ic/l3.toml", "title = \"L3\"\nrank = 3\n")
        .with("cycles/2026-h1.toml", PIN);
    let told = repository.told();
    assert_eq!(told.codes(), ["E013"]);
    let place = &told.report.diagnostics[0].place;
    assert_eq!(&*place.file, "v2026.1:rubrics/ic/l3.toml");
}

#[test]
fn a_pin_outside_of_git_says_that_there_is_no_repository() {
    let tree = Tree::sample().with_bytes("cycles/2026-h1.toml", PIN.as_bytes());
    let told = told(&tree.root());
    assert_eq!(told.codes(), ["E031"]);
    let message = &told.report.diagnostics[0].message;
    assert!(message.contains("no git repository"), "{message}");
}

#[test]
fn the_pipeline_asks_git() {
    let repository = sample().expecting(MIGRATE).committed("2026-01-10");
    let repository = repository.expecting("text = \"Help\"");
    let (_, report) = pipeline::load(&repository.root(), day("2026-05-01")).expect("a tree");
    assert!(report.diagnostics.iter().any(|d| d.code == "W020"));
}
