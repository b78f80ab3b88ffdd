//! Audiences: names → sets of people.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::model::*;

/// People, by id.
pub type People = BTreeSet<PersonId>;

/// The sections that everybody has, by the ends of their ids: what is written about somebody lies in one of these, unless
/// a `readers` line says otherwise.
pub const BASIC_SECTIONS: [(&str, SectionKind); 7] = [
    ("", SectionKind::Person),
    ("/own", SectionKind::Own),
    ("/pair", SectionKind::Pair),
    ("/pip", SectionKind::Pip),
    ("/closed", SectionKind::Closed),
    ("/chain", SectionKind::Chain),
    ("/talent", SectionKind::Talent),
];

/// Who reads a text about somebody by default, by the kind of section that it lies in. It is said here and nowhere else.
/// [`Audiences::by_default`] adds the subject to `Own` and `Closed`, and takes them out of `Chain` and `Talent`.
pub fn default_readers(kind: SectionKind) -> &'static [Audience] {
    match kind {
        SectionKind::Person => &[Audience::Person],
        SectionKind::Pair => &[Audience::Pair],
        SectionKind::Pip => &[Audience::Person, Audience::Hr],
        SectionKind::Closed => &[Audience::Hr],
        SectionKind::Chain => &[Audience::Chain],
        SectionKind::Talent => &[Audience::Chain, Audience::Hr],
        SectionKind::Org => &[Audience::Org],
        SectionKind::Managers => &[Audience::Managers],
        SectionKind::Own | SectionKind::Custom | SectionKind::Team => &[],
    }
}

/// The `readers` lines of an organisation that is compared with a lock.
pub trait ReadersLines: std::fmt::Debug + Sync {
    /// The `readers` of a whole file, by its path; `own` is what the file says.
    fn of_file(&self, path: String, own: Option<&[ReaderToken]>) -> Option<Vec<ReaderToken>>;

    /// The `readers` of each entry of somebody's log, in order.
    fn of_log(&self, person: &Person) -> Vec<Option<Vec<ReaderToken>>>;
}

/// Resolves audiences of one organisation. They are those of the real `today`, whatever day the
/// facts are judged on.
#[derive(Debug, Clone)]
pub struct Audiences<'a> {
    /// Whose audiences are asked for.
    pub org: &'a Organisation,
    /// The day by which roles and keys count.
    pub today: Date,
    lines: Option<&'a dyn ReadersLines>,
    everyone: Arc<People>,
    managers: People,
    hr: People,
    reports: BTreeMap<&'a PersonId, Vec<&'a Person>>,
    recipients: BTreeMap<&'a PersonId, Recipients>,
}

