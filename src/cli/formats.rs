//! Reports for machines: JSON, and the forms that GitHub and GitLab show beside changed lines.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::ground::diag::{Diagnostic, Report, Severity};
use crate::ground::visible::{is_spelled_out, visible, without_secrets};

/// The version of the JSON form.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct JsonReport<'r> {
    schema: u32,
    diagnostics: Vec<JsonDiagnostic<'r>>,
}

#[derive(Serialize)]
struct JsonDiagnostic<'r> {
    code: &'r str,
    severity: &'static str,
    message: &'r str,
    file: &'r str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    help: Option<&'r str>,
}

/// One JSON object with all diagnostics, and a newline.
pub fn json(report: &Report) -> String {
    let diagnostics = report.diagnostics.iter();
    let diagnostic = |diagnostic| json_diagnostic(report, diagnostic);
    line_of_json(&JsonReport {
        schema: SCHEMA,
        diagnostics: diagnostics.map(diagnostic).collect(),
    })
}

fn json_diagnostic<'r>(report: &Report, diagnostic: &'r Diagnostic) -> JsonDiagnostic<'r> {
    let at = report.position(&diagnostic.place);
    JsonDiagnostic {
        code: diagnostic.code,
        severity: severity(diagnostic.severity),
        message: &diagnostic.message,
        file: &diagnostic.place.file,
        line: at.line,
        column: at.column,
        end_line: at.end_line,
        end_column: at.end_column,
        help: diagnostic.help.as_deref(),
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "advice",
    }
}

/// GitHub's workflow commands, a line each. `within` stands before each path: the tree's own, with `/` behind, in the repository.
pub fn github(report: &Report, within: &str) -> String {
    let diagnostics = report.diagnostics.iter();
    diagnostics
        .map(|diagnostic| command(report, diagnostic, within))
        .collect()
}

fn command(report: &Report, diagnostic: &Diagnostic, within: &str) -> String {
    let at = report.position(&diagnostic.place);
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "notice",
    };
    let message = match &diagnostic.help {
        Some(help) => format!("{}\nhelp: {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    format!(
        "::{level} file={},line={},col={},endLine={},endColumn={},title={}::{}\n",
        property(&format!("{within}{}", diagnostic.place.file)),
        at.line,
        at.column,
        at.end_line,
        at.end_column,
        diagnostic.code,
        data(&message),
    )
}

/// Escapes the text of a workflow command.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(visible).collect();
    lines.join("\n").replace('%', "%25").replace('\n', "%0A")
}

/// Escapes a property of a workflow command.
fn property(text: &str) -> String {
    data(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}

#[derive(Serialize)]
struct CodeQuality<'r> {
    description: String,
    check_name: &'r str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

/// GitLab's code quality report, and a newline. `within` is as in [`github`].
pub fn gitlab(report: &Report, within: &str) -> String {
    let mut seen = BTreeMap::new();
    let entries: Vec<CodeQuality<'_>> = report
        .diagnostics
        .iter()
        .map(|diagnostic| code_quality(report, diagnostic, within, &mut seen))
        .collect();
    line_of_json(&entries)
}

fn code_quality<'r>(
    report: &Report,
    diagnostic: &'r Diagnostic,
    within: &str,
    seen: &mut BTreeMap<String, usize>,
) -> CodeQuality<'r> {
    let severity = match diagnostic.severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Advice => "info",
    };
    CodeQuality {
        description: visible(&diagnostic.message),
        check_name: diagnostic.code,
        fingerprint: fingerprint(diagnostic, seen),
        severity,
        location: Location {
            path: format!("{within}{}", diagnostic.place.file),
            lines: Lines {
                begin: report.position(&diagnostic.place).line,
            },
        },
    }
}

