//! The fuzzing targets on the kept corpus, and on mutations of it: the same every time. `fuzz/run` goes on from there.

#[path = "../../fuzz/src/lib.rs"]
mod targets;

use std::fs;
use std::path::Path;

use targets::{TARGETS, Target};

/// Mutations of each seed.
const MUTATIONS: usize = 60;

/// A generator of numbers that is the same everywhere (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

/// The seeds of a target, in the order of their names.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(name);
    let entries =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read(path).expect("a seed"))
        .collect()
}

/// A seed with a few bytes changed, cut out, doubled, or taken from another.
fn mutated(seed: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    const WORDS: &[&[u8]] = &[
        b"'''",
        b"\"",
        b"[[",
        b"]]",
        b"+++\n",
        b"\n",
        b"\0",
        b"\xff",
        b"\xe2\x80\xae",
        b"```",
        b"> ",
        b"99999999999999999999",
        b"[^1]:",
        b"\r\n\r\n",
    ];
    let mut bytes = seed.to_vec();
    for _ in 0..=numbers.below(4) {
        let from = numbers.below(bytes.len());
        let to = (from + 1 + numbers.below(24)).min(bytes.len());
        match numbers.below(5) {
            0 if from < bytes.len() => bytes[from] ^= 1 << numbers.below(8),
            1 => drop(bytes.drain(from..to)),
            2 => bytes
                .splice(
                    from..from,
                    WORDS[numbers.below(WORDS.len())].iter().copied(),
                )
                .for_each(drop),
            3 => bytes.extend_from_within(from..to),
            _ => {
                let start = numbers.below(other.len());
                let end = (start + numbers.below(64)).min(other.len());
                bytes
                    .splice(from..from, other[start..end].iter().copied())
                    .for_each(drop);
            }
        }
    }
    bytes
}

fn run((name, target): &Target) {
    let seeds = corpus(name);
    assert!(!seeds.is_empty(), "{name} has no corpus");
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for seed in &seeds {
        target(seed);
        for _ in 0..MUTATIONS {
            let other = &seeds[numbers.below(seeds.len())];
            target(&mutated(seed, other, &mut numbers));
        }
    }
}

#[test]
fn every_target_holds_on_its_corpus_and_on_mutations_of_it() {
    std::thread::scope(|scope| {
        for target in TARGETS {
            scope.spawn(move || run(target));
        }
    });
}
