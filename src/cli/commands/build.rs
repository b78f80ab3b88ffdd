//! `gradus build`: the sealed site, from the tree to the folder.

use crate::ground::visible;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::build::pipeline::{self, BuildError, Built, Days, Manner};
use crate::build::renewal::{Basis, Renewal};
use crate::domain::access::Access;
use crate::domain::growth::turns::{self, What};
use crate::domain::model::{Date, FileHash, Organisation, Reach, SealedSite};
use crate::ground::fingerprint;
use crate::ground::regular_file::NotTaken;
use crate::sealed::portable;
use crate::sealed::publish::{self, How, Publication, PublishError, Published};
use crate::sealed::seal::{
    self, Folder, SITE_JSON, SealError, SealInput, SiteFiles, SiteJson, SiteKey,
};
use crate::site::{Theme, ThemeError};
use crate::tree::check::Partly;
use crate::tree::source::{InputHashes, Source, Sources, ThemeFilesError, access_lock};
use serde::Serialize;

use crate::cli::args;

use super::progress::Line;
use super::{Failure, Here, MARKER, Message, access, deploy, judged, keys, read, shell, valid};

/// Seconds since 1970 that a reproducible build calls now.
const SOURCE_DATE_EPOCH: &str = "SOURCE_DATE_EPOCH";

/// Builds, and says what was written, reused, and who can open it.
///
/// # Errors
///
/// The tree has errors, the site key is missing or another's, or the folder cannot be written. The site
/// that was there before is unchanged then.
pub fn run(here: &Here, args: &args::Build) -> Result<(), Failure> {
    let began = Instant::now();
    let root = here.organisation()?;
    let source = read(here, &root)?;
    let build = Build {
        here,
        args,
        root: &root,
        program: program(),
        now: now()?,
        began,
    };
    // What opens a site from disk is written around it, out of the renewal's sight.
    let may_be_renewed = !args.dry_run && !args.portable;
    let program = build.program.filter(|_| may_be_renewed);
    let known = program.map(|program| Known {
        inputs: source.inputs().hashes(),
        program,
    });
    if let Some(known) = &known
        && build.renew(&source, known)?
    {
        return Ok(());
    }
    build.whole(source, known)
}

/// What is known of a tree by which a later build may be a renewal of this one.
struct Known {
    inputs: InputHashes,
    program: FileHash,
}

impl Known {
    /// `accepted` is what `access.lock` holds.
    fn basis<'a>(
        &'a self,
        accepted: &'a str,
        key: &'a SiteKey,
        theme: &'a Theme,
        days: Days,
    ) -> Basis<'a> {
        Basis {
            key,
            inputs: &self.inputs,
            theme,
            days,
            program: self.program,
            accepted,
        }
    }
}

/// One call of the command.
struct Build<'a> {
    here: &'a Here,
    args: &'a args::Build,
    root: &'a Path,
    program: Option<FileHash>,
    now: Now,
    began: Instant,
}

/// A site that is whole in its store.
struct Sealed {
    site: SealedSite,
    /// Who reads what; nothing where not all of it was planned.
    access: Option<Access>,
    /// How many people changed since the build before; nothing where that was not asked.
    changed: Option<usize>,
    /// The next day on which it would be another one, and what happens then where that is known.
    turn: Option<(Date, Option<What>)>,
}