/// The same for the same complaint in the same file, wherever it has moved; the second of its kind gets
/// another one.
fn fingerprint(diagnostic: &Diagnostic, seen: &mut BTreeMap<String, usize>) -> String {
    let file = &diagnostic.place.file;
    let what = format!("{}\n{file}\n{}", diagnostic.code, diagnostic.message);
    let count = seen.entry(what.clone()).or_default();
    *count += 1;
    let digest = Sha256::digest(format!("{what}\n{count}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The same JSON document, printable as it is: secret keys are hidden, and what a terminal would obey or a reader would be
/// deceived by is escaped. JSON itself demands that of the first 32 characters alone.
pub fn escaped(json: &str) -> String {
    let json = without_secrets(json);
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        // A line end that is not escaped stands between values.
        if c == '\n' || !is_spelled_out(c) {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            text.push_str(&format!("\\u{unit:04x}"));
        }
    }
    text
}

fn line_of_json(value: &impl Serialize) -> String {
    // These types have text keys only and no value that JSON cannot hold, so nothing can fail.
    let mut text = escaped(&serde_json::to_string(value).unwrap_or_default());
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::diag::Place;

    fn report() -> Report {
        let diagnostic = Diagnostic {
            code: "E021",
            severity: Severity::Error,
            message: "`a` is\nnobody, 100%".into(),
            place: Place {
                file: "x,y.toml".into(),
                start: 4,
                end: 6,
            },
            label: None,
            related: Vec::new(),
            help: Some("did you mean `b`?".into()),
        };
        let mut report = Report {
            diagnostics: vec![diagnostic.clone(), diagnostic],
            ..Report::default()
        };
        report.texts.insert("x,y.toml".into(), "ab\nédcd\n".into());
        report
    }

    #[test]
    fn json_holds_every_key_of_the_contract() {
        let expected = r#"{"schema":1,"diagnostics":[{"code":"E021","severity":"error","message":"`a` is\nnobody, 100%","file":"x,y.toml","line":2,"column":1,"end_line":2,"end_column":3,"help":"did you mean `b`?"}"#;
        assert!(json(&report()).starts_with(expected), "{}", json(&report()));
    }

    #[test]
    fn no_format_holds_a_character_that_steers_or_deceives_and_json_means_the_same() {
        let steering: String = ('\0'..='\u{9f}').filter(|c| c.is_control()).collect();
        let deceiving = "\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}";
        let name = format!("a{steering}{deceiving}b.md");
        let mut report = report();
        for diagnostic in &mut report.diagnostics {
            diagnostic.place.file = name.as_str().into();
            diagnostic.message = format!("`{name}` is wrong");
            diagnostic.help = Some(name.clone());
        }
        let written = [
            json(&report),
            github(&report, &name),
            gitlab(&report, &name),
        ];
        for text in &written {
            let raw = text.chars().find(|c| is_spelled_out(*c) && *c != '\n');
            assert_eq!(raw, None, "{text:?}");
        }
        assert_eq!(written[1].lines().count(), 2, "{}", written[1]);
        let read: serde_json::Value = serde_json::from_str(&written[0]).unwrap();
        assert_eq!(read["diagnostics"][0]["file"], name.as_str());
    }

    #[test]
    fn a_message_cannot_add_commands_to_a_github_log() {
        let lines = github(&report(), "");
        let expected = "::error file=x%2Cy.toml,line=2,col=1,endLine=2,endColumn=3,title=E021::`a` is%0Anobody, 100%25%0Ahelp: did you mean `b`?";
        assert_eq!(lines.lines().next(), Some(expected));
        assert_eq!(lines.lines().count(), 2);
    }

    #[test]
    fn two_equal_complaints_have_two_fingerprints_for_gitlab() {
        let report: serde_json::Value =
            serde_json::from_str(&gitlab(&report(), "")).unwrap_or_default();
        assert_ne!(report[0]["fingerprint"], report[1]["fingerprint"]);
        assert_eq!(report[0]["location"]["lines"]["begin"], 2);
    }
}
