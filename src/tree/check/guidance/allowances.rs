//! What the organisation excuses, with a reason; and what it excuses for nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::placed;
use super::spot::Spot;
use super::{Found, Lint};
use crate::domain::model::Allow;
use crate::ground::diag::Diagnostic;
use crate::tree::check::codes;
use crate::tree::source::{FileKind, Source};

/// Leaves out what is allowed, and adds a word about every allowance that nothing needs.
pub(super) fn apply(source: &Source, allowances: &[Allow], found: Vec<Found>) -> Vec<Diagnostic> {
    let (mut kept, needed) = not_excused(source, allowances, found);
    let needless = needed.iter().enumerate().filter(|(_, needed)| !**needed);
    let needless = needless.map(|(index, _)| needless_one(index, &allowances[index]));
    kept.extend(placed(source, needless.collect()));
    kept
}

/// Leaves out what is allowed or over; says of each allowance whether it was needed. What is over needs it too: an
/// allowance does not become needless by a cycle that closes.
pub(super) fn not_excused(
    source: &Source,
    allowances: &[Allow],
    found: Vec<Found>,
) -> (Vec<Diagnostic>, Vec<bool>) {
    let mut needed = vec![false; allowances.len()];
    let by_code = by_code(source, allowances);
    let mut kept = Vec::new();
    for Found { diagnostic, over } in found {
        let mut excused = false;
        for excuse in by_code.get(diagnostic.code).into_iter().flatten() {
            if excuse.covers(&diagnostic) {
                (excused, needed[excuse.index]) = (true, true);
            }
        }
        if !excused && !over {
            kept.push(diagnostic);
        }
    }
    (kept, needed)
}

/// An allowance that is looked up for every lint of its code.
struct Excuse<'a> {
    /// Its place among the allowances.
    index: usize,
    /// What it covers, as written and as it lies.
    paths: [Cow<'a, str>; 2],
}

fn by_code<'a>(source: &Source, allowances: &'a [Allow]) -> BTreeMap<&'a str, Vec<Excuse<'a>>> {
    let mut by_code: BTreeMap<&str, Vec<Excuse<'_>>> = BTreeMap::new();
    for (index, allow) in allowances.iter().enumerate() {
        let written = allow.path.as_str();
        let paths = [written.into(), source.shown(written).into()];
        let excuses = by_code.entry(allow.code.as_str()).or_default();
        excuses.push(Excuse { index, paths });
    }
    by_code
}

impl Excuse<'_> {
    /// A path covers the file of that name, and everything below the directory of that name.
    fn covers(&self, diagnostic: &Diagnostic) -> bool {
        let file = &*diagnostic.place.file;
        let file = file.strip_suffix(".age").unwrap_or(file);
        self.paths.iter().any(|path| {
            let rest = file.strip_prefix(path.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
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
