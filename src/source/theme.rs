//! The organisation's overrides of single theme files.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The theme that every organisation has without files of its own.
const DEFAULT_THEME: &str = "default";

/// Largest theme file, in bytes.
const THEME_FILE_MAX_BYTES: u64 = 1 << 20;

/// Why a theme could not be read.
#[derive(Debug, Error)]
pub enum ThemeFilesError {
    #[error("there is no theme `{name}`: `{}` is no folder", path.display())]
    NoTheme { name: String, path: PathBuf },
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
}

/// The texts in `themes/<name>/`, by file name. Empty for the default theme where the organisation overrides
/// nothing of it.
///
/// # Errors
///
/// See [`ThemeFilesError`].
pub fn theme_files(root: &Path, name: &str) -> Result<BTreeMap<String, String>, ThemeFilesError> {
    let folder = root.join("themes").join(name);
    for on_the_way in [root.join("themes"), folder.clone()] {
        if on_the_way.is_symlink() {
            return Err(ThemeFilesError::Link(on_the_way));
        }
    }
    if !folder.is_dir() {
        return match name {
            DEFAULT_THEME => Ok(BTreeMap::new()),
            _ => Err(ThemeFilesError::NoTheme {
                name: name.to_owned(),
                path: folder,
            }),
        };
    }
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| ThemeFilesError::Io { path, source }
    };
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(&folder).map_err(failed(&folder))? {
        let path = entry.map_err(failed(&folder))?.path();
        let metadata = fs::symlink_metadata(&path).map_err(failed(&path))?;
        if metadata.is_symlink() {
            return Err(ThemeFilesError::Link(path));
        }
        if metadata.is_file() {
            let text = read_bounded(&path)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            files.insert(name.into_owned(), text);
        }
    }
    Ok(files)
}

fn read_bounded(path: &Path) -> Result<String, ThemeFilesError> {
    let failed = |source| ThemeFilesError::Io {
        path: path.to_owned(),
        source,
    };
    let file = fs::File::open(path).map_err(failed)?;
    let mut text = String::new();
    file.take(THEME_FILE_MAX_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(failed)?;
    match text.len() as u64 > THEME_FILE_MAX_BYTES {
        true => Err(ThemeFilesError::TooLarge(path.to_owned())),
        false => Ok(text),
    }
}
