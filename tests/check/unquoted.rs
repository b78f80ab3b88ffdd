//! Texts that were sealed, or lie outside of the tree: whatever is wrong with them, no message repeats their words.

use std::fs;
use std::path::PathBuf;

use gradus::domain::model::Identity;
use gradus::tree::at_rest::{SealTo, seal};
use gradus::tree::source::{self, Given, Identities, Outside};
use gradus::{build::pipeline, cli::formats, cli::terminal};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::tree::{ADA, Tree};
use crate::cases::cases;

/// How often a file is damaged, in each of the two kinds of tree.
const DAMAGED: u32 = 180;

/// Words that stand in no other text. The second is in ids and keys as well.
const CANARIES: [&str; 2] = ["zyxquibble", "vexbrawnfjord"];

/// So much of a canary is not repeated either.
const PIECE: usize = 6;

/// Files with canaries wherever somebody can write.
fn files() -> Vec<(&'static str, String)> {
    let text = |text: &str| text.replace("CANARY", "Zyxquibble");
    vec![
        (
            "people/ada/person.toml",
            text(&format!(
                "name = \"Ada CANARY\"\nstart = 2025-01-01\nkeys = [\"{ADA}\"]\n[[role]]\nfrom = 2025-01-01\nlevel = \"ic/l3\"\ntitle = \"CANARY engineer\"\nteam = \"vexbrawnfjord\"\nmanager = \"grace\"\n"
            )),
        ),
        (
            "people/ada/log.toml",
            text(
                "[[entry]]\ndate = 2026-03-20\nkind = \"win\"\nby = \"linus\"\non = \"vexbrawnfjord\"\ntext = \"CANARY did\"\nevidence = [\"https://zyxquibble.example/\"]\n",
            ),
        ),
        (
            "people/ada/checkins.md",
            text(
                "## 2026-03-20 CANARY title\n\n- [ ] CANARY act\n\n## CANARY\n\n[a](zyxquibble.md)\n",
            ),
        ),
        (
            "people/ada/2026-h1/expectations.toml",
            text(
                "agreed = 2026-01-10\n[[expectation]]\nid = \"vexbrawnfjord\"\ntext = \"CANARY leads\"\nmeasure = \"200 CANARY commits\"\ncompetencies = [\"technical\"]\nfollows = \"2025-h2/vexbrawnfjord\"\nsteps = [{ text = \"CANARY\", done = 2026-02-03 }, \"CANARY two\"]\n[[expectation]]\nid = \"other\"\ntext = \"CANARY leads\"\n",
            ),
        ),
        (
            "people/ada/2026-h1/self.md",
            text(
                "+++\nby = \"ada\"\ndate = 2026-07-01\n[outcome]\nvexbrawnfjord = { is = \"met\", why = \"CANARY\" }\n[ratings]\nvexbrawnfjord = \"zyxquibble\"\n+++\n\n## CANARY leads\n\n![g](files/zyxquibble.png) [b](../zyxquibble.md)\n\n## vexbrawnfjord\n\n- [ ] CANARY\n",
            ),
        ),
        (
            "people/ada/2026-h1/review.md",
            text(
                "+++\nby = \"grace\"\ndate = 2026-07-10\nshared = 2026-07-11\nreaders = [\"vexbrawnfjord\"]\n[ratings]\ntechnical = { is = \"meets\", level = \"ic/vexbrawnfjord\", evidence = [\"zyxquibble\"] }\n+++\n\n## Impact CANARY\n\nCANARY.\n",
            ),
        ),
        (
            "people/ada/2026-h1/peer-linus.md",
            text("+++\nby = \"zyxquibble\"\ndate = 2026-07-01\n+++\n\n## strengths\n\nCANARY\n"),
        ),
        (
            "management/2026-h1/ada.toml",
            text(
                "by = \"grace\"\npartner = \"vexbrawnfjord\"\nalignment = \"zyxquibble\"\nstrengths = [\"CANARY\"]\n[level]\nrecommend = \"ic/vexbrawnfjord\"\n",
            ),
        ),
        (
            "management/notes/ada.md",
            text("## 2026-03-20 CANARY\n\nCANARY\n\n## CANARY\n"),
        ),
    ]
}

