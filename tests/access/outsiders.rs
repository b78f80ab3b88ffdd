//! Two trees that share the figures of a closed cycle and differ in what was written about one person are the same to
//! everyone who may not read that.

use std::collections::{BTreeMap, BTreeSet};

use gradus::build::pipeline::{self, Days, Manner};
use gradus::domain::access::{Audiences, commons, draw, plan};
use gradus::domain::growth;
use gradus::domain::model::*;
use gradus::site::Theme;
use gradus::tree::scaffold;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rayon::prelude::*;

use super::company::{Company, Member, TODAY, World, day, recipient};
use super::reorganised::{input, keyring, opened};
use crate::cases::cases;

/// How many pairs of trees are compared by what is drawn.
const PAIRS: u32 = 240;

/// With fewer, too few of them would show that the person themselves notices.
const PAIRS_MIN: u32 = 100;

/// How many of them are built, sealed, and opened by everyone.
const BUILT: usize = 2;

const CYCLE: &str = "2026-h1";

/// m0 ← m1 … m4; five report to each of these. Somebody is hr.
fn crowd() -> Company {
    let manager = |n: u8| match n {
        0 => None,
        1..=4 => Some("m0".to_owned()),
        _ => Some(format!("m{}", (n - 5) / 5 + 1)),
    };
    let member = |n: u8| {
        let manager = manager(n);
        (format!("m{n}"), Member::new(manager.as_deref(), n + 1))
    };
    Company {
        members: (0..25).map(member).collect(),
        hr: vec!["m24".to_owned()],
        peer_feedback: "chain",
    }
}

/// The crowd on the day of the figures, with the file that `gradus close` writes.
fn closed() -> World {
    let mut world = World::new(&crowd());
    let file = scaffold::figures(&world.valid(), CYCLE, day(TODAY));
    let file = file.expect("it can be closed").expect("it was not closed");
    world.set(&file.path, &file.text);
    world
}

/// Writes something about somebody otherwise. Says what.
fn otherwise(world: &mut World, person: &str, random: &mut StdRng) -> String {
    let dir = format!("people/{person}/{CYCLE}");
    let texts: Vec<String> = {
        let managed = format!("management/{CYCLE}/{person}.toml");
        let files = world.source.texts.keys().map(|path| path.to_string());
        let own = files.filter(|path| path.starts_with(&dir) || *path == managed);
        own.collect()
    };
    let path = texts.choose(random).expect("there are texts").clone();
    let text = world.text(&path);
    let dated = text.lines().find(|line| line.starts_with("date = "));
    let late = [
        "2026-07-02",
        "2026-07-24",
        "2026-07-25",
        "2026-07-26",
        "2026-10-01",
    ];
    let late = late[random.gen_range(0..late.len())];
    let changed = match (random.gen_range(0..6), dated) {
        (0, _) => {
            world.remove(&path);
            return format!("no {path}");
        }
        (1, Some(dated)) => text.replace(dated, &format!("date = {late}")),
        (2, Some(dated)) => text.replace(&format!("{dated}\n"), ""),
        (3, _) if text.contains("shared = ") => {
            let shared = text.lines().find(|line| line.starts_with("shared = "));
            text.replace(shared.unwrap_or_default(), &format!("shared = {late}"))
        }
        (3, _) if path.ends_with("review.md") => text.replacen(
            "date = 2026-07-14",
            "date = 2026-07-14\nshared = 2026-07-16",
            1,
        ),
        (4, _) if path.ends_with("/self.md") => {
            text.replacen("\n+++\n", "\n[outcome]\nship = \"missed\"\n+++\n", 1)
        }
        (4, _) if path.ends_with("expectations.toml") => {
            text.replace("agreed = 2026-01-01", "agreed = 2026-07-26")
        }
        (4, _) if path.starts_with("management/") => {
            text.replace("alignment = \"at\"", "alignment = \"above\"")
        }
        (5, _) if path.ends_with("review.md") => {
            let by = crowd().members.len();
            let by = format!("m{}", random.gen_range(0..by));
            let peer = format!("{dir}/peer-{by}.md");
            let text = format!("+++\nby = \"{by}\"\ndate = {late}\n+++\n\n## strengths\n\nMore\n");
            world.set(&peer, &text);
            return format!("{peer} of {late}");
        }
        _ => text.replace("canary-", "another-"),
    };
    world.set(&path, &changed);
    format!("{path} is now:\n{changed}")
}

/// Everyone who opens something about a person.
fn readers_about(org: &Organisation, person: &PersonId) -> BTreeSet<PersonId> {
    let plan = plan(org, day(TODAY));
    let about = plan
        .sections
        .iter()
        .filter(|planned| planned.person() == Some(person));
    let readers = about.flat_map(|planned| &planned.section.readers);
    readers.map(|reader| reader.person.clone()).collect()
}

/// One tree, with all that it gives to anyone.
struct Given {
    org: Organisation,
    commons: Commons,
    sections: Vec<SectionDraw>,
    /// What figures would be if every build counted.
    live: OrgFigures,
}

