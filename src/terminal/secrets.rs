//! Keys that stand where none belongs: in a command line, a file name, a faulty line. Whoever sees a terminal or the
//! log of a build does not see them.

/// What every secret key of these kinds begins with, in lower case. Passphrases begin with nothing that tells them.
const BEGINNINGS: [&str; 3] = ["age-secret-key-", "gradus-site-key-", "age-plugin-"];

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
fn next_secret(lower: &str) -> Option<std::ops::Range<usize>> {
    let starts = BEGINNINGS.iter().filter_map(|beginning| {
        let at = lower.find(beginning)?;
        Some(at + beginning.len())
    });
    let start = starts.min()?;
    let rest = &lower[start..];
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let end = rest.find(|c| !inner(c)).unwrap_or(rest.len());
    Some(start..start + end)
}

#[cfg(test)]
mod tests {
    use super::*;

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
