//! Ten thousand ways to change a site without its key: none of them passes, and nothing of them is shown.

use std::collections::BTreeMap;

use ed25519_dalek::{Signer as _, SigningKey};
use gradus::build::known;
use gradus::domain::model::*;
use gradus::sealed::host::{Entry, EntryKind};
use gradus::sealed::open;
use gradus::sealed::seal::*;
use gradus::sealed::verify::{Against, LeakTerms, Release, verify};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use crate::cases::cases;
use crate::fixture::*;

const MUTATIONS: u32 = 10_000;

/// Every so many are opened too, which takes longer than verifying.
const OPENED_OF: usize = 5;

/// The site, and what someone who does harm may have of it besides: an older build, another site, and everyone's
/// public keys.
struct Scene {
    site: Files,
    older: Files,
    other: Files,
    build: u64,
    shown: Shown,
}

impl Scene {
    fn new() -> Self {
        let (older, first) = seal(&input(), &edition("the first build"));
        let (site, second) = seal_after(
            &input(),
            &edition("the second build"),
            older.clone(),
            first.ledger,
        );
        let theirs = SealInput {
            site_key: site_key_of(&[2; 32]),
            ..input()
        };
        let (other, _) = seal(&theirs, &edition("another site"));
        let build = second.ledger.build;
        let shown = opened(&site, build).expect("the site is in order");
        let strangers = SealedSiteReader::new(&site, &Trust::default(), &[]);
        let strangers = strangers.expect("it is whole").unlock(&stranger()).err();
        assert!(matches!(strangers, Some(ReadError::NoMatch)));
        assert!(shown.sections.len() == 3 && shown.attachments.len() == 1 && shown.pages == 4);
        Self {
            site,
            older,
            other,
            build,
            shown,
        }
    }
}

fn edition(words: &str) -> Vec<(Section, SectionContent)> {
    let mut sections = organisation();
    for (_, content) in &mut sections {
        content
            .pages
            .push(page(&format!("{}/more", content.pages[0].route), words));
    }
    sections
}

/// Sections by id, and attachments by section and key.
#[derive(Default)]
struct Shown {
    sections: BTreeMap<String, OpenedSection>,
    attachments: BTreeMap<(String, String), Vec<u8>>,
    /// Pages as `gradus open` writes them.
    pages: usize,
}

/// What Grace sees, who has pinned the signer and seen this build.
fn opened(files: &Files, build: u64) -> Result<Shown, ReadError> {
    let trust = Trust {
        signer: None,
        seen_build: Some(build),
    };
    let pins = [site_key().signer().to_string()];
    let site = SealedSiteReader::new(files, &trust, &pins)?;
    let portfolio = site.unlock(&grace())?;
    let mut shown = Shown {
        pages: open::copy::<ReadError>(&portfolio, site.site_json(), "", &mut |_, _| Ok(()))?.pages,
        ..Shown::default()
    };
    for entry in &portfolio.keyring().sections {
        let Ok(section) = portfolio.section(&entry.id) else {
            continue;
        };
        for key in section.files.keys() {
            if let Ok(bytes) = portfolio.attachment(&section, key) {
                let at = (entry.id.clone(), key.clone());
                shown.attachments.insert(at, bytes);
            }
        }
        shown.sections.insert(entry.id.clone(), section);
    }
    Ok(shown)
}

fn passes(files: &Files, build: u64, release: &Release) -> bool {
    let file = |path: &String| Entry {
        path: path.clone(),
        kind: EntryKind::File,
    };
    let entries: Vec<Entry> = files.keys().map(file).collect();
    let against = Against {
        signer: Some(site_key().signer()),
        at_least: Some(build),
        now: CREATED as i64,
        entries: Some(&entries),
        allowed: &[],
        release,
        leak_terms: &LeakTerms::default(),
    };
    let verdict = verify(files, &against).expect("memory can be read");
    verdict.is_as_signed()
}

/// One way to do harm: changes the files, and says whether it could.
type Harm = fn(&Scene, &mut Files, &mut StdRng) -> Option<()>;

