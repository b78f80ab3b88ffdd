//! SECURITY.md names proofs. That each of them has run and passed is what `tests/proven.mjs` holds against a whole run.

#[test]
fn every_promise_is_proven() {
    let document = include_str!("../../SECURITY.md");
    let promised = document
        .split("## What is not promised")
        .next()
        .expect("a beginning");
    let promises = promised
        .lines()
        .filter(|line| line.starts_with("- "))
        .count();
    let proven = promised
        .lines()
        .filter(|line| line.trim().starts_with("Proven by "))
        .count();
    assert_eq!(promises, proven);
}