impl Build<'_> {
    /// Builds what is different since the build before, where all else is made from the same; says whether it is.
    fn renew(&self, source: &Source, known: &Known) -> Result<bool, Failure> {
        let Self { here, root, .. } = self;
        // Both ask for more than what changed.
        if self.args.fresh || here.verbose {
            return Ok(false);
        }
        let Some(before) = publish::last_made(&self.state()) else {
            return Ok(false);
        };
        let tree = Partly::read(source);
        // Whatever is wrong is said by a build of everything.
        let Some((org, _)) = tree.organisation(&BTreeSet::new()) else {
            return Ok(false);
        };
        let (Ok(key), Ok(theme)) = (
            keys::site_key_unseen(root, &org),
            pipeline::theme(root, &org),
        ) else {
            return Ok(false);
        };
        let Ok(Some(accepted)) = access_lock(root) else {
            return Ok(false);
        };
        let basis = known.basis(&accepted, &key, &theme, self.days(&org));
        let Some(renewal) = Renewal::find(&tree, &org, &basis, &before) else {
            return Ok(false);
        };
        let report = source.report(renewal.diagnostics.clone());
        let org = &renewal.organisation;
        self.publish(org, &key, |input, publication| {
            let standing = publication.standing();
            let Some(standing) = standing.filter(|ledger| ledger.made.as_ref() == Some(&before))
            else {
                return Ok(None);
            };
            let site = renewal.build(&basis, input, publication, standing)?;
            if site.is_some() {
                keys::warn_of_open_site_key(here, root, org);
                if !report.diagnostics.is_empty() {
                    let summary = report.summary();
                    here.say(&format!(
                        "{summary} about who changed; `gradus check` shows all there is"
                    ));
                }
            }
            Ok(site.map(|site| Sealed {
                site,
                access: None,
                changed: Some(renewal.changed.len()),
                turn: renewal.next_turn(&basis),
            }))
        })
    }

    /// Builds everything.
    fn whole(&self, source: Source, known: Option<Known>) -> Result<(), Failure> {
        let Self { here, root, .. } = self;
        let (org, acceptance) = valid(here, judged(here, source))?;
        access::permit(here, &acceptance)?;
        let known = known.zip(acceptance.as_accepted().cloned());
        drop(acceptance); // as large as what it compares: all that anyone may read
        let days = self.days(&org);
        let theme = pipeline::theme(root, &org)?;
        if self.args.dry_run {
            let (access, pages) = pipeline::rehearse(&org, &theme, days)?;
            here.say(&format!(
                "would write {} sections with {pages} pages; {}",
                access.sections.len(),
                readers(here, &org, access.per_recipient().len())
            ));
            return Ok(());
        }
        let key = keys::site_key(here, root, &org)?;
        let reach = if self.args.portable {
            Reach::Disk
        } else {
            Reach::Web
        };
        self.publish(&org, &key, |input, publication| {
            let line = Line::show(here, "planning who reads what");
            let manner = Manner {
                program: self.program,
                reach,
                progress: &line,
            };
            let Built { mut site, access } =
                pipeline::build(&org, &theme, days, input, publication, &manner)?;
            if reach == Reach::Disk {
                let stored = |path: &str| publication.stored(path);
                portable::add_twins(&mut site, publication, &stored).map_err(|error| {
                    Failure::environment("could not write what opens the site from disk", error)
                })?;
            }
            if let Some((known, accepted)) = &known {
                let basis = known.basis(accepted, &key, &theme, days);
                site.ledger.made = basis.made(&org, &access);
            }
            let turn = turns::next_turn(&org, days.from());
            Ok(Some(Sealed {
                site,
                access: Some(access),
                changed: None,
                turn: turn.map(|turn| (turn.day, Some(turn.what))),
            }))
        })?;
        Ok(())
    }

    /// Seals into a stage and shows what came of it; says whether anything did.
    fn publish(
        &self,
        org: &Organisation,
        key: &SiteKey,
        seal: impl FnOnce(&SealInput, &Publication) -> Result<Option<Sealed>, Failure>,
    ) -> Result<bool, Failure> {
        let Self {
            here, args, root, ..
        } = self;
        let out = out_folder(here, args, root, org)?;
        let deployment = match args.deploy {
            Some(host) => Some(deploy::Deployment::plan(host, root, &real(&out), org)?),
            None => None,
        };
        let signer = key.signer();
        let proven = |folder: &Path| seal::owned_files(&seal::Folder(folder.to_owned()), &signer);
        let publication = Publication::begin(&out, &self.state(), proven)?;
        let input = pipeline::seal_input(org, SiteKey::clone(key), self.now.seconds, args.fresh);
        let Some(sealed) = seal(&input, &publication)? else {
            return Ok(false);
        };
        let line = Line::show(here, "putting the site into its place");
        let published = publication.commit(&sealed.site, &mut |_| ())?;
        drop(line);
        let summary = Summary {
            out: &out,
            sealed: &sealed,
            published: &published,
            ms: self.began.elapsed().as_millis(),
        };
        summary.print(here, org, args.json)?;
        deployment.map_or(Ok(()), |deployment| deployment.write(here))?;
        Ok(true)
    }

    /// Where gradus keeps what it knows of earlier builds.
    fn state(&self) -> PathBuf {
        self.root.join(".gradus")
    }

    fn days(&self, org: &Organisation) -> Days {
        Days {
            today: self.here.today,
            as_of: self.args.as_of.or(org.as_of).unwrap_or(self.now.day),
        }
    }
}