const HARMS: &[(&str, Harm)] = &[
    ("a bit is flipped", flip),
    ("two bytes are swapped", swap_bytes),
    ("a file ends early", truncate),
    ("a file goes on", append),
    ("a file is gone", remove),
    ("a file is empty", empty),
    ("two files are swapped", swap_files),
    ("a file is of the older build", of_older),
    ("all is of the older build", all_older),
    ("the list is of the older build", list_of_older),
    ("a file is of another site", of_other),
    ("all is of another site", all_other),
    ("a file of the older build is added", add_leftover),
    ("a page is added", add_page),
    ("a keyring is forged for its reader", forge_keyring),
    ("a section is forged by one of its readers", forge_section),
    ("a file is forged and the shard rewritten", forge_shard),
    ("all is signed anew by another", forge_all),
    (
        "all is signed anew by another in the owner's name",
        forge_in_name,
    ),
    ("the site's description is edited", edit_json),
    ("the description is written differently", respell_json),
];

#[test]
fn of_changed_sites_none_passes_and_nothing_of_them_is_shown() {
    let scene = Scene::new();
    let release = known::release();
    assert!(
        passes(&scene.site, scene.build, &release),
        "the site itself passes"
    );
    let mut rng = StdRng::seed_from_u64(1_795_305_600);
    let mut done: BTreeMap<&str, usize> = BTreeMap::new();
    let wanted = cases(MUTATIONS) as usize;
    let mut count = 0;
    while count < wanted {
        let (name, harm) = HARMS.choose(&mut rng).expect("there are some");
        let mut files = scene.site.clone();
        if harm(&scene, &mut files, &mut rng).is_none() || files == scene.site {
            continue;
        }
        assert!(!passes(&files, scene.build, &release), "{count}: {name}");
        if count % OPENED_OF == 0 {
            shows_nothing_else(&scene, &files, name);
        }
        *done.entry(name).or_default() += 1;
        count += 1;
    }
    assert!(
        done.len() == HARMS.len() && done.values().all(|times| *times > wanted / 100),
        "{done:?}"
    );
}

/// Whatever is shown is shown just as it was.
fn shows_nothing_else(scene: &Scene, files: &Files, name: &str) {
    let Ok(shown) = opened(files, scene.build) else {
        return;
    };
    for (id, section) in &shown.sections {
        assert_eq!(scene.shown.sections.get(id), Some(section), "{name}: {id}");
    }
    for (at, bytes) in &shown.attachments {
        assert_eq!(
            scene.shown.attachments.get(at),
            Some(bytes),
            "{name}: {at:?}"
        );
    }
    assert!(shown.pages <= scene.shown.pages, "{name}");
}

fn any<'f>(files: &'f Files, rng: &mut StdRng) -> &'f String {
    let paths: Vec<&String> = files.keys().collect();
    paths.choose(rng).expect("a site has files")
}

fn bend(files: &mut Files, rng: &mut StdRng, how: impl FnOnce(&mut Vec<u8>, &mut StdRng)) {
    let path = any(files, rng).clone();
    how(files.get_mut(&path).expect("it is there"), rng);
}

fn flip(_: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    bend(files, rng, |bytes, rng| {
        let at = rng.gen_range(0..bytes.len());
        bytes[at] ^= 1 << rng.gen_range(0..8);
    });
    Some(())
}

fn swap_bytes(_: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    bend(files, rng, |bytes, rng| {
        let (a, b) = (rng.gen_range(0..bytes.len()), rng.gen_range(0..bytes.len()));
        bytes.swap(a, b);
    });
    Some(())
}

fn truncate(_: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    bend(files, rng, |bytes, rng| {
        bytes.truncate(rng.gen_range(0..bytes.len()))
    });
    Some(())
}