impl<'a> Audiences<'a> {
    /// Looks once at everyone, so that no question asked of one person does again.
    pub fn new(org: &'a Organisation, today: Date) -> Self {
        let here = || org.people.values().filter(|p| p.is_here(today));
        let mut reports: BTreeMap<&PersonId, Vec<&Person>> = BTreeMap::new();
        for person in here() {
            if let Some(manager) = person.manager_on(today) {
                reports.entry(manager).or_default().push(person);
            }
        }
        let live_recipients = |person: &'a Arc<Person>| {
            let live = person.recipients_on(today).map(Arc::from);
            (&person.id, live.collect())
        };
        let mut audiences = Self {
            org,
            today,
            lines: None,
            everyone: Arc::new(here().map(|p| p.id.clone()).collect()),
            managers: People::new(),
            hr: People::new(),
            reports,
            recipients: org.people.values().map(live_recipients).collect(),
        };
        audiences.managers = audiences.still_here(audiences.reports.keys().copied().cloned());
        audiences.hr = audiences.still_here(org.access.hr.iter().cloned());
        audiences
    }

    /// The same with given `readers` lines. Drafts count, as if they were dated today.
    pub fn under(org: &'a Organisation, lines: &'a dyn ReadersLines, day: Date) -> Self {
        Self {
            lines: Some(lines),
            ..Self::new(org, day)
        }
    }

    /// Whether this is for holding a tree against a lock.
    pub(super) fn is_compared(&self) -> bool {
        self.lines.is_some()
    }

    /// The files of a cycle that have readers.
    pub(super) fn compared<'f>(&self, files: &'f PersonCycle) -> Cow<'f, PersonCycle> {
        if self.is_compared() {
            return Cow::Borrowed(files);
        }
        files.published()
    }

    /// The `readers` line of a whole file, of which `own` stands in it.
    pub(super) fn line<'l>(
        &self,
        own: Option<&'l [ReaderToken]>,
        path: impl FnOnce() -> String,
    ) -> Option<Cow<'l, [ReaderToken]>> {
        match self.lines {
            Some(lines) => lines.of_file(path(), own).map(Cow::Owned),
            None => own.map(Cow::Borrowed),
        }
    }

    /// The `readers` lines of somebody's log, one for each entry.
    pub(super) fn log_lines<'l>(&self, person: &'l Person) -> Vec<Option<Cow<'l, [ReaderToken]>>> {
        if let Some(lines) = self.lines {
            let lines = lines.of_log(person).into_iter();
            return lines.map(|line| line.map(Cow::Owned)).collect();
        }
        let own = person.log.iter().map(|entry| entry.readers.as_deref());
        own.map(|own| own.map(Cow::Borrowed)).collect()
    }

    /// Whom [`default_readers`] are, of a text about `subject` that is dated `day`.
    pub fn by_default(&self, kind: SectionKind, subject: &PersonId, day: Date) -> People {
        let audiences = default_readers(kind).iter();
        let mut people: People = audiences
            .flat_map(|audience| self.audience(*audience, subject, day))
            .collect();
        match kind {
            SectionKind::Own | SectionKind::Closed => people.extend(self.own(subject)),
            SectionKind::Chain | SectionKind::Talent => _ = people.remove(subject),
            _ => {}
        }
        people
    }

    /// The recipients of someone that count today.
    pub fn recipients_of(&self, person: &PersonId) -> Recipients {
        self.recipients[person].clone()
    }

    /// Everyone who has not left.
    pub fn everyone(&self) -> &Arc<People> {
        &self.everyone
    }

    /// Everyone whom someone reports to.
    pub fn managers(&self) -> &People {
        &self.managers
    }

    /// The people named in `[access] hr`.
    pub fn hr(&self) -> &People {
        &self.hr
    }

    /// The direct reports of a manager, by id.
    pub fn reports_of(&self, manager: &PersonId) -> &[&'a Person] {
        self.reports.get(manager).map_or(&[], Vec::as_slice)
    }

    /// The managers whose teams show some people: theirs, and those one step above.
    pub fn managers_above(&self, people: &People) -> BTreeSet<&'a PersonId> {
        let org = self.org;
        let manager = |id: &PersonId| org.people.get(id)?.manager_on(self.today);
        let direct: BTreeSet<&PersonId> = people.iter().filter_map(manager).collect();
        let above = direct.iter().filter_map(|id| manager(id));
        above.chain(direct.iter().copied()).collect()
    }

    /// Everyone whom the teams of some managers show.
    pub fn shown_to<'m>(&self, managers: impl IntoIterator<Item = &'m PersonId>) -> People {
        let reports = managers.into_iter().flat_map(|id| self.reports_of(id));
        let shown = reports.flat_map(|report| {
            let below = self.reports_of(&report.id).iter();
            below.chain([report]).map(|person| person.id.clone())
        });
        shown.collect()
    }

    /// The management chain of a person as it stood on a day, of those who have not left by today.
    /// Never the person.
    pub fn chain_on(&self, person: &PersonId, day: Date) -> People {
        let reach = match self.org.access.chain {
            ChainReach::All => usize::MAX,
            ChainReach::Steps(steps) => steps as usize,
        };
        let managers = self.org.managers_of(person, day).into_iter().take(reach);
        let mut chain = self.still_here(managers.cloned());
        chain.remove(person);
        chain
    }

    /// The present chain.
    pub fn chain(&self, person: &PersonId) -> People {
        self.chain_on(person, self.today)
    }

    /// Those of the chain on a day who still are in it today: who reads what was said in confidence then.
    pub fn chain_since(&self, person: &PersonId, day: Date) -> People {
        let then = self.chain_on(person, day);
        self.chain(person).intersection(&then).cloned().collect()
    }

    /// The subject and the present chain.
    pub fn person(&self, person: &PersonId) -> People {
        let mut people = self.chain(person);
        people.extend(self.own(person));
        people
    }

    /// The subject alone; nobody once they have left.
    pub fn own(&self, person: &PersonId) -> People {
        self.still_here([person.clone()])
    }

    /// The subject and those direct managers of the day who still are.
    pub fn pair_since(&self, person: &PersonId, day: Date) -> People {
        let mut pair = self.own(person);
        let subject = &self.org.people[person];
        let now = subject.manager_on(self.today);
        if now == subject.manager_on(day) {
            pair.extend(self.still_here(now.cloned()));
        }
        pair
    }

    /// Whom a `readers` list names for a piece about `subject` that is dated `day`: of the chain and the
    /// pair, only who was in them then and still is.
    pub fn named(&self, readers: &[ReaderToken], subject: &PersonId, day: Date) -> Arc<People> {
        let is_everyone = |token: &ReaderToken| matches!(token, ReaderToken::Audience(audience) if audience.is_everyone());
        if readers.iter().any(is_everyone) {
            return self.everyone.clone(); // whoever else is named is among them
        }
        let mut people = People::new();
        for token in readers {
            people.extend(match token {
                ReaderToken::Person(id) => self.still_here([id.clone()]),
                ReaderToken::Audience(audience) => self.audience(*audience, subject, day),
            });
        }
        Arc::new(people)
    }

    fn audience(&self, audience: Audience, subject: &PersonId, day: Date) -> People {
        match audience {
            Audience::Public | Audience::Org => People::clone(&self.everyone),
            Audience::Person => {
                let mut people = self.chain_since(subject, day);
                people.extend(self.own(subject));
                people
            }
            Audience::Chain => self.chain_since(subject, day),
            Audience::Pair => self.pair_since(subject, day),
            Audience::Hr => self.hr.clone(),
            Audience::Managers => self.managers.clone(),
        }
    }

    /// The distinct sets of [`Audiences::chain_since`] over all days but the full present chain, largest
    /// first: the readers that confidential texts of earlier times can have. With each a day that has it.
    pub fn earlier_chains(&self, person: &PersonId) -> Vec<(People, Date)> {
        let now = self.chain(person);
        let days = self.days_of_change(person).into_iter();
        let sets = days.map(|day| (self.chain_since(person, day), day));
        let sets: BTreeMap<People, Date> = sets
            .filter(|(set, _)| *set != now && !set.is_empty())
            .collect();
        let mut sets: Vec<(People, Date)> = sets.into_iter().collect();
        sets.sort_by_key(|(set, _)| (usize::MAX - set.len(), set.clone()));
        sets
    }

    /// Every day on which the chain of a person may have changed: role dates of the person and of all who
    /// were ever above.
    pub(super) fn days_of_change(&self, person: &PersonId) -> BTreeSet<Date> {
        let mut days = BTreeSet::from([Date::MIN]);
        let mut seen = People::new();
        let mut open = vec![person];
        while let Some(id) = open.pop() {
            let Some(at) = self.org.people.get(id) else {
                continue;
            };
            if !seen.insert(id.clone()) {
                continue;
            }
            for role in &at.roles {
                days.insert(role.from);
                open.extend(&role.manager);
            }
        }
        days
    }

    fn still_here(&self, people: impl IntoIterator<Item = PersonId>) -> People {
        let here = |id: &PersonId| {
            let person = self.org.people.get(id);
            person.is_some_and(|p| p.is_here(self.today))
        };
        people.into_iter().filter(here).collect()
    }

    /// Why someone is among the readers of what is about `subject`.
    pub fn why(&self, reader: &PersonId, subject: &PersonId) -> Why {
        if reader == subject {
            return Why::Subject;
        }
        let managers = self.org.managers_of(subject, self.today);
        match managers.iter().position(|id| *id == reader) {
            Some(0) => Why::DirectManager,
            Some(between) => Why::Chain { steps: between + 1 },
            None if self.org.access.hr.contains(reader) => Why::Hr,
            None => Why::Named,
        }
    }
}
