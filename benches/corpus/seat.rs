//! One period of one person: expectations, self-assessment, peers, review, response, plan, talent mapping.

use std::fmt::Write as _;

use chrono::Days;
use gradus::domain::model::Date;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::File;
use crate::markdown;
use crate::person::{first_rank, track};
use crate::picture;
use crate::scene::{Period, Scene};
use crate::settings::Track;
use crate::words::{self, Topic};

/// What one period of one person left behind.
pub struct Seat {
    /// The ids of the expectations.
    pub expectations: Vec<&'static str>,
    pub files: Vec<File>,
}

/// One person in one period.
struct Place<'s> {
    scene: &'s Scene,
    person: usize,
    /// An index of the scene's periods.
    number: usize,
    period: &'s Period,
    track: &'static Track,
    topics: Vec<&'static Topic>,
}

/// Everything of one person in one period.
pub fn of(scene: &Scene, person: usize, number: usize) -> Seat {
    let mut random = scene.random(person, number + 1);
    let place = Place {
        scene,
        person,
        number,
        period: &scene.periods[number],
        track: track(scene, person),
        topics: topics(scene, person, number),
    };
    Seat {
        expectations: place.ids().collect(),
        files: place.files(&mut random),
    }
}

/// Three or four. The next period asks for them again, so they hang on nothing but these numbers.
fn topics(scene: &Scene, person: usize, number: usize) -> Vec<&'static Topic> {
    let mut random = scene.random(person, 128 + number);
    let count = random.gen_range(3..=4);
    let chosen = words::TOPICS.choose_multiple(&mut random, count);
    chosen.collect()
}

