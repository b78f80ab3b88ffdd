//! Drawing again as far as a change can reach gives what drawing everything gives.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Mutex;

use gradus::build::pipeline;
use gradus::build::rebuild::Rebuilder;
use gradus::domain::access;
use gradus::domain::model::*;
use gradus::ground::diag::Report;
use gradus::ground::fingerprint;
use gradus::site;
use rand::Rng;

use super::edits::Tree;
use crate::cases::cases;

const PEOPLE: usize = 8;
/// So many edits where all cases are tried; what is drawn is compared after every one or two.
const EDITS: u32 = 76;

/// Sections as they are before they are sealed, and the files that are not.
type Drawn = (
    BTreeMap<SectionId, (Section, SectionContent)>,
    Vec<PlainFile>,
);

fn today() -> Date {
    "2026-11-22".parse().unwrap()
}

/// What came of each fingerprint. A build draws nothing again whose fingerprint it knows.
type ByFingerprint = HashMap<FileHash, SectionContent>;

/// Everything, by the functions that a build calls; nothing where the tree or its theme has errors.
fn whole(root: &Path, seen: &mut ByFingerprint) -> (Option<Drawn>, Report) {
    let (organisation, report) = pipeline::load(root, today()).unwrap();
    let drawn = organisation.and_then(|organisation| {
        let theme = pipeline::theme(root, &organisation).ok()?;
        let commons = access::commons(&organisation, today());
        let plan = access::plan(&organisation, today());
        let audiences = access::Audiences::new(&organisation, today());
        let sections = plan.sections.iter().map(|planned| {
            let draw = access::draw(&audiences, planned);
            let content = site::render(&commons, &theme, &draw).ok()?;
            let from = fingerprint::of(&(theme.fingerprint(), &commons, &draw));
            let before = seen.entry(from).or_insert_with(|| content.clone());
            assert!(
                *before == content,
                "{} has its fingerprint from something else",
                draw.section.id
            );
            Some((
                planned.section.id.clone(),
                (planned.section.clone(), content),
            ))
        });
        let sections: Option<BTreeMap<_, _>> = sections.collect();
        Some((
            sections?,
            pipeline::plain_files(&organisation, &commons, &theme, b"viewer").ok()?,
        ))
    });
    (drawn, report)
}

fn edited_at_random(seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let mut tree = Tree::generated(&root, PEOPLE, seed);
    let mut rebuilder = Rebuilder::new(root.clone(), None);
    let shown: Mutex<Drawn> = Mutex::default();
    let mut seen = ByFingerprint::new();
    let mut drawn_sections = 0;
    let mut good = 0;
    let (mut edits, mut round) = (0, 0);
    while edits < cases(EDITS) {
        let changed = tree.changed();
        rebuilder.look(&changed, today()).unwrap();
        let drawn = rebuilder.render(b"viewer", |section, content| {
            let mut shown = shown.lock().unwrap();
            let entry = (section.clone(), content.clone());
            shown.0.insert(section.id.clone(), entry);
            Ok(())
        });
        let (expected, report) = whole(&root, &mut seen);
        let why = format!("seed {seed}, round {round}: {changed:?}");
        assert_eq!(rebuilder.report().diagnostics, report.diagnostics, "{why}");
        assert_eq!(rebuilder.report().texts, report.texts, "{why}");
        match (drawn, expected) {
            (Ok(Some(outcome)), Some(expected)) => {
                drawn_sections += outcome.sections;
                good += expected.0.len();
                let mut shown = shown.lock().unwrap();
                for section in outcome.gone {
                    assert!(shown.0.remove(&section).is_some(), "{why}: {section}");
                }
                shown.1.clone_from(&outcome.plain);
                assert!(
                    *shown == expected,
                    "{why}: {:?}",
                    differing(&shown, &expected)
                );
            }
            (Ok(None) | Err(_), None) => {}
            (drawn, _) => panic!("{why}: {drawn:?}"),
        }
        for _ in 0..tree.random.gen_range(1..3) {
            tree.edit();
            edits += 1;
        }
        round += 1;
        if round % 3 == 0 {
            tree.mend();
        }
    }
    assert!(
        good > 0 && drawn_sections < good,
        "{drawn_sections} of {good}"
    );
    assert!(
        seen.len() < good,
        "{} of {good} have a fingerprint of their own",
        seen.len()
    );
}

fn differing(shown: &Drawn, expected: &Drawn) -> Vec<String> {
    let all: BTreeSet<&SectionId> = shown.0.keys().chain(expected.0.keys()).collect();
    let differ = |id: &&&SectionId| shown.0.get(**id) != expected.0.get(**id);
    all.iter().filter(differ).map(|id| id.to_string()).collect()
}

#[test]
fn random_edits_give_what_the_whole_gives() {
    edited_at_random(1);
}

#[test]
fn other_edits_give_what_the_whole_gives() {
    edited_at_random(2);
}

#[test]
fn more_edits_give_what_the_whole_gives() {
    edited_at_random(3);
}

#[test]
fn the_last_edits_give_what_the_whole_gives() {
    edited_at_random(4);
}