/// What tells this program from every other: its own file. Where that cannot be read, nothing is reused unseen.
fn program() -> Option<FileHash> {
    fingerprint::of_file(&std::env::current_exe().ok()?).ok()
}

/// What is lost with a ledger, which a site's own signature replaces.
const LEDGER_HELP: &str =
    "take it away: the next build knows its files by the site's signature, and writes another";

/// Where the tree's own files lie: what is served must hold none of them.
const TREE: [&str; 8] = [
    "people",
    "management",
    "rubrics",
    "cycles",
    "static",
    "themes",
    ".gradus",
    ".git",
];

fn out_folder(
    here: &Here,
    args: &args::Build,
    root: &Path,
    org: &Organisation,
) -> Result<PathBuf, Failure> {
    let named = args.out.as_deref().unwrap_or(Path::new(USUAL));
    let out = match &args.out {
        Some(named) => here.path(named),
        None => usual_folder(root)?,
    };
    let (real_out, real_root) = (real(&out), real(root));
    let sources = Sources::of(&fs::read_to_string(root.join(MARKER)).unwrap_or_default());
    let declared = [&sources.people, &sources.management];
    let mut declared = declared.into_iter().chain(org.pinned.keys());
    let is_declared = declared.any(|name| real_out.starts_with(real(&root.join(name))));
    let what = match () {
        () if is_declared || holds_the_tree(&real_out, &real_root) => {
            "is a folder of the tree itself"
        }
        () if real_out.starts_with(&real_root) && holds_other_things(&out) => {
            "lies in the organisation and holds other things than a site"
        }
        () => return Ok(out),
    };
    let what = format!("`{}` {what}", named.display());
    let help = "a site needs a folder of its own, such as `public`: whatever else lies there would be served with it";
    Err(Failure::Usage(Message::new(what).help(help)))
}

/// The folder that nobody named: a link there that leads out of the organisation, or nowhere yet, may be somebody else's
/// choice, so it is not followed.
fn usual_folder(root: &Path) -> Result<PathBuf, Failure> {
    let out = root.join(USUAL);
    let Ok(target) = fs::read_link(&out) else {
        return Ok(out); // no link
    };
    let leads_to = out.canonicalize();
    if leads_to.is_ok_and(|leads_to| leads_to.starts_with(real(root))) {
        return Ok(out);
    }
    let what = format!(
        "`{USUAL}` is a symbolic link to `{}`, out of the organisation",
        visible::visible(&target.to_string_lossy())
    );
    let help =
        format!("where the site is to go there, `-o {USUAL}` says so; else take the link away");
    Err(Failure::Environment(Message::new(what).help(help)))
}

/// Whether a folder holds anything, and no site. Of the usual one, publishing names each file.
fn holds_other_things(out: &Path) -> bool {
    let is_usual = out.file_name().is_some_and(|name| name == USUAL);
    !is_usual && !is_empty(out) && !out.join(SITE).exists()
}

/// Where a site is written when nothing else is said.
const USUAL: &str = "public";

/// What every site has.
const SITE: &str = "site.json";

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

/// Whether a folder is the organisation, lies above it, or is one of those that its files lie in.
fn holds_the_tree(out: &Path, root: &Path) -> bool {
    let within = out.strip_prefix(root).ok();
    let first = within.and_then(|path| path.iter().next());
    root.starts_with(out) || first.is_some_and(|first| TREE.iter().any(|name| first == *name))
}

