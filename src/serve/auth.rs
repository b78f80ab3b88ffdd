//! Who may ask: the browser that opened a link of this run, from its own pages.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::RunSecret;
use super::links::Links;

/// What answers are allowed to depend on, as the browser says it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asker<'r> {
    /// `Host`. `None` if it is not sent.
    pub host: Option<&'r str>,
    /// `Origin`. `None` if it is not sent.
    pub origin: Option<&'r str>,
    /// `Sec-Fetch-Site`.
    pub site: Option<&'r str>,
    /// `Sec-Fetch-Dest`.
    pub destination: Option<&'r str>,
    /// `Sec-Purpose`, or what older browsers call it: a browser loads ahead of its reader.
    pub purpose: Option<&'r str>,
    /// `Cookie`. `None` if it is not sent.
    pub cookie: Option<&'r str>,
}

/// The headers by which browsers say that they load ahead.
const PURPOSES: [&str; 4] = ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"];

impl<'r> Asker<'r> {
    /// Reads the headers of a question. `value` returns the value of a header by its name.
    pub fn of(value: impl Fn(&'static str) -> Option<&'r str>) -> Self {
        Self {
            host: value("Host"),
            origin: value("Origin"),
            site: value("Sec-Fetch-Site"),
            destination: value("Sec-Fetch-Dest"),
            purpose: PURPOSES.map(&value).into_iter().flatten().next(),
            cookie: value("Cookie"),
        }
    }
}

/// Where the secret part of all addresses of a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretIn {
    /// `http://SECRET.localhost/`. Cookies of this host go to no other port of this machine that has another name.
    Host,
    /// `http://127.0.0.1/SECRET/`, for browsers that do not resolve names below `localhost`. A cookie of 127.0.0.1 goes
    /// to every port, but only below this path.
    Path,
}

/// The name of the cookie.
const COOKIE: &str = "gradus-preview";

/// Knows the addresses and the secrets of a run.
pub struct Auth {
    run: RunSecret,
    /// With port, as browsers write it.
    host: String,
    /// What every path of this run begins with. Begins and ends with `/`.
    base: String,
    cookie: String,
    links: Mutex<Links>,
}

impl Auth {
    /// The auth of a preview on that port of loopback.
    pub fn new(run: RunSecret, secret: SecretIn, port: u16) -> Self {
        let address = run.address();
        let (name, base) = match secret {
            SecretIn::Host => (format!("{address}.localhost"), "/".to_owned()),
            SecretIn::Path => ("127.0.0.1".to_owned(), format!("/{address}/")),
        };
        Self {
            host: with_port(name, port),
            base,
            cookie: run.cookie(),
            links: Mutex::default(),
            run,
        }
    }

    /// Makes a link that lets one browser in, once. It holds a token: a browser that has it may read everything.
    pub fn link(&self) -> String {
        let token = self.links().add(&self.run);
        self.address_of(&token)
    }

