//! What opens a site, or an organisation's files, and lies beside the site for everyone to fetch.

use crate::publish;

/// How secret keys of text begin, in lower case, and what they are called.
const KEYS: [(&[u8], &str); 2] = [
    (b"age-secret-key-", "a reader's secret key"),
    (b"gradus-site-key-1", "a site key"),
];

/// Shortest secret part of such a key, in characters: the words alone stand in programs and guides.
const SECRET_MIN: usize = 50;

/// How other secret keys in text end their first line, which holds nothing else.
const ARMOURED: &[u8] = b"PRIVATE KEY-----";

/// Begins that line.
const ARMOUR: &[u8] = b"-----BEGIN ";

/// Longest first line of an armoured key.
const ARMOUR_MAX_BYTES: usize = 64;

/// What of a file's bytes is a secret, in words.
pub fn found_in(bytes: &[u8]) -> Option<&'static str> {
    let key = KEYS.iter().find(|(beginning, _)| has_key(bytes, beginning));
    if let Some((_, what)) = key {
        return Some(what);
    }
    if has_armoured(bytes) {
        return Some("a private key");
    }
    publish::is_ledger(bytes).then_some("the ledger of a build")
}

fn has_key(bytes: &[u8], beginning: &[u8]) -> bool {
    let windows = bytes.windows(beginning.len()).enumerate();
    let mut found = windows.filter(|(_, window)| window.eq_ignore_ascii_case(beginning));
    found.any(|(at, _)| {
        let rest = bytes[at + beginning.len()..].iter();
        let inner = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'-';
        rest.take_while(inner).count() >= SECRET_MIN
    })
}

fn has_armoured(bytes: &[u8]) -> bool {
    let mut windows = bytes.windows(ARMOUR.len()).enumerate();
    windows.any(|(at, window)| {
        let line = &bytes[at..bytes.len().min(at + ARMOUR_MAX_BYTES)];
        let line = line.split(|b| *b == b'\n').next().unwrap_or_default();
        window == ARMOUR && line.trim_ascii_end().ends_with(ARMOURED)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Identity;
    use crate::seal::SiteKey;

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
            assert!(found_in(text.as_bytes()).is_some(), "{text}");
        }
        for text in [
            "begins with AGE-SECRET-KEY-1, a key of age",
            "`GRADUS-SITE-KEY-1…`",
            "-----BEGIN AGE ENCRYPTED FILE-----",
            "-----BEGIN PUBLIC KEY-----",
            "{\"present\":1}",
        ] {
            assert_eq!(found_in(text.as_bytes()), None, "{text}");
        }
    }
}
