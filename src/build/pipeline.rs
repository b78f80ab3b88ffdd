//! The calls in order: the page to read first.
//!
//! load → check → plan → (draw → render → seal, section by section) → publish. Sections stream through: of a large
//! organisation, only the sections in hand are drawn at any moment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::build::acceptance::Acceptance;
use crate::domain::access::{self, Access, Audiences, Resource};
use crate::domain::growth::turns;
use crate::domain::model::{
    Commons, CycleId, Date, FileHash, KeyKind, Organisation, PersonId, PlainFile, QuestionId,
    Reach, SealedSite, SectionDraw, SiteStore,
};
use crate::ground::diag::{Diagnostic, Report};
use crate::ground::fingerprint;
use crate::sealed::portable;
use crate::sealed::seal::{LoginFile, SealError, SealInput, Sealer};
use crate::site::{self, Theme, ThemeError};
use crate::tree::check::audiences::Gained;
use crate::tree::check::{self, Checker, Guidance};
use crate::tree::source::{self, Given, LoadError, Source, Unopened};

/// The viewer's script, bundled when this program was built.
pub const VIEWER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/viewer.js"));

/// The same for post-quantum sites, with what their keys need.
pub const VIEWER_HYBRID: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/viewer-hybrid.js"));

/// The script that a site of that kind of keys is opened with.
pub const fn viewer(keys: KeyKind) -> &'static [u8] {
    match keys {
        KeyKind::X25519 => VIEWER,
        KeyKind::Hybrid => VIEWER_HYBRID,
    }
}

/// For how long a site is fresh, in days: readers are warned from then on that a newer one may be held back.
pub const FRESH_DAYS: u64 = 190;

const DAY_SECONDS: u64 = 24 * 60 * 60;

/// A tree that was loaded and checked.
#[derive(Debug)]
pub struct Loaded {
    /// There exactly where the report has no errors and every sealed file was opened.
    pub organisation: Option<Organisation>,
    /// Everything that `check` says.
    pub report: Report,
    /// How the organisation stands to what was accepted in `access.lock`; there where the organisation is.
    pub acceptance: Option<Acceptance>,
    /// The same of what could be opened, if sealed files stayed closed and nothing else is wrong.
    pub acceptance_of_opened: Option<Acceptance>,
    /// The sealed files that another identity is needed for, and why; paths relative to the organisation.
    pub closed: Vec<(Arc<str>, Unopened)>,
}

/// Loads a tree in which nothing is sealed and checks it. There is an organisation exactly where the report has no
/// errors; where something is sealed, there is none.
///
/// # Errors
///
/// The directory is no organisation, or cannot be read at all.
pub fn load(root: &Path, today: Date) -> Result<(Option<Organisation>, Report), LoadError> {
    let loaded = load_with(root, &Given::default(), today)?;
    Ok((loaded.organisation, loaded.report))
}

/// Loads a tree, opening what is sealed, and checks it.
///
/// # Errors
///
/// The directory is no organisation, or cannot be read at all.
pub fn load_with(root: &Path, given: &Given, today: Date) -> Result<Loaded, LoadError> {
    Ok(judge(source::load_with(root, given)?, today))
}

/// Checks a tree that was loaded.
pub fn judge(source: Source, today: Date) -> Loaded {
    let mut checker = Checker::default();
    let mut checked = checker.check(&source);
    if let Some(organisation) = &checked.organisation {
        let access = access::plan(organisation, today);
        let warnings = warnings_of_audiences(&access, &source);
        checked.diagnostics.extend(warnings);
        checked
            .diagnostics
            .extend(checker.keys_left(&source, today));
        let as_of = organisation.as_of.unwrap_or(today);
        let guidance = Guidance::default().judge(&source, organisation, as_of);
        checked.diagnostics.extend(guidance);
    }
    drop(checker); // what it knows of every file, for another look
    let report = source.report(checked.diagnostics);
    let organisation = checked.organisation;
    let acceptance = organisation
        .as_ref()
        .map(|org| Acceptance::of(&source, org, today));
    let acceptance_of_opened = checked
        .opened
        .map(|org| Acceptance::of_opened(&source, &org, today));
    Loaded {
        organisation,
        report,
        acceptance,
        acceptance_of_opened,
        closed: closed(&source),
    }
}

/// The sealed files that another identity is needed for.
pub fn closed(source: &Source) -> Vec<(Arc<str>, Unopened)> {
    let unopened = source.unopened();
    let closed = unopened.filter(|(_, _, why)| why.wants_identity());
    closed.map(|(path, _, why)| (path.clone(), why)).collect()
}

