//! `gradus new`: drafts, and nothing overwritten.

use std::fs;

use super::schemas::judge_tree;
use crate::program::Program;

/// Alex and Sam in the second half of 2026, whatever day it really is.
pub fn org() -> Program {
    let here = Program::new();
    here.run(&["init", "org", "--template", "rubric"]).exits(0);
    let settings = here.read("org/gradus.toml");
    here.write(
        "org/gradus.toml",
        &format!("as_of = 2026-11-22\n{settings}"),
    );
    let new = |args: &[&str]| {
        let all: Vec<&str> = ["-C", "org", "new"].iter().chain(args).copied().collect();
        here.run(&all).exits(0);
    };
    new(&[
        "person",
        "alex",
        "--name",
        "Alex Lead",
        "--start",
        "2026-07-01",
    ]);
    let sam = [
        "person",
        "sam",
        "--name",
        "Sam Engineer",
        "--start",
        "2026-07-01",
        "--manager",
        "alex",
        "--level",
        "ic/l1",
    ];
    new(&sam);
    new(&["cycle", "2026-h2"]);
    new(&[
        "expectation",
        "sam",
        "first",
        "--text",
        "One small feature",
        "--cycle",
        "2026-h2",
    ]);
    let file = "org/people/sam/2026-h2/expectations.toml";
    here.write(file, &here.read(file).replacen("# agreed", "agreed", 1));
    here
}

#[test]
fn nothing_is_ever_overwritten() {
    let here = org();
    let new = ["-C", "org", "new", "person", "kim", "--name", "Kim"];
    here.run(&new)
        .exits(0)
        .prints_nothing()
        .says("wrote people/kim/person.toml");
    here.write(
        "org/people/kim/person.toml",
        &format!("# mine\n{}", here.read("org/people/kim/person.toml")),
    );
    here.run(&new)
        .exits(3)
        .says("`people/kim/person.toml` is there already");
    assert!(
        here.read("org/people/kim/person.toml")
            .starts_with("# mine\n")
    );
    here.write(
        "org/people/kim/2027-h1/self.md",
        "+++\nby = \"kim\"\n+++\n\nMine.\n",
    );
    here.run(&["-C", "org", "new", "cycle", "2027-h1"])
        .exits(1)
        .says("no cycle `2027-h1`");
    fs::remove_dir_all(here.path("org/people/kim/2027-h1")).unwrap();
    here.run(&["-C", "org", "new", "cycle", "2027-h1"]).exits(0);
    here.write(
        "org/people/kim/2027-h1/self.md",
        "+++\nby = \"kim\"\n+++\n\nMine.\n",
    );
    fs::remove_file(here.path("org/people/kim/2027-h1/expectations.toml")).unwrap();
    here.run(&["-C", "org", "--all", "new", "cycle", "2027-h1"])
        .exits(0)
        .says("left people/kim/2027-h1/self.md as it is")
        .says("wrote people/kim/2027-h1/expectations.toml");
    assert!(
        here.read("org/people/kim/2027-h1/self.md")
            .contains("Mine.")
    );
    here.run(&[
        "-C",
        "org",
        "new",
        "cycle",
        "2027-h1",
        "--end",
        "2027-05-31",
    ])
    .exits(2)
    .says("says otherwise");
}

#[test]
fn a_sealed_file_is_there_too() {
    let here = org();
    let peer = ["-C", "org", "new", "peer", "sam", "--by", "alex"];
    here.run(&peer).exits(0);
    let root = here.path("org/people/sam/2026-h2");
    fs::rename(root.join("peer-alex.md"), here.path("kept.md")).unwrap();
    here.write(
        "org/people/sam/2026-h2/peer-alex.md.age",
        "age-encryption.org/v1\n",
    );
    let refused = here.run(&peer);
    assert!(!root.join("peer-alex.md").exists(), "{}", refused.stderr());
}

