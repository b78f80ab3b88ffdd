//! `tests/vectors/`: what every reader must make of valid and malformed sites. Its README tells the form.
//!
//! `GRADUS_WRITE_VECTORS=1 cargo test --test all seal::vectors` writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer as _, SigningKey};
use gradus::domain::model::*;
use gradus::sealed::seal::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::fixture::*;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Vector {
    name: String,
    why: String,
    site_files: BTreeMap<String, String>,
    identity: String,
    pinned_signer: Option<String>,
    seen_build: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<i64>,
    open: Option<String>,
    expect: Value,
}

/// What this reader makes of a vector, in the words of `expect`.
fn judge(vector: &Vector) -> Value {
    let outcome = read(vector);
    outcome.unwrap_or_else(|error| json!({ "verdict": verdict(&error) }))
}

fn verdict(error: &ReadError) -> &'static str {
    match error {
        ReadError::WrongKey(_) => "wrong-key",
        ReadError::NoMatch => "no-match",
        ReadError::Damaged { .. } => "damaged",
        ReadError::Forged { .. } => "forged",
        ReadError::Older { .. } => "older",
        ReadError::Newer { .. } => "newer",
        ReadError::Io { .. } => unreachable!("a map is always readable"),
    }
}

fn read(vector: &Vector) -> Result<Value, ReadError> {
    let decode = |text: &String| BASE64_STANDARD.decode(text).unwrap();
    let files: Files = vector
        .site_files
        .iter()
        .map(|(path, text)| (path.clone(), decode(text)))
        .collect();
    let file = IdentityFile::parse(&vector.identity)?;
    let trust = Trust {
        signer: vector
            .pinned_signer
            .as_ref()
            .map(|signer| signer.parse().unwrap()),
        seen_build: vector.seen_build,
    };
    let site = SealedSiteReader::newest(&files, &trust, &file.signers)?;
    let tried = file.identities.iter().map(|identity| site.unlock(identity));
    let mut opened = tried.skip_while(|tried| matches!(tried, Err(ReadError::NoMatch)));
    let portfolio = opened.next().unwrap_or(Err(ReadError::NoMatch))?;
    let sections = portfolio
        .keyring()
        .sections
        .iter()
        .map(|section| section.id.clone());
    let mut found = json!({
        "verdict": "ok",
        "reader": portfolio.keyring().reader.id,
        "sections": sections.collect::<Vec<_>>(),
        "expired": site.is_expired(vector.now.unwrap_or(CREATED as i64)),
    });
    if let Some(addresses) = vector.expect.get("addresses").and_then(Value::as_object) {
        let address = |link: &String| (link.clone(), portfolio.route_key().address(link));
        found["addresses"] = json!(addresses.keys().map(address).collect::<BTreeMap<_, _>>());
    }
    if let Some(id) = &vector.open {
        let section = portfolio.section(id)?;
        let mut opened = BTreeMap::new();
        for key in section.files.keys() {
            opened.insert(
                key,
                BASE64_STANDARD.encode(portfolio.attachment(&section, key)?),
            );
        }
        found["files"] = json!(opened);
        found["pages"] = json!(section.pages);
    }
    Ok(found)
}

/// Where `expect` says something, the reader says the same.
fn agrees(expect: &Value, found: &Value) -> bool {
    let expect = expect.as_object().unwrap();
    expect
        .iter()
        .all(|(key, value)| found.get(key) == Some(value))
}

// --- a second implementation of the derivations, from the text of the format alone ---

fn derive<const N: usize>(secret: &[u8], label: &str, parts: &[&[u8]]) -> [u8; N] {
    let mut info = b"gradus/1 ".to_vec();
    info.extend(label.bytes());
    for part in parts {
        info.extend((part.len() as u32).to_be_bytes());
        info.extend(*part);
    }
    let mut out = [0; N];
    hkdf::Hkdf::<sha2::Sha256>::new(None, secret)
        .expand(&info, &mut out)
        .unwrap();
    out
}

