//! Themes: templates and style sheets, laid over one another file by file.
//!
//! The default theme has every file. A theme of the program (`slate`) replaces some of them, and an organisation's
//! `themes/<name>/` replaces some of what is then there.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use serde::Serialize;
use tera::{Context, Tera};

use super::tree::{self, Forbidden, MediaTypes};
use crate::domain::model::{FileHash, SvgFault, Tree, inert_svg, is_svg};
use crate::ground::document;
use crate::ground::fingerprint;
use recent::RecentPages;

mod mistake;
mod recent;
mod styles;

#[cfg(test)]
mod contrast_tests;
#[cfg(test)]
mod mistake_tests;
#[cfg(test)]
mod reference;

pub use mistake::{Spot, ThemeError};

/// The theme of every organisation that names none.
const DEFAULT_NAME: &str = "default";

/// Rendered pages longer than this are given up while they are written, in bytes.
const PAGE_MAX_BYTES: usize = 32 * 1024 * 1024;

macro_rules! theme_files {
    ($theme:literal: $($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../themes/", $theme, "/", $name)))),*]
    };
}

/// Every file of the default theme. A file of the same name in another theme takes its place.
const DEFAULT: Files = theme_files![
    "default":
    "area.html",
    "changes.html",
    "closed.html",
    "components.html",
    "cycle.html",
    "cycles.html",
    "figures.html",
    "icon.svg",
    "level-managers.html",
    "level.html",
    "mark.html",
    "next.html",
    "own.css",
    "packet.html",
    "person.html",
    "portfolio.html",
    "public.html",
    "recognition.html",
    "rubric-index.html",
    "rubric.css",
    "rubric.html",
    "shell.html",
    "syntax.css",
    "talent-grid.html",
    "talent-link.html",
    "talent.html",
    "team-expectations.html",
    "team.css",
    "team.html",
    "theme.css",
    "tokens.css",
    "viewer.css",
];

/// The other themes of the program: what each replaces of the default one.
const OTHERS: &[(&str, Files)] = &[(
    "slate",
    theme_files![
        "slate": "cycles.html", "icon.svg", "mark.html", "own.css", "tokens.css"
    ],
)];

/// File names and texts, as they are compiled in.
type Files = &'static [(&'static str, &'static str)];

/// A theme, ready to render; shared between threads.
pub struct Theme {
    tera: Tera,
    files: BTreeMap<&'static str, File>,
    /// Where pages are remembered.
    recent: Option<RecentPages>,
}

/// One file of a theme.
struct File {
    text: String,
    /// Where a person finds it: `themes/slate/team.html`.
    path: String,
}

impl fmt::Debug for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.files.keys()).finish()
    }
}

impl Theme {
    /// The theme of this name, with what the organisation's own `themes/<name>/` replaces: file name (`rubric.html`)
    /// → text. `None` where it has no such folder: then the program must have the theme.
    ///
    /// # Errors
    /// A name of no theme, a file that takes no other's place, templates that do not parse, and styles that load
    /// from elsewhere.
    pub fn named(name: &str, own: Option<BTreeMap<String, String>>) -> Result<Self, ThemeError> {
        let embedded = embedded(name);
        if embedded.is_none() && own.is_none() {
            return Err(ThemeError::UnknownTheme {
                name: name.to_owned(),
                known: names().collect(),
            });
        }
        let mut files = compiled(DEFAULT_NAME, DEFAULT);
        files.extend(compiled(name, embedded.unwrap_or_default()));
        replace(&mut files, name, own.unwrap_or_default())?;
        styles::check(files.values().map(|file| (&*file.path, &*file.text)))?;
        write_pictures(&mut files)?;
        Ok(Self {
            tera: parsed(&files)?,
            files,
            recent: None,
        })
    }

    /// The theme, remembering the pages that it rendered lately.
    pub fn remembering(self) -> Self {
        Self {
            recent: Some(RecentPages::default()),
            ..self
        }
    }

    /// Whether every page comes out as with the other theme: only style sheets differ, or nothing does.
    pub fn draws_like(&self, other: &Self) -> bool {
        let is_drawing = |name: &str| !name.ends_with(".css");
        let drawn = self.files.iter().filter(|(name, _)| is_drawing(name));
        let others = other.files.iter().filter(|(name, _)| is_drawing(name));
        drawn
            .map(|(name, file)| (name, &file.text))
            .eq(others.map(|(name, file)| (name, &file.text)))
    }

    /// What tells its templates from any others.
    pub fn fingerprint(&self) -> FileHash {
        self.fingerprint_of(|name| !name.ends_with(".css"))
    }

