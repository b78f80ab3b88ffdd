//! The pipeline, again and again: an organisation that is being written.
//!
//! A [`Rebuilder`] keeps what it made, and what each part was made from. [`Rebuilder::look`] loads what changed and checks
//! it; [`Rebuilder::render`] renders it. A part is made again only if what it was made from differs:
//!
//! | what | is made from |
//! |---|---|
//! | a person, checked | their files, their `person.toml`, what all may refer to |
//! | advice about a person, and the plan of who reads what is about them | the person, what all share, the day |
//! | the data of a section | its readers, the people whom it shows, what all share, the day |
//! | the pages of a section | its data, what every page may say, the theme, how it is sealed |
//!
//! The result is what a build of the whole tree gives, byte for byte before it is sealed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::build::acceptance::Following;
use crate::build::pipeline::{self, BuildError};
use crate::domain::access::{self, Access, Audiences, Planned};
use crate::domain::model::*;
use crate::ground::diag::Report;
use crate::ground::fingerprint;
use crate::site::{self, Theme};
use crate::tree::check::{Checker, Guidance, SharedPart, StandIn};
use crate::tree::source::{self, Given, LoadError, Source, Unopened};

/// An organisation that is loaded, checked and rendered again as it changes.
pub struct Rebuilder {
    root: PathBuf,
    /// What sealed sources are opened with.
    given: Given,
    checker: Checker,
    guidance: Guidance,
    source: Option<Source>,
    report: Report,
    following: Following,
    /// What was not accepted, apart from what is wrong.
    unaccepted: Report,
    /// `None` while the tree has errors.
    organisation: Option<Organisation>,
    /// Who may read what, of the last valid organisation.
    planned: Option<(Parts, Access)>,
    rendered: Option<RenderState>,
}

/// What a valid organisation consists of, each part known by its address.
#[derive(Clone)]
struct Parts {
    shared: SharedPart,
    today: Date,
    people: BTreeMap<PersonId, Arc<Person>>,
    about: BTreeMap<PersonId, Arc<Managed>>,
}

/// What was rendered last, and what it was made from.
struct RenderState {
    parts: Parts,
    context: PageContext,
    sections: BTreeMap<SectionId, RenderedSection>,
}

/// What every section is rendered with.
struct PageContext {
    /// The name of the theme, and the organisation's own files of it.
    own: (String, Option<BTreeMap<String, String>>),
    theme: Arc<Theme>,
    commons: Arc<Commons>,
    /// The hash of both, as far as they are on the pages of sections, and of how these are sealed.
    hash: FileHash,
    /// The shell, its assets, the public rubrics and the files of `static/`.
    plain: Arc<Vec<PlainFile>>,
}

/// What the pages of a section were made from.
struct RenderedSection {
    section: Section,
    /// Whom it shows; `None` for everyone.
    people: Option<BTreeSet<PersonId>>,
    /// The hash of its data and of the context. `None` if rendering began and failed.
    hash: Option<FileHash>,
}

/// What rendering gave, besides the sections.
#[derive(Debug)]
pub struct Outcome {
    /// How many sections were rendered.
    pub sections: usize,
    /// Pages of them, where parts of one page count once a section.
    pub pages: usize,
    /// Sections that are no longer there.
    pub gone: Vec<SectionId>,
    /// The shell, its assets, the public rubrics and the files of `static/`, whole.
    pub plain: Arc<Vec<PlainFile>>,
}

impl Rebuilder {
    /// Nothing is read yet. A stand-in gives people reader keys in the place of theirs.
    pub fn new(root: PathBuf, stand_in: Option<StandIn>) -> Self {
        Self {
            root,
            given: Given::default(),
            checker: Checker::new(stand_in),
            guidance: Guidance::default(),
            source: None,
            report: Report::default(),
            following: Following::default(),
            unaccepted: Report::default(),
            organisation: None,
            planned: None,
            rendered: None,
        }
    }

    /// The same, opening what is sealed with these.
    pub fn with_given(mut self, given: Given) -> Self {
        self.given = given;
        self
    }

