//! The tree that `init` writes.

use chrono::Datelike;

use super::NewFile;
use crate::domain::model::Date;

/// What an organisation begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// A manager, an engineer, a rubric and the running half-year.
    Team,
    /// One person with a rubric and the running half-year.
    Solo,
    /// A public rubric, and nobody yet.
    Rubric,
    /// The settings alone.
    Empty,
}

/// The tree that `init` writes: it builds at once, without an error.
pub fn beginning(kind: Beginning, today: Date) -> Vec<NewFile> {
    let mut files = vec![
        file("gradus.toml", include_str!("tree/gradus.toml")),
        file(".gitignore", include_str!("tree/gitignore")),
    ];
    if kind == Beginning::Empty {
        return files;
    }
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

/// What is to be added to a `.gitignore` so that git leaves alone what must not be committed; empty where it does.
pub fn ignored_beside(there: &str) -> String {
    let known: Vec<&str> = there.lines().map(str::trim).collect();
    let own = include_str!("tree/gitignore").lines();
    let is_rule = |line: &&str| !line.starts_with('#') && !line.is_empty();
    if own
        .clone()
        .filter(is_rule)
        .all(|rule| known.contains(&rule))
    {
        String::new()
    } else {
        let lines: Vec<&str> = own
            .filter(|line| !is_rule(line) || !known.contains(line))
            .collect();
        let end = if there.is_empty() || there.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        format!("{end}{}\n", lines.join("\n"))
    }
}

fn rubric(public: bool) -> [NewFile; 4] {
    let readers = if public {
        "readers = \"public\"            # plain pages that anyone who reaches the host can read\n"
    } else {
        ""
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

/// The half of a year, as a cycle, on one of its days.
struct HalfYear {
    today: Date,
    year: i32,
    second: bool,
}

impl HalfYear {
    fn of(day: Date) -> Self {
        Self {
            today: day,
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
            .replace("{today}", &self.today.to_string())
            .replace("{start}", &format!("{}-{start}", self.year))
            .replace("{end}", &format!("{}-{end}", self.year));
        file(path, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_ignored_files_gets_what_it_lacks_at_its_end() {
        let own = include_str!("tree/gitignore");
        assert_eq!(ignored_beside(own), "");
        assert_eq!(ignored_beside(""), own);
        let added = ignored_beside("node_modules\n/.gradus/");
        assert!(added.starts_with('\n') && added.ends_with('\n'));
        assert!(added.contains("\n/public/\n") && !added.contains("/.gradus/"));
        assert_eq!(ignored_beside(&format!("/.gradus/{added}")), "");
    }
}