fn b64(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_builder_and_the_format_document_derive_the_same_values() {
    let key = site_key();
    let id: [u8; 16] = derive(&SITE_KEY, "site", &[]);
    assert_eq!(key.site_id().to_string(), hex(&id));
    let signing = SigningKey::from_bytes(&derive(&SITE_KEY, "signer", &[]));
    assert_eq!(
        key.signer().to_string(),
        format!("ed25519:{}", b64(signing.verifying_key().as_bytes()))
    );
    let epoch = 1u64.to_be_bytes();
    let (files, _) = seal(&input(), &organisation());
    let site = SealedSiteReader::new(&files, &Trust::default(), &[]).unwrap();
    let portfolio = site.unlock(&ada()).unwrap();
    assert_eq!(
        portfolio.route_key().to_text(),
        b64(&derive::<32>(&SITE_KEY, "route", &[&epoch]))
    );
    let mut recipients = [
        ada().recipient().to_string(),
        grace().recipient().to_string(),
    ];
    recipients.sort();
    let parts: Vec<&[u8]> = vec![
        &id,
        &epoch,
        b"person/ada",
        recipients[0].as_bytes(),
        recipients[1].as_bytes(),
    ];
    let entry = &portfolio.keyring().sections[1];
    let identity = Identity::from_bytes(derive(&SITE_KEY, "section", &parts));
    assert_eq!(entry.identity, *identity.to_text());
    let name = hex(&derive::<12>(&SITE_KEY, "section-file", &parts));
    assert_eq!(entry.file, format!("sealed/{name}.age"));
    let with_key = [parts, vec![b"2026-h1/graph.png"]].concat();
    let name = hex(&derive::<12>(&SITE_KEY, "attachment-file", &with_key));
    let section = portfolio.section("person/ada").unwrap();
    assert_eq!(
        section.files["2026-h1/graph.png"].lies,
        Lies::Beside(format!("sealed/{name}.age"))
    );
}

#[test]
fn a_locator_is_the_same_from_the_readers_side_and_the_builders() {
    let agreement = Identity::from_bytes(derive(&SITE_KEY, "agreement", &[]));
    let id: [u8; 16] = derive(&SITE_KEY, "site", &[]);
    let reader = ada().recipient();
    for shared in [
        agreement.agree(reader.x25519()).unwrap(),
        ada().agree(agreement.recipient().x25519()).unwrap(),
    ] {
        let parts: [&[u8]; 3] = [&id, &1u64.to_be_bytes(), reader.as_bytes()];
        let locator: [u8; 12] = derive(shared.as_bytes(), "locator", &parts);
        let path = format!("keyring/{}.age", hex(&locator));
        assert_eq!(site_key().keyring_path(&reader, 1), Some(path));
    }
}

// --- making vectors ---

/// A site that can be changed and signed again, by whoever holds the site key.
#[derive(Clone)]
struct Site {
    files: Files,
    /// Ada's key.
    ada: Identity,
    keyring_path: String,
    keyring: Keyring<'static>,
}

impl Site {
    fn new() -> Self {
        Self::of(seal(&input(), &organisation()).0)
    }

    fn of(files: Files) -> Self {
        Self::read_by(ada(), files)
    }

    /// The same organisation in a post-quantum site.
    fn hybrid() -> Self {
        let input = SealInput {
            keys: KeyKind::Hybrid,
            ..input()
        };
        let key = |number| Identity::new(KeyKind::Hybrid, [number; 32].into());
        let mut sections = organisation();
        for reader in sections
            .iter_mut()
            .flat_map(|(section, _)| &mut section.readers)
        {
            let number = reader.person.as_str().as_bytes()[0];
            reader.recipients = [key(number).recipient().to_string().into()].into();
        }
        Self::read_by(key(b'a'), seal(&input, &sections).0)
    }

    fn read_by(ada: Identity, files: Files) -> Self {
        let keyring_path = site_key().keyring_path(&ada.recipient(), 1).unwrap();
        let reader = SealedSiteReader::new(&files, &Trust::default(), &[]).unwrap();
        let keyring = reader.unlock(&ada).unwrap().keyring().clone();
        Self {
            files,
            ada,
            keyring_path,
            keyring,
        }
    }

    /// Path and identity of Ada's own section.
    fn section(&self) -> (String, Identity) {
        let entry = &self.keyring.sections[1];
        (
            entry.file.clone(),
            Identity::parse(&entry.identity).unwrap(),
        )
    }

    fn section_json(&self) -> Value {
        let (path, identity) = self.section();
        let packed = age_file::open(&identity, &self.files[&path]).unwrap();
        serde_json::from_slice(&container::unpack(&packed).unwrap()).unwrap()
    }

    fn put_section_json(self, document: &Value) -> Self {
        self.put_packed(&container::pack(&serde_json::to_vec(document).unwrap()).unwrap())
    }

    fn put_packed(self, packed: &[u8]) -> Self {
        let (path, identity) = self.section();
        self.put(&path, age_file::seal(&identity.recipient(), packed))
    }

    fn put_tree(self, tree: Value) -> Self {
        let mut document = self.section_json();
        document["pages"][0]["tree"] = tree;
        self.put_section_json(&document)
    }

    fn put_keyring(self, change: impl FnOnce(&mut Value)) -> Self {
        let mut document = serde_json::to_value(&self.keyring).unwrap();
        change(&mut document);
        let packed = container::pack(&serde_json::to_vec(&document).unwrap()).unwrap();
        let path = self.keyring_path.clone();
        let sealed = age_file::seal(&self.ada.recipient(), &packed);
        self.put(&path, sealed)
    }

    /// Changes a file, and lists and signs it as the owner would.
    fn put(mut self, path: &str, bytes: Vec<u8>) -> Self {
        self.files.insert(path.to_owned(), bytes);
        self.list_again()
    }

    fn list_again(mut self) -> Self {
        self.files.retain(|path, _| !path.starts_with("index/"));
        let listed = self
            .files
            .iter()
            .filter(|(path, _)| !path.starts_with("site."));
        let signed = |(path, bytes): (&String, &Vec<u8>)| {
            let file = SignedFile {
                sha256: FileHash::of(bytes),
                bytes: bytes.len() as u64,
            };
            (path.clone(), file)
        };
        let shards = Shards::write(site_key().site_id(), &listed.map(signed).collect());
        let hashes: Vec<String> = shards.hashes().iter().map(|hash| b64(&hash.0)).collect();
        self.files.extend(shards.files());
        self.put_site_json(|site| site["index"] = json!(hashes))
    }

    fn put_site_json(mut self, change: impl FnOnce(&mut Value)) -> Self {
        let mut document: Value = serde_json::from_slice(&self.files["site.json"]).unwrap();
        change(&mut document);
        self.files.insert(
            "site.json".to_owned(),
            serde_json::to_vec(&document).unwrap(),
        );
        self.sign(&derive(&SITE_KEY, "signer", &[]))
    }

    fn sign(mut self, seed: &[u8; 32]) -> Self {
        let signature = SigningKey::from_bytes(seed).sign(&self.files["site.json"]);
        let text = format!("{}\n", b64(&signature.to_bytes()));
        self.files.insert("site.sig".to_owned(), text.into_bytes());
        self
    }

    /// Changes the only shard, and signs it as the owner would.
    fn put_shard(mut self, change: impl FnOnce(&mut Value)) -> Self {
        let path = self
            .files
            .keys()
            .find(|path| path.starts_with("index/"))
            .unwrap()
            .clone();
        let mut document: Value = serde_json::from_slice(&self.files[&path]).unwrap();
        change(&mut document);
        let bytes = serde_json::to_vec(&document).unwrap();
        let hash = FileHash::of(&bytes);
        self.files.remove(&path);
        self.files
            .insert(format!("index/{}.json", hex(&hash.0[..12])), bytes);
        self.put_site_json(|site| site["index"] = json!([b64(&hash.0)]))
    }

    /// Changes a file behind the owner's back.
    fn tamper(mut self, path: &str, change: impl FnOnce(&mut Vec<u8>)) -> Self {
        change(self.files.get_mut(path).unwrap());
        self
    }

    fn shard_path(&self) -> String {
        self.files
            .keys()
            .find(|path| path.starts_with("index/"))
            .unwrap()
            .clone()
    }

    /// The vector of Ada opening her own section.
    fn vector(self, name: &str, why: &str, expect: Value) -> Vector {
        let needed = |path: &str| {
            let path = path.strip_prefix("next/").unwrap_or(path);
            let other = path.starts_with("keyring/") && path != self.keyring_path;
            let unopened = path == self.keyring.sections[0].file;
            !other && !unopened && path != "index.html" && !path.starts_with("assets/")
        };
        let files = self.files.iter().filter(|(path, _)| needed(path));
        Vector {
            name: name.to_owned(),
            why: why.to_owned(),
            site_files: files
                .map(|(path, bytes)| (path.clone(), BASE64_STANDARD.encode(bytes)))
                .collect(),
            identity: self.ada.to_text().to_string(),
            pinned_signer: Some(site_key().signer().to_string()),
            seen_build: Some(CREATED),
            now: None,
            open: Some("person/ada".to_owned()),
            expect,
        }
    }

    fn damaged(self, name: &str, why: &str) -> Vector {
        self.vector(name, why, json!({ "verdict": "damaged" }))
    }

    fn forged(self, name: &str, why: &str) -> Vector {
        self.vector(name, why, json!({ "verdict": "forged" }))
    }

    fn newer(self, name: &str, why: &str) -> Vector {
        self.vector(name, why, json!({ "verdict": "newer" }))
    }
}

fn expect_ok(site: &Site) -> Value {
    let document = site.section_json();
    json!({
        "verdict": "ok", "reader": "ada", "sections": ["org", "person/ada"], "expired": false,
        "pages": document["pages"],
        "files": { "2026-h1/graph.png": BASE64_STANDARD.encode(PICTURE) },
    })
}

fn valid() -> Vec<Vector> {
    let site = Site::new();
    let ok = expect_ok(&site);
    let mut first_use = site.clone().vector(
        "valid-on-first-use",
        "with no pin the site's own signer is taken",
        ok.clone(),
    );
    first_use.pinned_signer = None;
    first_use.seen_build = None;
    let mut pinned = site.clone().vector(
        "valid-by-identity-file",
        "one of several pinned signers is the site's; they count before what is remembered",
        ok.clone(),
    );
    let other = site_key_of(&[2; 32]).signer();
    pinned.identity = format!(
        "# created: 2026-11-22\n# signer: {other}\n# signer: {}\n\n{}\n",
        site_key().signer(),
        *ada().to_text()
    );
    pinned.pinned_signer = Some(other.to_string());
    let mut expired = site.clone().vector(
        "valid-but-expired",
        "a site past its date is read, with a warning",
        json!({ "verdict": "ok", "expired": true }),
    );
    expired.now = Some(EXPIRES as i64 + 1);
    let mut addresses = site.clone().vector(
        "valid-addresses",
        "links between pages survive unlock",
        json!({
            "verdict": "ok",
            "addresses": {
                "/people/ada": site_route_key().address("/people/ada"),
                "/people/ada/2026-h1#auth": site_route_key().address("/people/ada/2026-h1#auth"),
                "/org": site_route_key().address("/org"),
            },
        }),
    );
    addresses.open = None;
    let unknown = site
        .clone()
        .put_site_json(|json| json["later"] = json!({ "a": 1 }));
    let mut seen = site.clone().vector(
        "valid-newer-build",
        "a higher build than the one seen is news, not a forgery",
        ok.clone(),
    );
    seen.seen_build = Some(CREATED - 1);
    vec![
        site.clone()
            .vector("valid", "a whole site opens", ok.clone()),
        first_use,
        pinned,
        expired,
        addresses,
        seen,
        unknown.vector(
            "valid-with-unknown-member",
            "members that a later program adds are ignored",
            ok.clone(),
        ),
        several_shards().vector(
            "valid-with-several-shards",
            "a file is looked for in the shard of its path",
            ok,
        ),
    ]
}

fn site_route_key() -> RouteKey {
    RouteKey::parse(&b64(&derive::<32>(
        &SITE_KEY,
        "route",
        &[&1u64.to_be_bytes()],
    )))
    .unwrap()
}

/// So many tiny public files that the list has several shards.
fn several_shards() -> Site {
    let store = MemoryStore::default();
    let plain: Vec<PlainFile> = (0..600)
        .map(|number| PlainFile {
            path: format!("assets/{number:016x}.css"),
            bytes: vec![],
        })
        .collect();
    seal_site(&input(), &store, &organisation(), &plain, &[]).unwrap();
    let files = store.into_files();
    assert!(
        files
            .keys()
            .filter(|path| path.starts_with("index/"))
            .count()
            > 1
    );
    Site::of(files)
}

fn keys() -> Vec<Vector> {
    let site = Site::new();
    let with = |name: &str, why: &str, identity: &str, verdict: &str| {
        let vector = site
            .clone()
            .vector(name, why, json!({ "verdict": verdict }));
        Vector {
            identity: identity.to_owned(),
            ..vector
        }
    };
    let key = ada().to_text();
    vec![
        with(
            "no-key-at-all",
            "any text is taken for a key",
            "hunter2",
            "wrong-key",
        ),
        with(
            "only-comments",
            "a comment is taken for a key",
            "# AGE-SECRET-KEY-1\n",
            "wrong-key",
        ),
        with(
            "two-keys-and-neither-opens",
            "of several keys only the first is tried, or none",
            &format!("{0}\n{0}\n", *stranger().to_text()),
            "no-match",
        ),
        with(
            "key-beside-another-line",
            "a line that is no key is passed over",
            &format!("{}\nhunter2\n", *key),
            "wrong-key",
        ),
        with(
            "mistyped-key",
            "a wrong checksum is let through",
            &format!("{}Q", &key[..key.len() - 1]),
            "wrong-key",
        ),
        with(
            "public-key-instead",
            "a public key is taken for a secret one",
            &ada().recipient().to_string(),
            "wrong-key",
        ),
        with(
            "key-of-a-stranger",
            "a key without a keyring is told apart from a mistyped one",
            &stranger().to_text(),
            "no-match",
        ),
    ]
}

fn signatures() -> Vec<Vector> {
    let site = Site::new();
    let other = site_key_of(&[2; 32]);
    let mut pin = site
        .clone()
        .forged("signer-that-is-not-pinned", "anyone may sign a site");
    pin.pinned_signer = Some(other.signer().to_string());
    let mut file_pin = site.clone().forged(
        "signer-that-the-identity-file-does-not-pin",
        "pins of the identity file are only hints",
    );
    file_pin.identity = format!("# signer: {}\n{}\n", other.signer(), *ada().to_text());
    let mut older = site.clone().vector(
        "older-build",
        "a host serves an old build again",
        json!({ "verdict": "older" }),
    );
    older.seen_build = Some(CREATED + 1);
    let unsigned = |change: fn(&mut Files)| {
        let mut site = site.clone();
        change(&mut site.files);
        site
    };
    vec![
        pin,
        file_pin,
        older,
        site.clone().sign(&[3; 32]).forged(
            "signature-by-another-key",
            "a signature is not compared with the signer",
        ),
        site.clone()
            .tamper("site.json", |bytes| {
                let text = String::from_utf8(bytes.clone()).unwrap();
                *bytes = text.replace("Portfolios", "Portfolio5").into_bytes();
            })
            .forged("changed-site-json", "site.json is believed unsigned"),
        unsigned(|files| drop(files.remove("site.sig")))
            .damaged("no-signature", "an unsigned site is read"),
        unsigned(|files| drop(files.remove("site.json")))
            .damaged("no-site-json", "a site without its first file is read"),
        site.clone()
            .tamper("site.sig", |bytes| {
                bytes.pop();
            })
            .damaged("signature-without-newline", "a cut signature is read"),
        site.clone()
            .tamper("site.sig", |bytes| bytes[0] = b'=')
            .damaged(
                "signature-that-is-no-base64",
                "a damaged signature is called a forgery",
            ),
        site.clone()
            .put_site_json(|json| json["format"] = json!(2))
            .newer("newer-site", "a later format is called damaged"),
        site.clone()
            .put_site_json(|json| json["build"] = json!("1"))
            .damaged("build-that-is-no-number", "a wrong type is let through"),
        site.clone()
            .put_site_json(|json| json["index"] = json!([]))
            .damaged("no-shards", "a site without a list of files is read"),
        site.clone()
            .put_site_json(|json| {
                let one = json["index"][0].clone();
                json["index"] = json!([one, one, one]);
            })
            .damaged("three-shards", "the number of shards is no power of two"),
        site.clone()
            .put_site_json(|json| json["agreement"] = json!("AAAA"))
            .damaged("short-agreement-key", "a key of another length is used"),
    ]
}

fn lists() -> Vec<Vector> {
    let site = Site::new();
    let shard = site.shard_path();
    let own = site.section().0;
    let name = own.strip_prefix("sealed/").unwrap().to_owned();
    let missing = |path: &str| {
        let mut site = site.clone();
        site.files.remove(path).unwrap();
        site
    };
    let stranger_made = {
        let mut site = site.clone();
        let length = site.files[&site.keyring_path].len();
        let mut forged = age_file::seal(&ada().recipient(), &container::pack(b"{}").unwrap());
        while forged.len() < length {
            forged = age_file::seal(
                &ada().recipient(),
                &container::pack(&vec![7; length]).unwrap(),
            );
        }
        site.files.insert(site.keyring_path.clone(), forged);
        site
    };
    vec![
        missing(&shard).damaged("missing-shard", "a missing list is taken for an empty one"),
        site.clone()
            .tamper(&shard, |bytes| {
                let at = bytes.len() - 2;
                bytes[at] = b' ';
            })
            .forged("changed-shard", "a list is believed by its name"),
        site.clone()
            .put_shard(|json| json["format"] = json!(2))
            .newer("newer-shard", "a later format is called damaged"),
        site.clone()
            .put_shard(|json| json["site"] = json!("00".repeat(16)))
            .damaged("shard-of-another-site", "a list of another site is used"),
        missing(&own).damaged("missing-section", "a missing file is called a forgery"),
        site.clone()
            .tamper(&own, |bytes| bytes.truncate(1000))
            .damaged(
                "truncated-section",
                "an upload that broke off is called a forgery",
            ),
        site.clone().tamper(&own, |bytes| bytes[2000] ^= 1).forged(
            "changed-section",
            "a section is opened before its hash is looked at",
        ),
        site.clone()
            .tamper(&own, |bytes| bytes.push(0))
            .forged("longer-section", "bytes after a file are ignored"),
        swapped(&site),
        stranger_made.forged(
            "keyring-by-a-stranger",
            "age does not say who encrypted: anyone can seal to a public key",
        ),
        site.clone()
            .put_shard(|json| {
                drop(
                    json["files"]["sealed"]
                        .as_object_mut()
                        .unwrap()
                        .remove(&name),
                )
            })
            .damaged("unlisted-section", "a file that nobody signed is opened"),
    ]
}

/// Two files under each other's names: whichever is looked at is not what was signed.
fn swapped(site: &Site) -> Vector {
    let (own, identity) = site.section();
    let chain = site.files.keys().find(|path| {
        path.starts_with("sealed/") && age_file::open(&identity, &site.files[*path]).is_err()
    });
    let chain = chain.unwrap().clone();
    let mut site = site.clone();
    // As long as the one it stands for, so that it is no upload that broke off.
    let mut other = site.files[&chain].clone();
    other.resize(other.len().max(site.files[&own].len()), 0);
    let mine = site.files.insert(own, other).unwrap();
    site.files.insert(chain, mine);
    site.forged("swapped-sections", "a file is believed wherever it lies")
}

/// Post-quantum sites, and what of the one kind does not belong into a site of the other.
fn hybrid() -> Vec<Vector> {
    let (site, classical) = (Site::hybrid(), Site::new());
    let with = |site: &Site, name: &str, why: &str, identity: &Identity| {
        let expect = json!({ "verdict": "no-match" });
        Vector {
            identity: identity.to_text().to_string(),
            ..site.clone().vector(name, why, expect)
        }
    };
    let (own, section) = site.section();
    let of_bytes = |kind| Identity::new(kind, [7; 32].into());
    let mixed = |site: &Site, kind| {
        let identity = of_bytes(kind);
        let sealed = age_file::seal(&identity.recipient(), &container::pack(b"{}").unwrap());
        let changed = site.clone().put(&site.section().0, sealed);
        let text = identity.to_text().to_string();
        changed.put_keyring(|ring| ring["sections"][1]["identity"] = json!(text))
    };
    let without_keys = classical.clone().put_site_json(|json| {
        json.as_object_mut().unwrap().remove("keys");
    });
    let packed = age_file::open(&section, &site.files[&own]).unwrap();
    vec![
        site.clone().vector(
            "hybrid-valid",
            "a post-quantum site is not opened",
            expect_ok(&site),
        ),
        with(
            &site,
            "hybrid-site-x25519-key",
            "a key is looked for under the wrong kind",
            &ada(),
        ),
        with(
            &classical,
            "x25519-site-hybrid-key",
            "a key is looked for under the wrong kind",
            &site.ada,
        ),
        without_keys.vector(
            "no-kind-of-keys-named",
            "a site that does not name its kind of keys is of X25519",
            expect_ok(&classical),
        ),
        classical
            .clone()
            .put_site_json(|json| json["keys"] = json!("mlkem1024"))
            .damaged(
                "unknown-kind-of-keys",
                "an unknown kind is taken for a known one",
            ),
        mixed(&site, KeyKind::X25519).damaged(
            "hybrid-site-x25519-section",
            "the weaker kind decides for a section of a post-quantum site",
        ),
        mixed(&classical, KeyKind::Hybrid).damaged(
            "x25519-site-hybrid-section",
            "kinds of keys are mixed in one site",
        ),
        site.clone()
            .put(&own, age_file::seal(&ada().recipient(), &packed))
            .damaged(
                "hybrid-site-x25519-file",
                "a file of another kind of key is tried with the section's",
            ),
    ]
}

/// The one attachment of a section's document.
fn attachment(document: &mut Value) -> &mut serde_json::Map<String, Value> {
    let file = &mut document["files"]["2026-h1/graph.png"];
    file.as_object_mut().expect("an attachment")
}

/// Puts the bytes of the attachment into the document.
fn within(data: String) -> impl Fn(&mut Value) {
    move |document| {
        let file = attachment(document);
        file.remove("file");
        file.insert("data".to_owned(), json!(data));
    }
}

fn insides() -> Vec<Vector> {
    let site = Site::new();
    let (own, identity) = site.section();
    let json = serde_json::to_vec(&site.section_json()).unwrap();
    let packed = container::pack(&json).unwrap();
    let repacked = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut packed = packed.clone();
        change(&mut packed);
        site.clone().put_packed(&packed)
    };
    let document = |change: &dyn Fn(&mut Value)| {
        let mut document = site.section_json();
        change(&mut document);
        site.clone().put_section_json(&document)
    };
    vec![
        repacked(&|p| p[20] = b'x')
            .damaged("comment-that-is-not-spaces", "padding carries a message"),
        repacked(&|p| {
            p.remove(20);
        })
        .damaged(
            "length-that-is-not-padded",
            "lengths tell more than they should",
        ),
        repacked(&|p| {
            let at = p.len() - 8;
            p[at] ^= 1;
        })
        .damaged("wrong-checksum", "a checksum is not looked at"),
        repacked(&|p| {
            let at = p.len() - 1;
            p[at] ^= 1;
        })
        .damaged("wrong-size", "a size is not looked at"),
        repacked(&|p| p.resize(container::padded_length(p.len() + 1), 0))
            .damaged("bytes-after-the-member", "bytes after the end are ignored"),
        repacked(&|p| p[4] = 1).damaged("gzip-header-with-a-time", "another header is read"),
        repacked(&|p| *p = json.clone())
            .damaged("not-packed", "a section that is no gzip member is read"),
        site.clone()
            .put(&own, packed.clone())
            .damaged("not-sealed", "a section in clear is read"),
        site.clone()
            .put(&own, age_file::seal(&stranger().recipient(), &packed))
            .damaged(
                "sealed-to-another",
                "a section that does not open is called no match",
            ),
        site.clone()
            .put(&own, sealed_to_two(&identity.recipient(), &packed))
            .damaged("two-stanzas", "a file has a second reader"),
        site.clone()
            .put(&own, [site.files[&own].as_slice(), b"x"].concat())
            .damaged(
                "bytes-after-the-age-file",
                "bytes after the end are ignored",
            ),
        document(&|d| d["format"] = json!(2))
            .newer("newer-section", "a later format is called damaged"),
        document(&|d| d["format"] = json!(0))
            .damaged("format-zero", "a format that never was is read"),
        document(&|d| d["section"] = json!("person/linus"))
            .damaged("wrong-section-id", "a section is shown as another"),
        document(&|d| d["site"] = json!("00".repeat(16)))
            .damaged("wrong-site-id", "a section of another site is shown"),
        document(&|d| drop(d.as_object_mut().unwrap().remove("pages"))).damaged(
            "section-without-pages",
            "a section of another form is shown",
        ),
        document(&within(b64(PICTURE))).vector(
            "attachment-within",
            "an attachment that no file tells of is not found",
            expect_ok(&site),
        ),
        document(&within(b64(&PICTURE[1..]))).damaged(
            "attachment-within-of-another-length",
            "an attachment that was cut short is shown",
        ),
        document(&within(BASE64_STANDARD.encode(b"\xff\xfe\xfd\xfc"))).damaged(
            "attachment-within-in-another-alphabet",
            "a text that is no base64url is read",
        ),
        document(&|d| d["files"]["2026-h1/graph.png"]["data"] = json!(b64(PICTURE))).damaged(
            "attachment-in-two-places",
            "of two attachments one is shown",
        ),
        document(&|d| drop(attachment(d).remove("file")))
            .damaged("attachment-in-no-place", "an attachment is shown as empty"),
        document(&|d| d["pages"][0]["slot"] = json!("10"))
            .damaged("slot-that-is-no-number", "a wrong type is let through"),
        site.clone()
            .put_packed(&container::pack(b"[]").unwrap())
            .damaged("section-that-is-a-list", "another kind of JSON is read"),
        site.clone()
            .put_packed(&container::pack(&json[..json.len() - 1]).unwrap())
            .damaged("section-that-is-no-json", "JSON that ends early is read"),
        site.clone()
            .put_keyring(|k| k["format"] = json!(2))
            .newer("newer-keyring", "a later format is called damaged"),
        site.clone()
            .put_keyring(|k| k["site"] = json!("00".repeat(16)))
            .damaged(
                "keyring-of-another-site",
                "a keyring of another site is used",
            ),
        site.clone()
            .put_keyring(|k| k["sections"][1]["identity"] = json!("AGE-SECRET-KEY-1"))
            .damaged("keyring-without-an-identity", "a broken identity is used"),
        site.clone()
            .put_keyring(|k| {
                k["sections"][1]["file"] = json!("sealed/000000000000000000000000.age")
            })
            .damaged(
                "keyring-that-names-an-unlisted-file",
                "a file that nobody signed is opened",
            ),
        site.clone()
            .put_keyring(|k| k["route_key"] = json!("AAAA"))
            .damaged(
                "keyring-with-a-short-route-key",
                "a key of another length is used",
            ),
    ]
}

