//! What a built site gives to whom: judged on its bytes, with the age library and nothing of our reader.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};
use rayon::prelude::*;
use serde_json::Value;

use super::generated::{self, Generated};
use crate::cases::cases;

const PEOPLE: usize = 60;

/// Runs the program.
pub fn gradus(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradus"));
    command.args(args).env_clear();
    command.output().expect("the program starts")
}

fn ok(output: Output) -> Vec<u8> {
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words}");
    output.stdout
}

struct Site {
    org: Generated,
    root: PathBuf,
    /// By path; every file of the site.
    files: BTreeMap<String, Vec<u8>>,
    /// What `access --json` says.
    access: Value,
    /// By recipient: what its keyring holds.
    keyrings: BTreeMap<String, Value>,
    _directory: tempfile::TempDir,
}

impl Site {
    fn sealed(&self) -> impl ParallelIterator<Item = (&String, &Vec<u8>)> {
        self.files
            .par_iter()
            .filter(|(path, _)| path.starts_with("sealed/"))
    }

    /// Everything one person can decrypt, as one text.
    fn readable_by(&self, person: &str) -> String {
        let mut text = String::new();
        for identity in &self.org.identities[person] {
            for section in self.keyrings[&recipient(identity)]["sections"]
                .as_array()
                .unwrap()
            {
                let file = section["file"].as_str().unwrap();
                let secret = section["identity"].as_str().unwrap();
                let plain =
                    open(secret, &self.files[file]).expect("a keyring's identity opens its file");
                text.push_str(&String::from_utf8(gunzip(&plain)).unwrap());
            }
        }
        text
    }
}

/// One site for all tests of this file; building it is the slow part.
fn site() -> &'static Site {
    static SITE: OnceLock<Site> = OnceLock::new();
    SITE.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("org");
        let org = generated::organisation(PEOPLE, 7);
        org.write(&root);
        let at = root.to_str().unwrap();
        ok(gradus(&["-C", at, "keys", "site"]));
        for cycle in ["2025-h1", "2025-h2", "2026-h1"] {
            ok(gradus(&["-C", at, "-q", "close", cycle]));
        }
        ok(gradus(&["-C", at, "-q", "access", "--accept", "--new"]));
        ok(gradus(&["-C", at, "-q", "build"]));
        let files = read_all(&root.join("public"));
        let access =
            serde_json::from_slice(&ok(gradus(&["-C", at, "-q", "access", "--json"]))).unwrap();
        let keyrings = keyrings(&org, &files);
        Site {
            org,
            root,
            files,
            access,
            keyrings,
            _directory: directory,
        }
    })
}