    /// Makes such a link, and a file in `folder` that leads to it. Only its owner reads the file. It is removed once the
    /// link was used, and with the auth.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn link_in_file(&self, folder: &Path) -> io::Result<PathBuf> {
        let mut links = self.links();
        let token = links.add(&self.run);
        links.put_in_file(&token, &self.address_of(&token), folder)
    }

    /// Removes such a file, and its link.
    pub fn take_back(&self, file: &Path) {
        self.links().take_back(file);
    }

    fn address_of(&self, token: &str) -> String {
        format!("http://{}{}?token={token}", self.host, self.base)
    }

    /// Whether a question comes to this address by name, and from no page of another origin. A name that was made to
    /// lead here is not ours, and its pages are strangers.
    pub fn is_ours(&self, asker: &Asker) -> bool {
        let own_origin = |origin: &str| origin.strip_prefix("http://") == Some(&*self.host);
        let own_site = |site: &str| site == "same-origin" || site == "none";
        self.is_own_host(asker)
            && asker.origin.is_none_or(own_origin)
            && asker.site.is_none_or(own_site)
    }

    /// Whether a browser may come in by a link here. The page with the link may be any, such as a file of the reader's
    /// or a chat, but the link has to take the whole tab.
    pub fn may_arrive(&self, asker: &Asker) -> bool {
        if asker.purpose.is_some() {
            return false; // a link is not used up before somebody opens it
        }
        let takes_the_tab = asker.origin.is_none() && asker.destination == Some("document");
        self.is_ours(asker) || (self.is_own_host(asker) && takes_the_tab)
    }

    fn is_own_host(&self, asker: &Asker) -> bool {
        let is_own = |host: &str| self.run.is_same(host, &self.host);
        asker.host.is_some_and(is_own)
    }

    /// What every path of this run begins with. Begins and ends with `/`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The rest of a path behind the [base](Self::base). `None` if the path is not below it.
    pub fn below_base<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (base, rest) = path.split_at_checked(self.base.len())?;
        self.run.is_same(base, &self.base).then_some(rest)
    }

    /// Whether a text is the token of a link that was not used yet. From then on it is used.
    pub fn uses_link(&self, text: &str) -> bool {
        self.links().use_up(&self.run, text)
    }

    fn links(&self) -> MutexGuard<'_, Links> {
        // Each change of the links is whole, also where a thread panics.
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the browser has come in by a link before.
    pub fn is_known(&self, asker: &Asker) -> bool {
        let cookies = asker.cookie.unwrap_or_default().split(';');
        let ours = cookies.filter_map(|cookie| cookie.trim().split_once('='));
        ours.filter(|(name, _)| *name == COOKIE)
            .any(|(_, value)| self.run.is_same(value, &self.cookie))
    }

    /// What a browser that came in by a link is to show from then on. Without a domain, it goes to this very host alone.
    pub fn set_cookie(&self) -> String {
        let Self { cookie, base, .. } = self;
        format!("{COOKIE}={cookie}; HttpOnly; SameSite=Strict; Path={base}")
    }
}