pub(crate) fn warnings_of_audiences(access: &Access, source: &Source) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    let mut by_question: BTreeMap<(&CycleId, &QuestionId), BTreeSet<PersonId>> = BTreeMap::new();
    for grant in &access.extra_grants {
        if let Resource::Answer(file, question) = &grant.resource {
            let gained = by_question.entry((file.cycle(), question)).or_default();
            gained.extend(grant.gained().cloned());
            continue;
        }
        let (subject, resource) = (&grant.subject, &grant.resource);
        let (path, what) = (resource.path(subject), format!("{resource} of `{subject}`"));
        let gained = Gained::new(grant.gained(), grant.gains());
        warnings.push(check::audiences::widened(source, &path, &what, gained));
    }
    for ((cycle, question), gained) in by_question {
        let gained = Gained::new(gained.iter(), gained.len());
        warnings.push(check::audiences::question_widened(
            source, cycle, question, gained,
        ));
    }
    for (subject, resource) in &access.unread {
        let (path, what) = (resource.path(subject), format!("{resource} of `{subject}`"));
        warnings.push(check::audiences::unread(source, &path, &what));
    }
    warnings
}

/// The theme that an organisation names: the program's, with what its own `themes/<name>/` replaces.
///
/// # Errors
///
/// It cannot be read, or its files are no templates.
pub fn theme(root: &Path, organisation: &Organisation) -> Result<Theme, BuildError> {
    let own = source::theme_files(root, &organisation.theme)?;
    Ok(Theme::named(&organisation.theme, own)?)
}

/// The days that a build goes by.
#[derive(Debug, Clone, Copy)]
pub struct Days {
    /// The real day: who may read what follows it.
    pub today: Date,
    /// The day that facts are judged on.
    pub as_of: Date,
}

impl Days {
    /// From when on it is asked when a site changes by itself.
    pub fn from(&self) -> turns::From {
        turns::From {
            today: self.today,
            is_fixed: self.as_of != self.today,
        }
    }
}

/// Is told how far a long build is, from any thread.
pub trait Progress: Sync {
    /// So many of all sections are in the store.
    fn sealed(&self, sections: usize, all: usize);
}

/// For whom it does not matter.
impl Progress for () {
    fn sealed(&self, _sections: usize, _all: usize) {}
}

/// How a build goes about its work.
pub struct Manner<'a> {
    /// Tells this program from every other: without it, all is drawn.
    pub program: Option<FileHash>,
    /// Whose sections are made again.
    pub reach: Reach,
    /// Told of each section that is sealed.
    pub progress: &'a dyn Progress,
}

/// A site in a store, and what it is made of.
#[derive(Debug)]
pub struct Built {
    /// What was sealed.
    pub site: SealedSite,
    /// Which sections there are, and who reads them.
    pub access: Access,
}

/// Draws, renders and seals every section into the store; or keeps what an earlier build of the same program drew from
/// the same.
///
/// # Errors
///
/// The theme fails on a page, or the store does not take a file. What is in the store then is no site.
pub fn build(
    organisation: &Organisation,
    theme: &Theme,
    days: Days,
    input: &SealInput,
    store: &dyn SiteStore,
    manner: &Manner,
) -> Result<Built, BuildError> {
    let access = access::plan(organisation, days.today);
    let sealer = Sealer::new(input, store);
    let commons = access::commons(organisation, days.as_of);
    let draws = Draws::new(manner.program, theme, &commons);
    let audiences = Audiences::new(organisation, days.today);
    draw_each(&audiences, &access, manner.progress, |draw| {
        draws.seal(draw, &sealer)
    })?;
    for file in plain_files_within(manner.reach, organisation, &commons, theme)? {
        sealer.add_plain(&file.path, &file.bytes)?;
    }
    for person in organisation.people.values() {
        if let Some(bytes) = person.login_on(days.today) {
            let (person, login) = (&person.id, person.login.as_str());
            sealer.add_login(&LoginFile {
                person,
                login,
                bytes,
            })?;
        }
    }
    let site = sealer.finish()?;
    Ok(Built { site, access })
}

/// Puts sections into a store, one by one.
pub(crate) struct Draws<'a> {
    theme: &'a Theme,
    commons: &'a Commons,
    /// What every section is drawn from, besides its own; nothing where all is drawn.
    from: Option<FileHash>,
}

impl<'a> Draws<'a> {
    pub(crate) fn new(program: Option<FileHash>, theme: &'a Theme, commons: &'a Commons) -> Self {
        Self {
            theme,
            commons,
            from: program.map(|program| fingerprint::of(&(program, theme.fingerprint(), commons))),
        }
    }