    /// Loads and checks what may have changed: the paths of [`Source::reload`]. The first time, and after an error,
    /// everything is loaded.
    ///
    /// # Errors
    /// The directory is no organisation, or cannot be read at all.
    pub fn look(&mut self, paths: &BTreeSet<PathBuf>, today: Date) -> Result<(), LoadError> {
        let source = match self.source.take() {
            Some(mut source) => {
                source.reload(paths)?;
                source
            }
            None => source::load_with(&self.root, &self.given)?,
        };
        self.judge(&source, today);
        self.source = Some(source);
        Ok(())
    }

    fn judge(&mut self, source: &Source, today: Date) {
        let mut checked = self.checker.check(source);
        self.unaccepted = Report::default();
        if let Some(organisation) = &checked.organisation {
            let parts = Parts::of(organisation, checked.shared, today);
            let before = self.planned.take();
            let changed = parts.changed_since(before.as_ref().map(|(parts, _)| parts));
            let access = match (before, &changed) {
                (Some((_, mut access)), Some(people)) => {
                    access.replan(organisation, today, people);
                    access
                }
                _ => access::plan(organisation, today),
            };
            self.guidance.forget(changed.as_ref());
            let as_of = organisation.as_of.unwrap_or(today);
            let guidance = self.guidance.judge(source, organisation, as_of);
            let warnings = pipeline::warnings_of_audiences(&access, source);
            checked.diagnostics.extend(warnings);
            let keyless = self.checker.keys_left(source, today);
            checked.diagnostics.extend(keyless);
            checked.diagnostics.extend(guidance);
            self.unaccepted = self.following.look(source, organisation, today);
            self.planned = Some((parts, access));
        }
        self.organisation = checked.organisation;
        self.report = source.report(checked.diagnostics);
    }

    /// Warnings of what was not accepted in `access.lock`, as of the last look.
    pub fn unaccepted(&self) -> &Report {
        &self.unaccepted
    }

    /// Everything that is wrong with the tree as it was looked at last.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The sealed files that another identity is needed for, and why. Without them there is no organisation.
    pub fn closed(&self) -> Vec<(Arc<str>, Unopened)> {
        self.source.as_ref().map_or_else(Vec::new, pipeline::closed)
    }

    /// The organisation, unless it has errors or a sealed file that was not opened.
    pub fn organisation(&self) -> Option<&Organisation> {
        self.organisation.as_ref()
    }

    /// Who may read what, unless the tree has errors.
    pub fn access(&self) -> Option<&Access> {
        let planned = self.organisation.as_ref().and(self.planned.as_ref());
        planned.map(|(_, access)| access)
    }

    /// Renders every section that is not as it was, in no order and from any thread. `None` while the tree has errors:
    /// what was rendered before is still valid.
    ///
    /// # Errors
    /// The theme fails, or `take` does. What was to be rendered is rendered the next time.
    pub fn render(
        &mut self,
        viewer: &[u8],
        take: impl Fn(&Section, &SectionContent) -> Result<(), BuildError> + Sync,
    ) -> Result<Option<Outcome>, BuildError> {
        let (Some(organisation), Some((parts, access))) = (&self.organisation, &self.planned)
        else {
            return Ok(None);
        };
        let before = self.rendered.as_ref();
        let context = PageContext::of(&self.root, organisation, parts, before, viewer)?;
        let before = before.filter(|before| before.context.hash == context.hash);
        let changed = parts.changed_since(before.map(|before| &before.parts));
        let mut none = BTreeMap::new();
        let rendered = self.rendered.as_mut();
        let known = rendered.map_or(&mut none, |rendered| &mut rendered.sections);
        let mut due = Vec::new();
        for planned in &access.sections {
            let known = known.get_mut(&planned.section.id);
            if !known
                .as_ref()
                .is_some_and(|known| known.holds(planned, changed.as_ref()))
            {
                due.push((planned, known.and_then(|known| known.hash.take())));
            }
        }
        let audiences = Audiences::new(organisation, parts.today);
        let rendered = due.into_par_iter().with_max_len(1).map(|(planned, known)| {
            let data = access::draw(&audiences, planned);
            let rendered = RenderedSection::of(&data, &context);
            if rendered.hash == known {
                return Ok((rendered, None));
            }
            let content = site::render(&context.commons, &context.theme, &data)?;
            take(&planned.section, &content)?;
            Ok((rendered, Some(content.pages.len())))
        });
        let rendered: Vec<(RenderedSection, Option<usize>)> =
            rendered.collect::<Result<_, BuildError>>()?;
        let pages: Vec<usize> = rendered.iter().filter_map(|(_, pages)| *pages).collect();
        let mut sections = std::mem::take(known);
        let gone = sections.extract_if(.., |id, _| access.get(id).is_none());
        let outcome = Outcome {
            sections: pages.len(),
            pages: pages.iter().sum(),
            gone: gone.map(|(id, _)| id).collect(),
            plain: context.plain.clone(),
        };
        let rendered = rendered.into_iter().map(|(rendered, _)| rendered);
        sections.extend(rendered.map(|rendered| (rendered.section.id.clone(), rendered)));
        self.rendered = Some(RenderState {
            parts: parts.clone(),
            context,
            sections,
        });
        Ok(Some(outcome))
    }
}

