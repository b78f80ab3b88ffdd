//! `gradus check`: every mistake of the tree at once.

use std::path::Path;

use gradus::check::Rule;
use gradus::diag::{Report, Severity};
use gradus::pipeline::Loaded;
use gradus::source::Unopened;
use gradus::{check, formats, pipeline, terminal};

use crate::cli::{self, CheckFormat};

use super::repository::Repository;
use super::{Failure, Here, Message, closed_sources, errors_of, loaded, shell};

/// Prints all diagnostics in the wanted form.
///
/// # Errors
///
/// The tree has errors, or warnings or advice where those are denied.
pub fn run(here: &Here, args: &cli::Check) -> Result<(), Failure> {
    if let Some(code) = &args.explain {
        return explain(code);
    }
    let root = here.organisation(args.organisation.as_deref())?;
    let Loaded {
        organisation,
        report,
        acceptance,
        closed,
        ..
    } = loaded(here, &root)?;
    let report = match &acceptance {
        Some(acceptance) => report.and(&acceptance.report),
        None => report,
    };
    print(here, &root, &report, args.format)?;
    if let Some(organisation) = organisation {
        pipeline::theme(&root, &organisation)?;
    }
    let foreign = closed
        .iter()
        .any(|(_, why)| *why == Unopened::OtherIdentity);
    if foreign && report.count(Severity::Error) == count_of(&report, check::codes::UNOPENED) {
        return Err(closed_sources(&closed));
    }
    let is_denied = |severity| args.deny_warnings && report.count(severity) > 0;
    let denied = is_denied(Severity::Warning) || is_denied(Severity::Advice);
    match report.has_errors() || denied {
        true => Err(errors_of(&report)),
        false => Ok(()),
    }
}

fn count_of(report: &Report, rule: Rule) -> usize {
    let of_rule = report.diagnostics.iter().filter(|d| d.code == rule.code);
    of_rule.count()
}

fn print(here: &Here, root: &Path, report: &Report, format: CheckFormat) -> Result<(), Failure> {
    // Forges know files by their paths in the repository.
    let within = || Repository::around(root).prefix();
    match format {
        CheckFormat::Human => {
            terminal::print_report(report);
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
