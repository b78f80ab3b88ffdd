//! `gradus check`: every mistake of the tree at once.

use gradus::diag::{Report, Severity};
use gradus::{check, formats, pipeline, terminal};

use crate::cli::{self, CheckFormat};

use super::{Failure, Here, Message, shell};

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
    let (organisation, report) = pipeline::load(&root, here.today).map_err(Failure::from_load)?;
    print(here, &report, args.format)?;
    if let Some(organisation) = organisation {
        pipeline::theme(&root, &organisation)?;
    }
    let is_denied = |severity| args.deny_warnings && report.count(severity) > 0;
    let denied = is_denied(Severity::Warning) || is_denied(Severity::Advice);
    if report.has_errors() || denied {
        return Err(Failure::Content);
    }
    Ok(())
}

fn print(here: &Here, report: &Report, format: CheckFormat) -> Result<(), Failure> {
    match format {
        CheckFormat::Human => {
            terminal::print_report(report);
            if report.diagnostics.is_empty() {
                here.say("nothing to complain about");
            }
            Ok(())
        }
        CheckFormat::Json => shell::print(formats::json(report).as_bytes()),
        CheckFormat::Github => shell::print(formats::github(report).as_bytes()),
        CheckFormat::Gitlab => shell::print(formats::gitlab(report).as_bytes()),
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
