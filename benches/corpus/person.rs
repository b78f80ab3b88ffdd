//! One person: who they are, their log and 1:1s, and their periods.

use std::fmt::Write as _;
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use chrono::Days;
use rand::Rng;
use rand::rngs::StdRng;

use crate::File;
use crate::scene::Scene;
use crate::seat::{self, Seat};
use crate::settings::{ENGINEERING, MANAGEMENT, Track};
use crate::words;

/// The files of one person.
pub fn files(scene: &Scene, person: usize) -> Vec<File> {
    let id = scene.id(person);
    let mut random = scene.random(person, 0);
    let identity = identity(&mut random);
    let mut files = vec![(
        format!("people/{id}/person.toml"),
        about(scene, person, &identity).into_bytes(),
    )];
    if scene.shown().contains(&person) {
        files.push((format!("demo-keys/{id}.txt"), key_file(&identity).into()));
    }
    let seats: Vec<Seat> = (0..scene.periods.len())
        .map(|period| seat::of(scene, person, period))
        .collect();
    if person.is_multiple_of(2) {
        let log = log(scene, person, &seats, &mut random);
        files.push((format!("people/{id}/log.toml"), log.into_bytes()));
        let checkins = checkins(scene, person, &mut random);
        files.push((format!("people/{id}/checkins.md"), checkins.into_bytes()));
    }
    files.extend(seats.into_iter().flat_map(|seat| seat.files));
    files
}

/// The track that a person is on.
pub fn track(scene: &Scene, person: usize) -> &'static Track {
    if scene.manages(person) {
        &MANAGEMENT
    } else {
        &ENGINEERING
    }
}

/// The rank that they began with: at least one below the highest.
pub fn first_rank(scene: &Scene, person: usize) -> u32 {
    let levels = track(scene, person).levels;
    match person {
        0 => levels,
        _ => 1 + (person as u32 * 5) % (levels - 1),
    }
}

fn identity(random: &mut StdRng) -> Identity {
    let secret: [u8; 32] = random.r#gen();
    let prefix = bech32::Hrp::parse("age-secret-key-").expect("the prefix is well formed");
    let text =
        bech32::encode::<bech32::Bech32>(prefix, &secret).expect("32 bytes are short enough");
    Identity::from_str(&text.to_uppercase()).expect("this is how age writes an identity")
}

fn key_file(identity: &Identity) -> String {
    format!(
        "# Key of an invented person. Public and worthless.\n# public key: {}\n{}\n",
        identity.to_public(),
        identity.to_string().expose_secret()
    )
}

fn about(scene: &Scene, person: usize, identity: &Identity) -> String {
    let track = track(scene, person);
    let rank = first_rank(scene, person);
    let began = scene.began();
    let mut text = format!(
        "name = \"{}\"\nstart = {began}\nkeys = [\"{}\"]\n\n[[role]]\nfrom = {began}\nlevel = \"{}\"\nteam = \"{}\"\n",
        scene.name(person),
        identity.to_public(),
        track.level(rank),
        scene.team(person),
    );
    if let Some(manager) = scene.manager(person) {
        let _ = writeln!(text, "manager = \"{}\"", scene.id(manager));
    }
    if person % 3 == 1 {
        let middle = &scene.periods[scene.periods.len() / 2];
        let (from, level) = (middle.day(31), track.level(rank + 1));
        let _ = write!(text, "\n[[role]]\nfrom = {from}\nlevel = \"{level}\"\n");
    }
    text
}

fn log(scene: &Scene, person: usize, seats: &[Seat], random: &mut StdRng) -> String {
    let mut text = String::new();
    let competencies = track(scene, person).competencies();
    for (period, seat) in scene.periods.iter().zip(seats) {
        for (entry, kind) in ["touchpoint", "win"].into_iter().enumerate() {
            let day = period.day(random.gen_range(20..80) + 80 * entry as u64);
            let by = scene.manager(person).unwrap_or(person);
            let _ = write!(
                text,
                "[[entry]]\ndate = {day}\nkind = \"{kind}\"\nby = \"{}\"\non = \"{}\"\ncompetencies = [\"{}\"]\ntext = \"{}\"\nevidence = [\"{}\"]\n\n",
                scene.id(by),
                words::any(random, &seat.expectations),
                words::any(random, &competencies),
                words::sentence(random),
                words::link(random),
            );
        }
    }
    text
}

/// Days between two 1:1s that are written down.
const BETWEEN_CHECKINS: usize = 42;

fn checkins(scene: &Scene, person: usize, random: &mut StdRng) -> String {
    let mut text = String::new();
    for period in scene.periods.iter().rev() {
        for day in (7_u32..175).step_by(BETWEEN_CHECKINS).rev() {
            let date = period.day(day.into()) + Days::new(person as u64 % 7);
            let _ = write!(
                text,
                "## {date} {}\n\n{} {}\n\n- [ ] {}\n- [x] {}\n\n",
                words::any(random, &words::TALKS),
                words::sentence(random),
                words::sentence(random),
                words::any(random, &words::ACTIONS),
                words::any(random, &words::ACTIONS),
            );
        }
    }
    text
}
