//! A renewal of a site holds what a build of everything holds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gradus::build::pipeline::{self, Built, Days, Manner};
use gradus::build::renewal::{Basis, Renewal};
use gradus::domain::model::*;
use gradus::ground::fingerprint;
use gradus::sealed::seal::SiteKey;
use gradus::tree::check::Partly;
use gradus::tree::source;
use rand::Rng;

use super::edits::Tree;
use crate::cases::cases;

const PEOPLE: usize = 8;
const ROUNDS: u32 = 20;
/// Rounds in all.
const BUILDS: u32 = 200;

type Files = BTreeMap<String, Vec<u8>>;
type Site = (Files, SealedSite);

fn days() -> Days {
    let today = "2026-11-22".parse().unwrap();
    Days {
        today,
        as_of: today,
    }
}

/// Builds everything, and what is different alone where that is enough; nothing where the tree or its theme has errors.
fn built(root: &Path, key: &SiteKey, before: &(Files, Ledger)) -> Option<(Option<Site>, Site)> {
    let source = source::load(root).unwrap();
    let inputs = source.inputs().hashes();
    let tree = Partly::read(&source);
    let store = || MemoryStore::after(before.0.clone(), before.1.clone());
    let organisation = pipeline::judge(source.clone(), days().today).organisation?;
    let theme = pipeline::theme(root, &organisation).ok()?;
    let basis = Basis {
        key,
        inputs: &inputs,
        theme: &theme,
        days: days(),
        program: fingerprint::of("this program"),
        accepted: "",
    };
    let input = pipeline::seal_input(&organisation, key.clone(), 1_800_000_000, false);
    let whole = store();
    let manner = Manner {
        program: Some(basis.program),
        reach: Reach::Web,
        progress: &(),
    };
    let built = pipeline::build(&organisation, &theme, days(), &input, &whole, &manner).ok()?;
    let Built { mut site, access } = built;
    site.ledger.made = basis.made(&organisation, &access);
    let made = before.1.made.as_ref();
    let (frame, _) = tree.organisation(&BTreeSet::new()).unwrap();
    let renewal = made.and_then(|made| Renewal::find(&tree, &frame, &basis, made));
    let renewed = renewal.map(|renewal| {
        let store = store();
        let input = pipeline::seal_input(&renewal.organisation, key.clone(), 1_800_000_000, false);
        let site = renewal.build(&basis, &input, &store, &before.1).unwrap();
        let site = site.expect("every section that is due was there");
        (store.into_files(), site)
    });
    Some((renewed, (whole.into_files(), site)))
}

/// What a site holds, whatever it was encrypted with: its list is of files that were.
fn held(site: &SealedSite) -> impl PartialEq + std::fmt::Debug {
    let Ledger {
        files, drawn, made, ..
    } = &site.ledger;
    let is_listed = |path: &&String| !path.starts_with("index/") && !path.starts_with("site.");
    let content = |path: &String| (path.clone(), files[path].content);
    let content: Vec<_> = files.keys().filter(is_listed).map(content).collect();
    let drawn = drawn.iter().map(|(path, drawn)| {
        let files: Vec<String> = drawn.files.iter().map(|(path, _)| path.clone()).collect();
        (path.clone(), drawn.from, drawn.pages, files)
    });
    let drawn: Vec<_> = drawn.collect();
    let counts = (site.sections, site.pages, site.keyrings);
    (content, drawn, made.clone(), counts)
}

/// Every file is as the ledger has it.
fn is_whole((files, site): &Site) -> bool {
    let mut listed = site.ledger.files.iter();
    let as_listed = |(path, entry): (&String, &LedgerEntry)| {
        let bytes = files.get(path);
        bytes.is_some_and(|bytes| FileHash::of(bytes) == entry.sha256)
    };
    files.len() == site.ledger.files.len() && listed.all(as_listed)
}

/// How often what was built.
#[derive(Default)]
struct Tally {
    builds: usize,
    renewals: usize,
    /// Renewals of which only the list was written.
    untouched: usize,
}

/// Edits a tree until it has had its rounds, or is beyond mending.
fn edited_at_random(seed: u64, tally: &mut Tally) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let mut tree = Tree::generated(&root, PEOPLE, seed);
    let key = SiteKey::generate();
    let mut before = (Files::new(), Ledger::default());
    let mut broken = 0;
    for round in 0..ROUNDS {
        let Some((renewed, whole)) = built(&root, &key, &before) else {
            tree.mend();
            broken += 1;
            if broken > 1 {
                return;
            }
            continue;
        };
        broken = 0;
        let why = format!("seed {seed}, round {round}");
        assert!(is_whole(&whole), "{why}");
        tally.builds += 1;
        if let Some(renewed) = &renewed {
            assert!(is_whole(renewed), "{why}");
            assert_eq!(held(&renewed.1), held(&whole.1), "{why}");
            assert_eq!(renewed.1.written, whole.1.written, "{why}");
            tally.renewals += 1;
            tally.untouched += usize::from(renewed.1.written <= 2);
        }
        // The next one follows on either, since there is no telling them apart.
        let (files, site) = match renewed {
            Some(renewed) if tree.random.gen_bool(0.5) => renewed,
            _ => whole,
        };
        before = (files, site.ledger);
        if tree.random.gen_bool(0.9) {
            tree.edit();
        }
    }
}

#[test]
fn random_edits_are_renewed_to_what_the_whole_holds() {
    let mut tally = Tally::default();
    let tried = cases(BUILDS);
    for seed in 1..=tried.div_ceil(ROUNDS) {
        edited_at_random(seed.into(), &mut tally);
    }
    let Tally {
        builds,
        renewals,
        untouched,
    } = tally;
    let few = tried as usize / 20;
    assert!(
        renewals > untouched + few && builds > renewals + few,
        "of {builds}: {renewals} renewals, {untouched} of which changed nothing"
    );
}