fn append(_: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    bend(files, rng, |bytes, rng| {
        let more = rng.gen_range(1..20);
        bytes.extend((0..more).map(|_| rng.r#gen::<u8>()));
    });
    Some(())
}

fn remove(_: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    let path = any(files, rng).clone();
    files.remove(&path).map(drop)
}

fn empty(_: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    bend(files, rng, |bytes, _| bytes.clear());
    Some(())
}

fn swap_files(_: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    let (a, b) = (any(files, rng).clone(), any(files, rng).clone());
    let (first, second) = (files.get(&a)?.clone(), files.get(&b)?.clone());
    files.insert(a, second);
    files.insert(b, first);
    Some(())
}

fn of_older(scene: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    let path = any(files, rng).clone();
    files.insert(path.clone(), scene.older.get(&path)?.clone());
    Some(())
}

fn all_older(scene: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    if rng.gen_bool(0.5) {
        files.clone_from(&scene.older)
    } else {
        files.extend(scene.older.clone())
    }
    Some(())
}

fn list_of_older(scene: &Scene, files: &mut Files, _: &mut StdRng) -> Option<()> {
    let vouches = |path: &str| path.starts_with("index/") || path.starts_with("site.");
    files.retain(|path, _| !vouches(path));
    let older = scene.older.iter().filter(|(path, _)| vouches(path));
    files.extend(older.map(|(path, bytes)| (path.clone(), bytes.clone())));
    Some(())
}

fn of_other(scene: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    let (path, theirs) = (any(files, rng).clone(), any(&scene.other, rng));
    files.insert(path, scene.other.get(theirs)?.clone());
    Some(())
}

fn all_other(scene: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    if rng.gen_bool(0.5) {
        files.clone_from(&scene.other)
    } else {
        files.extend(scene.other.clone())
    }
    Some(())
}

fn add_leftover(scene: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    let from = if rng.gen_bool(0.5) {
        &scene.older
    } else {
        &scene.other
    };
    let path = any(from, rng);
    if files.contains_key(path) {
        return None;
    }
    files.insert(path.clone(), from.get(path)?.clone());
    Some(())
}

fn add_page(_: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    let names = [
        "evil.html",
        "a/b.HTM",
        "x.js",
        "assets/y.css",
        "sealed/note.txt",
        "keyring/z.age",
        "i.svg",
        "CNAME",
        "notes.txt",
    ];
    let name = names.choose(rng)?;
    files.insert((*name).to_owned(), b"<script>alert(1)</script>".to_vec());
    Some(())
}

/// What a keyring or a section says, sealed by someone who only knows for whom it is.
fn forged(recipient: &Recipient, document: &Value) -> Vec<u8> {
    let json = serde_json::to_vec(document).expect("it is JSON");
    age_file::seal(recipient, &container::pack(&json).expect("it is small"))
}

fn forged_keyring(scene: &Scene) -> (String, Vec<u8>) {
    let reader = grace().recipient();
    let path = site_key().keyring_path(&reader, 1).expect("it is a key");
    let section = Identity::generate();
    let site = site_json(&scene.site)["site"].clone();
    let keyring = json!({ "format": 1, "site": site, "reader": { "id": "grace", "name": "Grace" },
        "route_key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "sections": [{ "id": "org", "kind": "org", "title": "org", "subject": "org",
            "file": any_sealed(&scene.site), "identity": *section.to_text() }] });
    (path, forged(&reader, &keyring))
}

fn any_sealed(files: &Files) -> &String {
    let mut sealed = files.keys().filter(|path| path.starts_with("sealed/"));
    sealed.next().expect("there are some")
}

fn site_json(files: &Files) -> Value {
    serde_json::from_slice(&files["site.json"]).expect("it is JSON")
}

fn forge_keyring(scene: &Scene, files: &mut Files, _: &mut StdRng) -> Option<()> {
    let (path, bytes) = forged_keyring(scene);
    files.insert(path, bytes);
    Some(())
}

/// Someone who may read a section knows whom it is sealed to, and what another reader expects in it.
fn forged_section(scene: &Scene, rng: &mut StdRng) -> Option<(String, Vec<u8>)> {
    let trust = Trust::default();
    let site = SealedSiteReader::new(&scene.site, &trust, &[]).ok()?;
    let portfolio = site.unlock(&grace()).ok()?;
    let entry = portfolio.keyring().sections.choose(rng)?;
    let recipient = Identity::parse(&entry.identity).ok()?.recipient();
    let document = json!({ "format": 1, "site": portfolio.keyring().site, "section": entry.id,
        "pages": [{ "route": entry.subject, "slot": 10, "title": "forged", "kind": "portfolio",
            "tree": ["p", "somebody else's words"] }], "files": {} });
    Some((entry.file.clone(), forged(&recipient, &document)))
}

