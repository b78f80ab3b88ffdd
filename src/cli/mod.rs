//! The command line: what was typed becomes calls of the library, and what they return becomes words and exit codes.

// Help shows brackets as they are.
#[allow(rustdoc::broken_intra_doc_links)]
mod args;
mod commands;
pub mod core_dumps;
pub mod formats;
pub mod terminal;

use std::process::ExitCode;

use crate::ground::visible::{is_spelled_out, visible, without_secrets};
use clap::Parser;

/// Parses the arguments of this process, runs the command and says what came of it.
pub fn main() -> ExitCode {
    core_dumps::forbid();
    let cli = match args::Cli::of_process() {
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
    match words_of_visible_arguments() {
        Some(words) => eprint!("{words}"),
        None => anstream::eprint!("{}", without_secrets(&refusal.render().ansi().to_string())),
    }
    ExitCode::from(u8::try_from(refusal.exit_code()).unwrap_or(2))
}

/// What is wrong with the command line, where something in it would steer a terminal: said of the arguments made visible.
/// `None` if nothing would.
fn words_of_visible_arguments() -> Option<String> {
    let typed: Vec<String> = std::env::args_os()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    if !typed
        .iter()
        .any(|argument| argument.contains(is_spelled_out))
    {
        return None;
    }
    let refusal = args::Cli::try_parse_from(typed.iter().map(|argument| visible(argument))).err();
    let words = refusal.map(|refusal| refusal.render().to_string());
    Some(words.unwrap_or_else(|| "error: an argument holds control characters\n".to_owned()))
}
