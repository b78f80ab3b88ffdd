//! A thousand reorganisations: whoever was removed opens nothing that is new, nobody who should read is missing, and
//! nobody inherits what was said in confidence.

use std::collections::{BTreeMap, BTreeSet};

use gradus::domain::access::lock::{Lock, difference};
use gradus::domain::access::{Audiences, draw, plan};
use gradus::domain::model::{
    Date, Identity, Organisation, PagePart, Section, SectionContent, SectionDraw, Tree,
};
use gradus::sealed::seal::{Keyring, SealInput, SiteKey, seal_site};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rayon::prelude::*;

use super::company::{Company, Member, TODAY, World, company, day, key, recipient};
use super::readings::{readings, words};
use crate::cases::cases;

/// How many reorganisations are planned.
const PLANNED: u32 = 1_000;

/// Of how many of them one is sealed and opened.
const SEALED_OF: usize = 25;

/// The most sections that are taken from a key of which each is tried on every new file.
const GONE_MAX: usize = 2;

/// All keys that anybody ever has.
const KEYS: [std::ops::RangeInclusive<u8>; 3] = [1..=9, 40..=40, SPARE_KEYS..=SPARE_KEYS + 20];

/// The first key that nobody has.
const SPARE_KEYS: u8 = 100;

#[test]
fn a_reorganisation_takes_from_whom_it_removes_and_gives_nobody_what_was_confidential() {
    let mut random = StdRng::seed_from_u64(11);
    let before = company();
    let world = World::new(&before);
    let org = world.valid();
    let old = Site::of(&org);
    let lock = Lock::of(&org);
    let all = readings(&org, day(TODAY));
    let rounds: Vec<(Company, Vec<String>)> = (0..cases(PLANNED))
        .map(|_| reorganised(&before, &mut random))
        .collect();
    rounds
        .par_iter()
        .enumerate()
        .for_each(|(round, (after, said))| {
            let org = world.with(after).valid();
            let now = readings(&org, day(TODAY));
            judge(&world, after, &now, said);
            let found = difference(&lock, &Lock::of(&org), &org, day(TODAY));
            let gains = now.difference(&all).next().is_some();
            assert!(!gains || found.is_wider(), "silently wider: {said:?}");
            if round.is_multiple_of(SEALED_OF) {
                open_with_old_keys(&old, &Site::of(&org), &before, after, said);
            }
        });
}

/// Every text is read by whom the rules name, by each of their keys, and by nobody else.
fn judge(world: &World, company: &Company, now: &BTreeSet<(String, String)>, said: &[String]) {
    let mut by_word: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (word, recipient) in now {
        by_word.entry(word).or_default().insert(recipient);
    }
    for text in &world.texts {
        let readers = company.readers_of(text);
        let keys: BTreeSet<String> = readers
            .iter()
            .flat_map(|id| company.recipients(id))
            .collect();
        let keys: BTreeSet<&str> = keys.iter().map(String::as_str).collect();
        let found = by_word.remove(text.word.as_str()).unwrap_or_default();
        assert_eq!(
            found, keys,
            "`{}` is for {readers:?} after {said:?}",
            text.word
        );
    }
}

/// One to three things that happen in a company.
fn reorganised(before: &Company, random: &mut StdRng) -> (Company, Vec<String>) {
    let mut company = before.clone();
    let count = random.gen_range(1..=3);
    let said = (0..count).map(|at| happen(&mut company, SPARE_KEYS + at * 10, random));
    let said = said.collect();
    (company, said)
}

fn happen(company: &mut Company, spare: u8, random: &mut StdRng) -> String {
    let ids: Vec<String> = company.members.keys().cloned().collect();
    let id = ids[random.gen_range(1..ids.len())].clone(); // the first has nobody above them
    let since = ["2026-01-10", "2026-05-01", "2026-07-10", "2026-11-22"];
    let since = day(since[random.gen_range(0..since.len())]);
    match random.gen_range(0..8) {
        0 => joiner(company, spare, random),
        1 => mover(company, &id, since, random),
        2 => leaver(company, &id, since),
        3 => manager_change(company, &id, since, random),
        4 => {
            company.member(&id).keys = vec![(spare, None)];
            format!("{id} lost a key and has another")
        }
        5 => {
            company.member(&id).keys.pop();
            format!("a key of {id} was stolen")
        }
        6 => {
            let keys = &mut company.member(&id).keys;
            let last_day = day("2026-11-21");
            keys.iter_mut()
                .for_each(|(_, until)| *until = Some(last_day));
            keys.push((spare, None));
            format!("{id} retired their keys for another")
        }
        _ => {
            company.hr = vec![id.clone()];
            format!("{id} is hr")
        }
    }
}