fn forge_section(scene: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    let (path, bytes) = forged_section(scene, rng)?;
    files.insert(path, bytes);
    Some(())
}

/// A forgery, and a list of files that vouches for it: the paths and hashes of the new shards.
fn forge_and_list(scene: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<Vec<String>> {
    forge_section(scene, files, rng)?;
    let site = SiteId::parse(site_json(files)["site"].as_str()?)?;
    let own = |path: &str| path.starts_with("index/") || path.starts_with("site.");
    files.retain(|path, _| !path.starts_with("index/"));
    let signed = files
        .iter()
        .filter(|(path, _)| !own(path))
        .map(|(path, bytes)| {
            let file = SignedFile {
                sha256: FileHash::of(bytes),
                bytes: bytes.len() as u64,
            };
            (path.clone(), file)
        });
    let shards = Shards::write(site, &signed.collect());
    let hashes = shards.hashes().iter().map(|hash| b64(&hash.0)).collect();
    files.extend(shards.files());
    Some(hashes)
}

fn forge_shard(scene: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    let hashes = forge_and_list(scene, files, rng)?;
    if rng.gen_bool(0.5) {
        // The old name, so that it is found.
        let (path, bytes) = files.iter().find(|(path, _)| path.starts_with("index/"))?;
        let (path, bytes) = (path.clone(), bytes.clone());
        files.remove(&path);
        let old = scene.site.keys().find(|path| path.starts_with("index/"))?;
        files.insert(old.clone(), bytes);
    } else {
        let mut json = site_json(files);
        json["index"] = json!(hashes);
        files.insert("site.json".to_owned(), json.to_string().into_bytes());
    }
    Some(())
}

fn forge_all(scene: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    sign_anew(scene, files, rng, true)
}

fn forge_in_name(scene: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    sign_anew(scene, files, rng, false)
}

fn sign_anew(scene: &Scene, files: &mut Files, rng: &mut StdRng, in_own_name: bool) -> Option<()> {
    let hashes = forge_and_list(scene, files, rng)?;
    let key = SigningKey::from_bytes(&rng.r#gen());
    let mut json = site_json(files);
    json["index"] = json!(hashes);
    json["build"] = json!(scene.build + 1);
    if in_own_name {
        json["signer"] = json!(format!("ed25519:{}", b64(key.verifying_key().as_bytes())));
    }
    let bytes = json.to_string().into_bytes();
    let signature = format!("{}\n", b64(&key.sign(&bytes).to_bytes()));
    files.insert("site.json".to_owned(), bytes);
    files.insert("site.sig".to_owned(), signature.into_bytes());
    Some(())
}

fn edit_json(_: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    let mut json = site_json(files);
    let edits = [
        ("format", json!(2)),
        ("site", json!("00112233445566778899aabbccddeeff")),
        ("title", json!("Phish")),
        (
            "build",
            json!(u64::from(rng.r#gen::<u32>()) + 2_000_000_000),
        ),
        ("expires", json!("2999-01-01T00:00:00Z")),
        ("epoch", json!(rng.gen_range(2..100))),
        ("agreement", json!(b64(&rng.r#gen::<[u8; 32]>()))),
        ("signer", json!(site_key_of(&[2; 32]).signer().to_string())),
        ("assets", json!({})),
        ("index", json!([b64(&rng.r#gen::<[u8; 32]>())])),
    ];
    let (member, value) = edits.choose(rng)?;
    json[*member] = value.clone();
    files.insert("site.json".to_owned(), json.to_string().into_bytes());
    Some(())
}

/// The same JSON in other bytes: the signature is over bytes.
fn respell_json(_: &Scene, files: &mut Files, rng: &mut StdRng) -> Option<()> {
    let json = site_json(files);
    let text = match rng.gen_range(0..3) {
        0 => serde_json::to_string_pretty(&json).ok()?,
        1 => format!(
            "{}{}",
            String::from_utf8_lossy(&files["site.json"]),
            " ".repeat(rng.gen_range(1..9))
        ),
        _ => format!("{json}\n"),
    };
    files.insert("site.json".to_owned(), text.into_bytes());
    Some(())
}

fn b64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
