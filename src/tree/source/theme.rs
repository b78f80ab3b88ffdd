//! The organisation's overrides of single theme files.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::ground::regular_file::{self, Links, NotTaken};

/// Where an organisation's themes lie.
pub const THEMES: &str = "themes";

/// A file that may stand beside a theme's own, for whoever works on it.
const NOTES: &str = "README.md";

/// Largest theme file, in bytes.
const THEME_FILE_MAX_BYTES: u64 = 1 << 20;

/// Why a theme could not be read.
#[derive(Debug, Error)]
#[expect(
    missing_docs,
    reason = "each message says what happened, and names its fields"
)]
pub enum ThemeFilesError {
    #[error("`{}` is no folder, as a theme is", .0.display())]
    NoFolder(PathBuf),
    #[error("could not read `{}`", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("`{}` is larger than {THEME_FILE_MAX_BYTES} bytes", .0.display())]
    TooLarge(PathBuf),
    #[error("`{}` is a symbolic link, which themes may not be or hold", .0.display())]
    Link(PathBuf),
    #[error("`{}` is a folder, but a theme's files lie side by side", .0.display())]
    Folder(PathBuf),
    #[error("`{}` is a pipe, a socket or a device, which are never opened", .0.display())]
    Special(PathBuf),
    #[error("`{}` is no text, and themes hold nothing else", .0.display())]
    NotText(PathBuf),
}

impl ThemeFilesError {
    /// Whether the disk failed; otherwise the theme is wrong.
    pub fn is_io(&self) -> bool {
        matches!(self, Self::Io { .. })
    }

    /// What would help, where something would.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NotText(_) => {
                Some("draw pictures as SVG; fonts and bitmaps cannot be part of a theme")
            }
            Self::TooLarge(_) => Some("themes are templates and rules, not data"),
            Self::Link(_) => Some("put the file itself there"),
            _ => None,
        }
    }
}

/// The texts in the organisation's `themes/<name>/`, by file name; `None` where it has no such folder. Hidden files
/// and a `README.md` are passed over.
///
/// # Errors
///
/// See [`ThemeFilesError`].
pub fn theme_files(
    root: &Path,
    name: &str,
) -> Result<Option<BTreeMap<String, String>>, ThemeFilesError> {
    let folder = root.join(THEMES).join(name);
    for on_the_way in [root.join(THEMES), folder.clone()] {
        if on_the_way.is_symlink() {
            return Err(ThemeFilesError::Link(on_the_way));
        }
    }
    if !folder.exists() {
        return Ok(None);
    }
    if !folder.is_dir() {
        return Err(ThemeFilesError::NoFolder(folder));
    }
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(&folder).map_err(failed(&folder))? {
        let path = entry.map_err(failed(&folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with('.') && name != NOTES {
            files.insert(name.clone().into_owned(), text_of(&path)?);
        }
    }
    Ok(Some(files))
}

fn text_of(path: &Path) -> Result<String, ThemeFilesError> {
    let named = || path.to_owned();
    let bytes = regular_file::read(path, Links::Refused, THEME_FILE_MAX_BYTES);
    let bytes = bytes.map_err(|not_taken| match not_taken {
        NotTaken::Link => ThemeFilesError::Link(named()),
        NotTaken::Folder | NotTaken::NoFolder => ThemeFilesError::Folder(named()),
        NotTaken::Special(_) => ThemeFilesError::Special(named()),
        NotTaken::TooLarge { .. } => ThemeFilesError::TooLarge(named()),
        NotTaken::Io(error) => failed(path)(error),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| ThemeFilesError::NotText(path.to_owned()))?;
    if text.contains('\0') {
        Err(ThemeFilesError::NotText(path.to_owned()))
    } else {
        Ok(text)
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> ThemeFilesError + use<> {
    let path = path.to_owned();
    move |source| ThemeFilesError::Io { path, source }
}
