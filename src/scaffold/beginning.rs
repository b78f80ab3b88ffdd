//! The tree that `init` writes.

use chrono::Datelike;

use super::NewFile;
use crate::model::Date;

/// What an organisation begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// A manager, an engineer, a rubric and the running half-year.
    Team,
    /// One person with a rubric and the running half-year.
    Solo,
    /// A public rubric, and nobody yet.
    Rubric,
}

/// The tree that `init` writes: it builds at once, without an error.
pub fn beginning(kind: Beginning, today: Date) -> Vec<NewFile> {
    let mut files = vec![
        file("gradus.toml", include_str!("tree/gradus.toml")),
        file(".gitignore", include_str!("tree/gitignore")),
    ];
    files.extend(rubric(kind == Beginning::Rubric));
    if kind == Beginning::Rubric {
        return files;
    }
    let half = HalfYear::of(today);
    files.push(half.file(
        &format!("cycles/{}.toml", half.id()),
        include_str!("tree/cycle.toml"),
    ));
    let (id, name, manager) = match kind {
        Beginning::Team => ("sam", "Sam Engineer", "manager = \"alex\"\n"),
        _ => ("me", "My Name", ""),
    };
    if kind == Beginning::Team {
        files.push(half.file("people/alex/person.toml", include_str!("tree/lead.toml")));
    }
    let mut engineer = half.file(
        &format!("people/{id}/person.toml"),
        include_str!("tree/engineer.toml"),
    );
    engineer.text = engineer
        .text
        .replace("{name}", name)
        .replace("{manager}\n", manager);
    files.push(engineer);
    let expectations = format!("people/{id}/{}/expectations.toml", half.id());
    files.push(half.file(&expectations, include_str!("tree/expectations.toml")));
    files
}

fn rubric(public: bool) -> [NewFile; 4] {
    let readers = match public {
        true => {
            "readers = \"public\"            # plain pages that anyone who reaches the host can read\n"
        }
        false => "",
    };
    let mut track = file("rubrics/ic/track.toml", include_str!("tree/track.toml"));
    track.text = track.text.replace("{readers}", readers);
    [
        track,
        file("rubrics/ic/l1.toml", include_str!("tree/l1.toml")),
        file("rubrics/ic/l2.toml", include_str!("tree/l2.toml")),
        file("rubrics/ic/l3.toml", include_str!("tree/l3.toml")),
    ]
}

fn file(path: &str, text: &str) -> NewFile {
    NewFile {
        path: path.into(),
        text: text.into(),
    }
}

/// The half of a year, as a cycle.
struct HalfYear {
    year: i32,
    second: bool,
}

impl HalfYear {
    fn of(day: Date) -> Self {
        Self {
            year: day.year(),
            second: day.month() > 6,
        }
    }

    fn id(&self) -> String {
        format!("{}-h{}", self.year, 1 + u8::from(self.second))
    }

    /// A file with this half-year's dates filled in.
    fn file(&self, path: &str, text: &str) -> NewFile {
        let (start, end) = if self.second {
            ("07-01", "12-31")
        } else {
            ("01-01", "06-30")
        };
        let text = text
            .replace(
                "{title}",
                &format!("H{} {}", 1 + u8::from(self.second), self.year),
            )
            .replace("{start}", &format!("{}-{start}", self.year))
            .replace("{end}", &format!("{}-{end}", self.year));
        file(path, &text)
    }
}
