//! A build after a build: whoever has not changed is neither checked nor drawn again.
//!
//! The ledger knows what a site was [`Made`] from: each person's own files, and all the rest together. Where only
//! some people's own files are different, and they bear on nobody else otherwise than before, the sections that these
//! can reach are drawn anew, as in [`rebuild`](crate::build::rebuild); everything else stays as it was sealed:
//!
//! | what is different | what happens |
//! |---|---|
//! | nothing | the list is signed again |
//! | what some people's own files say | the sections about them, and the teams that show them |
//! | settings, rubrics, cycles and their figures, a `person.toml` or login, `access.lock`, what git holds, a stray file, the day, the theme, the program | everything is built |
//! | who reads something, what is shared with everyone | everything is built |
//!
//! What comes out is what a build of everything gives, byte for byte before it is sealed.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::build::pipeline::{self, BuildError, Days};
use crate::domain::access::{self, Access, Audiences, Planned, lock};
use crate::domain::growth::turns::{self, What};
use crate::domain::model::*;
use crate::ground::diag::Diagnostic;
use crate::ground::fingerprint;
use crate::sealed::seal::{SealInput, Sealer, SiteKey};
use crate::site::Theme;
use crate::tree::check::{Guidance, Partly};
use crate::tree::source::{InputHashes, Source};

/// All that a site is made from, besides the organisation that was read from it.
pub struct Basis<'a> {
    /// Also keys the hashes.
    pub key: &'a SiteKey,
    /// The tree.
    pub inputs: &'a InputHashes,
    /// What pages are rendered with.
    pub theme: &'a Theme,
    /// The real day, and the day that facts are judged on.
    pub days: Days,
    /// Tells this program from every other.
    pub program: FileHash,
    /// The text of `access.lock`, by which the tree may be built.
    pub accepted: &'a str,
}

impl Basis<'_> {
    /// What a site is made from, of which all was planned; nothing where files are about nobody.
    pub fn made(&self, organisation: &Organisation, access: &Access) -> Option<Made> {
        if !self.is_about_known(organisation) {
            return None;
        }
        let audiences = Audiences::new(organisation, self.days.today);
        let mut sections: BTreeMap<&PersonId, Vec<&Planned>> = BTreeMap::new();
        for planned in &access.sections {
            let about = planned.person().into_iter();
            about.for_each(|id| sections.entry(id).or_default().push(planned));
        }
        let made = organisation.people.par_iter().map(|(id, person)| {
            let sections = sections.get(id).map_or(&[][..], Vec::as_slice);
            let bearing = self.bearing(&audiences, person, sections);
            let files = self.files(id.as_str());
            let turn = turns::next_turn_of(organisation, person, self.days.from());
            let turns = turn.map(|turn| turn.day);
            let of = MadeOf {
                files,
                bearing,
                turns,
            };
            (self.name(id.as_str()), of)
        });
        Some(Made {
            shared: self.shared(),
            people: made.collect(),
        })
    }

    /// Whether everybody is there whom files are about.
    fn is_about_known(&self, organisation: &Organisation) -> bool {
        let mut names = self.inputs.people.keys();
        names.all(|name| organisation.people.contains_key(&**name))
    }

    fn shared(&self) -> FileHash {
        let Days { today, as_of } = self.days;
        let theme = self.theme.fingerprint_of_all();
        let shared = (
            self.program,
            theme,
            self.inputs.shared,
            self.accepted,
            today,
            as_of,
        );
        self.key
            .ledger_hash("shared", "", &fingerprint::of(&shared))
    }

    /// How the ledger calls somebody.
    fn name(&self, id: &str) -> FileHash {
        self.key.ledger_hash("person", id, &fingerprint::of(id))
    }

    fn files(&self, id: &str) -> FileHash {
        let files = fingerprint::of(&self.inputs.people.get(id));
        self.key.ledger_hash("files", id, &files)
    }

    /// What somebody's files come to for others, besides what their team's pages say of them: which sections there are
    /// and who opens them, who was said to read what, and what they share with everyone.
    fn bearing(&self, audiences: &Audiences, person: &Person, sections: &[&Planned]) -> FileHash {
        let sections: Vec<&Section> = sections.iter().map(|planned| &planned.section).collect();
        let readers = lock::readers_about(audiences.org, &person.id);
        let shared: Vec<&LogEntry> = access::shared_by(audiences, person).collect();
        let bearing = fingerprint::of(&(sections, readers, shared));
        self.key
            .ledger_hash("bearing", person.id.as_str(), &bearing)
    }
}

/// What a build has to make anew, where the rest is made from the same as before.
pub struct Renewal {
    /// Only who is shown on a page that is due has cycles in it, a log, check-ins, talent mapping and notes: the whole of it
    /// is not to be planned, counted or drawn.
    pub organisation: Organisation,
    /// Who there is whose own files are different.
    pub changed: BTreeSet<PersonId>,
    /// What there is to say about them.
    pub diagnostics: Vec<Diagnostic>,
    made: Made,
    due: Access,
}