impl Company {
    fn member(&mut self, id: &str) -> &mut Member {
        self.members.get_mut(id).expect("a member")
    }

    /// Gives somebody another manager from a day on, in the place of whatever was said of later days.
    fn moves(&mut self, id: &str, since: Date, manager: Option<String>) {
        let managers = &mut self.member(id).managers;
        managers.retain(|(from, _)| *from < since);
        managers.push((since, manager));
    }

    /// Somebody who may manage a person on any day from one on: not the person, and nobody below them.
    fn another_manager(&self, id: &str, random: &mut StdRng) -> Option<String> {
        let days: Vec<Date> = self
            .members
            .values()
            .flat_map(|m| m.managers.iter().map(|(from, _)| *from))
            .collect();
        let below = |other: &String| {
            days.iter()
                .any(|day| self.above(other, *day).iter().any(|at| at == id))
        };
        let others = self
            .members
            .keys()
            .filter(|other| *other != id && !below(other));
        let others: Vec<&String> = others.collect();
        others.choose(random).map(|id| (*id).clone())
    }
}

fn joiner(company: &mut Company, spare: u8, random: &mut StdRng) -> String {
    let id = format!("new{spare}");
    let ids: Vec<&String> = company.members.keys().collect();
    let manager = ids[random.gen_range(0..ids.len())].clone();
    company
        .members
        .insert(id.clone(), Member::new(Some(&manager), spare));
    format!("{id} joined {manager}")
}

fn mover(company: &mut Company, id: &str, since: Date, random: &mut StdRng) -> String {
    let manager = company.another_manager(id, random);
    company.moves(id, since, manager.clone());
    format!("{id} moved to {manager:?} on {since}")
}

fn leaver(company: &mut Company, id: &str, since: Date) -> String {
    company.member(id).end = Some(since);
    let above = company.members[id].manager_on(since).cloned();
    let now = day(TODAY);
    let reports: Vec<String> = company
        .members
        .iter()
        .filter(|(_, m)| m.manager_on(now).is_some_and(|at| at == id))
        .map(|(id, _)| id.clone())
        .collect();
    for report in reports {
        company.moves(&report, since, above.clone());
    }
    format!("{id} left on {since}")
}

fn manager_change(company: &mut Company, id: &str, since: Date, random: &mut StdRng) -> String {
    let Some(manager) = company.members[id].manager_on(since).cloned() else {
        return "nothing".into();
    };
    let Some(next) = company.another_manager(&manager, random) else {
        return "nothing".into();
    };
    let ids: Vec<String> = company.members.keys().cloned().collect();
    for report in ids {
        let is_theirs = company.members[&report].manager_on(since) == Some(&manager);
        if is_theirs && report != next {
            company.moves(&report, since, Some(next.clone()));
        }
    }
    format!("{next} took over from {manager} on {since}")
}

/// A site, really sealed: every file, and what every key opened there.
struct Site {
    files: BTreeMap<String, Vec<u8>>,
    /// The sections that each recipient opens, with the identity and the file of each.
    keyrings: BTreeMap<String, Vec<Opened>>,
}

pub struct Opened {
    pub id: String,
    pub file: String,
    pub identity: String,
}

impl Site {
    fn of(org: &Organisation) -> Self {
        let access = plan(org, day(TODAY));
        let audiences = Audiences::new(org, day(TODAY));
        let sections: Vec<(Section, SectionContent)> = access
            .sections
            .iter()
            .map(|planned| content(draw(&audiences, planned)))
            .collect();
        let store = gradus::domain::model::MemoryStore::default();
        seal_site(&input(org), &store, &sections, &[], &[]).expect("it can be sealed");
        let files = store.into_files();
        let keyrings = KEYS.into_iter().flatten().filter_map(|number| {
            let (recipient, keyring) = (recipient(number), keyring(&files, number)?);
            Some((recipient, keyring))
        });
        Self {
            keyrings: keyrings.collect(),
            files,
        }
    }
}

