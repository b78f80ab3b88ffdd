//! How many generated cases a test tries, for the tests of this library and those from outside.

use proptest::test_runner::{Config, RngSeed};

/// The most that are tried unless everything is asked for.
const SHORT_MAX: u32 = 1_000;

/// `all`, or at most a thousand unless `GRADUS_LONG` is set, as `tests/run long` sets it.
pub fn cases(all: u32) -> u32 {
    if std::env::var_os("GRADUS_LONG").is_some() {
        all
    } else {
        all.min(SHORT_MAX)
    }
}

/// A property that is tried on [`cases`], the same in every run.
pub fn property(all: u32) -> Config {
    Config {
        cases: cases(all),
        rng_seed: RngSeed::Fixed(1),
        ..Config::default()
    }
}