fn sealed_to_two(recipient: &Recipient, packed: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let of_age = |recipient: &Recipient| -> age::x25519::Recipient {
        recipient.to_string().parse().unwrap()
    };
    let (one, two) = (of_age(recipient), of_age(&stranger().recipient()));
    let both: [&dyn age::Recipient; 2] = [&one, &two];
    let mut sealed = Vec::new();
    let encryptor = age::Encryptor::with_recipients(both.into_iter()).unwrap();
    let mut writer = encryptor.wrap_output(&mut sealed).unwrap();
    writer.write_all(packed).unwrap();
    writer.finish().unwrap();
    sealed
}

fn trees() -> Vec<Vector> {
    let site = Site::new();
    let bad = |name: &str, why: &str, tree: Value| site.clone().put_tree(tree).damaged(name, why);
    let deep = |depth| (0..depth).fold(json!("x"), |tree, _| json!(["div", tree]));
    let limit = Allowlist::get().limits().depth;
    let deepest = site.clone().put_tree(deep(limit));
    let expect = expect_ok(&deepest);
    vec![
        deepest.vector(
            "valid-deepest-tree",
            "a tree at the limit is refused",
            expect,
        ),
        bad(
            "over-deep-tree",
            "a deep tree makes a reader run out of stack",
            deep(limit + 1),
        ),
        bad(
            "very-deep-tree",
            "a very deep tree makes a JSON reader run out of stack",
            deep(100),
        ),
        bad(
            "script-element",
            "a script is built",
            json!(["script", "alert(1)"]),
        ),
        bad(
            "unknown-element",
            "an element outside of the list is built",
            json!(["blink", "x"]),
        ),
        bad(
            "upper-case-element",
            "names are compared without regard to case",
            json!(["P", "x"]),
        ),
        bad(
            "script-in-svg",
            "a script inside of a drawing is built",
            json!(["svg", ["script", "alert(1)"]]),
        ),
        bad(
            "foreign-object",
            "HTML inside of a drawing is built",
            json!(["svg", ["foreignObject", ["p", "x"]]]),
        ),
        bad(
            "html-in-svg",
            "an element of the other namespace is built",
            json!(["svg", ["p", "x"]]),
        ),
        bad(
            "svg-outside-of-svg",
            "an element of the other namespace is built",
            json!(["path", { "d": "M0 0" }]),
        ),
        bad(
            "event-handler",
            "an event handler is set",
            json!(["p", { "onclick": "alert(1)" }, "x"]),
        ),
        bad(
            "style-attribute",
            "a style is set",
            json!(["p", { "style": "color:red" }, "x"]),
        ),
        bad(
            "javascript-link",
            "a link runs a script",
            json!(["a", { "href": "javascript:alert(1)" }, "x"]),
        ),
        bad(
            "javascript-link-in-disguise",
            "a scheme is compared before white space is dropped",
            json!(["a", { "href": " java\nscript:alert(1)" }, "x"]),
        ),
        bad(
            "data-link",
            "a link carries a document",
            json!(["a", { "href": "data:text/html,x" }, "x"]),
        ),
        bad(
            "relative-link",
            "a link without a scheme leads to another host",
            json!(["a", { "href": "//evil.example/" }, "x"]),
        ),
        bad(
            "remote-picture",
            "a picture tells a host who reads",
            json!(["img", { "alt": "", "src": "https://evil.example/a.png" }]),
        ),
        bad(
            "unknown-attachment",
            "a link to nothing is built",
            json!(["a", { "href": "attachment:none" }, "x"]),
        ),
        bad(
            "drawing-with-a-resource",
            "a drawing loads something",
            json!(["svg", ["path", { "d": "M0 0", "fill": "url(#a)" }]]),
        ),
        bad(
            "reserved-id",
            "a page takes the place of the viewer's own elements",
            json!(["p", { "id": "gradus-main" }, "x"]),
        ),
        bad(
            "attribute-that-is-no-text",
            "a wrong type is let through",
            json!(["p", { "title": 1 }, "x"]),
        ),
        bad(
            "children-of-a-void-element",
            "a line break has children",
            json!(["br", "x"]),
        ),
        bad(
            "number-as-a-node",
            "a wrong type is let through",
            json!(["p", 1]),
        ),
        bad(
            "element-without-a-name",
            "an empty element is built",
            json!(["p", []]),
        ),
        bad(
            "second-object",
            "attributes are taken from anywhere",
            json!(["p", "x", { "class": "a" }]),
        ),
    ]
}

