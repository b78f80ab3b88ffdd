//! Damaged trees: whatever is flipped, lost or swapped, there is no panic, and every complaint has a place.

use std::fs;
use std::path::Path;

use gradus::domain::model::Organisation;
use gradus::ground::diag::Report;
use gradus::tree::check::{self, Guidance};
use gradus::tree::source;
use proptest::prelude::*;

use super::tree::{Tree, sample};
use crate::cases::property;

/// Files with more in them than the sample has, so that there is more to damage.
fn rich() -> Vec<(&'static str, String)> {
    let text = |text: &str| text.to_owned();
    let mut files = sample();
    files.extend([
        ("people/ada/2026-h1/self.md", text("+++\nby = \"ada\"\ndate = 2026-07-01\n[outcome]\nauth = { is = \"met\", why = \"é\" }\n+++\n\n## results\n\n![g](files/graph.png)\n\n## auth\n\n- [ ] a\n")),
        ("people/ada/2026-h1/review.md", text("+++\nby = \"grace\"\ndate = 2026-07-10\nshared = 2026-07-11\n[ratings]\ntechnical = { is = \"meets\", level = \"ic/l4\", evidence = [\"https://a.example\"] }\n+++\n\n## Impact\n\nMuch.\n")),
        ("people/ada/checkins.md", text("## 2026-03-20 Title\n\n- [ ] act\n\n## 2026-04-01\n\nwords\n")),
        ("management/2026-h1/ada.toml", text("by = \"grace\"\nalignment = \"at\"\n[level]\nrecommend = \"ic/l4\"\nstatus = \"done\"\n")),
    ]);
    files
}

#[derive(Debug, Clone)]
enum Damage {
    Flip(usize, u8),
    Delete(usize, usize),
    SwapLines(usize, usize),
    Repeat(usize, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<usize>(), 1u8..).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        (any::<usize>(), 1usize..40).prop_map(|(at, length)| Damage::Delete(at, length)),
        (any::<usize>(), any::<usize>()).prop_map(|(a, b)| Damage::SwapLines(a, b)),
        (any::<usize>(), 1usize..40).prop_map(|(at, length)| Damage::Repeat(at, length)),
    ]
}

fn damaged(mut bytes: Vec<u8>, damage: &Damage) -> Vec<u8> {
    if bytes.is_empty() {
        return bytes;
    }
    match *damage {
        Damage::Flip(at, bits) => {
            let at = at % bytes.len();
            bytes[at] ^= bits;
        }
        Damage::Delete(at, length) => {
            let at = at % bytes.len();
            bytes.drain(at..(at + length).min(bytes.len()));
        }
        Damage::Repeat(at, length) => {
            let at = at % bytes.len();
            let part = bytes[at..(at + length).min(bytes.len())].to_vec();
            bytes.splice(at..at, part);
        }
        Damage::SwapLines(a, b) => {
            let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
            let count = lines.len();
            lines.swap(a % count, b % count);
            bytes = lines.join(&b'\n');
        }
    }
    bytes
}

fn every_complaint_has_a_place(report: &Report) {
    for diagnostic in &report.diagnostics {
        let place = &diagnostic.place;
        assert!(
            !place.file.is_empty() && place.start <= place.end,
            "{diagnostic:?}"
        );
        if let Some(text) = report.texts.get(&place.file) {
            assert!(text.get(place.start..place.end).is_some(), "{diagnostic:?}");
        }
    }
}

/// Every text of the example organisation, by its path.
fn example() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("example-org");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let is_text = path.extension().is_some_and(|e| e == "toml" || e == "md");
            if path.is_dir() {
                folders.push(path);
            } else if is_text {
                let name = path.strip_prefix(&root).expect("a file below").to_owned();
                let name = name.to_str().expect("a portable name").to_owned();
                files.push((name, fs::read(path).expect("a text")));
            }
        }
    }
    files.sort();
    files
}

/// What check says, and guidance where there is an organisation.
fn judged(tree: &Tree) -> (Option<Organisation>, Report) {
    let source = source::load(&tree.root()).expect("an organisation");
    let (organisation, report) = check::check(&source);
    let mut diagnostics = report.diagnostics;
    if let Some(organisation) = &organisation {
        let day = "2026-09-01".parse().expect("a date");
        diagnostics.extend(Guidance::default().judge(&source, organisation, day));
    }
    let report = Report::new(diagnostics, &source.texts, tree.root());
    (organisation, report)
}

proptest! {
    #![proptest_config(property(400))]

    #[test]
    fn a_damaged_tree_is_complained_about_without_a_panic(
        which in any::<usize>(),
        damages in prop::collection::vec(damage(), 1..5),
    ) {
        let files = rich();
        let (path, text) = &files[which % files.len()];
        let bytes = damages.iter().fold(text.clone().into_bytes(), damaged);
        let tree = files.iter().fold(Tree::empty(), |tree, (path, text)| tree.with(path, text));
        let (organisation, report) = judged(&tree.with_bytes(path, &bytes));
        every_complaint_has_a_place(&report);
        prop_assert_eq!(organisation.is_some(), !report.has_errors());
        gradus::cli::terminal::drawn(&report);
        gradus::cli::formats::json(&report);
        gradus::cli::formats::github(&report, "");
        gradus::cli::formats::gitlab(&report, "");
    }
}

proptest! {
    // Four damaged texts each: 500 in all.
    #![proptest_config(property(125))]

    #[test]
    fn a_damaged_example_is_complained_about_without_a_panic(
        damages in prop::collection::vec((any::<usize>(), damage()), 4),
    ) {
        let mut files = example();
        for (which, damage) in &damages {
            let which = which % files.len();
            files[which].1 = damaged(std::mem::take(&mut files[which].1), damage);
        }
        let tree = files.iter().fold(Tree::empty(), |tree, (path, bytes)| tree.with_bytes(path, bytes));
        let (organisation, report) = judged(&tree);
        every_complaint_has_a_place(&report);
        prop_assert_eq!(organisation.is_some(), !report.has_errors());
        gradus::cli::terminal::drawn(&report);
        gradus::cli::formats::json(&report);
    }
}
