//! What the organisation excuses, with a reason; and what it excuses for nothing.

use super::Lint;
use super::placed;
use super::spot::Spot;
use crate::check::codes;
use crate::diag::Diagnostic;
use crate::model::Allow;
use crate::source::{FileKind, Source};

/// Leaves out what is allowed, and adds a word about every allowance that nothing needs.
pub(super) fn apply(
    source: &Source,
    allowances: &[Allow],
    found: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let mut needed = vec![false; allowances.len()];
    let mut kept = Vec::new();
    for diagnostic in found {
        let mut excused = false;
        for (allow, needed) in allowances.iter().zip(&mut needed) {
            if covers(source, allow, &diagnostic) {
                (excused, *needed) = (true, true);
            }
        }
        if !excused {
            kept.push(diagnostic);
        }
    }
    let needless = needed.iter().enumerate().filter(|(_, needed)| !**needed);
    let needless = needless.map(|(index, _)| needless_one(index, &allowances[index]));
    kept.extend(placed(source, needless.collect()));
    kept
}

/// A path covers the file of that name, and everything below the directory of that name.
fn covers(source: &Source, allow: &Allow, diagnostic: &Diagnostic) -> bool {
    let file = &*diagnostic.place.file;
    let file = file.strip_suffix(".age").unwrap_or(file);
    let path = source.shown(&allow.path);
    let below = |path: &str| {
        let rest = file.strip_prefix(path.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    diagnostic.code == allow.code && (below(&path) || below(&allow.path))
}

fn needless_one(index: usize, allow: &Allow) -> Lint {
    let message = format!(
        "nothing in `{}` needs to be excused from {}",
        allow.path, allow.code
    );
    let spot = Spot::key("policy").of("allow").nth(index);
    Lint::new(
        codes::NEEDLESS_ALLOWANCE,
        FileKind::Organisation,
        spot,
        message,
    )
    .help("remove the allowance, so that it does not excuse something else one day")
}
