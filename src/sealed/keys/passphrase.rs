//! Passphrases of logins: anyone who reads the host may guess at them for as long as they like, with no server
//! in between to slow them down.

use bip39::Language;
use rand::Rng;
use rand::rngs::OsRng;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;
use zxcvbn::time_estimates::CrackTimes;
use zxcvbn::zxcvbn;

/// Words of a generated passphrase: 7 × 11 bits.
const WORDS: usize = 7;

/// What a passphrase of one's own has to be worth, in bits: six random words of that list.
const LEAST_BITS: u32 = 66;

/// Where the estimate ends: it counts guesses in 64 bits.
const COUNTED_BITS: u32 = u64::BITS;

/// Most of a passphrase that is looked at, in characters: the estimate takes time with the cube of it.
const LOOKED_AT_CHARS: usize = 72;

/// A passphrase of seven words from the BIP-39 English list, which no two words of begin with the same
/// four letters: 77 bits.
pub fn generate_passphrase() -> Zeroizing<String> {
    let list = Language::English.word_list();
    let words: Vec<&str> = (0..WORDS)
        .map(|_| list[OsRng.gen_range(0..list.len())])
        .collect();
    Zeroizing::new(words.join("-"))
}

/// What somebody may have meant by a passphrase, the likeliest first and each once: as typed; in the composed form of
/// Unicode and without white space around it; and with hyphens between its words, as gradus writes them.
pub(super) fn readings(typed: &str) -> Vec<Zeroizing<String>> {
    let composed: String = typed.trim().nfc().collect();
    let hyphenated = composed.split_whitespace().collect::<Vec<_>>().join("-");
    let mut readings = vec![typed.to_owned(), composed, hyphenated];
    readings.dedup();
    readings.into_iter().map(Zeroizing::new).collect()
}

/// What people put between words.
const SEPARATORS: [char; 5] = [' ', '-', '_', '.', ','];

/// Why a passphrase is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weakness {
    /// Guesses that find it, as a power of two; rounded down.
    pub bits: u32,
    /// How long that takes at ten thousand guesses a second, in words: `3 hours`.
    pub takes: String,
}

/// What is wrong with a passphrase of one's own; nothing where six random words are no better. `about` are words
/// that a guesser would try first: names, the login.
pub fn weakness(passphrase: &str, about: &[&str]) -> Option<Weakness> {
    let looked_at: String = passphrase.chars().take(LOOKED_AT_CHARS).collect();
    let whole = Zeroizing::new(looked_at);
    // What stands between words is no secret, but the estimate takes it for one.
    let words = Zeroizing::new(whole.replace(SEPARATORS, ""));
    let weaker = Worth::of(&whole, about).min(Worth::of(&words, about));
    (weaker.bits < LEAST_BITS).then(|| Weakness {
        bits: weaker.bits,
        takes: CrackTimes::new(weaker.guesses)
            .offline_slow_hashing_1e4_per_second()
            .to_string(),
    })
}

/// How hard a passphrase is to find.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Worth {
    bits: u32,
    guesses: u64,
}

impl Worth {
    fn of(passphrase: &str, about: &[&str]) -> Self {
        let guesses = zxcvbn(passphrase, about).guesses();
        let bits = match guesses {
            u64::MAX => COUNTED_BITS + bits_beyond(passphrase, about),
            counted => counted.max(1).ilog2(),
        };
        Self { bits, guesses }
    }
}

/// What lies beyond the end of the count shows in how much can be cut off and still reach it: a character is worth
/// three bits at least.
fn bits_beyond(passphrase: &str, about: &[&str]) -> u32 {
    let last = passphrase.char_indices().next_back();
    let shorter = &passphrase[..last.map_or(0, |(at, _)| at)];
    match zxcvbn(shorter, about).guesses() {
        u64::MAX => 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_has_seven_words() {
        let passphrase = generate_passphrase();
        assert_eq!(passphrase.split('-').count(), 7);
        assert_ne!(passphrase, generate_passphrase());
        assert_eq!(weakness(&passphrase, &[]), None);
    }

    #[test]
    fn what_people_think_of_is_refused_with_what_it_is_worth() {
        for (passphrase, bits, takes) in [
            ("", 0..1, "less than a second"),
            ("hunter2", 5..25, "second"),
            ("correct horse battery staple", 30..66, ""),
            ("Tr0ub4dour&3", 20..50, ""),
            (&"a".repeat(200), 5..30, ""),
            (&"qwertyuiop".repeat(8), 5..30, ""),
        ] {
            let found = weakness(passphrase, &[]).expect(passphrase);
            assert!(bits.contains(&found.bits), "{passphrase}: {found:?}");
            assert!(found.takes.contains(takes), "{passphrase}: {found:?}");
        }
    }

    #[test]
    fn words_about_the_person_are_worth_less() {
        let passphrase = "okafor payments 2026 migration";
        let stranger = weakness(passphrase, &[]).map_or(u32::MAX, |weak| weak.bits);
        let known = weakness(passphrase, &["okafor", "payments", "migration"]).unwrap();
        assert!(known.bits < stranger);
    }

    #[test]
    fn six_random_words_and_better_pass() {
        for strong in [
            "velvet-anchor-ribbon-jungle-mosquito-thunder",
            "seven spotted geese argue about Ptolemaic stamps",
            "k7#Vw!q9Zp@2mXc4Rt+8LsB6",
        ] {
            assert_eq!(weakness(strong, &[]), None, "{strong}");
        }
    }
}
