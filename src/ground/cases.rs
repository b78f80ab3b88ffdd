//! How many generated cases a test tries, for the tests of this library and those from outside.

use proptest::test_runner::{Config, RngSeed};

/// How many are tried of many, unless all are asked for.
const SHORT: std::ops::RangeInclusive<u32> = 50..=1_000;

/// `tests/run long` sets `GRADUS_LONG`.
pub fn are_all_tried() -> bool {
    std::env::var_os("GRADUS_LONG").is_some()
}

/// `all` if [all are tried](are_all_tried); else a tenth, but fifty at least and a thousand at most.
pub fn cases(all: u32) -> u32 {
    if are_all_tried() {
        return all;
    }
    let tenth = (all / 10).clamp(*SHORT.start(), *SHORT.end());
    tenth.min(all)
}

/// A property that is tried on [`cases`], the same in every run.
pub fn property(all: u32) -> Config {
    Config {
        cases: cases(all),
        rng_seed: RngSeed::Fixed(1),
        ..Config::default()
    }
}
