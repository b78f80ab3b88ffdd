//! The pipeline, again and again: an organisation that is being written.
//!
//! A [`Rebuilder`] keeps what it made of the tree. After a change, [`Rebuilder::look`] loads and checks what is
//! different, and [`Rebuilder::draw`] draws the sections that it can reach:
//!
//! | what is different | what is drawn anew |
//! |---|---|
//! | settings, rubrics, cycles and their figures, who there is, a template | everything |
//! | one person's cycles, log, check-ins, talent mapping, notes | the sections about them; the teams of their manager and of that one's manager |
//! | what someone shares with everyone | the section of everyone |
//! | a style sheet | nothing |
//!
//! What comes out is what a build of the whole tree gives, byte for byte before it is sealed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::acceptance::Following;
use crate::access::{self, Access, Audiences, Planned};
use crate::check::{Checker, Guidance, StandIn};
use crate::diag::Report;
use crate::model::*;
use crate::pipeline::{self, BuildError};
use crate::site::{self, Theme};
use crate::source::{self, Changed, Given, LoadError, Source, Unopened};

/// An organisation that is loaded, checked and drawn again as it changes.
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
    /// Nothing while the tree has errors.
    organisation: Option<Organisation>,
    /// Who may read what, of the last valid organisation.
    planned: Option<Planning>,
    /// What the pages were drawn with last.
    drawn: Option<Drawn>,
    /// What is not drawn yet.
    due: Due,
}

/// A plan, and the day it was made for.
struct Planning {
    access: Access,
    today: Date,
}

/// What pages are drawn with, besides what their section is about.
struct Drawn {
    /// The organisation's own files of the theme.
    own: Option<BTreeMap<String, String>>,
    theme: Arc<Theme>,
    commons: Arc<Commons>,
    everyone: Option<SectionDraw>,
    /// The shell, its assets, the public rubrics and the files of `static/`.
    plain: Arc<Vec<PlainFile>>,
    sections: BTreeSet<SectionId>,
}

/// What is different since pages were drawn last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Due {
    everything: bool,
    people: BTreeSet<PersonId>,
}

/// What drawing gave, besides the sections.
#[derive(Debug)]
pub struct Outcome {
    /// How many sections were drawn.
    pub sections: usize,
    /// Pages of them, where parts of one page count once a section.
    pub pages: usize,
    /// Sections that are no more.
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
            drawn: None,
            due: Due::default(),
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
        let Some(mut source) = self.source.take() else {
            self.source = Some(source::load_with(&self.root, &self.given)?);
            self.judge(&Changed::default(), today);
            return Ok(());
        };
        let changed = source.reload(paths)?;
        self.source = Some(source);
        let another_day = self
            .planned
            .as_ref()
            .is_some_and(|plan| plan.today != today);
        if changed.is_anything() || another_day {
            self.judge(&changed, today);
        } else {
            self.hold_against_lock(today);
        }
        Ok(())
    }

    fn judge(&mut self, changed: &Changed, today: Date) {
        let Some(source) = &self.source else { return };
        let mut checked = self.checker.check(source, changed);
        self.guidance.forget(&checked.fresh);
        self.due.everything |= checked.fresh.frame;
        self.due.people.extend(checked.fresh.people);
        if let Some(organisation) = &checked.organisation {
            let plan = Planning::of(self.planned.take(), organisation, today, &mut self.due);
            let warnings = pipeline::warnings_of_audiences(&plan.access, source);
            checked.diagnostics.extend(warnings);
            let keyless = self.checker.keys_left(source, today);
            checked.diagnostics.extend(keyless);
            let as_of = organisation.as_of.unwrap_or(today);
            let guidance = self.guidance.judge(source, organisation, as_of);
            checked.diagnostics.extend(guidance);
            self.planned = Some(plan);
        }
        self.organisation = checked.organisation;
        self.report = source.report(checked.diagnostics);
        self.hold_against_lock(today);
    }

    /// Looks at what was not accepted. Whatever is different since the last look is not drawn yet.
    fn hold_against_lock(&mut self, today: Date) {
        let people = (!self.due.everything).then_some(&self.due.people);
        self.unaccepted = match (&self.source, &self.organisation) {
            (Some(source), Some(organisation)) => {
                self.following.look(source, organisation, people, today)
            }
            _ => Report::default(),
        };
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
        planned.map(|planned| &planned.access)
    }

    /// Draws every section that is not as it was, in no order and from any thread. Nothing while the tree has
    /// errors: what was drawn before stands.
    ///
    /// # Errors
    /// The theme fails, or `take` does. What is due then is due again the next time.
    pub fn draw(
        &mut self,
        viewer: &[u8],
        take: impl Fn(&Section, &SectionContent) -> Result<(), BuildError> + Sync,
    ) -> Result<Option<Outcome>, BuildError> {
        let (Some(organisation), Some(planning)) = (&self.organisation, &self.planned) else {
            return Ok(None);
        };
        let planned = (&planning.access, planning.today);
        let round = Round::new(
            &self.root,
            organisation,
            planned,
            &self.due,
            self.drawn.as_ref(),
        )?;
        let reached = round.reached(&self.due.people);
        let pages = reached.par_iter().with_max_len(1).map(|planned| {
            let content = round.draw(planned)?;
            take(&planned.section, &content)?;
            Ok::<_, BuildError>(content.pages.len())
        });
        let pages = pages.try_reduce(|| 0, |a, b| Ok(a + b))?;
        let drawn = round.finish(viewer)?;
        let outcome = Outcome {
            sections: reached.len(),
            pages,
            gone: drawn.missing(self.drawn.as_ref()),
            plain: drawn.plain.clone(),
        };
        self.drawn = Some(drawn);
        self.due = Due::default();
        Ok(Some(outcome))
    }
}

