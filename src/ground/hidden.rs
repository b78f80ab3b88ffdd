//! Keys that stand where none belongs: in a command line, a file name, a faulty line. Whoever sees a terminal or the
//! log of a build does not see them.

use std::ops::Range;

/// What every secret key of these kinds begins with, in lower case. Passphrases begin with nothing that tells them.
const BEGINNINGS: [&str; 3] = ["age-secret-key-", "gradus-site-key-", "age-plugin-"];

/// What every recipient begins with.
const PUBLIC: &str = "age1";

/// The alphabet that keys are written in behind their beginnings.
const BECH32: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// How many characters of it in a row are a key, or most of one.
const LONG: usize = 48;

/// How many others among them are slips of whoever typed it, or what separates its beginning.
const MISTYPED: usize = 2;

/// What stands for a character of a key.
const HIDDEN: char = '•';

/// The same text, character for character, but for the secret part of keys.
pub fn without_secrets(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(secret) = next_secret(&lower[at..]) {
        let (from, to) = (at + secret.start, at + secret.end);
        shown.push_str(&text[at..from]);
        shown.extend(text[from..to].chars().map(|_| HIDDEN));
        at = to;
    }
    shown.push_str(&text[at..]);
    shown
}

/// Where the next one stands, without its beginning.
fn next_secret(lower: &str) -> Option<Range<usize>> {
    let both = [with_beginning(lower), without_beginning(lower)];
    both.into_iter().flatten().min_by_key(|found| found.start)
}

fn with_beginning(lower: &str) -> Option<Range<usize>> {
    let starts = BEGINNINGS.iter().filter_map(|beginning| {
        let at = lower.find(beginning)?;
        Some(at + beginning.len())
    });
    let start = starts.min()?;
    let rest = &lower[start..];
    let end = rest.find(|c| !is_inner(c)).unwrap_or(rest.len());
    Some(start..start + end)
}

fn is_inner(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

/// A key whose beginning was left out or torn off: as many characters of that alphabet in a row as nothing else has. Public
/// keys look the same behind their own beginning, and are meant to be seen.
fn without_beginning(lower: &str) -> Option<Range<usize>> {
    let mut at = 0;
    for word in lower.split(|c| !is_inner(c)) {
        // Each word is followed by one character, of whatever length.
        let start = at;
        at += word.len();
        at += lower[at..].chars().next().map_or(0, char::len_utf8);
        if !word.starts_with(PUBLIC)
            && let Some(run) = long_run(word)
        {
            return Some(start + run.start..start + run.end);
        }
    }
    None
}

fn long_run(word: &str) -> Option<Range<usize>> {
    let mut at = 0;
    for run in word.split('-') {
        let foreign = run.chars().filter(|c| !BECH32.contains(*c)).count();
        // One hash in a hundred has hardly a digit that is not of that alphabet; no key is of such digits alone.
        let is_hash = run.chars().all(|c| c.is_ascii_hexdigit());
        if run.len() >= LONG && foreign <= MISTYPED && !is_hash {
            return Some(at..at + run.len());
        }
        at += run.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_without_its_beginning_is_hidden_and_public_ones_and_signers_are_shown() {
        let secret = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE";
        for (before, hidden) in [
            ("", 0),
            ("1", 1),
            ("-KEY-1", 1),
            (" -KEY-1", 1),
            ("out/", 0),
            ("é ", 0),
        ] {
            let text = format!("no `{before}{secret}` here");
            let shown = &before[..before.len() - hidden];
            let hidden = "•".repeat(secret.len() + hidden);
            assert_eq!(without_secrets(&text), format!("no `{shown}{hidden}` here"));
            let lower = without_secrets(&text.to_ascii_lowercase());
            assert!(lower.contains(&hidden), "{lower}");
        }
        let mistyped = secret.replacen('R', "b", 1);
        assert_eq!(without_secrets(&mistyped), "•".repeat(secret.len()));
        let public = format!("age1{} age1pq1{0}", secret.to_ascii_lowercase());
        let signer = "ed25519:Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE";
        let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        // All of its digits are of the alphabet of keys; the address of a preview holds such a one at times.
        let token = "e3f0c44298fc8c249afef4c8996f092427ae48e4649f934ca495992f7852f855";
        let address = format!("http://127.0.0.1:4040/?token={token}");
        for shown in [public.as_str(), signer, hash, &address] {
            assert_eq!(without_secrets(shown), shown);
        }
    }

    #[test]
    fn keys_are_hidden_in_any_case_and_nothing_moves() {
        let text = "a AGE-SECRET-KEY-1QX, age-secret-key-pq-1zz\" é gradus-SITE-key-1a age1public";
        let expected =
            "a AGE-SECRET-KEY-•••, age-secret-key-••••••\" é gradus-SITE-key-•• age1public";
        assert_eq!(without_secrets(text), expected);
        assert_eq!(without_secrets("nothing"), "nothing");
        assert_eq!(without_secrets("AGE-SECRET-KEY-"), "AGE-SECRET-KEY-");
        assert_eq!(
            without_secrets("AGE-SECRET-KEY-AGE-SECRET-KEY-1Q"),
            format!("AGE-SECRET-KEY-{}", "•".repeat(17))
        );
    }
}