    /// Draws, renders and seals a section; or keeps what an earlier build drew from the same. Says how many pages it
    /// has.
    pub(crate) fn seal(&self, draw: &SectionDraw, sealer: &Sealer) -> Result<usize, BuildError> {
        let from = self.from.map(|from| fingerprint::of(&(from, draw)));
        if let Some(from) = &from
            && let Some(pages) = sealer.keep_section(&draw.section, from)?
        {
            return Ok(pages);
        }
        let content = site::render(self.commons, self.theme, draw)?;
        sealer.add_section(&draw.section, &content, from.as_ref())?;
        Ok(content.pages.len())
    }
}

/// Draws and renders every section, and seals nothing. Returns the plan and how many pages there are.
///
/// # Errors
///
/// The theme fails on a page.
pub fn rehearse(
    organisation: &Organisation,
    theme: &Theme,
    days: Days,
) -> Result<(Access, usize), BuildError> {
    let access = access::plan(organisation, days.today);
    let commons = access::commons(organisation, days.as_of);
    let audiences = Audiences::new(organisation, days.today);
    let pages = draw_each(&audiences, &access, &(), |draw| {
        Ok(site::render(&commons, theme, draw)?.pages.len())
    })?;
    plain_files(
        organisation,
        &commons,
        theme,
        viewer(organisation.seal.keys),
    )?;
    Ok((access, pages))
}

/// Draws every section and hands it over, from any thread and in no order; adds up what comes back.
fn draw_each(
    audiences: &Audiences,
    access: &Access,
    progress: &dyn Progress,
    take: impl Fn(&SectionDraw) -> Result<usize, BuildError> + Sync,
) -> Result<usize, BuildError> {
    let (done, all) = (AtomicUsize::new(0), access.sections.len());
    // One by one: a thread that is done takes from the other's, whatever their sizes.
    let sections = access.sections.par_iter().with_max_len(1);
    let taken = sections.map(|planned| {
        let draw = access::draw(audiences, planned);
        let taken = take(&draw)?;
        progress.sealed(done.fetch_add(1, Ordering::Relaxed) + 1, all);
        Ok(taken)
    });
    taken.try_reduce(|| 0, |a, b| Ok(a + b))
}

/// The shell, its assets, the public rubrics and the files of `static/`.
///
/// # Errors
/// The theme fails.
pub fn plain_files(
    organisation: &Organisation,
    commons: &Commons,
    theme: &Theme,
    viewer: &[u8],
) -> Result<Vec<PlainFile>, BuildError> {
    let assets = site::assets(theme, viewer);
    let rubrics = site::public_rubrics(commons);
    let mut files = vec![site::shell(
        theme,
        &commons.public_title,
        &assets,
        &rubrics,
    )?];
    files.extend(site::public_rubric_files(commons, theme, &assets)?);
    files.extend(assets.files);
    let published = organisation.static_files.iter();
    files.extend(published.map(|(path, bytes)| PlainFile {
        path: path.clone(),
        bytes: bytes.to_vec(),
    }));
    Ok(files)
}

/// The same of a site that can be opened from there.
///
/// # Errors
/// The theme fails, or its lock page cannot be opened from there.
pub fn plain_files_within(
    reach: Reach,
    organisation: &Organisation,
    commons: &Commons,
    theme: &Theme,
) -> Result<Vec<PlainFile>, BuildError> {
    let script = viewer(organisation.seal.keys);
    if reach == Reach::Web {
        return plain_files(organisation, commons, theme, script);
    }
    let mut files = plain_files(organisation, commons, theme, &portable::viewer(script))?;
    portable::admit_twins(&mut files)?;
    Ok(files)
}

/// What holds for the whole site, at a moment in Unix seconds.
pub fn seal_input(
    organisation: &Organisation,
    site_key: crate::sealed::seal::SiteKey,
    now: u64,
    fresh: bool,
) -> SealInput {
    SealInput {
        site_key,
        title: organisation.public_title.clone(),
        epoch: organisation.seal.epoch,
        keys: organisation.seal.keys,
        created: now,
        expires: now + FRESH_DAYS * DAY_SECONDS,
        names: organisation
            .people
            .values()
            .map(|p| (p.id.clone(), p.name.clone()))
            .collect(),
        fresh,
    }
}

/// Why there is no site. None of these is a mistake in the organisation's files; `check` finds those before.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The theme cannot be used.
    #[error(transparent)]
    Theme(#[from] ThemeError),
    /// Files of the theme cannot be read.
    #[error(transparent)]
    ThemeFiles(#[from] source::ThemeFilesError),
    /// A template has ways of its own, and cannot be made to open from disk.
    #[error(transparent)]
    Portable(#[from] portable::OwnWays),
    /// It cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}