/// The path without links and `..`, as far as it is there.
pub(super) fn real(path: &Path) -> PathBuf {
    let is_there = |at: &&Path| at.exists();
    let there = path.ancestors().find(is_there).unwrap_or(path);
    let rest = path.strip_prefix(there).unwrap_or(path);
    match there.canonicalize() {
        Ok(there) if rest.as_os_str().is_empty() => there,
        Ok(there) => there.join(rest),
        Err(_) => path.to_owned(),
    }
}

struct Now {
    seconds: u64,
    day: Date,
}

fn now() -> Result<Now, Failure> {
    let Some(epoch) = std::env::var_os(SOURCE_DATE_EPOCH) else {
        let now = chrono::Local::now();
        return Ok(Now {
            // Before 1970 there were no sites.
            seconds: u64::try_from(now.timestamp()).unwrap_or(0),
            day: now.date_naive(),
        });
    };
    let seconds = epoch
        .to_str()
        .and_then(|text| text.trim().parse::<u64>().ok());
    let at = seconds.and_then(|s| chrono::DateTime::from_timestamp(i64::try_from(s).ok()?, 0));
    match (seconds, at) {
        (Some(seconds), Some(at)) => Ok(Now {
            seconds,
            day: at.date_naive(),
        }),
        _ => {
            let message = Message::new(format!("`{SOURCE_DATE_EPOCH}` holds no Unix seconds"));
            Err(Failure::Usage(message))
        }
    }
}

struct Summary<'a> {
    out: &'a Path,
    sealed: &'a Sealed,
    published: &'a Published,
    ms: u128,
}

#[derive(Serialize)]
struct Json<'a> {
    schema: u32,
    out: &'a Path,
    build: u64,
    sections: usize,
    pages: usize,
    written: usize,
    reused: usize,
    removed: usize,
    /// The next day on which a build of the same files would be another one.
    changes_on: Option<Date>,
    ms: u128,
}

impl Summary<'_> {
    fn print(&self, here: &Here, org: &Organisation, as_json: bool) -> Result<(), Failure> {
        let site = &self.sealed.site;
        if as_json {
            return shell::print_json(&Json {
                schema: 1,
                out: self.out,
                build: site.ledger.build,
                sections: site.sections,
                pages: site.pages,
                written: site.written,
                reused: site.reused,
                removed: self.published.removed,
                changes_on: self.sealed.turn.as_ref().map(|(day, _)| *day),
                ms: self.ms,
            });
        }
        here.say(&format!(
            "sealed {} sections with {} pages into {}: {} files written, {} reused, {} removed, {} ms",
            site.sections,
            site.pages,
            self.out.display(),
            site.written,
            site.reused,
            self.published.removed,
            self.ms,
        ));
        if self.published.how == How::InPlace {
            here.say("the folder cannot be exchanged as a whole, so its files were written one by one, `site.json` last");
        }
        for left in &self.published.left {
            here.say(&format!(
                "could not remove `{0}`, which a build left: `sudo rm -r {0}` does",
                left.display()
            ));
        }
        if let Some(changed) = self.sealed.changed {
            here.say(&since_before(changed, org.people.len()));
        }
        here.say_lines(&readers(here, org, site.keyrings));
        here.say(&match &self.sealed.turn {
            Some((day, Some(what))) => format!("the site changes next on {day}: {what}"),
            Some((day, None)) => format!("the site changes next on {day}"),
            None => "the site changes only with its files, not with the day".to_owned(),
        });
        let access = self.sealed.access.as_ref().filter(|_| here.verbose);
        access
            .into_iter()
            .for_each(|access| each_reader(here, org, access));
        Ok(())
    }
}

fn each_reader(here: &Here, org: &Organisation, access: &Access) {
    for person in org.people.keys() {
        let sections = access.of_reader(person).count();
        here.say(&format!("  {:<16} {sections:>4} sections", person.as_str()));
    }
}

/// How much of the tree is different since the build before.
fn since_before(changed: usize, people: usize) -> String {
    match changed {
        0 => "nothing has changed since the build before".to_owned(),
        _ => format!("{changed} of {people} people changed since the build before"),
    }
}

