//! What was found in a published site, for people.

use std::fmt::Write as _;

use anstyle::AnsiColor;

use super::visible;
use crate::ground::diag::Severity;
use crate::sealed::verify::{Finding, Verdict};

/// Findings that are shown of one kind.
const OF_A_KIND_MAX: usize = 20;

/// One line a finding; of a kind that has many, how many more there are.
pub fn findings(findings: &[Finding]) -> String {
    let mut text = String::new();
    let mut kinds: Vec<(Severity, &str)> = findings.iter().map(|f| (f.severity, f.code)).collect();
    kinds.dedup();
    kinds.sort();
    kinds.dedup();
    for (severity, code) in kinds {
        let alike = |found: &&Finding| (found.severity, found.code) == (severity, code);
        let alike: Vec<&Finding> = findings.iter().filter(alike).collect();
        for finding in alike.iter().take(OF_A_KIND_MAX) {
            line(&mut text, finding);
        }
        if let Some(more) = alike
            .len()
            .checked_sub(OF_A_KIND_MAX)
            .filter(|more| *more > 0)
        {
            let _ = writeln!(text, "  and {more} more like it; `--json` lists all");
        }
    }
    text
}

fn line(text: &mut String, finding: &Finding) {
    let (color, name) = match finding.severity {
        Severity::Error => (AnsiColor::Red, "error"),
        Severity::Warning | Severity::Advice => (AnsiColor::Yellow, "warning"),
    };
    let style = color.on_default().bold();
    let place = match &finding.file {
        Some(file) => format!("`{}`: ", visible(file)),
        None => String::new(),
    };
    // Writing to a `String` cannot fail.
    let (code, words) = (finding.code, visible(&finding.words));
    let _ = writeln!(text, "{style}{name}[{code}]{style:#}: {place}{words}");
}

/// What it comes to, in a line or two.
pub fn verdict(verdict: &Verdict) -> String {
    let mut text = match verdict.count(Severity::Error) {
        0 => String::new(),
        1 => "not what its owner signed: 1 thing is wrong\n".to_owned(),
        wrong => format!("not what its owner signed: {wrong} things are wrong\n"),
    };
    let Some(site) = &verdict.site else {
        return text;
    };
    let (build, files, kb) = (site.build, verdict.files, verdict.bytes.div_ceil(1024));
    let (created, expires) = (visible(&site.created), visible(&site.expires));
    let how = match (verdict.is_as_signed(), verdict.signer_known) {
        (true, true) => "as signed",
        (true, false) => "consistent in itself",
        (false, _) => "besides, as signed",
    };
    let _ = writeln!(
        text,
        "{how}: {files} files, {kb} KB; build {build} of {created}, fresh until {expires}, signed by {}",
        visible(&site.signer)
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_cannot_write_to_the_terminal() {
        let name = "a\u{1b}[2Jb";
        let found = [Finding::error("leftover", Some(name), "x\ny")];
        let text = anstream::adapter::strip_str(&findings(&found)).to_string();
        assert_eq!(text, "error[leftover]: `a\\u{1b}[2Jb`: x\\u{a}y\n");
    }

    #[test]
    fn many_of_a_kind_are_counted() {
        let found: Vec<Finding> = (0..30)
            .map(|at| Finding::warning("release", Some(&at.to_string()), "x"))
            .collect();
        let text = findings(&found);
        assert_eq!(text.lines().count(), OF_A_KIND_MAX + 1);
        assert!(text.ends_with("and 10 more like it; `--json` lists all\n"));
    }
}
