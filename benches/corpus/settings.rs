//! What all people share: `gradus.toml`, the rubrics and the cycles.

use std::fmt::Write as _;

use crate::File;
use crate::scene::{Period, Scene};
use crate::words;

/// Competencies that every track has.
pub const SHARED: [&str; 4] = ["collaboration", "growth", "delivery", "impact"];

/// A career track.
pub struct Track {
    pub id: &'static str,
    title: &'static str,
    letter: char,
    pub levels: u32,
    /// Its own competencies, beside those that are shared.
    pub own: [&'static str; 4],
}

/// The track of those who write the programs.
pub const ENGINEERING: Track = Track {
    id: "ic",
    title: "Engineering",
    letter: 'l',
    levels: 6,
    own: ["technical", "design", "operations", "security"],
};

/// The track of those who lead them.
pub const MANAGEMENT: Track = Track {
    id: "manager",
    title: "Engineering management",
    letter: 'm',
    levels: 4,
    own: ["direction", "hiring", "judgement", "health"],
};

impl Track {
    /// `ic/l3`.
    pub fn level(&self, rank: u32) -> String {
        format!("{}/{}{rank}", self.id, self.letter)
    }

    /// All competencies of its levels.
    pub fn competencies(&self) -> Vec<&'static str> {
        SHARED.into_iter().chain(self.own).collect()
    }
}

/// Everything that is nobody's own.
pub fn files(scene: &Scene) -> Vec<File> {
    let mut files = vec![
        ("gradus.toml".to_owned(), gradus(scene).into_bytes()),
        ("rubrics/generic/track.toml".to_owned(), generic().into()),
    ];
    for track in [&ENGINEERING, &MANAGEMENT] {
        files.extend(rubric(track));
    }
    files.extend(scene.periods.iter().map(cycle));
    files
}

fn gradus(scene: &Scene) -> String {
    let hr = scene.id(scene.people - 1);
    format!(
        "# An invented organisation of {} people, written by a program.\nname = \"Corpus Payments\"\nas_of = {}\n\n[access]\nhr = [\"{hr}\"]\n",
        scene.people,
        scene.as_of()
    )
}

fn cycle(period: &Period) -> File {
    let Period {
        id,
        title,
        start,
        end,
    } = period;
    let text = format!("title = \"{title}\"\nstart = {start}\nend = {end}\n");
    (format!("cycles/{id}.toml"), text.into_bytes())
}

fn generic() -> String {
    let mut text = "title = \"Everyone\"\nabstract = true\n".to_owned();
    for id in SHARED {
        text.push_str(&competency(id));
    }
    text
}

fn competency(id: &str) -> String {
    let title = words::capitalised(id);
    format!(
        "\n[[competency]]\nid = \"{id}\"\ntitle = \"{title}\"\ncategory = \"{}\"\ndescription = \"What we mean by {id}, and how we recognise it.\"\n",
        words::CATEGORIES[id.len() % words::CATEGORIES.len()]
    )
}

fn rubric(track: &Track) -> Vec<File> {
    let mut text = format!(
        "title = \"{}\"\ndescription = \"What is expected, level by level.\"\nextends = \"generic\"\ncumulative = true\n",
        track.title
    );
    for id in track.own {
        text.push_str(&competency(id));
    }
    let directory = format!("rubrics/{}", track.id);
    let mut files = vec![(format!("{directory}/track.toml"), text.into_bytes())];
    for rank in 1..=track.levels {
        let text = level(track, rank);
        let path = format!("{directory}/{}{rank}.toml", track.letter);
        files.push((path, text.into_bytes()));
    }
    files
}

fn level(track: &Track, rank: u32) -> String {
    let mut text = format!("title = \"{} {rank}\"\nrank = {rank}\n", track.title);
    let reach = words::REACH[(rank as usize - 1) % words::REACH.len()];
    for id in track.competencies() {
        let _ = write!(
            text,
            "\n[cell.{id}]\ntext = \"Shows {id} {reach}, and can say what came of it.\"\nsignals = [\"Others ask for their view on {id}\", \"Explains a decision about {id} to somebody who was not there\"]\n"
        );
    }
    text
}
