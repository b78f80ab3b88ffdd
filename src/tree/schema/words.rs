//! The words that gradus itself gives to files: names of keys, and the words that they take.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::{Holds, KINDS, Key};

static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let mut words = HashSet::new();
    for kind in KINDS {
        add_keys(&mut words, kind.keys);
    }
    words
});

/// Whether a word is the name of a key, or one that a key takes: it says nothing about anybody.
pub fn is_word(word: &str) -> bool {
    WORDS.contains(word)
}

fn add_keys(words: &mut HashSet<&'static str>, keys: &'static [Key]) {
    for key in keys {
        words.insert(key.name);
        add(words, &key.holds);
    }
}

fn add(words: &mut HashSet<&'static str>, holds: &'static Holds) {
    match holds {
        Holds::Word(choices) => words.extend(*choices),
        Holds::List(inner) | Holds::Map(_, inner) => add(words, inner),
        Holds::Either(each) => each.iter().for_each(|holds| add(words, holds)),
        Holds::Table(keys) => add_keys(words, keys),
        Holds::Open(keys, inner) => {
            add_keys(words, keys);
            add(words, inner);
        }
        _ => {}
    }
}