/// Every word that a section draws on, on one page.
fn content(draw: SectionDraw) -> (Section, SectionContent) {
    let words: Vec<String> = words(&format!("{:?}", draw.content)).into_iter().collect();
    let tree = serde_json::json!(["p", words.join(" ")]);
    let tree = Tree::from_json(tree.to_string().into_bytes());
    let page = PagePart {
        route: draw.section.subject.clone(),
        slot: 10,
        title: draw.section.title.clone(),
        kind: "portfolio",
        tree,
    };
    let content = SectionContent {
        section: draw.section.id.clone(),
        pages: vec![page],
        files: BTreeMap::new(),
    };
    (draw.section, content)
}

pub fn input(org: &Organisation) -> SealInput {
    let key = bech32::encode_upper::<bech32::Bech32>(
        bech32::Hrp::parse("gradus-site-key-").expect("a prefix"),
        &[9; 32],
    );
    let key = SiteKey::parse(&key.expect("a key")).expect("a site key");
    gradus::build::pipeline::seal_input(org, key, 1_795_305_600, false)
}

/// Opens a file by the stock library, and unpacks it.
pub fn opened(identity: &str, sealed: &[u8]) -> Option<String> {
    let identity: age::x25519::Identity = identity.parse().ok()?;
    let plain = age::decrypt(&identity, sealed).ok()?;
    let mut text = String::new();
    let mut unpacked = flate2::read::GzDecoder::new(plain.as_slice());
    std::io::Read::read_to_string(&mut unpacked, &mut text).ok()?;
    Some(text)
}

fn secret(identity: &Identity) -> String {
    identity.to_text().to_string()
}

/// What the keyring of a key holds, where there is one.
pub fn keyring(files: &BTreeMap<String, Vec<u8>>, number: u8) -> Option<Vec<Opened>> {
    let secret = secret(&key(number));
    let rings = files
        .iter()
        .filter(|(path, _)| path.starts_with("keyring/"));
    let text = rings
        .filter_map(|(_, sealed)| opened(&secret, sealed))
        .next()?;
    let keyring: Keyring = serde_json::from_str(&text).expect("a keyring");
    let sections = keyring.sections.iter().map(|section| Opened {
        id: section.id.to_string(),
        file: section.file.to_string(),
        identity: section.identity.to_string(),
    });
    Some(sections.collect())
}

/// With every identity that a key ever opened, and the key itself, nothing of the new site opens but what is still the
/// key's; and everything that is its person's does.
fn open_with_old_keys(old: &Site, new: &Site, before: &Company, after: &Company, said: &[String]) {
    for (recipient, sections) in &old.keyrings {
        let still: BTreeSet<&str> = new
            .keyrings
            .get(recipient)
            .into_iter()
            .flatten()
            .map(|s| s.id.as_str())
            .collect();
        let gone = sections
            .iter()
            .filter(|section| !still.contains(section.id.as_str()));
        for section in gone.take(GONE_MAX) {
            let opens = new
                .files
                .iter()
                .find(|(_, sealed)| opened(&section.identity, sealed).is_some());
            assert!(
                opens.is_none(),
                "{} still opens {opens:?} after {said:?}",
                section.id
            );
        }
    }
    let all = |company: &Company| -> BTreeSet<String> {
        company
            .members
            .keys()
            .flat_map(|id| company.recipients(id))
            .collect()
    };
    let (had, have) = (all(before), all(after));
    let with_ring: BTreeSet<String> = new.keyrings.keys().cloned().collect();
    assert_eq!(with_ring, have, "{said:?}");
    for removed in had.difference(&have) {
        assert!(!new.keyrings.contains_key(removed), "{said:?}");
    }
    let sections = new.keyrings.values().flatten();
    let each: BTreeMap<&str, &str> = sections
        .map(|s| (s.file.as_str(), s.identity.as_str()))
        .collect();
    for (file, identity) in each {
        assert!(
            opened(identity, &new.files[file]).is_some(),
            "{file} after {said:?}"
        );
    }
}
