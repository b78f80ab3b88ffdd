//! Where a published site lies: a folder, or an address that it is served at.
//!
//! What comes from there is bounded, never run, and trusted in nothing: whoever reads a site holds every byte against
//! its signature. So plain http would do no harm beyond showing which files are asked for; it is answered for loopback
//! alone all the same.

use std::fmt;
use std::fs::FileType;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;
use ureq::http::{StatusCode, Uri};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Proxy};
use walkdir::WalkDir;

use crate::sealed::seal::{FILE_MAX_BYTES, Folder, SiteFiles, is_inside};

/// How long a host may take to be found and to answer.
const ANSWER_TIME: Duration = Duration::from_secs(20);

/// How long one file may take.
const FILE_TIME: Duration = Duration::from_secs(300);

/// Files that a host is asked for at the same time.
const AT_ONCE: usize = 12;

/// Longest address that is taken, in bytes.
const ADDRESS_MAX_BYTES: usize = 2_000;

/// Most entries of a folder that are looked at.
const ENTRIES_MAX: usize = 4_000_000;

/// Why a text names no site, or nothing can be asked there.
#[derive(Debug, Error)]
pub enum HostError {
    /// The address as it was given.
    #[error("`{0}` is not an address that a site can be read from")]
    Address(String),
    /// The address as it was given.
    #[error("`{0}` is plain http, which is only read from this machine")]
    PlainHttp(String),
    /// The path as it was given.
    #[error("`{}` is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// The file of certificates.
    #[error("`{}` holds no certificates", .0.display())]
    Certificates(PathBuf),
}

/// One thing that lies in a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Relative to the folder, with `/`. Of an [`EntryKind::Unnameable`], what can be shown of it: it leads nowhere.
    pub path: String,
    /// What lies there.
    pub kind: EntryKind,
}

/// What lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A symbolic link, wherever it leads.
    Link,
    /// A pipe, a socket or a device.
    Special,
    /// Whatever it is: its name, or that of a folder above it, is not UTF-8, so that nothing can be asked of it by name.
    Unnameable,
}

impl EntryKind {
    fn of(kind: FileType) -> Self {
        match () {
            () if kind.is_file() => Self::File,
            () if kind.is_symlink() => Self::Link,
            () => Self::Special,
        }
    }
}

/// A place that a site is read from.
#[derive(Debug)]
pub enum Host {
    /// A folder on this machine.
    Folder(Folder),
    /// A web server.
    Web(Web),
}

impl Host {
    /// The place that a text names: an address where it begins with `http://` or `https://`, else a folder.
    /// `certificates` is a file of PEM certificates that https is held against in the place of the public authorities'.
    ///
    /// # Errors
    /// See [`HostError`].
    pub fn named(
        text: &str,
        folder: impl FnOnce(&Path) -> PathBuf,
        certificates: Option<&Path>,
    ) -> Result<Self, HostError> {
        if text.contains("://") {
            return Web::at(text, certificates).map(Self::Web);
        }
        let path = folder(Path::new(text));
        if path.is_dir() {
            Ok(Self::Folder(Folder(path)))
        } else {
            Err(HostError::NotAFolder(PathBuf::from(text)))
        }
    }

    /// How many files are best asked for at the same time; 0 for as many as there are cores.
    pub fn at_once(&self) -> usize {
        match self {
            Self::Folder(_) => 0,
            Self::Web(_) => AT_ONCE,
        }
    }

    /// What lies there; nothing where a host does not tell.
    ///
    /// # Errors
    /// The folder cannot be read, or holds more than can be looked at.
    pub fn entries(&self) -> io::Result<Option<Vec<Entry>>> {
        match self {
            Self::Folder(folder) => entries_of(&folder.0).map(Some),
            Self::Web(_) => Ok(None),
        }
    }
}

impl SiteFiles for Host {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match self {
            Self::Folder(folder) => folder.read(path),
            Self::Web(web) => web.read(path),
        }
    }
}