impl Parts {
    fn of(organisation: &Organisation, shared: SharedPart, today: Date) -> Self {
        Self {
            shared,
            today,
            people: organisation.people.clone(),
            about: organisation.management.about.clone(),
        }
    }

    /// Whose parts differ from earlier ones. `None` if what all share does, so that there is no telling whom it concerns.
    fn changed_since(&self, before: Option<&Self>) -> Option<BTreeSet<PersonId>> {
        let before = before.filter(|before| before.shares_with(self))?;
        let people = differing(&self.people, &before.people);
        let about = differing(&self.about, &before.about);
        Some(people.chain(about).cloned().collect())
    }

    fn shares_with(&self, other: &Self) -> bool {
        self.shared == other.shared && self.today == other.today
    }
}

/// The keys of which two maps do not hold the same value.
fn differing<'m, K: Ord, V>(
    one: &'m BTreeMap<K, Arc<V>>,
    other: &'m BTreeMap<K, Arc<V>>,
) -> impl Iterator<Item = &'m K> {
    let is_in = |(key, value): &(&K, &Arc<V>), map: &BTreeMap<K, Arc<V>>| {
        map.get(*key).is_some_and(|other| Arc::ptr_eq(value, other))
    };
    let here = one.iter().filter(move |entry| !is_in(entry, other));
    let there = other.iter().filter(move |entry| !is_in(entry, one));
    here.chain(there).map(|(key, _)| key)
}

impl PageContext {
    fn of(
        root: &Path,
        organisation: &Organisation,
        parts: &Parts,
        before: Option<&RenderState>,
        viewer: &[u8],
    ) -> Result<Self, BuildError> {
        let name = organisation.theme.clone();
        let own = source::theme_files(root, &name)?;
        let own = (name, own);
        let theme = match before.filter(|before| before.context.own == own) {
            Some(before) => before.context.theme.clone(),
            None => Arc::new(Theme::named(&own.0, own.1.clone())?.remembering()),
        };
        let commons = match before.filter(|before| before.parts.shares_with(parts)) {
            Some(before) => before.context.commons.clone(),
            None => {
                let as_of = organisation.as_of.unwrap_or(parts.today);
                Arc::new(access::commons(organisation, as_of))
            }
        };
        let is_same = |before: &&RenderState| {
            Arc::ptr_eq(&before.context.theme, &theme)
                && Arc::ptr_eq(&before.context.commons, &commons)
        };
        let plain = match before.filter(is_same) {
            Some(before) => before.context.plain.clone(),
            None => Arc::new(pipeline::plain_files(
                organisation,
                &commons,
                &theme,
                viewer,
            )?),
        };
        Ok(Self {
            hash: fingerprint::of(&(theme.fingerprint(), &commons, &organisation.seal)),
            own,
            theme,
            commons,
            plain,
        })
    }
}

impl RenderedSection {
    fn of(data: &SectionDraw, context: &PageContext) -> Self {
        let people = data.content.people();
        Self {
            section: data.section.clone(),
            people: people.map(|people| people.into_iter().cloned().collect()),
            hash: Some(fingerprint::of(&(context.hash, data))),
        }
    }

    /// Whether it is what was planned, if those people changed and nothing else.
    fn holds(&self, planned: &Planned, changed: Option<&BTreeSet<PersonId>>) -> bool {
        let shows_none = |changed: &BTreeSet<PersonId>| match &self.people {
            Some(people) => people.is_disjoint(changed),
            None => changed.is_empty(),
        };
        self.hash.is_some() && self.section == planned.section && changed.is_some_and(shows_none)
    }
}