    /// The default theme with some of its files replaced.
    ///
    /// # Errors
    /// As [`Theme::named`].
    pub fn new(overrides: BTreeMap<String, String>) -> Result<Self, ThemeError> {
        Self::named(DEFAULT_NAME, Some(overrides))
    }

    /// What tells all of its files from any others, style sheets too.
    pub fn fingerprint_of_all(&self) -> FileHash {
        self.fingerprint_of(|_| true)
    }

    fn fingerprint_of(&self, counts: impl Fn(&str) -> bool) -> FileHash {
        let files = self.files.iter().filter(|(name, _)| counts(name));
        let texts = files.map(|(name, file)| (name, &file.text));
        fingerprint::of(&texts.collect::<Vec<_>>())
    }

    /// Renders a view to a page's tree. A template that writes several elements side by side gets a `div` around them.
    /// `files` knows the attachments that the page may show.
    ///
    /// # Errors
    /// A template that names a field that the view does not have, or writes what is not in the allow-list.
    pub fn render<V: Serialize>(
        &self,
        template: &str,
        view: &V,
        files: MediaTypes,
    ) -> Result<Tree, ThemeError> {
        let render = || {
            let html = self.render_text(template, view)?;
            tree::parse(&html, files).map_err(|what| self.forbidden(template, what))
        };
        match &self.recent {
            Some(recent) => recent.page(template, view, render),
            None => render(),
        }
    }

    /// Renders a view to text: for the shell and plain pages, which are whole documents.
    ///
    /// # Errors
    /// A template that names a field that the view does not have, or writes without end.
    pub fn render_text<V: Serialize>(
        &self,
        template: &str,
        view: &V,
    ) -> Result<String, ThemeError> {
        #[cfg(test)]
        reference::record(template, view);
        let mut page = Page::default();
        let mut render = || {
            let context = Context::from_serialize(view)?;
            self.tera.render_to(template, &context, &mut page)
        };
        match render() {
            Ok(()) => Ok(String::from_utf8(page.bytes).expect("templates and values are texts")),
            Err(_) if page.is_full => Err(ThemeError::Endless {
                path: self.path(template),
                limit: PAGE_MAX_BYTES,
            }),
            Err(error) => Err(mistake::of_template(&error, Some(template), &self.files)),
        }
    }

    /// Renders a view to a whole document.
    ///
    /// # Errors
    /// As [`Theme::render_text`]; a document that breaks its contract or lacks the content security policy, and one
    /// with what that policy refuses.
    pub fn render_document<V: Serialize>(
        &self,
        template: &str,
        view: &V,
        contract: &document::Contract<'_>,
    ) -> Result<String, ThemeError> {
        let html = self.render_text(template, view)?;
        let error = document::fault(&html, contract).map(|fault| {
            let from = fault.at.map(|at| &html[at..]);
            let spots = from.map(|from| mistake::spots_of_document(from, template, &self.files));
            ThemeError::Document {
                path: self.path(template),
                spots: spots.unwrap_or_default(),
                what: fault.what,
            }
        });
        error.map_or(Ok(html), Err)
    }

    /// The text of a file of this theme, such as `theme.css`; nothing where there is none of that name.
    pub fn file(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(|file| file.text.as_str())
    }

    /// What the theme's files are called for a person.
    fn path(&self, name: &str) -> String {
        self.files
            .get(name)
            .map_or(name, |file| &file.path)
            .to_owned()
    }

    fn forbidden(&self, template: &str, what: Forbidden) -> ThemeError {
        let spots = mistake::spots(&what, template, &self.files);
        ThemeError::Forbidden {
            page: self.path(template),
            spots,
            what: Box::new(what),
        }
    }
}

/// A page while it is written, up to [`PAGE_MAX_BYTES`].
#[derive(Default)]
struct Page {
    bytes: Vec<u8>,
    is_full: bool,
}

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > PAGE_MAX_BYTES {
            self.is_full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The names of the program's themes.
fn names() -> impl Iterator<Item = &'static str> {
    let others = OTHERS.iter().map(|(name, _)| *name);
    std::iter::once(DEFAULT_NAME).chain(others)
}

/// What a theme of the program replaces of the default one: of that itself, nothing.
fn embedded(name: &str) -> Option<Files> {
    if name == DEFAULT_NAME {
        return Some(&[]);
    }
    let found = OTHERS.iter().find(|(other, _)| *other == name);
    found.map(|(_, files)| *files)
}

fn compiled(theme: &str, files: Files) -> BTreeMap<&'static str, File> {
    let file = |&(name, text): &(&'static str, &str)| {
        let path = format!("themes/{theme}/{name}");
        let text = text.to_owned();
        (name, File { text, path })
    };
    files.iter().map(file).collect()
}

