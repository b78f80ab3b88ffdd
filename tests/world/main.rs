//! What goes out into the world: uploads, pipelines, packages, and whatever the documentation shows.

mod beginning;
mod docs;
mod package;
mod pipelines;
mod portable;
#[expect(dead_code, reason = "the tests of the command line use the rest")]
#[path = "../cli/program.rs"]
mod program;
mod shell;
mod uploads;
mod workshop;
