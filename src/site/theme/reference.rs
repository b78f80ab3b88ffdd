//! The reference in `docs/themes.md` of what every template gets: written from the views' own sources, and compared
//! with what templates really got when the example organisation was drawn.
//!
//! `GRADUS_WRITE_DOCS=1 cargo test --lib reference` writes it anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::Serialize;
use serde_json::Value;

use super::Theme;
use crate::build::pipeline::{self, Days};
use crate::domain::model::Date;

/// Template → the name of its view's type, and what it got.
type Seen = BTreeMap<String, (String, Vec<Value>)>;

static SEEN: Mutex<Seen> = Mutex::new(Seen::new());

/// Keeps what a template gets, for the comparison.
pub(super) fn record<V: Serialize>(template: &str, view: &V) {
    if std::any::type_name::<V>().contains("tests::") {
        return; // what a test made up
    }
    let (Ok(mut seen), Ok(value)) = (SEEN.lock(), serde_json::to_value(view)) else {
        return;
    };
    let of_type = bare(std::any::type_name::<V>());
    let entry = seen
        .entry(template.to_owned())
        .or_insert((of_type, Vec::new()));
    entry.1.push(value);
}

/// `Mark` of `gradus::site::view::person::marks::Mark<'_>`.
fn bare(path: &str) -> String {
    let path = path.trim_start_matches('&');
    let path = path.split('<').next().unwrap_or(path);
    path.rsplit("::").next().unwrap_or(path).to_owned()
}

/// A struct as its source has it.
#[derive(Debug, Default)]
struct Shape {
    about: String,
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    name: String,
    of_type: String,
    about: String,
}

/// Every struct below `src/site` that can be serialised, by name; those of tests of themes are no views.
fn shapes() -> BTreeMap<String, Shape> {
    let mut shapes = BTreeMap::new();
    let files = sources(&root().join("src/site")).into_iter();
    for file in files.filter(|path| !path.to_string_lossy().contains("src/site/theme")) {
        let text = std::fs::read_to_string(file).expect("it was just listed");
        shapes_in(&text, &mut shapes);
    }
    shapes
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter();
    let files = files.filter_map(|entry| Some(entry.ok()?.into_path()));
    files
        .filter(|path| path.extension().is_some_and(|is| is == "rs"))
        .collect()
}

fn shapes_in(text: &str, shapes: &mut BTreeMap<String, Shape>) {
    let (mut about, mut is_view, mut is_skipped) = (String::new(), false, false);
    let mut open: Option<(String, Shape)> = None;
    for line in text.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("///") {
            about = format!("{about} {}", words.trim()).trim().to_owned();
        } else if line.starts_with("#[derive") {
            is_view = line.contains("Serialize");
        } else if line == "}" {
            shapes.extend(open.take());
        } else if line == "#[serde(skip)]" {
            is_skipped = true;
        } else if let Some((_, shape)) = &mut open {
            let told = field(line, std::mem::take(&mut about));
            shape.fields.extend(told.filter(|_| !is_skipped));
            is_skipped = false;
        } else if let Some((_, rest)) = line
            .split_once("struct ")
            .filter(|_| is_view && line.ends_with('{'))
        {
            let name = bare(rest.trim_end_matches(['{', ' ']));
            let about = std::mem::take(&mut about);
            open = Some((
                name,
                Shape {
                    about,
                    fields: Vec::new(),
                },
            ));
        } else if !line.starts_with('#') {
            (about, is_view) = (String::new(), false);
        }
    }
}

/// `pub title: Option<String>,`
fn field(line: &str, about: String) -> Option<Field> {
    let (name, of_type) = line.trim_end_matches(',').split_once(": ")?;
    let name = name.rsplit(' ').next()?.to_owned();
    let of_type = of_type
        .replace("&'a ", "")
        .replace("&'static ", "")
        .replace("<'a>", "");
    Some(Field {
        name,
        of_type,
        about,
    })
}

/// A type in the words of somebody who writes templates, and the shapes that it is made of.
fn words(of_type: &str, shapes: &BTreeMap<String, Shape>, needs: &mut Vec<String>) -> String {
    let inside = |outer: &str| of_type.strip_prefix(outer)?.strip_suffix('>');
    if let Some(inner) = inside("Option<") {
        return format!("{} or nothing", words(inner, shapes, needs));
    }
    if let Some(inner) = inside("Vec<").or_else(|| of_type.strip_prefix('[')?.strip_suffix(']')) {
        return format!("list of {}", words(inner, shapes, needs));
    }
    let name = bare(of_type);
    match &*name {
        "String" | "str" => "text".to_owned(),
        "bool" => "yes or no".to_owned(),
        "usize" | "u8" | "u16" | "u32" | "u64" | "f32" | "f64" | "i32" | "i64" => {
            "number".to_owned()
        }
        "Html" => "HTML".to_owned(),
        _ if shapes.contains_key(&name) => {
            needs.push(name.clone());
            format!("[{name}](#{})", name.to_lowercase())
        }
        _ => "word".to_owned(),
    }
}

