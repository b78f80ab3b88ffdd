//! C2SP's test vectors of the age format, from the npm package `cctv-age` that the viewer's tests use too.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use age::armor::ArmoredReader;
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use gradus::domain::model::{FileHash, Identity, KeyKind};

/// Vectors that the age crate judges otherwise: it refuses white space around armor, which is allowed,
/// and accepts a stanza without its last line, twice.
const EXCEPTIONS: [&str; 3] = [
    "armor_whitespace_outside",
    "stanza_missing_body",
    "stanza_missing_final_line",
];

const WORK_FACTOR_MAX: u8 = 20;

struct Vector {
    expect: String,
    payload: Option<String>,
    identities: Vec<String>,
    passphrases: Vec<String>,
    armored: bool,
    file: Vec<u8>,
}

/// Name → vector. The package holds each as `// ../testdata/<name>` and a base64 text.
fn vectors() -> BTreeMap<String, Vector> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/viewer/node_modules/cctv-age/index.js"
    );
    let module = fs::read_to_string(Path::new(path)).unwrap_or_else(|error| {
        panic!("these tests need C2SP's vectors: run `npm ci` in `viewer/` first ({path}: {error})")
    });
    let parts = module.split("// ../testdata/").skip(1);
    let vector = |part: &str| {
        let (name, rest) = part.split_once('\n').unwrap();
        let text = rest.split('"').nth(1).unwrap();
        (
            name.to_owned(),
            parse(&BASE64_STANDARD.decode(text).unwrap()),
        )
    };
    parts.map(vector).collect()
}

fn parse(bytes: &[u8]) -> Vector {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let all = |key: &str| -> Vec<String> {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        lines
            .filter(|(name, _)| *name == key)
            .map(|(_, value)| value.to_owned())
            .collect()
    };
    let body = &bytes[end + 2..];
    let file = match all("compressed").first().map(String::as_str) {
        None => body.to_vec(),
        Some("zlib") => {
            let mut file = Vec::new();
            flate2::read::ZlibDecoder::new(body)
                .read_to_end(&mut file)
                .unwrap();
            file
        }
        Some(other) => panic!("unknown compression {other}"),
    };
    Vector {
        expect: all("expect").remove(0),
        payload: all("payload").pop(),
        identities: all("identity"),
        passphrases: all("passphrase"),
        armored: !all("armored").is_empty(),
        file,
    }
}

/// What the age crate, and our own hybrid keys with it, make of a vector, in the words of `expect`, and what it read. An armored file that
/// is not opened is only known to be refused.
fn judge(vector: &Vector) -> (&'static str, Vec<u8>) {
    if !vector.armored {
        return open(vector, Decryptor::new_buffered(vector.file.as_slice()));
    }
    let armored = ArmoredReader::new(vector.file.as_slice());
    match open(vector, Decryptor::new_buffered(armored)) {
        ("success", payload) => ("success", payload),
        (_, payload) => ("refused", payload),
    }
}

/// What [`judge`] has to say.
fn expected(vector: &Vector) -> &str {
    match vector.expect.as_str() {
        "success" => "success",
        _ if vector.armored => "refused",
        other => other,
    }
}

fn open<R: std::io::BufRead>(
    vector: &Vector,
    decryptor: Result<Decryptor<R>, DecryptError>,
) -> (&'static str, Vec<u8>) {
    let Ok(decryptor) = decryptor else {
        return ("header failure", vec![]);
    };
    let identities = identities(vector);
    let reader = decryptor.decrypt(identities.iter().map(|identity| &**identity));
    let mut reader = match reader {
        Ok(reader) => reader,
        // The latter is a wrong passphrase.
        Err(DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed) => {
            return ("no match", vec![]);
        }
        Err(DecryptError::InvalidMac) => return ("HMAC failure", vec![]),
        Err(_) => return ("header failure", vec![]),
    };
    let mut payload = Vec::new();
    match reader.read_to_end(&mut payload) {
        Ok(_) => ("success", payload),
        Err(_) => ("payload failure", payload),
    }
}

fn identities(vector: &Vector) -> Vec<Box<dyn age::Identity>> {
    let keys = vector.identities.iter().map(|text| {
        let identity = Identity::parse(text).unwrap();
        Box::new(identity) as Box<dyn age::Identity>
    });
    let passphrases = vector.passphrases.iter().map(|text| {
        let mut identity = age::scrypt::Identity::new(SecretString::from(text.clone()));
        identity.set_max_work_factor(WORK_FACTOR_MAX);
        Box::new(identity) as Box<dyn age::Identity>
    });
    keys.chain(passphrases).collect()
}

#[test]
fn all_vectors_of_the_specification_are_judged_as_it_says() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 143);
    let mut otherwise = Vec::new();
    for (name, vector) in &vectors {
        let (found, payload) = judge(vector);
        let hash = vector.payload.as_ref().filter(|_| found == "success");
        let same_payload = hash.is_none_or(|hash| *hash == FileHash::of(&payload).to_string());
        if found != expected(vector) || !same_payload {
            otherwise.push(format!("{name}: {found}, not {}", vector.expect));
        }
    }
    let names: Vec<&str> = otherwise
        .iter()
        .map(|line| line.split(':').next().unwrap())
        .collect();
    assert_eq!(names, EXCEPTIONS, "{otherwise:#?}");
}

#[test]
fn there_are_vectors_of_hybrid_keys_among_them() {
    let vectors = vectors();
    let kinds = vectors.values().flat_map(|vector| &vector.identities);
    let hybrid = kinds.filter(|text| Identity::parse(text).unwrap().kind() == KeyKind::Hybrid);
    assert_eq!(hybrid.count(), 19);
}

#[test]
fn our_reader_opens_exactly_the_valid_vectors_for_one_key() {
    use gradus::sealed::seal::age_file;
    for (name, vector) in vectors() {
        let [text] = vector.identities.as_slice() else {
            continue;
        };
        let Ok(identity) = Identity::parse(text) else {
            continue;
        };
        let text = String::from_utf8_lossy(&vector.file);
        let stanzas: usize = ["\n-> X25519 ", "\n-> mlkem768x25519 "]
            .map(|stanza| text.matches(stanza).count())
            .iter()
            .sum();
        let ours = vector.expect == "success" && !vector.armored && stanzas == 1;
        let accepted = EXCEPTIONS.contains(&name.as_str());
        let opened = age_file::open(&identity, &vector.file).is_ok();
        assert!(opened == ours || accepted, "{name}: {opened}");
    }
}