fn damaged(text: &str, random: &mut StdRng) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..random.gen_range(1..4) {
        let at = random.gen_range(0..bytes.len());
        let length = random.gen_range(1..30).min(bytes.len() - at);
        match random.gen_range(0..5) {
            0 => bytes[at] = b"\"'`[]{}=#\\\n+|.,x\0"[random.gen_range(0..17)],
            1 => drop(bytes.drain(at..at + length)),
            2 => {
                let part = bytes[at..at + length].to_vec();
                bytes.splice(at..at, part);
            }
            3 => {
                let word = [
                    "\nZyxquibble ",
                    "\nvexbrawnfjord = ",
                    "`zyxquibble`",
                    "\"Zyxquibble\"",
                ];
                let word = word[random.gen_range(0..4)].bytes();
                bytes.splice(at..at, word);
            }
            _ => {
                let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
                let (one, other) = (
                    random.gen_range(0..lines.len()),
                    random.gen_range(0..lines.len()),
                );
                lines.swap(one, other);
                bytes = lines.join(&b'\n');
            }
        }
        bytes.push(b'\n');
    }
    bytes
}

/// What every form of a report says.
fn said(tree: &Tree, given: &Given) -> [String; 4] {
    let source = source::load_with(&tree.root(), given).expect("an organisation");
    let loaded = pipeline::judge(source, "2026-08-01".parse().expect("a day"));
    let report = match &loaded.acceptance {
        Some(acceptance) => loaded.report.and(&acceptance.report),
        None => loaded.report,
    };
    [
        terminal::drawn(&report),
        formats::json(&report),
        formats::github(&report, ""),
        formats::gitlab(&report, ""),
    ]
}

fn repeats_nothing(said: &[String; 4], about: &str) {
    for text in said {
        let lower = text.to_lowercase();
        for canary in CANARIES {
            let pieces = (0..=canary.len() - PIECE).map(|at| &canary[at..at + PIECE]);
            let found = pieces.clone().find(|piece| lower.contains(piece));
            assert_eq!(found, None, "{about}\n{text}");
        }
    }
}

#[test]
fn no_message_repeats_words_of_a_sealed_text_whatever_is_wrong_with_it() {
    let identity = Identity::generate();
    let to = SealTo::new([identity.recipient()]).expect("a key");
    let given = Given::from(Identities::from_iter([identity]));
    let tree = Tree::sample();
    let put = |path: &str, bytes: &[u8]| {
        let path = tree.root().join(path);
        let mut sealed = path.clone().into_os_string();
        sealed.push(".age");
        let _ = fs::remove_file(PathBuf::from(sealed)); // the first time there is none
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, bytes).expect("a file");
        seal(&path, &to).expect("a sealed file");
    };
    each_damaged(&tree, &given, &put);
}

#[test]
fn no_message_repeats_words_of_a_text_outside_of_the_tree_whatever_is_wrong_with_it() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let folder = elsewhere.path().canonicalize().expect("a folder");
    let tree = Tree::sample();
    for area in ["people", "management"] {
        let there = tree.root().join(area);
        if there.exists() {
            fs::rename(there, folder.join(area)).expect("a move")
        } else {
            fs::create_dir(folder.join(area)).expect("a folder")
        }
    }
    let shown = folder.display();
    let settings = format!(
        "name = \"Tiny\"\n[sources]\npeople = \"{shown}/people\"\nmanagement = \"{shown}/management\"\n"
    );
    let tree = tree.with_bytes("gradus.toml", settings.as_bytes());
    let given = Given {
        outside: Outside::new([folder.clone()]).expect("a folder"),
        ..Given::default()
    };
    let put = |path: &str, bytes: &[u8]| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, bytes).expect("a file");
    };
    each_damaged(&tree, &given, &put);
    let refused = said(&tree, &Given::default());
    repeats_nothing(&refused, "not allowed");
    assert_eq!(refused[1].matches("E066").count(), 2, "{}", refused[1]);
}

fn each_damaged(tree: &Tree, given: &Given, put: &dyn Fn(&str, &[u8])) {
    let files = files();
    for (path, text) in &files {
        put(path, text.as_bytes());
    }
    repeats_nothing(&said(tree, given), "as it is");
    let mut random = StdRng::seed_from_u64(7);
    let mut wrong = 0;
    let wanted = cases(DAMAGED) as usize;
    for _ in 0..wanted {
        let (path, text) = &files[random.gen_range(0..files.len())];
        let bytes = damaged(text, &mut random);
        put(path, &bytes);
        let said = said(tree, given);
        repeats_nothing(
            &said,
            &format!("{path}\n{}", String::from_utf8_lossy(&bytes)),
        );
        wrong += usize::from(said[1].contains(path));
        put(path, text.as_bytes());
    }
    assert!(wrong > wanted / 2, "{wrong} were said to be wrong");
}