#[test]
fn an_entry_is_added_and_what_stands_there_stays() {
    let here = org();
    here.write(
        "org/people/sam/log.toml",
        "# ours\n[[entry]]\ndate = 2026-10-01\nkind = \"win\"\ntext = \"One\"",
    );
    here.run(&["-C", "org", "new", "log", "sam", "--text", "\"Two\""])
        .exits(0);
    let log = here.read("org/people/sam/log.toml");
    assert!(
        log.starts_with("# ours\n[[entry]]\ndate = 2026-10-01\nkind = \"win\"\ntext = \"One\"\n"),
        "{log}"
    );
    here.run(&["-C", "org", "check"]).exits(0);
    let inline = "entry = [{ date = 2026-10-01, kind = \"win\", text = \"One\" }]\n";
    here.write("org/people/sam/log.toml", inline);
    here.run(&["-C", "org", "new", "log", "sam", "--text", "Two"])
        .exits(1)
        .says("nothing was changed");
    assert_eq!(here.read("org/people/sam/log.toml"), inline);
}

#[test]
fn arguments_that_name_nothing_say_what_was_meant() {
    let here = org();
    for (args, said) in [
        (&["peer", "sma", "--by", "alex"][..], "did you mean `sam`?"),
        (&["peer", "sam", "--by", "sam"], "cannot be their own peer"),
        (
            &["plan", "sam", "--cycle", "2026-h3"],
            "did you mean `2026-h2`?",
        ),
        (
            &["person", "kim", "--name", "Kim", "--level", "ic/l9"],
            "did you mean `ic/l",
        ),
        (
            &["person", "kim", "--name", "Kim", "--manager", "alx"],
            "did you mean `alex`?",
        ),
        (&["person", "Kim", "--name", "Kim"], "`Kim` is not an id"),
        (&["plan", "nobody"], "`gradus new person ID --name NAME`"),
        (
            &["person", "kim", "--name", "Kim", "--start", "2026-2-1"],
            "written as in `2026-11-15`",
        ),
        (
            &["person", "kim", "--name", "Kim", "--start", "+12026-01-01"],
            "written as in `2026-11-15`",
        ),
        (
            &["log", "sam", "--competency", "zz", "--text", "x"],
            "competencies are collaboration, growth, impact, technical",
        ),
        (
            &["person", "chain", "--name", "Kim"],
            "has a meaning of its own",
        ),
        (&["cycle", "spring"], "`--start DATE --end DATE`"),
        (
            &["cycle", "2027-h1", "--start", "2027-07-01"],
            "is before the start",
        ),
        (
            &["expectation", "sam", "results"],
            "is the id of a question",
        ),
        (
            &["expectation", "sam", "x", "--follows", "2026-h2/first"],
            "were agreed on",
        ),
        (
            &["log", "sam", "--on", "frst", "--text", "x"],
            "did you mean `first`?",
        ),
        (
            &["log", "sam", "--competency", "growt", "--text", "x"],
            "did you mean `growth`?",
        ),
        (&["checkin", "sam", "--text", "## A heading"], "use `###`"),
        (&["talent", "alex"], "nobody manages `alex`"),
        (&["pip", "sam", "--days", "10"], "30 to 90 days"),
        (
            &["rubric", "ops", "--extends", "ci"],
            "there is no track `ci`",
        ),
    ] {
        let all: Vec<&str> = ["-C", "org", "new"].iter().chain(args).copied().collect();
        here.run(&all).exits(2).prints_nothing().says(said);
    }
    here.run(&["-C", "org", "check"]).exits(0);
}

#[test]
fn people_may_lie_elsewhere() {
    let here = org();
    fs::rename(here.path("org/people"), here.path("people-of-org")).unwrap();
    let settings = here.read("org/gradus.toml");
    here.write(
        "org/gradus.toml",
        &format!("{settings}\n[sources]\npeople = \"../people-of-org\"\n"),
    );
    here.run(&[
        "-C",
        "org",
        "--outside",
        "../people-of-org",
        "new",
        "person",
        "kim",
        "--name",
        "Kim",
    ])
    .exits(0);
    here.run(&[
        "-C",
        "org",
        "--outside",
        "../people-of-org",
        "new",
        "log",
        "kim",
        "--text",
        "Here",
    ])
    .exits(0);
    here.run(&["-C", "org", "new", "log", "kim", "--text", "Not"])
        .exits(1)
        .says("gradus.toml:")
        .says("help: `--outside DIR` allows it");
    assert!(!here.read("people-of-org/kim/log.toml").contains("Not"));
    assert!(here.path("people-of-org/kim/log.toml").exists());
    assert!(!here.path("org/people").exists());
}

