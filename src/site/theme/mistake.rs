//! What can be wrong with a theme, told with file, line and what there is instead.

use std::collections::BTreeMap;
use std::fmt;

use tera::ErrorKind;
use thiserror::Error;

use super::super::tree::Forbidden;
use super::File;
use crate::domain::model::SVG_HELP;
use crate::ground::diag::nearest;

/// Places that a message names at most.
const SPOTS_MAX: usize = 3;

/// A place in a theme's file; lines are counted from one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// `themes/slate/team.html`.
    pub path: String,
    /// From one.
    pub line: usize,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}:{}`", self.path, self.line)
    }
}

/// What is wrong with a theme; never with what the organisation wrote.
#[derive(Debug, Error)]
#[expect(
    missing_docs,
    reason = "each message says what happened, and names its fields"
)]
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
    #[error("{}{}", told(what), at(spots, page))]
    Forbidden {
        /// The template that was rendered.
        page: String,
        /// Lines of the theme's files that seem to write it; none where they make it up of pieces.
        spots: Vec<Spot>,
        what: Box<Forbidden>,
    },
    /// A template that writes far more than a page can be.
    #[error("`{path}` wrote more than {limit} bytes for one page, and was stopped")]
    Endless { path: String, limit: usize },
    /// A whole document that lacks what the viewer or its safety needs, or has what browsers refuse.
    #[error("`{path}` {what}{}", lines(spots))]
    Document {
        path: String,
        /// Lines of the theme's files that seem to write it. None if something is missing.
        spots: Vec<Spot>,
        what: String,
    },
    /// A picture that holds more than one to be seen.
    #[error("{what}\n --> {}:{}", spot.path, spot.line)]
    Picture { spot: Spot, what: String },
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
            Self::Forbidden { what, .. } => advice(what),
            Self::Document { .. } => {
                Some("copy it anew from the program's theme, and change as little as you can".to_owned())
            }
            Self::Picture { .. } => Some(SVG_HELP.to_owned()),
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

/// Where it seems to come from, a line each.
fn at(spots: &[Spot], page: &str) -> String {
    if spots.is_empty() {
        return format!("\n --> {page}, or a component that it draws");
    }
    lines(spots)
}

fn lines(spots: &[Spot]) -> String {
    let line = |spot: &Spot| format!("\n --> {}:{}", spot.path, spot.line);
    spots.iter().map(line).collect()
}

/// What is forbidden, without all that is not.
fn told(what: &Forbidden) -> String {
    match what {
        Forbidden::Element { name, .. } => format!("element `<{name}>` may not stand in a page"),
        Forbidden::Attribute { element, name, .. } => {
            format!("attribute `{name}` may not stand on `<{element}>`")
        }
        Forbidden::TooLarge { what, limit } => {
            format!("a page may hold no more than {limit} {what}")
        }
        _ => what.to_string(),
    }
}

fn advice(what: &Forbidden) -> Option<String> {
    let fixed = match what {
        Forbidden::Attribute { name, .. } if name == "style" => {
            "browsers refuse it here: give the element a class, and the class a rule in `own.css`"
        }
        Forbidden::Attribute { name, .. } if name.starts_with("on") => {
            "pages run no scripts; `details` opens and closes without one"
        }
        Forbidden::Element { name, .. } if name == "script" => "pages run no scripts",
        Forbidden::Element { name, .. } if name == "style" => "put the rules into `own.css`",
        Forbidden::Element { allowed, .. } | Forbidden::Attribute { allowed, .. } => {
            return Some(format!("these may: {allowed}"));
        }
        Forbidden::Value { name, .. } if name == "href" => {
            "links go to `/…`, `#…`, `https:` and `mailto:`"
        }
        Forbidden::Value { .. } => return None,
        Forbidden::Unclosed { .. } => "write its end tag, in the reverse order of the start tags",
        Forbidden::Stray { .. } => "remove it, or write the start tag",
        Forbidden::Misplaced { what: "tr", .. } => "put `<tbody>` or `<thead>` around the rows",
        Forbidden::Misplaced { .. } => {
            "a browser would move it or close the other element: nest them in another way"
        }
        Forbidden::NotATag { text } if text.starts_with("<!--") => {
            "write a comment as `{# … #}`, which is not published"
        }
        Forbidden::NotATag { .. } => {
            "write `&lt;` for the character, each attribute once, and `/>` in drawings alone"
        }
        Forbidden::TooDeep { .. } => "look for a loop in a loop",
        Forbidden::TooLarge { .. } => {
            "look for a loop in a loop, or for a text of very many small parts on that page"
        }
    };
    Some(fixed.to_owned())
}

