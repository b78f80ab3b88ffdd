//! Every test that looks at gradus from outside, in one binary, so that it is linked once. A folder is an area:
//! `cargo test --test all access::` runs one.

mod access;
mod check;
mod cli;
mod cycle;
mod fuzz;
mod keys;
mod seal;
mod serve;
mod site;
mod trust;
mod world;

#[path = "../src/ground/cases.rs"]
mod cases;
mod fixture;
mod program;
mod shell;