#[test]
fn a_request_names_who_reads_each_answer_and_how_to_hand_it_in() {
    let here = org();
    let key = "age10zqd3s0tad6ep2xl8gqst2fhdpmy3c5r6ccu22s446lqp9g7h4wq0n5u3l";
    let settings = here.read("org/gradus.toml").replace(
        "# [access]",
        "[access]\npeer_feedback = \"person\"\nhr = [\"kim\"]",
    );
    here.write("org/gradus.toml", &settings);
    here.write(
        "org/people/kim/person.toml",
        "name = \"Kim Lee\"\nstart = 2026-01-01\n[[role]]\nfrom = 2026-01-01\nmanager = \"alex\"\n",
    );
    let sources = format!("\n[sources]\nrecipients = [\"{key}\"]\n");
    here.write(
        "org/gradus.toml",
        &(here.read("org/gradus.toml") + &sources),
    );
    let safe =
        "\n[[question]]\nid = \"safe\"\nfor = \"peer\"\ntitle = \"Safe\"\nreaders = \"hr\"\n";
    here.write(
        "org/cycles/2026-h2.toml",
        &(here.read("org/cycles/2026-h2.toml") + safe),
    );
    let form = here
        .run(&["-C", "org", "new", "peer", "sam", "--by", "kim"])
        .exits(0)
        .stdout();
    for said in [
        "Who reads it: Alex Lead (direct manager).",
        "Of `safe`: Kim Lee (hr).",
        "Sam Engineer reads it too, with your name, once the review is shared.",
        &format!("age -r {key} -o peer-kim.md.age peer-kim.md"),
    ] {
        let flat = form.replace("\n# ", " ").replace("     ", " ");
        assert!(flat.contains(said), "`{said}` in:\n{form}");
    }
    let upward = here
        .run(&["-C", "org", "new", "peer", "alex", "--by", "sam"])
        .exits(0)
        .stdout();
    assert!(
        upward.contains("Alex Lead stood above you in this cycle"),
        "{upward}"
    );
    assert!(upward.contains("Who reads it: nobody yet."), "{upward}");
}

#[test]
fn what_editors_read_is_there_from_the_start() {
    let here = org();
    let rules = here.read("org/.taplo.toml");
    for kind in ["gradus", "person", "expectations", "talent"] {
        assert!(
            rules.contains(&format!("path = \".taplo/{kind}.json\"")),
            "{rules}"
        );
        let schema = here.run(&["schema", kind]).exits(0).stdout();
        assert_eq!(here.read(&format!("org/.taplo/{kind}.json")), schema);
    }
    here.run(&["schema"])
        .exits(0)
        .prints("expectations  people/*/*/expectations.toml");
    here.run(&["schema", "expectation"])
        .exits(2)
        .says("did you mean `expectations`?");
    here.run(&["schema", "--out", "schemas"]).exits(0);
    assert_eq!(fs::read_dir(here.path("schemas")).unwrap().count(), 15);
    judge_tree(&here.path("org"));
}

#[test]
fn a_draft_improvement_plan_is_shown_to_nobody() {
    let here = org();
    let holds_it = || {
        let text = here.run(&["-C", "org", "access", "sam"]).exits(0).stdout();
        text.contains("improvement plan 2026-h2")
    };
    here.run(&["-C", "org", "new", "pip", "sam", "--cycle", "2026-h2"])
        .exits(0);
    assert!(!holds_it());
    let file = "org/people/sam/2026-h2/pip.toml";
    here.write(file, &here.read(file).replacen("# start", "start", 1));
    assert!(holds_it());
}

#[test]
fn a_heading_that_stands_empty_is_no_mistake_and_one_with_words_is() {
    let here = org();
    let file = "org/people/sam/2026-h2/self.md";
    let own = here.read(file).replace("## first", "## renamed");
    here.write(file, &own);
    here.run(&["-C", "org", "check"]).exits(0);
    here.write(file, &own.replace("## renamed\n", "## renamed\n\nWords.\n"));
    here.run(&["-C", "org", "check"])
        .exits(1)
        .says("`renamed` is neither a question");
}

#[test]
fn a_beginning_is_as_the_practice_would_have_it_and_its_next_steps_can_be_typed() {
    let here = Program::new();
    let said = here
        .run(&["init"])
        .exits(0)
        .says("\n  gradus access --accept");
    said.says("edit `gradus.toml`");
    let json = here.run(&["check", "--format", "json"]).exits(0).stdout();
    assert!(!json.contains("\"G0"), "{json}");
}
