//! Parse, run, print, exit code.

mod cli;
mod commands;

use std::process::ExitCode;

use clap::Parser;
use gradus::terminal::{is_spelled_out, visible_lines, without_secrets};
use mimalloc::MiMalloc;

/// A build makes and drops small things by the million, from all threads.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    gradus::core_dumps::forbid();
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(refusal) => return refused(&refusal),
    };
    commands::set_color(cli.color);
    match commands::run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Help and version, or what is wrong with the command line, in which somebody may have typed a key.
fn refused(refusal: &clap::Error) -> ExitCode {
    if !refusal.use_stderr() {
        refusal.exit();
    }
    let rendered = refusal.render();
    let plain = rendered.to_string();
    // What was typed is repeated. It may hold what steers a terminal, as colours do.
    let is_steering = |c: char| c != '\n' && is_spelled_out(c);
    match plain.contains(is_steering) {
        true => eprintln!("{}", visible_lines(&plain)),
        false => anstream::eprint!("{}", without_secrets(&rendered.ansi().to_string())),
    }
    ExitCode::from(u8::try_from(refusal.exit_code()).unwrap_or(2))
}
