//! A cycle from its first day to the next one, by commands and a text editor alone.

use serde_json::Value;

use super::schemas::judge_tree;
use crate::program::Program;

/// What a person does with a text editor.
fn edit(here: &Program, file: &str, from: &str, to: &str) {
    let file = format!("org/{file}");
    let text = here.read(&file);
    assert!(text.contains(from), "`{from}` in {file}:\n{text}");
    here.write(&file, &text.replacen(from, to, 1));
}

/// The day that everything is judged on.
fn it_is(here: &Program, day: &str) {
    let text = here.read("org/gradus.toml");
    let lines = text.lines().filter(|line| !line.starts_with("as_of"));
    let rest: String = lines.map(|line| format!("{line}\n")).collect();
    here.write("org/gradus.toml", &format!("as_of = {day}\n{rest}"));
}

/// Nothing is wrong, every file fits its schema, and the site builds.
fn is_sound(here: &Program) {
    here.run(&["-C", "org", "check"]).exits(0);
    here.run(&["-C", "org", "-q", "build"]).exits(0);
    judge_tree(&here.path("org"));
}

fn new(here: &Program, args: &[&str]) -> crate::program::Ran {
    let all: Vec<&str> = ["-C", "org", "new"].iter().chain(args).copied().collect();
    here.run(&all).exits(0)
}

fn status(here: &Program) -> String {
    here.run(&["status", "org"]).exits(0).stdout()
}

/// What `status --json` says of a person.
fn facts(here: &Program, cycle: &str, person: &str) -> Value {
    let text = here
        .run(&["status", "org", "--json", "--cycle", cycle])
        .exits(0)
        .stdout();
    let json: Value = serde_json::from_str(&text).expect(&text);
    assert_eq!(
        (&json["schema"], &json["cycle"]),
        (&1.into(), &cycle.into())
    );
    let people = json["people"].as_array().expect("people");
    let person = people.iter().find(|one| one["id"] == person);
    person.expect(&text).clone()
}

fn people_and_cycle() -> Program {
    let here = Program::new();
    here.run(&["init", "org", "--template", "rubric"]).exits(0);
    it_is(&here, "2025-01-02");
    new(
        &here,
        &[
            "person",
            "grace",
            "--name",
            "Grace Hopper",
            "--start",
            "2024-01-01",
        ],
    );
    for (id, name) in [("ada", "Ada Okafor"), ("linus", "Linus \"Lin\" Berg")] {
        let args = [
            "person",
            id,
            "--name",
            name,
            "--start",
            "2024-02-01",
            "--manager",
            "grace",
            "--level",
            "ic/l1",
            "--team",
            "core",
        ];
        new(&here, &args);
    }
    is_sound(&here);
    let owed = new(&here, &["cycle", "2025-h1"]).stdout();
    assert!(
        owed.contains("2025-01-15  expectations of 2025-h1 agreed: ada, grace, linus"),
        "{owed}"
    );
    assert!(
        owed.contains("2025-07-18  grace reviews ada, linus"),
        "{owed}"
    );
    is_sound(&here);
    here
}

fn expectations(here: &Program) {
    let file = "people/ada/2025-h1/expectations.toml";
    new(
        here,
        &[
            "expectation",
            "ada",
            "auth",
            "--text",
            "Lead the migration",
            "--kind",
            "next-level",
        ],
    );
    new(
        here,
        &["expectation", "ada", "docs", "--text", "Write it down"],
    );
    is_sound(here);
    assert!(status(here).contains("expectations of 2025-h1 agreed: ada"));
    edit(
        here,
        file,
        "text = \"Lead the migration\"\n",
        "text = \"Lead the migration\"\nsteps = [\"Plan\", { text = \"Move\", due = 2025-04-01 }]\n",
    );
    edit(here, file, "# agreed = 2025-01-15", "agreed = 2025-01-14");
    is_sound(here);
    assert_eq!(facts(here, "2025-h1", "ada")["steps"]["open"], 2);
    edit(
        here,
        file,
        "\"Plan\"",
        "{ text = \"Plan\", done = 2025-02-01 }",
    );
    is_sound(here);
    assert_eq!(facts(here, "2025-h1", "ada")["steps"]["done"], 1);
    here.run(&["-C", "org", "new", "expectation", "ada", "late"])
        .exits(2)
        .says("were agreed on 2025-01-14");
}

fn the_months_between(here: &Program) {
    it_is(here, "2025-05-02");
    let text = status(here);
    assert!(
        text.contains("slipping\n  ada: auth\n    2025-04-01  Move"),
        "{text}"
    );
    new(
        here,
        &[
            "log",
            "ada",
            "--kind",
            "award",
            "--by",
            "linus",
            "--on",
            "auth",
            "--competency",
            "impact",
            "--text",
            "Calm lead",
        ],
    );
    new(here, &["log", "ada"]);
    new(
        here,
        &[
            "checkin",
            "ada",
            "--title",
            "Weekly",
            "--text",
            "- [ ] Ask the other team",
        ],
    );
    new(here, &["checkin", "ada"]).says("open since 2025-05-02: Ask the other team");
    new(here, &["note", "ada", "--text", "Ready for more"]);
    is_sound(here);
    assert!(status(here).contains("2025-05-02  ada: Ask the other team"));
}