impl Place<'_> {
    fn ids(&self) -> impl Iterator<Item = &'static str> {
        self.topics.iter().map(|topic| topic.id)
    }

    fn id(&self) -> String {
        self.scene.id(self.person)
    }

    /// Whoever judges them; the director's first report judges the director.
    fn manager(&self) -> String {
        let manager = self.scene.manager(self.person);
        self.scene.id(manager.unwrap_or(1 % self.scene.people))
    }

    fn files(&self, random: &mut StdRng) -> Vec<File> {
        let directory = format!("people/{}/{}", self.id(), self.period.id);
        let mut files: Vec<File> = Vec::new();
        let mut put = |name: &str, text: String| {
            files.push((format!("{directory}/{name}"), text.into_bytes()));
        };
        put("expectations.toml", self.expectations(random));
        put("self.md", self.own(random));
        for peer in self.scene.peers(self.person, self.number) {
            let name = format!("peer-{}.md", self.scene.id(peer));
            put(&name, self.peer(peer, random));
        }
        put("review.md", self.review(random));
        put("response.md", self.response(random));
        put("plan.toml", self.plan(random));
        if self.pictured() {
            files.push((format!("{directory}/files/curve.png"), picture::png(random)));
        }
        if let Some(talent) = self.talent(random) {
            let path = format!("management/{}/{}.toml", self.period.id, self.id());
            files.push((path, talent.into_bytes()));
        }
        files
    }

    /// Every eighth self-assessment shows a picture.
    fn pictured(&self) -> bool {
        (self.person + self.number).is_multiple_of(8)
    }

    fn expectations(&self, random: &mut StdRng) -> String {
        let mut text = format!("agreed = {}\n", self.period.day(random.gen_range(3..12)));
        for (number, topic) in self.topics.iter().enumerate() {
            let kinds = ["objective", "next-level", "remedy", "interest", "stable"];
            let _ = write!(
                text,
                "\n[[expectation]]\nid = \"{}\"\ntext = \"{}\"\nkind = \"{}\"\nmeasure = \"{}\"\ncompetencies = {}\nwhy = \"{}\"\n",
                topic.id,
                topic.text,
                words::any(random, &kinds),
                topic.measure,
                self.competencies(random),
                words::sentence(random),
            );
            if let Some(follows) = self.follows(number) {
                let _ = writeln!(text, "follows = \"{follows}\"");
            }
            text.push_str(&self.steps(topic, random));
        }
        text
    }

    fn competencies(&self, random: &mut StdRng) -> String {
        let count = random.gen_range(1..=2);
        let all = self.track.competencies();
        let some: Vec<_> = all.choose_multiple(random, count).collect();
        format!("{some:?}")
    }

    /// The first two carry on the goals of the plan before, the third an expectation.
    fn follows(&self, expectation: usize) -> Option<String> {
        let before = self.number.checked_sub(1)?;
        let cycle = &self.scene.periods[before].id;
        match expectation {
            0 | 1 => Some(format!("{cycle}/plan/goal-{expectation}")),
            2 => {
                let earlier = topics(self.scene, self.person, before);
                Some(format!("{cycle}/{}", earlier[0].id))
            }
            _ => None,
        }
    }

    fn steps(&self, topic: &Topic, random: &mut StdRng) -> String {
        let mut text = "steps = [\n".to_owned();
        for (number, step) in topic.steps.iter().enumerate() {
            let done = self
                .period
                .day(20 + 40 * number as u64 + random.gen_range(0..30));
            let link = words::link(random);
            let state = match random.gen_range(0..10) {
                0 => format!("due = {done}"),
                1 => format!("dropped = {done}, why = \"Overtaken by the card launch\""),
                _ => format!("done = {done}, evidence = [\"{link}\"]"),
            };
            let _ = writeln!(text, "  {{ text = \"{step}\", {state} }},");
        }
        text.push_str("]\n");
        text
    }

    fn own(&self, random: &mut StdRng) -> String {
        let judged = self.outcomes(random) + &self.ratings(random);
        let mut text = front(&self.id(), self.period.after(4), &judged);
        let headings = ["results", "learned", "support"];
        text.push_str(&markdown::answers(&headings, self.scene.fences, random));
        if self.pictured() {
            text.push_str("\n![The curve of the half-year](files/curve.png)\n");
        }
        text
    }

    fn peer(&self, peer: usize, random: &mut StdRng) -> String {
        let near = self.scene.team(peer) == self.scene.team(self.person);
        let relationship = if near { "peer" } else { "cross-functional" };
        let more = format!("relationship = \"{relationship}\"\n");
        let date = self.period.after(random.gen_range(6..=12));
        let headings = ["strengths", "growth", "next-step"];
        let text = front(&self.scene.id(peer), date, &more);
        text + &markdown::answers(&headings, self.scene.fences, random)
    }

    fn review(&self, random: &mut StdRng) -> String {
        let (shared, acknowledged) = (self.period.after(17), self.period.after(24));
        let more = format!(
            "shared = {shared}\nacknowledged = {acknowledged}\n{}{}",
            self.outcomes(random),
            self.ratings(random)
        );
        let text = front(&self.manager(), self.period.after(15), &more);
        let headings = ["themes", "impact", "development"];
        text + &markdown::answers(&headings, self.scene.fences, random)
    }

    fn response(&self, random: &mut StdRng) -> String {
        let goals: Vec<&str> = words::GOALS.choose_multiple(random, 2).copied().collect();
        let text = front(
            &self.id(),
            self.period.after(22),
            &format!("goals = {goals:?}\n"),
        );
        let headings = ["response", "upward"];
        text + &markdown::answers(&headings, self.scene.fences, random)
    }

    fn outcomes(&self, random: &mut StdRng) -> String {
        let mut text = "[outcome]\n".to_owned();
        for id in self.ids() {
            let is = words::any(
                random,
                &["met", "met", "met", "partly", "missed", "obsolete"],
            );
            let _ = match is {
                "met" => writeln!(text, "{id} = \"met\""),
                is => writeln!(
                    text,
                    "{id} = {{ is = \"{is}\", why = \"{}\", learned = \"Ask a month earlier\" }}",
                    words::sentence(random)
                ),
            };
        }
        text
    }

    fn ratings(&self, random: &mut StdRng) -> String {
        let mut text = "[ratings]\n".to_owned();
        for id in self.track.competencies() {
            let is = words::any(random, &["meets", "meets", "exceeds", "misses"]);
            let _ = writeln!(
                text,
                "{id} = {{ is = \"{is}\", evidence = [\"{}\"], confidence = \"high\" }}",
                words::link(random)
            );
        }
        text
    }

    fn plan(&self, random: &mut StdRng) -> String {
        let mut text = String::new();
        let next_end = self.period.end + Days::new(180);
        let goals = words::GOALS.choose_multiple(random, 2).copied();
        let goals: Vec<&str> = goals.collect();
        for (number, goal) in goals.into_iter().enumerate() {
            let _ = write!(
                text,
                "[[goal]]\nid = \"goal-{number}\"\ntext = \"{goal}\"\ncompetencies = {}\nactions = [\"{}\", \"{}\"]\nresources = [\"{}\"]\nsupport = [\"The manager makes room for it\"]\nby = {next_end}\n\n",
                self.competencies(random),
                words::any(random, &words::ACTIONS),
                words::any(random, &words::ACTIONS),
                words::link(random),
            );
        }
        text
    }

    /// Every other manager maps their reports.
    fn talent(&self, random: &mut StdRng) -> Option<String> {
        let manager = self.scene.manager(self.person)?;
        let partner = self.scene.manager(manager).unwrap_or(self.scene.people - 1);
        if manager % 2 == 1 {
            return None;
        }
        let date: Date = self.period.after(16);
        let rank = first_rank(self.scene, self.person);
        Some(format!(
            "by = \"{}\"\npartner = \"{}\"\ndate = {date}\nalignment = \"{}\"\nconfidence = \"medium\"\nstrengths = [\"{}\"]\nneeds = [\"{}\"]\nmissing = [\"What the neighbouring team saw of it\"]\n\n[level]\nrecommend = \"{}\"\nstatus = \"deferred\"\nwhy = \"No room in the budget before autumn\"\n\n[coaching]\nactions = [\"{}\"]\n",
            self.scene.id(manager),
            self.scene.id(partner),
            words::any(random, &["at", "at", "at", "above", "below"]),
            words::sentence(random),
            words::sentence(random),
            self.track.level((rank + 1).min(self.track.levels)),
            words::any(random, &words::ACTIONS),
        ))
    }
}

fn front(by: &str, date: Date, more: &str) -> String {
    format!("+++\nby = \"{by}\"\ndate = {date}\n{more}+++\n")
}