/// A host on which one site takes the place of another: the files that did so already, and those that wait for it.
struct Upload {
    before: Site,
    after: Site,
}

impl Upload {
    fn new() -> Self {
        let after = Site::new().put_tree(json!(["p", "what is new"]));
        Self {
            before: Site::new(),
            after: after.put_site_json(|site| site["build"] = json!(CREATED + 1)),
        }
    }

    /// After these files were replaced, while all wait.
    fn replaced(&self, paths: &[&str]) -> Site {
        let mut site = self.before.clone();
        for (path, bytes) in &self.after.files {
            site.files.insert(format!("next/{path}"), bytes.clone());
            if paths.contains(&path.as_str()) {
                site.files.insert(path.clone(), bytes.clone());
            }
        }
        site
    }
}

fn uploads() -> Vec<Vector> {
    let upload = Upload::new();
    let (section, _) = upload.before.section();
    let new = expect_ok(&upload.after);
    let bend = |bytes: &mut Vec<u8>| *bytes.last_mut().unwrap() ^= 1;
    let unsigned = upload.replaced(&[]).tamper(&section, bend);
    let signature = unsigned.clone().sign(&[3; 32]).files["site.sig"].clone();
    let backwards = Upload {
        before: upload.after.clone(),
        after: upload.before.clone(),
    };
    let mut back = backwards.replaced(&[]).tamper(&section, bend).forged(
        "upload-of-an-older-build",
        "what waits leads back to an older build",
    );
    back.seen_build = Some(CREATED + 1);
    vec![
        upload.replaced(&[]).vector(
            "valid-upload-before-anything-is-replaced",
            "a site that is whole is refused for what waits beside it",
            json!({ "verdict": "ok", "reader": "ada" }),
        ),
        upload.replaced(&[&section]).vector(
            "valid-upload-with-a-section-replaced",
            "a site that is being published is called a forgery",
            new.clone(),
        ),
        upload.replaced(&[&section, "site.json"]).vector(
            "valid-upload-between-site-json-and-its-signature",
            "a site is called a forgery while its signature is on the way",
            new,
        ),
        unsigned
            .tamper("next/site.sig", |bytes| *bytes = signature)
            .forged(
                "upload-by-another-signer",
                "what waits is believed unsigned",
            ),
        back,
    ]
}