/// Puts the organisation's own files in the place of those there are.
fn replace(
    files: &mut BTreeMap<&'static str, File>,
    theme: &str,
    own: BTreeMap<String, String>,
) -> Result<(), ThemeError> {
    for (name, text) in own {
        let path = format!("themes/{theme}/{name}");
        let Some(file) = files.get_mut(&*name) else {
            return Err(ThemeError::UnknownFile {
                path,
                name,
                known: DEFAULT.iter().map(|(name, _)| *name).collect(),
            });
        };
        *file = File { text, path };
    }
    Ok(())
}

/// Holds each picture against the allow-list, and keeps it as it is published: it is a file of the site's origin.
fn write_pictures(files: &mut BTreeMap<&'static str, File>) -> Result<(), ThemeError> {
    for (_, file) in files.iter_mut().filter(|(name, _)| is_svg(name)) {
        file.text = inert_svg(&file.text).map_err(|faults| of_picture(file, faults))?;
    }
    Ok(())
}

fn of_picture(file: &File, faults: Vec<SvgFault>) -> ThemeError {
    let first = faults.into_iter().next();
    let (at, what) = first.map_or_else(Default::default, |fault| (fault.at.start, fault.what));
    let line = file.text[..at].matches('\n').count() + 1;
    let path = file.path.clone();
    ThemeError::Picture {
        spot: Spot { path, line },
        what,
    }
}

fn parsed(files: &BTreeMap<&'static str, File>) -> Result<Tera, ThemeError> {
    let mut tera = Tera::new();
    tera.autoescape_on([""]); // every name ends so: nothing is ever left unescaped
    let templates = files.iter().filter(|(name, _)| name.ends_with(".html"));
    tera.add_raw_templates(templates.map(|(name, file)| (*name, file.text.as_str())))
        .map_err(|error| mistake::of_template(&error, None, files))?;
    Ok(tera)
}

#[cfg(test)]
mod tests {
    use super::super::html::Html;
    use super::*;

    #[derive(Serialize)]
    struct View {
        name: &'static str,
        text: Html,
    }

    const VIEW: fn() -> View = || View {
        name: "<Ada>",
        text: Html::text("a & b"),
    };

    fn with(name: &str, text: &str) -> Result<Theme, ThemeError> {
        Theme::new([(name.to_owned(), text.to_owned())].into())
    }

    fn rendered(template: &str) -> Result<String, String> {
        let theme = with("team.html", template).map_err(|error| error.to_string())?;
        let tree = theme.render("team.html", &VIEW(), &|_| None);
        tree.map(|tree| tree::to_html(&tree.node()).to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_template_of_the_organisation_takes_the_place_of_the_default() {
        assert_eq!(
            rendered("<p>{{ name }}: {{ text }}</p>").unwrap(),
            "<p>&lt;Ada&gt;: a &amp; b</p>"
        );
    }

    #[test]
    fn a_file_that_replaces_nothing_is_an_error() {
        let error = with("rubrik.html", "").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`themes/default/rubrik.html` takes the place of no file of a theme"
        );
        assert_eq!(error.help().unwrap(), "did you mean `rubric.html`?");
    }

    #[test]
    fn an_icon_that_is_more_than_a_picture_is_refused_at_its_line() {
        let icon = "<svg xmlns=\"http://www.w3.org/2000/svg\">\n<style>path{}</style></svg>";
        let error = with("icon.svg", icon).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`<style>` may not stand in a picture\n --> themes/default/icon.svg:2"
        );
        for (name, _) in OTHERS.iter().chain(&[(DEFAULT_NAME, DEFAULT)]) {
            assert!(Theme::named(name, None).is_ok(), "{name}");
        }
    }

    #[test]
    fn an_unknown_field_names_the_template_the_line_and_the_fields_there_are() {
        let error = rendered("<p>\n{{ nmae }}</p>").unwrap_err();
        for part in [
            "`nmae` is not defined",
            "name, text",
            "themes/default/team.html:2:4",
        ] {
            assert!(error.contains(part), "{part} in {error}");
        }
    }

    #[test]
    fn a_template_that_does_not_parse_names_its_line() {
        let error = rendered("<p>\n{{ name </p>").unwrap_err();
        assert!(error.contains("team.html:2"), "{error}");
    }

    #[test]
    fn a_template_cannot_write_what_pages_may_not_hold() {
        let error = rendered("<script>x</script>").unwrap_err();
        assert!(
            error.starts_with("element `<script>` may not stand in a page"),
            "{error}"
        );
    }
}
