//! `gradus verify`: whether a published site is what its owner signed.

use crate::build::known::{self, Tree};
use crate::cli::terminal;
use crate::ground::diag::Severity;
use crate::sealed::seal::{SealedSiteReader, Signer, SiteJson};
use crate::sealed::verify::{Against, Finding, LeakTerms, Verdict, verify};
use serde::Serialize;

use crate::cli::args;

use super::published::{Published, now};
use super::{Failure, Here, shell, status};

/// Reads a site and says what is not as it should be.
///
/// # Errors
///
/// It is not what was signed, or it cannot be read.
pub fn run(here: &Here, args: &args::Verify) -> Result<(), Failure> {
    let published = Published::named(here, &args.site, &args.trusting)?;
    let tree = published.tree(here)?;
    let entries = published
        .host
        .entries()
        .map_err(|error| Failure::environment(&format!("could not read `{}`", args.site), error))?;
    let (own, none) = (known::release(), LeakTerms::default());
    let against = Against {
        signer: published.signer,
        at_least: published.trust(&[]).seen_build,
        now: now(),
        entries: entries.as_deref(),
        allowed: &args.allow,
        release: tree
            .as_ref()
            .and_then(|tree| tree.release.as_ref())
            .unwrap_or(&own),
        leak_terms: tree.as_ref().map_or(&none, |tree| &tree.leak_terms),
    };
    let threads = rayon::ThreadPoolBuilder::new()
        .num_threads(published.host.at_once())
        .build()
        .map_err(|error| Failure::environment("could not start threads", error))?;
    let verdict = threads.install(|| verify(&published.host, &against))?;
    if args.json {
        shell::print_json(&Json::of(&verdict, tree.as_ref()))?
    } else {
        print(here, &verdict, tree.as_ref())?
    }
    if !verdict.is_as_signed() && is_in_upload(&published) {
        here.say("an upload of a newer build is under way, or broke off: `next/` holds that build; see that it is brought to its end, then verify again");
    }
    let warned = args.deny_warnings && verdict.count(Severity::Warning) > 0;
    if verdict.is_as_signed() && !warned {
        Ok(())
    } else {
        Err(Failure::Content)
    }
}

/// Whether the host holds a build that has not taken its place yet.
fn is_in_upload(published: &Published) -> bool {
    let pins: Vec<String> = published.signer.iter().map(Signer::to_string).collect();
    SealedSiteReader::waiting(&published.host, &published.trust(&pins), &pins).is_some()
}

fn print(here: &Here, verdict: &Verdict, tree: Option<&Tree>) -> Result<(), Failure> {
    let mut text = terminal::findings(&verdict.findings);
    text.push_str(&terminal::verdict(verdict));
    status::print(&text)?;
    match tree {
        None => here.say("no organisation is at hand: nothing was looked for that must not stand there in clear, and its theme was not compared"),
        Some(tree) => about(here, tree),
    }
    Ok(())
}

fn about(here: &Here, tree: &Tree) {
    let count = tree.leak_terms.count();
    here.say(&format!(
        "looked for {count} names and pieces of the organisation's texts in every file"
    ));
    if tree.release.is_none() {
        here.say("the organisation has errors (`gradus check` shows them), so its theme was not compared");
    }
    if tree.closed > 0 {
        let closed = tree.closed;
        here.say(&format!("{closed} sealed sources were not opened, and their words not looked for; `-i FILE` opens them"));
    }
}

#[derive(Serialize)]
struct Json<'v> {
    schema: u32,
    /// Nothing is wrong.
    as_signed: bool,
    /// It was held against a signer that was known before.
    signer_known: bool,
    site: Option<Site<'v>>,
    files: usize,
    bytes: u64,
    /// How many words of the organisation were looked for; nothing where none is at hand.
    canaries: Option<usize>,
    findings: &'v [Finding],
}

#[derive(Serialize)]
struct Site<'v> {
    id: &'v str,
    title: &'v str,
    build: u64,
    created: &'v str,
    expires: &'v str,
    epoch: u64,
    signer: &'v str,
}

impl<'v> Json<'v> {
    fn of(verdict: &'v Verdict, tree: Option<&Tree>) -> Self {
        Self {
            schema: 1,
            as_signed: verdict.is_as_signed(),
            signer_known: verdict.signer_known,
            site: verdict.site.as_ref().map(Site::of),
            files: verdict.files,
            bytes: verdict.bytes,
            canaries: tree.map(|tree| tree.leak_terms.count()),
            findings: &verdict.findings,
        }
    }
}

impl<'v> Site<'v> {
    fn of(json: &'v SiteJson) -> Self {
        Self {
            id: &json.site,
            title: &json.title,
            build: json.build,
            created: &json.created,
            expires: &json.expires,
            epoch: json.epoch,
            signer: &json.signer,
        }
    }
}