/// The tables: templates first, then the pieces that their fields are made of.
fn written(seen: &Seen, shapes: &BTreeMap<String, Shape>) -> String {
    let mut text = String::new();
    let mut needs = Vec::new();
    for (template, (view, _)) in seen {
        section(
            &mut text,
            &format!("`{template}`"),
            &shapes[view],
            shapes,
            &mut needs,
        );
    }
    let (mut done, mut pieces) = (BTreeSet::new(), BTreeMap::new());
    while let Some(name) = needs.pop() {
        if done.insert(name.clone()) {
            let mut piece = String::new();
            section(&mut piece, &name, &shapes[&name], shapes, &mut needs);
            pieces.insert(name, piece);
        }
    }
    text + &pieces.into_values().collect::<String>()
}

fn section(
    text: &mut String,
    title: &str,
    shape: &Shape,
    shapes: &BTreeMap<String, Shape>,
    needs: &mut Vec<String>,
) {
    let about = shape
        .about
        .trim_start_matches(title)
        .trim_start_matches([':', '.', ' ']);
    let _ = write!(
        text,
        "#### {title}\n\n{about}\n\n| field | is | |\n|---|---|---|\n"
    ); // a string takes all
    for field in &shape.fields {
        let is = words(&field.of_type, shapes, needs);
        let about = field.about.replace('|', "\\|");
        let _ = writeln!(text, "| `{}` | {is} | {about} |", field.name);
    }
    text.push('\n');
}

/// Draws every page of the example organisation, so that every template has got something.
fn drawn() -> Seen {
    let today: Date = "2026-11-20".parse().expect("a day");
    let (organisation, _) =
        pipeline::load(&root().join("example-org"), today).expect("it is readable");
    let organisation = organisation.expect("it is in order");
    let theme = Theme::named("slate", None).expect("the program has it");
    let days = Days {
        today,
        as_of: today,
    };
    pipeline::rehearse(&organisation, &theme, days).expect("every page can be drawn");
    let seen = SEEN.lock().expect("no test died with it");
    let mut seen = seen.clone();
    seen.retain(|template, _| super::DEFAULT.iter().any(|(name, _)| name == template));
    seen
}

/// Every field of a value is in its shape, and the other way round.
fn compare(value: &Value, of_type: &str, shapes: &BTreeMap<String, Shape>) {
    let inner = of_type
        .trim_start_matches("Option<")
        .trim_start_matches("Vec<");
    match value {
        Value::Array(items) => items.iter().for_each(|item| compare(item, inner, shapes)),
        Value::Object(fields) => {
            let name = bare(
                inner
                    .trim_end_matches('>')
                    .trim_start_matches('[')
                    .trim_end_matches(']'),
            );
            let name = name
                .trim_start_matches("Option<")
                .trim_start_matches("Vec<");
            let shape = shapes
                .get(name)
                .unwrap_or_else(|| panic!("no struct `{name}`"));
            let told: BTreeSet<&str> = shape.fields.iter().map(|field| &*field.name).collect();
            assert_eq!(
                fields.keys().map(String::as_str).collect::<BTreeSet<_>>(),
                told,
                "{name}"
            );
            for field in &shape.fields {
                compare(&fields[&field.name], innermost(&field.of_type), shapes);
            }
        }
        _ => {}
    }
}

/// `Mark` of `Vec<Option<Mark>>`.
fn innermost(of_type: &str) -> &str {
    let inner = of_type.rsplit('<').next().unwrap_or(of_type);
    let inner = inner.trim_matches(['>', '[', ']']);
    inner.split(';').next().unwrap_or(inner) // `Day; 2` of `[Day; 2]`
}

const BEGIN: &str = "<!-- views: written by a test; see the end of this page -->\n";
const END: &str = "<!-- end of views -->\n";

#[test]
fn the_guide_to_themes_names_every_field_that_a_template_gets() {
    let (seen, shapes) = (drawn(), shapes());
    for (of_type, values) in seen.values() {
        values
            .iter()
            .for_each(|value| compare(value, of_type, &shapes));
    }
    let path = root().join("docs/themes.md");
    let guide = std::fs::read_to_string(&path).expect("the guide is there");
    let (before, rest) = guide
        .split_once(BEGIN)
        .expect("it says where the views begin");
    let (_, after) = rest.split_once(END).expect("it says where the views end");
    let fresh = format!("{before}{BEGIN}\n{}{END}{after}", written(&seen, &shapes));
    if std::env::var_os("GRADUS_WRITE_DOCS").is_some() {
        std::fs::write(&path, &fresh).expect("the guide can be written");
    } else {
        assert!(
            guide == fresh,
            "`docs/themes.md` is out of date; `GRADUS_WRITE_DOCS=1 cargo test --lib reference` writes it"
        );
    }
}

#[test]
fn the_guide_to_themes_names_every_file_and_token() {
    let guide = std::fs::read_to_string(root().join("docs/themes.md")).expect("the guide is there");
    for (name, text) in super::DEFAULT {
        assert!(guide.contains(&format!("`{name}`")), "{name}");
        if *name == "tokens.css" {
            let tokens = text
                .lines()
                .filter_map(|line| line.trim().strip_prefix("--"));
            for token in tokens.filter_map(|line| line.split(':').next()) {
                assert!(guide.contains(&format!("`--{token}`")), "--{token}");
            }
        }
    }
}