impl Given {
    /// `None` if the tree has errors: a response without a review, say.
    fn of(world: &World) -> Option<Self> {
        let org = world.organisation()?;
        let commons = commons(&org, day(TODAY));
        let audiences = Audiences::new(&org, day(TODAY));
        let planned = plan(&org, day(TODAY)).sections;
        let people: Vec<&Person> = org.people.values().map(|person| &**person).collect();
        Some(Self {
            live: growth::live_figures(&commons, &people),
            sections: planned.iter().map(|one| draw(&audiences, one)).collect(),
            commons,
            org,
        })
    }

    /// The sections that any of these people opens.
    fn opened_by(&self, people: &BTreeSet<PersonId>) -> Vec<&SectionDraw> {
        let is_theirs = |draw: &&SectionDraw| {
            let mut readers = draw.section.readers.iter();
            readers.any(|reader| people.contains(&reader.person))
        };
        self.sections.iter().filter(is_theirs).collect()
    }
}

/// Two trees, of which the second says something else about one person.
struct Pair<'g> {
    before: &'g Given,
    after: Given,
    outsiders: BTreeSet<PersonId>,
    said: String,
}

impl<'g> Pair<'g> {
    /// `None` if the second tree has errors.
    fn new(world: &World, before: &'g Given, number: usize) -> Option<Self> {
        let mut random = StdRng::seed_from_u64(number as u64);
        let person = format!("m{}", random.gen_range(0..25));
        let mut changed = world.clone();
        let said =
            (0..random.gen_range(1..=2)).map(|_| otherwise(&mut changed, &person, &mut random));
        let said: Vec<String> = said.collect();
        let after = Given::of(&changed)?;
        let id = PersonId::new(&person)?;
        let mut insiders = readers_about(&before.org, &id);
        insiders.extend(readers_about(&after.org, &id));
        let outsiders = before
            .org
            .people
            .keys()
            .filter(|id| !insiders.contains(*id));
        Some(Self {
            outsiders: outsiders.cloned().collect(),
            before,
            after,
            said: format!("{number}: of {person}, {}", said.join("; ")),
        })
    }

    /// Judges what is drawn for the outsiders. Says whether counting anew would have betrayed the person.
    fn is_the_same_to_outsiders(&self) -> bool {
        let Self {
            before,
            after,
            outsiders,
            said,
        } = self;
        assert!(outsiders.len() > 10, "{said}");
        assert!(before.commons == after.commons, "{said}");
        assert!(
            before.opened_by(outsiders) == after.opened_by(outsiders),
            "{said}"
        );
        before.live != after.live
    }
}

#[test]
fn trees_that_differ_in_one_persons_texts_are_the_same_to_everyone_who_may_not_read_them() {
    let world = closed();
    let before = Given::of(&world).expect("it is valid");
    let wanted = cases(PAIRS).max(PAIRS_MIN) as usize;
    let pairs: Vec<usize> = (0..wanted).collect();
    let pairs = pairs.par_iter();
    let pairs: Vec<(Pair<'_>, bool)> = pairs
        .filter_map(|number| Pair::new(&world, &before, *number))
        .map(|pair| {
            let betrays = pair.is_the_same_to_outsiders();
            (pair, betrays)
        })
        .collect();
    let betraying: Vec<&Pair<'_>> = pairs
        .iter()
        .filter(|(_, is)| *is)
        .map(|(pair, _)| pair)
        .collect();
    let counts = (pairs.len(), betraying.len());
    assert!(
        counts.0 > wanted / 2 && counts.1 > wanted / 10,
        "{counts:?}"
    );
    let files = built(&before.org);
    betraying[..BUILT]
        .par_iter()
        .for_each(|pair| pair.is_opened_alike(&files));
}

impl Pair<'_> {
    /// Builds the second tree too, and opens all that the outsiders' keys open.
    fn is_opened_alike(&self, before: &BTreeMap<String, Vec<u8>>) {
        let after = built(&self.after.org);
        for id in &self.outsiders {
            let number = id.as_str()[1..].parse::<u8>().expect("a number") + 1;
            assert_eq!(
                self.after.org.people[id].keys[0].recipient,
                recipient(number)
            );
            let same = everything_opened(before, number) == everything_opened(&after, number);
            assert!(same, "{id} notices {}", self.said);
        }
    }
}

fn built(org: &Organisation) -> BTreeMap<String, Vec<u8>> {
    let theme = Theme::new(BTreeMap::new()).expect("the default theme");
    let store = MemoryStore::default();
    let today = day(TODAY);
    let days = Days {
        today,
        as_of: today,
    };
    let manner = Manner {
        program: None,
        reach: Reach::Web,
        progress: &(),
    };
    pipeline::build(org, &theme, days, &input(org), &store, &manner).expect("it can be built");
    store.into_files()
}

/// Every file that a key opens, by name, as it was before it was sealed.
fn everything_opened(files: &BTreeMap<String, Vec<u8>>, number: u8) -> BTreeMap<String, String> {
    let sections = keyring(files, number).expect("they have a key");
    let opened = sections.iter().map(|section| {
        let text = opened(&section.identity, &files[&section.file]);
        (
            format!("{} in {}", section.id, section.file),
            text.expect("it opens"),
        )
    });
    opened.collect()
}