/// All that is no folder, relative and with `/`. Links are named and not followed.
///
/// # Errors
/// The folder cannot be read, or holds more than can be looked at.
pub fn entries_of(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in WalkDir::new(folder).min_depth(1) {
        let entry = entry?;
        if entries.len() == ENTRIES_MAX {
            return Err(io::Error::other("more entries than a site can have"));
        }
        if !entry.file_type().is_dir() {
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            entries.push(Entry {
                path: shown(path),
                kind: match path.to_str() {
                    Some(_) => EntryKind::of(entry.file_type()),
                    None => EntryKind::Unnameable,
                },
            });
        }
    }
    Ok(entries)
}

/// With `/`; bytes that are not UTF-8 as `\xFF`.
fn shown(path: &Path) -> String {
    let mut text = String::new();
    for (at, part) in path.iter().enumerate() {
        text.push_str(if at == 0 { "" } else { "/" });
        for chunk in part.as_encoded_bytes().utf8_chunks() {
            text.push_str(chunk.valid());
            let invalid = chunk.invalid().iter();
            text.extend(invalid.map(|byte| format!("\\x{byte:02X}")));
        }
    }
    text
}

/// A site at an address.
pub struct Web {
    /// Ends with `/`.
    base: String,
    agent: Agent,
}

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Web({})", self.base)
    }
}

impl Web {
    /// The site at an address, as it stands in a browser: `https://growth.example/#/…` will do.
    ///
    /// # Errors
    /// It is no address, holds a name or a password, or is plain http elsewhere than on loopback.
    pub fn at(address: &str, certificates: Option<&Path>) -> Result<Self, HostError> {
        let none = || HostError::Address(address.to_owned());
        let page = address.split(['#', '?']).next().unwrap_or_default();
        let page = page.strip_suffix("index.html").unwrap_or(page);
        let uri: Uri = page.parse().map_err(|_| none())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(none());
        };
        let plain = address.len() <= ADDRESS_MAX_BYTES && !authority.as_str().contains('@');
        let is_local = match scheme {
            "https" if plain => false,
            "http" if plain && is_loopback(authority.host()) => true,
            "http" if plain => return Err(HostError::PlainHttp(address.to_owned())),
            _ => return Err(none()),
        };
        let base = format!(
            "{scheme}://{authority}{}/",
            uri.path().trim_end_matches('/')
        );
        let agent = agent(is_local, certificates)?;
        Ok(Self { base, agent })
    }

    fn ask(&self, path: &str) -> Result<Option<Vec<u8>>, ureq::Error> {
        let mut answer = self.agent.get(format!("{}{path}", self.base)).call()?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::GONE => return Ok(None),
            other => return Err(ureq::Error::StatusCode(other.as_u16())),
        }
        let body = answer.body_mut().with_config().limit(FILE_MAX_BYTES);
        body.read_to_vec().map(Some)
    }
}

impl SiteFiles for Web {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        if !is_inside(path) || !path.bytes().all(is_plain) {
            return Ok(None); // no file of a site is called so, and no host shall be led astray by it
        }
        self.ask(path).map_err(|error| match error {
            ureq::Error::StatusCode(code @ 300..400) => io::Error::other(format!(
                "the host leads elsewhere ({code}), which is not followed"
            )),
            ureq::Error::Io(error) => error,
            ureq::Error::Rustls(error) => io::Error::other(format!(
                "{error}; `SSL_CERT_FILE` names the certificates of an authority of one's own"
            )),
            error => io::Error::other(error),
        })
    }
}

