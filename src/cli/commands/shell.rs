//! Completion scripts and manual pages, from the same structs as the command line.

use std::io::{self, Write};

use crate::cli::formats;
use clap::CommandFactory;

use crate::cli::args::{Cli, Completions, Man};

use super::Failure;

/// Prints a completion script.
///
/// # Errors
///
/// Standard output cannot be written.
pub fn completions(args: &Completions) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "gradus", &mut script);
    print(&script)
}

/// Prints the manual page of gradus, or writes those of all commands into a folder.
///
/// # Errors
///
/// Standard output or the folder cannot be written.
pub fn man(args: &Man) -> Result<(), Failure> {
    let command = Cli::command();
    if let Some(out) = &args.out {
        let failed = |e| {
            Failure::environment(
                &format!("could not write manual pages to `{}`", out.display()),
                e,
            )
        };
        std::fs::create_dir_all(out).map_err(failed)?;
        return clap_mangen::generate_to(command, out).map_err(failed);
    }
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(command).render(&mut page);
    rendered.map_err(|e| Failure::environment("could not render the manual page", e))?;
    print(&page)
}

/// Data for standard output. A reader that closes early (`| head`) is no failure.
pub fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(Failure::environment(
            "could not write to standard output",
            e,
        )),
        _ => Ok(()),
    }
}

/// A JSON document for standard output.
///
/// # Errors
///
/// Standard output cannot be written.
pub fn print_json(document: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(document);
    let text = text.map_err(|e| Failure::environment("could not write JSON", e))?;
    print(format!("{}\n", formats::escaped(&text)).as_bytes())
}
