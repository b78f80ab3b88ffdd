//! Secret keys in files that are, or will be, for everyone to fetch.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Match};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// How secret keys of text begin, in lower case, and what they are called.
const KEYS: [(&str, &str); 2] = [
    ("age-secret-key-", "a reader's secret key"),
    ("gradus-site-key-1", "a site key"),
];

/// Shortest secret part of such a key, in characters: the words alone stand in programs and guides.
const SECRET_MIN: usize = 50;

/// Letters that no secret part has, so that prose whose blanks were taken out is none.
const NEVER_SECRET: &[u8] = b"bio";

/// How other secret keys in text end their first line, which holds nothing else.
const ARMOURED: &[u8] = b"PRIVATE KEY-----";

/// Begins that line.
const ARMOUR: &str = "-----BEGIN ";

/// Longest first line of an armoured key.
const ARMOUR_MAX_BYTES: usize = 64;

/// As many characters of Base64 are looked into as any of these beginnings needs with what follows it, in fours.
const CODED_MAX: usize = 160;

/// Base64 as it comes, of the usual alphabet.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What of a file's bytes is a secret, in words: as text of UTF-8 or UTF-16, in Base64, or broken into lines.
/// `is_sealed` files are not read as lines.
pub fn found_in(bytes: &[u8], is_sealed: bool) -> Option<&'static str> {
    let broken = || {
        let joined: Vec<u8> = bytes
            .iter()
            .copied()
            .filter(|b| !b.is_ascii_whitespace())
            .collect();
        found_by(&joined, Text::Joined)
    };
    let found = found_by(bytes, Text::AsItIs);
    found.or_else(|| if is_sealed { None } else { broken() })
}

/// What a text is that is looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    AsItIs,
    /// Without its blanks and line ends.
    Joined,
}

/// A form in which a beginning may be written.
#[derive(Debug, Clone, Copy)]
enum Form {
    Plain,
    /// A zero byte between any two letters, as in UTF-16 of either order.
    Wide,
    /// In Base64, with as many characters of the same group of four before it.
    Coded(usize),
}

/// What a beginning is of.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Key(&'static str),
    Armour,
}

/// All beginnings in all of their forms, and what finds them.
struct Beginnings {
    finder: AhoCorasick,
    /// By the finder's number.
    known: Vec<(Kind, Form)>,
}

static BEGINNINGS: LazyLock<Beginnings> = LazyLock::new(Beginnings::new);

impl Beginnings {
    fn new() -> Self {
        let keys = KEYS.map(|(beginning, what)| (beginning, Kind::Key(what)));
        let mut written = Vec::new();
        for (beginning, kind) in keys.into_iter().chain([(ARMOUR, Kind::Armour)]) {
            let forms = forms(beginning).into_iter();
            written.extend(forms.map(|(bytes, form)| (bytes, (kind, form))));
        }
        let (patterns, known): (Vec<Vec<u8>>, _) = written.into_iter().unzip();
        let finder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(patterns)
            .expect("two dozen short patterns are no large automaton");
        Self { finder, known }
    }
}

fn forms(beginning: &str) -> Vec<(Vec<u8>, Form)> {
    let bytes = beginning.as_bytes();
    let mut wide: Vec<u8> = bytes.iter().flat_map(|byte| [*byte, 0]).collect();
    wide.pop();
    let mut forms = vec![(bytes.to_vec(), Form::Plain), (wide, Form::Wide)];
    for text in [bytes.to_ascii_lowercase(), bytes.to_ascii_uppercase()] {
        for before in 0..3 {
            let (coded, skipped) = coded(&text, before);
            forms.push((coded, Form::Coded(skipped)));
        }
    }
    forms
}

/// The characters of Base64 that follow from a text alone, with that many bytes before it in its group of three; and
/// how many characters of the group stand before them.
fn coded(text: &[u8], before: usize) -> (Vec<u8>, usize) {
    let whole = [&[0; 3][..before], text].concat();
    let skipped = (before * 8).div_ceil(6);
    let coded = BASE64.encode(&whole).into_bytes();
    (coded[skipped..whole.len() * 8 / 6].to_vec(), skipped)
}

fn found_by(bytes: &[u8], text: Text) -> Option<&'static str> {
    let beginnings = &*BEGINNINGS;
    let mut found = beginnings.finder.find_overlapping_iter(bytes);
    found.find_map(|found| {
        let (kind, form) = beginnings.known.get(found.pattern().as_usize())?;
        is_secret(bytes, &found, *kind, *form, text)
    })
}

fn is_secret(
    bytes: &[u8],
    found: &Match,
    kind: Kind,
    form: Form,
    text: Text,
) -> Option<&'static str> {
    let rest = &bytes[found.end()..];
    match form {
        Form::Plain => follows(rest.iter().copied(), kind, text),
        // A zero byte before each letter, whichever the order was.
        Form::Wide => {
            let pairs = rest.chunks_exact(2);
            let letters = pairs.map_while(|pair| (pair[0] == 0).then_some(pair[1]));
            follows(letters, kind, text)
        }
        Form::Coded(skipped) => {
            let from = found.start().checked_sub(skipped)?;
            let decoded = decoded(&bytes[from..]);
            plain_in(&decoded)
        }
    }
}

