//! Themes: the default templates and style sheets, overridden file by file.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use tera::{Context, Tera};
use thiserror::Error;

use super::tree::{self, Forbidden, MediaTypes};
use crate::model::Tree;

macro_rules! theme_files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../themes/default/", $name)))),*]
    };
}

/// Every file of the default theme. A file of the same name in the organisation's theme takes its place.
const DEFAULT: &[(&str, &str)] = theme_files![
    "closed.html",
    "components.html",
    "icon.svg",
    "cycle.html",
    "cycles.html",
    "figures.html",
    "level-managers.html",
    "level.html",
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
    "viewer.css",
];

/// What is wrong with a theme; never with what the organisation wrote.
#[derive(Debug, Error)]
pub enum ThemeError {
    /// A file that takes no default file's place: a misspelt name would silently have no effect.
    #[error("theme file `{name}` takes the place of none of the default theme's")]
    UnknownFile {
        name: String,
        /// The names there are.
        known: Vec<&'static str>,
    },
    /// Templates that do not parse, or name unknown filters, components or includes. The report
    /// names file and line.
    #[error("{0}")]
    Syntax(String),
    /// A template that fails on a page. The report names file, line and the fields there are.
    #[error("{report}")]
    Render { template: String, report: String },
    /// A template that writes what pages may not hold.
    #[error("template `{template}`: {what}")]
    Forbidden { template: String, what: Forbidden },
}

/// A theme, ready to render; shared between threads.
pub struct Theme {
    tera: Tera,
    files: BTreeMap<&'static str, String>,
}

impl fmt::Debug for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.files.keys()).finish()
    }
}

impl Theme {
    /// The default theme with some of its files replaced: file name (`rubric.html`) → text.
    ///
    /// # Errors
    /// A name that the default theme does not have, and templates that do not parse.
    pub fn new(overrides: BTreeMap<String, String>) -> Result<Self, ThemeError> {
        let files = overridden(overrides)?;
        let mut tera = Tera::new();
        tera.autoescape_on([""]); // every name ends so: nothing is ever left unescaped
        let templates = files.iter().filter(|(name, _)| name.ends_with(".html"));
        tera.add_raw_templates(templates.map(|(name, text)| (*name, text.as_str())))
            .map_err(|error| ThemeError::Syntax(error.to_string()))?;
        Ok(Self { tera, files })
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
        let html = self.render_text(template, view)?;
        tree::parse(&html, files).map_err(|what| ThemeError::Forbidden {
            template: template.to_owned(),
            what,
        })
    }

    /// Renders a view to text: for the shell and plain pages, which are whole documents.
    ///
    /// # Errors
    /// A template that names a field that the view does not have.
    pub fn render_text<V: Serialize>(
        &self,
        template: &str,
        view: &V,
    ) -> Result<String, ThemeError> {
        let render = || self.tera.render(template, &Context::from_serialize(view)?);
        render().map_err(|error| ThemeError::Render {
            template: template.to_owned(),
            report: error.to_string(),
        })
    }

    /// The text of a file of this theme, such as `theme.css`; nothing where there is none of that name.
    pub fn file(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(String::as_str)
    }
}

/// The default files, with replacements in place.
fn overridden(
    mut overrides: BTreeMap<String, String>,
) -> Result<BTreeMap<&'static str, String>, ThemeError> {
    let mut take = |&(name, text): &(&'static str, &str)| {
        let text = overrides.remove(name).unwrap_or_else(|| text.to_owned());
        (name, text)
    };
    let files = DEFAULT.iter().map(&mut take).collect();
    match overrides.into_keys().next() {
        None => Ok(files),
        Some(name) => Err(ThemeError::UnknownFile {
            name,
            known: DEFAULT.iter().map(|(name, _)| *name).collect(),
        }),
    }
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
        tree.map(|tree| tree::to_html(&tree).to_string())
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
            "theme file `rubrik.html` takes the place of none of the default theme's"
        );
        assert!(
            matches!(error, ThemeError::UnknownFile { known, .. } if known.contains(&"rubric.html"))
        );
    }

    #[test]
    fn an_unknown_field_names_the_template_the_line_and_the_fields_there_are() {
        let error = rendered("<p>\n{{ nmae }}</p>").unwrap_err();
        for part in ["`nmae` is not defined", "name, text", "team.html:2:4"] {
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
            error.starts_with("template `team.html`: element `<script>` may not"),
            "{error}"
        );
    }
}
