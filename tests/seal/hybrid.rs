//! Sites sealed to post-quantum keys throughout, and what other programs make of such files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use gradus::domain::model::*;
use gradus::sealed::seal::*;
use zeroize::Zeroizing;

use crate::fixture::*;

const TAG: &str = "\n-> mlkem768x25519 ";

fn key(number: u8) -> Identity {
    Identity::new(KeyKind::Hybrid, Zeroizing::new([number; 32]))
}

fn hybrid_input() -> SealInput {
    SealInput {
        keys: KeyKind::Hybrid,
        ..input()
    }
}

/// Ada's own section, and one that nobody reads.
fn sections(ada: &Identity) -> Vec<(Section, SectionContent)> {
    let readers = vec![reader("ada", std::slice::from_ref(ada))];
    vec![
        section("person/ada", SectionKind::Person, "people/ada", readers),
        section("person/none", SectionKind::Person, "people/none", vec![]),
    ]
}

fn open<'f>(files: &'f Files, identity: &Identity) -> Result<Vec<OpenedSection>, ReadError> {
    let site = SealedSiteReader::new(files as &'f dyn SiteFiles, &Trust::default(), &[])?;
    let portfolio = site.unlock(identity)?;
    let ids = portfolio.keyring().sections.iter();
    ids.map(|entry| portfolio.section(&entry.id)).collect()
}

fn sealed_files(files: &Files) -> impl Iterator<Item = (&str, String)> {
    let sealed = files.iter().filter(|(path, _)| path.ends_with(".age"));
    sealed.map(|(path, bytes)| (path.as_str(), String::from_utf8_lossy(bytes).into_owned()))
}

#[test]
fn a_post_quantum_site_is_so_throughout_and_says_so() {
    let (files, _) = seal(&hybrid_input(), &sections(&key(1)));
    let json: SiteJson = serde_json::from_slice(&files["site.json"]).unwrap();
    assert_eq!(json.key_kind(), Some(KeyKind::Hybrid));
    assert_eq!(sealed_files(&files).count(), 3);
    for (path, text) in sealed_files(&files) {
        assert_eq!(text.matches(TAG).count(), 1, "{path}");
        assert!(!text.contains("-> X25519"), "{path}");
    }
    let opened = open(&files, &key(1)).unwrap();
    assert_eq!(opened.len(), 1);
    assert_eq!(opened[0].section, "person/ada");
    let site = SealedSiteReader::new(&files, &Trust::default(), &[]).unwrap();
    for entry in &site.unlock(&key(1)).unwrap().keyring().sections {
        assert!(entry.identity.starts_with("AGE-SECRET-KEY-PQ-1"));
    }
    assert!(matches!(open(&files, &key(2)), Err(ReadError::NoMatch)));
    assert!(matches!(open(&files, &ada()), Err(ReadError::NoMatch)));
}

#[test]
fn a_key_of_the_other_kind_stops_either_site() {
    for (input, with, keys) in [
        (hybrid_input(), ada(), KeyKind::Hybrid),
        (input(), key(1), KeyKind::X25519),
    ] {
        let store = MemoryStore::default();
        let refused = seal_site(&input, &store, &sections(&with), &shell(), &[]);
        let Err(SealError::OtherKind { person, keys: of }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!((person.as_str(), of), ("ada", keys));
    }
}

#[test]
fn changing_the_kind_of_keys_renames_and_rekeys_even_what_nobody_reads() {
    let nobody = || vec![sections(&key(1)).remove(1)];
    let (before, site) = seal(&input(), &nobody());
    let (after, _) = seal_after(&hybrid_input(), &nobody(), before.clone(), site.ledger);
    let names = |files: &Files| {
        sealed_files(files)
            .map(|(path, _)| path.to_owned())
            .collect::<BTreeSet<String>>()
    };
    assert!(names(&before).is_disjoint(&names(&after)));
    assert!(!names(&after).is_empty());
}

#[test]
fn a_site_that_lies_about_its_kind_of_keys_is_forged() {
    let (mut files, _) = seal(&hybrid_input(), &sections(&key(1)));
    let claims = |text: &str| text.replace("mlkem768x25519", "X25519");
    let json = String::from_utf8(files["site.json"].clone()).unwrap();
    files.insert("site.json".to_owned(), claims(&json).into_bytes());
    let refused = SealedSiteReader::new(&files, &Trust::default(), &[]);
    assert!(matches!(refused.err(), Some(ReadError::Forged { .. })));
}

#[test]
fn a_kind_of_key_that_is_not_known_is_told_apart_from_a_forgery() {
    let mut json: serde_json::Value = {
        let (files, _) = seal(&input(), &sections(&ada()));
        serde_json::from_slice(&files["site.json"]).unwrap()
    };
    json["keys"] = "mceliece".into();
    let files = Files::from([("site.json".to_owned(), json.to_string().into_bytes())]);
    let refused = SealedSiteReader::new(&files, &Trust::default(), &[]).err();
    assert!(matches!(refused, Some(ReadError::Damaged { why, .. }) if why.contains("kind of key")));
}

#[test]
fn raising_the_epoch_renames_and_rekeys_a_post_quantum_site_too() {
    let names = |epoch| {
        let input = SealInput {
            epoch,
            ..hybrid_input()
        };
        let (files, _) = seal(&input, &sections(&key(1)));
        sealed_files(&files)
            .map(|(path, _)| path.to_owned())
            .collect::<BTreeSet<String>>()
    };
    assert!(names(1).is_disjoint(&names(2)));
    assert_eq!(names(1), names(1));
}

/// Runs a module of JavaScript where the viewer's packages are found.
fn node(folder: &Path, script: &str) {
    let viewer = concat!(env!("CARGO_MANIFEST_DIR"), "/viewer");
    let ran = Command::new("node")
        .args(["--input-type=module", "-e", script])
        .current_dir(viewer)
        .env("FOLDER", folder)
        .stdin(Stdio::null())
        .output()
        .expect("`node` has to be installed, and `npm ci` run in `viewer/`");
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

const THEIRS: &str = r#"
import { readFileSync, writeFileSync } from "node:fs";
import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from "age-encryption";
const at = (name) => `${process.env.FOLDER}/${name}`;
const ours = readFileSync(at("our-identity"), "utf8");
if (await identityToRecipient(ours) !== readFileSync(at("our-recipient"), "utf8")) throw Error("another recipient");
const decrypter = new Decrypter();
decrypter.addIdentity(ours);
if (await decrypter.decrypt(readFileSync(at("by-us")), "text") !== "by us") throw Error("other words");
const encrypter = new Encrypter();
encrypter.addRecipient(readFileSync(at("our-recipient"), "utf8"));
writeFileSync(at("by-them"), await encrypter.encrypt("by them"));
const theirs = await generateHybridIdentity();
writeFileSync(at("their-identity"), theirs);
writeFileSync(at("their-recipient"), await identityToRecipient(theirs));
"#;

#[test]
fn age_encryption_and_gradus_open_what_the_other_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let ours = Identity::generate_of(KeyKind::Hybrid);
    fs::write(at("our-identity"), ours.to_text().as_str()).unwrap();
    fs::write(at("our-recipient"), ours.recipient().to_string()).unwrap();
    fs::write(at("by-us"), age_file::seal(&ours.recipient(), b"by us")).unwrap();
    node(folder.path(), THEIRS);
    let by_them = age_file::open(&ours, &fs::read(at("by-them")).unwrap());
    assert_eq!(by_them.unwrap(), b"by them");
    let theirs = Identity::parse(&fs::read_to_string(at("their-identity")).unwrap()).unwrap();
    let recipient = fs::read_to_string(at("their-recipient")).unwrap();
    assert_eq!(theirs.recipient().to_string(), recipient);
}
