//! A large invented organisation, written into a directory: the tree that speed is measured on.
//!
//! `cargo run --release --example corpus -- --people 500 --cycles 8 --seed 1 --fences OUT`
//!
//! The same arguments write the same bytes. Every reader has a key; those of a director, a manager and an engineer
//! are in `OUT/demo-keys/`, so that the built site can be opened.

mod markdown;
mod person;
mod picture;
mod scene;
mod seat;
mod settings;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Parser;
use gradus::domain::access::Lock;
use gradus::{build::acceptance, build::pipeline, cli::terminal};
use rayon::prelude::*;

use markdown::Fences;
use scene::Scene;

/// Writes a large invented organisation into a directory
#[derive(Parser)]
struct Arguments {
    /// How many people
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    people: u32,
    /// How many half-years each of them has behind them
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=40))]
    cycles: u32,
    /// How many report to each manager
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    span: u32,
    /// Another number, another organisation
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A code fence in every text, not in one of four
    #[arg(long, conflicts_with = "prose")]
    fences: bool,
    /// No code fence at all
    #[arg(long)]
    prose: bool,
    /// A directory that is empty or not there yet
    out: PathBuf,
}

/// One file: its path within the tree, and its bytes.
type File = (String, Vec<u8>);

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    refuse_to_overwrite(&arguments.out)?;
    let scene = Scene {
        people: arguments.people as usize,
        span: arguments.span as usize,
        periods: scene::periods(arguments.cycles),
        seed: arguments.seed,
        fences: match (arguments.fences, arguments.prose) {
            (true, _) => Fences::Always,
            (_, true) => Fences::Never,
            _ => Fences::Sometimes,
        },
    };
    let written = write(&settings::files(&scene), &arguments.out)?
        + (0..scene.people)
            .into_par_iter()
            .map(|person| write(&person::files(&scene, person), &arguments.out))
            .sum::<Result<usize>>()?;
    accept(&scene, &arguments.out)?;
    println!("{written} files in {}", arguments.out.display());
    for person in scene.shown() {
        println!("demo-keys/{}.txt", scene.id(person));
    }
    Ok(())
}

/// Accepts who reads what, so that it builds.
fn accept(scene: &Scene, out: &Path) -> Result<()> {
    let (organisation, report) = pipeline::load(out, scene.as_of())?;
    let Some(organisation) = organisation else {
        bail!("{}", terminal::drawn(&report));
    };
    acceptance::accept(out, &Lock::of(&organisation)).context("access.lock")
}

fn refuse_to_overwrite(out: &Path) -> Result<()> {
    let taken = fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
    if taken {
        bail!("{} is not empty", out.display());
    }
    Ok(())
}

fn write(files: &[File], out: &Path) -> Result<usize> {
    for (path, bytes) in files {
        let path = out.join(path);
        let directory = path.parent().unwrap_or(out);
        fs::create_dir_all(directory).with_context(|| directory.display().to_string())?;
        fs::write(&path, bytes).with_context(|| path.display().to_string())?;
    }
    Ok(files.len())
}
