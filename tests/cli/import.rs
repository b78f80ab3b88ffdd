//! Rubrics that were kept in a spreadsheet or a document.

use std::fs;

use crate::program::Program;

fn organisation() -> Program {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    here
}

/// Bytes of a mark, separators, merged headings, quoted lines: what spreadsheets make of a ladder.
const LADDER: &str = "\u{feff}Area;Competency;L3: Engineer;;L4: Senior engineer\r\n\
    Craft;Technical excellence;\"Writes \"\"clean\"\" code;\r\n\r\ntests it\";;\"- Designs a component\r\n- Reviews [others](notes.md)\"\r\n\
    ;Reliability;Carries the pager;Restores first;Owns C:\\service\r\n\
    People;\"Collaboration\r\n& care\";Asks;;\r\n";

#[test]
fn a_spreadsheet_becomes_a_track_that_checks_and_builds() {
    let here = organisation();
    here.write("Our Ladder.csv", LADDER);
    here.run(&["-C", "org", "import", "rubric", "../Our Ladder.csv"])
        .exits(0)
        .prints("C2  l3.toml [cell.technical-excellence]  Writes \"clean\" code; tests it")
        .prints("D3  l3.toml [cell.reliability]  Restores first")
        .prints("A2  category  Craft")
        .prints("E4  left: nothing is said of collaboration-and-care at l4")
        .says("wrote rubrics/our-ladder: 2 levels, 6 cells");
    here.run(&["-C", "org", "check", "--deny-warnings"])
        .says("W002");
    here.run(&["-C", "org", "check"]).exits(0);
    here.run(&["-C", "org", "build"]).exits(0);
    let track = here.read("org/rubrics/our-ladder/track.toml");
    assert!(track.contains("category = \"Craft\""), "{track}");
    let level: toml::Table = here.read("org/rubrics/our-ladder/l3.toml").parse().unwrap();
    assert_eq!(level["title"].as_str(), Some("Engineer"));
    assert_eq!(level["rank"].as_integer(), Some(3));
    let text = level["cell"]["technical-excellence"]["text"].as_str();
    assert_eq!(text, Some("Writes \"clean\" code;\n\ntests it"));
    let spanning = level["cell"]["reliability"]["signals"].as_array().unwrap();
    assert_eq!(spanning.len(), 2);
    let level: toml::Table = here.read("org/rubrics/our-ladder/l4.toml").parse().unwrap();
    let points = level["cell"]["technical-excellence"]["signals"].as_array();
    assert_eq!(points.map(Vec::len), Some(2));
    assert_eq!(
        level["cell"]["reliability"]["text"].as_str(),
        Some("Owns C:\\service")
    );
}

#[test]
fn a_markdown_table_becomes_a_track_under_the_name_that_is_given() {
    let here = organisation();
    let text = "# Engineering\n\nHow we grow.\n\n| Level | Craft | Impact |\n|---|---|---|\n\
        | IC1 | Learns \\| asks | *Own* tasks |\n| IC2 | Teaches<br><br>- a<br>- b | Team |\n";
    here.write("ladder.md", text);
    here.run(&[
        "-C",
        "org",
        "import",
        "rubric",
        "../ladder.md",
        "--track",
        "eng",
    ])
    .exits(0)
    .prints("B2  ic1.toml [cell.craft]  Learns | asks")
    .says("2 levels, 4 cells; 0 left");
    here.run(&["-C", "org", "check"]).exits(0);
    let track = here.read("org/rubrics/eng/track.toml");
    assert!(track.starts_with("title = \"Engineering\""), "{track}");
}

#[test]
fn what_is_there_is_not_overwritten_and_what_is_no_rubric_is_not_imported() {
    let here = organisation();
    here.write("ic.csv", ",L1,L2\nCare,a,b\n");
    let before = here.read("org/rubrics/ic/track.toml");
    let import = |file: &str, more: &[&str]| {
        here.run(&[&["-C", "org", "import", "rubric", file][..], more].concat())
    };
    import("../ic.csv", &[])
        .exits(3)
        .says("exists already")
        .prints_nothing();
    assert_eq!(here.read("org/rubrics/ic/track.toml"), before);
    import("../ic.csv", &["--track", "../out"])
        .exits(2)
        .says("no id");
    here.write("odd.csv", ",One,Two\nThree,a,b\n");
    import("../odd.csv", &[]).exits(2).says("--levels");
    here.write("empty.csv", "");
    import("../empty.csv", &[]).exits(1).says("no table");
    here.write("heads.csv", ",L1,L2\nCare,,\n");
    import("../heads.csv", &[]).exits(1).says("no cells");
    here.write("prose.md", "# No table\n");
    import("../prose.md", &[]).exits(1);
    here.write("sheet.xlsx", "PK");
    import("../sheet.xlsx", &[])
        .exits(2)
        .says("save the sheet as CSV");
    fs::write(here.path("utf16.csv"), [0xff, 0xfe, b'a', 0]).unwrap();
    import("../utf16.csv", &[]).exits(1).says("UTF-8");
    import("../none.csv", &[]).exits(3);
    let tracks = fs::read_dir(here.path("org/rubrics")).unwrap();
    assert_eq!(tracks.count(), 1, "nothing half-written is left");
    import("../odd.csv", &["--levels", "rows"]).exits(0);
    here.run(&["-C", "org", "check"]).exits(0);
}