impl Planning {
    /// The plan for an organisation: anew where everything may be different, else only for whom something is.
    fn of(before: Option<Self>, organisation: &Organisation, today: Date, due: &mut Due) -> Self {
        let before = before.filter(|plan| plan.today == today && !due.everything);
        let Some(mut plan) = before else {
            due.everything = true;
            let access = access::plan(organisation, today);
            return Self { access, today };
        };
        plan.access.replan(organisation, today, &due.people);
        plan
    }
}

impl Drawn {
    /// The sections that were there before and are no more.
    fn missing(&self, before: Option<&Self>) -> Vec<SectionId> {
        let before = before.into_iter().flat_map(|before| before.sections.iter());
        before
            .filter(|section| !self.sections.contains(*section))
            .cloned()
            .collect()
    }
}

/// One drawing of what is due.
struct Round<'a> {
    organisation: &'a Organisation,
    access: &'a Access,
    audiences: Audiences<'a>,
    before: Option<&'a Drawn>,
    own: Option<BTreeMap<String, String>>,
    theme: Arc<Theme>,
    commons: Arc<Commons>,
    /// What the section of everyone is drawn from, besides the commons.
    everyone: Option<SectionDraw>,
    /// Whether every page may come out otherwise.
    everything: bool,
}

impl<'a> Round<'a> {
    fn new(
        root: &Path,
        organisation: &'a Organisation,
        (access, today): (&'a Access, Date),
        due: &Due,
        before: Option<&'a Drawn>,
    ) -> Result<Self, BuildError> {
        let kept = before.filter(|_| !due.everything);
        let own = source::theme_files(root, &organisation.theme)?;
        let theme = match kept.filter(|before| before.own == own) {
            Some(before) => before.theme.clone(),
            None => Arc::new(Theme::named(&organisation.theme, own.clone())?.remembering()),
        };
        let kept = kept.filter(|before| theme.draws_like(&before.theme));
        let commons = match kept {
            Some(before) => before.commons.clone(),
            None => {
                let as_of = organisation.as_of.unwrap_or(today);
                Arc::new(access::commons(organisation, as_of))
            }
        };
        let audiences = Audiences::new(organisation, today);
        let everyone = access.get(&SectionId::new("org"));
        let everyone = everyone.map(|org| access::draw(&audiences, org));
        Ok(Self {
            organisation,
            access,
            audiences,
            before,
            own,
            theme,
            commons,
            everyone,
            everything: kept.is_none(),
        })
    }

    /// The sections that what is different can reach.
    fn reached(&self, people: &BTreeSet<PersonId>) -> Vec<&'a Planned> {
        let managers = self.audiences.managers_above(people);
        let everyone = self
            .before
            .is_none_or(|before| before.everyone != self.everyone);
        let reaches = |planned: &&Planned| match (&planned.about, planned.person()) {
            (_, Some(person)) => people.contains(person),
            (Some(manager), None) => managers.contains(manager),
            (None, None) => everyone && planned.section.kind == SectionKind::Org,
        };
        let sections = self.access.sections.iter();
        sections
            .filter(|planned| self.everything || reaches(planned))
            .collect()
    }

    fn draw(&self, planned: &Planned) -> Result<SectionContent, BuildError> {
        let draw = access::draw(&self.audiences, planned);
        Ok(site::render(&self.commons, &self.theme, &draw)?)
    }

    fn finish(self, viewer: &[u8]) -> Result<Drawn, BuildError> {
        let same_theme =
            |before: &&Drawn| !self.everything && Arc::ptr_eq(&before.theme, &self.theme);
        let plain = match self.before.filter(same_theme) {
            Some(before) => before.plain.clone(),
            None => {
                let (org, commons) = (self.organisation, &self.commons);
                Arc::new(pipeline::plain_files(org, commons, &self.theme, viewer)?)
            }
        };
        let sections = self.access.sections.iter();
        Ok(Drawn {
            sections: sections.map(|planned| planned.section.id.clone()).collect(),
            own: self.own,
            theme: self.theme,
            commons: self.commons,
            everyone: self.everyone,
            plain,
        })
    }
}