impl Renewal {
    /// Finds what is different; nothing where that may be more than what some sections say. `frame` is the organisation of
    /// the tree without what is about one person alone.
    pub fn find(tree: &Partly, frame: &Organisation, basis: &Basis, before: &Made) -> Option<Self> {
        if basis.shared() != before.shared {
            return None;
        }
        if !basis.is_about_known(frame) {
            return None;
        }
        let mut made = before.clone();
        let mut changed = BTreeSet::new();
        for id in frame.people.keys() {
            let of = made.people.get_mut(&basis.name(id.as_str()))?;
            let files = basis.files(id.as_str());
            if of.files != files {
                of.files = files;
                changed.insert(id.clone());
            }
        }
        let audiences = Audiences::new(frame, basis.days.today);
        let managers = audiences.managers_above(&changed);
        let managers: BTreeSet<&PersonId> = managers
            .into_iter()
            .filter(|id| audiences.managers().contains(*id))
            .collect();
        let mut shown = audiences.shown_to(managers.iter().copied());
        shown.extend(changed.iter().cloned());
        let (organisation, said) = tree.organisation(&shown)?;
        for id in &changed {
            let turn = turns::next_turn_of(
                &organisation,
                organisation.people.get(id)?,
                basis.days.from(),
            );
            let of = made.people.get_mut(&basis.name(id.as_str()))?;
            of.turns = turn.map(|turn| turn.day);
        }
        let said = said.into_iter().filter(|(id, _)| changed.contains(id));
        let diagnostics = said.flat_map(|(_, said)| said).collect();
        let renewal = Self {
            due: Access::default(),
            organisation,
            changed,
            diagnostics,
            made,
        };
        let mut renewal = renewal.plan(&managers, basis)?;
        renewal.say_more(tree.source(), basis.days.today);
        Some(renewal)
    }

    /// Adds what only the whole of a person shows.
    fn say_more(&mut self, source: &Source, today: Date) {
        let (organisation, changed) = (&self.organisation, &self.changed);
        let as_of = organisation.as_of.unwrap_or(today); // as `gradus check`, whatever day the build goes by
        let audiences = pipeline::warnings_of_audiences(&self.due, source);
        let guidance = Guidance::about(source, organisation, as_of, changed);
        self.diagnostics
            .extend(audiences.into_iter().chain(guidance));
    }

    /// Plans what is due; nothing where somebody who has changed is not to all others what they were.
    fn plan(mut self, managers: &BTreeSet<&PersonId>, basis: &Basis) -> Option<Self> {
        let audiences = Audiences::new(&self.organisation, basis.days.today);
        let due = access::plan_about(&audiences, &self.changed, managers.iter().copied());
        let bears_as_before = |id: &PersonId| {
            let about = |planned: &&Planned| planned.person() == Some(id);
            let sections: Vec<&Planned> = due.sections.iter().filter(about).collect();
            let person = &self.organisation.people[id];
            let bearing = basis.bearing(&audiences, person, &sections);
            let before = self.made.people.get(&basis.name(id.as_str()));
            before.is_some_and(|before| before.bearing == bearing)
        };
        if !self.changed.iter().all(bears_as_before) {
            return None;
        }
        self.due = due;
        Some(self)
    }

    /// The next day on which the site changes by itself, and what happens then where that was read.
    pub fn next_turn(&self, basis: &Basis) -> Option<(Date, Option<What>)> {
        let (org, from) = (&self.organisation, basis.days.from());
        let changed = self.changed.iter().filter_map(|id| org.people.get(id));
        let read = changed.filter_map(|person| turns::next_turn_of(org, person, from));
        let read = read.chain(turns::next_turn_of_all(org, from)).min();
        let of_others = self.made.people.values().filter_map(|of| of.turns).min();
        match read {
            Some(turn) if of_others.is_none_or(|day| turn.day <= day) => {
                Some((turn.day, Some(turn.what)))
            }
            _ => of_others.map(|day| (day, None)),
        }
    }

    /// Draws and seals what is due into a store that holds the site that was made before, whole. Nothing where a section
    /// was not there: nothing was put into the store then.
    ///
    /// # Errors
    ///
    /// As [`pipeline::build`].
    pub fn build(
        &self,
        basis: &Basis,
        input: &SealInput,
        store: &dyn SiteStore,
        before: &Ledger,
    ) -> Result<Option<SealedSite>, BuildError> {
        let sealer = Sealer::renewing(input, store, before);
        let mut due = self.due.sections.iter();
        if !due.all(|planned| sealer.stands(&planned.section)) {
            return Ok(None);
        }
        let organisation = &self.organisation;
        let commons = access::commons(organisation, basis.days.as_of);
        let draws = pipeline::Draws::new(Some(basis.program), basis.theme, &commons);
        let audiences = Audiences::new(organisation, basis.days.today);
        let due = self.due.sections.par_iter().with_max_len(1);
        due.try_for_each(|planned| {
            let draw = access::draw(&audiences, planned);
            draws.seal(&draw, &sealer).map(drop)
        })?;
        let mut site = sealer.finish()?;
        site.ledger.made = Some(self.made.clone());
        Ok(Some(site))
    }
}