/// One that follows no redirect, asks for no compression, and waits for nobody for ever.
fn agent(is_local: bool, certificates: Option<&Path>) -> Result<Agent, HostError> {
    let roots = match certificates {
        Some(file) => certificates_in(file)?,
        None => RootCerts::WebPki,
    };
    let tls = TlsConfig::builder().root_certs(roots).build();
    let proxy = if is_local {
        None
    } else {
        Proxy::try_from_env()
    };
    let config = Agent::config_builder()
        .https_only(!is_local)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .tls_config(tls)
        .proxy(proxy)
        .user_agent(concat!("gradus/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("identity")
        .max_idle_connections_per_host(AT_ONCE)
        .timeout_resolve(Some(ANSWER_TIME))
        .timeout_connect(Some(ANSWER_TIME))
        .timeout_recv_response(Some(ANSWER_TIME))
        .timeout_global(Some(FILE_TIME));
    Ok(config.build().new_agent())
}

fn certificates_in(file: &Path) -> Result<RootCerts, HostError> {
    let none = || HostError::Certificates(file.to_owned());
    let pem = std::fs::read(file).map_err(|_| none())?;
    let items = parse_pem(&pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    let certificates: Vec<_> = items.collect();
    if certificates.is_empty() {
        Err(none())
    } else {
        Ok(RootCerts::new_with_certs(&certificates))
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn is_plain(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"/._-".contains(&b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(address: &str) -> Result<String, HostError> {
        Web::at(address, None).map(|web| web.base)
    }

    #[test]
    fn an_address_is_taken_as_it_stands_in_a_browser() {
        for (address, expected) in [
            ("https://growth.example", "https://growth.example/"),
            ("https://growth.example/a/b/", "https://growth.example/a/b/"),
            (
                "https://growth.example/a/index.html#/abc",
                "https://growth.example/a/",
            ),
            ("http://127.0.0.1:4040/?as=ada", "http://127.0.0.1:4040/"),
            ("http://localhost:80", "http://localhost:80/"),
            ("http://[::1]:8080/site", "http://[::1]:8080/site/"),
        ] {
            assert_eq!(base(address).unwrap(), expected, "{address}");
        }
    }

    #[test]
    fn plain_http_is_for_loopback_alone_and_other_schemes_for_nothing() {
        for address in [
            "http://growth.example",
            "http://127.0.0.1.evil.example/",
            "http://10.0.0.1/",
        ] {
            assert!(
                matches!(base(address), Err(HostError::PlainHttp(_))),
                "{address}"
            );
        }
        for address in [
            "ftp://a.example/",
            "file:///etc",
            "https://",
            "https://u:p@a.example/",
            "://",
            "http://localhost@evil.example",
        ] {
            assert!(
                matches!(base(address), Err(HostError::Address(_))),
                "{address}"
            );
        }
    }

    #[test]
    fn a_path_that_is_none_of_a_site_is_never_asked_for() {
        let web = Web::at("http://127.0.0.1:1/", None).unwrap();
        for path in [
            "../x", "a//b", "a b", "a?b", "a#b", "%2e%2e/x", "a\r\nb", "",
        ] {
            assert!(web.read(path).unwrap().is_none(), "{path}");
        }
        assert!(web.read("site.json").is_err());
    }

    #[test]
    fn a_name_that_is_not_utf_8_is_told_and_stands_for_no_other() {
        use std::os::unix::ffi::OsStrExt;
        let place = tempfile::tempdir().unwrap();
        let name = std::ffi::OsStr::from_bytes(b"a\xff\xfe.txt");
        std::fs::write(place.path().join(name), "").unwrap();
        let expected = Entry {
            path: "a\\xFF\\xFE.txt".to_owned(),
            kind: EntryKind::Unnameable,
        };
        assert_eq!(entries_of(place.path()).unwrap(), [expected]);
    }

    #[test]
    fn a_folder_tells_of_links_and_follows_none() {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir(place.path().join("a")).unwrap();
        std::fs::write(place.path().join("a/b"), "").unwrap();
        std::os::unix::fs::symlink("/", place.path().join("root")).unwrap();
        let mut entries = entries_of(place.path()).unwrap();
        entries.sort();
        let expected = [("a/b", EntryKind::File), ("root", EntryKind::Link)];
        assert_eq!(
            entries,
            expected.map(|(path, kind)| Entry {
                path: path.to_owned(),
                kind
            })
        );
    }
}
