//! `gradus check`: every mistake of the tree at once.

use std::path::{Path, PathBuf};

use crate::build::pipeline::Loaded;
use crate::cli::terminal::Shown;
use crate::ground::diag::{Report, Severity};
use crate::tree::check::Rule;
use crate::tree::source::{ACCESS_LOCK, Source, Unopened};
use crate::{build::pipeline, cli::formats, cli::terminal, tree::check};

use crate::cli::args::{self, CheckFormat};

use super::repository::Repository;
use super::{
    Failure, Here, MARKER, Message, closed_sources, errors_of, judged, read, shell, upwards,
};

/// Themes of an organisation, of which a build reads the one that is chosen.
const THEMES: &str = "themes";

/// Prints all diagnostics in the wanted form.
///
/// # Errors
///
/// The tree has errors, or warnings or advice where those are denied.
pub fn run(here: &Here, args: &args::Check) -> Result<(), Failure> {
    if let Some(code) = &args.explain {
        return explain(code);
    }
    let (root, part) = asked_about(here, args.path.as_deref())?;
    let source = read(here, &root)?;
    let is_read = part.as_deref().is_none_or(|part| holds(&source, part));
    let Loaded {
        organisation,
        report,
        acceptance,
        closed,
        ..
    } = judged(here, source);
    let report = match &acceptance {
        Some(acceptance) => report.and(&acceptance.report),
        None => report,
    };
    let (report, elsewhere) =
        report.split(|file| part.as_deref().is_none_or(|part| lies_in(file, part)));
    let is_closed = |part: &str| closed.iter().any(|(file, _)| lies_in(file, part));
    if let Some(part) = &part
        && !is_read
        && report.diagnostics.is_empty()
        && !is_closed(part)
    {
        let message = Message::new(format!("`{part}` is no file of the organisation"));
        let help = "docs/files.md lists the files that gradus reads";
        return Err(Failure::Usage(
            message.note("nothing was checked").help(help),
        ));
    }
    print(here, &root, &report, args)?;
    if !elsewhere.diagnostics.is_empty() {
        let summary = elsewhere.summary();
        here.say(&format!("elsewhere in the tree: {summary}"));
    }
    if let Some(organisation) = organisation {
        pipeline::theme(&root, &organisation)?;
    }
    let foreign = closed
        .iter()
        .filter(|(file, _)| part.as_deref().is_none_or(|part| lies_in(file, part)))
        .any(|(_, why)| *why == Unopened::OtherIdentity);
    if foreign && report.count(Severity::Error) == count_of(&report, check::codes::UNOPENED) {
        return Err(closed_sources(&closed));
    }
    let is_denied = |severity| args.deny_warnings && report.count(severity) > 0;
    let denied = is_denied(Severity::Warning) || is_denied(Severity::Advice);
    if report.has_errors() || denied {
        Err(errors_of(&report))
    } else {
        Ok(())
    }
}

/// The organisation, and the part of it that is asked about: a path relative to it, with `/`. No part if that is all of it.
///
/// # Errors
///
/// There is no such path, or no organisation around it.
fn asked_about(here: &Here, path: Option<&Path>) -> Result<(PathBuf, Option<String>), Failure> {
    let Some(named) = path else {
        return Ok((here.organisation()?, None));
    };
    let path = here.path(named);
    if path.join(MARKER).exists() {
        return Ok((path, None));
    }
    let real = path.canonicalize().map_err(|error| {
        Failure::environment(&format!("could not look at `{}`", named.display()), error)
    })?;
    let Some(root) = upwards(&real) else {
        let message = format!(
            "no `{MARKER}` in `{}` or any parent directory",
            named.display()
        );
        let help = "`gradus init DIR` writes an organisation";
        return Err(Failure::Environment(Message::new(message).help(help)));
    };
    let part = real.strip_prefix(&root).unwrap_or(&real).to_string_lossy();
    Ok((root.clone(), Some(part.into_owned())))
}

/// Whether something of an organisation is, or lies in, that part of its folder: what was read, or is read by a build alone.
fn holds(source: &Source, part: &str) -> bool {
    let files = source.files.values().map(|file| &file.path);
    let mut read = files.chain(source.directories.values());
    read.any(|path| lies_in(path, part)) || part == ACCESS_LOCK || lies_in(part, THEMES)
}

/// Whether a file of the tree is that part of it, or lies in it.
fn lies_in(file: &str, part: &str) -> bool {
    let rest = file.strip_prefix(part);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn count_of(report: &Report, rule: Rule) -> usize {
    let of_rule = report.diagnostics.iter().filter(|d| d.code == rule.code);
    of_rule.count()
}

fn print(here: &Here, root: &Path, report: &Report, args: &args::Check) -> Result<(), Failure> {
    // Forges know files by their paths in the repository.
    let within = || Repository::around(root).prefix();
    match args.format {
        // What is denied fails the check, and is said like an error.
        CheckFormat::Human if here.quiet && args.deny_warnings => {
            terminal::print_report(report, Shown::FirstOfEachCode);
            Ok(())
        }
        CheckFormat::Human => {
            here.print_report(report);
            if report.diagnostics.is_empty() {
                here.say("nothing to complain about");
            }
            Ok(())
        }
        CheckFormat::Json => shell::print(formats::json(report).as_bytes()),
        CheckFormat::Github => shell::print(formats::github(report, &within()).as_bytes()),
        CheckFormat::Gitlab => shell::print(formats::gitlab(report, &within()).as_bytes()),
    }
}

fn explain(code: &str) -> Result<(), Failure> {
    let code = code.to_uppercase();
    let Some(text) = check::explain(&code) else {
        let message = Message::new(format!("no diagnostic has the code `{code}`"));
        let help = "codes look like `E021`; docs/diagnostics.md lists them all";
        return Err(Failure::Usage(message.help(help)));
    };
    shell::print(format!("{code}: {}\n", text.trim_end()).as_bytes())
}