fn with_port(name: String, port: u16) -> String {
    match port {
        80 => name, // as browsers write it
        _ => format!("{name}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auth(secret: SecretIn) -> Auth {
        Auth::new(RunSecret::generate(), secret, 4040)
    }

    fn at(host: &str) -> Asker<'_> {
        Asker {
            host: Some(host),
            ..Asker::default()
        }
    }

    #[test]
    fn the_secret_is_a_label_of_the_host_or_the_first_segment_of_the_path() {
        let is_secret = |text: &str| {
            let lower_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
            text.len() == 32 && text.chars().all(lower_hex)
        };
        let link = auth(SecretIn::Host).link();
        let (name, rest) = link["http://".len()..].split_once('.').unwrap();
        assert!(
            is_secret(name) && rest.starts_with("localhost:4040/?token="),
            "{link}"
        );
        let link = auth(SecretIn::Path).link();
        let path = link.strip_prefix("http://127.0.0.1:4040/").unwrap();
        let (name, rest) = path.split_once('/').unwrap();
        assert!(is_secret(name) && rest.starts_with("?token="), "{link}");
        let at_80 = Auth::new(RunSecret::generate(), SecretIn::Path, 80).link();
        assert!(at_80.starts_with("http://127.0.0.1/"), "{at_80}");
    }

    #[test]
    fn only_the_exact_host_of_the_run_is_ours() {
        let of_name = auth(SecretIn::Host);
        let of_path = auth(SecretIn::Path);
        let own = of_name.host.clone();
        assert!(of_name.is_ours(&at(&own)) && of_path.is_ours(&at("127.0.0.1:4040")));
        assert!(!of_name.is_ours(&at("127.0.0.1:4040")) && !of_path.is_ours(&at(&own)));
        for host in [
            "",
            "127.0.0.1",
            "localhost",
            "localhost:4040",
            "127.0.0.1:4041",
            "evil.test:4040",
            "localhost.evil.test:4040",
            "LOCALHOST:4040",
            "127.0.0.1:4040.",
            "127.0.0.1:04040",
            "[::1]:4040",
            "0.0.0.0:4040",
            "127.1:4040",
            "user@127.0.0.1:4040",
            &own.to_uppercase(),
            &own[1..],
            &format!("a.{own}"),
            &format!("{own}0"),
            &own.replace(":4040", ""),
            &own.replace(":4040", ":4041"),
            &own.replace("localhost", "localhost."),
            &own.replace("localhost", "evil.test"),
            &Auth::new(RunSecret::generate(), SecretIn::Host, 4040).host,
        ] {
            assert!(!of_name.is_ours(&at(host)), "{host}");
            assert!(!of_path.is_ours(&at(host)), "{host}");
        }
        assert!(!of_name.is_ours(&Asker::default()) && !of_path.is_ours(&Asker::default()));
    }

    #[test]
    fn pages_of_other_origins_are_strangers() {
        for auth in [auth(SecretIn::Host), auth(SecretIn::Path)] {
            let (host, origin) = (auth.host.clone(), format!("http://{}", auth.host));
            let from = |origin, site| Asker {
                origin,
                site,
                ..at(&host)
            };
            assert!(auth.is_ours(&from(Some(&origin), Some("same-origin"))));
            assert!(auth.is_ours(&from(None, Some("none"))));
            for origin in [
                "null",
                "",
                "http://localhost:4040",
                "https://127.0.0.1:4040",
                "http://127.0.0.1:4041",
                "http://evil.test",
            ] {
                assert!(!auth.is_ours(&from(Some(origin), None)), "{origin}");
                assert!(!auth.may_arrive(&from(Some(origin), None)), "{origin}");
            }
            for site in ["cross-site", "same-site", "", "Same-Origin"] {
                assert!(!auth.is_ours(&from(None, Some(site))), "{site}");
            }
        }
    }

    #[test]
    fn a_link_is_followed_from_anywhere_if_it_takes_the_whole_tab() {
        let auth = auth(SecretIn::Host);
        let host = auth.host.clone();
        let from = |site, destination| Asker {
            site,
            destination,
            ..at(&host)
        };
        for site in ["cross-site", "same-site"] {
            assert!(auth.may_arrive(&from(Some(site), Some("document"))));
            for other in [None, Some("iframe"), Some("empty"), Some("image"), Some("")] {
                assert!(!auth.may_arrive(&from(Some(site), other)), "{other:?}");
            }
        }
        let elsewhere = Asker {
            host: Some("127.0.0.1:4040"),
            ..from(Some("cross-site"), Some("document"))
        };
        assert!(!auth.may_arrive(&elsewhere));
    }

    #[test]
    fn only_what_lies_below_the_base_is_a_path_of_the_run() {
        let auth = auth(SecretIn::Path);
        let base = auth.base().to_owned();
        assert_eq!(auth.below_base(&format!("{base}a/b")), Some("a/b"));
        assert_eq!(auth.below_base(&base), Some(""));
        let other = format!("/{}/", RunSecret::generate().address());
        for path in [
            "",
            "/",
            "/a",
            &base[..base.len() - 1],
            &base.to_uppercase(),
            &other,
        ] {
            assert_eq!(auth.below_base(path), None, "{path}");
        }
    }

    #[test]
    fn only_the_cookie_of_this_run_is_known_and_it_goes_to_no_other_path() {
        let auth = auth(SecretIn::Path);
        let set = auth.set_cookie();
        assert!(set.ends_with(&format!("; Path={}", auth.base())), "{set}");
        assert!(!set.contains("Domain"), "{set}");
        let own = set.split(';').next().unwrap();
        let with = |cookie: &str| {
            auth.is_known(&Asker {
                cookie: Some(cookie),
                ..Asker::default()
            })
        };
        assert!(with(own) && with(&format!("a=b; {own}; c=d")));
        let link = auth.link();
        let token = link.split('=').nth(1).unwrap();
        for bad in [
            "",
            "gradus-preview=",
            "gradus-preview",
            &own[..own.len() - 1],
            &format!("gradus-preview={token}"),
            &format!("x{own}"),
        ] {
            assert!(!with(bad), "{bad}");
        }
        assert!(!auth.is_known(&Asker::default()));
    }
}