/// What the template engine complains of while `template` is drawn, or all are parsed, with the paths that a person
/// knows.
pub(super) fn of_template(
    error: &tera::Error,
    template: Option<&str>,
    files: &BTreeMap<&'static str, File>,
) -> ThemeError {
    let words = error.to_string();
    let mut report = with_paths(words.strip_prefix("error: ").unwrap_or(&words), files);
    if let Some(first) = report.chars().next() {
        report.replace_range(..first.len_utf8(), &first.to_lowercase().to_string());
    }
    let place = template.and_then(|name| files.get(name));
    if let Some(file) = place.filter(|_| !report.contains("-->")) {
        report = format!("{report}\n --> {}", file.path);
    }
    ThemeError::Template {
        help: hint(error.kind(), &report),
        report,
    }
}

/// A report of the engine, which knows bare names alone.
fn with_paths(report: &str, files: &BTreeMap<&'static str, File>) -> String {
    let mut report = report.to_owned();
    for (name, file) in files {
        for before in ["--> ", "called from "] {
            report = report.replace(
                &format!("{before}{name}:"),
                &format!("{before}{}:", file.path),
            );
        }
        report = report.replace(&format!("'{name}'"), &format!("`{}`", file.path));
    }
    report
}

fn hint(kind: &ErrorKind, report: &str) -> Option<&'static str> {
    let first = report.lines().next().unwrap_or_default();
    let says = |words: &str| first.contains(words);
    Some(match kind {
        ErrorKind::CircularInclude { .. } => {
            "a template cannot include itself, directly or through others"
        }
        _ if says("nd of input") => "a `{% if %}`, `{% for %}` or `{{` is not closed",
        _ if says("recursion depth") => "a component draws itself, directly or through others",
        _ if says("ield `") && !says("vailable") => {
            "what stands before the dot has no fields: it is text, a number, or nothing"
        }
        _ if says("nknown filter") => "filters are Tera's own, such as `length`, `lower`, `round`",
        _ if says("nknown template") => {
            "only the files that `docs/themes.md` names can be included"
        }
        _ if says("component") => "components are defined in `components.html` and `person.html`",
        _ if says("is not defined") => "`docs/themes.md` lists the fields of every view",
        _ => return None,
    })
}

/// The lines that seem to write what a page may not hold.
pub(super) fn spots(
    what: &Forbidden,
    template: &str,
    files: &BTreeMap<&'static str, File>,
) -> Vec<Spot> {
    let needle = match what {
        Forbidden::Element { name, .. } => format!("<{name}"),
        Forbidden::Attribute { name, .. } => format!(" {name}="),
        Forbidden::Value { name, value, .. } => format!(" {name}=\"{value}\""),
        Forbidden::Unclosed { element } => format!("<{element}"),
        Forbidden::Stray { name } => format!("</{name}"),
        Forbidden::Misplaced { what, within } if *what == Forbidden::TEXT => format!("<{within}"),
        Forbidden::Misplaced { what, .. } => format!("<{what}"),
        Forbidden::NotATag { text } => text.to_lowercase(),
        Forbidden::TooDeep { .. } | Forbidden::TooLarge { .. } => return Vec::new(),
    };
    lines_of(&needle, template, files)
}

/// The lines that seem to write what a document continues with.
pub(super) fn spots_of_document(
    from: &str,
    template: &str,
    files: &BTreeMap<&'static str, File>,
) -> Vec<Spot> {
    let line = from.trim_start().lines().next().unwrap_or_default();
    let is_in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '<' | '/' | '!' | '-');
    let name = line
        .find(|c| !is_in_name(c))
        .map_or(line, |end| &line[..end]);
    let needles = [line, name].map(str::to_ascii_lowercase);
    let told = needles.iter().filter(|needle| !needle.is_empty());
    let mut found = told.map(|needle| lines_of(needle, template, files));
    found.find(|spots| !spots.is_empty()).unwrap_or_default()
}

/// The lines with a text: those of the template that was rendered, else of the others that pages are put together from.
fn lines_of(needle: &str, template: &str, files: &BTreeMap<&'static str, File>) -> Vec<Spot> {
    let own = files.get(template).into_iter();
    let own: Vec<Spot> = own
        .flat_map(|file| lines_with(file, needle))
        .take(SPOTS_MAX)
        .collect();
    if !own.is_empty() {
        return own;
    }
    let others = files
        .iter()
        .filter(|(name, _)| name.ends_with(".html") && !WHOLE_DOCUMENTS.contains(name));
    let lines = others.flat_map(|(_, file)| lines_with(file, needle));
    lines.take(SPOTS_MAX).collect()
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
