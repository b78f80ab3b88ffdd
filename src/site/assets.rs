//! The files that every page shares, named by their content; and the shell that they open in.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::theme::{Theme, ThemeError};
use crate::domain::model::PlainFile;
use crate::ground::document::Contract;

/// Style sheets in the order in which later ones may rely on earlier ones.
const STYLE_SHEETS: &[&str] = &[
    "tokens.css",
    "theme.css",
    "rubric.css",
    "team.css",
    "syntax.css",
    "viewer.css",
    "own.css",
];

/// What the viewer looks for in the lock page.
const SHELL_NEEDS: &[&str] = &[
    "<script src=\"",
    "id=\"gradus-skip\"",
    "id=\"gradus-lock\"",
    "id=\"gradus-form\"",
    "id=\"gradus-key\"",
    "id=\"gradus-login-row\"",
    "id=\"gradus-login\"",
    "id=\"gradus-file\"",
    "id=\"gradus-drop\"",
    "id=\"gradus-failure\"",
    "id=\"gradus-progress\"",
    "id=\"gradus-meter\"",
    "id=\"gradus-unlock\"",
];

/// What browsers show beside the title.
const ICON: &str = "icon.svg";

/// Hexadecimal digits of the hash in a file's name.
const HASH_DIGITS: usize = 16;

/// The style sheet and the viewer's script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    /// Everything that is published below `assets/`.
    pub files: Vec<PlainFile>,
    /// `assets/viewer.0123456789abcdef.js`, relative to the site's root.
    pub script_path: String,
    /// `assets/theme.0123456789abcdef.css`, relative to the site's root.
    pub style_path: String,
    /// `assets/icon.0123456789abcdef.svg`, relative to the site's root.
    pub icon_path: String,
}

/// A link to a public rubric, relative to the site's root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RubricLink {
    /// As the track has it.
    pub title: String,
    /// `rubric/ic/index.html`.
    pub href: String,
}

/// Names the theme's style sheets, as one file, and the viewer's script by what they hold.
pub fn assets(theme: &Theme, viewer_js: &[u8]) -> Assets {
    let sheets = STYLE_SHEETS.iter().filter_map(|name| theme.file(name));
    let style = sheets.collect::<Vec<_>>().join("\n");
    let icon = theme.file(ICON).unwrap_or_default();
    let style = named("theme", "css", style.into_bytes());
    let script = named("viewer", "js", viewer_js.to_vec());
    let icon = named("icon", "svg", icon.as_bytes().to_vec());
    Assets {
        script_path: script.path.clone(),
        style_path: style.path.clone(),
        icon_path: icon.path.clone(),
        files: vec![style, script, icon],
    }
}

fn named(name: &str, ending: &str, bytes: Vec<u8>) -> PlainFile {
    let digest = Sha256::digest(&bytes);
    let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    PlainFile {
        path: format!("assets/{name}.{}.{ending}", &hash[..HASH_DIGITS]),
        bytes,
    }
}

/// `shell.html`.
#[derive(Debug, Serialize)]
struct ShellView<'a> {
    /// What the lock page says.
    title: &'a str,
    lang: &'a str,
    script: &'a str,
    style: &'a str,
    icon: &'a str,
    rubrics: &'a [RubricLink],
}

/// `index.html`: the lock page, in which the viewer opens. `title` is the only text of the organisation in it.
///
/// # Errors
/// Whatever is wrong with the theme's `shell.html`.
pub fn shell(
    theme: &Theme,
    title: &str,
    assets: &Assets,
    rubrics: &[RubricLink],
) -> Result<PlainFile, ThemeError> {
    let view = ShellView {
        title,
        lang: super::LANGUAGE,
        script: &assets.script_path,
        style: &assets.style_path,
        icon: &assets.icon_path,
        rubrics,
    };
    let contract = Contract {
        needs: SHELL_NEEDS,
        loads: &|address| {
            [&assets.script_path, &assets.style_path]
                .iter()
                .any(|own| *own == address)
        },
    };
    Ok(PlainFile {
        path: "index.html".to_owned(),
        bytes: theme
            .render_document("shell.html", &view, &contract)?
            .into_bytes(),
    })
}
