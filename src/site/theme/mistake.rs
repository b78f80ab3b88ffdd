//! What can be wrong with a theme, told with file, line and what there is instead.

use std::collections::BTreeMap;
use std::fmt;

use tera::ErrorKind;
use thiserror::Error;

use super::super::tree::Forbidden;
use super::File;
use crate::diag::nearest;

/// Places that a message names at most.
const SPOTS_MAX: usize = 3;

/// A place in a theme's file; lines are counted from one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// `themes/slate/team.html`.
    pub path: String,
    pub line: usize,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}:{}`", self.path, self.line)
    }
}

/// What is wrong with a theme; never with what the organisation wrote.
#[derive(Debug, Error)]
pub enum ThemeError {
    /// A theme that neither the organisation nor the program has.
    #[error("there is no theme `{name}`")]
    UnknownTheme {
        name: String,
        /// The themes of the program.
        known: Vec<&'static str>,
    },
    /// A file that takes no other file's place: a misspelt name would silently have no effect.
    #[error("`{path}` takes the place of no file of a theme")]
    UnknownFile {
        path: String,
        name: String,
        /// The names there are.
        known: Vec<&'static str>,
    },
    /// A template that does not parse, names what is not there, or fails on a page. The report names file and line,
    /// and the fields there are.
    #[error("{report}")]
    Template {
        report: String,
        help: Option<&'static str>,
    },
    /// A template that writes what pages may not hold.
    #[error("{what}, but the page of `{page}` holds it{}", at(spots))]
    Forbidden {
        /// The template that was rendered.
        page: String,
        /// Lines of the theme's files that seem to write it; none where they make it up of pieces.
        spots: Vec<Spot>,
        what: Forbidden,
    },
    /// A template that writes far more than a page can be.
    #[error("`{path}` wrote more than {limit} bytes for one page, and was stopped")]
    Endless { path: String, limit: usize },
    /// A style sheet that loads what the pages' content security policy refuses.
    #[error("{spot} loads `{address}`, which no page may")]
    Loads { spot: Spot, address: String },
}

impl ThemeError {
    /// What would help, where something would.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::UnknownTheme { name, known } => Some(format!(
                "make a folder `themes/{name}/`, or name one of {}",
                listed(known)
            )),
            Self::UnknownFile { name, known, .. } => Some(match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("these can be replaced: {}", listed(known)),
            }),
            Self::Template { help, .. } => help.map(str::to_owned),
            Self::Forbidden { what, .. } => advice(what).map(str::to_owned),
            Self::Endless { .. } => Some("look for a loop in a loop".to_owned()),
            Self::Loads { .. } => Some(
                "pages load nothing but the program's own files; draw it as SVG in a template, or leave it out"
                    .to_owned(),
            ),
        }
    }
}

fn listed(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn at(spots: &[Spot]) -> String {
    if spots.is_empty() {
        return String::new();
    }
    let spots: Vec<String> = spots.iter().map(Spot::to_string).collect();
    format!(", at {}", spots.join(" or "))
}

fn advice(what: &Forbidden) -> Option<&'static str> {
    match what {
        Forbidden::Attribute { name, .. } if name == "style" => Some(
            "browsers refuse it here: give the element a class, and the class a rule in `own.css`",
        ),
        Forbidden::Attribute { name, .. } if name.starts_with("on") => {
            Some("pages run no scripts; `details` opens and closes without one")
        }
        Forbidden::Element { name, .. } if name == "script" => Some("pages run no scripts"),
        Forbidden::Element { name, .. } if name == "style" => Some("put the rules into `own.css`"),
        _ => None,
    }
}

/// What the template engine complains of, with the paths that a person knows.
pub(super) fn of_template(error: &tera::Error, files: &BTreeMap<&'static str, File>) -> ThemeError {
    let words = error.to_string();
    let mut report = words.strip_prefix("error: ").unwrap_or(&words).to_owned();
    for (name, file) in files {
        for (before, after) in [("--> ", ":"), (" ", ":")] {
            let (bare, full) = (
                format!("{before}{name}{after}"),
                format!("{before}{}{after}", file.path),
            );
            report = report.replace(&bare, &full);
        }
        report = report.replace(&format!("'{name}'"), &format!("`{}`", file.path));
    }
    ThemeError::Template {
        help: hint(error.kind(), &report),
        report,
    }
}

fn hint(kind: &ErrorKind, report: &str) -> Option<&'static str> {
    match kind {
        ErrorKind::CircularInclude { .. } => {
            Some("a template cannot include itself, directly or through others")
        }
        _ if report.contains("is not defined")
            || report.contains("not found")
            || report.contains("nknown") =>
        {
            Some("`docs/themes.md` lists the fields of every view, and the components there are")
        }
        _ => None,
    }
}

/// The lines that seem to write what a page may not hold.
pub(super) fn spots(what: &Forbidden, files: &BTreeMap<&'static str, File>) -> Vec<Spot> {
    let needle = match what {
        Forbidden::Element { name, .. } => format!("<{name}"),
        Forbidden::Attribute { name, .. } => format!(" {name}="),
        Forbidden::Value { name, value, .. } => format!(" {name}=\"{value}\""),
        Forbidden::TooDeep { .. } | Forbidden::TooLarge { .. } => return Vec::new(),
    };
    let templates = files.iter().filter(|(name, _)| name.ends_with(".html"));
    let inside = templates.filter(|(name, _)| !WHOLE_DOCUMENTS.contains(name));
    inside
        .flat_map(|(_, file)| lines_with(file, &needle))
        .take(SPOTS_MAX)
        .collect()
}

/// Templates that write whole documents, which hold more than a page may.
const WHOLE_DOCUMENTS: [&str; 2] = ["public.html", "shell.html"];

fn lines_with<'f>(file: &'f File, needle: &'f str) -> impl Iterator<Item = Spot> + 'f {
    let lines = file.text.lines().enumerate();
    lines
        .filter(move |(_, line)| line.to_ascii_lowercase().contains(needle))
        .map(|(at, _)| Spot {
            path: file.path.clone(),
            line: at + 1,
        })
}
