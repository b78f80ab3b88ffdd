//! `Cargo.lock` against `deny.toml`: what needs neither network nor another program.

use std::collections::BTreeSet;

use toml::{Table, Value};

const LOCK: &str = include_str!("../../Cargo.lock");
const DENY: &str = include_str!("../../deny.toml");

fn locked() -> Vec<Table> {
    let lock: Table = LOCK.parse().expect("Cargo.lock");
    let packages = lock["package"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| package.as_table().expect("a package").clone())
        .collect()
}

fn texts<'t>(tables: &'t [Value], key: &str) -> Vec<&'t str> {
    let text = |table: &'t Value| table.get(key).and_then(Value::as_str).expect(key);
    tables.iter().map(text).collect()
}

#[test]
fn no_crate_that_is_banned_has_come_in() {
    let deny: Table = DENY.parse().expect("deny.toml");
    let banned = texts(deny["bans"]["deny"].as_array().expect("bans"), "crate");
    assert!(banned.contains(&"openssl"));
    let locked = locked();
    let names: BTreeSet<&str> = locked.iter().filter_map(|p| p["name"].as_str()).collect();
    for name in banned {
        assert!(!names.contains(name), "`{name}` is banned by deny.toml");
    }
}

#[test]
fn every_crate_comes_from_the_registry_with_its_checksum() {
    for package in locked() {
        let name = package["name"].as_str().expect("a name");
        if name == env!("CARGO_PKG_NAME") {
            continue;
        }
        let source = package.get("source").and_then(Value::as_str);
        let registry = "registry+https://github.com/rust-lang/crates.io-index";
        assert_eq!(source, Some(registry), "{name}");
        assert!(package.contains_key("checksum"), "{name}");
    }
}

#[test]
fn every_excused_advisory_is_of_a_crate_that_is_there_and_has_its_reason() {
    let deny: Table = DENY.parse().expect("deny.toml");
    let excused = deny["advisories"]["ignore"].as_array().expect("advisories");
    let locked = locked();
    for reason in texts(excused, "reason") {
        let word = reason.split_whitespace().next().expect("a reason");
        let is_there = locked
            .iter()
            .any(|package| package["name"].as_str() == Some(word));
        assert!(
            is_there,
            "a reason begins with the name of a crate: {reason}"
        );
    }
}
