//! Where a site lies on disk, and where it is to be found.

use std::path::Path;

use thiserror::Error;
use ureq::http::Uri;

/// What a configuration names where nobody said where the site will be.
const NO_AUTHORITY: &str = "localhost";

/// Why no configuration can be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlaceError {
    /// It would mean something else in a configuration.
    #[error("`{0}` cannot be written into a configuration")]
    Folder(String),
    /// As of [`PlaceError::Folder`], within the repository.
    #[error("`{0}` cannot be written into a pipeline")]
    Tree(String),
    /// The address as it was given.
    #[error("`base_url` is `{0}`, which is no address of a site")]
    Address(String),
}

/// A folder, and the address that it is served at; both can stand in any configuration as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    folder: String,
    /// `https://growth.example`, where somebody said so.
    origin: Option<String>,
    /// `growth.example:8443`.
    authority: Option<String>,
    /// Begins and ends with `/`.
    path: String,
}

impl Place {
    /// The place of the site in an absolute folder, of which `gradus.toml` may say the address.
    ///
    /// # Errors
    /// See [`PlaceError`].
    pub fn new(folder: &Path, base_url: Option<&str>) -> Result<Self, PlaceError> {
        let named = folder.to_str().filter(|path| path.chars().all(is_plain));
        let named = named.ok_or_else(|| PlaceError::Folder(folder.display().to_string()))?;
        let mut place = Self {
            folder: named.trim_end_matches('/').to_owned(),
            origin: None,
            authority: None,
            path: "/".to_owned(),
        };
        if let Some(address) = base_url {
            let none = || PlaceError::Address(address.to_owned());
            place.at(address).ok_or_else(none)?;
        }
        Ok(place)
    }

    fn at(&mut self, address: &str) -> Option<()> {
        let uri: Uri = address.parse().ok()?;
        let (scheme, authority) = (uri.scheme_str()?, uri.authority()?.as_str());
        let is_path = |path: &str| {
            path.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"/._~-".contains(&b))
        };
        if authority.contains('@') || !is_path(uri.path()) || uri.query().is_some() {
            return None;
        }
        self.origin = Some(format!("{scheme}://{authority}"));
        self.authority = Some(authority.to_owned());
        let inner = uri.path().trim_matches('/');
        if !inner.is_empty() {
            self.path = format!("/{inner}/");
        }
        Some(())
    }

    /// Absolute, without a `/` behind.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// `/`, or `/growth/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// `/growth`; nothing where the site has the origin for itself.
    pub fn without_slash(&self) -> Option<&str> {
        Some(self.path.trim_end_matches('/')).filter(|path| !path.is_empty())
    }

    /// `https://growth.example`, or a name that leads to this machine.
    pub fn origin(&self) -> String {
        self.origin
            .clone()
            .unwrap_or_else(|| NO_AUTHORITY.to_owned())
    }

    /// `growth.example`, or a name that leads to this machine.
    pub fn authority(&self) -> &str {
        self.authority.as_deref().unwrap_or(NO_AUTHORITY)
    }
}

/// Where an organisation lies in its repository; can stand in any pipeline as it is. The default: it is all of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TreePath(String);

impl TreePath {
    /// A path relative to the repository; empty for all of it.
    ///
    /// # Errors
    /// [`PlaceError::Tree`]: it would mean something else in a pipeline.
    pub fn new(path: &Path) -> Result<Self, PlaceError> {
        let named = path.to_str().filter(|path| is_word(path));
        let named = named.ok_or_else(|| PlaceError::Tree(path.display().to_string()))?;
        Ok(Self(named.to_owned()))
    }

    /// Whether it is all of the repository.
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// `team/growth`, or `.`.
    pub fn named(&self) -> &str {
        if self.is_whole() { "." } else { &self.0 }
    }

    /// What stands before a path in the organisation: `team/growth/`, or nothing.
    pub fn prefix(&self) -> String {
        if self.is_whole() {
            String::new()
        } else {
            format!("{}/", self.0)
        }
    }
}

/// Whether a path means itself in YAML and, unquoted, in a shell.
fn is_word(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    path.chars().all(plain) && !path.starts_with('-')
}

/// Whether a character means itself between the double quotes of nginx, Caddy and a shell.
fn is_plain(c: char) -> bool {
    !c.is_control() && !"\"\\$`{}!".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Result<Place, PlaceError> {
        Place::new(Path::new("/srv/x"), Some(address))
    }

    #[test]
    fn an_address_is_taken_apart() {
        let place = at("https://growth.example:8443/a/b").unwrap();
        assert_eq!(place.origin(), "https://growth.example:8443");
        assert_eq!(place.authority(), "growth.example:8443");
        assert_eq!(
            (place.path(), place.without_slash()),
            ("/a/b/", Some("/a/b"))
        );
        let place = at("https://growth.example").unwrap();
        assert_eq!((place.path(), place.without_slash()), ("/", None));
        let place = Place::new(Path::new("/srv/x/"), None).unwrap();
        assert_eq!(
            (place.folder(), place.origin().as_str()),
            ("/srv/x", "localhost")
        );
    }

    #[test]
    fn what_would_mean_something_else_in_a_configuration_is_refused() {
        for address in [
            "https://a.example/;return 200",
            "https://a.example/{x}",
            "https://a.example/$x",
            "https://a.example/?a=b",
            "https://u@a.example/",
            "growth.example",
        ] {
            assert_eq!(at(address), Err(PlaceError::Address(address.to_owned())));
        }
        for folder in ["/srv/$x", "/srv/a\"b", "/srv/a\nb", "/srv/{x}", "/srv/`id`"] {
            assert!(Place::new(Path::new(folder), None).is_err(), "{folder}");
        }
        assert!(Place::new(Path::new("/srv/Größe 1"), None).is_ok());
    }
}