fn read_all(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let walk = walkdir::WalkDir::new(root).into_iter().map(Result::unwrap);
    walk.filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(root).unwrap();
            (
                path.to_str().unwrap().to_owned(),
                std::fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}

/// Tries every identity on every keyring: each opens exactly one.
fn keyrings(org: &Generated, files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Value> {
    let rings: Vec<&Vec<u8>> = files
        .iter()
        .filter(|(path, _)| path.starts_with("keyring/"))
        .map(|(_, f)| f)
        .collect();
    let identities: Vec<&String> = org.identities.values().flatten().collect();
    identities
        .into_par_iter()
        .filter_map(|identity| {
            let mut opened: Vec<Vec<u8>> = rings
                .iter()
                .filter_map(|ring| open(identity, ring))
                .collect();
            assert!(opened.len() <= 1, "one key opens several keyrings");
            let json = gunzip(&opened.pop()?);
            Some((recipient(identity), serde_json::from_slice(&json).unwrap()))
        })
        .collect()
}

fn recipient(identity: &str) -> String {
    let identity: age::x25519::Identity = identity.parse().unwrap();
    identity.to_public().to_string()
}

fn open(identity: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let identity: age::x25519::Identity = identity.parse().unwrap();
    let decryptor = age::Decryptor::new_buffered(sealed).unwrap();
    let mut reader = decryptor
        .decrypt(std::iter::once(&identity as &dyn age::Identity))
        .ok()?;
    let mut plain = Vec::new();
    reader.read_to_end(&mut plain).unwrap();
    Some(plain)
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    // The comment of a padded file is longer than flate2's reader of whole members takes.
    let end = 10 + bytes[10..].iter().position(|b| *b == 0).unwrap() + 1;
    let mut plain = Vec::new();
    flate2::read::DeflateDecoder::new(&bytes[end..])
        .read_to_end(&mut plain)
        .unwrap();
    plain
}

#[test]
fn every_key_opens_exactly_what_access_says() {
    let site = site();
    let mut said: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for section in site.access["sections"].as_array().unwrap() {
        for reader in section["readers"].as_array().unwrap() {
            let pair = (
                section["id"].as_str().unwrap().into(),
                section["file"].as_str().unwrap().into(),
            );
            said.entry(reader["recipient"].as_str().unwrap().into())
                .or_default()
                .insert(pair);
        }
    }
    let held: BTreeMap<String, BTreeSet<(String, String)>> = site
        .keyrings
        .iter()
        .map(|(recipient, ring)| {
            let sections = ring["sections"].as_array().unwrap().iter();
            let pair = |s: &Value| {
                (
                    s["id"].as_str().unwrap().into(),
                    s["file"].as_str().unwrap().into(),
                )
            };
            (recipient.clone(), sections.map(pair).collect())
        })
        .collect();
    assert_eq!(said, held);
    assert!(said.len() > PEOPLE / 2);
}

#[test]
fn a_section_identity_opens_its_own_files_and_no_other() {
    let site = site();
    let identities: BTreeMap<String, String> = site
        .keyrings
        .values()
        .flat_map(|ring| ring["sections"].as_array().unwrap())
        .map(|s| {
            (
                s["identity"].as_str().unwrap().into(),
                s["file"].as_str().unwrap().into(),
            )
        })
        .collect();
    // Each of these is tried on every file.
    let all = u32::try_from(identities.len()).unwrap();
    let apart = (all / cases(all)) as usize;
    let tried: Vec<(&String, &String)> = identities.iter().step_by(apart).collect();
    let opened: BTreeSet<(&str, &str)> = tried
        .par_iter()
        .flat_map(|(identity, _)| {
            let opens = site
                .sealed()
                .filter(|(_, bytes)| open(identity, bytes).is_some());
            opens.map(|(path, _)| (identity.as_str(), path.as_str()))
        })
        .collect();
    let expected: BTreeSet<(&str, &str)> = tried
        .iter()
        .map(|(i, f)| (i.as_str(), f.as_str()))
        .collect();
    assert_eq!(opened, expected);
    assert!(opened.len() >= 50, "{}", opened.len());
}

#[test]
fn no_reader_key_opens_a_section_directly() {
    let site = site();
    let identities: Vec<&String> = site.org.identities.values().flatten().take(5).collect();
    for identity in identities {
        assert_eq!(
            site.sealed()
                .filter(|(_, bytes)| open(identity, bytes).is_some())
                .count(),
            0
        );
    }
}

#[test]
fn the_subject_never_receives_management_or_an_unshared_review() {
    let site = site();
    for person in &site.org.people {
        if site.org.identities[person].is_empty()
            || !site
                .keyrings
                .contains_key(&recipient(&site.org.identities[person][0]))
        {
            continue;
        }
        let text = site.readable_by(person);
        for kind in [
            "talent",
            "note",
            "unshared-review-themes",
            "peer-strengths",
            "peer-growth-of",
        ] {
            let word = format!("canary-{kind}-{person}\"");
            assert!(!text.contains(&word), "{person} reads {word}");
        }
        assert!(text.contains(&format!("canary-expectation-{person}")));
        assert!(text.contains(&format!("canary-self-went-well-{person}")));
    }
}

#[test]
fn confidential_words_do_reach_those_they_are_for() {
    // The sibling of the test above: without it, an empty site would pass.
    let site = site();
    let director = site.readable_by("person-0");
    for word in [
        "canary-talent-person-2",
        "canary-note-person-2",
        "canary-peer-strengths-person-2",
        "canary-pip-",
        "canary-managers-only",
    ] {
        assert!(director.contains(word), "the director misses {word}");
    }
    assert!(
        site.readable_by("person-14")
            .contains("canary-shared-log-person-20")
    );
    assert!(
        !site
            .readable_by("person-14")
            .contains("canary-log-person-20")
    );
    assert!(
        !site
            .readable_by("person-14")
            .contains("canary-managers-only")
    );
}

#[test]
fn nothing_of_the_tree_stands_in_the_output_in_clear() {
    let site = site();
    // Long enough that encrypted bytes and random names do not hold them by chance.
    let words = [
        "canary",
        "person-",
        "2025-h",
        "2026-h1",
        "strengths",
        "went-well",
    ];
    for (path, bytes) in &site.files {
        let viewer = path.starts_with("assets/");
        for word in words {
            assert!(!path.contains(word), "{path} is named by {word}");
            let found = bytes
                .windows(word.len())
                .any(|window| window == word.as_bytes());
            assert!(viewer || !found, "{path} holds {word}");
        }
        let canary = bytes.windows(6).any(|window| window == b"canary");
        assert!(!canary, "{path} holds a word of the tree");
    }
}

#[test]
fn every_sealed_file_has_one_stanza_of_x25519() {
    for (path, bytes) in &site().files {
        if !path.ends_with(".age") {
            continue;
        }
        let header_end = bytes.windows(4).position(|w| w == b"\n---").unwrap();
        let header = String::from_utf8(bytes[..header_end].to_vec()).unwrap();
        assert_eq!(header.matches("-> X25519 ").count(), 1, "{path}");
        assert!(
            header.matches("\n-> ").count() <= 2,
            "{path}: one stanza and grease"
        );
    }
}

#[test]
fn a_second_build_keeps_every_file_byte_for_byte() {
    let site = site();
    let at = site.root.to_str().unwrap();
    let out = site.root.parent().unwrap().join("twice");
    let out = out.to_str().unwrap();
    ok(gradus(&["-C", at, "-q", "build", "-o", out]));
    let first = read_all(Path::new(out));
    ok(gradus(&["-C", at, "-q", "build", "-o", out]));
    let second = read_all(Path::new(out));
    let changes = |path: &&String| first.get(*path) != second.get(*path);
    let changed: Vec<&String> = second.keys().chain(first.keys()).filter(changes).collect();
    let may = |path: &str| path.starts_with("site.") || path.starts_with("index/");
    assert!(changed.iter().all(|path| may(path)), "{changed:?}");
}

#[test]
fn a_talent_note_changes_no_length() {
    let site = site();
    let director = &site.keyrings[&recipient(&site.org.identities["person-0"][0])];
    let sections = director["sections"].as_array().unwrap().iter();
    let about_one = |s: &&Value| s["subject"].as_str().unwrap().starts_with("people/");
    let talent: Vec<&Value> = sections
        .filter(|s| s["kind"] == "talent")
        .filter(about_one)
        .collect();
    assert!(talent.len() >= PEOPLE - 1);
    for section in talent {
        let sealed = &site.files[section["file"].as_str().unwrap()];
        let packed = open(section["identity"].as_str().unwrap(), sealed).unwrap();
        assert_eq!(packed.len(), 4096, "{}", section["id"]);
    }
}

#[test]
fn every_team_has_a_talent_page_that_none_of_its_reports_opens() {
    let site = site();
    let sections = site.access["sections"].as_array().unwrap();
    let readers = |id: &str| -> BTreeSet<&str> {
        let section = sections.iter().find(|s| s["id"] == id).unwrap();
        let readers = section["readers"].as_array().unwrap().iter();
        readers.map(|r| r["person"].as_str().unwrap()).collect()
    };
    let teams: Vec<&str> = sections
        .iter()
        .filter(|s| s["id"].as_str().unwrap().ends_with("/talent"))
        .filter_map(|s| s["id"].as_str().unwrap().strip_prefix("team/"))
        .map(|id| id.strip_suffix("/talent").unwrap())
        .collect();
    assert!(teams.len() > 5, "{teams:?}");
    for manager in teams {
        let may = readers(&format!("team/{manager}/talent"));
        assert!(readers(&format!("team/{manager}")).is_subset(&may));
        let ring = may.iter().find_map(|person| {
            let identity = site.org.identities[*person].first()?;
            site.keyrings.get(&recipient(identity))
        });
        let Some(ring) = ring else { continue };
        let id = format!("team/{manager}/talent");
        let entry = ring["sections"]
            .as_array()
            .unwrap()
            .iter()
            .find(|s| s["id"] == *id);
        let entry = entry.expect("a reader's keyring holds the section");
        let file = &site.files[entry["file"].as_str().unwrap()];
        let plain = open(entry["identity"].as_str().unwrap(), file).unwrap();
        let text = String::from_utf8(gunzip(&plain)).unwrap();
        for person in &may {
            assert!(
                !text.contains(&format!("canary-talent-{person}\"")),
                "{person} is on {id}"
            );
        }
    }
}

#[test]
fn everyone_reads_figures_and_no_confidential_word_with_them() {
    let text = site().readable_by("person-14");
    assert!(text.contains("people took part") && text.contains("Shared reviews"));
    for word in ["canary-unshared-review", "canary-peer-"] {
        assert!(!text.contains(word), "{word}");
    }
}

/// Links a file of random length from every peer's text and every review that is not shared; says how many there are.
fn attach_in_confidence(org: &Generated, root: &Path) -> usize {
    let mut random = StdRng::seed_from_u64(13);
    let is_confidential = |path: &str, text: &str| {
        path.contains("/peer-") || path.ends_with("/review.md") && !text.contains("shared = ")
    };
    let texts = org.files.iter();
    let texts: Vec<_> = texts
        .filter(|(path, text)| is_confidential(path, text))
        .collect();
    for (n, (path, text)) in texts.iter().enumerate() {
        let (directory, _) = path.rsplit_once('/').unwrap();
        let files = root.join(directory).join("files");
        std::fs::create_dir_all(&files).unwrap();
        let mut bytes = vec![0; random.gen_range(1..40_000)];
        random.fill_bytes(&mut bytes);
        let name = format!("canary-{n}.png");
        std::fs::write(files.join(&name), bytes).unwrap();
        let linked = format!("{text}\n![canary](files/{name}) [again](files/{name})\n");
        std::fs::write(root.join(path), linked).unwrap();
    }
    texts.len()
}

#[test]
fn an_attachment_of_what_its_subject_may_not_read_adds_no_file_and_changes_none_of_theirs() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("org");
    let org = generated::organisation(12, 5);
    org.write(&root);
    let at = root.to_str().unwrap();
    ok(gradus(&["-C", at, "keys", "site"]));
    ok(gradus(&["-C", at, "-q", "access", "--accept", "--new"]));
    ok(gradus(&["-C", at, "-q", "build"]));
    let before = read_all(&root.join("public"));
    let rings = keyrings(&org, &before);
    let attached = attach_in_confidence(&org, &root);
    assert!(attached > 20, "{attached}");
    // What is written under rules that were accepted asks nobody.
    ok(gradus(&["-C", at, "-q", "build"]));
    let after = read_all(&root.join("public"));
    let names = |files: &BTreeMap<String, Vec<u8>>| -> BTreeSet<String> {
        let listed = files.keys().filter(|path| !path.starts_with("index/"));
        listed.cloned().collect()
    };
    assert_eq!(names(&before), names(&after));
    assert_eq!(rings, keyrings(&org, &after), "what a list says");
    let mut found = 0;
    for (person, identities) in &org.identities {
        for ring in identities.iter().filter_map(|id| rings.get(&recipient(id))) {
            for section in ring["sections"].as_array().unwrap() {
                let file = section["file"].as_str().unwrap();
                let is_own = section["subject"] == *format!("people/{person}");
                if is_own {
                    assert!(before[file] == after[file], "{person}: {}", section["id"]);
                }
                let secret = section["identity"].as_str().unwrap();
                let text = gunzip(&open(secret, &after[file]).unwrap());
                let text = String::from_utf8(text).unwrap();
                let holds = text.contains("\"data\":");
                assert!(!(is_own && holds), "{person} reads it in {}", section["id"]);
                found += usize::from(holds);
            }
        }
    }
    assert!(found > 5, "{found} sections hold what was attached");
}