/// Who can open the site, in a sentence or two.
fn readers(here: &Here, org: &Organisation, keys: usize) -> String {
    let kind = org.seal.keys.in_words();
    let without: Vec<&str> = org
        .people
        .values()
        .filter(|person| person.keys.is_empty() && !person.external)
        .map(|person| person.id.as_str())
        .collect();
    let mut text = match keys {
        0 => "no key opens it yet".to_owned(),
        1 => format!("1 {kind} key opens it; `gradus access` shows who reads what, and why"),
        keys => {
            format!("{keys} {kind} keys open it; `gradus access` shows who reads what, and why")
        }
    };
    if !without.is_empty() {
        text.push_str(&format!(
            "\nwithout a key: {} (`gradus keys new ID` makes one)",
            here.names(&without)
        ));
    }
    let left_out = org
        .people
        .values()
        .filter(|person| person.is_login_left_out(here.today));
    let left_out: Vec<&str> = left_out.map(|person| person.id.as_str()).collect();
    if !left_out.is_empty() {
        text.push_str(&format!(
            "\nwithout their login, which may open a key that counts no more: {} (`gradus check` says what helps)",
            here.names(&left_out)
        ));
    }
    text
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Theme(error) => error.into(),
            BuildError::ThemeFiles(error) => error.into(),
            BuildError::Portable(error) => Self::Broken(
                Message::from_error(&error)
                    .help("say `trusted-types 'none'` there, or build without `--portable`"),
            ),
            BuildError::Seal(error) => error.into(),
        }
    }
}

impl From<ThemeError> for Failure {
    fn from(error: ThemeError) -> Self {
        Self::Broken(
            Message::from_error(&error)
                .with_lines()
                .note("the site was not written; what was there before is unchanged")
                .maybe_help(error.help()),
        )
    }
}

impl From<ThemeFilesError> for Failure {
    fn from(error: ThemeFilesError) -> Self {
        let message = Message::from_error(&error).maybe_help(error.help().map(str::to_owned));
        if error.is_io() {
            Self::Environment(message)
        } else {
            Self::Broken(message)
        }
    }
}

impl From<SealError> for Failure {
    fn from(error: SealError) -> Self {
        let message = Message::from_error(&error)
            .note("the site was not written; what was there before is unchanged");
        match error {
            SealError::Store { .. } => Self::Environment(message),
            _ => Self::Broken(message),
        }
    }
}

/// Says whose site it is that stands there now.
fn appeared(message: Message, out: &Path) -> Message {
    let site = SiteFiles::read(&Folder(out.to_owned()), SITE_JSON).ok();
    let site: Option<SiteJson> = site
        .flatten()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let message = match site {
        Some(site) => message.note(format!(
            "another build wrote a site there, signed by `{}`",
            visible::visible(&site.signer)
        )),
        None => message.note("gradus did not write it"),
    };
    message.help("build again; where two organisations build into one folder, give each its own with `-o DIR`")
}

/// Unsigned files that a message names at most.
const UNSIGNED_MAX: usize = 50;

/// Names the files that a build does not find its own, and says where they belong.
fn unsigned(mut message: Message, paths: &[String]) -> Message {
    for path in paths.iter().take(UNSIGNED_MAX) {
        message = message.note(format!("`{}`", visible::visible(path)));
    }
    if let Some(more) = paths
        .len()
        .checked_sub(UNSIGNED_MAX)
        .filter(|more| *more > 0)
    {
        message = message.note(format!("and {more} more"));
    }
    message.help("nothing was changed; move what is to be published to `static/` of the organisation, take the rest away, or choose another folder with `-o DIR`")
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        let message = Message::from_error(&error);
        match error {
            PublishError::Locked { .. } => {
                Self::Environment(message.help("wait for it to end; a killed build leaves no lock"))
            }
            PublishError::Appeared { path } => Self::Environment(appeared(message, &path)),
            PublishError::Unsigned { paths, .. } => Self::Environment(unsigned(message, &paths)),
            PublishError::NotTaken {
                source: NotTaken::TooLarge { .. },
                ..
            }
            | PublishError::Ledger { .. } => Self::Broken(message.help(LEDGER_HELP)),
            PublishError::NotTaken { source, .. } if !source.is_io() => Self::Environment(
                message.help("take it away: gradus makes what it needs there itself"),
            ),
            _ => Self::Environment(message),
        }
    }
}