/// Base64 as far as it goes, within bounds.
fn decoded(bytes: &[u8]) -> Vec<u8> {
    let usual = |byte: &u8| match byte {
        b'-' => Some(b'+'),
        b'_' => Some(b'/'),
        byte if byte.is_ascii_alphanumeric() || b"+/".contains(byte) => Some(*byte),
        _ => None,
    };
    let mut characters: Vec<u8> = bytes.iter().take(CODED_MAX).map_while(usual).collect();
    if characters.len() % 4 == 1 {
        characters.pop(); // less than a byte
    }
    BASE64.decode(characters).unwrap_or_default()
}

/// What was decoded is looked through for plain beginnings alone, so that nothing is decoded twice.
fn plain_in(bytes: &[u8]) -> Option<&'static str> {
    let beginnings = &*BEGINNINGS;
    let mut found = beginnings.finder.find_overlapping_iter(bytes);
    found.find_map(
        |found| match beginnings.known.get(found.pattern().as_usize())? {
            (kind, Form::Plain) => {
                let rest = bytes[found.end()..].iter().copied();
                follows(rest, *kind, Text::AsItIs)
            }
            _ => None,
        },
    )
}

/// What it is, if what follows a beginning makes it one.
fn follows(rest: impl Iterator<Item = u8>, kind: Kind, text: Text) -> Option<&'static str> {
    match kind {
        Kind::Key(what) => {
            let inner = |b: &u8| {
                let never = text == Text::Joined && NEVER_SECRET.contains(&b.to_ascii_lowercase());
                (b.is_ascii_alphanumeric() || *b == b'-') && !never
            };
            (rest.take_while(inner).take(SECRET_MIN).count() == SECRET_MIN).then_some(what)
        }
        Kind::Armour => {
            let line = rest.take_while(|b| *b != b'\n').take(ARMOUR_MAX_BYTES);
            let line: Vec<u8> = line.collect();
            let is_armoured = line.trim_ascii_end().ends_with(ARMOURED);
            is_armoured.then_some("a private key")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::Identity;
    use crate::sealed::seal::SiteKey;

    fn found(bytes: &[u8]) -> Option<&'static str> {
        found_in(bytes, false)
    }

    #[test]
    fn keys_are_known_in_any_case_and_the_words_alone_are_none() {
        let key = Identity::generate().to_text();
        let site = SiteKey::generate().to_text();
        for text in [
            format!("# mine\n{}\n", *key),
            key.to_ascii_lowercase(),
            format!("x{}", *site),
            "-----BEGIN OPENSSH PRIVATE KEY-----\r\nAAAA".to_owned(),
        ] {
            assert!(found(text.as_bytes()).is_some(), "{text}");
        }
        for text in [
            "begins with AGE-SECRET-KEY-1, a key of age",
            "begins with AGE-SECRET-KEY-1 and goes on with letters and more letters so that nobody sees where it ends",
            "`GRADUS-SITE-KEY-1…`",
            "-----BEGIN AGE ENCRYPTED FILE-----",
            "-----BEGIN PUBLIC KEY-----",
            "{\"present\":1}",
        ] {
            assert_eq!(found(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn keys_are_known_in_utf_16_of_either_order() {
        let site = SiteKey::generate().to_text();
        let wide = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let text = format!("\u{feff}mine: {}\r\n", *site);
            text.encode_utf16().flat_map(unit).collect()
        };
        for bytes in [wide(u16::to_le_bytes), wide(u16::to_be_bytes)] {
            assert_eq!(found(&bytes), Some("a site key"));
        }
        let armoured = "-----BEGIN PRIVATE KEY-----\r\nMC4C".encode_utf16();
        let armoured: Vec<u8> = armoured.flat_map(u16::to_le_bytes).collect();
        assert_eq!(found(&armoured), Some("a private key"));
    }

    #[test]
    fn keys_are_known_in_base64_wherever_they_begin_and_however_it_is_broken() {
        let key = Identity::generate().to_text();
        let armoured = "-----BEGIN EC PRIVATE KEY-----\nMHc=".to_owned();
        for key in [key.to_string(), key.to_ascii_lowercase(), armoured] {
            for before in ["", "a", "ab", "# written by hand\n"] {
                let text = BASE64.encode(format!("{before}{key}\n"));
                for width in [10, 64, 1000] {
                    let lines: Vec<&[u8]> = text.as_bytes().chunks(width).collect();
                    let broken = lines.join(&b"\r\n"[..]);
                    assert!(found(&broken).is_some(), "{before}{key} {width}");
                }
                let safe = text.replace('+', "-").replace('/', "_");
                assert!(found(format!("{{\"key\":\"{safe}\"}}").as_bytes()).is_some());
            }
        }
        let words =
            BASE64.encode("it begins with AGE-SECRET-KEY-1, and then comes a good deal more of it");
        assert_eq!(found(words.as_bytes()), None);
    }

    #[test]
    fn keys_are_known_that_were_broken_into_lines() {
        let key = SiteKey::generate().to_text();
        let lines: Vec<&[u8]> = key.as_bytes().chunks(12).collect();
        assert_eq!(found(&lines.join(&b"\n  "[..])), Some("a site key"));
    }
}