type Group = (&'static str, fn() -> Vec<Vector>);

const GROUPS: [Group; 8] = [
    ("valid", valid),
    ("keys", keys),
    ("signatures", signatures),
    ("lists", lists),
    ("insides", insides),
    ("trees", trees),
    ("hybrid", hybrid),
    ("uploads", uploads),
];

fn path_of(group: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/{group}.json"))
}

fn committed(group: &str) -> Vec<Vector> {
    let text = fs::read_to_string(path_of(group)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn assert_judged(vectors: &[Vector]) {
    for vector in vectors {
        let found = judge(vector);
        assert!(agrees(&vector.expect, &found), "{}: {found}", vector.name);
    }
}

#[test]
fn every_committed_vector_gets_its_verdict() {
    if std::env::var_os("GRADUS_WRITE_VECTORS").is_some() {
        for (group, make) in GROUPS {
            let text = serde_json::to_string_pretty(&make()).unwrap();
            fs::write(path_of(group), text + "\n").unwrap();
        }
    }
    let all: Vec<Vector> = GROUPS
        .iter()
        .flat_map(|(group, _)| committed(group))
        .collect();
    let names: BTreeSet<&str> = all.iter().map(|vector| vector.name.as_str()).collect();
    assert_eq!(names.len(), all.len(), "a name is used twice");
    let malformed = all.iter().filter(|vector| vector.expect["verdict"] != "ok");
    assert!(malformed.count() >= 20);
    assert_judged(&all);
}

#[test]
fn vectors_that_are_made_anew_get_the_same_verdicts() {
    for (group, make) in GROUPS {
        let fresh = make();
        assert_judged(&fresh);
        let told = |vectors: &[Vector]| -> Vec<(String, Value)> {
            vectors
                .iter()
                .map(|vector| (vector.name.clone(), vector.expect.clone()))
                .collect()
        };
        assert_eq!(told(&fresh), told(&committed(group)), "{group}");
    }
}
