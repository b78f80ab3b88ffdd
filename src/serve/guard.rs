//! Who may ask: the browser that opened the link of this run, from its own pages.

use super::RunSecret;

/// What answers are allowed to depend on, as the browser says it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asker<'r> {
    pub host: Option<&'r str>,
    pub origin: Option<&'r str>,
    /// `Sec-Fetch-Site`.
    pub site: Option<&'r str>,
    pub cookie: Option<&'r str>,
}

/// Knows the addresses and the secrets of a run.
pub struct Guard {
    run: RunSecret,
    /// With port, as browsers write them.
    hosts: Vec<String>,
    cookie_name: String,
    cookie: String,
    token: String,
}

impl Guard {
    /// The guard of a preview on that port of loopback.
    pub fn new(run: RunSecret, port: u16) -> Self {
        Self {
            hosts: hosts(port),
            // Cookies know no ports: two previews must not take each other's.
            cookie_name: format!("gradus-preview-{port}"),
            cookie: run.cookie(),
            token: run.token(),
            run,
        }
    }

    /// The address that the preview is opened with. It holds the token: a browser that has it may read everything.
    pub fn link(&self) -> String {
        format!("http://{}/?token={}", self.hosts[0], self.token)
    }

    /// Whether a question comes to this address by name, and from no page of another origin. A name that was made to
    /// lead here is not ours, and its pages are strangers.
    pub fn is_ours(&self, asker: &Asker) -> bool {
        let Some(host) = asker
            .host
            .filter(|host| self.hosts.iter().any(|own| own == host))
        else {
            return false;
        };
        let own_origin = |origin: &str| origin.strip_prefix("http://") == Some(host);
        let own_site = |site: &str| site == "same-origin" || site == "none";
        asker.origin.is_none_or(own_origin) && asker.site.is_none_or(own_site)
    }

    /// Whether a text is the token of this run.
    pub fn is_token(&self, text: &str) -> bool {
        self.run.is_same(text, &self.token)
    }

    /// Whether the browser has come in by the token before.
    pub fn is_known(&self, asker: &Asker) -> bool {
        let cookies = asker.cookie.unwrap_or_default().split(';');
        let ours = cookies.filter_map(|cookie| cookie.trim().split_once('='));
        ours.filter(|(name, _)| *name == self.cookie_name)
            .any(|(_, value)| self.run.is_same(value, &self.cookie))
    }

    /// What a browser that has shown the token is to show from then on.
    pub fn set_cookie(&self) -> String {
        let Self {
            cookie_name,
            cookie,
            ..
        } = self;
        format!("{cookie_name}={cookie}; HttpOnly; SameSite=Strict; Path=/")
    }
}

fn hosts(port: u16) -> Vec<String> {
    let names = ["127.0.0.1", "localhost"];
    match port {
        80 => names.map(str::to_owned).to_vec(),
        _ => names.map(|name| format!("{name}:{port}")).to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        Guard::new(RunSecret::generate(), 4040)
    }

    fn at(host: &str) -> Asker<'_> {
        Asker {
            host: Some(host),
            ..Asker::default()
        }
    }

    #[test]
    fn only_the_two_names_of_loopback_with_the_port_are_ours() {
        let guard = guard();
        for host in ["127.0.0.1:4040", "localhost:4040"] {
            assert!(guard.is_ours(&at(host)));
        }
        for host in [
            "",
            "127.0.0.1",
            "localhost",
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
        ] {
            assert!(!guard.is_ours(&at(host)), "{host}");
        }
        assert!(!guard.is_ours(&Asker::default()));
    }

    #[test]
    fn pages_of_other_origins_are_strangers() {
        let guard = guard();
        let from = |origin, site| Asker {
            origin,
            site,
            ..at("127.0.0.1:4040")
        };
        assert!(guard.is_ours(&from(Some("http://127.0.0.1:4040"), Some("same-origin"))));
        assert!(guard.is_ours(&from(None, Some("none"))));
        for origin in [
            "null",
            "",
            "http://localhost:4040",
            "https://127.0.0.1:4040",
            "http://127.0.0.1:4041",
            "http://evil.test",
        ] {
            assert!(!guard.is_ours(&from(Some(origin), None)), "{origin}");
        }
        for site in ["cross-site", "same-site", "", "Same-Origin"] {
            assert!(!guard.is_ours(&from(None, Some(site))), "{site}");
        }
    }

    #[test]
    fn only_the_cookie_of_this_run_and_port_is_known() {
        let guard = guard();
        let set = guard.set_cookie();
        let own = set.split(';').next().unwrap();
        let with = |cookie: &str| {
            guard.is_known(&Asker {
                cookie: Some(cookie),
                ..Asker::default()
            })
        };
        assert!(with(own) && with(&format!("a=b; {own}; c=d")));
        let token = format!("gradus-preview-4040={}", guard.token);
        let other = own.replace("4040", "4041");
        for bad in [
            "",
            "gradus-preview-4040=",
            "gradus-preview-4040",
            &own[..own.len() - 1],
            &token,
            &other,
        ] {
            assert!(!with(bad), "{bad}");
        }
        assert!(!guard.is_known(&Asker::default()));
    }
}