fn feedback(here: &Program) {
    it_is(here, "2025-07-04");
    let own = "people/ada/2025-h1/self.md";
    edit(here, own, "# date = 2025-07-05", "date = 2025-07-04");
    edit(
        here,
        own,
        "+++\n\n## results\n",
        "[outcome]\nauth = \"partly\"\ndocs = \"met\"\n+++\n\n## results\n\nThe migration.\n",
    );
    edit(here, own, "## auth\n", "## auth\n\nOne step is open.\n");
    is_sound(here);
    assert_eq!(
        facts(here, "2025-h1", "ada")["phases"]["self"]["state"],
        "done"
    );

    let form = new(here, &["peer", "ada", "--by", "linus"]);
    let form = form.says("by 2025-07-12").stdout();
    assert_eq!(form, here.read("org/people/ada/2025-h1/peer-linus.md"));
    for said in [
        "auth: Lead the migration",
        "Grace Hopper (direct manager)",
        "Ada Okafor does not read it",
        "## strengths",
    ] {
        assert!(form.contains(said), "`{said}` in:\n{form}");
    }
    is_sound(here);
    assert!(status(here).contains("linus writes feedback about ada"));
    let peer = "people/ada/2025-h1/peer-linus.md";
    edit(here, peer, "# date = 2025-07-12", "date = 2025-07-15");
    edit(
        here,
        peer,
        "## strengths\n",
        "## strengths\n\nShe found the race in the ledger.\n",
    );
    is_sound(here);
    assert_eq!(
        facts(here, "2025-h1", "ada")["phases"]["peer"]["state"],
        "late"
    );
}

fn review_and_response(here: &Program) {
    it_is(here, "2025-07-17");
    let review = "people/ada/2025-h1/review.md";
    edit(here, review, "# date = 2025-07-18", "date = 2025-07-16");
    edit(
        here,
        review,
        "+++\n\n## themes\n",
        "[outcome]\nauth = \"partly\"\ndocs = \"met\"\n[ratings]\nimpact = { is = \"exceeds\", evidence = [\"https://code.example/1\"] }\n+++\n\n## themes\n\nThe ledger.\n",
    );
    is_sound(here);
    assert!(status(here).contains("grace shares the review with ada"));
    edit(here, review, "# shared = 2025-07-18", "shared = 2025-07-17");
    it_is(here, "2025-07-20");
    assert_eq!(
        facts(here, "2025-h1", "ada")["phases"]["response"]["state"],
        "due"
    );
    let response = "people/ada/2025-h1/response.md";
    edit(here, response, "# date = 2025-07-25", "date = 2025-07-20");
    edit(
        here,
        response,
        "# goals = [\"…\", \"…\"]",
        "goals = [\"Lead work across two teams\", \"Teach\"]",
    );
    is_sound(here);
    assert!(status(here).contains("grace reads the response of ada"));
    edit(
        here,
        review,
        "# acknowledged = 2025-07-25",
        "acknowledged = 2025-07-20",
    );
    is_sound(here);
    let phases = facts(here, "2025-h1", "ada")["phases"].clone();
    let states = ["self", "peer", "review", "response"].map(|phase| phases[phase]["state"].clone());
    assert_eq!(states, ["done", "late", "done", "done"]);
    assert_eq!(facts(here, "2025-h1", "ada")["outcomes"]["met"], 1);
}

fn what_comes_next(here: &Program) {
    new(here, &["plan", "ada"]);
    let plan = here.read("org/people/ada/2025-h1/plan.toml");
    assert!(
        plan.contains("id = \"lead-work-across-two\"\ntext = \"Lead work across two teams\""),
        "{plan}"
    );
    new(here, &["talent", "ada"]);
    new(here, &["pip", "linus"]);
    is_sound(here);
    new(here, &["cycle", "2025-h2"]).says("wrote people/ada/2025-h2/expectations.toml");
    let next = here.read("org/people/ada/2025-h2/expectations.toml");
    for said in [
        "# partly met in 2025-h1",
        "follows = \"2025-h1/auth\"",
        "steps = [\n  \"Move\",\n]",
        "follows = \"2025-h1/plan/lead-work-across-two\"",
        "follows = \"2025-h1/plan/teach\"",
    ] {
        assert!(next.contains(said), "`{said}` in:\n{next}");
    }
    assert!(
        !next.contains("2025-h1/docs"),
        "what was met is not carried on:\n{next}"
    );
    let own = here.read("org/people/ada/2025-h2/self.md");
    assert!(
        own.contains("\n## auth\n") && own.contains("\n## teach\n"),
        "{own}"
    );
    is_sound(here);
    edit(
        here,
        "people/ada/2025-h2/expectations.toml",
        "# agreed = 2025-07-15",
        "agreed = 2025-07-15",
    );
    is_sound(here);
}

#[test]
fn a_cycle_runs_from_its_first_day_to_the_next_by_commands_alone() {
    let here = people_and_cycle();
    expectations(&here);
    the_months_between(&here);
    feedback(&here);
    review_and_response(&here);
    what_comes_next(&here);
}
