//! The files that `gradus close` writes, when somebody edits them; and the advice to run it.

use super::tree::Tree;

const FILE: &str = "cycles/2025-h2.figures.toml";

/// Figures of twelve people in two teams, with nothing to complain about.
const SOUND: &str = r#"as_of = 2026-01-25

[everyone]
people = 12

[everyone.self]
of = 12
on-time = 12
late = 0
open = 0

[everyone.peer]
of = 12
in = "nearly-all"

[everyone.review]
of = 12
on-time-or-late = 7
open = 5

[everyone.response]
of = 12

[everyone.goals]
of = 30
met = 20
partly-or-missed-or-obsolete-or-unjudged = 10

[[team]]
name = "ledger"
people = 5

[team.self]
of = 5
on-time-or-late = 5
open = 0

[team.peer]
of = 5

[team.review]
of = 5

[team.response]
of = 5

[team.goals]
of = 12

[[team]]
people = 7

[team.self]
of = 7
on-time-or-late = 7
open = 0

[team.peer]
of = 7

[team.review]
of = 7

[team.response]
of = 7

[team.goals]
of = 18
"#;

/// A code, what stands in the sound file of everyone, and what stands there instead, with the place of the complaint.
const CASES: &[(&str, &str, &str)] = &[
    ("E013", "as_of = 2026-01-25\n", "«»"),
    ("E045", "2026-01-25", "«2025-12-31»"),
    ("E015", "people = 12", "people = «4»"),
    ("E061", "of = 12\nin", "of = «11»\nin"),
    ("E061", "of = 12\non-time = 12", "of = «12»\non-time = 11"),
    ("E061", "late = 7\nopen = 5", "late = 8\nopen = «4»"),
    ("E061", "late = 7\nopen = 5", "late = 12\nopen = «0»"),
    (
        "E061",
        "met = 20\npartly-or-missed-or-obsolete-or-unjudged = 10",
        "met = 27\npartly-or-missed-or-obsolete-or-unjudged = «3»",
    ),
    (
        "E061",
        "[everyone.self]\nof = 12\non-time = 12\nlate = 0\n",
        "«[everyone.self]»\nof = 12\non-time = 12\n",
    ),
    ("E052", "\"nearly-all\"", "\"nearly-all\"\non-time = «12»"),
    ("E014", "\"nearly-all\"", "«\"all\"»"),
    (
        "E011",
        "[everyone.response]\nof = 12",
        "[everyone.response]\nof = 12\n«in» = \"nearly-all\"",
    ),
];

/// The same for what does not fit together of several teams.
const TEAMS: &[(&str, &str)] = &[
    ("of = 18", "of = 17"),
    (
        "[[team]]\npeople = 7",
        "[[team]]\nname = \"ledger\"\npeople = 7",
    ),
    (
        "of = 7\non-time-or-late = 7",
        "of = 7\non-time = 7\nlate = 0",
    ),
];

#[test]
fn each_number_that_tells_of_too_few_or_does_not_add_up_is_found_at_its_place() {
    let everyone = &SOUND[..SOUND.find("[[team]]").expect("teams")];
    for (code, from, to) in CASES {
        println!("{code} {to}");
        assert!(everyone.contains(from));
        let tree = Tree::sample().with(FILE, &everyone.replacen(from, to, 1));
        tree.complains(&[code]);
    }
    for (from, to) in TEAMS {
        println!("{to}");
        let text = SOUND.replacen("[[team]]\nname", "«[[team]]»\nname", 1);
        assert!(text.contains(from));
        let tree = Tree::sample().with(FILE, &text.replacen(from, to, 1));
        tree.complains(&["E061"]);
    }
}

#[test]
fn figures_of_no_cycle_are_named() {
    let tree = Tree::sample().with("cycles/2020-h1.figures.toml", SOUND);
    tree.about("cycles/2020-h1.figures.toml")
        .complains(&["E020"]);
}

#[test]
fn a_cycle_that_five_took_part_in_is_to_be_closed_once_its_day_is_over() {
    let crowd = |people: usize| {
        (0..people).fold(Tree::sample(), |tree, n| {
            let person = "name = \"P\"\nstart = 2025-01-01\n[[role]]\nfrom = 2025-01-01\nmanager = \"grace\"\n";
            let agreed = "agreed = 2025-07-05\n[[expectation]]\nid = \"a\"\ntext = \"A\"\n";
            tree.with(&format!("people/p{n}/person.toml"), person)
                .with(&format!("people/p{n}/2025-h2/expectations.toml"), agreed)
        })
    };
    let is_said = |tree: &Tree, on: &str| {
        let today = on.parse().expect("a date");
        let (_, report) =
            gradus::build::pipeline::load(&tree.root(), today).expect("an organisation");
        let mut said = report.diagnostics.into_iter();
        let said = said.find(|one| one.code == "G062");
        said.map(|one| (one.place.file.to_string(), one.help.unwrap_or_default()))
    };
    let five = crowd(5);
    assert_eq!(is_said(&five, "2026-01-24"), None);
    let help = "`gradus close 2025-h2` counts them, as of 2026-01-25".to_owned();
    let cycle = "cycles/2025-h2.toml".to_owned();
    assert_eq!(is_said(&five, "2026-01-25"), Some((cycle, help)));
    assert_eq!(
        is_said(&five.with(FILE, "as_of = 2026-01-25\n"), "2026-01-25"),
        None
    );
    assert_eq!(is_said(&crowd(4), "2026-06-01"), None);
}

#[test]
fn a_sound_file_has_nothing_to_complain_about() {
    let tree = Tree::sample().with(FILE, SOUND);
    let (organisation, report) = tree.check();
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    let figures = organisation.expect("it is valid").figures;
    let everyone = figures.cycles[0].everyone.as_ref().expect("of everyone");
    assert_eq!((everyone.people, figures.cycles[0].teams.len()), (12, 2));
}
